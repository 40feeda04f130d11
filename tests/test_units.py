"""Activations, slopes, losses and output errors: by hand, by central differences, by Keras."""

import numpy as np
import pytest

from mnistlab import choices
from mnistlab.classic import units

RNG = np.random.default_rng(7)
NET = RNG.normal(size=(6, 5))  # (batch, units)
ONE_HOT = np.eye(5)[RNG.integers(0, 5, 6)]  # (batch, units)
ANY = RNG.uniform(0.1, 0.9, (6, 5))  # desired outputs of no special kind

# Losses and outputs that belong together, with desired outputs that the loss is made for.
PAIRS = [
    (loss, outputs)
    for loss in choices.LOSSES
    for outputs in choices.ACTIVATIONS
    if not choices._mismatch(loss, outputs)
]


def central_difference(function, x, h=1e-6):
    """Return the slope of a scalar function at every element of x."""
    slope = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        slope[index] = (function(up) - function(down)) / (2 * h)
    return slope


def test_sigmoid_by_hand():
    # f(0) = 1/2; f(ln 3) = 1 / (1 + 1/3) = 3/4; f(−ln 3) = 1/4
    net = np.array([0.0, np.log(3), -np.log(3)])
    assert units.sigmoid(net) == pytest.approx([0.5, 0.75, 0.25])


def test_softmax_by_hand():
    # e^0 : e^(ln 2) : e^(ln 5) = 1 : 2 : 5
    net = np.log([[1.0, 2.0, 5.0]])
    assert units.softmax(net)[0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["sigmoid", "softmax", "tanh", "relu", "linear"])
def test_no_overflow_at_a_thousand(name, dtype):
    net = np.array([[-1000.0, 0.0, 1000.0]], dtype)
    out = units.activate(name, net)
    assert np.isfinite(out).all()
    assert out.dtype == dtype


def test_sigmoid_with_the_other_sign_is_one_minus_f():
    assert 1 / (1 + np.exp(NET)) == pytest.approx(1 - units.sigmoid(NET))


def test_softmax_sums_to_one_and_ignores_a_shift():
    out = units.softmax(NET)
    assert out.sum(axis=1) == pytest.approx(np.ones(6))
    assert out == pytest.approx(units.softmax(NET + 123.0))


@pytest.mark.parametrize("name", [n for n in choices.ACTIVATIONS if n != "softmax"])
def test_slopes_by_central_differences(name):
    numeric = central_difference(lambda net: units.activate(name, net).sum(), NET)
    assert units.slope(name, NET, units.activate(name, NET)) == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize(("loss", "outputs"), PAIRS)
def test_output_error_is_minus_the_slope_of_the_loss(loss, outputs):
    desired = ONE_HOT if loss in ("categorical_crossentropy", "lecture") else ANY

    def total(net):
        return units.loss(loss, outputs, net, units.activate(outputs, net), desired).sum()

    net = np.abs(NET) + 0.1 if outputs == "relu" else NET  # the logarithm of 0 drowns the rest
    error = units.output_error(loss, outputs, net, units.activate(outputs, net), desired)
    numeric = -central_difference(total, net)
    distance = np.linalg.norm(error - numeric) / np.linalg.norm(numeric)
    assert distance < 1e-7


def test_the_lecture_rule_is_ten_times_kerass_binary_crossentropy():
    # Keras takes the mean over the outputs: its error is (d − a) / outputs.
    out = units.sigmoid(NET)
    ours = units.output_error("lecture", "sigmoid", NET, out, ONE_HOT)
    keras = units.output_error("binary_crossentropy", "sigmoid", NET, out, ONE_HOT)
    assert ours == pytest.approx(ONE_HOT - out)
    assert ours == pytest.approx(5 * keras)


def test_squared_error_has_the_slope_that_the_lecture_rule_lacks():
    # Rumelhart et al. 1986: E f'(I); Keras's mean over 5 outputs makes it 2/5 of that.
    out = units.sigmoid(NET)
    error = units.output_error("mean_squared_error", "sigmoid", NET, out, ONE_HOT)
    assert error == pytest.approx(2 / 5 * (ONE_HOT - out) * out * (1 - out))


def test_signed_errors_of_softmax_cancel_for_every_pattern():
    # Why "total error = total error + error" must add absolute values.
    error = units.output_error("lecture", "softmax", NET, units.softmax(NET), ONE_HOT)
    assert error.sum(axis=1) == pytest.approx(np.zeros(6), abs=1e-15)


@pytest.mark.parametrize("loss", ["lecture", "binary_crossentropy"])
def test_cross_entropy_stays_finite_where_the_answer_is_sure_and_wrong(loss):
    net = np.array([[1000.0, -1000.0]])
    desired = np.array([[0.0, 1.0]])
    value = units.loss(loss, "sigmoid", net, units.sigmoid(net), desired)
    # −log(1 − f(1000)) − log f(−1000) = 1000 + 1000, and the mean over two outputs is 1000
    assert value[0] == pytest.approx(2000.0 if loss == "lecture" else 1000.0)


def test_categorical_crossentropy_by_hand():
    # softmax of (ln 1, ln 3) is (1/4, 3/4); the loss of the first class is ln 4
    net = np.log([[1.0, 3.0]])
    value = units.loss(
        "categorical_crossentropy", "softmax", net, units.softmax(net), np.eye(2)[:1]
    )
    assert value[0] == pytest.approx(np.log(4))
