"""Opening what was handed in: a file's bytes, and of nothing else."""

import contextlib
import os
import re
import socket
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnistlab.errors import InputError, SubmissionError
from mnistlab.grading.folders import outerzip
from mnistlab.grading.folders.collections import collect
from mnistlab.grading.folders.opening import digest, read
from mnistlab.grading.handed import File
from submissions import tree, zipped

MOST = 1000


def file(path, member=None):
    return File(path, path.name, member)


def test_a_file_comes_as_it_is(tmp_path):
    tree(tmp_path, "ada.zip", content=b"PK\0\xff")
    assert read(file(tmp_path / "ada.zip"), MOST) == b"PK\0\xff"
    assert read(file(tree(tmp_path, "empty", content=b"") / "empty"), 0) == b""


def test_the_size_is_said_where_it_is_too_large(tmp_path):
    tree(tmp_path, "ada.ipynb", content=b"x" * 1001)
    with pytest.raises(SubmissionError, match=r"'ada.ipynb' has 1,001 bytes; at most 1,000"):
        read(file(tmp_path / "ada.ipynb"), MOST)
    with open(tmp_path / "sparse", "wb") as sparse:
        sparse.truncate(2**40)  # 1 TiB of nothing
    with pytest.raises(SubmissionError, match="1,099,511,627,776"):
        read(file(tmp_path / "sparse"), MOST)


def test_a_file_that_grows_while_it_is_read_is_cut_off(tmp_path, monkeypatch):
    tree(tmp_path, "ada.zip", content=b"x" * 10)
    monkeypatch.setattr(os, "read", lambda descriptor, size: b"x" * 600)
    with pytest.raises(SubmissionError, match="at most 1,000"):
        read(file(tmp_path / "ada.zip"), MOST)


def special(tmp_path, kind):
    """Make something that isn't a file, and return its path."""
    path = tmp_path / "ada.zip"
    if kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "link to a folder":
        path.symlink_to("/etc")
    elif kind == "dangling link":
        path.symlink_to(tmp_path / "nowhere")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            here = os.getcwd()
            os.chdir(tmp_path)  # a socket's path is short
            one.bind("ada.zip")
            os.chdir(here)
    return path


@pytest.mark.parametrize(
    "kind, said",
    [
        ("link", "link to another file"),
        ("link to a folder", "link to another file"),
        ("dangling link", "link to another file"),
        ("pipe", "a pipe or a device"),
        ("socket", "a pipe or a device"),
        ("folder", "a folder"),
        ("nothing", "No such file"),
    ],
)
def test_what_is_no_file_is_neither_followed_nor_waited_for(tmp_path, kind, said):
    with pytest.raises(SubmissionError, match=said) as raised:
        read(file(special(tmp_path, kind)), MOST)
    assert re.search("Hand (it )?in", str(raised.value))  # what to do


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_opened(device):
    with pytest.raises(SubmissionError, match="a pipe or a device"):
        read(file(Path(device)), MOST)


def test_a_link_that_takes_the_file_s_place_is_not_followed(tmp_path, monkeypatch):
    path = tree(tmp_path, "ada.zip") / "ada.zip"
    before = os.lstat(path)
    path.unlink()
    path.symlink_to("/etc/passwd")
    monkeypatch.setattr(os, "lstat", lambda given: before)
    with pytest.raises(SubmissionError, match="couldn't be opened"):
        read(file(path), MOST)


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_said(tmp_path):
    tree(tmp_path, "ada.zip")
    (tmp_path / "ada.zip").chmod(0)
    with pytest.raises(SubmissionError, match="Permission denied"):
        read(file(tmp_path / "ada.zip"), MOST)


# ── in the platform's zip ───────────────────────────────────────────────────────────────────────


