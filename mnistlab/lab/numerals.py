"""Numbers as students write them: 0.25, 0,25, 1.000,5, 407'050, ٠٫٢٥.

What can be read in one way only is read; the rest is an error that names both ways.

Example:
    >>> as_number("0,25"), as_number("1.000,5"), as_number("407 050")
    (0.25, 1000.5, 407050.0)
"""

import math
import re
import unicodedata

from mnistlab.checks import shown
from mnistlab.errors import InputError

LONGEST = 60
# Blanks, apostrophes and the Arabic sign that part thousands; minus signs; other commas, points.
_SIGNS = str.maketrans({
    **dict.fromkeys(" _'’ʼ٬\u00a0\u2007\u2009\u202f", "'"),
    **dict.fromkeys("−–‒", "-"),
    **dict.fromkeys("٫．", "."),
    "，": ",",
    **dict.fromkeys("\u200e\u200f\u061c\u2066\u2067\u2068\u2069", None),  # of writing direction
})  # fmt: skip
_NUMBER = re.compile(r"([+-]?)([\d.,']*\d[\d.,']*)((?:[eE][+-]?\d{1,3})?)")


def as_number(given: str) -> float:
    """Return the number that a text says.

    Args:
        given: with a decimal point or comma, with or without signs between thousands, in the
            digits of any script, at most 60 characters.

    Raises:
        InputError: no finite number, or one that can be read in two ways, such as "2,303".

    Example:
        >>> as_number("2,303")
        Traceback (most recent call last):
        mnistlab.errors.InputError: '2,303' can be read in two ways. Write 2.303, or 2303.
    """
    if "%" in given or "٪" in given:
        raise InputError(f"{shown(given)} has a percent sign. Write the number alone: 97.5 where "
                         "the question asks for %, otherwise the share, 0.975.")  # fmt: skip
    found = _NUMBER.fullmatch(_plain(given)) if len(given) <= LONGEST else None
    pointed = _pointed(found[2]) if found else None
    value = float(found[1] + pointed + found[3]) if found and pointed else math.nan
    if not math.isfinite(value):
        raise InputError(f"{shown(given)} is no number. Write one such as 0.25, 407050 or 1e-3, "
                         "computed to its end: no fraction, no unit.")  # fmt: skip
    if found and not found[3] and re.fullmatch(r"[1-9]\d{0,2},\d{3}", found[2]):
        raise InputError(f"{shown(given.strip())} can be read in two ways. Write "
                         f"{found[1]}{found[2].replace(',', '.')}, or "
                         f"{found[1]}{found[2].replace(',', '')}.")  # fmt: skip
    return value


def _plain(given: str) -> str:
    """Return a text with 0–9, a plain minus, and one sign for all that part thousands."""
    text = "".join(str(unicodedata.decimal(one, one)) for one in given.strip())
    return text.translate(_SIGNS).strip("'")


def _pointed(digits: str) -> str | None:
    """Return digits with a decimal point and nothing else; None where the signs don't fit.

    Example:
        >>> _pointed("1.000,5"), _pointed("1,00,5")
        ('1000.5', None)
    """
    whole, point, rest = digits, "", ""
    separators = [one for one in digits if one in ".,"]
    if separators and digits.count(separators[-1]) == 1:  # only the last can be the decimal one
        whole, point, rest = digits.rpartition(separators[-1])
    signs = {one for one in whole if not one.isdigit()}
    if len(signs) > 1 or not re.fullmatch(r"\d*", rest):
        return None
    if signs and not re.fullmatch(r"\d{1,3}(?:\D\d{3})+", whole):
        return None
    return re.sub(r"\D", "", whole) + (point and ".") + rest
