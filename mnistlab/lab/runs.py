"""What a worksheet keeps of a run, and runs as students name them: a result, or its folder.

Example:
    >>> key({"config": {"seed": 7, "epochs": 5}}) == key({"config": {"epochs": 5, "seed": 7}})
    True
"""

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.lab.claims import ExperimentRecord
from mnistlab.runfolder import FILES, RECORD

OF_KERAS = (".keras", ".h5", ".hdf5")


def as_result(run: Any) -> Any:
    """Return an ExperimentResult, as it was given or from a saved run's folder.

    Raises:
        InputError: neither of them, a file, or no run lies there.
    """
    from mnistlab.results import ExperimentResult

    if isinstance(run, ExperimentResult):
        return run
    if isinstance(run, str | os.PathLike):
        return ExperimentResult.load(_no_file(run))
    raise InputError(f"{shown(run)} is no result of a run. Give what run_experiment returned, or "
                     "the folder of a saved run, such as 'runs/…'; of a model built step by "
                     "step: ExperimentResult.from_steps(dataset, model, history).")  # fmt: skip


def _no_file(run: str | os.PathLike[str]) -> str:
    """Return where a run should lie; raise InputError where that is a file, with what to do."""
    place = os.path.expanduser(os.fspath(run))
    if place.startswith("~"):
        raise InputError(f"{shown(place)} is in nobody's home here. Give the folder of a saved "
                         "run, such as runs/….")  # fmt: skip
    if os.path.isfile(place):
        raise InputError(_in_place_of_a_folder(Path(place)))
    return place


def _in_place_of_a_folder(file: Path) -> str:
    """Return what to give, where a file was given for a run."""
    ending = file.suffix.lower()
    if file.name in FILES and (file.parent / RECORD).is_file():
        folder = Path.cwd() if file.parent == Path() else file.parent
        return f"{file} is a file of a saved run. Give its folder: {folder}."
    if ending == ".zip" and _is_handed_in(file):
        return (f"{file} is already what you hand in: mnistlab.submit wrote it. Where a run is "
                "asked for, give the run's folder, such as runs/….")  # fmt: skip
    if ending in OF_KERAS and not file.name.lower().endswith(".weights.h5"):
        return (f"{file} is a model of Keras, and a run is more than that. Make a result of it, "
                "and give that: mnistlab.ExperimentResult.from_steps(dataset, "
                f"keras.models.load_model({str(file)!r}), history).")  # fmt: skip
    return (f"{file} is a file, and a run is a folder. Give the one that `mnistlab run` said it "
            "saved in, such as runs/….")  # fmt: skip


def _is_handed_in(file: Path) -> bool:
    """Whether a zip is one that `submit` wrote."""
    try:
        with zipfile.ZipFile(file) as archive:
            return "submission.json" in archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def experiment_of(result: Any) -> dict[str, Any]:
    """Return what a worksheet keeps of a run: {"config": …, "test_accuracy": …}.

    Raises:
        InputError: a setting that a record can't hold, such as a seed of 2⁶³ or more.
    """
    accuracy = result.test_accuracy
    said = {"config": result.config.as_dict(),
            "test_accuracy": None if accuracy is None else float(accuracy)}  # fmt: skip
    try:
        kept: dict[str, Any] = ExperimentRecord.model_validate(said).model_dump(mode="json")
    except ValidationError as why:
        first = why.errors(include_url=False, include_context=False, include_input=False)[0]
        raise InputError(f"This run can't be recorded: {'.'.join(map(str, first['loc']))}: "
                         f"{first['msg'].removeprefix('Value error, ')}.") from None  # fmt: skip
    return kept


def key(experiment: Mapping[str, Any]) -> str:
    """Return by what two runs of the same config are known as one."""
    return json.dumps(experiment["config"], sort_keys=True)
