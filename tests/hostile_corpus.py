"""Submissions that nobody should trust, as a class of students hands them in: built, not stored.

    corpus(canary)    one for each hole or damage that is known; a folder of files each
    canvas_zip(path)  a zip as Canvas makes it, with names as hostile as they come
    HONEST            who hands in what mnistlab.submit writes, beside all of them

`canary` is a file with a secret that no submission may cause to be opened. Networks, and the files
that hold nothing else, are in `hostile_models`.
"""

import io
import os
import pickle
import random
import socket
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mnistlab.lab.packing import RECORD, WEIGHTS
from tests import hostile_models
from tests.hostile_parts import (
    MEBI,
    Hostile,
    Run,
    as_json,
    deep,
    honest,
    members_of,
    npy,
    npz,
    one,
    signed,
)
from tests.hostile_weights import mutations, zipped
from tests.tiny_class import sheet

HONEST = ("ada", "bob", "cyd")
SECRET = "the answers of the exam"


def corpus(canary: Path) -> list[Hostile]:
    """Return all of them."""
    kinds = (not_files(canary), other_kinds(), zips(), ours(), hostile_models.every(canary))
    return [each for kind in kinds for each in kind]


# Names that Canvas leaves as they are: what follows the numbers is the student's.
NAMES = {
    "traversal": "../../../../escaped.zip",
    "root": "x//tmp/escaped.zip",
    "backslash": "..\\..\\escaped.zip",
    "drive": "C:\\escaped.zip",
    "dots": "...",
    "formula": "=cmd()|x.zip",
    "script": "<script>alert(1)</script>.zip",
    "long": "n" * 10_000 + ".zip",
    "turned": "\u202egnp.piz",
    "arabic": "עבד.zip",
    "newline": "a\nb.zip",
    "escape": "\x1b[2J.zip",
    "quote": "'\"`$(id).zip",
}


def canvas_zip(path: Path) -> dict[str, str]:
    """Write a zip as Canvas makes it; return Canvas's number of each student → whose name it is."""
    users = {}
    with zipfile.ZipFile(path, "w") as archive:
        for k, (label, name) in enumerate(NAMES.items(), start=100):
            users[str(k)] = label
            archive.writestr(f"name{label}_{k}_9{k}_{name}", honest("mallory"))
        archive.writestr("/tmp/escaped.zip", honest("mallory"))
        archive.writestr("ada_1_1_ada.zip", honest("ada"))
    return users


# ── no files at all ─────────────────────────────────────────────────────────────────────────────


def sparse(size: int, begins: bytes = b"") -> Callable[[Path], object]:
    """Return what makes a file of a size that takes no room on the disk."""

    def make(path: Path) -> None:
        with open(path, "wb") as file:
            file.write(begins)
            file.truncate(size)

    return make


def listening(path: Path) -> None:
    """Make a socket; its path may be longer than a socket's name."""
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def device(path: Path) -> None:
    """Make /dev/zero once more, or a pipe where only root may."""
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        os.mkfifo(path)


def not_files(canary: Path) -> Iterator[Hostile]:
    yield one("zero_bytes", "0 bytes", b"")
    yield one("zero_bytes_notebook", "0 bytes", b"", "lab.ipynb")
    for name, target in (("passwd", Path("/etc/passwd")), ("canary", canary), ("dir", Path("/etc")),
                         ("zero", Path("/dev/zero")), ("nowhere", Path("/no/such/file")),
                         ("itself", Path("submission.zip")), ("neighbour", Path("../ada/ada.zip")),
                         ("memory", Path("/proc/self/mem"))):  # fmt: skip
        yield one(f"link_{name}", f"a symbolic link to {target}",
                  lambda path, target=target: path.symlink_to(target))  # fmt: skip
    yield one("fifo", "a pipe that nobody writes into", os.mkfifo)
    yield one("socket", "a socket", listening)
    yield one("device", "a device that gives zeros without end", device)
    yield one("folder", "a folder with the name of a file", lambda path: path.mkdir())
    book = b'{"nbformat": 4, "cells": ['
    yield one("huge_notebook", "200 MB", sparse(200 * 10**6, book), "lab.ipynb")
    yield one("huge_zip", "1 TiB, nothing in it", sparse(2**40, b"PK\x03\x04"))
    yield one("huge_h5", "64 MiB of nothing", sparse(64 * MEBI, b"\x89HDF\r\n\x1a\n"), "m.h5")
    yield one("nulls", "64 MiB of zero bytes", sparse(64 * MEBI), "lab.ipynb")


