"""What a run leaves behind: saved, loaded, asked, shown, and made of models written by hand."""

import csv
import dataclasses
import json
import math
import types

import numpy as np
import pytest

from mnistlab import steps
from mnistlab.classic.network import ClassicNetwork
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import load_data
from mnistlab.errors import DivergedError, InputError, NotFittedError, OutputError
from mnistlab.experiment import run_experiment
from mnistlab.history import History
from mnistlab.results import (
    MIME_TYPE,
    DatasetInfo,
    ExperimentResult,
    confusion,
    named,
    save_weights,
)
from pages import Page

ENGINES = ("classic", "keras")


@pytest.fixture(scope="module")
def iris():
    return load_data("iris")


@pytest.fixture(scope="module")
def digits():
    return load_data("digits")


@pytest.fixture(scope="module")
def runs(digits, tmp_path_factory):
    """Return a saved run of each engine, on the 8×8 digits."""
    pytest.importorskip("keras")
    return {
        engine: run_experiment(
            dataset=digits, engine=engine, hidden_units=(12, 8), epochs=2, verbose=0,
            validation_split=0.1, out=tmp_path_factory.mktemp("runs") / engine,
        )
        for engine in ENGINES
    }  # fmt: skip


@pytest.fixture(params=ENGINES)
def run(request, runs):
    return runs[request.param]


@pytest.fixture
def trained(iris):
    """Return a small result that isn't saved."""
    return run_experiment(dataset=iris, engine="classic", hidden_units=4, epochs=2, verbose=0)


@pytest.fixture(params=["numbers", "images"])
def regression(request):
    """Return a small result of a regression of numbers, or of images."""
    x = np.random.default_rng(0).random((20, 4, 4))
    x = x.reshape(20, 16) if request.param == "numbers" else (x * 255).astype(np.uint8)
    y = np.linspace(0.0, 5.0, 20)
    data = {"x_train": x, "y_train": y, "x_test": x[:8], "y_test": y[:8], "task": "regression"}
    return run_experiment(dataset=data, engine="classic", hidden_units=4, epochs=2, verbose=0)


# ── the folder ──────────────────────────────────────────────────────────────────────────────────


def kinds(value):
    """Return the types in a record: a mapping's by name, a list's of its first item."""
    if isinstance(value, dict):
        return {name: kinds(part) for name, part in value.items()}
    return [kinds(value[0])] if isinstance(value, list) else type(value)


def test_the_record_has_the_documented_parts_and_types(run):
    record = json.loads((run.folder / "result.json").read_text(encoding="utf-8"))
    if run.config.engine == "classic":  # the lecture's total error, beside what Keras has too
        assert kinds(record["history"].pop("total_error")) == [float]
    assert kinds(record) == {
        "schema_version": int,
        "config": {
            "engine": str, "dataset": str, "hidden_units": [int], "hidden_activation": str,
            "output_activation": str, "optimizer": str, "learning_rate": float, "loss": str,
            "schedule": type(None),
            "epochs": int, "batch_size": int, "order": str, "validation_split": float,
            "seed": int, "input_dropout": float, "dropout": float, "weight_decay": float,
            "ema_momentum": float, "deformation": type(None), "patience": type(None),
            "acceptable_error": type(None), "dtype_policy": str,
        },
        "dataset": {
            "name": str, "digest": str, "source": str, "n_train": int, "n_test": int,
            "class_names": [str], "image_shape": [int], "scale": int,
        },
        "parameters": int,
        "layer_sizes": [int],
        "test_loss": float,
        "test_accuracy": float,
        "test_metrics": {},
        "history": {
            name: [float] for name in
            ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")
        },
        "confusion_matrix": [[int]],
        "seconds": dict.fromkeys(("load", "build", "fit", "evaluate"), float),
        "environment": {
            "python": str, "mnistlab": str, "keras": str, "backend": str, "numpy": str,
            "platform": str, "device": str,
        },
        "completed": bool,
    }  # fmt: skip
    assert record["schema_version"] == 1


