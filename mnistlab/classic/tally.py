"""Loss, accuracy and errors over the patterns seen so far, kept as sums."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mnistlab.classic import units
from mnistlab.classic.units import Array

SUMS = ("loss", "hits", "absolute_error", "patterns")


class Tally:
    """Running sums over the patterns seen, and the means that are made of them.

    Args:
        loss: which error the output units have.
        activation: the output units' f.
        sums: what an earlier tally had seen, by the names of `SUMS`; None: nothing.

    Attributes:
        absolute_error: Σ |desired − actual| over patterns and outputs: signed errors would cancel.
    """

    def __init__(self, loss: str, activation: str, sums: Mapping[str, float] | None = None) -> None:
        sums = sums or dict.fromkeys(SUMS, 0)
        self._loss, self._activation = loss, activation
        self._total = float(sums["loss"])
        self._right, self._seen = int(sums["hits"]), int(sums["patterns"])
        self.absolute_error = float(sums["absolute_error"])

    def add(self, net_input: Array, output: Array, desired: Array) -> None:
        """Count a batch: I, f(I) and d at the output, each (batch, outputs)."""
        losses = units.loss(self._loss, self._activation, net_input, output, desired)  # (batch,)
        self.add_sums(
            float(losses.sum(dtype=np.float64)),
            int(np.count_nonzero(hits(output, desired))),
            float(np.abs(desired - output).sum(dtype=np.float64)),
            len(output),
        )

    def add_sums(self, loss: float, right: int, absolute_error: float, patterns: int) -> None:
        """Count patterns by their sums: loss, how many were recognised, Σ |d − a|."""
        self._total += loss
        self._right += right
        self.absolute_error += absolute_error
        self._seen += patterns

    @property
    def sums(self) -> dict[str, float]:
        """The sums by name, from which a Tally goes on exactly."""
        found = self._total, self._right, self.absolute_error, self._seen
        return dict(zip(SUMS, found, strict=True))

    @property
    def is_finite(self) -> bool:
        """Whether the loss is still a number."""
        return math.isfinite(self._total)

    @property
    def loss(self) -> float:
        """The mean loss; 0 before any pattern."""
        return self._total / max(self._seen, 1)

    @property
    def accuracy(self) -> float:
        """The share of patterns whose largest output is the desired one, in [0, 1]."""
        return self._right / max(self._seen, 1)

    def metric(self, name: str, n_outputs: int) -> float:
        """Return "accuracy" or "mean_absolute_error", a mean over patterns and outputs."""
        if name == "accuracy":
            return self.accuracy
        return self.absolute_error / (max(self._seen, 1) * n_outputs)


def hits(output: Array, desired: Array) -> NDArray[np.bool_]:
    """Return which patterns were recognised, shape (batch,).

    With one output, above 0.5 means yes; otherwise the largest output is the answer.
    """
    if output.shape[-1] == 1:
        return ((output > 0.5) == (desired > 0.5))[:, 0]
    return np.asarray(output.argmax(axis=-1) == desired.argmax(axis=-1))
