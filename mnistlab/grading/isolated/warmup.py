"""Everything a submission could need, used once before there is one.

A process that has given up opening files can't import either; so what a module imports on first
use has to be imported by then. A network of ones as each kind of file does that, and shows at the
same time that the grader works here.
"""

import base64
import io
import json
import zipfile
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from mnistlab.errors import MnistlabError
from mnistlab.grading.isolated.exam import Exam
from mnistlab.grading.isolated.measuring import drawn, measured
from mnistlab.lab import drawings
from mnistlab.lab.notebook import SUBMISSION

SEED = "warm-up"


def measure_each_kind(exam: Exam) -> None:
    """Measure a tiny network as each kind of file.

    Raises:
        MnistlabError: one of them can't be read on this machine, so nothing else should be.
    """
    small = Exam(exam.network, exam.test.first(50))
    files = _files(_arrays(exam))
    if not drawn([("lab.ipynb", files["lab.ipynb"])])[0]:
        raise MnistlabError("The grader doesn't work on this machine: its own drawing can't be "
                            "read. Report this.")  # fmt: skip
    for name, data in files.items():
        facts = measured([(name, data)], small, [SEED])
        if facts.correct is None:
            raise MnistlabError(f"The grader doesn't work on this machine: its own {name} can't "
                                f"be read ({' '.join(facts.problems)}). Report this.")  # fmt: skip
    measured([("essay.pdf", b"%PDF"), ("x.zip", b"PK\x03\x04"), ("x.h5", b"\x89HDF\r\n\x1a\n"),
              ("x.json", b"{"), ("x.json", b'{"config": {}}')], small, [SEED])  # fmt: skip
    exam.expected(SEED, [one.id for one in exam.questions])


def _arrays(exam: Exam) -> dict[str, NDArray[Any]]:
    """Return a network with one hidden unit."""
    n, m = exam.network.inputs, exam.network.classes
    return {"kernel_0": np.ones((n, 1), "f4"), "bias_0": np.zeros(1, "f4"),
            "kernel_1": np.ones((1, m), "f4"), "bias_1": np.zeros(m, "f4")}  # fmt: skip


def _files(arrays: dict[str, NDArray[Any]]) -> dict[str, bytes]:
    """Return the network as each kind of file."""
    npz = io.BytesIO()
    np.savez(npz, **arrays)  # type: ignore[arg-type]
    h5 = _h5(arrays)
    return {"weights.npz": npz.getvalue(), "model.weights.h5": h5,
            "model.keras": _keras(arrays, h5), "lab.ipynb": _notebook(arrays)}  # fmt: skip


def _h5(arrays: dict[str, NDArray[Any]]) -> bytes:
    """Return Keras's file of weights."""
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        for k, layer in enumerate(("dense", "dense_1")):
            for v, kind in enumerate(("kernel", "bias")):
                h5[f"layers/{layer}/vars/{v}"] = arrays[f"{kind}_{k}"]
    return file.getvalue()


def _keras(arrays: dict[str, NDArray[Any]], h5: bytes) -> bytes:
    """Return Keras's file of a model."""
    layers = [{"class_name": "Dense", "config": {"units": arrays[f"bias_{k}"].size,
               "activation": name}} for k, name in enumerate(("sigmoid", "softmax"))]  # fmt: skip
    config = {"class_name": "Sequential", "config": {"layers": layers}}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", h5)
    return file.getvalue()


def _notebook(arrays: dict[str, NDArray[Any]]) -> bytes:
    """Return a notebook whose output carries the network and a worksheet."""
    packed = {
        name: {"shape": list(one.shape), "dtype": "float16",
               "data": base64.b64encode(one.astype("<f2").tobytes()).decode()}
        for name, one in arrays.items()
    }  # fmt: skip
    about = {"schema_version": 1, "student_id": SEED, "lab": "warm_up", "config": {"seed": 0},
             "dataset": {"name": "", "digest": ""}, "history": {"loss": [1.0]}}  # fmt: skip
    sheet = {"schema_version": 1, "lab": "warm_up", "student_id": SEED, "answers": {"a": "b"},
             "predictions": {"a": 1}, "numbers": {"a": 1.0},
             "experiments": [{"config": {}, "test_accuracy": 0.5}],
             "digits": drawings.write([[[255]]], [1])}  # fmt: skip
    weights = {**packed, "activations": ["sigmoid", "softmax"]}
    record = {"submission": about, "weights": weights, "worksheet": sheet}
    cell = {"cell_type": "code", "source": "", "metadata": {}, "execution_count": 1,
            "outputs": [{"output_type": "display_data", "metadata": {},
                         "data": {SUBMISSION: record}}]}  # fmt: skip
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    return json.dumps(book).encode()
