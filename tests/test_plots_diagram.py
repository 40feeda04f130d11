"""The network as circles and arrows, and its parameters counted."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import InputError
from mnistlab.plots.diagram import GAP, RADIUS, network_diagram
from mnistlab.plots.picture import Picture


def circles(picture: Picture) -> list[tuple[float, float]]:
    """Return the centre of each circle, as (column, y)."""
    found = [one.get_center() for one in picture.axes[0].patches if isinstance(one, Circle)]
    return [(x / GAP, y) for x, y in found]


def arrows(picture: Picture, kind: str) -> list[FancyArrowPatch]:
    found = [one for one in picture.axes[0].patches if isinstance(one, FancyArrowPatch)]
    return [one for one in found if one.get_label() == kind]


def words(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.axes[0].texts]


def test_iris_has_each_circle_and_each_of_its_35_connections() -> None:
    picture = network_diagram((4, 4, 3))
    columns = [column for column, _ in circles(picture)]
    assert [columns.count(place) for place in (0, 1, 2)] == [4, 4, 3]
    assert len(arrows(picture, "weight")) == 4 * 4 + 4 * 3
    assert len(arrows(picture, "bias")) == 4 + 3
    assert picture.caption == "4 × 4 + 4 + 4 × 3 + 3 = 35 parameters: 28 weights and 7 biases."
    assert picture.title == "Network 4-4-3: 35 parameters"


def test_the_arrows_lead_from_edge_to_edge_of_their_units() -> None:
    picture = network_diagram((2, 1), output_activation="sigmoid")
    first, second = arrows(picture, "weight")
    for arrow, y in ((first, 0.5), (second, -0.5)):
        length = (GAP**2 + 0.5**2) ** 0.5
        corners = np.asarray(arrow.get_path().vertices)
        start, tip = corners[0], corners[corners[:, 0].argmax()]
        assert start == pytest.approx((RADIUS * GAP / length, y - RADIUS * y / length), abs=0.01)
        assert tip == pytest.approx((GAP - RADIUS * GAP / length, RADIUS * y / length), abs=0.05)


def test_the_networks_of_the_lecture_are_counted() -> None:
    picture = network_diagram((784, 512, 10))
    assert picture.caption == (
        "784 × 512 + 512 + 512 × 10 + 10 = 407,050 parameters: 406,528 weights and 522 biases."
    )
    assert {"784 × 512 + 512\n= 401,920", "512 × 10 + 10\n= 5,130"} <= set(words(picture))
    assert {"784 inputs", "512 hidden units\nsigmoid", "10 outputs\nsoftmax"} <= set(words(picture))


def test_of_many_units_the_first_and_last_are_drawn_with_their_numbers() -> None:
    picture = network_diagram((784, 512, 10))
    columns = [column for column, _ in circles(picture)]
    assert [columns.count(place) for place in (0, 1, 2)] == [7, 7, 10]
    said = words(picture)
    assert said.count("⋮") == 2 and said.count("bias") == 2
    assert {"0", "3", "781", "783", "509", "511", "9"} <= set(said)
    assert "4" in said and said.count("4") == 1  # of the outputs alone
    assert len(arrows(picture, "weight")) == 7 * 7 + 7 * 10
    assert len(arrows(picture, "bias")) == 7 + 10


def test_no_two_circles_of_a_column_touch() -> None:
    found = circles(network_diagram((784, 9, 10)))
    for (column, y), (other, next_y) in pairwise(sorted(found)):
        assert column != other or abs(y - next_y) > 2 * RADIUS + 0.1


def test_the_alt_text_says_what_the_circles_say() -> None:
    picture = network_diagram((784, 512, 10), "relu", "sigmoid")
    assert picture.alt == (
        "Network 784-512-10: 407,050 parameters. Diagram, from left to right: 784 inputs (drawn: "
        "0 to 3 and 781 to 783); 512 hidden units, relu (drawn: 0 to 3 and 509 to 511); 10 "
        "outputs, sigmoid (drawn: 0 to 9). An arrow leads from each unit, and from a bias unit "
        f"that is always 1, to each unit of the next column. {picture.caption}"
    )


def test_a_bias_differs_in_grey_and_is_in_the_legend() -> None:
    picture = network_diagram((4, 4, 3))
    assert {one.get_linestyle() for one in arrows(picture, "weight")} <= {"-", "solid"}
    assert {str(one.get_linestyle()) for one in arrows(picture, "bias")}.isdisjoint({"-", "solid"})
    squares = [one for one in picture.axes[0].patches if isinstance(one, Rectangle)]
    assert len(squares) == 2
    [legend] = picture.legends
    assert [text.get_text() for text in legend.get_texts()] == ["weight", "bias"]
    solid, dashed = legend.get_lines()
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")


@pytest.mark.parametrize(
    "sizes", [(1, 1), (1000, 1000), (3072, 1024, 512, 100), (13, 64, 64, 1), (4, 1, 11, 10, 2)]
)
def test_the_count_is_that_of_the_network(sizes: tuple[int, ...]) -> None:
    picture = network_diagram(sizes, output_activation="linear")
    assert f"= {ClassicNetwork(sizes, output_activation='linear').count_params():,} parameter" in (
        picture.caption
    )
    assert picture._repr_png_()


def test_one_of_each_is_in_the_singular() -> None:
    picture = network_diagram((1, 1), output_activation="linear", title="Smallest")
    assert picture.caption == "1 × 1 + 1 = 2 parameters: 1 weight and 1 bias."
    assert "1 input (drawn: 0); 1 output, linear (drawn: 0)" in picture.alt
    assert picture.title == "Smallest"


def test_no_words_overlap_and_all_stay_inside_the_picture() -> None:
    for sizes in ((3072, 1024, 512, 256, 128, 64, 32, 100), (784, 512, 10), (2, 2)):
        picture = network_diagram(sizes)
        picture._repr_png_()
        boxes = [text.get_window_extent() for text in picture.axes[0].texts]
        assert all(box.x0 >= 0 and box.x1 <= picture.bbox.x1 for box in boxes)
        for place, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[place + 1 :])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((784,),), "layer_sizes must have 2 to 8 numbers: .* such as .784, 512, 10., but got"),
        (([1] * 9,), "layer_sizes must have 2 to 8 numbers"),
        ((512,), "layer_sizes must have 2 to 8 numbers"),
        (("784-512-10",), "layer_sizes='784-512-10' is no number of units"),
        (((784, 0, 10),), "layer_sizes must be at least 1"),
        (((784, 2.5, 10),), "layer_sizes must be a whole number"),
        (((784, float("nan"), 10),), "layer_sizes must be a finite number"),
        (((4, 4, 3), "swish"), "hidden_activation='swish' is not known"),
        (((4, 4, 3), "softmax"), "meant for outputs"),
        (((4, 4, 3), "relu", "sofmax"), "Did you mean 'softmax'"),
        (((4, 1),), "Softmax over one output is always 1"),
    ],
)
def test_what_is_no_network_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        network_diagram(*arguments)
