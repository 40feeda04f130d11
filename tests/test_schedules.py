"""Learning-rate schedules: each formula by hand, the text form and back, and what is refused."""

import dataclasses
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

from mnistlab.classic.schedules import KINDS, Schedule, schedule
from mnistlab.errors import InputError


def betas(one, epochs=5, learning_rate=0.5):
    return [one.at(epoch, learning_rate) for epoch in range(epochs)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("constant", [0.5, 0.5, 0.5, 0.5, 0.5]),
        ("constant:0.3", [0.3, 0.3, 0.3, 0.3, 0.3]),
        ("step:2", [0.5, 0.5, 0.25, 0.25, 0.125]),
        ("step:1,rate=0.1,start=0.6", [0.6, 0.06, 0.006, 0.0006, 0.00006]),
        ("exponential:0.5", [0.5, 0.25, 0.125, 0.0625, 0.03125]),
        ("inverse_time:1", [0.5, 0.25, 0.5 / 3, 0.125, 0.1]),
        ("inverse_time:start=0.6", [0.6, 0.4, 0.3, 0.24, 0.2]),
        # one cycle of 5 epochs up to the middle: s = 0, 1/4, 1/2, 3/4, 1; cos(π/2) = 0
        ("one_cycle:5,warmup=0.5", [0.02, 0.26, 0.5, 0.5 * (0.0001 + 0.9999 / 2), 0.00005]),
        ("one_cycle:2", [0.02, 0.00005, 0.00005, 0.00005, 0.00005]),
    ],
)
def test_beta_by_hand(text, expected):
    assert betas(schedule(text)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"one_cycle"}))
def test_the_first_epoch_has_the_start_itself_and_beta_never_grows(name):
    assert schedule(name).at(0, 0.7) == 0.7
    assert schedule(name, start=0.6).at(0, 0.7) == 0.6
    falling = betas(schedule(name), 100)
    assert sorted(falling, reverse=True) == falling
    assert (falling[-1] < 0.5) == (name != "constant")


def test_one_cycle_rises_to_the_start_and_falls_to_nearly_nothing():
    beta = betas(schedule("one_cycle:11,start=0.8"), 30, learning_rate=0.1)
    assert beta[0] == pytest.approx(0.8 / 25)
    assert beta[3] == max(beta) == 0.8  # 30% of the way from the first epoch to the last
    assert beta[1] - beta[0] == pytest.approx(beta[2] - beta[1])
    assert beta[:4] == sorted(beta[:4])
    assert beta[3:] == sorted(beta[3:], reverse=True)
    assert beta[10] == pytest.approx(0.8 / 10_000)
    assert beta[10:] == beta[10:11] * 20
    assert beta[6] + beta[7] == pytest.approx(0.8 * 1.0001)  # half a cosine, about its middle
    assert schedule("one_cycle", epochs=50).at(49) == pytest.approx(0.5e-4)


@pytest.mark.parametrize("text", ["one_cycle:11", "exponential:0.9"])
def test_beta_depends_on_the_epoch_alone(text):
    one = schedule(text)
    forwards = betas(one, 20)
    assert [one.at(epoch) for epoch in reversed(range(20))] == forwards[::-1]


@pytest.mark.parametrize(
    "one",
    [
        schedule(),
        schedule("constant", start=0.1),
        schedule("step"),
        schedule("step", every=3),
        schedule("step", every=3, rate=0.1, start=0.6),
        schedule("exponential", rate=1 / 3),
        schedule("exponential", start=0.5, rate=0.9),
        schedule("inverse_time", rate=1e-7),
        schedule("one_cycle:50"),
        schedule("one_cycle", epochs=50, warmup=0.1, start=2.0),
    ],
    ids=str,
)
def test_a_schedule_is_read_back_from_its_text(one):
    assert schedule(str(one)) == one
    assert schedule(json.loads(json.dumps({"schedule": str(one)}))["schedule"]) == one
    assert hash(schedule(str(one))) == hash(one)
    assert pickle.loads(pickle.dumps(one)) == one
    assert betas(schedule(str(one))) == betas(one)


def test_the_text_forms_of_the_same_schedule():
    same = schedule("exponential", start=0.5, rate=0.9)
    for text in (
        "exponential:0.9,start=0.5",
        "exponential:rate=0.9,start=0.5",
        "exponential:start=0.5,rate=0.9",
        " Exponential : 0.9 , start = 0.5 ",
    ):
        assert schedule(text) == same
    assert schedule("exponential:0.9", start=0.5) == same
    assert schedule("inverse-time") == schedule("inverse_time")
    assert str(same) == "exponential:0.9,start=0.5"
    assert str(schedule()) == "constant"


