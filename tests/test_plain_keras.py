"""The experiment as plain Keras: what is printed is run, and does what the experiment did."""

import dataclasses
import importlib.util

import numpy as np
import pytest

from mnistlab import plain_keras
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import load_data
from mnistlab.experiment import run_experiment
from mnistlab.history import History
from mnistlab.results import ExperimentResult

needs_keras = pytest.mark.skipif(
    importlib.util.find_spec("keras") is None, reason="Keras isn't installed"
)


@pytest.fixture(scope="module")
def mnist_5k():
    return load_data("mnist_5k")


def script(sizes=(784, 512, 10), scale=255, **settings):
    """Return the program of an experiment on MNIST."""
    config = ExperimentConfig(**settings)
    config = config.resolved(engine="keras", dataset="mnist", task="classification")
    return plain_keras.script(config, sizes, scale)


def executed(program):
    """Run a program and return its variables."""
    variables = {"__name__": "__main__"}
    exec(compile(program, "plain_keras", "exec"), variables)
    return variables


def test_the_program_of_the_default_experiment():
    assert (
        script()
        == """\
import keras

keras.utils.set_random_seed(0)

# Load and prepare the data.
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()

x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)

# Design and build the model.
model = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Dense(512, activation="sigmoid"),
    keras.layers.Dense(10, activation="softmax"),
])
model.summary()

# Compile it: learning rule, loss, metric.
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.5),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
)

# Train it.
history = model.fit(x_train, y_train, epochs=5, batch_size=32)

# Test it.
test_loss, test_accuracy = model.evaluate(x_test, y_test)
print(f"test accuracy {test_accuracy:.2%}")
"""
    )


@needs_keras
@pytest.mark.parametrize(
    ("name", "settings", "near"),
    [
        ("mnist_5k", {"epochs": 4, "hidden_units": 32}, 0.06),
        ("digits", {"epochs": 10, "hidden_units": 32, "output_activation": "sigmoid"}, 0.06),
        ("iris", {"epochs": 60, "batch_size": 4, "hidden_units": 8}, 0.17),
    ],
)
def test_the_program_reaches_what_the_experiment_reached(name, settings, near, request, capsys):
    dataset = request.getfixturevalue("mnist_5k") if name == "mnist_5k" else name
    result = run_experiment(dataset=dataset, engine="classic", verbose=0, **settings)
    assert result.test_accuracy > 0.8
    program = result.as_keras()
    assert "mnistlab" not in program
    done = executed(program)
    assert done["test_accuracy"] == pytest.approx(result.test_accuracy, abs=near)
    assert len(done["x_test"]) == result.dataset.n_test
    assert 0 <= done["x_train"].min() <= done["x_train"].max() == 1
    assert f"test accuracy {done['test_accuracy']:.2%}" in capsys.readouterr().out


@needs_keras
def test_the_program_for_mnist_reaches_what_the_experiment_reached(mnist_5k, monkeypatch):
    import keras

    dataset = dataclasses.replace(mnist_5k, name="mnist")
    monkeypatch.setattr(
        keras.datasets.mnist, "load_data",
        lambda: ((dataset.images, dataset.y_train), (dataset.test_images, dataset.y_test)),
    )  # fmt: skip
    result = run_experiment(dataset=dataset, engine="classic", hidden_units=32, epochs=4, verbose=0)
    done = executed(result.as_keras())
    assert np.array_equal(done["x_test"], dataset.x_test)
    assert done["test_accuracy"] == pytest.approx(result.test_accuracy, abs=0.06)
    assert done["test_loss"] == pytest.approx(result.test_loss, rel=0.25)


