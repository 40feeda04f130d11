"""For the tests of pictures: trainings, one picture of each kind, and what one says."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from mnistlab import plots
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.perceptron import Perceptron
from mnistlab.history import History
from mnistlab.plots import Picture

DIGITS = [str(digit) for digit in range(10)]

CLASSIC = History.of(
    {
        "loss": [0.9, 0.4, 0.2],
        "accuracy": [0.7, 0.9, 0.95],
        "val_loss": [0.5, 0.4, 0.35],
        "val_accuracy": [0.85, 0.88, 0.891],
        "seconds": [1.0, 1.5, 2.0],
    }
)
REGRESSION = History.of(
    {
        "loss": [30.0, 20.0],
        "mean_absolute_error": [4.5, 3.25],
        "val_loss": [25.0, 22.0],
        "val_mean_absolute_error": [4.0, 3.75],
        "seconds": [0.5, 0.5],
    }
)
KERAS = History.of({**CLASSIC.history, "loss": [0.9, 0.41, 0.21], "seconds": [3.0, 3.0, 3.0]})


class Training(NamedTuple):
    """A small network, its weights at the start and after each epoch, its patterns and classes."""

    network: ClassicNetwork
    weights: list[Any]
    x: Any
    y: Any


def tiny_training() -> Training:
    """Train 3-4-2 on 40 patterns for 4 epochs."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 3))
    y = (x[:, 0] > 0).astype(int)
    network = ClassicNetwork((3, 4, 2), seed=2, dtype="float64", kernel="numpy")
    network.compile(learning_rate=0.5)
    weights = [network.get_weights()]
    for _ in range(4):
        network.fit(x, y, epochs=1, batch_size=4, verbose=0)
        weights.append(network.get_weights())
    return Training(network, weights, x, y)


@cache
def tiny_surface() -> tuple[Any, Any, Any, Any]:
    """Return errors, a, b and path of that training."""
    network, weights, x, y = tiny_training()
    plane = plots.plane_of(weights)
    a, b = plane.axes(5)
    errors = plots.grid_of(weights[-1], plane.directions, a, b, activations=network.activations,
                           x=x, desired=y, loss=network.loss)  # fmt: skip
    return errors, a, b, plane.path


IMAGES = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
CORNERS, OR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), [0, 1, 1, 1]
SIGNED = np.linspace(-1, 1, 16).reshape(4, 4)

# one of each kind
DRAWERS: dict[str, Callable[[], Picture]] = {
    "curves": lambda: plots.learning_curves({"classic": CLASSIC, "keras": KERAS}),
    "engines": lambda: plots.engine_comparison(
        {"classic": CLASSIC, "keras": KERAS}, [0, 1e-7, 2e-7]
    ),
    "regression": lambda: plots.learning_curves(REGRESSION),
    "values": lambda: plots.predictions([20.0, 50.0, 30.0], [21.0, 45.0, 30.0]),
    "confusion": lambda: plots.confusion_matrix([[5, 1], [2, 7]], ["4", "9"]),
    "worst": lambda: plots.worst_mistakes(IMAGES, [0, 1, 1], np.eye(2)[[1, 0, 1]], ["4", "9"]),
    "none": lambda: plots.worst_mistakes(IMAGES, [0, 1, 1], np.eye(2)[[0, 1, 1]], ["4", "9"]),
    "samples": lambda: plots.samples(IMAGES, [0, 1, 1], ["4", "9"]),
    "grid": lambda: plots.image_grid(IMAGES, ["a", "b", "c"], title="By hand"),
    "weights": lambda: plots.hidden_weights(0 * SIGNED, SIGNED, (2, 2)),
    "activations": lambda: plots.activations(
        IMAGES[2], [0.1, 0.9], [0.3, 0.7], ["4", "9"], [[-2.0, 2.0], [-0.5, 0.5]]
    ),
    "diagram": lambda: plots.network_diagram((4, 4, 3)),
    "functions": plots.activation_functions,
    "softmax": lambda: plots.softmax_at_work([2.0, -1.0, 0.5], ["a", "b", "c"]),
    "bowl": plots.error_bowl,
    "surface": lambda: plots.error_surface(*tiny_surface()),
    "regions": lambda: plots.decision_regions(lambda p: p.sum(axis=1) > 1.5, CORNERS, OR),
    "lines": lambda: plots.decision_lines(
        Perceptron().fit(CORNERS, OR).weights_by_epoch_, CORNERS, OR
    ),
    "schedules": lambda: plots.schedule_curves({"a": "constant", "b": "exponential:0.8"}, 5),
    "seconds": lambda: plots.epoch_seconds(
        {"numpy": {1: 9.0, 32: 1.5}, "numba": {1: 0.5, 32: 0.4}}, patterns=1000
    ),
}


def lines_of(picture: Picture, panel: int) -> dict[str, list[list[float]]]:
    """Return the y values of the lines of a panel, by what they show."""
    found: dict[str, list[list[float]]] = {}
    for line in picture.axes[panel].lines:
        found.setdefault(str(line.get_label()), []).append(list(np.asarray(line.get_ydata())))
    return found


def texts_of(picture: Picture) -> list[str]:
    return [text.get_text() for axes in picture.axes for text in axes.texts]


def titles_of(picture: Picture) -> list[str]:
    return [axes.get_title() for axes in picture.axes if axes.get_visible()]


def legend_of(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.legends[0].get_texts()]
