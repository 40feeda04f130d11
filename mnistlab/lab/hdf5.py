"""Weights from an HDF5 file that nobody should trust: a .weights.h5 of Keras 3.

An HDF5 file can name other files, whose bytes then stand in for its own: by external storage,
external links and virtual data sets. It can state sizes that it doesn't have, and hold groups
that hold themselves. So nothing here walks through it. Each part of the paths

    layers/dense/vars/0      kernel of the first Dense layer       (784, 512)
    layers/dense/vars/1      its bias                              (512,)
    layers/dense_1/vars/0    kernel of the second …                (512, 10)

must be a hard link, and each array plain float32 that lies in the file itself. All of this is
known before the first number is read. Attributes and the optimizer's state are never looked at.

libhdf5 itself has had errors of memory: read in a process of its own, with limits.

Example:
    >>> from_h5(b"no HDF5")
    Traceback (most recent call last):
    mnistlab.errors.SubmissionError: model.weights.h5 is no HDF5 file, or only a part of one...
"""

import io
import math
import re
from collections.abc import Sequence
from typing import Any, NoReturn

import h5py
import numpy as np
from numpy.typing import NDArray

from mnistlab.checks import shown
from mnistlab.errors import SubmissionError
from mnistlab.lab.weights import MOST_LAYERS, Weights, must_be_a_network, of_arrays

MOST_BYTES = 64 * 2**20
MAGIC = b"\x89HDF\r\n\x1a\n"
DENSE = "dense"
# Layers without weights that leave a picture as it is, in Keras's words for them in its files.
WITHOUT_WEIGHTS = ("input_layer", "flatten", "reshape", "dropout", "gaussian_noise",
                   "gaussian_dropout", "activation", "re_lu", "softmax")  # fmt: skip
_MOST_NAMES = 100
_NAME = re.compile(rf"({'|'.join((DENSE, *WITHOUT_WEIGHTS))})(_[1-9][0-9]?)?")
_OLD = (b"model_weights", b"_layer_checkpoint_dependencies", b"layer_names")


def from_h5(
    data: bytes, what: str = "model.weights.h5", activations: Sequence[str] = ()
) -> Weights:
    """Return the weights of the Dense layers of a .weights.h5.

    Args:
        data: the file.
        what: what it is called in an error.
        activations: one for each layer where another file says them.

    Returns:
        Weights in float32, the layers in Keras's order.

    Raises:
        SubmissionError: no HDF5 file; of another form than Keras 3 writes; other layers than
            Dense; arrays that don't lie in the file itself as plain float32.

    Example:
        >>> from_h5(Path("model.weights.h5").read_bytes())  # doctest: +SKIP
    """
    if len(data) > MOST_BYTES:
        _refuse(f"{what} has {len(data):,} bytes; at most {MOST_BYTES:,} are read")
    if not data.startswith(MAGIC):
        _refuse(f"{what} is no HDF5 file, or only a part of one")
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            arrays = _arrays(file.id, what)
    except (MemoryError, SubmissionError):
        raise
    except Exception as why:  # whatever damaged structures make of h5py
        raise SubmissionError(f"{what} is damaged ({shown(str(why))}). Was it uploaded whole? "
                              "Submit it again.") from why  # fmt: skip
    return of_arrays(arrays, activations)


def _refuse(why: str) -> NoReturn:
    """Raise SubmissionError that says what to hand in."""
    raise SubmissionError(f"{why}. Submit model.keras from model.save('model.keras'), or the file "
                          "that mnistlab.submit wrote.")  # fmt: skip


def _arrays(file: Any, what: str) -> list[NDArray[np.float32]]:
    """Return kernel and bias of each Dense layer, read after all of them are known to be plain."""
    found = []
    layers = _opened(file, b"layers", h5py.h5g.GroupID, what)
    for layer in range(_dense_layers(layers, what)):
        name = f"{DENSE}_{layer}" if layer else DENSE
        place = f"layers/{name} in {what}"
        variables = _opened(_opened(layers, name.encode(), h5py.h5g.GroupID, place),
                            b"vars", h5py.h5g.GroupID, place)  # fmt: skip
        if variables.get_num_objs() != 2:
            _refuse(f"{place} has {variables.get_num_objs()} arrays, but a Dense layer that can be "
                    "graded has a kernel and a bias (use_bias=True, no LoRA)")  # fmt: skip
        found += [_opened(variables, one, h5py.h5d.DatasetID, place) for one in (b"0", b"1")]
    for one in found:
        _must_be_plain(one, what)
    must_be_a_network([one.shape for one in found])
    return [_numbers(one, what) for one in found]


def _opened(group: Any, name: bytes, kind: type, what: str) -> Any:
    """Return what a hard link in a group leads to, a group or a data set."""
    if not group.links.exists(name):
        if any(group.links.exists(old) for old in _OLD):
            _refuse(f"{what} is of an older form of Keras")
        _refuse(f"{what} has no {name.decode()!r}, which every file of Keras 3 has")
    if group.links.get_info(name).type != h5py.h5l.TYPE_HARD:
        _refuse(f"{what} doesn't hold {name.decode()!r} itself: it is a link to another place")
    found = h5py.h5o.open(group, name)
    if not isinstance(found, kind):
        _refuse(f"{what} holds {name.decode()!r} as something else than Keras does")
    return found


def _dense_layers(layers: Any, what: str) -> int:
    """Return how many Dense layers there are, where the others have no weights."""
    many = layers.get_num_objs()
    if many > _MOST_NAMES:
        _refuse(f"{what} has {many:,} layers; at most {_MOST_NAMES} are read")
    names = [layers.get_objname_by_idx(k).decode("utf-8", "replace") for k in range(many)]
    for name in names:
        if not _NAME.fullmatch(name):
            _refuse(f"{what} has a layer {shown(name)}. Only networks of Dense layers are graded, "
                    f"and with them {', '.join(WITHOUT_WEIGHTS)}")  # fmt: skip
    dense = sum(name.split("_")[0] == DENSE for name in names)
    if dense > MOST_LAYERS:
        _refuse(f"{what} has {dense} Dense layers; at most {MOST_LAYERS} are graded")
    return dense


def _must_be_plain(dataset: Any, what: str) -> None:
    """Raise SubmissionError where an array isn't float32, or doesn't lie in the file as it is."""
    made = dataset.get_create_plist()
    # The layout first: asking a virtual data set for its shape opens the files that it names.
    if made.get_layout() != h5py.h5d.CONTIGUOUS or made.get_external_count():
        _refuse(f"{what} has an array that doesn't lie in one piece in the file itself")
    if made.get_nfilters():
        _refuse(f"{what} has an array that is compressed or filtered")
    if not dataset.get_type().equal(h5py.h5t.IEEE_F32LE):
        _refuse(f"{what} has an array that isn't float32, as Keras saves it by itself")
    shape = dataset.shape
    if shape is None or not 1 <= len(shape) <= 2:
        _refuse(f"{what} has an array of shape {shown(shape)}, which no Dense layer has")
    stated, stored = 4 * math.prod(shape), dataset.get_storage_size()
    if stated != stored:
        _refuse(f"{what} has an array of {stated:,} bytes, of which it holds {stored:,}")


def _numbers(dataset: Any, what: str) -> NDArray[np.float32]:
    """Return the numbers of a plain array."""
    read = np.empty(dataset.shape, np.dtype("<f4"))
    dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, read)
    return read
