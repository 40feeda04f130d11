"""What a check of one item or question found, before it is made points.

Example:
    >>> found = Finding(Fraction(1, 2), "Half of it is there.")
    >>> float(found.share)
    0.5
"""

from dataclasses import dataclass
from fractions import Fraction

from mnistlab.grading.facts import Facts

ALL, NONE = Fraction(1), Fraction(0)
HAND_IN = ("Hand in the zip that mnistlab.submit(result, student_id=…) writes, or the notebook "
           "after running that cell and saving it.")  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What one item or question earned, and why.

    Attributes:
        share: of its points, in [0, 1]; None: a person decides.
        reason: why, in sentences to the student.
        measured: what was measured, in a few words.
        advice: what to try.
    """

    share: Fraction | None
    reason: str
    measured: str = ""
    advice: str = ""


def nothing() -> Finding:
    """Return what every item finds where nothing was handed in."""
    return Finding(NONE, "Nothing was handed in.", advice=HAND_IN)


def not_measured(facts: Facts) -> Finding:
    """Return what an item finds that needs weights, where none could be measured."""
    if facts.source == "record":
        return Finding(
            NONE,
            "The file states a result, but holds no weights, so nothing could be measured. What a "
            "file says of itself earns no points.",
            advice=HAND_IN,
        )
    if facts.problems:
        return Finding(NONE, " ".join(facts.problems[:3]), advice=HAND_IN)
    return Finding(NONE, "The file holds no network that could be measured.", advice=HAND_IN)


def is_said(text: str) -> bool:
    """Whether a text has a character that can be seen; a zero-width space says nothing."""
    return any(one.isprintable() and not one.isspace() for one in text)


def of_n(count: int, word: str) -> str:
    """Return a number with its word: "1 epoch", "10,000 images"."""
    return f"{count:,} {word}" + ("" if count == 1 else "s")
