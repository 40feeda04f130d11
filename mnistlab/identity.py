"""What a training is, in a few words: by these its checkpoint is known.

Another config, model, data set, backend or version of the package is another training, and its
state isn't taken.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import mnistlab
from mnistlab.checkpoint import State
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.schedules import Schedule
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import Dataset
from mnistlab.environment import backend_name
from mnistlab.errors import InputError


def of_experiment(config: ExperimentConfig, dataset: Dataset) -> dict[str, Any]:
    """Return what the training of a resolved config is."""
    engine = backend_name() if config.engine == "keras" else "numpy"
    return {"config": config.as_dict(), "backend": engine, **made_with(dataset)}


def of_training(model: Any, dataset: Dataset, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a training of this model is, for its checkpoint to be known by."""
    if isinstance(model, ClassicNetwork):
        names = ("layer_sizes", "hidden_activation", "output_activation", "input_dropout",
                 "dropout", "optimizer_name", "learning_rate", "loss", "weight_decay",
                 "ema_momentum", "kernel", "seed")  # fmt: skip
        made = {"engine": "classic", **{name: getattr(model, name) for name in names},
                "dtype": str(model.dtype), "rules": model.rules.given}  # fmt: skip
    else:
        from mnistlab.keras_engine import reading

        made = {"engine": "keras", "backend": backend_name(), **reading.identity_of(model)}
    return {**made, **settings, **made_with(dataset)}


def told_apart(schedule: Schedule, epochs: int, learning_rate: float | None) -> str:
    """Return a digest of β in each epoch, by which two schedules are told apart."""
    start = 1.0 if learning_rate is None else learning_rate
    betas = [schedule.at(epoch, start) for epoch in range(min(epochs, 10_000))]
    return hashlib.sha256(repr(betas).encode()).hexdigest()[:16]


def must_be_within(state: State, epochs: int, steps: int) -> None:
    """Raise InputError where a state stands beyond the training's end."""
    if state.epoch > epochs or state.batch >= steps:
        raise InputError(f"The checkpoint stands at epoch {state.epoch + 1}, batch {state.batch}, "
                         f"but this training has {epochs} epochs of {steps} batches. Start anew "
                         "in another folder.")  # fmt: skip


def made_with(dataset: Dataset) -> dict[str, Any]:
    """Return the data and the version that a checkpoint belongs to."""
    return {"data": dataset.digest, "mnistlab": mnistlab.__version__}
