"""The Keras engine on a GPU: the same bits twice, the same bits after a stop, and its seconds.

    KERAS_BACKEND=jax python benchmarks/accelerator.py
    KERAS_BACKEND=torch python benchmarks/accelerator.py

Trains the lecture's network on all of MNIST, in processes of their own: twice without a stop, and
once stopped at the end of its third epoch and called again, which goes on from the checkpoint of
the second. The SHA-256 of the weights of all three is compared. The seconds are the shortest epoch
but the first, with `fit_model` and with Keras's own `fit`, at batches of 128. Writes
benchmarks/results/accelerator_<backend>.json.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from side_by_side import write

TRAINING = {"engine": "keras", "dataset": "mnist", "seed": 3, "batch_size": 128, "verbose": 0}


def digest(result) -> str:
    """Return the SHA-256 of a result's weights."""
    weights = b"".join(w.tobytes() for w in result.model.get_weights())
    return hashlib.sha256(weights).hexdigest()


def trained(folder: str, stop: int) -> None:
    """Train five epochs from a checkpoint; stop at the end of epoch `stop`, as Ctrl-C would."""
    import keras  # before the package, as a student may

    import mnistlab
    from mnistlab.errors import TrainingInterrupted

    begun: list[int] = []

    class Stopped(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            begun.append(epoch)

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            if epoch + 1 == stop:
                raise KeyboardInterrupt

    try:
        result = mnistlab.run_experiment(**TRAINING, checkpoint=folder, callbacks=[Stopped()])
    except TrainingInterrupted:
        print(json.dumps({"epochs begun": len(begun)}))
        return
    print(json.dumps({"epochs begun": len(begun), "digest": digest(result),
                      "accuracy": result.test_accuracy, "keras": keras.__version__,
                      "seconds": min(result.history["seconds"][1:]),
                      "device": result.environment["device"]}))  # fmt: skip


def plain() -> None:
    """Train the same network by Keras's own fit; print the seconds of its shortest epoch."""
    import keras  # before the package, as a student may

    import mnistlab

    class Timed(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            self.begun = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            seconds.append(time.perf_counter() - self.begun)

    seconds: list[float] = []
    dataset = mnistlab.load_data("mnist")
    model = mnistlab.build_model(dataset, engine="keras", seed=3)
    desired = keras.utils.to_categorical(dataset.y_train, 10)
    model.fit(dataset.x_train, desired, epochs=5, batch_size=128, verbose=0, callbacks=[Timed()])
    print(json.dumps({"seconds": min(seconds[1:])}))


def name() -> str:
    """Return the GPU's name, or "" where there is none."""
    asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        return subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def child(*arguments: object) -> dict:
    """Run this file in a process of its own; return what it printed."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Compare and measure, print, and write the results."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    with tempfile.TemporaryDirectory() as folder:
        first, again = (child("train", Path(folder) / name, 0) for name in ("first", "again"))
        stopped, resumed = (child("train", Path(folder) / "stopped", stop) for stop in (3, 0))
    if (stopped["epochs begun"], resumed["epochs begun"]) != (3, 3):
        raise SystemExit(f"That was no stop and no resumption: {stopped}, {resumed}.")
    record = {
        "date": time.strftime("%Y-%m-%d"), "backend": backend, "device": first["device"],
        "name": name(),
        "keras": first["keras"], "test accuracy": first["accuracy"],
        "same bits twice": first["digest"] == again["digest"],
        "same bits after a stop": first["digest"] == resumed["digest"],
        "seconds an epoch": {"fit_model": round(first["seconds"], 3),
                             "Keras's fit": round(child("plain")["seconds"], 3)},
    }  # fmt: skip
    print(json.dumps(record, indent=1))
    write(f"accelerator_{backend}", record)


if __name__ == "__main__":
    if sys.argv[1:2] == ["train"]:
        trained(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1:2] == ["plain"]:
        plain()
    else:
        main()
