"""The catalogue of well-known wrong rules: what each computes, and what to tell the student.

A mistake is data: its key, what it amounts to, advice, and one or more ways to write it, each a
function as a student would write it (signatures.py gives it what its parameters are named after).
`rulecheck.check_rule` names the mistake of which one way gives what the student's function gives.

Mistakes that a whole step can have are the same ones, put into `rules.step` in their place.

Example:
    >>> [mistake.key for mistake in MISTAKES["softmax"][:3]]
    ['softmax_over_patterns', 'softmax_over_everything', 'net_input_share']

Source: the lecture, its slides' slips of extraction among them; each advice says what holds.
"""

# ruff: noqa: E741 (I is the slide's own symbol)

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mnistlab.classic import rules
from mnistlab.classic.rulecases import Floats, whole_step
from mnistlab.classic.rules import Rules
from mnistlab.classic.signatures import Function
from mnistlab.classic.units import sigmoid

OVERFLOW = "overflow"  # the one mistake that shows at large |I| only


@dataclass(frozen=True)
class Mistake:
    """One well-known wrong version of a rule.

    Attributes:
        key: its name, the same wherever it turns up.
        what: what the wrong version computes, to follow "that is".
        advice: a sentence or two for the student.
        ways: functions that make this mistake; what they give is what it is known by.
    """

    key: str
    what: str
    advice: str
    ways: tuple[Function, ...]


def mistake(key: str, what: str, advice: str, *ways: Function) -> Mistake:
    """Return a Mistake; each of `ways` is one way to write it."""
    return Mistake(key, what, advice, ways)


def _with_bias_change(change_w: Floats, how: Function) -> tuple[Floats, Floats]:
    """Return Δw with a Δb made of it, a sum or a mean over the sending units."""
    return change_w, how(change_w, axis=0)


def _one_change_for_all(beta: float, E: Floats, f_j: Floats) -> Floats:
    """Return one change for all weights to a unit, shape (receiving,), which no network takes."""
    return beta * (E * f_j).mean(axis=0)


def _one_change_per_pattern(beta: float, E: Floats, f_j: Floats) -> Floats:
    """Return β E_j f(I_j) as it is printed, (batch, receiving), which no network takes."""
    return beta * E * f_j


def _outer_of_all(beta: float, E: Floats, y_in: Floats) -> Floats:
    """Return the outer product the wrong way round, of all patterns at once in a batch."""
    return beta * np.outer(E, y_in)


# A step can't have these: their shapes don't fit the weights.
_FOR_NO_STEP = (_one_change_for_all, _one_change_per_pattern)


# fmt: off

ACTIVATION = (
    mistake("exponent_sign", "1 − f(I)",
            "Some printings say 1/(1 + e^I); the exponent is −I, so that f rises with I.",
            lambda I: 1 / (1 + np.exp(I))),
    mistake("missing_parentheses", "1 + e^(−I)",
            "1/1 + np.exp(-I) divides first: put 1 + np.exp(-I) into parentheses.",
            lambda I: 1 + np.exp(-I)),
    mistake("slope_for_activation", "the slope f'(I)",
            "The activation is f(I) itself; its slope has a place in the hidden error.",
            lambda I: sigmoid(I) * (1 - sigmoid(I))),
    mistake("tanh_for_sigmoid", "tanh, from −1 to 1",
            "tanh is an activation too, but its slope is 1 − f²; the slide's f is the sigmoid.",
            np.tanh),
    mistake("relu_for_sigmoid", "ReLU, max(0, I)",
            "ReLU is an activation too, but its slope is 0 or 1; the slide's f is the sigmoid.",
            lambda I: np.maximum(I, 0)),
    mistake("step_for_sigmoid", "a threshold unit's step",
            "The slope of a step is 0, so backpropagation can't learn with it.",
            lambda I: np.where(I >= 0, 1.0, 0.0), lambda I: np.where(I >= 0, 1.0, -1.0)),
    mistake(OVERFLOW, "infinity divided by infinity",
            "e^I is too large for a number where I is large: write 1 / (1 + np.exp(-I)).",
            lambda I: np.exp(I) / (1 + np.exp(I))),
)

