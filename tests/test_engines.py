"""The two engines against each other, weight by weight.

In float64 Keras runs in a process of its own, with floatx float64: otherwise its losses are
computed in float32.
"""

import itertools
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from drawing import drawn
from mnistlab import choices, seeding
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.optimizers import RULES

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
from mnistlab import choices, seeding
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


def exact(name):
    # Keras 3.15 on JAX computes tanh in float32 whatever floatx is; JAX's own doesn't.
    if name == "tanh" and keras.backend.backend() == "jax":
        import jax

        return jax.numpy.tanh
    return name


for outputs, loss, hidden, optimizer, rate in job["cases"]:
    network = ClassicNetwork(sizes, hidden, outputs, seed=2, dtype="float64")
    network.compile(optimizer, loss, learning_rate=rate)
    network.fit(x, y, epochs=1, batch_size=job["size"], verbose=0, order=order)
    model = building.build(sizes, exact(hidden), exact(outputs), seed=2)
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


HIDDEN = ("sigmoid", "relu", "tanh", "linear")  # exponential over exponential would diverge
FITTING = [
    (outputs, loss)
    for outputs in choices.ACTIVATIONS
    for loss in choices.LOSSES
    if choices.belong_together(loss, outputs)
]
RATES = {"sgd": 0.02, "adadelta": 0.5}


def test_every_choice_takes_keras_on_jaxs_steps():
    """Every output and loss that belong together × every learning rule, and every hidden f.

    Here 60 of them, as JAX compiles each; `make soak` takes all.
    """
    pytest.importorskip("jax")
    cases = [
        [outputs, loss, HIDDEN[k % len(HIDDEN)], rule, RATES.get(rule, 0.01)]
        for k, (rule, (outputs, loss)) in enumerate(itertools.product(RULES, FITTING))
    ]
    cases += [
        ["softmax", "categorical_crossentropy", f, "sgd", 0.1] for f in (*HIDDEN, "exponential")
    ]
    assert len(cases) > 100
    cases = drawn(cases, 60)
    job = {"sizes": (7, 6, 5, 4), "size": 8, "steps": 20, "cases": cases}
    found = differences(job, KERAS_BACKEND="jax", JAX_ENABLE_X64="1", JAX_PLATFORMS="cpu")
    # E = d − a is exact; Keras's Poisson, which stands for it in Keras, has ε in its logarithm.
    limits = [1e-6 if case[:2] == ["exponential", "lecture"] else 1e-8 for case in cases]
    judged = zip(cases, found, limits, strict=True)
    far = {str(case): d for case, d, limit in judged if not d < limit}
    assert len(found) == len(cases)
    assert not far


def test_in_float64_no_weight_differs_by_more_than_1e_10_after_100_mini_batches():
    job = {"sizes": SIZES, "size": 32, "steps": 100, "cases": [
        [outputs, loss, "sigmoid", "sgd", 0.1] for outputs, loss in PAIRS]}  # fmt: skip
    assert max(differences(job)) < 1e-10
