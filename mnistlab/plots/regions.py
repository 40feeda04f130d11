"""decision_regions: which class is answered where, for patterns of two inputs.

Example:
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1]
    >>> decision_regions(lambda points: points.sum(axis=1) >= 0.5, x, y).caption
    '4 of 4 patterns right (100.0%). Shares of the picture: 0: 17.9%, 1: 82.1%.'
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.plots.arguments import names_of
from mnistlab.plots.picture import Picture, house_style
from mnistlab.plots.twoinputs import (
    POINTS,
    Floats,
    Labels,
    classes_of,
    draw_legend,
    draw_patterns,
    draw_regions,
    kind_of,
    limits_of,
    name_inputs,
    patterns_of,
)
from mnistlab.plots.words import count_of

RING: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 13.0,
                        "markerfacecolor": "none", "markeredgecolor": "black",
                        "markeredgewidth": 1.5}  # fmt: skip


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
    points, labels = patterns_of(x, y)
    across, up = limits_of(points)
    answers = _answers(predict, points, labels)  # (n,)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)  # (POINTS², 2)
    parts = np.array_split(grid, 9)  # 10,000 points at a time, which bounds predict's memory
    everywhere = np.concatenate([_answers(predict, part, labels) for part in parts])  # (POINTS²,)
    classes = classes_of(np.concatenate([labels, answers, everywhere]))
    names = names_of(len(classes), class_names or [str(one) for one in classes])
    regions = np.searchsorted(classes, everywhere).reshape(POINTS, POINTS)  # (POINTS, POINTS)
    caption = _in_words(labels, answers, regions, names)
    heading = title or "Decision regions"
    with house_style():
        picture = Picture(heading, f"{heading}. {caption}", caption, size=(7.0, 5.4))
        axes = picture.subplots()
        draw_regions(axes, across, up, regions, len(classes))
        draw_patterns(axes, points, np.searchsorted(classes, labels), len(classes))
        _ring(axes, points[answers != labels])
        name_inputs(axes, feature_names)
        ring = Line2D([], [], label="answered wrongly", **RING)
        draw_legend(picture, names, [ring] if (answers != labels).any() else [])
    return picture


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
    if answers.shape != (len(points),) or kind_of(answers) != kind_of(labels):
        raise InputError(
            f"predict must answer one class for each of {len(points)} points, of the same kind as "
            f"y, but answered {shown(answers)} of shape {answers.shape}; y holds "
            f"{shown(labels)}."
        )
    return answers


def _ring(axes: Axes, points: Floats) -> None:
    """Draw a ring around each pattern that is answered wrongly."""
    if len(points):
        axes.plot(*points.T, **RING, zorder=5, label="answered wrongly")


def _in_words(
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
