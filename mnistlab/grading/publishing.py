"""All that lies in GRADES when a class is graded, for people and for learning platforms.

grades.csv, and what Canvas, Moodle and nbgrader take    (givingback)
report.html                                             the instructor's page
feedback/ID.html                                        a page a student
lab.toml, flags.json                                    for later commands  (keeping)
"""

from collections.abc import Sequence
from pathlib import Path

from mnistlab.errors import InputError, SaveError
from mnistlab.grading import keeping
from mnistlab.grading.giving_back import canvasback, givingback
from mnistlab.grading.gradebook import Gradebook, write
from mnistlab.grading.handed import Collection
from mnistlab.grading.journal import make_private
from mnistlab.grading.pages import report
from mnistlab.grading.pages.feedback import feedback
from mnistlab.grading.pages.pages import page_name
from mnistlab.lab.assignment import Lab

FEEDBACK = "feedback"


def check(collection: Collection, assignment: str | None, lab: Lab) -> None:
    """Raise InputError where Canvas's export has no column for this assignment."""
    if collection.header:
        canvasback.assignment_column(collection.header[0], lab.lab.title, assignment)
    elif assignment is not None:
        raise InputError("assignment= (--assignment) names a column of Canvas's gradebook export, "
                         "so it needs canvas_gradebook= (--canvas-gradebook FILE).")  # fmt: skip


def publish(
    book: Gradebook,
    *,
    rubric: object = None,
    assignment: str | None = None,
    anonymous: bool = False,
    class_names: Sequence[str] = (),
) -> None:
    """Write everything that people and learning platforms read, in the order of the roster.

    What an earlier run wrote and this one doesn't is removed, and that is said.

    Args:
        book: the grades.
        rubric: the path or name of the lab, of which a copy is kept; else none is.
        assignment: which column of Canvas's export is this assignment.
        anonymous: whether report.html leaves names and ids out.
        class_names: what each class is called, for the feedback pages.

    Raises:
        SaveError: the folder can't be written; the grades in it are kept.
    """
    folder, book = book.folder, book.in_roster_order()
    assert folder is not None
    pages = {one.student: feedback(one, book.lab, class_names) for one in book.grades}
    try:
        keeping.keep(folder, rubric, book.grades)
        make_private(folder / FEEDBACK)
        for student, page in pages.items():
            write(folder / FEEDBACK / page_name(student), page.encode())
        _forget_others(folder / FEEDBACK, {page_name(one) for one in pages})
        page = report.report(book.grades, book.lab, book.collection, anonymous, FEEDBACK)
        write(folder / "report.html", page.encode())
        written = givingback.write_all(book, folder, pages, assignment)
        givingback.forget_earlier(folder, written)
    except OSError as why:
        raise SaveError(f"{folder} can't be written: {why.strerror or why}. The grades in "
                        "grades.jsonl are kept; make room, and call the same command "
                        "again.") from why  # fmt: skip


def _forget_others(folder: Path, pages: set[str]) -> None:
    """Remove the pages of students who are no longer in the class."""
    for path in folder.glob("*.html"):
        if path.name not in pages:
            path.unlink()
