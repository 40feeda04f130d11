"""Real learning curves can be, whatever was trained; typed-in ones can't."""

import math

import pytest

from mnistlab import run_experiment
from mnistlab.choices import LOSSES, belong_together
from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging.curves import impossible, least_cost


def facts(history, layer_sizes=(784, 512, 10), **config):
    """Return facts that state this learning curve."""
    chosen = {"loss": "categorical_crossentropy", "output_activation": "softmax", **config}
    return Facts(digest="", history=history, config=chosen, layer_sizes=layer_sizes)


GOOD = {"loss": (0.3512345678, 0.2112345678), "accuracy": (0.89, 0.93)}


# ── honest ones ─────────────────────────────────────────────────────────────────────────────────


def of_a_run(**settings):
    """Return what is said of a real run's curve."""
    result = run_experiment(engine="classic", verbose=0, **settings)
    config = {name: tuple(value) if isinstance(value, list) else value
              for name, value in result.config.as_dict().items()}  # fmt: skip
    history = {name: tuple(result.history[name]) for name in result.history}
    return impossible(Facts(digest="", history=history, config=config,
                            layer_sizes=result.layer_sizes))  # fmt: skip


@pytest.mark.parametrize(
    ("outputs", "loss"),
    [(f, loss) for f in ("softmax", "sigmoid", "linear", "tanh", "exponential", "relu")
     for loss in LOSSES if belong_together(loss, f)],
)  # fmt: skip
def test_every_loss_of_a_real_training_can_be(outputs, loss):
    settings = {"hidden_units": 4, "epochs": 6, "learning_rate": 0.02, "batch_size": 8}
    assert of_a_run(dataset="iris", output_activation=outputs, loss=loss, validation_split=0.2,
                    **settings) == []  # fmt: skip


@pytest.mark.parametrize(
    "settings",
    [
        {"learning_rate": 20.0, "epochs": 8},
        {"learning_rate": 1e-9, "batch_size": "full"},
        {"epochs": 0},
        {"epochs": 30, "patience": 1, "validation_split": 0.3},
        {"dropout": 0.5, "input_dropout": 0.2, "weight_decay": 0.1},
        {"order": "sorted", "batch_size": 1},
        {"epochs": 150, "optimizer": "adam", "learning_rate": 0.05},
    ],
)
def test_odd_trainings_can_be_too(settings):
    assert of_a_run(**{"dataset": "iris", "hidden_units": 4, "epochs": 4, **settings}) == []


def test_no_curve_at_all_can_be():
    assert impossible(Facts(digest="")) == []
    assert impossible(facts({})) == []
    assert impossible(facts(GOOD)) == []


# ── others ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("history", "config", "words"),
    [
        ({"loss": (0.512345678, 0.4), "accuracy": (0.9,)}, {}, "a loss for 2 epochs, but"),
        ({**GOOD, "seconds": (1.0, 2.0)}, {"epochs": 1}, "has 2 epochs, but the config states 1"),
        ({**GOOD, "accuracy": (0.9, 96.1)}, {}, "Epoch 2 has accuracy = 96.1"),
        ({**GOOD, "val_accuracy": (-0.1, 0.5)}, {}, "val_accuracy = -0.1"),
        ({**GOOD, "loss": (0.4, -0.1)}, {}, "loss of -0.1"),
        ({**GOOD, "seconds": (-1.0, 1.0)}, {}, "took -1 seconds"),
        ({"loss": (0.1,), "accuracy": (0.5,)}, {}, "at least 0.3466"),  # ln 2 / 2
        ({"val_loss": (0.1,), "val_accuracy": (0.5,)}, {}, "val_loss of 0.1"),
        ({"loss": (0.123456789, 0.123456789), "accuracy": (0.9, 0.95)}, {}, "same loss"),
        ({"loss": (0.5, 0.4, 0.3), "accuracy": (0.9, 0.92, 0.95)}, {}, "at most 4 digits"),
    ],
)
def test_what_cannot_be(history, config, words):
    said = impossible(facts(history, **config))
    assert len(said) == 1
    assert words in said[0]


def test_the_least_loss_is_a_bound_that_is_reached():
    at_the_bound = {"loss": (0.5 * math.log(2),), "accuracy": (0.5,)}
    assert impossible(facts(at_the_bound)) == []
    assert impossible(facts({"loss": (0.4 * math.log(2),), "accuracy": (0.5,)}))


@pytest.mark.parametrize(
    ("loss", "outputs", "least"),
    [
        ("categorical_crossentropy", "softmax", math.log(2)),
        ("lecture", "softmax", math.log(2)),
        ("lecture", "sigmoid", 2 * math.log(2)),
        ("binary_crossentropy", "sigmoid", 2 * math.log(2) / 10),
        ("mean_squared_error", "sigmoid", 1 / 20),
        ("mean_absolute_error", "softmax", 1 / 10),
        ("cosine_similarity", "softmax", 0),
        ("lecture", "linear", 0),
        (None, None, 0),
        ("no such loss", 5, 0),
    ],
)
def test_what_a_mistake_costs_at_least(loss, outputs, least):
    assert least_cost(facts({}, loss=loss, output_activation=outputs)) == pytest.approx(least)


def test_one_output_has_no_largest():
    assert least_cost(facts({}, layer_sizes=(2, 2, 1), loss="lecture")) == 0


def test_figures_of_any_size_are_taken():
    wild = {"loss": (1e308, -1e308, 0.0), "accuracy": (1e308, 5e-324, -0.0), "x": (1.0,)}
    assert impossible(facts(wild, epochs="many"))
