"""Weights from an .npz that nobody should trust: kernel_0, bias_0, kernel_1, bias_1, …

The archive is unpacked by `members`, and each header is compared with the bytes that are there
before an array is made of them. Nothing is ever unpickled.

Example:
    >>> import io
    >>> file = io.BytesIO()
    >>> np.savez(file, kernel_0=np.ones((4, 3), "f4"), bias_0=np.zeros(3, "f4"))
    >>> from_npz(file.getvalue()).layer_sizes
    (4, 3)
"""

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import shown
from mnistlab.errors import SubmissionError
from mnistlab.lab.members import members
from mnistlab.lab.weights import Weights, must_be_a_network, of_arrays, ordered_names

DTYPES = ("<f4", "<f8", "<f2")
_LONGEST_HEADER = 1000  # characters; numpy.save writes about 60
_Header = tuple[tuple[int, ...], bool, np.dtype[Any], int]  # shape, Fortran order, dtype, begin


def from_npz(data: bytes, what: str = "weights.npz") -> Weights:
    """Return the weights of an .npz, as numpy.savez or numpy.savez_compressed writes it.

    Args:
        data: the file.
        what: what it is called in an error.

    Returns:
        Weights without activations, which an .npz doesn't hold.

    Raises:
        SubmissionError: no .npz; other arrays than kernel_0, bias_0, …; objects; other numbers
            than float32, float64 or float16, the lowest byte first; other bytes than stated.

    Example:
        >>> from_npz(b"")
        Traceback (most recent call last):
        mnistlab.errors.SubmissionError: weights.npz is no zip, or only a part of one...
    """
    unpacked = members(data, what)
    order = ordered_names(_array_name(name) for name in unpacked)
    files = {_array_name(name): content for name, content in unpacked.items()}
    headers = [_header(files[name], f"{name} in {what}") for name in order]
    must_be_a_network([one[0] for one in headers])
    arrays = [_array(files[name], header, f"{name} in {what}")
              for name, header in zip(order, headers, strict=True)]  # fmt: skip
    return of_arrays(arrays)


def _array_name(member: str) -> str:
    """Return the array's name for KEY.npy, and for another member one that no array has."""
    return member[:-4] if member.endswith(".npy") else f"{member} (no .npy)"


def _header(content: bytes, what: str) -> _Header:
    """Return what an .npy says of itself."""
    file = io.BytesIO(content)
    try:
        with warnings.catch_warnings(action="ignore"):
            version = np.lib.format.read_magic(file)
            read = {(1, 0): np.lib.format.read_array_header_1_0,
                    (2, 0): np.lib.format.read_array_header_2_0}[version]  # fmt: skip
            shape, fortran, dtype = read(file, max_header_size=_LONGEST_HEADER)
    except MemoryError:
        raise
    except Exception as why:  # whatever other bytes make of the magic, the dict and the dtype
        raise SubmissionError(f"{what} has no header that numpy.save writes. Submit the file that "
                              "mnistlab.submit wrote.") from why  # fmt: skip
    if dtype.str not in DTYPES:
        raise SubmissionError(f"{what} holds {shown(dtype.str)}; {', '.join(DTYPES)} are read. "
                              "Save the weights as float32.")  # fmt: skip
    return shape, fortran, dtype, file.tell()


def _array(content: bytes, header: _Header, what: str) -> NDArray[Any]:
    """Return the array of an .npy, whose bytes are as many as its header states."""
    shape, fortran, dtype, begin = header
    stated = int(np.prod(shape)) * dtype.itemsize  # small: the shapes are a network's
    if len(content) - begin != stated:
        raise SubmissionError(f"{what} says that it has {stated:,} bytes of numbers, but holds "
                              f"{len(content) - begin:,}. Was it uploaded whole? Submit it "
                              "again.")  # fmt: skip
    flat = np.frombuffer(content, dtype, offset=begin)
    return flat.reshape(shape, order="F" if fortran else "C")
