"""predictions: the numbers that a regression predicted, against those that were right."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers
from mnistlab.plots.picture import COLOURS, INK, Picture, house_style
from mnistlab.plots.words import count_of, number

Values = NDArray[np.float64]


def predictions(actual: ArrayLike, predicted: ArrayLike, title: str | None = None) -> Picture:
    """Draw predicted against actual values, a point a pattern; the right ones lie on the diagonal.

    The error of a pattern is |predicted − actual|, its distance from the diagonal straight up or
    down; their mean is the mean absolute error.

    Args:
        actual: the right numbers, (n,) or (n, 1), finite, in any unit.
        predicted: what the network answered, (n,) or (n, 1), in the same unit.
        title: what stands above; by default "Predicted and actual values".

    Returns:
        The picture; its caption has the mean and the median absolute error, and the largest.

    Raises:
        InputError: arrays that are empty, not finite or don't fit each other.

    Example:
        >>> predictions([20.0, 50.0], [[21.0], [45.0]]).caption
        'Mean absolute error 3 over 2 patterns, median 3. The largest error is that of pattern 1: \
45 predicted, 50 actual.'
    """
    right, answers = _values("actual", actual), _values("predicted", predicted)
    _must_be_one_each(right, answers)
    errors = np.abs(answers - right)  # (n,)
    worst = int(errors.argmax())
    score = f"mean absolute error {number(errors.mean())}"
    caption = _in_words(right, answers, errors, worst)
    heading = f"{title or 'Predicted and actual values'}: {score}"
    shows = f"{heading}. Points, predicted by actual value, and the diagonal of right predictions."
    with house_style():
        picture = Picture(heading, f"{shows} {caption}", caption, size=(6.0, 6.0))
        axes = picture.subplots()
        _draw_diagonal(axes, *_limits(right, answers))
        _draw_points(axes, right, answers)
        if errors[worst] > 0:
            _mark(axes, right[worst], answers[worst])
        picture.legend(loc="outside lower center", ncols=3)
    return picture


def _values(name: str, given: ArrayLike) -> Values:
    """Return one finite number for each pattern as (n,) float64, or raise InputError."""
    values = numbers(name, given).astype(np.float64)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1 or not len(values):
        raise InputError(
            f"{name} must hold one number for each of at least 1 pattern, "
            f"but its shape is {values.shape}."
        )
    if not np.isfinite(values).all():
        raise InputError(
            f"{name} holds NaN or infinity. Every value must be a number; where a network "
            "answers so, its training diverged: train again with a smaller learning rate."
        )
    return values


def _must_be_one_each(right: Values, answers: Values) -> None:
    """Raise InputError where there isn't one prediction for each actual value."""
    if len(right) != len(answers):
        raise InputError(
            f"There are {len(right)} actual values, but {len(answers)} predicted ones. "
            "Give one of each for every pattern, in the same order."
        )


def _in_words(right: Values, answers: Values, errors: Values, worst: int) -> str:
    """Return the caption."""
    everyone = count_of(len(errors), "pattern")
    said = f"Mean absolute error {number(errors.mean())} over {everyone}"
    if not errors[worst]:
        return f"{said}: each prediction is right."
    return (
        f"{said}, median {number(float(np.median(errors)))}. The largest error is that of "
        f"pattern {worst}: {number(answers[worst])} predicted, {number(right[worst])} actual."
    )


def _limits(right: Values, answers: Values) -> tuple[float, float]:
    """Return where both axes begin and end, with room around the outer points."""
    low, high = min(right.min(), answers.min()), max(right.max(), answers.max())
    room = 0.04 * (high - low) or 0.04 * abs(high) or 1.0
    return float(low - room), float(high + room)


def _draw_diagonal(axes: Axes, low: float, high: float) -> None:
    """Draw the line where predicted = actual, and give both axes the same scale."""
    axes.plot(
        [low, high],
        [low, high],
        color=INK,
        linestyle=(0, (4, 2)),
        linewidth=1.4,
        zorder=3,
        label="right prediction",
    )
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    axes.set(xlabel="actual value", ylabel="predicted value")


def _draw_points(axes: Axes, right: Values, answers: Values) -> None:
    """Draw a point a pattern; of many, small ones that shine through."""
    few = len(right) <= 300
    axes.plot(
        right,
        answers,
        linestyle="",
        marker="o",
        markersize=6.0 if few else 3.0,
        markeredgecolor="white",
        markeredgewidth=0.6 if few else 0.0,
        alpha=0.85 if few else 0.4,
        color=COLOURS[0],
        label="pattern",
    )


def _mark(axes: Axes, right: float, answer: float) -> None:
    """Mark the largest error: its point, and the line that shows how long it is."""
    axes.plot(
        [right, right],
        [answer, right],
        color=COLOURS[1],
        marker="D",
        markevery=[0],
        zorder=4,
        label="largest error",
    )
