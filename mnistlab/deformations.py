"""Deformed images: each training image turned, stretched, slanted, moved and bent a little.

A digit that is slightly bent is still the same digit. A network that meets each image in a new
form in every epoch learns what the forms have in common. The label of an image stays, and so does
its place among the images.

    affine            the whole image is turned, scaled along both axes, slanted and moved
    elastic           each pixel is moved a little, its neighbours nearly the same way
    affine+elastic    both

The new image is looked up in the old one. At the position p, which counts from the centre, it has
the grey value that the old image has at

    q(p) = A p + t + u(p)

where A turns, scales and slants, t moves, and u is the elastic displacement field. Between
pixels the grey value is interpolated linearly, and outside the image it is 0.

What an image becomes is a pure function of the seed, the epoch and the image's place: images are
drawn for in blocks, each with a random stream of its own, numpy's PCG64 seeded with
(seed, 3, epoch, block).

Source: Simard, Steinkraus and Platt 2003, "Best practices for convolutional neural networks
applied to visual document analysis"; Ciresan, Meier, Gambardella and Schmidhuber 2010, "Deep, big,
simple neural nets for handwritten digit recognition".

Example:
    >>> import numpy as np
    >>> digit = np.zeros((1, 28, 28), np.uint8)
    >>> digit[0, 8:20, 13:15] = 255
    >>> deformed(digit, "affine+elastic", seed=0, epoch=0).shape
    (1, 784)
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab import checks
from mnistlab.errors import InputError

Array = NDArray[np.float32]

KINDS = ("affine", "elastic", "affine+elastic")

# How strong the deformations are at most, for images 28 pixels high. Slant and shift have no
# source: they are of the size of the others. On a validation split, smaller strengths
# (angle 10°, scaling and slant 0.1, α = 30) did as well as these, within the noise of single runs.
ROTATION = 15.0  # degrees, either way: Ciresan 2010
SCALING = 0.15  # part of the height and, independently, of the width: Ciresan 2010
SLANT = 0.15  # pixels sideways for each pixel up
SHIFT = 1.0  # pixels along each axis
SIGMA = 5.0  # pixels, width of the Gaussian that smooths the displacements: Ciresan 2010
ALPHA = 36.0  # the smoothed displacements times this are pixels: Ciresan 2010

_DEFORMATION = 3  # the use, beside those of seeding: its own stream
_BLOCK = 100  # images that share a stream; other blocks would give other random numbers
_HEIGHT = 28  # the image height that the strengths above are meant for


def deformation(value: Any) -> str | None:
    """Return the name of a kind of deformation, or None for none; else raise InputError.

    Example:
        >>> deformation("Elastic")
        'elastic'
    """
    return None if value is None else checks.choice("deformation", value, KINDS)


def deformed(
    images: NDArray[np.uint8],
    kind: str,
    seed: int,
    epoch: int,
    scale: int = 255,
    threads: int = 1,
) -> Array:
    """Return every image deformed, each in its own place, as rows of numbers in [0, 1].

        x_i = image_i at q(p) = A p + t + u(p),  divided by the scale

    Args:
        images: grey images, uint8 (n, h, w), with values from 0 to `scale`.
        kind: a name of `KINDS`.
        seed: a whole number, at least 0.
        epoch: which epoch, from 0; each has deformations of its own.
        scale: what white is: 255 for grey values.
        threads: how many threads share the work; the result is the same with any number.

    Returns:
        float32 (n, h · w): row i is a deformation of image i, so the labels stay as they are.

    Raises:
        InputError: no grey images, an unknown kind, or a number out of its range.

    Source: Simard, Steinkraus and Platt 2003, section 2.

    Example:
        >>> images = np.full((3, 28, 28), 255, np.uint8)
        >>> deformed(images, "elastic", seed=0, epoch=7).shape
        (3, 784)
    """
    scale = checks.whole("scale", scale, minimum=1)
    images = _grey(images, scale)  # (n, h, w)
    kind = checks.choice("deformation", kind, KINDS)
    seed, epoch = checks.whole("seed", seed), checks.whole("epoch", epoch)
    result = np.empty(images.shape, np.float32)  # (n, h, w)

    def fill(block: int) -> None:
        those = slice(block * _BLOCK, (block + 1) * _BLOCK)
        rng = np.random.default_rng([seed, _DEFORMATION, epoch, block])
        sampled(images[those], positions(images[those].shape, kind, rng), result[those])

    with ThreadPoolExecutor(checks.whole("threads", threads, minimum=1)) as pool:
        list(pool.map(fill, range(-(-len(images) // _BLOCK))))  # list: an error comes out here
    result /= np.float32(scale)
    n, h, w = images.shape
    return result.reshape(n, h * w)  # (n, h · w)


def positions(shape: tuple[int, ...], kind: str, rng: np.random.Generator) -> Array:
    """Return where in the old images the pixels of the new ones are looked up.

        q(p) = A p + t + u(p)

    Args:
        shape: (n, h, w) of at most one block of images.
        kind: a name of `KINDS`.
        rng: the block's random stream.

    Returns:
        float32 (n, 2, h, w): row and column, from 0, for each pixel.
    """
    n, h, w = shape
    # Drawn for a whole block whatever n is: image i gets the same numbers however many follow.
    draws = rng.uniform(-1, 1, (_BLOCK, 6))[:n]  # (n, 6)
    if kind == "elastic":
        draws = np.zeros_like(draws)  # (n, 6)
    q = looked_up(affine(draws, h / _HEIGHT), h, w)  # (n, 2, h, w)
    if kind != "affine":
        q += elastic(rng.random((n, 2, h, w), np.float32))  # (n, 2, h, w)
    return q


def affine(draws: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Return the matrix of each image's affine map, (A | t).

            ⎛ cos φ  −sin φ ⎞ ⎛ 1/a   0  ⎞
        A = ⎝ sin φ   cos φ ⎠ ⎝  b   1/c ⎠    for positions (row, column)

    Args:
        draws: random numbers in [−1, 1], shape (n, 6): for the angle φ, the scaling a along the
            height and c along the width, the slant b, and the shift t, two numbers.
        size: the images' height in units of 28 pixels.

    Returns:
        Shape (n, 2, 3).
    """
    phi = np.deg2rad(ROTATION) * draws[:, 0]  # (n,)
    a, c = 1 + SCALING * draws[:, 1], 1 + SCALING * draws[:, 2]  # (n,), (n,)
    turn = np.array([[np.cos(phi), -np.sin(phi)], [np.sin(phi), np.cos(phi)]])  # (2, 2, n)
    form = np.array([[1 / a, 0 * a], [SLANT * draws[:, 3], 1 / c]])  # (2, 2, n)
    shift = SHIFT * size * draws[:, 4:, None]  # (n, 2, 1)
    return np.concatenate([turn.transpose(2, 0, 1) @ form.transpose(2, 0, 1), shift], axis=2)


