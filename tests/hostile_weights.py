"""Weights as files, good and hostile, for the tests of the readers."""

import contextlib
import ctypes
import io
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

GOLDEN = Path(__file__).parent / "golden"
KERAS = ("3.8.0", "3.13.2", "3.15.1")
ARRAYS = {
    "kernel_0": np.arange(12, dtype="f4").reshape(4, 3) / 8,
    "bias_0": np.array([1, 2, 3], "f4"),
    "kernel_1": np.arange(6, dtype="f4").reshape(3, 2) - 2,
    "bias_1": np.array([-1, 1], "f4"),
}
PLACES = {
    "kernel_0": "layers/dense/vars/0",
    "bias_0": "layers/dense/vars/1",
    "kernel_1": "layers/dense_1/vars/0",
    "bias_1": "layers/dense_1/vars/1",
}


def npz(arrays: Mapping[str, Any] = ARRAYS) -> bytes:
    """Return arrays as numpy.savez writes them."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def zipped(members: Mapping[str, bytes] | list[tuple[Any, bytes]], method: int = 0) -> bytes:
    """Return members as a zip; a list can hold a name twice, and ZipInfos."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(name, content)
    return file.getvalue()


@contextlib.contextmanager
def h5(without: tuple[str, ...] = ()) -> Iterator[tuple[h5py.File, io.BytesIO]]:
    """Give an open .weights.h5 of ARRAYS, to be spoilt; its bytes afterwards."""
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        for name, place in PLACES.items():
            if name not in without:
                opened[place] = ARRAYS[name]
        yield opened, file


def plain_h5() -> bytes:
    """Return the .weights.h5 of ARRAYS."""
    with h5() as (_, file):
        pass
    return file.getvalue()


def with_dataset(name: str, **settings: Any) -> bytes:
    """Return the .weights.h5 of ARRAYS with one data set made in another way."""
    with h5(without=(name,)) as (opened, file):
        opened.create_dataset(PLACES[name], **settings)
    return file.getvalue()


@contextlib.contextmanager
def unopened(path: Path) -> Iterator[None]:
    """Fail where any process opens or reads the file meanwhile, which the system itself reports."""
    if not sys.platform.startswith("linux"):
        pytest.skip("inotify is Linux's")
    system = ctypes.CDLL(None, use_errno=True)
    watch = system.inotify_init1(os.O_NONBLOCK)
    assert system.inotify_add_watch(watch, os.fsencode(path), 0x1 | 0x20) >= 0  # ACCESS, OPEN
    try:
        yield
        with pytest.raises(BlockingIOError):
            os.read(watch, 4096)
    finally:
        os.close(watch)


def truncations(data: bytes) -> list[bytes]:
    """Return the beginnings of a file, a twentieth longer each, the whole not among them."""
    return [data[: len(data) * part // 20] for part in range(20)]


def mutations(data: bytes, many: int, seed: int = 3) -> Iterator[bytes]:
    """Yield damaged copies of a file: bytes changed, cut out, or put twice."""
    random = np.random.default_rng(seed)
    for _ in range(many):
        damaged = bytearray(data)
        for _ in range(random.integers(1, 5)):
            at, length = random.integers(len(damaged)), int(random.integers(1, 9))
            kind = random.integers(4)
            if kind == 0:
                damaged[at] ^= 1 << int(random.integers(8))
            elif kind == 1:
                damaged[at : at + length] = random.bytes(length)
            elif kind == 2:
                del damaged[at : at + length]
            else:
                damaged[at:at] = damaged[at : at + length]
            damaged = damaged or bytearray(b"\0")
        yield bytes(damaged)
