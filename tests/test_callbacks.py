"""A caller's own callbacks, TensorBoard, and when a Keras training ends before its last epoch."""

import importlib.util
import json

import numpy as np
import pytest

from mnistlab import build_model, compile_model, evaluate_model, fit_model, load_data
from mnistlab.errors import InputError, MissingDependencyError
from mnistlab.experiment import run_experiment
from processes import mnistlab

keras = pytest.importorskip("keras")

ENGINES = ("classic", "keras")


@pytest.fixture(scope="module")
def iris():
    return load_data("iris")


def small(iris, engine="keras", **settings):
    return run_experiment(
        **{"dataset": iris, "engine": engine, "hidden_units": 9, "epochs": 2, "verbose": 0,
           **settings}
    )  # fmt: skip


def by_hand(loss="categorical_crossentropy", **compiled):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", loss, **compiled)
    return model


# ── callbacks ───────────────────────────────────────────────────────────────────────────────────


class Heard(keras.callbacks.Callback):
    """Notes the epochs it hears of."""

    def __init__(self):
        super().__init__()
        self.epochs = []

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(epoch)


def test_none_one_alone_and_several(iris):
    first, second = Heard(), Heard()
    for callbacks in (None, (), first, [first, second]):
        small(iris, epochs=1, callbacks=callbacks)
    assert (first.epochs, second.epochs) == ([0, 0], [0])


def test_keras_short_names_of_metrics_fill_the_same_columns(iris):
    history = fit_model(by_hand(metrics=["acc"]), iris, epochs=2, validation_split=0.2, verbose=0)
    assert len(history["accuracy"]) == len(history["val_accuracy"]) == 2


@pytest.mark.parametrize(
    ("callbacks", "said"),
    [
        (keras.callbacks.EarlyStopping, r"the class EarlyStopping.*brackets: EarlyStopping\(\)"),
        ([Heard(), None], "but got None"),
        ("EarlyStopping", "but got 'EarlyStopping'"),
        (lambda epoch: None, "a function goes to on_epoch_end="),
    ],
)
def test_what_is_no_callback_is_refused_before_anything_is_learnt(callbacks, said, iris):
    model = build_model(iris, "keras", 4)
    before = model.get_weights()
    with pytest.raises(InputError, match=said):
        fit_model(model, iris, epochs=1, verbose=0, callbacks=callbacks)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_an_error_of_a_callbacks_own_comes_through_and_the_model_goes_on(iris):
    class Fails(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise ZeroDivisionError("mine")

    model = build_model(iris, "keras", 4)
    with pytest.raises(ZeroDivisionError, match="mine"):
        fit_model(model, iris, epochs=2, verbose=0, callbacks=Fails())
    assert fit_model(model, iris, epochs=1, verbose=0).epochs == 1


def test_early_stopping_of_ones_own_ends_a_training_that_is_complete(iris, capsys):
    stop = keras.callbacks.EarlyStopping("loss", min_delta=9, patience=2)  # nothing is so much less
    result = small(iris, epochs=9, callbacks=stop, verbose=2)
    assert (result.history.epochs, result.completed) == (3, True)
    assert result.history.stopped == "callback"
    *epochs, last = filter(None, capsys.readouterr().out.split("\n"))
    assert [line[:5] for line in epochs] == ["Epoch"] * 3
    assert last == "Stopped after epoch 3: a callback asked for it."


# ── patience and acceptable error ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"batch_size": 4, "acceptable_error": 90.0}, "acceptable_error"),
        ({"optimizer": "adam", "learning_rate": 0.02, "acceptable_error": 70.0,
          "validation_split": 0.2, "order": "sorted"}, "acceptable_error"),
        ({"learning_rate": 3.0, "patience": 2, "validation_split": 0.2, "batch_size": 8},
         "patience"),
    ],
)  # fmt: skip
def test_both_engines_stop_after_the_same_epoch(settings, reason, iris):
    settings = {"epochs": 40, "batch_size": 16, **settings}
    classic, other = (small(iris, engine, **settings) for engine in ENGINES)
    assert classic.history.stopped == other.history.stopped == reason
    assert 1 < classic.history.epochs == other.history.epochs < 40
    if reason == "acceptable_error":
        errors = [one.history["total_error"] for one in (classic, other)]
        assert errors[0] == pytest.approx(errors[1], rel=1e-3)
        assert errors[1][-1] < settings["acceptable_error"] <= errors[1][-2]


