"""The slide's equations: worked by hand, and held against central differences."""

import itertools

import numpy as np
import pytest

from mnistlab.classic import backprop, units


def test_one_step_worked_by_hand():
    # Two inputs, two hidden units, one output, all sigmoid; β = 0.5; the lecture's error.
    #
    #   x = (1, 0), desired = 1
    #   input → hidden   w = [[ ln 3, −ln 3],     b = (0, 0)
    #                         [    7,      9]]
    #   hidden → output  w = [[1], [−1]],         b = (−0.5)
    #
    # Forward   I_hidden = (ln 3, −ln 3)          f = (3/4, 1/4)
    #           I_output = 3/4 − 1/4 − 1/2 = 0    f = 1/2
    # Errors    E_output = 1 − 1/2 = 1/2
    #           E_hidden = f(1 − f) w E = (3/16 · 1 · 1/2, 3/16 · (−1) · 1/2) = (3/32, −3/32)
    # Changes   Δw hidden→output = β E f = 0.5 · 0.5 · (3/4, 1/4) = (3/16, 1/16);  Δb = 1/4
    #           Δw from x_1 = 0.5 · (3/32, −3/32) · 1 = (3/64, −3/64);  from x_2 = 0
    #           Δb hidden = (3/64, −3/64)
    ln3 = np.log(3)
    hidden = np.array([[ln3, -ln3], [7.0, 9.0]]), np.zeros(2)
    output = np.array([[1.0], [-1.0]]), np.array([-0.5])
    backprop.step(
        np.array([[1.0, 0.0]]), np.array([[1.0]]), [hidden, output],
        ["sigmoid", "sigmoid"], "lecture", beta=0.5,
    )  # fmt: skip
    assert hidden[0] == pytest.approx(np.array([[ln3 + 3 / 64, -ln3 - 3 / 64], [7.0, 9.0]]))
    assert hidden[1] == pytest.approx([3 / 64, -3 / 64])
    assert output[0] == pytest.approx(np.array([[1 + 3 / 16], [-1 + 1 / 16]]))
    assert output[1] == pytest.approx([-0.5 + 1 / 4])


def test_hidden_errors_use_the_weights_from_before_the_update():
    # With the new output weights E_hidden would be 3/16 · (1 + 3/16) · 1/2 in the case above.
    ln3 = np.log(3)
    layers = [(np.array([[ln3, -ln3]]), np.zeros(2)), (np.array([[1.0], [-1.0]]), np.array([-0.5]))]
    backprop.step(np.ones((1, 1)), np.ones((1, 1)), layers, ["sigmoid"] * 2, "lecture", beta=0.5)
    assert layers[0][1][0] == pytest.approx(3 / 64)
    assert layers[0][1][0] != pytest.approx(0.5 * 3 / 16 * (1 + 3 / 16) / 2)


def test_weight_change_takes_the_senders_activation_and_the_receivers_error():
    # Three senders, two receivers: the shapes alone tell them apart.
    change, bias = backprop.weight_change(
        0.1, np.array([[1.0, 2.0, 3.0]]), np.array([[10.0, 20.0]])
    )
    assert change == pytest.approx(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]))
    assert bias == pytest.approx([1.0, 2.0])


def test_beta_multiplies_the_mean_over_the_batch():
    y_in, error = np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]])
    change, bias = backprop.weight_change(0.5, y_in, error)
    assert change == pytest.approx(np.array([[0.5 * (1 + 3) / 2]]))
    assert bias == pytest.approx([0.5])


NETWORKS = [
    ((4, 3), ["sigmoid"], "lecture"),
    ((4, 5, 3), ["sigmoid", "softmax"], "categorical_crossentropy"),
    ((4, 5, 3), ["sigmoid", "sigmoid"], "lecture"),
    ((4, 5, 3), ["sigmoid", "sigmoid"], "binary_crossentropy"),
    ((4, 5, 3), ["tanh", "sigmoid"], "mean_squared_error"),
    ((4, 6, 5, 3), ["tanh", "tanh", "softmax"], "categorical_crossentropy"),
    ((4, 6, 5, 3), ["relu", "relu", "sigmoid"], "lecture"),
    ((3, 3, 3), ["exponential", "linear"], "lecture"),
]


@pytest.mark.parametrize(("sizes", "activations", "loss"), NETWORKS)
def test_a_step_is_minus_beta_times_the_gradient(sizes, activations, loss):
    rng = np.random.default_rng(3)
    layers = [
        (rng.normal(0, 0.5, (n, m)), rng.normal(0, 0.5, m)) for n, m in itertools.pairwise(sizes)
    ]
    x = rng.normal(size=(7, sizes[0]))
    desired = np.eye(sizes[-1])[rng.integers(0, sizes[-1], 7)]
    beta, h = 0.3, 1e-6

    def mean_loss():
        net_inputs, y = backprop.forward(x, layers, activations)
        return units.loss(loss, activations[-1], net_inputs[-1], y[-1], desired).mean()

    numeric = []
    for array in [part for layer in layers for part in layer]:
        slope = np.zeros_like(array)
        for index in np.ndindex(*array.shape):
            kept = array[index]
            array[index] = kept + h
            up = mean_loss()
            array[index] = kept - h
            slope[index] = (up - mean_loss()) / (2 * h)
            array[index] = kept
        numeric.append(-beta * slope.ravel())

    before = [part.copy() for layer in layers for part in layer]
    backprop.step(x, desired, layers, activations, loss, beta)
    after = [part for layer in layers for part in layer]
    change = np.concatenate([(a - b).ravel() for a, b in zip(after, before, strict=True)])
    wanted = np.concatenate(numeric)
    assert np.linalg.norm(change - wanted) / np.linalg.norm(wanted) < 1e-7


def test_downhill_is_the_change_for_beta_one():
    rng = np.random.default_rng(5)
    x, desired = rng.normal(size=(6, 4)), np.eye(3)[rng.integers(0, 3, 6)]
    layers = [(rng.normal(size=(4, 5)), np.zeros(5)), (rng.normal(size=(5, 3)), np.zeros(3))]
    f = ["sigmoid", "softmax"]
    directions = backprop.downhill(x, desired, layers, f, "categorical_crossentropy")[2]
    before = [(w.copy(), b.copy()) for w, b in layers]
    backprop.step(x, desired, layers, f, "categorical_crossentropy", beta=1.0)
    for (w, b), (w0, b0), (dw, db) in zip(layers, before, directions, strict=True):
        assert w - w0 == pytest.approx(dw, abs=1e-15)
        assert b - b0 == pytest.approx(db, abs=1e-15)


def test_layers_of_linear_units_collapse_into_one():
    rng = np.random.default_rng(2)
    w1, b1, w2, b2 = (
        rng.normal(size=(3, 4)),
        rng.normal(size=4),
        rng.normal(size=(4, 2)),
        np.ones(2),
    )
    x = rng.normal(size=(5, 3))
    two = backprop.forward(x, [(w1, b1), (w2, b2)], ["linear", "linear"])[1][-1]
    one = backprop.forward(x, [(w1 @ w2, b1 @ w2 + b2)], ["linear"])[1][-1]
    assert two == pytest.approx(one)