def test_a_schedule_stays_itself_and_is_frozen():
    one = schedule("step:3")
    assert schedule(one) is one
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.start = 0.1


def test_a_function_of_the_epoch():
    def falling(epoch):
        return 0.6 - 0.1 * epoch

    one = schedule(falling)
    assert betas(one, 3, learning_rate=9.0) == [0.6, 0.5, pytest.approx(0.4)]
    assert str(one) == "custom:falling"
    assert schedule(lambda epoch: np.float32(0.5)).at(0) == 0.5
    assert type(schedule(lambda epoch: np.float64(0.5)).at(0)) is float
    assert type(schedule(lambda epoch: 1).at(0)) is float
    with pytest.raises(InputError, match=r"at epoch 6 \(counted from 0\).*above 0 in every epoch"):
        one.at(6)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (-0.5, "-0.5"),
        (0, "0"),
        ("0.5", "'0.5'"),
        (True, "True"),
        ([0.5], r"\[0.5\]"),
        (np.array([0.5, 0.4]), "array"),
        (10**400, "1000"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_a_function_may_not_give(value, said):
    one = schedule(lambda epoch: 0.5 if epoch < 3 else value)
    assert one.at(2) == 0.5
    with pytest.raises(InputError, match=f"β = {said}.* at epoch 3"):
        one.at(3)


def test_a_function_that_fails_is_named_with_its_epoch():
    with pytest.raises(InputError, match=r"custom:<lambda> failed at epoch 0.*ZeroDivisionError"):
        schedule(lambda epoch: 0.5 / epoch).at(0)
    with pytest.raises(InputError, match="takes 0 positional arguments"):
        schedule(lambda: 0.5).at(0)


def test_a_beta_that_underflows_names_the_epoch():
    with pytest.raises(InputError, match=r"exponential:0.1 gives β = 0.0 at epoch 400"):
        schedule("exponential:0.1").at(400)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exponentail", "Did you mean 'exponential'"),
        ("", "Choose one of: 'constant', 'step', 'exponential', 'inverse_time'"),
        ("exponential:fast", "rate must be a number, but got the text 'fast'"),
        ("exponential:rte=0.9", "has no value 'rte'.*Did you mean 'rate'"),
        ("exponential:every=2", "It has: rate, start"),
        ("exponential:0,9", "decimal point, not a comma"),
        ("exponential:0.9,", "has no name"),
        ("exponential:0.9,rate=0.8", "gives rate twice"),
        ("exponential:1.5", "β would grow.*give a function"),
        ("exponential:0", "rate must be above 0"),
        ("exponential:-1", "rate must be above 0"),
        ("exponential:nan", "rate must be a finite number"),
        ("exponential:inf", "rate must be a finite number"),
        ("exponential:0.9,start=0", "start must be above 0"),
        ("step:0", "every must be at least 1"),
        ("step:2.5", "every must be a whole number"),
        ("step:2,rate=2", "β would grow"),
        ("constant:rate=0.5", "It has: start"),
        ("one_cycle", "needs a number of epochs: 'one_cycle:50'"),
        ("one_cycle:warmup=0.2", "needs a number of epochs"),
        ("one_cycle:1", "epochs must be at least 2"),
        ("one_cycle:2.5", "epochs must be a whole number"),
        ("one_cycle:9,warmup=1", "warmup must be above 0 and below 1"),
        ("one_cycle:9,warmup=0", "warmup must be above 0"),
        ("one_cycle:9,rate=0.5", "It has: epochs, warmup, start"),
        ("custom:falling", "Give the function itself"),
    ],
)
def test_texts_that_are_refused(text, words):
    with pytest.raises(InputError, match=words):
        schedule(text)


def test_values_that_are_refused():
    with pytest.raises(InputError, match="Numbers take a decimal point"):
        schedule("exponential", rate="0,9")
    with pytest.raises(InputError, match=r"has no value 'rates'.*Did you mean 'rate'"):
        schedule("step", rates=0.5)
    with pytest.raises(InputError, match="go with a name"):
        schedule(rate=0.5)
    for what in 0.5, ["step"], {"name": "step"}:
        with pytest.raises(InputError, match="is no schedule"):
            schedule(what)
    for epoch, words in (-1, "at least 0"), (0.5, "whole"), ("1", "number"), (None, "number"):
        with pytest.raises(InputError, match=f"epoch must be .*{words}"):
            schedule().at(epoch)
    with pytest.raises(InputError, match="learning_rate must be above 0"):
        schedule("step").at(0, learning_rate=-1)


def test_a_schedule_needs_neither_keras_nor_numpy():
    code = "import sys, mnistlab.classic.schedules; print({'keras', 'numpy'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_no_schedule_is_a_constant_one():
    assert schedule() == schedule(None) == schedule("constant") == Schedule()
