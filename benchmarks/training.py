"""Seconds for one epoch of 784-512-10 on MNIST, beside peers: `python benchmarks/training.py`.

One process; every way warmed; ways interleaved (A B C, A B C, …); two threads for each; β = 0.1.
A way that would take minutes is timed on fewer patterns, and its epoch is that time in proportion:
the table says on how many. The limits are what the memory and the matrix products alone take.

    mnistlab classic    the lecture's algorithm from scratch, compiled
    mnistlab Keras      fit_model with the Keras engine
    Keras by hand       model.compile(...), model.fit(...) as everybody writes it
    PyTorch             nn.Sequential, CrossEntropyLoss, SGD, an eager loop over index slices
    scikit-learn        MLPClassifier(solver="sgd"), partial_fit over the epoch

`--growth` measures how the cost grows with patterns, hidden units and batch size instead.
"""

import os

THREADS = 2
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(THREADS)

import argparse  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

import mnistlab  # noqa: E402
import side_by_side  # noqa: E402
from mnistlab import seeding  # noqa: E402

RATE = 0.1
BATCHES = (1, 8, 32, 128, 1024, "full")
Way = Callable[[], object]

DATA = mnistlab.load_data("auto")
X, Y = DATA.x_train, DATA.y_train
ONE_HOT = np.eye(10, dtype=np.float32)[Y]
N = len(X)


def size_of(batch: int | str, n: int) -> int:
    """Return the batch size as a number."""
    return n if batch == "full" else int(batch)


def classic(batch: int | str, n: int, hidden: int = 512) -> Way:
    """Return an epoch of the network from scratch."""
    network = mnistlab.ClassicNetwork((784, hidden, 10), kernel="numba")
    network.compile(learning_rate=RATE)
    return lambda: network.fit(X[:n], Y[:n], epochs=1, batch_size=batch, verbose=0)


def keras_engine(batch: int | str, n: int) -> Way:
    """Return an epoch of the package's Keras engine."""
    from mnistlab.history import History
    from mnistlab.keras_engine import building, training

    model = building.build((784, 512, 10), "sigmoid", "softmax", seed=0)
    building.compile_model(model, "sgd", RATE, None)
    return lambda: training.fit(
        model, X[:n], Y[:n], epochs=1, batch_size=size_of(batch, n), verbose=0, history=History(),
        order=lambda epoch: seeding.pattern_order(n, epoch, 0),
    )  # fmt: skip


def keras_by_hand(batch: int | str, n: int) -> Way:
    """Return an epoch of Keras as everybody writes it."""
    import keras

    model = keras.Sequential([
        keras.Input((784,)),
        keras.layers.Dense(512, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile(keras.optimizers.SGD(RATE), "categorical_crossentropy", metrics=["accuracy"])
    return lambda: model.fit(X[:n], ONE_HOT[:n], batch_size=size_of(batch, n), verbose=0)


def pytorch(batch: int | str, n: int) -> Way:
    """Return an epoch of PyTorch: an eager loop over shuffled slices."""
    import torch

    torch.set_num_threads(THREADS)
    x, y, size = torch.from_numpy(X[:n]), torch.from_numpy(Y[:n]), size_of(batch, n)
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 512), torch.nn.Sigmoid(), torch.nn.Linear(512, 10)
    )
    loss, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), RATE)

    def epoch() -> None:
        order = torch.randperm(n)
        for start in range(0, n, size):
            chosen = order[start : start + size]
            optimizer.zero_grad()
            loss(model(x[chosen]), y[chosen]).backward()
            optimizer.step()

    return epoch


def scikit_learn(batch: int | str, n: int) -> Way:
    """Return an epoch of MLPClassifier (whose output is softmax and hidden layer logistic)."""
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        (512,), activation="logistic", solver="sgd", learning_rate_init=RATE, momentum=0, alpha=0,
        batch_size=size_of(batch, n), max_iter=1, warm_start=True,
    )  # fmt: skip

    def epoch() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it did not converge: one epoch was asked for
            network.fit(X[:n], Y[:n])

    return epoch


def matrix_products(batch: int | str, n: int) -> Way:
    """Return the dense matrix products of an epoch alone: X W, H W₂, E W₂ᵀ, Xᵀ E, Hᵀ E."""
    size = size_of(batch, n)
    w, w2 = np.ones((784, 512), np.float32), np.ones((512, 10), np.float32)
    h, e, d = (np.ones((size, k), np.float32) for k in (512, 10, 512))

    def epoch() -> None:
        for start in range(0, n - size + 1, size):
            x = X[start : start + size]
            x @ w, h @ w2, e @ w2.T, x.T @ d, h.T @ e

    return epoch


