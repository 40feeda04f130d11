"""Who is who in a class, and who may share: ids, personal seeds, groups and partners.

Example:
    >>> known = Known.of([Student("ada", aliases=("4711",)), Student("bob")])
    >>> known.id_of("4711"), known.id_of("ADA"), known.id_of("zoe")
    ('ada', 'ada', 'zoe')
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mnistlab.errors import InputError
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Student
from mnistlab.lab.students import normal_id, personal_seed


@dataclass(frozen=True)
class Known:
    """The class, by what can be looked up: ids and personal seeds.

    Attributes:
        by_id: the student whom an id means, else an alias; what means two students is left out.
        by_seed: the ids of the students whose personal seed it is.
    """

    by_id: Mapping[str, Student]
    by_seed: Mapping[int, frozenset[str]]

    @classmethod
    def of(cls, students: Iterable[Student]) -> "Known":
        """Return the class of these students.

        Example:
            >>> Known.of([Student("ada")]).by_seed[personal_seed("ada")]
            frozenset({'ada'})
        """
        own: dict[str, dict[str, Student]] = {}
        others: dict[str, dict[str, Student]] = {}
        for student in students:
            own.setdefault(normal_id(student.id), {})[student.id] = student
            for name in student.aliases:
                others.setdefault(normal_id(name), {})[student.id] = student
        means = {**others, **own}  # an own id beats an alias of somebody else
        alone = {name: next(iter(who.values())) for name, who in means.items() if len(who) == 1}
        seeds = {seed: frozenset(who) for name, who in means.items()
                 if (seed := seed_of(name)) is not None}  # fmt: skip
        return cls({name: who for name, who in alone.items() if name}, seeds)

    def id_of(self, given: str) -> str:
        """Return the id of the student whom a name means, or the name as ids are compared."""
        student = self.by_id.get(normal_id(given))
        return normal_id(given) if student is None else student.id

    def is_called(self, student: Student, given: str) -> bool:
        """Return whether a name means this student, and isn't the own id of another."""
        named = self.by_id.get(normal_id(given))
        return student.is_called(given) if named is None else named.id == student.id


def seed_of(name: str) -> int | None:
    """Return the personal seed of an id or alias; None where it can't be one's id."""
    try:
        return personal_seed(name)
    except InputError:
        return None


def same_group(one: Student, other: Student) -> bool:
    """Return whether two students stand in one group."""
    return bool(one.group) and one.group == other.group


class Partners:
    """Who may share: those whom a submission names, and members of a group.

    Args:
        handed_in: the grades of those who handed in, by id.
        students: the class.

    Attributes:
        named: the ids of the partners whom each names.
        by_name: who names each of them in a submission of their own.
    """

    def __init__(self, handed_in: Mapping[str, Grade], students: Known) -> None:
        self.named = {
            name: {students.id_of(one) for one in grade.facts.partners} if grade.facts else set()
            for name, grade in handed_in.items()
        }
        self.sender = {name: grade.sender or name for name, grade in handed_in.items()}
        self.by_name: dict[str, set[str]] = {}
        for name, partners in self.named.items():
            for one in partners - {name} if self.sent(name) else ():
                self.by_name.setdefault(one, set()).add(name)
        self.group = {one.id: one.group for one in students.by_id.values() if one.group}

    def sent(self, name: str) -> bool:
        """Return whether somebody handed in, and wasn't just named by a partner who did."""
        return self.sender.get(name) == name

    def same_file(self, one: str, other: str) -> bool:
        """Return whether both have one sender, or stand in one group."""
        group = self.group.get(one)
        return self.sender[one] == self.sender[other] or (
            group is not None and group == self.group.get(other)
        )

    def share(self, one: str, other: str) -> bool:
        """Return whether either names the other, or both are of one group."""
        return (
            other in self.named[one] or one in self.named[other] or self.same_file(one, other)
        )  # fmt: skip
