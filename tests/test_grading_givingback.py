"""Which files come out for which LMS, and that one failing leaves the others."""

import csv
import dataclasses
import re
import zipfile

import pytest

from gradebooks import LAB, gradebook, graded, handed, nothing
from mnistlab.errors import InputError
from mnistlab.grading.folders.collections import collect
from mnistlab.grading.folders.roster import read_canvas_gradebook, read_roster
from mnistlab.grading.giving_back.givingback import forget_earlier, write_all
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.publishing import publish

ALWAYS = ["grades.csv", "nbgrader.csv", "nbgrader_students.csv"]
HEADER = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A (1)", "B (2)"]]


@pytest.mark.parametrize(
    ("kind", "more"),
    [("canvas", ["canvas_feedback.zip"]), ("moodle", ["moodle_import.csv", "moodle_feedback.zip"]),
     ("gradescope", []), ("nbgrader", []), ("folders", []), ("files", [])],
)  # fmt: skip
def test_each_lms_gets_its_files(kind, more, tmp_path):
    files = write_all(gradebook([graded("ada")], [handed("ada")], kind), tmp_path, {})
    assert [one.name for one in files] == ALWAYS + more
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_files_that_collect_canvas_gradebook_too(tmp_path):
    book = gradebook([graded("ada")], [handed("ada")], "files", HEADER)
    assert [one.name for one in write_all(book, tmp_path, {}, "A")] == [
        *ALWAYS,
        "canvas_import.csv",
    ]


def test_an_unclear_column_keeps_the_other_files(tmp_path):
    book = gradebook([graded("ada")], [handed("ada")], "canvas", HEADER)
    with pytest.raises(InputError, match=r"'A \(1\)', 'B \(2\)'"):
        write_all(book, tmp_path, {})
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(ALWAYS)


def test_twice_makes_the_same_bytes(tmp_path):
    people = [handed("ada", "a_1_2_x.zip"), handed("b", "b_3_4_x.ipynb")]
    book = gradebook([graded("ada"), graded("b")], people, "canvas", HEADER)
    for folder in ("one", "two"):
        write_all(book, tmp_path / folder, {"ada": "A", "b": "B"}, "B (2)")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


# ── from what an LMS gave out to what it takes back ─────────────────────────────────────────────


def collected(tmp_path, names, listed, read):
    """Return the gradebook of a zip as an LMS makes it, and of the class that a file lists."""
    file, listing = tmp_path / "submissions.zip", tmp_path / "class.csv"
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    listing.write_text(listed, encoding="utf-8")
    known = read(listing)
    collection = collect(file, known)
    grades = tuple(graded(one.student.id, name=one.student.name) if one.attempts
                   else nothing(one.student.id) for one in collection.handed)  # fmt: skip
    return Gradebook(grades, LAB, collection)


def test_canvas_gets_back_what_it_gave_out(tmp_path):
    export = ("Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (9)\n"
              "    Points Possible,,,,,100\n"
              '"Lovelace, Ada",101,S1,ada@x.edu,A,\n"Ross, Bob",102,S2,bob,B,\n'
              '"Student, Test",999,,0a1b,A,\n')  # fmt: skip
    book = collected(tmp_path, ["lovelaceada_LATE_101_55_lab.zip", "rossbob_102_text.html"],
                     export, read_canvas_gradebook)  # fmt: skip
    files = {one.name: one for one in write_all(book, tmp_path / "out",
                                                {one.student: "page" for one in book})}  # fmt: skip
    rows = list(csv.reader(files["canvas_import.csv"].read_text().splitlines()))
    assert rows[1:] == [["    Points Possible", "", "", "", "", "100"],
                        ["Lovelace, Ada", "101", "S1", "ada@x.edu", "A", "92.5"],
                        ["Ross, Bob", "102", "S2", "bob", "B", rows[3][5]],
                        ["Student, Test", "999", "", "0a1b", "A", ""]]  # fmt: skip
    names = zipfile.ZipFile(files["canvas_feedback.zip"]).namelist()
    assert names == ["lovelaceada_LATE_101_55_lab.zip"]


