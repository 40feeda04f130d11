"""The Keras engine: what it builds is plain Keras, and what it adds to fit changes no result."""

import signal
import subprocess
import sys
import types

import numpy as np
import pytest

from mnistlab import seeding
from mnistlab.errors import DivergedError, InputError

keras = pytest.importorskip("keras")

from mnistlab.classic.schedules import schedule  # noqa: E402
from mnistlab.history import History  # noqa: E402
from mnistlab.keras_engine import building, executions, quiet, reading, training  # noqa: E402

RNG = np.random.default_rng(5)
X, Y = RNG.uniform(size=(100, 12)).astype(np.float32), RNG.integers(0, 4, 100)


def order(epoch):
    return seeding.pattern_order(100, epoch, 0)


def built(**settings):
    model = building.build((12, 8, 4), "sigmoid", "softmax", seed=1)
    building.compile_model(model, "sgd", 0.3, None)
    history = History()
    defaults = {"epochs": 3, "batch_size": 9, "order": order, "history": history, "verbose": 0}
    training.fit(model, X, Y, **{**defaults, **settings})
    return model, history


def plain(epochs=3, size=9):
    """Return the same training in plain Keras: fit on reordered arrays, an epoch at a time."""
    model = keras.Sequential([
        keras.Input((12,)),
        keras.layers.Dense(8, activation="sigmoid"),
        keras.layers.Dense(4, activation="softmax"),
    ])  # fmt: skip
    model.set_weights(seeding.initial_weights((12, 8, 4), seed=1))
    model.compile(keras.optimizers.SGD(0.3), "categorical_crossentropy", metrics=["accuracy"])
    losses, one_hot = [], np.eye(4, dtype="float32")[Y]
    for epoch in range(epochs):
        p = order(epoch)
        done = model.fit(X[p], one_hot[p], epochs=1, batch_size=size, shuffle=False, verbose=0)
        losses += done.history["loss"]
    return model, losses


@pytest.mark.parametrize("size", [1, 9, 32, 100])
def test_several_updates_a_call_are_the_same_updates(size):
    model, history = built(batch_size=size)
    reference, losses = plain(size=size)
    for a, b in zip(model.get_weights(), reference.get_weights(), strict=True):
        assert np.abs(a - b).max() < 1e-6
    assert history["loss"] == pytest.approx(losses, rel=1e-5)


def test_the_same_seed_leaves_the_same_bits():
    first, second = built()[0].get_weights(), built()[0].get_weights()
    assert [a.tobytes() for a in first] == [b.tobytes() for b in second]


def test_training_goes_on_exactly_where_it_stopped():
    model, _ = built(epochs=1)
    training.fit(model, X, Y, epochs=3, initial_epoch=1, batch_size=9, order=order,
                 history=History(), verbose=0)  # fmt: skip
    for a, b in zip(model.get_weights(), built()[0].get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


class Counting(keras.callbacks.Callback):
    """A caller's callback that asks for batches."""

    def __init__(self):
        super().__init__()
        self.batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1


def test_a_callback_that_asks_for_batches_gets_every_batch():
    counting = Counting()
    built(callbacks=[counting])
    assert counting.batches == 3 * 12


def test_a_callback_that_doesnt_is_no_hindrance():
    assert not executions.wants_batches(keras.callbacks.TerminateOnNaN.__base__())
    assert executions.wants_batches(Counting())
    assert executions.wants_batches(keras.callbacks.LambdaCallback(on_train_batch_end=print))


def test_after_fit_the_model_is_as_it_was():
    model, _ = built()
    assert model.steps_per_execution == 1
    model.fit(X, np.eye(4)[Y], epochs=1, verbose=0)  # plain Keras goes on, with no warning
    assert model.evaluate(X, np.eye(4)[Y], verbose=0)[0] > 0


def test_the_schedule_sets_beta_and_puts_it_back():
    model, history = built(schedule=schedule("step:1"))
    assert history["learning_rate"] == pytest.approx([0.3, 0.15, 0.075])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.3)


