"""Grades as Canvas, Moodle, nbgrader and Gradescope take them."""
