"""The words a network can be described with, which of them go together, and the defaults.

Both engines know the same words, which are Keras's, and one of the lecture's own: the loss
"lecture", whose error at the output is E = desired − actual, with no slope in it. It is the
cross-entropy summed over the outputs (for linear outputs half the summed squared error, for
exponential ones the summed Poisson loss): the loss of which desired − actual is the downhill
direction. Keras's losses of the other names are means over the outputs.

Example:
    >>> from mnistlab.choices import default_loss
    >>> default_loss("softmax"), default_loss("sigmoid")
    ('categorical_crossentropy', 'lecture')
"""

from typing import Any

from mnistlab import checks
from mnistlab.errors import InputError

ENGINES = ("keras", "classic")
ACTIVATIONS = ("sigmoid", "relu", "softmax", "tanh", "exponential", "linear")
HIDDEN_ACTIVATIONS = tuple(name for name in ACTIVATIONS if name != "softmax")
LOSSES = (
    "lecture",
    "binary_crossentropy",
    "categorical_crossentropy",
    "poisson",
    "kl_divergence",
    "mean_squared_error",
    "mean_absolute_error",
    "cosine_similarity",
)
TASKS = ("classification", "regression")
METRICS = ("accuracy", "mean_absolute_error")
POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")  # Keras's words

# β of the lecture for SGD; Keras's own default for every other learning rule.
DEFAULT_LEARNING_RATES = {
    "sgd": 0.5,
    "rmsprop": 0.001,
    "adam": 0.001,
    "adadelta": 0.001,
    "adamax": 0.001,
    "nadam": 0.001,
}
REGRESSION_RATE = 0.001
OPTIMIZERS = tuple(DEFAULT_LEARNING_RATES)

# E = desired − actual is minus the slope of a loss for these outputs only: that loss under Keras's
# name, and what Keras's figure is multiplied with for each output where Keras takes the mean.
LECTURE_IN_KERAS = {
    "sigmoid": ("binary_crossentropy", 1.0),
    "softmax": ("categorical_crossentropy", None),
    "exponential": ("poisson", 1.0),
    "linear": ("mean_squared_error", 0.5),
}
LECTURE_OUTPUTS = tuple(LECTURE_IN_KERAS)
VALUES = ("linear", "exponential", "relu")  # one such output is a value, not a class


def default_output_activation(task: str) -> str:
    """Return the output units' activation for a task: softmax for classes, linear for values."""
    return "linear" if task == "regression" else "softmax"


def is_value(output_activation: str, n_outputs: int) -> bool:
    """Return whether the output is a value, as in a regression, and no class.

    Example:
        >>> is_value("linear", 1), is_value("sigmoid", 1), is_value("linear", 10)
        (True, False, False)
    """
    return n_outputs == 1 and output_activation in VALUES


def default_loss(output_activation: str, value: bool = False) -> str:
    """Return the loss that goes with the output units when none is named; `value`: a regression."""
    if value and output_activation == "linear":
        return "mean_squared_error"
    if output_activation == "softmax":
        return "categorical_crossentropy"
    return "lecture" if output_activation in LECTURE_OUTPUTS else "mean_squared_error"


def default_metric(output_activation: str, n_outputs: int) -> str:
    """Return the figure that is reported beside the loss: accuracy of classes, else the error.

    Example:
        >>> default_metric("softmax", 10), default_metric("linear", 1)
        ('accuracy', 'mean_absolute_error')
    """
    return "mean_absolute_error" if is_value(output_activation, n_outputs) else "accuracy"


