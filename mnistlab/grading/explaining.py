"""Where each point of a grade comes from, in plain text.

    who, which attempt, which file; digests of submission, rubric and test data; the version
    each item: points, who or what gave them, why, what was measured
    what was measured before a person decided otherwise; lateness; flags

Example:
    >>> _points(2.5, 5)
    '2.5 of 5'
"""

import textwrap
from collections.abc import Iterator, Mapping

from mnistlab.grading.grades import Grade, Outcome
from mnistlab.grading.marking.keys import harmless
from mnistlab.grading.marks import Mark
from mnistlab.grading.pages.pages import clipped, percent, points
from mnistlab.grading.points import rubric
from mnistlab.lab import labfile
from mnistlab.lab.assignment import Answer, Lab

LONGEST = 2000  # characters of one text
WIDTH = 96


def explain(grade: Grade, lab: Lab, overrides: Mapping[str, Mark] | None = None) -> str:
    """Return where each point of a grade comes from.

    Args:
        grade: of one student.
        lab: by which it was graded.
        overrides: what overrides.csv decides for this student, by item.

    Returns:
        Lines of at most about 100 characters; texts of the submission can do nothing to a
        terminal.

    Example:
        >>> print(explain(grade, lab))  # doctest: +SKIP
        student       ada
        points        83.5 of 100
        …
    """
    parts = [
        *_about(grade),
        *_changed(grade, lab),
        "",
        *(line for one in grade.outcomes for line in _outcome(one, grade, lab, overrides or {})),
        *_sum(grade),
        *_said("flag", [f"{one.kind}: {one.text}" for one in grade.flags]),
        *_said("problem", grade.facts.problems if grade.facts else ()),
        *_said("note", grade.facts.notes if grade.facts else ()),
    ]
    return "\n".join(parts) + "\n"


def _about(grade: Grade) -> Iterator[str]:
    """Yield whose grade it is, of what, and by what it was graded."""
    facts = grade.facts
    attempt = f"attempt {grade.attempt} of {grade.attempts}"
    by = f", by {grade.sender} for the group" if grade.sender else ""
    lines = {
        "student": grade.student,
        "name": grade.name,
        "points": _points(grade.points, grade.out_of),
        "handed in": (attempt if grade.attempts else "something") + by if facts else "nothing",
        "where": grade.where,
        "file": f"{facts.file}, read as {facts.source or 'nothing'}" if facts else "",
        "submission": facts.digest if facts else "",
        "rubric": grade.rubric,
        "test data": grade.test_data,
        "private data": grade.private_data,
        "graded by": f"mnistlab {grade.version}" if grade.version else "",
    }
    for name, text in lines.items():
        if text:
            yield f"{name:<14}{_one_line(text)}"


def _changed(grade: Grade, lab: Lab) -> Iterator[str]:
    """Yield a warning where the lab is another than the one it was graded by."""
    if not _is_the_same(grade, lab):
        yield f"{'changed':<14}lab.toml is {labfile.digest(lab)} now. Grade again to use it."


def _is_the_same(grade: Grade, lab: Lab) -> bool:
    """Whether a grade was given by this lab, as far as it says."""
    return grade.rubric in ("", labfile.digest(lab))


# ── each item ───────────────────────────────────────────────────────────────────────────────────


def _outcome(one: Outcome, grade: Grade, lab: Lab, overrides: Mapping[str, Mark]) -> Iterator[str]:
    """Yield what one item earned, and why."""
    kind = ", bonus" * one.bonus + ", not shown to students" * (not one.visible)
    yield f"{one.item}: {_points(one.points, one.out_of)}{kind}"
    yield from _indented(one.title)
    yield from _indented(f"{_who(one, lab, overrides)}: {one.reason or 'no reason was given'}")
    if one.measured:
        yield from _indented(f"measured: {one.measured}")
    if one.by:
        yield from _before(one, grade, lab)
    if one.advice:
        yield from _indented(f"advice: {one.advice}")
    yield ""


def _who(one: Outcome, lab: Lab, overrides: Mapping[str, Mark]) -> str:
    """Return who gave the points, in words."""
    if one.by:
        is_answer = any(q.id == one.item and isinstance(q, Answer) for q in lab.question)
        read = is_answer and one.item not in overrides
        return f"{one.by} {'read the answer' if read else 'decided it (overrides.csv)'}"
    return "to be read" if one.points is None else "by measurement"


def _before(one: Outcome, grade: Grade, lab: Lab) -> Iterator[str]:
    """Yield what was measured before a person decided otherwise, where that is known."""
    if not _is_the_same(grade, lab):
        return
    for before in rubric.outcomes(lab, grade.facts, solutions=True):
        if before.item == one.item and before.points is not None:
            worth = _points(before.points, before.out_of)
            yield from _indented(f"without {one.by} it would be {worth}: {before.reason}")


def _points(earned: float | None, out_of: float) -> str:
    """Return points as "2.5 of 5"; those that a person has yet to give as "? of 5"."""
    return f"{'?' if earned is None else points(earned)} of {points(out_of)}"


# ── the rest ────────────────────────────────────────────────────────────────────────────────────


def _sum(grade: Grade) -> Iterator[str]:
    """Yield how the points add up, and what lateness costs."""
    found = [points(one.points or 0) for one in grade.outcomes]
    if found:
        yield from _indented(f"sum: {' + '.join(found)} = {points(grade.earned)}", 0)
    if grade.to_mark:
        yield f"to be read by a person: {grade.to_mark}, counted as 0 so far"
    if grade.penalty:
        days = "late" if grade.late_days is None else f"late, {grade.late_days} days begun"
        yield (f"{days}: {percent(grade.penalty)} less: {points(grade.earned)} → "
               f"{points(grade.points)}")  # fmt: skip


def _said(what: str, texts: tuple[str, ...] | list[str]) -> Iterator[str]:
    """Yield texts, each after what it is."""
    for text in texts:
        yield from _indented(f"{what}: {text}", 0)


def _indented(text: str, by: int = 4) -> list[str]:
    """Return a text in lines, indented."""
    return textwrap.wrap(_one_line(text), WIDTH, initial_indent=" " * by,
                         subsequent_indent=" " * max(by, 4))  # fmt: skip


def _one_line(text: str) -> str:
    """Return a text of the submission in one line that a terminal shows and doesn't obey."""
    return clipped(harmless(text), LONGEST)
