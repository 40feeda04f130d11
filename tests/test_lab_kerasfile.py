"""lab/kerasfile.py: three Keras versions agree with their own predictions; the rest is refused."""

import copy
import doctest
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from mnistlab.errors import SubmissionError
from mnistlab.lab import kerasfile as room
from mnistlab.lab.kerasfile import from_keras
from mnistlab.lab.members import members
from tests.hostile_weights import GOLDEN, KERAS, h5, mutations, plain_h5, truncations, zipped

NEWEST = GOLDEN / f"keras-{KERAS[-1]}"
SMALL = (NEWEST / "small.keras").read_bytes()
FUNCTIONAL = (NEWEST / "functional.keras").read_bytes()


def config_of(data: bytes) -> dict[str, Any]:
    return json.loads(members(data, "it")["config.json"])


def with_config(config: Any, data: bytes = SMALL, **others: bytes) -> bytes:
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    return zipped({**members(data, "it"), "config.json": text, **others})


def with_layers(*layers: Any) -> bytes:
    """Return small.keras with other layers in its config; ... stands for the next Dense."""
    config = config_of(SMALL)
    dense = iter(config["config"]["layers"][1:])
    config["config"]["layers"] = [next(dense) if one is ... else one for one in layers]
    return with_config(config)


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


def dense(activation: Any = "linear", **config: Any) -> dict[str, Any]:
    return layer("Dense", activation=activation, use_bias=True, **config)


def refused(data: bytes, said: str) -> None:
    with pytest.raises(SubmissionError, match=said) as why:
        from_keras(data, "model.keras")
    assert "model.keras" in str(why.value) and len(str(why.value)) < 700
    assert str(why.value).isprintable() and str(why.value).endswith(".")


def test_doctests():
    assert doctest.testmod(room, optionflags=doctest.ELLIPSIS).failed == 0


# ── honest ──────────────────────────────────────────────────────────────────────────────────────

FORMULAS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True),
}


@pytest.mark.parametrize("version", KERAS)
@pytest.mark.parametrize("name", ["small", "trained", "functional"])
def test_keras_itself_predicts_the_same(version, name):
    read = from_keras((GOLDEN / f"keras-{version}" / f"{name}.keras").read_bytes())
    with np.load(GOLDEN / f"keras-{version}" / f"{name}.npz") as true:
        x = true["x"].reshape(len(true["x"]), -1)
        for k, activation in enumerate(read.activations):
            np.testing.assert_array_equal(read.arrays[2 * k], true[f"kernel_{k}"])
            np.testing.assert_array_equal(read.arrays[2 * k + 1], true[f"bias_{k}"])
            x = FORMULAS[activation](x @ read.arrays[2 * k] + read.arrays[2 * k + 1])
        np.testing.assert_allclose(x, true["predictions"], rtol=1e-5)
        assert read.parameters == sum(true[n].size for n in true.files if n[0] in "kb")


def test_layers_that_change_no_number_are_passed_over():
    flat = layer("Flatten", data_format="channels_last")
    reshape, noise = layer("Reshape", target_shape=[4]), layer("GaussianNoise", stddev=1)
    dropout = layer("Dropout", rate=0.5)
    data = with_layers(layer("InputLayer"), flat, reshape, ..., dropout, ..., noise)
    assert from_keras(data).activations == ("sigmoid", "softmax")


@pytest.mark.parametrize(
    ("layers", "activations"),
    [
        ([dense(), dense("softmax")], ("linear", "softmax")),
        ([dense(None), layer("ReLU"), dense(), layer("Softmax", axis=-1)], ("relu", "softmax")),
        ([dense(), layer("Dropout"), layer("Activation", activation="tanh"), dense("exponential")],
         ("tanh", "exponential")),
        ([dense("relu"), layer("Activation", activation="linear"), dense()], ("relu", "linear")),
        ([dense({"module": "builtins", "class_name": "function", "config": "relu"}),
          dense(layer("Softmax", axis=[-1]))], ("relu", "softmax")),
        ([dense(layer("ReLU", max_value=None, negative_slope=0.0, threshold=0.0)),
          dense("sigmoid", lora_rank=None, quantization_config=None)], ("relu", "sigmoid")),
    ],
)  # fmt: skip
def test_activations_however_they_are_written(layers, activations):
    assert from_keras(with_layers(*layers)).activations == activations


