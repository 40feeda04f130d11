"""mnistlab digits: what a class drew, out of what it handed in, as one data set without names.

It serves twice: as a test set that no student has seen, `private_data = "class.npz"` in lab.toml,
and as data to train with, `run_experiment(dataset="class.npz")`.

    x_all, y_all                       every drawing: the private test set
    x_train, y_train, x_test, y_test   the same in two parts, which no student is in both of

The label is what the student said. A drawing that is meant to mislead, or that was labelled by
mistake, is in it; look at it before points depend on it.

Example:
    >>> print(of_class("submissions.zip", "class.npz"))  # doctest: +SKIP
    28 of 30 students drew; 412 drawings taken: 0 × 41, 1 × 40, …
"""

import dataclasses
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnistlab.checks import shown, whole
from mnistlab.data.cache import written_aside
from mnistlab.datasets import NAMES
from mnistlab.errors import InputError, OutputError, SaveError
from mnistlab.grading import batch
from mnistlab.grading.classdigits import ClassDigits, together
from mnistlab.grading.folders.found import NOTE
from mnistlab.grading.handed import Attempt, Collection
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.isolated.sandbox import Limits
from mnistlab.grading.showing import Showing
from mnistlab.lab import drawings
from mnistlab.lab.assignment import Lab, Network
from mnistlab.lab.drawings import Drawings

MOST, LEAST = 20, 10
PathLike = str | os.PathLike[str]


def of_class(
    folder: PathLike,
    out: PathLike,
    rubric: PathLike | Lab = "recognizing_digits",
    *,
    roster: PathLike | None = None,
    most: int = MOST,
    least: int = LEAST,
    overwrite: bool = False,
    jobs: int | None = None,
    verbose: int | str = "auto",
    limits: Limits | None = None,
) -> ClassDigits:
    """Pool the drawings that a class handed in, and write them as a data set.

    Each file is read by a process of its own with limits, as `grade` does it. Pixels and labels
    are taken and nothing else: no id, no name, no order that tells whose a drawing is.

    Args:
        folder: what `grade` takes: Canvas's, Moodle's or Gradescope's zip or folder, ….
        out: the .npz to write.
        rubric: lab.toml, or the name of a lab in the package: it says how many inputs and classes
            there are. The data that it names aren't read, so it may name `out` itself.
        roster: a CSV that says who is who, where file names don't.
        most: how many drawings of one student are taken, 1 to 100.
        least: with fewer in all nothing is written.
        overwrite: whether a file that lies there is replaced.
        jobs, verbose, limits: as `grade` has them.

    Returns:
        The data set: `x`, `y`, `for_test`, `dropped`; printed, it is one line.

    Raises:
        InputError: a folder or lab that can't be used, or too few drawings.
        OutputError: a file lies there already, or can't lie there.
        SaveError: the file can't be written.

    Example:
        >>> of_class("submissions", "class.npz", "mylab/lab.toml").y  # doctest: +SKIP
        array([3, 0, 7, …])
    """
    most, least = whole("most", most, minimum=1), whole("least", least, minimum=1)
    path = _path(out, Path(folder), overwrite)
    lab, _ = batch.assignment_of(rubric)
    collection = batch.collected(folder, roster, None, None, lab.lab.name)
    showing = Showing(verbose)
    for line in collection.unmatched:
        showing.notice(line.removeprefix(NOTE))
    attempts = _latest(collection)
    with Pool(None, Path(), jobs, limits) as pool:
        for line in pool.missing:
            showing.notice(line)
        read = list(_read(attempts, pool, lab.network, showing))
    found = _one_size(read, square=lab.lab.dataset in NAMES)
    for one in found:
        if one.why:
            showing.notice(f"{_where(one.attempt)}: no drawings are taken. {one.why}")
    if said := _labelled_otherwise(found):
        showing.notice(said)
    each = [one.drawings for one in found if one.drawings is not None]
    made = together(each, most, lab.network.classes)
    made = dataclasses.replace(made, handed_in=len(attempts),
                               left_out=sum(bool(one.why) for one in found))  # fmt: skip
    _must_be_enough(made, least)
    _write(path, made)
    if why := made.why_no_training():
        showing.notice(f"run_experiment can't train on {path}: {why}. As test data it can be used.")
    elif not made.by_student:
        showing.notice(_NOT_BY_STUDENT)
    return made


_NOT_BY_STUDENT = (
    "the same hand is in both parts, to train and to test: with one student, or where one student "
    "alone drew a class, they can't be parted by student."
)


# ── read ────────────────────────────────────────────────────────────────────────────────────────


def _latest(collection: Collection) -> list[Attempt]:
    """Return what counts of each student: the latest; of a group that handed in together, once."""
    return list(dict.fromkeys(one.attempts[-1] for one in collection.handed if one.attempts))


@dataclass(frozen=True)
class _Found:
    """What one submission holds: drawings, or None and why; "" where it holds none at all."""

    attempt: Attempt
    drawings: Drawings | None
    why: str = ""


