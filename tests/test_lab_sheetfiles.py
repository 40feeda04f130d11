"""The file of a worksheet: its name, its place, and what happens where it can't be read."""

import doctest
import json
import os

import pytest

from mnistlab.errors import InputError
from mnistlab.lab import sheetfiles
from mnistlab.lab.sheetfiles import (
    alone,
    file_name,
    kept,
    lying,
    of_file,
    place,
    read,
    usual_folder,
    write,
)

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


OTHERS = {
    "another student's": ({"student_id": "eve"}, "is of 'eve', for the lab 'tiny'"),
    "another lab's": ({"lab": "other"}, "is of 'ada', for the lab 'other'"),
}


@pytest.mark.parametrize(("change", "whose"), OTHERS.values(), ids=OTHERS)
def test_anothers_file_is_kept_aside_and_isnt_called_damaged(tmp_path, change, whose, capsys):
    file, content = tmp_path / "sheet.json", json.dumps({**RECORD, **change})
    for k in (1, 2):
        file.write_text(content)
        assert read(file, "tiny", "ada") is None
        assert not file.exists()
        assert (tmp_path / f"sheet.other-{k}.json").read_text() == content
        said = capsys.readouterr().err
        assert whose in said and f"kept as sheet.other-{k}.json" in said
        assert "can't be read" not in said and said.count("\n") == 1


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


# ── found where it usually lies ─────────────────────────────────────────────────────────────────


@pytest.fixture
def usual(tmp_path, monkeypatch):
    """Work in an empty folder, and return a function that writes a worksheet where it lies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sheetfiles, "DRIVE", tmp_path / "none")

    def put(named, student, **changes):
        path = usual_folder("mnistlab-worksheets") / file_name("worksheet", named, student, ".json")
        write(path, {**RECORD, "lab": named, "student_id": student, **changes})
        return path

    return put


def test_a_students_worksheets_are_found_in_order(usual):
    two, one = usual("tiny", "Ada"), usual("digits", "ada")
    usual("tiny", "bob"), usual("tiny", "b-ada"), usual("tiny", "عمر")
    assert kept(None, " ADA ") == [one, two]
    assert kept("tiny", "ada") == [two]
    assert kept("other", "ada") == [] == kept(None, "eve")
    assert kept(None, "عمر") == kept("tiny", "عمر") != []


def test_no_folder_holds_no_worksheet(usual):
    assert kept(None, "ada") == [] and os.listdir() == []


def test_what_cant_be_read_or_is_anothers_isnt_kept_and_stays(usual):
    damaged = usual("tiny", "ada")
    damaged.write_bytes(b"{")
    usual("digits", "ada", student_id="eve"), usual("other", "ada", lab="tiny")
    usual("newer", "ada", schema_version=2)
    usual("folder", "ada").unlink()
    (damaged.parent / "worksheet-folder-ada.json").mkdir()
    before = sorted(os.listdir(damaged.parent))
    assert kept(None, "ada") == [] and kept("tiny", "ada") == []
    assert sorted(os.listdir(damaged.parent)) == before and damaged.read_bytes() == b"{"
    assert len(lying(None, "ada")) == 5 and lying("tiny", "ada") == [damaged]


# ── given by its path ───────────────────────────────────────────────────────────────────────────

RESULT = {"schema_version": 1, "config": {}, "parameters": 35}
NO_SHEETS = {
    "python": (b"import mnistlab\n", "is no JSON.*no worksheet that mnistlab.Worksheet wrote"),
    "a run's record": (json.dumps(RESULT).encode(), "no worksheet that mnistlab.Worksheet wrote"),
    "a list": (b"[1]", "no worksheet that mnistlab.Worksheet wrote"),
    "nothing known": (b'{"schema_version": 1}', "no worksheet that mnistlab.Worksheet wrote"),
    "cut off": (json.dumps(RECORD).encode()[:-5], "is no JSON.*or it was changed since"),
    "changed": (json.dumps({**RECORD, "answers": [1]}).encode(), "was changed.*at 'answers'"),
    "newer": (json.dumps({**RECORD, "schema_version": 2}).encode(), "newer mnistlab.*pip install"),
}


@pytest.mark.parametrize(("content", "said"), NO_SHEETS.values(), ids=NO_SHEETS)
def test_what_is_no_worksheet_is_named_by_its_path(usual, tmp_path, content, said):
    file = tmp_path / "given"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        of_file(file, "ada")
    said = str(caught.value)
    assert str(file) in said and "submit" not in said.lower() and "worksheet.json" not in said
    assert file.read_bytes() == content


def test_where_a_worksheet_usually_lies_is_said(usual, tmp_path):
    with pytest.raises(InputError, match="No such file") as caught:
        of_file("none.json", "ada")
    assert os.path.join("mnistlab-worksheets", "worksheet-LAB-ada.json") in str(caught.value)
    mine = usual("tiny", "ada")
    with pytest.raises(InputError, match=f"Yours is {mine}"):
        of_file(tmp_path, "ada")
    for nobody in (None, ""):
        with pytest.raises(InputError, match="worksheet-LAB-ID.json"):
            of_file("none.json", nobody)
    mine.write_bytes(b"{")
    with pytest.raises(InputError, match="is no JSON.*keeps it aside and begins a new one"):
        of_file(mine.absolute(), "ada")


def test_a_worksheet_given_by_its_path_is_read(usual):
    assert of_file(str(usual("tiny", "ada")), None).answers == RECORD["answers"]


# ── folders ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc, where nothing can be made")
def test_a_folder_that_cant_be_made_is_said():
    with pytest.raises(InputError, match="can't be made.*hoose another") as caught:
        place("folder", "/proc/x")
    assert "No such file" not in str(caught.value) and "folder='/proc/x'" in str(caught.value)


def test_a_folder_that_can_be_made_is_taken(tmp_path):
    assert place("folder", tmp_path / "a" / "b") == tmp_path / "a" / "b"
    with pytest.raises(InputError, match="can't be used as a folder"):
        place("folder", "")
