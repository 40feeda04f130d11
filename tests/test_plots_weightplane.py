"""The plane through weight space in which a training moved most, and room around its path."""

from typing import Any

import numpy as np
import pytest

from mnistlab.errors import InputError
from mnistlab.plots.weightplane import around, plane_of
from tiny_pictures import tiny_training


def test_the_plane_ends_at_the_origin_and_begins_at_its_left() -> None:
    weights = tiny_training().weights
    plane = plane_of(weights)
    assert plane.path.shape == (5, 2) and (plane.path[-1] == 0).all()
    assert (plane.path[0] <= 0).all()
    assert np.allclose(plane.directions @ plane.directions.T, np.eye(2))
    assert 0.9 < plane.share <= 1


def test_no_plane_through_the_last_weights_holds_more_of_the_path() -> None:
    weights = tiny_training().weights
    flat = np.array([np.concatenate([part.ravel() for part in one]) for one in weights])
    moved = flat - flat[-1]
    # by another computation: the two largest eigenvalues of M Mᵀ, over their sum
    sizes = np.linalg.eigvalsh(moved @ moved.T)
    assert plane_of(weights).share == pytest.approx(sizes[-2:].sum() / sizes.sum())


def test_a_path_within_a_plane_is_kept_as_it_is() -> None:
    plane = plane_of([[[0.0, 3.0]], [[0.0, 1.0]], [[4.0, 0.0]]])
    lengths = np.linalg.norm(plane.path, axis=1)
    assert np.allclose(lengths, [5.0, np.sqrt(17), 0.0]) and plane.share == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([[[1.0, 2.0]], [[2.0, 2.0]]], "at least three moments, but got 2"),
        ([[[1.0, 2.0]]] * 3, "same after every epoch"),
        ([[[1.0, 2.0]], [[1.0]], [[1.0]]], r"same number of weights.*\[1, 2\]"),
        ([[[1.0]], [[2.0]], [[3.0]]], "at least 2"),
        ([[], [], []], "no weights"),
        ([[[1.0, float("nan")]]] * 3, "diverged"),
        ([["a"]] * 3, "array of numbers"),
    ],
)
def test_what_makes_no_plane_is_refused(weights: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plane_of(weights)


def test_room_around_a_path() -> None:
    a, b = around([[0.0, 0.0]], points=2)
    assert a.tolist() == b.tolist() == [-1.0, 1.0]
    a, b = around([[0.0, 1.0], [8.0, 1.0]], points=3)  # a line has an eighth beside it
    assert (a.tolist(), b.tolist()) == ([-2.0, 4.0, 10.0], [0.0, 1.0, 2.0])
