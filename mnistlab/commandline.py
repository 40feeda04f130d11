"""What all commands share: errors as a line and an exit status, and what options hold.

Exit status: 0; 1 where something failed; 2 where what was given can't be used; 130 after Ctrl-C.
Results go to standard output, notices and errors to standard error.
"""

import contextlib
import functools
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from mnistlab.errors import InputError, MnistlabError, TrainingInterrupted


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

    return guarded


def write_no_more() -> None:
    """Let what is still to be written to standard output go nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # there may be none
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]


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


def option(help: str, parser: Callable[[str], Any] | None = None, metavar: str = "NAME") -> Any:
    """Return an option that is left to ExperimentConfig's default where it isn't given."""
    return typer.Option(help=help, parser=parser, metavar=metavar, show_default=False)


JsonOption = Annotated[bool, typer.Option("--json", help="Print the record as JSON instead.")]
