"""What Canvas gives out: one flat zip of files, whose names say who handed them in.

    lovelaceada_4711_99_submission.zip          last and first name, user, file, its own name
    lovelaceada_LATE_4711_99_submission.zip     the same, handed in late
    teamone_4711_99_submission.zip              a group's, handed in for by user 4711
    anon_Qx7Yz_99_submission.zip                names hidden; LATE stands before or after anon
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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mnistlab.checks import shown
from mnistlab.grading.folders.classlist import Roster, name_key, name_keys
from mnistlab.grading.folders.entries import Entry, is_a_table, plain
from mnistlab.grading.folders.found import Found, Person, Reading
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.handed import Attempt, File, Student

_FILE = r"(?:(?P<number>[0-9]+)_(?P<file>.+)|(?P<text>(?:text|link)\.html))"
_HIDDEN = re.compile(
    r"(?=(?:anon_)?(?P<late>LATE)_)?(?:LATE_anon_|anon_(?:LATE_)?(?![0-9]+_))"
    rf"(?P<user>(?!LATE_)[A-Za-z0-9]+)_{_FILE}",
    re.DOTALL,
)
_TAIL = re.compile(rf"_(?:(?P<late>LATE)_)?(?P<user>[0-9]+)_{_FILE}", re.DOTALL)
_MOST_WAYS = 50  # in which a name is read
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
    return len(those) < 2 * sum(those)


@dataclass(frozen=True)
class Named:
    """One way in which a file's name can be read.

    Attributes:
        top: the name; name: of the student or group, None where Canvas hides it.
        user, number: of the student and of the file in Canvas; "" for a text or link.
        file: what the student called it; late: whether Canvas says so.
    """

    top: str
    name: str | None
    user: str
    number: str
    file: str
    late: bool


def ways(top: str) -> list[Named]:
    """Return the ways in which a name can be read, Canvas's own first; [] for no name of Canvas's.

    A student may call themselves "eve_4712": then the first number is another's.

    Example:
        >>> [(one.name, one.user) for one in ways("eve_4712_4711_99_lab.zip")]
        [('eve', '4712'), ('eve_4712', '4711')]
    """
    if hidden := _HIDDEN.fullmatch(top):
        return [_named(top, None, hidden)]
    found: dict[int, Named] = {}
    for at in (one.start() for one in re.finditer("_", top)):
        match = _TAIL.fullmatch(top, at)
        if match and match.start("user") not in found:
            found[match.start("user")] = _named(top, top[:at], match)
            if len(found) == _MOST_WAYS:
                break
    return list(found.values())


_Names = dict[str | None, list[tuple[Named, list[Entry]]]]  # what stands under one number


def _named(top: str, name: str | None, match: re.Match[str]) -> Named:
    own = match["file"] or match["text"]
    return Named(top, name, match["user"], match["number"] or "", own, bool(match["late"]))


def attempts(inventory: Inventory, roster: Roster | None = None) -> Reading:
    """Return the attempts, one for each user and name, and what isn't of Canvas's making."""
    found: dict[str, _Names] = {}
    reading = Reading([])
    for top, entries in inventory.top().items():
        if those := ways(top):
            name = _chosen(those, roster)
            if name is None:
                reading.said.append(f"{shown(top)} can be read as of several students, and is "
                                    "graded for nobody. Ask who handed it in.")  # fmt: skip
            else:
                found.setdefault(name.user, {}).setdefault(name.name, []).append((name, entries))
        elif is_a_table(top):
            reading.strays.append(top)
        else:
            reading.said.append(f"{shown(top)} is graded for nobody: it isn't called as Canvas "
                                "calls what was handed in.")  # fmt: skip
    for user, names in found.items():
        kept = _kept(names, roster)
        reading.found.extend(_found(user, names[one]) for one in kept)
        reading.said.extend(_parted(user, names, kept))
    return reading


def _chosen(those: list[Named], roster: Roster | None) -> Named | None:
    """Return the way in which a name is meant, by the roster's numbers; None for nobody can tell.

    The last way whose number is in the roster is the true one, unless the file's own name holds
    another's number; so it counts only where the name before it is that student's.
    """
    known = [one for one in those if _student(one.user, roster)]
    if not known or known == those[:1]:
        return those[0]
    fitting = [one for one in known if _fits(one, roster)]
    if len(known) == 1:
        return fitting[0] if fitting else those[0]
    return known[-1] if fitting == known[-1:] else None


def _student(user: str, roster: Roster | None) -> Student | None:
    """Return the student of a number, where the roster has Canvas's numbers."""
    return roster.find(user, "canvas_id") if roster is not None else None


def _fits(name: Named, roster: Roster | None) -> bool:
    """Whether a name is that of the number's student, or their group's; one `_4712` may follow."""
    student = _student(name.user, roster)
    if student is None or name.name is None:
        return False
    theirs = name_keys(student.name) | {name_key(student.group)} - {""}
    return bool(theirs & {name_key(name.name), name_key(re.sub("_[0-9]+$", "", name.name))})


def _kept(names: _Names, roster: Roster | None) -> list[str | None]:
    """Return which of the names that stand under one number are graded.

    Where nothing says whose the number is, names that can be read in one way only go before.
    """
    if len(names) < 2 or (roster is not None and not roster.has("canvas_id")):
        return list(names)  # without numbers in the roster the names decide
    if roster is not None:
        sure = [one for one, those in names.items() if _fits(those[0][0], roster)]
    else:
        sure = [one for one, those in names.items() if any(len(ways(n.top)) == 1 for n, _ in those)]
    return sure if len(sure) == 1 else []


def _parted(user: str, names: _Names, kept: list[str | None]) -> Iterator[str]:
    """Say what isn't graded, because other names stand under the same number."""
    lost = [name.top for one, those in names.items() if one not in kept for name, _ in those]
    if lost:
        yield (f"{', '.join(map(shown, lost[:5]))} can't be told to be of user {user}, under whose "
               "number other names stand, and is graded for nobody. Give Canvas's gradebook "
               "export, which says who that is.")  # fmt: skip


def _found(user: str, those: list[tuple[Named, list[Entry]]]) -> Found:
    """Return the attempt of a user."""
    those = sorted(those, key=lambda one: (int(one[0].number[:30] or 0), one[0].top))
    first = those[0][0]
    attempt = Attempt(
        files=tuple(_file(name, entry) for name, entries in those for entry in entries),
        where=plain(first.top, 300),
        late=any(name.late for name, _ in those),
    )
    if first.name is None:
        hidden = f"anon_{user}"
        return Found((Person(hidden, (("", hidden),)),), attempt, sender_known=True)
    keys = (("canvas_id", user), ("name", first.name))
    person = Person(user, keys, first.name, {"ID": user, "canvas_id": user})
    return Found((person,), attempt, sender_known=True)


def _file(name: Named, entry: Entry) -> File:
    """Return a file under the name that the student gave it."""
    return entry.file("/".join((name.file, *entry.parts[1:])))
