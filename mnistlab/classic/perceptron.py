"""Perceptron and Adaline: one threshold logic unit, and the two rules by which it learns.

A threshold logic unit (TLU) forms the net input and compares it with the threshold:

    I = Σ w_i x_i
    y = +1 where I ≥ T, else −1        (another slide: 1 / 0)

The bias trick turns the threshold into an input that is always 1, whose weight w_0 is learnt like
the others: I = w_0·1 + w_1 x_1 + … + w_n x_n, compared with T = 0.

    on the slide                 here
    x = [x_0, x_1, …], x_0 = 1   with_bias(X)
    w = [w_0, w_1, …]            weights_ (w_0 first; without bias there is no w_0)
    I                            net_input(weights, x)
    T                            threshold
    y                            step(net_input, threshold, outputs)
    y*, the desired output       desired
    β                            learning_rate
    E                            desired − I, the error of the net input (Adaline)
    w_new = w_old + β y* x       perceptron_rule(), Perceptron
    w_new = w_old + β E x/|x|²   delta_rule(), Adaline

The rule is written once, as a function of one pattern; the classes present the patterns to it,
epoch after epoch, and keep what a picture of the decision boundary needs. The boundary is where
I = T: for two inputs and a bias, the line w_0 + w_1 x_1 + w_2 x_2 = 0.

One unit draws one line (one plane), so it learns AND and OR and can't learn XOR. Step units in
layers can compute XOR, as `xor_by_hand` shows with weights set by hand. But the slope of a step
is 0 (and at T it has none), so backpropagation can't find those weights. Layers of linear units
are no way out either: they collapse into one linear unit.

Example:
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["off", "off", "off", "on"]
    >>> unit = Perceptron().fit(X, y)
    >>> unit.predict(X).tolist()
    ['off', 'off', 'off', 'on']
    >>> unit.weights_.tolist(), unit.mistakes_.tolist()  # w_0, w_1, w_2; mistakes in each epoch
    ([-3.0, 2.0, 1.0], [2, 3, 3, 2, 1, 0])

Source: the lecture, "The Perceptron (1958)", "Introducing Bias" and the footnote on the delta
rule; Rosenblatt 1958; Widrow and Hoff 1960.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from mnistlab.checks import choice, number, positive, shown, whole
from mnistlab.classic.sklearn_face import require_fitted, student_words
from mnistlab.errors import DivergedError, InputError
from mnistlab.seeding import ORDERS, pattern_order

Floats = NDArray[np.float64]

OUTPUTS = ((-1, 1), (0, 1))

CHANGE = np.dtype([("epoch", np.int64), ("pattern", np.int64), ("amount", np.float64)])


# The unit: forward pass


def with_bias(x: ArrayLike) -> Floats:
    """Return the patterns with the bias input x_0 = 1 put first.

    Args:
        x: patterns of shape (patterns, n), or one pattern of shape (n,).

    Returns:
        The same with one more column, shape (patterns, n + 1) or (n + 1,).

    Source: the lecture, "Introducing Bias".

    Example:
        >>> with_bias([[0, 1], [1, 1]]).tolist()
        [[1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]
    """
    inputs = np.asarray(x, dtype=np.float64, order="C")  # (patterns, n)
    ones = np.ones((*inputs.shape[:-1], 1))  # (patterns, 1)
    return np.concatenate([ones, inputs], axis=-1)  # (patterns, n + 1)


def net_input(weights: Floats, x: Floats) -> Floats:
    """Return the net input: I = Σ w_i x_i.

    `np.vecdot` adds up each pattern by itself, so that I has the same last bit whether a pattern
    comes alone, as in training, or among others, as in predicting: where I is close to T, that
    bit decides.

    Args:
        weights: shape (n,), w_0 first where x has the bias input.
        x: patterns of shape (patterns, n), or one pattern of shape (n,).

    Returns:
        I of each pattern, shape (patterns,), or one number.

    Source: the lecture, "The Perceptron (1958)".

    Example:
        >>> net_input(np.array([-1.5, 1.0, 1.0]), with_bias([[0, 1], [1, 1]])).tolist()
        [-0.5, 0.5]
    """
    return np.asarray(np.vecdot(x, weights))  # (patterns,)


def step(
    net_input: ArrayLike, threshold: float = 0.0, outputs: Sequence[int] = (-1, 1)
) -> NDArray[np.int64]:
    """Return the output of a threshold unit: y = +1 where I ≥ T, else −1 (or 1 / 0).

    Its slope is 0 on both sides of T, and at T it jumps: nothing for backpropagation to go by.

    Args:
        net_input: I, of any shape.
        threshold: T.
        outputs: what the unit answers below T, and from T on.

    Returns:
        One of the two outputs for each I, same shape.

    Source: the lecture, "The Perceptron (1958)".

    Example:
        >>> step([-0.5, 0.0, 0.5]).tolist(), step([-0.5, 0.0, 0.5], outputs=(0, 1)).tolist()
        ([-1, 1, 1], [0, 1, 1])
    """
    below, above = outputs
    return np.where(np.asarray(net_input) >= threshold, above, below)


def xor_by_hand(x: ArrayLike) -> NDArray[np.int64]:
    """Return XOR of two inputs, computed by three step units whose weights were set by hand.

        h_1 = step(−0.5 + x_1 + x_2)     OR
        h_2 = step(−1.5 + x_1 + x_2)     AND
        y   = step(−0.5 + h_1 − h_2)     OR, but not AND

    So step units in layers can compute what one unit can't. No rule of this module finds these
    weights: the hidden units have no desired output, and the slope of a step is 0.

    Args:
        x: patterns of shape (patterns, 2), values 0 or 1.

    Returns:
        0 or 1 for each pattern, shape (patterns,).

    Source: the lecture, "Multi-Layer Perceptron Network"; on what one unit can't compute,
        Minsky and Papert 1969.

    Example:
        >>> xor_by_hand([[0, 0], [0, 1], [1, 0], [1, 1]]).tolist()
        [0, 1, 1, 0]
    """
    w_or, w_and = np.array([-0.5, 1.0, 1.0]), np.array([-1.5, 1.0, 1.0])  # (3,) each
    w_out = np.array([-0.5, 1.0, -1.0])  # (3,)
    inputs = with_bias(x)  # (patterns, 3)
    h_1 = step(net_input(w_or, inputs), outputs=(0, 1))  # (patterns,)
    h_2 = step(net_input(w_and, inputs), outputs=(0, 1))  # (patterns,)
    hidden = with_bias(np.stack([h_1, h_2], axis=-1))  # (patterns, 3)
    return step(net_input(w_out, hidden), outputs=(0, 1))  # (patterns,)


# The learning rules, one pattern at a time


def correction(desired: float, actual: float) -> float:
    """Return what the perceptron rule multiplies βx by: 0, or the sign that was missing.

    With outputs ±1 that is y*, the desired output. With outputs 0/1 it is y* − y: there β y* x
    would never correct an answer of 1 where 0 is desired, because y* = 0 changes nothing. Both
    come to the same change, so the outputs make no difference to the weights that are learnt.

    Args:
        desired: y*, one of the two outputs.
        actual: y, one of the same two outputs.

    Returns:
        0.0 after a right prediction, else −1.0 or 1.0.

    Example:
        >>> correction(desired=-1, actual=1), correction(desired=0, actual=1)
        (-1.0, -1.0)
        >>> correction(desired=1, actual=1)
        0.0
    """
    if actual == desired:
        return 0.0
    if -1 in (desired, actual):
        return float(desired)
    return float(desired - actual)


def perceptron_rule(
    weights: Floats, x: Floats, desired: float, actual: float, learning_rate: float = 1.0
) -> Floats:
    """Return the weights after one pattern, by the perceptron learning rule.

        w_new = w_old + β y* x             after a wrong prediction, outputs ±1
        w_new = w_old + β (y* − y) x       after a wrong prediction, outputs 0/1
        w_new = w_old                      after a right one

    Some printings say that weights are changed after every prediction. Taken literally, AND on
    0/1 inputs then ends in weights that answer −1 to all four patterns: three of the four ask
    for −1, and they go on pulling after they are right. The rule changes after a wrong one.

    Args:
        weights: w_old, shape (n,).
        x: the pattern, shape (n,), with its bias input where there is one.
        desired: y*, one of the two outputs.
        actual: y, what the unit answered.
        learning_rate: β, above 0.

    Returns:
        w_new, shape (n,); `weights` is left as it is.

    Source: the lecture, "Perceptron Learning Rule"; Rosenblatt 1958.

    Example:
        >>> perceptron_rule(np.zeros(3), with_bias([0, 1]), desired=-1, actual=1).tolist()
        [-1.0, 0.0, -1.0]
    """
    return weights + learning_rate * correction(desired, actual) * x  # (n,)


def delta_rule(weights: Floats, x: Floats, desired: float, learning_rate: float = 0.1) -> Floats:
    """Return the weights after one pattern, by the normalised delta rule.

        E = desired − I
        w_new = w_old + β E x / |x|²

    E is the error of the net input, before the step. The division by |x|², in which the bias
    input counts, makes the error on this pattern shrink by exactly the factor 1 − β:

        E_new = desired − Σ (w_i + β E x_i / |x|²) x_i = E − β E

    so it is stable for 0 < β < 2. Some printings of the footnote show "β_EX/|x|²": β, E and x
    are three factors. A pattern of zeros (possible without bias) changes nothing.

    Args:
        weights: w_old, shape (n,).
        x: the pattern, shape (n,), with its bias input where there is one.
        desired: the desired net input, −1 or 1 for a classifier.
        learning_rate: β, above 0.

    Returns:
        w_new, shape (n,); `weights` is left as it is.

    Source: the lecture, footnote "Delta Rule (Adaline)"; Widrow and Hoff 1960.

    Example:
        >>> delta_rule(np.zeros(3), with_bias([0, 1]), desired=1, learning_rate=0.5).tolist()
        [0.25, 0.0, 0.25]
    """
    squared_length = x @ x  # |x|²
    if squared_length == 0:
        return weights.copy()  # (n,)
    error = desired - net_input(weights, x)
    return weights + learning_rate * error * x / squared_length  # (n,)


# The two units, as scikit-learn classifiers


class _Settings(NamedTuple):
    """The parameters that both units have, checked."""

    learning_rate: float
    epochs: int
    bias: bool
    order: str
    seed: int


class _ThresholdUnit(ClassifierMixin, BaseEstimator):
    """What Perceptron and Adaline share: patterns and labels in, net input and labels out."""

    learning_rate: float
    epochs: int
    bias: bool
    order: str
    seed: int

    classes_: NDArray[Any]
    n_features_in_: int
    weights_: Floats
    threshold_: float

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return I − T of each pattern: how far the net input lies above the threshold.

        Args:
            X: patterns of shape (patterns, inputs), numbers.

        Returns:
            I − T, shape (patterns,), float64; from 0 on the unit answers the upper class.

        Raises:
            NotFittedError: before fit().
            InputError: patterns that don't have the inputs which fit() saw, or hold NaN.
        """
        x = self._patterns(X)  # (patterns, weights)
        return net_input(self.weights_, x) - self.threshold_  # (patterns,)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the label of each pattern: the upper class where I ≥ T, else the lower one.

        Args:
            X: patterns of shape (patterns, inputs), numbers.

        Returns:
            Labels out of `classes_`, shape (patterns,).

        Raises:
            NotFittedError: before fit().
            InputError: patterns that don't have the inputs which fit() saw, or hold NaN.
        """
        answers = step(self.decision_function(X), outputs=(0, 1))  # (patterns,)
        return self.classes_[answers]  # (patterns,)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False  # one unit has two outputs
        return tags

    def _settings(self) -> _Settings:
        return _Settings(
            learning_rate=positive("learning_rate", self.learning_rate),
            epochs=whole("epochs", self.epochs, minimum=1),
            bias=_flag("bias", self.bias),
            order=choice("order", self.order, ORDERS),
            seed=whole("seed", self.seed),
        )

    def _patterns(self, X: ArrayLike) -> Floats:
        """Return patterns for the learnt weights, with bias input where fit() had one."""
        require_fitted(self, "weights_")
        with student_words():
            inputs: Floats = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        return with_bias(inputs) if self.weights_.size > self.n_features_in_ else inputs

    def _training_set(
        self, X: ArrayLike, y: ArrayLike, bias: bool
    ) -> tuple[Floats, NDArray[Any], NDArray[np.int64]]:
        """Return the patterns (with bias input), the two classes, and each pattern's class."""
        with student_words():
            inputs, labels = validate_data(self, X, y, dtype=np.float64, order="C")
            check_classification_targets(labels)
        classes, members = np.unique(labels, return_inverse=True)  # (classes,), (patterns,)
        _require_two_classes(type(self).__name__, classes)
        x = with_bias(inputs) if bias else inputs
        return x, classes, members


class Perceptron(_ThresholdUnit):
    """One threshold logic unit with the perceptron learning rule.

        I = Σ w_i x_i,   y = +1 where I ≥ T, else −1
        w_new = w_old + β y* x      after a wrong prediction

    The weights start at 0. Learning stops with the first epoch that makes no mistake. With bias
    there is one sooner or later exactly if a line (a plane) parts the classes; where none does,
    as in XOR, mistakes go on until the epochs run out, and `converged_` is False. Where a
    threshold other than 0 stays as given, β must be small enough besides: the weights move in
    steps of β x, and can step over the ones that would do.

    Args:
        learning_rate: β, above 0. As the weights start at 0, with T = 0 it scales them all alike
            and changes no answer (but for rounding).
        epochs: at most how many times to go through all patterns, from 1 on.
        bias: True for an input that is always 1, with a weight w_0 that is learnt; False for a
            threshold that stays as given.
        threshold: T, any finite number; with bias=True it must stay 0, because w_0 = −T
            does its work.
        outputs: (-1, 1) or (0, 1), what the unit answers below T and from T on. They stand for
            the two classes, in sorted order; the weights that are learnt are the same.
        order: "stored" (as the patterns lie), "random" (without replacement, anew each epoch),
            or "sorted" (by class).
        seed: of the random order; a whole number, at least 0.

    Attributes:
        weights_: w, w_0 first, shape (inputs + 1,), or (inputs,) without bias; float64.
        converged_: whether the last epoch made no mistake.
        mistakes_: wrong predictions in each epoch, as they were made, shape (epochs run,).
        weights_by_epoch_: the weights at the start and after each epoch, shape
            (epochs run + 1, weights).
        changes_: one record a change, with fields "epoch" and "pattern" (both from 0) and
            "amount" (what multiplied x); `weights_after_changes(X)` makes weights of them.
        classes_: the two labels, sorted, shape (2,).
        threshold_: T as it was in fit().
        n_features_in_: how many inputs a pattern has.

    Source: the lecture, "The Perceptron (1958)"; Rosenblatt 1958.

    Example:
        >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
        >>> Perceptron().fit(X, [0, 1, 1, 1]).converged_  # OR
        True
        >>> Perceptron().fit(X, [0, 1, 1, 0]).converged_  # XOR
        False
    """

    converged_: bool
    mistakes_: NDArray[np.int64]
    weights_by_epoch_: Floats
    changes_: NDArray[np.void]

    def __init__(
        self,
        *,
        learning_rate: float = 1.0,
        epochs: int = 100,
        bias: bool = True,
        threshold: float = 0.0,
        outputs: tuple[int, int] = (-1, 1),
        order: str = "stored",
        seed: int = 0,
    ) -> None:
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.bias = bias
        self.threshold = threshold
        self.outputs = outputs
        self.order = order
        self.seed = seed

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from the patterns until an epoch makes no mistake or the epochs run out.

        Args:
            X: patterns of shape (patterns, inputs), numbers.
            y: their labels, shape (patterns,), two classes of any kind.

        Returns:
            The unit itself.

        Raises:
            InputError: a parameter out of its range, patterns or labels that can't be used.
            DivergedError: weights beyond what a number can hold.
        """
        settings, outputs = self._settings(), _checked_outputs(self.outputs)
        threshold = self._checked_threshold(settings.bias)
        x, classes, members = self._training_set(X, y, settings.bias)  # x: (patterns, weights)
        desired = np.array(outputs)[members]  # (patterns,)
        history, changes = [np.zeros(x.shape[1])], []  # (weights,) each
        mistakes: list[int] = []
        for epoch in range(settings.epochs):
            order = pattern_order(len(x), epoch, settings.seed, settings.order, members)
            weights, changed = _perceptron_epoch(
                history[-1], x, desired, order, settings.learning_rate, threshold, outputs
            )
            _require_finite(weights)
            history.append(weights)
            mistakes.append(len(changed))
            changes += [(epoch, pattern, amount) for pattern, amount in changed]
            if not changed:
                break
        self.classes_, self.threshold_ = classes, threshold
        self.weights_, self.weights_by_epoch_ = history[-1], np.array(history)
        self.mistakes_, self.converged_ = np.array(mistakes), mistakes[-1] == 0
        self.changes_ = np.array(changes, dtype=CHANGE)
        return self

    def weights_after_changes(self, X: ArrayLike) -> Floats:
        """Return the weights at the start and after each change, to draw how the line moved.

        Args:
            X: the patterns given to fit(), shape (patterns, inputs); a unit keeps which pattern
                changed it, and doesn't keep the patterns.

        Returns:
            Weights of shape (changes + 1, weights), float64; the last row equals `weights_`.

        Raises:
            NotFittedError: before fit().
            InputError: patterns that are not those of fit().

        Example:
            >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
            >>> unit = Perceptron().fit(X, [0, 1, 1, 1])
            >>> unit.weights_after_changes(X).tolist()[:3]
            [[0.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        """
        x = self._patterns(X)  # (patterns, weights)
        patterns, amounts = self.changes_["pattern"], self.changes_["amount"]  # (changes,) each
        if np.max(patterns, initial=-1) < len(x):
            steps = amounts[:, np.newaxis] * x[patterns]  # (changes, weights)
            start = np.zeros((1, x.shape[1]))  # (1, weights)
            weights = np.cumsum(np.concatenate([start, steps]), axis=0)  # (changes + 1, weights)
            if np.array_equal(weights[-1], self.weights_):
                return weights
        raise InputError(
            "These patterns don't lead to the weights that fit() learnt. "
            "Give weights_after_changes() the same X, in the same order, as fit()."
        )

    def _checked_threshold(self, bias: bool) -> float:
        threshold = number("threshold", self.threshold)
        if bias and threshold != 0:
            raise InputError(
                f"threshold={shown(self.threshold)} and bias=True are two ways to do the same: "
                "with a bias, T is 0 and the weight w_0 is learnt. Leave threshold out, "
                "or give bias=False to keep T as it is."
            )
        return threshold


def _perceptron_epoch(
    weights: Floats,
    x: Floats,
    desired: NDArray[np.int64],
    order: NDArray[np.int64],
    learning_rate: float,
    threshold: float,
    outputs: tuple[int, int],
) -> tuple[Floats, list[tuple[int, float]]]:
    """Present each pattern once; return the new weights and the changes (pattern, amount)."""
    changed: list[tuple[int, float]] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for p, wanted in zip(order.tolist(), desired[order].tolist(), strict=True):
            actual = int(step(net_input(weights, x[p]), threshold, outputs))
            if actual != wanted:
                # weights: (weights,)
                weights = perceptron_rule(weights, x[p], wanted, actual, learning_rate)
                changed.append((p, learning_rate * correction(wanted, actual)))
    return weights, changed


class Adaline(_ThresholdUnit):
    """One threshold logic unit with the normalised delta rule.

        E = desired − I,   desired = ±1
        w_new = w_old + β E x / |x|²      after every pattern

    The error is that of the net input, so weights change after right predictions too, until I
    itself is near −1 or +1. Predictions compare I with T = 0. The weights start at 0. Where no
    weights give every pattern its I, the changes go on, the smaller β the smaller they are.

    Args:
        learning_rate: β, above 0; stable below 2. The error on the pattern at hand shrinks by
            exactly the factor 1 − β.
        epochs: at most how many times to go through all patterns, from 1 on.
        bias: True for an input that is always 1, with a weight w_0 that is learnt (it counts
            in |x|²); False for none.
        acceptable_error: stop when the total squared error of an epoch falls below it, at
            least 0; with 0 all epochs are run.
        order: "stored" (as the patterns lie), "random" (without replacement, anew each epoch),
            or "sorted" (by class).
        seed: of the random order; a whole number, at least 0.

    Attributes:
        weights_: w, w_0 first, shape (inputs + 1,), or (inputs,) without bias; float64.
        converged_: whether the last epoch's squared error fell below `acceptable_error`.
        squared_errors_: Σ E² of each epoch, from 0 each, with E as it was before the pattern
            changed the weights, shape (epochs run,).
        mistakes_: wrong predictions in each epoch, as they were made, shape (epochs run,).
        weights_by_epoch_: the weights at the start and after each epoch, shape
            (epochs run + 1, weights).
        classes_: the two labels, sorted, shape (2,); they stand for −1 and +1.
        threshold_: T, 0.
        n_features_in_: how many inputs a pattern has.

    Source: the lecture, footnote "Delta Rule (Adaline)"; Widrow and Hoff 1960.

    Example:
        >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
        >>> unit = Adaline().fit(X, [0, 0, 0, 1])  # AND
        >>> unit.predict(X).tolist()
        [0, 0, 0, 1]
    """

    converged_: bool
    squared_errors_: Floats
    mistakes_: NDArray[np.int64]
    weights_by_epoch_: Floats

    def __init__(
        self,
        *,
        learning_rate: float = 0.1,
        epochs: int = 100,
        bias: bool = True,
        acceptable_error: float = 0.0,
        order: str = "stored",
        seed: int = 0,
    ) -> None:
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.bias = bias
        self.acceptable_error = acceptable_error
        self.order = order
        self.seed = seed

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from the patterns until the error is acceptable or the epochs run out.

        Args:
            X: patterns of shape (patterns, inputs), numbers.
            y: their labels, shape (patterns,), two classes of any kind.

        Returns:
            The unit itself.

        Raises:
            InputError: a parameter out of its range, patterns or labels that can't be used.
            DivergedError: weights beyond what a number can hold, as with β above 2.
        """
        settings, acceptable = self._settings(), self._checked_acceptable_error()
        x, classes, members = self._training_set(X, y, settings.bias)  # x: (patterns, weights)
        desired = np.array([-1.0, 1.0])[members]  # (patterns,)
        history = [np.zeros(x.shape[1])]  # (weights,) each
        squared_errors: list[float] = []
        mistakes: list[int] = []
        for epoch in range(settings.epochs):
            order = pattern_order(len(x), epoch, settings.seed, settings.order, members)
            weights, squared_error, wrong = _adaline_epoch(
                history[-1], x, desired, order, settings.learning_rate
            )
            _require_finite(weights, squared_error)
            history.append(weights)
            squared_errors.append(squared_error)
            mistakes.append(wrong)
            if squared_error < acceptable:
                break
        self.classes_, self.threshold_ = classes, 0.0
        self.weights_, self.weights_by_epoch_ = history[-1], np.array(history)
        self.squared_errors_, self.mistakes_ = np.array(squared_errors), np.array(mistakes)
        self.converged_ = squared_errors[-1] < acceptable
        return self

    def _checked_acceptable_error(self) -> float:
        value = number("acceptable_error", self.acceptable_error)
        if value < 0:
            raise InputError(
                f"acceptable_error must be at least 0, but got {shown(self.acceptable_error)}. "
                "It is compared with a sum of squares; give 0 to run all epochs."
            )
        return value


def _adaline_epoch(
    weights: Floats, x: Floats, desired: Floats, order: NDArray[np.int64], learning_rate: float
) -> tuple[Floats, float, int]:
    """Present each pattern once; return the new weights, Σ E², and how many were wrong."""
    seen = np.empty(len(x))  # (patterns,)
    with np.errstate(over="ignore", invalid="ignore"):
        for p in order.tolist():
            seen[p] = net_input(weights, x[p])
            weights = delta_rule(weights, x[p], desired[p], learning_rate)  # (weights,)
        errors = desired - seen  # (patterns,)
        squared_error = float(errors @ errors)
    return weights, squared_error, int(np.sum(step(seen) != desired))


# What can't be used, in a student's words


def _checked_outputs(value: Any) -> tuple[int, int]:
    """Return the pair of outputs; else raise InputError."""
    for pair in OUTPUTS:
        if isinstance(value, (tuple, list)) and tuple(value) == pair:
            return pair
    raise InputError(
        f"outputs={shown(value)} is not known. Choose (-1, 1) or (0, 1): "
        "what the unit answers below the threshold, and from the threshold on."
    )


def _flag(name: str, value: Any) -> bool:
    """Return True or False; else raise InputError."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise InputError(f"{name} must be True or False, but got {shown(value)}.")


def _require_finite(*values: Floats | float) -> None:
    """Raise DivergedError where a weight or an error is NaN or infinite."""
    if not all(np.isfinite(value).all() for value in values):
        raise DivergedError(
            "The weights grew beyond what a number can hold. Give a smaller learning_rate "
            "(Adaline is stable for 0 < β < 2), or scale the inputs, to [0, 1] for instance."
        )


def _require_two_classes(unit: str, classes: NDArray[Any]) -> None:
    """Raise InputError where the labels are of one class, or of more than two."""
    listed = shown(classes.tolist())
    if len(classes) < 2:
        raise InputError(
            f"{unit} learns to tell two classes apart, but y holds one class only: {listed}. "
            "Give patterns of both classes."
        )
    if len(classes) > 2:
        raise InputError(
            f"Only binary classification is supported. {unit} is one unit with two outputs, and "
            f"y holds {len(classes)} classes (the type of the target is multiclass): {listed}. "
            f"Set one class against the rest: y == {shown(classes.tolist()[0])}."
        )
