"""Weights and activations from a .keras file that nobody should trust.

A .keras file is a zip: config.json, which names the layers, and model.weights.h5. Keras imports
and calls what config.json names. Here its words are compared with the few that are known:

    InputLayer, Flatten, Reshape, Dropout, GaussianNoise, GaussianDropout    change no number
    Dense                                                                    a layer of weights
    Activation, ReLU, Softmax                                                after a linear Dense

in a Sequential, or in a Functional model where each layer follows the one before. A Rescaling
isn't among them: submissions are measured on inputs in [0, 1], which it would scale once more.

Example:
    >>> from_keras(b"no zip")
    Traceback (most recent call last):
    mnistlab.errors.SubmissionError: model.keras is no zip, or only a part of one...
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from mnistlab.checks import shown
from mnistlab.choices import ACTIVATIONS
from mnistlab.errors import SubmissionError
from mnistlab.lab.hdf5 import from_h5
from mnistlab.lab.members import members
from mnistlab.lab.strictjson import parse
from mnistlab.lab.weights import Weights

MEMBERS = ("metadata.json", "config.json", "model.weights.h5")
PASSIVE = ("InputLayer", "Flatten", "Reshape", "Dropout", "GaussianNoise", "GaussianDropout")
_ALLOWED = (
    f"Only Dense layers are graded, and with them {', '.join(PASSIVE)}, Activation, ReLU, Softmax"
)
_MOST_LAYERS = 100


def from_keras(data: bytes, what: str = "model.keras") -> Weights:
    """Return the weights and activations of a .keras file.

    Args:
        data: the file.
        what: what it is called in an error.

    Returns:
        Weights with one activation for each layer.

    Raises:
        SubmissionError: no .keras file; other layers than those above; activations that can't be
            graded; whatever `members`, `strictjson` and `hdf5` refuse.

    Example:
        >>> from_keras(Path("model.keras").read_bytes()).activations  # doctest: +SKIP
        ('sigmoid', 'softmax')
    """
    held = members(data, what)
    odd = sorted(set(held) ^ set(MEMBERS))
    if odd:
        _refuse(f"{what} should hold {', '.join(MEMBERS)}, but "
                f"{'holds' if odd[0] in held else 'has no'} {shown(odd[0])}")  # fmt: skip
    config = parse(held["config.json"], f"config.json in {what}")
    try:
        activations = _activations(config)
    except _Refused as why:
        _refuse(f"{what}: {why}")
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as why:
        raise SubmissionError(f"config.json in {what} isn't of the form that Keras 3 writes. "
                              "Save again with model.save('model.keras').") from why  # fmt: skip
    return from_h5(held["model.weights.h5"], f"model.weights.h5 in {what}", activations)


def _refuse(why: str) -> NoReturn:
    """Raise SubmissionError that says what to hand in."""
    raise SubmissionError(f"{why}. Build the network with Dense layers, train it, and submit "
                          "model.keras from model.save('model.keras').")  # fmt: skip


class _Refused(Exception):
    """A model that can be read, and can't be graded."""


# ── the model ───────────────────────────────────────────────────────────────────────────────────


