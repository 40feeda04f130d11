"""The loop in which answers are read: scripted keys, hostile answers, and a real terminal."""

import io
import itertools
import json
import os
import re
import sys
import textwrap
import unicodedata

import pytest
from rich.console import Console

from mnistlab.errors import InputError
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Grade
from mnistlab.grading.marking import cards, marking
from mnistlab.grading.marks import merged
from mnistlab.grading.marksfile import everybody
from mnistlab.grading.points.rubric import outcomes, with_marks
from mnistlab.lab.assignment import Lab

LAB = Lab.model_validate({
    "schema_version": 1, "lab": {"name": "tiny", "title": "Tiny"},
    "network": {"inputs": 4, "classes": 3},
    "question": [
        {"id": "why", "kind": "answer", "text": "Why is the error of a hidden unit a sum?",
         "points": 3},
        {"id": "how", "kind": "answer", "text": "How would you go on?", "points": 12},
        {"id": "free", "kind": "answer", "text": "Anything else?"},
        {"id": "n", "kind": "number", "text": "How many?", "points": 1, "value": 35},
    ],
})  # fmt: skip
ESCAPE, LEFT = "\x1b", "\x1b[D"


class Scripted:
    """Keys one after the other, then the end; after each, what the terminal shows is kept."""

    def __init__(self, *keys):
        self.keys, self.screens = list(keys), []
        self.out = io.StringIO()
        self.console = Console(file=self.out, width=60, height=24, force_terminal=True,
                               color_system=None)  # fmt: skip

    def key(self):
        self.screens.append(self.out.getvalue().rpartition("\x1b[2J\x1b[H")[2])
        key = self.keys.pop(0) if self.keys else ""
        if isinstance(key, BaseException):
            raise key
        return key


def grades(lab=LAB, **answers):
    """Return a grade for each student, given their answers to "why", or to several by id."""
    given = {who: one if isinstance(one, dict) else {"why": one} for who, one in answers.items()}
    facts = {who: Facts(digest="d", answers=one) for who, one in given.items()}
    return [Grade(student=who, name=f"Name of {who}", facts=one, outcomes=outcomes(lab, one))
            for who, one in facts.items()]  # fmt: skip


def read(folder, given, *keys, by="ann", **options):
    """Run the loop with keys, and return them with the screens, and what was done."""
    source = Scripted(*keys)
    done = marking.mark(given, LAB, folder, by, source=source, console=source.console, **options)
    return source, done


def points(folder, by="ann"):
    """Return the points in a person's file, by student."""
    return {who: one.points for (who, _), one in everybody(folder)[f"marks-{by}.csv"].items()}


CLASS = grades(ada="Because it sums.", bo="It does.", cy="No idea.", di="The chain rule.")


# ── points ──────────────────────────────────────────────────────────────────────────────────────


def test_a_key_gives_points_and_shows_the_next(tmp_path):
    source, done = read(tmp_path, CLASS, "3", "0", "h", "1", ".", "2")
    assert sorted(points(tmp_path).values()) == [0, 1.5, 2.5, 3]
    assert (done.given, done.left) == (4, 0)
    assert "4 of 4 are left" in source.screens[0] and "3 of 4 are left" in source.screens[1]
    assert "That was the last." in source.screens[-1]
    assert done.text in source.out.getvalue()


def test_each_key_is_on_the_disk_before_the_next_is_read(tmp_path):
    class Watching(Scripted):
        def key(self):
            found = everybody(tmp_path).get("marks-ann.csv", {})
            seen.append(len(found))
            return super().key()

    seen = []
    source = Watching("1", "2", "3", "0")
    marking.mark(CLASS, LAB, tmp_path, "ann", source=source, console=source.console)
    assert seen == [0, 1, 2, 3, 4]


def test_names_are_hidden_and_the_order_says_nothing(tmp_path):
    source, _ = read(tmp_path, CLASS, "1", "1", "1", "1")
    assert not re.search(r"\b(ada|bo|cy|di)\b|Name of", source.out.getvalue())
    many = grades(**{f"s{k:03}": f"answer {k}" for k in range(100)})
    question = cards.questions(LAB, "why")[0]
    order = [one.students for one in cards.of_question(many, question, "tiny ann")]
    assert order != sorted(order)
    assert order == [one.students for one in cards.of_question(many[::-1], question, "tiny ann")]
    assert order != [one.students for one in cards.of_question(many, question, "tiny ben")]


