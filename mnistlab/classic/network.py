"""ClassicNetwork: the lecture's network from scratch, with the methods of a Keras model.

    the lecture                        here
    β                                  compile(learning_rate=…)
    learning rule                      compile(optimizer=…)
    E at the output                    compile(loss=…)
    do a forward pass                  predict(x), forward(x)
    training algorithm                 fit(x, y, epochs, batch_size)
    after every input: true SGD        batch_size=1
    after all: full batch              batch_size="full"
    a few: mini-batch                  batch_size=32
    number of parameters               count_params()

The mathematics is in backprop.py; this file holds weights, walks through the batches and counts.
"""

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from mnistlab import checks, choices, seeding
from mnistlab.classic import arrays, backprop, kernels, schedules, units
from mnistlab.classic import rules as own
from mnistlab.classic.optimizers import SGD, LearningRule, learning_rule
from mnistlab.classic.rules import Rules
from mnistlab.classic.schedules import Schedule
from mnistlab.classic.trace import Trace, trace
from mnistlab.classic.units import Array
from mnistlab.errors import DivergedError, InputError
from mnistlab.history import History
from mnistlab.notices import notice
from mnistlab.progress import Progress

Order = Callable[[int], NDArray[np.integer]]  # epoch → indices of the patterns

ENOUGH_TO_COMPILE = 1e10  # products an epoch; below, NumPy takes less than a second or so
ONE_THREAD_UP_TO = 256  # patterns in a batch
CHUNK = 1000  # patterns at a time where nothing is learnt, which bounds the memory


