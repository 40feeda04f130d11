"""A new lab.toml: read back it is the lab that was asked for, and everything in it is explained."""

import os
import re
import tomllib

import numpy as np
import pytest

from mnistlab import config, recipes
from mnistlab.errors import InputError, MnistlabError, OutputError
from mnistlab.lab import labfile, labwords, starter
from mnistlab.lab.assignment import Grading, Network


def own_npz(path, classes=3, regression=False):
    rng = np.random.default_rng(0)
    arrays = {"x_train": rng.random((30, 5)), "x_test": rng.random((30, 5))}
    labels = rng.random(30) if regression else np.arange(30) % classes
    task = {"task": np.array("regression")} if regression else {}
    np.savez(path, y_train=labels, y_test=labels, **arrays, **task)
    return path


# ── read back ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dataset", list(labwords.SHAPES))
def test_each_data_sets_lab_reads_back_with_its_counts(dataset):
    lab = starter.as_lab(dataset)
    inputs, classes, _ = labwords.SHAPES[dataset]
    assert lab.lab.dataset == dataset
    assert lab.network == Network(inputs=inputs, classes=classes)
    assert lab.config == config.ExperimentConfig(
        dataset=dataset, learning_rate=0.5, output_activation="softmax"
    )
    assert lab.out_of == 100


def test_the_counts_are_computed():
    text = starter.text("fashion_mnist", 256)
    assert "# what is asked for: 784-256-10: 203,530 parameters" in text
    assert labfile.parsed(text.encode()).network.parameters == 784 * 256 + 256 + 256 * 10 + 10


def test_what_was_asked_for_is_what_is_read_back():
    lab = starter.as_lab(
        "iris", hidden_units=(8, 4), hidden_activation="tanh", output_activation="sigmoid",
        name="my_irises", title='Three "irises", ‘çiçek’ \\ {x} # no comment', epochs=60,
        batch_size="full", learning_rate=0.05, optimizer="adam", schedule="exponential:0.9",
        thresholds=(0.9333333, 0.5),
    )  # fmt: skip
    assert lab.network == Network(
        inputs=4, classes=3, hidden_units=(8, 4), hidden_activation="tanh",
        output_activation="sigmoid",
    )  # fmt: skip
    assert lab.lab.name == "my_irises"
    assert lab.lab.title == 'Three "irises", ‘çiçek’ \\ {x} # no comment'
    assert lab.config == config.ExperimentConfig(
        dataset="iris", hidden_units=(8, 4), hidden_activation="tanh", output_activation="sigmoid",
        epochs=60, batch_size="full", learning_rate=0.05, optimizer="adam",
        schedule="exponential:0.9",
    )  # fmt: skip
    accuracy = next(item for item in lab.item if item.check == "accuracy")
    assert (accuracy.full_from, accuracy.none_below) == (0.933333, 0.5)


@pytest.mark.parametrize("name", list(recipes.RECIPES))
def test_a_recipe_stands_there_setting_by_setting(name):
    wanted = recipes.recipe(name).resolved(engine="classic", dataset="mnist", task="classification")
    got = starter.as_lab(recipe=name).config.as_dict()
    changed = {key for key, value in wanted.as_dict().items() if got[key] != value}
    assert changed <= {"engine", "loss"}  # both are left open


def test_a_setting_beside_a_recipe_counts_more():
    lab = starter.as_lab(recipe="book", epochs=2, hidden_activation="sigmoid")
    assert (lab.config.optimizer, lab.config.epochs) == ("rmsprop", 2)
    assert lab.network.hidden_activation == "sigmoid"


def test_the_stated_settings_are_within_their_own_bounds():
    lab = starter.as_lab(recipe="record")
    within = next(item for item in lab.item if item.check == "config").within
    assert within["epochs"][0] <= lab.config.epochs <= within["epochs"][1]
    assert lab.config.optimizer in within["optimizer"]


@pytest.mark.parametrize(("units", "question", "unit"), [(512, "hidden_error", 17),
                         (8, "hidden_error", 7), ((), "output_error", 0)])  # fmt: skip
