"""Whether two networks are one: weights that nearly coincide, hidden units in any order.

Networks of different seeds start from different weights, and training doesn't bring them together.
An input that is 0 in every training pattern (MNIST's border) never changes its weights at all. So
`distance` looks at the inputs whose weights differ least, and a copy stays near however it was
trained on, and however many of its weights were made anew, up to nine tenths of the inputs.

Measured on MNIST, 784-512-10, 5 epochs where nothing else stands here:

    honest: different seeds                                    distance
    SGD, the 28 pairs of 8 seeds                               0.86 – 0.88
    SGD, 10 epochs 0.85; Adam 0.77; ReLU 1.17; 128-64 ReLU 1.08; 32 hidden units 0.88
    digits, 64-32-10, the 190 pairs of 20 seeds                0.76 – 0.88
    copied
    hidden units permuted, float16                             0, below 0.001
    trained on: 1 to 20 more epochs, β 0.1 to 1; with Adam     below 0.0001; 0.08
    noise of 1, 5, 10, 20, 30, 50% of the weights' size        0.007, 0.03, 0.07, 0.14, 0.20, 0.33
    weights of border pixels drawn anew                        0
    the same seed, both engines; 1 and 10 epochs               0; below 0.0001

`SIMILAR` lies between. Networks without a hidden layer (0.16 and more on MNIST) and those with few
inputs come near by themselves (Iris: 0.07 with 4 hidden units, 0.019 without, the nearest of 190
pairs), so only what nearly coincides counts there: `SIMILAR_SMALL`.

Which pairs to measure: `candidates` looks for neighbours among the fingerprints, band by band, so
that it is enough for a copy to have kept a few inputs' weights. 1,000 honest fingerprints give
some 100 pairs of 499,500. Noise from 30% on may pass unseen there; and scaling ReLU units, or
turning the sign of tanh units, makes other weights of the same network, which nothing here finds.

Example:
    >>> kernel = np.array([[0.1, 0.7], [0.3, -0.2]])
    >>> one = [kernel, np.array([0.1, 0.2]), np.array([[1.0], [2.0]]), np.zeros(1)]
    >>> turned = [kernel[:, ::-1], one[1][::-1], one[2][::-1], one[3]]
    >>> fingerprint(one) == fingerprint(turned), distance(one, turned)
    (True, 0.0)
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ROWS = 48  # inputs, evenly spaced, whose weights make a fingerprint
BANDS = ((2, 0.01), (4, 0.15), (8, 0.8))  # so many numbers in a row, at most so far apart
CLOSEST = 4  # neighbours of each that are looked at
TENTH, NEAR = 0.1, 0.06  # a tenth of a candidate's numbers lie at most so far from the other's
WIDE = 2048  # units from which on the best matching takes too long
SIMILAR, SIMILAR_SMALL = 0.4, 0.01  # distances up to which weights are nearly the same
FEW_INPUTS = 50  # below it, and without a hidden layer, the second of them holds


def fingerprint(arrays: Sequence[NDArray[Any]]) -> tuple[float, ...]:
    """Return numbers that stay the same when hidden units change places.

    Args:
        arrays: [kernel (n, m), bias (m,), kernel, bias, …], finite.

    Returns:
        For each of at most 48 inputs, evenly spaced: the sum of the weights that leave it over
        their norm, in [−√m, √m].

    Example:
        >>> fingerprint([np.array([[3.0, 4.0], [1.0, 0.0]]), np.zeros(2)])
        (1.4, 1.0)
    """
    kernel = _over(arrays[0], np.abs(arrays[0]).max(initial=0.0))  # (n, m)
    chosen = kernel[np.linspace(0, len(kernel) - 1, min(ROWS, len(kernel))).round().astype(int)]
    norms = np.linalg.norm(chosen, axis=1)
    numbers = np.divide(chosen.sum(axis=1), norms, out=np.zeros(len(chosen)), where=norms > 0)
    return tuple(float(f"{one:.5g}") for one in numbers)


def _over(weights: NDArray[Any], largest: float) -> Array:
    """Return weights over the largest of them, so that no square overflows."""
    numbers = np.asarray(weights, np.float64)
    return numbers / float(largest) if largest > 0 else numbers


def get_ready() -> None:
    """Import what `distance` needs, so that a process that may not open files can call it."""
    from scipy.optimize import linear_sum_assignment

    linear_sum_assignment(np.zeros((1, 1)))


# ── candidates ──────────────────────────────────────────────────────────────────────────────────


def candidates(fingerprints: Mapping[str, Sequence[float]]) -> list[tuple[str, str]]:
    """Return the pairs whose weights should be compared, without looking at all pairs.

    Args:
        fingerprints: of each student, by id; an empty one is left out.

    Returns:
        Pairs of ids, each sorted, in sorted order: some 4 for each student who has any.

    Example:
        >>> candidates({"ada": (1.0, 2.0), "bob": (1.0, 2.0), "cyd": (0.5, -1.0)})
        [('ada', 'bob')]
    """
    groups: dict[tuple[float, ...], list[str]] = {}
    for name in sorted(fingerprints):
        if fingerprints[name]:
            groups.setdefault(tuple(fingerprints[name]), []).append(name)
    pairs = {pair for names in groups.values() for pair in _of_equals(names)}
    for length in {len(one) for one in groups}:
        some = [one for one in groups if len(one) == length]
        numbers = np.array(some)
        found = [(groups[some[i]][0], groups[some[k]][0]) for i, k in _near(numbers)]
        pairs |= {(min(pair), max(pair)) for pair in found}
    return sorted(pairs)


def _of_equals(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of equal fingerprints: each with the first, and with the one before it."""
    for before, name in itertools.pairwise(names):
        yield names[0], name
        yield before, name