class ClassicNetwork:
    """A network of fully connected layers, trained by classic backpropagation.

    Args:
        layer_sizes: units of each layer, inputs first, outputs last; at least two numbers.
        hidden_activation: f of the hidden units: "sigmoid", "relu", "tanh", "exponential",
            "linear".
        output_activation: f of the output units: these or "softmax".
        seed: decides the initial weights and the order of patterns; a whole number, at least 0.
        dtype: "float32" or "float64".
        kernel: what does the arithmetic: "numpy" the readable backprop.py, "numba" the same
            mathematics compiled, "auto" the compiled one where it can serve and there is enough
            to do. The two round sums in another order, so their weights differ in the last bits.
        rules: formulas of your own in place of the slide's, such as Rules(output_error=mine).

    Attributes:
        history: the History of the last training.

    Raises:
        InputError: sizes, names or numbers that can't be used.

    Source: the lecture; Rumelhart, Hinton and Williams 1986.

    Pattern by pattern, with the lecture's rule and β = 0.5, 2-4-1 solves XOR within 2,000 epochs
    from each of the seeds 0 … 99; 2-2-1 only from 57 of them (patterns as stored) or 70 (at
    random). The others stay on a plateau, most of them with two patterns answered alike.

    Example:
        >>> xor = ClassicNetwork((2, 4, 1), output_activation="sigmoid", seed=1)
        >>> xor.compile(learning_rate=0.5, loss="lecture")
        >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
        >>> _ = xor.fit(x, y, epochs=2000, batch_size=1, verbose=0)
        >>> xor.predict(x).round().ravel().tolist()
        [0.0, 1.0, 1.0, 0.0]
    """

    def __init__(
        self,
        layer_sizes: Sequence[int] = (784, 512, 10),
        hidden_activation: str = "sigmoid",
        output_activation: str = "softmax",
        seed: int = 0,
        dtype: str = "float32",
        kernel: str = "auto",
        rules: Rules | None = None,
    ) -> None:
        if isinstance(layer_sizes, int) and isinstance(hidden_activation, int):
            raise InputError("layer_sizes is one argument: write ClassicNetwork((2, 4, 1)), with "
                             "two pairs of brackets.")  # fmt: skip
        self.layer_sizes = checks.units("layer_sizes", layer_sizes)
        if len(self.layer_sizes) < 2:
            raise InputError(
                f"layer_sizes={self.layer_sizes} is too short. Give the inputs, each "
                "hidden layer and the outputs, such as (784, 512, 10)."
            )
        self.hidden_activation = choices.hidden_activation(hidden_activation)
        self.output_activation = choices.output_activation(output_activation, self.layer_sizes[-1])
        self.seed = checks.whole("seed", seed)
        self.dtype = np.dtype(checks.choice("dtype", str(dtype), ("float32", "float64")))
        self.kernel = checks.choice("kernel", kernel, ("auto", "numpy", "numba"))
        self.rules = Rules.of(rules)
        self.history = History()
        self.epochs_trained = 0
        self._weights = seeding.initial_weights(self.layer_sizes, self.seed, self.dtype)
        self.optimizer: LearningRule
        self.compile()

    # ── what it is ──────────────────────────────────────────────────────────────────────────────

    @property
    def activations(self) -> list[str]:
        """The activation of each layer of weights, the first hidden layer's first."""
        return [self.hidden_activation] * (len(self.layer_sizes) - 2) + [self.output_activation]

    @property
    def layers(self) -> list[backprop.Layer]:
        """(w, b) of each layer: the arrays that training changes, not copies."""
        return list(zip(self._weights[::2], self._weights[1::2], strict=True))

    def get_weights(self) -> list[Array]:
        """Return copies of [kernel, bias, kernel, bias, …], in Keras's order."""
        return [w.copy() for w in self._weights]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Take the given [kernel, bias, kernel, bias, …], copied into this network's dtype.

        Raises:
            InputError: another number of arrays, or an array of another shape.
        """
        self._weights = arrays.weights_like(weights, self._weights)
        self.optimizer = learning_rule(self.optimizer_name, self.learning_rate, self._weights)

    def count_params(self) -> int:
        """Return the number of weights and biases: 407,050 for 784-512-10."""
        return sum(w.size for w in self._weights)

    def summary(self) -> None:
        """Print layers, output shapes and parameter counts."""
        print(self.summary_text())

    def summary_text(self) -> str:
        """Return what `summary` prints."""
        rows = [("Layer", "Output shape", "Parameters")]
        for k, (w, b) in enumerate(self.layers):
            name = "output" if k == len(self.layers) - 1 else f"hidden {k + 1}"
            n_in, n_out = w.shape
            counts = f"{n_in:,} × {n_out:,} + {n_out:,} = {w.size + b.size:,}"
            rows.append((f"{name} ({self.activations[k]})", f"(None, {n_out})", counts))
        columns = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        lines = ["  ".join(c.ljust(n) for c, n in zip(r, columns, strict=True)) for r in rows]
        rule = "─" * max(len(line) for line in lines)
        sizes = "-".join(str(n) for n in self.layer_sizes)
        return "\n".join([
            f"ClassicNetwork {sizes}", rule, lines[0].rstrip(), rule,
            *(line.rstrip() for line in lines[1:]), rule,
            f"Total parameters: {self.count_params():,}",
        ])  # fmt: skip

    def __repr__(self) -> str:
        return (
            f"ClassicNetwork({self.layer_sizes}, hidden_activation={self.hidden_activation!r},"
            f" output_activation={self.output_activation!r}, seed={self.seed})"
        )

    # ── the steps of the workflow ───────────────────────────────────────────────────────────────

    def compile(
        self,
        optimizer: str = "sgd",
        loss: str | None = None,
        metrics: str | Sequence[str] = ("accuracy",),
        *,
        learning_rate: float | None = None,
    ) -> None:
        """Choose how the network learns.

        Args:
            optimizer: the learning rule by name; "sgd" is the lecture's.
            loss: None: categorical cross-entropy for softmax, "lecture" for sigmoid outputs.
            metrics: accuracy is the one there is.
            learning_rate: β, above 0; None: 0.5 for SGD, Keras's default for the others.

        Raises:
            InputError: an unknown name, β that is no number above 0, or a loss that doesn't
                belong to the output units.
        """
        for metric in (metrics,) if isinstance(metrics, str) else metrics:
            checks.choice("metrics", metric, ("accuracy",))
        self.optimizer_name = choices.optimizer(optimizer)
        self.learning_rate = choices.learning_rate(learning_rate, self.optimizer_name)
        self.loss = choices.loss(loss, self.output_activation)
        self.optimizer = learning_rule(self.optimizer_name, self.learning_rate, self._weights)

    def forward(self, x: ArrayLike) -> list[Array]:
        """Return the activations of all layers: x itself, then f(I) of each layer.

        Args:
            x: patterns, shape (batch, inputs).
        """
        patterns = arrays.patterns(x, self.layer_sizes[0], self.dtype)
        return own.forward(patterns, self.layers, self.activations, self.rules)[1]

    def _desired(self, y: ArrayLike, n: int) -> Array:
        """Return the desired outputs of n patterns, which these outputs must be able to have."""
        wanted = arrays.desired(y, n, self.layer_sizes[-1], self.dtype)
        arrays.must_suit(wanted, self.loss, self.output_activation)
        return wanted

    def trace(self, x: ArrayLike, desired: ArrayLike) -> Trace:
        """Return every I, f(I), E and Δw of one step with one pattern; no weight is changed.

        Args:
            x: one pattern, shape (inputs,).
            desired: its label, or its desired outputs, shape (outputs,).

        Returns:
            A Trace, whose `layers` hold the arrays under the slide's names.

        Example:
            >>> ClassicNetwork((4, 4, 3)).trace([0.1, 0.2, 0.3, 0.4], 2).layers[0].I.shape
            (4,)
        """
        pattern = arrays.patterns(np.asarray(x)[None], self.layer_sizes[0], self.dtype)
        wanted = self._desired(np.asarray(desired)[None], 1)
        beta = self.optimizer.learning_rate
        return trace(pattern, wanted, self.layers, self.activations, self.loss, beta, self.rules)

    def predict(self, x: ArrayLike) -> Array:
        """Return the outputs for patterns of shape (n, inputs): shape (n, outputs).

        Example:
            >>> ClassicNetwork((4, 4, 3)).predict([[0.0, 0.0, 0.0, 0.0]]).sum().round(6)
            np.float32(1.0)
        """
        patterns = arrays.patterns(x, self.layer_sizes[0], self.dtype)
        chunks = [self.forward(patterns[k : k + CHUNK])[-1] for k in range(0, len(patterns), CHUNK)]
        return np.concatenate(chunks) if chunks else np.empty((0, self.layer_sizes[-1]), self.dtype)

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
        """Return (loss, accuracy) over the patterns, as means; nothing is learnt.

        Args:
            x: patterns, shape (n, inputs).
            y: integer labels, shape (n,), or desired outputs, shape (n, outputs).
        """
        patterns = arrays.patterns(x, self.layer_sizes[0], self.dtype)
        desired = self._desired(y, len(patterns))
        return self._evaluated(patterns, desired)

    def _evaluated(self, patterns: Array, desired: Array) -> tuple[float, float]:
        tally = Tally(self.loss, self.output_activation)
        for k in range(0, len(patterns), CHUNK):
            net_inputs, y = own.forward(
                patterns[k : k + CHUNK], self.layers, self.activations, self.rules
            )
            tally.add(net_inputs[-1], y[-1], desired[k : k + CHUNK])
        return tally.loss, tally.accuracy

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        epochs: int = 1,
        batch_size: int | str = 32,
        shuffle: bool = True,
        verbose: int | str = "auto",
        *,
        validation_split: float = 0.0,
        validation_data: tuple[ArrayLike, ArrayLike] | None = None,
        initial_epoch: int = 0,
        order: Order | None = None,
        on_epoch_end: Callable[[int], Any] | None = None,
        history: History | None = None,
        schedule: Schedule | str | Callable[[int], float] | None = None,
        acceptable_error: float | None = None,
    ) -> History:
        """Train: present every pattern in each epoch, and change the weights after each batch.

        Args:
            x: patterns, shape (n, inputs); floats, by habit in [0, 1].
            y: integer labels, shape (n,), or desired outputs, shape (n, outputs).
            epochs: the epoch to stop before, counted from 0 as in Keras.
            batch_size: patterns before each update; 1 is true SGD, "full" full batch.
            shuffle: present the patterns at random without replacement, from the network's seed;
                otherwise as they are stored.
            verbose: 0 nothing, 1 or "auto" progress, 2 one line an epoch.
            validation_split: the last share of the patterns, kept for validation, in [0, 1).
            validation_data: (x, y) for validation, in place of a share.
            initial_epoch: the epoch to start at; the order of epoch 7 is the same wherever
                training started.
            order: a function from the epoch to the order of patterns, in place of `shuffle`.
            on_epoch_end: called with each epoch's number when it has ended.
            history: takes the figures, in place of a new History.
            schedule: β over the epochs, such as "exponential:0.9" (see schedules.py); it starts
                from the learning rate of `compile`.
            acceptable_error: stop after the first epoch whose total error is below it: the sum
                of |desired − actual| over patterns and outputs, from 0 in each epoch (signed
                errors would cancel).

        Returns:
            The History of this training. It is also the network's `history` from the start of
            the first epoch on, so that what was reached is there after Ctrl-C.

        Raises:
            InputError: arrays that don't fit the network, or settings that can't be used.
            DivergedError: the loss became NaN or infinite.
        """
        x, y, validation = arrays.split(x, y, validation_split, validation_data)
        patterns = arrays.patterns(x, self.layer_sizes[0], self.dtype)
        desired = self._desired(y, len(patterns))
        arrays.must_hold_patterns(len(patterns))
        batch = checks.batch_size(batch_size)
        size = min(len(patterns), len(patterns) if batch == "full" else int(batch))
        epochs = checks.whole("epochs", epochs)
        order = order or self._own_order(len(patterns), shuffle)
        first = checks.whole("initial_epoch", initial_epoch)
        plan = schedules.schedule(schedule)
        plan.must_serve(range(first, epochs), self.learning_rate)
        limit = (
            None
            if acceptable_error is None
            else checks.positive("acceptable_error", acceptable_error)
        )
        held_back = self._checked(validation)
        train = self._compiled_epoch if self._is_compiled(len(patterns), size) else self._epoch
        data = kernels.Patterns(patterns, desired)
        self.history = History() if history is None else history
        steps = -(-len(patterns) // size)
        quiet = np.errstate(over="ignore", invalid="ignore")  # DivergedError says it better
        arrays.advise_on_scale(patterns)
        with quiet, threads_for(size), Progress(epochs, steps, verbose) as progress:
            for epoch in range(first, epochs):
                progress.epoch_begin(epoch)
                self.optimizer.learning_rate = plan.at(epoch, self.learning_rate)
                figures = train(data, arrays.order(order(epoch), len(patterns)), size, progress)
                figures.update(self._validated(held_back))
                self.history.record(**figures)
                self.epochs_trained = epoch + 1
                progress.epoch_end(epoch, figures)
                if on_epoch_end is not None:
                    on_epoch_end(epoch)
                if limit is not None and self.history["total_error"][-1] < limit:
                    break
        return self.history

    def partial_fit(
        self, x: ArrayLike, y: ArrayLike, batch_size: int | str = 32, shuffle: bool = True
    ) -> History:
        """Go through the patterns once more: k calls learn what fit(epochs=k) learns.

        Args:
            x, y, batch_size, shuffle: as for `fit`; the patterns may be others each time.

        Returns:
            The History of this one epoch.
        """
        k = self.epochs_trained
        return self.fit(x, y, k + 1, batch_size, shuffle, verbose=0, initial_epoch=k)

    def _own_order(self, n: int, shuffle: bool) -> Order:
        name = "random" if shuffle else "stored"
        return lambda epoch: seeding.pattern_order(n, epoch, self.seed, name)

    def _is_compiled(self, n: int, size: int) -> bool:
        """Return whether compiled code does the arithmetic, for n patterns in batches of `size`.

        With "auto" that depends on the work alone, so that the same training gives the same bits.
        """
        hidden, outputs = self.activations[:-1], self.output_activation
        served = (
            isinstance(self.optimizer, SGD)
            and not self.rules.given
            and kernels.supports(hidden, outputs, self.loss)
        )
        if self.kernel == "numba" and not served:
            raise InputError("kernel='numba' serves one hidden layer of sigmoid, tanh or relu "
                             "units, SGD, the slide's own rules, and outputs whose error is "
                             "desired - actual. Take "
                             "kernel='auto' or 'numpy' for this network.")  # fmt: skip
        enough = n * self.count_params() * (1 + 32 / size) > ENOUGH_TO_COMPILE
        if self.kernel == "numpy" or not served or not (enough or self.kernel == "numba"):
            return False
        if not kernels.available():
            notice("Numba isn't installed or doesn't serve this Python, so NumPy does the "
                   "arithmetic, which takes longer: pip install numba")  # fmt: skip
            return False
        return True

    def _compiled_epoch(
        self, data: kernels.Patterns, order: NDArray[np.integer], size: int, progress: Progress
    ) -> dict[str, float | None]:
        """Train one epoch in compiled code and return its figures."""
        if not kernels.is_compiled(self.dtype):
            progress.say("Compiling the kernels, once on this machine: about 10 s")
        started = time.perf_counter()
        loss, right, absolute = kernels.train_epoch(
            self._weights, data, order, size, self.optimizer.learning_rate,
            self.activations[0], self.output_activation,
        )  # fmt: skip
        if not math.isfinite(loss):
            raise DivergedError.at(self.optimizer.learning_rate)
        return self._figures(loss / len(order), right / len(order), absolute, started)

    def _epoch(
        self, data: kernels.Patterns, order: NDArray[np.integer], size: int, progress: Progress
    ) -> dict[str, float | None]:
        """Train one epoch by backprop.py and return its figures."""
        started = time.perf_counter()
        tally = Tally(self.loss, self.output_activation)
        for k, start in enumerate(range(0, len(order), size)):
            batch = order[start : start + size]
            tally.add(*self._step(data.x[batch], data.desired[batch]), data.desired[batch])
            progress.advance(k + 1, tally.loss)
            if not math.isfinite(tally.loss):
                raise DivergedError.at(self.optimizer.learning_rate)
        return self._figures(tally.loss, tally.accuracy, tally.absolute_error, started)

    def _figures(
        self, loss: float, accuracy: float, total_error: float, started: float
    ) -> dict[str, float | None]:
        """Return an epoch's figures as History takes them."""
        self._must_be_finite()
        return {
            "loss": loss,
            "accuracy": accuracy,
            "total_error": total_error,
            "learning_rate": self.optimizer.learning_rate,
            "seconds": time.perf_counter() - started,
        }

    def _must_be_finite(self) -> None:
        """Raise DivergedError where the last update made a weight NaN or infinite."""
        if not all(math.isfinite(float(w.sum())) for w in self._weights):
            raise DivergedError.at(self.optimizer.learning_rate)

    def _step(self, x: Array, desired: Array) -> tuple[Array, Array]:
        """Change the weights after one batch; return I and f(I) at the output from before."""
        if isinstance(self.optimizer, SGD):
            settings = (self.activations, self.loss, self.optimizer.learning_rate)
            if self.rules.given:
                return own.step(x, desired, self.layers, *settings, self.rules)
            return backprop.step(x, desired, self.layers, *settings)
        net_inputs, y, downhill = own.downhill(
            x, desired, self.layers, self.activations, self.loss, self.rules
        )
        self.optimizer.apply(self._weights, [part for layer in downhill for part in layer])
        return net_inputs[-1], y[-1]

    def _checked(self, data: Any) -> tuple[Array, Array] | None:
        """Return the validation patterns and their desired outputs, before anything is learnt."""
        if data is None:
            return None
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise InputError(
                f"validation_data must be a pair (x, y), but got {checks.shown(data)}."
            )
        patterns = arrays.patterns(data[0], self.layer_sizes[0], self.dtype)
        return patterns, self._desired(data[1], len(patterns))

    def _validated(self, data: tuple[Array, Array] | None) -> dict[str, float]:
        """Return the figures of the validation patterns, or none."""
        if data is None:
            return {}
        val_loss, val_accuracy = self._evaluated(*data)
        return {"val_loss": val_loss, "val_accuracy": val_accuracy}


