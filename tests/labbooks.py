"""The notebooks, built and run for the tests: on the 5,000-digit sample, without a network."""

import re
from pathlib import Path

import nbformat

from builder import editions, frame, running, sources
from mnistlab.lab import labfile
from processes import PROJECT, surroundings

FOLDER = PROJECT / "notebooks"
NAMES = sources.names(FOLDER / "src")
FOR_STUDENTS = [name for name in NAMES if "instructor" not in name]
THE_LAB = "03_recognizing_digits"
SECONDS = 300  # a cell may take this long where the machine is busy


def sample_lab(folder):
    """Write the lab of the package for the 5,000-digit sample; return its lab.toml."""
    text = labfile.source(sources.USUAL).replace('dataset = "mnist"', 'dataset = "mnist_5k"')
    text = re.sub(r"full_from = 0\.965\b", "full_from = 0.85", text)
    text = re.sub(r"none_below = 0\.90\b", "none_below = 0.5", text)
    path = Path(folder) / "lab.toml"
    path.write_text(text, encoding="utf-8")
    return path


def assigned(name, folder):
    """Return what a notebook is built for in the tests: the sample, in a lab where it needs one."""
    lab = sample_lab(folder) if name == THE_LAB else None
    return sources.assignment(None if lab is None else str(lab), "mnist_5k")


def built(name, folder, edition="instructor"):
    """Build a notebook for the sample; return its path in `folder`, a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    task = assigned(name, folder)
    source = sources.read(FOLDER / "src" / f"{name}.py", task)
    return frame.write(editions.notebook(source, task, edition), folder / f"{name}.ipynb")


def executed(path):
    """Run a notebook to its end, whatever fails; return it with its outputs, as it is saved."""
    notebook = nbformat.read(path, as_version=4)
    running.execute(notebook, path.parent, SECONDS, env=surroundings(path.parent))
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    return notebook


def source_of(cell):
    """Return a cell's source without the line of what to run first."""
    return "\n".join(line for line in cell.source.splitlines()
                     if not line.startswith("assert {"))  # fmt: skip


def students_own(notebook):
    """Return the places of the cells that are the student's to write, and of their checks."""
    return [n for n, cell in enumerate(notebook.cells) if is_students(cell)]


def is_students(cell):
    """Whether a cell is the student's to write or to get right, or checks one that is."""
    return "nbgrader" in cell.metadata or "yours" in cell.metadata.get("mnistlab", {})