def test_moodle_gets_back_what_it_gave_out(tmp_path):
    names = ["Ada Lovelace_4711_assignsubmission_file_/lab.zip",
             "Çağla Ünal_12_assignsubmission_file_/a_b.npz"]  # fmt: skip
    sheet = ("Identifier,Full name,Email address,Status,Grade\n"
             "Participant 4711,Ada Lovelace,ada@x.edu,Submitted,\n"
             "Participant 12,Çağla Ünal,c@x.edu,Submitted,\n"
             "Participant 13,Bob,bob@x.edu,No submission,\n")  # fmt: skip
    book = collected(tmp_path, names, sheet, read_roster)
    files = {one.name: one for one in write_all(book, tmp_path / "out",
                                                {one.student: "page" for one in book})}  # fmt: skip
    rows = list(csv.DictReader(files["moodle_import.csv"].read_text().splitlines()))
    assert {one["Identifier"]: (one["Email address"], one["Grade"]) for one in rows} == {
        "Participant 4711": ("ada@x.edu", "92.5"), "Participant 12": ("c@x.edu", "92.5"),
        "Participant 13": ("bob@x.edu", "0")}  # fmt: skip
    names = zipfile.ZipFile(files["moodle_feedback.zip"]).namelist()
    assert names == ["Ada Lovelace_4711_assignsubmission_file_/feedback.html",
                     "Çağla Ünal_12_assignsubmission_file_/feedback.html"]  # fmt: skip


# ── what an earlier run left ────────────────────────────────────────────────────────────────────


def test_what_an_earlier_run_wrote_and_this_one_does_not_is_removed_and_said(tmp_path, capsys):
    people, grades = [handed("ada", "a_1_2_x.zip")], [graded("ada")]
    earlier = write_all(gradebook(grades, people, "canvas", HEADER), tmp_path, {"ada": "A"}, "A")
    (tmp_path / "moodle_import.csv").write_text("x")
    (tmp_path / "moodle_feedback.zip").mkdir()  # not ours
    now = write_all(gradebook(grades, people, "canvas"), tmp_path, {"ada": "A"})
    capsys.readouterr()
    assert forget_earlier(tmp_path, now) == ("canvas_import.csv", "moodle_import.csv")
    said = capsys.readouterr().err.splitlines()
    assert said[0] == ("mnistlab: canvas_import.csv of an earlier run was removed; give "
                       "--canvas-gradebook again to write it")  # fmt: skip
    assert len(said) == 2 and "from Moodle" in said[1]
    assert {one.name for one in tmp_path.iterdir()} == {one.name for one in now} | {
        "moodle_feedback.zip"
    }
    assert {one.name for one in earlier} > {one.name for one in now}
    assert forget_earlier(tmp_path, now) == ()


def test_publishing_leaves_no_points_of_an_earlier_run(tmp_path, capsys):
    people, grades = [handed("ada", "a_1_2_x.zip")], [graded("ada")]
    old = dataclasses.replace(gradebook(grades, people, "canvas", HEADER), folder=tmp_path)
    publish(old, assignment="A")
    assert (tmp_path / "canvas_import.csv").is_file()
    publish(dataclasses.replace(gradebook(grades, people, "files"), folder=tmp_path))
    assert not list(tmp_path.glob("canvas_*"))
    assert capsys.readouterr().err.count("of an earlier run was removed") == 2


def test_what_is_published_stands_in_the_order_of_the_roster(tmp_path):
    people = [handed("zoe"), handed("ada", "a_1_2_x.zip"), handed("bob", "b_3_4_x.zip")]
    grades = [graded("bob"), graded("ada"), nothing("zoe")]
    book = dataclasses.replace(gradebook(grades, people, "files"), folder=tmp_path)
    publish(book)
    with open(tmp_path / "grades.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["zoe", "ada", "bob"]
    page = (tmp_path / "report.html").read_text()
    hrefs = re.findall(r'href="feedback/(\w+)\.html"', page)
    assert hrefs == ["zoe", "ada", "bob"]
    unknown = gradebook([graded("x"), *grades], people)
    assert [one.student for one in unknown.in_roster_order()] == ["zoe", "ada", "bob", "x"]
    alone = gradebook(grades, people, from_roster=False)
    assert alone.in_roster_order() is alone
