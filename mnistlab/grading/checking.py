"""check(): what a rubric's visible part gives, before a student hands in.

Measured as the instructor measures it, by the same process with the same limits.

Example:
    >>> import mnistlab
    >>> mnistlab.check("runs/20261123-classic-mnist")          # doctest: +SKIP
    File readable          5 of 5   …
"""

import html
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnistlab.errors import InputError
from mnistlab.grading import batch
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Outcome
from mnistlab.grading.handed import File
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.points import rubric
from mnistlab.lab.assignment import Lab

if TYPE_CHECKING:
    from mnistlab.results import ExperimentResult

STANDARD = "recognizing_digits"
OF_A_RUN = ("result.json", "weights.npz")
NOT_YET = "read by a person"


@dataclass(frozen=True, eq=False, repr=False)
class CheckReport:
    """What was measured, and the visible part of the points.

    Attributes:
        lab: the assignment.
        facts: what was measured.
        outcomes: of the visible items and questions.
        hidden: the points of those that only the instructor sees.
    """

    lab: Lab
    facts: Facts
    outcomes: tuple[Outcome, ...]
    hidden: float

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
                "outcomes": [one.model_dump(mode="json") for one in self.outcomes]}  # fmt: skip

    def rows(self) -> list[tuple[str, str, str]]:
        """Return a row for each item: title, points, and what was found."""
        return [(one.title, _points(one), " ".join(filter(None, (one.reason, one.advice))))
                for one in self.outcomes]  # fmt: skip

    def _sum(self) -> str:
        waiting = sum(one.out_of for one in self.outcomes if one.points is None)
        said = [f"{self.points:g} of {self.out_of:g} points that you can see"]
        if waiting:
            said.append(f"{waiting:g} of them are given by a person who reads your answers")
        if self.hidden:
            said.append(f"{self.hidden:g} more are hidden")
        return "; ".join(said) + "."

    def __repr__(self) -> str:
        rows = self.rows()
        width = max((len(title) for title, _, _ in rows), default=0)
        table = [f"{title.ljust(width)}  {points:>16}  {said}" for title, points, said in rows]
        return "\n".join([*self.facts.problems, *table, "", self._sum()])

    def _repr_html_(self) -> str:
        problems = "".join(f"<p>{html.escape(one)}</p>" for one in self.facts.problems)
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(title)}</th>'
            f"<td>{html.escape(points)}</td>"
            f'<td style="text-align:left">{html.escape(said)}</td></tr>'
            for title, points, said in self.rows()
        )
        return (f"{problems}<table><caption>{html.escape(self.lab.lab.title)}</caption>{cells}"
                f"</table><p>{html.escape(self._sum())}</p>")  # fmt: skip


def _points(one: Outcome) -> str:
    if one.points is None:
        return f"{NOT_YET}, {one.out_of:g}"
    return f"{one.points:g} of {one.out_of:g}" + " bonus" * one.bonus


def check(
    what: "ExperimentResult | str | os.PathLike[str]",
    rubric: str | os.PathLike[str] | Lab | None = None,
    *,
    worksheet: Any = None,
    student_id: str | None = None,
) -> CheckReport:
    """Return what the visible part of a rubric gives for a run, before it is handed in.

    Args:
        what: an ExperimentResult, a run's folder, a submission's zip, a notebook, or model.keras.
        rubric: lab.toml, or the name of a lab in the package; None: "recognizing_digits".
        worksheet: the Worksheet, where `what` is a result.
        student_id: your id, where the file names none: your own numbers depend on it.

    Raises:
        InputError: nothing lies there, or a rubric that can't be used.

    Example:
        >>> mnistlab.check(result, worksheet=sheet).points         # doctest: +SKIP
        62.0
    """
    lab, base = batch.assignment_of(STANDARD if rubric is None else rubric)
    with tempfile.TemporaryDirectory() as folder:
        files = _files(what, worksheet, student_id, Path(folder))
        with Pool(lab, base, jobs=1) as pool:
            task = Task(files, (student_id,) if student_id else ())
            facts = next(pool.facts([task]))
    return report(lab, facts)


def report(lab: Lab, facts: Facts) -> CheckReport:
    """Return the visible part of what a rubric gives for what was measured."""
    found = rubric.outcomes(lab, facts)
    hidden = sum(one.out_of for one in found if not one.visible and not one.bonus)
    return CheckReport(lab, facts, tuple(one for one in found if one.visible), hidden)


def _files(what: Any, worksheet: Any, student_id: str | None, folder: Path) -> list[File]:
    """Return the files to measure; of a result, what would be handed in."""
    if not isinstance(what, str | os.PathLike):
        from mnistlab.lab.packing import pack

        who = student_id or getattr(worksheet, "student_id", "") or "nobody"
        path = folder / "submission.zip"
        path.write_bytes(pack(what, who, worksheet=worksheet))
        return [File(path, path.name)]
    path = Path(what).expanduser()
    if path.is_dir():
        found = [path / name for name in OF_A_RUN if (path / name).is_file()]
        if not found:
            raise InputError(f"{path} holds no run: neither of {', '.join(OF_A_RUN)} is there. "
                             "Give the folder that `mnistlab run` said it saved in.")  # fmt: skip
        return [File(one, one.name) for one in found]
    if not path.is_file():
        raise InputError(f"{path} isn't there. Give a run's folder, a zip that mnistlab.submit "
                         "wrote, or a notebook.")  # fmt: skip
    return [File(path, path.name)]
