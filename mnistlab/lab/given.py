"""What students give as a prediction or a number, as the worksheet keeps it.

Example:
    >>> predicted("predict_order", [97, 97, 30.5])
    '97, 97, 30.5'
"""

import re
from typing import Any

import numpy as np

from mnistlab import checks
from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.lab import entries, numerals
from mnistlab.lab.claims import LONGEST_TEXT

PLACEHOLDERS = ("", "...", "…")  # what a cell holds before anything is filled in


def must_be_one(question: str, value: Any, more: tuple[Any, ...]) -> None:
    """Raise InputError where a comma made several values of one."""
    if more:
        given = ", ".join(map(shown, (value, *more)))
        raise InputError(f"{question!r} got {1 + len(more)} values: {given}. In Python a comma "
                         "parts values: write 0.25 with a point, or '0,25' in quotes.")  # fmt: skip


def is_blank(value: Any) -> bool:
    """Whether nothing was given: None, …, or a text without words."""
    return value is None or value is ... or (
        isinstance(value, str) and value.strip() in PLACEHOLDERS
    )  # fmt: skip


def plain(value: Any) -> Any:
    """Return a number of NumPy, Keras or PyTorch as Python's own; an array as a list."""
    return np.asarray(value).tolist() if hasattr(value, "__array__") else value


def number(question: str, x: Any, count: bool = False) -> float:
    """Return a number that was given as one, or as a text such as "0,25"; else InputError.

    Args:
        question: its id.
        x: what was given.
        count: whether a count is asked for: then "407.050" and "407,050" are 407 thousand.
    """
    x = plain(x)
    if count and isinstance(x, str) and re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", x.strip()):
        return float(re.sub(r"\D", "", x))
    return numerals.as_number(x) if isinstance(x, str) else checks.number(question, x)


def predicted(question: str, value: Any) -> bool | int | float | str:
    """Return what was predicted, as a worksheet keeps it; a list as a text."""
    value = plain(value)
    if isinstance(value, list | tuple):
        value = ", ".join(entries.written(_one(question, plain(one))) for one in value)
    return _one(question, value)


def _one(question: str, value: Any) -> bool | int | float | str:
    """Return a single predicted value, or raise InputError."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        finite = checks.number(question, value)
        return int(value) if isinstance(value, int) and abs(value) < 2**63 else finite
    words = whole_characters(value.strip())
    if len(words) > LONGEST_TEXT:
        raise InputError(f"The prediction {question!r} has {len(words):,} characters; at most "
                         f"{LONGEST_TEXT} are kept. Say it in a few words.")  # fmt: skip
    return words


def whole_characters(text: str) -> str:
    """Return a text as JSON can hold it: halves of characters joined, or replaced by �.

    Example:
        >>> whole_characters("\\ud83d\\ude42"), whole_characters("a\\ud83d")
        ('🙂', 'a�')
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
