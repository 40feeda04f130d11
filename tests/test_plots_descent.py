"""Gradient descent on the error of a linear unit: numbers worked by hand."""

import numpy as np
import pytest

from mnistlab.plots.descent import Bowl, descend

# two patterns (1, 0) → 2 and (0, 1) → 3: error ((2 − w_1)² + (3 − w_2)²) / 2, slope w − (2, 3)
BOWL = Bowl(np.eye(2), np.array([2.0, 3.0]))
FOOT = np.array([2.0, 3.0])


def test_errors_curvatures_and_foot() -> None:
    assert BOWL.errors(np.array([[0.0, 0.0], [2.0, 3.0]])).tolist() == [6.5, 0.0]
    assert BOWL.curvatures().tolist() == [1.0, 1.0]
    assert BOWL.foot(np.zeros(2)).tolist() == [2.0, 3.0]


def test_each_step_goes_downhill_by_beta_times_the_slope() -> None:
    path = descend(BOWL, 0.5, np.zeros(2), 3, FOOT, reach=10.0)
    assert path.places.tolist() == [[0, 0], [1, 1.5], [1.5, 2.25], [1.75, 2.625]]
    assert (path.beta, path.left) == (0.5, 0)


def test_a_path_that_leaves_ends_on_the_border() -> None:
    # β = 3 turns the way to the foot round and doubles it: −2, −3 → 4, 6 → −8, −12
    path = descend(BOWL, 3.0, np.zeros(2), 9, FOOT, reach=6.0)
    assert path.left == 2
    assert path.places[1].tolist() == [6.0, 9.0]
    assert path.places[-1] == pytest.approx([-2.0, -3.0])  # 6 below the foot in w_2


def test_the_foot_of_a_valley_is_the_one_closest() -> None:
    valley = Bowl(np.array([[1.0, 1.0]]), np.array([2.0]))
    assert valley.foot(np.array([0.0, 1.0])) == pytest.approx([0.5, 1.5])
