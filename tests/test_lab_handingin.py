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

from mnistlab import cli
from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import DivergedError, InputError, SaveError
from mnistlab.lab import drawings, handingin
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
    said = capsys.readouterr().out
    assert "Written all the same, though this can still be mended: The seed was 7" in said
    assert "Handed in" not in said
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
    "no zip": ({"out": "taken.txt"}, r"out='taken\.txt'.*'taken\.zip'"),
    "a file for a run": ({"result": __file__}, "is a file"),
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
    with pytest.raises(InputError, match=f"{file} is no JSON"):
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


def test_a_folder_may_have_a_dot_in_its_name_where_it_is_there(here):
    Path("week.1").mkdir()
    assert submit(tiny_run(), "ada", out="week.1") == Path("week.1/submission-iris-ada.zip")
    Path("week.zip").mkdir()
    assert submit(tiny_run(), "ada", out="week.zip") == Path("week.zip/submission-iris-ada.zip")
    with pytest.raises(InputError, match=r"out='week\.2'.*nor a folder that is there"):
        submit(tiny_run(), "ada", out="week.2")


def test_partners_are_written_clean(here, capsys):
    path = submit(tiny_run(), "ada", partners=["ADA", "bob", "bob"], anyway=True)
    said = capsys.readouterr().out
    assert "Student: ada, with bob\n" in said
    assert "though this can still be mended:\n  1. partners names yourself" in said
    assert unpack("x", path.read_bytes()).claim.partners == ("bob",)


# ── the worksheet in its usual place ────────────────────────────────────────────────────────────


@pytest.fixture
def usual(here, monkeypatch):
    """Return a function that begins a worksheet in the usual place, filled in or not."""
    monkeypatch.setattr(handingin.sheetfiles, "DRIVE", here / "none")

    def begin(student="ada", lab=None, full=True):
        sheet = Worksheet(lab or tiny_lab(), student)
        sheet.predict("guess" if lab is None else "predict_beta", "0,5")
        if full and lab is None:
            sheet.number("count", "35"), sheet.answer("why", "it's 🙂")
        return sheet

    return begin


def test_the_worksheet_in_its_usual_place_is_taken(usual, capsys):
    sheet = usual()
    usual("bob")
    for lab in (tiny_lab(), None):
        path = submit(tiny_run(), "ADA", lab=lab)
        said = capsys.readouterr().out
        found = unpack("x", path.read_bytes())
        assert found.worksheet.model_dump(mode="json") == sheet.record()
        assert found.claim.lab == "tiny"
        of_all = "3 of 3 questions" if lab else "3 questions"
        assert f"Worksheet: {sheet.path} ({of_all})\n" in said


def test_it_also_says_which_lab_it_is_for(usual):
    usual(lab="recognizing_digits")
    with pytest.raises(InputError, match="30 questions are still empty:") as caught:
        submit(tiny_run(), "ada")
    assert "this lab is about 'mnist'" in str(caught.value)


def test_of_several_the_labs_own_is_taken(usual, capsys):
    one, other = usual(), usual(lab="recognizing_digits")
    submit(tiny_run(), "ada", lab=tiny_lab())
    assert str(one.path) in capsys.readouterr().out
    with pytest.raises(InputError, match="lab=.*worksheet=") as caught:
        submit(tiny_run(), "ada")
    assert str(one.path) in str(caught.value) and str(other.path) in str(caught.value)


def test_none_on_purpose(usual, capsys):
    usual()
    for lab in (tiny_lab(), None):
        path = submit(tiny_run(), "ada", False, lab=lab)
        assert unpack("x", path.read_bytes()).worksheet is None
        assert "Worksheet: none" in capsys.readouterr().out


def test_no_worksheet_for_a_lab_with_questions_can_be_mended(usual, here, capsys):
    usual("bob")
    with pytest.raises(InputError, match=r"3 questions.*Worksheet\('tiny', 'ada'\)"):
        submit(tiny_run(), "ada", lab=tiny_lab())
    Path("lab.toml").write_text(TEXT)
    with pytest.raises(InputError, match=r"Worksheet\('lab.toml', 'ada'\)"):
        submit(tiny_run(), "ada", lab="lab.toml")
    path = submit(tiny_run(), "ada", lab=tiny_lab(), anyway=True)
    assert unpack("x", path.read_bytes()).worksheet is None
    assert "Worksheet: none" in capsys.readouterr().out


