"""What a student's function is given: by the names of its parameters, otherwise by their place.

The names, what they are and their shapes are in the table of rules.py; this module knows which
rule can be given which of them, and under what other names.

Example:
    >>> mine = bind("output_error", lambda actual, desired: desired - actual)
    >>> mine({"desired": 1.0, "actual": 0.75, "I": 1.1})
    0.25
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mnistlab.checks import shown
from mnistlab.errors import InputError

Function = Callable[..., Any]
Given = Mapping[str, Any]  # what a rule may be given, by the names of the table


class RuleError(InputError):
    """A student's rule can't be called, raised, or returned what can't be used."""


# What each rule may be given


class Takes(NamedTuple):
    """The parameters of a rule: those it gets by place, and those it gets by name only."""

    by_place: tuple[str, ...]
    by_name: tuple[str, ...] = ()


SIGNATURES = {
    "activation": Takes(("I",)),
    "slope": Takes(("I",), ("f_I",)),
    "net_input": Takes(("y_in", "w", "b")),
    "output_error": Takes(("desired", "actual"), ("I",)),
    "hidden_error": Takes(("f_I", "w", "E"), ("I", "f_j", "I_j", "beta")),
    "weight_change": Takes(("beta", "E", "y_in"), ("I_i", "f_j", "I_j")),
    "softmax": Takes(("I",)),
    "perceptron": Takes(("w", "x", "desired", "actual", "beta")),
    "adaline": Takes(("w", "x", "desired", "beta"), ("E", "I")),
    "total_error": Takes(("desired", "actual"), ("E",)),
    "step": Takes(("x", "desired", "w1", "b1", "w2", "b2", "beta")),
}

# Other names for the same, in lower case and without "_"; what comes first in a signature wins.
_SAME = {
    "I": "i ii net netinput z ihidden ioutput",
    "f_I": "fi f y yi a s out output activation activations fhidden yhidden hidden h",
    "y_in": "yin yi y x fi f a inputs input activations",
    "x": "x inputs input pattern patterns",
    "w": "w wij weights weight kernel wold",
    "b": "b bj bias biases",
    "desired": "desired d t target targets ydesired ytrue ystar label labels desiredoutput",
    "actual": "actual a o out output outputs yactual ypred yhat pred prediction p fi f",
    "E": "e ej error errors delta enext eoutput eout outputerror",
    "I_i": "ii i iin net z",
    "f_j": "fj yj yout fout actual outputs ynext",
    "I_j": "ij iout inext",
    "beta": "beta β eta lr learningrate",
    "w1": "w1 whidden wih", "b1": "b1 bhidden",
    "w2": "w2 woutput wout who", "b2": "b2 boutput bout",
}  # fmt: skip


class Bound(NamedTuple):
    """A function together with what each of its parameters gets."""

    rule: str
    function: Function
    places: tuple[str, ...]  # what it gets by place
    names: tuple[tuple[str, str], ...]  # (parameter, what it gets)

    def __call__(self, given: Given) -> Any:
        """Return the function's value, whatever that is."""
        named = {name: given[what] for name, what in self.names}
        return self.function(*(given[what] for what in self.places), **named)

    @property
    def takes(self) -> tuple[str, ...]:
        """The names, as in the table, of all that the function gets."""
        return (*self.places, *(what for _, what in self.names))


def bind(rule: str, function: Function) -> Bound:
    """Return the function with what each parameter gets: by its name, otherwise by its place.

    Args:
        rule: a name of `SIGNATURES`.
        function: a student's function; parameters with default values may be of any name.

    Raises:
        RuleError: no function, or one that asks for more than the rule is given.

    Example:
        >>> bind("output_error", lambda actual, desired: desired - actual).names
        (('actual', 'actual'), ('desired', 'desired'))
        >>> bind("slope", lambda f: f * (1 - f)).takes, bind("slope", lambda v: v).takes
        (('f_I',), ('I',))
    """
    if not callable(function):
        raise RuleError(
            f"{rule}={shown(function)} is no function. Hand in the function itself, without "
            f"brackets: {rule}=mine, where mine is defined by def mine({_listed(rule)})."
        )
    by_place = SIGNATURES[rule].by_place
    if isinstance(function, np.ufunc):
        return Bound(rule, function, by_place[: function.nin], ())
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # some compiled functions don't say
        return Bound(rule, function, by_place, ())
    if any(p.kind is p.VAR_POSITIONAL for p in parameters) and not any(map(_plain, parameters)):
        return Bound(rule, function, by_place, ())
    given = _assigned(rule, [p for p in parameters if _plain(p)])
    places = [given[p.name] for p in parameters if p.kind is p.POSITIONAL_ONLY and p.name in given]
    names = [(p.name, given[p.name]) for p in parameters if p.kind is not p.POSITIONAL_ONLY
             and p.name in given]  # fmt: skip
    return Bound(rule, function, tuple(places), tuple(names))


