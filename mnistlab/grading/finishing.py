"""What is known only when all are measured: marks that people gave, flags, replays.

Everything here is derived from grades.jsonl and from what people wrote beside it (overrides.csv,
marks-*.csv), so it is done anew each time, and nothing is kept twice.
"""

import contextlib
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mnistlab.grading import marks
from mnistlab.grading.flagging import flags, replay
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Collection, File, Handed
from mnistlab.grading.isolated import similarity
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.marks import Conflict, Marks
from mnistlab.grading.points import rubric
from mnistlab.grading.showing import Showing
from mnistlab.lab.assignment import Lab

# Two students, and how far apart their weights are; None: it couldn't be found out.
Near = Sequence[tuple[str, str, float | None]]
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
    found = similarity.candidates({name: one.facts.fingerprint for name, one in own.items()
                                   if one.facts is not None})  # fmt: skip
    pairs = [pair for pair in found if not flags.same_seed(*(own[name] for name in pair))]
    handed = {one.student.id: one for one in collection.handed}

    def files(student: str) -> Sequence[File]:
        return handed[student].attempts[own[student].attempt - 1].files

    tasks = [Task(files(one), other=files(other)) for one, other in pairs]
    apart = pool.distances(tasks)
    return [(one, other, distance) for (one, other), distance in zip(pairs, apart, strict=True)
            if distance is None or similarity.alike(distance, _sizes(own[one]))]  # fmt: skip


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
    pool: Pool | None = None,
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
        pool: what reads the weights that are compared; None: only fingerprints are.
        showing: what says how far it is.

    Raises:
        InputError: overrides.csv or a file of marks that can't be read; says the line.
    """
    given, conflicts = _given(grades, lab, folder)
    marked = tuple(_with(one, given) for one in grades)
    raised: defaultdict[str, list[Flag]] = defaultdict(list)
    handed = {one.student.id: one for one in collection.handed}
    known = flags.Known.of(one.student for one in collection.handed)
    for grade in marked:
        if grade.facts is not None and not grade.sender:
            raised[grade.student] += flags.of_one(grade.facts, handed[grade.student], known)
        elif grade.sender and grade.student in handed and not handed[grade.student].attempts:
            raised[grade.student].append(Flag(
                kind="partner", others=(grade.sender,),
                text=f"Handed in nothing; {grade.sender}'s submission names this student.",
            ))  # fmt: skip
    for student, found in flags.of_all(marked, pairs, known).items():
        raised[student] += found
    for conflict in conflicts:
        raised[conflict.student].append(Flag(kind="marks", text=conflict.text))
    if replay_too:
        showing = showing or Showing(0)
        for student, flag in _replayed(marked, lab, handed, pool, showing).items():
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


def _replayed(
    grades: Sequence[Grade],
    lab: Lab,
    handed: Mapping[str, Handed],
    pool: Pool | None,
    showing: Showing,
) -> dict[str, Flag]:
    """Return a flag for each student whose stated config, trained again, gives something else."""
    found, trained = {}, 0
    with showing.bar(len(grades), "Training again") as advance:
        for one in grades:
            if one.facts is not None and one.facts.layer_sizes and not one.sender:
                files = handed[one.student].attempts[one.attempt - 1].files
                with _weights(pool, files) as path:
                    again = replay.replay(one.facts, REPLAY_SECONDS, dataset=lab.lab.dataset,
                                          weights=path)  # fmt: skip
                trained += 1
                if again.agrees is not True:
                    found[one.student] = Flag(kind="replay", text=again.said)
            advance()
    showing.notice(f"Trained again: {trained}; as stated: {trained - len(found)}.")
    return found


@contextlib.contextmanager
def _weights(pool: Pool | None, files: Sequence[File]) -> Iterator[Path | None]:
    """Give an .npz with the arrays of a submission's network, for as long as it is needed."""
    arrays = None if pool is None else pool.weights(files)
    if arrays is None:
        yield None
        return
    from mnistlab.results import save_weights  # only where something is trained again

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.npz"
        save_weights(path, arrays)
        yield path
