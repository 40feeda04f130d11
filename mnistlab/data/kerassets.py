"""Keras's data sets by name: their files found or fetched, verified, and read without Keras.

Example:
    >>> from mnistlab.data.kerassets import keras_set
    >>> arrays, class_names = keras_set("fashion_mnist")[:2]  # doctest: +SKIP
    >>> arrays["x_train"].shape, class_names[0]  # doctest: +SKIP
    ((60000, 28, 28), 'T-shirt/top')
"""

import io
from collections.abc import Callable
from typing import NamedTuple

from mnistlab.data.arraychecks import Arrays, checked_arrays
from mnistlab.data.bundled import housing_table
from mnistlab.data.cifar import cifar
from mnistlab.data.fetching import IMPATIENT, PATIENT
from mnistlab.data.files import IDX_FILES, parse_idx
from mnistlab.data.housing import WARNING, housing_file, standardised
from mnistlab.data.pinned import PINNED, Files, pinned_files
from mnistlab.data.wordlists import SENTIMENTS, TOPICS, imdb, reuters
from mnistlab.errors import DataError, DownloadError
from mnistlab.notices import notice

CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


class KerasSet(NamedTuple):
    """A data set of Keras's."""

    arrays: Arrays
    class_names: tuple[str, ...]  # () for a regression
    source: str  # for the record of a run: no path of this machine in it
    where: str  # for the user: the path


def keras_set(name: str) -> KerasSet:
    """Return one of Keras's data sets, from the caches or from the network.

    Args:
        name: "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters" or "boston_housing". The
            last one has an ethical problem, which a notice on stderr tells; see housing.py.

    Raises:
        DownloadError: its files aren't here and can't be fetched.
        DataError: a file holds something else than it should.
    """
    if name == "boston_housing":
        return _boston_housing()
    files = pinned_files(name, PATIENT)
    arrays, class_names = _READERS[name](files)
    return KerasSet(arrays, class_names, files.source, files.where)


def _fashion_mnist(files: Files) -> tuple[Arrays, tuple[str, ...]]:
    """Return the images of clothes in four IDX files, and what the clothes are called."""
    array_of = {f"{usual}.gz": (array, n_dims) for array, (usual, n_dims) in IDX_FILES.items()}
    arrays: Arrays = {}
    for file, content in zip(PINNED["fashion_mnist"], files.contents, strict=True):
        array, n_dims = array_of[file.path.split("/")[-1]]
        arrays[array] = parse_idx(io.BytesIO(content), file.path, n_dims)
    arrays = checked_arrays(arrays)
    if arrays["y_train"].max() + 1 != len(CLOTHES):
        raise DataError(f"fashion_mnist has labels other than 0 to {len(CLOTHES) - 1}.")
    return arrays, CLOTHES


_READERS: dict[str, Callable[[Files], tuple[Arrays, tuple[str, ...]]]] = {
    "fashion_mnist": _fashion_mnist,
    "cifar10": lambda files: cifar(files.contents[0], "cifar10"),
    "cifar100": lambda files: cifar(files.contents[0], "cifar100"),
    "imdb": lambda files: (imdb(files.contents[0]), SENTIMENTS),
    "reuters": lambda files: (reuters(files.contents[0]), TOPICS),
}


def _boston_housing() -> KerasSet:
    """Return Boston's house prices: Keras's file, or where it can't be had mlxtend's copy."""
    notice(WARNING)
    try:
        files = pinned_files("boston_housing", IMPATIENT)
    except DownloadError as why:
        return _boston_housing_inside_mlxtend(why)
    return KerasSet(housing_file(files.contents[0]), (), files.source, files.where)


def _boston_housing_inside_mlxtend(why: DownloadError) -> KerasSet:
    """Return mlxtend's copy of the house prices, which is said, or raise `why`."""
    found = housing_table()
    if found is None:
        raise why
    table, path = found
    arrays = standardised(table[:, :-1], table[:, -1], path)
    notice(
        "boston_housing is taken from the copy inside the mlxtend package, because Keras's file "
        "could not be downloaded."
    )
    return KerasSet(arrays, (), "inside the mlxtend package", path)
