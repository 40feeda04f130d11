"""Tables that instructors export: CSV in whatever delimiter and encoding their program wrote.

A cell is taken as text, as it stands. What can't be told apart safely is an error with its line,
since a row that has slipped by one cell would give one student another's grade.

Example:
    >>> read_rows("roster.csv", "the roster", known=["id"].__contains__).header  # doctest: +SKIP
    ('id', 'name')
"""

import csv
import io
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading import tables

MOST = 64 * 2**20  # bytes; a roster of 100,000 students has about 10 MB
DELIMITERS = ",;\t"
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


@dataclass(frozen=True)
class Rows:
    """A table: its first row, and the others with the line each begins on.

    Attributes:
        name: of the file, as errors say it.
        header: the cells of the first row.
        rows: (line, cells); as many cells as the header has, or more that are filled.
        notes: what an instructor should know of how it was read, each in a sentence.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()

    def at(self, line: int) -> str:
        """Return how an error names a line: "roster.csv, line 7"."""
        return f"{self.name}, line {line}"


def read_rows(path: str | os.PathLike[str], what: str, known: Callable[[str], object]) -> Rows:
    """Return the rows of a CSV file, without those that are blank.

    Args:
        path: the file; UTF-8, UTF-16 or Windows-1252; cells separated by comma, semicolon or tab,
            or by what Excel's first line says: sep=;
        what: what it should be, in an error: "the roster".
        known: whether a cell of the first row names a column that is looked for.

    Raises:
        InputError: no such file, no text, no rows, or a quote that isn't closed.
    """
    file = Path(path)
    text, notes = _decoded(_content(file, what), file, what)
    said, text = tables.announced(text)
    header, *rows = _parsed(text, file, said or _delimiter(text, known)) or [(0, ())]
    if not header[1]:
        raise InputError(f"{file} is empty. {what.capitalize()} has a row of column names, and "
                         "one for each student.")  # fmt: skip
    width = len(header[1])
    filled = tuple((line, cells + ("",) * (width - len(cells))) for line, cells in rows)
    return Rows(file.name, header[1], filled, notes)


def _content(file: Path, what: str) -> bytes:
    """Return the bytes of a file, which must be one of at most 64 MiB; else InputError."""
    try:
        about = os.stat(file)
        if not stat.S_ISREG(about.st_mode):
            raise InputError(f"{shown(str(file))} is no file. Give {what} as a CSV file.")
        if about.st_size > MOST:
            raise InputError(f"{file} has {about.st_size:,} bytes; {what} may have {MOST:,}.")
        return file.read_bytes()
    except (OSError, ValueError) as why:
        if isinstance(why, InputError):
            raise
        said = getattr(why, "strerror", None) or why
        raise InputError(f"{shown(str(file))} can't be read as {what}: {said}.") from why


def _decoded(data: bytes, file: Path, what: str) -> tuple[str, tuple[str, ...]]:
    """Return the text that bytes mean, and a note where that had to be guessed."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{file} is an Excel workbook. Open it, and save {what} as CSV (File, "
                         "Save as, \"CSV UTF-8\").")  # fmt: skip
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        guessed = f"{file.name} isn't UTF-8 and was read as Windows-1252; look at the names."
        return text, (guessed,) if encoding == "cp1252" else ()
    raise InputError(f"{file} isn't a text file. Save {what} as CSV in UTF-8.")


def _delimiter(text: str, known: Callable[[str], object]) -> str:
    """Return what separates the cells: with it the first row has the most known columns."""

    def fits(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(bool(known(cell)) for cell in cells), len(cells)

    return max(DELIMITERS, key=fits)


def _parsed(text: str, file: Path, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return (line, cells) of each row that isn't blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, tuple(cells)))
            line = reader.line_num + 1
    except csv.Error as why:
        raise InputError(f"{file.name}, line {line}: this row can't be read ({why}). A cell that "
                         'holds a comma, a quote or a line break stands in quotes: "Lovelace, '
                         'Ada".') from why  # fmt: skip
    return rows