def test_validation_is_reported_each_epoch():
    _, history = built(validation=(X, Y))
    assert len(history["val_loss"]) == len(history["val_accuracy"]) == 3


def test_divergence_stops_with_what_to_change():
    model = building.build((12, 8, 4), "relu", "linear", seed=1)
    building.compile_model(model, "sgd", 1e9, "mean_squared_error")
    with pytest.raises(DivergedError, match="Try 1e"):
        training.fit(model, X, Y, epochs=9, batch_size=9, order=order, history=History(), verbose=0)


def test_sigmoid_with_the_lectures_error_is_kerass_mean_made_a_sum():
    model = building.build((12, 8, 4), "sigmoid", "sigmoid", seed=1)
    building.compile_model(model, "sgd", 0.3, "lecture")
    figures = training.evaluate(model, X, Y)
    out = np.clip(training.predict(model, X), 1e-7, 1 - 1e-7)
    d = np.eye(4)[Y]
    summed = -(d * np.log(out) + (1 - d) * np.log(1 - out)).sum(axis=1).mean()
    assert figures["loss"] == pytest.approx(summed, rel=1e-5)


def test_a_model_that_isnt_compiled():
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(4)])
    with pytest.raises(InputError, match="compile_model"):
        training.evaluate(model, X, Y)


def test_a_model_with_other_inputs():
    model = building.build((10, 8, 4), "sigmoid", "softmax", seed=1)
    building.compile_model(model, "sgd", None, None)
    with pytest.raises(InputError, match=r"keras\.Input\(\(12,\)\)"):
        training.evaluate(model, X, Y)


def test_a_design_is_read_off_a_model():
    design = reading.design_of(building.build((12, 8, 4), "tanh", "softmax", seed=1))
    assert design.layer_sizes == (12, 8, 4)
    assert (design.hidden_activation, design.output_activation) == ("tanh", "softmax")


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([keras.layers.Dense(3, activation="relu"), keras.layers.Activation("softmax")],
         "second activation"),
        ([keras.layers.Dense(3), keras.layers.ReLU(max_value=6.0)], "max_value=6.0"),
        ([keras.layers.Dense(3, use_bias=False)], "no bias"),
        ([keras.layers.Rescaling(1 / 255), keras.layers.Dense(3)], "Rescaling layer"),
        ([keras.layers.Flatten()], "no Dense layer"),
        ([keras.layers.Dense(3, activation="relu"), keras.layers.Dense(3, activation="tanh"),
          keras.layers.Dense(2)], "different activations"),
    ],
)  # fmt: skip
def test_designs_that_cant_be_read(layers, said):
    with pytest.raises(InputError, match=said):
        reading.design_of(keras.Sequential([keras.Input((4,)), *layers]))


def test_importing_keras_says_nothing_even_in_a_terminal_less_process():
    code = "import mnistlab.keras_engine.training, keras; print(keras.backend.backend())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_was_caught_is_replayed_when_the_import_fails():
    code = (
        "import os\n"
        "from mnistlab.keras_engine.quiet import caught_stderr\n"
        "with caught_stderr():\n"
        "    os.write(2, b'from C++\\n')\n"
        "    raise RuntimeError('no')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "from C++" in done.stderr
    assert "RuntimeError: no" in done.stderr


def again(model):
    training.fit(model, X, Y, epochs=1, batch_size=9, order=order, history=History(), verbose=0)


def test_a_second_training_uses_the_functions_that_the_first_one_traced():
    model, _ = built(epochs=1)
    first = model._mnistlab_functions[1]
    traced = first[12, False][0]
    assert traced is not None
    again(model)
    assert model._mnistlab_functions[1][12, False][0] is traced
    assert model.train_function is None  # plain fit traces its own


def test_a_model_that_is_compiled_again_is_traced_again():
    model, _ = built(epochs=1)
    before = model.get_weights()[0].copy()
    building.compile_model(model, "sgd", 1e-30, None)  # a β that changes nothing
    again(model)
    assert np.array_equal(before, model.get_weights()[0])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, in model.save
def test_a_trained_model_can_be_saved_copied_and_collected(tmp_path):
    import gc
    import weakref

    model, _ = built(epochs=1)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded.get_weights()[0], model.get_weights()[0])
    keras.models.clone_model(model)
    gone = weakref.ref(model)
    del model
    keras.backend.clear_session()
    gc.collect()
    assert gone() is None


