"""What was measured of one submission: numbers and texts only, checked once more as they come.

Facts are what the process that read a hostile file hands back, and what `grades.jsonl` keeps.
Points are made of them later, so that a rubric can change without measuring anything again.

Example:
    >>> Facts(digest="sha256:0", problems=("The file is empty.",)).measured_accuracy is None
    True
"""

import base64
import binascii
import math
from array import array
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from mnistlab.lab.assignment import Finite, Setting

Short = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=20_000)]
Figures = Annotated[tuple[Finite, ...], Field(max_length=10_000)]
MANY = 500  # entries of a worksheet
MOST_NUMBERS = 10_000  # of a fingerprint


def _compact(given: Any) -> "array[float]":
    """Return numbers in single precision, of a sequence or of their bytes in base64.

    A class of 10,000 has 15 million of them, which as Python's floats would take a gigabyte.
    """
    if isinstance(given, str):
        try:
            found = array("f", base64.b64decode(given, validate=True))
        except (binascii.Error, ValueError) as why:
            raise ValueError("is no base64 of float32 numbers") from why
    elif isinstance(given, Sequence):
        found = array("f", [min(max(float(one), -LARGEST), LARGEST) for one in given])
    else:
        raise ValueError("is no sequence of numbers")
    if len(found) > MOST_NUMBERS or not all(map(math.isfinite, found)):
        raise ValueError(f"has NaN, infinity, or more than {MOST_NUMBERS:,} numbers")
    return found


def _as_text(numbers: "array[float]") -> str:
    return base64.b64encode(numbers.tobytes()).decode("ascii")


LARGEST = 3e38  # that a float32 holds
Numbers = Annotated[Any, BeforeValidator(_compact), PlainSerializer(_as_text)]


class Experiment(BaseModel):
    """A run that the worksheet records: a claim, like everything that stands there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    config: dict[Short, Setting | tuple[int, ...]] = Field(max_length=50)
    test_accuracy: Finite | None = None


class Facts(BaseModel):
    """What one submission is, as far as it could be measured.

    Attributes:
        digest: SHA-256 over names and bytes of its files.
        file: the name of the file that was read; "" where none could be.
        source: what was read: "zip", "keras", "h5", "npz", "notebook"; "record" where there is
            a result without weights, which is a claim; "" where there is nothing.
        problems: why something couldn't be measured, each in a sentence a student can act on.
        notes: what else an instructor should know, such as float16 weights.
        student: who the file says it is of; partners: whom it names; lab: which it is for.
        worksheet_student: who its worksheet is of.
        seed: the seed that its config states.
        layer_sizes, activations: of the network that was read; () where none was.
        parameters: its weights and biases, counted.
        correct, n_test: how many of the instructor's test patterns it recognised, of how many.
        private_correct, n_private: the same for the private test set.
        own_correct, n_own: the same for the lab's own test patterns, which students know, where
            the instructor tests with others.
        confusions: the most frequent mistakes: (actual, answer, how often), at most 5.
        claimed_accuracy, claimed_parameters: what the file states.
        config: the experiment that it states, as in result.json.
        dataset: the name, and dataset_digest the digest, of the data it says it used.
        history: the figures of each epoch that it states.
        completed: whether it says that all epochs were run.
        predictions, numbers, answers: what the worksheet holds, by question.
        expected: the right numbers, by question, for the personal seed of `expected_for`.
        expected_other: the same for the id that the file states, where that is another one.
        experiments: the runs that the worksheet records.
        fingerprint: numbers that stay the same when hidden units change places; float32.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: Short
    file: Short = ""
    source: Short = ""
    problems: tuple[Annotated[str, Field(max_length=2000)], ...] = Field((), max_length=50)
    notes: tuple[Annotated[str, Field(max_length=2000)], ...] = Field((), max_length=50)
    student: Short = ""
    partners: tuple[Short, ...] = Field((), max_length=50)
    lab: Short = ""
    worksheet_student: Short = ""
    seed: int | None = None
    layer_sizes: tuple[int, ...] = Field((), max_length=50)
    activations: tuple[Short, ...] = Field((), max_length=50)
    parameters: int | None = None
    correct: int | None = None
    n_test: int = 0
    private_correct: int | None = None
    n_private: int = 0
    own_correct: int | None = None
    n_own: int = 0
    confusions: tuple[tuple[int, int, int], ...] = Field((), max_length=5)
    claimed_accuracy: Finite | None = None
    claimed_parameters: int | None = None
    config: dict[Short, Setting | tuple[int, ...]] = Field(default_factory=dict, max_length=50)
    dataset: Short = ""
    dataset_digest: Short = ""
    history: dict[Short, Figures] = Field(default_factory=dict, max_length=20)
    completed: bool = True
    predictions: dict[Short, Long] = Field(default_factory=dict, max_length=MANY)
    numbers: dict[Short, Finite] = Field(default_factory=dict, max_length=MANY)
    answers: dict[Short, Long] = Field(default_factory=dict, max_length=MANY)
    expected: dict[Short, Finite] = Field(default_factory=dict, max_length=MANY)
    expected_for: Short = ""
    expected_other: dict[Short, Finite] = Field(default_factory=dict, max_length=MANY)
    experiments: tuple[Experiment, ...] = Field((), max_length=MANY)
    fingerprint: Numbers = Field(default_factory=lambda: array("f"))

    @property
    def measured_accuracy(self) -> float | None:
        """The share of the instructor's test patterns that it recognised, or None."""
        return None if self.correct is None else self.correct / max(self.n_test, 1)

    @property
    def comparable(self) -> tuple[int | None, int]:
        """What a claim is compared with: how many, of how many, of the patterns students know."""
        return (self.own_correct, self.n_own) if self.n_own else (self.correct, self.n_test)

    @property
    def private_accuracy(self) -> float | None:
        """The same for the private test set, or None."""
        return None if self.private_correct is None else self.private_correct / self.n_private
