from typing import Any

import numpy as np
import pytest

from mnistlab.data.cifar import LAYOUTS, cifar
from mnistlab.errors import DataError
from tiny_data import cifar_archive, python2_pickle, tar_gz


@pytest.mark.parametrize("name", LAYOUTS)
def test_images_labels_and_names(name: str) -> None:
    archive, known = cifar_archive(name)
    arrays, class_names = cifar(archive, name)
    for key, array in arrays.items():
        assert np.array_equal(array, known[key])
        assert array.dtype == (np.uint8 if key.startswith("x") else np.int64)
        assert array.flags.c_contiguous
    assert class_names == known["names"]


def test_the_colours_by_hand() -> None:
    """The first 1,024 numbers are reds, then greens, then blues, row by row."""
    data = np.zeros((1, 3072), np.uint8)
    data[0, 33], data[0, 1024 + 33], data[0, 2048 + 33] = 10, 20, 30
    arrays, _ = cifar(archive_of(data=data, labels=[7]), "cifar10")
    assert arrays["x_test"].shape == (1, 32, 32, 3)
    assert arrays["x_test"][0, 1, 1].tolist() == [10, 20, 30] and arrays["x_test"].sum() == 60


def archive_of(names: Any = None, **batch: Any) -> bytes:
    """Return an archive of CIFAR-10 in which every batch is this one."""
    layout = LAYOUTS["cifar10"]
    content = python2_pickle({key.encode(): value for key, value in batch.items()})
    members = dict.fromkeys((*layout.train, layout.test), content)
    members[layout.meta] = python2_pickle({b"label_names": names or [b"x"] * 10})
    return tar_gz(members)


GOOD = {"data": np.zeros((2, 3072), np.uint8), "labels": [0, 9]}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no data": ({"data": None}, "holds no images"),
    "floats": ({"data": np.zeros((2, 3072))}, "holds no images"),
    "another size": ({"data": np.zeros((2, 784), np.uint8)}, r"\(2, 784\) and 2 labels"),
    "a label too many": ({"labels": [1, 2, 3]}, "3 labels"),
    "another class": ({"labels": [0, 10]}, "labels other than 0 to 9"),
    "labels that are text": ({"labels": ["a", "b"]}, "labels other than 0 to 9"),
    "a name too few": ({"names": [b"x"] * 9}, "doesn't name the 10 classes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_refused(case: str) -> None:
    changes, wanted = WRONG[case]
    with pytest.raises(DataError, match=wanted):
        cifar(archive_of(**{**GOOD, **changes}), "cifar10")


def test_a_batch_that_is_no_dict() -> None:
    layout = LAYOUTS["cifar100"]
    content = python2_pickle([1, 2])
    archive = tar_gz(dict.fromkeys((*layout.train, layout.test, layout.meta), content))
    with pytest.raises(DataError, match="cifar100: cifar-100-python/meta holds a list, not a dict"):
        cifar(archive, "cifar100")
