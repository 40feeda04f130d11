"""src/NAME.py, in jupytext's percent format → cells, each with what its marker says.

    # %% [markdown]                        text
    # %%                                   code
    # %% question="why_scale"              the model answer to a question of lab.toml
    # %% exercise="activation"             what students write; the solution stands between
                                           ### BEGIN SOLUTION and ### END SOLUTION
    # %% tests="activation_check" points=2     what checks it; ### BEGIN HIDDEN TESTS as well
    … edition="instructor"                 in that edition only
    … only="instructor"                    in the first cell: the whole notebook is
    … takes_up="sigmoid · epochs"          which words of the lecture a cell takes up
    … stub="…"                             what students find in place of the solution

In texts and in strings of code, {{ dataset }}, {{ sizes }}, {{ lab.network.classes }} and the like
are filled in from the assignment.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import jupytext

from builder.training import of_training
from builder.words import BuildError, of_network, sizes
from mnistlab.lab import labfile
from mnistlab.lab.assignment import Lab

USUAL = "recognizing_digits"
KINDS = ("question", "exercise", "tests")
MARKERS = {*KINDS, "points", "edition", "only", "takes_up", "stub", "title"}
EDITIONS = ("student", "instructor")
BETWEEN = " · "
FOR_THE_FORMATTER = "  # fmt: skip"
OF_JUPYTEXT = "lines_to_next_cell"
OF_NBGRADER = ("### BEGIN SOLUTION", "### END SOLUTION", "### BEGIN HIDDEN TESTS",
               "### END HIDDEN TESTS")  # fmt: skip


@dataclass(frozen=True)
class Assignment:
    """What the notebooks are built for.

    Attributes:
        lab: its Lab; file: the lab.toml, or None for the package's own lab.
        dataset: the data set's name that notebooks begin with, or None: each its own.
    """

    lab: Lab
    file: Path | None = None
    dataset: str | None = None

    @property
    def lab_name(self) -> str:
        """What students give to Worksheet."""
        return USUAL if self.file is None else "lab.toml"

    def words(self) -> dict[str, Any]:
        """Return what sources may fill in."""
        return {"lab": self.lab, "lab_name": self.lab_name, "title": self.lab.lab.title,
                "dataset": self.dataset or self.lab.lab.dataset,
                "network": self.lab.network, **of_network(self.lab.network),
                **of_training(self.lab.config, self.lab.network.classes)}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One cell of a source.

    Attributes:
        kind: "markdown", "code", "question", "exercise" or "tests".
        text: its source; id: of a question, exercise or tests.
        points: of tests; edition: the only edition it is in, or None; stub: for students, or None.
        takes_up: words and questions of the lecture.
    """

    kind: str
    text: str
    id: str = ""
    points: float = 0.0
    edition: str | None = None
    stub: str | None = None
    takes_up: tuple[str, ...] = ()

    @property
    def cell_type(self) -> str:
        """ "markdown" or "code"."""
        return "markdown" if self.kind == "markdown" else "code"

    @property
    def heading(self) -> str:
        """The last heading in a text cell, without its #s; "" for none."""
        lines = [one for one in self.text.splitlines() if one.startswith("#")]
        return lines[-1].lstrip("#").strip() if lines and self.kind == "markdown" else ""


@dataclass(frozen=True)
class Source:
    """A notebook's source.

    Attributes:
        name: of the notebook, without its ending; cells: in order.
        only: the only edition that there is of it, or None.
        uses_lab: whether it opens the assignment's worksheet.
    """

    name: str
    cells: tuple[Cell, ...] = field(repr=False)
    only: str | None = None
    uses_lab: bool = False


def names(folder: Path, only: Sequence[str] | None = None) -> list[str]:
    """Return the names of the notebooks, sorted: all of them, or those asked for."""
    found = sorted(path.stem for path in folder.glob("*.py"))
    for name in only or ():
        if name not in found:
            raise BuildError(f"There is no notebook {name!r}. There are: {', '.join(found)}.")
    return [name for name in found if not only or name in only]


def assignment(lab: str | None = None, dataset: str | None = None) -> Assignment:
    """Return what to build for: the package's own lab, or a lab.toml.

    Raises:
        InputError: what is wrong in the lab.toml.
    """
    found = Assignment(labfile.read(lab or USUAL), Path(lab) if lab else None, dataset)
    _must_be_usable(found)
    return found


