"""Digits in a student's own hand: pictures from a folder, made into images as MNIST's were.

MNIST's digits were scaled into 20×20 pixels, their shape kept, and put with their centre of mass
into the middle of 28×28. A network that learnt from such images has to be shown such images.

what happens to a picture           here
turned as the camera held it        _grey
ink light on a dark ground, 0 … 1   ink_of
cut out, scaled into 20×20          _scaled
centre of mass into the middle      _centred

Source: LeCun, Cortes and Burges, "The MNIST database", on how the digits were made.

Example:
    >>> paper = np.full((90, 60), 255)
    >>> paper[20:70, 28:32] = 0  # a stroke downwards: a 1
    >>> as_mnist(paper).shape, int(as_mnist(paper)[14].argmax())
    ((28, 28), 14)
"""

import os
import re
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

from mnistlab.checks import shown
from mnistlab.errors import InputError

SIDE, BOX = 28, 20  # pixels of an MNIST image, and of the digit within it
WORKING = 400  # pixels of the longer side, to which a photo is made smaller first
MOST_PIXELS = 100_000_000
MOST_PICTURES = 1000
CONTRAST = 0.2  # of black on white: fainter than that is no ink
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
OTHERS = (".heic", ".heif", ".pdf", ".svg", ".avif")

Grey = NDArray[np.float64]


