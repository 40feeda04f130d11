"""error_surface: the error over a plane through weight space; plane_of and grid_of make one.

A network of 407,050 weights has an error over as many dimensions. A picture shows two of them:
the plane (a, b) ↦ weights + a · direction 1 + b · direction 2.

    plane_of(weights by epoch)      the plane in which the training moved most, and its path
    grid_of(weights, directions, …) the error at each point of a grid on that plane
    error_surface(errors, a, b, …)  the picture: contour lines, and the same in 3-D

Source: the lecture, "Gradient descent"; Goodfellow, Vinyals and Saxe 2015, "Qualitatively
characterizing neural network optimization problems"; Li, Xu, Taylor, Studer and Goldstein 2018,
"Visualizing the loss landscape of neural nets" (section 7, principal components of the path).

Example:
    >>> plane = plane_of([[[3.0, 0.0]], [[1.0, 1.0]], [[0.0, 0.0]]])
    >>> picture = error_surface(lambda a, b: a * a + b * b, path=plane.path)
    >>> picture.caption[:51]
    'Error over 25 × 25 points of the plane: lowest 0.00'
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab import choices
from mnistlab.checks import shown, whole
from mnistlab.classic import arrays, backprop, units
from mnistlab.errors import InputError
from mnistlab.plots.arguments import numbers
from mnistlab.plots.bowl import draw_path, draw_terrain
from mnistlab.plots.picture import COLOURS, INK, Picture, house_style
from mnistlab.plots.words import count_of, number

Floats = NDArray[np.float64]

AT_ONCE = 500  # patterns in one forward pass: bounds the memory
POINTS = 25  # along each direction, where nothing else is said


class Plane(NamedTuple):
    """A plane through weight space: weights + a · direction 1 + b · direction 2.

    Attributes:
        directions: two directions of length 1 at right angles, (2, weights), float64.
        path: (a, b) of each epoch's weights, put down straight on the plane, (epochs, 2);
            the last epoch lies at (0, 0).
        share: how much of the squared distances from the last epoch lies in the plane, in [0, 1].
    """

    directions: Floats
    path: Floats
    share: float

    def axes(self, points: int = POINTS) -> tuple[Floats, Floats]:
        """Return a and b of a grid that holds the path with room around: (points,) each."""
        return around(self.path, points)


def plane_of(weights_path: Sequence[Sequence[ArrayLike]]) -> Plane:
    """Return the plane through the last weights in which a training moved most.

        W_e = weights after epoch e − last weights;  W = U S V^T;  directions = V_1, V_2

    The two directions are the first principal components of the path, their signs such that the
    training begins at a, b ≤ 0. All weights of all epochs are held at once, 8 bytes each:
    407,050 weights over 30 epochs are 98 MB.

    Args:
        weights_path: the weights at the start and after each epoch, at least three times, each
            as `network.get_weights()` gives them: [kernel, bias, kernel, bias, …].

    Returns:
        The plane; its `path` and `axes()` are what error_surface and grid_of take.

    Raises:
        InputError: fewer than three, weights of different networks or that aren't finite, or
            weights that didn't move.

    Source: Li et al. 2018, section 7.

    Example:
        >>> plane = plane_of([[[4.0], [3.0]], [[4.0], [0.0]], [[0.0], [0.0]]])
        >>> plane.share, bool((plane.path[-1] == 0).all())
        (1.0, True)
    """
    flat = _flat_path(weights_path)  # (epochs, weights)
    moved = flat - flat[-1]  # (epochs, weights)
    if not moved.any():
        raise InputError(
            "The weights are the same after every epoch, so there is no direction to look along. "
            "Give copies: network.get_weights() after each epoch."
        )
    _, sizes, directions = np.linalg.svd(moved, full_matrices=False)  # (k,), (k, weights)
    directions = directions[:2]  # (2, weights)
    directions[moved[0] @ directions.T > 0] *= -1
    share = float(np.sum(sizes[:2] ** 2) / np.sum(sizes**2))
    return Plane(directions, moved @ directions.T, min(share, 1.0))


def grid_of(
    weights: Sequence[ArrayLike],
    directions: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    *,
    activations: Sequence[str],
    x: ArrayLike,
    desired: ArrayLike,
    loss: str,
    patterns: int = 500,
) -> Floats:
    """Return the error of a network at each point of a grid: weights + a · d_1 + b · d_2.

        error(a, b) = mean over the patterns of loss(forward(x; weights + a d_1 + b d_2), desired)

    Args:
        weights: the weights at (0, 0), [kernel, bias, kernel, bias, …], as `get_weights()`
            gives them; the network computes in their dtype.
        directions: d_1 and d_2, (2, weights), as plane_of gives them.
        a: places along d_1, (columns,), rising.
        b: places along d_2, (rows,), rising.
        activations: f of each layer, the first hidden layer's first, as `network.activations`.
        x: patterns, (n, inputs), in the range that the network was trained on.
        desired: their labels, (n,), or desired outputs, (n, outputs).
        loss: a name of `choices.LOSSES` that goes with the output units.
        patterns: how many of the n take part at most, evenly chosen: at least 1. Each point of
            the grid is a forward pass over them; 500 go at once, so memory stays the same.

    Returns:
        The errors, (rows, columns), float64.

    Raises:
        InputError: arrays that don't fit each other, an unknown loss or activation.

    Example:
        >>> w, b = np.array([[1.0]]), np.array([0.0])
        >>> grid_of([w, b], np.eye(2), [0, 1], [0, 2], activations=["linear"], x=[[1.0]],
        ...         desired=[[1.0]], loss="mean_squared_error").tolist()
        [[0.0, 1.0], [4.0, 9.0]]
    """
    parts, across, up = _network(weights, activations), _rising("a", a), _rising("b", b)
    moves = [_shaped(row, parts) for row in _directions(directions, parts)]
    loss = choices.loss(loss, activations[-1])
    chosen, wanted = _subset(x, desired, parts, whole("patterns", patterns, minimum=1))
    errors = np.zeros((len(up), len(across)))  # (rows, columns)
    for start in range(0, len(chosen), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        # the net input of the first layer is linear in the weights: three products serve all points
        firsts = [backprop.net_input(chosen[part], *one[:2]) for one in (parts, *moves)]
        ends = [[first, *one[2:]] for first, one in zip(firsts, (parts, *moves), strict=True)]
        for row, column in np.ndindex(errors.shape):
            along, upward = float(across[column]), float(up[row])
            first, *rest = (w + along * d + upward * e for w, d, e in zip(*ends, strict=True))
            errors[row, column] += _losses(first, rest, activations, wanted[part], loss).sum()
    return errors / len(chosen)


def error_surface(
    error: Callable[[float, float], float] | ArrayLike,
    a: ArrayLike | None = None,
    b: ArrayLike | None = None,
    path: ArrayLike | None = None,
    axis_names: Sequence[str] = ("direction 1", "direction 2"),
    title: str | None = None,
) -> Picture:
    """Draw the error over a plane: contour lines and the same in 3-D, with the path of a training.

    Args:
        error: the errors, (rows, columns), row i at b[i] and column j at a[j]; or a function
            from (a, b) to the error there.
        a: places along direction 1, (columns,), rising, at least 2. Of a function may be left
            out: 25 places around the path, or from −1.5 to 1.5.
        b: the same along direction 2, (rows,).
        path: (a, b) after each epoch, (points, 2), inside the grid; None: none is drawn.
        axis_names: what the two directions are called.
        title: what stands above; by default "Error surface".

    Returns:
        The picture; its caption has the lowest and highest error, and those where the path
        begins and ends, read off the plane between the points of the grid.

    Raises:
        InputError: arrays that don't fit each other, errors that aren't finite, or a path that
            leaves the grid.

    Example:
        >>> error_surface([[4.0, 1.0], [5.0, 2.0]], a=[0, 1], b=[0, 1]).caption
        'Error over 2 × 2 points of the plane: lowest 1 at (1, 0), highest 5.'
    """
    way = _path(path)  # (points, 2)
    across, up = _places(error, a, b, way)
    errors = _errors(error, across, up)  # (rows, columns)
    _must_hold(across, up, way)
    names = _two_names(axis_names)
    caption = _in_words(across, up, errors, way)
    heading = title or "Error surface"
    shows = f"{heading}: contour lines, and the same in 3-D, over {names[0]} and {names[1]}."
    with house_style():
        picture = Picture(heading, f"{shows} {caption}", caption, size=(9.0, 4.6))
        panels = draw_terrain(picture, across, up, errors, names)
        if len(way):
            _draw_way(picture, panels, way, _heights(across, up, errors, way))
    return picture


def around(path: ArrayLike, points: int = POINTS) -> tuple[Floats, Floats]:
    """Return a and b of a grid around a path, (points,) each, with a quarter more on each side.

    Example:
        >>> [axis.tolist() for axis in around([[0, 0], [4, 2]], points=3)]
        [[-1.0, 2.0, 5.0], [-0.5, 1.0, 2.5]]
    """
    count = whole("points", points, minimum=2)
    low, high = np.min(path, axis=0), np.max(path, axis=0)  # (2,) each
    room = np.maximum((high - low) / 4, (high - low).max() / 8)  # (2,)
    room[room == 0] = 1.0
    ends = np.stack([low - room, high + room])  # (2, 2)
    return np.linspace(ends[0, 0], ends[1, 0], count), np.linspace(ends[0, 1], ends[1, 1], count)


# ── weights, forward passes ─────────────────────────────────────────────────────────────────────


def _flat_path(weights_path: Sequence[Sequence[ArrayLike]]) -> Floats:
    """Return the weights of each epoch in one row, (epochs, weights), or raise InputError."""
    rows = [_flat(weights) for weights in weights_path]
    if len(rows) < 3:
        raise InputError(
            f"A plane needs the weights of at least three moments, but got {len(rows)}. "
            "Give those at the start and after each of two epochs or more."
        )
    sizes = sorted({len(row) for row in rows})
    if len(sizes) > 1 or sizes[0] < 2:
        raise InputError(
            f"Every epoch must have the same number of weights, at least 2, but got {sizes}. "
            "Give network.get_weights() of one network after each epoch."
        )
    return np.stack(rows)


def _flat(weights: Sequence[ArrayLike]) -> Floats:
    """Return one network's weights in one row, (weights,)."""
    if not len(weights):
        raise InputError("An epoch has no weights. Give network.get_weights() of each.")
    row = np.concatenate([numbers("weights", w).ravel() for w in weights]).astype(np.float64)
    if not np.isfinite(row).all():
        raise InputError(
            "The weights hold NaN or infinity: the training diverged. "
            "Train again with a smaller learning rate."
        )
    return row


