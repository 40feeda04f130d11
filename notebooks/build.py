"""Builds the notebooks: from src/NAME.py, for students and for instructors.

    python notebooks/build.py                              notebooks/*.ipynb, for students
    python notebooks/build.py --instructor                 build/instructor/*.ipynb, with solutions
    python notebooks/build.py --lab mylab/lab.toml --out mylab/notebooks      an assignment of yours
    python notebooks/build.py --run FILE.ipynb             runs a notebook where it lies
    python notebooks/build.py --page FILE.ipynb            FILE.html, to read without Jupyter

Built twice, a notebook has the same bytes.
"""

import argparse
import sys
from pathlib import Path

from builder import editions, frame, pages, running, sources
from builder.words import BuildError
from mnistlab.errors import MnistlabError

HERE = Path(__file__).resolve().parent
INSTRUCTOR = Path("build/instructor")


def main(arguments: list[str] | None = None) -> int:
    """Build what the command line asks for, say what was written, and return the exit status."""
    asked = _parsed(arguments)
    try:
        if asked.run:
            return running.run(Path(asked.run))
        if asked.page:
            print(f"Written: {pages.page(Path(asked.page))}")
            return 0
        for path in _built(asked):
            print(f"Written: {path}")
    except (BuildError, MnistlabError, OSError) as why:
        print(why, file=sys.stderr)
        return 2
    return 0


def _built(asked: argparse.Namespace) -> list[Path]:
    """Write the notebooks asked for; return their paths."""
    edition = "instructor" if asked.instructor else "student"
    out = Path(asked.out) if asked.out else (HERE.parent / INSTRUCTOR if asked.instructor else HERE)
    assignment = sources.assignment(asked.lab, asked.dataset)
    if told := [
        one.id for one in assignment.lab.question if getattr(one, "value", None) is not None
    ]:
        print(f"Students can read in lab.toml the right number of: {', '.join(told)}. To keep it "
              "from them, have it computed (compute = …).", file=sys.stderr)  # fmt: skip
    for line in sources.stale_sizes(assignment):
        print(line, file=sys.stderr)
    paths = []
    for name in sources.names(HERE / "src", asked.only):
        source = sources.read(HERE / "src" / f"{name}.py", assignment)
        if source.only not in (None, edition):
            continue
        notebook = editions.notebook(source, assignment, edition)
        out.mkdir(parents=True, exist_ok=True)
        paths.append(frame.write(notebook, out / f"{name}.ipynb"))
    if asked.lab and paths:
        frame.bring_along(assignment, out)
    return paths


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Build the notebooks from their sources.")
    say = parser.add_argument
    say("--instructor", action="store_true", help="the edition with solutions, and notes")
    say("--lab", metavar="FILE", help="an assignment of yours, as `mnistlab lab` writes it")
    say("--dataset", metavar="NAME", help="the data set that the notebooks begin with")
    say(
        "--out",
        metavar="FOLDER",
        help="where to write: notebooks/, or build/instructor/",
    )
    say("--only", metavar="NAME", action="append", help="this notebook; may stand several times")
    say("--run", metavar="FILE", help="run a built notebook, and keep its outputs in it")
    say("--page", metavar="FILE", help="make a page of it that is read without Jupyter")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
