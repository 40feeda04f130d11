"""The command line: one command for each public verb; parse, call, print.

Exit status: 0; 1 where something failed; 2 where what was given can't be used; 130 after Ctrl-C.
Results go to standard output, notices and errors to standard error.
"""

import contextlib
import functools
import io
import json
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

import mnistlab
from mnistlab.errors import InputError, MnistlabError, TrainingInterrupted

app = typer.Typer(
    name="mnistlab",
    help="The lab for recognizing handwritten digits: Keras, and a network from scratch.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # β on a terminal that knows ASCII only
    try:
        app(args=arguments, prog_name="mnistlab")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except OSError as error:  # standard output is full, or gone
        say(f"error: the output can't be written: {error.strerror or error}.")
        return 1
    return 0


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Make a command of a function: errors raised on purpose become a line and an exit status."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except MnistlabError as error:
            say(f"error: {error}")
            raise typer.Exit(2 if isinstance(error, InputError) else 1) from None
        except TrainingInterrupted as stop:
            say(str(stop))
            raise typer.Exit(130) from None
        except MemoryError:
            say(
                "error: there isn't enough memory for this. Take fewer --hidden-units, or a "
                "smaller --batch-size."
            )
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            say("interrupted.")
            raise typer.Exit(130) from None
        except BrokenPipeError:  # the reader of our output has gone: `mnistlab run | head -1`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None

    return guarded


def say(text: str) -> None:
    """Print a line to standard error; where even that is full, the exit status has to say it."""
    with contextlib.suppress(OSError):
        print(f"mnistlab: {text}", file=sys.stderr, flush=True)


# ── what options hold ───────────────────────────────────────────────────────────────────────────


def real(text: str) -> float:
    """Return an option's number; a decimal comma is explained."""
    try:
        return float(text)
    except ValueError:
        pointed = text.replace(",", ".")
        hint = f" Numbers take a decimal point, not a comma: {pointed}." if "," in text else ""
        raise typer.BadParameter(f"{text!r} is no number.{hint}") from None


def whole(text: str) -> int:
    """Return an option's whole number."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no whole number, such as 5.") from None


def batch(text: str) -> int | str:
    """Return the batch size: a whole number, or a word that the config checks."""
    try:
        return int(text)
    except ValueError:
        return text


def units(text: str) -> tuple[int, ...]:
    """Return the units of each hidden layer: "512" or "128,64"."""
    return tuple(whole(part) for part in text.split(","))


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        print(f"mnistlab {mnistlab.__version__}")
        raise typer.Exit


def option(help: str, parser: Callable[[str], Any] | None = None, metavar: str = "NAME") -> Any:
    """Return an option that is left to ExperimentConfig's default where it isn't given."""
    return typer.Option(help=help, parser=parser, metavar=metavar, show_default=False)


DatasetOption = Annotated[
    str | None,
    option("auto, mnist, mnist_5k, iris, digits, or an .npz file of your own. [default: auto]"),
]
PathOption = Annotated[
    str | None, option("The file or folder that holds the data set.", metavar="FILE")
]
HiddenUnitsOption = Annotated[
    Any, option("Units of the hidden layer; 128,64 makes two. [default: 512]", units, "N")
]
HiddenActivationOption = Annotated[
    str | None, option("sigmoid, relu, tanh, exponential or linear. [default: sigmoid]")
]
OutputActivationOption = Annotated[
    str | None, option("softmax, or any of these. [default: softmax for classes]")
]
OptimizerOption = Annotated[
    str | None, option("sgd, rmsprop, adam, adadelta, adamax or nadam. [default: sgd]")
]
LearningRateOption = Annotated[
    Any, option("β. [default: 0.5 for sgd, Keras's own for the others]", real, "β")
]
LossOption = Annotated[
    str | None,
    option("lecture, categorical_crossentropy, binary_crossentropy, … "
           "[default: the one that belongs to the outputs]"),
]  # fmt: skip
ScheduleOption = Annotated[
    str | None,
    option("β over the epochs: step:2, exponential:0.9, inverse_time:0.5. [default: constant]"),
]
EpochsOption = Annotated[
    Any, option("How often every pattern is presented. [default: 5]", whole, "N")
]
BatchSizeOption = Annotated[
    Any, option("Patterns before each update; 1: true SGD; or full. [default: 32]", batch, "N")
]
OrderOption = Annotated[str | None, option("random, stored or sorted. [default: random]")]
ValidationSplitOption = Annotated[
    Any, option("The share of training patterns kept for validation. [default: 0]", real, "SHARE")
]
SeedOption = Annotated[
    Any, option("Decides initial weights and order of patterns. [default: 0]", whole, "N")
]
OutOption = Annotated[
    str, typer.Option(help="The folder to save in; auto: runs/TIME-ENGINE-DATASET.", metavar="DIR")
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace a run that lies there already.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the record as JSON instead.")]


def settings_of(**options: Any) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}


# ── the commands ────────────────────────────────────────────────────────────────────────────────


@app.callback()
def everything(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """The lab for recognizing handwritten digits: Keras, and a network from scratch."""


@app.command()
@command
def run(
    engine: Annotated[
        str | None, option("keras or classic. [default: keras where it is installed]")
    ] = None,
    dataset: DatasetOption = None,
    path: PathOption = None,
    hidden_units: HiddenUnitsOption = None,
    hidden_activation: HiddenActivationOption = None,
    output_activation: OutputActivationOption = None,
    optimizer: OptimizerOption = None,
    learning_rate: LearningRateOption = None,
    loss: LossOption = None,
    schedule: ScheduleOption = None,
    epochs: EpochsOption = None,
    batch_size: BatchSizeOption = None,
    order: OrderOption = None,
    validation_split: ValidationSplitOption = None,
    seed: SeedOption = None,
    out: OutOption = "auto",
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train the lecture's network and test it; the run is saved in a folder."""
    from mnistlab.experiment import run_experiment

    result = run_experiment(
        out=out, overwrite=overwrite, path=path, verbose=0 if as_json else "auto",
        **settings_of(
            engine=engine, dataset=dataset, hidden_units=hidden_units,
            hidden_activation=hidden_activation, output_activation=output_activation,
            optimizer=optimizer, learning_rate=learning_rate, loss=loss, schedule=schedule,
            epochs=epochs,
            batch_size=batch_size, order=order, validation_split=validation_split, seed=seed,
        ),
    )  # fmt: skip
    print(json.dumps(result.record(), ensure_ascii=False) if as_json else f"\n{result!r}")


@app.command()
@command
def compare(
    dataset: DatasetOption = None,
    path: PathOption = None,
    hidden_units: HiddenUnitsOption = None,
    hidden_activation: HiddenActivationOption = None,
    output_activation: OutputActivationOption = None,
    optimizer: OptimizerOption = None,
    learning_rate: LearningRateOption = None,
    loss: LossOption = None,
    schedule: ScheduleOption = None,
    epochs: EpochsOption = None,
    batch_size: BatchSizeOption = None,
    order: OrderOption = None,
    validation_split: ValidationSplitOption = None,
    seed: SeedOption = None,
    out: OutOption = "auto",
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train the same network in both engines, from the same weights in the same order."""
    from mnistlab.comparison import compare as compare_engines

    found = compare_engines(
        out=out, overwrite=overwrite, path=path, verbose=0 if as_json else "auto",
        **settings_of(
            dataset=dataset, hidden_units=hidden_units, hidden_activation=hidden_activation,
            output_activation=output_activation, optimizer=optimizer,
            learning_rate=learning_rate, loss=loss, schedule=schedule, epochs=epochs,
            batch_size=batch_size,
            order=order, validation_split=validation_split, seed=seed,
        ),
    )  # fmt: skip
    print(json.dumps(found.record(), ensure_ascii=False) if as_json else f"\n{found!r}")


@app.command()
@command
def data(
    name: Annotated[
        str | None, typer.Argument(help="A data set to fetch and verify.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the data sets and where they are; with a name, fetch that one and verify it."""
    from mnistlab import datasets

    if name is not None:
        dataset, where = datasets.fetch(name)
        rows = [{"name": dataset.name, "where": str(where), "digest": dataset.digest}]
        lines = [f"{dataset.name} is here and verified: {where}", dataset.digest]
    else:
        rows = [row._asdict() for row in datasets.describe()]
        lines = [f"{r['name']:10}{r['what']}, {r['size']}\n{'':10}{r['where']}" for r in rows]
    print(json.dumps(rows) if as_json else "\n".join(lines))
