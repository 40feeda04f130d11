import hashlib
from typing import Any

import numpy as np
import pytest

from mnistlab.data.arraychecks import checked_arrays, digest_of, is_regression
from mnistlab.errors import DataError
from tiny_data import tiny_arrays


def with_(**changes: Any) -> dict[str, Any]:
    """Return tiny data with some of its arrays replaced."""
    return {**tiny_arrays(), **changes}


def unit(n: int, d: int = 4) -> Any:
    """Return n rows of d numbers in [0, 1]."""
    return np.random.default_rng(1).random((n, d))


X, Y = unit(20), np.arange(20) % 2
ROWS = {"x_train": X, "y_train": Y, "x_test": X, "y_test": Y}


# ── what is taken ─────────────────────────────────────────────────────────────────────────────


def test_images_stay_bytes_and_labels_become_int64() -> None:
    given = tiny_arrays()
    arrays = checked_arrays(given)
    for name, array in arrays.items():
        assert np.array_equal(array, given[name])
        assert array.dtype == (np.uint8 if name.startswith("x") else np.int64)
        assert array.flags.c_contiguous


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x.reshape(len(x), 784),
        lambda x: x[..., None],
        lambda x: x.astype(np.int64),
        lambda x: x.reshape(len(x), 784).astype(np.int32),
        lambda x: np.asfortranarray(x),
        lambda x: x.tolist(),
    ],
    ids=["flat", "with a channel", "int64", "flat int32", "Fortran order", "lists"],
)
def test_the_same_images_in_another_form_have_the_same_digest(form: Any) -> None:
    given = tiny_arrays()
    other = with_(x_train=form(given["x_train"]), x_test=form(given["x_test"]))
    assert digest_of(checked_arrays(other)) == digest_of(checked_arrays(given))


@pytest.mark.parametrize(
    "form",
    [
        lambda y: y.astype(np.int64),
        lambda y: y.astype(float),
        lambda y: y[:, None],
        lambda y: y.tolist(),
    ],
    ids=["int64", "whole floats", "a column", "a list"],
)
def test_the_same_labels_in_another_form_have_the_same_digest(form: Any) -> None:
    given = tiny_arrays()
    other = with_(y_train=form(given["y_train"]), y_test=form(given["y_test"]))
    assert digest_of(checked_arrays(other)) == digest_of(checked_arrays(given))


def test_numbers_in_0_to_1_are_used_as_they_are() -> None:
    arrays = checked_arrays(ROWS)
    assert np.array_equal(arrays["x_train"], X.astype(np.float32))


def test_float_images_are_flattened() -> None:
    x = unit(20, 64).reshape(20, 8, 8)
    arrays = checked_arrays({**ROWS, "x_train": x, "x_test": x})
    assert np.array_equal(arrays["x_train"], x.reshape(20, 64).astype(np.float32))


def test_what_rounding_adds_to_1_is_cut_off() -> None:
    x = X.copy()
    x[0, 0] = 1.0000005
    assert checked_arrays({**ROWS, "x_train": x})["x_train"].max() == 1


def test_nothing_is_shared_with_what_was_given() -> None:
    for given in (tiny_arrays(), {**ROWS, "x_train": X.astype(np.float32)}):
        arrays = checked_arrays(given)
        assert not any(np.shares_memory(arrays[name], given[name]) for name in given)


@pytest.mark.parametrize("form", [np.asarray, np.asfortranarray, lambda x: x.astype(np.int64)])
def test_colour_images_stay_images(form: Any) -> None:
    x = np.random.default_rng(2).integers(0, 256, (20, 6, 5, 3), np.uint8)
    arrays = checked_arrays({**ROWS, "x_train": form(x), "x_test": form(x)})
    assert np.array_equal(arrays["x_train"], x) and arrays["x_train"].dtype == np.uint8
    assert arrays["x_train"].flags.c_contiguous and not np.shares_memory(arrays["x_train"], x)


def test_float_colour_images_are_flattened() -> None:
    x = unit(20, 27).reshape(20, 3, 3, 3)
    arrays = checked_arrays({**ROWS, "x_train": x, "x_test": x})
    assert np.array_equal(arrays["x_train"], x.reshape(20, 27).astype(np.float32))


