"""The next epoch's value is made while this one is used: in order, once, and in a thread beside."""

import doctest
import threading

import pytest

from mnistlab import ahead
from mnistlab.ahead import Ahead


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(ahead).failed == 0


def test_the_next_value_is_made_while_this_one_is_used():
    made = {epoch: threading.Event() for epoch in range(3)}
    threads = set()

    def make(epoch):
        threads.add(threading.current_thread())
        made[epoch].set()
        return epoch * 10

    values = Ahead(make, epochs=3)
    assert values(0) == 0
    assert made[1].wait(10)  # nobody has asked for it yet
    assert not made[2].is_set()
    assert [values(1), values(2)] == [10, 20]
    values.close()
    assert threading.main_thread() not in threads


def test_each_value_is_made_once_however_often_it_is_asked_for():
    asked = []

    def make(epoch):
        asked.append(epoch)
        return object()

    values = Ahead(make, epochs=4)
    first = values(1)
    assert values(1) is first  # batches are begun twice where a training goes on
    values(2), values(3)
    values.close()
    assert asked == [1, 2, 3]


def test_nothing_is_made_for_epochs_that_wont_come():
    asked = []
    values = Ahead(asked.append, epochs=1)
    values(0)
    values.close()
    assert asked == [0]


def test_an_error_is_raised_where_the_value_is_asked_for():
    def make(epoch):
        if epoch == 1:
            raise ValueError("epoch 1")
        return epoch

    values = Ahead(make, epochs=3)
    assert values(0) == 0
    with pytest.raises(ValueError, match="epoch 1"):
        values(1)
    values.close()


def test_closing_ends_the_thread_and_can_be_done_twice():
    values = Ahead(lambda epoch: epoch, epochs=9)
    values(0)
    values.close()
    values.close()
    for thread in threading.enumerate():
        if thread.name.startswith("mnistlab-ahead"):
            thread.join(10)
            assert not thread.is_alive()
