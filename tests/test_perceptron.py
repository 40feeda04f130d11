"""The threshold unit and its two rules: worked by hand, on the lecture's cases, and as
scikit-learn classifiers."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mnistlab.classic.perceptron import (
    Adaline,
    Perceptron,
    correction,
    delta_rule,
    net_input,
    perceptron_rule,
    step,
    with_bias,
    xor_by_hand,
)
from mnistlab.errors import DivergedError, InputError, MnistlabError, NotFittedError
from processes import with_array_api

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2)
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]
BOTH = pytest.mark.parametrize("unit", [Perceptron, Adaline])


def setosa():
    iris = load_iris()
    return iris.data, np.where(iris.target == 0, "setosa", "other")  # (150, 4), (150,)


# The unit


def test_step_answers_plus_one_from_the_threshold_on():
    assert step([0.9, 1.0, 1.1], threshold=1.0).tolist() == [-1, 1, 1]
    assert step([0.9, 1.0, 1.1], threshold=1.0, outputs=(0, 1)).tolist() == [0, 1, 1]


def test_bias_is_the_first_input_of_one_pattern_and_of_many():
    assert with_bias([2.0, 3.0]).tolist() == [1.0, 2.0, 3.0]
    assert with_bias(X)[:, 0].tolist() == [1.0] * 4


def test_step_units_set_by_hand_compute_xor():
    assert xor_by_hand(X).tolist() == XOR
    assert xor_by_hand([1, 0]) == 1


def test_the_slope_of_a_step_is_zero_away_from_the_threshold():
    net = np.array([-2.0, -0.1, 0.1, 2.0])
    slope = (step(net + 1e-6) - step(net - 1e-6)) / 2e-6  # central differences
    assert slope.tolist() == [0.0] * 4


# The perceptron rule


def test_perceptron_rule_by_hand():
    # w = [0.5, -1, 2], x = [1, 1, 1] (bias first), T = 0, β = 0.5
    # I = 0.5 - 1 + 2 = 1.5 ≥ 0, so y = +1; desired y* = -1: wrong
    # w_new = w + β y* x = [0.5, -1, 2] - 0.5 [1, 1, 1] = [0, -1.5, 1.5]
    w, x = np.array([0.5, -1.0, 2.0]), with_bias([1.0, 1.0])
    assert net_input(w, x) == 1.5
    actual = int(step(net_input(w, x)))
    assert actual == 1
    assert perceptron_rule(w, x, -1, actual, 0.5).tolist() == [0.0, -1.5, 1.5]
    assert w.tolist() == [0.5, -1.0, 2.0]  # the old weights stay as they were
    # With outputs 0/1 the same pattern has y = 1, y* = 0: β (y* - y) x is the same change.
    assert perceptron_rule(w, x, 0, 1, 0.5).tolist() == [0.0, -1.5, 1.5]


def test_a_right_prediction_changes_nothing():
    w, x = np.array([0.5, -1.0, 2.0]), with_bias([1.0, 1.0])
    for outputs in (-1, 1), (0, 1):
        for desired in outputs:
            assert perceptron_rule(w, x, desired, desired).tolist() == w.tolist()


def test_two_epochs_of_and_by_hand():
    # β = 1, T = 0, x = [1, x_1, x_2], w = [0, 0, 0]; AND wants -1 -1 -1 +1
    # epoch 1: 00: I = 0, y = +1, wrong: w = [-1, 0, 0]
    #          01: I = -1, y = -1, right
    #          10: I = -1, y = -1, right
    #          11: I = -1, y = -1, wrong: w = [0, 1, 1]
    # epoch 2: 00: I = 0, y = +1, wrong: w = [-1, 1, 1]
    #          01: I = 0, y = +1, wrong: w = [-2, 1, 0]
    #          10: I = -1, y = -1, right
    #          11: I = -1, y = -1, wrong: w = [-1, 2, 1]
    unit = Perceptron(epochs=2).fit(X, AND)
    changed = [[0, 0, 0], [-1, 0, 0], [0, 1, 1], [-1, 1, 1], [-2, 1, 0], [-1, 2, 1]]
    assert unit.weights_after_changes(X).tolist() == changed
    assert unit.weights_by_epoch_.tolist() == [[0, 0, 0], [0, 1, 1], [-1, 2, 1]]
    assert unit.mistakes_.tolist() == [2, 3]
    assert unit.changes_["epoch"].tolist() == [0, 0, 1, 1, 1]
    assert unit.changes_["pattern"].tolist() == [0, 3, 0, 1, 3]
    assert unit.changes_["amount"].tolist() == [-1, 1, -1, -1, 1]
    assert not unit.converged_


def test_changing_after_every_prediction_fails_on_and():
    # Some printings say that weights are changed after every prediction. Taken literally,
    # w = w + β y* x for all four patterns adds up, in each epoch, to
    # -[1,0,0] - [1,0,1] - [1,1,0] + [1,1,1] = [-2, 0, 0]: the unit ends up saying -1 to all.
    desired = [-1, -1, -1, 1]
    w = np.zeros(3)
    for _ in range(10):
        for x, y_star in zip(with_bias(X), desired, strict=True):
            w = w + 1.0 * y_star * x
    assert w.tolist() == [-20, 0, 0]
    assert step(net_input(w, with_bias(X))).tolist() == [-1, -1, -1, -1]
    # After wrong predictions only:
    unit = Perceptron(epochs=10).fit(X, desired)
    assert unit.predict(X).tolist() == desired


def test_desired_times_x_never_corrects_a_false_positive_with_outputs_0_and_1():
    # y* = 0, y = 1: β y* x = 0, so nothing would change; β (y* - y) x lowers the weights.
    desired, actual = 0, 1
    assert desired * 1.0 == 0.0
    assert correction(desired, actual) == -1.0
    # From w = 0 each pattern is answered 1, and β y* x can only raise the weights of AND.
    w, x = np.zeros(3), with_bias(X)
    for _ in range(10):
        for one, y_star in zip(x, AND, strict=True):
            if step(net_input(w, one), outputs=(0, 1)) != y_star:
                w = w + y_star * one
    assert step(net_input(w, x), outputs=(0, 1)).tolist() == [1, 1, 1, 1]
    assert Perceptron(outputs=(0, 1)).fit(X, AND).predict(X).tolist() == AND


@pytest.mark.parametrize("order", ["stored", "random", "sorted"])
@pytest.mark.parametrize("outputs", [(-1, 1), (0, 1)])
@pytest.mark.parametrize("labels", [AND, OR], ids=["AND", "OR"])
def test_and_and_or_converge(labels, outputs, order):
    unit = Perceptron(outputs=outputs, order=order).fit(X, labels)
    assert unit.converged_
    assert unit.mistakes_[-1] == 0 and 0 not in unit.mistakes_[:-1]
    assert len(unit.mistakes_) < 100
    assert unit.predict(X).tolist() == labels
    assert unit.score(X, labels) == 1.0


@pytest.mark.parametrize("order", ["stored", "random"])
def test_iris_setosa_against_the_rest_converges(order):
    x, y = setosa()
    unit = Perceptron(order=order).fit(x, y)
    assert unit.converged_ and unit.mistakes_[-1] == 0 and len(unit.mistakes_) < 20
    assert unit.score(x, y) == 1.0
    assert unit.classes_.tolist() == ["other", "setosa"]
    assert set(unit.predict(x)) == {"other", "setosa"}


@pytest.mark.parametrize("order", ["stored", "random"])
def test_xor_does_not_converge(order):
    unit = Perceptron(epochs=1000, order=order).fit(X, XOR)
    assert not unit.converged_
    assert len(unit.mistakes_) == 1000 and unit.mistakes_.min() >= 1
    assert unit.score(X, XOR) < 1.0


@pytest.mark.parametrize("beta", [0.1, 0.3, 0.7])
def test_training_and_predicting_agree_to_the_last_bit(beta):
    # With such β, 0.1 + 0.2 - 0.3 isn't 0, so net inputs come out a rounding error beside T.
    for seed in range(100):
        x = np.random.default_rng(seed).integers(0, 2, size=(12, 9)).astype(float)
        y = x[:, 0] + x[:, 1] + x[:, 2] >= 2
        for layout in x, np.asfortranarray(x):
            unit = Perceptron(learning_rate=beta, epochs=1000).fit(layout, y)
            assert unit.converged_ and unit.score(layout, y) == 1.0
            alone = [unit.decision_function(one[np.newaxis])[0] for one in x]
            assert unit.decision_function(layout).tolist() == alone


def test_the_outputs_make_no_difference_to_the_weights():
    for labels in AND, OR, XOR:
        one = Perceptron(outputs=(-1, 1)).fit(X, labels)
        other = Perceptron(outputs=(0, 1)).fit(X, labels)
        assert np.array_equal(one.weights_by_epoch_, other.weights_by_epoch_)


def test_without_bias_the_threshold_stays_as_given():
    # AND with T = 1 needs w_1 < 1, w_2 < 1, w_1 + w_2 ≥ 1: steps of 0.25 find such weights,
    # and steps of 1 step over them.
    unit = Perceptron(bias=False, threshold=1.0, learning_rate=0.25).fit(X, AND)
    assert unit.converged_ and unit.weights_.shape == (2,) and unit.threshold_ == 1.0
    assert unit.decision_function(X).tolist() == (X @ unit.weights_ - 1.0).tolist()
    assert not Perceptron(bias=False, threshold=1.0, learning_rate=1.0).fit(X, AND).converged_
    # With T = 0 no weights can do it: 00 gives I = 0 ≥ T, and a pattern of zeros changes nothing.
    assert not Perceptron(bias=False, threshold=0.0).fit(X, AND).converged_


def test_the_bias_does_the_work_of_the_threshold():
    unit = Perceptron().fit(X, AND)
    w_0, w = unit.weights_[0], unit.weights_[1:]
    assert step(X @ w, threshold=-w_0).tolist() == step(unit.decision_function(X)).tolist()


def test_decision_function_is_the_net_input_minus_the_threshold():
    unit = Perceptron().fit(X, AND)
    # w = [-3, 2, 1]: I = -3, -2, -1, 0; I ≥ 0 only for 11
    assert unit.weights_.tolist() == [-3.0, 2.0, 1.0]
    assert unit.decision_function(X).tolist() == [-3.0, -2.0, -1.0, 0.0]


@pytest.mark.parametrize("order", ["stored", "random"])
def test_the_weights_after_each_change_lead_to_the_weights(order):
    x, y = load_iris().data, load_iris().target == 1  # no plane parts these
    unit = Perceptron(order=order, learning_rate=0.1, epochs=20).fit(x, y)
    weights = unit.weights_after_changes(x)
    assert weights.shape == (unit.mistakes_.sum() + 1, 5)
    assert np.array_equal(weights[-1], unit.weights_)
    ends = np.cumsum(unit.mistakes_)
    assert np.array_equal(weights[ends], unit.weights_by_epoch_[1:])
    for other in x[::-1], x[:10]:
        with pytest.raises(InputError, match="same X"):
            unit.weights_after_changes(other)


# Adaline


def test_delta_rule_by_hand():
    # w = [0.5, -1, 2], x = [1, 2, 1] (bias first), desired = 1, β = 0.5
    # I = 0.5 - 2 + 2 = 0.5, E = 1 - 0.5 = 0.5, |x|² = 1 + 4 + 1 = 6 (the bias counts)
    # w_new = w + 0.5 · 0.5 · [1, 2, 1] / 6 = w + [1/24, 2/24, 1/24]
    # I_new = 0.5 + (1 + 4 + 1)/24 = 0.75, E_new = 0.25 = (1 - β) E
    w, x = np.array([0.5, -1.0, 2.0]), with_bias([2.0, 1.0])
    new = delta_rule(w, x, 1.0, learning_rate=0.5)
    np.testing.assert_allclose(new, [0.5 + 1 / 24, -1 + 2 / 24, 2 + 1 / 24], rtol=1e-15)
    assert 1.0 - net_input(new, x) == pytest.approx(0.25, rel=1e-14)
    assert w.tolist() == [0.5, -1.0, 2.0]


@pytest.mark.parametrize("beta", [0.1, 0.5, 1.0, 1.9, 2.0, 2.5])
def test_the_error_on_the_pattern_shrinks_by_exactly_one_minus_beta(beta):
    rng = np.random.default_rng(0)
    for n in 1, 2, 784:
        w, x = rng.normal(size=n + 1), with_bias(rng.normal(size=n))
        before = 1.0 - net_input(w, x)
        after = 1.0 - net_input(delta_rule(w, x, 1.0, beta), x)
        assert after == pytest.approx((1 - beta) * before, rel=1e-9, abs=1e-12)


def test_without_the_square_the_error_shrinks_by_another_factor():
    # |x| in the place of |x|²: E_new = (1 - β |x|) E, which overshoots as soon as |x| > 2/β.
    w, x = np.zeros(3), with_bias([2.0, 2.0])  # |x| = 3
    wrong = w + 0.5 * 1.0 * x / np.linalg.norm(x)
    assert 1.0 - net_input(wrong, x) == pytest.approx(1 - 0.5 * 3)
    assert 1.0 - net_input(delta_rule(w, x, 1.0, 0.5), x) == pytest.approx(1 - 0.5)


def test_a_pattern_of_zeros_changes_nothing():
    assert delta_rule(np.array([1.0, 2.0]), np.zeros(2), 1.0).tolist() == [1.0, 2.0]
    assert np.isfinite(Adaline(bias=False).fit(X, AND).weights_).all()


def test_one_epoch_of_adaline_by_hand():
    # x = [1, 0] then [1, 1] (bias first), desired -1 then +1, β = 0.5, w = [0, 0]
    # first:  I = 0, E = -1, |x|² = 1: w = [-0.5, 0]
    # second: I = -0.5, E = 1.5, |x|² = 2: w = [-0.5, 0] + 0.5 · 1.5 / 2 [1, 1] = [-0.125, 0.375]
    # Σ E² = 1 + 2.25; both were answered wrong (I = 0 ≥ 0 says +1)
    unit = Adaline(learning_rate=0.5, epochs=1).fit([[0.0], [1.0]], ["no", "yes"])
    assert unit.weights_.tolist() == [-0.125, 0.375]
    assert unit.weights_by_epoch_.tolist() == [[0, 0], [-0.125, 0.375]]
    assert unit.squared_errors_.tolist() == [3.25]
    assert unit.mistakes_.tolist() == [2]


@pytest.mark.parametrize("order", ["stored", "random"])
def test_adaline_learns_and_or_and_setosa(order):
    for x, y in [(X, AND), (X, OR), setosa()]:
        unit = Adaline(order=order).fit(x, y)
        assert unit.score(x, y) == 1.0
        assert unit.squared_errors_[-1] < unit.squared_errors_[0]
        assert len(unit.squared_errors_) == len(unit.mistakes_) == 100
        assert unit.weights_by_epoch_.shape == (101, x.shape[1] + 1)
        assert np.array_equal(unit.weights_by_epoch_[-1], unit.weights_)


def test_adaline_does_not_learn_xor():
    unit = Adaline(epochs=500).fit(X, XOR)
    assert unit.mistakes_.min() >= 1 and unit.score(X, XOR) < 1.0


def test_adaline_stops_at_the_acceptable_error():
    unit = Adaline(acceptable_error=0.01, learning_rate=1.0).fit([[0.0], [1.0]], [0, 1])
    assert unit.converged_ and unit.squared_errors_[-1] < 0.01 <= unit.squared_errors_[-2]
    assert len(unit.squared_errors_) < 100
    assert not Adaline(epochs=3).fit(X, AND).converged_


def test_adaline_goes_astray_from_beta_2_on():
    x, y = [[0.0], [1.0]], [0, 1]
    assert Adaline(learning_rate=1.9).fit(x, y).squared_errors_[-1] < 1e-3
    assert Adaline(learning_rate=2.5).fit(x, y).squared_errors_[-1] > 1e3
    with pytest.raises(DivergedError, match="smaller learning_rate"):
        Adaline(learning_rate=50, epochs=1000).fit(x, y)


# Both, as classifiers


CHECK = """
from sklearn.utils.estimator_checks import check_estimator
from mnistlab.classic.perceptron import Adaline, Perceptron
for unit in Perceptron(), Perceptron(outputs=(0, 1), order="random"), Adaline():
    results = check_estimator(unit, on_skip=None, on_fail=None)
    for one in results:
        if one["status"] != "passed":
            print(unit, one["check_name"], one["status"], one["exception"])
    assert len(results) > 40, len(results)
