"""error_bowl: the lecture's error bowl over two weights, and the paths of gradient descent in it.

One linear unit with two weights answers I = w_1 x_1 + w_2 x_2. Its mean squared error over the
patterns is a bowl over the plane of (w_1, w_2), and each step of gradient descent goes straight
downhill by β times the slope. What the size of β does is seen from the paths.

Example:
    >>> error_bowl(learning_rates=[1.0], steps=20).caption
    'The error is least, 0.0833, at w = (0.667, 0.667). After 20 steps: β = 1: 0.0833. With β \
above 1.33 the steps grow.'
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import positive, shown, whole
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers
from mnistlab.plots.descent import Bowl, Descent, descend
from mnistlab.plots.picture import COLOURS, DASHES, INK, MARKERS, Picture, house_style
from mnistlab.plots.terrain import draw_path, draw_terrain
from mnistlab.plots.words import count_of, number

Floats = NDArray[np.float64]

OR_X, OR_Y = ((0, 0), (0, 1), (1, 0), (1, 1)), (0, 1, 1, 1)
MOST_PATHS = 7  # as many as there are colours
POINTS = 81  # of the terrain along each weight


def error_bowl(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    learning_rates: Sequence[float] = (0.1, 1.0, 1.3, 1.4),
    steps: int = 20,
    start: Sequence[float] = (-1.0, 0.2),
    title: str | None = None,
) -> Picture:
    """Draw the error of a linear unit over its two weights, and gradient descent for several β.

        E_p = desired_p − w · x_p
        error(w) = Σ_p E_p² / n
        w_new = w_old + β (2/n) Σ_p E_p x_p        full batch; the slope is that of the error

    The lecture's rule β E x is half this step: it belongs to half the squared error. The steps
    shrink where β < 2 / c, c the largest curvature of the bowl, and grow where β is above that.

    Args:
        x: patterns, (n, 2), finite; None: the four patterns of OR.
        y: desired outputs, (n,), finite; None with x=None: those of OR.
        learning_rates: one to seven β, each above 0.
        steps: how many steps to go from the start, at least 1.
        start: (w_1, w_2) where each path begins, finite.
        title: what stands above; by default "The error bowl of a linear unit".

    Returns:
        The picture: contour lines, and the same in 3-D. Paths are cut at its border. Its caption
        has the least error, the error at the end of each path, and the β from which they diverge.

    Raises:
        InputError: arrays that don't fit each other, or a number out of its range.

    Source: the lecture, "Gradient descent".

    Example:
        >>> error_bowl([[1, 0], [0, 1]], [2, 3], learning_rates=[1.0], steps=1).caption
        'The error is least, 0, at w = (2, 3). After 1 step: β = 1: 0. With β above 2 the steps \
grow.'
    """
    bowl, begin = _bowl(x, y), _two("start", start)
    betas, count = _betas(learning_rates), whole("steps", steps, minimum=1)
    foot = bowl.foot(begin)  # (2,)
    # no step of a path that comes closer ever leads further from the foot than it began
    reach = 1.15 * float(np.hypot(*(begin - foot))) or 1.0
    paths = [descend(bowl, beta, begin, count, foot, reach) for beta in betas]
    caption = _in_words(bowl, foot, paths, count)
    heading = title or "The error bowl of a linear unit"
    shows = (
        f"{heading}: mean squared error over the weights w₁ and w₂ as contour lines and in 3-D, "
        f"with paths of gradient descent from ({number(begin[0])}, {number(begin[1])})."
    )
    with house_style():
        picture = Picture(heading, f"{shows} {caption}", caption, size=(9.0, 4.9))
        _draw(picture, bowl, foot, reach, paths)
    return picture


def _bowl(x: ArrayLike | None, y: ArrayLike | None) -> Bowl:
    """Return the data as float64, OR where none are given, or raise InputError."""
    if (x is None) != (y is None):
        raise InputError("x and y belong together: give both, or neither for the patterns of OR.")
    patterns = numbers("x", OR_X if x is None else x).astype(np.float64)
    desired = numbers("y", OR_Y if y is None else y).astype(np.float64)
    if patterns.ndim != 2 or patterns.shape[1] != 2 or desired.shape != (len(patterns),):
        raise InputError(
            "x must hold two inputs for each pattern, (n, 2), and y one desired output, (n,), but "
            f"their shapes are {patterns.shape} and {desired.shape}."
        )
    if not (np.isfinite(patterns).all() and np.isfinite(desired).all()):
        raise InputError("x or y holds NaN or infinity. Mend or drop those patterns.")
    if not patterns.any():
        raise InputError("x holds zeros only, so no weight changes the error. Give other patterns.")
    return Bowl(patterns, desired)


def _two(name: str, values: Sequence[float]) -> Floats:
    """Return two finite numbers, (2,), or raise InputError."""
    pair = numbers(name, values).astype(np.float64)
    if pair.shape != (2,) or not np.isfinite(pair).all():
        raise InputError(f"{name} must be two numbers (w_1, w_2), but got {shown(values)}.")
    return pair


def _betas(values: Sequence[float]) -> list[float]:
    """Return each β as it is given, or raise InputError."""
    given = np.atleast_1d(numbers("learning_rates", values)).tolist()
    if not 1 <= len(given) <= MOST_PATHS:
        raise InputError(
            f"learning_rates must hold 1 to {MOST_PATHS} values of β, but got {shown(values)}."
        )
    return [positive("learning_rates", beta) for beta in given]


def _in_words(bowl: Bowl, foot: Floats, paths: Sequence[Descent], steps: int) -> str:
    """Return the caption."""
    low, high = bowl.curvatures()
    valley = " and all along a valley" if low < 1e-12 * high else ""
    ends = "; ".join(_end_in_words(bowl, path) for path in paths)
    return (
        f"The error is least, {_figure(bowl, foot)}, at w = ({number(foot[0])}, "
        f"{number(foot[1])}){valley}. After {count_of(steps, 'step')}: {ends}. "
        f"With β above {number(2 / high)} the steps grow."
    )


def _end_in_words(bowl: Bowl, path: Descent) -> str:
    """Return "β = 0.1: 0.25" or "β = 1.4 left the picture at step 7"."""
    if path.left:
        return f"β = {path.beta:g} left the picture at step {path.left}"
    return f"β = {path.beta:g}: {_figure(bowl, path.places[-1])}"


def _figure(bowl: Bowl, weights: Floats) -> str:
    """Return the error at a place in words; 0 where rounding alone is left of it."""
    error, scale = float(bowl.errors(weights)), float(np.mean(bowl.desired**2))
    return number(error if error > 1e-24 * scale else 0.0)


def _draw(
    picture: Picture, bowl: Bowl, foot: Floats, reach: float, paths: Sequence[Descent]
) -> None:
    """Draw the terrain, the paths and the foot, with one legend below."""
    across, up = (np.linspace(place - reach, place + reach, POINTS) for place in foot)
    grid = np.stack(np.meshgrid(across, up), axis=-1)  # (POINTS, POINTS, 2)
    panels = draw_terrain(picture, across, up, bowl.errors(grid), ("weight w₁", "weight w₂"))
    for k, path in enumerate(paths):
        draw_path(panels, path.places, bowl.errors(path.places), _look(k, path))
    star = {"color": "white", "marker": "*", "markersize": 13, "markeredgecolor": INK,
            "linestyle": "", "label": "least error"}  # fmt: skip
    draw_path(panels, foot[None], bowl.errors(foot[None]), star)
    entries = panels[0].get_legend_handles_labels()
    picture.legend(*entries, loc="outside lower center", ncols=min(len(paths) + 1, 5))


def _look(k: int, path: Descent) -> dict[str, Any]:
    """Return how the path of the k-th β looks: a marker at each step, none where it is cut."""
    steps = len(path.places) - bool(path.left)
    return {
        "color": COLOURS[k],
        "marker": MARKERS[k],
        "linestyle": DASHES[k % len(DASHES)],
        "markevery": list(range(0, steps, max(steps // 20, 1))),
        "zorder": 5 + 0.1 * (MOST_PATHS - k),
        "label": f"β = {path.beta:g}" + (" (leaves)" if path.left else ""),
    }
