"""Writing what is handed in: one zip, or the same as a notebook's output.

    submission.json     version, student, partners, lab, config, claimed figures, digests
    weights.npz         kernel_0, bias_0, …, float32 (float64 of a float64 network)
    worksheet.json      what the student filled in; left out where there is no worksheet

On Colab students hand in the notebook itself, so a cell's output carries the same, with weights
in half precision (float16): 1.1 MB for 407,050 weights and biases. They are rounded so that errors
cancel:

    w'ᵢ = half(wᵢ + e),  e ← wᵢ + e − w'ᵢ,   from each input i of a unit to the next

Inputs beside each other are much alike, so what rounding adds to I through one is taken back
through the next. Of 10,000 images, the class of at most 2 changes (benchmarks/agreement.py).
The same result, student and worksheet make the same bytes.

Source: R. W. Floyd, L. Steinberg, An adaptive algorithm for spatial greyscale, 1976.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.lab.claims import NEWEST_VERSION
from mnistlab.runfolder import as_json

RECORD, WEIGHTS, WORKSHEET = "submission.json", "weights.npz", "worksheet.json"
SMALL = 10_000  # numbers: 2% of the bytes, but a bias or an output's weight counts in every answer
# What of a run's record is stated; the confusion matrix and the seconds are measured anew or not.
STATED = ("config", "dataset", "parameters", "layer_sizes", "test_loss", "test_accuracy",
          "test_metrics", "history", "environment", "completed", "stopped")  # fmt: skip


def pack(
    result: Any,
    student_id: str,
    partners: Sequence[str] = (),
    worksheet: Any = None,
    lab: str = "",
) -> bytes:
    """Return the zip that is handed in.

    Args:
        result: the ExperimentResult.
        student_id: whose it is; partners: the ids of others who took part.
        worksheet: the Worksheet, or its record; None: there is none.
        lab: the assignment's name; "": what the worksheet says.

    Returns:
        The bytes of the zip, nothing in it compressed.

    Raises:
        DivergedError: a figure of the result is NaN or infinite.

    Example:
        >>> pack(result, "ada")[:2]  # doctest: +SKIP
        b'PK'
    """
    record = record_of(worksheet)
    members = _members(result, record)
    about = _about(result, student_id, partners, lab or _lab_of(record), members)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {RECORD: as_json(about).encode(), **members}.items():
            archive.writestr(_entry(name), content)
    return packed.getvalue()


def as_output(
    result: Any,
    student_id: str,
    partners: Sequence[str] = (),
    worksheet: Any = None,
    lab: str = "",
) -> dict[str, Any]:
    """Return what a notebook's output carries under notebook.SUBMISSION.

    Args, Raises: as `pack` has them.

    Returns:
        {"submission": submission.json, "weights": {"kernel_0": {"shape", "dtype", "data"}, …,
        "activations"}, "worksheet": worksheet.json or None}, of which all is JSON.
    """
    record = record_of(worksheet)
    about = _about(result, student_id, partners, lab or _lab_of(record), _members(result, record))
    as_json(about)  # raises where JSON couldn't hold it
    weights = {name: _encoded(one) for name, one in _named(result).items()}
    return {
        "submission": about,
        "weights": {**weights, "activations": about["activations"]},
        "worksheet": record,
    }


def record_of(worksheet: Any) -> dict[str, Any] | None:
    """Return a worksheet's record, of a Worksheet or as it was given; None for None."""
    if worksheet is None or isinstance(worksheet, Mapping):
        return None if worksheet is None else dict(worksheet)
    record: dict[str, Any] = worksheet.record()
    return record


def _about(
    result: Any, student_id: str, partners: Sequence[str], lab: str, members: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return the content of submission.json."""
    stated = {name: part for name, part in result.record().items() if name in STATED}
    return {
        "schema_version": NEWEST_VERSION,
        "student_id": student_id,
        "partners": list(partners),
        "lab": lab,
        **stated,
        "activations": _activations(result.network),
        "members": {name: digest(content) for name, content in members.items()},
    }


def _members(result: Any, record: Mapping[str, Any] | None) -> dict[str, bytes]:
    """Return the zip's other members by name."""
    weights = io.BytesIO()
    np.savez(weights, **_named(result))  # type: ignore[arg-type]
    members = {WEIGHTS: weights.getvalue()}
    return members if record is None else {**members, WORKSHEET: as_json(record).encode()}


def _named(result: Any) -> dict[str, NDArray[np.floating]]:
    """Return the weights by their names, each in C order, so that the same make the same bytes."""
    from mnistlab.results import named

    arrays = [np.ascontiguousarray(one) for one in result.network.get_weights()]
    return named(arrays)


def _activations(network: Any) -> list[str]:
    """Return the activation of each layer of weights."""
    hidden = len(network.layer_sizes) - 2
    return [network.hidden_activation] * hidden + [network.output_activation]


def _lab_of(record: Mapping[str, Any] | None) -> str:
    return str((record or {}).get("lab", ""))


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes, as "sha256:…".

    Example:
        >>> digest(b"")[:15]
        'sha256:e3b0c442'
    """
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    """Return a member's entry, the same on every system and at any time of day."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix, of which the next line is the permission
    entry.external_attr = 0o600 << 16
    return entry


def _encoded(array: NDArray[np.floating]) -> dict[str, Any]:
    """Return an array as JSON holds it: float16; float32 if small, or beyond ±65,504."""
    half = halved(array) if array.size > SMALL else array
    small = half if half.dtype == "<f2" and np.isfinite(half).all() else array.astype("<f4")
    return {
        "shape": list(array.shape),
        "dtype": small.dtype.name,
        "data": base64.b64encode(small.tobytes()).decode("ascii"),
    }


def halved(array: NDArray[np.floating]) -> NDArray[np.float16]:
    """Return a kernel, (inputs, units), in half precision; the errors of rounding cancel.

    Example:
        >>> halved(np.full((4, 1), 1.0004, "f4")).ravel()     # float16 knows 1 and 1.00098
        array([1.   , 1.001, 1.   , 1.001], dtype=float16)
    """
    half = np.empty(array.shape, "<f2")
    error = np.zeros(array.shape[1:], array.dtype)  # (units,)
    with np.errstate(over="ignore", invalid="ignore"):  # whoever asked looks for what is infinite
        for i, given in enumerate(array):
            half[i] = given + error  # (units,)
            error = given + error - half[i]
    return half
