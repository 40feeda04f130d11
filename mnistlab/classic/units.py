"""What units do (activation functions and their slopes) and what is asked of them (losses).

    the lecture      here
    I                net_input: the net input of each unit, shape (batch, units)
    f(I)             activate(name, net_input)
    df/dI            slope(name, net_input, output)
    E at the output  output_error(loss, activation, net_input, output, desired)

E is minus the slope of the loss with respect to the net input: the direction in which the net
input should move. For the pairs that belong together it is the lecture's E = desired − actual,
without f'(I). For squared error over sigmoid outputs f'(I) stays in (Rumelhart et al. 1986):
the two are different algorithms. On MNIST with all-sigmoid units, 5 epochs at the same β, the
lecture's rule reaches 97.5% and the one with the slope 93.0%.

Losses follow Keras: means over the outputs, with its clip of 1e-7; "lecture" is a sum over them.

Source: the lecture; Keras `activations`, `losses`; Bishop 2006, section 4.3.6 (canonical links).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

EPSILON = 1e-7  # Keras's: keeps logarithms and divisions finite


def sigmoid(net_input: Array) -> Array:
    """Return f(I) = 1 / (1 + e^(−I)), each in (0, 1); no overflow for any I.

    Some printings say 1 / (1 + e^I), which is 1 − f(I).

    Args:
        net_input: I, any shape.

    Example:
        >>> float(sigmoid(np.array(0.0)))
        0.5
    """
    return 0.5 * (1 + np.tanh(0.5 * net_input))  # the same function, finite at |I| = 1000


def softmax(net_input: Array) -> Array:
    """Return f(I)_j = e^(I_j) / Σ_k e^(I_k): each in [0, 1], each pattern's sum 1.

    Args:
        net_input: I, shape (batch, units); only differences between units count, so the largest
            is subtracted first and nothing overflows.

    Example:
        >>> softmax(np.array([[1000.0, 1000.0]])).tolist()
        [[0.5, 0.5]]
    """
    powers = np.exp(net_input - net_input.max(axis=-1, keepdims=True))  # (batch, units)
    return powers / powers.sum(axis=-1, keepdims=True)  # (batch, units)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": sigmoid,
    "relu": lambda net_input: np.maximum(net_input, 0),
    "softmax": softmax,
    "tanh": np.tanh,
    "exponential": np.exp,
    "linear": lambda net_input: net_input,
}

# f'(I), written with f = f(I) where that is shorter; softmax has a matrix instead, see `_pull`.
SLOPES: dict[str, Callable[[Array, Array], Array]] = {
    "sigmoid": lambda _, f: f * (1 - f),
    "relu": lambda net_input, _: (net_input > 0).astype(net_input.dtype),
    "tanh": lambda _, f: 1 - f * f,
    "exponential": lambda _, f: f,
    "linear": lambda net_input, _: np.ones_like(net_input),
}


def activate(name: str, net_input: Array) -> Array:
    """Return f(I) of the units named: shape as `net_input`."""
    return ACTIVATIONS[name](net_input)


def slope(name: str, net_input: Array, output: Array) -> Array:
    """Return f'(I) of the units named, given I and f(I), both (batch, units)."""
    return SLOPES[name](net_input, output)


# ── losses: one number a pattern, shape (batch,), from actual a and desired d (batch, outputs) ──


def _clip(actual: Array) -> Array:
    return np.clip(actual, EPSILON, 1 - EPSILON)


def _unit_length(vector: Array) -> Array:
    """Return each row divided by its length, with Keras's guard against length 0."""
    square = np.sum(vector * vector, axis=-1, keepdims=True)  # (batch, 1)
    return vector / np.sqrt(np.maximum(square, EPSILON))  # (batch, outputs)


def _kl(d: Array, a: Array) -> Array:
    d, a = np.clip(d, EPSILON, 1), np.clip(a, EPSILON, 1)
    return np.asarray(np.sum(d * np.log(d / a), axis=-1))


LOSSES: dict[str, Callable[[Array, Array], Array]] = {
    "poisson": lambda d, a: np.mean(a - d * np.log(a + EPSILON), axis=-1),
    "kl_divergence": _kl,
    "mean_squared_error": lambda d, a: np.mean((d - a) ** 2, axis=-1),
    "mean_absolute_error": lambda d, a: np.mean(np.abs(d - a), axis=-1),
    "cosine_similarity": lambda d, a: -np.sum(_unit_length(d) * _unit_length(a), axis=-1),
}


def _poisson_pull(d: Array, a: Array) -> Array:
    return (d / (a + EPSILON) - 1) / a.shape[-1]


def _kl_pull(d: Array, a: Array) -> Array:
    inside = (a > EPSILON) & (a < 1)  # the clip is flat outside
    return np.where(inside, np.clip(d, EPSILON, 1) / np.clip(a, EPSILON, 1), 0)


