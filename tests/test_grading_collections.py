"""Folders and zips as learning platforms make them: who handed in what, and what is nobody's."""

import os
import shutil
import zipfile
from datetime import UTC, datetime

import pytest

from mnistlab.errors import InputError
from mnistlab.grading.folders import inventory
from mnistlab.grading.folders.collections import collect, describe
from mnistlab.grading.folders.opening import read
from mnistlab.grading.folders.roster import read_canvas_gradebook, read_roster, read_times
from submissions import handed, roster_file, tree, zipped

CANVAS = (
    "lovelaceada_4711_99_submission.zip",
    "babbagebob_LATE_4712_100_my_lab_2_3.ipynb",
    "obriencarol_4713_text.html",
)
MOODLE = (
    "Ada Lovelace_901_assignsubmission_file/submission.zip",
    "Bob Babbage_902_assignsubmission_file_/sub/my_lab.ipynb",
    "Bob Babbage_902_assignsubmission_onlinetext_/onlinetext.html",
)
NBGRADER = ("ada/lab/lab.ipynb", "ada/lab/timestamp.txt", "bob/lab/lab.ipynb", "bob/old/old.ipynb")
GRADESCOPE = """---
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: ada
    :email: ada@example.edu
  - :name: Bob Babbage
    :sid: bob
    :email: b.babbage@example.edu
  :created_at: 2026-11-23 22:59:00.123456789 Z
  :score: !ruby/object:BigDecimal 18:0.1e1
  :history:
  - :id: 7
102.ipynb:
  :submitters:
  - :name: Carol O'Brien
    :sid:
    :email: carol@example.edu
  :created_at: &1 !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-11-23 10:00:00.000000000 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: Etc/UTC
"""


@pytest.fixture
def roster(tmp_path):
    return read_roster(roster_file(tmp_path))


# ── Canvas ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "as_it_came",
    ["zip", "folder", "zip in a folder", "folder in a folder", "folder in a zip", "with strays"],
)
def test_canvas_as_it_comes_and_unpacked(tmp_path, roster, as_it_came):
    place = tmp_path / "lab"
    if as_it_came == "zip":
        place = zipped(tmp_path / "submissions.zip", *CANVAS)
    elif as_it_came == "folder":
        tree(place, *CANVAS)
    elif as_it_came == "zip in a folder":
        zipped(place / "submissions.zip", *CANVAS, "__MACOSX/._x")
        tree(place, "roster.csv", ".DS_Store")
    elif as_it_came == "folder in a folder":
        tree(place / "submissions" / "again", *CANVAS)
    elif as_it_came == "folder in a zip":
        place = zipped(tmp_path / "s.zip", *(f"submissions/{name}" for name in CANVAS))
    else:
        tree(place, *CANVAS, "grades.csv", "Thumbs.db", ".DS_Store", "rubric.toml", "roster.csv")
    collection = collect(place, roster)
    assert collection.kind == "canvas" and collection.from_roster
    assert handed(collection) == {
        "ada": [["submission.zip"]],
        "bob": [["my_lab_2_3.ipynb"]],
        "carol": [["text.html"]],
    }
    ada, bob, _ = (one.attempts[0] for one in collection.handed)
    assert (ada.late, bob.late) == (False, True)
    assert bob.files[0].lms_name == CANVAS[1]
    assert read(bob.files[0], 10) == b"x"
    if as_it_came == "with strays":
        said = " ".join(collection.unmatched)
        assert all(name in said for name in ("grades.csv", "rubric.toml", "roster.csv"))
        assert all(one.startswith("Ignored: ") for one in collection.unmatched)


def test_canvas_without_a_roster_goes_by_its_numbers(tmp_path):
    collection = collect(zipped(tmp_path / "s.zip", *CANVAS))
    assert list(handed(collection)) == ["4711", "4712", "4713"]
    student = collection.handed[0].student
    assert student.name == "lovelaceada" and student.lms["ID"] == "4711"
    assert not collection.from_roster and collection.header == ()


def test_canvas_several_files_are_one_attempt_in_canvas_s_order(tmp_path, roster):
    names = (
        "lovelaceada_4711_100_b.zip",
        "lovelaceada_4711_99_z.ipynb",
        "lovelaceada_4711_101_a-1.h5",
    )
    collection = collect(tree(tmp_path / "s", *names), roster)
    assert handed(collection)["ada"] == [["z.ipynb", "b.zip", "a-1.h5"]]


