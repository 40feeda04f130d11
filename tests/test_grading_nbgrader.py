"""The times that nbgrader writes are the times that nbgrader reads."""

from datetime import UTC

import pytest

from mnistlab.grading.folders.collections import IGNORED, collect
from mnistlab.grading.folders.nbgrader import looks_like, parsed
from submissions import handed, tree


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "text",
    ["2026-11-23 22:59:00.123456 UTC", "2026-11-23 22:59:00", "2026-11-23T22:59:00+01:00",
     "2026-07-01 12:00:00.5 America/Los_Angeles", "2026-12-01 12:00:00 Europe/Berlin"],
)  # fmt: skip
def test_a_timestamp_means_what_nbgrader_takes_it_for(text):
    utils = pytest.importorskip("nbgrader.utils")
    assert parsed(text).astimezone(UTC).replace(tzinfo=None) == utils.parse_utc(text)


def test_an_offset_is_in_hours():
    assert parsed("2026-11-23 22:59:00 +0100").isoformat() == "2026-11-23T22:59:00+01:00"


def test_one_student_s_timestamp_makes_no_tree():
    others = ["ada/lab.zip", "bob/lab.zip", "cyd/x/y/lab.zip"]
    assert not looks_like([*others, "eve/x/x.ipynb", "eve/x/timestamp.txt"])
    assert not looks_like([*others, *(f"eve/{k}/timestamp.txt" for k in range(20))])
    assert not looks_like(["ada.zip", "bob.zip", "eve/x/y.ipynb"], "submitted")
    assert not looks_like(["ada/x/timestamp.txt", "bob/y/timestamp.txt", "cyd/z/timestamp.txt"])
    assert looks_like([*others, *(f"s{k}/lab/timestamp.txt" for k in range(4)), "roster.csv"])


@pytest.mark.parametrize("assignment", [None, "lab"])
def test_in_a_tree_nobody_who_has_files_vanishes(tmp_path, assignment):
    names = [f"s{k:02}/lab/lab.ipynb" for k in range(20)]
    names += ["ada/lab.ipynb", "bob/other/lab.ipynb", "cyd.zip", "roster.csv"]
    collection = collect(tree(tmp_path / "submitted", *names), assignment=assignment)
    assert collection.kind == "nbgrader"
    assert handed(collection)["ada"] == [["lab.ipynb"]]
    said = "\n".join(one for one in collection.unmatched if not one.startswith(IGNORED))
    assert "Nothing for 'lab'" in said and "'bob'" in said and "'cyd.zip'" in said
    assert "roster.csv" not in said


def test_a_folder_that_one_student_made_stops_no_class(tmp_path):
    names = [f"s{k:02}/lab/lab.ipynb" for k in range(20)] + ["eve/lab/x.ipynb", "eve/zzz/x.ipynb"]
    collection = collect(tree(tmp_path / "submitted", *names), assignment="digits")
    assert len([one for one in collection.handed if one.attempts]) == 21


def test_a_tree_is_told_by_its_folder_or_its_timestamps():
    assert looks_like(["ada/lab/x.ipynb"], "submitted")
    assert looks_like(["ada/lab/x.ipynb", "ada/lab/timestamp.txt"])
    assert not looks_like(["ada/lab/x.ipynb", "ada/timestamp.txt"])
    assert not looks_like(["ada.zip", "bob.zip"], "submitted") and not looks_like([])
