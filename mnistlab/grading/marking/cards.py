"""What a person reads: each different answer to a question once, in an order without names.

    answers of all students → the same ones together → a Card each → shuffled

Answers are the same where they differ in blanks only. A blank answer makes no card: it earns 0
without being read.

Example:
    >>> Card(question=None, text="Yes.", students=("ada", "bo"), digest="sha256:1").shared
    2
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mnistlab.checks import did_you_mean, shown
from mnistlab.errors import InputError
from mnistlab.grading.grades import Grade
from mnistlab.grading.marksfile import answer_digest, same_answer
from mnistlab.lab.assignment import Answer, Lab


@dataclass(frozen=True)
class Card:
    """One answer.

    Attributes:
        question: what was asked.
        text: the answer, with blanks as one of the students wrote them.
        students: the ids of all who gave it; the person who reads it doesn't see them.
        digest: of the answer, by `answer_digest`.
    """

    question: Answer
    text: str
    students: tuple[str, ...]
    digest: str

    @property
    def shared(self) -> int:
        """How many gave this answer."""
        return len(self.students)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What its marks are filed under: (student, item)."""
        return tuple((one, self.question.id) for one in self.students)


def questions(lab: Lab, question: str | None = None) -> tuple[Answer, ...]:
    """Return the questions whose answers a person reads, or the one of that id.

    Raises:
        InputError: there is none, or none of that id.
    """
    asked = tuple(one for one in lab.question if isinstance(one, Answer) and one.points)
    if not asked:
        raise InputError(f"{lab.lab.name} has no question of kind \"answer\" with points, so there "
                         "is nothing to read.")  # fmt: skip
    if question is None:
        return asked
    found = tuple(one for one in asked if one.id == question)
    if not found:
        ids = [one.id for one in asked]
        raise InputError(f"question={shown(question)} is none of those whose answers are read: "
                         f"{', '.join(ids)}." + did_you_mean(question, ids))  # fmt: skip
    return found


def of_question(grades: Iterable[Grade], question: Answer, seed: str) -> tuple[Card, ...]:
    """Return the answers to a question, each different one once.

    Args:
        grades: of all students, in any order.
        question: of the lab.
        seed: decides the order, in which one answer more moves no other.
    """
    together: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for grade in grades:
        text = _to_read(grade, question.id)
        if text:
            together[answer_digest(text)].append((grade.student, text))
    cards = (
        Card(question, max(text for _, text in given), tuple(sorted(who for who, _ in given)), key)
        for key, given in together.items()
    )
    return tuple(sorted(cards, key=lambda one: _place(seed, question.id, one.digest)))


def _to_read(grade: Grade, item: str) -> str:
    """Return an answer that a person has to read, or has read; "" where there is none."""
    text = grade.facts.answers.get(item, "") if grade.facts else ""
    outcome = next((one for one in grade.outcomes if one.item == item), None)
    decided = outcome is not None and outcome.points is not None and not outcome.by
    return "" if decided or not same_answer(text) else text


def _place(*parts: str) -> str:
    """Return by what a card is sorted: a digest, which is as good as chance."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
