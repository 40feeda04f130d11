"""lab/strictjson.py: what Python's reader lets pass is refused, and honest texts are read."""

import doctest
import json
import math

import pytest

from mnistlab.errors import SubmissionError
from mnistlab.lab import strictjson
from mnistlab.lab.strictjson import checked, loose, parse
from tests.hostile_weights import mutations, truncations

HONEST = {
    "student": "Zoë O'Brien 🧠 عمر",
    "brackets in text": '[[{"\\"}]]' * 100,
    "accuracy": 0.97,
    "seed": 2**31 - 1,
    "nothing": None,
    "right": [True, False, -1.5e-7],
}


def test_doctests():
    assert doctest.testmod(strictjson, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_honest_texts_are_read(mark, ascii_only):
    assert parse(mark + json.dumps(HONEST, ensure_ascii=ascii_only).encode(), "it") == HONEST


def test_sixty_levels_and_no_more():
    assert parse(b"[" * 60 + b"]" * 60, "it")
    with pytest.raises(SubmissionError, match="more than 60 deep"):
        parse(b"[" * 61 + b"]" * 61, "it")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\0", "is no JSON"),
        (b'{"a": 1,}', "line 1, column"),
        (b"{'a': 1}", "is no JSON"),
        (b'"\n"', "is no JSON"),
        (b"[" * 10_000 + b"]" * 10_000, "60 deep"),
        (b"[" * 10_000, "60 deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "60 deep"),
        (b"]" * 100 + b"[" * 161, "is no JSON|60 deep"),
        (b'{"a": 1, "a": 2}', "key 'a' twice"),
        (b'[{"b": {"a": 1, "\\u0061": 2}}]', "key 'a' twice"),
        (b"[NaN]", "number nan"),
        (b"[-Infinity]", "number -inf"),
        (b"[1e999]", "number inf"),
        (b'{"a": [{"b": -1e999}]}', "number -inf"),
        (b"9" * 301, "301 digits"),
        (b"9" * 100_000, "100,000 digits"),
        (b'["\\ud800"]', "half a character"),
        (b'{"\\udfff": 1}', "half a character"),
        (b'"\xed\xa0\x80"', "isn't a text in UTF-8"),
        (b'"caf\xe9"', "isn't a text in UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "in UTF-16"),
        ('{"a": 1}'.encode("utf-16-be"), "is no JSON"),
        ('{"a": 1}'.encode("utf-32"), "UTF-16|UTF-8|no JSON"),
        (b"[" + b"0," * 2_000_001 + b"0]", "2,000,000 values"),
        (b"[]" * 1_000_001, "2,000,000 values"),
        (b"]" * 2_000_001, "2,000,000 values"),
        (b" " * (8 * 2**20 + 1), "at most 8,388,608"),
    ],
)
def test_refused_with_a_sentence(text, said):
    with pytest.raises(SubmissionError, match=f"^worksheet.json.*({said})") as why:
        parse(text, "worksheet.json")
    assert len(str(why.value)) < 400


def test_many_quotes_are_looked_at_once():
    # with a search that begins anew at each quote this would take hours
    with pytest.raises(SubmissionError, match="is no JSON"):
        parse(b'"' + b'\\"' * 3_000_000, "it")
    with pytest.raises(SubmissionError, match="is no JSON"):
        parse(b'"' + b"\\" * 6_000_001, "it")


def test_a_bracket_in_an_unfinished_text_does_not_count():
    with pytest.raises(SubmissionError, match="is no JSON"):
        parse(b'"' + b"[" * 100, "it")


def test_loose_takes_what_notebooks_hold_and_checked_refuses_it():
    value = loose(b'[NaN, "\\ud83d", 1e999]', "it")
    assert math.isnan(value[0]) and value[2] == math.inf
    for one in value:
        with pytest.raises(SubmissionError):
            checked({"a": [one]}, "it")
    with pytest.raises(SubmissionError, match="twice"):
        loose(b'{"a": 1, "a": 2}', "it")


def test_whatever_comes_is_a_value_or_a_submission_error():
    honest = json.dumps(HONEST).encode()
    for text in [*truncations(honest), *mutations(honest, 2000)]:
        try:
            checked(parse(text, "it"), "it")
        except SubmissionError as why:
            assert str(why).startswith("it")
