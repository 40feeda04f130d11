"""Files inside a .tar.gz, read in memory: nothing is extracted to disk.

Example:
    >>> import io, tarfile
    >>> from mnistlab.data.archives import tar_members
    >>> packed = io.BytesIO()
    >>> with tarfile.open(fileobj=packed, mode="w:gz") as archive:
    ...     entry = tarfile.TarInfo("batches/meta")
    ...     entry.size = 2
    ...     archive.addfile(entry, io.BytesIO(b"ok"))
    >>> tar_members(packed.getvalue(), ["batches/meta"], "an archive")
    {'batches/meta': b'ok'}
"""

import gzip
import io
import tarfile
from collections.abc import Sequence

from mnistlab.data.files import check_size, reason
from mnistlab.errors import DataError


def tar_members(content: bytes, wanted: Sequence[str], name: str) -> dict[str, bytes]:
    """Return some of the files in a .tar.gz, by name.

    Args:
        content: the archive.
        wanted: the paths of the files inside it.
        name: what errors call the archive.

    Raises:
        DataError: it is no such archive, is cut short, lacks a file, or unpacks to far too much.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as unpacked:
            members = _read(_Bounded(unpacked, name), wanted)
    except DataError:
        raise
    except Exception as why:  # a hostile archive makes gzip, zlib and tarfile raise many things
        raise DataError(f"{name} can't be read: {reason(why)}. Fetch it anew.") from why
    missing = [path for path in wanted if path not in members]
    if missing:
        raise DataError(f"{name} lacks the files {', '.join(missing)}. Fetch it anew.")
    return members


def _read(stream: "_Bounded", wanted: Sequence[str]) -> dict[str, bytes]:
    """Return the wanted files of an archive that is read once, from its start to its end."""
    members: dict[str, bytes] = {}
    with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
        for entry in archive:
            file = archive.extractfile(entry) if entry.isreg() and entry.name in wanted else None
            if file is not None:
                members[entry.name] = file.read()
    return members


class _Bounded:
    """What a .gz unpacks to, until it is too much."""

    def __init__(self, unpacked: gzip.GzipFile, name: str) -> None:
        self._unpacked, self._name, self._read = unpacked, name, 0

    def read(self, n_bytes: int) -> bytes:
        """Return the next bytes; raise DataError past the most that a data set may take."""
        content = self._unpacked.read(n_bytes)
        self._read += len(content)
        check_size(self._read, self._name)
        return content
