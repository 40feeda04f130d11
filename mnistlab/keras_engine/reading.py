"""What a Keras model is made of, in this package's words: layers, activations, learning rule.

Example:
    >>> from mnistlab.keras_engine import building
    >>> design_of(building.build((784, 512, 10), "sigmoid", "softmax", seed=0)).layer_sizes
    (784, 512, 10)
"""

import re
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mnistlab import checks, choices
from mnistlab.errors import InputError
from mnistlab.keras_engine import building

# Layers that change nothing when a trained network predicts.
TRANSPARENT = ("InputLayer", "Flatten", "Dropout", "Reshape")


@dataclass(frozen=True)
class Design:
    """A network of fully connected layers.

    Attributes:
        layer_sizes: units of each layer, inputs first.
        hidden_activation, output_activation: f of the hidden and of the output units.
        weights: [kernel, bias, kernel, bias, …].
    """

    layer_sizes: tuple[int, ...]
    hidden_activation: str
    output_activation: str
    weights: list[NDArray[np.floating]]


def design_of(model: keras.Model) -> Design:
    """Return what a Keras model is made of.

    Raises:
        InputError: a layer that isn't fully connected, or activations the lab doesn't know.
    """
    activations: list[str] = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "Dense":
            _must_have_bias(layer)
            activations.append(_name_of(layer.activation))
        elif kind in ("Activation", "ReLU", "Softmax") and activations:
            if activations[-1] != "linear":
                raise InputError(f"The layer {layer.name!r} is a second activation after "
                                 f"{activations[-1]}. Leave one of them out.")  # fmt: skip
            activations[-1] = _activation_of(layer)
        elif kind not in TRANSPARENT:
            raise InputError(
                f"The model has a {kind} layer ({layer.name!r}). A result can be made of Dense "
                f"layers, with {', '.join(TRANSPARENT[1:])} or one Activation after each."
            )
    if not activations:
        raise InputError("The model has no Dense layer. Add one: keras.layers.Dense(10).")
    weights = [np.asarray(w) for w in model.get_weights()]
    hidden = set(activations[:-1]) or {"sigmoid"}
    if len(hidden) > 1:
        raise InputError(f"The hidden layers have different activations ({sorted(hidden)}). "
                         "A result needs one for all of them.")  # fmt: skip
    return Design(
        layer_sizes=(len(weights[0]), *(len(b) for b in weights[1::2])),
        hidden_activation=choices.hidden_activation(hidden.pop()),
        output_activation=checks.choice("output_activation", activations[-1], choices.ACTIVATIONS),
        weights=weights,
    )


def _must_have_bias(layer: keras.layers.Layer) -> None:
    if not layer.use_bias:
        raise InputError(f"The layer {layer.name!r} has no bias. Leave use_bias=False out.")


# What a ReLU or Softmax layer is made with where it is the function of that name.
PLAIN: dict[str, dict[str, Any]] = {
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "Softmax": {"axis": -1},
}


def _activation_of(layer: keras.layers.Layer) -> str:
    """Return the activation that an Activation, ReLU or Softmax layer stands for."""
    kind, config = type(layer).__name__, layer.get_config()
    if kind == "Activation":
        return _name_of(layer.activation)
    for name, value in PLAIN[kind].items():
        if config[name] != value:
            raise InputError(f"The {kind} layer {layer.name!r} has {name}={config[name]}. The lab "
                             f"knows the plain one: {name}={value}.")  # fmt: skip
    return kind.lower()


def _name_of(activation: object) -> str:
    return str(getattr(activation, "__name__", activation))


