"""confusion_matrix: what was taken for what."""

import math
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike, NDArray

from mnistlab.errors import InputError
from mnistlab.plots.arguments import names_of, numbers
from mnistlab.plots.picture import FAINT, PALE, Picture, house_style
from mnistlab.plots.words import percent, short

MOST_NUMBERED = 20  # classes up to which the counts still fit into the cells
MOST_LABELLED = 48  # classes up to which each name still fits along the axis


def confusion_matrix(matrix: ArrayLike, class_names: Sequence[str]) -> Picture:
    """Draw how often each class was taken for each: rows actual, columns predicted.

    The right answers on the diagonal stay pale: they would swamp the mistakes. A mistake is the
    darker, the larger its share of its row. Up to 20 classes the cells hold their counts; of more
    than 48, every second, third, … one is named.

    Args:
        matrix: counts, (classes, classes), whole numbers of at least 0.
        class_names: the name of each class, in that order.

    Returns:
        The picture; its caption has the accuracy and the most frequent confusion, of more than
        20 classes the three most frequent.

    Raises:
        InputError: a matrix that isn't square or holds no counts, or names that don't fit it.

    Example:
        >>> confusion_matrix([[8, 2], [0, 10]], ["4", "9"]).caption
        '18 of 20 right (90.0%); most often a 4 was taken for a 9: 2 times.'
    """
    counts = _counts(matrix)
    names = names_of(len(counts), class_names)
    right, total = int(np.trace(counts)), int(counts.sum())
    score = f"{right:,} of {total:,} right" + (f" ({right / total:.1%})" if total else "")
    caption = f"{score}; {_worst_confusions(counts, names)}."
    shows = f"Confusion matrix of {len(names)} classes, actual by predicted: {caption}"
    with house_style():
        picture = Picture(f"Confusion matrix: {score}", shows, caption, _size(names))
        axes = picture.subplots()
        _draw_cells(picture, axes, counts)
        _class_axes(axes, names)
    return picture


def _size(names: Sequence[str]) -> tuple[float, float]:
    """Return the width and height in inches, with room for long names beside and below."""
    side, letters = _side(len(names)), max(len(short(name)) for name in names) - 6
    room = max(letters, 0) * (0.075 if len(names) <= MOST_NUMBERED else 0.055)
    return 1.15 * side + room, side + (room if _crowded(names) else 0.0)


def _side(classes: int) -> float:
    """Return the height in inches of a matrix with short names, its words included."""
    if classes > MOST_NUMBERED:
        return 6.9
    return min(max(2.4 + 0.42 * classes, 4.4), 6.6)


def _crowded(names: Sequence[str]) -> bool:
    """Tell whether the names would overlap below the matrix if they weren't turned."""
    letters = (max(len(short(name)) for name in names) + 1) * len(names)
    return letters > 11 * (_side(len(names)) - 1.4)  # 11 letters an inch; 1.4 inches for words


def _counts(matrix: ArrayLike) -> NDArray[np.int64]:
    """Return the matrix as counts (classes, classes) int64, or raise InputError."""
    counts = numbers("matrix", matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) < 2:
        raise InputError(
            f"matrix must have one row and one column for each of at least 2 classes, "
            f"but its shape is {counts.shape}."
        )
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        raise InputError(
            "matrix must hold counts: whole numbers of at least 0. "
            "Give the counts themselves, not shares of them."
        )
    return counts.astype(np.int64)


def _worst_confusions(counts: NDArray[np.int64], names: Sequence[str]) -> str:
    """Return "most often a 4 was taken for a 9: 22 times"; of many classes the worst three.

    Of several that are equally frequent, the first comes first, row by row.
    """
    mistakes = counts * ~np.eye(len(counts), dtype=bool)  # (classes, classes)
    told = 1 if len(names) <= MOST_NUMBERED else 3
    worst = np.argsort(-mistakes, axis=None, kind="stable")[:told]  # (told,)
    cells = [divmod(int(cell), len(names)) for cell in worst if mistakes.flat[cell]]
    if not cells:
        return "no mistakes"
    said = [_confusion(names[row], names[col], mistakes[row, col]) for row, col in cells]
    return f"most often {'; then '.join(said)}"


def _confusion(actual: str, predicted: str, times: int) -> str:
    """Return "a 4 was taken for a 9: 22 times"."""
    often = "once" if times == 1 else f"{times:,} times"
    return f"{_a(actual)} was taken for {_a(predicted)}: {often}"


def _a(name: str) -> str:
    """Return the name with its article: a 4, an 8, an ankle boot."""
    vowel = name[:1].lower() in {*"aeio8"} or name in {"11", "18"}  # not u: a unit
    return f"{'an' if vowel else 'a'} {name}"


def _draw_cells(picture: Picture, axes: Axes, counts: NDArray[np.int64]) -> None:
    """Draw the cells with their colour scale, and their counts where these fit."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)  # (classes, classes)
    mistakes = np.ma.masked_array(shares, mask=np.eye(len(counts), dtype=bool))
    colours = matplotlib.colormaps["Blues"].with_extremes(bad=PALE)
    image = axes.imshow(mistakes, cmap=colours, vmin=0.0, vmax=max(mistakes.max(), 1e-9))
    if mistakes.max():
        bar = picture.colorbar(image, ax=axes, shrink=0.8, pad=0.02, ticks=MaxNLocator(5))
        bar.ax.yaxis.set_major_formatter(FuncFormatter(percent))
        bar.set_label("mistakes: share of their row")
        bar.outline.set_visible(False)
    if len(counts) <= MOST_NUMBERED:
        _write_counts(axes, counts, image.to_rgba(mistakes))


def _write_counts(axes: Axes, counts: NDArray[np.int64], colours: NDArray[Any]) -> None:
    """Write each count into its cell, light on dark and dark on light; the right ones bold."""
    digits = len(str(counts.max()))
    size = min(11.0, 130.0 / len(counts), 340.0 / len(counts) / max(digits, 2))
    for (row, column), count in np.ndenumerate(counts):
        axes.text(
            column,
            row,
            str(count),
            ha="center",
            va="center",
            fontsize=size,
            fontweight="bold" if row == column else "normal",
            color=_text_colour(colours[row, column], faint=count == 0),
        )


def _text_colour(background: NDArray[Any], faint: bool) -> str:
    """Return a colour that can be read on `background` (rgba in [0, 1])."""
    # relative luminance as WCAG has it; below 0.18, white stands out more than black
    light = np.where(background[:3] > 0.04045, ((background[:3] + 0.055) / 1.055) ** 2.4, 0.0)
    if light @ (0.2126, 0.7152, 0.0722) < 0.18:
        return "white"
    return FAINT if faint else "black"


def _class_axes(axes: Axes, names: Sequence[str]) -> None:
    """Label rows and columns with the class names; of too many, every second, third, … one."""
    shown_ones = range(0, len(names), math.ceil(len(names) / MOST_LABELLED))
    labels = [short(names[index]) for index in shown_ones]
    size = 10.0 if len(names) <= MOST_NUMBERED else 7.0
    axes.set_xticks(shown_ones, labels, rotation=90 if _crowded(names) else 0, fontsize=size)
    axes.set_yticks(shown_ones, labels, fontsize=size)
    axes.set(xlabel="predicted class", ylabel="actual class")
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
