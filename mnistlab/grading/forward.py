"""The grader's own forward pass: weights and images in, how many were recognised out.

    y = x;  for each layer: I = y W + b, y = f(I);  the answer is the largest output

No model is loaded and no code of a submission runs; a network is its arrays.

Example:
    >>> W, b = np.array([[2.0, 0.0], [0.0, 1.0]], "f4"), np.zeros(2, "f4")
    >>> recognised([W, b], ("softmax",), np.eye(2, dtype="f4"), np.array([0, 1]))
    (2, ())
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.classic import units

BLOCK = 2000  # patterns at a time: 4 MB of 512 units, which stay in the cache's reach
NOBODY = -1  # the answer where an output is NaN


def recognised(
    weights: Sequence[NDArray[Any]],
    activations: Sequence[str],
    x: NDArray[np.float32],
    y: NDArray[np.int64],
) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Return how many patterns a network recognises, and its most frequent mistakes.

    Args:
        weights: [kernel (n, m), bias (m,), …], float32 or float64.
        activations: one for each layer.
        x: patterns, (count, n), in [0, 1].
        y: their classes, (count,).

    Returns:
        The count, and up to five (actual, answer, how often); an output that is NaN is no answer.
    """
    given = answers(weights, activations, x)
    wrong = given != y
    pairs = Counter(zip(y[wrong].tolist(), given[wrong].tolist(), strict=True))
    often = sorted(((a, b, n) for (a, b), n in pairs.items() if b != NOBODY),
                   key=lambda one: (-one[2], one))  # fmt: skip
    return int((~wrong).sum()), tuple(often[:5])


def answers(
    weights: Sequence[NDArray[Any]], activations: Sequence[str], x: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Return the class that a network answers for each pattern: int64 (count,).

    Args:
        weights, activations, x: as for `recognised`.

    Example:
        >>> answers([np.eye(2, dtype="f4"), np.zeros(2, "f4")], ("linear",), np.eye(2, dtype="f4"))
        array([0, 1])
    """
    found = np.empty(len(x), np.int64)
    with np.errstate(all="ignore"):  # weights as large as floats go make what they make
        for start in range(0, len(x), BLOCK):
            y = x[start : start + BLOCK]  # (batch, inputs)
            for kernel, bias, name in zip(weights[::2], weights[1::2], activations, strict=True):
                I = y @ kernel  # noqa: E741  (batch, units)
                I += bias  # noqa: E741
                y = units.activate(name, I)  # (batch, units)
            found[start : start + BLOCK] = np.where(np.isnan(y).any(axis=1), NOBODY,
                                                    y.argmax(axis=1))  # fmt: skip
    return found
