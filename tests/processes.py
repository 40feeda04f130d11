"""Running the command line as a user does: in a process of its own, with an empty home."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def surroundings(home, **more):
    """Return an environment with an empty home, and none of the variables the package reads."""
    ours = ("MNISTLAB_", "KERAS_", "TF_", "PYTHONUNBUFFERED")  # the last hides late writing
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return {**kept, "HOME": str(home), **more}


def mnistlab(*arguments, home, cwd=None, python=sys.executable, **more):
    """Run `mnistlab …` and return the finished process, with its output as text."""
    return subprocess.run(
        [str(python), "-m", "mnistlab", *map(str, arguments)],
        capture_output=True, text=True, timeout=300, cwd=cwd or home,
        env=surroundings(home, **more),
    )  # fmt: skip


def with_array_api(code):
    """Run code in a process in which scikit-learn's checks leave nothing out."""
    paths = os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": paths}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300
    )
