"""learning_curves, and the panel of curves and the legend that engine_comparison has too."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mnistlab.history import History
from mnistlab.plots.picture import COLOURS, FAINT, MARKERS, SIZES, Picture, house_style, note
from mnistlab.plots.runs import FIGURES, curves_of, epochs_of, in_words, panels_of, runs_by_name
from mnistlab.plots.words import percent, short

FLAT = 4  # the lowest point of the highest curve, in highest points of the lowest


def learning_curves(
    histories: History | Mapping[str, History], title: str | None = None
) -> Picture:
    """Draw loss and accuracy, or mean absolute error, by epoch: training solid, validation dashed.

    Args:
        histories: one History, or several by name; Keras's own and plain mappings of columns
            will do. Accuracy in [0, 1]; a regression's "mean_absolute_error" at least 0. A panel
            is drawn for each of the three that some run has.
        title: what stands above; by default "Learning curves".

    Returns:
        The picture; its caption has the first and last figures of each curve.

    Raises:
        InputError: no history, or something that is none.

    Example:
        >>> learning_curves({"SGD": History.of({"loss": [0.5]})}).caption
        'SGD, after 1 epoch: training loss 0.5.'
    """
    runs = runs_by_name(histories)
    columns = panels_of(runs)
    caption = in_words(runs)
    heading = title or "Learning curves"
    shows = f"{heading}. {by_epoch(columns)}. {caption}"
    with house_style():
        picture = Picture(heading, shows, caption, size=(8.0, 3.9))
        panels = picture.subplots(1, len(columns), squeeze=False)[0]
        for axes, column in zip(panels, columns, strict=True):
            draw_curves(axes, runs, column)
        draw_legend(picture, runs)
    return picture


def by_epoch(columns: Sequence[str]) -> str:
    """Return what the panels show: "Loss and accuracy by epoch"."""
    return f"{' and '.join(FIGURES[column] for column in columns).capitalize()} by epoch"


def draw_curves(axes: Axes, runs: Mapping[str, History], column: str) -> None:
    """Draw one panel: `column` and its validation twin, of each run."""
    for number, run in enumerate(runs.values()):
        look = _look(number)
        _draw_curve(axes, run, column, look)
        _draw_curve(axes, run, f"val_{column}", _hollow(look))
    figure = FIGURES[column]
    axes.set(title=figure.capitalize(), xlabel="epoch", ylabel=figure)
    if _far_apart(runs, column):
        axes.set(yscale="log", ylabel=f"{figure}, logarithmic")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    if axes.lines:
        number_epochs(axes, max(map(epochs_of, runs.values())))
    else:
        note(axes, "no epoch has ended yet")
        axes.set(xticks=[], yticks=[])
    if column == "accuracy":
        axes.yaxis.set_major_formatter(FuncFormatter(percent))
        axes.set_ylim(top=min(axes.get_ylim()[1], 1.005))  # with room for a marker at 100%


def _far_apart(runs: Mapping[str, History], column: str) -> bool:
    """Whether a run's curve lies so high above another that the lower ones would be flat lines."""
    curves = [values for run in runs.values() if (values := run.history.get(column))]
    if not curves or min(map(min, curves)) <= 0:
        return False
    return max(map(min, curves)) > FLAT * min(map(max, curves))


def _draw_curve(axes: Axes, run: History, column: str, look: Mapping[str, Any]) -> None:
    """Draw one column of a run, where it has any; with validation_freq=2 at epochs 2, 4, 6, …"""
    values = curves_of(run).get(column)
    if values:
        step = max(epochs_of(run) // len(values), 1)
        epochs = [step * (index + 1) for index in range(len(values))]
        every = max(len(values) // 12, 1)  # a marker at each of 500 epochs would be a smear
        axes.plot(epochs, values, label=column, markevery=every, **look)


def _look(run: int) -> dict[str, Any]:
    """Return how the curves of a run look; the first is widest, so that it shows under others."""
    return {
        "color": COLOURS[run % len(COLOURS)],
        "marker": MARKERS[run % len(MARKERS)],
        "markeredgecolor": "white",
        "linewidth": max(2.8 - 1.0 * run, 1.6),
        "markersize": SIZES[run % len(SIZES)],
    }


def _hollow(look: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a validation curve looks: dashed, its markers open."""
    return {
        **look,
        "linestyle": (0, (4, 2)),
        "markerfacecolor": "white",
        "markeredgecolor": look["color"],
        "markersize": look["markersize"] - 1.5,
    }


def number_epochs(axes: Axes, epochs: int) -> None:
    """Number the epochs from 1, in whole numbers, with room left and right of the outer ones."""
    room = 0.05 * (epochs - 1) or 0.5
    axes.set_xlim(1 - room, epochs + room)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def draw_legend(picture: Picture, runs: Mapping[str, History]) -> None:
    """Put one legend below all panels: the runs' colours, then what solid and dashed mean."""
    if not any(map(epochs_of, runs.values())):
        return
    entries = [(_legend_name(name), _look(number)) for number, name in enumerate(runs) if name]
    # beside the runs' own colours, solid and dashed are explained in grey, without a marker
    grey = {"color": FAINT, "marker": "", "linewidth": 1.8} if entries else {}
    training = {**_look(0), **grey}
    solid, dashed = ("solid: ", "dashed: ") if entries else ("", "")  # else they read as runs
    entries.append((f"{solid}training", training))
    if any(column.startswith("val_") for run in runs.values() for column in curves_of(run)):
        entries.append((f"{dashed}validation", _hollow(training)))
    names = [name for name, _ in entries]
    picture.legend(
        [Line2D([], [], **look) for _, look in entries],
        names,
        loc="outside lower center",
        handlelength=3.2,
        ncols=_legend_columns(names),
    )


def _legend_name(name: str) -> str:
    """Return a run's name for the legend; matplotlib leaves out those that begin with _."""
    return " " * name.startswith("_") + short(name, 40)


def _legend_columns(names: Sequence[str]) -> int:
    """Return in how many columns the names fit below the panels, with the rows evenly filled."""
    most = max(1, 90 // (max(map(len, names)) + 8))
    rows = math.ceil(len(names) / most)
    return math.ceil(len(names) / rows)
