"""The commands of a class, as a student and an instructor type them."""

import json
import os

import pytest

from processes import mnistlab
from tiny_class import hand_in, small_class, small_run, small_text


@pytest.fixture
def place(tmp_path):
    """Return a folder with lab.toml and three submissions."""
    (tmp_path / "lab.toml").write_text(small_text())
    small_class(tmp_path / "in", "ada", "bob")
    (tmp_path / "in" / "cyd.pdf").write_bytes(b"%PDF-1.7")
    return tmp_path


def run(place, *arguments, status=0):
    """Run a command in the folder, and return what it printed."""
    done = mnistlab(*arguments, home=place, cwd=place)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if status == 0 else done.stderr


GRADE = ("grade", "in", "--rubric", "lab.toml", "--out", "GRADES")


def test_grade_then_explain_then_mark_by_hand_then_grade_again(place):
    said = run(place, *GRADE)
    assert "3 students, 3 handed in" in said
    assert "mnistlab mark GRADES" in said
    assert os.stat(place / "GRADES").st_mode & 0o777 == 0o700
    assert "accuracy" in run(place, "grade", "--explain", "ada", "--rubric", "lab.toml",
                             "--out", "GRADES")  # fmt: skip
    (place / "GRADES" / "overrides.csv").write_text(
        "id,item,points,reason,by\nada,why,9,Names the slope.,grace\n"
    )
    run(place, *GRADE)
    told = run(place, "grade", "--explain", "ada", "--rubric", "lab.toml", "--out", "GRADES")
    assert "grace" in told and "Names the slope." in told


def test_grade_as_json(place):
    table = json.loads(run(place, "grade", "in", "--rubric", "lab.toml", "--json"))
    assert [row["id"] for row in table] == ["ada", "bob", "cyd"]
    assert table[2]["points"] == 0
    assert sorted(os.listdir(place)) == ["in", "lab.toml"]


def test_a_dry_run_lists_and_grades_nothing(place):
    (place / "roster.csv").write_text("id,name\nada,Ada\neve,Eve\n")
    said = run(place, "grade", "in", "--roster", "roster.csv", "--out", "GRADES", "--dry-run")
    assert "bob" in said and "eve" in said
    assert not (place / "GRADES").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grade", "nowhere", "--rubric", "lab.toml"), "nowhere"),
        (("grade", "in", "--rubric", "nowhere.toml"), "nowhere.toml"),
        (("grade", "in", "--rubric", "lab.toml", "--roster", "nowhere.csv"), "nowhere.csv"),
        (("grade", "in", "--rubric", "lab.toml", "--test-data", "nowhere.npz"), "nowhere.npz"),
        (("grade",), "Which folder?"),
        (("grade", "--explain", "ada", "--rubric", "lab.toml"), "--out DIR"),
        (("grade", "--explain", "ada", "--rubric", "lab.toml", "--out", "G"), "Grade first"),
        (("mark", "GRADES", "--by", "ann", "--rubric", "lab.toml"), "Grade first"),
        (("check", "nowhere", "--rubric", "lab.toml"), "nowhere"),
        (("submit", "nowhere", "--student-id", "ada"), "nowhere"),
        (("lab", "--dataset", "boston_housing"), "regression"),
        (("lab", "--dataset", "mnits"), "mnist"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(place, arguments, said):
    error = run(place, *arguments, status=2)
    assert said in error
    assert len(error.splitlines()) == 1


def test_the_rubric_that_is_printed_is_one_that_grades(place):
    (place / "rubric.toml").write_text(run(place, "rubric"))
    text = (place / "rubric.toml").read_text()
    assert text.startswith("#") and "[[item]]" in text
    text = text.replace('dataset = "mnist"', 'dataset = "mnist_5k"')
    (place / "rubric.toml").write_text(text)
    assert "3 students" in run(place, "grade", "in", "--rubric", "rubric.toml")


def test_lab_writes_an_assignment_with_the_counts(place):
    said = run(place, "lab", "--dataset", "fashion_mnist", "--hidden-units", "256",
               "--out", "mylab")  # fmt: skip
    assert said.strip().endswith("lab.toml")
    assert "203,530" in (place / "mylab" / "lab.toml").read_text()
    again = run(place, "lab", "--dataset", "fashion_mnist", "--out", "mylab", status=2)
    assert "nothing is overwritten" in again


def test_lab_calibrated(place):
    said = run(place, "lab", "--dataset", "digits", "--hidden-units", "32", "--epochs", "10",
               "--calibrate", "--out", "mylab")  # fmt: skip
    assert "full points from" in said.lower()


def test_submit_and_check(place):
    small_run("dee").save(place / "run")
    shown = run(place, "check", "run", "--rubric", "lab.toml", "--student-id", "dee")
    assert "points that you can see" in shown
    written = run(place, "submit", "run", "--student-id", "dee", "--partner", "eve")
    name = next(one for one in os.listdir(place) if one.endswith("dee.zip"))
    assert name in written
    report = json.loads(run(place, "check", name, "--rubric", "lab.toml", "--json"))
    assert report["measured_accuracy"] == small_run("dee").test_accuracy


def test_gradescopes_zip(place):
    said = run(place, "grade", "--gradescope", "--rubric", "lab.toml", "--out", "upload")
    assert said.strip() == os.path.join("upload", "autograder.zip")


def test_replay_trains_again_and_flags_what_differs(place):
    hand_in(place / "in", "dee", epochs=3)
    book = place / "GRADES"
    run(place, *GRADE, "--replay")
    table = (book / "grades.csv").read_text(encoding="utf-8-sig")
    assert "replay" not in table
