"""The Gradescope autograder: what is in the zip, and that it ends with a valid results.json."""

import io
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import mnistlab
from mnistlab.errors import InputError
from mnistlab.grading import autograder
from mnistlab.grading.autograder import INSIDE, REQUIREMENTS, build, main
from mnistlab.lab import labfile
from test_grading_gradescopeback import SCHEMA

LAB = """\
schema_version = 1
[lab]
name = "tiny"
title = "Tiny"
dataset = "iris"
[network]
inputs = 4
classes = 3
hidden_units = 5
[grading]
test_data = "held/test.npz"
due = 2026-11-23T12:00:00Z
late_per_day = 0.5
[[item]]
check = "readable"
id = "readable"
title = "File readable"
points = 10
[[item]]
check = "accuracy"
id = "accuracy"
title = "Accuracy"
points = 90
full_from = 1.0
none_below = 0.0
"""
WEIGHTS = {"kernel_0": np.eye(4, 5, dtype=np.float32), "bias_0": np.zeros(5, np.float32),
           "kernel_1": np.eye(5, 3, dtype=np.float32),
           "bias_1": np.zeros(3, np.float32)}  # fmt: skip
PATTERNS = np.tile(np.eye(4, dtype=np.float32)[:3], (4, 1))  # a network of ones recognises each
EARLY, LATE = "2026-11-23T11:59:00+00:00", "2026-11-23T12:00:01+00:00"
# What REQUIREMENTS bring along, by the name of the module.
MODULES = ["numpy", "scipy", "h5py", "pydantic", "jinja2", "yaml", "threadpoolctl", "_yaml",
           "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection",
           "markupsafe"]  # fmt: skip


def written_lab(folder, text=LAB):
    """Return lab.toml in a folder, with its test data beside it."""
    (folder / "held").mkdir(parents=True)
    np.savez(folder / "held" / "test.npz", x_test=PATTERNS, y_test=np.tile([0, 1, 2], 4))
    (folder / "lab.toml").write_text(text)
    return folder / "lab.toml"


@pytest.fixture
def lab_toml(tmp_path):
    return written_lab(tmp_path / "lab")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the zip, built once."""
    folder = tmp_path_factory.mktemp("built")
    lab_toml = written_lab(folder / "lab")
    return build(lab_toml, labfile.read(lab_toml), folder)


@pytest.fixture
def here(tmp_path, built, monkeypatch):
    """Return a folder like Gradescope's /autograder, with the zip unpacked in it."""
    home = tmp_path / "autograder"
    for name in ("submission", "results", "source"):
        (home / name).mkdir(parents=True)
    zipfile.ZipFile(built).extractall(home / "source")
    monkeypatch.setenv("MNISTLAB_AUTOGRADER", str(home))
    monkeypatch.chdir(home / "source" / "lab")
    says(home, "ada@x.edu", EARLY)
    return home


def says(here, email, time):
    metadata = {"created_at": time, "users": [{"email": email, "id": 7, "name": "Ada"}]}
    (here / "submission_metadata.json").write_text(json.dumps(metadata))


def weights(here, **changed):
    np.savez(here / "submission" / "weights.npz", **{**WEIGHTS, **changed})


def valid(here):
    """Return results.json, if Gradescope takes it."""
    said = json.loads((here / "results" / "results.json").read_text(encoding="ascii"))
    jsonschema.validate(said, SCHEMA)
    return said


def run(here, **more):
    """Run run_autograder as Gradescope does, with nothing but what requirements.txt brings."""
    (here / "source" / "sitecustomize.py").write_text(f"""
import sys
allowed = {{*sys.stdlib_module_names, "mnistlab", *{MODULES!r}}}
class Missing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in allowed and not top.startswith("_sysconfigdata"):
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Missing())
""")
    python = here / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return subprocess.run(["bash", str(here / "source" / "run_autograder")], cwd=here, check=False,
                          capture_output=True, text=True, timeout=120,
                          env={**os.environ, **more})  # fmt: skip


# ── the zip ─────────────────────────────────────────────────────────────────────────────────────


