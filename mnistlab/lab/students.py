"""Student ids, and the seed that belongs to each.

Example:
    >>> personal_seed("ada") == personal_seed(" ADA ")
    True
"""

import hashlib
import unicodedata
from typing import Any

from mnistlab.checks import shown
from mnistlab.errors import InputError

LONGEST = 100


def normal_id(student_id: str) -> str:
    """Return an id in the form in which ids are compared: NFKC, no blanks at the ends, casefold."""
    return unicodedata.normalize("NFKC", student_id).strip().casefold()


def same_id(one: str, other: str) -> bool:
    """Whether two ids mean the same student; a blank id means nobody."""
    return normal_id(one) == normal_id(other) != ""


def checked_id(student_id: Any, name: str = "student_id") -> str:
    """Return an id without blanks at its ends.

    Args:
        student_id: text or a whole number, 1 to 100 characters.
        name: what it is called in an error.

    Raises:
        InputError: no id, with how to give one.
    """
    given = str(student_id) if type(student_id) is int else student_id
    if not isinstance(given, str) or not given.strip():
        raise InputError(f"{name}={shown(student_id)} is no student id. Give the id that your "
                         f'course knows you by, in quotes: {name}="ada.lovelace".')  # fmt: skip
    given = given.strip()
    if len(given) > LONGEST or any(unicodedata.category(c) in ("Cc", "Cs") for c in given):
        raise InputError(f"{name} has {len(given)} characters or some that no id has. Give the id "
                         f"that your course knows you by: one line, at most {LONGEST} "
                         "characters.")  # fmt: skip
    return given


def is_id(given: str) -> bool:
    """Whether a text can be a student's id."""
    try:
        checked_id(given)
    except InputError:
        return False
    return True


def personal_seed(student_id: str | int) -> int:
    """Return the seed that belongs to a student, so that each starts from weights of their own.

        seed = SHA-256("mnistlab " + id) mod 2³¹

    Args:
        student_id: the id that the course knows you by; case and blanks at the ends don't count.

    Returns:
        A whole number in [0, 2³¹), the same on every machine.

    Raises:
        InputError: no id.

    Example:
        >>> personal_seed("ada")
        1238640266
    """
    text = f"mnistlab {normal_id(checked_id(student_id))}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 2**31
