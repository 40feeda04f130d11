"""check_rule: right rules are accepted however they are written, and the rest is explained."""

# ruff: noqa: E741 (I is the slide's own symbol)

import doctest
import math
import warnings

import numpy as np
import pytest

from mnistlab.classic import rulecases, rulecheck
from mnistlab.classic.rulecheck import RuleReport, check_rule
from mnistlab.classic.signatures import SIGNATURES
from mnistlab.classic.units import sigmoid
from mnistlab.errors import InputError


def naive(I):
    return 1 / (1 + np.exp(-I))


def in_halves(I):
    out = np.empty_like(I)
    out[I >= 0] = 1 / (1 + np.exp(-I[I >= 0]))
    out[I < 0] = np.exp(I[I < 0]) / (1 + np.exp(I[I < 0]))
    return out


def clipped(I):
    return 1 / (1 + np.exp(-np.clip(I, -500, 500)))


def one_by_one(I):
    return np.array([[0.5 + 0.5 * math.tanh(i / 2) for i in row] for row in I])


def central(I, h=1e-5):
    return (sigmoid(I + h) - sigmoid(I - h)) / (2 * h)


def net_by_loops(y_in, w, b):
    out = np.tile(b, (len(y_in), 1))
    for p in range(len(y_in)):
        for i in range(len(w)):
            out[p] += w[i] * y_in[p, i]
    return out


def hidden_by_loops(f_I, w, E):
    out = np.zeros_like(f_I)
    for p in range(len(E)):
        for i in range(len(w)):
            out[p, i] = naive_slope(f_I[p, i]) * sum(w[i, j] * E[p, j] for j in range(len(w[0])))
    return out


def naive_slope(f_I):
    return f_I - f_I**2


def outer_mean(beta, E, y_in):
    return np.mean([beta * np.outer(y, e) for y, e in zip(y_in, E, strict=True)], axis=0)


def both_changes(beta, E, y_in):
    n = E.shape[0]
    return [beta * (y_in.T @ E) / n, beta * np.ones(n) @ E / n]


def softmax_rows(I):
    rows = [np.exp(row - max(row)) for row in I]
    return np.array([row / sum(row) for row in rows])


def softmax_columns(I):
    power = np.exp(I - I.max(axis=1)[:, None])
    return power / power.sum(axis=1)[:, None]


def softmax_logs(I):
    return np.exp(I - np.logaddexp.reduce(I, axis=1, keepdims=True))


def perceptron_in_place(w, x, desired, actual, beta):
    if desired != actual:
        w += beta * desired * x


def perceptron_by_itself(w, x, desired, beta):
    actual = 1 if w @ x >= 0 else -1
    return w + beta * (desired - actual) / 2 * x


def adaline_in_place(w, x, desired, beta):
    w += beta * (desired - np.dot(w, x)) * x / np.sum(x * x)
    return w


def total_by_loops(desired, actual):
    total = 0
    for d, a in zip(desired, actual, strict=True):
        total = total + sum(abs(d - a))
    return total


def step_in_place(x, d, w1, b1, w2, b2, beta):
    hidden = sigmoid(x @ w1 + b1)
    E2 = d - sigmoid(hidden @ w2 + b2)
    E1 = hidden * (1 - hidden) * (E2 @ w2.T)
    w2 += beta * hidden.T @ E2 / len(x)
    b2 += beta * E2.mean(axis=0)
    w1 += beta * x.T @ E1 / len(x)
    b1 += beta * E1.mean(axis=0)


def step_with_two_wrong_signs(x, desired, w1, b1, w2, b2, lr):
    hidden = sigmoid(x @ w1 + b1)
    E2 = sigmoid(hidden @ w2 + b2) - desired  # the gradient's sign …
    E1 = naive_slope(hidden) * np.dot(E2, w2.T)
    n = len(x)
    return [  # … and minus the gradient
        w1 - lr / n * x.T @ E1, b1 - lr * E1.mean(0), w2 - lr / n * hidden.T @ E2,
        b2 - lr * E2.mean(0),
    ]  # fmt: skip