def other_kinds() -> Iterator[Hostile]:
    kinds = {
        "essay.pdf": b"%PDF-1.7\n%\xe2\xe3", "page.html": b"<!doctype html><script>alert(1)",
        "a.gz": zlib.compress(b"x", wbits=31), "a.rar": b"Rar!\x1a\x07\x01\x00",
        "a.7z": b"7z\xbc\xaf\x27\x1c", "shot.png": b"\x89PNG\r\n\x1a\n", "run.exe": b"MZ\x90\0",
        "lab.py": b"import os; os.system('id')", "a.npy": npy("(2,)", body=bytes(8)),
        "model.pkl": pickle.dumps(Run()),
        "model.pt": zipped({"model/data.pkl": pickle.dumps(Run())}),
        "noise.zip": random.Random(1).randbytes(4096), "terminal.txt": b"\x1b]0;x\x07\x1b[2J",
    }  # fmt: skip
    for name, content in kinds.items():
        yield one(
            "kind_" + name.replace(".", "_"), f"{name} instead of a submission", content, name
        )


# ── zips ────────────────────────────────────────────────────────────────────────────────────────


def overlapping(count: int = 100, each: int = 34 * 10**6) -> bytes:
    """Return a zip of 42 kB whose members share their bytes: 3.4 GB unpacked.

    Each member's bytes begin with a stored block that holds the next one's header, and then are
    that member's own. Checksums are left out.
    """
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed, size, listed = machine.compress(bytes(each)) + machine.flush(), each, []
    for k in reversed(range(count)):
        name = b"%02d" % k
        header = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, 0, len(packed), size,
                             len(name), 0) + name  # fmt: skip
        listed.append((name, len(packed), size))
        quoted = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF) + header
        body, packed, size = header + packed, quoted + packed, size + len(header)
    return body + _directory_of(listed, len(body))


def _directory_of(listed: list[tuple[bytes, int, int]], end: int) -> bytes:
    """Return the directory of members of which each ends where the archive does."""
    directory = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, 0, packed, size, len(name),
                    0, 0, 0, 0, 0, end - packed - 30 - len(name)) + name
        for name, packed, size in reversed(listed)
    )  # fmt: skip
    count = len(listed)
    return directory + struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), end, 0
    )


def nested(levels: int = 5, each: int = 10) -> bytes:
    """Return zips in zips, 10 in each, with 10 MB of zeros at the bottom: 1,000 GB in all."""
    content = zipped({"zeros": bytes(10 * MEBI)}, zipfile.ZIP_DEFLATED)
    for _ in range(levels):
        content = zipped({f"{k}.zip": content for k in range(each)}, zipfile.ZIP_DEFLATED)
    return content


def entry(name: str, mode: int = 0o600, flags: int = 0) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.create_system, made.external_attr, made.flag_bits = 3, mode << 16, flags
    return made


def with_flag(data: bytes, bit: int) -> bytes:
    """Return a zip with a flag bit set in each header, and in the directory."""
    spoilt = bytearray(data)
    for member in zipfile.ZipFile(io.BytesIO(data)).infolist():
        spoilt[member.header_offset + 6] |= bit
        spoilt[_listed_at(data, member.filename) + 8] |= bit
    return bytes(spoilt)


def _listed_at(data: bytes, name: str) -> int:
    """Return where the directory of a zip describes a member."""
    return data.rindex(b"PK\1\2", 0, data.rindex(name.encode()))


def stating(data: bytes, size: int) -> bytes:
    """Return a zip whose directory states another size of its weights."""
    spoilt = bytearray(data)
    struct.pack_into("<I", spoilt, _listed_at(data, WEIGHTS) + 24, size)
    return bytes(spoilt)


