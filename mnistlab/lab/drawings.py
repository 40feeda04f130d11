"""Drawings as one short text, as the page's button "Copy my digits" gives it, and back.

    mnistlab-digits:1:28x28:12:BODY:CRC

part     what it is
1        the version of this form
28x28    height and width of each drawing, 1 to 64
12       how many drawings, 1 to 100
BODY     base64url without padding: each drawing as the number of its class in one byte, then its
         pixels in rows as runs of one grey, a byte each: length − 1 in the high four bits, the
         grey 0 … 15 in the low four; a run may go on in the next row
CRC      8 hexadecimal digits: CRC-32 of all that stands before the last colon

A pixel is 17 times its grey, 0 … 255. A text that was cut or edited on its way is noticed by its
CRC, whatever a mail program did to it. It is no secret and no signature: whoever writes a text of
their own can give it the right one, so everything else is checked, too.

Example:
    >>> text = write([[[0, 255], [255, 255]]], [7])
    >>> text
    'mnistlab-digits:1:2x2:1:BwAv:298c6d5c'
    >>> read(text).labels.tolist(), read(text).images.tolist()
    ([7], [[[0, 255], [255, 255]]])
"""

import base64
import binascii
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError

NAME, VERSION = "mnistlab-digits", 1
MOST = 100  # drawings in one text
LARGEST_SIDE = 64
LONGEST = 550_000  # characters: of 100 drawings in which no two pixels beside each other are alike
MOST_PASTED = 4 * LONGEST  # characters of what is pasted: several texts, line breaks in them
GREYS, STEP = 16, 17
LONGEST_RUN = 16
AGAIN = 'Copy it again with the button "Copy my digits", and paste all of it between the quotes.'
QUOTES = "'\"`‘’“”‚„«»"

_PARTS = re.compile(
    rf"{NAME}:([0-9]{{1,9}}):([0-9]{{1,3}})x([0-9]{{1,3}}):([0-9]{{1,9}}):([A-Za-z0-9_-]+)"
    r":([0-9a-f]{8})",
    re.ASCII,
)


@dataclass(frozen=True, eq=False)
class Drawings:
    """Drawings, each with its class.

    Attributes:
        images: uint8 (n, height, width), 0 … 255, ink light.
        labels: int64 (n,), the class that each is meant to show.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of each."""
        return self.images.shape[1], self.images.shape[2]

    def joined(self, later: "Drawings") -> "Drawings":
        """Return both without duplicates; the same pixels have the class that was given later.

        Of two sizes only the later ones are kept, since one text holds one size.
        """
        if not len(self) or self.shape != later.shape:
            return later.joined(later) if len(later) else later
        both = {image.tobytes(): int(label) for one in (self, later)
                for image, label in zip(one.images, one.labels, strict=True)}  # fmt: skip
        pixels = np.frombuffer(bytearray().join(both), np.uint8).reshape(-1, *self.shape)
        return Drawings(pixels, np.array(list(both.values()), np.int64))

    def first(self, count: int) -> "Drawings":
        """Return the first ones."""
        return Drawings(self.images[:count], self.labels[:count])


def none(height: int = 28, width: int = 28) -> Drawings:
    """Return no drawings, of a size."""
    return Drawings(np.empty((0, height, width), np.uint8), np.empty(0, np.int64))


# ── written ─────────────────────────────────────────────────────────────────────────────────────


