"""compare(): both engines from the same weights in the same order, held against each other."""

import dataclasses
import json
import math

import numpy as np
import pytest

from mnistlab import comparison, steps
from mnistlab.comparison import Comparison, compare, largest_difference, seconds_per_epoch
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import load_data
from mnistlab.errors import (
    DivergedError,
    InputError,
    MissingDependencyError,
    OutputError,
    TrainingInterrupted,
)
from mnistlab.history import History
from mnistlab.results import ExperimentResult
from pages import Page

pytest.importorskip("keras")


@pytest.fixture(scope="module")
def digits():
    return load_data("digits")


@pytest.fixture(scope="module")
def found(digits, tmp_path_factory):
    """Return a comparison of two epochs that is saved."""
    return compare(dataset=digits, hidden_units=16, epochs=2, verbose=0,
                   out=tmp_path_factory.mktemp("runs") / "a")  # fmt: skip


def test_the_engines_stay_together(found):
    assert len(found.weight_differences) == 2
    assert all(0 < difference < 1e-4 for difference in found.weight_differences)
    assert found.classic.test_accuracy == pytest.approx(found.keras.test_accuracy, abs=0.004)
    for name in ("loss", "accuracy"):
        ours, theirs = found.classic.history[name], found.keras.history[name]
        assert ours == pytest.approx(theirs, abs=1e-3)


def test_the_last_difference_is_that_of_the_results(found):
    weights = found.classic.model.get_weights(), found.keras.model.get_weights()
    assert found.weight_differences[-1] == largest_difference(*weights)


def test_the_largest_difference_by_hand():
    # Of |0 − 0.25| and |1 − (−0.5)| the second: 1.5.
    ours = [np.array([[0.0]]), np.array([1.0])]
    assert largest_difference(ours, [np.array([[0.25]]), np.array([-0.5])]) == 1.5
    assert largest_difference(ours, ours) == 0.0


def test_each_engine_ran_the_same_experiment(found):
    configs = [found.classic.config, found.keras.config]
    assert [config.engine for config in configs] == ["classic", "keras"]
    assert dataclasses.replace(configs[0], engine="keras") == configs[1]
    assert list(found.results) == ["classic", "keras"]


def test_it_leaves_both_runs_a_record_and_a_picture(found):
    names = {file.name for file in found.folder.iterdir()}
    assert names == {"classic", "keras", "comparison.json", "comparison.png"}
    record = json.loads((found.folder / "comparison.json").read_text(encoding="utf-8"))
    assert record == found.record()
    assert list(record) == ["weight_differences", "classic", "keras"]
    for engine, result in found.results.items():
        assert record[engine] == ExperimentResult.load(found.folder / engine).record()
        assert result.folder == found.folder / engine


def test_the_table_shows_both(found):
    head, *rows = found.rows()
    assert head == ("", "classic", "keras")
    table = {name: values for name, *values in rows}
    assert table["Parameters"] == ["1,210", "1,210"]  # 64 × 16 + 16 + 16 × 10 + 10
    assert table["Test accuracy"][0] == f"{found.classic.test_accuracy:.2%}"
    assert table["Seconds an epoch"][1] == f"{seconds_per_epoch(found.keras):.2f}"
    said = repr(found)
    assert f"after each epoch: {found.weight_differences[0]:.1e}, " in said
    assert said.endswith(f"Saved in {found.folder}")


def test_a_notebook_gets_a_table_and_a_picture_with_words(found):
    page = Page(found._repr_html_())
    assert page.tags.count("table") == page.tags.count("img") == 1
    assert page.tags.count("td") == 8
    assert all(page.alts)
    attack = dataclasses.replace(found, folder=found.folder / "<script>")
    assert "script" not in Page(attack._repr_html_()).tags


def test_seconds_of_an_epoch_are_the_median(found):
    history = History.of({"loss": [1, 1, 1], "seconds": [9.0, 1.0, 2.0]})
    assert seconds_per_epoch(dataclasses.replace(found.keras, history=history)) == 2.0
    assert seconds_per_epoch(dataclasses.replace(found.keras, history=History())) == 0.0


