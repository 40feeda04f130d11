"""The builder: markers, questions, solutions, the line of what to run first."""

import ast
import subprocess
import sys

import nbformat
import numpy as np
import pytest

import mnistlab
from builder import guards, questions
from builder.training import of_training
from builder.words import BuildError
from labbooks import FOLDER, editions, frame, sample_lab, source_of, sources
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import load_data

HEAD = "# %% [markdown]\n# # A toy\n#\n# Its first words.\n\n"
FORMULA = '''# %%
import numpy as np

# %% [markdown]
# ## Formulas

# %% exercise="act"
def activation(I):
    """f(I)"""
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(-I))
    ### END SOLUTION

# %% tests="act_check" points=2
assert activation(0) < 1
### BEGIN HIDDEN TESTS
assert activation(0) == 0.5
### END HIDDEN TESTS
'''


@pytest.fixture
def make(tmp_path):
    """Return a function: text of a source → one edition of its notebook."""

    def made(text, edition="student", lab=None, dataset=None, name="toy"):
        path = tmp_path / f"{name}.py"
        path.write_text(HEAD + text, encoding="utf-8")
        task = sources.assignment(lab, dataset)
        return editions.notebook(sources.read(path, task), task, edition)

    return made


def code(notebook):
    """Return the code cells' sources after the one that installs."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"][1:]


def test_students_get_neither_solution_nor_hidden_tests(make):
    _, exercise, tests = code(make(FORMULA))
    assert "np.exp" not in exercise and "raise NotImplementedError()" in exercise
    assert exercise.count("def activation(I):") == 1
    assert "0.5" not in tests and tests.endswith("assert activation(0) < 1")


def test_instructors_get_both(make):
    _, exercise, tests = code(make(FORMULA, "instructor"))
    assert "### BEGIN SOLUTION" in exercise and "np.exp" in exercise
    assert "### BEGIN HIDDEN TESTS" in tests


def test_the_metadata_is_nbgraders(make):
    cells = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader
             for c in make(FORMULA).cells if "nbgrader" in c.metadata}  # fmt: skip
    assert cells["act"] == {"grade": False, "grade_id": "act", "locked": False,
                            "schema_version": 3, "solution": True, "task": False}  # fmt: skip
    assert cells["act_check"] == {"grade": True, "grade_id": "act_check", "locked": True,
                                  "points": 2.0, "schema_version": 3, "solution": False,
                                  "task": False}  # fmt: skip


def test_a_stub_of_its_own_takes_the_place_of_the_solution(make):
    text = ('# %% exercise="who" stub="WHO = \\"\\"  # @param {type:\\"string\\"}"\n'
            '### BEGIN SOLUTION\nWHO = "ada"\n### END SOLUTION\nprint(WHO)\n')  # fmt: skip
    assert code(make(text)) == ['WHO = ""  # @param {type:"string"}\nprint(WHO)']


def test_an_edition_has_only_its_cells(make):
    text = '# %% edition="instructor"\nx = 1\n\n# %% edition="student"\ny = 2\n'
    assert code(make(text)) == ["y = 2"]
    assert code(make(text, "instructor")) == ["x = 1"]


def test_what_is_said_to_a_formatter_is_not_said_to_students(make):
    assert code(make("# %%\nprint(1,\n      2)  # fmt: skip\n")) == ["print(1,\n      2)"]


class TestGuards:
    def test_a_cell_says_which_heading_to_run_first(self, make):
        text = ("# %% [markdown]\n# ## Load\n\n# %%\nx = 1\n\n# %% [markdown]\n# ## Use\n\n"
                "# %%\nprint(x)\n")  # fmt: skip
        first, second = code(make(text))
        assert first == "x = 1"
        assert second.splitlines()[0] == 'assert {"x"} <= globals().keys(), "First run “Load”."'

    def test_run_too_early_it_fails_with_that_and_later_it_does_not(self, make):
        cell = code(make("# %%\nx = 1\n\n# %%\ny = x + 1\n"))[1]
        with pytest.raises(AssertionError, match="First run the cell above"):
            exec(cell, {})
        names = {"x": 1}
        exec(cell, names)
        assert names["y"] == 2

    def test_names_inside_functions_and_comprehensions_count_too(self):
        assert guards.needed("def f(n): return [k * beta for k in range(n)]") == {"beta"}
        assert guards.needed("import numpy as np\nlambda I: np.exp(I)") == set()
        assert guards.needed("for k in rows:\n    print(k)") == {"rows"}
        assert guards.needed("def f():\n    import keras\n    return keras") == set()

    def test_one_name_of_each_cell_is_enough(self, make):
        text = "# %%\na, b = 1, 2\n\n# %%\nc = 3\n\n# %%\nprint(a, b, c)\n"
        assert code(make(text))[2].startswith('assert {"a", "c"} <= globals().keys()')

    def test_it_stands_below_a_title_that_colab_shows(self, make):
        text = "# %%\nx = 1\n\n# %%\n# @title Use it\nprint(x)\n"
        lines = code(make(text))[1].splitlines()
        assert lines[0] == "# @title Use it" and lines[1].startswith("assert")

    def test_a_name_that_nobody_makes_is_refused(self, make):
        with pytest.raises(BuildError, match=r"toy: Under .Install.: no earlier cell makes colour"):
            make("# %%\nprint(colour)\n")

    def test_what_is_no_python_is_refused_with_its_place(self, make):
        with pytest.raises(BuildError, match="Under 'Install', line 1"):
            make("# %%\ndef f(:\n")


class TestQuestions:
    TEXT = '# %%\nimport mnistlab\n\nsheet = mnistlab.Worksheet("{{ lab_name }}", "ada")\n\n'
    NUMBER = TEXT + '# %% question="parameters"\nnumber = 784 * 512 + 512 + 512 * 10 + 10\n'

    def test_its_text_comes_from_the_lab(self, make):
        notebook = make(self.NUMBER)
        texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        assert "**Compute (3 points):** How many parameters does 784-512-10 have? Compute it " \
               "before summary() shows it." in texts  # fmt: skip

    def test_students_get_a_field_and_the_call(self, make):
        cells = code(make(self.NUMBER))
        assert (
            'number = ""  # @param {type:"string"}\nsheet.number("parameters", number)' in cells[1]
        )
        assert "still missing" in cells[2] and "784 * 512" not in "".join(cells)

    def test_the_hidden_test_takes_the_right_number_and_no_other(self, make, tmp_path):
        cells = code(make(self.NUMBER, "instructor"))

        class Sheet:
            def record(self):
                return {"numbers": {"parameters": self.given}}

        sheet = Sheet()
        for given, right in ((407050, True), (407051, False), (406528, False)):
            sheet.given = given
            if right:
                exec(cells[2], {"sheet": sheet})
                continue
            with pytest.raises(AssertionError, match="right: 407050"):
                exec(cells[2], {"sheet": sheet})

    def test_an_answer_is_a_text_in_which_backslashes_stay(self, make):
        cells = code(
            make(self.TEXT + '# %% question="why_scale"\nanswer = r"""\nIt saturates.\n"""')
        )
        assert 'answer = r"""\n\n"""\nsheet.answer("why_scale", answer)' in cells[1]

    def test_questions_without_a_cell_stand_before_handing_in(self, make):
        text = (self.NUMBER + "# %% [markdown]\n# ## Hand in\n\n"
                '# %% exercise="submit"\nprint(sheet.missing())\n')  # fmt: skip
        notebook = make(text)
        order = [cell.source.splitlines()[0] for cell in notebook.cells if cell.source]
        assert order.index("## More questions") < order.index("## Hand in")
        calls = "\n".join(code(notebook))
        lab = sources.assignment().lab
        assert all(f'("{one.id}", ' in calls for one in lab.question)

    def test_one_without_a_model_answer_has_a_stand_in_for_instructors_alone(self, make, tmp_path):
        lab = sample_lab(tmp_path)
        with lab.open("a", encoding="utf-8") as file:
            file.write(
                '\n[[question]]\nid = "my_own"\nkind = "answer"\ntext = "Why?"\n'
                '\n[[question]]\nid = "weeks"\nkind = "number"\ntext = "?"\nvalue = 52.5\n'
            )
        source = self.NUMBER + '# %% exercise="submit"\nprint(sheet.missing())\n'
        instructors = "\n".join(code(make(source, "instructor", lab=str(lab))))
        students = "\n".join(code(make(source, lab=str(lab))))
        assert 'answer = "Your model answer goes here."' in instructors
        assert 'number = "52.5"' in instructors
        assert "goes here" not in students and 'number = "52.5"' not in students

    def test_a_question_that_an_assignment_does_not_ask_is_left_out(self, make, tmp_path):
        lab = sample_lab(tmp_path)
        text = lab.read_text(encoding="utf-8")
        start = text.index('[[question]]\nid = "why_scale"')
        lab.write_text(text[:start] + text[text.index("[[question]]", start + 5) :], "utf-8")
        both = self.NUMBER + '\n# %% question="why_scale"\nanswer = "x"\n'
        assert "why_scale" in "".join(code(make(both)))
        assert "why_scale" not in "".join(code(make(both, lab=str(lab))))

    def test_a_question_that_no_lab_has_is_refused(self, make):
        with pytest.raises(BuildError, match="'colour' is no question of the lab"):
            make(self.TEXT + '# %% question="colour"\nanswer = "blue"\n')

    def test_signs_of_markdown_in_a_question_are_shown_as_they_are(self):
        one = next(one for one in sources.assignment().lab.question if one.id == "hidden_error")
        assert r"E\_17 = f'(I\_17) Σ\_j w\_17,j E\_j" in questions._text(one)


class TestAnAssignmentOfOnesOwn:
    def test_words_are_filled_in(self, make, tmp_path):
        lab = sample_lab(tmp_path)
        text = (
            '# %% [markdown]\n# ## {{ sizes }} of {{ parameters }}\n\n# %%\nD = "{{ dataset }}"\n'
        )
        assert code(make(text)) == ['D = "mnist"']
        assert code(make(text, dataset="iris")) == ['D = "iris"']
        notebook = make(text, lab=str(lab))
        assert code(notebook) == ['D = "mnist_5k"']
        assert any(cell.source == "## 784-512-10 of 407,050" for cell in notebook.cells)

    def test_the_notebook_carries_its_lab(self, make, tmp_path):
        lab = sample_lab(tmp_path)
        first, second = code(make(TestQuestions.NUMBER, lab=str(lab)))[:2]
        assert first == "%%writefile lab.toml\n" + lab.read_text(encoding="utf-8").rstrip("\n")
        assert 'mnistlab.Worksheet("lab.toml", "ada")' in second

    def test_the_command_writes_it_with_its_lab(self, tmp_path):
        lab, out = sample_lab(tmp_path), tmp_path / "mine"
        done = subprocess.run(
            [sys.executable, str(FOLDER / "build.py"), "--lab", lab, "--out", out],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert (out / "lab.toml").read_bytes() == lab.read_bytes()
        notebook = nbformat.read(out / "03_recognizing_digits.ipynb", as_version=4)
        assert "colab.research.google.com" not in notebook.cells[0].source  # it isn't there
        assert any('DATASET = "mnist_5k"' in cell.source for cell in notebook.cells)

    def test_a_lab_with_a_mistake_is_refused_with_its_line(self, tmp_path):
        lab = sample_lab(tmp_path)
        lab.write_text(lab.read_text("utf-8").replace("epochs = 5", "epochs = 0.5"), "utf-8")
        done = subprocess.run(
            [sys.executable, str(FOLDER / "build.py"), "--lab", lab, "--out", tmp_path / "mine"],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 2 and "lab.toml, line" in done.stderr
        assert "Traceback" not in done.stderr and not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('# %% colour="red"\nx = 1\n', "'colour' is no marker"),
        ('# %% exercise="a" tests="b"\nx = 1\n', "one of them"),
        ('# %% edition="teacher"\nx = 1\n', "edition='teacher'"),
        ("# %% [markdown]\n# {{ colour }}\n", "'colour' is undefined"),
        ('# %% exercise="a"\nx = 1\n\n# %% tests="a"\nx = 2\n', "'a' stands twice"),
    ],
)
def test_a_source_with_a_mistake_is_refused(make, text, said):
    with pytest.raises(BuildError, match=said):
        make(text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("# 100 points", "### BEGIN SOLUTION", "with which nbgrader marks"),
        ('dataset = "mnist_5k"', 'dataset = "../mine.npz"', "is a path"),
        ('dataset = "mnist_5k"', 'dataset = "mine.npz"', "no mine.npz beside it"),
    ],
)
def test_a_lab_that_notebooks_cannot_carry_is_refused(tmp_path, old, new, said):
    lab = sample_lab(tmp_path)
    text = lab.read_text(encoding="utf-8")
    assert old in text
    lab.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BuildError, match=said):
        sources.assignment(str(lab))


def test_the_network_of_a_lab_goes_into_its_notebook(tmp_path):
    lab = sample_lab(tmp_path)
    text = lab.read_text(encoding="utf-8").replace("hidden_units = 512", "hidden_units = [64, 32]")
    lab.write_text(text, encoding="utf-8")
    task = sources.assignment(str(lab))
    source = sources.read(FOLDER / "src" / "03_recognizing_digits.py", task)
    said = "\n".join(c.source for c in editions.notebook(source, task, "instructor").cells)
    assert "number = 784 * 64 + 64 + 64 * 32 + 32 + 32 * 10 + 10\n" in said
    assert 'keras.layers.Dense(32, activation="sigmoid"),\n' in said
    assert "hidden_units=(64, 32), seed=sheet.seed" in said
    assert sources.stale_sizes(task)[0].startswith(
        "parameters: its text names the network 784-512-10"
    )
    assert sources.stale_sizes(sources.assignment()) == []
    assert "784 * 512" not in said and "{{" not in said.replace("{{metadata", "")


def of_the_lab(folder, training, network='hidden_activation = "sigmoid"'):
    """Return the cells of 03 for a lab with another [training] and network, and the task."""
    lab = sample_lab(folder)
    text = lab.read_text(encoding="utf-8").replace('hidden_activation = "sigmoid"', network)
    begin = text.index("[training]")
    end = text.index("[grading]", begin)
    lab.write_text(f"{text[:begin]}[training]\n{training}\n\n{text[end:]}", encoding="utf-8")
    task = sources.assignment(str(lab))
    source = sources.read(FOLDER / "src" / "03_recognizing_digits.py", task)
    return editions.notebook(source, task, "instructor").cells, task


def test_the_training_of_a_lab_goes_into_its_notebook(tmp_path):
    cells, _ = of_the_lab(tmp_path, 'optimizer = "adam"\nepochs = 3\nbatch_size = 64\n'
                          'order = "stored"\nvalidation_split = 0.2\npatience = 2\ndropout = 0.25',
                         'hidden_activation = "relu"')  # fmt: skip
    said = "\n".join(cell.source for cell in cells)
    build = 'hidden_units=512, hidden_activation="relu", dropout=0.25, seed=sheet.seed'
    assert said.count(build) == 3  # the model, the untrained one, the one that is traced
    assert 'mnistlab.compile_model(model, optimizer="adam", learning_rate=0.001)' in said
    assert "mnistlab.fit_model(model, dataset, epochs=3, batch_size=64, order=\"stored\", " \
           "validation_split=0.2, patience=2," in said  # fmt: skip
    assert "in the order of the file, 64 at a time; after each 64 the weights change." in said
    assert "# keras: history = model.fit(x_train, y_train, epochs=3, batch_size=64, " \
           "validation_split=0.2, shuffle=False, callbacks=[…])" in said  # fmt: skip
    assert "SGD(0.5)" not in said and "epochs=5, batch_size=32" not in said


def settings_of(cells, function):
    """Return the settings in the first call of one of our functions that is given no engine."""
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    calls = [one for text in codes if f"mnistlab.{function}(" in text and text[0] != "%"
             for one in ast.walk(ast.parse(text))
             if isinstance(one, ast.Call) and ast.unparse(one.func) == f"mnistlab.{function}"
             and ast.unparse(one.args[0]) in ("dataset", "model")]  # fmt: skip
    first = next(one for one in calls if "engine" not in [word.arg for word in one.keywords])
    return {one.arg: ast.literal_eval(one.value) for one in first.keywords
            if one.arg not in ("seed", "checkpoint")}  # fmt: skip


@pytest.mark.parametrize("recipe", ["lecture", "book", "plain", "record"])
def test_the_three_steps_of_a_notebook_are_what_its_lab_says(tmp_path, recipe):
    cells, task = of_the_lab(tmp_path, f'recipe = "{recipe}"')
    said = {}
    for function in ("build_model", "compile_model", "fit_model"):
        said |= settings_of(cells, function)
    steps = ExperimentConfig.from_settings({"dataset": "mnist_5k", **said})
    assert resolved(steps) == resolved(task.lab.config)


def resolved(config):
    return config.resolved(engine="classic", dataset="mnist_5k", task="classification")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"output_activation": "sigmoid", "batch_size": "full", "order": "stored"},
        {"output_activation": "sigmoid", "loss": "mean_squared_error", "validation_split": 0.5},
        {"optimizer": "adam", "weight_decay": 0.01, "ema_momentum": 0.9, "dropout": 0.2,
         "input_dropout": 0.1, "hidden_units": (8, 4), "hidden_activation": "relu"},
    ],
)  # fmt: skip
def test_keras_own_lines_train_what_ours_do(settings):
    keras = pytest.importorskip("mnistlab.keras_engine.quiet").import_keras()
    iris = load_data("iris")
    config = ExperimentConfig.from_settings({"dataset": "iris", "hidden_units": 8, "epochs": 2,
                                             "dropout": 0.0, **settings})  # fmt: skip
    said = of_training(config, 3)
    known = {"keras": keras, **vars(keras.layers), **vars(keras.optimizers),
             "x_train": iris.x_train, "y_train": iris.y_train}  # fmt: skip
    ours = mnistlab.build_model(iris, "keras", **eval(f"dict({said['built']})"), seed=1)
    eval(f"compile_model(ours, {said['compiled']})",
         {"compile_model": mnistlab.compile_model, "ours": ours})  # fmt: skip
    theirs = eval(f"keras.Sequential([keras.Input((4,)), {said['keras_built']}])", known)
    theirs.set_weights(ours.get_weights())
    eval(f"theirs.compile({said['keras_compiled']})", {**known, "theirs": theirs})
    eval(f"theirs.fit({said['keras_fitted']}, verbose=0)", {**known, "theirs": theirs})
    rules = [{**one.optimizer.get_config(), "name": ""} for one in (theirs, ours)]
    assert rules[0] == rules[1]
    x, desired = iris.x_train[:32], np.eye(3, dtype="float32")[iris.y_train[:32]]
    labels = iris.y_train[:32] if "sparse" in said["keras_compiled"] else desired
    loss = theirs.evaluate(x, labels, verbose=0, batch_size=32)[0]
    ours.set_weights(theirs.get_weights())
    assert loss == pytest.approx(ours.evaluate(x, desired, verbose=0, batch_size=32)[0], rel=1e-4)


def test_a_source_without_a_title_is_refused(tmp_path):
    path = tmp_path / "toy.py"
    path.write_text("# %%\nx = 1\n", encoding="utf-8")
    task = sources.assignment()
    with pytest.raises(BuildError, match="# Title"):
        editions.notebook(sources.read(path, task), task, "student")


def test_the_install_cell_changes_nothing_where_the_package_is(make, capsys, monkeypatch):
    notebook = make("")
    install = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert f"@v{frame.version()}" in install and "--upgrade" not in install
    plain = install.replace("    %pip", "    raise RuntimeError  # %pip")
    exec(plain, {})
    assert "mnistlab 0.1.0 · numpy " in capsys.readouterr().out


def test_a_notebook_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(BuildError, match="no notebook 'zz'. There are: 01_"):
        sources.names(FOLDER / "src", ["zz"])


def test_the_line_is_no_part_of_a_cells_own_source():
    cell = nbformat.v4.new_code_cell('assert {"x"} <= globals().keys(), "First run."\nprint(x)')
    assert source_of(cell) == "print(x)"