def training_of(model: keras.Model) -> dict[str, object]:
    """Return learning rule, β and loss that a model was compiled with, where the lab knows them.

    Returns:
        optimizer, learning_rate and loss, None for what isn't known; weight_decay, ema_momentum,
        what is left out at random, and dtype_policy.
    """
    optimizer = getattr(model, "optimizer", None)
    shares = {**_left_out(model), "dtype_policy": policy_of(model)}
    if optimizer is None:
        return {"optimizer": None, "learning_rate": None, "loss": None, **shares}
    name = type(optimizer).__name__.lower()
    return {
        "optimizer": name if name in choices.OPTIMIZERS and _is_plain(optimizer) else None,
        "learning_rate": float(optimizer.learning_rate),
        "loss": _loss_of(model),
        "weight_decay": float(optimizer.weight_decay or 0.0),
        "ema_momentum": float(optimizer.ema_momentum) if optimizer.use_ema else 0.0,
        **shares,
    }


def policy_of(model: keras.Model) -> str:
    """Return the policy that a model's layers calculate with, of `choices.POLICIES`."""
    names = [layer.dtype_policy.name for layer in model.layers if type(layer).__name__ == "Dense"]
    return next((name for name in choices.POLICIES[1:] if name in names), choices.POLICIES[0])


def identity_of(model: keras.Model) -> dict[str, str]:
    """Return what a compiled model is, in texts by which two are told apart.

    Names are left out: Keras counts them up with each model that it makes.
    """
    layers = [f"{type(one).__name__} {_without_names(one.get_config())}" for one in model.layers]
    optimizer = model.optimizer
    return {
        "layers": "; ".join(layers),
        "optimizer": f"{type(optimizer).__name__} {_without_names(optimizer.get_config())}",
        "loss": f"{loss_name(model)} {getattr(model._compile_loss, '_user_loss_weights', None)}",
    }


def _without_names(config: Any) -> str:
    """Return a layer's or optimizer's settings as a text, names and initial weights left out."""
    left_out = ("name", "module", "registered_name", "build_config", "kernel_initializer",
                "bias_initializer", "batch_shape")  # fmt: skip
    kept = {name: value for name, value in config.items() if name not in left_out}
    return re.sub(r"'(name|class_name)': '[^']*', ", "", str(kept))


def _left_out(model: keras.Model) -> dict[str, object]:
    """Return the shares of inputs and hidden units that Dropout layers leave out; 0 for none.

    Hidden layers with different shares have none that could be said of all: the largest is.
    """
    shares = {"input_dropout": 0.0, "dropout": 0.0}
    name = "input_dropout"
    for layer in model.layers:
        if type(layer).__name__ == "Dense":
            name = "dropout"
        elif type(layer).__name__ == "Dropout":
            shares[name] = max(shares[name], float(layer.rate))
    return dict(shares)


def _is_plain(made: Any) -> bool:
    """Return whether an optimizer or a loss has Keras's own settings: no momentum, no smoothing."""
    of_itself = {"name", "learning_rate", "reduction", "dtype",
                 "weight_decay", "use_ema", "ema_momentum"}  # fmt: skip
    settings, plain = made.get_config(), type(made)().get_config()
    return all(plain.get(k) == v for k, v in settings.items() if k not in of_itself)


def loss_name(model: keras.Model) -> str:
    """Return a model's loss by Keras's long name, however it was given; "" for none or several."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, list | tuple) and len(loss) == 1:
        loss = loss[0]
    if not isinstance(loss, str) and not callable(loss):
        return ""
    found = keras.losses.get(loss)  # "mse" → mean_squared_error
    return str(getattr(getattr(found, "fn", found), "__name__", ""))


def _loss_of(model: keras.Model) -> str | None:
    """Return the loss in the lab's words: "lecture" where Keras's mean is made a sum."""
    if isinstance(model.loss, keras.losses.Loss) and not _is_plain(model.loss):
        return None
    name = loss_name(model).removeprefix("sparse_")
    weights = getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None)
    weight = weights[0] if isinstance(weights, list | tuple) else weights
    if weight in (None, 1):
        return name if name in choices.LOSSES else None
    outputs = building.output_activation_of(model)
    if outputs in choices.LECTURE_OUTPUTS:
        in_keras = choices.keras_loss("lecture", outputs, model.output_shape[-1])
        return "lecture" if in_keras == (name, weight) else None
    return None
