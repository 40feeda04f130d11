"""Test images for a page: those at hand; or, for a run that was loaded, found again and verified.

Example:
    >>> found_again("custom", "sha256:0").missing
    'Custom is data of your own: name its file with path= (--path).'
"""

import os
from typing import Any, NamedTuple

from numpy.typing import NDArray

from mnistlab import datasets
from mnistlab.checks import shown
from mnistlab.datasets import Dataset
from mnistlab.errors import InputError, MnistlabError
from mnistlab.notices import notice


class Found(NamedTuple):
    """Test images and their classes; or None, and why they can't be had."""

    x: NDArray[Any] | None = None
    y: NDArray[Any] | None = None
    missing: str = ""


def pictures(
    data: Dataset | None, name: str, digest: str, path: str | os.PathLike[str] | None = None
) -> Found:
    """Return the test images of a data set; where they can't be had, a line on stderr says so.

    Args:
        data: the data set itself, where it is at hand.
        name, digest, path: as for `found_again`, where it isn't.

    Raises:
        InputError: as `found_again` does.
    """
    if data is not None:
        return Found(data.test_images, data.y_test)
    found = found_again(name, digest, path)
    if found.missing:
        notice(f"the page has no test images. {found.missing}")
    return found


def found_again(name: str, digest: str, path: str | os.PathLike[str] | None = None) -> Found:
    """Return the test images of a data set by its name, where they can be had.

    Args:
        name: a name that `load_data` knows, or "custom".
        digest: what they have to be: that of the whole data set.
        path: the file or folder that holds them.

    Raises:
        InputError: a path was given, and what lies there is other data, or can't be read.
    """
    if path is not None:
        found = datasets.unscaled("auto", path).found
        if found.digest != digest:
            raise InputError(
                f"path={shown(str(path))} holds other data than the run was trained on: its digest "
                f"is {found.digest[:23]}…, and that of {shown(name)} is {digest[:23]}…. "
                "Name the file that the run was trained on, or leave path out."
            )
        return Found(found.arrays["x_test"], found.arrays["y_test"])
    if (
        name not in datasets.NAMES
    ):  # a record can name anything, also files that aren't ours to open
        what = (
            "Custom is" if name == "custom" else f"{shown(name)} is no name of the package's, but"
        )
        return Found(missing=f"{what} data of your own: name its file with path= (--path).")
    try:
        found = datasets.unscaled(name).found
    except MnistlabError as why:
        reason = str(why).split(". ")[0].removesuffix(".")
        return Found(missing=f"{reason[:1].upper()}{reason[1:]}. Run `mnistlab data {name}` where "
                             "there is a network, and make the page again.")  # fmt: skip
    if found.digest != digest:
        return Found(missing=f"The {name} that is here isn't the one the run was trained on.")
    return Found(found.arrays["x_test"], found.arrays["y_test"])
