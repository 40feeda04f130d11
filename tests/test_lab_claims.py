"""Claims: what a submission says of itself is read within limits, or refused in one sentence."""

import doctest
import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.errors import SubmissionError
from mnistlab.grading.facts import Experiment, Facts
from mnistlab.lab import claims
from mnistlab.lab.claims import (
    NewerVersion,
    WorksheetRecord,
    of_result,
    of_submission,
    worksheet_of,
)
from tiny_lab import tiny_run


def test_doctests():
    assert doctest.testmod(claims).failed == 0


@pytest.fixture
def result():
    return json.loads(json.dumps(tiny_run().record()))


@pytest.fixture
def submission(result):
    return {**result, "student_id": "ada", "partners": ["bob"], "lab": "tiny",
            "activations": ["sigmoid", "softmax"]}  # fmt: skip


@pytest.fixture
def sheet():
    return {"schema_version": 1, "lab": "tiny", "student_id": "ada", "seed": 7,
            "predictions": {"guess": 0.5, "sure": True, "many": 3, "word": "β"},
            "numbers": {"count": 35}, "answers": {"why": "𝄞 \u0000 'x' \"\"\" "},
            "experiments": [{"config": {"hidden_units": [4, 3], "epochs": 1, "loss": None},
                             "test_accuracy": 0.9}]}  # fmt: skip


# ── what is taken ───────────────────────────────────────────────────────────────────────────────


def test_a_real_result_is_taken_whole(result):
    run, claim = tiny_run(), of_result(result)
    assert claim.config == run.config.as_dict()
    assert (claim.seed, claim.dataset, claim.dataset_digest) == (
        run.config.seed, "iris", run.dataset.digest)  # fmt: skip
    assert (claim.accuracy, claim.parameters, claim.completed) == (run.test_accuracy, 35, True)
    assert claim.activations == ("sigmoid", "softmax")
    assert list(claim.history["loss"]) == run.history["loss"]
    assert (claim.student, claim.partners, claim.lab) == ("", (), "")


def test_a_submission_says_whose_it_is(submission):
    claim = of_submission(submission)
    assert (claim.student, claim.partners, claim.lab) == ("ada", ("bob",), "tiny")
    assert claim.activations == ("sigmoid", "softmax")


@pytest.mark.parametrize(
    ("config", "activations"),
    [
        ({"hidden_units": [4, 3], "hidden_activation": "tanh", "output_activation": "softmax"},
         ("tanh", "tanh", "softmax")),
        ({"hidden_units": [], "output_activation": "sigmoid"}, ("sigmoid",)),
        ({"hidden_units": 4, "output_activation": "sigmoid"}, ()),
        ({"hidden_units": 4, "hidden_activation": "relu", "output_activation": None}, ()),
        ({}, ()),
    ],
)  # fmt: skip
def test_activations_as_far_as_a_config_says_them(result, config, activations):
    assert of_result({**result, "config": config}).activations == activations


def test_a_worksheet_is_taken_as_it_is(sheet):
    record = worksheet_of(sheet)
    assert record.model_dump(mode="json") == {**sheet, "numbers": {"count": 35.0}, "digits": ""}
    kinds = [type(one) for one in record.predictions.values()]
    assert kinds == [float, bool, int, str]


def test_what_isnt_known_is_left_out(sheet, submission):
    assert not hasattr(worksheet_of({**sheet, "colour": "red"}), "colour")
    assert of_submission({**submission, "mood": [[[]]]}).student == "ada"


def test_a_seed_that_is_no_whole_number_is_no_seed(result):
    assert of_result({**result, "config": {"seed": "7"}}).seed is None
    assert of_result({**result, "config": {"seed": True}}).seed is None


def test_a_regression_has_no_accuracy(result):
    assert of_result({**result, "test_accuracy": None}).accuracy is None


