"""A folder or zip of submissions, as a learning platform gave it: who handed in what.

Recognised are Canvas's zip, Moodle's, Gradescope's export, nbgrader's submitted tree, files that
are called by an id, and folders that are. Only names are read, beside Gradescope's list of
submissions and nbgrader's timestamps. What matches nobody is said, and graded for nobody.

Example:
    >>> collection = collect("submissions.zip", read_roster("roster.csv"))  # doctest: +SKIP
    >>> print(describe(collection))  # doctest: +SKIP
    Canvas: 58 of 60 students handed in something; 3 of them late.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading.folders import canvas, gradescope, moodle, nbgrader, outerzip, plainfiles
from mnistlab.grading.folders.entries import Names
from mnistlab.grading.folders.found import Found, Person
from mnistlab.grading.folders.inventory import Eye, Inventory, alone, holds_many, listed
from mnistlab.grading.folders.matching import Closest, doubts, whose
from mnistlab.grading.folders.roster import Roster
from mnistlab.grading.handed import Attempt, Collection, Handed, Student
from mnistlab.lab.students import normal_id

IGNORED = "Ignored: "  # what a sentence begins with that nobody has to act on
_SUBMITTED = (".zip", ".ipynb", ".keras", ".h5", ".npz")
_OF_A_SUBMISSION = {"submission.json", "worksheet.json", "weights.npz", "model.weights.h5",
                    "config.json", "result.json", "kernel_0.npy"}  # fmt: skip
_CALLED = {"canvas": "Canvas", "moodle": "Moodle", "gradescope": "Gradescope",
           "nbgrader": "nbgrader", "folders": "A folder each", "files": "Files"}  # fmt: skip

Attempts = list[tuple[Found, str]]  # with the id of who handed it in


def collect(
    folder: str | os.PathLike[str],
    roster: Roster | None = None,
    times: Mapping[str, datetime] | None = None,
    assignment: str | None = None,
) -> Collection:
    """Return who handed in what.

    Args:
        folder: the folder or zip; it may wrap the one that is meant.
        roster: who is in the class; None: who the names say.
        times: id → when it was handed in, of the attempt that counts; see `read_times`.
        assignment: which one, in an nbgrader tree of several; the lab's name.

    Raises:
        InputError: nothing there that was handed in, or a zip or list that can't be read.
    """
    eye = _eye(roster)
    inventory = _inventory(Path(folder).expanduser(), eye)
    kind, (found, strays) = _read(inventory, eye, assignment)
    if not found:
        held = f"only {', '.join(map(shown, strays[:5]))}" if strays else "nothing"
        raise InputError(f"{shown(str(folder))} holds no submissions: there is {held}. Give the "
                         "folder or zip that your learning platform gave you.")  # fmt: skip
    if roster and kind == "canvas" and all(o.people[0].id.startswith("anon_") for o in found):
        strays.append("the roster, since Canvas hides the names in this zip")
        roster = None
    handed, unmatched = _by_name(found) if roster is None else _by_roster(found, roster)
    handed, untimed = _timed(handed, times or {})
    ignored = [f"{IGNORED}{shown(one)}." for one in strays]
    notes = roster.notes if roster else ()
    return Collection(
        kind=kind,
        handed=tuple(handed),
        unmatched=(*unmatched, *untimed, *notes, *ignored, *inventory.ignored),
        header=roster.header if roster else (),
        from_roster=roster is not None,
    )


# ── what it looks like ──────────────────────────────────────────────────────────────────────────


def _eye(roster: Roster | None) -> Eye:
    """Return what tells a folder that wraps submissions from one that is one."""

    def knows(name: str) -> bool:
        if canvas.looks_like([name]) or moodle.looks_like([name]):
            return True  # a platform says whose it is, whatever a student put into it
        known = roster and (roster.find(name) or roster.named(name) or roster.group(name))
        return bool(known)

    return Eye(knows, partial(_are_many, knows))


def _are_many(knows: object, _name: str, inside: Names) -> bool:
    """Whether what lies in a folder or zip is of several students."""
    names = [name for name, _ in inside]
    if any(room.looks_like(names) for room in (canvas, moodle, gradescope)):
        return True
    if _OF_A_SUBMISSION & set(names):
        return False
    if callable(knows) and any(knows(plainfiles.whose(name)[0]) for name in names):
        return True
    endings = [name[name.rfind(".") :].casefold() for name, folder in inside if not folder]
    return sum(folder for _, folder in inside) > 1 or any(
        endings.count(ending) > 1 for ending in _SUBMITTED
    )


def _inventory(path: Path, eye: Eye) -> Inventory:
    """Return what lies at a path: a folder, a platform's zip, or one file that was handed in."""
    if path.is_file():
        empty = outerzip.is_zip(path) and not outerzip.directory(path)
        many = outerzip.is_zip(path) and holds_many(path, eye)
        return listed(path, eye) if many or empty else alone(path)
    course = path / "submitted"
    if course.is_dir() and any((path / one).exists() for one in ("source", "release")):
        path = course  # nbgrader's course folder
    return listed(path, eye)


def _read(
    inventory: Inventory, eye: Eye, assignment: str | None
) -> tuple[str, tuple[list[Found], list[str]]]:
    """Return the kind of what lies there, and the attempts in it with what isn't one."""
    names = ["/".join(one.parts) for one in inventory.entries]
    if gradescope.looks_like(names):
        return "gradescope", gradescope.attempts(inventory)
    if moodle.looks_like(names):
        return "moodle", moodle.attempts(inventory)
    if canvas.looks_like(names):
        return "canvas", canvas.attempts(inventory)
    if nbgrader.looks_like(names, inventory.name):
        return "nbgrader", nbgrader.attempts(inventory, assignment)
    folders = {one.parts[0] for one in inventory.entries if len(one.parts) > 1}
    files = {one.parts[0] for one in inventory.entries} - folders
    kind = "folders" if len(folders) >= len(files) else "files"
    return kind, plainfiles.attempts(inventory, eye.knows)


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────


