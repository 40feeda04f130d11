"""SIGKILL at random instants: a training that is killed and called again ends in the same bits.

    python benchmarks/kills.py                       100 kills for each engine
    python benchmarks/kills.py --kills 5 --seed 7

Each trial starts a training in a process of its own, which writes its state as often as it can,
kills that process at a random instant after the first state was begun (every third waits for the
next write, and is killed in it), and calls it again until it has ended. The SHA-256 of its weights
and of its History is held against that of a training that was never stopped. Writes
benchmarks/results/kills_<engine>.json.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # where it is imported from elsewhere
from side_by_side import machine, write

# Batches of 8 and states every 50 updates: a good part of the time goes into writing.
PROGRAM = """
import hashlib, json, sys
import mnistlab

result = mnistlab.run_experiment(
    engine=sys.argv[1], dataset="mnist_5k", hidden_units=128, epochs=3, batch_size=8,
    learning_rate=0.001, optimizer="adam", dropout=0.2, ema_momentum=0.99, validation_split=0.1,
    schedule="exponential:0.9", verbose=0, seed=int(sys.argv[2]),
    checkpoint=sys.argv[3], checkpoint_every=50,
)
weights = b"".join(w.tobytes() for w in result.model.get_weights())
history = {name: column for name, column in result.history.history.items() if name != "seconds"}
print(hashlib.sha256(weights + json.dumps(history).encode()).hexdigest())
"""


def started(engine: str, seed: int, folder: Path) -> "subprocess.Popen[str]":
    """Start the training in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, engine, str(seed), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: "subprocess.Popen[str]") -> str:
    """Return the digest that a training ends with."""
    out, error = process.communicate(timeout=300)
    if process.returncode:
        raise RuntimeError(f"the training failed:\n{error}")
    return out.strip()


def begun(process: "subprocess.Popen[str]", folder: Path) -> bool:
    """Wait until the training begins to write its first state; False where it ended before."""
    while process.poll() is None:
        if folder.is_dir() and any("latest" in file.name for file in folder.iterdir()):
            return True
        time.sleep(0.002)
    return False


def uninterrupted(engine: str, seed: int) -> tuple[str, float]:
    """Return the digest of a training that isn't stopped, and its seconds after the first state."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint"
        process = started(engine, seed, path)
        begun(process, path)
        since = time.perf_counter()
        return finished(process), time.perf_counter() - since


def writes(process: "subprocess.Popen[str]", folder: Path) -> None:
    """Wait until the training is in the middle of a write, or has ended."""
    while process.poll() is None and not any(".tmp" in name for name in os.listdir(folder)):
        pass


def trial(engine: str, seed: int, instant: float, in_write: bool) -> tuple[str, bool]:
    """Kill a training so many seconds after its first state was begun, and call it again.

    Args:
        engine, seed: what is trained.
        instant: seconds.
        in_write: wait for the next write, and kill it in the middle of that.

    Returns:
        The digest that it ends with, and whether it was killed in the middle of a write.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint"
        process = started(engine, seed, path)
        begun(process, path)
        time.sleep(instant)
        if in_write:
            writes(process, path)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        names = {file.name for file in path.iterdir()}
        in_a_write = (
            any(name.endswith(".tmp") for name in names) or "latest.checkpoint" not in names
        )
        return finished(started(engine, seed, path)), in_a_write


def kills(engine: str, count: int, seed: int, say: bool = True, jobs: int = 1) -> dict[str, float]:
    """Kill `count` trainings of one engine, `jobs` at a time; return how many ended the same."""
    draw = random.Random(f"{engine} {seed}")
    wanted, seconds = uninterrupted(engine, seed)
    instants = [draw.uniform(0, seconds) for _ in range(count)]
    same = writing = 0
    with ThreadPoolExecutor(jobs) as pool:
        in_write = [k % 3 == 2 for k in range(count)]  # every third, to be sure of some
        trials = pool.map(partial(trial, engine, seed), instants, in_write)
        for k, (digest, in_a_write) in enumerate(trials, start=1):
            same, writing = same + (digest == wanted), writing + in_a_write
            if say:
                print(f"{engine}: {same} of {k} the same, {writing} killed in a write", flush=True)
    return {"kills": count, "same bits": same, "killed in a write": writing}


def main() -> None:
    """Kill, count, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time")
    parser.add_argument("--engines", nargs="+", default=["classic", "keras"])
    given = parser.parse_args()
    print(f"seed {given.seed}")
    for engine in given.engines:
        found = kills(engine, given.kills, given.seed, jobs=given.jobs)
        here = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "seed": given.seed}
        write(f"kills_{engine}", {**here, **found})
        if found["same bits"] < found["kills"]:
            sys.exit(f"{engine}: some trainings ended in other bits")


if __name__ == "__main__":
    main()
