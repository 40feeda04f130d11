"""The files of Keras's data sets: where each lies, and the hash that it must have.

This table is the one place for these URLs and hashes. A file is kept in the cache as it was
sent, and its hash is verified each time it is read.

Source: keras/src/datasets/*.py, for Fashion-MNIST, which has no hash there, the MD5 sums in its
README, https://github.com/zalandoresearch/fashion-mnist (torchvision has the same).

Example:
    >>> from mnistlab.data.pinned import PINNED
    >>> [file.path for file in PINNED["imdb"]]
    ['imdb.npz']
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mnistlab.data.cache import cache_folder, keras_folder, written_aside
from mnistlab.data.fetching import (
    MirrorError,
    Patience,
    class_server,
    first_to_send,
    get,
    progress_bar,
)
from mnistlab.errors import DataError, DownloadError
from mnistlab.notices import notice


@dataclass(frozen=True)
class PinnedFile:
    """One file: where it can be fetched, where it is kept, and the hash that it must have.

    Attributes:
        path: its place below the cache folder, below MNISTLAB_MIRROR and in Keras's cache.
        url: where it comes from.
        digest: "sha256:…" or "md5:…" of its bytes.
        size: its bytes.
        in_keras: other names that it has in Keras's cache.
    """

    path: str
    url: str
    digest: str
    size: int
    in_keras: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        """How many bytes are taken at most."""
        return 2 * self.size


_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"


def _fashion(name: str, md5: str, size: int) -> PinnedFile:
    """Return one of the four files of Fashion-MNIST, which are called as MNIST's are."""
    return PinnedFile(f"fashion-mnist/{name}.gz", f"{_KERAS}{name}.gz", f"md5:{md5}", size)


