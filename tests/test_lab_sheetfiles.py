"""The file of a worksheet: its name, its place, and what happens where it can't be read."""

import doctest
import json
import os

import pytest

from mnistlab.errors import InputError
from mnistlab.lab import sheetfiles
from mnistlab.lab.sheetfiles import alone, file_name, read, usual_folder, write

RECORD = {"schema_version": 1, "lab": "tiny", "student_id": "ada", "answers": {"why": "🙂 'x' \\n"}}


def test_doctests():
    assert doctest.testmod(sheetfiles).failed == 0


def name(student):
    return file_name("worksheet", "tiny", student, ".json")


def test_a_plain_id_stands_in_the_name():
    assert name(" Ada.Lovelace-1_x ") == "worksheet-tiny-ada.lovelace-1_x.json"


ODD = ["../../x", "a/b", "a\\b", "con:", "ada@example.edu", "عمر", "a" * 90 + "é", ".hidden", "~",
       "a b", "*", "$HOME", "o'neill"]  # fmt: skip


@pytest.mark.parametrize("student", ODD)
def test_any_other_id_becomes_a_digest(student):
    made = name(student)
    assert made == name(f" {student.upper()} ") or student.upper().casefold() != student.casefold()
    stem = made.removeprefix("worksheet-tiny-").removesuffix(".json")
    assert len(stem) == 12 and set(stem) <= set("0123456789abcdef")
    assert os.path.basename(made) == made


def test_different_ids_have_different_files():
    assert len({name(student) for student in [*ODD, "ada", "bob"]}) == len(ODD) + 2


def test_it_lies_on_drive_where_drive_is(tmp_path, monkeypatch):
    monkeypatch.setattr(sheetfiles, "DRIVE", tmp_path / "MyDrive")
    assert str(usual_folder("here")) == "here"
    (tmp_path / "MyDrive").mkdir()
    assert usual_folder("here") == tmp_path / "MyDrive" / "mnistlab"


def test_what_is_written_is_read(tmp_path):
    file = tmp_path / "new" / "sheet.json"
    write(file, RECORD)
    assert read(file, "tiny", "ADA").answers == RECORD["answers"]
    assert os.listdir(file.parent) == ["sheet.json"]


def test_no_file_is_no_record(tmp_path):
    assert read(tmp_path / "none.json", "tiny", "ada") is None


DAMAGED = {
    "cut off": json.dumps(RECORD).encode()[:-5],
    "empty": b"",
    "zeros": b"\0" * 4096,
    "not ours": b"{}",
    "an odd part": json.dumps({**RECORD, "answers": [1]}).encode(),
    "another student's": json.dumps({**RECORD, "student_id": "eve"}).encode(),
    "another lab's": json.dumps({**RECORD, "lab": "other"}).encode(),
    "utf-16": json.dumps(RECORD).encode("utf-16"),
    "deep": b"[" * 100_000,
    "huge": b" " * (9 * 2**20),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_kept_aside_and_said(tmp_path, content, capsys):
    file = tmp_path / "sheet.json"
    for k in (1, 2):
        file.write_bytes(content)
        assert read(file, "tiny", "ada") is None
        assert not file.exists()
        assert (tmp_path / f"sheet.damaged-{k}.json").read_bytes() == content
        said = capsys.readouterr().err
        assert f"kept as sheet.damaged-{k}.json" in said and said.count("\n") == 1


def test_a_newer_file_is_left_alone(tmp_path):
    file = tmp_path / "sheet.json"
    file.write_text(json.dumps({**RECORD, "schema_version": 2}))
    with pytest.raises(InputError, match="written by a newer mnistlab"):
        read(file, "tiny", "ada")
    assert os.listdir(tmp_path) == ["sheet.json"]


def test_what_the_system_wont_read_is_no_damage(tmp_path):
    (tmp_path / "sheet.json").mkdir()
    with pytest.raises(OSError):
        read(tmp_path / "sheet.json", "tiny", "ada")
    assert os.listdir(tmp_path) == ["sheet.json"]


def test_a_folder_without_locks_is_used_without(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with alone(tmp_path / "a"):
        assert (tmp_path / "a").is_dir()
    monkeypatch.setattr(sheetfiles, "fcntl", None)
    with alone(tmp_path / "b"):
        assert (tmp_path / "b").is_dir()
