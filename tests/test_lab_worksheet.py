"""The worksheet: nothing that was given is lost, and what can't be taken is explained."""

import doctest
import json
import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import mnistlab
from mnistlab.errors import InputError, SaveError
from mnistlab.lab import worksheet as room
from mnistlab.lab.assignment import Prediction
from mnistlab.lab.claims import worksheet_of
from mnistlab.lab.drawings import none, read, write
from mnistlab.lab.notebook import SUBMISSION
from mnistlab.lab.students import personal_seed
from mnistlab.lab.submission import as_output, pack, unpack
from mnistlab.lab.worksheet import Worksheet
from tiny_lab import TEXT, tiny_lab, tiny_run


def test_doctests():
    assert doctest.testmod(room).failed == 0


@pytest.fixture
def open_sheet(tmp_path):
    """Return what opens ada's worksheet, as a notebook does each time that it is run."""
    return lambda student="ada", lab=None: Worksheet(lab or tiny_lab(), student, tmp_path / "w")


@pytest.fixture
def sheet(open_sheet):
    return open_sheet()


def on_disk(sheet):
    return json.loads(sheet.path.read_text(encoding="utf-8"))


# ── filled in ───────────────────────────────────────────────────────────────────────────────────


def test_each_entry_is_on_disk_when_the_call_returns(sheet):
    sheet.predict("guess", 0.9)
    assert on_disk(sheet)["predictions"] == {"guess": 0.9}
    sheet.number("count", 35)
    assert on_disk(sheet)["numbers"] == {"count": 35.0}
    sheet.answer("why", "It saturates.")
    assert on_disk(sheet)["answers"] == {"why": "It saturates."}
    sheet.save(tiny_run())
    (run,) = on_disk(sheet)["experiments"]
    assert run["config"] == tiny_run().config.as_dict()
    assert run["test_accuracy"] == tiny_run().test_accuracy
    assert on_disk(sheet) == sheet.record()
    assert os.listdir(sheet.path.parent) == [sheet.path.name]


def test_the_record_is_what_the_grader_reads(sheet):
    sheet.answer("why", "x")
    sheet.save(tiny_run(hidden_units=(4, 3)))
    record = worksheet_of(sheet.record())
    assert (record.lab, record.student_id, record.seed) == ("tiny", "ada", personal_seed("ada"))
    assert record.experiments[0].config["hidden_units"] == (4, 3)


TEXTS = ["it's", 'a "quote"', '"""three"""', "'''three'''", "🙂🇩🇪👩‍💻", "عربي", "हिन्दी",
         "line\nline\n  indented", "tab\there", "β·E = ½ Σ (d−a)²", "<script>alert(1)</script>",
         "=cmd()", "\\n \\u0041", "{braces} %s", "a" * 20_000, "null", "nul \0 byte"]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text)[:20])
def test_any_text_is_an_answer_and_comes_back(sheet, open_sheet, text):
    sheet.answer("why", f"  {text}\n")
    assert open_sheet().record()["answers"]["why"] == text


def test_halves_of_characters_are_joined_or_replaced(sheet, open_sheet):
    sheet.answer("why", "\ud83d\ude42 and \ud83d")
    sheet.predict("guess", "\udc00")
    assert open_sheet().record()["answers"]["why"] == "🙂 and �"
    assert open_sheet().record()["predictions"]["guess"] == "�"


def test_windows_line_ends_become_plain_ones(sheet):
    sheet.answer("why", "one\r\ntwo")
    assert sheet.record()["answers"]["why"] == "one\ntwo"


PREDICTED = [
    (0.1, 0.1), (10, 10), (True, True), ("about 10%", "about 10%"), ("9 und 4 🙂", "9 und 4 🙂"),
    (np.float32(0.5), 0.5), (np.int64(3), 3), (np.bool_(True), True), (np.array(0.25), 0.25),
    ([70, 90.5, "97"], "70, 90.5, 97"), ((4, 9), "4, 9"), (np.array([1.0, 2.5]), "1, 2.5"),
    (2**70, float(2**70)), (-0.0, -0.0),
]  # fmt: skip


