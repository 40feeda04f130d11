"""The grades as nbgrader writes and reads them.

    nbgrader.csv             the columns of `nbgrader export`, for what reads that
    nbgrader_students.csv    the students, for `nbgrader db student import nbgrader_students.csv`

nbgrader imports students and assignments from CSV, but no points. late_submission_penalty is in
points, as there.

Source: nbgrader 0.9.6, nbgrader/plugins/export.py and nbgrader/apps/dbapp.py.

Example:
    >>> first_and_last("Lovelace, Ada"), first_and_last("Ada King Lovelace")
    (('Ada', 'Lovelace'), ('Ada King', 'Lovelace'))
"""

from datetime import UTC, datetime
from pathlib import Path

from mnistlab.grading.csvfile import Cell, rows_to_csv
from mnistlab.grading.gradebook import Gradebook, write
from mnistlab.grading.grades import Grade

COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
           "raw_score", "late_submission_penalty", "score", "max_score")  # fmt: skip
STUDENT = ("id", "last_name", "first_name", "email")


def export_csv(gradebook: Gradebook) -> bytes:
    """Return nbgrader.csv: a row for each student; ids and names as a roster gives them."""
    rows = [_row(gradebook, grade) for grade in gradebook]
    return rows_to_csv([COLUMNS, *rows], (3, 4, 5, 6) if gradebook.collection.from_roster else ())


def students_csv(gradebook: Gradebook) -> bytes:
    """Return nbgrader_students.csv."""
    rows = [(grade.student, *_who(gradebook, grade)) for grade in gradebook]
    return rows_to_csv([STUDENT, *rows], range(4) if gradebook.collection.from_roster else ())


def _row(gradebook: Gradebook, grade: Grade) -> tuple[Cell, ...]:
    """Return a student's row; who handed in nothing has 0, as with nbgrader."""
    attempt = gradebook.attempt(grade)
    raw = round(grade.earned, 2)
    return (
        gradebook.lab.lab.name,
        _time(gradebook.lab.grading.due),
        _time(attempt.time) if attempt else None,
        grade.student,
        *_who(gradebook, grade),
        float(raw),
        round(raw - grade.points, 2),
        grade.points,
        float(gradebook.lab.out_of),
    )


def _who(gradebook: Gradebook, grade: Grade) -> tuple[str, str, str]:
    """Return last name, first name and e-mail address of a student."""
    lms = gradebook.student(grade).lms
    first, last = first_and_last(grade.name)
    if lms.get("first_name") or lms.get("last_name"):
        first, last = lms.get("first_name", ""), lms.get("last_name", "")
    return last, first, gradebook.email(grade)


def first_and_last(name: str) -> tuple[str, str]:
    """Return first and last name: parted at the comma, else before the last word."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last


def _time(time: datetime | None) -> str | None:
    """Return a time as nbgrader writes it: in UTC, without the zone."""
    if time is None:
        return None
    return str(time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time)


def write_nbgrader(gradebook: Gradebook, folder: Path) -> tuple[Path, ...]:
    """Write nbgrader.csv and nbgrader_students.csv; return the paths.

    Raises:
        OSError: the folder can't be written.
    """
    return (write(folder / "nbgrader.csv", export_csv(gradebook)),
            write(folder / "nbgrader_students.csv", students_csv(gradebook)))  # fmt: skip
