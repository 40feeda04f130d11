"""The learning rules: their first steps, worked by hand.

That every rule takes the steps of Keras's on whole networks is held in test_engines.py.
"""

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
