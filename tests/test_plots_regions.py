"""Decision regions: what is drawn, what is said."""

from typing import Any

import numpy as np
import pytest

from mnistlab.classic.perceptron import Perceptron
from mnistlab.errors import InputError
from mnistlab.plots.regions import decision_regions
from tiny_pictures import legend_of

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
OR, AND = [0, 1, 1, 1], [0, 0, 0, 1]


def right_half(points: Any) -> Any:
    """Return 1 where x₁ ≥ 0.5, else 0."""
    return (points[:, 0] >= 0.5).astype(int)


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
