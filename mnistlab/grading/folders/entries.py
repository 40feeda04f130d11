"""Names of files as they lie in a folder or zip of submissions: text that nobody should trust.

Example:
    >>> plain("a\\u202eb\\n.zip")  # what turns letters around, or breaks a line, is replaced
    'a\\ufffdb\\ufffd.zip'
    >>> parts_of("../../ada\\\\x.zip")  # a name that leads elsewhere leads nowhere
    ['ada', 'x.zip']
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mnistlab.grading.handed import File

Names = list[tuple[str, bool]]  # what lies in a folder, and whether each is a folder

_OF_THE_SYSTEM = {"__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "icon\r"}
_JOINERS = "\u200c\u200d"
_TABLES = (".csv", ".toml", ".tsv", ".xlsx", ".ods", ".xls")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, or what stands for one: a link, a pipe, a folder with nothing in it.

    Attributes:
        parts: its names from the top, without the folders that only wrap the others.
        path: the file, or the zip that holds it; member: its name in that zip.
        fault: why it can't be read, in words: "a link"; "".
    """

    parts: tuple[str, ...]
    path: Path
    member: str | None = None
    fault: str = ""

    def file(self, name: str) -> File:
        """Return it as the file that a student called `name`."""
        return File(self.path, name, self.member, "/".join(self.parts))

    def below(self, depth: int) -> str:
        """Return its name from a folder on: "sub/x.npz"; its own where that is all there is."""
        return "/".join(self.parts[depth:]) or self.parts[-1]


def plain(name: str, most: int = 0) -> str:
    """Return a name as text that can be printed and encoded, at most `most` letters long.

    Lone surrogates (bytes that are no UTF-8), control characters and letters that nobody sees or
    that turn the direction of writing become U+FFFD; joiners, which some scripts need, stay.
    """
    text = name if name.isprintable() else "".join(map(_printable, name))
    return text if not most or len(text) <= most else text[: most - 1] + "…"


def _printable(one: str) -> str:
    odd = unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") and one not in _JOINERS
    return "\ufffd" if odd else one


def parts_of(name: str) -> list[str]:
    """Return the names in a zip member's name, without `..` and the like."""
    return [one for one in re.split(r"[/\\]", name) if one.strip() not in ("", ".", "..")]


def tops(parts: Iterable[tuple[str, ...]]) -> Names:
    """Return the first names of paths, and whether each is a folder's."""
    found: dict[str, bool] = {}
    for one in parts:
        found[one[0]] = found.get(one[0], False) or len(one) > 1
    return list(found.items())


def is_of_the_system(name: str) -> bool:
    """Whether a name is hidden, or of what a system or a program puts beside files."""
    return name.startswith((".", "~$")) or name.casefold() in _OF_THE_SYSTEM


def is_a_table(name: str) -> bool:
    """Whether a name is of a table or settings, such as an instructor keeps beside submissions."""
    return name.casefold().endswith(_TABLES)
