"""CIFAR-10 and CIFAR-100: 60,000 small colour photographs of 10 or 100 kinds of things.

The archive holds pickles of Python 2, each a dict with `data`, uint8 (n, 3072): of each image
1,024 reds, then 1,024 greens, then 1,024 blues, row by row; and a list of labels. Here the three
colours of a pixel stand side by side, as Keras has them: (n, 32, 32, 3).

Source: Alex Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009,
https://www.cs.toronto.edu/~kriz/cifar.html
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnistlab.data.archives import tar_members
from mnistlab.data.arraychecks import Arrays
from mnistlab.data.pickles import unpickled
from mnistlab.errors import DataError

SIDE = 32

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


class Layout(NamedTuple):
    """Where the archive of a data set holds what."""

    train: tuple[str, ...]
    test: str
    meta: str
    labels: bytes  # the key of a batch's labels
    names: bytes  # the key of the classes' names in `meta`
    n_classes: int


LAYOUTS = {
    "cifar10": Layout(
        train=tuple(f"cifar-10-batches-py/data_batch_{k}" for k in range(1, 6)),
        test="cifar-10-batches-py/test_batch",
        meta="cifar-10-batches-py/batches.meta",
        labels=b"labels",
        names=b"label_names",
        n_classes=10,
    ),
    "cifar100": Layout(
        train=("cifar-100-python/train",),
        test="cifar-100-python/test",
        meta="cifar-100-python/meta",
        labels=b"fine_labels",
        names=b"fine_label_names",
        n_classes=100,
    ),
}


def cifar(archive: bytes, name: str) -> tuple[Arrays, tuple[str, ...]]:
    """Return the images, labels and class names in the archive of CIFAR-10 or CIFAR-100.

    Args:
        archive: the .tar.gz, whose hash holds.
        name: "cifar10" or "cifar100", which has its 100 fine labels.

    Returns:
        x_train and x_test uint8 (n, 32, 32, 3), values from 0 to 255; y_train and y_test int64
        (n,); the class names.

    Raises:
        DataError: the archive doesn't hold what it should.
    """
    layout = LAYOUTS[name]
    members = tar_members(archive, (*layout.train, layout.test, layout.meta), name)
    class_names = _class_names(_content(members, layout.meta, name), layout, name)
    train = [_batch(_content(members, path, name), layout, path) for path in layout.train]
    x_test, y_test = _batch(_content(members, layout.test, name), layout, layout.test)
    x_train = np.empty((sum(len(x) for x, _ in train), SIDE, SIDE, 3), np.uint8)
    arrays = {
        "x_train": np.concatenate([x for x, _ in train], out=x_train),  # in C order
        "y_train": np.concatenate([y for _, y in train]),
        "x_test": np.ascontiguousarray(x_test),
        "y_test": y_test,
    }
    return arrays, class_names


def _content(members: dict[str, bytes], path: str, name: str) -> dict[Any, Any]:
    """Return the dict in one file of the archive, which is let go of."""
    content = unpickled(members.pop(path), f"{name}: {path}")
    if not isinstance(content, dict):
        raise DataError(f"{name}: {path} holds a {type(content).__name__}, not a dict.")
    return content


def _class_names(meta: dict[Any, Any], layout: Layout, name: str) -> tuple[str, ...]:
    """Return what the classes are called: "apple", "aquarium_fish", …"""
    names = meta.get(layout.names)
    if not isinstance(names, list) or len(names) != layout.n_classes:
        raise DataError(f"{name}: {layout.meta} doesn't name the {layout.n_classes} classes.")
    return tuple(bytes(one).decode() for one in names)


def _batch(batch: dict[Any, Any], layout: Layout, name: str) -> tuple[Images, Labels]:
    """Return images (n, 32, 32, 3), a view, and labels (n,) of one file of the archive."""
    data, labels = batch.get(b"data"), np.asarray(batch.get(layout.labels))
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.ndim != 2:
        raise DataError(f"{name} holds no images: its `data` is no array of bytes (n, 3072).")
    if data.shape != (labels.size, 3 * SIDE * SIDE):
        raise DataError(f"{name} has images of shape {data.shape} and {labels.size} labels.")
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= layout.n_classes:
        raise DataError(f"{name} has labels other than 0 to {layout.n_classes - 1}.")
    images = data.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)  # (n, 32, 32, 3)
    return images, labels.astype(np.int64)
