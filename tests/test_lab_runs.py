"""Runs as a worksheet keeps them."""

import dataclasses
import doctest
import json

import pytest

from mnistlab.errors import InputError
from mnistlab.lab import runs
from mnistlab.lab.packing import pack
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


# ── a file in place of a folder ─────────────────────────────────────────────────────────────────


@pytest.fixture
def saved(tmp_path):
    """Return the folder of a saved run."""
    tiny_run().save(tmp_path / "run")
    return tmp_path / "run"


def refusal(file):
    with pytest.raises(InputError) as caught:
        runs.as_result(file)
    said = str(caught.value)
    assert "Errno" not in said and "Run the experiment again" not in said
    return said


@pytest.mark.parametrize("name", ["weights.npz", "result.json"])
def test_a_file_of_a_run_says_its_folder(saved, name):
    said = refusal(saved / name)
    assert f"{saved / name} is a file" in said and f"Give its folder: {saved}." in said


def test_a_file_elsewhere_says_that_a_run_is_a_folder(tmp_path):
    for name in ("weights.npz", "notes.txt", "other.zip"):
        (tmp_path / name).write_bytes(b"PK")
        said = refusal(str(tmp_path / name))
        assert "is a file" in said and "such as runs/…" in said


def test_the_zip_of_submit_is_already_what_is_handed_in(tmp_path):
    zipped = tmp_path / "mine.zip"
    zipped.write_bytes(pack(tiny_run(), "ada"))
    said = refusal(zipped)
    assert f"{zipped} is already what you hand in" in said and "runs/…" in said


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "MODEL.HDF5"])
def test_a_model_of_keras_says_how_it_becomes_a_result(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    said = refusal(tmp_path / name)
    assert "ExperimentResult.from_steps(dataset, keras.models.load_model(" in said
    assert repr(str(tmp_path / name)) in said and "history)" in said


def test_a_model_in_a_runs_folder_says_the_folder(saved):
    (saved / "model.keras").write_bytes(b"x")
    assert f"Give its folder: {saved}." in refusal(saved / "model.keras")


def test_a_home_that_nobody_has_is_no_run():
    with pytest.raises(InputError):
        runs.as_result("~nobody-of-this-name/run")