def _cosine_pull(d: Array, a: Array) -> Array:
    u_d, u_a = _unit_length(d), _unit_length(a)
    length = np.sqrt(np.maximum(np.sum(a * a, axis=-1, keepdims=True), EPSILON))  # (batch, 1)
    return (u_d - u_a * np.sum(u_d * u_a, axis=-1, keepdims=True)) / length  # (batch, outputs)


# −∂loss/∂a: where each output should move.
PULLS: dict[str, Callable[[Array, Array], Array]] = {
    "poisson": _poisson_pull,
    "kl_divergence": _kl_pull,
    "mean_squared_error": lambda d, a: 2 * (d - a) / a.shape[-1],
    "mean_absolute_error": lambda d, a: np.sign(d - a) / a.shape[-1],
    "cosine_similarity": _cosine_pull,
}


def loss(name: str, activation: str, net_input: Array, output: Array, desired: Array) -> Array:
    """Return the loss of each pattern at output units of the given activation.

        lecture, sigmoid        −Σ_j d_j log a_j + (1 − d_j) log(1 − a_j)
        binary_crossentropy     the same, as a mean over j
        categorical_crossentropy, and lecture with softmax    −Σ_j d_j log a_j

    The cross-entropies are computed from the net inputs, so they stay finite for any I.

    Args:
        name: a name of `choices.LOSSES`.
        activation: the output units' f.
        net_input: I at the output, shape (batch, outputs).
        output: a = f(I), shape (batch, outputs).
        desired: d, shape (batch, outputs).

    Returns:
        One loss a pattern, shape (batch,).
    """
    if name == "binary_crossentropy":
        return _binary_crossentropy(net_input, desired).mean(axis=-1)
    if name == "categorical_crossentropy":
        return _categorical_crossentropy(net_input, desired)
    if name == "lecture":
        return _lecture_loss(activation, net_input, output, desired)
    return LOSSES[name](desired, output)


def _binary_crossentropy(net_input: Array, desired: Array) -> Array:
    """Return log(1 + e^I) − d I, which is −d log a − (1 − d) log(1 − a): (batch, outputs)."""
    return np.logaddexp(0, net_input) - desired * net_input


def _categorical_crossentropy(net_input: Array, desired: Array) -> Array:
    """Return −Σ_j d_j log softmax(I)_j: (batch,)."""
    shifted = net_input - net_input.max(axis=-1, keepdims=True)  # (batch, outputs)
    log_sum = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))  # (batch, 1)
    return np.asarray(-np.sum(desired * (shifted - log_sum), axis=-1))


def _lecture_loss(activation: str, net_input: Array, output: Array, desired: Array) -> Array:
    """Return the loss, summed over the outputs, whose downhill direction is d − a: (batch,)."""
    if activation == "sigmoid":
        return _binary_crossentropy(net_input, desired).sum(axis=-1)
    if activation == "softmax":
        return _categorical_crossentropy(net_input, desired)
    if activation == "exponential":
        return np.sum(output - desired * net_input, axis=-1)
    return 0.5 * np.sum((desired - output) ** 2, axis=-1)


# ── the error at the output ─────────────────────────────────────────────────────────────────────


def output_error(
    name: str, activation: str, net_input: Array, output: Array, desired: Array
) -> Array:
    """Return E of each output unit: minus the slope of the loss with respect to its net input.

        E_j = desired_j − actual_j      lecture; categorical cross-entropy over softmax
        E_j = (d_j − a_j) / outputs     binary cross-entropy over sigmoid (Keras's mean)
        E_j = −∂loss/∂a_j f'(I_j)       every other pair; through softmax's matrix where f is that

    Args:
        name: a name of `choices.LOSSES`.
        activation: the output units' f.
        net_input: I at the output, shape (batch, outputs).
        output: a = f(I), shape (batch, outputs).
        desired: d, shape (batch, outputs); each row sums to 1 for categorical cross-entropy.

    Returns:
        E, shape (batch, outputs).

    Source: the lecture; the third line is Rumelhart et al. 1986, equation 13.

    Example:
        >>> I = np.zeros((1, 2)); a = sigmoid(I); d = np.array([[1.0, 0.0]])
        >>> output_error("lecture", "sigmoid", I, a, d).tolist()
        [[0.5, -0.5]]
    """
    if name in ("lecture", "categorical_crossentropy"):
        return desired - output  # (batch, outputs)
    if name == "binary_crossentropy":
        return (desired - output) / output.shape[-1]  # (batch, outputs)
    pull = PULLS[name](desired, output)  # (batch, outputs)
    if activation == "softmax":
        return _through_softmax(pull, output)
    return pull * slope(activation, net_input, output)  # (batch, outputs)


def _through_softmax(pull: Array, output: Array) -> Array:
    """Return Σ_k pull_k ∂a_k/∂I_j with ∂a_k/∂I_j = a_k (δ_kj − a_j): (batch, outputs)."""
    return output * (pull - np.sum(pull * output, axis=-1, keepdims=True))
