"""Keras's own shuffle and split, so that a data set of Keras's is the same here and there.

Example:
    >>> from mnistlab.data.shuffling import keras_split
    >>> [len(part) for part in keras_split(506)]
    [404, 102]
"""

import numpy as np
from numpy.typing import NDArray

SEED = 113
TEST_SHARE = 0.2


class KerasShuffle:
    """Keras's shuffle with seed 113: one set after the other, from one stream of numbers.

    NumPy promises that the old generator behind it stays the same in every version.

    Example:
        >>> shuffle = KerasShuffle()
        >>> shuffle.order(4).tolist(), shuffle.order(4).tolist()  # training set, test set
        ([3, 2, 0, 1], [1, 3, 0, 2])
    """

    def __init__(self) -> None:
        self._random = np.random.RandomState(SEED)

    def order(self, n: int) -> NDArray[np.int64]:
        """Return the order of the next set's n patterns, shape (n,)."""
        order = np.arange(n)
        self._random.shuffle(order)
        return order


def keras_split(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of n patterns are for training and which, the last fifth, for testing."""
    order = KerasShuffle().order(n)
    first_test = int(n * (1 - TEST_SHARE))
    return order[:first_test], order[first_test:]
