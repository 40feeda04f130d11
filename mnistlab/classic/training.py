"""One training of a network: epoch after epoch, batch after batch, and on from where it stood.

    the lecture's training algorithm            here
    until the total error is acceptable         Training.run, with stopping.py
    for each pattern (or batch) of an epoch     PlainEpoch, CompiledEpoch
    do a forward pass … change the weights      learner.step, or kernels.py
    total error                                 Tally

What a training leaves at a place is the same whether it came there in one go or in pieces:
weights and sums pass through a checkpoint.State as they are, and all else is a function of seed,
epoch and batch.
"""

import contextlib
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from mnistlab import stopping
from mnistlab.checkpoint import State
from mnistlab.classic import arrays, kernels, learner, resuming
from mnistlab.classic.dropout import Dropout
from mnistlab.classic.learner import Learner, weights_of
from mnistlab.classic.schedules import Schedule
from mnistlab.classic.tally import Tally
from mnistlab.classic.units import Array
from mnistlab.errors import DivergedError, InputError
from mnistlab.history import History
from mnistlab.progress import Progress

Order = Callable[[int], NDArray[np.integer]]  # epoch → indices of the patterns
Indices = NDArray[np.int64]

ONE_THREAD_UP_TO = 256  # patterns in a batch


@dataclass(frozen=True)
class Course:
    """How a training goes through the patterns, and when it ends; every value is checked already.

    Attributes:
        first, epochs: the epoch to start at, and the one to stop before, counted from 0.
        batch_size: patterns before each update.
        order: from the epoch to the order of patterns.
        schedule, learning_rate: β over the epochs, and the one that it starts from.
        compiled: whether compiled code does the arithmetic.
        patience, acceptable_error: as for `stopping.reason_to_stop`.
        on_epoch_end: called with each epoch's number when it has ended.
        keep, keep_every: who is given a State after each epoch, and after so many batches.
        images: from the epoch to its patterns, where they change from epoch to epoch.
    """

    first: int
    epochs: int
    batch_size: int
    order: Order
    schedule: Schedule
    learning_rate: float
    compiled: bool = False
    patience: int | None = None
    acceptable_error: float | None = None
    on_epoch_end: Callable[[int], Any] | None = None
    keep: Callable[[State], object] | None = None
    keep_every: int | None = None
    images: Callable[[int], ArrayLike] | None = None


