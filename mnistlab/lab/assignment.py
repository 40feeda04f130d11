"""What an assignment is: its data set, network, training, questions, and what earns points.

    lab.toml       here
    [lab]          About: name, title, data set
    [network]      Network: the one that is asked for
    [training]     settings of `mnistlab run` that the notebook starts from
    [grading]      Grading: test data, attempts, lateness
    [[question]]   Prediction, Number or Answer: what students fill in
    [[item]]       Readable … Private: what is measured

A question with points is worth them by itself: a number is recomputed, an answer is read by a
person, a prediction has to be there. Everything else that earns points is an item.

Example:
    >>> Network(inputs=784, classes=10).parameters
    407050
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mnistlab import choices, recipes
from mnistlab.config import ExperimentConfig
from mnistlab.errors import InputError
from mnistlab.lab.tomllines import Path

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Points = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Setting = bool | int | Finite | str | None
# Settings of an experiment that [training] doesn't hold, and where they are.
OF_THE_LAB = {
    "engine": "is the student's choice: both engines give the same",
    "dataset": "stands in [lab]",
    "hidden_units": "stands in [network]",
    "hidden_activation": "stands in [network]",
    "output_activation": "stands in [network]",
    "seed": "is the personal seed of each student",
    "dtype_policy": "is Keras's alone, and the lab is trained by either engine",
}


class Misfits(InputError):
    """Parts of a lab that don't belong together.

    Attributes:
        found: where each stands, as ("item", 2, "points"), and what is wrong in a sentence.
    """

    def __init__(self, found: Sequence[tuple[Path, str]]) -> None:
        super().__init__(" ".join(sentence for _, sentence in found))
        self.found = found


class Part(BaseModel):
    """A part of lab.toml: frozen, and nothing in it that isn't known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class About(Part):
    """[lab]: what the assignment is called, and which data set it is about."""

    name: Name
    title: str = Field(min_length=1, max_length=200)
    dataset: str = "mnist"


