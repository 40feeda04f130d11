"""The line in a cell that says which cells to run first.

Without it, a cell that is run too early fails with a NameError, which says what is missing and
not what to do. The line is plain Python, so that it works in a kernel in which nothing has run.
"""

import ast
import builtins
import symtable
from collections.abc import Sequence

from builder.words import BuildError

OF_A_KERNEL = {"get_ipython", "display", "In", "Out", "exit", "quit", "__name__", "__file__"}


def bound(text: str) -> set[str]:
    """Return the names that a cell makes.

    Example:
        >>> sorted(bound("import numpy as np\\nfor k in range(3): x = k"))
        ['k', 'np', 'x']
    """
    table = symtable.symtable(text, "cell", "exec")
    return {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}


def needed(text: str) -> set[str]:
    """Return the names that a cell takes from others.

    Example:
        >>> sorted(needed("def f(x): return np.exp(x)\\ny = f(z)"))
        ['np', 'z']
    """
    free = _free(symtable.symtable(text, "cell", "exec"))
    return free - bound(text) - set(dir(builtins)) - OF_A_KERNEL


def _free(table: symtable.SymbolTable) -> set[str]:
    """Return the global names that a scope and those in it refer to."""
    everywhere = table.get_type() == "module"
    own = {one.get_name() for one in table.get_symbols()
           if one.is_referenced() and (one.is_global() or everywhere)}  # fmt: skip
    return own.union(*(_free(child) for child in table.get_children()))


def guarded(texts: Sequence[str], places: Sequence[str]) -> list[str]:
    """Return the cells' texts, each with the line that it needs.

    Args:
        texts: code cells in order; "" for cells of another kind.
        places: the heading that each cell stands under.

    Raises:
        BuildError: a cell that isn't Python, or a name that no earlier cell makes.
    """
    makers: dict[str, int] = {}  # name → the last cell that makes it
    made = []
    for n, text in enumerate(texts):
        try:
            names = needed(text) if not _is_magic(text) else set()
            makes = bound(text) if not _is_magic(text) else set()
        except SyntaxError as why:
            raise BuildError(f"Under {places[n]!r}, line {why.lineno}: {why.msg}.") from why
        if unknown := sorted(names - set(makers)):
            raise BuildError(f"Under {places[n]!r}: no earlier cell makes {', '.join(unknown)}.")
        made.append(_with_line(text, _line(names, makers, places, n)))
        makers.update(dict.fromkeys(makes, n))
    return made


def _line(names: set[str], makers: dict[str, int], places: Sequence[str], at: int) -> str:
    """Return the line for a cell that needs these names, or ""."""
    one_each = {makers[name]: name for name in sorted(names, reverse=True)}  # a name for each cell
    if not one_each:
        return ""
    cells = sorted(one_each)
    there = list(dict.fromkeys(places[n] for n in cells if places[n] != places[at]))
    above = "the cell above" if len(there) < len({places[n] for n in cells}) else ""
    told = " and ".join(filter(None, [", ".join(f"“{place}”" for place in there), above]))
    listed = ", ".join(f'"{one_each[n]}"' for n in cells)
    return f'assert {{{listed}}} <= globals().keys(), "First run {told}."'


def _with_line(text: str, line: str) -> str:
    """Return a cell with its line at the top, below a title that Colab shows."""
    if not line:
        return text
    first, _, rest = text.partition("\n")
    if first.startswith(("# @title", "#@title")):
        return f"{first}\n{line}\n{rest}"
    return f"{line}\n{text}"


def _is_magic(text: str) -> bool:
    """Whether a cell is none of Python alone: %%writefile, !pip."""
    try:
        ast.parse(text)
    except SyntaxError:
        return text.lstrip().startswith("%%") or any(
            line.lstrip().startswith(("%", "!")) for line in text.splitlines()
        )
    return False
