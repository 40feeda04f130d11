"""The compiled kernels against the slide's algorithm, pattern by pattern in plain NumPy."""

import doctest
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from mnistlab.classic import kernels

pytestmark = pytest.mark.skipif(not kernels.available(), reason="Numba is not at hand")

EXACT = 1e-10  # largest difference in any weight, float64
HIDDEN = {
    "sigmoid": (lambda net: 1 / (1 + np.exp(-net)), lambda h: h * (1 - h)),
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda net: np.maximum(net, 0), lambda h: (h > 0) * 1.0),
}


def softmax(I):  # noqa: E741
    powers = np.exp(I - I.max(axis=1, keepdims=True))  # (batch, n_out)
    return powers / powers.sum(axis=1, keepdims=True)  # (batch, n_out)


def plain(weights, x, desired, order, batch_size, beta, hidden="sigmoid", output="softmax"):
    """The training algorithm as the slide has it, changing `weights` in place."""
    W, b, W2, b2 = weights
    f, slope = HIDDEN[hidden]
    loss = hits = absolute = 0.0
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        y_in, d = x[rows], desired[rows]  # (batch, n_in), (batch, n_out)
        h = f(y_in @ W + b)  # (batch, n_hidden)
        I = h @ W2 + b2  # (batch, n_out)  # noqa: E741
        a = softmax(I) if output == "softmax" else 1 / (1 + np.exp(-I))  # (batch, n_out)
        E = d - a  # (batch, n_out)
        hidden_E = slope(h) * (E @ W2.T)  # (batch, n_hidden)
        step = beta / len(rows)
        W2 += step * h.T @ E
        b2 += step * E.sum(axis=0)
        W += step * y_in.T @ hidden_E
        b += step * hidden_E.sum(axis=0)
        loss -= np.sum(d * np.log(a))
        if output == "sigmoid":
            loss -= np.sum((1 - d) * np.log(1 - a))
        hits += np.sum(right(a, d))
        absolute += np.abs(E).sum()
    return loss, hits, absolute


def right(a, d):
    return (a > 0.5) == (d > 0.5) if a.shape[1] == 1 else a.argmax(axis=1) == d.argmax(axis=1)


def make(n, n_in, n_hidden, n_out, seed=0, nonzero=0.2, dtype=np.float64):
    """Random patterns with a share of non-zero inputs, one-hot desired outputs, weights."""
    random = np.random.default_rng(seed)
    x = random.random((n, n_in)) * (random.random((n, n_in)) < nonzero)  # (n, n_in)
    desired = np.eye(n_out)[random.integers(0, n_out, n)]  # (n, n_out)
    weights = [
        random.uniform(-0.1, 0.1, shape)
        for shape in [(n_in, n_hidden), (n_hidden,), (n_hidden, n_out), (n_out,)]
    ]
    return x.astype(dtype), desired.astype(dtype), [w.astype(dtype) for w in weights]


def largest_difference(weights, others):
    return max(float(np.abs(w - o).max()) for w, o in zip(weights, others, strict=True))


def assert_exact(x, desired, weights, order, batch_size, beta=0.1, **activations):
    """Train with both, from the same weights: weights and the three sums must agree."""
    expected = [w.copy() for w in weights]
    with np.errstate(over="ignore"):
        sums = plain(expected, x, desired, order, batch_size, beta, *activations.values())
    found = kernels.train_epoch(
        weights, kernels.Patterns(x, desired), order, batch_size, beta, *activations.values()
    )
    assert largest_difference(weights, expected) < EXACT
    np.testing.assert_allclose(found, sums, rtol=1e-9)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 16, 17, 50, 64, 100, 127, 128])
def test_true_sgd_is_the_plain_loop_for_every_block_size(monkeypatch, block):
    plan = kernels.plan
    monkeypatch.setattr(kernels, "plan", lambda n, batch, _, begun: plan(n, batch, block))
    x, desired, weights = make(2000, 60, 70, 10)
    order = np.random.default_rng(1).permutation(2000)
    assert_exact(x, desired, weights, order, batch_size=1)


