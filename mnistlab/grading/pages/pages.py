"""Pages that are safe to open: every text in them is escaped, and nothing leaves the page.

    text of a submission → visible() → escaped → page        (never |safe, never inside <script>)

A page is one file: its style and script stand in it, named by their SHA-256 in a content security
policy that allows nothing else, so that even a text which got past the escaping would not run.
Signs that a reader can't see, such as those which turn the direction of writing, are spelled out.

Example:
    >>> visible("5\\u202e01")
    '5⟨U+202E⟩01'
    >>> str(escaped("<script>"))
    '&lt;script&gt;'
"""

import base64
import functools
import hashlib
import re
import unicodedata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from markupsafe import escape as escaped

from mnistlab.grading import scale
from mnistlab.lab.students import normal_id

__all__ = ["clipped", "escaped", "page_name", "percent", "points", "rendered", "visible"]

TEMPLATES = Path(__file__).parent / "templates"
# Line ends and tabs are layout. Joiners make letters and emoji. Marks of direction can do no
# harm, since every text stands in an element that isolates its direction.
LEFT_ALONE = frozenset("\n\t\u200c\u200d\u200e\u200f\u061c")
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
LONGEST_NAME = 80
PLAIN_ID = re.compile(r"[a-z0-9_]([a-z0-9._-]{0,62}[a-z0-9_-])?")
# No file names on Windows, and what the name of another id could end with.
NOT_PLAIN = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|-[0-9a-f]{16}$")


# ── texts ───────────────────────────────────────────────────────────────────────────────────────


def visible(text: str) -> str:
    """Return a text in which signs that can't be seen are spelled out, such as ⟨U+202E⟩."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_sign(c) if _is_unseen(c) else c for c in lines)


def _is_unseen(c: str) -> bool:
    """Whether a character is one that a reader can't see, or that no file can hold."""
    if c in LEFT_ALONE:
        return False
    noncharacter = ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF
    return noncharacter or unicodedata.category(c) in UNSEEN


def _sign(c: str) -> str:
    """Return what stands for an unseen character: ␀ for NUL, ⟨U+202E⟩ for an override."""
    if ord(c) < 0x20:
        return chr(0x2400 + ord(c))
    return "␡" if c == "\x7f" else f"⟨U+{ord(c):04X}⟩"


def clipped(text: str, most: int = LONGEST_NAME) -> str:
    """Return a text in one line; one of more than `most` characters is cut, and says so."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return f"{line[:most]}… ({len(line):,} characters)"


def points(value: float) -> str:
    """Return points with at most two digits after the point: "82.5", "1,000", "0"."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """Return a share in [0, 1] in whole percent; only what is all of it is called 100%."""
    if 0 < share < 0.005:
        return "under 1%"
    return "99%" if 0.99 < share < 1 else f"{100 * share:.0f}%"


def times(count: int) -> str:
    """Return how often: "once", "21 times"."""
    return "once" if count == 1 else f"{count:,} times"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 student", "300 students"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def page_name(student: str) -> str:
    """Return the file name of a student's feedback page: safe on every system, one for each id.

    Args:
        student: the id that the grade bears; any text.

    Returns:
        The id itself where it is made of a-z, 0-9, ".", "_" and "-"; else what is left of it and
        the beginning of its SHA-256. Ids that mean the same student give the same name.

    Example:
        >>> page_name("ada"), page_name("../../x")
        ('ada.html', 'x-9cdf6a50100a862e.html')
    """
    same = normal_id(student)
    if PLAIN_ID.fullmatch(same) and not NOT_PLAIN.search(same):
        return f"{same}.html"
    left = re.sub(r"[^a-z0-9_]+", "-", same)[:40].strip("-") or "id"
    digest = hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{left}-{digest}.html"


# ── pages ───────────────────────────────────────────────────────────────────────────────────────


def rendered(template: str, script: str = "", **values: Any) -> str:
    """Return a page: a template filled in, with its style, its script and its policy.

    Args:
        template: name of a file in `templates`.
        script: name of a file there that runs in the page; "": none does.
        values: what the template names; each text is made visible and escaped on its way.

    Raises:
        jinja2.UndefinedError: the template names a value that wasn't given.
    """
    style, code = _file("page.css"), _file(script) if script else ""
    policy = f"default-src 'none'; style-src {_digest(style)}; base-uri 'none'; form-action 'none'"
    if code:
        policy += f"; script-src {_digest(code)}"
    page = _environment().get_template(template)
    # Both files are this package's own, which is why they alone go in as they are.
    text = page.render(policy=policy, style=Markup(style), script=Markup(code), **values)
    return text if text.endswith("\n") else text + "\n"


@functools.cache
def _environment() -> Environment:
    """Return what fills templates in: it escapes everywhere, and a missing value is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_made_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = {"points": points, "percent": percent, "clipped": clipped, "times": times,
               "counted": counted, "accuracy": scale.percent}  # fmt: skip
    environment.filters.update(filters)
    return environment


def _made_visible(value: Any) -> Any:
    """Return what an expression in a template gives, made visible where it is a text."""
    return visible(value) if type(value) is str else value


@functools.cache
def _file(name: str) -> str:
    """Return a style or script of this package."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    """Return how a content security policy names a style or script."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
