"""Data files into arrays, without trusting them: .npz archives and folders of IDX files.

A file from elsewhere may be cut short, be something else, hold pickled objects (which run code
when they are read), or unpack to a thousand times its size. What a file declares is checked
before it is read, and whatever goes wrong is a DataError that names the file, what was found,
what is wanted and what to do.

Source: the IDX format, Yann LeCun's MNIST page: two zero bytes, a byte for the type (8: uint8),
one for the number of dimensions, each dimension as four bytes (big-endian), then the data.

Example:
    >>> import io
    >>> from mnistlab.data.files import parse_idx
    >>> parse_idx(io.BytesIO(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])), "two labels", n_dims=1)
    array([7, 9], dtype=uint8)
"""

import gzip
import io
import math
import os
import zipfile
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.data.arraychecks import ARRAY_NAMES, Arrays
from mnistlab.data.pickles import unpickled
from mnistlab.errors import DataError

# The most that one data set may take when unpacked: MNIST takes 55 MB.
MAX_BYTES = 2**30

# Which IDX file holds which array, and in how many dimensions.
IDX_FILES = {
    "x_train": ("train-images-idx3-ubyte", 3),
    "y_train": ("train-labels-idx1-ubyte", 1),
    "x_test": ("t10k-images-idx3-ubyte", 3),
    "y_test": ("t10k-labels-idx1-ubyte", 1),
}

_WANTED = (
    f"Wanted is an .npz file with the arrays {', '.join(ARRAY_NAMES)}, "
    "or a folder with the four IDX files of MNIST"
)


def read_files(path: str | os.PathLike[str]) -> Arrays:
    """Return the four arrays in an .npz file or a folder of IDX files, as they lie there.

    Args:
        path: the .npz file, or the folder; a folder without IDX files may hold a mnist.npz.

    Returns:
        x_train, y_train, x_test, y_test; their shapes and values are not yet checked.

    Raises:
        DataError: there is no such file, or it can't be read as what it should be.
    """
    path = os.fspath(path)
    if not os.path.isdir(path):
        return read_npz(path)
    inside = os.path.join(path, "mnist.npz")
    if os.path.isfile(inside) and not any(_idx_file(path, name) for name in IDX_FILES):
        return read_npz(inside)
    return read_idx_folder(path)


# ── .npz ──────────────────────────────────────────────────────────────────────────────────────


def read_npz(
    source: str | IO[bytes],
    name: str | None = None,
    wanted: Sequence[str] = ARRAY_NAMES,
    objects: bool = False,
) -> Arrays:
    """Return the arrays in an .npz archive: those wanted, and "task" where it has one.

    Args:
        source: the path of a file, or a file that is open for reading.
        name: what errors call it; by default its path.
        wanted: the names of the arrays; by default the four of a data set.
        objects: also take arrays of lists, which are pickled. Only for files whose hash holds.

    Raises:
        DataError: it is missing, cut short, no archive, lacks an array, or holds pickled objects.
    """
    name = name or str(source)
    if isinstance(source, str):
        _check_is_file(source)
    try:
        with zipfile.ZipFile(source) as archive:
            keys = _check_members(archive, name, wanted)
            return {key: _read_member(archive, key, name, objects) for key in keys}
    except DataError:
        raise
    except zipfile.BadZipFile as why:
        raise DataError(_not_npz(source, name)) from why
    # A hostile archive makes zipfile, zlib and numpy raise nearly anything.
    except Exception as why:
        raise DataError(f"{name} can't be read: {reason(why)}. Fetch or save it anew.") from why


def _check_is_file(path: str) -> None:
    """Refuse a path that is no file: nothing there, a folder, a device."""
    if os.path.isfile(path):
        return
    if os.path.isdir(path):
        raise DataError(f"{path} is a folder, where an .npz file is wanted.")
    found = "is not a regular file" if os.path.exists(path) else "does not exist"
    raise DataError(f"{path} {found}. {_WANTED}; check the path.")


