"""Labelled bars: which are drawn, and what stands beside them."""

import numpy as np

from mnistlab.plots.bars import bars_height, draw_bars, most_of
from mnistlab.plots.picture import Picture


def test_of_more_than_twenty_the_largest_twenty_stay_in_order() -> None:
    assert most_of(np.array([0.3, 0.1])).tolist() == [0, 1]
    assert most_of(np.arange(22.0)).tolist() == list(range(2, 22))
    assert most_of(np.zeros(22)).tolist() == list(range(20))  # of equal ones the first


def test_a_bar_has_its_name_its_number_and_the_largest_a_hatch() -> None:
    axes = Picture("t", "a.", "c.").subplots()
    draw_bars(axes, np.array([0.25, -1.0, 0.75]), ["a", "b" * 30, "c"], "#0072B2")
    assert [text.get_text() for text in axes.texts] == ["0.25", "-1", "0.75"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "b" * 19 + "…", "c"]
    assert [bar.get_hatch() for bar in axes.patches] == ["", "", "///"]
    low, high = axes.get_xlim()
    assert low < -1 and high > 0.75  # room for the numbers


def test_few_bars_are_no_hairlines() -> None:
    assert bars_height(1) == 0.8 and bars_height(20) == 5.4
