"""What a caller hands to a classic network, brought into the form that backprop.py works on.

Example:
    >>> desired([2, 0], n_patterns=2, n_outputs=3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from mnistlab import checks
from mnistlab.errors import InputError
from mnistlab.notices import notice

Array = NDArray[np.floating]


def patterns(x: ArrayLike, n_inputs: int, dtype: DTypeLike = "float32") -> Array:
    """Return the patterns as a float array of shape (n, inputs); no copy where none is needed.

    Raises:
        InputError: not numbers, another shape, NaN or infinite values.
    """
    array = _numbers("x", x)
    if array.size == 0 and array.shape != (0, n_inputs):
        raise InputError(f"x is empty: its shape is {array.shape}. Give patterns, one a row.")
    if array.ndim != 2 or array.shape[1] != n_inputs:
        raise InputError(
            f"x has shape {array.shape}, but the network takes (patterns, {n_inputs})."
            + _shape_hint(array, n_inputs)
        )
    result = np.ascontiguousarray(array, dtype)
    if not np.isfinite(result.sum(dtype=np.float64)):  # one pass, no temporary
        raise InputError(
            "x holds NaN or infinite values. Find them with "
            "np.argwhere(~np.isfinite(x)), and mend or drop those patterns."
        )
    return result


def _shape_hint(array: NDArray[np.generic], n_inputs: int) -> str:
    """Return what to do about patterns of another shape."""
    if array.ndim == 1 and array.size == n_inputs:
        return " One pattern is a batch of one: x[None, :]."
    if array.ndim > 2 and array.size == len(array) * n_inputs:
        return f" Flatten each image: x.reshape(len(x), {n_inputs})."
    return " Give the first layer as many units as a pattern has values."


def desired(y: ArrayLike, n_patterns: int, n_outputs: int, dtype: DTypeLike = "float32") -> Array:
    """Return the desired outputs as a float array of shape (n, outputs).

    Args:
        y: integer labels 0 … outputs − 1, shape (n,), which become one-hot rows; or the desired
            outputs themselves, shape (n, outputs).
        n_patterns: how many patterns there are.
        n_outputs: how many output units there are.
        dtype: "float32" or "float64".

    Raises:
        InputError: labels outside the classes, or another shape.
    """
    array = _numbers("y", y)
    if len(array) != n_patterns:
        raise InputError(
            f"y has {len(array)} rows, but x has {n_patterns} patterns. "
            "Each pattern needs its label."
        )
    if array.ndim == 1 and n_outputs > 1:
        return one_hot(array, n_outputs, dtype)
    if array.ndim == 1:
        array = array[:, None]
    if array.shape != (n_patterns, n_outputs):
        raise InputError(
            f"y has shape {array.shape}, but the network has {n_outputs} outputs. Give integer "
            f"labels of shape ({n_patterns},), or desired outputs of shape "
            f"({n_patterns}, {n_outputs})." + _column_hint(array)
        )
    result = np.ascontiguousarray(array, dtype)
    if not np.isfinite(result).all():
        raise InputError("y holds NaN or infinite values. Every pattern needs desired outputs.")
    return result


def _column_hint(array: NDArray[np.generic]) -> str:
    """Return what to do about labels in a column."""
    return " Labels in a column become a list with y.ravel()." if array.shape[1:] == (1,) else ""


def one_hot(labels: NDArray[np.generic], n_classes: int, dtype: DTypeLike = "float32") -> Array:
    """Return a row for each label, 1 at the label and 0 elsewhere: shape (n, classes).

    Raises:
        InputError: labels that are no whole numbers from 0 to n_classes − 1.

    Example:
        >>> one_hot(np.array([1]), 3).tolist()
        [[0.0, 1.0, 0.0]]
    """
    numbers = labels.astype(np.int64)
    if not np.array_equal(numbers, labels):
        raise InputError(
            "y is a list of labels, and labels are whole numbers from 0 to "
            f"{n_classes - 1}, but it holds {checks.shown(_odd_one(labels))}."
        )
    outside = (numbers < 0) | (numbers >= n_classes)
    if outside.any():
        raise InputError(
            f"y holds the label {numbers[outside][0]}, but {n_classes} outputs know "
            f"labels from 0 to {n_classes - 1} only."
        )
    rows = np.zeros((len(numbers), n_classes), dtype)
    rows[np.arange(len(numbers)), numbers] = 1
    return rows  # (n, classes)


def _odd_one(labels: NDArray[np.generic]) -> object:
    """Return the first label that is no whole number."""
    return labels[labels.astype(np.int64) != labels][0].item()


def must_suit(desired: Array, loss: str, outputs: str) -> None:
    """Raise InputError where the desired outputs are none that these output units can have.

    Args:
        desired: desired outputs, shape (n, outputs).
        loss: which error the output units have.
        outputs: their activation.
    """
    entropies = ("binary_crossentropy", "categorical_crossentropy", "kl_divergence")
    probable = loss in entropies or (loss == "lecture" and outputs in ("sigmoid", "softmax"))
    low, high = desired.min(initial=0), desired.max(initial=0)
    if probable and (low < 0 or high > 1):
        odd = low if low < 0 else high
        raise InputError(
            f"y holds {odd:g}, but {outputs} outputs lie between 0 and 1, and the loss "
            f"{loss!r} wants such values. For labels -1 and 1 give (y + 1) / 2, or "
            "take output_activation='tanh' with loss='mean_squared_error'; for values of any "
            "size take output_activation='linear'."
        )
    if (loss == "poisson" or (outputs == "exponential" and loss == "lecture")) and low < 0:
        raise InputError(f"y holds {low:g}, but a count can't be below 0.")
    sums = desired.sum(axis=1)
    if probable and outputs == "softmax" and not np.allclose(sums, 1, atol=1e-3):
        raise InputError(
            f"A row of y sums to {sums[np.abs(sums - 1).argmax()]:g}, but softmax outputs "
            "sum to 1, and so must the desired ones."
        )


RAW_PIXELS = 100  # patterns above this are hardly scaled


def advise_on_scale(patterns: Array) -> None:
    """Say in one line that raw pixels train badly; training goes on all the same."""
    largest = patterns.max(initial=0)
    if largest > RAW_PIXELS:
        notice(
            f"x holds values up to {largest:g}. Raw pixels train to about 22% on MNIST, scaled "
            "ones to 97%: divide by 255 first."
        )


def order(given: Any, n: int) -> NDArray[np.int64]:
    """Return an epoch's order of patterns: indices from 0 to n − 1, shape (any length,).

    Raises:
        InputError: something else; no weight has been changed by it.
    """
    try:
        found = np.asarray(given)
    except ValueError:
        found = np.empty(0)
    if found.ndim != 1 or not found.size or found.dtype.kind not in "iu":
        raise InputError(
            f"order must give a list of pattern numbers, but gave "
            f"{checks.shown(given)}. Give np.arange({n}), say."
        )
    if found.min() < 0 or found.max() >= n:
        raise InputError(
            f"order gave the pattern number {found.max() if found.max() >= n else found.min()}, "
            f"but there are {n} patterns, numbered from 0 to {n - 1}."
        )
    return found.astype(np.int64)


def must_hold_patterns(n: int) -> None:
    """Raise InputError where there is nothing to train on."""
    if n == 0:
        raise InputError("There are no patterns to train on: x is empty.")


def split(
    x: ArrayLike,
    y: ArrayLike,
    share: float,
    data: tuple[ArrayLike, ArrayLike] | None,
) -> tuple[ArrayLike, ArrayLike, tuple[ArrayLike, ArrayLike] | None]:
    """Return x and y for training, and (x, y) for validation or None.

    Args:
        x, y: all patterns and their labels.
        share: the last share of them goes to validation, in [0, 1).
        data: validation patterns of the caller's own; then the share must be 0.

    Raises:
        InputError: both a share and data, or a share that leaves nothing to train on.
    """
    share = checks.fraction("validation_split", share)
    if data is not None:
        if share:
            raise InputError("Give validation_split or validation_data, not both.")
        return x, y, data
    if not share:
        return x, y, None
    x, y = np.asarray(x), np.asarray(y)
    kept = int(len(x) * (1 - share))  # rounded as Keras rounds
    if not 0 < kept < len(x):
        raise InputError(
            f"validation_split={share} of {len(x)} patterns leaves {kept} to train "
            "on and the rest to validate. Each side needs at least one."
        )
    return x[:kept], y[:kept], (x[kept:], y[kept:])


def weights_like(weights: Sequence[ArrayLike], pattern: Sequence[Array]) -> list[Array]:
    """Return copies of the weights in the shapes and dtype of `pattern`.

    Raises:
        InputError: another number of arrays, or an array of another shape.
    """
    wanted = [w.shape for w in pattern]
    given = [_numbers("weights", w) for w in weights]
    if [w.shape for w in given] != wanted:
        raise InputError(
            f"The weights have shapes {[w.shape for w in given]}, but this network "
            f"takes {wanted}: kernel and bias of each layer in turn."
        )
    return [np.array(w, dtype=p.dtype, order="C") for w, p in zip(given, pattern, strict=True)]


def _numbers(name: str, values: ArrayLike) -> NDArray[np.generic]:
    """Return an array of numbers; a ragged list or texts are an InputError."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError(
            f"{name} is no array of numbers: its rows have different lengths."
        ) from error
    if array.dtype.kind not in "fiub":
        raise InputError(f"{name} must hold numbers, but its values are of type {array.dtype}.")
    if array.ndim == 0:
        raise InputError(f"{name} must be an array, but got the single value {array}.")
    return array
