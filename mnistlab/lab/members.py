"""The members of a zip that nobody should trust, unpacked in memory and never beyond a limit.

What a zip's directory says about sizes, names and places is only a claim. So each member is
looked up where it lies, must lie alone there, and is unpacked until it is as long as it says,
and not a byte further. Nothing is ever written to a disk.

Example:
    >>> import io, zipfile
    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as archive:
    ...     archive.writestr("worksheet.json", "{}")
    >>> members(packed.getvalue(), "submission.zip")
    {'worksheet.json': b'{}'}

Source: the format in APPNOTE.TXT 6.3 by PKWARE, sections 4.3.7 and 4.3.16; CVE-2024-0450.
"""

import io
import itertools
import re
import stat
import struct
import zipfile
import zlib
from typing import NoReturn

from mnistlab.checks import shown
from mnistlab.errors import SubmissionError

MOST_BYTES = 64 * 2**20
MOST_MEMBERS = 100
MOST_RATIO = 200  # of members above RATIO_FROM bytes; deflate itself reaches 1,032
RATIO_FROM = 2**20
WHOLE = "Was it uploaded whole? Submit it again."

_END = struct.Struct("<4s4H2IH")  # the end record; all of a zip's last 22 bytes
_LOCAL = struct.Struct("<4s5H3I2H")  # the header before each member's bytes
_MOST_LISTED = MOST_MEMBERS * 2000  # bytes of directory
_IN_EXTRA = 0xFFFFFFFF  # a size that stands in the extra field instead, as numpy.savez writes it
_DESCRIPTOR, _UTF8 = 0x8, 0x800  # flag bits
_LOCKED = 0x1 | 0x20 | 0x40 | 0x2000  # those of encryption, and of patches
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def members(data: bytes, what: str, most: int = MOST_BYTES) -> dict[str, bytes]:
    """Return the members of a zip, by name, in the order in which the zip lists them.

    Args:
        data: the zip.
        what: what it is called in an error, such as "submission.zip".
        most: how many bytes all members may have together, unpacked.

    Returns:
        Bytes by name. Folders are left out, and what macOS adds (__MACOSX/, .DS_Store).

    Raises:
        SubmissionError: it is damaged; a name that leads elsewhere or stands twice; a link, an
            encrypted member, an unknown compression; members that overlap; more than 100 of
            them; sizes above the limits or other than stated; bytes before the first member.

    Example:
        >>> members(b"no zip", "submission.zip")
        Traceback (most recent call last):
        mnistlab.errors.SubmissionError: submission.zip is no zip, or only a part of one...
    """
    listed, directory = _listed(data, what)
    _must_be_allowed(listed, what, most)
    places = [_place(data, one, what) for one in listed]
    _must_lie_apart(listed, places, directory, what)
    return {
        one.orig_filename: _unpacked(data[start:end], one, what)
        for one, (start, end) in zip(listed, places, strict=True)
        if not _is_folder(one) and not _of_macos(one.orig_filename)
    }


def _refuse(what: str, why: str, then: str = "Make the zip again and submit that.") -> NoReturn:
    """Raise SubmissionError."""
    raise SubmissionError(f"{what} {why}. {then}")


# ── what the directory says ─────────────────────────────────────────────────────────────────────


