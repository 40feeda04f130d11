"""From and below which accuracy to give points: proposed by training the lab's own network.

    full_from     the worst of several seeds, less the distance between best and worst, so that
                  students with other seeds reach it too
    none_below    what the same training reaches with a tenth of the training patterns, on the
                  average: a network that has hardly learned; at least 0.02 below
                  full_from, and never below guessing

Both are rounded down to 0.005. Measured with the lecture's training: on MNIST (8 seeds, 97.3 to
97.5%) it proposes 0.970 and 0.905; nobody stayed below. On the 5,000 digits (30 seeds, 88.6 to
92.3%) the worst of five seeds alone left 11% of all seeds below full_from, this rule 1%.

Example:
    >>> proposed([0.9730, 0.9752, 0.9741], [0.898, 0.915], guessing=0.11)
    (0.97, 0.905)
"""

import contextlib
import dataclasses
import io
import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mnistlab import checks
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import Dataset, load_data
from mnistlab.errors import DivergedError, InputError
from mnistlab.lab.assignment import Lab
from mnistlab.seeding import pattern_order

STEP = 0.005
APART = 0.02  # the least distance between both thresholds, where there is room for it
SHARE = 10  # a tenth of the patterns


def thresholds(
    lab: Lab,
    path: str | os.PathLike[str] | None = None,
    seeds: int = 5,
    watch: Callable[[int, float], Any] | None = None,
) -> tuple[float, float, tuple[float, ...]]:
    """Return the thresholds for a lab's accuracy, and the accuracies they come from.

    Args:
        lab: what to train: its network, on its data set, with its training.
        path: the file or folder that holds the data set, as for `load_data`.
        seeds: how many trainings, from seeds 0, 1, …; at least 2.
        watch: called after each with the number of trainings done and the accuracy reached.

    Returns:
        (full_from, none_below, accuracies): shares in [0, 1], and one test accuracy a seed.

    Raises:
        InputError: the training isn't better than guessing, or a data set that doesn't fit.
        DataError, DownloadError: the data set can't be had.
    """
    seeds = checks.whole("seeds", seeds, minimum=2)
    dataset = _fitting(lab, load_data(lab.lab.dataset if path is None else "auto", path))
    config = dataclasses.replace(lab.config, engine="classic")
    reached, hardly = [], []
    for seed in range(seeds):
        reached.append(_accuracy(config, dataset, seed, said=seed == 0))
        hardly.append(_accuracy(config, tenth(dataset, seed), seed))
        if watch is not None:
            watch(seed + 1, reached[-1])
    guessing = float(np.bincount(dataset.y_test).max() / dataset.n_test)
    return (*proposed(reached, hardly, guessing), tuple(reached))


def proposed(
    reached: Sequence[float], hardly: Sequence[float], guessing: float
) -> tuple[float, float]:
    """Return (full_from, none_below) for measured accuracies, all in [0, 1].

    Args:
        reached: the accuracies of the whole training.
        hardly: those of the training with a tenth of the patterns.
        guessing: the share of the most frequent class.

    Raises:
        InputError: the training isn't better than guessing.
    """
    full_from = rounded_down(min(reached) - (max(reached) - min(reached)))
    if full_from < guessing + APART:
        raise InputError(
            f"With the lab's training the network reaches {min(reached):.1%} to "
            f"{max(reached):.1%} from {len(reached)} seeds, and the same answer to every pattern "
            f"{guessing:.1%}: there is nothing to give points for. Change [training]: more epochs, "
            "smaller batches, another learning_rate.")  # fmt: skip
    none_below = min(sum(hardly) / len(hardly), full_from - APART)
    return full_from, max(rounded_down(none_below), rounded_down(guessing))


def rounded_down(share: float) -> float:
    """Return a share rounded down to half a percent.

    Example:
        >>> rounded_down(0.9749), rounded_down(0.975)
        (0.97, 0.975)
    """
    return round(math.floor(share / STEP + 1e-9) * STEP, 3)


def tenth(dataset: Dataset, seed: int = 0) -> Dataset:
    """Return a data set with a tenth of its training patterns, drawn at random, at least one."""
    n = max(dataset.n_train // SHARE, 1)
    kept = np.sort(pattern_order(dataset.n_train, epoch=0, seed=seed)[:n])
    return dataclasses.replace(
        dataset, x_train=dataset.x_train[kept], y_train=dataset.y_train[kept],
        images=None if dataset.images is None else dataset.images[kept],
    )  # fmt: skip


def _fitting(lab: Lab, dataset: Dataset) -> Dataset:
    """Return the data set; else raise InputError where the lab's network isn't made for it."""
    network = lab.network
    if dataset.task == "regression":
        raise InputError(f"{dataset!r} is a regression, and a lab grades classes.")
    if (dataset.n_inputs, dataset.n_classes) != (network.inputs, network.classes):
        raise InputError(f"{dataset!r} doesn't fit the lab's network with {network.inputs} inputs "
                         f"and {network.classes} classes.")  # fmt: skip
    return dataset


def _accuracy(config: ExperimentConfig, dataset: Dataset, seed: int, said: bool = False) -> float:
    """Return the test accuracy after one training; 0 where it diverged."""
    from mnistlab.experiment import run_experiment  # it brings pictures and tables along

    # What a run says of its settings is the same for every seed: once is enough.
    quiet = contextlib.nullcontext() if said else contextlib.redirect_stderr(io.StringIO())
    with quiet:
        try:
            config = dataclasses.replace(config, seed=seed)
            result = run_experiment(config, dataset=dataset, verbose=0)
        except DivergedError:
            return 0.0
    return float(result.test_accuracy or 0.0)
