"""Student ids: compared as people mean them, and a seed for each that is the same everywhere."""

import subprocess
import sys

import pytest

from mnistlab.errors import InputError
from mnistlab.lab.students import LONGEST, checked_id, normal_id, personal_seed, same_id

SAME = [
    ("ada", "ADA"),
    ("ada", "  ada\n"),
    ("straße", "STRASSE"),
    ("é", "e\u0301"),
    ("１２３", "123"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_student_however_the_id_is_typed(one, other):
    assert same_id(one, other)
    assert personal_seed(one) == personal_seed(other)


def test_other_students_are_others():
    assert not same_id("ada", "adam")
    assert normal_id(" Ada ") == "ada"


@pytest.mark.parametrize("blank", ["", "  ", "\u3000"])
def test_a_blank_id_means_nobody(blank):
    assert not same_id(blank, blank)


def test_a_number_is_an_id():
    assert checked_id(4711) == "4711"
    assert personal_seed(4711) == personal_seed("4711")


@pytest.mark.parametrize("given", [None, "", "   ", True, 1.5, b"ada", ["ada"]])
def test_no_id_says_how_to_give_one(given):
    with pytest.raises(InputError, match=r'is no student id.*student_id="ada.lovelace"'):
        checked_id(given)
    with pytest.raises(InputError, match="is no student id"):
        personal_seed(given)


@pytest.mark.parametrize("given", ["a" * (LONGEST + 1), "ada\nbob", "ada\x00", "ada\ud800"])
def test_an_id_that_is_none(given):
    with pytest.raises(InputError, match="one line, at most 100 characters"):
        checked_id(given)


def test_the_longest_id_and_other_scripts_are_taken():
    assert checked_id("a" * LONGEST) == "a" * LONGEST
    assert checked_id(" عمر ") == "عمر"
    assert checked_id("o'neill@example.edu") == "o'neill@example.edu"


def test_the_seed_is_the_one_that_the_formula_gives():
    # the first 8 bytes of SHA-256("mnistlab ada"), the highest first, modulo 2³¹
    assert personal_seed("ada") == 1238640266
    assert 0 <= personal_seed("bob") < 2**31


def test_the_seed_is_the_same_in_another_process_with_another_hash_seed():
    code = "from mnistlab.lab.students import personal_seed; print(personal_seed('Ada'))"
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": "7"},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert int(done.stdout) == personal_seed("ada")


def test_a_thousand_students_have_a_thousand_seeds():
    assert len({personal_seed(f"student{k}") for k in range(1000)}) == 1000