def _listed(data: bytes, what: str) -> tuple[list[zipfile.ZipInfo], int]:
    """Return the directory of a zip, and where it begins."""
    end = len(data) - _END.size
    if end < 0 or not data.startswith(b"PK\x05\x06", end):
        _refuse(what, "is no zip, or only a part of one, or has bytes after its end", WHOLE)
    _, _, _, _, count, size, start, comment = _END.unpack(data[end:])
    if count > MOST_MEMBERS or size > _MOST_LISTED:
        _refuse(what, f"lists {count:,} members in {size:,} bytes; at most {MOST_MEMBERS} are read")
    if start + size != end or comment or data.startswith(b"PK\x06\x07", max(0, end - 20)):
        _refuse(what, "has other bytes around its directory than a zip has", WHOLE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
    except MemoryError:
        raise
    except Exception as why:  # whatever a damaged directory makes of struct, codecs and zipfile
        raise SubmissionError(f"{what} is a damaged zip ({shown(str(why))}). {WHOLE}") from why
    if len(listed) != count:
        _refuse(what, f"says that it has {count} members, but lists {len(listed)}", WHOLE)
    return listed, start


def _must_be_allowed(listed: list[zipfile.ZipInfo], what: str, most: int) -> None:
    """Raise SubmissionError where the directory itself states what isn't allowed."""
    names = [one.orig_filename for one in listed]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        _refuse(what, f"holds {shown(twice)} twice")
    for one in listed:
        _must_be_a_name(one.orig_filename, what)
        _must_be_a_plain_file(one, what)
    total = sum(one.file_size for one in listed)
    if total > most:
        _refuse(what, f"unpacks to {total:,} bytes; at most {most:,} are read",
                "Submit only the file that mnistlab.submit wrote.")  # fmt: skip


def _must_be_a_name(name: str, what: str) -> None:
    """Raise SubmissionError where a name could lead out of a folder, or isn't one line."""
    parts = name.removesuffix("/").split("/")
    odd = "\\" in name or re.match(r"[A-Za-z]:", name) or not name.isprintable()
    if odd or len(name) > 300 or any(part in ("", ".", "..") for part in parts):
        _refuse(what, f"holds a member with the name {shown(name)}, which no plain file has")


def _must_be_a_plain_file(one: zipfile.ZipInfo, what: str) -> None:
    """Raise SubmissionError for a link, a device, an encrypted member or an unknown method."""
    said = f"member {shown(one.orig_filename)}"
    kind = stat.S_IFMT(one.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        _refuse(what, f"holds the {said}, which is a link or a device, not a file")
    if _is_folder(one) and (one.file_size or one.compress_size > 2):  # an empty deflate has 2 bytes
        _refuse(what, f"holds the {said}, a folder with bytes of its own")
    if kind == stat.S_IFDIR and not _is_folder(one):
        _refuse(what, f"holds the {said}, which says that it is a folder")
    if one.flag_bits & _LOCKED:
        _refuse(what, f"holds the {said} encrypted", "Submit it without a password.")
    if one.compress_type not in _METHODS:
        _refuse(what, f"holds the {said} in a compression that isn't read",
                "Make the zip again with the usual one (deflate).")  # fmt: skip
    if one.file_size > RATIO_FROM and one.file_size > MOST_RATIO * one.compress_size:
        _refuse(what, f"holds the {said}, {one.file_size:,} bytes packed in "
                f"{one.compress_size:,}; trained weights don't pack like that")  # fmt: skip


def _is_folder(one: zipfile.ZipInfo) -> bool:
    """Return whether a member's name is a folder's."""
    return one.orig_filename.endswith("/")


def _of_macos(name: str) -> bool:
    """Return whether macOS put a member there by itself."""
    return name.startswith("__MACOSX/") or name.split("/")[-1] == ".DS_Store"


# ── what lies there ─────────────────────────────────────────────────────────────────────────────


def _place(data: bytes, one: zipfile.ZipInfo, what: str) -> tuple[int, int]:
    """Return where a member's packed bytes begin and end, by its own header."""
    said = f"member {shown(one.orig_filename)}"
    header = data[one.header_offset : one.header_offset + _LOCAL.size]
    if one.header_offset < 0 or len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        _refuse(what, f"has no {said} where it should lie")
    _, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(header)
    start = one.header_offset + _LOCAL.size
    begin = start + name + extra
    end = begin + one.compress_size
    listed_name = one.orig_filename.encode("utf-8" if one.flag_bits & _UTF8 else "cp437")
    if data[start : start + name] != listed_name:
        _refuse(what, f"lists the {said}, but another name stands where it lies")
    both = ((crc, one.CRC), (packed, one.compress_size), (size, one.file_size))
    same = flags & _DESCRIPTOR or all(here in (listed, _IN_EXTRA) for here, listed in both)
    if not same or method != one.compress_type or flags & _LOCKED or end > len(data):
        _refuse(what, f"says two different things of its {said}, or holds only a part of it")
    return begin, end


def _must_lie_apart(
    listed: list[zipfile.ZipInfo], places: list[tuple[int, int]], directory: int, what: str
) -> None:
    """Raise SubmissionError where members overlap, or something lies before the first."""
    starts = (one.header_offset for one in listed)
    spans = sorted((start, end) for start, (_, end) in zip(starts, places, strict=True))
    if spans and spans[0][0]:
        _refuse(what, f"has {spans[0][0]:,} bytes before its first member")
    for (_, end), (start, _) in itertools.pairwise([*spans, (directory, directory)]):
        if start < end:
            _refuse(what, "holds members that lie over each other")


def _unpacked(packed: bytes, one: zipfile.ZipInfo, what: str) -> bytes:
    """Return a member's bytes, which are as many as it states and have its checksum."""
    said = f"{what} holds the member {shown(one.orig_filename)}"
    content, at_the_end = packed, True
    if one.compress_type == zipfile.ZIP_DEFLATED:
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = machine.decompress(packed, one.file_size + 1)  # never without a limit
            at_the_end = machine.eof
        except zlib.error as why:
            raise SubmissionError(f"{said} damaged. {WHOLE}") from why
    if not at_the_end or len(content) != one.file_size or zlib.crc32(content) != one.CRC:
        raise SubmissionError(f"{said} damaged: other bytes than it states. {WHOLE}")
    return content