print("checked")
"""


def test_scikit_learns_own_checks_pass_with_none_skipped():
    ran = with_array_api(CHECK)
    assert (ran.returncode, ran.stdout.strip()) == (0, "checked"), ran.stdout + ran.stderr


@BOTH
@pytest.mark.parametrize(
    "labels",
    [["no", "no", "no", "yes"], [False, False, False, True], [-1, -1, -1, 1], [2.0, 2.0, 2.0, 7.0]],
)
def test_labels_of_any_kind(unit, labels):
    fitted = unit().fit(X, labels)
    assert fitted.classes_.tolist() == sorted(set(labels))
    assert fitted.predict(X).tolist() == labels


@BOTH
def test_the_same_seed_gives_the_same_weights(unit):
    x, y = setosa()
    one, again = (unit(order="random", seed=3, epochs=2).fit(x, y) for _ in range(2))
    other = unit(order="random", seed=4, epochs=2).fit(x, y)
    assert one.weights_.tobytes() == again.weights_.tobytes()
    assert one.weights_.tobytes() != other.weights_.tobytes()


@BOTH
def test_in_a_pipeline_and_a_grid_search(unit):
    x, y = setosa()
    pipeline = make_pipeline(StandardScaler(), unit(order="random"))
    name = unit.__name__.lower()
    search = GridSearchCV(
        pipeline, {f"{name}__learning_rate": [0.01, 0.1], f"{name}__seed": [0, 1]}
    )
    search.fit(x, y)
    assert search.best_score_ > 0.97
    assert search.best_estimator_.score(x, y) > 0.97


@BOTH
def test_a_pickled_unit_predicts_the_same(unit):
    fitted = unit().fit(X, OR)
    assert pickle.loads(pickle.dumps(fitted)).predict(X).tolist() == OR


# Bad input


@BOTH
@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"learning_rate": 0}, "learning_rate must be above 0, but got 0"),
        ({"learning_rate": -0.5}, "learning_rate must be above 0"),
        ({"learning_rate": "0,5"}, "decimal point"),
        ({"learning_rate": float("nan")}, "finite"),
        ({"epochs": 0}, "epochs must be at least 1, but got 0"),
        ({"epochs": 2.5}, "whole number"),
        ({"bias": "yes"}, "bias must be True or False"),
        ({"order": "rnadom"}, "Did you mean 'random'"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_parameters_out_of_range(unit, setting, words):
    with pytest.raises(InputError, match=words):
        unit(**setting).fit(X, AND)


@pytest.mark.parametrize("outputs", [(1, -1), (0, 2), "0/1", None, np.array([-1, 1])])
def test_outputs_must_be_one_of_the_two_pairs(outputs):
    with pytest.raises(InputError, match=r"Choose \(-1, 1\) or \(0, 1\)"):
        Perceptron(outputs=outputs).fit(X, AND)


def test_a_threshold_beside_a_bias_is_refused():
    with pytest.raises(InputError, match="bias=False"):
        Perceptron(threshold=0.5).fit(X, AND)
    with pytest.raises(InputError, match="finite"):
        Perceptron(bias=False, threshold=float("inf")).fit(X, AND)


def test_an_acceptable_error_below_zero_is_refused():
    with pytest.raises(InputError, match="acceptable_error must be at least 0"):
        Adaline(acceptable_error=-1).fit(X, AND)


@BOTH
@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X, [0, 1, 2, 1], r"Only binary classification is supported.*3 classes.*y == 0"),
        (X, list("abca"), r"y == 'a'"),
        (X, [1, 1, 1, 1], r"one class only: \[1\]"),
        (X, [0, 1], "one label in y for each row"),
        (X, None, "a label for each pattern"),
        (X, [0.1, 0.2, 0.3, 0.4], "no measurements"),
        (X, np.eye(2)[AND], "one-hot"),
        (X, [0, 1, np.nan, 1], "Input y contains NaN"),
        (np.where(X == 1, np.nan, X), AND, r"contains NaN\. A number is missing"),
        (np.where(X == 1, np.inf, X), AND, "infinite"),
        ([["a", "b"]] * 4, AND, "one of them is text"),
        ([[1, 2], [1]], [0, 1], "same number of inputs"),
        (np.zeros((0, 2)), [], "no patterns"),
        ([0, 1, 0, 1], AND, "a row for each pattern"),
    ],
)
def test_patterns_and_labels_that_cannot_be_used(unit, x, y, words):
    with pytest.raises(InputError, match=words):
        unit().fit(x, y)


@BOTH
def test_predicting_for_other_inputs_says_what_was_expected(unit):
    fitted = unit().fit(X, AND)
    words = f"X has 3 features, but {unit.__name__} is expecting 2 features.*same inputs"
    for ask in fitted.predict, fitted.decision_function:
        with pytest.raises(InputError, match=words):
            ask([[1.0, 2.0, 3.0]])
        with pytest.raises(InputError, match="a row for each pattern"):
            ask([1.0, 2.0])
        with pytest.raises(InputError, match="NaN"):
            ask([[np.nan, 1.0]])
    assert fitted.predict(X).tolist() == AND  # unharmed


@BOTH
def test_predicting_before_fit(unit):
    with pytest.raises(NotFittedError, match=r"Call fit\(X, y\)") as raised:
        unit().predict(X)
    assert isinstance(raised.value, SklearnNotFittedError)
    assert isinstance(raised.value, MnistlabError)


@BOTH
def test_a_fit_that_fails_leaves_the_weights(unit):
    fitted = unit().fit(X, AND)
    before = fitted.weights_.copy()
    with pytest.raises(InputError):
        fitted.fit(X, [0, 1, 2, 1])
    assert np.array_equal(fitted.weights_, before)
    assert fitted.predict(X).tolist() == AND
