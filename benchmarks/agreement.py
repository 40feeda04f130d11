"""Whether the grader's own forward pass is Keras's: `python benchmarks/agreement.py --models 100`.

Each model is trained for an epoch by one of the engines (all activations of the lecture in turn),
saved by Keras as model.keras, read as a submission is, and tested on MNIST's test images; Keras
evaluates the same file. Both should recognise the same number of images, to the image. Then the
weights go through half precision, as in a notebook's output, and the answers that change are
counted. The version of Keras is that of the environment it runs in.
"""

import argparse
import os
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import mnistlab
import side_by_side
from mnistlab.grading.isolated.forward import answers, in_blocks
from mnistlab.lab.notebook import decoded
from mnistlab.lab.packing import _encoded
from mnistlab.lab.submission import unpack
from mnistlab.results import named

HIDDEN = ("sigmoid", "relu", "tanh", "exponential", "linear")
OUTPUT = ("softmax", "sigmoid")
RATE = {"exponential": 0.005, "linear": 0.05}


def trained(k: int) -> Any:
    """Return the k-th network as a Keras model, trained for an epoch on 4,000 digits."""
    data = mnistlab.load_data("mnist_5k")
    hidden, output = HIDDEN[k % 5], OUTPUT[k // 5 % 2]
    engine = ("classic", "keras")[k // 10 % 2]
    made = mnistlab.build_model(data, engine, 512, hidden, output, seed=k)
    rate = RATE.get(hidden, 0.1)
    mnistlab.compile_model(made, "sgd", rate)
    mnistlab.fit_model(made, data, epochs=1, seed=k, verbose=0)
    model = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(512, hidden), keras.layers.Dense(10, output)]
    )
    model.set_weights(made.get_weights())
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def compared(k: int, folder: Path, data: mnistlab.Dataset, blocks: Any) -> tuple[int, int]:
    """Return by how many images Keras and the grader differ, and what float16 changes."""
    path = folder / "model.keras"
    trained(k).save(path)
    loaded = keras.models.load_model(path)
    said = loaded.evaluate(data.x_test, data.y_test, batch_size=500, verbose=0, return_dict=True)
    weights = unpack(path.name, path.read_bytes()).weights
    assert weights is not None
    ours = answers(weights.arrays, weights.activations, blocks)
    carried = {name: _encoded(one) for name, one in named(weights.arrays).items()}
    half = decoded(carried).arrays
    changed = int((answers(half, weights.activations, blocks) != ours).sum())
    return abs(round(said["accuracy"] * data.n_test) - int((ours == data.y_test).sum())), changed


def main() -> None:
    """Print and write the figures."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--models", type=int, default=100)
    count = given.parse_args().models
    data = mnistlab.load_data("auto")
    blocks = in_blocks(data.x_test)
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [compared(k, Path(name), data, blocks) for k in range(count)]
    apart, changed = zip(*rows, strict=True)
    print(
        f"Keras {keras.__version__}: {sum(map(bool, apart))} of {count} models differ, by at most "
        f"{max(apart)} of {data.n_test:,} images; float16 changes at most {max(changed)} answers"
    )
    side_by_side.write(f"agreement_keras_{keras.__version__}", {
        "date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine(),
        "keras": keras.__version__, "numpy": np.__version__, "models": count,
        "images": data.n_test, "differ": {"models": sum(map(bool, apart)), "images": max(apart)},
        "float16": {"at most": max(changed), "mean": round(sum(changed) / count, 2)},
    })  # fmt: skip


if __name__ == "__main__":
    main()
