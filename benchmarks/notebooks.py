"""How long the notebooks run, and whether they run in Colab's environment.

    python benchmarks/notebooks.py                          seconds of each, on the 5,000 digits
    python benchmarks/notebooks.py --colab python3.13       the same with Colab's packages

`--colab` makes an environment of that Python with all that tests/colab-pins.txt names, installs
the package there, looks whether any of those versions has changed, and runs the notebooks in it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import side_by_side

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tests" / "colab-pins.txt"
RUN = """
import json, os, sys, time
import nbformat
from nbclient import NotebookClient
os.chdir(sys.argv[1])
found = {}
for name in sorted(one for one in os.listdir() if one.endswith(".ipynb")):
    notebook = nbformat.read(name, as_version=4)
    begun = time.perf_counter()
    NotebookClient(notebook, timeout=600, kernel_name="python3", allow_errors=True).execute()
    failed = [f"{cell['id']}: {out.evalue}" for cell in notebook.cells
              for out in cell.get("outputs", []) if out.output_type == "error"]
    found[name.removesuffix(".ipynb")] = {"seconds": round(time.perf_counter() - begun, 1),
                                          "failed": failed}
    print(name, found[name.removesuffix(".ipynb")], file=sys.stderr)
print(json.dumps(found))
"""


def built(folder: Path) -> Path:
    """Build the instructor's editions on the 5,000 digits into `folder`; return it."""
    sys.path[:0] = [str(ROOT / "notebooks"), str(ROOT / "tests")]
    import labbooks

    for name in labbooks.NAMES:
        labbooks.built(name, folder)
    return folder


def run(python: Path | str, folder: Path) -> dict[str, dict[str, object]]:
    """Run all notebooks of a folder by the nbclient of a Python; return seconds and failures."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MNISTLAB_", "KERAS_"))}
    done = subprocess.run([str(python), "-c", RUN, str(folder)], stdout=subprocess.PIPE, text=True,
                          check=True, env=kept)  # fmt: skip
    return dict(json.loads(done.stdout))


def colab(python: str, folder: Path) -> tuple[Path, dict[str, object]]:
    """Return a Python with Colab's packages and ours, and what installing ours has changed."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    inside = folder / "bin" / "python"
    pip = [inside, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-r", PINS], check=True)
    before = installed(inside)
    subprocess.run([*pip, "install", ROOT], check=True)
    after = installed(inside)
    changed = {name: [before[name], after.get(name)] for name in before
               if before[name] != after.get(name)}  # fmt: skip
    added = sorted(set(after) - set(before))
    return inside, {"pinned": len(before), "changed": changed, "added": added}


def installed(python: Path) -> dict[str, str]:
    """Return what is installed: name → version."""
    listed = subprocess.run([python, "-m", "pip", "list", "--format=json"], capture_output=True,
                            text=True, check=True).stdout  # fmt: skip
    return {one["name"].lower(): one["version"] for one in json.loads(listed)}


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--colab", metavar="PYTHON", help="a Python 3.13, to test Colab's packages")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = built(Path(place) / "notebooks")
        python: Path | str = sys.executable
        record: dict[str, object] = {"date": time.strftime("%Y-%m-%d"),
                                     "machine": side_by_side.machine()}  # fmt: skip
        if asked.colab:
            python, said = colab(asked.colab, Path(place) / "environment")
            record |= said
        found = run(python, folder)
    record["seconds"] = {name: one["seconds"] for name, one in found.items()}
    record["failed"] = {name: one["failed"] for name, one in found.items() if one["failed"]}
    side_by_side.write("colab" if asked.colab else "notebooks", record)
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
