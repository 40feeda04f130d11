"""error_surface: the error over a plane, as contour lines and in 3-D, with a training's path.

    plane_of(weights by epoch)      the plane in which the training moved most, and its path
    grid_of(weights, directions, …) the error at each point of a grid on that plane
    error_surface(errors, a, b, …)  the picture

Source: the lecture, "Gradient descent".

Example:
    >>> error_surface(lambda a, b: a * a + b * b).caption
    'Error over 25 × 25 points of the plane: lowest 0 at (0, 0), highest 4.5.'
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers, rising
from mnistlab.plots.picture import COLOURS, INK, Picture, house_style
from mnistlab.plots.terrain import draw_path, draw_terrain
from mnistlab.plots.weightplane import around
from mnistlab.plots.words import count_of, number

Floats = NDArray[np.float64]


def error_surface(
    error: Callable[[float, float], float] | ArrayLike,
    a: ArrayLike | None = None,
    b: ArrayLike | None = None,
    path: ArrayLike | None = None,
    axis_names: Sequence[str] = ("direction 1", "direction 2"),
    title: str | None = None,
) -> Picture:
    """Draw the error over a plane: contour lines and the same in 3-D, with the path of a training.

    Args:
        error: the errors, (rows, columns), row i at b[i] and column j at a[j]; or a function
            from (a, b) to the error there.
        a: places along direction 1, (columns,), rising, at least 2. Of a function may be left
            out: 25 places around the path, or from −1.5 to 1.5.
        b: the same along direction 2, (rows,).
        path: (a, b) after each epoch, (points, 2), inside the grid; None: none is drawn.
        axis_names: what the two directions are called.
        title: what stands above; by default "Error surface".

    Returns:
        The picture; its caption has the lowest and highest error, and those where the path
        begins and ends, read off the plane between the points of the grid.

    Raises:
        InputError: arrays that don't fit each other, errors that aren't finite, or a path that
            leaves the grid.

    Example:
        >>> error_surface([[4.0, 1.0], [5.0, 2.0]], a=[0, 1], b=[0, 1]).caption
        'Error over 2 × 2 points of the plane: lowest 1 at (1, 0), highest 5.'
    """
    way = _path(path)  # (points, 2)
    across, up = _places(error, a, b, way)
    errors = _errors(error, across, up)  # (rows, columns)
    _must_hold(across, up, way)
    names = _two_names(axis_names)
    caption = _in_words(across, up, errors, way)
    heading = title or "Error surface"
    shows = f"{heading}: contour lines, and the same in 3-D, over {names[0]} and {names[1]}."
    with house_style():
        picture = Picture(heading, f"{shows} {caption}", caption, size=(9.0, 4.6))
        panels = draw_terrain(picture, across, up, errors, names)
        if len(way):
            _draw_way(picture, panels, way, _heights(across, up, errors, way))
    return picture


def _path(path: ArrayLike | None) -> Floats:
    """Return the path as (points, 2), empty where there is none, or raise InputError."""
    if path is None:
        return np.empty((0, 2))
    way = numbers("path", path).astype(np.float64)
    if way.ndim != 2 or way.shape[1] != 2 or not len(way) or not np.isfinite(way).all():
        raise InputError(
            "path must hold (a, b) of at least one point, finite numbers in two columns, but got "
            f"{shown(path)}. Give plane_of(…).path."
        )
    return way


def _places(
    error: object, a: ArrayLike | None, b: ArrayLike | None, way: Floats
) -> tuple[Floats, Floats]:
    """Return the places along both directions: those given, or for a function some of its own."""
    if (a is None or b is None) and not callable(error):
        raise InputError(
            "A grid of errors needs its places: give a, one for each column, and b, one for each "
            "row, as in error_surface(errors, a, b)."
        )
    own = around(way if len(way) else [[-1.0, -1.0], [1.0, 1.0]])
    return (
        own[0] if a is None else rising("a", a),
        own[1] if b is None else rising("b", b),
    )


def _errors(error: Callable[[float, float], float] | ArrayLike, a: Floats, b: Floats) -> Floats:
    """Return the errors as (rows, columns), or raise InputError."""
    if callable(error):
        error = [[float(error(float(across), float(up))) for across in a] for up in b]
    errors = numbers("error", error).astype(np.float64)
    if errors.shape != (len(b), len(a)):
        raise InputError(
            f"error must have {len(b)} rows, one for each b, and {len(a)} columns, one for each "
            f"a, but its shape is {errors.shape}."
        )
    odd = int((~np.isfinite(errors)).sum())
    if odd:
        raise InputError(
            f"The error is NaN or infinite at {count_of(odd, 'point')} of the grid."
            " Give a smaller range of a and b, closer to the trained weights."
        )
    return errors


def _must_hold(a: Floats, b: Floats, way: Floats) -> None:
    """Raise InputError where the path leaves the grid."""
    for name, axis, along in (("a", a, way[:, 0]), ("b", b, way[:, 1])):
        if len(way) and (along.min() < axis[0] or along.max() > axis[-1]):
            raise InputError(
                f"The path goes from {name} = {number(along.min())} to {number(along.max())}, but "
                f"the grid from {number(axis[0])} to {number(axis[-1])}. "
                "Give a wider grid, such as plane.axes()."
            )


def _two_names(names: Sequence[str]) -> tuple[str, str]:
    """Return the names of both axes, each on one line, or raise InputError."""
    if isinstance(names, str) or len(names) != 2:
        raise InputError(f"axis_names must be two names, but got {shown(names)}.")
    return " ".join(str(names[0]).split()), " ".join(str(names[1]).split())


def _heights(a: Floats, b: Floats, errors: Floats, places: Floats) -> Floats:
    """Return the errors at places (k, 2) between the points of the grid: (k,)."""
    column = np.clip(np.searchsorted(a, places[:, 0], "right") - 1, 0, len(a) - 2)  # (k,)
    row = np.clip(np.searchsorted(b, places[:, 1], "right") - 1, 0, len(b) - 2)  # (k,)
    s = (places[:, 0] - a[column]) / (a[column + 1] - a[column])  # (k,), in [0, 1]
    t = (places[:, 1] - b[row]) / (b[row + 1] - b[row])  # (k,), in [0, 1]
    below = (1 - s) * errors[row, column] + s * errors[row, column + 1]  # (k,)
    above = (1 - s) * errors[row + 1, column] + s * errors[row + 1, column + 1]  # (k,)
    return np.asarray((1 - t) * below + t * above)


def _draw_way(picture: Picture, panels: tuple[Any, Any], way: Floats, along: Floats) -> None:
    """Draw the path, its two ends marked, with a legend below."""
    line = {"color": COLOURS[1], "marker": "o", "label": "path of the training"}
    draw_path(panels, way, along, line)
    for at, marker, label in ((0, "s", "where it begins"), (-1, "*", "where it ends")):
        end = {"color": "white", "marker": marker, "markeredgecolor": INK, "linestyle": "",
               "markersize": 8 if at == 0 else 13, "label": label}  # fmt: skip
        draw_path(panels, way[at][None], along[at : at + 1 or None], end)
    picture.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)


def _in_words(a: Floats, b: Floats, errors: Floats, way: Floats) -> str:
    """Return the caption."""
    row, column = divmod(int(errors.argmin()), len(a))
    said = (
        f"Error over {len(a)} × {len(b)} points of the plane: lowest {number(errors.min())} at "
        f"({number(a[column])}, {number(b[row])}), highest {number(errors.max())}."
    )
    if not len(way):
        return said
    along = _heights(a, b, errors, way)  # (points,)
    return (
        f"{said[:-1]}; the path of {count_of(len(way), 'point')} goes from {number(along[0])} "
        f"to {number(along[-1])}."
    )