def weight_traffic(batch: int | str, n: int) -> Way:
    """Return what true SGD pattern by pattern moves: read W forward, read and write W to update."""
    w, ones = np.ones((784, 512), np.float32), np.ones(784, np.float32)

    def epoch() -> None:
        for _ in range(n // size_of(batch, n)):
            ones @ w
            np.add(w, np.float32(0), out=w)

    return epoch


WAYS: dict[str, Callable[[int | str, int], Way]] = {
    "mnistlab classic": classic,
    "mnistlab Keras": keras_engine,
    "Keras by hand": keras_by_hand,
    "scikit-learn": scikit_learn,
    "PyTorch": pytorch,
    "matrix products": matrix_products,
}
# Patterns that a slow way is timed on; the others go through all of them.
FEWER = {1: 3000, 8: 12000}


def seconds_per_epoch(batch: int | str, repeats: int) -> dict[str, list[float]]:
    """Return the seconds of an epoch of each way, scaled up where it was timed on fewer."""
    chosen = {**WAYS, **({"weight traffic": weight_traffic} if batch == 1 else {})}
    patterns = {
        name: N if name == "mnistlab classic" else min(N, FEWER.get(batch, N)) for name in chosen
    }
    ways = {name: make(batch, patterns[name]) for name, make in chosen.items()}
    seconds = side_by_side.measure(ways, repeats)
    return {name: [s * N / patterns[name] for s in times] for name, times in seconds.items()}


def table(found: dict[str, dict[str, list[float]]]) -> None:
    """Print medians by batch size, and the ratios to PyTorch."""
    print(f"\nSeconds for one epoch of {N:,} patterns ({DATA.name}), medians; × PyTorch's\n")
    for batch, seconds in found.items():
        medians = {name: statistics.median(times) for name, times in seconds.items()}
        print(f"batch {batch}")
        for name, median in sorted(medians.items(), key=lambda pair: pair[1]):
            rate = N / median
            print(f"  {name:18}{median:9.3f} s  {median / medians['PyTorch']:8.3f} ×"
                  f"  {rate:12,.0f} patterns/s")  # fmt: skip


def record(found: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    """Return what training.json holds."""
    medians = {
        f"{name}, batch {batch}": round(statistics.median(times), 4)
        for batch, seconds in found.items()
        for name, times in seconds.items()
    }

    def ratio(a: str, b: str) -> float:
        return round(medians[a] / medians[b], 3)

    ours_1, ours_128 = "mnistlab classic, batch 1", "mnistlab classic, batch 128"
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": side_by_side.machine(),
        "note": f"{DATA.name}; slow ways timed on {FEWER} patterns and scaled",
        "medians": medians,
        "ratios": {
            "true SGD / PyTorch at batch 128": ratio(ours_1, "PyTorch, batch 128"),
            "Keras by hand at batch 1 / true SGD": ratio("Keras by hand, batch 1", ours_1),
            "PyTorch at batch 1 / true SGD": ratio("PyTorch, batch 1", ours_1),
            "batch 128 / PyTorch": ratio(ours_128, "PyTorch, batch 128"),
            "batch 128 / matrix products": ratio(ours_128, "matrix products, batch 128"),
        },
        "seconds": {
            f"{name}, batch {batch}": [round(t, 4) for t in times]
            for batch, seconds in found.items()
            for name, times in seconds.items()
        },
    }


def picture(medians: dict[str, float]) -> None:
    """Draw seconds per epoch against batch size, both axes logarithmic."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    from mnistlab.plots.picture import Picture, house_style

    sizes = [batch for batch in BATCHES if isinstance(batch, int)]
    lines = {name: [medians[f"{name}, batch {b}"] for b in sizes] for name in WAYS}
    alt = "Seconds for one epoch of MNIST against batch size. " + "; ".join(
        f"{name}: " + ", ".join(f"{s:.2f} at {b}" for b, s in zip(sizes, seconds, strict=True))
        for name, seconds in lines.items()
    )
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    with house_style():
        drawn = Picture("One epoch of MNIST, 784-512-10, 2 cores", alt, "", size=(8, 4.5))
        axes = drawn.subplots()
        for (name, seconds), marker in zip(lines.items(), "osD^vx", strict=True):
            axes.plot(sizes, seconds, marker=marker, label=name)
        axes.set(xscale="log", yscale="log", xlabel="batch size", ylabel="seconds per epoch")
        for axis, ticks in ((axes.xaxis, sizes), (axes.yaxis, [0.2, 0.5, 1, 2, 5, 10, 20, 50])):
            axis.set_major_locator(FixedLocator(ticks))
            axis.set_major_formatter(plain)
            axis.set_minor_locator(NullLocator())
        axes.legend()
        drawn.save(side_by_side.RESULTS.parent / "pictures" / "training.png")


def growth(repeats: int) -> None:
    """Measure how the cost grows with patterns, hidden units and batch size; write growth.json."""
    found = {
        "patterns": {n: classic(32, n) for n in (1000, 4000, 16000, min(60000, N)) if n <= N},
        "hidden units": {h: classic(32, N, h) for h in (32, 128, 512, 1024, 4096)},
        "batch size": {b: classic(b, N) for b in (1, 8, 32, 128, 1024, "full")},
    }
    medians = {}
    for what, ways in found.items():
        seconds = side_by_side.measure({str(k): way for k, way in ways.items()}, repeats)
        medians[what] = {k: round(statistics.median(times), 4) for k, times in seconds.items()}
        print(f"\nseconds an epoch by {what}")
        for k, median in medians[what].items():
            print(f"  {k:>6}  {median:8.3f} s")
    found_here = {"date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine()}
    side_by_side.write("growth", {**found_here, "medians": medians})


def main() -> None:
    """Measure, print the table, write results/training.json and pictures/training.png."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--growth", action="store_true", help="how the cost grows, instead")
    chosen = parser.parse_args()
    if chosen.growth:
        growth(chosen.repeats)
        return
    found = {}
    for batch in BATCHES:
        print(f"measuring batch {batch} …", flush=True)
        found[str(batch)] = seconds_per_epoch(batch, chosen.repeats)
    table(found)
    result = record(found)
    side_by_side.write("training", result)
    picture(result["medians"])
    for name, ratio in result["ratios"].items():
        print(f"{name}: {ratio}")


if __name__ == "__main__":
    main()
