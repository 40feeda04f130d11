"""What a lab adds to an experiment: assignment, answers, the file that is handed in."""
