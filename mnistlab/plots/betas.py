"""schedule_curves: the learning rate β of each epoch, for one schedule or several.

Example:
    >>> schedule_curves({"halved": "step:2", "fixed": "constant"}, epochs=4).caption
    'Over 4 epochs: halved: β from 0.5 to 0.25; fixed: β 0.5 throughout.'
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import positive, shown, whole
from mnistlab.classic.schedules import Schedule, schedule
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers
from mnistlab.plots.curves import number_epochs
from mnistlab.plots.picture import COLOURS, DASHES, MARKERS, SIZES, Picture, house_style
from mnistlab.plots.words import count_of, number, short

Betas = NDArray[np.float64]

MOST_EPOCHS = 10_000


def schedule_curves(
    schedules: Mapping[str, Any] | Schedule | str,
    epochs: int = 20,
    learning_rate: float = 0.5,
    title: str | None = None,
) -> Picture:
    """Draw β by epoch, a curve for each schedule.

    Args:
        schedules: by name, each a text such as "exponential:0.8", a Schedule, a function from the
            epoch (from 0) to β, or a list of β, one for each epoch. A single text or Schedule
            will do.
        epochs: how many epochs to draw, 1 to 10,000; the picture numbers them from 1, as
            learning_curves does.
        learning_rate: β_0, above 0, of the schedules that name no start of their own.
        title: what stands above; by default "Learning rate by epoch".

    Returns:
        The picture; its caption has the first and last β of each, and the largest where that is
        in between.

    Raises:
        InputError: no schedule, an unknown one, or a β that is no finite number above 0.

    Source: the lecture, "Gradient descent": start at 0.5 or 0.6, then decrease.

    Example:
        >>> schedule_curves("exponential:0.5", epochs=3, learning_rate=0.6).caption
        'Over 3 epochs: exponential:0.5: β from 0.6 to 0.15.'
    """
    count = whole("epochs", epochs, minimum=1)
    if count > MOST_EPOCHS:
        raise InputError(f"epochs must be at most {MOST_EPOCHS:,}, but got {shown(epochs)}.")
    start = positive("learning_rate", learning_rate)
    betas = {name: _betas(name, one, count, start) for name, one in _by_name(schedules).items()}
    said = [f"{name}: {_in_words(values)}" for name, values in betas.items()]
    over = f"{'Over' if count > 1 else 'After'} {count_of(count, 'epoch')}"
    caption = f"{over}: {'; '.join(said)}."
    heading = title or "Learning rate by epoch"
    with house_style():
        picture = Picture(heading, f"{heading}. {caption}", caption, size=(8.0, 4.2))
        axes = picture.subplots()
        for k, (name, values) in enumerate(betas.items()):
            axes.plot(np.arange(1, len(values) + 1), values, **_look(k, name, len(values)))
        axes.set(xlabel="epoch", ylabel="learning rate β")
        axes.set_ylim(bottom=-0.03 * axes.get_ylim()[1])  # with room for a marker at 0
        number_epochs(axes, count)
        columns = max(1, min(len(betas), 90 // (max(len(short(name, 40)) for name in betas) + 8)))
        picture.legend(loc="outside lower center", ncols=columns, handlelength=3.2)
    return picture


def _by_name(schedules: Any) -> dict[str, Any]:
    """Return the schedules by name, each name on one line, or raise InputError."""
    if isinstance(schedules, (str, Schedule)):
        return {str(schedules): schedules}
    if not isinstance(schedules, Mapping) or not schedules:
        raise InputError(
            f"schedules must be schedules by name, but got {shown(schedules)}. "
            "Give such as {'halved': 'step:2', 'fixed': 'constant'}."
        )
    return {" ".join(str(name).split()): one for name, one in schedules.items()}


def _betas(name: str, source: Any, epochs: int, start: float) -> Betas:
    """Return β of each epoch, (epochs,), of a list those that it has; or raise InputError."""
    if not isinstance(source, (Sequence, np.ndarray)) or isinstance(source, str):
        one = schedule(source)
        return np.array([one.at(epoch, start) for epoch in range(epochs)])  # (epochs,)
    values = numbers(f"The schedule {name!r}", source).astype(np.float64)
    if values.ndim != 1 or not 1 <= len(values) <= epochs:
        raise InputError(
            f"The schedule {name!r} must hold one β for each of 1 to {epochs} epochs, but its "
            f"shape is {values.shape}. Give as many as epochs={epochs}, or more epochs."
        )
    if not (np.isfinite(values) & (values > 0)).all():
        raise InputError(
            f"The schedule {name!r} holds {shown(values.tolist())}. "
            "β must be a finite number above 0 in every epoch."
        )
    return values


def _in_words(values: Betas) -> str:
    """Return "β from 0.5 to 0.25", or "β from 0.02 up to 0.5 and down to 5e-05"."""
    first, last, largest = (number(float(value)) for value in (values[0], values[-1], values.max()))
    if (values == values[0]).all():
        return f"β {first} throughout"
    if values.max() > max(values[0], values[-1]):
        return f"β from {first} up to {largest} and down to {last}"
    return f"β from {first} to {last}"


def _look(k: int, name: str, epochs: int) -> dict[str, Any]:
    """Return how the k-th curve looks; the first is widest, so that it shows under others."""
    return {
        "color": COLOURS[k % len(COLOURS)],
        "marker": MARKERS[k % len(MARKERS)],
        "markersize": 0.8 * SIZES[k % len(SIZES)],
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
        "markevery": max(epochs // 20, 1),
        "linestyle": DASHES[k % len(DASHES)],
        "linewidth": max(2.8 - 0.6 * k, 1.6),
        "label": " " * name.startswith("_") + short(name, 40),
    }
