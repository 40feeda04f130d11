"""What a class drew as one data set: pixels without names, each once, from nobody too many."""

import doctest
import io
import json
import os
import shutil
import zipfile
from collections import Counter

import numpy as np
import pytest

import mnistlab
from mnistlab.datasets import load_data
from mnistlab.errors import InputError, OutputError, SaveError
from mnistlab.grading import classdigits
from mnistlab.grading import digits as room
from mnistlab.grading.classdigits import together
from mnistlab.grading.digits import of_class
from mnistlab.grading.handed import File
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.isolated.sandbox import Limits
from mnistlab.lab.claims import WorksheetRecord
from mnistlab.lab.drawings import MOST, Drawings, write
from mnistlab.lab.notebook import SUBMISSION, WORKSHEET
from mnistlab.lab.packing import as_output, pack
from processes import mnistlab as command
from test_lab_drawings import HOSTILE, sealed
from tiny_class import hand_in, sheet, small_lab, small_run, small_text

DIGITS = load_data("digits")
PIXELS = (17 * np.rint(DIGITS.x_train.reshape(-1, 8, 8) * 15)).astype(np.uint8)


def test_doctests():
    for module in (room, classdigits):
        assert doctest.testmod(module).failed == 0


def hand(k, count=15):
    """Return the drawings of the k-th student: real digits of 8 × 8 pixels, no two the same."""
    part = slice(15 * k, 15 * k + count)
    return Drawings(PIXELS[part], DIGITS.y_train[part])


def text(*drawn):
    return write(*(np.concatenate([getattr(one, part) for one in drawn])
                   for part in ("images", "labels")))  # fmt: skip


def drawn_by(folder, student, given, name=""):
    """Hand in a student's zip with drawings, or with any text in their place."""
    given = given if isinstance(given, str) else text(given)
    return hand_in(folder, student, name, entries={"digits": given, "answers": {"why": "So."}})


@pytest.fixture
def class_of_four(tmp_path):
    """Return a folder in which ada, bob, cyd and dee handed in 15 drawings each."""
    for k, student in enumerate(("ada", "bob", "cyd", "dee")):
        drawn_by(tmp_path / "in", student, hand(k))
    return tmp_path


def pooled(folder, out="class.npz", **settings):
    """Pool what lies in `in`, and return the data set and the file."""
    usual = {"rubric": small_lab(), "verbose": 0, "jobs": 2, "least": 1}
    made = of_class(folder / "in", folder / out, **{**usual, **settings})
    return made, np.load(folder / out)


def of_images(images, labels):
    """Return how often each image stands with which label."""
    return Counter((one.tobytes(), int(label)) for one, label in zip(images, labels, strict=True))


def wanted(*hands):
    return sum((of_images(one.images, one.labels) for one in hands), Counter())


# ── a class ─────────────────────────────────────────────────────────────────────────────────────


def test_a_class_is_pooled_and_no_student_is_in_both_parts(class_of_four):
    made, file = pooled(class_of_four)
    assert of_images(file["x_all"], file["y_all"]) == wanted(*map(hand, range(4)))
    train, test = (of_images(file[f"x_{part}"], file[f"y_{part}"]) for part in ("train", "test"))
    assert train + test == of_images(file["x_all"], file["y_all"])
    for k in range(4):
        assert wanted(hand(k)) <= train or wanted(hand(k)) <= test
    assert len(file["y_test"]) == 15 and made.by_student
    assert (made.students, made.handed_in, made.left_out, made.dropped) == (4, 4, 0, {})
    assert {one: file[one].dtype for one in file} == dict.fromkeys(file, np.dtype(np.uint8))


def test_nothing_in_the_file_says_whose_a_drawing_is(class_of_four, tmp_path):
    pooled(class_of_four)
    first = (class_of_four / "class.npz").read_bytes()
    names = ("zoe", "yan", "xia", "wim")  # the other way round
    other = tmp_path / "other"
    for k, student in enumerate(names):
        drawn_by(other / "in", student, hand(k))
    pooled(other)
    assert (other / "class.npz").read_bytes() == first
    assert not any(name.encode() in first for name in ("ada", *names, "small"))
    assert sorted(zipfile.ZipFile(io.BytesIO(first)).namelist()) == [
        "x_all.npy", "x_test.npy", "x_train.npy", "y_all.npy", "y_test.npy", "y_train.npy"
    ]  # fmt: skip


