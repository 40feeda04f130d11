"""The error of a linear unit with two weights, and gradient descent on it.

        E_p = desired_p − w · x_p
        error(w) = Σ_p E_p² / n
        w_new = w_old + β (2/n) Σ_p E_p x_p

Example:
    >>> bowl = Bowl(np.eye(2), np.array([2.0, 3.0]))
    >>> bowl.errors(np.array([0.0, 0.0])).item(), bowl.foot(np.zeros(2)).tolist()
    (6.5, [2.0, 3.0])
    >>> descend(bowl, 0.5, np.zeros(2), 2, foot=np.array([2.0, 3.0]), reach=9.0).places.tolist()
    [[0.0, 0.0], [1.0, 1.5], [1.5, 2.25]]
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Bowl(NamedTuple):
    """The mean squared error of a linear unit: |d − X w|² / n."""

    x: Floats  # (n, 2)
    desired: Floats  # (n,)

    def errors(self, weights: Floats) -> Floats:
        """Return the mean squared error at each place: (..., 2) → (...)."""
        foot = self.foot(np.zeros(2))  # (2,)
        off = weights - foot  # (..., 2)
        curve = self.x.T @ self.x / len(self.x)  # (2, 2)
        least = np.mean((self.desired - self.x @ foot) ** 2)
        # the same as |d − X w|² / n, without a number for each pattern at each place
        return np.asarray(least + np.sum((off @ curve) * off, axis=-1), np.float64)  # (...)

    def curvatures(self) -> Floats:
        """Return the eigenvalues of 2 XᵀX / n, the smaller one first: (2,)."""
        return np.asarray(np.linalg.eigvalsh(2 * self.x.T @ self.x / len(self.x)), np.float64)

    def foot(self, start: Floats) -> Floats:
        """Return the weights of the least error; of a valley, the ones closest to `start`: (2,)."""
        return start + np.linalg.pinv(self.x) @ (self.desired - self.x @ start)  # (2,)


class Descent(NamedTuple):
    """A path of gradient descent: its places, and the step at which it left the picture."""

    beta: float
    places: Floats  # (steps + 1, 2); the last one on the border where it left
    left: int  # 0: it stayed inside


def descend(
    bowl: Bowl, beta: float, start: Floats, steps: int, foot: Floats, reach: float
) -> Descent:
    """Go downhill step by step, until the steps are done or the path leaves the picture.

    The picture reaches as far as `reach` from `foot` in each direction.
    """
    places = [start]
    for step in range(1, steps + 1):
        here = places[-1]
        off = bowl.desired - bowl.x @ here  # (n,)
        downhill = 2 / len(bowl.x) * off @ bowl.x  # (2,)
        with np.errstate(over="ignore"):
            there = here + beta * downhill  # (2,)
        if np.abs(there - foot).max() > reach:
            places.append(_crossing(here, downhill, foot, reach))
            return Descent(beta, np.array(places), step)
        places.append(there)
    return Descent(beta, np.array(places), 0)


def _crossing(here: Floats, move: Floats, foot: Floats, reach: float) -> Floats:
    """Return where the way from here in the direction of move meets the picture's border: (2,)."""
    ways = [
        (middle + np.sign(step) * reach - place) / step
        for place, step, middle in zip(here, move, foot, strict=True)
        if step
    ]
    return np.asarray(here + min(ways) * move)  # (2,)
