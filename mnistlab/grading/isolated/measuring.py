"""One submission's files → Facts: read, checked, and tested by the grader's own forward pass.

Runs in a process of its own (see `server`), because what it reads is hostile. It opens nothing:
bytes come in, numbers and texts go out.

Example:
    >>> measured([("essay.pdf", b"%PDF-1.7")], exam, ["ada"]).source          # doctest: +SKIP
    ''
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from mnistlab.checks import shown
from mnistlab.choices import ACTIVATIONS
from mnistlab.errors import InputError, SubmissionError
from mnistlab.grading.facts import Experiment, Facts
from mnistlab.grading.folders.plainfiles import whose
from mnistlab.grading.isolated.exam import Exam
from mnistlab.grading.isolated.forward import recognised
from mnistlab.grading.isolated.similarity import fingerprint
from mnistlab.lab import drawings
from mnistlab.lab.claims import Claim, WorksheetRecord
from mnistlab.lab.students import is_id, normal_id
from mnistlab.lab.submission import Submission, unpack
from mnistlab.lab.weights import Weights

# Which of several files counts: the first of these kinds; of one kind the last copy, "lab (1).zip".
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
    facts |= _claimed(claim) | _filled_in(sheet, exam.ids)
    stated = (claim and claim.student) or (sheet and sheet.student_id) or ""
    facts |= {"student": stated, "worksheet_student": sheet.student_id if sheet else "",
              "lab": (claim and claim.lab) or (sheet and sheet.lab) or ""}  # fmt: skip
    facts |= _expected(stated, aliases, exam, facts.get("numbers", ()))
    if chosen.submission.weights is not None:
        tested, why = _tested(chosen.submission.weights, claim, exam)
        facts |= tested
        problems += why
    return Facts(digest="", problems=_lines(problems), notes=_lines(notes), **facts)


def graded(files: Sequence[tuple[str, bytes | str]]) -> Weights | None:
    """Return the weights of the file that is graded, of several; None where there are none."""
    weights = [one.submission.weights for one in _unpacked(files)[0]]
    return next((one for one in reversed(weights) if one is not None), None)


def drawn(files: Sequence[tuple[str, bytes | str]]) -> tuple[str, tuple[str, ...]]:
    """Return the drawings in a submission's worksheet as a text, and why there are none.

    The text is written anew from what was read, so that it says nothing but pixels and classes.

    Returns:
        The text or "", and sentences: () where nothing was drawn, or all went well.
    """
    found, problems = _unpacked(files)
    sheet = _last(one.submission.worksheet for one in found)
    if sheet is None:
        problems = [*(text for one in found for text in one.submission.problems), *problems]
        return "", _lines(problems or [NOTHING] * (not found))
    try:
        read = drawings.read(sheet.digits) if sheet.digits else None
    except InputError as why:
        return "", (str(why)[:2000],)
    return ("" if read is None else drawings.write(read.images, read.labels)), ()


def _unpacked(files: Sequence[tuple[str, bytes | str]]) -> tuple[list[Read], list[str]]:
    """Return what could be read, what counts most last; and why the rest couldn't be read."""
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
    found.sort(key=lambda one: (-ORDER.index(one.submission.source), whose(one.name)[1]))
    return found, problems


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    """Return texts as Facts hold them: each once, none too long, not too many."""
    return tuple(dict.fromkeys(text[:2000] for text in texts))[:50]


def _last(values: Any) -> Any:
    """Return the last value that isn't None, or None."""
    return next((one for one in reversed(list(values)) if one is not None), None)


def _expected(
    stated: str, aliases: Sequence[str], exam: Exam, answered: Collection[str]
) -> dict[str, Any]:
    """Return the right numbers for the student, and for whom the file states, if another.

    Which of them count is decided where the class is known (see grader).
    """
    stated = stated if is_id(stated) else ""
    known = {normal_id(one) for one in aliases}
    own = stated if stated and (not aliases or normal_id(stated) in known) else ""
    own = own or (aliases[0] if aliases else "nobody")
    other = exam.expected(stated, answered) if stated and stated != own else {}
    return {"expected_for": own, "expected": exam.expected(own, answered), "expected_other": other}


def _claimed(claim: Claim | None) -> dict[str, Any]:
    """Return what the file says of itself."""
    if claim is None:
        return {}
    return {
        "partners": claim.partners, "seed": claim.seed, "config": claim.config,
        "dataset": _printable(claim.dataset), "dataset_digest": claim.dataset_digest,
        "claimed_accuracy": claim.accuracy, "claimed_parameters": claim.parameters,
        "history": claim.history, "completed": claim.completed,
    }  # fmt: skip


def _printable(text: str) -> str:
    """Return a text with a sign for each character that would do something to a terminal."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def _filled_in(sheet: WorksheetRecord | None, ids: Collection[str]) -> dict[str, Any]:
    """Return what the worksheet holds of questions that the lab has."""
    if sheet is None:
        return {}
    return {
        "predictions": {k: str(value) for k, value in sheet.predictions.items() if k in ids},
        "numbers": {k: value for k, value in sheet.numbers.items() if k in ids},
        "answers": {k: text for k, text in sheet.answers.items() if k in ids},
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
    for name, other in (("private", exam.private), ("own", exam.own)):
        if other is not None:
            facts[f"{name}_correct"], _ = recognised(weights.arrays, activations, other.blocks,
                                                     other.y)  # fmt: skip
            facts[f"n_{name}"] = other.count
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