def test_points_that_cannot_be_given_stay_on_the_card(tmp_path):
    source, done = read(tmp_path, CLASS, "4", "h", "3", "9")
    assert done.given == 0
    assert "4 is above 3" in source.screens[1]
    assert "half and" in source.screens[2]
    assert "3.5 is above 3" in source.screens[3]
    assert "9 is above 3" in source.screens[4]  # the half is gone with the key after it


def test_half_counts_for_the_next_key_only(tmp_path):
    read(tmp_path, CLASS, "h", "s", "1", "h", "h", "2")
    assert sorted(points(tmp_path).values()) == [1, 2]


def test_more_than_nine_points_are_typed(tmp_path):
    given = grades(ada={"how": "By hand."})
    source, _ = read(tmp_path, given, "1", "0", ",", "5", "\n")
    assert points(tmp_path) == {"ada": 10.5}
    assert "points: 10,5" in source.screens[4]


def test_any_points_can_be_typed_after_an_equals_sign(tmp_path):
    read(tmp_path, CLASS, "=", *"1.x", "\x7f", *"25", "\r")
    assert list(points(tmp_path).values()) == [1.25]
    source, _ = read(tmp_path, CLASS, "=", *"many", "\n", "=", "\n", "=", ESCAPE)
    assert "'many' is no number of points" in " ".join(source.screens[6].split())
    assert len(points(tmp_path)) == 1


def test_other_keys_do_nothing_and_say_so(tmp_path):
    for key in ("x", "٣", "²", "\x1b[5;3~", "\x00", "12", "pasted text 3"):
        source, done = read(tmp_path, CLASS, key)
        assert done.given == 0 and "That key does nothing" in source.screens[1]


# ── the same answers, blank ones ────────────────────────────────────────────────────────────────


def test_one_card_for_answers_that_differ_in_blanks(tmp_path):
    given = grades(ada="It  sums.", bo=" It sums.\n", cy="it sums.", di="It\u00a0sums.")
    source, _ = read(tmp_path, given, "2")
    shown = next(screen for screen in source.screens if "the same from 3 students" in screen)
    assert "2 of 2 are left" in source.screens[0] and shown
    read(tmp_path, given, "1")
    found = points(tmp_path)
    assert len(found) == 4 and found["ada"] == found["bo"] == found["di"] != found["cy"]


def test_blank_answers_are_never_shown(tmp_path):
    given = grades(ada="", bo=" \n\t", cy="\u2003", di={})
    source, done = read(tmp_path, given, "3")
    assert not source.screens and (done.given, done.left) == (0, 0)
    assert "No student has answered" in source.out.getvalue()
    assert read(tmp_path, [Grade(student="ada")], "3")[1].left == 0


def test_what_the_rubric_decided_is_not_shown(tmp_path):
    (one,) = grades(ada="\u200b")
    decided = [o.model_copy(update={"points": 0.0}) if o.item == "why" else o for o in one.outcomes]
    _, done = read(tmp_path, [one.model_copy(update={"outcomes": tuple(decided)})])
    assert done.left == 0


def test_the_same_answer_that_came_later_is_shown_again_with_its_points(tmp_path):
    read(tmp_path, grades(ada="It sums."), "2")
    source, done = read(tmp_path, grades(ada="It sums.", bo="It sums."))
    assert done.left == 1 and "given: 2 of 3 points" in source.screens[0]
    read(tmp_path, grades(ada="It sums.", bo="It sums."), "2")
    assert points(tmp_path) == {"ada": 2, "bo": 2}


def test_another_answer_of_the_same_student_is_read_anew(tmp_path):
    read(tmp_path, grades(ada="It sums."), "2")
    source, done = read(tmp_path, grades(ada="It is a sum."))
    assert done.left == 1 and "given" not in source.screens[0]


# ── going on, going back, taking back ───────────────────────────────────────────────────────────


def test_the_same_person_goes_on_where_they_were(tmp_path):
    first, done = read(tmp_path, CLASS, "1", "2", "q", "3")
    assert done.left == 2
    second, done = read(tmp_path, CLASS, "0", by="ANN")
    assert second.screens[0] == first.screens[2]
    assert done.left == 1


