"""lab/notebook.py: the last record of each kind, out of whatever else a notebook holds."""

import base64
import doctest
import json
from typing import Any

import numpy as np
import pytest

from mnistlab.errors import SubmissionError
from mnistlab.lab import notebook as room
from mnistlab.lab.notebook import RESULT, SUBMISSION, WORKSHEET, decoded, outputs
from tests.hostile_weights import ARRAYS, mutations, truncations


def cell(*bundles: Any) -> dict[str, Any]:
    shown = [{"output_type": "display_data", "data": one, "metadata": {}} for one in bundles]
    return {"cell_type": "code", "source": [], "outputs": shown}


def ipynb(*cells: Any, **more: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, **more}).encode()


def refused(data: bytes, said: str) -> None:
    with pytest.raises(SubmissionError, match=said) as why:
        outputs(data)
    assert str(why.value).startswith("The notebook") and len(str(why.value)) < 500


def test_doctests():
    assert doctest.testmod(room, optionflags=doctest.ELLIPSIS).failed == 0


# ── outputs ─────────────────────────────────────────────────────────────────────────────────────


def test_the_last_of_each_kind_counts():
    data = ipynb(
        {"cell_type": "markdown", "source": "text"},
        cell({SUBMISSION: {"n": 1}, "text/plain": "x"}, {RESULT: {"n": 2}}),
        cell({"text/html": "<script>"}),
        cell({SUBMISSION: {"n": 3}}),
    )
    assert outputs(data) == {SUBMISSION: {"n": 3}, RESULT: {"n": 2}}


def test_outputs_of_others_only():
    assert outputs(ipynb(cell({"image/png": "iVBOR"}))) == {}


@pytest.mark.parametrize("text", ['{"n": 1}', ['{"n":\n', " 1}"]])
def test_a_record_that_was_saved_as_text(text):
    assert outputs(ipynb(cell({WORKSHEET: text}))) == {WORKSHEET: {"n": 1}}


def test_broken_widgets_and_other_outputs_do_not_matter():
    widgets = {"widgets": {"application/vnd.jupyter.widget-state+json": {}}}
    odd = [None, 7, "x", {"data": None}, {"data": [1]}, {"output_type": "stream", "text": "x"}]
    cells = [None, "x", {"outputs": 7}, {"cell_type": "code", "outputs": odd}]
    data = ipynb(*cells, cell({SUBMISSION: {"n": 1}}), metadata=widgets)
    assert outputs(data) == {SUBMISSION: {"n": 1}}


def test_nan_and_half_characters_of_other_packages_do_not_matter():
    plotly = {"application/vnd.plotly.v1+json": {"y": [float("nan")]}, "text/plain": "\ud83d"}
    assert outputs(ipynb(cell(plotly), cell({RESULT: {"n": 1}}))) == {RESULT: {"n": 1}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"accuracy": float("nan")}, "number nan"),
        ({"accuracy": [float("inf")]}, "number inf"),
        ({"answer": "\ud800"}, "half a character"),
        ("{", "is no JSON"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": 1e999}', "number inf"),
        ("[" * 10_000, "60 deep"),
        ('"\ud800"', "isn't a text in UTF-8"),
    ],
)
def test_a_record_itself_is_strict(content, said):
    refused(ipynb(cell({SUBMISSION: content})), f"The notebook's output .*{said}")


@pytest.mark.parametrize("cells", [[], [cell()], [{"cell_type": "markdown", "source": "x"}]])
def test_no_outputs_says_to_run_all_cells(cells):
    refused(ipynb(*cells), "no outputs. Run all its cells .* save it, download it again")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (json.dumps({"nbformat": 3, "worksheets": []}).encode(), "nbconvert --to notebook"),
        (json.dumps({"nbformat": 5, "cells": []}).encode(), "nbformat 4"),
        (json.dumps({"nbformat": "4", "cells": []}).encode(), "nbformat 4"),
        (json.dumps({"nbformat": True, "cells": []}).encode(), "nbformat 4|old"),
        (json.dumps({"nbformat": 4.0, "cells": []}).encode(), "nbformat 4"),
        (json.dumps({"cells": []}).encode(), "nbformat 4"),
        (json.dumps({"nbformat": 4}).encode(), "no list of cells"),
        (json.dumps({"nbformat": 4, "cells": {}}).encode(), "no list of cells"),
        (b"[]", "no Jupyter notebook"),
        (b"null", "no Jupyter notebook"),
        (b"", "no JSON"),
        (b"<!DOCTYPE html><html>", "no JSON"),
        (ipynb().decode().encode("utf-16"), "UTF-16"),
        (ipynb(*[{}] * 5001), "5,001 cells; at most 5,000"),
        (ipynb(*[cell(*[{}] * 101)] * 100), "more than 10,000 outputs"),
        (b"[" * 10_000, "60 deep"),
        (ipynb() + b" " * 2**26, "at most 67,108,864"),
    ],
)
def test_what_is_no_notebook(data, said):
    refused(data, said)


