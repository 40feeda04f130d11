"""How many updates one call of the backend does, and whether XLA compiles them.

Keras's `fit` by default calls TensorFlow once for each update, and most of the time of a small
network goes into the calls. `steps_per_execution` does many updates a call, and they are the same
updates. XLA (`jit_compile`) fuses the small operations of an update, which pays where batches are
small, and nowhere where random numbers are drawn.

Measured on 2 cores, an epoch of MNIST beside plain `fit`: benchmarks/fit.py.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras

STEPS_AT_ONCE = 50  # updates in one call of the backend; more gain little
COMPILED_UP_TO = 8  # patterns in a batch

# What a callback overrides when it wants to hear of every batch, of training or of validation.
BATCH_HOOKS = (
    *("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    *("on_test_batch_begin", "on_test_batch_end"),
)
FUNCTIONS = ("train_function", "test_function", "predict_function")


def wants_batches(callback: keras.callbacks.Callback) -> bool:
    """Return whether a callback listens to batches, in its class or as an attribute of its own."""
    base = keras.callbacks.Callback
    return any(
        getattr(getattr(callback, hook), "__func__", None) is not getattr(base, hook)
        for hook in BATCH_HOOKS
    )


@contextlib.contextmanager
def chosen(
    model: keras.Model, steps: int, batch_size: int, callbacks: Sequence[keras.callbacks.Callback]
) -> Iterator[None]:
    """Let Keras do the same updates faster meanwhile; the model is afterwards as it was.

    Args:
        model: a compiled model; where its owner chose more than one update a call, that stays.
        steps: updates in an epoch.
        batch_size: patterns in a batch.
        callbacks: the caller's own; one that listens to batches gets each of them.
    """
    before = (model.steps_per_execution, model.jit_compile)
    at_once, compiled = before
    if at_once == 1 and _knows_executions() and not any(map(wants_batches, callbacks)):
        at_once = min(steps, STEPS_AT_ONCE)
    if batch_size <= COMPILED_UP_TO and _can_be_compiled(model):
        compiled = True
    _set(model, at_once, compiled)
    try:
        yield
    finally:
        _set(model, *before)


def _knows_executions() -> bool:
    """Return whether Keras can do several updates a call on this backend."""
    return keras.backend.backend() != "torch"


def _can_be_compiled(model: keras.Model) -> bool:
    """Return whether XLA serves a model: on TensorFlow's CPU, without random numbers."""
    if keras.backend.backend() != "tensorflow" or model.run_eagerly:
        return False  # JAX compiles anyway; on PyTorch it takes longer than it saves
    import tensorflow as tf

    layers = model._flatten_layers()
    draws = any(isinstance(one, keras.layers.Dropout) for one in model.layers)
    alone = type(tf.distribute.get_strategy()).__name__ == "_DefaultDistributionStrategy"
    return alone and not draws and all(layer.supports_jit for layer in layers)


def _set(model: keras.Model, steps: int, compiled: bool) -> None:
    """Set both, with the functions that Keras traced for them.

    They hold these choices, and tracing them anew takes a third of a second; so those of each
    choice are kept with the model for the next training, until it is compiled again.
    """
    made = (model.optimizer, model._compile_loss, model._compile_metrics)
    kept: tuple[tuple[Any, ...], dict[tuple[int, bool], list[Any]]] | None
    kept = getattr(model, "_mnistlab_functions", None)
    if kept is None or any(a is not b for a, b in zip(kept[0], made, strict=True)):
        kept = (made, {})
        object.__setattr__(model, "_mnistlab_functions", kept)  # past Keras's tracking of layers
    now = (model.steps_per_execution, model.jit_compile)
    if now == (steps, compiled):
        return
    kept[1][now] = [getattr(model, name) for name in FUNCTIONS]
    model.steps_per_execution, model.jit_compile = steps, compiled
    for name, function in zip(FUNCTIONS, kept[1].get((steps, compiled), [None] * 3), strict=True):
        setattr(model, name, function)
