"""Patterns of two inputs: the room around them, their classes, the regions and the legend."""

import numpy as np
import pytest

from mnistlab.errors import InputError
from mnistlab.plots.picture import Picture
from mnistlab.plots.twoinputs import (
    POINTS,
    classes_of,
    draw_legend,
    draw_regions,
    kind_of,
    limits_of,
    name_inputs,
)
from tiny_pictures import legend_of


def test_there_is_an_eighth_of_room_and_some_around_a_single_place() -> None:
    across, up = limits_of(np.array([[0.0, 8.0], [1.0, 8.0]]))
    assert (across[0], across[-1], len(across)) == (-0.12, 1.12, POINTS)
    assert (up[0], up[-1]) == (4.0, 12.0)  # half of 8 on both sides


def test_classes_are_sorted_and_at_most_seven() -> None:
    assert classes_of(np.array(["b", "a", "b"])).tolist() == ["a", "b"]
    assert kind_of(np.array([True])) == kind_of(np.array([0.5])) == "number"
    with pytest.raises(InputError, match="At most 7 classes"):
        classes_of(np.arange(8))


def test_each_class_has_its_own_hatch_and_an_empty_one_none() -> None:
    axes = Picture("t", "a.", "c.").subplots()
    places = np.linspace(0, 1, POINTS)
    regions = np.zeros((POINTS, POINTS), np.int64)
    regions[:, POINTS // 2 :] = 2
    draw_regions(axes, places, places, regions, 3)
    hatches = [one.hatches[0] for one in axes.collections if getattr(one, "filled", False)]  # type: ignore[attr-defined]
    assert hatches == ["//", ".."]


def test_names_of_inputs_and_classes() -> None:
    picture = Picture("t", "a.", "c.")
    axes = picture.subplots()
    name_inputs(axes, ())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x₁", "x₂")
    draw_legend(picture, ["no", "yes"], [])
    assert legend_of(picture) == ["no", "yes"]
