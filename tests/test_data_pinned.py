import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tiny_data
from mnistlab.data.pinned import PINNED, cache_file
from mnistlab.datasets import fetch, load_data
from mnistlab.errors import DownloadError, InputError
from tiny_data import (
    KERAS_FILES,
    Mirror,
    files_in,
    pinned_as,
    put_into_cache,
    sends,
    status,
)

REAL = dict(PINNED)


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make the tiny files the real ones, on a machine that has none of them and no network."""
    tiny_data.have_tiny_keras(monkeypatch, tmp_path)


@pytest.fixture
def server() -> Iterator[Mirror]:
    """Give a server that has all these files."""
    with tiny_data.running_mirror() as mirror:
        mirror.serve_keras()
        yield mirror


@pytest.fixture
def mirror(server: Mirror, monkeypatch: pytest.MonkeyPatch) -> Mirror:
    """Say in MNISTLAB_MIRROR that this server has them."""
    monkeypatch.setenv("MNISTLAB_MIRROR", server.url)
    return server


# ── the table ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", REAL)
def test_urls_and_hashes_are_keras_s(name: str) -> None:
    spec = importlib.util.find_spec("keras")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("Keras isn't installed")
    source = Path(spec.submodule_search_locations[0], "src", "datasets", f"{name}.py").read_text()
    for file in REAL[name]:
        folder, _, own = file.url.rpartition("/")
        assert folder in source and own in source
        kind, digest = file.digest.split(":")
        assert (kind, len(digest)) in (("sha256", 64), ("md5", 32))
        assert digest in source or name == "fashion_mnist"  # which has no hash there


# ── damaged, tampered with, hostile ───────────────────────────────────────────────────────────

DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut short": (lambda content: content[:-9], "is cut short"),
    "empty": (lambda content: b"", "is cut short: 0 of"),
    "one byte": (lambda c: c[:40] + bytes([c[40] ^ 1]) + c[41:], "holds other data: its digest"),
    "longer": (lambda content: content + b"0", "holds other data"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10", "imdb"])
def test_a_damaged_cache_is_noticed_and_fetched_anew(
    name: str, damage: str, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    change, said = DAMAGE[damage]
    contents = [*KERAS_FILES[name][:-1], change(KERAS_FILES[name][-1])]
    path = put_into_cache(name, *contents)[-1]
    dataset = load_data(name)
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "fetching anew" in err and str(path) in err and said in err
    assert len(mirror.asked) == 1 and "downloaded from" in dataset.source
    load_data(name)
    assert len(mirror.asked) == 1 and capsys.readouterr().err == ""  # mended


def test_a_folder_where_the_file_should_be(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "cache" / "imdb.npz").mkdir(parents=True)
    with pytest.raises(DownloadError):
        load_data("imdb")
    assert "is no file" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in REAL if name != "boston_housing"])
def test_without_a_network_it_says_how_to_get_it(name: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as error:
        load_data(name)
    text = str(error.value)
    assert f"mnistlab data {name}" in text and "no connection" in text
    assert all(file.url in text for file in PINNED[name])
    assert str(cache_file(PINNED[name][0]).parent) in text


def test_what_was_put_there_by_hand_is_used(tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as error:
        load_data("reuters")
    found = re.search(r"into the folder (\S+) under its own name", str(error.value))
    assert found is not None
    Path(found[1]).mkdir()
    Path(found[1], PINNED["reuters"][0].url.split("/")[-1]).write_bytes(KERAS_FILES["reuters"][0])
    assert load_data("reuters").source == "the cache"


def test_a_mirror_that_has_another_file_is_passed_over(
    server: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PINNED, "imdb", pinned_as("imdb", KERAS_FILES["imdb"], server.url))
    with tiny_data.running_mirror() as other:
        monkeypatch.setenv("MNISTLAB_MIRROR", other.url)
        for answer in (sends(b"<html>"), status(404), sends(KERAS_FILES["imdb"][0][:-1] + b"0")):
            other.answers["/imdb.npz"] = answer
            dataset, where = fetch("imdb")
            assert dataset.n_train == 30
            os.unlink(where)
        assert len(other.asked) == 3 and server.asked == ["/imdb.npz"] * 3


def test_other_data_from_every_server(server: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PINNED, "cifar10", pinned_as("cifar10", KERAS_FILES["cifar10"], server.url))
    server.answers["/cifar-10-python.tar.gz"] = sends(bytes(PINNED["cifar10"][0].size))
    with pytest.raises(DownloadError, match="what it sent holds other data: its digest is sha256"):
        load_data("cifar10")


def test_a_server_that_says_gzip_of_a_gz_file(mirror: Mirror) -> None:
    for file, content in zip(PINNED["fashion_mnist"], KERAS_FILES["fashion_mnist"], strict=True):
        mirror.answers[f"/{file.path}"] = sends(content, Content_Encoding="gzip")
    assert load_data("fashion_mnist").n_train == 20


def test_a_mirror_that_is_one_npz_file_is_mnist_s(
    server: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTLAB_MIRROR", f"{server.url}mnist.npz")
    with pytest.raises(DownloadError):
        load_data("imdb")
    assert server.asked == []


# ── the caches ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", REAL)
def test_keras_cache_is_used_and_left_alone(
    name: str, tmp_path: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    for file, content in zip(PINNED[name], KERAS_FILES[name], strict=True):
        path = tmp_path / "keras" / "datasets" / (file.in_keras or (file.path,))[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    before = files_in(tmp_path / "keras")
    assert load_data(name).source == "Keras's cache" and mirror.asked == []
    assert files_in(tmp_path / "keras") == before and not (tmp_path / "cache").exists()
    if name != "boston_housing":
        assert capsys.readouterr().err == ""


def test_another_file_in_keras_cache_is_passed_over(
    tmp_path: Path, mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "keras" / "datasets" / "imdb.npz").write_bytes(b"other")
    assert load_data("imdb").source == "downloaded from 127.0.0.1"
    assert capsys.readouterr().err == ""


def test_a_cache_that_cannot_be_written_stops_nothing(
    tmp_path: Path,
    mirror: Mirror,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a file").write_text("in the way")
    monkeypatch.setenv("MNISTLAB_CACHE", str(tmp_path / "a file" / "cache"))
    dataset, where = fetch("reuters")
    err = capsys.readouterr().err
    assert dataset.n_train == 73 and where.startswith("nowhere")
    assert err.count("\n") == 1 and "reuters.npz was fetched" in err and "MNISTLAB_CACHE" in err


def test_only_what_is_missing_is_fetched(mirror: Mirror, tmp_path: Path) -> None:
    path = put_into_cache("fashion_mnist", *KERAS_FILES["fashion_mnist"])[2]
    path.unlink()
    dataset, where = fetch("fashion_mnist")
    assert mirror.asked == ["/fashion-mnist/t10k-images-idx3-ubyte.gz"]
    assert dataset.source == "the cache and downloaded from 127.0.0.1"
    assert where == str(tmp_path / "cache" / "fashion-mnist")


def test_the_bar_names_the_file(
    mirror: Mirror, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    load_data("imdb")
    assert "Fetching imdb.npz" in capsys.readouterr().err


@pytest.mark.parametrize("name", REAL)
def test_a_path_is_refused_with_where_to_put_the_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{name} is read from the cache") as error:
        load_data(name, path=tmp_path)
    assert str(cache_file(PINNED[name][0]).parent) in str(error.value)
