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

import keras

from mnistlab import choices, seeding


def build(
    layer_sizes: Sequence[int], hidden_activation: str, output_activation: str, seed: int
) -> keras.Sequential:
    """Return the network as a keras.Sequential, with the package's own initial weights.

    Args:
        layer_sizes: units of each layer, inputs first, outputs last.
        hidden_activation, output_activation: names of `choices.ACTIVATIONS`.
        seed: decides the initial weights.

    Example:
        >>> build((784, 512, 10), "sigmoid", "softmax", seed=0).count_params()
        407050
    """
    model = keras.Sequential([keras.Input((layer_sizes[0],))], name="mnistlab")
    for k, units in enumerate(layer_sizes[1:-1], start=1):
        model.add(keras.layers.Dense(units, activation=hidden_activation, name=f"hidden_{k}"))
    model.add(keras.layers.Dense(layer_sizes[-1], activation=output_activation, name="output"))
    model.set_weights(seeding.initial_weights(layer_sizes, seed, keras.config.floatx()))
    return model


def output_activation_of(model: keras.Model) -> str:
    """Return the name of the last layer's activation; "linear" where it has none."""
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax | keras.layers.ReLU):
        return type(last).__name__.lower()
    activation = getattr(last, "activation", None)
    return getattr(activation, "__name__", "linear")


def compile_model(
    model: keras.Model, optimizer: str, learning_rate: float | None, loss: str | None
) -> None:
    """Compile with the package's words: `model.compile(...)` in plain Keras.

    Args:
        model: a built Keras model whose last layer is the output.
        optimizer, loss: names of `choices.OPTIMIZERS` and `choices.LOSSES`.
        learning_rate: β; None: 0.5 for SGD, Keras's default for the others.

    Raises:
        InputError: a name, a rate or a pair that can't be used.
    """
    outputs = output_activation_of(model)
    name, weight = choices.keras_loss(choices.loss(loss, outputs), outputs, model.output_shape[-1])
    rule = choices.optimizer(optimizer)
    rate = choices.learning_rate(learning_rate, rule)
    classifies = outputs not in ("linear", "exponential")
    model.compile(
        optimizer=keras.optimizers.get({"class_name": rule, "config": {"learning_rate": rate}}),
        loss=name,
        loss_weights=None if weight is None else [weight],
        metrics=["accuracy"] if classifies else ["mean_absolute_error"],
    )
