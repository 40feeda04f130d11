"""Batches for Keras's fit, in the package's own order of patterns.

Keras shuffles with a generator of its own, whose state a stopped training loses. Here the order
of each epoch is a pure function of seed and epoch (seeding.py), and Keras is told not to shuffle.
The patterns stay where they are, in NumPy's arrays: TensorFlow gets copies of a few thousand at a
time, which saves the memory of another whole copy.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
Order = Callable[[int], NDArray[np.integer]]  # epoch → indices of the patterns
Patterns = Callable[[int], Array]  # epoch → x of that epoch

AT_ONCE = 4096  # patterns that are copied at a time, about


class Presented:
    """What an epoch presents: patterns and targets, in the order that is due.

    TensorFlow keeps the functions that a data pipeline calls, and so this object; `close` lets
    its arrays go.

    Args:
        patterns: a function from the epoch to x, shape (n, …), always of the same shape.
        y: targets, shape (n, …).
        size: patterns in a batch; the last batch of an epoch may hold fewer.
        order: a function from the epoch to the order of patterns.
        epoch: the epoch to begin with.
        batch: the batch of every epoch to begin with; above 0 only to finish an epoch.
    """

    def __init__(
        self, patterns: Patterns, y: Array, size: int, order: Order, epoch: int, batch: int = 0
    ) -> None:
        self._patterns, self._order = patterns, order
        self.size, self.n, self.first = size, len(y), batch * size
        self.x, self.y = patterns(epoch), y
        self.indices = np.empty(0, np.int64)
        self.begin(epoch)

    @property
    def steps(self) -> int:
        """How many batches an epoch has from where it begins."""
        return -(-(self.n - self.first) // self.size)

    def begin(self, epoch: int) -> None:
        """Take the patterns and the order of an epoch."""
        self.x = self._patterns(epoch)
        self.indices = np.asarray(self._order(epoch), np.int64)

    def part(self, start: int, stop: int) -> tuple[Array, Array]:
        """Return x and y of the patterns that come at these places of the order."""
        chosen = self.indices[start:stop]
        return self.x[chosen], self.y[chosen]

    def close(self) -> None:
        """Let the arrays go."""
        self.x = self.y = self.indices = np.empty(0, np.float32)
        self._patterns = self._order = lambda epoch: np.empty(0, np.int64)


class Follow(keras.callbacks.Callback):
    """Tells what is presented which epoch begins; Keras asks for its batches after this."""

    def __init__(self, presented: Presented) -> None:
        super().__init__()
        self._presented = presented

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Pass the epoch's number on."""
        self._presented.begin(epoch)


def batches(presented: Presented) -> Any:
    """Return what `model.fit` takes as data: all batches of one epoch, each time it is asked."""
    if keras.backend.backend() == "tensorflow":
        return _tensorflow_batches(presented)
    return _ArrayBatches(presented)


def _tensorflow_batches(presented: Presented) -> Any:
    """Return a tf.data.Dataset: a few thousand patterns at a time, cut into batches."""
    import tensorflow as tf

    size, n, first = presented.size, presented.n, presented.first
    whole = n // size * size  # patterns in full batches
    step = max(AT_ONCE // size, 1) * size
    x, y = presented.x, presented.y
    kinds = (tf.as_dtype(x.dtype), tf.as_dtype(y.dtype))

    def copied(start: Any, stop: Any) -> tuple[Any, Any]:
        found = tf.numpy_function(presented.part, [start, stop], kinds)
        return (tf.ensure_shape(found[0], (None, *x.shape[1:])),
                tf.ensure_shape(found[1], (None, *y.shape[1:])))  # fmt: skip

    def cut(x_part: Any, y_part: Any) -> Any:
        in_batches = (tf.reshape(x_part, (-1, size, *x.shape[1:])),
                      tf.reshape(y_part, (-1, size, *y.shape[1:])))  # fmt: skip
        return tf.data.Dataset.from_tensor_slices(in_batches)

    with tf.device("CPU"):  # a copy on the GPU would come back for every batch
        starts = tf.data.Dataset.range(first, whole, step)
        data = starts.map(lambda start: copied(start, tf.minimum(start + step, whole)))
        data = data.prefetch(2).flat_map(cut)
        if whole < n:
            rest = tf.data.Dataset.from_tensors(whole).map(lambda start: copied(start, n))
            data = data.concatenate(rest)
    options = tf.data.Options()
    options.deterministic = True
    counted = tf.data.experimental.assert_cardinality(presented.steps)
    return data.prefetch(8).apply(counted).with_options(options)


class _ArrayBatches(keras.utils.PyDataset):
    """The same batches for Keras on JAX or PyTorch."""

    def __init__(self, presented: Presented) -> None:
        super().__init__()
        self._presented = presented

    def __len__(self) -> int:
        return self._presented.steps

    def __getitem__(self, k: int) -> tuple[Array, Array]:
        start = self._presented.first + k * self._presented.size
        return self._presented.part(start, start + self._presented.size)