def _plain(parameter: inspect.Parameter) -> bool:
    """Return whether it is a parameter of its own, neither *args nor **kwargs."""
    return parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)


def _assigned(rule: str, parameters: Sequence[inspect.Parameter]) -> dict[str, str]:
    """Return what each parameter gets; those with a default of another meaning keep it."""
    takes = SIGNATURES[rule]
    _refuse_old_weights(rule, parameters)
    free = [*takes.by_place, *takes.by_name]
    given: dict[str, str] = {}
    for parameter in parameters:
        meaning = _meaning(parameter, free)
        if meaning is not None:
            given[parameter.name] = meaning
            free.remove(meaning)
    left = [what for what in takes.by_place if what in free]
    for parameter in parameters:
        if parameter.name in given or parameter.default is not parameter.empty:
            continue
        if not left:
            raise RuleError(_asks_for_more(rule, parameter.name))
        given[parameter.name] = left.pop(0)
    return given


def _refuse_old_weights(rule: str, parameters: Sequence[inspect.Parameter]) -> None:
    """Raise RuleError where a weight change asks for the weights, as the slides' w_new does."""
    for parameter in parameters:
        asked = rule == "weight_change" and parameter.default is parameter.empty
        if asked and _meaning(parameter, ["w"]):
            raise RuleError(
                f"Your weight_change asks for the weights, {parameter.name!r}: return the change "
                "Δw, not the new weight; the network adds Δw to w itself. Write it as "
                f"weight_change({_listed(rule)})."
            )


def _meaning(parameter: inspect.Parameter, free: Sequence[str]) -> str | None:
    """Return which of what is free the parameter is named after, or None."""
    name = parameter.name.replace("_", "").lower()
    if parameter.name in free:  # I_i and the like, letter for letter
        return parameter.name
    if parameter.default is not parameter.empty and len(name) == 1 and name != "β":
        return None  # a=2 is a setting of the student's own
    return next((what for what in free if name in _SAME[what].split()), None)


def _asks_for_more(rule: str, name: str) -> str:
    takes = SIGNATURES[rule]
    known = ", ".join([*takes.by_place, *takes.by_name])
    return (
        f"Your {rule} asks for {name!r}, but there is nothing left to give it. "
        f"Write it as {rule}({_listed(rule)}). What it can be given: {known}."
    )


def _listed(rule: str) -> str:
    return ", ".join(SIGNATURES[rule].by_place)


# What is said about a call

_HINTS = (  # a sign in what Python or NumPy says, and what to do
    ("read-only", "It changes an array that it was given: write E = E * s in place of E *= s."),
    ("truth value", "It is given whole arrays: np.where(…) takes the place of if."),
    ("converted to Python scalar", "It is given whole arrays: use np.exp in place of math.exp."),
    ("length-1 array", "It is given whole arrays: use np.exp in place of math.exp."),
    ("is not defined", "Run the cell that defines it first."),
    ("mismatch", "Lay the shapes side by side: (a, b) @ (b, c) gives (a, c); .T swaps the two."),
    ("not aligned", "Lay the shapes side by side: (a, b) @ (b, c) gives (a, c); .T swaps the two."),
    ("broadcast", "Lay the shapes side by side: keepdims=True keeps the rows apart in a sum."),
)


def hint(error: Exception) -> str:
    """Return " " and what to do about an exception out of a student's function, or ""."""
    return next((f" {advice}" for sign, advice in _HINTS if sign in str(error)), "")


def shapes(given: Given, names: Sequence[str]) -> str:
    """Return what a rule was given, as "w (4, 3), E (1, 3), beta 0.5"."""
    return ", ".join(f"{n} {given[n].shape if np.ndim(given[n]) else given[n]}" for n in names)


def is_array(value: Any) -> bool:
    """Return whether a value is an array with at least one dimension."""
    return isinstance(value, np.ndarray) and value.ndim > 0
