"""The Makefile: it installs once, notices a changed pyproject.toml, names what is missing."""

import os
import shutil
import subprocess
import time

import pytest

from processes import PROJECT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make here")


def make(folder, *arguments, **environment):
    """Run make in a folder and return the finished process, with all its output as text."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={**kept, **environment},
    )  # fmt: skip


@pytest.fixture
def project(tmp_path):
    """Return a folder as `make run` leaves it: Makefile, pyproject.toml and the stamps."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    (tmp_path / ".venv").mkdir()
    now = time.time()
    for age, name in ((60, "pyproject.toml"), (40, ".venv/.made"), (20, ".venv/.installed"),
                      (20, ".venv/.installed-test")):  # fmt: skip
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now - age, now - age))
    return tmp_path


@pytest.mark.parametrize("goal", ["run", "test"])
def test_a_second_call_installs_nothing(project, goal):
    done = make(project, "-n", goal)
    assert done.returncode == 0, done.stdout
    assert "pip install" not in done.stdout
    assert "venv .venv" not in done.stdout


@pytest.mark.parametrize(("goal", "what"), [("run", "--editable ."), ("test", ".[test]")])
def test_a_changed_pyproject_is_noticed(project, goal, what):
    (project / "pyproject.toml").touch()
    done = make(project, "-n", goal)
    assert "pip install" in done.stdout
    assert what in done.stdout


def test_a_first_call_makes_the_environment_and_installs(project):
    shutil.rmtree(project / ".venv")
    done = make(project, "-n", "run", "PYTHON=python3")
    made, installed = done.stdout.index("-m venv .venv"), done.stdout.index("pip install")
    assert made < installed < done.stdout.index("mnistlab run")


def fake_python(folder, lines):
    path = folder / "fake-python"
    path.write_text("#!/bin/sh\n" + lines + "\n")
    path.chmod(0o755)
    return path


def test_a_missing_python3_venv_is_named(project):
    shutil.rmtree(project / ".venv")
    python = fake_python(project, "exit 1")  # as Debian's python3 without python3-venv answers
    done = make(project, "run", f"PYTHON={python}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stdout
    assert not (project / ".venv" / ".made").exists()


def test_a_missing_python_is_named(project):
    shutil.rmtree(project / ".venv")
    done = make(project, "run", "PYTHON=")
    assert done.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in done.stdout


def test_a_python_that_is_too_old_or_too_new_is_passed_over(project):
    # PATH holds a python3 of another version first, and a right one under its full name.
    shutil.rmtree(project / ".venv")
    bin_folder = project / "bin"
    bin_folder.mkdir()
    fake_python(bin_folder, "exit 1").rename(bin_folder / "python3")
    fake_python(bin_folder, "exit 0").rename(bin_folder / "python3.12")
    path = f"{bin_folder}:/usr/bin:/bin"
    done = make(project, "-n", "run", PATH=path)
    assert "python3.12 -m venv .venv" in done.stdout