def test_the_unit_that_is_asked_for_is_in_the_network(units, question, unit):
    asked = next(one for one in starter.as_lab("iris", hidden_units=units).numbers
                 if one.compute == "error")  # fmt: skip
    assert (asked.id, asked.unit) == (question, unit)


# ── as something to read ────────────────────────────────────────────────────────────────────────


def test_each_check_stands_in_it_private_and_bonus_as_comments():
    text = starter.text()
    checks = set(re.findall(r'^check = "(\w+)"', text, re.MULTILINE))
    assert checks == set(labwords.MANY["item"][1]) - {"private"}
    assert '\n# check = "private"' in text and "\n# bonus = true" in text


def test_every_key_that_a_lab_can_have_stands_in_it():
    text = starter.text()
    models = [*labwords.ONCE.values(), *labwords.MANY["item"][1].values(),
              *labwords.MANY["question"][1].values()]  # fmt: skip
    for key in {key for model in models for key in model.model_fields}:
        assert re.search(rf"(^|[ #]){key} = ", text, re.MULTILINE), key


def test_each_table_and_key_is_explained_where_it_first_stands():
    lines = starter.text().splitlines()
    seen: set[str] = set()
    in_text = False
    for n, line in enumerate(lines):
        key = re.match(r"(\w+) = ", line)
        if not in_text and key and key[1] not in seen:
            seen.add(key[1])
            below = lines[n + 1] if n + 1 < len(lines) else ""
            # a text that stands there is its own explanation
            assert "#" in line or below.startswith("#   ") or key[1] in ("kind", "text", "points",
                   "hint", "title"), line  # fmt: skip
        if line.count('"""') == 1:
            in_text = not in_text
    assert {"within", "tolerance", "unit", "at_least", "none_below"} <= seen


def test_the_commented_lines_work_when_their_signs_are_taken_away(tmp_path):
    text = starter.text().replace('# test_data = "my_test_set.npz"', 'test_data = "t.npz"')
    for key in ("private_data", "due", "late_per_day", "late", "from_unit", "steps", "recipe",
                "learning_rate"):  # fmt: skip
        text = re.sub(rf"^# ({key} = )", r"\1", text, flags=re.MULTILINE)
    for name in ("beyond", "private"):
        start = text.rindex("# [[item]]", 0, text.index(f'# id = "{name}"'))
        end = text.find("\n\n", start)
        block = text[start:] if end < 0 else text[start:end]
        text = text.replace(block, re.sub(r"^# (?!  )", "", block, flags=re.MULTILINE))
    lab = labfile.parsed(text.encode())
    assert [item.id for item in lab.item][-2:] == ["beyond", "private"]
    assert lab.item[-2].bonus and not lab.item[-1].visible
    assert lab.grading.late_per_day == 0.1 and lab.grading.due.hour == 18
    assert lab.out_of == 110


def test_no_key_is_said_that_only_repeats_what_grading_does_anyway():
    assert starter.as_lab().grading == Grading()


def test_the_lectures_notebook_fits_it():
    lecture = labfile.read("recognizing_digits")
    lab = starter.as_lab()
    assert lab.lab == lecture.lab and lab.network == lecture.network
    ids = {one.id: one.kind for one in lecture.question}
    assert {one.id: one.kind for one in lab.question}.items() <= ids.items()


def test_lines_fit_a_screen_and_end_in_no_blanks():
    for text in (starter.text(), starter.text("fashion_mnist", (256, 128), recipe="record")):
        assert max(map(len, text.splitlines())) <= 100
        assert not re.search(r"[ \t]+$", text, re.MULTILINE) and text.endswith("\n")


def test_where_thresholds_come_from_is_said():
    assert "measured with the settings above" in starter.text("mnist")
    assert "A GUESS" in starter.text("mnist", 8)
    assert "A GUESS" in starter.text("reuters")
    text = starter.text("reuters", thresholds=(0.7, 0.4))
    assert "A GUESS" not in text and "--calibrate" in text
    assert tomllib.loads(text)["item"][2]["full_from"] == 0.7


# ── one's own data ──────────────────────────────────────────────────────────────────────────────


