"""What mnistlab left in the outputs of a notebook that nobody should trust.

On Colab students hand in the notebook. The outputs of its cells carry records under mime types
of their own; of each type counts what the cell left that ran last. No cell is run, no HTML is
read, and whatever else stands in the notebook, in its metadata too, is neither checked nor used.

Example:
    >>> cell = {"cell_type": "code", "outputs": [{"output_type": "display_data",
    ...         "data": {WORKSHEET: {"lab": "recognizing_digits"}}}]}
    >>> import json
    >>> outputs(json.dumps({"nbformat": 4, "cells": [cell]}).encode())[WORKSHEET]
    {'lab': 'recognizing_digits'}
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import shown
from mnistlab.errors import SubmissionError
from mnistlab.lab import strictjson
from mnistlab.lab.weights import (
    MOST_PARAMETERS,
    PRECISIONS,
    Weights,
    must_be_a_network,
    of_arrays,
    ordered_names,
)

SUBMISSION = "application/vnd.mnistlab.submission+json"
RESULT = "application/vnd.mnistlab.result+json"
WORKSHEET = "application/vnd.mnistlab.worksheet+json"
MIME_TYPES = (SUBMISSION, RESULT, WORKSHEET)
MOST_BYTES = 64 * 2**20
MOST_CELLS, MOST_OUTPUTS = 5_000, 10_000
ACTIVATIONS = "activations"
_RUN = ("Run all its cells (Runtime ▸ Run all), wait for the last one, save it, download it again, "
        "and submit that.")  # fmt: skip


def outputs(data: bytes, what: str = "The notebook") -> dict[str, Any]:
    """Return the latest record of each of mnistlab's mime types in a notebook's outputs.

    Args:
        data: the .ipynb, nbformat 4.
        what: what it is called in an error.

    Returns:
        `SUBMISSION`, `RESULT` or `WORKSHEET` → what it holds, as strict JSON, the latest last;
        {} where the cells have outputs, but none of mnistlab's. A cell's number says when it ran;
        of cells without a number the lower one is the later.

    Raises:
        SubmissionError: no notebook; of another version; too large; no cell with outputs; a
            record that isn't strict JSON.

    Example:
        >>> outputs(b'{"nbformat": 4, "cells": []}')
        Traceback (most recent call last):
        mnistlab.errors.SubmissionError: The notebook has no outputs. Run all its cells ...
    """
    notebook = strictjson.loose(data, what, MOST_BYTES)
    cells = _cells(notebook, what)
    found: dict[str, tuple[tuple[int, int], Any]] = {}
    many = 0
    for ran, output in _each_output(cells):
        many += 1
        bundle = output.get("data") if isinstance(output, dict) else None
        for mime in MIME_TYPES:
            if not isinstance(bundle, dict) or mime not in bundle:
                continue
            if mime not in found or found[mime][0] <= (ran, many):
                found[mime] = (ran, many), bundle[mime]
        if many > MOST_OUTPUTS:
            raise SubmissionError(f"{what} has more than {MOST_OUTPUTS:,} outputs. {_RUN}")
    if not many:
        raise SubmissionError(f"{what} has no outputs. {_RUN}")
    in_order = sorted(found, key=lambda mime: found[mime][0])
    return {mime: _record(found[mime][1], f"{what}'s output") for mime in in_order}


def _cells(notebook: Any, what: str) -> list[Any]:
    """Return the cells of a notebook of nbformat 4."""
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version in (1, 2, 3):
        raise SubmissionError(f"{what} is of the old nbformat {version}. Open it in Colab or "
                              "Jupyter, save it, and submit that; or run: jupyter nbconvert "
                              "--to notebook --nbformat 4 FILE.ipynb")  # fmt: skip
    if type(version) is not int or version != 4:
        raise SubmissionError(f"{what} is no Jupyter notebook of nbformat 4, but "
                              f"{shown(version)}. Download it as .ipynb, submit that.")  # fmt: skip
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError(f"{what} has no list of cells. Download it as .ipynb again and "
                              "submit that.")  # fmt: skip
    if len(cells) > MOST_CELLS:
        raise SubmissionError(f"{what} has {len(cells):,} cells; at most {MOST_CELLS:,} are read. "
                              "Submit the lab's own notebook, with its outputs.")  # fmt: skip
    return cells


def _each_output(cells: list[Any]) -> Iterator[tuple[int, Any]]:
    """Yield the outputs of all cells in order, each with its cell's number; 0 where it has none."""
    for cell in cells:
        held = cell.get("outputs") if isinstance(cell, dict) else None
        if isinstance(held, list):
            ran = cell.get("execution_count")
            yield from ((ran if type(ran) is int else 0, output) for output in held)


