"""What stands in a cell's output after an entry."""

import doctest

import pytest

from mnistlab.lab import entries
from mnistlab.lab.entries import Asked, Entry, html_table, short, table, written


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


# ── a question ──────────────────────────────────────────────────────────────────────────────────

ASKED = Asked("why", "Why?\nReally?", "answer", 2.0, False, "sheet.answer('why', …)")


def test_a_question_shows_text_kind_points_and_how_to_fill_it_in():
    assert repr(ASKED).splitlines() == [
        "why: an answer in words, 2 points", "  Why?", "  Really?",
        "Fill it in: sheet.answer('why', …)"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "bonus", "said"),
    [(1.0, False, ", 1 point"), (0.5, False, ", 0.5 points"), (0.0, False, ", no points"),
     (3.0, True, ", 3 points, optional"), (0.0, True, ", no points, optional")],
)  # fmt: skip
def test_a_question_says_what_it_is_worth(points, bonus, said):
    asked = Asked("why", "Why?", "answer", points, bonus, "")
    assert repr(asked).splitlines()[0].endswith(said) and said in asked._repr_html_()


def test_a_question_is_never_markup():
    evil = "<script>&\"'"
    assert "<script" not in Asked(evil, evil, "answer", 1.0, False, evil)._repr_html_()
