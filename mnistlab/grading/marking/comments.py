"""The bank of comments: what was said once can be given again with two keys.

    comments.csv     item, key, points, comment

It may be written by hand before the marking; comments that are used are added to it. An empty
item is every question's, an empty key is assigned, empty points leave the points open.

Example:
    >>> Comment("why", "1", 2.0, "The sign is missing.").points
    2.0
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mnistlab.errors import InputError, SaveError
from mnistlab.grading import tables

COLUMNS = ("item", "key", "points", "comment")
KEYS = "123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Comment:
    """One comment: of which question, by which key, with how many points (None: left open)."""

    item: str
    key: str
    points: float | None
    text: str


class Bank:
    """The comments in a folder of grades, read anew each time: others add to them too.

    Args:
        folder: where comments.csv lies or will lie.

    Example:
        >>> Bank("GRADES").of("why", 5)  # doctest: +SKIP
        {'1': Comment(item='why', key='1', points=2.0, text='The sign is missing.')}
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.path = Path(folder) / "comments.csv"

    def of(self, item: str) -> dict[str, Comment]:
        """Return the comments for a question by key, as many as there are keys.

        Raises:
            InputError: comments.csv can't be read; says the line.
        """
        fitting = [one for one in self._read()[1] if one.item in ("", "*", item)]
        taken = {one.key: one for one in fitting if one.key}
        free = [key for key in KEYS if key not in taken]
        unnamed = [one for one in fitting if not one.key]
        return taken | {k: replace(one, key=k) for k, one in zip(free, unnamed, strict=False)}

    def add(self, item: str, points: float, text: str) -> None:
        """Add a comment that was used, unless it is there.

        Raises:
            InputError: comments.csv can't be read; SaveError: it can't be written.
        """
        table, comments, whole = self._read()
        if any((one.text, one.item) == (text, item) and one.points in (points, None)
               for one in comments):  # fmt: skip
            return
        line = table.line({"item": item, "points": f"{points:.10g}", "comment": text})
        head = b"" if whole else table.line({one: one for one in COLUMNS})
        end = b"\n" if whole and not whole.endswith(b"\n") else b""
        try:
            _append(self.path, end + head + line, after=len(whole))
        except OSError as why:
            raise SaveError(f"{self.path} can't be written: {why.strerror or why}.") from why

    def _read(self) -> tuple[tables.Table, list[Comment], bytes]:
        """Return comments.csv as a table, what is in it, and its bytes up to a half-written end."""
        data = tables.content(self.path) if self.path.exists() else b""
        try:
            return *_parsed(self.path.name, data), data
        except InputError:
            if data.endswith(b"\n"):
                raise
            whole = data[: data.rfind(b"\n") + 1]
            return *_parsed(self.path.name, whole), whole


def _parsed(name: str, data: bytes) -> tuple[tables.Table, list[Comment]]:
    """Return the bytes of comments.csv as a table, and what is in it."""
    if not data.strip():
        return tables.Table(COLUMNS), []
    table = tables.parsed(name, data, COLUMNS)
    return table, list(_comments(name, table.rows))


def _comments(name: str, rows: Iterable[tuple[int, dict[str, str]]]) -> Iterable[Comment]:
    """Yield the comments that lines hold; lines that can't be used raise InputError together."""
    wrong = []
    for line, cells in rows:
        try:
            points = tables.points_of(cells["points"], 1e6) if cells["points"] else None
            if len(cells["key"]) > 1 or not cells["comment"]:
                raise InputError("a key is one letter or digit, and a comment has some text.")
            text = " ".join(cells["comment"].split())
            yield Comment(cells["item"], cells["key"].lower(), points, text)
        except InputError as why:
            wrong.append(f"line {line}: {why}")
    tables.refuse(name, wrong)


def _append(file: Path, data: bytes, after: int) -> None:
    """Add to a file after so many bytes, and make it where there is none."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.fstat(descriptor).st_size > after and not file.read_bytes().endswith(b"\n"):
            os.ftruncate(descriptor, after)  # a line that a kill cut short
        tables.append(descriptor, data)
    finally:
        os.close(descriptor)