def test_p_goes_back_and_a_new_mark_is_added(tmp_path):
    source, _ = read(tmp_path, CLASS, "1", "2", "p", "p", "3", "q")
    assert "given: 1 of 3 points" in source.screens[4]
    assert sorted(points(tmp_path).values()) == [2, 3]
    assert (tmp_path / "marks-ann.csv").read_text().count("\n") == 4
    source, _ = read(tmp_path, CLASS, "p", LEFT, "p", "n", "n")
    assert (
        "given: 2 of 3 points" in source.screens[1] and "given: 3 of 3 points" in source.screens[2]
    )
    assert "This is the first." in source.screens[3]
    assert source.screens[5] == source.screens[0]


def test_undo_is_one_line_more_for_each_student(tmp_path):
    given = grades(ada="It sums.", bo="It sums.")
    read(tmp_path, given, "2", "p", "3", "q")
    before = (tmp_path / "marks-ann.csv").read_bytes()
    source, _ = read(tmp_path, given, "p", "1", "u", "u")
    after = (tmp_path / "marks-ann.csv").read_bytes()
    assert after.startswith(before) and after.count(b"\n") == before.count(b"\n") + 4
    assert points(tmp_path) == {"ada": 3, "bo": 3}
    assert "Nothing to undo in this sitting" in source.screens[4]


def test_undo_of_the_first_mark_leaves_none(tmp_path):
    source, done = read(tmp_path, CLASS, "1", "2", "u", "u", "u")
    assert (done.given, done.left) == (0, 4)
    assert source.screens[4].replace("Taken back.\n", "") == source.screens[0]


def test_skipped_answers_come_again_at_the_end(tmp_path):
    source, done = read(tmp_path, CLASS, "s", "s", "1", "1", "s", "2", "2")
    assert (done.given, done.left) == (4, 0)
    assert "That was the last." in source.screens[4] and "; 2 left" in source.screens[4]
    assert source.screens[5].splitlines()[3:7] == source.screens[0].splitlines()[3:7]


@pytest.mark.parametrize("end", ["q", "Q", "", KeyboardInterrupt()])
def test_whatever_ends_it_what_was_given_is_kept(tmp_path, end):
    _, done = read(tmp_path, CLASS, "1", end)
    assert (done.given, done.left) == (1, 3)


def test_ctrl_c_in_the_middle_of_a_comment_keeps_the_rest(tmp_path):
    _, done = read(tmp_path, CLASS, "1", "c", "a", KeyboardInterrupt())
    assert done.given == 1


# ── comments ────────────────────────────────────────────────────────────────────────────────────


def marks_of(folder):
    return {who: of["why"] for who, of in merged(folder, LAB)[0].items()}


def test_a_comment_before_or_after_the_points(tmp_path):
    source, _ = read(tmp_path, CLASS, "c", *"- sign", "\n", "2", "1", "p", "c", *"ok", "\n", "q")
    assert {(one.points, one.reason) for one in marks_of(tmp_path).values()} == {
        (2, "- sign"), (1, "ok")}  # fmt: skip
    assert "given: no points yet · - sign" in source.screens[8]


def test_a_comment_without_points_is_there_again_and_no_mark(tmp_path):
    read(tmp_path, CLASS, "c", *"half", "\n", "q")
    assert marks_of(tmp_path) == {}
    source, _ = read(tmp_path, CLASS, "c", *" done", "\n", "3")
    assert "no points yet · half" in source.screens[0]
    assert [one.reason for one in marks_of(tmp_path).values()] == ["half done"]


def test_escape_gives_a_comment_up_and_keys_edit_it(tmp_path):
    read(tmp_path, CLASS, "c", "a", ESCAPE, "1")
    read(tmp_path, CLASS, "c", *"ab cd", "\x17", "\x08", "x", LEFT, "é", "\x15", *"3 x",
         "pasted\ttext", "\n", "2")  # fmt: skip
    assert {one.reason for one in marks_of(tmp_path).values()} == {"", "3 xpastedtext"}


def test_a_comment_that_was_used_is_in_the_bank(tmp_path):
    read(tmp_path, CLASS, "c", *"The sign.", "\n", "2", "c", *"Good.", "\n", "3")
    source, done = read(tmp_path, CLASS, "b", "1", "b", "2", "b", "z", "b", ESCAPE)
    assert "1  points 2: The sign." in source.screens[1]
    assert sorted(points(tmp_path).values()) == [2, 2, 3, 3] and done.left == 0
    assert (tmp_path / "comments.csv").read_text().count("\n") == 3