SLOPE = (
    mistake("slope_one_minus_net_input", "f(I) (1 − I)",
            "Some printings of the pseudocode say f(I) * (1 – I); it is f(I) in both places.",
            lambda f_I, I: f_I * (1 - I)),
    mistake("slope_of_net_input", "I (1 − I)",
            "f(1 − f) holds for f = f(I), but here it got I: compute f(I) first, or name the "
            "parameter f_I and get f(I).",
            lambda I: I * (1 - I)),
    mistake("slope_of_activation", "f(f) (1 − f(f)) with f = f(I)",
            "f was applied twice: what was saved in the forward pass is f(I) already.",
            lambda f_I: sigmoid(f_I) * (1 - sigmoid(f_I))),
    mistake("slope_sign", "−f'(I)",
            "f rises with I, so its slope is above 0. With 1/(1 + e^I), as some printings say, "
            "it would be below.",
            lambda f_I: -f_I * (1 - f_I)),
    mistake("activation_for_slope", "f(I) itself", "The slope is f(I) times 1 − f(I).",
            lambda f_I: f_I),
    mistake("one_minus_activation", "1 − f(I)", "The factor f(I) is missing.",
            lambda f_I: 1 - f_I),
    mistake("slope_of_tanh", "1 − f(I)²",
            "1 − f² is the slope of tanh, where f is tanh; the sigmoid's is f(1 − f).",
            lambda f_I: 1 - f_I**2, lambda I: 1 - np.tanh(I) ** 2),
    mistake(OVERFLOW, "infinity divided by infinity",
            "e^(−I) is too large for a number where −I is large: compute f(I), then f(1 − f).",
            lambda I: np.exp(-I) / (1 + np.exp(-I)) ** 2),
)

NET_INPUT = (
    mistake("bias_left_out", "Σ_i w_ij y_i without b_j",
            "Each unit has a bias, the output units too: add b.",
            lambda y_in, w: y_in @ w),
    mistake("bias_subtracted", "Σ_i w_ij y_i − b_j",
            "The bias is added, as the weight of an input that is always 1. A threshold would "
            "be subtracted: b = −T.",
            lambda y_in, w, b: y_in @ w - b),
    mistake("weights_transposed", "Σ_i w_ji y_i + b_j",
            "w has the sending units in its rows, so it is y_in @ w, not y_in @ w.T; layers that "
            "aren't square show it.",
            lambda y_in, w, b: y_in @ w.T + b,
            lambda y_in, w, b: y_in @ w.reshape(w.shape[::-1]).T + b,
            lambda y_in, w, b: y_in @ w.T.reshape(w.shape) + b),
    mistake("net_input_activated", "f(I_j)",
            "The net input is I itself; f comes after it.",
            lambda y_in, w, b: sigmoid(y_in @ w + b)),
)

