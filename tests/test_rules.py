"""A student's own rules: what they are given, what they may return, and training with them."""

# ruff: noqa: E741 (I is the slide's own symbol)

import copy
import doctest
import functools
import itertools
import pickle

import numpy as np
import pytest

from mnistlab.classic import backprop, rules, signatures
from mnistlab.classic.rules import Rules
from mnistlab.classic.signatures import RuleError, bind
from mnistlab.classic.units import sigmoid
from mnistlab.errors import InputError


def make(sizes=(3, 4, 2), batch=5, seed=0, dtype=np.float64):
    """Return patterns, desired outputs and (w, b) of each layer."""
    rng = np.random.default_rng(seed)
    layers = [
        (rng.normal(size=(i, j)).astype(dtype), rng.normal(size=j).astype(dtype))
        for i, j in itertools.pairwise(sizes)
    ]
    x = rng.uniform(size=(batch, sizes[0])).astype(dtype)
    desired = np.eye(sizes[-1], dtype=dtype)[rng.integers(0, sizes[-1], batch)]
    return x, desired, layers


def flat(layers):
    return np.concatenate([part.ravel() for layer in layers for part in layer])


# what a function is given


@pytest.mark.parametrize(
    ("rule", "function", "takes"),
    [
        ("activation", lambda I: I, ("I",)),
        ("activation", lambda anything: anything, ("I",)),
        ("activation", np.tanh, ("I",)),
        ("activation", lambda I, steepness=2: I, ("I",)),
        ("activation", lambda *args: args[0], ("I",)),
        ("slope", lambda I: I, ("I",)),
        ("slope", lambda f: f, ("f_I",)),
        ("slope", lambda y: y, ("f_I",)),
        ("slope", lambda f_I, I: f_I, ("f_I", "I")),
        ("net_input", lambda y_in, w, b: y_in, ("y_in", "w", "b")),
        ("net_input", lambda W, x, bias: x, ("w", "y_in", "b")),
        ("net_input", lambda p, q: p, ("y_in", "w")),
        ("output_error", lambda a, d: d, ("actual", "desired")),
        ("output_error", lambda y_true, y_pred: y_true, ("desired", "actual")),
        ("output_error", lambda y, y_hat: y, ("desired", "actual")),
        ("output_error", lambda t, y: y, ("desired", "actual")),
        ("output_error", lambda t, o, net: o, ("desired", "actual", "I")),
        ("output_error", np.subtract, ("desired", "actual")),
        ("hidden_error", lambda f_I, w, E: E, ("f_I", "w", "E")),
        ("hidden_error", lambda E_j, w_ij, f_i: E_j, ("E", "w", "f_I")),
        ("hidden_error", lambda I, w, E: E, ("I", "w", "E")),
        ("hidden_error", lambda delta, weights, h, lr: h, ("E", "w", "f_I", "beta")),
        ("weight_change", lambda beta, E, y_in: E, ("beta", "E", "y_in")),
        ("weight_change", lambda eta, delta, y: y, ("beta", "E", "y_in")),
        ("weight_change", lambda β, E_j, f_i: f_i, ("beta", "E", "y_in")),
        ("weight_change", lambda beta, E, I_i: E, ("beta", "E", "I_i")),
        ("weight_change", lambda beta, E, f_j: E, ("beta", "E", "f_j")),
        ("weight_change", lambda y_in, E, *, learning_rate: E, ("y_in", "E", "beta")),
        ("perceptron", lambda w, x, y_star, y, beta=1.0: w,
         ("w", "x", "desired", "actual", "beta")),
        ("step", lambda x, t, W1, b1, W2, b2, lr: x,
         ("x", "desired", "w1", "b1", "w2", "b2", "beta")),
    ],
)  # fmt: skip
def test_parameters_get_what_they_are_named_after(rule, function, takes):
    assert bind(rule, function).takes == takes


def test_a_setting_of_the_students_own_keeps_its_value():
    mine = bind("activation", lambda I, a=2: a * I)
    assert mine({"I": 3.0}) == 6.0


def test_positional_only_partial_and_compiled_functions_can_be_called():
    def mine(d, a, /):
        return d - a

    given = {"desired": 3.0, "actual": 1.0, "I": 0.0}
    assert bind("output_error", mine)(given) == 2.0
    assert bind("output_error", functools.partial(mine))(given) == 2.0
    assert bind("output_error", max)(given) == 3.0  # it doesn't say what it takes


