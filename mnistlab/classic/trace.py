"""One step to look inside: every I, f(I), E and Δw of one pattern, to lay beside the slide.

the slide            here
y_in                 layer.y_in       what the layer receives; x for the first
w_ij, b_j            layer.w, layer.b      as they were before the step
I_j                  layer.I
f(I_j)               layer.f
f'(I_j)              layer.slope      hidden layers; at the output it isn't used
Σ_j w_ij E_j         layer.incoming   hidden layers
E                    layer.E
Δw_ij, Δb_j          layer.change_w, layer.change_b
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mnistlab.classic import backprop, units
from mnistlab.classic import rules as own
from mnistlab.classic.rules import Rules
from mnistlab.classic.units import Array

MANY = 20  # values; a larger array is shown by its first few


@dataclass(frozen=True, eq=False, repr=False)
class LayerTrace:
    """What one step did in one layer.

    Attributes:
        name: "hidden 1", …, "output".
        y_in: activations of the sending units, shape (sending,).
        w: weights before the step, shape (sending, receiving).
        b: biases before the step, shape (receiving,).
        I: net inputs, shape (receiving,).
        f: activations f(I), shape (receiving,).
        E: errors, shape (receiving,).
        change_w: Δw = β E_j f(I_i), shape (sending, receiving).
        change_b: Δb = β E_j, shape (receiving,).
        slope: f'(I), shape (receiving,); None at the output.
        incoming: Σ_j w_ij E_j from the layer above, shape (receiving,); None at the output.
    """

    name: str
    y_in: Array
    w: Array
    b: Array
    I: Array  # noqa: E741
    f: Array
    E: Array
    change_w: Array
    change_b: Array
    slope: Array | None = None
    incoming: Array | None = None

    def arrays(self) -> dict[str, Array]:
        """Return the arrays by name, in the order in which they are computed."""
        order = ("y_in", "w", "b", "I", "f", "slope", "incoming", "E", "change_w", "change_b")
        found = {name: getattr(self, name) for name in order}
        return {name: array for name, array in found.items() if array is not None}


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """One step of the training algorithm, not taken: the network's weights stay as they are.

    Attributes:
        x: the pattern, shape (inputs,).
        desired: its desired outputs, shape (outputs,).
        layers: a LayerTrace for each layer of weights, the first hidden layer's first.
        loss: which error the output units have.
        learning_rate: β.
        loss_before, loss_after: the pattern's loss before the step, and if it were taken.
    """

    x: Array
    desired: Array
    layers: tuple[LayerTrace, ...]
    loss: str
    learning_rate: float
    loss_before: float
    loss_after: float

    @property
    def output(self) -> Array:
        """The network's answer before the step, shape (outputs,)."""
        return self.layers[-1].f

    def arrays(self) -> dict[str, Array]:
        """Return every array by name: "x", "hidden 1: I", …, "output: change_w", "desired".

        Example:
            >>> from mnistlab.classic.network import ClassicNetwork
            >>> trace = ClassicNetwork((4, 4, 3)).trace([0.1, 0.2, 0.3, 0.4], 2)
            >>> trace.arrays()["output: change_w"].shape
            (4, 3)
        """
        found = {"x": self.x, "desired": self.desired}
        for layer in self.layers:
            found.update({f"{layer.name}: {k}": array for k, array in layer.arrays().items()})
        return found

    def __iter__(self) -> Iterator[LayerTrace]:
        return iter(self.layers)

    def __repr__(self) -> str:
        rows = [f"Trace of one pattern: loss {self.loss_before:.4g} before the step, "
                f"{self.loss_after:.4g} after it (β = {self.learning_rate:g})"]  # fmt: skip
        for name, array in self.arrays().items():
            rows.append(f"  {name:22}{array.shape!s:12}{_shown(array)}")
        return "\n".join(rows)

    def _repr_html_(self) -> str:
        """Return the arrays as a table, for a notebook."""
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{name}</th>'
            f'<td style="text-align:left">{array.shape}</td>'
            f'<td style="text-align:left"><code>{_shown(array)}</code></td></tr>'
            for name, array in self.arrays().items()
        )
        head = "".join(
            f'<th scope="col" style="text-align:left">{name}</th>'
            for name in ("array", "shape", "values")
        )
        caption = html.escape(repr(self).split("\n")[0])
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{cells}</table>"


def _shown(array: Array) -> str:
    """Return the values in one line: all of a small array, the first few of a large one."""
    few = array if array.size <= MANY else array.ravel()[:4]
    text = " ".join(np.array2string(few, precision=4, separator=", ").split())
    return text if array.size <= MANY else text[:-1] + ", …]"


def trace(
    x: Array,
    desired: Array,
    layers: Sequence[backprop.Layer],
    activations: Sequence[str],
    loss: str,
    beta: float,
    rules: Rules,
) -> Trace:
    """Return what one step would do with one pattern; changes no weight.

    Args:
        x: the pattern, shape (1, inputs).
        desired: its desired outputs, shape (1, outputs).
        layers, activations, loss, beta: as for `backprop.step`.
        rules: formulas of a student's own, which are used in place of the slide's.
    """
    net_inputs, y = own.forward(x, layers, activations, rules)
    E = own.errors(layers, activations, net_inputs, y, desired, loss, rules, beta)
    changes = own.changes(net_inputs, y, E, beta, rules)
    found = []
    for k, (w, b) in enumerate(layers):
        change_w, change_b = changes[k]
        last = k == len(layers) - 1
        found.append(
            LayerTrace(
                name="output" if last else f"hidden {k + 1}",
                y_in=y[k][0],
                w=w.copy(),
                b=b.copy(),
                I=net_inputs[k][0],
                f=y[k + 1][0],
                E=E[k][0],
                change_w=change_w,
                change_b=change_b,
                slope=None if last else units.slope(activations[k], net_inputs[k], y[k + 1])[0],
                incoming=None if last else (E[k + 1] @ layers[k + 1][0].T)[0],
            )
        )
    moved = [(one.w + one.change_w, one.b + one.change_b) for one in found]
    before = _loss(x, desired, layers, activations, loss, rules)
    return Trace(
        x[0], desired[0], tuple(found), loss, beta, before,
        _loss(x, desired, moved, activations, loss, rules),
    )  # fmt: skip


def _loss(
    x: Array,
    desired: Array,
    layers: Sequence[backprop.Layer],
    activations: Sequence[str],
    loss: str,
    rules: Rules,
) -> float:
    """Return the loss of one pattern."""
    net_inputs, y = own.forward(x, layers, activations, rules)
    return float(units.loss(loss, activations[-1], net_inputs[-1], y[-1], desired)[0])
