"""ExperimentResult: what a run leaves behind; saved, loaded, shown.

The folder of a run (version 1, readable for ever):

    result.json             config, data set, parameters, figures, history, environment
    weights.npz             kernel_0, bias_0, kernel_1, bias_1, …
    model.keras             the model as plain Keras (Keras engine only)
    history.csv             one row an epoch
    learning_curves.png     loss and accuracy by epoch; of a regression, the mean absolute error
    confusion_matrix.png    what was taken for what (classes only)
    worst_mistakes.png      the images it got most wrong (images of classes only)
    predictions.png         predicted against actual values (regression only)
"""

import csv
import dataclasses
import html
import math
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnistlab import belonging, choices, plain_keras, runfolder, steps, stopping
from mnistlab.checks import shown
from mnistlab.classic.network import ClassicNetwork
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import Dataset
from mnistlab.environment import describe_environment
from mnistlab.errors import DivergedError, InputError, NotFittedError
from mnistlab.history import History
from mnistlab.notices import notice

if TYPE_CHECKING:
    from mnistlab.demo import Images, Page, Run
    from mnistlab.plots import Picture

SCHEMA_VERSION = 1
# How training went: History.settings.
WENT = ("batch_size", "order", "seed", "validation_split", "schedule", "deformation", "patience",
        "acceptable_error")  # fmt: skip
MIME_TYPE = "application/vnd.mnistlab.result+json"


