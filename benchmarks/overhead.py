"""What the package costs beside plain Keras and bare Python: `python benchmarks/overhead.py`.

    training    run_experiment() against the same training written by hand in Keras
    start-up    import mnistlab against bare Python; mnistlab --help; a whole classic run

Uses all of MNIST where it can be had (MNISTLAB_DATA), otherwise the 5,000 digits.
"""

import subprocess
import sys
import tempfile

import side_by_side

EPOCHS = 5


def training() -> None:
    """Time run_experiment(engine="keras") against hand-written Keras, both with all five steps."""
    import mnistlab

    dataset = mnistlab.load_data("auto")
    name = dataset.name

    import keras

    def by_hand() -> None:
        data = mnistlab.load_data(name)  # the same files; what follows is what a student writes
        y_train = keras.utils.to_categorical(data.y_train, 10)
        y_test = keras.utils.to_categorical(data.y_test, 10)
        model = keras.Sequential([
            keras.Input((784,)),
            keras.layers.Dense(512, activation="sigmoid"),
            keras.layers.Dense(10, activation="softmax"),
        ])  # fmt: skip
        model.compile(
            optimizer=keras.optimizers.SGD(learning_rate=0.5),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
        model.fit(data.x_train, y_train, epochs=EPOCHS, batch_size=32, verbose=0)
        model.evaluate(data.x_test, y_test, verbose=0)

    seconds = side_by_side.measure({
        "run_experiment": lambda: mnistlab.run_experiment(
            dataset=name, engine="keras", epochs=EPOCHS, verbose=0
        ),
        "by hand in Keras": by_hand,
    })  # fmt: skip
    side_by_side.report("overhead_training", seconds, f"{name}, {EPOCHS} epochs of batches of 32")


def start_up() -> None:
    """Time whole processes: bare Python, the import, --help, a classic run."""

    def python(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    def classic_run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            python("-m", "mnistlab", "run", "--engine", "classic", "--dataset", "mnist_5k",
                   "--out", f"{folder}/run")  # fmt: skip

    seconds = side_by_side.measure({
        "mnistlab run --engine classic --dataset mnist_5k": classic_run,
        "mnistlab --help": lambda: python("-m", "mnistlab", "--help"),
        "import mnistlab": lambda: python("-c", "import mnistlab"),
        "bare Python": lambda: python("-c", "pass"),
    }, repeats=15)  # fmt: skip
    side_by_side.report("overhead_start_up", seconds, "whole processes")


if __name__ == "__main__":
    training()
    start_up()
