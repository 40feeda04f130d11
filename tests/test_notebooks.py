"""The committed notebooks: built from their sources, without outputs, with all of the lecture."""

import ast
import itertools
import json
import re
import subprocess
import sys

import nbformat
import pytest

from labbooks import FOLDER, FOR_STUDENTS, NAMES, built, editions, frame, source_of, sources
from lecture import QUESTIONS, WORDS
from processes import PROJECT

COMMITTED = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def committed(name):
    """Return a committed notebook."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def test_there_are_six_of_which_one_is_for_instructors():
    assert len(NAMES) == 6
    assert COMMITTED == FOR_STUDENTS
    assert set(NAMES) - set(FOR_STUDENTS) == {"instructor_grading"}


@pytest.mark.parametrize("name", FOR_STUDENTS)
def test_the_committed_notebook_is_what_its_source_gives(name, tmp_path):
    task = sources.assignment()
    source = sources.read(FOLDER / "src" / f"{name}.py", task)
    again = frame.write(editions.notebook(source, task, "student"), tmp_path / "again.ipynb")
    assert again.read_bytes() == (FOLDER / f"{name}.ipynb").read_bytes(), "run: make notebooks"


def test_the_command_builds_the_same_bytes_twice(tmp_path):
    for folder in ("one", "two"):
        subprocess.run(
            [sys.executable, str(FOLDER / "build.py"), "--instructor", "--out", tmp_path / folder],
            check=True, capture_output=True,
        )  # fmt: skip
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(f"{name}.ipynb" for name in NAMES)
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
               for name in names)  # fmt: skip


@pytest.mark.parametrize("name", COMMITTED)
class TestCommitted:
    def test_it_has_no_outputs_and_ids_of_its_own(self, name):
        notebook = committed(name)
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code)
        assert [cell["id"] for cell in notebook.cells] == [
            f"{name}-{n:03d}" for n in range(len(notebook.cells))
        ]

    def test_colab_and_jupyter_find_their_metadata(self, name):
        metadata = committed(name).metadata
        assert metadata.colab == {
            "name": f"{name}.ipynb",
            "provenance": [],
            "toc_visible": True,
        }
        assert metadata.kernelspec.name == "python3"

    def test_the_badge_opens_this_notebook_of_this_repository(self, name):
        first = committed(name).cells[0].source
        found = re.search(r"colab/?.*?/github/([\w.-]+/[\w.-]+)/blob/main/notebooks/(\w+)", first)
        assert found.groups() == (frame.repository(), name)
        assert frame.repository() in (PROJECT / "pyproject.toml").read_text(encoding="utf-8")

    def test_no_solution_is_left_in_it(self, name):
        text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text
        source = (FOLDER / "src" / f"{name}.py").read_text(encoding="utf-8")
        hidden = re.findall(r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)\s*### END", source, re.S)
        hidden += re.findall(r"# %% question=.*?\n(.*?)(?=\n# %%|\Z)", source, re.S)
        lines = {line.strip() for block in hidden for line in block.splitlines()}
        cells = {line.strip() for cell in committed(name).cells if "nbgrader" in cell.metadata
                 for line in cell.source.splitlines()}  # fmt: skip
        assert not {line for line in lines & cells if len(line) > 25}

    def test_headings_go_down_one_step_at_a_time(self, name):
        levels = [len(line) - len(line.lstrip("#")) for cell in committed(name).cells
                  if cell.cell_type == "markdown"
                  for line in cell.source.splitlines() if re.match(r"#+ ", line)]  # fmt: skip
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))

    def test_cells_are_thin(self, name):
        cells = [cell for cell in committed(name).cells if cell.cell_type == "code"][1:]
        lengths = [len(source_of(cell).splitlines()) for cell in cells]
        assert max(lengths) <= 45 and sorted(lengths)[len(lengths) // 2] <= 12


def test_every_exercise_has_an_id_of_its_own_over_all_notebooks(tmp_path):
    ids = []
    for name in NAMES:
        notebook = nbformat.read(built(name, tmp_path / name), as_version=4)
        ids += [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
    assert len(ids) == len(set(ids)) > 30


def taken_up():
    """Return question or word → the cells that take it up, in the students' notebooks."""
    found = {}
    for name in FOR_STUDENTS:
        for cell in committed(name).cells:
            for one in cell.metadata.get("mnistlab", {}).get("takes_up", []):
                found.setdefault(one, []).append(cell["id"])
    return found


def test_each_question_and_word_of_the_lecture_has_a_cell():
    found = taken_up()
    assert set(found) >= {*QUESTIONS, *WORDS}
    assert not set(found) - {*QUESTIONS, *WORDS}, "words that the lecture doesn't list"


@pytest.mark.parametrize("word", WORDS)
def test_the_cell_that_takes_a_word_up_speaks_of_it(word):
    cells = {cell["id"]: cell.source for name in FOR_STUDENTS for cell in committed(name).cells}
    said = " ".join(cells[one] for one in taken_up()[word]).lower().replace("-", " ")
    stems = {"hyperparameters": "hyperparameter", "epochs": "epoch", "parameters": "parameter"}
    sought = stems.get(word, word).lower().replace("-", " ")
    assert sought.replace(" sgd", "") in said or sought.replace("data set", "") in said


def test_the_shared_lecture_has_no_question_that_is_missing_here():
    path = PROJECT.parent / "shared" / "lecture" / "LECTURE.md"
    if not path.exists():
        pytest.skip("the lecture's page isn't beside this checkout")
    text = path.read_text(encoding="utf-8")
    asked = text.split("## The questions that the lecture puts to the class")[1]
    questions = asked.split("\n")[2].split(" · ")
    assert [one.strip() for one in questions] == list(QUESTIONS)
    words = asked.split("Vocabulary: ")[1].split("\n")[0].rstrip(".").split(", ")
    assert words == list(WORDS)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_quoted_in_a_source_is_python(name, tmp_path):
    notebook = nbformat.read(built(name, tmp_path), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and "%" not in cell.source.replace("%}", ""):
            ast.parse(cell.source)


def test_the_notebook_format_is_json_with_plain_newlines():
    for name in COMMITTED:
        content = (FOLDER / f"{name}.ipynb").read_bytes()
        assert b"\r" not in content and content.endswith(b"}\n")
        json.loads(content)
