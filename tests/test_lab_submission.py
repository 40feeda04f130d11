"""Reading what was handed in: told apart by content, and one bad part costs no other."""

import doctest
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.errors import SubmissionError
from mnistlab.lab import packing, submission
from mnistlab.lab.notebook import RESULT, SUBMISSION, WORKSHEET
from mnistlab.lab.packing import as_output, digest, pack
from mnistlab.lab.submission import unpack
from mnistlab.lab.worksheet import Worksheet
from tiny_lab import tiny_lab, tiny_run


def test_doctests():
    assert doctest.testmod(submission, optionflags=doctest.ELLIPSIS).failed == 0


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    sheet = Worksheet(tiny_lab(), "ada", tmp_path_factory.mktemp("sheets"))
    sheet.answer("why", "So that I isn't too large.")
    sheet.number("count", 35)
    return sheet.record()


@pytest.fixture(scope="module")
def packed(sheet):
    return pack(tiny_run(), "ada", ["bob"], sheet)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "a"
    tiny_run().save(folder)
    return folder


def zipped(held, method=zipfile.ZIP_DEFLATED):
    """Return a zip of names and contents."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return content.getvalue()


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def notebook(*bundles):
    """Return a notebook whose cells have these outputs."""
    cells = [{"cell_type": "code", "metadata": {}, "execution_count": 1, "source": [],
              "outputs": [{"output_type": "display_data", "metadata": {}, "data": bundle}]}
             for bundle in bundles]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 0}).encode()


def same_weights(found):
    for ours, theirs in zip(tiny_run().network.get_weights(), found.weights.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# ── our zip ─────────────────────────────────────────────────────────────────────────────────────


def test_our_zip_gives_everything_back(packed, sheet):
    found = unpack("submission-tiny-ada.zip", packed)
    assert (found.source, found.notes, found.problems) == ("zip", (), ())
    same_weights(found)
    assert found.weights.activations == ("sigmoid", "softmax")
    assert found.weights.precision == "float32"
    assert (found.claim.student, found.claim.partners, found.claim.lab) == ("ada", ("bob",), "tiny")
    assert found.claim.accuracy == tiny_run().test_accuracy
    assert found.worksheet.model_dump(mode="json") == sheet


@pytest.mark.parametrize(
    "name", ["x.pdf", "", "=cmd()", "../../etc/passwd", "a" * 10_000, "\u202e"]
)
def test_the_name_says_nothing(packed, name):
    assert unpack(name, packed).source == "zip"


@pytest.mark.parametrize("top", ["submission-tiny-ada/", "a/b/", "عمر/"])
def test_a_folder_that_was_packed_again_is_read(packed, top):
    held = {top + name: content for name, content in unzipped(packed).items()}
    held["__MACOSX/" + top + "._submission.json"] = b"\x00"
    held[top + ".DS_Store"] = b"\x00"
    same_weights(unpack("again.zip", zipped(held)))


def test_a_zip_in_a_zip_is_read_once(packed):
    once = zipped({"submission.zip": packed, "readme.txt": b"hello"})
    found = unpack("once.zip", once)
    same_weights(found)
    assert "zip of 2 files, of which 'submission.zip' was read" in found.notes[0]
    with pytest.raises(SubmissionError, match="is a zip in a zip"):
        unpack("twice.zip", zipped({"once.zip": once}))


CHANGES = {
    "another weight": lambda held: {**held, "weights.npz": held["weights.npz"][:-1] + b"\x01"},
    "another answer": lambda held: {**held, "worksheet.json": held["worksheet.json"] + b" "},
    "a member more": lambda held: {**held, "extra.txt": b"hi"},
    "no worksheet": lambda held: {k: v for k, v in held.items() if k != "worksheet.json"},
    "no weights": lambda held: {k: v for k, v in held.items() if k != "weights.npz"},
    "no digests": lambda held: with_about(held, members=None),
    "digests a list": lambda held: with_about(held, members=[1]),
    "digests empty": lambda held: with_about(held, members={}),
    "a digest that is a number": lambda held: with_about(held, members={"weights.npz": 7}),
}  # fmt: skip


def with_about(held, **changes):
    """Return the members with other content of submission.json."""
    about = {**json.loads(held["submission.json"]), **changes}
    return {**held, "submission.json": json.dumps(about).encode()}


def repacked(held):
    """Return a zip with digests that are right."""
    digests = {name: digest(data) for name, data in held.items() if name != "submission.json"}
    return zipped(with_about(held, members=digests))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_zip_that_was_changed_counts_for_nothing(packed, change):
    with pytest.raises(SubmissionError, match=r"changed after it was packed.*submit again"):
        unpack("x.zip", zipped(change(unzipped(packed))))


def test_bad_weights_cost_the_worksheet_nothing(packed):
    weights = io.BytesIO()
    np.savez(weights, kernel_0=np.full((4, 3), np.nan, "f4"), bias_0=np.zeros(3, "f4"))
    found = unpack("x.zip", repacked({**unzipped(packed), "weights.npz": weights.getvalue()}))
    assert found.weights is None
    assert found.worksheet.numbers == {"count": 35}
    assert found.claim.student == "ada"
    assert "NaN or infinite" in found.problems[0]


def test_a_bad_worksheet_costs_the_weights_nothing(packed):
    found = unpack("x.zip", repacked({**unzipped(packed), "worksheet.json": b"[" * 100_000}))
    same_weights(found)
    assert found.worksheet is None
    assert "deep" in found.problems[0]


def test_a_claim_that_cant_be_read_costs_the_weights_nothing(packed):
    held = with_about(unzipped(packed), test_accuracy="high")
    found = unpack("x.zip", zipped(held))
    same_weights(found)
    assert found.claim is None and "test_accuracy" in found.problems[0]
    assert found.weights.activations == ()


def test_activations_that_dont_fit_are_said(packed):
    held = with_about(unzipped(packed), activations=["sigmoid"] * 3)
    found = unpack("x.zip", zipped(held))
    assert "names 3 activations for 2 layers" in found.problems[0]
    assert found.weights.activations == ()


@pytest.mark.parametrize("change", [{"student_id": "eve"}, {"lab": "other"}])
def test_a_worksheet_of_somebody_or_something_else_is_noted(packed, change):
    held = unzipped(packed)
    record = {**json.loads(held["worksheet.json"]), **change}
    found = unpack("x.zip", repacked({**held, "worksheet.json": json.dumps(record).encode()}))
    assert len(found.notes) == 1
    assert repr(next(iter(change.values()))) in found.notes[0]


def test_the_same_id_typed_otherwise_is_no_other(packed):
    held = unzipped(packed)
    record = {**json.loads(held["worksheet.json"]), "student_id": " ADA "}
    found = unpack("x.zip", repacked({**held, "worksheet.json": json.dumps(record).encode()}))
    assert found.notes == ()


# ── other files ─────────────────────────────────────────────────────────────────────────────────


def test_plain_weights(packed):
    found = unpack("weights.npz", unzipped(packed)["weights.npz"])
    same_weights(found)
    assert (found.source, found.claim, found.worksheet) == ("npz", None, None)
    assert found.weights.activations == ()


def test_a_zipped_folder_of_a_run(run_folder):
    held = {f"runs/a/{file.name}": file.read_bytes() for file in run_folder.iterdir()}
    found = unpack("run.zip", zipped(held))
    same_weights(found)
    assert (found.source, found.problems) == ("zip", ())
    assert found.claim.parameters == 35
    assert found.weights.activations == ("sigmoid", "softmax")


def test_a_run_without_weights_is_a_claim(run_folder):
    held = {"result.json": (run_folder / "result.json").read_bytes(), "x.txt": b""}
    found = unpack("run.zip", zipped(held))
    assert found.weights is None and found.claim.dataset == "iris"
    assert "holds no weights" in found.problems[0]


def test_a_result_by_itself_is_a_claim(run_folder):
    found = unpack("result.json", b"\xef\xbb\xbf" + (run_folder / "result.json").read_bytes())
    assert (found.source, found.weights) == ("record", None)
    assert found.claim.accuracy == tiny_run().test_accuracy
    assert "what it states is a claim" in found.problems[0]


def test_submission_json_by_itself_is_a_claim(packed):
    found = unpack("submission.json", unzipped(packed)["submission.json"])
    assert (found.source, found.weights, found.claim.student) == ("record", None, "ada")


def test_a_worksheet_by_itself(sheet):
    found = unpack("worksheet.json", json.dumps(sheet).encode())
    assert (found.source, found.claim, found.weights) == ("worksheet", None, None)
    assert found.worksheet.numbers == {"count": 35}
    assert "a worksheet only" in found.problems[0]


GOLDEN = sorted(Path(__file__).parent.glob("golden/keras-*/*"))


@pytest.mark.parametrize(
    "file",
    [one for one in GOLDEN if one.name.endswith((".keras", ".h5"))],
    ids=lambda file: f"{file.parent.name}/{file.name}",
)
def test_what_keras_wrote(file):
    found = unpack("model", file.read_bytes())
    assert found.source == ("keras" if file.suffix == ".keras" else "h5")
    assert found.weights.parameters > 0


# ── notebooks ───────────────────────────────────────────────────────────────────────────────────


def test_answers_given_after_submit_count(sheet):
    packed = {SUBMISSION: as_output(tiny_run(), "ada", (), sheet)}
    later = {**sheet, "answers": {"why": "Later."}}
    found = unpack("lab.ipynb", notebook(packed, {WORKSHEET: later}))
    assert found.worksheet.answers == {"why": "Later."}
    before = unpack("lab.ipynb", notebook({WORKSHEET: later}, packed))
    assert before.worksheet.model_dump(mode="json") == sheet
    others = {**later, "student_id": "bob"}
    kept = unpack("lab.ipynb", notebook(packed, {WORKSHEET: others}))
    assert kept.worksheet.model_dump(mode="json") == sheet


def test_a_cell_above_that_ran_later_is_later(sheet):
    packed = {SUBMISSION: as_output(tiny_run(), "ada", (), sheet)}
    later = {**sheet, "answers": {"why": "Later."}}
    book = json.loads(notebook({WORKSHEET: later}, packed))
    for cell, number in zip(book["cells"], (9, 8), strict=True):
        cell["execution_count"] = number
    found = unpack("lab.ipynb", json.dumps(book).encode())
    assert found.worksheet.answers == {"why": "Later."}


@pytest.mark.parametrize("small", [1, packing.SMALL])
def test_a_notebook_gives_everything_back(sheet, monkeypatch, small):
    monkeypatch.setattr(packing, "SMALL", small)
    bundle = {SUBMISSION: as_output(tiny_run(), "ada", ["bob"], sheet), "text/plain": "Written"}
    found = unpack("lab.ipynb", notebook({"text/plain": "3"}, bundle))
    assert found.source == "notebook"
    for ours, theirs in zip(tiny_run().network.get_weights(), found.weights.arrays, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=0 if small > 1 else 2**-9)
    assert found.weights.activations == ("sigmoid", "softmax")
    assert (found.claim.student, found.claim.partners) == ("ada", ("bob",))
    assert found.worksheet.model_dump(mode="json") == sheet
    assert ("half precision" in "".join(found.notes)) == (small == 1)


def test_a_worksheet_shown_elsewhere_in_the_notebook_is_found(sheet):
    bundle = {SUBMISSION: as_output(tiny_run(), "ada")}
    assert unpack("lab.ipynb", notebook({WORKSHEET: sheet}, bundle)).worksheet.lab == "tiny"


def test_a_notebook_with_a_result_only_is_a_claim(sheet):
    record = json.loads(json.dumps(tiny_run().record()))
    found = unpack("lab.ipynb", notebook({WORKSHEET: sheet}, {RESULT: record}))
    assert (found.source, found.weights) == ("record", None)
    assert found.claim.parameters == 35 and found.worksheet.student_id == "ada"
    assert "mnistlab.submit" in found.problems[0]


def test_a_notebook_with_a_worksheet_only(sheet):
    found = unpack("lab.ipynb", notebook({WORKSHEET: sheet}))
    assert (found.source, found.claim) == ("worksheet", None)
    assert found.worksheet.numbers == {"count": 35}


def test_a_notebook_without_our_outputs_says_what_to_run():
    with pytest.raises(SubmissionError, match=r"without an output of mnistlab\.submit"):
        unpack("lab.ipynb", notebook({"text/plain": "3"}))


@pytest.mark.parametrize("broken", [[], "x", None, {}, {"submission": 3}, {"weights": {"a": 1}}])
def test_a_broken_record_in_a_notebook_is_a_submission_error(broken):
    with pytest.raises(SubmissionError):
        unpack("lab.ipynb", notebook({SUBMISSION: broken}))


def test_weights_broken_in_the_notebook_cost_the_worksheet_nothing(sheet):
    packed = as_output(tiny_run(), "ada", [], sheet)
    packed["weights"]["kernel_0"]["data"] = "AAAA"
    found = unpack("lab.ipynb", notebook({SUBMISSION: packed}))
    assert found.weights is None and found.worksheet.numbers and found.claim
    assert "kernel_0" in found.problems[0]


def test_a_zipped_notebook_is_read(sheet):
    inner = notebook({SUBMISSION: as_output(tiny_run(), "ada", [], sheet)})
    found = unpack("lab.zip", zipped({"lab.ipynb": inner}))
    assert found.source == "notebook" and found.weights is not None


# ── nothing of ours ─────────────────────────────────────────────────────────────────────────────

STRANGE = {
    b"": "is empty: 0 bytes",
    b"%PDF-1.7 ...": "is a PDF",
    b"\n <!DOCTYPE html><html>": "is a web page",
    b"\x1f\x8b\x08\x00": "is a gzip archive",
    b"Rar!\x1a\x07": "is a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive",
    b"\x89PNG\r\n\x1a\n": "is a picture",
    b"\x80\x04\x95cos\nsystem\n": "is a pickle",
    b"\x93NUMPY\x01\x00": "is a single array",
    b"import mnistlab\n": "is no file of a kind",
    b"\x00" * 5000: "is no file of a kind",
    b"MZ\x90": "is no file of a kind",
    b"[1, 2]": "is no file of a kind",
    b"{}": "none that mnistlab wrote",
    b'{"a": 1}': "none that mnistlab wrote",
    b"{": "no JSON",
    b'{"a": NaN}': "nan",
    b"PK\x03\x04": "'x'",
    b"PK\x05\x06" + b"\0" * 18: "holds []",
    b"\x89HDF\r\n\x1a\n": "h5",
    b'{"nbformat": 4}': "no list of cells",
    b'{"config": 1, "student_id": 2}': "schema_version",
}


@pytest.mark.parametrize(("data", "said"), STRANGE.items(), ids=lambda v: repr(v)[:25])
def test_what_cant_be_graded_says_what_it_is(data, said):
    with pytest.raises(SubmissionError) as caught:
        unpack("x", data)
    assert said in str(caught.value)


@pytest.mark.parametrize("held", [{"word/document.xml": b"<w/>"}, {"photo.jpg": b"\xff\xd8\xff"},
                                  {"a/b/c.txt": b""}, {"config.json": b"{}"}])  # fmt: skip
def test_a_zip_of_other_things_says_what_it_holds(held):
    with pytest.raises(SubmissionError, match=r"holds \[.*none of it can be graded"):
        unpack("essay.docx", zipped(held))


def test_a_hostile_name_is_shown_in_one_short_visible_line(packed):
    with pytest.raises(SubmissionError) as caught:
        unpack("\x1b[2J\u202e<script>\n" + "a" * 10_000, b"")
    said = str(caught.value)
    assert said.isprintable() and len(said) < 400


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_is_a_submission_error_or_does_no_harm(packed, data):
    at = data.draw(st.integers(0, len(packed) - 1))
    flips = st.integers(1, 255)
    how = data.draw(st.sampled_from(["cut", "flip", "insert"]))
    spoiled = {
        "cut": packed[:at],
        "flip": packed[:at] + bytes([packed[at] ^ data.draw(flips)]) + packed[at + 1 :],
        "insert": packed[:at] + data.draw(st.binary(min_size=1, max_size=9)) + packed[at:],
    }[how]  # fmt: skip
    try:
        found = unpack("x.zip", spoiled)
    except SubmissionError:
        return
    same_weights(found)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([b"", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"{", b'{"nbformat": 4, ']),
       st.binary(max_size=300))  # fmt: skip
def test_any_bytes_are_a_submission_error(magic, rest):
    with pytest.raises(SubmissionError):
        unpack("x", magic + rest)


def test_reading_imports_neither_keras_nor_what_runs_are_made_with():
    code = (
        "import sys, mnistlab.lab.submission\n"
        "print(*sorted(n for n in sys.modules if n.startswith('mnistlab') or '.' not in n))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {"keras", "tensorflow", "matplotlib", "sklearn", "pandas", "numba", "scipy"}
    assert not loaded & heavy
    assert not loaded & {"mnistlab.results", "mnistlab.datasets", "mnistlab.experiment"}
