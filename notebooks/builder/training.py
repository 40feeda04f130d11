"""What sources may say of a lab's training: the calls from Build to Fit, ours and Keras's."""

import inspect
from collections.abc import Callable
from typing import Any

from mnistlab import choices, plain_keras, steps
from mnistlab.config import ExperimentConfig

NOTEBOOKS_OWN = ("dataset", "engine", "seed")
# What a call leaves to the function, whose default has another word for it.
LEFT = {"output_activation": "softmax", "dtype_policy": "float32"}


def of_training(config: ExperimentConfig) -> dict[str, str]:
    """Return the words: what each call is given, Keras's own call, and the order in a sentence.

    Example:
        >>> said = of_training(ExperimentConfig())
        >>> said["built"], said["compiled"], said["fitted"]
        ('hidden_units=512', 'optimizer="sgd", learning_rate=0.5', 'epochs=5, batch_size=32')
        >>> said["keras_compiled"]
        'SGD(0.5), loss="sparse_categorical_crossentropy"'
        >>> said["keras_fitted"]
        'epochs=5, batch_size=32'
        >>> said["presented"]
        'in random order, 32 at a time; after each 32 the weights change'
    """
    return {
        "built": _call(steps.build_model, config, "hidden_units"),
        "compiled": _call(steps.compile_model, config, "optimizer", "learning_rate"),
        "fitted": _call(steps.fit_model, config, "epochs", "batch_size"),
        "keras_compiled": _keras_compiled(config),
        "keras_fitted": _keras_fitted(config),
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
    hidden, rule = config.hidden_units, config.optimizer or "sgd"
    fields = {name: value for name, value in vars(config).items() if name not in NOTEBOOKS_OWN}
    return {**fields, "hidden_units": hidden[0] if len(hidden) == 1 else hidden,
            "learning_rate": choices.learning_rate(config.learning_rate, rule)}  # fmt: skip


def _written(value: Any) -> str:
    """Return a value as the notebooks write it, texts in double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _keras_compiled(config: ExperimentConfig) -> str:
    """Return rule and loss as Keras's compile takes them, for labels that are numbers."""
    outputs, rule = config.output_activation or "softmax", config.optimizer or "sgd"
    loss = config.loss or choices.default_loss(outputs)
    name = choices.keras_loss(loss, outputs, 2)[0]
    sparse = "sparse_" if name == "categorical_crossentropy" else ""
    rate = choices.learning_rate(config.learning_rate, rule)
    return f'{plain_keras.OPTIMIZERS[rule]}({rate:g}), loss="{sparse}{name}"'


def _keras_fitted(config: ExperimentConfig) -> str:
    """Return what Keras's fit is given; what needs lines of its own there is a …."""
    size = "len(x_train)" if config.batch_size == "full" else config.batch_size
    said = f"epochs={config.epochs}, batch_size={size}"
    if config.validation_split:
        said += f", validation_split={config.validation_split}"
    if config.order != "random":
        said += ", shuffle=False"
    own_lines = config.schedule or config.patience or config.acceptable_error
    return said + (", callbacks=[…]" if own_lines else "")


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
