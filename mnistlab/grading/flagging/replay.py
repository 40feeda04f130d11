"""A stated config, trained again: does it give the accuracy and the weights that were handed in?

The same config and seed give the same network in both engines, but for rounding. Measured on MNIST,
784-512-10, 5 epochs where nothing else stands here ("drift": all weights, units in their places;
"fingerprint": √ of half the mean square of the differences; "points": percentage points of
accuracy):

                                                        drift     fingerprint   points
    same engine, same machine                           0         0             0
    Keras and the network from scratch
        sigmoid (tanh, all-sigmoid, Adam: drift alone)  0.0002    0.0005        0.01
        ReLU, β 0.1 (128-64, RMSprop: drift to 0.10)    0.04      0.04          0.07
        ReLU, β 0.5                                     0.35      0.29          0.16
    5 epochs instead of 4; 10 instead of 9              0.09, 0.05   0.14, 0.07    0.15
    5 epochs instead of 2                               0.33      0.52          1.6
    β 0.45 instead of 0.5                               0.09      0.08          0.13
    another seed                                        1.37      0.93          0.2

Smooth hidden units keep rounding small, so an epoch too many shows. A ReLU unit is on or off, and
rounding decides where it is close; there only another seed (1.41) or rule shows. Adam instead of
SGD drifts 1.15.

Accuracy counts as stated and as measured. Without the weights only fingerprints are compared, and
those can be made to agree: the caller should give the weights.

The training runs in a process of its own, with limits on time and memory, and in an empty folder,
so that no file of a submission is imported. Of the submission it is given nothing but settings
that ExperimentConfig knows and has checked.

Example:
    >>> facts = Facts(digest="", config={"epochs": 5, "seed": 7})
    >>> replay(facts, seconds=60, dataset="iris").said
    "Its config doesn't state optimizer, batch_size, order."
"""

import itertools
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import mnistlab
from mnistlab.config import ExperimentConfig
from mnistlab.errors import InputError
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Flag
from mnistlab.grading.scale import percent

PROGRAM = "mnistlab.grading.flagging.replaying"

ACCURACY = 0.005  # apart, up to which it is the same training
OF_PATTERNS = 1.5  # wrong or right by rounding: of few test patterns that is more
UNLIMITED = "This system can't limit a training's memory."
# The same for drift and fingerprint: of smooth hidden units, and of those that rounding turns.
SMOOTH, ROUGH = 0.04, 0.5
SMOOTH_UNITS = ("sigmoid", "tanh", "linear")
MEMORY = 8 * 2**30  # bytes of address space; a training of MNIST takes 3
MOST_EPOCHS, MOST_LAYERS, MOST_PARAMETERS = 10_000, 20, 50_000_000
NEEDED = ("seed", "epochs", "optimizer", "batch_size", "order")


@dataclass(frozen=True)
class Replay:
    """What training a stated config again gave.

    Attributes:
        accuracy: on the data set's own test patterns; None where it wasn't trained.
        distance: from the weights handed in: their drift where they were given, else that of
            the fingerprints; None where neither is there.
        agrees: whether it is the training that the submission states; None: not known.
        said: what came of it, in a sentence or two; also where memory couldn't be limited.
    """

    accuracy: float | None
    distance: float | None
    agrees: bool | None
    said: str

    @property
    def flag(self) -> Flag | None:
        """A flag where it isn't the training that was stated."""
        return Flag(kind="replay", text=self.said) if self.agrees is False else None


def replay(
    facts: Facts,
    seconds: float,
    *,
    dataset: str,
    path: str | os.PathLike[str] | None = None,
    weights: str | os.PathLike[str] | None = None,
    memory: int = MEMORY,
) -> Replay:
    """Train a submission's stated config again, and compare.

    Args:
        facts: of the submission.
        seconds: how long the training may take.
        dataset: the lab's data set, by name or file: the only one that is trained on.
        path: where it lies.
        weights: an .npz file with the submission's weights (kernel_0, bias_0, …), written by the
            grader after it has checked them; None: fingerprints are compared.
        memory: how many bytes of address space the training may use.

    Returns:
        A Replay; one that says why where the config can't be trained again.
    """
    config, refused = _checked(facts, dataset)
    if config is None:
        return Replay(None, None, None, refused)
    asked = {"config": config, "dataset": dataset, "path": _absolute(path),
             "weights": _absolute(weights), "memory": memory}  # fmt: skip
    answer = _answer(json.dumps(asked), seconds)
    if "failed" in answer:
        return Replay(None, None, None, f"It could not be trained again. {answer['failed']}")
    return _compared(facts, answer)


# ── what may be trained ─────────────────────────────────────────────────────────────────────────


