"""Seconds per epoch by batch size: the lines, their names, the words."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from mnistlab.errors import InputError
from mnistlab.plots.batches import epoch_seconds

SECONDS: dict[str, Any] = {
    "classic": {32: 0.32, 1: [0.2, 0.27, 0.9], "full": 0.25},
    "PyTorch": {"1": 12.7, "32": 1.14},
}


def labels_of(picture: Any) -> list[Any]:
    return list(picture.axes[0].texts)


def test_the_lines_are_medians_by_batch_size() -> None:
    axes = epoch_seconds(SECONDS, patterns=60_000).axes[0]
    ours, theirs = (np.asarray(line.get_xydata()).tolist() for line in axes.lines)
    assert ours == [[1, 0.27], [32, 0.32], [60_000, 0.25]]
    assert theirs == [[1, 12.7], [32, 1.14]]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("batch size", "seconds per epoch")


def test_the_words_have_the_seconds() -> None:
    picture = epoch_seconds(SECONDS, patterns=60_000)
    assert picture.caption == (
        "Seconds per epoch: classic 0.27 at batch size 1 and 0.25 at 60,000; "
        "PyTorch 12.7 at batch size 1 and 1.14 at 32."
    )
    assert picture.alt == (
        "Seconds for one epoch, by batch size. classic: 0.27 s at batch size 1, 0.32 s at 32, "
        "0.25 s at 60,000; PyTorch: 12.7 s at batch size 1, 1.14 s at 32."
    )
    assert epoch_seconds({"a": {8: 1}}).caption == "Seconds per epoch: a 1 at batch size 8."
    assert epoch_seconds({"a": {8: 1}}, title="Mine").title == "Mine"


def test_the_ticks_are_the_batch_sizes() -> None:
    axes = epoch_seconds(SECONDS, patterns=60_000).axes[0]
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert ticks == ["1", "32", "full\n60,000"]
    many = epoch_seconds({"a": {2**k: 1.0 for k in range(12)} | {1025: 1.0}}).axes[0]
    kept = list(many.get_xticks())
    assert kept[-1] == 2048 and 1024 not in kept and len(kept) <= 13


def test_each_line_has_its_name_beside_its_end_and_none_over_another() -> None:
    close = {f"way {k}": {1: 1.0 + 0.001 * k, 8: 0.5} for k in range(16)}
    picture = epoch_seconds(close)
    heights = sorted(label.get_position()[1] for label in labels_of(picture))
    assert len(heights) == 16 and heights[0] >= 0 and heights[-1] <= 1
    assert min(above - below for below, above in pairwise(heights)) > 0.06
    assert [label.get_text() for label in labels_of(picture)] == list(close)
    assert labels_of(picture)[3].xy == (8, 0.5)
    assert picture._repr_png_()


def test_names_stand_in_the_order_of_the_ends() -> None:
    picture = epoch_seconds(
        {"slow": {1: 9, 8: 3.0}, "fast": {1: 5, 8: 2.9}, "mid": {1: 5, 8: 2.95}}
    )
    height = {label.get_text(): label.get_position()[1] for label in labels_of(picture)}
    assert height["slow"] > height["mid"] > height["fast"]


def test_the_lines_differ_in_grey_too(tmp_path: Any) -> None:
    picture = epoch_seconds({f"way {k}": {1: k + 1, 8: 1 / (k + 1)} for k in range(8)})
    assert len({line.get_marker() for line in picture.axes[0].lines}) == 8
    assert picture.save(tmp_path / "batches.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_long_names_and_seconds_of_any_size(scale: float) -> None:
    picture = epoch_seconds({"n" * 60: {1: scale, 1024: 5000 * scale}, "b": {16: scale}})
    assert labels_of(picture)[0].get_text() == "n" * 27 + "…"
    assert "n" * 60 in picture.caption and picture._repr_png_()


@pytest.mark.parametrize(
    ("seconds", "patterns", "message"),
    [
        ({}, None, "1 to 16 names"),
        ([1.0], None, "1 to 16 names"),
        ({"a": [1.0]}, None, "1 to 16 names"),
        ({"a": {}}, None, "1 to 16 names"),
        ({str(k): {1: 1.0} for k in range(17)}, None, "1 to 16 names"),
        ({"a": {"full": 1.0}}, None, "patterns=60000"),
        ({"a": {"fall": 1.0}}, None, "batch size must be a number"),
        ({"a": {0: 1.0}}, None, "batch size must be at least 1"),
        ({"a": {1.5: 1.0}}, None, "batch size must be a whole number"),
        ({"a": {1: 0.0}}, None, "'a' at batch size 1 must be above 0"),
        ({"a": {1: float("nan")}}, None, "must be above 0"),
        ({"a": {1: []}}, None, "must be above 0"),
        ({"a": {1: "fast"}}, None, "seconds must be an array of numbers"),
        ({"a": {1: 1.0}}, 0, "patterns must be at least 1"),
    ],
)
def test_what_is_no_measurement_is_refused(seconds: Any, patterns: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        epoch_seconds(seconds, patterns)
