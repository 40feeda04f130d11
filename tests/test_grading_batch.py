"""A class graded: who gets what, again to the same bytes, after a kill, and with other points."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

import mnistlab
from mnistlab.errors import InputError, OutputError, SaveError
from mnistlab.grading.checking import check
from mnistlab.grading.isolated import pool as pools
from mnistlab.grading.isolated.exam import Exam
from mnistlab.lab.labfile import parsed
from mnistlab.lab.packing import pack
from processes import PROJECT, surroundings
from tiny_class import hand_in, small_class, small_lab, small_run, small_text
from tiny_lab import tiny_lab, tiny_run

ROSTER = "id,name,email\nada,Ada L.,ada@x.edu\nbob,Bob B.,bob@x.edu\ncyd,Cyd C.,c@x.edu\n"


def graded(folder, out=None, lab=None, **settings):
    """Return the gradebook of a folder."""
    return mnistlab.grade(folder, lab or small_lab(), out, verbose=0, jobs=2, **settings)


def outputs(folder):
    """Return every file below a folder with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def roster(tmp_path, text=ROSTER):
    """Write a roster and return its path."""
    path = tmp_path / "roster.csv"
    path.write_text(text)
    return path


def points(book):
    """Return the points of each student."""
    return {one.student: one.points for one in book}


def test_a_class_is_graded_by_what_was_measured(tmp_path):
    small_class(tmp_path / "in", "ada", "bob")
    book = graded(tmp_path / "in", roster=roster(tmp_path))
    ada = book.of("ada")
    accuracy = small_run("ada").test_accuracy
    share = (accuracy - 0.2) / 0.7
    earned = {one.item: one.points for one in ada.outcomes}
    assert earned == {
        "readable": 5,
        "accuracy": pytest.approx(40 * share, abs=0.01),
        "claim": 5,
        "count": 5,  # 64·16 + 16 + 16·10 + 10 = 1,210
        "unit_3": 0,  # not answered
        "why": None,  # a person has yet to read it
    }
    assert [one.student for one in book] == ["ada", "bob", "cyd"]
    assert (book.of("cyd").points, book.of("cyd").attempts) == (0, 0)


def test_the_same_class_gives_the_same_bytes_however_many_at_once(tmp_path):
    small_class(tmp_path / "in", "ada", "bob", "cyd")
    graded(tmp_path / "in", tmp_path / "one", roster=roster(tmp_path))
    mnistlab.grade(tmp_path / "in", small_lab(), tmp_path / "two", roster=roster(tmp_path),
                   jobs=1, verbose=0)  # fmt: skip
    assert outputs(tmp_path / "one") == outputs(tmp_path / "two")
    assert {"grades.jsonl", "grades.csv", "report.html", "feedback/ada.html"} <= set(
        outputs(tmp_path / "one")
    )
    for path in (tmp_path / "one", tmp_path / "one" / "feedback"):
        assert path.stat().st_mode & 0o777 == 0o700


class Counted(pools.Pool):
    """A pool that counts what is measured."""

    measured = 0

    def facts(self, tasks):
        def counted():
            for task in tasks:
                Counted.measured += 1
                yield task

        return super().facts(counted())


@pytest.fixture
def counted(monkeypatch):
    """Count what is measured."""
    monkeypatch.setattr("mnistlab.grading.batch.Pool", Counted)
    monkeypatch.setattr(Counted, "measured", 0)
    return Counted


def test_what_was_measured_isnt_measured_again_when_points_change(tmp_path, counted):
    small_class(tmp_path / "in", "ada", "bob")
    graded(tmp_path / "in", tmp_path / "out")
    assert counted.measured == 2
    again = graded(tmp_path / "in", tmp_path / "out", small_lab(readable=25))
    assert counted.measured == 2
    anew = graded(tmp_path / "in", tmp_path / "anew", small_lab(readable=25))
    assert points(again) == points(anew)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "anew")


def test_what_was_handed_in_anew_is_measured_anew_and_nothing_else(tmp_path, counted):
    small_class(tmp_path / "in", "ada", "bob")
    graded(tmp_path / "in", tmp_path / "out")
    hand_in(tmp_path / "in", "bob", epochs=1)
    book = graded(tmp_path / "in", tmp_path / "out")
    assert counted.measured == 3
    assert book.of("bob").facts.measured_accuracy == small_run("bob", 1).test_accuracy


