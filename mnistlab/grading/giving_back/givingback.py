"""All files that give grades back: grades.csv, and what Canvas, Moodle and nbgrader take.

Example:
    >>> write_all(gradebook, Path("GRADES"), pages)  # doctest: +SKIP
    (PosixPath('GRADES/grades.csv'), …)
"""

from collections.abc import Mapping
from pathlib import Path

from mnistlab.grading.giving_back.canvasback import write_canvas
from mnistlab.grading.giving_back.moodleback import write_moodle
from mnistlab.grading.giving_back.nbgraderback import write_nbgrader
from mnistlab.grading.gradebook import Gradebook, write_tables


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
