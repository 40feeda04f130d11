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

Every rule can be given two things more:

    weight decay λ     w ← w − β λ w before the rule's step, of every weight and bias
    EMA momentum μ     w̄ ← μ w̄ + (1 − μ) w after it; after the first step w̄ = w. When training
                       has ended, w ← w̄

g is that of the weights before they decay. Decay is decoupled from g, and so from a rule's memory.

Source: Keras `optimizers`; Hinton's lecture 6e (RMSprop); Kingma and Ba 2015 (Adam, Adamax);
Zeiler 2012 (Adadelta); Dozat 2016 (Nadam); Loshchilov and Hutter 2019 (decoupled decay); Polyak
and Juditsky 1992 (averages). One slide prints "Namad"; the name is Nadam.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mnistlab import checks, choices

Array = NDArray[np.floating]
Memory = dict[str, Array]  # the arrays of a rule's `slots`, each of the weight array's shape
AVERAGE = "average"  # the slot of w̄, which any rule may have

EPSILON = 1e-7


class LearningRule:
    """Base of the learning rules: keeps β, the step count and each weight array's memory.

    Attributes:
        learning_rate: β, above 0; may be changed between epochs (a learning-rate schedule).
        weight_decay: λ, at least 0.
        ema_momentum: μ, in [0, 1); 0: no averages are kept.
        steps: how many steps have been taken.
        memory: for each weight array, the arrays named in `slots`, of its shape; and w̄ as
            "average" where μ is above 0.
    """

    slots: tuple[str, ...] = ()

    def __init__(
        self,
        learning_rate: float,
        weights: Sequence[Array],
        weight_decay: float = 0.0,
        ema_momentum: float = 0.0,
    ) -> None:
        self.learning_rate = learning_rate
        self.weight_decay, self.ema_momentum = weight_decay, ema_momentum
        self.steps = 0
        slots = (*self.slots, AVERAGE) if ema_momentum else self.slots
        self.memory: list[Memory] = [{s: np.zeros_like(w) for s in slots} for w in weights]

    @property
    def is_plain(self) -> bool:
        """Whether there is neither weight decay nor an average."""
        return not self.weight_decay and not self.ema_momentum

    def apply(self, weights: Sequence[Array], downhill: Sequence[Array]) -> None:
        """Take one step: change every weight array in place, given its g of the same shape."""
        self.steps += 1
        for w, g, memory in zip(weights, downhill, self.memory, strict=True):
            if self.weight_decay:
                w -= w * self.weight_decay * self.learning_rate
            w += self.change(g, memory)
            if self.ema_momentum:
                self._add_to_average(w, memory[AVERAGE])

    def _add_to_average(self, w: Array, average: Array) -> None:
        """Let w̄ ← μ w̄ + (1 − μ) w, and w̄ = w after the first step."""
        momentum = self.ema_momentum if self.steps > 1 else 0.0
        average *= momentum
        average += (1 - momentum) * w

    def finish(self, weights: Sequence[Array]) -> None:
        """Put the averages in the weights' place, where there are any: training has ended."""
        if self.ema_momentum and self.steps:
            for w, memory in zip(weights, self.memory, strict=True):
                w[...] = memory[AVERAGE]

    def numbers(self) -> dict[str, float]:
        """Return what the rule remembers beside its arrays, by name."""
        return {"steps": self.steps}

    def put_back(self, numbers: Mapping[str, float]) -> None:
        """Take up again what `numbers` returned."""
        self.steps = int(numbers["steps"])

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

    def __init__(
        self,
        learning_rate: float,
        weights: Sequence[Array],
        weight_decay: float = 0.0,
        ema_momentum: float = 0.0,
    ) -> None:
        super().__init__(learning_rate, weights, weight_decay, ema_momentum)
        self.product = 1.0  # Π u_(≤t)

    def momentum(self, t: int) -> float:
        """Return u_t = β₁ (1 − 0.5 · 0.96ᵗ), the momentum that warms up."""
        return self.beta_1 * (1 - 0.5 * 0.96**t)

    def apply(self, weights: Sequence[Array], downhill: Sequence[Array]) -> None:
        """Take one step, and multiply its momentum into the product of all of them."""
        self.product *= self.momentum(self.steps + 1)
        super().apply(weights, downhill)

    def numbers(self) -> dict[str, float]:
        """Return the count of the steps and the product of their momentums."""
        return {**super().numbers(), "product": self.product}

    def put_back(self, numbers: Mapping[str, float]) -> None:
        """Take up again what `numbers` returned."""
        super().put_back(numbers)
        self.product = float(numbers["product"])

    def change(self, g: Array, memory: Memory) -> Array:
        """Return Δw = β m̂ / (√v̂ + ε), m̂ = u_(t+1) m / (1 − Π u_(≤t+1)) + (1 − u_t) g / (1 − Π u_(≤t))."""  # noqa: E501
        m, v = memory["m"], memory["v"]
        t, product = self.steps, self.product
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


def learning_rule(
    name: str,
    learning_rate: float | None,
    weights: Sequence[Array],
    weight_decay: float = 0.0,
    ema_momentum: float = 0.0,
) -> LearningRule:
    """Return the learning rule of that name for these weight arrays, with nothing remembered yet.

    Args:
        name: a name of `choices.OPTIMIZERS`.
        learning_rate: β, above 0; None: 0.5 for SGD, Keras's default for the others.
        weights: the arrays that it will change.
        weight_decay: λ, a finite number, at least 0; 0: none.
        ema_momentum: μ, in [0, 1); 0: no averages.

    Raises:
        InputError: an unknown name, or a number out of its range.

    Example:
        >>> w = [np.zeros(2)]
        >>> learning_rule("sgd", 0.5, w).apply(w, [np.array([1.0, -1.0])])
        >>> w[0].tolist()
        [0.5, -0.5]
    """
    name = choices.optimizer(name)
    return RULES[name](
        choices.learning_rate(learning_rate, name),
        weights,
        checks.not_negative("weight_decay", weight_decay),
        checks.fraction("ema_momentum", ema_momentum),
    )