def looked_up(maps: NDArray[np.float64], h: int, w: int) -> Array:
    """Return the position A p + t of every pixel p, where p counts from the image's centre.

    Args:
        maps: (A | t) of each image, shape (n, 2, 3).
        h: height in pixels.
        w: width in pixels.

    Returns:
        float32 (n, 2, h, w): row and column, from 0.

    Example:
        >>> quarter = np.array([[[0, -1, 0], [1, 0, 0]]])
        >>> looked_up(quarter, 3, 3)[0, :, 0, 0]  # what is up left comes from down left
        array([2., 0.], dtype=float32)
    """
    centre = np.array([(h - 1) / 2, (w - 1) / 2], np.float32)  # (2,)
    rows, columns = np.indices((h, w), np.float32)  # (h, w), (h, w)
    p = np.stack([rows - centre[0], columns - centre[1], np.ones_like(rows)])  # (3, h, w)
    q = maps.astype(np.float32) @ p.reshape(3, -1)  # (n, 2, h · w)
    q += centre[:, None]
    return q.reshape(-1, 2, h, w)  # (n, 2, h, w)


def elastic(noise: Array) -> Array:
    """Return a smooth random displacement of each pixel, in pixels.

        u = α · G_σ ∗ r,    r ~ Uniform(−1, 1) for each pixel and direction

    Args:
        noise: random numbers in [0, 1), float32 (n, 2, h, w); overwritten.

    Returns:
        float32 (n, 2, h, w).

    Source: Simard, Steinkraus and Platt 2003: σ = 4, α = 34; Ciresan 2010: σ = 5 – 6,
    α = 36 – 38. A displacement has the size α / σ, so a larger image takes σ · s and α · s².
    """
    *_, h, w = noise.shape
    size = h / _HEIGHT
    noise *= 2
    noise -= 1  # (n, 2, h, w), r
    down = smoothing(h, SIGMA * size)  # (h, h)
    along = smoothing(w, SIGMA * size) * np.float32(ALPHA * size**2)  # (w, w)
    return down @ noise @ along.T  # (n, 2, h, w)


def smoothing(n: int, sigma: float) -> Array:
    """Return the matrix that smooths n values in a row by a Gaussian of width sigma, (n, n).

    A filter is linear, so it is a matrix: what it makes of the unit vectors. Two small matrix
    products take half the time of the filter itself.
    """
    if not sigma:
        return np.eye(n, dtype=np.float32)  # (n, n)
    from scipy import ndimage  # it takes longer to import than all of this package

    smooth = ndimage.gaussian_filter1d(np.eye(n), sigma, axis=0, mode="constant")  # (n, n)
    return np.asarray(smooth, np.float32)


def sampled(images: NDArray[np.uint8], q: Array, result: Array) -> None:
    """Put into `result` the grey values of each image at its positions.

    Args:
        images: uint8 (n, h, w).
        q: float32 (n, 2, h, w): row and column, from 0, for each new pixel; overwritten.
        result: float32 (n, h, w), to be filled.
    """
    from scipy import ndimage

    n, h, w = images.shape
    # One call for all: the images one below another in a single tall one, each in a frame of
    # zeros. What is looked up further outside than the frame is looked up in the frame.
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))  # (n, h + 2, w + 2)
    q += 1
    np.clip(q, 0, np.array([h + 1, w + 1], np.float32)[:, None, None], out=q)
    q[:, 0] += np.arange(0, n * (h + 2), h + 2, dtype=np.float32)[:, None, None]
    ndimage.map_coordinates(
        framed.reshape(-1, w + 2),  # (n · (h + 2), w + 2)
        q.transpose(1, 0, 2, 3),  # (2, n, h, w)
        output=result,
        order=1,
        mode="constant",
        prefilter=False,
    )


def _grey(images: Any, scale: int) -> NDArray[np.uint8]:
    """Return `images` where they are grey images; else raise InputError."""
    given = np.asarray(images)
    if given.dtype != np.uint8 or given.ndim != 3 or 0 in given.shape[1:]:
        raise InputError(
            "deformation needs grey images, uint8 of shape (n, height, width) such as "
            f"(60000, 28, 28), but got {given.dtype} of shape {given.shape}. "
            "Colour images and measurements can't be deformed: leave deformation out."
        )
    if given.size and given.max() > scale:
        raise InputError(
            f"deformation needs grey values from 0 to scale={scale}, but got {given.max()}. "
            "Give scale=255 for ordinary grey images."
        )
    return given
