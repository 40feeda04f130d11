"""The learning curves: what is drawn of one training and of several."""

from typing import Any

import numpy as np
import pytest

from mnistlab import plots
from mnistlab.errors import InputError
from mnistlab.history import History
from tiny_pictures import CLASSIC, REGRESSION, lines_of, texts_of, titles_of


def test_the_lines_drawn_are_the_history() -> None:
    picture = plots.learning_curves(CLASSIC)
    history = CLASSIC.history
    assert lines_of(picture, 0) == {"loss": [history["loss"]], "val_loss": [history["val_loss"]]}
    assert lines_of(picture, 1) == {
        "accuracy": [history["accuracy"]],
        "val_accuracy": [history["val_accuracy"]],
    }
    assert list(np.asarray(picture.axes[0].lines[0].get_xdata())) == [1, 2, 3]


def test_the_caption_has_the_first_and_last_figures() -> None:
    assert plots.learning_curves(CLASSIC).caption == (
        "Over 3 epochs: training loss from 0.9 to 0.2, training accuracy from 70.0% to 95.0%, "
        "validation loss from 0.5 to 0.35, validation accuracy from 85.0% to 89.1%."
    )


def test_validation_is_dashed_and_hollow_and_training_is_not() -> None:
    training, validation = plots.learning_curves(CLASSIC).axes[0].lines
    assert training.get_linestyle() == "-" and validation.get_linestyle() == "--"
    assert validation.get_markerfacecolor() == "white" != training.get_markerfacecolor()


def test_several_runs_differ_by_colour_and_by_marker_and_are_named() -> None:
    runs = {f"run {number}": History.of({"loss": [1.0, 0.5]}) for number in range(20)}
    picture = plots.learning_curves(runs)
    looks = {(line.get_color(), line.get_marker()) for line in picture.axes[0].lines}
    assert len(looks) == 20
    named = [text.get_text() for text in picture.legends[0].get_texts()]
    assert named == [*runs, "solid: training"]
    assert "run 19 ends at training loss 0.5" in picture.caption


@pytest.mark.parametrize("name", ["_private", "$x", "$\\bad{$", "猫", "<b>", "a" * 300])
def test_any_name_of_a_run_can_be_drawn(name: str) -> None:
    picture = plots.learning_curves({name: CLASSIC})
    first = picture.legends[0].get_texts()[0].get_text()
    assert first.strip()[:4] == name[:4]
    assert picture._repr_png_() and name in picture.caption


def test_runs_whose_names_look_alike_stay_apart_in_the_legend() -> None:
    long = "x" * 50
    picture = plots.learning_curves(
        {"training": CLASSIC, f"{long} 1": CLASSIC, f"{long} 2": CLASSIC}
    )
    named = [text.get_text() for text in picture.legends[0].get_texts()]
    assert len(named) == 5 and named[3:] == ["solid: training", "dashed: validation"]


def test_one_epoch_is_a_visible_marker_with_whole_epochs_below() -> None:
    picture = plots.learning_curves({"loss": [0.5], "accuracy": [0.8]})  # type: ignore[dict-item]
    axes = picture.axes[0]
    assert axes.lines[0].get_marker() == "o" and axes.lines[0].get_markersize() > 4
    low, high = axes.get_xlim()
    assert [tick for tick in axes.get_xticks() if low <= tick <= high] == [1]
    assert picture.caption == "After 1 epoch: training loss 0.5, training accuracy 80.0%."


def test_an_empty_history_says_that_no_epoch_has_ended() -> None:
    picture = plots.learning_curves(History())
    assert texts_of(picture) == ["no epoch has ended yet"] * 2
    assert picture.caption == "No epoch has ended yet."
    assert picture._repr_png_()


def test_without_accuracy_or_error_there_is_only_the_loss() -> None:
    picture = plots.learning_curves(History.of({"loss": [3.0, 2.0]}))
    assert titles_of(picture) == ["Loss"]
    assert "accuracy" not in picture.alt


def test_a_regression_has_a_panel_of_its_mean_absolute_error() -> None:
    picture = plots.learning_curves(REGRESSION)
    assert titles_of(picture) == ["Loss", "Mean absolute error"]
    assert [axes.get_ylabel() for axes in picture.axes] == ["loss", "mean absolute error"]
    assert lines_of(picture, 1) == {
        "mean_absolute_error": [[4.5, 3.25]],
        "val_mean_absolute_error": [[4.0, 3.75]],
    }
    assert picture.caption == (
        "Over 2 epochs: training loss from 30 to 20, training mean absolute error from 4.5 to "
        "3.25, validation loss from 25 to 22, validation mean absolute error from 4 to 3.75."
    )
    assert picture.alt.startswith("Learning curves. Loss and mean absolute error by epoch. Over 2")


def test_many_regressions_are_told_by_their_last_error() -> None:
    runs = dict.fromkeys("abcd", REGRESSION)
    caption = plots.learning_curves(runs).caption
    assert caption.startswith("a ends at validation mean absolute error 3.75; b ends")


@pytest.mark.parametrize(
    ("high", "scale"),
    [([40.0, 25.0], "log"), ([2.4, 1.7], "linear"), ([40.0, 0.0], "linear")],
)
def test_a_run_far_above_the_others_does_not_flatten_them(high: list[float], scale: str) -> None:
    """With β = 20 the loss is some 30; 0.5 and 0.3 have to stay apart beside it."""
    runs = {"0.5": History.of({"loss": [0.9, 0.5]}), "20": History.of({"loss": high})}
    axes = plots.learning_curves(runs).axes[0]
    assert axes.get_yscale() == scale
    assert ("logarithmic" in axes.get_ylabel()) == (scale == "log")
    assert all("$" not in label.get_text() for label in axes.get_yticklabels())


def test_the_legend_knows_a_validation_that_is_only_an_error() -> None:
    run = {"loss": [2.0], "val_mean_absolute_error": [1.5]}
    picture = plots.learning_curves(History.of(run))
    assert [text.get_text() for text in picture.legends[0].get_texts()] == [
        "training", "validation",
    ]  # fmt: skip


def test_a_run_with_accuracy_and_error_shows_both() -> None:
    run = History.of({**CLASSIC.history, "mean_absolute_error": [0.3, 0.2, 0.1]})
    picture = plots.learning_curves(run)
    assert titles_of(picture) == ["Loss", "Accuracy", "Mean absolute error"]
    assert picture._repr_png_()


def test_a_diverged_run_is_drawn_as_far_as_it_went() -> None:
    picture = plots.learning_curves(History.of({"loss": [1.0, 1e30, float("nan"), float("inf")]}))
    assert picture._repr_png_() and "to inf" in picture.caption
    last = plots.learning_curves(History.of({"loss": [1.0, float("nan")]})).caption
    assert "from 1 to NaN (not a number)" in last


def test_validation_every_second_epoch_stands_at_these_epochs() -> None:
    picture = plots.learning_curves(History.of({"loss": [4.0, 3, 2, 1], "val_loss": [3.0, 1]}))
    assert list(np.asarray(picture.axes[0].lines[1].get_xdata())) == [2, 4]


@pytest.mark.parametrize("given", [{}, None, 3, "loss", [0.1, 0.2], {"a": None}, {"loss": ["x"]}])
def test_what_is_no_history_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match=r"[Hh]istor"):
        plots.learning_curves(given)
