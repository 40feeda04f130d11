"""The bank of comments: written by hand or as they are used, by one person or two at once."""

import os

import pytest

from mnistlab.errors import InputError, SaveError
from mnistlab.grading.marking.comments import KEYS, Bank, Comment

HEAD = "item,key,points,comment\n"


def bank(folder, text=None):
    if text is not None:
        (folder / "comments.csv").write_text(text, newline="")
    return Bank(folder)


def test_what_was_added_is_there_once_by_key(tmp_path):
    one = bank(tmp_path)
    assert one.of("why") == {}
    one.add("why", 2, '- sign, "x"')
    one.add("why", 2, '- sign, "x"')
    one.add("why", 1.5, '- sign, "x"')
    one.add("how", 2, "Other.")
    assert Bank(tmp_path).of("why") == {"1": Comment("why", "1", 2, '- sign, "x"'),
                                        "2": Comment("why", "2", 1.5, '- sign, "x"')}  # fmt: skip
    assert (tmp_path / "comments.csv").stat().st_mode & 0o777 == 0o600


def test_what_was_written_by_hand_keeps_its_form(tmp_path):
    one = bank(tmp_path, "\ufeffComment;Points;Key;Item\r\nSign;2,5;S;why\r\nAll;;;\r\nStar;;;*")
    assert list(one.of("why").values()) == [
        Comment("why", "s", 2.5, "Sign"),
        Comment("", "1", None, "All"),
        Comment("*", "2", None, "Star"),
    ]
    one.add("why", 1, "New; one")
    assert (tmp_path / "comments.csv").read_bytes().endswith(b'\nStar;;;*\n"New; one";1;;why\n')


def test_one_that_leaves_the_points_open_is_not_added_again(tmp_path):
    one = bank(tmp_path, HEAD + "why,,,Sign\n")
    one.add("why", 2, "Sign")
    assert (tmp_path / "comments.csv").read_text() == HEAD + "why,,,Sign\n"


def test_more_comments_than_keys(tmp_path):
    one = bank(tmp_path, HEAD + "".join(f"why,,1,comment {k}\n" for k in range(50)))
    assert list(one.of("why")) == list(KEYS)


def test_two_who_began_at_once_and_a_half_written_end(tmp_path):
    one = bank(tmp_path, HEAD + "why,,1,A\n" + HEAD + 'why,,2,B\nwhy,,3,"half')
    assert [c.text for c in one.of("why").values()] == ["A", "B"]
    one.add("why", 3, "C")
    assert (tmp_path / "comments.csv").read_text().endswith("why,,2,B\nwhy,,3,C\n")


@pytest.mark.parametrize("line", ["why,,x,A\n", "why,xy,1,A\n", "why,,1,\n", 'why,,"1,A\n'])
def test_a_line_that_cannot_be_used_is_said_and_stays(tmp_path, line):
    one = bank(tmp_path, HEAD + line)
    with pytest.raises(InputError, match=r"comments.csv, line 2"):
        one.of("why")
    with pytest.raises(InputError, match=r"comments.csv, line 2"):
        one.add("why", 1, "B")
    assert (tmp_path / "comments.csv").read_text() == HEAD + line


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    one = bank(tmp_path, HEAD + "why,,1,A\n")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(SaveError, match="No space left"):
        one.add("why", 1, "B")
    assert (tmp_path / "comments.csv").read_text() == HEAD + "why,,1,A\n"
