"""softmax_at_work: from net inputs through their exponentials to probabilities.

Example:
    >>> softmax_at_work([2.0, 1.0, 1.0]).caption
    'Softmax of 3 net inputs from 1 to 2: the probabilities sum to 1; the largest is 0.576, of \
unit 0.'
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab.classic import units
from mnistlab.plots.arguments import one_pattern, unit_names
from mnistlab.plots.bars import bars_height, draw_bars, most_of
from mnistlab.plots.picture import COLOURS, Picture, house_style
from mnistlab.plots.words import count_of, exactly, listed, number

Values = NDArray[np.float64]

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
