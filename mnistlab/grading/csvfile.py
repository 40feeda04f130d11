"""Rows → CSV that a spreadsheet opens without running anything in it.

A cell that begins with = + - @, a tab or a line break is a formula to Excel, LibreOffice and
Google Sheets. Texts that a student may have written get an apostrophe before it; numbers stay
numbers; columns of ids and names out of the instructor's own roster stay as they came, because
an apostrophe would keep an LMS from finding its student. Where a semicolon or a tab separates
cells, a formula may also begin in the middle of a text: that too gets an apostrophe before it.

Source: OWASP, "CSV Injection".

Example:
    >>> rows_to_csv([("id", "said", "points"), ("ada", "=1+1", 87.5)])
    b"id,said,points\\r\\nada,'=1+1,87.5\\r\\n"
"""

import csv
import io
import math
import unicodedata
from collections.abc import Collection, Iterable, Sequence

Cell = str | int | float | None
# The last four are full-width; spreadsheets set to Japanese or Chinese read them as the first.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SIGNS = frozenset("=+-@＝＋－＠")
_SEPARATORS = frozenset(";|\t\r\n")  # begin a new cell in programs set to other countries
MARK = "\ufeff"  # tells Excel that a file is UTF-8


def rows_to_csv(
    rows: Iterable[Sequence[Cell]], as_given: Collection[int] = (), mark: bool = False
) -> bytes:
    """Return rows as CSV in UTF-8, as RFC 4180 has it, quoted where it is needed.

    Args:
        rows: texts, numbers, and None for an empty cell.
        as_given: the columns, from 0, whose texts come from the instructor and stay as they are.
        mark: whether a byte order mark stands first, by which Excel knows UTF-8.
    """
    text = io.StringIO(newline="")
    text.write(MARK if mark else "")
    writer = csv.writer(text)  # it ends lines with \r\n, and so quotes cells with one of them
    for row in rows:
        writer.writerow([written(one, k in as_given) for k, one in enumerate(row)])
    # A name that is no valid Unicode keeps its bytes as \udc80.
    return text.getvalue().encode("utf-8", "backslashreplace")


def written(value: Cell, as_given: bool = False) -> str:
    """Return what stands in a cell; a text that isn't `as_given` is no formula there."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if as_given else defused(value)
    return number(value)


def number(value: int | float) -> str:
    """Return a number with a decimal point and no more digits than it has: 90, 87.5, 0.9787.

    Example:
        >>> number(90.0), number(float("nan"))
        ('90', '')
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(int(value))


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, without control characters.

    Blanks, invisible signs and quotes before a formula don't hide it.

    Example:
        >>> defused("@SUM(A1)"), defused("a=b"), defused("a; =b")
        ("'@SUM(A1)", 'a=b', "a; '=b")
    """
    clean = "".join(c if c in "\t\r\n" or ord(c) >= 32 else "\ufffd" for c in text)
    seen = next((c for c in clean if not _unseen(c)), "")
    return _defused_inside(f"'{clean}" if seen in FORMULA else clean)


def _defused_inside(text: str) -> str:
    """Return a text with an apostrophe before each formula that a separator in it begins."""
    if _SEPARATORS.isdisjoint(text):
        return text
    letters: list[str] = []
    begins = False  # whether a cell may begin here
    for one in text:
        letters.append(f"'{one}" if begins and one in _SIGNS else one)
        begins = one in _SEPARATORS or (begins and (one == '"' or _unseen(one)))
    return "".join(letters)


def _unseen(character: str) -> bool:
    """Whether a character is a blank, or a sign that isn't shown, and none that FORMULA names."""
    return unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cf")
