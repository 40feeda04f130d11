"""The error over two directions as contour lines and in 3-D, and paths on it.

error_bowl draws a linear unit's terrain, error_surface that of a network.
"""

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from mnistlab.plots.picture import FAINT, INK, Picture
from mnistlab.plots.words import number

Floats = NDArray[np.float64]


def draw_terrain(
    picture: Picture, a: Floats, b: Floats, errors: Floats, names: tuple[str, str]
) -> tuple[Any, Any]:
    """Draw errors (len(b), len(a)) as contour lines and in 3-D; return the two panels."""
    flat = picture.add_subplot(1, 2, 1)
    raised: Any = picture.add_subplot(1, 2, 2, projection="3d", computed_zorder=False)
    low, high = float(errors.min()), float(errors.max())
    high = high if high > low else low + (abs(low) or 1.0)
    levels = low + (high - low) * np.linspace(0, 1, 13) ** 2  # denser where it is low
    pale = ListedColormap(matplotlib.colormaps["Blues"](np.linspace(0.0, 0.55, 256)))
    flat.contourf(a, b, errors, levels=levels, cmap=pale)
    lines = flat.contour(a, b, errors, levels=levels[1:-1], colors=FAINT, linewidths=0.7)
    flat.clabel(lines, levels[1:-1:2], fmt=number, fontsize=8, colors=INK)
    flat.set(xlabel=names[0], ylabel=names[1], title="Seen from above")
    flat.grid(visible=False)
    raised.plot_surface(
        *np.meshgrid(a, b), errors, cmap=pale, edgecolor="#9C9C9C", linewidth=0.2,
        rcount=25, ccount=25, alpha=0.9, zorder=1,
    )  # fmt: skip
    raised.set(xlabel=names[0], ylabel=names[1], title="Error as height")
    raised.set_zlabel("error")
    raised.set_zlim(low, high)
    for axis in (raised.xaxis, raised.yaxis, raised.zaxis):
        axis.set_major_locator(MaxNLocator(5))
    raised.tick_params(labelsize=8)
    raised.view_init(elev=38, azim=-62)
    return flat, raised


def draw_path(
    panels: tuple[Any, Any], places: Floats, errors: Floats, look: Mapping[str, Any]
) -> None:
    """Draw places (points, 2) from above, and on the terrain at their errors (points,)."""
    flat, raised = panels
    style = {"linewidth": 1.2, "markersize": 6, "markeredgecolor": "white", "markeredgewidth": 0.7,
             "markevery": max(len(places) // 20, 1), "zorder": 6, **look}  # fmt: skip
    flat.plot(*places.T, **style)
    raised.plot(*places.T, errors, **style)
