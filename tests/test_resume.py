"""Stop anywhere, go on exactly: the same bits as a training that was never stopped."""

import hashlib
import importlib.util
import json
import os
import random
import sys
from pathlib import Path

import numpy as np
import pytest

import mnistlab
from mnistlab import checkpoint
from mnistlab.errors import InputError, TrainingInterrupted
from processes import mnistlab as run_command

KERAS = importlib.util.find_spec("keras") is not None
ENGINES = ["classic", pytest.param("keras", marks=pytest.mark.skipif(not KERAS, reason="Keras"))]
SETTINGS = {
    "plain": {},
    "all of it": {
        "optimizer": "nadam", "dropout": 0.3, "input_dropout": 0.1, "ema_momentum": 0.99,
        "weight_decay": 1e-3, "schedule": "exponential:0.8", "validation_split": 0.2,
    },
    "true SGD": {"batch_size": 1, "learning_rate": 0.05, "epochs": 2},
    "deformed": {"deformation": "affine+elastic", "dataset": "digits", "batch_size": 20},
    "a regression": {"dataset": "custom", "optimizer": "adam", "hidden_units": 6},
}  # fmt: skip
# A tiny regression of one's own: 90 + 10 patterns, 3 inputs.
X = np.random.default_rng(0).uniform(size=(100, 3)).astype(np.float32)
VALUES = {"x_train": X[:90], "y_train": X[:90].sum(axis=1), "x_test": X[90:],
          "y_test": X[90:].sum(axis=1), "task": "regression"}  # fmt: skip


def experiment(engine, which, **more):
    settings = {"dataset": "iris", "hidden_units": 9, "epochs": 5, "batch_size": 4}
    settings = {**settings, **SETTINGS[which]}
    if settings["dataset"] == "custom":
        settings["dataset"] = VALUES
    return mnistlab.run_experiment(engine=engine, verbose=0, **settings, **more)


def digest(result):
    """Return the SHA-256 of the weights and of the History, seconds left out."""
    weights = b"".join(w.tobytes() for w in result.model.get_weights())
    columns = {name: c for name, c in result.history.history.items() if name != "seconds"}
    return hashlib.sha256(weights + json.dumps(columns).encode()).hexdigest()


def cut_after(monkeypatch, writes):
    """Interrupt the training after so many states have been written."""
    real, left = checkpoint.write, iter(range(writes - 1, -1, -1))

    def write(*args):
        real(*args)
        if not next(left):
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "write", write)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("which", SETTINGS)
def test_in_five_pieces_it_ends_in_the_same_bits(engine, which, tmp_path, monkeypatch):
    whole = digest(experiment(engine, which))
    seed = random.randrange(10**6)
    print(f"cut after random states, seed {seed}")
    draw, pieces = random.Random(seed), 1
    for _ in range(4):
        cut_after(monkeypatch, draw.randint(1, 5))
        try:
            experiment(engine, which, checkpoint=tmp_path / "c", checkpoint_every=7)
        except TrainingInterrupted as stop:
            pieces += 1
            assert "goes on from the checkpoint" in str(stop)
        monkeypatch.undo()
    last = experiment(engine, which, checkpoint=tmp_path / "c", checkpoint_every=7)
    assert digest(last) == whole
    assert pieces >= 2


@pytest.mark.parametrize("engine", ENGINES)
def test_keeping_states_changes_no_bit(engine, tmp_path):
    kept = experiment(engine, "all of it", checkpoint=tmp_path, checkpoint_every=1)
    assert digest(kept) == digest(experiment(engine, "all of it"))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_finished_training_is_not_trained_again(engine, tmp_path, capsys):
    first = experiment(engine, "all of it", checkpoint=tmp_path)
    again = experiment(engine, "all of it", checkpoint=tmp_path)
    assert digest(first) == digest(again)
    assert first.history["seconds"] == again.history["seconds"]


@pytest.mark.parametrize("engine", ENGINES)
def test_resume_knows_the_settings_itself(engine, tmp_path, monkeypatch):
    cut_after(monkeypatch, 2)
    with pytest.raises(TrainingInterrupted):
        experiment(engine, "all of it", checkpoint=tmp_path)
    monkeypatch.undo()
    resumed = mnistlab.run_experiment(resume=tmp_path, verbose=0)
    assert digest(resumed) == digest(experiment(engine, "all of it"))


