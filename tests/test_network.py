"""ClassicNetwork: the methods of a Keras model over the slide's equations."""

import os

import numpy as np
import pytest

from mnistlab.classic import backprop, kernels
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.rules import Rules
from mnistlab.datasets import load_data
from mnistlab.errors import DivergedError, InputError

XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
XOR_Y = np.array([[0], [1], [1], [0]], float)
RNG = np.random.default_rng(11)
X, Y = RNG.uniform(size=(50, 6)), RNG.integers(0, 3, 50)


def small(**settings):
    return ClassicNetwork((6, 5, 3), **{"seed": 3, "dtype": "float64", **settings})


def test_the_lectures_network_has_407050_parameters():
    assert ClassicNetwork().count_params() == 407_050


def test_the_iris_network_has_35_parameters():
    assert ClassicNetwork((4, 4, 3)).count_params() == 35


def test_summary_shows_layers_shapes_and_the_count(capsys):
    ClassicNetwork().summary()
    said = capsys.readouterr().out
    for part in ("(None, 512)", "(None, 10)", "784 × 512 + 512 = 401,920", "407,050", "softmax"):
        assert part in said


def test_fit_takes_the_slides_steps_in_the_order_given():
    # The reference is a plain loop over backprop.step.
    network, order = small(), np.random.default_rng(0).permutation(50)
    layers = [(w.copy(), b.copy()) for w, b in network.layers]
    network.compile(learning_rate=0.3)
    network.fit(X, Y, epochs=2, batch_size=8, verbose=0, order=lambda epoch: order)
    for _ in range(2):
        for start in range(0, 50, 8):
            batch = order[start : start + 8]
            backprop.step(X[batch], np.eye(3)[Y[batch]], layers, network.activations,
                          network.loss, 0.3)  # fmt: skip
    for (w, b), (w2, b2) in zip(network.layers, layers, strict=True):
        assert np.array_equal(w, w2)
        assert np.array_equal(b, b2)


@pytest.mark.parametrize(("batch_size", "steps"), [(1, 50), (8, 7), (50, 1), ("full", 1), (500, 1)])
def test_updates_an_epoch(batch_size, steps, monkeypatch):
    network, seen = small(), []
    step = backprop.step
    monkeypatch.setattr(backprop, "step", lambda x, *rest: seen.append(len(x)) or step(x, *rest))
    network.fit(X, Y, batch_size=batch_size, verbose=0)
    assert len(seen) == steps
    assert sum(seen) == 50


def test_the_same_seed_leaves_the_same_bits():
    first, second = small(), small()
    for network in (first, second):
        network.fit(X, Y, epochs=3, batch_size=7, verbose=0)
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_another_seed_leaves_others():
    assert not np.array_equal(small(seed=1).get_weights()[0], small(seed=2).get_weights()[0])


def test_training_goes_on_exactly_where_it_stopped():
    whole, parts = small(), small()
    whole.fit(X, Y, epochs=4, verbose=0)
    parts.fit(X, Y, epochs=2, verbose=0)
    parts.fit(X, Y, epochs=4, initial_epoch=2, verbose=0)
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_without_shuffle_the_order_is_as_stored():
    stored, asked = small(), small()
    stored.fit(X, Y, shuffle=False, verbose=0)
    asked.fit(X, Y, order=lambda epoch: np.arange(50), verbose=0)
    assert np.array_equal(stored.get_weights()[0], asked.get_weights()[0])


def test_integer_labels_and_one_hot_rows_are_the_same_to_it():
    labels, rows = small(), small()
    labels.fit(X, Y, epochs=2, verbose=0)
    rows.fit(X, np.eye(3)[Y], epochs=2, verbose=0)
    assert np.array_equal(labels.get_weights()[0], rows.get_weights()[0])


