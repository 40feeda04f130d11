"""TOML, and on which line each key stands: Python's tomllib reads the values but not the lines.

Example:
    >>> values, lines = load('[lab]\\nname = "x"\\n\\n[[item]]\\nid = "a"\\npoints = 5\\n')
    >>> values["item"][0]["points"], lines.of(("item", 0, "points")), lines.of(("item", 0, "title"))
    (5, 6, 4)
"""

import bisect
import itertools
import re
import tomllib
from collections.abc import Sequence
from typing import Any

from mnistlab.errors import InputError

Path = tuple[str | int, ...]  # where something stands: ("item", 2, "points")

DEEPEST = 20  # levels of lists and tables

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BASIC = r'"(?:\\.|[^"\\\n])*"'
_LITERAL = r"'[^'\n]*'"
_KEY = re.compile(rf"{_BASIC}|{_LITERAL}|[A-Za-z0-9_-]+")
_LONG_KEY = re.compile(rf"(?<![\w-])(?:(?:{_BASIC}|{_LITERAL}|[\w-]+)[ \t]*\.[ \t]*){{{DEEPEST}}}")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_COMMA = re.compile(r",?")
# A text in three quotes may end in one or two quotes of its own, so the last three count.
_SCALAR = re.compile(
    rf'"""(?:\\.|[^\\])*?"""(?!")|\'\'\'.*?\'\'\'(?!\')|{_BASIC}|{_LITERAL}|[^,\]}}#\n]+', re.DOTALL
)
_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


class Lines:
    """On which line each key of a TOML text stands.

    Args:
        found: path of a key or table → line, from 1; a path is ("item", 2, "points").
    """

    def __init__(self, found: dict[Path, int]) -> None:
        self._found = found

    def of(self, path: Sequence[str | int]) -> int:
        """Return the line of a key; of what encloses it where the key is absent; else 1."""
        return next(
            (self._found[part] for n in range(len(path), 0, -1)
             if (part := tuple(path[:n])) in self._found), 1,
        )  # fmt: skip

    def __contains__(self, path: object) -> bool:
        """Whether a key or table with this path stands in the text."""
        return path in self._found


def load(text: str) -> tuple[dict[str, Any], Lines]:
    """Return what a TOML text says, and on which line it says it.

    Args:
        text: a TOML document.

    Returns:
        The values as tomllib gives them, and Lines.

    Raises:
        InputError: it isn't TOML: "line 3, column 5: …", with the line as it stands there.
    """
    text = text.replace("\r\n", "\n")
    try:
        if _LONG_KEY.search(text):  # tomllib's time grows with the square of the dots
            raise RecursionError
        values = tomllib.loads(text)
        _must_be_shallow(values)
        return values, Lines(_Scanner(text).lines)
    except tomllib.TOMLDecodeError as why:
        raise InputError(_syntax(str(why), text)) from None
    except ValueError:  # Python's own limit on the digits of a whole number
        raise InputError("one of its numbers has thousands of digits; no setting needs that "
                         "many.") from None  # fmt: skip
    except RecursionError:
        raise InputError(f"its lists or tables lie more than {DEEPEST} levels deep in each other; "
                         "four levels are all that is needed.") from None  # fmt: skip


def _must_be_shallow(values: dict[str, Any]) -> None:
    """Raise RecursionError where lists and tables lie too deep in each other for any setting."""
    level: list[Any] = [values]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list)
                 for inner in (one.values() if isinstance(one, dict) else one)]  # fmt: skip
    if level:
        raise RecursionError


def _syntax(message: str, text: str) -> str:
    """Return tomllib's message with the line where the text stops being TOML."""
    match = _PLACE.fullmatch(message)
    what = match[1] if match else message
    text = text.rstrip()
    end = text.count("\n") + 1
    number = min(int(match[2]), end) if match and match[2] else end
    column = f", column {match[3]}" if match and match[2] else ""
    line = text.split("\n")[number - 1].strip()
    line = line if len(line) <= 80 else line[:77] + "..."
    return (f"line {number}{column}: this is no TOML: {what[:1].lower()}{what[1:200]}. "
            f"There stands: {line}{_advice(line)}")  # fmt: skip


def _advice(line: str) -> str:
    """Return what is the matter with a line, for the mistakes that are made most often."""
    if re.search(r"=\s*[-+]?\d+,\d+\s*(#.*)?$", line):
        return " — numbers take a decimal point: 0.97, not 0,97"
    if re.search(r"=\s*(True|False|TRUE|FALSE|yes|no)\b", line):
        return " — write true or false, in small letters and without quotes"
    if re.search(r"=\s*[“”„‘’]", line):
        return ' — these are a word processor\'s quotes; texts stand in plain ones: "text"'
    if re.search(r"=\s*[^\W\d]", line):
        return ' — texts stand in quotes: name = "text"'
    if re.search(r"=\s*(#.*)?$", line):
        return " — there is no value behind the ="
    if re.match(r"[\w-]+\s*:", line):
        return " — TOML writes key = value, not key: value"
    return ""


class _Scanner:
    """Goes through a text that tomllib has read, so that it is known to be TOML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # elements so far of each array of tables
        self._document()

    def _document(self) -> None:
        table: Path = ()
        while self._next():
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Go on over what matches here, and return it."""
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else ""

    def _next(self) -> str:
        """Go on over blanks, lines and comments, and return the sign there; "" at the end."""
        self._skip(_BLANK)
        return self.text[self.at : self.at + 1]

    def _note(self, path: Path, at: int) -> None:
        """Keep the line of a path; a key that comes again, as in a.b and a.c, keeps its first."""
        self.lines.setdefault(path, bisect.bisect_right(self.starts, at))

    def _header(self) -> Path:
        """Read [a.b] or [[a.b]] and return the path of the table that it opens."""
        at, brackets = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        self._next()
        keys = self._keys()
        self._next()
        self.at += brackets
        parents = self._resolved(keys[:-1])
        path: Path = (*parents, keys[-1])
        if brackets == 2:
            self.counts[path] = self.counts.get(path, 0) + 1
        path = self._resolved((keys[-1],), parents)
        for n in range(1, len(path) + 1):  # [a.b] opens a, too, where nothing did before
            self._note(path[:n], at)
        return path

    def _resolved(self, keys: Sequence[str], start: Path = ()) -> Path:
        """Return the path of keys; a name that is an array of tables means its last table."""
        path = start
        for key in keys:
            path = (*path, key)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def _keys(self) -> list[str]:
        """Read a key, which may be several with dots between them."""
        keys = [_unquoted(self._skip(_KEY))]
        while self._skip(_DOT):
            keys.append(_unquoted(self._skip(_KEY)))
        return keys

    def _pair(self, table: Path) -> None:
        """Read key = value."""
        at, path = self.at, table
        for key in self._keys():
            path = (*path, key)
            self._note(path, at)
        self._skip(_EQUALS)
        self._value(path)

    def _value(self, path: Path) -> None:
        """Read a value, with what stands in it."""
        opening = self._next()
        if opening not in ("[", "{"):
            self._skip(_SCALAR)
            return
        self.at += 1
        for n in itertools.count():
            if self._next() in ("]", "}", ""):
                break
            if opening == "{":
                self._pair(path)
            else:
                self._note((*path, n), self.at)
                self._value((*path, n))
            self._next()
            self._skip(_COMMA)
        self.at += 1


def _unquoted(key: str) -> str:
    """Return a key without its quotes."""
    return next(iter(tomllib.loads(f"{key} = 0"))) if key[:1] in ("'", '"') else key
