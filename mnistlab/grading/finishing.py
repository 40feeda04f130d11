"""What is known only when all are measured: marks that people gave, flags, replays.

Everything here is derived from grades.jsonl and from what people wrote beside it (overrides.csv,
marks-*.csv), so it is done anew each time, and nothing is kept twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mnistlab.grading import marks
from mnistlab.grading.flagging import flags, replay
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Collection, File
from mnistlab.grading.isolated import similarity
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.marks import Conflict, Marks
from mnistlab.grading.points import rubric
from mnistlab.grading.showing import Showing
from mnistlab.lab.assignment import Lab

Near = Sequence[tuple[str, str, float]]  # two students, and how far apart their weights are
OVERRIDES = "overrides.csv"
REPLAY_SECONDS = 600.0  # on the clock, for one training


def near(grades: Sequence[Grade], collection: Collection, pool: Pool) -> Near:
    """Return the pairs of students whose weights are nearly the same, with their distance.

    Args:
        grades: of the class.
        collection: where their files lie.
        pool: what reads them once more.
    """
    own = {one.student: one for one in grades if one.facts is not None and not one.sender}
    pairs = similarity.candidates({name: one.facts.fingerprint for name, one in own.items()
                                   if one.facts is not None})  # fmt: skip
    handed = {one.student.id: one for one in collection.handed}

    def files(student: str) -> Sequence[File]:
        return handed[student].attempts[own[student].attempt - 1].files

    tasks = [Task(files(one), other=files(other)) for one, other in pairs]
    apart = pool.distances(tasks)
    return [(one, other, distance) for (one, other), distance in zip(pairs, apart, strict=True)
            if distance is not None and similarity.alike(distance, _sizes(own[one]))]  # fmt: skip


def _sizes(grade: Grade) -> tuple[int, ...]:
    return grade.facts.layer_sizes if grade.facts is not None else ()


def finished(
    grades: Sequence[Grade],
    lab: Lab,
    collection: Collection,
    folder: Path | None,
    pairs: Near = (),
    *,
    replay_too: bool = False,
    showing: Showing | None = None,
) -> Gradebook:
    """Return the gradebook: what was measured, what people gave, and what they should look at.

    Args:
        grades: what was measured, and the points of it.
        lab: the assignment.
        collection: who handed in what.
        folder: where overrides.csv and marks-*.csv may lie; None: nobody gave anything.
        pairs: what `near` found.
        replay_too: whether to train each stated config again and compare.
        showing: what says how far it is.

    Raises:
        InputError: overrides.csv or a file of marks that can't be read; says the line.
    """
    given, conflicts = _given(grades, lab, folder)
    marked = tuple(_with(one, given) for one in grades)
    raised: defaultdict[str, list[Flag]] = defaultdict(list)
    handed = {one.student.id: one for one in collection.handed}
    known = flags.Known.of(one.student for one in collection.handed)
    for one in marked:
        if one.facts is not None and not one.sender:
            raised[one.student] += flags.of_one(one.facts, handed[one.student], known)
        elif one.sender and one.student in handed and not handed[one.student].attempts:
            raised[one.student].append(Flag(
                kind="partner", others=(one.sender,),
                text=f"Handed in nothing; {one.sender}'s submission names this student.",
            ))  # fmt: skip
    for student, found in flags.of_all(marked, pairs, known).items():
        raised[student] += found
    for conflict in conflicts:
        raised[conflict.student].append(Flag(kind="marks", text=conflict.text))
    if replay_too:
        for student, flag in _replayed(marked, lab, showing or Showing(0)).items():
            raised[student].append(flag)
    flagged = tuple(one.model_copy(update={"flags": tuple(raised[one.student])}) for one in marked)
    return Gradebook(flagged, lab, collection, folder)


def _given(
    grades: Sequence[Grade], lab: Lab, folder: Path | None
) -> tuple[Marks, list[Conflict]]:  # fmt: skip
    """Return the points that people gave: what the instructor decided before what was marked."""
    if folder is None:
        return {}, []
    ids = [one.student for one in grades]
    decided = marks.read_overrides(folder / OVERRIDES, lab, ids)
    merged, conflicts = marks.merged(folder, lab, grades, decided)
    return {one: {**merged.get(one, {}), **decided.get(one, {})} for one in ids}, conflicts


def _with(grade: Grade, given: Marks) -> Grade:
    """Return a grade with the points that people gave."""
    outcomes = rubric.with_marks(grade.outcomes, given.get(grade.student, {}))
    return grade.model_copy(update={"outcomes": outcomes})


def _replayed(grades: Sequence[Grade], lab: Lab, showing: Showing) -> dict[str, Flag]:
    """Return a flag for each student whose stated config, trained again, gives something else."""
    found = {}
    with showing.bar(len(grades), "Training again") as advance:
        for one in grades:
            if one.facts is not None and one.facts.layer_sizes and not one.sender:
                again = replay.replay(one.facts, REPLAY_SECONDS, dataset=lab.lab.dataset)
                if again.agrees is not True:
                    found[one.student] = Flag(kind="replay", text=again.said)
            advance()
    return found
