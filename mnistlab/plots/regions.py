"""decision_regions and decision_lines: which answer is given where, for patterns of two inputs.

Example:
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]
    >>> decision_regions(lambda points: points.sum(axis=1) >= 0.5, x, y).caption
    '4 of 4 patterns right (100.0%). Shares of the picture: 0: 17.9%, 1: 82.1%.'
    >>> decision_lines([[0, 0, 0], [-1, 2, 2]], x, y).caption
    'After epoch 1: -1 + 2 x₁ + 2 x₂ = 0, with 4 of 4 patterns right. No line yet after epoch 0.'
"""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import number as finite
from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.plots.arguments import names_of, numbers
from mnistlab.plots.curves import MARKERS
from mnistlab.plots.picture import COLOURS, FAINT, INK, Picture, house_style
from mnistlab.plots.words import count_of, listed, number, short

Floats = NDArray[np.float64]
Labels = NDArray[Any]

POINTS = 300  # along each input, at which predict is asked
MOST_CLASSES = 7  # as many as there are colours
MOST_LINES = 20  # of more epochs, some are drawn
HATCHES = ("//", "\\\\", "..", "xx", "--", "||", "++")


def decision_regions(
    predict: Callable[[Floats], Any],
    x: ArrayLike,
    y: ArrayLike,
    class_names: Sequence[str] = (),
    feature_names: Sequence[str] = (),
    title: str | None = None,
) -> Picture:
    """Draw the class predicted at each point of the plane, and the patterns; wrong ones ringed.

    Args:
        predict: takes points, (m, 2) float64, and returns their classes, (m,); or outputs,
            (m, classes), of which the largest counts; or one output, (m, 1), which counts as
            class 1 from 0.5 on. It is asked at 300 × 300 points, 10,000 at a time, and at
            the patterns.
        x: patterns, (n, 2), finite.
        y: their classes, (n,): labels as predict returns them, whole numbers from 0 on where it
            returns outputs; at most 7 classes in all.
        class_names: a name for each class, in sorted order of the labels; by default the labels.
        feature_names: what the two inputs are called; by default x₁ and x₂.
        title: what stands above; by default "Decision regions".

    Returns:
        The picture; its caption has the accuracy, and the share of the picture of each class.

    Raises:
        InputError: arrays that don't fit each other, or answers that are no classes.

    Example:
        >>> decision_regions(lambda p: p[:, 0] > 2, [[1, 0], [3, 1]], [False, False]).caption[:30]
        '1 of 2 patterns right (50.0%).'
    """
    points, labels = _patterns(x, y)
    across, up = _limits(points)
    answers = _answers(predict, points, labels)  # (n,)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)  # (POINTS², 2)
    parts = np.array_split(grid, 9)  # 10,000 points at a time, which bounds predict's memory
    everywhere = np.concatenate([_answers(predict, part, labels) for part in parts])  # (POINTS²,)
    classes = _classes(np.concatenate([labels, answers, everywhere]))
    names = names_of(len(classes), class_names or [str(one) for one in classes])
    regions = np.searchsorted(classes, everywhere).reshape(POINTS, POINTS)  # (POINTS, POINTS)
    caption = _regions_in_words(labels, answers, regions, names)
    heading = title or "Decision regions"
    with house_style():
        picture = Picture(heading, f"{heading}. {caption}", caption, size=(7.0, 5.4))
        axes = picture.subplots()
        _draw_regions(axes, across, up, regions, len(classes))
        _draw_patterns(axes, points, np.searchsorted(classes, labels), len(classes))
        _ring(axes, points[answers != labels])
        _name_inputs(axes, feature_names)
        ring = Line2D([], [], label="answered wrongly", **RING)
        _legend(picture, names, [ring] if (answers != labels).any() else [])
    return picture


