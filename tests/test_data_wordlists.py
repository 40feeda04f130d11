from typing import Any

import numpy as np
import pytest

from mnistlab.data.wordlists import SENTIMENTS, TOPICS, WORDS, imdb, multi_hot, reuters
from mnistlab.errors import DataError
from tiny_data import imdb_arrays, npz_of, python2_pickle, reuters_arrays


def test_by_hand() -> None:
    """Start 1, rarer 2; a word of rank k at 3 + k, while that is below 2,000."""
    texts = [[1, 1, 7], [], [1996], [1997, 30_000]]
    rows = multi_hot(texts, np.array([3, 0, 1, 2]))
    assert rows.shape == (4, 2000) and rows.dtype == np.float32
    wanted = [[1, 2], [1, 4, 10], [1], [1, 1999]]
    assert [np.flatnonzero(row).tolist() for row in rows] == wanted
    assert set(np.unique(rows)) == {0, 1}


@pytest.mark.parametrize("pickled", [None, python2_pickle])
def test_imdb(pickled: Any) -> None:
    given = imdb_arrays()
    arrays = imdb(npz_of(given, pickled))
    assert arrays["x_train"].shape == (30, WORDS) and arrays["x_test"].shape == (20, WORDS)
    rng = np.random.RandomState(113)
    for part in ("train", "test"):
        order = np.arange(len(given[f"y_{part}"]))
        rng.shuffle(order)
        assert arrays[f"y_{part}"].tolist() == given[f"y_{part}"][order].tolist()
        assert arrays[f"y_{part}"].dtype == np.int64
        assert np.array_equal(arrays[f"x_{part}"], multi_hot(given[f"x_{part}"], order))


@pytest.mark.parametrize("pickled", [None, python2_pickle])
def test_reuters(pickled: Any) -> None:
    given = reuters_arrays()
    arrays = reuters(npz_of(given, pickled))
    assert len(arrays["x_train"]) == 73 and len(arrays["x_test"]) == 19
    order = np.arange(92)
    np.random.RandomState(113).shuffle(order)
    assert [*arrays["y_train"], *arrays["y_test"]] == given["y"][order].tolist()
    assert np.array_equal(arrays["x_test"], multi_hot(given["x"], order[73:]))


def test_the_names() -> None:
    assert SENTIMENTS == ("negative", "positive")
    assert len(TOPICS) == 46 and (TOPICS[0], TOPICS[3], TOPICS[45]) == ("cocoa", "earn", "lead")


def texts_of(*texts: Any) -> Any:
    """Return two texts as an array of objects."""
    array = np.empty(len(texts), object)
    array[:] = texts
    return array


WRONG = {
    "text": ({"x": texts_of([1], ["a", "b"])}, "text 1 is no list of words' ranks"),
    "lists in lists": ({"x": texts_of([1], [[1], [2, 3]])}, "text 1 is no list"),
    "one label too many": ({"y": np.arange(3)}, r"x of shape \(2,\) and y of shape \(3,\)"),
    "another topic": ({"y": np.array([0, 46])}, "other than 0 to 45"),
    "labels with parts": ({"y": np.array([0, 1.5])}, "other than 0 to 45"),
    "no texts": ({"x": texts_of(), "y": np.arange(0)}, "shape"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_refused(case: str) -> None:
    changes, wanted = WRONG[case]
    given = {"x": texts_of([1], [2]), "y": np.array([0, 1]), **changes}
    with pytest.raises(DataError, match=wanted):
        reuters(npz_of(given))


def test_an_array_that_declares_another_shape() -> None:
    content = npz_of(reuters_arrays(), lambda array: python2_pickle(array[:-1]))
    with pytest.raises(DataError, match=r"declares \(92,\) lists"):
        reuters(content)


def test_a_missing_array_is_named() -> None:
    with pytest.raises(DataError, match="lacks the arrays y; it holds x"):
        reuters(npz_of({"x": reuters_arrays()["x"]}))
