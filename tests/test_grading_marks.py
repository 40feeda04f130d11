"""What people give: overrides.csv, a marks file for each person, and all of them together."""

import os
import subprocess
import sys

import pytest

from mnistlab.errors import InputError, SaveError
from mnistlab.grading import marks, marksfile
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Grade, Outcome
from mnistlab.grading.marks import Mark, MarksFile, merged, read_overrides
from mnistlab.grading.marksfile import Given, answer_digest, everybody, file_name
from mnistlab.grading.points.rubric import with_marks
from mnistlab.lab.assignment import Lab

LAB = Lab.model_validate({
    "schema_version": 1, "lab": {"name": "tiny", "title": "Tiny"},
    "network": {"inputs": 4, "classes": 3},
    "item": [{"id": "readable", "check": "readable", "points": 5}],
    "question": [
        {"id": "why", "kind": "answer", "text": "Why?", "points": 3},
        {"id": "how", "kind": "answer", "text": "How?", "points": 12},
        {"id": "free", "kind": "answer", "text": "Anything else?"},
    ],
})  # fmt: skip
IDS = ("ada", "Bo", "00123")


def given(student, points, comment="", answer="", item="why"):
    return Given(student, item, points, comment, answer, "")


def give(folder, by, *all_given):
    with MarksFile(folder, by) as file:
        for one in all_given:
            file.give([one])


# ── overrides.csv ───────────────────────────────────────────────────────────────────────────────


def overrides(folder, text, encoding="utf-8"):
    (folder / "overrides.csv").write_bytes(text.encode(encoding))
    return read_overrides(folder / "overrides.csv", LAB, IDS)


def test_no_file_decides_nothing(tmp_path):
    assert read_overrides(tmp_path / "overrides.csv", LAB, IDS) == {}


def test_a_decision_is_by_student_and_item(tmp_path):
    found = overrides(tmp_path, "id,item,points,reason,by\nada,why,2.5,She asked.,grace\n")
    assert found == {"ada": {"why": Mark(2.5, "She asked.", "grace")}}


def test_a_spreadsheet_in_german(tmp_path):
    text = "\r\nID;Item;Points;Reason;By;;\r\n;;;;;;\r\nBO;WHY;2,5;Für die Idee;Jörg;;\r\n\r\n"
    found = {"Bo": {"why": Mark(2.5, "Für die Idee", "Jörg")}}
    for encoding in ("utf-8-sig", "utf-16"):
        assert overrides(tmp_path, text, encoding) == found


def test_a_reason_of_several_lines_in_quotes(tmp_path):
    found = overrides(tmp_path, 'id,item,points,reason,by\nada,why,1,"One,\n""two"".",g\n')
    assert found["ada"]["why"].reason == 'One,\n"two".'


def test_all_lines_that_cannot_be_used_are_said_with_their_numbers(tmp_path):
    lines = ["id,item,points,reason,by", "ada,why,4,r,g", "ada,wyh,1,r,g", "adda,why,1,r,g",
             "123,why,1,r,g", "ada,free,1,r,g", "ada,why,,r,g", "ada,why,-1,r,g", "ada,why,1,,g",
             "ada,why,1,r,"]  # fmt: skip
    with pytest.raises(InputError) as error:
        overrides(tmp_path, "\n".join(lines) + "\n")
    said = str(error.value).splitlines()
    assert said[0].startswith("overrides.csv has 9 lines")
    assert "line 2: 4 is above 3," in said[1]
    assert "line 3: " in said[2] and "Did you mean 'why'?" in said[2]
    assert "line 4: " in said[3] and "Did you mean 'ada'?" in said[3]
    assert "line 5: " in said[4] and "leading zeros" in said[4]
    assert "line 6: there is no item 'free'" in said[5]
    assert "line 7: there are no points" in said[6]
    assert "line 8: '-1' is no number" in said[7]
    assert "line 9: the column 'reason' is empty" in said[8]
    assert "line 10: the column 'by' is empty" in said[9]


def test_a_decimal_comma_that_slips_a_cell_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r'overrides.csv, line 2: there are more cells.*"2,5"'):
        overrides(tmp_path, "id,item,points,reason,by\nada,why,2,5,reason,grace\n")


def test_two_decisions_about_the_same_are_an_error(tmp_path):
    head = "id,item,points,reason,by\nada,why,1,r,g\n"
    assert overrides(tmp_path, head + "ada,why,1,again,g\n")["ada"]["why"].reason == "r"
    with pytest.raises(InputError, match="line 3: 'why' of 'ada' is decided twice"):
        overrides(tmp_path, head + "ADA,why,2,r,g\n")


