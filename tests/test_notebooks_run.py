"""The notebooks, run to their ends on the 5,000-digit sample, and read as pages."""

import base64
import json
import re
import types

import nbformat
import pytest

from browser import Opened, chromium
from builder.pages import page
from builder.running import failures
from labbooks import FOR_STUDENTS, NAMES, built, executed, is_students, source_of
from mnistlab.experiment import run_experiment

MOST_BYTES = 6_000_000  # of a notebook with all its outputs, a page to draw on among them
WARNED = "mnistlab: x holds values up to 255."  # what a notebook does on purpose, and announces


@pytest.fixture(scope="module", params=NAMES)
def run(request, tmp_path_factory):
    """Return each notebook of the instructor's edition as it was run, and its path."""
    path = built(request.param, tmp_path_factory.mktemp(request.param))
    return executed(path), path


def test_the_instructors_edition_runs_to_its_end_and_reads_well(run):
    notebook, path = run
    assert failures(notebook) == []
    assert path.stat().st_size < MOST_BYTES
    errors = [out.text for cell in notebook.cells for out in cell.get("outputs", [])
              if out.output_type == "stream" and out.name == "stderr"]  # fmt: skip
    assert [one for one in errors if not one.startswith(WARNED)] == []
    _has_pictures_with_alt_texts(notebook)
    _reads_well_as_a_page(path)


def _has_pictures_with_alt_texts(notebook):
    """Every image in an output of HTML has an alt text of several words."""
    shown = ["".join(out.get("data", {}).get("text/html", "")) for cell in notebook.cells
             for out in cell.get("outputs", [])]  # fmt: skip
    found = re.findall(r"<img\b[^>]*>", "".join(shown))
    alts = [re.search(r'alt="([^"]*)"', tag) for tag in found]
    assert all(alt and len(alt[1].split()) > 5 for alt in alts)


def _reads_well_as_a_page(path):
    """Nothing that axe-core finds is wrong in what the notebook itself says and shows."""
    with chromium() as browser:
        opened = Opened(browser, page(path, formulas=False))
        opened.open_details()
        assert opened.violations() == []


@pytest.fixture(scope="module", params=FOR_STUDENTS)
def untouched(request, tmp_path_factory):
    """Return each notebook of the student's edition as it was run with nothing filled in."""
    return executed(built(request.param, tmp_path_factory.mktemp(request.param), "student"))


def test_the_students_edition_fails_only_at_what_is_the_students_to_write(untouched):
    failed = [n for n, _ in failures(untouched)]
    others = [source_of(untouched.cells[n]) for n in failed if not is_students(untouched.cells[n])]
    assert others == []


def test_what_is_not_done_yet_is_said_in_words(untouched):
    for n, said in failures(untouched):
        name, _, words = said.partition(": ")
        assert name != "NameError", untouched.cells[n].source
        stub = name == "NotImplementedError"
        assert stub or len(words.split()) > 3, (untouched.cells[n].source, said)


def test_cells_can_be_run_twice(tmp_path):
    """Each cell is run twice in a row, and what it shows the second time is no failure."""
    path = built("01_threshold_units", tmp_path)
    notebook = nbformat.read(path, as_version=4)
    twice = []
    for cell in notebook.cells:
        again = nbformat.from_dict(json.loads(json.dumps(cell)))
        again["id"] = f"{cell['id']}-again"
        twice += [cell, again] if cell.cell_type == "code" else [cell]
    notebook.cells = twice
    nbformat.write(notebook, path)
    assert failures(executed(path)) == []


def test_the_plain_program_runs_where_a_backend_is_chosen(tmp_path, monkeypatch, capsys):
    """Run-all leaves this cell's program to who chooses a backend: here TensorFlow is chosen."""
    notebook = nbformat.read(built("04_classic_and_keras", tmp_path), as_version=4)
    [cell] = [one.source for one in notebook.cells if 'BACKEND = ""' in one.source]
    here = run_experiment(dataset="iris", engine="keras", hidden_units=4, epochs=1, verbose=0)
    monkeypatch.chdir(tmp_path)
    names = {"both": types.SimpleNamespace(keras=here), "program": here.as_keras()}
    exec(cell.replace('BACKEND = ""', 'BACKEND = "tensorflow"'), names)
    said = capsys.readouterr().out
    assert "mentions mnistlab: no" in said
    assert re.search(r"plain, tensorflow: test accuracy \d+\.\d\d%", said)


def test_pictures_in_outputs_are_whole(run):
    notebook, _ = run
    images = [out.data["image/png"] for cell in notebook.cells for out in cell.get("outputs", [])
              if "image/png" in out.get("data", {})]  # fmt: skip
    assert all(base64.b64decode(one).endswith(b"IEND\xaeB`\x82") for one in images)
