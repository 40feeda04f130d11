"""Activation functions and their slopes, held against another computation of each."""

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from mnistlab.errors import InputError
from mnistlab.plots.functions import activation_functions
from mnistlab.plots.picture import Picture

NAMES = ("sigmoid", "relu", "softmax", "tanh", "exponential", "linear")
BY_HAND = {
    "sigmoid": lambda i: 1 / (1 + math.exp(-i)),
    "relu": lambda i: max(i, 0.0),
    "softmax": lambda i: math.exp(i) / (math.exp(i) + 9),  # nine others at 0: 9 e^0
    "tanh": lambda i: (math.exp(i) - math.exp(-i)) / (math.exp(i) + math.exp(-i)),
    "exponential": lambda i: math.e**i,
    "linear": lambda i: i,
}


def curves(axes: Axes) -> dict[str, Line2D]:
    return {str(line.get_label()): line for line in axes.lines}


def points(line: Line2D) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


def panels(picture: Picture) -> list[Axes]:
    return [axes for axes in picture.axes if axes.get_visible()]


@pytest.mark.parametrize("name", NAMES)
def test_the_solid_line_is_f(name: str) -> None:
    [axes] = panels(activation_functions(name))
    line = curves(axes)["f(I)"]
    net_inputs, f = points(line)
    assert line.get_linestyle() == "-"
    assert (net_inputs[0], net_inputs[-1]) == (-6.0, 6.0)
    assert f == pytest.approx([BY_HAND[name](i) for i in net_inputs])


@pytest.mark.parametrize("name", NAMES)
def test_the_dashed_line_is_its_slope(name: str) -> None:
    [axes] = panels(activation_functions(name))
    line = curves(axes)["f'(I), its slope"]
    net_inputs, slope = points(line)
    h, by_hand = 1e-5, BY_HAND[name]
    differences = [(by_hand(i + h) - by_hand(i - h)) / (2 * h) for i in net_inputs]
    known = ~np.isnan(slope)
    assert line.get_linestyle() == "--"
    assert slope[known] == pytest.approx(np.array(differences)[known], abs=1e-7)
    assert net_inputs[~known].tolist() == ([0.0] if name == "relu" else [])


def test_all_six_are_drawn_by_default_in_two_rows() -> None:
    picture = activation_functions()
    shown = panels(picture)
    assert [axes.get_title().split("\n")[0] for axes in shown] == list(NAMES)
    assert shown[0].get_title() == "sigmoid\n1 / (1 + e^(−I))"
    grid = shown[0].get_gridspec()
    assert grid is not None and (grid.nrows, grid.ncols) == (2, 3)
    for axes in shown:
        assert axes.get_xlabel() == "net input I" and axes.get_ylabel() == "f(I) and f'(I)"
        assert axes.get_xlim() == (-6, 6)
    [legend] = picture.legends
    assert [text.get_text() for text in legend.get_texts()] == ["f(I)", "f'(I), its slope"]


def test_the_caption_has_the_ranges() -> None:
    caption = activation_functions().caption
    # f(±6) of sigmoid: 1 / (1 + e^6) = 0.002473, f' ≤ 1/4; softmax: e^6 / (e^6 + 9) = 0.978
    assert caption == (
        "For I from -6 to 6, sigmoid: f(I) from 0.00247 to 0.998, slope f'(I) from 0.00247 to "
        "0.25; relu: f(I) from 0 to 6, slope f'(I) from 0 to 1; softmax: f(I) from 0.000275 to "
        "0.978, slope f'(I) from 0.000275 to 0.25; tanh: f(I) from -1 to 1, slope f'(I) from "
        "2.46e-05 to 1; exponential: f(I) from 0.00248 to 403, slope f'(I) from 0.00248 to 403; "
        "linear: f(I) from -6 to 6, slope f'(I) 1. Softmax is that of 1 of 10 units, the other 9 "
        "net inputs held at 0."
    )


def test_only_softmax_needs_the_other_units() -> None:
    picture = activation_functions(["tanh", "sigmoid"], title="Two")
    assert "held" not in picture.caption and "tanh (e^I − e^(−I))" in picture.alt
    assert picture.title == "Two" and picture.alt.endswith(picture.caption)
    assert "f(I) solid, f'(I) dashed" in picture.alt


@pytest.mark.parametrize("count", range(1, 7))
def test_any_number_of_them_is_saved(count: int) -> None:
    picture = activation_functions(NAMES[:count])
    assert picture._repr_png_() and len(panels(picture)) == count


def test_the_two_lines_differ_in_grey_where_they_coincide() -> None:
    [axes] = panels(activation_functions(["exponential"]))
    f, slope = curves(axes)["f(I)"], curves(axes)["f'(I), its slope"]
    assert f.get_linewidth() > 2 * slope.get_linewidth()
    assert (f.get_color(), slope.get_color()) == ("#0072B2", "#000000")


def test_names_are_read_as_everywhere() -> None:
    assert activation_functions("Sigmoid").caption == activation_functions(("sigmoid",)).caption


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "names is empty. Give one or more of sigmoid, relu"),
        (["sigmoid", "sigmod"], "'sigmod' is not known.* Did you mean 'sigmoid'"),
        ("swish", "names='swish' is not known. Choose one of: 'sigmoid'"),
        (5, "names=5 is not known"),
        ([None], "names=None is not known"),
    ],
)
def test_other_names_are_refused(names: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        activation_functions(names)
