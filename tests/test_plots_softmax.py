"""Softmax at work: I, e^I and the probabilities, as bars with numbers and sums."""

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from mnistlab.errors import InputError
from mnistlab.plots.softmax import softmax_at_work

E3 = math.e**2 + math.e + 1  # of I = 2, 1, 0


def bars(axes: Axes) -> list[float]:
    """Return the length of each bar, from the top."""
    found = [one for one in axes.patches if isinstance(one, Rectangle)]
    assert [round(one.get_y() + one.get_height() / 2) for one in found] == list(range(len(found)))
    return [one.get_width() for one in found]


def numbers_of(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def names_of(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_the_panels_are_i_its_exponential_and_the_probability() -> None:
    first, second, third = softmax_at_work([2, 1, 0], ["4", "9", "7"]).axes
    assert bars(first) == [2, 1, 0]
    assert bars(second) == pytest.approx([math.e**2, math.e, 1])
    assert bars(third) == pytest.approx([math.e**2 / E3, math.e / E3, 1 / E3])
    titles = [axes.get_title() for axes in (first, second, third)]
    assert titles == ["net input I", "e^I", "probability f(I)"]
    assert names_of(first) == ["4", "9", "7"] and first.get_ylim()[0] > first.get_ylim()[1]


def test_each_bar_has_its_number_and_each_panel_its_sum() -> None:
    first, second, third = softmax_at_work([2.0, 1.0, 0.0]).axes
    assert numbers_of(first) == ["2", "1", "0"]
    assert numbers_of(second) == ["7.39", "2.72", "1"]
    assert numbers_of(third) == ["0.665", "0.245", "0.09"]
    sums = [axes.get_xlabel() for axes in (first, second, third)]
    assert sums == ["sum: 3", "sum: 11.1", "sum: 1"]


def test_the_words() -> None:
    picture = softmax_at_work([2.0, 1.0, 0.0], ["4", "9", "7"])
    assert picture.caption == (
        "Softmax of 3 net inputs from 0 to 2: the probabilities sum to 1; "
        "the largest is 0.665, of 4."
    )
    assert "4 (I 2, f(I) 0.665), 9 (I 1, f(I) 0.245), 7 (I 0, f(I) 0.09)." in picture.alt
    assert picture.alt.endswith(picture.caption)
    assert softmax_at_work([0, 1], title="Mine").title == "Mine"


def test_a_shift_by_a_constant_changes_no_probability_and_a_thousand_does_not_overflow() -> None:
    plain = softmax_at_work([2.0, 1.0, 0.0]).axes
    for shift, head in ((1000.0, "e^(I − 1,002)"), (-1000.0, "e^(I + 998)")):
        picture = softmax_at_work(np.array([2.0, 1.0, 0.0]) + shift)
        first, second, third = picture.axes
        assert bars(third) == pytest.approx(bars(plain[2]))
        assert second.get_title() == head
        assert bars(second) == pytest.approx([1, 1 / math.e, 1 / math.e**2])
        assert numbers_of(first)[0] == f"{2 + shift:,.0f}"
        assert "the largest I, is subtracted from each first" in picture.caption
        assert picture._repr_png_()


@pytest.mark.parametrize(("largest", "shifted"), [(10.0, False), (10.5, True), (-10.5, True)])
def test_from_ten_on_the_largest_is_subtracted(largest: float, shifted: bool) -> None:
    picture = softmax_at_work([largest, largest - 1])
    assert (picture.axes[1].get_title() != "e^I") == shifted


def test_a_tie_has_equal_hatched_bars_and_is_said() -> None:
    picture = softmax_at_work([4.0, 1.0, 4.0], ["a", "b", "c"])
    for axes in picture.axes:
        lengths = bars(axes)
        assert lengths[0] == lengths[2]
        assert [bool(one.get_hatch()) for one in axes.patches] == [True, False, True]
    assert picture.caption.endswith("of a, c (a tie).")


def test_net_inputs_that_differ_by_little_at_a_large_size_differ_in_print() -> None:
    picture = softmax_at_work([998.5, 1000.25])
    assert numbers_of(picture.axes[0]) == ["998.5", "1,000.25"]


def test_of_many_units_the_most_probable_are_drawn_and_all_are_summed() -> None:
    given = np.linspace(-3, 3, 1000)[::-1].astype(np.float32)
    picture = softmax_at_work(given[None])  # a row, as forward gives it
    first, _, third = picture.axes
    assert names_of(first) == [f"unit {unit}" for unit in range(20)]
    assert third.get_xlabel() == "sum of all 1,000: 1"
    assert sum(bars(third)) < 0.2
    assert first.get_ylabel() == "the 20 most probable units"
    assert picture._repr_png_() and picture.alt.count("f(I)") == 20


def test_one_unit_is_certain() -> None:
    picture = softmax_at_work([-3.0])
    assert bars(picture.axes[2]) == [1.0] and picture._repr_png_()


def test_numbers_stay_inside_their_panels_and_names_inside_the_picture() -> None:
    names = ["a name that is far too long", "$x_1$", "猫", "two\nlines", "-"]
    picture = softmax_at_work([-123456.0, -99999.0, -100001.0, -99999.5, -1e6], names)
    assert picture._repr_png_()
    for axes in picture.axes:
        panel = axes.get_window_extent()
        for text in axes.texts:
            box = text.get_window_extent()
            assert panel.x0 - 1 <= box.x0 and box.x1 <= panel.x1 + 1
    for label in picture.axes[0].get_yticklabels():
        assert label.get_window_extent().x0 >= 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "net_inputs must hold one number for each unit"),
        (1.0, r"its shape is \(\)"),
        (
            [[1.0], [2.0]],
            r"its shape is \(2, 1\). Of several patterns, give one row: net_inputs.0.",
        ),
        ([1.0, float("nan")], "net_inputs holds NaN.*diverged"),
        ([1.0, float("inf")], "holds NaN, infinity"),
        ([1e200, 0.0], "beyond 1e100"),
        (["a"], "net_inputs must be an array of numbers"),
        ([[1.0], [2.0, 3.0]], "net_inputs must be an array of numbers"),
    ],
)
def test_what_is_no_net_input_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        softmax_at_work(given)


def test_names_must_fit() -> None:
    with pytest.raises(InputError, match="each of the 2 classes, but got 1"):
        softmax_at_work([1.0, 2.0], ["a"])
    assert softmax_at_work([1.0, 2.0], np.array(["a", "b"]))._repr_png_()  # type: ignore[arg-type]
