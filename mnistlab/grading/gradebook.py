"""The grades of a class: what `mnistlab grade` gives, and grades.csv.

Example:
    >>> gradebook = mnistlab.grade("submissions", rubric="lab.toml", out="GRADES")  # doctest: +SKIP
    >>> gradebook.of("ada").points  # doctest: +SKIP
    87.5
    >>> pandas.DataFrame(gradebook.table())  # doctest: +SKIP
"""

import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path

from mnistlab.checks import did_you_mean, shown
from mnistlab.data.cache import written_aside
from mnistlab.errors import InputError
from mnistlab.grading.csvfile import Cell, number, rows_to_csv
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Attempt, Collection, Handed, Student
from mnistlab.lab.assignment import Lab
from mnistlab.lab.students import normal_id

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
SHOWN = 20  # students in a notebook's table
OF_THE_ROSTER = ("id", "name")  # columns of grades.csv


@dataclass(frozen=True, eq=False, repr=False)
class Gradebook:
    """The grades of a class.

    Attributes:
        grades: one a student, in the order of grades.jsonl.
        lab: the assignment.
        collection: who handed in what.
        folder: where the outputs lie, or None.
    """

    grades: tuple[Grade, ...]
    lab: Lab
    collection: Collection
    folder: Path | None = None

    def __len__(self) -> int:
        """How many students there are."""
        return len(self.grades)

    def __iter__(self) -> Iterator[Grade]:
        """One grade after the other."""
        return iter(self.grades)

    @property
    def handed_in(self) -> tuple[Grade, ...]:
        """The grades of those who handed in something."""
        return tuple(one for one in self.grades if one.facts is not None or one.attempts)

    @property
    def mean(self) -> float | None:
        """The mean points of those who handed in something; None where nobody did."""
        points = [one.points for one in self.handed_in]
        return statistics.fmean(points) if points else None

    @property
    def median(self) -> float | None:
        """The median points of those who handed in something; None where nobody did."""
        points = [one.points for one in self.handed_in]
        return statistics.median(points) if points else None

    @property
    def flagged(self) -> tuple[Grade, ...]:
        """The grades that a person should look at."""
        return tuple(one for one in self.grades if one.flags)

    @property
    def to_mark(self) -> int:
        """How many answers a person has yet to read."""
        return sum(one.to_mark for one in self.grades)

    def of(self, student: str) -> Grade:
        """Return a student's grade.

        Args:
            student: their id, or another that the roster gives them.

        Raises:
            InputError: nobody is called that, or several are.
        """
        same = [one for one in self.grades if normal_id(one.student) == normal_id(student)]
        found = same or [one for one in self.grades if self.student(one).is_called(student)]
        if len(found) == 1:
            return found[0]
        why = "means several students" if found else "is nobody in this gradebook"
        known = [one.student for one in self.grades]
        raise InputError(f"{shown(student)} {why}. Give an id as it stands in grades.csv."
                         + ("" if found else did_you_mean(student, known)))  # fmt: skip

    # ── who and what ────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _handed(self) -> dict[str, Handed]:
        return {one.student.id: one for one in self.collection.handed}

    def student(self, grade: Grade) -> Student:
        """Return whose grade it is, as the roster or the LMS knows them."""
        handed = self._handed.get(grade.student)
        return handed.student if handed else Student(grade.student, name=grade.name)

    def email(self, grade: Grade) -> str:
        """Return a student's e-mail address: the roster's, else an id that is one, or ""."""
        student = self.student(grade)
        ids = (one for one in (student.id, *student.aliases) if ADDRESS.fullmatch(one))
        return student.lms.get("email", "") or next(ids, "")

    def attempt(self, grade: Grade) -> Attempt | None:
        """Return the attempt that a grade is for, or None."""
        handed = self._handed.get(grade.student)
        if handed is None or not 1 <= grade.attempt <= len(handed.attempts):
            return None
        return handed.attempts[grade.attempt - 1]

    def late(self, grade: Grade) -> bool:
        """Whether what counts was handed in late, also where the rubric has no rule for it."""
        return was_late(grade, self.attempt(grade))

    def in_roster_order(self) -> "Gradebook":
        """Return the same grades in the order of the roster; itself where there is none."""
        if not self.collection.from_roster:
            return self
        place = {one.student.id: k for k, one in enumerate(self.collection.handed)}
        ordered = sorted(self.grades, key=lambda one: place.get(one.student, len(place)))
        return replace(self, grades=tuple(ordered))

    # ── tables ──────────────────────────────────────────────────────────────────────────────────

    def table(self) -> list[dict[str, Cell]]:
        """Return a row for each student, as in grades.csv; `points_X` is what item X earned."""
        return [{**_sums(one, self.late(one)), **self._items(one), **_digests(one)}
                for one in self.grades]  # fmt: skip

    def _items(self, grade: Grade) -> dict[str, Cell]:
        """Return the points of each item; None where a person has yet to read it."""
        ids = [one.id for one in self.lab.item]
        ids += [one.id for one in self.lab.question if one.points]
        earned = {one.item: one.points for one in grade.outcomes}
        return {f"points_{one}": earned.get(one) for one in ids}

    def __repr__(self) -> str:
        """Return a summary in one line."""
        return f"Gradebook({self.lab.lab.name!r}: {self._summary()})"

    def _summary(self) -> str:
        parts = [f"{len(self)} student{'s' * (len(self) != 1)}, {len(self.handed_in)} handed in"]
        if self.mean is not None and self.median is not None:
            parts.append(f"mean {self.mean:.1f} and median {self.median:.1f} of "
                         f"{number(self.lab.out_of)}")  # fmt: skip
        parts.append(f"{len(self.flagged)} flagged")
        parts.append(f"{self.to_mark} answers to mark")
        return ", ".join(parts)

    def _repr_html_(self) -> str:
        """Return the summary and the first students as a table, for a notebook."""
        columns = ("id", "name", "points", "to_mark", "flags")
        head = "".join(f'<th scope="col">{one}</th>' for one in columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_shown_in_html(row[one])}</td>" for one in columns) + "</tr>"
            for row in (_sums(one, self.late(one)) for one in self.grades[:SHOWN])
        )
        more = len(self) - SHOWN
        rest = f"<p>… and {more} more, in grades.csv</p>" if more > 0 else ""
        return (f"<p><b>{escape(self.lab.lab.title)}</b>: {escape(self._summary())}</p>"
                f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
                f"{rest}")  # fmt: skip


