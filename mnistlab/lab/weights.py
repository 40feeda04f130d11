"""The weights that a submission holds: arrays that fit each other, and the activations if known.

The readers of each kind of file (`npz`, `hdf5`, `kerasfile`, `notebook`) end here: whatever the
file was, a Weights has layers that follow each other, finite numbers, and a size with a limit.

Example:
    >>> import numpy as np
    >>> weights = of_arrays([np.ones((4, 3), "f4"), np.zeros(3, "f4")], activations=("softmax",))
    >>> weights.layer_sizes, weights.parameters
    ((4, 3), 15)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import shown
from mnistlab.choices import ACTIVATIONS
from mnistlab.errors import SubmissionError

MOST_LAYERS = 20
MOST_PARAMETERS = 50_000_000
PRECISIONS = ("float32", "float64", "float16")


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of one network.

    Attributes:
        arrays: kernel (n, m) and bias (m,) of each layer in turn, all float32 or all float64.
        activations: one word of `choices.ACTIVATIONS` for each layer; () where the file doesn't
            say.
        precision: what the file held: "float32", "float64" or "float16" (given as float32).
    """

    arrays: tuple[NDArray[Any], ...]
    activations: tuple[str, ...] = ()
    precision: str = "float32"

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, inputs first: (784, 512, 10)."""
        return (self.arrays[0].shape[0], *(one.size for one in self.arrays[1::2]))

    @property
    def parameters(self) -> int:
        """Weights and biases, counted."""
        return sum(one.size for one in self.arrays)


def of_arrays(
    arrays: Sequence[NDArray[Any]], activations: Sequence[str] = (), precision: str = ""
) -> Weights:
    """Return arrays as Weights, once they are known to be a network.

    Args:
        arrays: kernel (n, m), bias (m,), kernel (m, k), … of float16, float32 or float64.
        activations: one for each layer, or () where the file doesn't say.
        precision: one of `PRECISIONS`; "": the lowest that an array has.

    Returns:
        Weights in native byte order and C order: float64 where the widest array is, else float32.

    Raises:
        SubmissionError: no arrays, other dtypes, shapes that don't follow each other, a number
            that isn't finite, too many layers or parameters, an activation that isn't known.

    Example:
        >>> of_arrays([np.ones((4, 3), "f2"), np.zeros(3, "f2")]).precision
        'float16'
    """
    must_be_a_network([one.shape for one in arrays])
    _must_be_known(activations, len(arrays) // 2)
    dtypes = [_checked_dtype(one) for one in arrays]
    wanted = np.float64 if np.dtype("f8") in dtypes else np.float32
    ready = tuple(np.ascontiguousarray(one, dtype=wanted) for one in arrays)
    for position, one in enumerate(ready):
        _must_be_finite(position, one)
    return Weights(
        ready, tuple(activations), precision or min(dtypes, key=lambda one: one.itemsize).name
    )


def must_be_a_network(shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise SubmissionError where shapes aren't those of kernel, bias, kernel, bias, …

    Readers call it before they read any numbers: sizes that a file states cost nothing yet.

    Args:
        shapes: of kernel and bias of each layer in turn.

    Raises:
        SubmissionError: what doesn't fit, with the shapes.

    Example:
        >>> must_be_a_network([(784, 512), (512,), (512, 10), (10,)])
    """
    if not shapes or len(shapes) % 2:
        raise SubmissionError(f"The file holds {len(shapes)} arrays of weights, but a network has "
                              "a kernel and a bias for each layer. Save the trained model "
                              "again and submit that.")  # fmt: skip
    if len(shapes) > 2 * MOST_LAYERS:
        raise SubmissionError(f"The network has {len(shapes) // 2} layers of weights; at most "
                              f"{MOST_LAYERS} are graded.")  # fmt: skip
    units: int | None = None
    for layer, (kernel, bias) in enumerate(zip(shapes[::2], shapes[1::2], strict=True)):
        units = _units(layer, kernel, bias, units)
    total = sum(_product(one) for one in shapes)
    if total > MOST_PARAMETERS:
        raise SubmissionError(f"The network has {total:,} weights and biases; at most "
                              f"{MOST_PARAMETERS:,} are graded.")  # fmt: skip


