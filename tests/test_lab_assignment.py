"""The model of lab.toml: what can stand in it, and what belongs together."""

import dataclasses
import json
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from mnistlab.config import ExperimentConfig
from mnistlab.errors import InputError
from mnistlab.lab.assignment import Accuracy, Answer, Lab, Misfits, Network, Number, Private

LEAST = {
    "schema_version": 1,
    "lab": {"name": "x", "title": "X"},
    "network": {"inputs": 784, "classes": 10},
}
ACCURACY = {"id": "a", "check": "accuracy", "points": 5, "full_from": 0.97, "none_below": 0.9}
NUMBER = {"id": "n", "kind": "number", "text": "?", "compute": "error", "unit": 17}


def lab(**parts):
    return Lab.model_validate_json(json.dumps({**LEAST, **parts}), strict=True)


def refused(**parts):
    """Return where and why a lab is refused: {path: sentence}."""
    with pytest.raises(ValidationError) as raised:
        lab(**parts)
    found = {}
    for error in raised.value.errors():
        cause = error.get("ctx", {}).get("error")
        if isinstance(cause, Misfits):
            found |= {(*error["loc"], *path): why for path, why in cause.found}
        else:
            found[error["loc"]] = str(cause or error["msg"])
    return found


def test_the_lectures_network_is_the_default():
    network = lab().network
    assert network.layer_sizes == (784, 512, 10)
    assert network.parameters == 784 * 512 + 512 + 512 * 10 + 10 == 407_050
    assert (network.hidden_activation, network.output_activation) == ("sigmoid", "softmax")


@pytest.mark.parametrize(
    ("units", "sizes", "parameters"),
    [
        (4, (4, 4, 3), 35),
        ([4], (4, 4, 3), 35),
        ([5, 2], (4, 5, 2, 3), 25 + 12 + 9),
        ([], (4, 3), 15),
    ],
)
def test_hidden_units_are_one_number_or_several(units, sizes, parameters):
    network = lab(network={"inputs": 4, "classes": 3, "hidden_units": units}).network
    assert (network.layer_sizes, network.parameters) == (sizes, parameters)


@pytest.mark.parametrize("units", ["512", 0, [0], [1.5], True, [True], None, 100_001, [1] * 21])
def test_what_is_no_number_of_units(units):
    refused(network={"inputs": 4, "classes": 3, "hidden_units": units})


def test_items_are_told_apart_by_their_check():
    one = {"check": "readable", "id": "r", "points": 1}
    private = {**ACCURACY, "check": "private", "id": "p"}
    made = lab(item=[one, ACCURACY, private], grading={"private_data": "p.npz"})
    assert [type(item).__name__ for item in made.item] == ["Readable", "Accuracy", "Private"]
    assert [item.visible for item in made.item] == [True, True, False]
    assert type(made.item[1]) is Accuracy and isinstance(made.item[2], Private)


def test_a_private_item_keeps_accuracys_rules():
    private = {**ACCURACY, "check": "private", "none_below": 0.98}
    found = refused(item=[private], grading={"private_data": "p.npz"})
    assert list(found) == [("item", 0, "private", "none_below")]
    assert "swap them" in found["item", 0, "private", "none_below"]


def test_a_private_item_needs_private_data():
    found = refused(item=[{**ACCURACY, "check": "private"}])
    assert "private_data" in found["item", 0, "check"]


def test_an_error_of_a_validator_says_what_the_package_says():
    found = refused(network={"inputs": 4, "classes": 3, "hidden_activation": "sigmoit"})
    assert "Did you mean 'sigmoid'?" in found["network", "hidden_activation"]
    assert "Value error" not in found["network", "hidden_activation"]


@pytest.mark.parametrize("points", ["5", True, -1, float("nan"), float("inf"), None, 2e6, [5]])
def test_points_are_numbers_from_0(points):
    assert list(refused(item=[{**ACCURACY, "points": points}])) == [
        ("item", 0, "accuracy", "points")]  # fmt: skip


def test_equal_thresholds_are_all_or_nothing():
    made = lab(item=[{**ACCURACY, "none_below": 0.97}])
    assert made.item[0].none_below == made.item[0].full_from


