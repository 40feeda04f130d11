"""run_experiment(): one config in, a result and a folder out; and what goes wrong on the way."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from mnistlab import experiment, runfolder, steps
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import load_data
from mnistlab.errors import DivergedError, InputError, OutputError, TrainingInterrupted
from mnistlab.experiment import run_experiment
from mnistlab.results import ExperimentResult

ENGINES = ("classic", "keras")


@pytest.fixture(scope="module")
def iris():
    return load_data("iris")


def small(iris, **settings):
    """Run a small experiment that takes no time."""
    return run_experiment(
        **{"dataset": iris, "engine": "classic", "hidden_units": 4, "epochs": 2, "verbose": 0,
           **settings}
    )  # fmt: skip


@pytest.fixture
def no_training(monkeypatch):
    """Let a test fail where anything is loaded or learnt."""

    def refused(*args, **kwargs):
        raise AssertionError("this came too late")

    monkeypatch.setattr(experiment, "load_data", refused)
    monkeypatch.setattr(steps, "fit_model", refused)


# ── a good run ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_leaves_the_same_bytes(engine, iris):
    first, again, other = (
        small(iris, engine=engine, seed=s).model.get_weights() for s in (5, 5, 6)
    )
    assert all(a.tobytes() == b.tobytes() for a, b in zip(first, again, strict=True))
    assert any(a.tobytes() != b.tobytes() for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("engine", ENGINES)
def test_it_is_the_five_steps(engine, iris):
    result = small(iris, engine=engine, optimizer="adam", batch_size=8, order="sorted", seed=2)
    model = steps.build_model(iris, engine, 4, seed=2)
    steps.compile_model(model, "adam")
    steps.fit_model(model, iris, epochs=2, batch_size=8, order="sorted", seed=2, verbose=0)
    for ours, theirs in zip(result.model.get_weights(), model.get_weights(), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    assert [result.test_loss, result.test_accuracy] == list(steps.evaluate_model(model, iris))


def test_the_result_shows_what_was_left_open(iris):
    config = small(iris, optimizer="adam", output_activation="sigmoid").config
    assert (config.learning_rate, config.loss, config.dataset) == (0.001, "lecture", "iris")


def test_nothing_is_saved_unless_a_folder_is_given(iris, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert small(iris).folder is None
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_saved_where_it_is_said(iris, tmp_path):
    result = small(iris, out=tmp_path / "runs" / "a")
    assert result.folder == tmp_path / "runs" / "a"
    assert ExperimentResult.load(result.folder).record() == result.record()


def test_auto_is_a_folder_by_time_engine_and_data_set(iris, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, second = (small(iris, out="auto").folder for _ in range(2))
    assert first != second
    assert first.parent == second.parent
    assert first.parent.name == "runs"
    assert "-classic-iris" in first.name
    assert (first / "result.json").exists()


def test_every_step_is_timed(iris):
    seconds = small(iris).seconds
    assert list(seconds) == ["load", "build", "fit", "evaluate"]
    assert all(0 <= value < 60 for value in seconds.values())
    assert seconds["fit"] > 0


def test_the_time_of_a_block_stands_still_after_it(monkeypatch):
    now = iter([10.0, 11.0, 12.0])
    monkeypatch.setattr(experiment.time, "perf_counter", lambda: next(now))
    with experiment.timed() as seconds:
        assert seconds() == 1.0
    assert seconds() == seconds() == 2.0


def test_a_config_can_be_given_and_changed(iris):
    config = ExperimentConfig(engine="classic", dataset="iris", hidden_units=3, epochs=1)
    result = run_experiment(config, verbose=0)
    assert (result.dataset.name, result.config.hidden_units) == ("iris", (3,))
    assert run_experiment(config, epochs=2, verbose=0).config.epochs == 2
    again = run_experiment(result.config, verbose=0)
    assert again.test_loss == result.test_loss


def test_it_says_a_line_an_epoch(iris, capsys):
    small(iris, verbose="auto")
    out, err = capsys.readouterr()
    assert [line[:9] for line in out.splitlines()] == ["Epoch 1/2", "Epoch 2/2"]
    assert err == ""
    small(iris, verbose=0)
    assert capsys.readouterr() == ("", "")


def test_arrays_of_ones_own_are_custom(iris):
    own = ((iris.x_train, iris.y_train), (iris.x_test, iris.y_test))
    result = small(own)
    assert (result.config.dataset, result.dataset.name) == ("custom", "custom")
    assert result.dataset.digest.startswith("sha256:")
    with pytest.raises(InputError, match="path="):
        run_experiment(result.config, verbose=0)


def test_callbacks_reach_keras_and_are_refused_by_a_classic_network(iris):
    keras = pytest.importorskip("keras")
    heard = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: heard.append(epoch))
    small(iris, engine="keras", callbacks=[callback])
    assert heard == [0, 1]
    with pytest.raises(InputError, match="need a Keras model"):
        small(iris, callbacks=[callback])


@pytest.mark.skipif(not os.environ.get("MNISTLAB_DATA"), reason="MNISTLAB_DATA isn't set")
def test_an_epoch_of_mnist_is_the_same_with_either_engine():
    mnist = load_data("mnist")
    assert (mnist.n_train, mnist.n_test) == (60_000, 10_000)
    accuracy = [
        run_experiment(dataset=mnist, engine=engine, hidden_units=32, epochs=1, batch_size=128,
                       verbose=0).test_accuracy
        for engine in ENGINES
    ]  # fmt: skip
    assert accuracy[0] > 0.88
    assert accuracy[0] == pytest.approx(accuracy[1], abs=0.002)


# ── bad input ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epoch": 3}, "epoch is no setting of an experiment. Did you mean 'epochs'?"),
        ({"engine": "kears"}, "Did you mean 'keras'?"),
        ({"learning_rate": 0}, "learning_rate must be above 0, but got 0."),
        ({"learning_rate": "0,5"}, "a decimal point, not a comma: learning_rate=0.5."),
        ({"batch_size": 0}, "batch_size must be at least 1, but got 0."),
        ({"batch_size": None}, "batch_size isn't known"),
        ({"optimizer": None}, "optimizer isn't known"),
        ({"epochs": -1}, "epochs must be at least 0, but got -1."),
        ({"seed": -1}, "seed must be at least 0, but got -1."),
        ({"hidden_units": 0}, "hidden_units must be at least 1, but got 0."),
        ({"config": "iris"}, "config must be an ExperimentConfig, but got 'iris'."),
        ({"config": {"epochs": 3}}, "config must be an ExperimentConfig"),
        ({"out": "/proc/runs/a"}, "can't be"),
        ({"out": 5}, "out=5 can't be a folder"),
    ],
)
def test_bad_settings_are_refused_before_anything_is_loaded(settings, said, no_training):
    with pytest.raises(InputError) as caught:
        run_experiment(**settings)
    assert said in str(caught.value)


def test_an_unknown_data_set_gets_the_one_that_was_meant(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'mnist'"):
        run_experiment(dataset="mnits", engine="classic", out=tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_run_is_refused_before_anything_is_loaded(iris, tmp_path, no_training):
    runfolder.write_folder(tmp_path / "a", {"result.json": lambda path: path.write_text("kept")})
    with pytest.raises(OutputError, match="already holds a run"):
        run_experiment(out=tmp_path / "a", engine="classic")
    assert (tmp_path / "a" / "result.json").read_text() == "kept"


def test_a_run_is_replaced_where_that_is_said(iris, tmp_path):
    small(iris, out=tmp_path / "a", seed=1)
    small(iris, out=tmp_path / "a", seed=2, overwrite=True)
    assert ExperimentResult.load(tmp_path / "a").config.seed == 2


@pytest.mark.parametrize("settings", [{"verbose": 9}, {"validation_split": 0.999},
                                      {"loss": "binary_crossentropy"}])  # fmt: skip
def test_what_is_refused_later_leaves_nothing_either(settings, iris, tmp_path):
    with pytest.raises(InputError):
        small(iris, out=tmp_path / "a", **settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_training_that_diverges_leaves_nothing_and_says_what_to_change(engine, iris, tmp_path):
    with pytest.raises(DivergedError, match=r"learning_rate=10\. Try 1,"):
        small(iris, engine=engine, output_activation="linear", learning_rate=10, epochs=50,
              out=tmp_path / "a")  # fmt: skip
    assert list(tmp_path.iterdir()) == []


# ── Ctrl-C ──────────────────────────────────────────────────────────────────────────────────────


def stop_after(epochs, monkeypatch):
    """Let Ctrl-C come at the end of an epoch of any training."""
    fit = steps.fit_model

    def interrupted(epoch):
        if epoch + 1 == epochs:
            raise KeyboardInterrupt

    monkeypatch.setattr(
        steps, "fit_model", lambda *a, **k: fit(*a, **{**k, "on_epoch_end": interrupted})
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_saves_what_was_reached_and_says_where(engine, iris, tmp_path, monkeypatch):
    two = small(iris, engine=engine, epochs=2)
    stop_after(2, monkeypatch)
    folder = tmp_path / "a"
    with pytest.raises(TrainingInterrupted) as caught:
        small(iris, engine=engine, epochs=5, out=folder)
    said = str(caught.value)
    assert said.startswith(
        f"Training was interrupted in epoch 3 of 5. Test accuracy {two.test_accuracy:.2%} so far. "
    )
    assert said.endswith(f"What was reached is saved in {folder}.")
    assert caught.value.folder == folder
    kept = ExperimentResult.load(folder)
    assert not kept.completed
    assert (kept.history.epochs, kept.config.epochs) == (2, 5)
    assert kept.history == caught.value.history
    for ours, theirs in zip(kept.model.get_weights(), two.model.get_weights(), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_ctrl_c_without_a_folder_says_that_nothing_is_saved(iris, tmp_path, monkeypatch):
    stop_after(1, monkeypatch)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrainingInterrupted, match=r"Nothing was saved, .*\(out=…\)") as caught:
        small(iris)
    assert caught.value.folder is None
    assert caught.value.history.epochs == 1
    assert list(tmp_path.iterdir()) == []


SIGNALLED = """
import sys
from mnistlab import run_experiment
from mnistlab.errors import TrainingInterrupted

try:
    run_experiment(dataset="digits", engine=sys.argv[1], hidden_units=16, epochs=1_000_000,
                   out=sys.argv[2], verbose=2)
except TrainingInterrupted as stop:
    print(stop)
    sys.exit(3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_real_ctrl_c_saves_what_was_reached(engine, tmp_path):
    folder = tmp_path / "a"
    process = subprocess.Popen(
        [sys.executable, "-c", SIGNALLED, engine, str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for _ in range(2):
            assert process.stdout.readline().startswith("Epoch ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert out.splitlines()[-1].endswith(f"What was reached is saved in {folder}.")
    assert (process.returncode, err) == (3, "")
    kept = ExperimentResult.load(folder)
    assert kept.history.epochs >= 2
    assert not kept.completed
    assert np.trace(kept.confusion_matrix) / 359 == pytest.approx(kept.test_accuracy)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
