"""The words for networks: which there are, which go together, and the defaults."""

import doctest

import pytest

from mnistlab import choices
from mnistlab.errors import InputError


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(choices).failed == 0


def test_beta_is_the_lectures_for_sgd_and_keras_own_for_the_others():
    assert choices.default_learning_rate("sgd") == 0.5
    assert {choices.default_learning_rate(n) for n in choices.OPTIMIZERS if n != "sgd"} == {0.001}


@pytest.mark.parametrize("name", [name for name in choices.OPTIMIZERS if name != "sgd"])
def test_kerass_defaults_are_kerass(name):
    keras = pytest.importorskip("keras")
    rate = float(keras.optimizers.get(name).learning_rate)
    assert choices.default_learning_rate(name) == pytest.approx(rate, rel=1e-6)


def test_outputs_are_softmax_for_classes_and_linear_for_values():
    assert choices.default_output_activation("classification") == "softmax"
    assert choices.default_output_activation("regression") == "linear"


@pytest.mark.parametrize("outputs", choices.ACTIVATIONS)
def test_the_default_loss_belongs_to_its_outputs(outputs):
    loss = choices.loss(None, outputs)
    assert choices.loss(loss, outputs) == loss


@pytest.mark.parametrize(
    ("outputs", "loss"),
    [
        ("softmax", "categorical_crossentropy"),
        ("sigmoid", "lecture"),
        ("linear", "lecture"),
        ("exponential", "lecture"),
        ("relu", "mean_squared_error"),
        ("tanh", "mean_squared_error"),
    ],
)
def test_default_losses(outputs, loss):
    assert choices.default_loss(outputs) == loss


# Of each loss, the outputs that it can be trained with.
TOGETHER = {
    "lecture": {"sigmoid", "softmax", "exponential", "linear"},
    "binary_crossentropy": {"sigmoid"},
    "categorical_crossentropy": {"softmax"},
    "poisson": {"sigmoid", "softmax", "exponential"},
    "kl_divergence": {"sigmoid", "softmax", "exponential"},
    "mean_squared_error": set(choices.ACTIVATIONS),
    "mean_absolute_error": set(choices.ACTIVATIONS),
    "cosine_similarity": set(choices.ACTIVATIONS),
}


@pytest.mark.parametrize("loss", choices.LOSSES)
@pytest.mark.parametrize("outputs", choices.ACTIVATIONS)
def test_a_loss_goes_with_the_outputs_it_belongs_to_and_no_others(loss, outputs):
    fits = outputs in TOGETHER[loss]
    assert choices.belong_together(loss, outputs) is fits
    if fits:
        assert choices.loss(loss, outputs) == loss
    else:
        with pytest.raises(InputError, match=f"doesn't belong to output_activation='{outputs}'"):
            choices.loss(loss, outputs)


def test_no_loss_belongs_to_all_outputs():
    assert choices.belong_together(None, "tanh")


def test_kerass_sparse_loss_is_explained_by_the_name_here():
    with pytest.raises(InputError, match="Did you mean 'categorical_crossentropy'"):
        choices.loss("sparse_categorical_crossentropy", "softmax")


def test_softmax_is_for_outputs_of_two_or_more():
    with pytest.raises(InputError, match=r"meant for outputs.*'sigmoid'"):
        choices.hidden_activation("softmax")
    with pytest.raises(InputError, match="Softmax over one output is always 1"):
        choices.output_activation("softmax", 1)
    assert choices.output_activation("softmax", 2) == "softmax"
    assert choices.output_activation("sigmoid", 1) == "sigmoid"


@pytest.mark.parametrize(
    ("check", "given", "meant"),
    [
        (choices.hidden_activation, "sigmod", "sigmoid"),
        (lambda f: choices.output_activation(f, 10), "sofmax", "softmax"),
        (choices.optimizer, "adamm", "adam"),
        (choices.optimizer, "namad", "nadam"),
        (lambda name: choices.loss(name, "softmax"), "lectur", "lecture"),
    ],
)
def test_a_misspelt_name_gets_the_name_that_was_meant(check, given, meant):
    with pytest.raises(InputError, match=f"Did you mean '{meant}'"):
        check(given)


@pytest.mark.parametrize("given", [0, -0.5, float("nan"), float("inf"), "0,5", "0.5", [0.5], True])
def test_beta_is_a_number_above_0(given):
    with pytest.raises(InputError, match="learning_rate must be"):
        choices.learning_rate(given, "sgd")


def test_beta_is_the_learning_rules_own_where_none_is_given():
    assert choices.learning_rate(None, "adam") == 0.001
    assert choices.learning_rate(0.25, "adam") == 0.25


@pytest.mark.parametrize(
    ("loss", "outputs", "expected"),
    [
        # Keras takes the mean over 10 outputs, the lecture the sum: 10 times the mean.
        ("lecture", "sigmoid", ("binary_crossentropy", 10.0)),
        ("lecture", "exponential", ("poisson", 10.0)),
        # Half the sum of 10 squares is 5 times their mean.
        ("lecture", "linear", ("mean_squared_error", 5.0)),
        # Keras's sum over the classes already is the lecture's.
        ("lecture", "softmax", ("categorical_crossentropy", None)),
        ("mean_squared_error", "linear", ("mean_squared_error", None)),
    ],
)
def test_a_loss_in_keras(loss, outputs, expected):
    assert choices.keras_loss(loss, outputs, 10) == expected


@pytest.mark.parametrize(
    ("given", "outputs", "n", "expected"),
    [
        (None, "softmax", 10, "accuracy"),
        (None, "sigmoid", 1, "accuracy"),
        (None, "linear", 1, "mean_absolute_error"),
        (["accuracy"], "softmax", 3, "accuracy"),
        ("mean_absolute_error", "softmax", 3, "mean_absolute_error"),
    ],
)
def test_the_metric_belongs_to_the_outputs(given, outputs, n, expected):
    assert choices.metric(given, outputs, n) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [("accuracy", "never exactly right"), ("acuracy", "Did you mean 'accuracy'"),
     (["accuracy", "mean_absolute_error"], "metrics")],
)  # fmt: skip
def test_a_metric_that_cant_be_used(given, said):
    with pytest.raises(InputError, match=said):
        choices.metric(given, "linear", 1)


def test_a_value_starts_with_squared_errors_and_a_small_beta():
    assert choices.loss(None, "linear", value=True) == "mean_squared_error"
    assert choices.learning_rate(None, "sgd", value=True) == 0.001
    assert choices.learning_rate(None, "adam", value=True) == 0.001
    assert choices.learning_rate(0.5, "sgd", value=True) == 0.5


def test_kerass_policies_are_kerass():
    keras = pytest.importorskip("keras")
    for name in choices.POLICIES:
        assert keras.dtype_policies.get(name).name == name
