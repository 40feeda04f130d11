"""A grade, and where each of its points comes from.

Example:
    >>> one = Outcome(item="readable", title="File readable", points=5, out_of=5, reason="It is.")
    >>> Grade(student="ada", outcomes=(one,)).points
    5.0
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from mnistlab.grading.facts import Facts


class Outcome(BaseModel):
    """What one item, or question with points, earned.

    Attributes:
        item: its id; title: what it is called.
        points: what was earned; None: a person has yet to read it.
        out_of: what could be earned.
        reason: why, in a sentence to the student.
        measured: what was measured, in a few words; "".
        advice: what to try, where points were lost; "".
        visible: whether the student's own `check` shows it.
        bonus: whether it counts beyond the sum.
        by: who gave the points: "" for measured, else a name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    title: str
    points: float | None
    out_of: float
    reason: str
    measured: str = ""
    advice: str = ""
    visible: bool = True
    bonus: bool = False
    by: str = ""


class Flag(BaseModel):
    """Something that a person should look at: a flag, no verdict.

    Attributes:
        kind: "identity", "claim", "seed", "similar", "curve", "late", "partner", "marks",
            "replay", "lab".
        text: what was seen, in a sentence; others: the ids of other students that it concerns.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["identity", "claim", "seed", "similar", "curve", "late", "partner", "marks",
                  "replay", "lab"]  # fmt: skip
    text: str
    others: tuple[str, ...] = ()


class Grade(BaseModel):
    """One student's grade.

    Attributes:
        student: the id; name: how the roster calls them.
        facts: what was measured of the attempt that counts; None: nothing was handed in.
        attempt: which attempt counts, from 1; attempts: of how many.
        where: where its files lay.
        sender: who handed it in, where that was another member of the group; "".
        outcomes: one for each item and each question with points.
        late_days: days begun after the time it was due; None where only LATE is known, or nothing.
        penalty: the share of the points that lateness costs.
        flags: what a person should look at.
        lab: the assignment's name.
        rubric, test_data, private_data: digests of what it was graded by.
        version: of this package.
        others: what was measured of the attempts that don't count.
        measured_by: digest of all that measuring depends on; facts with the same are taken again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    student: str
    name: str = ""
    facts: Facts | None = None
    attempt: int = 0
    attempts: int = 0
    where: str = ""
    sender: str = ""
    outcomes: tuple[Outcome, ...] = ()
    late_days: int | None = None
    penalty: float = 0.0
    flags: tuple[Flag, ...] = ()
    lab: str = ""
    rubric: str = ""
    test_data: str = ""
    private_data: str = ""
    version: str = ""
    others: tuple[Facts, ...] = ()
    measured_by: str = ""

    @property
    def earned(self) -> float:
        """The points before lateness; what a person has yet to read counts 0."""
        return float(sum(one.points or 0 for one in self.outcomes))

    @property
    def points(self) -> float:
        """The points after lateness, rounded to hundredths."""
        return round(self.earned * (1 - self.penalty), 2)

    @property
    def out_of(self) -> float:
        """The points that make 100%."""
        return float(sum(one.out_of for one in self.outcomes if not one.bonus))

    @property
    def to_mark(self) -> int:
        """How many answers a person has yet to read."""
        return sum(one.points is None for one in self.outcomes)
