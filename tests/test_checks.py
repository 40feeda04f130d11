"""The checks of single values: what passes, in which form, and what the errors say."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from mnistlab import checks
from mnistlab.errors import InputError


def refusal(check, *given, **named):
    """Return what the InputError of a check says."""
    with pytest.raises(InputError) as caught:
        check(*given, **named)
    return str(caught.value)


def test_a_value_is_shown_in_one_line_of_80_characters():
    assert checks.shown("0,5") == "'0,5'"
    assert checks.shown(np.eye(2)) == "array([[1., 0.], [0., 1.]])"
    assert checks.shown("x" * 78) == repr("x" * 78)  # 80 with its quotes
    assert checks.shown("x" * 79) == "'" + "x" * 76 + "..."


@pytest.mark.parametrize("given", ["sigmoid", "Sigmoid", " SIGMOID "])
def test_a_choice_may_be_written_in_capitals(given):
    assert checks.choice("f", given, ("sigmoid", "relu")) == "sigmoid"


def test_a_choice_may_be_written_with_hyphens():
    assert checks.choice("dataset", "mnist-5k", ("mnist", "mnist_5k")) == "mnist_5k"


def test_an_unknown_choice_lists_what_is_allowed_and_guesses_what_was_meant():
    assert refusal(checks.choice, "f", "sigmiod", ("sigmoid", "relu")) == (
        "f='sigmiod' is not known. Choose one of: 'sigmoid', 'relu'. Did you mean 'sigmoid'?"
    )


def test_nothing_is_guessed_where_nothing_is_close():
    assert "Did you mean" not in refusal(checks.choice, "f", "wxyz", ("sigmoid", "relu"))


@pytest.mark.parametrize("given", [None, 3, True, ["relu"], {"f": 1}, np.array(["relu", "relu"])])
def test_a_choice_that_is_no_text_is_refused(given):
    assert refusal(checks.choice, "f", given, ("sigmoid", "relu")).startswith("f=")


@pytest.mark.parametrize(
    "given", [0.5, np.float32(0.5), np.float64(0.5), Fraction(1, 2)], ids=lambda v: type(v).__name__
)
def test_a_number_of_any_kind_becomes_a_float(given):
    result = checks.number("beta", given)
    assert result == 0.5
    assert type(result) is float


@pytest.mark.parametrize("given", [None, True, [0.5], (0.5,), 1j, Decimal("0.5"), np.ones(2)])
def test_what_is_no_number_is_refused(given):
    assert refusal(checks.number, "beta", given).startswith("beta must be a number, but got ")


@pytest.mark.parametrize("given", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_a_number_that_is_not_finite_is_refused(given):
    assert refusal(checks.number, "beta", given).startswith("beta must be a finite number")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("0,5", "Numbers take a decimal point, not a comma: beta=0.5."),
        (" 0,5 ", "Numbers take a decimal point, not a comma: beta=0.5."),
        ("0.5", "Leave the quotes out: beta=0.5."),
        ("half", "Write a number such as 0.5."),
        ("", "Write a number such as 0.5."),
        ("nan", "Write a number such as 0.5."),
        ("inf", "Write a number such as 0.5."),
        ("1,2,3", "Write a number such as 0.5."),
    ],
)
def test_text_in_place_of_a_number_says_how_to_write_it(given, hint):
    said = refusal(checks.number, "beta", given)
    assert said == f"beta must be a number, but got the text {given!r}. {hint}"


@pytest.mark.parametrize("given", [0, -0.1, -0.0])
def test_a_positive_number_is_above_0(given):
    assert refusal(checks.positive, "beta", given) == f"beta must be above 0, but got {given}."


def test_the_smallest_float_is_positive():
    assert checks.positive("beta", 5e-324) == 5e-324


@pytest.mark.parametrize("given", [0, 0.0, 0.999])
def test_a_fraction_lies_from_0_to_below_1(given):
    assert checks.fraction("share", given) == given


@pytest.mark.parametrize("given", [-0.001, 1, 1.0, 20])
def test_a_fraction_outside_is_refused(given):
    said = refusal(checks.fraction, "share", given)
    assert said == f"share must be at least 0 and below 1, but got {given}."


@pytest.mark.parametrize("given", [5, 5.0, np.int64(5), np.float32(5)])
def test_a_whole_number_of_any_kind_becomes_an_int(given):
    result = checks.whole("epochs", given)
    assert result == 5
    assert type(result) is int


def test_a_whole_number_above_2_to_the_53_is_not_rounded():
    assert checks.whole("seed", 2**53 + 1) == 2**53 + 1
    assert checks.whole("seed", 12345678901234567890) == 12345678901234567890


@pytest.mark.parametrize("given", [0.5, 2.5, -0.5])
def test_a_broken_number_is_not_whole(given):
    said = refusal(checks.whole, "epochs", given)
    assert said == f"epochs must be a whole number, but got {given}."


def test_a_whole_number_has_a_least_value():
    assert checks.whole("epochs", 0) == 0
    assert checks.whole("units", 1, minimum=1) == 1
    assert refusal(checks.whole, "epochs", -1) == "epochs must be at least 0, but got -1."
    assert refusal(checks.whole, "units", 0, minimum=1) == "units must be at least 1, but got 0."


def test_batch_size_is_a_whole_number_from_1_on_or_full():
    assert checks.batch_size(1) == 1
    assert checks.batch_size(" Full ") == "full"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0, "batch_size must be at least 1, but got 0."),
        (-32, "batch_size must be at least 1"),
        (32.5, "batch_size must be a whole number, but got 32.5."),
        ("32", "batch_size='32' is not known. Give a whole number from 1 on"),
        ("ful", "or 'full' for full batch"),
        (None, "batch_size must be a number, but got None."),
        (float("nan"), "batch_size must be a finite number"),
    ],
)
def test_another_batch_size_is_refused(given, said):
    assert said in refusal(checks.batch_size, given)


@pytest.mark.parametrize(
    ("given", "units"),
    [(512, (512,)), ((128, 64), (128, 64)), ([128], (128,)), (128.0, (128,)), ((), ())],
)
def test_units_are_one_number_or_one_for_each_layer(given, units):
    assert checks.units("hidden_units", given) == units


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0, "hidden_units must be at least 1, but got 0."),
        ((128, 0), "hidden_units must be at least 1, but got 0."),
        (-5, "hidden_units must be at least 1, but got -5."),
        (1.5, "hidden_units must be a whole number, but got 1.5."),
        ("512", "hidden_units='512' is no number of units."),
        ("128,64", "such as (128, 64), without quotes."),
        (None, "hidden_units=None is no number of units."),
        (((1, 2), 3), "is no number of units."),
        (True, "hidden_units must be a number, but got True."),
    ],
)
def test_other_units_are_refused(given, said):
    assert re.sub(r"\s+", " ", said) in refusal(checks.units, "hidden_units", given)


def test_a_text_is_a_text():
    assert checks.text("dataset", "mnist") == "mnist"
    assert refusal(checks.text, "dataset", 5) == "dataset must be a text in quotes, but got 5."
