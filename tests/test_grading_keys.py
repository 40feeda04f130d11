"""Text that can do nothing to a terminal, and lines typed key by key; see also the loop's tests."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.grading.marking import keys


class Scripted:
    def __init__(self, *given):
        self.given = list(given)

    def key(self):
        return self.given.pop(0) if self.given else ""


def typed(*given, begun=""):
    seen = []
    return keys.line(Scripted(*given), seen.append, begun), seen


def test_a_line_ends_with_enter_and_is_shown_as_it_grows():
    assert typed("a", "b", "\n", "c") == ("ab", ["", "a", "ab"])
    assert typed("\r", begun=" x  y ")[0] == "x y"


@pytest.mark.parametrize("end", ["\x1b", "\x1b\x1b", ""])
def test_a_line_is_given_up(end):
    assert typed("a", end)[0] is None


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (["a", "b", "\x7f"], "a"),
        (["\x7f", "\x08"], ""),
        ([*"one two", "\x17"], "one"),
        ([*"one", "\x15", "x"], "x"),
        (["\x1b[A", "\x1bOP", "x"], "x"),
        (["\x00", "\x07", "\u202e", "x"], "x"),
        (["👩\u200d👧"], "👩\u200d👧"),
        (["a pasted text "], "a pasted text"),
        (["x" * 5000], "x" * 1000),
    ],
)
def test_a_line_is_edited(given, line):
    assert typed(*given, "\n")[0] == line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain β ✓ 字\nnext", "plain β ✓ 字\nnext"),
        ("\x1b[2J", "␛[2J"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb", "a   b"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "⟨2 more marks⟩"),
        ("\udc80", "⟨U+DC80⟩"),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text, shown):
    assert keys.harmless(text) == shown


@given(st.text(st.characters(codec=None), max_size=200))
def test_nothing_gets_through(text):
    shown = keys.harmless(text)
    directions = {"\u200c", "\u200d", "\u200e", "\u200f", "\u061c"}  # harmless within a line
    assert {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} <= (
        directions | {"\n"})  # fmt: skip
    for is_mark, run in itertools.groupby(shown, lambda c: unicodedata.category(c)[0] == "M"):
        assert not is_mark or len(list(run)) <= 4
