"""nbgrader's files, read by nbgrader's own importer and compared with nbgrader's own exporter."""

import csv
import io
import os
import sys
from datetime import datetime, timedelta, timezone

import pytest

from gradebooks import LAB, graded, handed, nothing, outcomes
from gradebooks import gradebook as of
from mnistlab.grading.giving_back.nbgraderback import (
    COLUMNS,
    export_csv,
    first_and_last,
    students_csv,
    write_nbgrader,
)
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.handed import Attempt, Collection, Handed, Student

# nbgrader's imports and its database warn of what their authors will change.
pytestmark = pytest.mark.filterwarnings("ignore")


def read(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@pytest.fixture(autouse=True)
def alembic(monkeypatch):
    """Let nbgrader find the program that marks its database, beside this Python."""
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable), prepend=os.pathsep)


@pytest.fixture
def book():
    time = datetime(2026, 11, 23, 23, 59, tzinfo=timezone(timedelta(hours=1)))
    people = [Handed(Student("ada", "Ada Lovelace", lms={"email": "ada@x.edu"}),
                     (Attempt((), "ada", time=time),)),
              handed(Student("bob", "O'Brien, Bob, Jr.")),
              handed("cy", lms={"first_name": "Çağla", "last_name": 'van "X", Y'})]  # fmt: skip
    grades = (graded("ada", name="Ada Lovelace", penalty=0.2),
              nothing("bob", name="O'Brien, Bob, Jr."),
              graded("cy", name="Cy", outcomes=outcomes(80.0, 10.0, 5.0)))  # fmt: skip
    grading = LAB.grading.model_copy(update={"due": datetime(2026, 11, 22, 12, 0)})
    lab = LAB.model_copy(update={"grading": grading})
    return Gradebook(grades, lab, Collection("nbgrader", tuple(people), from_roster=True))


def test_nbgrader_imports_the_students(book, tmp_path):
    apps = pytest.importorskip("nbgrader.apps.dbapp")
    api = pytest.importorskip("nbgrader.api")
    _, file = write_nbgrader(book, tmp_path)
    database = f"sqlite:///{tmp_path}/gradebook.db"
    app = apps.DbStudentImportApp()
    app.initialize([f"--CourseDirectory.db_url={database}",
                    f"--CourseDirectory.root={tmp_path}", str(file)])  # fmt: skip
    try:
        app.start()
    finally:
        apps.DbStudentImportApp.clear_instance()
    with api.Gradebook(database) as gradebook:
        found = {one.id: (one.first_name, one.last_name, one.email) for one in gradebook.students}
    assert found == {
        "ada": ("Ada", "Lovelace", "ada@x.edu"),
        "bob": ("Bob, Jr.", "O'Brien", None),
        "cy": ("Çağla", 'van "X", Y', None),
    }


def test_the_figures_are_those_that_nbgrader_would_export(tmp_path):
    api = pytest.importorskip("nbgrader.api")
    plugin = pytest.importorskip("nbgrader.plugins").CsvExportPlugin
    people = [Student("ada", "Ada Lovelace", lms={"email": "a@x.edu"}), Student("bob", "Bob Ross")]
    ours = of([graded("ada", name="Ada Lovelace", penalty=0.2), nothing("bob", name="Bob Ross")],
              map(handed, people), "nbgrader")  # fmt: skip
    with api.Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        gradebook.add_assignment("lab_1")
        gradebook.add_notebook("lab", "lab_1")
        gradebook.add_grade_cell("all", "lab", "lab_1", max_score=100.0, cell_type="code")
        gradebook.add_student("ada", first_name="Ada", last_name="Lovelace", email="a@x.edu")
        gradebook.add_student("bob", first_name="Bob", last_name="Ross")
        submission = gradebook.add_submission("lab_1", "ada")
        submission.notebooks[0].grades[0].manual_score = 92.5
        submission.notebooks[0].late_submission_penalty = 18.5
        gradebook.db.commit()
        exporter = plugin()
        exporter.to = str(tmp_path / "theirs.csv")
        exporter.export(gradebook)
    theirs = read((tmp_path / "theirs.csv").read_bytes())
    assert list(theirs[0]) == list(COLUMNS)
    assert list(map(_comparable, read(export_csv(ours)))) == list(map(_comparable, theirs))


def _comparable(row):
    numbers = ("raw_score", "late_submission_penalty", "score", "max_score")
    return {name: float(cell) if name in numbers else cell for name, cell in row.items()}


def test_times_are_nbgraders(book):
    ada, bob, _ = read(export_csv(book))
    assert (ada["timestamp"], ada["duedate"]) == ("2026-11-23 22:59:00", "2026-11-22 12:00:00")
    assert bob["timestamp"] == ""


def test_points_before_and_after_the_penalty_agree(book):
    for row in read(export_csv(book)):
        lost = float(row["raw_score"]) - float(row["late_submission_penalty"])
        assert lost == pytest.approx(float(row["score"]), abs=0.005)


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Ada Lovelace", ("Ada", "Lovelace")), ("Lovelace, Ada", ("Ada", "Lovelace")),
     ("Cher", ("", "Cher")), ("", ("", "")), (" A  B C ", ("A  B", "C")), (",", ("", ""))],
)  # fmt: skip
def test_a_name_has_two_parts(name, parts):
    assert first_and_last(name) == parts


def test_without_a_roster_no_id_is_a_formula():
    one = of([graded("=id", name="=a =b")], [handed("=id")], "nbgrader", from_roster=False)
    (row,), (student,) = read(export_csv(one)), read(students_csv(one))
    assert row["student_id"] == student["id"] == "'=id"
    assert student["last_name"] == "'=b"


def test_last_names_of_two_words_stay_whole():
    who = Student("cy", "Cy Cy Young", lms={"first_name": "Cy", "last_name": "Cy Young"})
    (student,) = read(students_csv(of([graded("cy", name="Cy Cy Young")], [handed(who)])))
    assert (student["first_name"], student["last_name"]) == ("Cy", "Cy Young")


def test_a_roster_s_names_come_out_as_they_went_in(tmp_path):
    from mnistlab.grading.folders.roster import read_roster

    (tmp_path / "roster.csv").write_text('id,name\n1,"Cy Young, Cy"\n2,"van Gogh, Vincent"\n')
    students = read_roster(tmp_path / "roster.csv").students
    rows = read(students_csv(of([graded(one.id, name=one.name) for one in students],
                                map(handed, students))))  # fmt: skip
    assert [(one["first_name"], one["last_name"]) for one in rows] == [
        ("Cy", "Cy Young"), ("Vincent", "van Gogh")]  # fmt: skip
