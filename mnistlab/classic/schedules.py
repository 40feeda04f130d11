"""Learning-rate schedules: β over the epochs, the lecture's "start at 0.5 or 0.6, then decrease".

    constant        β_e = β_0
    step            β_e = β_0 · rate^⌊e / every⌋      "step:2" halves β every 2 epochs
    exponential     β_e = β_0 · rate^e                "exponential:0.9"
    inverse_time    β_e = β_0 / (1 + rate · e)        "inverse_time:0.5"
    one_cycle       up to β_0 and down to nearly 0    "one_cycle:50" over 50 epochs
    a function      β_e = f(e)

e counts the epochs from 0, so the first epoch has β_0 itself; one cycle has it at its peak. β_0 is
the learning rate of `compile`, unless the schedule names a start of its own:
"exponential:0.9,start=0.6". β depends on the epoch alone: a training that was stopped goes on with
the β it would have had.

A schedule can be written as a text, for the command line or a file, and read back:
`schedule(str(one)) == one`. The first value follows the colon, others by name, after commas.

Source: the lecture, "Gradient descent"; Darken and Moody 1990 (inverse time); Keras's
`ExponentialDecay` and `InverseTimeDecay`, which count batches where these count epochs; Smith and
Topin 2018, "Super-convergence" (one cycle).

Example:
    >>> beta = schedule("exponential", start=0.6, rate=0.5)
    >>> [beta.at(epoch) for epoch in range(3)], str(beta)
    ([0.6, 0.3, 0.15], 'exponential:0.5,start=0.6')
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mnistlab import checks
from mnistlab.errors import InputError

# β_e / β_0, given e


def constant(epoch: int) -> float:
    """Return 1: the same β in every epoch."""
    return 1.0


def step(epoch: int, every: int = 2, rate: float = 0.5) -> float:
    """Return rate^⌊e / every⌋: β halved (or multiplied by another rate) every few epochs."""
    return float(rate ** (epoch // every))


def exponential(epoch: int, rate: float = 0.9) -> float:
    """Return rate^e: β multiplied by the same rate after each epoch."""
    return float(rate**epoch)


def inverse_time(epoch: int, rate: float = 0.5) -> float:
    """Return 1 / (1 + rate · e): β falls fast at first, then ever slower."""
    return 1 / (1 + rate * epoch)


LOWEST = 1e-4  # of β_0, in the last epoch of one cycle


def one_cycle(epoch: int, epochs: int, warmup: float = 0.3) -> float:
    """Return β_e / β_0 of one cycle: up in a straight line, down in half a cosine.

        s = e / (epochs − 1), at most 1            the share of the cycle that is over
        s < warmup:  1/25 + 24/25 · s / warmup
        then:        0.0001 + 0.9999 · (1 + cos(π (s − warmup) / (1 − warmup))) / 2

    Small steps first, while the weights are still random; large ones, which go past narrow
    minima; small ones again at the end. After its epochs β stays as in the last of them.

    Args:
        epoch: e, counted from 0.
        epochs: over how many epochs the cycle goes, from 2 on.
        warmup: the share of the cycle in which β rises, in (0, 1).

    Returns:
        A share of β_0, from 0.0001 to 1.

    Source: Smith and Topin 2018, "Super-convergence: very fast training of neural networks using
    large learning rates"; the cosine and the numbers are those of PyTorch's OneCycleLR.

    Example:
        >>> [one_cycle(epoch, epochs=11) for epoch in (0, 3, 10)]
        [0.04, 1.0, 0.0001]
    """
    share = min(epoch / (epochs - 1), 1.0)
    if share < warmup:
        return 1 / 25 + 24 / 25 * share / warmup
    fallen = (share - warmup) / (1 - warmup)
    return LOWEST + (1 - LOWEST) * (1 + math.cos(math.pi * fallen)) / 2


KINDS: dict[str, Callable[..., float]] = {
    kind.__name__: kind for kind in (constant, step, exponential, inverse_time, one_cycle)
}


@dataclass(frozen=True)
class Schedule:
    """β of each epoch; `schedule` makes one, `str` writes it down.

    Attributes:
        name: a name of `KINDS`, or "custom" for a caller's own function.
        values: the values that the kind has, by name: (("rate", 0.9),).
        start: β_0, above 0; None: the learning rate that the network was compiled with.
        function: a caller's own, from the epoch to β.
    """

    name: str = "constant"
    values: tuple[tuple[str, float], ...] = ()
    start: float | None = None
    function: Callable[[int], float] | None = None

    def must_serve(self, epochs: range, learning_rate: float) -> None:
        """Raise InputError where β can't be used in one of the epochs, before any is trained.

        Of very many epochs the first 10,000 are asked for.
        """
        for epoch in epochs[:10_000]:
            self.at(epoch, learning_rate)

    def at(self, epoch: int, learning_rate: float = 0.5) -> float:
        """Return β of an epoch.

        Args:
            epoch: e, counted from 0.
            learning_rate: β_0, above 0, where the schedule names no start of its own.

        Returns:
            β_e, a finite number above 0.

        Raises:
            InputError: a number out of its range, or a β_e that is no finite number above 0.
        """
        epoch = checks.whole("epoch", epoch)
        if self.function is not None:
            return _usable(self, epoch, _asked(self, self.function, epoch))
        start = self.start or checks.positive("learning_rate", learning_rate)
        return _usable(self, epoch, start * KINDS[self.name](epoch, **dict(self.values)))

    def __str__(self) -> str:
        """Return the text from which `schedule` makes the same schedule again."""
        if self.function is not None:
            return f"custom:{getattr(self.function, '__name__', type(self.function).__name__)}"
        values = (*self.values, ("start", self.start))
        given = ",".join(f"{name}={value!r}" for name, value in values if value is not None)
        first = values[0][0] + "="  # the first needs no name
        return f"{self.name}:{given.removeprefix(first)}" if given else self.name


def schedule(what: Any = None, **values: Any) -> Schedule:
    """Return the schedule that a name, a text, a function or nothing stands for.

    Args:
        what: a name of `KINDS`; a text such as "step:2" or "exponential:0.9,start=0.6"; a function
            from the epoch (from 0) to β; a Schedule; or None for "constant".
        values: those of a name: `start` (β_0, above 0), `rate`, `every` (epochs, from 1 on),
            `epochs` (from 2 on), `warmup` (in (0, 1)).

    Raises:
        InputError: an unknown name, a value that it doesn't have, or one out of its range.

    Example:
        >>> schedule("step:2,start=0.6").at(epoch=4)
        0.15
        >>> schedule(lambda epoch: 0.6 - 0.1 * epoch).at(epoch=1)
        0.5
    """
    if isinstance(what, str):
        return _from_text(what, values)
    if values:
        raise InputError(f"{', '.join(values)} go with a name: schedule('exponential', rate=0.9).")
    if what is None or isinstance(what, Schedule):
        return what or Schedule()
    if callable(what):
        return Schedule("custom", function=what)
    raise InputError(
        f"schedule={checks.shown(what)} is no schedule. Give a text such as 'exponential:0.9', "
        f"one of {', '.join(map(repr, KINDS))}, or a function from the epoch to β."
    )


def _from_text(text: str, more: dict[str, Any]) -> Schedule:
    """Return the schedule of a name or a text, and of values given beside it."""
    name, _, written = text.partition(":")
    if name.strip().lower() == "custom":
        raise InputError(
            f"schedule={text!r} stands for a function, which no text can hold. "
            "Give the function itself: schedule=function, in Python."
        )
    name = checks.choice("schedule", name, list(KINDS))
    known = _values_of(KINDS[name])
    given = {**_written_values(text, written, next(iter(known))), **more}
    for one in given:
        if one not in known:
            raise InputError(
                f"The schedule {name!r} has no value {one!r}. It has: {', '.join(known)}."
                + checks.did_you_mean(one, list(known))
            )
    for one, default in known.items():
        if default is inspect.Parameter.empty and one not in given:
            raise InputError(f"The schedule {name!r} needs a number of {one}: '{name}:50'.")
    checked = {one: _checked(name, one, given.get(one, default)) for one, default in known.items()}
    start = checked.pop("start")
    return Schedule(name, tuple(checked.items()), start)


def _values_of(kind: Callable[..., float]) -> dict[str, Any]:
    """Return the values of a kind of schedule with their defaults, the start last."""
    _epoch, *values = inspect.signature(kind).parameters.values()
    return {**{value.name: value.default for value in values}, "start": None}


def _written_values(text: str, written: str, first: str) -> dict[str, Any]:
    """Return the values after the colon: the first alone or by name, all others by name."""
    found: dict[str, Any] = {}
    for k, part in enumerate(written.split(",") if written.strip() else []):
        name, equals, value = (side.strip() for side in part.rpartition("="))
        if k and not equals:
            raise InputError(
                f"In schedule={text!r}, {part!r} has no name. All values but the first need one: "
                "'exponential:0.9,start=0.6'. Numbers take a decimal point, not a comma."
            )
        name = name or first
        if name in found:
            raise InputError(f"schedule={text!r} gives {name} twice. Give it once.")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = value  # for the check of the value to refuse
    return found


def _checked(kind: str, name: str, value: Any) -> Any:
    """Return a schedule's value in its range; else raise InputError."""
    if name == "every":
        return checks.whole("every", value, minimum=1)
    if name == "epochs":
        return checks.whole("epochs", value, minimum=2)
    if name == "start" and value is None:
        return None
    result = checks.positive(name, value)
    if name == "warmup" and result >= 1:
        raise InputError(f"warmup must be above 0 and below 1, but got {checks.shown(value)}.")
    if name == "rate" and kind != "inverse_time" and result > 1:
        raise InputError(
            f"rate must be above 0 and at most 1 in {kind!r}, but got {checks.shown(value)}: β "
            "would grow. For a β that does, give a function from the epoch to β."
        )
    return result


def _asked(source: Schedule, function: Callable[[int], float], epoch: int) -> Any:
    """Return what a caller's function says; its own error becomes an InputError."""
    try:
        return function(epoch)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise InputError(
            f"The schedule {source} failed at epoch {epoch} (counted from 0): {why}."
        ) from error


def _usable(source: Schedule, epoch: int, beta: Any) -> float:
    """Return β as a finite float above 0; else raise InputError."""
    try:
        return checks.positive("β", beta)
    except InputError:
        raise InputError(
            f"The schedule {source} gives β = {checks.shown(beta)} at epoch {epoch} (counted from "
            "0). β must be a finite number above 0 in every epoch."
        ) from None
