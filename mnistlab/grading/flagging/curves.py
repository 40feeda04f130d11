"""Learning curves that can't be: figures that no training gives, whatever was trained.

A pattern that is taken for another class costs at least so much loss, because the right output
isn't the largest:

    categorical cross-entropy        right output ≤ 1/2                        ln 2
    "lecture" with sigmoid outputs   right output ≤ the largest, both at 1/2   2 ln 2
    binary cross-entropy             the same, mean over n outputs             2 ln 2 / n
    mean squared error               (1 − 1/2)² + (1/2)²                       1 / 2n
    mean absolute error              (1 − 1/2) + 1/2                           1 / n

So the mean loss over an epoch is at least (1 − accuracy) times that, with dropout and with any
learning rule. Typed-in figures rarely obey it.

Example:
    >>> facts = Facts(digest="", config={"loss": "categorical_crossentropy"},
    ...               history={"loss": (0.21,), "accuracy": (0.5,)})
    >>> impossible(facts)[0][:57]
    'Epoch 1 has a loss of 0.21 with 50.00% recognised, but th'
"""

import math
from collections.abc import Callable

from mnistlab.grading.facts import Facts
from mnistlab.grading.scale import percent

ROOM = 0.95  # of the least loss: outputs and sums are rounded
SHARES = ("accuracy", "val_accuracy")
LOSSES = ("loss", "val_loss")
DIGITS, TYPED_IN = 4, 3  # so many losses of at most so many digits weren't measured


def impossible(facts: Facts) -> list[str]:
    """Return what of the stated learning curve can't be, in a sentence each; [] where all can.

    Args:
        facts: with the history and config that the submission states.
    """
    looks: tuple[Callable[[Facts], str], ...] = (
        _lengths, _too_many, _shares, _negative, _too_good, _repeated, _typed_in,
    )  # fmt: skip
    return [said for look in looks if (said := look(facts))]


def _lengths(facts: Facts) -> str:
    """Return whether loss and accuracy speak of different numbers of epochs."""
    loss, accuracy = (len(facts.history.get(name, ())) for name in ("loss", "accuracy"))
    if not loss or not accuracy or loss == accuracy:
        return ""
    return f"The history has a loss for {loss:,} epochs, but an accuracy for {accuracy:,}."


def _too_many(facts: Facts) -> str:
    """Return whether there are more epochs than the config states."""
    epochs, there = facts.config.get("epochs"), len(facts.history.get("loss", ()))
    if isinstance(epochs, bool) or not isinstance(epochs, int) or there <= epochs:
        return ""
    return f"The history has {there:,} epochs, but the config states {epochs:,}."


def _shares(facts: Facts) -> str:
    """Return whether an accuracy isn't in [0, 1]."""
    for name in SHARES:
        for epoch, value in enumerate(facts.history.get(name, ()), 1):
            if not 0 <= value <= 1 + 1e-6:
                return f"Epoch {epoch} has {name} = {value:g}, which isn't in [0, 1]."
    return ""


def _negative(facts: Facts) -> str:
    """Return whether an epoch took less than no time."""
    for epoch, seconds in enumerate(facts.history.get("seconds", ()), 1):
        if seconds < 0:
            return f"Epoch {epoch} took {seconds:g} seconds, and no epoch takes less than 0."
    return ""


def _too_good(facts: Facts) -> str:
    """Return whether an epoch has a lower loss than its mistakes cost at least."""
    cost = least_cost(facts)
    if not cost:
        return ""
    for of_loss, of_share in zip(LOSSES, SHARES, strict=True):
        both = zip(facts.history.get(of_loss, ()), facts.history.get(of_share, ()), strict=False)
        for epoch, (loss, share) in enumerate(both, 1):
            least = cost * (1 - share)
            if share <= 1 and loss < ROOM * least - 1e-9:
                return (f"Epoch {epoch} has a {of_loss} of {loss:.4g} with {percent(max(share, 0))}"
                        " recognised, but the mistakes alone cost at least "
                        f"{least:.4g}.")  # fmt: skip
    return ""


def least_cost(facts: Facts) -> float:
    """Return the loss that one mistake costs at least; 0 where it isn't known."""
    loss, outputs = facts.config.get("loss"), facts.config.get("output_activation")
    n = facts.layer_sizes[-1] if facts.layer_sizes else 0
    if n == 1:
        return 0.0  # one output has a threshold instead of a largest one
    if loss == "categorical_crossentropy" or (loss == "lecture" and outputs == "softmax"):
        return math.log(2)
    if loss == "lecture" and outputs == "sigmoid":
        return 2 * math.log(2)
    of_a_mean = {"binary_crossentropy": 2 * math.log(2), "mean_squared_error": 0.5,
                 "mean_absolute_error": 1.0}  # fmt: skip
    return of_a_mean.get(str(loss), 0.0) / n if n else 0.0


def _repeated(facts: Facts) -> str:
    """Return whether the loss stayed the same to the last digit while the accuracy changed."""
    loss, accuracy = facts.history.get("loss", ()), facts.history.get("accuracy", ())
    both = list(zip(loss, accuracy, strict=False))
    for epoch, (now, before) in enumerate(zip(both[1:], both, strict=False), 2):
        if now[0] == before[0] > 0 and now[1] != before[1]:
            return (f"Epochs {epoch - 1} and {epoch} have the same loss to the last digit, "
                    f"{now[0]!r}, but another accuracy.")  # fmt: skip
    return ""


def _typed_in(facts: Facts) -> str:
    """Return whether all losses are round numbers."""
    loss = facts.history.get("loss", ())
    if len(loss) < TYPED_IN or any(float(f"{one:.{DIGITS}g}") != one for one in loss):
        return ""
    if len(set(loss)) == 1:  # a network that has stopped learning may say the same
        return ""
    return f"All {len(loss):,} losses have at most {DIGITS} digits; a training gives some 16."
