"""What Gradescope gives out: a folder or file a submission, and a list of who handed it in when.

    submission_metadata.yml             submission_101: {:submitters: [{:name, :sid, :email}, …],
    submission_101/submission.zip        :created_at: 2026-11-23 22:59:00.000000000 Z, …}
    submission_102.ipynb

Files that students handed in are unpacked by Gradescope where they were a zip. A group's
submission lists all its members. The list is YAML as Ruby writes it; every value is read as the
text, list or mapping that it is written as, whatever kind of object its tag claims.

Source: exports of submissions (Download Submissions); Gradescope documents only the JSON that its
autograders get.

Example:
    >>> looks_like(["submission_metadata.yml", "submission_101/submission.zip"])
    True
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading.folders.entries import Entry, is_a_table, plain
from mnistlab.grading.folders.found import Found, Person, Reading, safe_id
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.folders.opening import read
from mnistlab.grading.handed import Attempt

METADATA = "submission_metadata.yml"
MOST = 64 * 2**20  # bytes; of 1,000 submissions with an autograder's output 10 MB are usual
_NAME = re.compile(r"submission_[0-9]+(?:\.|$)")
DEEPEST = 40  # levels of the list; 6 are usual


def looks_like(names: Iterable[str]) -> bool:
    """Whether Gradescope's list is there, and most of the rest is called as Gradescope calls it.

    The list alone may be a student's file.
    """
    names = set(names)
    tops = {name.split("/", 1)[0] for name in names - {METADATA}}
    those = [bool(_NAME.match(one)) for one in tops if not is_a_table(one)]
    return METADATA in names and (not those or len(those) < 2 * sum(those))


def attempts(inventory: Inventory) -> Reading:
    """Return the attempts that the list names, and what is in it or beside it only.

    Raises:
        InputError: the list can't be read.
    """
    there = inventory.top()
    metadata = _metadata(there.pop(METADATA)[0])
    reading = Reading([])
    for name in (one for one in there if one not in metadata):
        if is_a_table(name):
            reading.strays.append(name)
        else:
            reading.said.append(f"{shown(name)} isn't in {METADATA}, and is graded for nobody.")
    for name, about in metadata.items():
        people = _people(about)
        if people and name in there:
            reading.found.append(_found(name, there[name], people, _time(about.get(":created_at"))))
        else:
            why = f"{METADATA} doesn't say whose it is" if name in there else "it isn't there"
            reading.said.append(f"{shown(name)}, which {METADATA} names, is graded for nobody: "
                                f"{why}.")  # fmt: skip
    return reading


def _found(
    name: str, entries: list[Entry], people: tuple[Person, ...], time: datetime | None
) -> Found:
    """Return a submission."""
    files = tuple(entry.file(entry.below(1)) for entry in entries)
    number = re.sub(r"\D", "", name)[:30]
    attempt = Attempt(files, plain(name, 300), time=time)
    return Found(people, attempt, (int(number or 0), name), sender_known=True, ordered=True,
                 listed=True)  # fmt: skip


def _people(about: Mapping[str, Any]) -> tuple[Person, ...]:
    """Return who handed in a submission; a group's members in the order of the list."""
    submitters = about.get(":submitters")
    those = submitters if isinstance(submitters, list) else []
    return tuple(person for one in those if isinstance(one, dict) and (person := _person(one)))


def _person(one: Mapping[str, Any]) -> Person | None:
    """Return a submitter; None where nothing says who it is."""
    name, sid, email = (_text(one.get(key)) for key in (":name", ":sid", ":email"))
    if not (sid or email or name):
        return None
    keys = (("sis_id", sid), ("email", email), ("", sid), ("", email), ("name", name))
    lms = {"sis_id": sid, "email": email, "name": name}
    return Person(
        safe_id(sid or email or name),
        tuple((column, value) for column, value in keys if value),
        plain(name, 200),
        {column: value for column, value in lms.items() if value},
    )


def _text(value: Any) -> str:
    """Return a value of the list as text; "" for none, and for what is no single value."""
    text = value.strip() if isinstance(value, str) else ""
    return "" if text in ("~", "null") else text


def _time(value: Any) -> datetime | None:
    """Return when something was handed in; None where that isn't said.

    Example:
        >>> _time("2026-11-23 22:59:00.123456789 Z").isoformat()
        '2026-11-23T22:59:00.123456+00:00'
    """
    if isinstance(value, dict):  # a time with a zone is an object in Ruby
        value = value.get("utc")
    text = re.sub(r"(\.\d{6})\d+", r"\1", _text(value))  # nanoseconds
    try:
        time = datetime.fromisoformat(re.sub(r"\s*(Z|UTC)$|\s+(?=[+-]\d\d:?\d\d$)", _zone, text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _zone(written: re.Match[str]) -> str:
    return "+00:00" if written[1] else ""


# ── the list ────────────────────────────────────────────────────────────────────────────────────


_Texts = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # makes texts, lists and mappings only


def _metadata(entry: Entry) -> dict[str, dict[str, Any]]:
    """Return the list: name of a folder or file → what is said of it."""
    try:
        text = read(entry.file(METADATA), MOST).decode("utf-8-sig")
        _must_be_shallow(text)
        listed = yaml.load(text, Loader=_Texts)
    except (ValueError, OverflowError, RecursionError, yaml.YAMLError) as why:
        raise InputError(f"{METADATA} can't be read: {shown(str(why))} Download the submissions "
                         "from Gradescope again.") from why  # fmt: skip
    if not isinstance(listed, dict):
        raise InputError(f"{METADATA} holds no list of submissions. Download the submissions from "
                         "Gradescope again.")  # fmt: skip
    return {plain(str(name)): one for name, one in listed.items() if isinstance(one, dict)}


def _must_be_shallow(text: str) -> None:
    """Raise ValueError for a list whose levels would exhaust the reader's stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Texts):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it has more than {DEEPEST} levels.")
