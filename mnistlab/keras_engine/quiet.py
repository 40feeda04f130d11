"""Import Keras and its backend with nothing on stderr, unless the import fails.

TensorFlow writes start-up messages from C++ straight to file descriptor 2, when it is imported
and again when it first looks for devices. Both are done here, once, with the descriptor turned
to a file; what was caught is replayed if the import fails.
"""

import contextlib
import importlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import IO

from mnistlab import environment
from mnistlab.errors import MissingDependencyError
from mnistlab.notices import notice


def import_keras() -> ModuleType:
    """Return the keras module, imported quietly, with a GPU asked for the same bits in each run.

    Raises:
        MissingDependencyError: Keras or its backend isn't installed, with the install line.
    """
    if "keras" not in sys.modules:  # else its devices and messages are left as they are
        _import_keras_first()
    keras = sys.modules["keras"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same_bits(keras.backend.backend())
    return keras


def _import_keras_first() -> None:
    """Import Keras, and TensorFlow with its devices where that is the backend."""
    package = environment.missing_for_keras()
    if package is not None:
        raise MissingDependencyError(
            f"The Keras engine needs {package}, which isn't installed here. Install it with\n"
            f"    pip install {package}\n"
            "or take the network from scratch: engine='classic' (--engine classic)."
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with caught_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other packages' deprecations are not the student's
        keras = importlib.import_module("keras")
        if keras.backend.backend() == "tensorflow":
            tensorflow = importlib.import_module("tensorflow")
            tensorflow.config.list_logical_devices()
            tensorflow.get_logger().setLevel("ERROR")  # "retracing", once a lab trains many models


def import_quietly(name: str) -> ModuleType:
    """Return a module, imported with nothing on stderr."""
    if name in sys.modules:
        return sys.modules[name]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with caught_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def same_bits(backend: str) -> None:
    """Ask a GPU for the same bits in each run, at some cost in time; a CPU gives them anyway."""
    module = sys.modules[backend]
    if backend == "tensorflow" and module.config.list_physical_devices("GPU"):
        _same_bits_from_tensorflow(module)
    if backend == "torch" and module.cuda.is_available():
        _same_bits_from_torch(module)
    if backend == "jax":
        _same_bits_from_jax()


def _same_bits_from_tensorflow(tensorflow: ModuleType) -> None:
    """Ask TensorFlow, which then wants a seed of everything random, Keras's own fit included."""
    tensorflow.config.experimental.enable_op_determinism()
    if importlib.import_module("tensorflow.python.eager.context").global_seed() is None:
        tensorflow.random.set_seed(0)


def _same_bits_from_torch(torch: ModuleType) -> None:
    """Ask PyTorch; cuBLAS reads its part when it is used first, and without it products fail."""
    if torch.cuda.is_initialized() and "CUBLAS_WORKSPACE_CONFIG" not in os.environ:
        notice("PyTorch used the GPU before the package was imported, so the last bits may differ "
               "from run to run. Import mnistlab.keras_engine first.")  # fmt: skip
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)


def _same_bits_from_jax() -> None:
    """Say the same to JAX, which reads it when it looks for its devices the first time."""
    flag = "--xla_gpu_deterministic_ops=true"
    said = os.environ.get("XLA_FLAGS", "")
    if flag.partition("=")[0] not in said:
        os.environ["XLA_FLAGS"] = f"{said} {flag}".strip()


@contextlib.contextmanager
def caught_stderr() -> Iterator[None]:
    """Turn file descriptor 2 to a file meanwhile; replay what came there if an error is raised."""
    try:
        kept = os.dup(2)
    except OSError:  # no descriptor 2 in this process: nothing to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as file:
        sys.stderr.flush() if sys.stderr else None
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            _replay(file)
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _replay(file: IO[bytes]) -> None:
    """Write what was caught to the real descriptor 2."""
    file.seek(0)
    os.write(2, file.read())
