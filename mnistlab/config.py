"""ExperimentConfig: everything that decides an experiment, in one frozen, validated record.

The defaults are the lecture's network: 784-512-10, sigmoid then softmax, categorical
cross-entropy, SGD with β = 0.5, mini-batches of 32, 5 epochs, shuffled, seed 0.

    the lecture           here
    β                     learning_rate
    hidden units          hidden_units
    f                     hidden_activation, output_activation
    error / loss          loss
    learning rule         optimizer
    order of patterns     order
    update after          batch_size: 1 true SGD, a few mini-batch, "full" full batch
    acceptable error      acceptable_error

Example:
    >>> from mnistlab.config import ExperimentConfig
    >>> ExperimentConfig(epochs=3).learning_rate is None
    True
    >>> ExperimentConfig(learning_rate=0)
    Traceback (most recent call last):
    mnistlab.errors.InputError: learning_rate must be above 0, but got 0.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mnistlab import checks, choices, deformations, seeding, stopping
from mnistlab.classic import schedules
from mnistlab.errors import InputError


@dataclass(frozen=True, kw_only=True)
class ExperimentConfig:
    """One experiment, fully described.

    Attributes:
        engine: "keras" or "classic"; "auto" is Keras where it is installed, otherwise classic.
        dataset: the data set's name ("auto", "mnist", "mnist_5k", "iris", "digits"), or
            "custom" for a caller's own arrays.
        hidden_units: units of each hidden layer; 512 means one layer of 512, () means none.
        hidden_activation: the hidden units' f.
        output_activation: the output units' f; None: softmax for classes.
        optimizer: the learning rule.
        learning_rate: β, above 0; None: 0.5 for SGD, Keras's own default for the others.
        loss: None: categorical cross-entropy for softmax, "lecture" for sigmoid outputs.
        schedule: β over the epochs, such as "exponential:0.9" (see classic/schedules.py); None:
            the same β in all of them.
        epochs: how many times every pattern is presented, at least 0.
        batch_size: patterns before each update; 1 is true SGD, "full" full batch.
        order: "random", "stored" or "sorted" (by label).
        validation_split: the last share of the training patterns that is kept for validation,
            in [0, 1).
        seed: decides initial weights and order of patterns; a whole number, at least 0.
        input_dropout, dropout: the share of the inputs, and of each hidden layer's units, that
            is left out at random for each pattern while training, in [0, 1).
        weight_decay: each step takes β · weight_decay of every weight away, at least 0.
        ema_momentum: how slowly the average of the weights follows them, in [0, 1); the average
            is what the network has after training. 0: no averaging.
        deformation: how each training image is deformed anew in each epoch: "affine",
            "elastic", "affine+elastic"; None: not at all.
        patience: stop after so many epochs in a row without a lower val_loss (without
            validation: loss); None: run all epochs.
        acceptable_error: stop after the first epoch whose total error, the sum of
            |desired − actual| over patterns and outputs, is below it; None: run all epochs.
        dtype_policy: "float32"; for Keras also "mixed_bfloat16", or "mixed_float16" (whose losses
            aren't scaled up).

    In the record of a model that was made by hand, optimizer, batch_size, order or seed is None
    where nobody knows it.

    Raises:
        InputError: a value that can't be used, with what is allowed.
    """

    engine: str = "auto"
    dataset: str = "auto"
    hidden_units: tuple[int, ...] = (512,)
    hidden_activation: str = "sigmoid"
    output_activation: str | None = None
    optimizer: str | None = "sgd"
    learning_rate: float | None = None
    loss: str | None = None
    schedule: str | None = None
    epochs: int = 5
    batch_size: int | str | None = 32
    order: str | None = "random"
    validation_split: float = 0.0
    seed: int | None = 0
    input_dropout: float = 0.0
    dropout: float = 0.0
    weight_decay: float = 0.0
    ema_momentum: float = 0.0
    deformation: str | None = None
    patience: int | None = None
    acceptable_error: float | None = None
    dtype_policy: str = "float32"

    def __post_init__(self) -> None:
        for name, value in self._validated().items():
            object.__setattr__(self, name, value)  # frozen for everybody else

    def _validated(self) -> dict[str, Any]:
        """Return every field in the form the package works with."""
        patience, acceptable_error = stopping.checked(self.patience, self.acceptable_error)
        return {
            "engine": checks.choice("engine", self.engine, ("auto", *choices.ENGINES)),
            "dataset": checks.text("dataset", self.dataset),
            "hidden_units": checks.units("hidden_units", self.hidden_units),
            "hidden_activation": choices.hidden_activation(self.hidden_activation),
            "output_activation": unless_none(partial(choices.output_activation, n_outputs=2),
                                             self.output_activation),
            "optimizer": unless_none(choices.optimizer, self.optimizer),
            "learning_rate": unless_none(partial(checks.positive, "learning_rate"),
                                         self.learning_rate),
            "loss": self._validated_loss(),
            "schedule": unless_none(_written_schedule, self.schedule),
            "epochs": checks.whole("epochs", self.epochs),
            "batch_size": unless_none(checks.batch_size, self.batch_size),
            "order": unless_none(lambda order: checks.choice("order", order, seeding.ORDERS),
                                 self.order),
            "validation_split": checks.fraction("validation_split", self.validation_split),
            "seed": unless_none(partial(checks.whole, "seed"), self.seed),
            "input_dropout": checks.fraction("input_dropout", self.input_dropout),
            "dropout": checks.fraction("dropout", self.dropout),
            "weight_decay": checks.not_negative("weight_decay", self.weight_decay),
            "ema_momentum": checks.fraction("ema_momentum", self.ema_momentum),
            "deformation": deformations.deformation(self.deformation),
            "patience": patience,
            "acceptable_error": acceptable_error,
            "dtype_policy": checks.choice("dtype_policy", self.dtype_policy, choices.POLICIES),
        }  # fmt: skip

    def _validated_loss(self) -> str | None:
        """Return the loss; whether it belongs to the outputs is checked as early as both stand."""
        if self.loss is None:
            return None
        if self.output_activation is None:
            return checks.choice("loss", self.loss, choices.LOSSES)
        return choices.loss(self.loss, choices.output_activation(self.output_activation, 2))

    def resolved(self, *, engine: str, dataset: str, task: str) -> "ExperimentConfig":
        """Return the same experiment with nothing left open: what the result records.

        Args:
            engine: the engine that runs it.
            dataset: the name of the data set that "auto" turned out to be.
            task: "classification" or "regression", which decides the output units.

        Example:
            >>> done = ExperimentConfig().resolved(
            ...     engine="classic", dataset="mnist", task="classification")
            >>> done.learning_rate, done.output_activation, done.loss
            (0.5, 'softmax', 'categorical_crossentropy')
        """
        outputs = self.output_activation or choices.default_output_activation(task)
        rule, rate = self.optimizer, self.learning_rate
        value = task == "regression"
        return dataclasses.replace(
            self,
            engine=engine,
            dataset=dataset,
            output_activation=outputs,
            learning_rate=rate if rule is None else choices.learning_rate(rate, rule, value),
            loss=choices.loss(self.loss, outputs, value),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain values that JSON can hold; one hidden layer as a number."""
        fields = dataclasses.asdict(self)
        units = self.hidden_units
        return {**fields, "hidden_units": units[0] if len(units) == 1 else list(units)}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "ExperimentConfig":
        """Return the config of the given settings; an unknown name is an error that helps.

        Example:
            >>> ExperimentConfig.from_settings({"epoch": 3})
            Traceback (most recent call last):
            mnistlab.errors.InputError: epoch is no setting of an experiment. Did you mean 'epochs'?
        """
        known = [one.name for one in dataclasses.fields(cls)]
        for name in settings:
            if name not in known:
                hint = checks.did_you_mean(name, known) or f" Choose among: {', '.join(known)}."
                raise InputError(f"{name} is no setting of an experiment.{hint}")
        return cls(**settings)


def _written_schedule(value: Any) -> str:
    """Return a schedule as its text; a function can't be written down, so it is refused."""
    if callable(value):
        raise InputError("schedule is a function, and an experiment's record can't hold one. Give "
                         "a text such as 'exponential:0.9', or train step by step: "
                         "fit_model(model, dataset, schedule=…).")  # fmt: skip
    return str(schedules.schedule(value))


def unless_none(check: Callable[[Any], Any], value: Any) -> Any:
    """Return the checked value, or None for None."""
    return None if value is None else check(value)
