"""The five steps, for both engines: what they take, what they refuse, what they promise."""

import types

import numpy as np
import pytest

from mnistlab import steps
from mnistlab.classic.network import ClassicNetwork
from mnistlab.datasets import load_data
from mnistlab.errors import DivergedError, InputError, OutOfMemoryError, TrainingInterrupted
from mnistlab.history import History
from mnistlab.results import ExperimentResult
from mnistlab.seeding import initial_weights, pattern_order
from mnistlab.steps import build_model, compile_model, evaluate_model, fit_model

ENGINES = ("classic", "keras")


@pytest.fixture(scope="module")
def iris():
    return load_data("iris")


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def plain(keras, *layers, loss="sparse_categorical_crossentropy", **compiled):
    """Return a compiled keras.Sequential as a student writes it."""
    model = keras.Sequential(layers)
    model.compile(optimizer="sgd", loss=loss, **compiled)
    return model


# ── build ───────────────────────────────────────────────────────────────────────────────────────


def test_both_engines_start_with_the_same_weights(iris):
    classic, keras = (build_model(iris, engine, (8, 6), seed=3).get_weights() for engine in ENGINES)
    assert [w.shape for w in classic] == [(4, 8), (8,), (8, 6), (6,), (6, 3), (3,)]
    for ours, theirs, drawn in zip(classic, keras, initial_weights((4, 8, 6, 3), 3), strict=True):
        assert ours.tobytes() == theirs.tobytes() == drawn.tobytes()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_may_have_no_hidden_layer(engine, iris):
    model = build_model(iris, engine, hidden_units=())
    assert [w.shape for w in model.get_weights()] == [(4, 3), (3,)]
    assert fit_model(model, iris, epochs=1, verbose=0).epochs == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engine": "kears"}, "Did you mean 'keras'?"),
        ({"hidden_units": 0}, "hidden_units must be at least 1, but got 0."),
        ({"hidden_units": "512"}, "without quotes"),
        ({"hidden_activation": "sigmod"}, "Did you mean 'sigmoid'?"),
        ({"output_activation": "sofmax"}, "Did you mean 'softmax'?"),
        ({"output_activation": ""}, "output_activation='' is not known"),
        ({"seed": -1}, "seed must be at least 0, but got -1."),
    ],
)
def test_a_design_that_cant_be_built_is_refused(settings, said, iris):
    with pytest.raises(InputError) as caught:
        build_model(iris, **{"engine": "classic", **settings})
    assert said in str(caught.value)


def test_a_data_set_comes_from_load_data(iris):
    for step in (
        lambda: build_model(iris.x_train, engine="classic"),
        lambda: fit_model(build_model(iris, "classic"), (iris.x_train, iris.y_train)),
        lambda: evaluate_model(build_model(iris, "classic"), None),
    ):
        with pytest.raises(InputError, match=r"dataset must come from mnistlab\.load_data"):
            step()


def test_a_model_comes_from_build_model(iris):
    for step in (compile_model, lambda m: fit_model(m, iris), lambda m: evaluate_model(m, iris)):
        with pytest.raises(InputError, match="Build it first"):
            step(iris)


def test_auto_is_keras_where_it_is_installed_and_said_where_it_isnt(monkeypatch, capsys):
    monkeypatch.setattr(steps, "missing_for_keras", lambda: None)
    assert steps.engine_to_use("auto") == "keras"
    assert steps.engine_to_use(" Classic ") == "classic"
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(steps, "missing_for_keras", lambda: "tensorflow")
    assert steps.engine_to_use("auto") == "classic"
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "tensorflow isn't installed" in said
    assert "pip install tensorflow" in said
    assert steps.engine_to_use("keras") == "keras"  # asked for by name: its own error follows


