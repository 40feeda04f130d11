import gzip
import io
import tarfile
import tracemalloc

import pytest

from mnistlab.data import files as datafiles
from mnistlab.data.archives import tar_members
from mnistlab.errors import DataError
from tiny_data import tar_gz

MEMBERS = {"a/one": b"1" * 700, "a/two": b"22", "b/three": b""}
PACKED = tar_gz(MEMBERS)


def test_files_are_read_by_name() -> None:
    assert tar_members(PACKED, ["a/two", "b/three"], "it") == {"a/two": b"22", "b/three": b""}


def test_a_missing_file_is_named() -> None:
    with pytest.raises(DataError, match="^it lacks the files a/four, c/one"):
        tar_members(PACKED, ["a/one", "a/four", "c/one"], "it")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", PACKED[:60], PACKED[:-30], gzip.compress(b"no archive" * 99), PACKED[99:]],
    ids=["empty", "a page", "cut early", "cut late", "no tar", "cut in front"],
)
def test_what_is_no_such_archive(content: bytes) -> None:
    with pytest.raises(DataError, match="^it (can't be read|lacks)"):
        tar_members(content, list(MEMBERS), "it")


def test_an_archive_that_unpacks_to_far_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datafiles, "MAX_BYTES", 10**6)
    bomb = tar_gz({"a/big": bytes(5 * 10**7), "a/one": b"1"})
    tracemalloc.start()
    with pytest.raises(DataError, match="GB"):
        tar_members(bomb, ["a/one"], "it")
    assert tracemalloc.get_traced_memory()[1] < 5 * 10**6
    tracemalloc.stop()


def test_links_are_not_followed() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        link = tarfile.TarInfo("a/one")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(DataError, match="lacks the files a/one"):
        tar_members(packed.getvalue(), ["a/one"], "it")
