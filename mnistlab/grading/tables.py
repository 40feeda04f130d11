"""CSV files that people edit in a spreadsheet: read as they come, added to a line at a time.

A spreadsheet writes a byte order mark, semicolons where the comma is the decimal sign, blank lines
and empty columns, and takes a first line sep=; for the separator. What is added keeps to the
columns and the separator that are there, stays in one line, and is no formula when a spreadsheet
opens it.

Example:
    >>> table = parsed("a.csv", b"id;points\\nada;2,5\\n", ("id", "points"))
    >>> table.rows
    ((2, {'id': 'ada', 'points': '2,5'}),)
    >>> table.line({"id": "bo", "points": "3"})
    b'bo;3\\n'
"""

import codecs
import contextlib
import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mnistlab.errors import InputError
from mnistlab.notices import notice

Line = tuple[int, Sequence[str]]  # its number, and its cells
# What spreadsheets take for a formula, also behind blanks and signs that can't be seen.
FORMULA = re.compile(r"'*[\s\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@＝＋－＠]")
SEPARATORS = ",;\t"
MARKED = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MOST_SAID = 10  # errors listed at once
# Excel's own first line, which says the separator: sep=;
SAYS_SEPARATOR = re.compile(r'"?sep=(\t|[^\w\s"\'])"?[,;\t]*(?=[\r\n]|\Z)', re.IGNORECASE)
DROPS_ZEROS = "(A spreadsheet drops leading zeros.)"
NUMBER = re.compile(r"\d{1,9}([.,]\d{1,9})?", re.ASCII)


@dataclass(frozen=True)
class Table:
    """A CSV file that was read.

    Attributes:
        header: the names of the columns in lower case, as they stand in the file.
        rows: (line, cells by column) of each line that isn't blank; lines count from 1.
        separator: what stands between the cells, for adding to it.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...] = ()
    separator: str = ","

    def line(self, cells: Mapping[str, str]) -> bytes:
        """Return a line to be added, with each cell under its column."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.separator, lineterminator="\n")
        writer.writerow([_defused(written(cells.get(name, ""))) for name in self.header])
        return text.getvalue().encode("utf-8")


def read(path: str | os.PathLike[str], needed: Sequence[str]) -> Table:
    """Return a table that somebody made in a spreadsheet, in any encoding and with any separator.

    Args:
        path: the CSV file.
        needed: columns that must be there, in any order and case.

    Raises:
        InputError: it is no such table; says the line, and what to mend.
    """
    file = Path(path)
    data = content(file)
    for mark, encoding in MARKED.items():
        if data.startswith(mark):
            return _of_text(file.name, _decoded(file.name, data, encoding), needed)
    with contextlib.suppress(UnicodeDecodeError):
        return _of_text(file.name, data.decode("utf-8-sig"), needed)
    notice(f"{file.name} isn't UTF-8 and was read as Windows-1252. If letters such as ü are wrong "
           "in it, save it as CSV UTF-8.")  # fmt: skip
    return _of_text(file.name, _decoded(file.name, data, "cp1252"), needed)


def parsed(name: str, data: bytes, needed: Sequence[str]) -> Table:
    """Return the table in the bytes of a file of this package, saved by a spreadsheet or not.

    Args:
        name: what the file is called in an error.
        data: its bytes: UTF-8, separated by comma, semicolon or tab.
        needed: columns that must be there, in any order and case.

    Raises:
        InputError: it is no such table; says the line, and what to mend.
    """
    return _of_text(name, _decoded(name, data, "utf-8-sig"), needed)


def announced(text: str) -> tuple[str, str]:
    """Return the separator that Excel's first line says, and the text with that line blank.

    Returns:
        "" and the text itself where no such line stands first.

    Example:
        >>> announced("sep=;\\nid;points\\n")
        (';', '\\nid;points\\n')
    """
    said = SAYS_SEPARATOR.match(text)
    return (said[1], text[said.end() :]) if said else ("", text)


def written(text: str) -> str:
    """Return a text as it stands in one cell: in one line, and such that UTF-8 can hold it."""
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
                   else c for c in text)  # fmt: skip


