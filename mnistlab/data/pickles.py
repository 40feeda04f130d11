"""The only place that unpickles: arrays, lists, dicts, texts and numbers, and nothing else.

A pickle is a program: it may name any function of Python and have it called. This reader lets a
pickle name only what an array is made of, so that a hostile file is refused before anything of
it runs. It is meant for files whose hash has been verified already.

Not even NumPy's own functions are called. They believe what a pickle says of an array's memory:
with a few bytes changed they crash Python. So two small classes stand in for numpy.ndarray and
numpy.dtype, and make an array only of bytes that fit its shape.

Source: Python's documentation of `pickle`, "Restricting Globals"; NumPy's ndarray.__reduce__.

Example:
    >>> import pickle
    >>> from mnistlab.data.pickles import unpickled
    >>> unpickled(pickle.dumps({"labels": [3, 1]}), "a batch")
    {'labels': [3, 1]}
"""

import io
import pickle
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.errors import DataError


def unpickled(content: bytes, name: str) -> Any:
    """Return what a pickle of arrays, lists, dicts, texts and numbers holds.

    Args:
        content: the pickle, of Python 2 or 3. The texts of Python 2 become bytes.
        name: what errors call it.

    Returns:
        The value. An array may be all of it, or a value in a dict; arrays of numbers are
        read-only.

    Raises:
        DataError: it names something else, or it is damaged.
    """
    try:
        value = _Unpickler(io.BytesIO(content), encoding="bytes").load()
        if isinstance(value, dict):
            return {key: _finished(one) for key, one in value.items()}
        return _finished(value)
    except _RefusedError as why:
        raise DataError(
            f"{name} is a pickle that calls {why}. Such a file can run any program, so it isn't "
            "read: only arrays, lists, dicts, texts and numbers are. Fetch it from its own source."
        ) from None
    except Exception as why:  # a damaged pickle raises nearly anything
        raise DataError(
            f"{name} can't be read as a pickle ({str(why) or type(why).__name__}). Fetch it anew."
        ) from why


class _RefusedError(Exception):
    """A pickle names what it may not."""


class _DType:
    """Stands in for numpy.dtype: `dtype("u1", 0, 1)`, then its byte order."""

    def __init__(self, name: Any = "", *_: Any) -> None:
        self.name, self.order = _text(name), "|"

    def __setstate__(self, state: Any) -> None:
        """Take the byte order out of (version, order, and six for dtypes with fields)."""
        self.order = _text(state[1])

    def real(self) -> np.dtype[Any]:
        """Return the dtype: of whole numbers, floats or objects."""
        if not re.fullmatch(r"[<>|=]([biu][1248]|f[248]|O[48]?)", self.order + self.name):
            raise ValueError(f"it holds an array of {self.order}{self.name}")
        return np.dtype(object) if self.name[0] == "O" else np.dtype(self.order + self.name)


class _Array:
    """Stands in for numpy.ndarray and for the function that makes an empty one."""

    def __init__(self, *_: Any) -> None:
        self.array: NDArray[Any] | None = None

    def __setstate__(self, state: Any) -> None:
        """Make the array of (version, shape, dtype, whether in Fortran order, content)."""
        _, shape, dtype, in_fortran_order, content = state
        real = dtype.real()
        flat = _objects(content) if real.hasobject else np.frombuffer(content, real)
        self.array = flat.reshape(shape, order="F" if in_fortran_order else "C")


def _objects(content: Any) -> NDArray[Any]:
    """Return a list as an array of its members, which may be lists themselves."""
    flat = np.empty(len(content), object)
    for k, one in enumerate(content):
        flat[k] = one
    return flat


def _text(value: Any) -> str:
    """Return a text of Python 2 or 3 as text."""
    return value.decode() if isinstance(value, bytes) else str(value)


def _finished(value: Any) -> Any:
    """Return the array for its stand-in, and any other value as it is."""
    if not isinstance(value, _Array):
        return value
    if value.array is None:
        raise ValueError("it holds an array without content")
    return value.array


# What a pickle may name. NumPy 2 renamed `numpy.core` to `numpy._core`, in its pickles too. None
# of these can be changed by a pickle: it can set attributes of what it names.
_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("_codecs", "encode"): str.encode,  # bytes, as Python 3 writes them for Python 2
}


class _Unpickler(pickle.Unpickler):
    """Python's unpickler, which knows nothing but the names above."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a pickle may name; raise _RefusedError for all else."""
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise _RefusedError(f"{module}.{name}") from None
