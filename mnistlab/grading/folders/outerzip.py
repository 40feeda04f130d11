"""The zip that a learning platform makes of all submissions, read where it lies.

Its directory is read once and kept while the file stays as it is, so that 10,000 members don't
cost 10,000 readings of it: a process that is forked after `directory(path)` has it already.
It is read as a stream, and what one student fills it with beyond 2 MiB is left out.
A member is unpacked in pieces, and never further than allowed: what its header says is compared
with what comes, not believed. Nothing is written anywhere.

Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory),
4.3.14 to 4.3.16 (its end), 4.4 and 4.5.3 (ZIP64).

Example:
    >>> list(directory(Path("canvas.zip")))  # doctest: +SKIP
    ['lovelaceada_4711_99_submission.zip']
"""

import itertools
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from mnistlab.checks import shown
from mnistlab.errors import InputError, SubmissionError
from mnistlab.grading.folders.entries import is_of_the_system, parts_of, plain

MOST_DIRECTORY = 256 * 2**20  # bytes; that of 10,000 students has about 2 MB
MOST_BELOW = 2 * 2**20  # bytes of it for one name at the top, which is one student's
MOST_MEMBERS = 500_000
_LONGEST_END = 22 + 2**16 - 1 + 76  # bytes, with the longest comment and ZIP64's parts
_END_64, _IN_64 = b"PK\x06\x06", 2**32 - 1
PIECE = 2**18
STORED, DEFLATED = 0, 8
_AGAIN = "Download the submissions again; where it stays so, hand in the file once more."


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the zip, as the directory describes it.

    Attributes:
        start: where its local header begins, in bytes; packed: bytes in the zip; size: unpacked.
        crc: CRC-32 of the unpacked bytes; method: 0 stored, 8 deflated.
        encrypted, link, folder, twice: whether it is encrypted, is a symbolic link or a folder,
            or shares its name with another.
    """

    start: int
    packed: int
    size: int
    crc: int
    method: int
    encrypted: bool
    link: bool
    folder: bool
    twice: bool


def is_zip(path: Path) -> bool:
    """Whether a file's name says that it is a zip; it isn't opened."""
    return path.suffix.casefold() == ".zip"


def directory(path: Path) -> Mapping[str, Member]:
    """Return the members of a zip by name, in its order.

    Raises:
        InputError: no such file, no zip, or a directory of more than 256 MiB.
    """
    return _opened(path).members


def cut_off(path: Path) -> tuple[str, ...]:
    """Return the names at the top, below which the zip lists more than is looked at.

    Raises:
        InputError: as `directory` does.
    """
    return _opened(path).cut


@dataclass(frozen=True)
class _End:
    """What the end of a zip says: where its directory begins, of how many bytes it is, and by how
    much all places have moved, because something was put before the zip.
    """

    start: int
    size: int
    moved: int


@dataclass(frozen=True)
class _Directory:
    """The members of a zip by name, and the names at the top of which some are left out."""

    members: Mapping[str, Member]
    cut: tuple[str, ...]


def _opened(path: Path) -> _Directory:
    """Return the directory of a zip, which is read once; InputError where that fails."""
    try:
        about = os.stat(path)
        if not stat.S_ISREG(about.st_mode):
            raise zipfile.BadZipFile("it is no file")
        return _directory(str(path), about.st_ino, about.st_size, about.st_mtime_ns)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile, struct.error) as why:
        said = getattr(why, "strerror", None) or why
        raise InputError(f"{shown(str(path))} can't be read as a zip: {said}. Download it from "
                         "your learning platform once more.") from why  # fmt: skip


@lru_cache(maxsize=4)
def _directory(path: str, *state: int) -> _Directory:
    """Return the members of a zip; `state` tells one state of the file from another."""
    members: dict[str, Member] = {}
    used: dict[str, int] = {}  # bytes of the directory, by name at the top
    with open(path, "rb", buffering=2**20) as file:
        end = _end(file)
        depth = _wrapping(file, end)
        for name, member, size in _listed(file, end):
            top = "/".join(parts_of(name)[: depth + 1])
            used[top] = used.get(top, 0) + size
            if name in members:
                members[name] = replace(member, twice=True)
            elif used[top] <= MOST_BELOW:
                members[name] = member
            if len(members) > MOST_MEMBERS:
                raise zipfile.BadZipFile(f"it lists more than {MOST_MEMBERS:,} files")
    cut = (plain(top) for top, size in used.items() if size > MOST_BELOW)
    return _Directory(MappingProxyType(members), tuple(cut))


def _wrapping(file: BinaryIO, end: _End) -> int:
    """Return how many folders hold everything else, as in submissions/lab 1/ada/…"""
    common: list[str] | None = None
    for name, member, _ in _listed(file, end):
        parts = parts_of(name)
        if any(map(is_of_the_system, parts)):
            continue
        folders = parts if member.folder else parts[:-1]
        common = folders if common is None else _shared(common, folders)
        if not common:
            return 0
    return len(common or ())


def _shared(one: list[str], other: list[str]) -> list[str]:
    """Return the names with which both paths begin."""
    pairs = zip(one, other, strict=False)
    return [name for name, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)]


def _end(file: BinaryIO) -> _End:
    """Return what the end of a zip says; BadZipFile where it is none."""
    whole = file.seek(0, os.SEEK_END)
    tail_at = max(0, whole - _LONGEST_END)
    file.seek(tail_at)
    tail = file.read(_LONGEST_END)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("it is no zip, or was cut short")
    size, start = struct.unpack("<LL", tail[at + 12 : at + 20])
    ends = tail_at + at
    if at >= 76 and tail[at - 20 : at - 16] == b"PK\x06\x07" and tail[at - 76 :][:4] == _END_64:
        size, start = struct.unpack("<QQ", tail[at - 36 : at - 20])
        ends -= 76
    if size > MOST_DIRECTORY:
        raise zipfile.BadZipFile(f"its directory has {size:,} bytes")
    if ends < size:
        raise zipfile.BadZipFile("its directory isn't where it says")
    return _End(ends - size, size, ends - size - start)


def _listed(file: BinaryIO, end: _End) -> Iterator[tuple[str, Member, int]]:
    """Yield name, member and the bytes that it takes in the directory, one after the other."""
    file.seek(end.start)
    left = end.size
    while left > 0:
        fixed = file.read(46)
        if len(fixed) < 46 or fixed[:4] != b"PK\x01\x02":
            raise zipfile.BadZipFile("its directory is damaged")
        flags, method, crc, packed, size, *lengths = struct.unpack("<HHxxxxLLLHHH", fixed[8:34])
        attributes, start = struct.unpack("<LL", fixed[38:46])
        left -= 46 + sum(lengths)
        raw, extra, comment = (file.read(one) for one in lengths)
        if left < 0 or len(raw + extra + comment) < sum(lengths):
            raise zipfile.BadZipFile("its directory is damaged")
        size, packed, start = _large(extra, size, packed, start)
        name = _decoded(raw, flags)
        member = Member(
            start=start + end.moved,
            packed=packed,
            size=size,
            crc=crc,
            method=method,
            encrypted=bool(flags & 1),
            link=stat.S_ISLNK(attributes >> 16),
            folder=name.endswith("/"),
            twice=False,
        )
        yield name, member, 46 + sum(lengths)


def _decoded(raw: bytes, flags: int) -> str:
    """Return a name; what is no UTF-8 in it is kept as lone surrogates, and stops nobody else."""
    name = raw.decode("utf-8", "surrogateescape") if flags & 0x800 else raw.decode("cp437")
    return name.partition("\0")[0]


def _large(extra: bytes, *numbers: int) -> tuple[int, ...]:
    """Return sizes and place of a member, those of 4 GiB and more from where ZIP64 has them."""
    if _IN_64 not in numbers:
        return numbers
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[at : at + 4])
        if kind == 1:
            held = iter(struct.unpack(f"<{length // 8}Q", extra[at + 4 :][: length // 8 * 8]))
            return tuple(next(held, one) if one == _IN_64 else one for one in numbers)
        at += 4 + length
    return numbers


def pieces(path: Path, name: str, most: int) -> Iterator[bytes]:
    """Yield the bytes of a member, unpacked, in pieces of at most 256 KiB.

    Args:
        path: the zip; name: the member's, as the directory has it.
        most: how many bytes may come.

    Raises:
        SubmissionError: no such member, more than `most` bytes, or not what the directory says.
    """
    try:
        member = directory(path)[name]
    except KeyError:
        raise SubmissionError(f"{shown(name)} isn't in {path.name}. {_AGAIN}") from None
    _must_be_plain(name, member, most)
    crc = size = 0
    try:
        for piece in _unpacked(path, member):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > min(most, member.size):
                raise ValueError("it unpacks to more than it says")
            yield piece
        if size != member.size or crc != member.crc:
            raise ValueError("its size or checksum is another than it says")
    except SubmissionError:
        raise
    except (OSError, ValueError, zlib.error, struct.error) as why:
        said = getattr(why, "strerror", None) or why
        raise SubmissionError(f"{shown(name)} is damaged in {path.name}: {said}. {_AGAIN}") from why


def _must_be_plain(name: str, member: Member, most: int) -> None:
    """Raise SubmissionError for a member that can't be, or isn't to be, unpacked."""
    if member.twice:
        raise SubmissionError(f"{shown(name)} stands more than once in the zip of submissions, so "
                              f"nobody can tell which counts. {_AGAIN}")  # fmt: skip
    if member.link or member.folder:
        raise SubmissionError(f"{shown(name)} is a link or a folder. Hand in the file itself.")
    if member.encrypted:
        raise SubmissionError(f"{shown(name)} is encrypted. Hand it in without a password.")
    if member.method not in (STORED, DEFLATED):
        raise SubmissionError(f"{shown(name)} is compressed by method {member.method}, and only "
                              f"stored and deflated members are read. {_AGAIN}")  # fmt: skip
    if member.size > most:
        raise SubmissionError(f"{shown(name)} has {member.size:,} bytes; at most {most:,} are "
                              "read. Hand in a smaller file.")  # fmt: skip


def _unpacked(path: Path, member: Member) -> Iterator[bytes]:
    """Yield what a member unpacks to; the caller counts."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    with open(path, "rb") as file:
        file.seek(member.start)
        header = file.read(30)
        if header[:4] != b"PK\x03\x04":
            raise ValueError("its header isn't where the directory says")
        file.seek(sum(struct.unpack("<HH", header[26:30])), os.SEEK_CUR)
        left = member.packed
        while left and (packed := file.read(min(left, PIECE))):
            left -= len(packed)
            if member.method == STORED:
                yield packed
                continue
            while packed and not inflate.eof:
                yield inflate.decompress(packed, PIECE)
                packed = inflate.unconsumed_tail
    if member.method == DEFLATED and not inflate.eof:
        yield inflate.flush()