def test_canvas_by_name_where_the_roster_has_no_numbers(tmp_path):
    roster = read_roster(roster_file(tmp_path, "id,name\nada,Ada Lovelace\nzoë,Zoë O'Neil-Łuk\n"))
    names = ("lovelaceada_4711_99_a.zip", "oneilłukzoë_5_6_b.zip")
    assert handed(collect(tree(tmp_path / "s", *names), roster)) == {
        "ada": [["a.zip"]],
        "zoë": [["b.zip"]],
    }


def test_canvas_its_number_decides_and_not_a_name_that_fits_too(tmp_path):
    roster = read_roster(roster_file(tmp_path, "id,name,canvas_id\nw1,Wei Wang,1\nx,Xu,2\n"))
    collection = collect(tree(tmp_path / "s", "wangwei_9_99_a.zip", "xu_2_98_b.zip"), roster)
    assert handed(collection) == {"w1": [], "x": [["b.zip"]]}
    assert "'wangwei_9_99_a.zip' matches nobody in the roster; closest: w1." in collection.unmatched


def test_canvas_name_with_a_number_between_underscores(tmp_path, roster):
    names = ("12345_4712_98_b.zip", "_4713_97_1_2_3.zip", "stranger_9_99_4711_98_a.zip")
    collection = collect(tree(tmp_path / "s", *names), roster)
    # A file's own name can't make it another's: Canvas takes the first number, and so does this.
    assert handed(collection) == {"ada": [], "bob": [["b.zip"]], "carol": [["1_2_3.zip"]]}
    assert "'stranger_9_99_4711_98_a.zip' matches nobody" in " ".join(collection.unmatched)


def test_canvas_a_group_s_file_is_of_every_member(tmp_path, roster):
    names = ("teamone_LATE_4712_99_a.zip", "obriencarol_4713_98_b.zip")
    collection = collect(tree(tmp_path / "s", *names), roster)
    assert handed(collection) == {"ada": [["a.zip"]], "bob": [["a.zip"]], "carol": [["b.zip"]]}
    ada, bob, carol = collection.handed
    assert (ada.sender, ada.shared) == ("bob", True)
    assert (bob.sender, bob.shared, carol.shared) == ("bob", False, False)
    assert ada.attempts[0].late


def test_canvas_a_group_that_the_roster_does_not_know_is_said(tmp_path, roster):
    collection = collect(tree(tmp_path / "s", "projectalpha_4711_99_a.zip"), roster)
    assert handed(collection) == {"ada": [["a.zip"]], "bob": [], "carol": []}
    assert "'Team One'" in collection.unmatched[0] and "'projectalpha'" in collection.unmatched[0]


def test_canvas_hidden_names_stay_hidden(tmp_path, roster):
    names = ("anon_Qx7Yz_99_a.zip", "LATE_anon_b2C3d_98_b_1.zip", "anon_b2C3d_text.html")
    collection = collect(tree(tmp_path / "s", *names), roster)
    assert handed(collection) == {
        "anon_b2C3d": [["text.html", "b_1.zip"]],
        "anon_Qx7Yz": [["a.zip"]],
    }
    assert not collection.from_roster
    (said,) = collection.unmatched
    assert said.startswith("Note: Canvas hides the names in this zip, so the roster isn't used")
    assert said[6:] in describe(collection) and "Left out" not in describe(collection)
    assert collection.handed[0].attempts[0].late


def test_canvas_gradebook_is_roster_and_header_at_once(tmp_path):
    export = tmp_path / "export.csv"
    export.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Lab (9)\n"
        '    Points Possible,,,,,10\n"Lovelace, Ada",4711,S1,ada,A,\n'
    )
    roster = read_canvas_gradebook(export)
    collection = collect(tree(tmp_path / "s", *CANVAS), roster)
    assert handed(collection) == {"ada": [["submission.zip"]]}
    assert collection.header[1][0] == "    Points Possible"
    assert len(collection.unmatched) == 2


def test_canvas_zips_that_the_system_unpacked_are_folders(tmp_path, roster):
    names = (
        "lovelaceada_4711_99_submission/weights.npz",
        "lovelaceada_4711_99_submission/a/b.json",
    )
    files = handed(collect(tree(tmp_path / "s", *names), roster))["ada"]
    assert files == [["submission/a/b.json", "submission/weights.npz"]]


