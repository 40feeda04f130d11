"""What people give an answer: points, a reason, and who gave them.

    overrides.csv     id, item, points, reason, by: written by the instructor, only ever read here
    marks-ann.csv     what Ann gave while reading answers: one line added with each key, never
                      changed; the last line of an answer counts

Each person has a file of their own, so that two can mark at once; `merged` puts them together.

Example:
    >>> Mark(2.5, "The sign is missing.", "ann").points
    2.5
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnistlab.checks import did_you_mean, shown
from mnistlab.errors import InputError
from mnistlab.grading import tables
from mnistlab.grading.grades import Grade
from mnistlab.grading.marksfile import Given, MarksFile, answer_digest, everybody
from mnistlab.lab.assignment import Lab
from mnistlab.lab.students import normal_id
from mnistlab.notices import notice

__all__ = ["Conflict", "Mark", "MarksFile", "merged", "read_overrides", "worth"]

COLUMNS = ("id", "item", "points", "reason", "by")


@dataclass(frozen=True)
class Mark:
    """Points that a person gave one item of one student, with the reason and the person's name."""

    points: float
    reason: str
    by: str


@dataclass(frozen=True)
class Conflict:
    """An answer that somebody has to decide: in words, and the marks that it is about."""

    student: str
    item: str
    text: str
    marks: tuple[Mark, ...] = ()


Marks = dict[str, dict[str, Mark]]


def worth(lab: Lab) -> dict[str, float]:
    """Return what each item, and each question with points, is worth."""
    asked = {one.id: one.points for one in lab.question if one.points}
    return {one.id: one.points for one in lab.item} | asked


# ── overrides.csv ───────────────────────────────────────────────────────────────────────────────


def read_overrides(path: str | os.PathLike[str], lab: Lab, ids: Iterable[str]) -> Marks:
    """Return what the instructor decided by hand, by student and item.

    Args:
        path: overrides.csv; one that isn't there decides nothing.
        lab: whose items can be decided.
        ids: the students that there are.

    Raises:
        InputError: the file can't be read, or names a student, an item or points that can't be;
            says the lines.
    """
    file = Path(path)
    if not os.path.lexists(file):
        return {}
    table = tables.read(file, COLUMNS)
    known, points = {normal_id(one): one for one in ids}, worth(lab)
    found: defaultdict[str, dict[str, Mark]] = defaultdict(dict)
    wrong: list[str] = []
    for line, cells in table.rows:
        try:
            student, item = _student(cells["id"], known), _item(cells["item"], points)
            mark = _override(cells, points[item])
            if found[student].setdefault(item, mark).points != mark.points:
                raise InputError(f"{item!r} of {student!r} is decided twice, with different "
                                 "points. Keep one of the lines.")  # fmt: skip
        except InputError as why:
            wrong.append(f"line {line}: {why}")
    tables.refuse(file.name, wrong)
    return {student: marks for student, marks in found.items() if marks}


def _student(given: str, known: Mapping[str, str]) -> str:
    """Return the student whom an id means; else raise InputError."""
    if normal_id(given) in known:
        return known[normal_id(given)]
    raise InputError(f"there is no student {shown(given)} among the grades."
                     + did_you_mean(given, known)
                     + f" {tables.DROPS_ZEROS}" * given.isdigit())  # fmt: skip


def _item(given: str, points: Mapping[str, float]) -> str:
    """Return an item of the lab; else raise InputError."""
    if given.lower() in points:
        return given.lower()
    raise InputError(f"there is no item {shown(given)} in lab.toml, nor a question of that id "
                     "with points." + did_you_mean(given, points))  # fmt: skip


def _override(cells: Mapping[str, str], most: float) -> Mark:
    """Return the mark of one line; else raise InputError."""
    if not cells["points"]:
        raise InputError("there are no points. Write them, or remove the line.")
    for column, why in (("reason", "why, for the student and for later"), ("by", "who decided")):
        if not cells[column]:
            raise InputError(f"the column {column!r} is empty. Write {why}.")
    return Mark(tables.points_of(cells["points"], most), cells["reason"], cells["by"])


