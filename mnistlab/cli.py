"""The command line: one command for each public verb; parse, call, print.

Exit status: 0; 1 where something failed; 2 where what was given can't be used; 130 after Ctrl-C.
Results go to standard output, notices and errors to standard error.
"""

import functools
import inspect
import io
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

import mnistlab
from mnistlab import classroom, democommand
from mnistlab.commandline import (
    JsonOption,
    batch,
    command,
    option,
    real,
    say,
    units,
    whole,
    write_no_more,
)  # fmt: skip
from mnistlab.errors import InputError

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
        status = _status(arguments)
        if sys.__stdout__ is not None:
            sys.__stdout__.flush()  # at its end Python would do it where none can catch the error
    except OSError as error:  # standard output is full, or gone
        write_no_more()
        if not isinstance(error, BrokenPipeError):  # whose reader has gone: `… | head -1`
            say(f"error: the output can't be written: {error.strerror or error}.")
        return 1
    return status


def _status(arguments: list[str]) -> int:
    """Run one command and return the exit status that it asks for."""
    try:
        app(args=arguments, prog_name="mnistlab")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


# ── what options hold ───────────────────────────────────────────────────────────────────────────


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        print(f"mnistlab {mnistlab.__version__}")
        raise typer.Exit


# One option for each field of ExperimentConfig but the engine: (help, parser, metavar).
SETTINGS: dict[str, tuple[str, Callable[[str], Any] | None, str]] = {
    "dataset": ("`mnistlab data` lists them; or an .npz file of your own. [default: auto]",
                None, "NAME"),
    "hidden_units": ("Units of the hidden layer; 128,64 makes two. [default: 512]", units, "N"),
    "hidden_activation": ("sigmoid, relu, tanh, exponential or linear. [default: sigmoid]",
                          None, "NAME"),
    "output_activation": ("softmax, or any of these. [default: softmax for classes, linear for "
                          "values]", None, "NAME"),
    "optimizer": ("sgd, rmsprop, adam, adadelta, adamax or nadam. [default: sgd]", None, "NAME"),
    "learning_rate": ("β. [default: 0.5 for sgd, or 0.001 for a regression; Keras's own for the "
                      "others]", real, "β"),
    "loss": ("lecture, categorical_crossentropy, binary_crossentropy, poisson, kl_divergence, "
             "mean_squared_error, mean_absolute_error or cosine_similarity. "
             "[default: the one that belongs to the outputs]", None, "NAME"),
    "schedule": ("β over the epochs: step:2, exponential:0.9, inverse_time:0.5, one_cycle:5. "
                 "[default: constant]", None, "NAME"),
    "epochs": ("How often every pattern is presented. [default: 5]", whole, "N"),
    "batch_size": ("Patterns before each update; 1: true SGD; or full. [default: 32]", batch, "N"),
    "order": ("random, stored or sorted. [default: random]", None, "NAME"),
    "validation_split": ("The share of training patterns kept for validation. [default: 0]",
                         real, "SHARE"),
    "seed": ("Decides initial weights and order of patterns. [default: 0]", whole, "N"),
    "input_dropout": ("The share of inputs left out at random in training. [default: 0]",
                      real, "SHARE"),
    "dropout": ("The share of hidden units left out at random in training. [default: 0]",
                real, "SHARE"),
    "weight_decay": ("Each step takes β times this of every weight away. [default: 0]",
                     real, "DECAY"),
    "ema_momentum": ("Average the weights: how slowly the average follows, such as 0.999. "
                     "[default: 0]", real, "SHARE"),
    "deformation": ("Deform each image anew in each epoch: affine, elastic or affine+elastic.",
                    None, "NAME"),
    "patience": ("Stop after so many epochs in a row without a lower loss.", whole, "N"),
    "acceptable_error": ("Stop when an epoch's total error is below this.", real, "ERROR"),
    "dtype_policy": ("float32; with Keras also mixed_bfloat16 or mixed_float16. "
                     "[default: float32]", None, "NAME"),
}  # fmt: skip


def with_settings(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each setting; those that were given come as **settings."""
    signature = inspect.signature(function)
    named = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    types = {name: Annotated[Any if parser else str | None, option(text, parser, metavar)]
             for name, (text, parser, metavar) in SETTINGS.items()}  # fmt: skip
    given = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
             for name, kind in types.items()]  # fmt: skip

    @functools.wraps(function)
    def called(**options: Any) -> None:
        chosen = {n: options.pop(n) for n in SETTINGS if n in options}
        function(**options, **{n: value for n, value in chosen.items() if value is not None})

    named = [p.replace(kind=p.KEYWORD_ONLY) for p in named]
    called.__signature__ = signature.replace(parameters=[*named, *given])  # type: ignore[attr-defined]
    called.__annotations__ = {**function.__annotations__, **types}
    return called


PathOption = Annotated[
    str | None, option("The file or folder that holds the data set.", metavar="FILE")
]
OutOption = Annotated[
    str, typer.Option(help="The folder to save in; auto: runs/TIME-ENGINE-DATASET.", metavar="DIR")
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Replace a run that lies there already.")
]


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
@with_settings
def run(
    engine: Annotated[
        str | None, option("keras or classic. [default: keras where it is installed]")
    ] = None,
    recipe: Annotated[
        str | None,
        option("lecture, book, plain or record: settings by name, which the others change."),
    ] = None,
    path: PathOption = None,
    checkpoint: Annotated[
        str | None,
        option(
            "A folder that keeps the state of the training; the same command goes on from there.",
            metavar="DIR",
        ),
    ] = None,
    checkpoint_every: Annotated[
        Any,
        option("Batches from one state to the next within an epoch. [default: 5000]", whole, "N"),
    ] = None,
    resume: Annotated[
        str | None,
        option("Go on from the checkpoint in this folder, with its settings.", metavar="DIR"),
    ] = None,
    tensorboard: Annotated[
        str | None, option("A folder for TensorBoard's figures (Keras).", metavar="DIR")
    ] = None,
    out: OutOption = "auto",
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
    **settings: Any,
) -> None:
    """Train the lecture's network and test it; the run is saved in a folder."""
    from mnistlab.experiment import run_experiment

    if engine is not None:
        settings["engine"] = engine
    if checkpoint_every is not None:
        if checkpoint is None and resume is None:
            raise InputError("--checkpoint-every says how often to keep the state, so it needs "
                             "--checkpoint DIR, where to keep it.")  # fmt: skip
        settings["checkpoint_every"] = checkpoint_every
    result = run_experiment(
        out=out, overwrite=overwrite, path=path, verbose=0 if as_json else "auto", recipe=recipe,
        checkpoint=checkpoint, resume=resume, tensorboard=tensorboard, **settings,
    )  # fmt: skip
    print(json.dumps(result.record(), ensure_ascii=False) if as_json else f"\n{result!r}")


@app.command()
@command
@with_settings
def compare(
    path: PathOption = None,
    out: OutOption = "auto",
    overwrite: OverwriteOption = False,
    as_json: JsonOption = False,
    **settings: Any,
) -> None:
    """Train the same network in both engines, from the same weights in the same order."""
    from mnistlab.comparison import compare as compare_engines

    found = compare_engines(
        out=out, overwrite=overwrite, path=path, verbose=0 if as_json else "auto", **settings
    )
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
        lines = [f"{r['name']:16}{r['what']}, {r['size']}\n{'':16}{r['where']}" for r in rows]
    print(json.dumps(rows) if as_json else "\n".join(lines))


app.command()(democommand.demo)


# ── the commands of a class ─────────────────────────────────────────────────────────────────────

for verb in classroom.COMMANDS:
    app.command()(verb)
