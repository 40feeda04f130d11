"""The error of a network at each point of a grid on a plane through its weights."""

from typing import Any

import numpy as np
import pytest

from mnistlab.classic import units
from mnistlab.errors import InputError
from mnistlab.plots.errorgrid import grid_of
from mnistlab.plots.weightplane import plane_of
from tiny_pictures import tiny_training


def test_the_grid_holds_the_loss_of_the_network_with_those_weights() -> None:
    network, weights, x, y = tiny_training()
    plane = plane_of(weights)
    a, b = plane.axes(4)
    found = grid_of(weights[-1], plane.directions, a, b, activations=network.activations,
                    x=x, desired=y, loss=network.loss)  # fmt: skip
    assert found.shape == (4, 4) and found.dtype == np.float64
    centre = np.concatenate([part.ravel() for part in weights[-1]])
    for row, column in [(0, 0), (3, 1), (2, 3)]:
        place = centre + a[column] * plane.directions[0] + b[row] * plane.directions[1]
        pieces = np.split(place, np.cumsum([part.size for part in weights[-1]])[:-1])
        network.set_weights([p.reshape(w.shape) for p, w in zip(pieces, weights[-1], strict=True)])
        output = network.predict(x)  # (40, 2)
        assert found[row, column] == pytest.approx(-np.log(output[np.arange(40), y]).mean())


def test_a_subset_is_evenly_chosen_and_parts_add_up() -> None:
    w, b = np.ones((1, 1)), np.zeros(1)
    x = np.arange(1001.0)[:, None] / 1000
    grid: Any = ([w, b], np.eye(2), [0.0, 1.0], [0.0, 1.0])
    more: Any = {"activations": ["linear"], "x": x, "desired": np.zeros((1001, 1)),
                 "loss": "mean_squared_error"}  # fmt: skip
    three = grid_of(*grid, **more, patterns=3)  # x = 0, 0.5, 1
    assert three.tolist() == pytest.approx(np.array([[1.25, 5.0], [7.25, 14.0]]) / 3)
    every = grid_of(*grid, **more, patterns=5000)  # 1,001 in three parts
    assert every[0, 0] == pytest.approx(float(np.mean(x**2)))


def test_the_grid_computes_in_the_weights_dtype_and_takes_float32() -> None:
    w, b = np.ones((784, 1), np.float32), np.zeros(1, np.float32)
    found = grid_of([w, b], np.ones((2, 785)), [0, 1e-3], [0, 1], activations=["sigmoid"],
                    x=np.full((2, 784), 0.01), desired=[0, 1], loss="lecture")  # fmt: skip
    net_input = np.array([[7.84]])
    expected = [units.loss("lecture", "sigmoid", net_input, units.sigmoid(net_input),
                           np.array([[d]]))[0] for d in (0.0, 1.0)]  # fmt: skip
    assert found[0, 0] == pytest.approx(np.mean(expected), rel=1e-4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weights": [np.ones((2, 1))]}, "weights must be .kernel, bias"),
        ({"weights": [np.ones((2, 1)), np.ones(3)]}, "weights must be .kernel, bias"),
        ({"weights": []}, "weights must be .kernel, bias"),
        ({"activations": ["sigmoid", "sigmoid"]}, "one activation for each pair"),
        ({"activations": ["sigmid"]}, "Did you mean 'sigmoid'"),
        ({"directions": np.ones((2, 4))}, "two rows of 3 finite numbers"),
        ({"directions": np.full((2, 3), np.nan)}, "two rows of 3 finite numbers"),
        ({"a": [1, 0]}, "a must hold at least 2 rising numbers"),
        ({"b": [0]}, "b must hold at least 2 rising numbers"),
        ({"loss": "squared"}, "loss='squared' is not known"),
        ({"x": [[1.0]]}, "the network takes"),
        ({"x": np.empty((0, 2)), "desired": []}, "pattern"),
        ({"desired": [1, 0]}, "y has 2 rows"),
        ({"patterns": 0}, "patterns must be at least 1"),
    ],
)
def test_what_makes_no_grid_is_refused(changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {
        "weights": [np.ones((2, 1)), np.zeros(1)], "directions": np.ones((2, 3)), "a": [0, 1],
        "b": [0, 1], "activations": ["sigmoid"], "x": [[1.0, 2.0]], "desired": [1],
        "loss": "lecture",
    }  # fmt: skip
    assert grid_of(**given).shape == (2, 2)
    with pytest.raises(InputError, match=message):
        grid_of(**{**given, **changed})