def test_a_function_that_asks_for_more_is_told_what_there_is():
    with pytest.raises(RuleError, match=r"asks for 'momentum'.*weight_change\(beta, E, y_in\)"):
        Rules(weight_change=lambda beta, E, y_in, momentum: E)


@pytest.mark.parametrize(
    "function",
    [
        lambda w, beta, E, x: w + beta * x.T @ E / len(x),
        lambda weights, E, x: weights + x.T @ E,  # no place of the table is free for it either
        lambda w_old, beta, E, f_j: w_old,
    ],
)
def test_a_weight_change_that_asks_for_the_weights_is_told_to_return_the_change(function):
    with pytest.raises(RuleError, match="return the change Δw, not the new weight"):
        Rules(weight_change=function)


@pytest.mark.parametrize("value", [0.5, np.zeros(3), "sigmoid", [1]])
def test_what_is_no_function_is_refused_at_once(value):
    with pytest.raises(RuleError, match=r"no function.*without brackets"):
        Rules(output_error=value)


def test_rules_of():
    mine = Rules(activation=np.tanh)
    assert Rules.of(None) == Rules() and Rules.of(mine) is mine
    assert Rules.of(None).given == () and mine.given == ("activation",)
    with pytest.raises(InputError, match=r"rules=Rules\(output_error=mine\)"):
        Rules.of(lambda desired, actual: desired)


def test_rules_can_be_copied_and_pickled():
    mine = Rules(activation=np.tanh, output_error=np.subtract)
    assert pickle.loads(pickle.dumps(mine)) == mine == copy.deepcopy(mine)
    assert pickle.loads(pickle.dumps(mine)).given == ("activation", "output_error")


# training with them

MINE = {
    "activation": lambda I: 1 / (1 + np.exp(-I)),
    "slope": lambda f: f * (1 - f),
    "net_input": lambda y_in, w, b: np.einsum("pi,ij->pj", y_in, w) + b,
    "output_error": lambda desired, actual: desired - actual,
    "hidden_error": lambda f_I, w, E: f_I * (1 - f_I) * np.dot(E, w.T),
    "weight_change": lambda beta, E, y_in: beta * np.einsum("pi,pj->ij", y_in, E) / len(E),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 2), (4, 4, 3, 4)])
@pytest.mark.parametrize(
    ("output", "loss"),
    [("sigmoid", "lecture"), ("softmax", "lecture"), ("sigmoid", "mean_squared_error")],
)
def test_without_own_rules_the_weights_are_those_of_backprop_to_the_bit(sizes, output, loss, dtype):
    x, desired, layers = make(sizes, dtype=dtype)
    others = copy.deepcopy(layers)
    names = ["sigmoid"] * (len(layers) - 1) + [output]
    for _ in range(3):
        mine = rules.step(x, desired, layers, names, loss, 0.3, Rules())
        theirs = backprop.step(x, desired, others, names, loss, 0.3)
        assert all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))
    assert np.array_equal(flat(layers), flat(others)) and flat(layers).dtype == dtype


@pytest.mark.parametrize("names", [*((name,) for name in MINE), tuple(MINE)])
@pytest.mark.parametrize("batch", [1, 6])
def test_right_rules_of_ones_own_train_as_the_slides_do(names, batch):
    x, desired, layers = make((3, 4, 4, 2), batch)
    others = copy.deepcopy(layers)
    activations = ["sigmoid"] * 3
    own = Rules(**{name: MINE[name] for name in names})
    for _ in range(5):
        rules.step(x, desired, layers, activations, "lecture", 0.5, own)
        backprop.step(x, desired, others, activations, "lecture", 0.5)
    assert flat(layers) == pytest.approx(flat(others), rel=1e-12)


def test_downhill_is_the_change_for_a_beta_of_one():
    x, desired, layers = make()
    names = ["sigmoid", "softmax"]
    theirs = backprop.downhill(x, desired, layers, names, "lecture")
    mine = rules.downhill(x, desired, layers, names, "lecture", Rules())
    assert np.array_equal(flat(mine[2]), flat(theirs[2]))
    doubled = Rules(output_error=lambda d, a: 2 * (d - a))
    twice = rules.downhill(x, desired, layers, names, "lecture", doubled)
    assert flat(twice[2]) == pytest.approx(2 * flat(theirs[2]))