def test_the_largest_claim_fits_into_facts(submission, sheet):
    """What is read here is what facts hold: the limits are the same."""
    most = {
        **submission,
        "student_id": "s" * 300,
        "partners": ["p" * 300] * 50,
        "config": {f"{k:0300}": "v" * 300 for k in range(50)},
        "history": {f"{k:0300}": [0.5] * 10_000 for k in range(20)},
        "activations": ["a" * 300] * 50,
    }
    worksheet = worksheet_of({
        **sheet,
        "numbers": {f"{k:0300}": 0.5 for k in range(500)},
        "answers": {f"{k:0300}": "𝄞" * 20_000 for k in range(3)},
        "experiments": [sheet["experiments"][0]] * 500,
    })  # fmt: skip
    claim = of_submission(most)
    facts = Facts(
        digest="sha256:0", student=claim.student, partners=claim.partners, seed=claim.seed,
        activations=claim.activations, config=claim.config, history=claim.history,
        numbers=worksheet.numbers, answers=worksheet.answers,
        predictions={name: str(value) for name, value in worksheet.predictions.items()},
        experiments=[Experiment(**one.model_dump()) for one in worksheet.experiments],
    )  # fmt: skip
    assert facts.config == claim.config


# ── what is refused ─────────────────────────────────────────────────────────────────────────────

ODD_RESULTS = {
    "no config": {"config": None},
    "config a list": {"config": []},
    "a float in hidden_units": {"config": {"hidden_units": [1.5]}},
    "true in hidden_units": {"config": {"hidden_units": [True]}},
    "a long list": {"config": {"hidden_units": [1] * 51}},
    "a setting that is an object": {"config": {"seed": {"$ref": "x"}}},
    "a list of lists": {"config": {"hidden_units": [[4]]}},
    "a huge seed": {"config": {"seed": 2**63}},
    "a seed of 300 digits": {"config": {"seed": 10**299}},
    "a long word": {"config": {"optimizer": "a" * 301}},
    "a long name": {"config": {"a" * 301: 1}},
    "many settings": {"config": {str(k): k for k in range(51)}},
    "NaN in config": {"config": {"learning_rate": float("nan")}},
    "dataset a word": {"dataset": "iris"},
    "digest a number": {"dataset": {"name": "iris", "digest": 7}},
    "accuracy a word": {"test_accuracy": "0.97"},
    "accuracy infinite": {"test_accuracy": float("inf")},
    "accuracy true": {"test_accuracy": True},
    "accuracy of 300 digits": {"test_accuracy": 10**299 * 10**299},
    "parameters negative": {"parameters": -1},
    "parameters a float": {"parameters": 35.0},
    "history a list": {"history": [0.5]},
    "history NaN": {"history": {"loss": [float("nan")]}},
    "history of words": {"history": {"loss": ["0.5"]}},
    "history too long": {"history": {"loss": [0.5] * 10_001}},
    "history too wide": {"history": {str(k): [] for k in range(21)}},
    "history None": {"history": {"loss": [None]}},
    "completed 1": {"completed": 1},
}


@pytest.mark.parametrize("odd", ODD_RESULTS.values(), ids=ODD_RESULTS)
def test_an_odd_part_is_refused_with_its_name(result, submission, odd):
    name = next(iter(odd))
    for read, value in ((of_result, result), (of_submission, submission)):
        with pytest.raises(SubmissionError, match=f"can't be read: at '{name}") as caught:
            read({**value, **odd})
        assert len(str(caught.value)) < 700
        assert "mnistlab.submit" in str(caught.value)


ODD_SHEETS = {
    "an answer that is a number": {"answers": {"why": 7}},
    "a long answer": {"answers": {"why": "a" * 20_001}},
    "a number that is text": {"numbers": {"count": "35"}},
    "a number that is true": {"numbers": {"count": True}},
    "NaN": {"numbers": {"count": float("nan")}},
    "a prediction that is a list": {"predictions": {"guess": [1]}},
    "a long prediction": {"predictions": {"guess": "a" * 301}},
    "an infinite prediction": {"predictions": {"guess": float("-inf")}},
    "many answers": {"answers": {str(k): "" for k in range(501)}},
    "experiments an object": {"experiments": {}},
    "an experiment without config": {"experiments": [{"test_accuracy": 0.5}]},
    "many experiments": {"experiments": [{"config": {}}] * 501},
    "no student": {"student_id": None},
    "a student of 301 characters": {"student_id": "a" * 301},
    "lab a list": {"lab": ["tiny"]},
}


