"""A network that learns, whichever class it is of: one step, and what it makes of patterns.

The equations are those of backprop.py; a student's own rules and dropout go through rules.py,
where the same equations can be replaced one by one.
"""

import math
from collections.abc import Sequence
from typing import Protocol

from mnistlab.classic import backprop
from mnistlab.classic import rules as own
from mnistlab.classic.backprop import Layer
from mnistlab.classic.dropout import Mask
from mnistlab.classic.optimizers import SGD, LearningRule
from mnistlab.classic.rules import Rules
from mnistlab.classic.tally import Tally
from mnistlab.classic.units import Array
from mnistlab.errors import DivergedError

CHUNK = 1000  # patterns at a time where nothing is learnt, which bounds the memory


class Learner(Protocol):
    """What a training needs of a network; ClassicNetwork has it."""

    @property
    def layers(self) -> list[Layer]:
        """(w, b) of each layer: the arrays that training changes."""

    @property
    def activations(self) -> list[str]:
        """The activation of each layer of weights."""

    @property
    def optimizer(self) -> LearningRule:
        """The learning rule, which holds β."""

    @property
    def loss(self) -> str:
        """Which error the output units have."""

    @property
    def metric(self) -> str:
        """The figure beside the loss: a name of `choices.METRICS`."""

    @property
    def rules(self) -> Rules:
        """The student's own rules."""

    @property
    def seed(self) -> int:
        """What decides everything random."""

    @property
    def input_dropout(self) -> float:
        """The share of the inputs left out in training."""

    @property
    def dropout(self) -> float:
        """The share of each hidden layer's units left out in training."""


def weights_of(learner: Learner) -> list[Array]:
    """Return [kernel, bias, kernel, bias, …]: the arrays themselves."""
    return [part for layer in learner.layers for part in layer]


def step(
    learner: Learner, x: Array, desired: Array, masks: Sequence[Mask] = ()
) -> tuple[Array, Array]:
    """Change the weights after one batch.

    Args:
        learner: whose weights are changed, by its learning rule.
        x: patterns, shape (batch, inputs).
        desired: desired outputs, shape (batch, outputs).
        masks: of dropout, one for each layer that sends; none: nothing is left out.

    Returns:
        I and f(I) at the output as they were before the update, both (batch, outputs).
    """
    optimizer, rules = learner.optimizer, learner.rules
    network = (x, desired, learner.layers, learner.activations, learner.loss)
    if isinstance(optimizer, SGD) and optimizer.is_plain:
        if rules.given or masks:
            return own.step(*network, optimizer.learning_rate, rules, masks)
        return backprop.step(*network, optimizer.learning_rate)
    net_inputs, y, downhill = own.downhill(*network, rules, masks)
    optimizer.apply(weights_of(learner), [part for layer in downhill for part in layer])
    return net_inputs[-1], y[-1]


def evaluated(learner: Learner, patterns: Array, desired: Array) -> tuple[float, float]:
    """Return (loss, metric) over the patterns, as means; nothing is learnt or left out.

    Args:
        learner: who is asked.
        patterns: shape (n, inputs).
        desired: desired outputs, shape (n, outputs).
    """
    tally = Tally(learner.loss, learner.activations[-1])
    for k in range(0, len(patterns), CHUNK):
        net_inputs, y = own.forward(
            patterns[k : k + CHUNK], learner.layers, learner.activations, learner.rules
        )
        tally.add(net_inputs[-1], y[-1], desired[k : k + CHUNK])
    return tally.loss, tally.metric(learner.metric, desired.shape[1])


def must_be_finite(learner: Learner) -> None:
    """Raise DivergedError where an update made a weight NaN or infinite."""
    if not all(math.isfinite(float(w.sum())) for w in weights_of(learner)):
        raise DivergedError.at(learner.optimizer.learning_rate)
