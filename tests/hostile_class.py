"""A class of any size for the tests of pages: ordinary students, and some with hostile texts."""

import random

from mnistlab.grading.facts import Experiment, Facts
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Attempt, Collection, File, Handed, Student
from mnistlab.grading.points import rubric
from mnistlab.lab.assignment import Lab

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "user\u202egnp.exe \u202d!",
    "x" * 10_000,
    '=cmd|"/c calc"!A0',
    "{{7*7}}{% for x in y %}",
    "</style><style>*{display:none}</style>",
    "</title></head><body onload=alert(1)>",
    "<!--<script>--><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &#x3c;script&#x3e;alert(1)",
    "\x00\x07\x1b[2J\x7f\x9b",
    "\ud800 lone surrogate \udfff",
    "عبد الله بن محمد",
    "שרה כהן",
    "Zoë Núñez 👩‍💻",
    "\u2028line\u2029paragraph\u200bzero",
    "Z̸̢͎͚̘̣̦̪̯͊̋̀̈́͝a̷̧̛͙̮̪̖͐́̅̃̍l̶̨̛͔͖̪̖͌̏̆̇͝g̸̢̱̦̺̖̔̐͋̀̂o̷",
    "<a href=https://evil.example/?c=1>free points</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "   ",
)
FIRST = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "John", "Katherine",
         "Linus", "Margaret", "Noam")  # fmt: skip
LAST = ("Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Allen", "Backus",
        "Johnson", "Hamilton", "Chen")  # fmt: skip
WHY = "The error of a hidden unit is the sum of the errors above it, weighted, times f'."

LAB = Lab.model_validate({
    "schema_version": 1,
    "lab": {"name": "recognizing_digits", "title": "Recognizing handwritten digits"},
    "network": {"inputs": 784, "classes": 10},
    "grading": {"private_data": "private.npz"},
    "question": [
        {"id": "guess", "kind": "prediction", "text": "How many of 100 digits will it get right "
         "before training?", "points": 5},
        {"id": "unit17", "kind": "number", "compute": "error", "unit": 17, "points": 10,
         "text": "What is the error of hidden unit 17 for training pattern 0?"},
        {"id": "why", "kind": "answer", "points": 15,
         "text": "Why does a hidden unit have an error,\nalthough nobody says what it should be?"},
        {"id": "beta", "kind": "answer", "points": 10, "text": "What happens with β = 5?"},
    ],
    "item": [
        {"id": "readable", "check": "readable", "points": 5},
        {"id": "network", "check": "architecture", "points": 5},
        {"id": "accuracy", "check": "accuracy", "points": 30, "full_from": 0.97,
         "none_below": 0.9, "hint": "Train for more epochs, and look at the curve."},
        {"id": "private", "check": "private", "points": 10, "full_from": 0.9, "none_below": 0.8},
        {"id": "stated", "check": "agreement", "points": 5},
        {"id": "runs", "check": "experiments", "points": 5, "at_least": 3},
        {"id": "more", "check": "accuracy", "points": 5, "full_from": 0.98, "none_below": 0.98,
         "bonus": True, "title": "Above 98%"},
    ],
})  # fmt: skip


def facts(k: int, text: str = "") -> Facts:
    """Return what was measured of the k-th submission; `text` stands wherever texts can."""
    by = random.Random(k)
    correct = 9000 + by.randrange(820)
    right = round(by.uniform(-0.02, 0.02), 5)
    why = WHY if k % 3 else f"Because of the chain rule ({k})."
    beta = f"It diverges at step {k % 7}." if k % 4 else ""
    return Facts(
        digest=f"sha256:{k:064x}",
        file=text[:300] or f"submission-{k}.zip",
        source="zip",
        notes=(text[:2000],) if text else (),
        student=text[:300],
        layer_sizes=(784, 512, 10),
        activations=(text[:300] or "sigmoid", "softmax"),
        parameters=407_050,
        correct=correct,
        n_test=10_000,
        private_correct=correct // 10,
        n_private=1000,
        confusions=((4, 9, 21), (7, 2, 12), (5, 3, 1)),
        claimed_accuracy=correct / 10_000,
        predictions={"guess": text[:20_000] or str(10 * (k % 5))},
        numbers={"unit17": right if k % 5 else 0.5},
        answers={"why": text[:20_000] or why, "beta": text[:20_000] or beta},
        expected={"unit17": right},
        experiments=tuple(Experiment(config={"epochs": j}) for j in range(k % 5)),
    )


def unread(k: int, text: str = "") -> Facts:
    """Return the facts of a file that can't be read."""
    problem = text[:2000] or "The file is cut short: download it from Colab again, and hand it in."
    return Facts(digest=f"sha256:{k:064x}", file=f"{k}.keras", problems=(problem,))


def flags(k: int, n: int, text: str = "") -> tuple[Flag, ...]:
    """Return the k-th student's flags: most have none."""
    said = text[:500] or "The weights differ by 0.01% from those of another student."
    if k % 23 == 1:
        return (Flag(kind="similar", text=said, others=(f"s{(k + 1) % n:03d}",)),)
    if k % 41 == 2:
        return (Flag(kind="claim", text=text[:500] or "States 99.00%, measured 93.10%."),)
    return ()


def grade(k: int, n: int = 300, text: str = "", name: str = "") -> Grade:
    """Return the k-th of n students' grade."""
    measured = None if k % 29 == 5 else unread(k, text) if k % 37 == 6 else facts(k, text)
    called = name or f"{FIRST[k % 12]} {LAST[k % 11]}"
    outcomes = rubric.outcomes(LAB, measured)
    if k % 2:  # half of the answers have been read
        outcomes = tuple(
            one.model_copy(update={"points": float(k % 8), "by": "M. T.", "reason": text[:500]
                                   or "Names the sum, but not the slope."})
            if one.points is None else one
            for one in outcomes
        )  # fmt: skip
    return Grade(
        student=f"s{k:03d}", name=called, facts=measured, attempt=int(measured is not None),
        attempts=int(measured is not None), where=text or f"class.zip:{k}", outcomes=outcomes,
        late_days=1 if k % 13 == 0 else 0, penalty=0.1 if k % 13 == 0 else 0.0,
        flags=flags(k, n, text), rubric="sha256:" + "ab" * 32, test_data="sha256:" + "cd" * 32,
        private_data="sha256:" + "ef" * 32, version="0.1.0",
    )  # fmt: skip


def students(n: int = 300) -> tuple[Grade, ...]:
    """Return a class in which every hostile text stands in a name, and others in all fields."""
    grades = []
    for k in range(n):
        text = HOSTILE[k // 7 % len(HOSTILE)] if k % 7 == 3 else ""
        held = text.encode("utf-8", "replace").decode()  # what a model can hold
        grades.append(grade(k, n, held, held))
    return tuple(grades)


def collection(grades: tuple[Grade, ...]) -> Collection:
    """Return what the class's submissions would have lain in."""
    handed = []
    for one in grades:
        student = Student(one.student, one.name, aliases=(f"{one.student}@example.edu",))
        attempt = Attempt((File(path=None, name=one.where),), where=one.where)  # type: ignore[arg-type]
        handed.append(Handed(student, (attempt,) if one.facts else (), one.student))
    return Collection("canvas", tuple(handed), unmatched=HOSTILE, from_roster=True)
