"""Names and numbers as they stand in a picture, its alt text and its caption.

Example:
    >>> number(0.12345), number(21500.0), number(3e9)
    ('0.123', '21,500', '3e+09')
    >>> exactly(998.5), number(998.5)
    ('998.5', '998')
    >>> count_of(1000, "epoch"), percent(0.975), short("a name that is much too long")
    ('1,000 epochs', '97.5%', 'a name that is much…')
"""

import math
from collections.abc import Sequence

MOST_LISTED = 20


def number(value: float) -> str:
    """Return a number to three digits, from a thousand to a million in whole ones."""
    if math.isnan(value):
        return "NaN (not a number)"
    return f"{value:,.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"


def exactly(net_input: float) -> str:
    """Return a net input to two decimals, however large: with 3 digits 998.5 would be 998."""
    return f"{round(net_input, 2) + 0.0:,.8g}"


def count_of(count: int, thing: str) -> str:
    """Return "1 epoch" or "1,000 epochs"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """Return the words in a row; of many, the first ones and how many more there are."""
    more = len(words) - MOST_LISTED
    return ", ".join(words[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def short(name: str, most: int = 20) -> str:
    """Return a name as it fits into a picture; alt text and caption have all of it."""
    return name if len(name) <= most else name[: most - 1] + "…"


def percent(share: float, _: object = None) -> str:
    """Return a share as the label of a tick, such as 95% or 97.5%; matplotlib adds a position."""
    return f"{round(100 * share, 6):g}%"
