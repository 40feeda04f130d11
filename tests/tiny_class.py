"""For the tests of grading: a lab about small digits, trained in milliseconds, and who hands in."""

import functools
from pathlib import Path
from typing import Any

from mnistlab.experiment import run_experiment
from mnistlab.lab.assignment import Lab
from mnistlab.lab.labfile import parsed
from mnistlab.lab.packing import pack
from mnistlab.lab.students import personal_seed

TEXT = """
schema_version = 1
[lab]
name = "small"
title = "Small digits"
dataset = "digits"
[network]
inputs = 64
classes = 10
hidden_units = 16
[grading]
{grading}
[[question]]
id = "guess"
kind = "prediction"
text = "What accuracy do you expect?"
[[question]]
id = "count"
kind = "number"
compute = "parameters"
text = "How many parameters?"
points = 5
[[question]]
id = "unit_3"
kind = "number"
compute = "error"
unit = 3
pattern = 7
text = "The error of hidden unit 3?"
points = 5
[[question]]
id = "why"
kind = "answer"
text = "Why are the inputs scaled?"
points = 10
[[item]]
id = "readable"
check = "readable"
points = {readable}
[[item]]
id = "accuracy"
check = "accuracy"
points = 40
full_from = 0.9
none_below = 0.2
[[item]]
id = "claim"
check = "agreement"
points = 5
visible = false
"""


def small_text(grading: str = "", readable: int = 5) -> str:
    """Return lab.toml."""
    return TEXT.format(grading=grading, readable=readable)


def small_lab(grading: str = "", readable: int = 5) -> Lab:
    """Return the lab."""
    return parsed(small_text(grading, readable).encode(), "lab.toml")


@functools.cache
def small_run(student: str, epochs: int = 2, **settings: Any) -> Any:
    """Return a student's run."""
    usual = {"dataset": "digits", "engine": "classic", "hidden_units": 16, "verbose": 0,
             "seed": personal_seed(student), "epochs": epochs}  # fmt: skip
    return run_experiment(**{**usual, **settings})


def sheet(student: str, **entries: Any) -> dict[str, Any]:
    """Return a worksheet's record."""
    return {"schema_version": 1, "lab": "small", "student_id": student,
            "seed": personal_seed(student), **entries}  # fmt: skip


def hand_in(folder: Path, student: str, name: str = "", **kinds: Any) -> Path:
    """Write a student's zip into a folder and return its path."""
    partners, entries = kinds.pop("partners", ()), kinds.pop("entries", None)
    record = None if entries is None else sheet(student, **entries)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{student}.zip")
    path.write_bytes(pack(small_run(student, **kinds), student, partners, record))
    return path


def small_class(folder: Path, *students: str) -> Path:
    """Write a zip for each student into a folder, and return the folder."""
    for student in students:
        hand_in(folder, student, entries={"numbers": {"count": 1210.0}, "answers": {"why": "So."}})
    return folder
