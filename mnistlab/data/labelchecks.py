"""What belongs to the patterns: the class of each, or for a regression a number for each.

Example:
    >>> import numpy as np
    >>> from mnistlab.data.labelchecks import checked_labels, checked_values
    >>> checked_labels("y_train", np.array([[2.0], [0.0]])).tolist()
    [2, 0]
    >>> checked_values("y_train", np.array([21.5, 24.0])).dtype
    dtype('float32')
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import shown
from mnistlab.data.numeric import finite_range
from mnistlab.errors import DataError

_MOST = float(np.finfo(np.float32).max)


def checked_labels(name: str, array: NDArray[Any]) -> NDArray[np.int64]:
    """Return labels as int64 (n,), each at least 0; a copy.

    Args:
        name: what errors call it: "y_train" or "y_test".
        array: whole numbers, shape (n,) or (n, 1).

    Raises:
        DataError: one-hot or other shapes, parts of a whole, negative numbers.
    """
    array = _column(array)
    if array.ndim != 1:
        raise DataError(_labels_shape_error(name, array))
    low, high = finite_range(name, array)
    if array.dtype.kind == "f" and not (array == np.round(array)).all():
        wrong = float(array[array != np.round(array)][0])
        raise DataError(
            f"{name} holds {wrong:g}, but a label is the number of a class: 0, 1, 2, … If these "
            'are numbers to predict, a regression, say so: load_data({"x_train": x_train, …, '
            '"task": "regression"}), or np.savez(file, x_train=x_train, …, task="regression").'
        )
    if low < 0 or high >= 2**31:
        wrong = low if low < 0 else high
        raise DataError(
            f"{name} holds the label {wrong:.0f}, but classes are numbered 0, 1, 2, … "
            f"Number them anew: np.unique({name}, return_inverse=True)[1]."
        )
    return np.array(array, np.int64)  # a copy


def checked_values(name: str, array: NDArray[Any]) -> NDArray[np.float32]:
    """Return the numbers that a regression predicts as float32 (n,); a copy.

    Args:
        name: what errors call it: "y_train" or "y_test".
        array: finite numbers, shape (n,) or (n, 1), in the unit they come in.

    Raises:
        DataError: another shape, NaN, or numbers too large for float32.
    """
    array = _column(array)
    if array.ndim != 1:
        raise DataError(
            f"{name} has shape {array.shape}, but should be (n,): one number a pattern."
        )
    low, high = finite_range(name, array)
    if max(-low, high) > _MOST:
        wrong = low if -low > high else high
        raise DataError(f"{name} holds {wrong:g}, which is too large. Give it in a larger unit.")
    return np.array(array, np.float32)  # a copy


def _column(array: NDArray[Any]) -> NDArray[Any]:
    """Return a column (n, 1) as (n,), anything else as it is."""
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _labels_shape_error(name: str, array: NDArray[Any]) -> str:
    """Return what is wrong with labels that aren't one number a pattern."""
    one_hot = array.ndim == 2 and ((array == 0) | (array == 1)).all() and (array.sum(1) == 1).all()
    if one_hot:
        return (
            f"{name} has shape {array.shape}: the labels are one-hot, give integers: "
            f"{name}.argmax(axis=1)."
        )
    return f"{name} has shape {array.shape}, but should be (n,): one label a pattern."


def same_count(part: str, x: NDArray[Any], y: NDArray[Any]) -> None:
    """Refuse another number of labels than of patterns."""
    if len(x) != len(y):
        raise DataError(
            f"x_{part} has {len(x)} patterns and y_{part} has {len(y)} labels: their shapes are "
            f"{x.shape} and {y.shape}. Each pattern needs one label."
        )


def same_classes(y_train: NDArray[np.int64], y_test: NDArray[np.int64]) -> None:
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


def some_difference(y_train: NDArray[np.float32]) -> None:
    """Refuse a regression in which every pattern has the same number."""
    if (y_train == y_train[0]).all():
        raise DataError(
            f"y_train holds one number only, {y_train[0]:g}: there is nothing to predict. "
            "Give patterns whose numbers differ."
        )