# ── Moodle, nbgrader, Gradescope ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("packed", [True, False])
def test_moodle_folders_old_and_new(tmp_path, roster, packed):
    place = zipped(tmp_path / "m.zip", *MOODLE) if packed else tree(tmp_path / "m", *MOODLE)
    collection = collect(place, roster)
    assert collection.kind == "moodle"
    assert handed(collection) == {
        "ada": [["submission.zip"]],
        "bob": [["sub/my_lab.ipynb", "onlinetext.html"]],
        "carol": [],
    }
    file = collection.handed[0].attempts[0].files[0]
    assert file.lms_name == "Ada Lovelace_901_assignsubmission_file/submission.zip"
    assert collection.handed[0].attempts[0].late is None


def test_moodle_without_folders_and_without_a_roster(tmp_path):
    names = (
        "Ada Lovelace_901_assignsubmission_file_my_lab_1.zip",
        "Participant_77_assignsubmission_file_x.h5",
    )
    collection = collect(tree(tmp_path / "m", *names))
    assert handed(collection) == {
        "Ada Lovelace_901": [["my_lab_1.zip"]],
        "Participant_77": [["x.h5"]],
    }
    assert collection.handed[0].student.lms["Identifier"] == "Participant 901"


def test_moodle_a_group_has_the_group_s_number(tmp_path, roster):
    # 903 is the group's number here, and by chance Carol's among the participants
    names = (
        "Team One_903_assignsubmission_file/a.zip",
        "Default group_assignsubmission_file/b.zip",
    )
    collection = collect(tree(tmp_path / "m", *names), roster)
    assert handed(collection) == {"ada": [["a.zip"]], "bob": [["a.zip"]], "carol": []}
    assert [one.sender for one in collection.handed] == ["ada", "ada", ""]
    assert "Default group" in collection.unmatched[0]


def test_nbgrader_with_its_times(tmp_path, roster):
    place = tree(tmp_path / "submitted", *NBGRADER)
    stamp = place / "ada" / "lab" / "timestamp.txt"
    stamp.write_text("2026-11-23 23:59:00.5 Europe/Berlin")
    collection = collect(place, roster, assignment="lab")
    assert collection.kind == "nbgrader"
    assert handed(collection) == {"ada": [["lab.ipynb"]], "bob": [["lab.ipynb"]], "carol": []}
    ada, bob, _ = collection.handed
    assert ada.attempts[0].time == datetime(2026, 11, 23, 22, 59, 0, 500_000, tzinfo=UTC)
    assert bob.attempts[0].time is None
    with pytest.raises(InputError, match="2 assignments: 'lab', 'old'"):
        collect(place, roster)
    tree(tmp_path / "course", "source/lab/lab.ipynb")
    shutil.move(place, tmp_path / "course" / "submitted")
    assert collect(tmp_path / "course", assignment="lab").kind == "nbgrader"


@pytest.mark.parametrize(
    "stamp",
    [
        b"\xff",
        b"",
        b"never",
        b"2026-11-23 10:00 ../../etc/passwd",
        b"2026-11-23 10:00 Nowhere/Land",
        b"9" * 10_000,
    ],
)
def test_nbgrader_a_timestamp_that_is_none(tmp_path, stamp):
    place = tree(tmp_path / "submitted", "ada/lab/lab.ipynb")
    tree(place, "ada/lab/timestamp.txt", content=stamp)
    assert collect(place).handed[0].attempts[0].time is None


def test_nbgrader_one_student_and_a_timestamp_that_is_a_pipe(tmp_path):
    place = tree(tmp_path / "submitted", "ada/lab/lab.ipynb")
    os.mkfifo(place / "ada" / "lab" / "timestamp.txt")
    assert handed(collect(place)) == {"ada": [["lab.ipynb"]]}