def test_softmax_and_relu_layers_of_their_own_decide_the_loss():
    model = keras.Sequential([keras.Input((12,)), keras.layers.Dense(4), keras.layers.Softmax()])
    building.compile_model(model, "sgd", None, None)
    assert model.loss == "categorical_crossentropy"


def test_a_schedule_that_fails_does_so_before_it_trains():
    with pytest.raises(InputError, match="epoch 2"):
        built(schedule=schedule(lambda epoch: 0.1 if epoch < 2 else float("nan")))


@pytest.mark.parametrize(
    "loss",
    ["sparse_categorical_crossentropy", "SparseCategoricalCrossentropy",
     keras.losses.SparseCategoricalCrossentropy(name="mine")],
)  # fmt: skip
def test_sparse_losses_take_integers_whatever_they_are_called(loss):
    model = building.build((12, 8, 4), "sigmoid", "softmax", seed=1)
    model.compile("sgd", loss, metrics=["accuracy"])
    assert training.evaluate(model, X, Y)["loss"] == pytest.approx(np.log(4), abs=0.5)


@pytest.mark.parametrize(
    ("optimizer", "settings", "name"),
    [
        (keras.optimizers.SGD(0.1), {}, "sgd"),
        (keras.optimizers.SGD(0.1, momentum=0.9), {}, None),
        (keras.optimizers.Adam(0.1), {}, "adam"),
    ],
)
def test_only_an_optimizer_with_keras_own_settings_bears_its_name(optimizer, settings, name):
    model = building.build((12, 8, 4), "sigmoid", "softmax", seed=1)
    model.compile(optimizer, "categorical_crossentropy", **settings)
    assert reading.training_of(model)["optimizer"] == name


@pytest.mark.parametrize(
    ("outputs", "loss", "weights", "read"),
    [
        ("sigmoid", "binary_crossentropy", [4.0], "lecture"),
        ("sigmoid", "binary_crossentropy", [1.0], "binary_crossentropy"),
        ("sigmoid", "binary_crossentropy", None, "binary_crossentropy"),
        ("softmax", "categorical_crossentropy", None, "categorical_crossentropy"),
        ("softmax", "categorical_crossentropy", [2.0], None),
    ],
)
def test_the_loss_is_the_lectures_only_with_its_weight(outputs, loss, weights, read):
    model = building.build((12, 8, 4), "sigmoid", outputs, seed=1)
    model.compile("sgd", loss, loss_weights=weights)
    assert reading.training_of(model)["loss"] == read


