"""What goes into a page: runs with their weights, and the images that they learnt from.

Example:
    >>> run = Run("mine", [np.zeros((4, 2)), np.zeros(2)], ["softmax"])
    >>> run.layer_sizes, run.loss
    ((4, 2), 'categorical_crossentropy')
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistlab import choices
from mnistlab.checks import shown
from mnistlab.errors import InputError

MOST_RUNS = 2


@dataclass(frozen=True, eq=False)
class Run:
    """A trained network.

    Attributes:
        name: what the page calls it.
        weights: [kernel (784, 512), bias (512,), …], finite.
        activations: f of each layer of weights, the outputs' last.
        loss: which error the outputs have; "": the one that belongs to them.
        learning_rate: β that the page begins with, above 0.
        about: what else the page says of it, in one line.
    """

    name: str
    weights: Sequence[NDArray[np.floating]]
    activations: Sequence[str]
    loss: str = ""
    learning_rate: float = 0.5
    about: str = ""

    def __post_init__(self) -> None:
        if not self.loss:
            object.__setattr__(self, "loss", choices.default_loss(self.activations[-1]))
        if not all(map(_is_finite, self.weights)):
            raise InputError(f"The weights of {shown(self.name)} hold NaN or infinity: its "
                             "training diverged. Train again with a smaller "
                             "learning_rate.")  # fmt: skip

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, inputs first."""
        return (len(self.weights[0]), *(len(bias) for bias in self.weights[1::2]))


@dataclass(frozen=True, eq=False)
class Images:
    """The images that the runs are about.

    Attributes:
        data_set: its name, such as "mnist".
        shape: (height, width), (height, width, 1), or (height, width, 3) in colour.
        class_names: what each class is called.
        scale: what full ink is in the images; patterns are images / scale.
        x, y: test images, uint8 (n, *shape), and their classes, (n,); None: they aren't here.
        missing: why they aren't, in a sentence; "".
    """

    data_set: str
    shape: tuple[int, ...]
    class_names: Sequence[str]
    scale: float = 255.0
    x: NDArray[np.uint8] | None = None
    y: NDArray[np.integer] | None = None
    missing: str = ""

    @property
    def in_colour(self) -> bool:
        """Whether each pixel is more than one number."""
        return len(self.shape) == 3 and self.shape[2] > 1

    def patterns(self) -> NDArray[np.float32]:
        """Return the test images as a network takes them: (n, inputs) in [0, 1]."""
        if self.x is None:
            return np.empty((0, math.prod(self.shape)), np.float32)
        flat = self.x.reshape(len(self.x), -1).astype(np.float32)
        return np.asarray(flat / np.float32(self.scale), np.float32)


def _is_finite(weights: NDArray[np.floating]) -> bool:
    """Whether weights are numbers, also as the page has them: float32, up to 3.4e38."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite(np.asarray(weights).astype(np.float32)).all())


def names_of(folders: Sequence[str | None], names: Sequence[str] | None) -> list[str]:
    """Return what each run is called: as named, or else after its folder; no two the same.

    Example:
        >>> names_of(["mine", None], None), names_of([None, None], None)
        (['mine', 'this network'], ['this network (A)', 'this network (B)'])
    """
    if names is None:
        called = [folder or "this network" for folder in folders]
        if len(set(called)) < len(called):
            return [f"{one} ({chr(65 + k)})" for k, one in enumerate(called)]
        return called
    if isinstance(names, str) or len(names) != len(folders):
        raise InputError(f"names must give each of the {len(folders)} networks a name, such as "
                         f"['before', 'after'], but got {shown(names)}.")  # fmt: skip
    return [str(one) for one in names]


def must_fit(runs: Sequence[Run], images: Images) -> None:
    """Raise InputError where runs can't be in one page, or aren't about these images."""
    if not 1 <= len(runs) <= MOST_RUNS:
        raise InputError(f"A page shows one run, or {MOST_RUNS} side by side, and got {len(runs)}.")
    if len(images.shape) not in (2, 3) or images.shape[2:] not in ((), (1,), (3,)):
        raise InputError(
            f"{images.data_set} has images of shape {images.shape}, and a page shows (height, "
            "width), or (height, width, 3) in colour. Give images in grey or in 3 colours."
        )
    for run in runs:
        sizes, inputs = run.layer_sizes, math.prod(images.shape)
        if sizes[0] != inputs or max(2, sizes[-1]) != len(images.class_names):
            raise InputError(
                f"{run.name} has {sizes[0]:,} inputs and {sizes[-1]} outputs, and {images.data_set}"
                f" has images of {inputs:,} numbers in {len(images.class_names)} classes. Runs in "
                "one page must be of the same kind of images."
            )
