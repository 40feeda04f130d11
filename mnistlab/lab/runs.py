"""What a worksheet keeps of a run, and runs as students name them: a result, or its folder.

Example:
    >>> key({"config": {"seed": 7, "epochs": 5}}) == key({"config": {"epochs": 5, "seed": 7}})
    True
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.lab.claims import ExperimentRecord


def as_result(run: Any) -> Any:
    """Return an ExperimentResult, as it was given or from a saved run's folder.

    Raises:
        InputError: neither of them, or no run lies there.
    """
    from mnistlab.results import ExperimentResult

    if isinstance(run, ExperimentResult):
        return run
    if isinstance(run, str | os.PathLike):
        return ExperimentResult.load(run)
    raise InputError(f"{shown(run)} is no result of a run. Give what run_experiment returned, or "
                     "the folder of a saved run, such as 'runs/…'; of a model built step by "
                     "step: ExperimentResult.from_steps(dataset, model, history).")  # fmt: skip


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
