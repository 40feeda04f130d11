"""One image on its way through a network: the grids, the bars, the words."""

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import InputError
from mnistlab.plots.activity import activations
from mnistlab.plots.picture import Picture
from tiny_pictures import DIGITS

IMAGE = np.array([[0.0, 1.0], [0.5, 0.0]])
HIDDEN = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
OUTPUTS = [0.25, 0.0005, 0.7495]


def panels(picture: Picture) -> dict[str, Axes]:
    """Return the panels by their titles, without the colour bars."""
    return {one.get_title(): one for one in picture.axes if one.get_label() != "<colorbar>"}


def cells(axes: Axes) -> Any:
    return np.ma.filled(np.ma.asarray(axes.images[0].get_array()), np.nan).tolist()


def labels(ticks: Any) -> list[str]:
    return [label.get_text() for label in ticks]


def test_the_image_the_units_row_by_row_and_the_outputs_stand_side_by_side() -> None:
    shown = panels(activations(IMAGE, HIDDEN, OUTPUTS, ["a", "b", "c"]))
    assert list(shown) == [
        "image, 2 × 2",
        "6 hidden units\nactivation f(I)",
        "3 outputs\nactivation f(I)",
    ]
    image, hidden, outputs = shown.values()
    assert cells(image) == IMAGE.tolist()
    assert cells(hidden) == [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
    assert labels(hidden.get_yticklabels()) == ["0", "3"] and hidden.get_ylabel() == "unit"
    assert labels(hidden.get_xticklabels()) == ["0", "+1", "+2"]
    assert [bar.get_width() for bar in outputs.patches] == OUTPUTS  # type: ignore[attr-defined]
    assert labels(outputs.get_yticklabels()) == ["a", "b", "c"]
    assert [text.get_text() for text in outputs.texts] == ["0.25", "<0.001", "0.75"]


def test_ink_is_dark_and_so_is_a_large_activation() -> None:
    image, hidden, _ = panels(activations(255 * IMAGE, HIDDEN, OUTPUTS)).values()
    for axes, top in ((image, 255.0), (hidden, 1.0)):
        assert axes.images[0].get_clim() == (0.0, top)
        assert axes.images[0].cmap(1.0)[:3] == (0, 0, 0) and axes.images[0].cmap(0.0)[0] == 1


def test_the_words() -> None:
    picture = activations(IMAGE, HIDDEN, OUTPUTS, ["a", "b", "c"])
    assert picture.title == "One image through the network: c has the largest output"
    assert picture.caption == (
        "The largest of 3 outputs is 0.75, of c. f(I) of 6 hidden units: from 0.1 to 0.6, mean "
        "0.35."
    )
    assert picture.caption in picture.alt
    assert picture.alt.endswith("Outputs: a: 0.25, b: <0.001, c: 0.75.")
    assert activations(IMAGE, HIDDEN, OUTPUTS, title="Mine").title == "Mine"


def test_with_net_inputs_a_row_above_shows_them_with_their_signs() -> None:
    before = [np.array([-9.0, -5.0, 0.0, 1.0, 2.0, 3.0]), [-1.0, -7.0, 2.5]]
    picture = activations(IMAGE, HIDDEN, OUTPUTS, net_inputs=before)
    shown = panels(picture)
    grid = shown["6 hidden units\nnet input I"]
    assert cells(grid) == [[-9, -5, 0], [1, 2, 3]]
    assert grid.images[0].get_clim() == (-9.0, 9.0)
    dashed = {tuple(point) for line in grid.lines for point in line.get_xydata().tolist()}  # type: ignore[union-attr]
    assert dashed == {(0.0, 0.0), (1.0, 0.0)}  # below −3
    assert [text.get_text() for text in shown["3 outputs\nnet input I"].texts] == [
        "-1", "-7", "2.5",
    ]  # fmt: skip
    assert "mean 0.35; I from -9 to 3." in picture.caption
    bars = [one for one in picture.axes if one.get_label() == "<colorbar>"]
    assert [one.get_ylabel() for one in bars] == ["I", "f(I)"]


def test_a_network_as_it_is_drawn_by_a_student() -> None:
    network = ClassicNetwork((784, 512, 10), seed=0)
    image = np.random.default_rng(0).random((28, 28))
    trace = network.trace(image.ravel(), 3)
    f, net_inputs = [one.f for one in trace], [one.I for one in trace]
    picture = activations(image, f[:-1], trace.output, DIGITS, net_inputs)
    shown = panels(picture)
    for title, values in (("net input I", trace.layers[0].I), ("activation f(I)", f[0])):
        drawn = np.asarray(shown[f"512 hidden units\n{title}"].images[0].get_array())
        np.testing.assert_allclose(drawn.ravel(), values)
    assert labels(shown["512 hidden units\nnet input I"].get_yticklabels()) == [
        "0", "128", "256", "384",
    ]  # fmt: skip
    assert f"of {trace.output.argmax()}. f(I) of 512 hidden units" in picture.caption
    assert picture._repr_png_()


def test_forwards_rows_of_one_pattern_will_do() -> None:
    network = ClassicNetwork((4, 6, 3))
    _, hidden, outputs = network.forward(IMAGE.reshape(1, 4))
    assert hidden.shape == (1, 6)
    by_row = activations(IMAGE, hidden, outputs).caption
    assert by_row == activations(IMAGE, hidden[0], outputs[0]).caption
    assert by_row == activations(IMAGE, [hidden], outputs).caption


def test_several_hidden_layers_and_none() -> None:
    layers = [np.full(8, 0.5), np.full(7, 0.25)]
    picture = activations(IMAGE, layers, OUTPUTS)
    shown = panels(picture)
    assert "8 units of hidden layer 1\nactivation f(I)" in shown
    assert "7 units of hidden layer 2: from 0.25 to 0.25, mean 0.25." in picture.caption
    last = np.array(cells(shown["7 units of hidden layer 2\nactivation f(I)"]))
    assert last.shape == (3, 3) and np.isnan(last).sum() == 2  # two places without a unit
    alone = activations(IMAGE, [], OUTPUTS)
    assert len(panels(alone)) == 2 and alone._repr_png_()
    assert alone.caption == "The largest of 3 outputs is 0.75, of unit 2."


@pytest.mark.parametrize(
    ("units", "shape"),
    [(1, (1, 1)), (2, (1, 2)), (10, (5, 2)), (13, (4, 4)), (128, (16, 8)), (512, (32, 16)),
     (1000, (40, 25)), (997, (32, 32))],
)  # fmt: skip
def test_grids_are_full_where_they_can_be(units: int, shape: tuple[int, int]) -> None:
    picture = activations(IMAGE, np.linspace(0, 1, units), OUTPUTS)
    [grid] = [one for title, one in panels(picture).items() if "hidden" in title]
    array = np.ma.asarray(grid.images[0].get_array())
    assert array.shape == shape and array.count() == units
    assert picture._repr_png_()


def test_activations_below_zero_and_above_one_have_their_scales() -> None:
    [tanh] = [
        one for k, one in panels(activations(IMAGE, [-0.5, 0.9], OUTPUTS)).items() if "2 h" in k
    ]
    assert tanh.images[0].get_clim() == (-0.9, 0.9) and tanh.lines
    [relu] = [
        one for k, one in panels(activations(IMAGE, [0.0, 7.5], OUTPUTS)).items() if "2 h" in k
    ]
    assert relu.images[0].get_clim() == (0.0, 7.5)


def test_of_many_outputs_the_largest_are_drawn() -> None:
    outputs = np.linspace(0, 0.02, 100)
    names = [f"a very long class name {number}" for number in range(100)]
    picture = activations(np.zeros((32, 32, 3), np.uint8), [0.5], outputs, names)
    bars = panels(picture)["20 largest of 100 outputs\nactivation f(I)"]
    assert len(bars.patches) == 20
    assert bars.get_yticklabels()[-1].get_text().startswith("a very long")
    picture._repr_png_()
    for label in bars.get_yticklabels():
        assert label.get_window_extent().x0 >= 0
    assert picture.alt.count("class name") == 22  # the title, the caption and 20 bars


def test_titles_stay_inside_the_picture_and_apart() -> None:
    layers = [np.full(1000, 0.5)] * 4
    picture = activations(IMAGE, layers, [12.5], net_inputs=[*layers, [12.5]])
    picture._repr_png_()
    boxes = [one.title.get_window_extent() for one in panels(picture).values()]
    assert all(box.x0 >= 0 and box.x1 <= picture.bbox.x1 for box in boxes)
    assert not any(box.overlaps(other) for k, box in enumerate(boxes) for other in boxes[k + 1 :])


def test_the_largest_output_differs_in_grey_by_its_hatch() -> None:
    bars = panels(activations(IMAGE, HIDDEN, OUTPUTS))["3 outputs\nactivation f(I)"].patches
    assert [bool(bar.get_hatch()) for bar in bars] == [False, False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.0] * 784, HIDDEN, OUTPUTS), r"image must have .*\(784,\).*image.reshape\(28, 28\)"),
        ((IMAGE * np.nan, HIDDEN, OUTPUTS), "images holds NaN"),
        ((np.zeros((2, 2, 4)), HIDDEN, OUTPUTS), "images must have the shape"),
        ((IMAGE, [[0.1], [np.nan]], OUTPUTS), "hidden holds NaN.*diverged"),
        ((IMAGE, np.zeros((2, 6)), OUTPUTS), r"hidden must hold .* is \(2, 6\).* hidden\[0\]"),
        ((IMAGE, [[0.1]] * 5, OUTPUTS), "at most 4 layers, but got 5"),
        ((IMAGE, "sigmoid", OUTPUTS), "hidden must be an array of numbers"),
        ((IMAGE, [0.1, [0.2]], OUTPUTS), "hidden must be an array of numbers"),
        ((IMAGE, HIDDEN, []), "outputs must hold one number for each unit"),
        ((IMAGE, HIDDEN, [np.inf]), "outputs holds NaN, infinity"),
        ((IMAGE, HIDDEN, OUTPUTS, ["a"]), "each of the 3 classes, but got 1"),
        ((IMAGE, HIDDEN, OUTPUTS, (), [HIDDEN]), "of 6, 3 units, but got 1 array of 6"),
        ((IMAGE, HIDDEN, OUTPUTS, (), [OUTPUTS, HIDDEN]), "but got 2 arrays of 3, 6"),
        ((IMAGE, HIDDEN, OUTPUTS, (), 3.0), "net_inputs must be a list with I of each layer"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        activations(*arguments)
