"""image_grid and samples; the rows of images that worst_mistakes has too."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown, whole
from mnistlab.errors import InputError
from mnistlab.plots.arguments import class_numbers, numbers, one_line_names
from mnistlab.plots.picture import Picture, house_style
from mnistlab.plots.words import count_of, listed, short

MOST_IMAGES = 100


def image_grid(images: ArrayLike, titles: Sequence[str], title: str = "Images") -> Picture:
    """Draw images in rows, each under its own title.

    Args:
        images: up to 100, (n, height, width) grey or (n, height, width, 3) in colour;
            see worst_mistakes.
        titles: what stands above each image.
        title: what stands above them all.

    Returns:
        The picture; its caption lists the titles.

    Raises:
        InputError: no images, too many, or another number of titles.

    Example:
        >>> image_grid([[[0, 255]]], ["a stroke"], title="By hand").alt
        'By hand, row by row: a stroke.'
    """
    pixels = image_array(images)
    if len(pixels) > MOST_IMAGES or len(titles) != len(pixels):
        raise InputError(
            f"image_grid draws 1 to {MOST_IMAGES} images with one title each, "
            f"but got {len(pixels)} images and {len(titles)} titles."
        )
    told = [str(one) for one in titles]
    shows = f"{title}, row by row: {listed(told)}."
    words = (title, shows, shows)
    return draw_grid(pixels, np.arange(len(pixels)), [(one,) for one in told], words)


def samples(
    images: ArrayLike, labels: ArrayLike, class_names: Sequence[str], count: int = 10
) -> Picture:
    """Draw some patterns of a data set: one of each class in turn, the first of each first.

    Args:
        images: (n, height, width) grey or (n, height, width, 3) in colour; see worst_mistakes.
        labels: their classes, (n,), integers in [0, classes).
        class_names: the name of each class.
        count: how many to show, 1 to 100; fewer where there are fewer.

    Returns:
        The picture, each image under its class's name.

    Raises:
        InputError: no images, or arrays that don't fit each other.

    Example:
        >>> samples([[[0, 255]], [[255, 0]]], [1, 0], ["left", "right"]).caption
        '2 of 2 patterns. Row by row: left, right.'
    """
    pixels = image_array(images)
    names = one_line_names(class_names)
    classes = class_numbers("labels", labels, len(names))
    must_be_one_each("labels", len(classes), len(pixels))
    picks = _one_of_each_in_turn(classes)[: how_many(count)]
    told = [names[one] for one in classes[picks]]
    heading = f"{len(picks)} of {count_of(len(pixels), 'pattern')}"
    caption = f"{heading}. Row by row: {listed(told)}."
    words = (heading, f"Images: {caption}", caption)
    return draw_grid(pixels, picks, [(one,) for one in told], words)


def _one_of_each_in_turn(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all indices: the first of each class, then the second of each, and so on."""
    by_class = np.argsort(labels, kind="stable")  # (n,)
    sizes = np.bincount(labels)  # (classes,)
    turn = np.concatenate([np.arange(size) for size in sizes])  # (n,)
    return by_class[np.argsort(turn, kind="stable")]


def draw_grid(
    pixels: NDArray[Any],
    picks: NDArray[np.int64],
    titles: Sequence[Sequence[str]],
    words: tuple[str, str, str],
) -> Picture:
    """Draw the images picked, each under its lines of title.

    Args:
        pixels: all images, (n, height, width) or (n, height, width, 3): their ink is the same.
        picks: the indices of those to draw, (k,), in order.
        titles: the lines above each of them.
        words: the picture's title, alt text and caption.
    """
    images, top = pixels[picks], _top(pixels)
    columns = _grid_columns(len(images), max(len(line) for lines in titles for line in lines))
    rows = math.ceil(len(images) / columns)
    cell = min(8.0 / columns, 2.0)  # inches
    above = [_wrapped(lines, cell) for lines in titles]
    with house_style():
        picture = Picture(*words, size=_grid_size(images, rows, columns, cell, above))
        cells = list(picture.subplots(rows, columns, squeeze=False).flat)
        for axes, image, title in zip(cells, images, above, strict=False):
            _draw_image(axes, image, top)
            axes.set_title(title, fontsize=9, fontweight="normal", pad=3)
        for axes in cells[len(images) :]:
            axes.set_visible(False)
    return picture