def test_a_folder_or_no_table_is_an_error(tmp_path):
    (tmp_path / "overrides.csv").mkdir()
    with pytest.raises(InputError, match="overrides"):
        read_overrides(tmp_path / "overrides.csv", LAB, IDS)
    with pytest.raises(InputError, match="'reason' is missing"):
        os.rmdir(tmp_path / "overrides.csv")
        overrides(tmp_path, "id,item,points\nada,why,1\n")


# ── marks-NAME.csv ──────────────────────────────────────────────────────────────────────────────


def test_marks_are_there_again(tmp_path):
    give(tmp_path, "Ann", given("ada", 2.5, '- a sign, "missing"', "sha256:1"), given("=bo", 0))
    with MarksFile(tmp_path, "ann") as file:
        assert file.of("ada", "why") == Given("ada", "why", 2.5, '- a sign, "missing"', "sha256:1",
                                              "Ann")  # fmt: skip
        assert file.of("=bo", "why").points == 0
        assert file.of("ada", "how") is None
    assert (tmp_path / "marks-ann.csv").stat().st_mode & 0o777 == 0o600


def test_a_correction_is_added_and_nothing_is_rewritten(tmp_path):
    give(tmp_path, "ann", given("ada", 1))
    before = (tmp_path / "marks-ann.csv").read_bytes()
    give(tmp_path, "ann", given("ada", 2), given("ada", None))
    after = (tmp_path / "marks-ann.csv").read_bytes()
    assert after.startswith(before) and after.count(b"\n") == 4
    assert merged(tmp_path, LAB) == ({}, [])


@pytest.mark.parametrize("by", ["Ann Müller", "../../x", "=cmd()", "a" * 100, "анна", "CON", "a/b"])
def test_a_name_makes_a_file_name_in_the_folder(tmp_path, by):
    give(tmp_path, by, given("ada", 1))
    (file,) = os.listdir(tmp_path)
    assert file.startswith("marks-") and file.endswith(".csv") and file.isascii()
    assert merged(tmp_path, LAB)[0]["ada"]["why"].by == by


def test_two_names_have_two_files():
    names = ["ann", "an", "Ann Müller", "Ann Möller", "ann-m-ller", "ann.", "анна", "бен"]
    assert len({file_name(one) for one in names}) == len(names)
    assert file_name(" ANN ") == file_name("ann")


@pytest.mark.parametrize("by", ["", "  ", None, 7, "a\x1bb", "a" * 101, "a\u202eb"])
def test_what_is_no_name_is_refused(tmp_path, by):
    with pytest.raises(InputError, match="is no name"):
        MarksFile(tmp_path, by)


def test_no_such_folder_says_what_to_do_first(tmp_path):
    with pytest.raises(InputError, match="Grade first: mnistlab grade"):
        MarksFile(tmp_path / "none", "ann")


def test_a_second_window_of_the_same_person_is_kept_out(tmp_path):
    again = pytest.raises(InputError, match="marking in another window")
    with MarksFile(tmp_path, "ann"), MarksFile(tmp_path, "ben"), again:
        MarksFile(tmp_path, "ANN")
    MarksFile(tmp_path, "ann").close()


def test_a_line_cut_anywhere_costs_only_itself(tmp_path):
    give(tmp_path, "ann", given("ada", 1, 'x, "y"'), given("bo", 2, 'sign, "ü"', "sha256:ab"))
    path = tmp_path / "marks-ann.csv"
    whole = path.read_bytes()
    last = whole[:-1].rfind(b"\n") + 1
    for end in range(len(whole) + 1):
        path.write_bytes(whole[:end])
        found = everybody(tmp_path)["marks-ann.csv"]
        lines = (whole[:end] + b"\n").count(b"ann\n")  # those cut behind the name are whole too
        assert len(found) == lines, end
        give(tmp_path, "ann", given("cy", 3))
        again = everybody(tmp_path)["marks-ann.csv"]
        assert {s for s, _ in again} == {s for s, _ in found} | {"cy"}, end
        assert again["cy", "why"].points == 3
        assert end < last or path.read_bytes().startswith(whole[:last])


def test_zeros_after_a_power_cut_are_dropped(tmp_path):
    give(tmp_path, "ann", given("ada", 1))
    with open(tmp_path / "marks-ann.csv", "ab") as file:
        file.write(bytes(100))
    give(tmp_path, "ann", given("bo", 2))
    assert len(everybody(tmp_path)["marks-ann.csv"]) == 2