OUTPUT_ERROR = (
    mistake("actual_minus_desired", "actual − desired",
            "The lecture adds β E f, so E points where the output should go: desired − actual. "
            "(Texts that subtract the gradient have it the other way round.)",
            lambda desired, actual: actual - desired),
    mistake("error_squared", "the squared error",
            "A square is never below 0, so it can't say which way to go.",
            lambda desired, actual: (desired - actual) ** 2,
            lambda desired, actual: (desired - actual) ** 2 / 2),
    mistake("error_absolute", "|desired − actual|",
            "Without its sign E can't say which way to go; absolute values belong in the total "
            "error.",
            lambda desired, actual: np.abs(desired - actual)),
    mistake("error_over_outputs", "(desired − actual) / outputs",
            "Keras averages some losses over the outputs, and then learns that much slower at "
            "the same β; the lecture's E does not.",
            lambda desired, actual: (desired - actual) / desired.shape[1]),
    mistake("error_over_batch", "(desired − actual) / patterns",
            "The mean over the batch is taken in the weight change; here it would count twice.",
            lambda desired, actual: (desired - actual) / len(desired)),
    mistake("desired_minus_net_input", "desired − I",
            "actual is f(I), what the unit answers. (desired − I is Adaline's error.)",
            lambda desired, I: desired - I),
    mistake("desired_minus_rounded", "desired − the rounded output",
            "Rounding hides how sure the network was: once all are on the right side of 0.5, E "
            "is 0 and nothing more is learnt.",
            lambda desired, actual: desired - np.round(actual),
            lambda desired, actual: desired - np.eye(actual.shape[1])[actual.argmax(axis=1)]),
    mistake("slope_at_output", "(desired − actual) f'(I)",
            "Right for squared error (Rumelhart et al. 1986), which is another algorithm: the "
            "lecture's rule has no slope at the output.",
            lambda desired, actual: (desired - actual) * actual * (1 - actual),
            lambda desired, actual: 2 * (desired - actual) * actual * (1 - actual)),
    mistake("error_doubled", "2 (desired − actual)",
            "The 2 of a square's derivative isn't in the lecture's rule; it doubles β.",
            lambda desired, actual: 2 * (desired - actual)),
)

HIDDEN_ERROR = (
    mistake("hidden_without_slope", "Σ_j w_ij E_j without f'(I_i)",
            "The slope says how far the unit's output moves with its net input: multiply by "
            "f(I_i) (1 − f(I_i)).",
            lambda w, E: E @ w.T),
    mistake("hidden_without_weights", "f'(I_i) Σ_j E_j without w_ij",
            "A unit answers for each E_j as far as its weight w_ij reaches: E @ w.T.",
            lambda f_I, E: f_I * (1 - f_I) * E.sum(axis=1, keepdims=True)),
    mistake("activation_for_slope", "f(I_i) Σ_j w_ij E_j",
            "f(I_i) stands where its slope belongs: f(I_i) (1 − f(I_i)).",
            lambda f_I, w, E: f_I * (E @ w.T)),
    mistake("receiving_slope", "Σ_j w_ij f'(I_j) E_j",
            "The slope is the hidden unit's own, f'(I_i), and stands before the sum.",
            lambda w, E, f_j: (E * f_j * (1 - f_j)) @ w.T),
    mistake("weights_already_updated", "f'(I_i) Σ_j w_ij E_j with the weights after the update",
            "Both errors come first, then both weight changes: w as it was in the forward pass.",
            lambda f_I, w, E, beta: f_I * (1 - f_I) * (E @ (w + beta / len(E) * f_I.T @ E).T),
            lambda f_I, w, E, beta: f_I * (1 - f_I) * (E @ (w + beta * f_I.T @ E).T)),
    mistake("hidden_weights_transposed", "f'(I_i) Σ_j w_ji E_j",
            "The errors go back along the weights that they came by: E @ w.T, not E @ w; layers "
            "that aren't square show it.",
            lambda f_I, w, E: f_I * (1 - f_I) * (E @ w),
            lambda f_I, w, E: f_I * (1 - f_I) * (E @ w.reshape(w.shape[::-1]))),
    mistake("hidden_sign", "−f'(I_i) Σ_j w_ij E_j",
            "The sign of E_j comes with it; nothing turns it round on the way back.",
            lambda f_I, w, E: -f_I * (1 - f_I) * (E @ w.T)),
    mistake("slope_one_minus_net_input", "f(I_i) (1 − I_i) Σ_j w_ij E_j",
            "Some printings of the pseudocode say f(I) * (1 – I); it is f(I) in both places.",
            lambda f_I, I, w, E: f_I * (1 - I) * (E @ w.T)),
    mistake("slope_of_activation", "f(f) (1 − f(f)) Σ_j w_ij E_j with f = f(I_i)",
            "f was applied twice: what was saved in the forward pass is f(I) already.",
            lambda f_I, w, E: sigmoid(f_I) * (1 - sigmoid(f_I)) * (E @ w.T)),
    mistake("slope_of_net_input", "I_i (1 − I_i) Σ_j w_ij E_j",
            "f(1 − f) holds for f = f(I), but here I stands in its place.",
            lambda I, w, E: I * (1 - I) * (E @ w.T)),
)

