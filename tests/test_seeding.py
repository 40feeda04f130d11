"""Everything random is a pure function of the seed."""

import hashlib

import numpy as np
import pytest

from mnistlab.errors import InputError
from mnistlab.seeding import glorot_uniform, initial_weights, pattern_order


def test_initial_weights_are_keras_order_with_biases_of_0():
    weights = initial_weights((784, 512, 10), seed=0)
    assert [w.shape for w in weights] == [(784, 512), (512,), (512, 10), (10,)]
    assert {w.dtype for w in weights} == {np.dtype("float32")}
    assert not weights[1].any()
    assert not weights[3].any()
    assert sum(w.size for w in weights) == 407_050


def test_weights_are_uniform_within_glorots_limit():
    # √(6 / (300 + 300)) = √0.01 = 0.1; a uniform distribution of that width has the
    # standard deviation 0.1 / √3 = 0.0577.
    weights = glorot_uniform(300, 300, seed=1, dtype="float64")
    assert np.abs(weights).max() <= 0.1
    assert np.abs(weights).max() > 0.0999
    assert weights.mean() == pytest.approx(0, abs=0.001)
    assert weights.std() == pytest.approx(0.0577, abs=0.0005)


def test_the_same_seed_gives_the_same_weights_and_others_give_others():
    first, again = (initial_weights((5, 4, 3), seed=7) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], initial_weights((5, 4, 3), seed=8)[0])
    large = initial_weights((5, 4, 3), seed=2**32 + 7)
    assert not np.array_equal(first[0], large[0])


def test_each_layer_has_random_numbers_of_its_own():
    kernel_0, _, kernel_1, _ = initial_weights((4, 4, 4), seed=0)
    assert not np.array_equal(kernel_0, kernel_1)


def test_float32_weights_are_the_float64_ones_rounded():
    exact = glorot_uniform(20, 10, seed=3, dtype="float64")
    assert np.array_equal(glorot_uniform(20, 10, seed=3), exact.astype(np.float32))


def test_weights_and_order_stay_what_they_were():
    # Whoever repeats an old experiment rests on these bytes: the seed is a promise.
    weights = glorot_uniform(784, 512, seed=0).astype("<f4").tobytes()
    order = pattern_order(60_000, epoch=3, seed=0).astype("<i8").tobytes()
    assert hashlib.sha256(weights).hexdigest()[:16] == "a3e72c02147c0fd4"
    assert hashlib.sha256(order).hexdigest()[:16] == "1d32e412424e1bcc"


def test_a_random_order_presents_each_pattern_once():
    order = pattern_order(1000, epoch=0, seed=0)
    assert sorted(order.tolist()) == list(range(1000))
    assert order.tolist() != list(range(1000))


def test_each_epoch_and_each_seed_has_an_order_of_its_own():
    orders = {tuple(pattern_order(50, epoch, seed)) for epoch in range(3) for seed in range(3)}
    assert len(orders) == 9


def test_the_order_of_an_epoch_doesnt_depend_on_the_epochs_before():
    alone = pattern_order(50, epoch=7, seed=0)
    in_turn = [pattern_order(50, epoch, seed=0) for epoch in range(8)][7]
    assert np.array_equal(alone, in_turn)


def test_stored_order_is_as_stored():
    assert pattern_order(4, epoch=5, seed=9, order="stored").tolist() == [0, 1, 2, 3]


def test_sorted_order_is_by_label_and_as_stored_within_a_label():
    labels = np.array([2, 0, 1, 0, 2])
    order = pattern_order(5, epoch=1, seed=0, order="sorted", labels=labels)
    assert order.tolist() == [1, 3, 2, 0, 4]


@pytest.mark.parametrize("labels", [None, np.zeros((5, 3), int)])
def test_sorted_order_needs_labels(labels):
    with pytest.raises(InputError, match="needs integer labels"):
        pattern_order(5, 0, 0, "sorted", labels)


def test_an_unknown_order_is_refused():
    with pytest.raises(InputError, match="Did you mean 'random'"):
        pattern_order(5, 0, 0, "radnom")
