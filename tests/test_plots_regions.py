"""Decision regions and the moving line of a threshold unit: what is drawn, what is said."""

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mnistlab.classic.perceptron import Perceptron
from mnistlab.errors import InputError
from mnistlab.plots.picture import COLOURS
from mnistlab.plots.regions import decision_lines, decision_regions

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
OR, AND = [0, 1, 1, 1], [0, 0, 0, 1]


def right_half(points: Any) -> Any:
    """Return 1 where x₁ ≥ 0.5, else 0."""
    return (points[:, 0] >= 0.5).astype(int)


def legend_of(picture: Any) -> list[str]:
    return [text.get_text() for text in picture.legends[0].get_texts()]


def lines_of(picture: Any) -> dict[str, list[list[float]]]:
    """Return the ends of the lines by their labels; the patterns are left out."""
    return {
        str(line.get_label()): np.round(line.get_xydata(), 9).tolist()
        for line in picture.axes[0].lines
        if "epoch" in str(line.get_label())
    }


# ── regions ─────────────────────────────────────────────────────────────────────────────────────


def test_the_regions_are_what_predict_answers() -> None:
    picture = decision_regions(right_half, X, OR)
    drawn = np.asarray(picture.axes[0].images[0].get_array())
    assert drawn.shape == (300, 300)
    assert (drawn[:, :150] == 0).all() and (drawn[:, 150:] == 1).all()
    left, right, bottom, top = picture.axes[0].images[0].get_extent()
    assert (left, right, bottom, top) == (-0.12, 1.12, -0.12, 1.12)


def test_the_caption_has_the_accuracy_and_the_shares() -> None:
    picture = decision_regions(right_half, X, OR, ["off", "on"], ["a", "b"], "Mine")
    assert picture.caption == (
        "3 of 4 patterns right (75.0%). Shares of the picture: off: 50.0%, on: 50.0%."
    )
    assert picture.alt == f"Mine. {picture.caption}" and picture.title == "Mine"
    axes = picture.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "b")
    assert legend_of(picture) == ["off", "on", "answered wrongly"]


def test_patterns_have_the_markers_of_their_classes_and_wrong_ones_a_ring() -> None:
    axes = decision_regions(right_half, X, OR).axes[0]
    zeros, ones, wrong = axes.lines
    assert np.asarray(zeros.get_xydata()).tolist() == [[0, 0]]
    assert np.asarray(ones.get_xydata()).tolist() == [[0, 1], [1, 0], [1, 1]]
    assert np.asarray(wrong.get_xydata()).tolist() == [[0, 1]]
    assert zeros.get_marker() != ones.get_marker() and wrong.get_markerfacecolor() == "none"
    hatches = [one.hatches[0] for one in axes.collections if getattr(one, "filled", False)]  # type: ignore[attr-defined]
    assert len(set(hatches)) == 2 and None not in hatches


def test_all_right_has_no_ring() -> None:
    picture = decision_regions(lambda p: p.max(axis=1) >= 0.5, X, [bool(k) for k in OR])
    assert legend_of(picture) == ["False", "True"] and "4 of 4" in picture.caption


@pytest.mark.parametrize(
    ("predict", "labels"),
    [
        (lambda p: np.stack([1 - p[:, 0], p[:, 0]], axis=1), [0, 0, 1, 1]),
        (lambda p: p[:, :1], [0, 0, 1, 1]),
        (lambda p: np.where(p[:, 0] >= 0.5, "on", "off"), ["off", "off", "on", "on"]),
        (lambda p: np.where(p[:, 0] >= 0.5, 1.0, -1.0), [-1, -1, 1, 1]),
    ],
)
def test_outputs_labels_and_texts_will_do(predict: Any, labels: list[Any]) -> None:
    assert decision_regions(predict, X, labels).caption.startswith("4 of 4 patterns right")


def test_a_unit_s_own_predict_will_do() -> None:
    unit = Perceptron().fit(X, AND)
    assert "4 of 4" in decision_regions(unit.predict, X, AND).caption


def test_one_class_one_pattern_and_long_names(tmp_path: Any) -> None:
    picture = decision_regions(lambda p: np.zeros(len(p), int), [[3.0, 4.0]], [0], ["a" * 60])
    assert picture.caption.endswith(f"{'a' * 60}: 100.0%.")
    assert legend_of(picture) == ["a" * 19 + "…"]
    assert picture.save(tmp_path / "one.png").stat().st_size > 1000


def test_seven_classes_and_a_thousand_patterns() -> None:
    points = np.random.default_rng(0).uniform(0, 7, (1000, 2))

    def predict(p: Any) -> Any:
        return np.clip(p[:, 0].astype(int), 0, 6)

    picture = decision_regions(predict, points, predict(points), [f"class {k}" for k in range(7)])
    assert picture.caption.startswith("1,000 of 1,000 patterns right (100.0%).")
    assert len({line.get_marker() for line in picture.axes[0].lines}) == 7
    assert picture._repr_png_()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"predict": [0, 1]}, "predict must be a function"),
        ({"predict": lambda p: 3}, "one class for each of 4 points"),
        ({"predict": lambda p: ["a"] * len(p)}, "of the same kind as y"),
        ({"predict": lambda p: np.full(len(p), np.nan)}, "predict answered NaN"),
        ({"predict": lambda p: np.zeros((len(p), 2, 2))}, "one class for each"),
        ({"predict": lambda p: (p[:, 0] * 100).astype(int)}, "At most 7 classes"),
        ({"x": [[1.0, 2.0, 3.0]] * 4}, "two inputs for each"),
        ({"x": np.empty((0, 2)), "y": []}, "at least 1 pattern"),
        ({"x": [[float("nan"), 1.0]] * 4}, "x holds NaN"),
        ({"y": [0, 1]}, "each of the 4 patterns"),
        ({"y": np.eye(4)}, "give y.argmax"),
        ({"y": [0, 1, 1, float("nan")]}, "y holds NaN"),
        ({"class_names": ["one"]}, "name each of the 2 classes"),
        ({"feature_names": ["a"]}, "feature_names must be two names"),
    ],
)
def test_what_makes_no_regions_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        decision_regions(**{"predict": right_half, "x": X, "y": OR, **given})


# ── lines ───────────────────────────────────────────────────────────────────────────────────────


def test_the_lines_are_where_the_net_input_is_zero() -> None:
    weights = Perceptron().fit(X, AND).weights_by_epoch_
    lines = lines_of(decision_lines(weights, X, AND))
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
    assert list(lines_of(picture)) == ["after epoch 3, last"]
    assert legend_of(picture) == ["0", "1", "after epoch 3, last"]


def test_vertical_level_and_corner_lines() -> None:
    rows: Any = [[-0.5, 1, 0], [-0.5, 0, 2], [0, 1, -1]]
    lines = lines_of(decision_lines(rows, X, OR))
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
    assert not lines_of(picture) and picture._repr_png_()


def test_the_sides_are_those_of_the_last_line() -> None:
    picture = decision_lines([[0.5, -1, 0]], X, OR)  # answers 1 at the left
    drawn = np.asarray(picture.axes[0].images[0].get_array())
    assert (drawn[:, :150] == 1).all() and (drawn[:, 150:] == 0).all()


def test_without_bias_the_threshold_stays() -> None:
    picture = decision_lines([[2, 0]], X, OR, threshold=1)
    assert picture.caption.startswith("After epoch 0: 0 + 2 x₁ + 0 x₂ = 1, with 3 of 4")
    assert lines_of(picture)["after epoch 0, last"] == [[0.5, -0.12], [0.5, 1.12]]


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
    lines = list(lines_of(picture))
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
