"""The package as others get it: the wheel in an empty environment, without TensorFlow, offline.

The wheel is built and installed by pip; its dependencies come from the environment of the tests,
all but those that a test leaves out.
"""

import json
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from processes import PROJECT, mnistlab, surroundings

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = PYPROJECT["project"]["dependencies"]


def name_of(requirement):
    """Return the name of a requirement: "keras" for "keras>=3.8"."""
    return re.match(r"[\w-]+", requirement)[0].lower()


def test_conda_and_pip_have_the_same_dependencies():
    text = (PROJECT / "environment.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^\s+- (?!pip:|-e)(.+)$", text, re.MULTILINE)
    ours = {req.split(";")[0].strip() for req in DEPENDENCIES}
    ours |= set(PYPROJECT["project"]["optional-dependencies"]["notebook"])
    theirs = {line for line in listed if not line.startswith(("python", "pip", "conda"))}
    assert theirs == ours


def test_python_versions_agree():
    text = (PROJECT / "environment.yml").read_text(encoding="utf-8")
    assert f"python{PYPROJECT['project']['requires-python']}," in text


# Older images that students can still choose have these; the newest is in colab-pins.txt.
OLDER_COLAB = {"numpy": "2.0.2", "tensorflow": "2.19.0"}


def colab():
    """Return what Colab has installed, name → version; a bound above it would change it."""
    lines = (PROJECT / "tests" / "colab-pins.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    return {name.lower(): OLDER_COLAB.get(name, version) for name, version in pins.items()}


@pytest.mark.parametrize("requirement", DEPENDENCIES)
def test_colabs_versions_are_left_alone(requirement):
    needed, _, _marker = requirement.partition(";")
    match = re.fullmatch(r"([\w-]+)>=([\d.]+)", needed.strip())
    assert match, f"{needed} isn't a lower bound alone"
    if match[1] in ("threadpoolctl", "readchar"):
        return  # scikit-learn brings the one; the other isn't there, and needs nothing itself
    bound, there = (tuple(map(int, v.split("."))) for v in (match[2], colab()[match[1]]))
    assert bound <= there


def test_the_version_stands_in_one_place_and_is_the_packages():
    import mnistlab as package

    assert PYPROJECT["project"]["version"] == package.__version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel, built from the source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--no-build-isolation", "--wheel-dir", folder, PROJECT],
        check=True,
    )  # fmt: skip
    return next(folder.glob("mnistlab-*.whl"))


def environment_without(left_out, wheel, folder):
    """Return the Python of an empty environment with the wheel, and all it needs but `left_out`.

    What it needs is linked from the environment of the tests, package by package.
    """
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    here = Path(next(p for p in sys.path if p.endswith("site-packages")))
    there = next((folder / "lib").glob("python*/site-packages"))
    for entry in here.iterdir():
        name = re.split(r"[-.]", entry.name.lower())[0]
        if name not in {"mnistlab", "_editable_impl_mnistlab", *left_out, "__pycache__"}:
            (there / entry.name).symlink_to(entry)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps",
         "--no-index", "--disable-pip-version-check", wheel],
        check=True,
    )  # fmt: skip
    return python


def test_the_wheel_runs_from_an_empty_environment(wheel, tmp_path):
    python = environment_without(set(), wheel, tmp_path / "venv")
    found = subprocess.run(
        [python, "-c", "import mnistlab; print(mnistlab.__file__)"],
        capture_output=True, text=True, cwd=tmp_path, env=surroundings(tmp_path),
    )  # fmt: skip
    assert str(tmp_path / "venv") in found.stdout, found.stderr
    script = subprocess.run(
        [tmp_path / "venv" / "bin" / "mnistlab", "run", "--engine", "classic", "--dataset",
         "mnist_5k", "--epochs", "1", "--out", "here"],
        capture_output=True, text=True, cwd=tmp_path, env=surroundings(tmp_path),
    )  # fmt: skip
    assert (script.returncode, script.stderr) == (0, "")
    assert json.loads((tmp_path / "here" / "result.json").read_text())["parameters"] == 407_050


def test_the_wheel_holds_the_package_and_its_types(wheel):
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    assert "mnistlab/py.typed" in names
    assert all(name.startswith("mnistlab") for name in names)
    ours = {p.relative_to(PROJECT).as_posix() for p in (PROJECT / "mnistlab").rglob("*.py")}
    assert ours <= set(names)


def test_without_tensorflow_the_network_from_scratch_does_the_work(wheel, tmp_path):
    without = {"tensorflow", "keras"}
    python = environment_without(without, wheel, tmp_path / "venv")
    home = tmp_path / "home"
    home.mkdir()
    arguments = ("--dataset", "iris", "--epochs", "2")
    done = mnistlab("run", *arguments, "--out", "here", home=home, python=python)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "keras isn't installed, so the network from scratch does the work" in done.stderr
    record = json.loads((home / "here" / "result.json").read_text())
    assert record["config"]["engine"] == "classic"
    asked = mnistlab("run", "--engine", "keras", *arguments, home=home, python=python)
    assert asked.returncode == 1
    assert "pip install keras" in asked.stderr
    assert "Traceback" not in asked.stderr
    both = mnistlab("compare", *arguments, home=home, python=python)
    assert both.returncode == 1
    assert "pip install keras" in both.stderr


def test_offline_the_default_run_trains_on_real_digits_and_says_which(tmp_path):
    # No network but an address that refuses: what a machine behind a wall sees.
    refused = "http://127.0.0.1:9"
    done = mnistlab(
        "run", "--engine", "classic", "--epochs", "1", "--out", "here", home=tmp_path,
        HTTP_PROXY=refused, HTTPS_PROXY=refused, http_proxy=refused, https_proxy=refused,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "mnist_5k, 5,000 real digits" in done.stderr
    assert "MNISTLAB_DATA" in done.stderr
    record = json.loads((tmp_path / "here" / "result.json").read_text())
    assert record["config"]["dataset"] == "mnist_5k"
    assert record["dataset"]["n_train"] == 4000
