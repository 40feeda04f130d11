"""Copies are near, honest networks aren't, and nobody compares all pairs.

The networks are real ones of the 8×8 digits data set, 64-32-10, trained in well under a second
each; the figures of MNIST stand in the module's docstring.
"""

import itertools
import sys

import numpy as np
import pytest

from mnistlab import load_data, run_experiment
from mnistlab.classic.network import ClassicNetwork
from mnistlab.grading.isolated.similarity import (
    CLOSEST,
    SIMILAR,
    alike,
    candidates,
    distance,
    drift,
    fingerprint,
    get_ready,
)
from mnistlab.seeding import initial_weights

SIZES = (64, 32, 10)


def trained(seed, **settings):
    """Return the weights of a real network."""
    chosen = {"hidden_units": 32, "epochs": 3, **settings}
    result = run_experiment(dataset="digits", engine="classic", seed=seed, verbose=0, **chosen)
    return result.network.get_weights()


@pytest.fixture(scope="module")
def honest():
    """Six networks of different seeds."""
    return [trained(seed) for seed in range(6)]


def turned(weights, seed=0):
    """Return the same network with its hidden units in another order, layer by layer."""
    rng, weights = np.random.default_rng(seed), [one.copy() for one in weights]
    for k in range(0, len(weights) - 2, 2):
        order = rng.permutation(weights[k + 1].size)
        weights[k], weights[k + 1] = weights[k][:, order], weights[k + 1][order]
        weights[k + 2] = weights[k + 2][order]
    return weights


def noisy(weights, share, seed=0):
    """Return weights with noise of a share of their size."""
    rng = np.random.default_rng(seed)
    return [w + (share * w.std() * rng.standard_normal(w.shape)).astype(w.dtype) for w in weights]


def trained_on(weights, epochs):
    """Return weights after more epochs in another order."""
    data = load_data("digits")
    network = ClassicNetwork(SIZES, seed=1)
    network.compile("sgd", learning_rate=0.5)
    network.set_weights(weights)
    network.fit(data.x_train, data.y_train, epochs, 32, verbose=0)
    return network.get_weights()


def is_candidate(one, other):
    return bool(candidates({"a": fingerprint(one), "b": fingerprint(other)}))


# ── fingerprints ────────────────────────────────────────────────────────────────────────────────


def test_a_fingerprint_by_hand():
    kernel = np.array([[3.0, 4.0], [0.0, 0.0], [-1.0, 1.0]])
    assert fingerprint([kernel, np.zeros(2)]) == (1.4, 0.0, 0.0)  # 7/5; no weights; −1 + 1


@pytest.mark.parametrize("hidden", [32, (16, 24), ()])
def test_a_fingerprint_stays_when_hidden_units_change_places(hidden):
    weights = trained(0, hidden_units=hidden, epochs=1)
    assert fingerprint(turned(weights)) == pytest.approx(fingerprint(weights), abs=1e-4)
    assert len(fingerprint(weights)) == 48


@pytest.mark.parametrize("value", [0.0, 1e308, -1e308, 5e-324, 1e-300])
def test_a_fingerprint_is_finite_whatever_the_weights(value):
    weights = [np.full((784, 5), value), np.full(5, value)]
    numbers = fingerprint(weights)
    assert len(numbers) == 48
    assert np.isfinite(numbers).all()


def test_a_fingerprint_needs_nothing_but_numpy():
    assert "scipy" not in sys.modules["mnistlab.grading.isolated.similarity"].__dict__


# ── distance ────────────────────────────────────────────────────────────────────────────────────


def test_honest_networks_are_far_apart(honest):
    apart = [distance(one, other) for one, other in itertools.combinations(honest, 2)]
    assert min(apart) > 1.5 * SIMILAR
    assert not any(alike(one, SIZES) for one in apart)


def test_a_copy_is_at_0_also_with_its_units_in_another_order(honest):
    assert distance(honest[0], honest[0]) == 0
    assert distance(honest[0], turned(honest[0])) == 0


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3])
def test_noise_brings_no_distance(honest, share):
    apart = distance(honest[0], noisy(turned(honest[0]), share))
    assert 0 < apart <= share
    assert alike(apart, SIZES)


def test_float16_brings_no_distance(honest):
    rounded = [w.astype("f2").astype("f4") for w in turned(honest[0])]
    assert distance(honest[0], rounded) < 0.001


@pytest.mark.parametrize("epochs", [1, 5])
def test_training_on_brings_no_distance(honest, epochs):
    later = trained_on(honest[0], epochs)
    assert drift(honest[0], later) > 0.05
    assert alike(distance(honest[0], turned(later)), SIZES)


def test_half_of_the_inputs_drawn_anew_bring_no_distance(honest):
    changed = [w.copy() for w in honest[0]]
    changed[0][::2] = initial_weights(SIZES, 99)[0][::2]
    assert alike(distance(honest[0], changed), SIZES)


