"""Submissions that no learning platform named: a file each, or a folder each.

    ada.zip, bob.ipynb                         the name before the ending is the id
    submission-recognizing_digits-ada.zip      as mnistlab.submit calls it: the id is ada
    ada.zip, ada (1).zip                       two attempts, in this order
    ada/notebook.ipynb, ada/extra/notes.txt    one attempt of two files
    ada/attempt 1/…, ada/attempt 2/…           two attempts
    ada/1/…, ada/2/…                           two attempts

With a roster, an id or a name that stands in a longer file name counts too, where it is only one
student's: "lab1_ada.lovelace_final.zip".

Example:
    >>> whose("submission-recognizing_digits-ada (2).zip")
    ('ada', 2)
"""

import re
from collections.abc import Callable

from mnistlab.grading.folders.entries import Entry, is_a_table, plain
from mnistlab.grading.folders.found import Found, Person, Reading, safe_id
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.handed import Attempt

_ENDING = re.compile(
    r"(?:\.weights)?\.(?:zip|keras|h5|hdf5|npz|ipynb|json|txt|pdf|html?|py|docx?|odt|rtf|md"
    r"|png|jpe?g|gz|tgz|tar|7z|rar|pkl|csv|toml|tsv|xlsx?|ods)",
    re.IGNORECASE,
)
_COPY = re.compile(r"(.+?) ?\(([0-9]{1,4})\)", re.DOTALL)
_OURS = re.compile(r"submission-[a-z][a-z0-9_]{0,63}-(.+)", re.DOTALL)
_ATTEMPT = re.compile(r"(?:attempt[ _-]*)?([0-9]{1,6})", re.IGNORECASE)


def whose(name: str) -> tuple[str, int]:
    """Return the id that a file's name says, and which copy of it this is; 0 for the first."""
    ending = _ENDING.search(name[-40:])
    stem = _ENDING.sub("", name[-40:]) if ending and name.endswith(ending[0]) else name[-40:]
    stem = name[:-40] + stem or name
    copy = _COPY.fullmatch(stem)
    base, number = (copy[1], int(copy[2])) if copy else (stem, 0)
    ours = _OURS.fullmatch(base)
    return (ours[1] if ours else base), number


def is_ours(name: str) -> bool:
    """Whether a name is one that mnistlab.submit gives a submission.

    Example:
        >>> is_ours("submission-recognizing_digits-ada.zip"), is_ours("submissions.zip")
        (True, False)
    """
    return bool(_OURS.match(name))


def keys(name: str) -> tuple[tuple[str, str], ...]:
    """Return the columns of a roster in which whoever a name means is looked for."""
    own = whose(name)[0]
    return tuple(
        dict.fromkeys([("", name), ("", own), ("file", own), ("name", own), ("inside", own)])
    )


def attempts(inventory: Inventory, knows: Callable[[str], object]) -> Reading:
    """Return the attempts, and the names at the top that are of an instructor's own files.

    Args:
        inventory: of files, of folders, or of both.
        knows: whether an id is in the roster: then even a table of that name is an attempt, and
            a folder that holds grades is one too.
    """
    found: list[Found] = []
    files: dict[tuple[str, int], list[Entry]] = {}
    strays: list[str] = []
    for top, entries in inventory.top().items():
        given = any(one.parts[1:] == ("grades.jsonl",) for one in entries)
        if given and not knows(top):
            strays.append(f"{top} (grades that were given before)")
        elif len(entries[0].parts) > 1 or entries[0].fault.startswith("a folder"):
            found += _of_folder(top, entries)
        elif is_a_table(top) and not knows(whose(top)[0]):
            strays.append(top)
        else:
            files.setdefault(whose(top), []).extend(entries)
    return Reading(found + [_of_files(*key, those) for key, those in files.items()], strays)


def _of_folder(top: str, entries: list[Entry]) -> list[Found]:
    """Return the attempts in a student's folder."""
    tries: dict[int, list[Entry]] = {}
    for one in entries:
        number = _ATTEMPT.fullmatch(one.parts[1]) if len(one.parts) > 2 else None
        tries.setdefault(int(number[1]) if number else -1, []).append(one)
    if -1 in tries:
        tries, depth = {0: entries}, 1
    else:
        depth = 2
    return [
        Found(
            (_person(top, whose(top)[0] if is_ours(top) else top),),
            Attempt(
                tuple(one.file(one.below(depth)) for one in those),
                plain("/".join(those[0].parts[:depth]), 300),
            ),
            (number, top),
            ordered=len(tries) > 1,
        )
        for number, those in sorted(tries.items())
    ]


def _of_files(base: str, number: int, entries: list[Entry]) -> Found:
    """Return the attempt that files of one name, with different endings, make."""
    files = tuple(one.file(one.parts[0]) for one in entries)
    person = _person(base, whose(base)[0])
    return Found((person,), Attempt(files, plain(entries[0].parts[0], 300)), (number, base))


def _person(name: str, known_by: str) -> Person:
    """Return whom a name means."""
    return Person(safe_id(known_by), keys(name), lms={})