def _network(weights: Sequence[ArrayLike], activations: Sequence[str]) -> list[units.Array]:
    """Return [kernel, bias, …] as float arrays that fit each other, or raise InputError."""
    parts = [numbers("weights", part) for part in weights]
    kernels, biases = parts[::2], parts[1::2]
    fits = (
        len(kernels) == len(biases) == len(activations) > 0
        and all(w.ndim == 2 and w.shape[1:] == b.shape for w, b in zip(kernels, biases))  # noqa: B905
        and all(w.shape[1] == v.shape[0] for w, v in zip(kernels, kernels[1:]))  # noqa: B905, RUF007
    )
    if not fits:
        raise InputError(
            "weights must be [kernel, bias, kernel, bias, …] of a network, with one activation "
            f"for each pair, but got shapes {shown([part.shape for part in parts])} and "
            f"activations {shown(list(activations))}. Give network.get_weights() and "
            "network.activations."
        )
    for name in activations:
        choices.output_activation(name, 2)
    dtype = np.result_type(*parts, np.float32)
    return [part.astype(dtype) for part in parts]


def _subset(
    x: ArrayLike, desired: ArrayLike, parts: Sequence[units.Array], most: int
) -> tuple[units.Array, units.Array]:
    """Return at most that many patterns, evenly chosen, and their desired outputs."""
    everyone = arrays.patterns(x, parts[0].shape[0], parts[0].dtype)  # (n, inputs)
    wanted = arrays.desired(desired, len(everyone), len(parts[-1]), parts[0].dtype)
    arrays.must_hold_patterns(len(everyone))
    chosen = np.linspace(0, len(everyone) - 1, min(most, len(everyone))).astype(int)
    return everyone[chosen], wanted[chosen]


