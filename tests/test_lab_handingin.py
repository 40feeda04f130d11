"""submit(): says what can be mended before it writes, writes all or nothing, and can be read."""

import dataclasses
import json
import os
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import DivergedError, InputError, SaveError
from mnistlab.lab import handingin
from mnistlab.lab.handingin import submit
from mnistlab.lab.notebook import SUBMISSION
from mnistlab.lab.submission import unpack
from mnistlab.lab.worksheet import Worksheet
from tiny_lab import TEXT, tiny_lab, tiny_run


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder, in which nothing but what is handed in should appear."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def sheet(tmp_path):
    sheet = Worksheet(tiny_lab(), "ada", tmp_path / "sheets")
    sheet.predict("guess", "0,5"), sheet.number("count", "35"), sheet.answer("why", "it's 🙂")
    return sheet


def test_what_is_handed_in_can_be_read(here, sheet, capsys):
    path = submit(tiny_run(), "ada", sheet, ["bob"])
    assert path == Path("submission-tiny-ada.zip") and os.listdir(here) == [path.name]
    found = unpack(path.name, path.read_bytes())
    assert (found.claim.student, found.claim.partners, found.claim.lab) == ("ada", ("bob",), "tiny")
    assert found.worksheet.model_dump(mode="json") == sheet.record()
    assert found.weights.layer_sizes == (4, 4, 3)
    assert (found.notes, found.problems) == ((), ())
    said = capsys.readouterr().out
    assert "Written: submission-tiny-ada.zip" in said and "with bob" in said and "4-4-3" in said


def test_handing_in_again_replaces_it(here, sheet):
    path = submit(tiny_run(), "ada", sheet)
    sheet.answer("why", "better")
    assert submit(tiny_run(), "ada", sheet) == path
    assert unpack(path.name, path.read_bytes()).worksheet.answers == {"why": "better"}