@pytest.mark.parametrize("odd", ODD_SHEETS.values(), ids=ODD_SHEETS)
def test_an_odd_worksheet_is_refused(sheet, odd):
    with pytest.raises(SubmissionError, match=f"worksheet.json.*at '{next(iter(odd))}"):
        worksheet_of({**sheet, **odd})


@pytest.mark.parametrize("partners", ["bob", [1], [None], ["a" * 301], ["a"] * 51, {"bob": 1}])
def test_odd_partners_are_refused(submission, partners):
    with pytest.raises(SubmissionError, match="'partners"):
        of_submission({**submission, "partners": partners})


@pytest.mark.parametrize("version", [None, 0, -1, "1", 1.0, True, [1]])
def test_what_has_no_version_isnt_ours(result, version):
    with pytest.raises(SubmissionError, match="has no schema_version"):
        of_result({**result, "schema_version": version})


@pytest.mark.parametrize("value", [None, [], "text", 7, {}])
def test_what_is_no_record_isnt_ours(value):
    for read in (of_result, of_submission, worksheet_of):
        with pytest.raises(SubmissionError, match="has no schema_version"):
            read(value)


def test_a_later_version_says_who_has_to_update(result):
    with pytest.raises(NewerVersion, match=r"version 2, .*pip install --upgrade mnistlab"):
        of_result({**result, "schema_version": 2})


def test_a_refusal_never_shows_long_or_hidden_text(sheet):
    name = "\u202e\x1b[31m<script>" + "a" * 10_000
    with pytest.raises(SubmissionError) as caught:
        worksheet_of({**sheet, "answers": {name: "x"}})
    said = str(caught.value)
    assert len(said) < 500
    assert "\x1b" not in said and "\u202e" not in said


def test_a_million_odd_entries_are_refused_before_they_are_looked_into(sheet):
    with pytest.raises(SubmissionError, match="1,000,000 entries"):
        worksheet_of({**sheet, "answers": dict.fromkeys(map(str, range(10**6)), 7)})
    with pytest.raises(SubmissionError, match="1,000,000 entries"):
        worksheet_of({**sheet, "experiments": [7] * 10**6})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
SUBMISSION_KEYS = ("config", "dataset", "parameters", "test_accuracy", "history", "completed",
                   "student_id", "partners", "lab", "activations", "schema_version")  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(SUBMISSION_KEYS), json_values, min_size=1))
def test_any_json_is_a_claim_or_a_submission_error(changes):
    good = {"schema_version": 1, "student_id": "ada", "config": {}, "dataset": {}}
    for read in (of_submission, of_result):
        try:
            claim = read({**good, **changes})
        except SubmissionError:
            continue
        json.dumps(claim.model_dump(mode="json"), allow_nan=False)


SHEET_KEYS = ("lab", "student_id", "seed", "predictions", "numbers", "answers", "experiments")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(SHEET_KEYS), json_values, min_size=1))
def test_any_json_is_a_worksheet_or_a_submission_error(changes):
    good = {"schema_version": 1, "lab": "tiny", "student_id": "ada"}
    try:
        record = worksheet_of({**good, **changes})
    except SubmissionError:
        return
    assert isinstance(record, WorksheetRecord)
    json.dumps(record.model_dump(mode="json"), allow_nan=False)


def test_integers_beyond_pythons_limit_of_digits_are_refused(result):
    limit = sys.get_int_max_str_digits()
    with pytest.raises(SubmissionError):
        of_result({**result, "config": {"seed": 10 ** (limit + 10)}})
