"""hidden_weights: what each hidden unit looks for, as an image of its incoming weights.

Example:
    >>> hidden_weights([[0.5], [-1.0]], image_shape=(1, 2)).caption
    "1 of 1 hidden unit: 0. Size of a unit's weights (root of the sum of squares): 1.12. The \
weights shown lie from -1 to 0.5."
"""

import math
from collections.abc import Sequence
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown, whole
from mnistlab.errors import InputError
from mnistlab.plots.arguments import not_diverged, numbers
from mnistlab.plots.picture import Picture, house_style
from mnistlab.plots.signedcells import draw_signed, scale_of, signed_bar
from mnistlab.plots.words import count_of, listed, number

Values = NDArray[np.float64]

MOST_UNITS = 48


def hidden_weights(
    before: ArrayLike,
    after: ArrayLike | None = None,
    image_shape: tuple[int, int] = (28, 28),
    units: int | Sequence[int] = 12,
    title: str | None = None,
) -> Picture:
    """Draw the incoming weights of hidden units as images, before and after training.

        change of unit j = √( Σ_i (w_ij after − w_ij before)² )

    All images have one colour scale with 0 in its middle: red below 0, blue above. Each weight
    below −1/3 of that scale has a dash, which tells the signs apart in grey.

    Args:
        before: the weights w_ij from inputs to hidden units, (inputs, hidden), finite: the first
            array of `network.get_weights()`.
        after: the same after training; without it, `before` alone is drawn.
        image_shape: height and width of a pattern; height × width = inputs.
        units: how many units to show, 1 to 48, or a list of their numbers, from 0 on. A count
            takes those whose weights changed most; without `after`, those of the largest
            √(Σ_i w_ij²).
        title: what stands above; by default what is shown.

    Returns:
        The picture; its caption names the units and says how much their weights changed.

    Raises:
        InputError: arrays that hold no weights or don't fit each other, or units that aren't there.

    Example:
        >>> hidden_weights([[0.0, 0.0]], [[0.5, -2.0]], image_shape=(1, 1), units=1).caption
        "1 of 2 hidden units, with the weights that changed most: 1. Change of a unit's weights \
(root of the sum of squares): 2. The weights shown lie from 0 to 0 before training and from -2 to \
-2 after it."
    """
    stages = _stages(before, after)
    trained = len(stages) == 2
    height, width = _shape_of(image_shape, len(stages[0]))
    moved = stages[1] - stages[0] if trained else stages[0]  # (inputs, hidden)
    sizes = np.linalg.norm(moved, axis=0)  # (hidden,)
    picks = _picked(units, sizes)  # (k,)
    drawn = [w[:, picks].T.reshape(-1, height, width) for w in stages]  # each (k, height, width)
    caption = f"{_whose(picks, sizes, units, trained)} {_ranges(drawn)}"
    when = ", before and after training" if trained else ""
    heading = title or f"Incoming weights of {count_of(len(picks), 'hidden unit')}{when}"
    kind = f"{height} × {width} cells each, red below 0 and blue above"
    told = listed([f"unit {unit} {_span(w)}" for unit, w in zip(picks, drawn[-1], strict=True)])
    shows = f"{heading}: {kind}. {caption} Row by row{', after' if trained else ''}: {told}."
    with house_style():
        return _draw(drawn, picks, (heading, shows, caption))


def _stages(before: ArrayLike, after: ArrayLike | None) -> list[Values]:
    """Return the weights before, and after where there are such, each (inputs, hidden)."""
    first = _weights("before", before)
    if after is None:
        return [first]
    last = _weights("after", after)
    if first.shape != last.shape:
        raise InputError(
            f"before has the shape {first.shape}, but after has {last.shape}. "
            "Give the weights of the same layer, before and after training."
        )
    return [first, last]


def _weights(name: str, given: ArrayLike) -> Values:
    """Return weights as (inputs, hidden) float64, or raise InputError."""
    several = isinstance(given, (list, tuple)) and given and getattr(given[0], "ndim", 0) == 2
    weights = np.empty(0) if several else numbers(name, given).astype(np.float64)
    if weights.ndim != 2 or 0 in weights.shape:
        got = "a list of arrays" if several else f"the shape {weights.shape}"
        raise InputError(
            f"{name} must hold the weights from inputs to hidden units, with the shape "
            f"(inputs, hidden), but got {got}. Give {name}=network.get_weights()[0]."
        )
    return not_diverged(name, weights)


