"""For the tests of pictures: two trainings, one picture of each kind, and what one says."""

import numpy as np

from mnistlab import plots
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


def every_picture() -> dict[str, Picture]:
    """Return one of each kind."""
    images = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    return {
        "curves": plots.learning_curves({"classic": CLASSIC, "keras": KERAS}),
        "engines": plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, [0, 1e-7, 2e-7]),
        "regression": plots.learning_curves(REGRESSION),
        "values": plots.predictions([20.0, 50.0, 30.0], [21.0, 45.0, 30.0]),
        "confusion": plots.confusion_matrix([[5, 1], [2, 7]], ["4", "9"]),
        "worst": plots.worst_mistakes(images, [0, 1, 1], np.eye(2)[[1, 0, 1]], ["4", "9"]),
        "none": plots.worst_mistakes(images, [0, 1, 1], np.eye(2)[[0, 1, 1]], ["4", "9"]),
        "samples": plots.samples(images, [0, 1, 1], ["4", "9"]),
        "grid": plots.image_grid(images, ["a", "b", "c"], title="By hand"),
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
