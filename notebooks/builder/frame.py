"""What all notebooks share: the badge, the cell that installs, metadata, ids, and the bytes."""

import dataclasses
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from builder.sources import Assignment, Cell, Source
from builder.words import BuildError

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
COLAB = "https://colab.research.google.com"
BADGE = (
    f"[![Open In Colab]({COLAB}/assets/colab-badge.svg)]"
    f"({COLAB}/github/{{repository}}/blob/main/notebooks/{{name}}.ipynb)"
)
BEFORE = """\
## Install

Run the cells from the top, one after the other. Where a cell needs what another one makes, its \
first line, `assert …`, says which to run first; otherwise that line does nothing."""
INSTALL = """\
# @title Install: run this cell first {{ display-mode: "form" }}
# Installs mnistlab where it is missing; what is there stays as it is.
import importlib.metadata
import importlib.util
import sys

if importlib.util.find_spec("mnistlab") is None:
    %pip install --quiet "git+https://github.com/{repository}@v{version}"

for package in ("mnistlab", "numpy", "keras", "tensorflow", "matplotlib"):
    try:
        print(package, importlib.metadata.version(package), end=" · ")
    except importlib.metadata.PackageNotFoundError:
        print(package, "not installed", end=" · ")
print("Python", sys.version.split()[0])
if importlib.metadata.version("mnistlab") != "{version}":
    print("This notebook was written for mnistlab {version}: where it fails, that may be why.")"""


def framed(cells: Sequence[Cell], source: Source, assigned: Assignment, edition: str) -> list[Cell]:
    """Return the cells with the badge below the title, and after it what installs and sets up."""
    if not cells or not cells[0].text.startswith("# "):
        raise BuildError("The first cell has to be text that begins with the title: # Title.")
    title, *rest = cells
    head, *below = title.text.split("\n", 1)
    badge = [BADGE.format(repository=repository(), name=source.name)]
    badge *= edition == "student" and assigned.file is None
    parts = [head, *badge, *(one.strip("\n") for one in below if one.strip())]
    first = dataclasses.replace(title, text="\n\n".join(parts))
    install = Cell("form", INSTALL.format(repository=repository(), version=version()))
    return [first, Cell("markdown", BEFORE), install, *_lab(source, assigned), *rest]


def _lab(source: Source, assigned: Assignment) -> list[Cell]:
    """Return the cell that writes an instructor's own lab.toml, where a notebook needs it."""
    if assigned.file is None or not source.uses_lab:
        return []
    return [Cell("form", "%%writefile lab.toml\n" + assigned.file.read_text(encoding="utf-8"))]


def bring_along(assigned: Assignment, out: Path) -> None:
    """Copy an instructor's lab.toml, and a data set in a file, to the notebooks."""
    assert assigned.file is not None
    beside = assigned.file.parent / assigned.lab.lab.dataset
    for path in [assigned.file, *([beside] if beside.suffix == ".npz" else [])]:
        target = out / ("lab.toml" if path == assigned.file else path.name)
        if path.resolve() != target.resolve():
            shutil.copyfile(path, target)


def finished(nodes: Sequence[NotebookNode], source: Source) -> NotebookNode:
    """Return the notebook of these cells: its metadata, and ids from its name and their places."""
    made = nbformat.v4.new_notebook(cells=list(nodes))
    made.nbformat_minor = 5
    for n, node in enumerate(made.cells):
        node["id"] = f"{source.name}-{n:03d}"
    made.metadata = NotebookNode(
        colab={"name": f"{source.name}.ipynb", "provenance": [], "toc_visible": True},
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    nbformat.validate(made)
    return made


def write(notebook: NotebookNode, path: Path) -> Path:
    """Write a notebook, the same bytes each time; return its path."""
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    return path


def repository() -> str:
    """Return OWNER/REPO from [project.urls], the one place where a fork changes it."""
    url = str(_project()["urls"]["Repository"])
    return url.removeprefix("https://github.com/").strip("/")


def version() -> str:
    """Return the release that the notebooks are pinned to."""
    return str(_project()["version"])


def _project() -> dict:  # type: ignore[type-arg]
    return tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