@pytest.mark.parametrize("packed", [True, False])
def test_gradescope_gives_a_group_s_file_to_all_who_are_listed(tmp_path, roster, packed):
    place = tmp_path / "assignment_9_export"
    tree(place, "submission_101/submission.json", "submission_101/a/weights.npz", "102.ipynb")
    tree(place, "submission_103/left.txt")
    tree(place, "submission_metadata.yml", content=GRADESCOPE.encode())
    if packed:
        place = shutil.make_archive(str(tmp_path / "export"), "zip", tmp_path, place.name)
    collection = collect(place, roster)
    assert collection.kind == "gradescope"
    group = [["a/weights.npz", "submission.json"]]
    assert handed(collection) == {"ada": group, "bob": group, "carol": [["102.ipynb"]]}
    assert [one.sender for one in collection.handed] == ["ada", "ada", "carol"]
    assert collection.handed[0].attempts[0].time == datetime(
        2026, 11, 23, 22, 59, 0, 123_456, tzinfo=UTC
    )
    assert collection.handed[2].attempts[0].time == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert any("submission_103" in one for one in collection.unmatched)
    assert list(handed(collect(place))) == ["ada", "bob", "carol@example.edu"]


@pytest.mark.parametrize(
    "metadata",
    [
        b"[" * 100_000,
        b"- a\n- b",
        b"\xff\xfe",
        b"a: [",
        b"!!python/object/apply:os.system [id]",
        b"? {a: b}\n: c",
        b"x" * 100,
    ],
    ids=["deep", "a list", "no text", "open", "code", "odd key", "a word"],
)
def test_gradescope_a_list_that_is_none(tmp_path, metadata):
    place = tree(tmp_path / "g", "submission_1/x.zip")
    tree(place, "submission_metadata.yml", content=metadata)
    with pytest.raises(InputError, match="submission"):
        collect(place)


def test_gradescope_odd_entries_are_said_and_cost_nobody_else(tmp_path):
    text = (
        "submission_1: {':submitters': [{':sid': ada}, 3, {}]}\nsubmission_2: {':submitters': 5}\n"
    )
    text += (
        "submission_3: {':submitters': [{':sid': bob}], ':created_at': never}\nsubmission_4: x\n"
    )
    place = tree(tmp_path / "g", *(f"submission_{k}/x.zip" for k in (1, 2, 4)))
    tree(place, "submission_metadata.yml", content=text.encode())
    collection = collect(place)
    assert handed(collection) == {"ada": [["x.zip"]]}
    said = " ".join(collection.unmatched)
    assert all(f"submission_{k}" in said for k in (2, 3, 4))


# ── without a platform ──────────────────────────────────────────────────────────────────────────


def test_files_by_the_names_that_students_give(tmp_path, roster):
    names = (
        "ada.zip",
        "ada (1).zip",
        "ada (2).zip",
        "submission-recognizing_digits-bob.zip",
        "lab1_Carol O'Brien_final.ipynb",
        "lab.toml",
        "dora.zip",
        "ada_and_bob.zip",
    )
    collection = collect(tree(tmp_path / "s", *names), roster)
    assert collection.kind == "files"
    assert handed(collection) == {
        "ada": [["ada.zip"], ["ada (1).zip"], ["ada (2).zip"]],
        "bob": [["submission-recognizing_digits-bob.zip"]],
        "carol": [["lab1_Carol O'Brien_final.ipynb"]],
    }
    said = "\n".join(collection.unmatched)
    assert "'ada_and_bob.zip' could be of 2 students in the roster: ada, bob. Rename it" in said
    assert "'dora.zip' matches nobody" in said
    assert "Ignored: 'lab.toml': a table or settings, and no submission." in said


def test_files_whose_names_hold_an_id_s_digest(tmp_path):
    roster = read_roster(roster_file(tmp_path, "id,email\nada,ada@example.edu\n"))
    from mnistlab.lab.sheetfiles import file_name

    name = file_name("submission", "recognizing_digits", "ada@example.edu", ".zip")
    assert "@" not in name
    assert handed(collect(tree(tmp_path / "s", name, "bob.zip"), roster)) == {"ada": [[name]]}


def test_files_without_a_roster(tmp_path):
    names = ("ada.zip", "ada.ipynb", "submission-lab-bob.weights.h5", "carol.lovelace")
    collection = collect(tree(tmp_path / "s", *names))
    assert handed(collection) == {
        "ada": [["ada.ipynb", "ada.zip"]],
        "bob": [["submission-lab-bob.weights.h5"]],
        "carol.lovelace": [["carol.lovelace"]],
    }


