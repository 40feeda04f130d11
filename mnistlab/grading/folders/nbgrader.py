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
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading.folders.entries import Entry, is_a_table, plain
from mnistlab.grading.folders.found import Found, Person, Reading, safe_id
from mnistlab.grading.folders.inventory import Inventory
from mnistlab.grading.folders.opening import read
from mnistlab.grading.handed import Attempt

TIMESTAMP = "timestamp.txt"


def looks_like(names: Iterable[str], folder: str = "") -> bool:
    """Whether most of the paths' first parts are students with an assignment.

    Args:
        names: the paths.
        folder: what holds them. In one called "submitted", STUDENT/ASSIGNMENT/FILE is enough;
            elsewhere most students need a timestamp below the same assignment, since a student
            may put a folder with a timestamp into their own.
    """
    parts = [name.split("/") for name in names]
    students = {one[0] for one in parts if len(one) > 1 or not is_a_table(one[0])}
    if folder.casefold() == "submitted":
        return len(students) < 2 * len({one[0] for one in parts if len(one) > 2})
    stamped = {(one[1], one[0]) for one in parts if len(one) == 3 and one[2] == TIMESTAMP}
    most = max(Counter(assignment for assignment, _ in stamped).values(), default=0)
    return len(students) < 2 * most


def attempts(inventory: Inventory, assignment: str | None = None) -> Reading:
    """Return the attempts at one assignment, and what isn't of nbgrader's making.

    Who has files but no folder of the assignment is graded by those files, or is said.

    Args:
        inventory: of the folder `submitted`.
        assignment: which, where there are several.

    Raises:
        InputError: there are several, and none is called so.
    """
    wanted = _assignment(inventory, assignment)
    reading, others = Reading([]), []
    for student, entries in inventory.top().items():
        own = [one for one in entries if len(one.parts) > 1 and one.parts[1] == wanted]
        if own:
            reading.found.append(_found(student, own))
        elif any(len(one.parts) == 2 for one in entries):  # files that lie in no assignment
            reading.found.append(_found(student, entries, depth=1))
        elif any(len(one.parts) > 2 for one in entries):
            others.append(student)
        elif is_a_table(student):
            reading.strays.append(student)
        else:
            reading.said.append(f"{shown(student)} is no folder of a student's, and is graded for "
                                "nobody.")  # fmt: skip
    reading.said.extend(_said(others, wanted))
    return reading


def _said(others: list[str], wanted: str) -> Iterator[str]:
    """Say who has files of other assignments only."""
    if others:
        more = f" and {len(others) - 20} more" if len(others) > 20 else ""
        yield (f"Nothing for {shown(wanted)}, and files for another assignment, have: "
               f"{', '.join(map(shown, others[:20]))}{more}.")  # fmt: skip


def _assignment(inventory: Inventory, assignment: str | None) -> str:
    """Return which assignment is meant: the one that is called so, or the only one.

    What fewer than a tenth as many students have as the commonest is none: a student may have
    made that folder.
    """
    pairs = {one.parts[:2] for one in inventory.entries if len(one.parts) > 2}
    students = Counter(name for _, name in sorted(pairs))
    if assignment in students:
        return str(assignment)
    most = max(students.values())
    there = sorted(name for name, number in students.items() if 10 * number >= most)
    if len(there) == 1:
        return there[0]
    raise InputError(f"{shown(str(inventory.path))} holds {len(there)} assignments: "
                     f"{', '.join(map(shown, there[:8]))}. Which one is graded? It has the name "
                     "that stands in lab.toml: [lab], name.")  # fmt: skip


def _found(student: str, entries: list[Entry], depth: int = 2) -> Found:
    """Return a student's attempt: what lies in a folder so many names deep."""
    stamps = [one for one in entries if one.parts[depth:] == (TIMESTAMP,)]
    files = tuple(one.file(one.below(depth)) for one in entries if one not in stamps)
    time = _time(stamps[0]) if stamps and depth == 2 else None
    person = Person(safe_id(student), (("", student), ("name", student)), lms={"id": student})
    where = plain("/".join(entries[0].parts[:depth]), 300)
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