def test_the_record_says_what_was_run(run, digits):
    record = run.record()
    assert record == json.loads((run.folder / "result.json").read_text(encoding="utf-8"))
    assert record["config"]["hidden_units"] == [12, 8]
    assert record["dataset"]["digest"] == digits.digest
    assert record["layer_sizes"] == [64, 12, 8, 10]
    # 64 × 12 + 12 + 12 × 8 + 8 + 8 × 10 + 10 = 780 + 104 + 90
    assert record["parameters"] == run.parameters == 974
    assert np.sum(record["confusion_matrix"]) == digits.n_test
    assert np.trace(record["confusion_matrix"]) / digits.n_test == pytest.approx(run.test_accuracy)
    assert record["completed"]


def test_a_run_leaves_these_files(runs):
    left = {engine: {file.name for file in run.folder.iterdir()} for engine, run in runs.items()}
    assert left["classic"] == {
        "result.json", "weights.npz", "history.csv", "learning_curves.png",
        "confusion_matrix.png", "worst_mistakes.png",
    }  # fmt: skip
    assert left["keras"] == left["classic"] | {"model.keras"}


def test_pictures_are_pictures(run):
    for file in run.folder.glob("*.png"):
        assert file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_data_without_images_leaves_no_gallery(trained, tmp_path):
    left = {file.name for file in trained.save(tmp_path / "a").folder.iterdir()}
    assert "worst_mistakes.png" not in left
    assert "confusion_matrix.png" in left


def test_a_regression_leaves_its_predictions_and_nothing_of_classes(regression, tmp_path):
    left = {file.name for file in regression.save(tmp_path / "a").folder.iterdir()}
    assert left == {
        "result.json", "weights.npz", "history.csv", "learning_curves.png", "predictions.png",
    }  # fmt: skip


