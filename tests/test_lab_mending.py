"""What can still be mended before handing in: each thing alone, in a sentence that says how."""

import dataclasses
import doctest
import re

import pytest

from mnistlab.lab import mending
from mnistlab.lab.mending import Handed, to_mend
from mnistlab.lab.students import personal_seed
from mnistlab.lab.worksheet import Worksheet
from tiny_lab import tiny_lab, tiny_run


def test_doctests():
    assert doctest.testmod(mending).failed == 0


@pytest.fixture
def record(tmp_path):
    sheet = Worksheet(tiny_lab(), "ada", tmp_path)
    sheet.predict("guess", 0), sheet.number("count", 0), sheet.answer("why", "x")
    return sheet.record()


@pytest.fixture
def handed(record):
    return Handed(tiny_run(), "ada", ("bob",), record, tiny_lab())


def changed(handed, **changes):
    return list(to_mend(dataclasses.replace(handed, **changes)))


def test_what_is_right_needs_no_mending(handed):
    assert changed(handed) == []
    assert changed(handed, student=" ADA ") == []
    assert changed(handed, record=None, lab=None) == []


def sheet_with(**changes):
    return lambda record: {"record": {**record, **changes}}


def config_with(**changes):
    config = dataclasses.replace(tiny_run().config, **changes)
    return dataclasses.replace(tiny_run(), config=config)


ONE = {
    "oneself as a partner": (lambda _: {"partners": ("bob", "ADA")}, "names yourself, 'ada'"),
    "a partner twice": (lambda _: {"partners": ("bob", "Bob ")}, "'bob' twice"),
    "another data set": (
        lambda _: {"lab": lab_with(lab={"dataset": "mnist"})},
        "of the data set 'iris', but this lab is about 'mnist'"),
    "another network": (lambda _: {"result": tiny_run(hidden_units=5)}, "4-5-3.*asks for 4-4-3"),
    "other activations": (
        lambda _: {"result": tiny_run(hidden_activation="tanh")}, "tanh and softmax, but"),
    "another's seed": (lambda _: {"result": tiny_run(seed=7)},
                       rf"seed was 7.*personal seed {personal_seed('ada')}.*seed=mnistlab"),
    "interrupted": (
        lambda _: {"result": dataclasses.replace(config_with(epochs=5), completed=False)},
        "interrupted after 1 of 5 epochs"),
    "another's worksheet": (sheet_with(student_id="eve"), "worksheet is of 'eve', and you"),
    "another lab's worksheet": (sheet_with(lab="other"), "for the lab 'other'.*Worksheet\\('tiny'"),
    "a question left empty": (sheet_with(answers={}), "1 question is still empty: why"),
    "questions left empty": (sheet_with(answers={}, numbers={}), "2 questions.*: count, why"),
    "a blank answer": (sheet_with(answers={"why": " \n"}), "still empty: why"),
}  # fmt: skip


def lab_with(**parts):
    lab = tiny_lab()
    return lab.model_copy(update={name: getattr(lab, name).model_copy(update=part)
                                  for name, part in parts.items()})  # fmt: skip


@pytest.mark.parametrize(("change", "said"), ONE.values(), ids=ONE)
def test_each_thing_is_said_once(handed, record, change, said):
    mend = changed(handed, **change(record))
    assert len(mend) == 1
    assert re.search(said, mend[0])


def test_a_partners_seed_is_taken(handed):
    assert changed(handed, result=tiny_run(seed=personal_seed("bob"))) == []


def test_a_seed_that_nobody_knows_is_taken(handed):
    assert changed(handed, result=config_with(seed=None)) == []


def test_auto_is_mnist_or_its_sample_only(handed):
    lab = lab_with(lab={"dataset": "auto"})
    assert "dataset='mnist'" in changed(handed, lab=lab)[0]
    run = tiny_run()
    sample = dataclasses.replace(run, dataset=dataclasses.replace(run.dataset, name="mnist_5k"))
    assert changed(handed, lab=lab, result=sample) == []


def test_data_of_the_labs_own_isnt_known_by_name(handed):
    assert changed(handed, lab=lab_with(lab={"dataset": "mine.npz"})) == []


def test_a_bonus_may_stay_empty_and_zero_is_a_value(handed):
    assert "extra" not in " ".join(changed(handed))
    assert handed.record["numbers"] == {"count": 0.0}


def test_all_is_listed_at_once(handed, record):
    mend = changed(handed, result=tiny_run(seed=7, hidden_units=5), partners=("ada",),
                   record={**record, "answers": {}})  # fmt: skip
    assert len(mend) == 4


def test_what_isnt_known_yet_is_passed_over(handed):
    assert changed(handed, result=None, student=None, partners=None) == []
