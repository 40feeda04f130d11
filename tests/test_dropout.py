"""Dropout: masks by seed, epoch and batch; what goes through them, and back."""

import numpy as np
import pytest

from mnistlab.classic import rules as own
from mnistlab.classic import units
from mnistlab.classic.dropout import Dropout, sent
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.rules import Rules
from mnistlab.errors import InputError

RNG = np.random.default_rng(5)
X, Y = RNG.uniform(size=(40, 6)), RNG.integers(0, 3, 40)
PLAIN = Rules()


def network(**settings):
    return ClassicNetwork((6, 5, 4, 3), **{"seed": 3, "dtype": "float64", **settings})


def test_masks_are_a_function_of_seed_epoch_and_batch():
    make = Dropout(7, 0.2, 0.5).masks
    for one, again in zip(make(2, 3, 8, [6, 5]), make(2, 3, 8, [6, 5]), strict=True):
        assert np.array_equal(one, again)
    for epoch, batch in [(2, 4), (3, 3), (3, 2)]:
        assert not np.array_equal(make(epoch, batch, 8, [6, 5])[0], make(2, 3, 8, [6, 5])[0])
    other = Dropout(8, 0.2, 0.5).masks(2, 3, 8, [6, 5])
    assert not np.array_equal(other[0], make(2, 3, 8, [6, 5])[0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9])
def test_the_share_is_left_out_and_the_mean_stays(share, dtype):
    inputs, hidden = Dropout(0, share, share).masks(0, 0, 400, [784, 100], dtype)
    for mask in (inputs, hidden):
        assert mask.dtype == dtype
        assert set(np.unique(mask)) == {0, np.dtype(dtype).type(1 / (1 - share))}
        spread = np.sqrt(share / (1 - share) / mask.size)  # of the mean of so many m
        assert abs(np.mean(mask, dtype=float) - 1) < 5 * spread


def test_what_is_left_out_does_not_depend_on_the_dtype():
    single, double = (Dropout(1, 0.3).masks(0, 0, 9, [50], dtype)[0] for dtype in ("f4", "f8"))
    assert np.array_equal(single > 0, double > 0)


def test_only_what_is_asked_for_is_left_out():
    assert Dropout(0, 0.0, 0.5).masks(0, 0, 2, [3, 4])[0] is None
    assert Dropout(0, 0.5, 0.0).masks(0, 0, 2, [3, 4])[1] is None
    assert not Dropout(0)
    assert Dropout(0, inputs=0.1)
    y = [np.ones((1, 2)), np.ones((1, 3)), np.ones((1, 1))]
    assert sent(y, ()) == y


