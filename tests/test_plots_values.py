"""Predicted against actual values: the points, the diagonal, the words."""

from typing import Any

import numpy as np
import pytest

from mnistlab import plots
from mnistlab.errors import InputError

ACTUAL = [20.0, 50.0, 30.0]
PREDICTED = [21.0, 45.0, 30.0]  # off by 1, 5 and 0: mean 2, median 1


def test_the_points_are_the_patterns_and_the_diagonal_is_where_they_are_right() -> None:
    axes = plots.predictions(ACTUAL, np.array(PREDICTED)[:, None]).axes[0]
    diagonal, points, worst = axes.lines
    assert list(np.asarray(diagonal.get_xdata())) == list(np.asarray(diagonal.get_ydata()))
    assert list(np.asarray(points.get_xdata())) == ACTUAL
    assert list(np.asarray(points.get_ydata())) == PREDICTED
    assert (list(worst.get_xdata()), list(worst.get_ydata())) == ([50, 50], [45, 50])  # type: ignore[arg-type]
    assert axes.get_xlim() == axes.get_ylim() and axes.get_aspect() == 1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("actual value", "predicted value")


def test_the_words_have_the_mean_the_median_and_the_largest_error() -> None:
    picture = plots.predictions(ACTUAL, PREDICTED)
    assert picture.title == "Predicted and actual values: mean absolute error 2"
    assert picture.caption == (
        "Mean absolute error 2 over 3 patterns, median 1. "
        "The largest error is that of pattern 1: 45 predicted, 50 actual."
    )
    assert picture.alt.endswith(picture.caption) and "diagonal" in picture.alt
    assert plots.predictions([1], [2], title="Boston").title == "Boston: mean absolute error 1"


def test_where_all_are_right_none_is_marked() -> None:
    picture = plots.predictions([3, 3], [3, 3])
    assert picture.caption == "Mean absolute error 0 over 2 patterns: each prediction is right."
    assert len(picture.axes[0].lines) == 2 and picture._repr_png_()


def test_what_differs_differs_in_grey_too() -> None:
    diagonal, points, worst = plots.predictions(ACTUAL, PREDICTED).axes[0].lines
    assert len({diagonal.get_marker(), points.get_marker(), worst.get_marker()}) == 3
    assert (diagonal.get_linestyle(), points.get_linestyle()) == ("--", "None")


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_values_of_any_size_and_number_are_drawn(scale: float) -> None:
    actual = np.linspace(-scale, scale, 1000)
    picture = plots.predictions(actual.astype(np.float32), actual[::-1])
    assert picture._repr_png_() and "1,000 patterns" in picture.caption
    low, high = picture.axes[0].get_xlim()
    assert low < -scale and scale < high


@pytest.mark.parametrize(
    ("actual", "predicted", "message"),
    [
        ([], [], "actual must hold one number for each of at least 1 pattern"),
        ([1.0], [[1.0, 2.0]], r"predicted must hold one number .* \(1, 2\)"),
        (3.0, [3.0], r"its shape is \(\)"),
        ([1.0, 2.0], [1.0], "2 actual values, but 1 predicted ones"),
        ([1.0], [float("nan")], "predicted holds NaN .* diverged"),
        ([float("inf")], [1.0], "actual holds NaN or infinity"),
        (["a"], [1.0], "actual must be an array of numbers"),
        ([1.0], None, "predicted must be an array of numbers"),
    ],
)
def test_what_is_no_number_for_each_pattern_is_refused(
    actual: Any, predicted: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        plots.predictions(actual, predicted)
