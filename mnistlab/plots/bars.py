"""Bars with a name and a number each, as softmax_at_work and activations draw them.

Example:
    >>> most_of(np.array([0.1, 0.7, 0.2])).tolist()
    [0, 1, 2]
"""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mnistlab.plots.picture import INK
from mnistlab.plots.words import number, short

Values = NDArray[np.float64]

MOST_BARS = 20


def most_of(values: Values) -> NDArray[np.int64]:
    """Return which bars to draw, (k,) in order: all, or of more than 20 the largest 20."""
    return np.sort(np.argsort(-values, kind="stable")[:MOST_BARS]).astype(np.int64)


def bars_height(bars: int) -> float:
    """Return the height in inches of so many bars."""
    return max(0.27 * bars, 0.8)


def draw_bars(
    axes: Axes,
    values: Values,
    names: Sequence[str],
    colour: str,
    write: Callable[[float], str] = number,
) -> None:
    """Draw a bar with its number for each name, the first on top; hatch the largest."""
    hatches = ["///" if value == values.max() else "" for value in values]
    axes.barh(range(len(values)), values, color=colour, edgecolor="white", hatch=hatches)
    axes.set_yticks(range(len(values)), [short(name) for name in names])
    axes.set_ylim(len(values) - 0.4, -0.6)
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    letters = max(len(write(value)) for value in values) + 1
    room = 0.06 * letters * (high - low) or 1.0  # for the numbers outside of the bars
    axes.set_xlim(low - room * (low < 0), high + room * (values.max() >= 0))
    for y, value in enumerate(values):
        axes.annotate(
            write(value),
            (value, y),
            (4 if value >= 0 else -4, 0),
            textcoords="offset points",
            ha="left" if value >= 0 else "right",
            va="center",
            fontsize=8.5,
        )
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="y", length=0)
