"""The house: imports go down only, Keras stays in its folder, and public names can be had.

The floors below are the map that CONTRIBUTING.md draws; the test reads the imports themselves.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mnistlab

ROOT = Path(mnistlab.__file__).parent
PROJECT = ROOT.parent

# From the ground up. A module may import from floors below its own, and inside its own folder.
FLOORS = [
    ["errors"],
    ["notices"],
    ["checks"],
    ["choices", "seeding"],
    ["history", "runfolder", "stopping", "deformations", "ahead", "checkpoint", "livecurves"],
    ["livecell"],
    ["progress", "environment", "data"],
    ["datasets"],
    ["classic"],
    ["config"],
    ["keras_engine", "recipes"],
    ["plots", "plain_keras", "savedrun", "identity"],
    ["steps"],
    ["demo", "belonging"],
    ["results"],
    ["experiment"],
    ["comparison"],
    ["lab"],
    ["grading"],
    ["commandline"],
    ["classroom", "democommand"],
    ["cli"],
    ["__main__"],
]
# Inside a folder, from the ground up.
ROOMS = {
    "data": [
        "numeric",
        "patternchecks",
        "labelchecks",
        "arraychecks",
        "bundled",
        "pickles",
        "files",
        "archives",
        "cifar",
        "shuffling",
        "wordlists",
        "housing",
        "cache",
        "fetching",
        "downloads",
        "pinned",
        "places",
        "kerassets",
        "listing",
    ],
    "classic": [
        "units",
        "tally",
        "arrays",
        "sklearn_face",
        "schedules",
        "perceptron",
        "optimizers",
        "dropout",
        "_compiled",
        "helper",
        "kernels",
        "backprop",
        "signatures",
        "rules",
        "rulecases",
        "mistakes",
        "ruletrial",
        "rulecheck",
        "trace",
        "learner",
        "resuming",
        "training",
        "network",
        "estimator",
    ],
    "keras_engine": [
        "quiet",
        "building",
        "reading",
        "pipeline",
        "executions",
        "states",
        "callbacks",
        "training",
    ],
    "plots": [
        "arguments",
        "descent",
        "picture",
        "signedcells",
        "words",
        "bars",
        "batches",
        "confusion",
        "diagram",
        "errorgrid",
        "functions",
        "hiddenweights",
        "images",
        "runs",
        "terrain",
        "twoinputs",
        "values",
        "weightplane",
        "activity",
        "bowl",
        "curves",
        "lines",
        "mistakes",
        "regions",
        "softmax",
        "surface",
        "betas",
        "engines",
    ],
    "demo": [
        "arraytext",
        "choosing",
        "contents",
        "framing",
        "showing",
        "testset",
        "exporter",
    ],
    "lab": [
        "drawings",
        "claims",
        "handwriting",
        "members",
        "numerals",
        "startertext",
        "strictjson",
        "students",
        "tomllines",
        "weights",
        "assignment",
        "hdf5",
        "notebook",
        "npz",
        "packing",
        "runs",
        "sheetfiles",
        "bounds",
        "calibration",
        "entries",
        "kerasfile",
        "labwords",
        "given",
        "labfile",
        "submission",
        "starter",
        "worksheet",
        "mending",
        "handingin",
    ],
    "grading": [
        "classdigits",
        "csvfile",
        "facts",
        "handed",
        "scale",
        "showing",
        "tables",
        "folders",
        "grades",
        "marksfile",
        "gradebook",
        "isolated",
        "journal",
        "marks",
        "flagging",
        "giving_back",
        "keeping",
        "pages",
        "points",
        "finishing",
        "grader",
        "marking",
        "publishing",
        "batch",
        "explaining",
        "autograder",
        "checking",
        "digits",
        "desk",
    ],
    "grading/flagging": [
        "classmates",
        "curves",
        "replay",
        "replaying",
        "flags",
    ],
    "grading/folders": [
        "classlist",
        "csvrows",
        "entries",
        "found",
        "outerzip",
        "inventory",
        "matching",
        "opening",
        "roster",
        "canvas",
        "gradescope",
        "moodle",
        "nbgrader",
        "plainfiles",
        "collections",
    ],
    "grading/giving_back": [
        "bundles",
        "gradescopeback",
        "nbgraderback",
        "submitters",
        "canvasfeedback",
        "moodleback",
        "canvasback",
        "givingback",
    ],
    "grading/isolated": [
        "forward",
        "sandbox",
        "similarity",
        "exam",
        "pool",
        "measuring",
        "warmup",
        "server",
    ],
    "grading/marking": [
        "cards",
        "comments",
        "keys",
        "cardview",
        "sitting",
        "marking",
    ],
    "grading/pages": [
        "anonymity",
        "figures",
        "pages",
        "sidebyside",
        "feedback",
        "report",
    ],
    "grading/points": [
        "advice",
        "finding",
        "lateness",
        "itemchecks",
        "questionchecks",
        "rubric",
    ],
}


def modules():
    """Return every module of the package as its path below the package."""
    return sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def place(path):
    """Return the top-level name that a module belongs to: "classic" for classic/units.py."""
    return path.parts[0].removesuffix(".py")


def imported(path):
    """Return the dotted names that a module imports, wherever in the file it does."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def from_the_house(path):
    """Return what a module imports of this package: (top-level name, the rest)."""
    for name in imported(path):
        first, *rest = name.split(".")
        if first == "mnistlab" and rest and rest[0] not in ("__version__",):
            yield rest