def write(images: ArrayLike, labels: ArrayLike) -> str:
    """Return drawings as a text.

    Args:
        images: (n, height, width) in 0 … 255, 1 to 100 of them, 1 to 64 pixels a side; each pixel
            is rounded to the nearest of 16 greys.
        labels: (n,), classes 0 … 255.

    Raises:
        InputError: other shapes or numbers.
    """
    pixels, classes = np.asarray(images), np.asarray(labels)
    fits = pixels.ndim == 3 and classes.shape == pixels.shape[:1] and 0 < len(pixels) <= MOST
    if not fits or max(pixels.shape[1:]) > LARGEST_SIDE or 0 in pixels.shape:
        raise InputError(f"A text holds 1 to {MOST} drawings, (n, height, width), of at most "
                         f"{LARGEST_SIDE} pixels a side, and a class for each; these have the "
                         f"shapes {pixels.shape} and {classes.shape}.")  # fmt: skip
    for name, array in (("images", pixels), ("labels", classes)):
        if array.dtype.kind not in "iuf" or not ((array >= 0) & (array <= 255)).all():
            raise InputError(f"{name} must be numbers from 0 to 255.")
    greys = np.rint(pixels / STEP).astype(np.uint8).reshape(len(pixels), -1)  # (n, height·width)
    body = b"".join(bytes([int(label)]) + _runs(row)
                    for label, row in zip(classes, greys, strict=True))  # fmt: skip
    _, height, width = pixels.shape
    return _sealed(f"{NAME}:{VERSION}:{height}x{width}:{len(pixels)}:{_base64(body)}")


