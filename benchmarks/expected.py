"""What students will measure in the lab, from several personal seeds: notebooks/INSTRUCTOR.md.

    python benchmarks/expected.py                    all of MNIST, and the 5,000-digit sample
    python benchmarks/expected.py --part updates     one part anew, beside the others' figures

The experiments are those of notebooks/src/03_recognizing_digits.py, by the network from scratch,
for four made-up students. All of MNIST comes from MNISTLAB_DATA or the cache. Writes
results/expected.json: for each data set "WHAT, lowest", "WHAT, mean" and "WHAT, highest".
"""

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mnistlab
from mnistlab.datasets import Dataset
from side_by_side import machine, write

RECORD = Path(__file__).parent / "results" / "expected.json"
STUDENTS = ("ada", "bob", "carol", "dan")
DATASETS = ("mnist", "mnist_5k")
VALIDATED = {"validation_split": 0.1}
RELU = {"hidden_activation": "relu", **VALIDATED}
SETTINGS: dict[str, dict[str, Any]] = {
    "1 epoch": {"epochs": 1},
    "5 epochs": {},
    "all-sigmoid, E = d - a": {"output_activation": "sigmoid", "loss": "lecture"},
    "all-sigmoid, squared error": {"output_activation": "sigmoid", "loss": "mean_squared_error"},
    **{f"β {beta}": {"learning_rate": beta} for beta in (0.01, 0.1, 1, 20)},
    **{f"batch {size}, 2 epochs": {"batch_size": size, "learning_rate": 0.1, "epochs": 2}
       for size in (1, 32, "full")},
    **{f"{order} order": {"order": order, "epochs": 2} for order in ("stored", "random", "sorted")},
    **{f"{units} hidden": {"hidden_units": units} for units in (8, 32, 128, 512)},
    "sigmoid, validated": VALIDATED,
    "ReLU, SGD": {"learning_rate": 0.1, **RELU},
    "ReLU, Adam": {"optimizer": "adam", **RELU},
    "8 epochs": {"epochs": 8},
    "8 epochs, exponential:0.9": {"epochs": 8, "schedule": "exponential:0.9"},
    "20 epochs, exponential:0.9": {"epochs": 20, "schedule": "exponential:0.9"},
}  # fmt: skip


def experiments(dataset: Dataset, seed: int) -> Iterator[tuple[str, float]]:
    """Yield the test accuracy of each experiment."""
    for name, settings in SETTINGS.items():
        run = mnistlab.run_experiment(engine="classic", dataset=dataset, seed=seed, verbose=0,
                                      **settings)  # fmt: skip
        yield name, run.test_accuracy
        if name == "5 epochs":
            right = run.predict(dataset.x_train).argmax(axis=1) == dataset.y_train
            yield "training digits, 5 epochs", float(right.mean())
            yield "training minus test", float(right.mean()) - run.test_accuracy


def untrained(dataset: Dataset, seed: int) -> Iterator[tuple[str, float]]:
    """Yield what is computed of a student's own network before training."""
    network = _network(dataset, seed)
    loss, accuracy = network.evaluate(dataset.x_test, dataset.y_test)
    yield "untrained accuracy", accuracy
    yield "untrained loss", loss
    seen = network.trace(dataset.x_train[0], dataset.y_train[0])
    yield "output error", float(seen.layers[-1].E[5])
    yield "hidden error", float(seen.layers[0].E[17])


def unscaled(dataset: Dataset, seed: int) -> Iterator[tuple[str, float]]:
    """Yield the accuracy after an epoch on grey values 0..255, and on the same in [0, 1]."""
    for scale in (255, 1):
        network = _network(dataset, seed, 128)
        network.fit(dataset.x_train * scale, dataset.y_train, epochs=1, verbose=0)
        yield f"inputs up to {scale}", network.evaluate(dataset.x_test * scale, dataset.y_test)[1]


def updates(dataset: Dataset, seed: int) -> Iterator[tuple[str, float]]:
    """Yield the accuracy after 50 updates of 64 hidden units, by batches of 1, of 32 and of all."""
    for name, size in (("1", 1), ("32", 32), ("full", dataset.n_train)):
        network = _network(dataset, seed, units=64, beta=0.1)
        for update in range(50):
            start = update * size % dataset.n_train
            batch = slice(start, start + size)
            network.partial_fit(dataset.x_train[batch], dataset.y_train[batch], batch_size="full")
        yield f"batch {name}, 50 updates", network.evaluate(dataset.x_test, dataset.y_test)[1]


def first_epoch(dataset: Dataset, seed: int) -> Iterator[tuple[str, float]]:
    """Yield the accuracy on the training digits while they are presented for the first time."""
    run = mnistlab.run_experiment(engine="classic", dataset=dataset, seed=seed, epochs=1, verbose=0)
    yield "training digits, first epoch", float(run.history["accuracy"][0])


PARTS = {one.__name__: one for one in (untrained, unscaled, updates, first_epoch, experiments)}


def _network(dataset: Dataset, seed: int, units: int = 512, beta: float = 0.5) -> Any:
    """Return a student's own network, untrained."""
    network = mnistlab.build_model(dataset, engine="classic", hidden_units=units, seed=seed)
    network.compile(learning_rate=beta)
    return network


def confused(dataset: Dataset, seed: int) -> str:
    """Return the two digits that are most often taken for each other: "4 and 9"."""
    run = mnistlab.run_experiment(engine="classic", dataset=dataset, seed=seed, verbose=0)
    both = np.asarray(run.confusion_matrix)
    both = np.triu(both + both.T, 1)  # (10, 10), each pair once
    a, b = np.unravel_index(both.argmax(), both.shape)
    return f"{a} and {b}"


def measured(name: str, parts: Sequence[str]) -> dict[str, float]:
    """Return lowest, mean and highest of what students measure on a data set, part by part."""
    dataset = mnistlab.load_data(name)
    found: dict[str, list[float]] = {}
    for student in STUDENTS:
        for part in parts:
            for what, number in PARTS[part](dataset, mnistlab.personal_seed(student)):
                found.setdefault(what, []).append(float(number))
        print(f"{name}, {student}: {len(found)} figures", flush=True)
    spread = {"lowest": min, "mean": statistics.fmean, "highest": max}
    return {f"{what}, {how}": round(of(numbers), 5) for what, numbers in found.items()
            for how, of in spread.items()}  # fmt: skip


def pairs(name: str) -> dict[str, int]:
    """Return the most confused pairs on a data set, and for how many students each was."""
    dataset = mnistlab.load_data(name)
    return dict(Counter(confused(dataset, mnistlab.personal_seed(one)) for one in STUDENTS))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=PARTS, help="this part alone; the others stay")
    part = parser.parse_args().part
    tables = {name: measured(name, [part] if part else list(PARTS)) for name in DATASETS}
    for what in (one.removesuffix(", mean") for one in tables["mnist"] if one.endswith(", mean")):
        spans = [f"{table[f'{what}, lowest']:8.4f} – {table[f'{what}, highest']:.4f}"
                 for table in tables.values()]  # fmt: skip
        print(f"{what:28}", *spans)
    if part:
        before = json.loads(RECORD.read_text(encoding="utf-8"))
        write("expected", {**before, **{name: {**before[name], **table}
                                        for name, table in tables.items()}})  # fmt: skip
        return
    confusions = {name: pairs(name) for name in DATASETS}
    print("Most often confused:", confusions)
    write("expected", {"date": time.strftime("%Y-%m-%d"), "machine": machine(),
                       "students": list(STUDENTS), **tables, "confused": confusions})  # fmt: skip


if __name__ == "__main__":
    main()
