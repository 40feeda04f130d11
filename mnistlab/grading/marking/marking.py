"""Reading answers: one question at a time over all students, a key for each answer.

    a card is drawn → a key → the marks are on the disk → the next card

Names are hidden, the order is shuffled for each person, and the same answers are one card. What
somebody else has marked is passed over; `second=True` shows only that, without the points, so
that two people judge on their own.

Example:
    >>> mark(grades, lab, "GRADES", by="ann")  # doctest: +SKIP
    Marked(by='ann', given=57, left=0, file='GRADES/marks-ann.csv')
"""

import os
from collections.abc import Callable, Sequence

from readchar import key as named
from rich.console import Console

from mnistlab.errors import InputError, SaveError
from mnistlab.grading import tables
from mnistlab.grading.grades import Grade
from mnistlab.grading.marking import cards, keys
from mnistlab.grading.marking.cards import Card
from mnistlab.grading.marking.cardview import View, draw, pages_of, show_bank, show_help
from mnistlab.grading.marking.comments import Bank
from mnistlab.grading.marking.sitting import Marked, Sitting
from mnistlab.grading.marksfile import MarksFile
from mnistlab.lab.assignment import Lab
from mnistlab.lab.students import normal_id

QUIT = ("q", "Q", keys.END)
HALF = ("h", ".", ",")
PAGES = {" ": 1, named.PAGE_DOWN: 1, named.DOWN: 1, "-": -1, named.PAGE_UP: -1, named.UP: -1}
ONE_KEY = 9.5  # the most points that a digit, or half and a digit, can say


def mark(
    grades: Sequence[Grade],
    lab: Lab,
    folder: str | os.PathLike[str],
    by: str,
    question: str | None = None,
    *,
    second: bool = False,
    source: keys.Keys | None = None,
    console: Console | None = None,
) -> Marked:
    """Let a person read the answers in a terminal, and keep their marks after each key.

    Args:
        grades: of all students.
        lab: what was asked.
        folder: of the grades, in which marks-NAME.csv and comments.csv lie.
        by: the person's name.
        question: the id of one question; None: all, one after the other.
        second: show only answers that somebody else has marked, without their points.
        source: where keys come from; None: the terminal.
        console: where cards are drawn; None: the terminal.

    Returns:
        How many answers have this person's mark now, and how many are left.

    Raises:
        InputError: no such question, no terminal, no such folder, no name, or a marks file that
            can't be read.
    """
    asked = cards.questions(lab, question)
    console = console or Console(highlight=False)
    with MarksFile(folder, by) as file:
        seed = f"{lab.lab.name} {normal_id(file.by)}"
        every = [card for one in asked for card in cards.of_question(grades, one, seed)]
        sitting = Sitting(every, file, second)
        if not sitting.cards:
            console.print(_nothing(second), markup=False, soft_wrap=True)
            return sitting.marked
        _sit(sitting, Bank(folder), console, second, source)
        console.print(sitting.marked.text, markup=False, soft_wrap=True)
        if sitting.marked.given:
            console.print(_next(folder), markup=False, soft_wrap=True)
        return sitting.marked


def _nothing(second: bool) -> str:
    """Return why there is no card."""
    if second:
        return "Nobody else has marked an answer yet, so there is none to read a second time."
    return "No student has answered, so there is nothing to read."


def _next(folder: str | os.PathLike[str]) -> str:
    """Return what has to be done after a sitting, so that the marks reach the students."""
    return ("Grade again, with the same command as before, so that they count in grades.csv, the "
            f"report and the feedback: mnistlab grade … --out {os.fspath(folder)}")  # fmt: skip


def _sit(
    sitting: Sitting, bank: Bank, console: Console, second: bool, source: keys.Keys | None
) -> None:
    """Run the loop with the keys that were given, or with those of the terminal."""
    if source is not None:
        Loop(sitting, bank, console, source, second).run()
        return
    with keys.terminal() as source:
        Loop(sitting, bank, console, source, second).run()


