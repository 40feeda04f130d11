"""Keras on JAX and on PyTorch, or without what it needs: processes of their own."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from mnistlab import load_data
from mnistlab.classic.network import ClassicNetwork
from processes import surroundings

pytest.importorskip("keras")
needs_jax = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX")

START = """
import hashlib, json, sys
import numpy as np
import mnistlab
from mnistlab import checkpoint, run_experiment
from mnistlab.errors import TrainingInterrupted

SMALL = {"dataset": "iris", "engine": "keras", "hidden_units": 5, "epochs": 2, "verbose": 0}
ALL = {**SMALL, "optimizer": "nadam", "dropout": 0.3, "input_dropout": 0.1, "batch_size": 1,
       "ema_momentum": 0.99, "weight_decay": 1e-3, "validation_split": 0.2}


def digest(result):
    columns = {name: c for name, c in result.history.history.items() if name != "seconds"}
    weights = b"".join(w.tobytes() for w in result.model.get_weights())
    return hashlib.sha256(weights + json.dumps(columns).encode()).hexdigest()


def in_pieces(folder, every):
    # The same training, interrupted after every second state that is written.
    real, written = checkpoint.write, []

    def write(*args):
        real(*args)
        written.append(args[2].batch)
        if len(written) % 2 == 0:
            raise KeyboardInterrupt

    checkpoint.write = write
    for pieces in range(1, 20):
        try:
            found = run_experiment(**ALL, checkpoint=folder, checkpoint_every=every)
            break
        except TrainingInterrupted:
            pass
    checkpoint.write = real
    return digest(found), pieces, any(written)
"""


def python(code, home, *arguments, **environment):
    """Run code in a process with an empty home, and return it finished."""
    return subprocess.run(
        [sys.executable, "-c", START + code, *map(str, arguments)], cwd=home, timeout=300,
        env=surroundings(home, **environment), capture_output=True, text=True,
    )  # fmt: skip


def found(code, home, *arguments, **environment):
    """Return what code prints as its last line, in JSON; nothing else may be said."""
    done = python(code, home, *arguments, **environment)
    assert done.stderr == ""
    assert done.returncode == 0
    return json.loads(done.stdout.splitlines()[-1])


JAX = """
import dataclasses, os, signal
import keras

small = run_experiment(**SMALL, learning_rate=0.1)
tried = run_experiment(**ALL, out="tried")
optimizer = tried.model.optimizer
averages = [np.asarray(v).tolist() for v in optimizer._model_variables_moving_average]

iris = mnistlab.load_data("iris")
model = mnistlab.build_model(iris, "keras", 5)
mnistlab.compile_model(model, "adam", ema_momentum=0.9)
losses = []
for _ in range(2):  # Keras alone fails at the second training with averages
    losses += mnistlab.fit_model(model, iris, epochs=1, batch_size=16, verbose=0)["loss"]
model.fit(iris.x_train, np.eye(3)[iris.y_train], epochs=1, verbose=0)


