"""Learning curves as small SVG: the places of the points, worked by hand; what is said in words."""

import doctest
import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from mnistlab import livecurves
from mnistlab.livecurves import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, svg

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = {"loss": [0.5, 0.25], "accuracy": [0.8, 0.9]}


def drawn(*arguments, **more):
    """Return the SVG as a tree; it has to be well formed."""
    return ElementTree.fromstring(svg(*arguments, **more))


def points(tree, panel=0, curve=0):
    """Return the points of a curve of a panel."""
    lines = tree.findall(f"{SVG}g")[panel].findall(f"{SVG}polyline")
    return [tuple(map(float, one.split(","))) for one in lines[curve].get("points").split()]


def test_doctests():
    assert doctest.testmod(livecurves).failed == 0


def test_the_points_are_where_the_numbers_say():
    """Of 4 epochs, 1 and 2 are a quarter and a half across; 0.525 is the top of the axis."""
    across, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    floor = HEIGHT - BOTTOM
    expected = [(LEFT + across / 4, floor - tall * 0.5 / 0.525),
                (LEFT + across / 2, floor - tall * 0.25 / 0.525)]  # fmt: skip
    found = points(drawn(FIGURES, epochs=4))
    assert found == [pytest.approx(one, abs=0.06) for one in expected]


def test_every_point_lies_in_the_frame():
    wild = {"loss": [1e-9, 1e9, 3.0], "val_loss": [2e9, 0.0, 1.0], "accuracy": [1.0, 0.0, 1.0]}
    tree = drawn(wild, epochs=3)
    for x, y in [*points(tree), *points(tree, curve=1), *points(tree, panel=1)]:
        assert LEFT <= x <= WIDTH - RIGHT + 0.1 and TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1


def test_validation_is_dashed_and_named():
    tree = drawn({**FIGURES, "val_loss": [0.6, 0.4]}, epochs=2)
    lines = tree.findall(f"{SVG}g")[0].findall(f"{SVG}polyline")
    assert [one.get("stroke-dasharray") for one in lines] == [None, "6 3"]
    said = [one.text for one in tree.iter(f"{SVG}text")]
    assert said.count("validation") == 1 and said.count("training") == 1
    assert "validation" not in [one.text for one in drawn(FIGURES, epochs=2).iter(f"{SVG}text")]


def test_the_words_say_what_the_curves_show():
    tree = drawn(FIGURES, epochs=2)
    said = "Loss 0.5000, then 0.2500; accuracy 80.0%, then 90.0%"
    assert tree.get("role") == "img" and tree.get("aria-label") == said
    assert tree.find(f"{SVG}title").text == said


def test_the_running_epoch_has_a_circle_of_its_own():
    before, during = drawn(FIGURES, epochs=4), drawn(FIGURES, epochs=4, now=(2.5, 0.3))
    count = [len(list(tree.iter(f"{SVG}circle"))) for tree in (before, during)]
    assert count[1] == count[0] + 1
    assert svg({}, epochs=4, now=(0.5, 2.3)).count("<circle") == 1


@pytest.mark.parametrize("values", [[math.nan], [math.inf, -math.inf], [None], []])
def test_what_is_no_number_is_not_drawn(values):
    assert svg({"loss": values}, epochs=1) == ""
    assert all(svg({}, epochs=5, now=(0.1, one)) == "" for one in values if one is not None)
    tree = drawn({"loss": [0.5, *values, 0.25]}, epochs=4)
    assert len(points(tree)) == 2


def test_a_training_that_was_resumed_begins_at_its_epoch():
    assert points(drawn({"loss": [0.5, 0.4]}, epochs=4, first=2))[1][0] == WIDTH - RIGHT


@pytest.mark.parametrize("epochs", [1, 1000])
def test_it_stays_small(epochs):
    figures = {"loss": [0.5] * epochs, "accuracy": [0.5] * epochs}
    text = svg(figures, epochs)
    assert len(text) < 4_000 + 30 * epochs
    assert len(re.findall("<circle", text)) <= 2 * 33
