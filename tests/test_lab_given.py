"""What students give as a value: blank, one, or several by mistake."""

import doctest

import numpy as np
import pytest

from mnistlab.errors import InputError
from mnistlab.lab import given


def test_doctests():
    assert doctest.testmod(given).failed == 0


@pytest.mark.parametrize("value", [None, ..., "", " ", "\n", "...", " … "])
def test_nothing_was_given(value):
    assert given.is_blank(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "–", "no", [], np.array(0), "...!"])
def test_something_was_given(value):
    assert not given.is_blank(value)


def test_one_value_is_one():
    given.must_be_one("q", 1, ())
    with pytest.raises(InputError, match="'q' got 3 values: 0, 25, 1"):
        given.must_be_one("q", 0, (25, 1))


def test_numbers_of_other_packages_become_pythons_own():
    assert type(given.plain(np.float32(1.5))) is float
    assert given.plain(np.arange(3)) == [0, 1, 2]
    assert given.plain("text") == "text"


@pytest.mark.parametrize("written", ["407.050", "407,050", " 407,050 ", "407050", "407 050"])
def test_a_count_of_thousands_is_no_share(written):
    assert given.number("parameters", written, count=True) == 407_050
    assert given.number("share", "1.234") == given.number("n", "1.2340", count=True) == 1.234


def test_a_list_that_is_too_long_is_refused():
    with pytest.raises(InputError, match="at most 300"):
        given.predicted("q", list(range(1000)))
