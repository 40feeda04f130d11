"""epoch_seconds: how long one epoch takes, by batch size, for one program or several.

Example:
    >>> epoch_seconds({"classic": {1: 0.27, 32: 0.32}, "PyTorch": {1: 12.7, 32: 1.14}}).caption
    'Seconds per epoch: classic 0.27 at batch size 1 and 0.32 at 32; PyTorch 12.7 at batch size 1 \
and 1.14 at 32.'
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from mnistlab.checks import shown, whole
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers
from mnistlab.plots.picture import COLOURS, DASHES, MARKERS, SIZES, Picture, house_style
from mnistlab.plots.words import number, short

LEADER = {"arrowstyle": "-", "linewidth": 0.9, "shrinkB": 5, "relpos": (0.0, 0.5)}
MOST_WHO = 16  # labels that fit beside the panel


def epoch_seconds(
    seconds: Mapping[str, Mapping[Any, Any]],
    patterns: int | None = None,
    title: str | None = None,
) -> Picture:
    """Draw the seconds of one epoch against batch size, both axes logarithmic.

    Args:
        seconds: who → {batch size: seconds}. Batch sizes are whole numbers from 1 on, as numbers
            or text, or "full"; seconds are above 0, and of several measurements the median is
            drawn. One to sixteen names.
        patterns: how many patterns an epoch has: the batch size that "full" stands for.
        title: what stands above; by default "Seconds for one epoch, by batch size".

    Returns:
        The picture, each line with its name at its end; its caption has the seconds at the
        smallest and the largest batch size of each.

    Raises:
        InputError: no measurement, or one that is no number above 0.

    Example:
        >>> epoch_seconds({"classic": {"1": [0.25, 0.27, 0.9], "full": 0.3}}, 60000).caption
        'Seconds per epoch: classic 0.27 at batch size 1 and 0.3 at 60,000.'
    """
    lines = _lines(seconds, patterns)
    caption = f"Seconds per epoch: {'; '.join(_in_words(*one) for one in lines.items())}."
    heading = title or "Seconds for one epoch, by batch size"
    every = "; ".join(_all_in_words(*one) for one in lines.items())
    with house_style():
        picture = Picture(heading, f"{heading}. {every}.", caption, size=(8.0, 4.5))
        axes = picture.subplots()
        for k, (name, line) in enumerate(lines.items()):
            axes.plot(list(line), list(line.values()), **_look(k), label=f"line {name}")
        _logarithmic(axes, lines, patterns)
        _name_lines(axes, lines)
    return picture


def _lines(seconds: Any, patterns: int | None) -> dict[str, dict[int, float]]:
    """Return who → {batch size: seconds}, the smallest batch first, or raise InputError."""
    fits = isinstance(seconds, Mapping) and all(isinstance(v, Mapping) for v in seconds.values())
    if not fits or not 1 <= len(seconds) <= MOST_WHO or not all(seconds.values()):
        raise InputError(
            f"seconds must hold 1 to {MOST_WHO} names, each with its seconds by batch size, but "
            f"got {shown(seconds)}. Give such as {{'classic': {{1: 0.27, 32: 0.32}}}}."
        )
    full = None if patterns is None else whole("patterns", patterns, minimum=1)
    return {
        " ".join(str(who).split()): dict(
            sorted((_batch(size, full), _median(who, size, one)) for size, one in given.items())
        )
        for who, given in seconds.items()
    }


def _batch(size: Any, patterns: int | None) -> int:
    """Return a batch size as a number, or raise InputError."""
    word = size.strip().lower() if isinstance(size, str) else size
    if word == "full":
        if patterns is None:
            raise InputError(
                "The batch size 'full' is as many patterns as an epoch has: "
                "give that number, such as patterns=60000."
            )
        return patterns
    return whole("batch size", int(word) if isinstance(word, str) and word.isdecimal() else word, 1)


def _median(who: str, size: Any, given: Any) -> float:
    """Return the median of the seconds, or raise InputError."""
    values = np.atleast_1d(numbers("seconds", given)).astype(np.float64)
    if not values.size or not (np.isfinite(values) & (values > 0)).all():
        raise InputError(
            f"The seconds of {who!r} at batch size {size} must be above 0, but got {shown(given)}."
        )
    return float(np.median(values))


def _in_words(name: str, line: Mapping[int, float]) -> str:
    """Return "classic 0.27 at batch size 1 and 0.32 at 32"."""
    (small, first), *_, (large, last) = [*line.items()] * 2
    said = f"{name} {number(first)} at batch size {small:,}"
    return said if len(line) == 1 else f"{said} and {number(last)} at {large:,}"


def _all_in_words(name: str, line: Mapping[int, float]) -> str:
    """Return "classic: 0.27 s at batch size 1, 0.32 s at 32"."""
    first, *more = (f"{number(value)} s at {size:,}" for size, value in line.items())
    return ", ".join([f"{name}: {first.replace(' at ', ' at batch size ')}", *more])


def _look(k: int) -> dict[str, Any]:
    """Return how the k-th line looks."""
    return {
        "color": COLOURS[k % len(COLOURS)],
        "marker": MARKERS[k % len(MARKERS)],
        "markersize": 0.9 * SIZES[k % len(SIZES)],
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
        "linestyle": DASHES[k % len(DASHES)],
        "linewidth": 1.8,
    }


def _logarithmic(
    axes: Axes, lines: Mapping[str, Mapping[int, float]], patterns: int | None
) -> None:
    """Give the panel logarithmic axes whose ticks are the batch sizes, and seconds as numbers."""
    sizes = sorted({size for line in lines.values() for size in line})
    axes.set(xscale="log", yscale="log", xlabel="batch size", ylabel="seconds per epoch")
    axes.set_xlim(sizes[0] / 1.4, sizes[-1] * 1.4)
    values = [value for line in lines.values() for value in line.values()]
    axes.set_ylim(min(values) / 1.6, max(values) * 1.6)
    axes.xaxis.set_major_locator(FixedLocator(_apart(sizes)))
    names = {patterns: f"full\n{patterns:,}"} if patterns else {}
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: names.get(round(v), f"{v:,.0f}")))
    near = max(values) / min(values) < 1000
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if near else (1,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())


def _apart(sizes: Sequence[int]) -> list[int]:
    """Return the batch sizes whose labels don't touch: the largest, and those well below it."""
    room = (sizes[-1] / sizes[0]) ** (1 / 12)
    kept = [sizes[-1]]
    for size in reversed(sizes[:-1]):
        if kept[-1] / size >= room:
            kept.append(size)
    return kept[::-1]


