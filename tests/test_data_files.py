import gzip
import io
import os
import pickle
import random
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnistlab.data import files as datafiles
from mnistlab.data.arraychecks import checked_arrays, digest_of
from mnistlab.data.files import parse_idx, read_files
from mnistlab.errors import DataError
from tiny_data import idx_bytes, idx_files, tiny_arrays, write_idx_folder, write_npz


def refused(path: Path, *parts: str) -> None:
    """Assert that reading is refused with an error that names the path and says all this."""
    with pytest.raises(DataError) as error:
        read_files(path)
    for part in (str(path), *parts):
        assert part in str(error.value)


# ── good files ────────────────────────────────────────────────────────────────────────────────


def test_npz_idx_and_gzipped_idx_are_the_same_data(tmp_path: Path) -> None:
    arrays = tiny_arrays()
    paths = [
        write_npz(tmp_path / "data.npz", arrays),
        write_idx_folder(tmp_path / "plain", arrays),
        write_idx_folder(tmp_path / "gz", arrays, gzipped=True),
    ]
    digests = {digest_of(checked_arrays(read_files(path))) for path in paths}
    assert digests == {digest_of(checked_arrays(arrays))}


def test_the_other_usual_names(tmp_path: Path) -> None:
    folder = write_idx_folder(tmp_path, tiny_arrays())
    for file in list(folder.iterdir()):
        file.rename(folder / file.name.replace("-idx", ".idx"))
    assert read_files(folder)["x_train"].shape == (20, 28, 28)


def test_a_file_that_was_unpacked_and_kept_its_name(tmp_path: Path) -> None:
    for name, content in idx_files(tiny_arrays()).items():
        (tmp_path / f"{name}.gz").write_bytes(content)
    assert read_files(tmp_path)["x_test"].shape == (10, 28, 28)


def test_a_folder_that_holds_mnist_npz(tmp_path: Path) -> None:
    write_npz(tmp_path / "mnist.npz", tiny_arrays())
    assert read_files(tmp_path)["y_test"].tolist() == list(range(10))


def test_what_is_read_may_be_written_to(tmp_path: Path) -> None:
    folder = write_idx_folder(tmp_path, tiny_arrays())
    assert all(array.flags.writeable for array in read_files(folder).values())


def test_uncompressed_npz_in_fortran_order(tmp_path: Path) -> None:
    arrays = tiny_arrays()
    np.savez(tmp_path / "data.npz", **{**arrays, "x_train": np.asfortranarray(arrays["x_train"])})
    assert np.array_equal(read_files(tmp_path / "data.npz")["x_train"], arrays["x_train"])


# ── .npz that is no such thing ────────────────────────────────────────────────────────────────


def test_missing(tmp_path: Path) -> None:
    refused(tmp_path / "no.npz", "does not exist", "x_train, y_train, x_test, y_test")


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.npz").write_bytes(b"")
    refused(tmp_path / "empty.npz", "is empty")


def test_text(tmp_path: Path) -> None:
    (tmp_path / "page.npz").write_text("<html>not found</html>")
    refused(tmp_path / "page.npz", "not an .npz file")


def test_a_pickle_is_not_even_looked_into(tmp_path: Path) -> None:
    file = tmp_path / "pickled.npz"
    file.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    refused(file, "not an .npz file")
    assert not (tmp_path / "sprung").exists()


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return Path.touch, (self.file,)


def test_pickled_objects_inside(tmp_path: Path) -> None:
    trapped = np.array([Trap(tmp_path / "sprung")], dtype=object)
    np.savez(tmp_path / "data.npz", **{**tiny_arrays(), "y_test": trapped})
    refused(tmp_path / "data.npz", "y_test holds pickled Python objects")
    assert not (tmp_path / "sprung").exists()


def test_one_idx_file_instead_of_its_folder(tmp_path: Path) -> None:
    folder = write_idx_folder(tmp_path, tiny_arrays(), gzipped=True)
    refused(folder / "train-images-idx3-ubyte.gz", "looks like one IDX file", "the folder")


def test_one_array_instead_of_an_archive(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", tiny_arrays()["x_train"])
    refused(tmp_path / "x.npy", "not an .npz file")


def test_missing_arrays_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "half.npz", x_train=np.zeros(3), images=np.zeros(3))
    refused(tmp_path / "half.npz", "lacks the arrays y_train, x_test, y_test", "x_train, images")


def test_a_device_in_its_place() -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("this system has no /dev/zero")
    refused(Path("/dev/zero"), "not a regular file")


