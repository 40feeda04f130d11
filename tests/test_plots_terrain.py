"""Contour lines and the same in 3-D, and paths on both."""

from typing import Any

import numpy as np
import pytest

from mnistlab.plots.picture import Picture, house_style
from mnistlab.plots.terrain import draw_path, draw_terrain

A, B = np.array([0.0, 1.0, 2.0]), np.array([0.0, 10.0])
ERRORS = np.array([[4.0, 1.0, 2.0], [6.0, 3.0, 8.0]])


@pytest.mark.parametrize("errors", [ERRORS, 0 * ERRORS, 1e-300 * ERRORS, 1e300 * ERRORS])
def test_both_panels_show_the_same_errors(errors: Any) -> None:
    with house_style():
        picture = Picture("t", "a.", "c.", size=(9.0, 4.6))
        flat, raised = draw_terrain(picture, A, B, errors, ("one", "two"))
    assert (flat.get_xlim(), flat.get_ylim()) == ((0.0, 2.0), (0.0, 10.0))
    for axes in (flat, raised):
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("one", "two")
    low, high = raised.get_zlim()
    assert low <= errors.min() and high >= errors.max() and high > low
    assert picture._repr_png_()


def test_a_path_lies_on_both() -> None:
    with house_style():
        panels = draw_terrain(Picture("t", "a.", "c."), A, B, ERRORS, ("one", "two"))
        draw_path(panels, np.array([[0.0, 0.0], [1.0, 10.0]]), np.array([4.0, 3.0]), {"color": "k"})
    flat, raised = panels
    assert np.asarray(flat.lines[0].get_xydata()).tolist() == [[0, 0], [1, 10]]
    assert np.array(raised.lines[0].get_data_3d()).T.tolist() == [[0, 0, 4], [1, 10, 3]]
