"""How the recipes were chosen: variations of one, ranked on a validation split.

    python benchmarks/choose.py plain dropout=0.3 dropout=0.5 epochs=100,schedule=one_cycle:100

Each variation trains on the first 50,000 training digits of MNIST and is judged by the last
10,000. The test digits are taken out of the data set before anything is done with it. Appends a
line for each to results/choices.jsonl, whose first lines are those of the search that led to the
recipes.
"""

import argparse
import dataclasses
import json
import time

import mnistlab
from accuracy import trained, without_test
from mnistlab import recipes, steps
from mnistlab.datasets import Dataset
from side_by_side import RESULTS, machine

SHARE = 1 / 6  # 10,000 of 60,000


def judged(dataset: Dataset) -> Dataset:
    """Return the training digits alone: the first five sixths, and the rest to judge by."""
    (x, y), held_back = steps.held_back(without_test(dataset), SHARE)
    assert held_back is not None and dataset.images is not None
    return dataclasses.replace(
        dataset, x_train=x, y_train=y, x_test=held_back[0], y_test=held_back[1],
        images=dataset.images[: len(x)], test_images=None,
    )  # fmt: skip


def changes(text: str) -> dict[str, object]:
    """Return the settings of "dropout=0.5,epochs=100": numbers where they are numbers."""
    pairs = [part.partition("=")[::2] for part in text.split(",") if part]
    return {name: _value(value) for name, value in pairs}


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def main() -> None:
    """Train each variation, print and append what it reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", choices=list(recipes.RECIPES))
    parser.add_argument("variations", nargs="*", default=[""])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    dataset = judged(mnistlab.load_data("mnist"))
    for text in given.variations or [""]:
        changed = {"engine": "keras", "seed": given.seed, **changes(text)}
        config = dataclasses.replace(recipes.recipe(given.recipe), **changed)
        config = config.resolved(engine="keras", dataset="mnist", task=dataset.task)
        started = time.perf_counter()
        found = steps.evaluate_model(trained(config, dataset, blind=False), dataset)
        line = {
            "date": time.strftime("%Y-%m-%d"), "machine": machine(), "recipe": given.recipe,
            "changes": text, "seed": given.seed,
            "validation accuracy": round(found.accuracy, 4),
            "validation loss": round(found.loss, 5),
            "seconds": round(time.perf_counter() - started, 1),
        }  # fmt: skip
        print(line, flush=True)
        with open(RESULTS / "choices.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
