"""The four arrays of a data set, checked: patterns and labels, for training and for testing.

A user's own arrays and those of a file come the same way through here. What comes out has one
form, whatever form it had before, so that the same images and labels are always the same data
with the same digest:

    x_train, x_test    uint8 (n, h, w) or (n, h, w, 3) for images with values from 0 to 255,
                       else float32 (n, d) in [0, 1]
    y_train, y_test    int64 (n,), the classes 0, 1, 2, …; for a regression float32 (n,)

Example:
    >>> import numpy as np
    >>> from mnistlab.data.arraychecks import checked_arrays
    >>> x, y = np.array([[0.0, 0.5], [1.0, 0.2]]), [0, 1]
    >>> arrays = checked_arrays({"x_train": x, "y_train": y, "x_test": x, "y_test": y})
    >>> str(arrays["x_train"].dtype), arrays["y_train"].tolist()
    ('float32', [0, 1])
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import did_you_mean, shown
from mnistlab.choices import TASKS
from mnistlab.data.labelchecks import (
    checked_labels,
    checked_values,
    same_classes,
    same_count,
    some_difference,
)
from mnistlab.data.numeric import as_array
from mnistlab.data.patternchecks import checked_patterns, same_scale, same_shape
from mnistlab.errors import DataError

ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")

Arrays = dict[str, NDArray[Any]]


def digest_of(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of a data set: of name, dtype, shape and bytes of its four arrays.

        sha256("x_train |u1 (60000, 28, 28)\\n" + its bytes + "y_train <i8 (60000,)\\n" + …)

    The bytes are little-endian and in C order, on every machine. The line before them says how
    many they are, so no two data sets make the same text.

    Args:
        arrays: x_train, y_train, x_test, y_test, as `checked_arrays` returns them. Of imdb and
            reuters these are the multi-hot vectors, not the lists of words in the file; of
            boston_housing the standardised inputs.

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
        given: x_train and x_test: images, whole numbers from 0 to 255 of shape (n, h, w) or
            (n, h, w, 3), or rows of numbers in [0, 1] of shape (n, d); y_train and y_test: the
            class of each pattern as a whole number from 0 on, shape (n,). Arrays, lists or data
            frames. With "task": "regression" beside them, y_train and y_test are the numbers to
            predict.

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
    regression = _task(given) == "regression"
    arrays = {name: as_array(name, given[name]) for name in ARRAY_NAMES}
    same_scale(arrays["x_train"], arrays["x_test"])
    checked: Arrays = {}
    for part in ("train", "test"):
        x, y = f"x_{part}", f"y_{part}"
        checked[x] = checked_patterns(x, arrays[x])
        checked[y] = (checked_values if regression else checked_labels)(y, arrays[y])
        same_count(part, checked[x], checked[y])
    same_shape(checked["x_train"], checked["x_test"])
    if regression:
        some_difference(checked["y_train"])
    else:
        same_classes(checked["y_train"], checked["y_test"])
    return checked


def _task(given: Mapping[str, Any]) -> str:
    """Return what is to be learned: the value under "task", a text; classification by default."""
    value = given["task"] if "task" in given else TASKS[0]
    word = str(value) if isinstance(value, str) or np.ndim(value) == 0 else None
    if word not in TASKS:
        raise DataError(
            f"task={shown(value)} is not known. Choose one of: {', '.join(map(repr, TASKS))}."
            + did_you_mean(value, TASKS)
        )
    return word


def is_regression(arrays: Arrays) -> bool:
    """Whether checked arrays are a regression's: numbers to predict in place of classes."""
    return arrays["y_train"].dtype.kind == "f"