class Network(Part):
    """[network]: the network that is asked for."""

    inputs: int = Field(ge=1, le=100_000)
    classes: int = Field(ge=2, le=10_000)
    hidden_units: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] = Field((512,), max_length=20)
    hidden_activation: str = "sigmoid"
    output_activation: str = "softmax"

    @field_validator("hidden_units", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        if isinstance(value, int):
            return (value,)
        return tuple(value) if isinstance(value, list) else value

    @field_validator("hidden_activation")
    @classmethod
    def _known_hidden(cls, value: str) -> str:
        return choices.hidden_activation(value)

    @field_validator("output_activation")
    @classmethod
    def _known_output(cls, value: str) -> str:
        return choices.output_activation(value, 2)

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, inputs first: (784, 512, 10)."""
        return (self.inputs, *self.hidden_units, self.classes)

    @property
    def parameters(self) -> int:
        """Weights and biases: 784·512 + 512 + 512·10 + 10 = 407,050."""
        return sum((n + 1) * m for n, m in itertools.pairwise(self.layer_sizes))


class Grading(Part):
    """[grading]: what is tested with, which attempt counts, what lateness costs.

    Attributes:
        test_data: a data set's name or an .npz file beside lab.toml; None: the lab's data set.
        private_data: a second test set, for items with check = "private".
        attempts: "latest" or "best".
        due: when it was to be handed in, for the times of a --times file: 2026-11-30T18:00:00;
            2026-11-30 means the end of that day.
        late_per_day: the share of the points that each day begun costs, in [0, 1].
        late: the share that lateness costs where only LATE is known, in [0, 1].
        group: whether a partner whom a submission names, and who handed in nothing, gets its grade.
    """

    test_data: str | None = None
    private_data: str | None = None
    attempts: Literal["latest", "best"] = "latest"
    due: datetime | None = None
    late_per_day: Share = 0.0
    late: Share = 0.0
    group: bool = True

    @field_validator("due", mode="before")
    @classmethod
    def _end_of_the_day(cls, value: Any) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        if not isinstance(value, str):
            return value
        try:
            day_alone = len(value) == len("2026-11-30")
            return datetime.fromisoformat(f"{value}T23:59:59" if day_alone else value)
        except ValueError:
            return value  # pydantic says what it should be


# ── questions ───────────────────────────────────────────────────────────────────────────────────


class _Question(Part):
    id: Name
    text: str = Field(min_length=1, max_length=2000)
    points: Points = 0.0
    visible: bool = True
    bonus: bool = False
    hint: str = Field("", max_length=2000)


class Prediction(_Question):
    """What a student expects before running a cell: any value; points for having said one."""

    kind: Literal["prediction"]


class Answer(_Question):
    """A text that a person reads."""

    kind: Literal["answer"]


Quantity = Literal[
    "parameters", "untrained_accuracy", "untrained_loss",
    "net_input", "activation", "error", "weight_change", "bias_change",
]  # fmt: skip


# What is computed of one unit, when one training pattern is presented.
OF_A_UNIT = ("net_input", "activation", "error", "weight_change", "bias_change")


class Number(_Question):
    """A number that is recomputed: fixed (`value`), or of the student's own network (`compute`).

    The student's own network is the lab's with the initial weights of the personal seed.

    Attributes:
        value: the right number, the same for everybody.
        compute: what to compute instead: "parameters"; "untrained_accuracy" or "untrained_loss"
            on the lab's test patterns; or, when training pattern `pattern` is presented, the
            I ("net_input"), f(I) ("activation"), E ("error"), Δb ("bias_change") of `unit` in
            `layer`, or Δw ("weight_change") from `from_unit` to it, with β = `learning_rate`.
        layer: "hidden" (the first) or "output".
        tolerance: how far from it is still right, absolute.
        relative_tolerance: the same as a share of the right number; the larger of both counts.
    """

    kind: Literal["number"]
    value: Finite | None = None
    compute: Quantity | None = None
    layer: Literal["hidden", "output"] = "hidden"
    unit: int = Field(0, ge=0)
    from_unit: int = Field(0, ge=0)
    pattern: int = Field(0, ge=0)
    learning_rate: Finite = Field(0.5, gt=0)
    tolerance: Finite = Field(0.0, ge=0)
    relative_tolerance: Finite = Field(0.01, ge=0)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Number":
        if (self.value is None) == (self.compute is None):
            where = ("value",) if self.compute is not None else ()
            raise Misfits([(where, "a number question has either value = … or compute = …")])
        return self


Question = Annotated[Prediction | Answer | Number, Field(discriminator="kind")]


# ── items ───────────────────────────────────────────────────────────────────────────────────────


class _Item(Part):
    id: Name
    points: Points
    title: str = Field("", max_length=200)
    visible: bool = True
    bonus: bool = False
    hint: str = Field("", max_length=2000)


class Readable(_Item):
    """The file could be read, and has weights in it."""

    check: Literal["readable"]


class Architecture(_Item):
    """The network is the one that was asked for: layer sizes, activations, parameters."""

    check: Literal["architecture"]


class Accuracy(_Item):
    """The accuracy measured on the instructor's test data.

    Attributes:
        full_from: from this accuracy on all points, in [0, 1].
        none_below: below this none; between them linear, or in `steps` equal steps.
    """

    check: Literal["accuracy"]
    full_from: Share
    none_below: Share
    steps: int | None = Field(None, ge=1, le=100)

    @model_validator(mode="after")
    def _the_right_way_round(self) -> "Accuracy":
        if self.none_below > self.full_from:
            raise Misfits([(("none_below",), f"none_below = {self.none_below:g} is above "
                            f"full_from = {self.full_from:g}: swap them")])  # fmt: skip
        return self


class Private(Accuracy):
    """The same on a second test set that students don't have."""

    check: Literal["private"]  # type: ignore[assignment]
    visible: bool = False


class Agreement(_Item):
    """The accuracy that the submission states is the one that was measured.

    Attributes:
        tolerance: how far apart they may be; 0.001 is ten of 10,000 images.
    """

    check: Literal["agreement"]
    tolerance: Share = 0.001


class Config(_Item):
    """The stated config is within bounds.

    Attributes:
        within: field of ExperimentConfig → [lowest, highest] for numbers, or the words allowed:
            {epochs = [1, 20], optimizer = ["sgd", "adam"]}.
    """

    check: Literal["config"]
    within: dict[str, tuple[Setting, ...]] = Field(min_length=1)

    @field_validator("within")
    @classmethod
    def _real_bounds(cls, value: dict[str, tuple[Setting, ...]]) -> Any:
        found = [((name,), why) for name, allowed in value.items()
                 if (why := _no_bound(name, allowed))]  # fmt: skip
        if found:
            raise Misfits(found)
        return value


def _no_bound(name: str, allowed: tuple[Setting, ...]) -> str:
    """Return why a setting can't be held to these bounds, or ""."""
    if name not in ExperimentConfig().as_dict():
        return _no_setting({name: None})
    numbers = [one for one in allowed if isinstance(one, int | float) and not isinstance(one, bool)]
    ends = len(numbers) == len(allowed)
    if not allowed or (ends and (len(numbers) != 2 or numbers[0] > numbers[1])):
        return (f"{name} = {list(allowed)} is no bound: give [lowest, highest], or the words "
                'allowed, such as ["sgd", "adam"].')  # fmt: skip
    wrong = [why for one in allowed if (why := _no_setting({name: one}))]
    # 0 bounds β though it is no β, so of two numbers one may be no value of the setting itself.
    return wrong[0] if wrong and (not ends or len(wrong) == 2) else ""


def _no_setting(settings: Mapping[str, Any]) -> str:
    """Return why an experiment can't have these settings, or ""."""
    try:
        ExperimentConfig.from_settings(settings)
    except InputError as why:
        return str(why)
    return ""


class Predictions(_Item):
    """The predictions are there: points by the share of prediction questions with a value."""

    check: Literal["predictions"]


class Experiments(_Item):
    """Other runs were recorded in the worksheet.

    Attributes:
        at_least: so many runs with different settings earn all points; fewer, their share. The
            seed is no setting, and runs of another data set don't count.
        vary: fields of ExperimentConfig of which each has to have two values at least among
            the runs; fewer, their share.
    """

    check: Literal["experiments"]
    at_least: int = Field(3, ge=1, le=1000)
    vary: tuple[str, ...] = ()

    @field_validator("vary")
    @classmethod
    def _real_settings(cls, value: tuple[str, ...]) -> Any:
        found = [((k,), _no_setting({name: None})) for k, name in enumerate(value)
                 if name not in ExperimentConfig().as_dict()]  # fmt: skip
        if found:
            raise Misfits(found)
        return value


Item = Annotated[
    Readable | Architecture | Accuracy | Private | Agreement | Config | Predictions | Experiments,
    Field(discriminator="check"),
]


# ── the whole ───────────────────────────────────────────────────────────────────────────────────


class Lab(Part):
    """One assignment, as lab.toml says it.

    Raises:
        pydantic.ValidationError: anything in it that can't be; `labfile.read` says where.
    """

    schema_version: Literal[1]
    lab: About
    network: Network
    training: dict[str, Any] = Field(default_factory=dict)
    grading: Grading = Grading()
    question: tuple[Question, ...] = Field((), max_length=200)
    item: tuple[Item, ...] = Field((), max_length=200)

    @field_validator("training")
    @classmethod
    def _real_settings(cls, value: dict[str, Any]) -> dict[str, Any]:
        found = [((name,), why) for name, one in value.items() if (why := _no_training(name, one))]
        if found:
            raise Misfits(found)
        return value

    @model_validator(mode="after")
    def _belongs_together(self) -> "Lab":
        found = [*self._same_ids(), *self._no_config(), *self._nothing_to_measure()]
        for n, one in enumerate(self.question):
            if isinstance(one, Number) and (why := _not_in(self.network, one)):
                found.append((("question", n, "unit"), why))
        if found:
            raise Misfits(found)
        return self

    def _same_ids(self) -> Iterator[tuple[Path, str]]:
        seen: set[str] = set()
        for kind, parts in (("question", self.question), ("item", self.item)):
            for n, one in enumerate(parts):
                if one.id in seen:
                    yield (kind, n, "id"), (f"the id {one.id!r} stands twice; each question and "
                                            "item needs its own")  # fmt: skip
                seen.add(one.id)

    def _no_config(self) -> Iterator[tuple[Path, str]]:
        try:
            _ = self.config
        except InputError as why:
            yield ("training",), str(why)

    def _nothing_to_measure(self) -> Iterator[tuple[Path, str]]:
        asked = any(isinstance(one, Prediction) for one in self.question)
        for n, one in enumerate(self.item):
            if isinstance(one, Private) and self.grading.private_data is None:
                yield ("item", n, "check"), ('check = "private" needs private_data = "FILE.npz" in '
                                             "[grading]")  # fmt: skip
            if isinstance(one, Predictions) and not asked:
                yield ("item", n, "check"), ('check = "predictions" needs a [[question]] with '
                                             'kind = "prediction"')  # fmt: skip

    @property
    def config(self) -> ExperimentConfig:
        """The experiment that the lab starts from: its recipe, data set, network, training.

        Raises:
            InputError: settings that don't belong together, such as a loss and the output units.
        """
        base = recipes.recipe(self.training.get("recipe", "lecture")).as_dict()
        own = {name: value for name, value in self.training.items() if name != "recipe"}
        network = {
            "hidden_units": self.network.hidden_units,
            "hidden_activation": self.network.hidden_activation,
            "output_activation": self.network.output_activation,
        }
        return ExperimentConfig.from_settings(
            {**base, **own, **network, "dataset": self.lab.dataset}
        )

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The questions whose answers are numbers."""
        return tuple(one for one in self.question if isinstance(one, Number))

    @property
    def out_of(self) -> float:
        """The points that make 100%: all but the bonus."""
        return sum(one.points for one in (*self.item, *self.question) if not one.bonus)


def _no_training(name: str, value: Any) -> str:
    """Return why [training] can't say this, or ""."""
    if name in OF_THE_LAB:
        return f"{name} {OF_THE_LAB[name]}; take it out of [training]."
    if name != "recipe":
        return _no_setting({name: value})
    try:
        recipes.recipe(value)
    except InputError as why:
        return str(why)
    return ""


def _not_in(network: Network, asked: Number) -> str:
    """Return why a network doesn't have the unit that a question asks for, or ""."""
    if asked.compute not in OF_A_UNIT:
        return ""
    sizes = network.layer_sizes
    if asked.layer == "hidden" and len(sizes) == 2:
        return 'the network has no hidden layer, so only layer = "output" can be asked for'
    to = 1 if asked.layer == "hidden" else len(sizes) - 1
    for name, unit, n in (("unit", asked.unit, sizes[to]),
                          ("from_unit", asked.from_unit, sizes[to - 1])):  # fmt: skip
        if unit >= n:
            return (f"{name} = {unit} is none of the {n:,} units there; they are counted from 0, "
                    f"so the last is {n - 1}")  # fmt: skip
    return ""