def threads_for(size: int) -> AbstractContextManager[Any]:
    """Let NumPy's products use one thread meanwhile, where batches are small.

    Two threads gain nothing on them, and wait for each other whenever a core is busy elsewhere.
    """
    if size > ONE_THREAD_UP_TO:
        return contextlib.nullcontext()
    return threadpool_limits(1, "blas")


class Tally:
    """Running means of loss and accuracy over the patterns seen."""

    def __init__(self, loss: str, activation: str) -> None:
        self._loss, self._activation = loss, activation
        self._total = 0.0
        self._right = 0
        self._seen = 0
        self.absolute_error = 0.0  # Σ |d − a|: signed errors would cancel

    def add(self, net_input: Array, output: Array, desired: Array) -> None:
        """Count a batch: I, f(I) and d at the output, each (batch, outputs)."""
        losses = units.loss(self._loss, self._activation, net_input, output, desired)  # (batch,)
        self._total += float(losses.sum(dtype=np.float64))
        self._right += int(np.count_nonzero(hits(output, desired)))
        self._seen += len(output)
        self.absolute_error += float(np.abs(desired - output).sum(dtype=np.float64))

    @property
    def loss(self) -> float:
        """The mean loss; 0 before any pattern."""
        return self._total / max(self._seen, 1)

    @property
    def accuracy(self) -> float:
        """The share of patterns whose largest output is the desired one, in [0, 1]."""
        return self._right / max(self._seen, 1)


def hits(output: Array, desired: Array) -> NDArray[np.bool_]:
    """Return which patterns were recognised, shape (batch,).

    With one output, above 0.5 means yes; otherwise the largest output is the answer.
    """
    if output.shape[-1] == 1:
        return ((output > 0.5) == (desired > 0.5))[:, 0]
    return np.asarray(output.argmax(axis=-1) == desired.argmax(axis=-1))
