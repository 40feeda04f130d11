"""The page's forward and backward pass, in Chromium, beside Python's."""

import base64
import itertools

import numpy as np
import pytest

from browser import chromium
from demopages import FORWARD, opened, page_of, small_run, trained
from mnistlab import choices
from mnistlab.classic import backprop, units
from mnistlab.classic.network import ClassicNetwork
from mnistlab.demo import exporter

STEP = """([x, label, β, other]) => {
  const run = other ? runOf(other) : runs[0], layers = run.layers, pass = forward(layers, x);
  const desired = desiredFor(label, pass.output.length);
  const E = backward(layers, pass, desired, run.loss);
  const after = forward(stepped(layers, pass, E, β), x).output;
  return { I: pass.I.map(one => Array.from(one)), f: pass.y.slice(1).map(one => Array.from(one)),
           E: E.map(one => Array.from(one)), after: Array.from(after),
           changes: E.map((one, k) => { const { Δw, Δb } = weightChange(β, pass.y[k], one);
                                        return [inLetters(Δw), Array.from(Δb)]; }) };
  function inLetters(numbers) {  // 401,408 numbers as JSON would take seconds
    const bytes = new Uint8Array(Float32Array.from(numbers).buffer);
    let letters = "";
    for (const byte of bytes) letters += String.fromCharCode(byte);
    return btoa(letters);
  }
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    return opened(browser, page_of(), tmp_path_factory.mktemp("page")).page


def numbers_of(text):
    """Return the numbers that came from the page as letters."""
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_the_forward_pass_is_pythons_on_1000_test_images(page):
    images = trained().data.test_images[:1000]
    ours = trained().predict(images)
    theirs = np.array(page.evaluate(FORWARD, base64.b64encode(images.tobytes()).decode()))
    assert np.abs(ours - theirs).max() < 1e-3
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).all()


@pytest.mark.parametrize("index", [0, 8, 340])
def test_the_backward_pass_is_that_of_trace(page, index):
    data, network = trained().data, trained().network
    x, label = data.x_test[index], int(data.y_test[index])
    for desired in (label, (label + 1) % 10):  # a small error, and a large one
        trace = network.trace(x, desired)
        got = page.evaluate(STEP, [x.tolist(), desired, trace.learning_rate])
        for k, layer in enumerate(trace):
            for name in ("I", "f", "E"):
                assert np.abs(np.array(got[name][k]) - getattr(layer, name)).max() < 1e-3
            assert np.abs(np.array(got["E"][k]) - layer.E).max() < 1e-4
            change_w, change_b = numbers_of(got["changes"][k][0]), np.array(got["changes"][k][1])
            assert np.abs(change_w.reshape(layer.change_w.shape) - layer.change_w).max() < 1e-4
            assert np.abs(change_b - layer.change_b).max() < 1e-4


def test_the_weights_after_the_step_answer_what_they_do_in_python(page):
    data, network = trained().data, trained().network
    x, desired = data.x_test[0], (int(data.y_test[0]) + 1) % 10
    trace = network.trace(x, desired)
    moved = ClassicNetwork(network.layer_sizes)
    moved.set_weights(
        [one for layer in trace for one in (layer.w + layer.change_w, layer.b + layer.change_b)]
    )
    got = page.evaluate(STEP, [x.tolist(), desired, trace.learning_rate])
    assert np.abs(np.array(got["after"]) - moved.predict(x[None])[0]).max() < 1e-3


@pytest.mark.parametrize("hidden", choices.HIDDEN_ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(16, 3), (16, 6, 3), (16, 6, 5, 3)], ids=str)
def test_any_hidden_layers(page, sizes, hidden):
    check_step(page, small_run(sizes, hidden))


PAIRS = [(loss, f) for loss, f in itertools.product(choices.LOSSES, choices.ACTIVATIONS)
         if choices.belong_together(loss, f)]  # fmt: skip


@pytest.mark.parametrize(("loss", "f"), PAIRS)
def test_any_outputs_and_losses(page, loss, f):
    check_step(page, small_run(output=f, loss=loss))


def test_a_single_output(page):
    check_step(page, small_run((16, 4, 1), output="sigmoid", loss="lecture"))


def check_step(page, run):
    """Compare a step of a run in the page with backprop.py, for a pattern of any numbers."""
    layers = [(w.astype(float), b.astype(float))
              for w, b in zip(run.weights[::2], run.weights[1::2], strict=True)]  # fmt: skip
    x = np.random.default_rng(1).random((1, 16))
    desired = np.ones((1, 1)) if layers[-1][0].shape[1] == 1 else np.eye(3)[[1]]
    net_inputs, y = backprop.forward(x, layers, run.activations)
    E = backprop.errors(layers, run.activations, net_inputs, y, desired, run.loss)
    got = page.evaluate(STEP, [x[0].tolist(), 1, 0.25, exporter.as_given(run)])
    for k, error in enumerate(E):
        assert np.allclose(got["I"][k], net_inputs[k][0], atol=1e-6)
        assert np.allclose(got["f"][k], y[k + 1][0], atol=1e-6)
        assert np.allclose(got["E"][k], error[0], atol=1e-6)
        change_w, _ = backprop.weight_change(0.25, y[k], error)
        assert np.allclose(numbers_of(got["changes"][k][0]), change_w.ravel(), atol=1e-6)


def test_softmax_of_huge_net_inputs_stays_finite(page):
    assert page.evaluate("Array.from(softmax(Float64Array.of(1000, 1000)))") == [0.5, 0.5]


def test_what_each_pixel_does_is_the_slope_of_the_net_input(page):
    """x_p ∂I_j/∂x_p, by central differences."""
    x = trained().data.x_test[0]
    got = page.evaluate(
        """x => { const pass = forward(runs[0].layers, x);
                  return Array.from(pixelShares(runs[0].layers, pass, 3)); }""", x.tolist()
    )  # fmt: skip
    layers = [(w.astype(float), b.astype(float)) for w, b in trained().network.layers]

    def net_input(one):
        return backprop.forward(one[None], layers, ["sigmoid", "softmax"])[0][-1][0, 3]

    for p in np.flatnonzero(x)[::15]:
        step = np.zeros(784)
        step[p] = 1e-4
        slope = (net_input(x + step) - net_input(x - step)) / 2e-4
        assert got[p] == pytest.approx(x[p] * slope, abs=1e-3)


def test_the_units_module_names_the_same_functions(page):
    assert set(page.evaluate("Object.keys(PULLS)")) == set(units.PULLS)
    assert set(page.evaluate("Object.keys(SLOPES)")) == set(units.SLOPES)
