"""What students' rules are tried on, and the right rules that they are held against.

Each rule has three kinds of cases, and a case has a value for each name of its signature:

    small       a few round numbers, for the report's "for I = 2 yours gives …"
    ordinary    random layers, square and not, of one pattern and of several, |I| below about 8
    extreme     the same with |I| up to 1000

All of it is float64 and comes from one fixed seed; no random state but its own is touched.

Example:
    >>> [case["w"].shape for case in cases("net_input").ordinary]
    [(3, 3), (2, 4), (3, 3), (4, 2), (3, 5)]
"""

# ruff: noqa: E741 (I is the slide's own symbol)

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnistlab.classic import backprop, perceptron, units
from mnistlab.classic.signatures import Function

Floats = NDArray[np.float64]
Case = dict[str, Any]  # what a rule is given

SIZES = ((1, 3, 3), (1, 2, 4), (4, 3, 3), (5, 4, 2), (2, 3, 5))  # batch, sending, receiving
SQUARE_BATCH = (3, 3, 3)  # as many patterns as units: only there a sum without keepdims fits
BETAS = (0.5, 0.3, 0.1, 0.7, 0.2)


class Cases(NamedTuple):
    """The cases of one rule."""

    small: list[Case]
    ordinary: list[Case]
    extreme: list[Case]


class Right(NamedTuple):
    """A right version of a rule, and what sets it apart from the slide's ("" for that one)."""

    function: Function
    note: str = ""


# The right rules


def whole_step(
    x: Floats,
    desired: Floats,
    w1: Floats,
    b1: Floats,
    w2: Floats,
    b2: Floats,
    beta: float,
    output: str = "sigmoid",
) -> tuple[Floats, ...]:
    """Return w1, b1, w2, b2 after one step by the lecture's rule, from weights left as they are.

    Args:
        x, desired: patterns and desired outputs, shapes (batch, inputs), (batch, outputs).
        w1, b1: input → hidden, shapes (inputs, hidden), (hidden,).
        w2, b2: hidden → output, shapes (hidden, outputs), (outputs,).
        beta: the learning rate β.
        output: the output units' activation; the hidden units' is sigmoid.
    """
    w1, b1, w2, b2 = (part.copy() for part in (w1, b1, w2, b2))
    layers = [(w1, b1), (w2, b2)]
    backprop.step(x, desired, layers, ["sigmoid", output], "lecture", beta)
    return w1, b1, w2, b2


def _softmax_step(
    x: Floats, desired: Floats, w1: Floats, b1: Floats, w2: Floats, b2: Floats, beta: float
) -> tuple[Floats, ...]:
    return whole_step(x, desired, w1, b1, w2, b2, beta, output="softmax")


def _pattern_rule(w: Floats, x: Floats, desired: float, actual: float, beta: float) -> Floats:
    """Return w_new = w_old + β y* x after a wrong prediction: (inputs,)."""
    return perceptron.perceptron_rule(w, x, desired, actual, beta)


RIGHT: dict[str, tuple[Right, ...]] = {
    "activation": (Right(units.sigmoid),),
    "slope": (Right(lambda f_I: f_I * (1 - f_I)),),
    "net_input": (Right(backprop.net_input),),
    "output_error": (Right(lambda desired, actual: desired - actual),),
    "hidden_error": (Right(lambda f_I, w, E: f_I * (1 - f_I) * (E @ w.T)),),
    "weight_change": (Right(backprop.weight_change),),
    "softmax": (Right(units.softmax),),
    "perceptron": (
        Right(_pattern_rule),
        Right(
            lambda w, x, desired, actual, beta: w + beta * (desired - actual) * x,
            "With β (y* − y) x the steps are twice as long for outputs ±1; for 0/1 it is the rule.",
        ),
    ),
    "adaline": (Right(lambda w, x, desired, beta: perceptron.delta_rule(w, x, desired, beta)),),
    "total_error": (
        Right(lambda E: np.abs(E).sum()),
        Right(lambda E: (E**2).sum(), "Yours adds up the squares, which is as good."),
        Right(lambda E: (E**2).sum() / 2, "Yours adds up half the squares, which is as good."),
    ),
    "step": (Right(whole_step), Right(_softmax_step, "Yours has softmax at the output.")),
}

