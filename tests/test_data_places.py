import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import tiny_data
from mnistlab.data import downloads, fetching
from mnistlab.data import places as dataplaces
from mnistlab.data.arraychecks import checked_arrays, digest_of
from mnistlab.data.downloads import Remote
from mnistlab.data.fetching import Patience
from mnistlab.datasets import Dataset, fetch, load_data
from mnistlab.errors import DataError, DownloadError, InputError
from tiny_data import Mirror, tiny_arrays, write_idx_folder, write_npz

# In these tests the tiny data set is MNIST, so that all of MNIST's ways are gone.
ARRAYS, OTHERS = tiny_arrays(), tiny_arrays(seed=1)
DIGEST, OTHER_DIGEST = (digest_of(checked_arrays(one)) for one in (ARRAYS, OTHERS))


@pytest.fixture(autouse=True)
def tiny_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make the tiny data MNIST, on a machine that has no data and no mirrors."""
    for name in ("MNISTLAB_MIRROR", "MNISTLAB_DATA", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("MNISTLAB_CACHE", str(tmp_path / "cache"))
    tiny = Remote("mnist", DIGEST, (), size=1000, most=10**6)
    monkeypatch.setattr(dataplaces, "MNIST", tiny)
    monkeypatch.setitem(dataplaces.DIGESTS, "mnist", DIGEST)
    patient, impatient = Patience(8, rounds=2, pause=0.001), Patience(5)
    monkeypatch.setattr(dataplaces, "PATIENT", patient)
    monkeypatch.setattr(dataplaces, "IMPATIENT", impatient)


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """Give a class server that has the tiny MNIST, and say so in MNISTLAB_MIRROR."""
    with tiny_data.running_mirror() as mirror:
        mirror.serve(ARRAYS)
        monkeypatch.setenv("MNISTLAB_MIRROR", mirror.url)
        yield mirror


def cached(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "mnist.npz"


def is_tiny_mnist(dataset: Dataset) -> bool:
    assert dataset.images is not None
    return (
        dataset.name == "mnist"
        and dataset.digest == DIGEST
        and np.array_equal(dataset.images, ARRAYS["x_train"])
        and np.array_equal(dataset.y_test, ARRAYS["y_test"])
    )


# ── a path that is given ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["mnist", "auto", "custom"])
@pytest.mark.parametrize("form", ["npz", "idx", "gz"])
def test_a_path_that_holds_mnist(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / f"data.{form}"
    if form == "npz":
        write_npz(path, ARRAYS)
    else:
        write_idx_folder(path, ARRAYS, gzipped=form == "gz")
    dataset = load_data(name, path=path)
    assert is_tiny_mnist(dataset) and dataset.source == f"the file data.{form}"


def test_a_path_in_place_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_npz(tmp_path / "some.npz", OTHERS)
    write_idx_folder(tmp_path / "folder", OTHERS)
    monkeypatch.chdir(tmp_path)
    for name in ("some.npz", tmp_path / "some.npz", "folder", "~/some.npz", "./folder"):
        dataset = load_data(name)
        assert (dataset.name, dataset.digest) == ("custom", OTHER_DIGEST)


def test_a_folder_that_is_called_mnist_hides_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_idx_folder(tmp_path / "mnist", OTHERS)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DownloadError):
        load_data("mnist")


def test_other_data_under_the_name_mnist_names_both_digests(tmp_path: Path) -> None:
    file = write_npz(tmp_path / "other.npz", OTHERS)
    with pytest.raises(DataError) as error:
        load_data("mnist", path=file)
    assert all(part in str(error.value) for part in (str(file), DIGEST, OTHER_DIGEST))


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    for name, path in (("auto", tmp_path / "no.npz"), (str(tmp_path / "no"), None)):
        with pytest.raises(DataError, match="does not exist"):
            load_data(name, path=path)


def test_an_empty_path() -> None:
    with pytest.raises(InputError, match="path is empty"):
        load_data("mnist", path="")


def test_arrays_in_a_file_that_make_no_sense(tmp_path: Path) -> None:
    file = write_npz(tmp_path / "odd.npz", {**ARRAYS, "y_test": np.arange(3)})
    with pytest.raises(DataError, match=r"odd.npz: x_test has 10 patterns"):
        load_data(file)


# ── MNISTLAB_DATA ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_mnistlab_data_comes_before_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_npz(cached(tmp_path), ARRAYS)
    monkeypatch.setenv("MNISTLAB_DATA", str(write_idx_folder(tmp_path / "idx", ARRAYS)))
    dataset = load_data(name)
    assert is_tiny_mnist(dataset) and "MNISTLAB_DATA" in dataset.source


def test_other_data_in_mnistlab_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNISTLAB_DATA", str(write_npz(tmp_path / "own.npz", OTHERS)))
    assert load_data().name == "custom"
    with pytest.raises(DataError) as error:
        load_data("mnist")
    assert all(part in str(error.value) for part in ("MNISTLAB_DATA", DIGEST, OTHER_DIGEST))


@pytest.mark.parametrize("name", ["auto", "mnist"])
@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 and no more"])
def test_a_broken_mnistlab_data_is_no_reason_to_take_other_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes | None
) -> None:
    write_npz(cached(tmp_path), ARRAYS)
    file = tmp_path / "shared.npz"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("MNISTLAB_DATA", str(file))
    with pytest.raises(DataError, match=r"shared.npz.*MNISTLAB_DATA"):
        load_data(name)


def test_nothing_is_written_beside_mnistlab_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_npz(tmp_path / "shared" / "mnist.npz", ARRAYS)
    before = file.stat().st_mtime_ns, os.listdir(file.parent)
    monkeypatch.setenv("MNISTLAB_DATA", str(file))
    load_data("mnist")
    assert (file.stat().st_mtime_ns, os.listdir(file.parent)) == before
    assert not cached(tmp_path).exists()


# ── the caches ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_the_cache_is_used(tmp_path: Path, name: str, mirror: Mirror) -> None:
    write_npz(cached(tmp_path), ARRAYS)
    dataset = load_data(name)
    assert is_tiny_mnist(dataset) and dataset.source == "the cache" and mirror.asked == []


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_keras_cache_is_used(tmp_path: Path, name: str, mirror: Mirror) -> None:
    write_npz(tmp_path / "keras" / "datasets" / "mnist.npz", ARRAYS)
    dataset = load_data(name)
    assert is_tiny_mnist(dataset) and dataset.source == "Keras's cache" and mirror.asked == []


def test_keras_cache_is_used_only_where_it_is_mnist(
    tmp_path: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    write_npz(tmp_path / "keras" / "datasets" / "mnist.npz", OTHERS)
    assert is_tiny_mnist(load_data()) and len(mirror.asked) == 4
    assert capsys.readouterr().err == ""


def damage_cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])


def damage_other(file: Path) -> None:
    write_npz(file, OTHERS)


def damage_empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [damage_cut, damage_other, damage_empty])
def test_a_damaged_cache_is_noticed_and_fetched_anew(
    tmp_path: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str], damage: object
) -> None:
    assert callable(damage)
    damage(write_npz(cached(tmp_path), ARRAYS))
    assert is_tiny_mnist(load_data("mnist"))
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "fetching anew" in err and str(cached(tmp_path)) in err
    asked = len(mirror.asked)
    assert is_tiny_mnist(load_data("mnist")) and len(mirror.asked) == asked  # mended
    assert capsys.readouterr().err == ""


def test_a_damaged_cache_without_a_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage_cut(write_npz(cached(tmp_path), ARRAYS))
    assert load_data().name == "mnist_5k"
    first, second = capsys.readouterr().err.splitlines()
    assert "fetching anew" in first and "mnist_5k" in second
    with pytest.raises(DownloadError):
        load_data("mnist")


# ── the download ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_fetched_once_then_kept(
    tmp_path: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    dataset = load_data(name)
    assert is_tiny_mnist(dataset) and dataset.source == "downloaded from 127.0.0.1"
    assert is_tiny_mnist(load_data(name)) and len(mirror.asked) == 4
    assert os.listdir(tmp_path / "cache") == ["mnist.npz"]
    assert capsys.readouterr() == ("", "")


def test_a_cache_that_cannot_be_written_stops_nothing(
    tmp_path: Path,
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a file").write_text("in the way")
    monkeypatch.setenv("MNISTLAB_CACHE", str(tmp_path / "a file" / "cache"))
    assert is_tiny_mnist(load_data())
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "MNISTLAB_CACHE" in err and "a file" in err
    assert fetch("mnist").where.startswith("nowhere")


def test_offline_auto_says_in_one_line_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.monotonic()
    dataset = load_data()
    assert time.monotonic() - start < 3
    assert dataset.name == "mnist_5k" and dataset.n_train == 4000
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("mnistlab: ") and err.count("\n") == 1
    assert all(part in err for part in ("5,000", "mnistlab data mnist", "MNISTLAB_DATA", "70,000"))


def test_offline_mnist_by_name_says_how_to_get_it() -> None:
    with pytest.raises(DownloadError) as error:
        load_data("mnist")
    for part in ("mnist.npz", "https://", "MNISTLAB_DATA", "--dataset mnist_5k"):
        assert part in str(error.value)


def test_auto_gives_up_on_a_slow_server(
    mirror: Mirror, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataplaces, "IMPATIENT", Patience(0.5))
    mirror.answers["/t10k-labels-idx1-ubyte.gz"] = tiny_data.drips
    start = time.monotonic()
    assert load_data().name == "mnist_5k"
    assert time.monotonic() - start < 3
    assert "too slow" in capsys.readouterr().err


def test_auto_asks_a_mirror_once_and_mnist_asks_again(mirror: Mirror) -> None:
    mirror.answers["/t10k-labels-idx1-ubyte.gz"] = tiny_data.status(503)
    load_data("auto")
    assert len(mirror.asked) == 1
    with pytest.raises(DownloadError, match="HTTP 503"):
        load_data("mnist")
    assert len(mirror.asked) == 1 + 2


def test_ten_seconds_and_several_tries_are_the_real_limits() -> None:
    assert Patience(seconds=10, rounds=1) == fetching.IMPATIENT
    assert fetching.PATIENT.rounds >= 3 and len(downloads.MNIST.mirrors) >= 3


def test_fetch_says_where_it_lies(tmp_path: Path, mirror: Mirror) -> None:
    for name in ("auto", "mnist"):
        dataset, where = fetch(name)
        assert is_tiny_mnist(dataset) and where == str(cached(tmp_path))


def test_fetch_never_falls_back() -> None:
    with pytest.raises(DownloadError):
        fetch("auto")


def test_two_processes_that_fetch_at_once(tmp_path: Path, mirror: Mirror) -> None:
    code = f"""
from mnistlab.data import downloads
from mnistlab.data import places as dataplaces
tiny = downloads.Remote("mnist", {DIGEST!r}, (), 1000, 10**6)
dataplaces.MNIST, dataplaces.DIGESTS["mnist"] = tiny, tiny.digest
from mnistlab.datasets import fetch
print(fetch("mnist").dataset.digest)
"""
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in running:
        assert process.communicate(timeout=60) == (f"{DIGEST}\n", "")
    assert os.listdir(tmp_path / "cache") == ["mnist.npz"]
    assert downloads.read_verified(cached(tmp_path), dataplaces.MNIST)
