"""What a submission says of itself: claims, none of which is believed, each within its limits.

    submission.json     Claim, by of_submission: who, which config, which figures
    result.json         Claim, by of_result: the same without who
    worksheet.json      WorksheetRecord, by worksheet_of: predictions, numbers, answers, runs,
                        drawings

Each takes parsed JSON. What isn't known is left out, so that a later version may say more; what
is known and odd is a SubmissionError.

Example:
    >>> worksheet_of({"schema_version": 1, "lab": "digits", "student_id": "ada"}).answers
    {}
"""

import math
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
)

from mnistlab.checks import shown
from mnistlab.errors import SubmissionError
from mnistlab.lab import drawings

NEWEST_VERSION = 1
LONGEST_TEXT = 300  # of a name, a setting, a predicted text
LONGEST_ANSWER = 20_000
MOST_ENTRIES = 500  # of a worksheet's predictions, numbers, answers, experiments
MOST_PARTNERS = 50
MOST_SETTINGS = 50
MOST_COLUMNS = 20
MOST_EPOCHS = 10_000
MOST_LAYERS = 50


def at_most(count: int, kind: Any) -> BeforeValidator:
    """Return the check that a value is of that kind and not too long, before it is looked into."""

    def check(value: Any) -> Any:
        if not isinstance(value, kind):
            wanted = "names with values" if kind is dict else "a list"
            raise ValueError(f"it should hold {wanted}, but is {shown(value)}")
        if len(value) > count:
            raise ValueError(f"it has {len(value):,} entries, and at most {count:,} are read")
        return value

    return BeforeValidator(check)


LISTS = (list, tuple)
Short = Annotated[str, Field(strict=True, max_length=LONGEST_TEXT)]
Whole = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Answer = Annotated[str, Field(strict=True, max_length=LONGEST_ANSWER)]
DrawingsText = Annotated[str, Field(strict=True, max_length=drawings.LONGEST)]


def as_value(given: Any) -> bool | int | float | str:
    """Return a value as a prediction or a setting may be; else raise ValueError."""
    if type(given) is bool:
        return given
    if type(given) is int and -(2**63) <= given < 2**63:
        return given
    if type(given) is float and math.isfinite(given):
        return given
    if type(given) is str and len(given) <= LONGEST_TEXT:
        return given
    raise ValueError(f"{shown(given)} is no finite number, no text of at most {LONGEST_TEXT} "
                     "characters, and neither true nor false")  # fmt: skip


def as_setting(given: Any) -> bool | int | float | str | tuple[int, ...] | None:
    """Return a setting of a config: a value, nothing, or a list of whole numbers; or ValueError."""
    if isinstance(given, LISTS):
        if len(given) > MOST_LAYERS or any(type(as_value(one)) is not int for one in given):
            raise ValueError(f"{shown(given)} is no list of at most {MOST_LAYERS} whole numbers")
        return tuple(given)
    return None if given is None else as_value(given)


Value = Annotated[Any, AfterValidator(as_value)]
Setting = Annotated[Any, AfterValidator(as_setting)]
Config = Annotated[dict[Short, Setting], at_most(MOST_SETTINGS, dict)]
Figures = Annotated[tuple[Finite, ...], at_most(MOST_EPOCHS, LISTS)]


class Part(BaseModel):
    """A part of what was handed in: frozen; more than it knows is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# ── what readers get ────────────────────────────────────────────────────────────────────────────


class Claim(Part):
    """What a submission says of its student, its training and its figures.

    Attributes:
        student: whose it says it is; "" where it doesn't say.
        partners: whom it names as partners.
        lab: the assignment that it is for; "".
        seed: of the config; None where that doesn't say.
        config: the experiment: scalars, and lists of whole numbers for hidden_units.
        dataset: the data set's name; dataset_digest: "sha256:…".
        accuracy: the test accuracy that it claims, in [0, 1] if it is one; None.
        parameters: the weights and biases that it claims.
        history: the figures of each epoch, by column; each finite.
        completed: whether it says that all epochs were run.
        activations: of each layer of weights, in order; ().
    """

    student: str = ""
    partners: tuple[str, ...] = ()
    lab: str = ""
    seed: int | None = None
    config: dict[str, bool | int | float | str | tuple[int, ...] | None] = Field(
        default_factory=dict
    )
    dataset: str = ""
    dataset_digest: str = ""
    accuracy: float | None = None
    parameters: int | None = None
    history: dict[str, tuple[float, ...]] = Field(default_factory=dict)
    completed: bool = True
    activations: tuple[str, ...] = ()


class ExperimentRecord(Part):
    """A run that a worksheet records: its config, and the test accuracy that it reached."""

    config: Config
    test_accuracy: Finite | None = None


class WorksheetRecord(Part):
    """worksheet.json, version 1.

    Attributes:
        lab: the assignment's name; student_id: whose it is; seed: the personal seed.
        predictions, numbers, answers: what was filled in, by question.
        experiments: the runs made on the way, in the order in which they were recorded.
        digits: what was drawn, as `drawings.write` makes it, or ""; not looked into here, so that
            a text that was damaged costs nothing else. Worksheets of before this part have none.
    """

    schema_version: int = NEWEST_VERSION
    lab: Short
    student_id: Short
    seed: Whole | None = None
    predictions: Annotated[dict[Short, Value], at_most(MOST_ENTRIES, dict)] = Field(
        default_factory=dict
    )
    numbers: Annotated[dict[Short, Finite], at_most(MOST_ENTRIES, dict)] = Field(
        default_factory=dict
    )
    answers: Annotated[dict[Short, Answer], at_most(MOST_ENTRIES, dict)] = Field(
        default_factory=dict
    )
    experiments: Annotated[tuple[ExperimentRecord, ...], at_most(MOST_ENTRIES, LISTS)] = ()
    digits: DrawingsText = ""


# ── what is read ────────────────────────────────────────────────────────────────────────────────


class _Dataset(Part):
    name: Short = ""
    digest: Short = ""


class _Result(Part):
    """What of a result.json is taken."""

    config: Config
    dataset: _Dataset
    parameters: Annotated[Whole, Field(ge=0)] | None = None
    test_accuracy: Finite | None = None
    history: Annotated[dict[Short, Figures], at_most(MOST_COLUMNS, dict)] = Field(
        default_factory=dict
    )
    completed: StrictBool = True


class _Submission(_Result):
    """What submission.json adds to it."""

    student_id: Short
    partners: Annotated[tuple[Short, ...], at_most(MOST_PARTNERS, LISTS)] = ()
    lab: Short = ""
    activations: Annotated[tuple[Short, ...], at_most(MOST_LAYERS, LISTS)] = ()


class NewerVersion(SubmissionError):
    """What was handed in is of a version that this package doesn't know yet."""


