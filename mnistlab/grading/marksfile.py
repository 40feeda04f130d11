"""The file of the marks that one person gives while reading answers.

    marks-ann.csv    id, item, points, comment, answer, by

Lines are added with each key and never changed; the last line of an answer counts, and one
without points takes a mark back. Each person has a file of their own, so that two can mark at
once.

Example:
    >>> file_name("Ann")
    'marks-ann.csv'
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from mnistlab.checks import shown
from mnistlab.errors import InputError, SaveError
from mnistlab.grading import tables
from mnistlab.lab.students import normal_id

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# `by` comes last: a line that a kill cut short doesn't end with the whole name.
COLUMNS = ("id", "item", "points", "comment", "answer", "by")
LONGEST_NAME = 100


@dataclass(frozen=True)
class Given:
    """One line of a marks file.

    Attributes:
        points: None: none yet, or taken back.
        answer: digest of the answer that was read, by `answer_digest`.
    """

    student: str
    item: str
    points: float | None
    comment: str
    answer: str
    by: str


def same_answer(text: str) -> str:
    """Return an answer in the form in which answers are compared: blanks don't count, case does."""
    return " ".join(text.split())


def answer_digest(text: str) -> str:
    """Return a short digest of an answer, the same for all that differ in blanks only."""
    content = same_answer(text).encode("utf-8", "surrogatepass")
    return "sha256:" + hashlib.sha256(content).hexdigest()[:16]


def file_name(by: str) -> str:
    """Return the name of a person's marks file, the same for "Ann" and "ann".

    Example:
        >>> file_name("Ann")
        'marks-ann.csv'
    """
    name = normal_id(by)
    if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", name):
        return f"marks-{name}.csv"
    plain = re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:40]
    return f"marks-{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.csv"


class MarksFile:
    """The marks that one person gives, each on the disk before `give` returns.

    Args:
        folder: of the grades.
        by: the person's name.

    Raises:
        InputError: no name, no such folder, a file that can't be used, or the same person marks
            in another window.

    Example:
        >>> with MarksFile("GRADES", "ann") as file:  # doctest: +SKIP
        ...     file.give([Given("ada", "why", 2.5, "", answer_digest("Because."), "ann")])
    """

    def __init__(self, folder: str | os.PathLike[str], by: str) -> None:
        self.by = _checked_name(by)
        self.path = Path(folder) / file_name(self.by)
        self._given: dict[tuple[str, str], Given] = {}
        self._descriptor = _opened(self.path)
        try:
            _lock(self._descriptor, self.by)
            self._take_up()
        except BaseException:
            self.close()
            raise

    def _take_up(self) -> None:
        """Read what lies there; cut off a line that a kill left half-written."""
        data = tables.content(self.path)
        whole = _whole(self.path.name, data)
        if len(whole) < len(data):
            os.ftruncate(self._descriptor, len(whole))
        self._table, given = _read(self.path.name, whole)
        self._given = {(one.student, one.item): one for one in given}
        self._needs_line_end = bool(whole) and not whole.endswith(b"\n")
        self._is_new = not whole

    def of(self, student: str, item: str) -> Given | None:
        """Return what this person gave last, or None."""
        return self._given.get((tables.written(student), item))

    def give(self, given: Sequence[Given]) -> None:
        """Add a line for each; they count when this returns.

        Raises:
            SaveError: they could not be written, and don't count.
        """
        head = self._table.line({n: n for n in self._table.header}) if self._is_new else b""
        end = b"\n" if self._needs_line_end else b""
        try:
            tables.append(self._descriptor, end + head + b"".join(map(self._line, given)))
        except OSError as why:
            raise SaveError(f"{self.path} can't be written: {why.strerror or why}. Make room, and "
                            "press the key again.") from why  # fmt: skip
        self._is_new = self._needs_line_end = False
        for one in given:
            self._given[tables.written(one.student), one.item] = one

    def _line(self, given: Given) -> bytes:
        """Return the line of one mark."""
        points = "" if given.points is None else f"{given.points:.10g}"
        cells = {"id": given.student, "item": given.item, "points": points,
                 "comment": given.comment, "answer": given.answer, "by": self.by}  # fmt: skip
        return self._table.line(cells)

    def close(self) -> None:
        """Let others have the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> "MarksFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()


def _checked_name(by: Any) -> str:
    """Return a person's name in one line; else raise InputError."""
    name = " ".join(by.split()) if isinstance(by, str) else ""
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise InputError(f"by={shown(by)} is no name. Give yours, in one line of at most "
                         f"{LONGEST_NAME} characters: --by ann.")  # fmt: skip
    return name


def _opened(file: Path) -> int:
    """Return a descriptor that adds to a file; else raise InputError."""
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    except FileNotFoundError as why:
        raise InputError(f"{file.parent} isn't there. Grade first: mnistlab grade FOLDER --rubric "
                         f"lab.toml --out {file.parent}.") from why  # fmt: skip
    except OSError as why:
        raise InputError(f"{file} can't be written: {why.strerror or why}.") from why


def _lock(descriptor: int, by: str) -> None:
    """Keep a second window of the same person out, where the system can do that."""
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as why:
        raise InputError(f"{by!r} is marking in another window. Go on there, or give another name "
                         "with --by.") from why  # fmt: skip
    except OSError:  # some network drives have no locks
        return


def _whole(name: str, data: bytes) -> bytes:
    """Return a marks file without a last line that a kill cut short."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{name} was saved as UTF-16. Save it as CSV UTF-8.")
    lines, end, last = data.rpartition(b"\n")
    if not last:
        return data
    try:
        _, given = _read(name, data)
        if end and given and file_name(given[-1].by) == name:
            return data  # only the end of the line is missing: some spreadsheets leave it out
    except InputError:
        pass
    return lines + end


def _read(name: str, data: bytes) -> tuple[tables.Table, list[Given]]:
    """Return a marks file as a table, and its lines in order."""
    if not data.strip():
        return tables.Table(COLUMNS), []
    table = tables.parsed(name, data, COLUMNS)
    given, wrong = [], []
    for line, cells in table.rows:
        try:
            points = tables.points_of(cells["points"], 1e6) if cells["points"] else None
            given.append(Given(cells["id"], cells["item"], points, cells["comment"],
                               cells["answer"], cells["by"]))  # fmt: skip
        except InputError as why:
            wrong.append(f"line {line}: {why}")
    tables.refuse(name, wrong)
    return table, given


def files(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the marks files in a folder, sorted by name."""
    return sorted(Path(folder).glob("marks-*.csv"))


def everybody(folder: str | os.PathLike[str]) -> dict[str, dict[tuple[str, str], Given]]:
    """Return what counts in each marks file of a folder: by file name, then (student, item).

    Raises:
        InputError: a marks file can't be read; says the line.
    """
    found = {}
    for path in files(folder):
        _, given = _read(path.name, _whole(path.name, tables.content(path)))
        last = {(one.student, one.item): one for one in given}
        found[path.name] = {key: one for key, one in last.items() if one.points is not None}
    return found