def _read(
    attempts: list[Attempt], pool: Pool, network: Network, showing: Showing
) -> Iterator[_Found]:
    """Yield what each submission holds."""
    answers = pool.digits(Task(one.files, digits=True) for one in attempts)
    with showing.bar(len(attempts), "Reading") as advance:
        for attempt, (text, problems) in zip(attempts, answers, strict=True):
            yield _found(attempt, text, " ".join(problems), network)
            advance()


def _found(attempt: Attempt, text: str, why: str, network: Network) -> _Found:
    """Return the drawings in a text that another process gave, read again as if it were hostile."""
    try:
        read = drawings.read(text) if text else None
    except InputError as error:
        return _Found(attempt, None, str(error))
    if read is None or why:
        return _Found(attempt, None, why)
    height, width = read.shape
    if height * width == network.inputs:
        return _Found(attempt, read)
    return _Found(attempt, None, f"They have {height} × {width} pixels, but a pattern of this lab "
                                 f"has {network.inputs} numbers.")  # fmt: skip


def _one_size(found: list[_Found], square: bool) -> list[_Found]:
    """Return the same with drawings of one size only: that of most, or nearest to a square.

    Args:
        square: whether the lab's images are square, as all of the package's are: then no majority
            can say otherwise.
    """
    sizes = Counter(one.drawings.shape for one in found if one.drawings is not None)

    def fits(size: tuple[int, int]) -> tuple[int, int]:
        flat = -abs(size[0] - size[1])
        return (flat, sizes[size]) if square else (sizes[size], flat)

    usual = max(sizes, key=fits, default=(0, 0))
    return [one if one.drawings is None or one.drawings.shape == usual else
            _Found(one.attempt, None, f"They have {' × '.join(map(str, one.drawings.shape))} "
                                      f"pixels, and those of "
                                      f"{'this lab' if square else 'most students'} "
                                      f"{' × '.join(map(str, usual))}.")
            for one in found]  # fmt: skip


def _labelled_otherwise(found: list[_Found]) -> str:
    """Return which submissions hold the same drawings with different labels, worst first; or ""."""
    labels: dict[bytes, set[int]] = defaultdict(set)
    held: list[tuple[_Found, list[bytes]]] = []
    for one in found:
        if one.drawings is not None:
            pixels = [image.tobytes() for image in one.drawings.images]
            held.append((one, pixels))
            for image, label in zip(pixels, one.drawings.labels.tolist(), strict=True):
                labels[image].add(label)
    count = {_where(one.attempt): sum(len(labels[image]) > 1 for image in pixels)
             for one, pixels in held}  # fmt: skip
    worst = sorted((where for where in count if count[where]), key=lambda where: -count[where])
    if not worst:
        return ""
    named = ", ".join(f"{where} ({count[where]})" for where in worst[:5])
    more = f" and {len(worst) - 5} more" * (len(worst) > 5)
    return (f"the same pixels bear different labels in {named}{more}, and none of them is taken. "
            "Where one file is wrong, take it out of the folder and pool again.")  # fmt: skip


def _where(attempt: Attempt) -> str:
    """Return where something lay, as a line can hold it."""
    return shown(attempt.where or ", ".join(one.name for one in attempt.files))


def _must_be_enough(made: ClassDigits, least: int) -> None:
    """Raise InputError where a class drew too little to be tested with."""
    if not made.students:
        raise InputError(f"None of {made.handed_in} submissions holds drawings that can be taken. "
                         "Students make them on the page that result.draw() shows, copy them with "
                         'the button "Copy my digits", paste them into sheet.digits(\'…\'), and '
                         "hand in after that.")  # fmt: skip
    if len(made) < least:
        gone = ", ".join(f"{count} {why}" for why, count in made.dropped.items())
        raise InputError(f"{len(made)} drawings could be taken of {made.students} students"
                         f"{f' (dropped: {gone})' * bool(gone)}, and fewer than {least} are no "
                         "test set. Collect more, or ask for fewer: --least "
                         f"{max(len(made), 1)}.")  # fmt: skip


# ── written ─────────────────────────────────────────────────────────────────────────────────────


def _path(out: PathLike, folder: Path, overwrite: bool) -> Path:
    """Return the file to write; raise OutputError where it can't lie there."""
    path = Path(out).expanduser()
    if path.suffix.lower() != ".npz":
        raise OutputError(f"out={shown(str(out))} is no .npz file. Give a name such as class.npz: "
                          "--out class.npz.")  # fmt: skip
    if folder.is_dir() and folder.resolve() in path.resolve().parents:
        raise OutputError(f"{path} would lie among what was handed in, and be taken for a "
                          "submission. Choose another place: --out class.npz.")  # fmt: skip
    if path.is_dir():
        raise OutputError(f"{path} is a folder. Choose another name: --out class.npz.")
    if path.exists() and not overwrite:
        raise OutputError(f"{path} is there already, and is kept. Choose another name, or say "
                          "overwrite=True (--overwrite) to replace it.")  # fmt: skip
    return path


def _write(path: Path, made: ClassDigits) -> None:
    """Write the data set, all of it or nothing."""
    arrays = made.arrays()
    try:
        with written_aside(path) as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    except OSError as why:
        raise SaveError(f"{path} could not be written: {why.strerror or why}. Nothing half-written "
                        "is left. Free some space, or choose another place: --out FILE."
                        ) from why  # fmt: skip


__all__ = ["of_class"]
