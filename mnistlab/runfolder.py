"""Writing a run's folder: all of it or nothing.

The files are written into a folder aside, named `.NAME.partial-…`, and moved to where they belong
when each of them is whole; result.json comes last, so a folder that holds it holds a whole run.
"""

import contextlib
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mnistlab.errors import OutputError, SaveError

RECORD = "result.json"

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
        OutputError: it can't be written, is a file, or holds another run.
    """
    path = Path(folder).expanduser()
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path} is a file, so no run can be saved there. Choose another folder.")
    if (path / RECORD).exists() and not overwrite:
        raise OutputError(f"{path} already holds a run, and it is kept. Choose another folder, "
                          "or say overwrite=True (--overwrite) to replace it.")  # fmt: skip
    _must_be_writable(path)
    return path


def _must_be_writable(path: Path) -> None:
    """Raise OutputError unless a file can be made in the folder, or in the nearest above it."""
    nearest = next(one for one in (path, *path.absolute().parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as why:
        raise OutputError(f"{path} can't be written: {why.strerror or why} ({nearest}). "
                          "Choose a folder of your own.") from why  # fmt: skip


def write_folder(folder: Path, writers: Mapping[str, Writer]) -> None:
    """Write every file, or none where one fails.

    Args:
        folder: where they will lie; made where it doesn't exist.
        writers: file name → the function that writes the file at the path it is given.

    Raises:
        SaveError: the system wouldn't write (disk full, no permission); nothing is left.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    aside: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
        for name, write in writers.items():
            write(aside / name)
            _sync(aside / name)
        folder.mkdir(exist_ok=True)
        for name in sorted(writers, key=lambda name: name == RECORD):
            os.replace(aside / name, folder / name)
    except OSError as why:
        raise SaveError(f"The run could not be saved in {folder}: {why.strerror or why}. Nothing "
                        "half-written is left. Free some space, or choose another folder "
                        "with out=… (--out).") from why  # fmt: skip
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
        for one in made:  # those that stayed empty: nothing was saved
            with contextlib.suppress(OSError):
                one.rmdir()


def _sync(path: Path) -> None:
    """Make sure that the file's bytes are on the disk, where a full disk shows at the latest."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, with the same bytes on every system."""
    path.write_bytes(text.encode("utf-8"))
