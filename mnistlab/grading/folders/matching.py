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
from collections.abc import Iterator
from functools import cached_property

from mnistlab.checks import shown
from mnistlab.grading.folders.classlist import Roster, name_key, name_keys
from mnistlab.grading.folders.found import Found, Person
from mnistlab.grading.handed import Student

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
        group = _group(person, roster)
        if student is not None and (not group or student in group or found.sender_known):
            people[student.id] = student
        people.update({one.id: one for one in group})
    return people


def _group(person: Person, roster: Roster) -> tuple[Student, ...]:
    """Return the members of a group where a name is the group's and nobody's own."""
    for name in dict.fromkeys((person.name, *(v for column, v in person.keys if column == ""))):
        group = roster.group(name) if name else ()
        if group and roster.named(name) is None and roster.find(name) is None:
            return group
    return ()


def doubts(found: Found, people: Whose) -> Iterator[str]:
    """Say it where a name that stands for a group's may be one that the roster doesn't know."""
    for person, student in zip(found.people, people.values(), strict=False):
        if not (found.sender_known and len(people) == 1 and student.group and person.name):
            continue
        if name_key(person.name) not in name_keys(student.name) | {name_key(student.group)}:
            yield (f"{shown(found.attempt.where)} is graded for {student.id} alone: "
                   f"{shown(person.name)} is neither their name nor that of their group, "
                   f"{shown(student.group)}. Where it is the group's, write that name in the "
                   "roster.")  # fmt: skip


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
        if len(meant) > 1:
            ids = ", ".join(one.id for one in meant[:8])
            return f"{where} could be of {len(meant)} students in the roster: {ids}."
        close = self._close(found)
        return f"{where} matches nobody in the roster" + (f"; closest: {close}." if close else ".")

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
