"""Batches for Keras's fit, in the package's own order of patterns.

Keras shuffles with a generator of its own, whose state a stopped training loses. Here the order
of each epoch is a pure function of seed and epoch (seeding.py), and Keras is told not to shuffle.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
Order = Callable[[int], NDArray[np.integer]]  # epoch → indices of the patterns


class EpochOrder:
    """Knows which epoch it is, and so which order of patterns is due.

    TensorFlow keeps what a data pipeline calls, so this holds no model: `Follow` does.
    """

    def __init__(self, order: Order, first: int) -> None:
        self.order, self.epoch = order, first

    def __call__(self) -> NDArray[np.int64]:
        """Return the order of patterns of the epoch that runs, shape (n,)."""
        return np.asarray(self.order(self.epoch), np.int64)


class Follow(keras.callbacks.Callback):
    """Tells an EpochOrder which epoch begins; Keras asks for its batches after this."""

    def __init__(self, order: EpochOrder) -> None:
        super().__init__()
        self._order = order

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Pass the epoch's number on."""
        self._order.epoch = epoch


def batches(x: Array, y: Array, size: int, order: EpochOrder) -> Any:
    """Return what `model.fit` takes as data: all batches of one epoch, each time it is asked.

    Args:
        x: patterns, shape (n, …).
        y: targets, shape (n, …).
        size: patterns in a batch; the last batch of an epoch may hold fewer.
        order: gives the order of patterns of the epoch that runs.
    """
    if keras.backend.backend() == "tensorflow":
        return _tensorflow_batches(x, y, size, order)
    return _ArrayBatches(x, y, size, order)


def _tensorflow_batches(x: Array, y: Array, size: int, order: EpochOrder) -> Any:
    """Return a tf.data.Dataset: indices of the epoch, cut into batches, gathered from x and y."""
    import tensorflow as tf

    whole = len(x) // size * size  # patterns in full batches

    def epoch(x: Any, y: Any) -> Any:
        indices = tf.ensure_shape(tf.numpy_function(order, [], tf.int64), [x.shape[0]])
        cut = tf.data.Dataset.from_tensor_slices(tf.reshape(indices[:whole], (-1, size)))
        if whole < x.shape[0]:
            cut = cut.concatenate(tf.data.Dataset.from_tensors(indices[whole:]))
        return cut.map(lambda batch: (tf.gather(x, batch), tf.gather(y, batch)))

    options = tf.data.Options()
    options.deterministic = True
    with tf.device("CPU"):  # a copy on the GPU would come back for every batch
        data = tf.data.Dataset.from_tensors((x, y))  # goes with the data set, not with a graph
    return (
        data.flat_map(epoch)
        .prefetch(8)
        .apply(tf.data.experimental.assert_cardinality(-(-len(x) // size)))
        .with_options(options)
    )


class _ArrayBatches(keras.utils.PyDataset):
    """The same batches for Keras on JAX or PyTorch."""

    def __init__(self, x: Array, y: Array, size: int, order: EpochOrder) -> None:
        super().__init__()
        self._x, self._y, self._size, self._order = x, y, size, order
        self._epoch, self._indices = -1, np.empty(0, np.int64)

    def __len__(self) -> int:
        return -(-len(self._x) // self._size)

    def __getitem__(self, k: int) -> tuple[Array, Array]:
        if self._epoch != self._order.epoch:
            self._epoch, self._indices = self._order.epoch, self._order()
        batch = self._indices[k * self._size : (k + 1) * self._size]
        return self._x[batch], self._y[batch]