def was_late(grade: Grade, attempt: Attempt | None) -> bool:
    """Whether an attempt was handed in late: by its time, else by what the platform says of it."""
    if grade.late_days is not None:
        return grade.late_days > 0
    return grade.penalty > 0 or bool(attempt and attempt.late)


def _sums(grade: Grade, late: bool) -> dict[str, Cell]:
    """Return who it is, and what it comes to."""
    facts = grade.facts
    return {
        "id": grade.student,
        "name": grade.name,
        "points": grade.points,
        "out_of": grade.out_of,
        "percent": round(100 * grade.points / grade.out_of, 2) if grade.out_of else None,
        "to_mark": grade.to_mark,
        "late": "LATE" if late else None,
        "days_late": grade.late_days,
        "penalty": grade.penalty,
        "attempt": grade.attempt or None,
        "attempts": grade.attempts,
        "handed_in_by": grade.sender or None,
        "file": facts.file if facts else None,
        "measured_accuracy": facts.measured_accuracy if facts else None,
        "flags": "; ".join(f"{one.kind}: {one.text}" for one in grade.flags),
    }


def _digests(grade: Grade) -> dict[str, Cell]:
    """Return what it was graded by, so that a regrade is a rerun."""
    return {
        "submission": grade.facts.digest if grade.facts else None,
        "rubric": grade.rubric,
        "test_data": grade.test_data,
        "private_data": grade.private_data,
        "version": grade.version,
    }


def _shown_in_html(value: Cell) -> str:
    """Return a cell's text: escaped, at most 80 characters, and kept to its own direction."""
    text = "" if value is None else value if isinstance(value, str) else number(value)
    text = text if len(text) <= 80 else text[:77] + "…"
    printable = text.encode("utf-8", "backslashreplace").decode()
    return f"<bdi>{escape(printable)}</bdi>"


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def grades_csv(gradebook: Gradebook) -> bytes:
    """Return grades.csv: a row for each student, for a spreadsheet.

    Ids and names stay as they are where a roster gave them; names of files never do.
    """
    rows = gradebook.table()
    columns = list(rows[0]) if rows else [*OF_THE_ROSTER, "points", "out_of"]
    given = (
        [columns.index(one) for one in OF_THE_ROSTER] if gradebook.collection.from_roster else []
    )
    return rows_to_csv([columns, *(list(row.values()) for row in rows)], given, mark=True)


def write_tables(gradebook: Gradebook, folder: Path) -> tuple[Path, ...]:
    """Write grades.csv, whole or not at all; return its path.

    Raises:
        OSError: the folder can't be written.
    """
    return (write(folder / "grades.csv", grades_csv(gradebook)),)


def write(file: Path, content: bytes) -> Path:
    """Write a file, whole or not at all, and return its path."""
    with written_aside(file) as temporary:
        temporary.write(content)
    return file