def zips() -> Iterator[Hostile]:
    base = honest("mallory")
    members = members_of(base)
    held = list(members.items())
    for part in (1, 5, 10, 15, 19):
        yield one(f"zip_cut_{part}", f"{part} twentieths of a zip", base[: len(base) * part // 20])
    for k, damaged in enumerate(mutations(base, 6, seed=17)):
        yield one(f"zip_damaged_{k}", "a zip with changed bytes", damaged, measured=True)
    yield one("zip_42kb", "42 kB that unpack to 3.4 GB, members that overlap", overlapping())
    yield one("zip_nested", "zips in zips in zips: 1,000 GB", nested())
    yield one("zip_in_zip_in_zip", "a zip, packed twice more",
              zipped({"b.zip": zipped({"a.zip": base})}))  # fmt: skip
    hidden = zipped([(entry("axb"), b"x"), *held]).replace(b"axb", b"a\0b")
    yield one("zip_name_nul", "a member with a NUL in its name", hidden)
    with warnings.catch_warnings(action="ignore"):  # zipfile's, of the second one
        twice = zipped([*held, (WEIGHTS, npz())])
    yield one("zip_twice", "weights.npz twice", twice)
    for name in ("../../x", "/etc/x", "..\\x", "C:\\x", "x\x1b[2J", "", "a" * 10_000,
                 "\u202egnp.exe", "./x", "a//b"):  # fmt: skip
        label = "".join(c if c.isalnum() else "_" for c in name[:12])
        yield one(f"zip_name_{label}_{len(name)}", f"a member called {name[:30]!r}",
                  zipped([(entry(name), b"x"), *held]))  # fmt: skip
    yield one("zip_link", "a member that is a symbolic link",
              zipped([*held, (entry("x", stat.S_IFLNK | 0o777), b"/etc/passwd")]))  # fmt: skip
    yield one("zip_device", "a member that is a device",
              zipped([*held, (entry("x", stat.S_IFCHR | 0o600), b"")]))  # fmt: skip
    yield one("zip_locked", "encrypted, as it says", with_flag(base, 1))
    yield one("zip_bzip2", "packed by bzip2", zipped(dict(held), zipfile.ZIP_BZIP2))
    yield one("zip_lzma", "packed by LZMA", zipped(dict(held), zipfile.ZIP_LZMA))
    yield one("zip_many", "20,000 members", zipped({str(k): b"" for k in range(20_000)}))
    yield one("zip_bomb", "64 MB of zeros as weights.npz",
              zipped({WEIGHTS: bytes(64 * 10**6)}, zipfile.ZIP_DEFLATED))  # fmt: skip
    yield one("zip_says_more", "states 4 GB for 1 member", stating(base, 2**32 - 2))
    yield one("zip_says_less", "states 1 byte for 1 member", stating(base, 1))
    yield one("zip_zip64", "sizes that stand in a zip64 field that isn't there",
              stating(base, 2**32 - 1))  # fmt: skip
    yield one("zip_prefix", "a program before the zip", b"MZ" + bytes(98) + base)
    yield one("zip_suffix", "bytes after the zip", base + b"more")
    yield one("zip_empty", "an empty zip", zipped({}))
    yield one("zip_folders", "nothing but folders", zipped({"a/": b"", "a/b/": b""}))
    yield one("zip_macos", "only what macOS adds", zipped({"__MACOSX/._x.keras": b"x"}))
    yield one("zip_other_name", "another name in the header than in the directory",
              zipped({WEIGHTS: npz(), **members}).replace(b"weights", b"evil888", 1))  # fmt: skip
    yield one("zip_documents", "a zip of documents", zipped({"report.docx": b"x", "a.txt": b"y"}))


# ── what mnistlab.submit writes, changed ────────────────────────────────────────────────────────


def ours() -> Iterator[Hostile]:
    held = members_of(honest("mallory"))
    yield one("ours_changed", "weights of another run, the old digest",
              zipped({**held, WEIGHTS: members_of(honest("bob"))[WEIGHTS]}))  # fmt: skip
    yield one("ours_no_weights", "no weights.npz", zipped({RECORD: held[RECORD]}))
    yield one("ours_no_digests", "no digests", zipped({**held, RECORD: as_json({"members": None})}))
    texts: dict[str, Callable[[bytes], bytes]] = {
        "deep": lambda text: text[:-1] + b', "x": ' + deep() + b"}",
        "nan": lambda text: text[:-1] + b', "x": NaN}',
        "overflow": lambda text: text[:-1] + b', "x": 1e999}',
        "twice": lambda text: text[:-1] + b', "student_id": "ada"}',
        "digits": lambda text: text[:-1] + b', "x": ' + b"9" * 100_000 + b"}",
        "half_letter": lambda text: text[:-1] + b', "x": "\\ud800"}',
        "utf16": lambda text: text.decode().encode("utf-16"),
        "latin1": lambda text: text[:-1] + b', "x": "\xe9"}',
        "list": lambda text: b"[" + text + b"]",
        "cut": lambda text: text[: len(text) // 2],
        "text": lambda text: b'"submission"',
    }
    for name, change in texts.items():
        yield one(f"json_{name}", f"submission.json: {name}", signed(change))
    said: dict[str, dict[str, Any]] = {
        "strings": {"test_accuracy": "0.99; DROP TABLE", "parameters": "1210"},
        "too_new": {"schema_version": 99}, "no_version": {"schema_version": None},
        "huge_whole": {"parameters": 10**200}, "student_list": {"student_id": ["ada", "bob"]},
        "student_long": {"student_id": "a" * 10_000}, "history_text": {"history": {"loss": "0"}},
        "history_long": {"history": {"loss": [1.0] * 10_001}},
        "history_wide": {"history": {str(k): [] for k in range(1000)}},
        "config_nested": {"config": {"a": {"b": {}}}}, "config_number": {"config": 5},
        "partners_many": {"partners": ["ada"] * 1000}, "dataset_list": {"dataset": []},
        "completed": {"completed": "yes"},
    }  # fmt: skip
    for name, what in said.items():
        yield one(f"claim_{name}", f"submission.json says {what!r:.60}", signed(**what),
                  measured=True)  # fmt: skip
    lies = {"test_accuracy": 1.0, "parameters": 7, "student_id": "ada", "completed": True,
            "dataset": {"name": "mnist", "digest": "sha256:0"}, "layer_sizes": [784, 512, 10],
            "history": {"loss": [1e-300], "accuracy": [7.0]}}  # fmt: skip
    yield one("lies", "lies about everything", signed(**lies), measured=True)
    for name in ("../../x", "=cmd()|' /C calc'!A0", "<script>alert(1)</script>", "\u202edaed\u202c",
                 "ada", "\x1b[31m", "", "   ", "a\nb,c", "{{7*7}}", "אבג"):  # fmt: skip
        label = name.encode().hex()[:16]
        yield one(f"calls_itself_{label}", f"says that it is {name!r}'s",
                  signed(student_id=name, partners=[name, "bob"]), measured=True)  # fmt: skip
    many = {f"q{k}": "x" * 20_000 for k in range(500)}
    sheets: dict[str, Any] = {
        "10_mb": sheet("mallory", answers={"why": "x" * 10**7}),
        "many_texts": sheet("mallory", answers=many),
        "many": sheet("mallory", answers={str(k): "" for k in range(100_000)}),
        "escapes": sheet("mallory", answers={"why": "\x1b[2J\x1b]0;x\x07\x9b31m\u202e\0"}),
        "formula": sheet("mallory", answers={"why": "=HYPERLINK(1)"}, predictions={"guess": "@x"}),
        "html": sheet("mallory", answers={"why": "</script><img src=x onerror=alert(1)>"}),
        "numbers": sheet("mallory", numbers={"count": "1210"}),
        "huge": sheet("mallory", numbers={"count": 1.7e308}),
        "true": sheet("mallory", numbers={"count": True}), "list": [1, 2], "deep": deep(),
        "nan": as_json(sheet("m", numbers={"count": float("nan")})),
        "others": sheet("ada"), "half_letter": b'{"lab": "\\udfff"}',
    }  # fmt: skip
    for name, record in sheets.items():
        yield one(f"sheet_{name}", f"a worksheet: {name}", signed(worksheet=record), measured=True)
