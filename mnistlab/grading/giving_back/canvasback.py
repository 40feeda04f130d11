"""What Canvas takes back: canvas_import.csv for its gradebook, and the feedback zip.

Canvas finds a student by the ID column, so the rows are those of the instructor's own export: of
each the columns that say who it is, as they came, and the one of the assignment. The other
assignments' columns are left out, because Canvas would set their grades back to what they were
on the day of the export.

Source: canvas-lms, lib/gradebook_importer.rb.

Example:
    >>> assignment_column(["Student", "ID", "Section", "Quiz (7)", "Lab 1 (9)"], "Lab 1")
    4
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading.csvfile import number, rows_to_csv
from mnistlab.grading.giving_back.canvasfeedback import feedback_zip
from mnistlab.grading.gradebook import Gradebook, write
from mnistlab.grading.grades import Grade
from mnistlab.lab.students import normal_id
from mnistlab.notices import notice

# The columns that say who a row is of.
WHO = ("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Integration ID",
       "Root Account", "Section")  # fmt: skip
ABOUT_ASSIGNMENTS = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
EXCUSED = "EX"

# The columns by which Canvas finds a student, and what a roster calls them.
NUMBERS = {"ID": "canvas_id", "SIS User ID": "sis_id", "SIS Login ID": "login"}

Row = tuple[str, ...]


def import_csv(gradebook: Gradebook, assignment: str | None = None) -> bytes:
    """Return canvas_import.csv: the instructor's export with this assignment's points.

    Args:
        gradebook: its collection's header holds the rows of the export.
        assignment: the assignment's column, its title or its number; None: the one whose title
            is the lab's, or the only one.

    Raises:
        InputError: there is no export, or no such column; says which there are.
    """
    rows = import_rows(gradebook, assignment)
    return rows_to_csv(rows, as_given=range(len(rows[0])))


def import_rows(gradebook: Gradebook, assignment: str | None = None) -> list[Row]:
    """Return the rows of canvas_import.csv; excused students (EX) stay excused."""
    export = gradebook.collection.header
    if not export:
        raise InputError("canvas_import.csv needs the gradebook that Canvas exports (Grades, "
                         "Export): give it with --canvas-gradebook EXPORT.csv.")  # fmt: skip
    header = export[0]
    column = assignment_column(header, gradebook.lab.lab.title, assignment)
    kept = [k for k, name in enumerate(header) if _plain(name) in WHO] + [column]
    _say_other_points(gradebook, export, column)
    students = _Students(gradebook)
    rows = [header]
    for row in export[1:]:
        grade = None if _is_about_assignments(row) else students.of(header, row)
        rows.append(row if grade is None else _with_points(row, column, grade))
    rows += [_with_points(row, column, grade) for row, grade in students.left(header)]
    return [tuple(row[k] if k < len(row) else "" for k in kept) for row in rows]


def assignment_column(header: Sequence[str], title: str, assignment: str | None = None) -> int:
    """Return which column is the assignment's.

    Args:
        header: the export's first row; an assignment's column is called "TITLE (number)".
        title: the lab's title.
        assignment: the column, its title or its number, where the title isn't the lab's.

    Raises:
        InputError: none, or several; lists the columns there are.
    """
    there = {k: found for k, name in enumerate(header)
             if (found := re.fullmatch(r"(.*) \((\d+)\)", _plain(name), re.DOTALL))}  # fmt: skip
    wanted = _word(title if assignment is None else assignment)
    named = [k for k, found in there.items()
             if wanted in (_word(found[0]), _word(found[1]), found[2])]  # fmt: skip
    if not named and assignment is None and len(there) == 1:
        named = list(there)
    if len(named) == 1:
        return named[0]
    columns = [found[0] for found in there.values()]
    if not columns:
        raise InputError(
            'The gradebook export has no column of an assignment, which Canvas calls "TITLE '
            '(number)". Export it again: Grades, Export, Export Entire Gradebook.'
        )
    given = f"assignment={shown(assignment)}" if assignment else f"the lab's title, {shown(title)},"
    several = "more than one column" if named else "no column"
    raise InputError(f"{given} is the title of {several} of the gradebook export. Name the column "
                     "to fill in with assignment= (--assignment): "
                     f"{', '.join(map(shown, columns))}.")  # fmt: skip


def _plain(name: str) -> str:
    return name.removeprefix("\ufeff").strip()


def _word(name: str) -> str:
    return " ".join(name.casefold().split())


def _is_about_assignments(row: Sequence[str]) -> bool:
    """Whether a row is of no student: Points Possible, or Manual Posting."""
    return (bool(row) and "Points Possible" in row[0]) or all(
        ABOUT_ASSIGNMENTS.fullmatch(one) for one in row
    )


def _with_points(row: Sequence[str], column: int, grade: Grade) -> Row:
    """Return a student's row with the points of the grade."""
    cells = [*row, *[""] * (column + 1 - len(row))]
    if cells[column].strip().upper() != EXCUSED:
        cells[column] = number(grade.points)
    return tuple(cells)


