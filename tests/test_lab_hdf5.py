"""lab/hdf5.py: files of three Keras versions, and every way of HDF5 to be something else."""

import doctest
import io
import struct
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from mnistlab.errors import SubmissionError
from mnistlab.lab import hdf5 as room
from mnistlab.lab.hdf5 import from_h5
from tests.hostile_weights import (
    ARRAYS,
    GOLDEN,
    KERAS,
    PLACES,
    h5,
    plain_h5,
    truncations,
    unopened,
    with_dataset,
)

SECRET = b"root:x:0:0:the answers of the exam\n" * 4


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of which no byte may be read."""
    path = tmp_path / "passwd"
    path.write_bytes(SECRET)
    return path


def refused(data: bytes, said: str) -> None:
    with pytest.raises(SubmissionError, match=said) as why:
        from_h5(data, "model.weights.h5")
    assert len(str(why.value)) < 500 and "model.weights.h5" in str(why.value)


def test_doctests():
    assert doctest.testmod(room, optionflags=doctest.ELLIPSIS).failed == 0


# ── honest ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", KERAS)
@pytest.mark.parametrize("name", ["small", "trained", "functional"])
def test_what_keras_writes_is_read(version, name):
    folder = GOLDEN / f"keras-{version}"
    read = from_h5((folder / f"{name}.weights.h5").read_bytes())
    with np.load(folder / f"{name}.npz") as true:
        for k, one in enumerate(read.arrays):
            np.testing.assert_array_equal(one, true[f"{('kernel', 'bias')[k % 2]}_{k // 2}"])
        assert len(read.arrays) == len(true.files) - 2
    assert read.precision == "float32" and read.activations == ()


def test_more_than_ten_layers_stay_in_order():
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        for k in range(12):
            name = f"dense_{k}" if k else "dense"
            opened[f"layers/{name}/vars/0"] = np.full((2, 2), k, "f4")
            opened[f"layers/{name}/vars/1"] = np.full(2, k, "f4")
    assert [one[0] for one in from_h5(file.getvalue()).arrays[1::2]] == list(range(12))


# ── other files ─────────────────────────────────────────────────────────────────────────────────


def external_storage(secret: Path) -> bytes:
    size = 4 * ARRAYS["bias_0"].size
    external = [(str(secret), 0, size)]
    return with_dataset("bias_0", shape=(3,), dtype="<f4", external=external)


def external_link(secret: Path) -> bytes:
    with h5(without=("bias_0",)) as (file, data):
        file[PLACES["bias_0"]] = h5py.ExternalLink(str(secret), "/x")
    return data.getvalue()


def external_group(secret: Path) -> bytes:
    with h5() as (file, data):
        del file["layers/dense_1"]
        file["layers/dense_1"] = h5py.ExternalLink(str(secret), "/")
    return data.getvalue()


def virtual(secret: Path) -> bytes:
    with h5(without=("bias_0",)) as (file, data):
        layout = h5py.VirtualLayout((3,), "<f4")
        layout[:] = h5py.VirtualSource(str(secret), "x", (3,))
        file.create_virtual_dataset(PLACES["bias_0"], layout)
    return data.getvalue()


def virtual_without_end(secret: Path) -> bytes:
    """Its shape is that of the other file's data set, which is opened to find out."""
    with h5(without=("bias_0",)) as (file, data):
        layout = h5py.VirtualLayout((3,), "<f4", maxshape=(None,))
        source = h5py.VirtualSource(str(secret), "x", (3,), maxshape=(None,))
        layout[: h5py.h5s.UNLIMITED] = source[: h5py.h5s.UNLIMITED]
        file.create_virtual_dataset(PLACES["bias_0"], layout)
    return data.getvalue()


@pytest.mark.parametrize(
    "make", [external_storage, external_link, external_group, virtual, virtual_without_end]
)
@pytest.mark.parametrize("is_hdf5", [False, True])
def test_no_other_file_is_ever_opened(make, is_hdf5, secret):
    if is_hdf5:  # one that would be read without complaint
        with h5py.File(secret, "w") as file:
            file["x"] = np.frombuffer(SECRET[:12], "<f4")
            file["vars/0"], file["vars/1"] = ARRAYS["kernel_1"], ARRAYS["bias_1"]
    data = make(secret)
    with unopened(secret):
        refused(data, "lie in one piece in the file itself|a link to another place")


def test_the_secret_would_be_read_without_the_guards(secret):
    """What these tests guard against is real: h5py alone returns another file's bytes."""
    with h5py.File(io.BytesIO(external_storage(secret)), "r") as file:
        assert file[PLACES["bias_0"]][:].tobytes() == SECRET[:12]


def test_the_watch_sees_an_open(secret):
    with pytest.raises(pytest.fail.Exception), unopened(secret):
        secret.read_bytes()


