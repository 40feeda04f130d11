"""report.html and a feedback page a student."""