HEIGHT = {name: k for k, floor in enumerate(FLOORS) for name in floor}


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_go_down_only(path):
    if path == Path("__init__.py"):
        pytest.skip("it names every public module, and imports none until it is asked")
    own = place(path)
    assert own in HEIGHT, f"{path} stands on no floor: add it to FLOORS and to CONTRIBUTING.md"
    for other, *_ in from_the_house(path):
        if other in HEIGHT and other != own:
            assert HEIGHT[other] < HEIGHT[own], f"{path} imports {other} from above or beside it"


def room(path, folder):
    """Return which room of a folder a module is of, or in which folder inside it; None: of none."""
    parts = path.with_suffix("").parts
    inside = parts[: len(folder)] == folder and parts[len(folder) :] != ("__init__",)
    return parts[len(folder)] if inside and len(parts) > len(folder) else None


@pytest.mark.parametrize("folder", ROOMS)
def test_imports_go_down_inside_a_folder(folder):
    heights = {name: k for k, name in enumerate(ROOMS[folder])}
    inside = tuple(folder.split("/"))
    for path in modules():
        own = room(path, inside)
        if own is None:
            continue
        assert own in heights, f"{path} is no room of ROOMS"
        for rest in from_the_house(path):
            other = rest[len(inside)] if tuple(rest[: len(inside)]) == inside != tuple(rest) else ""
            if other in heights and other != own:
                assert heights[other] < heights[own], f"{path} imports {other}"


def test_every_folder_has_its_rooms():
    folders = {path.parent.as_posix() for path in modules()} - {"."}
    assert folders == set(ROOMS)


@pytest.mark.parametrize("path", modules(), ids=str)
def test_only_the_keras_engine_imports_keras(path):
    heavy = {name.split(".")[0] for name in imported(path)} & {
        "keras",
        "tensorflow",
        "jax",
        "torch",
    }
    assert not heavy or place(path) == "keras_engine"


def test_every_public_name_can_be_had():
    for name in mnistlab.__all__:
        assert getattr(mnistlab, name).__name__ == name
        assert getattr(mnistlab, name) is getattr(mnistlab, name)


def test_the_type_checker_sees_the_same_public_names():
    text = (ROOT / "__init__.py").read_text(encoding="utf-8")
    typed = re.findall(r"import (\w+) as \1", text)
    assert sorted(typed) == sorted(mnistlab.__all__)


def test_no_module_bears_the_name_of_a_public_function():
    names = {path.stem for path in modules()} | {path.parts[0] for path in modules()}
    assert not names & set(mnistlab.__all__)


def test_public_names_have_docstrings_that_begin_with_one_line():
    for name in mnistlab.__all__:
        first, *rest = (getattr(mnistlab, name).__doc__ or "").strip().splitlines()
        assert first.endswith("."), name
        assert not rest or rest[0] == "", name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'run_experimnt'"):
        _ = mnistlab.run_experimnt


def in_a_fresh_python(code):
    """Run code in a process of its own and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_import_loads_neither_numpy_nor_tensorflow():
    code = "import sys, mnistlab; print(*(n for n in sys.modules if '.' not in n))"
    loaded = set(in_a_fresh_python(code).split())
    assert not loaded & {"numpy", "tensorflow", "keras", "matplotlib", "pandas", "sklearn", "typer"}


def test_the_classic_engine_never_imports_keras():
    code = (
        "import sys, mnistlab\n"
        "mnistlab.run_experiment(dataset='iris', engine='classic', epochs=1, verbose=0)\n"
        "print(*(n for n in sys.modules if n in ('keras', 'tensorflow', 'torch', 'jax')))"
    )
    assert in_a_fresh_python(code).split() == []


def test_contributing_draws_this_house():
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in [name for floor in FLOORS for name in floor] + [
        room for rooms in ROOMS.values() for room in rooms
    ]:
        assert re.search(rf"\b{name}(\.py|/)", text), f"CONTRIBUTING.md doesn't say what {name} is"


def test_no_file_has_grown_past_a_sitting():
    long = {str(p): n for p in modules() if (n := len((ROOT / p).read_text().splitlines())) > 750}
    assert not long
