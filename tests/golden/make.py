"""Make the golden files of one Keras version: models as that version saves them, and the truth.

    python -m venv aside && aside/bin/pip install keras==3.13.2 "jax[cpu]"
    KERAS_BACKEND=jax aside/bin/python tests/golden/make.py    # Keras 3.8.0 needs jax < 0.5

writes tests/golden/keras-VERSION/: for each model below NAME.keras, NAME.weights.h5, and
NAME.npz with its arrays (kernel_0, bias_0, …), five patterns and what Keras predicts for them.
The models are tiny, so that the files are committed; the readers are tested against them.
"""

from pathlib import Path

import keras
import numpy as np

HERE = Path(__file__).parent


def small() -> keras.Model:
    """Return 4-3-2: what the lecture draws, never trained."""
    return keras.Sequential([
        keras.Input((4,)),
        keras.layers.Dense(3, activation="sigmoid"),
        keras.layers.Dense(2, activation="softmax"),
    ])  # fmt: skip


def trained() -> keras.Model:
    """Return 6-5-4-3 of 2 x 3 pictures, with dropout, and with Adam's memory after one epoch."""
    model = keras.Sequential([
        keras.Input((2, 3)),
        keras.layers.Flatten(),
        keras.layers.Dense(5, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(4, activation="tanh"),
        keras.layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(patterns((2, 3), 20), np.eye(3, dtype="float32")[np.arange(20) % 3], verbose=0)
    return model


def functional() -> keras.Model:
    """Return 4-3-2 as a chain of calls, with layers of their own for the activations."""
    inputs = keras.Input((2, 2), name="picture")
    x = keras.layers.Reshape((4,))(inputs)
    x = keras.layers.Dense(3, name="hidden")(x)
    x = keras.layers.ReLU()(x)
    x = keras.layers.Dense(2, activation=keras.activations.linear)(x)
    x = keras.layers.Activation("softmax")(x)
    return keras.Model(inputs, x)


def patterns(shape: tuple[int, ...], n: int = 5) -> np.ndarray:
    """Return inputs in [0, 1)."""
    return np.random.default_rng(5).random((n, *shape), dtype="float32")


def main() -> None:
    """Write the files of the Keras version that runs."""
    folder = HERE / f"keras-{keras.__version__}"
    folder.mkdir(exist_ok=True)
    for number, make in enumerate((small, trained, functional)):
        keras.utils.set_random_seed(number)
        model = make()
        model.save(folder / f"{make.__name__}.keras")
        model.save_weights(folder / f"{make.__name__}.weights.h5")
        x = patterns(model.input_shape[1:])
        arrays = {f"{('kernel', 'bias')[k % 2]}_{k // 2}": a
                  for k, a in enumerate(model.get_weights())}  # fmt: skip
        predictions = model.predict(x, verbose=0)
        np.savez(folder / f"{make.__name__}.npz", x=x, predictions=predictions, **arrays)


if __name__ == "__main__":
    main()