WEIGHT_CHANGE = (
    mistake("receiving_activation", "β E_j f(I_j)",
            "Some printings say f(I_j): it is the error of the receiving unit j and the "
            "activation of the sending unit i.",
            lambda beta, E, f_j: beta / len(E) * f_j.T @ E,
            lambda beta, E, f_j: beta / len(E) * E.T @ f_j,
            _one_change_for_all, _one_change_per_pattern,
            lambda beta, E, f_j, y_in: np.ones((y_in.shape[1], 1)) * beta * (E * f_j).mean(axis=0)),
    mistake("pairs_left_out", "one change for each E_k y_k, value by value",
            "In Δw_ij each pair i, j has a weight of its own: the outer product, "
            "np.outer(y_in, E) for one pattern, y_in.T @ E / len(E) for a batch.",
            lambda beta, E, y_in: beta * E * y_in,
            lambda beta, E, y_in: (beta * E * y_in).mean(axis=0)),
    mistake("net_input_for_activation", "β E_j I_i",
            "The sending unit sends f(I_i), not its net input.",
            lambda beta, E, I_i: (beta / len(E) * I_i.T @ E, beta * E.mean(axis=0))),
    mistake("change_sign", "−β E_j f(I_i)",
            "With E = desired − actual the change is added, so it is + β E_j f(I_i).",
            lambda beta, E, y_in: (-beta / len(E) * y_in.T @ E, -beta * E.mean(axis=0))),
    mistake("batch_summed", "β E_j f(I_i) summed over the batch",
            "β multiplies the mean over the batch: divide by the number of patterns, or a larger "
            "batch takes larger steps.",
            lambda beta, E, y_in: (beta * y_in.T @ E, beta * E.sum(axis=0))),
    mistake("input_activated", "β E_j f(y_i), with f on top of what was sent",
            "y_in is what was sent: f(I_i) already, and for the inputs x itself.",
            lambda beta, E, y_in: (beta / len(E) * sigmoid(y_in).T @ E, beta * E.mean(axis=0)),
            lambda beta, E, I_i: (beta / len(E) * sigmoid(I_i).T @ E, beta * E.mean(axis=0))),
    mistake("beta_missing", "E_j f(I_i) without β",
            "Multiply by β, or the steps have one size whatever β is.",
            lambda E, y_in: (y_in.T @ E / len(E), E.mean(axis=0))),
    mistake("beta_squared", "β² E_j f(I_i)",
            "β counts twice: in E and again in the change, perhaps.",
            lambda beta, E, y_in: (beta**2 / len(E) * y_in.T @ E, beta**2 * E.mean(axis=0))),
    mistake("bias_change_times_activation", "right for Δw, but with an activation in Δb_j",
            "A bias is the weight of an input that is always 1: Δb_j = β E_j.",
            lambda beta, E, y_in, f_j: (beta / len(E) * y_in.T @ E, beta * (E * f_j).mean(axis=0)),
            lambda beta, E, y_in: (beta / len(E) * y_in.T @ E, beta * (E * y_in).mean(axis=0)),
            lambda beta, E, y_in: _with_bias_change(beta / len(E) * y_in.T @ E, np.sum),
            lambda beta, E, y_in: _with_bias_change(beta / len(E) * y_in.T @ E, np.mean)),
    mistake("change_transposed", "the change with its rows and columns swapped",
            "w has the sending units in its rows: y_in.T @ E, not E.T @ y_in.",
            lambda beta, E, y_in: (beta / len(E) * E.T @ y_in, beta * E.mean(axis=0)),
            _outer_of_all),
    mistake("batch_divided_twice", "the mean over the batch, divided by its size once more",
            "One division by the number of patterns makes the mean.",
            lambda beta, E, y_in:
                (beta / len(E) ** 2 * y_in.T @ E, beta / len(E) * E.mean(axis=0))),
)

