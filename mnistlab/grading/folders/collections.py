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
from mnistlab.grading.folders.classlist import unshared
from mnistlab.grading.folders.entries import Names, plain
from mnistlab.grading.folders.found import IGNORED, NOTE, Found, Person, Reading
from mnistlab.grading.folders.inventory import Eye, Inventory, alone, holds_many, listed
from mnistlab.grading.folders.matching import (
    Closest,
    but_for_zeros,
    doubts,
    student_of,
    undisputed,
    whose,
)
from mnistlab.grading.folders.roster import Roster
from mnistlab.grading.handed import Attempt, Collection, Handed, Student
from mnistlab.grading.tables import DROPS_ZEROS
from mnistlab.lab.students import normal_id

MOST_ROWS = 200  # that a dry run lists of who handed in what
MOST_ATTEMPTS = 10  # of one student, where no platform says when each was handed in
_BEFORE = " (grades that were given before)"  # how plainfiles marks a folder of grades
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
    kind, reading = _read(inventory, eye, assignment, roster)
    found, strays = reading.found, reading.strays
    if not found and reading.said:
        raise InputError(f"{shown(str(folder))} holds no submissions that are anybody's. "
                         + " ".join(reading.said[:5]))  # fmt: skip
    if not found:
        held = f"only {', '.join(map(shown, strays[:5]))}" if strays else "nothing"
        raise InputError(f"{shown(str(folder))} holds no submissions: there is {held}. Give the "
                         "folder or zip that your learning platform gave you.")  # fmt: skip
    notes = roster.notes if roster else ()
    if roster and kind == "canvas" and all(o.people[0].id.startswith("anon_") for o in found):
        notes = (f"{NOTE}Canvas hides the names in this zip, so the roster isn't used, and ids are "
                 "those that Canvas made up.",)  # fmt: skip
        roster = None
    if roster is None and kind in ("folders", "files"):
        notes = (*notes, *_looked_through(Path(folder), inventory))
    handed, unmatched = _by_name(found) if roster is None else _by_roster(found, roster)
    handed, untimed = _timed(handed, times or {})
    ignored = [_left_out(one) for one in strays]
    return Collection(
        kind=kind,
        handed=tuple(handed),
        unmatched=(*reading.said, *unmatched, *untimed, *notes, *ignored, *inventory.ignored),
        header=roster.header if roster else (),
        from_roster=roster is not None,
    )


def _looked_through(given: Path, inventory: Inventory) -> Iterator[str]:
    """Say it where a folder or zip was taken for what only holds submissions."""
    if given.absolute() != inventory.path.absolute() or inventory.name not in (
        plain(given.absolute().name), plain(given.stem)
    ):  # fmt: skip
        yield (f"{NOTE}{shown(inventory.name)} was taken for what holds the submissions of several "
               "students. Where it is one student's own, give a roster.")  # fmt: skip


def _left_out(name: str) -> str:
    """Say what was left out, and why."""
    top = name.removesuffix(_BEFORE)
    why = "a table or settings, and no submission" if top == name else _BEFORE[2:-1]
    return f"{IGNORED}{shown(top)}: {why}."


# ── what it looks like ──────────────────────────────────────────────────────────────────────────


def _eye(roster: Roster | None) -> Eye:
    """Return what tells a folder that wraps submissions from one that is one."""

    def knows(name: str) -> bool:
        """Whether a name says whose it is, whatever the student put into it."""
        if canvas.looks_like([name]) or moodle.looks_like([name]) or plainfiles.is_ours(name):
            return True
        person = Person(name, plainfiles.keys(name))
        return roster is not None and bool(student_of(person, roster) or _called(name, roster))

    return Eye(knows, partial(_are_many, roster))


def _called(name: str, roster: Roster | None) -> bool:
    """Whether a name is an id, a student's name or a group's, and nothing besides."""
    found = roster and (roster.find(name) or roster.named(name) or roster.group(name))
    return bool(found or (roster and roster.numbered(name)))