# ── what a model may not be ─────────────────────────────────────────────────────────────────────

MARSHALLED = {"class_name": "__lambda__", "config": {"code": "4wEAAAAA", "defaults": None}}


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (layer("Lambda", function=MARSHALLED), "the layer 'Lambda' can't be graded. Only Dense"),
        (layer("Conv2D", filters=8), "the layer 'Conv2D'"),
        (layer("BatchNormalization"), "the layer 'BatchNormalization'"),
        (layer("Rescaling", scale=1 / 255), r"'Rescaling' can't be graded \(inputs in \[0, 1\]"),
        (layer("LeakyReLU"), "the layer 'LeakyReLU'"),
        (layer("TFSMLayer", filepath="/tmp/evil"), "the layer 'TFSMLayer'"),
        (layer("TorchModuleWrapper", module="gASV"), "the layer 'TorchModuleWrapper'"),
        (layer("StringLookup", vocabulary="/etc/passwd"), "the layer 'StringLookup'"),
        ({**layer("Dense"), "module": "os", "class_name": "system"}, "the layer 'system' of 'os'"),
        ({**dense(), "registered_name": "my>Dense"}, "the layer 'Dense' of 'my>Dense'"),
        ({**dense(), "module": "__main__"}, "the layer 'Dense' of '__main__'"),
        ({**layer("Sequential"), "module": "keras"}, "the layer 'Sequential' of 'keras'"),
        (layer("<script>alert(1)</script>\x1b[2J\u202e" + "x" * 10_000), r"the layer '<script>"),
        (layer("Flatten", data_format="channels_first"), "channels_first"),
        (layer("ReLU"), "doesn't directly follow a linear Dense"),
        (layer("Activation", activation="softmax"), "doesn't directly follow a linear Dense"),
        (layer("Activation", activation="gelu"), "activation 'gelu' can't be graded; sigmoid"),
        (layer("Softmax", axis=0), "a Softmax with axis=0"),
        (layer("ReLU", max_value=6.0), "a ReLU with max_value=6.0"),
        (layer("ReLU", negative_slope=0.1), "a ReLU with negative_slope"),
        (dense({"class_name": "function", "config": "os.system"}), "activation 'os.system'"),
        (dense(MARSHALLED), "activation {"),
        (dense(layer("LeakyReLU")), "activation {"),
        (dense(["relu"]), r"activation \['relu'\]"),
        (dense(7), "activation 7"),
        (dense("my>relu"), "activation 'my>relu'"),
        (layer("Dense", activation="relu", use_bias=False), "without biases"),
        (dense("relu", lora_rank=4), "LoRA"),
        (dense("relu", quantization_config={}), "quantization"),
    ],
)
def test_other_layers_are_named_with_what_is_allowed(odd, said):
    refused(with_layers(..., odd, ...), said)


@pytest.mark.parametrize(
    "model",
    [
        {"class_name": "Model"},
        {"class_name": "system", "module": "os"},
        {"registered_name": "my>Sequential"},
        {"class_name": ["Sequential"]},
    ],
)
def test_other_models(model):
    refused(with_config({**config_of(SMALL), **model}), "only Sequential and Functional are graded")