def test_an_activation_stands_for_the_output_units_only_where_they_have_the_same():
    x, _, layers = make()
    mine = Rules(activation=lambda I: np.full_like(I, 0.25))
    _, y = rules.forward(x, layers, ["sigmoid", "sigmoid"], mine)
    assert (y[1] == 0.25).all() and (y[2] == 0.25).all()
    _, y = rules.forward(x, layers, ["sigmoid", "softmax"], mine)
    assert (y[1] == 0.25).all() and y[2].sum(axis=1) == pytest.approx(1)
    _, y = rules.forward(x, layers[:1], ["softmax"], mine)
    assert y[1].sum(axis=1) == pytest.approx(1)


def test_a_slope_of_ones_own_has_its_place_in_the_hidden_error():
    x, desired, layers = make()
    names = ["tanh", "sigmoid"]
    net_inputs, y = backprop.forward(x, layers, names)
    given = (layers, names, net_inputs, y, desired, "lecture")
    right = backprop.errors(*given)
    by_f = rules.errors(*given, Rules(slope=lambda f: 1 - f**2))
    by_I = rules.errors(*given, Rules(slope=lambda I: 1 / np.cosh(I) ** 2))
    ones = rules.errors(*given, Rules(slope=np.ones_like))
    assert by_f[0] == pytest.approx(right[0]) and by_I[0] == pytest.approx(right[0])
    assert ones[0] == pytest.approx(right[1] @ layers[1][0].T)


def test_a_weight_change_may_leave_the_bias_change_to_the_slide():
    x, desired, layers = make()
    others = copy.deepcopy(layers)
    rules.step(
        x, desired, layers, ["sigmoid"] * 2, "lecture", 0.5,
        Rules(weight_change=lambda beta, E, y_in: np.zeros((y_in.shape[1], E.shape[1]))),
    )  # fmt: skip
    assert np.array_equal(layers[0][0], others[0][0])
    backprop.step(x, desired, others, ["sigmoid"] * 2, "lecture", 0.5)
    assert layers[0][1] == pytest.approx(others[0][1])
    assert layers[1][1] == pytest.approx(others[1][1])


def test_each_rule_is_given_what_the_table_says():
    x, desired, layers = make((3, 4, 2), batch=5)
    seen = {}

    def hidden(f_I, w, E, I, f_j, I_j, beta):
        seen["hidden"] = f_I, w, E, I, f_j, I_j, beta
        return f_I * 0

    def change(beta, E, y_in, I_i, f_j, I_j):
        seen.setdefault("change", []).append((y_in, I_i, f_j, I_j, beta))
        return np.zeros((y_in.shape[1], E.shape[1]))

    own = Rules(hidden_error=hidden, weight_change=change)
    before = copy.deepcopy(layers)
    net_inputs, y = backprop.forward(x, layers, ["sigmoid"] * 2)
    rules.step(x, desired, layers, ["sigmoid"] * 2, "lecture", 0.3, own)
    wanted = (y[1], before[1][0], desired - y[2], net_inputs[0], y[2], net_inputs[1], 0.3)
    assert all(np.array_equal(a, b) for a, b in zip(seen["hidden"], wanted, strict=True))
    wanted = [(x, x, y[1], net_inputs[0], 0.3), (y[1], net_inputs[0], y[2], net_inputs[1], 0.3)]
    for mine, theirs in zip(seen["change"], wanted, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))


def test_float64_and_whole_numbers_come_into_the_networks_dtype():
    x, desired, layers = make(dtype=np.float32)
    own = Rules(
        activation=lambda I: sigmoid(I.astype(np.float64)), output_error=lambda d, a: (d > a) * 1
    )
    rules.step(x, desired, layers, ["sigmoid", "softmax"], "lecture", 0.5, own)
    assert flat(layers).dtype == np.float32 and np.isfinite(flat(layers)).all()


# what can't be used


def raises(*_):
    raise ZeroDivisionError("division by zero")


def not_written(d, a):
    raise NotImplementedError()


def in_place(E, f_I, w):
    E *= 2
    return f_I