def test_a_spreadsheet_may_save_it_in_between(tmp_path):
    give(tmp_path, "ann", given("ada", 1.5, "a;b"))
    text = (tmp_path / "marks-ann.csv").read_text()
    rows = [line.split(",") for line in text.splitlines()]
    saved = "\r\n".join(";".join(f'"{c}"' for c in row) for row in rows).replace("1.5", "1,5")
    (tmp_path / "marks-ann.csv").write_bytes(b"\xef\xbb\xbf" + saved.encode())
    give(tmp_path, "ann", given("bo", 2))
    found = everybody(tmp_path)["marks-ann.csv"]
    assert (found["ada", "why"].points, found["bo", "why"].points) == (1.5, 2)
    assert found["ada", "why"].comment == "a;b"


@pytest.mark.parametrize("damage", [b"ada,why,lots,,,ann\n", b'ada,"why,1,,,ann\n', b"\xff\xfe\n"])
def test_a_damaged_line_in_the_middle_is_an_error_and_stays(tmp_path, damage):
    give(tmp_path, "ann", given("ada", 1))
    path = tmp_path / "marks-ann.csv"
    path.write_bytes(path.read_bytes() + damage + b"bo,why,2,,,ann\n")
    before = path.read_bytes()
    for tried in (lambda: MarksFile(tmp_path, "ann"), lambda: merged(tmp_path, LAB)):
        with pytest.raises(InputError, match="marks-ann.csv"):
            tried()
    assert path.read_bytes() == before


def test_utf_16_is_refused_and_stays(tmp_path):
    path = tmp_path / "marks-ann.csv"
    path.write_bytes("id,item,points,comment,answer,by\nada,why,1,,,ann\n".encode("utf-16"))
    before = path.read_bytes()
    with pytest.raises(InputError, match="CSV UTF-8"):
        MarksFile(tmp_path, "ann")
    assert path.read_bytes() == before


def test_a_full_disk_costs_the_mark_that_was_not_written(tmp_path, monkeypatch):
    with MarksFile(tmp_path, "ann") as file:
        file.give([given("ada", 1)])
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
            with pytest.raises(SaveError, match="No space left. Make room"):
                file.give([given("bo", 2)])
            assert file.of("bo", "why") is None
        file.give([given("cy", 3)])
    assert {s for s, _ in everybody(tmp_path)["marks-ann.csv"]} == {"ada", "cy"}