def decision_lines(
    weights_by_epoch: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    class_names: Sequence[str] = (),
    feature_names: Sequence[str] = (),
    threshold: float = 0.0,
    title: str | None = None,
) -> Picture:
    """Draw the line at which a threshold unit changes its answer, after each epoch.

        w_0 + w_1 x_1 + w_2 x_2 = T        where I = T; the upper class is answered from there on

    Args:
        weights_by_epoch: (w_0, w_1, w_2) at the start and after each epoch, (epochs + 1, 3),
            as `Perceptron.weights_by_epoch_`; or (w_1, w_2) without bias, (epochs + 1, 2).
        x: patterns, (n, 2), finite.
        y: their labels, (n,), of two classes; the upper one in sorted order is that of I ≥ T.
        class_names: a name for both classes, in sorted order; by default the labels.
        feature_names: what the two inputs are called; by default x₁ and x₂.
        threshold: T; 0 where there is a bias.
        title: what stands above; by default "The line of a threshold unit, epoch by epoch".

    Returns:
        The picture: older lines thinner and paler, the last one black, and what is answered on
        its two sides. Of more than 20 lines some are left out. Its caption has the last line, how
        many patterns it gets right, and the epochs whose line isn't to be seen.

    Raises:
        InputError: arrays that don't fit each other, weights that aren't finite.

    Source: the lecture, "The Perceptron (1958)" and "Introducing Bias".

    Example:
        >>> decision_lines([[-1, 2, 0]], [[0, 0], [1, 1]], ["no", "yes"]).caption
        'After epoch 0: -1 + 2 x₁ + 0 x₂ = 0, with 2 of 2 patterns right.'
    """
    weights, limit = _weights(weights_by_epoch), finite("threshold", threshold)
    points, labels = _patterns(x, y)
    classes = _classes(labels)
    if len(classes) != 2:
        raise InputError(
            f"A threshold unit tells two classes apart, but y holds {len(classes)}: "
            f"{shown(classes.tolist())}. Set one against the rest: y == {shown(classes[0])}."
        )
    names = names_of(2, class_names or [str(one) for one in classes])
    across, up = _limits(points)
    box = float(across[0]), float(across[-1]), float(up[0]), float(up[-1])
    lines = [_line(row, limit, box) for row in weights]
    caption = _lines_in_words(weights, limit, lines, points, labels == classes[1])
    heading = title or "The line of a threshold unit, epoch by epoch"
    with house_style():
        picture = Picture(heading, f"{heading}. {caption}", caption, size=(7.0, 5.4))
        axes = picture.subplots()
        grid = np.stack(np.meshgrid(across, up), axis=-1)  # (POINTS, POINTS, 2)
        upper = _net_input(weights[-1], grid) >= limit  # (POINTS, POINTS)
        _draw_regions(axes, across, up, upper.astype(np.int64), 2)
        _draw_patterns(axes, points, np.searchsorted(classes, labels), 2)
        first_and_last = _draw_lines(axes, lines)
        axes.set(xlim=box[:2], ylim=box[2:])
        _name_inputs(axes, feature_names)
        _legend(picture, names, first_and_last)
    return picture


# ── patterns and classes ────────────────────────────────────────────────────────────────────────


def _patterns(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Labels]:
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


def _limits(points: Floats) -> tuple[Floats, Floats]:
    """Return the places at which each input is looked at, with room around: (POINTS,) each."""
    low, high = points.min(axis=0), points.max(axis=0)  # (2,)
    room = np.where(high > low, 0.12 * (high - low), np.maximum(0.5 * np.abs(high), 1.0))  # (2,)
    across, up = (
        np.linspace(float(a), float(b), POINTS)
        for a, b in zip(low - room, high + room, strict=True)
    )
    return across, up


def _answers(predict: Callable[[Floats], Any], points: Floats, labels: Labels) -> Labels:
    """Return the class predicted at each point, (m,), or raise InputError."""
    if not callable(predict):
        raise InputError(
            f"predict must be a function of points (m, 2), but got {shown(predict)}. "
            "Give model.predict, without brackets behind it."
        )
    answers = np.asarray(predict(points))
    if answers.dtype.kind == "f" and not np.isfinite(answers).all():
        raise InputError("predict answered NaN or infinity: the training diverged.")
    if answers.ndim == 2 and len(answers) == len(points) and answers.shape[1]:
        outputs = answers.shape[1]
        answers = answers.argmax(axis=1) if outputs > 1 else (answers[:, 0] >= 0.5).astype(int)
    if answers.shape != (len(points),) or _kind(answers) != _kind(labels):
        raise InputError(
            f"predict must answer one class for each of {len(points)} points, of the same kind as "
            f"y, but answered {shown(answers)} of shape {answers.shape}; y holds "
            f"{shown(labels)}."
        )
    return answers


