"""What Canvas gives out: one flat zip of files, whose names say who handed them in.

    lovelaceada_4711_99_submission.zip          last and first name, user, file, its own name
    lovelaceada_LATE_4711_99_submission.zip     the same, handed in late
    teamone_4711_99_submission.zip              a group's, handed in for by user 4711
    anon_Qx7Yz_99_submission.zip                names hidden
    lovelaceada_4711_text.html, …_link.html     a text or a link instead of files

Letters that stand in no word are left out of a name, and `_12_` in it becomes `12`, so the first
number between underscores is the user. The zip holds only each student's last attempt, and when
that was isn't said.

Source: canvas-lms, lib/content_zipper.rb, and `infer_comment_context_from_filename` for how Canvas
reads the names of feedback files.

Example:
    >>> looks_like(["lovelaceada_LATE_4711_99_my_lab_2.zip", "grades.csv"])
    True
"""

import re
from collections.abc import Iterable

from mnistlab.grading.folders.entries import Entry, is_a_table, plain
from mnistlab.grading.folders.found import Found, Person
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.handed import Attempt, File

_FILE = r"(?:(?P<number>[0-9]+)_(?P<file>.+)|(?P<text>(?:text|link)\.html))"
_HIDDEN = re.compile(
    rf"(?:(?P<late>LATE)_)?anon_(?P<user>(?![0-9]+_)[A-Za-z0-9]+)_{_FILE}", re.DOTALL
)
_NAMED = re.compile(rf"(?P<name>.*?)_(?:(?P<late>LATE)_)?(?P<user>[0-9]+)_{_FILE}", re.DOTALL)


def parsed(name: str) -> re.Match[str] | None:
    """Return the parts of a name that Canvas made; None for any other name.

    Example:
        >>> parsed("lovelaceada_LATE_4711_99_my_lab_2.zip")["file"]
        'my_lab_2.zip'
    """
    return _HIDDEN.fullmatch(name) or _NAMED.fullmatch(name)


def looks_like(names: Iterable[str]) -> bool:
    """Whether most of the names, the first part of each path, are of Canvas's making."""
    tops = {name.split("/", 1)[0] for name in names}
    those = [bool(parsed(one)) for one in tops if not is_a_table(one)]
    return 0 < len(those) <= 2 * sum(those)


def attempts(inventory: Inventory) -> tuple[list[Found], list[str]]:
    """Return the attempts, one for each user, and what isn't of Canvas's making."""
    found: dict[str, list[tuple[re.Match[str], list[Entry]]]] = {}
    strays: list[str] = []
    for top, entries in inventory.top().items():
        name = parsed(top)
        if name is None:
            strays.append(top)
        else:
            found.setdefault(name["user"], []).append((name, entries))
    return [_found(user, those) for user, those in found.items()], strays


def _found(user: str, those: list[tuple[re.Match[str], list[Entry]]]) -> Found:
    """Return the attempt of a user."""
    those = sorted(those, key=lambda one: (int((one[0]["number"] or "0")[:30]), one[0].string))
    first = those[0][0]
    attempt = Attempt(
        files=tuple(_file(name, entry) for name, entries in those for entry in entries),
        where=plain(first.string, 300),
        late=any(name["late"] for name, _ in those),
    )
    if "name" not in first.groupdict():
        hidden = f"anon_{user}"
        return Found((Person(hidden, (("", hidden),)),), attempt, sender_known=True)
    keys = (("canvas_id", user), ("name", first["name"]))
    person = Person(user, keys, first["name"], {"ID": user, "canvas_id": user})
    return Found((person,), attempt, sender_known=True)


def _file(name: re.Match[str], entry: Entry) -> File:
    """Return a file under the name that the student gave it."""
    own = name["file"] or name["text"]
    return entry.file("/".join((own, *entry.parts[1:])))