def _say_other_points(gradebook: Gradebook, export: Sequence[Row], column: int) -> None:
    """Say it where Canvas has other points for 100% than the lab."""
    possible = next((row[column] for row in export[1:] if "Points Possible" in row[0]), "").strip()
    ours = number(gradebook.lab.out_of)
    if re.fullmatch(r"\d+(\.\d+)?", possible) and number(float(possible)) != ours:
        notice(f"in Canvas {export[0][column]!r} is out of {possible} points, in the lab of "
               f"{ours}. canvas_import.csv holds the lab's points.")  # fmt: skip


class _Students:
    """The grades by what Canvas's export says of their students."""

    def __init__(self, gradebook: Gradebook) -> None:
        self._gradebook = gradebook
        self._found: set[str] = set()
        self._by_column = {column: self._of_column(column) for column in NUMBERS}

    def _of_column(self, column: str) -> dict[str, Grade | None]:
        """Return the grades by a column's cells; None where two students have the same."""
        found: dict[str, Grade | None] = {}
        for grade in self._gradebook:
            student = self._gradebook.student(grade)
            told = student.lms.get(column) or student.lms.get(NUMBERS[column])
            # A roster of one's own may have nothing but the id, which is then what students type.
            key = normal_id(told or ("" if column == "ID" else student.id))
            found[key] = None if key in found else grade
        return {key: grade for key, grade in found.items() if key}

    def of(self, header: Sequence[str], row: Sequence[str]) -> Grade | None:
        """Return the grade of the student that a row is of, or None."""
        cells = {_plain(name): cell for name, cell in zip(header, row, strict=False)}
        for column, grades in self._by_column.items():
            grade = grades.get(normal_id(cells.get(column, "")))
            if grade is not None and grade.student not in self._found:
                self._found.add(grade.student)
                return grade
        return None

    def left(self, header: Sequence[str]) -> Iterator[tuple[Row, Grade]]:
        """Give a row for each student of Canvas's that the export's rows don't hold."""
        for grade in self._gradebook:
            lms = self._gradebook.student(grade).lms
            if grade.student not in self._found and lms.get("ID"):
                yield tuple(lms.get(_plain(one), "") for one in header), grade


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def write_canvas(
    gradebook: Gradebook, folder: Path, pages: Mapping[str, str], assignment: str | None = None
) -> tuple[Path, ...]:
    """Write what there can be of canvas_import.csv and canvas_feedback.zip; return the paths.

    Raises:
        InputError: which column is the assignment's isn't clear.
        OSError: the folder can't be written.
    """
    files = []
    if gradebook.collection.header:
        files.append(write(folder / "canvas_import.csv", import_csv(gradebook, assignment)))
    if gradebook.collection.kind == "canvas":
        files.append(write(folder / "canvas_feedback.zip", feedback_zip(gradebook, pages)))
    return tuple(files)