def test_the_zip_holds_what_gradescope_needs_at_its_root(lab_toml, tmp_path):
    file = build(lab_toml, labfile.read(lab_toml), tmp_path / "out")
    assert file == tmp_path / "out" / "autograder.zip"
    archive = zipfile.ZipFile(file)
    rights = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
    assert rights["setup.sh"] == rights["run_autograder"] == 0o100755
    assert archive.read("lab/lab.toml") == lab_toml.read_bytes()
    assert archive.read("lab/held/test.npz") == (lab_toml.parent / "held/test.npz").read_bytes()
    assert "roster.csv" not in rights
    source = [name for name in rights if name.startswith("mnistlab/")]
    root = Path(mnistlab.__file__).parent
    assert "mnistlab/grading/autograder.py" in source
    assert {Path(name).suffix for name in source} <= {".py", ".toml", ".html", ".css", ".js"}
    assert len([one for one in source if one.endswith(".py")]) == len(list(root.rglob("*.py")))
    for name in ("setup.sh", "run_autograder"):
        assert archive.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert b"\r" not in archive.read(name)


def test_the_same_lab_makes_the_same_bytes(lab_toml, tmp_path):
    lab = labfile.read(lab_toml)
    one, other = build(lab_toml, lab, tmp_path / "a.zip"), build(lab_toml, lab, tmp_path / "b.zip")
    assert one.read_bytes() == other.read_bytes()


def test_a_lab_of_the_package_comes_along_with_its_roster(tmp_path, monkeypatch, lab_toml):
    monkeypatch.setattr(autograder, "_data_set", lambda name: {f"data/{name}": b""})
    roster = tmp_path / "class.csv"
    roster.write_text("id,email\nada,ada@x.edu\n")
    name = "recognizing_digits"
    archive = zipfile.ZipFile(build(name, labfile.read(name), tmp_path, roster))
    assert archive.read("lab/lab.toml").decode() == labfile.source(name)
    assert archive.read("roster.csv") == roster.read_bytes()
    assert "data/mnist" in archive.namelist()


@pytest.mark.parametrize("name", ["../test.npz", "/etc/passwd.npz", "gone.npz", "held"])
def test_data_that_cannot_come_along_are_named(tmp_path, name):
    lab_toml = written_lab(tmp_path / "lab", LAB.replace("held/test.npz", name))
    with pytest.raises(InputError, match=name):
        build(lab_toml, labfile.read(lab_toml), tmp_path)
    assert not (tmp_path / "autograder.zip").exists()


@pytest.mark.parametrize(("name", "package"), INSIDE.items())
def test_data_inside_a_package_bring_the_package(lab_toml, tmp_path, name, package):
    lab = labfile.read(lab_toml)
    lab = lab.model_copy(update={"grading": lab.grading.model_copy(update={"test_data": name})})
    archive = zipfile.ZipFile(build(lab_toml, lab, tmp_path))
    assert package in archive.read("requirements.txt").decode().splitlines()


def test_mnist_comes_as_the_cache_keeps_it(monkeypatch):
    x = np.arange(2 * 4, dtype=np.uint8).reshape(2, 2, 2)
    digits = mnistlab.load_data(((x, [0, 1]), (x[:1], [1])))
    monkeypatch.setattr(autograder, "fetch", lambda name: type("F", (), {"dataset": digits}))
    ((name, data),) = autograder._data_set("mnist").items()
    assert name == "data/mnist.npz"
    with np.load(io.BytesIO(data)) as arrays:
        assert sorted(arrays) == ["x_test", "x_train", "y_test", "y_train"]
        assert arrays["x_train"].dtype == np.uint8 and (arrays["x_train"] == x).all()


def test_the_requirements_are_the_packages_own():
    project = tomllib.loads((Path(mnistlab.__file__).parents[1] / "pyproject.toml").read_text())
    ours = project["project"]["dependencies"]
    own = {one.partition(">=")[0]: one for one in ours}
    for one in (*REQUIREMENTS, *INSIDE.values()):
        assert own.get(one.partition(">=")[0], one) == one


