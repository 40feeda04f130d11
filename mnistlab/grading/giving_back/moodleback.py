"""What Moodle takes back: moodle_import.csv for grades, moodle_feedback.zip for feedback files.

moodle_import.csv serves in two places. On the assignment's page, "Upload grading worksheet" finds
a student by Identifier ("Participant 4711", the number in the name of their folder). In the
course's "Grades, Import, CSV file" map "Email address" to the e-mail and Grade to the assignment.
"Last modified (grade)" is empty, so that Moodle skips whoever has a grade already, unless "Allow
updating records that have been modified more recently" is ticked.

In the zip for "Upload multiple feedback files in a zip" each page lies in the folder that Moodle's
download gave the student: FULL NAME_4711_assignsubmission_file_. Upload it after the grades: it
makes an empty grade for each student, which then counts as modified.

Source: moodle, mod/assign/feedback/offline/importgradeslib.php and importgradesform.php;
mod/assign/feedback/file/importziplib.php.

Example:
    >>> moodle_folder("Ada Lovelace_4711_assignsubmission_file_/lab.zip")
    'Ada Lovelace_4711_assignsubmission_file_'
    >>> participant("Ada Lovelace_4711_assignsubmission_file_/lab.zip")
    '4711'
"""

import re
from collections.abc import Mapping
from pathlib import Path

from mnistlab.grading.csvfile import Cell, rows_to_csv
from mnistlab.grading.giving_back.bundles import bundle
from mnistlab.grading.gradebook import Gradebook, write
from mnistlab.grading.grades import Grade
from mnistlab.notices import notice

COLUMNS = ("Identifier", "Full name", "Email address", "Grade", "Maximum grade",
           "Last modified (grade)")  # fmt: skip
FOLDER = re.compile(r"([^_/]*_([0-9]+)_assign(?:submission|feedback)_[a-z]+)(?:_[^/]*)?")


def import_csv(gradebook: Gradebook) -> bytes:
    """Return moodle_import.csv: a row for each student whom Moodle can find.

    Names and addresses stay as they are where a roster gave them.
    """
    rows = [row for grade in gradebook if (row := _row(gradebook, grade))]
    lost = len(gradebook) - len(rows)
    if lost:
        notice(f"moodle_import.csv is without {lost} of {len(gradebook)} students: they handed "
               "in nothing, and no roster gives their e-mail or number in Moodle.")  # fmt: skip
    as_given = (1, 2) if gradebook.collection.from_roster else ()
    return rows_to_csv([COLUMNS, *rows], as_given)


def _row(gradebook: Gradebook, grade: Grade) -> tuple[Cell, ...] | None:
    """Return a student's row; None where Moodle couldn't find them."""
    lms = gradebook.student(grade).lms
    found = participant(_lms_name(gradebook, grade)) or lms.get("moodle_id", "")
    email = gradebook.email(grade)
    if not found and not email:
        return None
    identifier = f"Participant {found}" if found else None
    points = min(grade.points, grade.out_of)  # Moodle skips a grade above the highest
    return identifier, grade.name, email, points, grade.out_of, None


def feedback_zip(gradebook: Gradebook, pages: Mapping[str, str]) -> bytes:
    """Return moodle_feedback.zip.

    Args:
        gradebook: of a collection that came from Moodle.
        pages: student's id → feedback page, HTML.
    """
    members: dict[str, bytes] = {}
    for grade in gradebook:
        folder = moodle_folder(_lms_name(gradebook, grade))
        if folder and grade.student in pages:
            page = pages[grade.student].encode("utf-8", "backslashreplace")
            members.setdefault(f"{folder}/feedback.html", page)
    return bundle(dict(sorted(members.items())))


def moodle_folder(lms_name: str) -> str:
    """Return the folder in which Moodle gave out a file, or ""."""
    for part in lms_name.replace("\\", "/").split("/"):
        if found := FOLDER.fullmatch(part):
            return f"{found[1]}_".encode("utf-8", "replace").decode()
    return ""


def participant(lms_name: str) -> str:
    """Return the number by which Moodle knows who handed in a file, or ""."""
    found = FOLDER.fullmatch(moodle_folder(lms_name))
    return found[2] if found else ""


def _lms_name(gradebook: Gradebook, grade: Grade) -> str:
    """Return the name of the first file in the attempt that says who handed it in, or ""."""
    attempt = gradebook.attempt(grade)
    names = (one.lms_name for one in attempt.files) if attempt else ()
    return next((one for one in names if moodle_folder(one)), "")


def write_moodle(gradebook: Gradebook, folder: Path, pages: Mapping[str, str]) -> tuple[Path, ...]:
    """Write moodle_import.csv and moodle_feedback.zip for a collection that came from Moodle.

    Raises:
        OSError: the folder can't be written.
    """
    if gradebook.collection.kind != "moodle":
        return ()
    return (write(folder / "moodle_import.csv", import_csv(gradebook)),
            write(folder / "moodle_feedback.zip", feedback_zip(gradebook, pages)))  # fmt: skip
