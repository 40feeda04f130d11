"""Fit, evaluate and predict with a Keras model, ours or one written by hand."""

import contextlib
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mnistlab import checks, stopping
from mnistlab.checkpoint import State
from mnistlab.classic import arrays
from mnistlab.classic.schedules import Schedule
from mnistlab.errors import InputError, MissingDependencyError
from mnistlab.history import History
from mnistlab.keras_engine import building, executions, pipeline, quiet, reading, states
from mnistlab.keras_engine.callbacks import (
    CtrlC,
    EpochEnded,
    Keeper,
    Leave,
    Reporter,
    Scheduler,
    learning_rate_kept,
)
from mnistlab.progress import Progress

Array = NDArray[np.floating]

EVALUATION_BATCH = 1000  # patterns at a time where nothing is learnt


def inputs(model: keras.Model, x: Array) -> Array:
    """Return the flattened patterns in the shape that the model takes, such as (n, 28, 28).

    Raises:
        InputError: the model takes another number of values a pattern.
    """
    shape = tuple(model.input_shape[1:])
    if int(np.prod(shape)) != x.shape[1]:
        raise InputError(
            f"The model takes inputs of shape {shape}, which is {int(np.prod(shape))} values a "
            f"pattern, but each pattern has {x.shape[1]}. Start the model with "
            f"keras.Input(({x.shape[1]},))."
        )
    return x.reshape(len(x), *shape)


def targets(model: keras.Model, y: NDArray[np.generic]) -> Array:
    """Return the labels as the model's loss takes them: integers if sparse, otherwise one-hot."""
    if reading.loss_name(model).startswith("sparse_"):
        return np.asarray(y)
    desired = arrays.desired(y, len(y), int(model.output_shape[-1]), keras.config.floatx())
    loss = reading.training_of(model)["loss"]
    if loss is not None:
        arrays.must_suit(desired, str(loss), building.output_activation_of(model))
    return desired


def must_be_compiled(model: keras.Model) -> None:
    """Raise InputError where the compile step was left out."""
    if not getattr(model, "compiled", False):
        raise InputError(
            "The model isn't compiled yet. Compile it first: "
            "mnistlab.compile_model(model), or Keras's model.compile(...)."
        )


def must_be_callbacks(callbacks: Sequence[Any]) -> None:
    """Raise InputError where something else than objects of Keras's callbacks were given."""
    for one in callbacks:
        if isinstance(one, type) and issubclass(one, keras.callbacks.Callback):
            raise InputError(f"callbacks holds the class {one.__name__}. Make an object of it, "
                             f"with brackets: {one.__name__}().")  # fmt: skip
        if not isinstance(one, keras.callbacks.Callback):
            raise InputError(f"callbacks takes Keras's callbacks, but got {checks.shown(one)}. "
                             "Such as keras.callbacks.EarlyStopping(patience=3); a function goes "
                             "to on_epoch_end=….")  # fmt: skip


