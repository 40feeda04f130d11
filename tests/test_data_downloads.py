import gzip
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_data
from mnistlab.data import downloads
from mnistlab.data.arraychecks import checked_arrays, digest_of
from mnistlab.data.downloads import Remote, cache_file, download, read_verified, store
from mnistlab.data.fetching import Patience
from mnistlab.errors import DataError, DownloadError
from tiny_data import Mirror, idx_bytes, sends, status, tiny_arrays

ARRAYS = tiny_arrays()
DIGEST = digest_of(checked_arrays(ARRAYS))
ONCE = Patience(seconds=8)
BRIEF = Patience(seconds=0.4)
THRICE = Patience(seconds=8, rounds=3, pause=0.001)
IMAGES = "/train-images-idx3-ubyte.gz"


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep to this test's folders, and to no proxy."""
    for name in ("MNISTLAB_MIRROR", "MNISTLAB_DATA", "http_proxy", "HTTP_PROXY", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MNISTLAB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with tiny_data.running_mirror() as mirror:
        mirror.serve(ARRAYS)
        yield mirror


@pytest.fixture
def other() -> Iterator[Mirror]:
    with tiny_data.running_mirror() as mirror:
        yield mirror


def remote(*mirrors: str, most: int = 10**6) -> Remote:
    return Remote("mnist", DIGEST, mirrors, size=1000, most=most)


def failure(remote: Remote, patience: Patience = ONCE) -> str:
    """Return why a download failed."""
    with pytest.raises(DownloadError) as error:
        download(remote, patience)
    return str(error.value)


def refused_url() -> str:
    """Return a URL where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


# ── good servers ──────────────────────────────────────────────────────────────────────────────


def test_four_idx_files(mirror: Mirror) -> None:
    arrays, host = download(remote(mirror.url), ONCE)
    assert digest_of(arrays) == DIGEST and host == "127.0.0.1"
    assert len(mirror.asked) == 4


def test_one_npz(mirror: Mirror, tmp_path: Path) -> None:
    content = tiny_data.write_npz(tmp_path / "a.npz", ARRAYS).read_bytes()
    mirror.answers["/mnist.npz"] = sends(content)
    arrays, _ = download(remote(mirror.url + "mnist.npz"), ONCE)
    assert digest_of(arrays) == DIGEST and mirror.asked == ["/mnist.npz"]


def test_a_server_that_unpacks_what_it_sends(mirror: Mirror) -> None:
    content = gzip.compress(idx_bytes(ARRAYS["x_train"]))
    mirror.answers[IMAGES] = sends(content, Content_Encoding="gzip")
    assert digest_of(download(remote(mirror.url), ONCE)[0]) == DIGEST


def test_the_class_server_is_asked_first(
    mirror: Mirror, other: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTLAB_MIRROR", mirror.url.rstrip("/"))
    download(remote(other.url), ONCE)
    assert len(mirror.asked) == 4 and other.asked == []


def test_a_class_server_that_is_down_is_no_harm(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTLAB_MIRROR", refused_url())
    assert digest_of(download(remote(mirror.url), ONCE)[0]) == DIGEST


# ── bad servers ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (status(404), "HTTP 404"),
        (status(503), "HTTP 503"),
        (sends(b"<html>please log in</html>"), "something else"),
        (sends(gzip.compress(idx_bytes(ARRAYS["x_train"]))[:-99]), "something else"),
        (sends(b"\x1f\x8b", declared=500), "broke off"),
        (sends(b""), "something else"),
        (sends(gzip.compress(idx_bytes(ARRAYS["x_train"] ^ 1))), "other data"),
        (sends(bytes(2 * 10**6)), "more than 1,000,000 bytes"),
        (sends(b"not gzip", Content_Encoding="gzip"), ""),
    ],
    ids=["404", "503", "page", "cut gz", "broken off", "empty", "other", "endless", "encoding"],
)
def test_a_bad_answer_leads_to_the_next_mirror(
    mirror: Mirror, other: Mirror, answer: tiny_data.Answer, reason: str
) -> None:
    other.serve(ARRAYS)
    other.answers[IMAGES] = answer
    assert reason in failure(remote(other.url))
    assert digest_of(download(remote(other.url, mirror.url), ONCE)[0]) == DIGEST


def test_nobody_listens() -> None:
    assert "127.0.0.1: no connection" in failure(remote(refused_url()))


@pytest.mark.parametrize("url", ["nonsense", "file:///etc/", "http://[::1", "http://" + "a" * 70])
def test_a_url_that_is_none(url: str) -> None:
    assert "could not be downloaded" in failure(remote(url))


def test_no_mirror_at_all() -> None:
    assert "no mirror is known" in failure(remote())


@pytest.mark.parametrize(
    "answer", [tiny_data.drips, tiny_data.drips_headers, tiny_data.silent], ids=lambda a: a.__name__
)
def test_the_time_limit_holds_on_the_wall_clock(mirror: Mirror, answer: tiny_data.Answer) -> None:
    mirror.answers["/t10k-labels-idx1-ubyte.gz"] = answer
    start = time.monotonic()
    reason = failure(remote(mirror.url), BRIEF)
    assert time.monotonic() - start < 2
    assert "too slow" in reason or "no answer in time" in reason


def test_a_name_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*args: Any, **kwargs: Any) -> Any:
        release.wait(20)
        raise socket.gaierror("no answer")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    start = time.monotonic()
    try:
        assert "too slow" in failure(remote("http://mirror.invalid/"), BRIEF)
        assert time.monotonic() - start < 2
    finally:
        release.set()
        for thread in threading.enumerate():
            if thread.name == "mnistlab-download":
                thread.join(5)


def test_once_means_once(mirror: Mirror) -> None:
    mirror.answers["/t10k-labels-idx1-ubyte.gz"] = status(503)
    failure(remote(mirror.url), ONCE)
    assert len(mirror.asked) == 1


def test_a_busy_server_is_asked_again(mirror: Mirror) -> None:
    good = mirror.answers[IMAGES]
    mirror.answers[IMAGES] = tiny_data.in_turn(status(503), sends(b"\x1f", declared=99), good)
    assert digest_of(download(remote(mirror.url), THRICE)[0]) == DIGEST
    assert mirror.asked.count(IMAGES) == 3


def test_what_is_missing_is_not_asked_for_again(mirror: Mirror) -> None:
    mirror.answers["/t10k-labels-idx1-ubyte.gz"] = status(404)
    failure(remote(mirror.url), THRICE)
    assert len(mirror.asked) == 1


def test_no_password_in_the_error() -> None:
    url = refused_url().replace("//", "//teacher:secret@")
    assert "secret" not in failure(remote(url))


# ── the progress bar ──────────────────────────────────────────────────────────────────────────


def test_no_bar_without_a_terminal(mirror: Mirror, capsys: pytest.CaptureFixture[str]) -> None:
    download(remote(mirror.url), ONCE)
    assert capsys.readouterr() == ("", "")


def test_a_bar_in_a_terminal(
    mirror: Mirror, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    download(remote(mirror.url), ONCE)
    assert "Fetching mnist" in capsys.readouterr().err


# ── the cache ─────────────────────────────────────────────────────────────────────────────────


def test_stored_and_read_again() -> None:
    file = store(remote(), checked_arrays(ARRAYS))
    assert file == cache_file(remote())
    arrays = read_verified(file, remote())
    assert digest_of(arrays) == DIGEST
    assert [left.name for left in file.parent.iterdir()] == ["mnist.npz"]


def test_other_data_in_the_cache_is_refused(tmp_path: Path) -> None:
    file = tiny_data.write_npz(tmp_path / "mnist.npz", tiny_arrays(seed=1))
    with pytest.raises(DataError, match=r"its digest is sha256:\w+, not sha256:"):
        read_verified(file, remote())


def test_arrays_in_the_cache_that_make_no_sense(tmp_path: Path) -> None:
    file = tiny_data.write_npz(tmp_path / "mnist.npz", {**ARRAYS, "y_test": np.arange(3)})
    with pytest.raises(DataError, match=r"mnist.npz: x_test has 10 patterns"):
        read_verified(file, remote())


def test_a_failed_write_leaves_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    file = store(remote(), checked_arrays(ARRAYS))
    before = file.read_bytes()

    def full(*args: Any, **kwargs: Any) -> None:
        args[0].write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        store(remote(), checked_arrays(tiny_arrays(seed=1)))
    assert file.read_bytes() == before
    assert [left.name for left in file.parent.iterdir()] == ["mnist.npz"]


def test_leftovers_of_killed_processes_go_after_an_hour(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    old, new = folder / ".mnist.npz.1.aa.tmp", folder / ".mnist.npz.2.bb.tmp"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    store(remote(), checked_arrays(ARRAYS))
    assert not old.exists() and new.exists()


def test_many_at_once_leave_one_whole_file() -> None:
    arrays = checked_arrays(ARRAYS)
    store(remote(), arrays)
    stop, errors = threading.Event(), []

    def read_always() -> None:
        while not stop.is_set():
            try:
                read_verified(cache_file(remote()), remote())
            except DataError as why:
                errors.append(why)

    reader = threading.Thread(target=read_always)
    writers = [
        threading.Thread(target=lambda: [store(remote(), arrays) for _ in range(5)])
        for _ in range(4)
    ]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert errors == []
    assert [left.name for left in cache_file(remote()).parent.iterdir()] == ["mnist.npz"]


def test_the_cache_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNISTLAB_CACHE")
    assert cache_file(downloads.MNIST).parent.name in ("mnistlab", "Cache")
