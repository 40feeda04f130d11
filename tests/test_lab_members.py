"""lab/members.py: hostile zips are refused before they are unpacked, honest ones are read."""

import doctest
import io
import stat
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest

from mnistlab.errors import SubmissionError
from mnistlab.lab import members as room
from mnistlab.lab.members import MOST_BYTES, members
from tests.hostile_weights import mutations, truncations, zipped

HONEST = {"submission.json": b"{}", "weights.npz": bytes(range(256)) * 40}
LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def refused(data: bytes, said: str) -> None:
    with pytest.raises(SubmissionError, match=f"^submission.zip .*{said}") as why:
        members(data, "submission.zip")
    assert len(str(why.value)) < 400 and str(why.value).endswith(".")


def put(data: bytes, mark: bytes, offset: int, layout: str, value: int) -> bytes:
    """Return a zip with one field of its first header of a kind changed."""
    spoilt = bytearray(data)
    struct.pack_into(layout, spoilt, data.index(mark) + offset, value)
    return bytes(spoilt)


def info(name: str, **fields: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def test_doctests():
    assert doctest.testmod(room, optionflags=doctest.ELLIPSIS).failed == 0


# ── honest ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_honest_zips_are_read(method):
    read = members(zipped(HONEST, method), "it")
    assert read == HONEST and list(read) == list(HONEST)


def test_names_in_all_scripts_and_an_empty_zip():
    names = {"Zoë.json": b"1", "تسليم.json": b"2", "提交 1.json": b"3", "a..b.json": b""}
    assert members(zipped(names), "it") == names
    assert members(zipped({}), "it") == {}


def test_a_zip_that_was_written_as_a_stream_is_read():
    class Stream(io.RawIOBase):  # so that sizes follow each member in a descriptor
        def __init__(self):
            self.parts = []

        def writable(self):
            return True

        def write(self, part):
            self.parts.append(bytes(part))
            return len(part)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in HONEST.items():
            archive.writestr(name, content)
    assert members(b"".join(stream.parts), "it") == HONEST


def test_what_macos_and_folders_add_is_left_out():
    added = {"lab/": b"", "__MACOSX/._lab": b"x", "lab/.DS_Store": b"x", ".DS_Store": b"x"}
    assert members(zipped({**added, **HONEST}), "it") == HONEST


def test_a_member_can_be_all_that_may_be_unpacked():
    assert len(members(zipped({"a": bytes(1000)}), "it", 1000)["a"]) == 1000
    with pytest.raises(SubmissionError, match="unpacks to 1,001 bytes"):
        members(zipped({"a": bytes(1000), "b": b"1"}), "it", 1000)


# ── names ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "a//b",
        "./a",
        "a/.",
        "..",
        "a\\b",
        "C:x",
        "c:/x",
        "a\nb",
        "a\x1b[2Jb",
        "\u202etxt.exe",
        "x" * 301,
    ],
)
def test_names_that_lead_elsewhere_or_hide(name):
    refused(zipped({"a": b"1", name: b"2"}), "holds a member with the name")


def test_a_name_that_ends_early():
    spoilt = zipped({"a.json.exe": b"1"}).replace(b"a.json.exe", b"a.json\0exe")
    refused(spoilt, "holds a member with the name")


def test_the_same_name_twice():
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped([("a", b"1"), ("a", b"2")])
    refused(twice, "holds 'a' twice")


def test_a_name_that_its_own_header_does_not_have():
    data = zipped({"good.json": b"1"})
    refused(data.replace(b"good.json", b"evil.json", 1), "another name stands where it lies")


def test_too_many_members():
    assert len(members(zipped({str(k): b"" for k in range(100)}), "it")) == 100
    refused(zipped({str(k): b"" for k in range(101)}), "lists 101 members")
    refused(zipped({str(k): b"" for k in range(70_000)}), "at most 100|other bytes around")


# ── kinds ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices(kind):
    link = info("weights.npz", external_attr=(kind | 0o777) << 16)
    refused(zipped([(link, b"/etc/passwd")]), "a link or a device")


def test_folders_with_content_and_files_that_say_they_are_folders():
    refused(zipped([(info("a/"), b"1")]), "a folder with bytes")
    refused(zipped([(info("a", external_attr=(stat.S_IFDIR | 0o777) << 16), b"")]), "a folder")


@pytest.mark.parametrize("bit", [0x1, 0x40, 0x2000, 0x20])
def test_encrypted_members(bit):
    data = zipped(HONEST)
    refused(put(data, CENTRAL, 8, "<H", bit), "encrypted|damaged zip")
    refused(put(data, LOCAL, 6, "<H", bit), "two different things")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(method):
    refused(zipped(HONEST, method), "in a compression that isn't read")


def test_a_compression_that_nobody_knows():
    refused(put(zipped(HONEST), CENTRAL, 10, "<H", 99), "in a compression that isn't read")


# ── bombs and lies ──────────────────────────────────────────────────────────────────────────────


