"""lab/npz.py: arrays as numpy writes them, and nothing that is pickled or lies."""

import doctest
import io
import zipfile

import numpy as np
import pytest

from mnistlab.errors import SubmissionError
from mnistlab.lab import npz as room
from mnistlab.lab.npz import from_npz
from mnistlab.results import save_weights
from tests.hostile_weights import ARRAYS, mutations, npz, truncations, zipped


def npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle)
    return file.getvalue()


def with_bias(content: bytes) -> bytes:
    """Return the .npz of ARRAYS with other content for bias_0."""
    files = {f"{name}.npy": npy(array) for name, array in ARRAYS.items()}
    return zipped({**files, "bias_0.npy": content})


def header(text: str, numbers: bytes = bytes(12), version: bytes = b"\1\0") -> bytes:
    """Return an .npy with a header of one's own."""
    length = len(text).to_bytes(2 if version == b"\1\0" else 4, "little")
    return b"\x93NUMPY" + version + length + text.encode("latin1") + numbers


def test_doctests():
    assert doctest.testmod(room, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numpy_writes_is_read(dtype, order):
    given = {name: np.asarray(array, dtype, order=order) for name, array in ARRAYS.items()}
    read = from_npz(npz(given))
    assert read.layer_sizes == (4, 3, 2) and read.activations == ()
    assert read.precision == np.dtype(dtype).name
    for one, before in zip(read.arrays, ARRAYS.values(), strict=True):
        np.testing.assert_array_equal(one, before)


def test_compressed_and_in_any_order():
    file = io.BytesIO()
    np.savez_compressed(file, **dict(reversed(ARRAYS.items())))
    np.testing.assert_array_equal(from_npz(file.getvalue()).arrays[2], ARRAYS["kernel_1"])


def test_what_a_run_writes_is_read(tmp_path):
    with open(tmp_path / "weights.npz", "wb") as file:
        save_weights(file, list(ARRAYS.values()))
    read = from_npz((tmp_path / "weights.npz").read_bytes())
    np.testing.assert_array_equal(read.arrays[0], ARRAYS["kernel_0"])


class Bomb:
    """What runs code where it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("it was unpickled",))


def test_nothing_is_unpickled():
    evil = npy(np.array([Bomb(), 1, 2], dtype=object), allow_pickle=True)
    with pytest.raises(SubmissionError, match=r"bias_0 in weights.npz holds '\|O'"):
        from_npz(with_bias(evil))


@pytest.mark.parametrize(
    ("dtype", "said"),
    [
        (">f4", "'>f4'"),
        (">f8", "'>f8'"),
        ("<i4", "'<i4'"),
        ("<c8", "'<c8'"),
        ("S4", r"'\|S4'"),
        ("<U1", "'<U1'"),
        ("<M8[s]", "'<M8"),
        ([("a", "<f4")], r"'\|V4'"),
        ("V4", r"'\|V4'"),
        ("?", r"'\|b1'"),
    ],
)
def test_other_dtypes(dtype, said):
    with pytest.raises(SubmissionError, match=said):
        from_npz(with_bias(npy(np.zeros(3, dtype))))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite(bad):
    with pytest.raises(SubmissionError, match="bias of layer 1 holds 1 numbers"):
        from_npz(npz({**ARRAYS, "bias_0": np.array([0, bad, 0], "f4")}))


def text(shape: str = "(3,)", descr: str = "'<f4'", fortran: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n"


def test_a_header_by_hand_is_read():
    assert from_npz(with_bias(header(text()))).arrays[1].tolist() == [0, 0, 0]
    assert from_npz(with_bias(header(text(), version=b"\2\0"))).layer_sizes == (4, 3, 2)
    assert from_npz(with_bias(header(text("(3L,)")))).layer_sizes == (4, 3, 2)  # of Python 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (header(text("(1099511627776,)")), "a bias of"),
        (header(text("(-3,)")), "Only Dense layers"),
        (header(text("(True,)")), "Only Dense layers|no header|a bias"),
        (header(text("()")), "Only Dense layers"),
        (header(text("(3,)"), bytes(8)), "12 bytes of numbers, but holds 8"),
        (header(text("(3,)"), bytes(16)), "12 bytes of numbers, but holds 16"),
        (header(text("(3,)"), b""), "12 bytes of numbers, but holds 0"),
        (header(text("(" + "9" * 500 + ",)")), "a bias of"),
        (header(text("(" + "9" * 5000 + ",)")), "no header"),
        (header(text("(3.0,)")), "no header"),
        (header(text("3")), "no header"),
        (header(text(fortran="1")), "no header"),
        (header(text(descr="'O'")), "holds"),
        (header(text(descr="'f4,f4'")), "holds"),
        (header(text(descr="'(1000000,)f4'")), "holds"),
        (header(text(descr="[('a', '<f4', (99999, 99999))]")), "holds|no header"),
        (header(text(descr="__import__('os').system('true')")), "no header"),
        (header("(" * 5000 + ")" * 5000), "no header"),
        (header("-" * 900 + "1"), "no header"),
        (header("[" * 450 + "]" * 450), "no header"),
        (header("{}"), "no header"),
        (header("'\\d'"), "no header"),
        (header("\0"), "no header"),
        (header(""), "no header"),
        (header(text(), version=b"\3\0"), "no header"),
        (header(text(), version=b"\xff\xff"), "no header"),
        (b"", "no header"),
        (b"\x93NUMPY", "no header"),
        (npz(), "no header"),
    ],
)
def test_headers_that_lie_or_are_none(content, said):
    with pytest.raises(SubmissionError, match=said) as why:
        from_npz(with_bias(content))
    assert len(str(why.value)) < 500


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"arr_0": ARRAYS["bias_0"]},
        {**ARRAYS, "x": ARRAYS["bias_0"]},
        {**ARRAYS, "kernel_2": ARRAYS["kernel_1"]},
        {name: one for name, one in ARRAYS.items() if name != "bias_1"},
    ],
)
def test_other_arrays(arrays):
    with pytest.raises(SubmissionError, match="should be the arrays kernel_0, bias_0"):
        from_npz(npz(arrays))


def test_two_names_for_one_array():
    files = {f"{name}.npy": npy(array) for name, array in ARRAYS.items()}
    with pytest.raises(SubmissionError):
        from_npz(zipped({**files, "bias_0": npy(ARRAYS["bias_0"])}))
    with pytest.raises(SubmissionError):
        from_npz(zipped({name.removesuffix(".npy"): one for name, one in files.items()}))


def test_shapes_that_do_not_fit():
    with pytest.raises(SubmissionError, match="the layer before it has 3 units"):
        from_npz(npz({**ARRAYS, "kernel_1": np.zeros((5, 2), "f4")}))


def test_a_zip_in_a_zip():
    with pytest.raises(SubmissionError, match="should be the arrays"):
        from_npz(zipped({"weights.npz": npz()}))


def test_truncated_anywhere():
    for part in truncations(npz()):
        with pytest.raises(SubmissionError):
            from_npz(part)
    for part in truncations(npy(ARRAYS["bias_0"])):
        with pytest.raises(SubmissionError):
            from_npz(with_bias(part))


def test_whatever_comes_is_weights_or_a_submission_error():
    # the archive's checksums would catch each change: so the members themselves are changed
    for content in mutations(npy(ARRAYS["bias_0"]), 1500):
        try:
            assert from_npz(with_bias(content)).layer_sizes == (4, 3, 2)
        except SubmissionError as why:
            assert "weights" in str(why) or "layer" in str(why).lower()
    for data in mutations(npz(), 300):
        try:
            from_npz(data)
        except SubmissionError as why:
            assert str(why)


def test_a_compressed_bomb_is_not_unpacked():
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("kernel_0.npy", "w", force_zip64=True) as member,
    ):
        member.write(header(text("(65536, 1024)"), b""))
        for _ in range(128):
            member.write(bytes(2**20))
    with pytest.raises(SubmissionError, match="unpacks to|don't pack"):
        from_npz(file.getvalue())