def test_the_real_file_of_users():
    refused(external_storage(Path("/etc/passwd")), "lie in one piece in the file itself")


# ── links ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "place", ["layers", "layers/dense", "layers/dense/vars", "layers/dense/vars/0"]
)
def test_soft_links(place):
    with h5() as (file, data):
        file.move(place, "elsewhere")
        file[place] = h5py.SoftLink("/elsewhere")
    refused(data.getvalue(), "a link to another place")


def test_a_soft_link_to_itself_and_one_to_nowhere():
    for target in (PLACES["bias_0"], "/nowhere"):
        with h5(without=("bias_0",)) as (file, data):
            file[PLACES["bias_0"]] = h5py.SoftLink(target)
        refused(data.getvalue(), "a link to another place")


def test_groups_that_hold_themselves():
    with h5() as (file, data):
        file["layers/dense/vars/more"] = file["layers"]
    refused(data.getvalue(), "has 3 arrays")
    with h5() as (file, data):
        file["optimizer"] = file["/"]  # a cycle where nobody looks
        file["layers/dropout"] = file["layers"]
    assert from_h5(data.getvalue()).layer_sizes == (4, 3, 2)
    with h5() as (file, data):
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = file["layers"]
    refused(data.getvalue(), "as something else")


def test_a_named_type_in_the_place_of_an_array():
    with h5(without=("bias_0",)) as (file, data):
        file[PLACES["bias_0"]] = np.dtype("<f4")
    refused(data.getvalue(), "as something else")


# ── arrays ──────────────────────────────────────────────────────────────────────────────────────


def test_four_tebibytes_that_hold_nothing():
    data = with_dataset("kernel_0", shape=(2**20, 2**20), dtype="<f4")
    assert len(data) < 20_000
    refused(data, "4,398,046,511,104 bytes, of which it holds 0")


def test_a_shape_that_is_stated_only():
    data = with_dataset("bias_0", shape=(3,), dtype="<f4")  # never written
    refused(data, "12 bytes, of which it holds 0")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"chunks": (4, 3)}, "lie in one piece"),
        ({"chunks": (4, 3), "compression": "gzip"}, "lie in one piece"),
        ({"chunks": (4, 3), "compression": "lzf"}, "lie in one piece"),
        ({"chunks": (4, 3), "shuffle": True, "fletcher32": True}, "lie in one piece"),
        ({"chunks": (4, 3), "scaleoffset": 3}, "lie in one piece"),
        ({"maxshape": (None, 3)}, "lie in one piece"),
        ({"dtype": ">f4"}, "isn't float32"),
        ({"dtype": "<f8"}, "isn't float32"),
        ({"dtype": "<f2"}, "isn't float32"),
        ({"dtype": "<i4"}, "isn't float32"),
        ({"dtype": "<u4"}, "isn't float32"),
        ({"dtype": "<c8"}, "isn't float32"),
        ({"dtype": "?"}, "isn't float32"),
    ],
)
def test_arrays_stored_or_typed_otherwise(settings, said):
    data = ARRAYS["kernel_0"].astype(settings.get("dtype", "<f4"))
    refused(with_dataset("kernel_0", data=data, **settings), said)


@pytest.mark.parametrize(
    "dtype",
    [
        np.dtype([("a", "<f4")]),
        np.dtype("S4"),
        h5py.string_dtype(),
        h5py.vlen_dtype(np.dtype("<f4")),
        h5py.enum_dtype({"A": 1}),
        h5py.ref_dtype,
        h5py.regionref_dtype,
        np.dtype(("<f4", (3,))),
        h5py.opaque_dtype(np.dtype("<M8[s]")),
    ],
)
def test_compounds_strings_and_other_types(dtype):
    refused(with_dataset("bias_0", shape=(3,), dtype=dtype), "isn't float32")


def test_a_float_of_32_bits_with_other_bits():
    """Four bytes, but 16 of them exponent: h5py alone would convert it."""
    kind = h5py.h5t.IEEE_F32LE.copy()
    kind.set_fields(31, 15, 16, 0, 15)
    with h5(without=("bias_0",)) as (file, data):
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(file["layers/dense/vars"].id, b"1", kind, space)
    refused(data.getvalue(), "isn't float32")


@pytest.mark.parametrize("shape", [(), (3, 1, 1), (0,), None])
def test_other_shapes(shape):
    filled = {"data": h5py.Empty("<f4")} if shape is None else {"data": np.zeros(shape, "<f4")}
    refused_shape = with_dataset("bias_0", **filled)
    with pytest.raises(SubmissionError):
        from_h5(refused_shape)


