"""Fit, evaluate and predict with a Keras model, ours or one written by hand."""

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mnistlab.classic import arrays
from mnistlab.classic.schedules import Schedule
from mnistlab.errors import DivergedError, InputError
from mnistlab.history import History
from mnistlab.keras_engine import pipeline, reading
from mnistlab.progress import Progress

Array = NDArray[np.floating]

EVALUATION_BATCH = 1000  # patterns at a time where nothing is learnt
STEPS_AT_ONCE = 50  # updates in one call of TensorFlow; more gain little


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
    return arrays.desired(y, len(y), int(model.output_shape[-1]), keras.config.floatx())


def must_be_compiled(model: keras.Model) -> None:
    """Raise InputError where the compile step was left out."""
    if not getattr(model, "compiled", False):
        raise InputError(
            "The model isn't compiled yet. Compile it first: "
            "mnistlab.compile_model(model), or Keras's model.compile(...)."
        )


class Reporter(keras.callbacks.Callback):
    """Turns what Keras reports into a History and a Progress, and stops at a loss that is NaN."""

    def __init__(
        self,
        history: History,
        progress: Progress,
        on_epoch_end: Callable[[int], Any] | None = None,
    ) -> None:
        super().__init__()
        self._history, self._progress, self._then = history, progress, on_epoch_end
        self._started = self._seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        self._progress.epoch_begin(epoch)
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar; the clock stops at the last batch, before validation."""
        loss = float(logs["loss"])
        self._progress.advance(batch + 1, loss)
        self._seconds = time.perf_counter() - self._started
        if not math.isfinite(loss):
            raise DivergedError.at(self._rate())

    def _rate(self) -> float:
        return float(self.model.optimizer.learning_rate)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record and show the epoch's figures."""
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        figures: dict[str, float | None] = {name: logs.get(name) for name in names}
        figures.update(learning_rate=self._rate(), seconds=self._seconds)
        self._history.record(**figures)
        self._progress.epoch_end(epoch, figures)
        if self._then is not None:
            self._then(epoch)


class CtrlC:
    """Sees to it that Ctrl-C ends a training as a KeyboardInterrupt.

    Where it comes while TensorFlow calls Python back, TensorFlow makes an error of its own of it;
    and while Python collects an object, it is dropped. So it is noted, too, and asked for.
    """

    def __init__(self) -> None:
        self.came = False
        self._before: Any = None

    def __enter__(self) -> "CtrlC":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
        if callable(self._before):
            signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: Any) -> None:
        self.came = True
        self._before(number, frame)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if callable(self._before):
            signal.signal(signal.SIGINT, self._before)
        if self.came and not isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from error

    def watch(self) -> keras.callbacks.Callback:
        """Return a callback that raises it, where it was dropped, at the start of an epoch."""
        return keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: self.ask())

    def ask(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C came."""
        if self.came:
            raise KeyboardInterrupt


class Scheduler(keras.callbacks.Callback):
    """Sets β at the start of each epoch; it starts from the β that the model was compiled with."""

    def __init__(self, schedule: Schedule, model: keras.Model, epochs: range) -> None:
        super().__init__()
        self._schedule, self._start = schedule, float(model.optimizer.learning_rate)
        schedule.must_serve(epochs, self._start)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Set the epoch's β."""
        self.model.optimizer.learning_rate = self._schedule.at(epoch, self._start)


@contextlib.contextmanager
def _learning_rate_kept(model: keras.Model, schedule: Schedule | None) -> Iterator[None]:
    """Put β back after a scheduled training, so that the next one starts from the same."""
    before = float(model.optimizer.learning_rate)
    try:
        yield
    finally:
        if schedule is not None:
            model.optimizer.learning_rate = before


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
        callbacks: the caller's own Keras callbacks; with any, each batch is reported.
        on_epoch_end: called with each epoch's number when it has ended.
        schedule: β over the epochs; after the training β is again what it was before.

    Raises:
        InputError: a model that isn't compiled, or that takes other inputs.
        DivergedError: the loss became NaN or infinite.
    """
    must_be_compiled(model)
    steps = -(-len(x) // batch_size)
    due = pipeline.EpochOrder(order, initial_epoch)
    own: list[keras.callbacks.Callback] = [pipeline.Follow(due)]
    if schedule is not None:
        own.append(Scheduler(schedule, model, range(initial_epoch, epochs)))
    ctrl_c = CtrlC()
    with (
        ctrl_c,
        Progress(epochs, steps, verbose) as progress,
        _steps_at_once(model, steps, callbacks),
        _learning_rate_kept(model, schedule),
    ):
        model.fit(
            pipeline.batches(inputs(model, x), targets(model, y), batch_size, due),
            epochs=epochs,
            initial_epoch=initial_epoch,
            validation_data=validation and (inputs(model, validation[0]),
                                            targets(model, validation[1])),
            validation_batch_size=EVALUATION_BATCH,
            shuffle=False,
            verbose=0,
            callbacks=[*own, ctrl_c.watch(), Reporter(history, progress, on_epoch_end), *callbacks],
        )  # fmt: skip


# What a callback overrides when it wants to hear of every batch, of training or of validation.
BATCH_HOOKS = (
    *("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    *("on_test_batch_begin", "on_test_batch_end"),
)


def wants_batches(callback: keras.callbacks.Callback) -> bool:
    """Return whether a callback listens to batches, in its class or as an attribute of its own."""
    base = keras.callbacks.Callback
    return any(
        getattr(getattr(callback, hook), "__func__", None) is not getattr(base, hook)
        for hook in BATCH_HOOKS
    )


@contextlib.contextmanager
def _steps_at_once(
    model: keras.Model, steps: int, callbacks: Sequence[keras.callbacks.Callback]
) -> Iterator[None]:
    """Let Keras run several updates a call meanwhile: the same updates, with less between them."""
    before = model.steps_per_execution
    refused = keras.backend.backend() == "torch"  # Keras knows several updates a call not there
    if before > 1 or refused or any(wants_batches(one) for one in callbacks):
        yield
        return
    _set_steps(model, min(steps, STEPS_AT_ONCE))
    try:
        yield
    finally:
        _set_steps(model, before)


FUNCTIONS = ("train_function", "test_function", "predict_function")


def _set_steps(model: keras.Model, steps: int) -> None:
    """Set how many updates a call does, with the functions that Keras traced for that number.

    They hold the number, and tracing them anew takes a third of a second; so those of each number
    are kept with the model for the next training, until it is compiled again.
    """
    compiled = (model.optimizer, model._compile_loss, model._compile_metrics)
    kept: tuple[tuple[Any, ...], dict[int, list[Any]]] | None
    kept = getattr(model, "_mnistlab_functions", None)
    if kept is None or any(a is not b for a, b in zip(kept[0], compiled, strict=True)):
        kept = (compiled, {})
        object.__setattr__(model, "_mnistlab_functions", kept)  # past Keras's tracking of layers
    kept[1][model.steps_per_execution] = [getattr(model, name) for name in FUNCTIONS]
    model.steps_per_execution = steps
    for name, function in zip(FUNCTIONS, kept[1].get(steps, [None] * 3), strict=True):
        setattr(model, name, function)


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