def test_what_was_given_is_there_after_a_kill(tmp_path):
    program = (
        "import os, signal, sys\n"
        "from mnistlab.grading.marksfile import Given, MarksFile\n"
        "file = MarksFile(sys.argv[1], 'ann')\n"
        "for k in range(20):\n"
        "    file.give([Given(f's{k}', 'why', k, '', '', 'ann')])\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -9
    assert len(everybody(tmp_path)["marks-ann.csv"]) == 20
    give(tmp_path, "ann", given("ada", 1))  # the lock has gone with the process


# ── everybody's ─────────────────────────────────────────────────────────────────────────────────


def test_equal_points_become_one_mark(tmp_path):
    give(tmp_path, "ann", given("ada", 2, "The sign."))
    give(tmp_path, "ben", given("ada", 2, "The slope."))
    give(tmp_path, "cy", given("ada", 2, "The sign."))
    assert merged(tmp_path, LAB) == (
        {"ada": {"why": Mark(2, "The sign. The slope.", "ann, ben, cy")}}, [])  # fmt: skip


def test_different_points_stay_to_be_decided(tmp_path):
    give(tmp_path, "ann", given("ada", 2), given("bo", 1))
    give(tmp_path, "ben", given("ada", 3))
    found, (conflict,) = merged(tmp_path, LAB)
    assert found == {"bo": {"why": Mark(1, "", "ann")}}
    assert (conflict.student, conflict.item) == ("ada", "why")
    assert conflict.text == (
        "why: ann gave 2; ben gave 3. Let one of them change the mark, or decide it in "
        "overrides.csv, below the line id,item,points,reason,by: ada,why,POINTS,REASON,YOUR-NAME"
    )
    assert conflict.marks == (Mark(2, "", "ann"), Mark(3, "", "ben"))


def test_what_overrides_decide_is_no_conflict(tmp_path):
    give(tmp_path, "ann", given("ada", 2))
    give(tmp_path, "ben", given("ada", 3))
    decided = {"ada": {"why": Mark(2.5, "Between.", "grace")}}
    assert merged(tmp_path, LAB, overrides=decided) == ({}, [])


def test_a_mark_taken_back_is_no_conflict(tmp_path):
    give(tmp_path, "ann", given("ada", 2))
    give(tmp_path, "ben", given("ada", 3), given("ada", None))
    assert merged(tmp_path, LAB) == ({"ada": {"why": Mark(2, "", "ann")}}, [])


def grade(student, answer, item="why"):
    return Grade(student=student, facts=Facts(digest="d", answers={item: answer}))


def test_a_mark_of_an_answer_that_was_replaced_does_not_count(tmp_path):
    old, new = answer_digest("Because."), answer_digest("Since.")
    give(tmp_path, "ann", given("ada", 2, answer=old), given("bo", 2, answer=old))
    found, (conflict,) = merged(tmp_path, LAB, [grade("ada", "Since."), grade("bo", " Because.")])
    assert found == {"bo": {"why": Mark(2, "", "ann")}}
    assert "the answer has changed since" in conflict.text and conflict.student == "ada"
    give(tmp_path, "ben", given("ada", 3, answer=new))  # one new mark is enough
    found, conflicts = merged(tmp_path, LAB, [grade("ada", "Since."), Grade(student="bo")])
    assert found == {"ada": {"why": Mark(3, "", "ben")}}
    assert [one.student for one in conflicts] == ["bo"]  # who withdrew the answer


def test_a_mark_above_what_it_is_worth_now_stays_to_be_decided(tmp_path):
    give(tmp_path, "ann", given("ada", 4))
    found, (conflict,) = merged(tmp_path, LAB)
    assert found == {} and "worth 3 now" in conflict.text


def test_marks_of_a_question_that_has_gone_are_said(tmp_path, capsys):
    give(tmp_path, "ann", given("ada", 1, item="gone"))
    assert merged(tmp_path, LAB) == ({}, [])
    assert "'gone'" in capsys.readouterr().err


def test_ids_that_no_line_can_hold_come_back_whole(tmp_path):
    odd = "a\nb\udc80"
    give(tmp_path, "ann", given(odd, 1), given("c\nd", 2))
    with MarksFile(tmp_path, "ann") as file:
        assert file.of(odd, "why").points == 1
    grades = [Grade(student=odd, facts=Facts(digest="", answers={"why": "x"})), Grade(student="x")]
    assert list(merged(tmp_path, LAB, grades)[0]) == [odd, "c\\u000ad"]


def test_nobody_has_marked(tmp_path):
    assert merged(tmp_path, LAB) == ({}, [])
    assert merged(tmp_path / "none", LAB) == ({}, [])


def test_what_was_merged_makes_outcomes(tmp_path):
    give(tmp_path, "ann", given("ada", 2.5, "The sign."))
    one = Outcome(item="why", title="Why?", points=None, out_of=3, reason="")
    (done,) = with_marks([one], merged(tmp_path, LAB)[0]["ada"])
    assert (done.points, done.reason, done.by) == (2.5, "The sign.", "ann")


def test_what_items_are_worth():
    assert marks.worth(LAB) == {"readable": 5, "why": 3, "how": 12}


def test_without_locks_two_windows_are_let_through(tmp_path, monkeypatch):
    monkeypatch.setattr(marksfile, "fcntl", None)
    with MarksFile(tmp_path, "ann") as one, MarksFile(tmp_path, "ann") as other:
        one.give([given("ada", 1)])
        other.give([given("bo", 2)])  # begins the file once more
    assert len(everybody(tmp_path)["marks-ann.csv"]) == 2


def test_the_line_that_decides_a_conflict_is_read(tmp_path):
    given = [Given("=a,b", "why", points, "", "", "") for points in (2, 3)]
    for by, one in zip(("ann", "ben"), given, strict=True):
        with MarksFile(tmp_path, by) as file:
            file.give([one])
    grades = [Grade(student="=a,b")]
    (conflict,) = merged(tmp_path, LAB, grades)[1]
    line = conflict.text.partition(",by: ")[2].replace("POINTS", "2.5")
    (tmp_path / "overrides.csv").write_text(f"id,item,points,reason,by\n{line}\n")
    found = read_overrides(tmp_path / "overrides.csv", LAB, ["=a,b"])
    assert found["=a,b"]["why"] == Mark(2.5, "REASON", "YOUR-NAME")
