"""What is installed here, and what a run was made with: versions, platform and device."""

import contextlib
import importlib.util
import json
import os
import platform
import sys
from pathlib import Path

import numpy as np

import mnistlab
from mnistlab.checks import did_you_mean
from mnistlab.errors import InputError

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}  # Keras's word → package


def backend_name() -> str:
    """Return the backend that Keras uses or will use.

    It is what KERAS_BACKEND says; else what Keras's own file ~/.keras/keras.json says; else
    TensorFlow.

    Raises:
        InputError: KERAS_BACKEND names none that Keras can train with.
    """
    if "keras" in sys.modules:
        return str(sys.modules["keras"].backend.backend())
    said = os.environ.get("KERAS_BACKEND", "").strip()
    name = said.lower() or _configured_backend()
    if name not in BACKENDS:
        raise InputError(
            f"The environment variable KERAS_BACKEND is {said!r}, but Keras trains with "
            f"{', '.join(BACKENDS)}.{did_you_mean(said, BACKENDS)} Set it to one of them, or "
            "unset it for TensorFlow."
        )
    return name


def _configured_backend() -> str:
    """Return the backend in Keras's own settings, or "tensorflow"."""
    home = os.environ.get("KERAS_HOME", "").strip() or os.path.expanduser("~/.keras")
    name = None
    with contextlib.suppress(OSError, ValueError, AttributeError):
        name = json.loads(Path(home, "keras.json").read_text(encoding="utf-8")).get("backend")
    return name if name in BACKENDS else "tensorflow"


def missing_for_keras() -> str | None:
    """Return the package that the Keras engine lacks here, or None; imports nothing."""
    if "keras" in sys.modules:
        return None
    needed = ("keras", BACKENDS[backend_name()])
    return next((name for name in needed if importlib.util.find_spec(name) is None), None)


def describe_environment(engine: str) -> dict[str, str]:
    """Return the versions and the device that a run used; what it didn't use is "".

    Args:
        engine: "keras" or "classic".

    Example:
        >>> describe_environment("classic")["keras"]
        ''
    """
    keras = sys.modules.get("keras") if engine == "keras" else None
    return {
        "python": platform.python_version(),
        "mnistlab": mnistlab.__version__,
        "keras": keras.__version__ if keras else "",
        "backend": _backend(keras) if keras else "",
        "numpy": np.__version__,
        "platform": platform.platform(),
        "device": _device(backend_name()) if keras else "CPU",
    }


def _backend(keras: object) -> str:
    """Return Keras's backend and its version, such as "tensorflow 2.21.0"."""
    name = str(keras.backend.backend())  # type: ignore[attr-defined]
    return f"{name} {getattr(sys.modules.get(name), '__version__', '')}".strip()


def _device(backend: str) -> str:
    """Return what the Keras engine computed on: "GPU" where its backend sees one."""
    module = sys.modules.get(backend)
    if module is None:
        return "CPU"
    if backend == "tensorflow":
        return "GPU" if module.config.list_physical_devices("GPU") else "CPU"
    if backend == "jax":
        return str(module.default_backend()).upper()
    return "GPU" if module.cuda.is_available() else "CPU"
