"""grades.jsonl: a line a grade, on the disk as it is given; killed, it goes on."""

import os
import stat

import pytest

from mnistlab.errors import OutputError, SaveError
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Grade
from mnistlab.grading.journal import ASIDE, NAME, Journal, read


def grades(count, version="1"):
    """Return the grades of a class."""
    return [Grade(student=f"s{k}", lab="tiny", version=version, facts=Facts(digest=f"d{k}"),
                  measured_by="m") for k in range(count)]  # fmt: skip


def write(folder, given, lab="tiny"):
    """Write grades, and return the file's bytes."""
    with Journal(folder, lab).writing() as one:
        for grade in given:
            one(grade)
    return (folder / NAME).read_bytes()


def test_what_is_written_is_read(tmp_path):
    write(tmp_path, grades(3))
    assert list(read(tmp_path)) == grades(3)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_each_line_is_there_when_it_was_given(tmp_path):
    with Journal(tmp_path, "tiny").writing() as one:
        for k, grade in enumerate(grades(3)):
            one(grade)
            assert (tmp_path / NAME).read_bytes().count(b"\n") == k + 1


@pytest.mark.parametrize("keep", [0, 1, 2, 3])
@pytest.mark.parametrize("half", [b"", b'{"student": "s', b"\xff"])
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path, keep, half):
    whole = write(tmp_path / "whole", grades(3))
    folder = tmp_path / "killed"
    write(folder, grades(keep))
    with open(folder / NAME, "ab") as file:
        file.write(half)
    assert write(folder, grades(3)) == whole
    assert sorted(os.listdir(folder)) == [NAME]


def test_lines_that_are_right_are_not_written_again(tmp_path):
    write(tmp_path, grades(3))
    before = (tmp_path / NAME).stat()
    write(tmp_path, grades(3))
    after = (tmp_path / NAME).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_old_grades_stay_until_the_new_ones_are_whole(tmp_path):
    old = write(tmp_path, grades(3))
    new = grades(3)[:1] + grades(3, version="2")[1:]
    with pytest.raises(KeyboardInterrupt), Journal(tmp_path, "tiny").writing() as one:
        one(new[0])
        one(new[1])
        raise KeyboardInterrupt
    assert (tmp_path / NAME).read_bytes() == old
    assert write(tmp_path, new) == write(tmp_path / "anew", new)
    assert sorted(os.listdir(tmp_path)) == ["anew", NAME]


def test_what_was_measured_is_known_again_also_from_a_killed_regrade(tmp_path):
    write(tmp_path, grades(2))
    (tmp_path / ASIDE).write_bytes(
        b"".join(g.model_dump_json().encode() + b"\n" for g in grades(3)) + b"{half"
    )
    known = Journal(tmp_path, "tiny").measured()
    assert sorted(known) == [("s0", "d0", "m"), ("s1", "d1", "m"), ("s2", "d2", "m")]


def test_students_who_are_gone_go(tmp_path):
    write(tmp_path, grades(3))
    assert write(tmp_path, grades(2)) == write(tmp_path / "two", grades(2))


def test_another_labs_folder_is_refused_and_kept(tmp_path):
    old = write(tmp_path, grades(2))
    with pytest.raises(OutputError, match="of the lab 'tiny', and these would be of 'huge'"):
        Journal(tmp_path, "huge")
    assert (tmp_path / NAME).read_bytes() == old


def test_a_line_that_is_no_grade_is_refused(tmp_path):
    (tmp_path / NAME).write_text('{"student": 3}\n')
    with pytest.raises(OutputError, match="line 1"):
        Journal(tmp_path, "tiny")


def test_a_damaged_line_says_what_stays_and_what_is_measured_again(tmp_path):
    lines = write(tmp_path, grades(3)).splitlines(keepends=True)
    (tmp_path / NAME).write_bytes(lines[0] + b"{damaged\n" + lines[2])
    for use in (lambda: Journal(tmp_path, "tiny"), lambda: read(tmp_path)):
        with pytest.raises(OutputError) as why:
            use()
        said = str(why.value)
        assert "line 2, is no grade" in said and "--out" not in said
        assert "Move grades.jsonl away, and grade again" in said
        assert "overrides.csv and marks-*.csv stay where they are and count" in said
        assert "every submission is measured again" in said


def test_a_folder_without_grades(tmp_path):
    with pytest.raises(OutputError, match="Grade first: mnistlab grade"):
        read(tmp_path)


def test_a_file_in_the_folders_place(tmp_path):
    (tmp_path / "GRADES").write_text("mine")
    with pytest.raises(OutputError, match="can't take the grades"):
        Journal(tmp_path / "GRADES", "tiny")


def test_two_at_once_are_kept_apart(tmp_path):
    with Journal(tmp_path, "tiny").writing() as one:
        one(grades(1)[0])
        with (
            pytest.raises(OutputError, match="at this moment"),
            Journal(tmp_path, "tiny").writing(),
        ):
            pass


def test_a_full_disk_keeps_what_was_given(tmp_path):
    write(tmp_path, grades(1))
    with pytest.raises(SaveError, match="No space left"), Journal(tmp_path, "tiny").writing() as w:
        for grade in grades(3):
            w(grade)
            if grade.student == "s1":
                raise OSError(28, "No space left on device")
    assert [one.student for one in read(tmp_path)] == ["s0", "s1"]
