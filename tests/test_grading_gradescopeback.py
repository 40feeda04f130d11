"""results.json against what Gradescope documents, written out as a JSON schema."""

import json

import jsonschema
import pytest

from gradebooks import LAB, graded, nothing, outcomes
from mnistlab.grading.facts import Facts
from mnistlab.grading.giving_back.gradescopeback import UNREAD, failed, results, write_results

VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
# https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["score"]},
              {"properties": {"tests": {"items": {"required": ["score"]}}}, "required": ["tests"]}],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number", "minimum": 0},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "test_output_format": FORMAT,
        "test_name_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {"type": "array", "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "score": {"type": "number"},
                "max_score": {"type": "number"},
                "status": {"enum": ["passed", "failed"]},
                "name": {"type": "string"},
                "name_format": FORMAT,
                "number": {"type": "string"},
                "output": {"type": "string"},
                "output_format": FORMAT,
                "tags": {"type": "array", "items": {"type": "string"}},
                "visibility": VISIBILITY,
                "extra_data": {"type": "object"},
            },
        }},
        "leaderboard": {"type": "array", "items": {
            "type": "object",
            "required": ["name", "value"],
            "properties": {"name": {"type": "string"}, "value": {"type": ["number", "string"]},
                           "order": {"enum": ["asc", "desc"]}},
        }},
    },
}  # fmt: skip


def valid(said):
    """Return what comes back out of JSON, if Gradescope takes it."""
    again = json.loads(json.dumps(said, allow_nan=False))
    jsonschema.validate(again, SCHEMA)
    return again


def test_the_schema_can_refuse():
    for wrong in ({}, {"score": "1"}, {"score": 1, "tests": [{"status": "ok"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, SCHEMA)


def test_a_grade_is_what_gradescope_documents():
    said = valid(results(graded("ada"), LAB))
    assert said["score"] == 92.5
    assert [one["score"] for one in said["tests"]] == [10, 77.5, 5, 0]
    assert [one["max_score"] for one in said["tests"]] == [10, 80, 5, 10]
    assert [one.get("status") for one in said["tests"]] == ["passed", "failed", "passed", None]
    assert (
        said["tests"][1]["output"] == "About accuracy.\nMeasured: 0.95\nWhat to try: Train longer."
    )
    assert said["tests"][3]["output"] == UNREAD
    assert said["output"].startswith("87.5 of 100 points for the items that are shown.")
    assert said["extra_data"]["submission"] == "sha256:00"


def test_what_is_hidden_says_nothing_before_grades_are_published():
    hidden = valid(results(graded("ada"), LAB))["tests"][2]
    assert (hidden["visibility"], hidden["output"]) == ("after_published", "")
    assert hidden["name"] == "Network (bonus)"


def all_shown(**more):
    """Return a grade without hidden items."""
    shown = tuple(one.model_copy(update={"visible": True}) for one in outcomes())
    return graded("ada", outcomes=shown, **more)


def test_lateness_is_said_with_the_points_before():
    said = valid(results(all_shown(penalty=0.25), LAB))
    assert said["score"] == 69.38
    assert said["output"].startswith("69.38 of 100 points.")
    assert "lateness, 25%, it was 92.5" in said["output"]


@pytest.mark.parametrize("penalty", [0.0, 0.25])
def test_no_hidden_item_s_points_follow_from_what_is_said(penalty):
    said = [valid(results(graded("ada", outcomes=outcomes(network=points), penalty=penalty), LAB))
            for points in (5.0, 2.0, 0.0)]  # fmt: skip
    assert len({one["output"] for one in said}) == 1
    assert ("lateness, 25%" in said[0]["output"]) == bool(penalty)
    unread = outcomes(network=None)
    assert "yet to read: 1." in results(graded("ada", outcomes=unread), LAB)["output"]


def test_nothing_handed_in_earns_nothing():
    said = valid(results(nothing("ada"), LAB))
    assert said["score"] == 0 and "Nothing was handed in" in said["output"]


def test_problems_are_said_as_text():
    facts = Facts(digest="sha256:0", problems=("<script>alert(1)</script> **x**",))
    said = valid(results(graded("ada").model_copy(update={"facts": facts}), LAB))
    assert "<script>" in said["output"]
    assert {said["output_format"], *(one["output_format"] for one in said["tests"])} == {"text"}


def test_points_below_zero_are_zero():
    said = valid(results(graded("ada", outcomes=outcomes(-500.0)), LAB))
    assert said["score"] == 0 and said["tests"][1]["score"] == 0


def test_a_failure_says_why(tmp_path):
    said = valid(failed("The disk is full.", 100.0))
    assert said["score"] == 0 and said["tests"][0]["max_score"] == 100
    assert said["output"] == said["tests"][0]["output"] == "The disk is full."
    file = write_results(tmp_path / "results" / "results.json", failed("é☃\u2028", 1.0))
    assert valid(json.loads(file.read_bytes().decode("ascii")))["output"] == "é☃\u2028"
