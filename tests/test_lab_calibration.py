"""Thresholds from trainings: the arithmetic by hand, then with real ones."""

import numpy as np
import pytest

from mnistlab.datasets import load_data
from mnistlab.errors import InputError
from mnistlab.lab import calibration, starter
from mnistlab.lab.calibration import proposed, rounded_down, tenth, thresholds

IRIS = {"hidden_units": 4, "epochs": 40, "batch_size": 4, "learning_rate": 0.1}


@pytest.mark.parametrize(
    ("share", "down"),
    [(0.9749, 0.97), (0.975, 0.975), (0.9799999, 0.975), (1.0, 1.0), (0.004, 0.0), (0.29, 0.29)],
)
def test_shares_are_rounded_down_to_half_a_percent(share, down):
    assert rounded_down(share) == down


@pytest.mark.parametrize("n", range(201))
def test_a_half_percent_stays_what_it_is(n):
    assert rounded_down(n / 200) == pytest.approx(n / 200, abs=1e-12)


@pytest.mark.parametrize(
    ("reached", "hardly", "guessing", "wanted"),
    [
        # worst 0.973, spread 0.0022 → 0.9708 → 0.970; mean of 0.898 and 0.915 = 0.9065 → 0.905
        ([0.9730, 0.9752], [0.898, 0.915], 0.11, (0.970, 0.905)),
        ([0.9, 0.9], [0.9, 0.9], 0.1, (0.9, 0.88)),  # as good with a tenth: at least 0.02 apart
        ([0.9, 0.9], [0.05, 0.05], 0.1, (0.9, 0.1)),  # worse than guessing: guessing earns nothing
        ([1.0, 1.0], [0.5, 0.5], 0.5, (1.0, 0.5)),
        ([0.53, 0.53], [0.53, 0.53], 0.508, (0.53, 0.51)),
    ],
)
def test_the_rule_worked_by_hand(reached, hardly, guessing, wanted):
    assert proposed(reached, hardly, guessing) == pytest.approx(wanted)


@pytest.mark.parametrize("reached", [[0.34, 0.34], [0.5, 0.4], [0.0, 0.9], [0.35, 0.35]])
def test_a_training_that_is_hardly_better_than_guessing_is_said(reached):
    with pytest.raises(InputError, match=r"33\.3%.*more epochs"):
        proposed(reached, [0.3, 0.3], 1 / 3)


def test_the_proposal_makes_a_lab_with_full_marks_for_each_training():
    lab = starter.as_lab("iris", **IRIS)
    seen = []
    full_from, none_below, accuracies = thresholds(
        lab, seeds=3, watch=lambda *one: seen.append(one)
    )
    assert len(accuracies) == 3 and seen == list(enumerate(accuracies, 1))
    assert 1 / 3 - 0.005 < none_below < full_from <= min(accuracies)
    calibrated = starter.as_lab("iris", **IRIS, thresholds=(full_from, none_below))
    item = next(item for item in calibrated.item if item.check == "accuracy")
    assert (item.full_from, item.none_below) == (full_from, none_below)


def test_the_same_seeds_give_the_same_thresholds():
    lab = starter.as_lab("iris", **IRIS)
    assert thresholds(lab, seeds=2) == thresholds(lab, seeds=2)


def test_a_file_of_the_data_set_may_be_given(tmp_path):
    iris = load_data("iris")
    np.savez(tmp_path / "own.npz", x_train=iris.x_train, y_train=iris.y_train,
             x_test=iris.x_test, y_test=iris.y_test)  # fmt: skip
    lab = starter.as_lab(tmp_path / "own.npz", **IRIS)
    assert thresholds(lab, tmp_path / "own.npz", seeds=2) == thresholds(
        starter.as_lab("iris", **IRIS), seeds=2
    )


def test_a_file_that_does_not_fit_the_network(tmp_path):
    np.savez(tmp_path / "own.npz", x_train=np.ones((9, 5)) / 2, y_train=np.arange(9) % 3,
             x_test=np.ones((9, 5)) / 2, y_test=np.arange(9) % 3)  # fmt: skip
    with pytest.raises(InputError, match="doesn't fit the lab's network with 4 inputs"):
        thresholds(starter.as_lab("iris"), tmp_path / "own.npz", seeds=2)


def test_the_lectures_training_is_too_short_for_iris():
    with pytest.raises(InputError, match="there is nothing to give points for"):
        thresholds(starter.as_lab("iris"), seeds=2)


def test_a_training_that_diverges_counts_as_nothing_learned():
    wild = {
        "learning_rate": 1e30, "loss": "mean_squared_error", "hidden_activation": "relu",
        "output_activation": "linear",
    }  # fmt: skip
    lab = starter.as_lab("iris", **{**IRIS, **wild})
    with pytest.raises(InputError, match="nothing to give points for"):
        thresholds(lab, seeds=2)


@pytest.mark.parametrize("seeds", [0, 1, 2.5, "5", None])
def test_at_least_two_seeds(seeds):
    with pytest.raises(InputError, match="seeds"):
        thresholds(starter.as_lab("iris"), seeds=seeds)


def test_what_a_run_says_of_its_settings_is_said_once(capfd):
    lab = starter.as_lab("iris", **{**IRIS, "learning_rate": 0.5})
    thresholds(lab, seeds=3)
    assert capfd.readouterr().err.count("is large for batches of 4") == 1


def test_a_tenth_is_drawn_from_the_whole_and_is_a_tenth():
    iris = load_data("iris")
    small = tenth(iris)
    assert small.n_train == 12 and small.n_test == iris.n_test
    assert small.y_train.tolist() != iris.y_train[:12].tolist()
    rows = {row.tobytes() for row in iris.x_train}
    assert all(row.tobytes() in rows for row in small.x_train)
    assert tenth(tenth(tenth(iris))).n_train == 1
    assert calibration.SHARE == 10
    assert tenth(load_data("digits")).images.shape == (143, 8, 8)
