"""A function of the epoch whose next value is made while this one is used, in a thread beside.

Example:
    >>> squares = Ahead(lambda epoch: epoch**2, epochs=3)
    >>> [squares(epoch) for epoch in range(3)], squares.close()
    ([0, 1, 4], None)
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Ahead(Generic[Value]):
    """Calls `function` for the next epoch already, while this epoch's value is used.

    Args:
        function: makes the value of an epoch; must not change anything.
        epochs: the epoch to stop before: nothing is made for it.
    """

    def __init__(self, function: Callable[[int], Value], epochs: int) -> None:
        self._function, self._epochs = function, epochs
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mnistlab-ahead")
        self._made: dict[int, Future[Value]] = {}

    def __call__(self, epoch: int) -> Value:
        """Return the value of an epoch, and start with that of the next."""
        made = self._started(epoch)
        value = made.result()
        following = {epoch + 1: self._started(epoch + 1)} if epoch + 1 < self._epochs else {}
        self._made = {epoch: made, **following}  # earlier ones may go
        return value

    def _started(self, epoch: int) -> "Future[Value]":
        return self._made.get(epoch) or self._thread.submit(self._function, epoch)

    def close(self) -> None:
        """End the thread; what it is making is thrown away."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._made = {}