def test_the_history_is_a_table_of_an_epoch_a_row(run):
    with open(run.folder / "history.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    for name, values in run.history.history.items():
        assert [float(row[name]) for row in rows] == values


def test_the_weights_have_keras_order_and_names(run):
    with np.load(run.folder / "weights.npz", allow_pickle=False) as file:
        names = ["kernel_0", "bias_0", "kernel_1", "bias_1", "kernel_2", "bias_2"]
        assert file.files == names
        for name, trained in zip(names, run.model.get_weights(), strict=True):
            assert file[name].tobytes() == trained.tobytes()
            assert file[name].dtype == np.float32


def test_the_same_weights_make_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        save_weights(tmp_path / name, [np.ones((2, 1)), np.zeros(1)])
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_names_of_the_weights():
    assert list(named([np.zeros((2, 3)), np.zeros(3), np.zeros((3, 1)), np.zeros(1)])) == [
        "kernel_0", "bias_0", "kernel_1", "bias_1",
    ]  # fmt: skip


def test_the_saved_model_is_plain_keras_and_predicts_the_same(runs, digits):
    import keras

    model = keras.models.load_model(runs["keras"].folder / "model.keras")
    assert [type(layer) for layer in model.layers] == [keras.layers.Dense] * 3
    ours = runs["keras"].predict(digits.test_images)
    np.testing.assert_allclose(ours, model.predict(digits.x_test, verbose=0), atol=1e-6)


def test_a_run_is_kept_unless_overwriting_is_said(trained, tmp_path):
    first = trained.save(tmp_path / "a")
    before = (first.folder / "weights.npz").read_bytes()
    with pytest.raises(OutputError, match="already holds a run"):
        trained.save(first.folder)
    assert (first.folder / "weights.npz").read_bytes() == before
    assert trained.save(first.folder, overwrite=True).folder == first.folder


def test_a_classic_run_over_a_keras_one_leaves_no_keras_model(runs, iris, tmp_path):
    keras = dataclasses.replace(runs["keras"], folder=None).save(tmp_path / "a")
    assert (keras.folder / "model.keras").exists()
    run_experiment(dataset=iris, engine="classic", epochs=0, verbose=0, out=tmp_path / "a",
                   overwrite=True)  # fmt: skip
    assert not (tmp_path / "a" / "model.keras").exists()
    assert not (tmp_path / "a" / "worst_mistakes.png").exists()


def test_saving_gives_the_result_that_knows_its_folder(trained, tmp_path):
    saved = trained.save(tmp_path / "a")
    assert trained.folder is None
    assert saved.folder == tmp_path / "a"
    assert ("Saved in", str(tmp_path / "a")) in saved.rows()


def test_figures_that_are_not_finite_are_never_written(trained, tmp_path):
    odd = dataclasses.replace(trained, test_loss=math.nan)
    with pytest.raises(DivergedError, match="NaN or infinite: test_loss"):
        odd.save(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


# ── loaded ──────────────────────────────────────────────────────────────────────────────────────


def test_loading_gives_the_same_weights_bit_for_bit(run):
    loaded = ExperimentResult.load(run.folder)
    assert isinstance(loaded.model, ClassicNetwork)
    for ours, theirs in zip(loaded.model.get_weights(), run.model.get_weights(), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_loading_gives_the_same_record(run):
    loaded = ExperimentResult.load(str(run.folder))
    assert loaded.record() == run.record()
    assert loaded.config == run.config
    assert loaded.dataset == run.dataset
    assert loaded.rows() == run.rows()
    assert loaded.folder == run.folder
    assert loaded.confusion_matrix.dtype == np.int64


def test_loading_and_saving_again_is_the_same_run(run, tmp_path):
    again = ExperimentResult.load(run.folder).save(tmp_path / "a")
    for name in ("result.json", "weights.npz", "history.csv"):
        assert (again.folder / name).read_bytes() == (run.folder / name).read_bytes()


def test_a_loaded_network_can_be_tested_and_trained_on(run, digits):
    model = ExperimentResult.load(run.folder).model
    loss, accuracy = steps.evaluate_model(model, digits)
    assert loss == pytest.approx(run.test_loss, abs=1e-5)
    assert accuracy == pytest.approx(run.test_accuracy, abs=1e-6)
    assert steps.learning_rule_of(model) == ("sgd", 0.5)


def test_the_home_may_be_written_as_a_tilde(trained, own_home):
    trained.save("~/runs/a")
    assert ExperimentResult.load("~/runs/a").folder == own_home / "runs" / "a"


def test_a_network_in_float64_stays_one(iris, tmp_path):
    model = ClassicNetwork((4, 3), dtype="float64")
    saved = ExperimentResult.from_steps(iris, model).save(tmp_path / "a")
    loaded = ExperimentResult.load(saved.folder).model.get_weights()
    assert loaded[0].dtype == np.float64
    assert loaded[0].tobytes() == model.get_weights()[0].tobytes()


def test_a_result_without_epochs_is_saved_and_loaded(iris, tmp_path):
    result = run_experiment(dataset=iris, engine="classic", epochs=0, verbose=0, out=tmp_path / "a")
    assert ExperimentResult.load(result.folder).history.epochs == 0
    assert (tmp_path / "a" / "history.csv").read_text().strip() == "epoch"


# ── predicting ──────────────────────────────────────────────────────────────────────────────────


def test_predict_is_kerass_own_without_keras(runs, digits):
    ours = runs["keras"].predict(digits.test_images)
    theirs = runs["keras"].model.predict(digits.x_test, verbose=0)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    np.testing.assert_allclose(ours.sum(axis=1), 1, atol=1e-6)
    assert (ours.argmax(axis=1) == digits.y_test).mean() == pytest.approx(
        runs["keras"].test_accuracy
    )


def test_predict_takes_images_and_patterns_in_every_form(run, digits):
    whole = run.predict(digits.x_test[:5])
    assert whole.shape == (5, 10)
    images = digits.test_images[:5]
    for given in (
        images,
        images.reshape(5, 64),
        digits.x_test[:5].reshape(5, 8, 8),
        digits.x_test[:5].astype(np.float64),
        digits.x_test[:5].tolist(),
    ):
        np.testing.assert_allclose(run.predict(given), whole, atol=1e-6)
    for one in (images[0], digits.x_test[0].reshape(8, 8)):
        np.testing.assert_allclose(run.predict(one), whole[:1], atol=1e-6)
    assert run.predict(images[:0]).shape == (0, 10)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((2, 9, 9)), "the network takes (patterns, 64)"),
        (np.zeros(64), "x[None, :]"),
        (np.zeros((2, 8, 8, 1)), "Flatten each image"),
        ([[0.0] * 64, [0.0] * 63], "images must be one array"),
        (np.full((1, 8, 8), 16), "values up to 16, but the network takes values in [0, 1]"),
        (np.full((1, 64), 255.0), "Divide by 16"),
        (np.full((1, 64), np.nan), "NaN"),
        (np.full((1, 64), "a"), "must hold numbers"),
        (None, "must hold numbers"),
    ],
)
def test_predict_refuses_what_the_network_never_learnt(images, said, runs):
    with pytest.raises(InputError) as caught:
        runs["classic"].predict(images)
    assert said in str(caught.value)


