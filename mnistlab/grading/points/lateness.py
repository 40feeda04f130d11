"""What lateness costs: so much a day begun, or so much where only LATE is known.

    handed in, with times known      share of the points
    by the time it was due           0
    1 second later                   1 · late_per_day
    24 hours later                   1 · late_per_day
    24 hours and 1 second later      2 · late_per_day
    LATE, times unknown              late

A time without a time zone is in that of the other; two such times are in the same one.

Example:
    >>> begun(datetime(2026, 5, 1, 12), datetime(2026, 5, 2, 12, 0, 1))
    2
"""

from datetime import datetime, timedelta

from mnistlab.grading.handed import Attempt
from mnistlab.grading.scale import exactly
from mnistlab.lab.assignment import Lab

DAY = timedelta(days=1)


def penalty(lab: Lab, attempt: Attempt) -> tuple[int | None, float]:
    """Return the days begun after the time it was due, and the share of the points that costs.

    Args:
        lab: whose [grading] says when it was due and what lateness costs.
        attempt: the one that counts.

    Returns:
        Days, None where they aren't known, and the share, in [0, 1].

    Example:
        >>> penalty(lab, Attempt((), "ada", late=True))  # doctest: +SKIP
        (None, 0.2)
    """
    rules = lab.grading
    if rules.due is not None and attempt.time is not None:
        days = begun(rules.due, attempt.time)
        return days, min(1.0, float(days * exactly(rules.late_per_day)))
    if attempt.late is None:
        return None, 0.0
    return (None, rules.late) if attempt.late else (0, 0.0)


def begun(due: datetime, time: datetime) -> int:
    """Return how many days had begun since it was due; 0 where it was in time."""
    if due.tzinfo is None and time.tzinfo is not None:
        due = due.replace(tzinfo=time.tzinfo)
    elif time.tzinfo is None and due.tzinfo is not None:
        time = time.replace(tzinfo=due.tzinfo)
    late = time - due
    return -(-late // DAY) if late > timedelta(0) else 0