def test_several_hidden_layers():
    one, other = (trained(seed, hidden_units=(24, 16), hidden_activation="relu",
                          learning_rate=0.1) for seed in (0, 1))  # fmt: skip
    assert distance(one, turned(one)) == 0
    assert distance(one, noisy(turned(one), 0.1)) < 0.15
    assert distance(one, other) > 1.5 * SIMILAR


def test_other_shapes_are_infinitely_far(honest):
    assert distance(honest[0], trained(0, hidden_units=31, epochs=0)) == float("inf")
    assert drift(honest[0], honest[0][:2]) == float("inf")


def test_units_that_are_all_0_or_huge():
    zeros = [np.zeros((5, 3)), np.zeros(3), np.zeros((3, 2)), np.zeros(2)]
    huge = [np.full_like(one, 1e308) for one in zeros]
    assert distance(zeros, zeros) == 0
    assert distance(zeros, huge) == pytest.approx(np.sqrt(2))
    assert distance(huge, turned(huge)) == 0
    assert drift(zeros, huge) == pytest.approx(np.sqrt(2))
    assert drift(zeros, zeros) == 0


def test_wide_layers_are_matched_too():
    rng = np.random.default_rng(0)
    wide = [rng.normal(size=(60, 2100)), np.zeros(2100), rng.normal(size=(2100, 2)), np.zeros(2)]
    assert distance(wide, noisy(turned(wide), 0.05)) < 0.06
    other = [rng.normal(size=w.shape) for w in wide]
    assert distance(wide, other) > SIMILAR


def test_networks_that_come_near_by_themselves_need_to_coincide():
    one, other = (trained(seed, hidden_units=(), epochs=10) for seed in (0, 1))
    apart = distance(one, other)
    assert apart < 1
    assert not alike(apart, (64, 10))
    assert alike(0.0, (64, 10)) and alike(0.0, (4, 4, 3))


def test_what_distance_needs_can_be_imported_before():
    get_ready()
    assert "scipy.optimize" in sys.modules


# ── candidates ──────────────────────────────────────────────────────────────────────────────────


def test_honest_networks_are_no_candidates(honest):
    assert candidates({str(k): fingerprint(w) for k, w in enumerate(honest)}) == []


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.2])
def test_copies_are_candidates(honest, share):
    assert is_candidate(honest[0], noisy(turned(honest[0]), share))


def test_networks_trained_on_are_candidates(honest):
    assert is_candidate(honest[0], turned(trained_on(honest[0], 3)))


def test_candidates_come_sorted_whatever_the_order(honest):
    prints = {name: fingerprint(honest[k]) for name, k in
              [("d", 0), ("b", 1), ("c", 0), ("a", 2), ("e", 1)]}  # fmt: skip
    assert candidates(prints) == [("b", "e"), ("c", "d")]
    assert candidates(dict(reversed(prints.items()))) == [("b", "e"), ("c", "d")]


def test_a_thousand_honest_fingerprints_give_few_pairs():
    rng = np.random.default_rng(0)
    prints = {f"{k:04}": tuple(row) for k, row in enumerate(rng.normal(0, 0.85, (1000, 48)))}
    prints["copy"] = tuple(np.array(prints["0500"]) + rng.normal(0, 0.05, 48))
    pairs = candidates(prints)
    assert ("0500", "copy") in pairs
    assert len(pairs) < 300  # of 500,500


def test_a_class_that_handed_in_one_network_gives_no_square_of_pairs():
    prints = {f"{k:04}": (1.0, 2.0, 3.0, 4.0) for k in range(500)}
    pairs = candidates(prints)
    assert len(pairs) < 2 * 500
    assert {name for pair in pairs for name in pair} == set(prints)


def test_a_class_with_one_seed_gives_a_few_pairs_each():
    rng = np.random.default_rng(0)
    start = rng.normal(size=48)
    prints = {f"{k:04}": tuple(start + rng.normal(0, 0.02, 48)) for k in range(300)}
    pairs = candidates(prints)
    assert len(pairs) <= CLOSEST * 300
    assert {name for pair in pairs for name in pair} == set(prints)


def test_fingerprints_of_other_lengths_and_empty_ones_are_left_alone():
    assert candidates({"a": (1.0, 2.0), "b": (1.0, 2.0, 3.0), "c": (), "d": ()}) == []
    assert candidates({}) == []


# ── drift ───────────────────────────────────────────────────────────────────────────────────────


def test_drift_by_hand():
    one, other = [np.array([[3.0]]), np.array([4.0])], [np.array([[3.0]]), np.array([0.0])]
    assert drift(one, other) == pytest.approx(4 / np.sqrt((25 + 9) / 2))


def test_drift_keeps_units_in_their_places(honest):
    assert drift(honest[0], honest[0]) == 0
    assert drift(honest[0], turned(honest[0])) > 0.5