def step_with_softmax(x, d, w1, b1, w2, b2, beta):
    hidden = naive(x @ w1 + b1)
    E2 = d - softmax_rows(hidden @ w2 + b2)
    E1 = naive_slope(hidden) * (E2 @ w2.T)
    change1, change2 = both_changes(beta, E1, x), both_changes(beta, E2, hidden)
    return w1 + change1[0], b1 + change1[1], w2 + change2[0], b2 + change2[1]


RIGHT = {
    "activation": [naive, in_halves, clipped, one_by_one, lambda x: np.exp(-np.logaddexp(0, -x))],
    "slope": [lambda f: f * (1 - f), lambda I: 0.25 / np.cosh(np.clip(I, -300, 300) / 2) ** 2,
              central, lambda I: naive(I) * naive(-I), lambda y: naive_slope(y)],
    "net_input": [lambda y_in, w, b: y_in @ w + b, net_by_loops,
                  lambda x, W, bias: np.add(bias, np.matmul(W.T, x.T).T)],
    "output_error": [np.subtract, lambda a, d: d - a, lambda t, y: -1.0 * (y - t),
                     lambda d, I: d - naive(I)],
    "hidden_error": [lambda f_I, w, E: f_I * (1 - f_I) * (E @ w.T), hidden_by_loops,
                     lambda E, w, I: np.einsum("pi,ij,pj->pi", sigmoid(I) * sigmoid(-I), w, E)],
    "weight_change": [lambda beta, E, y_in: beta / len(E) * y_in.T @ E, outer_mean, both_changes,
                      lambda E_j, f_i, lr: lr * np.einsum("pi,pj->ij", f_i, E_j) / len(f_i)],
    "softmax": [softmax_rows, softmax_logs, softmax_columns],
    "perceptron": [perceptron_in_place, perceptron_by_itself,
                   lambda w, x, t, y, lr: w + lr * t * x * (t != y),
                   lambda w, x, t, y, lr: w if t == y else w + lr * t * x,
                   lambda w, x, y_star, y, beta: w + beta * (y_star - y) * x],
    "adaline": [adaline_in_place, lambda w, x, E, beta: w + beta * E * x / np.linalg.norm(x) ** 2,
                lambda w, x, d, lr: w + lr * (d - sum(w * x)) * x / (x @ x)],
    "total_error": [total_by_loops, lambda E: np.sum(np.abs(E)),
                    lambda d, a: float(np.linalg.norm((d - a).ravel(), 1)),
                    lambda d, a: ((d - a) ** 2).sum(), lambda E: 0.5 * np.vdot(E, E)],
    "step": [step_in_place, step_with_two_wrong_signs, step_with_softmax],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "function"), [(r, f) for r, known in RIGHT.items() for f in known]
)
def test_right_rules_are_right_however_they_are_written(rule, function):
    report = check_rule(rule, function)
    assert report, report.message
    assert report.right and report.mistake is None
    assert rulecases.FORMULAS[rule] in report.message
    assert all(len(RIGHT[name]) >= 3 for name in rulecheck.NAMES)


@pytest.mark.parametrize(
    ("rule", "function", "note"),
    [
        ("activation", naive, "overflow"),
        ("activation", sigmoid, ""),
        ("activation", lambda I: sigmoid(I).astype(np.float32), "float32"),
        ("weight_change", outer_mean, "Δw alone"),
        ("weight_change", both_changes, ""),
        ("total_error", lambda E: (E**2).sum(), "squares"),
        ("perceptron", lambda w, x, d, a, beta: w + beta * (d - a) * x, "twice as long"),
        ("step", step_with_softmax, "softmax"),
    ],
)
def test_what_is_worth_knowing_about_a_right_rule_is_a_note(rule, function, note):
    report = check_rule(rule, function)
    assert report.right and note in report.note
    assert bool(report.note) == bool(note)


