"""plane_of: the plane through weight space in which a training moved most, and its path.

A network of 407,050 weights has an error over as many dimensions. A picture shows two of them:
the plane (a, b) ↦ weights + a · direction 1 + b · direction 2. grid_of computes the error there,
and error_surface draws it.

Source: Li, Xu, Taylor, Studer and Goldstein 2018, "Visualizing the loss landscape of neural nets"
(section 7, principal components of the path).

Example:
    >>> plane = plane_of([[[3.0, 0.0]], [[1.0, 1.0]], [[0.0, 0.0]]])
    >>> plane.path.round(2).tolist()[-1], round(plane.share, 6)
    ([0.0, 0.0], 1.0)
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import whole
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers

Floats = NDArray[np.float64]

POINTS = 25  # along each direction, where nothing else is said


class Plane(NamedTuple):
    """A plane through weight space: weights + a · direction 1 + b · direction 2.

    Attributes:
        directions: two directions of length 1 at right angles, (2, weights), float64.
        path: (a, b) of each epoch's weights, put down straight on the plane, (epochs, 2);
            the last epoch lies at (0, 0).
        share: how much of the squared distances from the last epoch lies in the plane, in [0, 1].
    """

    directions: Floats
    path: Floats
    share: float

    def axes(self, points: int = POINTS) -> tuple[Floats, Floats]:
        """Return a and b of a grid that holds the path with room around: (points,) each."""
        return around(self.path, points)


def plane_of(weights_path: Sequence[Sequence[ArrayLike]]) -> Plane:
    """Return the plane through the last weights in which a training moved most.

        W_e = weights after epoch e − last weights;  W = U S V^T;  directions = V_1, V_2

    The two directions are the first principal components of the path, their signs such that the
    training begins at a, b ≤ 0. All weights of all epochs are held at once, 8 bytes each:
    407,050 weights over 30 epochs are 98 MB.

    Args:
        weights_path: the weights at the start and after each epoch, at least three times, each
            as `network.get_weights()` gives them: [kernel, bias, kernel, bias, …].

    Returns:
        The plane; its `path` and `axes()` are what error_surface and grid_of take.

    Raises:
        InputError: fewer than three, weights of different networks or that aren't finite, or
            weights that didn't move.

    Source: Li et al. 2018, section 7.

    Example:
        >>> plane = plane_of([[[4.0], [3.0]], [[4.0], [0.0]], [[0.0], [0.0]]])
        >>> plane.share, bool((plane.path[-1] == 0).all())
        (1.0, True)
    """
    flat = _flat_path(weights_path)  # (epochs, weights)
    moved = flat - flat[-1]  # (epochs, weights)
    if not moved.any():
        raise InputError(
            "The weights are the same after every epoch, so there is no direction to look along. "
            "Give copies: network.get_weights() after each epoch."
        )
    _, sizes, directions = np.linalg.svd(moved, full_matrices=False)  # (k,), (k, weights)
    directions = directions[:2]  # (2, weights)
    directions[moved[0] @ directions.T > 0] *= -1
    share = float(np.sum(sizes[:2] ** 2) / np.sum(sizes**2))
    return Plane(directions, moved @ directions.T, min(share, 1.0))


def around(path: ArrayLike, points: int = POINTS) -> tuple[Floats, Floats]:
    """Return a and b of a grid around a path, (points,) each, with a quarter more on each side.

    Example:
        >>> [axis.tolist() for axis in around([[0, 0], [4, 2]], points=3)]
        [[-1.0, 2.0, 5.0], [-0.5, 1.0, 2.5]]
    """
    count = whole("points", points, minimum=2)
    low, high = np.min(path, axis=0), np.max(path, axis=0)  # (2,) each
    room = np.maximum((high - low) / 4, (high - low).max() / 8)  # (2,)
    room[room == 0] = 1.0
    ends = np.stack([low - room, high + room])  # (2, 2)
    return np.linspace(ends[0, 0], ends[1, 0], count), np.linspace(ends[0, 1], ends[1, 1], count)


def _flat_path(weights_path: Sequence[Sequence[ArrayLike]]) -> Floats:
    """Return the weights of each epoch in one row, (epochs, weights), or raise InputError."""
    rows = [_flat(weights) for weights in weights_path]
    if len(rows) < 3:
        raise InputError(
            f"A plane needs the weights of at least three moments, but got {len(rows)}. "
            "Give those at the start and after each of two epochs or more."
        )
    sizes = sorted({len(row) for row in rows})
    if len(sizes) > 1 or sizes[0] < 2:
        raise InputError(
            f"Every epoch must have the same number of weights, at least 2, but got {sizes}. "
            "Give network.get_weights() of one network after each epoch."
        )
    return np.stack(rows)


def _flat(weights: Sequence[ArrayLike]) -> Floats:
    """Return one network's weights in one row, (weights,)."""
    if not len(weights):
        raise InputError("An epoch has no weights. Give network.get_weights() of each.")
    row = np.concatenate([numbers("weights", w).ravel() for w in weights]).astype(np.float64)
    if not np.isfinite(row).all():
        raise InputError(
            "The weights hold NaN or infinity: the training diverged. "
            "Train again with a smaller learning rate."
        )
    return row
