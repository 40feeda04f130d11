"""canvas_import.csv, read back by the rules of Canvas's own importer."""

import csv
import io
import re

import pytest

from gradebooks import gradebook, graded, handed, nothing, outcomes
from mnistlab.errors import InputError
from mnistlab.grading.folders.roster import read_canvas_gradebook
from mnistlab.grading.giving_back.canvasback import assignment_column, import_csv, write_canvas
from mnistlab.grading.handed import Student

HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Notes", "Quiz (7)",
          "Lab 1 (9)", "Assignments Current Score", "Final Score"]  # fmt: skip
EXPORT = [
    HEADER,
    ["    Points Possible", "", "", "", "", "", "10.00", "100.00", "(read only)", "(read only)"],
    ["Lovelace, Ada", "101", "S1", "ada@x.edu", "Mon & Wed", "late?", "8.00", "", "80.0", "80.0"],
    ["O'Brien, =cmd()", "102", "S2", "bob", "", "", "", "3.00", "", ""],
    ["Ünal, Çağla", "103", "", "cagla", "", "", "9.00", "EX", "90.0", "90.0"],
    ["Gone, Some", "104", "S4", "gone", "", "", "1.00", "5.00", "", ""],
    ["Student, Test", "999", "", "0a1b", "", "", "", "", "", ""],
]
PEOPLE = [
    Student("S1", "Ada Lovelace", lms={"ID": "101"}),
    Student("S2", "=cmd() O'Brien", lms={"ID": "102"}),
    Student("cagla", "Çağla Ünal", lms={"ID": "103"}),
]
GRADES = [graded("S1"), nothing("S2"), graded("cagla", outcomes=outcomes(11.111))]


def book(export=EXPORT, people=PEOPLE, grades=GRADES):
    return gradebook(grades, map(handed, people), header=export)


def rows(data):
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def by_canvas(data):
    """Return what Canvas would import: (assignment numbers, points possible, ID → points)."""
    header, *rest = rows(data)
    assert len(header) > 3 and "Student" in header[0] and "ID" in header[1]
    column = 3  # name, ID, Section
    assert re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3])
    column += 2
    assert "Section" in header[column - 1]
    ids = [re.fullmatch(r"(.*) \((\d+)\)", one)[2] for one in header[column:]]
    possible, grades = None, {}
    for row in rest:
        if "Points Possible" in row[0]:
            possible = row[column:]
        elif not all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", one, re.I) for one in row):
            grades[row[1]] = row[column:]
    return ids, possible, grades


def test_canvas_finds_each_student_and_the_assignment():
    ids, possible, grades = by_canvas(import_csv(book()))
    assert ids == ["9"] and possible == ["100.00"]
    assert grades == {"101": ["92.5"], "102": ["0"], "103": ["EX"], "104": ["5.00"], "999": [""]}


def test_who_a_row_is_of_stays_exactly_as_it_came():
    wrote = rows(import_csv(book()))
    assert [row[:5] for row in wrote] == [row[:5] for row in EXPORT]
    assert wrote[0] == [*HEADER[:5], "Lab 1 (9)"]
    assert b"    Points Possible,,,,,100.00" in import_csv(book())
    assert b"101,S1,ada@x.edu,Mon & Wed,92.5\r\n" in import_csv(book())


def test_an_export_that_was_read_comes_back(tmp_path):
    file = tmp_path / "export.csv"
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        csv.writer(out).writerows(EXPORT)
    roster = read_canvas_gradebook(file)
    grades = [graded(one.id) for one in roster.students]
    wrote = rows(import_csv(book(roster.header, roster.students, grades)))
    assert [row[:5] for row in wrote] == [row[:5] for row in EXPORT]
    assert [row[5] for row in wrote[2:]] == ["92.5", "92.5", "EX", "92.5", ""]


def test_one_students_number_is_never_anothers_sis_id():
    people = [Student("b", lms={"ID": "7", "SIS User ID": "101"})]
    _, _, grades = by_canvas(import_csv(book(people=people, grades=[graded("b")])))
    assert grades["101"] == [""]
    assert grades["7"] == ["92.5"]


def test_two_with_the_same_login_get_nothing_by_it():
    people = [Student("x", lms={"SIS Login ID": "bob"}), Student("y", lms={"login": "BOB "})]
    _, _, grades = by_canvas(import_csv(book(people=people, grades=[graded("x"), graded("y")])))
    assert grades["102"] == ["3.00"]


def test_a_roster_of_ones_own_is_matched_by_sis_id_and_login():
    people = [Student("s1"), Student("z", lms={"login": "gone"})]
    _, _, grades = by_canvas(import_csv(book(people=people, grades=[graded("s1"), graded("z")])))
    assert grades["101"] == ["92.5"] and grades["104"] == ["92.5"]


def test_short_rows_and_a_third_row_about_posting_are_taken():
    export = [HEADER, EXPORT[1], ["", "", "", "", "", "", "", "Manual Posting"], EXPORT[2][:3]]
    wrote = rows(import_csv(book(export)))
    assert wrote[2] == ["", "", "", "", "", "Manual Posting"]
    assert wrote[3] == ["Lovelace, Ada", "101", "S1", "", "", "92.5"]


def test_other_points_possible_are_said(capsys):
    import_csv(book())
    assert capsys.readouterr().err == ""
    import_csv(book([HEADER, [*EXPORT[1][:7], "50.00", "", ""], *EXPORT[2:]]))
    assert "'Lab 1 (9)' is out of 50.00 points, in the lab of 100" in capsys.readouterr().err


# ── which column ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("title", "assignment", "column"),
    [("Lab 1", None, 7), (" lab  1 ", None, 7), ("Other", "Quiz", 6), ("Other", "Quiz (7)", 6),
     ("Lab 1", "7", 6)],
)  # fmt: skip
def test_the_assignment_is_found_by_title_or_by_what_is_given(title, assignment, column):
    assert assignment_column(HEADER, title, assignment) == column


def test_the_only_assignment_is_taken_whatever_it_is_called():
    assert assignment_column(["Student", "ID", "Section", "Quiz (7)"], "Lab 1") == 3


@pytest.mark.parametrize(
    ("header", "assignment", "says"),
    [(HEADER, "Quiz 2", r"no column.*'Quiz \(7\)', 'Lab 1 \(9\)'"),
     (["Student", "Quiz (7)"], "Lab", "no column.*'Quiz \\(7\\)'"),
     ([*HEADER, "Lab 1 (10)"], None, r"more than one column.*'Lab 1 \(10\)'"),
     (["Student", "ID", "Section", "Final Score"], None, "Export it again")],
)  # fmt: skip
def test_an_unclear_column_lists_those_there_are(header, assignment, says):
    with pytest.raises(InputError, match=says):
        assignment_column(header, "Lab 1", assignment)


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def test_the_files_are_those_that_canvas_can_use(tmp_path):
    names = [one.name for one in write_canvas(book(), tmp_path, {})]
    assert names == ["canvas_import.csv", "canvas_feedback.zip"]
    assert write_canvas(gradebook(GRADES, map(handed, PEOPLE), "moodle"), tmp_path, {}) == ()
    with pytest.raises(InputError, match="--canvas-gradebook"):
        import_csv(gradebook(GRADES, map(handed, PEOPLE)))


def test_no_column_of_the_title_says_the_option_that_names_one():
    with pytest.raises(InputError, match=r"--assignment.*'Quiz \(7\)', 'Lab 2 \(9\)'"):
        assignment_column(["Student", "ID", "Quiz (7)", "Lab 2 (9)"], "Lab 1")
