"""JSON from files that nobody should trust: small, flat, unambiguous, with finite numbers only.

Python's own reader takes NaN and 1e999, keeps the last of two equal keys, and ends in a
RecursionError at deep nesting. Here all of that is refused before or right after reading.

Example:
    >>> parse(b'{"seed": 7}', "submission.json")
    {'seed': 7}
"""

import codecs
import json
import math
import re
from typing import Any

import numpy as np

from mnistlab.checks import shown
from mnistlab.errors import SubmissionError

MOST_BYTES = 8 * 2**20
DEEPEST = 60
MOST_VALUES = 2_000_000
MOST_DIGITS = 300  # of a whole number: below the largest float, so that float(n) can't overflow

# A string, to its end or, unfinished, to the end of the text: so that no byte is looked at twice.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def parse(data: bytes, what: str, most: int = MOST_BYTES) -> Any:
    """Return what a JSON text holds.

    Args:
        data: the text in UTF-8, with or without a byte order mark.
        what: what it is called in an error, such as "submission.json".
        most: how many bytes it may have.

    Returns:
        Dicts with different keys, lists, texts without lone surrogates, finite numbers, whole
        numbers of at most 300 digits, booleans and None; at most 60 deep.

    Raises:
        SubmissionError: anything else, with what to do.

    Example:
        >>> parse(b"[1e999]", "worksheet.json")
        Traceback (most recent call last):
        mnistlab.errors.SubmissionError: worksheet.json holds the number inf; only finite ...
    """
    return checked(loose(data, what, most), what)


def loose(data: bytes, what: str, most: int = MOST_BYTES) -> Any:
    """Return what a JSON text holds, NaN, infinity and lone surrogates included.

    Notebooks have such things in the outputs of other packages; what is taken out of one goes
    through `checked`.

    Args:
        data: the text in UTF-8, with or without a byte order mark.
        what: what it is called in an error.
        most: how many bytes it may have.

    Raises:
        SubmissionError: no JSON in UTF-8, too large, too deep, or with the same key twice.

    Example:
        >>> loose(b"[NaN]", "notebook")
        [nan]
    """
    if len(data) > most:
        raise SubmissionError(f"{what} has {len(data):,} bytes; at most {most:,} are read. Shorten "
                              "what makes it so long, and submit it again.")  # fmt: skip
    if data.startswith(_UTF16):
        raise SubmissionError(f"{what} is a text in UTF-16. Save it as UTF-8, or submit the file "
                              "as it was written, without opening it in an editor.")  # fmt: skip
    data = data.removeprefix(codecs.BOM_UTF8)
    _must_be_flat(data, what)
    try:
        return json.loads(data.decode(), object_pairs_hook=_dict, parse_int=_whole)
    except UnicodeDecodeError as why:
        raise SubmissionError(
            f"{what} isn't a text in UTF-8 (byte {why.start:,}). {AGAIN}"
        ) from why
    except _Refused as why:
        raise SubmissionError(f"{what} {why}. {AGAIN}") from why
    except json.JSONDecodeError as why:
        raise SubmissionError(f"{what} is no JSON: {why.msg} in line {why.lineno}, column "
                              f"{why.colno}. {AGAIN}") from why  # fmt: skip


AGAIN = "Submit the file again as it was written, without changing it."


def checked(value: Any, what: str) -> Any:
    """Return a value of `loose` where all numbers are finite and all texts are Unicode.

    Args:
        value: what `loose` gave, or a part of it.
        what: what it is called in an error.

    Raises:
        SubmissionError: NaN, infinity or half a character in it.

    Example:
        >>> checked({"accuracy": 0.97}, "submission.json")
        {'accuracy': 0.97}
    """
    if isinstance(value, dict):
        for key, one in value.items():
            _must_be_unicode(key, what)
            checked(one, what)
    elif isinstance(value, list):
        for one in value:
            checked(one, what)
    elif isinstance(value, str):
        _must_be_unicode(value, what)
    elif isinstance(value, float) and not math.isfinite(value):
        raise SubmissionError(f"{what} holds the number {value}; only finite numbers are read. "
                              "Where training diverged, train again with a smaller learning "
                              "rate.")  # fmt: skip
    return value


def _must_be_unicode(text: str, what: str) -> None:
    """Raise SubmissionError where a text holds half a character (a lone surrogate)."""
    try:
        text.encode()
    except UnicodeEncodeError as why:
        raise SubmissionError(f"{what} holds half a character in {shown(text)}. Write that text "
                              "again.") from why  # fmt: skip


def _must_be_flat(data: bytes, what: str) -> None:
    """Raise SubmissionError where a text holds too many values, or nests them too deep."""
    outside = _STRING.sub(b"", data)
    brackets = outside.translate(None, _NOT_BRACKETS)
    if outside.count(b",") + len(brackets) > MOST_VALUES:
        raise SubmissionError(f"{what} holds more than {MOST_VALUES:,} values. {AGAIN}")
    codes = np.frombuffer(brackets, np.uint8)
    steps = np.where((codes == ord("[")) | (codes == ord("{")), 1, -1)
    if np.cumsum(steps).max(initial=0) > DEEPEST:
        raise SubmissionError(f"{what} holds values in values, more than {DEEPEST} deep. {AGAIN}")


class _Refused(Exception):
    """What is JSON, and isn't wanted all the same."""


def _dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object as a dict; else raise _Refused where a key stands twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for position, key in enumerate(keys) if key in keys[:position])
        raise _Refused(f"holds the key {shown(twice)} twice")
    return made


def _whole(digits: str) -> int:
    """Return a whole number; else raise _Refused where it has too many digits."""
    if len(digits) > MOST_DIGITS:
        raise _Refused(f"holds a number of {len(digits):,} digits")
    return int(digits)