def lying_bomb(stated: int) -> bytes:
    """Return a zip of 4 GB of zeros twice deflated to some kB per GB, that states another size."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(machine.compress(bytes(2**20)) for _ in range(256)) + machine.flush()
    data = zipped({"a": packed})
    for mark, size_at, method_at in ((LOCAL, 22, 8), (CENTRAL, 24, 10)):
        data = put(data, mark, size_at, "<I", stated)
        data = put(data, mark, method_at, "<H", zipfile.ZIP_DEFLATED)
    return data


@pytest.mark.parametrize("stated", [0, 1000, 2**20, 60 * 2**20])
def test_a_bomb_that_states_a_small_size_is_not_unpacked_further(stated):
    bomb = lying_bomb(stated)
    tracemalloc.start()
    refused(bomb, "other bytes than it states|don't pack like that")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_a_bomb_that_states_its_size():
    noise = np.random.default_rng(0).bytes(2**17)  # so that the ratio alone would pass
    bomb = zipped({f"{k}": noise + bytes(2**23) for k in range(8)}, zipfile.ZIP_DEFLATED)
    refused(bomb, "unpacks to 68,157,440 bytes; at most 67,108,864")


def test_42_kilobytes_that_unpack_to_gigabytes():
    """All entries name the same bytes, so that nothing but the directory grows."""
    data = zipped({"000": bytes(42 * 2**20)}, zipfile.ZIP_DEFLATED)
    start = struct.unpack_from("<I", data, len(data) - 6)[0]
    entry = data[start:-22]
    entries = b"".join(entry.replace(b"000", b"%03d" % k) for k in range(100))
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 100, 100, len(entries), start, 0)
    bomb = data[:start] + entries + end
    assert len(bomb) < 50_000
    tracemalloc.start()
    refused(bomb, "don't pack like that|unpacks to 4,404,019,200 bytes")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_a_ratio_that_no_weights_have():
    refused(zipped({"a": bytes(2**21)}, zipfile.ZIP_DEFLATED), "don't pack like that")


def test_members_over_each_other():
    """The overlap of CVE-2024-0450: each directory entry unpacks the same bytes again."""
    first = zipped({"a": zlib.compress(bytes(1000))})
    start = struct.unpack_from("<I", first, len(first) - 6)[0]
    entry = first[start:-22]
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, 2 * len(entry), start, 0)
    refused(first[:start] + entry + entry.replace(b"a", b"b") + end, "another name|lie over each")
    refused(first[:start] + entry + entry + end, "twice")


def test_a_member_inside_another():
    inner = zipped({"b": b"x" * 50})
    inner_start = struct.unpack_from("<I", inner, len(inner) - 6)[0]
    outer = zipped({"a": inner[:inner_start]})
    start = struct.unpack_from("<I", outer, len(outer) - 6)[0]
    inside = bytearray(inner[inner_start:-22])
    struct.pack_into("<I", inside, 42, outer.index(LOCAL, 4))  # where b's header lies, within a
    size = len(outer) - 22 - start + len(inside)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, size, start, 0)
    refused(outer[:-22] + bytes(inside) + end, "lie over each other")


@pytest.mark.parametrize(
    ("mark", "offset", "layout", "value"),
    [
        (LOCAL, 14, "<I", 1),  # checksum
        (LOCAL, 18, "<I", 1),  # packed size
        (LOCAL, 22, "<I", 1),  # size
        (LOCAL, 8, "<H", 8),  # compression
        (LOCAL, 26, "<H", 60_000),  # length of the name
        (LOCAL, 28, "<H", 60_000),  # length of the extra field
        (LOCAL, 0, "<I", 0),  # signature
        (CENTRAL, 16, "<I", 1),  # checksum
        (CENTRAL, 20, "<I", 2**31),  # packed size
        (CENTRAL, 24, "<I", 1),  # size
        (CENTRAL, 24, "<I", 0xFFFFFFFF),  # a size of zip64 that is nowhere
        (CENTRAL, 42, "<I", 5),  # place
        (CENTRAL, 42, "<I", 0xFFFFFFFF),
        (b"PK\5\6", 10, "<H", 1),  # how many there are
        (b"PK\5\6", 10, "<H", 99),
        (b"PK\5\6", 10, "<H", 0xFFFF),
        (b"PK\5\6", 12, "<I", 0xFFFFFFFF),  # size of the directory
        (b"PK\5\6", 16, "<I", 0),  # its place
        (b"PK\5\6", 20, "<H", 1),  # a comment
    ],
)
def test_headers_that_lie(mark, offset, layout, value):
    refused(put(zipped(HONEST), mark, offset, layout, value), "")


def test_wrong_bytes_under_the_right_checksum_field():
    data = bytearray(zipped(HONEST))
    data[data.index(bytes(range(256)))] ^= 1
    refused(bytes(data), "damaged: other bytes than it states")


def test_bytes_before_between_and_after():
    data = zipped(HONEST)
    refused(b"#!/bin/sh\n" + data, "other bytes around")
    refused(data + b"\0", "is no zip, or only a part")
    refused(data[:-22] + b"\0" * 40 + data[-22:], "other bytes around")
    shifted = b"\0" * 10 + data
    for at in [k for k in range(len(shifted)) if shifted.startswith(CENTRAL, k)]:
        place = struct.unpack_from("<I", shifted, at + 42)[0] + 10
        shifted = shifted[: at + 42] + struct.pack("<I", place) + shifted[at + 46 :]
    start = struct.unpack_from("<I", data, len(data) - 6)[0] + 10
    shifted = shifted[:-6] + struct.pack("<I", start) + shifted[-2:]
    refused(shifted, "10 bytes before its first member")


def test_a_zip64_end_record():
    file = io.BytesIO(zipped(HONEST))
    data = file.getvalue()
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)
    refused(data[:-22] + locator + data[-22:], "other bytes around")


# ── damage ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_truncated_anywhere(method):
    for part in truncations(zipped(HONEST, method)):
        refused(part, "")


@pytest.mark.parametrize("data", [b"", b"\0", b"PK\5\6", bytes(22), b"\x89HDF", b"{}" * 100])
def test_no_zip_at_all(data):
    refused(data, "is no zip, or only a part of one")


def test_whatever_comes_is_members_or_a_submission_error():
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        for data in mutations(
            zipped({"a.json": b"{}", "b/c": np.arange(50).tobytes()}, method), 2000
        ):
            try:
                read = members(data, "it")
            except SubmissionError as why:
                assert str(why).startswith("it ")
            else:
                assert sum(map(len, read.values())) < MOST_BYTES
