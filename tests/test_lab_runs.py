"""Runs as a worksheet keeps them."""

import dataclasses
import doctest
import json

import pytest

from mnistlab.errors import InputError
from mnistlab.lab import runs
from tiny_lab import tiny_run


def test_doctests():
    assert doctest.testmod(runs).failed == 0


def test_a_result_or_its_folder(tmp_path):
    tiny_run().save(tmp_path / "run")
    assert runs.as_result(tiny_run()) is tiny_run()
    loaded = runs.as_result(str(tmp_path / "run"))
    assert runs.experiment_of(loaded) == runs.experiment_of(tiny_run())


@pytest.mark.parametrize("run", [None, 7, {"config": {}}, object(), [1]])
def test_what_is_no_run_says_what_to_give(run):
    with pytest.raises(InputError, match="is no result of a run. Give what run_experiment"):
        runs.as_result(run)


def test_what_is_kept_is_json_and_comes_back_the_same():
    kept = runs.experiment_of(tiny_run(hidden_units=(4, 3)))
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept
    assert kept["config"]["hidden_units"] == [4, 3]


def test_a_regression_has_no_accuracy():
    run = dataclasses.replace(tiny_run(), test_accuracy=None)
    assert runs.experiment_of(run)["test_accuracy"] is None


def test_a_setting_that_no_record_holds_is_said():
    config = dataclasses.replace(tiny_run().config, seed=2**63)
    with pytest.raises(InputError, match="can't be recorded: config.seed"):
        runs.experiment_of(dataclasses.replace(tiny_run(), config=config))