def test_a_folder_without_data(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").mkdir()
    refused(tmp_path / "mnist.npz", "train-images-idx3-ubyte", "t10k-labels-idx1-ubyte", ".npz")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = write_npz(tmp_path / "data.npz", tiny_arrays())
    file.chmod(0)
    refused(file, "permission denied")


@pytest.mark.parametrize("part", [0.02, 0.3, 0.9, 0.999])
def test_cut_short(tmp_path: Path, part: float) -> None:
    file = write_npz(tmp_path / "data.npz", tiny_arrays())
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    refused(file, "cut short")


def test_one_changed_byte_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "data.npz"
    np.savez(file, **tiny_arrays())
    content = bytearray(file.read_bytes())
    content[5000] ^= 1  # in the middle of x_train's pixels
    file.write_bytes(content)
    refused(file, "damaged")


def write_member(file: Path, header: bytes) -> None:
    """Write an archive whose x_train has this header, and good other arrays."""
    np.savez(file, **{**tiny_arrays(), "x_train": np.zeros(1)})
    good = {}
    with zipfile.ZipFile(file) as archive:
        good = {name: archive.read(name) for name in archive.namelist()}
    good["x_train.npy"] = header
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in good.items():
            archive.writestr(name, content)


def npy(shape: tuple[int, ...], n_bytes: int) -> bytes:
    """Return an .npy file that declares one shape and holds that many bytes."""
    buffer = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + bytes(n_bytes)


def test_a_header_that_declares_more_than_there_is(tmp_path: Path) -> None:
    write_member(tmp_path / "data.npz", npy((10**9, 28, 28), 500))
    refused(tmp_path / "data.npz", "x_train declares shape (1000000000, 28, 28)")


@pytest.mark.parametrize("header", [b"", b"\x93NUMPY", b"\x93NUMPY\x09\x00v\x00", b"x" * 99])
def test_a_member_that_is_no_array(tmp_path: Path, header: bytes) -> None:
    write_member(tmp_path / "data.npz", header)
    refused(tmp_path / "data.npz", "damaged")


def test_a_zip_bomb_is_refused_by_what_it_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datafiles, "MAX_BYTES", 10**6)
    write_member(tmp_path / "data.npz", npy((5 * 10**7,), 5 * 10**7))
    assert (tmp_path / "data.npz").stat().st_size < 100_000
    tracemalloc.start()
    refused(tmp_path / "data.npz", "GB")
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


def test_random_damage_never_ends_in_another_error(tmp_path: Path) -> None:
    """A thousand files with some bytes changed: read, or refused with a DataError."""
    plain, small = tmp_path / "plain.npz", tmp_path / "small.npz"
    np.savez(plain, **tiny_arrays())
    np.savez_compressed(small, **tiny_arrays())
    rng, refusals = random.Random(0), 0
    for content in (plain.read_bytes(), small.read_bytes()):
        for _ in range(500):
            damaged = bytearray(content)
            ends = [*range(400), *range(len(damaged) - 500, len(damaged))]  # where the headers are
            for _ in range(rng.randint(1, 4)):
                damaged[rng.choice(ends)] = rng.randrange(256)
            try:
                datafiles.read_npz(io.BytesIO(bytes(damaged)), "damaged")
            except DataError:
                refusals += 1
    assert refusals > 500


# ── IDX ───────────────────────────────────────────────────────────────────────────────────────


def images() -> bytes:
    """Return ten images as an IDX file."""
    return idx_bytes(tiny_arrays()["x_test"])


def bomb() -> bytes:
    """Return a gzipped file that declares ten images and unpacks to 50 MB."""
    return gzip.compress(images() + bytes(50_000_000))


IDX_REFUSED = {
    "empty": (b"", "is empty"),
    "labels under the name of images": (idx_bytes(np.arange(9, dtype=np.uint8)), "00 00 08 01"),
    "floats": (b"\0\0\x0d\x03" + images()[4:], "00 00 0d 03"),
    "a web page": (b"<html>404</html>", "another file under this name"),
    "half a header": (images()[:9], "header ends early"),
    "cut short": (images()[:-1], "holds only 7,839"),
    "too long": (images() + b"\0", "holds more"),
    "declares 3 GB": (b"\0\0\x08\x03" + b"\0\x40\0\0\0\0\0\x1c\0\0\0\x1c", "declares 3.3 GB"),
    "declares more than there are atoms": (b"\0\0\x08\x03" + b"\xff" * 12, "at most"),
    "gzip cut short": (gzip.compress(images())[:-100], "cut short or damaged"),
    "gzip without its end": (gzip.compress(images())[:-4], "cut short or damaged"),
    "gzip header only": (gzip.compress(images())[:10], "cut short or damaged"),
    "gzip of nothing": (gzip.compress(b""), "is empty"),
    "gzip with a wrong check sum": (gzip.compress(images())[:-8] + bytes(8), "damaged"),
    "gzip bomb": (bomb(), "holds more"),
}


@pytest.mark.parametrize("case", IDX_REFUSED)
def test_an_idx_file_is_refused(case: str) -> None:
    content, part = IDX_REFUSED[case]
    with pytest.raises(DataError) as error:
        parse_idx(io.BytesIO(content), "the file", n_dims=3)
    assert str(error.value).startswith("the file") and part in str(error.value)


def test_a_gzip_bomb_is_not_unpacked() -> None:
    content = bomb()
    tracemalloc.start()
    with pytest.raises(DataError):
        parse_idx(io.BytesIO(content), "the file", n_dims=3)
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


def test_a_folder_that_lacks_one_file(tmp_path: Path) -> None:
    folder = write_idx_folder(tmp_path, tiny_arrays(), gzipped=True)
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    refused(folder, "lacks t10k-labels-idx1-ubyte (")


def test_a_folder_in_place_of_one_file(tmp_path: Path) -> None:
    folder = write_idx_folder(tmp_path, tiny_arrays())
    (folder / "train-labels-idx1-ubyte").unlink()
    (folder / "train-labels-idx1-ubyte").mkdir()
    refused(folder, "lacks train-labels-idx1-ubyte (")
