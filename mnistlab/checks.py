"""Checks of single values, with errors in the words of a student who is stuck.

Each function takes the name of the parameter and the value given, and returns the value in the
form the package works with, or raises an InputError that names what was given, what is allowed
and what to do.

Example:
    >>> from mnistlab.checks import choice
    >>> choice("hidden_activation", "Sigmoid", ["sigmoid", "relu"])
    'sigmoid'
"""

import difflib
import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from mnistlab.errors import InputError


def shown(value: object) -> str:
    """Return `value` as an error message shows it: its repr in one line of 80 characters."""
    text = " ".join(line.strip() for line in repr(value).splitlines())
    return text if len(text) <= 80 else text[:77] + "..."


def did_you_mean(given: object, allowed: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for a close misspelling of an allowed word, otherwise ""."""
    close = difflib.get_close_matches(str(given).lower(), list(allowed), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return `value` in lower case where it is one of `allowed` words; else raise InputError."""
    word = value.strip().lower().replace("-", "_") if isinstance(value, str) else value
    if isinstance(word, str) and word in allowed:
        return word
    listed = ", ".join(repr(one) for one in allowed)
    raise InputError(
        f"{name}={shown(value)} is not known. Choose one of: {listed}."
        + did_you_mean(value, allowed)
    )


def text(name: str, value: Any) -> str:
    """Return `value` where it is text; else raise InputError."""
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text in quotes, but got {shown(value)}.")
    return value


def number(name: str, value: Any) -> float:
    """Return `value` as a finite float; else raise InputError."""
    if isinstance(value, str):
        raise InputError(
            f"{name} must be a number, but got the text {shown(value)}." + comma_hint(name, value)
        )
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InputError(f"{name} must be a number, but got {shown(value)}.")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise InputError(f"{name} must be a finite number, but got {shown(value)}.")
    return result


def comma_hint(name: str, given: str) -> str:
    """Return how to write a number that came as text: decimal points, no quotes."""
    pointed = given.strip().replace(",", ".")
    try:
        written = math.isfinite(float(pointed))
    except ValueError:
        written = False
    if not written:
        return " Write a number such as 0.5."
    if "," in given:
        return f" Numbers take a decimal point, not a comma: {name}={pointed}."
    return f" Leave the quotes out: {name}={pointed}."


def positive(name: str, value: Any) -> float:
    """Return `value` as a finite float above 0; else raise InputError."""
    result = number(name, value)
    if result <= 0:
        raise InputError(f"{name} must be above 0, but got {shown(value)}.")
    return result


def not_negative(name: str, value: Any) -> float:
    """Return `value` as a finite float of at least 0; else raise InputError."""
    result = number(name, value)
    if result < 0:
        raise InputError(f"{name} must be at least 0, but got {shown(value)}.")
    return result


def fraction(name: str, value: Any) -> float:
    """Return `value` as a float with 0 <= value < 1; else raise InputError."""
    result = number(name, value)
    if not 0 <= result < 1:
        raise InputError(f"{name} must be at least 0 and below 1, but got {shown(value)}.")
    return result


def whole(name: str, value: Any, minimum: int = 0) -> int:
    """Return `value` as an int of at least `minimum`; else raise InputError."""
    if number(name, value) % 1:
        raise InputError(f"{name} must be a whole number, but got {shown(value)}.")
    result = int(value)  # of the value itself: a float would round whole numbers above 2⁵³
    if result < minimum:
        raise InputError(f"{name} must be at least {minimum}, but got {shown(value)}.")
    return result


def batch_size(value: Any) -> int | str:
    """Return the batch size, a whole number from 1 on or "full"; else raise InputError."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word == "full":
            return word
        raise InputError(
            f"batch_size={shown(value)} is not known. Give a whole number from 1 on "
            "(a power of 2 by habit), or 'full' for full batch."
        )
    return whole("batch_size", value, minimum=1)


def units(name: str, value: Any) -> tuple[int, ...]:
    """Return the units of each layer as a tuple; one number means one layer, () means none."""
    given = value if isinstance(value, (list, tuple)) else (value,)
    if any(not isinstance(one, numbers.Real) for one in given):
        raise InputError(
            f"{name}={shown(value)} is no number of units. Give a whole number such as 512, "
            "or one for each layer, such as (128, 64), without quotes."
        )
    return tuple(_layer(name, one) for one in given)


MOST_UNITS = 10_000_000  # a layer above this fits no machine


def _layer(name: str, value: Any) -> int:
    """Return the units of one layer."""
    units = whole(name, value, minimum=1)
    if units > MOST_UNITS:
        raise InputError(f"{name} must be at most {MOST_UNITS:,}, but got {shown(value)}.")
    return units
