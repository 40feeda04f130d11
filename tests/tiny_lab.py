"""For the tests of handing in: a lab about irises, and real runs of it."""

import functools
from typing import Any

from mnistlab.experiment import run_experiment
from mnistlab.lab.assignment import Lab
from mnistlab.lab.labfile import parsed
from mnistlab.lab.students import personal_seed

TEXT = """
schema_version = 1
[lab]
name = "tiny"
title = "Irises"
dataset = "iris"
[network]
inputs = 4
classes = 3
hidden_units = 4
[[question]]
id = "guess"
kind = "prediction"
text = "What accuracy do you expect?"
[[question]]
id = "count"
kind = "number"
compute = "parameters"
text = "How many parameters?"
[[question]]
id = "why"
kind = "answer"
text = "Why are the inputs scaled?"
points = 2
[[question]]
id = "extra"
kind = "answer"
text = "What else did you try?"
points = 1
bonus = true
[[item]]
id = "readable"
check = "readable"
points = 1
"""


def tiny_lab() -> Lab:
    """Return a lab about irises with a question of each kind, and one for a bonus."""
    return parsed(TEXT.encode(), "tiny.toml")


@functools.cache
def tiny_run(**settings: Any) -> Any:
    """Return ada's run of the lab's network, one epoch long, or one with other settings."""
    usual = {"dataset": "iris", "engine": "classic", "hidden_units": 4, "epochs": 1,
             "seed": personal_seed("ada"), "verbose": 0}  # fmt: skip
    return run_experiment(**{**usual, **settings})
