"""A folder of submissions → a Gradebook: measured in isolation, in parallel, and resumable.

Example:
    >>> import mnistlab
    >>> book = mnistlab.grade("submissions.zip", "lab.toml", out="grades")  # doctest: +SKIP
    >>> print(book)                                                         # doctest: +SKIP
"""

import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mnistlab
from mnistlab.errors import InputError
from mnistlab.grading import finishing, grader, publishing
from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging.classmates import Known
from mnistlab.grading.folders import collections, opening, roster
from mnistlab.grading.folders.found import NOTE
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.grader import Basis
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Attempt, Collection, Handed, Student
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.isolated.sandbox import Limits
from mnistlab.grading.journal import Journal
from mnistlab.grading.showing import Showing
from mnistlab.lab import labfile
from mnistlab.lab.assignment import Lab

PathLike = str | os.PathLike[str]


def grade(
    folder: PathLike,
    rubric: PathLike | Lab,
    out: PathLike | None = None,
    *,
    roster: PathLike | None = None,
    canvas_gradebook: PathLike | None = None,
    times: PathLike | None = None,
    test_data: PathLike | None = None,
    private_data: PathLike | None = None,
    assignment: str | None = None,
    anonymous: bool = False,
    replay: bool = False,
    jobs: int | None = None,
    verbose: int | str = "auto",
    limits: Limits | None = None,
) -> Gradebook:
    """Grade a class: measure what was handed in, and write what people and LMSs read.

    Nothing of a submission is executed, and no model is loaded: each file is read by a process of
    its own with limits, which hands back numbers and texts.

    Args:
        folder: Canvas's, Moodle's or Gradescope's zip or folder, nbgrader's submitted folder, a
            folder for each student, or files.
        rubric: lab.toml (or rubric.toml), or the name of a lab in the package.
        out: where grades.jsonl, grades.csv, report.html and the rest go; the same call again goes
            on where it was. None: nothing is written.
        roster: a CSV that says who is who: id, name, email, login, group, …
        canvas_gradebook: Canvas's gradebook export, in place of a roster.
        times: a CSV that says when each student handed in.
        test_data, private_data: in place of those that the rubric names.
        assignment: which column of Canvas's export is this assignment.
        anonymous: whether report.html leaves names and ids out.
        replay: whether to train each stated config again and compare.
        jobs: how many submissions at once; None: one for each core.
        verbose: 0 nothing, 1 or "auto" progress.
        limits: what one submission may use.

    Returns:
        A Gradebook: `.grades`, `.table()`, `.mean`.

    Raises:
        InputError: a rubric, roster or folder that can't be used.
        SaveError: the grades can't be written; those already given are kept.

    Example:
        >>> mnistlab.grade("submissions", "recognizing_digits").mean   # doctest: +SKIP
        81.5
    """
    lab, base = assignment_of(rubric, test_data, private_data)
    if out is not None:
        _must_be_apart(Path(out), Path(folder))
    collection = collected(folder, roster, canvas_gradebook, times, lab.lab.name)
    if out is not None:
        publishing.check(collection, assignment, lab)
    journal = Journal(Path(out), lab.lab.name) if out is not None else None
    showing = Showing(verbose)
    for line in collection.unmatched:
        showing.notice(line.removeprefix(NOTE))
    with Pool(lab, base, jobs, limits) as pool:
        for line in pool.missing:
            showing.notice(line)
        grades = tuple(_graded(collection, lab, pool, journal, showing))
        near = finishing.near(grades, collection, pool)
        book = finishing.finished(grades, lab, collection, Path(out) if out else None, near,
                                  replay_too=replay, pool=pool, showing=showing)  # fmt: skip
    for line in odd_ones(book.grades, lab):
        showing.notice(line)
    if out is not None:
        publishing.publish(book, rubric=rubric, assignment=assignment, anonymous=anonymous,
                           class_names=pool.class_names)  # fmt: skip
    return book.in_roster_order()


def _must_be_apart(out: Path, folder: Path) -> None:
    """Raise InputError where the grades would lie among what students handed in."""
    if out.exists() and folder.is_dir() and out.samefile(folder):
        raise InputError(f"{out} holds what was handed in, and the grades can't lie among that. "
                         "Give another folder: --out GRADES.")  # fmt: skip


def odd_ones(grades: Sequence[Grade], lab: Lab) -> Iterator[str]:
    """Yield what is odd about so many submissions that it is no student's doing."""
    facts = [one.facts for one in grades if one.facts is not None and not one.sender]
    strangers = sum(flag.kind == "identity" and not flag.others
                    for one in grades for flag in one.flags)  # fmt: skip
    others = sum(one.lab not in ("", lab.lab.name) for one in facts)
    if strangers and 2 * strangers >= len(facts):
        yield (f"{strangers} of {len(facts)} submissions state an id that nobody in the class "
               "has. Their own numbers were judged by the id that they state. Give a roster that "
               "has it: --roster CSV, with a column login or email.")  # fmt: skip
    if others and 2 * others >= len(facts):
        yield (f"{others} of {len(facts)} submissions were made for another lab than "
               f"{lab.lab.name!r}. Is it the right rubric? --rubric lab.toml")  # fmt: skip


def assignment_of(
    rubric: PathLike | Lab, test_data: PathLike | None = None, private_data: PathLike | None = None
) -> tuple[Lab, Path]:
    """Return the lab that a rubric says, and the folder that its test data are looked for in."""
    lab = rubric if isinstance(rubric, Lab) else labfile.read(rubric)
    path = Path() if isinstance(rubric, Lab) else Path(rubric)
    base = path.parent if path.is_file() else Path()
    given = {"test_data": test_data, "private_data": private_data}
    changed = {name: _named_or_absolute(value) for name, value in given.items() if value}
    if changed:
        grading = lab.grading.model_copy(update=changed)
        lab = lab.model_copy(update={"grading": grading})
    return lab, base


