"""lab.toml: read and checked, with errors that say on which line what has to change.

Example:
    >>> named()
    ('recognizing_digits',)
    >>> lab = read("recognizing_digits")
    >>> lab.network.parameters, lab.out_of
    (407050, 100.0)
"""

import hashlib
import json
import os
import re
from datetime import date, time
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mnistlab.checks import choice, did_you_mean, shown
from mnistlab.errors import InputError
from mnistlab.lab import labwords, tomllines
from mnistlab.lab.assignment import Lab

LARGEST = 256 * 1024  # bytes; a lab with 200 questions of 2,000 characters has more than it needs
MOST_ERRORS = 10
ENDING = ".toml"
OF_A_NUMBER = {
    "id", "compute", "layer", "unit", "from_unit", "pattern", "learning_rate",
}  # fmt: skip


def named() -> tuple[str, ...]:
    """Return the names of the labs that the package brings along."""
    inside = resources.files("mnistlab.lab").iterdir()
    return tuple(sorted(one.name.removesuffix(ENDING) for one in inside
                        if one.name.endswith(ENDING)))  # fmt: skip


def source(name: str) -> str:
    """Return the lab.toml of a lab in the package as it is written, with its comments.

    Raises:
        InputError: no such lab.
    """
    word = choice("lab", name, named())
    return (resources.files("mnistlab.lab") / f"{word}{ENDING}").read_text(encoding="utf-8")


def read(path_or_name: str | os.PathLike[str]) -> Lab:
    """Return the lab that a file describes.

    Args:
        path_or_name: a lab.toml, or the name of a lab in the package: "recognizing_digits".

    Raises:
        InputError: no such file, or what is wrong in it: file, line, key, what is allowed; at
            most 10 mistakes at once.

    Example:
        >>> read("recognizing_digits").lab.dataset
        'mnist'
    """
    if isinstance(path_or_name, str) and path_or_name in named():
        return parsed(source(path_or_name).encode(), path_or_name + ENDING)
    if not isinstance(path_or_name, str | os.PathLike) or not str(path_or_name).strip():
        raise InputError(f"{shown(path_or_name)} names no lab. Give the path of a lab.toml, or a "
                         f"lab of the package: {_labs()}.")  # fmt: skip
    return parsed(_content(Path(path_or_name)), os.fspath(path_or_name))


def names_one(given: Any) -> bool:
    """Whether something names a lab of the package, or a lab.toml that is there."""
    if not isinstance(given, str | os.PathLike):
        return False
    return given in named() or (str(given).endswith(ENDING) and os.path.isfile(given))


def bytes_of(path_or_name: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a lab's file, as `read` takes them.

    Raises:
        InputError: no such file, or none that can be read.
    """
    if isinstance(path_or_name, str) and path_or_name in named():
        return source(path_or_name).encode()
    return _content(Path(path_or_name))


def parsed(content: bytes, name: str = "lab.toml") -> Lab:
    """Return the lab that the bytes of a file describe.

    Args:
        content: a TOML document in UTF-8, at most 256 kB.
        name: what the file is called in an error.

    Raises:
        InputError: as `read`.
    """
    try:
        values, lines = tomllines.load(_decoded(content))
    except InputError as why:
        raise InputError(f"{name}, {why}") from None
    try:
        # By way of JSON, pydantic takes a list for a tuple, but no text for a number.
        lab = Lab.model_validate_json(json.dumps(values, default=_written), strict=True)
    except ValidationError as found:
        mistakes = labwords.mistakes(found, values)
    else:
        mistakes = labwords.data_sets(lab)
    if mistakes:
        raise InputError(_listed(mistakes, values, lines, name))
    return lab


def _labs() -> str:
    return ", ".join(repr(one) for one in named())


def _content(path: Path) -> bytes:
    """Return the bytes of a file; else raise InputError with what to do."""
    if os.path.isdir(path):
        inside = path / "lab.toml"
        raise InputError(f"{path} is a folder. " + (f"Give the file in it: {inside}."
                         if inside.is_file() else "There is no lab.toml in it."))  # fmt: skip
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise InputError(_not_there(path)) from None
    except (OSError, ValueError) as why:  # ValueError: a zero byte in the name
        said = getattr(why, "strerror", None) or why
        raise InputError(f"{shown(str(path))} can't be read: {said}.") from None
    if len(content) > LARGEST:
        raise InputError(f"{path} is larger than {LARGEST // 1024} kB, and no lab.toml is. Is it "
                         "another file?")  # fmt: skip
    return content


def _not_there(path: Path) -> str:
    """Return what is said where there is neither a lab of that name nor a file."""
    if re.fullmatch(r"[\w -]+", str(path)):  # no path: a name, misspelt
        return (f"There is no lab {shown(str(path))}.{did_you_mean(path, named())} Labs of the "
                f"package: {_labs()}. For a lab of your course, give the path of its "
                "lab.toml.")  # fmt: skip
    return (
        f"There is no file {path}. Give the path of your course's lab.toml (instructors write "
        f"one with `mnistlab lab --out FOLDER`), or a lab of the package: {_labs()}."
    )


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        line = content[: why.start].count(b"\n") + 1
        raise InputError(f"line {line}: this is no UTF-8 text. Open the file in an editor and save "
                         'it with the encoding "UTF-8".') from None  # fmt: skip


def _written(value: Any) -> str:
    """Return a date or time of TOML as the model takes it."""
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _listed(
    mistakes: list[labwords.Mistake], values: Any, lines: tomllines.Lines, name: str
) -> str:
    """Return all mistakes, in the order of their lines, at most ten."""
    placed = sorted({(lines.of(path) if path and path[:1] in lines else 0,
                      labwords.label(path, values), text) for path, text in mistakes})  # fmt: skip
    told = [f"{name}{f', line {line}' if line else ''}: {f'{what}: ' if what else ''}{text}"
            for line, what, text in placed]  # fmt: skip
    if len(told) > MOST_ERRORS:
        told = [*told[:MOST_ERRORS], f"… and {len(told) - MOST_ERRORS} more mistakes."]
    return "\n".join(told)


# ── what a lab is known by ──────────────────────────────────────────────────────────────────────


def digest(lab: Lab) -> str:
    """Return the SHA-256 of what a lab says: "sha256:…"; comments and order of keys don't count."""
    text = json.dumps(lab.model_dump(mode="json"), sort_keys=True, allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def measured_by(lab: Lab) -> dict[str, Any]:
    """Return the part of a lab on which measuring depends, as plain values.

    Points, texts, thresholds and tolerances aren't in it: what was measured stays true when they
    change.
    """
    return {
        "dataset": lab.lab.dataset,
        "test_data": lab.grading.test_data,
        "private_data": lab.grading.private_data,
        "network": lab.network.model_dump(mode="json"),
        "numbers": [
            one.model_dump(mode="json", include=OF_A_NUMBER)
            for one in lab.numbers
            if one.compute is not None
        ],
    }