def _record(content: Any, what: str) -> Any:
    """Return a record as strict JSON; some programs save it as text, or as lines of text."""
    if isinstance(content, list) and content and all(isinstance(one, str) for one in content):
        content = "".join(content)
    if isinstance(content, str):
        return strictjson.parse(content.encode("utf-8", "surrogatepass"), what, MOST_BYTES)
    return strictjson.checked(content, what)


# ── weights in a record ─────────────────────────────────────────────────────────────────────────


def decoded(weights: Any, what: str = "The notebook") -> Weights:
    """Return the weights of a submission record.

    Args:
        weights: {"kernel_0": {"shape": [784, 512], "dtype": "float16", "data": base64}, "bias_0":
            …, "activations": ["sigmoid", "softmax"]}; the bytes in C order, the lowest first.
        what: what holds them, for an error.

    Raises:
        SubmissionError: other names, shapes, dtypes, or bytes than those.

    Example:
        >>> one = {"shape": [1], "dtype": "float16", "data": "ADw="}
        >>> decoded({"kernel_0": {**one, "shape": [1, 1]}, "bias_0": one}).arrays[1]
        array([1.], dtype=float32)
    """
    if not isinstance(weights, Mapping):
        raise SubmissionError(f"{what} holds no weights, but {shown(weights)}. {_RUN}")
    names = ordered_names(name for name in weights if name != ACTIVATIONS)
    shapes = [_shape(weights[name], f"{name} in {what}") for name in names]
    must_be_a_network(shapes)
    arrays = [_array(weights[name], shape, f"{name} in {what}")
              for name, shape in zip(names, shapes, strict=True)]  # fmt: skip
    activations = weights.get(ACTIVATIONS, [])
    if not isinstance(activations, list):
        raise SubmissionError(f"{what} states no list of activations, but {shown(activations)}.")
    return of_arrays(arrays, activations)


def _shape(stated: Any, what: str) -> tuple[int, ...]:
    """Return the shape that an array states."""
    if not isinstance(stated, Mapping) or set(stated) != {"shape", "dtype", "data"}:
        raise SubmissionError(f"{what} isn't of the form that mnistlab.submit writes. {_RUN}")
    shape = stated["shape"]
    whole = isinstance(shape, list) and all(type(n) is int for n in shape)
    if not whole or len(shape) > 2 or not all(0 < n <= MOST_PARAMETERS for n in shape):
        raise SubmissionError(f"{what} states the shape {shown(shape)}, which no layer has. {_RUN}")
    return tuple(shape)


def _array(stated: Mapping[str, Any], shape: tuple[int, ...], what: str) -> NDArray[Any]:
    """Return an array from its bytes in base64."""
    dtype, text = stated["dtype"], stated["data"]
    if dtype not in PRECISIONS or not isinstance(text, str):
        raise SubmissionError(f"{what} states the type {shown(dtype)}; {', '.join(PRECISIONS)} are "
                              f"read. {_RUN}")  # fmt: skip
    wanted = np.dtype(dtype).newbyteorder("<")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as why:
        raise SubmissionError(f"{what} holds no base64. {_RUN}") from why
    size = int(np.prod(shape)) * wanted.itemsize
    if len(content) != size:
        raise SubmissionError(
            f"{what} should have {size:,} bytes, but has {len(content):,}. {_RUN}"
        )
    return np.frombuffer(content, wanted).reshape(shape)
