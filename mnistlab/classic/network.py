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

The mathematics is in backprop.py; this file holds the weights and the choices, and training.py
walks through the batches.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mnistlab import checks, choices, seeding, stopping
from mnistlab.checkpoint import State
from mnistlab.classic import arrays, backprop, kernels, learner, schedules
from mnistlab.classic import rules as own
from mnistlab.classic.learner import CHUNK
from mnistlab.classic.optimizers import SGD, LearningRule, learning_rule
from mnistlab.classic.rules import Rules
from mnistlab.classic.schedules import Schedule
from mnistlab.classic.trace import Trace, trace
from mnistlab.classic.training import Course, Order, Training
from mnistlab.classic.units import Array
from mnistlab.errors import InputError
from mnistlab.history import History
from mnistlab.notices import notice
from mnistlab.progress import Progress

ENOUGH_TO_COMPILE = 1e10  # products an epoch; below, NumPy takes less than a second or so


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
        input_dropout: share of the inputs left out at random in training, in [0, 1); others for
            each pattern. What stays is scaled up; where the network is asked, all take part.
        dropout: the same share of each hidden layer's units.

    Attributes:
        history: the History of the last training.
        optimizer: the learning rule, with its memory.
        learning_rate, weight_decay, ema_momentum, loss, metric: as compiled.

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
        input_dropout: float = 0.0,
        dropout: float = 0.0,
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
        self.input_dropout = checks.fraction("input_dropout", input_dropout)
        self.dropout = checks.fraction("dropout", dropout)
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
        self.optimizer = self._learning_rule()

    def count_params(self) -> int:
        """Return the number of weights and biases: 407,050 for 784-512-10."""
        return sum(w.size for w in self._weights)

    def summary(self, print_fn: Callable[[str], object] = print) -> None:
        """Print layers, output shapes and parameter counts; `print_fn` takes the text instead."""
        print_fn(self.summary_text())

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
        metrics: str | Sequence[str] | None = None,
        *,
        learning_rate: float | None = None,
        weight_decay: float = 0.0,
        ema_momentum: float = 0.0,
    ) -> None:
        """Choose how the network learns.

        Args:
            optimizer: the learning rule by name; "sgd" is the lecture's.
            loss: None: categorical cross-entropy for softmax, "lecture" for sigmoid outputs.
            metrics: "accuracy", or "mean_absolute_error" for a regression; None: what suits the
                outputs.
            learning_rate: β, above 0; None: 0.5 for SGD, Keras's default for the others.
            weight_decay: λ: each step takes β λ of every weight and bias away, at least 0.
            ema_momentum: μ: how slowly the average of the weights follows them, in [0, 1); the
                average takes their place when `fit` ends. 0: there is none.

        Raises:
            InputError: an unknown name, a number out of its range, or a loss that doesn't
                belong to the output units.
        """
        name = choices.optimizer(optimizer)
        beta = choices.learning_rate(learning_rate, name)
        decay = checks.not_negative("weight_decay", weight_decay)
        momentum = checks.fraction("ema_momentum", ema_momentum)
        chosen = choices.loss(loss, self.output_activation)
        metric = choices.metric(metrics, self.output_activation, self.layer_sizes[-1])
        self.optimizer_name, self.learning_rate = name, beta
        self.loss, self.metric = chosen, metric
        self.weight_decay, self.ema_momentum = decay, momentum
        self.optimizer = self._learning_rule()

    def _learning_rule(self) -> LearningRule:
        """Return the chosen learning rule with nothing remembered."""
        settings = self.learning_rate, self._weights, self.weight_decay, self.ema_momentum
        return learning_rule(self.optimizer_name, *settings)

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
        """Return (loss, metric) over the patterns, as means; nothing is learnt or left out.

        The metric is the one of `compile`: the accuracy in [0, 1], or the mean absolute error.

        Args:
            x: patterns, shape (n, inputs).
            y: integer labels, shape (n,), or desired outputs, shape (n, outputs); for one output
                its values, shape (n,).
        """
        patterns = arrays.patterns(x, self.layer_sizes[0], self.dtype)
        desired = self._desired(y, len(patterns))
        return learner.evaluated(self, patterns, desired)

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
        patience: int | None = None,
        acceptable_error: float | None = None,
        images: Callable[[int], ArrayLike] | None = None,
        resume: State | None = None,
        keep: Callable[[State], object] | None = None,
        keep_every: int | None = None,
    ) -> History:
        """Train: present every pattern in each epoch, and change the weights after each batch.

        Args:
            x: patterns, shape (n, inputs); floats, by habit in [0, 1].
            y: integer labels, shape (n,), or desired outputs, shape (n, outputs); for one output
                its values, shape (n,).
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
            patience: stop after so many epochs in a row in which the validation loss (the loss
                without validation) was not below the best before them; the weights stay those
                of the last epoch.
            acceptable_error: stop after the first epoch whose total error is below it: the sum
                of |desired − actual| over patterns and outputs, from 0 in each epoch (signed
                errors would cancel).
            images: a function from the epoch to that epoch's patterns, in place of x and of its
                shape, where they change from epoch to epoch.
            resume: where an earlier training stood; it goes on there (whatever `initial_epoch`
                is), to the same bits as if it had never been stopped. Everything else must be
                given as it was then.
            keep: called with the State after each epoch, to be saved at once: its arrays are the
                network's own, which change.
            keep_every: call `keep`, if it is given, after so many batches of an epoch, too; where
                compiled code does the arithmetic, at the next end of some 6,000 patterns.

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
        first = _first_epoch(initial_epoch, resume)
        plan = schedules.schedule(schedule)
        plan.must_serve(range(first, epochs), self.learning_rate)
        limits = stopping.checked(patience, acceptable_error)
        every = None if keep_every is None else checks.whole("keep_every", keep_every, minimum=1)
        course = Course(
            first, epochs, size, order or self._own_order(len(patterns), shuffle), plan,
            self.learning_rate, self._is_compiled(len(patterns), size), *limits,
            on_epoch_end, keep, every, images,
        )  # fmt: skip
        training = Training(
            self, kernels.Patterns(patterns, desired), course, self._checked(validation),
            History() if history is None else history, self.epochs_trained,
        )  # fmt: skip
        progress = Progress(epochs, -(-len(patterns) // size), verbose)
        if resume is not None:
            training.go_on_from(resume)
        self.history = training.history
        arrays.advise_on_scale(patterns)
        try:
            with progress:
                training.run(progress)
        finally:
            self.epochs_trained = training.epochs_trained
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
            and self.optimizer.is_plain
            and not (self.input_dropout or self.dropout)
            and not self.rules.given
            and kernels.supports(hidden, outputs, self.loss)
        )
        if self.kernel == "numba" and not served:
            raise InputError("kernel='numba' serves one hidden layer of sigmoid, tanh or relu "
                             "units, SGD without weight_decay and ema_momentum, no dropout, the "
                             "slide's own rules, and outputs whose error is desired - actual. "
                             "Take kernel='auto' or 'numpy' for this network.")  # fmt: skip
        enough = n * self.count_params() * (1 + 32 / size) > ENOUGH_TO_COMPILE
        if self.kernel == "numpy" or not served or not (enough or self.kernel == "numba"):
            return False
        if not kernels.available():
            notice("Numba isn't installed or doesn't serve this Python, so NumPy does the "
                   "arithmetic, which takes longer: pip install numba")  # fmt: skip
            return False
        return True

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


def _first_epoch(initial_epoch: Any, resume: Any) -> int:
    """Return the epoch to start at, which a State knows itself; else raise InputError."""
    first = checks.whole("initial_epoch", initial_epoch)
    if resume is None:
        return first
    if not isinstance(resume, State):
        raise InputError(f"resume must be a checkpoint's State, but got {checks.shown(resume)}.")
    return resume.epoch