def _check_members(archive: zipfile.ZipFile, name: str, wanted: Sequence[str]) -> list[str]:
    """Return what to read; refuse an archive that lacks an array or declares far too much."""
    sizes = {info.filename: info.file_size for info in archive.infolist()}
    missing = [key for key in wanted if f"{key}.npy" not in sizes]
    if missing:
        held = ", ".join(key.removesuffix(".npy") for key in list(sizes)[:8]) or "nothing"
        raise DataError(
            f"{name} lacks the arrays {', '.join(missing)}; it holds {held}. Save it with "
            f"np.savez(file, {'=…, '.join(wanted)}=…)."
        )
    keys = [*wanted, *({"task"} & {key.removesuffix(".npy") for key in sizes} - {*wanted})]
    check_size(sum(sizes[f"{key}.npy"] for key in keys), name)
    return keys


def check_size(n_bytes: int, name: str) -> None:
    """Raise DataError for more bytes than any data set of this lab has."""
    if n_bytes > MAX_BYTES:
        raise DataError(
            f"{name} declares {n_bytes / 1e9:,.1f} GB of data; at most {MAX_BYTES / 1e9:.1f} GB "
            "are read. If that is really its size, load it yourself and give the arrays."
        )


def _read_member(archive: zipfile.ZipFile, key: str, name: str, objects: bool) -> NDArray[Any]:
    """Return one array of an archive, after its header has been held against its size."""
    info = archive.getinfo(f"{key}.npy")
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        read_header = np.lib.format.read_array_header_2_0
        if version == (1, 0):
            read_header = np.lib.format.read_array_header_1_0
        shape, _, dtype = read_header(member)
        declared = member.tell() + math.prod(shape) * dtype.itemsize
        if dtype == np.dtype(object) and objects:
            return _read_objects(member, shape, f"{name}: {key}")
    if dtype.hasobject:
        raise DataError(
            f"{name}: {key} holds pickled Python objects, which can run any code when they are "
            f"read. Save it as numbers: np.asarray({key}.tolist(), dtype='uint8')."
        )
    if declared != info.file_size:
        raise DataError(
            f"{name}: {key} declares shape {shape} of {dtype}, {declared:,} bytes, but has "
            f"{info.file_size:,}. The file is damaged; fetch or save it anew."
        )
    with archive.open(info) as member:
        array: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
        member.read()  # to the end: there zipfile compares the check sum
    return array