def test_folders_with_attempts_and_groups(tmp_path, roster):
    names = ("Team One/x.zip", "carol/attempt 10/a.zip", "carol/attempt 2/b.zip", "carol.csv")
    collection = collect(tree(tmp_path / "s", *names), roster)
    assert collection.kind == "folders"
    assert handed(collection)["carol"][-2:] == [["b.zip"], ["a.zip"]]
    assert handed(collection)["ada"] == handed(collection)["bob"] == [["x.zip"]]


def test_two_ways_of_handing_in_are_two_attempts_and_their_order_is_said(tmp_path, roster):
    collection = collect(tree(tmp_path / "s", "ada.zip", "lab_ada.zip", "bob.zip"), roster)
    assert len(handed(collection)["ada"]) == 2
    assert "ada has 2 attempts without times" in collection.unmatched[0]


@pytest.mark.parametrize(
    "names, known, ids",
    [
        (("ada/submission.zip",), True, ["ada", "bob", "carol"]),
        (("ada/submission.zip",), False, ["ada"]),
        (("lab/ada/sub/x.zip",), True, ["ada", "bob", "carol"]),
        (("lab/s/ada.zip", "lab/s/bob.zip"), False, ["ada", "bob"]),
        (("lab/ada/x.zip", "lab/bob/x.zip"), False, ["ada", "bob"]),
        (("ada.ipynb",), False, ["ada"]),
    ],
)
def test_a_folder_that_wraps_is_told_from_a_student_s(tmp_path, roster, names, known, ids):
    collection = collect(tree(tmp_path / "s", *names), roster if known else None)
    assert list(handed(collection)) == ids
    assert collection.handed[0].attempts


def test_one_submission_zip_is_a_submission_and_not_a_class(tmp_path):
    zipped(tmp_path / "s" / "ada.zip", "submission.json", "weights.npz", "worksheet.json")
    for place in (tmp_path / "s", tmp_path / "s" / "ada.zip"):
        assert handed(collect(place)) == {"ada": [["ada.zip"]]}
    zipped(tmp_path / "s" / "ada.zip", "ada.zip", "bob.zip")
    assert list(handed(collect(tmp_path / "s"))) == ["ada", "bob"]


@pytest.mark.parametrize("name", [CANVAS[0], MOODLE[0]])
def test_the_only_submission_can_not_pass_for_a_class(tmp_path, roster, name):
    zipped(tmp_path / "s" / name, "babbagebob_4712_1_x.zip", "obriencarol_4713_2_x.zip")
    assert handed(collect(tmp_path / "s", roster)) == {
        "ada": [["submission.zip"]],
        "bob": [],
        "carol": [],
    }
    zipped(tmp_path / "t" / "ada.zip", "babbagebob_4712_1_x.zip")
    assert handed(collect(tmp_path / "t", roster))["bob"] == []


def test_a_lone_file_that_is_no_zip_is_the_student_s_own_trouble(tmp_path):
    tree(tmp_path / "s", "ada.zip", content=b"no zip")
    assert handed(collect(tmp_path / "s")) == {"ada": [["ada.zip"]]}


def test_grades_that_lie_in_the_folder_are_left_out(tmp_path):
    names = ("ada.zip", "bob.zip", "GRADES/grades.jsonl", "GRADES/report.html")
    collection = collect(tree(tmp_path / "s", *names))
    assert list(handed(collection)) == ["ada", "bob"]
    assert collection.unmatched[0] == "Ignored: 'GRADES': grades that were given before."


@pytest.mark.parametrize(
    "names, said",
    [((), "nothing"), (("roster.csv",), "only 'roster.csv'"), ((".DS_Store",), "nothing")],
)
def test_nothing_handed_in_is_said(tmp_path, names, said):
    (tmp_path / "s").mkdir()
    with pytest.raises(InputError, match=f"holds no submissions: there is {said}"):
        collect(tree(tmp_path / "s", *names))
    with pytest.raises(InputError, match="isn't there"):
        collect(tmp_path / "elsewhere")
    with pytest.raises(InputError):
        collect(zipped(tmp_path / "empty.zip"))


# ── times ───────────────────────────────────────────────────────────────────────────────────────


