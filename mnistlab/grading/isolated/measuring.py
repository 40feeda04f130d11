"""One submission's files → Facts: read, checked, and tested by the grader's own forward pass.

Runs in a process of its own (see `server`), because what it reads is hostile. It opens nothing:
bytes come in, numbers and texts go out.

Example:
    >>> measured([("essay.pdf", b"%PDF-1.7")], exam, ["ada"]).source          # doctest: +SKIP
    ''
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnistlab.checks import shown
from mnistlab.choices import ACTIVATIONS
from mnistlab.errors import SubmissionError
from mnistlab.grading.facts import Experiment, Facts
from mnistlab.grading.isolated.exam import Exam
from mnistlab.grading.isolated.forward import recognised
from mnistlab.grading.isolated.similarity import fingerprint
from mnistlab.lab.claims import Claim, WorksheetRecord
from mnistlab.lab.students import normal_id
from mnistlab.lab.submission import Submission, unpack
from mnistlab.lab.weights import Weights

# Which of several files counts: the first of these kinds; of one kind the last.
ORDER = ("zip", "notebook", "keras", "h5", "npz", "record", "worksheet")
NOTHING = ("Nothing was handed in that can be graded. Hand in the zip that mnistlab.submit wrote, "
           "or the notebook (.ipynb) with its outputs.")  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A file that could be read."""

    name: str
    submission: Submission


def measured(files: Sequence[tuple[str, bytes | str]], exam: Exam, aliases: Sequence[str]) -> Facts:
    """Return the facts of one submission.

    Args:
        files: (name, bytes) of each, or (name, why it couldn't be opened).
        exam: what it is tested with.
        aliases: the ids of the student, the first of which counts where the file names none.

    Returns:
        Facts without a digest, which whoever opened the files adds.
    """
    found, problems = _unpacked(files)
    found.sort(key=lambda one: -ORDER.index(one.submission.source))  # stable: the last stays last
    notes = [note for one in found for note in one.submission.notes]
    weighty = [one for one in found if one.submission.weights is not None]
    if weighty:  # what else was handed in, and couldn't be read, is no problem any more
        problems, notes = list(weighty[-1].submission.problems), [*notes, *problems]
    else:
        problems = [*(text for one in found for text in one.submission.problems), *problems]
    if len(weighty) > 1:
        notes.append(f"{len(weighty)} files with a network were handed in; "
                     f"{shown(weighty[-1].name)} was graded.")  # fmt: skip
    if not found and not problems:
        problems = [NOTHING]
    chosen = (weighty or found or [Read("", Submission(""))])[-1]
    facts: dict[str, Any] = {"file": chosen.name[:300], "source": chosen.submission.source}
    claim = _last(one.submission.claim for one in (*found, chosen))
    sheet = _last(one.submission.worksheet for one in (*found, chosen))
    facts |= _claimed(claim) | _filled_in(sheet)
    facts["student"] = (claim and claim.student) or (sheet and sheet.student_id) or ""
    facts["expected"] = exam.expected(_whose(str(facts["student"]), aliases),
                                      facts.get("numbers", ()))  # fmt: skip
    if chosen.submission.weights is not None:
        tested, why = _tested(chosen.submission.weights, claim, exam)
        facts |= tested
        problems += why
    return Facts(digest="", problems=_lines(problems), notes=_lines(notes), **facts)


def _unpacked(files: Sequence[tuple[str, bytes | str]]) -> tuple[list[Read], list[str]]:
    """Return what could be read, and why the rest couldn't."""
    found, problems = [], []
    for name, data in files:
        try:
            if isinstance(data, str):
                raise SubmissionError(data)
            found.append(Read(name, unpack(name, data)))
        except SubmissionError as why:
            problems.append(str(why))
        except RecursionError:
            problems.append(f"{shown(name)} is nested too deeply to be read. Let mnistlab.submit "
                            "write it again.")  # fmt: skip
        except MemoryError:
            problems.append(f"Reading {shown(name)} took more memory than one submission may. "
                            "Let mnistlab.submit write it again.")  # fmt: skip
    return found, problems


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    """Return texts as Facts hold them: each once, none too long, not too many."""
    return tuple(dict.fromkeys(text[:2000] for text in texts))[:50]


def _last(values: Any) -> Any:
    """Return the last value that isn't None, or None."""
    return next((one for one in reversed(list(values)) if one is not None), None)


def _whose(stated: str, aliases: Sequence[str]) -> str:
    """Return the id whose personal seed counts: the stated one where it is the student's."""
    known = {normal_id(one) for one in aliases}
    if aliases and normal_id(stated) not in known:
        return aliases[0]
    return stated if normal_id(stated) else "nobody"


def _claimed(claim: Claim | None) -> dict[str, Any]:
    """Return what the file says of itself."""
    if claim is None:
        return {}
    return {
        "partners": claim.partners, "seed": claim.seed, "config": claim.config,
        "dataset": claim.dataset, "dataset_digest": claim.dataset_digest,
        "claimed_accuracy": claim.accuracy, "claimed_parameters": claim.parameters,
        "history": claim.history, "completed": claim.completed,
    }  # fmt: skip


def _filled_in(sheet: WorksheetRecord | None) -> dict[str, Any]:
    """Return what the worksheet holds."""
    if sheet is None:
        return {}
    return {
        "predictions": {name: str(value) for name, value in sheet.predictions.items()},
        "numbers": dict(sheet.numbers),
        "answers": dict(sheet.answers),
        "experiments": tuple(Experiment(config=one.config, test_accuracy=one.test_accuracy)
                             for one in sheet.experiments),
    }  # fmt: skip


def _tested(
    weights: Weights, claim: Claim | None, exam: Exam
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what the network is and recognises, and why it couldn't be tested."""
    activations = weights.activations or _stated(weights, claim) or _asked_for(weights, exam)
    facts: dict[str, Any] = {
        "layer_sizes": weights.layer_sizes,
        "activations": activations,
        "parameters": weights.parameters,
        "fingerprint": fingerprint(weights.arrays),
    }
    sizes = weights.layer_sizes
    if sizes[0] != exam.network.inputs or sizes[-1] != exam.network.classes:
        said = (f"The network takes {sizes[0]:,} numbers and has {sizes[-1]:,} outputs, but a "
                f"pattern of this lab has {exam.network.inputs:,} and there are "
                f"{exam.network.classes:,} classes. Hand in the network of this lab.")  # fmt: skip
        return facts, (said,)
    test = exam.test
    facts["correct"], facts["confusions"] = recognised(
        weights.arrays, activations, test.blocks, test.y
    )
    facts["n_test"] = test.count
    if exam.private is not None:
        private = exam.private
        facts["private_correct"], _ = recognised(
            weights.arrays, activations, private.blocks, private.y
        )
        facts["n_private"] = private.count
    return facts, ()


def _stated(weights: Weights, claim: Claim | None) -> tuple[str, ...]:
    """Return the activations that the claim states, where they fit the network."""
    said = claim.activations if claim else ()
    fits = len(said) == len(weights.arrays) // 2 and set(said) <= set(ACTIVATIONS)
    return said if fits else ()


def _asked_for(weights: Weights, exam: Exam) -> tuple[str, ...]:
    """Return the activations that the lab asks for, where the file says none."""
    hidden = (exam.network.hidden_activation,) * (len(weights.arrays) // 2 - 1)
    return (*hidden, exam.network.output_activation)
