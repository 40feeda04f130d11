"""engine_comparison: the same training by several engines, side by side."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy.typing import NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.history import History
from mnistlab.plots.arguments import numbers
from mnistlab.plots.curves import by_epoch, draw_curves, draw_legend, number_epochs
from mnistlab.plots.picture import COLOURS, INK, Picture, house_style, note
from mnistlab.plots.runs import end_of, epochs_of, figure, panels_of, runs_by_name
from mnistlab.plots.words import short

HATCHES = ("", "//", "..", "xx", "\\\\", "++")


def engine_comparison(
    histories: Mapping[str, History], differences: Sequence[float], title: str | None = None
) -> Picture:
    """Draw the same training by several engines: curves, seconds per epoch, how far they part.

    Args:
        histories: at least two Historys by the engine's name.
        differences: the largest absolute difference between any two of their weights, one value
            after each epoch, at least 0; exactly 0 is drawn at the foot of the logarithmic axis.
        title: what stands above; by default "The same training: classic and keras".

    Returns:
        The picture; its caption has the last accuracies, or a regression's mean absolute errors,
        the seconds and the difference.

    Raises:
        InputError: fewer than two histories, a difference below 0, or more of them than epochs.

    Example:
        >>> one = {"loss": [0.5], "accuracy": [0.8], "seconds": [2.0]}
        >>> engine_comparison({"classic": one, "keras": one}, [1e-7]).caption
        'classic: training accuracy 80.0%, 2 s per epoch; keras: training accuracy 80.0%, \
2 s per epoch. Largest difference between their weights after epoch 1: 1e-07.'
    """
    runs = _engines(histories)
    apart = _differences(differences, max(map(epochs_of, runs.values())))
    columns = panels_of(runs)
    heading = title or f"The same training: {' and '.join(runs)}"
    each = "; ".join(_engine_in_words(name, run) for name, run in runs.items())
    caption = f"{each}. {_apart_in_words(apart)}"
    shows = f"{heading}. {by_epoch(columns)}, seconds per epoch, weight difference."
    with house_style():
        picture = Picture(heading, f"{shows} {caption}", caption, size=(8.0, 6.4))
        panels = picture.subplot_mosaic([_row(columns), _row(["seconds", "apart"])])
        for column in columns:
            draw_curves(panels[column], runs, column)
        _draw_seconds(panels["seconds"], runs)
        _draw_apart(panels["apart"], apart)
        draw_legend(picture, runs)
    return picture


def _row(panels: Sequence[str]) -> list[Any]:
    """Return a row of six places for up to three panels: one that is named again spans them."""
    return [panel for panel in panels for _ in range(6 // len(panels))]


def _engines(histories: object) -> dict[str, History]:
    """Return at least two runs by name, or raise InputError."""
    runs = runs_by_name(histories)
    if len(runs) < 2:
        raise InputError(
            "engine_comparison needs at least two histories by name, but got "
            f"{len(runs)}. Give {{'classic': history, 'keras': history}}, "
            "or draw a single one with learning_curves."
        )
    return runs


def _differences(values: Sequence[float], epochs: int) -> NDArray[np.float64]:
    """Return the differences as an array (epochs,), or raise InputError."""
    apart = numbers("differences", values).astype(np.float64)
    if apart.ndim != 1 or len(apart) > epochs or (apart < 0).any():
        raise InputError(
            f"differences holds one number of at least 0 after each of the {epochs} "
            f"epochs, but got {shown(values)}."
        )
    return apart


def _seconds(run: History) -> float | None:
    """Return the mean seconds of an epoch, or None where nobody looked at the clock."""
    seconds = run["seconds"]
    return sum(seconds) / len(seconds) if seconds else None


def _draw_seconds(axes: Axes, runs: Mapping[str, History]) -> None:
    """Draw the mean seconds of an epoch, one bar a run, with its figure at its end."""
    for number, run in enumerate(runs.values()):
        seconds = _seconds(run)
        bars = axes.barh(
            number,
            seconds or 0.0,
            height=0.6,
            color=COLOURS[number % len(COLOURS)],
            hatch=HATCHES[number % len(HATCHES)],
            edgecolor="white",
            linewidth=0,
        )
        text = "not measured" if seconds is None else f"{seconds:.3g} s"
        axes.bar_label(bars, [text], padding=4)
    axes.set_yticks(range(len(runs)), [short(name) for name in runs])
    axes.set(title="Seconds per epoch", xlabel="seconds, mean over the epochs")
    axes.margins(x=0.3)
    axes.set_xlim(left=0.0)
    axes.invert_yaxis()  # the first on top, as in the legend
    axes.grid(visible=False, axis="y")


def _draw_apart(axes: Axes, apart: NDArray[np.float64]) -> None:
    """Draw the largest weight difference after each epoch on a logarithmic axis."""
    axes.set(title="Largest weight difference", xlabel="epoch", ylabel="largest |difference|")
    number_epochs(axes, max(len(apart), 1))
    epochs = np.arange(1, len(apart) + 1)  # (epochs,)
    above = np.isfinite(apart) & (apart > 0)  # (epochs,)
    if not above.any():
        axes.yaxis.set_major_locator(NullLocator())
        note(axes, _why_no_line(apart))
        return
    axes.plot(epochs, np.where(above, apart, np.nan), color=INK, marker="o", label="apart")
    _decades(axes, apart[above])
    if (apart == 0).any():
        _draw_zeros(axes, epochs[apart == 0])


def _why_no_line(apart: NDArray[np.float64]) -> str:
    """Return what there is to say of differences without one above 0."""
    if not len(apart):
        return "not measured"
    return "exactly 0 after every epoch" if (apart == 0).all() else "no finite difference"


def _draw_zeros(axes: Axes, epochs: NDArray[Any]) -> None:
    """Mark at the foot of the panel the epochs whose difference is 0, which has no logarithm."""
    axes.plot(
        epochs,
        np.full(len(epochs), 0.04),
        transform=axes.get_xaxis_transform(),
        color=INK,
        linestyle="",
        marker="o",
        markerfacecolor="white",
        label="exactly 0",
    )
    axes.legend(handles=[axes.lines[-1]], loc="lower right")


def _decades(axes: Axes, values: NDArray[np.float64]) -> None:
    """Give the panel a logarithmic axis over whole powers of ten, written as 1e-07."""
    low, high = math.floor(np.log10(values.min())), math.ceil(np.log10(values.max()))
    axes.set_yscale("log")
    axes.set_ylim(10.0 ** (low - 0.5), 10.0 ** (max(high, low + 1) + 0.2))
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0e}"))


def _engine_in_words(name: str, run: History) -> str:
    """Return "classic: validation accuracy 97.3%, 1.2 s per epoch"."""
    seconds = _seconds(run)
    end = f"{name}: {end_of(run) or 'no epoch yet'}"
    return end if seconds is None else f"{end}, {seconds:.3g} s per epoch"


def _apart_in_words(apart: NDArray[np.float64]) -> str:
    if not len(apart):
        return "The difference between their weights was not measured."
    return (
        f"Largest difference between their weights after epoch {len(apart)}: "
        f"{figure('difference', apart[-1])}."
    )
