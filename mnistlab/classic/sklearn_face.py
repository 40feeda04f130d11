"""What the classes with scikit-learn's face share: errors in a student's words.

scikit-learn checks patterns and labels well, and its own tests demand some of its phrases. So its
checks are used as they are, and what to do is said after them.

Example:
    >>> with student_words():
    ...     raise ValueError("Complex data not supported")
    Traceback (most recent call last):
    ...
    mnistlab.errors.InputError: Complex data not supported. Inputs must be real numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.utils.validation import check_is_fitted

from mnistlab.errors import InputError, NotFittedError

HINTS = (
    ("contains NaN", "A number is missing (NaN): leave such patterns out, or fill the gap in."),
    ("infinity", "A number is infinite, or too large to calculate with."),
    ("Complex data", "Inputs must be real numbers."),
    ("could not convert string", "Inputs must be numbers, but one of them is text."),
    ("Expected 2D array", "X needs a row for each pattern, also if there is one: [[0, 1]]."),
    ("is expecting", "Give every pattern the same inputs, in the same columns, as in fit()."),
    ("feature names", "Give the columns that fit() saw, under the same names."),
    ("inconsistent numbers of samples", "Give one label in y for each row of X."),
    ("should be a 1d array", "Give one label for each pattern, no row of outputs (one-hot)."),
    ("0 sample(s)", "There are no patterns in X."),
    ("requires y", "A labelled data set is needed: fit(X, y), with a label for each pattern."),
    ("Unknown label type", "y must hold the labels of classes, and no measurements."),
    ("setting an array element", "Give every pattern the same number of inputs."),
)


class UnfittedError(NotFittedError, SklearnNotFittedError):
    """Both this package's and scikit-learn's error for what hasn't learnt yet."""


@contextmanager
def student_words() -> Iterator[None]:
    """Turn a ValueError of scikit-learn's checks into an InputError that says what to do."""
    try:
        yield
    except ValueError as error:
        said = str(error)
        said = said.split("\n")[0] if "contains NaN" in said else said
        hints = [hint for sign, hint in HINTS if sign in said]
        raise InputError(". ".join([said.removesuffix("."), *hints[:1]])) from error


def require_fitted(estimator: Any, attribute: str) -> None:
    """Raise UnfittedError where an estimator has no `attribute` yet."""
    try:
        check_is_fitted(estimator, attribute)
    except SklearnNotFittedError:
        name = type(estimator).__name__
        message = f"This {name} has no weights yet. Call fit(X, y) before predicting."
        raise UnfittedError(message) from None