def _read_objects(member: IO[bytes], shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """Return an array of lists: what follows its header is one pickle."""
    array = unpickled(member.read(), name)
    if not isinstance(array, np.ndarray) or array.dtype != object or array.shape != shape:
        raise DataError(f"{name} declares {shape} lists, but holds something else. Fetch it anew.")
    return array


def _not_npz(source: str | IO[bytes], name: str) -> str:
    """Return what is wrong with a file that is no .npz archive, by its first bytes."""
    if isinstance(source, str):
        with open(source, "rb") as file:
            start = file.read(4)
    else:
        source.seek(0)
        start = source.read(4)
    if not start:
        return f"{name} is empty. {_WANTED}; fetch it anew."
    if start[:3] == b"\x00\x00\x08" or start[:2] == b"\x1f\x8b":
        return f"{name} looks like one IDX file. Give the folder that holds all four."
    if start == b"PK\x03\x04":
        return f"{name} is cut short or damaged: it starts as an .npz file and has no end."
    return f"{name} is not an .npz file. {_WANTED}."


def reason(why: Exception) -> str:
    """Return in a few words why a file couldn't be read, for an error that names the file."""
    if isinstance(why, OSError) and why.strerror:
        return why.strerror.lower() + " (check who may read it)"
    if isinstance(why, MemoryError):
        return "it declares more than fits into memory"
    return f"it is cut short or damaged ({str(why) or type(why).__name__})"[:200]


# ── IDX ───────────────────────────────────────────────────────────────────────────────────────


def read_idx_folder(folder: str) -> Arrays:
    """Return the four arrays in a folder of IDX files, gzipped or not.

    Args:
        folder: holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte
            and t10k-labels-idx1-ubyte; with ".idx" for "-idx" and with ".gz" at the end, too.

    Raises:
        DataError: a file is missing, cut short, or no IDX file.
    """
    paths = {name: path for name in IDX_FILES if (path := _idx_file(folder, name))}
    missing = [usual for name, (usual, _) in IDX_FILES.items() if name not in paths]
    if missing:
        raise DataError(
            f"The folder {folder} lacks {', '.join(missing)} (gzipped or not). {_WANTED}."
        )
    arrays: Arrays = {}
    for name, path in paths.items():
        try:
            with open(path, "rb") as file:
                arrays[name] = parse_idx(file, path, IDX_FILES[name][1])
        except OSError as why:
            raise DataError(f"{path} can't be read: {reason(why)}.") from why
    return arrays


def _idx_file(folder: str, name: str) -> str | None:
    """Return the path of the IDX file that holds the array `name`, or None."""
    usual = IDX_FILES[name][0]
    for stem in (usual, usual.replace("-idx", ".idx")):
        for ending in ("", ".gz"):
            path = os.path.join(folder, stem + ending)
            if os.path.isfile(path):
                return path
    return None


def parse_idx(file: IO[bytes], name: str, n_dims: int) -> NDArray[np.uint8]:
    """Return the array in an IDX file, gzipped or not.

    Args:
        file: open for reading, at its start.
        name: what errors call it.
        n_dims: 3 for images (n, h, w), 1 for labels (n,).

    Returns:
        uint8, of the shape that the file declares.

    Raises:
        DataError: it is no IDX file of bytes in that many dimensions, or its length is wrong.
    """
    # By its bytes, not by its name: some servers unpack what they send, and keep the name.
    gzipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    try:
        if not gzipped:
            return _parse_plain_idx(file, name, n_dims)
        with gzip.GzipFile(fileobj=file) as unpacked:
            return _parse_plain_idx(unpacked, name, n_dims)
    except DataError:
        raise
    except Exception as why:  # a damaged stream makes gzip and zlib raise many things
        raise DataError(f"{name} can't be read: {reason(why)}. Fetch it anew.") from why


def _parse_plain_idx(file: IO[bytes] | gzip.GzipFile, name: str, n_dims: int) -> NDArray[np.uint8]:
    """Return the array in an IDX file that isn't gzipped (any more)."""
    header = file.read(4 + 4 * n_dims)
    if not header:
        raise DataError(f"{name} is empty. Fetch it anew.")
    wanted = bytes([0, 0, 8, n_dims])
    if header[:4] != wanted:
        raise DataError(
            f"{name} starts with the bytes {header[:4].hex(' ')}; an IDX file of "
            f"{'images' if n_dims == 3 else 'labels'} starts with {wanted.hex(' ')}. "
            "It may be another file under this name; fetch it anew."
        )
    if len(header) < 4 + 4 * n_dims:
        raise DataError(f"{name} is cut short: its header ends early. Fetch it anew.")
    shape = tuple(int(n) for n in np.frombuffer(header, ">u4", offset=4))
    n_bytes = math.prod(shape)
    check_size(n_bytes, name)
    content = file.read(n_bytes + 1)  # one more, to see whether the file ends there
    if len(content) != n_bytes:
        found = "more" if len(content) > n_bytes else f"only {len(content):,}"
        raise DataError(
            f"{name} declares shape {shape}, {n_bytes:,} bytes, but holds {found}. "
            "It is cut short or damaged; fetch it anew."
        )
    # Through a bytearray, so that the array may be written to.
    return np.frombuffer(bytearray(content), np.uint8).reshape(shape)


def parse_download(contents: dict[str, bytes], origin: str) -> Arrays:
    """Return the four arrays in what a server sent: one .npz, or the four IDX files by array.

    Args:
        contents: {"npz": its bytes}, or the bytes of an IDX file for each array's name.
        origin: what errors call the server.

    Raises:
        DataError: it isn't what was asked for.
    """
    if "npz" in contents:
        return read_npz(io.BytesIO(contents["npz"]), origin)
    return {
        name: parse_idx(io.BytesIO(contents[name]), f"{origin} {usual}", n_dims)
        for name, (usual, n_dims) in IDX_FILES.items()
    }
