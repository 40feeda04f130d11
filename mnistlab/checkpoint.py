"""One file with the whole state of a training, from which it goes on exactly.

The order of patterns, β and every random choice are pure functions of seed, epoch and batch, so
what has to be kept is where the training stands, its arrays, the sums of the running epoch and
the History. All of it goes into one file:

    mnistlab checkpoint 1             what it is, and of which form
    9f86d081884c7d65…                 SHA-256 of everything below
    a .npz archive, not compressed    the arrays, and a header in JSON

The file is written aside, synced and renamed, and the one before it is kept beside it. So a
process that is killed at any moment leaves a checkpoint that can be read.

Source: what Keras's BackupAndRestore leaves out: position, order, History, one file.
"""

import contextlib
import hashlib
import io
import itertools
import json
import os
import re
import secrets
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.notices import notice

LATEST, PREVIOUS = "latest.checkpoint", "previous.checkpoint"
MAGIC = b"mnistlab checkpoint "
VERSION = 1
HEADER = "header"  # the member of the archive that holds JSON


@dataclass(frozen=True)
class State:
    """Where a training stands.

    Attributes:
        epoch: the epoch that runs, counted from 0.
        batch: how many of its updates are done; 0: it has not begun.
        arrays: weights, the optimizer's memory, and whatever else the engine needs, by name.
        sums: the engine's running sums over the epoch's patterns so far, by name.
        history: the columns of the History, of the epochs that have ended.
    """

    epoch: int
    batch: int
    arrays: Mapping[str, NDArray[Any]]
    sums: Mapping[str, float] = field(default_factory=dict)
    history: Mapping[str, list[float]] = field(default_factory=dict)


class Checkpoint:
    """The checkpoint of one training, in a folder of its own.

    Args:
        folder: where it lies or will lie; made with the first state.
        identity: what the training is: config, data set, versions. A state of another training
            isn't taken.

    Attributes:
        state: the State that lay there, or None for a new training.
        failed: whether the last state could not be written.

    Raises:
        InputError: the folder can't be used, or holds another training's checkpoint.

    Example:
        >>> checkpoint = Checkpoint("lab", {"epochs": 5})  # doctest: +SKIP
        >>> network.fit(x, y, 5, resume=checkpoint.state, keep=checkpoint.keep)  # doctest: +SKIP
    """

    def __init__(self, folder: str | os.PathLike[str], identity: Mapping[str, Any]) -> None:
        self.folder = usable_folder("checkpoint", folder)
        self.identity = dict(identity)
        self.failed = False
        self._warned = False
        found = read(self.folder)
        self.state: State | None = None
        if found is not None:
            _must_be_the_same(self.folder, found.identity, self.identity)
            self.state = found.state

    @property
    def serves(self) -> bool:
        """Whether a training can go on from what lies there now."""
        return (self.folder / LATEST).exists() and not self.failed

    def keep(self, state: State) -> None:
        """Write a state; where that fails, training goes on, and one line says so once."""
        try:
            write(self.folder, self.identity, state)
            self.failed = False
        except OSError as why:
            self.failed = True
            if not self._warned:
                self._warned = True
                notice(f"no checkpoint could be written to {self.folder}: {why.strerror or why}. "
                       "Training goes on without; the next is tried all the same.")  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What lies in a checkpoint: whose it is, and the state."""

    identity: dict[str, Any]
    state: State


def usable_folder(name: str, folder: Any) -> Path:
    """Return a folder that is there and can be written to, or can be made; else InputError."""
    path = as_path(name, folder)
    try:
        if path.is_dir():
            os.listdir(path)
        nearest = next(one for one in (path, *path.absolute().parents) if one.exists())
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except (OSError, ValueError) as why:
        said = getattr(why, "strerror", None) or why
        raise InputError(f"{name}={shown(folder)} can't be used as a folder: {said}. Choose a "
                         "folder of your own.") from why  # fmt: skip
    return path


def as_path(name: str, folder: Any) -> Path:
    """Return what was given as a folder's path; else raise InputError that names the parameter."""
    try:
        if not str(folder).strip() or "\0" in str(folder):
            raise ValueError("a name holds letters")
        return Path(folder).expanduser()
    except (TypeError, ValueError, RuntimeError) as why:
        raise InputError(f"{name}={shown(folder)} can't be used as a folder: {why}. Give its path "
                         "as a text in quotes.") from why  # fmt: skip


