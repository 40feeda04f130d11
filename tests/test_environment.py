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
    assert environment._device() == device


def test_the_device_of_other_backends(monkeypatch):
    for name in ("tensorflow", "jax", "torch"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert environment._device() == "CPU"
    cuda = types.SimpleNamespace(is_available=lambda: True)
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    assert environment._device() == "GPU"
    jax = types.SimpleNamespace(default_backend=lambda: "tpu")
    monkeypatch.setitem(sys.modules, "jax", jax)
    assert environment._device() == "TPU"


@pytest.mark.parametrize(
    ("said", "name"),
    [(None, "tensorflow"), ("", "tensorflow"), (" JAX ", "jax"), ("torch", "torch")],
)
def test_the_backend_is_the_one_that_was_chosen(said, name, monkeypatch):
    if said is None:
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
    else:
        monkeypatch.setenv("KERAS_BACKEND", said)
    assert environment.backend_name() == name


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
