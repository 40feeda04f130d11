"""Training a stated config again: equal, other, refused, too long, too large."""

import os

import numpy as np
import pytest

from mnistlab import ExperimentConfig, run_experiment
from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging import replay as replay_room
from mnistlab.grading.flagging.replay import SMOOTH, replay
from mnistlab.grading.isolated.similarity import fingerprint

SETTINGS = {"dataset": "digits", "hidden_units": 16, "epochs": 2}
SECONDS = 300.0


@pytest.fixture(scope="module")
def result():
    return run_experiment(engine="classic", seed=5, verbose=0, **SETTINGS)


@pytest.fixture(scope="module")
def facts(result):
    """The facts of an honest submission."""
    return Facts(
        digest="sha256:0", config=result.config.as_dict(), dataset="digits", seed=5,
        claimed_accuracy=result.test_accuracy, layer_sizes=result.layer_sizes,
        fingerprint=fingerprint(result.network.get_weights()),
    )  # fmt: skip


def changed(facts, config=None, **more):
    """Return facts with another config or other figures."""
    return facts.model_copy(update={"config": {**facts.config, **(config or {})}, **more})


def saved(weights, path):
    """Write weights as the grader does, and return where."""
    names = [f"{part}_{k}" for k in range(len(weights) // 2) for part in ("kernel", "bias")]
    np.savez(path, **dict(zip(names, weights, strict=True)))
    return path


# ── trained again ───────────────────────────────────────────────────────────────────────────────


def test_an_honest_submission_is_found_again(facts, result, tmp_path, monkeypatch):
    weights = saved(result.network.get_weights(), tmp_path / "weights.npz")
    monkeypatch.chdir(tmp_path)
    for name in ("numpy", "json", "mnistlab", "sitecustomize"):  # lie about, and aren't imported
        (tmp_path / f"{name}.py").write_text("import os; os._exit(7)\n")
    again = replay(facts, SECONDS, dataset="digits", weights="weights.npz")
    assert again.agrees is True
    assert again.accuracy == result.test_accuracy
    assert again.distance == 0
    assert "weights are 0 apart" in again.said
    assert again.flag is None
    assert weights.exists()


def test_without_weights_the_fingerprints_are_compared(facts):
    odd = {"path": "/etc/passwd", "callbacks": "x", "out": "/tmp/x", "verbose": 9}  # left out
    again = replay(changed(facts, odd), SECONDS, dataset="digits")
    assert (again.agrees, again.distance) == (True, pytest.approx(0, abs=1e-6))  # float32
    assert "fingerprints" in again.said


def test_another_seed_than_stated_shows(facts):
    again = replay(changed(facts, {"seed": 6}), SECONDS, dataset="digits")
    assert again.agrees is False
    assert again.distance > 10 * SMOOTH
    assert again.flag.kind == "replay"


@pytest.mark.parametrize(
    ("answer", "activation", "agrees"),
    [
        ({"accuracy": 0.970, "drift": 0.04}, "sigmoid", True),
        ({"accuracy": 0.970, "drift": 0.05}, "sigmoid", False),
        ({"accuracy": 0.970, "drift": 0.33}, "relu", True),  # what rounding does to ReLU units
        ({"accuracy": 0.970, "drift": 1.41}, "relu", False),
        ({"accuracy": 0.974, "drift": 0.0}, "sigmoid", True),
        ({"accuracy": 0.976, "drift": 0.0}, "sigmoid", False),
        ({"accuracy": 0.970, "drift": float("inf")}, "sigmoid", False),
        ({"accuracy": 0.970, "drift": None, "fingerprint": [0.0, 0.07]}, "tanh", True),  # 0.035
        ({"accuracy": 0.970, "drift": None, "fingerprint": [0.0, 0.1]}, "tanh", False),
        ({"accuracy": 0.970, "drift": None, "fingerprint": [0.0]}, "tanh", True),  # no comparison
        ({"accuracy": None, "drift": None}, "sigmoid", None),
        ({"failed": "The loss became NaN."}, "sigmoid", None),
    ],
)
def test_what_agrees(answer, activation, agrees, monkeypatch):
    monkeypatch.setattr(replay_room, "_answer", lambda asked, seconds: answer)
    config = {**ExperimentConfig(hidden_activation=activation).as_dict(), "dataset": "mnist"}
    stated = Facts(digest="", config=config, claimed_accuracy=0.97, fingerprint=(0.0, 0.0))
    again = replay(stated, SECONDS, dataset="mnist")
    assert again.agrees is agrees
    assert (again.flag is not None) is (agrees is False)


@pytest.mark.parametrize(
    ("figures", "agrees"),
    [
        ({"correct": 9700, "n_test": 10_000}, True),
        ({"correct": 9640, "n_test": 10_000}, False),  # forged: it states what it doesn't reach
        ({"correct": 900, "n_test": 1000, "own_correct": 9700, "n_own": 10_000}, True),
        ({"correct": 9700, "n_test": 10_000, "own_correct": 9600, "n_own": 10_000}, False),
        ({"correct": 29, "n_test": 30}, True),  # one of 30 patterns
        ({"correct": 27, "n_test": 30}, False),
        ({"claimed_accuracy": None, "correct": 9600, "n_test": 10_000}, False),
        ({"claimed_accuracy": None}, True),
    ],
)
def test_the_measured_accuracy_counts_too(figures, agrees, monkeypatch):
    said = {"accuracy": 0.97, "drift": 0.0}
    monkeypatch.setattr(replay_room, "_answer", lambda asked, seconds: said)
    config = {**ExperimentConfig().as_dict(), "dataset": "mnist"}
    again = replay(Facts(digest="", config=config, **{"claimed_accuracy": 0.97, **figures}),
                   SECONDS, dataset="mnist")  # fmt: skip
    assert again.agrees is agrees
    assert ("were measured" in again.said) is ("correct" in figures)


def test_a_forged_fingerprint_does_not_stand_for_the_weights(facts, result, tmp_path):
    other = run_experiment(engine="classic", seed=6, verbose=0, **SETTINGS).network.get_weights()
    weights = saved(other, tmp_path / "weights.npz")  # facts hold the fingerprint of seed 5
    again = replay(facts, SECONDS, dataset="digits", weights=weights)
    assert again.agrees is False
    assert again.distance > 10 * SMOOTH


def test_fingerprints_of_any_numbers_are_compared(monkeypatch):
    said = {"accuracy": 0.97, "drift": None, "fingerprint": [-1e308]}
    monkeypatch.setattr(replay_room, "_answer", lambda asked, seconds: said)
    config = {**ExperimentConfig().as_dict(), "dataset": "mnist"}
    stated = Facts(digest="", config=config, fingerprint=(1e308,))
    assert replay(stated, SECONDS, dataset="mnist").agrees is False


def test_memory_that_cannot_be_limited_is_said(monkeypatch):
    said = {"accuracy": 0.97, "drift": 0.0, "limited": False}
    monkeypatch.setattr(replay_room, "_answer", lambda asked, seconds: said)
    config = {**ExperimentConfig().as_dict(), "dataset": "mnist"}
    again = replay(Facts(digest="", config=config), SECONDS, dataset="mnist")
    assert again.said.endswith(". This system can't limit a training's memory.")
    assert again.agrees is True


# ── refused ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"seed": None}, "doesn't state seed"),
        ({"deformation": "affine"}, "Deformed images"),
        ({"engine": "keras", "dtype_policy": "mixed_float16"}, "Keras's alone"),
        ({"engine": "keras", "dropout": 0.2}, "leaves out other units"),
        ({"epochs": 10_001}, "10,001 epochs"),
        ({"hidden_units": (10_000_000,)}, "parameters, more than"),
        ({"hidden_units": (4,) * 21}, "parameters, more than"),
        ({"hidden_units": 32}, "64-32-10, but its weights are those of 64-16-10"),
        ({"learning_rate": float("nan")}, "must be a finite number"),
        ({"learning_rate": "__import__('os')"}, "must be a number"),
        ({"optimizer": "../../x"}, "is not known"),
        ({"hidden_units": ("a",)}, "is no number of units"),
        ({"batch_size": -1}, "at least 1"),
        ({"epochs": 10**400}, "must be a finite number"),
    ],
)
def test_what_is_not_trained(facts, config, words, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", None)  # nothing is even started
    again = replay(changed(facts, config), SECONDS, dataset="digits")
    assert (again.accuracy, again.distance, again.agrees, again.flag) == (None,) * 4
    assert words in again.said


@pytest.mark.parametrize(
    "stated",
    [
        {"dataset": "mnist"},
        {"dataset": "/etc/passwd"},
        {"dataset": "", "config": {"dataset": "/etc/passwd"}},
        {"completed": False},
        {"config": {}},
    ],
)
def test_other_data_interruptions_and_no_config_are_not_trained(facts, stated, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", None)
    config = stated.pop("config", None)
    other = facts.model_copy(update=stated)
    other = changed(other, config) if config else other
    if config == {}:
        other = facts.model_copy(update={"config": {}})
    assert replay(other, SECONDS, dataset="digits").agrees is None


# ── limits ──────────────────────────────────────────────────────────────────────────────────────


def test_a_training_that_takes_too_long_is_ended(facts):
    slow = changed(facts, {"epochs": 10_000, "batch_size": 1})
    again = replay(slow, 0.5, dataset="digits")
    assert again.agrees is None
    assert "longer than 0.5 s" in again.said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no limit on memory")
def test_a_training_that_takes_too_much_memory_is_ended(facts):
    again = replay(facts, SECONDS, dataset="digits", memory=2**27)
    assert again.agrees is None
    assert "memory" in again.said or "broke off" in again.said


def test_a_data_set_that_is_not_there_is_said(facts, tmp_path):
    again = replay(facts, SECONDS, dataset="digits", path=tmp_path / "none.npz")
    assert again.agrees is None
    assert again.said.startswith("It could not be trained again. ")
