"""What a student can still mend before it is handed in, each in a sentence that says how.

Example:
    >>> list(to_mend(Handed(None, "ada", ("Ada",), None, None)))
    ["partners names yourself, 'ada'. Name the others only."]
"""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnistlab.datasets import NAMES
from mnistlab.lab import bounds
from mnistlab.lab.assignment import Accuracy, Config, Lab, Private
from mnistlab.lab.claims import WorksheetRecord, worksheet_of
from mnistlab.lab.students import normal_id, personal_seed, same_id
from mnistlab.lab.worksheet import empty

WIDEST, INDENT = 90, " " * 5  # of a line; below the number of a sentence in a list


@dataclass(frozen=True)
class Handed:
    """What is handed in; None is what could not be found out, or isn't there.

    Attributes:
        result: the ExperimentResult; student: the id; partners: the others', as they were given.
        record: the worksheet's record; sheet: the same, checked.
        lab: the assignment; lab_as: how it was named.
        found: the worksheet's file; several where it isn't said which of them.
        is_said: whether it was said what the worksheet is, False for none included.
    """

    result: Any
    student: str | None
    partners: tuple[str, ...] | None
    record: dict[str, Any] | None
    lab: Lab | None
    lab_as: str = ""
    found: tuple[Path, ...] = ()
    is_said: bool = False

    @property
    def others(self) -> tuple[str, ...]:
        """The partners as they are written: each once, and not the student's own id."""
        own = normal_id(self.student or "")
        named = {normal_id(one): one for one in reversed(self.partners or ())}
        return tuple(one for key, one in reversed(named.items()) if key != own)

    @property
    def sheet(self) -> WorksheetRecord | None:
        """The worksheet's record, checked."""
        return None if self.record is None else worksheet_of(self.record)

    @property
    def parts(self) -> tuple[Any, str, tuple[str, ...], dict[str, Any] | None, str]:
        """What is packed."""
        lab = self.lab.lab.name if self.lab else ""
        return self.result, self.student or "", self.others, self.record, lab

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
            yield from _of_the_rules(handed.result, handed.lab)
    if handed.sheet is not None:
        yield from _of_the_worksheet(handed.sheet, handed)
    elif not handed.is_said:
        yield from _of_no_worksheet(handed)


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
    used, asked, fits = result.dataset.name, lab.lab.dataset, _data_sets(lab)
    if asked in NAMES and used not in fits:
        yield (f"The result is of the data set {used!r}, but this lab is about {asked!r}. Run the "
               f"experiment again with dataset={fits[0]!r} (--dataset {fits[0]}).")  # fmt: skip
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


def _data_sets(lab: Lab) -> tuple[str, ...]:
    """Return the names of the data sets that a lab's results may be of."""
    return {"auto": ("mnist", "mnist_5k")}.get(lab.lab.dataset, (lab.lab.dataset,))


def _of_the_rules(result: Any, lab: Lab) -> Iterator[str]:
    """Yield where the lab's items give nothing: its bounds, and its lowest accuracy.

    Only of those that students see, and that aren't a bonus.
    """
    for item in lab.item:
        if not item.visible or item.bonus:
            continue
        if isinstance(item, Config):
            yield from _of_the_settings(item, result)
        elif isinstance(item, Accuracy) and not isinstance(item, Private):
            yield from _of_the_accuracy(item, result, lab)


def _of_the_settings(item: Config, result: Any) -> Iterator[str]:
    """Yield the settings that are outside of the lab's bounds."""
    found = bounds.outside(item.within, result.config.as_dict())
    if found:
        yield (f"It wasn't trained as this lab asks: {' '.join(found)} Train again within these "
               "bounds; other runs belong into the worksheet: sheet.save(run).")  # fmt: skip


def _of_the_accuracy(item: Accuracy, result: Any, lab: Lab) -> Iterator[str]:
    """Yield that the test accuracy earns nothing, where it was measured on the lab's data."""
    reached = result.test_accuracy
    ours = lab.lab.dataset in NAMES and result.dataset.name in _data_sets(lab)
    if reached is None or not ours or reached + 1e-6 >= item.none_below:  # it may be a float32
        return
    hint = f" {item.hint.strip()}" if item.hint.strip() else ""
    yield (f"Its test accuracy is {math.floor(reached * 10_000) / 100:.2f}%; below "
           f"{100 * item.none_below:g}% nothing is given for {item.title or item.id!r}. Train a "
           f"better one.{hint}")  # fmt: skip


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
        yield (f"The seed was {seed}, which isn't yours. Train with your personal seed {own} "
               f"(mnistlab.personal_seed({handed.student!r}), --seed {own}).")  # fmt: skip


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
               f"it with mnistlab.Worksheet({(handed.lab_as or lab.lab.name)!r}, …).")  # fmt: skip
    left = empty(lab, handed.record or {})
    if left:
        questions = "question is" if len(left) == 1 else "questions are"
        yield _in_lines(f"{len(left)} {questions} still empty:", left)


def _of_no_worksheet(handed: Handed) -> Iterator[str]:
    """Yield what to do where no worksheet is handed in, and nobody said that there is none."""
    if len(handed.found) > 1:
        yield (f"{handed.student!r} has {len(handed.found)} worksheets: "
               f"{' and '.join(map(str, handed.found))}. Say which lab it is: lab=… (--lab); or "
               "give the worksheet: worksheet=… (--worksheet FILE).")  # fmt: skip
    elif not handed.found and handed.student and handed.lab and empty(handed.lab, {}):
        count = len(empty(handed.lab, {}))
        named = handed.lab_as or handed.lab.lab.name
        yield (f"This lab has {count} question{'s' * (count > 1)}, and no worksheet of "
               f"{handed.student!r} was found. Begin one: "
               f"sheet = mnistlab.Worksheet({named!r}, {handed.student!r}); or give yours: "
               "worksheet=… (--worksheet FILE); or go without: worksheet=False "
               "(--no-worksheet).")  # fmt: skip


def _in_lines(head: str, names: Sequence[str]) -> str:
    """Return a list of names on one line where it fits, else on lines below its head."""
    listed = f"{', '.join(names)}."
    if len(head) + len(listed) < WIDEST - len(INDENT):
        return f"{head} {listed}"
    lines = textwrap.wrap(listed, WIDEST, initial_indent=INDENT, subsequent_indent=INDENT,
                          break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return "\n".join([head, *lines])