def test_a_comment_of_the_bank_without_points_waits_for_them(tmp_path):
    (tmp_path / "comments.csv").write_text("item;key;points;comment\n;s;;Look at the sign.\n")
    source, _ = read(tmp_path, CLASS, "b", "s", "h", "1")
    assert "no points yet · Look at the sign." in source.screens[2]
    assert [(one.points, one.reason) for one in marks_of(tmp_path).values()] == [
        (1.5, "Look at the sign.")]  # fmt: skip


def test_a_bank_that_cannot_be_used_stops_nobody(tmp_path):
    (tmp_path / "comments.csv").write_text("item,key,points,comment\nwhy,,9,Too much.\n")
    source, done = read(tmp_path, CLASS, "b", "1")
    assert done.given == 0 and "9 is above 3" in source.screens[2]
    (tmp_path / "comments.csv").write_text("what is this\n")
    source, done = read(tmp_path, CLASS, "b", "c", "x", "\n", "3")
    assert "comments.csv, line 1" in source.screens[1] and done.given == 1
    assert "The mark is saved; the comment isn't in the bank" in source.screens[-1]
    assert (tmp_path / "comments.csv").read_text() == "what is this\n"


def test_no_comments_yet_is_said_and_help_is_shown(tmp_path):
    source, _ = read(tmp_path, CLASS, "b", "?", "1", "1")
    assert "no comments yet" in source.screens[1]
    assert "undo the last mark" in source.screens[2]
    assert len(points(tmp_path)) == 1  # the key that closed the help gave nothing


# ── two people ──────────────────────────────────────────────────────────────────────────────────


def test_what_another_has_marked_is_passed_over(tmp_path):
    read(tmp_path, CLASS, "1", "2", by="ben")
    source, done = read(tmp_path, CLASS, "3", "3", "3")
    assert done.given == 2 and "2 of 4 are left" in source.screens[0]
    assert len(merged(tmp_path, LAB)[0]) == 4 and merged(tmp_path, LAB)[1] == []


def test_two_at_once_share_the_work(tmp_path):
    class Ann(Scripted):
        def key(self):
            if len(self.keys) == 3:  # Ann looks at her first card
                read(tmp_path, CLASS, "2", "2", by="ben")
            return super().key()

    source = Ann("3", "3", "3")
    done = marking.mark(CLASS, LAB, tmp_path, "ann", source=source, console=source.console)
    assert done.left == 0
    both = len(points(tmp_path)) + len(points(tmp_path, "ben"))
    assert both in (4, 5)  # at most the card that Ann was looking at is marked twice


def test_a_second_reading_shows_what_others_marked_and_not_how(tmp_path):
    read(tmp_path, CLASS, "c", *"secret", "\n", "1", "1")
    source, done = read(tmp_path, CLASS, "3", "p", "s", "p", "n", "0", by="ben", second=True)
    assert "2 of 2 are left, second reading" in source.screens[0]
    assert done.given == 2 and len(points(tmp_path, "ben")) == 2
    everything = source.out.getvalue()
    assert "secret" not in everything and "given: 1" not in everything and "ann" not in everything
    assert len(merged(tmp_path, LAB)[1]) == 2


def test_nothing_to_read_a_second_time_is_said(tmp_path):
    read(tmp_path, CLASS, "1")
    source, _ = read(tmp_path, CLASS, "1", second=True)
    assert not source.screens and "Nobody else has marked" in source.out.getvalue()


def test_a_file_that_another_program_is_saving_stops_nobody(tmp_path):
    class Ann(Scripted):
        def key(self):
            (tmp_path / "marks-ben.csv").write_bytes(b"\xff\n")
            return super().key()

    source = Ann("3", "3")
    assert (
        marking.mark(CLASS, LAB, tmp_path, "ann", source=source, console=source.console).given == 2
    )
    with pytest.raises(InputError, match="marks-ben.csv"):
        read(tmp_path, CLASS, "1")


# ── questions ───────────────────────────────────────────────────────────────────────────────────


def test_one_question_after_the_other(tmp_path):
    given = grades(ada={"why": "A.", "how": "B.", "free": "C."}, bo={"how": "D.", "why": "E."})
    source, done = read(tmp_path, given, "1", "1", "1", "\n", "2", "\n")
    asked = [screen.split(":")[0] for screen in source.screens[:3]]
    assert asked == ["why", "why", "how"] and done.given == 4
    assert "C." not in source.out.getvalue()
    source, done = read(tmp_path, given, question="how", by="ben", second=True)
    assert source.screens[0].startswith("how: 2 of 2")


