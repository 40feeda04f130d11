"""network_diagram: a network's units in columns, its connections, and its parameters counted.

Example:
    >>> network_diagram((784, 512, 10)).caption
    '784 × 512 + 512 + 512 × 10 + 10 = 407,050 parameters: 406,528 weights and 522 biases.'
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from mnistlab import checks, choices
from mnistlab.errors import InputError
from mnistlab.plots.picture import COLOURS, FAINT, INK, Picture, house_style
from mnistlab.plots.words import count_of

MOST_LAYERS = 8
MOST_CIRCLES = 10  # of a layer with more units the first 4, dots and the last 3
RADIUS = 0.36  # of a circle; the circles of a column stand 1 apart
GAP = 5.0  # from column to column


@dataclass(frozen=True)
class Column:
    """One layer as it is drawn.

    Attributes:
        units: how many units it has.
        kind: "input", "hidden unit" or "output".
        activation: its f, "" for the inputs.
        has_bias: whether a bias unit, which is always 1, stands below it.
    """

    units: int
    kind: str
    activation: str
    has_bias: bool

    def numbers(self) -> list[int | None]:
        """Return the numbers of the units drawn, from the top; None for the dots."""
        if self.units <= MOST_CIRCLES:
            return list(range(self.units))
        return [0, 1, 2, 3, None, *range(self.units - 3, self.units)]

    def heights(self) -> list[tuple[int | None, float]]:
        """Return the units drawn, each with its y; the middle of the column is at 0."""
        drawn = self.numbers()
        return [(unit, (len(drawn) - 1) / 2 - place) for place, unit in enumerate(drawn)]

    def circles(self) -> list[float]:
        """Return the y of each circle."""
        return [y for unit, y in self.heights() if unit is not None]

    def bias_y(self) -> float:
        """Return the y of the bias unit."""
        return -(len(self.numbers()) - 1) / 2 - 1.3

    def lowest(self) -> float:
        """Return the y of the lowest circle, or of the bias unit."""
        return self.bias_y() if self.has_bias else self.circles()[-1]

    def label(self) -> str:
        """Return "512 hidden units, sigmoid"."""
        counted = count_of(self.units, self.kind)
        return f"{counted}, {self.activation}" if self.activation else counted

    def drawn(self) -> str:
        """Return "0 to 3 and 509 to 511"."""
        if self.units <= MOST_CIRCLES:
            return "0" if self.units == 1 else f"0 to {self.units - 1}"
        return f"0 to 3 and {self.units - 3:,} to {self.units - 1:,}"


def network_diagram(
    layer_sizes: Sequence[int],
    hidden_activation: str = "sigmoid",
    output_activation: str = "softmax",
    title: str | None = None,
) -> Picture:
    """Draw a network: a column of circles for each layer, bias units, arrows, and the counts.

        parameters of a layer = inputs × units + units

    A circle is a unit with its number, from 0 on. A square is a bias unit: an input that is always
    1, whose weights (dashed) are the biases. Of a layer with more than 10 units the first 4 and
    the last 3 are drawn, with dots between them.

    Args:
        layer_sizes: the inputs, the units of each hidden layer, the outputs: 2 to 8 numbers.
        hidden_activation: f of the hidden layers.
        output_activation: f of the output layer.
        title: what stands above; by default the layer sizes and the number of parameters.

    Returns:
        The picture; its caption has the count of parameters, its alt text each column.

    Raises:
        InputError: too few or too many layers, sizes that are no whole numbers, or an activation
            that isn't known or doesn't fit.

    Source: the lecture, "A multi-layer network by hand" and "MNIST by design".

    Example:
        >>> network_diagram((4, 4, 3)).caption
        '4 × 4 + 4 + 4 × 3 + 3 = 35 parameters: 28 weights and 7 biases.'
    """
    columns = _columns(layer_sizes, hidden_activation, output_activation)
    caption = _counted(columns)
    sizes = "-".join(str(column.units) for column in columns)
    heading = title or f"Network {sizes}: {count_of(_parameters(columns), 'parameter')}"
    shows = f"{heading}. Diagram, from left to right: {_told(columns)}. {caption}"
    tallest = max(len(column.numbers()) + 1.3 * column.has_bias for column in columns)
    with house_style():
        size = (max(2.3 * len(columns), 6.5), 2.3 + 0.42 * tallest)
        picture = Picture(heading, shows, caption, size)
        _draw(picture.subplots(), columns)
    return picture


def _columns(sizes: Sequence[int], hidden: str, output: str) -> list[Column]:
    """Return the layers to draw, or raise InputError."""
    units = checks.units("layer_sizes", sizes)
    if not 2 <= len(units) <= MOST_LAYERS:
        raise InputError(
            f"layer_sizes must have 2 to {MOST_LAYERS} numbers: the inputs, the units of each "
            f"hidden layer and the outputs, such as (784, 512, 10), but got {checks.shown(sizes)}."
        )
    inner = choices.hidden_activation(hidden)
    outer = choices.output_activation(output, units[-1])
    return [
        Column(units[0], "input", "", has_bias=True),
        *(Column(count, "hidden unit", inner, has_bias=True) for count in units[1:-1]),
        Column(units[-1], "output", outer, has_bias=False),
    ]


def _parameters(columns: Sequence[Column]) -> int:
    """Return the number of weights and biases."""
    return sum(sent.units * to.units + to.units for sent, to in pairwise(columns))


def _counted(columns: Sequence[Column]) -> str:
    """Return "4 × 4 + 4 + 4 × 3 + 3 = 35 parameters: 28 weights and 7 biases."."""
    sums = [f"{sent.units:,} × {to.units:,} + {to.units:,}" for sent, to in pairwise(columns)]
    total, biases = _parameters(columns), sum(column.units for column in columns[1:])
    weights = count_of(total - biases, "weight")
    told = "1 bias" if biases == 1 else f"{biases:,} biases"
    return f"{' + '.join(sums)} = {count_of(total, 'parameter')}: {weights} and {told}."


def _told(columns: Sequence[Column]) -> str:
    """Return the columns in words."""
    told = [f"{one.label()} (drawn: {one.drawn()})" for one in columns]
    return (
        f"{'; '.join(told)}. An arrow leads from each unit, and from a bias unit that is always 1, "
        "to each unit of the next column"
    )


def _draw(axes: Axes, columns: Sequence[Column]) -> None:
    """Draw all columns and the arrows between them."""
    top = max(column.heights()[0][1] for column in columns)
    bottom = min(column.lowest() for column in columns) - 0.2
    for place, (sent, to) in enumerate(pairwise(columns)):
        for start, end, bias in _connections(sent, to):
            _arrow(axes, (place * GAP, start), ((place + 1) * GAP, end), bias)
        parameters = sent.units * to.units + to.units
        weights = f"{sent.units:,} × {to.units:,} + {to.units:,}\n= {parameters:,}"
        _say(axes, (place + 0.5) * GAP, bottom - 1.2, weights)
    for place, column in enumerate(columns):
        _draw_column(axes, place * GAP, column)
        words = f"{count_of(column.units, column.kind)}\n{column.activation}".strip()
        _say(axes, place * GAP, top + 1.1, words, bold=True)
    right = (len(columns) - 1) * GAP
    axes.set(xlim=(-1.5, right + 1.5), ylim=(bottom - 1.9, top + 1.7), aspect="equal")
    axes.set_axis_off()
    keys = [Line2D([], [], **{**_look(bias), "linewidth": 1.4}) for bias in (False, True)]
    axes.figure.legend(handles=keys, loc="outside lower center", ncols=2, handlelength=3.2)


def _connections(sent: Column, to: Column) -> Iterator[tuple[float, float, bool]]:
    """Yield each connection drawn: from y, to y, and whether it is a bias."""
    for end in to.circles():
        for start in sent.circles():
            yield start, end, False
        if sent.has_bias:
            yield sent.bias_y(), end, True


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], bias: bool) -> None:
    """Draw one connection, from edge to edge of its units: a weight solid, a bias dashed."""
    across, up = end[0] - start[0], end[1] - start[1]
    share = RADIUS / math.hypot(across, up)
    axes.add_patch(
        FancyArrowPatch(
            (start[0] + share * across, start[1] + share * up),
            (end[0] - share * across, end[1] - share * up),
            arrowstyle="-|>",
            mutation_scale=5,
            shrinkA=0,
            shrinkB=0,
            **_look(bias),
        )
    )


def _look(bias: bool) -> dict[str, Any]:
    """Return how a connection looks."""
    if bias:
        return {"color": COLOURS[1], "linewidth": 1.0, "linestyle": (0, (4, 2)), "label": "bias"}
    return {"color": FAINT, "linewidth": 0.6, "linestyle": "-", "label": "weight"}


def _draw_column(axes: Axes, x: float, column: Column) -> None:
    """Draw the units of one layer, the dots between them, and the bias unit."""
    for unit, y in column.heights():
        if unit is None:
            _say(axes, x, y, "⋮", bold=True, size=14)
            continue
        axes.add_patch(Circle((x, y), RADIUS, facecolor="white", edgecolor=COLOURS[0], zorder=3))
        _say(axes, x, y, str(unit), size=min(8.0, 26.0 / len(str(unit))))
    if column.has_bias:
        y = column.bias_y()
        corner = (x - RADIUS, y - RADIUS)
        side = 2 * RADIUS
        axes.add_patch(
            Rectangle(corner, side, side, facecolor="white", edgecolor=COLOURS[1], zorder=3)
        )
        _say(axes, x, y, "1", size=8)
        _say(axes, x, y - 0.75, "bias", size=8)


def _say(axes: Axes, x: float, y: float, text: str, bold: bool = False, size: float = 9.5) -> None:
    """Write a text in the middle of (x, y)."""
    axes.text(
        x, y, text, ha="center", va="center", color=INK, fontsize=size, zorder=4,
        fontweight="bold" if bold else "normal",
    )  # fmt: skip
