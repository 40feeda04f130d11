"""Do a model, its History and a config belong together? What a result is made of is asked here.

Cells run in any order: the History may be of another model, or the model compiled anew.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab import choices, seeding, steps
from mnistlab.classic.network import ClassicNetwork
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import Dataset
from mnistlab.errors import InputError
from mnistlab.history import History


def must_be_trained(model: Any, history: History) -> None:
    """Raise InputError where a model still has the weights it started from, whatever it is said.

    That is so where a notebook builds the model anew, and the History is of the one before.
    """
    seed, found = steps.seed_of(model), model.get_weights()
    if seed is None or not history.epochs or not history.settings:
        return  # a History that no fit_model of ours made may be of anything
    sizes = (len(found[0]), *(len(bias) for bias in found[1::2]))
    first = seeding.initial_weights(sizes, seed, str(found[0].dtype))
    if all(map(np.array_equal, found, first)):
        raise InputError(
            f"The history is of {history.epochs} epochs, but this model isn't trained: it has the "
            "weights that it was built with. Train it first: history = "
            "mnistlab.fit_model(model, dataset)."
        )


def must_be_compiled_as_it_was(model: Any, history: History) -> None:
    """Raise InputError where a model was compiled anew, with another β, after its training."""
    betas, now = history.compiled_with, steps.learning_rule_of(model)[1]
    if betas and now is not None and now not in betas:
        was = betas[0]
        raise InputError(
            f"This model was trained with a learning rate of {was:g}, and compiled with {now:g} "
            "since then. Train it with the new one: history = mnistlab.fit_model(model, dataset). "
            f"Or compile it again as it was trained, with {was:g}."
        )


def config_of(model: Any, dataset: Dataset, history: History) -> ExperimentConfig:
    """Return what can be read off a model and its history; None for the rest."""
    if isinstance(model, ClassicNetwork):
        made: dict[str, Any] = {
            "engine": "classic",
            "hidden_units": model.layer_sizes[1:-1],
            "hidden_activation": model.hidden_activation,
            "output_activation": model.output_activation,
            "optimizer": model.optimizer_name,
            "learning_rate": model.learning_rate,
            "loss": model.loss,
            "weight_decay": model.weight_decay,
            "ema_momentum": model.ema_momentum,
            "input_dropout": model.input_dropout,
            "dropout": model.dropout,
        }
    else:
        from mnistlab.keras_engine import reading

        design = reading.design_of(model)
        made = {
            "engine": "keras",
            "hidden_units": design.layer_sizes[1:-1],
            "hidden_activation": design.hidden_activation,
            "output_activation": design.output_activation,
            **reading.training_of(model),
        }
        if made["learning_rate"] is not None:  # Keras keeps it in float32: 0.01 as 0.0099999998
            made["learning_rate"] = float(f"{made['learning_rate']:.7g}")
        if not choices.belong_together(made["loss"], design.output_activation):
            made["loss"] = None  # such as a cross-entropy that takes the net inputs themselves
    went: dict[str, Any] = {"batch_size": None, "order": None, "seed": None, **history.settings}
    if steps.seed_of(model) not in (None, went["seed"]):
        went["seed"] = None  # weights of one seed, presented in the order of another
    return ExperimentConfig(dataset=dataset.name, epochs=history.epochs, **made, **went)


def described_by(
    config: ExperimentConfig, made: ExperimentConfig, dataset: Dataset
) -> ExperimentConfig:
    """Return the config that is said to describe a model, nothing left open; `made` is read off.

    Raises:
        InputError: it describes another network.
    """
    config = config.resolved(engine=made.engine, dataset=dataset.name, task=dataset.task)
    for name in ("hidden_units", "hidden_activation", "output_activation"):
        said, found = getattr(config, name), getattr(made, name)
        if said != found and (name != "hidden_activation" or made.hidden_units):
            raise InputError(f"The config says {name}={said!r}, but the model has {found!r}. "
                             "Give the config that it was built from, or none.")  # fmt: skip
    return config


def must_agree(ours: NDArray[np.floating], theirs: NDArray[np.floating], precise: bool) -> None:
    """Raise InputError where the network of a result doesn't compute what its model does."""
    near = 1e-3 if precise else 0.1  # bfloat16 has 8 bits
    if not np.allclose(ours, np.asarray(theirs, ours.dtype), rtol=near, atol=near):
        raise InputError(
            "The model computes something else than its Dense layers in a row do. A result can "
            "be made of Dense layers, each with one activation, whose outputs go to the next."
        )
