"""The state of a Keras training as plain arrays, and back.

model_0, model_1, …           weights, and the seeds of Dropout layers
optimizer_0, optimizer_1, …   steps taken, learning rate, the learning rule's memory, averages
metrics_0, metrics_1, …       the sums of loss and metrics, in the middle of an epoch
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mnistlab.checkpoint import State
from mnistlab.errors import InputError

Arrays = dict[str, NDArray[Any]]


def state_of(
    model: keras.Model,
    epoch: int,
    batch: int,
    sums: Mapping[str, float],
    history: Mapping[str, list[float]],
) -> State:
    """Return where the training of a model stands; arguments as in State."""
    if hasattr(model, "jax_state_sync"):
        model.jax_state_sync()  # on JAX the state lies outside the model meanwhile
    arrays = _arrays("model", model.variables) | _arrays("optimizer", model.optimizer.variables)
    if batch:
        arrays |= _arrays("metrics", model.metrics_variables)
    columns = {name: list(column) for name, column in history.items()}
    return State(epoch, batch, arrays, sums, columns)


def put_back(model: keras.Model, state: State) -> None:
    """Give a model and its optimizer the arrays of a state.

    Raises:
        InputError: they are another model's.
    """
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    _assign("model", model.variables, state)
    _assign("optimizer", model.optimizer.variables, state)


@contextlib.contextmanager
def buffers_apart(model: keras.Model) -> Iterator[None]:
    """See to it that no two variables are one array of JAX's, before a training and after it.

    Keras on JAX gives a weight the very array of its average, and to a next training or test
    both: JAX refuses to take one array twice, or takes it away from the average.
    """
    _apart(model)
    try:
        yield
    finally:
        _apart(model)


def _apart(model: keras.Model) -> None:
    if keras.backend.backend() == "jax":
        for variable in model.trainable_variables:
            if variable._value is not None:  # an error within a step of JAX's leaves none
                variable.assign(keras.ops.copy(variable))


class PutMetricsBack(keras.callbacks.Callback):
    """Gives the metrics their sums, once the first epoch has begun and Keras has set them to 0.

    Args:
        state: holds the sums.
        x, y: one pattern and its target as the model takes them, shapes (1, …).
    """

    def __init__(self, state: State, x: NDArray[Any], y: NDArray[Any]) -> None:
        super().__init__()
        self._state, self._x, self._y = state, x, y

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Put the sums back."""
        answer = self.model(self._x, training=False)
        self.model.compute_metrics(self._x, self._y, answer)  # Keras makes the sums on first use
        _assign("metrics", self.model.metrics_variables, self._state)


def _arrays(kind: str, variables: Sequence[Any]) -> Arrays:
    return {f"{kind}_{k}": np.asarray(v.numpy()) for k, v in enumerate(variables)}


def _assign(kind: str, variables: Sequence[Any], state: State) -> None:
    """Assign the arrays of one kind to variables of the same shapes."""
    names = [f"{kind}_{k}" for k in range(len(variables))]
    there = [name for name in state.arrays if name.startswith(f"{kind}_")]
    shapes = [np.shape(state.arrays[name]) for name in names if name in state.arrays]
    if sorted(names) != sorted(there) or shapes != [tuple(v.shape) for v in variables]:
        raise InputError(f"The checkpoint is of another model: its {kind} has {len(there)} arrays "
                         f"of shapes {shapes}. Build the model that was trained.")  # fmt: skip
    for name, variable in zip(names, variables, strict=True):
        variable.assign(state.arrays[name])