def test_true_sgd_on_the_lectures_network():
    x, desired, weights = make(2000, 784, 512, 10)
    assert_exact(x, desired, weights, np.arange(2000), batch_size=1)


@pytest.mark.parametrize("batch_size", [2, 3, 8, 31, 32, 64, 100, 127, 128, 129, 256, 300, 641])
def test_mini_batches_are_the_plain_loop(batch_size):
    x, desired, weights = make(641, 130, 100, 10)
    assert_exact(x, desired, weights, np.arange(641), batch_size, beta=0.5)


@pytest.mark.parametrize("batch_size", [1, 10, 200])
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu"])
def test_every_pair_of_activations(hidden, output, batch_size):
    x, desired, weights = make(300, 40, 65, 5)
    order = np.arange(300)
    assert_exact(x, desired, weights, order, batch_size, hidden=hidden, output=output)


@pytest.mark.parametrize("seed", range(25))
def test_random_shapes_orders_and_batches(seed):
    random = np.random.default_rng(seed)
    n, n_in, n_hidden = random.integers(1, [400, 300, 200])
    n_out = random.integers(1, 140)
    nonzero = random.choice([0.0, 0.02, 0.2, 1.0])
    x, desired, weights = make(n, n_in, n_hidden, n_out, seed, nonzero)
    order = random.integers(0, n, random.integers(1, 500))  # patterns come again
    batch_size = int(random.choice([1, 1, 2, 5, 17, 64, 128, 150, 1000]))
    print(f"{seed=} {n=} {n_in=} {n_hidden=} {n_out=} {nonzero=} {len(order)=} {batch_size=}")
    assert_exact(x, desired, weights, order, batch_size)


def test_patterns_of_zeros_change_biases_only():
    x, desired, weights = make(200, 30, 20, 3)
    x[:] = 0
    before = weights[0].copy()
    assert_exact(x, desired, weights, np.arange(200), batch_size=1)
    np.testing.assert_array_equal(weights[0], before)


def test_the_same_pattern_again_and_again():
    x, desired, weights = make(3, 30, 20, 3)
    assert_exact(x, desired, weights, np.zeros(333, int), batch_size=1)


def test_one_output_is_right_above_one_half():
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    desired = np.array([[0.0], [1.0], [1.0], [0.0]])
    *_, weights = make(4, 2, 4, 1)
    order = np.arange(4)
    assert_exact(x, desired, weights, order, 1, 0.5, hidden="sigmoid", output="sigmoid")


def test_float32_follows_float64():
    x, desired, weights = make(1000, 200, 100, 10)
    singles = [w.astype(np.float32) for w in weights]
    order = np.arange(1000)
    kernels.train_epoch(weights, kernels.Patterns(x, desired), order, 1, 0.1)
    patterns = kernels.Patterns(x.astype(np.float32), desired)
    kernels.train_epoch(singles, patterns, order, 1, 0.1)
    assert {w.dtype for w in singles} == {np.dtype(np.float32)}
    assert largest_difference(weights, singles) < 1e-4


def test_net_inputs_of_1000_stay_finite():
    x, desired, weights = make(50, 20, 10, 3, nonzero=1.0)
    weights[0] *= 1e4
    weights[2] *= 1e4
    for output in ("softmax", "sigmoid"):
        copies = [w.copy() for w in weights]
        patterns = kernels.Patterns(x, desired)
        sums = kernels.train_epoch(copies, patterns, np.arange(50), 1, 0.1, "sigmoid", output)
        assert np.isfinite(sums).all()
        assert all(np.isfinite(w).all() for w in copies)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [1, 7, 128, 300])
@pytest.mark.parametrize("nonzero", [0.2, 1.0])
def test_weights_are_the_same_bits_for_any_number_of_threads(dtype, batch_size, nonzero):
    x, desired, start = make(700, 250, 330, 10, nonzero=nonzero, dtype=dtype)
    order = np.random.default_rng(2).permutation(700)
    runs = []
    for threads in (1, 2, 1, 2, 3, 9):
        weights = [w.copy() for w in start]
        patterns = kernels.Patterns(x, desired)
        sums = kernels.train_epoch(weights, patterns, order, batch_size, 0.1, threads=threads)
        runs.append((sums, [w.tobytes() for w in weights]))
    assert all(run == runs[0] for run in runs)