def test_a_member_comes_as_it_is(tmp_path):
    path = zipped(tmp_path / "canvas.zip", "../../x", content=b"stored")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large", os.urandom(100) * 20_000)
    assert read(file(path, "../../x"), MOST) == b"stored"
    assert len(read(file(path, "large"), 2_000_000)) == 2_000_000
    assert sorted(one.name for one in tmp_path.iterdir()) == ["canvas.zip"]


def test_a_member_is_never_unpacked_beyond_what_is_allowed(tmp_path):
    path = tmp_path / "canvas.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    with pytest.raises(SubmissionError, match="50,000,000 bytes; at most 1,000"):
        read(file(path, "bomb"), MOST)
    data = bytearray(path.read_bytes())
    for mark, where in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.index(mark) + where, 500)  # it says 500 bytes
    path.write_bytes(data)
    with pytest.raises(SubmissionError, match="unpacks to more than it says"):
        read(file(path, "bomb"), MOST)


def changed(path, where, value, mark=b"PK\x01\x02"):
    """Change a number of 2 or 4 bytes in the directory of a zip."""
    data = bytearray(path.read_bytes())
    struct.pack_into(value[0], data, data.index(mark) + where, value[1])
    path.write_bytes(data)


@pytest.mark.parametrize(
    "where, value, said",
    [
        (16, ("<I", 1), "checksum"),
        (8, ("<H", 1), "encrypted"),
        (10, ("<H", 99), "method 99"),
        (38, ("<I", 0xA1FF << 16), "link"),
        (42, ("<I", 3), "damaged"),
        (20, ("<I", 2), "damaged"),
        (24, ("<I", 999), "damaged"),
    ],
    ids=["crc", "encrypted", "method", "link", "offset", "packed", "size"],
)
def test_a_member_that_is_not_what_it_says_is_an_error(tmp_path, where, value, said):
    path = zipped(tmp_path / "canvas.zip", "ada.zip", content=b"x" * 100)
    changed(path, where, value)
    with pytest.raises(SubmissionError, match=said):
        read(file(path, "ada.zip"), MOST)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_nobody_s(tmp_path):
    path = zipped(tmp_path / "canvas.zip", "ada.zip", "ada.zip")
    with pytest.raises(SubmissionError, match="more than once"):
        read(file(path, "ada.zip"), MOST)


def test_a_zip_that_was_cut_short_or_is_none(tmp_path):
    path = zipped(tmp_path / "canvas.zip", "ada.zip")
    path.write_bytes(path.read_bytes()[:-10])
    for broken in (path, tree(tmp_path, "text.zip") / "text.zip", tmp_path / "nothing.zip"):
        with pytest.raises(SubmissionError):
            read(file(broken, "ada.zip"), MOST)
        with pytest.raises(InputError, match="can't be read as a zip"):
            outerzip.directory(broken)


def test_a_directory_larger_than_any_class_s_is_not_read(tmp_path):
    path = tmp_path / "canvas.zip"
    with open(path, "wb") as sparse:
        sparse.truncate(2**29)
        sparse.seek(0, os.SEEK_END)
        sparse.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**29, 0, 0))
    with pytest.raises(InputError, match="directory has 536,870,912 bytes"):
        outerzip.directory(path)


def test_the_directory_is_read_once_and_again_when_the_zip_has_changed(tmp_path):
    path = zipped(tmp_path / "canvas.zip", "ada.zip")
    first = outerzip.directory(path)
    assert outerzip.directory(path) is first
    zipped(path, "ada.zip", "bob.zip")
    assert list(outerzip.directory(path)) == ["ada.zip", "bob.zip"]


@pytest.mark.parametrize("wrapper", ["", "export/lab 1/"])
def test_a_student_s_thousands_of_long_names_cost_the_others_nothing(
    tmp_path, monkeypatch, wrapper
):
    monkeypatch.setattr(outerzip, "MOST_BELOW", 10_000)
    names = [f"{wrapper}eve/{k:03}{'n' * 200}.txt" for k in range(100)]
    path = zipped(tmp_path / "s.zip", *names, f"{wrapper}ada/x.zip", f"{wrapper}bob/x.zip")
    collection = collect(path)
    sizes = {one.student.id: len(one.attempts[0].files) for one in collection.handed}
    assert sizes["ada"] == sizes["bob"] == 1 and 30 < sizes["eve"] < 50
    assert any("eve' has too many files" in one for one in collection.unmatched)


