"""activations: one image on its way through a network, layer by layer.

Example:
    >>> activations([[0.0, 1.0]], hidden=[0.5, 0.9], outputs=[0.25, 0.75]).caption
    'The largest of 2 outputs is 0.75, of unit 1. f(I) of 2 hidden units: from 0.5 to 0.9, mean \
0.7.'
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from numpy.typing import ArrayLike, NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers, one_pattern, unit_names
from mnistlab.plots.bars import bars_height, draw_bars, most_of
from mnistlab.plots.images import image_array
from mnistlab.plots.picture import COLOURS, Picture, house_style
from mnistlab.plots.signedcells import draw_signed, scale_of, signed_bar
from mnistlab.plots.words import count_of, exactly, listed, number, short

Values = NDArray[np.float64]

MOST_LAYERS = 4
IMAGE, WIDE = 2.1, 2.9  # inches of the image's column and of a hidden layer's


def activations(
    image: ArrayLike,
    hidden: ArrayLike | Sequence[ArrayLike],
    outputs: ArrayLike,
    class_names: Sequence[str] = (),
    net_inputs: Sequence[ArrayLike] | None = None,
    title: str | None = None,
) -> Picture:
    """Draw one image, the activations f(I) of each hidden layer as a grid, the outputs as bars.

    With `net_inputs`, a row above shows each layer's net inputs I: red below 0, blue above, and
    a dash on each below −1/3 of the scale. In a grid the units stand row by row, unit 0 top left.

    Args:
        image: the pattern, (height, width) grey or (height, width, 3) in colour, any scale.
        hidden: f(I) of the hidden units, (units,), or a list of such arrays, one for each of up
            to 4 hidden layers; [] where there is none. A row (1, units), as forward gives it for
            one pattern, will do.
        outputs: f(I) of the output units, (classes,).
        class_names: the name of each output; without them its number, from 0 on.
        net_inputs: I of each layer, the hidden layers' first, the outputs' last; each has the
            shape of that layer's f(I).
        title: what stands above; by default which output is largest.

    Returns:
        The picture; its caption has the largest output, and the range of each layer. Of more than
        20 outputs the largest 20 are drawn.

    Raises:
        InputError: an array of another shape, NaN, too many layers, or names that don't fit.

    Example:
        >>> from mnistlab.classic.network import ClassicNetwork
        >>> trace = ClassicNetwork((4, 5, 3)).trace([0.1, 0.2, 0.3, 0.4], 2)
        >>> f, net_inputs = [one.f for one in trace], [one.I for one in trace]
        >>> picture = activations([[0.1, 0.2], [0.3, 0.4]], f[:-1], f[-1], net_inputs=net_inputs)
        >>> picture.caption.split(". ")[1]
        'f(I) of 5 hidden units: from 0.376 to 0.521, mean 0.456; I from -0.509 to 0.0834.'
    """
    pixels = _image(image)
    layers = [*_layers(hidden), one_pattern("outputs", outputs)]  # each (units,)
    before = _net_inputs(net_inputs, layers)
    names = unit_names(len(layers[-1]), class_names)
    best = names[int(layers[-1].argmax())]
    picks = most_of(layers[-1])  # (bars,)
    told = listed([f"{names[unit]}: {_brief(layers[-1][unit])}" for unit in picks])
    caption = _in_words(layers, before, best)
    heading = title or f"One image through the network: {best} has the largest output"
    shows = f"{heading}. The image, a grid for each hidden layer, bars of the outputs. {caption}"
    words = (heading, f"{shows} Outputs: {told}.", caption)
    with house_style():
        return _draw(words, pixels, layers, before, names)


def _image(image: ArrayLike) -> NDArray[Any]:
    """Return the image as (height, width) or (height, width, 3), or raise InputError."""
    pixels = numbers("image", image)
    if pixels.ndim not in (2, 3):
        raise InputError(
            "image must have the shape (height, width), or (height, width, 3) in colour, but got "
            f"{pixels.shape}. A pattern that was flattened is put back with "
            "image.reshape(28, 28)."
        )
    return image_array(pixels[None])[0]


def _layers(hidden: Any) -> list[Values]:
    """Return f(I) of each hidden layer, each (units,), or raise InputError."""
    several = isinstance(hidden, (list, tuple)) and not any(map(np.isscalar, hidden))
    given = list(hidden) if several else [hidden]  # [] where there is no hidden layer
    if len(given) > MOST_LAYERS:
        raise InputError(
            f"hidden must have at most {MOST_LAYERS} layers, but got {len(given)}. Give the "
            "layers to look at."
        )
    return [one_pattern("hidden", one) for one in given]


def _net_inputs(given: Sequence[ArrayLike] | None, layers: Sequence[Values]) -> list[Values]:
    """Return I of each layer, each (units,); [] where none were given; or raise InputError."""
    if given is None:
        return []
    if not isinstance(given, (list, tuple)):
        raise InputError(f"net_inputs must be a list with I of each layer, but got {shown(given)}.")
    before = [one_pattern("net_inputs", one) for one in given]
    sizes, wanted = [len(one) for one in before], [len(one) for one in layers]
    if sizes != wanted:
        raise InputError(
            f"net_inputs must hold I of each layer, of {listed([str(n) for n in wanted])} units, "
            f"but got {count_of(len(sizes), 'array')} of {listed([str(n) for n in sizes])}. Give "
            "those of the hidden layers, then those of the outputs."
        )
    return before


def _in_words(layers: Sequence[Values], before: Sequence[Values], best: str) -> str:
    """Return the caption."""
    top = _brief(layers[-1].max())
    told = [f"The largest of {count_of(len(layers[-1]), 'output')} is {top}, of {best}"]
    for place, f in enumerate(layers[:-1]):
        mean = f"mean {number(float(f.mean()))}"
        net = f"; I {_span(before[place])}" if before else ""
        told.append(f"f(I) of {_title(place, layers)}: {_span(f)}, {mean}{net}")
    return ". ".join(told) + "."


def _span(values: Values) -> str:
    """Return "from 0.5 to 0.9"."""
    return f"from {number(values.min())} to {number(values.max())}"


def _title(place: int, layers: Sequence[Values]) -> str:
    """Return "512 hidden units", or of several hidden layers "128 units of hidden layer 1"."""
    count = len(layers[place])
    if len(layers) == 2:
        return count_of(count, "hidden unit")
    return f"{count_of(count, 'unit')} of hidden layer {place + 1}"


def _brief(output: float) -> str:
    """Return an output to three digits; one that is nearly 0 as that."""
    if 0 < output < 0.001:
        return "<0.001"
    return number(output)


def _draw(
    words: tuple[str, str, str],
    pixels: NDArray[Any],
    layers: Sequence[Values],
    before: Sequence[Values],
    names: Sequence[str],
) -> Picture:
    """Draw a column for the image, for each hidden layer and for the outputs."""
    picks = most_of(layers[-1])  # (bars,)
    last = 2.6 + 0.075 * max(len(short(names[unit])) for unit in picks)  # inches
    widths = [IMAGE, *[WIDE] * (len(layers) - 1), last]
    high = max(bars_height(len(picks)), 1.9) + 0.5
    size = (sum(widths), 0.5 + high * (2 if before else 1))
    picture = Picture(*words, size=size)
    columns = picture.subfigures(1, len(widths), width_ratios=widths, squeeze=False)[0]
    _draw_image(columns[0].subplots(), pixels)
    for place, column in enumerate(columns[1:]):
        stages = {"net input I": before[place]} if before else {}
        stages["activation f(I)"] = layers[place]
        panels = column.subplots(len(stages), 1, squeeze=False)[:, 0]
        for axes, (stage, values) in zip(panels, stages.items(), strict=True):
            if place < len(layers) - 1:
                _draw_units(column, axes, values, stage)
                axes.set_title(f"{_title(place, layers)}\n{stage}", fontsize=10)
            else:
                _draw_outputs(axes, values, picks, names, stage)
    return picture


def _draw_image(axes: Axes, pixels: NDArray[Any]) -> None:
    """Draw the image: 0 is paper, its largest value ink."""
    top = float(pixels.max()) or 1.0
    if pixels.ndim == 2:
        axes.imshow(pixels, cmap="gray_r", vmin=0.0, vmax=top, interpolation="nearest")
    else:
        axes.imshow(np.clip(pixels / (255.0 if top > 1 else 1.0), 0.0, 1.0))
    axes.set(xticks=[], yticks=[])
    axes.set_title(f"image, {pixels.shape[0]} × {pixels.shape[1]}", fontsize=10)
    axes.spines[:].set(visible=True, color="#BBBBBB")


def _draw_units(column: SubFigure, axes: Axes, values: Values, stage: str) -> None:
    """Draw I or f(I) of a hidden layer as a grid, row by row, with its colour bar."""
    rows, columns = _grid_shape(len(values))
    cells = np.full(rows * columns, np.nan)
    cells[: len(values)] = values
    _draw_cells(column, axes, cells.reshape(rows, columns), stage)
    down, across = range(0, rows, -(-rows // 4)), range(0, columns, -(-columns // 4))
    axes.set_yticks(down, [str(row * columns) for row in down], fontsize=8)
    axes.set_xticks(across, [f"+{step}" if step else "0" for step in across], fontsize=8)
    axes.set(ylabel="unit", aspect="auto")


def _grid_shape(count: int) -> tuple[int, int]:
    """Return rows and columns for so many units: a full grid where that isn't too narrow."""
    root = math.isqrt(count - 1) + 1 if count > 1 else 1  # √count, rounded up
    columns = next((c for c in range(root, (root - 1) // 2, -1) if count % c == 0), root)
    return math.ceil(count / columns), columns


def _draw_cells(column: SubFigure, axes: Axes, cells: Values, stage: str) -> None:
    """Draw a grid (rows, columns) and its colour bar; places without a unit are hatched."""
    symbol = stage.split()[-1]
    if symbol == "I" or np.nanmin(cells) < 0:
        image = draw_signed(axes, cells, scale_of(cells), WIDE - 1.3)
        signed_bar(column, image, [axes], symbol)
    else:
        top = max(float(np.nanmax(cells)), 1.0)
        image = axes.imshow(cells, cmap="gray_r", vmin=0.0, vmax=top, interpolation="nearest")
        column.colorbar(image, ax=axes, label=symbol, aspect=15, pad=0.02)
        axes.grid(visible=False)
        axes.spines[:].set(visible=True, color="#BBBBBB")
    axes.patch.set(hatch="////", facecolor="#BBBBBB", edgecolor="white")


def _draw_outputs(
    axes: Axes, values: Values, picks: NDArray[np.int64], names: Sequence[str], stage: str
) -> None:
    """Draw I or f(I) of the outputs as bars."""
    is_net_input = stage == "net input I"
    colour, write = (COLOURS[0], exactly) if is_net_input else (COLOURS[2], _brief)
    draw_bars(axes, values[picks], [names[unit] for unit in picks], colour, write)
    counted = count_of(len(names), "output")
    if len(picks) < len(names):
        counted = f"{len(picks)} largest of {counted}"
    axes.set_title(f"{counted}\n{stage}", fontsize=10)