def test_times_are_of_the_latest_attempt_and_of_the_sender_s_group(tmp_path, roster):
    (tmp_path / "times.csv").write_text("id,time\n4712,2026-11-23T10:00\nzoe,2026-11-23T11:00\n")
    times = read_times(tmp_path / "times.csv")
    place = tree(tmp_path / "s", "teamone_4712_99_a.zip", "obriencarol_4713_1_b.zip")
    collection = collect(place, roster, times)
    ada, bob, carol = (one.attempts[-1].time for one in collection.handed)
    assert ada == bob == datetime(2026, 11, 23, 10) and carol is None
    assert "The times name 'zoe', who is nobody here." in collection.unmatched


# ── hostile ─────────────────────────────────────────────────────────────────────────────────────


def test_links_pipes_and_odd_names_are_attempts_without_a_readable_file(tmp_path):
    place = tree(tmp_path / "s", "ada.zip")
    (place / "link.zip").symlink_to("/etc/passwd")
    (place / "linked").symlink_to("/etc", target_is_directory=True)
    os.mkfifo(place / "pipe.zip")
    (place / "folder.zip").mkdir()
    (place / "\u202eplaying\n=cmd().zip").write_bytes(b"x")
    with open(os.fsencode(place) + b"/\xff\xfe.zip", "wb"):
        pass
    collection = collect(place)
    files = [file for one in collection.handed for file in one.attempts[0].files]
    assert len(files) == 7
    for text in (collection.unmatched, files, describe(collection)):
        repr(text).encode()  # no lone surrogate is left
    assert all(one.student.id.isprintable() for one in collection.handed)
    said = "\n".join(collection.unmatched)
    assert "'link.zip' is a link." in said and "'linked' is a link." in said
    assert "'pipe.zip' is a pipe or a device." in said and "with nothing in it" in said
    readable = 0
    for file in files:
        try:
            read(file, 100)
            readable += 1
        except InputError as why:
            assert "and " in str(why)
    assert readable == 3
    assert "\n=cmd" not in describe(collection)


def test_member_names_that_lead_elsewhere_lead_nowhere(tmp_path):
    names = (
        "../../lovelaceada_4711_1_../../x.zip",
        "/etc/babbagebob_4712_2_y.zip",
        "C:\\x\\carol_4713_3_z.zip",
        "dora_4714_4_" + "n" * 10_000 + ".zip",
    )
    before = sorted(tmp_path.rglob("*"))
    collection = collect(zipped(tmp_path / "s.zip", *names))
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "s.zip"]
    for one in collection.handed:
        for file in one.attempts[0].files:
            assert read(file, 1) == b"x"
        assert len(one.student.id) <= 100 and len(one.attempts[0].where) <= 300


def test_a_student_s_thousands_of_files_cost_the_others_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(inventory, "MOST_EACH", 20)
    place = tree(tmp_path / "s", "bob/x.zip", *(f"ada/{k}" for k in range(30)))
    collection = collect(place)
    assert {key: len(one[0]) for key, one in handed(collection).items()} == {"ada": 20, "bob": 1}
    assert "'ada' holds more than 20 files" in collection.unmatched[0]
    monkeypatch.setattr(inventory, "MOST_IN_ALL", 20)
    with pytest.raises(InputError, match="more than 20 files. Give the folder or zip of one"):
        collect(place)


def test_folders_deeper_than_any_path_cost_the_others_nothing(tmp_path):
    place = tree(tmp_path / "s", "bob/x.zip")
    here = os.getcwd()
    (place / "ada").mkdir()
    os.chdir(place / "ada")
    try:
        for _ in range(100):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
    finally:
        os.chdir(here)
    collection = collect(place)
    assert list(handed(collection)) == ["ada", "bob"]
    shutil.rmtree(place)


def test_ids_that_differ_in_case_are_one_student(tmp_path):
    collection = collect(tree(tmp_path / "s", "Ada.zip", "ada.ipynb", "bob.zip"))
    assert [len(one.attempts) for one in collection.handed] == [2, 1]


def test_ten_thousand_students_in_one_zip(tmp_path):
    text = "id,name,canvas_id\n" + "".join(f"s{k},Student Number{k},{k}\n" for k in range(10_000))
    names = [f"number{k}student_{k}_{k}_x.zip" for k in range(9_000)]
    names += [f"stranger{k}_{k}_{k}_x.zip" for k in range(20_000, 21_000)]
    place = zipped(tmp_path / "s.zip", *names, content=b"")
    collection = collect(place, read_roster(roster_file(tmp_path, text)))
    assert sum(bool(one.attempts) for one in collection.handed) == 9_000
    assert len(collection.unmatched) == 1_000
    assert read(collection.handed[8_999].attempts[0].files[0], 1) == b""