def test_one_epoch_after_another_is_one_long_epoch():
    x, desired, weights = make(300, 40, 30, 5)
    long = [w.copy() for w in weights]
    order = np.random.default_rng(3).permutation(300)
    patterns = kernels.Patterns(x, desired)
    kernels.train_epoch(weights, patterns, order[:128], 1, 0.1)
    kernels.train_epoch(weights, patterns, order[128:], 1, 0.1)
    kernels.train_epoch(long, patterns, order, 1, 0.1)
    assert [w.tobytes() for w in weights] == [w.tobytes() for w in long]


def test_an_empty_order_changes_nothing():
    x, desired, weights = make(10, 4, 3, 2)
    before = [w.copy() for w in weights]
    patterns = kernels.Patterns(x, desired)
    assert kernels.train_epoch(weights, patterns, [], 1, 0.1) == (0.0, 0, 0.0)
    assert largest_difference(weights, before) == 0


def test_read_only_patterns_are_taken_without_a_copy():
    x, desired, weights = make(10, 4, 3, 2)
    x.flags.writeable = False
    patterns = kernels.Patterns(x, desired)
    assert patterns.x is x
    assert len(patterns) == 10
    kernels.train_epoch(weights, patterns, np.arange(10), 1, 0.1)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("batch_size", [1, 300])
def test_an_interrupted_epoch_leaves_the_weights_as_they_were(monkeypatch, threads, batch_size):
    x, desired, weights = make(1000, 40, 30, 5)
    before = [w.copy() for w in weights]
    patterns = kernels.Patterns(x, desired)
    train = partial(
        kernels.train_epoch, weights, patterns, np.arange(1000), batch_size, 0.1, threads=threads
    )
    learn = kernels._Trainer._learn

    def interrupted(self, k, block, codes):
        learn(self, k, block, codes)
        if k == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(kernels._Trainer, "_learn", interrupted)
        train()
    assert largest_difference(weights, before) == 0

    train()
    plain(before, x, desired, np.arange(1000), batch_size, 0.1)
    assert largest_difference(weights, before) < EXACT


def test_weights_that_are_not_finite_spoil_no_later_training():
    x, desired, weights = make(300, 40, 30, 5)
    patterns = kernels.Patterns(x, desired)
    for batch_size in (1, 200):
        spoilt = [np.full_like(w, np.nan) for w in weights]
        loss, *_ = kernels.train_epoch(spoilt, patterns, np.arange(300), batch_size, 0.1)
        assert np.isnan(loss)
        copies = [w.copy() for w in weights]
        expected = [w.copy() for w in weights]
        kernels.train_epoch(copies, patterns, np.arange(300), batch_size, 0.1)
        plain(expected, x, desired, np.arange(300), batch_size, 0.1)
        assert largest_difference(copies, expected) < EXACT


def test_input_that_would_leave_the_arrays_is_refused():
    x, desired, weights = make(10, 4, 3, 2)
    patterns = kernels.Patterns(x, desired)
    good = {
        "weights": weights,
        "patterns": patterns,
        "order": np.arange(10),
        "batch_size": 1,
        "learning_rate": 0.1,
    }
    for change, words in [
        ({"weights": weights[:2]}, "weights must be kernel"),
        ({"weights": [w.T for w in weights]}, "weights must be kernel"),
        ({"weights": [w.astype(np.float16) for w in weights]}, "float32 or all float64"),
        ({"order": [0, 10]}, "order must be"),
        ({"order": [-1]}, "order must be"),
        ({"order": [[0]]}, "order must be"),
        ({"batch_size": 0}, "batch_size must be 1 or more"),
        ({"hidden_activation": "linear"}, "got 'linear'"),
        ({"output_activation": "relu"}, "'relu'"),
    ]:
        with pytest.raises(ValueError, match=words):
            kernels.train_epoch(**(good | change))
    with pytest.raises(ValueError, match="same n patterns"):
        kernels.Patterns(x, desired[1:])


