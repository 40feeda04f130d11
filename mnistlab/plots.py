"""Pictures of a training and of what it learned, for a notebook, a README and a screen reader.

Each function takes arrays and Historys and returns a `Picture`: a matplotlib figure that knows its
alt text and caption, shows itself in a notebook, and saves itself as PNG. There is no pyplot here:
no display is needed, nothing is kept alive, and a notebook's own style sheet changes nothing.

Colours are Okabe and Ito's, which hold for the colour-blind; markers, dashes and hatches tell the
same in grey.

Example:
    >>> picture = learning_curves(History.of({"loss": [0.5, 0.25], "accuracy": [0.8, 0.9]}))
    >>> picture.caption
    'Over 2 epochs: training loss from 0.5 to 0.25, training accuracy from 80.0% to 90.0%.'
"""

import base64
import html
import io
import math
import os
import secrets
import textwrap
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown, whole
from mnistlab.errors import InputError, SaveError
from mnistlab.history import History

# Okabe & Ito, the strongest against white paper first; their yellow is too pale for a line.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # 7 colours, 8 markers: 56 runs before a repeat
SIZES = (10.0, 6.0, 8.0, 6.5, 8.0, 7.5, 7.5, 10.0)  # of the markers; a square shows on a circle
HATCHES = ("", "//", "..", "xx", "\\\\", "++")
INK, FAINT, PALE = "#222222", "#5C5C5C", "#E4E4E4"

CSS_PIXELS = 100  # an inch of the picture in a page: 8 inches are 800 px wide
DPI = 160  # dots drawn for that inch, so that dense screens stay sharp
MOST_NUMBERED = 20  # classes up to which the counts still fit into the cells
MOST_LABELLED = 40  # classes up to which each name still fits along the axis
MOST_IMAGES = 100

STYLE: dict[str, Any] = {
    "font.size": 10, "axes.titlesize": 11, "axes.titleweight": "bold", "figure.titlesize": 12.5,
    "figure.titleweight": "bold", "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK,
    "ytick.color": INK, "axes.edgecolor": FAINT, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "axes.axisbelow": True, "grid.color": PALE,
    "legend.frameon": False, "hatch.color": "white", "hatch.linewidth": 1.2,
    "figure.constrained_layout.h_pad": 0.09, "figure.constrained_layout.w_pad": 0.09,
    "text.parse_math": False,  # a class or a run may be called "$x"
}  # fmt: skip

CURVES = {"loss": "training loss", "accuracy": "training accuracy",
          "val_loss": "validation loss", "val_accuracy": "validation accuracy"}  # fmt: skip

_one_at_a_time = threading.RLock()


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the package's style, whatever style the notebook has set; theirs is put back."""
    # matplotlib's settings belong to the process, so two threads take turns
    with _one_at_a_time, matplotlib.rc_context():
        matplotlib.rcdefaults()
        settings: dict[Any, Any] = STYLE
        matplotlib.rcParams.update(settings)
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
            # matplotlib would write its version as Software, and bytes would change with it
            self.savefig(buffer, format="png", metadata={"Software": None, "Description": self.alt})
        return buffer.getvalue()

    def _settle(self) -> None:
        """Lay the panels out once and keep them there: laid out again, they move by a hair."""
        if isinstance(self.get_layout_engine(), ConstrainedLayoutEngine):
            self.draw_without_rendering()
            self.set_layout_engine("none")

    def _repr_html_(self) -> str:
        """Return the picture for a notebook: an image with its alt text, and its caption."""
        source = base64.b64encode(self._repr_png_()).decode("ascii")
        width = round(self.get_figwidth() * CSS_PIXELS)
        return (
            f'<figure><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{source}" '
            f'width="{width}" style="max-width:100%;height:auto">'
            f"<figcaption>{html.escape(self.caption)}</figcaption></figure>"
        )

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


# ── learning curves ──────────────────────────────────────────────────────────────────────────────


