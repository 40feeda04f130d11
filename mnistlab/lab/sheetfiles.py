"""The file of a worksheet: where it lies, how it is read, and how no entry of another is lost.

On Colab the machine is gone after some idle time, and only a mounted Drive stays: there the file
lies where there is one. It is written aside and renamed, so that it is whole at any moment.

Example:
    >>> file_name("worksheet", "recognizing_digits", "Ada", ".json")
    'worksheet-recognizing_digits-ada.json'
"""

import contextlib
import hashlib
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mnistlab.checks import shown
from mnistlab.data.cache import written_aside
from mnistlab.errors import InputError, SubmissionError
from mnistlab.lab import claims, strictjson
from mnistlab.lab.claims import NewerVersion, WorksheetRecord
from mnistlab.lab.students import normal_id, same_id
from mnistlab.notices import notice
from mnistlab.runfolder import as_json

try:
    import fcntl
except ImportError:  # Windows, where two notebooks at the same moment are left to chance
    fcntl = None  # type: ignore[assignment]

DRIVE = Path("/content/drive/MyDrive")


def usual_folder(elsewhere: str) -> Path:
    """Return the folder on Drive, where Drive is mounted; else the one that is named."""
    return DRIVE / "mnistlab" if DRIVE.is_dir() else Path(elsewhere)


def file_name(what: str, lab: str, student_id: str, ending: str) -> str:
    """Return the name of a student's file: the id in it, or its digest where the id is no name."""
    name = normal_id(student_id)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        name = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{what}-{lab}-{name}{ending}"


def read(path: Path, lab: str, student_id: str) -> WorksheetRecord | None:
    """Return the record that lies there, or None; a damaged one is kept under another name.

    Args:
        path: the worksheet's file.
        lab, student_id: whose it has to be.

    Raises:
        InputError: it is of a newer version.
        OSError: the system wouldn't read it.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(strictjson.MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    try:
        record = claims.worksheet_of(strictjson.parse(content, path.name))
        if record.lab != lab or not same_id(record.student_id, student_id):
            raise SubmissionError(f"It is of {shown(record.student_id)}, for {shown(record.lab)}.")
        return record
    except NewerVersion as why:
        raise InputError(f"{path} was written by a newer mnistlab. Update: "
                         "pip install --upgrade mnistlab.") from why  # fmt: skip
    except SubmissionError as why:
        _keep_aside(path, str(why))
        return None


def _keep_aside(path: Path, why: str) -> None:
    """Give a damaged file another name, and say so."""
    names = (path.with_name(f"{path.stem}.damaged-{k}{path.suffix}") for k in itertools.count(1))
    aside = next(one for one in names if not os.path.lexists(one))
    os.replace(path, aside)
    notice(f"the worksheet {path} can't be read, and is kept as {aside.name}. ({why[:200]}) A new "
           "one is begun: run the cells with your answers again.")  # fmt: skip


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder while its worksheet is read and written again, where the system can do that."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if fcntl is not None:
            with contextlib.suppress(OSError):  # such as a network drive that knows no locks
                descriptor = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def write(path: Path, record: Mapping[str, Any]) -> None:
    """Write a worksheet's record, all of it or nothing.

    Raises:
        OSError: the system wouldn't; what lay there is still there.
    """
    content = as_json(record).encode()
    with written_aside(path) as file:
        file.write(content)
