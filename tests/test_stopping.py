"""When to stop: a pure function of the History's columns."""

import math

import pytest

from mnistlab import stopping
from mnistlab.errors import InputError
from mnistlab.history import History
from mnistlab.stopping import reason_to_stop


@pytest.mark.parametrize(
    ("losses", "patience", "stops"),
    [
        ([], 1, False),
        ([0.5], 1, False),
        ([0.5, 0.4, 0.3], 1, False),
        ([0.5, 0.4, 0.4], 1, True),  # the same again is not below
        ([0.5, 0.6, 0.4], 1, False),  # it would have stopped one epoch earlier
        ([0.5, 0.6], 2, False),
        ([0.5, 0.6, 0.55], 2, True),  # below the last, but not below the best
        ([0.5, 0.6, 0.55, 0.49], 3, False),
        ([0.5, math.nan, 0.4], 2, False),
        ([0.5, math.nan, math.nan], 2, True),
    ],
)
def test_patience_by_hand(losses, patience, stops):
    assert reason_to_stop({"loss": losses}, patience) == ("patience" if stops else "")
    columns = {"loss": list(range(len(losses), 0, -1)), "val_loss": losses}
    assert reason_to_stop(columns, patience) == ("patience" if stops else "")


def test_the_validation_loss_is_watched_where_there_is_one():
    rising = {"loss": [3, 2, 1], "val_loss": [1, 2, 3]}
    assert reason_to_stop(rising, patience=2) == "patience"
    assert reason_to_stop({**rising, "val_loss": []}, patience=2) == ""


def test_an_acceptable_error_is_the_last_epochs():
    assert reason_to_stop({"total_error": [5.0, 3.0]}, acceptable_error=4) == "acceptable_error"
    assert reason_to_stop({"total_error": [3.0, 5.0]}, acceptable_error=4) == ""
    assert reason_to_stop({"total_error": [4.0]}, acceptable_error=4) == ""
    assert reason_to_stop({}, acceptable_error=4) == ""


def test_without_limits_nothing_stops():
    assert reason_to_stop({"loss": [1.0] * 100, "total_error": [0.0] * 100}) == ""
    assert reason_to_stop(History().history, 1, 1.0) == ""


def test_the_line_that_is_printed():
    columns = {"loss": [5, 4, 3, 2], "val_loss": [0.3, 0.2, 0.25, 0.2], "total_error": [9, 8, 7, 6]}
    assert (
        stopping.message(columns, "patience")
        == "Stopped after epoch 4: no lower val_loss for 2 epochs."
    )
    assert stopping.message({"loss": [1, 2]}, "patience").endswith("no lower loss for 1 epoch.")
    assert "total error, 6, is acceptable" in stopping.message(columns, "acceptable_error")
    assert stopping.message(columns, "") == ""


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ((0, None), "patience must be at least 1"),
        ((1.5, None), "patience must be a whole number"),
        (("3", None), "patience must be a number"),
        ((None, 0), "acceptable_error must be above 0"),
    ],
)
def test_limits_that_cant_be(limits, said):
    with pytest.raises(InputError, match=said):
        stopping.checked(*limits)


def test_limits_that_can_be():
    assert stopping.checked(None, None) == (None, None)
    assert stopping.checked(3.0, 4) == (3, 4.0)
