"""What nbgrader collects: submitted/STUDENT/ASSIGNMENT/, with timestamp.txt beside the notebook.

    submitted/ada/recognizing_digits/recognizing_digits.ipynb
    submitted/ada/recognizing_digits/timestamp.txt        2026-11-23 22:59:00.123456 UTC

Source: nbgrader 0.9, coursedir.py, exchange/default/submit.py and `utils.parse_utc`: a time without
a zone is in UTC.

Example:
    >>> looks_like(["ada/lab_1/lab.ipynb", "ada/lab_1/timestamp.txt"])
    True
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading.folders.entries import Entry, plain
from mnistlab.grading.folders.found import Found, Person, safe_id
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.folders.opening import read
from mnistlab.grading.handed import Attempt

TIMESTAMP = "timestamp.txt"


def looks_like(names: Iterable[str], folder: str = "") -> bool:
    """Whether paths are STUDENT/ASSIGNMENT/…, in a folder called submitted or with timestamps."""
    parts = [name.split("/") for name in names]
    if folder.casefold() == "submitted":
        return any(len(one) > 2 for one in parts)
    return any(len(one) == 3 and one[2] == TIMESTAMP for one in parts)


def attempts(inventory: Inventory, assignment: str | None = None) -> tuple[list[Found], list[str]]:
    """Return the attempts at one assignment, and what isn't of nbgrader's making.

    Args:
        inventory: of the folder `submitted`.
        assignment: which, where there are several.

    Raises:
        InputError: there are several, and none is called so.
    """
    wanted = _assignment(inventory, assignment)
    found, strays = [], []
    for student, entries in inventory.top().items():
        own = [one for one in entries if len(one.parts) > 1 and one.parts[1] == wanted]
        if own:
            found.append(_found(student, own))
        elif any(len(one.parts) < 3 for one in entries):
            strays.append(student)
    return found, strays


def _assignment(inventory: Inventory, assignment: str | None) -> str:
    """Return which assignment is meant: the one that is called so, or the only one."""
    there = sorted({one.parts[1] for one in inventory.entries if len(one.parts) > 2})
    if assignment in there:
        return str(assignment)
    if len(there) == 1:
        return there[0]
    raise InputError(f"{shown(str(inventory.path))} holds {len(there)} assignments: "
                     f"{', '.join(map(shown, there[:8]))}. Which one is graded? It has the name "
                     "that stands in lab.toml: [lab], name.")  # fmt: skip


def _found(student: str, entries: list[Entry]) -> Found:
    """Return a student's attempt."""
    files = tuple(one.file(one.below(2)) for one in entries if one.parts[2:] != (TIMESTAMP,))
    stamp = next((one for one in entries if one.parts[2:] == (TIMESTAMP,)), None)
    time = _time(stamp) if stamp else None
    person = Person(safe_id(student), (("", student), ("name", student)), lms={"id": student})
    where = plain("/".join(entries[0].parts[:2]), 300)
    return Found((person,), Attempt(files, where, time=time))


def _time(stamp: Entry) -> datetime | None:
    """Return the time in a timestamp.txt; None where it can't be read."""
    try:
        text = read(stamp.file(TIMESTAMP), most=200).decode().strip()
        return parsed(text)
    except (ValueError, KeyError, OSError):  # SubmissionError is a ValueError
        return None


def parsed(text: str) -> datetime:
    """Return the time that nbgrader wrote: date, time of day and zone.

    Raises:
        ValueError, KeyError, OSError: no time, or a zone that this machine doesn't know.

    Example:
        >>> parsed("2026-11-23 22:59:00.123456 UTC").isoformat()
        '2026-11-23T22:59:00.123456+00:00'
    """
    match = re.fullmatch(r"(\S+ \S+|\S+T\S+)(?: (\S+))?", text)
    if match is None:
        raise ValueError("no time")
    zone = match[2] or "UTC"
    if re.fullmatch(r"[+-][0-9]{4}", zone):
        return datetime.fromisoformat(f"{match[1]}{zone[:3]}:{zone[3:]}")
    time = datetime.fromisoformat(match[1])
    if time.tzinfo:
        return time
    return time.replace(tzinfo=UTC if zone in ("UTC", "Z", "GMT") else ZoneInfo(zone))
