"""Whose an attempt is: the roster's students for what a learning platform's names say.

The surest key is asked first. Where the roster has a column for a platform's own number, that
number decides, and a name that fits as well doesn't: two students may have the same name. What
fits several students is given to none of them.

Example:
    >>> roster = Roster((Student("ada", name="Ada Lovelace", lms={"canvas_id": "4711"}),))
    >>> student_of(Person("4711", (("canvas_id", "4711"),)), roster).id
    'ada'
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import cached_property

from mnistlab.checks import shown
from mnistlab.grading.folders.classlist import Roster, name_key, name_keys
from mnistlab.grading.folders.found import Found, Person
from mnistlab.grading.handed import Student
from mnistlab.grading.tables import DROPS_ZEROS
from mnistlab.lab.students import normal_id

COMPARED = 100_000  # names, in looking for the closest of those that match nobody
_NO_NUMBER = ("", "name", "inside", "file")

Whose = dict[str, Student]  # by id, who handed it in first


def student_of(person: Person, roster: Roster) -> Student | None:
    """Return the one student of the roster whom a platform's names mean; else None."""
    decided = False
    for column, value in person.keys:
        if column == "name":
            found = None if decided else roster.named(value)
        elif column == "inside":
            inside = roster.inside(value)
            found = inside[0] if len(inside) == 1 else None
        else:
            decided = decided or (column not in _NO_NUMBER and roster.has(column))
            found = roster.find(value, column)
        if found is not None:
            return found
    return None


def whose(found: Found, roster: Roster) -> Whose:
    """Return of whom an attempt is: one student, all of a group, or {} for nobody."""
    people: Whose = {}
    for person in found.people:
        student = student_of(person, roster)
        group = () if found.listed else _group(person, roster)
        if found.sender_known and not _may_be_of_all(person, student, group, roster):
            group = ()
        if student is not None and (not group or student in group):
            people[student.id] = student
        people.update({one.id: one for one in group})
    return people


def _may_be_of_all(
    person: Person, student: Student | None, group: tuple[Student, ...], roster: Roster
) -> bool:
    """Whether a group's name means the group: anybody may call themselves so.

    It does where its sender is a member, or where the roster has no numbers that tell who sent it.
    """
    if student is not None:
        return student in group
    return not any(c not in _NO_NUMBER and roster.has(c) for c, _ in person.keys)


def _group(person: Person, roster: Roster) -> tuple[Student, ...]:
    """Return the members of a group where a name is the group's and nobody's own."""
    for name in dict.fromkeys((person.name, *(v for column, v in person.keys if column == ""))):
        group = roster.group(name) if name else ()
        if group and roster.named(name) is None and roster.find(name) is None:
            return group
    return ()


def doubts(found: Found, people: Whose, roster: Roster | None = None) -> Iterator[str]:
    """Say it where a name is another's than the number beside it says, or of an unknown group."""
    for person, student in zip(found.people, people.values(), strict=False):
        if not (found.sender_known and len(people) == 1 and person.name):
            continue
        key = name_key(person.name)
        if key in name_keys(student.name) | {name_key(student.group)}:
            continue
        where = shown(found.attempt.where)
        if roster is not None and roster.group(person.name):
            yield (f"{where} is graded for {student.id} alone: {shown(person.name)} is the name of "
                   "a group that they aren't a member of.")  # fmt: skip
        elif student.group and not found.listed:
            yield (f"{where} is graded for {student.id} alone: "
                   f"{shown(person.name)} is neither their name nor that of their group, "
                   f"{shown(student.group)}. Where it is the group's, write that name in the "
                   "roster.")  # fmt: skip
        elif not found.listed and student.name and not _share_a_word(key, student.name):
            yield (f"{where} is graded for {student.id}, whose number it has, and whose name is "
                   f"{shown(student.name)}. Ask who handed it in.")  # fmt: skip


def _share_a_word(key: str, name: str) -> bool:
    """Whether a word of a student's name stands in a name as names are compared."""
    words = [name_key(one) for one in re.split(r"[\s,]+", name)]
    return any(one in key for one in words if len(one) > 2 or (one and not one.isascii()))


def undisputed(
    those: list[tuple[Found, str]], student: Student, roster: Roster
) -> tuple[list[tuple[Found, str]], str]:
    """Return a student's attempts, and what is to be said of those that are left out.

    Names alone don't tell two people of one name apart: where attempts have different numbers of
    the platform's, which the roster doesn't know, none counts. One under the student's own name
    goes before those that only have the name of the student's group.
    """
    if len({_number(one, roster) for one, _ in those} - {""}) < 2:
        return those, ""
    own = [each for each in those if _is_by_own_name(each[0], student, roster)]
    kept = own if len({_number(one, roster) for one, _ in own}) == 1 else []
    lost = ", ".join(shown(one.attempt.where) for one, sender in those if (one, sender) not in kept)
    return kept, (f"{lost}: graded for {'nobody' if not kept else 'no other'}, since the name is "
                  f"that of {student.id} or their group, and the numbers beside it are of several "
                  "users. Give a roster with canvas_id or moodle_id.")  # fmt: skip