@pytest.mark.parametrize(
    "config",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'{"class_name": "Sequential"}',
        b'{"class_name": "Sequential", "config": []}',
        b'{"class_name": "Sequential", "config": {"layers": 7}}',
        b'{"class_name": "Sequential", "config": {"layers": {"a": 1}}}',
        b'{"class_name": "Sequential", "config": {"layers": [7, null]}}',
        b'{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}',
        b'{"class_name": "Sequential", "config": {"layers": [' + b"[" * 10_000 + b"]}}",
        b'{"class_name": "Functional", "config": {"layers": []}}',
        b'{"class_name": "Sequential", "class_name": "Functional"}',
        b'{"class_name": NaN}',
        '{"class_name": "Sequential"}'.encode("utf-16"),
    ],
)
def test_configs_of_another_form(config):
    refused(with_config(config), "config.json in model.keras")


def test_very_many_layers():
    refused(with_layers(*[layer("Dropout")] * 101), "101 layers; at most 100")


def test_more_activations_than_layers_of_weights():
    with pytest.raises(SubmissionError, match="3 activations for 2 layers"):
        from_keras(with_layers(..., ..., dense()))


def test_a_functional_model_that_branches_or_starts_twice():
    whole = config_of(FUNCTIONAL)

    def changed(change):
        config = copy.deepcopy(whole)
        change(config["config"], config["config"]["layers"])
        return with_config(config, FUNCTIONAL)

    def history(at):
        return at["inbound_nodes"][0]["args"][0]["config"]["keras_history"]

    assert from_keras(changed(lambda config, layers: None)).layer_sizes == (4, 3, 2)
    for change in (
        lambda config, layers: layers[4]["inbound_nodes"].append(layers[3]["inbound_nodes"][0]),
        lambda config, layers: layers[4].update(inbound_nodes=[]),
        lambda config, layers: layers[4].update(inbound_nodes=layers[3]["inbound_nodes"]),
        lambda config, layers: history(layers[3]).__setitem__(1, 1),
        lambda config, layers: layers[3]["inbound_nodes"][0]["args"].append(
            layers[2]["inbound_nodes"][0]["args"][0]
        ),
        lambda config, layers: layers.insert(3, layers.pop(4)),
        lambda config, layers: config.update(output_layers=["dense_5", 0, 0]),
        lambda config, layers: config.update(input_layers=[["picture", 0, 0], ["other", 0, 0]]),
        lambda config, layers: layers[3].update(name="picture"),
        lambda config, layers: layers.pop(0),
        lambda config, layers: layers[3].update(inbound_nodes=7),
    ):
        refused(changed(change), "branch|the same name|isn't of the form")


# ── the archive ─────────────────────────────────────────────────────────────────────────────────


def test_members_that_are_missing_or_too_many():
    held = members(SMALL, "it")
    for name in room.MEMBERS:
        without = {one: content for one, content in held.items() if one != name}
        refused(zipped(without), f"has no '{name}'")
    refused(zipped({**held, "assets/evil.py": b"1"}), "holds 'assets/evil.py'")
    refused(zipped({"model.keras": SMALL}), "should hold metadata.json")


def test_weights_that_are_hostile():
    with h5() as (file, data):
        del file["layers/dense/vars"]
    refused(with_config(config_of(SMALL), **{"model.weights.h5": data.getvalue()}), "has no 'vars'")
    refused(with_config(config_of(SMALL), **{"model.weights.h5": b"x"}), "is no HDF5 file")
    held = {**members(SMALL, "it"), "model.weights.h5": plain_h5()}
    assert from_keras(zipped(held)).layer_sizes == (4, 3, 2)


def test_truncated_anywhere():
    for part in truncations(SMALL):
        refused(part, "model.keras")


def test_whatever_comes_is_weights_or_a_submission_error():
    text = members(FUNCTIONAL, "it")["config.json"]
    for config in [*mutations(text, 1500), *truncations(text)]:
        try:
            from_keras(with_config(config, FUNCTIONAL))
        except SubmissionError as why:
            assert str(why)


def test_nothing_heavy_is_imported():
    code = (
        "import sys; import mnistlab.lab.kerasfile, mnistlab.lab.notebook, mnistlab.lab.npz; "
        "print([m for m in ('keras', 'tensorflow', 'jax', 'torch', 'pandas', 'matplotlib', "
        "'scipy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