def metric(value: Any, output_activation: str, n_outputs: int) -> str:
    """Return the metric by name (None: the default), one that these outputs can have.

    Args:
        value: a name of `METRICS`, such a name alone in a list, or None.
        output_activation: the output layer's activation.
        n_outputs: how many outputs there are.

    Raises:
        InputError: an unknown name, several, or the accuracy of a regression.
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    default = default_metric(output_activation, n_outputs)
    name = default if value is None else checks.choice("metrics", value, METRICS)
    if name == "accuracy" != default:
        raise InputError(
            f"metrics='accuracy' counts right classes, but one {output_activation} output is a "
            "value, which is never exactly right. Take metrics='mean_absolute_error'."
        )
    return name


def default_learning_rate(optimizer: str, value: bool = False) -> float:
    """Return β when none is named: 0.5 for SGD, Keras's default for the others.

    The errors of a regression are no probabilities and can be large: there SGD takes 0.001.
    """
    if value and optimizer == "sgd":
        return REGRESSION_RATE
    return DEFAULT_LEARNING_RATES[optimizer]


def hidden_activation(value: Any) -> str:
    """Return a hidden layer's activation by name; else raise InputError."""
    allowed = ACTIVATIONS if value == "softmax" else HIDDEN_ACTIVATIONS
    name = checks.choice("hidden_activation", value, allowed)
    if name == "softmax":
        raise InputError(
            "hidden_activation='softmax' makes a layer's units compete for a sum "
            "of 1, which is meant for outputs. Take 'sigmoid', 'tanh' or 'relu'."
        )
    return name


def output_activation(value: Any, n_outputs: int) -> str:
    """Return the output layer's activation by name, one that fits the number of outputs."""
    name = checks.choice("output_activation", value, ACTIVATIONS)
    if name == "softmax" and n_outputs == 1:
        raise InputError(
            "Softmax over one output is always 1, so there is nothing to learn. "
            "Take output_activation='sigmoid', or two outputs."
        )
    return name


def loss(given: Any, outputs: str, value: bool = False) -> str:
    """Return the loss by name (None: the default), one that belongs to the output units.

    Args:
        given: a name of `LOSSES`, or None.
        outputs: the output layer's activation.
        value: whether the output is a value, as in a regression.

    Raises:
        InputError: an unknown name, or a loss that these outputs can't be trained with.

    Example:
        >>> loss(None, "sigmoid")
        'lecture'
    """
    if given is None:
        return default_loss(outputs, value)
    name = checks.choice("loss", given, LOSSES)
    reason = _mismatch(name, outputs)
    if reason:
        raise InputError(f"loss={name!r} doesn't belong to output_activation={outputs!r}: {reason}")
    return name


def belong_together(name: str | None, outputs: str) -> bool:
    """Return whether output units can be trained with a loss; None, the default, always can.

    Example:
        >>> belong_together("categorical_crossentropy", "linear")
        False
    """
    return name is None or not _mismatch(name, outputs)


def _mismatch(name: str, outputs: str) -> str:
    """Return why a loss and the output units don't belong together, or ""."""
    if name == "lecture" and outputs not in LECTURE_OUTPUTS:
        return (
            f"desired - actual is the slope of no loss for {outputs} outputs. "
            "Take loss='mean_squared_error', or sigmoid or softmax outputs."
        )
    if name == "categorical_crossentropy" and outputs != "softmax":
        return (
            "it needs outputs that sum to 1, as softmax gives. Take "
            "output_activation='softmax', or a loss such as 'lecture' for sigmoid outputs, "
            "'mean_squared_error' for values."
        )
    if name == "binary_crossentropy" and outputs != "sigmoid":
        return (
            "it judges each output by itself as a probability, which sigmoid outputs are. "
            "Take output_activation='sigmoid', or 'categorical_crossentropy' for softmax."
        )
    if name in ("poisson", "kl_divergence") and outputs in ("linear", "tanh", "relu"):
        return (
            "it takes the logarithm of the outputs, and these can be 0 or below. "
            "Take sigmoid, softmax or exponential outputs."
        )
    return ""


def optimizer(value: Any) -> str:
    """Return the learning rule by name; else raise InputError."""
    return checks.choice("optimizer", value, OPTIMIZERS)


def learning_rate(given: Any, optimizer_name: str, value: bool = False) -> float:
    """Return β as a float above 0; None means the default of the learning rule."""
    if given is None:
        return default_learning_rate(optimizer_name, value)
    return checks.positive("learning_rate", given)


def keras_loss(loss: str, output_activation: str, n_outputs: int) -> tuple[str, float | None]:
    """Return the loss under Keras's name, and its weight (`loss_weights`) where it isn't 1.

    Example:
        >>> keras_loss("lecture", "sigmoid", 10)
        ('binary_crossentropy', 10.0)
    """
    if loss != "lecture":
        return loss, None
    name, weight = LECTURE_IN_KERAS[output_activation]
    return name, None if weight is None else weight * n_outputs
