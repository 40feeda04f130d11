"""The catalogue of mistakes: each is named, however it is written, and no two are the same."""

# ruff: noqa: E741 (I is the slide's own symbol)

import doctest
import itertools
import math

import numpy as np
import pytest

from mnistlab.classic import mistakes, rulecases, ruletrial
from mnistlab.classic.mistakes import MISTAKES, OVERFLOW
from mnistlab.classic.rulecases import FORMULAS, RIGHT
from mnistlab.classic.rulecheck import check_rule
from mnistlab.classic.signatures import SIGNATURES, bind

e = np.e


def f(I):
    """The sigmoid, written otherwise than in the package: in two halves, without overflow."""
    power = np.exp(-np.abs(I))
    return np.where(np.asarray(I) >= 0, 1 / (1 + power), power / (1 + power))


def one_by_one(rule):
    """Return a rule for whole layers out of one for single numbers."""
    return np.vectorize(rule, otypes=[float])


def per_pattern(rule):
    """Return a rule for a batch out of one for a single pattern."""

    def whole(*arrays):
        return np.array([rule(*rows) for rows in zip(*arrays, strict=True)])

    return whole


# The mistakes once more, written as someone else would write them


def no_bias(y_in, w, b):
    out = np.zeros((len(y_in), len(b)))
    for p, y in enumerate(y_in):
        for j in range(len(b)):
            out[p, j] = sum(w[i, j] * y[i] for i in range(len(y)))
    return out


def updated_first(f_I, w, E, lr):
    new = w.copy()
    for y, error in zip(f_I, E, strict=True):
        new += lr * np.outer(y, error) / len(E)
    return (new @ E.T).T * f_I * (1 - f_I)


def change(scale, combine):
    """Return a weight change with a loop over the batch; `scale` of (beta, batch)."""

    def rule(beta, E, y_in, I_i, f_j):
        total, total_b = 0, 0
        for row in zip(E, y_in, I_i, f_j, strict=True):
            dw, db = combine(*row)
            total, total_b = total + dw, total_b + db
        return scale(beta, len(E)) * total, scale(beta, len(E)) * total_b

    return rule


def mean(beta, batch):
    return beta / batch


def shown_wrong(w, x, t, out, lr):
    return w if out == t else w - lr * t * x


def stable(I, axis):
    power = np.exp(I - I.max())
    return power / power.sum(axis=axis, keepdims=True)