def test_ones_own_data_is_counted_and_named_after_its_file(tmp_path):
    lab = starter.as_lab(own_npz(tmp_path / "Meine Daten-2.npz"), hidden_units=4)
    assert lab.lab.dataset == "Meine Daten-2.npz" and lab.lab.name == "meine_daten_2"
    assert lab.network.layer_sizes == (5, 4, 3)


def test_a_name_of_digits_only_becomes_a_name(tmp_path):
    assert starter.as_lab(own_npz(tmp_path / "2026.npz")).lab.name == "lab_2026"


@pytest.mark.parametrize("name", ["MNIST", " mnist ", "Fashion-MNIST"])
def test_a_name_may_be_written_as_it_is_spoken(name):
    assert starter.as_lab(name).lab.dataset in ("mnist", "fashion_mnist")


# ── refused ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"dataset": "boston_housing"}, "regression"),
        ({"dataset": "Boston-Housing"}, "regression"),
        ({"dataset": "fashion"}, "Did you mean 'fashion_mnist'"),
        ({"dataset": "auto"}, "not the same for everybody"),
        ({"dataset": ""}, "is no data set"),
        ({"dataset": None}, "numpy.savez"),
        ({"dataset": [[1]]}, "numpy.savez"),
        ({"dataset": "nowhere.npz"}, "does not exist"),
        ({"name": "My lab"}, "is no name"),
        ({"name": 'x"\n[lab]'}, "is no name"),
        ({"title": ""}, "must not be empty"),
        ({"title": "\udcff"}, "no Unicode"),
        ({"thresholds": (0.5, 0.9)}, "swap them"),
        ({"thresholds": (97, 90)}, "97% is 0.97"),
        ({"thresholds": (float("nan"), 0.5)}, "must be a number"),
        ({"epoch": 3}, "Did you mean 'epochs'"),
        ({"seed": 3}, "seed is no setting of [training]"),
        ({"recipe": "lectur"}, "Did you mean 'lecture'"),
        ({"hidden_units": 0}, "at least 1"),
        ({"hidden_activation": "softmax"}, "compete"),
        ({"loss": "binary_crossentropy"}, "sigmoid"),
    ],
)
def test_what_makes_no_lab(given, word):
    with pytest.raises(InputError) as raised:
        starter.text(**given)
    assert word in str(raised.value) and "\n" not in str(raised.value).replace("\nthe new", "")


def test_ones_own_regression_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a regression"):
        starter.text(own_npz(tmp_path / "r.npz", regression=True))


# ── written ─────────────────────────────────────────────────────────────────────────────────────


def test_it_is_written_into_a_new_folder(tmp_path):
    file = starter.write(tmp_path / "a" / "mylab", "fashion_mnist", hidden_units=256)
    assert file == tmp_path / "a" / "mylab" / "lab.toml"
    assert file.read_text(encoding="utf-8") == starter.text("fashion_mnist", 256)
    assert os.listdir(file.parent) == ["lab.toml"]


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_nothing_is_overwritten(tmp_path, kind):
    file = tmp_path / "lab.toml"
    if kind == "file":
        file.write_text("mine")
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="is there already"):
        starter.write(tmp_path)
    assert kind != "file" or file.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_ones_own_data_is_laid_beside_it(tmp_path):
    source = own_npz(tmp_path / "mine.npz")
    file = starter.write(tmp_path / "lab", source)
    assert (file.parent / "mine.npz").read_bytes() == source.read_bytes()
    assert labfile.read(file).lab.dataset == "mine.npz"


def test_data_that_lies_there_already_stays(tmp_path):
    source = own_npz(tmp_path / "mine.npz")
    assert starter.write(tmp_path, source).is_file()
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "mine.npz").write_bytes(b"another")
    with pytest.raises(OutputError, match=r"mine\.npz is there already"):
        starter.write(tmp_path / "lab", source)
    assert os.listdir(tmp_path / "lab") == ["mine.npz"]


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(MnistlabError, match="can't be written"):
        starter.write(tmp_path / "taken")


def test_a_lab_that_cannot_be_leaves_no_folder(tmp_path):
    with pytest.raises(InputError):
        starter.write(tmp_path / "new", "boston_housing")
    assert not (tmp_path / "new").exists()