def test_an_early_stop_stays_stopped(tmp_path):
    settings = {"dataset": "iris", "engine": "classic", "hidden_units": 4, "epochs": 90,
                "acceptable_error": 60.0, "verbose": 0, "batch_size": 4}  # fmt: skip
    first = mnistlab.run_experiment(**settings, checkpoint=tmp_path)
    assert first.history.stopped == "acceptable_error"
    assert first.history.epochs < 90
    again = mnistlab.run_experiment(**settings, checkpoint=tmp_path)
    assert (again.history.stopped, again.history.epochs) == ("acceptable_error",
                                                             first.history.epochs)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"epochs": 6}, "epochs was 5 and is 6"),
        ({"engine": "keras"}, "engine was 'classic' and is 'keras'"),
        ({"dataset": "digits"}, "dataset was 'iris' and is 'digits'"),
        ({"learning_rate": 0.1}, "learning_rate was 0.5 and is 0.1"),
    ],
)
def test_another_config_is_named(change, said, tmp_path):
    settings = {"dataset": "iris", "engine": "classic", "hidden_units": 4, "verbose": 0}
    mnistlab.run_experiment(**settings, checkpoint=tmp_path)
    if change.get("engine") == "keras" and not KERAS:
        pytest.skip("Keras")
    with pytest.raises(InputError, match=said):
        mnistlab.run_experiment(**{**settings, **change}, checkpoint=tmp_path)


def test_another_version_of_the_package_is_named(tmp_path, monkeypatch):
    settings = {"dataset": "iris", "engine": "classic", "hidden_units": 4, "verbose": 0}
    mnistlab.run_experiment(**settings, checkpoint=tmp_path)
    monkeypatch.setattr(mnistlab, "__version__", "99.0")
    with pytest.raises(InputError, match="mnistlab was '.*' and is '99.0'"):
        mnistlab.run_experiment(**settings, checkpoint=tmp_path)


def test_the_five_steps_have_checkpoints_too(tmp_path, monkeypatch):
    iris = mnistlab.load_data("iris")

    def fit(**more):
        model = mnistlab.build_model(iris, engine="classic", hidden_units=4)
        mnistlab.fit_model(model, iris, epochs=6, batch_size=4, verbose=0, **more)
        return [w.tobytes() for w in model.get_weights()]

    cut_after(monkeypatch, 3)
    with pytest.raises(TrainingInterrupted):
        fit(checkpoint=tmp_path)
    monkeypatch.undo()
    assert fit(checkpoint=tmp_path) == fit()
    with pytest.raises(InputError, match="step by step"):
        mnistlab.run_experiment(resume=tmp_path)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"resume": "nowhere"}, "holds no checkpoint. Start one"),
        ({"resume": "nowhere", "epochs": 3}, "leave epochs out"),
        ({"resume": "nowhere", "recipe": "book"}, "leave recipe out"),
        ({"recipe": "bok"}, "Did you mean 'book'"),
        ({"checkpoint": "x", "checkpoint_every": 0}, "checkpoint_every must be at least 1"),
    ],
)
def test_what_cant_be_resumed(said, error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=error):
        mnistlab.run_experiment(**{"verbose": 0, "engine": "classic", **said}
                                if "resume" not in said else said)  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_activation": "tanh"}, {"output_activation": "sigmoid"}, {"dropout": 0.1},
        {"weight_decay": 0.1}, {"ema_momentum": 0.5}, {"schedule": lambda epoch: 0.3},
        {"schedule": "exponential:0.9"}, {"optimizer": "adam"}, {"epochs": 7},
    ],
    ids=lambda change: " ".join(f"{k} {getattr(v, '__name__', v)}" for k, v in change.items()),
)  # fmt: skip
@pytest.mark.parametrize("engine", ENGINES)
def test_the_five_steps_know_another_training(engine, change, tmp_path):
    iris = mnistlab.load_data("iris")

    def fit(output_activation="softmax", hidden_activation="relu", dropout=0.5, epochs=2,
            schedule=None, weight_decay=0.5, ema_momentum=0.9, optimizer="sgd"):  # fmt: skip
        model = mnistlab.build_model(
            iris, engine, 4, hidden_activation, output_activation, dropout=dropout
        )
        mnistlab.compile_model(
            model, optimizer, 0.1, weight_decay=weight_decay, ema_momentum=ema_momentum
        )
        mnistlab.fit_model(model, iris, epochs=epochs, verbose=0, schedule=schedule,
                           checkpoint=tmp_path, order="Random", patience=np.int64(9))  # fmt: skip

    fit()
    fit()
    with pytest.raises(InputError, match="another training"):
        fit(**change)