@needs_keras
def test_the_program_for_arrays_of_ones_own_reads_them_from_a_file(tmp_path, monkeypatch):
    digits = load_data("digits")
    arrays = {"x_train": digits.images, "y_train": digits.y_train,
              "x_test": digits.test_images, "y_test": digits.y_test}  # fmt: skip
    own = load_data(((arrays["x_train"] * 15, arrays["y_train"]),
                     (arrays["x_test"] * 15, arrays["y_test"])))  # fmt: skip
    result = run_experiment(
        dataset=own, engine="classic", hidden_units=16, epochs=5, order="sorted",
        validation_split=0.25, batch_size="full", optimizer="adam", seed=2**32 + 1, verbose=0,
    )  # fmt: skip
    program = result.as_keras()
    np.savez(tmp_path / "your_data.npz", **{n: a * (15 if "x" in n else 1)
                                            for n, a in arrays.items()})  # fmt: skip
    monkeypatch.chdir(tmp_path)
    done = executed(program)
    assert "set_random_seed(1)" in program
    # Sorted are the patterns that are trained on; the last quarter is kept, of all classes.
    assert len(done["x_train"]) == 1078  # int(1438 × 0.75)
    labels = done["y_train"].argmax(axis=1)
    assert (np.diff(labels) >= 0).all()
    assert set(done["validation_data"][1].argmax(axis=1)) == set(range(10))
    assert len(done["history"].history["val_loss"]) == 5


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"batch_size": "full"}, "batch_size=len(x_train))"),
        ({"batch_size": 1}, "batch_size=1)"),
        ({"order": "stored"}, "batch_size=32, shuffle=False)"),
        ({"validation_split": 0.1}, "batch_size=32, validation_split=0.1)"),
        ({"order": "stored", "validation_split": 0.1}, "validation_split=0.1, shuffle=False)"),
        ({"order": "sorted"}, "by_class = y_train.argmax(axis=1).argsort(kind='stable')"),
        ({"optimizer": "nadam"}, "optimizer=keras.optimizers.Nadam(learning_rate=0.001),"),
        ({"optimizer": "rmsprop", "learning_rate": 0.01}, "RMSprop(learning_rate=0.01),"),
        ({"loss": "mean_squared_error"}, 'loss="mean_squared_error",'),
        ({"output_activation": "sigmoid"}, "loss_weights=[10],  # Keras takes the mean"),
        ({"hidden_activation": "relu"}, 'Dense(512, activation="relu")'),
    ],
)
def test_each_setting_is_in_the_program(settings, line):
    assert line in script(**settings)
    compile(script(**settings), "plain_keras", "exec")


@pytest.mark.parametrize("optimizer", list(plain_keras.OPTIMIZERS))
@needs_keras
def test_kerass_learning_rules_have_these_names(optimizer):
    import keras

    rule = getattr(keras.optimizers, plain_keras.OPTIMIZERS[optimizer])
    assert rule.__name__.lower() == optimizer


def test_several_hidden_layers_and_none():
    two = script(sizes=(784, 8, 4, 10), hidden_units=(8, 4))
    assert two.index("Dense(8,") < two.index("Dense(4,") < two.index("Dense(10,")
    assert script(sizes=(784, 10), hidden_units=()).count("Dense(") == 1


def test_values_that_lie_in_0_to_1_already_arent_divided():
    assert "/ 255" not in script(scale=1)
    assert '.astype("float32")\n' in script(scale=1)


def test_a_large_seed_is_one_that_keras_takes():
    assert "set_random_seed(5)" in script(seed=2**32 + 5)


@needs_keras
def test_what_isnt_known_of_a_network_made_by_hand_is_said():
    import keras

    iris = load_data("iris")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.AdamW(0.01), keras.losses.CategoricalFocalCrossentropy())
    result = ExperimentResult.from_steps(iris, model, History())
    first = result.as_keras().splitlines()[0]
    assert first.startswith("# Not known of this network, and the usual choice here: ")
    assert first.endswith(": optimizer, loss, batch_size, order.")
    compile(result.as_keras(), "plain_keras", "exec")
    assert not script().startswith("#")


# ── values, and what keeps a network from learning by heart ─────────────────────────────────────


def housing_like(n=80):
    """Return a small regression as keras.datasets.boston_housing gives it."""
    x = np.random.default_rng(0).uniform(0, 50, (n, 13))
    y = x.mean(axis=1)
    return (x[:60], y[:60]), (x[60:], y[60:])


