"""compare(): the two engines side by side, from the same weights in the same order of patterns."""

import html
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnistlab import experiment, runfolder
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import load_data
from mnistlab.environment import missing_for_keras
from mnistlab.errors import InputError, MissingDependencyError
from mnistlab.results import ExperimentResult

if TYPE_CHECKING:
    from mnistlab.plots import Picture

Weights = list[NDArray[np.floating]]


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """What both engines made of the same experiment.

    Attributes:
        classic, keras: the result of each engine.
        weight_differences: the largest difference between their weights after each epoch.
        folder: where it is saved, or None.
    """

    classic: ExperimentResult
    keras: ExperimentResult
    weight_differences: list[float]
    folder: Path | None = None

    @property
    def results(self) -> dict[str, ExperimentResult]:
        """Both results by engine."""
        return {"classic": self.classic, "keras": self.keras}

    def rows(self) -> list[tuple[str, str, str]]:
        """Return the table: what, the classic network's, Keras's."""
        figures: dict[str, Callable[[ExperimentResult], str]] = {
            "": lambda one: one.config.engine,
            "Parameters": lambda one: f"{one.parameters:,}",
            _figure_name(self.classic): lambda one: one.figure.rpartition(" ")[2],
            "Test loss": lambda one: f"{one.test_loss:.4f}",
            "Seconds an epoch": lambda one: f"{seconds_per_epoch(one):.2f}",
        }
        return [(name, said(self.classic), said(self.keras)) for name, said in figures.items()]

    def sentences(self) -> list[str]:
        """Return what the table doesn't say: how far apart the weights are, where it lies."""
        said = []
        if self.weight_differences:
            listed = ", ".join(f"{d:.1e}" for d in self.weight_differences)
            said.append(f"Largest difference between their weights after each epoch: {listed}")
        backend = self.keras.environment.get("backend", "").partition(" ")[0]
        if backend not in ("", "tensorflow") and self.keras.config.output_activation == "softmax":
            said.append(f"Keras on {backend} clips softmax's outputs before the logarithm, so its "
                        "first epochs differ (TensorFlow recovers the net inputs).")  # fmt: skip
        if self.keras.config.dropout or self.keras.config.input_dropout:
            said.append("Each engine draws for itself what dropout leaves out, so their weights "
                        "differ from the first step on.")  # fmt: skip
        if self.folder is not None:
            said.append(f"Saved in {self.folder}")
        return said

    def __repr__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[k]) for row in rows) for k in range(3)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) for r in rows]
        return "\n".join([*(line.rstrip() for line in lines), *self.sentences()])

    def _repr_html_(self) -> str:
        """Return the table and the picture, for a notebook; the picture has alt text."""
        head, *body = self.rows()
        cells = "<tr>" + "".join(f'<th scope="col">{html.escape(c)}</th>' for c in head) + "</tr>"
        for name, *values in body:
            figures = "".join(f"<td>{html.escape(v)}</td>" for v in values)
            cells += f'<tr><th scope="row">{html.escape(name)}</th>{figures}</tr>'
        said = "".join(f"<p>{html.escape(one)}</p>" for one in self.sentences())
        picture = self.picture()._repr_html_() if self.weight_differences else ""
        return f"<table><caption>Both engines</caption>{cells}</table>{said}{picture}"

    def picture(self) -> "Picture":
        """Return the curves of both engines, their seconds, and how far apart their weights are."""
        from mnistlab import plots

        histories = {name: one.history for name, one in self.results.items()}
        return plots.engine_comparison(histories, self.weight_differences)

    def record(self) -> dict[str, Any]:
        """Return the content of comparison.json."""
        return {
            "weight_differences": self.weight_differences,
            **{name: one.record() for name, one in self.results.items()},
        }


def _figure_name(result: ExperimentResult) -> str:
    return "Test " + result.figure.rpartition(" ")[0]


def seconds_per_epoch(result: ExperimentResult) -> float:
    """Return the median seconds of an epoch, which the first one's start-up doesn't move much."""
    seconds = result.history["seconds"]
    return float(np.median(seconds)) if seconds else 0.0


def compare(
    config: ExperimentConfig | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    path: str | os.PathLike[str] | None = None,
    verbose: int | str = "auto",
    **settings: Any,
) -> Comparison:
    """Run the same experiment in both engines: the same initial weights, the same order.

    Args:
        config, path, verbose, overwrite, **settings: as for run_experiment; no engine.
        out: a folder to save both runs in, with comparison.json and comparison.png; "auto":
            runs/<time>-compare-<dataset>; None saves nothing.

    Returns:
        A Comparison.

    Raises:
        InputError: as run_experiment; or an engine was named.
        MissingDependencyError: Keras isn't installed.

    Example:
        >>> compare(dataset="iris", hidden_units=4, epochs=2).keras.parameters  # doctest: +SKIP
        35
    """
    if "engine" in settings:
        raise InputError("compare() runs both engines, so leave engine= out.")
    missing = missing_for_keras()
    if missing is not None:
        raise MissingDependencyError(f"compare() needs Keras, and {missing} isn't installed. "
                                     f"Install it with\n    pip install {missing}")  # fmt: skip
    given = settings.pop("dataset", None)
    config = experiment.configured(config, settings)
    given = config.dataset if given is None else given
    folder = None if out in (None, "auto") else must_take_a_comparison(out, overwrite)
    dataset = load_data(given, path)
    if out == "auto":
        folder = must_take_a_comparison(runfolder.new_folder("compare", dataset.name), overwrite)
    kept: list[Weights] = []
    differences: list[float] = []

    def run(engine: str, watch: Callable[[Any], Callable[[int], Any]]) -> ExperimentResult:
        chosen = experiment.configured(config, {"engine": engine})
        if verbose:
            print(f"{engine}:", flush=True)
        return experiment.run(
            chosen, dataset, verbose=verbose, watch=watch, overwrite=overwrite,
            out=folder and folder / engine,
        )  # fmt: skip

    classic = run("classic", lambda model: lambda epoch: kept.append(model.get_weights()))
    keras = run("keras", lambda model: lambda epoch: differences.append(
        largest_difference(kept[epoch], model.get_weights())))  # fmt: skip
    found = Comparison(classic, keras, differences, folder)
    if folder is not None:
        save(found, folder)
    return found


def largest_difference(ours: Weights, theirs: Weights) -> float:
    """Return the largest |difference| of any two weights that belong together.

    Example:
        >>> largest_difference([np.zeros(2)], [np.array([0.0, -0.5])])
        0.5
    """
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


def must_take_a_comparison(out: str | os.PathLike[str], overwrite: bool) -> Path:
    """Return the folder where both runs can be written to it."""
    folder = runfolder.must_take_a_run(out, overwrite)
    for engine in ("classic", "keras"):
        runfolder.must_take_a_run(folder / engine, overwrite)
    return folder


def save(found: Comparison, folder: Path) -> None:
    """Write comparison.json and comparison.png beside the two runs."""
    text = runfolder.as_json(found.record())
    writers: dict[str, runfolder.Writer] = {
        "comparison.json": lambda path: runfolder.write_text(path, text)
    }
    if found.weight_differences:
        writers["comparison.png"] = lambda path: found.picture().save(path)
    runfolder.write_folder(folder, writers)