def test_history_counts_patterns_as_they_were_seen():
    network = small()
    before = network.evaluate(X, Y)
    history = network.fit(X, Y, epochs=2, batch_size="full", verbose=0, validation_data=(X, Y))
    # With full batch the first epoch sees every pattern with the initial weights.
    assert history["loss"][0] == pytest.approx(before[0])
    assert history["accuracy"][0] == pytest.approx(before[1])
    # And validation after the first epoch sees what the second epoch starts from.
    assert history["val_loss"][0] == pytest.approx(history["loss"][1])
    assert network.history is history


def test_evaluate_by_hand():
    network = ClassicNetwork((1, 2), output_activation="softmax", dtype="float64")
    network.set_weights([np.array([[0.0, np.log(3)]]), np.zeros(2)])
    # x = 1: probabilities (1/4, 3/4); x = 0: (1/2, 1/2), whose largest is the first
    loss, accuracy = network.evaluate([[1.0], [0.0]], [1, 1])
    assert loss == pytest.approx((np.log(4 / 3) + np.log(2)) / 2)
    assert accuracy == 0.5


def test_predict_of_many_patterns_is_predict_of_each():
    network, x = small(), RNG.uniform(size=(2500, 6))
    whole = network.predict(x)
    assert whole.shape == (2500, 3)
    assert whole[1000:1003] == pytest.approx(network.predict(x[1000:1003]))
    assert network.predict(np.empty((0, 6))).shape == (0, 3)


def test_forward_gives_all_layers():
    layers = small().forward(X)
    assert [a.shape for a in layers] == [(50, 6), (50, 5), (50, 3)]
    assert np.array_equal(layers[-1], small().predict(X))


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adadelta", "adamax", "nadam"])
def test_every_learning_rule_learns(optimizer):
    network = small()
    rate = {"sgd": 0.5, "adadelta": 5.0}.get(optimizer, 0.02)
    network.compile(optimizer, learning_rate=rate)
    history = network.fit(X, Y, epochs=30, batch_size=5, verbose=0)
    assert history["loss"][-1] < 0.97 * history["loss"][0]


def test_xor_is_solved_pattern_by_pattern():
    network = ClassicNetwork((2, 4, 1), output_activation="sigmoid", seed=0, dtype="float64")
    network.compile(learning_rate=0.5, loss="lecture")
    network.fit(XOR_X, XOR_Y, epochs=3000, batch_size=1, verbose=0)
    assert network.predict(XOR_X).round().tolist() == XOR_Y.tolist()


def test_divergence_stops_with_what_to_change():
    network = ClassicNetwork((6, 5, 3), "relu", "linear")
    network.compile(learning_rate=1e6, loss="mean_squared_error")
    with pytest.raises(DivergedError, match=r"learning_rate=1e\+06. Try 100000"):
        network.fit(X, np.eye(3)[Y] * 1e6, epochs=50, verbose=0)


def test_what_was_reached_is_there_after_an_interruption():
    network = small()

    def stop(epoch):
        if epoch == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        network.fit(X, Y, epochs=5, verbose=0, on_epoch_end=stop)
    assert network.history.epochs == 2


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"layer_sizes": (784,)}, "too short"),
        ({"layer_sizes": (784, 0, 10)}, "at least 1"),
        ({"layer_sizes": ()}, "too short"),
        ({"hidden_activation": "sigmod"}, "Did you mean 'sigmoid'"),
        ({"hidden_activation": "softmax"}, "compete"),
        ({"layer_sizes": (2, 2, 1)}, "Softmax over one output"),
        ({"seed": -1}, "at least 0"),
        ({"dtype": "float16"}, "float32"),
    ],
)
def test_networks_that_cant_be(settings, said):
    with pytest.raises(InputError, match=said):
        ClassicNetwork(**settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"learning_rate": 0}, "above 0"),
        ({"learning_rate": "0,5"}, "decimal point"),
        ({"loss": "binary_crossentropy"}, "doesn't belong"),
        ({"metrics": ["f1"]}, "accuracy"),
        ({"weight_decay": -1}, "weight_decay must be at least 0"),
        ({"ema_momentum": 1.0}, "below 1"),
    ],
)
def test_choices_that_cant_be(settings, said):
    with pytest.raises(InputError, match=said):
        small().compile(**settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epochs": -1}, "at least 0"),
        ({"epochs": 1.5}, "whole number"),
        ({"batch_size": 0}, "at least 1"),
        ({"batch_size": "all"}, "'full'"),
        ({"verbose": "loud"}, "verbose"),
        ({"initial_epoch": -1}, "at least 0"),
    ],
)
def test_training_that_cant_be(settings, said):
    with pytest.raises(InputError, match=said):
        small().fit(X, Y, **settings)