PINNED: dict[str, tuple[PinnedFile, ...]] = {
    "fashion_mnist": (  # the small ones first: a server without them is soon known
        _fashion("t10k-labels-idx1-ubyte", "bb300cfdad3c16e7a12a480ee83cd310", 5_148),
        _fashion("train-labels-idx1-ubyte", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
        _fashion("t10k-images-idx3-ubyte", "bef4ecab320f06d8554ea6380940ec79", 4_422_102),
        _fashion("train-images-idx3-ubyte", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
    ),
    "cifar10": (
        PinnedFile(
            "cifar-10-python.tar.gz",
            f"{_TORONTO}cifar-10-python.tar.gz",
            "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            170_498_071,
            ("cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz"),
        ),
    ),
    "cifar100": (
        PinnedFile(
            "cifar-100-python.tar.gz",
            f"{_TORONTO}cifar-100-python.tar.gz",
            "sha256:85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
            169_001_437,
            ("cifar-100-python-target_archive",),
        ),
    ),
    "imdb": (
        PinnedFile(
            "imdb.npz",
            f"{_KERAS}imdb.npz",
            "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
            17_464_789,
        ),
    ),
    "reuters": (
        PinnedFile(
            "reuters.npz",
            f"{_KERAS}reuters.npz",
            "sha256:d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
            2_110_848,
        ),
    ),
    "boston_housing": (
        PinnedFile(
            "boston_housing.npz",
            f"{_KERAS}boston_housing.npz",
            "sha256:f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
            57_026,
        ),
    ),
}


class Files(NamedTuple):
    """The verified files of a data set, and where they were found."""

    contents: list[bytes]  # in the table's order
    source: str  # for the record of a run: no path of this machine in it
    where: str  # for the user: the file, or the folder of several


class _One(NamedTuple):
    """One verified file."""

    content: bytes
    source: str
    where: Path | None  # None where it could not be kept


# ── all files of a data set ───────────────────────────────────────────────────────────────────


def pinned_files(name: str, patience: Patience) -> Files:
    """Return the files of a data set from the cache, from Keras's cache or from the network.

    Args:
        name: "fashion_mnist", "cifar10", "cifar100", "imdb", "reuters" or "boston_housing".
        patience: how long each download may take.

    Raises:
        DownloadError: a file isn't here and can't be fetched; says how to get it by hand.
    """
    pinned = PINNED[name]
    kept = [_kept(file) for file in pinned]
    try:
        found = [one or _downloaded(f, name, patience) for f, one in zip(pinned, kept, strict=True)]
    except DownloadError as why:
        missing = [file for file, one in zip(pinned, kept, strict=True) if one is None]
        raise DownloadError(_by_hand(name, missing, why)) from why
    sources = " and ".join(dict.fromkeys(one.source for one in found))
    return Files([one.content for one in found], sources, _where(found))


def _where(found: list[_One]) -> str:
    """Return the file's path, or of several files that of their folder."""
    places = {one.where if len(found) == 1 else one.where and one.where.parent for one in found}
    if None in places:
        return "nowhere: the cache can't be written"
    return " and ".join(sorted(map(str, places)))


def _by_hand(name: str, missing: list[PinnedFile], why: DownloadError) -> str:
    """Return how to get what could not be downloaded."""
    folder = cache_file(missing[0]).parent
    return (
        f"{why}. Try again with a network: mnistlab data {name}. Or fetch "
        f"{' and '.join(file.url for file in missing)} by hand, and put "
        f"{'it' if len(missing) == 1 else 'them'} into the folder {folder} under "
        f"{'its own name' if len(missing) == 1 else 'their own names'}."
    )


# ── one file ──────────────────────────────────────────────────────────────────────────────────


def cache_file(file: PinnedFile) -> Path:
    """Return where a file is kept."""
    return cache_folder() / file.path


def keras_files(file: PinnedFile) -> list[Path]:
    """Return where Keras may keep its copy of a file; only ever read."""
    return [keras_folder() / path for path in (file.path, *file.in_keras)]


def _kept(file: PinnedFile) -> _One | None:
    """Return a file from the package's cache or from Keras's, or None."""
    path = cache_file(file)
    if os.path.lexists(path):
        try:
            return _One(_read_verified(path, file), "the cache", path)
        except DataError as why:
            notice(f"the copy of {file.path} in the cache can't be used; fetching anew. ({why})")
    for path in keras_files(file):
        try:
            return _One(_read_verified(path, file), "Keras's cache", path)
        except DataError:  # Keras's file, so not ours to complain of
            continue
    return None


def _read_verified(path: Path, file: PinnedFile) -> bytes:
    """Return the bytes of a file that has the pinned hash; else raise DataError."""
    try:
        if not path.is_file():
            raise DataError(f"{path} is no file")
        with open(path, "rb") as opened:
            content = opened.read(file.most + 1)
    except OSError as why:
        raise DataError(f"{path} can't be read: {why.strerror or why}") from why
    if problem := _problem(content, file):
        raise DataError(f"{path} {problem}")
    return content


def _problem(content: bytes, file: PinnedFile) -> str:
    """Return what is wrong with a file's bytes, or ""."""
    kind, wanted = file.digest.split(":")
    found = hashlib.new(kind, content, usedforsecurity=False).hexdigest()
    if found == wanted:
        return ""
    if len(content) < file.size:
        return f"is cut short: {len(content):,} of {file.size:,} bytes"
    return f"holds other data: its digest is {kind}:{found}, not {file.digest}"


def _downloaded(file: PinnedFile, name: str, patience: Patience) -> _One:
    """Return a file from the network, and keep it in the cache where that can be written."""

    def fetch(url: str, deadline: float) -> bytes:
        with progress_bar(Path(file.path).name, file.size) as advance:
            content = get(url, file.most, deadline, advance, packed=True)
        if problem := _problem(content, file):
            raise MirrorError(f"what it sent {problem}", final=True)
        return content

    own = class_server()
    urls = [own + file.path, file.url] if own.endswith("/") else [file.url]
    content, host = first_to_send(name, urls, fetch, patience)
    return _One(content, f"downloaded from {host}", _stored(file, content))


def _stored(file: PinnedFile, content: bytes) -> Path | None:
    """Write a file to the cache; return its path, or None where that can't be."""
    path = cache_file(file)
    try:
        with written_aside(path) as temporary:
            temporary.write(content)
    except OSError as why:
        notice(
            f"{path.name} was fetched, but can't be kept in {path.parent} "
            f"({why.strerror or why}). Set MNISTLAB_CACHE to a folder that can be written."
        )
        return None
    return path
