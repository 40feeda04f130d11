"""Dropout: units left out at random while the network learns, others for each pattern.

    y~_i = y_i m_i,  m_i = 0 with probability p, else 1 / (1 − p)         "inverted" dropout
    E_i = m_i f'(I_i) Σ_j w_ij E_j                                        the same m on the way back

So no unit can rely on another one's being there. What stays is scaled up, and the mean of what
the next layer receives is as it was; where the network is asked, nothing is left out or scaled.

The masks are a pure function of seed, epoch, batch and layer: a training that was stopped goes on
with the masks it would have had.

Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014; Keras's Dropout layer.

Example:
    >>> sent([np.ones((1, 2))], [np.array([[0.0, 2.0]])])[0].tolist()
    [[0.0, 2.0]]
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[np.floating]
Mask = Array | None  # None: nothing is left out

_MASKS = 4  # the use of the seed: 1, 2 and 3 are others (see seeding.py)


@dataclass(frozen=True)
class Dropout:
    """How large a share of the units is left out, and by which seed.

    Attributes:
        seed: a whole number, at least 0.
        inputs: share of the inputs left out, in [0, 1).
        hidden: share of each hidden layer's units left out, in [0, 1).
    """

    seed: int = 0
    inputs: float = 0.0
    hidden: float = 0.0

    def __bool__(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.inputs or self.hidden)

    def masks(
        self,
        epoch: int,
        batch: int,
        n_patterns: int,
        sending: Sequence[int],
        dtype: DTypeLike = "float32",
    ) -> list[Mask]:
        """Return the masks of one batch: 0 for what is left out, 1 / (1 − share) for what stays.

        Args:
            epoch: counted from 0.
            batch: number of the batch within the epoch, from 0.
            n_patterns: patterns in the batch.
            sending: units of each layer that sends: the inputs first, then the hidden layers.
            dtype: "float32" or "float64"; what is left out doesn't depend on it.

        Returns:
            A mask of shape (n_patterns, units) for each sending layer, or None where nothing is
            left out.

        Example:
            >>> Dropout(seed=0, hidden=0.5).masks(0, 0, 1, [3, 4])[0] is None
            True
        """
        random = np.random.default_rng([self.seed, _MASKS, epoch, batch])
        shares = [self.inputs] + [self.hidden] * (len(sending) - 1)
        return [
            mask(random, share, (n_patterns, units), dtype) if share else None
            for share, units in zip(shares, sending, strict=True)
        ]


def mask(
    random: np.random.Generator, share: float, shape: tuple[int, int], dtype: DTypeLike
) -> Array:
    """Return 0 for a random share of the units, and 1 / (1 − share) for the others.

    Args:
        random: the stream that decides.
        share: of the units, in (0, 1).
        shape: (patterns, units).
        dtype: "float32" or "float64".
    """
    stays = random.random(shape, dtype=np.float32) >= share  # (patterns, units)
    return np.multiply(stays, 1 / (1 - share), dtype=dtype)  # (patterns, units)


def sent(y: Sequence[Array], masks: Sequence[Mask]) -> list[Array]:
    """Return what each layer sends on: f(I) without what is left out.

    Args:
        y: x and the activations of the layers after it, each (batch, units).
        masks: of the layers that send, x first; no masks at all leave everything as it is.
    """
    kept = [with_mask(f_I, m) for f_I, m in zip(y, masks, strict=False)]
    return [*kept, *y[len(kept) :]]


def with_mask(values: Array, mask: Mask) -> Array:
    """Return the values times the mask, both (batch, units), or as they are for None."""
    return values if mask is None else values * mask
