"""A student's own rules: functions written beside the slide, that a network then trains with.

    rule           the slide                           write it as                 also by name
    activation     f(I) = 1 / (1 + e^(−I))             activation(I)
    slope          f'(I) = f(I)(1 − f(I))              slope(I) or slope(f_I)
    net_input      I_j = Σ_i w_ij y_i + b_j            net_input(y_in, w, b)
    output_error   E_j = desired_j − actual_j          output_error(desired, actual)   I
    hidden_error   E_i = f'(I_i) Σ_j w_ij E_j          hidden_error(f_I, w, E)   I, f_j, I_j, beta
    weight_change  Δw_ij = β E_j f(I_i)                weight_change(beta, E, y_in)   I_i, f_j, I_j

Five more can be checked (rulecheck.check_rule), though no network takes them:

    softmax        f(I)_j = e^(I_j) / Σ_k e^(I_k)      softmax(I)
    perceptron     w_new = w_old + β y* x              perceptron(w, x, desired, actual, beta)
    adaline        w_new = w_old + β E x / |x|²        adaline(w, x, desired, beta)       E, I
    total_error    Σ |desired_j − actual_j|            total_error(desired, actual)       E
    step           the training algorithm's inner loop step(x, desired, w1, b1, w2, b2, beta)

perceptron and adaline get one pattern, x and w of shape (inputs,), x_0 = 1, and return w_new or
change w in place; a step returns w1, b1, w2, b2 or changes them in place.

    name          what it is                                     shape
    I, f_I        net input and activation of these units        (batch, units)
    y_in, I_i     activation, net input of the sending units     (batch, sending)
    f_j, I_j      activation, net input of the receiving units   (batch, receiving)
    w, b          weights and biases of a layer                  (sending, receiving), (receiving,)
    E             error of the receiving units                   (batch, receiving)
    desired, actual                                              (batch, outputs)
    beta          the learning rate β                            a number

Each gets whole arrays and returns an array: I, f(I) and E with a row for each pattern;
weight_change the mean over the batch, either Δw alone (Δb is then β times the mean of E) or the
pair Δw, Δb. For the inputs, y_in is x itself, and so is I_i.

A function is given what its parameters are named after, so their order is free: `w`, `W` and
`weights` are the same, and so are `desired`, `d`, `t` and `target`. A name that says nothing is
taken by its place in the table.

`activation` and `slope` stand for the hidden units' f; where the output units have the same
activation, `activation` stands for theirs too. Without a `slope`, it is the slope of the
activation that the network names. Whatever a rule returns is looked at before any weight is
changed.

Source: the lecture, "Classic backpropagation".
"""

# ruff: noqa: E741 (I is the slide's own symbol)

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from mnistlab.checks import shown
from mnistlab.classic import backprop, units
from mnistlab.classic.backprop import Layer
from mnistlab.classic.dropout import Mask, sent, with_mask
from mnistlab.classic.signatures import (
    Bound,
    Function,
    Given,
    RuleError,
    bind,
    hint,
    is_array,
    shapes,
)  # fmt: skip
from mnistlab.classic.units import Array

# What a rule returned, looked at before it is used

_RESULTS = {
    "activation": "f(I): one value for each pattern and unit",
    "slope": "f'(I): one value for each pattern and unit",
    "net_input": "I: one value for each pattern and receiving unit",
    "output_error": "E: one value for each pattern and output unit",
    "hidden_error": "E: one value for each pattern and hidden unit",
    "weight_change": "Δw: one value for each weight, or the pair Δw, Δb",
}


def _called(bound: Bound, given: Given) -> Any:
    """Return what a rule makes of read-only views; an exception of its own is a RuleError."""
    try:
        return bound({name: _read_only(value) for name, value in given.items()})
    except NotImplementedError as error:
        raise RuleError(
            f"Your {bound.rule} isn't written yet: write its formula in place of the line "
            "raise NotImplementedError(), then run that cell and this one. No weight was changed."
        ) from error
    except Exception as error:
        raise RuleError(
            f"Your {bound.rule} raised {type(error).__name__}: {error}. It was given "
            f"{shapes(given, bound.takes)}. No weight was changed by it.{hint(error)}"
        ) from error


