"""A second thread for compiled functions, which hands over in microseconds.

A hand-over is a number in an array that both threads can see. Who waits for it looks at it for a
while, and goes to sleep where that doesn't pay.
"""

import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_LOOKS, FEWEST_LOOKS = 3_000, 30  # at another thread's flag: about 0.1 ms and 1 µs


class Patience:
    """How long to watch for another thread before going to sleep: as long as it pays.

    Waking a sleeping thread takes some 25 µs, and an epoch has 1,000 hand-overs, so watching
    pays where each thread has a core. Where other programs have the cores, it only takes time
    from the thread that is awaited.
    """

    def __init__(self, watch: Callable[[NDArray[np.int64], int, int, int], bool]) -> None:
        """Take `watch(flags, place, value, looks)`, which leaves the GIL alone."""
        self._watch = watch
        self._looks = MOST_LOOKS

    def watch(self, flags: NDArray[np.int64], place: int, value: int) -> None:
        """Return when flags[place] has come to be `value`, or when patience ends."""
        if self._watch(flags, place, value, self._looks):
            self._looks = min(2 * self._looks, MOST_LOOKS)
        else:
            self._looks = max(self._looks // 4, FEWEST_LOOKS)


class Helper:
    """A second thread for compiled functions, which leave the GIL alone."""

    def __init__(self, watch: Callable[[NDArray[np.int64], int, int, int], bool]) -> None:
        """Start the thread; see Patience for `watch`."""
        self._for_jobs, self._for_results = Patience(watch), Patience(watch)
        self._flags = np.zeros(16, np.int64)  # [0] jobs given, [8] jobs done: two cache lines
        self._given = 0
        self._jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def start(self, job: Callable[..., Any], *args: Any) -> None:
        """Run job(*args) in the thread; `wait` must follow before the next."""
        self._given += 1
        self._jobs.put((job, args))
        self._flags[0] = self._given

    def wait(self) -> None:
        """Return when the job is done; raise what it raised."""
        self._for_results.watch(self._flags, 8, self._given)
        failure = self._results.get()
        if failure is not None:
            raise failure

    def close(self) -> None:
        """Let the thread finish its job, if it has one, and end it."""
        self._jobs.put(None)
        self._flags[0] = sys.maxsize
        self._thread.join()

    def _work(self) -> None:
        done = 0
        while True:
            self._for_jobs.watch(self._flags, 0, done + 1)
            item = self._jobs.get()
            if item is None:
                return
            job, args = item
            try:
                job(*args)
                self._results.put(None)
            except BaseException as failure:  # it belongs to the caller, who waits
                self._results.put(failure)
            done += 1
            self._flags[8] = done