SOFTMAX = (
    mistake("softmax_over_patterns", "softmax over the patterns of a batch",
            "The outputs of one pattern sum to 1, so sum over the units: axis=-1, keepdims=True.",
            lambda I: np.exp(I) / np.exp(I).sum(axis=0)),
    mistake("softmax_over_everything", "softmax over all patterns and units at once",
            "Each pattern has a sum of its own: axis=-1, keepdims=True.",
            lambda I: np.exp(I) / np.exp(I).sum()),
    mistake("net_input_share", "I_j / Σ_k I_k",
            "Net inputs can be below 0, and so could such shares; e^I can't.",
            lambda I: I / I.sum(axis=-1, keepdims=True)),
    mistake("sigmoid_share", "f(I_j) / Σ_k f(I_k) with the sigmoid's f",
            "Softmax takes e^I where this takes the sigmoid.",
            lambda I: sigmoid(I) / sigmoid(I).sum(axis=-1, keepdims=True)),
    mistake("keepdims_missing", "each value over the sum of another pattern",
            "Without its axis the sum of pattern k ends up under unit k: add keepdims=True.",
            lambda I: np.exp(I) / np.exp(I).sum(axis=1),
            lambda I: np.exp(I - I.max(axis=1)) / np.exp(I - I.max(axis=1)).sum(axis=1),
            lambda I: np.exp(I - I.max(axis=1))
                / np.exp(I - I.max(axis=1)).sum(axis=1, keepdims=True)),
    mistake(OVERFLOW, "infinity divided by infinity, or 0 by 0",
            "Only differences between units count: subtract each pattern's largest I first.",
            lambda I: np.exp(I) / np.exp(I).sum(axis=-1, keepdims=True)),
)

PERCEPTRON = (
    mistake("every_pattern", "w + β y* x after every pattern",
            "Some printings say that weights are changed after every prediction; it is after "
            "every wrong one: leave w as it is where actual equals desired.",
            lambda w, x, desired, beta: w + beta * desired * x),
    mistake("actual_for_desired", "w + β y x with the actual output y",
            "The weights move towards the desired output y*; with y they move further away. (With "
            "±1 a minus for the plus comes to the same: after a wrong prediction y is −y*.)",
            lambda w, x, actual, beta: w + beta * actual * x,
            lambda w, x, desired, actual, beta: w + beta * actual * x * (desired != actual)),
    mistake("perceptron_sign", "w − β y* x",
            "The change is added where ±1 is desired; y* has the sign in it.",
            lambda w, x, desired, beta: w - beta * desired * x,
            lambda w, x, desired, actual, beta: w - beta * (desired - actual) * x),
    mistake("beta_missing", "w + y* x without β",
            "Multiply by β, or the steps have one size whatever β is.",
            lambda w, x, desired, actual: w + desired * x * (desired != actual),
            lambda w, x, desired, actual: w + (desired - actual) * x),
    mistake("after_right_predictions", "w + β y* x after right predictions",
            "The weights change after a wrong prediction and rest after a right one.",
            lambda w, x, desired, actual, beta: w + beta * desired * x * (desired == actual)),
)