OTHERWISE = {
    "activation": {
        "exponent_sign": lambda I: 1 - f(I),
        "missing_parentheses": lambda I: 1 / 1 + e**-I,
        "slope_for_activation": lambda I: 0.25 / np.cosh(I / 2) ** 2,
        "tanh_for_sigmoid": lambda I: 2 * f(2 * I) - 1,
        "relu_for_sigmoid": lambda I: I * (I > 0),
        "step_for_sigmoid": lambda I: (np.sign(I) + 1) / 2,
        OVERFLOW: lambda I: e**I / (e**I + 1),
    },
    "slope": {
        "slope_one_minus_net_input": lambda I: f(I) * (1 - I),
        "slope_of_net_input": lambda x: x - x**2,
        "slope_of_activation": lambda I: f(f(I)) - f(f(I)) ** 2,
        "slope_sign": lambda I: f(I) * (f(I) - 1),
        "activation_for_slope": lambda I: f(I),
        "one_minus_activation": lambda I: f(-I),
        "slope_of_tanh": lambda f: (1 - f) * (1 + f),
        OVERFLOW: lambda I: np.exp(-I) / (1 + 2 * np.exp(-I) + np.exp(-I) ** 2),
    },
    "net_input": {
        "bias_left_out": no_bias,
        "bias_subtracted": lambda x, W, b: np.dot(x, W) + -1 * b,
        "weights_transposed": lambda x, W, b: np.einsum("pi,ji->pj", x, W) + b,
        "net_input_activated": lambda x, W, b: f(np.dot(x, W) + b),
    },
    "output_error": {
        "actual_minus_desired": lambda d, a: -d + a,
        "error_squared": lambda d, a: d * d - 2 * d * a + a * a,
        "error_absolute": lambda d, a: np.sqrt((d - a) ** 2),
        "error_over_outputs": lambda d, a: (d - a) / np.size(d[0]),
        "error_over_batch": lambda d, a: np.divide(d - a, d.shape[0]),
        "desired_minus_net_input": lambda d, a, I: d - I,
        "desired_minus_rounded": lambda d, a: d - np.where(a > 0.5, 1, 0),
        "slope_at_output": lambda d, a: (d - a) * (a - a**2),
        "error_doubled": lambda d, a: d - a + (d - a),
    },
    "hidden_error": {
        "hidden_without_slope": lambda f_I, w, E: np.dot(w, E.T).T,
        "hidden_without_weights": lambda f_I, w, E: (f_I - f_I**2) * (E @ np.ones_like(w).T),
        "activation_for_slope": lambda h, w, E: np.einsum("pi,ij,pj->pi", h, w, E),
        "receiving_slope": lambda I_j, w, E: np.dot(w, (f(I_j) * f(-I_j) * E).T).T,
        "weights_already_updated": updated_first,
        "hidden_weights_transposed": lambda h, w, E: np.einsum("pi,ji,pj->pi", h - h**2, w, E),
        "hidden_sign": lambda h, w, E: (h**2 - h) * (E @ w.T),
        "slope_one_minus_net_input": lambda I, w, E: f(I) * (1 - I) * np.dot(E, w.T),
        "slope_of_activation": lambda h, w, E: f(h) * f(-h) * np.dot(E, w.T),
        "slope_of_net_input": lambda I, w, E: (I - I * I) * np.dot(E, w.T),
    },
    "weight_change": {
        "receiving_activation": lambda beta, E, f_j: beta * np.dot(f_j.T, E) / len(f_j),
        "pairs_left_out": lambda lr, E, x: np.multiply(lr * x, E),
        "net_input_for_activation": change(mean, lambda E, y, I, fj: (np.outer(I, E), E)),
        "change_sign": change(mean, lambda E, y, I, fj: (-np.outer(y, E), E)),
        "batch_summed": change(lambda b, n: b, lambda E, y, I, fj: (np.outer(y, E), E)),
        "input_activated": change(mean, lambda E, y, I, fj: (np.outer(f(y), E), E)),
        "beta_missing": lambda E, y_in: (np.dot(E.T, y_in).T / len(E), E.mean(0)),
        "beta_squared": change(lambda b, n: b * b / n, lambda E, y, I, fj: (np.outer(y, E), E)),
        "bias_change_times_activation": change(
            mean, lambda E, y, I, fj: (np.outer(y, E), E * fj)
        ),
        "change_transposed": change(mean, lambda E, y, I, fj: (np.outer(E, y), E)),
        "batch_divided_twice": change(
            lambda b, n: b / n / n, lambda E, y, I, fj: (np.outer(y, E), E)
        ),
    },
    "softmax": {
        "softmax_over_patterns": lambda I: stable(I, axis=0),
        "softmax_over_everything": lambda I: stable(I, axis=None),
        "net_input_share": lambda I: (I.T / I.sum(axis=1)).T,
        "sigmoid_share": lambda I: (f(I).T / f(I).sum(axis=1)).T,
        "keepdims_missing": lambda I: e**I / np.einsum("pk->p", e**I),
        OVERFLOW: per_pattern(lambda I: e**I / sum(e**I)),
    },
    "perceptron": {
        "every_pattern": lambda w, x, t, y, lr: np.array(w) + lr * t * x,
        "actual_for_desired": shown_wrong,
        "perceptron_sign": lambda w, x, t, out, lr: w + lr * (out - t) * x,
        "beta_missing": lambda w, x, t, out: w if t == out else w + t * x,
        "after_right_predictions": lambda w, x, t, out, lr: w + lr * t * x if t == out else w,
    },
    "adaline": {
        "length_for_square": lambda w, x, d, lr: w + lr * (d - w @ x) * x / np.linalg.norm(x),
        "not_normalised": lambda w, x, d, lr: w + lr * (d - sum(w * x)) * x,
        "bias_not_counted": lambda w, x, d, lr: w + lr * (d - w @ x) * x / sum(x[1:] ** 2),
        "mean_for_square": lambda w, x, d, lr: w + lr * (d - w @ x) * x / np.mean(x * x),
        "error_after_the_step": lambda w, x, d, lr: w + lr * (d - np.sign(w @ x)) * x / sum(x * x),
        "adaline_sign": lambda w, x, d, lr: w + lr * (w @ x - d) * x / np.linalg.norm(x) ** 2,
        "beta_missing": lambda w, x, d: w + (d - w @ x) * x / np.linalg.norm(x) ** 2,
    },
    "total_error": {
        "signed_errors": lambda d, a: sum(sum(d - a)),
        "absolute_too_late": lambda d, a: math.fabs(d.sum() - a.sum()),
        "mean_error": lambda d, a: np.mean(abs(d - a)),
        "last_pattern_only": lambda d, a: [sum(abs(p - q)) for p, q in zip(d, a, strict=True)][-1],
        "root_of_squares": lambda d, a: np.linalg.norm(d - a),
    },
}  # fmt: skip