def _number(found: Found, roster: Roster) -> str:
    """Return the platform's number of who handed in, where the roster can't say whose it is."""
    numbers = (value for person in found.people for column, value in person.keys
               if column in ("canvas_id", "moodle_id") and not roster.has(column))  # fmt: skip
    return next(numbers, "")


def _is_by_own_name(found: Found, student: Student, roster: Roster) -> bool:
    return any(student_of(person, roster) == student for person in found.people)


def but_for_zeros(
    left: Sequence[Found], roster: Roster, taken: Container[str]
) -> list[Student | None]:
    """Return whose attempts are that match but for leading zeros, where that leaves no doubt.

    Args:
        left: attempts that match nobody.
        roster: the class.
        taken: ids of those who have an attempt already.

    Returns:
        One for each attempt. None where nobody or several have the number, where somebody has it
        with just these zeros, and where two numbers of zeros mean the same student.
    """
    spelt = [_spelt(one, roster) for one in left]
    spellings: defaultdict[str, set[str]] = defaultdict(set)
    for student, given in filter(None, spelt):
        spellings[student.id].add(given)
    clear = {known_by for known_by, given in spellings.items() if len(given) == 1}
    return [one[0] if one and one[0].id in clear and one[0].id not in taken else None
            for one in spelt]  # fmt: skip


def _spelt(found: Found, roster: Roster) -> tuple[Student, str] | None:
    """Return the one student whom a number means but for its zeros, and the number; else None."""
    for given in _given(found):
        those = roster.numbered(given)
        if len(those) == 1:
            return those[0], normal_id(given)
    return None


def _given(found: Found) -> Iterator[str]:
    """Yield what may be a number that a course gave, and a spreadsheet spoilt."""
    for person in found.people:
        yield from (value for column, value in person.keys if column in ("", "sis_id", "login"))


class Closest:
    """Sentences on what matches nobody, with the closest student where there is time for that."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._left = COMPARED

    @cached_property
    def _ids(self) -> dict[str, str]:
        """What students are called → their id."""
        ids: dict[str, str] = {}
        for one in self._roster.students:
            for key in (name_key(one.id), *map(name_key, one.aliases), *name_keys(one.name)):
                ids.setdefault(key, one.id)
        return ids

    def said(self, found: Found) -> str:
        """Return why an attempt is given to nobody."""
        where = shown(found.attempt.where)
        meant = self._meant(found)
        zeros = any(map(self._roster.numbered, _given(found)))
        hint = f" {DROPS_ZEROS}" if zeros else ""
        if len(meant) > 1:
            ids = ", ".join(one.id for one in meant[:8])
            return (f"{where} could be of {len(meant)} students in the roster: {ids}. "
                    f"{self._decides(found)}{hint}")  # fmt: skip
        close = self._close(found)
        closest = f"; closest: {close}" if close else ""
        return f"{where} matches nobody in the roster{closest}.{hint}"

    def _decides(self, found: Found) -> str:
        """Return what an instructor can write, and where, so that an attempt is one student's."""
        keys = found.people[0].keys
        for column, value in keys:
            if column not in _NO_NUMBER:
                return f"Write {shown(value)} into the column {column} of the one whose it is."
        free = next((one for one in ("login", "sis_id") if not self._roster.has(one)), "")
        name = next((value for column, value in keys if column == "name"), "")
        if not free or not name:
            return "Rename it after the id of the one whose it is."
        return (f"Rename it after the id of the one whose it is, or write {shown(name)} into the "
                f"column {free} of that one.")  # fmt: skip

    def _meant(self, found: Found) -> tuple[Student, ...]:
        """Return the students whom names mean equally well."""
        for person in found.people:
            for column, value in person.keys:
                inside = column == "inside"
                meant = self._roster.inside(value) if inside else self._roster.meant(value, column)
                if len(meant) > 1:
                    return meant
        return ()

    def _close(self, found: Found) -> str:
        """Return the id and name of the student whose name or id is nearest, or ""."""
        given = [value for person in found.people for column, value in person.keys
                 if column in ("", "name", "email")]  # fmt: skip
        for value in dict.fromkeys(name_key(one)[:100] for one in given):
            if self._left < len(self._ids) or not value:
                break
            self._left -= len(self._ids)
            near = difflib.get_close_matches(value, self._ids, n=1, cutoff=0.7)
            if near:
                return self._ids[near[0]]
        return ""
