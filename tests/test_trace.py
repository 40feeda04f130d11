"""A step to look inside: the arrays are those of the slide, and nothing is changed."""

import numpy as np
import pytest

from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.rules import Rules
from mnistlab.errors import InputError

X = [0.1, 0.7, 0.3, 0.9]


def network(**settings):
    made = ClassicNetwork((4, 5, 3), **{"seed": 2, "dtype": "float64", **settings})
    made.compile(learning_rate=0.3)
    return made


@pytest.mark.parametrize("outputs", ["softmax", "sigmoid"])
def test_the_traced_step_is_the_step_that_fit_takes(outputs):
    net = network(output_activation=outputs)
    traced = net.trace(X, 1)
    before = net.get_weights()
    net.fit([X], [1], batch_size=1, verbose=0)
    after = net.get_weights()
    changes = [part for layer in traced for part in (layer.change_w, layer.change_b)]
    for a, b, change in zip(after, before, changes, strict=True):
        assert a - b == pytest.approx(change, abs=1e-15)
    assert net.evaluate([X], [1])[0] == pytest.approx(traced.loss_after)


def test_looking_changes_no_weight():
    net = network()
    before = net.get_weights()
    traced = net.trace(X, 1)
    traced.layers[0].w[:] = 7
    for a, b in zip(before, net.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_every_line_of_the_slide_holds_between_the_arrays():
    hidden, output = network(output_activation="sigmoid").trace(X, 1).layers
    f = lambda net_input: 1 / (1 + np.exp(-net_input))  # noqa: E731
    assert pytest.approx(hidden.w.T @ X + hidden.b) == hidden.I
    assert hidden.f == pytest.approx(f(hidden.I))
    assert output.y_in == pytest.approx(hidden.f)
    assert pytest.approx(np.array([0, 1, 0]) - output.f) == output.E
    assert hidden.incoming == pytest.approx(output.w @ output.E)
    assert hidden.slope == pytest.approx(hidden.f * (1 - hidden.f))
    assert pytest.approx(hidden.slope * hidden.incoming) == hidden.E
    assert output.change_w == pytest.approx(0.3 * np.outer(hidden.f, output.E))
    assert hidden.change_w == pytest.approx(0.3 * np.outer(X, hidden.E))
    assert hidden.change_b == pytest.approx(0.3 * hidden.E)


def test_arrays_have_names_and_the_text_shows_their_shapes():
    traced = network().trace(X, [0.0, 1.0, 0.0])
    assert traced.arrays()["hidden 1: change_w"].shape == (4, 5)
    assert "output: slope" not in traced.arrays()
    assert "hidden 1: incoming" in repr(traced)
    assert "(4, 5)" in repr(traced)


def test_one_pattern_at_a_time():
    with pytest.raises(InputError, match="takes"):
        network().trace([X, X], 1)


def test_the_networks_own_rules_are_traced():
    plain = network().trace(X, 1)
    wrong = network(rules=Rules(output_error=lambda desired, actual: actual - desired))
    assert pytest.approx(-plain.layers[1].E) == wrong.trace(X, 1).layers[1].E


def test_a_trace_shows_itself_in_a_notebook():
    page = network().trace(X, 1)._repr_html_()
    assert page.count("<tr>") == len(network().trace(X, 1).arrays()) + 1
    assert "hidden 1: change_w" in page
    cells = page.count("<th ") + page.count("<td")
    assert page.count("text-align:left") == cells  # a heading stands above what it names