def _checked(facts: Facts, dataset: str) -> tuple[dict[str, Any] | None, str]:
    """Return the settings to train with, or None and why not."""
    known = {one.name for one in fields(ExperimentConfig)}
    stated = {name: value for name, value in facts.config.items() if name in known}
    missing = [name for name in NEEDED if stated.get(name) is None]
    if missing:
        return None, f"Its config doesn't state {', '.join(missing)}."
    if not facts.completed:
        return None, "Its training was interrupted, so it can't be repeated."
    trained_on = facts.dataset or stated.get("dataset")
    if trained_on not in (None, "auto", dataset):
        return None, f"It states that it was trained on other data than {dataset}."
    try:
        config = ExperimentConfig.from_settings({**stated, "dataset": dataset})
    except (InputError, TypeError) as why:
        return None, f"Its config can't be used: {why}"
    refused = _refused(config, facts)
    return (None, refused) if refused else ({**config.as_dict(), "engine": "classic"}, "")


def _refused(config: ExperimentConfig, facts: Facts) -> str:
    """Return why a config isn't trained again; "" where it is."""
    if config.deformation is not None:
        return "Deformed images are not trained again: that takes hours."
    if config.dtype_policy != "float32":
        return f"dtype_policy={config.dtype_policy!r} is Keras's alone."
    if config.engine != "classic" and (config.dropout or config.input_dropout):
        return "Keras leaves out other units than the network from scratch, so they differ."
    if config.epochs > MOST_EPOCHS:
        return f"It states {config.epochs:,} epochs; at most {MOST_EPOCHS:,} are trained again."
    hidden = config.hidden_units
    ends = (facts.layer_sizes[0], facts.layer_sizes[-1]) if facts.layer_sizes else (784, 10)
    sizes = (ends[0], *hidden, ends[1])
    parameters = sum((n + 1) * m for n, m in itertools.pairwise(sizes))
    if len(hidden) > MOST_LAYERS or parameters > MOST_PARAMETERS:
        return f"It states a network with {parameters:,} parameters, more than is trained again."
    if facts.layer_sizes and sizes != facts.layer_sizes:
        stated, there = ("-".join(map(str, one)) for one in (sizes, facts.layer_sizes))
        return f"Its config states {stated}, but its weights are those of {there}."
    return ""


# ── trained ─────────────────────────────────────────────────────────────────────────────────────


def _absolute(path: str | os.PathLike[str] | None) -> str | None:
    """Return a path that holds in any folder."""
    return None if path is None else os.path.abspath(path)


def _answer(asked: str, seconds: float) -> dict[str, Any]:
    """Return what the process that trains says, or {"failed": why}."""
    with tempfile.TemporaryDirectory(prefix="mnistlab-replay-") as empty:
        process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM], cwd=empty, env=_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", start_new_session=True,
        )  # fmt: skip
        try:
            said, _ = process.communicate(asked, timeout=seconds)
        except subprocess.TimeoutExpired:
            return {"failed": f"The training took longer than {seconds:g} s."}
        finally:
            _end(process)
    try:
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    except (IndexError, ValueError):
        return {"failed": f"The training broke off (status {process.returncode})."}
    return answer


def _environment() -> dict[str, str]:
    """Return an environment in which Python finds the same packages, and none in a folder at hand.

    The process starts in an empty folder, because Python looks for modules where it starts.
    """
    package = str(Path(mnistlab.__file__).resolve().parent.parent)
    places = [package, *(one for one in sys.path if os.path.isabs(one))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(places))}


def _end(process: "subprocess.Popen[str]") -> None:
    """End the process and whatever it started."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:  # Windows
            process.kill()
    process.communicate()


# ── compared ────────────────────────────────────────────────────────────────────────────────────


def _compared(facts: Facts, answer: Mapping[str, Any]) -> Replay:
    """Return what a training says about the submission."""
    accuracy = answer["accuracy"]
    if accuracy is None:
        return Replay(None, None, None, "It was trained again, but has no accuracy to compare.")
    distance, what = _distance(facts, answer)
    limit = SMOOTH if facts.config.get("hidden_activation", "sigmoid") in SMOOTH_UNITS else ROUGH
    said = f"Trained again as stated, it reaches {percent(accuracy)}"
    stated, measured, count = facts.claimed_accuracy, *_measured(facts)
    if stated is not None:
        said += f"; the submission states {percent(min(max(stated, 0), 1))}"
    if measured is not None:
        said += f"; {percent(measured)} were measured"
    room = max(ACCURACY, OF_PATTERNS / count) if count else ACCURACY
    same = all(abs(accuracy - one) <= room for one in (stated, measured) if one is not None)
    if distance is not None:
        said += f". The {what} are {distance:.2g} apart, where up to {limit:g} is rounding"
        same = same and distance <= limit
    said += "." if answer.get("limited", True) else f". {UNLIMITED}"
    return Replay(accuracy, distance, same, said)


def _measured(facts: Facts) -> tuple[float | None, int]:
    """Return the measured accuracy on the data set's own test patterns, and their number."""
    if facts.own_correct is not None and facts.n_own:
        return facts.own_correct / facts.n_own, facts.n_own
    return facts.measured_accuracy, facts.n_test


def _distance(facts: Facts, answer: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return how far the networks are apart, and what was compared."""
    if answer["drift"] is not None:
        return answer["drift"], "weights"
    there, here = facts.fingerprint, answer["fingerprint"]
    if not there or len(there) != len(here):
        return None, ""
    return math.dist(there, here) / math.sqrt(2 * len(here)), "fingerprints"
