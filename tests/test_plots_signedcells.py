"""Cells of signed numbers: the scale, the dashes, the bar."""

import numpy as np

from mnistlab.plots.picture import Picture
from mnistlab.plots.signedcells import draw_signed, scale_of, signed_bar


def test_the_scale_is_the_largest_size_of_all() -> None:
    assert scale_of(np.array([1.0, -3.0]), np.array([2.0, np.nan])) == 3.0
    assert scale_of(np.zeros(2)) == 1.0


def test_below_a_third_of_the_scale_dashes_black_then_white_and_limits_stay() -> None:
    axes = Picture("t", "a.", "c.").subplots()
    image = draw_signed(axes, np.array([[-9.0, -4.0, -2.0, np.nan, 9.0]]), 9.0, 2.0)
    assert image.get_clim() == (-9.0, 9.0)
    white, black = axes.lines
    assert (white.get_color(), black.get_color()) == ("white", "black")
    assert np.asarray(white.get_xydata()).tolist() == [[0, 0]]
    assert np.asarray(black.get_xydata()).tolist() == [[1, 0]]
    assert axes.get_xlim() == (-0.5, 4.5) and axes.get_ylim() == (0.5, -0.5)


def test_the_bar_has_dashes_where_the_cells_have_them() -> None:
    picture = Picture("t", "a.", "c.")
    axes = picture.subplots()
    signed_bar(picture, draw_signed(axes, np.array([[-3.0, 3.0]]), 3.0, 2.0), [axes], "weight")
    [bar] = [one for one in picture.axes if one.get_label() == "<colorbar>"]
    heights = np.concatenate([np.asarray(line.get_ydata(), float) for line in bar.lines])
    assert bar.get_ylabel() == "weight"
    assert heights.min() >= -3.0 and heights.max() < -1.0  # a third of 3
