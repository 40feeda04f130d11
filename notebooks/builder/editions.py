"""Cells → the student's edition, or the instructor's.

The instructor's edition has solutions and hidden tests, with the metadata that nbgrader reads
(schema 3). The student's edition is what nbgrader's own preprocessors leave of it.
"""

from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

from builder import frame, guards, questions
from builder.sources import Assignment, Cell, Source, headings
from builder.words import BuildError

STUB = "# Write your own here, in place of the next line.\nraise NotImplementedError()"
BEGIN = "### BEGIN SOLUTION"


def notebook(source: Source, assigned: Assignment, edition: str) -> NotebookNode:
    """Return one edition of a notebook.

    Args:
        source: what to make it of; assigned: what it is built for.
        edition: "student" or "instructor".

    Raises:
        BuildError: a cell that isn't Python, or that needs what no earlier cell makes.
    """
    try:
        cells = [one for one in questions.asked(source.cells, assigned)
                 if one.edition in (None, edition)]  # fmt: skip
        cells = frame.framed(cells, source, assigned, edition)
        nodes = _nodes(cells)
    except BuildError as why:
        raise BuildError(f"{source.name}: {why}") from why
    if edition == "student":
        nodes = [_cleared(node, cell.stub) for node, cell in zip(nodes, cells, strict=True)]
    return frame.finished(nodes, source)


def _nodes(cells: Sequence[Cell]) -> list[NotebookNode]:
    """Return the cells as nbformat's, code with its line of what to run first."""
    places = list(headings(cells))
    texts = ["" if cell.kind == "markdown" else cell.text for cell in cells]
    return [_node(cell, text) for cell, text in
            zip(cells, guards.guarded(texts, places), strict=True)]  # fmt: skip


def _node(cell: Cell, text: str) -> NotebookNode:
    """Return one cell with its metadata."""
    new = nbformat.v4.new_markdown_cell if cell.kind == "markdown" else nbformat.v4.new_code_cell
    node = new(cell.text if cell.kind == "markdown" else text)
    if cell.takes_up:
        node.metadata["mnistlab"] = {"takes_up": list(cell.takes_up)}
    if cell.kind == "tests" or (cell.kind == "exercise" and BEGIN in cell.text):
        node.metadata["nbgrader"] = _graded(cell)
    elif cell.kind == "exercise":  # nothing to fill in, but the student's to get right
        node.metadata.setdefault("mnistlab", {})["yours"] = cell.id
    if cell.kind == "form":
        node.metadata["cellView"] = "form"  # Colab
        node.metadata["jupyter"] = {"source_hidden": True}  # JupyterLab
    return node


def _graded(cell: Cell) -> dict[str, object]:
    """Return nbgrader's metadata of an exercise, or of its tests."""
    tests = cell.kind == "tests"
    said = {"grade": tests, "solution": not tests, "locked": tests, "task": False}
    worth = {"points": cell.points} if tests else {}
    return {"grade_id": cell.id, "schema_version": 3, **said, **worth}


def _cleared(node: NotebookNode, stub: str | None) -> NotebookNode:
    """Return a cell without its solution and its hidden tests."""
    solutions = ClearSolutions(code_stub={"python": STUB if stub is None else stub})
    solutions.preprocess_cell(node, {"language": "python"}, 0)
    ClearHiddenTests().preprocess_cell(node, {}, 0)
    node.source = node.source.rstrip("\n")
    return node
