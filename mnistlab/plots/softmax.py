"""softmax_at_work: from net inputs through their exponentials to probabilities.

Also the labelled bars that `activations` draws.

Example:
    >>> softmax_at_work([2.0, 1.0, 1.0]).caption
    'Softmax of 3 net inputs from 1 to 2: the probabilities sum to 1; the largest is 0.576, of \
unit 0.'
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from mnistlab.classic import units
from mnistlab.errors import InputError
from mnistlab.plots.arguments import names_of, not_diverged, numbers
from mnistlab.plots.picture import COLOURS, INK, Picture, house_style
from mnistlab.plots.words import count_of, listed, number, short

Values = NDArray[np.float64]

MOST_BARS = 20
LARGEST_POWER = 10.0  # e^10 = 22,026; beyond, the largest I is subtracted first


def softmax_at_work(
    net_inputs: ArrayLike, class_names: Sequence[str] = (), title: str | None = None
) -> Picture:
    """Draw net inputs I, their exponentials e^I, and the probabilities that softmax makes of them.

        f(I)_j = e^(I_j) / Σ_k e^(I_k)

    Only differences between net inputs count: with the same number added to each I, the last panel
    stays the same. Where the largest I is beyond ±10, it is subtracted from each first, so that no
    exponential overflows; the middle panel then shows e^(I − largest I). Equal net inputs
    have equal probabilities.

    Args:
        net_inputs: I of each output unit, (units,) or one row (1, units), finite, any size.
        class_names: the name of each unit; without them its number, from 0 on.
        title: what stands above; by default the formula.

    Returns:
        The picture: three panels of bars with their numbers, and the sum of each below it. Of more
        than 20 units, the 20 with the largest probabilities are drawn; the sums are of all.

    Raises:
        InputError: no numbers, more than one pattern, NaN or infinity, or names that don't fit.

    Source: the lecture, "Backpropagation, updated"; Bishop 2006, section 4.3.4.

    Example:
        >>> softmax_at_work([1000.0, 1000.0], ["4", "9"]).caption
        'Softmax of 2 net inputs from 1,000 to 1,000: the probabilities sum to 1; the largest is \
0.5, of 4, 9 (a tie). To keep e^I within range, 1,000, the largest I, is subtracted from each \
first, which changes no probability.'
    """
    given = one_pattern("net_inputs", net_inputs)  # (units,)
    names = unit_names(len(given), class_names)
    top = float(given.max())
    shift = 0.0 if abs(top) <= LARGEST_POWER else top
    shares = np.asarray(units.softmax(given), np.float64)  # (units,)
    columns = {
        "net input I": given,  # (units,)
        _power(shift): np.exp(given - shift),  # (units,)
        "probability f(I)": shares,
    }
    caption = _in_words(given, shares, names, shift)
    heading = title or "Softmax: e^I of each unit, divided by the sum of all e^I"
    told = [
        f"{names[unit]} (I {exactly(given[unit])}, f(I) {number(shares[unit])})"
        for unit in most_of(shares)
    ]
    shows = f"{heading}. Bars: {listed(told)}. {caption}"
    with house_style():
        return _draw(columns, names, (heading, shows, caption))


def _power(shift: float) -> str:
    """Return what the middle panel shows: "e^I", or "e^(I − 1,000)"."""
    if not shift:
        return "e^I"
    return f"e^(I {'−' if shift > 0 else '+'} {exactly(abs(shift))})"


def _in_words(given: Values, shares: Values, names: Sequence[str], shift: float) -> str:
    """Return the caption."""
    winners = [name for name, i in zip(names, given, strict=True) if i == given.max()]
    caption = (
        f"Softmax of {count_of(len(given), 'net input')} from {exactly(given.min())} to "
        f"{exactly(given.max())}: the probabilities sum to {number(shares.sum())}; the largest is "
        f"{number(shares.max())}, of {listed(winners)}{' (a tie)' if len(winners) > 1 else ''}."
    )
    if not shift:
        return caption
    return (
        f"{caption} To keep e^I within range, {exactly(shift)}, the largest I, is subtracted from "
        "each first, which changes no probability."
    )


def _draw(
    columns: Mapping[str, Values], names: Sequence[str], words: tuple[str, str, str]
) -> Picture:
    """Draw a panel of bars for each column (units,), its sum below it."""
    picks = most_of(columns["probability f(I)"])  # (bars,)
    picture = Picture(*words, size=(9.0, bars_height(len(picks)) + 1.2))
    panels = picture.subplots(1, len(columns), sharey=True)
    looks = zip(COLOURS, (exactly, number, number), strict=False)
    for axes, (head, values), (colour, write) in zip(panels, columns.items(), looks, strict=True):
        draw_bars(axes, values[picks], [names[unit] for unit in picks], colour, write)
        of_all = f" of all {len(values):,}" if len(picks) < len(values) else ""
        axes.set(title=head, xlabel=f"sum{of_all}: {write(values.sum())}")
    panels[0].set_ylabel(f"the {len(picks)} most probable units" if of_all else "unit")
    return picture


# ── labelled bars, which activity.py draws too ──────────────────────────────────────────────────


def one_pattern(name: str, given: ArrayLike) -> Values:
    """Return a number for each unit as (units,) float64, or raise InputError."""
    values = numbers(name, given).astype(np.float64)
    if values.ndim == 2 and len(values) == 1:
        values = values[0]
    if values.ndim != 1 or not len(values):
        raise InputError(
            f"{name} must hold one number for each unit, of one pattern, but its shape is "
            f"{values.shape}. Of several patterns, give one row: {name}[0]."
        )
    return not_diverged(name, values)


def unit_names(count: int, class_names: Sequence[str]) -> list[str]:
    """Return the name of each output unit, its number where there are no names."""
    numbered = [f"unit {unit}" for unit in range(count)]
    return names_of(count, class_names if len(class_names) else numbered)


def most_of(values: Values) -> NDArray[np.int64]:
    """Return which bars to draw, (k,) in order: all, or of more than 20 the largest 20."""
    return np.sort(np.argsort(-values, kind="stable")[:MOST_BARS]).astype(np.int64)


def bars_height(bars: int) -> float:
    """Return the height in inches of so many bars."""
    return max(0.27 * bars, 0.8)


def exactly(net_input: float) -> str:
    """Return a net input to two decimals, however large: with 3 digits 998.5 would be 998."""
    return f"{round(net_input, 2) + 0.0:,.8g}"


def draw_bars(
    axes: Axes,
    values: Values,
    names: Sequence[str],
    colour: str,
    write: Callable[[float], str] = number,
) -> None:
    """Draw a bar with its number for each name, the first on top; hatch the largest."""
    hatches = ["///" if value == values.max() else "" for value in values]
    axes.barh(range(len(values)), values, color=colour, edgecolor="white", hatch=hatches)
    axes.set_yticks(range(len(values)), [short(name) for name in names])
    axes.set_ylim(len(values) - 0.4, -0.6)
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    letters = max(len(write(value)) for value in values) + 1
    room = 0.06 * letters * (high - low) or 1.0  # for the numbers outside of the bars
    axes.set_xlim(low - room * (low < 0), high + room * (values.max() >= 0))
    for y, value in enumerate(values):
        axes.annotate(
            write(value),
            (value, y),
            (4 if value >= 0 else -4, 0),
            textcoords="offset points",
            ha="left" if value >= 0 else "right",
            va="center",
            fontsize=8.5,
        )
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="y", length=0)
