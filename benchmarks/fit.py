"""fit_model beside Keras's own fit, and what checkpoints cost: `python benchmarks/fit.py`.

Both train the same network from the same weights on all of MNIST: one by fit_model, the other by
`model.compile(...); model.fit(...)` as everybody writes it. Each training is timed whole, from
compile to the last epoch, tracing and compiling included. At batch 1 (β = 0.05) one epoch is
timed, at 32 and 128 five, the default.

For checkpoints the seconds of a training are held against those of the writes within it, which
is steadier than the difference of two trainings.
"""

import statistics
import tempfile
import time

import mnistlab
import side_by_side
from mnistlab import checkpoint, steps
from mnistlab.keras_engine.quiet import import_keras

REPEATS = {1: 1, 32: 5, 128: 5}
EPOCHS = {1: 1, 32: 5, 128: 5}
RATES = {1: 0.05, 32: 0.5, 128: 0.5}


def ways(batch_size: int, dataset: mnistlab.Dataset) -> dict[str, object]:
    """Return both ways of training with batches of this size, as functions."""
    import keras

    y_train = keras.utils.to_categorical(dataset.y_train, 10)
    epochs, rate = EPOCHS[batch_size], RATES[batch_size]

    def ours() -> None:
        model = mnistlab.build_model(dataset, engine="keras")
        mnistlab.compile_model(model, learning_rate=rate)
        steps.fit_model(model, dataset, epochs, batch_size, verbose=0)

    def by_hand() -> None:
        model = mnistlab.build_model(dataset, engine="keras")
        model.compile(
            optimizer=keras.optimizers.SGD(learning_rate=rate),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
        model.fit(dataset.x_train, y_train, epochs=epochs, batch_size=batch_size, verbose=0)

    return {f"fit_model, batch {batch_size}": ours, f"Keras's fit, batch {batch_size}": by_hand}


def checkpoint_share(engine: str, dataset: mnistlab.Dataset, **settings: object) -> float:
    """Return the share of a training's seconds that goes into its checkpoints, one an epoch."""
    spent: list[float] = []
    real = checkpoint.Checkpoint.keep

    def keep(self: checkpoint.Checkpoint, state: checkpoint.State) -> None:
        started = time.perf_counter()
        real(self, state)
        spent.append(time.perf_counter() - started)

    checkpoint.Checkpoint.keep = keep
    try:
        with tempfile.TemporaryDirectory() as folder:
            result = mnistlab.run_experiment(
                dataset=dataset, engine=engine, verbose=0, checkpoint=folder, **settings
            )
    finally:
        checkpoint.Checkpoint.keep = real
    return sum(spent) / (sum(result.history["seconds"]) + sum(spent))


def main() -> None:
    """Measure, print and write."""
    import_keras()  # without TensorFlow's messages
    dataset = mnistlab.load_data("mnist")
    medians: dict[str, float] = {}
    ratios: dict[str, float] = {}
    for batch_size, repeats in REPEATS.items():
        seconds = side_by_side.measure(ways(batch_size, dataset), repeats)
        here = {name: statistics.median(times) for name, times in seconds.items()}
        ours, by_hand = here.values()
        ratios[f"batch {batch_size}"] = round(by_hand / ours, 3)
        medians.update({name: round(median, 3) for name, median in here.items()})
        print(f"batch {batch_size}: fit_model {ours:.2f} s, Keras's fit {by_hand:.2f} s, "
              f"{by_hand / ours:.2f} × faster")  # fmt: skip
    shares = {}
    for name, engine, settings in (
        ("classic, the default", "classic", {}),
        ("keras, the default", "keras", {}),
        ("keras, the recipe plain, 5 epochs", "keras", {"recipe": "plain", "epochs": 5}),
    ):
        found = [checkpoint_share(engine, dataset, **settings) for _ in range(3)]
        shares[name] = round(statistics.median(found), 4)
        print(f"checkpoints, {name}: {shares[name]:.2%} of the training")
    here = {"date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine()}
    record = {**here, "medians": medians, "times faster": ratios, "checkpoint share": shares}
    side_by_side.write("fit", record)


if __name__ == "__main__":
    main()