@needs_keras
@pytest.mark.parametrize("settings", [
    {}, {"loss": "mean_absolute_error"}, {"order": "sorted", "validation_split": 0.25},
])  # fmt: skip
def test_the_program_of_a_regression_runs(settings, monkeypatch):
    import keras

    monkeypatch.setattr(keras.datasets.boston_housing, "load_data", housing_like)
    config = ExperimentConfig(dataset="boston_housing", hidden_units=4, epochs=2, **settings)
    config = config.resolved(engine="keras", dataset="boston_housing", task="regression")
    program = plain_keras.script(config, (13, 4, 1), 1)
    assert "to_categorical" not in program
    assert f'loss="{settings.get("loss", "mean_squared_error")}"' in program
    assert "SGD(learning_rate=0.001)" in program
    done = executed(program)
    assert done["test_error"] > 0
    if settings.get("order") == "sorted":
        assert (np.diff(done["y_train"]) >= 0).all()


@needs_keras
@pytest.mark.parametrize("loss", [None, "mean_absolute_error", "lecture"])
def test_the_program_for_values_of_ones_own_makes_no_classes_of_them(loss, tmp_path, monkeypatch):
    x = np.random.default_rng(0).uniform(size=(60, 3)).astype(np.float32)
    arrays = {"x_train": x[:50], "y_train": x[:50].sum(axis=1), "x_test": x[50:],
              "y_test": x[50:].sum(axis=1)}  # fmt: skip
    result = run_experiment(dataset={**arrays, "task": "regression"}, engine="classic", loss=loss,
                            hidden_units=4, epochs=20, learning_rate=0.05, verbose=0)  # fmt: skip
    program = result.as_keras()
    assert "to_categorical" not in program
    np.savez(tmp_path / "your_data.npz", **arrays)
    monkeypatch.chdir(tmp_path)
    near = result.test_metrics["mean_absolute_error"]
    assert executed(program)["test_error"] == pytest.approx(near, abs=0.3)


def test_squared_errors_of_classes_are_no_regression():
    program = script(output_activation="linear", loss="mean_squared_error")
    assert "y_train = keras.utils.to_categorical(y_train, 10)" in program
    assert 'metrics=["accuracy"]' in program


@needs_keras
def test_one_output_takes_its_two_classes_as_they_are(tmp_path, monkeypatch):
    x = np.random.default_rng(0).uniform(size=(60, 3)).astype("float32")
    y = (x.sum(axis=1) > 1.5).astype(int)
    np.savez(tmp_path / "your_data.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    monkeypatch.chdir(tmp_path)
    config = ExperimentConfig(dataset="custom", output_activation="sigmoid", order="sorted",
                              loss="binary_crossentropy", epochs=2)  # fmt: skip
    done = executed(plain_keras.script(config, (3, 4, 1), 1))
    assert 0 <= done["test_accuracy"] <= 1
    assert (np.diff(done["y_train"]) >= 0).all()


@needs_keras
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, with a schedule
def test_dropout_decay_averages_and_patience_are_in_the_program_and_run():
    result = run_experiment(
        dataset="iris", engine="classic", hidden_units=8, epochs=30, optimizer="adam",
        learning_rate=0.5, input_dropout=0.1, dropout=0.2, weight_decay=0.001, ema_momentum=0.9,
        patience=1, validation_split=0.2, schedule="step:10", verbose=0,
    )  # fmt: skip
    done = executed(result.as_keras())
    model, keras_history = done["model"], done["history"].history
    assert [type(one).__name__ for one in model.layers] == ["Dropout", "Dense", "Dropout", "Dense"]
    said = model.optimizer.get_config()
    assert said["weight_decay"] == pytest.approx(0.001)
    assert (said["use_ema"], said["ema_momentum"]) == (True, 0.9)
    assert (done["patience"].monitor, done["patience"].patience) == ("val_loss", 1)
    assert len(keras_history["val_loss"]) < 30  # β is so large that it soon gets worse
