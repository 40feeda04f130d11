"""The learning rules: what is made of the downhill direction g to change the weights.

g is the mean over the batch of E_j f(I_i), which is minus the gradient of the loss. Each rule
turns g into Δw; β is the learning rate, t counts the steps from 1, and all else is a memory of
earlier directions, one array a weight array.

    SGD        Δw = β g
    RMSprop    Δw = β g / √(v + ε)              v: running mean of g²
    Adam       Δw = β m̂ / (√v̂ + ε)              m: running mean of g, v: of g²; hats: see below
    Adadelta   Δw = β g √(d + ε) / √(v + ε)     d: running mean of the changes' squares
    Adamax     Δw = β m̂ / (u + ε)               u: the largest |g| of late
    Nadam      Adam with a look ahead along m

A hat undoes the start of a running mean at 0. The constants and the places of ε are Keras's, so
that both engines take the same steps.

Source: Keras `optimizers`; Hinton's lecture 6e (RMSprop); Kingma and Ba 2015 (Adam, Adamax);
Zeiler 2012 (Adadelta); Dozat 2016 (Nadam). One slide prints "Namad"; the name is Nadam.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnistlab import choices

Array = NDArray[np.floating]
Memory = dict[str, Array]  # the arrays of a rule's `slots`, each of the weight array's shape

EPSILON = 1e-7


class LearningRule:
    """Base of the learning rules: keeps β, the step count and each weight array's memory.

    Attributes:
        learning_rate: β, above 0; may be changed between epochs (a learning-rate schedule).
        steps: how many steps have been taken.
        memory: for each weight array, the arrays named in `slots`, of its shape.
    """

    slots: tuple[str, ...] = ()

    def __init__(self, learning_rate: float, weights: Sequence[Array]) -> None:
        self.learning_rate = learning_rate
        self.steps = 0
        self.memory: list[Memory] = [{s: np.zeros_like(w) for s in self.slots} for w in weights]

    def apply(self, weights: Sequence[Array], downhill: Sequence[Array]) -> None:
        """Take one step: change every weight array in place, given its g of the same shape."""
        self.steps += 1
        for w, g, memory in zip(weights, downhill, self.memory, strict=True):
            w += self.change(g, memory)

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw for one weight array, updating its memory in place."""
        raise NotImplementedError


class SGD(LearningRule):
    """The lecture's learning rule: Δw = β g."""

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw = β g."""
        return self.learning_rate * g


class RMSprop(LearningRule):
    """Steps of about the same size in every weight: g over its running size."""

    slots = ("v",)
    rho = 0.9

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw = β g / √(v + ε) after v ← ρ v + (1 − ρ) g²."""
        v = memory["v"]
        v += (1 - self.rho) * (g * g - v)
        return self.learning_rate * g / np.sqrt(v + EPSILON)


class Adam(LearningRule):
    """RMSprop with momentum, both corrected for their start at 0."""

    slots = ("m", "v")
    beta_1, beta_2 = 0.9, 0.999

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw = β √(1 − β₂ᵗ) / (1 − β₁ᵗ) m / (√v + ε)."""
        m, v = memory["m"], memory["v"]
        m += (1 - self.beta_1) * (g - m)
        v += (1 - self.beta_2) * (g * g - v)
        correction = math.sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)
        return self.learning_rate * correction * m / (np.sqrt(v) + EPSILON)


class Adadelta(LearningRule):
    """Step sizes in the units of the weights, from the sizes of earlier steps."""

    slots = ("v", "d")
    rho = 0.95

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw = β δ with δ = g √(d + ε) / √(v + ε), then d ← ρ d + (1 − ρ) δ²."""
        v, d = memory["v"], memory["d"]
        v += (1 - self.rho) * (g * g - v)
        delta = g * np.sqrt(d + EPSILON) / np.sqrt(v + EPSILON)
        d += (1 - self.rho) * (delta * delta - d)
        return self.learning_rate * delta


class Adamax(LearningRule):
    """Adam with the largest recent |g| in place of the running root mean square."""

    slots = ("m", "u")
    beta_1, beta_2 = 0.9, 0.999

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw = β / (1 − β₁ᵗ) m / (u + ε) with u ← max(β₂ u, |g|)."""
        m, u = memory["m"], memory["u"]
        m += (1 - self.beta_1) * (g - m)
        np.maximum(self.beta_2 * u, np.abs(g), out=u)
        return self.learning_rate * m / ((1 - self.beta_1**self.steps) * (u + EPSILON))


class Nadam(LearningRule):
    """Adam with Nesterov's look ahead: the momentum of the next step is used already in this."""

    slots = ("m", "v")
    beta_1, beta_2 = 0.9, 0.999

    def momentum(self, t: int) -> float:
        """Return u_t = β₁ (1 − 0.5 · 0.96ᵗ), the momentum that warms up."""
        return self.beta_1 * (1 - 0.5 * 0.96**t)

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw = β m̂ / (√v̂ + ε), m̂ = u_(t+1) m / (1 − Π u_(≤t+1)) + (1 − u_t) g / (1 − Π u_(≤t))."""  # noqa: E501
        m, v = memory["m"], memory["v"]
        t = self.steps
        product = math.prod(self.momentum(s) for s in range(1, t + 1))
        ahead = self.momentum(t + 1)
        m += (1 - self.beta_1) * (g - m)
        v += (1 - self.beta_2) * (g * g - v)
        m_hat = ahead * m / (1 - product * ahead) + (1 - self.momentum(t)) * g / (1 - product)
        v_hat = v / (1 - self.beta_2**t)
        return self.learning_rate * m_hat / (np.sqrt(v_hat) + EPSILON)


RULES: dict[str, type[LearningRule]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adadelta": Adadelta,
    "adamax": Adamax,
    "nadam": Nadam,
}


def learning_rule(name: str, learning_rate: float | None, weights: Sequence[Array]) -> LearningRule:
    """Return the learning rule of that name for these weight arrays, with nothing remembered yet.

    Args:
        name: a name of `choices.OPTIMIZERS`.
        learning_rate: β, above 0; None: 0.5 for SGD, Keras's default for the others.
        weights: the arrays that it will change.

    Raises:
        InputError: an unknown name, or β that is no number above 0.

    Example:
        >>> w = [np.zeros(2)]
        >>> learning_rule("sgd", 0.5, w).apply(w, [np.array([1.0, -1.0])])
        >>> w[0].tolist()
        [0.5, -0.5]
    """
    name = choices.optimizer(name)
    return RULES[name](choices.learning_rate(learning_rate, name), weights)