def test_a_refused_fit_leaves_the_weights_alone():
    network = small()
    before = network.get_weights()
    with pytest.raises(InputError):
        network.fit(X, Y + 1, verbose=0)
    assert np.array_equal(before[0], network.get_weights()[0])


def test_nothing_to_train_on():
    with pytest.raises(InputError, match="no patterns"):
        small().fit(np.empty((0, 6)), np.empty(0), verbose=0)


def enough(**settings):
    """Return a network and patterns that are enough for kernel="auto" to compile."""
    rng = np.random.default_rng(8)
    x = rng.uniform(size=(600, 784)) * (rng.uniform(size=(600, 784)) < 0.2)
    return ClassicNetwork((784, 64, 10), **{"dtype": "float64", **settings}), x, np.arange(600) % 10


@pytest.mark.parametrize("outputs", ["softmax", "sigmoid"])
@pytest.mark.parametrize("batch_size", [1, 7, 128, "full"])
def test_the_compiled_kernel_takes_the_same_steps(outputs, batch_size):
    if not kernels.available():
        pytest.skip("Numba doesn't serve this Python")
    networks = []
    for kernel in ("numpy", "numba"):
        network, x, y = enough(output_activation=outputs, kernel=kernel)
        network.compile(learning_rate=0.2)
        network.fit(x, y, epochs=2, batch_size=batch_size, verbose=0)
        networks.append(network)
    plain, compiled = networks
    for a, b in zip(plain.get_weights(), compiled.get_weights(), strict=True):
        assert np.abs(a - b).max() < 1e-10
    for column in ("loss", "accuracy", "total_error"):
        assert plain.history[column] == pytest.approx(compiled.history[column])


def test_the_work_alone_decides_whether_to_compile():
    if not kernels.available():
        pytest.skip("Numba doesn't serve this Python")
    lecture = ClassicNetwork()
    assert lecture._is_compiled(60_000, 32)
    assert lecture._is_compiled(4_000, 1)
    assert not lecture._is_compiled(4_000, 32)  # a second or two in NumPy: no wait for a compiler
    assert not ClassicNetwork(kernel="numpy")._is_compiled(60_000, 1)
    assert not ClassicNetwork((784, 64, 64, 10))._is_compiled(60_000, 32)
    adam = ClassicNetwork()
    adam.compile("adam")
    assert not adam._is_compiled(60_000, 32)


def test_a_kernel_that_cant_serve_is_named():
    network = ClassicNetwork((6, 5, 5, 3), kernel="numba")
    with pytest.raises(InputError, match="one hidden layer"):
        network.fit(X, Y, verbose=0)


def test_where_numba_is_missing_numpy_serves_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(kernels, "available", lambda: False)
    network, x, y = enough(kernel="numba")
    network.fit(x, y, verbose=0)
    assert network.history.epochs == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "pip install numba" in said


def test_total_error_is_the_sum_of_absolute_errors_from_0_in_each_epoch():
    network = ClassicNetwork((1, 2), output_activation="softmax", dtype="float64")
    network.set_weights([np.zeros((1, 2)), np.zeros(2)])
    # Before any change every answer is (1/2, 1/2), so |1 − 1/2| + |0 − 1/2| = 1 a pattern.
    history = network.fit([[1.0], [2.0], [3.0]], [0, 0, 1], batch_size="full", verbose=0)
    assert history["total_error"] == pytest.approx([3.0])
    assert network.fit([[0.0]], [0], verbose=0)["total_error"][0] < 1.5


