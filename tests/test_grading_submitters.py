"""What Gradescope says of a submission, and the folder that is made of it."""

import csv
import json
import os

import pytest

from mnistlab.grading.giving_back.submitters import Submitter, arranged, read

METADATA = {"id": 1, "created_at": "2026-11-23T14:22:32.365935-07:00",
            "users": [{"email": "ada@x.edu", "id": 7, "name": 'Ada, "Lady"'},
                      {"email": "b@x.edu"}]}  # fmt: skip


def told(tmp_path, said):
    file = tmp_path / "submission_metadata.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said))
    return read(file)


def rows(file):
    return list(csv.reader(file.read_text().splitlines()))


def test_the_first_user_is_who_handed_in(tmp_path):
    assert told(tmp_path, METADATA) == Submitter(
        "ada@x.edu", 'Ada, "Lady"', "2026-11-23T14:22:32.365935-07:00")  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ["", "[]", "null", "{}", '{"users": {}}', '{"users": [3]}', '{"users": []}', "[" * 100_000,
     '{"users": [{"email": "../../etc", "name": 5}], "created_at": "yesterday"}',
     '{"users": [{"email": "a/b@x.edu"}], "created_at": "2026-11-23T14:22:32"}',
     '{"users": [{"email": "-rf@x.edu"}]}', '{"users": [{"email": "a\\u0000@x.edu"}]}'],
)  # fmt: skip
def test_whatever_else_it_says_is_nobody(tmp_path, said):
    assert told(tmp_path, said) == Submitter()


def test_without_metadata_it_is_nobody(tmp_path, capsys):
    assert read(tmp_path / "none.json") == Submitter()
    assert "graded without it" in capsys.readouterr().err


def test_the_submission_lies_in_a_folder_of_the_students(tmp_path):
    theirs = tmp_path / "submission"
    (theirs / "inside").mkdir(parents=True)
    (theirs / "inside" / "lab.zip").write_bytes(b"z")
    (theirs / "link").symlink_to("/etc/passwd")
    os.mkfifo(theirs / "pipe")
    who = told(tmp_path, METADATA)
    with arranged(tmp_path, who) as folders:
        (student,) = folders.handed.iterdir()
        assert student.name == "ada@x.edu"
        assert sorted(one.name for one in student.iterdir()) == ["inside", "link"]
        assert (student / "link").is_symlink()
        assert (student / "inside" / "lab.zip").read_bytes() == b"z"
        (own,) = folders.rosters
        assert rows(own) == [["id", "name"], ["ada@x.edu", 'Ada, "Lady"']]
        assert rows(folders.times)[1] == ["ada@x.edu", who.time]
    assert not folders.handed.exists()


def test_the_instructors_roster_comes_first(tmp_path):
    (tmp_path / "submission").mkdir()
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "roster.csv").write_text("id,email\nada,ada@x.edu\n")
    with arranged(tmp_path, Submitter()) as folders:
        assert [one.name for one in folders.rosters] == ["roster.csv", "submitter.csv"]
        assert folders.times is None
