"""The arrays and class names that a picture is asked to draw, in one form, or an InputError.

Example:
    >>> class_numbers("labels", [1.0, 0.0], classes=2).tolist()
    [1, 0]
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError


def numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return `values` as an array of numbers, or raise InputError."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise InputError(f"{name} must be an array of numbers, but got {shown(values)}.") from error
    if array.dtype.kind not in "biuf":
        raise InputError(f"{name} must be an array of numbers, but got {shown(values)}.")
    return array


def rising(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return places along an axis, (k,) with k ≥ 2, or raise InputError."""
    places = numbers(name, values).astype(np.float64)
    if places.ndim != 1 or len(places) < 2 or not (np.diff(places) > 0).all():
        raise InputError(
            f"{name} must hold at least 2 rising numbers, but got {shown(values)}. "
            "Give np.linspace(-1, 1, 25), or plane.axes()."
        )
    return places


def not_diverged(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights or net inputs as they are, or raise InputError where training diverged."""
    if not (np.abs(values) < 1e100).all():  # NaN too
        raise InputError(
            f"{name} holds NaN, infinity or numbers beyond 1e100: the training diverged. "
            "Train again with a smaller learning rate."
        )
    return values


def class_numbers(name: str, labels: ArrayLike, classes: int) -> NDArray[np.int64]:
    """Return labels as (n,) int64 in [0, classes), or raise InputError."""
    given = numbers(name, labels)
    if given.ndim != 1:
        raise InputError(
            f"{name} must hold one class for each pattern, but its shape is "
            f"{given.shape}. For one-hot rows, give {name}.argmax(axis=1)."
        )
    if not ((given >= 0) & (given < classes) & (given == np.floor(given))).all():
        raise InputError(
            f"{name} must hold whole numbers from 0 to {classes - 1}, "
            f"but got {shown(np.unique(given).tolist())}."
        )
    return given.astype(np.int64)


def one_line_names(class_names: Sequence[str]) -> list[str]:
    """Return the class names, each on one line."""
    return [" ".join(str(name).split()) for name in class_names]


def names_of(classes: int, class_names: Sequence[str]) -> list[str]:
    """Return the names of that many classes, each on one line, or raise InputError."""
    names = one_line_names(class_names)
    if len(names) != classes:
        raise InputError(
            f"class_names must name each of the {classes} classes, "
            f"but got {len(names)}: {shown(names)}."
        )
    return names


def one_pattern(name: str, given: ArrayLike) -> NDArray[np.float64]:
    """Return a number for each unit as (units,) float64, or raise InputError."""
    values = numbers(name, given).astype(np.float64)
    if values.ndim == 2 and len(values) == 1:
        values = values[0]
    if values.ndim != 1 or not len(values):
        raise InputError(
            f"{name} must hold one number for each unit, of one pattern, but its shape is "
            f"{values.shape}. Of several patterns, give one row: {name}[0]."
        )
    return not_diverged(name, values)


def unit_names(count: int, class_names: Sequence[str]) -> list[str]:
    """Return the name of each output unit, its number where there are no names."""
    numbered = [f"unit {unit}" for unit in range(count)]
    return names_of(count, class_names if len(class_names) else numbered)
