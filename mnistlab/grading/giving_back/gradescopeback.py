"""A grade as Gradescope's results.json: what an autograder writes for one submission.

An item that students can't see beforehand is shown "after_published", without its reason: hidden
tests would hide the whole score until then just the same. So that nobody learns a hidden item's
points by subtraction, the text over all says the points of the visible items only. A question
that a person has yet to read has no status and 0 points; mark it in Gradescope with a question of
its own.

Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/

Example:
    >>> failed("The file is empty.", out_of=100)["score"]
    0.0
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mnistlab.grading.csvfile import number
from mnistlab.grading.gradebook import write
from mnistlab.grading.grades import Grade, Outcome
from mnistlab.lab.assignment import Lab

Results = dict[str, Any]
UNREAD = "A person has yet to read this answer."


def results(grade: Grade, lab: Lab) -> Results:
    """Return results.json for one grade, without the time it took.

    Args:
        grade: one student's.
        lab: the assignment.

    Returns:
        What Gradescope documents; scores are at least 0, texts are marked as plain text.
    """
    return {
        "score": max(grade.points, 0.0),
        "output": _summary(grade),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(one, k) for k, one in enumerate(grade.outcomes, start=1)],
        "extra_data": {
            "lab": lab.lab.name,
            "submission": grade.facts.digest if grade.facts else "",
            "rubric": grade.rubric,
            "test_data": grade.test_data,
            "private_data": grade.private_data,
            "mnistlab": grade.version,
        },
    }


def _summary(grade: Grade) -> str:
    """Return what is said of the whole submission; nothing from which a hidden item follows."""
    lines = _points(grade)
    if grade.facts is None:
        lines.append("Nothing was handed in that could be read.")
    else:
        lines += grade.facts.problems
    to_mark = sum(one.points is None for one in grade.outcomes if one.visible)
    if to_mark:
        lines.append(f"Answers that a person has yet to read: {to_mark}. Until then they "
                     "count 0.")  # fmt: skip
    return "\n".join(lines)


def _points(grade: Grade) -> list[str]:
    """Return what is said of points and lateness: of all items, or of the visible ones only."""
    cost = number(round(100 * grade.penalty, 2))
    if all(one.visible for one in grade.outcomes):
        before = number(round(grade.earned, 2))
        late = f"Before the deduction for lateness, {cost}%, it was {before}."
        whole = f"{number(grade.points)} of {number(grade.out_of)} points."
    else:
        shown = [one for one in grade.outcomes if one.visible]
        earned = float(round(sum(one.points or 0 for one in shown), 2))
        out_of = float(sum(one.out_of for one in shown if not one.bonus))
        late = f"The deduction for lateness, {cost}%, isn't taken off yet."
        whole = f"{number(earned)} of {number(out_of)} points for the items that are shown."
    return [whole, late] if grade.penalty else [whole]


def _test(outcome: Outcome, position: int) -> Results:
    """Return one item as a test; its status says whether it earned everything."""
    test: Results = {
        "name": outcome.title + (" (bonus)" if outcome.bonus else ""),
        "name_format": "text",
        "number": str(position),
        "score": max(outcome.points or 0.0, 0.0),
        "max_score": outcome.out_of,
        "output": _said(outcome),
        "output_format": "text",
        "visibility": "visible" if outcome.visible else "after_published",
        "extra_data": {"item": outcome.item},
    }
    if outcome.points is not None:
        test["status"] = "passed" if outcome.points >= outcome.out_of else "failed"
    return test


def _said(outcome: Outcome) -> str:
    """Return why, what was measured, and what to try; nothing of a hidden item."""
    if not outcome.visible:
        return ""
    if outcome.points is None:
        return UNREAD
    measured = outcome.measured and f"Measured: {outcome.measured}"
    advice = outcome.advice and f"What to try: {outcome.advice}"
    return "\n".join(one for one in (outcome.reason, measured, advice) if one)


def failed(why: str, out_of: float) -> Results:
    """Return results.json for a submission that couldn't be graded: 0, and why.

    Args:
        why: a sentence to the student.
        out_of: the points that make 100%.
    """
    said = {"output": why, "output_format": "text", "visibility": "visible"}
    test = {"name": "The submission could be graded", "score": 0.0, "max_score": out_of,
            "status": "failed", **said}  # fmt: skip
    return {"score": 0.0, **said, "stdout_visibility": "hidden", "tests": [test]}


def write_results(file: Path, said: Mapping[str, Any]) -> Path:
    """Write results.json, whole or not at all; ASCII, so that any reader takes it.

    Raises:
        OSError: the folder can't be written.
    """
    return write(file, json.dumps(said, indent=1, allow_nan=False).encode("ascii"))
