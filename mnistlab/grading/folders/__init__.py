"""What a class handed in: folders and zips as learning platforms give them, and who is who."""
