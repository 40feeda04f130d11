"""The trainings that a picture shows: Historys by name, and their figures in words.

Example:
    >>> runs = runs_by_name({"SGD": {"loss": [0.5]}, "Adam": {"loss": [0.25]}})
    >>> in_words(runs)
    'SGD, after 1 epoch: training loss 0.5; Adam, after 1 epoch: training loss 0.25.'
"""

from collections.abc import Mapping, Sequence

import numpy as np

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.history import History
from mnistlab.plots.words import count_of, number

FIGURES = {"loss": "loss", "accuracy": "accuracy", "mean_absolute_error": "mean absolute error"}
CURVES = {
    **{column: f"training {figure}" for column, figure in FIGURES.items()},
    **{f"val_{column}": f"validation {figure}" for column, figure in FIGURES.items()},
}
TELL_MOST = ("val_accuracy", "accuracy", "val_mean_absolute_error", "mean_absolute_error",
             "val_loss", "loss")  # fmt: skip


def runs_by_name(histories: object) -> dict[str, History]:
    """Return the runs by name, a single one as ""; InputError where there is none."""
    if not isinstance(histories, Mapping) or any(map(_is_column, histories.values())):
        return {"": _history(histories)}
    if not histories:
        raise InputError(
            "histories is empty. Give the History that fit_model returned, "
            "or several by name, such as {'beta 0.5': history}."
        )
    return {str(name): _history(one) for name, one in histories.items()}


def _is_column(value: object) -> bool:
    """Tell a column of figures from a run."""
    return isinstance(value, (list, tuple, np.ndarray))


def _history(source: object) -> History:
    """Return what a training returned as a History, or raise InputError."""
    columns = getattr(source, "history", source)
    if not isinstance(columns, Mapping):
        raise InputError(
            f"A History is needed, but got {shown(source)}. "
            "Give what fit_model or model.fit returned."
        )
    try:
        return History.of(source)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"A history holds one list of numbers for each column, but got {shown(columns)}."
        ) from error


def curves_of(run: History) -> dict[str, list[float]]:
    """Return the curves that a run has, in the order in which they are told."""
    return {column: values for column in CURVES if (values := run.history.get(column))}


def epochs_of(run: History) -> int:
    """Return how many epochs the longest curve of `run` has."""
    return max(map(len, curves_of(run).values()), default=0)


def panels_of(runs: Mapping[str, History]) -> list[str]:
    """Return the panels to draw: the loss, and the figures that some run has.

    Example:
        >>> panels_of(runs_by_name({"loss": [0.5], "mean_absolute_error": [0.6]}))
        ['loss', 'mean_absolute_error']
    """
    has = {column.removeprefix("val_") for run in runs.values() for column in curves_of(run)}
    has = has or {"accuracy"}  # before the first epoch
    return [column for column in FIGURES if column == "loss" or column in has]


def in_words(runs: Mapping[str, History]) -> str:
    """Return the first and last figures of each run; of more than three runs, the last alone."""
    tell = _run_in_words if len(runs) <= 3 else _end_in_words
    text = "; ".join(tell(name, run) for name, run in runs.items()) + "."
    return text[0].upper() + text[1:] if "" in runs else text


def _run_in_words(name: str, run: History) -> str:
    """Return "over 5 epochs: training loss from 0.6 to 0.1, …" for one run."""
    lead = f"{name}, " if name else ""
    epochs = epochs_of(run)
    if not epochs:
        return f"{lead}no epoch has ended yet"
    told = [
        f"{CURVES[column]} {_from_to(column, values)}" for column, values in curves_of(run).items()
    ]
    span = f"{'over' if epochs > 1 else 'after'} {count_of(epochs, 'epoch')}"
    return f"{lead}{span}: {', '.join(told)}"


def _end_in_words(name: str, run: History) -> str:
    """Return "Adam ends at validation accuracy 97.3%"."""
    end = end_of(run)
    return f"{name} ends at {end}" if end else f"{name} has no epoch yet"


def end_of(run: History) -> str:
    """Return "validation accuracy 97.3%": the last figure that tells most; "" before any."""
    curves = curves_of(run)
    ends = (f"{CURVES[c]} {figure(c, curves[c][-1])}" for c in TELL_MOST if c in curves)
    return next(ends, "")


def _from_to(column: str, values: Sequence[float]) -> str:
    last = figure(column, values[-1])
    return last if len(values) == 1 else f"from {figure(column, values[0])} to {last}"


def figure(column: str, value: float) -> str:
    """Return a figure in words: accuracy in percent, all else to three digits."""
    share = column.endswith("accuracy") and value == value  # not NaN
    return f"{value:.1%}" if share else number(value)
