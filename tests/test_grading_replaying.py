"""The process that trains again: what it answers, and what it is kept to."""

import io
import json
import sys

import numpy as np
import pytest

from mnistlab import run_experiment
from mnistlab.grading.flagging import replaying
from mnistlab.grading.isolated import sandbox
from mnistlab.grading.isolated.similarity import fingerprint

SETTINGS = {"dataset": "digits", "hidden_units": 16, "epochs": 2}


@pytest.fixture(scope="module")
def result():
    return run_experiment(engine="classic", seed=5, verbose=0, **SETTINGS)


def asked(result, **more):
    """Return what the process is asked."""
    config = {**result.config.as_dict(), "engine": "classic"}
    return {"config": config, "dataset": "digits", "path": None, "weights": None, **more}


def test_what_the_process_says(result, tmp_path):
    weights = result.network.get_weights()
    names = [f"{part}_{k}" for k in range(len(weights) // 2) for part in ("kernel", "bias")]
    np.savez(tmp_path / "w.npz", **{name: w + 1 for name, w in zip(names, weights, strict=True)})
    answer = replaying.trained(asked(result, weights=str(tmp_path / "w.npz")))
    assert answer["accuracy"] == result.test_accuracy
    assert answer["fingerprint"] == fingerprint(weights)
    assert answer["drift"] > 1


def said_by_main(given, monkeypatch, capsys):
    """Return the answer that the process prints."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(given)))
    replaying.main()
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("limited", [True, False])
def test_the_process_says_whether_its_memory_is_limited(result, limited, monkeypatch, capsys):
    monkeypatch.setattr(replaying, "_limit", lambda memory: limited)
    answer = said_by_main(asked(result, memory=2**33), monkeypatch, capsys)
    assert answer["limited"] is limited
    failed = said_by_main(asked(result, memory=2**33, dataset="nothing"), monkeypatch, capsys)
    assert failed.keys() == {"failed", "limited"}


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_a_system_that_cannot_limit_memory_is_known(platform, monkeypatch):
    monkeypatch.setattr(sandbox.sys, "platform", platform)
    assert replaying._limit(2**33) is False