# ── everybody's ───────────────────────────────────────────────────────────────────────────────────


def merged(
    folder: str | os.PathLike[str],
    lab: Lab,
    grades: Iterable[Grade] = (),
    overrides: Mapping[str, Mapping[str, Mark]] | None = None,
) -> tuple[Marks, list[Conflict]]:
    """Put together what all people gave who marked in a folder.

    Equal points become one mark. Different ones stay to be decided, and so does a mark above
    what the question is worth now, or of an answer that has been replaced since.

    Args:
        folder: of the grades, with files marks-*.csv.
        lab: whose questions were marked.
        grades: whose answers count now; (): marks count whatever was answered.
        overrides: what `read_overrides` returned; what it decides is no conflict.

    Returns:
        The marks by student and item, and what has to be decided.

    Raises:
        InputError: a marks file can't be read; says the line.
    """
    votes: defaultdict[tuple[str, str], list[Given]] = defaultdict(list)
    for of_one in everybody(folder).values():
        for key, one in of_one.items():
            votes[key].append(one)
    now = {tables.written(one.student): one for one in grades}
    points = worth(lab)
    marks: defaultdict[str, dict[str, Mark]] = defaultdict(dict)
    conflicts: list[Conflict] = []
    for (student, item), given in sorted(votes.items()):
        if item not in points:
            continue
        student = now[student].student if student in now else student
        answer = _answer_now(now, student, item)
        current = [one for one in given if answer is None or one.answer in ("", answer)]
        text = _undecided(current or given, points[item], bool(current), _line(student, item))
        if not text:
            marks[student][item] = _one_mark(current)
        elif item not in (overrides or {}).get(student, {}):
            conflicts.append(Conflict(student, item, text, tuple(map(_mark, given))))
    _say_unknown({item for _, item in votes} - set(points))
    return dict(marks), conflicts


def _answer_now(now: Mapping[str, Grade], student: str, item: str) -> str | None:
    """Return the digest of the answer that counts now; None where that isn't known."""
    grade = now.get(tables.written(student))
    if grade is None:
        return None
    return answer_digest(grade.facts.answers.get(item, "") if grade.facts else "")


def _line(student: str, item: str) -> str:
    """Return the line of overrides.csv that decides an item, with what has to be filled in."""
    cells = dict(zip(COLUMNS, (student, item, "POINTS", "REASON", "YOUR-NAME"), strict=True))
    line = tables.Table(COLUMNS).line(cells)
    return f"below the line {','.join(COLUMNS)}: {line.decode().strip()}"


def _undecided(given: Sequence[Given], most: float, current: bool, line: str) -> str:
    """Return why marks don't count, and what to do; "" where they do."""
    said = "; ".join(f"{one.by} gave {one.points:g}" for one in given)
    said = f"{given[0].item}: {said}"
    if not current:
        return f"{said}, but the answer has changed since. Run mnistlab mark again to read it."
    if any((one.points or 0) > most for one in given):
        return f"{said}, but it is worth {most:g} now. Decide it in overrides.csv, {line}"
    if len({one.points for one in given}) > 1:
        return (f"{said}. Let one of them change the mark, or decide it in overrides.csv, "
                f"{line}")  # fmt: skip
    return ""


def _mark(given: Given) -> Mark:
    """Return what one person gave."""
    return Mark(given.points or 0.0, given.comment, given.by)


def _one_mark(given: Sequence[Given]) -> Mark:
    """Return the mark in which all agree, with all that they said."""
    comments = dict.fromkeys(one.comment for one in given if one.comment)
    by = dict.fromkeys(one.by for one in given)
    return Mark(given[0].points or 0.0, " ".join(comments), ", ".join(by))


def _say_unknown(items: set[str]) -> None:
    """Say which marks don't count because their question has gone."""
    if items:
        listed = ", ".join(repr(one) for one in sorted(items))
        notice(f"marks of {listed} don't count: lab.toml has no such question with points.")