class Swallowing(keras.callbacks.Callback):
    """Sends Ctrl-C where it is lost, as in a destructor, or turned into another error."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                if self.error is not None:
                    raise self.error from None


@pytest.mark.parametrize("error", [None, RuntimeError("from TensorFlow")])
def test_a_ctrl_c_that_was_lost_on_the_way_ends_the_training_all_the_same(error):
    history, before = History(), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        built(epochs=50, history=history, callbacks=[Swallowing(error)])
    assert history.epochs == 2
    assert signal.getsignal(signal.SIGINT) is before


# ── dropout, weight decay, averages, mixed precision ────────────────────────────────────────────


def test_dropout_makes_layers_each_with_a_seed_of_its_own():
    model = building.build((12, 8, 6, 4), "sigmoid", "softmax", 3, input_dropout=0.2, dropout=0.5)
    kinds = [(type(one).__name__, getattr(one, "rate", None)) for one in model.layers]
    assert kinds == [("Dropout", 0.2), ("Dense", None), ("Dropout", 0.5), ("Dense", None),
                     ("Dropout", 0.5), ("Dense", None)]  # fmt: skip
    seeds = [one.seed for one in model.layers if type(one).__name__ == "Dropout"]
    assert seeds == [seeding.dropout_seed(3, k) for k in range(3)]
    assert len(set(seeds)) == 3
    bare = building.build((12, 8, 4), "sigmoid", "softmax", 3)
    assert [type(one).__name__ for one in bare.layers] == ["Dense", "Dense"]


@pytest.mark.parametrize("rule", ["sgd", "adam", "rmsprop"])
def test_decay_and_averages_are_keras_own_settings(rule):
    model = building.build((12, 8, 4), "sigmoid", "softmax", 3)
    building.compile_model(model, rule, 0.25, weight_decay=0.01, ema_momentum=0.9)
    said = model.optimizer.get_config()
    assert said["weight_decay"] == pytest.approx(0.01)
    assert (said["use_ema"], said["ema_momentum"]) == (True, pytest.approx(0.9))
    assert reading.training_of(model)["weight_decay"] == pytest.approx(0.01)
    building.compile_model(model, rule, 0.25)
    said = model.optimizer.get_config()
    assert (said["weight_decay"], said["use_ema"]) == (None, False)


def test_what_is_left_out_is_decided_by_the_seed():
    def weights(seed):
        model = building.build((12, 8, 4), "sigmoid", "softmax", seed, dropout=0.5)
        model.set_weights(seeding.initial_weights((12, 8, 4), seed=1))
        building.compile_model(model, "adam", 0.01, ema_momentum=0.9, weight_decay=0.01)
        again(model)
        return [w.tobytes() for w in model.get_weights()]

    assert weights(1) == weights(1)
    assert weights(1) != weights(2)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_in_mixed_precision_the_outputs_and_all_weights_stay_float32(policy):
    model = building.build((12, 8, 4), "sigmoid", "softmax", 3, dtype_policy=policy)
    hidden, output = model.layers
    assert (hidden.compute_dtype, output.compute_dtype) == (policy[6:], "float32")
    assert {w.dtype.name for w in model.get_weights()} == {"float32"}
    assert reading.policy_of(model) == policy
    assert training.predict(model, X).dtype == np.float32


def test_a_policy_that_keras_is_set_to_is_left_alone_and_is_in_the_record():
    from mnistlab import run_experiment

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        result = run_experiment(dataset="iris", engine="keras", hidden_units=4, epochs=1, verbose=0)
    finally:
        keras.config.set_dtype_policy(before)
    assert {layer.compute_dtype for layer in result.model.layers} == {"bfloat16"}
    assert result.config.dtype_policy == "mixed_bfloat16"


def test_a_cpu_is_not_asked_for_slower_operations():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("asks TensorFlow")
    import tensorflow as tf
    from tensorflow.python.framework import config

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("asks a CPU")
    quiet.same_bits("tensorflow")
    assert not config.is_op_determinism_enabled()


class Torch:
    """What `same_bits` asks of PyTorch."""

    def __init__(self, used):
        self.cuda = types.SimpleNamespace(is_available=lambda: True, is_initialized=lambda: used)
        self.asked = []

    def use_deterministic_algorithms(self, wanted):
        self.asked.append(wanted)


@pytest.mark.parametrize(
    ("used", "given", "asked"),
    [(False, None, [True]), (True, ":4096:8", [True]), (True, None, [])],
)
def test_pytorch_that_used_the_gpu_before_is_not_made_to_fail(
    monkeypatch, capsys, used, given, asked
):
    torch = Torch(used)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", given or "")  # put back afterwards
    if given is None:
        monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    quiet.same_bits("torch")
    assert torch.asked == asked
    assert ("may differ from run to run" in capsys.readouterr().err) == (not asked)
