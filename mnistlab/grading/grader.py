"""One student's submission → one grade, with reasons.

Example:
    >>> grade(Handed(Student("ada")), [], lab, Basis(...)).points             # doctest: +SKIP
    0.0
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mnistlab
from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging.classmates import Known
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Handed, Student
from mnistlab.grading.points import lateness, rubric
from mnistlab.lab import labfile
from mnistlab.lab.assignment import Lab
from mnistlab.lab.students import normal_id, same_id


@dataclass(frozen=True)
class Basis:
    """What a class is graded by: digests, so that a regrade is known to be a rerun.

    Attributes:
        lab: the assignment's name.
        rubric, test_data, private_data: digests; private_data is "" where there is none.
        measured_by: digest of all that measuring depends on.
    """

    lab: str
    rubric: str
    test_data: str
    private_data: str
    measured_by: str

    def as_fields(self) -> dict[str, str]:
        """Return what a Grade keeps of it."""
        return {"lab": self.lab, "rubric": self.rubric, "test_data": self.test_data,
                "private_data": self.private_data, "measured_by": self.measured_by,
                "version": mnistlab.__version__}  # fmt: skip


def basis(lab: Lab, test_data: str, private_data: str, measured_by: str) -> Basis:
    """Return what a class is graded by."""
    return Basis(lab.lab.name, labfile.digest(lab), test_data, private_data, measured_by)


def grade(
    handed: Handed,
    measured: Sequence[Facts | None],
    lab: Lab,
    by: Basis,
    known: Known | None = None,
    group: Sequence[Student] = (),
) -> Grade:
    """Return the grade of what one student handed in.

    Args:
        handed: the student, and the attempts.
        measured: the facts of each attempt; None for those that needn't be measured.
        lab: the assignment.
        by: what it is graded by.
        known: the class; None: this student alone.
        group: others who handed in the same files.

    Returns:
        The grade of the attempt that counts: the latest, or the best after lateness, of equally
        good ones the first. Nothing handed in earns 0.
    """
    student, fields = handed.student, by.as_fields()
    of_whom = _Numbers(student, known or Known.of([student]), group)
    tried = [_attempted(handed, k, of_whom.chosen(facts), lab) for k, facts in enumerate(measured)
             if facts is not None]  # fmt: skip
    if not tried:
        return Grade(student=student.id, name=student.name, outcomes=rubric.outcomes(lab, None),
                     **fields)  # fmt: skip
    counts = tried[-1]
    if lab.grading.attempts == "best":
        counts = max(tried, key=lambda one: (one.points, -one.attempt))
    others = tuple(one.facts for one in tried if one is not counts and one.facts is not None)
    return counts.model_copy(update={**fields, "others": others})


@dataclass(frozen=True)
class _Numbers:
    """For whose personal seed a submission's numbers have to be right.

    For the student's own; for that of whom the file states, where that is somebody who may: a
    member of the group that handed it in, a partner, or nobody of the class, since then students
    use other ids than the class list has (which is flagged).
    """

    student: Student
    known: Known
    group: Sequence[Student]

    def chosen(self, facts: Facts) -> Facts:
        """Return facts in which the right numbers are those that count."""
        of_whom = facts.student if self._may_be(facts) else self.student.id
        if not facts.expected_other or same_id(facts.expected_for, of_whom):
            return facts
        return facts.model_copy(update={"expected": facts.expected_other, "expected_for": of_whom,
                                        "expected_other": facts.expected})  # fmt: skip

    def _may_be(self, facts: Facts) -> bool:
        """Whether the student may have used the numbers of whom the file states."""
        stated = facts.student
        if any(one.is_called(stated) for one in (self.student, *self.group)):
            return True
        partner = any(self.known.id_of(one) == self.student.id for one in facts.partners)
        return partner or normal_id(stated) not in self.known.by_id


def _attempted(handed: Handed, k: int, facts: Facts, lab: Lab) -> Grade:
    """Return the grade of attempt `k`, counted from 0."""
    attempt = handed.attempts[k]
    days, share = lateness.penalty(lab, attempt)
    return Grade(
        student=handed.student.id, name=handed.student.name, facts=facts, attempt=k + 1,
        attempts=len(handed.attempts), where=attempt.where,
        sender=handed.sender if handed.shared else "", outcomes=rubric.outcomes(lab, facts),
        late_days=days, penalty=share,
    )  # fmt: skip


def as_partner(own: Grade, partners: Grade, handed: Handed) -> Grade:
    """Return a partner's grade for a student who handed in nothing and is named by it.

    Args:
        own: the grade of nothing.
        partners: the grade of whoever handed in.
        handed: the student.
    """
    return partners.model_copy(update={
        "student": own.student, "name": handed.student.name, "sender": partners.student,
        "flags": (), "others": (),
    })  # fmt: skip
