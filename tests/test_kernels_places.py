"""The kernels' bits don't depend on where in memory their arrays lie.

A loop that writes to one array and reads another may be compiled twice, for arrays that may overlap
and for those that don't, and choose by their addresses. What it computes must be the same.
"""

import numpy as np
import pytest

from mnistlab.classic import kernels
from test_kernels import make

PLACES = 61  # a prime, and more than there are arrays
LINE = 64  # bytes: where an array may begin


class Memory:
    """One piece of memory; the arrays asked for lie in it without gaps, in an order of their own.

    With steps 1, 2, … 60 each array comes to lie right behind each other one.
    """

    def __init__(self, sizes, step):
        assert len(sizes) <= PLACES
        order = [k * step % PLACES for k in range(PLACES)]
        self.places, end = {}, 0
        for k in order:
            if k < len(sizes):
                self.places[k], end = end, end + sizes[k]
        self.memory = np.zeros(end + LINE, np.uint8)
        self.first = -self.memory.ctypes.data % LINE
        self.asked = 0

    def zeros(self, shape, dtype):
        start = self.first + self.places[self.asked]
        self.asked += 1
        n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        return self.memory[start : start + n_bytes].view(dtype).reshape(shape)


@pytest.mark.parametrize("batch_size", [1, 32, 129])  # in a block; several; a batch of two blocks
@pytest.mark.parametrize(
    ("hidden", "output", "dtype", "n_out"),
    [
        ("sigmoid", "softmax", np.float32, 5),
        ("sigmoid", "softmax", np.float64, 5),
        ("sigmoid", "softmax", np.float32, 17),  # more than a vector register holds
        ("tanh", "sigmoid", np.float32, 17),
        ("relu", "sigmoid", np.float64, 5),
    ],
)
def test_the_same_bits_wherever_arrays_lie(monkeypatch, batch_size, hidden, output, dtype, n_out):
    x, desired, start = make(200, 40, 70, n_out, dtype=dtype)
    sizes, zeros = [], kernels._zeros

    def trained():
        weights = [w.copy() for w in start]
        sums = kernels.train_epoch(weights, kernels.Patterns(x, desired), np.arange(200),
                                   batch_size, 0.1, hidden, output)  # fmt: skip
        return sums, [w.tobytes() for w in weights]

    def noted(shape, dtype):
        array = zeros(shape, dtype)
        sizes.append(-(-array.nbytes // LINE) * LINE)
        return array

    monkeypatch.setattr(kernels, "_zeros", noted)
    expected = trained()
    for step in range(1, PLACES):
        memory = Memory(sizes, step)
        monkeypatch.setattr(kernels, "_zeros", memory.zeros)
        assert trained() == expected, f"with arrays placed by steps of {step}"
        assert memory.asked == len(sizes)