def test_the_schedule_sets_beta_of_each_epoch_and_leaves_the_compiled_one():
    network = small()
    network.compile(learning_rate=0.4)
    history = network.fit(X, Y, epochs=3, verbose=0, schedule="step:1")
    assert history["learning_rate"] == pytest.approx([0.4, 0.2, 0.1])
    again = network.fit(X, Y, epochs=5, initial_epoch=3, verbose=0, schedule="step:1")
    assert again["learning_rate"] == pytest.approx([0.05, 0.025])
    assert network.fit(X, Y, verbose=0)["learning_rate"] == [0.4]


def test_a_scheduled_beta_is_the_beta_of_the_step():
    scheduled, plain = small(), small()
    scheduled.fit(X, Y, epochs=1, verbose=0, schedule=lambda epoch: 0.05)
    plain.compile(learning_rate=0.05)
    plain.fit(X, Y, epochs=1, verbose=0)
    assert np.array_equal(scheduled.get_weights()[0], plain.get_weights()[0])


def test_training_stops_after_the_first_epoch_with_an_acceptable_error():
    without = small().fit(X, Y, epochs=20, verbose=0)["total_error"]
    limit = without[9] + 1e-9
    stopped = small().fit(X, Y, epochs=20, verbose=0, acceptable_error=limit)["total_error"]
    first = next(k for k, error in enumerate(without) if error < limit)
    assert stopped == without[: first + 1]
    assert len(stopped) < 20


def test_a_limit_that_cant_be():
    with pytest.raises(InputError, match="acceptable_error must be above 0"):
        small().fit(X, Y, acceptable_error=0, verbose=0)


def test_patience_stops_after_epochs_that_are_no_better(capsys):
    settings = {"epochs": 60, "batch_size": 8, "validation_split": 0.3}
    without = small().fit(X, Y, verbose=0, **settings)["val_loss"]
    network = small()
    stopped = network.fit(X, Y, patience=3, **settings)
    n = stopped.epochs
    assert stopped["val_loss"] == without[:n]
    assert min(without[: n - 3]) <= min(without[n - 3 : n])
    assert stopped.stopped == "patience"
    assert n < 60
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == f"Stopped after epoch {n}: no lower val_loss for 3 epochs."
    assert network.epochs_trained == n


def test_a_training_that_runs_to_its_end_was_not_stopped():
    history = small().fit(X, Y, epochs=2, verbose=0, patience=1, acceptable_error=1e-9)
    assert history.stopped == ""
    last = small().fit(X, Y, epochs=1, verbose=0, acceptable_error=1e9)
    assert (last.epochs, last.stopped) == (1, "")  # there was no epoch to leave out
    assert small().fit(X, Y, 2, verbose=0, acceptable_error=1e9).stopped == "acceptable_error"


def values(**settings):
    """Return a network with one linear output, patterns, and values that depend on them."""
    network = ClassicNetwork((6, 8, 1), "tanh", "linear", seed=1, dtype="float64", **settings)
    network.compile(learning_rate=0.05)
    return network, X, X @ np.arange(6) / 6 - 1


def test_a_regression_end_to_end():
    network, x, y = values()
    assert network.metric == "mean_absolute_error"
    before = network.evaluate(x, y)
    assert before[1] == pytest.approx(np.abs(network.predict(x)[:, 0] - y).mean())
    history = network.fit(x, y, 60, 5, verbose=0, validation_data=(x[:9], y[:9]))
    assert history["mean_absolute_error"][-1] < 0.4 * before[1]
    assert history["val_mean_absolute_error"][-1] == network.evaluate(x[:9], y[:9])[1]
    assert history["accuracy"] == history["val_accuracy"] == []
    assert history["mean_absolute_error"] == pytest.approx(np.array(history["total_error"]) / 50)
    column, _, _ = values()
    column.fit(x, y[:, None], 60, 5, verbose=0)
    assert np.array_equal(column.get_weights()[0], network.get_weights()[0])


