"""check() where students lack what the instructor has: the private test set."""

import html
import json

import numpy as np
import pytest

import mnistlab
from mnistlab.errors import InputError
from mnistlab.grading.checking import check
from mnistlab.lab import labfile
from processes import mnistlab as typed
from tiny_class import hand_in, small_run, small_text

PRIVATE = """
[[item]]
id = "{id}"
check = "private"
points = {points}
full_from = 0.5
none_below = 0.1
{more}
"""
LATER = "measured later, on your instructor's own test set."


def lab_file(folder, *items, data="class.npz"):
    """Write lab.toml with items that need a private test set, and return its path."""
    path = folder / "lab.toml"
    private = "".join(PRIVATE.format(**one) for one in items)
    path.write_text(small_text(f'private_data = "{data}"') + private)
    return path


HANDS = {"id": "hands", "points": 10, "more": ""}
SEEN = {"id": "seen", "points": 2.5, "more": "visible = true"}
EXTRA = {"id": "extra", "points": 3, "more": "bonus = true"}


def test_an_item_on_a_test_set_that_isnt_there_is_left_out_and_said(tmp_path):
    (tmp_path / "plain.toml").write_text(small_text())
    handed = hand_in(tmp_path, "ada")
    plain = check(handed, tmp_path / "plain.toml")
    for items, said in (((HANDS,), "1 item (10 points) is"), ((SEEN,), "1 item (2.5 points) is"),
                        ((HANDS, SEEN), "2 items (12.5 points) are"),
                        ((EXTRA,), "1 item (3 points as a bonus) is"),
                        ((HANDS, EXTRA), "2 items (10 points, 3 as a bonus) are")):  # fmt: skip
        report = check(handed, lab_file(tmp_path, *items))
        assert report.outcomes == plain.outcomes
        assert (report.out_of, report.hidden) == (plain.out_of, plain.hidden)
        assert repr(report) == f"{plain!r}\n{said} {LATER}"
        assert f"<p>{html.escape(f'{said} {LATER}')}</p>" in report._repr_html_()
        assert report.record()["later"] == [one["id"] for one in items]
    assert plain.record()["later"] == [] and "later" not in repr(plain)


def test_a_lab_that_was_read_before_is_taken_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lab = labfile.read(lab_file(tmp_path, HANDS))
    assert repr(check(small_run("ada"), lab)).endswith(LATER)
    assert [one.id for one in lab.item][-1] == "hands"


def test_a_private_test_set_without_an_item_needs_no_word(tmp_path):
    assert "later" not in repr(check(hand_in(tmp_path, "ada"), lab_file(tmp_path)))


def test_where_it_is_there_it_is_measured(tmp_path):
    np.savez(tmp_path / "class.npz", x_test=np.zeros((9, 64), np.float32), y_test=np.arange(9))
    report = check(hand_in(tmp_path, "ada"), lab_file(tmp_path, SEEN))
    assert [one.item for one in report.outcomes][:3] == ["readable", "accuracy", "seen"]
    assert "later" not in repr(report) and report.facts.n_private == 9
    (tmp_path / "class.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"class\.npz"):
        check(tmp_path / "ada.zip", tmp_path / "lab.toml")


def test_a_data_set_by_its_name_is_nobodys_secret(tmp_path):
    report = check(hand_in(tmp_path, "ada"), lab_file(tmp_path, SEEN, data="digits"))
    assert "later" not in repr(report) and report.facts.n_private > 0


def test_on_the_command_line_and_grading_still_refuses(tmp_path):
    hand_in(tmp_path / "in", "ada"), lab_file(tmp_path, HANDS)
    command = ("check", "in/ada.zip", "--rubric", "lab.toml")
    done = typed(*command, home=tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"1 item (10 points) is {LATER}"
    done = typed(*command, "--json", home=tmp_path, cwd=tmp_path)
    assert json.loads(done.stdout)["later"] == ["hands"]
    done = typed("grade", "in", "--rubric", "lab.toml", home=tmp_path, cwd=tmp_path)
    assert done.returncode == 2 and "class.npz" in done.stderr and not done.stdout
    with pytest.raises(InputError, match=r"class\.npz isn't there"):
        mnistlab.grade(tmp_path / "in", tmp_path / "lab.toml", verbose=0)
