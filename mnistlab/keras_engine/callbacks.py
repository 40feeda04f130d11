"""The callbacks that stand between Keras's fit and this package: report, schedule, keep, stop."""

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

import keras
import numpy as np

from mnistlab.checkpoint import State
from mnistlab.classic.schedules import Schedule
from mnistlab.errors import DivergedError
from mnistlab.history import History
from mnistlab.keras_engine import states
from mnistlab.progress import Progress
from mnistlab.stopping import reason_to_stop

COLUMNS = tuple(
    f"{prefix}{name}"
    for prefix in ("", "val_")
    for name in ("loss", "accuracy", "mean_absolute_error")
)


def _short(name: str) -> str:
    """Return Keras's short name of a column: "val_acc" for "val_accuracy"."""
    return name.replace("accuracy", "acc").replace("mean_absolute_error", "mae")


class Reporter(keras.callbacks.Callback):
    """Turns what Keras reports into a History and a Progress, and stops where training should.

    Args:
        history: takes the figures of each epoch.
        progress: shows them.
        on_epoch_end: called with each epoch's number when it has ended.
        desired: how many desired outputs an epoch has, for the total error; 0: isn't asked for.
        limits: patience and acceptable error.
        started: where the first epoch goes on: its updates and seconds so far.
    """

    def __init__(
        self,
        history: History,
        progress: Progress,
        on_epoch_end: Callable[[int], Any] | None = None,
        *,
        desired: int = 0,
        limits: tuple[int | None, float | None] = (None, None),
        started: tuple[int, float] = (0, 0.0),
    ) -> None:
        super().__init__()
        self._history, self._progress, self._then = history, progress, on_epoch_end
        self._desired, self._limits = desired, limits
        self._before, self._seconds_before = started
        self._clock = self.seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        self._progress.epoch_begin(epoch)
        self._clock, self.seconds = time.perf_counter(), self._seconds_before

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Move the bar; the clock stops at the last batch, before validation."""
        loss = float(logs["loss"])
        self._progress.advance(self._before + batch + 1, loss)
        self.seconds = self._seconds_before + time.perf_counter() - self._clock
        if not math.isfinite(loss):
            raise DivergedError.at(self._rate())

    def _rate(self) -> float:
        return float(self.model.optimizer.learning_rate)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record and show the epoch's figures, and say whether another should follow."""
        figures = {name: logs.get(name, logs.get(_short(name))) for name in COLUMNS}
        if self._desired:
            figures["total_error"] = logs["mean_absolute_error"] * self._desired
        figures.update(learning_rate=self._rate(), seconds=self.seconds)
        self._history.record(**figures)
        self._progress.epoch_end(epoch, figures)
        self._before, self._seconds_before = 0, 0.0
        if self._then is not None:
            self._then(epoch)
        if reason_to_stop(self._history.history, *self._limits):
            self.model.stop_training = True


class Keeper(keras.callbacks.Callback):
    """Hands out the state of the training after each epoch, and within it every so many batches.

    Args:
        keep: takes a State.
        every: batches from one state to the next within an epoch; None: none there.
        steps: batches in an epoch.
        reporter: knows the seconds.
        history: the figures of the epochs so far.
        before: the batches of the first epoch that were done before.
    """

    def __init__(
        self,
        keep: Callable[[State], object],
        every: int | None,
        steps: int,
        reporter: Reporter,
        history: History,
        before: int = 0,
    ) -> None:
        super().__init__()
        self._keep, self._every, self._steps = keep, every, steps
        self._reporter, self._history = reporter, history
        self._before = self._last = before
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note which epoch runs."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Keep the state where it is due; Keras calls this between two executions."""
        done = self._before + batch + 1
        if self._every and done - self._last >= self._every and done < self._steps:
            self._last = done
            self._keep_now(self._epoch, done, {"seconds": self._reporter.seconds})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the state between two epochs."""
        self._before = self._last = 0
        stops = {"stopped": 1.0} if self.model.stop_training else {}
        self._keep_now(epoch + 1, 0, stops)

    def _keep_now(self, epoch: int, batch: int, sums: Mapping[str, float]) -> None:
        history = self._history.history
        self._keep(states.state_of(self.model, epoch, batch, sums, history))


class EpochEnded(Exception):
    """Leaves Keras's fit after the epoch that was finished, before Keras takes averages."""


class Leave(keras.callbacks.Callback):
    """Leaves Keras's fit when an epoch has ended."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the weights and whether training should stop, and raise EpochEnded."""
        self.stops = self.model.stop_training
        self._weights = [np.array(v.numpy()) for v in self.model.trainable_variables]
        raise EpochEnded

    def put_back(self) -> None:
        """Give the model its weights again: on JAX Keras takes averages whatever was raised."""
        for variable, weights in zip(self.model.trainable_variables, self._weights, strict=True):
            variable.assign(weights)


class CtrlC:
    """Sees to it that Ctrl-C ends a training as a KeyboardInterrupt.

    Where it comes while TensorFlow calls Python back, TensorFlow makes an error of its own of it;
    and while Python collects an object, it is dropped. So it is noted, too, and asked for.

    Within a step of JAX's the model has no weights, as JAX has taken them; so there Ctrl-C waits
    for the step's end. A second one doesn't.
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
        waits = keras.backend.backend() == "jax" and not self.came
        self.came = True
        if not waits:
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
        """Return a callback that raises it, where it was dropped or waits."""
        return keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: self.ask(),
            on_train_batch_end=lambda batch, logs: self.ask(),
        )

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
def learning_rate_kept(model: keras.Model, schedule: Schedule | None) -> Iterator[None]:
    """Put β back after a scheduled training, so that the next one starts from the same."""
    before = float(model.optimizer.learning_rate)
    try:
        yield
    finally:
        if schedule is not None:
            model.optimizer.learning_rate = before