def _by_roster(found: list[Found], roster: Roster) -> tuple[list[Handed], list[str]]:
    """Return what each student of the roster handed in, and what is nobody's."""
    attempts: dict[str, Attempts] = {one.id: [] for one in roster.students}
    said: list[str] = []
    closest = Closest(roster)
    for one in found:
        people = whose(one, roster)
        for known_by in people:
            attempts[known_by].append((one, next(iter(people))))
        said += doubts(one, people) if people else [closest.said(one)]
    handed = [_handed(student, attempts[student.id], said) for student in roster.students]
    return handed, said


def _by_name(found: list[Found]) -> tuple[list[Handed], list[str]]:
    """Return what each one whom the names name handed in, sorted by id."""
    students: dict[str, Student] = {}
    attempts: dict[str, Attempts] = {}
    for one in found:
        sender = ""
        for person in one.people:
            student = students.setdefault(normal_id(person.id), _student(person))
            sender = sender or student.id
            attempts.setdefault(normal_id(person.id), []).append((one, sender))
    said: list[str] = []
    handed = [_handed(students[key], attempts[key], said) for key in sorted(students)]
    return handed, said


def _student(person: Person) -> Student:
    """Return somebody as the student that a platform's names say."""
    others = (value for column, value in person.keys if column not in ("name", "inside", "file"))
    aliases = tuple(one for one in dict.fromkeys(others) if one and one != person.id)
    return Student(person.id, person.name, aliases, lms=person.lms)


def _handed(student: Student, those: Attempts, said: list[str]) -> Handed:
    """Return a student's attempts in their order; says it where the order is a guess."""
    if not those:
        return Handed(student)
    if all(one.attempt.time for one, _ in those):
        those = sorted(those, key=lambda one: (_instant(one[0].attempt), one[0].order))
    else:
        those = sorted(those, key=lambda one: one[0].order)
        names = {one.order[1] for one, _ in those}
        if len(names) > 1 and not all(one.ordered for one, _ in those):
            wheres = ", ".join(shown(one.attempt.where) for one, _ in those[:5])
            said.append(f"{student.id} has {len(those)} attempts without times, taken in the "
                        f"order of their names: {wheres}. The last is the latest.")  # fmt: skip
    return Handed(student, tuple(one.attempt for one, _ in those), those[-1][1])


def _instant(attempt: Attempt) -> datetime:
    time = attempt.time or datetime.min
    return time if time.tzinfo else time.replace(tzinfo=UTC)


# ── when ────────────────────────────────────────────────────────────────────────────────────────


def _timed(handed: list[Handed], times: Mapping[str, datetime]) -> tuple[list[Handed], list[str]]:
    """Return what was handed in with the times of a list: of the latest attempt each."""
    if not times:
        return handed, []
    known = Roster(tuple(one.student for one in handed))
    found = {given: known.find(given) for given in times}
    by_id = {student.id: times[given] for given, student in found.items() if student is not None}
    said = [f"The times name {shown(given)}, who is nobody here." for given, who in found.items()
            if who is None]  # fmt: skip
    return [_with_time(one, by_id) for one in handed], said


def _with_time(one: Handed, times: Mapping[str, datetime]) -> Handed:
    """Return attempts of which the latest has the student's time, or that of who sent it."""
    time = times.get(one.student.id) or times.get(one.sender)
    if time is None or not one.attempts:
        return one
    return replace(one, attempts=(*one.attempts[:-1], replace(one.attempts[-1], time=time)))


# ── said ────────────────────────────────────────────────────────────────────────────────────────


def describe(collection: Collection) -> str:
    """Return what a dry run says: how many handed in, who didn't, and what is nobody's."""
    return "\n".join(_described(collection))


def _described(collection: Collection) -> Iterator[str]:
    handed = [one for one in collection.handed if one.attempts]
    missing = [one.student.id for one in collection.handed if not one.attempts]
    late = sum(bool(one.attempts[-1].late) for one in handed)
    shared = sum(one.shared for one in handed)
    files = len({file for one in handed for attempt in one.attempts for file in attempt.files})
    yield (f"{_CALLED[collection.kind]}: {len(handed)} of {len(collection.handed)} students handed "
           f"in something ({files} files)" + (f"; {late} of them late" if late else "")
           + (f"; {shared} by another member of their group" if shared else "") + ".")  # fmt: skip
    if not collection.from_roster:
        yield "There is no roster: ids are what the names of files say."
    elif not handed:
        yield "Nobody of the roster handed in anything. Is it the roster of another course?"
    said = collection.unmatched
    yield from _list("To look at", [one for one in said if not one.startswith(IGNORED)])
    yield from _list("Left out", [one[len(IGNORED) :] for one in said if one.startswith(IGNORED)])
    yield from _list("Handed in nothing", [shown(one) for one in missing])


def _list(title: str, those: list[str], most: int = 50) -> Iterator[str]:
    """Yield a title and what it is of, a line each."""
    if those:
        yield f"{title} ({len(those)}):"
        yield from (f"  {one}" for one in those[:most])
    if len(those) > most:
        yield f"  … and {len(those) - most} more"
