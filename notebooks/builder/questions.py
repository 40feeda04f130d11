"""A question of lab.toml → its text, the student's cell, and for numbers the check.

A source holds only the model answer: `answer = …`, `number = …` or `prediction = …`. What is asked
stands in lab.toml alone.
"""

import re
from collections.abc import Iterator

from builder.sources import Assignment, Cell
from builder.words import BuildError
from mnistlab.lab.assignment import Answer, Number, Prediction

Question = Answer | Number | Prediction

FIELD = '{name} = ""  # @param {{type:"string"}}'
ASKED = {"prediction": ("prediction", "predict", "Predict"), "number": ("number", "number",
         "Compute"), "answer": ("answer", "answer", "Explain")}  # fmt: skip
EMPTY = {"prediction": FIELD.format(name="prediction"), "number": FIELD.format(name="number"),
         "answer": 'answer = r"""\n\n"""'}  # fmt: skip
SOLUTION = "### BEGIN SOLUTION\n{text}\n### END SOLUTION"
CHECK = """\
given = sheet.record()["numbers"].get("{id}")
assert given is not None, "The number asked for above is still missing."
### BEGIN HIDDEN TESTS
{solution}
tolerance = max({tolerance!r}, {relative!r} * abs(float(number)))
assert abs(given - float(number)) <= tolerance, f"Given: {{given}}; right: {{number:.6g}}."
### END HIDDEN TESTS"""


def asked(cells: tuple[Cell, ...], assigned: Assignment) -> tuple[Cell, ...]:
    """Return the cells with each question's text, call and check; more questions before handing in.

    A question that this assignment doesn't ask is left out.

    Raises:
        BuildError: a cell for a question that no lab has.
    """
    own = {one.id: one for one in assigned.lab.question}
    done = {cell.id for cell in cells if cell.kind == "question"}
    more = tuple(_more([one for one in own.values() if one.id not in done]))
    at = _before_handing_in(cells) if more and done else None
    made: list[Cell] = []
    for n, cell in enumerate(cells):
        if n == at:
            made += more
        if cell.kind != "question":
            made.append(cell)
        elif cell.id in own:
            made += _cells(own[cell.id], cell)
        elif assigned.file is None:
            raise BuildError(f"{cell.id!r} is no question of the lab {assigned.lab.lab.name!r}.")
    return (*made, *more) if at == len(cells) else tuple(made)


def _before_handing_in(cells: tuple[Cell, ...]) -> int:
    """Return where the section stands in which work is handed in; else the end."""
    submit = next((n for n, cell in enumerate(cells) if cell.id == "submit"), len(cells))
    return next((n for n in range(submit - 1, -1, -1) if cells[n].text.startswith("## ")), submit)


def _more(questions: list[Question]) -> Iterator[Cell]:
    """Yield cells for the questions that no source has an answer to."""
    if questions:
        yield Cell("markdown", "## More questions")
    for one in questions:
        yield from _cells(one, Cell("question", "", one.id))


def _cells(one: Question, cell: Cell) -> Iterator[Cell]:
    """Yield a question's text, the cell that a student fills in, and the check of a number."""
    name, call, _ = ASKED[one.kind]
    yield Cell("markdown", _text(one), edition=cell.edition, takes_up=cell.takes_up)
    solution = cell.text or _model(one)
    yield Cell("exercise", f'{SOLUTION.format(text=solution)}\nsheet.{call}("{one.id}", {name})',
               one.id, stub=EMPTY[one.kind], edition=cell.edition)  # fmt: skip
    if isinstance(one, Number) and one.points and cell.text:
        yield Cell("tests", CHECK.format(id=one.id, solution=solution, tolerance=one.tolerance,
                                         relative=one.relative_tolerance),
                   f"{one.id}_check", one.points, cell.edition)  # fmt: skip


def _model(one: Question) -> str:
    """Return what stands for the model answer that no source has, so that the lab runs through."""
    if isinstance(one, Number):
        # what is computed from a seed is known only when it is marked
        return f'number = "{0 if one.value is None else one.value!r}"'
    return f'{ASKED[one.kind][0]} = "Your model answer goes here."'


def _text(one: Question) -> str:
    """Return what is asked, as Markdown: the verb, what it is worth, the question."""
    worth = f" ({one.points:g} point{'s' * (one.points != 1)})" if one.points else ""
    asked_for = re.sub(r"([\\*_$<`])", r"\\\1", " ".join(one.text.split()))
    optional = " *Nobody has to answer this.*" if one.bonus and not one.points else ""
    return f"**{ASKED[one.kind][2]}{worth}:** {asked_for}{optional}"
