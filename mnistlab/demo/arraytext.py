"""Arrays as short text: what a page's script makes arrays of again (page/data.js).

    weights, many   w_ij ≈ q_ij s_j:  q whole numbers of 16 bits, s_j = max_i |w_ij| / 32767
    weights, few    float32: 2% of the bytes, but a bias or an output's weight counts in each answer
    pixels          uint8

Of MNIST's 10,000 test images, rounding the lecture's 784-512-10 so changes no answer, and no
probability by more than 4e-5.

Example:
    >>> packed(np.array([0, 255], np.uint8))
    {'type': 'uint8', 'data': 'AP8='}
"""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

MANY = 10_000  # numbers
STEPS = 32767  # of a 16-bit number, on each side of 0


def packed(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as JSON can hold it: its type, and its bytes as base64, the lowest first."""
    if array.dtype == np.uint8:
        return _plain(array)
    if array.ndim == 2 and array.size > MANY:
        return _rounded(array)
    return _plain(array.astype("<f4"))


def _plain(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array's bytes as they are."""
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
    return {"type": array.dtype.name, "data": data}


def _rounded(w: NDArray[np.floating]) -> dict[str, Any]:
    """Return a kernel, (sending, receiving), as whole numbers with one scale a receiving unit."""
    largest = np.abs(w).max(axis=0)  # (receiving,)
    scale = (np.where(largest > 0, largest, 1) / STEPS).astype("<f4")  # (receiving,)
    whole = np.rint(w / scale).clip(-STEPS, STEPS).astype("<i2")  # (sending, receiving)
    return {**_plain(whole), "scale": _plain(scale)}