def a_step(
    fn=f,
    slope=lambda I, y: y * (1 - y),
    net=lambda y, w, b: y @ w + b,
    out=lambda d, a, I, n: d - a,
    back=lambda slope, w, E, more: slope * (w @ E),
    change=lambda beta, n, y, E, more: beta / n * np.outer(y, E),
    change_b=lambda beta, n, E, y, f_j: beta / n * E,
    inputs=lambda x: x,
    first=True,
    biases=(True, True),
    start=1,
):
    """Return a step written with a loop over the patterns; each part can be exchanged."""

    def step(x, d, w1, b1, w2, b2, beta):
        new = [start * part for part in (w1, b1, w2, b2)]
        n = len(x)
        for x_p, d_p in zip(x, d, strict=True):
            I1 = net(x_p, w1, b1)
            h = fn(I1)
            I2 = net(h, w2, b2)
            a = fn(I2)
            E2 = out(d_p, a, I2, n)
            later = {"f_j": a, "I_i": I1, "h": h, "beta": beta, "n": n, "I_j": I2}
            E1 = back(slope(I1, h), w2, E2, later)
            new[2] = new[2] + change(beta, n, h, E2, later)
            new[3] = new[3] + biases[1] * change_b(beta, n, E2, h, a)
            if first:
                new[0] = new[0] + change(beta, n, inputs(x_p), E1, {"f_j": h, "I_i": x_p})
                new[1] = new[1] + biases[0] * change_b(beta, n, E1, x_p, h)
        return tuple(new)

    return step


def step_with_new_weights(x, d, w1, b1, w2, b2, lr):
    hidden = f(x @ w1 + b1)
    E = d - f(hidden @ w2 + b2)
    w2 += lr * hidden.T @ E / len(x)
    b2 += lr * E.mean(axis=0)
    E_hidden = hidden * (1 - hidden) * (E @ w2.T)  # too late: w2 is new
    w1 += lr * x.T @ E_hidden / len(x)
    b1 += lr * E_hidden.mean(axis=0)


def step_by_step(x, d, w1, b1, w2, b2, lr):
    for x_p, d_p in zip(x, d, strict=True):
        hidden = f(x_p @ w1 + b1)
        E = d_p - f(hidden @ w2 + b2)
        E_hidden = hidden * (1 - hidden) * (w2 @ E)
        for w, b, y, error in ((w2, b2, hidden, E), (w1, b1, x_p, E_hidden)):
            w += lr * np.outer(y, error)
            b += lr * error
    return w1, b1, w2, b2


def squared_change(beta, n, y, E, more):
    return beta**2 / n * np.outer(y, E)


def plain_change(beta, n, y, E, more):
    return np.outer(y, E) / n