def test_other_test_data_measure_everything_again(tmp_path, counted):
    digits = mnistlab.load_data("digits")
    np.savez(tmp_path / "mine.npz", x=digits.x_test[:100], y=digits.y_test[:100])
    small_class(tmp_path / "in", "ada")
    first = graded(tmp_path / "in", tmp_path / "out")
    book = graded(tmp_path / "in", tmp_path / "out", test_data=tmp_path / "mine.npz")
    assert counted.measured == 2
    assert book.of("ada").facts.n_test == 100
    assert book.of("ada").test_data != first.of("ada").test_data


def test_the_best_attempt_or_the_latest(tmp_path):
    for name, epochs in (("1", 1), ("2", 8), ("3", 2)):
        hand_in(tmp_path / "in" / "ada" / name, "ada", epochs=epochs)
    hand_in(tmp_path / "in" / "bob", "bob")
    latest = graded(tmp_path / "in").of("ada")
    best = graded(tmp_path / "in", lab=small_lab('attempts = "best"')).of("ada")
    assert (latest.attempt, latest.attempts) == (3, 3)
    assert (best.attempt, best.attempts) == (2, 3)
    assert best.points > latest.points
    assert len(best.others) == 2


def test_lateness_costs_what_the_rubric_says(tmp_path):
    small_class(tmp_path / "in", "ada", "bob")
    times = tmp_path / "times.csv"
    times.write_text("id,time\nada,2026-11-01T12:00\nbob,2026-11-03T12:01\n")
    lab = small_lab("due = 2026-11-01T12:00:00\nlate_per_day = 0.1")
    book = graded(tmp_path / "in", lab=lab, times=times)
    assert (book.of("ada").late_days, book.of("ada").penalty) == (0, 0)
    bob = book.of("bob")
    assert (bob.late_days, bob.penalty) == (3, pytest.approx(0.3))
    assert bob.points == round(bob.earned * 0.7, 2)


def test_a_partner_who_handed_in_nothing_gets_the_grade_and_a_flag_says_so(tmp_path):
    hand_in(tmp_path / "in", "ada", partners=("bob@x.edu",))
    book = graded(tmp_path / "in", roster=roster(tmp_path))
    assert book.of("bob").points == book.of("ada").points > 0
    assert book.of("bob").sender == "ada"
    assert book.of("cyd").points == 0
    assert [flag.kind for flag in book.of("bob").flags] == ["partner"]
    alone = graded(tmp_path / "in", roster=roster(tmp_path), lab=small_lab("group = false"))
    assert alone.of("bob").points == 0


# ── whose numbers ───────────────────────────────────────────────────────────────────────────────


def right_number(student):
    """Return the right number of unit_3 for a student's personal seed."""
    return Exam.of(small_lab()).expected(student, ["unit_3"])["unit_3"]


def with_number(folder, student, name="", **more):
    """Hand in with the right number for the own seed."""
    entries = {"numbers": {"unit_3": right_number(student)}}
    return hand_in(folder, student, name, entries=entries, **more)


def of_unit_3(book, student):
    """Return what unit_3 earned."""
    return next(one.points for one in book.of(student).outcomes if one.item == "unit_3")


def test_everybody_of_a_group_gets_what_the_file_earns(tmp_path):
    folder = tmp_path / "in" / "submission_1"
    with_number(folder, "ada")
    (tmp_path / "in" / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ada L.\n    :sid: ada\n"
        "    :email: ada@x.edu\n  - :name: Bob B.\n    :sid: bob\n    :email: bob@x.edu\n"
        "  :created_at: 2026-11-01 12:00:00 +0000\n"
    )
    book = graded(tmp_path / "in", roster=roster(tmp_path))
    assert of_unit_3(book, "ada") == of_unit_3(book, "bob") == 5
    assert book.of("ada").points == book.of("bob").points


