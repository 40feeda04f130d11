"""Several updates a call, XLA for small batches: faster, and the same training all the same."""

import json

import numpy as np
import pytest

from mnistlab import seeding
from mnistlab.history import History
from processes import mnistlab

keras = pytest.importorskip("keras")

from mnistlab.keras_engine import building, executions, training  # noqa: E402

RNG = np.random.default_rng(5)
X, Y = RNG.uniform(size=(100, 12)).astype(np.float32), RNG.integers(0, 4, 100)
ONE_HOT = np.eye(4, dtype="float32")[Y]
VX, VY = X[:30][::-1].copy(), Y[:30][::-1].copy()
BY_BACKEND = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="XLA is asked for on TensorFlow only"
)


def order(epoch):
    return seeding.pattern_order(100, epoch, 0)


class Watching(keras.callbacks.Callback):
    """Notes how the model is run meanwhile; hears of epochs only."""

    def __init__(self):
        super().__init__()
        self.seen = set()

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.add((self.model.steps_per_execution, self.model.jit_compile))


class Counting(keras.callbacks.Callback):
    """Hears of every batch."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def on_train_batch_begin(self, batch, logs=None):
        self.batches.append(batch)


def compiled(rule="sgd", rate=0.05, **settings):
    model = building.build((12, 8, 4), "sigmoid", "softmax", seed=1, **settings)
    building.compile_model(model, rule, rate)
    return model


def fitted(model, size, **settings):
    history = History()
    training.fit(model, X, Y, **{"epochs": 2, "batch_size": size, "order": order,
                                 "history": history, "verbose": 0, **settings})  # fmt: skip
    return history


def plain(rule, rate, size, epochs=2):
    """Return weights and figures of the same training in plain Keras, which is compiled by none."""
    model = keras.Sequential([
        keras.Input((12,)),
        keras.layers.Dense(8, activation="sigmoid"),
        keras.layers.Dense(4, activation="softmax"),
    ])  # fmt: skip
    model.set_weights(seeding.initial_weights((12, 8, 4), seed=1))
    rule = {"sgd": "SGD", "adam": "Adam", "rmsprop": "RMSprop"}[rule]
    model.compile(getattr(keras.optimizers, rule)(rate), "categorical_crossentropy",
                  metrics=["accuracy"], jit_compile=False)  # fmt: skip
    figures = {name: [] for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
    for epoch in range(epochs):
        p = order(epoch)
        done = model.fit(X[p], ONE_HOT[p], epochs=1, batch_size=size, shuffle=False, verbose=0,
                         validation_data=(VX, np.eye(4)[VY]))  # fmt: skip
        for name, column in figures.items():
            column += done.history[name]
    return model.get_weights(), figures


@pytest.mark.parametrize(
    ("rule", "rate", "size"),
    [("sgd", 0.1, 1), ("sgd", 0.1, 9), ("sgd", 0.1, 32), ("sgd", 0.1, 100),
     ("adam", 0.003, 1), ("adam", 0.003, 32), ("rmsprop", 0.003, 1), ("rmsprop", 0.003, 9)],
)  # fmt: skip
def test_weights_and_every_figure_are_plain_kerass(rule, rate, size):
    model = compiled(rule, rate)
    history = fitted(model, size, validation=(VX, VY))
    weights, figures = plain(rule, rate, size)
    for ours, theirs in zip(model.get_weights(), weights, strict=True):
        assert np.abs(ours - theirs).max() < 1e-5
    for name, column in figures.items():
        assert history[name] == pytest.approx(column, abs=1e-4), name


@BY_BACKEND
@pytest.mark.parametrize(
    ("size", "settings", "seen"),
    [
        (1, {}, (50, True)),
        (8, {}, (13, True)),  # 100 patterns make 13 batches
        (9, {}, (12, False)),
        (1, {"dropout": 0.2}, (50, False)),
        (8, {"input_dropout": 0.2}, (13, False)),
    ],
)
def test_small_batches_without_random_numbers_are_compiled_meanwhile(size, settings, seen):
    model, watching = compiled(**settings), Watching()
    fitted(model, size, callbacks=[watching])
    assert watching.seen == {seen}
    assert (model.steps_per_execution, model.jit_compile) == (1, False)
    assert not executions.wants_batches(watching)


@BY_BACKEND
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, in model.save
def test_a_saved_model_knows_nothing_of_it(tmp_path):
    model = compiled()
    fitted(model, 1)
    model.save(tmp_path / "model.keras")
    said = keras.models.load_model(tmp_path / "model.keras").get_compile_config()
    assert (said["steps_per_execution"], said["jit_compile"]) == (1, False)


@BY_BACKEND
@pytest.mark.parametrize("size", [1, 9])
def test_whoever_listens_to_batches_hears_of_each_and_the_bits_are_the_same(size):
    listened, alone, counting = compiled(), compiled(), Counting()
    fitted(listened, size, callbacks=[counting])
    fitted(alone, size)
    assert counting.batches == [*range(-(-100 // size))] * 2
    for a, b in zip(listened.get_weights(), alone.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


@BY_BACKEND
def test_what_the_models_owner_chose_stays():
    model, watching = compiled(), Watching()
    model.compile(
        "sgd", "categorical_crossentropy", metrics=["accuracy"], steps_per_execution=3,
        jit_compile=True,
    )  # fmt: skip
    fitted(model, 32, callbacks=[watching])
    assert watching.seen == {(3, True)}
    assert (model.steps_per_execution, model.jit_compile) == (3, True)


@BY_BACKEND
def test_a_model_that_runs_eagerly_is_not_compiled():
    model, watching = compiled(), Watching()
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    fitted(model, 8, epochs=1, callbacks=[watching])
    assert [compiled for _, compiled in watching.seen] == [False]


@BY_BACKEND
def test_an_error_on_the_way_leaves_the_model_as_it_was():
    def fails(epoch):
        raise RuntimeError("mine")

    model = compiled()
    with pytest.raises(RuntimeError, match="mine"):
        fitted(model, 1, on_epoch_end=fails)
    assert (model.steps_per_execution, model.jit_compile) == (1, False)
    assert model.train_function is None


def test_true_sgd_on_the_command_line_leaves_standard_error_empty(tmp_path):
    done = mnistlab(
        "run", "--dataset", "iris", "--engine", "keras", "--batch-size", 1, "--learning-rate", 0.1,
        "--epochs", 2, "--hidden-units", 4, "--json", "--out", "a", home=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["history"]["loss"]) == 2
