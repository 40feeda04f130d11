"""Cells of signed numbers: red below 0, blue above, and dashes on what is far below 0.

The dashes tell the sign in grey. hidden_weights and activations draw such cells.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.image import AxesImage
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]

DASHED, BRIGHT = 1 / 3, 0.6  # shares of the scale below 0: from there dashes, from there white ones


def scale_of(*values: Values) -> float:
    """Return where the scale of signed numbers ends: at the largest size, or at 1 for zeros."""
    return max(float(np.nanmax(np.abs(one))) for one in values) or 1.0


def draw_signed(axes: Axes, cells: Values, top: float, inches: float) -> AxesImage:
    """Draw numbers (rows, columns) from −top, red, to top, blue; `inches` is the panel's width."""
    image = axes.imshow(cells, cmap="RdBu", vmin=-top, vmax=top, interpolation="nearest")
    points = min(0.8 * 72 * inches / cells.shape[1], 10.0)  # of a dash: 0.8 of its cell
    for low, high, colour in ((-np.inf, -BRIGHT, "white"), (-BRIGHT, -DASHED, "black")):
        rows, columns = np.nonzero((low * top <= cells) & (cells < high * top))
        _dash(axes, columns, rows, colour, points)
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set(visible=True, color="#BBBBBB")
    return image


def signed_bar(
    figure: FigureBase, image: AxesImage, panels: Sequence[Axes], label: str, aspect: float = 15.0
) -> None:
    """Draw the colour bar of signed numbers, with dashes where the cells have them."""
    bar = figure.colorbar(image, ax=panels, label=label, aspect=aspect, pad=0.02)
    top = image.get_clim()[1] or 1.0
    for low, high, colour in ((-1.0, -BRIGHT, "white"), (-BRIGHT, -DASHED, "black")):
        levels = top * np.arange(low + 0.03, high, 0.06)
        _dash(bar.ax, np.full(len(levels), 0.5), levels, colour, 5.0)
    bar.outline.set_visible(False)


def _dash(axes: Axes, x: ArrayLike, y: ArrayLike, colour: str, points: float) -> None:
    """Draw a dash of so many points at each place, and leave the limits of the axes."""
    axes.plot(
        x,
        y,
        linestyle="",
        marker="_",
        markersize=points,
        markeredgewidth=max(0.2 * points, 0.6),
        color=colour,
        scalex=False,
        scaley=False,
    )
