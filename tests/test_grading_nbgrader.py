"""The times that nbgrader writes are the times that nbgrader reads."""

from datetime import UTC

import pytest

from mnistlab.grading.folders.nbgrader import looks_like, parsed


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


def test_a_tree_is_told_by_its_folder_or_its_timestamps():
    assert looks_like(["ada/lab/x.ipynb"], "submitted")
    assert looks_like(["ada/lab/x.ipynb", "ada/lab/timestamp.txt"])
    assert not looks_like(["ada/lab/x.ipynb", "ada/timestamp.txt"])
    assert not looks_like(["ada.zip", "bob.zip"], "submitted") and not looks_like([])
