"""Who handed in what: students, their attempts, their files.

Example:
    >>> ada = Student("ada", name="Ada Lovelace", aliases=("4711", "ada@example.edu"))
    >>> ada.is_called("ADA@example.edu")
    True
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mnistlab.lab.students import same_id


@dataclass(frozen=True)
class File:
    """A file that was handed in; it lies in a folder, or in a zip that the LMS made.

    Attributes:
        path: the file, or the zip that holds it.
        member: its name in that zip, or None.
        name: what the student called it: text that nobody should trust.
        lms_name: the name under which the LMS gave it out, for giving feedback back.
    """

    path: Path
    name: str
    member: str | None = None
    lms_name: str = ""


@dataclass(frozen=True)
class Attempt:
    """One time that something was handed in.

    Attributes:
        files: what was handed in; possibly nothing but a text or a link.
        where: where it lay, for people to find it.
        late: what the LMS says; None: it doesn't say.
        time: when it was handed in, where that is known.
    """

    files: tuple[File, ...]
    where: str
    late: bool | None = None
    time: datetime | None = None


@dataclass(frozen=True)
class Student:
    """Somebody of the class, as the roster or the LMS knows them.

    Attributes:
        id: what they are known by in grades.csv.
        name: how they are called; may be "".
        aliases: all other ids that mean them: login, e-mail, numbers of the LMS.
        group: the name of their group, or "".
        lms: what an export needs, by column: {"ID": "123", "SIS User ID": …, "email": …}.
    """

    id: str
    name: str = ""
    aliases: tuple[str, ...] = ()
    group: str = ""
    lms: dict[str, str] = field(default_factory=dict)

    def is_called(self, given: str) -> bool:
        """Whether an id means this student: case, blanks at the ends and width don't count."""
        return any(same_id(given, one) for one in (self.id, *self.aliases))


@dataclass(frozen=True)
class Handed:
    """What one student handed in: attempts in order, the latest last; () for nothing.

    Attributes:
        shared: whether the files are a group's, handed in by another of its members.
        sender: who handed them in; the student, or another member of the group.
    """

    student: Student
    attempts: tuple[Attempt, ...] = ()
    sender: str = ""

    @property
    def shared(self) -> bool:
        """Whether another member of the group handed it in."""
        return bool(self.sender) and self.sender != self.student.id


@dataclass(frozen=True)
class Collection:
    """A folder or zip of submissions, read as far as names go; no file of it was opened.

    Attributes:
        kind: what it looks like: "canvas", "moodle", "gradescope", "nbgrader", "folders", "files".
        handed: one for each student, in the order of the roster, else sorted by id.
        unmatched: what couldn't be matched to a student, each in a sentence.
        header: rows of the LMS's gradebook export, from which the import file is made; ().
        from_roster: whether a roster said who is who; else ids are what file names say.
    """

    kind: str
    handed: tuple[Handed, ...]
    unmatched: tuple[str, ...] = ()
    header: tuple[tuple[str, ...], ...] = ()
    from_roster: bool = False