def test_setup_makes_an_environment_and_looks_whether_it_is_ready(here, tmp_path):
    tools, log = tmp_path / "tools", tmp_path / "log"
    tools.mkdir()
    stub = f'#!/bin/sh\necho "$(basename "$0") $@" >> {log}\n'
    made = f'mkdir -p "$3/bin"; for p in pip python; do cp {tools}/apt-get "$3/bin/$p"; done\n'
    (tools / "apt-get").write_text(stub)
    (tools / "python3").write_text(f'{stub}[ "$2" = venv ] && {made}exit 0\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    subprocess.run(["bash", str(here / "source" / "setup.sh")], check=True, capture_output=True,
                   env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})  # fmt: skip
    did = log.read_text().splitlines()
    assert "apt-get install -y --no-install-recommends python3-venv" in did
    assert f"pip install --no-cache-dir -r {here}/source/requirements.txt" in did
    assert did[-1].startswith("python -P -c") and "autograder.ready()" in did[-1]


def test_ready_reads_lab_and_test_data(here, capsys):
    autograder.ready()
    assert capsys.readouterr().out == "Ready: Tiny, 12 test patterns.\n"
    (here / "source" / "lab" / "held" / "test.npz").write_bytes(b"")
    with pytest.raises(InputError):
        autograder.ready()


# ── in the container ────────────────────────────────────────────────────────────────────────────


def test_it_grades_with_nothing_but_its_requirements(here):
    weights(here)
    done = run(here)
    said = valid(here)
    assert said["score"] == 100, done.stdout + done.stderr
    assert [one["score"] for one in said["tests"]] == [10, 90]
    assert done.returncode == 0 and sorted(os.listdir(here / "results")) == ["results.json"]


def test_stopped_halfway_it_says_so(here):
    weights(here)
    done = run(here, MNISTLAB_AUTOGRADER_SECONDS="0.01")
    assert done.returncode == 0
    assert valid(here)["score"] == 0 and "Tell your instructor" in valid(here)["output"]


def test_without_the_package_it_says_so(here):
    (here / "source" / "mnistlab" / "grading" / "autograder.py").write_text("1 / 0")
    done = run(here)
    assert done.returncode == 0 and "ZeroDivisionError" in done.stderr
    assert valid(here)["score"] == 0 and "Tell your instructor" in valid(here)["output"]


def test_late_points_are_taken_off(here):
    weights(here)
    says(here, "ada@x.edu", LATE)
    assert main() == 0
    assert valid(here)["score"] == 50 and "lateness, 50%" in valid(here)["output"]


def test_the_instructors_roster_says_who_it_is(here):
    (here / "source" / "roster.csv").write_text("id,email\nbob,bob@x.edu\nada,ada@x.edu\n")
    weights(here)
    main()
    assert valid(here)["score"] == 100


def test_who_is_in_no_roster_is_graded_all_the_same(here):
    (here / "source" / "roster.csv").write_text("id,email\nbob,bob@x.edu\n")
    weights(here)
    main()
    assert valid(here)["score"] == 100


def test_without_metadata_it_grades_all_the_same(here):
    (here / "submission_metadata.json").unlink()
    weights(here)
    main()
    assert valid(here)["score"] == 100


def test_what_cannot_be_read_earns_nothing_and_says_why(here):
    (here / "submission" / "weights.npz").write_bytes(b"PK\3\4 no zip")
    assert main() == 0
    said = valid(here)
    assert said["score"] == 0
    assert "Tell your instructor" not in said["output"] and len(said["output"].splitlines()) > 1


def test_an_empty_submission_earns_nothing(here):
    main()
    assert valid(here)["score"] == 0


def test_a_link_is_not_followed(here, tmp_path):
    np.savez(tmp_path / "secret.npz", **WEIGHTS)
    (here / "submission" / "weights.npz").symlink_to(tmp_path / "secret.npz")
    main()
    assert valid(here)["score"] == 0


@pytest.mark.parametrize("broken", ["source/lab/lab.toml", "source/lab/held/test.npz"])
def test_a_broken_autograder_is_no_fault_of_the_student(here, broken):
    weights(here)
    (here / broken).write_text("[lab")
    done = run(here)
    said = valid(here)
    assert said["score"] == 0 and "no fault of your submission" in said["output"]
    assert done.returncode == 0 and "InputError" in done.stdout  # for the instructor


def test_without_a_submission_folder_it_says_so(here):
    (here / "submission").rmdir()
    assert main() == 0
    assert "Tell your instructor" in valid(here)["output"]