def test_two_hundred_megabytes():
    refused(b" " * (200 * 2**20), "has 209,715,200 bytes; at most 67,108,864 are read")


# ── weights ─────────────────────────────────────────────────────────────────────────────────────


def packed(dtype: str = "float16") -> dict[str, Any]:
    coded = {
        name: {
            "shape": list(array.shape),
            "dtype": dtype,
            "data": base64.b64encode(array.astype(np.dtype(dtype).newbyteorder("<"))).decode(),
        }
        for name, array in ARRAYS.items()
    }
    return {**coded, "activations": ["sigmoid", "softmax"]}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_weights_come_back(dtype):
    read = decoded(packed(dtype))
    assert read.precision == dtype and read.activations == ("sigmoid", "softmax")
    assert read.arrays[0].dtype == ("float64" if dtype == "float64" else "float32")
    for one, before in zip(read.arrays, ARRAYS.values(), strict=True):
        np.testing.assert_array_equal(one, before)  # all are exact in float16


def test_activations_can_be_missing():
    weights = packed()
    del weights["activations"]
    assert decoded(weights).activations == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shape": [4]}, "should have 8 bytes, but has 6|a bias of"),
        ({"shape": [3.0]}, "states the shape"),
        ({"shape": [True]}, "states the shape"),
        ({"shape": [-3]}, "states the shape"),
        ({"shape": [0]}, "states the shape"),
        ({"shape": [2**40]}, "states the shape"),
        ({"shape": [1, 1, 3]}, "states the shape"),
        ({"shape": "3"}, "states the shape"),
        ({"shape": {}}, "states the shape"),
        ({"dtype": "object"}, "states the type 'object'"),
        ({"dtype": "float32"}, "should have 12 bytes, but has 6"),
        ({"dtype": ["float16"]}, "states the type"),
        ({"dtype": None}, "states the type"),
        ({"data": "AA"}, "no base64"),
        ({"data": "A\nAA="}, "no base64"),
        ({"data": "é" * 8}, "no base64"),
        ({"data": "!!!!!!!!"}, "no base64"),
        ({"data": ""}, "should have 6 bytes, but has 0"),
        ({"data": 7}, "states the type"),
        ({"data": base64.b64encode(np.array([0, np.inf, 0], "<f2")).decode()}, "NaN or infinite"),
        ({"more": 1}, "isn't of the form"),
    ],
)
def test_an_array_that_is_not_what_it_states(change, said):
    weights = packed()
    weights["bias_0"] = {**weights["bias_0"], **change}
    with pytest.raises(SubmissionError, match=said) as why:
        decoded(weights)
    assert len(str(why.value)) < 500


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bias_1": None}, "isn't of the form"),
        ({"bias_1": []}, "isn't of the form"),
        ({"evil": {}}, "should be the arrays"),
        ({"activations": "sigmoid"}, "no list of activations"),
        ({"activations": ["sigmoid"]}, "1 activations for 2 layers"),
        ({"activations": [["sigmoid"], {}]}, "can't be graded"),
        ({"activations": ["os.system", "softmax"]}, "can't be graded"),
    ],
)
def test_weights_of_another_form(change, said):
    with pytest.raises(SubmissionError, match=said):
        decoded({**packed(), **change})


@pytest.mark.parametrize("weights", [None, [], "x", 7, {}])
def test_no_weights(weights):
    with pytest.raises(SubmissionError, match="holds no weights|should be the arrays"):
        decoded(weights)


# ── damage ──────────────────────────────────────────────────────────────────────────────────────


def test_truncated_anywhere():
    for part in truncations(ipynb(cell({SUBMISSION: {"weights": packed()}}))):
        refused(part, "The notebook")


def test_whatever_comes_is_weights_or_a_submission_error():
    for data in mutations(ipynb(cell({SUBMISSION: {"weights": packed()}})), 3000):
        try:
            record = outputs(data).get(SUBMISSION)
            weights = record.get("weights") if isinstance(record, dict) else record
            assert decoded(weights).parameters < 100
        except SubmissionError as why:
            assert str(why)
