"""The tests that draw a few of their cases, with every case: `python benchmarks/whole.py`."""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from tempfile import TemporaryDirectory

import side_by_side

ROOT = Path(__file__).resolve().parent.parent
DRAWING = ("tests/test_engines.py", "tests/test_notebooks_nbgrader.py")


def main() -> int:
    """Run them, write the counts to results/whole.json, and return pytest's exit status."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-n", "auto", f"--junitxml={report}", *DRAWING]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "MNISTLAB_ALL": "1"})
        counted = ET.parse(report).getroot()[0].attrib
    side_by_side.write("whole", {
        "date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine(), "files": DRAWING,
        **{name: int(counted[name]) for name in ("tests", "failures", "errors", "skipped")},
    })  # fmt: skip
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
