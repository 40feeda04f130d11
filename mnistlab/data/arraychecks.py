"""The four arrays of a data set, checked: patterns and labels, for training and for testing.

A user's own arrays and those of a file come the same way through here. What comes out has one
form, whatever form it had before, so that the same images and labels are always the same data
with the same digest:

    x_train, x_test    uint8 (n, h, w) for images with grey values from 0 to 255,
                       else float32 (n, d) in [0, 1]
    y_train, y_test    int64 (n,), the classes 0, 1, 2, …

Example:
    >>> import numpy as np
    >>> from mnistlab.data.arraychecks import checked_arrays
    >>> x, y = np.array([[0.0, 0.5], [1.0, 0.2]]), [0, 1]
    >>> arrays = checked_arrays({"x_train": x, "y_train": y, "x_test": x, "y_test": y})
    >>> str(arrays["x_train"].dtype), arrays["y_train"].tolist()
    ('float32', [0, 1])
"""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import did_you_mean, shown
from mnistlab.errors import DataError

ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")

Arrays = dict[str, NDArray[Any]]

_ROUNDING = 1e-6  # how far above 1 or below 0 the rounding of a min-max scaling may lead
_SMALLEST_FLAT_IMAGE = 64  # 8 × 8: rows of fewer numbers are measurements, not pixels