def fit(
    model: keras.Model,
    x: Array,
    y: NDArray[np.generic],
    *,
    epochs: int,
    batch_size: int,
    order: pipeline.Order,
    history: History,
    validation: tuple[Array, NDArray[np.generic]] | None = None,
    verbose: int | str = "auto",
    initial_epoch: int = 0,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    on_epoch_end: Callable[[int], Any] | None = None,
    schedule: Schedule | None = None,
    images: Callable[[int], Array] | None = None,
    patience: int | None = None,
    acceptable_error: float | None = None,
    tensorboard: str | None = None,
    resume: State | None = None,
    keep: Callable[[State], object] | None = None,
    keep_every: int | None = None,
) -> None:
    """Train with Keras's own `model.fit`, in the package's order of patterns.

    Args:
        model: a compiled Keras model.
        x: patterns, shape (n, inputs), float.
        y: integer labels, shape (n,), or desired outputs, shape (n, outputs).
        epochs: the epoch to stop before, counted from 0 as in Keras.
        batch_size: patterns before each update.
        order: a function from the epoch to the order of patterns.
        history: takes each epoch's figures as it ends, so they are there after Ctrl-C.
        validation: (x, y) for validation after each epoch.
        verbose: 0 nothing, 1 or "auto" progress, 2 one line an epoch.
        initial_epoch: the epoch to start at.
        callbacks: the caller's own Keras callbacks; one that listens to batches gets each.
        on_epoch_end: called with each epoch's number when it has ended.
        schedule: β over the epochs; after the training β is again what it was before.
        images: a function from the epoch to x, where the patterns change from epoch to epoch.
        patience, acceptable_error: when to stop before the last epoch (see stopping.py).
        tensorboard: the folder that Keras's TensorBoard callback writes to.
        resume: where an earlier training of the same model stood; it goes on from there.
        keep: called with the State after each epoch, and within one after `keep_every` batches
            or the few more that one call of the backend does.
        keep_every: see `keep`; None: after each epoch only.

    Raises:
        InputError: a model that isn't compiled or takes other inputs, or a callback that is none.
        MissingDependencyError: tensorboard is asked for, and isn't installed.
        DivergedError: the loss became NaN or infinite.
    """
    must_be_compiled(model)
    must_be_callbacks(callbacks)
    first, batch = (resume.epoch, resume.batch) if resume else (initial_epoch, 0)
    limits = stopping.checked(patience, acceptable_error)
    if limits[1] is not None:
        _report_total_error(model)
    own: list[keras.callbacks.Callback] = []
    if schedule is not None:
        own.append(Scheduler(schedule, model, range(first, epochs)))
    if tensorboard is not None:
        own.append(_tensorboard(tensorboard))
    shaped = inputs(model, x)
    desired = targets(model, y)
    steps = -(-len(x) // batch_size)
    held_back = validation and (inputs(model, validation[0]), targets(model, validation[1]))
    ctrl_c = CtrlC()

    def go(first: int, last: int, batch: int) -> bool:
        """Train from a batch of the first epoch on; a started epoch is finished alone.

        Returns whether a callback of the caller's ended training with that epoch.
        """
        presented = pipeline.Presented(
            lambda epoch: shaped if images is None else inputs(model, images(epoch)),
            desired, batch_size, order, first, batch,
        )  # fmt: skip
        seconds = resume.sums.get("seconds", 0.0) if resume and batch else 0.0
        reporter = Reporter(
            history, progress, on_epoch_end, limits=limits, started=(batch, seconds),
            desired=desired.size if limits[1] is not None else 0,
        )  # fmt: skip
        called = [reporter, pipeline.Follow(presented), *own, ctrl_c.watch(), *callbacks]
        if resume and batch:
            called.append(states.PutMetricsBack(resume, shaped[:1], desired[:1]))
        if keep is not None:
            called.append(Keeper(keep, keep_every, steps, reporter, history, batch))
        if batch:
            called.append(leave := Leave())
        with (
            contextlib.closing(presented),
            states.buffers_apart(model),
            contextlib.suppress(EpochEnded),
        ):
            model.fit(
                pipeline.batches(presented), epochs=last, initial_epoch=first,
                validation_data=held_back, validation_batch_size=EVALUATION_BATCH,
                shuffle=False, verbose=0, callbacks=called,
            )  # fmt: skip
        if batch:
            leave.put_back()
            return bool(leave.stops)
        return False

    with (
        ctrl_c,
        Progress(epochs, steps, verbose) as progress,
        executions.chosen(model, steps, batch_size, callbacks),
        learning_rate_kept(model, schedule),
    ):
        if resume is not None:
            states.put_back(model, resume)
        ended = resume is not None and bool(resume.sums.get("stopped"))
        if batch:
            ended = go(first, first + 1, batch)
            first += 1
        if ended or stopping.reason_to_stop(history.history, *limits):
            go(first, first, 0)  # no further epoch; Keras still puts averages in the weights' place
        else:
            go(first, max(first, epochs), 0)
        if history.epochs < epochs - initial_epoch:
            reason = stopping.reason_to_stop(history.history, *limits)
            history.stopped = reason or (stopping.CALLBACK if ended or model.stop_training else "")
            progress.say(stopping.message(history.history, history.stopped))


def _report_total_error(model: keras.Model) -> None:
    """See to it that Keras reports the mean of |desired − actual|, from which the sum follows."""
    if reading.loss_name(model).startswith("sparse_"):
        raise InputError("acceptable_error sums |desired - actual| over the outputs, but the "
                         "model's loss takes labels. Compile it with 'categorical_crossentropy' "
                         "in place of the sparse one.")  # fmt: skip
    building.report_also(model, "mean_absolute_error")


def _tensorboard(folder: str) -> keras.callbacks.Callback:
    """Return Keras's TensorBoard callback, told of epochs only.

    Raises:
        MissingDependencyError: a package that writes its files isn't installed.
    """
    for package in ("tensorboard", "tensorflow"):  # TensorFlow writes them, whatever the backend
        if importlib.util.find_spec(package) is None:
            raise MissingDependencyError(
                f"tensorboard={folder!r} needs {package}, which isn't installed here. Install it "
                f"with\n    pip install {package}\nor leave tensorboard out: the History has the "
                "same figures."
            )
    quiet.import_quietly("tensorflow")
    return keras.callbacks.TensorBoard(folder, write_graph=False, update_freq="epoch")


def evaluate(model: keras.Model, x: Array, y: NDArray[np.generic]) -> dict[str, float]:
    """Return Keras's own `model.evaluate` over the patterns, as {"loss": …, "accuracy": …}.

    Args:
        model: a compiled Keras model.
        x: patterns, shape (n, inputs).
        y: integer labels, shape (n,).
    """
    must_be_compiled(model)
    figures = model.evaluate(
        inputs(model, x), targets(model, y), batch_size=EVALUATION_BATCH, verbose=0,
        return_dict=True,
    )  # fmt: skip
    return {name: float(value) for name, value in figures.items()}


def predict(model: keras.Model, x: Array) -> Array:
    """Return the outputs for patterns of shape (n, inputs): shape (n, outputs)."""
    return np.asarray(model.predict(inputs(model, x), batch_size=EVALUATION_BATCH, verbose=0))