def _name_lines(axes: Axes, lines: Mapping[str, Mapping[int, float]]) -> None:
    """Write each name beside the panel at the height of its line's end, none over another."""
    low, high = np.log(axes.get_ylim())
    ends = [(np.log([*line.values()][-1]) - low) / (high - low) for line in lines.values()]
    for k, (name, height) in enumerate(zip(lines, _spread(ends), strict=True)):
        size, value = [*lines[name].items()][-1]
        axes.annotate(
            short(name, 28),
            (size, value),
            xytext=(1.03, height),
            textcoords="axes fraction",
            va="center",
            annotation_clip=False,
            arrowprops={**LEADER, "color": COLOURS[k % len(COLOURS)]},
        )


def _spread(heights: Sequence[float]) -> list[float]:
    """Return the heights in [0, 1], moved as little as needed to stand 1/16 apart.

    Example:
        >>> _spread([0.5, 0.5, 0.9])
        [0.46875, 0.53125, 0.9]
    """
    gap = 1 / MOST_WHO
    order = np.argsort(heights, kind="stable")
    groups: list[list[float]] = []  # the heights wanted by neighbours that stand together
    for wanted in np.asarray(heights)[order]:
        groups.append([float(wanted)])
        while len(groups) > 1 and _bottom(groups[-1], gap) < _bottom(groups[-2], gap) + gap * len(
            groups[-2]
        ):
            groups[-2:] = [groups[-2] + groups[-1]]
    placed = [_bottom(group, gap) + gap * k for group in groups for k in range(len(group))]
    result = np.empty(len(placed))
    result[order] = placed
    return [float(height) for height in result]


def _bottom(group: Sequence[float], gap: float) -> float:
    """Return the lowest height of a group that is centred on what its members want, in [0, 1]."""
    half = gap * (len(group) - 1) / 2
    return float(np.clip(np.mean(group) - half, 0.0, 1.0 - 2 * half))
