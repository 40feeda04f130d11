"""activation_functions: f(I) of each activation, and its slope.

Example:
    >>> activation_functions("sigmoid").caption
    "For I from -6 to 6, sigmoid: f(I) from 0.00247 to 0.998, slope f'(I) from 0.00247 to 0.25."
"""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mnistlab import checks, choices
from mnistlab.classic import units
from mnistlab.errors import InputError
from mnistlab.plots.picture import COLOURS, FAINT, Picture, house_style
from mnistlab.plots.words import number

Values = NDArray[np.float64]

FORMULAS = {
    "sigmoid": "1 / (1 + e^(−I))",
    "relu": "max(I, 0)",
    "softmax": "e^I / Σ e^I, of 10 units",
    "tanh": "(e^I − e^(−I)) / (e^I + e^(−I))",
    "exponential": "e^I",
    "linear": "I",
}
SOFTMAX_UNITS = 10
NET_INPUTS = np.linspace(-6.0, 6.0, 601)  # (601,)


def activation_functions(
    names: str | Sequence[str] = choices.ACTIVATIONS, title: str | None = None
) -> Picture:
    """Draw f(I) solid and its slope f'(I) dashed, a panel for each activation, for I in [−6, 6].

        f'(I): sigmoid f(1 − f), relu 0 or 1, softmax f(1 − f), tanh 1 − f², exponential f, linear 1

    The f(I) of a softmax unit depends on every unit's net input: here I is that of 1 of 10 units,
    and the other 9 are held at 0. Its slope is that of its own f(I), ∂f_j/∂I_j. ReLU has no slope
    at I = 0 (training takes 0 there): its dashed line has a gap.

    Args:
        names: the activations, by Keras's names, or one of them; by default all six.
        title: what stands above; by default what is drawn.

    Returns:
        The picture; its caption has the range of each f(I) and of each slope.

    Raises:
        InputError: a name that isn't known, or none.

    Source: the lecture, "Backpropagation, updated"; `mnistlab.classic.units`.

    Example:
        >>> activation_functions(["relu", "linear"]).caption
        "For I from -6 to 6, relu: f(I) from 0 to 6, slope f'(I) from 0 to 1; linear: f(I) from -6 \
to 6, slope f'(I) 1."
    """
    given = list(names) if isinstance(names, (list, tuple)) else [names]
    if not given:
        raise InputError(f"names is empty. Give one or more of {', '.join(choices.ACTIVATIONS)}.")
    drawn = [checks.choice("names", name, choices.ACTIVATIONS) for name in given]
    curves = {name: _curves(name) for name in drawn}
    caption = _in_words(curves)
    heading = title or "Activation functions f(I) and their slopes f'(I)"
    formulas = "; ".join(f"{name} {FORMULAS[name]}" for name in curves)
    shows = f"{heading}, over the net input I: f(I) solid, f'(I) dashed. {formulas}. {caption}"
    rows = math.ceil(len(curves) / 3)
    columns = math.ceil(len(curves) / rows)
    with house_style():
        size = (max(3.0 * columns, 4.5), 1.1 + 2.5 * rows)
        picture = Picture(heading, shows, caption, size)
        panels = list(picture.subplots(rows, columns, squeeze=False).flat)
        for axes, (name, (f, slope)) in zip(panels, curves.items(), strict=False):
            _draw(axes, name, f, slope)
        for axes in panels[len(curves) :]:
            axes.set_visible(False)
        picture.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return picture


def _curves(name: str) -> tuple[Values, Values]:
    """Return f(I) and f'(I) of an activation, each (601,); NaN where there is no slope."""
    if name == "softmax":
        net_inputs = np.zeros((len(NET_INPUTS), SOFTMAX_UNITS))  # (601, 10)
        net_inputs[:, 0] = NET_INPUTS
        f = np.asarray(units.softmax(net_inputs)[:, 0], np.float64)  # (601,)
        return f, f * (1 - f)
    f = np.asarray(units.activate(name, NET_INPUTS), np.float64)  # (601,)
    slope = np.asarray(units.slope(name, NET_INPUTS, f), np.float64)  # (601,)
    return f, np.where((name == "relu") & (NET_INPUTS == 0), np.nan, slope)


def _in_words(curves: dict[str, tuple[Values, Values]]) -> str:
    """Return the caption: between what numbers f(I) and f'(I) of each activation lie."""
    told = [
        f"{name}: f(I) {_span(f)}, slope f'(I) {_span(slope)}"
        for name, (f, slope) in curves.items()
    ]
    low, high = number(NET_INPUTS[0]), number(NET_INPUTS[-1])
    held = " Softmax is that of 1 of 10 units, the other 9 net inputs held at 0."
    return f"For I from {low} to {high}, {'; '.join(told)}.{held if 'softmax' in curves else ''}"


def _span(values: Values) -> str:
    """Return "from 0 to 6", or "1" where all are the same."""
    low, high = number(np.nanmin(values)), number(np.nanmax(values))
    return low if low == high else f"from {low} to {high}"


def _draw(axes: Axes, name: str, f: Values, slope: Values) -> None:
    """Draw one activation."""
    axes.axhline(0.0, color=FAINT, linewidth=0.8)
    axes.axvline(0.0, color=FAINT, linewidth=0.8)
    axes.plot(NET_INPUTS, f, color=COLOURS[0], linewidth=3.6, label="f(I)")
    axes.plot(
        NET_INPUTS,
        slope,
        color=COLOURS[4],
        linewidth=1.6,
        linestyle=(0, (4, 2)),
        label="f'(I), its slope",
    )
    axes.set(xlabel="net input I", ylabel="f(I) and f'(I)", xticks=[-6, -3, 0, 3, 6], xlim=(-6, 6))
    axes.set_title(f"{name}\n{FORMULAS[name]}", fontsize=9.5)
