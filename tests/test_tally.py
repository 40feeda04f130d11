"""The running sums: by hand, and on from where they stood."""

import json

import numpy as np
import pytest

from mnistlab.classic.tally import Tally, hits


def test_means_by_hand():
    tally = Tally("mean_squared_error", "linear")
    output, desired = np.array([[3.0, 1.0], [2.0, 0.0]]), np.array([[0.0, 1.0], [2.0, 1.0]])
    tally.add(output, output, desired)
    # squares (9 + 0) / 2 and (0 + 1) / 2; |d − a| = 3 + 0 + 0 + 1; the second is recognised
    assert tally.loss == pytest.approx((4.5 + 0.5) / 2)
    assert tally.accuracy == tally.metric("accuracy", 2) == 0.5
    assert tally.absolute_error == 4.0
    assert tally.metric("mean_absolute_error", 2) == 1.0


def test_before_any_pattern_the_means_are_0():
    tally = Tally("mean_squared_error", "linear")
    assert (tally.loss, tally.accuracy, tally.metric("mean_absolute_error", 3)) == (0, 0, 0)
    assert tally.is_finite


def test_sums_go_through_json_and_on_exactly():
    batches = [np.random.default_rng(k).uniform(size=(2, 5, 3)) for k in range(6)]
    whole = Tally("mean_squared_error", "linear")
    pieces = Tally("mean_squared_error", "linear")
    for output, desired in batches:
        whole.add(output, output, desired)
        pieces = Tally("mean_squared_error", "linear", json.loads(json.dumps(pieces.sums)))
        pieces.add(output, output, desired)
    assert pieces.sums == whole.sums
    assert whole.sums["patterns"] == 30


def test_a_loss_that_is_no_number_is_seen():
    tally = Tally("mean_squared_error", "linear")
    tally.add_sums(float("nan"), 0, 0.0, 1)
    assert not tally.is_finite


def test_one_output_says_yes_above_one_half():
    output, desired = np.array([[0.6], [0.4], [0.5]]), np.array([[1.0], [1.0], [0.0]])
    assert hits(output, desired).tolist() == [True, False, True]