def test_an_id_that_nobody_has_is_flagged_and_its_numbers_count(tmp_path, capfd):
    with_number(tmp_path / "in", "ada")
    (tmp_path / "in" / "ada.zip").rename(tmp_path / "in" / "S1.zip")
    people = roster(tmp_path, "id,name\nS1,Ada L.\nS2,Bob B.\n")
    book = mnistlab.grade(tmp_path / "in", small_lab(), roster=people, verbose=1, jobs=1)
    assert of_unit_3(book, "S1") == 5
    assert [flag.kind for flag in book.of("S1").flags] == ["identity"]
    assert "--roster" in capfd.readouterr().err


def test_another_students_numbers_dont_count(tmp_path):
    with_number(tmp_path / "in", "ada")
    with_number(tmp_path / "in", "ada", "bob.zip")
    book = graded(tmp_path / "in", roster=roster(tmp_path))
    assert (of_unit_3(book, "ada"), of_unit_3(book, "bob")) == (5, 0)
    assert "identity" in [flag.kind for flag in book.of("bob").flags]


def test_a_roster_given_later_changes_whose_numbers_count_without_measuring(tmp_path, counted):
    with_number(tmp_path / "in", "ada", "S1.zip")
    out = tmp_path / "out"
    people = roster(tmp_path, "id,name\nS1,Somebody\nada,Ada L.\n")
    assert of_unit_3(graded(tmp_path / "in", out, roster=people), "S1") == 0
    people.write_text("id,name,login\nS1,Ada L.,ada\n")
    assert of_unit_3(graded(tmp_path / "in", out, roster=people), "S1") == 5
    assert counted.measured == 1


def test_of_several_who_name_a_partner_the_best_counts(tmp_path):
    hand_in(tmp_path / "in", "ada", partners=("cyd",), epochs=1)
    hand_in(tmp_path / "in", "bob", partners=("cyd",), epochs=8)
    book = graded(tmp_path / "in", roster=roster(tmp_path))
    assert book.of("cyd").points == book.of("bob").points > book.of("ada").points


def test_a_claim_is_compared_with_what_students_can_measure(tmp_path):
    digits = mnistlab.load_data("digits")
    wrong = (digits.y_test + 1) % 10
    np.savez(tmp_path / "mine.npz", x_test=digits.x_test, y_test=wrong)
    hand_in(tmp_path / "in", "ada")
    ada = graded(tmp_path / "in", test_data=tmp_path / "mine.npz").of("ada")
    earned = {one.item: one.points for one in ada.outcomes}
    assert ada.facts.measured_accuracy < 0.2
    assert (earned["accuracy"], earned["claim"]) == (0, 5)
    assert not ada.flags


def test_the_copy_that_came_last_counts(tmp_path):
    hand_in(tmp_path / "in" / "ada", "ada", "lab (1).zip", epochs=8)
    hand_in(tmp_path / "in" / "ada", "ada", "lab.zip", epochs=1)
    hand_in(tmp_path / "in" / "bob", "bob")
    book = graded(tmp_path / "in")
    assert book.of("ada").facts.file == "lab (1).zip"


def test_a_class_that_did_another_lab_is_said(tmp_path, capfd):
    small_class(tmp_path / "in", "ada", "bob")
    lab = parsed(small_text().replace('name = "small"', 'name = "large"').encode(), "lab.toml")
    mnistlab.grade(tmp_path / "in", lab, verbose=1, jobs=1)
    assert "2 of 2 submissions were made for another lab than 'large'" in capfd.readouterr().err


def test_grades_dont_lie_among_what_was_handed_in(tmp_path):
    small_class(tmp_path / "in", "ada")
    with pytest.raises(InputError, match="among that"):
        graded(tmp_path / "in", tmp_path / "in")


def test_answers_to_questions_that_the_lab_hasnt_are_left_out(tmp_path):
    hand_in(tmp_path / "in", "ada", entries={"answers": {f"q{k}": "x" * 9000 for k in range(99)}})
    book = graded(tmp_path / "in")
    assert book.of("ada").facts.answers == {}


