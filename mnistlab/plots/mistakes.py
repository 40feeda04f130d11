"""worst_mistakes and worst_indices: what the network got most wrong."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import whole
from mnistlab.errors import InputError
from mnistlab.plots.arguments import class_numbers, names_of, numbers
from mnistlab.plots.images import draw_grid, how_many, image_array, must_be_one_each
from mnistlab.plots.picture import Picture, house_style, note
from mnistlab.plots.words import count_of, listed


def worst_mistakes(
    images: ArrayLike,
    actual: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[str],
    count: int = 12,
) -> Picture:
    """Draw the patterns that the network got most wrong, each with its beliefs.

    Args:
        images: (n, height, width) grey, 0 background and the largest value ink, or
            (n, height, width, 3) in colour; uint8 in [0, 255] or floats in [0, 1].
        actual: the right classes, (n,), integers in [0, classes).
        probabilities: what the network answered, (n, classes), its belief in each class.
        class_names: the name of each class.
        count: how many to show, 1 to 100; fewer where it made fewer mistakes.

    Returns:
        The picture, the worst first; where there is no mistake, it says so.

    Raises:
        InputError: no images, or arrays that don't fit each other.

    Example:
        >>> images = [[[0, 255], [255, 0]]]
        >>> worst_mistakes(images, [0], [[0.02, 0.98]], ["4", "9"]).alt
        'The worst of 1 mistake among 1 pattern: 4 taken for 9 (98%; 4: 2%).'
    """
    pixels = image_array(images)
    limit = how_many(count)
    right, beliefs = _answers(actual, probabilities)
    names = names_of(beliefs.shape[1], class_names)
    must_be_one_each("right classes", len(right), len(pixels))
    worst = _worst_first(right, beliefs)
    everyone = count_of(len(right), "pattern")
    if not len(worst):
        return _no_mistakes(everyone)
    told = [_mistake(right[index], beliefs[index], names) for index in worst[:limit]]
    number = f"{len(told)} worst" if len(told) > 1 else "worst"
    heading = f"The {number} of {count_of(len(worst), 'mistake')} among {everyone}"
    shows = f"{heading}: {listed([' '.join(one) for one in told])}."
    caption = (
        f"{heading}. In brackets: the belief in the wrong answer, then in the right one. "
        f"The worst is pattern {worst[0]}: {' '.join(told[0])}."
    )
    return draw_grid(pixels, worst[:limit], told, (heading, shows, caption))


def worst_indices(actual: ArrayLike, probabilities: ArrayLike, count: int) -> NDArray[np.int64]:
    """Return which patterns were got most wrong, the worst first.

    How wrong: the belief in the answer given minus the belief in the right one. Of two that are
    equally wrong, the earlier pattern comes first.

    Args:
        actual: the right classes, (n,), integers in [0, classes).
        probabilities: what the network answered, (n, classes), finite.
        count: how many at most, from 0 on.

    Returns:
        The patterns' indices, (k,) int64 with k <= count; empty where all answers are right.

    Raises:
        InputError: arrays that don't fit each other, or that hold something else.

    Example:
        >>> worst_indices([0, 0, 1], [[0.4, 0.6], [0.1, 0.9], [0.2, 0.8]], 5).tolist()
        [1, 0]
    """
    right, beliefs = _answers(actual, probabilities)
    limit = whole("count", count)
    return _worst_first(right, beliefs)[:limit]


def _worst_first(right: NDArray[np.int64], beliefs: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the indices of all mistakes, (mistakes,), the worst first."""
    everyone = np.arange(len(right))  # (n,)
    taken_for = beliefs.argmax(axis=1)  # (n,)
    too_sure = beliefs[everyone, taken_for] - beliefs[everyone, right]  # (n,)
    wrong = np.flatnonzero(taken_for != right)  # (mistakes,)
    order = np.argsort(-too_sure[wrong], kind="stable")  # (mistakes,), ties in stored order
    return wrong[order].astype(np.int64)


def _answers(
    actual: ArrayLike, probabilities: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return right classes (n,) and beliefs (n, classes) that fit each other, or InputError."""
    beliefs = numbers("probabilities", probabilities)
    if beliefs.ndim != 2 or beliefs.shape[1] < 2:
        raise InputError(
            "probabilities must hold one row for each pattern and one column for each "
            f"of at least 2 classes, but its shape is {beliefs.shape}. "
            "Give what model.predict returned."
        )
    if not np.isfinite(beliefs).all():
        raise InputError(
            "probabilities holds NaN or infinity: the training diverged. "
            "Train again with a smaller learning rate."
        )
    right = class_numbers("actual", actual, beliefs.shape[1])
    if len(right) != len(beliefs):
        raise InputError(
            f"actual has {len(right)} classes, but probabilities has {len(beliefs)} "
            "rows. Give one of each for every pattern, in the same order."
        )
    return right, beliefs.astype(np.float64)


def _mistake(actual: int, beliefs: NDArray[np.float64], names: Sequence[str]) -> tuple[str, str]:
    """Return ("4 taken for 9", "(98%; 4: 1%)")."""
    taken_for = int(beliefs.argmax())
    wrong, right = _belief(beliefs[taken_for]), _belief(beliefs[actual])
    name = names[actual]
    return f"{name} taken for {names[taken_for]}", f"({wrong}; {name}: {right})"


def _belief(value: float) -> str:
    """Return a belief in percent; an output that is no probability stays the number it is."""
    if not -1e-6 <= value <= 1 + 1e-6:
        return f"{value:.2f}"
    if 0.995 <= value < 1 - 1e-9:
        return ">99%"
    return "<1%" if 1e-9 < value < 0.005 else f"{value:.0%}"


def _no_mistakes(everyone: str) -> Picture:
    """Return the picture that says that there was none among "6 patterns"."""
    text = f"No mistakes among {everyone}"
    with house_style():
        picture = Picture(text, f"{text}.", f"{text}.", size=(5.0, 1.2))
        axes = picture.subplots()
        axes.set_axis_off()
        note(axes, "each was taken for what it is")
    return picture
