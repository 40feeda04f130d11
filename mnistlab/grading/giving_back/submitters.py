"""Who handed in what Gradescope gives an autograder, laid out as a folder that can be graded.

    /autograder/submission_metadata.json   →   Submitter: e-mail, name, time
    /autograder/submission/                →   handed/ada@example.edu/, roster.csv, times.csv

The metadata come from Gradescope, not from the student; where they can't be read the submission is
graded all the same, under the id "student".

Source: https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/

Example:
    >>> read(Path("submission_metadata.json")).id  # there is none
    'student'
"""

import contextlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mnistlab.grading.csvfile import rows_to_csv
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.grades import Grade
from mnistlab.notices import notice

NOBODY = "student"
ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@[A-Za-z0-9.-]{1,190}")


@dataclass(frozen=True)
class Submitter:
    """Who handed in a submission, and when.

    Attributes:
        id: their e-mail address, the only id that Gradescope says; "student" without one.
        name: how Gradescope calls them; may be "".
        time: when it was handed in, in ISO 8601 with a zone; "" where that isn't known.
    """

    id: str = NOBODY
    name: str = ""
    time: str = ""


@dataclass(frozen=True)
class Folders:
    """What the batch is given.

    Attributes:
        handed: a folder with a folder of the student's.
        rosters: the instructor's roster, if there is one, and one that lists this student.
        times: a times file, or None.
    """

    handed: Path
    rosters: tuple[Path, ...]
    times: Path | None


def read(file: Path) -> Submitter:
    """Return who handed in, as submission_metadata.json says; the first of a group."""
    try:
        said: Any = json.loads(file.read_bytes())
        users = said.get("users") or [{}]
        user = users[0] if isinstance(users[0], dict) else {}
        email, name, time = user.get("email"), user.get("name"), said.get("created_at")
    except (OSError, ValueError, RecursionError, AttributeError, LookupError, TypeError) as why:
        notice(f"{file.name} can't be read, so the submission is graded without it: {why}")
        return Submitter()
    address = email.strip() if isinstance(email, str) else ""
    return Submitter(
        id=address if ADDRESS.fullmatch(address) else NOBODY,
        name=name.strip() if isinstance(name, str) else "",
        time=time if isinstance(time, str) and _is_time(time) else "",
    )


def _is_time(text: str) -> bool:
    """Whether this is a time in ISO 8601 with a zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


@contextlib.contextmanager
def arranged(here: Path, who: Submitter) -> Iterator[Folders]:
    """Give a submission as a folder of one student, which is removed afterwards.

    Args:
        here: Gradescope's /autograder.
        who: whose it is.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        theirs = folder / "handed" / who.id
        theirs.parent.mkdir()
        # Links stay links, which nobody follows; pipes and devices are left out.
        shutil.copytree(here / "submission", theirs, symlinks=True, ignore=_no_files)
        own = folder / "submitter.csv"
        own.write_bytes(rows_to_csv([("id", "name"), (who.id, who.name)]))
        given = here / "source" / "roster.csv"
        times = folder / "times.csv" if who.time else None
        if times:
            times.write_bytes(rows_to_csv([("id", "time"), (who.id, who.time)]))
        yield Folders(folder / "handed", (given, own) if given.is_file() else (own,), times)


def _no_files(folder: str, names: list[str]) -> list[str]:
    """Return what is neither a file, nor a folder, nor a link."""
    kinds = {name: os.lstat(os.path.join(folder, name)).st_mode for name in names}
    return [name for name, kind in kinds.items()
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISLNK(kind))]  # fmt: skip


def grade_of(gradebook: Gradebook, who: Submitter) -> Grade | None:
    """Return the grade of the student who handed in, or None where a roster doesn't know them."""
    return next((one for one in gradebook if gradebook.student(one).is_called(who.id)), None)
