"""What sources may say of a lab's training: the calls from Build to Fit, ours and Keras's."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from mnistlab import choices, plain_keras, steps
from mnistlab.config import ExperimentConfig

SPARSE = "categorical_crossentropy"  # takes labels that are numbers as sparse_…
NOTEBOOKS_OWN = ("dataset", "engine", "seed")
# What a call leaves to the function, whose default has another word for it.
LEFT = {"output_activation": "softmax", "dtype_policy": "float32"}


def of_training(config: ExperimentConfig, classes: int = 10) -> dict[str, str]:
    """Return the words: what each call is given, Keras's own calls, and the order in a sentence.

    Example:
        >>> said = of_training(ExperimentConfig())
        >>> said["built"], said["compiled"], said["fitted"]
        ('hidden_units=512', 'optimizer="sgd", learning_rate=0.5', 'epochs=5, batch_size=32')
        >>> said["keras_built"]
        'Dense(512, activation="sigmoid"), Dense(10, activation="softmax")'
        >>> said["keras_compiled"]
        'SGD(0.5), loss="sparse_categorical_crossentropy", metrics=["accuracy"]'
        >>> said["keras_fitted"]
        'x_train, y_train, epochs=5, batch_size=32'
        >>> said["presented"]
        'in random order, 32 at a time; after each 32 the weights change'
    """
    return {
        "built": _call(steps.build_model, config, "hidden_units"),
        "compiled": _call(steps.compile_model, config, "optimizer", "learning_rate"),
        "fitted": _call(steps.fit_model, config, "epochs", "batch_size"),
        "keras_built": ", ".join(plain_keras.layers(config, (*config.hidden_units, classes))),
        "keras_compiled": ", ".join(_keras_compiled(config, classes)),
        "keras_fitted": ", ".join(_keras_fitted(config)),
        "presented": _presented(config),
    }


def _call(function: Callable[..., Any], config: ExperimentConfig, *named: str) -> str:
    """Return the settings a function is called with: those named, and all that aren't its own."""
    own = {name: one.default for name, one in inspect.signature(function).parameters.items()}
    said = {name: value for name, value in _settings(config).items() if name in own
            and (name in named or value not in (own[name], LEFT.get(name)))}  # fmt: skip
    first = {name: said.pop(name) for name in named}
    return ", ".join(f"{name}={_written(value)}" for name, value in {**first, **said}.items())


def _settings(config: ExperimentConfig) -> dict[str, Any]:
    """Return a config's fields as calls are given them, but for what notebooks choose."""
    hidden = config.hidden_units
    fields = {name: value for name, value in vars(config).items() if name not in NOTEBOOKS_OWN}
    return {**fields, "hidden_units": hidden[0] if len(hidden) == 1 else hidden,
            "learning_rate": _rate(config)}  # fmt: skip


def _rate(config: ExperimentConfig) -> float:
    """Return β, also where it is left to the learning rule."""
    return choices.learning_rate(config.learning_rate, config.optimizer or "sgd")


def _written(value: Any) -> str:
    """Return a value as the notebooks write it, texts in double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _keras_compiled(config: ExperimentConfig, classes: int) -> Iterator[str]:
    """Yield what Keras's compile is given."""
    yield plain_keras.optimizer(config, f"{_rate(config):g}")
    loss, weight = plain_keras.loss(config, classes)
    yield f'loss="{"sparse_" if loss == SPARSE else ""}{loss}"'
    if weight:
        yield f"loss_weights=[{weight:g}]"
    yield 'metrics=["accuracy"]'


def _keras_fitted(config: ExperimentConfig) -> Iterator[str]:
    """Yield what Keras's fit is given; what needs lines of its own there is a …."""
    sparse = plain_keras.loss(config, 2)[0] == SPARSE
    yield "x_train"
    yield "y_train" if sparse else "keras.utils.to_categorical(y_train)"
    yield f"epochs={config.epochs}"
    yield f"batch_size={'len(x_train)' if config.batch_size == 'full' else config.batch_size}"
    if config.validation_split:
        yield f"validation_split={config.validation_split}"
    if config.order != "random":
        yield "shuffle=False"
    if config.schedule or config.patience or config.acceptable_error:
        yield "callbacks=[…]"
    if config.deformation or config.order == "sorted":
        yield "…"


def _presented(config: ExperimentConfig) -> str:
    """Return in which order the patterns come, and when the weights change."""
    order = {"random": "in random order", "stored": "in the order of the file",
             "sorted": "sorted by class"}[config.order or "random"]  # fmt: skip
    if config.batch_size == "full":
        return f"{order}; after all of them the weights change once"
    size = config.batch_size or 32
    return (
        f"{order}, {size} at a time; after each {'one' if size == 1 else size} the weights change"
    )
