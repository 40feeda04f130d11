"""Copies are near, honest networks aren't, and nobody compares all pairs.

The networks are real ones of the 8×8 digits data set, 64-32-10, trained in well under a second
each; the figures of MNIST stand in the module's docstring.
"""

import itertools
import sys
import time

import numpy as np
import pytest

from mnistlab import load_data, run_experiment
from mnistlab.classic.network import ClassicNetwork
from mnistlab.grading.isolated.similarity import (
    ANGLES,
    CLOSEST,
    SIMILAR,
    alike,
    balanced,
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


def scaled(weights, seed=0):
    """Return the same ReLU network, the weights that enter each unit larger or smaller."""
    rng, (kernel, bias, after, *rest) = np.random.default_rng(seed), weights
    by = np.exp(rng.normal(0, 2, bias.size)).astype(kernel.dtype)
    return [kernel * by, bias * by, after / by[:, None], *rest]


def sign_turned(weights, activation, share=0.5, seed=0):
    """Return the same network with the signs of some units turned.

    sigmoid: f(−I) = 1 − f(I), so what leaves the unit goes into the next biases; tanh: −f(I)
    """
    rng, (kernel, bias, after, following, *rest) = np.random.default_rng(seed), weights
    some = rng.permutation(bias.size)[: int(share * bias.size)]
    signs = np.ones(bias.size, kernel.dtype)
    signs[some] = -1
    if activation == "sigmoid":
        following = following + after[some].sum(axis=0)
    return [kernel * signs, bias * signs, after * signs[:, None], following, *rest]


def shifted(weights, rows, size, seed=0):
    """Return weights with a constant added to all of a row, of so much of its size; it's unseen."""
    rng, kernel = np.random.default_rng(seed), weights[0].copy()
    by = rng.choice([-1, 1], len(kernel)) * size * (1 + rng.random(len(kernel)))
    by *= np.sqrt(np.square(kernel).mean(axis=1))
    kernel[rows] += by[rows, None].astype(kernel.dtype)
    return [kernel, *weights[1:]]


def wide(seed, activation="sigmoid"):
    """Return a network with as many inputs as MNIST has, and weights that look trained."""
    rng = np.random.default_rng(seed)
    kernel = initial_weights((784, 128, 10), seed)[0].astype(np.float32)
    pull = np.random.default_rng(99).normal(0, 0.02, (784, 3))  # alike in all, as digits are
    kernel += (pull @ rng.normal(size=(3, 128))).astype(np.float32)
    return [kernel, np.zeros(128, np.float32), *initial_weights((784, 128, 10), seed)[2:]]


def answers(weights, activation, x):
    """Return what a network answers, through the package's own forward pass."""
    network = ClassicNetwork((weights[0].shape[0], weights[1].size, weights[3].size), activation)
    network.set_weights([one.astype(np.float32) for one in weights])
    return network.predict(x)


def is_candidate(one, other):
    return bool(candidates({"a": fingerprint(one), "b": fingerprint(other)}))


# ── fingerprints ────────────────────────────────────────────────────────────────────────────────


def test_a_fingerprint_by_hand():
    kernel = np.array([[3.0, 4.0], [4.0, 3.0]])  # cos = (3 · 4 + 4 · 3) / 25, times √2
    (number,) = fingerprint([kernel, np.zeros(2), np.zeros((2, 1)), np.zeros(1)])
    assert abs(number) == pytest.approx(24 / 25 * np.sqrt(2), abs=0.006)


@pytest.mark.parametrize("hidden", [32, (16, 24), ()])
def test_a_fingerprint_stays_when_hidden_units_change_places(hidden):
    weights = trained(0, hidden_units=hidden, epochs=1)
    assert fingerprint(turned(weights)) == pytest.approx(fingerprint(weights), abs=0.011)
    assert len(fingerprint(weights)) == ANGLES


@pytest.mark.parametrize("value", [0.0, 1e308, -1e308, 5e-324, 1e-300])
def test_a_fingerprint_is_finite_whatever_the_weights(value):
    for weights in ([np.full((784, 5), value), np.full(5, value)],
                    [np.full((784, 5), value), np.full(5, value), np.ones((5, 2)), np.ones(2)],
                    [np.array([[value, 1.0], [1.0, -value]]), np.zeros(2)]):  # fmt: skip
        assert np.isfinite(fingerprint(weights)).all()
        assert np.isfinite(balanced(weights)).all()
        assert distance(weights, weights) == 0


@pytest.mark.parametrize("n", [0, 1, 2, 31, 33, 199, 200, 225, 784, 3072])
def test_every_number_of_inputs_has_a_fingerprint(n):
    rng = np.random.default_rng(0)
    numbers = fingerprint([rng.normal(size=(n, 6)), np.zeros(6), np.ones((6, 1)), np.zeros(1)])
    folded = min(n, 32)
    assert len(numbers) == (3 * ANGLES if n >= 200 else folded * (folded - 1) // 2)
    assert np.abs(numbers).max(initial=0) < 2.5  # √6, within rounding


def test_a_fingerprint_is_small_and_fast():
    weights = wide(0)
    fingerprint(weights)
    started = time.perf_counter()
    for _ in range(10):
        fingerprint(weights)
    assert (time.perf_counter() - started) / 10 < 0.1  # 0.002 s with 512 units
    assert len(fingerprint(weights)) == 1488 < 10_000


def test_balancing_gives_each_row_and_column_one_size():
    weights = balanced(scaled(wide(0)))
    assert np.linalg.norm(weights, axis=1) == pytest.approx(1, abs=0.01)
    assert np.linalg.norm(weights, axis=0) == pytest.approx(np.sqrt(784 / 128), abs=0.05)


# ── disguises ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear"])
def test_turned_signs_hide_nothing(honest, activation):
    data = load_data("digits")
    other = turned(sign_turned(honest[0], activation))
    assert answers(other, activation, data.x_test) == pytest.approx(
        answers(honest[0], activation, data.x_test), abs=1e-4)  # fmt: skip
    assert distance(honest[0], other) == 0
    assert is_candidate(honest[0], other)


@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_scaled_units_hide_nothing(honest, activation):
    data = load_data("digits")
    other = turned(scaled(honest[0]))
    assert answers(other, activation, data.x_test) == pytest.approx(
        answers(honest[0], activation, data.x_test), abs=1e-3)  # fmt: skip
    assert distance(honest[0], other) < 0.01
    assert is_candidate(honest[0], other)


ROWS = np.linspace(0, 783, 48).round().astype(int)


@pytest.mark.parametrize(
    ("disguise", "apart"),
    [
        (lambda w: shifted(w, ROWS, 0.03), 0.05),  # the rows that fingerprints once held
        (lambda w: shifted(w, ROWS, 0.1), 0.05),
        (lambda w: shifted(w, slice(None), 0.03), 0.1),
        (lambda w: shifted(w, slice(None), 0.06), 0.2),
        (lambda w: noisy(w, 0.3), 0.35),
        (lambda w: noisy(sign_turned(w, "sigmoid"), 0.2), 0.25),
        (lambda w: noisy(scaled(w), 0.001), 0.1),
        (lambda w: shifted(sign_turned(w, "sigmoid"), slice(None), 0.06), 0.2),
    ],
)
def test_disguises_of_a_wide_network(disguise, apart):
    one = wide(0)
    other = turned(disguise(one))
    assert distance(one, other) < apart
    assert is_candidate(one, other)


@pytest.mark.parametrize("rows", [slice(0, 100), slice(684, 784), np.r_[0:60, 724:784]])
def test_border_inputs_with_huge_weights_drown_nothing(rows):
    one = wide(0)
    other = [w.copy() for w in turned(one)]
    other[0][rows] = 1e6 * np.random.default_rng(1).normal(size=other[0][rows].shape)
    assert distance(one, other) < 0.1
    assert is_candidate(one, other)


def test_other_weights_everywhere_but_at_the_border_are_found():
    """The same start, trained by another rule: MNIST's first inputs are always 0."""
    one, other = wide(0), wide(1)
    other[0][:96] = one[0][:96]
    assert is_candidate(one, turned(other))


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_units_drawn_anew_hide_nothing(share):
    one = wide(0)
    other = [w.copy() for w in one]
    some = int(share * 128)
    other[0][:, :some] = wide(1)[0][:, :some]
    assert distance(one, turned(other)) < 0.1
    assert is_candidate(one, turned(other))


def test_different_networks_of_a_width_are_no_candidates():
    prints = {f"{k:02}": fingerprint(wide(k)) for k in range(40)}
    assert candidates(prints) == []


def test_what_all_outputs_have_in_common_changes_no_answer_and_no_distance():
    one = trained(0, hidden_units=(), epochs=3)
    common = 5 * np.random.default_rng(0).normal(size=(64, 1)).astype(np.float32)
    other = [one[0] + common, one[1]]
    assert distance(one, other) < 0.01
    assert is_candidate(one, other)


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
    assert distance(zeros, huge) == pytest.approx(np.sqrt(2), abs=1e-5)
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
    rows = rng.normal(0, 1, (1000, 3 * ANGLES))
    prints = {f"{k:04}": tuple(row) for k, row in enumerate(rows)}
    prints["copy"] = tuple(rows[500] + rng.normal(0, 0.3, 3 * ANGLES))
    part = rng.normal(0, 1, 3 * ANGLES)
    part[ANGLES : 2 * ANGLES] = rows[7, ANGLES : 2 * ANGLES]  # near in one of the three
    prints["part"] = tuple(part)
    assert candidates(prints) == [("0007", "part"), ("0500", "copy")]  # of 501,501


def test_a_forged_fingerprint_of_any_numbers_is_taken():
    wild = {"a": (1e308,) * 1488, "b": (-1e308,) * 1488, "c": (1e308,) * 1487 + (0.0,),
            "d": (float("nan"),) * 1488}  # fmt: skip
    assert ("a", "c") in candidates(wild)


def test_a_class_that_handed_in_one_network_gives_no_square_of_pairs():
    prints = {f"{k:04}": (1.0, 2.0, 3.0, 4.0) for k in range(500)}
    pairs = candidates(prints)
    assert len(pairs) < 2 * 500
    assert {name for pair in pairs for name in pair} == set(prints)


def test_a_class_with_one_seed_gives_a_few_pairs_each():
    rng = np.random.default_rng(0)
    start = rng.normal(size=ANGLES)
    prints = {f"{k:04}": tuple(start + rng.normal(0, 0.02, ANGLES)) for k in range(300)}
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