def _are_many(roster: Roster | None, _name: str, inside: Names) -> bool:
    """Whether what lies in a folder or zip is of several students."""
    names = [name for name, _ in inside]
    if _OF_A_SUBMISSION & set(names):
        return False
    if any(room.looks_like(names) for room in (canvas, moodle, gradescope)):
        return True
    if any(_called(plainfiles.whose(name)[0], roster) for name in names):
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
    inventory: Inventory, eye: Eye, assignment: str | None, roster: Roster | None
) -> tuple[str, Reading]:
    """Return the kind of what lies there, and the attempts in it with what isn't one."""
    names = ["/".join(one.parts) for one in inventory.entries]
    if gradescope.looks_like(names):
        return "gradescope", gradescope.attempts(inventory)
    if moodle.looks_like(names):
        return "moodle", moodle.attempts(inventory, roster)
    if canvas.looks_like(names):
        return "canvas", canvas.attempts(inventory, roster)
    if nbgrader.looks_like(names, inventory.name):
        return "nbgrader", nbgrader.attempts(inventory, assignment)
    folders = {one.parts[0] for one in inventory.entries if len(one.parts) > 1}
    files = {one.parts[0] for one in inventory.entries} - folders
    kind = "folders" if len(folders) >= len(files) else "files"
    return kind, plainfiles.attempts(inventory, partial(_called, roster=roster))


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────


def _by_roster(found: list[Found], roster: Roster) -> tuple[list[Handed], list[str]]:
    """Return what each student of the roster handed in, and what is nobody's."""
    attempts: dict[str, Attempts] = {one.id: [] for one in roster.students}
    said: list[str] = []
    left: list[Found] = []
    doubtful: set[str] = set()
    for one in found:
        people = whose(one, roster)
        for known_by in people:
            attempts[known_by].append((one, next(iter(people))))
        left += [] if people else [one]
        doubted = list(doubts(one, people, roster))
        doubtful |= set(people) if doubted else set()
        said += doubted
    said += _without_zeros(left, roster, attempts)
    said += _alone(roster, attempts, doubtful)
    handed = []
    for student in roster.students:
        those, disputed = undisputed(attempts[student.id], student, roster)
        said += [disputed] if disputed else []
        handed.append(_handed(student, those, said))
    return handed, said


def _without_zeros(
    left: list[Found], roster: Roster, attempts: dict[str, Attempts]
) -> Iterator[str]:
    """Give attempts to those whose id lacks leading zeros, or the attempt's does; say of each."""
    taken = {known_by for known_by, those in attempts.items() if those}
    closest = Closest(roster)
    for one, student in zip(left, but_for_zeros(left, roster, taken), strict=True):
        if student is None:
            yield closest.said(one)
            continue
        attempts[student.id].append((one, student.id))
        where = shown(one.attempt.where)
        yield (f"{where} is taken for {_line_of(student)}. {DROPS_ZEROS} Where it is somebody "
               "else's, say so in the roster: give both their whole id.")  # fmt: skip


def _alone(roster: Roster, attempts: dict[str, Attempts], doubtful: set[str]) -> Iterator[str]:
    """Say it where one of a group handed in under the own name, and the others nothing."""
    for name in dict.fromkeys(one.group for one in roster.students if one.group):
        members = roster.group(name)
        there = [one for one in members if attempts[one.id]]
        missing = [one.id for one in members if not attempts[one.id]]
        if len(there) == 1 and missing and there[0].id not in doubtful:
            where = shown(attempts[there[0].id][0][0].attempt.where)
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            yield (f"{', '.join(missing[:5])}{more} of {shown(name)} handed in nothing, and "
                   f"{where} is graded for {there[0].id} alone, of the same group. Where it is "
                   "the group's, put the name of the group in place of theirs: "
                   f"{shown(name)}.")  # fmt: skip


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
    students = dict(zip(students, unshared(tuple(students.values())), strict=True))
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
    if len(those) > MOST_ATTEMPTS and not all(one.attempt.time for one, _ in those):
        said.append(f"{student.id} has {len(those)} attempts without times; only the last "
                    f"{MOST_ATTEMPTS} are graded.")  # fmt: skip
        those = those[-MOST_ATTEMPTS:]
    return Handed(student, tuple(one.attempt for one, _ in those), those[-1][1])


def _instant(attempt: Attempt) -> datetime:
    time = attempt.time or datetime.min
    return time if time.tzinfo else time.replace(tzinfo=UTC)


# ── when ────────────────────────────────────────────────────────────────────────────────────────


