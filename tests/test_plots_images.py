"""Images in rows, and samples of a data set."""

from typing import Any

import numpy as np
import pytest

from mnistlab import plots
from mnistlab.errors import InputError
from tiny_pictures import titles_of


@pytest.mark.parametrize("scale", [255, 1.0, 16.0])
def test_ink_is_dark_and_background_is_paper(scale: float) -> None:
    ink = np.zeros((1, 2, 2))
    ink[0, 0, 0] = scale
    image = plots.image_grid(ink, ["one"]).axes[0].images[0]
    colours = np.asarray(image.to_rgba(np.asarray(image.get_array())))
    assert colours[0, 0, :3].tolist() == [0, 0, 0]
    assert colours[1, 1, :3].tolist() == [1, 1, 1]


def test_colour_images_keep_their_colours() -> None:
    red = np.zeros((1, 2, 2, 3), np.uint8)
    red[..., 0] = 255
    for images in (red, red / 255):
        drawn = np.asarray(plots.image_grid(images, ["red"]).axes[0].images[0].get_array())
        assert drawn[0, 0].tolist() == [1, 0, 0]
    one_channel = np.zeros((1, 2, 2, 1))
    assert plots.image_grid(one_channel, ["grey"]).axes[0].images[0].get_array() is not None


def test_samples_take_one_of_each_class_in_turn() -> None:
    images = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
    picture = plots.samples(images, [2, 0, 0, 0, 1, 2], ["a", "b", "c"], count=5)
    assert titles_of(picture) == ["a", "b", "c", "a", "c"]
    shown = [int(np.asarray(axes.images[0].get_array())[0, 0]) for axes in picture.axes]
    assert shown == [1, 4, 0, 2, 5]
    assert picture.alt == "Images: 5 of 6 patterns. Row by row: a, b, c, a, c."


def test_many_samples_are_not_all_listed() -> None:
    picture = plots.samples(np.zeros((50, 2, 2)), [0] * 50, ["a"], count=50)
    assert picture.alt.endswith(", a and 30 more.")
    assert len(titles_of(picture)) == 50


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(1, 1, 1), (10, 2, 5), (12, 2, 6), (7, 2, 6)]
)
def test_images_stand_in_even_rows_and_no_frame_stays_empty(
    count: int, rows: int, columns: int
) -> None:
    picture = plots.image_grid(np.zeros((count, 2, 2)), ["x"] * count)
    grid = picture.axes[0].get_gridspec()
    assert grid is not None and (grid.nrows, grid.ncols) == (rows, columns)
    assert sum(axes.get_visible() for axes in picture.axes) == count


@pytest.mark.parametrize(("count", "columns"), [(40, 7), (100, 7), (20, 5)])
def test_names_of_thirteen_letters_stay_whole(count: int, columns: int) -> None:
    images = np.zeros((count, 32, 32, 3), np.uint8)
    picture = plots.image_grid(images, ["aquarium_fish"] * count)
    grid = picture.axes[0].get_gridspec()
    assert grid is not None and grid.ncols == columns
    assert set(titles_of(picture)) == {"aquarium_fish"}


def test_a_word_that_is_longer_than_its_cell_is_cut_short() -> None:
    [title, *_] = titles_of(plots.image_grid(np.zeros((4, 2, 2)), [f"a {'x' * 40}"] * 4))
    assert title == f"a\n{'x' * 24}…"


def test_a_grid_needs_one_title_an_image() -> None:
    with pytest.raises(InputError, match="2 images and 1 titles"):
        plots.image_grid(np.zeros((2, 2, 2)), ["one"])
    with pytest.raises(InputError, match="2 images, but 1 labels"):
        plots.samples(np.zeros((2, 2, 2)), [0], ["a"])


@pytest.mark.parametrize(
    "images", [np.zeros((6, 784)), np.zeros((6, 2, 2, 4)), np.zeros((6, 0, 2)), [["a"]], None,
               np.full((6, 2, 2), np.nan)],
)  # fmt: skip
def test_what_is_no_image_is_refused(images: Any) -> None:
    beliefs = np.eye(2)[[0] * 6]
    with pytest.raises(InputError, match="images"):
        plots.worst_mistakes(images, [1] * 6, beliefs, ["4", "9"])
    with pytest.raises(InputError, match="images"):
        plots.samples(images, [1] * 6, ["4", "9"])