def of_submission(value: Any) -> Claim:
    """Return the claim of a submission.json.

    Args:
        value: its content, as `strictjson.parse` gives it.

    Raises:
        SubmissionError: it isn't one, or holds what can't be; NewerVersion: of a later version.
    """
    said = _read("submission.json", _Submission, value)
    return _claim(said, student=said.student_id, partners=said.partners, lab=said.lab,
                  activations=said.activations)  # fmt: skip


def of_result(value: Any) -> Claim:
    """Return the claim of a run's result.json, which doesn't say whose it is.

    Args:
        value: its content, as `strictjson.parse` gives it.

    Raises:
        SubmissionError: it isn't one, or holds what can't be; NewerVersion: of a later version.
    """
    said = _read("result.json", _Result, value)
    return _claim(said, activations=_activations(said.config))


def worksheet_of(value: Any) -> WorksheetRecord:
    """Return a worksheet's record.

    Args:
        value: its content, as `strictjson.parse` gives it.

    Raises:
        SubmissionError: it isn't one, or holds what can't be; NewerVersion: of a later version.
    """
    return _read("worksheet.json", WorksheetRecord, value)


Model = TypeVar("Model", bound=Part)


def _read(what: str, model: type[Model], value: Any) -> Model:
    """Return parsed JSON as a model; what pydantic says becomes one sentence."""
    _must_be_known(what, value)
    try:
        return model.model_validate(value)
    except ValidationError as why:
        first = why.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"][:2]))
        said = first["msg"].removeprefix("Value error, ")
        if first["type"] == "model_type":
            said = "it should hold names with values"
        raise SubmissionError(f"The {what} that was handed in can't be read: at "
                              f"{shown(where)}: {said[:300]}. {_AGAIN}") from None  # fmt: skip


_AGAIN = "Let mnistlab.submit write it again, and hand in what it wrote, unchanged."


def _must_be_known(what: str, value: Any) -> None:
    """Raise SubmissionError where a value isn't of the versions that can be read."""
    version = value.get("schema_version") if isinstance(value, dict) else None
    if type(version) is not int or version < 1:
        raise SubmissionError(f"The {what} that was handed in has no schema_version, so it is none "
                              f"that mnistlab wrote. {_AGAIN}")  # fmt: skip
    if version > NEWEST_VERSION:
        raise NewerVersion(f"The {what} is of version {shown(version)}, written by a newer "
                           "mnistlab than this one. Whoever reads it has to update: "
                           "pip install --upgrade mnistlab.")  # fmt: skip


def _claim(said: _Result, **others: Any) -> Claim:
    """Return what was read as a Claim."""
    seed = said.config.get("seed")
    return Claim.model_construct(
        seed=seed if type(seed) is int else None, config=dict(said.config),
        dataset=said.dataset.name, dataset_digest=said.dataset.digest,
        accuracy=said.test_accuracy, parameters=said.parameters, history=dict(said.history),
        completed=said.completed, **others,
    )  # fmt: skip


def _activations(config: dict[str, Any]) -> tuple[str, ...]:
    """Return the activation of each layer of weights, as a config says them; () where it can't."""
    units, hidden = config.get("hidden_units"), config.get("hidden_activation")
    output = config.get("output_activation")
    layers = len(units) if isinstance(units, tuple) else int(type(units) is int)
    if not isinstance(output, str) or (layers and not isinstance(hidden, str)):
        return ()
    return (str(hidden),) * layers + (output,)


__all__ = ["Claim", "ExperimentRecord", "NewerVersion", "WorksheetRecord", "of_result",
           "of_submission", "worksheet_of"]  # fmt: skip
