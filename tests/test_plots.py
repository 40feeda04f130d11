"""The rooms of mnistlab.plots: their examples hold, and imports go down the map only."""

import ast
import doctest
import importlib
import re
from pathlib import Path

from mnistlab import plots

ROOMS = re.findall(r"^(\w+)\.py ", str(plots.__doc__), re.MULTILINE)


def test_the_map_names_every_room_and_none_bears_a_public_name() -> None:
    files = {file.stem for file in Path(str(plots.__file__)).parent.glob("*.py")}
    assert sorted(ROOMS) == sorted(files - {"__init__"})
    assert not files & set(plots.__all__)


def test_a_room_imports_only_those_below_it_on_the_map() -> None:
    for floor, room in enumerate(ROOMS):
        source = Path(str(plots.__file__)).with_name(f"{room}.py").read_text(encoding="utf-8")
        imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
        named = {str(node.module) for node in imports if "plots" in str(node.module)}
        assert named <= {f"mnistlab.plots.{below}" for below in ROOMS[floor + 1 :]}


def test_the_examples_in_the_docstrings_hold() -> None:
    rooms = [plots, *(importlib.import_module(f"mnistlab.plots.{room}") for room in ROOMS)]
    results = [doctest.testmod(room) for room in rooms]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) >= 10