def test_a_worksheet_that_cant_be_read_is_never_left_behind(usual):
    sheet = usual()
    sheet.path.write_bytes(b"{")
    for lab in (tiny_lab(), None):
        with pytest.raises(InputError, match=f"{sheet.path} is no JSON.*worksheet=False"):
            submit(tiny_run(), "ada", lab=lab, anyway=True)
    assert sheet.path.read_bytes() == b"{"
    assert submit(tiny_run(), "ada", False).is_file()


@pytest.mark.parametrize("given", ["lab.py", 7, True])
def test_what_is_no_worksheet_is_said_once(usual, given):
    usual()
    with pytest.raises(InputError) as caught:
        submit(tiny_run(), "ada", given, lab=tiny_lab())
    assert "was found" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_given_worksheet_is_named_too(here, sheet, capsys):
    for given in (sheet, sheet.path):
        submit(tiny_run(), "ada", given, lab=tiny_lab())
        assert f"Worksheet: {sheet.path} (3 of 3 questions)" in capsys.readouterr().out


def test_drawings_are_counted_where_there_are_any(here, sheet, capsys):
    submit(tiny_run(), "ada", sheet, lab=tiny_lab())
    assert "Drawings" not in capsys.readouterr().out
    images = np.zeros((12, 2, 2), np.uint8)
    images[:, 0, 0] = np.arange(1, 13) * 17
    sheet.digits(drawings.write(images, [1] * 12))
    for given in (sheet, sheet.path):
        path = submit(tiny_run(), "ada", given, lab=tiny_lab())
        assert "(3 of 3 questions)\nDrawings: 12\n" in capsys.readouterr().out
        assert len(drawings.read(unpack("x", path.read_bytes()).worksheet.digits)) == 12
    record = json.loads(sheet.path.read_text())
    sheet.path.write_text(json.dumps({**record, "digits": record["digits"][:-1]}))
    submit(tiny_run(), "ada", sheet.path, lab=tiny_lab(), anyway=True)
    assert "Drawings: none that can be read. This text was cut" in capsys.readouterr().out


# ── on the command line ─────────────────────────────────────────────────────────────────────────


def typed(monkeypatch, *arguments):
    """Return the exit status, as a student types it, with the run being ada's."""
    monkeypatch.setattr(handingin.runs, "as_result", lambda _: tiny_run())
    return cli.main(["submit", "run", "--student-id", "ada", *arguments])


def test_a_worksheet_may_be_left_out_on_purpose(usual, monkeypatch, capsys):
    usual()
    assert typed(monkeypatch) == 0
    assert "(3 questions)" in capsys.readouterr().out
    assert typed(monkeypatch, "--no-worksheet") == 0
    assert "Worksheet: none" in capsys.readouterr().out
    assert typed(monkeypatch, "--no-worksheet", "--worksheet", "x.json") == 2
    assert "either --worksheet or --no-worksheet" in capsys.readouterr().err


@pytest.mark.parametrize("named", [("--partner", "bob", "--partner", "eve"),
                                   ("--partners", "bob", "--partners", "eve"),
                                   ("--partners", "bob, eve")])  # fmt: skip
def test_partners_may_be_spelt_in_two_ways(usual, monkeypatch, capsys, named):
    assert typed(monkeypatch, *named) == 0
    assert "with bob, eve" in capsys.readouterr().out


def test_a_file_that_is_no_worksheet_is_named(usual, monkeypatch, capsys):
    sheet = usual()
    Path("lab.py").write_text("import mnistlab\n")
    assert typed(monkeypatch, "--worksheet", "lab.py") == 2
    said = capsys.readouterr().err
    assert "lab.py is no JSON" in said and f"Yours is {sheet.path}" in said


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
    assert shown.startswith("Prediction to guess") and "2 questions are still empty" in shown


def test_outside_of_a_notebook_ipython_isnt_imported(here, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    submit(tiny_run(), "ada")
    assert "IPython" not in sys.modules
    assert "Hand in this file" in capsys.readouterr().out


def test_on_colab_the_notebook_is_what_stays(here, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", json)
    submit(tiny_run(), "ada")
    assert "Download .ipynb" in capsys.readouterr().out
