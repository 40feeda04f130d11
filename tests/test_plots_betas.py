"""β by epoch: the curves, the words, what is refused."""

from typing import Any

import numpy as np
import pytest

from mnistlab.classic.schedules import schedule
from mnistlab.errors import InputError
from mnistlab.plots.betas import schedule_curves


def curves_of(picture: Any) -> dict[str, list[float]]:
    return {line.get_label(): list(line.get_ydata()) for line in picture.axes[0].lines}


def test_each_schedule_is_drawn_by_epoch_from_1() -> None:
    picture = schedule_curves(
        {"halved": "step:2", "own": schedule("exponential:0.5,start=0.8"), "by hand": [0.6, 0.3],
         "function": lambda epoch: 0.1 * (epoch + 1)},
        epochs=4,
    )  # fmt: skip
    assert curves_of(picture) == {
        "halved": [0.5, 0.5, 0.25, 0.25],
        "own": [0.8, 0.4, 0.2, 0.1],
        "by hand": [0.6, 0.3],
        "function": pytest.approx([0.1, 0.2, 0.3, 0.4]),
    }
    assert np.asarray(picture.axes[0].lines[0].get_xdata()).tolist() == [1, 2, 3, 4]
    axes = picture.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "learning rate β")
    assert picture.caption == (
        "Over 4 epochs: halved: β from 0.5 to 0.25; own: β from 0.8 to 0.1; "
        "by hand: β from 0.6 to 0.3; function: β from 0.1 to 0.4."
    )
    assert picture.alt == f"Learning rate by epoch. {picture.caption}"


def test_up_and_down_and_throughout() -> None:
    picture = schedule_curves({"cycle": "one_cycle:11", "fixed": None}, 11, learning_rate=0.6)
    assert picture.caption == (
        "Over 11 epochs: cycle: β from 0.024 up to 0.6 and down to 6e-05; fixed: β 0.6 throughout."
    )


def test_a_single_schedule_and_a_single_epoch() -> None:
    picture = schedule_curves("inverse_time:1", epochs=1, title="Mine")
    assert picture.caption == "After 1 epoch: inverse_time:1: β 0.5 throughout."
    assert picture.title == "Mine"
    assert list(curves_of(schedule_curves(schedule("step:3")))) == ["step:3,rate=0.5"]


def test_the_curves_differ_in_grey_too(tmp_path: Any) -> None:
    picture = schedule_curves({f"rate {k}": f"exponential:0.{k}" for k in range(2, 10)})
    looks = {(line.get_marker(), line.get_linestyle()) for line in picture.axes[0].lines}
    assert len({marker for marker, _ in looks}) == 8
    assert picture.axes[0].get_ylim()[0] < 0  # a marker at nearly 0 is whole
    assert picture.save(tmp_path / "betas.png").read_bytes()[1:4] == b"PNG"


def test_long_names_are_cut_in_the_legend_alone() -> None:
    picture = schedule_curves({"n" * 60: "constant", "_hidden\nname": "constant"}, epochs=3)
    legend = [text.get_text() for text in picture.legends[0].get_texts()]
    assert legend == ["n" * 39 + "…", " _hidden name"]
    assert "n" * 60 in picture.caption


def test_a_thousand_epochs_have_some_markers() -> None:
    line = schedule_curves({"a": "exponential:0.99"}, epochs=1000).axes[0].lines[0]
    assert len(np.asarray(line.get_ydata())) == 1000 and line.get_markevery() == 50


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"schedules": {}}, "schedules by name"),
        ({"schedules": [0.5, 0.4]}, "schedules by name"),
        ({"schedules": {"a": "exponental"}}, "Did you mean 'exponential'"),
        ({"schedules": {"a": 0.5}}, "is no schedule"),
        ({"schedules": {"a": lambda epoch: 0.5 - epoch}}, "at epoch 1 "),
        ({"schedules": {"a": [0.5, 0.0]}}, "above 0 in every epoch"),
        ({"schedules": {"a": [0.5, float("nan")]}}, "above 0 in every epoch"),
        ({"schedules": {"a": []}}, "one β for each of 1 to 20 epochs"),
        ({"schedules": {"a": [0.5] * 21}}, "one β for each of 1 to 20 epochs"),
        ({"schedules": {"a": [[0.5]]}}, r"shape is \(1, 1\)"),
        ({"schedules": {"a": ["x"]}}, "array of numbers"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"epochs": 20_000}, "at most 10,000"),
        ({"learning_rate": 0}, "learning_rate must be above 0"),
    ],
)
def test_what_is_no_schedule_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        schedule_curves(**{"schedules": {"a": "constant"}, **given})
