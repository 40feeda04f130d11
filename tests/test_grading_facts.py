"""What was measured, as it is kept: checked as it comes, compact where there is much of it."""

import sys

import pytest
from pydantic import ValidationError

from mnistlab.grading.facts import MOST_NUMBERS, Facts


def test_a_fingerprint_is_kept_in_four_bytes_a_number_and_comes_back():
    facts = Facts(digest="", fingerprint=[k / 1488 for k in range(1488)])
    assert sys.getsizeof(facts.fingerprint) < 4 * 1488 + 200
    assert facts.fingerprint[744] == 0.5
    text = facts.model_dump_json()
    assert len(text) < 9000
    assert Facts.model_validate_json(text) == facts
    assert Facts.model_validate_json(text).model_dump_json() == text


def test_no_fingerprint_is_empty():
    assert not Facts(digest="").fingerprint
    assert Facts.model_validate_json(Facts(digest="").model_dump_json()) == Facts(digest="")


@pytest.mark.parametrize(
    "given",
    [
        "x",
        "AAA=",
        5,
        None,
        {},
        ["x"],
        [None],
        [float("nan")],
        [0.0] * (MOST_NUMBERS + 1),
        "AADAfw==",
    ],
)  # the last is NaN
def test_what_is_no_fingerprint(given):
    with pytest.raises((ValidationError, TypeError)):
        Facts(digest="", fingerprint=given)


def test_a_number_beyond_single_precision_is_cut_off():
    assert Facts(digest="", fingerprint=[1e308]).fingerprint[0] == pytest.approx(3e38)