def _read_only(value: Any) -> Any:
    """Return a copy that can't be written to, so that no rule can harm weights or patterns."""
    if not isinstance(value, np.ndarray):
        return value
    copy = value.copy()
    copy.flags.writeable = False
    return copy


def _usable(bound: Bound, value: Any, like: Array, given: Given, part: str = "") -> Array:
    """Return a copy of what a rule returned, in the shape and dtype of `like`.

    Raises:
        RuleError: None, a list or another type, another shape, NaN or infinite values (unless
            they were in what the rule was given: then training diverged, and it isn't to blame).
    """
    problem = _problem(value, like)
    if not problem:
        with np.errstate(over="ignore", invalid="ignore"):
            result = np.array(value, like.dtype)
        if np.isfinite(result).all() or not _all_finite(given, bound.takes):
            return result
        problem = f"NaN or infinite values, the first at index {_first_odd(result)}"
    raise RuleError(
        f"Your {bound.rule} returned {problem}{part}. Expected: a NumPy array of shape "
        f"{like.shape} ({_RESULTS[bound.rule]}). It was given {shapes(given, bound.takes)}. "
        "No weight was changed by it."
    )


def _problem(value: Any, like: Array) -> str:
    """Return what is wrong with the form of a value, or ""."""
    if value is None:
        return "None (is its return missing?)"
    if not isinstance(value, (np.ndarray, np.generic, float, int)):
        return f"a {type(value).__name__} (np.array(…) makes an array of numbers)"
    if np.asarray(value).dtype.kind not in "fiub":
        return f"values of type {np.asarray(value).dtype}"
    if np.shape(value) != like.shape:
        return f"an array of shape {np.shape(value)}" if np.ndim(value) else "a single number"
    return ""


def _all_finite(given: Given, names: Sequence[str]) -> bool:
    return all(bool(np.isfinite(given[name]).all()) for name in names)


def _first_odd(array: Array) -> tuple[int, ...]:
    return tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])


# The rules of a network


@dataclass(frozen=True)
class Rules:
    """A student's own rules for a network; what is None stays as on the slide.

    Args:
        activation: f(I), as activation(I).
        slope: f'(I) in the hidden error, as slope(I) or slope(f_I).
        net_input: I, as net_input(y_in, w, b).
        output_error: E at the output, as output_error(desired, actual).
        hidden_error: E of a hidden layer, as hidden_error(f_I, w, E).
        weight_change: Δw, or the pair Δw, Δb, as weight_change(beta, E, y_in).

    Raises:
        RuleError: no function, or one that asks for more than its rule is given.

    Source: the lecture, "Classic backpropagation"; the module's table has names and shapes.

    Example:
        >>> rules = Rules(output_error=lambda desired, actual: desired - actual)
        >>> rules.given
        ('output_error',)
    """

    activation: Function | None = None
    slope: Function | None = None
    net_input: Function | None = None
    output_error: Function | None = None
    hidden_error: Function | None = None
    weight_change: Function | None = None

    _bound: dict[str, Bound] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        self._bound.update({name: bind(name, f) for name, f in own.items() if f is not None})

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the rules that are the student's own; empty: all as on the slide."""
        return tuple(self._bound)

    def bound(self, name: str) -> Bound | None:
        """Return the student's rule of that name, ready to be called, or None."""
        return self._bound.get(name)

    @classmethod
    def of(cls, value: Any) -> "Rules":
        """Return `value` where it is Rules, and the slide's own for None; else raise RuleError."""
        if value is None:
            return cls()
        if isinstance(value, cls):
            return value
        raise RuleError(
            f"rules={shown(value)} is no Rules. Name what each function stands for, as in "
            "rules=Rules(output_error=mine)."
        )


# The slide's equations once more, each a student's own where there is one