def test_the_same_cell_again_goes_on_with_the_same_model(tmp_path, monkeypatch):
    iris = mnistlab.load_data("iris")
    model = mnistlab.build_model(iris, engine="classic", hidden_units=4)
    settings = {"epochs": 6, "schedule": "exponential:0.5", "checkpoint": tmp_path, "verbose": 0}
    cut_after(monkeypatch, 3)
    with pytest.raises(TrainingInterrupted):
        mnistlab.fit_model(model, iris, **settings)
    monkeypatch.undo()
    assert mnistlab.fit_model(model, iris, **settings).epochs == 6


@pytest.mark.skipif(not KERAS, reason="Keras")
def test_a_training_that_a_callback_ended_stays_ended(tmp_path, capsys):
    import keras

    def run():
        stop = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=10)
        return experiment("keras", "plain", checkpoint=tmp_path, callbacks=stop)

    first, again = run(), run()
    assert first.history.epochs == again.history.epochs == 2
    assert first.history.stopped == again.history.stopped == "callback"
    assert digest(first) == digest(again)
    assert "Stopped" in repr(again)


@pytest.mark.skipif(not KERAS, reason="Keras")
def test_a_callback_that_ends_the_epoch_in_which_it_goes_on(tmp_path, monkeypatch):
    import keras

    def run():
        def stop(epoch, logs):
            callback.model.stop_training = True

        callback = keras.callbacks.LambdaCallback(on_epoch_end=stop)
        return experiment("keras", "plain", checkpoint=tmp_path, checkpoint_every=7,
                          callbacks=[callback])  # fmt: skip

    cut_after(monkeypatch, 1)  # within the first epoch
    with pytest.raises(TrainingInterrupted):
        run()
    monkeypatch.undo()
    assert run().history.epochs == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_stopped_before_the_first_state_it_says_so_and_saves_the_run(engine, tmp_path, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(mnistlab.seeding, "pattern_order", interrupt)
    with pytest.raises(TrainingInterrupted, match="saved in") as stop:
        experiment(engine, "plain", checkpoint=tmp_path / "c", out=tmp_path / "run")
    assert "goes on" not in str(stop.value)
    assert (tmp_path / "run" / "result.json").exists()


@pytest.mark.parametrize("given", [5, True, b"x", [], "", "~nosuchuser/x", "a\0b"])
def test_folders_that_are_none(given):
    iris = mnistlab.load_data("iris")
    model = mnistlab.build_model(iris, engine="classic", hidden_units=4)
    with pytest.raises(InputError, match="checkpoint="):
        mnistlab.fit_model(model, iris, checkpoint=given)
    with pytest.raises(InputError, match="resume="):
        mnistlab.run_experiment(resume=given)
    if KERAS:
        keras_model = mnistlab.build_model(iris, engine="keras", hidden_units=4)
        with pytest.raises(InputError, match="tensorboard="):
            mnistlab.fit_model(keras_model, iris, tensorboard=given)


@pytest.mark.parametrize("which", ["deformation", "dtype_policy"])
def test_a_refused_call_leaves_nothing(which, tmp_path):
    settings = {"deformation": "affine"} if which == "deformation" else {
        "dtype_policy": "mixed_bfloat16"}  # fmt: skip
    with pytest.raises(InputError):
        mnistlab.run_experiment(dataset="iris", engine="classic", **settings,
                                checkpoint=tmp_path / "c")  # fmt: skip
    assert not (tmp_path / "c").exists()


def test_from_the_command_line(tmp_path):
    options = ["--dataset", "iris", "--engine", "classic", "--epochs", "3", "--hidden-units", "4"]
    first = run_command("run", *options, "--checkpoint", "kept", "--json", home=tmp_path)
    again = run_command("run", "--resume", "kept", "--json", home=tmp_path)
    assert (first.returncode, again.returncode) == (0, 0), again.stderr
    assert json.loads(first.stdout)["history"] == json.loads(again.stdout)["history"]
    other = run_command("run", *options, "--epochs", "4", "--checkpoint", "kept", home=tmp_path)
    assert other.returncode == 2
    assert "epochs was 3 and is 4" in other.stderr
    assert "Traceback" not in other.stderr


def kills_module():
    path = Path(mnistlab.__file__).parents[1] / "benchmarks" / "kills.py"
    spec = importlib.util.spec_from_file_location("kills", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("engine", ENGINES)
def test_killed_at_random_instants_it_ends_in_the_same_bits(engine):
    found = kills_module().kills(engine, 3, int(os.environ["MNISTLAB_TEST_SEED"]), say=False)
    assert found["same bits"] == found["kills"] == 3
