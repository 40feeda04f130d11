"""How a card looks in the terminal: question, answer, what was given, keys.

An answer stands on lines of its own, between two rules, with nothing beside it: neither wide
letters nor writing from right to left can move anything else.

Example:
    >>> in_pages(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
"""

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from mnistlab.grading.marking.cards import Card
from mnistlab.grading.marking.comments import Comment
from mnistlab.grading.marking.keys import harmless
from mnistlab.grading.marksfile import Given
from mnistlab.grading.pages.pages import clipped, counted

Line = TypeVar("Line")
AROUND = 9  # lines of a card that are neither question nor answer
HELP = """\
0 to 9     so many points, saved at once; the next answer comes
h . ,      half a point more: h2 gives 2.5
=          type the points, such as 1.25, and Enter
c          type a comment, and Enter; Escape gives it up
b          choose a comment from the bank, comments.csv, with its points;
           it is added to the comment that is there
s          skip: leave the answer for later
p n        the answer before, the answer after; also the arrows ← →
space -    next page, previous page of a long answer; also the arrows ↓ ↑
u          undo the last mark of this sitting
q          quit; everything is saved already"""


@dataclass(frozen=True)
class View:
    """What is to be drawn.

    Attributes:
        card: None: after the last.
        page: of the answer, from 0; half: whether h was pressed; said: a message.
        typing: the line that is being typed, or None.
        mine: what this person gave, or None.
        second: whether it is read a second time.
        open, of: how many answers to this question wait, of how many.
        marked: what was done so far, in a sentence.
    """

    card: Card | None
    page: int
    half: bool
    said: str
    typing: str | None
    mine: Given | None
    second: bool
    open: int
    of: int
    marked: str


def draw(console: Console, view: View) -> None:
    """Draw a card, or what comes after the last."""
    console.clear()
    if view.card is None:
        _line(console, "That was the last.", "bold")
        _line(console, view.marked)
        _line(console, view.said, "yellow")
        _line(console, "p: back   u: undo   s: those that were skipped   q: quit", "dim")
        return
    card, found = view.card, _pages(console, view.card)
    at = f"{view.open:,} of {view.of:,} are left" + ", second reading" * view.second
    _line(console, f"{card.question.id}: {at}", "bold")
    for one in _question(console, card):
        console.print(one)
    shared = f" · the same from {card.shared:,} students" if card.shared > 1 else ""
    _line(console, f"{counted(len(card.text.strip()), 'character')}{shared}", "dim")
    console.rule(style="dim")
    for one in found[min(view.page, len(found) - 1)]:
        console.print(one)
    console.rule(style="dim")
    _below(console, view, len(found))


def _below(console: Console, view: View, pages: int) -> None:
    """Draw what stands below an answer: page, what was given, a message, the keys."""
    assert view.card is not None
    if pages > 1:
        _line(console, f"page {view.page + 1} of {pages}; space: next, -: previous", "dim")
    _line(console, _given(view), "green")
    _line(console, view.said, "yellow")
    if view.typing is not None:
        _line(console, view.typing + "▏", "bold")
        return
    most = view.card.question.points
    half = "half and … " if view.half else ""
    _line(console, f"{half}0 to {most:g} points   h: half   c: comment   b: bank   s: skip   "
                   "p: back   u: undo   ?: help   q: quit", "dim")  # fmt: skip


def _given(view: View) -> str:
    """Return what this person gave, in words."""
    mine = view.mine
    if mine is None or view.card is None or (mine.points is None and not mine.comment):
        return ""
    most = view.card.question.points
    points = "no points yet" if mine.points is None else f"{mine.points:g} of {most:g} points"
    return f"given: {points}" + (f" · {mine.comment}" if mine.comment else "")


def show_bank(console: Console, bank: Mapping[str, Comment]) -> None:
    """Draw the comments that can be chosen."""
    console.clear()
    _line(console, "Choose a comment by its key; any other key goes back.", "bold")
    for key, one in sorted(bank.items()):
        points = "points open" if one.points is None else f"points {one.points:g}"
        _line(console, f"{key}  {points}: {clipped(one.text, 200)}")


def show_help(console: Console) -> None:
    """Draw what the keys do."""
    console.clear()
    console.print(Text(HELP))
    _line(console, "Any key goes back.", "dim")


def _line(console: Console, text: str, style: str = "") -> None:
    """Draw text of ours or of the person who marks, if there is any."""
    if text:
        console.print(Text(harmless(text), style=style))


# ── the answer ──────────────────────────────────────────────────────────────────────────────────


def pages_of(console: Console, card: Card) -> int:
    """Return how many pages an answer has on this terminal."""
    return len(_pages(console, card))


def _pages(console: Console, card: Card) -> list[list[Text]]:
    """Return the lines of an answer as they fit the terminal, in pages."""
    lines = _wrapped(_without_gaps(card.text), console.width)
    height = console.height - AROUND - len(_question(console, card))
    return in_pages(lines, max(height, 3))


def in_pages(lines: Sequence[Line], height: int) -> list[list[Line]]:
    """Return lines in pages of at most so many."""
    return [list(lines[k : k + height]) for k in range(0, len(lines), height)]


def _question(console: Console, card: Card) -> list[Text]:
    """Return the lines of a question, at most a third of the terminal."""
    lines = _wrapped(card.question.text.strip(), console.width)
    most = max(console.height // 3, 1)
    return list(lines) if len(lines) <= most else [*lines[: most - 1], Text("…")]


@functools.lru_cache(maxsize=8)  # the same for each key while one reads
def _wrapped(text: str, width: int) -> tuple[Text, ...]:
    """Return a text as lines that are no wider than the terminal."""
    return tuple(Text(harmless(text)).wrap(Console(width=width), width, overflow="fold"))


def _without_gaps(text: str) -> str:
    """Return an answer in which more than two blank lines are one that counts them."""
    lines: list[str] = []
    for blank, run in itertools.groupby(text.strip().splitlines(), lambda one: not one.strip()):
        found = list(run)
        gap = blank and len(found) > 2
        lines += [f"⟨{len(found):,} blank lines⟩"] if gap else found
    return "\n".join(lines)
