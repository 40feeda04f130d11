"""Where MNIST and a user's own files lie: a path, MNISTLAB_DATA, the caches, a download.

Example:
    >>> from mnistlab.data.places import DIGESTS
    >>> list(DIGESTS)
    ['mnist', 'mnist_5k']
"""

import contextlib
import os
from typing import NamedTuple

from mnistlab.data.arraychecks import Arrays, checked_arrays, digest_of
from mnistlab.data.downloads import (
    MNIST,
    cache_file,
    download,
    keras_file,
    read_verified,
    store,
)
from mnistlab.data.fetching import IMPATIENT, PATIENT
from mnistlab.data.files import read_files
from mnistlab.data.pinned import PINNED
from mnistlab.data.pinned import cache_file as pinned_cache_file
from mnistlab.errors import DataError, InputError
from mnistlab.notices import notice

# What arrays must be, to bear one of these names. For the other data sets that are fetched, the
# hash of the file decides: pinned.py.
DIGESTS = {
    "mnist": MNIST.digest,
    "mnist_5k": "sha256:da7d0447b757c95bc6aecad20f3d8ddb5b818f6f59b75bd959d97989aa6ae0c7",
}


class Found(NamedTuple):
    """The arrays of a data set, and where they were found."""

    arrays: Arrays
    digest: str
    source: str  # for the record of a run: no path of this machine in it
    where: str  # for the user: the path


def given(name: str, path: str | os.PathLike[str]) -> Found:
    """Return the data in a file that was given by its path, which must be that of its name."""
    if name in PINNED:
        file = pinned_cache_file(PINNED[name][0])
        raise InputError(
            f"{name} is read from the cache and takes no path. Leave path out; a file that you "
            f"fetched by hand goes into {file.parent}, under the name {file.name}."
        )
    if name not in ("auto", *DIGESTS):
        raise InputError(f"{name} comes with scikit-learn and takes no path. Leave path out.")
    path = os.path.expanduser(os.fspath(path))
    if not path.strip():
        raise InputError("path is empty. Give the path of an .npz file or of a folder, or none.")
    arrays = _read_checked(path)
    digest, wanted = digest_of(arrays), DIGESTS.get(name)
    if wanted not in (None, digest):
        raise DataError(
            f"{path} holds other data than {name}: its digest is {digest}, and that of {name} is "
            f"{wanted}. Fetch {name} anew, or leave its name out to train on this file as it is."
        )
    return Found(arrays, digest, f"the file {os.path.basename(os.path.normpath(path))}", path)


def _read_checked(path: str) -> Arrays:
    """Return the checked arrays of a file; an error names the file."""
    arrays = read_files(path)
    try:
        return checked_arrays(arrays)
    except DataError as why:
        raise DataError(f"{path}: {why}") from why


def from_environment(name: str) -> Found | None:
    """Return the data that MNISTLAB_DATA names, or None where it isn't set."""
    path = os.environ.get("MNISTLAB_DATA", "").strip()
    if not path:
        return None
    try:
        return given(name, path)._replace(source="the files that MNISTLAB_DATA names")
    except DataError as why:
        raise DataError(
            f"{why} The environment variable MNISTLAB_DATA names this path: correct it or unset it."
        ) from why


def kept_mnist() -> Found | None:
    """Return MNIST from the package's cache or from Keras's, or None."""
    file = cache_file(MNIST)
    if os.path.lexists(file):
        try:
            return Found(read_verified(file, MNIST), MNIST.digest, "the cache", str(file))
        except DataError as why:
            notice(f"the copy of MNIST in the cache can't be used; fetching anew. ({why})")
    file = keras_file(MNIST)
    with contextlib.suppress(DataError):  # Keras's file, so not ours to complain of
        return Found(read_verified(file, MNIST), MNIST.digest, "Keras's cache", str(file))
    return None


def downloaded_mnist(patient: bool) -> Found:
    """Return MNIST from the network, and keep it in the cache where that can be written."""
    arrays, host = download(MNIST, PATIENT if patient else IMPATIENT)
    where = "nowhere: the cache can't be written"
    try:
        where = str(store(MNIST, arrays))
    except OSError as why:
        notice(
            f"MNIST was fetched, but can't be kept in {cache_file(MNIST).parent} "
            f"({why.strerror or why}). Set MNISTLAB_CACHE to a folder that can be written."
        )
    return Found(arrays, MNIST.digest, f"downloaded from {host}", where)