# ── compile ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ENGINES)
def test_compile_takes_the_lectures_words(engine, iris):
    model = build_model(iris, engine, 4, output_activation="sigmoid")
    compile_model(model, "adam")
    assert steps.learning_rule_of(model) == ("adam", pytest.approx(0.001))
    compile_model(model, "sgd", learning_rate=0.25, loss="lecture")
    assert steps.learning_rule_of(model) == ("sgd", 0.25)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"optimizer": "adm"}, "Did you mean 'adam'?"),
        ({"learning_rate": 0}, "learning_rate must be above 0"),
        ({"learning_rate": float("nan")}, "must be a finite number"),
        ({"learning_rate": "0,5"}, "a decimal point, not a comma: learning_rate=0.5."),
        ({"loss": "lectur"}, "Did you mean 'lecture'?"),
        ({"loss": "binary_crossentropy"}, "doesn't belong to output_activation='softmax'"),
    ],
)
def test_both_engines_refuse_the_same_in_the_same_words(engine, settings, said, iris):
    model = build_model(iris, engine, 4)
    with pytest.raises(InputError) as caught:
        compile_model(model, **settings)
    assert said in str(caught.value)


def test_a_keras_model_without_inputs_is_told_how_to_get_them(keras, iris):
    model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    with pytest.raises(InputError, match=r"start it with keras\.Input"):
        compile_model(model)
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(InputError, match=r"start it with keras\.Input"):
        fit_model(model, iris, epochs=1, verbose=0)


# ── fit ─────────────────────────────────────────────────────────────────────────────────────────