class CtrlC(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if batch == 3:
            os.kill(os.getpid(), signal.SIGINT)


try:
    run_experiment(**SMALL, callbacks=CtrlC())
except TrainingInterrupted as stop:
    interrupted = [np.isfinite(w).all().item() for w in stop.result.model.get_weights()]
both = mnistlab.compare(dataset="iris", hidden_units=4, epochs=1, verbose=0)
config = dataclasses.replace(both.keras.config, output_activation="sigmoid", loss="lecture")
sigmoid = dataclasses.replace(both, keras=dataclasses.replace(both.keras, config=config))
print(json.dumps({
    "environment": small.environment,
    "weights": [w.tolist() for w in small.model.get_weights()],
    "whole": digest(tried), "pieces": in_pieces("kept", 40),
    "saved": [w.tolist() for w in keras.models.load_model("tried/model.keras").get_weights()],
    "averaged": [w.tolist() for w in tried.model.get_weights()], "averages": averages,
    "losses": losses, "interrupted": interrupted,
    "both": both.sentences(), "sigmoid": sigmoid.sentences(),
}))
"""


@pytest.fixture(scope="module")
def on_jax(tmp_path_factory):
    """Return what a process with Keras on JAX found out."""
    pytest.importorskip("jax")
    return found(JAX, tmp_path_factory.mktemp("jax"), KERAS_BACKEND="jax", JAX_PLATFORMS="cpu",
                 TF_CPP_MIN_LOG_LEVEL="3")  # fmt: skip


def test_the_record_says_jax(on_jax):
    assert on_jax["environment"]["backend"].startswith("jax ")
    assert on_jax["environment"]["device"] == "CPU"


def test_jax_learns_what_the_network_from_scratch_learns(on_jax):
    iris = load_data("iris")
    network = ClassicNetwork((4, 5, 3))
    network.compile(learning_rate=0.1)
    network.fit(iris.x_train, iris.y_train, epochs=2, batch_size=32, verbose=0)
    for ours, theirs in zip(network.get_weights(), on_jax["weights"], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_stopped_within_epochs_jax_ends_in_the_same_bits(on_jax):
    digest, pieces, within = on_jax["pieces"]
    assert digest == on_jax["whole"]
    assert pieces >= 3
    assert within


def test_the_averages_are_in_the_weights_and_in_the_saved_model(on_jax):
    assert on_jax["averaged"] == on_jax["averages"] == on_jax["saved"]


def test_a_model_with_averages_can_be_trained_again_and_by_plain_keras(on_jax):
    first, second = on_jax["losses"]
    assert second < first


def test_ctrl_c_waits_for_jaxs_step_so_the_weights_are_there(on_jax):
    assert on_jax["interrupted"] == [True] * 4


def test_compare_says_where_jax_departs(on_jax):
    assert ("Keras on jax clips softmax's outputs before the logarithm, so its first epochs "
            "differ (TensorFlow recovers the net inputs).") in on_jax["both"]  # fmt: skip
    assert not any("clips" in line for line in on_jax["sigmoid"])


@needs_jax
@pytest.mark.parametrize("first", ["import keras", "import mnistlab"])
def test_jax_is_asked_for_the_same_bits_whoever_imports_keras_first(tmp_path, first):
    code = f"""
import os
{first}
import mnistlab.keras_engine
from jax._src import xla_bridge
print(json.dumps([os.environ["XLA_FLAGS"], xla_bridge.backends_are_initialized()]))
"""
    flags, too_late = found(code, tmp_path, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu", XLA_FLAGS="")
    assert flags == "--xla_gpu_deterministic_ops=true"
    assert not too_late


@pytest.mark.parametrize("seed", [None, 7])
def test_where_tensorflow_was_asked_keras_own_fit_goes_on(tmp_path, seed):
    """As on a GPU: there TensorFlow refuses what is random and has no seed."""
    code = """
from unittest import mock
from mnistlab.keras_engine import quiet
import keras
import tensorflow as tf
from tensorflow.python.eager import context
if sys.argv[1] != "None":
    tf.random.set_seed(int(sys.argv[1]))
with mock.patch.object(tf.config, "list_physical_devices", return_value=["a GPU"]):
    quiet.same_bits("tensorflow")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4)), np.ones(8), batch_size=2, verbose=0, shuffle=True)
print(json.dumps(context.global_seed()))
"""
    assert found(code, tmp_path, str(seed), KERAS_BACKEND="tensorflow") == (seed or 0)


@needs_jax
@pytest.mark.skipif(not os.environ.get("MNISTLAB_DATA"), reason="MNISTLAB_DATA isn't set")
def test_the_lectures_network_on_jax_reaches_97_percent(tmp_path):
    code = """
result = run_experiment(dataset="mnist", engine="keras", path=sys.argv[1], verbose=0)
print(json.dumps([result.test_accuracy, result.history.epochs, result.environment["backend"]]))
"""
    accuracy, epochs, backend = found(code, tmp_path, os.environ["MNISTLAB_DATA"],
                                      KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")  # fmt: skip
    assert (epochs, backend[:4]) == (5, "jax ")
    assert accuracy >= 0.970


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs PyTorch")
def test_pytorch_learns_too_and_goes_on_exactly(tmp_path):
    code = """
ALL["epochs"] = 1
small = run_experiment(**SMALL, learning_rate=0.1)
print(json.dumps([small.environment, [w.tolist() for w in small.model.get_weights()],
                  digest(run_experiment(**ALL)), in_pieces("kept", 30)]))
"""
    environment, weights, whole, pieces = found(code, tmp_path, KERAS_BACKEND="torch")
    assert environment["backend"].startswith("torch ")
    iris = load_data("iris")
    network = ClassicNetwork((4, 5, 3))
    network.compile(learning_rate=0.1)
    network.fit(iris.x_train, iris.y_train, epochs=2, batch_size=32, verbose=0)
    for ours, theirs in zip(network.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert (pieces[0], pieces[2]) == (whole, True)


# ── what isn't installed ────────────────────────────────────────────────────────────────────────

MISSING = """
import importlib.util
from mnistlab.errors import MnistlabError

found = importlib.util.find_spec
hidden = sys.argv[1]
importlib.util.find_spec = lambda name, *a: None if name == hidden else found(name, *a)
try:
    run_experiment(**SMALL, tensorboard="board" if "tensor" in hidden else None)