def learning_curves(
    histories: History | Mapping[str, History], title: str | None = None
) -> Picture:
    """Draw loss and accuracy by epoch: training solid, validation dashed.

    Args:
        histories: one History, or several by name; Keras's own and plain mappings of columns
            will do. Accuracy in [0, 1]; where no run has any (regression), only the loss is drawn.
        title: what stands above; by default "Learning curves".

    Returns:
        The picture; its caption has the first and last figures of each curve.

    Raises:
        InputError: no history, or something that is none.

    Example:
        >>> learning_curves({"SGD": History.of({"loss": [0.5]})}).caption
        'SGD, after 1 epoch: training loss 0.5.'
    """
    runs = _runs(histories)
    columns = _panels(runs)
    caption = _curves_in_words(runs)
    heading = title or "Learning curves"
    shows = f"{heading}. {_panel_names(columns)} by epoch. {caption}"
    with house_style():
        picture = Picture(heading, shows, caption, size=(8.0, 3.9))
        panels = picture.subplots(1, len(columns), squeeze=False)[0]
        for axes, column in zip(panels, columns, strict=True):
            _draw_curves(axes, runs, column)
        _legend(picture, runs)
    return picture


def _runs(histories: object) -> dict[str, History]:
    """Return the runs by name; a single one has the name ""."""
    if not isinstance(histories, Mapping) or any(map(_is_column, histories.values())):
        return {"": _history(histories)}
    if not histories:
        raise InputError(
            "histories is empty. Give the History that fit_model returned, "
            "or several by name, such as {'beta 0.5': history}."
        )
    return {str(name): _history(one) for name, one in histories.items()}


def _is_column(value: object) -> bool:
    """Tell a column of figures from a run."""
    return isinstance(value, (list, tuple, np.ndarray))


def _history(source: object) -> History:
    """Return what a training returned as a History, or raise InputError."""
    if not isinstance(getattr(source, "history", source), Mapping):
        raise InputError(
            f"A History is needed, but got {shown(source)}. "
            "Give what fit_model or model.fit returned."
        )
    try:
        return History.of(source)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"A history holds one list of numbers for each column, but got "
            f"{shown(getattr(source, 'history', source))}."
        ) from error


def _panels(runs: Mapping[str, History]) -> list[str]:
    """Return the panels to draw: accuracy only where some run has it, or none has anything."""
    has = {column for run in runs.values() for column in CURVES if run.history[column]}
    return ["loss", "accuracy"] if not has or has & {"accuracy", "val_accuracy"} else ["loss"]


def _panel_names(columns: Sequence[str]) -> str:
    return " and ".join(columns).capitalize()


def _epochs(run: History) -> int:
    """Return how many epochs the longest curve of `run` has."""
    return max(len(run.history[column]) for column in CURVES)


