"""The process that trains a stated config again: a config on stdin, figures on stdout.

    python -m mnistlab.grading.flagging.replaying

It reads one JSON object: {"config": {…}, "dataset": name, "path": file or null, "weights": .npz
or null, "memory": bytes}, and prints one: {"accuracy": …, "fingerprint": […], "drift": …}, or
{"failed": why}; with {"limited": whether memory is}. `replay` starts it, watches the clock, and
hands it nothing of a submission but settings that ExperimentConfig has checked, and weights that
the grader has checked.

Example:
    >>> asked = {"config": {"engine": "classic", "hidden_units": 4, "epochs": 1},
    ...          "dataset": "iris", "path": None, "weights": None}
    >>> sorted(trained(asked))
    ['accuracy', 'drift', 'fingerprint']
"""

import contextlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.config import ExperimentConfig
from mnistlab.errors import MnistlabError
from mnistlab.grading.isolated import similarity
from mnistlab.grading.isolated.sandbox import possible


def trained(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what training a config gives.

    Args:
        asked: as the module's text says; config holds fields of ExperimentConfig.

    Raises:
        MnistlabError: a config or data that can't be used, or a training that diverges.
    """
    from mnistlab.experiment import run_experiment  # a training, which nothing else here needs

    config = ExperimentConfig.from_settings(asked["config"])
    with contextlib.redirect_stderr(io.StringIO()):  # advice to students
        result = run_experiment(config, dataset=asked["dataset"], path=asked["path"], verbose=0)
    weights = result.network.get_weights()
    stated = asked["weights"]
    return {
        "accuracy": result.test_accuracy,
        "fingerprint": similarity.fingerprint(weights),
        "drift": None if stated is None else similarity.drift(weights, _arrays(stated)),
    }


def _arrays(path: str) -> Sequence[NDArray[Any]]:
    """Return kernel_0, bias_0, kernel_1, … of an .npz file that the grader wrote."""
    with np.load(path, allow_pickle=False) as file:
        layers = range(len(file.files) // 2)
        return [file[f"{part}_{k}"] for k in layers for part in ("kernel", "bias")]


def _limit(memory: int) -> bool:
    """Keep this process to so many bytes; return whether the system can do that."""
    if not possible().memory:  # Windows, macOS
        return False
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError):  # a lower limit holds already
        return resource.getrlimit(resource.RLIMIT_AS)[1] != resource.RLIM_INFINITY
    return True


def main() -> None:
    """Read what is asked, and print what came of it."""
    asked = json.loads(sys.stdin.read())
    limited = _limit(asked["memory"])
    try:
        answer = trained(asked)
    except MemoryError:
        answer = {"failed": "The training needs more memory than it may use."}
    except MnistlabError as why:
        answer = {"failed": str(why)}
    print(json.dumps({**answer, "limited": limited}))


if __name__ == "__main__":
    main()