FORMULAS = {
    "activation": "f(I) = 1 / (1 + e^(−I)), the activation",
    "slope": "f'(I) = f(I) (1 − f(I)), the slope of the activation",
    "net_input": "I_j = Σ_i w_ij y_i + b_j, the net input",
    "output_error": "E_j = desired_j − actual_j, the error at the output",
    "hidden_error": "E_i = f'(I_i) Σ_j w_ij E_j, the error of a hidden unit",
    "weight_change": "Δw_ij = β E_j f(I_i), the learning rule (a mean over the batch)",
    "softmax": "f(I)_j = e^(I_j) / Σ_k e^(I_k), softmax, with k over the units of one pattern",
    "perceptron": "w_new = w_old + β y* x after a wrong prediction, the perceptron learning rule",
    "adaline": "w_new = w_old + β E x / |x|² with E = desired − I, the delta rule",
    "total_error": "Σ |desired_j − actual_j| over outputs and patterns, the total error",
    "step": "forward pass, E at the output, E at the hidden units, then Δw_ij = β E_j f(I_i) for "
    "all weights, one step of the training algorithm",
}

BATCH_FORMS = {  # how a rule is written for all patterns of a batch at once
    "activation": "1 / (1 + np.exp(-I))",
    "slope": "f_I * (1 - f_I)",
    "net_input": "y_in @ w + b",
    "output_error": "desired - actual",
    "hidden_error": "f_I * (1 - f_I) * (E @ w.T)",
    "weight_change": "beta * y_in.T @ E / len(E)",
    "softmax": "power / power.sum(axis=-1, keepdims=True) with "
    "power = np.exp(I - I.max(axis=-1, keepdims=True))",
    "total_error": "np.abs(desired - actual).sum()",
    "step": "x @ w1 + b1 and so on, then changes such as beta * x.T @ E_hidden / len(x) and "
    "beta * E_hidden.mean(axis=0)",
}

COLUMNS = {  # what an array with a row for each pattern has in its columns
    "x": "inputs", "y_in": "inputs", "I_i": "inputs", "I": "units", "f_I": "units",
    "desired": "outputs", "actual": "outputs",
    "E": "receiving", "f_j": "receiving", "I_j": "receiving",
}  # fmt: skip


# The cases


def _array(values: Any) -> Floats:
    return np.array(values, dtype=np.float64)


def _layer_case(
    rule: str, I_i: Floats, w: Floats, b: Floats, I_j: Floats, desired: Floats, E: Floats,
    beta: float, inputs: bool = False,
) -> Case:  # fmt: skip
    """Return what a rule is given at a layer i → j; with `inputs`, the units i have no f."""
    y_in, f_j = I_i if inputs else units.sigmoid(I_i), units.sigmoid(I_j)
    known: dict[str, Case] = {
        "activation": {"I": I_j},
        "slope": {"I": I_j, "f_I": f_j},
        "softmax": {"I": I_j},
        "net_input": {"y_in": y_in, "w": w, "b": b},
        "output_error": {"desired": desired, "actual": f_j, "I": I_j},
        "total_error": {"desired": desired, "actual": f_j, "E": desired - f_j},
        "hidden_error": {
            "f_I": y_in, "w": w, "E": E, "I": I_i, "f_j": f_j, "I_j": I_j, "beta": beta,
        },
        "weight_change": {
            "beta": beta, "E": E, "y_in": y_in, "I_i": I_i, "f_j": f_j, "I_j": I_j,
        },
    }  # fmt: skip
    return known[rule]


def _random_layers(rule: str) -> list[Case]:
    """Return random layers; for weight_change some of them are the inputs' layer."""
    rng = np.random.default_rng(784)
    made = []
    sizes = (*SIZES, SQUARE_BATCH) if rule == "softmax" else SIZES
    for k, (batch, sending, receiving) in enumerate(sizes):
        beta = BETAS[k % len(BETAS)]
        w, b = rng.normal(size=(sending, receiving)), rng.normal(size=receiving)
        I_i, I_j = rng.normal(0, 2, (batch, sending)), rng.normal(0, 2, (batch, receiving))
        desired = rng.integers(0, 2, (batch, receiving)).astype(np.float64)
        inputs = rule == "weight_change" and k in (0, 3)
        E = rng.normal(size=(batch, receiving))
        made.append(_layer_case(rule, I_i, w, b, I_j, desired, E, beta, inputs))
    return made


def _extreme_layers(rule: str) -> list[Case]:
    """Return two layers with net inputs up to ±1000."""
    rng = np.random.default_rng(512)
    made = []
    for batch, sending, receiving in ((1, 3, 3), (4, 3, 2)):
        w, b = rng.normal(0, 500, (sending, receiving)), rng.normal(0, 500, receiving)
        I_i = rng.uniform(-1000, 1000, (batch, sending))
        I_j = rng.uniform(-1000, 1000, (batch, receiving))
        for net_input in (I_i, I_j):
            net_input[0, :2] = -1000, 1000
        desired = rng.integers(0, 2, (batch, receiving)).astype(np.float64)
        E = rng.normal(size=(batch, receiving))
        made.append(_layer_case(rule, I_i, w, b, I_j, desired, E, 0.5))
    return made


_LN3 = float(np.log(3))  # f(ln 3) = 0.75, f(−ln 3) = 0.25