class Training:
    """A training under way.

    Args:
        network: who learns.
        data: the training patterns and their desired outputs.
        course: how to go through them.
        held_back: validation patterns and their desired outputs, or None.
        history: takes the figures.
        epochs_trained: how many epochs the network had learnt before.

    Attributes:
        epochs_trained: how many it has by now: those before `course.first` are counted in.
    """

    def __init__(
        self,
        network: Learner,
        data: kernels.Patterns,
        course: Course,
        held_back: tuple[Array, Array] | None,
        history: History,
        epochs_trained: int = 0,
    ) -> None:
        self.network, self.data, self.course = network, data, course
        self.held_back, self.history = held_back, history
        self.epochs_trained = epochs_trained
        self._batch, self._sums = 0, dict.fromkeys(resuming.RUNNING, 0.0)

    def go_on_from(self, state: State) -> None:
        """Put a state back, which `course.first` must be the epoch of.

        Raises:
            InputError: it is of another training; then nothing has been changed.
        """
        weights, optimizer = weights_of(self.network), self.network.optimizer
        resuming.must_fit(state, weights, optimizer)
        if state.batch:
            resuming.must_be_within(state, len(self._order(state.epoch)), self.course.batch_size)
            self._batch, self._sums = state.batch, resuming.running_sums(state)
        self.history.history = History.of(state.history).history
        self.epochs_trained = state.epoch
        resuming.put_back(state, weights, optimizer)

    def run(self, progress: Progress) -> None:
        """Train until an epoch is the last, and let averages take the weights' place."""
        course, history = self.course, self.history
        quiet = np.errstate(over="ignore", invalid="ignore")  # DivergedError says it better
        with quiet, threads_for(course.batch_size):
            for epoch in range(course.first, course.epochs):
                history.stopped = stopping.reason_to_stop(
                    history.history, course.patience, course.acceptable_error
                )
                if history.stopped:
                    progress.say(stopping.message(history.history, history.stopped))
                    break
                self._epoch(epoch, progress)
        self.network.optimizer.finish(weights_of(self.network))

    def _epoch(self, epoch: int, progress: Progress) -> None:
        """Train one epoch, or what is left of it, and record its figures."""
        course = self.course
        progress.epoch_begin(epoch)
        self.network.optimizer.learning_rate = course.schedule.at(epoch, course.learning_rate)
        if course.images is not None:
            self.data = self._of_this_epoch(course.images(epoch))
        figures = self._learn(epoch, self._order(epoch), progress)
        figures.update(self._validated())
        self.history.record(**figures)
        self.epochs_trained = epoch + 1
        self._batch, self._sums = 0, dict.fromkeys(resuming.RUNNING, 0.0)
        self._keep(epoch + 1)
        progress.epoch_end(epoch, figures)
        if course.on_epoch_end is not None:
            course.on_epoch_end(epoch)

    def _of_this_epoch(self, images: ArrayLike) -> kernels.Patterns:
        """Return the epoch's own patterns, with the desired outputs that all epochs share."""
        x = self.data.x
        patterns = arrays.patterns(images, x.shape[1], x.dtype)
        if len(patterns) != len(x):
            raise InputError(
                f"images gave {len(patterns)} patterns, but there are {len(x)} with desired "
                "outputs. Give each pattern in each epoch, in the order of x."
            )
        return self.data.with_x(patterns)

    def _order(self, epoch: int) -> Indices:
        return arrays.order(self.course.order(epoch), len(self.data))

    def _learn(self, epoch: int, order: Indices, progress: Progress) -> dict[str, float | None]:
        """Go through the epoch's batches and return its figures."""
        network, every = self.network, self.course.keep_every
        tally = Tally(network.loss, network.activations[-1], self._sums)
        started = time.perf_counter() - self._sums["seconds"]
        kept, last = self._batch, -(-len(order) // self.course.batch_size)
        batches = self._batches(epoch, order, tally, progress)
        with contextlib.closing(batches.learn(self._batch)) as learning:
            for done in learning:
                progress.advance(done, tally.loss)
                if not tally.is_finite:
                    raise DivergedError.at(network.optimizer.learning_rate)
                if every and every <= done - kept and done < last and self.course.keep:
                    batches.write()
                    self._batch, kept = done, done
                    self._sums = {**tally.sums, "seconds": time.perf_counter() - started}
                    self._keep(epoch)
        learner.must_be_finite(network)
        return {
            "loss": tally.loss,
            network.metric: tally.metric(network.metric, self.data.desired.shape[1]),
            "total_error": tally.absolute_error,
            "learning_rate": network.optimizer.learning_rate,
            "seconds": time.perf_counter() - started,
        }

    def _batches(self, epoch: int, order: Indices, tally: Tally, progress: Progress) -> "Batches":
        """Return what goes through the epoch's batches: compiled code, or NumPy."""
        if not self.course.compiled:
            return PlainEpoch(self.network, self.data, order, self.course.batch_size, epoch, tally)
        if not kernels.is_compiled(self.network.layers[0][0].dtype):
            progress.say("Compiling the kernels, once on this machine: about 10 s")
        return CompiledEpoch(self.network, self.data, order, self.course.batch_size, tally)

    def _keep(self, epoch: int) -> None:
        """Give the state of now to who keeps it, if anybody does."""
        if self.course.keep is None:
            return
        weights, optimizer = weights_of(self.network), self.network.optimizer
        self.course.keep(
            State(
                epoch,
                self._batch,
                resuming.arrays_of(weights, optimizer),
                {**resuming.numbers_of(optimizer), **self._sums},
                {name: list(column) for name, column in self.history.history.items()},
            )
        )

    def _validated(self) -> dict[str, float]:
        """Return the figures of the validation patterns, or none."""
        if self.held_back is None:
            return {}
        loss, metric = learner.evaluated(self.network, *self.held_back)
        return {"val_loss": loss, f"val_{self.network.metric}": metric}


class Batches(Protocol):
    """What goes through an epoch's batches, and counts them in a Tally."""

    def learn(self, begun: int) -> Generator[int]:
        """Learn from batch `begun` on; yield how many are done, wherever it can be left."""

    def write(self) -> None:
        """Bring the network's weights to where the last yield has left them."""


class PlainEpoch:
    """An epoch in NumPy, which can be left after every batch."""

    def __init__(
        self,
        network: Learner,
        data: kernels.Patterns,
        order: Indices,
        batch_size: int,
        epoch: int,
        tally: Tally,
    ) -> None:
        self.network, self.data, self.order, self.size = network, data, order, batch_size
        self.epoch, self.tally = epoch, tally
        self.dropout = Dropout(network.seed, network.input_dropout, network.dropout)

    def learn(self, begun: int) -> Generator[int]:
        """Learn from batch `begun` on, and yield after each how many are done."""
        sending = [w.shape[0] for w, _ in self.network.layers]
        for k in range(begun, -(-len(self.order) // self.size)):
            batch = self.order[k * self.size : (k + 1) * self.size]
            x, desired = self.data.x[batch], self.data.desired[batch]  # (batch, inputs), …
            masks = (
                self.dropout.masks(self.epoch, k, len(batch), sending, x.dtype)
                if self.dropout
                else ()
            )
            self.tally.add(*learner.step(self.network, x, desired, masks), desired)
            yield k + 1

    def write(self) -> None:
        """Do nothing: the weights themselves have learnt."""


class CompiledEpoch:
    """An epoch in compiled code, which can be left after every execution of it."""

    def __init__(
        self,
        network: Learner,
        data: kernels.Patterns,
        order: Indices,
        batch_size: int,
        tally: Tally,
    ) -> None:
        self.network, self.data, self.order, self.size = network, data, order, batch_size
        self.tally = tally
        self._epoch: kernels.Epoch | None = None

    def learn(self, begun: int) -> Generator[int]:
        """Learn from batch `begun` on, and yield after each execution how many are done."""
        before, beta = begun * self.size, self.network.optimizer.learning_rate
        hidden, output = self.network.activations
        self._epoch = kernels.Epoch(
            weights_of(self.network), self.data, self.order, self.size, beta, hidden, output,
            begun=before,
        )  # fmt: skip
        for sums in self._epoch:
            self.tally.add_sums(sums.loss, sums.hits, sums.error, sums.done - before)
            before = sums.done
            yield -(-sums.done // self.size)

    def write(self) -> None:
        """Bring the weights up to date."""
        if self._epoch is not None:
            self._epoch.write()


def threads_for(size: int) -> AbstractContextManager[Any]:
    """Let NumPy's products use one thread meanwhile, where batches are small.

    Two threads gain nothing on them, and wait for each other whenever a core is busy elsewhere.
    """
    if size > ONE_THREAD_UP_TO:
        return contextlib.nullcontext()
    return threadpool_limits(1, "blas")
