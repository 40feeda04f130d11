"""The bytes of a file that was handed in: opened so that nothing but a file can be read.

A submission may be a link to /etc/passwd, a pipe that never ends, a device, a folder, or 4 TB of
nothing. None of them is opened, waited for or read: each is a SubmissionError that says what to
hand in instead.

Example:
    >>> read(File(Path("ada.zip"), "ada.zip"), most=64 * 2**20)[:2]  # doctest: +SKIP
    b'PK'
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from mnistlab.checks import shown
from mnistlab.errors import InputError, SubmissionError
from mnistlab.grading.folders import outerzip
from mnistlab.grading.handed import File

PIECE = 2**20
MOST_HASHED = 64 * 2**20  # bytes; of a larger file only name and size count in the digest
MOST_HASHED_OF_ALL = 256 * 2**20  # bytes of one submission; beyond them, as of a larger file
_SAFELY = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in _SAFELY)  # Windows lacks some


def read(file: File, most: int) -> bytes:
    """Return the bytes of a file that was handed in.

    Args:
        file: it; in a folder, or in the zip that the learning platform made.
        most: how many bytes it may have.

    Raises:
        SubmissionError: it is no file, is larger, or can't be read; says what to hand in.
    """
    return b"".join(pieces(file, most))


def digest(files: Iterable[File]) -> str:
    """Return "sha256:…" over names and bytes of files, whatever their order and place.

    Of what can't be read, or is very large, the name, the size and what it is count, so that it
    differs from what is handed in instead.

    Example:
        >>> digest([])[:14]
        'sha256:e3b0c44'
    """
    whole, left = hashlib.sha256(), MOST_HASHED_OF_ALL
    found = []
    for file in sorted(files, key=lambda one: (_name(one), str(one.member), one.path.name)):
        content, size = _content(file, min(left, MOST_HASHED))
        left -= size
        found.append((_name(file), content))
    for name, content in sorted(found):
        whole.update(len(name).to_bytes(8, "big") + name + content)
    return f"sha256:{whole.hexdigest()}"


def pieces(file: File, most: int) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces of at most 1 MiB, with the same errors as `read`."""
    if file.member is not None:
        yield from _from_zip(file, file.member, most)
        return
    try:
        _must_be_a_file(file, os.lstat(file.path), most)
        descriptor = os.open(file.path, _FLAGS)
    except (OSError, ValueError) as why:
        if isinstance(why, SubmissionError):
            raise
        raise _unreadable(file, why) from why
    with os.fdopen(descriptor, "rb", buffering=0) as opened:
        _must_be_a_file(file, os.fstat(descriptor), most)  # it may have changed in between
        yield from _counted(file, opened.fileno(), most)


def _counted(file: File, descriptor: int, most: int) -> Iterator[bytes]:
    """Yield what a descriptor gives; a file that grows meanwhile is cut off with an error."""
    size = 0
    while True:
        try:
            piece = os.read(descriptor, PIECE)
        except OSError as why:
            raise _unreadable(file, why) from why
        if not piece:
            return
        size += len(piece)
        if size > most:
            raise _too_large(file, size, most)
        yield piece


def _from_zip(file: File, member: str, most: int) -> Iterator[bytes]:
    """Yield the bytes of a file that lies in the platform's zip."""
    try:
        yield from outerzip.pieces(file.path, member, most)
    except SubmissionError:
        raise
    except InputError as why:  # the zip itself, which isn't the student's
        raise SubmissionError(f"{shown(file.name)} couldn't be read: {why}") from why


def _must_be_a_file(file: File, about: os.stat_result, most: int) -> None:
    """Raise SubmissionError for anything but a file of at most `most` bytes."""
    name = shown(file.name)
    if stat.S_ISLNK(about.st_mode):
        raise SubmissionError(f"{name} is a link to another file. Hand in the file itself.")
    if stat.S_ISDIR(about.st_mode):
        raise SubmissionError(f"{name} is a folder without a file in it that can be read. Hand in "
                              "the zip that mnistlab.submit wrote.")  # fmt: skip
    if not stat.S_ISREG(about.st_mode):
        raise SubmissionError(f"{name} is a pipe or a device, not a file. Hand in the zip that "
                              "mnistlab.submit wrote.")  # fmt: skip
    if about.st_size > most:
        raise _too_large(file, about.st_size, most)


def _too_large(file: File, size: int, most: int) -> SubmissionError:
    return SubmissionError(f"{shown(file.name)} has {size:,} bytes; at most {most:,} are read. "
                           "Hand in the zip that mnistlab.submit wrote, or the notebook without "
                           "pictures in its outputs.")  # fmt: skip


def _unreadable(file: File, why: Exception) -> SubmissionError:
    said = getattr(why, "strerror", None) or why
    return SubmissionError(f"{shown(file.name)} couldn't be opened: {said}. Hand it in again.")


# ── for the digest ──────────────────────────────────────────────────────────────────────────────


def _name(file: File) -> bytes:
    return file.name.encode("utf-8", "surrogatepass")


def _content(file: File, most: int) -> tuple[bytes, int]:
    """Return the SHA-256 of a file's bytes, or of what there is instead, and how many were read."""
    content, size = hashlib.sha256(), 0
    try:
        for piece in pieces(file, most):
            content.update(piece)
            size += len(piece)
    except SubmissionError:
        said = f"unreadable {_instead(file.path, file.member)}"
        return hashlib.sha256(said.encode()).digest(), size
    return content.digest(), size


def _instead(path: Path, member: str | None) -> str:
    """Return what stands for the bytes of something that can't be read."""
    try:
        if member is not None:
            found = outerzip.directory(path)[member]
            return f"{found.size} {found.crc}"
        about = os.lstat(path)
        return f"{stat.S_IFMT(about.st_mode)} {about.st_size}"
    except (OSError, ValueError, KeyError):
        return "nothing"
