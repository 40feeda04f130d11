"""MNIST from the network, and the cache that keeps it.

A download is held in memory until its digest has been verified; only then is it written to the
cache, aside and renamed, so that neither a broken line nor a second process leaves half a file.
A time limit here is wall-clock time, also where a name server never answers or a server sends
one byte a second: the download runs in a thread that is left behind when its time is up.

Example:
    >>> from mnistlab.data.downloads import MNIST, cache_file
    >>> cache_file(MNIST).name
    'mnist.npz'
"""

import contextlib
import importlib
import os
import secrets
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import numpy as np

from mnistlab.data.arraychecks import Arrays, checked_arrays, digest_of
from mnistlab.data.files import IDX_FILES, parse_download, read_npz
from mnistlab.errors import DataError, DownloadError


@dataclass(frozen=True)
class Remote:
    """A data set that can be fetched: its digest, and the servers that have it.

    A mirror is the URL of a folder with the four .gz files of MNIST, or of one .npz file.
    """

    name: str
    digest: str
    mirrors: tuple[str, ...]
    size: int  # bytes that are sent, about
    most: int  # bytes that are taken at most from a server, for one file


MNIST = Remote(
    name="mnist",
    digest="sha256:d3bba0ce073901b7c0c5264630a1d97b21d250061900b89e8cafc17b2d4840de",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    ),
    size=11_594_722,
    most=64 * 2**20,  # the images are 47 MB where a server unpacks what it sends
)


@dataclass(frozen=True)
class Patience:
    """How long a download may take in all, and how often each mirror is asked."""

    seconds: float
    rounds: int = 1
    pause: float = 0.5  # seconds before the second round; twice that before the third, …


IMPATIENT = Patience(seconds=10)
PATIENT = Patience(seconds=900, rounds=3)

_CONNECT_SECONDS, _SILENCE_SECONDS = 4.0, 10.0
_CHUNK_BYTES = 2**15


class _MirrorError(Exception):
    """A mirror didn't send the data set; `final` where asking again is of no use."""

    def __init__(self, reason: str, final: bool) -> None:
        super().__init__(reason)
        self.final = final


# ── fetching ──────────────────────────────────────────────────────────────────────────────────


def download(remote: Remote, patience: Patience) -> tuple[Arrays, str]:
    """Return a data set from the first mirror that sends it, verified, and that mirror's host.

    MNISTLAB_MIRROR, the URL of such a folder on a class's own server, is asked first.

    Args:
        remote: what to fetch.
        patience: how long and how often to try.

    Raises:
        DownloadError: no mirror sent it in time; says what each one did.
    """
    deadline = time.monotonic() + patience.seconds
    failures: dict[str, str] = {}
    mirrors = _mirrors(remote)
    for attempt in range(patience.rounds):
        if attempt and mirrors:
            time.sleep(max(0.0, min(attempt * patience.pause, deadline - time.monotonic())))
        for url in list(mirrors):
            try:
                return _fetch(remote, url, deadline), _host(url)
            except _MirrorError as why:
                failures[_host(url)] = str(why)
                if why.final:
                    mirrors.remove(url)
    raise DownloadError(f"{remote.name} could not be downloaded ({_listed(failures)})")


def _listed(failures: dict[str, str]) -> str:
    """Return what each mirror did, those that did the same together."""
    hosts: dict[str, list[str]] = {}
    for host, why in failures.items():
        hosts.setdefault(why, []).append(host)
    return "; ".join(f"{', '.join(h)}: {why}" for why, h in hosts.items()) or "no mirror is known"


def _mirrors(remote: Remote) -> list[str]:
    """Return the URLs to ask, in order, the class's own server first."""
    own = os.environ.get("MNISTLAB_MIRROR", "").strip()
    if own and not own.endswith((".npz", "/")):
        own += "/"
    return [own, *remote.mirrors] if own else list(remote.mirrors)


def _host(url: str) -> str:
    """Return the name of the server in a URL, without a password that may be in there."""
    with contextlib.suppress(ValueError):
        return urlsplit(url).hostname or url
    return url


def _fetch(remote: Remote, url: str, deadline: float) -> Arrays:
    """Return the data set that one mirror sends; else raise _MirrorError."""
    parts = {"npz": url}
    if not url.endswith(".npz"):  # the small files first: a server without them is soon known
        parts = {name: f"{url}{IDX_FILES[name][0]}.gz" for name in ("y_test", "y_train")}
        parts |= {name: f"{url}{IDX_FILES[name][0]}.gz" for name in ("x_test", "x_train")}
    with _progress_bar(remote) as advance:
        contents = {name: _get(part, remote, deadline, advance) for name, part in parts.items()}
    try:
        arrays = checked_arrays(parse_download(contents, url))
    except DataError as why:
        raise _MirrorError(f"it sent something else ({why})", final=True) from why
    if digest_of(arrays) != remote.digest:
        raise _MirrorError(
            f"it sent other data (digest {digest_of(arrays)}, wanted {remote.digest})", final=True
        )
    return arrays


def _get(url: str, remote: Remote, deadline: float, advance: Callable[[int], object]) -> bytes:
    """Return what lies at a URL; else raise _MirrorError, at the deadline at the latest."""
    sink = _Sink(deadline, remote.most, advance)
    left = deadline - time.monotonic()
    if left <= 0:
        raise _MirrorError("no time was left", final=False)
    timeout = (min(_CONNECT_SECONDS, left), min(_SILENCE_SECONDS, left))
    try:
        _run_until(deadline, lambda: _stream(url, sink, timeout))
    except _MirrorError:
        raise
    except (OSError, ValueError) as why:  # requests' errors are OSErrors, bad URLs ValueErrors
        raise _mirror_error(why) from why
    finally:
        sink.close()
    return bytes(sink.content)


