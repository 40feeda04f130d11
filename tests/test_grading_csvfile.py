"""CSV: no formula gets through, numbers stay numbers, what is written is read back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.grading.csvfile import defused, number, rows_to_csv

FORMULAS = ["=cmd|'/c calc'!A1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1",
            " =1+1", "\u00a0=1", "\ufeff=1", "\u200b@A", "\u202e=1"]  # fmt: skip


def read(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_is_never_a_formula(formula):
    ((_, cell),) = read(rows_to_csv([("x", formula)]))
    assert cell[0] == "'" and cell.replace("'", "") == formula.replace("'", "")


@pytest.mark.parametrize(
    "text, defused_there",
    [
        ("x;=HYPERLINK(A1)", "x;'=HYPERLINK(A1)"),
        ("a\t+1", "a\t'+1"),
        ("a|@x; -b", "a|'@x; '-b"),
        ("so:\n- one\r\n\u00a0= two", "so:\n'- one\r\n\u00a0'= two"),
        ('say;"=1+1"', 'say;"\'=1+1"'),
        ("a;＝1", "a;'＝1"),
        ("a;b=c; d-e, =f", "a;b=c; d-e, =f"),
    ],
)
def test_a_text_holds_no_formula_where_other_signs_separate_cells(text, defused_there):
    assert defused(text) == defused_there == defused(defused_there)
    for delimiter in ";\t|":
        lines = rows_to_csv([("x", text)]).decode().splitlines()
        cells = [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]
        assert not any(cell.lstrip(' \u00a0"').startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize("text", ["ada", "a=b", "1-2", "", "'=1", "ad@example.edu", "5% + more"])
def test_an_innocent_text_stays_as_it_is(text):
    assert read(rows_to_csv([("x", text)])) == [["x", text]]


def test_what_the_instructor_gave_stays_as_it_is_in_its_columns_only():
    assert read(rows_to_csv([("=id", "=said")], as_given=[0])) == [["=id", "'=said"]]


@pytest.mark.parametrize(
    ("value", "written"),
    [(90.0, "90"), (87.5, "87.5"), (0.9787, "0.9787"), (-3, "-3"), (-0.5, "-0.5"), (0, "0"),
     (float("nan"), ""), (float("inf"), ""), (1e300, "1e+300")],
)  # fmt: skip
def test_numbers_stay_numbers(value, written):
    assert number(value) == written
    assert read(rows_to_csv([("x", value)])) == [["x", written]]


def test_quotes_commas_and_line_breaks_stay_in_their_cell():
    row = ['say "hi"', "a,b", "two\nlines", "a;b"]
    assert read(rows_to_csv([row, ["next"]])) == [row, ["next"]]


def test_control_characters_and_broken_unicode_do_no_harm():
    data = rows_to_csv([("a\0b\x1bc", "\udc80")])
    assert read(data) == [["a\ufffdb\ufffdc", "\\udc80"]]


def test_the_mark_stands_first_once():
    data = rows_to_csv([("id",), ("ada",)], mark=True)
    assert data == b"\xef\xbb\xbfid\r\nada\r\n"


@given(st.lists(st.lists(st.text(), min_size=2, max_size=3), max_size=5))
def test_whatever_is_written_comes_back_or_is_defused(rows):
    back = read(rows_to_csv(rows))
    assert len(back) == len(rows)
    for row, again in zip(rows, back, strict=True):
        for text, cell in zip(row, again, strict=True):
            plain = defused(text).encode("utf-8", "backslashreplace").decode()
            assert cell == plain
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))