def forward(
    x: Array,
    layers: Sequence[Layer],
    activations: Sequence[str],
    rules: Rules,
    masks: Sequence[Mask] = (),
) -> tuple[list[Array], list[Array]]:
    """Do the forward pass as `backprop.forward` does, with a student's rules in it.

    Args:
        x, layers, activations: as for `backprop.forward`.
        rules: whose net input and activation are used.
        masks: dropout: what each sending layer's activations are multiplied with on their way
            to the next, x first (see dropout.py).

    Returns:
        I of each layer, and the activations: x first, then f(I) of each layer, before anything
        of them is left out.

    Raises:
        RuleError: a rule raised, or returned what can't be used.
    """
    own_net_input, own_activation = rules.bound("net_input"), rules.bound("activation")
    net_inputs: list[Array] = []
    y = [x]
    for k, ((w, b), f) in enumerate(zip(layers, activations, strict=True)):
        y_in = with_mask(y[k], masks[k]) if masks else y[k]  # (batch, sending)
        net_inputs.append(_net_input(own_net_input, y_in, w, b))  # (batch, receiving)
        same_as_hidden = f == activations[0] != "softmax"
        y.append(_activation(own_activation if same_as_hidden else None, f, net_inputs[-1]))
    return net_inputs, y


def _net_input(own: Bound | None, y_in: Array, w: Array, b: Array) -> Array:
    """Return I_j = Σ_i w_ij y_i + b_j, or the student's: (batch, receiving)."""
    if own is None:
        return backprop.net_input(y_in, w, b)
    like = np.empty((len(y_in), w.shape[1]), y_in.dtype)
    given = {"y_in": y_in, "w": w, "b": b}
    return _usable(own, _called(own, given), like, given)


def _activation(own: Bound | None, f: str, I: Array) -> Array:
    """Return f(I), or the student's: (batch, units)."""
    if own is None:
        return units.activate(f, I)
    return _usable(own, _called(own, {"I": I}), I, {"I": I})


def errors(
    layers: Sequence[Layer],
    activations: Sequence[str],
    net_inputs: Sequence[Array],
    y: Sequence[Array],
    desired: Array,
    loss: str,
    rules: Rules,
    beta: float = 1.0,
    masks: Sequence[Mask] = (),
) -> list[Array]:
    """Do the backward pass as `backprop.errors` does, with a student's rules in it.

    Args:
        layers, activations, net_inputs, y, desired, loss: as for `backprop.errors`.
        rules: whose output error, slope and hidden error are used.
        beta: the learning rate β, for a hidden error that asks for it.
        masks: those of the forward pass; a unit that was left out has no error.

    Returns:
        E of each layer, the first hidden layer's first.

    Raises:
        RuleError: a rule raised, or returned what can't be used.
    """
    E = [_output_error(rules, loss, activations[-1], net_inputs[-1], y[-1], desired)]
    for k in range(len(layers) - 1, 0, -1):
        given = {
            "f_I": y[k], "I": net_inputs[k - 1], "w": layers[k][0], "E": E[0],
            "f_j": y[k + 1], "I_j": net_inputs[k], "beta": beta,
        }  # fmt: skip
        E_hidden = _hidden_error(rules, activations[k - 1], given)  # (batch, hidden)
        E.insert(0, with_mask(E_hidden, masks[k]) if masks else E_hidden)
    return E


def _output_error(
    rules: Rules, loss: str, f: str, I: Array, actual: Array, desired: Array
) -> Array:
    """Return the loss's E, such as desired_j − actual_j, or the student's: (batch, outputs)."""
    own = rules.bound("output_error")
    if own is None:
        return units.output_error(loss, f, I, actual, desired)
    given = {"desired": desired, "actual": actual, "I": I}
    return _usable(own, _called(own, given), actual, given)


def _hidden_error(rules: Rules, f: str, given: Given) -> Array:
    """Return E_i = f'(I_i) Σ_j w_ij E_j, or the student's: (batch, hidden)."""
    f_I, I, w, E = (given[name] for name in ("f_I", "I", "w", "E"))
    own, own_slope = rules.bound("hidden_error"), rules.bound("slope")
    if own is not None:
        return _usable(own, _called(own, given), f_I, given)
    if own_slope is not None:
        slope = _usable(own_slope, _called(own_slope, given), f_I, given)  # (batch, hidden)
        return slope * (E @ w.T)  # (batch, receiving) @ (receiving, hidden)
    return backprop.hidden_error(f, I, f_I, w, E)