def _stream(url: str, sink: "_Sink", timeout: tuple[float, float]) -> None:
    """Send what lies at a URL to `sink`, and close the connection, however it ends."""
    pooch = importlib.import_module("pooch")
    with contextlib.ExitStack() as connections:

        def opened(response: Any, *_: object, **__: object) -> None:
            connections.callback(response.close)  # which pooch leaves to the garbage collector

        hooks = {"response": opened}
        fetch = pooch.HTTPDownloader(chunk_size=_CHUNK_BYTES, timeout=timeout, hooks=hooks)
        fetch(url, sink, None)


class _Sink:
    """Takes what a server sends, until it is too much or too late."""

    def __init__(self, deadline: float, most: int, advance: Callable[[int], object]) -> None:
        self.content = bytearray()
        self._deadline, self._most, self._advance = deadline, most, advance

    def write(self, chunk: bytes) -> int:
        """Keep a chunk; raise _MirrorError where the download should end."""
        if time.monotonic() > self._deadline:
            raise _MirrorError("it was too slow", final=False)
        if len(self.content) + len(chunk) > self._most:
            raise _MirrorError(f"it sent more than {self._most:,} bytes", final=True)
        self.content += chunk
        self._advance(len(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Do nothing: it is all in memory."""

    def close(self) -> None:
        """Take no more; a thread that was left behind ends at its next chunk."""
        self._deadline = 0.0


def _run_until(deadline: float, work: Callable[[], object]) -> None:
    """Run `work` in a thread; raise what it raises, or _MirrorError at the deadline."""
    outcome: list[Exception | None] = []

    def run() -> None:
        try:
            work()
            outcome.append(None)
        except Exception as why:
            outcome.append(why)

    thread = threading.Thread(target=run, daemon=True, name="mnistlab-download")
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if not outcome:
        raise _MirrorError("it was too slow", final=False)
    if outcome[0] is not None:
        raise outcome[0]


def _mirror_error(why: Exception) -> _MirrorError:
    """Return in a student's words why a server sent nothing."""
    problems = importlib.import_module("requests.exceptions")
    if isinstance(why, problems.HTTPError):
        status = why.response.status_code
        return _MirrorError(f"it answered HTTP {status}", final=400 <= status < 500)
    if isinstance(why, problems.Timeout):
        return _MirrorError("no answer in time", final=False)
    if isinstance(why, problems.SSLError):
        return _MirrorError("the connection isn't secure (its certificate)", final=False)
    if isinstance(why, problems.ChunkedEncodingError):
        return _MirrorError("the connection broke off", final=False)
    if isinstance(why, problems.ConnectionError):
        return _MirrorError("no connection", final=False)
    return _MirrorError(f"{type(why).__name__}: {why}"[:120], final=isinstance(why, ValueError))


@contextlib.contextmanager
def _progress_bar(remote: Remote) -> Iterator[Callable[[int], object]]:
    """Give a function that is told of each chunk's bytes; shows a bar where someone looks."""
    in_notebook = "ipykernel" in sys.modules
    if not in_notebook and (sys.stderr is None or not sys.stderr.isatty()):
        yield lambda n_bytes: None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm's advice to install notebook widgets
        tqdm = importlib.import_module("tqdm.auto" if in_notebook else "tqdm").tqdm
        bar = tqdm(total=remote.size, unit="B", unit_scale=True, desc=f"Fetching {remote.name}")
    try:
        yield bar.update
    finally:
        bar.close()


# ── the cache ─────────────────────────────────────────────────────────────────────────────────


def cache_file(remote: Remote) -> Path:
    """Return where a data set is kept: in MNISTLAB_CACHE, else in the user's cache folder."""
    own = os.environ.get("MNISTLAB_CACHE", "").strip()
    if own:
        return Path(os.path.expanduser(own)) / f"{remote.name}.npz"
    return Path(importlib.import_module("pooch").os_cache("mnistlab")) / f"{remote.name}.npz"


def keras_file(remote: Remote) -> Path:
    """Return where Keras keeps its copy of a data set; only ever read."""
    home = os.environ.get("KERAS_HOME", "").strip() or os.path.expanduser("~/.keras")
    return Path(home) / "datasets" / f"{remote.name}.npz"


def read_verified(file: Path, remote: Remote) -> Arrays:
    """Return the data set in an .npz file.

    Raises:
        DataError: it can't be read, or holds other data.
    """
    arrays = read_npz(str(file))
    try:
        arrays = checked_arrays(arrays)
    except DataError as why:
        raise DataError(f"{file}: {why}") from why
    if (digest := digest_of(arrays)) != remote.digest:
        raise DataError(f"{file}: its digest is {digest}, not {remote.digest}")
    return arrays


def store(remote: Remote, arrays: Arrays) -> Path:
    """Write a data set to the cache, and return the file.

    It isn't compressed: MNIST takes 55 MB, and is read six times as fast.

    Raises:
        OSError: the cache can't be written; nothing half-written is left.
    """
    file = cache_file(remote)
    file.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(file)
    with _written_aside(file) as temporary:
        small: dict[str, Any] = {
            name: array.astype(np.uint8) if name.startswith("y") else array
            for name, array in arrays.items()
        }
        np.savez(temporary, **small)
    return file


def _remove_leftovers(file: Path) -> None:
    """Remove what processes that were killed while writing left behind, an hour ago or more."""
    for aside in file.parent.glob(f".{file.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - aside.stat().st_mtime > 3600:
                aside.unlink()


@contextlib.contextmanager
def _written_aside(file: Path) -> Iterator[IO[bytes]]:
    """Give a file to write to, that takes its place under its name when it is whole."""
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
