"""Which test images a page brings along: the wrongly recognised first, then some of each class."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnistlab.plots.mistakes import worst_indices

Indices = NDArray[np.int64]


def chosen(
    labels: NDArray[np.integer], outputs: Sequence[NDArray[np.floating]], count: int
) -> Indices:
    """Return which test images to show: up to half of them wrong ones, the worst first.

    Args:
        labels: their classes, (n,).
        outputs: what each run answered, (n, outputs) each.
        count: how many at most.

    Returns:
        Their places, (k,): those that a run took for something else, the worst of each run in
        turn; then others, one of each class in turn, as they are stored.

    Example:
        >>> chosen(np.array([0, 1, 1]), [np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])], 2)
        array([1, 0])
    """
    worst = [worst_indices(labels, _beliefs(one), len(labels)) for one in outputs]
    wrong = _in_turn(worst)
    right = np.setdiff1d(np.arange(len(labels)), wrong)
    some = wrong[: max(count // 2, count - len(right))]
    mixed = right[_one_of_each_in_turn(labels[right])]
    return np.concatenate([some, mixed[: count - len(some)]]).astype(np.int64)


def _beliefs(outputs: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return a column for each class; a single output's is the second."""
    return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def _in_turn(lists: Sequence[Indices]) -> Indices:
    """Return all that is in several lists: the first of each, the second of each, …, each once."""
    longest = max(map(len, lists))
    turns = [one[k] for k in range(longest) for one in lists if k < len(one)]
    return np.array(list(dict.fromkeys(turns)), np.int64)


def _one_of_each_in_turn(labels: NDArray[np.integer]) -> Indices:
    """Return all indices: the first of each class, then the second of each, and so on."""
    by_class = np.argsort(labels, kind="stable")  # (n,)
    turn = np.concatenate([np.arange(size) for size in np.bincount(labels)] or [by_class])  # (n,)
    return by_class[np.argsort(turn, kind="stable")]
