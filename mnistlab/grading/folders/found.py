"""An attempt as a learning platform names it, before anybody knows whose it is.

Example:
    >>> Person("4711", keys=(("canvas_id", "4711"),), name="lovelaceada").id
    '4711'
"""

import hashlib
import re
from dataclasses import dataclass, field

from mnistlab.grading.folders.entries import plain
from mnistlab.grading.handed import Attempt

LONGEST = 100  # characters of an id
# What a sentence begins with that nobody has to act on.
IGNORED, NOTE = "Ignored: ", "Note: "


@dataclass(frozen=True)
class Person:
    """Somebody, as a platform's file names or lists say who it is.

    Attributes:
        id: what they are known by where there is no roster.
        keys: (column of the roster, what stands there), the surest first; the column may also be
            "": any id, "name": the full name, "inside": a text in which an id stands.
        name: how they are called, or their group; "".
        lms: what an export needs, by column.
    """

    id: str
    keys: tuple[tuple[str, str], ...] = ()
    name: str = ""
    lms: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """An attempt, and who the names say it is of.

    Attributes:
        people: of whom it is; several for a group whose members the platform lists.
        attempt: what was handed in.
        order: what attempts of one student are sorted by where times aren't known.
        sender_known: whether the person is a student even where the name is a group's.
        ordered: whether `order` is the order in which they were handed in.
        listed: whether the platform lists everybody of whom it is, so that no name adds others.
    """

    people: tuple[Person, ...]
    attempt: Attempt
    order: tuple[int, str] = (0, "")
    sender_known: bool = False
    ordered: bool = False
    listed: bool = False


@dataclass(frozen=True)
class Reading:
    """What was found in a collection, as its platform names things.

    Attributes:
        found: the attempts.
        strays: names of files that an instructor keeps beside them; nobody has to act.
        said: what somebody has to look at, each in a sentence.
    """

    found: list[Found]
    strays: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def safe_id(name: str) -> str:
    """Return a name as an id: one line, 1 to 100 characters, different for different names.

    Example:
        >>> safe_id(" ada "), len(safe_id("a" * 10_000))
        ('ada', 100)
    """
    text = re.sub(r"\s+", " ", plain(name)).strip()
    if text and len(text) <= LONGEST and text == name.strip():
        return text
    mark = hashlib.sha256(name.strip().encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{text[: LONGEST - 9] or 'unnamed'}-{mark}"
