"""Whether two networks are one: weights that nearly coincide, however they were disguised.

Networks of different seeds start from different weights, and training doesn't bring them together.
An input that is 0 in every training pattern (MNIST's border) never changes its weights at all.

The same network can be written in many ways: hidden units in any order; the signs of a sigmoid or
tanh unit's weights turned, f(−I) = 1 − f(I) or −f(I), and the next layer put right; a ReLU unit's
weights scaled, and those that leave it divided; linear units both. So nothing here depends on
order, sign or scale, whatever the activation: rows and columns are scaled until each row, and each
column, has one size (`balanced`), which also keeps huge weights of a border pixel from drowning the
rest. `distance` then matches units up to their sign, leaves out the quarter that fits worst, and
looks at the tenth of the inputs that differs least.

Measured on MNIST, 784-512-10, 5 epochs where nothing else stands here; accuracy falls only where
it is said:

    honest: different seeds                                          distance
    SGD, the 15 pairs of 6 seeds                                     0.86 – 0.88
    Adam 0.68; 32 hidden units 0.74; ReLU 1.18; 128-64 ReLU 1.09; 1 epoch 0.99
    digits, 64-32-10, the 190 pairs of 20 seeds; 20 epochs           0.72 – 0.91; 0.63
    digits, 64-16-10                                                 0.59
    copied, all of them candidates
    hidden units permuted, float16                                   0, below 0.001
    the signs of sigmoid, tanh or linear units turned; scaled units  0; below 0.001
    scaled; 60 or 120 border inputs drawn anew, ten times as large   0.06; 0.14
    noise of 1, 5, 10, 20, 30% of the weights' size                  0.01, 0.04, 0.08, 0.16, 0.24
    a constant on each row, 3 – 6%, 6 – 12%, 10 – 20% of its size    0.03, 0.07, 0.11
    the same on 48 rows, 10 – 20%                                    0.005
    10, 20, 25% of the units drawn anew (SGD: 3, 8, 7 points worse)  0.01, 0.02, 0.02
    trained on: 1 to 5 more epochs, β 0.05 to 1; with Adam           below 0.01; 0.06
    the same seed, 1 and 5 epochs; with ReLU; with Adam              0.06; 0.09; 0.30

`SIMILAR` lies between. Networks without a hidden layer (0.17 and more on MNIST) and those with few
inputs come near by themselves (Iris: 0.14 with 4 hidden units, 0.020 without, the nearest of 190
pairs), so only what nearly coincides counts there: `SIMILAR_SMALL`.

Which pairs to measure: `candidates` looks for neighbours among the `fingerprint`s, which hold
angles between sums of the inputs' weights: of all inputs, of the first 32 (a picture's border,
where initial weights stay), and of those in the middle. A copy has to be near in one of the three.
Of the 4,950 pairs of 100 honest networks none came near, nor of 1,770 with ReLU or 64 units, nor of
435 with Adam. All fingerprints are compared, as a product of matrices: 10,000 students take 7 s on
2 cores, and give at most some 4 pairs each.

Not among the candidates, though `distance` finds them: a constant of 20 – 40% on each row, noise of
50% on Adam's weights (0.36), and half of all inputs drawn anew (12 points of accuracy). Whoever
knows these sums and moves all weights by more than a tenth together can stay unseen, and so does a
network that was trained anew to answer like another.

Example:
    >>> kernel = np.array([[0.1, 0.7], [0.3, -0.2]])
    >>> one = [kernel, np.array([0.1, 0.2]), np.array([[1.0], [2.0]]), np.zeros(1)]
    >>> turned = [-kernel[:, ::-1], -one[1][::-1], one[2][::-1], one[3]]
    >>> fingerprint(one) == fingerprint(turned), distance(one, turned)
    (True, 0.0)
"""

import functools
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

FOLDED = 32  # sums of inputs' weights, whose angles make a sketch
ANGLES = FOLDED * (FOLDED - 1) // 2  # numbers of a sketch
SEVERAL = 200  # inputs from which on there are three sketches: all, the first, the middle
STREAM = 784  # seed of the sums' signs
LIMITS = (0.65, 0.65, 0.45)  # how near a candidate is in each; 1 for independent weights
LARGEST = 100.0  # a fingerprint's numbers are cut off there, √m of 10,000 units
CLOSEST = 4  # neighbours of each that are looked at
BLOCK = 512  # students compared with all others at once

