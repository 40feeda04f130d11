"""What can still be mended before handing in: each thing alone, in a sentence that says how."""

import dataclasses
import doctest
import re
from pathlib import Path

import pytest

from mnistlab.lab import mending
from mnistlab.lab.assignment import Accuracy, Config, Private
from mnistlab.lab.labfile import read
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
                       rf"seed was 7.*personal seed {personal_seed('ada')} "
                       rf"\(mnistlab\.personal_seed\('ada'\), --seed {personal_seed('ada')}\)"),
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


# ── what the lab asks for, as check() and the grader see it ─────────────────────────────────────


def lab_with_items(*items):
    return tiny_lab().model_copy(update={"item": items})


def accuracy(**changes):
    return Accuracy(**{"id": "acc", "points": 5, "check": "accuracy", "full_from": 1.0,
                       "none_below": 0.99, "title": "It knows irises", **changes})  # fmt: skip


def settings(**changes):
    return Config(**{"id": "set", "points": 5, "check": "config",
                     "within": {"epochs": (2, 9), "optimizer": ("sgd",)}, **changes})  # fmt: skip


def test_settings_outside_of_the_labs_bounds_are_said(handed):
    (said,) = changed(handed, lab=lab_with_items(settings()))
    assert "epochs is 1; allowed is 2 to 9." in said and "optimizer" not in said
    assert "sheet.save(run)" in said
    assert changed(handed, lab=lab_with_items(settings(within={"epochs": (1, 9)}))) == []


def test_an_accuracy_that_earns_nothing_is_said(handed):
    reached = dataclasses.replace(tiny_run(), test_accuracy=0.98999)
    (said,) = changed(handed, result=reached, lab=lab_with_items(accuracy()))
    assert "98.99%" in said and "99%" in said and "It knows irises" in said
    enough = dataclasses.replace(tiny_run(), test_accuracy=0.99)
    assert changed(handed, result=enough, lab=lab_with_items(accuracy())) == []
    regression = dataclasses.replace(tiny_run(), test_accuracy=None)
    assert changed(handed, result=regression, lab=lab_with_items(accuracy())) == []


@pytest.mark.parametrize("hidden", [{"visible": False}, {"bonus": True}])
def test_what_is_hidden_or_a_bonus_isnt_said(handed, hidden):
    assert changed(handed, lab=lab_with_items(accuracy(**hidden), settings(**hidden))) == []


def test_the_private_test_set_is_never_said(handed):
    secret = Private(id="p", points=1, check="private", full_from=1.0, none_below=0.99,
                     visible=True)  # fmt: skip
    assert changed(handed, lab=lab_with_items(secret)) == []


def test_of_other_data_the_accuracy_says_nothing(handed):
    for dataset in ("digits", "mine.npz"):
        lab = lab_with(lab={"dataset": dataset}).model_copy(update={"item": (accuracy(),)})
        assert "It knows irises" not in " ".join(changed(handed, lab=lab))


# ── the worksheet that isn't there ──────────────────────────────────────────────────────────────


def test_a_lab_with_questions_and_no_worksheet_says_how_to_begin_one(handed):
    (said,) = changed(handed, record=None)
    assert "3 questions" in said and "mnistlab.Worksheet('tiny', 'ada')" in said
    assert "worksheet=False (--no-worksheet)" in said
    (said,) = changed(handed, record=None, lab_as="mylab/lab.toml")
    assert "mnistlab.Worksheet('mylab/lab.toml', 'ada')" in said
    assert changed(handed, record=None, is_said=True) == []
    assert changed(handed, record=None, lab=tiny_lab().model_copy(update={"question": ()})) == []


def test_several_worksheets_are_named(handed):
    (said,) = changed(handed, record=None, lab=None, found=(Path("a.json"), Path("b.json")))
    assert "a.json and b.json" in said and "lab=" in said and "worksheet=" in said


# ── partners and long lists ─────────────────────────────────────────────────────────────────────


def test_partners_are_written_once_each_and_without_oneself(handed):
    partners = ("ADA", " bob ", "bob", "Bob", "eve")
    changed_partners = dataclasses.replace(handed, partners=partners)
    assert changed_partners.others == (" bob ", "eve") == changed_partners.parts[2]
    assert len(list(to_mend(changed_partners))) == 2


def test_many_empty_questions_stand_on_lines_that_can_be_read():
    lab = read("recognizing_digits")
    record = {"schema_version": 1, "lab": lab.lab.name, "student_id": "ada"}
    result = dataclasses.replace(tiny_run())
    said = next(one for one in to_mend(Handed(result, "ada", (), record, lab)) if "empty" in one)
    lines = said.splitlines()
    assert said.startswith("31 questions are still empty:") and len(lines) > 5
    assert all(len(line) <= 90 for line in lines)
    assert said.split()[5:] == [one.id + ("," if one.id != "exit_ticket" else ".")
                                for one in lab.question if not one.bonus]  # fmt: skip