def _kind(labels: Labels) -> str:
    """Return "text" or "number": what labels are made of."""
    return "number" if labels.dtype.kind in "biuf" else "text"


def _classes(labels: Labels) -> Labels:
    """Return the classes among labels, sorted, or raise InputError where there are too many."""
    if _kind(labels) == "number" and not np.isfinite(labels.astype(np.float64)).all():
        raise InputError("y holds NaN or infinity. Each pattern needs its class.")
    classes = np.unique(labels)
    if len(classes) > MOST_CLASSES:
        raise InputError(
            f"At most {MOST_CLASSES} classes can be told apart, but there are {len(classes)}: "
            f"{shown(classes.tolist())}. Draw some of them."
        )
    return classes


# ── regions ─────────────────────────────────────────────────────────────────────────────────────


def _draw_regions(
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


def _draw_patterns(axes: Axes, points: Floats, classes: NDArray[np.intp], count: int) -> None:
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


RING: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 13.0,
                        "markerfacecolor": "none", "markeredgecolor": "black",
                        "markeredgewidth": 1.5}  # fmt: skip


def _ring(axes: Axes, points: Floats) -> None:
    """Draw a ring around each pattern that is answered wrongly."""
    if len(points):
        axes.plot(*points.T, **RING, zorder=5, label="answered wrongly")


def _name_inputs(axes: Axes, names: Sequence[str]) -> None:
    """Label both axes with the inputs' names."""
    if names and (isinstance(names, str) or len(names) != 2):
        raise InputError(f"feature_names must be two names, but got {shown(names)}.")
    across, up = (short(" ".join(str(name).split()), 40) for name in names or ("x₁", "x₂"))
    axes.set(xlabel=across, ylabel=up)


def _legend(picture: Picture, names: Sequence[str], more: Sequence[Line2D]) -> None:
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


def _regions_in_words(
    labels: Labels, answers: Labels, regions: NDArray[np.int64], names: Sequence[str]
) -> str:
    """Return the caption of decision_regions."""
    right = int((answers == labels).sum())
    shares = np.bincount(regions.ravel(), minlength=len(names)) / regions.size  # (classes,)
    each = ", ".join(f"{name}: {share:.1%}" for name, share in zip(names, shares, strict=True))
    return (
        f"{right:,} of {count_of(len(labels), 'pattern')} right ({right / len(labels):.1%}). "
        f"Shares of the picture: {each}."
    )


# ── lines ───────────────────────────────────────────────────────────────────────────────────────


def _weights(weights_by_epoch: ArrayLike) -> Floats:
    """Return (w_0, w_1, w_2) of each epoch, (epochs + 1, 3), w_0 = 0 without bias; InputError."""
    rows = numbers("weights_by_epoch", weights_by_epoch).astype(np.float64)
    if rows.ndim != 2 or rows.shape[1] not in (2, 3) or not len(rows):
        raise InputError(
            "weights_by_epoch must hold a row (w_0, w_1, w_2) for the start and for each epoch, or "
            f"(w_1, w_2) without bias, but its shape is {rows.shape}. Give unit.weights_by_epoch_ "
            "of a unit with two inputs."
        )
    if not np.isfinite(rows).all():
        raise InputError(
            "weights_by_epoch holds NaN or infinity: the training diverged. "
            "Train again with a smaller learning rate."
        )
    return rows if rows.shape[1] == 3 else np.pad(rows, ((0, 0), (1, 0)))


def _net_input(weights: Floats, points: Floats) -> Floats:
    """Return I = w_0 + w_1 x_1 + w_2 x_2 as the unit itself adds it up: (..., 2) → (...).

    At I = T the last bit decides, so this is the sum of `mnistlab.classic.perceptron.net_input`.
    """
    ones = np.ones((*points.shape[:-1], 1))  # (..., 1)
    return np.asarray(np.vecdot(np.concatenate([ones, points], axis=-1), weights))  # (...)