ROUNDS = 3  # of scaling rows and columns in turn
KEPT = 0.75  # of the units: those that fit best
TENTH = 0.1  # of the inputs: those that differ least
WIDE = 2048  # units from which on the best matching takes too long
SIMILAR, SIMILAR_SMALL = 0.4, 0.01  # distances up to which weights are nearly the same
HONEST = 0.59  # the nearest of different seeds that was measured, where the first of them holds
FEW_INPUTS = 50  # below it, and without a hidden layer, the second of them holds


def balanced(arrays: Sequence[NDArray[Any]]) -> Array:
    """Return the first kernel with rows, and columns, scaled until each has one size.

    Without a hidden layer the mean of each row is taken off first: what all outputs have in common
    changes no answer of softmax.

    Args:
        arrays: [kernel (n, m), bias (m,), …], finite.

    Returns:
        Shape (n, m): each row with norm 1, or 0, all columns nearly of one norm.

    Example:
        >>> print(balanced([np.array([[3.0, 4.0], [4.0, 3.0]]), np.zeros(2), np.eye(2)]))
        [[0.6 0.8]
         [0.8 0.6]]
    """
    kernel = np.asarray(arrays[0])
    if kernel.dtype != np.float32:
        kernel = kernel.astype(np.float64)
    weights = _over_largest(kernel).astype(np.float32, copy=False)
    if len(arrays) == 2 and kernel.shape[1] > 1:
        weights = _over_largest(weights - weights.mean(axis=1, keepdims=True))
    sizes = np.abs(weights)
    weights *= _inverse(sizes.max(axis=0, initial=0.0))  # a 1 in each row and column
    squares = np.square(weights, out=sizes)
    rows = np.ones(len(weights), np.float32)
    for _ in range(ROUNDS):
        units = _inverse(np.einsum("n,nm->m", rows, squares))  # not @, whose threads cost more
        rows = _inverse(np.einsum("nm,m->n", squares, units))
    weights *= np.sqrt(rows)[:, None]
    weights *= np.sqrt(units)
    return weights


def _over_largest(kernel: NDArray[Any]) -> NDArray[Any]:
    """Return each row over the largest of its weights, so that no square overflows."""
    largest = np.maximum(kernel.max(axis=1, initial=0.0), -kernel.min(axis=1, initial=0.0))
    return kernel * _inverse(largest)[:, None]


def _inverse(sizes: NDArray[Any]) -> NDArray[Any]:
    """Return 1/x of each, and 0 for 0."""
    return np.divide(1, sizes, out=np.zeros_like(sizes), where=sizes > np.finfo(sizes.dtype).tiny)


# ── fingerprints ────────────────────────────────────────────────────────────────────────────────


def fingerprint(arrays: Sequence[NDArray[Any]]) -> tuple[float, ...]:
    """Return numbers that stay the same when hidden units change places, signs and scales.

        r_a = Σ_i ± w_i over the inputs i of sum a,   √m · (r_a · r_b) / (‖r_a‖ ‖r_b‖)

    Args:
        arrays: [kernel (n, m), bias (m,), kernel, bias, …], finite.

    Returns:
        The angles of 32 sums (fewer inputs: of as many), in [−√m, √m]: about 1 in size for
        independent weights. From 200 inputs on of three choices of inputs: 1,488 numbers.

    Example:
        >>> len(fingerprint([np.ones((784, 5)), np.zeros(5), np.ones((5, 2)), np.zeros(2)]))
        1488
    """
    kernel, *rest = arrays
    found = [
        _angles(balanced([kernel if some is None else kernel[some], *rest]), inputs, signs)
        for some, inputs, signs in _sketches(len(kernel))
    ]  # each balanced by itself, so that weights elsewhere change nothing
    return tuple(np.concatenate(found).astype(np.float64).round(2).tolist()) if found else ()


def _angles(weights: Array, inputs: NDArray[np.intp], signs: Array) -> Array:
    """Return the cosines of all pairs of sums, times √m; inputs and signs have shape (sums, k)."""
    sums = np.einsum("ak,akm->am", signs, weights[inputs])
    sums *= _inverse(np.linalg.norm(sums, axis=1))[:, None]
    cosines: Array = (sums @ sums.T)[np.triu_indices(len(sums), 1)]
    return cosines * np.float32(math.sqrt(weights.shape[1])) + np.float32(0)  # no −0