def changes(
    net_inputs: Sequence[Array], y: Sequence[Array], E: Sequence[Array], beta: float, rules: Rules
) -> list[Layer]:
    """Return Δw and Δb of each layer, by the slide's Δw_ij = β E_j f(I_i) or the student's.

    Args:
        net_inputs, y: what `forward` returned.
        E: what `errors` returned.
        beta: the learning rate β, above 0.
        rules: whose weight change is used.

    Returns:
        (Δw, Δb) of each layer, as means over the batch; no weight is touched.

    Raises:
        RuleError: the rule raised, or returned what can't be used.
    """
    own = rules.bound("weight_change")
    if own is None:
        return [
            backprop.weight_change(beta, y_in, E_j) for y_in, E_j in zip(y[:-1], E, strict=True)
        ]
    sending = [y[0], *net_inputs[:-1]]  # for the inputs there is x only
    return [
        _weight_change(own, {
            "beta": beta, "E": E[k], "y_in": y[k], "I_i": sending[k],
            "f_j": y[k + 1], "I_j": net_inputs[k],
        })
        for k in range(len(E))
    ]  # fmt: skip


def _weight_change(own: Bound, given: Given) -> Layer:
    """Return the student's Δw, and their Δb or else the mean over the batch of β E_j."""
    y_in, E, beta = given["y_in"], given["E"], given["beta"]
    like_w = np.empty((y_in.shape[1], E.shape[1]), E.dtype)  # (sending, receiving)
    value = _called(own, given)
    if isinstance(value, (tuple, list)) and len(value) == 2 and is_array(value[0]):
        change_w = _usable(own, value[0], like_w, given, " for Δw")
        return change_w, _usable(own, value[1], like_w[0], given, " for Δb")
    return _usable(own, value, like_w, given), (beta / len(E) * E).sum(axis=0)


def downhill(
    x: Array,
    desired: Array,
    layers: Sequence[Layer],
    activations: Sequence[str],
    loss: str,
    rules: Rules,
    masks: Sequence[Mask] = (),
) -> tuple[list[Array], list[Array], list[Layer]]:
    """Return where each weight should move, as `backprop.downhill` does: Δw for β = 1.

    Args:
        x, desired, layers, activations, loss: as for `backprop.downhill`.
        rules: the student's own rules.
        masks: as for `forward`.

    Returns:
        I and f(I) of each layer as `forward` gives them, and (w, b) directions of each layer.

    Raises:
        RuleError: a rule raised, or returned what can't be used.
    """
    net_inputs, y = forward(x, layers, activations, rules, masks)
    E = errors(layers, activations, net_inputs, y, desired, loss, rules, masks=masks)
    return net_inputs, y, changes(net_inputs, sent(y, masks), E, 1.0, rules)


def step(
    x: Array,
    desired: Array,
    layers: Sequence[Layer],
    activations: Sequence[str],
    loss: str,
    beta: float,
    rules: Rules,
    masks: Sequence[Mask] = (),
) -> tuple[Array, Array]:
    """Take one step of the training algorithm as `backprop.step` does, with a student's rules.

    All changes are computed and looked at first; then every weight is changed in place. So an
    error leaves the weights as they were.

    Args:
        x, desired, layers, activations, loss, beta: as for `backprop.step`.
        rules: the student's own rules; with none, the weights are `backprop.step`'s to the bit.
        masks: as for `forward`.

    Returns:
        I and f(I) at the output as they were before the update, both (batch, outputs).

    Raises:
        RuleError: a rule raised, or returned what can't be used.

    Example:
        >>> w, b = np.zeros((1, 1)), np.zeros(1)
        >>> mine = Rules(output_error=lambda desired, actual: 2 * (desired - actual))
        >>> one = np.ones((1, 1))
        >>> _ = step(one, one, [(w, b)], ["sigmoid"], "lecture", beta=0.5, rules=mine)
        >>> w.tolist()  # f(0) = 0.5, E = 2 (1 − 0.5), Δw = 0.5 · 1 · 1
        [[0.5]]
    """
    net_inputs, y = forward(x, layers, activations, rules, masks)
    E = errors(layers, activations, net_inputs, y, desired, loss, rules, beta, masks)
    moves = changes(net_inputs, sent(y, masks), E, beta, rules)
    for (w, b), (change_w, change_b) in zip(layers, moves, strict=True):
        w += change_w  # (sending, receiving)
        b += change_b  # (receiving,)
    return net_inputs[-1], y[-1]
