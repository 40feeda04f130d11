"""grid_of: the error of a network at each point of a grid on a plane through its weights.

Source: the lecture, "Gradient descent"; Goodfellow, Vinyals and Saxe 2015, "Qualitatively
characterizing neural network optimization problems".

Example:
    >>> w, b = np.array([[1.0]]), np.array([0.0])
    >>> grid_of([w, b], np.eye(2), [0, 1], [0, 2], activations=["linear"], x=[[1.0]],
    ...         desired=[[1.0]], loss="mean_squared_error").tolist()
    [[0.0, 1.0], [4.0, 9.0]]
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab import choices
from mnistlab.checks import shown, whole
from mnistlab.classic import arrays, backprop, units
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers, rising

Floats = NDArray[np.float64]

AT_ONCE = 500  # patterns in one forward pass: bounds the memory


def grid_of(
    weights: Sequence[ArrayLike],
    directions: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    *,
    activations: Sequence[str],
    x: ArrayLike,
    desired: ArrayLike,
    loss: str,
    patterns: int = 500,
) -> Floats:
    """Return the error of a network at each point of a grid: weights + a · d_1 + b · d_2.

        error(a, b) = mean over the patterns of loss(forward(x; weights + a d_1 + b d_2), desired)

    Args:
        weights: the weights at (0, 0), [kernel, bias, kernel, bias, …], as `get_weights()`
            gives them; the network computes in their dtype.
        directions: d_1 and d_2, (2, weights), as plane_of gives them.
        a: places along d_1, (columns,), rising.
        b: places along d_2, (rows,), rising.
        activations: f of each layer, the first hidden layer's first, as `network.activations`.
        x: patterns, (n, inputs), in the range that the network was trained on.
        desired: their labels, (n,), or desired outputs, (n, outputs).
        loss: a name of `choices.LOSSES` that goes with the output units.
        patterns: how many of the n take part at most, evenly chosen: at least 1. Each point of
            the grid is a forward pass over them; 500 go at once, so memory stays the same.

    Returns:
        The errors, (rows, columns), float64.

    Raises:
        InputError: arrays that don't fit each other, an unknown loss or activation.

    Example:
        >>> w, b = np.array([[1.0]]), np.array([0.0])
        >>> grid_of([w, b], np.eye(2), [0, 1], [0, 2], activations=["linear"], x=[[1.0]],
        ...         desired=[[1.0]], loss="mean_squared_error").tolist()
        [[0.0, 1.0], [4.0, 9.0]]
    """
    parts, across, up = _network(weights, activations), rising("a", a), rising("b", b)
    moves = [_shaped(row, parts) for row in _directions(directions, parts)]
    loss = choices.loss(loss, activations[-1])
    chosen, wanted = _subset(x, desired, parts, whole("patterns", patterns, minimum=1))
    errors = np.zeros((len(up), len(across)))  # (rows, columns)
    for start in range(0, len(chosen), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        # the net input of the first layer is linear in the weights: three products serve all points
        firsts = [backprop.net_input(chosen[part], *one[:2]) for one in (parts, *moves)]
        ends = [[first, *one[2:]] for first, one in zip(firsts, (parts, *moves), strict=True)]
        for row, column in np.ndindex(errors.shape):
            along, upward = float(across[column]), float(up[row])
            first, *rest = (w + along * d + upward * e for w, d, e in zip(*ends, strict=True))
            errors[row, column] += _losses(first, rest, activations, wanted[part], loss).sum()
    return errors / len(chosen)


def _network(weights: Sequence[ArrayLike], activations: Sequence[str]) -> list[units.Array]:
    """Return [kernel, bias, …] as float arrays that fit each other, or raise InputError."""
    parts = [numbers("weights", part) for part in weights]
    kernels, biases = parts[::2], parts[1::2]
    fits = (
        len(kernels) == len(biases) == len(activations) > 0
        and all(w.ndim == 2 and w.shape[1:] == b.shape for w, b in zip(kernels, biases))  # noqa: B905
        and all(w.shape[1] == v.shape[0] for w, v in zip(kernels, kernels[1:]))  # noqa: B905, RUF007
    )
    if not fits:
        raise InputError(
            "weights must be [kernel, bias, kernel, bias, …] of a network, with one activation "
            f"for each pair, but got shapes {shown([part.shape for part in parts])} and "
            f"activations {shown(list(activations))}. Give network.get_weights() and "
            "network.activations."
        )
    for name in activations:
        choices.output_activation(name, 2)
    dtype = np.result_type(*parts, np.float32)
    return [part.astype(dtype) for part in parts]


def _subset(
    x: ArrayLike, desired: ArrayLike, parts: Sequence[units.Array], most: int
) -> tuple[units.Array, units.Array]:
    """Return at most that many patterns, evenly chosen, and their desired outputs."""
    everyone = arrays.patterns(x, parts[0].shape[0], parts[0].dtype)  # (n, inputs)
    wanted = arrays.desired(desired, len(everyone), len(parts[-1]), parts[0].dtype)
    arrays.must_hold_patterns(len(everyone))
    chosen = np.linspace(0, len(everyone) - 1, min(most, len(everyone))).astype(int)
    return everyone[chosen], wanted[chosen]


def _directions(given: ArrayLike, parts: Sequence[units.Array]) -> Floats:
    """Return both directions, (2, weights), or raise InputError."""
    rows, count = numbers("directions", given).astype(np.float64), sum(part.size for part in parts)
    if rows.shape != (2, count) or not np.isfinite(rows).all():
        raise InputError(
            f"directions must hold two rows of {count:,} finite numbers, one for each weight, but "
            f"its shape is {rows.shape}. Give plane_of(…).directions of the same network."
        )
    return rows


def _shaped(row: Floats, parts: Sequence[units.Array]) -> list[units.Array]:
    """Return a row of weights as [kernel, bias, …] in the shapes and dtype of the network's."""
    pieces = np.split(row.astype(parts[0].dtype), np.cumsum([part.size for part in parts])[:-1])
    return [piece.reshape(part.shape) for piece, part in zip(pieces, parts, strict=True)]


def _losses(
    first: units.Array,
    rest: Sequence[units.Array],
    activations: Sequence[str],
    desired: units.Array,
    loss: str,
) -> Floats:
    """Return the loss of each pattern, (batch,), given I of the first layer and later weights."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        net_inputs, y = [first], [units.activate(activations[0], first)]  # (batch, receiving)
        if rest:
            layers = list(zip(rest[::2], rest[1::2], strict=True))
            net_inputs, y = backprop.forward(y[0], layers, activations[1:])
        losses = units.loss(loss, activations[-1], net_inputs[-1], y[-1], desired)  # (batch,)
    return losses.astype(np.float64)
