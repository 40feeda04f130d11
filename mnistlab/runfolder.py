"""Writing a run's folder: all of it or nothing.

The files are written into a folder aside, named `.partial-…` inside it, and moved to where they
belong when each of them is whole; result.json comes last, so a folder that holds it holds a whole
run.
"""

import contextlib
import itertools
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mnistlab.checks import shown
from mnistlab.errors import DivergedError, OutputError, SaveError

RECORD = "result.json"
FILES = (
    RECORD,
    "weights.npz",
    "model.keras",
    "history.csv",
    "learning_curves.png",
    "confusion_matrix.png",
    "worst_mistakes.png",
    "predictions.png",
    "comparison.json",
    "comparison.png",
)  # all that a run or a comparison may leave

Writer = Callable[[Path], object]


def new_folder(what: str, dataset: str) -> Path:
    """Return a folder that doesn't exist yet, for a run that starts now: runs/<time>-…."""
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{what}-{dataset}"
    names = itertools.chain([stem], (f"{stem}-{k}" for k in itertools.count(2)))
    return next(path for name in names if not (path := Path("runs", name)).exists())


def must_take_a_run(folder: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """Return the folder where a run can be written to it; creates nothing that stays.

    Args:
        folder: where the run will lie; it may exist.
        overwrite: whether a run that lies there already may be replaced.

    Raises:
        OutputError: it can't be written, is a file, or holds another run or files of such names.
    """
    try:
        path = Path(folder).expanduser()
        if "\0" in str(path):
            raise ValueError("a name holds no null character")
        if not str(folder).strip():
            raise ValueError("it is blank")
        str(path).encode()  # half a character, as a broken name holds, can't be written
        if path.is_symlink() and not path.exists():
            raise ValueError("it is a link that leads nowhere")
        if path.exists() and not path.is_dir():
            raise OutputError(
                f"{path} is a file, so no run can be saved there. Choose another folder."
            )
        if not overwrite:
            _must_hold_no_run(path)
        _must_be_writable(path)
    except OutputError:
        raise
    except (TypeError, ValueError, RuntimeError, OSError) as why:
        said = getattr(why, "strerror", None) or why
        raise OutputError(f"out={shown(folder)} can't be a folder: {said}.") from why
    return path


def _must_hold_no_run(path: Path) -> None:
    """Raise OutputError where a file lies that a run would replace."""
    there = [name for name in FILES if (path / name).exists()]
    if there:
        what = "a run" if RECORD in there else " and ".join(there)
        raise OutputError(f"{path} already holds {what}, and that is kept. Choose another folder, "
                          "or say overwrite=True (--overwrite) to replace it.")  # fmt: skip


def _must_be_writable(path: Path) -> None:
    """Raise OutputError unless a file can be made in the folder, or in the nearest above it."""
    nearest = next(one for one in (path, *path.absolute().parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as why:
        raise OutputError(f"{path} can't be written: {why.strerror or why} ({nearest}). "
                          "Choose a folder of your own.") from why  # fmt: skip


def write_folder(folder: Path, writers: Mapping[str, Writer], overwrite: bool = True) -> None:
    """Write every file, or none where one fails; what an earlier run left there goes.

    Args:
        folder: where they will lie; made where it doesn't exist.
        writers: file name → the function that writes the file at the path it is given.
        overwrite: whether a run that came to lie there meanwhile is replaced.

    Raises:
        SaveError: the system wouldn't write (disk full, no permission); what lay there is kept.
        OutputError: another run came to lie there meanwhile, or is being saved there now.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    aside: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
        for name, write in writers.items():
            write(aside / name)
            _sync(aside / name)
        with _alone(folder):
            if not overwrite:
                _must_hold_no_run(folder)
            _exchange(folder, aside, writers)
    except OutputError:
        raise
    except OSError as why:
        raise SaveError(f"The run could not be saved in {folder}: {_reason(why)}. Nothing "
                        "half-written is left. Free some space, or choose another folder "
                        "with out=… (--out).") from why  # fmt: skip
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
        for one in made:  # those that stayed empty: nothing was saved
            with contextlib.suppress(OSError):
                one.rmdir()


def _exchange(folder: Path, aside: Path, writers: Mapping[str, Writer]) -> None:
    """Put the new files where the old ones lie; where one can't go, put the old ones back."""
    old = aside / "old"
    old.mkdir()
    try:
        for name in FILES:  # result.json first: without it the rest is no run
            if os.path.lexists(folder / name):
                os.replace(folder / name, old / name)
        for name in sorted(writers, key=lambda name: name == RECORD):
            os.replace(aside / name, folder / name)
    except BaseException:
        for kept in old.iterdir():
            os.replace(kept, folder / kept.name)
        raise


LOCK, STALE = ".saving", 60.0  # seconds after which a lock was left by a process that died


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for the moment in which the files are moved, which is short."""
    lock = folder / LOCK
    with contextlib.suppress(OSError):
        if time.time() - lock.stat().st_mtime > STALE:
            lock.unlink()
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        raise OutputError(f"Another run is being saved in {folder} at this moment. "
                          "Choose another folder.") from None  # fmt: skip
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _reason(error: BaseException) -> str:
    """Return what the system said, where an error tells of another."""
    while isinstance(error, SaveError) and error.__cause__ is not None:
        error = error.__cause__
    return str(getattr(error, "strerror", None) or error)


def _sync(path: Path) -> None:
    """Make sure that the file's bytes are on the disk, where a full disk shows at the latest."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def as_json(record: Mapping[str, Any]) -> str:
    """Return a record as the text of a JSON file.

    Raises:
        DivergedError: it holds NaN or an infinite figure, which JSON can't.
    """
    odd = ", ".join(_not_finite(record))
    if odd:
        raise DivergedError(f"The run can't be saved, because figures of it are NaN or infinite: "
                            f"{odd}. The training diverged: try a smaller learning_rate, and "
                            "check that the inputs are scaled to [0, 1].")  # fmt: skip
    return json.dumps(record, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _not_finite(record: Mapping[str, Any], within: str = "") -> list[str]:
    """Return the names of the parts that hold NaN or an infinite figure."""
    found: list[str] = []
    for name, part in record.items():
        if isinstance(part, Mapping):
            found += _not_finite(part, f"{within}{name}.")
        elif any(isinstance(one, float) and not math.isfinite(one)
                 for one in (part if isinstance(part, list) else [part])):  # fmt: skip
            found.append(f"{within}{name}")
    return found


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, with the same bytes on every system."""
    path.write_bytes(text.encode("utf-8"))
