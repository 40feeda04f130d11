"""The gradebook: its figures, its table, grades.csv, and what a notebook shows of it."""

import csv
import dataclasses
import io

import pandas as pd
import pytest

from gradebooks import FLAG, LAB, gradebook, graded, handed, nothing, outcomes
from mnistlab.errors import InputError
from mnistlab.grading.gradebook import grades_csv, write_tables
from mnistlab.grading.handed import Attempt, Handed, Student


@pytest.fixture
def three():
    ada = graded("ada", name="Ada Lovelace", flags=(FLAG,))
    bob = graded("bob", name="Bob", outcomes=outcomes(0.0, 8.0, 0.0), penalty=0.5)
    people = [handed(Student("ada", "Ada Lovelace", ("4711", "Ada@X.edu")), "a_1_2_lab.zip"),
              handed("bob", "b_3_4_lab.zip"), handed("cy", name="Cy")]  # fmt: skip
    return gradebook([ada, bob, nothing("cy", name="Cy")], people)


def read(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_figures_are_of_those_who_handed_in(three):
    # ada: 10 + 77.5 + 5 = 92.5; bob: (10 + 8) / 2 = 9; cy handed in nothing
    assert three.mean == three.median == pytest.approx((92.5 + 9) / 2)
    assert [one.student for one in three.handed_in] == ["ada", "bob"]
    assert [one.student for one in three.flagged] == ["ada"]
    assert three.to_mark == 1
    assert len(three) == 3


def test_an_empty_class_has_no_mean():
    nobody = gradebook([], [])
    assert nobody.mean is None and nobody.median is None
    assert "0 students" in repr(nobody) and "mean" not in repr(nobody)
    assert nobody._repr_html_()
    assert read(grades_csv(nobody)) == []


def test_the_summary_says_how_many_and_how_good(three):
    assert repr(three) == ("Gradebook('lab_1': 3 students, 2 handed in, mean 50.8 and median 50.8 "
                           "of 100, 1 flagged, 1 answers to mark)")  # fmt: skip


def test_a_student_is_found_by_any_id(three):
    assert three.of("4711") is three.of(" ADA@x.edu ") is three.of("ada")
    with pytest.raises(InputError, match="nobody.*Did you mean 'ada'"):
        three.of("adda")


def test_an_id_of_two_students_is_nobodys():
    people = [Student("a", aliases=("x",)), Student("b", aliases=("x",))]
    both = gradebook([graded("a"), graded("b")], map(handed, people))
    with pytest.raises(InputError, match="several"):
        both.of("x")


def test_an_own_id_comes_before_another_ones_alias():
    both = gradebook(
        [graded("a"), graded("b")], [handed("a"), handed(Student("b", aliases=("a",)))]
    )
    assert both.of("a").student == "a"


def test_grades_csv_says_what_the_grades_say(three):
    ada, bob, cy = read(grades_csv(three))
    assert (ada["id"], ada["name"], ada["points"], ada["out_of"]) == (
        "ada",
        "Ada Lovelace",
        "92.5",
        "100",
    )
    assert (ada["points_accuracy"], ada["points_why"], ada["to_mark"]) == ("77.5", "", "1")
    assert (bob["points"], bob["penalty"], bob["points_why"]) == ("9", "0.5", "8")
    assert (cy["points"], cy["file"], cy["measured_accuracy"], cy["attempt"]) == ("0", "", "", "")
    assert ada["measured_accuracy"] == "0.95"
    assert ada["flags"] == "claim: States 0.99; 0.95 was measured."
    assert (ada["submission"], ada["rubric"]) == ("sha256:00", "sha256:11")


def test_pandas_takes_table_and_file(three, tmp_path):
    frame = pd.DataFrame(three.table())
    (file,) = write_tables(three, tmp_path / "out")
    assert file.name == "grades.csv"
    assert list(pd.read_csv(file)["points"]) == list(frame["points"]) == [92.5, 9.0, 0.0]


def test_nothing_of_a_submission_is_a_formula():
    hostile = graded("=id", name="@name", file="=HYPERLINK(1)",
                     flags=(FLAG.model_copy(update={"text": "=x"}),))  # fmt: skip
    (row,) = read(grades_csv(gradebook([hostile], [handed("=id")])))
    assert (row["id"], row["name"], row["file"]) == ("=id", "@name", "'=HYPERLINK(1)")
    (row,) = read(grades_csv(gradebook([hostile], [handed("=id")], from_roster=False)))
    assert (row["id"], row["name"]) == ("'=id", "'@name")


def test_the_notebook_shows_names_as_text(three):
    bad = graded("x", name='<script>alert("1")</script>' + "n" * 10_000)
    html = gradebook([bad] * 30, [handed("x")])._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "… and 10 more" in html
    assert len(html) < 10_000


def test_the_same_grades_make_the_same_bytes(three):
    assert grades_csv(three) == grades_csv(dataclasses.replace(three))


def test_the_attempt_that_counts_is_found(three):
    ada, _, cy = three
    assert three.attempt(ada).files[0].lms_name == "a_1_2_lab.zip"
    assert three.attempt(cy) is None
    assert three.attempt(ada.model_copy(update={"attempt": 7})) is None


def test_an_e_mail_address_comes_from_the_roster_or_is_an_id():
    people = [
        Student("a", lms={"email": "a@x.edu"}),
        Student("b", aliases=("9", "b@x.edu")),
        Student("c"),
    ]
    book = gradebook([graded(one.id) for one in people], map(handed, people))
    assert [book.email(one) for one in book] == ["a@x.edu", "b@x.edu", ""]


def test_items_without_points_have_no_column():
    assert LAB.out_of == 100
    row = gradebook([graded("a")], [handed("a")]).table()[0]
    assert [one for one in row if one.startswith("points_")] == [
        "points_readable", "points_accuracy", "points_network", "points_why"]  # fmt: skip


def test_who_was_late_is_said_also_without_a_rule_for_it():
    late, punctual = Attempt((), "x", late=True), Attempt((), "x", late=False)
    people = [Handed(Student("a"), (late,)), Handed(Student("b"), (punctual,)),
              Handed(Student("c"), (late,)), Handed(Student("d"))]  # fmt: skip
    grades = [graded("a"), graded("b", late_days=2), graded("c", late_days=0), nothing("d")]
    rows = read(grades_csv(gradebook(grades, people)))
    assert [one["late"] for one in rows] == ["LATE", "LATE", "", ""]  # times beat the name
    assert list(rows[0])[6:8] == ["late", "days_late"]
