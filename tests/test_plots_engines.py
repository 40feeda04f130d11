"""The same training by two engines: curves, seconds, and how far the weights part."""

from typing import Any

import numpy as np
import pytest

from mnistlab import plots
from mnistlab.errors import InputError
from mnistlab.history import History
from tiny_pictures import CLASSIC, KERAS, REGRESSION, lines_of, texts_of, titles_of


def test_the_comparison_draws_curves_seconds_and_differences() -> None:
    runs = {"classic": CLASSIC, "keras": KERAS}
    picture = plots.engine_comparison(runs, [0.0, 1e-7, 3e-7])
    assert titles_of(picture)[:2] == ["Loss", "Accuracy"]
    assert lines_of(picture, 0)["loss"] == [CLASSIC["loss"], KERAS["loss"]]
    assert lines_of(picture, 1)["val_accuracy"] == [CLASSIC["val_accuracy"]] * 2
    seconds, apart = picture.axes[2], picture.axes[3]
    assert [bar.get_width() for bar in seconds.patches] == [1.5, 3.0]  # type: ignore[attr-defined]
    assert texts_of(picture) == ["1.5 s", "3 s"]
    drawn = np.asarray(apart.lines[0].get_ydata())
    assert np.isnan(drawn[0]) and list(drawn[1:]) == [1e-7, 3e-7]
    assert list(np.asarray(apart.lines[1].get_xdata())) == [1]  # the one that is exactly 0
    assert apart.get_yscale() == "log"
    assert picture.caption == (
        "classic: validation accuracy 89.1%, 1.5 s per epoch; keras: validation accuracy 89.1%, "
        "3 s per epoch. Largest difference between their weights after epoch 3: 3e-07."
    )


@pytest.mark.parametrize(
    ("apart", "note"),
    [
        ([0, 0, 0], "exactly 0 after every epoch"),
        ([], "not measured"),
        ([0, float("nan")], "no finite difference"),
    ],
)
def test_without_a_logarithm_the_panel_says_why(apart: list[float], note: str) -> None:
    picture = plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, apart)
    assert note in texts_of(picture)
    assert picture._repr_png_()


@pytest.mark.parametrize("apart", [[1e-7], [1e-300, 1e-8, 1.0], [1e-7, float("nan"), float("inf")]])
def test_differences_of_any_size_are_drawn(apart: list[float]) -> None:
    picture = plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, apart)
    low, high = picture.axes[3].get_ylim()
    finite = [value for value in apart if np.isfinite(value)]
    assert low < min(finite) and max(finite) < high and picture._repr_png_()


def test_the_comparison_of_regressions_draws_their_mean_absolute_errors() -> None:
    picture = plots.engine_comparison({"classic": REGRESSION, "keras": REGRESSION}, [0, 1e-7])
    assert titles_of(picture)[:2] == ["Loss", "Mean absolute error"]
    assert lines_of(picture, 1)["mean_absolute_error"] == [[4.5, 3.25]] * 2
    assert picture.caption.startswith(
        "classic: validation mean absolute error 3.75, 0.5 s per epoch; keras: validation mean"
    )
    assert "Loss and mean absolute error by epoch, seconds per epoch" in picture.alt


def test_three_panels_stand_in_one_row() -> None:
    run = History.of({"loss": [2.0], "accuracy": [0.5], "mean_absolute_error": [1.0]})
    picture = plots.engine_comparison({"classic": run, "keras": run}, [1e-7])
    assert titles_of(picture)[:3] == ["Loss", "Accuracy", "Mean absolute error"]
    assert picture._repr_png_()


def test_the_comparison_of_losses_alone_and_of_unmeasured_runs() -> None:
    runs = {"classic": History.of({"loss": [2.0]}), "keras": History.of({"loss": [2.0]})}
    picture = plots.engine_comparison(runs, [0.5])
    assert "Accuracy" not in titles_of(picture)
    assert texts_of(picture) == ["not measured"] * 2
    assert picture._repr_png_()


@pytest.mark.parametrize("apart", [[-1e-7], [1e-7] * 4, [[1e-7]], "abc", [None]])
def test_impossible_differences_are_refused(apart: Any) -> None:
    with pytest.raises(InputError, match="differences"):
        plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, apart)


@pytest.mark.parametrize("runs", [{}, {"classic": CLASSIC}, CLASSIC])
def test_a_comparison_needs_two(runs: Any) -> None:
    with pytest.raises(InputError, match=r"histories"):
        plots.engine_comparison(runs, [])