@pytest.mark.parametrize(
    "more",
    [{"value": 3.0, "compute": "parameters"}, {"value": None, "compute": None}],
)
def test_a_number_is_given_or_computed_not_both_nor_neither(more):
    found = refused(question=[{"id": "n", "kind": "number", "text": "?", **more}])
    assert "either value" in " ".join(found.values())


# ── bounds of a config ──────────────────────────────────────────────────────────────────────────


def within(**bounds):
    item = {"id": "c", "check": "config", "points": 1, "within": bounds}
    return lab(item=[item]).item[0].within


@pytest.mark.parametrize(
    "bounds",
    [
        {"epochs": [1, 20]},
        {"learning_rate": [0, 1]},  # β is above 0, but 0 bounds it
        {"optimizer": ["sgd", "adam"], "order": ["random"]},
        {"batch_size": [1, 32, "full"]},
        {"hidden_units": [512, 512], "validation_split": [0, 0.5], "seed": [0, 2**31]},
    ],
)
def test_bounds_are_two_numbers_or_words(bounds):
    assert {name: list(one) for name, one in within(**bounds).items()} == bounds


@pytest.mark.parametrize(
    ("bounds", "word"),
    [
        ({"epoch": [1, 20]}, "Did you mean 'epochs'?"),
        ({"epochs": [20, 1]}, "[lowest, highest]"),
        ({"epochs": [5]}, "[lowest, highest]"),
        ({"epochs": [1, 2, 3]}, "[lowest, highest]"),
        ({"epochs": []}, "[lowest, highest]"),
        ({"epochs": ["1", "20"]}, "must be a number"),
        ({"epochs": [-2, -1]}, "at least 0"),
        ({"optimizer": ["sgd", "adm"]}, "Did you mean 'adam'?"),
        ({"optimizer": [1, 2]}, "is not known"),
        ({"learning_rate": [0, float("inf")]}, "finite"),
        ({"learning_rate": [float("nan"), 1]}, "finite"),
        ({"dropout": [True, False]}, "must be a number"),
    ],
)
def test_what_is_no_bound(bounds, word):
    found = refused(item=[{"id": "c", "check": "config", "points": 1, "within": bounds}])
    (name,) = bounds
    assert all(path[:5] == ("item", 0, "config", "within", name) for path in found)
    assert word in " ".join(found.values())


def test_no_bounds_at_all_are_refused():
    refused(item=[{"id": "c", "check": "config", "points": 1, "within": {}}])


# ── what belongs together ───────────────────────────────────────────────────────────────────────


def test_ids_are_said_at_their_second_place_all_of_them():
    answer = {"id": "a", "kind": "answer", "text": "?"}
    found = refused(question=[answer, {**answer, "id": "b"}, answer], item=[ACCURACY])
    assert list(found) == [("question", 2, "id"), ("item", 0, "id")]


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"unit": 512}, "the last is 511"),
        ({"unit": 10, "layer": "output"}, "the last is 9"),
        ({"from_unit": 784, "compute": "weight_change"}, "from_unit = 784"),
        ({"from_unit": 512, "compute": "weight_change", "layer": "output", "unit": 1}, "511"),
    ],
)
def test_a_unit_must_be_in_the_network(asked, word):
    found = refused(question=[{**NUMBER, **asked}])
    assert list(found) == [("question", 0, "unit")] and word in found["question", 0, "unit"]


def test_the_last_unit_is_in_the_network():
    assert lab(question=[{**NUMBER, "unit": 511, "from_unit": 783}]).numbers[0].unit == 511


def test_without_a_hidden_layer_only_outputs_can_be_asked_for():
    network = {"inputs": 4, "classes": 3, "hidden_units": []}
    found = refused(network=network, question=[{**NUMBER, "unit": 0}])
    assert "no hidden layer" in found["question", 0, "unit"]
    loss = {"id": "n", "kind": "number", "text": "?", "compute": "untrained_loss"}
    output = {**NUMBER, "id": "m", "unit": 2, "layer": "output"}
    assert len(lab(network=network, question=[loss, output]).numbers) == 2