@dataclass(frozen=True)
class DatasetInfo:
    """Which data a run used: enough to know them again, without the arrays."""

    name: str
    digest: str
    source: str
    n_train: int
    n_test: int
    class_names: tuple[str, ...] = ()
    image_shape: tuple[int, ...] | None = None
    scale: float = 1.0

    @classmethod
    def of(cls, dataset: Dataset) -> "DatasetInfo":
        """Return what a result keeps of a data set."""
        return cls(
            dataset.name, dataset.digest, dataset.source, dataset.n_train, dataset.n_test,
            dataset.class_names, dataset.image_shape,
            dataset.scale if dataset.images is not None else 1.0,
        )  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class ExperimentResult:
    """What an experiment found.

    Attributes:
        config: the experiment, nothing left open; after `from_steps`, None for what isn't known.
        dataset: which data it used.
        model: the trained network: of the engine that trained it; after `load`, a
            ClassicNetwork with the same weights.
        history: loss, accuracy, β and seconds of each epoch.
        test_loss: the mean loss over the test patterns.
        test_accuracy: the share of them recognised, in [0, 1]; None for a regression.
        test_metrics: other figures, by name, such as a regression's "mean_absolute_error".
        confusion_matrix: shape (classes, classes); row: the actual class, column: the answer;
            None for a regression.
        seconds: what load, build, fit and evaluate took.
        environment: versions, platform, device.
        completed: whether all epochs were run; False after Ctrl-C.
        folder: where it is saved, or None.
        data: the Dataset itself, and test_outputs: the network's outputs for its test patterns;
            None after `load`.
    """

    config: ExperimentConfig
    dataset: DatasetInfo
    model: Any
    history: History
    test_loss: float
    test_accuracy: float | None
    test_metrics: dict[str, float]
    confusion_matrix: NDArray[np.int64] | None
    seconds: dict[str, float]
    environment: dict[str, str]
    completed: bool = True
    folder: Path | None = None
    data: Dataset | None = field(default=None, repr=False)
    test_outputs: NDArray[np.floating] | None = field(default=None, repr=False)

    # ── made ────────────────────────────────────────────────────────────────────────────────────

    @classmethod
    def from_steps(
        cls,
        dataset: Dataset,
        model: Any,
        history: Any = None,
        *,
        config: ExperimentConfig | None = None,
        seconds: Mapping[str, float] | None = None,
        completed: bool = True,
    ) -> "ExperimentResult":
        """Make a result of what was built step by step; plain Keras models included.

        The model is tested here on the data set's test patterns.

        Args:
            dataset: the data set it was trained on, from `load_data`.
            model: a compiled ClassicNetwork or Keras model of Dense layers.
            history: what fit returned: a History, Keras's own, or a mapping of columns.
            config: the experiment, where it is known; otherwise it is read off the model, and
                what can't be read is None.
            seconds: what each step took, where that was measured.
            completed: False where training was interrupted.

        Raises:
            InputError: a model whose layers aren't fully connected, or that doesn't fit.
            DivergedError: its loss is NaN or infinite.

        Example:
            >>> from mnistlab import build_model, fit_model, load_data
            >>> iris = load_data("iris")
            >>> model = build_model(iris, engine="classic", hidden_units=4)
            >>> history = fit_model(model, iris, epochs=2, verbose=0)
            >>> ExperimentResult.from_steps(iris, model, history).parameters
            35
        """
        steps.must_be_model(model)
        steps.must_be_dataset(dataset)
        if history is None:  # both engines keep that of the last training with the model
            history = getattr(model, "history", None) or History()
        history = History.of(history)
        belonging.must_be_trained(model, history)
        belonging.must_be_compiled_as_it_was(model, history)
        made = belonging.config_of(model, dataset, history)
        config = made if config is None else belonging.described_by(config, made, dataset)
        evaluation = steps.evaluate_model(model, dataset)
        if not math.isfinite(evaluation.loss):
            raise DivergedError.at(steps.learning_rule_of(model)[1] or math.nan)
        outputs = steps.predict_with(model, dataset.x_test)
        result = cls(
            config=config,
            dataset=DatasetInfo.of(dataset),
            model=model,
            history=history,
            test_loss=evaluation.loss,
            test_accuracy=evaluation.accuracy,
            test_metrics=evaluation.metrics,
            confusion_matrix=confusion(dataset.y_test, outputs, dataset.n_classes)
            if dataset.n_classes
            else None,
            seconds=dict(seconds or {"fit": sum(history["seconds"])}),
            environment=describe_environment(config.engine),
            completed=completed,
            data=dataset,
            test_outputs=outputs,
        )
        dtypes = [getattr(layer, "compute_dtype", "") for layer in getattr(model, "layers", ())]
        precise = not {"float16", "bfloat16"} & set(dtypes)
        belonging.must_agree(result.network.predict(dataset.x_test[:100]), outputs[:100], precise)
        return result

    # ── asked ───────────────────────────────────────────────────────────────────────────────────

    @property
    def parameters(self) -> int:
        """The number of weights and biases: 407,050 for 784-512-10."""
        return sum(w.size for w in self.network.get_weights())

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, inputs first."""
        return self.network.layer_sizes

    @property
    def figure(self) -> str:
        """What the test says, in words: the accuracy, or a regression's mean absolute error."""
        if self.test_accuracy is not None:
            return f"accuracy {self.test_accuracy:.2%}"
        return f"mean absolute error {self.test_metrics['mean_absolute_error']:.4g}"

    @cached_property
    def network(self) -> ClassicNetwork:
        """The trained network as a ClassicNetwork: predicts without Keras."""
        if isinstance(self.model, ClassicNetwork):
            return self.model
        from mnistlab.keras_engine import reading

        design = reading.design_of(self.model)
        return _network(design.layer_sizes, design.weights, design.hidden_activation,
                        design.output_activation)  # fmt: skip

    def predict(self, images: ArrayLike) -> NDArray[np.floating]:
        """Return the network's outputs, without Keras.

        Args:
            images: raw images as they come with the data set, uint8 (n, 28, 28) or one of
                (28, 28), which are scaled here; or patterns in [0, 1], float (n, inputs).

        Returns:
            Shape (n, classes): for softmax the probability of each class, each row's sum 1.

        Raises:
            InputError: another shape, or values above 1 that aren't uint8.

        Example:
            >>> result.predict(dataset.test_images[:5]).argmax(axis=1)  # doctest: +SKIP
            array([7, 2, 1, 0, 4])
        """
        return self.network.predict(self._patterns(images))

    def _patterns(self, given: ArrayLike) -> NDArray[Any]:
        """Return images as flattened patterns in [0, 1]."""
        try:
            images = np.asarray(given)
        except ValueError as why:
            raise InputError("images must be one array of numbers, and these differ in "
                             "shape.") from why  # fmt: skip
        shape = self.dataset.image_shape
        if shape and images.shape == shape:
            images = images[None]
        if shape and images.shape[1:] == shape:
            images = images.reshape(len(images), math.prod(shape))
        if images.dtype == np.uint8:
            return images.astype(np.float32) / np.float32(self.dataset.scale)
        if shape and images.dtype.kind in "iuf" and images.size and images.max() > 1:
            raise InputError(
                f"images holds values up to {images.max():g}, but the network takes values in "
                f"[0, 1]. Divide by {self.dataset.scale:g}, or give the raw images as whole "
                'numbers of 8 bits: images.astype("uint8").'
            )
        return images

    def as_keras(self) -> str:
        """Return the same experiment as a program in plain Keras; print it to read it."""
        return plain_keras.script(self.config, self.layer_sizes, self.dataset.scale)

    # ── shown ───────────────────────────────────────────────────────────────────────────────────

    def rows(self) -> list[tuple[str, str]]:
        """Return the short table: what, and what it was."""
        data, config = self.dataset, self.config
        epochs = self.history.epochs
        rate = config.learning_rate
        how = [
            config.engine,
            config.optimizer or "",
            ""
            if rate is None
            else f"β = {rate:g}" + (f" ({config.schedule})" if config.schedule else ""),
            _batches(config.batch_size),
            "1 epoch" if epochs == 1 else f"{epochs} epochs",
            *_besides(config),
        ]
        table = [
            ("Data set", f"{data.name} ({data.source}): {data.n_train:,} to train, "
                         f"{data.n_test:,} to test"),
            ("Network", "-".join(map(str, self.layer_sizes)) + f", {config.hidden_activation}, "
                        f"{config.output_activation}"),
            ("Parameters", f"{self.parameters:,}"),
            ("Training", ", ".join(filter(None, how))),
            self._tested(),
            ("Time", f"{self.seconds.get('fit', 0.0):.1f} s of training"),
        ]  # fmt: skip
        if self.history.stopped:
            why = stopping.message(self.history.history, self.history.stopped)
            table.insert(4, ("Stopped", why.removeprefix("Stopped ").rstrip(".")))
        elif not self.completed:
            table.insert(4, ("Stopped", f"after {self.history.epochs} of {config.epochs} epochs"))
        if self.folder is not None:
            table.append(("Saved in", str(self.folder)))
        return table

    def _tested(self) -> tuple[str, str]:
        """Return the row of the test."""
        loss = f"loss {self.test_loss:.4f}"
        if self.test_accuracy is None or self.confusion_matrix is None:
            name, _, figure = self.figure.rpartition(" ")
            return f"Test {name}", f"{figure}, {loss}"
        wrong = int(self.confusion_matrix.sum() - np.trace(self.confusion_matrix))
        said = f"{self.test_accuracy:.2%} ({wrong:,} of {self.dataset.n_test:,} wrong), {loss}"
        return "Test accuracy", said

    def __repr__(self) -> str:
        table = self.rows()
        width = max(len(name) for name, _ in table)
        return "\n".join(f"{name.ljust(width)}  {value}" for name, value in table)

    def _repr_html_(self) -> str:
        """Return the table and the learning curves, for a notebook; the picture has alt text."""
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for name, value in self.rows()
        )
        table = f"<table><caption>Result of the experiment</caption>{cells}</table>"
        curves = self.learning_curves()._repr_html_() if self.history.epochs else ""
        return table + curves

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return what a notebook keeps of it: text, table, and the record itself."""
        return {
            "text/plain": repr(self),
            "text/html": self._repr_html_(),
            MIME_TYPE: self.record(),
        }

    def learning_curves(self) -> "Picture":
        """Return the picture of loss and accuracy, or mean absolute error, by epoch."""
        from mnistlab import plots

        return plots.learning_curves(self.history)

    def confusion_picture(self) -> "Picture":
        """Return the picture of what was taken for what.

        Raises:
            InputError: a regression has no classes.
        """
        from mnistlab import plots

        if self.confusion_matrix is None:
            raise InputError(f"{self.dataset.name} is a regression: it has no classes to confuse.")
        return plots.confusion_matrix(self.confusion_matrix, self.dataset.class_names)

    def worst_mistakes(self, count: int = 12) -> "Picture":
        """Return the gallery of the test images it got most wrong.

        Raises:
            NotFittedError: the result was loaded, and the images aren't here.
            InputError: the data set isn't made of images, or is a regression.
        """
        from mnistlab import plots

        if self.confusion_matrix is None:
            raise InputError(f"{self.dataset.name} is a regression: it has no classes to mistake. "
                             "See predictions_picture().")  # fmt: skip
        data, outputs = self._tested_on("images")
        if data.test_images is None:
            raise InputError(f"{self.dataset.name} isn't made of images, so there is no gallery.")
        return plots.worst_mistakes(
            data.test_images, data.y_test, outputs, self.dataset.class_names, count
        )

    def predictions_picture(self) -> "Picture":
        """Return the picture of a regression's predicted against actual values.

        Raises:
            InputError: the data set has classes.
            NotFittedError: the result was loaded, and the test patterns aren't here.
        """
        from mnistlab import plots

        if self.confusion_matrix is not None:
            raise InputError(f"{self.dataset.name} has classes, no values to predict. See "
                             "confusion_picture() for what was taken for what.")  # fmt: skip
        data, outputs = self._tested_on("patterns")
        return plots.predictions(data.y_test, outputs)

    def _tested_on(self, what: str) -> tuple[Dataset, NDArray[np.floating]]:
        """Return the data set and the outputs for its test patterns, or raise NotFittedError."""
        if self.data is None or self.test_outputs is None:
            raise NotFittedError(
                f"This result was loaded, and the test {what} aren't saved with it. Test the "
                "model on the data set again: mnistlab.ExperimentResult.from_steps("
                f"mnistlab.load_data({self.dataset.name!r}), result.model, result.history)."
            )
        return self.data, self.test_outputs

    def draw(
        self,
        *others: "ExperimentResult",
        out: str | os.PathLike[str] | None = None,
        images: int = 200,
        names: Sequence[str] | None = None,
        path: str | os.PathLike[str] | None = None,
    ) -> "Page":
        """Return the page on which the network can be drawn for; a notebook shows it.

        Args:
            others: another result on the same kind of images, to stand beside this one.
            out: the HTML file to save it in; None: save it later, with `.save("page.html")`.
            images: how many test images to bring along, at most 2,000; the wrongly recognised
                come first.
            names: what the page calls each network; None: by the run's folder.
            path: the file that holds the data set, where the result was loaded and the data are
                your own.

        Returns:
            The Page: one HTML file, with the weights inside.

        Raises:
            InputError: no images, a regression, images of another kind, or more than two.
            SaveError: `out` can't be written.

        Example:
            >>> result.draw()  # doctest: +SKIP
            >>> before.draw(after, names=["before", "after"], out="page.html")  # doctest: +SKIP
        """
        from mnistlab import demo

        results = (self, *others)
        for one in results:
            ExperimentResult._must_be_of_images(one)  # which may be anything
        folders = [one.folder.name if one.folder else None for one in results]
        called = demo.names_of(folders, names)
        runs = [one._as_run(name) for one, name in zip(results, called, strict=True)]
        at_hand = next((one for one in results if one.data is not None), self)
        page = demo.page_of(runs, at_hand._images(path), images)
        return page if out is None else dataclasses.replace(page, path=page.save(out))

    def _must_be_of_images(self) -> None:
        """Raise InputError where nothing can be drawn for the network."""
        if not isinstance(self, ExperimentResult):
            raise InputError(f"draw takes results, but got {shown(self)}. Give what run_experiment "
                             "returned, or ExperimentResult.load(folder).")  # fmt: skip
        if self.dataset.image_shape is None or self.confusion_matrix is None:
            what = "is a regression" if self.confusion_matrix is None else "isn't made of images"
            raise InputError(f"{self.dataset.name} {what}, so nothing can be drawn for this "
                             "network. The page is for classes of images: mnist, mnist_5k, "
                             "fashion_mnist, digits, cifar10, cifar100, or your own.")  # fmt: skip

    def _as_run(self, name: str) -> "Run":
        """Return the network as the page takes it."""
        from mnistlab.demo import Run

        if self.network.rules.given:
            notice("the page computes with the lecture's formulas, not with rules of your own.")
        config, known = self.config, "sgd" in (self.config.optimizer or "sgd")
        about = dict(self.rows())
        return Run(
            name=name,
            weights=self.network.get_weights(),
            activations=self.network.activations,
            loss=config.loss or "",
            learning_rate=(config.learning_rate or 0.5) if known else 0.5,
            about=f"{about['Network']}; {about['Training']}; test accuracy "
                  f"{about['Test accuracy']}",
        )  # fmt: skip

    def _images(self, path: str | os.PathLike[str] | None) -> "Images":
        """Return the data set as the page takes it, with its test images where they can be had."""
        from mnistlab import demo

        info = self.dataset
        classes = range(0 if self.confusion_matrix is None else len(self.confusion_matrix))
        return demo.Images(
            info.name, info.image_shape or (), info.class_names or tuple(map(str, classes)),
            info.scale, *demo.pictures(self.data, info.name, info.digest, path),
        )  # fmt: skip

    # ── saved and loaded ────────────────────────────────────────────────────────────────────────

    def record(self) -> dict[str, Any]:
        """Return the content of result.json."""
        known = {k: v for k, v in dataclasses.asdict(self.dataset).items() if v is not None}
        data = {k: list(v) if isinstance(v, tuple) else v for k, v in known.items()}
        return {
            "schema_version": SCHEMA_VERSION,
            "config": self.config.as_dict(),
            "dataset": data,
            "parameters": self.parameters,
            "layer_sizes": list(self.layer_sizes),
            "test_loss": self.test_loss,
            "test_accuracy": self.test_accuracy,
            "test_metrics": self.test_metrics,
            "history": self.history.history,
            "confusion_matrix": None
            if self.confusion_matrix is None
            else self.confusion_matrix.tolist(),
            "seconds": self.seconds,
            "environment": self.environment,
            "completed": self.completed,
            **({"stopped": self.history.stopped} if self.history.stopped else {}),
        }

    def save(self, folder: str | os.PathLike[str], overwrite: bool = False) -> "ExperimentResult":
        """Write the run's folder, all of it or nothing, and return the result that knows it.

        Raises:
            OutputError: the folder can't be written, or already holds a run.
            SaveError: the disk is full, say; nothing half-written is left.
            DivergedError: a figure is NaN or infinite.
        """
        path = runfolder.must_take_a_run(folder, overwrite)
        runfolder.write_folder(path, self._writers(), overwrite)
        return dataclasses.replace(self, folder=path)

    def _writers(self) -> dict[str, runfolder.Writer]:
        """Return what writes each file of the run's folder."""
        record = runfolder.as_json(self.record())
        writers: dict[str, runfolder.Writer] = {
            "weights.npz": lambda path: save_weights(path, self.network.get_weights()),
            "history.csv": self._write_history,
            "learning_curves.png": lambda path: self.learning_curves().save(path),
            runfolder.RECORD: lambda path: runfolder.write_text(path, record),
        }
        if self.confusion_matrix is not None:
            writers["confusion_matrix.png"] = lambda path: self.confusion_picture().save(path)
        elif self.data is not None and self.test_outputs is not None:
            writers["predictions.png"] = lambda path: self.predictions_picture().save(path)
        if not isinstance(self.model, ClassicNetwork):
            writers["model.keras"] = lambda path: save_keras(path, self.model)
        images = self.data is not None and self.data.test_images is not None
        if images and self.confusion_matrix is not None:
            writers["worst_mistakes.png"] = lambda path: self.worst_mistakes().save(path)
        return writers

    def _write_history(self, path: Path) -> None:
        rows = list(self.history.rows())
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["epoch"])
            writer.writeheader()
            writer.writerows(rows)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "ExperimentResult":
        """Return a saved result; its model is a ClassicNetwork with the saved weights.

        Keras isn't needed. The Keras model itself is loaded by plain Keras:
        `keras.models.load_model("runs/…/model.keras")`.

        Args:
            folder: the run's folder.

        Raises:
            InputError: no run lies there, or its files can't be read.
        """
        from mnistlab import savedrun

        folder = Path(folder).expanduser()
        saved = savedrun.read(folder)
        record, config = saved.record, saved.config
        matrix = record["confusion_matrix"]
        model = _network(
            saved.layer_sizes, saved.weights, config.hidden_activation,
            config.output_activation or "softmax",
        )  # fmt: skip
        if config.optimizer is not None:
            model.compile(config.optimizer, config.loss, learning_rate=config.learning_rate)
        return cls(
            config=config,
            dataset=saved.dataset(DatasetInfo),
            model=model,
            history=dataclasses.replace(
                History.of(record["history"]),
                settings={name: getattr(config, name) for name in WENT},
                stopped=record.get("stopped", ""),
            ),
            test_loss=record["test_loss"],
            test_accuracy=record["test_accuracy"],
            test_metrics=record["test_metrics"],
            confusion_matrix=matrix and np.asarray(matrix, np.int64),
            seconds=record["seconds"],
            environment=record["environment"],
            completed=record.get("completed", True),
            folder=folder,
        )