def test_a_directory_of_more_than_8_mib_is_read(tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ada/x.zip", b"x")
        for k in range(9_000):
            archive.writestr(f"eve/{k}{'n' * 1_000}", b"")
    ada, _ = collect(path).handed
    assert read(ada.attempts[0].files[0], 1) == b"x"


def test_what_zipfile_reads_in_a_directory_is_read(tmp_path, monkeypatch):
    path = tmp_path / "s.zip"
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)  # so that all numbers stand in ZIP64's parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zoë/", b"")
        for name in ("zoë/a", "b", "c" * 300):
            archive.writestr(name, name.encode() * 500)
        archive.comment = b"PK" * 40
    before = path.read_bytes()
    for data in (before, b"#!/bin/sh\n" + before):
        path.write_bytes(data)
        with zipfile.ZipFile(path) as archive:
            there = {one.filename: (one.header_offset, one.compress_size, one.file_size, one.CRC)
                     for one in archive.infolist()}  # fmt: skip
        found = {name: (one.start, one.packed, one.size, one.crc)
                 for name, one in outerzip.directory(path).items()}  # fmt: skip
        assert found == there
        assert read(file(path, "b"), MOST) == b"b" * 500


def test_a_member_without_a_name_is_nobody_s(tmp_path):
    path = zipped(tmp_path / "canvas.zip", "?", "bob.zip", "carol.zip")
    path.write_bytes(path.read_bytes().replace(b"?", b"\0"))  # a name ends at the first zero
    assert list(outerzip.directory(path)) == ["", "bob.zip", "carol.zip"]
    assert [one.student.id for one in collect(path).handed] == ["bob", "carol"]


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 299), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_zip_is_an_error_and_nothing_else(tmp_path, changes):
    path = zipped(tmp_path / "canvas.zip", "ada.zip", "bob.ipynb")
    data = bytearray(path.read_bytes())
    for at, value in changes:
        data[at % len(data)] = value
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        for name in outerzip.directory(path):
            assert len(read(file(path, name), MOST)) <= MOST
    with contextlib.suppress(InputError):
        collect(path)


# ── digest ──────────────────────────────────────────────────────────────────────────────────────


def test_the_digest_is_of_names_and_bytes_wherever_they_lie(tmp_path):
    tree(tmp_path / "a", "one", "two")
    here = [file(tmp_path / "a" / name) for name in ("one", "two")]
    path = zipped(tmp_path / "b.zip", "deep/one", "two")
    packed = [File(path, "one", "deep/one"), File(path, "two", "two")]
    assert digest(here) == digest(here[::-1]) == digest(packed)
    assert digest(here) != digest(here[:1]) != digest([])
    assert digest(here) != digest([File(here[0].path, "other"), here[1]])
    tree(tmp_path / "a", "two", content=b"y")
    assert digest(here) != digest(packed)


def test_the_digest_has_no_seams_between_names_and_bytes(tmp_path):
    tree(tmp_path, "ab", content=b"c")
    tree(tmp_path, "a", content=b"bc")
    assert digest([file(tmp_path / "ab")]) != digest([file(tmp_path / "a")])


def test_what_can_not_be_read_has_a_digest_too(tmp_path):
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to("/etc/passwd")
    os.mkfifo(pipe)
    odd = os.fsdecode(b"\xff.zip")
    digests = {digest([File(path, odd)]) for path in (link, pipe, tmp_path / "nothing")}
    assert len(digests) == 3
    assert digest([File(link, odd)]) in digests
