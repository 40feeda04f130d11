"""nbgrader itself on the notebooks: what students get, what solutions and empty work are worth."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from drawing import drawn
from labbooks import FOR_STUDENTS, built
from processes import surroundings

pytest.importorskip("nbgrader", reason="nbgrader isn't installed")

CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "backpropagation"
c.ExecutePreprocessor.timeout = 300
c.ExecutePreprocessor.iopub_timeout = 60
c.IgnorePattern = []
"""


def nbgrader(course, *arguments):
    """Run `nbgrader …` in a course's folder, with the programs of this environment on the path."""
    here = surroundings(course)
    here["PATH"] = f"{Path(sys.executable).parent}:{here['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course, env=here, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


def handed_in(course, student, name, path):
    """Hand in a notebook, with what lies beside it, as a student would."""
    place = course / "submitted" / student / name
    shutil.copytree(path.parent, place)


@pytest.mark.parametrize("name", drawn(FOR_STUDENTS, 2))
def test_solutions_get_all_points_and_untouched_notebooks_none(name, tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    (course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    solution = built(name, tmp_path / "instructor")
    shutil.copytree(solution.parent, course / "source" / name)

    nbgrader(course, "generate_assignment", name)
    released = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text

    handed_in(course, "ada", name, solution)
    handed_in(course, "bob", name, built(name, tmp_path / "student", "student"))
    nbgrader(course, "autograde", name)
    grades = graded(course, name)
    assert grades["ada"][0] == grades["ada"][1] > 0
    assert grades["bob"] == (0.0, grades["ada"][1])

    nbgrader(course, "generate_feedback", name)
    for student in ("ada", "bob"):
        page = course / "feedback" / student / name / f"{name}.html"
        assert f"{grades[student][0]:.1f} / {grades[student][1]:.1f}" in page.read_text("utf-8")


def graded(course, name):
    """Return student → points and the most that can be had, from nbgrader's gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {one.student.id: (one.score, one.max_score)
                for one in book.assignment_submissions(name)}  # fmt: skip