def _named_or_absolute(data: PathLike) -> str:
    """Return a file as its whole path, a data set as its name."""
    return os.path.abspath(data) if os.path.exists(data) else os.fspath(data)


def collected(
    folder: PathLike,
    roster_file: PathLike | None,
    canvas_gradebook: PathLike | None,
    times: PathLike | None,
    lab: str | None = None,
) -> Collection:
    """Return who handed in what, as far as names go."""
    if roster_file is not None and canvas_gradebook is not None:
        raise InputError("Give either roster= (--roster) or canvas_gradebook= "
                         "(--canvas-gradebook): both say who is who.")  # fmt: skip
    known = None
    if roster_file is not None:
        known = roster.read_roster(roster_file)
    elif canvas_gradebook is not None:
        known = roster.read_canvas_gradebook(canvas_gradebook)
    when = None if times is None else roster.read_times(times)
    return collections.collect(folder, known, when, lab)


# ── measuring ───────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Plan:
    """What has to be measured of one student."""

    handed: Handed
    attempts: tuple[int, ...]
    group: tuple[Student, ...] = ()
    known: dict[int, Facts] = field(default_factory=dict)

    def tasks(self) -> Iterator[Task]:
        """Yield what has yet to be measured."""
        student = self.handed.student
        for k in self.attempts:
            if k not in self.known:
                yield Task(self.handed.attempts[k].files, (student.id, *student.aliases))


def _graded(
    collection: Collection, lab: Lab, pool: Pool, journal: Journal | None, showing: Showing
) -> Iterator[Grade]:
    """Yield each student's grade, in order: those who handed in first, then those who didn't."""
    by = grader.basis(lab, pool.test_data, pool.private_data, _measured_by(lab, pool))
    order = sorted(collection.handed, key=lambda one: not one.attempts)
    groups, known = _groups(order), Known.of(one.student for one in order)
    plans = [_Plan(one, _wanted(one, lab), groups[one.attempts]) for one in order]
    if journal is not None:
        _recall(plans, journal.measured(), by)
    measured = pool.facts(itertools.chain.from_iterable(plan.tasks() for plan in plans))
    writing = journal.writing() if journal is not None else None
    with showing.bar(len(plans)) as advance, _nothing(writing) as write:
        senders: list[Grade] = []
        for plan in plans:
            one = _grade_of(plan, measured, lab, by, known)
            if not plan.handed.attempts and lab.grading.group:
                one = _partnered(one, plan.handed, senders, known)
            elif one.facts is not None and one.facts.partners:
                senders.append(one)
            write(one)
            advance()
            yield one


def _groups(handed: Iterable[Handed]) -> dict[tuple[Attempt, ...], tuple[Student, ...]]:
    """Return who handed in the same files, by these."""
    found: dict[tuple[Attempt, ...], tuple[Student, ...]] = {}
    for one in handed:
        found[one.attempts] = (*found.get(one.attempts, ()), one.student)
    return {**found, (): ()}


def _nothing(writing: Any) -> Any:
    """Return a context whose value writes; to nowhere where there is no journal."""
    return writing if writing is not None else nullcontext(lambda grade: None)


def _measured_by(lab: Lab, pool: Pool) -> str:
    """Return the digest of all that measuring depends on."""
    text = json.dumps([labfile.measured_by(lab), pool.test_data, pool.private_data,
                       mnistlab.__version__], sort_keys=True)  # fmt: skip
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _wanted(handed: Handed, lab: Lab) -> tuple[int, ...]:
    """Return which attempts have to be measured: the latest, or all of them."""
    every = tuple(range(len(handed.attempts)))
    return every if lab.grading.attempts == "best" else every[-1:]


def _recall(plans: Iterable[_Plan], known: dict[tuple[str, str, str], Facts], by: Basis) -> None:
    """Take facts again that were measured before, of the same files by the same means."""
    if not known:
        return
    for plan in plans:
        for k in plan.attempts:
            digest = opening.digest(plan.handed.attempts[k].files)
            facts = known.get((plan.handed.student.id, digest, by.measured_by))
            if facts is not None:
                plan.known[k] = facts


def _grade_of(plan: _Plan, measured: Iterator[Facts], lab: Lab, by: Basis, known: Known) -> Grade:
    """Return the grade of one student, taking what was measured as it comes."""
    facts: list[Facts | None] = [None] * len(plan.handed.attempts)
    for k in plan.attempts:
        facts[k] = plan.known.get(k) or _complete(next(measured), plan.handed.attempts[k])
    return grader.grade(plan.handed, facts, lab, by, known, plan.group)


def _complete(facts: Facts, attempt: Attempt) -> Facts:
    """Return facts with the digest of the files, also where reading them broke off."""
    if facts.digest:
        return facts
    return facts.model_copy(update={"digest": opening.digest(attempt.files)})


def _partnered(own: Grade, handed: Handed, senders: Sequence[Grade], known: Known) -> Grade:
    """Return the grade of whoever names this student as a partner; of several the best."""
    naming = [one for one in senders if one.facts is not None and handed.student.id in
              {known.id_of(name) for name in one.facts.partners}]  # fmt: skip
    if not naming:
        return own
    return grader.as_partner(own, max(naming, key=lambda one: one.points), handed)
