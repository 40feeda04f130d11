"""What an instructor asks for besides grading: a dry run, a summary, why, marks, Gradescope's zip.

Each function returns what is printed.
"""

import shlex
from pathlib import Path

from mnistlab.errors import InputError
from mnistlab.grading import autograder, batch, explaining, finishing, journal, keeping, marks
from mnistlab.grading.folders import collections
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Collection, Handed, Student
from mnistlab.grading.marking import marking
from mnistlab.grading.pages.pages import counted
from mnistlab.lab import labfile
from mnistlab.lab.assignment import Lab

STANDARD = "recognizing_digits"


def dry_run(
    folder: str, roster: str | None = None, canvas_gradebook: str | None = None,
    times: str | None = None,
) -> str:  # fmt: skip
    """Return who handed in what, and what can't be matched; nothing is opened or graded."""
    return collections.describe(batch.collected(folder, roster, canvas_gradebook, times))


def summary(book: Gradebook) -> str:
    """Return what is said when a class is graded."""
    lines = [repr(book)]
    if book.folder is not None:
        lines.append(f"Read next   {book.folder / 'report.html'}")
        lines.append(f"Grades      {book.folder / 'grades.csv'}")
        if book.to_mark:
            place = shlex.quote(str(book.folder))
            lines.append(f"To mark     mnistlab mark {place} --by YOUR-NAME")
            lines.append(f"            ({counted(book.to_mark, 'answer')}, which count 0 in "
                         "every file until somebody has read them)")  # fmt: skip
    else:
        lines.append("Nothing was written; --out GRADES writes grades, a report, and feedback.")
    return "\n".join(lines)


def explained(student: str, rubric: str | None, folder: Path) -> str:
    """Return where each point of a student came from.

    Raises:
        InputError: no grades lie there, or nobody is called that.
    """
    lab = graded_by(rubric, folder)
    book = again(folder, lab)
    raised = keeping.flags_of(folder).get(book.of(student).student, ())
    grade = book.of(student).model_copy(update={"flags": raised})
    decided = marks.read_overrides(folder / finishing.OVERRIDES, lab, [one.student for one in book])
    return explaining.explain(grade, lab, decided.get(grade.student))


def graded_by(rubric: str | None, folder: Path) -> Lab:
    """Return the lab by which the grades of a folder were given.

    Args:
        rubric: lab.toml, or the name of a lab; None: the one that lies beside the grades.
        folder: GRADES.

    Raises:
        InputError: no such lab, or another than the grades'.
    """
    kept = keeping.lab_of(folder)
    lab = labfile.read(rubric if rubric is not None else kept or STANDARD)
    names = {one.lab for one in journal.read(folder)} - {lab.lab.name}
    if names:
        raise InputError(f"{folder} holds grades of the lab {', '.join(sorted(names))}, and this "
                         f"is {lab.lab.name}. Give the lab.toml that they were graded "
                         "by: --rubric FILE.")  # fmt: skip
    return lab


def again(folder: Path, lab: Lab) -> Gradebook:
    """Return the gradebook of a folder that was graded before, with what people gave since."""
    grades = journal.read(folder)
    return finishing.finished(grades, lab, _known_by(grades), folder)


def _known_by(grades: tuple[Grade, ...]) -> Collection:
    """Return who is in the grades; where their files lie isn't kept."""
    return Collection("files", tuple(Handed(Student(one.student, one.name)) for one in grades))


def mark(
    folder: Path, rubric: str | None, by: str, *, question: str | None = None, second: bool = False
) -> None:
    """Let a person read answers; each mark is saved as it is given.

    Raises:
        InputError: no grades lie there, no such question, or no terminal.
    """
    lab = graded_by(rubric, folder)
    marking.mark(journal.read(folder), lab, folder, by, question=question, second=second)


def autograder_zip(rubric: str, out: Path, roster: str | None = None) -> Path:
    """Write the zip to upload to Gradescope, and return its path."""
    return autograder.build(rubric, labfile.read(rubric), out, roster)
