"""What a person should look at: likeness, seeds, claims, curves; training again."""
