"""Named experiments: each a set of settings for ExperimentConfig, and where it comes from.

    lecture    the default: what the lecture trains
    book       Chollet's book: ReLU and RMSprop
    plain      sigmoid, no deformed images: dropout, averaging, a schedule
    record     the same network, with deformed images made anew in each epoch

All of them are 784-512-10 with 407,050 parameters. benchmarks/accuracy.py measures what each
reaches (README.md has the figures), and every choice was made on a validation split of the
training digits: benchmarks/choose.py, benchmarks/results/choices.jsonl.

Example:
    >>> from mnistlab.recipes import recipe
    >>> recipe("book").optimizer
    'rmsprop'
"""

from collections.abc import Callable
from typing import Any

from mnistlab import checks
from mnistlab.config import ExperimentConfig


def lecture() -> ExperimentConfig:
    """Return the lecture's network: 784-512-10, sigmoid then softmax, SGD with β = 0.5.

    Source: the lecture, "The learning paradigm and Keras".
    """
    return ExperimentConfig()


def book() -> ExperimentConfig:
    """Return the book's network: ReLU, RMSprop, batches of 128, 5 epochs.

    Source: Chollet, Deep Learning with Python, chapter 2.
    """
    return ExperimentConfig(hidden_activation="relu", optimizer="rmsprop", batch_size=128)


PLAIN: dict[str, Any] = {
    "optimizer": "adam",
    "learning_rate": 0.006,
    "schedule": "one_cycle:50",
    "epochs": 50,
    "batch_size": 128,
    "input_dropout": 0.2,
    "dropout": 0.3,
    "weight_decay": 0.01,
    "ema_momentum": 0.999,
}


def plain() -> ExperimentConfig:
    """Return the lecture's network trained as well as it can be on the images as they are.

    Dropout leaves out inputs and hidden units at random, β rises and falls in one cycle, and the
    weights are averaged.

    Source: Srivastava et al. 2014 (dropout); Smith 2018 (one cycle); Loshchilov and Hutter 2019
    (weight decay beside Adam); Polyak and Juditsky 1992 (averaging).
    """
    return ExperimentConfig(**PLAIN)


def record() -> ExperimentConfig:
    """Return the lecture's network trained on digits that are deformed anew in each epoch.

    Turned, scaled, slanted, moved and bent a little, a digit stays the same digit. With so many
    different digits nothing needs to be left out at random.

    Source: as `plain`; Simard, Steinkraus and Platt 2003; Ciresan et al. 2010 (deformations).
    """
    changed = {
        "deformation": "affine+elastic", "epochs": 150, "schedule": "one_cycle:150",
        "weight_decay": 0.02, "input_dropout": 0.0, "dropout": 0.0,
    }  # fmt: skip
    return ExperimentConfig(**{**PLAIN, **changed})


RECIPES: dict[str, Callable[[], ExperimentConfig]] = {
    "lecture": lecture,
    "book": book,
    "plain": plain,
    "record": record,
}


def recipe(name: Any) -> ExperimentConfig:
    """Return the ExperimentConfig of a recipe; else raise InputError with the names there are."""
    return RECIPES[checks.choice("recipe", name, tuple(RECIPES))]()
