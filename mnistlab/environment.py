"""What is installed here, and what a run was made with: versions, platform and device."""

import importlib.util
import os
import platform
import sys

import numpy as np

import mnistlab

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}  # Keras's word → package


def backend_name() -> str:
    """Return the backend that Keras will use: KERAS_BACKEND, or TensorFlow."""
    return os.environ.get("KERAS_BACKEND", "").strip().lower() or "tensorflow"


def missing_for_keras() -> str | None:
    """Return the package that the Keras engine lacks here, or None; imports nothing."""
    if "keras" in sys.modules:
        return None
    needed = ("keras", BACKENDS.get(backend_name(), backend_name()))
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
        "device": _device() if keras else "CPU",
    }


def _backend(keras: object) -> str:
    """Return Keras's backend and its version, such as "tensorflow 2.21.0"."""
    name = str(keras.backend.backend())  # type: ignore[attr-defined]
    return f"{name} {getattr(sys.modules.get(name), '__version__', '')}".strip()


def _device() -> str:
    """Return what the Keras engine computed on: "GPU" where its backend sees one."""
    tensorflow, jax, torch = (sys.modules.get(name) for name in ("tensorflow", "jax", "torch"))
    if tensorflow is not None:
        return "GPU" if tensorflow.config.list_physical_devices("GPU") else "CPU"
    if jax is not None:
        return str(jax.default_backend()).upper()
    return "GPU" if torch is not None and torch.cuda.is_available() else "CPU"