def _grid_columns(count: int, longest: int) -> int:
    """Return how many of `count` images go in a row: no gap at the end where that can be."""
    if longest > 16:
        return min(count, 4)
    if count <= 6:
        return count
    if count > 36:
        return min(10, _letters(8.0) // max(longest, 1))
    return next((many for many in (6, 5, 4) if count % many == 0), 6)


def _grid_size(
    images: NDArray[Any], rows: int, columns: int, cell: float, titles: Sequence[str]
) -> tuple[float, float]:
    """Return the width and height in inches of a picture of images in rows."""
    tall = min(max(images.shape[1] / images.shape[2], 0.3), 3.0)
    lines = 1 + max(title.count("\n") for title in titles)
    return max(cell * columns, 6.0), 0.5 + rows * ((cell - 0.15) * tall + 0.16 * lines + 0.15)


def _wrapped(lines: Sequence[str], inches: float) -> str:
    """Return an image's title, wrapped to the width of its cell."""
    letters = _letters(inches)
    return "\n".join(_filled(short(line, 3 * letters), letters) for line in lines)


def _letters(inches: float) -> int:
    """Return how many letters of 9 points, each about 5.6 points wide, stand in a line."""
    return int(inches * 72 / 5.6)


def _filled(line: str, letters: int) -> str:
    """Return a line wrapped: too long a word is cut short, "4: 98%" stays together."""
    held = line.replace(": ", ":\N{NO-BREAK SPACE}")
    words = " ".join(_cut(word, letters) for word in held.split(" "))
    return textwrap.fill(words, letters).replace("\N{NO-BREAK SPACE}", " ")


def _cut(word: str, letters: int) -> str:
    """Return a word of at most so many letters; of "name: 98%" the name is cut."""
    name, colon, figure = word.partition(":\N{NO-BREAK SPACE}")
    return short(name, max(letters - len(colon + figure), 2)) + colon + figure


def _draw_image(axes: Axes, image: NDArray[Any], top: float) -> None:
    """Draw one image in a thin frame: 0 is paper and `top` is ink, as MNIST's own page says."""
    if image.ndim == 2:
        axes.imshow(image, cmap="gray_r", vmin=0.0, vmax=top, interpolation="nearest")
    else:
        axes.imshow(np.clip(image / top, 0.0, 1.0), interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color="#BBBBBB")


def _top(images: NDArray[Any]) -> float:
    """Return the value that is full ink in a set of images."""
    largest = float(images.max())
    if images.ndim == 4:  # a dark photograph stays dark: its scale ends at 255 or 1
        return 255.0 if largest > 1 else 1.0
    return largest if largest > 0 else 1.0


def image_array(images: ArrayLike) -> NDArray[Any]:
    """Return images as (n, height, width) or (n, height, width, 3), or raise InputError."""
    pixels = numbers("images", images)
    if pixels.ndim == 4 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim != 3 and not (pixels.ndim == 4 and pixels.shape[-1] == 3):
        raise InputError(
            "images must have the shape (n, height, width), or (n, height, width, 3) "
            f"in colour, but got {pixels.shape}. Patterns that were flattened can be "
            "put back with images.reshape(-1, 28, 28); other data has no pictures."
        )
    if 0 in pixels.shape:
        raise InputError(f"images is empty: its shape is {pixels.shape}. Give at least one image.")
    if not np.isfinite(pixels).all():
        raise InputError("images holds NaN or infinity. Every pixel must be a number.")
    return pixels


def how_many(count: int) -> int:
    """Return how many images to show, 1 to 100, or raise InputError."""
    limit = whole("count", count, minimum=1)
    if limit > MOST_IMAGES:
        raise InputError(f"count must be at most {MOST_IMAGES}, but got {shown(count)}.")
    return limit


def must_be_one_each(name: str, given: int, images: int) -> None:
    """Raise InputError where there isn't one of `name` for each image."""
    if given != images:
        raise InputError(
            f"There are {images} images, but {given} {name}. "
            "Give one of each for every pattern, in the same order."
        )