def test_a_compact_array():
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    with h5(without=("bias_0",)) as (file, data):
        space = h5py.h5s.create_simple((3,))
        group = file["layers/dense/vars"].id
        made = h5py.h5d.create(group, b"1", h5py.h5t.IEEE_F32LE, space, plist)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, ARRAYS["bias_0"])
    refused(data.getvalue(), "lie in one piece")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite(bad):
    with pytest.raises(SubmissionError, match="bias of layer 1 holds 1 numbers"):
        from_h5(with_dataset("bias_0", data=np.array([0, bad, 0], "<f4")))


def test_shapes_that_do_not_fit():
    with pytest.raises(SubmissionError, match="the layer before it has 3 units"):
        from_h5(with_dataset("kernel_1", data=np.zeros((5, 2), "<f4")))


# ── layers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    ["conv2d", "batch_normalization", "rescaling", "lambda", "sequential", "dense_x", "dense_100",
     "dense_01", "../..", "x" * 10_000, "\u202etxt", "lstm", "Dense"],
)  # fmt: skip
def test_other_layers_are_named(name):
    with h5() as (file, data):
        layers, dense = file["layers"].id, file["layers/dense"].id
        layers.links.create_hard(name.replace("/", "|").encode(), dense, b".")
    refused(data.getvalue(), "Only networks of Dense layers are graded")


def test_a_layer_is_missing():
    with h5() as (file, data):
        file.move("layers/dense_1", "layers/dense_2")
    refused(data.getvalue(), "has no 'dense_1'")
    with h5(without=tuple(ARRAYS)) as (file, data):
        file.create_group("layers")
    with pytest.raises(SubmissionError, match="holds 0 arrays"):
        from_h5(data.getvalue())


def test_a_dense_layer_without_bias_or_with_more():
    with h5(without=("bias_0",)) as (_, data):
        pass
    refused(data.getvalue(), "has 1 arrays.*use_bias=True")
    with h5() as (file, data):
        file["layers/dense/vars/2"] = ARRAYS["bias_0"]
    refused(data.getvalue(), "has 3 arrays.*LoRA")


def test_very_many_layers():
    with h5() as (file, data):
        for k in range(101):
            file[f"layers/dropout_{k + 1}"] = file["layers/dense"]
    refused(data.getvalue(), "103 layers; at most 100")
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        for k in range(21):
            opened.create_group(f"layers/dense_{k + 1}")
    refused(file.getvalue(), "21 Dense layers; at most 20")


@pytest.mark.parametrize("old", ["model_weights", "_layer_checkpoint_dependencies"])
def test_older_forms_are_called_so(old):
    with h5() as (file, data):
        file.move("layers", old)
    refused(data.getvalue(), "of an older form of Keras")


# ── damage ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"\x89HDF", b"\x89HDF\r\n\x1a\n", bytes(5000)])
def test_no_hdf5_at_all(data):
    refused(data, "is no HDF5 file|is damaged")


def test_something_before_the_file():
    refused(bytes(512) + plain_h5(), "is no HDF5 file")


def test_too_large():
    refused(room.MAGIC + bytes(room.MOST_BYTES), "at most 67,108,864 are read")


def test_truncated_anywhere():
    for data in (plain_h5(), (GOLDEN / "keras-3.15.1" / "trained.weights.h5").read_bytes()):
        for part in truncations(data):
            refused(part, "no HDF5|damaged")


def test_a_size_of_the_file_that_lies():
    data = bytearray(plain_h5())
    end = data.index(struct.pack("<Q", len(data)))  # where the superblock says how long it is
    for stated in (0, 100, 2**40, 2**63 - 1, 2**64 - 1):
        struct.pack_into("<Q", data, end, stated)
        try:
            from_h5(bytes(data))
        except SubmissionError as why:
            assert "damaged" in str(why)


FUZZ = """
import sys
from mnistlab.errors import SubmissionError
from mnistlab.lab.hdf5 import from_h5
from tests.hostile_weights import mutations, plain_h5
for data in mutations(plain_h5(), int(sys.argv[1])):
    try:
        assert from_h5(data).parameters < 100
    except SubmissionError:
        pass
"""


def test_whatever_comes_is_weights_or_a_submission_error():
    # in a process of its own, as the grader does: libhdf5 has had errors of memory
    run = [sys.executable, "-c", FUZZ, "1500"]
    done = subprocess.run(run, cwd=Path(__file__).parent.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_plugin_is_loaded(tmp_path, monkeypatch):
    """A filter of one's own would load code from HDF5_PLUGIN_PATH; the layout is refused before."""
    monkeypatch.setenv("HDF5_PLUGIN_PATH", str(tmp_path))
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((3,))
    plist.set_deflate(9)
    with h5(without=("bias_0",)) as (file, data):
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(file["layers/dense/vars"].id, b"1", h5py.h5t.IEEE_F32LE, space, plist)
    other = data.getvalue().replace(b"deflate", b"unknown")
    with unopened(tmp_path):
        refused(other, "lie in one piece")