def test_the_total_error_of_a_regression_is_the_classic_networks_too():
    x = np.random.default_rng(0).uniform(size=(100, 3)).astype(np.float32)
    values = {"x_train": x[:90], "y_train": x[:90].sum(axis=1), "x_test": x[90:],
              "y_test": x[90:].sum(axis=1), "task": "regression"}  # fmt: skip
    errors = [
        small(values, engine, optimizer="adam", acceptable_error=1e-6).history["total_error"]
        for engine in ENGINES
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-3)


def test_an_acceptable_error_needs_desired_outputs(iris):
    model = by_hand("sparse_categorical_crossentropy", metrics=["accuracy"])
    with pytest.raises(InputError, match=r"takes labels.*'categorical_crossentropy'"):
        fit_model(model, iris, epochs=1, verbose=0, acceptable_error=5.0)


def test_how_a_model_was_compiled_by_hand_stays(iris):
    best_two = keras.metrics.TopKCategoricalAccuracy(2, name="best_two")
    model = by_hand(metrics=["accuracy", best_two], loss_weights=[2.0], steps_per_execution=3,
                    jit_compile=True, weighted_metrics=["mean_squared_error"])  # fmt: skip
    optimizer = model.optimizer
    history = fit_model(model, iris, epochs=2, verbose=0, acceptable_error=5.0)
    assert model.optimizer is optimizer
    assert int(optimizer.iterations) == 2 * 4
    assert (model.steps_per_execution, model.jit_compile) == (3, True)
    assert len(history["accuracy"]) == len(history["total_error"]) == 2
    evaluation = evaluate_model(model, iris)
    assert set(evaluation.metrics) == {"best_two", "mean_squared_error", "mean_absolute_error"}
    unweighted = keras.losses.categorical_crossentropy(
        np.eye(3)[iris.y_test], model.predict(iris.x_test, verbose=0)
    )
    assert evaluation.loss == pytest.approx(2 * float(np.mean(unweighted)), rel=1e-5)


# ── averages ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", [{}, {"acceptable_error": 1e6}, {"patience": 1, "epochs": 30}])
def test_the_averages_are_in_the_weights_however_training_ended(how, iris):
    model = build_model(iris, "keras", 4)
    compile_model(model, "sgd", 3.0, ema_momentum=0.9)
    history = fit_model(model, iris, **{"epochs": 3, "batch_size": 16, "verbose": 0, **how})
    assert history.epochs < 30
    averages = model.optimizer._model_variables_moving_average
    assert len(averages) == 4
    for weights, average in zip(model.get_weights(), averages, strict=True):
        assert np.array_equal(weights, average.numpy())


# ── TensorBoard ─────────────────────────────────────────────────────────────────────────────────


def losses_in(folder):
    """Return the column epoch_loss that TensorBoard's files in a folder hold."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    found = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    found.Reload()
    events = found.Tensors("epoch_loss")
    assert [event.step for event in events] == list(range(len(events)))
    return [float(make_ndarray(event.tensor_proto)) for event in events]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # TensorBoard's own
def test_tensorboard_gets_each_epochs_figures_and_batches_stay_fast(iris, tmp_path):
    pytest.importorskip("tensorboard")

    class Executions(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            assert self.model.steps_per_execution == 6  # 96 patterns in batches of 16

    result = small(iris, epochs=3, batch_size=16, validation_split=0.2, tensorboard=tmp_path,
                   callbacks=Executions())  # fmt: skip
    assert losses_in(tmp_path / "train") == pytest.approx(result.history["loss"])
    assert losses_in(tmp_path / "validation") == pytest.approx(result.history["val_loss"])
    alone = small(iris, epochs=3, batch_size=16, validation_split=0.2)
    assert alone.history["loss"] == result.history["loss"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_from_the_command_line(tmp_path):
    pytest.importorskip("tensorboard")
    done = mnistlab(
        "run", "--dataset", "iris", "--engine", "keras", "--epochs", 2, "--hidden-units", 4,
        "--tensorboard", "board", "--json", home=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    losses = json.loads(done.stdout)["history"]["loss"]
    assert losses_in(tmp_path / "board" / "train") == pytest.approx(losses)


def test_a_network_from_scratch_has_no_tensorboard(iris, tmp_path):
    with pytest.raises(InputError, match=r"needs a Keras model \(engine='keras'\)"):
        small(iris, "classic", tensorboard=tmp_path)


def test_where_tensorboard_isnt_installed_its_install_line_is_said(iris, tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "tensorboard" else find(name)
    )
    with pytest.raises(MissingDependencyError, match=r"\n    pip install tensorboard\n"):
        small(iris, tensorboard=tmp_path / "board")
    assert not list(tmp_path.iterdir())
