"""A class in numbers: how many were graded, how the points lie, where they were lost.

Example:
    >>> [one.count for one in distribution([12, 97, 100], out_of=100) if one.count]
    [1, 2]
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from mnistlab.grading.grades import Grade, Outcome

WIDTH = 5  # percent of a bar of the distribution


# ── each student ────────────────────────────────────────────────────────────────────────────────


def handed_in(grade: Grade) -> bool:
    """Whether there is anything of this student."""
    return grade.facts is not None or grade.attempts > 0


def unreadable(grade: Grade) -> bool:
    """Whether something was handed in of which no network could be measured."""
    return handed_in(grade) and (grade.facts is None or not grade.facts.layer_sizes)


# ── the class ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Summary:
    """A class at a glance.

    Attributes:
        students, measured, unreadable, nothing: how many; they add up to `students`.
        flagged: students with a flag; to_mark: with answers that wait for a person.
        answers: how many answers wait.
        mean, median, lower, upper: points of those who handed in; lower and upper: quartiles.
    """

    students: int
    measured: int
    unreadable: int
    nothing: int
    flagged: int
    to_mark: int
    answers: int
    mean: float = 0.0
    median: float = 0.0
    lower: float = 0.0
    upper: float = 0.0

    @property
    def handed_in(self) -> int:
        """How many handed in anything."""
        return self.measured + self.unreadable


def summary(grades: Sequence[Grade]) -> Summary:
    """Return a class at a glance."""
    there = [one for one in grades if handed_in(one)]
    unread = sum(unreadable(one) for one in there)
    return Summary(
        students=len(grades),
        measured=len(there) - unread,
        unreadable=unread,
        nothing=len(grades) - len(there),
        flagged=sum(bool(one.flags) for one in grades),
        to_mark=sum(one.to_mark > 0 for one in grades),
        answers=sum(one.to_mark for one in grades),
        **_middle([one.points for one in there]),
    )


def _middle(points: list[float]) -> dict[str, float]:
    """Return mean, median and quartiles of points."""
    if not points:
        return {}
    around = statistics.quantiles(points, n=4, method="inclusive") if points[1:] else points * 3
    return {"mean": statistics.fmean(points), "median": statistics.median(points),
            "lower": around[0], "upper": around[2]}  # fmt: skip


# ── the distribution ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Bar:
    """How many students lie in [low, high) percent of the points; the last one includes 100."""

    low: int
    high: int
    count: int

    @property
    def label(self) -> str:
        """What the bar stands for: "95 to 100%"."""
        return f"{self.low} to {self.high}%" if self.high <= 100 else "above 100%"


def distribution(points: Sequence[float], out_of: float) -> tuple[Bar, ...]:
    """Return the bars of a histogram, 5% wide; one more where a bonus leads above 100%.

    Args:
        points: of each student; shape (n,).
        out_of: the points that make 100%.
    """
    shares = [round(100 * one / out_of, 6) if out_of else 0.0 for one in points]
    counts = [0] * (100 // WIDTH)
    for share in shares:
        if share <= 100:
            counts[min(int(share // WIDTH), len(counts) - 1)] += 1
    bars = [Bar(WIDTH * k, WIDTH * (k + 1), count) for k, count in enumerate(counts)]
    above = sum(share > 100 for share in shares)
    return (*bars, Bar(100, 105, above)) if above else tuple(bars)


# ── each item ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class ItemFigures:
    """How a class did on one item.

    Attributes:
        item, title, out_of, bonus: as in an Outcome.
        mean: the mean points of those who handed in and whose points stand.
        full, zero: the share of them with all of the points, and with none, in [0, 1].
        to_mark: how many wait for a person; known: the points of how many stand.
        unread: whether nobody has read any of them yet; what is known is of blank answers then.
    """

    item: str
    title: str
    out_of: float
    bonus: bool
    mean: float
    full: float
    zero: float
    to_mark: int
    known: int = 0
    unread: bool = False

    @property
    def lost(self) -> float:
        """The points that a student lost on it, in the mean; nobody loses a bonus."""
        return 0.0 if self.bonus else self.out_of - self.mean

    @property
    def share(self) -> float:
        """The mean as a share of what could be earned, in [0, 1]."""
        return min(self.mean / self.out_of, 1.0) if self.out_of else 0.0


def items(grades: Sequence[Grade]) -> tuple[ItemFigures, ...]:
    """Return the figures of each item, in the order of the lab."""
    there = [one for one in grades if handed_in(one)] or list(grades)
    columns: dict[str, list[Outcome]] = {}
    for outcome in (outcome for grade in there for outcome in grade.outcomes):
        columns.setdefault(outcome.item, []).append(outcome)
    return tuple(_figures(column) for column in columns.values())


def _figures(column: list[Outcome]) -> ItemFigures:
    """Return the figures of one item from all of its outcomes."""
    first = column[0]
    known = [one.points for one in column if one.points is not None]
    n = max(len(known), 1)
    return ItemFigures(
        item=first.item,
        title=first.title or first.item,
        out_of=first.out_of,
        bonus=first.bonus,
        mean=sum(known) / n,
        full=sum(one >= first.out_of for one in known) / n,
        zero=sum(one == 0 for one in known) / n,
        to_mark=len(column) - len(known),
        known=len(known),
        unread=len(known) < len(column) and not any(_is_read(one) for one in column),
    )


def _is_read(one: Outcome) -> bool:
    """Whether somebody has read an answer: a mark, or points that no blank answer gets."""
    return bool(one.by) or bool(one.points)