def named(weights: list[NDArray[np.floating]]) -> dict[str, NDArray[np.floating]]:
    """Return the weights under their names in weights.npz.

    Example:
        >>> list(named([np.zeros((2, 1)), np.zeros(1)]))
        ['kernel_0', 'bias_0']
    """
    return {f"{('kernel', 'bias')[k % 2]}_{k // 2}": w for k, w in enumerate(weights)}


def save_weights(path: Path, weights: list[NDArray[np.floating]]) -> None:
    """Write weights.npz; the same weights make the same bytes."""
    arrays: dict[str, Any] = named(weights)
    np.savez(path, **arrays)


def save_keras(path: Path, model: Any) -> None:
    """Write a Keras model by its own method."""
    from mnistlab.keras_engine.quiet import caught_stderr

    # On JAX and PyTorch Keras imports TensorFlow to save, where it is installed.
    with caught_stderr(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Keras's own, of NumPy's ways
        model.save(path)


def confusion(
    actual: NDArray[np.integer], outputs: NDArray[np.floating], n_classes: int
) -> NDArray[np.int64]:
    """Return how often each class (row) was taken for each (column): shape (classes, classes).

    Example:
        >>> confusion(np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]), 2).tolist()
        [[1, 0], [1, 0]]
    """
    matrix = np.zeros((n_classes, n_classes), np.int64)
    np.add.at(matrix, (actual, steps.answers_of(outputs)), 1)
    return matrix


def _network(
    layer_sizes: tuple[int, ...],
    weights: list[NDArray[np.floating]],
    hidden_activation: str,
    output_activation: str,
) -> ClassicNetwork:
    """Return a ClassicNetwork with these weights."""
    dtype = "float64" if weights[0].dtype == np.float64 else "float32"
    network = ClassicNetwork(layer_sizes, hidden_activation, output_activation, dtype=dtype)
    network.set_weights(weights)
    return network


def _besides(config: ExperimentConfig) -> list[str]:
    """Return the settings that most trainings leave at their default, where they don't."""
    usual = choices.default_loss(config.output_activation or "softmax")
    loss = config.loss if config.loss not in (None, usual) else ""
    return [
        str(loss or "").replace("_", " "),
        "" if config.order in (None, "random") else f"{config.order} order",
        f"dropout {config.dropout:g}" if config.dropout else "",
        f"input dropout {config.input_dropout:g}" if config.input_dropout else "",
        f"weight decay {config.weight_decay:g}" if config.weight_decay else "",
        "averaged weights" if config.ema_momentum else "",
        f"{config.deformation} deformations" if config.deformation else "",
        "" if config.dtype_policy == "float32" else config.dtype_policy,
    ]


def _batches(batch_size: int | str | None) -> str:
    """Return how the training is called: true SGD, full batch, or batches of so many."""
    if batch_size is None:
        return ""
    return {1: "true SGD", "full": "full batch"}.get(batch_size, f"batches of {batch_size}")
