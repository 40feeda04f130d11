"""The folder that keeps what was fetched, and files that appear in it whole or not at all.

A file is written aside and renamed, so that neither a broken line nor a second process leaves
half a file.

Example:
    >>> from mnistlab.data.cache import keras_folder
    >>> keras_folder().name
    'datasets'
"""

import contextlib
import importlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def cache_folder() -> Path:
    """Return MNISTLAB_CACHE where that is set, else the package's folder in the user's cache."""
    own = os.environ.get("MNISTLAB_CACHE", "").strip()
    if own:
        return Path(os.path.expanduser(own))
    return Path(importlib.import_module("pooch").os_cache("mnistlab"))


def keras_folder() -> Path:
    """Return where Keras keeps its copies of data sets; they are only ever read."""
    home = os.environ.get("KERAS_HOME", "").strip() or os.path.expanduser("~/.keras")
    return Path(home) / "datasets"


@contextlib.contextmanager
def written_aside(file: Path) -> Iterator[IO[bytes]]:
    """Give a file to write to, that takes its place under its name when it is whole.

    Raises:
        OSError: the folder can't be made or written; nothing half-written is left.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(file)
    aside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        with open(aside, "xb") as temporary:
            yield temporary
            temporary.flush()
            os.fsync(temporary.fileno())
        os.replace(aside, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _remove_leftovers(file: Path) -> None:
    """Remove what processes that were killed while writing left behind, an hour ago or more."""
    for aside in file.parent.glob(f".{file.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - aside.stat().st_mtime > 3600:
                aside.unlink()
