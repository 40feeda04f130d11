"""What the network got most wrong: which, in what order, and with what beliefs."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mnistlab import plots
from mnistlab.errors import InputError
from tiny_pictures import titles_of


@pytest.fixture
def answers() -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Six images of 2×3 pixels, their classes 0, 1, 2, and a network's beliefs, worked by hand.

    pattern  right  beliefs            taken for  too sure by
    0        0      0.7 0.2 0.1        0          right
    1        0      0.1 0.6 0.3        1          0.5
    2        1      0.98 0.01 0.01     0          0.97
    3        2      0.1 0.6 0.1        1          0.5  (as sure as pattern 1, and later)
    4        2      0.0 0.0 1.0        2          right
    5        1      0.3 0.3 0.4        2          0.1
    """
    images = np.arange(36, dtype=np.uint8).reshape(6, 2, 3)
    actual = np.array([0, 0, 1, 2, 2, 1])
    beliefs = np.array(
        [
            [0.7, 0.2, 0.1],
            [0.1, 0.6, 0.3],
            [0.98, 0.01, 0.01],
            [0.1, 0.6, 0.1],
            [0.0, 0.0, 1.0],
            [0.3, 0.3, 0.4],
        ]
    )
    return images, actual, beliefs


def test_the_worst_come_first_and_ties_in_stored_order(answers: Any) -> None:
    _, actual, beliefs = answers
    assert plots.worst_indices(actual, beliefs, 10).tolist() == [2, 1, 3, 5]
    assert plots.worst_indices(actual, beliefs, 2).tolist() == [2, 1]
    assert plots.worst_indices(actual, beliefs, 0).tolist() == []
    assert plots.worst_indices([1, 0], [[0, 1], [1, 0]], 5).dtype == np.int64


def test_worst_indices_against_a_sort_by_hand() -> None:
    random = np.random.default_rng(0)
    beliefs = random.dirichlet(np.ones(10), 500).round(1).astype(np.float32)  # many ties
    actual = random.integers(0, 10, 500)
    mistakes = [n for n in range(500) if beliefs[n].argmax() != actual[n]]
    mistakes.sort(key=lambda n: (float(beliefs[n, actual[n]]) - float(beliefs[n].max()), n))
    assert plots.worst_indices(actual, beliefs, 500).tolist() == mistakes


def test_the_gallery_shows_the_worst_images_in_order_with_their_beliefs(answers: Any) -> None:
    images, actual, beliefs = answers
    picture = plots.worst_mistakes(images, actual, beliefs, ["4", "9", "7"], count=3)
    assert titles_of(picture) == [
        "9 taken for 4\n(98%; 9: 1%)",
        "4 taken for 9\n(60%; 4: 10%)",
        "7 taken for 9\n(60%; 7: 10%)",
    ]
    shown = [np.asarray(axes.images[0].get_array()) for axes in picture.axes]
    assert np.array_equal(shown, images[[2, 1, 3]])
    assert picture.get_suptitle() == "The 3 worst of 4 mistakes among 6 patterns"
    assert picture.alt == (
        "The 3 worst of 4 mistakes among 6 patterns: 9 taken for 4 (98%; 9: 1%), "
        "4 taken for 9 (60%; 4: 10%), 7 taken for 9 (60%; 7: 10%)."
    )
    assert "The worst is pattern 2: 9 taken for 4 (98%; 9: 1%)." in picture.caption


def test_fewer_mistakes_than_asked_for_are_all_shown(answers: Any) -> None:
    images, actual, beliefs = answers
    picture = plots.worst_mistakes(images, actual, beliefs, "497", count=12)
    assert len(titles_of(picture)) == 4


def test_no_mistake_is_said(answers: Any) -> None:
    images, actual, _ = answers
    picture = plots.worst_mistakes(images, actual, np.eye(3)[actual], ["4", "9", "7"])
    assert picture.alt == "No mistakes among 6 patterns."
    assert picture.get_suptitle() == "No mistakes among 6 patterns"


@pytest.mark.parametrize(
    ("belief", "told"),
    [(1.0, "100%"), (0.9996, ">99%"), (0.984, "98%"), (0.001, "<1%"), (0.0, "0%"), (7.25, "7.25")],
)
def test_a_belief_is_never_rounded_to_certainty(belief: float, told: str) -> None:
    picture = plots.worst_mistakes([[[0, 1]]], [0], [[-1.0, belief]], ["4", "9"])
    assert f"4 taken for 9 ({told}; 4: -1.00)" in picture.alt


def test_long_names_stay_inside_their_cells() -> None:
    images = np.zeros((12, 4, 4))
    names = ["Ankle boot", "Pullover of wool", "x" * 90]
    beliefs = np.eye(3)[np.arange(12) % 3]
    picture = plots.worst_mistakes(images, (np.arange(12) + 1) % 3, beliefs, names)
    picture._repr_png_()  # lays out
    boxes = [axes.title.get_window_extent() for axes in picture.axes]
    assert all(box.x0 >= 0 and box.x1 <= picture.bbox.width for box in boxes)
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes[:4]))


def test_a_long_name_and_its_belief_stay_on_one_line() -> None:
    images = np.zeros((2, 32, 32, 3), np.uint8)
    names = ["aquarium_fish_of_reefs", "pickup_truck_of_farms"]
    picture = plots.worst_mistakes(images, [0, 1], [[0.02, 0.98], [0.5, 0.5]], names)
    assert titles_of(picture)[0].split("\n") == [
        "aquarium_fish_of_reefs", "taken for", "pickup_truck_of_farms",
        "(98%;", "aquarium_fish_of_re…: 2%)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"actual": [0, 1]}, "actual has 2 classes, but probabilities has 6 rows"),
        ({"actual": [[0]] * 6}, "argmax"),
        ({"actual": [0, 1, 2, 3, 0, 0]}, "whole numbers from 0 to 2"),
        ({"actual": [0.5] * 6}, "whole numbers from 0 to 2"),
        ({"probabilities": [0.5] * 6}, "one row for each pattern"),
        ({"probabilities": [[0.5]] * 6}, "at least 2 classes"),
        ({"probabilities": [[float("nan"), 0, 0]] * 6}, "diverged"),
        ({"class_names": ["4", "9"]}, "each of the 3 classes, but got 2"),
        ({"images": np.zeros((5, 2, 2))}, "5 images, but 6 right classes"),
        ({"count": 0}, "at least 1"),
        ({"count": 101}, "at most 100"),
        ({"count": "12"}, "Leave the quotes out"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    answers: Any, change: dict[str, Any], message: str
) -> None:
    images, actual, beliefs = answers
    good = {"images": images, "actual": actual, "probabilities": beliefs, "class_names": "497"}
    with pytest.raises(InputError, match=message):
        plots.worst_mistakes(**{**good, **change})
