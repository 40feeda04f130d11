"""grades.jsonl: a grade a line, written as it is given, so that a killed run goes on where it was.

The lines stand in the order of the students, so a run that was killed leaves a beginning of what
the whole run would have left, and the next run adds the rest. Where a line comes out differently
from the one that is there (the rubric's points changed, somebody handed in again), a new file is
written aside, and takes the old one's place when it is whole; until then the old grades stay.

Example:
    >>> journal = Journal(Path("grades"), "recognizing_digits")            # doctest: +SKIP
    >>> with journal.writing() as write:                                   # doctest: +SKIP
    ...     write(grade)
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from mnistlab.errors import OutputError, SaveError
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Grade

NAME, ASIDE = "grades.jsonl", ".grades.jsonl.next"


class Journal:
    """The grades in a folder.

    Args:
        folder: where grades.jsonl lies, or will; made with access for its owner only.
        lab: the name of the assignment.

    Attributes:
        grades: those that lie there, in order.

    Raises:
        OutputError: the folder can't be written, or holds the grades of another lab.
    """

    def __init__(self, folder: Path, lab: str) -> None:
        self.folder, self.lab = folder, lab
        make_private(folder)
        self._lines = _whole_lines(folder / NAME)
        self.grades = tuple(_grades(self._lines, folder / NAME))
        self._aside = tuple(_grades(_whole_lines(folder / ASIDE), folder / ASIDE, strict=False))
        other = next((one.lab for one in self.grades if one.lab != lab), None)
        if other is not None:
            raise OutputError(f"{folder} holds grades of the lab {other!r}, and these would be of "
                              f"{lab!r}. Choose another folder: --out DIR.")  # fmt: skip

    def measured(self) -> dict[tuple[str, str, str], Facts]:
        """Return what was measured before: by (student, digest of the files, measured_by)."""
        found = {}
        for grade in (*self._aside, *self.grades):
            for facts in (grade.facts, *grade.others):
                if facts is not None and facts.digest:
                    found[grade.student, facts.digest, grade.measured_by] = facts
        return found

    @contextlib.contextmanager
    def writing(self) -> Iterator[Callable[[Grade], None]]:
        """Give what writes the next grade; each is on the disk when it returns.

        Raises:
            SaveError: the disk is full, say; grades already given are kept.
            OutputError: another process is grading into this folder.
        """
        writer = _Writer(self.folder, self._lines)
        try:
            yield writer.write
            writer.end()
        except OSError as why:
            raise SaveError(f"{self.folder / NAME} can't be written: {why.strerror or why}. Grades "
                            "already given are kept; make room, and call the same command "
                            "again.") from why  # fmt: skip
        finally:
            writer.close()


def read(folder: Path) -> tuple[Grade, ...]:
    """Return the grades in a folder.

    Raises:
        OutputError: there are none.
    """
    if not (folder / NAME).is_file():
        raise OutputError(f"{folder} holds no {NAME}. Grade first: mnistlab grade FOLDER --rubric "
                          f"lab.toml --out {folder}.")  # fmt: skip
    return tuple(_grades(_whole_lines(folder / NAME), folder / NAME))


class _Writer:
    """Writes lines in order: at the end of the file as long as its lines agree, else aside."""

    def __init__(self, folder: Path, before: list[bytes]) -> None:
        self.folder, self.before, self.count = folder, before, 0
        self.aside = False
        self.file = _opened(folder / NAME)
        whole = sum(map(len, before))
        if self.file.tell() > whole:  # a line that was half written when it was killed
            self.file.truncate(whole)

    def write(self, grade: Grade) -> None:
        """Write a grade, unless the same one stands there."""
        line = grade.model_dump_json().encode() + b"\n"
        known = self.before[self.count] if self.count < len(self.before) else None
        if not self.aside and known is not None and known != line:
            self._go_aside()
        if self.aside or known is None:
            self.file.write(line)
            self.file.flush()
            os.fsync(self.file.fileno())
        self.count += 1

    def _go_aside(self) -> None:
        """Go on in a new file, which begins with what stood so far."""
        self.old, self.aside = self.file, True
        self.file = open(self.folder / ASIDE, "wb")  # noqa: SIM115 (closed by close)
        self.file.writelines(self.before[: self.count])

    def end(self) -> None:
        """Let the new file take the old one's place; lines of students who are gone go."""
        if not self.aside and self.count < len(self.before):
            self._go_aside()
        if self.aside:
            self.file.flush()
            os.fsync(self.file.fileno())
            os.replace(self.folder / ASIDE, self.folder / NAME)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.folder / ASIDE)

    def close(self) -> None:
        """Close what is open; a lock goes with its file."""
        for file in (self.file, getattr(self, "old", None)):
            if file is not None:
                with contextlib.suppress(OSError):
                    file.close()


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can look into.

    Raises:
        OutputError: it can't be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as why:
        raise OutputError(f"{folder} can't take the grades: {why.strerror or why}. Choose a folder "
                          "of your own: --out DIR.") from why  # fmt: skip


def _opened(path: Path) -> IO[bytes]:
    """Open grades.jsonl for adding to it, for this process alone."""
    file = open(path, "ab")  # noqa: SIM115 (the writer closes it)
    with contextlib.suppress(ImportError):  # Windows has no such locks
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise OutputError(f"Another process is grading into {path.parent} at this moment. "
                              "Wait for it, or choose another folder.") from None  # fmt: skip
    return file


def _whole_lines(path: Path) -> list[bytes]:
    """Return the lines of a file that end; [] where there is none."""
    try:
        return [line for line in path.read_bytes().splitlines(keepends=True)
                if line.endswith(b"\n")]  # fmt: skip
    except FileNotFoundError:
        return []
    except OSError as why:
        raise OutputError(f"{path} can't be read: {why.strerror or why}.") from why


def _grades(lines: list[bytes], path: Path, strict: bool = True) -> Iterator[Grade]:
    """Yield the grades that lines hold; a line that holds none is an error or left out."""
    for number, line in enumerate(lines, start=1):
        try:
            yield Grade.model_validate_json(line)
        except ValueError as why:
            if strict:
                raise OutputError(f"{path}, line {number}, is no grade that this version wrote. "
                                  f"Move {NAME} away, and grade again into the same folder: "
                                  "overrides.csv and marks-*.csv stay where they are and count; "
                                  "every submission is measured again.") from why  # fmt: skip


__all__: list[Any] = ["ASIDE", "NAME", "Journal", "make_private", "read"]
