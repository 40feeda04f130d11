"""IMDB's reviews and Reuters's newswires: lists of words, to one input for each common word.

Keras's files hold each text as a list of numbers: 1 is the commonest word of all texts, 2 the
next. Keras moves them up by 3, for 0, 1 and 2 have meanings of their own, and so it is here:

    input 0         padding: always 0 here
    input 1         the start of a text: always 1
    input 2         there are rarer words than those that have an input
    input 3         nothing: always 0
    input 3 + k     the word of rank k is in the text

This is `keras.datasets.imdb.load_data(num_words=2000)`, each list made multi-hot.

Source: keras/src/datasets/imdb.py and reuters.py; the names of the topics are Keras's too.
"""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.data.arraychecks import Arrays
from mnistlab.data.files import read_npz
from mnistlab.data.shuffling import KerasShuffle, keras_split
from mnistlab.errors import DataError

# So many inputs because of memory: 25,000 reviews × 2,000 × 4 bytes = 200 MB for each of the two
# sets. With 10,000 words it would be 1 GB for each, too much for a small machine.
WORDS = 2_000

START, RARER, INDEX_FROM = 1, 2, 3

SENTIMENTS = ("negative", "positive")

TOPICS = (
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas",
    "cpi", "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin",
    "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs",
    "lei", "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
)  # fmt: skip


def imdb(file: bytes) -> Arrays:
    """Return the 25,000 + 25,000 film reviews, each negative (0) or positive (1).

    Args:
        file: Keras's imdb.npz, whose hash holds.

    Returns:
        x_train and x_test float32 (n, 2000), each number 0 or 1; y_train and y_test int64 (n,).

    Raises:
        DataError: it doesn't hold what it should.
    """
    arrays: Arrays = {}
    shuffle = KerasShuffle()
    for part in ("train", "test"):  # one after the other: the lists take 200 MB each
        texts, labels = _texts(file, f"x_{part}", f"y_{part}", len(SENTIMENTS), "imdb.npz")
        order = shuffle.order(len(texts))
        arrays[f"x_{part}"] = multi_hot(texts, order, "imdb.npz")
        arrays[f"y_{part}"] = labels[order]
    return arrays


def reuters(file: bytes) -> Arrays:
    """Return the 8,982 + 2,246 newswires, each of one of 46 topics.

    Args:
        file: Keras's reuters.npz, whose hash holds.

    Returns:
        x_train and x_test float32 (n, 2000), each number 0 or 1; y_train and y_test int64 (n,).

    Raises:
        DataError: it doesn't hold what it should.
    """
    texts, labels = _texts(file, "x", "y", len(TOPICS), "reuters.npz")
    arrays: Arrays = {}
    for part, order in zip(("train", "test"), keras_split(len(texts)), strict=True):
        arrays[f"x_{part}"] = multi_hot(texts, order, "reuters.npz")
        arrays[f"y_{part}"] = labels[order]
    return arrays


def multi_hot(
    texts: Sequence[Any] | NDArray[Any], order: NDArray[np.integer], name: str = "this"
) -> NDArray[np.float32]:
    """Return a row for each text, in that order: 1 for each word that is in it.

    Args:
        texts: of each text the ranks of its words, from 1 on.
        order: which texts, shape (n,).
        name: what errors call them.

    Returns:
        float32 (n, 2000), each number 0 or 1.

    Raises:
        DataError: something else than ranks.

    Example:
        >>> row = multi_hot([[1, 5000]], np.array([0]))[0]
        >>> np.flatnonzero(row).tolist()  # the start, a rarer word, the word of rank 1
        [1, 2, 4]
    """
    rows = np.zeros((len(order), WORDS), np.float32)
    for row, text in zip(rows, order, strict=True):
        try:
            words = np.asarray(texts[text], np.int64).reshape(-1) + INDEX_FROM
        except (TypeError, ValueError, OverflowError) as why:
            raise DataError(f"{name}: text {text} is no list of words' ranks.") from why
        row[np.where((words >= 0) & (words < WORDS), words, RARER)] = 1
        row[START] = 1
    return rows


def _texts(
    file: bytes, x: str, y: str, n_classes: int, name: str
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the texts (n,), lists, and their labels (n,) out of Keras's file."""
    arrays = read_npz(io.BytesIO(file), name, wanted=(x, y), objects=True)
    texts, labels = arrays[x], arrays[y]
    if texts.ndim != 1 or texts.shape != labels.shape or len(texts) == 0:
        raise DataError(f"{name} has {x} of shape {texts.shape} and {y} of shape {labels.shape}.")
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= n_classes:
        raise DataError(f"{name}: {y} holds labels other than 0 to {n_classes - 1}.")
    return texts, labels.astype(np.int64)
