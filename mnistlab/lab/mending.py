"""What a student can still mend before it is handed in, each in a sentence that says how.

Example:
    >>> list(to_mend(Handed(None, "ada", ("Ada",), None, None)))
    ["partners names yourself, 'ada'. Name the others only."]
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mnistlab.datasets import NAMES
from mnistlab.lab.assignment import Lab
from mnistlab.lab.claims import WorksheetRecord, worksheet_of
from mnistlab.lab.students import normal_id, personal_seed, same_id
from mnistlab.lab.worksheet import PARTS


@dataclass(frozen=True)
class Handed:
    """What is handed in; None is what could not be found out, or isn't there.

    Attributes:
        result: the ExperimentResult; student: the id; partners: the others'.
        record: the worksheet's record; sheet: the same, checked.
        lab: the assignment.
    """

    result: Any
    student: str | None
    partners: tuple[str, ...] | None
    record: dict[str, Any] | None
    lab: Lab | None

    @property
    def sheet(self) -> WorksheetRecord | None:
        """The worksheet's record, checked."""
        return None if self.record is None else worksheet_of(self.record)

    @property
    def parts(self) -> tuple[Any, str, tuple[str, ...], dict[str, Any] | None, str]:
        """What is packed."""
        lab = self.lab.lab.name if self.lab else ""
        return self.result, self.student or "", self.partners or (), self.record, lab

    @property
    def called(self) -> str:
        """What its file is called after: the lab, or the data set where no lab is known."""
        return self.lab.lab.name if self.lab else str(self.result.dataset.name)


def to_mend(handed: Handed) -> Iterator[str]:
    """Yield what a student can still mend, each in a sentence that says how."""
    yield from _of_people(handed)
    if handed.result is not None:
        yield from _of_the_training(handed)
        if handed.lab is not None:
            yield from _of_the_network(handed.result, handed.lab)
    if handed.sheet is not None:
        yield from _of_the_worksheet(handed.sheet, handed)


def _of_people(handed: Handed) -> Iterator[str]:
    """Yield what is wrong with the partners."""
    ids = [normal_id(one) for one in handed.partners or ()]
    if handed.student and normal_id(handed.student) in ids:
        yield (f"partners names yourself, {handed.student!r}. Name the others only.")
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        yield f"partners names {twice!r} twice. Name each once."


def _of_the_network(result: Any, lab: Lab) -> Iterator[str]:
    """Yield where the result is another's than the lab's: data set, layers, activations."""
    used, asked = result.dataset.name, lab.lab.dataset
    fits = {"auto": ("mnist", "mnist_5k")}.get(asked, (asked,))
    if asked in NAMES and used not in fits:
        yield (f"The result is of the data set {used!r}, but this lab is about {asked!r}. Run the "
               f"experiment again with dataset={fits[0]!r}.")  # fmt: skip
    wanted = lab.network.layer_sizes
    if result.layer_sizes != wanted:
        yield (f"The network is {sizes(result.layer_sizes)}, but this lab asks for "
               f"{sizes(wanted)}. Hand in a network of these layers; the others belong into the "
               "worksheet: sheet.save(run).")  # fmt: skip
    network = result.network
    used_words = (network.hidden_activation, network.output_activation)
    words = (lab.network.hidden_activation, lab.network.output_activation)
    if used_words != words:
        yield (f"Its activations are {' and '.join(used_words)}, but this lab asks for "
               f"{' and '.join(words)}.")  # fmt: skip


def sizes(layers: Sequence[int]) -> str:
    """Return the units of each layer as people write them: 784-512-10."""
    return "-".join(map(str, layers))


def _of_the_training(handed: Handed) -> Iterator[str]:
    """Yield where training wasn't the student's own, or not all of it."""
    result = handed.result
    if not result.completed:
        yield (f"Training was interrupted after {result.history.epochs} of {result.config.epochs} "
               "epochs. Let it run to its end, and hand in that result.")  # fmt: skip
    seed = result.config.seed
    if seed is None or handed.student is None:
        return
    own = personal_seed(handed.student)
    if seed not in (own, *map(personal_seed, handed.partners or ())):
        yield (f"The seed was {seed}, but {handed.student!r} has the personal seed {own}. Train "
               f"with seed=mnistlab.personal_seed({handed.student!r}).")  # fmt: skip


def _of_the_worksheet(sheet: WorksheetRecord, handed: Handed) -> Iterator[str]:
    """Yield where the worksheet is another's, or not filled in."""
    if handed.student and not same_id(sheet.student_id, handed.student):
        yield (f"The worksheet is of {sheet.student_id!r}, and you hand in as {handed.student!r}. "
               "Give your own worksheet, or the id that it was begun with.")  # fmt: skip
    lab = handed.lab
    if lab is None:
        return
    if sheet.lab != lab.lab.name:
        yield (f"The worksheet is for the lab {sheet.lab!r}, but this is {lab.lab.name!r}. Begin "
               f"it with mnistlab.Worksheet({lab.lab.name!r}, …).")  # fmt: skip
    empty = [one.id for one in lab.question if not one.bonus and not _is_filled(sheet, one)]
    if empty:
        questions = "question is" if len(empty) == 1 else "questions are"
        yield f"{len(empty)} {questions} still empty: {', '.join(empty)}."


def _is_filled(sheet: WorksheetRecord, question: Any) -> bool:
    """Whether a question has a value with something in it."""
    given = getattr(sheet, PARTS[question.kind]).get(question.id)
    return given is not None and bool(str(given).strip())
