"""One output of a notebook's cell that changes in place, while a network trains or a file comes.

What stays in the saved notebook is that one output in its last state, without a script, a widget,
or a trace of the hundreds of states before it.
"""

import html
import importlib
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from mnistlab import livecurves

PAUSE = 0.25  # seconds between two states
MOST_LINES, HEAD, TAIL = 14, 4, 9  # more lines than that are cut in the middle


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this, one that can change an output in place."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


class InPlace:
    """One output, of which each state takes the place of the one before."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown = 0.0

    def is_due(self) -> bool:
        """Whether the last state was shown long enough."""
        return time.monotonic() - self._shown >= PAUSE

    def show(self, text: str, page: str) -> None:
        """Show a state: as plain text, and as HTML."""
        self._shown = time.monotonic()
        bundle = {"text/plain": text, "text/html": page}
        if self._handle is None:
            display = importlib.import_module("IPython.display").display
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def bar(called: str, done: int, of: int, said: str) -> str:
    """Return how far something is, for a page: a bar, and the same in words."""
    return (f'<p style="margin:4px 0"><progress aria-label="{html.escape(called)}" max="{of}" '
            f'value="{done}"></progress> {html.escape(said)}</p>')  # fmt: skip


class LiveCell(InPlace):
    """The output of one training: lines, where the running epoch stands, curves.

    Args:
        epochs: how many there will be; steps: updates in each.
    """

    def __init__(self, epochs: int, steps: int) -> None:
        super().__init__()
        self.epochs, self.steps = epochs, steps
        self.lines: list[str] = []
        self.figures: dict[str, list[float | None]] = {}
        self._first: int | None = None  # the epoch of the first figures, counted from 0
        self._running: tuple[int, int, float | None] | None = None  # epoch, updates done, loss

    def begin(self, epoch: int) -> None:
        """A new epoch begins, counted from 0."""
        self._first = epoch if self._first is None else self._first
        self._running = (epoch, 0, None)
        self._show()

    def advance(self, step: int, loss: float | None) -> None:
        """So many updates of the running epoch are done."""
        if self._running is not None and self.is_due():
            self._running = (self._running[0], step, loss)
            self._show()

    def end(self, figures: Mapping[str, float | None]) -> None:
        """The running epoch has ended with these figures."""
        self._running = None
        for name in livecurves.PANELS:
            for column in (name, f"val_{name}"):
                if figures.get(column) is not None:
                    self.figures.setdefault(column, []).append(figures[column])

    def say(self, line: str) -> None:
        """Add a line below the others."""
        self.lines.append(line)
        self._show()

    def close(self) -> None:
        """Show the last state: nothing runs any more."""
        if self._running is not None:
            self.lines.append(f"Stopped in epoch {self._running[0] + 1}.")
        self._running = None
        if self.lines:
            self._show(at_once=True)

    def _show(self, at_once: bool = False) -> None:
        """Put this state into the place of the last one, four times a second at most."""
        if at_once or self.is_due():
            self.show("\n".join(_cut(self.lines)), self._html())

    def _html(self) -> str:
        """Return this state for a page."""
        lines = html.escape("\n".join(_cut(self.lines)))
        drawn = livecurves.svg(self.figures, self.epochs, self._first or 0, self._now())
        text = f'<pre style="margin:0;white-space:pre-wrap">{lines}</pre>'
        return f"<div>{text}{self._bar()}{drawn}</div>"

    def _now(self) -> livecurves.Point | None:
        """Return where the loss of the running epoch is drawn."""
        epoch, done, loss = self._running or (0, 0, None)
        return None if loss is None else (epoch + done / self.steps, float(loss))

    def _bar(self) -> str:
        """Return how far the running epoch is."""
        if self._running is None:
            return ""
        epoch, done, loss = self._running
        named = f"Epoch {epoch + 1}/{self.epochs}"
        said = f"{named}, {done:,} of {self.steps:,} updates"
        return bar(named, done, self.steps, said + ("" if loss is None else f", loss {loss:.4f}"))


def _cut(lines: Sequence[str]) -> list[str]:
    """Return the lines, the middle of many left out."""
    if len(lines) <= MOST_LINES:
        return list(lines)
    left_out = f"… {len(lines) - HEAD - TAIL} lines more …"
    return [*lines[:HEAD], left_out, *lines[-TAIL:]]