BAD = [
    ("activation", lambda I: I[0], r"activation returned an array of shape \(4,\).*\(5, 4\).*f\(I"),
    ("activation", lambda I: None, r"activation returned None \(is its return missing\?\)"),
    ("activation", lambda I: I.tolist(), r"activation returned a list \(np.array"),
    ("activation", lambda I: I * np.nan, r"NaN or infinite values, the first at index \(0, 0\)"),
    ("activation", lambda I: I + 1j, "values of type complex128"),
    ("activation", lambda I: np.array(["a"]), "values of type <U1"),
    ("slope", lambda f: 1.0, "slope returned a single number"),
    ("net_input", lambda y_in, w, b: y_in @ w.T, r"net_input raised ValueError.*w \(3, 4\)"),
    ("net_input", lambda y_in, w, b: (y_in @ w + b) / 0, "net_input returned NaN or infinite"),
    (
        "output_error",
        lambda d, a: (d - a).sum(axis=1),
        r"shape \(5,\).*expected|Expected.*\(5, 2\)",
    ),
    ("output_error", raises, "output_error raised ZeroDivisionError: division by zero"),
    ("output_error", not_written, "output_error isn't written yet: write its formula in place"),
    ("hidden_error", lambda f_I, w, E: E @ w, "hidden_error raised ValueError.*side by side"),
    ("hidden_error", in_place, r"raised ValueError.*read-only.*E = E \* s in place of"),
    ("weight_change", lambda beta, E, y_in: E.T @ y_in, r"shape \(4, 3\).*shape \(3, 4\) \(Δw"),
    ("weight_change", lambda beta, E, y_in: (y_in.T @ E, None), "returned None .* for Δb"),
    ("weight_change", lambda beta, E, y_in: (y_in.T @ E, E), r"shape \(5, 4\) for Δb"),
    ("weight_change", lambda beta, E, y_in: (y_in.T @ E,), r"returned a tuple"),
]


@pytest.mark.parametrize(("name", "function", "message"), BAD)
def test_a_rule_that_cannot_be_used_is_named_and_no_weight_is_changed(name, function, message):
    x, desired, layers = make()
    before = flat(layers)
    with np.errstate(all="ignore"), pytest.raises(RuleError, match=message) as caught:
        rules.step(x, desired, layers, ["sigmoid"] * 2, "lecture", 0.5, Rules(**{name: function}))
    assert name in str(caught.value) and "No weight was changed" in str(caught.value)
    assert np.array_equal(flat(layers), before)


def test_no_rule_can_write_to_weights_or_patterns():
    x, desired, layers = make()
    before, x_before = flat(layers), x.copy()

    def net_input(y_in, w, b):
        w += 1
        return y_in @ w + b

    with pytest.raises(RuleError, match="net_input raised ValueError"):
        rules.step(x, desired, layers, ["sigmoid"] * 2, "lecture", 0.5, Rules(net_input=net_input))
    assert np.array_equal(flat(layers), before) and np.array_equal(x, x_before)


def test_what_a_rule_returns_is_copied():
    x, _, layers = make((3, 3, 3))
    one = np.full((5, 3), 0.5)
    _, y = rules.forward(x, layers, ["sigmoid"] * 2, Rules(activation=lambda I: one))
    one[:] = 7
    assert (y[1] == 0.5).all()


def test_where_training_diverged_the_rule_is_not_to_blame():
    x, desired, layers = make()
    layers[0][0][:] = np.inf
    own = Rules(output_error=lambda d, a: d - a, activation=lambda I: I * 1)
    with np.errstate(all="ignore"):
        _, actual = rules.step(x, desired, layers, ["sigmoid"] * 2, "lecture", 0.5, own)
    assert not np.isfinite(actual).all()


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (TypeError("only 0-dimensional arrays can be converted to Python scalars"), "np.exp"),
        (ValueError("The truth value of an array is ambiguous"), "np.where"),
        (NameError("name 'sigmoid' is not defined"), "Run the cell"),
        (RuntimeError("something else"), ""),
    ],
)
def test_hints(error, advice):
    assert advice in signatures.hint(error)
    assert bool(signatures.hint(error)) == bool(advice)


@pytest.mark.parametrize("module", [rules, signatures])
def test_the_examples_in_the_docstrings(module):
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)