# ── made of steps ───────────────────────────────────────────────────────────────────────────────


def by_hand(dataset, *layers, loss="sparse_categorical_crossentropy", y=None, **settings):
    """Return a model that a student wrote and trained in plain Keras, and its history."""
    keras = pytest.importorskip("keras")
    shape = layers[0].shape[1:]
    model = keras.Sequential(layers)
    model.compile(settings.pop("optimizer", "sgd"), loss, **{"metrics": ["accuracy"], **settings})
    x = dataset.x_train.reshape(-1, *shape)
    return model, model.fit(x, dataset.y_train if y is None else y, epochs=2, verbose=0)


def layer(name, *args, **settings):
    """Return a Keras layer, without importing Keras where it isn't installed."""
    return getattr(pytest.importorskip("keras").layers, name)(*args, **settings)


def test_a_result_of_plain_keras_with_flatten_dropout_and_activations(digits, tmp_path):
    model, history = by_hand(
        digits, layer("Input", (8, 8)), layer("Flatten"), layer("Dense", 9), layer("ReLU"),
        layer("Dropout", 0.2), layer("Dense", 7), layer("Activation", "relu"),
        layer("Dense", 10), layer("Softmax"),
    )  # fmt: skip
    result = ExperimentResult.from_steps(digits, model, history).save(tmp_path / "a")
    config = result.config
    assert (config.engine, config.dataset, config.hidden_units) == ("keras", "digits", (9, 7))
    assert (config.hidden_activation, config.output_activation) == ("relu", "softmax")
    assert (config.optimizer, config.learning_rate, config.epochs) == ("sgd", 0.01, 2)
    assert config.loss == "categorical_crossentropy"
    assert config.batch_size is config.order is config.seed is None
    theirs = model.evaluate(digits.x_test.reshape(-1, 8, 8), digits.y_test, verbose=0)
    assert [result.test_loss, result.test_accuracy] == pytest.approx(theirs, abs=1e-6)
    np.testing.assert_allclose(
        result.predict(digits.test_images),
        model.predict(digits.x_test.reshape(-1, 8, 8), verbose=0),
        atol=1e-6,
    )
    assert ExperimentResult.load(result.folder).record() == result.record()
    assert "β = 0.01, 2 epochs" in repr(result)


def test_a_result_of_kerass_functional_way(iris):
    keras = pytest.importorskip("keras")
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(5, activation="tanh")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    result = ExperimentResult.from_steps(iris, model)
    assert result.layer_sizes == (4, 5, 3)
    assert result.config.optimizer == "adam"
    assert result.history.epochs == 0