# ── what nearly matches ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "ids, name", [("42", "0042.zip"), ("0042", "42.zip"), ("42", "submission-lab-0042 (1).zip")]
)
def test_leading_zeros_that_a_spreadsheet_dropped(tmp_path, ids, name):
    roster = read_roster(roster_file(tmp_path, f"id,name\n{ids},Ada\n7,Bob\n"))
    collection = collect(tree(tmp_path / "s", name, "7.zip"), roster)
    assert handed(collection) == {ids: [[name]], "7": [["7.zip"]]}
    (said,) = collection.unmatched
    assert said.startswith(f"'{name}' is taken for {ids} (Ada). (A spreadsheet drops leading")
    assert "say so in the roster" in said


@pytest.mark.parametrize(
    "ids, names",
    [
        (("42", "042"), ("0042.zip",)),  # two of the roster
        (("42",), ("0042.zip", "42.zip")),  # somebody has just this id
        (("42",), ("0042.zip", "00042.zip")),  # two who hand in
    ],
)
def test_leading_zeros_that_leave_a_doubt_match_nobody(tmp_path, ids, names):
    rows = "".join(f"{one},S{k}\n" for k, one in enumerate(ids))
    roster = read_roster(roster_file(tmp_path, "id,name\n" + rows))
    collection = collect(tree(tmp_path / "s", *names), roster)
    got = [file for one in handed(collection).values() for attempt in one for file in attempt]
    assert got == [one for one in names if one == "42.zip"]
    doubtful = [one for one in collection.unmatched if "0042.zip'" in one]
    assert doubtful and all("A spreadsheet drops leading zeros." in one for one in doubtful)


def test_times_and_gradescope_s_numbers_are_found_without_zeros_too(tmp_path):
    text = "submission_101: {':submitters': [{':name': A. L., ':sid': '0042'}]}\n"
    place = tree(tmp_path / "g", "submission_101/x.zip")
    tree(place, "submission_metadata.yml", content=text.encode())
    roster = read_roster(roster_file(tmp_path, "id,name\n42,Ada\nbob,Bob\n"))
    assert handed(collect(place, roster))["42"] == [["x.zip"]]
    (tmp_path / "times.csv").write_text("id,time\n0042,2026-11-23T10:00\n")
    collection = collect(tree(tmp_path / "s", "42.zip"), roster, read_times(tmp_path / "times.csv"))
    assert collection.handed[0].attempts[0].time == datetime(2026, 11, 23, 10)
    assert "'0042'" in " ".join(collection.unmatched)


@pytest.mark.parametrize(
    "roster_text, name, said",
    [
        ("id,name\nS1,Wei Wang\nS2,Wang Wei\n", "wangwei_4711_99_a.zip",
         "Write '4711' into the column canvas_id of the one whose it is."),
        ("id,name\nS1,Wei Wang\nS2,Wang Wei\n", "Wei Wang_901_assignsubmission_file/a.zip",
         "Write '901' into the column moodle_id of the one whose it is."),
        ("id,name\nS1,Wei Wang\nS2,Wang Wei\n", "Wei Wang.zip",
         "Rename it after the id of the one whose it is, or write 'Wei Wang' into the column "
         "login of that one."),
    ],
)  # fmt: skip
def test_what_could_be_of_several_says_which_column_decides(tmp_path, roster_text, name, said):
    roster = read_roster(roster_file(tmp_path, roster_text))
    collection = collect(tree(tmp_path / "s", name), roster)
    (one,) = collection.unmatched
    assert "could be of 2 students in the roster: S1, S2. " + said in one
    column, value = ("login", "Wei Wang") if "Rename" in said else (
        ("canvas_id", "4711") if "canvas" in said else ("moodle_id", "901"))  # fmt: skip
    text = f"id,name,{column}\nS1,Wei Wang,{value}\nS2,Wang Wei,x\n"
    decided = collect(tmp_path / "s", read_roster(roster_file(tmp_path, text)))
    assert decided.handed[0].attempts and decided.unmatched == ()