def _shape_of(image_shape: tuple[int, int], inputs: int) -> tuple[int, int]:
    """Return height and width of a pattern of so many inputs, or raise InputError."""
    if not isinstance(image_shape, (list, tuple)) or len(image_shape) != 2:
        raise InputError(
            f"image_shape must be (height, width), but got {shown(image_shape)}. "
            "Weights of colour images can't be drawn in red and blue."
        )
    height, width = (whole("image_shape", side, minimum=1) for side in image_shape)
    if height * width != inputs:
        raise InputError(
            f"image_shape={(height, width)} has {height * width:,} pixels, but each hidden unit "
            f"has {inputs:,} incoming weights. Height × width must be the number of inputs."
        )
    return height, width


def _picked(units: int | Sequence[int], sizes: Values) -> NDArray[np.int64]:
    """Return the numbers of the units to show, (k,): those named, or those of largest size."""
    if _are_named(units):
        return _named(units, len(sizes))
    count = whole("units", units, minimum=1)
    if count > MOST_UNITS:
        raise InputError(f"units must be at most {MOST_UNITS}, but got {shown(units)}.")
    return np.argsort(-sizes, kind="stable")[:count].astype(np.int64)


def _are_named(units: int | Sequence[int]) -> TypeGuard[Sequence[int]]:
    """Tell units that were named from a count of them."""
    return isinstance(units, (list, tuple, range, np.ndarray))


def _named(units: Sequence[int], hidden: int) -> NDArray[np.int64]:
    """Return the units that were named, (k,) in [0, hidden), or raise InputError."""
    named = [whole("units", unit) for unit in units]
    if not 1 <= len(named) <= MOST_UNITS or max(named) >= hidden:
        raise InputError(
            f"units must name 1 to {MOST_UNITS} hidden units by their numbers, from 0 to "
            f"{hidden - 1}, but got {shown(units)}."
        )
    return np.array(named, np.int64)


def _whose(
    picks: NDArray[np.int64], sizes: Values, units: int | Sequence[int], trained: bool
) -> str:
    """Return which units are shown, and how large their weights, or the changes of these, are."""
    who = f"{len(picks)} of {count_of(len(sizes), 'hidden unit')}"
    if not _are_named(units) and len(picks) < len(sizes):
        who += f", with the weights that {'changed most' if trained else 'are largest'}"
    low, high = number(sizes[picks].min()), number(sizes[picks].max())
    sized = high if low == high else f"{low} to {high}"
    return (
        f"{who}: {', '.join(map(str, picks))}. {'Change' if trained else 'Size'} of a unit's "
        f"weights (root of the sum of squares): {sized}."
    )


def _ranges(drawn: Sequence[Values]) -> str:
    """Return between what numbers the weights lie, before and after."""
    if len(drawn) == 1:
        return f"The weights shown lie {_span(drawn[0])}."
    before, after = map(_span, drawn)
    return f"The weights shown lie {before} before training and {after} after it."


def _span(values: Values) -> str:
    """Return "from -0.2 to 0.3"."""
    return f"from {number(values.min())} to {number(values.max())}"


def _draw(
    drawn: Sequence[Values], picks: NDArray[np.int64], words: tuple[str, str, str]
) -> Picture:
    """Draw rows of at most 8 units, each with the weights before and after below each other."""
    bands = math.ceil(len(picks) / 8)
    columns, rows = math.ceil(len(picks) / bands), bands * len(drawn)
    cell = min(7.2 / columns, 2.4)  # inches
    ratio = drawn[0].shape[1] / drawn[0].shape[2]  # height / width
    tall = min(max(ratio, 0.3), 3.0)
    high = 0.65 + rows * (cell - 0.13) * tall + bands * 0.16 + rows * 0.12
    picture = Picture(*words, size=(max(cell * columns + 0.9, 4.0), max(high, 2.4)))
    panels = picture.subplots(rows, columns, squeeze=False)
    top = scale_of(*drawn)
    for axes in panels.flat:
        axes.set_visible(False)
    for index, unit in enumerate(picks):
        band, column = divmod(index, columns)
        for stage, weights in enumerate(drawn):
            axes = panels[band * len(drawn) + stage, column]
            axes.set_visible(True)
            image = draw_signed(axes, weights[index], top, cell - 0.15)
            axes.set_aspect("equal" if 0.3 <= ratio <= 3.0 else "auto")  # a strip is widened
            if stage == 0:
                axes.set_title(f"unit {unit}", fontsize=9, fontweight="normal", pad=3)
            if column == 0 and len(drawn) == 2:
                axes.set_ylabel(("before", "after")[stage])
    signed_bar(picture, image, list(panels.flat), "weight", 5 * picture.get_figheight())
    return picture
