"""SIGKILL of a whole `mnistlab grade` at random instants: `python benchmarks/gradebook_kills.py`.

A class of 12 is graded once, undisturbed. Then a second gradebook is begun and killed, again and
again, each run going on where the one before was; at the end it is finished, and every file of it
should hold the same bytes. After each 5 kills it is finished and begun anew.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mnistlab
import side_by_side
from mnistlab.lab.packing import pack
from mnistlab.lab.starter import text

STUDENTS = 12
A_GRADEBOOK = 5  # kills before it is finished


def hand_in(folder: Path) -> None:
    """Write a class's submissions."""
    folder.mkdir()
    for k in range(STUDENTS):
        name = f"s{k:02}"
        run = mnistlab.run_experiment(dataset="digits", engine="classic", hidden_units=32, epochs=3,
                                      seed=mnistlab.personal_seed(name), verbose=0)  # fmt: skip
        (folder / f"{name}.zip").write_bytes(pack(run, name))


def start(folder: Path, out: Path, lab: Path) -> "subprocess.Popen[bytes]":
    """Start grading in a process of its own."""
    command = [sys.executable, "-m", "mnistlab", "grade", str(folder), "--rubric", str(lab),
               "--out", str(out)]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def outputs(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def main() -> None:
    """Kill, finish, compare; print and write the counts."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--kills", type=int, default=50)
    given.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = given.parse_args()
    draw, same, killed = random.Random(options.seed), 0, 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        hand_in(place / "in")
        lab, out = place / "lab.toml", place / "killed"
        lab.write_text(text("digits", hidden_units=32), encoding="utf-8")
        began = time.monotonic()
        if start(place / "in", place / "whole", lab).wait():
            raise SystemExit("grading failed")
        took, whole = time.monotonic() - began, outputs(place / "whole")
        while killed < options.kills:
            for _ in range(min(A_GRADEBOOK, options.kills - killed)):
                process = start(place / "in", out, lab)
                time.sleep(draw.uniform(0, took))
                process.send_signal(signal.SIGKILL)
                killed += process.wait() == -signal.SIGKILL
            if start(place / "in", out, lab).wait() or outputs(out) != whole:
                raise SystemExit(f"another gradebook after {killed} kills, seed {options.seed}")
            same += 1
            shutil.rmtree(out)
    print(f"{killed} kills, seed {options.seed}: {same} gradebooks, all of the same bytes")
    side_by_side.write("gradebook_kills", {
        "date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine(),
        "seed": options.seed, "kills": killed, "gradebooks of the same bytes": same,
    })  # fmt: skip


if __name__ == "__main__":
    main()
