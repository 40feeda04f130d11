"""Errors as a notebook shows them."""

import nbformat

from builder import running
from labbooks import SECONDS
from processes import surroundings


def test_in_a_notebook_an_error_shows_its_sentence_and_the_line_of_the_cell(tmp_path):
    """No frames of the package between the two: students don't find the sentence below them."""
    code = "import mnistlab\n\nmnistlab.load_data('mnits')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    running.execute(notebook, tmp_path, SECONDS, env=surroundings(tmp_path))
    (shown,) = notebook.cells[0].outputs
    assert shown.ename == "InputError" and "did you mean" in shown.evalue.lower()
    assert [line.split(":")[0] for line in shown.traceback] == [
        "InputError", "in line 3 of the cell"
    ]  # fmt: skip
