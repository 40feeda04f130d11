"""All files that give grades back: grades.csv, and what Canvas, Moodle and nbgrader take.

Example:
    >>> write_all(gradebook, Path("GRADES"), pages)  # doctest: +SKIP
    (PosixPath('GRADES/grades.csv'), …)
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from mnistlab.grading.giving_back.canvasback import write_canvas
from mnistlab.grading.giving_back.moodleback import write_moodle
from mnistlab.grading.giving_back.nbgraderback import write_nbgrader
from mnistlab.grading.gradebook import Gradebook, write_tables
from mnistlab.notices import notice

# What isn't written each time, and how to have it written.
SOMETIMES = {
    "canvas_import.csv": "give --canvas-gradebook again to write it",
    "canvas_feedback.zip": "it is written for a zip or folder from Canvas",
    "moodle_import.csv": "it is written for a zip or folder from Moodle",
    "moodle_feedback.zip": "it is written for a zip or folder from Moodle",
}


def write_all(
    gradebook: Gradebook, folder: Path, pages: Mapping[str, str], assignment: str | None = None
) -> tuple[Path, ...]:
    """Write the files that go with where the collection came from; return their paths.

    Args:
        gradebook: the grades.
        folder: where to; each file appears whole or not at all.
        pages: student's id → feedback page, HTML.
        assignment: which column of Canvas's export is the assignment's; None: found by its title.

    Returns:
        grades.csv; nbgrader.csv and nbgrader_students.csv; moodle_import.csv and
        moodle_feedback.zip of a collection from Moodle; canvas_import.csv where Canvas's export
        was given; canvas_feedback.zip of a collection from Canvas.

    Raises:
        InputError: which column is the assignment's isn't clear; the other files are written.
        OSError: the folder can't be written.
    """
    return (
        *write_tables(gradebook, folder),
        *write_nbgrader(gradebook, folder),
        *write_moodle(gradebook, folder, pages),
        *write_canvas(gradebook, folder, pages, assignment),
    )


def forget_earlier(folder: Path, written: Collection[Path]) -> tuple[str, ...]:
    """Remove what an earlier run wrote and this one didn't, and say so; return the names.

    An import file of yesterday beside today's grades would be uploaded with yesterday's points.

    Args:
        folder: of the grades.
        written: what `write_all` returned.

    Raises:
        OSError: a file can't be removed.
    """
    now = {one.name for one in written}
    old = tuple(one for one in SOMETIMES if one not in now and (folder / one).is_file())
    for name in old:
        (folder / name).unlink()
        notice(f"{name} of an earlier run was removed; {SOMETIMES[name]}")
    return old
