"""What hostile submissions are made of: an honest one, to be spoilt in one place."""

import functools
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnistlab.lab.packing import RECORD, WEIGHTS, WORKSHEET, digest, pack
from tests.hostile_weights import zipped
from tests.tiny_class import sheet, small_run

Content = bytes | Callable[[Path], object]  # or what makes something else at a path
MEBI = 2**20
LAB = """
schema_version = 1
[lab]
name = "small"
title = "Small digits"
dataset = "digits"
[network]
inputs = 64
classes = 10
hidden_units = 16
[grading]
test_data = "test.npz"
[[question]]
id = "guess"
kind = "prediction"
text = "What accuracy do you expect?"
points = 1
[[question]]
id = "count"
kind = "number"
compute = "parameters"
text = "How many parameters?"
points = 5
[[question]]
id = "why"
kind = "answer"
text = "Why are the inputs scaled?"
points = 10
[[item]]
id = "readable"
check = "readable"
points = 5
[[item]]
id = "accuracy"
check = "accuracy"
points = 40
full_from = 0.9
none_below = 0.2
[[item]]
id = "claim"
check = "agreement"
points = 5
"""


@dataclass(frozen=True)
class Hostile:
    """One submission.

    Attributes:
        name: of the student; files: by name.
        wrong: what is wrong with it.
        measured: whether its network can be measured all the same.
    """

    name: str
    files: Mapping[str, Content]
    wrong: str
    measured: bool = False


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Write the files of a submission into a folder of its own."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            content(folder / name)


# ── what they are made of ───────────────────────────────────────────────────────────────────────


def write_lab(folder: Path) -> Path:
    """Write lab.toml with its test data, and return it."""
    folder.mkdir()
    random = np.random.default_rng(1)
    x, y = random.random((400, 64), "f4"), random.integers(0, 10, 400)
    np.savez(folder / "test.npz", x_test=x, y_test=y)
    (folder / "lab.toml").write_text(LAB)
    return folder / "lab.toml"


@functools.cache
def good() -> dict[str, Any]:
    """Return the arrays of an honest network, 64-16-10, by name."""
    names = ("kernel_0", "bias_0", "kernel_1", "bias_1")
    return dict(zip(names, small_run("mallory").network.get_weights(), strict=True))


def npz(**changed: Any) -> bytes:
    """Return an .npz of the good arrays, some changed, left out (None) or added."""
    held = {name: one for name, one in {**good(), **changed}.items() if one is not None}
    file = io.BytesIO()
    np.savez(file, **held)
    return file.getvalue()


def npy(shape: str, descr: str = "'<f4'", body: bytes = b"", version: int = 1) -> bytes:
    """Return an .npy with any text as its shape and dtype."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + body


def with_member(name: str, content: bytes) -> bytes:
    """Return the good .npz with one member changed or added."""
    with zipfile.ZipFile(io.BytesIO(npz())) as archive:
        held = {one: archive.read(one) for one in archive.namelist()}
    return zipped({**held, name: content})


@functools.cache
def honest(student: str) -> bytes:
    """Return a student's zip as mnistlab.submit writes it."""
    record = sheet(student, numbers={"count": 1210.0}, answers={"why": "So."})
    return pack(small_run(student), student, (), record)


def members_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {one: archive.read(one) for one in archive.namelist()}


def signed(record: Any = None, weights: bytes = b"", worksheet: Any = None, **said: Any) -> bytes:
    """Return a zip of ours whose digests are right, whatever it holds; `record` as it stands."""
    held = members_of(honest("mallory"))
    about = {**json.loads(held.pop(RECORD)), **said}
    if weights:
        held[WEIGHTS] = weights
    if worksheet is not None:
        held[WORKSHEET] = worksheet if isinstance(worksheet, bytes) else as_json(worksheet)
    about["members"] = {name: digest(content) for name, content in held.items()}
    text = record(as_json(about)) if record else as_json(about)
    return zipped({RECORD: text, **held})


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def deep(levels: int = 10_000) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def one(name: str, wrong: str, content: Content, file: str = "submission.zip",
        measured: bool = False) -> Hostile:  # fmt: skip
    return Hostile(name, {file: content}, wrong, measured)


class Run:
    """What runs a command where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ('touch "$HOME/unpickled"',)
