"""check(): what a rubric's visible part gives, before a student hands in.

Measured as the instructor measures it, by the same process with the same limits.

Example:
    >>> import mnistlab
    >>> mnistlab.check("runs/20261123-classic-mnist")          # doctest: +SKIP
          5 of 5  The file can be read
                  The file was read: a 784-512-10 network with 407,050 parameters.
    …
"""

import html
import os
import tempfile
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnistlab.checks import shown
from mnistlab.datasets import NAMES
from mnistlab.errors import InputError
from mnistlab.grading import batch
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Outcome
from mnistlab.grading.handed import File
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.pages.pages import visible
from mnistlab.grading.points import rubric
from mnistlab.lab import runs, sheetfiles
from mnistlab.lab.assignment import Item, Lab, Private
from mnistlab.lab.packing import pack
from mnistlab.lab.students import checked_id
from mnistlab.lab.worksheet import Worksheet
from mnistlab.notices import notice

if TYPE_CHECKING:
    from mnistlab.results import ExperimentResult

STANDARD = "recognizing_digits"
WIDTH, INDENT = 96, " " * 14  # of the table in a terminal


@dataclass(frozen=True, eq=False, repr=False)
class CheckReport:
    """What was measured, and the visible part of the points.

    Attributes:
        lab: the assignment.
        facts: what was measured.
        outcomes: of the visible items and questions.
        hidden: the points of those that only the instructor sees.
        later: the items on a test set that only the instructor has; left out of the rest.
    """

    lab: Lab
    facts: Facts
    outcomes: tuple[Outcome, ...]
    hidden: float
    later: tuple[Item, ...] = ()

    @property
    def points(self) -> float:
        """The visible points that were earned; what a person has yet to read counts 0."""
        return round(sum(one.points or 0 for one in self.outcomes), 2)

    @property
    def out_of(self) -> float:
        """The visible points that could be earned, without bonus."""
        return sum(one.out_of for one in self.outcomes if not one.bonus)

    def record(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {"lab": self.lab.lab.name, "points": self.points, "out_of": self.out_of,
                "hidden": self.hidden, "problems": list(self.facts.problems),
                "measured_accuracy": self.facts.measured_accuracy,
                "later": [one.id for one in self.later],
                "outcomes": [one.model_dump(mode="json") for one in self.outcomes]}  # fmt: skip

    @property
    def could_be_read(self) -> bool:
        """Whether there was anything to measure: a network, or a worksheet."""
        return bool(self.facts.layer_sizes or self.facts.source)

    def rows(self) -> list[tuple[str, str, str]]:
        """Return a row for each item: points, title, and what was found."""
        return [(_points(one), one.title, " ".join(filter(None, (one.reason, one.advice))))
                for one in self.outcomes if self.could_be_read]  # fmt: skip

    def _sum(self) -> str:
        if not self.could_be_read:
            return f"Nothing could be read, so nothing is given of {self.out_of:g} points."
        waiting = [one for one in self.outcomes if one.points is None]
        said = [f"{self.points:g} of {self.out_of:g} points that you can see"]
        if counted := sum(one.out_of for one in waiting if not one.bonus):
            said.append(f"up to {counted:g} more from a person who reads your answers")
        if extra := sum(one.out_of for one in waiting if one.bonus):
            said.append(f"up to {extra:g} more as a bonus")
        if self.hidden:
            said.append(f"{self.hidden:g} are hidden")
        return "; ".join(said) + "."

    def _later(self) -> list[str]:
        """Return the line on what is left out here; [] where nothing is."""
        if not self.later:
            return []
        counted = sum(one.points for one in self.later if not one.bonus)
        extra = sum(one.points for one in self.later if one.bonus)
        worth = [f"{counted:g} points"] if counted or not extra else []
        worth += [f"{extra:g}{'' if worth else ' points'} as a bonus"] if extra else []
        n = len(self.later)
        return [f"{n} item{'s' * (n != 1)} ({', '.join(worth)}) {'is' if n == 1 else 'are'} "
                "measured later, on your instructor's own test set."]  # fmt: skip

    def __repr__(self) -> str:
        lines = [visible(one) for one in self.facts.problems]
        for points, title, said in self.rows():
            lines += [f"{points:>12}  {title}", *_indented(said)]
        return "\n".join([*lines, "", self._sum(), *self._later()])

    def _repr_html_(self) -> str:
        problems = "".join(f"<p>{html.escape(one)}</p>" for one in self.facts.problems)
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(title)}</th>'
            f"<td>{html.escape(points)}</td>"
            f'<td style="text-align:left">{html.escape(said)}</td></tr>'
            for points, title, said in self.rows()
        )
        below = "".join(f"<p>{html.escape(one)}</p>" for one in (self._sum(), *self._later()))
        return (f"{problems}<table><caption>{html.escape(self.lab.lab.title)}</caption>{cells}"
                f"</table>{below}")  # fmt: skip