def _near(numbers: Array) -> list[tuple[int, int]]:
    """Return the pairs of rows, shape (n, length), that lie near each other; at most 4 a row."""
    found: dict[int, dict[int, float]] = {}
    for i, k in set(_in_a_band(numbers)):
        apart = np.abs(numbers[i] - numbers[k])
        if np.quantile(apart, TENTH) <= NEAR:
            found.setdefault(i, {})[k] = found.setdefault(k, {})[i] = float(np.median(apart))
    return [
        (i, k)
        for i, others in found.items()
        for k in sorted(others, key=lambda k: (others[k], k))[:CLOSEST]
    ]


def _in_a_band(numbers: Array) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows that lie near each other in one of the bands."""
    n, length = numbers.shape
    if n < 2:
        return
    from scipy.spatial import cKDTree  # only here, where many are compared

    for width, radius in BANDS:
        for start in range(0, length, width):
            band = numbers[:, start : start + width]
            _, others = cKDTree(band).query(band, CLOSEST + 1, distance_upper_bound=radius)
            for i, k in zip(*np.nonzero(others < n), strict=True):
                if others[i, k] != i:
                    yield int(min(i, others[i, k])), int(max(i, others[i, k]))


# ── distance ────────────────────────────────────────────────────────────────────────────────────


def distance(one: Sequence[NDArray[Any]], other: Sequence[NDArray[Any]]) -> float:
    """Return how far apart two networks' first layers are, hidden units matched.

        d_i = ‖w_i − w'_i‖ / √((‖w_i‖² + ‖w'_i‖²) / 2),   the lowest tenth of all inputs i

    Args:
        one, other: [kernel (n, m), bias (m,), …] each, finite.

    Returns:
        0 for the same network, about 1.4 for independent weights; ∞ for other shapes.

    Example:
        >>> kernel = np.array([[3.0, 4.0], [1.0, 0.0]])
        >>> distance([kernel, np.zeros(2)], [kernel * 1.1, np.zeros(2)])  # doctest: +ELLIPSIS
        0.0951...
    """
    if [np.shape(a) for a in one] != [np.shape(b) for b in other]:
        return float("inf")
    largest = max(float(np.abs(part).max(initial=0.0)) for net in (one, other) for part in net[:2])
    first, second = (np.vstack([_over(net[0], largest), _over(net[1], largest)])
                     for net in (one, other))  # fmt: skip
    if len(one) > 2:  # outputs have their places, hidden units don't
        order = _matched(first.T, second.T)
        if order is None:
            return 0.0
        second = second[:, order]
    apart = _apart(first[:-1], second[:-1])
    return float(np.quantile(apart, TENTH)) if len(apart) else 0.0


def _apart(one: Array, other: Array) -> Array:
    """Return the relative distance of each row, rows that are 0 in both left out."""
    size = np.sqrt((np.square(one).sum(axis=1) + np.square(other).sum(axis=1)) / 2)
    return np.linalg.norm(one - other, axis=1)[size > 0] / size[size > 0]


def _matched(one: Array, other: Array) -> NDArray[np.intp] | None:
    """Return which unit of the other network stands for each, shape (m,); None: all are equal.

    Args:
        one, other: shape (m, n + 1), a unit's weights and bias in a row.
    """
    if sorted(row.tobytes() for row in one) == sorted(row.tobytes() for row in other):
        return None
    if len(one) > WIDE:
        return _closest(one, other)
    from scipy.optimize import linear_sum_assignment

    order: NDArray[np.intp] = linear_sum_assignment(_cost(one, other))[1]
    return order


def _cost(one: Array, other: Array) -> Array:
    """Return the squared distances of all units to all, less what is the same in a row."""
    return np.square(other).sum(axis=1) - 2 * one @ other.T


def _closest(one: Array, other: Array) -> NDArray[np.intp]:
    """Return the closest unit for each, which several may share: a lower bound of the distance."""
    blocks = [_cost(one[k : k + 256], other).argmin(axis=1) for k in range(0, len(one), 256)]
    return np.concatenate(blocks)


def alike(apart: float, layer_sizes: Sequence[int]) -> bool:
    """Return whether a distance is one that networks of different seeds don't come to.

    Example:
        >>> alike(0.2, (784, 512, 10)), alike(0.2, (4, 4, 3))
        (True, False)
    """
    return apart <= (SIMILAR_SMALL if come_near(layer_sizes) else SIMILAR)


def come_near(layer_sizes: Sequence[int]) -> bool:
    """Return whether such networks come near each other by themselves: few inputs, one layer."""
    return len(layer_sizes) < 3 or layer_sizes[0] < FEW_INPUTS


def drift(one: Sequence[NDArray[Any]], other: Sequence[NDArray[Any]]) -> float:
    """Return how far apart all weights and biases are, units in their places; ∞ for other shapes.

        ‖w − w'‖ / √((‖w‖² + ‖w'‖²) / 2)

    Example:
        >>> drift([np.ones((1, 2)), np.zeros(2)], [np.ones((1, 2)), np.zeros(2)])
        0.0
    """
    if [np.shape(a) for a in one] != [np.shape(b) for b in other]:
        return float("inf")
    largest = max(float(np.abs(part).max(initial=0.0)) for part in (*one, *other))
    first, second = (np.concatenate([_over(part, largest).ravel() for part in net])
                     for net in (one, other))  # fmt: skip
    apart = _apart(first[None], second[None])
    return float(apart[0]) if len(apart) else 0.0
