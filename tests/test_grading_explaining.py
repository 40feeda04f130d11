"""Where each point comes from, as a person at a terminal reads it."""

import re
import unicodedata

from mnistlab.grading.explaining import explain
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.marks import Mark
from mnistlab.grading.points.rubric import outcomes, with_marks
from mnistlab.lab import labfile
from mnistlab.lab.assignment import Lab

LAB = Lab.model_validate({
    "schema_version": 1, "lab": {"name": "tiny", "title": "Tiny"},
    "network": {"inputs": 784, "classes": 10},
    "item": [
        {"id": "readable", "check": "readable", "points": 5},
        {"id": "test", "check": "accuracy", "points": 40, "full_from": 0.97, "none_below": 0.9,
         "visible": False, "bonus": True},
    ],
    "question": [
        {"id": "why", "kind": "answer", "text": "Why?", "points": 3},
        {"id": "how", "kind": "answer", "text": "How?", "points": 2},
    ],
})  # fmt: skip
FACTS = Facts(digest="sha256:5ub", file="s.zip", source="zip", layer_sizes=(784, 512, 10),
              parameters=407050, correct=9350, n_test=10_000,
              answers={"why": "It sums.", "how": "x"},
              notes=("The weights are float16.",))  # fmt: skip


def graded(marks=None, facts=FACTS, **more):
    given = with_marks(outcomes(LAB, facts), marks or {})
    return Grade(**{"student": "ada", "name": "Ada Lovelace", "facts": facts, "attempt": 2,
                    "attempts": 3, "where": "class/ada", "outcomes": given,
                    "rubric": labfile.digest(LAB), "test_data": "sha256:7e57",
                    "private_data": "sha256:9417", "version": "0.1.0", **more})  # fmt: skip


def said(*args, **more):
    return " ".join(explain(*args, **more).split())


def test_who_what_and_by_what():
    text = explain(graded(), LAB)
    for line in ("student       ada", "name          Ada Lovelace", "points        25 of 10",
                 "handed in     attempt 2 of 3", "where         class/ada",
                 "file          s.zip, read as zip", "submission    sha256:5ub",
                 f"rubric        {labfile.digest(LAB)}", "test data     sha256:7e57",
                 "private data  sha256:9417", "graded by     mnistlab 0.1.0",
                 "note: The weights are float16."):  # fmt: skip
        assert line in text.splitlines()


def test_each_item_with_points_reason_and_what_was_measured():
    grade = graded()
    text = said(grade, LAB)
    for one in grade.outcomes:
        assert one.title in text and one.reason in text and one.measured in text
    assert "readable: 5 of 5" in text and "by measurement: The file was read" in text
    assert "test: 20 of 40, bonus, not shown to students" in text
    assert "why: ? of 3 Why? to be read: A person has yet to read it." in text
    assert "sum: 5 + 20 + 0 + 0 = 25" in text and "to be read by a person: 2" in text


def test_marks_and_overrides_say_who_and_why_and_what_was_measured():
    marks = {
        "test": Mark(40, "The test data had an error.", "grace"),
        "why": Mark(2.5, "The sign.", "ann, ben"),
        "how": Mark(1, "Appeal.", "grace"),
    }
    text = said(graded(marks), LAB, overrides={"test": marks["test"], "how": marks["how"]})
    assert "test: 40 of 40" in text
    assert "grace decided it (overrides.csv): The test data had an error." in text
    assert re.search(r"without grace it would be 20 of 40: Measured 93\.50%", text)
    assert "ann, ben read the answer: The sign." in text
    assert "grace decided it (overrides.csv): Appeal." in text
    assert "sum: 5 + 40 + 2.5 + 1 = 48.5" in text


def test_lateness_flags_and_sender():
    near = Flag(kind="similar", text="As near as 0.01.", others=("bo",))
    grade = graded(late_days=2, penalty=0.2, sender="bo", flags=(near,))
    text = said(grade, LAB)
    assert "late, 2 days begun: 20% less: 25 → 20" in text
    assert "points 20 of 10" in text and "by bo for the group" in text
    assert "flag: similar: As near as 0.01." in text
    assert "late: 20% less" in said(graded(penalty=0.2), LAB)


def test_nothing_handed_in_and_what_could_not_be_read():
    text = said(graded(facts=None, attempt=0, attempts=0, where=""), LAB)
    assert "handed in nothing" in text and "points 0 of 10" in text
    broken = Facts(digest="sha256:1", problems=("The file is empty. Download it again.",))
    text = said(graded(facts=broken), LAB)
    assert "problem: The file is empty. Download it again." in text and "read as nothing" in text


def test_another_lab_is_said_and_nothing_is_measured_by_it():
    marks = {"test": Mark(40, "So it is.", "grace")}
    changed = LAB.model_copy(update={"item": LAB.item[:1]})
    text = said(graded(marks), changed)
    assert f"lab.toml is {labfile.digest(changed)} now" in text and "without grace" not in text
    assert "lab.toml is" not in said(graded(marks), LAB)


def test_no_text_of_a_submission_reaches_the_terminal_as_it_is():
    evil = "\x1b[2J\x9b31m\u202e\r\n\nsum: 100\udc80" + "e" + "\u0301" * 999
    facts = FACTS.model_copy(update={"file": evil, "source": evil, "digest": evil, "notes": (evil,),
                                     "problems": (evil * 50,)})  # fmt: skip
    grade = graded({"why": Mark(1, evil, evil)}, facts=facts, student=evil, name=evil * 500,
                   where=evil, sender=evil, version=evil, rubric=evil)  # fmt: skip
    grade = grade.model_copy(update={"flags": (Flag(kind="curve", text=evil),)})
    text = explain(grade, LAB)
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")} == {"\n"}
    assert sum(line.startswith("sum: ") for line in text.splitlines()) == 1
    assert len(text) < 30_000