@pytest.mark.parametrize(("given", "kept"), PREDICTED, ids=lambda v: repr(v)[:20])
def test_a_prediction_may_be_any_value(sheet, open_sheet, given, kept):
    sheet.predict("guess", given)
    found = open_sheet().record()["predictions"]["guess"]
    assert found == kept and type(found) is type(kept)


NUMBERS = [(35, 35.0), ("0,25", 0.25), ("2,303", 2303.0), ("1.000,5", 1000.5),
           (np.float32(0.5), 0.5), ("٣٥", 35.0), (np.array([35]), None),
           (1e-300, 1e-300), ("-1e3", -1000.0)]  # fmt: skip


@pytest.mark.parametrize(("given", "kept"), NUMBERS, ids=repr)
def test_a_number_is_kept_as_it_was_read(sheet, given, kept):
    if kept is None:
        with pytest.raises(InputError, match="count must be a number"):
            sheet.number("count", given)
    else:
        assert sheet.number("count", given).given in (str(kept), f"{kept:.0f}")
        assert on_disk(sheet)["numbers"]["count"] == kept


REFUSED = {
    "NaN": (lambda s: s.number("count", math.nan), "must be a finite number"),
    "infinite": (lambda s: s.number("count", np.inf), "must be a finite number"),
    "too large": (lambda s: s.number("count", 10**400), "must be a finite number"),
    "true": (lambda s: s.number("count", True), "must be a number"),
    "a list": (lambda s: s.number("count", [1]), "must be a number"),
    "percent": (lambda s: s.number("count", "97%"), "percent sign"),
    "decimal comma": (lambda s: s.number("count", 0, 25), "In Python a comma parts values"),
    "predicted comma": (lambda s: s.predict("guess", 0, 25), "'0,25' in quotes"),
    "predicted NaN": (lambda s: s.predict("guess", math.nan), "must be a finite number"),
    "NaN in a list": (lambda s: s.predict("guess", [1, math.nan]), "must be a finite number"),
    "an object": (lambda s: s.predict("guess", object()), "must be a number"),
    "lists in a list": (lambda s: s.predict("guess", [[1], [2]]), "must be a number"),
    "a long prediction": (lambda s: s.predict("guess", "a" * 301), "at most 300"),
    "a long answer": (lambda s: s.answer("why", "a" * 20_001), "20,001 characters; at most 20,000"),
    "an answer without quotes": (lambda s: s.answer("why", 7), "must be a text in quotes"),
    "answer to a number": (lambda s: s.answer("count", "35"), r"takes a number.*sheet\.number"),
    "number to an answer": (lambda s: s.number("why", 1), r"takes an answer.*sheet\.answer"),
    "answer to a prediction": (lambda s: s.answer("guess", "x"), r"sheet\.predict\('guess', 0"),
    "misspelt": (lambda s: s.answer("whyy", "x"), "no question of the lab 'tiny'.*mean 'why'"),
    "unknown": (lambda s: s.predict("zzz", 1), "Its predictions are: guess"),
    "no id": (lambda s: s.predict(7, 1), "7 is no question"),
    "no run": (lambda s: s.save(7), "7 is no result of a run"),
    "no folder": (lambda s: s.save("/nowhere"), "holds no run"),
}


