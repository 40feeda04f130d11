import gzip
import os
import tarfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_data
from mnistlab.data import bundled, kerassets
from mnistlab.data.pinned import PINNED, cache_file
from mnistlab.data.wordlists import WORDS
from mnistlab.datasets import fetch, load_data
from mnistlab.errors import DataError, DownloadError
from tiny_data import (
    KERAS_FILES,
    Mirror,
    cifar_archive,
    files_in,
    npz_of,
    pin,
    put_into_cache,
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


# ── each of them ──────────────────────────────────────────────────────────────────────────────

SHAPES = {
    "fashion_mnist": (20, 10, 784, 10, (28, 28)),
    "cifar10": (20, 4, 3072, 10, (32, 32, 3)),
    "cifar100": (4, 4, 3072, 100, (32, 32, 3)),
    "imdb": (30, 20, WORDS, 2, None),
    "reuters": (73, 19, WORDS, 46, None),
    "boston_housing": (32, 8, 13, 0, None),
}


@pytest.mark.parametrize("name", SHAPES)
def test_fetched_once_then_kept(name: str, mirror: Mirror, tmp_path: Path) -> None:
    dataset = load_data(name)
    n_train, n_test, n_inputs, n_classes, shape = SHAPES[name]
    assert dataset.name == name and dataset.source == "downloaded from 127.0.0.1"
    assert (dataset.n_train, dataset.n_test, dataset.n_inputs) == (n_train, n_test, n_inputs)
    assert (dataset.n_classes, dataset.image_shape) == (n_classes, shape)
    assert dataset.n_outputs == (n_classes or 1)
    asked = len(mirror.asked)
    again = load_data(name)
    assert len(mirror.asked) == asked and again.source == "the cache"
    assert again.digest == dataset.digest and np.array_equal(again.x_test, dataset.x_test)
    assert files_in(tmp_path / "cache") == sorted(file.path for file in PINNED[name])
    kept = [cache_file(file).read_bytes() for file in PINNED[name]]
    assert kept == KERAS_FILES[name]  # as they were sent


@pytest.mark.parametrize("name", SHAPES)
def test_forms(name: str, mirror: Mirror) -> None:
    dataset = load_data(name)
    for x, y, images in (
        (dataset.x_train, dataset.y_train, dataset.images),
        (dataset.x_test, dataset.y_test, dataset.test_images),
    ):
        assert x.dtype == np.float32 and x.shape == (len(y), dataset.n_inputs)
        assert x.flags.c_contiguous and y.flags.c_contiguous
        if name != "boston_housing":
            assert y.dtype == np.int64 and set(y) <= set(range(dataset.n_classes))
            assert x.min() >= 0 and x.max() <= 1
        if images is not None:
            assert images.dtype == np.uint8 and images.flags.c_contiguous
            assert np.array_equal(x, images.reshape(len(x), -1).astype("float32") / 255)
    assert all(type(one) is str for one in dataset.class_names)


def test_fashion_mnist_is_named() -> None:
    put_into_cache("fashion_mnist", *KERAS_FILES["fashion_mnist"])
    dataset = load_data("Fashion-MNIST")
    assert dataset.class_names[0] == "T-shirt/top" and dataset.class_names[9] == "Ankle boot"
    assert dataset.images is not None
    assert np.array_equal(dataset.images, tiny_data.tiny_arrays(7)["x_train"])


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_cifar_is_in_colour(name: str) -> None:
    put_into_cache(name, *KERAS_FILES[name])
    dataset, known = load_data(name), cifar_archive(name)[1]
    assert np.array_equal(dataset.test_images, known["x_test"])  # type: ignore[arg-type]
    assert np.array_equal(dataset.y_train, known["y_train"])
    assert dataset.class_names == known["names"]


def test_boston_housing_is_a_regression(capsys: pytest.CaptureFixture[str]) -> None:
    put_into_cache("boston_housing", *KERAS_FILES["boston_housing"])
    dataset = load_data("boston_housing")
    assert dataset.task == "regression" and dataset.y_train.dtype == np.float32
    assert dataset.class_names == () and dataset.n_classes == 0 and dataset.n_outputs == 1
    assert repr(dataset) == "Dataset('boston_housing': 32 + 8 patterns, 13 inputs, 1 output)"
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and '"B"' in err and "racial self-segregation" in err


@pytest.mark.parametrize("name", ["cifar100", "imdb", "reuters", "boston_housing", "fashion_mnist"])
def test_it_is_what_keras_loads(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keras = pytest.importorskip("keras")
    [*paths] = put_into_cache(name, *KERAS_FILES[name])

    def get_file(fname: str, *args: Any, extract: bool = False, **kwargs: Any) -> str:
        if not extract:
            return str(next((path for path in paths if path.name == fname), paths[0]))
        with tarfile.open(paths[0]) as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
        return str(tmp_path / "unpacked")

    module = getattr(keras.datasets, name).load_data.__module__
    monkeypatch.setattr(f"{module}.get_file", get_file)
    words = {"num_words": WORDS} if name in ("imdb", "reuters") else {}
    (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data(**words)
    dataset = load_data(name)
    if words:
        x_train, x_test = book_multi_hot(x_train), book_multi_hot(x_test)
    elif name == "boston_housing":
        mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
        x_train, x_test = (x_train - mean) / deviation, (x_test - mean) / deviation
    else:
        x_train, x_test = (x.reshape(len(x), -1) / 255 for x in (x_train, x_test))
    assert np.allclose(dataset.x_train, x_train, atol=1e-6)
    assert np.allclose(dataset.x_test, x_test, atol=1e-6)
    assert np.allclose(dataset.y_train, np.ravel(y_train))
    assert np.allclose(dataset.y_test, np.ravel(y_test))
    if name == "reuters":
        assert dataset.class_names == tuple(keras.datasets.reuters.get_label_names())


def book_multi_hot(sequences: Any) -> Any:
    """Return sequences as vectors, as F. Chollet's book does it."""
    results = np.zeros((len(sequences), WORDS))
    for i, sequence in enumerate(sequences):
        results[i, sequence] = 1.0
    return results


# ── hostile ─────────────────────────────────────────────────────────────────────────────────


def test_a_hostile_pickle_is_refused_even_where_the_hash_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "sprung"),)

    texts = np.empty(2, object)
    texts[:] = [[1], Trap()]
    pin(monkeypatch, "reuters", npz_of({"x": texts, "y": np.arange(2)}))
    with pytest.raises(DataError, match=r"reuters.npz: x is a pickle that calls \w+.mkdir"):
        load_data("reuters")
    assert not (tmp_path / "sprung").exists()


def test_nothing_is_unpickled_before_the_hash_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def never(*args: Any) -> Any:
        raise AssertionError("unpickled")

    for module in ("files", "cifar"):
        monkeypatch.setattr(f"mnistlab.data.{module}.unpickled", never)
    for name in ("imdb", "reuters", "cifar10", "cifar100"):
        put_into_cache(name, KERAS_FILES[name][0] + b"0")
        with pytest.raises(DownloadError):
            load_data(name)


def test_labels_that_fashion_mnist_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = KERAS_FILES["fashion_mnist"].copy()
    packed[1] = gzip.compress(tiny_data.idx_bytes(np.arange(20) % 11))
    pin(monkeypatch, "fashion_mnist", *packed)
    with pytest.raises(DataError, match="fashion_mnist has labels other than 0 to 9"):
        load_data("fashion_mnist")


# ── Boston without a network ──────────────────────────────────────────────────────────────────


def test_boston_housing_from_mlxtend(capsys: pytest.CaptureFixture[str]) -> None:
    dataset, where = fetch("boston_housing")
    assert (dataset.n_train, dataset.n_test, dataset.n_inputs) == (404, 102, 13)
    assert dataset.source == "inside the mlxtend package" and where.endswith("boston_housing.csv")
    first, second = capsys.readouterr().err.splitlines()
    assert "racial self-segregation" in first and "mlxtend" in second


def test_boston_housing_is_the_same_from_either_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside = load_data("boston_housing")
    table, _ = bundled.housing_table() or pytest.skip("no mlxtend")
    pin(monkeypatch, "boston_housing", npz_of({"x": table[:, :-1], "y": table[:, -1]}))
    dataset = load_data("boston_housing")
    assert dataset.source == "the cache" and dataset.digest == inside.digest


def test_boston_housing_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kerassets, "housing_table", lambda: None)
    with pytest.raises(DownloadError, match="boston_housing could not be downloaded"):
        load_data("boston_housing")


# ── memory ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["cifar10", "imdb"])
def test_numbers_are_held_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At no time is there much more than the float patterns and the bytes they are made of."""
    if name == "cifar10":
        pin(monkeypatch, name, cifar_archive(name, per_batch=400)[0])
    else:
        arrays = {"x_train": tiny_data.lists(2000, 1), "x_test": tiny_data.lists(2000, 2)}
        labels = np.arange(2000) % 2
        pin(monkeypatch, name, npz_of({**arrays, "y_train": labels, "y_test": labels}))
    load_data(name)  # what is imported on the way stays
    tracemalloc.start()
    dataset = load_data(name)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    floats = dataset.x_train.nbytes + dataset.x_test.nbytes
    assert most < 1.6 * floats