ADALINE = (
    mistake("length_for_square", "w + β E x / |x|",
            "It is |x|² = Σ x_i²: then the error on this pattern shrinks by exactly 1 − β.",
            lambda w, x, E, beta: w + beta * E * x / np.sqrt(x @ x)),
    mistake("not_normalised", "w + β E x without / |x|²",
            "Divide by |x|² = Σ x_i², or long patterns take steps that are too large.",
            lambda w, x, E, beta: w + beta * E * x),
    mistake("bias_not_counted", "w + β E x / |x|² without the bias input in |x|²",
            "x_0 = 1 is an input too and counts in |x|².",
            lambda w, x, E, beta: w + beta * E * x / (x[1:] @ x[1:])),
    mistake("mean_for_square", "w + β E x divided by the mean of x²",
            "|x|² is the sum of the squares, not their mean.",
            lambda w, x, E, beta: w + beta * E * x / (x**2).mean()),
    mistake("error_after_the_step", "the error of the output, desired − (+1 or −1)",
            "Adaline's E is the error of the net input, before the step: desired − I.",
            lambda w, x, desired, I, beta:
                w + beta * (desired - np.where(I >= 0, 1, -1)) * x / (x @ x)),
    mistake("adaline_sign", "w − β E x / |x|²",
            "With E = desired − I the change is added.",
            lambda w, x, E, beta: w - beta * E * x / (x @ x)),
    mistake("beta_missing", "w + E x / |x|² without β",
            "Multiply by β; without it a step takes away the whole error of its pattern, whatever "
            "that does to the others.",
            lambda w, x, E: w + E * x / (x @ x)),
)

TOTAL_ERROR = (
    mistake("signed_errors", "the sum of the signed errors",
            "Errors of opposite signs cancel (with softmax the sum is exactly 0): add up "
            "absolute values or squares.",
            lambda E: E.sum(), lambda E: -E.sum()),
    mistake("absolute_too_late", "the absolute value of a sum of signed errors",
            "Take absolute values first, then the sum; otherwise the signs have cancelled.",
            lambda E: np.abs(E.sum()), lambda E: np.abs(E.sum(axis=1)).sum()),
    mistake("mean_error", "a mean",
            "The total is a sum; a mean can't be held against an acceptable total error.",
            lambda E: np.abs(E).mean(), lambda E: (E**2).mean(),
            lambda E: np.abs(E).mean(axis=1).sum(), lambda E: np.abs(E).sum(axis=1).mean(),
            lambda E: (E**2).mean(axis=1).sum(), lambda E: (E**2).sum(axis=1).mean()),
    mistake("last_pattern_only", "the error of the last pattern alone",
            "Add up over all patterns, from 0 in each epoch.",
            lambda E: np.abs(E[-1]).sum(), lambda E: (E[-1] ** 2).sum()),
    mistake("root_of_squares", "the root of the sum of squares",
            "Add up absolute values, or squares without a root over all of them.",
            lambda E: np.sqrt((E**2).sum())),
)

# fmt: on


# A whole step with one of these in it


def _step_with(part: str, way: Function) -> Function:
    """Return the lecture's step with one rule exchanged."""

    def wrong_step(
        x: Floats, desired: Floats, w1: Floats, b1: Floats, w2: Floats, b2: Floats, beta: float
    ) -> tuple[Floats, ...]:
        weights = w1.copy(), b1.copy(), w2.copy(), b2.copy()
        layers = [(weights[0], weights[1]), (weights[2], weights[3])]
        own = Rules(**{part: way})
        rules.step(x, desired, layers, ["sigmoid", "sigmoid"], "lecture", beta, own)
        return weights

    return wrong_step


def _in_a_step(part: str, catalogue: Iterable[Mistake], *leave_out: str) -> list[Mistake]:
    """Return the mistakes of one rule as mistakes of a step, but for those left out."""
    whose = part.replace("_", " ")
    return [
        Mistake(
            m.key,
            f"a step whose {whose} is {m.what}",
            m.advice,
            tuple(_step_with(part, way) for way in m.ways if way not in _FOR_NO_STEP),
        )
        for m in catalogue
        if m.key not in leave_out
    ]


def _only(*changing: str) -> Function:
    """Return a step that changes only the weights and biases named."""

    def wrong_step(
        x: Floats, desired: Floats, w1: Floats, b1: Floats, w2: Floats, b2: Floats, beta: float
    ) -> tuple[Floats, ...]:
        old = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
        new = dict(zip(old, whole_step(x, desired, w1, b1, w2, b2, beta), strict=True))
        return tuple(new[name] if name in changing else old[name] for name in old)

    return wrong_step