class Loop:
    """Keys, and what they do to a sitting.

    Args:
        sitting: the cards, and where the person stands.
        bank: of comments.
        console: where cards are drawn.
        source: where keys come from.
        second: whether it is a second reading.
    """

    def __init__(
        self, sitting: Sitting, bank: Bank, console: Console, source: keys.Keys, second: bool
    ) -> None:
        self._sitting, self._bank, self._second = sitting, bank, second
        self._console, self._source = console, source
        self._page = 0
        self._half = False
        self._said = ""

    def run(self) -> None:
        """Take keys until there are no more, or one of them is q."""
        try:
            while True:
                draw(self._console, self._view())
                key = self._source.key()
                if key in QUIT:
                    return
                self._said = ""
                at = self._sitting.at
                self._do(key)
                self._half = self._half and key in HALF
                self._page = self._page if at == self._sitting.at else 0
        except KeyboardInterrupt:  # everything is saved
            return

    def _do(self, key: str) -> None:
        """Do what a key says; where it can't be done, say why."""
        moves: dict[str, Callable[[], None]] = {
            "p": self._back, named.LEFT: self._back, "u": self._undo, "?": self._help,
            "n": self._sitting.forth, named.RIGHT: self._sitting.forth, "s": self._skip,
        }  # fmt: skip
        move = moves.get(key) or moves.get(key.lower())
        try:
            if move:
                move()
            elif self._sitting.card is not None:
                self._do_with(self._sitting.card, key)
        except (InputError, SaveError) as why:
            self._said = str(why)

    def _do_with(self, card: Card, key: str) -> None:
        """Do what a key says with the card that is shown."""
        if len(key) == 1 and key in "0123456789":
            self._digit(card, key)
        elif key in HALF:
            self._half = not self._half and card.question.points <= ONE_KEY
        elif key in PAGES:
            self._page = max(self._page + PAGES[key], 0)
        elif key == "=":
            self._type_points(card)
        elif key in ("c", "C"):
            self._type_comment(card)
        elif key in ("b", "B"):
            self._choose_comment(card)
        else:
            self._said = "That key does nothing here. ? lists those that do."

    def _view(self, typing: str | None = None) -> View:
        """Return what is to be drawn."""
        sitting, card = self._sitting, self._sitting.card
        alike = [one for one in sitting.cards if card and one.question.id == card.question.id]
        self._page = min(self._page, pages_of(self._console, card) - 1) if card else 0
        return View(
            card=card, page=self._page, half=self._half, said=self._said, typing=typing,
            mine=sitting.mine(card) if card else None, second=self._second,
            open=sum(map(sitting.is_open, alike)), of=len(alike), marked=sitting.marked.text,
        )  # fmt: skip

    # ── points ──────────────────────────────────────────────────────────────────────────────────

    def _digit(self, card: Card, digit: str) -> None:
        """Give the points that a digit says; more than nine are typed as a line."""
        if card.question.points > ONE_KEY:
            self._type_points(card, digit)
        else:
            self._give_typed(card, digit + ".5" * self._half)

    def _type_points(self, card: Card, begun: str = "") -> None:
        """Give points that are typed as a line."""
        typed = self._line("points: ", begun)
        if typed:
            self._give_typed(card, typed)

    def _give_typed(self, card: Card, text: str) -> None:
        """Give points as they were typed, with the comment that is there."""
        mine = self._sitting.mine(card)
        points = tables.points_of(text, card.question.points)
        self._give(card, points, mine.comment if mine else "")
        self._sitting.go_to_open(self._sitting.at)

    def _give(self, card: Card, points: float | None, comment: str) -> None:
        """Give a mark; a bank that can't take the comment stops nobody."""
        self._sitting.give(points, comment)
        try:
            if comment and points is not None and not self._is_put_together(card, comment):
                self._bank.add(card.question.id, points, comment)
        except (InputError, SaveError) as why:
            self._said = f"The mark is saved; the comment isn't in the bank: {why}"

    def _is_put_together(self, card: Card, comment: str) -> bool:
        """Whether a comment ends in one of the bank's, to which it was added."""
        bank = self._bank.of(card.question.id).values()
        return any(comment.endswith(f" {one.text}") for one in bank)

    # ── comments ────────────────────────────────────────────────────────────────────────────────

    def _type_comment(self, card: Card) -> None:
        """Keep a comment that is typed, with the points that are there or come next."""
        mine = self._sitting.mine(card)
        typed = self._line("comment: ", mine.comment if mine else "")
        if typed is not None:
            self._give(card, mine.points if mine else None, typed)

    def _choose_comment(self, card: Card) -> None:
        """Give a comment from the bank, with its points where it has any.

        It is added to the comment that is there; that one may be somebody's work of minutes.
        """
        bank = self._bank.of(card.question.id)
        if not bank:
            self._said = "There are no comments yet. Those that you type with c are kept."
            return
        show_bank(self._console, bank)
        chosen = bank.get(self._source.key().lower())
        if chosen is None:
            return
        mine = self._sitting.mine(card)
        points = chosen.points if chosen.points is not None else mine.points if mine else None
        if points is not None:
            tables.points_of(f"{points:.10g}", card.question.points)
        before = mine.comment if mine else ""
        added = chosen.text if chosen.text not in before else ""
        self._give(card, points, f"{before} {added}".strip())
        if before and added:
            self._said = (self._said or "Added to the comment that was there. u takes it back; p "
                          "and c change the comment.")  # fmt: skip
        if points is not None:
            self._sitting.go_to_open(self._sitting.at)

    def _line(self, what: str, begun: str) -> str | None:
        """Return a line that is typed below the card; None: given up."""
        return keys.line(self._source, lambda typed: draw(self._console, self._view(what + typed)),
                         begun)  # fmt: skip

    # ── moving ──────────────────────────────────────────────────────────────────────────────────

    def _undo(self) -> None:
        """Take the last mark back."""
        done = self._sitting.undo()
        self._said = "Taken back." if done else (
            "Nothing to undo in this sitting. p goes back to earlier answers.")  # fmt: skip

    def _skip(self) -> None:
        """Leave this answer for later; after the last, begin with those that were skipped."""
        self._sitting.go_to_open(self._sitting.at if self._sitting.card else -1)

    def _back(self) -> None:
        """Show the card before."""
        if not self._sitting.back():
            self._said = "This is the first."

    def _help(self) -> None:
        """Show what the keys do, until one is pressed."""
        show_help(self._console)
        self._source.key()