_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{16,}")


# ── whose it is ─────────────────────────────────────────────────────────────────────────────────


def _must_be_the_same(folder: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """Raise InputError that names what differs between two trainings."""
    there, here = _flat(there), _flat(here)
    names = [name for name in here | there if there.get(name) != here.get(name)]
    if names:
        said = "; ".join(_told(name, there.get(name), here.get(name)) for name in names)
        raise InputError(
            f"{folder} holds the checkpoint of another training: {said}. Give the same settings "
            "to go on with it; to start anew, give another folder or delete this one."
        )


def _told(name: str, was: Any, now: Any) -> str:
    """Return what differs, short: of long texts the place where they part; no digests."""
    if isinstance(was, str) and isinstance(now, str):
        if _DIGEST.fullmatch(was):
            return f"{name} differs"
        if max(len(was), len(now)) > 60:
            was, now = _where_they_part(was, now)
    return f"{name} was {was!r} and is {now!r}"


def _where_they_part(one: str, other: str) -> tuple[str, str]:
    """Return the first part, between commas or brackets, in which two texts differ.

    Example:
        >>> _where_they_part("SGD {'rate': 0.5, 'nesterov': False}", "SGD {'rate': 5, 'nesterov'}")
        ("'rate': 0.5", "'rate': 5")
    """
    pairs = zip(one, other, strict=False)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = max((found.end() for found in re.finditer(r"[{;,(] ?", one[:same])), default=0)
    shown_of = [re.split(r"[,;})]", text[start:], maxsplit=1)[0] for text in (one, other)]
    return shown_of[0], shown_of[1]


def _flat(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping without mappings in it, as JSON gives it back."""
    flat: dict[str, Any] = {}
    for name, value in json.loads(json.dumps(identity)).items():
        flat.update(_flat(value) if isinstance(value, dict) else {name: value})
    return flat


# ── written ─────────────────────────────────────────────────────────────────────────────────────


def write(folder: Path, identity: Mapping[str, Any], state: State) -> None:
    """Write a state as the latest, and keep the one before it.

    Raises:
        OSError: the system wouldn't; what lay there is still there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    latest = folder / LATEST
    aside = folder / f".{LATEST}.{os.getpid()}.{secrets.token_hex(4)}.tmp"
    try:
        with open(aside, "xb") as file:
            for part in _packed(identity, state):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.replace(latest, folder / PREVIOUS)
        os.replace(aside, latest)
        _sync(folder)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


def _packed(identity: Mapping[str, Any], state: State) -> tuple[bytes, memoryview]:
    """Return the parts of a checkpoint file: first lines and archive."""
    about = {name: value for name, value in vars(state).items() if name != "arrays"}
    header = json.dumps({"identity": dict(identity), **about})
    archive = io.BytesIO()
    members = {HEADER: np.frombuffer(header.encode(), np.uint8), **state.arrays}
    np.savez(archive, **members)  # type: ignore[arg-type]
    content = archive.getbuffer()
    digest = hashlib.sha256(content).hexdigest().encode()
    return MAGIC + str(VERSION).encode() + b"\n" + digest + b"\n", content


def _sync(folder: Path) -> None:
    """Make sure that the renaming is on the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# ── read ────────────────────────────────────────────────────────────────────────────────────────


def read(folder: Path) -> Kept | None:
    """Return what lies in a folder, the latest that can be read; None where there is nothing.

    Raises:
        InputError: there are checkpoints, but none that can be read.
    """
    _remove_leftovers(folder)
    damaged: list[str] = []
    for name in (LATEST, PREVIOUS):
        try:
            kept = _unpacked(_content(folder / name))
        except FileNotFoundError:
            continue
        except NewerVersion as why:
            raise InputError(f"The checkpoint in {folder} was written by a newer mnistlab. Update: "
                             "pip install --upgrade mnistlab.") from why  # fmt: skip
        except (OSError, ValueError) as why:
            damaged.append(f"{name}: {getattr(why, 'strerror', None) or why}")
            continue
        if damaged:
            where = f"epoch {kept.state.epoch + 1}, batch {kept.state.batch}"
            notice(f"the latest checkpoint in {folder} is damaged, and the one before it serves: "
                   f"{where}. ({damaged[0]})")  # fmt: skip
        return kept
    if damaged:
        raise InputError(f"No checkpoint in {folder} can be read ({'; '.join(damaged)}). Remove "
                         "the folder, or choose another, to start anew.")  # fmt: skip
    return None


class NewerVersion(Exception):
    """A checkpoint of a form that this version doesn't know."""


def _content(file: Path) -> bytes:
    """Return the bytes of a file, which must be one: not a folder, a pipe or a device."""
    if os.path.lexists(file) and not file.is_file():
        raise ValueError("it is no file")
    return file.read_bytes()


def _remove_leftovers(folder: Path) -> None:
    """Remove what a process that was killed while writing left behind, not what one writes now."""
    for aside in folder.glob(f".{LATEST}.*.tmp"):
        with contextlib.suppress(OSError, ValueError):
            writer = int(aside.name.split(".")[3])
            if not _runs(writer) or time.time() - aside.stat().st_mtime > 3600:
                aside.unlink()


def _runs(process: int) -> bool:
    """Return whether a process of that number runs on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return process != os.getpid()


def _unpacked(content: bytes) -> Kept:
    """Return what a checkpoint file holds.

    Raises:
        NewerVersion: a newer version wrote it.
        ValueError: it is damaged.
    """
    first, _, rest = content.partition(b"\n")
    digest, _, archive = rest.partition(b"\n")
    version = first.removeprefix(MAGIC)
    if not first.startswith(MAGIC) or not version.isdigit() or version.startswith(b"0"):
        raise ValueError("it is no checkpoint")
    if int(version) > VERSION:
        raise NewerVersion
    if hashlib.sha256(archive).hexdigest().encode() != digest:
        raise ValueError("it isn't whole")
    try:
        return _kept(_members(archive))
    except Exception as why:  # whatever other content makes of zip, header and numbers
        raise ValueError(f"it doesn't hold what it should ({shown(why)})") from why


def _members(archive: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive, none of which is compressed or pickled."""
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        for one in members.infolist():
            if one.compress_type != zipfile.ZIP_STORED or one.file_size > len(archive):
                raise ValueError("a compressed member")
    with np.load(io.BytesIO(archive), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _kept(arrays: dict[str, NDArray[Any]]) -> Kept:
    """Return the content of a checkpoint as what it should be; else raise any error."""
    about = json.loads(arrays.pop(HEADER).tobytes())
    identity, epoch, batch = about["identity"], about["epoch"], about["batch"]
    sums, history = about["sums"], about["history"]
    if not isinstance(identity, dict) or any(a.dtype.kind not in "biuf" for a in arrays.values()):
        raise ValueError("identity or arrays")
    if type(epoch) is not int or type(batch) is not int or epoch < 0 or batch < 0:
        raise ValueError("epoch or batch")
    if not all(isinstance(value, int | float) for value in sums.values()):
        raise ValueError("sums")
    if not all(_is_column(column, epoch) for column in history.values()):
        raise ValueError("history")
    return Kept(identity, State(epoch, batch, arrays, sums, history))


def _is_column(column: Any, epochs: int) -> bool:
    """Return whether this is a column of a History of at most so many epochs."""
    return (
        isinstance(column, list)
        and len(column) <= epochs
        and all(isinstance(value, int | float) for value in column)
    )