def _must_be_usable(found: Assignment) -> None:
    """Raise BuildError where a lab.toml can't go into notebooks as it is."""
    if found.file is None:
        return
    text = found.file.read_text(encoding="utf-8")
    if marker := next((one for one in OF_NBGRADER if one in text), None):
        raise BuildError(f"{found.file} holds {marker!r}, with which nbgrader marks what students "
                         "don't see. Take it out.")  # fmt: skip
    name = found.lab.lab.dataset
    if not re.fullmatch(r"[\w.-]+", name):
        raise BuildError(f"{found.file}: dataset = {name!r} is a path. Put the file beside "
                         "lab.toml and give its name alone, such as dataset = \"mine.npz\": "
                         "the notebooks look for it beside themselves.")  # fmt: skip
    if name.endswith(".npz") and not (found.file.parent / name).is_file():
        raise BuildError(f"{found.file}: there is no {name} beside it.")


def stale_sizes(assigned: Assignment) -> list[str]:
    """Return a line for each text of a lab.toml that names another network than its [network]."""
    own, lab = sizes(assigned.lab.network.layer_sizes), assigned.lab
    texts = [(one.id, f"{one.text} {getattr(one, 'hint', '')}") for one in lab.question]
    texts += [(one.id, f"{one.title or ''} {one.hint or ''}") for one in lab.item]
    return [f"{name}: its text names the network {found}, and [network] is {own}."
            for name, text in texts for found in re.findall(r"\b\d+(?:-\d+){2,}\b", text)
            if found != own]  # fmt: skip


def read(path: Path, assigned: Assignment) -> Source:
    """Return the notebook that a file describes, with its {{ words }} filled in.

    Raises:
        BuildError: a marker or a word that nobody knows, or an id that stands twice.
    """
    text = path.read_text(encoding="utf-8")
    try:
        cells = jupytext.reads(text, fmt="py:percent").cells
        made = tuple(_cell(one, assigned) for one in cells)
    except (BuildError, jinja2.TemplateError) as why:
        raise BuildError(f"{path.name}: {why}") from why
    ids = [cell.id for cell in made if cell.id]
    if twice := next((one for one in ids if ids.count(one) > 1), None):
        raise BuildError(f"{path.name}: the id {twice!r} stands twice; each cell needs its own.")
    return Source(path.stem, made, cells[0].metadata.get("only"), "lab_name" in text)


def _cell(one: Any, assigned: Assignment) -> Cell:
    """Return a cell with what its marker says; else raise BuildError."""
    said = {key: value for key, value in one.metadata.items() if key != OF_JUPYTEXT}
    if unknown := sorted(set(said) - MARKERS):
        raise BuildError(f"{_named(one)}: {unknown[0]!r} is no marker. There are: "
                         f"{', '.join(sorted(MARKERS))}.")  # fmt: skip
    kinds = [kind for kind in KINDS if kind in said]
    if len(kinds) > 1 or (kinds and one.cell_type != "code"):
        raise BuildError(f"{_named(one)}: a code cell is a question, an exercise or tests, one of "
                         "them.")  # fmt: skip
    if said.get("edition") not in (None, *EDITIONS):
        raise BuildError(f"{_named(one)}: edition={said['edition']!r} is none of {EDITIONS}.")
    kind = kinds[0] if kinds else one.cell_type
    text = filled(one.source.replace(FOR_THE_FORMATTER, ""), assigned)
    return Cell(kind, text, str(said.get(kind, "")) if kinds else "",
                float(said.get("points", 0)), said.get("edition"), said.get("stub"),
                tuple(filter(None, str(said.get("takes_up", "")).split(BETWEEN))))  # fmt: skip


def filled(text: str, assigned: Assignment) -> str:
    """Return a text with its {{ words }} filled in."""
    if "{{" not in text:
        return text
    return str(
        jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
                           block_start_string="{{%", comment_start_string="{{#")
        .from_string(text).render(assigned.words())
    )  # fmt: skip


def _named(one: Any) -> str:
    """Return what a cell is called in an error: its first line."""
    return f"The cell that begins {next(iter(one.source.splitlines()), '')!r}"


def headings(cells: Sequence[Cell]) -> Iterator[str]:
    """Yield for each cell the heading that it stands under, its own for a text."""
    yield from itertools.accumulate((cell.heading for cell in cells), lambda old, new: new or old)