def digest_of(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of a data set: of name, dtype, shape and bytes of its four arrays.

        sha256("x_train |u1 (60000, 28, 28)\\n" + its bytes + "y_train <i8 (60000,)\\n" + …)

    The bytes are little-endian and in C order, on every machine. The line before them says how
    many they are, so no two data sets make the same text.

    Args:
        arrays: x_train, y_train, x_test, y_test, as `checked_arrays` returns them.

    Returns:
        "sha256:" and 64 hexadecimal digits.

    Example:
        >>> digest_of({name: np.zeros(1, np.uint8) for name in ARRAY_NAMES})[:12]
        'sha256:eaf82'
    """
    sha = hashlib.sha256()
    for name in ARRAY_NAMES:
        little_endian = arrays[name].dtype.newbyteorder("<")
        array = np.ascontiguousarray(arrays[name], dtype=little_endian)
        sha.update(f"{name} {little_endian.str} {array.shape}\n".encode())
        sha.update(array.data)
    return f"sha256:{sha.hexdigest()}"


def checked_arrays(given: Mapping[str, Any]) -> Arrays:
    """Return the four arrays of a data set in their one form; else say what to change.

    Args:
        given: x_train and x_test: images, whole numbers from 0 to 255 of shape (n, h, w), or
            rows of numbers in [0, 1] of shape (n, d); y_train and y_test: the class of each
            pattern as a whole number from 0 on, shape (n,). Arrays, lists or data frames.

    Returns:
        x_train, y_train, x_test, y_test; see above for their dtypes. They share no memory with
        those given: what is done to those later changes no data set.

    Raises:
        DataError: an array is missing, empty, of a wrong shape or dtype, holds NaN or numbers
            out of range, or two of them don't fit each other.
    """
    for name in ARRAY_NAMES:
        if name not in given:
            raise DataError(
                f"{name} is missing; a data set has {', '.join(ARRAY_NAMES)}, and this has "
                f"{', '.join(map(str, given)) or 'nothing'}."
                + did_you_mean(name, {str(key) for key in given} - set(ARRAY_NAMES))
            )
    arrays = {name: _as_array(name, given[name]) for name in ARRAY_NAMES}
    _same_scale(arrays["x_train"], arrays["x_test"])
    checked: Arrays = {}
    for part in ("train", "test"):
        checked[f"x_{part}"] = _patterns(f"x_{part}", arrays[f"x_{part}"])
        checked[f"y_{part}"] = _labels(f"y_{part}", arrays[f"y_{part}"])
        _same_count(part, checked[f"x_{part}"], checked[f"y_{part}"])
    _same_shape(checked["x_train"], checked["x_test"])
    _same_classes(checked["y_train"], checked["y_test"])
    return checked


def _as_array(name: str, value: Any) -> NDArray[Any]:
    """Return `value` as a filled array of numbers."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as why:
        raise DataError(f"{name} can't be made an array: its rows differ in length.") from why
    if array.dtype.kind not in "buif":
        held = {"O": "Python objects", "U": "text", "S": "text", "c": "complex numbers"}
        raise DataError(
            f"{name} holds {held.get(array.dtype.kind, str(array.dtype))}, but a network takes "
            f"numbers.{_numbers_hint(name, array)}"
        )
    if array.size == 0:
        raise DataError(f"{name} is empty: its shape is {array.shape}.")
    return array


def _numbers_hint(name: str, array: NDArray[Any]) -> str:
    """Return how to make numbers of what an array holds."""
    if name.startswith("y"):
        return f" Number the classes: np.unique({name}, return_inverse=True)[1]."
    return f" Try {name}.astype('float32')." if array.dtype.kind in "OUS" else ""


# ── patterns ──────────────────────────────────────────────────────────────────────────────────


def _patterns(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Return images as uint8 (n, h, w), anything else as float32 (n, d) in [0, 1]."""
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]  # (n, h, w, 1), as convolution layers take them
    if array.ndim == 4:
        raise DataError(
            f"{name} has shape {array.shape}: images in colour. Make them grey: "
            f"{name}.mean(axis=3).astype('uint8')."
        )
    if array.ndim not in (2, 3):
        raise DataError(
            f"{name} has shape {array.shape}, but should be (n, height, width) for images or "
            "(n, inputs) for rows of numbers, one pattern a row."
        )
    low, high = _range(name, array)
    if array.dtype.kind in "iu" and _is_grey(array, low, high):
        return _grey(name, array, high)
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise DataError(
            f"{name} holds numbers from {low:g} to {high:g}, but a network takes 0 to 1. "
            + _scale_hint(name, array, low, high)
        )
    flat = array.reshape(len(array), -1).astype(np.float32, order="C")  # (n, d), a copy
    return np.clip(flat, 0, 1, out=flat)


def _range(name: str, array: NDArray[Any]) -> tuple[float, float]:
    """Return the smallest and largest number of an array, which must hold no NaN."""
    low, high = float(array.min()), float(array.max())  # NaN if there is one anywhere
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    found = "NaN (not a number)" if math.isnan(low) else "infinite numbers"
    rows = np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
    raise DataError(
        f"{name} holds {found}, first in row {rows[0]}; {len(rows)} of {len(array)} rows have "
        f"some. Leave these rows out, or fill them: np.nan_to_num({name})."
    )


def _is_grey(array: NDArray[Any], low: float, high: float) -> bool:
    """Whether whole numbers are grey values: bytes always are, others where they look like it."""
    side = math.isqrt(math.prod(array.shape[1:]))
    image_like = array.ndim == 3 or _SMALLEST_FLAT_IMAGE <= side**2 == array.shape[1]
    return array.dtype == np.uint8 or (image_like and low >= 0 and 1 < high <= 255)


def _grey(name: str, array: NDArray[Any], high: float) -> NDArray[Any]:
    """Return grey values as uint8 (n, h, w); rows that are no square image as float32 / 255."""
    if high == 1:
        raise DataError(
            f"{name} is {array.dtype} and holds only 0 and 1, where whole numbers stand for grey "
            f"values from 0 to 255. Say that it is scaled already: {name}.astype('float32')."
        )
    pixels = np.array(array, np.uint8, order="C")  # a copy
    if array.ndim == 3:
        return pixels
    side = math.isqrt(array.shape[1])
    if _SMALLEST_FLAT_IMAGE <= side**2 == array.shape[1]:
        return pixels.reshape(-1, side, side)
    return scaled(pixels, 255)


def scaled(images: NDArray[np.uint8], scale: int) -> NDArray[np.float32]:
    """Return images as rows of numbers in [0, 1]: exactly images.astype("float32") / scale.

    Args:
        images: uint8 (n, h, w) or (n, d), with values from 0 to `scale`.
        scale: 255 for grey values.

    Returns:
        float32 (n, h · w). Made in one go: nothing of that size is needed besides.
    """
    flat = images.reshape(len(images), -1)
    result: NDArray[np.float32] = np.divide(flat, np.float32(scale), dtype=np.float32)
    return result


def _scale_hint(name: str, array: NDArray[Any], low: float, high: float) -> str:
    """Return how to bring an array's numbers into [0, 1]."""
    whole = bool((array == np.round(array)).all())
    if low >= 0 and high <= 255 and whole:
        return f"If these are grey values, divide them: {name} / 255."
    if name == "x_test" and low > -1 and high < 2:
        return "It goes beyond the training set's range; cut it: np.clip(x_test, 0, 1)."
    return (
        "Scale both sets by the training set, column by column: low, high = "
        f"x_train.min(axis=0), x_train.max(axis=0); np.clip(({name} - low) / (high - low), 0, 1)."
    )


def _same_scale(x_train: NDArray[Any], x_test: NDArray[Any]) -> None:
    """Refuse a training set that is scaled beside a test set that isn't, or the reverse."""
    if (x_train.dtype.kind in "iu") != (x_test.dtype.kind in "iu"):
        raise DataError(
            f"x_train is {x_train.dtype} and x_test is {x_test.dtype}: one of them is scaled, the "
            "other isn't. Give both as they were, or divide both by 255."
        )


def _same_shape(x_train: NDArray[Any], x_test: NDArray[Any]) -> None:
    """Refuse test patterns of another size than the training patterns."""
    if x_train.shape[1:] != x_test.shape[1:]:
        wanted = ", ".join(["n", *map(str, x_train.shape[1:])])
        raise DataError(
            f"x_train has shape {x_train.shape} and x_test {x_test.shape}: a pattern must have "
            f"the same size in both. Wanted for x_test: ({wanted})."
        )


# ── labels ────────────────────────────────────────────────────────────────────────────────────


def _labels(name: str, array: NDArray[Any]) -> NDArray[np.int64]:
    """Return labels as int64 (n,), each at least 0."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]  # a column: (n, 1)
    if array.ndim != 1:
        raise DataError(_labels_shape_error(name, array))
    low, high = _range(name, array)
    if array.dtype.kind == "f" and not (array == np.round(array)).all():
        wrong = float(array[array != np.round(array)][0])
        raise DataError(f"{name} holds {wrong:g}, but a label is the number of a class: 0, 1, 2, …")
    if low < 0 or high >= 2**31:
        wrong = low if low < 0 else high
        raise DataError(
            f"{name} holds the label {wrong:.0f}, but classes are numbered 0, 1, 2, … "
            f"Number them anew: np.unique({name}, return_inverse=True)[1]."
        )
    return np.array(array, np.int64)  # a copy


def _labels_shape_error(name: str, array: NDArray[Any]) -> str:
    """Return what is wrong with labels that aren't one number a pattern."""
    one_hot = array.ndim == 2 and ((array == 0) | (array == 1)).all() and (array.sum(1) == 1).all()
    if one_hot:
        return (
            f"{name} has shape {array.shape}: the labels are one-hot, give integers: "
            f"{name}.argmax(axis=1)."
        )
    return f"{name} has shape {array.shape}, but should be (n,): one label a pattern."


def _same_count(part: str, x: NDArray[Any], y: NDArray[Any]) -> None:
    """Refuse another number of labels than of patterns."""
    if len(x) != len(y):
        raise DataError(
            f"x_{part} has {len(x)} patterns and y_{part} has {len(y)} labels: their shapes are "
            f"{x.shape} and {y.shape}. Each pattern needs one label."
        )


def _same_classes(y_train: NDArray[np.int64], y_test: NDArray[np.int64]) -> None:
    """Refuse classes that nothing is learned about: a gap, or a class only in the test set."""
    classes = np.unique(y_train)
    if len(classes) < 2:
        raise DataError(
            f"y_train holds one class only, {classes[0]}: there is nothing to tell apart. "
            "Give patterns of two classes or more."
        )
    if len(classes) <= classes[-1]:
        gap = np.flatnonzero(classes != np.arange(len(classes)))[0]
        raise DataError(
            f"y_train holds the classes {shown(classes.tolist())}, but none with the label {gap}. "
            "Number the classes 0, 1, 2, … without a gap: "
            "y_train = np.unique(y_train, return_inverse=True)[1], and y_test the same way."
        )
    if y_test.max() > classes[-1]:
        raise DataError(
            f"y_test holds the label {y_test.max()}, but y_train goes from 0 to {classes[-1]}: "
            "a network can't answer with a class that it never saw. Leave these patterns out."
        )
