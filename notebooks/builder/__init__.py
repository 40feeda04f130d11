"""Makes the notebooks from their sources.

sources.py     src/NAME.py → cells, each with what its marker says; checked
questions.py   a question of lab.toml → its text, the student's cell, its check
guards.py      the line in a cell that says which cells to run first
editions.py    cells → the student's edition, or the instructor's
frame.py       what all notebooks share: badge, install cell, metadata, ids, bytes
running.py     runs a built notebook
pages.py       a notebook as a page to read without Jupyter
words.py       BuildError, and numbers in words
"""
