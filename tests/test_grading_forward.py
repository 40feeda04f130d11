"""The grader's own forward pass, by hand and against Keras."""

import numpy as np
import pytest

from mnistlab.datasets import load_data
from mnistlab.grading.isolated.forward import NOBODY, answers, in_blocks, recognised

DIGITS = load_data("digits")


def test_worked_by_hand():
    # y = (1, 2); I = (1·1 + 2·0, 1·0 + 2·1) + (0.5, −1.5) = (1.5, 0.5): class 0
    W, b = np.eye(2, dtype="f4"), np.array([0.5, -1.5], "f4")
    assert answers([W, b], ("linear",), in_blocks(np.array([[1, 2]], "f4"))).tolist() == [0]
    # with b = 0 the second is larger
    assert answers([W, 0 * b], ("linear",), in_blocks(np.array([[1, 2]], "f4"))).tolist() == [1]


def test_mistakes_are_counted_by_kind_the_most_frequent_first():
    x = np.eye(3, dtype="f4")[[0, 0, 0, 1, 2]]
    y = np.array([1, 1, 2, 1, 1])
    W, b = np.eye(3, dtype="f4"), np.zeros(3, "f4")
    assert recognised([W, b], ("softmax",), in_blocks(x), y) == (
        1,
        ((1, 0, 2), (1, 2, 1), (2, 0, 1)),
    )


def test_an_output_that_is_nan_is_no_answer():
    W = np.array([[3e38, -3e38]], "f4")
    x = np.full((1, 1), 2, "f4")
    assert answers([W, np.array([0, np.float32(0)])], ("softmax",), in_blocks(x)).tolist() == [
        NOBODY
    ]
    assert recognised([W, np.zeros(2, "f4")], ("softmax",), in_blocks(x), np.array([0])) == (0, ())


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_blocks_make_no_difference(size):
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=s) for s in ((64, 8), (8,), (8, 10), (10,))]
    I = np.tanh(DIGITS.x_test @ weights[0] + weights[1]) @ weights[2] + weights[3]  # noqa: E741
    blocks = in_blocks(DIGITS.x_test, size)
    assert (answers(weights, ("tanh", "linear"), blocks) == I.argmax(axis=1)).all()
    assert sorted(np.concatenate([one.rows for one in blocks])) == list(range(DIGITS.n_test))


def test_a_block_leaves_out_only_what_is_0():
    for block in in_blocks(DIGITS.x_test, 20):
        rest = np.setdiff1d(np.arange(64), block.inputs)
        assert (DIGITS.x_test[block.rows][:, rest] == 0).all()
        assert (DIGITS.x_test[block.rows][:, block.inputs] == block.x).all()


def test_patterns_that_are_all_0_and_all_alike():
    W, b = np.zeros((3, 2), "f4"), np.array([0, 1], "f4")
    assert answers([W, b], ("linear",), in_blocks(np.zeros((5, 3), "f4"), 2)).tolist() == [1] * 5


@pytest.mark.parametrize("hidden", ["sigmoid", "relu", "tanh", "exponential", "linear", "softmax"])
@pytest.mark.parametrize("output", ["softmax", "sigmoid", "linear", "exponential"])
def test_recognises_what_keras_recognises(hidden, output):
    import keras

    rng = np.random.default_rng(len(hidden) * 7 + len(output))
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Dense(32, hidden), keras.layers.Dense(10, output)]
    )
    model.set_weights([rng.normal(0, 0.4, w.shape).astype("f4") for w in model.get_weights()])
    model.compile(metrics=["accuracy"], loss="sparse_categorical_crossentropy")
    said = model.evaluate(DIGITS.x_test, DIGITS.y_test, verbose=0, return_dict=True)
    blocks = in_blocks(DIGITS.x_test)
    ours, _ = recognised(model.get_weights(), (hidden, output), blocks, DIGITS.y_test)
    assert ours == round(said["accuracy"] * DIGITS.n_test)
