"""A small class for tests of what comes out: a lab, students, attempts, grades."""

from pathlib import Path

from mnistlab.grading.facts import Facts
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.grades import Flag, Grade, Outcome
from mnistlab.grading.handed import Attempt, Collection, File, Handed, Student
from mnistlab.lab.assignment import Lab

LAB = Lab.model_validate({
    "schema_version": 1,
    "lab": {"name": "lab_1", "title": "Lab 1", "dataset": "mnist"},
    "network": {"inputs": 4, "classes": 3, "hidden_units": (5,)},
    "item": [
        {"check": "readable", "id": "readable", "points": 10, "title": "File readable"},
        {"check": "accuracy", "id": "accuracy", "points": 80, "title": "Accuracy",
         "full_from": 0.97, "none_below": 0.5},
        {"check": "architecture", "id": "network", "points": 5, "title": "Network", "bonus": True,
         "visible": False},
    ],
    "question": [{"kind": "answer", "id": "why", "text": "Why?", "points": 10}],
})  # fmt: skip


def outcomes(accuracy=77.5, why=None, network=5.0):
    """Return the outcomes of the lab's items, in its order."""
    given = [("readable", "File readable", 10.0, 10.0), ("accuracy", "Accuracy", accuracy, 80.0),
             ("network", "Network", network, 5.0), ("why", "Why?", why, 10.0)]  # fmt: skip
    return tuple(
        Outcome(item=item, title=title, points=points, out_of=out_of, reason=f"About {item}.",
                measured="0.95" if item == "accuracy" else "", advice="Train longer.",
                visible=item != "network", bonus=item == "network")
        for item, title, points, out_of in given
    )  # fmt: skip


def graded(student, *, file="lab.zip", flags=(), **more):
    """Return the grade of somebody who handed in a file."""
    facts = Facts(digest="sha256:00", file=file, source="zip", correct=95, n_test=100)
    return Grade(student=student, facts=facts, attempt=1, attempts=1, flags=flags,
                 **{"outcomes": outcomes(), "rubric": "sha256:11", **more})  # fmt: skip


def nothing(student, **more):
    """Return the grade of somebody who handed in nothing."""
    said = tuple(one.model_copy(update={"points": 0.0}) for one in outcomes())
    return Grade(student=student, outcomes=said, **more)


def handed(student, *lms_names, sender="", **more):
    """Return what a student handed in, as an LMS calls the files."""
    who = student if isinstance(student, Student) else Student(student, **more)
    files = tuple(File(Path("x.zip"), one.rpartition("_")[2], one, one) for one in lms_names)
    return Handed(who, (Attempt(files, "x.zip"),) if files else (), sender)


def gradebook(grades, handed_in, kind="canvas", header=(), from_roster=True):
    """Return a gradebook without a folder."""
    collection = Collection(kind, tuple(handed_in), (), tuple(map(tuple, header)), from_roster)
    return Gradebook(tuple(grades), LAB, collection)


FLAG = Flag(kind="claim", text="States 0.99; 0.95 was measured.")
