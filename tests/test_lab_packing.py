"""What is handed in: the zip and the notebook's output, the same bytes for the same things."""

import dataclasses
import hashlib
import io
import json
import zipfile

import numpy as np
import pytest

import mnistlab
from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import DivergedError
from mnistlab.grading.isolated.forward import answers, in_blocks
from mnistlab.lab import packing
from mnistlab.lab.members import members
from mnistlab.lab.notebook import decoded
from mnistlab.lab.packing import as_output, halved, pack, record_of
from mnistlab.lab.worksheet import Worksheet
from tiny_lab import tiny_lab, tiny_run


@pytest.fixture
def sheet(tmp_path):
    sheet = Worksheet(tiny_lab(), "ada", tmp_path)
    sheet.answer("why", "Because it's 'so': 🙂 العربية \"\"\"")
    return sheet


def of_zip(content):
    """Return a zip's members, read by Python's own reader, and submission.json."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    return held, json.loads(held["submission.json"])


def test_the_zip_holds_what_it_says(sheet):
    run = tiny_run()
    held, about = of_zip(pack(run, "ada", ["bob"], sheet))
    assert list(held) == ["submission.json", "weights.npz", "worksheet.json"]
    for name in ("weights.npz", "worksheet.json"):
        assert about["members"][name] == "sha256:" + hashlib.sha256(held[name]).hexdigest()
    assert about["schema_version"] == 1
    assert (about["student_id"], about["partners"], about["lab"]) == ("ada", ["bob"], "tiny")
    assert about["config"] == run.config.as_dict()
    assert about["dataset"]["digest"] == run.dataset.digest
    assert about["test_accuracy"] == run.test_accuracy
    assert about["activations"] == ["sigmoid", "softmax"]
    assert about["environment"]["mnistlab"]
    assert json.loads(held["worksheet.json"]) == sheet.record()
    with np.load(io.BytesIO(held["weights.npz"]), allow_pickle=False) as weights:
        for ours, theirs in zip(run.network.get_weights(), weights.values(), strict=True):
            assert ours.dtype == theirs.dtype == np.float32
            np.testing.assert_array_equal(ours, theirs)


def test_the_reader_of_hostile_zips_takes_it(sheet):
    content = pack(tiny_run(), "ada", worksheet=sheet)
    assert members(content, "it") == of_zip(content)[0]


def test_the_same_makes_the_same_bytes_whatever_the_time(sheet, monkeypatch):
    one = pack(tiny_run(), "ada", ["bob"], sheet)
    monkeypatch.setattr("time.time", lambda: 1e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2001, 9, 9, 1, 46, 40, 6, 252, 0))
    assert pack(tiny_run(), "ada", ["bob"], sheet) == one
    assert pack(tiny_run(), "eve", ["bob"], sheet) != one


def test_without_a_worksheet_there_is_none():
    held, about = of_zip(pack(tiny_run(), "ada"))
    assert list(held) == ["submission.json", "weights.npz"]
    assert about["lab"] == ""


def test_a_float64_network_stays_float64():
    run = tiny_run()
    network = ClassicNetwork(run.layer_sizes, dtype="float64")
    held, _ = of_zip(pack(dataclasses.replace(run, model=network), "ada"))
    with np.load(io.BytesIO(held["weights.npz"])) as weights:
        assert weights["kernel_0"].dtype == np.float64


def test_the_output_carries_the_same_in_half_precision(sheet, monkeypatch):
    monkeypatch.setattr(packing, "SMALL", 12)
    run = tiny_run()
    out = json.loads(json.dumps(as_output(run, "ada", ["bob"], sheet), allow_nan=False))
    assert out["submission"] == of_zip(pack(run, "ada", ["bob"], sheet))[1]
    assert out["worksheet"] == sheet.record()
    assert out["weights"].pop("activations") == ["sigmoid", "softmax"]
    assert list(out["weights"]) == ["kernel_0", "bias_0", "kernel_1", "bias_1"]
    kernel = run.network.get_weights()[0]
    assert [one["dtype"] for one in out["weights"].values()] == ["float16", *["float32"] * 3]
    for ours, theirs in zip(run.network.get_weights()[1:], decoded(out["weights"]).arrays[1:],
                            strict=True):  # fmt: skip
        np.testing.assert_array_equal(ours, theirs)  # what is small stays as it is
    np.testing.assert_allclose(decoded(out["weights"]).arrays[0], kernel, rtol=2**-9)


def test_errors_of_rounding_cancel_from_input_to_input():
    rng = np.random.default_rng(0)
    kernel = rng.normal(0, 0.05, (784, 200)).astype("f4")
    smooth = np.convolve(rng.random(784), np.ones(9) / 9, "same").astype("f4")  # as a picture is
    exact = smooth @ kernel
    plain = np.abs(smooth @ kernel.astype("f2").astype("f4") - exact).mean()
    assert np.abs(smooth @ halved(kernel).astype("f4") - exact).mean() < plain / 3
    assert (np.abs(halved(kernel).astype("f4") - kernel) < 2**-13).all()  # each by a step at most


def test_half_precision_changes_hardly_an_answer():
    data = mnistlab.load_data("mnist_5k")
    blocks = in_blocks(np.concatenate([data.x_train, data.x_test]))
    run = mnistlab.run_experiment(dataset=data, engine="classic", epochs=2, seed=1, verbose=0)
    ours = answers(run.network.get_weights(), ("sigmoid", "softmax"), blocks)
    theirs = decoded(as_output(run, "ada")["weights"]).arrays
    assert (answers(theirs, ("sigmoid", "softmax"), blocks) != ours).sum() <= 1  # of 5,000


def test_the_network_of_the_lecture_takes_about_a_megabyte():
    network = ClassicNetwork((784, 512, 10))
    run = dataclasses.replace(tiny_run(), model=network)
    assert 1.0e6 < len(json.dumps(as_output(run, "ada"))) < 1.2e6


def test_a_weight_beyond_half_precision_keeps_single_precision(monkeypatch):
    monkeypatch.setattr(packing, "SMALL", 12)
    run = tiny_run()
    kernel, *others = run.network.get_weights()
    kernel = kernel.copy()
    kernel[0, 0] = 70_000
    network = ClassicNetwork(run.layer_sizes)
    network.set_weights([kernel, *others])
    out = as_output(dataclasses.replace(run, model=network), "ada")["weights"]
    assert out["kernel_0"]["dtype"] == "float32"
    np.testing.assert_array_equal(decoded(out).arrays[0], kernel)


def test_a_figure_that_is_nan_is_never_packed():
    broken = dataclasses.replace(tiny_run(), test_loss=float("nan"))
    for make in (pack, as_output):
        with pytest.raises(DivergedError, match="test_loss"):
            make(broken, "ada")


def test_a_worksheet_or_its_record(sheet):
    assert record_of(sheet) == record_of(sheet.record()) == sheet.record()
    assert record_of(None) is None


def test_doctest():
    assert packing.digest(b"").startswith("sha256:e3b0c442")
