"""Whatever names lie there: listing and collecting says something, and never fails for one."""

import os
import struct
import unicodedata
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnistlab.grading.folders.collections import collect, describe
from mnistlab.grading.folders.entries import is_of_the_system, parts_of, plain
from mnistlab.grading.folders.found import safe_id
from mnistlab.grading.folders.opening import digest, read
from submissions import tree, zipped

pieces = st.sampled_from(
    ["ada", "4711", "_", "LATE", "anon", "assignsubmission", "file", "submission", "lab", "/", "\\",
     "..", ".", ".zip", ".csv", " (1)", "attempt 2", "grades.jsonl", "\u202e", "\n", "=cmd()",
     "<b>", "timestamp.txt", "submitted", "王", "\x7f", "C:", " ", "é", "e\u0301"]
)  # fmt: skip
wild = st.one_of(
    st.lists(pieces, min_size=1, max_size=8).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
)


def is_one_line(known_by):
    """Whether an id has 1 to 100 letters that can be seen, told apart and encoded."""
    odd = {"Cc", "Cf", "Cs", "Zl", "Zp"} & {
        unicodedata.category(one) for one in known_by if one not in "\u200c\u200d"
    }
    return 1 <= len(known_by) <= 100 and not odd and known_by == known_by.strip()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
@given(st.lists(wild, min_size=1, max_size=12))
def test_any_names_in_a_zip_are_students_or_said(tmp_path, names):
    place = zipped(tmp_path / "s.zip", "ada.zip", "bob.zip", *names)
    collection = collect(place, assignment="lab")
    ids = [one.student.id for one in collection.handed]
    assert len(set(ids)) == len(ids) and all(map(is_one_line, ids))
    describe(collection).encode()
    for one in collection.handed:
        files = [file for attempt in one.attempts for file in attempt.files]
        assert digest(files).startswith("sha256:")
    assert [one.name for one in tmp_path.iterdir()] == ["s.zip"]


@settings(deadline=None)
@given(wild, wild)
def test_ids_are_one_line_and_differ_where_names_do(one, other):
    assert is_one_line(safe_id(one))
    assert (safe_id(one) == safe_id(other)) == (one.strip() == other.strip())


def test_names_lead_nowhere():
    assert parts_of("../../a/./b\\..\\c//") == ["a", "b", "c"]
    assert parts_of("/ .. /..") == []
    assert plain("a" * 400, 300) == "a" * 299 + "…"
    assert plain("\udcff") == "\ufffd"


@pytest.mark.parametrize("name", [".DS_Store", "__MACOSX", "Thumbs.db", "~$lab.docx", ".git"])
def test_what_a_system_leaves_behind_is_told(name):
    assert is_of_the_system(name)


def test_a_zip_whose_directory_lies_about_its_size_opens_nothing(tmp_path):
    place = zipped(tmp_path / "s.zip", "ada.zip", "bob.zip")
    data = bytearray(place.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 2**32 - 2)
    place.write_bytes(data)
    ada, bob = collect(place).handed
    with pytest.raises(ValueError, match="4,294,967,294 bytes"):
        read(ada.attempts[0].files[0], 100)
    assert read(bob.attempts[0].files[0], 100) == b"x"


def test_a_folder_that_can_not_be_listed_costs_the_others_nothing(tmp_path, monkeypatch):
    place = tree(tmp_path / "s", "ada/x.zip", "bob/x.zip")
    real = os.scandir

    def refuse(path):
        if str(path).endswith("ada"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    collection = collect(place)
    assert [one.student.id for one in collection.handed] == ["ada", "bob"]
    assert "'ada' is not readable (Permission denied)." in collection.unmatched


def test_a_zip_in_a_zip_is_a_file_like_any_other(tmp_path):
    inner = zipped(tmp_path / "inner.zip", "lovelaceada_4711_1_x.zip", "b_2_2_x.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr("ada.zip", inner)
        archive.writestr("bob.zip", inner)
    files = [one.attempts[0].files[0] for one in collect(tmp_path / "s.zip").handed]
    assert [read(file, 10_000) for file in files] == [inner, inner]
