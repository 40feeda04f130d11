"""Reading a run's folder: result.json and weights.npz, checked before anything is believed."""

import dataclasses
import itertools
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mnistlab.config import ExperimentConfig
from mnistlab.errors import InputError
from mnistlab.runfolder import RECORD

NEWEST_VERSION = 1
NEEDED = {
    "config": dict,
    "dataset": dict,
    "parameters": int,
    "test_loss": (int, float),
    "test_accuracy": (int, float),
    "test_metrics": dict,
    "history": dict,
    "confusion_matrix": list,
    "seconds": dict,
    "environment": dict,
}

Info = TypeVar("Info")


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
    config = dict(record["config"])
    if isinstance(config.get("hidden_units"), list):
        config["hidden_units"] = tuple(config["hidden_units"])
    return SavedRun(record, ExperimentConfig.from_settings(config), _read_weights(folder))


def _read_record(folder: Path) -> dict[str, Any]:
    """Return result.json with every part there."""
    path = folder / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as why:
        raise InputError(f"{folder} holds no run: {RECORD} isn't there. Give the folder that "
                         "`mnistlab run` said it saved in, such as runs/….") from why  # fmt: skip
    except (OSError, ValueError, RecursionError) as why:
        raise InputError(f"{path} can't be read ({why}). Run the experiment again.") from why
    if not isinstance(record, dict) or not isinstance(record.get("schema_version"), int):
        raise InputError(f"{path} is no record of a run: it has no schema_version.")
    if record["schema_version"] > NEWEST_VERSION:
        raise InputError(f"{path} is of version {record['schema_version']}, written by a newer "
                         "mnistlab. Update: pip install --upgrade mnistlab.")  # fmt: skip
    for name, kind in NEEDED.items():
        if not isinstance(record.get(name), kind):  # type: ignore[arg-type]
            raise InputError(f"{path} is damaged: {name!r} is missing or of the wrong type. "
                             "Run the experiment again.")  # fmt: skip
    return record


def _read_weights(folder: Path) -> list[NDArray[np.floating]]:
    """Return the weights in order, after making sure that each layer fits the one before."""
    path = folder / "weights.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            weights = [file[f"{kind}_{k // 2}"] for k, kind in enumerate(
                ["kernel", "bias"] * (len(file.files) // 2))]  # fmt: skip
    except FileNotFoundError as why:
        raise InputError(f"{path} isn't there, and without weights there is no network.") from why
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as why:
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
