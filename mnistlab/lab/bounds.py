"""Whether the settings of a run are within the bounds that a lab sets, and what is said if not.

A student is told by `submit` and `check` what the grader will say, in the same words.

Example:
    >>> outside({"epochs": (1, 20), "optimizer": ("sgd",)}, {"epochs": 50, "optimizer": "sgd"})
    ['epochs is 50; allowed is 1 to 20.']
"""

from collections.abc import Mapping
from typing import Any

from mnistlab.checks import shown
from mnistlab.lab.assignment import Setting

Within = Mapping[str, tuple[Setting, ...]]


def outside(within: Within, config: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each setting that is outside of its bounds, in the lab's order.

    Args:
        within: field of ExperimentConfig → (lowest, highest), or the words allowed.
        config: the settings of the run; one that isn't in it is not stated, and so outside.

    Returns:
        Sentences that name the setting, its value and what is allowed; [] where all are within.
    """
    return [
        f"{name} is {setting(config.get(name))}; allowed is {allowed(bounds)}."
        for name, bounds in within.items()
        if not is_within(config.get(name), bounds)
    ]


def stated(within: Within, config: Mapping[str, Any]) -> str:
    """Return the settings that have bounds, with their values: "epochs 5, optimizer sgd"."""
    return ", ".join(f"{name} {setting(config.get(name))}" for name in within)


def is_within(value: object, bounds: tuple[Setting, ...]) -> bool:
    """Whether a setting is one of those allowed, or between two numbers."""
    if isinstance(value, tuple | list):  # the units of several hidden layers
        return bool(value) and all(is_within(one, bounds) for one in value)
    if not _are_ends(bounds):
        return any(value == one and type(value) is type(one) for one in bounds)
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return low <= value <= high  # type: ignore[operator]


def allowed(bounds: tuple[Setting, ...]) -> str:
    """Return bounds, or the words allowed, as a sentence shows them: "1 to 20", "sgd or adam"."""
    if _are_ends(bounds):
        return f"{setting(bounds[0])} to {setting(bounds[1])}"
    return " or ".join(setting(one) for one in bounds)


def setting(value: object) -> str:
    """Return a setting as a sentence shows it.

    Example:
        >>> setting(None), setting(0.50), setting("sgd")
        ('not stated', '0.5', 'sgd')
    """
    if value is None:
        return "not stated"
    return f"{value:g}" if isinstance(value, float) else shown(value).strip("'\"")


def _are_ends(bounds: tuple[Setting, ...]) -> bool:
    """Whether what is allowed is (lowest, highest)."""
    return len(bounds) == 2 and all(type(one) in (int, float) for one in bounds)