@pytest.mark.parametrize("task", ["regression", np.array("regression"), np.str_("regression")])
@pytest.mark.parametrize("form", [np.asarray, lambda y: y[:, None], lambda y: y.tolist()])
def test_the_numbers_of_a_regression(task: Any, form: Any) -> None:
    y = np.linspace(-3, 50.25, 20)
    arrays = checked_arrays({**ROWS, "y_train": form(y), "y_test": form(y[:20]), "task": task})
    assert np.array_equal(arrays["y_train"], y.astype(np.float32))
    assert arrays["y_test"].dtype == np.float32 and is_regression(arrays)
    assert set(arrays) == {"x_train", "y_train", "x_test", "y_test"}


def test_whole_numbers_are_a_regression_where_that_is_said() -> None:
    arrays = checked_arrays({**ROWS, "task": "regression", "y_test": Y + 7})
    assert arrays["y_train"].dtype == np.float32 and arrays["y_test"].max() == 8
    assert not is_regression(checked_arrays({**ROWS, "task": "classification"}))


# ── the digest ────────────────────────────────────────────────────────────────────────────────


def test_the_digest_is_as_its_docstring_says() -> None:
    arrays = {name: np.array([[1, 2]], ">i4") for name in ("x_train", "y_train")}
    arrays |= {name: np.array([3], np.uint8) for name in ("x_test", "y_test")}
    text = b"x_train <i4 (1, 2)\n" + bytes([1, 0, 0, 0, 2, 0, 0, 0])
    text += b"y_train <i4 (1, 2)\n" + bytes([1, 0, 0, 0, 2, 0, 0, 0])
    text += b"x_test |u1 (1,)\n\x03y_test |u1 (1,)\n\x03"
    assert digest_of(arrays) == "sha256:" + hashlib.sha256(text).hexdigest()


def test_the_digest_sees_every_change() -> None:
    given = checked_arrays(tiny_arrays())
    flipped = {name: array.copy() for name, array in given.items()}
    flipped["x_test"][9, 27, 27] ^= 1
    swapped = {**given, "x_train": given["x_test"], "x_test": given["x_train"]}
    reshaped = {**given, "x_train": given["x_train"].reshape(20, 14, 56)}
    assert len({digest_of(one) for one in (given, flipped, swapped, reshaped)}) == 4


# ── what is refused ───────────────────────────────────────────────────────────────────────────