def _line(weights: Floats, threshold: float, box: tuple[float, ...]) -> Floats | None:
    """Return the two ends, (2, 2), of the line inside the picture; None where it has none."""
    w_0, w_1, w_2 = weights
    (left, right, bottom, top), far = box, threshold - w_0  # w_1 x_1 + w_2 x_2 = far
    ends = []
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ends += [(side, (far - w_1 * side) / w_2) for side in (left, right)] if w_2 else []
        ends += [((far - w_2 * side) / w_1, side) for side in (bottom, top)] if w_1 else []
    slack_1, slack_2 = 1e-9 * (right - left), 1e-9 * (top - bottom)
    inside = [
        (x_1, x_2)
        for x_1, x_2 in ends
        if left - slack_1 <= x_1 <= right + slack_1 and bottom - slack_2 <= x_2 <= top + slack_2
    ]
    if len(inside) < 2:
        return None
    found = np.array(sorted(inside))  # (2 to 4, 2)
    return found[[0, -1]]  # through a corner, a point is found twice


def _draw_lines(axes: Axes, lines: Sequence[Floats | None]) -> list[Line2D]:
    """Draw the lines, the newest strongest; return the first and the last one drawn."""
    seen = [(epoch, line) for epoch, line in enumerate(lines) if line is not None]
    places = np.linspace(0, len(seen) - 1, min(len(seen), MOST_LINES)).astype(int)
    for place in places:
        epoch, ends = seen[place]
        look = _line_look(epoch, place / max(len(seen) - 1, 1), seen[0][0], seen[-1][0])
        axes.plot(*ends.T, **look)
    drawn = axes.lines[len(axes.lines) - len(places) :]
    return [drawn[k] for k in sorted({0, len(drawn) - 1})] if drawn else []


def _line_look(epoch: int, share: float, first: int, last: int) -> dict[str, Any]:
    """Return how the line of an epoch looks; `share`: how much of the training is over."""
    if epoch == last:
        return {"color": INK, "linewidth": 2.6, "zorder": 3, "label": f"after epoch {epoch}, last"}
    dots, dashes = (0, (1, 1.5)), (0, (5, 2))
    return {
        "color": FAINT,
        "alpha": 0.4 + 0.6 * share if epoch != first else 1.0,
        "linewidth": 0.8 + 1.0 * share if epoch != first else 1.8,
        "linestyle": dots if epoch == first else dashes,
        "zorder": 2,
        "label": f"after epoch {epoch}" + ", first" * (epoch == first),
    }


def _lines_in_words(
    weights: Floats,
    threshold: float,
    lines: Sequence[Floats | None],
    points: Floats,
    upper: NDArray[np.bool_],
) -> str:
    """Return the caption of decision_lines."""
    right = int(((_net_input(weights[-1], points) >= threshold) == upper).sum())
    score = f"{right:,} of {count_of(len(points), 'pattern')} right"
    last = len(weights) - 1
    none = [str(epoch) for epoch, row in enumerate(weights) if not row[1:].any()]
    outside = [
        str(epoch) for epoch, line in enumerate(lines) if line is None and weights[epoch, 1:].any()
    ]
    missing = [f" No line yet after epoch {listed(none)}."] if none else []
    if outside:
        missing.append(f" Outside the picture: the line after epoch {listed(outside)}.")
    equation = "there is no line" if str(last) in none else _equation(weights[-1], threshold)
    return f"After epoch {last}: {equation}, with {score}." + "".join(missing)


def _equation(weights: Floats, threshold: float) -> str:
    """Return "-3 + 2 x₁ − 1 x₂ = 0"."""
    w_0, *others = weights
    said = number(w_0)
    for name, weight in zip(("x₁", "x₂"), others, strict=True):
        said += f" {'−' if weight < 0 else '+'} {number(abs(weight))} {name}"
    return f"{said} = {number(threshold)}"