def test_a_file_beside_it_hides_no_copy(tmp_path):
    small_class(tmp_path / "in" / "ada", "ada")
    with zipfile.ZipFile(tmp_path / "in" / "ada" / "ada.zip") as archive:
        stolen = archive.read("weights.npz")
    (tmp_path / "in" / "bob").mkdir()
    (tmp_path / "in" / "bob" / "b.npz").write_bytes(stolen)
    (tmp_path / "in" / "bob" / "essay.pdf").write_bytes(b"%PDF-1.7")
    decoy = io.BytesIO()
    np.savez(decoy, **{name: np.random.default_rng(0).random(a.shape).astype("f4") for name, a in
                       np.load(io.BytesIO(stolen)).items()})  # fmt: skip
    (tmp_path / "in" / "bob" / "a.npz").write_bytes(decoy.getvalue())
    book = graded(tmp_path / "in")
    assert book.of("bob").facts.file == "b.npz"
    assert ("ada",) in [flag.others for flag in book.of("bob").flags if flag.kind == "similar"]


def test_copied_weights_are_flagged_and_partners_arent(tmp_path):
    small_class(tmp_path / "in", "ada", "bob")
    with zipfile.ZipFile(tmp_path / "in" / "ada.zip") as archive:
        stolen = io.BytesIO(archive.read("weights.npz"))
    (tmp_path / "in" / "cyd.npz").write_bytes(stolen.getvalue())
    book = graded(tmp_path / "in")
    assert [flag.others for flag in book.of("cyd").flags if flag.kind == "similar"] == [("ada",)]
    assert [flag.others for flag in book.of("ada").flags if flag.kind == "similar"] == [("cyd",)]
    assert not [flag for flag in book.of("bob").flags if flag.kind == "similar"]


