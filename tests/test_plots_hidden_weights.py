"""The incoming weights of hidden units: which are drawn, on what scale, with what signs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image

from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import InputError
from mnistlab.plots.hiddenweights import hidden_weights
from mnistlab.plots.picture import Picture

BEFORE = np.zeros((4, 3))
AFTER = np.array(  # changes of units 0, 1, 2: √(3² + 4²) = 5, 0, √(1 + 1 + 1 + 1) = 2
    [[3.0, 0.0, 1.0], [-4.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]
)


def panels(picture: Picture) -> list[Axes]:
    """Return the panels with weights, row by row, without the colour bar."""
    return [one for one in picture.axes if one.get_visible() and one.images]


def cells(axes: Axes) -> list[list[float]]:
    return np.asarray(axes.images[0].get_array()).tolist()


def dashes(axes: Axes, colour: str | None = None) -> set[tuple[int, int]]:
    """Return the (row, column) of each dash."""
    lines = [one for one in axes.lines if colour in (None, one.get_color())]
    assert {one.get_marker() for one in axes.lines} <= {"_"}
    return {
        (int(y), int(x))
        for line in lines
        for x, y in zip(np.asarray(line.get_xdata()), np.asarray(line.get_ydata()), strict=True)
    }


def test_before_stands_above_after_and_the_most_changed_unit_first() -> None:
    shown = panels(hidden_weights(BEFORE, AFTER, (2, 2), units=2))
    assert [cells(one) for one in shown] == [
        [[0, 0], [0, 0]],
        [[0, 0], [0, 0]],
        [[3, -4], [0, 0]],
        [[1, 1], [1, -1]],
    ]
    assert [one.get_title() for one in shown] == ["unit 0", "unit 2", "", ""]
    assert [one.get_ylabel() for one in shown] == ["before", "", "after", ""]


def test_all_panels_and_the_colour_bar_have_one_scale_with_zero_in_its_middle() -> None:
    picture = hidden_weights(BEFORE, AFTER, (2, 2), units=3)
    assert {one.images[0].get_clim() for one in panels(picture)} == {(-4.0, 4.0)}
    [bar] = [one for one in picture.axes if one.get_label() == "<colorbar>"]
    assert bar.get_ylabel() == "weight" and bar.get_ylim() == (-4.0, 4.0)
    image = panels(picture)[0].images[0]
    red, white, blue = (image.cmap(image.norm(value))[:3] for value in (-4.0, 0.0, 4.0))
    assert red[0] > 2 * red[2] and blue[2] > 2 * blue[0] and min(white) > 0.95


def test_the_caption_says_which_units_and_how_much_they_changed() -> None:
    picture = hidden_weights(BEFORE, AFTER, (2, 2), units=2)
    assert picture.title == "Incoming weights of 2 hidden units, before and after training"
    assert picture.caption == (
        "2 of 3 hidden units, with the weights that changed most: 0, 2. Change of a unit's weights "
        "(root of the sum of squares): 2 to 5. The weights shown lie from 0 to 0 before training "
        "and from -4 to 3 after it."
    )
    assert picture.caption in picture.alt and "2 × 2 cells" in picture.alt
    assert picture.alt.endswith("Row by row, after: unit 0 from -4 to 3, unit 2 from -1 to 1.")
    assert hidden_weights(BEFORE, AFTER, (2, 2), title="Mine").title == "Mine"


def test_named_units_are_drawn_in_their_order() -> None:
    picture = hidden_weights(BEFORE, AFTER, (4, 1), units=[1, 0])
    assert [one.get_title() for one in panels(picture)[:2]] == ["unit 1", "unit 0"]
    assert picture.caption.startswith("2 of 3 hidden units: 1, 0. Change of a unit's weights ")
    assert "0 to 5" in picture.caption
    again = hidden_weights(BEFORE, AFTER, (4, 1), units=np.array([1, 0]))  # type: ignore[arg-type]
    assert again.caption == picture.caption


def test_without_after_the_largest_weights_are_drawn_once() -> None:
    picture = hidden_weights(AFTER, image_shape=(2, 2), units=1)
    assert [cells(one) for one in panels(picture)] == [[[3, -4], [0, 0]]]
    assert picture.caption == (
        "1 of 3 hidden units, with the weights that are largest: 0. Size of a unit's weights (root "
        "of the sum of squares): 5. The weights shown lie from -4 to 3."
    )
    assert picture.title == "Incoming weights of 1 hidden unit"


def test_where_a_weight_is_far_below_zero_a_dash_tells_it_in_grey() -> None:
    weights = np.array([[-10.0], [-5.0], [-3.0], [-0.5], [0.0], [10.0]])  # a third is 3.33
    [axes] = panels(hidden_weights(weights, image_shape=(2, 3)))
    assert dashes(axes) == {(0, 0), (0, 1)}
    assert dashes(axes, "white") == {(0, 0)}  # on the dark cells; black ones would not show
    assert dashes(axes, "black") == {(0, 1)}
    assert axes.get_xlim() == (-0.5, 2.5) and axes.get_ylim() == (1.5, -0.5)


def test_in_grey_a_negative_image_differs_from_a_positive_one(tmp_path: Path) -> None:
    blob = np.full((16, 1), 1.0)
    pixels = []
    for sign in (1, -1):
        path = hidden_weights(sign * blob, image_shape=(4, 4)).save(tmp_path / f"{sign}.png")
        with Image.open(path) as image:
            pixels.append(np.asarray(image.convert("L"), float))
    middle = [one[one.shape[0] // 2 - 60 :, : one.shape[1] // 2] for one in pixels]
    assert np.sum(middle[1] > 250) > np.sum(middle[0] > 250) + 100  # the dashes


def test_a_network_as_it_is_drawn_by_a_student() -> None:
    network = ClassicNetwork((784, 20, 10), seed=1)
    before = network.get_weights()[0]
    after = before.copy()
    after[:, 7] += 0.25  # by 0.25 √784 = 7
    picture = hidden_weights(before, after)
    shown = panels(picture)
    assert len(shown) == 24 and shown[0].get_title() == "unit 7"
    assert "0 to 7." in picture.caption
    drawn = np.asarray(shown[6].images[0].get_array())  # below unit 7 before: unit 7 after
    np.testing.assert_allclose(drawn.ravel(), after[:, 7])


@pytest.mark.parametrize(
    ("inputs", "hidden", "shape", "drawn"),
    [
        (1, 1, (1, 1), 1),
        (784, 1000, (28, 28), 12),
        (4, 5, (1, 4), 5),
        (4, 5, (4, 1), 5),
        (1000, 2, (1000, 1), 2),
    ],
)
def test_one_unit_a_thousand_units_and_flat_patterns(
    inputs: int, hidden: int, shape: tuple[int, int], drawn: int
) -> None:
    weights = np.random.default_rng(0).normal(size=(inputs, hidden)).astype(np.float32)
    picture = hidden_weights(weights, image_shape=shape)
    assert picture._repr_png_() and len(panels(picture)) == drawn
    box = panels(picture)[0].get_window_extent()
    assert min(box.width, box.height) > 20  # a strip is no hairline


def test_48_units_stand_in_rows_of_eight_and_zeros_have_a_scale() -> None:
    picture = hidden_weights(np.zeros((4, 100)), image_shape=(2, 2), units=48)
    assert picture._repr_png_() and len(panels(picture)) == 48
    grid = panels(picture)[0].get_gridspec()
    assert grid is not None and (grid.nrows, grid.ncols) == (6, 8)
    assert panels(picture)[0].images[0].get_clim() == (-1.0, 1.0)
    assert ", unit 19 from 0 to 0 and 28 more." in picture.alt


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (np.zeros(4), None, r"before must .* \(inputs, hidden\), but got the shape \(4,\)"),
        (np.zeros((0, 3)), None, r"got the shape \(0, 3\)"),
        ([np.zeros((4, 3)), np.zeros(3)], None, r"got a list of arrays. .*get_weights\(\)\[0\]"),
        (BEFORE, np.zeros((4, 4)), r"before has the shape \(4, 3\), but after has \(4, 4\)"),
        (BEFORE, AFTER * np.nan, "after holds NaN.*diverged"),
        (BEFORE + np.inf, AFTER, "before holds NaN, infinity"),
        ([["a"]], None, "before must be an array of numbers"),
        (None, None, "before must be an array of numbers"),
    ],
)
def test_what_holds_no_weights_is_refused(before: Any, after: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        hidden_weights(before, after, (2, 2))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((28, 28), "784 pixels, but each hidden unit has 4 incoming weights"),
        ((2, 2, 1), "image_shape must be .height, width."),
        (4, "image_shape must be"),
        ((2.5, 2), "image_shape must be a whole number"),
    ],
)
def test_the_shape_must_fit(shape: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        hidden_weights(AFTER, image_shape=shape)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        (0, "units must be at least 1"),
        (49, "units must be at most 48"),
        ([3], "from 0 to 2, but got"),
        ([-1], "units must be at least 0"),
        ([], "units must name 1 to 48"),
        ("all", "units must be a number"),
        ([0.5], "whole number"),
    ],
)
def test_units_that_are_not_there_are_refused(units: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        hidden_weights(AFTER, image_shape=(2, 2), units=units)