def _directions(given: ArrayLike, parts: Sequence[units.Array]) -> Floats:
    """Return both directions, (2, weights), or raise InputError."""
    rows, count = numbers("directions", given).astype(np.float64), sum(part.size for part in parts)
    if rows.shape != (2, count) or not np.isfinite(rows).all():
        raise InputError(
            f"directions must hold two rows of {count:,} finite numbers, one for each weight, but "
            f"its shape is {rows.shape}. Give plane_of(…).directions of the same network."
        )
    return rows


def _shaped(row: Floats, parts: Sequence[units.Array]) -> list[units.Array]:
    """Return a row of weights as [kernel, bias, …] in the shapes and dtype of the network's."""
    pieces = np.split(row.astype(parts[0].dtype), np.cumsum([part.size for part in parts])[:-1])
    return [piece.reshape(part.shape) for piece, part in zip(pieces, parts, strict=True)]


def _losses(
    first: units.Array,
    rest: Sequence[units.Array],
    activations: Sequence[str],
    desired: units.Array,
    loss: str,
) -> Floats:
    """Return the loss of each pattern, (batch,), given I of the first layer and later weights."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        net_inputs, y = [first], [units.activate(activations[0], first)]  # (batch, receiving)
        if rest:
            layers = list(zip(rest[::2], rest[1::2], strict=True))
            net_inputs, y = backprop.forward(y[0], layers, activations[1:])
        losses = units.loss(loss, activations[-1], net_inputs[-1], y[-1], desired)  # (batch,)
    return losses.astype(np.float64)


# ── what is drawn ───────────────────────────────────────────────────────────────────────────────


def _rising(name: str, values: ArrayLike) -> Floats:
    """Return places along an axis, (k,) with k ≥ 2, or raise InputError."""
    places = numbers(name, values).astype(np.float64)
    if places.ndim != 1 or len(places) < 2 or not (np.diff(places) > 0).all():
        raise InputError(
            f"{name} must hold at least 2 rising numbers, but got {shown(values)}. "
            "Give np.linspace(-1, 1, 25), or plane.axes()."
        )
    return places


def _path(path: ArrayLike | None) -> Floats:
    """Return the path as (points, 2), empty where there is none, or raise InputError."""
    if path is None:
        return np.empty((0, 2))
    way = numbers("path", path).astype(np.float64)
    if way.ndim != 2 or way.shape[1] != 2 or not len(way) or not np.isfinite(way).all():
        raise InputError(
            "path must hold (a, b) of at least one point, finite numbers in two columns, but got "
            f"{shown(path)}. Give plane_of(…).path."
        )
    return way


def _places(
    error: object, a: ArrayLike | None, b: ArrayLike | None, way: Floats
) -> tuple[Floats, Floats]:
    """Return the places along both directions: those given, or for a function some of its own."""
    if (a is None or b is None) and not callable(error):
        raise InputError(
            "A grid of errors needs its places: give a, one for each column, and b, one for each "
            "row, as in error_surface(errors, a, b)."
        )
    own = around(way if len(way) else [[-1.0, -1.0], [1.0, 1.0]])
    return (
        own[0] if a is None else _rising("a", a),
        own[1] if b is None else _rising("b", b),
    )


def _errors(error: Callable[[float, float], float] | ArrayLike, a: Floats, b: Floats) -> Floats:
    """Return the errors as (rows, columns), or raise InputError."""
    if callable(error):
        error = [[float(error(float(across), float(up))) for across in a] for up in b]
    errors = numbers("error", error).astype(np.float64)
    if errors.shape != (len(b), len(a)):
        raise InputError(
            f"error must have {len(b)} rows, one for each b, and {len(a)} columns, one for each "
            f"a, but its shape is {errors.shape}."
        )
    odd = int((~np.isfinite(errors)).sum())
    if odd:
        raise InputError(
            f"The error is NaN or infinite at {count_of(odd, 'point')} of the grid."
            " Give a smaller range of a and b, closer to the trained weights."
        )
    return errors


def _must_hold(a: Floats, b: Floats, way: Floats) -> None:
    """Raise InputError where the path leaves the grid."""
    for name, axis, along in (("a", a, way[:, 0]), ("b", b, way[:, 1])):
        if len(way) and (along.min() < axis[0] or along.max() > axis[-1]):
            raise InputError(
                f"The path goes from {name} = {number(along.min())} to {number(along.max())}, but "
                f"the grid from {number(axis[0])} to {number(axis[-1])}. "
                "Give a wider grid, such as plane.axes()."
            )


def _two_names(names: Sequence[str]) -> tuple[str, str]:
    """Return the names of both axes, each on one line, or raise InputError."""
    if isinstance(names, str) or len(names) != 2:
        raise InputError(f"axis_names must be two names, but got {shown(names)}.")
    return " ".join(str(names[0]).split()), " ".join(str(names[1]).split())


def _heights(a: Floats, b: Floats, errors: Floats, places: Floats) -> Floats:
    """Return the errors at places (k, 2) between the points of the grid: (k,)."""
    column = np.clip(np.searchsorted(a, places[:, 0], "right") - 1, 0, len(a) - 2)  # (k,)
    row = np.clip(np.searchsorted(b, places[:, 1], "right") - 1, 0, len(b) - 2)  # (k,)
    s = (places[:, 0] - a[column]) / (a[column + 1] - a[column])  # (k,), in [0, 1]
    t = (places[:, 1] - b[row]) / (b[row + 1] - b[row])  # (k,), in [0, 1]
    below = (1 - s) * errors[row, column] + s * errors[row, column + 1]  # (k,)
    above = (1 - s) * errors[row + 1, column] + s * errors[row + 1, column + 1]  # (k,)
    return np.asarray((1 - t) * below + t * above)


def _draw_way(picture: Picture, panels: tuple[Any, Any], way: Floats, along: Floats) -> None:
    """Draw the path, its two ends marked, with a legend below."""
    line = {"color": COLOURS[1], "marker": "o", "label": "path of the training"}
    draw_path(panels, way, along, line)
    for at, marker, label in ((0, "s", "where it begins"), (-1, "*", "where it ends")):
        end = {"color": "white", "marker": marker, "markeredgecolor": INK, "linestyle": "",
               "markersize": 8 if at == 0 else 13, "label": label}  # fmt: skip
        draw_path(panels, way[at][None], along[at : at + 1 or None], end)
    picture.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)


def _in_words(a: Floats, b: Floats, errors: Floats, way: Floats) -> str:
    """Return the caption."""
    row, column = divmod(int(errors.argmin()), len(a))
    said = (
        f"Error over {len(a)} × {len(b)} points of the plane: lowest {number(errors.min())} at "
        f"({number(a[column])}, {number(b[row])}), highest {number(errors.max())}."
    )
    if not len(way):
        return said
    along = _heights(a, b, errors, way)  # (points,)
    return (
        f"{said[:-1]}; the path of {count_of(len(way), 'point')} goes from {number(along[0])} "
        f"to {number(along[-1])}."
    )