STEPS = {
    "exponent_sign": a_step(fn=lambda I: f(-I)),
    "bias_left_out": a_step(net=lambda y, w, b: y @ w),
    "bias_subtracted": a_step(net=lambda y, w, b: y @ w - b),
    "weights_transposed": a_step(net=lambda y, w, b: w @ y + b),
    "error_squared": a_step(out=lambda d, a, I, n: (a - d) ** 2),
    "error_absolute": a_step(out=lambda d, a, I, n: abs(d - a)),
    "error_over_outputs": a_step(out=lambda d, a, I, n: (d - a) / len(d)),
    "error_over_batch": a_step(out=lambda d, a, I, n: (d - a) / n),
    "desired_minus_net_input": a_step(out=lambda d, a, I, n: d - I),
    "desired_minus_rounded": a_step(out=lambda d, a, I, n: d - (a > 0.5)),
    "slope_at_output": a_step(out=lambda d, a, I, n: (d - a) * a * (1 - a)),
    "error_doubled": a_step(out=lambda d, a, I, n: 2 * (d - a)),
    "hidden_without_slope": a_step(back=lambda slope, w, E, more: w @ E),
    "hidden_without_weights": a_step(back=lambda slope, w, E, more: slope * sum(E)),
    "activation_for_slope": a_step(slope=lambda I, y: y),
    "receiving_slope": a_step(
        back=lambda slope, w, E, more: w @ (E * more["f_j"] * (1 - more["f_j"]))
    ),
    "weights_already_updated": step_with_new_weights,
    "hidden_weights_transposed": a_step(back=lambda slope, w, E, more: slope * (E @ w)),
    "hidden_sign": a_step(back=lambda slope, w, E, more: -slope * (w @ E)),
    "slope_one_minus_net_input": a_step(slope=lambda I, y: y * (1 - I)),
    "slope_of_activation": a_step(slope=lambda I, y: f(y) * f(-y)),
    "slope_of_net_input": a_step(slope=lambda I, y: I * (1 - I)),
    "one_minus_activation": a_step(slope=lambda I, y: 1 - y),
    "slope_of_tanh": a_step(slope=lambda I, y: 1 - y**2),
    "receiving_activation": a_step(
        change=lambda beta, n, y, E, more: beta / n * np.outer(np.ones(len(y)), E * more["f_j"])
    ),
    "net_input_for_activation": a_step(
        change=lambda beta, n, y, E, more: beta / n * np.outer(more["I_i"], E)
    ),
    "change_sign": a_step(out=lambda d, a, I, n: a - d),  # turns every change round, too
    "batch_summed": a_step(
        change=lambda beta, n, y, E, more: beta * np.outer(y, E),
        change_b=lambda beta, n, E, y, f_j: beta * E,
    ),
    "beta_missing": a_step(change=plain_change, change_b=lambda beta, n, E, y, f_j: E / n),
    "beta_squared": a_step(
        change=squared_change, change_b=lambda beta, n, E, y, f_j: beta**2 / n * E
    ),
    "bias_change_times_activation": a_step(
        change_b=lambda beta, n, E, y, f_j: beta / n * E * f_j
    ),
    "input_activated": a_step(inputs=f),
    "only_output_layer": a_step(first=False),
    "biases_unchanged": a_step(biases=(False, False)),
    "output_biases_unchanged": a_step(biases=(True, False)),
    "changes_returned": a_step(start=0),
    "pattern_by_pattern": step_by_step,
}  # fmt: skip

CASES = [
    (rule, key, function)
    for rule, known in {**OTHERWISE, "step": STEPS}.items()
    for key, function in known.items()
]
WAYS = [(rule, m.key, way) for rule, known in MISTAKES.items() for m in known for way in m.ways]


@pytest.mark.parametrize(("rule", "key", "function"), CASES, ids=lambda v: v if str(v) == v else "")
def test_each_mistake_is_named_however_it_is_written(rule, key, function):
    report = check_rule(rule, function)
    assert (report.right, report.mistake) == (False, key)
    (mistake,) = (m for m in MISTAKES[rule] if m.key == key)
    assert mistake.what in report.message and mistake.advice in report.message
    assert FORMULAS[rule] in report.message


def test_each_mistake_of_the_catalogue_has_such_a_test():
    tested = {(rule, key) for rule, key, _ in CASES}
    assert tested == {(rule, m.key) for rule, known in MISTAKES.items() for m in known}


