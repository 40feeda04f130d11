"""What is said while a class is graded: lines and a bar on standard error, the bar on a terminal.

Example:
    >>> with Showing(0).bar(3) as advance:
    ...     advance()
"""

import contextlib
import sys
from collections.abc import Callable, Iterator

from mnistlab.notices import notice


class Showing:
    """Says things, or nothing.

    Args:
        verbose: 0 or False: nothing; anything else: lines, and a bar where there is a terminal.
    """

    def __init__(self, verbose: int | str = "auto") -> None:
        self.loud = verbose not in (0, False)

    def notice(self, text: str) -> None:
        """Say a line."""
        if self.loud:
            notice(text)

    @contextlib.contextmanager
    def bar(self, total: int, what: str = "Grading") -> Iterator[Callable[[], None]]:
        """Show how many of `total` are done; gives what to call after each."""
        if not self.loud or sys.stderr is None or not sys.stderr.isatty():
            yield lambda: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)
