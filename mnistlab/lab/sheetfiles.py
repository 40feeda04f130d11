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

from mnistlab.checkpoint import usable_folder
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
LONGEST_NAME = 80  # characters of a folder's name
WORKSHEETS = "mnistlab-worksheets"  # in the working folder, where there is no Drive
NEWER = "was written by a newer mnistlab. Update: pip install --upgrade mnistlab."


def usual_folder(elsewhere: str) -> Path:
    """Return the folder on Drive, where Drive is mounted; else the one that is named."""
    return DRIVE / "mnistlab" if DRIVE.is_dir() else Path(elsewhere)


def file_name(what: str, lab: str, student_id: str, ending: str) -> str:
    """Return the name of a student's file: the id in it, or its digest where the id is no name."""
    name = normal_id(student_id)
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        name = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{what}-{lab}-{name}{ending}"


def safe_name(given: str) -> str:
    """Return the name of a folder for any words, never one that leads elsewhere.

    Example:
        >>> safe_name("beta-0.1"), safe_name("β = 20")[:3], safe_name("..") == ".."
        ('beta-0.1', '_20', False)
    """
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._=-]*", given) and not given.endswith("."):
        return given
    known = hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9]+', '_', given)}-{known}"


def place(name: str, folder: Any) -> Path:
    """Return a folder that is there or can be made; else raise InputError that says which can't."""
    try:
        return usable_folder(name, folder)
    except InputError as why:
        if not isinstance(why.__cause__, FileNotFoundError):
            raise
        raise InputError(f"{name}={shown(str(folder))} isn't there and can't be made: the system "
                         "lets nobody make a folder at that place. Choose another one of your "
                         f'own, such as {name}="mine".') from why.__cause__  # fmt: skip


# ── found ───────────────────────────────────────────────────────────────────────────────────────


def kept(lab: str | None, student_id: str) -> list[Path]:
    """Return the student's worksheets in the usual place, sorted; nothing there is changed.

    Args:
        lab: the name of the lab; None: of any.
        student_id: whose they are.

    Returns:
        The paths of those that can be read and are the student's own, for the lab in their name.
    """
    return [path for path in lying(lab, student_id) if _is_own(path, student_id)]


def lying(lab: str | None, student_id: str) -> list[Path]:
    """Return what bears the name of such a worksheet in the usual place, readable or not; sorted.

    Args:
        lab, student_id: as `kept`.
    """
    folder = usual_folder(WORKSHEETS)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [folder / name for name in names
            if (found := re.match(r"worksheet-(\w+)-", name)) and lab in (None, found[1])
            and name == file_name("worksheet", found[1], student_id, ".json")]  # fmt: skip


def _is_own(path: Path, student_id: str) -> bool:
    """Whether a file is a worksheet of that student, for the lab in its name."""
    try:
        record = _record(path, path.name)
    except (OSError, SubmissionError):
        return False
    named = file_name("worksheet", record.lab, student_id, ".json")
    return same_id(record.student_id, student_id) and path.name == named


# ── read ────────────────────────────────────────────────────────────────────────────────────────


def read(path: Path, lab: str, student_id: str) -> WorksheetRecord | None:
    """Return the record that lies there, or None; one that isn't it is kept under another name.

    Args:
        path: the worksheet's file.
        lab, student_id: whose it has to be.

    Raises:
        InputError: it is of a newer version.
        OSError: the system wouldn't read it.
    """
    try:
        record = _record(path, path.name)
    except FileNotFoundError:
        return None
    except NewerVersion as why:
        raise InputError(f"{path} {NEWER}") from why
    except SubmissionError as why:
        _keep_aside(path, "damaged", "can't be read", f" ({str(why)[:200]})")
        return None
    if record.lab != lab or not same_id(record.student_id, student_id):
        whose = f"is of {shown(record.student_id)}, for the lab {shown(record.lab)}"
        _keep_aside(path, "other", whose)
        return None
    return record


def of_file(file: str | os.PathLike[str], student_id: str | None) -> WorksheetRecord:
    """Return the record of a worksheet's file that was given by its path; nothing is changed.

    Args:
        file: its path.
        student_id: whose worksheets are named where this is none; None: not known.

    Raises:
        InputError: it can't be read, or is no worksheet; says the path, and where one lies.
    """
    path = Path(os.path.expanduser(os.fspath(file)))
    try:
        return _record(path, str(path))
    except NewerVersion as why:
        raise InputError(f"{path} {NEWER}") from why
    except SubmissionError as why:
        raise InputError(f"{_why_none(path, str(why))} {_where(path, student_id)}") from why
    except (OSError, ValueError) as why:  # ValueError: a zero byte in the name
        raise InputError(f"The worksheet {shown(str(path))} can't be read: "
                         f"{getattr(why, 'strerror', None) or why}. "
                         f"{_where(path, student_id)}") from why  # fmt: skip


def _record(path: Path, called: str) -> WorksheetRecord:
    """Return the record in a file; else raise OSError or SubmissionError."""
    with open(path, "rb") as file:
        content = file.read(strictjson.MOST_BYTES + 1)
    return claims.worksheet_of(strictjson.parse(content, called))


def _why_none(path: Path, why: str) -> str:
    """Return why a file is no worksheet, without the advice for what was handed in."""
    _, odd, where = why.partition("can't be read: ")
    if odd and not where.startswith(("at 'lab'", "at 'student_id'", "at ''")):
        where = where.partition(" Let mnistlab.submit")[0]
        return f"{path} is a worksheet, but was changed, so that it can't be read: {where}"
    if why.startswith(str(path)):  # no JSON, or none that is taken
        said = why.removesuffix(strictjson.AGAIN).strip()
        return (f"{said} Either it is no worksheet that mnistlab.Worksheet wrote, or it was "
                "changed since.")  # fmt: skip
    return f"{path} is no worksheet that mnistlab.Worksheet wrote."


def _where(given: Path, student_id: str | None) -> str:
    """Return where a student's worksheet lies, where what was given is none."""
    if not student_id:
        return f"A worksheet usually lies in {usual_folder(WORKSHEETS) / 'worksheet-LAB-ID.json'}."
    if given.absolute() in [one.absolute() for one in lying(None, student_id)]:
        return "mnistlab.Worksheet(…) keeps it aside and begins a new one."
    found = [str(one) for one in kept(None, student_id)]
    if found:
        return f"Yours is {' or '.join(found)}."
    usual = usual_folder(WORKSHEETS) / file_name("worksheet", "LAB", student_id, ".json")
    return f"Yours usually lies in {usual}."


def _keep_aside(path: Path, word: str, why: str, more: str = "") -> None:
    """Give a file that isn't the worksheet another name, and say so."""
    names = (path.with_name(f"{path.stem}.{word}-{k}{path.suffix}") for k in itertools.count(1))
    aside = next(one for one in names if not os.path.lexists(one))
    os.replace(path, aside)
    notice(f"the worksheet {path} {why}, and is kept as {aside.name}.{more} A new one is begun: "
           "run the cells with your answers again.")  # fmt: skip


# ── written ─────────────────────────────────────────────────────────────────────────────────────


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