def _changes_only(
    x: Floats, desired: Floats, w1: Floats, b1: Floats, w2: Floats, b2: Floats, beta: float
) -> tuple[Floats, ...]:
    """Return Δw and Δb in place of the new weights."""
    old = (w1, b1, w2, b2)
    new = whole_step(x, desired, w1, b1, w2, b2, beta)
    return tuple(after - before for after, before in zip(new, old, strict=True))


def _inputs_activated(
    x: Floats, desired: Floats, w1: Floats, b1: Floats, w2: Floats, b2: Floats, beta: float
) -> tuple[Floats, ...]:
    """Return the step with f(x) for x in the first layer's weight change."""
    _, new_b1, new_w2, new_b2 = whole_step(x, desired, w1, b1, w2, b2, beta)
    hidden = sigmoid(x @ w1 + b1)  # (batch, hidden)
    E = desired - sigmoid(hidden @ w2 + b2)  # (batch, outputs)
    E_hidden = hidden * (1 - hidden) * (E @ w2.T)  # (batch, hidden)
    return w1 + beta / len(x) * sigmoid(x).T @ E_hidden, new_b1, new_w2, new_b2


def _pattern_by_pattern(output: str) -> Function:
    """Return a step that updates after each pattern; output: the output units' activation."""

    def wrong_step(
        x: Floats, desired: Floats, w1: Floats, b1: Floats, w2: Floats, b2: Floats, beta: float
    ) -> tuple[Floats, ...]:
        for p in range(len(x)):
            one = slice(p, p + 1)
            w1, b1, w2, b2 = whole_step(x[one], desired[one], w1, b1, w2, b2, beta, output)
        return w1, b1, w2, b2

    return wrong_step


# Left out is what another entry computes too: the sign of the output error turns every change
# round, as the sign of the weight change does; a mean too many is the same in E and in Δw.
STEP = (
    *_in_a_step("activation", [m for m in ACTIVATION if m.key == "exponent_sign"]),
    *_in_a_step("net_input", NET_INPUT, "net_input_activated"),
    *_in_a_step("output_error", OUTPUT_ERROR, "actual_minus_desired"),
    *_in_a_step("hidden_error", HIDDEN_ERROR),
    *_in_a_step("slope", [m for m in SLOPE if m.key in ("one_minus_activation", "slope_of_tanh")]),
    *_in_a_step(
        "weight_change", WEIGHT_CHANGE,
        "input_activated", "change_transposed", "batch_divided_twice", "pairs_left_out",
    ),
    mistake("input_activated", "a step with f(x) for x in the change of w1",
            "The inputs have no f: what they send is x itself.", _inputs_activated),
    mistake("only_output_layer", "a step that leaves w1 and b1 as they were",
            "The hidden units learn too, from E_i = f'(I_i) Σ_j w_ij E_j.", _only("w2", "b2")),
    mistake("biases_unchanged", "a step that leaves the biases as they were",
            "A bias is the weight of an input that is always 1: Δb_j = β E_j.", _only("w1", "w2")),
    mistake("output_biases_unchanged", "a step that leaves b2 as it was",
            "The output units have biases, and learn them: Δb_j = β E_j.", _only("w1", "b1", "w2")),
    mistake("changes_returned", "the changes alone",
            "Return the new weights: the old ones plus the changes.", _changes_only),
    mistake("pattern_by_pattern", "an update after each pattern, true SGD",
            "That is right for one pattern; for several at once check_rule wants one change by "
            "the mean over the batch.",
            _pattern_by_pattern("sigmoid"), _pattern_by_pattern("softmax")),
)  # fmt: skip

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "activation": ACTIVATION,
    "slope": SLOPE,
    "net_input": NET_INPUT,
    "output_error": OUTPUT_ERROR,
    "hidden_error": HIDDEN_ERROR,
    "weight_change": WEIGHT_CHANGE,
    "softmax": SOFTMAX,
    "perceptron": PERCEPTRON,
    "adaline": ADALINE,
    "total_error": TOTAL_ERROR,
    "step": STEP,
}
