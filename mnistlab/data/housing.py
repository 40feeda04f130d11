"""Boston's house prices of 1970: a regression, and a data set with a problem.

506 districts, 13 measurements of each, and what houses there cost, in thousands of dollars. The
twelfth measurement, "B", is 1000 (Bk − 0.63)², Bk being the share of black residents: in
scikit-learn's words, the authors of this data set engineered this variable "assuming that racial
self-segregation had a positive impact on house prices". Bk can't be computed back from it.
Furthermore "the goal of the research that led to the creation of this dataset was to study the
impact of air quality but it did not give adequate demonstration of the validity of this
assumption". scikit-learn withdrew the data set (deprecated in 1.0, removed in 1.2) and discourages
its use "unless the purpose of the code is to study and educate about ethical issues in data
science and machine learning". It is here because the lecture names it, and loading it says so.

Sources: scikit-learn's release notes 1.0 and 1.2; M. Carlisle, "Racist data destruction?", 2019,
https://medium.com/@docintangible/racist-data-destruction-113e3eff54a8; the data: D. Harrison and
D. L. Rubinfeld, "Hedonic housing prices and the demand for clean air", Journal of Environmental
Economics and Management 5 (1978), pages 81 to 102.
"""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.data.arraychecks import Arrays
from mnistlab.data.files import read_npz
from mnistlab.data.shuffling import keras_split
from mnistlab.errors import DataError

N_INPUTS = 13

WARNING = (
    'boston_housing: its authors engineered the variable "B" assuming that racial '
    "self-segregation had a positive impact on house prices. scikit-learn withdrew this data set "
    "and discourages its use except to study ethical issues in data science."
)


def housing_file(file: bytes) -> Arrays:
    """Return the data set in Keras's file, split and standardised.

    Args:
        file: Keras's boston_housing.npz, whose hash holds.

    Returns:
        See `standardised`.

    Raises:
        DataError: it doesn't hold what it should.
    """
    arrays = read_npz(io.BytesIO(file), "boston_housing.npz", wanted=("x", "y"))
    return standardised(arrays["x"], arrays["y"], "boston_housing.npz")


def standardised(x: NDArray[Any], y: NDArray[Any], name: str) -> Arrays:
    """Return Keras's split of the districts, each measurement standardised.

        x = (x_raw − mean) / standard deviation, both of the training set

    Args:
        x: the 13 measurements of each district, shape (n, 13).
        y: the median price of a house there in thousands of dollars, shape (n,).
        name: what errors call the data.

    Returns:
        x_train float32 (404, 13), of mean 0 and standard deviation 1; x_test float32 (102, 13);
        y_train float32 (404,) and y_test float32 (102,), in thousands of dollars.

    Raises:
        DataError: another shape, or something that isn't a finite number.
    """
    if x.ndim != 2 or x.shape[1] != N_INPUTS or y.shape != x.shape[:1] or len(x) < N_INPUTS:
        raise DataError(f"{name} has x of shape {x.shape} and y of shape {y.shape}, not (n, 13).")
    x, y = x.astype(np.float64), y.astype(np.float64)
    train, test = keras_split(len(x))
    mean, deviation = x[train].mean(axis=0), x[train].std(axis=0)  # (13,)
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (deviation > 0).all()):
        raise DataError(f"{name} holds NaN, infinite numbers, or a measurement that never differs.")
    x = ((x - mean) / deviation).astype(np.float32)  # (n, 13)
    y = y.astype(np.float32)
    return {"x_train": x[train], "y_train": y[train], "x_test": x[test], "y_test": y[test]}
