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

from mnistlab.grading.folders.entries import Entry, is_a_table, plain
from mnistlab.grading.folders.found import Found, Person, safe_id
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.handed import Attempt

_NAME = re.compile(
    r"(?P<name>[^_]*)_(?:(?P<number>[0-9]+)_)?assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL
)


def looks_like(names: Iterable[str]) -> bool:
    """Whether most of the names, the first part of each path, are of Moodle's making."""
    tops = {name.split("/", 1)[0] for name in names}
    those = [bool(_NAME.fullmatch(one)) for one in tops if not is_a_table(one)]
    return 0 < len(those) <= 2 * sum(those)


def attempts(inventory: Inventory) -> tuple[list[Found], list[str]]:
    """Return the attempts, one for each name and number, and what isn't of Moodle's making."""
    found: dict[tuple[str, str], list[tuple[re.Match[str], Entry]]] = {}
    strays: list[str] = []
    for top, entries in inventory.top().items():
        name = _NAME.fullmatch(top)
        if name is None:
            strays.append(top)
            continue
        whose = found.setdefault((name["name"], name["number"] or ""), [])
        whose += [(name, entry) for entry in entries]
    return [_found(*whose, those) for whose, those in found.items()], strays


def _found(name: str, number: str, those: list[tuple[re.Match[str], Entry]]) -> Found:
    """Return the attempt of a participant, or of a group."""
    attempt = Attempt(
        files=tuple(entry.file(_own_name(match, entry)) for match, entry in those),
        where=plain(those[0][1].parts[0], 300),
    )
    keys = (("moodle_id", number), ("name", name)) if number else (("name", name),)
    lms = {"Identifier": f"Participant {number}", "moodle_id": number} if number else {}
    known_by = safe_id(f"{name}_{number}" if number else name)
    return Found((Person(known_by, keys, plain(name, 200), lms),), attempt)


def _own_name(match: re.Match[str], entry: Entry) -> str:
    """Return what the student called a file."""
    return "/".join(filter(None, (match["file"], *entry.parts[1:]))) or entry.parts[0]
