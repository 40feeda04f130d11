"""Picture: a matplotlib figure with its words, saved as PNG; the style of the house."""

import base64
import html
import importlib
import io
import os
import secrets
import textwrap
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mnistlab.checks import shown
from mnistlab.errors import InputError, SaveError

# Okabe & Ito, the strongest against white paper first; their yellow is too pale for a line.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
# what tells the same in grey: 7 colours and 8 markers repeat together after 56 runs
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
SIZES = (10.0, 6.0, 8.0, 6.5, 8.0, 7.5, 7.5, 10.0)  # of the markers; a square shows on a circle
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.2, 1.5, 1.2)))
INK, FAINT, PALE = "#222222", "#5C5C5C", "#E4E4E4"

CSS_PIXELS = 100  # an inch of the picture in a page: 8 inches are 800 px wide
DPI = 144  # dots drawn for that inch, so that dense screens stay sharp
COLOURS_IN_PNG = 256  # a byte for each dot: a third of the bytes of all colours

STYLE: dict[Any, Any] = {
    "font.size": 10, "axes.titlesize": 11, "axes.titleweight": "bold", "figure.titlesize": 12.5,
    "figure.titleweight": "bold", "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK,
    "ytick.color": INK, "axes.edgecolor": FAINT, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True, "grid.color": PALE,
    "legend.frameon": False, "hatch.color": "white", "hatch.linewidth": 1.2,
    "figure.constrained_layout.h_pad": 0.09, "figure.constrained_layout.w_pad": 0.09,
    "text.parse_math": False,  # a class or a run may be called "$x"
}  # fmt: skip

_one_at_a_time = threading.RLock()


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the package's style, whatever style the notebook has set; theirs is put back."""
    # matplotlib's settings belong to the process, so two threads take turns
    with _one_at_a_time, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


class Picture(Figure):
    """A matplotlib figure with its alt text and caption.

    Attributes:
        title: what stands above it.
        alt: what it shows, in words and numbers, for those who don't see it.
        caption: the sentence of numbers that a page shows below it.

    Example:
        >>> picture = Picture("A title", "A line that rises from 0 to 1.", "From 0 to 1.")
        >>> picture.alt, picture._repr_png_()[1:4]
        ('A line that rises from 0 to 1.', b'PNG')
    """

    def __init__(
        self, title: str, alt: str, caption: str, size: tuple[float, float] = (8.0, 4.0)
    ) -> None:
        """Make an empty picture `size` inches wide and high; its title is wrapped to fit."""
        with house_style():
            super().__init__(figsize=size, dpi=DPI, layout="constrained")
            FigureCanvasAgg(self)
            self.suptitle(textwrap.fill(title, int(9 * size[0])))
        self.title, self.alt, self.caption = title, alt, caption

    def __repr__(self) -> str:
        """Return the alt text, so that a terminal says what the picture shows."""
        return f"<{type(self).__name__}: {self.alt}>"

    def _repr_png_(self) -> bytes:
        """Return the picture as PNG: the same bytes each time, with the alt text inside."""
        with house_style(), warnings.catch_warnings():
            # a name in a script that the font lacks is drawn as boxes; alt and caption have it
            warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
            self._settle()
            buffer = io.BytesIO()
            self.savefig(buffer, format="rgba")
        size = (int(self.bbox.width), int(self.bbox.height))
        return _in_few_colours(Image.frombytes("RGBA", size, buffer.getvalue()), self.alt)

    def _settle(self) -> None:
        """Lay the panels out once and keep them there: laid out again, they move by a hair."""
        if isinstance(self.get_layout_engine(), ConstrainedLayoutEngine):
            self.draw_without_rendering()
            self.set_layout_engine("none")

    def _repr_html_(self) -> str:
        """Return the picture for a notebook: an image with its alt text, and its caption."""
        return self._as_html(base64.b64encode(self._repr_png_()).decode("ascii"))

    def _as_html(self, png: str) -> str:
        """Return the image, a PNG in base64, with its alt text, and its caption."""
        return (
            f'<figure><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{png}" '
            f'width="{self._width()}" style="max-width:100%;height:auto">'
            f"<figcaption>{html.escape(self.caption)}</figcaption></figure>"
        )

    def _ipython_display_(self) -> None:
        """Show the picture in a notebook: as HTML, as PNG and in words, each once.

        The HTML carries alt text and caption, so pages prefer it. PDFs made through LaTeX and
        Sphinx take no HTML, so the PNG is there too, with the alt text beside it. Were this left
        to IPython, matplotlib's inline mode (on from the start in Colab) would draw a PNG of its
        own in the place of this one, larger and without alt text.
        """
        png = base64.b64encode(self._repr_png_()).decode("ascii")
        data = {"text/plain": repr(self), "text/html": self._as_html(png), "image/png": png}
        about = {"image/png": {"alt": self.alt, "width": self._width()}}
        importlib.import_module("IPython.display").display(data, metadata=about, raw=True)

    def _width(self) -> int:
        """Return how wide a page shows the picture, in CSS pixels."""
        return round(self.get_figwidth() * CSS_PIXELS)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture as PNG, aside first and then renamed: all of it or nothing.

        Args:
            path: a file name that ends in .png, in a folder that exists; replaced where it exists.

        Returns:
            The path written.

        Raises:
            InputError: the name ends in something else.
            SaveError: the file can't be written.
        """
        target = Path(path)
        if target.suffix.lower() != ".png":
            raise InputError(
                f"A picture is saved as PNG, but got {shown(str(path))}. "
                "Give a name that ends in .png, such as 'curves.png'."
            )
        _replace(target, self._repr_png_())
        return target


def _in_few_colours(drawn: Image.Image, alt: str) -> bytes:
    """Return a PNG in 256 colours, with the alt text inside.

    Letters and lines have some hundred shades, so most pictures lose none that is seen. Maximum
    coverage keeps rare colours, such as that of a single marker, where a median cut merges them.
    """
    words, buffer = PngInfo(), io.BytesIO()
    words.add_itxt("Description", alt)
    few = drawn.convert("RGB").quantize(
        COLOURS_IN_PNG, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
    )
    few.save(buffer, format="png", optimize=True, pnginfo=words, dpi=(DPI, DPI))
    return buffer.getvalue()


def _replace(target: Path, content: bytes) -> None:
    """Write `content` beside `target`, then rename it over `target`."""
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        aside.write_bytes(content)
        os.replace(aside, target)
    except OSError as error:
        why = error.strerror or error
        raise SaveError(
            f"The picture {target} could not be written: {why}. "
            "Check that its folder exists, may be written to and has room."
        ) from error
    finally:
        with suppress(OSError):  # gone by its renaming, or never made
            aside.unlink()


def note(axes: Axes, text: str) -> None:
    """Say `text` in the middle of a panel that has nothing to draw."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=FAINT)