def test_a_saved_run_and_a_worksheets_file_are_taken(here, sheet, tmp_path):
    tiny_run().save(tmp_path / "run")
    path = submit(
        str(tmp_path / "run"), "ada", str(sheet.path), out=tmp_path / "out", lab=tiny_lab()
    )
    assert path == tmp_path / "out" / "submission-tiny-ada.zip"
    found = unpack("x", path.read_bytes())
    assert found.worksheet.model_dump(mode="json") == sheet.record()
    for ours, theirs in zip(tiny_run().network.get_weights(), found.weights.arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_lab_of_a_worksheets_file_is_found_in_the_package(here, tmp_path):
    sheet = Worksheet("recognizing_digits", "ada", tmp_path)
    sheet.predict("predict_beta", 0.1)
    with pytest.raises(InputError, match="this lab is about 'mnist'"):
        submit(tiny_run(), "ada", sheet.path)


def test_without_a_lab_or_worksheet_it_is_called_after_the_data(here):
    assert submit(tiny_run(), "ada").name == "submission-iris-ada.zip"


@pytest.mark.parametrize("partners", [[], (), None, "", "bob", ["bob"], ("bob",), {"bob"}])
def test_partners_may_be_given_in_many_ways(here, partners):
    path = submit(tiny_run(), "ada", partners=partners)
    named = ("bob",) if partners else ()
    assert unpack("x", path.read_bytes()).claim.partners == named


def test_the_place_may_be_a_folder_or_the_zip_itself(here):
    assert submit(tiny_run(), "ada", out="new/folder") == Path("new/folder/submission-iris-ada.zip")
    assert submit(tiny_run(), "ada", out="mine.zip") == Path("mine.zip")
    assert Path("mine.zip").is_file()


def test_it_goes_to_drive_where_drive_is_mounted(here, monkeypatch):
    monkeypatch.setattr(handingin.sheetfiles, "DRIVE", here)
    assert submit(tiny_run(), "ada") == here / "mnistlab" / "submission-iris-ada.zip"


def test_an_id_that_is_no_file_name_stays_in_its_folder(here):
    path = submit(tiny_run(), "../../ada", anyway=True)
    assert path.parent == Path(".") and len(os.listdir(here)) == 1
    assert unpack("x", path.read_bytes()).claim.student == "../../ada"


# ── what can be mended ──────────────────────────────────────────────────────────────────────────


def test_all_that_can_be_mended_is_said_at_once_and_nothing_is_written(here, sheet):
    sheet.path.unlink()
    empty = Worksheet(tiny_lab(), "eve", sheet.path.parent)
    with pytest.raises(InputError) as caught:
        submit(tiny_run(seed=7, hidden_units=5), "ada", empty, ["ada"])
    said = str(caught.value)
    for part in ("isn't handed in yet", "  1. ", "  5. ", "names yourself", "seed was 7", "4-5-3",
                 "of 'eve'", "3 questions are still empty", "anyway=True"):  # fmt: skip
        assert part in said
    assert os.listdir(here) == []


def test_anyway_hands_it_in_and_says_what_was_left(here, sheet, capsys):
    path = submit(tiny_run(seed=7), "ada", sheet, anyway=True)
    assert "Handed in all the same: The seed was 7" in capsys.readouterr().out
    assert unpack("x", path.read_bytes()).claim.seed == 7


NEVER = {
    "no id": ({"student_id": ""}, "no student id"),
    "id None": ({"student_id": None}, "no student id"),
    "a long id": ({"student_id": "a" * 101}, "at most 100"),
    "no result": ({"result": None}, "None is no result"),
    "a folder without a run": ({"result": "nowhere"}, "holds no run"),
    "partners in one text": ({"partners": "bob, eve"}, 'partners=\\["bob", "eve"\\]'),
    "partners a number": ({"partners": 7}, "no list of ids"),
    "a blank partner": ({"partners": ["bob", " "]}, "no student id"),
    "too many": ({"partners": [f"s{k}" for k in range(51)]}, "names 51 students"),
    "no worksheet": ({"worksheet": 7}, "worksheet=7 is none"),
    "no worksheet's file": ({"worksheet": "none.json"}, "can't be read"),
    "no lab": ({"lab": "none.toml"}, "no file none.toml"),
    "no place": ({"out": "a\0b"}, "can't be used as a folder"),
}


@pytest.mark.parametrize(("given", "said"), NEVER.values(), ids=NEVER)
def test_what_nothing_can_be_written_without(here, given, said):
    for anyway in (False, True):
        with pytest.raises(InputError, match=said):
            submit(**{"result": tiny_run(), "student_id": "ada", **given}, anyway=anyway)
    assert os.listdir(here) == []


def test_what_is_missing_and_what_can_be_mended_stand_in_one_list(here):
    with pytest.raises(InputError) as caught:
        submit(None, "", partners=["bob", "bob"])
    said = str(caught.value)
    assert "no student id" in said and "None is no result" in said and "'bob' twice" in said


def test_a_damaged_worksheets_file_is_said(here, tmp_path):
    file = tmp_path / "sheet.json"
    file.write_bytes(b'{"schema_version": 1,')
    with pytest.raises(InputError, match="The worksheet is no JSON"):
        submit(tiny_run(), "ada", file)


def test_a_seed_that_no_record_holds_can_be_mended(here):
    config = dataclasses.replace(tiny_run().config, seed=2**64)
    with pytest.raises(InputError, match=r"config\.seed"):
        submit(dataclasses.replace(tiny_run(), config=config), "ada")


def test_weights_that_are_nan_are_said_before_they_are_handed_in(here):
    network = ClassicNetwork((4, 4, 3))
    kernel, *others = network.get_weights()
    network.set_weights([np.full_like(kernel, np.nan), *others])
    with pytest.raises(InputError, match="kernel of layer 1 holds 16 numbers that are NaN"):
        submit(dataclasses.replace(tiny_run(), model=network), "ada")
    assert os.listdir(here) == []


def test_figures_that_are_infinite_are_never_handed_in(here):
    broken = dataclasses.replace(tiny_run(), test_loss=np.inf)
    with pytest.raises(DivergedError):
        submit(broken, "ada", anyway=True)
    assert os.listdir(here) == []


def test_a_full_disk_leaves_nothing_half_written(here, monkeypatch):
    path = submit(tiny_run(), "ada")
    before = path.read_bytes()

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(SaveError, match=r"No space left on device.*out="):
        submit(tiny_run(), "ada", partners=["bob"])
    assert os.listdir(here) == [path.name] and path.read_bytes() == before


# ── in a notebook ───────────────────────────────────────────────────────────────────────────────

CELLS = [
    "import mnistlab\nfrom mnistlab.lab.worksheet import Worksheet\n"
    "from mnistlab.lab.handingin import submit\n"
    "sheet = Worksheet('lab.toml', 'ada')",
    "sheet.predict('guess', '0,5')",
    "sheet.number('count', '35')",
    "sheet.answer('why', '''it's \"so\" 🙂 عربي''')",
    "result = mnistlab.run_experiment(dataset='iris', engine='classic', hidden_units=4, epochs=1,"
    " seed=sheet.seed, verbose=0)\nsheet.save(result)",
    "submit(result, 'ada', sheet);",
]


def test_a_real_notebook_carries_it(here):
    """A kernel runs the cells, the notebook is saved, and that file is handed in."""
    Path("lab.toml").write_text(TEXT, encoding="utf-8")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in CELLS])
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(here)}}).execute()
    saved = nbformat.writes(notebook).encode()
    (output,) = notebook.cells[-1].outputs
    assert set(output["data"]) == {"text/plain", SUBMISSION}
    assert "Written: submission-tiny-ada.zip" in output["data"]["text/plain"]
    by_zip = unpack("x.zip", Path("submission-tiny-ada.zip").read_bytes())
    by_notebook = unpack("x.ipynb", saved)
    assert by_notebook.source == "notebook" and by_notebook.problems == ()
    assert by_notebook.claim == by_zip.claim
    assert by_notebook.worksheet == by_zip.worksheet
    assert by_notebook.worksheet.answers == {"why": 'it\'s "so" 🙂 عربي'}
    for half, single in zip(by_notebook.weights.arrays, by_zip.weights.arrays, strict=True):
        np.testing.assert_array_equal(half, single)  # small arrays stay single
    shown = notebook.cells[1].outputs[0]["data"]["text/plain"]
    assert shown.startswith("Prediction to guess") and "3 questions are still empty" in shown


def test_outside_of_a_notebook_ipython_isnt_imported(here, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    submit(tiny_run(), "ada")
    assert "IPython" not in sys.modules
    assert "Hand in this file" in capsys.readouterr().out


def test_on_colab_the_notebook_is_what_stays(here, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", json)
    submit(tiny_run(), "ada")
    assert "Download .ipynb" in capsys.readouterr().out