@pytest.mark.parametrize(("rule", "key", "way"), WAYS, ids=lambda v: v if str(v) == v else "")
def test_each_way_of_the_catalogue_is_its_own_mistake_and_comes_with_numbers(rule, key, way):
    report = check_rule(rule, way)
    assert (report.right, report.mistake) == (False, key)
    assert report.note == ""
    assert "yours" in report.message
    assert "the slide's" in report.message or "expected is" in report.message


def stable_without_keepdims(I):
    power = np.exp(I - I.max(axis=1))
    return power / power.sum(axis=1)


@pytest.mark.parametrize(
    ("rule", "key", "function", "says"),
    [
        ("weight_change", "receiving_activation", lambda beta, E, f_j: beta * E * f_j, "f(I_j)"),
        ("weight_change", "pairs_left_out", lambda beta, E, y_in: beta * E * y_in,
         "each pair i, j has a weight of its own: the outer product"),
        ("weight_change", "pairs_left_out", lambda beta, E, f_i: (beta * E * f_i).mean(axis=0),
         "each pair i, j has a weight of its own: the outer product"),
        ("weight_change", "change_transposed", lambda beta, E, y_in: beta * np.outer(E, y_in),
         "rows"),
        ("softmax", "keepdims_missing", lambda I: np.exp(I) / np.exp(I).sum(axis=1),
         "add keepdims=True"),
        ("softmax", "keepdims_missing", stable_without_keepdims, "add keepdims=True"),
        ("step", "pattern_by_pattern", step_by_step,
         "right for one pattern; for several at once check_rule wants one change by the mean over "
         "the batch"),
    ],
)  # fmt: skip
def test_slips_of_the_printed_formulas_and_of_loops(rule, key, function, says):
    report = check_rule(rule, function)
    assert (report.right, report.mistake) == (False, key), report.message
    assert says in report.message


@pytest.mark.parametrize("rule", MISTAKES)
def test_no_two_mistakes_are_the_same_on_the_random_cases(rule):
    known = [
        (m.key, ruletrial.try_on(bind(rule, way), rulecases.cases(rule).ordinary))
        for m in MISTAKES[rule]
        if m.key != OVERFLOW
        for way in m.ways
    ]
    right = ruletrial.right_parts(rule, 0, "ordinary")
    for (one, mine), (other, theirs) in itertools.permutations(known, 2):
        if one != other:
            parts = [outcome.parts for outcome in theirs]
            assert not ruletrial.is_known(mine, parts, right), f"{one} and {other}"


@pytest.mark.parametrize("rule", MISTAKES)
def test_keys_are_unique_and_texts_are_sentences(rule):
    keys = [m.key for m in MISTAKES[rule]]
    assert len(keys) == len(set(keys))
    for m in MISTAKES[rule]:
        assert m.key.isidentifier() and not m.what.endswith(".")
        assert m.advice.endswith((".", ".)")) and "professor" not in m.advice


def test_the_catalogue_is_large_and_covers_every_rule():
    assert set(MISTAKES) == set(SIGNATURES) == set(RIGHT) == set(FORMULAS)
    assert sum(len(known) for rule, known in MISTAKES.items() if rule != "step") >= 60


def test_the_cases_are_the_same_each_time_and_touch_no_random_state():
    before = np.random.get_state()[1].copy()
    rulecases.cases.cache_clear()
    first = rulecases.cases("hidden_error").ordinary[0]["w"]
    rulecases.cases.cache_clear()
    assert np.array_equal(first, rulecases.cases("hidden_error").ordinary[0]["w"])
    assert np.array_equal(before, np.random.get_state()[1])


@pytest.mark.parametrize("rule", ["activation", "slope", "softmax", "hidden_error"])
def test_extreme_cases_reach_a_thousand(rule):
    for case in rulecases.cases(rule).extreme:
        assert case["I"].min() == -1000 and case["I"].max() == 1000


def test_the_cases_have_layers_square_and_not_and_batches_of_one_and_more():
    for rule in ("net_input", "hidden_error"):
        known = rulecases.cases(rule).ordinary
        assert {ruletrial.is_square(case) for case in known} == {True, False}
        assert {ruletrial.n_patterns(case) == 1 for case in known} == {True, False}


@pytest.mark.parametrize("module", [mistakes, rulecases, ruletrial])
def test_the_examples_in_the_docstrings(module):
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)