def _runs(greys: NDArray[np.uint8]) -> bytes:
    """Return a drawing's greys, (height·width,), as runs."""
    starts = np.flatnonzero(np.diff(greys, prepend=255))
    lengths = np.diff(starts, append=len(greys))
    tokens = bytearray()
    for grey, length in zip(greys[starts].tolist(), lengths.tolist(), strict=True):
        tokens += bytes([16 * (LONGEST_RUN - 1) + grey]) * (length // LONGEST_RUN)
        if rest := length % LONGEST_RUN:
            tokens.append(16 * (rest - 1) + grey)
    return bytes(tokens)


def _base64(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode("ascii").rstrip("=")


def _sealed(text: str) -> str:
    """Return a text with its CRC."""
    return f"{text}:{zlib.crc32(text.encode('ascii')):08x}"


# ── read ────────────────────────────────────────────────────────────────────────────────────────


def pasted(text: str) -> Drawings:
    """Return the drawings of what somebody pasted: one text, or several one after the other.

    Blanks, line breaks and signs without width are left out wherever they stand, and quotes
    around the whole: none of them is part of a text, so what was meant is plain. Anything else
    that changed on the way is refused.

    Args:
        text: at most 2,200,000 characters.

    Raises:
        InputError: something else, or more than 100 drawings; what to do.

    Example:
        >>> len(pasted(" mnistlab-digits:1:2x2:1:\\n  BwAv:298c6d5c\\n"))
        1
    """
    if len(text) > MOST_PASTED:
        raise InputError(f"This text has {len(text):,} characters, and that of {MOST} drawings has "
                         f"at most {LONGEST:,}. {AGAIN}")  # fmt: skip
    plain = "".join(one for one in text if _counts(one)).strip(QUOTES)
    first, *more = _apart(plain)
    found = read(first)
    found = found.joined(found)
    for one in map(read, more):
        if one.shape != found.shape:
            raise InputError(f"These texts hold drawings of {_size(found)} and of {_size(one)} "
                             "pixels. Give those of this lab only: copy them from its own "
                             "page.")  # fmt: skip
        found = found.joined(one)
        if len(found) > MOST:
            raise InputError(f"These texts hold more than {MOST} drawings, and no more are kept. "
                             "Leave some out.")  # fmt: skip
    return found


def _counts(sign: str) -> bool:
    """Whether a character is more than a blank, a line break or a sign without width."""
    if sign.isascii():
        return sign > " "
    return unicodedata.category(sign) not in ("Zs", "Zl", "Zp", "Cf", "Cc")


def _apart(plain: str) -> list[str]:
    """Return texts that stand one after the other; a colon stands nowhere in a body."""
    begin, *more = plain.split(f"{NAME}:")
    return [plain] if begin or not more else [f"{NAME}:{one}" for one in more]


def read(text: str) -> Drawings:
    """Return the drawings of one text, exactly as `write` or the page wrote it.

    Args:
        text: at most 550,000 characters; hostile ones do no harm.

    Raises:
        InputError: anything else, with what to do.
    """
    if len(text) > LONGEST:
        raise InputError(f"This text has {len(text):,} characters, and that of {MOST} drawings has "
                         f"at most {LONGEST:,}. {AGAIN}")  # fmt: skip
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise InputError(_why_none(text))
    version, height, width, count = map(int, parts.groups()[:4])
    if _sealed(text[: -len(":12345678")]) != text:
        raise InputError(f"This text was cut or changed on its way: its check number doesn't fit. "
                         f"{AGAIN}")  # fmt: skip
    if version != VERSION:
        raise InputError(_of_version(version))
    if not 1 <= height <= LARGEST_SIDE or not 1 <= width <= LARGEST_SIDE or not 1 <= count <= MOST:
        raise InputError(f"This text states {count:,} drawings of {height} × {width} pixels; "
                         f"1 to {MOST} are read, of 1 to {LARGEST_SIDE} pixels a side. "
                         f"{AGAIN}")  # fmt: skip
    return _drawn(parts[5], height, width, count)


def _why_none(text: str) -> str:
    """Return what is wrong with a text that isn't of the form."""
    newer = re.match(rf"{NAME}:([0-9]{{1,9}}):", text, re.ASCII)
    if newer and int(newer[1]) != VERSION:
        return _of_version(int(newer[1]))
    if text.startswith(f"{NAME}:"):
        return f"This text was cut or changed on its way: a part of it is missing. {AGAIN}"
    if f"{NAME}:" in text:
        before = shown(text.partition(f"{NAME}:")[0])
        return f"{before} stands before the text with the drawings. {AGAIN}"
    if re.search(r"[A-Za-z0-9_-]{8,}:[0-9a-f]{8}\Z", text, re.ASCII):
        return f"The beginning of this text is missing: it begins with {NAME}:. {AGAIN}"
    return f"{shown(text)} is no text with drawings: such a text begins with {NAME}:. {AGAIN}"


def _of_version(version: int) -> str:
    """Return what to do with a text of another version."""
    if version > VERSION:
        return (f"This text is of version {version}, copied from the page of a newer mnistlab than "
                "this one. Update: pip install --upgrade mnistlab.")  # fmt: skip
    return f"This text states the version {version}, which there never was. {AGAIN}"


def _drawn(body: str, height: int, width: int, count: int) -> Drawings:
    """Return the drawings in a body."""
    content = _bytes(body)
    images = np.empty((count, height * width), np.uint8)
    labels = np.empty(count, np.int64)
    at = 0
    for k, (label, greys, end) in enumerate(_each(content, height * width, count)):
        labels[k], images[k], at = label, greys * STEP, end
    if at != len(content):
        raise InputError(f"This text holds more than the {count} drawings that it states. {AGAIN}")
    return Drawings(images.reshape(count, height, width), labels)


def _bytes(body: str) -> bytes:
    """Return what base64url says; only the one way to write it is taken."""
    try:
        content = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if _base64(content) != body:
        raise InputError(f"This text isn't of the form that the page writes. {AGAIN}")
    return content


def _each(content: bytes, pixels: int, count: int) -> Iterator[tuple[int, NDArray[np.uint8], int]]:
    """Yield class, greys (pixels,) and where it ends, of each drawing."""
    tokens = np.frombuffer(content, np.uint8)
    at = 0
    for _ in range(count):
        runs = tokens[at + 1 : at + 1 + pixels]  # one pixel each at the least
        lengths = (runs >> 4).astype(np.int64) + 1
        ends = np.cumsum(lengths)
        last = int(np.searchsorted(ends, pixels))
        if last == len(ends) or ends[last] != pixels:
            raise InputError("This text isn't of the form that the page writes: its drawings don't "
                             f"have the size that it states. {AGAIN}")  # fmt: skip
        label, at = int(tokens[at]), at + last + 2
        yield label, np.repeat(runs[: last + 1] & 15, lengths[: last + 1]), at


def _size(one: Drawings) -> str:
    return " × ".join(map(str, one.shape))
