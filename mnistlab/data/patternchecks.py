"""Patterns in one form: images as bytes, grey or in colour; other data as rows in [0, 1].

Example:
    >>> import numpy as np
    >>> from mnistlab.data.patternchecks import checked_patterns
    >>> checked_patterns("x_train", np.array([[0.0, 0.5], [1.0, 0.2]])).dtype
    dtype('float32')
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.data.numeric import finite_range
from mnistlab.errors import DataError

COLOURS = 3  # red, green, blue

_ROUNDING = 1e-6  # how far above 1 or below 0 the rounding of a min-max scaling may lead
_SMALLEST_FLAT_IMAGE = 64  # 8 × 8: rows of fewer numbers are measurements, not pixels


def checked_patterns(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Return images as bytes, anything else as rows of numbers in [0, 1]; a copy.

    Args:
        name: what errors call it: "x_train" or "x_test".
        array: numbers of shape (n, h, w), (n, h, w, 1), (n, h, w, 3) or (n, d).

    Returns:
        uint8 (n, h, w) or (n, h, w, 3) for pixels from 0 to 255, else float32 (n, d).

    Raises:
        DataError: another shape, NaN, or numbers out of range.
    """
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]  # (n, h, w, 1), as convolution layers take them
    if array.ndim not in (2, 3, 4):
        raise DataError(
            f"{name} has shape {array.shape}, but should be (n, height, width) for grey images, "
            "(n, height, width, 3) for images in colour, or (n, inputs) for rows of numbers, one "
            "pattern a row."
        )
    if array.ndim == 4 and array.shape[3] != COLOURS:
        raise DataError(_channels_error(name, array))
    low, high = finite_range(name, array)
    if array.dtype.kind in "iu" and _are_pixels(array, low, high):
        return _pixels(name, array, high)
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise DataError(
            f"{name} holds numbers from {low:g} to {high:g}, but a network takes 0 to 1. "
            + _scale_hint(name, array, low, high)
        )
    flat = array.reshape(len(array), -1).astype(np.float32, order="C")  # (n, d), a copy
    return np.clip(flat, 0, 1, out=flat)


def _channels_error(name: str, array: NDArray[Any]) -> str:
    """Return how to bring the colours of images to the end: three, and no transparency."""
    text = (
        f"{name} has shape {array.shape}: images in colour are (n, height, width, 3), with red, "
        "green and blue last. "
    )
    if array.shape[3] == COLOURS + 1:
        return text + f"Leave the fourth channel, transparency, out: {name}[..., :3]."
    if array.shape[1] == COLOURS:
        return text + f"Move the colours to the end: {name}.transpose(0, 2, 3, 1)."
    return text + f"If these aren't colours, give flat rows: {name}.reshape(len({name}), -1)."


def _are_pixels(array: NDArray[Any], low: float, high: float) -> bool:
    """Whether whole numbers are pixels: bytes always are, others where they look like it."""
    side = math.isqrt(math.prod(array.shape[1:]))
    image_like = array.ndim > 2 or _SMALLEST_FLAT_IMAGE <= side**2 == array.shape[1]
    return array.dtype == np.uint8 or (image_like and low >= 0 and 1 < high <= 255)


def _pixels(name: str, array: NDArray[Any], high: float) -> NDArray[Any]:
    """Return pixels as uint8 images; rows that are no square image as float32 / 255."""
    if high == 1:
        raise DataError(
            f"{name} is {array.dtype} and holds only 0 and 1, where whole numbers stand for grey "
            f"values from 0 to 255. Say that it is scaled already: {name}.astype('float32')."
        )
    pixels = np.array(array, np.uint8, order="C")  # a copy
    if array.ndim > 2:
        return pixels
    side = math.isqrt(array.shape[1])
    if _SMALLEST_FLAT_IMAGE <= side**2 == array.shape[1]:
        return pixels.reshape(-1, side, side)
    return scaled(pixels, 255)


def scaled(images: NDArray[np.uint8], scale: int) -> NDArray[np.float32]:
    """Return images as rows of numbers in [0, 1]: exactly images.astype("float32") / scale.

    Args:
        images: uint8 (n, h, w), (n, h, w, 3) or (n, d), with values from 0 to `scale`.
        scale: 255 for pixels.

    Returns:
        float32 (n, h · w), or (n, h · w · 3) in colour, red, green and blue of a pixel side by
        side. Made in one go: nothing of that size is needed besides.
    """
    flat = images.reshape(len(images), -1)
    result: NDArray[np.float32] = np.divide(flat, np.float32(scale), dtype=np.float32)
    return result


def _scale_hint(name: str, array: NDArray[Any], low: float, high: float) -> str:
    """Return how to bring an array's numbers into [0, 1]."""
    whole = bool((array == np.round(array)).all())
    if low >= 0 and high <= 255 and whole:
        return f"If these are pixels, from 0 to 255, divide them: {name} / 255."
    if name == "x_test" and low > -1 and high < 2:
        return "It goes beyond the training set's range; cut it: np.clip(x_test, 0, 1)."
    return (
        "Scale both sets by the training set, column by column: low, high = "
        f"x_train.min(axis=0), x_train.max(axis=0); np.clip(({name} - low) / (high - low), 0, 1)."
    )


def same_scale(x_train: NDArray[Any], x_test: NDArray[Any]) -> None:
    """Refuse a training set that is scaled beside a test set that isn't, or the reverse."""
    if (x_train.dtype.kind in "iu") != (x_test.dtype.kind in "iu"):
        raise DataError(
            f"x_train is {x_train.dtype} and x_test is {x_test.dtype}: one of them is scaled, the "
            "other isn't. Give both as they were, or divide both by 255."
        )


def same_shape(x_train: NDArray[Any], x_test: NDArray[Any]) -> None:
    """Refuse test patterns of another size than the training patterns."""
    if x_train.shape[1:] != x_test.shape[1:]:
        wanted = ", ".join(["n", *map(str, x_train.shape[1:])])
        raise DataError(
            f"x_train has shape {x_train.shape} and x_test {x_test.shape}: a pattern must have "
            f"the same size in both. Wanted for x_test: ({wanted})."
        )
