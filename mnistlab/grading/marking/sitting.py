"""Where a person stands among the answers: what is open, what was given, what can be taken back.

    open       neither this person nor anybody else has marked it (a second reading: this person
               hasn't)
    shown      one comes by it when going back and forth: it is open, or marked by this person

Nothing here knows a key or a terminal.

Example:
    >>> Marked(by="ann", given=12, left=3, file="marks-ann.csv").text
    'ann: marks for 12 answers; 3 left. They are in marks-ann.csv.'
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mnistlab.errors import InputError
from mnistlab.grading import tables
from mnistlab.grading.marking.cards import Card
from mnistlab.grading.marksfile import Given, MarksFile, everybody, files
from mnistlab.grading.pages.pages import counted


@dataclass(frozen=True)
class Marked:
    """What was done.

    Attributes:
        by: who marked.
        given: how many different answers have this person's mark.
        left: how many are open.
        file: where the marks are.
    """

    by: str
    given: int
    left: int
    file: str

    @property
    def text(self) -> str:
        """The same in a sentence."""
        given = counted(self.given, "answer")
        return f"{self.by}: marks for {given}; {self.left:,} left. They are in {self.file}."


class Sitting:
    """The cards that one person reads, one after the other.

    Args:
        every: the cards, in the order in which they are shown.
        file: where the marks go.
        second: whether only what somebody else has marked is shown.

    Attributes:
        cards: those that are shown.
        at: which of them is; as many as there are: the end.

    Raises:
        InputError: another person's marks file can't be read.
    """

    def __init__(self, every: Sequence[Card], file: MarksFile, second: bool = False) -> None:
        self._file, self._second = file, second
        self._history: list[tuple[int, list[Given]]] = []
        self._looked_at: object = None
        self._theirs: dict[tuple[str, str], set[str]] = {}
        self._look()
        self.cards = [one for one in every if not second or self._is_theirs(one, any)]
        self.at = 0
        self.go_to_open(after=-1)

    @property
    def card(self) -> Card | None:
        """The card that is shown; None after the last."""
        return self.cards[self.at] if self.at < len(self.cards) else None

    @property
    def marked(self) -> Marked:
        """What was done so far."""
        given = sum(self._is_mine(one) for one in self.cards)
        return Marked(
            self._file.by, given, sum(map(self.is_open, self.cards)), str(self._file.path)
        )

    # ── what was given ──────────────────────────────────────────────────────────────────────────

    def mine(self, card: Card) -> Given | None:
        """Return what this person gave an answer, or one of those who gave it; else None."""
        return next((one for one in self._current(card) if one is not None), None)

    def is_open(self, card: Card) -> bool:
        """Whether an answer waits for this person's mark."""
        passed_over = not self._second and self._is_theirs(card, all)
        return not passed_over and not self._is_mine(card)

    def _current(self, card: Card) -> list[Given | None]:
        """Return this person's marks of each student; None: none, or of another answer."""
        given = [self._file.of(*key) for key in card.keys]
        return [one if one and one.answer in ("", card.digest) else None for one in given]

    def _is_mine(self, card: Card) -> bool:
        """Whether this person marked an answer, for all who gave it."""
        return all(one is not None and one.points is not None for one in self._current(card))

    def _is_theirs(self, card: Card, which: Callable[[Iterable[bool]], bool]) -> bool:
        """Whether others marked an answer, for all or for any who gave it."""
        wanted = {"", card.digest}
        keys = [(tables.written(student), item) for student, item in card.keys]
        return which(bool(self._theirs.get(key, set()) & wanted) for key in keys)

    def _look(self) -> None:
        """Read what others have marked by now."""
        folder, own = self._file.path.parent, self._file.path.name
        seen = [(one.name, one.stat()) for one in files(folder) if one.name != own]
        now = [(name, about.st_size, about.st_mtime_ns) for name, about in seen]
        if now == self._looked_at:
            return
        theirs: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for name, given in everybody(folder).items():
            for key, one in given.items():
                if name != own:
                    theirs[key].add(one.answer)
        self._theirs, self._looked_at = dict(theirs), now

    # ── giving and taking back ──────────────────────────────────────────────────────────────────

    def give(self, points: float | None, comment: str) -> None:
        """Write a mark for all who gave the answer that is shown.

        Raises:
            SaveError: it could not be written, and doesn't count.
        """
        card = self.cards[self.at]
        before = [self._file.of(*key) or _nothing(key) for key in card.keys]
        self._file.give([Given(student, item, points, comment, card.digest, self._file.by)
                         for student, item in card.keys])  # fmt: skip
        self._history.append((self.at, before))

    def undo(self) -> bool:
        """Take the last mark of this sitting back and show its card; False: there is none.

        Raises:
            SaveError: that could not be written, and the mark still counts.
        """
        if not self._history:
            return False
        at, before = self._history[-1]
        self._file.give(before)
        self._history.pop()
        self.at = at
        return True

    # ── moving ──────────────────────────────────────────────────────────────────────────────────

    def go_to_open(self, after: int) -> None:
        """Show the next card that is open, or the end."""
        with contextlib.suppress(
            InputError, OSError
        ):  # another program is saving it: old ones serve
            self._look()
        later = range(after + 1, len(self.cards))
        self.at = next((k for k in later if self.is_open(self.cards[k])), len(self.cards))

    def back(self) -> bool:
        """Show the card before; False: there is none."""
        earlier = [k for k in range(self.at) if self._is_shown(k)]
        self.at = earlier[-1] if earlier else self.at
        return bool(earlier)

    def forth(self) -> None:
        """Show the card after, or the end."""
        later = range(self.at + 1, len(self.cards))
        self.at = next((k for k in later if self._is_shown(k)), len(self.cards))

    def _is_shown(self, at: int) -> bool:
        """Whether one comes by a card when going back and forth."""
        return self.is_open(self.cards[at]) or self.mine(self.cards[at]) is not None


def _nothing(key: tuple[str, str]) -> Given:
    """Return the line that says that there is no mark."""
    return Given(*key, points=None, comment="", answer="", by="")
