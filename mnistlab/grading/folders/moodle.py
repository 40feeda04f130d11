"""What Moodle gives out: a folder each, whose name says who handed in.

    Ada Lovelace_12345_assignsubmission_file/submission.zip        from Moodle 4.1 on
    Ada Lovelace_12345_assignsubmission_file_/submission.zip       before
    Ada Lovelace_12345_assignsubmission_onlinetext/onlinetext.html a text
    Ada Lovelace_12345_assignsubmission_file_submission.zip        without folders
    Participant_12345_assignsubmission_file/submission.zip         names hidden
    Team One_77_assignsubmission_file/submission.zip               a group's; 77 is the group
    Default group_assignsubmission_file/submission.zip             of those in no group

Underscores in names are blanks. The number is the one that the grading worksheet calls
"Participant 12345", so that worksheet is the best roster.

Source: moodle, mod/assign/classes/downloader.php, and mod/assign/feedback/file/importziplib.php
for how Moodle reads the names of feedback files.

Example:
    >>> looks_like(["Ada Lovelace_12345_assignsubmission_file_/submission.zip"])
    True
"""

import re
from collections.abc import Iterable

from mnistlab.checks import shown
from mnistlab.grading.folders.classlist import Roster
from mnistlab.grading.folders.entries import Entry, is_a_table, plain
from mnistlab.grading.folders.found import Found, Person, Reading, safe_id
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.handed import Attempt

_NAME = re.compile(
    r"(?P<name>[^_]*)_(?:(?P<number>[0-9]+)_)?assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL
)


def looks_like(names: Iterable[str]) -> bool:
    """Whether most of the names, the first part of each path, are of Moodle's making."""
    tops = {name.split("/", 1)[0] for name in names}
    those = [bool(_NAME.fullmatch(one)) for one in tops if not is_a_table(one)]
    return len(those) < 2 * sum(those)


def attempts(inventory: Inventory, roster: Roster | None = None) -> Reading:
    """Return the attempts, one for each name and number, and what isn't of Moodle's making."""
    found: dict[tuple[str, str], list[tuple[re.Match[str], Entry]]] = {}
    reading = Reading([])
    for top, entries in inventory.top().items():
        name = _NAME.fullmatch(top)
        if name is not None:
            whose = found.setdefault((name["name"], name["number"] or ""), [])
            whose += [(name, entry) for entry in entries]
        elif is_a_table(top):
            reading.strays.append(top)
        else:
            reading.said.append(f"{shown(top)} is graded for nobody: it isn't called as Moodle "
                                "calls what was handed in.")  # fmt: skip
    each = roster is not None and _are_students(roster, {name for name, _ in found})
    reading.found.extend(_found(*whose, those, each) for whose, those in found.items())
    return reading


def _are_students(roster: Roster, names: Iterable[str]) -> bool:
    """Whether names are mostly students' and not groups': then a number is a participant's."""
    students = groups = 0
    for name in names:
        is_one = bool(roster.meant(name))
        students += is_one
        groups += not is_one and bool(roster.group(name))
    return 0 < students >= groups


def _found(
    name: str, number: str, those: list[tuple[re.Match[str], Entry]], sender_known: bool
) -> Found:
    """Return the attempt of a participant, or of a group."""
    attempt = Attempt(
        files=tuple(entry.file(_own_name(match, entry)) for match, entry in those),
        where=plain(those[0][1].parts[0], 300),
    )
    keys = (("moodle_id", number), ("name", name)) if number else (("name", name),)
    lms = {"Identifier": f"Participant {number}", "moodle_id": number} if number else {}
    known_by = safe_id(f"{name}_{number}" if number else name)
    person = Person(known_by, keys, plain(name, 200), lms)
    return Found((person,), attempt, sender_known=sender_known and bool(number))


def _own_name(match: re.Match[str], entry: Entry) -> str:
    """Return what the student called a file."""
    return "/".join(filter(None, (match["file"], *entry.parts[1:]))) or entry.parts[0]
