import contextlib
import operator
import os
import pickle
import random
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnistlab.data.pickles import unpickled
from mnistlab.errors import DataError
from tiny_data import lists, python2_pickle

PLAIN = {"labels": [3, 1, 2**70], "share": 0.5, "none": None, "yes": True, "raw": b"\x00\xff"}


@pytest.mark.parametrize("protocol", range(5))
def test_plain_values_come_back(protocol: int) -> None:
    assert unpickled(pickle.dumps(PLAIN, protocol), "it") == PLAIN


@pytest.mark.parametrize("core", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
@pytest.mark.parametrize("protocol", [2, 3])
def test_arrays_of_numbers_come_back(protocol: int, core: bytes) -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    content = pickle.dumps({"data": array}, protocol).replace(b"numpy._core.multiarray", core)
    found = unpickled(content, "it")["data"]
    assert np.array_equal(found, array) and found.dtype == np.uint8


@pytest.mark.parametrize("pickled", [pickle.dumps, python2_pickle])
def test_arrays_of_lists_come_back(pickled: Any) -> None:
    array = lists(5, seed=0)
    assert unpickled(pickled(array), "it").tolist() == array.tolist()


def test_the_texts_of_python_2_are_bytes() -> None:
    content = python2_pickle({"data": np.arange(3, dtype=np.int64), "label": "a batch"})
    found = unpickled(content, "it")
    assert found[b"label"] == b"a batch" and found[b"data"].tolist() == [0, 1, 2]


# ── hostile ───────────────────────────────────────────────────────────────────────────────────


class Calls:
    """Calls a function when it is unpickled."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = function, args

    def __reduce__(self) -> Any:
        return self.call


def hostile(file: Path) -> dict[str, Any]:
    """Return values whose pickles try to make that file, in several ways."""
    command = f"open({str(file)!r}, 'w')"
    return {
        "os.system": Calls(os.system, f"touch {file}"),
        "builtins.eval": Calls(eval, command),
        "builtins.exec": Calls(exec, command),
        "builtins.getattr": Calls(getattr, Calls(__import__, "os"), "system"),
        "builtins.__import__": Calls(__import__, "os"),
        "subprocess.Popen": Calls(subprocess.Popen, ["touch", str(file)]),
        "pathlib.Path": file,
        "numpy.load": Calls(np.load, str(file)),
        "numpy._core.fromnumeric": Calls(np.sum, [1]),
        "operator.attrgetter": operator.attrgetter("__class__"),
    }


NESTED = {
    "alone": lambda value: value,
    "in a list": lambda value: [1, [2, value]],
    "as a key": lambda value: {(1, value): 2},
    "in an array": lambda value: np.array([[1], value, 3], dtype=object),
}


@pytest.mark.parametrize("inside", NESTED)
@pytest.mark.parametrize("what", hostile(Path("x")))
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_hostile_pickle_is_refused_and_nothing_runs(
    tmp_path: Path, what: str, inside: str, protocol: int
) -> None:
    value = hostile(tmp_path / "sprung")[what]
    content = pickle.dumps(NESTED[inside](value), protocol)
    with pytest.raises(DataError, match=r"^the batch is a pickle that calls .*\. Such a file"):
        unpickled(content, "the batch")
    assert os.listdir(tmp_path) == []


def test_a_chain_that_gets_its_function_from_another(tmp_path: Path) -> None:
    """getattr(__import__("os"), "system")("touch …"), as bytes."""
    content = b"cbuiltins\ngetattr\n(cbuiltins\n__import__\n(S'os'\ntRS'system'\ntR(S'touch "
    content += str(tmp_path / "sprung").encode() + b"'\ntR."
    with pytest.raises(DataError, match="calls builtins.getattr"):
        unpickled(content, "it")
    assert os.listdir(tmp_path) == []
    pickle.loads(content)  # which is why
    assert os.listdir(tmp_path) == ["sprung"]


def test_the_trap_would_spring_without_the_unpickler(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(hostile(tmp_path / "sprung")["builtins.eval"])).close()
    assert os.listdir(tmp_path) == ["sprung"]


RAW = {
    "a dotted name": b"\x80\x04\x8c\x05numpy\x8c\x0eos.system.name\x93.",
    "ndarray's own methods": b"\x80\x04\x8c\x05numpy\x8c\x0fndarray.tofile\x93.",
    "a chain through dtype": b"\x80\x04\x8c\x05numpy\x8c\x12dtype.__subclasses__\x93.",
    "an old class": b"(S'touch sprung'\nios\nsystem\n.",
    "a new object": b"\x80\x02cbuiltins\nobject\n)\x81.",
    "a persistent id": b"P1\n.",
    "an extension": b"\x80\x02\x82\x01.",
}


@pytest.mark.parametrize("case", RAW)
def test_other_ways_to_name_something(case: str) -> None:
    with pytest.raises(DataError):
        unpickled(RAW[case], "it")


def test_nothing_that_may_be_named_can_be_changed() -> None:
    """A pickle can set attributes of what it names; here all that is built in and can't be."""
    for named in (b"numpy\nndarray", b"numpy\ndtype", b"_codecs\nencode"):
        content = b"\x80\x02c" + named + b"\nN}X\x01\x00\x00\x00aK\x01s\x86b."
        with pytest.raises(DataError):
            unpickled(content, "it")


@pytest.mark.parametrize("content", [b"", b"\x80\x04", b"no pickle", b"\x80\x04K\x01", b"." * 9])
def test_a_damaged_pickle_is_a_data_error(content: bytes) -> None:
    with pytest.raises(DataError, match="can't be read as a pickle"):
        unpickled(content, "it")


def test_random_damage_never_ends_in_another_error_or_a_crash() -> None:
    rng = random.Random(0)
    # Not "put into the memo" with a number of its own: Python makes room for as many.
    others = [byte for byte in range(256) if byte not in b"pr"]
    for array in (lists(4, seed=0), np.arange(20, dtype=np.int16)):
        whole = pickle.dumps(array, 2)
        for _ in range(2000):
            damaged = bytearray(whole)
            for _ in range(rng.randint(1, 3)):
                damaged[rng.randrange(len(damaged))] = rng.choice(others)
            with contextlib.suppress(DataError):
                unpickled(bytes(damaged), "it")


@pytest.mark.parametrize("dtype", ["m8[s]", "S3", "U3", "V4", [("a", "u1")], "c16"])
def test_other_arrays_are_refused(dtype: Any) -> None:
    with pytest.raises(DataError, match="it holds an array of"):
        unpickled(pickle.dumps(np.zeros(2, dtype), 2), "it")


def test_a_shape_that_its_content_does_not_fill() -> None:
    content = pickle.dumps(np.zeros(200, np.uint8), 2)
    for shape in (b"K\xc7", b"K\xc9", b"J\xff\xff\xff\x7f"):
        with pytest.raises(DataError):
            unpickled(content.replace(b"K\xc8", shape), "it")


def test_fortran_order_and_byte_order() -> None:
    array = np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3))
    assert unpickled(pickle.dumps(array, 2), "it").tolist() == array.tolist()
