"""lab.toml: the package's own lab, and what is said about fifty mistakes in one."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import pytest

from mnistlab.datasets import load_data
from mnistlab.errors import InputError
from mnistlab.lab import labfile, labwords
from mnistlab.lab.assignment import Accuracy, Answer, Prediction, Private

GOOD = """\
schema_version = 1

[lab]
name = "mine"
title = "My lab"
dataset = "mnist"

[network]
inputs = 784
classes = 10
hidden_units = 512
output_activation = "softmax"

[training]
epochs = 5

[grading]
attempts = "latest"

[[question]]
id = "expected"
kind = "prediction"
text = "What do you expect?"

[[question]]
id = "unit_17"
kind = "number"
compute = "error"
unit = 17
text = "What is E?"

[[item]]
id = "acc"
check = "accuracy"
points = 20
full_from = 0.97
none_below = 0.90

[[item]]
id = "claim"
check = "agreement"
points = 5

[[item]]
id = "settings"
check = "config"
points = 5
within = { epochs = [1, 20] }
"""


@pytest.fixture
def lab_toml(tmp_path):
    """Return a function that writes a lab.toml and reads it."""
    file = tmp_path / "lab.toml"

    def read(content=GOOD):
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return labfile.read(file)

    read.file = file
    return read


def told(read, content):
    """Return what is said about a lab.toml, without the folder it lies in."""
    with pytest.raises(InputError) as raised:
        read(content)
    return str(raised.value).replace(f"{read.file.parent}{os.sep}", "")


def test_a_good_file_is_read(lab_toml):
    lab = lab_toml()
    assert lab.lab.name == "mine" and lab.network.parameters == 407_050
    assert [item.points for item in lab.item] == [20, 5, 5]
    assert labfile.read(str(lab_toml.file)) == lab


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n")])
def test_a_windows_editors_file_is_read(lab_toml, content):
    assert lab_toml(content) == lab_toml(GOOD)


def test_a_local_date_and_time_of_toml_are_read(lab_toml):
    due = lab_toml(GOOD.replace('"latest"', '"latest"\ndue = 2026-11-30')).grading.due
    assert due.isoformat() == "2026-11-30T23:59:59"


# what is changed, into what, the line that is named, what is said
MISTAKES = {
    "a misspelt check": (
        '"accuracy"',
        '"acuracy"',
        32,
        "[[item]] 'acc': check = 'acuracy' is not known. Choose one of: 'readable', "
        "'architecture', 'accuracy', 'private', 'agreement', 'config', 'predictions', "
        "'experiments'. Did you mean 'accuracy'?",
    ),
    "a misspelt kind": ('"number"', '"numbr"', 25, "Did you mean 'number'?"),
    "a misspelt key of an item": (
        "full_from",
        "ful_from",
        36,
        "[[item]] 'acc', ful_from: is not known here. Did you mean 'full_from'?",
    ),
    "which leaves one missing": (
        "full_from",
        "ful_from",
        32,
        "[[item]] 'acc', full_from: is missing. Add from which accuracy",
    ),
    "a key of another check": (
        '"agreement"\n',
        '"agreement"\nat_least = 3\n',
        42,
        "belongs to check = 'experiments', and this is check = 'agreement'",
    ),
    "a misspelt key of a table": (
        "classes",
        "clases",
        10,
        "[network] clases: is not known here. Did you mean 'classes'?",
    ),
    "a misspelt table": (
        "[network]",
        "[netwrk]",
        8,
        "[netwrk]: is not known here. Did you mean 'network'?",
    ),
    "a key above its table": (
        "schema_version = 1",
        "schema_version = 1\ninputs = 3",
        2,
        "It belongs below [network]",
    ),
    "a check that is missing": (
        'check = "agreement"\n',
        "",
        39,
        "check is missing: one of 'readable'",
    ),
    "an id that is missing": ('id = "claim"\n', "", 39, "[[item]] no. 2, id: is missing"),
    "points that are missing": (
        "points = 20\n",
        "",
        32,
        "[[item]] 'acc', points: is missing. Add for example: points = 5",
    ),
    "a text that is missing": (
        'text = "What is E?"\n',
        "",
        25,
        "[[question]] 'unit_17', text: is missing",
    ),
    "negative points": (
        "points = 20",
        "points = -2",
        35,
        "[[item]] 'acc', points: must be at least 0, but is -2",
    ),
    "infinite points": ("points = 20", "points = inf", 35, "must be a number, but is inf"),
    "points in quotes": (
        "points = 20",
        'points = "20"',
        35,
        "must be a number, but is '20'. Leave the quotes out: points=20.",
    ),
    "a decimal comma in quotes": (
        "= 0.97",
        '= "0,97"',
        36,
        "decimal point, not a comma: full_from=0.97",
    ),
    "a word for points": ("points = 20", 'points = "many"', 35, "must be a number, but is 'many'"),
    "true for points": ("points = 20", "points = true", 35, "must be a number, but is True"),
    "a list for points": ("points = 20", "points = [20]", 35, "must be a number, but is [20]"),
    "a percentage": ("= 0.97", "= 97", 36, "must be at most 1 (a share: 97% is 0.97), but is 97"),
    "thresholds the wrong way round": (
        "= 0.90",
        "= 0.99",
        37,
        "none_below = 0.99 is above full_from = 0.97: swap them",
    ),
    "an id twice": ('"claim"', '"acc"', 40, "the id 'acc' stands twice"),
    "the id of a question": ('"claim"', '"unit_17"', 40, "the id 'unit_17' stands twice"),
    "an id with a blank": ('"claim"', '"my claim"', 40, "'my claim' is no name: small letters"),
    "a number for an id": (
        '"claim"',
        "7",
        40,
        "[[item]] no. 2, id: must be a text in quotes, but is 7",
    ),
    "a unit outside the network": (
        "unit = 17",
        "unit = 512",
        29,
        "none of the 512 units there; they are counted from 0, so the last is 511",
    ),
    "a pattern outside the data set": ("unit = 17", "pattern = 60000", 29, "must be below 60,000"),
    "half a unit": ("unit = 17", "unit = 1.5", 29, "must be a whole number, but is 1.5"),
    "an unknown quantity": ('"error"', '"eror"', 28, "'net_input', 'activation', 'error'"),
    "a value beside compute": ("unit = 17", "value = 1", 29, "either value = … or compute = …"),
    "no table for the lab": (
        '[lab]\nname = "mine"\ntitle = "My lab"\ndataset = "mnist"',
        "",
        None,
        "lab.toml: [lab]: is missing. Add: [lab]",
    ),
    "no network": (
        GOOD[GOOD.index("[network]") : GOOD.index("[training]")],
        "",
        None,
        "lab.toml: [network]: is missing. Add: [network], with inputs = 784",
    ),
    "one pair of brackets for two": (
        GOOD[GOOD.index("[[question]]") : GOOD.index('id = "unit_17"')],
        "[question]\n",
        20,
        "each one begins with a line [[question]], in two pairs",
    ),
    "two pairs of brackets for one": (
        "[network]",
        "[[network]]",
        8,
        "is written once, as a line [network] in one pair",
    ),
    "a newer version": (
        "schema_version = 1",
        "schema_version = 2",
        1,
        "schema_version: is 2, of a newer mnistlab; this one reads 1. Update it: pip install "
        "--upgrade mnistlab",
    ),
    "no version": ("schema_version = 1", "", None, "Write as the first line: schema_version = 1"),
    "a version in quotes": (
        "schema_version = 1",
        'schema_version = "1"',
        1,
        "must be 1, but is '1'",
    ),
    "an unknown data set": (
        '"mnist"',
        '"mnits"',
        6,
        "'mnits' is no data set. Did you mean 'mnist'? `mnistlab data` lists: mnist, mnist_5k, "
        "iris, digits, fashion_mnist, cifar10, cifar100, imdb, reuters; or give an .npz file",
    ),
    "a data set for all": ('"mnist"', '"auto"', 6, "not the same for everybody"),
    "a regression": ('"mnist"', '"boston_housing"', 6, "boston_housing is a regression"),
    "a data set of another size": (
        '"mnist"',
        '"cifar10"',
        6,
        "cifar10 has 3,072 inputs and 10 classes, and [network] says inputs = 784",
    ),
    "test data of another size": (
        '"latest"',
        '"latest"\ntest_data = "iris"',
        19,
        "[grading] test_data: iris has 4 inputs and 3 classes",
    ),
    "an unknown activation": ('"softmax"', '"sofmax"', 12, "Did you mean 'softmax'?"),
    "units in quotes": (
        "hidden_units = 512",
        'hidden_units = "512"',
        11,
        "must be a whole number, or one for each layer: [128, 64], but is '512'",
    ),
    "no units": (
        "hidden_units = 512",
        "hidden_units = [512, 0]",
        11,
        "must be at least 1, but is 0",
    ),
    "an unknown setting": (
        "epochs = 5",
        "epoch = 5",
        15,
        "[training] epoch: epoch is no setting of an experiment. Did you mean 'epochs'?",
    ),
    "a setting of the network": (
        "epochs = 5",
        "hidden_units = 5",
        15,
        "hidden_units stands in [network]; take it out of [training]",
    ),
    "a setting as text": (
        "epochs = 5",
        'epochs = "5"',
        15,
        "epochs must be a number, but got the text '5'",
    ),
    "an unknown word": (
        '"latest"',
        '"last"',
        18,
        "[grading] attempts: must be 'latest' or 'best', but is 'last'",
    ),
    "a word for true": (
        '"latest"',
        '"latest"\ngroup = "yes"',
        19,
        "must be true or false, without quotes, but is 'yes'",
    ),
    "a date that isn't": (
        '"latest"',
        '"latest"\ndue = "Monday"',
        19,
        "due = 2026-11-30T18:00:00, but is 'Monday'",
    ),
    "bounds the wrong way round": (
        "[1, 20]",
        "[20, 1]",
        48,
        "within.epochs: epochs = [20, 1] is no bound: give [lowest, highest]",
    ),
    "bounds of nothing": ("epochs = [1, 20]", "epoch = [1, 20]", 48, "Did you mean 'epochs'?"),
    "no bounds": ("{ epochs = [1, 20] }", "{}", 48, "must have at least 1 entry"),
    "bounds in a list": ("{ epochs = [1, 20] }", "[1, 20]", 48, "must be bounds in braces"),
    "a bound that is no list": (
        "[1, 20]",
        "20",
        48,
        "must be a list in brackets: [1, 20], but is 20",
    ),
    "bounds within bounds": (
        "[1, 20]",
        "[[1], 20]",
        48,
        "[[item]] 'settings', within.epochs (no. 1): must be a number, a text in quotes,",
    ),
    "a title of nothing": ('"My lab"', '""', 5, "[lab] title: must not be empty"),
    "a text of a whole book": (
        '"What is E?"',
        '"' + "x" * 2001 + '"',
        30,
        "has more than 2,000 characters",
    ),
    "a file without an equals sign": (
        "points = 20",
        "points 20",
        35,
        "column 8: this is no TOML: expected '=' after a key",
    ),
    "a decimal comma": ("= 0.97", "= 0,97", 36, "numbers take a decimal point: 0.97, not 0,97"),
    "a key twice": ("points = 20", "points = 20\npoints = 21", 36, "overwrite"),
    "a text without its end": ('"mine"', '"mine', 4, "this is no TOML"),
    "a word without quotes": ('"mine"', "mine", 4, 'texts stand in quotes: name = "text"'),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(lab_toml, mistake):
    good, bad, line, wanted = MISTAKES[mistake]
    assert good in GOOD
    said = told(lab_toml, GOOD.replace(good, bad, 1))
    rows = [row for row in said.splitlines() if wanted in row]
    assert rows, said
    assert rows[0].startswith("lab.toml: " if line is None else f"lab.toml, line {line}"), said
    assert "Value error" not in said and "Input should" not in said and "pydantic" not in said


def test_items_without_what_they_count(lab_toml):
    more = '[[item]]\nid = "{0}"\ncheck = "{0}"\npoints = 1\nfull_from = 0.9\nnone_below = 0.8\n'
    said = told(lab_toml, GOOD + more.format("private"))
    assert said.startswith("lab.toml, line 51: [[item]] 'private', check") and "FILE.npz" in said
    asked = GOOD.replace('kind = "prediction"', 'kind = "answer"')
    said = told(lab_toml, asked + '[[item]]\nid = "p"\ncheck = "predictions"\npoints = 1\n')
    assert said.startswith("lab.toml, line 51: [[item]] 'p', check")


def test_several_mistakes_are_listed_in_the_order_of_their_lines(lab_toml):
    bad = (
        GOOD.replace("= 0.97", "= 97").replace('"mine"', '"My"').replace("epochs = 5", "epoch = 5")
    )
    lines = told(lab_toml, bad).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "lab.toml, line 4", "lab.toml, line 15", "lab.toml, line 36"]  # fmt: skip


def test_ten_mistakes_are_listed_at_most(lab_toml):
    item = '[[item]]\nid = "i{}"\ncheck = "readable"\npoints = -1\n'
    lines = told(lab_toml, GOOD + "".join(item.format(n) for n in range(15))).splitlines()
    assert len(lines) == 11 and lines[-1] == "… and 5 more mistakes."


def test_an_unused_private_data_set_may_be_named(lab_toml):
    lab_toml(GOOD.replace('"latest"', '"latest"\nprivate_data = "p.npz"\ntest_data = "t.npz"'))


# ── files ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (GOOD.replace("My", "Mein Übungs").encode("latin-1"), "lab.toml, line 5: this is no UTF-8"),
        (GOOD.encode("utf-16"), "line 1: this is no UTF-8"),
        (b"\x00" * 100, "this is no TOML"),
        (b"PK\x03\x04\xff", "this is no UTF-8"),
        (b"", "lab.toml: [lab]: is missing"),
        (b"#" * 10_000_000, "larger than 256 kB"),
        (b"a." * 60_000 + b"a = 1", "levels deep"),
        (b"'a' . " * 30 + b"a = 1", "levels deep"),
        (b"x" * 200_000, "this is no TOML"),
        (b"a = " + b"[" * 100 + b"]" * 100, "levels deep"),
        (b"a = " + b"'' " * 60_000, "this is no TOML"),
        (b"a = " + b"[" * 100_000, "levels deep"),
        (b'{"schema_version": 1}', "this is no TOML"),
    ],
)
def test_files_that_are_no_lab(lab_toml, content, wanted):
    said = told(lab_toml, content)
    assert wanted in said and len(said) < 3000


def test_an_absent_file(tmp_path):
    with pytest.raises(InputError, match=r"no file .*lab.toml.*mnistlab lab.*recognizing_digits"):
        labfile.read(tmp_path / "lab.toml")


def test_a_misspelt_name_of_a_lab():
    with pytest.raises(InputError, match="Did you mean 'recognizing_digits'") as caught:
        labfile.read("recognising_digits")
    assert "--out" not in str(caught.value)  # that is for instructors, and for paths


def test_a_word_that_is_no_lab_lists_those_there_are():
    with pytest.raises(InputError, match=r"no lab 'zzz'.*: 'recognizing_digits'.*lab\.toml"):
        labfile.read("zzz")


def test_a_folder_with_and_without_a_lab(lab_toml):
    folder = lab_toml.file.parent
    with pytest.raises(InputError, match="is a folder. There is no lab.toml in it"):
        labfile.read(folder)
    lab_toml()
    with pytest.raises(InputError, match=r"Give the file in it: .*lab\.toml\.$") as caught:
        labfile.read(folder)
    assert str(caught.value) == f"{folder} is a folder. Give the file in it: {folder / 'lab.toml'}."


@pytest.mark.parametrize("given", ["", "  ", None, 3, b"lab.toml", "a\0b"])
def test_what_names_no_file(given):
    with pytest.raises(InputError):
        labfile.read(given)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(lab_toml):
    lab_toml()
    lab_toml.file.chmod(0)
    with pytest.raises(InputError, match=r"can't be read: Permission denied\.$"):
        labfile.read(lab_toml.file)


# ── the labs of the package ─────────────────────────────────────────────────────────────────────


def test_the_lectures_lab_is_in_the_package():
    assert "recognizing_digits" in labfile.named()
    lab = labfile.read("recognizing_digits")
    assert lab.lab.name == "recognizing_digits"
    assert lab.network.layer_sizes == (784, 512, 10)
    assert lab.config.learning_rate == 0.5 and lab.config.epochs == 5


def test_every_lab_of_the_package_bears_its_files_name_and_makes_100_points():
    for name in labfile.named():
        lab = labfile.read(name)
        assert (lab.lab.name, lab.out_of) == (name, 100)


def test_its_source_is_the_file_with_its_comments():
    source = labfile.source("recognizing_digits")
    assert source.startswith("# Recognizing handwritten digits")
    assert labfile.parsed(source.encode()) == labfile.read("recognizing_digits")
    with pytest.raises(InputError, match="Did you mean 'recognizing_digits'"):
        labfile.source("recognizing_digit")


def test_the_lectures_lab_measures_everything_but_the_private_set():
    lab = labfile.read("recognizing_digits")
    assert {item.check for item in lab.item} == set(labwords.MANY["item"][1]) - {"private"}
    assert not any(isinstance(item, Private) for item in lab.item)
    asked = [type(one) for one in lab.question]
    assert asked.count(Prediction) >= 12 and asked.count(Answer) >= 12
    assert [one.id for one in lab.numbers] == [
        "parameters", "untrained_loss", "output_error", "hidden_error"]  # fmt: skip
    assert lab.numbers[-1].unit == 17
    assert all(one.hint for one in lab.numbers)


def test_its_thresholds_are_below_what_the_lecture_measured():
    lab = labfile.read("recognizing_digits")
    first = next(item for item in lab.item if isinstance(item, Accuracy))
    assert first.none_below < first.full_from < 0.972


def test_each_exploration_has_a_prediction_before_it_and_an_answer_after_it():
    ids = [one.id for one in labfile.read("recognizing_digits").question]
    for predictions, answer in [
        (["predict_beta"], "beta"),
        (["predict_batch_epochs", "predict_batch_updates"], "batch_size"),
        (["predict_order"], "order"),
        (["predict_hidden_units"], "why_512"),
        (["predict_better_choice"], "better_choice"),
        (["predict_own_digits"], "own_digits"),
    ]:
        assert all(ids.index(one) < ids.index(answer) for one in predictions)


def test_the_file_is_in_the_wheel(tmp_path):
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling isn't installed")
    root = Path(str(resources.files("mnistlab"))).parent
    if not (root / "pyproject.toml").is_file():
        pytest.skip("the package isn't in its source tree")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=root, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    assert "mnistlab/lab/recognizing_digits.toml" in zipfile.ZipFile(wheel).namelist()


def test_reading_a_lab_imports_nothing_heavy():
    heavy = ["keras", "tensorflow", "jax", "torch", "pandas", "matplotlib", "sklearn", "numba"]
    code = (
        "import sys; from mnistlab.lab import labfile, starter, calibration;"
        "labfile.read('recognizing_digits'); starter.text();"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["mnist_5k", "iris", "digits"])
def test_the_sizes_of_data_sets_are_the_data_sets(name):
    dataset = load_data(name)
    assert labwords.SHAPES[name] == (dataset.n_inputs, dataset.n_classes, dataset.n_train)


def test_every_classification_of_the_package_has_its_sizes():
    from mnistlab.datasets import NAMES

    assert set(labwords.SHAPES) == set(NAMES) - {"auto", "boston_housing"}


# ── digests ─────────────────────────────────────────────────────────────────────────────────────


def test_comments_and_the_order_of_keys_do_not_change_the_digest(lab_toml):
    one = lab_toml(GOOD)
    other = lab_toml(
        "# comment\n" + GOOD.replace("inputs = 784\nclasses = 10", "classes = 10\ninputs = 784")
    )
    assert labfile.digest(one) == labfile.digest(other)
    assert labfile.digest(one).startswith("sha256:") and len(labfile.digest(one)) == 7 + 64


@pytest.mark.parametrize(
    ("old", "new"), [("points = 20", "points = 21"), ("My lab", "my lab"), ("0.90", "0.91")]
)
def test_whatever_is_said_changes_the_digest(lab_toml, old, new):
    assert labfile.digest(lab_toml(GOOD)) != labfile.digest(lab_toml(GOOD.replace(old, new)))


def test_the_digest_is_the_same_in_every_process():
    code = "from mnistlab.lab import labfile as f; print(f.digest(f.read('recognizing_digits')))"
    done = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed}).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert done == {labfile.digest(labfile.read("recognizing_digits"))}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points = 20", "points = 21"),
        ("[[item]]", '[[question]]\nid = "v"\nkind = "number"\nvalue = 3\ntext = "?"\n\n[[item]]'),
        ("= 0.97", "= 0.96"),
        ("What is E?", "What is the error?"),
        ("unit = 17", "unit = 17\ntolerance = 0.5\npoints = 3\nhint = \"?\""),
        ('"latest"', '"best"'),
        ("epochs = 5", "epochs = 6"),
        ("[1, 20]", "[1, 30]"),
    ],
)  # fmt: skip
def test_what_measuring_does_not_depend_on(lab_toml, old, new):
    before, after = labfile.measured_by(lab_toml(GOOD)), lab_toml(GOOD.replace(old, new, 1))
    assert labfile.measured_by(after) == before
    assert json.loads(json.dumps(before)) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unit = 17", "unit = 18"),
        ('compute = "error"', 'compute = "activation"'),
        ('"unit_17"', '"unit_seventeen"'),
        ("hidden_units = 512", "hidden_units = 256"),
        ('"softmax"', '"sigmoid"'),
        ('"mnist"', '"mnist_5k"'),
        ('"latest"', '"latest"\ntest_data = "mine.npz"'),
        ('"latest"', '"latest"\nprivate_data = "mine.npz"'),
    ],
)
def test_what_measuring_depends_on(lab_toml, old, new):
    before, after = lab_toml(GOOD), lab_toml(GOOD.replace(old, new))
    assert labfile.measured_by(after) != labfile.measured_by(before)
