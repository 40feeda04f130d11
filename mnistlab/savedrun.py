"""Reading a run's folder: result.json and weights.npz, checked before anything is believed."""

import dataclasses
import itertools
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mnistlab.config import ExperimentConfig
from mnistlab.errors import InputError
from mnistlab.runfolder import RECORD

NEWEST_VERSION = 1

Info = TypeVar("Info")


# ── what each part of result.json has to be ─────────────────────────────────────────────────────


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300  # neither NaN nor infinite, nor a whole number beyond floats


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _list_of(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(kind, value))


def _mapping_of(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(kind, value.values()))


def _is_matrix(value: Any) -> bool:
    """Whether these are the rows of a square matrix of counts."""
    rows_of_counts = _list_of(_list_of(_is_count))
    return rows_of_counts(value) and bool(value) and all(len(row) == len(value) for row in value)


NEEDED: dict[str, Callable[[Any], bool]] = {
    "config": lambda value: isinstance(value, dict),
    "dataset": lambda value: isinstance(value, dict),
    "parameters": _is_count,
    "test_loss": _is_number,
    "test_accuracy": lambda value: value is None or _is_number(value),
    "test_metrics": _mapping_of(_is_number),
    "history": _mapping_of(_list_of(_is_number)),
    "confusion_matrix": lambda value: value is None or _is_matrix(value),
    "seconds": _mapping_of(_is_number),
    "environment": _mapping_of(_is_text),
}
OF_A_REGRESSION: dict[str, Callable[[Any], bool]] = {
    "test_accuracy": lambda value: value is None,
    "confusion_matrix": lambda value: value is None,
    "test_metrics": lambda value: "mean_absolute_error" in value,
}
DATASET_NEEDED: dict[str, Callable[[Any], bool]] = {
    "name": _is_text,
    "digest": _is_text,
    "source": _is_text,
    "n_train": _is_count,
    "n_test": _is_count,
}
OPTIONAL: dict[str, Callable[[Any], bool]] = {
    "completed": lambda value: isinstance(value, bool),
    "stopped": _is_text,
}
DATASET_OPTIONAL: dict[str, Callable[[Any], bool]] = {
    "class_names": _list_of(_is_text),
    "image_shape": lambda value: _list_of(_is_count)(value) and len(value) in (2, 3),
    "scale": lambda value: _is_number(value) and value > 0,
}


# ── reading ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class SavedRun:
    """What lay in a run's folder.

    Attributes:
        record: the content of result.json, each part of the type it should have.
        config: its config.
        weights: [kernel, bias, kernel, bias, …], which fit each other.
    """

    record: dict[str, Any]
    config: ExperimentConfig
    weights: list[NDArray[np.floating]]

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, inputs first."""
        return (len(self.weights[0]), *(len(bias) for bias in self.weights[1::2]))

    def dataset(self, kind: type[Info]) -> Info:
        """Return the data set's part of the record as a dataclass of that kind."""
        known = {one.name for one in dataclasses.fields(kind)}  # type: ignore[arg-type]
        given = {k: _frozen(v) for k, v in self.record["dataset"].items() if k in known}
        return kind(**given)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def read(folder: Path) -> SavedRun:
    """Return what lies in a run's folder.

    Raises:
        InputError: no run, a broken file, weights that don't fit, or a newer version.
    """
    record = _read_record(folder)
    try:
        config = ExperimentConfig.from_settings(record["config"])
    except InputError as why:
        raise InputError(f"{folder / RECORD} is damaged: {why}") from why
    saved = SavedRun(record, config, _read_weights(folder))
    _must_belong_together(folder, saved)
    return saved


def _must_belong_together(folder: Path, saved: SavedRun) -> None:
    """Raise InputError where the weights are another network's than the record says."""
    sizes, record = saved.layer_sizes, saved.record
    if (
        sizes[1:-1] != saved.config.hidden_units
        or record["parameters"] != sum(w.size for w in saved.weights)
        or math.prod(record["dataset"].get("image_shape") or sizes[:1]) != sizes[0]
    ):
        raise InputError(f"{folder / 'weights.npz'} holds a network of {sizes} units, which isn't "
                         f"the one in {RECORD}. Run the experiment again.")  # fmt: skip


def _read_record(folder: Path) -> dict[str, Any]:
    """Return result.json with every part there."""
    path = folder / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except FileNotFoundError as why:
        raise InputError(f"{folder} holds no run: {RECORD} isn't there. Give the folder that "
                         "`mnistlab run` said it saved in, such as runs/….") from why  # fmt: skip
    except (OSError, ValueError, RecursionError) as why:
        raise InputError(f"{path} can't be read ({why}). Run the experiment again.") from why
    version = record.get("schema_version", 0) if isinstance(record, dict) else 0
    if not _is_count(version) or version < 1:
        raise InputError(f"{path} is no record of a run: it has no schema_version.")
    if version > NEWEST_VERSION:
        raise InputError(f"{path} is of version {version}, written by a newer "
                         "mnistlab. Update: pip install --upgrade mnistlab.")  # fmt: skip
    _must_hold(path, record, NEEDED, OPTIONAL)
    if record["test_accuracy"] is None or record["confusion_matrix"] is None:
        _must_hold(path, record, OF_A_REGRESSION, {})
    _must_hold(path, record["dataset"], DATASET_NEEDED, DATASET_OPTIONAL)
    return record


def _no_number(name: str) -> float:
    raise ValueError(f"it holds {name}, which is no number of JSON")


def _must_hold(
    path: Path,
    part: dict[str, Any],
    needed: dict[str, Callable[[Any], bool]],
    optional: dict[str, Callable[[Any], bool]],
) -> None:
    """Raise InputError where something is missing, or isn't what it has to be."""
    for name, right in {**needed, **optional}.items():
        if not (right(part[name]) if name in part else name in optional):
            raise InputError(f"{path} is damaged: {name!r} is missing or of the wrong type. "
                             "Run the experiment again.")  # fmt: skip


def _read_weights(folder: Path) -> list[NDArray[np.floating]]:
    """Return the weights in order, after making sure that each layer fits the one before."""
    path = folder / "weights.npz"
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            names = [f"{kind}_{k}" for k in range(len(file.files) // 2)
                     for kind in ("kernel", "bias")]  # fmt: skip
            if set(file.files) != set(names):
                raise ValueError(f"it holds {', '.join(file.files) or 'nothing'}")
            weights = [file[name] for name in names]
    except FileNotFoundError as why:
        raise InputError(f"{path} isn't there, and without weights there is no network.") from why
    except Exception as why:  # whatever a damaged file makes of zip, header and numbers
        raise InputError(f"{path} can't be read ({why}). Run the experiment again.") from why
    if not _fit(weights):
        shapes = [w.shape for w in weights]
        raise InputError(f"{path} holds arrays of shapes {shapes}, which make no network.")
    return weights


def _fit(weights: list[NDArray[Any]]) -> bool:
    """Whether kernels and biases follow each other with fitting shapes, and hold real numbers."""
    kernels, biases = weights[::2], weights[1::2]
    pairs = zip(kernels, biases, strict=True)
    return (
        bool(weights)
        and all(w.ndim == 2 and b.shape == w.shape[1:] for w, b in pairs)
        and all(w.shape[1] == n.shape[0] for w, n in itertools.pairwise(kernels))
        and all(w.dtype.kind == "f" and bool(np.isfinite(w).all()) for w in weights)
    )