def test_predictions_need_a_question():
    found = refused(item=[{"id": "p", "check": "predictions", "points": 1}])
    assert "prediction" in found["item", 0, "check"]


@pytest.mark.parametrize(
    ("settings", "path", "word"),
    [
        ({"epoch": 3}, "epoch", "Did you mean 'epochs'?"),
        ({"epochs": "3"}, "epochs", "must be a number"),
        ({"recipe": "lectur"}, "recipe", "Did you mean 'lecture'?"),
        ({"seed": 1}, "seed", "personal seed"),
        ({"hidden_units": 8}, "hidden_units", "[network]"),
        ({"dataset": "iris"}, "dataset", "[lab]"),
        ({"engine": "keras"}, "engine", "student's choice"),
    ],
)
def test_training_holds_settings_of_an_experiment(settings, path, word):
    found = refused(training=settings)
    assert list(found) == [("training", path)] and word in found["training", path]


def test_a_loss_must_belong_to_the_networks_outputs():
    found = refused(training={"loss": "binary_crossentropy"})
    assert "sigmoid" in found[("training",)]


def test_the_config_is_recipe_then_training_then_network():
    made = lab(
        training={"recipe": "book", "epochs": 2}, lab={**LEAST["lab"], "dataset": "mnist_5k"}
    )
    assert made.config == dataclasses.replace(
        ExperimentConfig(), optimizer="rmsprop", batch_size=128, epochs=2, dataset="mnist_5k",
        output_activation="softmax",
    )  # fmt: skip


def test_the_bonus_is_beyond_the_sum():
    answer = {"id": "q", "kind": "answer", "text": "?", "points": 7}
    bonus = {**ACCURACY, "id": "b", "points": 3, "bonus": True}
    assert lab(question=[answer], item=[ACCURACY, bonus]).out_of == 12


# ── lateness ────────────────────────────────────────────────────────────────────────────────────


def test_a_day_alone_is_due_at_its_end():
    assert lab(grading={"due": "2026-11-30"}).grading.due == datetime(2026, 11, 30, 23, 59, 59)


def test_a_time_keeps_its_zone():
    due = lab(grading={"due": "2026-11-30T18:00:00+01:00"}).grading.due
    assert (due.hour, due.utcoffset()) == (18, timedelta(hours=1))


@pytest.mark.parametrize("due", ["2026-11-31", "tomorrow", "18:00:00", True, 5])
def test_what_is_no_date(due):
    refused(grading={"due": due})


@pytest.mark.parametrize("share", [-0.1, 1.1, "10%", float("nan")])
def test_lateness_costs_a_share(share):
    assert list(refused(grading={"late_per_day": share})) == [("grading", "late_per_day")]


# ── as a value ──────────────────────────────────────────────────────────────────────────────────


def test_a_lab_survives_json_and_cannot_be_changed():
    made = lab(
        question=[NUMBER], item=[ACCURACY], grading={"due": "2026-11-30T18:00:00+01:00"},
        training={"epochs": 3},
    )  # fmt: skip
    assert Lab.model_validate_json(made.model_dump_json()) == made
    assert Lab.model_validate(made.model_dump(mode="json")) == made
    with pytest.raises(ValidationError):
        made.lab.name = "other"


def test_parts_can_be_made_in_python():
    assert Network(inputs=4, classes=3, hidden_units=4).parameters == 35
    assert Number(id="n", kind="number", text="?", value=3).tolerance == 0
    assert Answer(id="q", kind="answer", text="?").points == 0
    with pytest.raises(ValidationError, match="swap them"):
        Accuracy(id="a", check="accuracy", points=1, full_from=0.1, none_below=0.2)


def test_misfits_are_input_errors_that_tell_all():
    error = Misfits([(("item",), "One."), (("lab",), "Two.")])
    assert isinstance(error, InputError) and str(error) == "One. Two."


@pytest.mark.parametrize("name", ["", "A", "1a", "a b", "a\n", "a-b", "a" * 65, "../x", "ä"])
def test_what_is_no_name(name):
    assert list(refused(lab={"name": name, "title": "X"})) == [("lab", "name")]
