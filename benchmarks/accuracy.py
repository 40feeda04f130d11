"""What each recipe reaches on the test digits of MNIST: mean and standard error over seeds.

    python benchmarks/accuracy.py                              all recipes, 5 seeds each
    python benchmarks/accuracy.py --recipe record --seeds 5

Training gets a data set from which the test digits have been taken out; they are read once, when
it has ended. The recipes themselves were chosen on a validation split of the training digits:
benchmarks/choose.py, and results/choices.jsonl. Writes results/accuracy_<recipe>.json.
"""

import argparse
import dataclasses
import math
import statistics
import time
from typing import Any

import mnistlab
from mnistlab import experiment, recipes, steps
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import Dataset
from side_by_side import machine, write


def without_test(dataset: Dataset) -> Dataset:
    """Return the data set with two training patterns in the place of all test patterns."""
    return dataclasses.replace(
        dataset, x_test=dataset.x_train[:2], y_test=dataset.y_train[:2], test_images=None
    )


def trained(config: ExperimentConfig, dataset: Dataset, blind: bool = True) -> object:
    """Return the model that a config trains; `blind`: it never sees the test patterns."""
    if blind:
        dataset = without_test(dataset)
    model = experiment.built(config, dataset)
    experiment.fitted(config, model, dataset, verbose=0)
    return model


def measured(name: str, seeds: int, engine: str, dataset: Dataset) -> dict[str, Any]:
    """Train a recipe from each seed, test it once, and return the figures."""
    accuracies, seconds = [], []
    for seed in range(seeds):
        config = dataclasses.replace(recipes.recipe(name), engine=engine, seed=seed)
        config = config.resolved(engine=engine, dataset=dataset.name, task=dataset.task)
        started = time.perf_counter()
        model = trained(config, dataset)
        seconds.append(round(time.perf_counter() - started, 1))
        accuracies.append(steps.evaluate_model(model, dataset).accuracy)  # the only look at them
        print(f"{name}, seed {seed}: {accuracies[-1]:.2%} after {seconds[-1]:.0f} s", flush=True)
    error = statistics.stdev(accuracies) / math.sqrt(seeds) if seeds > 1 else None
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "config": recipes.recipe(name).as_dict() | {"engine": engine, "dataset": dataset.name},
        "accuracies": [round(one, 4) for one in accuracies],
        "figures": {
            "mean": round(statistics.mean(accuracies), 5),
            "standard error": error and round(error, 5),
            "seconds": round(statistics.median(seconds), 1),
        },
        "seconds": seconds,
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", choices=list(recipes.RECIPES), nargs="+")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--engine", default="keras")
    given = parser.parse_args()
    dataset = mnistlab.load_data("mnist")
    for name in given.recipe or recipes.RECIPES:
        found = measured(name, given.seeds, given.engine, dataset)
        write(f"accuracy_{name}", found)
        figures = found["figures"]
        print(f"{name}: {figures['mean']:.2%} ± {figures['standard error'] or 0:.2%}")


if __name__ == "__main__":
    main()
