"""Trying a rule on the cases of rulecases.py: what comes of a call, and whether two rules agree.

A function is given copies, so that it can't harm the cases; what it changed of them is found out.

Example:
    >>> right = right_parts("activation", 0, "small")
    >>> mine = bind("activation", lambda I: np.tanh(I / 2) / 2 + 0.5)
    >>> mine = try_on(mine, cases("activation").small)
    >>> agree(mine[0], right[0], right[0])
    True
"""

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnistlab.classic.mistakes import MISTAKES, OVERFLOW, Mistake
from mnistlab.classic.rulecases import BATCH_FORMS, COLUMNS, RIGHT, Case, Floats, cases
from mnistlab.classic.signatures import Bound, Function, bind, is_array

Parts = tuple[Floats, ...]  # what a rule returned; Δw, Δb and a whole step have several parts

PARTS = {"weight_change": ("Δw", "Δb"), "step": ("w1", "b1", "w2", "b2")}
IN_PLACE = {"perceptron": ("w",), "adaline": ("w",), "step": PARTS["step"]}


# Trying a function on a case


class Outcome(NamedTuple):
    """What came of one call."""

    parts: Parts  # empty where there is nothing to compare
    error: Exception | None = None
    form: str = ""  # "None", "list", …: what was returned where it is no array
    kind: str = "f"  # NumPy's kind of the values: "f", "i", "u", "b"
    dtype: str = "float64"
    changed: tuple[str, ...] = ()  # arrays that the function changed, though they aren't its own
    warned: bool = False  # an overflow, an invalid value or a division by zero

    @property
    def finite(self) -> bool:
        """Whether there are parts, and all their values are finite."""
        return bool(self.parts) and all(bool(np.isfinite(part).all()) for part in self.parts)


def outcome(bound: Bound, case: Case) -> Outcome:
    """Return what a function makes of copies of a case's arrays; no exception gets out."""
    given = {name: value.copy() if is_array(value) else value for name, value in case.items()}
    heard: list[str] = []
    listen = np.errstate(
        over="call", divide="call", invalid="call", under="ignore",
        call=lambda what, _: heard.append(what),
    )  # fmt: skip
    with warnings.catch_warnings(), listen:
        warnings.simplefilter("ignore")
        try:
            value = bound(given)
        except Exception as error:
            return Outcome((), error)
    own = IN_PLACE.get(bound.rule, ())
    touched = tuple(n for n in case if is_array(case[n]) and not _same(given[n], case[n]))
    changed = tuple(name for name in touched if name not in own)
    read = _read(bound.rule, value)
    if value is None and own:  # in place; the form stays "None" where nothing was changed
        parts = tuple(given[name] for name in own)
        read = Outcome(parts, form="" if set(touched) & set(own) else "None")
    return read._replace(changed=changed, warned=bool(heard))


def _same(mine: Any, before: Floats) -> bool:
    return bool(np.array_equal(mine, before, equal_nan=True))


def _read(rule: str, value: Any) -> Outcome:
    """Return a value's parts as float64 arrays, and the form it came in."""
    if value is None:
        return Outcome((), form="None")
    several = isinstance(value, (tuple, list)) and len(value) > 0 and is_array(value[0])
    parts = list(value) if several and rule in PARTS else [value]
    if rule == "step" and len(parts) != 4:
        return Outcome((), form=f"{len(parts)} of the four arrays w1, b1, w2, b2")
    odd = [part for part in parts if not isinstance(part, (np.ndarray, np.generic, float, int))]
    form = f"a {type(odd[0]).__name__}" if odd else ""
    try:
        arrays = [np.asarray(part) for part in parts]
        read = tuple(array.astype(np.float64) for array in arrays if array.dtype.kind in "fiub")
    except (TypeError, ValueError):
        return Outcome((), form=form or "no numbers")
    if len(read) < len(arrays):
        return Outcome((), form=form or f"values of type {arrays[0].dtype}")
    kind, dtype = arrays[0].dtype.kind, str(arrays[0].dtype)
    return Outcome(read, form=form, kind=kind, dtype=dtype)


def try_on(bound: Bound, known: Sequence[Case]) -> list[Outcome]:
    """Return what a function makes of each case."""
    return [outcome(bound, case) for case in known]


# Comparing


def alike(mine: Floats, other: Floats) -> bool:
    """Return whether two arrays have one shape and the same values, to a millionth of the largest.

    Example:
        >>> alike(np.array([1.0, np.nan]), np.array([1.0 + 1e-9, np.nan]))
        True
    """
    if mine.shape != other.shape:
        return False
    return bool(near(mine, other).all())


def near(mine: Floats, other: Floats) -> NDArray[np.bool_]:
    """Return which values are the same, to a millionth of the largest: same shape."""
    largest = float(np.abs(other[np.isfinite(other)]).max(initial=0.0))
    room = 1e-6 * largest + 1e-12
    return np.isclose(mine, other, rtol=0, atol=room, equal_nan=True)


def agree(mine: Outcome, other: Parts, right: Parts) -> bool:
    """Return whether a function's parts are those of another.

    Of Δw and Δb, Δb may be missing; and where the other is a mistake, one of them may be right.
    """
    if not mine.parts or len(mine.parts) > len(right):
        return False
    if len(right) != 2:
        return len(mine.parts) == len(other) and all(map(alike, mine.parts, other))
    return all(
        alike(part, right[k]) or (k < len(other) and alike(part, other[k]))
        for k, part in enumerate(mine.parts)
    )


def is_known(mine: Sequence[Outcome], theirs: Sequence[Parts], right: Sequence[Parts]) -> bool:
    """Return whether a function does what a known one does, errors on some cases included."""
    same = [agree(m, t, r) for m, t, r in zip(mine, theirs, right, strict=True)]
    both_fail = [not m.parts and not t for m, t in zip(mine, theirs, strict=True)]
    return any(same) and all(s or f for s, f in zip(same, both_fail, strict=True))


