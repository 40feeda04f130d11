"""Numbers as students write them are read, or it is said how to write them."""

import doctest
import locale

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.errors import InputError
from mnistlab.lab import numerals
from mnistlab.lab.numerals import as_number


def test_doctests():
    assert doctest.testmod(numerals).failed == 0


READ = {
    "0.25": 0.25, "0,25": 0.25, " 0,25 \n": 0.25, ",5": 0.5, "5,": 5.0, "2.303": 2.303,
    "2,30": 2.30, "2,3026": 2.3026, "0,303": 0.303, "1.000,5": 1000.5, "1,000.5": 1000.5,
    "1.000.000": 1e6, "1,000,000": 1e6, "1.234.567,89": 1234567.89, "407 050": 407050.0,
    "407'050": 407050.0, "407’050": 407050.0, "407_050": 407050.0, "407\u202f050": 407050.0,
    "1 000,5": 1000.5, "-0,5": -0.5, "−0,5": -0.5, "+3": 3.0, "1e-3": 0.001, "2,5E-3": 0.0025,
    "٠٫٢٥": 0.25, "٤٠٧٬٠٥٠": 407050.0, "१२.५": 12.5, "１２": 12.0, "\u200f0,25\u200e": 0.25,
}  # fmt: skip


@pytest.mark.parametrize(("text", "number"), READ.items())
def test_what_can_be_read_in_one_way_is_read(text, number):
    assert as_number(text) == number


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [("407,050", "407.050", "407050"), ("-2,303", "-2.303", "-2303"), (" 1,000 ", "1.000", "1000")],
)
def test_what_can_be_read_in_two_ways_names_both(text, one, other):
    with pytest.raises(InputError, match=f"two ways. Write {one}, or {other}\\."):
        as_number(text)


@pytest.mark.parametrize("text", ["97%", "97,5 %", "٩٧٪"])
def test_a_percent_sign_is_explained(text):
    with pytest.raises(InputError, match=r"percent sign.*97\.5.*0\.975"):
        as_number(text)


NONE = ["", "  ", "nan", "inf", "-Infinity", "1/10", "10²", "1e999", "12,34,567", "1,2.3", "--5",
        "1.000.00", "3 4", "0'5", ".", "-", "e5", "1e5,3", "0x10", "five", "0,25 kg", "9" * 61,
        "1,2,3", "½", "1+1", "__import__('os')"]  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_says_how_to_write_one(text):
    with pytest.raises(InputError, match="is no number. Write one such as 0.25"):
        as_number(text)


@settings(max_examples=300, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_python_own_way_is_read_back_exactly(number):
    assert as_number(repr(number)) == number
    if "." in repr(number) and "e" not in repr(number):
        whole, _, rest = repr(number).partition(".")
        if len(rest) != 3:
            assert as_number(f"{whole},{rest}") == number


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=70))
def test_any_text_is_a_finite_number_or_an_input_error(text):
    try:
        assert abs(as_number(text)) < float("inf")
    except InputError as why:
        assert len(str(why)) < 300


def test_the_locale_plays_no_part():
    before = locale.setlocale(locale.LC_NUMERIC)
    assert as_number("1.5") == 1.5
    assert locale.setlocale(locale.LC_NUMERIC) == before
