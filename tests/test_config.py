"""ExperimentConfig: the lecture's defaults, what is refused, and what it resolves to."""

import dataclasses
import json

import pytest

from mnistlab.config import ExperimentConfig
from mnistlab.errors import InputError


def resolved(**settings):
    """Return a config as a run on MNIST resolves it."""
    config = ExperimentConfig(**settings)
    return config.resolved(engine="classic", dataset="mnist", task="classification")


def test_the_defaults_are_the_lectures_network():
    assert dataclasses.asdict(resolved()) == {
        "engine": "classic",
        "dataset": "mnist",
        "hidden_units": (512,),
        "hidden_activation": "sigmoid",
        "output_activation": "softmax",
        "optimizer": "sgd",
        "learning_rate": 0.5,
        "loss": "categorical_crossentropy",
        "schedule": None,
        "epochs": 5,
        "batch_size": 32,
        "order": "random",
        "validation_split": 0.0,
        "seed": 0,
        "input_dropout": 0.0,
        "dropout": 0.0,
        "weight_decay": 0.0,
        "ema_momentum": 0.0,
        "deformation": None,
        "patience": None,
        "acceptable_error": None,
        "dtype_policy": "float32",
    }


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engine": "kears"}, "Did you mean 'keras'?"),
        ({"dataset": 5}, "dataset must be a text"),
        ({"hidden_activation": "sigmod"}, "Did you mean 'sigmoid'?"),
        ({"hidden_activation": "softmax"}, "meant for outputs"),
        ({"output_activation": "sofmax"}, "Did you mean 'softmax'?"),
        ({"output_activation": ""}, "output_activation='' is not known"),
        ({"optimizer": "adm"}, "Did you mean 'adam'?"),
        ({"loss": "lectur"}, "Did you mean 'lecture'?"),
        ({"loss": ""}, "loss='' is not known"),
        ({"order": "randm"}, "Did you mean 'random'?"),
        ({"learning_rate": 0}, "learning_rate must be above 0, but got 0."),
        ({"learning_rate": -0.5}, "learning_rate must be above 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a finite number"),
        ({"learning_rate": "fast"}, "Write a number such as 0.5."),
        ({"learning_rate": "0,5"}, "a decimal point, not a comma: learning_rate=0.5."),
        ({"learning_rate": "0.5"}, "Leave the quotes out: learning_rate=0.5."),
        ({"batch_size": 0}, "batch_size must be at least 1, but got 0."),
        ({"batch_size": 3.5}, "batch_size must be a whole number, but got 3.5."),
        ({"batch_size": "ful"}, "or 'full'"),
        ({"epochs": -1}, "epochs must be at least 0, but got -1."),
        ({"epochs": 2.5}, "epochs must be a whole number"),
        ({"epochs": None}, "epochs must be a number"),
        ({"seed": -1}, "seed must be at least 0, but got -1."),
        ({"seed": "0"}, "Leave the quotes out: seed=0."),
        ({"hidden_units": 0}, "hidden_units must be at least 1, but got 0."),
        ({"hidden_units": (8, 0)}, "hidden_units must be at least 1"),
        ({"validation_split": 1}, "at least 0 and below 1"),
        ({"validation_split": "10%"}, "validation_split must be a number"),
    ],
)
def test_a_value_that_cant_be_used_is_refused_with_what_is_allowed(settings, said):
    with pytest.raises(InputError) as caught:
        ExperimentConfig(**settings)
    assert said in str(caught.value)


def test_a_misspelt_setting_gets_the_one_that_was_meant():
    with pytest.raises(InputError, match=r"^epoch is no setting .* Did you mean 'epochs'\?$"):
        ExperimentConfig.from_settings({"epoch": 3})


def test_a_setting_like_no_other_gets_the_list():
    with pytest.raises(InputError, match="Choose among: engine, dataset, hidden_units"):
        ExperimentConfig.from_settings({"wxyz": 3})


def test_loss_and_outputs_are_held_against_each_other_as_soon_as_both_stand():
    with pytest.raises(InputError, match="doesn't belong"):
        ExperimentConfig(loss="binary_crossentropy", output_activation="softmax")
    open_config = ExperimentConfig(loss="binary_crossentropy")
    with pytest.raises(InputError, match="doesn't belong"):
        open_config.resolved(engine="classic", dataset="mnist", task="classification")


def test_values_are_kept_in_the_form_that_the_package_works_with():
    config = ExperimentConfig(engine="Keras", hidden_units=128, batch_size=16.0, optimizer="ADAM")
    assert config.engine == "keras"
    assert config.hidden_units == (128,)
    assert (config.batch_size, type(config.batch_size)) == (16, int)
    assert config.optimizer == "adam"


def test_a_config_is_frozen():
    config = ExperimentConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.epochs = 3
    assert config == ExperimentConfig()


def test_what_stays_open_is_what_the_learning_rule_and_the_outputs_decide():
    config = resolved(optimizer="adam", output_activation="sigmoid")
    assert (config.learning_rate, config.loss) == (0.001, "lecture")
    assert resolved(learning_rate=0.1, loss="mean_squared_error").loss == "mean_squared_error"


def test_resolving_twice_changes_nothing():
    once = resolved(optimizer="nadam")
    assert once.resolved(engine="classic", dataset="mnist", task="classification") == once


def test_no_learning_rate_is_made_up_for_a_rule_that_nobody_knows():
    assert resolved(optimizer=None).learning_rate is None
    assert resolved(optimizer=None, learning_rate=0.25).learning_rate == 0.25


@pytest.mark.parametrize("units", [64, (64, 32), ()])
def test_as_json_and_back_is_the_same_config(units):
    config = resolved(hidden_units=units, batch_size="full", seed=2**70)
    record = json.loads(json.dumps(config.as_dict()))
    assert ExperimentConfig.from_settings(record) == config


def test_one_hidden_layer_is_recorded_as_a_number():
    assert ExperimentConfig().as_dict()["hidden_units"] == 512
    assert ExperimentConfig(hidden_units=(8, 4)).as_dict()["hidden_units"] == [8, 4]