def points_of(text: str, most: float) -> float:
    """Return points as a person wrote them, "2", "2.5" or "2,5", of at most so many.

    Raises:
        InputError: no number, or one that can't be given.
    """
    if not NUMBER.fullmatch(text.strip()):
        raise InputError(f"{text.strip()[:40]!r} is no number of points. Write 2, 2.5 or 2,5; at "
                         f"least 0 and at most {most:g}.")  # fmt: skip
    points = float(text.strip().replace(",", "."))
    if points > most:
        raise InputError(f"{points:g} is above {most:g}, the most that can be earned.")
    return points


def refuse(name: str, wrong: Sequence[str]) -> None:
    """Raise InputError that lists what is wrong with a file, where anything is."""
    if not wrong:
        return
    if len(wrong) == 1:
        raise InputError(f"{name}, {wrong[0]}")
    listed = "\n".join(f"  {one}" for one in wrong[:MOST_SAID])
    more = f"\n  and {len(wrong) - MOST_SAID} more" if len(wrong) > MOST_SAID else ""
    raise InputError(f"{name} has {len(wrong)} lines that can't be used:\n{listed}{more}")


def append(descriptor: int, data: bytes) -> None:
    """Add bytes to an open file and wait until the disk has them; all of them or none.

    Raises:
        OSError: the disk is full or gone; what was there before is still there.
    """
    before = os.fstat(descriptor).st_size
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except BaseException:
        os.ftruncate(descriptor, before)
        raise


def content(file: Path) -> bytes:
    """Return the bytes of a file; else raise InputError."""
    try:
        if not file.is_file():
            raise OSError("it is no file")
        return file.read_bytes()
    except OSError as why:
        raise InputError(f"{file} can't be read: {why.strerror or why}.") from why


# ── read ────────────────────────────────────────────────────────────────────────────────────────


def _decoded(name: str, data: bytes, encoding: str) -> str:
    """Return the text of a file; else raise InputError."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as why:
        raise InputError(f"{name} isn't in UTF-8. Save it as CSV UTF-8.") from why


def _of_text(name: str, text: str, needed: Sequence[str]) -> Table:
    """Return the table in a text."""
    said, text = announced(text)
    first = text.lstrip().partition("\n")[0]
    separator = said or max(SEPARATORS, key=first.count)
    lines = _lines(name, text, separator)
    if not lines:
        raise InputError(f"{name} is empty. Its first line has to name the columns: "
                         f"{','.join(needed)}.")  # fmt: skip
    return replace(_table(name, lines[0], lines[1:], needed), separator=separator)


def _lines(name: str, text: str, separator: str) -> list[Line]:
    """Return (line, cells) of all lines in which something stands."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[Line] = []
    at = 1
    try:
        for cells in reader:
            if any(one.strip() for one in cells):
                lines.append((at, cells))
            at = reader.line_num + 1
    except csv.Error as why:
        raise InputError(f"{name}, line {at}: {why}. A cell in quotes ends with a quote; a quote "
                         "within it is written twice.") from why  # fmt: skip
    return lines


def _table(name: str, first: Line, lines: Iterable[Line], needed: Sequence[str]) -> Table:
    """Return lines of cells by column; what has no column raises InputError."""
    header = tuple(one.strip().lower() for one in first[1])
    missing = [one for one in needed if header.count(one) != 1]
    if missing:
        raise InputError(f"{name}, line {first[0]}: the first line has to name each of the "
                         f"columns {','.join(needed)} once; {missing[0]!r} is missing or stands "
                         "twice.")  # fmt: skip
    rows, wrong = [], []
    for at, cells in lines:
        named = [(n, _undefused(one.strip())) for n, one in zip(header, cells, strict=False)]
        if any(one.strip() for one in cells[len(header) :]) or any(c for n, c in named if not n):
            wrong.append(f"line {at}: there are more cells than columns. Where a comma stands in a "
                         'text or a number, put the cell in quotes: "2,5".')  # fmt: skip
        if [one.strip().lower() for one in cells] != list(header):  # two who began it at once
            rows.append((at, dict.fromkeys(header, "") | dict(named)))
    refuse(name, wrong)
    return Table(header, tuple(rows))


def _defused(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `_undefused` gives it back."""
    return "'" + cell if FORMULA.match(cell) else cell


def _undefused(cell: str) -> str:
    """Return a cell as it was before it was written."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