def _activations(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the activation of each Dense layer of a model, in order."""
    kind, layers = model["class_name"], model["config"]["layers"]
    if kind not in ("Sequential", "Functional") or model.get("registered_name") not in (None, kind):
        raise _Refused(f"a model of class {shown(kind)}; only Sequential and Functional are graded")
    if len(layers) > _MOST_LAYERS:
        raise _Refused(f"{len(layers):,} layers; at most {_MOST_LAYERS} are graded")
    if kind == "Functional":
        _must_be_a_chain(layers, model["config"])
    found: list[str] = []
    for layer in layers:
        _add(layer, found)
    return tuple(found)


def _must_be_a_chain(layers: list[Any], config: Mapping[str, Any]) -> None:
    """Raise _Refused where a layer doesn't follow the one before it, and only that."""
    names = [layer["name"] for layer in layers]
    if len(set(names)) != len(names) or layers[0]["class_name"] != "InputLayer":
        raise _Refused("layers that have the same name, or no InputLayer first")
    ends = _keras_history(config["input_layers"]), _keras_history(config["output_layers"])
    before = [_inbound(layer) for layer in layers]
    if ends != (names[0], names[-1]) or before != [None, *names[:-1]]:
        raise _Refused("layers that branch; in a network that can be graded each layer follows "
                       "the one before, from one input to one output")  # fmt: skip


def _inbound(layer: Mapping[str, Any]) -> str | None:
    """Return the name of the only layer that a layer is called with, or None for an input."""
    nodes = layer["inbound_nodes"]
    if not nodes:
        return None
    tensors = nodes[0]["args"]
    if len(nodes) != 1 or len(tensors) != 1 or tensors[0]["class_name"] != "__keras_tensor__":
        return ""
    return _keras_history(tensors[0]["config"]["keras_history"])


def _keras_history(place: Any) -> str:
    """Return the layer's name in Keras's [name, node, tensor], or in a list of one of those."""
    name, node, tensor = place[0] if len(place) == 1 else place
    return str(name) if (node, tensor) == (0, 0) else ""


# ── its layers ──────────────────────────────────────────────────────────────────────────────────


def _add(layer: Mapping[str, Any], found: list[str]) -> None:
    """Add a layer's activation to those found, or put it in the place of a linear one."""
    kind, config = layer["class_name"], layer["config"]
    of_keras = layer.get("module") in (None, "keras.layers")
    if not of_keras or layer.get("registered_name") is not None:
        where = shown(layer.get("registered_name") or layer["module"])
        raise _Refused(f"the layer {shown(kind)} of {where} can't be graded. {_ALLOWED}")
    if kind == "Dense":
        found.append(_of_dense(config))
    elif kind in ("Activation", "ReLU", "Softmax"):
        _put_after(found, _of_layer(kind, config))
    elif kind not in PASSIVE:
        hint = " (inputs in [0, 1] come without it)" if kind == "Rescaling" else ""
        raise _Refused(f"the layer {shown(kind)} can't be graded{hint}. {_ALLOWED}")
    elif config.get("data_format", "channels_last") not in ("channels_last", None):
        raise _Refused("a Flatten with data_format 'channels_first'; leave that out")


def _of_dense(config: Mapping[str, Any]) -> str:
    """Return the activation of a Dense layer that computes f(x·kernel + bias)."""
    if config.get("use_bias", True) is not True:
        raise _Refused("a Dense layer without biases; leave use_bias=False out")
    if config.get("lora_rank") is not None or config.get("quantization_config") is not None:
        raise _Refused("a Dense layer with LoRA or quantization; leave that out")
    return _word(config["activation"])


def _of_layer(kind: str, config: Mapping[str, Any]) -> str:
    """Return the activation that a layer of its own stands for."""
    if kind == "Activation":
        return _word(config["activation"])
    usual = {"max_value": None, "negative_slope": 0, "threshold": 0, "axis": -1}
    for name, value in usual.items():
        if config.get(name, value) not in (value, [value]):
            raise _Refused(f"a {kind} with {name}={shown(config[name])}; leave {name} out")
    return kind.lower()


def _word(activation: Any) -> str:
    """Return an activation's name, from a text or from Keras's dict for a function."""
    if isinstance(activation, dict):
        nested = (
            activation["class_name"] != "function" and activation.get("registered_name") is None
        )
        if nested and activation["class_name"] in ("ReLU", "Softmax"):
            return _of_layer(activation["class_name"], activation["config"])
        activation = activation["config"] if activation["class_name"] == "function" else activation
    word = "linear" if activation is None else activation
    if not isinstance(word, str) or word not in ACTIVATIONS:
        raise _Refused(
            f"the activation {shown(word)} can't be graded; {', '.join(ACTIVATIONS)} can"
        )
    return word


def _put_after(found: list[str], activation: str) -> None:
    """Let an activation stand for the layer of weights before it."""
    if activation == "linear":
        return
    if not found or found[-1] != "linear":
        raise _Refused(
            f"the activation {activation!r} doesn't directly follow a linear Dense layer"
        )
    found[-1] = activation
