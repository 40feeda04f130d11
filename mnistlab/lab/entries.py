"""What stands in a cell's output after an entry, and the table of a whole worksheet.

Each carries the worksheet's record, so that a notebook that is handed in carries it, too.

Example:
    >>> print(Entry("why_scale", "Why divide by 255?", "answer", "It saturates.", "", "w.json", 3))
    Answer to why_scale: Why divide by 255?
      It saturates.
    Saved in w.json. 3 questions are still empty.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.lab import drawings
from mnistlab.lab.drawings import Drawings
from mnistlab.lab.notebook import WORKSHEET

if TYPE_CHECKING:
    from mnistlab.plots.picture import Picture

NOTHING = "–"  # in a table, where nothing was given
ARTICLES = {"prediction": "a prediction", "number": "a number", "answer": "an answer in words"}


@dataclass(frozen=True, repr=False)
class Entry:
    """One entry in a worksheet, as a cell shows it.

    Attributes:
        question: its id, or "" for a run that was recorded; text: the question itself.
        kind: "prediction", "number", "answer" or "run".
        given: what was given, as text; "" for nothing.
        note: what else to say of it; "".
        place: the file that it is saved in.
        empty: how many questions are still empty.
        record: the whole worksheet's record.
    """

    question: str
    text: str
    kind: str
    given: str
    note: str
    place: str
    empty: int
    record: Mapping[str, Any] = field(default_factory=dict)

    def _head(self) -> str:
        """Return the first line: what it is an entry of."""
        return f"{self.kind.capitalize()} to {self.question}" if self.question else "Run recorded"

    def _foot(self) -> str:
        """Return the last line: where it lies, and what is still to do."""
        saved = f"Saved in {self.place}." if self.given else f"The worksheet: {self.place}."
        left = {0: "No question is empty.", 1: "1 question is still empty."}.get(
            self.empty, f"{self.empty} questions are still empty."
        )
        return " ".join(filter(None, [self.note, saved, left]))

    def __repr__(self) -> str:
        head = f"{self._head()}: {self.text}" if self.text else self._head()
        lines = [f"  {line}" for line in self.given.splitlines()]
        return "\n".join([head, *lines, self._foot()])

    def _repr_html_(self) -> str:
        """Return it as HTML; what was given is shown as it was typed, and is never markup."""
        head = f"<p><strong>{html.escape(self._head())}</strong>"
        text = f"<br>{html.escape(self.text)}" if self.text else ""
        given = (f'<blockquote dir="auto" style="white-space:pre-wrap">{html.escape(self.given)}'
                 "</blockquote>" if self.given else "")  # fmt: skip
        return f"{head}{text}</p>{given}<p>{html.escape(self._foot())}</p>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return what a notebook keeps of it."""
        return bundle(repr(self), self._repr_html_(), self.record)


@dataclass(frozen=True, repr=False, eq=False)
class Drawn(Entry):
    """The drawings that a worksheet keeps, as a cell shows them, and as arrays.

    Attributes:
        drawings: all that are kept.

    Example:
        >>> mine = sheet.digits("mnistlab-digits:1:…")  # doctest: +SKIP
        >>> (result.predict(mine.images).argmax(axis=1) == mine.labels).sum()  # doctest: +SKIP
        8
    """

    drawings: Drawings = field(default_factory=drawings.none)

    def __len__(self) -> int:
        return len(self.drawings)

    @property
    def images(self) -> NDArray[np.uint8]:
        """The images, uint8 (n, height, width), 0 … 255, ink light: what a network is shown."""
        return self.drawings.images

    @property
    def labels(self) -> NDArray[np.int64]:
        """What each is meant to show, int64 (n,)."""
        return self.drawings.labels

    def _head(self) -> str:
        return "Your drawings"

    def picture(self) -> "Picture":
        """Return the drawings in rows, each under its class; they have to be some."""
        from mnistlab.plots.images import image_grid  # matplotlib: not for those who only hand in

        return image_grid(self.images, [str(one) for one in self.labels],
                          "As the network sees them")  # fmt: skip

    def _repr_html_(self) -> str:
        """Return it as HTML, with the drawings as one picture."""
        return super()._repr_html_() + (self.picture()._repr_html_() if len(self) else "")