@pytest.mark.parametrize(
    ("question", "said"),
    [("whi", "Did you mean 'why'"), ("n", "none of those"), ("free", "why, how")],
)
def test_no_such_question_says_which_there_are(tmp_path, question, said):
    with pytest.raises(InputError, match=said):
        read(tmp_path, CLASS, question=question)
    assert os.listdir(tmp_path) == []


def test_a_lab_without_answers_is_said(tmp_path):
    lab = LAB.model_copy(update={"question": ()})
    with pytest.raises(InputError, match='no question of kind "answer"'):
        marking.mark(CLASS, lab, tmp_path, "ann")


def test_no_terminal_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("1"))
    with pytest.raises(InputError, match="no terminal"):
        marking.mark(CLASS, LAB, tmp_path, "ann", console=Console(file=io.StringIO()))


# ── hostile answers ─────────────────────────────────────────────────────────────────────────────

OWN = re.compile(r"\x1b\[(2J|H|\d*(;\d+)*m)")  # what the package itself sends


@pytest.mark.parametrize(
    "answer",
    [
        "\x1b[2J\x1b[H\x1b]52;c;ZXZpbA==\x07 you have 100 points",
        "\x9b2J \x90q\x9c \x1bc \x08\x08\x08 \x7f \x0e \r overwritten \x00",
        "\u202e3 fo 3\u202c \u2066x\u2069 \u2067y",
        "a" + "\u0301" * 5000 + "b",
        "[bold red]markup[/] [link=file:///etc/passwd]x[/link] :smile:",
        "字" * 5000,
        "👩\u200d👩\u200d👧 " * 500,
        "x" * 19_990,
        "\n" * 19_000 + "x",
        "line\u2028line\u2029line\x85line\x0bline\x0cline",
        "\t" * 5000 + "x",
        "\U000e0041\U000e0042\ufeff\u00ad\ufff9",
        "שלום " * 300,
    ],
)  # fmt: skip
def test_an_answer_can_do_nothing_to_the_terminal(tmp_path, answer):
    source, done = read(tmp_path, grades(ada=f"{answer} end"), *" " * 5, "-", "2")
    assert done.given == 1
    for screen in source.screens:
        text = OWN.sub("", screen)
        assert len(text.splitlines()) <= 24
        signs = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")}
        assert signs <= set("\n\u200c\u200d"), signs
        stacks = (list(run) for marks, run in itertools.groupby(
            text, lambda c: unicodedata.category(c)[0] == "M") if marks)  # fmt: skip
        assert all(len(one) <= 4 for one in stacks)


def test_a_long_answer_is_read_page_by_page(tmp_path):
    text = " ".join(f"word{k}" for k in range(2000))
    source, done = read(tmp_path, grades(ada=text), *" " * 100, "3")
    of = int(re.search(r"page 1 of (\d+)", source.screens[0])[1])
    shown = "".join(source.screens[:of])
    assert of > 10 and [int(k) for k in re.findall(r"word(\d+)", shown)] == list(range(2000))
    assert f"page {of} of {of}" in source.screens[100] and done.given == 1


def test_a_small_terminal_and_a_long_question(tmp_path):
    lab = LAB.model_copy(update={"question": (
        LAB.question[0].model_copy(update={"text": "Why? " * 390}),)})  # fmt: skip
    source = Scripted(" ", "1")
    source.console = Console(file=source.out, width=20, height=8, force_terminal=True)
    given = grades(ada="It sums. " * 20)
    assert (
        marking.mark(given, lab, tmp_path, "ann", source=source, console=source.console).given == 1
    )
    assert "page 2 of" in source.screens[1]


# ── a real terminal ─────────────────────────────────────────────────────────────────────────────

PROGRAM = """
import json, sys
from mnistlab.grading.grades import Grade
from mnistlab.grading.marking.marking import mark
from mnistlab.lab.assignment import Lab
given = json.load(open(sys.argv[1]))
print("BEGINS", flush=True)
mark([Grade.model_validate(g) for g in given["grades"]], Lab.model_validate(given["lab"]),
     sys.argv[2], "ann")
print("ENDS", sys.stdin.readline().strip(), flush=True)
"""


