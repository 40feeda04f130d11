"""What stands in a cell's output after an entry."""

import doctest

import pytest

from mnistlab.lab import entries
from mnistlab.lab.entries import Entry, html_table, short, table, written


def test_doctests():
    assert doctest.testmod(entries).failed == 0


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.1, "0.1"), (35.0, "35"), (-0.0, "0"), (1e300, "1e+300"), (True, "True"), (3, "3"),
     (2.3025850929940455, "2.3025850929940455"), ("x", "x")],
)  # fmt: skip
def test_values_are_shown_without_rounding(value, said):
    assert written(value) == said


def test_long_texts_are_cut_to_one_line():
    assert short("a\nb\tc") == "a b c"
    assert short("a" * 61) == "a" * 59 + "…"
    assert short(None) == entries.NOTHING


def test_columns_stand_below_each_other():
    lines = table("T", [("a", "number", "1"), ("long", "answer", "2")], "F").splitlines()
    assert lines == ["T", "  a     number  1", "  long  answer  2", "F"]
    assert table("T", [], "F") == "T\nF"


def test_everything_is_escaped():
    evil = "<script>&\"'"
    entry = Entry(evil, evil, evil, evil, evil, evil, 1)
    for html in (entry._repr_html_(), html_table(evil, [(evil, evil, evil)], evil)):
        assert "<script" not in html.lower()
        assert "&lt;script&gt;&amp;&quot;&#x27;" in html


def test_nothing_given_says_only_where_the_worksheet_is():
    said = repr(Entry("why", "Why?", "answer", "", "Nothing was given.", "w.json", 2))
    assert said.splitlines()[1:] == [
        "Nothing was given. The worksheet: w.json. 2 questions are still empty."
    ]
