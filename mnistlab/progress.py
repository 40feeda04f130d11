"""What is shown while a network trains: one line an epoch, and a bar where a terminal can hold one.

The lines go to standard output. The bar goes to standard error, and only where that is a
terminal; it is gone when the training ends. In a notebook both are one output that changes in
place, with the learning curves.
"""

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from mnistlab.errors import InputError
from mnistlab.livecell import LiveCell, in_notebook
from mnistlab.livecurves import written

LEVELS: dict[int | str, int] = {"auto": 1, 0: 0, 1: 1, 2: 2}  # False is 0, True is 1


SAID = (
    *("loss", "accuracy", "mean_absolute_error"),
    *("val_loss", "val_accuracy", "val_mean_absolute_error"),
)
LINES = 50  # epochs that are all told of


def epoch_line(epoch: int, epochs: int, figures: Mapping[str, float | None]) -> str:
    """Return what is said of one epoch.

    Args:
        epoch: counted from 0.
        epochs: how many there will be.
        figures: as in History; those that are None are left out.

    Example:
        >>> epoch_line(0, 5, {"loss": 0.41, "accuracy": 0.883, "seconds": 1.24})
        'Epoch 1/5  loss 0.4100  accuracy 88.3%  1.2 s'
    """
    parts = [f"Epoch {epoch + 1}/{epochs}"]
    for name in SAID:
        value = figures.get(name)
        if value is not None:
            said = name.replace("val_", "validation ").replace("_", " ")
            parts.append(f"{said} {written(name, value)}")
    if figures.get("seconds") is not None:
        parts.append(f"{figures['seconds']:.1f} s")
    return "  ".join(parts)


class Progress:
    """The progress of one training; use it as a context, so that the bar goes in any case.

    Args:
        epochs: how many epochs there will be.
        steps: updates in each epoch.
        verbose: 0 nothing, 2 one line an epoch, 1 or "auto" a bar beside that in a terminal, and
            in a notebook one output that changes in place.

    Raises:
        InputError: another value of verbose.
    """

    def __init__(self, epochs: int, steps: int, verbose: int | str = "auto") -> None:
        if not isinstance(verbose, int | str) or verbose not in LEVELS:
            raise InputError(
                f"verbose={verbose!r} is not known. Give 0 (nothing), "
                "1 (a bar), 2 (one line an epoch) or 'auto'."
            )
        self.epochs, self.steps = epochs, steps
        self.level = LEVELS[verbose]
        self._cell: LiveCell | None = None
        self._bar: Any = None
        self._task: Any = None
        self._shown = self._said = 0.0

    def __enter__(self) -> "Progress":
        if self.level == 1 and in_notebook():
            self._cell = LiveCell(self.epochs, self.steps)
        elif self.level == 1 and sys.stderr is not None and sys.stderr.isatty():
            self._start_bar()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if self._cell is not None:
            self._cell.close()

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[loss]}"),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
        )
        self._task = self._bar.add_task("", total=self.steps, loss="")
        self._bar.start()

    def epoch_begin(self, epoch: int) -> None:
        """Set the bar back for a new epoch, counted from 0."""
        if self._cell is not None:
            self._cell.begin(epoch)
        if self._bar is not None:
            self._bar.reset(self._task, description=f"Epoch {epoch + 1}/{self.epochs}", loss="")

    def advance(self, step: int, loss: float | None = None) -> None:
        """Show how many updates of this epoch are done, ten times a second at most."""
        if self._cell is not None:
            self._cell.advance(step, loss)
        if self._bar is None or time.monotonic() - self._shown < 0.1:
            return
        self._shown = time.monotonic()
        said = "" if loss is None else f"loss {loss:.4f}"
        self._bar.update(self._task, completed=step, loss=said)

    def say(self, text: str) -> None:
        """Print a line; a full or closed output doesn't stop the training."""
        if not self.level:
            return
        if self._cell is not None:
            self._cell.say(text)
            return
        try:
            print(text, flush=True)
        except OSError:
            self.level = 0

    def epoch_end(self, epoch: int, figures: Mapping[str, float | None]) -> None:
        """Print the epoch's line; after fifty of them one a second, and the last."""
        if self._cell is not None:
            self._cell.end(figures)
            self._cell.say(epoch_line(epoch, self.epochs, figures))
            return
        due = epoch < LINES or epoch + 1 == self.epochs or time.monotonic() - self._said > 1
        if due:
            self._said = time.monotonic()
            self.say(epoch_line(epoch, self.epochs, figures))
