"""Whose it is, where students choose names that are others': nobody's grade changes by them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mnistlab.grading.folders.collections import IGNORED, collect
from mnistlab.grading.folders.gradescope import looks_like as is_gradescope
from mnistlab.grading.folders.moodle import looks_like as is_moodle
from mnistlab.grading.folders.roster import read_roster, read_times
from submissions import handed, roster_file, tree, zipped

CLASS = """id,name,canvas_id,moodle_id,group
ada,Ada Lovelace,4711,901,Team One
bob,Bob Babbage,4712,902,Team One
eve,Eve Mallory,4799,999,
"""
NAMES = "id,name,group\nada,Ada Lovelace,Team One\nbob,Bob Babbage,Team One\neve,Eve Mallory,\n"


@pytest.fixture
def roster(tmp_path):
    return read_roster(roster_file(tmp_path, CLASS))


@pytest.fixture
def names_only(tmp_path):
    return read_roster(roster_file(tmp_path, NAMES))


def to_look_at(collection):
    return "\n".join(one for one in collection.unmatched if not one.startswith(IGNORED))


# ── a platform's numbers go before names ────────────────────────────────────────────────────────


def test_canvas_who_is_called_like_a_group_hands_in_alone(tmp_path, roster):
    place = tree(tmp_path / "s", "lovelaceada_4711_90_a.zip", "teamone_4799_99_e.zip")
    collection = collect(place, roster)
    assert handed(collection) == {"ada": [["a.zip"]], "bob": [], "eve": [["e.zip"]]}
    assert "eve alone: 'teamone' is the name of a group" in to_look_at(collection)
    stranger = tree(tmp_path / "t", "lovelaceada_4711_90_a.zip", "teamone_5_99_e.zip")
    assert handed(collect(stranger, roster))["bob"] == []


def test_canvas_a_group_s_name_takes_nothing_from_who_has_their_own(tmp_path, names_only):
    place = tree(tmp_path / "s", "lovelaceada_4711_90_a.zip", "teamone_4799_99_e.zip")
    collection = collect(place, names_only)
    assert handed(collection)["ada"] == [["a.zip"]]
    assert "'teamone_4799_99_e.zip': graded for no other" in to_look_at(collection)


def test_moodle_who_is_called_like_a_group_hands_in_alone(tmp_path, roster):
    names = [f"{one}_assignsubmission_file_/x.zip" for one in ("Ada Lovelace_901", "Team One_999")]
    collection = collect(tree(tmp_path / "s", *names), roster)
    assert [bool(one.attempts) for one in collection.handed] == [True, False, True]
    assert "eve alone" in to_look_at(collection)


def test_gradescope_lists_a_group_s_members_and_no_name_adds_any(tmp_path, roster):
    text = "submission_1: {':submitters': [{':sid': eve, ':name': Team One}]}\n"
    place = tree(tmp_path / "g", "submission_1/x.zip")
    tree(place, "submission_metadata.yml", content=text.encode())
    collection = collect(place, roster)
    assert handed(collection) == {"ada": [], "bob": [], "eve": [["x.zip"]]}
    assert "eve alone" in to_look_at(collection)


@pytest.mark.parametrize(
    "name, eve, said",
    [
        ("malloryeve_4712_4799_99_s.zip", True, ""),
        ("malloryeve_12345_4799_99_s.zip", True, ""),
        ("babbagebob_4712_4799_99_s.zip", False, "of several students"),
        ("babbagebob_7_4712_4799_99_s.zip", False, "of several students"),
        ("babbagebob_4799_99_4712_5_s.zip", False, "of several students"),
        ("babbagebob_4799_99_s.zip", True, "Ask who handed it in"),
        ("malloryeve_4799_99_4712_5_s.zip", False, "of several students"),
        ("babbagebob_55_99_4712_5_s.zip", False, "matches nobody"),
    ],
)
def test_canvas_nobody_hands_in_under_another_s_number(tmp_path, roster, name, eve, said):
    collection = collect(tree(tmp_path / "s", "babbagebob_4712_9000_w.npz", name), roster)
    files = handed(collection)
    assert files["bob"] == [["w.npz"]] and bool(files["eve"]) == eve
    assert said in to_look_at(collection)


def test_canvas_names_under_one_number_are_never_merged(tmp_path, roster):
    names = ("bobbabbage_4712_9000_w.npz", "malloryeve_4712_4799_99_s.zip")
    place = tree(tmp_path / "s", *names)
    assert handed(collect(place)) == {"4712": [["w.npz"]]}
    assert "under whose number other names stand" in to_look_at(collect(place))
    two = tree(tmp_path / "t", "bobbabbage_4712_9_a.zip", "zoe_4712_8_b.zip")
    assert handed(collect(two, roster))["bob"] == [["a.zip"]]


@pytest.mark.parametrize(
    "names",
    [
        ("Bob Babbage_902_assignsubmission_file_/x.zip",
         "Bob Babbage_998_assignsubmission_file_/y.zip"),
        ("babbagebob_4712_9_x.zip", "babbagebob_4798_8_y.zip"),
    ],
    ids=["moodle", "canvas"],
)  # fmt: skip
def test_two_numbers_of_one_name_are_nobody_s(tmp_path, names_only, names):
    collection = collect(tree(tmp_path / "s", *names), names_only)
    assert not any(one.attempts for one in collection.handed)
    assert "graded for nobody, since the name is that of bob" in to_look_at(collection)


# ── one student's names never change how the others' are read ──────────────────────────────────


def test_a_timestamp_in_one_folder_changes_nothing(tmp_path):
    place = tree(tmp_path / "s", "ada/a.zip", "bob/a.zip", "eve/x/a.zip", "eve/x/timestamp.txt")
    collection = collect(place)
    assert collection.kind == "folders" and list(handed(collection)) == ["ada", "bob", "eve"]


def test_a_list_called_like_gradescope_s_changes_nothing(tmp_path):
    text = "ada.zip: {':submitters': [{':sid': eve}]}\n"
    place = tree(tmp_path / "s", "ada.zip", "bob.zip", "submission_1.zip")
    tree(place, "submission_metadata.yml", content=text.encode())
    collection = collect(place)
    assert {"ada", "bob"} <= set(handed(collection))
    assert is_gradescope(["submission_metadata.yml", "submission_1/x", "submission_2.pdf"])


def test_half_of_the_names_decide_nothing(tmp_path):
    assert list(handed(collect(tree(tmp_path / "s", "ada.zip", "x_1_2_y.zip")))) == [
        "ada", "x_1_2_y"]  # fmt: skip
    assert not is_moodle(["ada.zip", "E_1_assignsubmission_file_/x"])


def test_a_student_s_own_grades_jsonl_hides_nothing(tmp_path, roster):
    names = ("ada/a.zip", "bob/b.zip", "bob/grades.jsonl", "GRADES/grades.jsonl")
    place = tree(tmp_path / "s", *names)
    assert handed(collect(place, roster))["bob"] == [["b.zip", "grades.jsonl"]]


@pytest.mark.parametrize(
    "name", ["submission-small-eve.zip", "eve.zip", "Eve Mallory.zip", "lab1_eve_final.zip"]
)
def test_the_only_zip_is_its_sender_s_whatever_is_in_it(tmp_path, roster, name):
    for place in (zipped(tmp_path / "s" / name, "bob/s.zip", "ada/s.zip"), tmp_path / "s"):
        assert handed(collect(place, roster)) == {"ada": [], "bob": [], "eve": [[name]]}


def test_the_only_zip_of_submit_is_a_submission_without_a_roster_too(tmp_path):
    zipped(tmp_path / "s" / "submission-small-eve.zip", "bob/s.zip", "ada/s.zip")
    assert list(handed(collect(tmp_path / "s"))) == ["eve"]
    tree(tmp_path / "t" / "submission-small-eve", "submitted/bob/lab/s.zip")
    assert list(handed(collect(tmp_path / "t"))) == ["eve"]


def test_without_a_roster_it_is_said_what_was_looked_through(tmp_path):
    tree(tmp_path / "s", "eve/bob/x.zip", "eve/cyd/x.zip")
    assert any("'eve' was taken for what holds" in one for one in collect(tmp_path / "s").unmatched)
    assert collect(tree(tmp_path / "t", "bob/x.zip", "cyd/x.zip")).unmatched == ()
    assert collect(zipped(tmp_path / "u.zip", "bob/x.zip", "cyd/x.zip")).unmatched == ()
    assert "eve" in collect(zipped(tmp_path / "v.zip", "eve/b/x.zip", "eve/c/x.zip")).unmatched[0]


# ── attempts that students make ─────────────────────────────────────────────────────────────────


def test_an_attempt_without_a_time_is_as_late_as_the_last(tmp_path, roster):
    (tmp_path / "times.csv").write_text("id,time\nbob,2026-11-09T12:00\n")
    place = tree(tmp_path / "s", "bob/1/x.zip", "bob/2/x.zip", "ada/x.zip")
    bob = collect(place, roster, read_times(tmp_path / "times.csv")).handed[1]
    assert [one.time for one in bob.attempts] == [datetime(2026, 11, 9, 12)] * 2


def test_an_attempt_keeps_what_its_platform_says():
    from mnistlab.grading.folders.collections import _with_time
    from mnistlab.grading.handed import Attempt, Handed, Student

    early, late = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 9))
    first, last = Attempt((), "1", time=early), Attempt((), "2", late=True)
    one = _with_time(Handed(Student("ada"), (first, last)), {"ada": late})
    assert one.attempts == (replace(first, late=True), replace(last, time=late))


def test_only_the_last_ten_attempts_that_a_student_makes_count(tmp_path):
    place = tree(tmp_path / "s", *(f"eve/{k}/x.zip" for k in range(60)), "ada/x.zip")
    collection = collect(place)
    wheres = [one.where for one in collection.handed[1].attempts]
    assert wheres == [f"eve/{k}" for k in range(50, 60)]
    assert "eve has 60 attempts without times; only the last 10" in to_look_at(collection)