def _small_layers(rule: str) -> list[Case]:
    """Return one unit to one or two, then two units to two with two patterns."""
    if rule == "softmax":
        return [{"I": _array([[1, 2]])}, {"I": _array([[1, 2], [3, 1]])}]
    if rule == "net_input":
        one = {"y_in": _array([[0.5, 1]]), "w": _array([[2], [-1]]), "b": _array([0.5])}
    else:
        outputs = [[2.0]] if rule in ("activation", "slope") else [[_LN3, -_LN3]]
        outputs = [[_LN3]] if rule == "output_error" else outputs
        n = len(outputs[0])
        one = _layer_case(
            rule, _array([[_LN3]]), _array([[1, -2]])[:, :n], _array([0.5, 0.5])[:n],
            _array(outputs), _array([[1, 0]])[:, :n], _array([[0.5, 0.1]])[:, :n], 0.3,
        )  # fmt: skip
    two = _layer_case(
        rule, _array([[_LN3, 0], [0, -_LN3]]), _array([[1, -2], [0.5, 1]]), _array([0.5, -1]),
        _array([[_LN3, -_LN3], [0, 2]]), _array([[1, 0], [0, 1]]),
        _array([[0.5, 0.1], [-0.2, 0.4]]), 0.3,
    )  # fmt: skip
    if rule == "weight_change":  # a pattern of the inputs' layer, where f(I_i) and y_in differ
        return [one, two, one | {"y_in": _array([[0.5]]), "I_i": _array([[0.5]])}]
    return [one, two]


def _one_unit(rule: str, w: Floats, x: Floats, desired: float, beta: float) -> Case:
    """Return what a threshold unit's rule is given for one pattern."""
    I = float(w @ x)
    if rule == "perceptron":
        actual = 1.0 if I >= 0 else -1.0
        return {"w": w, "x": x, "desired": desired, "actual": actual, "beta": beta}
    return {"w": w, "x": x, "desired": desired, "beta": beta, "E": desired - I, "I": I}


def _unit_cases(rule: str) -> Cases:
    """Return patterns for one threshold unit, answered rightly and wrongly, x_0 = 1."""
    rng = np.random.default_rng(1958)
    ordinary = []
    for k in range(12):
        w, x = rng.normal(size=3 + k % 2), rng.normal(size=3 + k % 2)
        x[0] = 1
        ordinary.append(_one_unit(rule, w, x, 1.0 if k % 3 else -1.0, BETAS[k % len(BETAS)]))
    small = [
        _one_unit(rule, _array([0, 1]), _array([1, 2]), desired, 0.5) for desired in (-1.0, 1.0)
    ]
    return Cases(small, ordinary, [])


def _step_case(sizes: Sequence[int], beta: float, scale: float = 1.0) -> Case:
    """Return a random three-layer network, patterns and β; sizes: batch, units of each layer."""
    batch, inputs, hidden, outputs = sizes
    rng = np.random.default_rng(list(sizes))
    return {
        "x": rng.uniform(size=(batch, inputs)),
        "desired": rng.integers(0, 2, (batch, outputs)).astype(np.float64),
        "w1": scale * rng.normal(size=(inputs, hidden)),
        "b1": rng.normal(size=hidden),
        "w2": scale * rng.normal(size=(hidden, outputs)),
        "b2": rng.normal(size=outputs),
        "beta": beta,
    }


def _step_cases() -> Cases:
    sizes = ((1, 3, 3, 3), (1, 2, 4, 3), (4, 3, 3, 3), (3, 4, 2, 3), (2, 2, 3, 1))
    ordinary = [_step_case(size, beta) for size, beta in zip(sizes, BETAS, strict=True)]
    extreme = [_step_case((1, 3, 3, 3), 0.5, 1000.0), _step_case((4, 2, 3, 2), 0.5, 1000.0)]
    first = {
        "x": _array([[1, 0.5]]), "desired": _array([[1]]),
        "w1": _array([[1, -1], [2, 0]]), "b1": _array([0, 0.5]),
        "w2": _array([[1], [-1]]), "b2": _array([0.5]), "beta": 0.5,
    }  # fmt: skip
    more = {"x": _array([[1, 0.5], [0, 1]]), "desired": _array([[1], [0]])}
    square = {"w2": _array([[1, 2], [-1, 1]]), "b2": _array([0.5, 0]), "desired": _array([[1, 0]])}
    return Cases([first, first | more, first | square], ordinary, extreme)


@cache
def cases(rule: str) -> Cases:
    """Return the cases of a rule; they are kept, so hand out copies of the arrays only."""
    if rule in ("perceptron", "adaline"):
        return _unit_cases(rule)
    if rule == "step":
        return _step_cases()
    return Cases(_small_layers(rule), _random_layers(rule), _extreme_layers(rule))