def test_a_notebook_is_read_too_and_drawings_pasted_after_submit_count(tmp_path):
    (tmp_path / "in").mkdir()

    def book(name, *bundles):
        cells = [{"cell_type": "code", "execution_count": k, "outputs": [
            {"output_type": "display_data", "data": bundle}]}
            for k, bundle in enumerate(bundles, 1)]  # fmt: skip
        (tmp_path / "in" / f"{name}.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))

    def packed(name, record):
        return {SUBMISSION: as_output(small_run(name), name, worksheet=record)}

    with_digits = sheet("ada", digits=text(hand(0)))
    book("ada", packed("ada", with_digits))
    book("bob", packed("bob", sheet("bob")), {WORKSHEET: sheet("bob", digits=text(hand(1)))})
    book("cyd", {WORKSHEET: sheet("cyd", digits=text(hand(2)))})  # nothing else handed in
    made, file = pooled(tmp_path)
    assert of_images(file["x_all"], file["y_all"]) == wanted(hand(0), hand(1), hand(2))
    assert made.students == 3


def test_canvas_zip_with_a_roster(tmp_path):
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for k, (who, student) in enumerate((("lovelaceada", "ada"), ("babbagebob", "bob"))):
            record = sheet(student, digits=text(hand(k)))
            archive.writestr(f"{who}_{4711 + k}_99{k}_submission.zip",
                             pack(small_run(student), student, worksheet=record))  # fmt: skip
    (tmp_path / "roster.csv").write_text("id,name,canvas_id\nada,Ada,4711\nbob,Bob,4712\neve,,5\n")
    made = of_class(tmp_path / "in.zip", tmp_path / "class.npz", small_lab(), verbose=0,
                    roster=tmp_path / "roster.csv")  # fmt: skip
    assert (made.students, made.handed_in, len(made)) == (2, 2, 30)


def test_each_system_reads_the_same(class_of_four):
    files = [File(path, path.name) for path in sorted((class_of_four / "in").iterdir())]
    for single in (False, True):
        with Pool(None, class_of_four, jobs=2, single=single) as pool:
            found = list(pool.digits(Task([one], digits=True) for one in files))
        assert found == [(text(hand(k)), ()) for k in range(4)]


def test_grades_hold_no_drawings(class_of_four):
    mnistlab.grade(class_of_four / "in", small_lab(), class_of_four / "GRADES", verbose=0)
    for path in (class_of_four / "GRADES").rglob("*"):
        assert path.is_dir() or b"mnistlab-digits" not in path.read_bytes()


# ── it serves ───────────────────────────────────────────────────────────────────────────────────

PRIVATE = """
[[item]]
id = "hands"
check = "private"
points = 10
full_from = 0.5
none_below = 0.1
"""


def test_it_is_a_private_test_set_of_all_drawings(class_of_four):
    lab = class_of_four / "lab.toml"
    lab.write_text(small_text('private_data = "class.npz"') + PRIVATE)
    of_class(class_of_four / "in", class_of_four / "class.npz", lab, verbose=0)  # it names itself
    book = mnistlab.grade(class_of_four / "in", lab, verbose=0)
    answers = small_run("ada").predict(PIXELS[:60]).argmax(axis=1)
    facts = book.of("ada").facts
    assert facts.n_private == 60 and facts.n_test == DIGITS.n_test
    assert facts.private_correct == (answers == DIGITS.y_train[:60]).sum() > 20
    (hands,) = [one.points for one in book.of("ada").outcomes if one.item == "hands"]
    assert hands > 0


def test_it_is_a_data_set_to_train_with(tmp_path):
    for k in range(12):
        drawn_by(tmp_path / "in", f"student{k}", hand(k))
    made, file = pooled(tmp_path)
    result = mnistlab.run_experiment(dataset=str(tmp_path / "class.npz"), engine="classic",
                                     epochs=60, hidden_units=16, verbose=0)  # fmt: skip
    assert (result.dataset.n_train, result.dataset.n_test) == (135, 45)
    assert result.test_accuracy > 0.5
    assert (load_data(str(tmp_path / "class.npz")).images == file["x_train"]).all()
    assert made.why_no_training() == ""


# ── dropped, and why ────────────────────────────────────────────────────────────────────────────


def test_a_classmates_drawings_are_kept_once_and_count_as_one_hand(class_of_four):
    drawn_by(class_of_four / "in", "eve", text(hand(0), hand(4)))  # ada's, and her own
    made, file = pooled(class_of_four, most=100)
    assert of_images(file["x_all"], file["y_all"]) == wanted(*map(hand, range(5)))
    assert made.dropped == {"the same as another": 15} and made.students == 5
    train, test = (of_images(file[f"x_{part}"], file[f"y_{part}"]) for part in ("train", "test"))
    shared = wanted(hand(0), hand(4))
    assert shared <= train or shared <= test


def test_what_shows_nothing_is_dropped(tmp_path):
    odd = np.zeros((6, 8, 8), np.uint8)
    odd[1] = 255  # scribbled over
    odd[2] = 119  # one grey
    odd[3, :, :5] = 255  # more than half
    odd[4, 4, 4] = 34  # hardly a dot
    odd[5, 2:6, 4] = 255  # a stroke: a 1
    drawn_by(tmp_path / "in", "ada", Drawings(odd, np.arange(6)))
    made, file = pooled(tmp_path)
    assert made.dropped == {"blank": 1, "filled": 3, "nearly empty": 1}
    assert of_images(file["x_all"], file["y_all"]) == {(odd[5].tobytes(), 5): 1}


def test_no_digit_of_mnist_would_be_dropped():
    data = load_data("mnist_5k")
    for images in (data.images, data.test_images):
        assert {classdigits._unfit(one) for one in images} == {""}


def test_of_each_student_only_so_many_and_of_each_class_in_turn(tmp_path):
    labels = np.array([0] * 30 + [1] * 3 + [2] * 3)
    drawn_by(tmp_path / "in", "ada", Drawings(PIXELS[:36], labels))
    drawn_by(tmp_path / "in", "bob", Drawings(PIXELS[40:44], np.arange(4)))
    made, _ = pooled(tmp_path, most=9)
    assert made.dropped == {"beyond 9 a student": 27}
    assert Counter(made.y.tolist()) == {0: 4, 1: 4, 2: 4, 3: 1}


def test_no_majority_says_that_square_images_are_not_square(class_of_four, capsys):
    shutil.rmtree(class_of_four / "in")
    drawn_by(class_of_four / "in", "ada", hand(0))
    for k, student in enumerate(("mallory", "mortimer"), 1):
        drawn_by(class_of_four / "in", student, Drawings(hand(k).images.reshape(-1, 4, 16),
                                                         hand(k).labels))  # fmt: skip
    made, _ = pooled(class_of_four, verbose=2)
    assert made.x.shape == (15, 8, 8) and made.left_out == 2
    said = capsys.readouterr().err
    assert "'mallory.zip': no drawings are taken. They have 4 × 16 pixels" in said


def test_the_same_pixels_with_two_labels_are_nobodys(class_of_four, capsys):
    drawn_by(class_of_four / "in", "eve", Drawings(hand(0).images, (hand(0).labels + 1) % 10))
    made, _ = pooled(class_of_four, verbose=2)
    assert made.dropped == {"labelled in two ways": 30} and len(made) == 45
    said = capsys.readouterr().err
    assert "different labels in 'ada.zip' (15), 'eve.zip' (15), and none" in said


def test_labels_that_the_lab_doesnt_have(class_of_four):
    drawn_by(class_of_four / "in", "eve", Drawings(hand(4).images, np.arange(4, 19)))
    made, file = pooled(class_of_four)
    assert made.dropped == {"labelled beyond the classes": 9} and file["y_all"].max() == 9


def test_another_size_in_the_same_class_is_left_out_and_named(class_of_four, capsys):
    drawn_by(class_of_four / "in", "eve", write(np.full((1, 28, 28), 51), [3]))
    drawn_by(class_of_four / "in", "fay", write(np.eye(4, 16)[None] * 255, [3]))
    made, file = pooled(class_of_four, verbose=1)
    said = capsys.readouterr().err
    assert "'eve.zip': no drawings are taken. They have 28 × 28 pixels, but a pattern" in said
    assert "'fay.zip': no drawings are taken. They have 4 × 16 pixels, and those of this" in said
    assert file["x_all"].shape == (60, 8, 8) and made.left_out == 2
    assert "4 of 6 students drew, 2 couldn't be read or used; 60 drawings taken" in repr(made)


# ── what can't be read ──────────────────────────────────────────────────────────────────────────

BAD = {
    "cut": (text(hand(7))[:-5], "cut or changed"),
    "edited": (text(hand(7)).replace(":15:", ":14:"), "cut or changed"),
    "with line breaks": (text(hand(7)).replace("B", "\nB"), "cut or changed"),
    "a script": ("<script>alert(1)</script>", "no text with drawings"),
    "a program": ("__import__('os').system('touch /tmp/owned')", "no text with drawings"),
    "terminal": ("\x1b[2J\x07mnistlab-digits:", "stands before"),
    "newer": (sealed("mnistlab-digits:2:8x8:1:AAAA"), "newer mnistlab"),
    "too long": ("a" * 550_001, "at 'digits'"),
    "no text": (7, "at 'digits'"),
    "a list": ([text(hand(7))], "at 'digits'"),
    **{name: (sealed(one), "states|form|more than") for name, one in HOSTILE.items()},
}


def test_a_text_that_cant_be_read_costs_that_student_alone(tmp_path, capsys):
    drawn_by(tmp_path / "in", "ada", hand(0))
    for k, (given, _) in enumerate(BAD.values()):
        (tmp_path / "in" / f"bad{k}.zip").write_bytes(
            pack(small_run("eve"), f"bad{k}", worksheet=sheet(f"bad{k}", digits=given))
        )
    made, _ = pooled(tmp_path, verbose=1)
    assert (made.students, made.left_out, len(made)) == (1, len(BAD), 15)
    lines = capsys.readouterr().err.splitlines()
    for k, (name, (_, said)) in enumerate(BAD.items()):
        (line,) = [one for one in lines if f"'bad{k}.zip': no drawings are taken. " in one]
        assert line.isprintable() and len(line) < 600, name
        assert any(word in line for word in said.split("|")), (name, line)


def test_a_damaged_text_costs_no_answer(tmp_path):
    hand_in(tmp_path / "in", "eve",
            entries={"digits": "mnistlab-digits:1:cut", "answers": {"why": "So."}})  # fmt: skip
    facts = mnistlab.grade(tmp_path / "in", small_lab(), verbose=0).of("eve").facts
    assert facts.answers == {"why": "So."} and facts.problems == ()


def test_other_files_are_named_and_those_without_drawings_arent(class_of_four, capsys):
    (class_of_four / "in" / "essay.pdf").write_bytes(b"%PDF-1.7")
    hand_in(class_of_four / "in", "fay")  # without a worksheet
    hand_in(class_of_four / "in", "gus", entries={"answers": {"why": "So."}})  # without drawings
    made, _ = pooled(class_of_four, verbose=1)
    said = capsys.readouterr().err
    assert "'essay.pdf' is a PDF" in said and "fay" not in said and "gus" not in said
    assert (made.students, made.handed_in, made.left_out) == (4, 7, 1)


def test_a_text_handed_on_by_a_process_that_was_taken_over_is_read_again(tmp_path, monkeypatch):
    """The other process is believed as little as what was handed in."""
    drawn_by(tmp_path / "in", "ada", hand(0))
    drawn_by(tmp_path / "in", "bad", hand(1))
    for answer in ("'mnistlab-digits:1:8x8:1:AAAA:00000000', ()", "'x' * 10**6, ()", "7, ()",
                   "'\\u2028', ()", "'', ['x'] * 99"):  # fmt: skip
        monkeypatch.setattr("mnistlab.grading.isolated.pool.PROGRAM", where_bad_is(answer))
        made, _ = pooled(tmp_path, overwrite=True)
        assert (made.students, made.left_out) == (1, 1)


def where_bad_is(answer):
    """Return the program of a process that says something else of bad.zip."""
    return ("from mnistlab.grading.isolated import server\n"
            "honest = server.drawn\n"
            "def drawn(files):\n"
            f"    return ({answer}) if files[0][0] == 'bad.zip' else honest(files)\n"
            "server.drawn = drawn\n"
            "server.main()")  # fmt: skip


def test_a_child_that_goes_wrong_costs_itself_alone(class_of_four, monkeypatch, capsys):
    drawn_by(class_of_four / "in", "eve", hand(4), "bad.zip")
    program = where_bad_is("server.time.sleep(60)")
    monkeypatch.setattr("mnistlab.grading.isolated.pool.PROGRAM", program)
    made, _ = pooled(class_of_four, limits=Limits(wall=2.0), verbose=1)
    assert (made.students, made.left_out) == (4, 1)
    assert "'bad.zip': no drawings are taken. Reading what was handed in" in capsys.readouterr().err


def test_drawings_beyond_what_a_record_holds_are_no_record():
    assert len(write(np.indices((64, 64)).sum(0)[None].repeat(MOST, 0) % 2 * 17, [0] * MOST)) <= (
        WorksheetRecord.model_fields["digits"].metadata[-1].max_length
    )


# ── too little ──────────────────────────────────────────────────────────────────────────────────


def test_where_nobody_drew_it_says_how(tmp_path):
    hand_in(tmp_path / "in", "ada", entries={"answers": {"why": "So."}})
    with pytest.raises(InputError, match=r"None of 1 submissions.*result\.draw\(\).*sheet\.digits"):
        pooled(tmp_path)
    assert not (tmp_path / "class.npz").exists()


def test_too_few_are_no_test_set(tmp_path):
    drawn_by(tmp_path / "in", "ada", hand(0, 4))
    with pytest.raises(InputError, match="4 drawings.*of 1 students, and fewer than 10.*--least 4"):
        pooled(tmp_path, least=10)
    assert not (tmp_path / "class.npz").exists()


def test_one_students_are_parted_by_drawing_and_it_is_said(tmp_path, capsys):
    drawn_by(tmp_path / "in", "ada", Drawings(PIXELS[:20], np.arange(20) % 10))
    made, file = pooled(tmp_path, verbose=1)
    assert sorted(file["y_test"]) == sorted(file["y_train"]) == list(range(10))
    assert not made.by_student and "parted by drawing" in repr(made)
    assert "the same hand is in both parts" in capsys.readouterr().err


def test_where_one_student_alone_drew_a_class_they_arent_parted_by_student(tmp_path):
    for k, student in enumerate(("ada", "bob")):
        drawn_by(tmp_path / "in", student, Drawings(PIXELS[k * 10 : k * 10 + 10],
                                                    np.arange(10) % 5 + 5 * k))  # fmt: skip
    made, file = pooled(tmp_path)
    assert not made.by_student and sorted(file["y_train"]) == list(range(10))


@pytest.mark.parametrize(
    ("labels", "said"),
    [([3] * 15, "fewer than two classes"), (list(range(5)) * 2 + [6] * 5, "labelled 5"),
     (range(10), "too few")],
)  # fmt: skip
def test_what_cant_be_trained_with_is_still_a_test_set(tmp_path, capsys, labels, said):
    labels = np.array(list(labels))
    drawn_by(tmp_path / "in", "ada", Drawings(PIXELS[: len(labels)], labels))
    made, file = pooled(tmp_path, verbose=1)
    err = capsys.readouterr().err
    assert "run_experiment can't train on" in err and said in err and said in made.why_no_training()
    assert len(file["y_all"]) == len(labels)
    with pytest.raises(InputError):
        load_data(str(tmp_path / "class.npz"))


# ── pure ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(30))
def test_any_class_is_parted_without_loss(seed):
    chance = np.random.default_rng(seed)
    each = []
    for _ in range(chance.integers(1, 12)):
        picks = chance.choice(200, chance.integers(1, 60), replace=False)  # some share drawings
        each.append(Drawings(PIXELS[picks], DIGITS.y_train[picks]))
    made = together(each, 20, 10)
    assert len(made) + sum(made.dropped.values()) == sum(map(len, each))
    assert max(of_images(made.x, made.y).values()) == 1
    if made.by_student:
        test = {one.tobytes() for one in made.x[made.for_test]}
        train = {one.tobytes() for one in made.x[~made.for_test]}
        for one in each:
            own = {image.tobytes() for image in one.images}
            assert not own & test or not own & train
    order = chance.permutation(len(each))
    again = together([each[k] for k in order], 20, 10)
    assert (again.x == made.x).all() and (again.for_test == made.for_test).all()


def test_a_class_of_hundreds():
    each = [hand(k % 90) for k in range(300)]
    made = together(each, 20, 10)
    assert len(made) == 90 * 15 and made.dropped == {"the same as another": 210 * 15}
    assert 0.2 < made.for_test.mean() < 0.35


def test_no_drawings_at_all():
    made = together([], 20, 10)
    assert len(made) == 0 and not made.for_test.any()


# ── written ─────────────────────────────────────────────────────────────────────────────────────


def test_what_lies_there_is_kept_unless_said_otherwise(class_of_four):
    (class_of_four / "class.npz").write_bytes(b"mine")
    with pytest.raises(OutputError, match="there already, and is kept.*--overwrite"):
        pooled(class_of_four)
    assert (class_of_four / "class.npz").read_bytes() == b"mine"
    assert len(pooled(class_of_four, overwrite=True)[1]["y_all"]) == 60
    assert sorted(os.listdir(class_of_four)) == ["class.npz", "in"]


@pytest.mark.parametrize(
    ("out", "said"),
    [("class.csv", "no .npz"), ("class", "no .npz"), ("in/class.npz", "among what was handed in"),
     ("in/../in/sub/class.npz", "among what was handed in"), ("folder.npz", "is a folder")],
)  # fmt: skip
def test_where_it_cant_lie(class_of_four, out, said):
    (class_of_four / "folder.npz").mkdir()
    with pytest.raises(OutputError, match=said):
        pooled(class_of_four, out)


def test_a_full_disk_leaves_what_was_there(class_of_four, monkeypatch):
    def no_space(*_):
        raise OSError(28, "No space left on device")

    (class_of_four / "class.npz").write_bytes(b"mine")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(SaveError, match="No space left on device.*--out"):
        pooled(class_of_four, overwrite=True)
    assert (class_of_four / "class.npz").read_bytes() == b"mine"
    assert sorted(os.listdir(class_of_four)) == ["class.npz", "in"]


@pytest.mark.parametrize("settings", [{"most": 0}, {"most": 2.5}, {"least": 0}, {"most": "x"}])
def test_counts_that_are_none(class_of_four, settings):
    with pytest.raises(InputError):
        pooled(class_of_four, **settings)


# ── as it is typed ──────────────────────────────────────────────────────────────────────────────


def run(place, *arguments, status=0):
    """Run `mnistlab digits …` in a folder, and return what it printed."""
    done = command("digits", *arguments, home=place, cwd=place)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if status == 0 else done.stderr


def test_the_command(class_of_four):
    (class_of_four / "lab.toml").write_text(small_text('private_data = "class.npz"'))
    drawn_by(class_of_four / "in", "eve", text(hand(4))[:-1])
    said = run(class_of_four, "in", "--out", "class.npz", "--rubric", "lab.toml", "--most", "10")
    assert len(said.splitlines()) == 1
    assert said.startswith("class.npz: 4 of 5 students drew, 1 couldn't be read or used; 40 ")
    assert "dropped: 20 beyond 10 a student; 30 to train and 10 to test, parted by stud" in said
    again = run(class_of_four, "in", "--out", "class.npz", "--rubric", "lab.toml", status=2)
    assert "--overwrite" in again
    run(class_of_four, "in", "--out", "class.npz", "--rubric", "lab.toml", "--overwrite")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "--out", "class.npz"), "nowhere"),
        (("in", "--out", "class.npz", "--rubric", "nowhere.toml"), "nowhere.toml"),
        (("in", "--out", "class.txt"), "no .npz"),
        (("in", "--out", "class.npz", "--most", "0"), "most must be at least 1"),
        (("in", "--out", "class.npz", "--roster", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(class_of_four, arguments, said):
    error = run(class_of_four, *arguments, status=2)
    assert said in error and len(error.splitlines()) == 1


def test_another_labs_drawings_are_all_left_out(class_of_four):
    error = run(class_of_four, "in", "--out", "class.npz", status=2)  # of 28 × 28
    assert error.count("They have 8 × 8 pixels, but a pattern of this lab has 784 numbers") == 4
    assert "None of 4 submissions holds drawings that can be taken" in error


def test_without_out_it_says_what_is_missing(class_of_four):
    assert "--out" in run(class_of_four, "in", status=2)
