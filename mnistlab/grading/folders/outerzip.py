"""The zip that a learning platform makes of all submissions, read where it lies.

Its directory is read once and kept while the file stays as it is, so that 10,000 members don't
cost 10,000 readings of it: a process that is forked after `directory(path)` has it already.
A member is unpacked in pieces, and never further than allowed: what its header says is compared
with what comes, not believed. Nothing is written anywhere.

Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header) and 4.4.

Example:
    >>> list(directory(Path("canvas.zip")))  # doctest: +SKIP
    ['lovelaceada_4711_99_submission.zip']
"""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from mnistlab.checks import shown
from mnistlab.errors import InputError, SubmissionError

MOST_DIRECTORY = 8 * 2**20  # bytes; that of 10,000 students has about 2 MB
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
        InputError: no such file, no zip, or a directory of more than 8 MiB.
    """
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
def _directory(path: str, *state: int) -> Mapping[str, Member]:
    """Return the members of a zip; `state` tells one state of the file from another."""
    members: dict[str, Member] = {}
    with _Guarded(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        for one in archive.infolist():
            members[one.filename] = Member(
                start=one.header_offset,
                packed=one.compress_size,
                size=one.file_size,
                crc=one.CRC,
                method=one.compress_type,
                encrypted=bool(one.flag_bits & 1),
                link=stat.S_ISLNK(one.external_attr >> 16),
                folder=one.filename.endswith("/"),
                twice=one.filename in members,
            )
    return MappingProxyType(members)


class _Guarded(io.BufferedReader):
    """A file of which a single read takes no more than a directory may have."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = os.fstat(self.fileno()).st_size - self.tell() if (size or -1) < 0 else size or 0
        if wanted > MOST_DIRECTORY:
            raise zipfile.BadZipFile(f"its directory has {wanted:,} bytes")
        return super().read(wanted)


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
