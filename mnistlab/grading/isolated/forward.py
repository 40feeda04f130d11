"""The grader's own forward pass: weights and images in, how many were recognised out.

    y = x;  for each layer: I = y W + b, y = f(I);  the answer is the largest output

No model is loaded and no code of a submission runs; a network is its arrays.

A pixel that is 0 in an image adds nothing to any I. Four fifths of MNIST's pixels are 0, so the
images are tested in blocks of similar ones, each with only those pixels that some image of it
uses: half of them, in half the time. What is left out is exactly 0.

Example:
    >>> W, b = np.array([[2.0, 0.0], [0.0, 1.0]], "f4"), np.zeros(2, "f4")
    >>> recognised([W, b], ("softmax",), in_blocks(np.eye(2, dtype="f4")), np.array([0, 1]))
    (2, ())
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.classic import units

BLOCK = 256  # patterns at most; fewer have fewer pixels in common, and more products to begin
SAMPLE = 500  # patterns at most, to find out along what they differ most
NOBODY = -1  # the answer where an output is NaN
Weights = Sequence[NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Block:
    """Some patterns, with those inputs that aren't 0 in all of them.

    Attributes:
        rows: which patterns, int (count,).
        inputs: which inputs, int (used,).
        x: their values, float32 (count, used).
    """

    rows: NDArray[np.intp]
    inputs: NDArray[np.intp]
    x: NDArray[np.float32]


def in_blocks(x: NDArray[np.float32], size: int = 0) -> tuple[Block, ...]:
    """Return patterns in blocks of similar ones.

    Args:
        x: float32 (count, inputs).
        size: patterns in a block, at most; 0: 256.

    Example:
        >>> [block.inputs.tolist() for block in in_blocks(np.eye(2, dtype="f4"), size=1)]
        [[0], [1]]
    """
    used = x != 0
    made = []
    for rows in _halved(used.astype(np.float32), np.arange(len(x)), size or BLOCK):
        inputs = np.flatnonzero(used[rows].any(axis=0))
        made.append(Block(rows, inputs, np.ascontiguousarray(x[rows][:, inputs])))
    return tuple(made)


def _halved(
    used: NDArray[np.float32], rows: NDArray[np.intp], size: int
) -> Iterator[NDArray[np.intp]]:
    """Yield rows in groups of similar ones: halved along what differs most, again and again."""
    if len(rows) <= size:
        yield np.sort(rows)
        return
    some = used[rows[:: 1 + len(rows) // SAMPLE]]  # (some, inputs)
    some = some - some.mean(axis=0)
    direction = np.ones(used.shape[1], np.float32)  # (inputs,)
    for _ in range(8):  # power iteration: towards the first principal component
        direction = some.T @ (some @ direction)
        direction /= np.linalg.norm(direction) or np.float32(1)
    order = rows[np.argsort(used[rows] @ direction, kind="stable")]
    middle = len(order) // 2
    yield from _halved(used, order[:middle], size)
    yield from _halved(used, order[middle:], size)


def outputs(
    weights: Weights, activations: Sequence[str], blocks: Sequence[Block]
) -> Iterator[tuple[NDArray[np.intp], NDArray[Any], NDArray[Any]]]:
    """Yield (rows, I, f(I)) of the output layer for each block.

    Args:
        weights: [kernel (n, m), bias (m,), …], float32 or float64.
        activations: one for each layer.
        blocks: of patterns with n inputs.
    """
    for block in blocks:
        I = block.x @ weights[0][block.inputs]  # noqa: E741  (count, units)
        I += weights[1]  # noqa: E741
        y = units.activate(activations[0], I)  # (count, units)
        for kernel, bias, name in zip(weights[2::2], weights[3::2], activations[1:], strict=True):
            I = y @ kernel  # noqa: E741  (count, units)
            I += bias  # noqa: E741
            y = units.activate(name, I)  # (count, units)
        yield block.rows, I, y


def answers(
    weights: Weights, activations: Sequence[str], blocks: Sequence[Block]
) -> NDArray[np.int64]:
    """Return the class that a network answers for each pattern: int64 (count,).

    Args:
        weights, activations, blocks: as for `outputs`.

    Example:
        >>> two = in_blocks(np.eye(2, dtype="f4"))
        >>> answers([np.eye(2, dtype="f4"), np.zeros(2, "f4")], ("linear",), two)
        array([0, 1])
    """
    found = np.empty(sum(len(block.rows) for block in blocks), np.int64)
    with np.errstate(all="ignore"):  # weights as large as floats go make what they make
        for rows, _, y in outputs(weights, activations, blocks):
            found[rows] = np.where(np.isnan(y).any(axis=1), NOBODY, y.argmax(axis=1))
    return found


def recognised(
    weights: Weights, activations: Sequence[str], blocks: Sequence[Block], y: NDArray[np.int64]
) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Return how many patterns a network recognises, and its most frequent mistakes.

    Args:
        weights, activations, blocks: as for `outputs`.
        y: the class of each pattern, (count,).

    Returns:
        The count, and up to five (actual, answer, how often); an output that is NaN is no answer.
    """
    given = answers(weights, activations, blocks)
    wrong = given != y
    pairs = Counter(zip(y[wrong].tolist(), given[wrong].tolist(), strict=True))
    often = sorted(((a, b, n) for (a, b), n in pairs.items() if b != NOBODY),
                   key=lambda one: (-one[2], one))  # fmt: skip
    return int((~wrong).sum()), tuple(often[:5])
