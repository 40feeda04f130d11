"""The learning rules: their first steps, worked by hand; decay and averages, by hand and by Keras.

That every rule takes the steps of Keras's on whole networks is held in test_engines.py.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from mnistlab.classic.optimizers import RULES, learning_rule
from mnistlab.errors import InputError

G = np.array([4.0, -1.0])


def first_change(name, rate=0.1):
    w = [np.zeros(2)]
    learning_rule(name, rate, w).apply(w, [G])
    return w[0]


def test_sgd_by_hand():
    assert first_change("sgd") == pytest.approx([0.4, -0.1])


def test_rmsprop_by_hand():
    # v = 0.1 g², so the step is β g / √(0.1 g²) = β sign(g) / √0.1
    assert first_change("rmsprop") == pytest.approx(0.1 / np.sqrt(0.1) * np.sign(G), rel=1e-5)


@pytest.mark.parametrize("name", ["adam", "adamax"])
def test_the_first_step_of_adam_is_beta_in_the_direction_of_g(name):
    # With the corrections m̂ = g and v̂ = g² (for Adamax u = |g|).
    assert first_change(name) == pytest.approx(0.1 * np.sign(G), rel=1e-4)


def test_nadam_by_hand():
    # u₁ = 0.9 (1 − 0.5 · 0.96), u₂ = 0.9 (1 − 0.5 · 0.96²); m = 0.1 g, v̂ = g²
    u1, u2 = 0.9 * (1 - 0.48), 0.9 * (1 - 0.5 * 0.96**2)
    m_hat = u2 * 0.1 / (1 - u1 * u2) + (1 - u1) / (1 - u1)
    assert first_change("nadam") == pytest.approx(0.1 * m_hat * np.sign(G), rel=1e-6)


def test_adadelta_by_hand():
    # v = 0.05 g², and the memory of changes is still 0: δ = g √ε / √(v + ε)
    expected = 0.1 * G * np.sqrt(1e-7) / np.sqrt(0.05 * G**2 + 1e-7)
    assert first_change("adadelta") == pytest.approx(expected)


@pytest.mark.parametrize("name", list(RULES))
def test_each_weight_array_has_a_memory_of_its_own(name):
    together, alone = [np.zeros(2), np.zeros(3)], [np.zeros(3)]
    g = np.array([0.5, -2.0, 1.0])
    both, one = learning_rule(name, 0.1, together), learning_rule(name, 0.1, alone)
    for _ in range(3):
        both.apply(together, [G, g])
        one.apply(alone, [g])
    assert np.array_equal(together[1], alone[0])


@pytest.mark.parametrize("name", list(RULES))
def test_float32_stays_float32(name):
    w = [np.zeros(2, np.float32)]
    rule = learning_rule(name, 0.1, w)
    rule.apply(w, [G.astype(np.float32)])
    assert w[0].dtype == np.float32
    assert all(part.dtype == np.float32 for memory in rule.memory for part in memory.values())


def test_defaults_are_the_lectures_and_kerass():
    assert learning_rule("sgd", None, []).learning_rate == 0.5
    assert learning_rule("adam", None, []).learning_rate == 0.001


def test_unknown_rules():
    with pytest.raises(InputError, match="Did you mean 'nadam'"):
        learning_rule("namad", None, [])  # as one slide prints it


def test_weight_decay_by_hand():
    # λ = 0.5, β = 0.1: w = (2, −4) loses 5% of itself, then takes the step β g.
    w = [np.array([2.0, -4.0])]
    learning_rule("sgd", 0.1, w, weight_decay=0.5).apply(w, [G])
    assert w[0] == pytest.approx([1.9 + 0.4, -3.8 - 0.1])


@pytest.mark.parametrize("name", list(RULES))
def test_decay_stays_out_of_a_rules_memory(name):
    plain, decayed = [np.array([2.0, -4.0])], [np.array([2.0, -4.0])]
    one, other = learning_rule(name, 0.1, plain), learning_rule(name, 0.1, decayed, 0.5)
    one.apply(plain, [G])
    other.apply(decayed, [G])
    assert decayed[0] - plain[0] == pytest.approx([-0.1, 0.2])
    for slot, array in one.memory[0].items():
        assert np.array_equal(array, other.memory[0][slot])


def test_averages_by_hand():
    # β = 1, g = 1: w = 1, 2, 3; w̄ = 1, then 0.75 · 1 + 0.25 · 2, then 0.75 · 1.25 + 0.25 · 3
    w = [np.zeros(1)]
    rule = learning_rule("sgd", 1.0, w, ema_momentum=0.75)
    for expected in (1.0, 1.25, 1.6875):
        rule.apply(w, [np.ones(1)])
        assert rule.memory[0]["average"].tolist() == [expected]
    assert w[0].tolist() == [3.0]
    rule.finish(w)
    assert w[0].tolist() == [1.6875]


def test_before_the_first_step_there_is_no_average_to_take():
    w = [np.ones(2)]
    learning_rule("adam", 0.1, w, ema_momentum=0.9).finish(w)
    assert w[0].tolist() == [1.0, 1.0]


def test_without_either_there_is_nothing_to_remember():
    rule = learning_rule("sgd", 0.1, [np.zeros(2)])
    assert rule.is_plain
    assert rule.memory == [{}]
    assert not learning_rule("sgd", 0.1, [], weight_decay=0.1).is_plain
    assert not learning_rule("sgd", 0.1, [], ema_momentum=0.1).is_plain


def test_nadams_product_is_that_of_all_its_steps():
    w = [np.zeros(2), np.zeros(2)]
    rule = learning_rule("nadam", 0.1, w)
    expected = 1.0
    for t in range(1, 30):
        rule.apply(w, [G, G])
        expected *= rule.momentum(t)
        assert rule.product == expected
    again = learning_rule("nadam", 0.1, w)
    again.put_back(json.loads(json.dumps(rule.numbers())))
    assert (again.steps, again.product) == (29, expected)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"weight_decay": -0.1}, "weight_decay must be at least 0"),
        ({"weight_decay": float("inf")}, "weight_decay must be a finite number"),
        ({"weight_decay": "0,1"}, "decimal point"),
        ({"ema_momentum": 1}, "ema_momentum must be at least 0 and below 1"),
        ({"ema_momentum": -0.1}, "ema_momentum"),
        ({"ema_momentum": None}, "ema_momentum must be a number"),
    ],
)
def test_numbers_that_cant_be(settings, said):
    with pytest.raises(InputError, match=said):
        learning_rule("sgd", 0.1, [], **settings)


KERAS = """
import json, sys
import keras
import numpy as np
from mnistlab import seeding
from mnistlab.classic.network import ClassicNetwork

