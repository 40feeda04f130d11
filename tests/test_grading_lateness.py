"""Days begun, time zones, and LATE where only that is known."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mnistlab.grading.handed import Attempt
from mnistlab.grading.points.lateness import begun, penalty
from mnistlab.lab.assignment import Lab

DUE = datetime(2026, 5, 1, 23, 59)


def lab(**grading):
    """Return a lab with these rules."""
    return Lab.model_validate({
        "schema_version": 1, "lab": {"name": "late", "title": "Late"},
        "network": {"inputs": 4, "classes": 3}, "grading": grading,
    })  # fmt: skip


RULES = {"due": DUE, "late_per_day": 0.1, "late": 0.25}


@pytest.mark.parametrize(
    ("later", "days"),
    [
        (timedelta(days=-3), 0),
        (timedelta(0), 0),
        (timedelta(microseconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, microseconds=1), 2),
        (timedelta(days=3), 3),
        (timedelta(days=400), 400),
    ],
)
def test_days_begun_since_it_was_due(later, days):
    assert begun(DUE, DUE + later) == days
    assert penalty(lab(**RULES), Attempt((), "", time=DUE + later)) == (
        days,
        min(1.0, days / 10),
    )


def test_three_days_cost_three_tenths_exactly():
    time = DUE + timedelta(days=3)
    assert penalty(lab(**RULES), Attempt((), "", time=time)) == (3, 0.3)


def test_lateness_never_costs_more_than_everything():
    rules = {**RULES, "late_per_day": 0.4}
    assert penalty(lab(**rules), Attempt((), "", time=DUE + timedelta(days=9)))[1] == 1.0


@pytest.mark.parametrize(
    ("late", "expected"), [(True, (None, 0.25)), (False, (0, 0.0)), (None, (None, 0.0))]
)
def test_where_only_late_is_known(late, expected):
    assert penalty(lab(**RULES), Attempt((), "", late=late)) == expected
    without_due = {**RULES, "due": None}
    assert penalty(lab(**without_due), Attempt((), "", late=late, time=DUE)) == expected


def test_a_known_time_beats_what_the_lms_says():
    assert penalty(lab(**RULES), Attempt((), "", late=True, time=DUE)) == (0, 0.0)


def test_time_zones():
    in_berlin = timezone(timedelta(hours=2))
    due = datetime(2026, 5, 1, 23, 59, tzinfo=in_berlin)
    assert begun(due, datetime(2026, 5, 1, 21, 59, tzinfo=UTC)) == 0
    assert begun(due, datetime(2026, 5, 1, 22, 0, tzinfo=UTC)) == 1
    assert begun(due, datetime(2026, 5, 1, 23, 59)) == 0  # without a zone: in that of the other
    assert begun(datetime(2026, 5, 1, 23, 59), due) == 0
