"""The confusion matrix: its counts, its colours, its words."""

from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mnistlab import plots
from mnistlab.errors import InputError
from tiny_pictures import DIGITS


def test_the_cells_hold_the_counts_rows_actual_columns_predicted() -> None:
    counts = np.arange(100).reshape(10, 10)
    axes = plots.confusion_matrix(counts, DIGITS).axes[0]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(c, r): str(counts[r, c]) for r in range(10) for c in range(10)}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "actual class")
    assert [label.get_text() for label in axes.get_yticklabels()] == DIGITS
    assert axes.get_ylim() == (9.5, -0.5)  # the first class on top


def test_the_words_name_accuracy_and_the_most_frequent_confusion() -> None:
    counts = np.diag([90] * 10)
    counts[4, 9], counts[9, 4], counts[8, 3] = 22, 21, 5
    picture = plots.confusion_matrix(counts, DIGITS)
    assert picture.caption == (
        "900 of 948 right (94.9%); most often a 4 was taken for a 9: 22 times."
    )
    assert picture.caption in picture.alt
    assert picture.get_suptitle() == "Confusion matrix: 900 of 948 right (94.9%)"


def test_the_words_of_one_mistake_of_none_and_of_nothing() -> None:
    once = plots.confusion_matrix([[3, 0], [1, 3]], ["8", "Ankle boot"])
    assert once.caption.endswith("most often an Ankle boot was taken for an 8: once.")
    assert plots.confusion_matrix([[3, 0], [0, 3]], ["a", "b"]).caption == (
        "6 of 6 right (100.0%); no mistakes."
    )
    empty = plots.confusion_matrix([[0, 0], [0, 0]], ["a", "b"])
    assert empty.caption == "0 of 0 right; no mistakes." and empty._repr_png_()


def test_mistakes_are_coloured_by_their_share_of_the_row_and_right_answers_are_not() -> None:
    image = plots.confusion_matrix([[950, 50], [3, 7]], ["a", "b"]).axes[0].images[0]
    shares = image.get_array()
    assert isinstance(shares, np.ma.MaskedArray)
    assert shares.mask.tolist() == [[True, False], [False, True]]
    assert shares.compressed().tolist() == [0.05, 0.3]
    assert image.get_clim() == (0.0, 0.3)


def contrast(text: str, background: NDArray[Any]) -> float:
    """Return the WCAG contrast ratio of a text on a background."""

    def luminance(colour: Any) -> float:
        rgb = np.asarray(matplotlib.colors.to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    low, high = sorted([luminance(text), luminance(background[:3])])
    return (high + 0.05) / (low + 0.05)


def test_every_count_can_be_read_on_its_cell() -> None:
    counts = np.arange(400).reshape(20, 20) % 37
    axes = plots.confusion_matrix(counts, [str(number) for number in range(20)]).axes[0]
    shares = axes.images[0].get_array()
    assert shares is not None
    colours = np.asarray(axes.images[0].to_rgba(shares))
    for text in axes.texts:
        column, row = text.get_position()
        assert contrast(str(text.get_color()), colours[int(row), int(column)]) >= 4.5


@pytest.mark.parametrize(("classes", "numbered"), [(2, True), (20, True), (21, False)])
def test_above_twenty_classes_the_numbers_are_left_out(classes: int, numbered: bool) -> None:
    counts = np.eye(classes, dtype=int) + 1
    picture = plots.confusion_matrix(counts, [f"class {number}" for number in range(classes)])
    assert bool(picture.axes[0].texts) == numbered
    assert len(picture.axes[0].get_yticklabels()) == classes


def test_a_hundred_classes_get_as_many_labels_as_can_be_read() -> None:
    names = [f"class {number}" for number in range(100)]
    axes = plots.confusion_matrix(np.eye(100, dtype=int), names).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == names[::3]


def overlap(axes: Axes) -> bool:
    """Tell whether two neighbouring names along an axis lie on each other."""
    across = [label.get_window_extent() for label in axes.get_xticklabels()]
    down = [label.get_window_extent() for label in axes.get_yticklabels()]
    return any(left.x1 > right.x0 for left, right in pairwise(across)) or any(
        upper.y0 < lower.y1 for upper, lower in pairwise(down)
    )


@pytest.mark.parametrize("letters", [4, 10, 60])
@pytest.mark.parametrize("classes", [3, 10, 20, 48, 100])
def test_names_lie_beside_each_other_inside_the_picture(classes: int, letters: int) -> None:
    names = [f"{number} {'name' * 20}"[:letters] for number in range(classes)]
    picture = plots.confusion_matrix(np.eye(classes, dtype=int) + 1, names)
    picture.draw_without_rendering()
    axes = picture.axes[0]
    assert not overlap(axes)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        box = label.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0
    assert axes.get_window_extent().width > 0.4 * picture.bbox.width


def test_long_names_take_no_room_from_the_matrix() -> None:
    sides = []
    for letters in (2, 20):
        names = [str(number).zfill(letters) for number in range(10)]
        picture = plots.confusion_matrix(np.eye(10, dtype=int), names)
        picture.draw_without_rendering()
        sides.append(picture.axes[0].get_window_extent().width)
    assert sides[1] > 0.88 * sides[0]


def test_of_many_classes_the_three_most_frequent_confusions_are_told() -> None:
    counts = np.diag([90] * 46)
    counts[3, 4], counts[40, 2], counts[5, 6], counts[1, 0] = 22, 30, 1, 1
    caption = plots.confusion_matrix(counts, [f"topic {number}" for number in range(46)]).caption
    assert caption == (
        "4,140 of 4,194 right (98.7%); most often a topic 40 was taken for a topic 2: 30 times; "
        "then a topic 3 was taken for a topic 4: 22 times; "
        "then a topic 1 was taken for a topic 0: once."
    )
    two = plots.confusion_matrix(np.eye(30, dtype=int), [str(number) for number in range(30)])
    assert two.caption == "30 of 30 right (100.0%); no mistakes."


@pytest.mark.parametrize("name", ["$x", "猫", "x" * 500, "two\nlines", ""])
def test_any_class_name_can_be_drawn(name: str) -> None:
    assert plots.confusion_matrix([[1, 2], [3, 4]], [name, "b"])._repr_png_()


@pytest.mark.parametrize(
    "matrix",
    [[[1, 2]], [1, 2], [[1]], [], [[1, -1], [0, 1]], [[0.5, 0.5], [1, 0]], [["a", "b"]] * 2,
     [[1, float("nan")], [0, 1]], [[1, 2], [3]], None],
)  # fmt: skip
def test_what_is_no_matrix_of_counts_is_refused(matrix: Any) -> None:
    with pytest.raises(InputError, match="matrix must"):
        plots.confusion_matrix(matrix, ["a", "b"])


def test_names_must_fit_the_matrix() -> None:
    with pytest.raises(InputError, match="each of the 2 classes, but got 3"):
        plots.confusion_matrix([[1, 0], [0, 1]], ["a", "b", "c"])
