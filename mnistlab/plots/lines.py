"""decision_lines: the line at which a threshold unit changes its answer, epoch by epoch.

Example:
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]
    >>> decision_lines([[0, 0, 0], [-1, 2, 2]], x, y).caption
    'After epoch 1: -1 + 2 x₁ + 2 x₂ = 0, with 4 of 4 patterns right. No line yet after epoch 0.'
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import number as finite
from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.plots.arguments import names_of, numbers
from mnistlab.plots.picture import FAINT, INK, Picture, house_style
from mnistlab.plots.twoinputs import (
    Floats,
    classes_of,
    draw_legend,
    draw_patterns,
    draw_regions,
    limits_of,
    name_inputs,
    patterns_of,
)
from mnistlab.plots.words import count_of, listed, number

MOST_LINES = 20  # of more epochs, some are drawn


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
    points, labels = patterns_of(x, y)
    classes = classes_of(labels)
    if len(classes) != 2:
        raise InputError(
            f"A threshold unit tells two classes apart, but y holds {len(classes)}: "
            f"{shown(classes.tolist())}. Set one against the rest: y == {shown(classes[0])}."
        )
    names = names_of(2, class_names or [str(one) for one in classes])
    across, up = limits_of(points)
    box = float(across[0]), float(across[-1]), float(up[0]), float(up[-1])
    lines = [_line(row, limit, box) for row in weights]
    caption = _in_words(weights, limit, lines, points, labels == classes[1])
    heading = title or "The line of a threshold unit, epoch by epoch"
    with house_style():
        picture = Picture(heading, f"{heading}. {caption}", caption, size=(7.0, 5.4))
        axes = picture.subplots()
        grid = np.stack(np.meshgrid(across, up), axis=-1)  # (POINTS, POINTS, 2)
        upper = _net_input(weights[-1], grid) >= limit  # (POINTS, POINTS)
        draw_regions(axes, across, up, upper.astype(np.int64), 2)
        draw_patterns(axes, points, np.searchsorted(classes, labels), 2)
        first_and_last = _draw_lines(axes, lines)
        axes.set(xlim=box[:2], ylim=box[2:])
        name_inputs(axes, feature_names)
        draw_legend(picture, names, first_and_last)
    return picture


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


def _in_words(
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