ONE_HOT = np.eye(10)[np.arange(20) % 10]

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "raw floats": ({"x_train": X * 0 + 255.0}, ("x_train", "255", "x_train / 255")),
    "standardised": ({"x_train": X * 4 - 2.5}, ("x_train", "x_train.min(axis=0)")),
    "test a bit beyond": ({"x_test": X + 0.2}, ("x_test", "np.clip(x_test, 0, 1)")),
    "whole numbers that are no pixels": (
        {"x_train": np.arange(80).reshape(20, 4), "x_test": np.arange(80).reshape(20, 4)},
        ("x_train holds numbers from 0 to 79",),
    ),
    "NaN": ({"x_train": np.where(X[3, 1] == X, np.nan, X)}, ("NaN", "row 3", "1 of 20")),
    "infinite": ({"x_test": np.where(X[3, 1] == X, -np.inf, X)}, ("infinite", "x_test")),
    "beyond float32": ({"x_train": X * 1e300}, ("x_train", "e+299")),
    "text": ({"x_train": [["a", "b"]] * 20}, ("x_train holds text",)),
    "objects": ({"x_train": np.array([{}, None])}, ("x_train holds Python objects",)),
    "complex": ({"x_train": X + 1j}, ("complex",)),
    "ragged": ({"x_train": [[0.1, 0.2], [0.3]]}, ("x_train", "differ in length")),
    "flat": ({"x_train": X[0]}, ("x_train has shape (4,)", "(n, inputs)")),
    "5-D": ({"x_train": np.zeros((2, 1, 1, 1, 1))}, ("(2, 1, 1, 1, 1)", "(n, height, width)")),
    "colours first": (
        {"x_train": np.zeros((20, 3, 8, 8))},
        ("(20, 3, 8, 8)", "x_train.transpose(0, 2, 3, 1)"),
    ),
    "transparency": ({"x_train": np.zeros((20, 8, 8, 4))}, ("transparency", "x_train[..., :3]")),
    "five channels": ({"x_train": np.zeros((20, 8, 8, 5))}, ("x_train.reshape(len(x_train), -1)",)),
    "colour beside grey": (
        {"x_train": np.full((20, 8, 8, 3), 9), "x_test": np.full((20, 8, 8), 9)},
        ("(20, 8, 8, 3)", "(20, 8, 8)", "Wanted for x_test: (n, 8, 8, 3)"),
    ),
    "images of mixed sizes": (
        {"x_train": [np.ones((8, 8))] * 3 + [np.ones((8, 9))] * 17},
        ("x_train", "pattern 0 has shape (8, 8)", "pattern 3 has shape (8, 9)", "one size"),
    ),
    "mixed sizes in an array of objects": (
        {"x_test": np.array([np.ones((8, 8)), np.ones((9, 7))], dtype=object)},
        ("x_test", "pattern 0 has shape (8, 8)", "pattern 1 has shape (9, 7)"),
    ),
    "sizes that differ between the sets": (
        {"x_train": np.full((20, 8, 8), 9), "x_test": np.full((20, 8, 9), 9)},
        ("(20, 8, 8)", "(20, 8, 9)", "the same size"),
    ),
    "empty": ({"x_train": np.zeros((0, 4))}, ("x_train is empty", "(0, 4)")),
    "scaled beside raw": ({"x_test": np.full((20, 4), 9)}, ("float64", "int64", "both")),
    "another width": ({"x_test": X[:, :3]}, ("(20, 4)", "(20, 3)", "Wanted for x_test: (n, 4)")),
    "too few labels": ({"y_train": Y[:7]}, ("x_train has 20", "y_train has 7")),
    "too many labels": ({"y_test": np.append(Y, 1)}, ("x_test has 20", "y_test has 21")),
    "one-hot": (
        {"y_train": ONE_HOT},
        ("y_train", "(20, 10)", "labels are one-hot, give integers: y_train.argmax(axis=1)"),
    ),
    "labels 2-D": ({"y_train": np.full((20, 2), 3)}, ("y_train has shape (20, 2)", "(n,)")),
    "labels as text": ({"y_train": ["cat", "dog"] * 10}, ("text", "np.unique(y_train, return_inv")),
    "labels by halves": (
        {"y_train": Y + 0.5},
        ("y_train holds 0.5", "number of a class", '"task": "regression"', "np.savez"),
    ),
    "an unknown task": ({"task": "regresion"}, ("task='regresion'", "Did you mean 'regression'")),
    "a task that is no word": ({"task": ["regression"]}, ("task=", "'classification'")),
    "a regression with NaN": (
        {"task": "regression", "y_train": np.where(Y == 1, np.nan, Y)},
        ("y_train", "NaN"),
    ),
    "a regression of two numbers": (
        {"task": "regression", "y_train": np.ones((20, 2))},
        ("y_train has shape (20, 2)", "one number a pattern"),
    ),
    "a regression beyond float32": (
        {"task": "regression", "y_train": Y * -1e300},
        ("y_train holds -1e+300", "larger unit"),
    ),
    "a regression of one number": (
        {"task": "regression", "y_train": Y * 0 + 2.5},
        ("one number only, 2.5",),
    ),
    "labels with NaN": ({"y_test": np.where(Y == 1, np.nan, Y)}, ("y_test", "NaN")),
    "negative label": ({"y_train": Y - 1}, ("label -1", "0, 1, 2")),
    "huge label": ({"y_train": Y * 10**12}, ("label 1000000000000",)),
    "labels from 1": ({"y_train": Y + 1}, ("none with the label 0", "without a gap")),
    "a gap": ({"y_train": Y * 5}, ("[0, 5]", "none with the label 1")),
    "one class": ({"y_train": Y * 0}, ("one class only, 0",)),
    "unknown class in the test": ({"y_test": Y + 1}, ("y_test holds the label 2", "0 to 1")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_what_to_do(case: str) -> None:
    changes, parts = REFUSED[case]
    with pytest.raises(DataError) as error:
        checked_arrays({**ROWS, **changes})
    for part in parts:
        assert part in str(error.value)


def test_images_that_are_black_or_white_are_not_guessed_at() -> None:
    with pytest.raises(DataError, match=r"only 0 and 1.*x_train.astype"):
        checked_arrays(with_(x_train=np.ones((20, 28, 28), np.uint8)))


def test_a_missing_array_is_named() -> None:
    given = tiny_arrays()
    given["X_test"] = given.pop("x_test")
    with pytest.raises(DataError, match=r"x_test is missing.*Did you mean 'X_test'"):
        checked_arrays(given)
