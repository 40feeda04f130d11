"""What lies at a URL, as bytes: in time, and from the first server that sends it.

A time limit here is wall-clock time, also where a name server never answers or a server sends
one byte a second: the download runs in a thread that is left behind when its time is up.

Example:
    >>> from mnistlab.data.fetching import host_of
    >>> host_of("https://user:secret@example.org/mnist.npz")
    'example.org'
"""

import contextlib
import html
import importlib
import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mnistlab.errors import DownloadError
from mnistlab.livecell import InPlace, bar, in_notebook

Sent = TypeVar("Sent")


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


class MirrorError(Exception):
    """A mirror didn't send the data set; `final` where asking again is of no use."""

    def __init__(self, reason: str, final: bool) -> None:
        super().__init__(reason)
        self.final = final


# ── several servers ───────────────────────────────────────────────────────────────────────────


def class_server() -> str:
    """Return MNISTLAB_MIRROR, the URL of a class's own server, or "" where there is none.

    It is a folder, which ends with "/", or one .npz file, which is MNIST.
    """
    own = os.environ.get("MNISTLAB_MIRROR", "").strip()
    return own + "/" if own and not own.endswith((".npz", "/")) else own


def first_to_send(
    name: str,
    urls: Sequence[str],
    fetch: Callable[[str, float], Sent],
    patience: Patience,
) -> tuple[Sent, str]:
    """Return what the first of several servers sends, and the name of its host.

    Args:
        name: what errors call the data.
        urls: whom to ask, in this order.
        fetch: called with a URL and the deadline; raises MirrorError where that server fails.
        patience: how long and how often to try.

    Raises:
        DownloadError: no server sent it in time; says what each one did.
    """
    deadline = time.monotonic() + patience.seconds
    failures: dict[str, str] = {}
    left = list(urls)
    for attempt in range(patience.rounds):
        if attempt and left:
            time.sleep(max(0.0, min(attempt * patience.pause, deadline - time.monotonic())))
        for url in list(left):
            try:
                return fetch(url, deadline), host_of(url)
            except MirrorError as why:
                failures[host_of(url)] = str(why)
                if why.final:
                    left.remove(url)
    raise DownloadError(f"{name} could not be downloaded ({_listed(failures)})")


def _listed(failures: dict[str, str]) -> str:
    """Return what each mirror did, those that did the same together."""
    hosts: dict[str, list[str]] = {}
    for host, why in failures.items():
        hosts.setdefault(why, []).append(host)
    return "; ".join(f"{', '.join(h)}: {why}" for why, h in hosts.items()) or "no mirror is known"


def host_of(url: str) -> str:
    """Return the name of the server in a URL, without a password that may be in there."""
    with contextlib.suppress(ValueError):
        return urlsplit(url).hostname or url
    return url


# ── one URL ───────────────────────────────────────────────────────────────────────────────────


def get(
    url: str,
    most: int,
    deadline: float,
    advance: Callable[[int], object],
    packed: bool = False,
) -> bytes:
    """Return what lies at a URL.

    Args:
        url: http:// or https://.
        most: how many bytes are taken at most.
        deadline: until when, on the clock of `time.monotonic`.
        advance: told how many bytes each chunk has.
        packed: have a gzipped file as it lies there, from servers too that unpack what they
            send.

    Raises:
        MirrorError: it didn't come whole, or not in time.
    """
    sink = _Sink(deadline, most, advance)
    left = deadline - time.monotonic()
    if left <= 0:
        raise MirrorError("no time was left", final=False)
    timeout = (min(_CONNECT_SECONDS, left), min(_SILENCE_SECONDS, left))
    try:
        _run_until(deadline, lambda: _stream(url, sink, timeout, packed))
    except MirrorError:
        raise
    except (OSError, ValueError) as why:  # requests' errors are OSErrors, bad URLs ValueErrors
        raise _failure(why) from why
    finally:
        sink.close()
    return sink.content.getvalue()


