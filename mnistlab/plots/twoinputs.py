"""Patterns of two inputs as points on a plane, each class with its own marker, colour and hatch.

decision_regions and decision_lines draw on it which class is answered where.

Example:
    >>> points, labels = patterns_of([[0, 0], [4, 1]], ["a", "b"])
    >>> [(float(axis[0]), float(axis[-1])) for axis in limits_of(points)]
    [(-0.48, 4.48), (-0.12, 1.12)]
"""

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers
from mnistlab.plots.picture import COLOURS, FAINT, MARKERS, Picture
from mnistlab.plots.words import short

Floats = NDArray[np.float64]
Labels = NDArray[Any]

POINTS = 300  # along each input, at which the answer is looked at
MOST_CLASSES = 7  # as many as there are colours
HATCHES = ("//", "\\\\", "..", "xx", "--", "||", "++")


def patterns_of(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Labels]:
    """Return patterns (n, 2) float64 and their labels (n,), or raise InputError."""
    points, labels = numbers("x", x).astype(np.float64), np.asarray(y)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InputError(
            "x must hold two inputs for each of at least 1 pattern, (n, 2), but its shape is "
            f"{points.shape}. Choose two columns: x[:, [0, 1]]."
        )
    if not np.isfinite(points).all():
        raise InputError("x holds NaN or infinity. Mend or drop those patterns.")
    if labels.shape != (len(points),):
        raise InputError(
            f"y must hold one class for each of the {len(points)} patterns, but its shape is "
            f"{labels.shape}. For one-hot rows, give y.argmax(axis=1)."
        )
    return points, labels


def limits_of(points: Floats) -> tuple[Floats, Floats]:
    """Return the places at which each input is looked at, with room around: (POINTS,) each."""
    low, high = points.min(axis=0), points.max(axis=0)  # (2,)
    room = np.where(high > low, 0.12 * (high - low), np.maximum(0.5 * np.abs(high), 1.0))  # (2,)
    across, up = (
        np.linspace(float(a), float(b), POINTS)
        for a, b in zip(low - room, high + room, strict=True)
    )
    return across, up


def kind_of(labels: Labels) -> str:
    """Return "text" or "number": what labels are made of."""
    return "number" if labels.dtype.kind in "biuf" else "text"


def classes_of(labels: Labels) -> Labels:
    """Return the classes among labels, sorted, or raise InputError where there are too many."""
    if kind_of(labels) == "number" and not np.isfinite(labels.astype(np.float64)).all():
        raise InputError("y holds NaN or infinity. Each pattern needs its class.")
    classes = np.unique(labels)
    if len(classes) > MOST_CLASSES:
        raise InputError(
            f"At most {MOST_CLASSES} classes can be told apart, but there are {len(classes)}: "
            f"{shown(classes.tolist())}. Draw some of them."
        )
    return classes


def draw_regions(
    axes: Axes, across: Floats, up: Floats, regions: NDArray[np.int64], classes: int
) -> None:
    """Draw the regions in the classes' pale colours, each with its own hatch."""
    axes.imshow(
        regions,
        origin="lower",
        aspect="auto",
        extent=(across[0], across[-1], up[0], up[-1]),
        cmap=ListedColormap([_pale(k) for k in range(classes)]),
        vmin=-0.5,
        vmax=classes - 0.5,
        interpolation="nearest",
    )
    for k in range(classes):
        inside = (regions == k).astype(np.float64)  # (POINTS, POINTS)
        if inside.any():
            with matplotlib.rc_context({"hatch.color": _pale(k, 0.45)}):
                axes.contourf(across, up, inside, [0.5, 1.5], colors="none", hatches=[HATCHES[k]])
        if 0 < inside.mean() < 1:
            axes.contour(across, up, inside, [0.5], colors=FAINT, linewidths=0.8)
    axes.grid(visible=False)


def _pale(k: int, strength: float = 0.2) -> tuple[float, float, float]:
    """Return the colour of class k, mixed with white."""
    red, green, blue = (1 - strength + strength * part for part in to_rgb(COLOURS[k]))
    return red, green, blue


def draw_patterns(axes: Axes, points: Floats, classes: NDArray[np.intp], count: int) -> None:
    """Draw each pattern with the marker of its class."""
    for k in range(count):
        mine = points[classes == k]  # (patterns of class k, 2)
        axes.plot(*mine.T, **_point(k), zorder=4, label=f"class {k}")


def _point(k: int) -> dict[str, Any]:
    """Return how a pattern of class k looks."""
    return {
        "linestyle": "",
        "marker": MARKERS[k],
        "color": COLOURS[k],
        "markersize": 7.0,
        "markeredgecolor": "white",
        "markeredgewidth": 0.8,
    }


def name_inputs(axes: Axes, names: Sequence[str]) -> None:
    """Label both axes with the inputs' names."""
    if names and (isinstance(names, str) or len(names) != 2):
        raise InputError(f"feature_names must be two names, but got {shown(names)}.")
    across, up = (short(" ".join(str(name).split()), 40) for name in names or ("x₁", "x₂"))
    axes.set(xlabel=across, ylabel=up)


def draw_legend(picture: Picture, names: Sequence[str], more: Sequence[Line2D]) -> None:
    """Explain below the panel the pattern and the region of each class, and some lines more."""
    handles: list[Any] = []
    for k in range(len(names)):
        with matplotlib.rc_context({"hatch.color": _pale(k, 0.45)}):
            region = Patch(facecolor=_pale(k), hatch=HATCHES[k])
        handles.append((region, Line2D([], [], **_point(k))))
    labels = [*map(short, names), *(str(line.get_label()) for line in more)]
    columns = max(1, min(len(labels), 72 // (max(map(len, labels)) + 9)))
    picture.legend([*handles, *more], labels, loc="outside lower center", ncols=columns,
                   handlelength=3.0, handleheight=1.3)  # fmt: skip
