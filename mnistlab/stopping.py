"""When a training ends before its last epoch; one rule for both engines.

    patience            p epochs in a row in which the loss did not fall below the best before
    acceptable_error    the lecture's "until the total error is acceptable"

The loss is the one over the validation patterns where there are any. The answer depends on the
History alone, so a training that was stopped and goes on ends at the same epoch; it is asked for
before each epoch. The weights stay those of the last epoch.

Source: the lecture, "training algorithm"; Prechelt 1998, "Early stopping: but when?".

Example:
    >>> reason_to_stop({"loss": [0.5, 0.3, 0.4, 0.35]}, patience=2)
    'patience'
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mnistlab import checks

CALLBACK = "callback"  # the reason where a Keras callback of the caller's ended training


def checked(patience: Any, acceptable_error: Any) -> tuple[int | None, float | None]:
    """Return both limits in the form that `reason_to_stop` takes; None stands for no limit.

    Args:
        patience: epochs, a whole number from 1 on, or None.
        acceptable_error: a total error above 0, or None.

    Raises:
        InputError: another value.

    Example:
        >>> checked(3, None)
        (3, None)
    """
    return (
        None if patience is None else checks.whole("patience", patience, minimum=1),
        None if acceptable_error is None else checks.positive("acceptable_error", acceptable_error),
    )


def reason_to_stop(
    history: Mapping[str, Sequence[float]],
    patience: int | None = None,
    acceptable_error: float | None = None,
) -> str:
    """Return why no further epoch should follow these; "" where one should.

    Args:
        history: the columns of a History, one value an epoch.
        patience: p, how many epochs in a row may be no better than the best before them; None:
            any number.
        acceptable_error: the last epoch's total error below which training ends (column
            "total_error"); None: no such limit.

    Returns:
        "acceptable_error", "patience" or "".

    Example:
        >>> reason_to_stop({"total_error": [9.0, 3.5]}, acceptable_error=4)
        'acceptable_error'
    """
    errors = history.get("total_error", ())
    if acceptable_error is not None and errors and errors[-1] < acceptable_error:
        return "acceptable_error"
    if patience is not None and _epochs_without_a_best(_losses(history)[1]) >= patience:
        return "patience"
    return ""


def message(history: Mapping[str, Sequence[float]], reason: str) -> str:
    """Return the line that tells why training ended, "" for no reason.

    Args:
        history: the columns of the History.
        reason: what `reason_to_stop` returned.

    Example:
        >>> message({"loss": [0.5, 0.3, 0.4, 0.35]}, "patience")
        'Stopped after epoch 4: no lower loss for 2 epochs.'
    """
    if not reason:
        return ""
    name, losses = _losses(history)
    if reason == CALLBACK:
        why = "a callback asked for it"
    elif reason == "acceptable_error":
        why = f"the total error, {history['total_error'][-1]:.4g}, is acceptable"
    else:
        epochs = _epochs_without_a_best(losses)
        why = f"no lower {name} for {epochs} epoch" + ("s" if epochs > 1 else "")
    return f"Stopped after epoch {len(history['loss'])}: {why}."


def _losses(history: Mapping[str, Sequence[float]]) -> tuple[str, Sequence[float]]:
    """Return the column that is watched, and its name: val_loss, or loss without validation."""
    name = "val_loss" if history.get("val_loss") else "loss"
    return name, history.get(name, ())


def _epochs_without_a_best(losses: Sequence[float]) -> int:
    """Return how many epochs in a row, up to the last, were not below the best before them."""
    best, since = math.inf, 0
    for loss in losses:
        since = 0 if loss < best else since + 1
        best = min(best, loss) if loss == loss else best  # NaN is never the best
    return since