def ordered_names(names: Iterable[str]) -> list[str]:
    """Return the names kernel_0, bias_0, kernel_1, … in that order.

    Args:
        names: those that a file holds, in any order.

    Raises:
        SubmissionError: another name among them, or one that is missing.

    Example:
        >>> ordered_names(["bias_0", "kernel_0"])
        ['kernel_0', 'bias_0']
    """
    held = list(names)
    if len(held) > 2 * MOST_LAYERS:
        raise SubmissionError(f"The file holds {len(held)} arrays; at most {MOST_LAYERS} layers, "
                              "each with a kernel and a bias, are graded.")  # fmt: skip
    wanted = [f"{kind}_{layer}" for layer in range((len(held) + 1) // 2)
              for kind in ("kernel", "bias")]  # fmt: skip
    if not held or sorted(held) != sorted(wanted):
        raise SubmissionError("The weights should be the arrays kernel_0, bias_0, kernel_1, "
                              f"bias_1, … but are {shown(sorted(held)[:6])}. Submit the file that "
                              "mnistlab.submit wrote.")  # fmt: skip
    return wanted


# ── single checks ───────────────────────────────────────────────────────────────────────────────


def _units(
    layer: int, kernel: tuple[int, ...], bias: tuple[int, ...], before: int | None
) -> int:  # fmt: skip
    """Return how many units a layer has, whose shapes fit each other and the layer before."""
    said = f"Layer {layer + 1} has a kernel of shape {shown(kernel)} and a bias of {shown(bias)}"
    if len(kernel) != 2 or len(bias) != 1 or kernel[1] != bias[0] or min(kernel) < 1:
        raise SubmissionError(f"{said}; a Dense layer of m units with n inputs has (n, m) and "
                              "(m,). Only Dense layers are graded.")  # fmt: skip
    if max(kernel) > MOST_PARAMETERS:
        raise SubmissionError(f"{said}; at most {MOST_PARAMETERS:,} parameters are graded.")
    if before not in (None, kernel[0]):
        raise SubmissionError(f"{said}, but the layer before it has {before} units. Save the "
                              "trained model again and submit that.")  # fmt: skip
    return kernel[1]


def _product(shape: tuple[int, ...]) -> int:
    """Return how many numbers a shape holds, in whole numbers of any size."""
    total = 1
    for one in shape:
        total *= int(one)
    return total


def _must_be_known(activations: Sequence[str], layers: int) -> None:
    """Raise SubmissionError where activations aren't () or a known word for each layer."""
    if activations and len(activations) != layers:
        raise SubmissionError(f"The file names {len(activations)} activations for {layers} "
                              "layers. Save the trained model again and submit that.")  # fmt: skip
    for one in activations:
        if one not in ACTIVATIONS:
            raise SubmissionError(f"The activation {shown(one)} can't be graded. These can: "
                                  f"{', '.join(ACTIVATIONS)}.")  # fmt: skip


def _checked_dtype(array: NDArray[Any]) -> np.dtype[Any]:
    """Return an array's dtype where weights can have it; else raise SubmissionError."""
    if array.dtype.name not in PRECISIONS:
        raise SubmissionError(f"The weights are of type {shown(array.dtype.name)}; "
                              f"{', '.join(PRECISIONS)} can be graded. Save the model as Keras "
                              "does by itself, in float32.")  # fmt: skip
    return array.dtype.newbyteorder("=")


def _must_be_finite(position: int, array: NDArray[Any]) -> None:
    """Raise SubmissionError where an array holds NaN or infinity."""
    if not np.isfinite(array).all():
        bad = int(array.size - np.isfinite(array).sum())
        name = f"{('kernel', 'bias')[position % 2]} of layer {position // 2 + 1}"
        raise SubmissionError(f"The {name} holds {bad:,} numbers that are NaN or infinite: the "
                              "training diverged. Train again with a smaller learning rate, "
                              "such as a tenth.")  # fmt: skip