def fitted(iris, engine, **settings):
    """Return a small network after some training, and its history."""
    model = build_model(iris, engine, hidden_units=5, seed=settings.get("seed", 0))
    history = fit_model(model, iris, **{"epochs": 2, "batch_size": 16, "verbose": 0, **settings})
    return model, history


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_leaves_the_same_bytes(engine, iris):
    first, again, other = (fitted(iris, engine, seed=s)[0].get_weights() for s in (1, 1, 2))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(first, again, strict=True))
    assert any(a.tobytes() != b.tobytes() for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("order", ["random", "stored", "sorted"])
@pytest.mark.parametrize("batch_size", [1, 50, "full"])  # 120 patterns: 50 leaves a rest of 20
def test_both_engines_present_the_same_patterns_in_the_same_order(order, batch_size, iris):
    classic, keras = (
        fitted(iris, engine, order=order, batch_size=batch_size, seed=4)[0].get_weights()
        for engine in ENGINES
    )
    for ours, theirs in zip(classic, keras, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_orders_differ_in_what_is_learnt(iris):
    learnt = [fitted(iris, "classic", order=o)[0].get_weights()[0]
              for o in ("random", "stored", "sorted")]  # fmt: skip
    assert not np.allclose(learnt[0], learnt[1], atol=1e-4)
    assert not np.allclose(learnt[1], learnt[2], atol=1e-4)


@pytest.mark.parametrize("engine", ENGINES)
def test_training_goes_on_from_the_seed_that_the_network_was_built_with(engine, iris):
    def trained(*, build, **fit):
        model = build_model(iris, engine, 4, seed=build)
        compile_model(model, "sgd", 0.5)
        return model, fit_model(model, iris, epochs=2, verbose=0, **fit)

    model, history = trained(build=7)
    same, _ = trained(build=7, seed=7)
    for one, other in zip(model.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert history.settings["seed"] == 7
    assert ExperimentResult.from_steps(iris, model, history).config.seed == 7
    two_seeds = ExperimentResult.from_steps(iris, *trained(build=0, seed=7))
    assert two_seeds.config.seed is None  # no config makes these weights


def test_the_order_of_an_epoch_is_a_function_of_seed_and_epoch():
    presented = steps.orders(20, seed=3, order="random", labels=np.zeros(20, int))
    assert presented(2).tolist() == pattern_order(20, epoch=2, seed=3).tolist()
    labels = np.array([1, 0])
    assert steps.orders(2, seed=3, order="sorted", labels=labels)(0).tolist() == [1, 0]


@pytest.mark.parametrize("engine", ENGINES)
def test_going_on_at_an_epoch_is_as_if_it_had_never_stopped(engine, iris):
    whole, _ = fitted(iris, engine, epochs=3)
    model, first = fitted(iris, engine, epochs=2)
    rest = fit_model(model, iris, epochs=3, initial_epoch=2, batch_size=16, verbose=0)
    assert (first.epochs, rest.epochs) == (2, 1)
    for a, b in zip(whole.get_weights(), model.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("engine", ENGINES)
def test_the_history_has_a_figure_for_each_epoch(engine, iris):
    _, history = fitted(iris, engine, validation_split=0.25)
    assert isinstance(history, History)
    assert {len(values) for values in history.history.values()} == {2}
    assert set(history["learning_rate"]) == {0.5}
    assert all(0 <= a <= 1 for a in history["accuracy"] + history["val_accuracy"])
    assert all(second > 0 for second in history["seconds"])
    assert history.settings == {
        "batch_size": 16, "order": "random", "seed": 0, "validation_split": 0.25,
        "schedule": None, "deformation": None, "patience": None, "acceptable_error": None,
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_validation_leaves_the_last_share_out_of_training(engine, iris):
    model = build_model(iris, engine, 5)
    before = model.get_weights()
    fit_model(model, iris, epochs=1, batch_size="full", validation_split=0.5, verbose=0)
    half = ClassicNetwork((4, 5, 3))
    half.set_weights(before)
    half.fit(iris.x_train[:60], iris.y_train[:60], 1, "full", shuffle=False, verbose=0)
    for ours, theirs in zip(half.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epochs": -1}, "epochs must be at least 0, but got -1."),
        ({"epochs": 1.5}, "epochs must be a whole number"),
        ({"batch_size": 0}, "batch_size must be at least 1, but got 0."),
        ({"batch_size": 2.5}, "batch_size must be a whole number"),
        ({"batch_size": None}, "batch_size must be a number"),
        ({"order": "sort"}, "Did you mean 'sorted'?"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"initial_epoch": -1}, "initial_epoch must be at least 0"),
        ({"validation_split": 1.0}, "validation_split must be at least 0 and below 1"),
        ({"validation_split": 0.999}, "Each side needs at least one"),
        ({"verbose": 7}, "verbose=7 is not known"),
    ],
)
def test_a_setting_that_cant_be_used_is_refused_before_anything_is_learnt(
    engine, settings, said, iris
):
    model = build_model(iris, engine, 4)
    before = model.get_weights()
    with pytest.raises(InputError) as caught:
        fit_model(model, iris, **{"verbose": 0, **settings})
    assert said in str(caught.value)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize("engine", ENGINES)
def test_no_epochs_learn_nothing(engine, iris):
    model, history = fitted(iris, engine, epochs=0)
    assert history.epochs == 0
    for drawn, kept in zip(initial_weights((4, 5, 3), 0), model.get_weights(), strict=True):
        assert drawn.tobytes() == kept.tobytes()


@pytest.mark.parametrize("engine", ENGINES)
def test_training_that_diverges_stops_and_says_what_to_change(engine, iris):
    # Squared errors of linear outputs: each step overshoots by more than it mends.
    model = build_model(iris, engine, 8, output_activation="linear")
    compile_model(model, learning_rate=10)
    with pytest.raises(DivergedError) as caught:
        fit_model(model, iris, epochs=50, verbose=0)
    assert "learning_rate=10. Try 1," in str(caught.value)
    assert "scaled to [0, 1]" in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_keeps_the_epochs_that_had_ended(engine, iris):
    def stop(epoch):
        if epoch == 1:
            raise KeyboardInterrupt

    model = build_model(iris, engine, 4)
    with pytest.raises(TrainingInterrupted, match="in epoch 3 of 5") as caught:
        fit_model(model, iris, verbose=0, on_epoch_end=stop)
    assert caught.value.history.epochs == 2
    assert isinstance(caught.value, KeyboardInterrupt)
    assert not np.array_equal(model.get_weights()[0], initial_weights((4, 4, 3), 0)[0])


@pytest.mark.parametrize("engine", ENGINES)
def test_on_epoch_end_hears_of_every_epoch(engine, iris):
    heard = []
    fitted(iris, engine, epochs=3, on_epoch_end=heard.append)
    assert heard == [0, 1, 2]


def test_kerass_callbacks_are_called_and_a_classic_network_refuses_them(keras, iris):
    heard = []
    callback = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: heard.append(epoch))
    fitted(iris, "keras", callbacks=[callback])
    assert heard == [0, 1]
    with pytest.raises(InputError, match="need a Keras model"):
        fitted(iris, "classic", callbacks=[callback])


@pytest.mark.parametrize(
    ("batch_size", "rate", "advised"),
    [(1, 0.5, True), (7, 0.2, True), (8, 0.5, False), (7, 0.19, False)],
)
def test_small_batches_with_a_large_beta_get_one_line_of_advice(
    batch_size, rate, advised, iris, capsys
):
    model = build_model(iris, "classic", 4)
    compile_model(model, learning_rate=rate)
    history = fit_model(model, iris, epochs=1, batch_size=batch_size, verbose=0)
    assert history.epochs == 1
    said = capsys.readouterr().err
    assert said.count("\n") == advised
    assert (f"learning_rate={rate:g} is large for batches of {batch_size}" in said) == advised


def test_other_learning_rules_get_no_advice(iris, capsys):
    model = build_model(iris, "classic", 4)
    compile_model(model, "adam", learning_rate=0.5)
    fit_model(model, iris, epochs=1, batch_size=1, verbose=0)
    assert capsys.readouterr().err == ""


def test_a_batch_is_at_most_all_patterns():
    assert steps.size_of(500, 120) == 120
    assert steps.size_of("full", 120) == 120
    assert steps.size_of(119, 120) == 119


# ── models written by hand ──────────────────────────────────────────────────────────────────────


def test_a_hand_written_keras_model_goes_through_the_same_steps(keras, iris):
    model = plain(
        keras, keras.Input((2, 2)), keras.layers.Flatten(), keras.layers.Dense(5),
        keras.layers.Activation("sigmoid"), keras.layers.Dense(3, activation="softmax"),
        metrics=["accuracy"],
    )  # fmt: skip
    history = fit_model(model, iris, epochs=1, verbose=0)
    assert history.epochs == 1
    loss, accuracy = evaluate_model(model, iris)
    x, y = iris.x_test.reshape(-1, 2, 2), iris.y_test
    theirs = model.evaluate(x, y, verbose=0)
    assert [loss, accuracy] == pytest.approx(theirs, abs=1e-6)


def test_accuracy_is_counted_where_a_model_was_compiled_without_it(keras, iris):
    model = plain(keras, keras.Input((4,)), keras.layers.Dense(3, activation="softmax"))
    evaluation = evaluate_model(model, iris)
    answers = model.predict(iris.x_test, verbose=0).argmax(axis=1)
    assert evaluation.accuracy == np.mean(answers == iris.y_test)


def test_other_metrics_are_kept(keras, iris):
    model = plain(
        keras, keras.Input((4,)), keras.layers.Dense(3, activation="softmax"),
        loss="categorical_crossentropy", metrics=["accuracy", "mean_absolute_error"],
    )  # fmt: skip
    evaluation = evaluate_model(model, iris)
    assert list(evaluation.metrics) == ["mean_absolute_error"]
    assert isinstance(evaluation.metrics["mean_absolute_error"], float)


@pytest.mark.parametrize("step", [evaluate_model, lambda m, d: fit_model(m, d, verbose=0)])
def test_a_model_needs_an_output_for_each_class(step, keras, iris):
    model = plain(keras, keras.Input((4,)), keras.layers.Dense(2, activation="softmax"))
    with pytest.raises(InputError, match=r"2 outputs, but iris has 3 classes.*Dense\(3\)"):
        step(model, iris)
    with pytest.raises(InputError, match="2 outputs"):
        step(ClassicNetwork((4, 2)), iris)


@pytest.mark.parametrize("step", [evaluate_model, lambda m, d: fit_model(m, d, verbose=0)])
def test_a_model_needs_an_input_for_each_value(step, keras, iris):
    model = plain(keras, keras.Input((5,)), keras.layers.Dense(3, activation="softmax"))
    with pytest.raises(InputError, match=r"keras\.Input\(\(4,\)\)"):
        step(model, iris)
    with pytest.raises(InputError, match=r"\(patterns, 5\)"):
        step(ClassicNetwork((5, 3)), iris)


@pytest.mark.parametrize("step", [evaluate_model, lambda m, d: fit_model(m, d, verbose=0)])
def test_a_keras_model_must_be_compiled(step, keras, iris):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    with pytest.raises(InputError, match="isn't compiled yet"):
        step(model, iris)


# ── evaluate ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ENGINES)
def test_evaluation_by_hand(engine, iris):
    # No weights but a bias of log 2 for class 0: softmax gives 2/4, 1/4, 1/4 to every pattern.
    # A third of the patterns are of each class: accuracy 1/3, and the loss is
    # (log 2 + 2 log 4) / 3 = 5/3 log 2 = 1.15525.
    model = build_model(iris, engine, hidden_units=())
    model.set_weights([np.zeros((4, 3)), np.array([np.log(2), 0, 0])])
    loss, accuracy = evaluate_model(model, iris)
    assert loss == pytest.approx(5 / 3 * np.log(2), abs=1e-6)
    assert accuracy == pytest.approx(1 / 3, abs=1e-6)
    np.testing.assert_allclose(
        steps.predict_with(model, iris.x_test[:2]), [[0.5, 0.25, 0.25]] * 2, atol=1e-6
    )


def test_answers_are_where_the_largest_output_stands():
    assert steps.answers_of(np.array([[0.1, 0.9], [0.6, 0.4]])).tolist() == [1, 0]
    assert steps.answers_of(np.array([[0.2], [0.8], [0.5]])).tolist() == [0, 1, 0]


def test_a_model_without_a_learning_rule_has_none():
    assert steps.learning_rule_of(types.SimpleNamespace()) == (None, None)


# ── too little memory, mixed precision ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("size", "advice"), [(64, "Try batch_size=32,"), (1, "fewer hidden_units")]
)
def test_too_little_memory_says_what_to_do(size, advice):
    with pytest.raises(OutOfMemoryError, match=advice) as caught, steps.memory_explained(size):
        np.empty(2**50, np.float64)  # eight million gigabytes
    assert isinstance(caught.value, MemoryError)
    assert isinstance(caught.value.__cause__, MemoryError)


def test_too_little_memory_on_a_gpu_is_explained_too():
    tf = pytest.importorskip("tensorflow")
    error = tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    with pytest.raises(OutOfMemoryError, match="batch_size=500"), steps.memory_explained(1000):
        raise error


def test_other_errors_are_no_lack_of_memory():
    with pytest.raises(ValueError, match="mine"), steps.memory_explained(5):
        raise ValueError("mine")


def test_mixed_precision_trains_is_recorded_and_saved(keras, tmp_path):
    from mnistlab import ExperimentResult, run_experiment

    result = run_experiment(
        dataset="digits", engine="keras", hidden_units=32, epochs=4, optimizer="adam",
        learning_rate=0.01, dtype_policy="mixed_bfloat16", verbose=0, out=tmp_path / "a",
    )  # fmt: skip
    assert result.test_accuracy > 0.85
    assert ExperimentResult.load(tmp_path / "a").config.dtype_policy == "mixed_bfloat16"
    model = keras.models.load_model(tmp_path / "a" / "model.keras")
    assert [layer.compute_dtype for layer in model.layers] == ["bfloat16", "float32"]
    reloaded = model.predict(result.data.x_test, verbose=0)
    np.testing.assert_allclose(reloaded, result.test_outputs, rtol=0, atol=1e-6)  # bfloat16: 4e-3


def test_a_network_from_scratch_calculates_in_float32(iris):
    assert build_model(iris, "classic", 4, dtype_policy="float32").count_params() == 35
    with pytest.raises(InputError, match="dtype_policy='mixed_bfloat16' is Keras's"):
        build_model(iris, "classic", 4, dtype_policy="mixed_bfloat16")
    with pytest.raises(InputError, match="Did you mean 'mixed_bfloat16'"):
        build_model(iris, "classic", 4, dtype_policy="mixed_bfloat")