def test_without_epochs_there_is_nothing_apart(digits, tmp_path):
    found = compare(dataset=digits, hidden_units=2, epochs=0, verbose=0, out=tmp_path / "a")
    assert found.weight_differences == []
    assert Page(found._repr_html_()).tags.count("img") == 0
    assert not (tmp_path / "a" / "comparison.png").exists()
    weights = (one.model.get_weights() for one in found.results.values())
    for ours, theirs in zip(*weights, strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_each_engine_is_named_before_its_lines(digits, capsys):
    compare(dataset=digits, hidden_units=2, epochs=1)
    out, err = capsys.readouterr()
    assert [line.split("/")[0] for line in out.splitlines()] == [
        "classic:", "Epoch 1", "keras:", "Epoch 1",
    ]  # fmt: skip
    assert err == ""
    compare(dataset=digits, hidden_units=2, epochs=1, verbose=0)
    assert capsys.readouterr() == ("", "")


def test_auto_is_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = ExperimentConfig(dataset="iris", hidden_units=2, epochs=1)
    found = compare(config, out="auto", verbose=0)
    assert found.folder.parent.name == "runs"
    assert found.folder.name.endswith("-compare-iris")
    assert found.classic.dataset.name == "iris"


# ── bad input ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engine": "keras"}, "leave engine= out"),
        ({"epoch": 3}, "Did you mean 'epochs'?"),
        ({"config": "iris"}, "config must be an ExperimentConfig"),
        ({"learning_rate": "0,5"}, "a decimal point, not a comma"),
        ({"dataset": "mnits"}, "Did you mean 'mnist'?"),
        ({"out": 5}, "can't be a folder"),
    ],
)
def test_bad_input_is_refused(settings, said):
    with pytest.raises(InputError) as caught:
        compare(**settings)
    assert said in str(caught.value)


@pytest.mark.parametrize("taken", ["classic/result.json", "keras/weights.npz", "comparison.json"])
def test_a_folder_that_holds_one_is_kept(taken, tmp_path):
    file = tmp_path / "a" / taken
    file.parent.mkdir(parents=True)
    file.write_text("kept")
    with pytest.raises(OutputError, match="already holds"):
        compare(dataset="iris", out=tmp_path / "a")
    assert file.read_text() == "kept"


def test_a_comparison_is_replaced_where_that_is_said(tmp_path):
    for seed in (1, 2):
        compare(dataset="iris", hidden_units=2, epochs=1, seed=seed, out=tmp_path / "a",
                overwrite=True, verbose=0)  # fmt: skip
    record = json.loads((tmp_path / "a" / "comparison.json").read_text())
    assert record["classic"]["config"]["seed"] == record["keras"]["config"]["seed"] == 2


def test_without_keras_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(comparison, "missing_for_keras", lambda: "tensorflow")
    with pytest.raises(MissingDependencyError, match="pip install tensorflow"):
        compare(dataset="iris")


def test_training_that_diverges_leaves_nothing(tmp_path):
    with pytest.raises(DivergedError, match="learning_rate=10"):
        compare(dataset="iris", hidden_units=4, output_activation="linear", learning_rate=10,
                epochs=50, verbose=0, out=tmp_path / "a")  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_second_engine_keeps_what_both_reached(tmp_path, monkeypatch):
    fit = steps.fit_model

    def interrupted(model, *args, on_epoch_end, **named):
        def then(epoch):
            on_epoch_end(epoch)
            if model.__class__.__name__ == "Sequential":
                raise KeyboardInterrupt

        return fit(model, *args, on_epoch_end=then, **named)

    monkeypatch.setattr(steps, "fit_model", interrupted)
    with pytest.raises(TrainingInterrupted, match=r"in epoch 2 of 3.*saved in"):
        compare(dataset="iris", hidden_units=2, epochs=3, verbose=0, out=tmp_path / "a")
    assert ExperimentResult.load(tmp_path / "a" / "classic").completed
    assert not ExperimentResult.load(tmp_path / "a" / "keras").completed
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["classic", "keras"]


def test_differences_that_are_not_finite_are_never_written(found, tmp_path):
    odd = Comparison(found.classic, found.keras, [math.nan])
    with pytest.raises(DivergedError, match="weight_differences"):
        comparison.save(odd, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []
