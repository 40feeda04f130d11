"""Design, build and compile in Keras: the same choices as for ClassicNetwork, as plain Keras.

What is built is a keras.Sequential of Dense layers and nothing of this package's own, so that a
saved model loads where mnistlab isn't installed.

    the lecture                      here, in Keras
    units of each layer, f           keras.layers.Dense(units, activation=f)
    learning rule, β                 keras.optimizers.SGD(learning_rate=β)
    E = desired − actual             loss "categorical_crossentropy" for softmax outputs;
                                     for sigmoid outputs "binary_crossentropy" times the number
                                     of outputs, over which Keras takes the mean
"""

from collections.abc import Sequence
from typing import Any

import keras

from mnistlab import checks, choices, seeding


def build(
    layer_sizes: Sequence[int],
    hidden_activation: str,
    output_activation: str,
    seed: int,
    *,
    input_dropout: float = 0.0,
    dropout: float = 0.0,
    dtype_policy: str | None = None,
) -> keras.Sequential:
    """Return the network as a keras.Sequential, with the package's own initial weights.

    Args:
        layer_sizes: units of each layer, inputs first, outputs last.
        hidden_activation, output_activation: names of `choices.ACTIVATIONS`.
        seed: decides the initial weights, and what dropout leaves out.
        input_dropout, dropout: the share of the inputs and of each hidden layer's units that is
            left out while training, in [0, 1); 0 makes no Dropout layer.
        dtype_policy: a name of `choices.POLICIES`; None: the policy that Keras is set to.

    Example:
        >>> build((784, 512, 10), "sigmoid", "softmax", seed=0).count_params()
        407050
    """
    model = keras.Sequential([keras.Input((layer_sizes[0],))], name="mnistlab")
    _add_dropout(model, input_dropout, seed, 0)
    for k, units in enumerate(layer_sizes[1:-1], start=1):
        f = hidden_activation
        model.add(keras.layers.Dense(units, activation=f, name=f"hidden_{k}", dtype=dtype_policy))
        _add_dropout(model, dropout, seed, k)
    # In mixed precision the outputs stay float32: probabilities and losses need its digits.
    precise = keras.config.floatx() if dtype_policy else None
    model.add(keras.layers.Dense(layer_sizes[-1], output_activation, name="output", dtype=precise))
    model.set_weights(seeding.initial_weights(layer_sizes, seed, keras.config.floatx()))
    model.mnistlab_seed = seed  # from which training goes on, where it isn't told another
    return model


def _add_dropout(model: keras.Sequential, share: float, seed: int, k: int) -> None:
    """Add a Dropout layer after layer k, where a share is left out; each has its own seed."""
    if share:
        model.add(
            keras.layers.Dropout(share, seed=seeding.dropout_seed(seed, k), name=f"dropout_{k}")
        )


def output_activation_of(model: keras.Model) -> str:
    """Return the name of the last layer's activation; "linear" where it has none."""
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax | keras.layers.ReLU):
        return type(last).__name__.lower()
    activation = getattr(last, "activation", None)
    return getattr(activation, "__name__", "linear")


def compile_model(
    model: keras.Model,
    optimizer: str = "sgd",
    learning_rate: float | None = None,
    loss: str | None = None,
    metrics: Any = None,
    *,
    weight_decay: float = 0.0,
    ema_momentum: float = 0.0,
) -> None:
    """Compile with the package's words: `model.compile(...)` in plain Keras.

    Args:
        model: a built Keras model whose last layer is the output.
        optimizer, loss: names of `choices.OPTIMIZERS` and `choices.LOSSES`.
        learning_rate: β; None: 0.5 for SGD, Keras's default for the others.
        metrics: a name of `choices.METRICS`; None: accuracy for classes, else the error.
        weight_decay: at least 0; each step takes β · weight_decay of every weight away.
        ema_momentum: in [0, 1); above 0 the weights are averaged, and the average is what the
            model has after training.

    Raises:
        InputError: a name, a number or a pair that can't be used.
    """
    outputs, n_outputs = output_activation_of(model), model.output_shape[-1]
    value = choices.is_value(outputs, n_outputs)
    name, weight = choices.keras_loss(choices.loss(loss, outputs, value), outputs, n_outputs)
    rule = choices.optimizer(optimizer)
    rate = choices.learning_rate(learning_rate, rule, value)
    settings: dict[str, Any] = {"learning_rate": rate}
    if decay := checks.not_negative("weight_decay", weight_decay):
        settings["weight_decay"] = decay
    if momentum := checks.fraction("ema_momentum", ema_momentum):
        settings |= {"use_ema": True, "ema_momentum": momentum}
    model.compile(
        optimizer=keras.optimizers.get({"class_name": rule, "config": settings}),
        loss=name,
        loss_weights=None if weight is None else [weight],
        metrics=[choices.metric(metrics, outputs, n_outputs)],
    )


def report_also(model: keras.Model, metric: str) -> None:
    """See to it that a compiled model reports a metric; its optimizer keeps what it remembers."""
    metrics = getattr(model, "_compile_metrics", None)
    had = getattr(metrics, "_user_metrics", None) or []
    had = had if isinstance(had, list) else [had]
    if metric not in [getattr(one, "name", one) for one in had]:
        model.compile(
            model.optimizer,
            model.loss,
            loss_weights=getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None),
            metrics=[*had, metric],
            weighted_metrics=getattr(metrics, "_user_weighted_metrics", None),
            run_eagerly=model.run_eagerly,
            steps_per_execution=model.steps_per_execution,
            jit_compile=model.jit_compile,
        )