def test_a_result_of_net_inputs_and_a_loss_that_takes_them(iris, tmp_path):
    keras = pytest.importorskip("keras")
    model, history = by_hand(
        iris, layer("Input", (4,)), layer("Dense", 3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )  # fmt: skip
    result = ExperimentResult.from_steps(iris, model, history)
    assert (result.config.output_activation, result.config.loss) == ("linear", None)
    assert result.layer_sizes == (4, 3)
    saved = result.save(tmp_path / "a")
    assert ExperimentResult.load(saved.folder).record() == result.record()


def test_a_result_of_a_model_without_metrics(iris):
    model, history = by_hand(
        iris, layer("Input", (4,)), layer("Dense", 3, activation="softmax"), metrics=None
    )
    result = ExperimentResult.from_steps(iris, model, history)
    assert result.test_accuracy == np.trace(result.confusion_matrix) / iris.n_test
    json.dumps(result.record(), allow_nan=False)


def test_a_result_of_a_network_from_scratch_by_hand(iris):
    model = ClassicNetwork((4, 6, 3), "tanh")
    history = model.fit(iris.x_train, iris.y_train, epochs=3, verbose=0)
    result = ExperimentResult.from_steps(iris, model, history)
    assert (result.config.engine, result.config.hidden_units) == ("classic", (6,))
    assert (result.config.hidden_activation, result.config.epochs) == ("tanh", 3)
    assert result.history == history
    assert result.seconds == {"fit": sum(history["seconds"])}


def test_a_model_with_other_layers_is_told_which_can_be(digits):
    model, history = by_hand(
        digits, layer("Input", (8, 8, 1)), layer("Conv2D", 2, 3), layer("Flatten"),
        layer("Dense", 10, activation="softmax"),
    )  # fmt: skip
    with pytest.raises(InputError, match=r"The model has a Conv2D layer.*made of Dense layers"):
        ExperimentResult.from_steps(digits, model, history)


def test_a_model_that_computes_something_else_is_refused(iris):
    model, history = by_hand(
        iris, layer("Input", (4,)), layer("Dense", 3, activation="relu"), layer("Softmax")
    )
    with pytest.raises(InputError, match="activation"):
        ExperimentResult.from_steps(iris, model, history)


def test_a_network_that_diverged_makes_no_result(iris):
    model = ClassicNetwork((4, 3))
    model.set_weights([np.full((4, 3), np.nan), np.zeros(3)])
    with pytest.raises(DivergedError, match=r"learning_rate=0\.5\. Try 0\.05"):
        ExperimentResult.from_steps(iris, model)


@pytest.mark.parametrize("history", [5, "fit", [0.5]])
def test_a_history_is_what_fit_returned(history, iris):
    with pytest.raises(InputError, match="history must be what fit returned"):
        ExperimentResult.from_steps(iris, ClassicNetwork((4, 3)), history)


def test_things_in_the_wrong_order_are_named(iris):
    model = ClassicNetwork((4, 3))
    with pytest.raises(InputError, match="Build it first"):
        ExperimentResult.from_steps(model, iris)
    with pytest.raises(InputError, match="load_data"):
        ExperimentResult.from_steps(iris.x_test, model)


def test_a_config_that_is_given_is_completed_and_has_to_fit(iris):
    model = ClassicNetwork((4, 6, 3))
    config = ExperimentConfig(hidden_units=6, epochs=7)
    result = ExperimentResult.from_steps(iris, model, config=config)
    assert (result.config.engine, result.config.dataset) == ("classic", "iris")
    assert (result.config.learning_rate, result.config.epochs) == (0.5, 7)
    with pytest.raises(InputError, match=r"hidden_units=\(512,\), but the model has \(6,\)"):
        ExperimentResult.from_steps(iris, model, config=ExperimentConfig())


def test_one_output_for_two_classes(iris):
    two = load_data(((iris.x_train, iris.y_train == 2), (iris.x_test, iris.y_test == 2)))
    model = ClassicNetwork((4, 8, 1), output_activation="sigmoid")
    model.compile(learning_rate=0.5)
    history = model.fit(two.x_train, two.y_train, epochs=100, batch_size=4, verbose=0)
    result = ExperimentResult.from_steps(two, model, history)
    assert result.test_accuracy > 0.8
    assert np.trace(result.confusion_matrix) / 30 == result.test_accuracy
    assert result.confusion_matrix.sum(axis=1).tolist() == [20, 10]


def test_confusion_counts_actual_by_answer():
    outputs = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    # Class 0 was taken for 0 and for 1, class 1 twice for 0.
    assert confusion(np.array([0, 1, 0, 1]), outputs, 2).tolist() == [[1, 1], [2, 0]]


# ── shown ───────────────────────────────────────────────────────────────────────────────────────


def test_the_table_says_what_was_found(runs):
    said = repr(runs["classic"])
    for part in ("digits (inside the scikit-learn package): 1,438 to train, 359 to test",
                 "64-12-8-10, sigmoid, softmax", "974", "classic, sgd, β = 0.5, batches of 32, 2",
                 f"{runs['classic'].test_accuracy:.2%} (", "of 359 wrong)", "s of training",
                 str(runs["classic"].folder)):  # fmt: skip
        assert part in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"batch_size": 1}, "true SGD, 1 epoch"), ({"batch_size": "full"}, "full batch, 1 epoch")],
)
def test_the_training_has_its_name(settings, said, iris):
    result = run_experiment(dataset=iris, engine="classic", hidden_units=2, epochs=1, verbose=0,
                            learning_rate=0.1, **settings)  # fmt: skip
    assert f"classic, sgd, β = 0.1, {said}" in dict(result.rows())["Training"]