keras.config.set_floatx("float64")
rng = np.random.default_rng(1)
sizes, x, y = (7, 6, 4), rng.uniform(size=(160, 7)), rng.integers(0, 4, 160)
for name, decay, momentum in json.loads(sys.argv[1]):
    rate = {"sgd": 0.2, "adadelta": 0.5}.get(name, 0.01)
    network = ClassicNetwork(sizes, seed=2, dtype="float64")
    network.compile(name, learning_rate=rate, weight_decay=decay, ema_momentum=momentum)
    model = keras.Sequential([keras.Input((7,)), keras.layers.Dense(6, activation="sigmoid"),
                              keras.layers.Dense(4, activation="softmax")])
    model.set_weights(network.get_weights())
    more = {"use_ema": True, "ema_momentum": momentum} if momentum else {}
    config = {"learning_rate": rate, "weight_decay": decay or None, **more}
    model.compile(keras.optimizers.get({"class_name": name, "config": config}),
                  "sparse_categorical_crossentropy")
    network.fit(x, y, 3, 16, shuffle=False, verbose=0)
    model.fit(x, y, 16, 3, shuffle=False, verbose=0)
    far = max(float(np.abs(a - b).max())
              for a, b in zip(network.get_weights(), model.get_weights()))
    print(json.dumps(far))
"""


def test_decay_and_averages_are_kerass_on_jax():
    """Every rule with both, and two with either, in float64, in a process of its own."""
    pytest.importorskip("jax")
    pytest.importorskip("keras")
    cases = [(name, 0.1, 0.9) for name in RULES]
    cases += [(name, *one) for name in ("sgd", "adam") for one in ((0.1, 0.0), (0.0, 0.9))]
    done = subprocess.run(
        [sys.executable, "-c", KERAS, json.dumps(cases)],
        capture_output=True, text=True, timeout=600,
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = dict(zip(map(str, cases), map(json.loads, done.stdout.split()), strict=True))
    assert not {case: far for case, far in found.items() if not far < 1e-8}
