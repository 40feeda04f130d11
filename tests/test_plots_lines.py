"""The moving line of a threshold unit: what is drawn, what is said."""

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mnistlab.classic.perceptron import Perceptron
from mnistlab.errors import InputError
from mnistlab.plots.lines import decision_lines
from mnistlab.plots.picture import COLOURS
from tiny_pictures import legend_of

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
OR, AND = [0, 1, 1, 1], [0, 0, 0, 1]


def ends_of(picture: Any) -> dict[str, list[list[float]]]:
    """Return the ends of the lines by their labels; the patterns are left out."""
    return {
        str(line.get_label()): np.round(line.get_xydata(), 9).tolist()
        for line in picture.axes[0].lines
        if "epoch" in str(line.get_label())
    }


def test_the_lines_are_where_the_net_input_is_zero() -> None:
    weights = Perceptron().fit(X, AND).weights_by_epoch_
    lines = ends_of(decision_lines(weights, X, AND))
    for label, ends in lines.items():
        w_0, w_1, w_2 = weights[int(label.split()[2].rstrip(","))]
        for x_1, x_2 in ends:
            assert abs(w_0 + w_1 * x_1 + w_2 * x_2) < 1e-7
            assert any(abs(place - limit) < 1e-7 for place in (x_1, x_2) for limit in (-0.12, 1.12))
    labels = list(lines)
    assert labels[0].endswith(", first") and labels[-1] == "after epoch 6, last"


def test_the_words_have_the_last_line_and_those_that_are_not_seen() -> None:
    rows: Any = [[0, 0, 0], [9, 1, 1], [5, 0, 0], [-0.5, 1.0, -2.0]]
    # I = -0.5, -2.5, 0.5, -1.5: only (1, 0) is answered 1
    picture = decision_lines(rows, X, OR)
    assert picture.caption == (
        "After epoch 3: -0.5 + 1 x₁ − 2 x₂ = 0, with 2 of 4 patterns right. "
        "No line yet after epoch 0, 2. Outside the picture: the line after epoch 1."
    )
    assert picture.alt.endswith(picture.caption)
    assert list(ends_of(picture)) == ["after epoch 3, last"]
    assert legend_of(picture) == ["0", "1", "after epoch 3, last"]


def test_vertical_level_and_corner_lines() -> None:
    rows: Any = [[-0.5, 1, 0], [-0.5, 0, 2], [0, 1, -1]]
    lines = ends_of(decision_lines(rows, X, OR))
    assert lines == {
        "after epoch 0, first": [[0.5, -0.12], [0.5, 1.12]],
        "after epoch 1": [[-0.12, 0.25], [1.12, 0.25]],
        "after epoch 2, last": [[-0.12, -0.12], [1.12, 1.12]],
    }


def test_zero_weights_have_no_line_yet() -> None:
    picture = decision_lines([[0, 0, 0]], X, OR)
    assert picture.caption == (
        "After epoch 0: there is no line, with 3 of 4 patterns right. No line yet after epoch 0."
    )
    assert not ends_of(picture) and picture._repr_png_()


def test_the_sides_are_those_of_the_last_line() -> None:
    picture = decision_lines([[0.5, -1, 0]], X, OR)  # answers 1 at the left
    drawn = np.asarray(picture.axes[0].images[0].get_array())
    assert (drawn[:, :150] == 1).all() and (drawn[:, 150:] == 0).all()


def test_without_bias_the_threshold_stays() -> None:
    picture = decision_lines([[2, 0]], X, OR, threshold=1)
    assert picture.caption.startswith("After epoch 0: 0 + 2 x₁ + 0 x₂ = 1, with 3 of 4")
    assert ends_of(picture)["after epoch 0, last"] == [[0.5, -0.12], [0.5, 1.12]]


def test_the_newest_is_strongest_in_grey_too() -> None:
    rows: Any = [[-0.1 * k, 1, 1] for k in range(1, 6)]
    lines = [one for one in decision_lines(rows, X, OR).axes[0].lines if "epoch" in one.get_label()]  # type: ignore[operator]
    widths = [line.get_linewidth() for line in lines]
    assert widths[-1] == max(widths) and lines[-1].get_linestyle() == "-"
    assert widths[1:] == sorted(widths[1:])
    assert all(line.get_linestyle() != "-" for line in lines[:-1])
    assert sum(to_rgb(str(lines[-1].get_color()))) < sum(to_rgb(COLOURS[0]))


def test_of_a_thousand_epochs_twenty_lines_are_drawn() -> None:
    rows: Any = [[-0.001 * k, 1, 1] for k in range(1001)]
    picture = decision_lines(rows, X, OR)
    lines = list(ends_of(picture))
    assert len(lines) == 20
    assert (lines[0], lines[-1]) == ("after epoch 0, first", "after epoch 1000, last")


def test_numbers_of_any_size_are_drawn() -> None:
    rows: Any = [[1e-300, 1e-300, -1e-300], [-1e200, 2e200, 1.0], [1.0, 1e-308, 1.0]]
    assert decision_lines(rows, 1e6 * X, OR)._repr_png_()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weights_by_epoch": [1, 2, 3]}, r"shape is \(3,\)"),
        ({"weights_by_epoch": [[1, 2, 3, 4]]}, "of a unit with two inputs"),
        ({"weights_by_epoch": np.empty((0, 3))}, "weights_by_epoch must hold a row"),
        ({"weights_by_epoch": [[1, float("nan"), 1]]}, "diverged"),
        ({"y": [0, 1, 2, 1]}, "y holds 3"),
        ({"y": [1, 1, 1, 1]}, "y holds 1"),
        ({"threshold": "0"}, "threshold must be a number"),
        ({"class_names": ["a", "b", "c"]}, "name each of the 2 classes"),
        ({"feature_names": "ab"}, "feature_names must be two names"),
    ],
)
def test_what_makes_no_line_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        decision_lines(**{"weights_by_epoch": [[0, 1, 1]], "x": X, "y": OR, **given})