def _stream(url: str, sink: "_Sink", timeout: tuple[float, float], packed: bool) -> None:
    """Send what lies at a URL to `sink`, and close the connection, however it ends."""
    pooch = importlib.import_module("pooch")
    with contextlib.ExitStack() as connections:

        def opened(response: Any, *_: object, **__: object) -> None:
            connections.callback(response.close)  # which pooch leaves to the garbage collector
            if packed:  # "Content-Encoding: gzip" on a .gz file is no reason to unpack it
                response.raw.headers.pop("Content-Encoding", None)

        settings: dict[str, Any] = {"timeout": timeout, "hooks": {"response": opened}}
        if packed:
            settings["headers"] = {"Accept-Encoding": "identity"}
        fetch = pooch.HTTPDownloader(chunk_size=_CHUNK_BYTES, **settings)
        fetch(url, sink, None)


class _Sink:
    """Takes what a server sends, until it is too much or too late."""

    def __init__(self, deadline: float, most: int, advance: Callable[[int], object]) -> None:
        self.content = io.BytesIO()
        self._deadline, self._most, self._advance = deadline, most, advance

    def write(self, chunk: bytes) -> int:
        """Keep a chunk; raise MirrorError where the download should end."""
        if time.monotonic() > self._deadline:
            raise MirrorError("it was too slow", final=False)
        if self.content.tell() + len(chunk) > self._most:
            raise MirrorError(f"it sent more than {self._most:,} bytes", final=True)
        self.content.write(chunk)
        self._advance(len(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Do nothing: it is all in memory."""

    def close(self) -> None:
        """Take no more; a thread that was left behind ends at its next chunk."""
        self._deadline = 0.0


def _run_until(deadline: float, work: Callable[[], object]) -> None:
    """Run `work` in a thread; raise what it raises, or MirrorError at the deadline."""
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
        raise MirrorError("it was too slow", final=False)
    if outcome[0] is not None:
        raise outcome[0]


def _failure(why: Exception) -> MirrorError:
    """Return in a student's words why a server sent nothing."""
    problems = importlib.import_module("requests.exceptions")
    if isinstance(why, problems.HTTPError):
        status = why.response.status_code
        return MirrorError(f"it answered HTTP {status}", final=400 <= status < 500)
    if isinstance(why, problems.Timeout):
        return MirrorError("no answer in time", final=False)
    if isinstance(why, problems.SSLError):
        return MirrorError("the connection isn't secure (its certificate)", final=False)
    if isinstance(why, problems.ChunkedEncodingError):
        return MirrorError("the connection broke off", final=False)
    if isinstance(why, problems.ConnectionError):
        return MirrorError("no connection", final=False)
    return MirrorError(f"{type(why).__name__}: {why}"[:120], final=isinstance(why, ValueError))


@contextlib.contextmanager
def progress_bar(name: str, size: int) -> Iterator[Callable[[int], object]]:
    """Give a function that is told of each chunk's bytes; shows a bar where someone looks.

    Args:
        name: what is fetched.
        size: how many bytes it has, about.
    """
    if in_notebook():
        with contextlib.closing(FetchedCell(name, size)) as cell:
            yield cell.advance
        return
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda n_bytes: None
        return
    tqdm = importlib.import_module("tqdm").tqdm
    with tqdm(total=size, unit="B", unit_scale=True, desc=f"Fetching {name}") as shown:
        yield shown.update


class FetchedCell(InPlace):
    """The output of a notebook's cell while a file comes: how much of it is here.

    Args:
        name: of the file; size: how many bytes it has, about.
    """

    def __init__(self, name: str, size: int) -> None:
        super().__init__()
        self.name, self.size, self.done = name, size, 0

    def advance(self, n_bytes: int) -> None:
        """So many bytes more have come."""
        self.done += n_bytes
        if self.is_due():
            said = f"Fetching {self.name}: {self.done / 1e6:.1f} of {self.size / 1e6:.1f} MB"
            self.show(said, bar(f"Fetching {self.name}", self.done, self.size, said))

    def close(self) -> None:
        """Show the last state: nothing comes any more."""
        if self.done:
            said = f"Fetched {self.name}: {self.done / 1e6:.1f} MB"
            self.show(said, f"<p>{html.escape(said)}</p>")
