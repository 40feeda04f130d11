"""error_bowl: the lecture's error bowl over two weights, and the paths of gradient descent in it.

One linear unit with two weights answers I = w_1 x_1 + w_2 x_2. Its mean squared error over the
patterns is a bowl over the plane of (w_1, w_2), and each step of gradient descent goes straight
downhill by β times the slope. What the size of β does is seen from the paths.

error_surface draws the terrain of a network in the same way; `draw_terrain` and `draw_path` serve
both.

Example:
    >>> error_bowl(learning_rates=[1.0], steps=20).caption
    'The error is least, 0.0833, at w = (0.667, 0.667). After 20 steps: β = 1: 0.0833. With β \
above 1.33 the steps grow.'
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import positive, shown, whole
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers
from mnistlab.plots.betas import DASHES
from mnistlab.plots.curves import MARKERS
from mnistlab.plots.picture import COLOURS, FAINT, INK, Picture, house_style
from mnistlab.plots.words import number

Floats = NDArray[np.float64]

OR_X, OR_Y = ((0, 0), (0, 1), (1, 0), (1, 1)), (0, 1, 1, 1)
MOST_PATHS = 7  # as many as there are colours
POINTS = 81  # of the terrain along each weight


class _Bowl(NamedTuple):
    """The mean squared error of a linear unit: |d − X w|² / n."""

    x: Floats  # (n, 2)
    desired: Floats  # (n,)

    def errors(self, weights: Floats) -> Floats:
        """Return the mean squared error at each place: (..., 2) → (...)."""
        foot = self.foot(np.zeros(2))  # (2,)
        off = weights - foot  # (..., 2)
        curve = self.x.T @ self.x / len(self.x)  # (2, 2)
        least = np.mean((self.desired - self.x @ foot) ** 2)
        # the same as |d − X w|² / n, without a number for each pattern at each place
        return np.asarray(least + np.sum((off @ curve) * off, axis=-1), np.float64)  # (...)

    def curvatures(self) -> Floats:
        """Return the eigenvalues of 2 XᵀX / n, the smaller one first: (2,)."""
        return np.asarray(np.linalg.eigvalsh(2 * self.x.T @ self.x / len(self.x)), np.float64)

    def foot(self, start: Floats) -> Floats:
        """Return the weights of the least error; of a valley, the ones closest to `start`: (2,)."""
        return start + np.linalg.pinv(self.x) @ (self.desired - self.x @ start)  # (2,)


class _Descent(NamedTuple):
    """A path of gradient descent: its places, and the step at which it left the picture."""

    beta: float
    places: Floats  # (steps + 1, 2); the last one on the border where it left
    left: int  # 0: it stayed inside


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
    paths = [_descent(bowl, beta, begin, count, foot, reach) for beta in betas]
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


def _bowl(x: ArrayLike | None, y: ArrayLike | None) -> _Bowl:
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
    return _Bowl(patterns, desired)


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


def _descent(
    bowl: _Bowl, beta: float, start: Floats, steps: int, foot: Floats, reach: float
) -> _Descent:
    """Go downhill step by step, until the steps are done or the path leaves the picture."""
    places = [start]
    for step in range(1, steps + 1):
        here = places[-1]
        off = bowl.desired - bowl.x @ here  # (n,)
        downhill = 2 / len(bowl.x) * off @ bowl.x  # (2,)
        with np.errstate(over="ignore"):
            there = here + beta * downhill  # (2,)
        if np.abs(there - foot).max() > reach:
            places.append(_crossing(here, downhill, foot, reach))
            return _Descent(beta, np.array(places), step)
        places.append(there)
    return _Descent(beta, np.array(places), 0)


def _crossing(here: Floats, move: Floats, foot: Floats, reach: float) -> Floats:
    """Return where the way from here in the direction of move meets the picture's border: (2,)."""
    ways = [
        (middle + np.sign(step) * reach - place) / step
        for place, step, middle in zip(here, move, foot, strict=True)
        if step
    ]
    return np.asarray(here + min(ways) * move)  # (2,)


def _in_words(bowl: _Bowl, foot: Floats, paths: Sequence[_Descent], steps: int) -> str:
    """Return the caption."""
    low, high = bowl.curvatures()
    valley = " and all along a valley" if low < 1e-12 * high else ""
    ends = "; ".join(_end_in_words(bowl, path) for path in paths)
    return (
        f"The error is least, {_figure(bowl, foot)}, at w = ({number(foot[0])}, "
        f"{number(foot[1])}){valley}. After {steps} step{'' if steps == 1 else 's'}: {ends}. "
        f"With β above {number(2 / high)} the steps grow."
    )


def _end_in_words(bowl: _Bowl, path: _Descent) -> str:
    """Return "β = 0.1: 0.25" or "β = 1.4 left the picture at step 7"."""
    if path.left:
        return f"β = {path.beta:g} left the picture at step {path.left}"
    return f"β = {path.beta:g}: {_figure(bowl, path.places[-1])}"


def _figure(bowl: _Bowl, weights: Floats) -> str:
    """Return the error at a place in words; 0 where rounding alone is left of it."""
    error, scale = float(bowl.errors(weights)), float(np.mean(bowl.desired**2))
    return number(error if error > 1e-24 * scale else 0.0)


def _draw(
    picture: Picture, bowl: _Bowl, foot: Floats, reach: float, paths: Sequence[_Descent]
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


def _look(k: int, path: _Descent) -> dict[str, Any]:
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


# ── terrain and paths, here and in error_surface ────────────────────────────────────────────────


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
