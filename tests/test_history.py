"""History: an epoch's figures in, columns and rows out, and what of others it takes."""

import types

import pytest

from mnistlab.errors import InputError
from mnistlab.history import COLUMNS, History


def test_a_new_history_has_all_columns_and_no_epochs():
    history = History()
    assert history.history == {column: [] for column in COLUMNS}
    assert history.epochs == 0
    assert list(history.rows()) == []


def test_histories_share_nothing():
    first, second = History(), History()
    first.record(loss=0.5)
    assert second["loss"] == []


def test_figures_that_are_none_are_left_out():
    history = History()
    history.record(loss=1, accuracy=0.5, val_loss=None)
    history.record(loss=0.5, accuracy=0.75, val_loss=None)
    assert history["loss"] == [1.0, 0.5]
    assert history["val_loss"] == []
    assert history.epochs == 2
    assert all(type(value) is float for value in history["loss"])


def test_rows_count_epochs_from_1_and_leave_empty_columns_out():
    history = History()
    history.record(loss=1.0, accuracy=0.5)
    history.record(loss=0.5, accuracy=0.75)
    assert list(history.rows()) == [
        {"epoch": 1, "loss": 1.0, "accuracy": 0.5},
        {"epoch": 2, "loss": 0.5, "accuracy": 0.75},
    ]


def test_a_figure_of_ones_own_gets_a_column():
    history = History()
    history.record(loss=1.0, recall=0.5)
    assert history["recall"] == [0.5]


def test_a_history_is_made_of_ours_of_kerass_and_of_a_mapping():
    ours = History(settings={"seed": 3})
    ours.record(loss=0.5)
    assert History.of(ours) == ours
    assert History.of(ours)["loss"] is not ours["loss"]
    kerass = types.SimpleNamespace(history={"loss": [0.5, 0.25], "mae": [1, 2]})
    assert History.of(kerass)["mae"] == [1.0, 2.0]
    assert History.of({"loss": (0.5, 0.25)}).epochs == 2


def test_why_a_training_was_stopped_goes_along():
    ours = History()
    assert ours.stopped == History.of({"loss": [0.5]}).stopped == ""
    ours.stopped = "patience"
    assert History.of(ours).stopped == "patience"


@pytest.mark.parametrize("given", [5, "loss", [0.5, 0.4], object()])
def test_something_else_is_no_history(given):
    with pytest.raises(InputError, match="history must be what fit returned"):
        History.of(given)


@pytest.mark.parametrize("column", [0.5, None, "0.5", ["a"], [None], [[0.5, 0.4]], [10**400]])
def test_a_column_that_is_no_list_of_numbers_is_named(column):
    with pytest.raises(InputError, match="column 'loss' must be a list of numbers"):
        History.of({"loss": column})


def test_it_shows_first_and_last_in_one_line():
    history = History()
    for loss in (0.5, 0.25):
        history.record(loss=loss, seconds=1.0)
    assert repr(history) == "History of 2 epochs: loss 0.5 → 0.25"
    assert repr(History()) == "History of 0 epochs"


def test_it_reads_like_a_mapping_of_the_columns_that_hold_figures():
    history = History.of({"loss": [0.5, 0.4]})
    assert ("loss" in history, "val_loss" in history, "nonsense" in history) == (True, False, False)
    assert list(history) == history.keys() == ["loss"]
    assert dict(history) == {"loss": [0.5, 0.4]} == dict(history.items())
    assert len(history) == 1
    assert bool(History())
