"""Everything random, as pure functions of a seed: initial weights and the order of patterns.

Both engines start from these weights and present the patterns in this order, so that they can be
held against each other weight by weight, and so that a training that was stopped goes on exactly
where it was: the order of epoch 7 doesn't depend on how epoch 6 was run.

Each use has a random stream of its own, numpy's PCG64 seeded with (seed, use, index).

Example:
    >>> from mnistlab.seeding import pattern_order
    >>> sorted(pattern_order(5, epoch=0, seed=0).tolist())
    [0, 1, 2, 3, 4]
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from mnistlab.checks import choice
from mnistlab.errors import InputError

ORDERS = ("random", "stored", "sorted")

# The uses, each with its own stream; 3 is deformations.py's, 4 classic/dropout.py's.
_WEIGHTS, _ORDER, _KERAS_DROPOUT = 1, 2, 5


def stream(seed: int, use: int, index: int) -> np.random.Generator:
    """Return the random stream of one use, such as the weights of layer `index`."""
    return np.random.default_rng([seed, use, index])


def glorot_uniform(
    n_in: int, n_out: int, seed: int, layer: int = 0, dtype: DTypeLike = "float32"
) -> NDArray[np.floating]:
    """Return initial weights: small, random, and of a size that keeps the signals' size.

        w_ij ~ Uniform(−limit, limit),  limit = √(6 / (n_in + n_out))

    Args:
        n_in: units that send, at least 1.
        n_out: units that receive, at least 1.
        seed: a whole number, at least 0.
        layer: which layer of the network, from 0; each has its own random stream.
        dtype: "float32" or "float64"; the float32 weights are the float64 ones, rounded.

    Returns:
        Weights of shape (n_in, n_out).

    Source: Glorot and Bengio 2010; Keras's default for Dense layers.

    Example:
        >>> glorot_uniform(784, 512, seed=0).shape
        (784, 512)
    """
    limit = np.sqrt(6 / (n_in + n_out))
    weights = stream(seed, _WEIGHTS, layer).uniform(-limit, limit, (n_in, n_out))
    return weights.astype(dtype)  # (n_in, n_out)


def initial_weights(
    layer_sizes: Sequence[int], seed: int, dtype: DTypeLike = "float32"
) -> list[NDArray[np.floating]]:
    """Return [kernel, bias, kernel, bias, …] for the layers, in Keras's order; biases start at 0.

    Args:
        layer_sizes: units of each layer, the inputs first: (784, 512, 10).
        seed: a whole number, at least 0.
        dtype: "float32" or "float64".

    Returns:
        For (784, 512, 10): arrays of shape (784, 512), (512,), (512, 10), (10,).

    Example:
        >>> [w.shape for w in initial_weights((4, 4, 3), seed=0)]
        [(4, 4), (4,), (4, 3), (3,)]
    """
    weights: list[NDArray[np.floating]] = []
    for layer, (n_in, n_out) in enumerate(itertools.pairwise(layer_sizes)):
        weights.append(glorot_uniform(n_in, n_out, seed, layer, dtype))
        weights.append(np.zeros(n_out, dtype))
    return weights


def dropout_seed(seed: int, layer: int) -> int:
    """Return the seed of a Keras Dropout layer, below 2³¹, another one for each layer."""
    return int(stream(seed, _KERAS_DROPOUT, layer).integers(2**31))


def pattern_order(
    n: int,
    epoch: int,
    seed: int,
    order: str = "random",
    labels: NDArray[np.integer] | None = None,
) -> NDArray[np.int64]:
    """Return the order in which an epoch presents the patterns.

    Args:
        n: how many patterns there are.
        epoch: which epoch, from 0; with "random" each has an order of its own.
        seed: a whole number, at least 0.
        order: "random" (without replacement: stochastic), "stored" (as they lie in the data
            set), or "sorted" (by label, and as stored within a label).
        labels: the label of each pattern, shape (n,); needed for "sorted".

    Returns:
        The indices 0 … n − 1, each once, shape (n,).

    Raises:
        InputError: an unknown order, or "sorted" without labels.

    Source: the lecture, "In what order do we present the patterns?"

    Example:
        >>> pattern_order(4, epoch=0, seed=0, order="stored").tolist()
        [0, 1, 2, 3]
    """
    order = choice("order", order, ORDERS)
    if order == "stored":
        return np.arange(n)
    if order == "random":
        return stream(seed, _ORDER, epoch).permutation(n)
    if labels is None or np.ndim(labels) != 1:
        raise InputError(
            "order='sorted' sorts by label, so it needs integer labels; "
            "give them, or take order='random' or 'stored'."
        )
    return np.argsort(labels, kind="stable")