# forms that can't be used


def adds_in_place(y_in, w, b):
    y_in += 0
    y_in[0, 0] += 1
    y_in[0, 0] -= 1
    b += 1
    return y_in @ w + b - 1


def slopes_in_place(f_I, w, E):
    f_I *= 1 - f_I
    return f_I * (E @ w.T)


def prints(I):
    print(1 / (1 + np.exp(-I)))


def not_written(I):
    raise NotImplementedError()


def step_that_changes_x(x, d, w1, b1, w2, b2, beta):
    step_in_place(x, d, w1, b1, w2, b2, beta)
    x *= 0


@pytest.mark.parametrize(
    ("rule", "function", "mistake", "says"),
    [
        ("activation", lambda I: None, "returns_nothing", "return missing"),
        ("activation", prints, "returns_nothing", "print"),
        ("activation", not_written, "not_written", "in place of the line"),
        ("activation", lambda I: naive(I).tolist(), "returns_list", "np.array"),
        ("output_error", lambda d, a: {"E": d - a}, "wrong_type", "a dict"),
        ("output_error", lambda d, a: "d - a", "wrong_type", "a str"),
        ("activation", lambda I: np.array(["x"]), "wrong_type", "<U1"),
        ("activation", lambda I: I + 0j, "wrong_type", "complex128"),
        ("activation", lambda I: [[1.0], [1.0, 2.0]], "wrong_type", "a list"),
        ("activation", lambda I: naive(I).astype(int), "whole_numbers", "int64"),
        ("activation", lambda I: 1 / (1 + math.exp(-I)), "raises", "np.exp"),
        ("activation", lambda I: I if I > 0 else 0, "raises", "np.where"),
        ("activation", lambda I: undefined(I), "raises", "Run the cell"),  # noqa: F821
        ("net_input", lambda y_in, w, b: w @ y_in + b, "one_pattern", "y_in @ w + b"),
        ("net_input", lambda y_in, w, b: w @ y_in - b, "raises", "side by side"),
        ("net_input", adds_in_place, "changes_its_inputs", "changes b"),
        ("hidden_error", slopes_in_place, "changes_its_inputs", "E = E * s"),
        ("step", step_that_changes_x, "changes_its_inputs", "changes x"),
        ("output_error", lambda d, a: (d - a).mean(), "wrong_shape", "a single number"),
        ("output_error", lambda d, a: (d - a).sum(axis=1), "wrong_shape", "shape (1,)"),
        ("total_error", lambda E: np.abs(E).sum(axis=1), "wrong_shape", "is a single number"),
        ("net_input", lambda: 3, "wrong_shape", "a single number"),
        ("weight_change", lambda beta, E, y_in: beta * np.outer(y_in, E), "one_pattern",
         "written for one pattern; here E has a row for each"),
        ("step", lambda x, d, w1, b1, w2, b2, beta: (w1, w2), "wrong_type", "2 of the four"),
        ("step", lambda x, d, w1, b1, w2, b2, beta: None, "returns_nothing", "None"),
        ("slope", lambda I: I * np.nan, "nan", "NaN"),
        ("net_input", lambda y_in, w, b, c: y_in, "signature", "asks for 'c'"),
        ("softmax", lambda I: np.exp(I) / np.exp(I).sum(1, keepdims=True), "overflow", "largest I"),
        ("activation", np.vectorize(lambda i: 1 / (1 + math.exp(-i))), "overflow", "OverflowError"),
        ("hidden_error", lambda I, w, E: np.exp(-I) / (1 + np.exp(-I)) ** 2 * (E @ w.T), "overflow",
         "the f"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_used_is_a_mistake_of_its_own(rule, function, mistake, says):
    report = check_rule(rule, function)
    assert (report.right, report.mistake) == (False, mistake), report.message
    assert says in report.message, report.message
    if mistake != "signature":
        assert rulecases.FORMULAS[rule] in report.message


def test_a_known_mistake_in_a_form_that_cannot_be_used_is_still_known():
    report = check_rule("output_error", lambda d, a: (a - d).tolist())
    assert report.mistake == "actual_minus_desired" and "a list" in report.note

    def mine(d, a):
        a -= d
        return a

    report = check_rule("output_error", mine)
    assert report.mistake == "actual_minus_desired" and "changes actual" in report.note


# written for one pattern, or for large |I| not at all


def net_of_one_pattern(x, w, b):
    I = b.copy()
    for j in range(len(b)):
        for i in range(len(x)):
            I[j] += w[i, j] * x[i]
    return I


def rows_of_one_pattern(x, w, b):
    return sum(w[i] * x[i] for i in range(len(x))) + b


def step_of_one_pattern(x, d, w1, b1, w2, b2, beta):
    hidden = sigmoid(x @ w1 + b1)
    E = d - sigmoid(hidden @ w2 + b2)
    E_hidden = hidden * (1 - hidden) * (w2 @ E)
    return (
        w1 + beta * np.outer(x, E_hidden), b1 + beta * E_hidden, w2 + beta * np.outer(hidden, E),
        b2 + beta * E,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "function", "says"),
    [
        ("net_input", lambda x, w, b: w.T @ x + b,
         "Yours is written for one pattern; here x has a row for each, shape (batch, inputs): "
         "y_in @ w + b."),
        ("net_input", net_of_one_pattern, "written for one pattern; here x has"),
        ("net_input", rows_of_one_pattern, "written for one pattern; here x has"),
        ("net_input", lambda x, w, b: np.sum(w * x[:, None], axis=0) + b, "for one pattern;"),
        ("net_input", lambda x, w, b: np.sum(w * x) + b,
         "written for one pattern and one unit; here x has a row for each pattern, shape (batch, "
         "inputs), and w a column for each unit: y_in @ w + b."),
        ("net_input", lambda y, w, b: np.dot(w, y) + b, "pattern and one unit; here y has"),
        ("hidden_error", lambda f_I, w, E: f_I * (1 - f_I) * (w @ E), "f_I) * (E @ w.T)"),
        ("hidden_error", lambda f_i, w, E: f_i * (1 - f_i) * sum(w * E),
         "one unit; here f_i has a row for each pattern, shape (batch, units), and w a row"),
        ("weight_change", lambda beta, E, x: (beta * np.outer(x, E), beta * E), "y_in.T @ E / len"),
        ("total_error", lambda d, a: sum(abs(d[k] - a[k]) for k in range(len(d))), "here d has"),
        ("step", step_of_one_pattern, "here x has a row for each, shape (batch, inputs)"),
    ],
)  # fmt: skip
def test_a_rule_written_for_one_pattern_is_told_so(rule, function, says):
    report = check_rule(rule, function)
    assert (report.right, report.mistake) == (False, "one_pattern"), report.message
    assert says in report.message, report.message
    assert rulecases.FORMULAS[rule] in report.message


def test_what_is_wrong_for_one_pattern_too_is_not_called_written_for_one():
    report = check_rule("net_input", lambda x, w, b: w.T @ x - b)
    assert report.mistake == "raises" and "side by side" in report.message


def with_math(f):
    return np.vectorize(f, otypes=[float])


math_sigmoid = with_math(lambda i: 1 / (1 + math.exp(-i)))


@pytest.mark.parametrize(
    ("rule", "function", "says"),
    [
        ("activation", math_sigmoid,
         "e^(−I) is too large for a number at I = −1000 with math.exp: take np.exp, or a form "
         "that never raises e to a large power"),
        ("activation", with_math(lambda i: math.exp(i) / (1 + math.exp(i))),
         "e^I is too large for a number at I = 1000 with math.exp: write 1 / (1 + np.exp(-I))"),
        ("slope", lambda I: math_sigmoid(I) * (1 - math_sigmoid(I)), "at I = −1000 with math.exp"),
        ("slope", with_math(lambda i: 0.25 / math.cosh(i / 2) ** 2), ""),
        ("hidden_error", lambda I, w, E: math_sigmoid(I) * (1 - math_sigmoid(I)) * (E @ w.T),
         "e^(−I) is too large for a number at I = −1000"),
        ("softmax", lambda I: np.array([[math.exp(i) / sum(map(math.exp, r)) for i in r]
                                        for r in I]), "subtract each pattern's largest I"),
        ("step", lambda x, d, w1, b1, w2, b2, beta: [
            part + 0 * math_sigmoid(10 * x @ w1).sum()
            for part in rulecases.whole_step(x, d, w1, b1, w2, b2, beta)], "with math.exp"),
    ],
)  # fmt: skip
def test_an_overflow_in_math_exp_is_no_infinity_divided_by_infinity(rule, function, says):
    report = check_rule(rule, function)
    assert (report.right, report.mistake) == (False, "overflow"), report.message
    assert says in report.message, report.message
    assert "infinity" not in report.message


def test_a_step_that_is_right_for_one_pattern_only_is_told_so():
    def mine(x, d, w1, b1, w2, b2, beta):
        return rulecases.whole_step(x[:1], d[:1], w1, b1, w2, b2, beta)

    assert "right for one pattern and wrong for a batch" in check_rule("step", mine).message


# none of the catalogue


@pytest.mark.parametrize(
    ("rule", "function", "says"),
    [
        ("output_error", lambda d, a: 3 * (d - a), "All values are 3 times what they should be"),
        ("net_input", lambda y, w, b: -(y @ w + b), "The sign is the other way round"),
        ("output_error", lambda d, a: 5 * (d - a) / len(d), "divided by the number of patterns"),
        ("output_error", lambda d, a: len(d) * (d - a), "times the number of patterns"),
        ("output_error", lambda d, a: d - a + 1, "For desired = 1, actual = 0.75 yours gives 1.25"),
        ("softmax", lambda I: softmax_rows(I[:1]) + 0 * I, "right for one pattern and wrong for a"),
        ("net_input", lambda y, w, b: y @ w.T + b if len(w) != len(b) else y @ w + b, "square"),
        ("activation", lambda I: sigmoid(I) + 1e-5,
         "yours gives 0.880807078, the slide's gives 0.880797078"),
        ("activation", lambda I: np.where(np.abs(I) < 100, sigmoid(I), 0.5),
         "at I = −1000 yours gives 0.5, the slide's gives 0"),
        ("weight_change", lambda beta, E, y_in: (beta / len(E) * y_in.T @ E, 7 * E.mean(0)),
         "for Δb"),
        ("hidden_error", lambda f_I, w, E: f_I * (1 - f_I) * (E @ w.T) * (f_I < 0.9), "right in"),
    ],
)  # fmt: skip
def test_an_unknown_difference_comes_with_numbers_and_its_kind(rule, function, says):
    report = check_rule(rule, function)
    assert not report.right and report.mistake is None
    assert says in report.message, report.message
    assert rulecases.FORMULAS[rule] in report.message


def test_of_a_wrong_step_it_is_said_what_comes_out_right():
    def mine(x, d, w1, b1, w2, b2, beta):
        new = rulecases.whole_step(x, d, w1, b1, w2, b2, beta)
        return new[0] + 1, new[1], *new[2:]

    report = check_rule("step", mine)
    assert report.mistake is None
    assert "b1, w2, b2 come out right; look at what w1 come from" in report.message


def test_a_weight_change_may_be_wrong_in_one_of_its_parts():
    report = check_rule(
        "weight_change", lambda beta, E, y_in: (y_in.T @ E * beta, beta * E.mean(0))
    )
    assert report.mistake == "batch_summed"
    report = check_rule(
        "weight_change", lambda beta, E, y_in: (y_in.T @ E * beta / len(E), -beta * E.mean(0))
    )
    assert report.mistake == "change_sign" and "for Δb" in report.message


# the report, and what is left alone


def test_the_report_of_the_slides_first_slip():
    report = check_rule("activation", lambda I: 1 / (1 + np.exp(I)))
    assert report.message == (
        "For I = 2 yours gives 0.119, the slide's gives 0.881: that is 1 − f(I). Some printings "
        "say 1/(1 + e^I); the exponent is −I, so that f rises with I. "
        "Right: f(I) = 1 / (1 + e^(−I)), the activation."
    )
    assert repr(report).startswith("activation: not right yet. For I = 2 yours")
    assert not report


def test_the_report_in_a_notebook_is_escaped():
    report = RuleReport("step", False, None, "<script>alert(1)</script>", "a < b & c")
    assert report._repr_html_() == (
        "<p><strong>✗ step: not right yet.</strong> &lt;script&gt;alert(1)&lt;/script&gt;"
        "<br>a &lt; b &amp; c</p>"
    )
    assert RuleReport("step", True, None, "Yes.")._repr_html_() == (
        "<p><strong>✓ step: right.</strong> Yes.</p>"
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [("hiden_error", "Did you mean 'hidden_error'?"), ("sigmoid", "Choose one of"), (3, "Choose")],
)
def test_an_unknown_name(name, says):
    with pytest.raises(InputError, match=says.replace("?", r"\?")):
        check_rule(name, naive)


def test_what_is_no_function():
    with pytest.raises(InputError, match="without brackets"):
        check_rule("activation", naive(0.5))
    with pytest.raises(InputError, match=r"name comes first: check_rule\('activation', naive\)"):
        check_rule(naive, "activation")


def test_names_may_be_written_freely():
    assert check_rule("Hidden-Error", lambda f_I, w, E: f_I * (1 - f_I) * (E @ w.T))


def test_a_rule_can_do_no_harm():
    before = [value.copy() for value in rulecases.cases("hidden_error").ordinary[0].values()
              if np.ndim(value)]  # fmt: skip

    def mine(f_I, w, E):
        for array in (f_I, w, E):
            array[:] = 7
        np.random.seed(1)
        return E

    state = np.geterr()
    assert not check_rule("hidden_error", mine)
    after = [value for value in rulecases.cases("hidden_error").ordinary[0].values()
             if np.ndim(value)]  # fmt: skip
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert np.geterr() == state
    assert check_rule("hidden_error", lambda f_I, w, E: f_I * (1 - f_I) * (E @ w.T))


def test_checking_says_nothing_and_draws_no_random_numbers(capsys):
    np.random.seed(3)
    before = np.random.get_state()[1].copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_rule("activation", naive)
        assert not check_rule("softmax", lambda I: np.exp(I) / np.exp(I).sum())
    assert np.array_equal(before, np.random.get_state()[1])
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_gets_through():
    def mine(I):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_rule("activation", mine)


def test_the_examples_in_the_docstrings():
    failed, tried = doctest.testmod(rulecheck)
    assert (failed, tried > 0) == (0, True)


def signature_of_a_right(rule):
    """Return what a right function of a rule is called with, as its source has it."""
    return ", ".join(SIGNATURES[rule].by_place)


@pytest.mark.parametrize("returned", ["None", "'w + 1'", "float('nan')", "[]"])
@pytest.mark.parametrize("rule", rulecheck.NAMES)
def test_what_returns_no_numbers_is_told_so_for_every_rule(rule, returned):
    function = eval(f"lambda {signature_of_a_right(rule)}: {returned}")
    report = check_rule(rule, function)
    assert not report.right and report.message