def test_a_run_that_was_stopped_says_so(trained):
    stopped = dataclasses.replace(trained, completed=False,
                                  config=dataclasses.replace(trained.config, epochs=5))  # fmt: skip
    assert ("Stopped", "after 2 of 5 epochs") in stopped.rows()
    assert "Stopped" not in dict(trained.rows())


def test_a_notebook_gets_a_table_and_a_picture_with_words(run):
    page = Page(run._repr_html_())
    assert page.tags.count("table") == page.tags.count("caption") == page.tags.count("img") == 1
    assert page.tags.count("th") == page.tags.count("td") == len(run.rows())
    assert all(alt and "loss" in alt for alt in page.alts)
    for _, value in run.rows():
        assert value in page.said


def test_what_others_wrote_cant_become_html(iris, tmp_path):
    attack = "<script>alert(1)</script>&\"'"
    named = dataclasses.replace(iris, source=attack, class_names=(attack, "b", "c"))
    result = run_experiment(dataset=named, engine="classic", hidden_units=2, epochs=1, verbose=0)
    page = Page(result._repr_html_())
    assert "script" not in page.tags
    assert attack in "".join(page.said)
    assert "script" not in Page(result.confusion_picture()._repr_html_()).tags
    assert ExperimentResult.load(result.save(tmp_path / "a").folder).dataset.source == attack


def test_a_result_without_epochs_is_shown_without_a_picture(iris):
    result = run_experiment(dataset=iris, engine="classic", epochs=0, verbose=0)
    page = Page(result._repr_html_())
    assert page.tags.count("img") == 0
    assert "0 epochs" in repr(result)


def test_a_notebook_keeps_the_record(run):
    bundle = run._repr_mimebundle_(include=None, exclude=None)
    assert list(bundle) == ["text/plain", "text/html", MIME_TYPE]
    assert MIME_TYPE == "application/vnd.mnistlab.result+json"
    assert bundle["text/plain"] == repr(run)
    assert json.loads(json.dumps(bundle[MIME_TYPE], allow_nan=False)) == run.record()


def test_the_gallery_needs_images_and_the_data(run, trained):
    assert run.worst_mistakes(3) is not None
    with pytest.raises(NotFittedError, match=r"load_data\('digits'\)"):
        ExperimentResult.load(run.folder).worst_mistakes()
    with pytest.raises(InputError, match="iris isn't made of images"):
        trained.worst_mistakes()


def test_predictions_are_drawn_of_a_regression_with_its_data(regression, trained, tmp_path):
    picture = regression.predictions_picture()
    error = regression.test_metrics["mean_absolute_error"]
    assert picture.caption.startswith(f"Mean absolute error {error:.3g} over 8 patterns")
    with pytest.raises(InputError, match="iris has classes"):
        trained.predictions_picture()
    with pytest.raises(InputError, match=r"no classes to mistake. See predictions_picture"):
        regression.worst_mistakes()
    loaded = ExperimentResult.load(regression.save(tmp_path / "a").folder)
    with pytest.raises(NotFittedError, match="the test patterns aren't saved with it"):
        loaded.predictions_picture()


def test_a_loaded_result_is_tested_again_as_its_error_says(runs, digits):
    loaded = ExperimentResult.load(runs["classic"].folder)
    again = ExperimentResult.from_steps(digits, loaded.model, loaded.history)
    assert again.worst_mistakes(3) is not None
    assert again.test_accuracy == loaded.test_accuracy


def test_what_a_result_keeps_of_its_data(digits, iris):
    info = DatasetInfo.of(digits)
    assert (info.n_train, info.n_test, info.image_shape, info.scale) == (1438, 359, (8, 8), 16)
    assert (DatasetInfo.of(iris).image_shape, DatasetInfo.of(iris).scale) == (None, 1.0)


def test_a_keras_like_history_is_enough(iris):
    history = types.SimpleNamespace(history={"loss": [1.0], "accuracy": [0.5]})
    result = ExperimentResult.from_steps(iris, ClassicNetwork((4, 3)), history)
    assert result.history == History.of({"loss": [1.0], "accuracy": [0.5]})
    assert result.config.epochs == 1