def test_the_metric_is_chosen_or_goes_with_the_outputs():
    assert small().metric == "accuracy"
    assert ClassicNetwork((2, 1), output_activation="sigmoid").metric == "accuracy"
    network = small()
    network.compile(metrics=["mean_absolute_error"])
    error = np.abs(network.predict(X) - np.eye(3)[Y]).mean()
    assert network.evaluate(X, Y)[1] == pytest.approx(error)
    history = network.fit(X, Y, verbose=0)
    assert history["mean_absolute_error"] == pytest.approx([history["total_error"][0] / 150])
    with pytest.raises(InputError, match="mean_absolute_error"):
        values()[0].compile(metrics=["accuracy"])


def test_averages_take_the_weights_place_when_fit_ends_but_not_when_it_breaks_off():
    seen = {}
    network = small()
    network.compile(ema_momentum=0.9)

    def look(epoch):
        seen["w"] = network.get_weights()[0]
        seen["average"] = network.optimizer.memory[0]["average"].copy()

    network.fit(X, Y, epochs=2, verbose=0, on_epoch_end=look)
    assert np.array_equal(network.get_weights()[0], seen["average"])
    assert not np.array_equal(seen["w"], seen["average"])

    def stop(epoch):
        seen["w"] = network.get_weights()[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        network.fit(X, Y, epochs=2, verbose=0, on_epoch_end=stop)
    assert np.array_equal(network.get_weights()[0], seen["w"])


def test_without_decay_and_averages_the_bits_are_those_of_plain_sgd():
    plain, asked = small(), small()
    asked.compile(weight_decay=0, ema_momentum=0.0)
    for network in (plain, asked):
        network.fit(X, Y, epochs=2, verbose=0)
    assert plain.get_weights()[0].tobytes() == asked.get_weights()[0].tobytes()
    assert (asked.weight_decay, asked.ema_momentum) == (0.0, 0.0)


@pytest.mark.parametrize("setting", [{"weight_decay": 0.01}, {"ema_momentum": 0.9}])
def test_compiled_code_serves_neither_decay_nor_averages(setting):
    network = ClassicNetwork()
    network.compile(**setting)
    assert not network._is_compiled(60_000, 1)
    network = ClassicNetwork((6, 5, 3), kernel="numba")
    network.compile(**setting)
    with pytest.raises(InputError, match="without weight_decay and ema_momentum"):
        network.fit(X, Y, verbose=0)


def test_a_refused_compile_leaves_the_network_as_it_was():
    network = small()
    network.compile("adam", learning_rate=0.25, weight_decay=0.5)
    rule = network.optimizer
    for refused in ({"loss": "binary_crossentropy"}, {"ema_momentum": 1}, {"metrics": "f1"}):
        with pytest.raises(InputError):
            network.compile("sgd", **refused)
        assert network.optimizer is rule
        assert (network.optimizer_name, network.learning_rate) == ("adam", 0.25)


def test_k_calls_of_partial_fit_learn_what_fit_learns_in_k_epochs():
    whole, parts = small(), small()
    whole.fit(X, Y, epochs=3, batch_size=8, verbose=0)
    for _ in range(3):
        assert parts.partial_fit(X, Y, batch_size=8).epochs == 1
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_the_network_trains_with_a_students_own_rule():
    plain = small(output_activation="sigmoid")
    mine = small(
        output_activation="sigmoid",
        rules=Rules(output_error=lambda desired, actual: desired - actual),
    )
    wrong = small(
        output_activation="sigmoid",
        rules=Rules(output_error=lambda desired, actual: actual - desired),
    )
    for network in (plain, mine, wrong):
        network.fit(X, Y, epochs=5, verbose=0)
    assert mine.get_weights()[0] == pytest.approx(plain.get_weights()[0])
    assert wrong.history["loss"][-1] > plain.history["loss"][0] > plain.history["loss"][-1]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_students_rule_that_fails_leaves_the_weights_unharmed(optimizer):
    network = small(rules=Rules(hidden_error=lambda f_I, w, E: (E @ w.T)[:, :2]))
    network.compile(optimizer)
    before = network.get_weights()
    with pytest.raises(InputError, match="hidden_error"):
        network.fit(X, Y, verbose=0)
    for a, b in zip(before, network.get_weights(), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.skipif(not os.environ.get("MNISTLAB_DATA"), reason="needs all of MNIST")
def test_true_sgd_reaches_95_percent_after_one_epoch_of_mnist():
    dataset = load_data("mnist")
    network = ClassicNetwork()
    network.compile(learning_rate=0.1)
    network.fit(dataset.x_train, dataset.y_train, epochs=1, batch_size=1, verbose=0)
    assert network.evaluate(dataset.x_test, dataset.y_test)[1] >= 0.95


@pytest.mark.skipif(not os.environ.get("MNISTLAB_DATA"), reason="needs all of MNIST")
def test_the_lectures_rule_and_squared_error_are_two_algorithms():
    """All-sigmoid at the same β: with the slope in the error it learns far more slowly."""
    dataset = load_data("mnist")
    accuracy = {}
    for loss in ("lecture", "mean_squared_error"):
        network = ClassicNetwork(output_activation="sigmoid")
        # Keras's squared error is a mean over 10 outputs: 5 times β makes it E f'(I).
        network.compile(loss=loss, learning_rate=0.5 if loss == "lecture" else 2.5)
        network.fit(dataset.x_train, dataset.y_train, epochs=1, verbose=0)
        accuracy[loss] = network.evaluate(dataset.x_test, dataset.y_test)[1]
    assert accuracy["lecture"] > accuracy["mean_squared_error"] + 0.03


@pytest.mark.parametrize("y", [[-1, 1, 1, -1], [0, 1, 2, 0]])
def test_desired_outputs_that_sigmoid_units_cant_have(y):
    network = ClassicNetwork((2, 4, 1), output_activation="sigmoid")
    for use in (network.fit, network.evaluate):
        with pytest.raises(InputError, match="between 0 and 1"):
            use(XOR_X, y)
    with pytest.raises(InputError, match="between 0 and 1"):
        network.trace([0, 1], 2)


def test_sizes_without_brackets():
    with pytest.raises(InputError, match=r"ClassicNetwork\(\(2, 4, 1\)\)"):
        ClassicNetwork(2, 4, 1)


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
def test_weights_that_overflow_in_the_last_update_are_no_result(kernel):
    network = ClassicNetwork((784, 16, 10), kernel=kernel)
    network.compile(learning_rate=1e38)
    x = np.random.default_rng(0).random((50, 784))
    with pytest.raises(DivergedError):
        network.fit(x, np.arange(50) % 10, verbose=0)


@pytest.mark.parametrize("data", [(X,), "ab", (None, None), (X, Y[:3]), (X, Y + 5)])
def test_validation_data_is_looked_at_before_anything_is_learnt(data):
    network = small()
    before = network.get_weights()
    with pytest.raises(InputError):
        network.fit(X, Y, validation_data=data, verbose=0)
    assert np.array_equal(before[0], network.get_weights()[0])


def test_a_training_of_very_many_epochs_starts_at_once():
    def stop(epoch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small().fit(X, Y, epochs=10**12, verbose=0, on_epoch_end=stop)


def test_the_summary_can_be_taken_as_keras_gives_it():
    said = []
    ClassicNetwork((4, 4, 3)).summary(print_fn=said.append)
    assert "35" in said[0]