def of_each(labels: NDArray[np.int64]) -> str:
    """Return how many there are of each class.

    Example:
        >>> of_each(np.array([7, 0, 7]))
        '3 drawings: 0 × 1, 7 × 2'
    """
    counts = [f"{one} × {count}" for one, count in zip(*np.unique(labels, return_counts=True),
                                                       strict=True)]  # fmt: skip
    return f"{len(labels)} drawing{'s' * (len(labels) != 1)}: {', '.join(counts)}"


@dataclass(frozen=True, repr=False)
class Asked:
    """A question, as a cell shows it in full.

    Attributes:
        question: its id; text: the question itself.
        kind: "prediction", "number" or "answer".
        points: what it is worth by itself; bonus: whether it is optional.
        call: what to write to fill it in.
    """

    question: str
    text: str
    kind: str
    points: float
    bonus: bool
    call: str

    def _head(self) -> str:
        """Return the first line: what it takes, what it is worth, whether it is optional."""
        count = f"{self.points:g}" if self.points else "no"
        worth = f"{count} point{'s' * (self.points != 1)}"
        parts = [ARTICLES[self.kind], worth] + ["optional"] * self.bonus
        return f"{self.question}: {', '.join(parts)}"

    def __repr__(self) -> str:
        lines = [f"  {line}" for line in self.text.splitlines()]
        return "\n".join([self._head(), *lines, f"Fill it in: {self.call}"])

    def _repr_html_(self) -> str:
        """Return it as HTML, in which nothing of it is markup."""
        return (f"<p><strong>{html.escape(self._head())}</strong><br>{html.escape(self.text)}</p>"
                f"<p>Fill it in: <code>{html.escape(self.call)}</code></p>")  # fmt: skip


def bundle(text: str, as_html: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return text, HTML and a worksheet's record by their types."""
    return {"text/plain": text, "text/html": as_html, WORKSHEET: dict(record)}


def table(title: str, rows: Sequence[tuple[str, str, str]], foot: str) -> str:
    """Return a worksheet as text: question, kind, what was given, in columns."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    lines = [f"  {one.ljust(widths[0])}  {kind.ljust(widths[1])}  {given}".rstrip()
             for one, kind, given in rows]  # fmt: skip
    return "\n".join([title, *lines, foot])


def html_table(title: str, rows: Sequence[tuple[str, str, str]], foot: str) -> str:
    """Return a worksheet as an HTML table with a caption and heads of columns and rows."""
    heads = "".join(f'<th scope="col" style="text-align:left">{one}</th>'
                    for one in ("Question", "Kind", "Given"))  # fmt: skip
    body = "".join(
        f'<tr><th scope="row" style="text-align:left">{html.escape(one)}</th>'
        f'<td style="text-align:left">{html.escape(kind)}</td>'
        f'<td dir="auto" style="text-align:left">{html.escape(given)}</td></tr>'
        for one, kind, given in rows
    )
    caption = f"<caption>{html.escape(title)}</caption>"
    return f"<table>{caption}<tr>{heads}</tr>{body}</table><p>{html.escape(foot)}</p>"


def short(value: Any, most: int = 60) -> str:
    """Return a value in one line of at most `most` characters; "–" for nothing.

    Example:
        >>> short("It would\\n saturate.", 12), short(0.5), short(None)
        ('It would sa…', '0.5', '–')
    """
    line = " ".join(written(value).split()) if value is not None else NOTHING
    return line if len(line) <= most else line[: most - 1] + "…"


def written(value: Any) -> str:
    """Return a value as it is shown: a float without rounding, a whole one without its ".0"."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
