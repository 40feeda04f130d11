"""History: what training reports, epoch by epoch.

It reads like Keras's own: `history.history["loss"]` is the list of losses, one an epoch.

Example:
    >>> history = History()
    >>> history.record(loss=0.5, accuracy=0.8, learning_rate=0.5, seconds=1.2)
    >>> history.history["loss"], history.epochs
    ([0.5], 1)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mnistlab.checks import shown
from mnistlab.errors import InputError

COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")


def _empty() -> dict[str, list[float]]:
    return {column: [] for column in COLUMNS}


@dataclass(repr=False)
class History:
    """The figures of each epoch of a training.

    Attributes:
        history: a list a column, one value an epoch: `loss` and `accuracy` over the training
            patterns as they were seen, `val_loss` and `val_accuracy` over the validation
            patterns after the epoch (empty without validation), `learning_rate` (β),
            `seconds` (of training, validation left out). `accuracy` lies in [0, 1]. A regression
            has `mean_absolute_error` and `val_mean_absolute_error` in its place.
        settings: how the training went through the patterns, where that is known:
            `batch_size`, `order`, `seed`, `validation_split`.
        stopped: why training ended before its last epoch: "patience", "acceptable_error", or ""
            where it didn't (see stopping.py).
        compiled_with: the model's β before the training and after it: a schedule gives it back,
            a callback may not. Empty where `fit_model` didn't train it.

    Source: keras.callbacks.History.
    """

    history: dict[str, list[float]] = field(default_factory=_empty)
    settings: dict[str, Any] = field(default_factory=dict)
    stopped: str = ""
    compiled_with: tuple[float, ...] = field(default=(), compare=False)

    @property
    def epochs(self) -> int:
        """How many epochs have ended."""
        return len(self.history["loss"])

    def record(self, **figures: float | None) -> None:
        """Append one epoch's figures; a figure that is None or not named is left out."""
        for column, value in figures.items():
            if value is not None:
                self.history.setdefault(column, []).append(float(value))

    def keys(self) -> list[str]:
        """Return the names of the columns that hold figures."""
        return [name for name, values in self.history.items() if values]

    def items(self) -> list[tuple[str, list[float]]]:
        """Return name and values of the columns that hold figures."""
        return [(name, self.history[name]) for name in self.keys()]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __contains__(self, column: object) -> bool:
        return bool(self.history.get(str(column)))

    def __bool__(self) -> bool:
        return True  # also before the first epoch

    def __getitem__(self, column: str) -> list[float]:
        return self.history[column]

    def __repr__(self) -> str:
        shown = {name: v for name, v in self.history.items() if v and name != "seconds"}
        ends = [f"{name} {values[0]:.4g} → {values[-1]:.4g}" for name, values in shown.items()]
        return f"History of {self.epochs} epochs" + ("" if not ends else ": " + ", ".join(ends))

    def rows(self) -> Iterator[dict[str, float]]:
        """Yield one mapping an epoch, "epoch" counted from 1, columns without values left out."""
        for epoch in range(self.epochs):
            row: dict[str, float] = {"epoch": epoch + 1}
            row.update({c: v[epoch] for c, v in self.history.items() if len(v) == self.epochs})
            yield row

    @classmethod
    def of(cls, source: "History | Mapping[str, list[float]] | object") -> "History":
        """Return a History of what a training returned: ours, Keras's, or a plain mapping.

        Raises:
            InputError: none of these, or a column that isn't a list of numbers.

        Example:
            >>> History.of({"loss": [0.5, 0.4]}).epochs
            2
        """
        columns = getattr(source, "history", source)
        if not isinstance(columns, Mapping):
            raise InputError(
                f"history must be what fit returned, or a mapping such as {{'loss': [0.5, 0.4]}}, "
                f"but got {shown(source)}."
            )
        figures = {str(name): _column(name, values) for name, values in columns.items()}
        settings, stopped = getattr(source, "settings", {}), getattr(source, "stopped", "")
        betas = getattr(source, "compiled_with", ())
        return cls({**_empty(), **figures}, dict(settings), str(stopped), betas)


def _column(name: object, values: Any) -> list[float]:
    """Return a column's values as floats; else raise InputError."""
    try:
        if isinstance(values, str):
            raise TypeError
        return [float(value) for value in values]
    except (TypeError, ValueError, OverflowError) as why:
        raise InputError(
            f"The history's column {name!r} must be a list of numbers, one an epoch, "
            f"but it is {shown(values)}."
        ) from why
