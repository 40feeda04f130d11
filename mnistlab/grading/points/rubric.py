"""Points: a pure function of the assignment and of what was measured.

Nothing here measures, reads a file or knows a time, so the same facts earn the same points
whenever they are graded again. What `itemchecks` and `questionchecks` find becomes an Outcome
each: points, a reason to the student with numbers in it, and advice where points were lost.

Example:
    >>> lab = Lab.model_validate({
    ...     "schema_version": 1, "lab": {"name": "tiny", "title": "Tiny"},
    ...     "network": {"inputs": 784, "classes": 10},
    ...     "item": [{"id": "test", "check": "accuracy", "points": 40, "full_from": 0.97,
    ...               "none_below": 0.9}]})
    >>> one, = outcomes(lab, Facts(digest="", correct=9350, n_test=10_000))
    >>> one.points, one.reason[:56]
    (20.0, 'Measured 93.50% on 10,000 test images (9,350 right). Ful')
"""

from collections.abc import Iterable, Mapping

from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Outcome
from mnistlab.grading.marks import Mark
from mnistlab.grading.points import itemchecks, questionchecks
from mnistlab.grading.points.finding import Finding, nothing
from mnistlab.grading.scale import points
from mnistlab.lab.assignment import Item, Lab, Question

TITLES = {
    "readable": "File readable",
    "architecture": "Network as asked for",
    "accuracy": "Accuracy on the test data",
    "private": "Accuracy on a private test set",
    "agreement": "Stated accuracy is the measured one",
    "config": "Settings within bounds",
    "predictions": "Predictions made",
    "experiments": "Experiments recorded",
}
LONGEST_TITLE = 120


def outcomes(lab: Lab, facts: Facts | None, *, solutions: bool = False) -> tuple[Outcome, ...]:
    """Return what each item and each question with points earned, in the lab's order.

    Args:
        lab: the assignment.
        facts: what was measured of the submission; None: nothing was handed in.
        solutions: whether the right numbers are said beside wrong ones; not while students can
            still hand in again.

    Returns:
        Items first, then questions. Points of None: a person has yet to read it.

    Example:
        >>> outcomes(lab, None)[0].reason  # doctest: +SKIP
        'Nothing was handed in.'
    """
    measured = [
        _outcome(one, one.title or TITLES[one.check],
                 nothing() if facts is None else itemchecks.checked(one, lab, facts))
        for one in lab.item
    ]  # fmt: skip
    filled_in = [
        _outcome(one, _title(one.text),
                 nothing() if facts is None else questionchecks.checked(one, facts, solutions))
        for one in lab.question
        if one.points
    ]  # fmt: skip
    return (*measured, *filled_in)


def with_marks(given: Iterable[Outcome], marks: Mapping[str, Mark]) -> tuple[Outcome, ...]:
    """Return the outcomes with those points that a person gave.

    Args:
        given: what was measured.
        marks: what people gave, by item or question id.

    Example:
        >>> one = Outcome(item="why", title="Why?", points=None, out_of=5, reason="")
        >>> with_marks([one], {"why": Mark(4, "Names the slope.", "grace")})[0].points
        4.0
    """
    return tuple(_marked(one, marks[one.item]) if one.item in marks else one for one in given)


def _marked(one: Outcome, mark: Mark) -> Outcome:
    """Return an outcome with the points, reason and name of who read it."""
    lost = mark.points < one.out_of
    return one.model_copy(update={
        "points": float(mark.points), "by": mark.by, "advice": one.advice if lost else "",
        "reason": mark.reason.strip() or f"{mark.points:g} of {one.out_of:g} points.",
    })  # fmt: skip


def _outcome(one: Item | Question, title: str, found: Finding) -> Outcome:
    """Return what was found as points."""
    earned = None if found.share is None else points(found.share, one.points)
    lost = found.share is not None and found.share < 1
    return Outcome(
        item=one.id, title=title, points=earned, out_of=one.points, reason=found.reason,
        measured=found.measured, advice=(one.hint or found.advice) if lost else "",
        visible=one.visible, bonus=one.bonus,
    )  # fmt: skip


def _title(text: str) -> str:
    """Return a question's text as a title, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
