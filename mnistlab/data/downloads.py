"""MNIST from the network, and the copy of it that is kept.

A download is held in memory until its digest has been verified; only then is it written to the
cache.

Example:
    >>> from mnistlab.data.downloads import MNIST, cache_file
    >>> cache_file(MNIST).name
    'mnist.npz'
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnistlab.data.arraychecks import Arrays, checked_arrays, digest_of
from mnistlab.data.cache import cache_folder, keras_folder, written_aside
from mnistlab.data.fetching import (
    MirrorError,
    Patience,
    class_server,
    first_to_send,
    get,
    progress_bar,
)
from mnistlab.data.files import IDX_FILES, parse_download, read_npz
from mnistlab.errors import DataError


@dataclass(frozen=True)
class Remote:
    """A data set that can be fetched: its digest, and the servers that have it.

    A mirror is the URL of a folder with the four .gz files of MNIST, or of one .npz file.
    """

    name: str
    digest: str
    mirrors: tuple[str, ...]
    size: int  # bytes that are sent, about
    most: int  # bytes that are taken at most from a server, for one file


MNIST = Remote(
    name="mnist",
    digest="sha256:d3bba0ce073901b7c0c5264630a1d97b21d250061900b89e8cafc17b2d4840de",
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    ),
    size=11_594_722,
    most=64 * 2**20,  # the images are 47 MB where a server unpacks what it sends
)


def download(remote: Remote, patience: Patience) -> tuple[Arrays, str]:
    """Return a data set from the first mirror that sends it, verified, and that mirror's host.

    MNISTLAB_MIRROR, the URL of such a folder on a class's own server, is asked first.

    Args:
        remote: what to fetch.
        patience: how long and how often to try.

    Raises:
        DownloadError: no mirror sent it in time; says what each one did.
    """
    return first_to_send(
        remote.name, _mirrors(remote), lambda url, deadline: _fetch(remote, url, deadline), patience
    )


def _mirrors(remote: Remote) -> list[str]:
    """Return the URLs to ask, in order, the class's own server first."""
    own = class_server()
    return [own, *remote.mirrors] if own else list(remote.mirrors)


def _fetch(remote: Remote, url: str, deadline: float) -> Arrays:
    """Return the data set that one mirror sends; else raise MirrorError."""
    parts = {"npz": url}
    if not url.endswith(".npz"):  # the small files first: a server without them is soon known
        parts = {name: f"{url}{IDX_FILES[name][0]}.gz" for name in ("y_test", "y_train")}
        parts |= {name: f"{url}{IDX_FILES[name][0]}.gz" for name in ("x_test", "x_train")}
    with progress_bar(remote.name, remote.size) as advance:
        contents = {name: get(part, remote.most, deadline, advance) for name, part in parts.items()}
    try:
        arrays = checked_arrays(parse_download(contents, url))
    except DataError as why:
        raise MirrorError(f"it sent something else ({why})", final=True) from why
    if digest_of(arrays) != remote.digest:
        raise MirrorError(
            f"it sent other data (digest {digest_of(arrays)}, wanted {remote.digest})", final=True
        )
    return arrays


# ── kept in the cache ─────────────────────────────────────────────────────────────────────────


def cache_file(remote: Remote) -> Path:
    """Return where a data set is kept: in MNISTLAB_CACHE, else in the user's cache folder."""
    return cache_folder() / f"{remote.name}.npz"


def keras_file(remote: Remote) -> Path:
    """Return where Keras keeps its copy of a data set; only ever read."""
    return keras_folder() / f"{remote.name}.npz"


def read_verified(file: Path, remote: Remote) -> Arrays:
    """Return the data set in an .npz file.

    Raises:
        DataError: it can't be read, or holds other data.
    """
    arrays = read_npz(str(file))
    try:
        arrays = checked_arrays(arrays)
    except DataError as why:
        raise DataError(f"{file}: {why}") from why
    if (digest := digest_of(arrays)) != remote.digest:
        raise DataError(f"{file}: its digest is {digest}, not {remote.digest}")
    return arrays


def store(remote: Remote, arrays: Arrays) -> Path:
    """Write a data set to the cache, and return the file.

    It isn't compressed: MNIST takes 55 MB, and is read six times as fast.

    Raises:
        OSError: the cache can't be written; nothing half-written is left.
    """
    file = cache_file(remote)
    with written_aside(file) as temporary:
        small: dict[str, Any] = {
            name: array.astype(np.uint8) if name.startswith("y") else array
            for name, array in arrays.items()
        }
        np.savez(temporary, **small)
    return file
