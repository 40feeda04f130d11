"""A terminal: single keys that come from it, and text that can do nothing to it.

An answer may hold sequences that clear the screen, move the cursor, write to the clipboard or
turn the direction of writing. `harmless` spells them out.

Example:
    >>> harmless("5\\x1b[2J")
    '5␛[2J'
"""

import codecs
import contextlib
import itertools
import os
import select
import sys
import unicodedata
from collections.abc import Callable, Iterator
from typing import Protocol

from readchar import key as named
from readchar import readkey

from mnistlab.errors import InputError
from mnistlab.grading.pages.pages import visible

if sys.platform != "win32":
    import termios
    import tty

ESCAPE, END = "\x1b", ""
ENTER = ("\n", "\r")
RUBOUT = ("\x7f", "\x08")
PASTED = ("\x1b[200~", "\x1b[201~")
LONGEST_LINE = 1000
MOST_MARKS = 4  # on one letter; languages that are written need up to 3


class Keys(Protocol):
    """Where keys come from."""

    def key(self) -> str:
        """Return the next key: a character, an escape sequence, a pasted text; "" at the end."""


def line(keys: Keys, show: Callable[[str], None], begun: str = "") -> str | None:
    """Return a line that is typed key by key, or None where it was given up with Escape.

    Args:
        keys: where they come from.
        show: draws what was typed so far.
        begun: what stands there at first.
    """
    typed = begun
    while True:
        show(typed)
        key = keys.key()
        if key in ENTER:
            return " ".join(typed.split())
        if key in (END, ESCAPE, ESCAPE * 2):
            return None
        typed = _edited(typed, key)[:LONGEST_LINE]


def _edited(typed: str, key: str) -> str:
    """Return a line after one more key."""
    if key in RUBOUT:
        return typed[:-1]
    if key == named.CTRL_U:
        return ""
    if key == named.CTRL_W:
        return typed.rstrip().rpartition(" ")[0]
    if key.startswith(ESCAPE):  # an arrow, say
        return typed
    return typed + "".join(c for c in key if c.isprintable() or c in "\u200c\u200d")


def harmless(text: str) -> str:
    """Return a text that a terminal shows and doesn't obey, with lines ended by \\n.

    Control signs are spelled out, and so is what stands above the fourth mark on one letter.
    """
    return "".join(_stacks(visible(text).expandtabs(4)))


def _stacks(text: str) -> Iterator[str]:
    """Yield a text with at most four marks on one letter, which else reach over other lines."""
    if text.isascii():
        yield text
        return
    for marks, run in itertools.groupby(text, lambda c: unicodedata.category(c)[0] == "M"):
        signs = "".join(run)
        left = len(signs) - MOST_MARKS
        yield f"{signs[:MOST_MARKS]}⟨{left} more marks⟩" if marks and left > 0 else signs


@contextlib.contextmanager
def terminal() -> Iterator[Keys]:
    """Give the keys of the terminal, one at a time; afterwards it is as it was.

    Raises:
        InputError: there is no terminal.
    """
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        raise InputError("Marking takes single keys, and there is no terminal here. Run it in a "
                         "terminal, not in a notebook or a pipe; or write points into "
                         "overrides.csv.")  # fmt: skip
    if sys.platform == "win32":
        yield _Windows()
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        # Pasted text is told apart from keys, or its second line would give points.
        os.write(sys.stdout.fileno(), b"\x1b[?2004h")
        yield _Posix(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        os.write(sys.stdout.fileno(), b"\x1b[?2004l")


class _Windows:
    """Keys as readchar reads them."""

    def key(self) -> str:
        """Return the next key."""
        return readkey()


class _Posix:
    """Keys as they come. readchar's own loop would drop those typed while a card is drawn."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = ""

    def key(self) -> str:
        """Return the next key."""
        first = self._next()
        if first == named.CTRL_D:
            return END
        return self._sequence() if first == ESCAPE else first

    def _next(self) -> str:
        """Return the next character, "" at the end."""
        while not self._waiting:
            # Each time: a shell to which one went back in between has set it otherwise.
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
            try:
                data = os.read(self._descriptor, 4096)
            except OSError:  # the terminal was closed
                data = b""
            if not data:
                return END
            self._waiting = self._decoder.decode(data)
        first, self._waiting = self._waiting[0], self._waiting[1:]
        return first

    def _sequence(self) -> str:
        """Return what an Escape begins; the key alone where nothing comes after it at once."""
        if not self._waiting and not select.select([self._descriptor], [], [], 0.05)[0]:
            return ESCAPE
        second = self._next()
        got = ESCAPE + second
        while second in ("[", "O") and (got[2:] == "" or not "@" <= got[-1] <= "~"):
            character = self._next()
            if character == END or len(got) > 32:
                return got
            got += character
        return self._pasted() if got == PASTED[0] else got

    def _pasted(self) -> str:
        """Return a pasted text as one key, in one line."""
        text = ""
        while not text.endswith(PASTED[1]):
            character = self._next()
            if character == END:
                break
            text += character
        return " ".join(text.removesuffix(PASTED[1]).split()) or " "