def test_mistakes_are_told_by_the_names_of_the_classes(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.zip").write_bytes(pack(tiny_run(learning_rate=0.001), "ada"))
    mnistlab.grade(tmp_path / "in", tiny_lab(), tmp_path / "out", verbose=0, jobs=1)
    page = (tmp_path / "out" / "feedback" / "ada.html").read_text()
    assert "setosa" in page or "versicolor" in page


def test_overrides_and_marks_survive_reruns(tmp_path):
    small_class(tmp_path / "in", "ada", "bob")
    out = tmp_path / "out"
    graded(tmp_path / "in", out)
    text = "id,item,points,reason,by\nada,why,7,Names the range.,grace\n"
    (out / "overrides.csv").write_text(text)
    for _ in range(2):
        book = graded(tmp_path / "in", out)
        (why,) = [one for one in book.of("ada").outcomes if one.item == "why"]
        assert (why.points, why.reason, why.by) == (7, "Names the range.", "grace")
    assert (out / "overrides.csv").read_text() == text
    assert book.to_mark == 1


def test_bad_overrides_say_the_line_and_keep_the_grades(tmp_path):
    small_class(tmp_path / "in", "ada")
    out = tmp_path / "out"
    graded(tmp_path / "in", out)
    before = (out / "grades.jsonl").read_bytes()
    (out / "overrides.csv").write_text("id,item,points,reason,by\nada,why,700,x,grace\n")
    with pytest.raises(InputError, match="line 2"):
        graded(tmp_path / "in", out)
    assert (out / "grades.jsonl").read_bytes() == before


@pytest.mark.parametrize("what", ["empty", "absent", "roster"])
def test_nothing_to_grade(tmp_path, what):
    (tmp_path / "in").mkdir()
    given = {"roster": roster(tmp_path)} if what == "roster" else {}
    folder = tmp_path / ("nowhere" if what == "absent" else "in")
    with pytest.raises(InputError, match="(holds no submissions|isn't there|no such)"):
        graded(folder, tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


def test_another_rubrics_folder_is_refused_and_its_grades_kept(tmp_path):
    small_class(tmp_path / "in", "ada")
    graded(tmp_path / "in", tmp_path / "out")
    before = outputs(tmp_path / "out")
    other = small_text().replace('name = "small"', 'name = "large"')
    (tmp_path / "lab.toml").write_text(other)
    with pytest.raises(OutputError, match="grades of the lab 'small'"):
        graded(tmp_path / "in", tmp_path / "out", tmp_path / "lab.toml")
    assert outputs(tmp_path / "out") == before


def test_a_roster_with_an_id_twice_is_refused(tmp_path):
    small_class(tmp_path / "in", "ada")
    with pytest.raises(InputError, match="ada"):
        graded(tmp_path / "in", roster=roster(tmp_path, "id,name\nada,A\nbob,B\nada,C\n"))


def test_no_space_keeps_the_grades(tmp_path, monkeypatch):
    small_class(tmp_path / "in", "ada", "bob")
    graded(tmp_path / "in", tmp_path / "out")
    before = (tmp_path / "out" / "grades.jsonl").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mnistlab.grading.journal.os.fsync", full)
    with pytest.raises(SaveError, match="No space left"):
        graded(tmp_path / "in", tmp_path / "out", small_lab(readable=7))
    assert (tmp_path / "out" / "grades.jsonl").read_bytes() == before


# ── killed ──────────────────────────────────────────────────────────────────────────────────────


def start(folder, out, lab):
    """Start `mnistlab grade` in a process of its own."""
    command = [sys.executable, "-m", "mnistlab", "grade", str(folder), "--rubric", str(lab),
               "--out", str(out), "--jobs", "2"]  # fmt: skip
    return subprocess.Popen(command, env=surroundings(folder.parent, PYTHONPATH=str(PROJECT)),
                            cwd=folder.parent, start_new_session=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip


def test_killed_at_random_instants_the_gradebook_is_the_same_in_the_end(tmp_path):
    students = [f"s{k:02}" for k in range(12)]
    for student in students:
        small_class(tmp_path / "in", student)
    lab = tmp_path / "lab.toml"
    lab.write_text(small_text())
    began = time.monotonic()
    assert start(tmp_path / "in", tmp_path / "whole", lab).wait() == 0
    whole, took = outputs(tmp_path / "whole"), time.monotonic() - began
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    out = tmp_path / "killed"
    for _ in range(5):
        process = start(tmp_path / "in", out, lab)
        time.sleep(draw.uniform(0.3, 1.0) * took)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert start(tmp_path / "in", out, lab).wait() == 0
    for name, content in whole.items():
        assert outputs(out)[name] == content, name
    assert outputs(out) == whole
    lines = (out / "grades.jsonl").read_text().splitlines()
    assert [json.loads(line)["student"] for line in lines] == students


# ── check ───────────────────────────────────────────────────────────────────────────────────────


def test_check_shows_the_visible_part_of_what_the_grader_finds(tmp_path):
    path = hand_in(tmp_path / "in", "ada", entries={"numbers": {"count": 1210.0}})
    (book,) = graded(tmp_path / "in")
    report = check(path, small_lab())
    visible = [one for one in book.outcomes if one.visible]
    assert list(report.outcomes) == visible
    assert (report.points, report.out_of, report.hidden) == (
        round(sum(one.points or 0 for one in visible), 2), 65, 5,
    )  # fmt: skip
    assert "5 are hidden" in repr(report)
    assert "<script" not in report._repr_html_()


def test_check_takes_a_run_a_folder_and_says_where_there_is_none(tmp_path):
    run = small_run("ada")
    accuracy = [one.points for one in check(run, small_lab()).outcomes if one.item == "accuracy"]
    run.save(tmp_path / "run")
    again = check(tmp_path / "run", small_lab())
    assert [one.points for one in again.outcomes if one.item == "accuracy"] == accuracy
    with pytest.raises(InputError, match="holds no run"):
        check(tmp_path, small_lab())
    with pytest.raises(InputError, match="isn't there"):
        check(tmp_path / "nowhere.zip", small_lab())


def test_neither_keras_nor_tensorflow_is_imported(tmp_path):
    hand_in(tmp_path / "in", "ada")
    (tmp_path / "lab.toml").write_text(small_text())
    code = (
        "import sys, mnistlab\n"
        "mnistlab.grade('in', 'lab.toml', 'out', verbose=0)\n"
        "print(*(n for n in sys.modules if n in ('keras', 'tensorflow', 'torch', 'jax')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        text=True,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert done.stdout.split() == []
    assert done.stderr == ""
    assert (Path(tmp_path) / "out" / "report.html").exists()