@cache
def right_parts(rule: str, which: int, kind: str) -> tuple[Parts, ...]:
    """Return what a right version gives on the cases of a kind."""
    bound = bind(rule, RIGHT[rule][which].function)
    return tuple(outcome(bound, case).parts for case in getattr(cases(rule), kind))


@cache
def wrong_parts(rule: str) -> tuple[tuple[Mistake, tuple[Parts, ...]], ...]:
    """Return each way of each mistake, with what it gives on the ordinary cases."""
    return tuple(
        (mistake, tuple(outcome(bind(rule, way), case).parts for case in cases(rule).ordinary))
        for mistake in MISTAKES[rule]
        if mistake.key != OVERFLOW
        for way in mistake.ways
    )


# Rules that are written for less than a batch

_A_ROW_EACH = ("activation", "slope", "net_input", "output_error", "hidden_error", "softmax")


def is_for_one_pattern(bound: Bound) -> bool:
    """Return whether a function is right for single patterns, given without a batch axis.

    Example:
        >>> is_for_one_pattern(bind("net_input", lambda y_in, w, b: w.T @ y_in + b))
        True
    """
    known = cases(bound.rule).ordinary if bound.rule in BATCH_FORMS else []
    return any(
        _right_on(bound, [_one_pattern(bound.rule, right.function, case) for case in known])
        for right in RIGHT[bound.rule]
    )


def is_for_one_unit(bound: Bound) -> bool:
    """Return whether a function is right for one pattern and one unit, w a row or column of w.

    Example:
        >>> is_for_one_unit(bind("net_input", lambda y_in, w, b: sum(w * y_in) + b))
        True
    """
    known = cases(bound.rule).ordinary if bound.rule in ("net_input", "hidden_error") else []
    function = RIGHT[bound.rule][0].function
    return _right_on(
        bound, [_one_unit(bound.rule, *_one_pattern(bound.rule, function, c)) for c in known]
    )


def _right_on(bound: Bound, known: Sequence[tuple[Case, Parts]]) -> bool:
    """Return whether there are cases, and the function gives what is right on each of them."""
    return bool(known) and all(agree(outcome(bound, case), right, right) for case, right in known)


def _has_rows(name: str, value: Any) -> bool:
    """Return whether an array of a case has a row for each pattern."""
    return name in COLUMNS and np.ndim(value) == 2


def _one_pattern(rule: str, function: Function, case: Case) -> tuple[Case, Parts]:
    """Return a case's first pattern without the batch axis, and what is right for it."""
    first = {name: v[:1] if _has_rows(name, v) else v for name, v in case.items()}
    right = outcome(bind(rule, function), first).parts
    alone = {name: v[0] if _has_rows(name, v) else v for name, v in first.items()}
    return alone, (right[0][0],) if rule in _A_ROW_EACH else right


def _one_unit(rule: str, case: Case, right: Parts) -> tuple[Case, Parts]:
    """Return a pattern's case for the first unit alone, and what is right for it."""
    if rule == "net_input":
        unit = {"w": case["w"][:, 0], "b": case["b"][0]}
    else:
        unit = {"w": case["w"][0], "f_I": case["f_I"][0], "I": case["I"][0]}
    return case | unit, (right[0][0],)


def rows_of(bound: Bound) -> tuple[str, str]:
    """Return the first parameter with a row for each pattern, and what its columns are.

    Example:
        >>> rows_of(bind("net_input", lambda w, x, b: x @ w + b))
        ('x', 'inputs')
    """
    taken = [*zip(bound.places, bound.places, strict=True), *bound.names]
    return next(((name, COLUMNS[what]) for name, what in taken if what in COLUMNS), ("", ""))


# What kind of difference it is


def factor(
    outcomes: Sequence[Outcome], right: Sequence[Parts], known: Sequence[Case]
) -> tuple[float, int] | None:
    """Return (k, p) where a function gives k · patternsᵖ times the right values, or None.

    p is 0 for a constant factor, 1 for a sum over the batch, −1 for a mean too many.

    Example:
        >>> known = cases("net_input").ordinary
        >>> mine = try_on(bind("net_input", lambda y_in, w, b: -(y_in @ w + b)), known)
        >>> factor(mine, right_parts("net_input", 0, "ordinary"), known)
        (-1.0, 0)
    """
    ratios = [_ratio(m, w) for m, w in zip(outcomes, right, strict=True)]
    sizes = [n_patterns(case) for case in known]
    for power in (0, 1, -1):
        rest = [r / n**power for r, n in zip(ratios, sizes, strict=True)]
        if np.allclose(rest, rest[0], rtol=1e-6):  # never so where one is NaN
            return round(rest[0], 6), power
    return None


def _ratio(mine: Outcome, right: Parts) -> float:
    """Return k where a function's first part is k times the right one, otherwise NaN."""
    if not mine.finite or mine.parts[0].shape != right[0].shape or not right[0].any():
        return np.nan
    k = float(np.sum(mine.parts[0] * right[0]) / np.sum(right[0] * right[0]))
    return k if alike(mine.parts[0], k * right[0]) else np.nan


def n_patterns(case: Case) -> int:
    """Return how many patterns a case has; 1 for a threshold unit's rule."""
    rows = [len(v) for name, v in case.items() if np.ndim(v) == 2 and not name.startswith("w")]
    return rows[0] if rows else 1


def is_square(case: Case) -> bool:
    """Return whether a case's layer has as many sending as receiving units."""
    weights = case.get("w", np.zeros(1))
    return len(set(weights.shape)) == 1 and weights.ndim == 2