def _timed(handed: list[Handed], times: Mapping[str, datetime]) -> tuple[list[Handed], list[str]]:
    """Return what was handed in with the times of a list: of the latest attempt each."""
    known = Roster(tuple(one.student for one in handed))
    found = {given: known.find(given) for given in times}
    by_id = {student.id: times[given] for given, student in found.items() if student is not None}
    said = []
    for given in (given for given, student in found.items() if student is None):
        nearly = known.numbered(given)
        if len(nearly) == 1 and nearly[0].id not in by_id:
            by_id[nearly[0].id] = times[given]
            said.append(f"The times name {shown(given)}, which is taken for {nearly[0].id}. "
                        f"{DROPS_ZEROS}")  # fmt: skip
        else:
            said.append(f"The times name {shown(given)}, who is nobody here."
                        + f" {DROPS_ZEROS}" * bool(nearly))  # fmt: skip
    return [_with_time(one, by_id) for one in handed], said


def _with_time(one: Handed, times: Mapping[str, datetime]) -> Handed:
    """Return attempts of which the latest has the student's time, or that of who sent it.

    Attempts of which the platform says no time have the latest's: a student may have made them
    as folders, and handed them in together.
    """
    if not one.attempts:
        return one
    last = one.attempts[-1]
    time = times.get(one.student.id) or times.get(one.sender) or last.time
    earlier = (
        replace(each, time=each.time or time, late=last.late if each.late is None else each.late)
        for each in one.attempts[:-1]
    )
    return replace(one, attempts=(*earlier, replace(last, time=time)))


# ── said ────────────────────────────────────────────────────────────────────────────────────────


def describe(collection: Collection) -> str:
    """Return what a dry run says: how many handed in, who what, who didn't, what is nobody's."""
    return "\n".join(_described(collection))


def _described(collection: Collection) -> Iterator[str]:
    handed = [one for one in collection.handed if one.attempts]
    missing = [_line_of(one.student) for one in collection.handed if not one.attempts]
    late = [_line_of(one.student) for one in handed if one.attempts[-1].late]
    shared = sum(one.shared for one in handed)
    files = len({file for one in handed for attempt in one.attempts for file in attempt.files})
    yield (f"{_CALLED[collection.kind]}: {len(handed)} of {len(collection.handed)} students handed "
           f"in something ({files} files)" + (f"; {len(late)} of them late" if late else "")
           + (f"; {shared} by another member of their group" if shared else "") + ".")  # fmt: skip
    if not collection.from_roster:
        yield "There is no roster: ids are what the names of files say."
    elif not handed:
        yield "Nobody of the roster handed in anything. Is it the roster of another course?"
    yield from _list("Who handed in what", _rows(handed), MOST_ROWS)
    yield from _list("Late", late)
    said = collection.unmatched
    yield from _list("To look at", [one for one in said if not one.startswith((IGNORED, NOTE))])
    yield from _list("Notes", [one[len(NOTE) :] for one in said if one.startswith(NOTE)])
    yield from _list("Left out", [one[len(IGNORED) :] for one in said if one.startswith(IGNORED)])
    yield from _list("Handed in nothing", missing)


def _rows(handed: list[Handed]) -> list[str]:
    """Return a line for each attempt: where it lay, and whose it is."""
    people: dict[str, list[str]] = {}
    attempts: dict[str, Attempt] = {}
    for one in handed:
        for attempt in one.attempts:
            attempts[attempt.where] = attempt
            people.setdefault(attempt.where, []).append(_line_of(one.student))
    return [f"{where}{_files(one)} → {', '.join(people[where])}" + ", LATE" * bool(one.late)
            for where, one in attempts.items()]  # fmt: skip


def _files(attempt: Attempt) -> str:
    return f" ({len(attempt.files)} files)" if len(attempt.files) > 1 else ""


def _line_of(student: Student) -> str:
    """Return how a line names a student: "ada (Ada Lovelace)"."""
    name = plain(student.name, 100).strip()
    known_by = plain(student.id)
    return f"{known_by} ({name})" if name and name != known_by else known_by


def _list(title: str, those: list[str], most: int = 50) -> Iterator[str]:
    """Yield a title and what it is of, a line each."""
    if those:
        yield f"{title} ({len(those)}):"
        yield from (f"  {one}" for one in those[:most])
    if len(those) > most:
        yield f"  … and {len(those) - most} more"