def _epochs_of(values: Sequence[float], epochs: int) -> list[int]:
    """Return the epoch of each value; with Keras's validation_freq=2 they are 2, 4, 6, …"""
    step = max(epochs // len(values), 1)
    return [step * (index + 1) for index in range(len(values))]


def _look(run: int) -> dict[str, Any]:
    """Return how the curves of a run look; the first is widest, so that it shows under others."""
    return {
        "color": COLOURS[run % len(COLOURS)],
        "marker": MARKERS[run % len(MARKERS)],
        "markeredgecolor": "white",
        "linewidth": max(2.8 - 1.0 * run, 1.6),
        "markersize": SIZES[run % len(SIZES)],
    }


def _hollow(look: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a validation curve looks: dashed, its markers open."""
    dashes = {"linestyle": (0, (4, 2)), "markerfacecolor": "white"}
    size = {"markersize": look["markersize"] - 1.5} if "markersize" in look else {}
    return {**look, **dashes, **size, "markeredgecolor": look["color"]}


def _draw_curves(axes: Axes, runs: Mapping[str, History], column: str) -> None:
    """Draw one panel: `column` and its validation twin, of each run."""
    for number, run in enumerate(runs.values()):
        _draw_run(axes, run, column, _look(number))
    if not axes.lines:
        _note(axes, "no epoch has ended yet")
        axes.set(xticks=[], yticks=[])
    axes.set(title=column.capitalize(), xlabel="epoch", ylabel=column)
    if axes.lines:
        _epoch_axis(axes, max(_epochs(run) for run in runs.values()))
    if column == "accuracy":
        axes.yaxis.set_major_formatter(FuncFormatter(_percent))


def _draw_run(axes: Axes, run: History, column: str, look: Mapping[str, Any]) -> None:
    """Draw training (solid, filled markers) and validation (dashed, hollow markers) of one run."""
    for name, style in ((column, look), (f"val_{column}", _hollow(look))):
        values = run.history[name]
        if values:
            every = max(len(values) // 12, 1)  # a marker at each of 500 epochs would be a smear
            epochs = _epochs_of(values, _epochs(run))
            axes.plot(epochs, values, label=name, markevery=every, **style)


def _percent(share: float, _: object = None) -> str:
    """Return a tick's label, such as 95% or 97.5%."""
    return f"{round(100 * share, 6):g}%"


def _epoch_axis(axes: Axes, epochs: int) -> None:
    """Number the epochs from 1, in whole numbers, with room left and right of the outer ones."""
    room = 0.05 * (epochs - 1) or 0.5
    axes.set_xlim(1 - room, epochs + room)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def _note(axes: Axes, text: str) -> None:
    """Say `text` in the middle of a panel that has nothing to draw."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=FAINT)


def _legend(picture: Picture, runs: Mapping[str, History]) -> None:
    """Put one legend below all panels: the runs' colours, then what solid and dashed mean."""
    named = {
        _legend_name(name): Line2D([], [], **_look(number))
        for number, name in enumerate(runs)
        if name
    }
    look = {"color": FAINT, "linewidth": 1.8} if named else _look(0)
    entries = {**named, "training": Line2D([], [], **look)}
    if any(run.history["val_loss"] or run.history["val_accuracy"] for run in runs.values()):
        entries["validation"] = Line2D([], [], **_hollow(look))
    if any(map(_epochs, runs.values())):
        picture.legend(
            list(entries.values()),
            list(entries),
            loc="outside lower center",
            handlelength=3.2,
            ncols=_legend_columns(list(entries)),
        )


def _legend_columns(names: Sequence[str]) -> int:
    """Return in how many columns the names fit below the panels, with the rows evenly filled."""
    most = max(1, 90 // (max(map(len, names)) + 8))
    rows = math.ceil(len(names) / most)
    return math.ceil(len(names) / rows)


def _legend_name(name: str) -> str:
    """Return a run's name for the legend; matplotlib leaves out those that begin with _."""
    return " " * name.startswith("_") + _short(name, 40)


def _curves_in_words(runs: Mapping[str, History]) -> str:
    """Return the first and last figures of each run; of more than three runs, the last alone."""
    tell = _run_in_words if len(runs) <= 3 else _end_in_words
    text = "; ".join(tell(name, run) for name, run in runs.items()) + "."
    return text[0].upper() + text[1:] if "" in runs else text


def _run_in_words(name: str, run: History) -> str:
    """Return "over 5 epochs: training loss from 0.6 to 0.1, …" for one run."""
    told = [
        f"{words} {_from_to(column, run.history[column])}"
        for column, words in CURVES.items()
        if run.history[column]
    ]
    lead = f"{name}, " if name else ""
    if not told:
        return f"{lead}no epoch has ended yet"
    count = _epochs(run)
    span = f"{'over' if count > 1 else 'after'} {_count_of(count, 'epoch')}"
    return f"{lead}{span}: {', '.join(told)}"


def _end_in_words(name: str, run: History) -> str:
    """Return "Adam ends at validation accuracy 97.3%"."""
    end = _end(run)
    return f"{name} ends at {end}" if end else f"{name} has no epoch yet"


def _end(run: History) -> str:
    """Return "validation accuracy 97.3%": the last figure that tells most; "" before any."""
    for column in ("val_accuracy", "accuracy", "val_loss", "loss"):
        if run.history[column]:
            return f"{CURVES[column]} {_told(column, run.history[column][-1])}"
    return ""


def _from_to(column: str, values: Sequence[float]) -> str:
    last = _told(column, values[-1])
    return last if len(values) == 1 else f"from {_told(column, values[0])} to {last}"


def _told(column: str, value: float) -> str:
    """Return a figure in words: accuracy in percent, a loss to three digits."""
    if math.isnan(value):
        return "NaN (not a number)"
    return f"{value:.1%}" if column.endswith("accuracy") else f"{value:.3g}"


# ── two engines ──────────────────────────────────────────────────────────────────────────────────


def engine_comparison(
    histories: Mapping[str, History], differences: Sequence[float], title: str | None = None
) -> Picture:
    """Draw the same training by several engines: curves, seconds per epoch, how far they part.

    Args:
        histories: at least two Historys by the engine's name.
        differences: the largest absolute difference between any two of their weights, one value
            after each epoch, at least 0; exactly 0 is drawn at the foot of the logarithmic axis.
        title: what stands above; by default "The same training: classic and keras".

    Returns:
        The picture; its caption has the last accuracies, the seconds and the difference.

    Raises:
        InputError: fewer than two histories, a difference below 0, or more of them than epochs.

    Example:
        >>> one = {"loss": [0.5], "accuracy": [0.8], "seconds": [2.0]}
        >>> engine_comparison({"classic": one, "keras": one}, [1e-7]).caption
        'classic: training accuracy 80.0%, 2 s per epoch; keras: training accuracy 80.0%, \
2 s per epoch. Largest difference between their weights after epoch 1: 1e-07.'
    """
    runs = _engines(histories)
    apart = _differences(differences, max(map(_epochs, runs.values())))
    columns = _panels(runs)
    heading = title or f"The same training: {' and '.join(runs)}"
    each = "; ".join(_engine_in_words(name, run) for name, run in runs.items())
    caption = f"{each}. {_apart_in_words(apart)}"
    shows = f"{heading}. {_panel_names(columns)} by epoch, seconds per epoch, weight difference."
    with house_style():
        picture = Picture(heading, f"{shows} {caption}", caption, size=(8.0, 6.4))
        # the loss alone, named twice, spans both columns
        panels = picture.subplot_mosaic([[columns[0], columns[-1]], ["seconds", "apart"]])
        for column in columns:
            _draw_curves(panels[column], runs, column)
        _draw_seconds(panels["seconds"], runs)
        _draw_apart(panels["apart"], apart)
        _legend(picture, runs)
    return picture


def _engines(histories: object) -> dict[str, History]:
    """Return at least two runs by name, or raise InputError."""
    runs = _runs(histories)
    if len(runs) < 2:
        raise InputError(
            "engine_comparison needs at least two histories by name, but got "
            f"{len(runs)}. Give {{'classic': history, 'keras': history}}, "
            "or draw a single one with learning_curves."
        )
    return runs


def _differences(values: Sequence[float], epochs: int) -> NDArray[np.float64]:
    """Return the differences as an array (epochs,), or raise InputError."""
    apart = _numbers("differences", values).astype(np.float64)
    if apart.ndim != 1 or len(apart) > epochs or (apart < 0).any():
        raise InputError(
            f"differences holds one number of at least 0 after each of the {epochs} "
            f"epochs, but got {shown(values)}."
        )
    return apart


def _seconds(run: History) -> float | None:
    """Return the mean seconds of an epoch, or None where nobody looked at the clock."""
    seconds = run.history["seconds"]
    return sum(seconds) / len(seconds) if seconds else None


def _draw_seconds(axes: Axes, runs: Mapping[str, History]) -> None:
    """Draw the mean seconds of an epoch, one bar a run, with its figure at its end."""
    for number, run in enumerate(runs.values()):
        seconds = _seconds(run)
        bars = axes.barh(
            number,
            seconds or 0.0,
            height=0.6,
            color=COLOURS[number % len(COLOURS)],
            hatch=HATCHES[number % len(HATCHES)],
            edgecolor="white",
            linewidth=0,
        )
        text = "not measured" if seconds is None else f"{seconds:.3g} s"
        axes.bar_label(bars, [text], padding=4)
    axes.set_yticks(range(len(runs)), [_short(name) for name in runs])
    axes.set(title="Seconds per epoch", xlabel="seconds, mean over the epochs")
    axes.margins(x=0.3)
    axes.set_xlim(left=0.0)
    axes.invert_yaxis()  # the first on top, as in the legend
    axes.grid(visible=False, axis="y")


def _draw_apart(axes: Axes, apart: NDArray[np.float64]) -> None:
    """Draw the largest weight difference after each epoch on a logarithmic axis."""
    axes.set(title="Largest weight difference", xlabel="epoch", ylabel="largest |difference|")
    _epoch_axis(axes, max(len(apart), 1))
    epochs = np.arange(1, len(apart) + 1)  # (epochs,)
    above = np.isfinite(apart) & (apart > 0)  # (epochs,)
    if above.any():
        axes.plot(epochs, np.where(above, apart, np.nan), color=INK, marker="o", label="apart")
        _decades(axes, apart[above])
    else:
        axes.yaxis.set_major_locator(NullLocator())
        _note(axes, _why_no_line(apart))
    if above.any() and (apart == 0).any():
        _draw_zeros(axes, epochs[apart == 0])


def _why_no_line(apart: NDArray[np.float64]) -> str:
    """Return what there is to say of differences without one above 0."""
    if not len(apart):
        return "not measured"
    return "no finite difference" if not (apart == 0).all() else "exactly 0 after every epoch"


def _draw_zeros(axes: Axes, epochs: NDArray[Any]) -> None:
    """Mark at the foot of the panel the epochs whose difference is 0, which has no logarithm."""
    axes.plot(
        epochs,
        np.full(len(epochs), 0.04),
        transform=axes.get_xaxis_transform(),
        color=INK,
        linestyle="",
        marker="o",
        markerfacecolor="white",
        label="exactly 0",
    )
    axes.legend(handles=[axes.lines[-1]], loc="lower right")


def _decades(axes: Axes, values: NDArray[np.float64]) -> None:
    """Give the panel a logarithmic axis over whole powers of ten, written as 1e-07."""
    low, high = math.floor(np.log10(values.min())), math.ceil(np.log10(values.max()))
    axes.set_yscale("log")
    axes.set_ylim(10.0 ** (low - 0.5), 10.0 ** (max(high, low + 1) + 0.2))
    axes.yaxis.set_major_locator(LogLocator(numticks=7))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0e}"))


def _engine_in_words(name: str, run: History) -> str:
    """Return "classic: validation accuracy 97.3%, 1.2 s per epoch"."""
    seconds = _seconds(run)
    end = f"{name}: {_end(run) or 'no epoch yet'}"
    return end if seconds is None else f"{end}, {seconds:.3g} s per epoch"


def _apart_in_words(apart: NDArray[np.float64]) -> str:
    if not len(apart):
        return "The difference between their weights was not measured."
    return (
        f"Largest difference between their weights after epoch {len(apart)}: "
        f"{_told('difference', apart[-1])}."
    )


# ── confusion matrix ─────────────────────────────────────────────────────────────────────────────


def confusion_matrix(matrix: ArrayLike, class_names: Sequence[str]) -> Picture:
    """Draw how often each class was taken for each: rows actual, columns predicted.

    The right answers on the diagonal stay pale: they would swamp the mistakes. A mistake is the
    darker, the larger its share of its row. Up to 20 classes the cells hold their counts.

    Args:
        matrix: counts, (classes, classes), whole numbers of at least 0.
        class_names: the name of each class, in that order.

    Returns:
        The picture; its caption has the accuracy and the most frequent confusion.

    Raises:
        InputError: a matrix that isn't square or holds no counts, or names that don't fit it.

    Example:
        >>> confusion_matrix([[8, 2], [0, 10]], ["4", "9"]).caption
        '18 of 20 right (90.0%); most often a 4 was taken for a 9: 2 times.'
    """
    counts = _counts(matrix)
    names = _names(class_names, len(counts))
    right, total = int(np.trace(counts)), int(counts.sum())
    score = f"{right:,} of {total:,} right" + (f" ({right / total:.1%})" if total else "")
    caption = f"{score}; {_worst_confusion(counts, names)}."
    shows = f"Confusion matrix of {len(names)} classes, actual by predicted: {caption}"
    height = min(max(2.4 + 0.42 * len(names), 4.4), 6.6)
    with house_style():
        picture = Picture(f"Confusion matrix: {score}", shows, caption, (1.15 * height, height))
        axes = picture.subplots()
        _draw_cells(picture, axes, counts)
        _class_axes(axes, names)
    return picture


def _counts(matrix: ArrayLike) -> NDArray[np.int64]:
    """Return the matrix as counts (classes, classes) int64, or raise InputError."""
    counts = _numbers("matrix", matrix)
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


def _worst_confusion(counts: NDArray[np.int64], names: Sequence[str]) -> str:
    """Return "most often a 4 was taken for a 9: 22 times"; of several, the first row by row."""
    mistakes = counts * ~np.eye(len(counts), dtype=bool)  # (classes, classes)
    actual, predicted = divmod(int(mistakes.argmax()), len(names))
    times = mistakes[actual, predicted]
    if not times:
        return "no mistakes"
    often = "once" if times == 1 else f"{times:,} times"
    return f"most often {_a(names[actual])} was taken for {_a(names[predicted])}: {often}"


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
        bar.ax.yaxis.set_major_formatter(FuncFormatter(_percent))
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
    labels = [_short(names[index]) for index in shown_ones]
    crowded = max(map(len, labels)) * len(names) > 60
    size = 10.0 if len(names) <= MOST_NUMBERED else 7.5
    axes.set_xticks(shown_ones, labels, rotation=90 if crowded else 0, fontsize=size)
    axes.set_yticks(shown_ones, labels, fontsize=size)
    axes.set(xlabel="predicted class", ylabel="actual class")
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


# ── images ───────────────────────────────────────────────────────────────────────────────────────


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
    pixels = _images(images)
    limit = _limit(count)
    right, beliefs = _answers(actual, probabilities)
    names = _names(class_names, beliefs.shape[1])
    _same_length("right classes", len(right), len(pixels))
    worst = _worst_first(right, beliefs)
    everyone = _count_of(len(right), "pattern")
    if not len(worst):
        return _says(f"No mistakes among {everyone}", "each was taken for what it is")
    told = [_mistake(right[index], beliefs[index], names) for index in worst[:limit]]
    number = f"{len(told)} worst" if len(told) > 1 else "worst"
    heading = f"The {number} of {_count_of(len(worst), 'mistake')} among {everyone}"
    shows = f"{heading}: {_listed([' '.join(one) for one in told])}."
    caption = (
        f"{heading}. In brackets: the belief in the wrong answer, then in the right one. "
        f"The worst is pattern {worst[0]}: {' '.join(told[0])}."
    )
    return _grid(pixels[worst[:limit]], told, _top(pixels), (heading, shows, caption))


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
    pixels = _images(images)
    names = _names(class_names)
    classes = _classes("labels", labels, len(names))
    _same_length("labels", len(classes), len(pixels))
    picks = _one_of_each_in_turn(classes)[: _limit(count)]
    told = [names[one] for one in classes[picks]]
    heading = f"{len(picks)} of {_count_of(len(pixels), 'pattern')}"
    caption = f"{heading}. Row by row: {_listed(told)}."
    words = (heading, f"Images: {caption}", caption)
    return _grid(pixels[picks], [(one,) for one in told], _top(pixels), words)


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
    pixels = _images(images)
    if not 1 <= len(pixels) <= MOST_IMAGES or len(titles) != len(pixels):
        raise InputError(
            f"image_grid draws 1 to {MOST_IMAGES} images with one title each, "
            f"but got {len(pixels)} images and {len(titles)} titles."
        )
    shows = f"{title}, row by row: {_listed(list(map(str, titles)))}."
    return _grid(pixels, [(str(one),) for one in titles], _top(pixels), (title, shows, shows))


def _same_length(name: str, given: int, images: int) -> None:
    """Raise InputError where there isn't one of `name` for each image."""
    if given != images:
        raise InputError(
            f"There are {images} images, but {given} {name}. "
            "Give one of each for every pattern, in the same order."
        )


def _listed(words: Sequence[str], most: int = 20) -> str:
    """Return the words in a row; of many, the first ones and how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _answers(
    actual: ArrayLike, probabilities: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return right classes (n,) and beliefs (n, classes) that fit each other, or InputError."""
    beliefs = _numbers("probabilities", probabilities)
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
    right = _classes("actual", actual, beliefs.shape[1])
    if len(right) != len(beliefs):
        raise InputError(
            f"actual has {len(right)} classes, but probabilities has {len(beliefs)} "
            "rows. Give one of each for every pattern, in the same order."
        )
    return right, beliefs.astype(np.float64)


def _classes(name: str, labels: ArrayLike, classes: int) -> NDArray[np.int64]:
    """Return labels as (n,) int64 in [0, classes), or raise InputError."""
    given = _numbers(name, labels)
    if given.ndim != 1:
        raise InputError(
            f"{name} must hold one class for each pattern, but its shape is "
            f"{given.shape}. For one-hot rows, give {name}.argmax(axis=1)."
        )
    if not ((given >= 0) & (given < classes) & (given == np.floor(given))).all():
        raise InputError(
            f"{name} must hold whole numbers from 0 to {classes - 1}, "
            f"but got {shown(np.unique(given).tolist())}."
        )
    return given.astype(np.int64)


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


def _one_of_each_in_turn(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all indices: the first of each class, then the second of each, and so on."""
    by_class = np.argsort(labels, kind="stable")  # (n,)
    sizes = np.bincount(labels)  # (classes,)
    turn = np.concatenate([np.arange(size) for size in sizes]) if len(labels) else labels  # (n,)
    return by_class[np.argsort(turn, kind="stable")]


def _grid_columns(count: int, longest: int) -> int:
    """Return how many of `count` images go in a row: no gap at the end where that can be."""
    if longest > 16:
        return min(count, 4)
    if count <= 6:
        return count
    most = 10 if count > 36 else 6
    return next((many for many in (most, 5, 4) if count % many == 0), most)


def _wrapped(lines: Sequence[str], inches: float) -> str:
    """Return an image's title, wrapped to the width of its cell."""
    letters = int(inches * 72 / 5.6)  # a letter of 9 points is about 5.6 points wide
    return "\n".join(textwrap.fill(_short(line, 3 * letters), letters) for line in lines)


def _grid(
    images: NDArray[Any], titles: Sequence[Sequence[str]], top: float, words: tuple[str, str, str]
) -> Picture:
    """Draw each image under its lines of title; `words` are the picture's title, alt, caption."""
    columns = _grid_columns(len(images), max(len(line) for lines in titles for line in lines))
    cell = min(8.0 / columns, 2.0)  # inches
    above = [_wrapped(lines, cell) for lines in titles]
    with house_style():
        picture = Picture(*words, size=_grid_size(images, columns, cell, above))
        cells = picture.subplots(math.ceil(len(images) / columns), columns, squeeze=False).flat
        for axes, image, title in zip(cells, images, above, strict=False):
            _draw_image(axes, image, top)
            axes.set_title(title, fontsize=9, fontweight="normal", pad=3)
        for axes in list(picture.axes)[len(images) :]:
            axes.set_visible(False)
    return picture


def _grid_size(
    images: NDArray[Any], columns: int, cell: float, titles: Sequence[str]
) -> tuple[float, float]:
    """Return the width and height in inches of a picture of images in rows."""
    rows = math.ceil(len(images) / columns)
    tall = min(max(images.shape[1] / images.shape[2], 0.3), 3.0)
    lines = 1 + max(title.count("\n") for title in titles)
    return max(cell * columns, 6.0), 0.5 + rows * ((cell - 0.15) * tall + 0.16 * lines + 0.15)


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


def _images(images: ArrayLike) -> NDArray[Any]:
    """Return images as (n, height, width) or (n, height, width, 3), or raise InputError."""
    pixels = _numbers("images", images)
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


def _limit(count: int) -> int:
    """Return how many images to show, 1 to 100, or raise InputError."""
    limit = whole("count", count, minimum=1)
    if limit > MOST_IMAGES:
        raise InputError(f"count must be at most {MOST_IMAGES}, but got {shown(count)}.")
    return limit


def _says(text: str, note: str) -> Picture:
    """Return a picture that has nothing to draw and says so."""
    with house_style():
        picture = Picture(text, f"{text}.", f"{text}.", size=(5.0, 1.2))
        axes = picture.subplots()
        axes.set_axis_off()
        _note(axes, note)
    return picture


# ── for all of them ──────────────────────────────────────────────────────────────────────────────


def _numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return `values` as an array of numbers, or raise InputError."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise InputError(f"{name} must be an array of numbers, but got {shown(values)}.") from error
    if array.dtype.kind not in "biuf":
        raise InputError(f"{name} must be an array of numbers, but got {shown(values)}.")
    return array


def _names(class_names: Sequence[str], classes: int | None = None) -> list[str]:
    """Return the class names, each on one line; InputError where there aren't `classes`."""
    names = [" ".join(str(name).split()) for name in class_names]
    if classes is not None and len(names) != classes:
        raise InputError(
            f"class_names must name each of the {classes} classes, "
            f"but got {len(names)}: {shown(names)}."
        )
    return names


def _short(name: str, most: int = 20) -> str:
    """Return a name as it fits into a picture; alt text and caption have all of it."""
    return name if len(name) <= most else name[: most - 1] + "…"


def _count_of(count: int, thing: str) -> str:
    """Return "1 epoch" or "1,000 epochs"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