@functools.lru_cache(maxsize=8)
def _sketches(n: int) -> list[tuple[NDArray[np.intp] | None, NDArray[np.intp], Array]]:
    """Return the inputs of each sketch (None: all); which of those each sum adds; their signs.

    Where a sum has fewer inputs than others, the sign is 0.
    """
    draws = np.random.RandomState(STREAM)  # its numbers never change
    found = []
    for chosen in _chosen(n):
        order = draws.permutation(len(chosen))
        sums = min(FOLDED, len(order))
        room = -len(order) % sums
        signs = np.append(draws.choice((-1.0, 1.0), len(order)), np.zeros(room))
        inputs = np.append(order, np.zeros(room, order.dtype))
        found.append((chosen if len(chosen) < n else None, inputs.reshape(-1, sums).T,
                      signs.reshape(-1, sums).T.astype(np.float32)))  # fmt: skip
    return found


def _chosen(n: int) -> list[NDArray[np.intp]]:
    """Return the inputs of each sketch: all; then the first, and the middle of the picture."""
    every = np.arange(n)
    if n < SEVERAL:
        return [every] if n else []
    side = math.isqrt(n)
    quarter = side // 4
    if side * side == n:
        row, column = np.divmod(every, side)
        inner = [(quarter <= one) & (one < side - quarter) for one in (row, column)]
        middle = every[inner[0] & inner[1]]
    else:
        middle = every[n // 4 : n - n // 4]
    return [every, every[:FOLDED], middle]


def get_ready() -> None:
    """Import what `distance` needs, so that a process that may not open files can call it."""
    from scipy.optimize import linear_sum_assignment

    linear_sum_assignment(np.zeros((1, 1)))


# ── candidates ──────────────────────────────────────────────────────────────────────────────────


def candidates(fingerprints: Mapping[str, Sequence[float]]) -> list[tuple[str, str]]:
    """Return the pairs whose weights should be compared: near ones, a few for each.

    Args:
        fingerprints: of each student, by id; an empty one is left out.

    Returns:
        Pairs of ids, each sorted, in sorted order: at most some 4 for each student.

    Example:
        >>> candidates({"ada": (1.0, 2.0), "bob": (1.0, 2.0), "cyd": (0.5, -1.0)})
        [('ada', 'bob')]
    """
    groups: dict[bytes, list[str]] = {}
    for name in sorted(fingerprints):
        if fingerprints[name]:
            with np.errstate(over="ignore"):  # infinite is cut off below
                key = np.asarray(fingerprints[name], np.float32).tobytes()
            groups.setdefault(key, []).append(name)
    pairs = {pair for names in groups.values() for pair in _of_equals(names)}
    lengths: dict[int, list[bytes]] = {}
    for one in groups:
        lengths.setdefault(len(one), []).append(one)
    for some in lengths.values():
        numbers = np.frombuffer(b"".join(some), np.float32).reshape(len(some), -1)
        found = [(groups[some[i]][0], groups[some[k]][0]) for i, k in _near(numbers)]
        pairs |= {(min(pair), max(pair)) for pair in found}
    return sorted(pairs)


def _of_equals(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of equal fingerprints: each with the first, and with the one before it."""
    for before, name in itertools.pairwise(names):
        yield names[0], name
        yield before, name


def _near(numbers: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the pairs of rows, shape (n, length), that lie near each other; at most 4 a row."""
    found: dict[int, dict[int, float]] = {}
    cut = np.nan_to_num(numbers.clip(-LARGEST, LARGEST)).astype(np.float32)
    whole = cut.shape[1] != len(LIMITS) * ANGLES
    parts = [cut] if whole else np.split(cut, len(LIMITS), axis=1)
    for part, limit in zip(parts, LIMITS, strict=False):
        for i, k, apart in _neighbours(part, limit):
            found.setdefault(i, {})[k] = min(apart, found.get(i, {}).get(k, math.inf))
    return [
        (i, k)
        for i, others in found.items()
        for k in sorted(others, key=lambda k: (others[k], k))[:CLOSEST]
    ]


def _neighbours(part: Array, limit: float) -> Iterator[tuple[int, int, float]]:
    """Yield the nearest of each row up to a limit, with √(mean square / 2) over the limit."""
    squares = np.square(part).sum(axis=1)
    scale = 2 * part.shape[1] * limit**2
    for start in range(0, len(part), BLOCK):
        some = slice(start, start + BLOCK)
        apart = (squares[some, None] + squares - 2 * part[some] @ part.T) / scale
        apart[np.arange(len(apart)), np.arange(start, start + len(apart))] = np.inf  # itself
        for i in np.flatnonzero(apart.min(axis=1) <= 1):
            nearest = np.argpartition(apart[i], min(CLOSEST, len(part) - 1))[:CLOSEST]
            for k in nearest[apart[i][nearest] <= 1]:
                yield start + int(i), int(k), float(apart[i, k])


# ── distance ────────────────────────────────────────────────────────────────────────────────────


def distance(one: Sequence[NDArray[Any]], other: Sequence[NDArray[Any]]) -> float:
    """Return how far apart two networks' first layers are, balanced, hidden units matched.

        d_i = ‖w_i − w'_i‖ / √((‖w_i‖² + ‖w'_i‖²) / 2),   the lowest tenth of all inputs i

    Args:
        one, other: [kernel (n, m), bias (m,), …] each, finite.

    Returns:
        0 for the same network, about 1.4 for independent weights; ∞ for other shapes.

    Example:
        >>> kernel = np.array([[3.0, 4.0], [4.0, 3.0]])
        >>> rest = [np.zeros(2), np.ones((2, 1)), np.zeros(1)]
        >>> distance([kernel, *rest], [kernel[:, ::-1] * [-1, 1], *rest])
        0.0
    """
    if [np.shape(a) for a in one] != [np.shape(b) for b in other]:
        return float("inf")
    first, second = _evened(balanced(one)), _evened(balanced(other))
    if len(one) > 2:  # outputs have their places, hidden units don't
        first, second = _matched(first, second)
    apart = _apart(first, second)
    return round(float(np.quantile(apart, TENTH)), 5) if len(apart) else 0.0


def _evened(weights: Array) -> Array:
    """Return balanced weights with the unit's size taken anew, by the median of its weights.

    A third of the rows, drawn anew, moves a sum of squares, but hardly a median.
    """
    middle = np.median(np.abs(weights), axis=0)
    weights = weights * np.where(middle > 0, _inverse(middle), np.float32(1))
    return weights * _inverse(np.linalg.norm(weights, axis=1))[:, None]


def _apart(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Return the relative distance of each row, rows that are 0 in both left out."""
    size = np.sqrt((np.square(one).sum(axis=1) + np.square(other).sum(axis=1)) / 2)
    return np.linalg.norm(one - other, axis=1)[size > 0] / size[size > 0]


def _matched(one: Array, other: Array) -> tuple[Array, Array]:
    """Return both with units that stand for each other side by side, those that fit best."""
    other = other[:, _order(one, other)]
    turned = other * np.where(np.einsum("im,im->m", one, other) < 0, np.float32(-1), np.float32(1))
    left = np.square(one - turned).sum(axis=0)
    kept = np.argsort(left, kind="stable")[: math.ceil(KEPT * len(left))]
    return one[:, kept], turned[:, kept]


def _order(one: Array, other: Array) -> NDArray[np.intp]:
    """Return which unit of the other network stands for each, up to its sign, shape (m,).

    In wide layers it is the closest, which several may share: a lower bound of the distance.
    """
    units = one.shape[1]
    if units > WIDE:
        blocks = (_cost(one[:, k : k + 256], other).argmin(axis=1) for k in range(0, units, 256))
        return np.concatenate(list(blocks))
    from scipy.optimize import linear_sum_assignment

    order: NDArray[np.intp] = linear_sum_assignment(_cost(one, other))[1]
    return order


def _cost(one: Array, other: Array) -> Array:
    """Return the squared distances of all units to all, less what is the same in a row."""
    cost: Array = np.square(other).sum(axis=0) - 2 * np.abs(one.T @ other)
    return cost


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


def _over(weights: NDArray[Any], largest: float) -> NDArray[np.float64]:
    """Return weights over the largest of them, so that no square overflows."""
    numbers = np.asarray(weights, np.float64)
    return numbers / float(largest) if largest > 0 else numbers
