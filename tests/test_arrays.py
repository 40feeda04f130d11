"""What a caller hands to a classic network, and what is said when it doesn't fit."""

import numpy as np
import pytest

from mnistlab.classic import arrays
from mnistlab.errors import InputError


def test_patterns_of_the_right_form_are_not_copied():
    x = np.zeros((3, 4), np.float32)
    assert arrays.patterns(x, 4) is x


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.zeros((2, 2, 2)), r"x\.reshape\(len\(x\), 4\)"),
        (np.zeros(4), r"x\[None, :\]"),
        (np.zeros((2, 5)), r"takes \(patterns, 4\)"),
        ([[0, 1, 2, 3], [0, 1]], "different lengths"),
        ([["a", "b", "c", "d"]], "must hold numbers"),
        (None, "must hold numbers"),
        (1.0, "single value"),
        (np.array([[0, 1, 2, np.nan]]), "NaN or infinite"),
        (np.array([[0, 1, 2, np.inf]]), "NaN or infinite"),
    ],
)
def test_patterns_that_dont_fit(x, said):
    with pytest.raises(InputError, match=said):
        arrays.patterns(x, 4)


def test_labels_become_rows_with_a_one():
    assert arrays.desired([1, 0], 2, 3).tolist() == [[0, 1, 0], [1, 0, 0]]


def test_whole_numbers_in_floats_are_labels_too():
    assert arrays.desired([1.0, 0.0], 2, 2).tolist() == [[0, 1], [1, 0]]


def test_one_output_takes_a_plain_list():
    assert arrays.desired([0, 1], 2, 1).tolist() == [[0], [1]]


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([0, 3], "label 3, but 3 outputs know labels from 0 to 2"),
        ([0, -1], "label -1"),
        ([0, 0.5], "whole numbers from 0 to 2, but it holds 0.5"),
        ([0, 1, 2], "3 rows, but x has 2 patterns"),
        ([[0], [1]], r"y\.ravel\(\)"),
        ([[1, 0], [0, 1]], r"shape \(2, 3\)"),
        ([[np.nan, 0, 0], [0, 1, 0]], "NaN"),
    ],
)
def test_labels_that_dont_fit(y, said):
    with pytest.raises(InputError, match=said):
        arrays.desired(y, 2, 3)


def test_the_last_share_is_kept_for_validation():
    x, y = np.arange(10)[:, None], np.arange(10)
    x_train, y_train, (x_val, y_val) = arrays.split(x, y, 0.2, None)
    assert y_train.tolist() == list(range(8))
    assert y_val.tolist() == [8, 9]
    assert len(x_train) == 8
    assert x_val.ravel().tolist() == [8, 9]


@pytest.mark.parametrize("share", [1.0, -0.1, float("nan"), "0.2", 0.999])
def test_shares_that_leave_one_side_empty(share):
    with pytest.raises(InputError):
        arrays.split(np.zeros((10, 1)), np.zeros(10), share, None)


def test_a_share_and_data_are_one_too_many():
    with pytest.raises(InputError, match="not both"):
        arrays.split(np.zeros((2, 1)), np.zeros(2), 0.5, (np.zeros((1, 1)), np.zeros(1)))


def test_weights_are_copied():
    own = [np.zeros((2, 1), np.float32), np.zeros(1, np.float32)]
    given = [np.ones((2, 1)), np.ones(1)]
    taken = arrays.weights_like(given, own)
    given[0][0] = 7
    assert taken[0].tolist() == [[1], [1]]
    assert taken[0].dtype == np.float32


def test_weights_of_another_shape():
    with pytest.raises(InputError, match=r"\(2, 1\)"):
        arrays.weights_like([np.zeros((1, 2)), np.zeros(1)], [np.zeros((2, 1)), np.zeros(1)])


@pytest.mark.parametrize(
    ("desired", "loss", "outputs", "said"),
    [
        ([[-1.0, 1.0]], "lecture", "sigmoid", r"y holds -1.*\(y \+ 1\) / 2"),
        ([[0.0, 2.0]], "binary_crossentropy", "sigmoid", "y holds 2"),
        ([[1.0, 1.0]], "categorical_crossentropy", "softmax", "sums to 2"),
        ([[1.0, 1.0]], "lecture", "softmax", "sums to 2"),
        ([[-3.0, 1.0]], "poisson", "exponential", "count can't be below 0"),
    ],
)
def test_desired_outputs_that_these_units_cant_have(desired, loss, outputs, said):
    with pytest.raises(InputError, match=said):
        arrays.must_suit(np.array(desired), loss, outputs)


@pytest.mark.parametrize(
    ("desired", "loss", "outputs"),
    [
        ([[-1.0, 1.0]], "mean_squared_error", "tanh"),
        ([[-5.0, 7.0]], "lecture", "linear"),
        ([[0.0, 1.0], [1.0, 0.0]], "lecture", "softmax"),
        ([[1.0, 1.0]], "lecture", "sigmoid"),
        ([[0.0, 9.0]], "poisson", "exponential"),
    ],
)
def test_desired_outputs_that_they_can_have(desired, loss, outputs):
    arrays.must_suit(np.array(desired), loss, outputs)


def test_raw_pixels_get_one_line_of_advice(capsys):
    arrays.advise_on_scale(np.full((2, 3), 255.0))
    assert "divide by 255" in capsys.readouterr().err
    arrays.advise_on_scale(np.ones((2, 3)))
    arrays.advise_on_scale(np.empty((0, 3)))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "given", [[], None, "abc", [[0, 1]], [0.0, 1.0], [True, False], 0, [[1], 2]]
)
def test_orders_that_are_none(given):
    with pytest.raises(InputError, match="list of pattern numbers"):
        arrays.order(given, 2)


@pytest.mark.parametrize("given", [[0, 2], [-1, 0]])
def test_orders_of_patterns_that_arent_there(given):
    with pytest.raises(InputError, match="numbered from 0 to 1"):
        arrays.order(given, 2)


def test_an_order_may_repeat_patterns():
    assert arrays.order([1, 1, 0], 2).tolist() == [1, 1, 0]