def own_digits(
    folder: str | os.PathLike[str] = "my_digits",
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the digits that lie as pictures in a folder, each in a file named after its digit.

    Args:
        folder: holds 0.png, 7-mine.jpg, …: one digit in each, on a ground of another brightness.

    Returns:
        Images (n, 28, 28) in 0 … 255, ink light, and labels (n,), in the order of the names.

    Raises:
        InputError: no such folder, nothing in it, or a file that can't be used: which, and what
            to do.

    Example:
        >>> images, labels = own_digits("my_digits")  # doctest: +SKIP
    """
    place = Path(folder).expanduser()
    if not place.is_dir():
        raise InputError(f"There is no folder {place} here. Make one, and put a "
                         "picture of each digit into it: 0.jpg, 1.jpg, … (in Colab: the folder "
                         "sign on the left, then New folder, then Upload).")  # fmt: skip
    paths = sorted(path for path in place.iterdir() if _is_picture(path))
    if not paths or len(paths) > MOST_PICTURES:
        raise InputError(f"{place} holds {len(paths) or 'no'} pictures. Put one of each digit into "
                         f"it: 0.jpg, 1.jpg, …; at most {MOST_PICTURES}.")  # fmt: skip
    labels = np.array([_label(path) for path in paths], dtype=np.int64)  # (n,)
    images = np.stack([_image(path) for path in paths])  # (n, 28, 28)
    return images, labels


def as_mnist(grey: ArrayLike) -> NDArray[np.uint8]:
    """Return a picture of one digit as MNIST would have it.

    Args:
        grey: brightness, (height, width), dark ink on light paper or light on dark; any scale.

    Returns:
        (28, 28) in 0 … 255: the ink light, in 20×20, its centre of mass in the middle.

    Raises:
        InputError: no picture, or nothing on it.
    """
    try:
        values = np.asarray(grey, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.ndim != 2 or min(values.shape) < 3 or not np.isfinite(values).all():
        raise InputError("A picture of one digit is a table of brightness, (height, width), such "
                         f"as (300, 200). This is {shown(np.shape(values))}.")  # fmt: skip
    ink = ink_of(values)
    if not ink.any():
        raise InputError("Nothing is drawn on this picture, or too faintly to be seen.")
    return _centred(_scaled(ink))


def ink_of(values: Grey) -> Grey:
    """Return how much ink there is at each point, in [0, 1], whatever the paper and the light.

    Args:
        values: brightness, (height, width).

    The ground is what the picture is like around each point; a photo's shadows are part of it.
    """
    rim = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    dark_ground = np.median(rim) < (values.max() + values.min()) / 2
    light = values if dark_ground else -values  # (h, w); the ink is the brighter
    size = max(3, max(values.shape) // 2)
    smooth = ndimage.gaussian_filter(light, max(values.shape) / 200)
    ground = ndimage.gaussian_filter(ndimage.minimum_filter(smooth, size), size / 4)
    above = np.clip(smooth - ground, 0, None)  # (h, w)
    top = float(np.quantile(above, 0.995))
    full = 255.0 if values.max() > 1.5 else 1.0
    if top < CONTRAST * full:
        return np.zeros_like(values)
    grain = float(np.clip(2 * np.quantile(above, 0.5) / top, 0.02, 0.4))  # of the paper
    ink = np.clip((above / top - grain) / (1 - grain), 0, 1)  # (h, w)
    return _largest_parts(ink)


def _largest_parts(ink: Grey) -> Grey:
    """Return the ink without specks: parts smaller than a fiftieth of the largest."""
    parts, count = ndimage.label(ink > 0.2, structure=np.ones((3, 3)))
    if count == 0:
        return np.zeros_like(ink)
    amounts = ndimage.sum_labels(ink, parts, np.arange(1, count + 1))  # (count,)
    kept = 1 + np.flatnonzero(amounts >= amounts.max() / 50)
    return ink * ndimage.binary_dilation(np.isin(parts, kept), iterations=2)


def _scaled(ink: Grey) -> Grey:
    """Return the ink cut out and scaled into 20×20, its shape kept: (h, w) with h or w = 20."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(cut.shape)
    size = tuple(max(1, round(n * scale)) for n in cut.shape[::-1])  # (width, height)
    small = Image.fromarray(cut.astype(np.float32)).resize(size, Image.Resampling.BOX
                                                           if scale < 1 else
                                                           Image.Resampling.BICUBIC)  # fmt: skip
    return np.clip(np.asarray(small, dtype=np.float64), 0, 1)


def _centred(digit: Grey) -> NDArray[np.uint8]:
    """Return the digit in 28×28, its centre of mass in the middle: (28, 28) in 0 … 255."""
    mass = digit / digit.sum()  # (h, w)
    middle = SIDE / 2  # pixels counted from 0: that of the 10,000 test images lies at 14.0, 14.0
    places = [
        int(np.clip(round(middle - float(mass.sum(axis=1 - k) @ np.arange(n))), 0, SIDE - n))
        for k, n in enumerate(digit.shape)
    ]
    image = np.zeros((SIDE, SIDE))
    top, left = places
    image[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return np.rint(255 * image / digit.max()).astype(np.uint8)


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def _is_picture(path: Path) -> bool:
    """Whether a file is meant to be a picture; of a kind that can't be read, raise InputError."""
    if path.suffix.lower() in OTHERS:
        raise InputError(f"{path} can't be read here. Save it as JPEG or PNG (a screenshot of it "
                         "will do) and take this file away.")  # fmt: skip
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


def _label(path: Path) -> int:
    """Return the digit that a file is named after: the only number in its name, of one digit.

    A camera's own names, such as IMG_1234.jpg, say nothing of what is on the picture.
    """
    found = re.findall(r"[0-9]+", path.stem)
    if len(found) != 1 or len(found[0]) != 1:
        raise InputError(f"{path} doesn't say which digit it shows. Name it after its digit, such "
                         f"as 7{path.suffix}, or 7-mine{path.suffix}.")  # fmt: skip
    return int(found[0])


def _image(path: Path) -> NDArray[np.uint8]:
    """Return a file's digit as MNIST would have it."""
    try:
        return as_mnist(_grey(path))
    except InputError as why:
        raise InputError(f"{path}: {why} Write larger and darker, fill the picture, and take it "
                         "again.") from why  # fmt: skip


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """Return a picture whose greys of 16 bits, where it has such, are brought into 0 … 255."""
    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray((np.asarray(picture, dtype=np.float64) / 257).astype(np.uint8))


def _grey(path: Path) -> Grey:
    """Return a picture's brightness, (height, width) in 0 … 255, at most 400 pixels a side."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise InputError(f"It has {picture.width} × {picture.height} pixels; at most "
                                     f"{MOST_PIXELS:,} can be read.")  # fmt: skip
                picture.draft("L", (WORKING, WORKING))  # a large JPEG is read smaller
                upright = ImageOps.exif_transpose(_in_8_bits(picture)).convert("RGBA")
        upright.thumbnail((WORKING, WORKING))
        paper = Image.new("RGBA", upright.size, "white")  # where a picture is transparent
        return np.asarray(Image.alpha_composite(paper, upright).convert("L"), dtype=np.float64)
    except InputError:
        raise
    except Image.DecompressionBombError as why:
        raise InputError(f"It has more than the {MOST_PIXELS:,} pixels that can be read.") from why
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as why:
        raise InputError("This is no picture that can be read.") from why
