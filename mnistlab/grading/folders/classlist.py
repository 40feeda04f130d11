"""A class as a list that is asked: who is called so, who is of this group.

Each question is a look in a table that is made once, so that 10,000 questions to a class of
10,000 take no longer than reading its list.

Example:
    >>> roster = Roster((Student("ada", name="Ada Lovelace", aliases=("4711",)),))
    >>> roster.find("4711").id, roster.named("Lovelace, Ada").id, roster.find("bob")
    ('ada', 'ada', None)
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mnistlab.grading.handed import Student
from mnistlab.lab.sheetfiles import file_name
from mnistlab.lab.students import normal_id

IDS = ("login", "sis_id", "email", "canvas_id", "moodle_id")  # the first that all have is the id


def name_key(name: str) -> str:
    """Return a name as names are compared: letters and digits only, casefolded."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in folded if one.isalnum())


def name_keys(name: str) -> set[str]:
    """Return the keys of a name in whichever order its words stand, first or last name first."""
    words = re.split(r"[\s,]+", name.strip())[:12]
    turned = (words[k:] + words[:k] for k in range(len(words)))
    return {key for one in turned if (key := name_key("".join(one)))}


@dataclass(frozen=True)
class Roster:
    """The students of a class, in the order of the list.

    Attributes:
        students: one for each row.
        header: all rows of the gradebook that Canvas exported, from which its import is made; ().
        notes: what an instructor should know of the list, each in a sentence.
    """

    students: tuple[Student, ...]
    header: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    def find(self, given: str, column: str = "") -> Student | None:
        """Return the one student whom an id means; None where it means nobody, or several.

        Args:
            given: an id; case, blanks at the ends and width don't count.
            column: "canvas_id", "email" …: only ids of that column count, since numbers of
                different systems can be equal; "file" for an id as mnistlab.submit writes it
                into a file's name; "" for any id.

        Example:
            >>> Roster((Student("ada"), Student("bob", aliases=("ada",)))).find("ADA").id
            'ada'
        """
        found = self._by_id.get((column, normal_id(given)), ())
        return found[0] if len(found) == 1 else None

    def numbered(self, given: str) -> tuple[Student, ...]:
        """Return whose id is the same number but for leading zeros, which a spreadsheet drops.

        Example:
            >>> [one.id for one in Roster((Student("42"), Student("ada"))).numbered("0042")]
            ['42']
        """
        number = _number(given)
        return self._by_number.get(number, ()) if number else ()

    def meant(self, given: str, column: str = "") -> tuple[Student, ...]:
        """Return all students whom an id or a name can mean."""
        found = self._by_id.get((column, normal_id(given)), ())
        return found or self._by_name.get(name_key(given), ())

    def has(self, column: str) -> bool:
        """Whether any student of the list has an id of this column."""
        return column in self._columns

    def named(self, name: str) -> Student | None:
        """Return the one student of a name, in whichever order its words stand; else None."""
        found = self._by_name.get(name_key(name), ())
        return found[0] if len(found) == 1 else None

    def group(self, name: str) -> tuple[Student, ...]:
        """Return the students of a group, in the order of the list; () for no such group."""
        return self._by_group.get(name_key(name), ())

    def inside(self, text: str) -> tuple[Student, ...]:
        """Return whose id, or name, stands in a text as whole words of at least 3 letters."""
        pieces = re.split(r"([\s_.()\[\]+-]+)", text[:300])[:25]
        ends = range(0, len(pieces), 2)
        spans = ["".join(pieces[a : b + 1]) for a in ends for b in ends if b >= a]
        found: dict[str, Student] = {}
        for span in (one for one in spans if len(one) >= 3):
            one = self.find(span) or self.named(span)
            if one is not None:
                found[one.id] = one
        return tuple(found.values())

    @cached_property
    def _by_id(self) -> Mapping[tuple[str, str], tuple[Student, ...]]:
        found: dict[tuple[str, str], list[Student]] = {}
        for one in self.students:
            _add(found, ("", normal_id(one.id)), one)
            for column in IDS:
                _add(found, (column, normal_id(one.lms.get(column, ""))), one)
        own = {normal_id(one.id) for one in self.students}
        for one in self.students:
            for alias in one.aliases:
                if normal_id(alias) not in own:  # an id means its own student first
                    _add(found, ("", normal_id(alias)), one)
        for (column, given), those in list(found.items()):
            if not column and given:
                found["file", file_name("", "", given, "")[2:]] = those
        return {key: tuple(those) for key, those in found.items() if key[1]}

    @cached_property
    def _by_number(self) -> Mapping[str, tuple[Student, ...]]:
        found: dict[str, list[Student]] = {}
        for one in self.students:
            for given in (one.id, one.lms.get("login", ""), one.lms.get("sis_id", "")):
                _add(found, _number(given), one)
        return {key: tuple(those) for key, those in found.items() if key}

    @cached_property
    def _columns(self) -> frozenset[str]:
        return frozenset(column for column, _ in self._by_id)

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Student, ...]]:
        found: dict[str, list[Student]] = {}
        for one in self.students:
            for key in name_keys(one.name):
                _add(found, key, one)
        return {key: tuple(those) for key, those in found.items()}

    @cached_property
    def _by_group(self) -> Mapping[str, tuple[Student, ...]]:
        found: dict[str, list[Student]] = {}
        for one in self.students:
            _add(found, name_key(one.group), one)
        return {key: tuple(those) for key, those in found.items() if key}


def unshared(students: Sequence[Student]) -> tuple[Student, ...]:
    """Return students without those aliases that are another's id, or another's alias too.

    Example:
        >>> unshared([Student("bob"), Student("eve", aliases=("bob", "e"))])[1].aliases
        ('e',)
    """
    owners = Counter(key for one in students
                     for key in {normal_id(each) for each in (one.id, *one.aliases)})  # fmt: skip
    return tuple(
        replace(one, aliases=tuple(each for each in one.aliases if owners[normal_id(each)] < 2))
        for one in students
    )


def _number(given: str) -> str:
    """Return an id of digits without its leading zeros; "" for any other."""
    same = normal_id(given)
    return (same.lstrip("0") or "0") if re.fullmatch("[0-9]+", same) else ""


def _add(found: dict[Any, list[Student]], key: Any, one: Student) -> None:
    """Add a student under a key, once."""
    those = found.setdefault(key, [])
    if one not in those[-1:]:
        those.append(one)
