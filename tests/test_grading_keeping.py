"""What GRADES keeps: the lab that the class was graded by, and the flags that were raised."""

import pytest

import mnistlab
from mnistlab.errors import InputError
from mnistlab.grading import desk, keeping
from mnistlab.lab import labfile
from tiny_class import small_class, small_lab, small_text


@pytest.fixture
def out(tmp_path):
    """Grade a class, in which bob hands in what ada made."""
    small_class(tmp_path / "in", "ada")
    (tmp_path / "in" / "bob.zip").write_bytes((tmp_path / "in" / "ada.zip").read_bytes())
    (tmp_path / "lab.toml").write_text(small_text())
    mnistlab.grade(tmp_path / "in", tmp_path / "lab.toml", tmp_path / "out", verbose=0, jobs=1)
    return tmp_path / "out"


def test_the_lab_is_kept_and_taken_where_none_is_named(out):
    assert keeping.lab_of(out).read_text() == small_text()
    assert labfile.digest(desk.graded_by(None, out)) == labfile.digest(small_lab())
    assert "accuracy: " in desk.explained("ada", None, out)


def test_another_lab_than_that_of_the_grades_is_refused(out):
    with pytest.raises(InputError, match="grades of the lab small, and this is recognizing_digits"):
        desk.graded_by("recognizing_digits", out)


def test_a_lab_that_is_no_file_leaves_none(out, tmp_path):
    mnistlab.grade(tmp_path / "in", small_lab(), out, verbose=0, jobs=1)
    assert keeping.lab_of(out) is None


def test_explain_shows_the_flags_that_were_raised_and_no_others(out):
    assert "ada" in keeping.flags_of(out)["bob"][0].text
    assert "Nobody" not in desk.explained("ada", None, out)
    said = " ".join(desk.explained("bob", None, out).split())
    assert keeping.flags_of(out)["bob"][0].text in said


def test_flags_that_cant_be_read_are_none(tmp_path):
    (tmp_path / "flags.json").write_text("[1")
    assert keeping.flags_of(tmp_path) == {}
