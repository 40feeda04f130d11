"""What a class answered, question by question: the same answers together, the most frequent first.

Answers are the same here where `mnistlab mark` shows them as one.

Example:
    >>> asked(lab, grades)[0].answers[0].count  # doctest: +SKIP
    12
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnistlab.grading.grades import Grade
from mnistlab.grading.marksfile import same_answer
from mnistlab.lab.assignment import Lab, Number


@dataclass(frozen=True)
class Same:
    """One answer, and who gave it.

    Attributes:
        text: as the first of them wrote it; "": left empty.
        rows: their places among the grades, from 0.
        points: what they got for it, lowest and highest; None: yet to be read, or no points.
    """

    text: str
    rows: tuple[int, ...]
    points: tuple[float, float] | None = None

    @property
    def count(self) -> int:
        """How many gave it."""
        return len(self.rows)


@dataclass(frozen=True)
class Asked:
    """A question, and what was answered.

    Attributes:
        id, kind, text, points: as in the lab.
        answers: grouped, the most frequent first; blank: who left it empty, or None.
        missing: how many handed in no worksheet, or nothing.
    """

    id: str
    kind: str
    text: str
    points: float
    answers: tuple[Same, ...]
    blank: Same | None
    missing: int


def asked(lab: Lab, grades: Sequence[Grade]) -> tuple[Asked, ...]:
    """Return what was answered to each question of a lab."""
    return tuple(_asked(question, grades) for question in lab.question)


def _asked(question: Any, grades: Sequence[Grade]) -> Asked:
    """Return what was answered to one question."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for row, grade in enumerate(grades):
        given = _given(question, grade)
        if given is not None:
            groups.setdefault(same_answer(given), []).append((row, given))
    blank = groups.pop("", [])
    found = [_same(question.id, group, grades) for group in groups.values()]
    found.sort(key=lambda one: (-one.count, same_answer(one.text)))
    there = len(blank) + sum(one.count for one in found)
    return Asked(
        id=question.id,
        kind=question.kind,
        text=question.text,
        points=question.points,
        answers=tuple(found),
        blank=_same(question.id, blank, grades) if blank else None,
        missing=len(grades) - there,
    )


def _given(question: Any, grade: Grade) -> str | None:
    """Return a student's answer as text: "" where it was left empty, None without a worksheet."""
    facts = grade.facts
    if facts is None or not (facts.predictions or facts.numbers or facts.answers):
        return None
    if isinstance(question, Number):
        return _number(facts.numbers.get(question.id), facts.expected.get(question.id))
    column = facts.predictions if question.kind == "prediction" else facts.answers
    return column.get(question.id, "")


def _number(given: float | None, right: float | None) -> str:
    """Return a number that was given, and the right one beside it where that is known."""
    if given is None:
        return ""
    return f"{given:g}" if right is None else f"{given:g}, expected {right:g}"


def _same(item: str, group: list[tuple[int, str]], grades: Sequence[Grade]) -> Same:
    """Return one group of students who gave the same answer."""
    given = [
        outcome.points
        for row, _ in group
        for outcome in grades[row].outcomes
        if outcome.item == item and outcome.points is not None
    ]
    rows = tuple(row for row, _ in group)
    return Same(group[0][1].strip(), rows, (min(given), max(given)) if given else None)
