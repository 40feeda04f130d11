"""What is installed, and what the record says a run was made with."""

import importlib.util
import json
import os
import platform
import subprocess
import sys
import types

import numpy as np
import pytest

import mnistlab
from mnistlab import environment
from mnistlab.errors import InputError

KEYS = ["python", "mnistlab", "keras", "backend", "numpy", "platform", "device"]


def test_the_classic_engine_used_no_keras_whatever_is_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", types.ModuleType("keras"))
    found = environment.describe_environment("classic")
    assert list(found) == KEYS
    assert found["keras"] == found["backend"] == ""
    assert found["device"] == "CPU"


def test_versions_are_those_that_run():
    found = environment.describe_environment("classic")
    assert found["python"] == platform.python_version()
    assert found["numpy"] == np.__version__
    assert found["mnistlab"] == mnistlab.__version__
    assert found["platform"] == platform.platform()


def test_the_keras_engine_names_keras_and_its_backend():
    keras, tensorflow = pytest.importorskip("keras"), pytest.importorskip("tensorflow")
    found = environment.describe_environment("keras")
    assert list(found) == KEYS
    assert found["keras"] == keras.__version__
    assert found["backend"] == f"tensorflow {tensorflow.__version__}"
    assert found["device"] in ("CPU", "GPU")


@pytest.mark.parametrize(("gpus", "device"), [([], "CPU"), (["GPU:0"], "GPU")])
def test_the_device_is_what_tensorflow_sees(gpus, device, monkeypatch):
    config = types.SimpleNamespace(list_physical_devices=lambda kind: gpus)
    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(config=config))
    assert environment._device("tensorflow") == device


def test_the_device_is_that_of_the_backend_in_use(monkeypatch):
    for name in ("tensorflow", "jax", "torch"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert environment._device("jax") == "CPU"
    cuda = types.SimpleNamespace(is_available=lambda: True)
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    assert environment._device("torch") == "GPU"
    jax = types.SimpleNamespace(default_backend=lambda: "tpu")
    monkeypatch.setitem(sys.modules, "jax", jax)
    assert environment._device("jax") == "TPU"
    assert environment._device("tensorflow") == "CPU"


@pytest.mark.parametrize(
    ("said", "name"),
    [(None, "tensorflow"), ("", "tensorflow"), (" JAX ", "jax"), ("torch", "torch")],
)
def test_the_backend_is_the_one_that_was_chosen(said, name, monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    if said is None:
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
    else:
        monkeypatch.setenv("KERAS_BACKEND", said)
    assert environment.backend_name() == name


@pytest.mark.parametrize(
    ("text", "name"),
    [('{"backend": "jax"}', "jax"), ('{"backend": "numpy"}', "tensorflow"), ("{", "tensorflow"),
     ("[]", "tensorflow"), ('{"floatx": "float32"}', "tensorflow")],
)  # fmt: skip
def test_keras_own_settings_name_the_backend(text, name, own_home, monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    (own_home / ".keras").mkdir()
    (own_home / ".keras" / "keras.json").write_text(text)
    assert environment.backend_name() == name


def test_a_backend_that_keras_doesnt_know(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "tensorflwo")
    with pytest.raises(InputError, match="Did you mean 'tensorflow'"):
        environment.missing_for_keras()


@pytest.mark.parametrize(
    ("installed", "missing"),
    [(["keras", "jax"], None), (["jax"], "keras"), (["keras"], "jax"), ([], "keras")],
)
def test_what_the_keras_engine_lacks(installed, missing, monkeypatch):
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name in installed or None)
    assert environment.missing_for_keras() == missing


def test_asking_what_is_missing_imports_nothing():
    program = (
        "import sys, json; from mnistlab import environment; environment.missing_for_keras();"
        "environment.describe_environment('classic');"
        "print(json.dumps([name in sys.modules for name in ('keras', 'tensorflow')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ)
    )
    assert json.loads(done.stdout) == [False, False]