@pytest.mark.parametrize(("call", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cant_be_taken_is_explained_and_changes_nothing(sheet, call, said):
    sheet.answer("why", "before")
    before = sheet.path.read_bytes()
    with pytest.raises(InputError, match=said):
        call(sheet)
    assert sheet.path.read_bytes() == before


def test_an_id_may_be_typed_otherwise(sheet):
    assert sheet.answer(" WHY ", "x").question == "why"


def test_a_changed_answer_takes_the_place_of_the_first(sheet, open_sheet):
    sheet.answer("why", "first")
    sheet.answer("why", "second")
    assert open_sheet().record()["answers"] == {"why": "second"}


@pytest.mark.parametrize("blank", [None, ..., "", "  \n", "...", "…"])
def test_nothing_given_leaves_what_was_there(sheet, open_sheet, blank):
    assert sheet.answer("why", blank).given == ""
    assert not sheet.path.exists()
    for fill, question, value in ((sheet.answer, "why", "kept"), (sheet.predict, "guess", 0.0),
                                  (sheet.number, "count", 0)):  # fmt: skip
        fill(question, value)
        entry = fill(question, blank)
        assert "Nothing new was given: this is kept." in repr(entry)
        assert entry.given in ("kept", "0", "0.0")
    assert open_sheet().missing() == []


# ── runs ────────────────────────────────────────────────────────────────────────────────────────


def test_runs_of_the_same_config_replace_each_other(sheet, open_sheet):
    sheet.save(tiny_run())
    sheet.save(tiny_run(hidden_units=3))
    open_sheet().save(tiny_run())
    units = [run["config"]["hidden_units"] for run in sheet.record()["experiments"]]
    assert units == [4, 3]


def test_a_saved_run_may_be_given_by_its_folder(sheet, tmp_path):
    tiny_run().save(tmp_path / "run")
    sheet.save(tmp_path / "run")
    sheet.save(str(tmp_path / "run"))
    assert len(sheet.record()["experiments"]) == 1


def test_more_runs_than_are_kept_are_refused(sheet, monkeypatch):
    monkeypatch.setattr(room, "MOST_ENTRIES", 1)
    sheet.save(tiny_run())
    sheet.save(tiny_run())
    with pytest.raises(InputError, match="holds 1 runs, and no more are kept"):
        sheet.save(tiny_run(hidden_units=3))


# ── nothing is lost ─────────────────────────────────────────────────────────────────────────────


def test_after_a_dead_runtime_all_is_there_again(sheet, open_sheet):
    sheet.answer("why", "x")
    again = open_sheet(" ADA ")
    assert again.record()["answers"] == {"why": "x"}
    assert again.missing() == ["guess", "count"]


def test_two_notebooks_at_once_lose_nothing_of_each_other(open_sheet):
    one, other = open_sheet(), open_sheet()
    one.answer("why", "one's")
    other.number("count", 35)
    one.predict("guess", 0.5)
    other.save(tiny_run())
    assert one.record() == other.record()
    assert one.missing() == other.missing() == []


def many(count):
    """Return a lab with so many more predictions."""
    more = "".join(f'[[question]]\nid="q{k}"\nkind="prediction"\ntext="?"\n' for k in range(count))
    return TEXT.replace("[[item]]", more + "[[item]]")


def test_two_notebooks_at_the_very_same_moment(tmp_path):
    lab = room.labfile.parsed(many(40).encode())
    sheets = [Worksheet(lab, "ada", tmp_path) for _ in range(4)]

    def fill(which):
        for k in range(which, 40, 4):
            sheets[which].predict(f"q{k}", k)

    threads = [threading.Thread(target=fill, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = Worksheet(lab, "ada", tmp_path).record()["predictions"]
    assert kept == {f"q{k}": k for k in range(40)}


def test_a_kernel_that_is_killed_loses_nothing_that_was_shown(tmp_path):
    (tmp_path / "lab.toml").write_text(many(190), encoding="utf-8")
    code = ("import sys, mnistlab.lab.worksheet as room\n"
            "sheet = room.Worksheet('lab.toml', 'ada', 'w')\n"
            "for k in range(190):\n"
            "    sheet.predict(f'q{k}', k)\n"
            "    print(k, flush=True)\n")  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                          cwd=tmp_path) as kernel:  # fmt: skip
        shown = [int(next(kernel.stdout)) for _ in range(20)]
        kernel.send_signal(signal.SIGKILL)
    sheet = Worksheet(tmp_path / "lab.toml", "ada", tmp_path / "w")
    assert {f"q{k}": k for k in shown}.items() <= sheet.record()["predictions"].items()


def no_space(*_):
    raise OSError(28, "No space left on device")


def test_a_full_disk_says_so_and_the_entry_comes_with_the_next(sheet, open_sheet, monkeypatch):
    sheet.answer("why", "before")
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_space)
        with pytest.raises(SaveError, match="No space left on device.*run the cell again"):
            sheet.number("count", 35)
    assert open_sheet().record()["numbers"] == {}
    assert open_sheet().record()["answers"] == {"why": "before"}
    assert sheet.record()["numbers"] == {"count": 35.0}
    sheet.predict("guess", 1)
    assert open_sheet().record()["numbers"] == {"count": 35.0}
    assert os.listdir(sheet.path.parent) == [sheet.path.name]


def test_a_file_that_was_damaged_meanwhile_is_written_anew(sheet, open_sheet, capsys):
    sheet.answer("why", "x")
    sheet.path.write_bytes(b"{broken")
    sheet.predict("guess", 1)
    assert "kept as" in capsys.readouterr().err
    assert open_sheet().record()["answers"] == {"why": "x"}
    assert len(os.listdir(sheet.path.parent)) == 2


def test_a_damaged_file_doesnt_stop_the_lab(sheet, open_sheet, capsys):
    sheet.path.parent.mkdir()
    sheet.path.write_bytes(b"\0" * 100)
    again = open_sheet()
    assert "is kept as worksheet-tiny-ada.damaged-1.json" in capsys.readouterr().err
    again.answer("why", "x")
    assert open_sheet().record()["answers"] == {"why": "x"}


def test_a_file_that_vanished_is_written_again(sheet):
    sheet.answer("why", "x")
    sheet.path.unlink()
    assert sheet.record()["answers"] == {"why": "x"}
    sheet.predict("guess", 1)
    assert on_disk(sheet)["answers"] == {"why": "x"}


def test_a_question_that_left_the_lab_is_kept_all_the_same(sheet, open_sheet):
    sheet.answer("extra", "x")
    text = TEXT.replace('id = "extra"', 'id = "other"')
    less = open_sheet(lab=room.labfile.parsed(text.encode()))
    less.predict("guess", 1)
    assert less.record()["answers"] == {"extra": "x"}
    assert less.missing() == ["count", "why"]


def test_a_worksheet_that_cant_be_read_isnt_begun_anew(sheet, open_sheet):
    sheet.path.mkdir(parents=True)
    with pytest.raises(InputError, match="can't be read.*folder="):
        open_sheet()


# ── where it lies, whose it is ──────────────────────────────────────────────────────────────────


def test_it_lies_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(room.sheetfiles, "DRIVE", tmp_path / "none")
    Worksheet("recognizing_digits", "ada").predict("predict_beta", 0.1)
    assert Path("mnistlab-worksheets/worksheet-recognizing_digits-ada.json").is_file()


def test_it_lies_on_drive_where_drive_is_mounted(tmp_path, monkeypatch):
    monkeypatch.setattr(room.sheetfiles, "DRIVE", tmp_path)
    Worksheet(tiny_lab(), "ada").predict("guess", 0.1)
    assert (tmp_path / "mnistlab" / "worksheet-tiny-ada.json").is_file()


def test_each_student_has_a_worksheet_of_their_own(open_sheet):
    open_sheet("ada").answer("why", "ada's")
    assert open_sheet("bob").record()["answers"] == {}
    assert open_sheet("bob").seed == personal_seed("bob")


@pytest.mark.parametrize(("lab", "student", "said"), [
    ("recognising_digits", "ada", "Did you mean 'recognizing_digits'"),
    ("Recognizing Digits", "ada", "Did you mean 'recognizing_digits'"),
    ("recognizing_digits", "", "no student id"),
    ("recognizing_digits", None, "no student id"), (None, "ada", "lab"),
])  # fmt: skip
def test_what_is_no_lab_or_student_is_said(lab, student, said, tmp_path):
    with pytest.raises(InputError, match=said):
        Worksheet(lab, student, tmp_path)


@pytest.mark.parametrize("folder", ["", "a\0b", 7.5, "file"])
def test_a_folder_that_cant_be_used(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    if folder == 7.5:
        folder = object
    with pytest.raises(InputError, match="can't be used as a folder"):
        Worksheet(tiny_lab(), "ada", folder)


# ── shown ───────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_shows_what_was_given_where_it_lies_and_what_is_left(sheet):
    said = repr(sheet.number("count", "1.000,5"))
    assert said.splitlines()[0] == "Number to count: How many parameters?"
    assert "  1000.5" in said and str(sheet.path) in said
    assert "2 questions are still empty." in said
    assert "1 question is still empty." in repr(sheet.predict("guess", 1))
    assert "No question is empty." in repr(sheet.answer("why", "x"))  # none but the bonus


def test_a_run_shows_its_figures(sheet):
    said = repr(sheet.save(tiny_run()))
    assert said.startswith("Run recorded") and "4-4-3" in said and "Test accuracy" in said


def test_an_entry_carries_the_whole_worksheet(sheet):
    sheet.answer("why", "x")
    bundle = sheet.predict("guess", 1)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", room.entries.WORKSHEET}
    assert (
        bundle[room.entries.WORKSHEET] == sheet.record() == json.loads(json.dumps(sheet.record()))
    )
    assert sheet._repr_mimebundle_()[room.entries.WORKSHEET] == sheet.record()


def test_markup_in_an_answer_is_shown_as_text(sheet):
    evil = "<img src=x onerror=alert(1)>&\"'"
    sheet.predict("guess", evil)
    for shown in (sheet.answer("why", evil)._repr_html_(), sheet._repr_html_()):
        assert "<img" not in shown and "&lt;img" in shown


def test_an_id_that_is_markup_is_shown_as_text(open_sheet):
    assert "<b>" not in open_sheet("<b>x")._repr_html_()


def test_the_table_shows_each_question(sheet):
    sheet.answer("why", "a " * 200)
    said = repr(sheet)
    assert "1 of 3 questions filled in" in said and "Worksheet of ada for Irises" in said
    assert all(len(line) < 160 for line in said.splitlines())
    html = sheet._repr_html_()
    assert html.count('scope="row"') == 4 and "<caption>" in html and 'dir="auto"' in html


def test_the_calls_that_are_named_in_errors_are_real(sheet):
    for one in sheet.lab.question:
        assert eval(room.CALLS[one.kind].format(id=one.id), {"sheet": sheet}).kind == one.kind
    assert isinstance(sheet.lab.question[0], Prediction)


# ── counted, and shown in full ──────────────────────────────────────────────────────────────────


def test_what_is_optional_is_no_question_that_is_missing(sheet):
    assert sheet.missing() == ["guess", "count", "why"]
    sheet.answer("extra", "x")
    assert "0 of 3 questions filled in, and 1 optional one" in repr(sheet)


def test_a_blank_that_came_into_the_file_by_hand_is_empty(sheet, open_sheet):
    sheet.answer("why", "x")
    sheet.path.write_text(json.dumps({**on_disk(sheet), "answers": {"why": " \n"}}))
    again = open_sheet()
    assert again.missing() == ["guess", "count", "why"]
    assert "0 of 3 questions filled in" in repr(again)


def test_a_question_is_shown_in_full(sheet):
    said = repr(sheet.question(" Why "))
    assert "Why are the inputs scaled?" in said and "an answer in words, 2 points" in said
    assert "sheet.answer('why'" in said and "optional" not in said
    assert "optional" in repr(sheet.question("extra"))
    assert "What else did you try?" in sheet.question("extra")._repr_html_()
    assert not sheet.path.exists()


@pytest.mark.parametrize("name", ["whyy", 7, None])
def test_a_question_that_there_isnt_lists_those_there_are(sheet, name):
    with pytest.raises(InputError, match="no question of the lab 'tiny'.*guess, count, why, extra"):
        sheet.question(name)


def test_the_tables_last_line_says_how_a_question_is_shown(sheet):
    for _ in range(2):
        assert repr(sheet).splitlines()[-1].endswith("sheet.question('guess') shows one in full.")
        assert "shows one in full" in sheet._repr_html_()
        sheet.predict("guess", 1)


# ── what is given in the wrong place ────────────────────────────────────────────────────────────


def test_lab_and_id_the_other_way_round_are_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("lab.toml").write_text(TEXT)
    for lab in ("recognizing_digits", "lab.toml"):
        with pytest.raises(InputError, match="the other way round") as caught:
            Worksheet("ada", lab)
        assert f"mnistlab.Worksheet({lab!r}, 'ada')" in str(caught.value)
    assert os.listdir() == ["lab.toml"]


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc, where nothing can be made")
def test_a_folder_that_cant_be_made_is_said():
    with pytest.raises(InputError, match="can't be made.*hoose another"):
        Worksheet(tiny_lab(), "ada", folder="/proc/x")


class TestFolder:
    @pytest.fixture
    def sheet(self, tmp_path):
        return Worksheet("recognizing_digits", "ada", tmp_path)

    def test_it_lies_beside_the_worksheet_and_is_there(self, sheet):
        folder = sheet.folder("beta-0.1")
        assert folder.is_dir() and folder.name == "beta-0.1"
        assert folder.parent == sheet.path.with_suffix("")
        assert sheet.folder("beta-0.1") == folder

    @pytest.mark.parametrize(
        "name", ["..", "../../etc", "a/b", "C:\\x", ".hidden", "con\n", "β=20"]
    )
    def test_no_name_leads_elsewhere(self, sheet, name):
        folder = sheet.folder(name)
        assert folder.resolve().parent == sheet.path.with_suffix("").resolve()

    def test_different_names_stay_different(self, sheet):
        names = ["β=1", "γ=1", "a b", "a_b", "a/b", "A-b"]
        assert len({sheet.folder(name) for name in names}) == len(names)

    @pytest.mark.parametrize("name", ["", "  ", None, 3, "x" * 81])
    def test_what_is_no_name_is_refused(self, sheet, name):
        with pytest.raises(InputError):
            sheet.folder(name)

    @pytest.mark.parametrize("engine", ["classic", "keras"])
    def test_a_cell_run_twice_trains_once(self, sheet, engine, capsys):
        if engine == "keras":
            pytest.importorskip("keras")
        data = mnistlab.load_data("mnist_5k")
        model = mnistlab.build_model(data, engine, hidden_units=8, seed=sheet.seed)
        weights = []
        for _ in range(2):
            mnistlab.fit_model(model, data, epochs=2, checkpoint=sheet.folder("fit"))
            weights.append([array.copy() for array in model.get_weights()])
        assert "nothing is left to train" in capsys.readouterr().out
        assert all((a == b).all() for a, b in zip(*weights, strict=True))


# ── drawings ────────────────────────────────────────────────────────────────────────────────────


def drawn(seed, count=3, side=2, labels=None):
    """Return the text of some drawings, of which no two are the same."""
    chance = np.random.default_rng(seed)
    pixels = 17 * chance.integers(0, 16, (count, side, side))
    pixels[:, 0, 0] = 17 * (np.arange(count) % 16)
    return write(pixels, labels if labels is not None else np.arange(count) % 3)


class TestDrawings:
    @pytest.fixture
    def open_sheet(self, tmp_path):
        return lambda student="ada": Worksheet(tiny_lab(), student, tmp_path / "w")

    @pytest.fixture
    def sheet(self, open_sheet):
        return open_sheet()

    def test_they_are_on_disk_at_once_and_come_back_as_arrays(self, sheet, open_sheet):
        mine = sheet.digits(drawn(1))
        assert on_disk(sheet)["digits"] == drawn(1) and on_disk(sheet) == sheet.record()
        for one in (mine, sheet.digits(), open_sheet().digits(), open_sheet().digits("…")):
            assert (one.images == read(drawn(1)).images).all()
            assert one.labels.tolist() == [0, 1, 2] and len(one) == 3
        assert worksheet_of(sheet.record()).digits == drawn(1)

    def test_without_any_there_are_none_of_the_labs_size(self, sheet):
        none = sheet.digits()
        assert (len(none), none.images.shape, none.labels.shape) == (0, (0, 2, 2), (0,))
        assert "Nothing is kept." in repr(none) and "<img" not in none._repr_html_()
        assert not sheet.path.exists()

    def test_a_second_text_is_added_and_the_same_again_adds_nothing(self, sheet, open_sheet):
        sheet.digits(drawn(1))
        assert "3 of them are new" in repr(sheet.digits(drawn(2)))
        for again in (drawn(1), drawn(2), drawn(1) + "\n" + drawn(2)):
            assert "0 of them are new" in repr(sheet.digits(again))
        assert len(open_sheet().digits()) == 6

    def test_another_label_for_the_same_drawing_takes_its_place(self, sheet):
        sheet.digits(drawn(1))
        assert sheet.digits(drawn(1, labels=[2, 2, 2])).labels.tolist() == [2, 2, 2]

    def test_in_place_of_what_was_there(self, sheet, open_sheet):
        sheet.digits(drawn(1))
        assert len(sheet.digits(drawn(2), replace=True)) == 3
        assert open_sheet().record()["digits"] == drawn(2)

    @pytest.mark.parametrize("blank", [None, ..., "", " \n", "…", "..."])
    def test_blank_leaves_what_was_there(self, sheet, blank):
        sheet.digits(drawn(1))
        for replace in (False, True):
            assert len(sheet.digits(blank, replace=replace)) == 3

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (drawn(2)[:-3], "cut or changed.*Copy my digits"),
            (drawn(2, side=28), "28 × 28 = 784 pixels, but a pattern of this lab has 4 numbers"),
            (drawn(2, labels=[0, 1, 3]), "labelled 3, but the classes of this lab are 0 to 2"),
            (write(17 * np.arange(12).reshape(3, 1, 4), [0, 1, 2]), "1 × 4 pixels, and those kept"),
            (drawn(2, count=99), "there would be 102 drawings, and at most 100 are kept"),
            ("<script>alert(1)</script>", "no text with drawings"),
            (7, "must be a text in quotes"),
            ([1, 2], "must be a text in quotes"),
        ],
    )
    def test_what_cant_be_taken_is_explained_and_changes_nothing(self, sheet, text, said):
        sheet.digits(drawn(1))
        before = sheet.path.read_bytes()
        with pytest.raises(InputError, match=said):
            sheet.digits(text)
        assert sheet.path.read_bytes() == before
        sheet.answer("why", "x")  # and what was refused doesn't come with the next entry
        assert sheet.record()["digits"] == drawn(1)

    def test_two_notebooks_at_once_lose_nothing_of_each_other(self, open_sheet):
        one, other = open_sheet(), open_sheet()
        one.digits(drawn(1))
        other.answer("why", "x")
        other.digits(drawn(2))
        assert one.record() == other.record() and len(one.digits()) == 6
        other.digits(drawn(3), replace=True)
        assert len(one.digits()) == 3 and one.record()["answers"] == {"why": "x"}

    def test_two_that_add_at_one_moment_keep_as_many_as_fit(self, open_sheet, monkeypatch):
        one, other = open_sheet(), open_sheet()
        one.digits(drawn(1, count=60))
        monkeypatch.setattr(other, "_kept_drawings", lambda: none(2, 2))  # what it saw before that
        other.digits(drawn(2, count=60))
        assert len(open_sheet().digits()) == 100

    def test_a_full_disk_says_so_and_the_drawings_come_with_the_next(
        self, sheet, open_sheet, monkeypatch
    ):
        with monkeypatch.context() as full:
            full.setattr(os, "fsync", no_space)
            with pytest.raises(SaveError, match="No space left"):
                sheet.digits(drawn(1))
        sheet.answer("why", "x")
        assert len(open_sheet().digits()) == 3

    def test_a_worksheet_of_before_there_were_drawings_is_read(self, sheet, open_sheet):
        sheet.answer("why", "x")
        record = on_disk(sheet)
        assert record.pop("digits") == ""
        sheet.path.write_text(json.dumps(record))
        again = open_sheet()
        assert again.record()["answers"] == {"why": "x"} and len(again.digits()) == 0
        assert len(again.digits(drawn(1))) == 3

    def test_a_text_that_was_changed_in_the_file_costs_no_answer(self, sheet, open_sheet, capsys):
        sheet.answer("why", "x")
        sheet.digits(drawn(1))
        sheet.path.write_text(json.dumps({**on_disk(sheet), "digits": drawn(1)[:-1]}))
        again = open_sheet()
        assert "can't be read, and are left out" in capsys.readouterr().err
        assert again.record()["answers"] == {"why": "x"} and len(again.digits()) == 0

    def test_what_is_shown(self, sheet):
        mine = sheet.digits(drawn(1, labels=[2, 0, 2]))
        assert repr(mine).splitlines() == [
            "Your drawings", "  3 drawings: 0 × 1, 2 × 2",
            f"Saved in {sheet.path}. 3 questions are still empty."
        ]  # fmt: skip
        html = mine._repr_html_()
        assert html.count("<img") == 1
        assert 'alt="As the network sees them, row by row: 2, 0, 2."' in html
        assert mine._repr_mimebundle_()[room.entries.WORKSHEET] == sheet.record()
        assert "drawings: 3" in repr(sheet) and "drawings: 3" in sheet._repr_html_()

    def test_a_hundred_can_be_shown(self, sheet):
        assert len(sheet.digits(drawn(1, count=100))._repr_html_()) < 400_000

    def test_a_network_answers_for_them(self, sheet):
        mine = sheet.digits(drawn(1))
        assert tiny_run().predict(mine.images.reshape(3, 4) / 255).shape == (3, 3)

    def test_it_is_handed_in_by_zip_and_by_notebook(self, sheet):
        sheet.digits(drawn(1))
        for record in (sheet, sheet.record()):
            zipped = unpack("x.zip", pack(tiny_run(), "ada", worksheet=record))
            assert zipped.worksheet.digits == drawn(1)
        cell = {"cell_type": "code", "outputs": [
            {"output_type": "display_data",
             "data": {SUBMISSION: as_output(tiny_run(), "ada", worksheet=sheet)}}]}  # fmt: skip
        book = json.dumps({"nbformat": 4, "cells": [cell]}).encode()
        assert unpack("x.ipynb", book).worksheet.digits == drawn(1)

    def test_by_the_worksheets_file_the_same_bytes_are_handed_in(self, sheet, tmp_path):
        sheet.digits(drawn(1))
        for k, given in enumerate((sheet, sheet.path)):
            mnistlab.submit(tiny_run(), "ada", given, out=tmp_path / f"{k}.zip", lab=tiny_lab(),
                            anyway=True)  # fmt: skip
        assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()