def test_a_group_of_which_one_member_handed_in_alone_is_said(tmp_path, roster):
    collection = collect(tree(tmp_path / "s", "ada.zip", "carol.zip"), roster)
    (said,) = collection.unmatched
    assert said == (
        "bob of 'Team One' handed in nothing, and 'ada.zip' is graded for ada alone, of the same "
        "group. Where it is the group's, put the name of the group in place of theirs: 'Team One'."
    )
    renamed = collect(tree(tmp_path / "t", "Team One.zip", "carol.zip"), roster)
    assert renamed.unmatched == () and renamed.handed[1].attempts
    both = collect(tree(tmp_path / "u", "ada.zip", "bob.zip"), roster)
    assert both.unmatched == ()
    misspelt = collect(tree(tmp_path / "v", "projectalpha_4711_99_a.zip"), roster)
    assert len(misspelt.unmatched) == 1  # that says it already


def test_whatever_is_left_out_has_a_reason(tmp_path, roster):
    names = ("notes.txt", "late.txt", "grades.csv", "roster (1).csv", *CANVAS)
    collection = collect(tree(tmp_path / "s", *names), roster)
    for name in ("grades.csv", "roster (1).csv"):
        said = f"Ignored: {name!r}: a table or settings, and no submission."
        assert said in collection.unmatched
    assert ("'notes.txt' is graded for nobody: it isn't called as Canvas calls what was handed in."
            in collection.unmatched)  # fmt: skip
    place = tree(tmp_path / "m", *MOODLE, "left.pdf")
    assert any("as Moodle calls" in one for one in collect(place, roster).unmatched)


def test_the_dry_run_lists_200_and_says_how_many_more(tmp_path):
    names = [f"s{k:03}.zip" for k in range(230)]
    said = describe(collect(tree(tmp_path / "s", *names, "s000.ipynb"))).splitlines()[1:]
    assert said[1] == "Who handed in what (230):"
    assert said[2] == "  s000.ipynb (2 files) → s000"
    assert said[202] == "  … and 30 more" and said[201] == "  s199.zip → s199"


def test_the_dry_run_lists_a_group_s_file_once_and_each_attempt(tmp_path, roster):
    place = tree(tmp_path / "s", "Team One.zip", "carol.zip", "carol (1).zip")
    said = describe(collect(place, roster)).splitlines()
    assert said[1:5] == [
        "Who handed in what (3):",
        "  Team One.zip → ada (Ada Lovelace), bob (Bob Babbage)",
        "  carol.zip → carol (Carol O'Brien)",
        "  carol (1).zip → carol (Carol O'Brien)",
    ]


# ── said ────────────────────────────────────────────────────────────────────────────────────────


def test_the_dry_run_says_what_an_instructor_has_to_look_at(tmp_path, roster):
    place = tree(tmp_path / "s", *CANVAS[:2], "dora_9_9_x.zip", "grades.csv")
    assert describe(collect(place, roster)).splitlines() == [
        "Canvas: 2 of 3 students handed in something (2 files); 1 of them late.",
        "Who handed in what (2):",
        "  lovelaceada_4711_99_submission.zip → ada (Ada Lovelace)",
        "  babbagebob_LATE_4712_100_my_lab_2_3.ipynb → bob (Bob Babbage), LATE",
        "Late (1):",
        "  bob (Bob Babbage)",
        "To look at (1):",
        "  'dora_9_9_x.zip' matches nobody in the roster.",
        "Left out (1):",
        "  'grades.csv': a table or settings, and no submission.",
        "Handed in nothing (1):",
        "  carol (Carol O'Brien)",
    ]
    other = read_roster(roster_file(tmp_path, "id,canvas_id\nzoe,1\n"))
    assert "another course" in describe(collect(place, other))


def test_two_collections_of_the_same_folder_are_equal(tmp_path, roster):
    place = tree(tmp_path / "s", *CANVAS, "dora_9_9_x.zip")
    assert collect(place, roster) == collect(place, roster)


def test_zip_names_in_an_old_encoding(tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("müllerzoë_5_6_x.zip", b"x")
        archive.writestr("lovelaceada_7_8_x.zip", b"x")
    path.write_bytes(path.read_bytes().replace("müllerzoë".encode(), b"m\xff\xfellerzo\xc3\xab"))
    ids = [one.student.id for one in collect(path).handed]  # one odd name stops nobody
    assert ids == ["5", "7"] and read(collect(path).handed[0].attempts[0].files[0], 1) == b"x"