def _indented(text: str) -> list[str]:
    """Return a text in lines below its title; what would do something to a terminal is harmless."""
    return textwrap.wrap(visible(text), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _points(one: Outcome) -> str:
    given = "–" if one.points is None else f"{one.points:g}"
    return f"{given} of {one.out_of:g}" + " bonus" * one.bonus


def check(
    what: "ExperimentResult | str | os.PathLike[str]",
    rubric: str | os.PathLike[str] | Lab | None = None,
    *,
    worksheet: Worksheet | str | os.PathLike[str] | None = None,
    student_id: str | int | None = None,
) -> CheckReport:
    """Return what the visible part of a rubric gives for a run, before it is handed in.

    Items on a private test set whose file isn't there are left out, and the report says so:
    students don't have it. `grade` refuses instead.

    Args:
        what: an ExperimentResult, a run's folder, a submission's zip, a notebook, or model.keras.
        rubric: lab.toml, or the name of a lab in the package; None: that of the Worksheet that is
            given, else "recognizing_digits".
        worksheet: the Worksheet or its file, where `what` is a result or a run's folder; None:
            the one that lies in the usual place.
        student_id: your id, where the file names none: your own numbers depend on it.

    Raises:
        InputError: nothing lies there, or a rubric that can't be used.

    Example:
        >>> mnistlab.check(result, worksheet=sheet).points         # doctest: +SKIP
        62.0
    """
    if isinstance(rubric, Worksheet):
        raise InputError("The second place is for the rubric. Give the worksheet by its name: "
                         "mnistlab.check(result, worksheet=sheet).")  # fmt: skip
    usual = worksheet.lab if isinstance(worksheet, Worksheet) else STANDARD
    lab, base = batch.assignment_of(usual if rubric is None else rubric)
    lab, later = _without_private(lab, base)
    with tempfile.TemporaryDirectory() as folder:
        files = _files(what, lab, worksheet, student_id, Path(folder))
        with Pool(lab, base, jobs=1) as pool:
            task = Task(files, (str(student_id),) if student_id else ())
            facts = next(pool.facts([task]))
    return report(lab, facts, later)


def _without_private(lab: Lab, base: Path) -> tuple[Lab, tuple[Item, ...]]:
    """Return the lab and the items that wait: those on a private test set that isn't there."""
    named = lab.grading.private_data
    if named is None or named in NAMES or (base / named).exists():
        return lab, ()
    kept = tuple(one for one in lab.item if not isinstance(one, Private))
    grading = lab.grading.model_copy(update={"private_data": None})
    later = tuple(one for one in lab.item if isinstance(one, Private))
    return lab.model_copy(update={"grading": grading, "item": kept}), later


def report(lab: Lab, facts: Facts, later: tuple[Item, ...] = ()) -> CheckReport:
    """Return the visible part of what a rubric gives for what was measured."""
    found = rubric.outcomes(lab, facts)
    hidden = sum(one.out_of for one in found if not one.visible and not one.bonus)
    return CheckReport(lab, facts, tuple(one for one in found if one.visible), hidden, later)


def _files(
    what: Any, lab: Lab, worksheet: Any, student_id: str | int | None, folder: Path
) -> list[File]:
    """Return the files to measure; of a result or a run's folder, what would be handed in."""
    path = Path(what).expanduser() if isinstance(what, str | os.PathLike) else None
    if path is not None and not path.is_dir():
        if not path.is_file():
            raise InputError(f"{path} isn't there. Give a run's folder, a zip that mnistlab.submit "
                             "wrote, or a notebook.")  # fmt: skip
        return [File(path, path.name)]
    result = runs.as_result(what)
    record = _record(lab, worksheet, student_id)
    who = student_id or (record or {}).get("student_id") or "nobody"
    packed = folder / "submission.zip"
    packed.write_bytes(pack(result, str(who), worksheet=record))
    return [File(packed, packed.name)]


def _record(lab: Lab, worksheet: Any, student_id: str | int | None) -> Mapping[str, Any] | None:
    """Return the record of the worksheet that was given, or of the one in the usual place."""
    whose = None if student_id is None else checked_id(student_id)
    if isinstance(worksheet, Worksheet):
        return worksheet.record()
    if isinstance(worksheet, str | os.PathLike):
        return sheetfiles.of_file(worksheet, whose).model_dump(mode="json")
    if worksheet is not None:
        raise InputError(f"worksheet={shown(worksheet)} is none. Give what mnistlab.Worksheet(…) "
                         "returned, or the path of its file.")  # fmt: skip
    kept = sheetfiles.kept(lab.lab.name, whose) if whose else []
    if len(kept) != 1:
        notice("no worksheet was looked at, so no answers are counted. Give yours: worksheet=sheet "
               "(--worksheet FILE), or say whose: student_id=… (--student-id ID).")  # fmt: skip
        return None
    notice(f"the answers are those in {kept[0]}.")
    return sheetfiles.of_file(kept[0], whose).model_dump(mode="json")