def test_two_two_one_by_hand():
    # x = (1, 1), only x_1 stays: x~ = (2, 0). Both hidden units are linear, only the first stays.
    x, desired = np.array([[1.0, 1.0]]), np.array([[3.0]])
    layers = [(np.array([[1.0, 2.0], [9.0, 9.0]]), np.array([0.5, 0.0])),
              (np.array([[0.5], [0.25]]), np.array([0.0]))]  # fmt: skip
    masks = [np.array([[2.0, 0.0]]), np.array([[2.0, 0.0]])]
    # I = (2·1 + 0.5, 2·2) = (2.5, 4); y~ = (5, 0); output 5 · 0.5 = 2.5; E = 0.5
    # E_hidden = (2 · 0.5 · 0.5, 0) = (0.5, 0); Δw_1 = x~ᵀ E_hidden, Δw_2 = y~ᵀ E
    net_inputs, y, ((dw1, db1), (dw2, db2)) = own.downhill(
        x, desired, layers, ["linear", "linear"], "lecture", PLAIN, masks
    )
    assert net_inputs[0].tolist() == [[2.5, 4.0]]
    assert y[-1].tolist() == [[2.5]]
    assert dw1.tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert db1.tolist() == [0.5, 0.0]
    assert dw2.tolist() == [[2.5], [0.0]]
    assert db2.tolist() == [0.5]


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu"])
def test_with_the_masks_held_fixed_downhill_is_minus_the_gradient(hidden):
    """Central differences of the mean loss in every weight and bias."""
    learner = network(hidden_activation=hidden)
    for _, b in learner.layers:  # a bias of 0 under nothing but zeros would be at ReLU's kink
        b[:] = RNG.uniform(0.1, 0.3, b.shape)
    masks = Dropout(2, 0.3, 0.5).masks(1, 4, len(X), [6, 5, 4], "float64")
    desired, layers, fs = np.eye(3)[Y], learner.layers, learner.activations

    def loss():
        net_inputs, y = own.forward(X, layers, fs, PLAIN, masks)
        return units.loss(learner.loss, fs[-1], net_inputs[-1], y[-1], desired).mean()

    _, _, downhill = own.downhill(X, desired, layers, fs, learner.loss, PLAIN, masks)
    for layer, directions in zip(layers, downhill, strict=True):
        for w, g in zip(layer, directions, strict=True):
            for place in np.ndindex(w.shape):
                kept, found = w[place], []
                for h in (1e-6, -1e-6):
                    w[place] = kept + h
                    found.append(loss())
                w[place] = kept
                assert (found[0] - found[1]) / 2e-6 == pytest.approx(-g[place], abs=2e-8)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_share_of_0_leaves_the_same_bits(optimizer):
    without, zero = network(), network(dropout=0, input_dropout=0.0)
    for one in (without, zero):
        one.compile(optimizer)
        one.fit(X, Y, epochs=2, batch_size=7, verbose=0)
    for a, b in zip(without.get_weights(), zero.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_training_takes_the_masks_of_epoch_and_batch():
    learner = network(dropout=0.4, input_dropout=0.2)
    learner.compile(learning_rate=0.3)
    expected = [(w.copy(), b.copy()) for w, b in learner.layers]
    learner.fit(X, Y, epochs=2, batch_size=16, shuffle=False, verbose=0)
    for epoch in range(2):
        for k in range(3):
            batch = slice(16 * k, 16 * k + 16)
            x, d = X[batch], np.eye(3)[Y[batch]]
            masks = Dropout(3, 0.2, 0.4).masks(epoch, k, len(x), [6, 5, 4], "float64")
            own.step(x, d, expected, learner.activations, learner.loss, 0.3, PLAIN, masks)
    for (w, b), (w2, b2) in zip(learner.layers, expected, strict=True):
        assert np.array_equal(w, w2)
        assert np.array_equal(b, b2)


def test_whoever_is_asked_has_all_units():
    plain, dropped = network(), network(dropout=0.5, input_dropout=0.5)
    assert np.array_equal(plain.predict(X), dropped.predict(X))
    assert plain.evaluate(X, Y) == dropped.evaluate(X, Y)


def test_a_students_own_rules_serve_with_dropout():
    slides, own_rule = network(dropout=0.5), network(
        dropout=0.5, rules=Rules(weight_change=lambda beta, E, y_in: beta / len(E) * y_in.T @ E)
    )  # fmt: skip
    for one in (slides, own_rule):
        one.fit(X, Y, epochs=2, verbose=0)
    for a, b in zip(slides.get_weights(), own_rule.get_weights(), strict=True):
        assert a == pytest.approx(b)


def test_dropout_trains():
    learner = network(dropout=0.1, input_dropout=0.05)
    learner.compile("adam", learning_rate=0.02)
    before = learner.evaluate(X, Y)[0]
    learner.fit(X, Y, epochs=60, batch_size=8, verbose=0)
    assert learner.evaluate(X, Y)[0] < 0.9 * before


@pytest.mark.parametrize("share", [-0.1, 1, 1.5, "0.5", None, True])
@pytest.mark.parametrize("name", ["dropout", "input_dropout"])
def test_shares_that_cant_be(name, share):
    with pytest.raises(InputError, match=name):
        network(**{name: share})


def test_compiled_code_serves_no_dropout():
    learner = ClassicNetwork((6, 5, 3), kernel="numba", dropout=0.5)
    with pytest.raises(InputError, match="no dropout"):
        learner.fit(X, Y, verbose=0)
    assert not ClassicNetwork(dropout=0.5)._is_compiled(60_000, 1)
    assert not ClassicNetwork(input_dropout=0.5)._is_compiled(60_000, 1)
