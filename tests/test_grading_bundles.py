"""Zips: the same bytes each time, rights to run where they belong."""

import io
import zipfile

from mnistlab.grading.giving_back.bundles import bundle


def test_members_come_back_in_order_without_dates():
    data = bundle({"b/ü.txt": b"B", "a": b""})
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist() == ["b/ü.txt", "a"]
    assert archive.testzip() is None
    assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert data == bundle({"b/ü.txt": b"B", "a": b""})


def test_only_what_is_named_can_be_run():
    archive = zipfile.ZipFile(io.BytesIO(bundle({"a": b"", "b": b""}, executable=["b"])))
    assert [one.external_attr >> 16 for one in archive.infolist()] == [0o100644, 0o100755]