@pytest.fixture
def started(tmp_path):
    pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed")
    given = {"grades": [one.model_dump(mode="json") for one in CLASS],
             "lab": LAB.model_dump(mode="json")}  # fmt: skip
    (tmp_path / "given.json").write_text(json.dumps(given))
    (tmp_path / "GRADES").mkdir()
    arguments = ["-c", textwrap.dedent(PROGRAM), str(tmp_path / "given.json"),
                 str(tmp_path / "GRADES")]  # fmt: skip
    child = pexpect.spawn(sys.executable, arguments, encoding="utf-8", timeout=60,
                          dimensions=(24, 80), env={**os.environ, "TERM": "xterm"})  # fmt: skip
    child.expect("4 of 4 are left")
    child.expect("q: quit")
    yield child, tmp_path / "GRADES"
    child.close(force=True)


def test_a_real_terminal_from_first_key_to_last(started):
    child, folder = started
    child.send("h2")
    child.expect("3 of 4 are left")
    child.send("c" + "für das Vorzeichen ✓" + "\r")
    child.expect("given: no points yet · für das Vorzeichen ✓")
    child.send("3")
    child.expect("2 of 4 are left")
    child.send("\x1b[D")  # the left arrow
    child.expect("given: 3 of 3 points")
    child.send("c")
    child.expect("comment: für das Vorzeichen ✓▏")
    child.send("\x1b")  # Escape alone gives up
    child.expect("q: quit")
    child.send("u")
    child.expect("Taken back")
    child.send("c\x1b[200~two\nlines 1\n2\x1b[201~\r")  # a paste is text, none of it a key
    child.expect("two lines 1 2")
    child.send("0q")
    child.expect("marks for 2 answers; 2 left")
    child.sendline("still echoes")  # the terminal is as it was
    child.expect("ENDS still echoes")
    assert sorted(points(folder).values()) == [0, 2.5]
    (comment,) = (one.reason for one in marks_of(folder).values() if one.reason)
    assert comment.endswith("two lines 1 2")


def test_keys_that_come_faster_than_cards_are_drawn_are_not_lost(started):
    child, folder = started
    child.send("c")
    for _ in range(10):
        child.send("abcdefghij" * 2)
    child.send("\n2")
    child.expect("3 of 4 are left")
    child.send("\x04")  # Ctrl-D, the end of input
    child.expect("\\?2004l")  # pastes are keys again
    child.expect("marks for 1 answer; 3 left")
    (one,) = marks_of(folder).values()
    assert one.reason == "abcdefghij" * 20


def test_a_kill_leaves_what_was_given(started):
    child, folder = started
    child.send("1")
    child.expect("3 of 4 are left")
    child.kill(9)
    child.wait()
    assert list(points(folder).values()) == [1]


def test_marks_reach_the_grade(tmp_path):
    read(tmp_path, CLASS, "1", "1", "1", "1")
    found, _ = merged(tmp_path, LAB, CLASS)
    for grade in CLASS:
        done = {one.item: one for one in with_marks(grade.outcomes, found[grade.student])}
        assert (done["why"].points, done["why"].by) == (1, "ann")


# ── what comes after it ─────────────────────────────────────────────────────────────────────────


def test_the_end_says_that_one_has_to_grade_again(tmp_path):
    source, _ = read(tmp_path, CLASS, "1", "q")
    end = " ".join(source.out.getvalue().rpartition("ann: marks for")[2].split())
    assert "Grade again, with the same command as before, so that they count" in end
    assert f"mnistlab grade … --out {tmp_path}" in end
    source, _ = read(tmp_path, CLASS, "q", by="ben", question="how")
    assert "Grade again" not in source.out.getvalue()


def test_a_comment_of_the_bank_is_added_to_one_that_was_typed(tmp_path):
    (tmp_path / "comments.csv").write_text("item;key;points;comment\n;s;2;Look at the sign.\n")
    source, _ = read(tmp_path, CLASS, "c", *"Nearly.", "\n", "b", "s", "p", "b", "s", "q")
    assert [(one.points, one.reason) for one in marks_of(tmp_path).values()] == [
        (2, "Nearly. Look at the sign.")]  # fmt: skip
    assert "Added to the comment that was there" in source.out.getvalue()
    assert "Nearly. Look" not in (tmp_path / "comments.csv").read_text()
