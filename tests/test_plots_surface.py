"""Error surfaces: what is drawn, what is said."""

from typing import Any

import numpy as np
import pytest

from mnistlab.errors import InputError
from mnistlab.plots.surface import error_surface

A, B = np.array([0.0, 1.0, 2.0]), np.array([0.0, 10.0])
ERRORS = [[4.0, 1.0, 2.0], [6.0, 3.0, 8.0]]  # rows at b = 0 and b = 10


def test_the_caption_has_the_extremes_and_the_ends_of_the_path() -> None:
    # at (0.5, 5): mean of 4, 1, 6, 3; at (1, 0): 1
    picture = error_surface(ERRORS, A, B, path=[[0.5, 5.0], [1.0, 0.0]])
    assert picture.caption == (
        "Error over 3 × 2 points of the plane: lowest 1 at (1, 0), highest 8; "
        "the path of 2 points goes from 3.5 to 1."
    )
    assert picture.alt.endswith(picture.caption) and "direction 1 and direction 2" in picture.alt
    flat, raised = picture.axes
    drawn = np.array(raised.lines[0].get_data_3d())  # type: ignore[attr-defined]
    assert drawn.tolist() == [[0.5, 1.0], [5.0, 0.0], [3.5, 1.0]]
    assert [line.get_marker() for line in flat.lines] == ["o", "s", "*"]
    assert [text.get_text() for text in picture.legends[0].get_texts()] == [
        "path of the training", "where it begins", "where it ends",
    ]  # fmt: skip


def test_the_heights_on_the_last_row_and_column_are_those_of_the_grid() -> None:
    raised: Any = error_surface(ERRORS, A, B, path=[[2.0, 10.0], [0.0, 10.0], [2.0, 0.0]]).axes[1]
    assert raised.lines[0].get_data_3d()[2].tolist() == [8.0, 6.0, 2.0]


def test_a_function_is_asked_at_each_point_around_the_path() -> None:
    picture = error_surface(lambda a, b: a + 10 * b, path=[[0, 0], [4, 2]])
    assert "over 25 × 25 points" in picture.caption and "from 0 to 24." in picture.caption
    assert picture.axes[0].get_xlim() == (-1.0, 5.0)
    alone = error_surface(lambda a, b: a * a + b * b)
    assert alone.axes[0].get_xlim() == (-1.5, 1.5) and not alone.legends
    assert error_surface(lambda a, b: a, [0, 1], [0, 2]).axes[0].get_ylim() == (0.0, 2.0)


def test_names_title_and_png(tmp_path: Any) -> None:
    picture = error_surface(ERRORS, A, B, axis_names=("w 1\n", "w 2"), title="Mine")
    assert picture.title == "Mine" and picture.axes[0].get_xlabel() == "w 1"
    assert picture.save(tmp_path / "surface.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e30])
def test_flat_tiny_and_huge_errors_are_drawn(scale: float) -> None:
    path = np.stack([np.linspace(0, 2, 1000), np.linspace(0, 10, 1000)], axis=1)
    assert error_surface(scale * np.array(ERRORS), A, B, path)._repr_png_()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": None}, "A grid of errors needs its places"),
        ({"error": [[1.0, 2.0]]}, "2 rows, one for each b, and 3 columns"),
        ({"error": [[1, 2, 3], [4, float("nan"), float("inf")]]}, "NaN or infinite at 2 points"),
        ({"error": "abc"}, "error must be an array of numbers"),
        ({"a": [0, 0, 1]}, "a must hold at least 2 rising"),
        ({"a": [0, 1, float("nan")]}, "a must hold at least 2 rising"),
        ({"path": [[0.0, 0.0, 0.0]]}, "path must hold"),
        ({"path": [[float("nan"), 0.0]]}, "path must hold"),
        ({"path": [[3.0, 0.0]]}, "path goes from a = 3 to 3, but the grid from 0 to 2"),
        ({"path": [[0.0, -1.0]]}, "path goes from b = -1"),
        ({"axis_names": "ab"}, "axis_names must be two names"),
    ],
)
def test_what_makes_no_surface_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        error_surface(**{"error": ERRORS, "a": A, "b": B, **given})
