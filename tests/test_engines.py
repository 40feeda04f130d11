"""The two engines against each other, weight by weight.

In float64 Keras runs in a process of its own, with floatx float64: otherwise its losses are
computed in float32.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from mnistlab import seeding
from mnistlab.classic.network import ClassicNetwork

keras = pytest.importorskip("keras")

from mnistlab.history import History  # noqa: E402
from mnistlab.keras_engine import building, training  # noqa: E402

RNG = np.random.default_rng(0)
SIZES = (784, 512, 10)
PAIRS = [("softmax", "categorical_crossentropy"), ("sigmoid", "lecture")]


def digits(n):
    """Return n patterns that look like MNIST's: a fifth of the inputs non-zero, in [0, 1]."""
    x = RNG.uniform(size=(n, 784)) * (RNG.uniform(size=(n, 784)) < 0.2)
    return x.astype(np.float32), RNG.integers(0, 10, n)


@pytest.mark.parametrize(("outputs", "loss"), PAIRS)
def test_after_100_mini_batches_no_weight_differs_by_more_than_1e_5(outputs, loss):
    x, y = digits(3200)
    order = lambda epoch: seeding.pattern_order(3200, epoch, seed=4)  # noqa: E731
    classic = ClassicNetwork(SIZES, output_activation=outputs, seed=4)
    classic.compile(learning_rate=0.1, loss=loss)
    ours = classic.fit(x, y, epochs=1, batch_size=32, verbose=0, order=order)
    model = building.build(SIZES, "sigmoid", outputs, seed=4)
    building.compile_model(model, "sgd", 0.1, loss)
    theirs = History()
    training.fit(model, x, y, epochs=1, batch_size=32, order=order, history=theirs, verbose=0)
    for a, b in zip(classic.get_weights(), model.get_weights(), strict=True):
        assert np.abs(a - b).max() < 1e-5
    assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-5)
    assert ours["accuracy"] == pytest.approx(theirs["accuracy"])


SCRIPT = """
import json, sys
import numpy as np
from mnistlab.keras_engine import building, training
import keras
from mnistlab import seeding
from mnistlab.classic.network import ClassicNetwork
from mnistlab.history import History

keras.config.set_floatx("float64")
job = json.loads(sys.argv[1])
sizes, n = job["sizes"], job["size"] * job["steps"]
rng = np.random.default_rng(1)
x, y = rng.uniform(size=(n, sizes[0])), rng.integers(0, sizes[-1], n)
if job["steps"] == 100:
    x *= rng.uniform(size=x.shape) < 0.2
order = lambda epoch: seeding.pattern_order(n, epoch, 2)
for outputs, loss, hidden, optimizer, rate in job["cases"]:
    network = ClassicNetwork(sizes, hidden, outputs, seed=2, dtype="float64")
    network.compile(optimizer, loss, learning_rate=rate)
    network.fit(x, y, epochs=1, batch_size=job["size"], verbose=0, order=order)
    model = building.build(sizes, hidden, outputs, seed=2)
    building.compile_model(model, optimizer, rate, loss)
    training.fit(model, x, y, epochs=1, batch_size=job["size"], order=order,
                 history=History(), verbose=0)
    print(json.dumps(max(float(np.abs(a - b).max())
                         for a, b in zip(network.get_weights(), model.get_weights()))))
"""


def differences(job, **environment):
    """Return the largest weight difference of each case, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(job)],
        capture_output=True, text=True, env={**os.environ, **environment}, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.split()]


def test_in_float64_no_weight_differs_by_more_than_1e_10_after_100_mini_batches():
    job = {"sizes": SIZES, "size": 32, "steps": 100, "cases": [
        [outputs, loss, "sigmoid", "sgd", 0.1] for outputs, loss in PAIRS]}  # fmt: skip
    assert max(differences(job)) < 1e-10