def test_what_is_supported():
    assert kernels.supports(["sigmoid"], "softmax", "categorical_crossentropy")
    assert kernels.supports(["relu"], "softmax", "lecture")
    assert kernels.supports(["tanh"], "sigmoid", "lecture")
    assert not kernels.supports(["sigmoid"], "sigmoid", "mean_squared_error")
    assert not kernels.supports(["sigmoid", "sigmoid"], "softmax", "lecture")
    assert not kernels.supports([], "softmax", "lecture")
    assert not kernels.supports(["sigmoid"], "linear", "lecture")


def test_what_was_used_is_compiled():
    x, desired, weights = make(10, 4, 3, 2)
    kernels.train_epoch(weights, kernels.Patterns(x, desired), np.arange(10), 1, 0.1)
    assert kernels.is_compiled(np.float64)
    assert not kernels.is_compiled(np.float16)
    code = "from mnistlab.classic import kernels; print(kernels.is_compiled('float64'))"
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert again.stdout.strip() == str(_on_disk()), again.stderr


def _on_disk():
    """Whether Numba found a folder for its cache."""
    return kernels._compiled().learn.stats.cache_path is not None


@pytest.mark.parametrize("batch_size", [1, 7, 32, 128, 129, 300, 1500])
def test_an_epoch_can_be_left_after_every_execution_and_gone_on_with(monkeypatch, batch_size):
    monkeypatch.setattr(kernels, "EXECUTION", 200)
    x, desired, whole = make(1700, 40, 30, 5)
    order = np.random.default_rng(5).permutation(1700)
    pieces = [w.copy() for w in whole]
    patterns = kernels.Patterns(x, desired)
    sums = list(kernels.Epoch(whole, patterns, order, batch_size, 0.1))
    assert sums[-1].done == 1700
    assert all(s.done % batch_size == 0 for s in sums[:-1])
    found = []
    while not found or found[-1].done < 1700:  # one execution, and then another process
        begun = found[-1].done if found else 0
        again = kernels.Patterns(x, desired)
        epoch = kernels.Epoch(pieces, again, order, batch_size, 0.1, begun=begun)
        found.append(next(iter(epoch)))
        epoch.write()
    assert found == sums
    assert [w.tobytes() for w in pieces] == [w.tobytes() for w in whole]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("batch_size", [1, 128, 300])
def test_weights_written_between_executions_change_nothing(monkeypatch, batch_size, threads):
    monkeypatch.setattr(kernels, "EXECUTION", 200)
    x, desired, quiet = make(1700, 40, 130, 5)
    order = np.random.default_rng(6).permutation(1700)
    watched = [w.copy() for w in quiet]
    settings = (kernels.Patterns(x, desired), order, batch_size, 0.1)
    expected = list(kernels.Epoch(quiet, *settings, threads=threads))
    epoch, found, seen = kernels.Epoch(watched, *settings, threads=threads), [], []
    for sums in epoch:
        epoch.write()
        epoch.write()
        found.append(sums)
        seen.append(watched[0].tobytes())
    assert found == expected
    assert [w.tobytes() for w in watched] == [w.tobytes() for w in quiet]
    assert len(set(seen)) == len(seen) > 2


def test_weights_left_between_executions_are_those_of_that_place(monkeypatch):
    monkeypatch.setattr(kernels, "EXECUTION", 256)
    x, desired, weights = make(1000, 40, 30, 5)
    expected = [w.copy() for w in weights]
    epoch = kernels.Epoch(weights, kernels.Patterns(x, desired), np.arange(1000), 1, 0.1)
    executions = iter(epoch)
    assert next(executions).done == 256
    assert largest_difference(weights, expected) == 0  # nothing is written unless asked
    epoch.write()
    executions.close()
    plain(expected, x, desired, np.arange(256), 1, 0.1)
    assert largest_difference(weights, expected) < EXACT


def test_importing_the_kernels_does_not_import_numba():
    code = "import sys, mnistlab.classic.kernels; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_examples_in_the_docstrings():
    failed, tried = doctest.testmod(kernels)
    assert (failed, tried > 0) == (0, True)
