"""Whatever was given, as a filled array of numbers.

Example:
    >>> from mnistlab.data.numeric import as_array, finite_range
    >>> finite_range("x", as_array("x", [[0, 7], [255, 3]]))
    (0.0, 255.0)
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.errors import DataError


def as_array(name: str, value: Any) -> NDArray[Any]:
    """Return `value` as a filled array of numbers.

    Args:
        name: what errors call it: "x_train", "y_test", …
        value: an array, lists in lists, a data frame.

    Raises:
        DataError: it holds text or objects, is empty, or its patterns differ in shape.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as why:
        raise DataError(_ragged(name, value)) from why
    if array.dtype.kind == "O" and any(isinstance(one, np.ndarray | list) for one in array.flat):
        raise DataError(_ragged(name, list(array)))  # np.array([…], dtype=object)
    if array.dtype.kind not in "buif":
        held = {"O": "Python objects", "U": "text", "S": "text", "c": "complex numbers"}
        raise DataError(
            f"{name} holds {held.get(array.dtype.kind, str(array.dtype))}, but a network takes "
            f"numbers.{_numbers_hint(name, array)}"
        )
    if array.size == 0:
        raise DataError(f"{name} is empty: its shape is {array.shape}.")
    return array


def _ragged(name: str, rows: Any) -> str:
    """Return which pattern has another shape than the first."""
    shapes = [_shape(row) for row in rows] if isinstance(rows, Sequence) else [None]
    other = next((k for k, shape in enumerate(shapes) if shape != shapes[0]), 0)
    if other == 0 or None in (shapes[0], shapes[other]):
        return f"{name} can't be made an array: its rows differ in length."
    return (
        f"{name} can't be made an array: pattern 0 has shape {shapes[0]} and pattern {other} has "
        f"shape {shapes[other]}; patterns that differ in length or size don't fit one network. "
        "Bring them all to one size."
    )


def _shape(row: Any) -> tuple[int, ...] | None:
    """Return the shape of one pattern, or None where that has none itself."""
    try:
        return np.shape(row)
    except (ValueError, TypeError):
        return None


def _numbers_hint(name: str, array: NDArray[Any]) -> str:
    """Return how to make numbers of what an array holds."""
    if name.startswith("y"):
        return f" Number the classes: np.unique({name}, return_inverse=True)[1]."
    return f" Try {name}.astype('float32')." if array.dtype.kind in "OUS" else ""


def finite_range(name: str, array: NDArray[Any]) -> tuple[float, float]:
    """Return the smallest and largest number of an array, which must hold no NaN.

    Raises:
        DataError: it holds NaN or infinite numbers; says in which rows.
    """
    low, high = float(array.min()), float(array.max())  # NaN if there is one anywhere
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    found = "NaN (not a number)" if math.isnan(low) else "infinite numbers"
    rows = np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
    raise DataError(
        f"{name} holds {found}, first in row {rows[0]}; {len(rows)} of {len(array)} rows have "
        f"some. Leave these rows out, or fill them: np.nan_to_num({name})."
    )
