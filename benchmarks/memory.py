"""Memory of training on MNIST: `python benchmarks/memory.py`.

For each way one process loads the data set, notes its memory, trains, and notes its peak. The
figures are resident megabytes: of the training array, before the training, at the peak of it.
Then the peak of a whole `mnistlab run` with its defaults, pictures and saving included.
"""

import os
import subprocess
import sys
import tempfile
import time

import side_by_side

SCRIPT = """
import resource, sys, mnistlab
from mnistlab.steps import build_model, compile_model, fit_model

def resident():
    with open("/proc/self/status") as file:
        rows = dict(line.split(":", 1) for line in file)
    return [int(rows[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM")]

engine, size = sys.argv[1], int(sys.argv[2])
dataset = mnistlab.load_data("auto")
model = build_model(dataset, engine)
compile_model(model, learning_rate=0.1)
before = resident()[0]
fit_model(model, dataset, epochs=1, batch_size=size, verbose=0)
print(dataset.x_train.nbytes / 1e6, before, resident()[1])
"""


def whole_run() -> float:
    """Return the peak of a default `mnistlab run`, in megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "mnistlab", "run", "--out", f"{folder}/run"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError("mnistlab run failed")
        return used.ru_maxrss / 1000


def main() -> None:
    """Print and write the megabytes of each way."""
    found = {}
    for engine, size in (("classic", 1), ("classic", 128), ("keras", 32)):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, engine, str(size)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        array, before, peak = map(float, done.stdout.split())
        name = f"{engine}, batch {size}"
        found[name] = {"training array": round(array), "before": round(before), "peak": round(peak)}
        print(f"{name:20}array {array:5.0f} MB   before {before:6.0f} MB   peak {peak:6.0f} MB   "
              f"training adds {peak - before:5.0f} MB")  # fmt: skip
    found["mnistlab run, the whole process"] = {"peak": round(peak := whole_run())}
    print(f"mnistlab run, the whole process: peak {peak:6.0f} MB")
    here = {"date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine()}
    side_by_side.write("memory", {**here, "megabytes": found})


if __name__ == "__main__":
    main()