except MnistlabError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


@pytest.mark.parametrize(
    ("backend", "hidden"),
    [("torch", "torch"), ("tensorflow", "tensorboard"),
     pytest.param("jax", "tensorflow", marks=needs_jax)],
)  # fmt: skip
def test_what_isnt_installed_is_named_with_its_install_line(backend, hidden, tmp_path):
    kind, said = found(MISSING, tmp_path, hidden, KERAS_BACKEND=backend)
    assert kind == "MissingDependencyError"
    assert f"\n    pip install {hidden}\n" in said
    assert "engine='classic'" in said or "leave tensorboard out" in said


# ── the same bits, twice ────────────────────────────────────────────────────────────────────────

TWICE = """
settings = [{"batch_size": 1, "learning_rate": 0.1}, {},
            {"optimizer": "adam", "dropout": 0.2, "input_dropout": 0.1}]
found = [digest(run_experiment(**{**SMALL, **one})) for one in settings]
from tensorflow.python.framework import config

print(json.dumps([found, config.is_op_determinism_enabled()]))
"""


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="needs TensorFlow")
def test_two_processes_end_in_the_same_bits_without_slower_operations(tmp_path):
    first, again = (found(TWICE, tmp_path, KERAS_BACKEND="tensorflow") for _ in range(2))
    assert first == again
    digests, slower = first
    assert len(set(digests)) == 3
    assert not slower


# ── without this package ────────────────────────────────────────────────────────────────────────

ALONE = """
import importlib.util, json, sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "mnistlab":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Hidden())
import keras
import numpy as np

for folder in sys.argv[1:]:
    model = keras.models.load_model(folder + "/model.keras")
    known = np.load(folder + ".npz")
    outputs = model.predict(known["x"], verbose=0)
    same = bool(np.array_equal(outputs, known["outputs"]))
    model.fit(known["x"], outputs, epochs=1, verbose=0)  # it is compiled, and goes on
    print(same, model.optimizer.use_ema, [type(one).__name__ for one in model.layers])
assert "mnistlab" not in sys.modules
"""


def test_a_saved_model_needs_keras_only(tmp_path):
    from mnistlab import run_experiment

    x = np.random.default_rng(0).uniform(size=(60, 3)).astype(np.float32)
    values = {"x_train": x[:50], "y_train": x[:50].sum(axis=1), "x_test": x[50:],
              "y_test": x[50:].sum(axis=1), "task": "regression"}  # fmt: skip
    both = {
        "averaged": {
            "dataset": "iris",
            "optimizer": "adam",
            "ema_momentum": 0.9,
            "dropout": 0.3,
            "input_dropout": 0.1,
        },
        "values": {"dataset": values},
    }
    for name, settings in both.items():
        result = run_experiment(engine="keras", hidden_units=4, epochs=1, verbose=0,
                                out=tmp_path / name, **settings)  # fmt: skip
        np.savez(tmp_path / f"{name}.npz", x=result.data.x_test, outputs=result.test_outputs)
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *(str(tmp_path / name) for name in both)], cwd=tmp_path,
        env=surroundings(tmp_path), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "True True ['Dropout', 'Dense', 'Dropout', 'Dense']", "True False ['Dense', 'Dense']"
    ]  # fmt: skip


# ── too little memory ───────────────────────────────────────────────────────────────────────────

LIMITED = """
import resource, sys

import mnistlab.cli
from mnistlab import classic, experiment
from mnistlab.classic import kernels

kernels.is_compiled("float32")  # Numba is imported before memory is short

said = next(line for line in open("/proc/self/status") if line.startswith("VmSize"))
known = int(said.split()[1])  # kB
resource.setrlimit(resource.RLIMIT_AS, (known * 1024 + 450 * 2**20,) * 2)
sys.exit(mnistlab.cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs Linux")
def test_too_little_memory_is_one_line_and_an_exit_status(tmp_path):
    # 1,438 patterns × 100,000 hidden units × 4 bytes: 575 MB for one array, where 450 MB are left.
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "run", "--engine", "classic", "--dataset", "digits",
         "--optimizer", "adam", "--hidden-units", "100000", "--batch-size", "full", "--epochs", "1",
         "--out", "a"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300,
        env=surroundings(tmp_path, OPENBLAS_NUM_THREADS="1", NUMBA_NUM_THREADS="1"),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines() == [
        "mnistlab: error: There isn't enough memory for batches of 1438 with this network. Try "
        "batch_size=719, or a smaller network or data set."
    ]
    assert not (tmp_path / "a").exists()
