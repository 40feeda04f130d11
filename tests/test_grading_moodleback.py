"""moodle_import.csv and moodle_feedback.zip, read back by the rules of Moodle's own importers."""

import csv
import io
import zipfile

import pytest

from gradebooks import gradebook, graded, handed, nothing, outcomes
from mnistlab.grading.giving_back.moodleback import (
    feedback_zip,
    import_csv,
    moodle_folder,
    participant,
    write_moodle,
)
from mnistlab.grading.handed import Student

ADA = "Ada Lovelace_4711_assignsubmission_file_/lab.zip"


def by_worksheet(data, participants):
    """Return the grades that "Upload grading worksheet" takes: participant → grade."""
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    identifier, grade = header.index("Identifier"), header.index("Grade")
    assert "Last modified (grade)" in header
    taken = {}
    for row in rows:
        number = row[identifier][len("Participant ") :]
        if number in participants and row[grade] and 0 <= float(row[grade]) <= 100:
            taken[number] = float(row[grade])
    return taken


def by_feedback(name, participants):
    """Return (participant, plugin, file) as is_valid_filename_for_import does, or None."""
    if name.rpartition("/")[2].startswith((".", "~")):
        return None
    parts = ("/import/" + name).split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) < 4 or not info[1].isdecimal() or info[1] not in participants:
            continue
        if info[2] not in ("assignsubmission", "assignfeedback"):
            continue
        rest = info[4] if len(info) > 4 else ""
        return info[1], info[3], "/".join([rest, *parts])
    return None


def rows(book):
    return list(csv.DictReader(io.StringIO(import_csv(book).decode(), newline="")))


def book(grades, people, **more):
    return gradebook(grades, people, "moodle", **more)


def test_moodle_takes_the_grades_by_participant():
    grades = [graded("ada"), graded("bob", outcomes=outcomes(0.0))]
    people = [handed("ada", ADA), handed("bob", "B Ob_12_assignsubmission_file/x.npz")]
    taken = by_worksheet(import_csv(book(grades, people)), {"4711", "12"})
    assert taken == {"4711": 92.5, "12": 15.0}


def test_moodle_takes_the_grades_by_address(capsys):
    ada = Student("ada", "Ada", lms={"email": "ada@x.edu"})
    made = rows(book([graded("ada", name="Ada"), graded("bob")], [handed(ada), handed("bob")]))
    assert [(one["Email address"], one["Identifier"], one["Grade"]) for one in made] == [
        ("ada@x.edu", "", "92.5")]  # fmt: skip
    assert "without 1 of 2 students" in capsys.readouterr().err


def test_who_handed_in_nothing_is_found_by_the_rosters_number():
    one = Student("z", lms={"moodle_id": "77"})
    assert by_worksheet(import_csv(book([nothing("z")], [handed(one)])), {"77"}) == {"77": 0.0}


def test_points_above_the_highest_are_the_highest():
    full = graded("ada", outcomes=outcomes(80.0, 10.0, 5.0))
    assert full.points == 105
    assert by_worksheet(import_csv(book([full], [handed("ada", ADA)])), {"4711"}) == {"4711": 100}


def test_a_name_is_no_formula_unless_the_roster_gave_it():
    one, people = graded("ada", name="=cmd()"), [handed("ada", ADA)]
    assert rows(book([one], people))[0]["Full name"] == "=cmd()"
    assert rows(book([one], people, from_roster=False))[0]["Full name"] == "'=cmd()"


@pytest.mark.parametrize(
    ("name", "folder", "number"),
    [
        (ADA, "Ada Lovelace_4711_assignsubmission_file_", "4711"),
        ("Ada_7_assignsubmission_file", "Ada_7_assignsubmission_file_", "7"),
        ("Ada_7_assignsubmission_file_lab_1.zip", "Ada_7_assignsubmission_file_", "7"),
        ("x/Ada_7_assignsubmission_onlinetext_/t.html", "Ada_7_assignsubmission_onlinetext_", "7"),
        ("../../Ada_7_assignsubmission_file_/x", "Ada_7_assignsubmission_file_", "7"),
        ("Ada_x_assignsubmission_file_/x", "", ""),
        ("Ada_٧_assignsubmission_file_/x", "", ""),
        ("lab.zip", "", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_the_folder_says_who(name, folder, number):
    assert (moodle_folder(name), participant(name)) == (folder, number)


def test_moodle_gives_each_page_to_its_student():
    grades = [graded("ada"), graded("bob"), graded("cy"), nothing("dan")]
    people = [handed("ada", ADA), handed("bob", "B_12_assignsubmission_file_x_y.npz"),
              handed("cy", "cy.npz"), handed("dan")]  # fmt: skip
    pages = {one.student: f"page of {one.student}" for one in grades}
    archive = zipfile.ZipFile(io.BytesIO(feedback_zip(book(grades, people), pages)))
    found = {by_feedback(one, {"4711", "12"}): archive.read(one) for one in archive.namelist()}
    assert found == {("4711", "file", "/feedback.html"): b"page of ada",
                     ("12", "file", "/feedback.html"): b"page of bob"}  # fmt: skip


def test_the_files_are_only_for_moodle(tmp_path):
    one, people = [graded("ada")], [handed("ada", ADA)]
    names = [file.name for file in write_moodle(book(one, people), tmp_path, {})]
    assert names == ["moodle_import.csv", "moodle_feedback.zip"]
    assert write_moodle(gradebook(one, people, "canvas"), tmp_path, {}) == ()
