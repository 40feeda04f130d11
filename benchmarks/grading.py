"""Grading a class, beside a loop of load_model + evaluate: `python benchmarks/grading.py`.

The submissions are 784-512-10 networks, each trained from a seed of its own (for one epoch of
mnist_5k, so that a thousand are trained in minutes), as `mnistlab submit` packs them; the test data
are MNIST's 10,000 test images. Keras's loop is timed on 50 of them, as model.keras. To see how time
and memory grow, 100 networks are handed in again and again, so that they fit a disk.

    python benchmarks/grading.py                 1,000, beside Keras; then one, as a whole process
    python benchmarks/grading.py --growth        1,000, 3,000 and 10,000: seconds and memory
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

import mnistlab
import side_by_side
from mnistlab.lab.packing import pack

LAB = """
schema_version = 1
[lab]
name = "benchmark"
title = "Recognizing handwritten digits"
dataset = "mnist"
[network]
inputs = 784
classes = 10
[[item]]
id = "readable"
check = "readable"
points = 10
[[item]]
id = "architecture"
check = "architecture"
points = 10
[[item]]
id = "accuracy"
check = "accuracy"
points = 80
full_from = 0.97
none_below = 0.9
"""
DIFFERENT = 1000  # submissions with weights of their own
IN_GROWTH = 100  # networks of their own where the growth is measured
BY_KERAS = 50


def trained(student: str) -> mnistlab.ExperimentResult:
    """Return a student's run."""
    return mnistlab.run_experiment(dataset="mnist_5k", engine="classic", epochs=1, verbose=0,
                                   seed=mnistlab.personal_seed(student))  # fmt: skip


def class_of(folder: Path, count: int) -> list[bytes]:
    """Return what each of a class hands in, and keep the first models for Keras's loop."""
    folder.mkdir()
    zips = []
    for k in range(count):
        result = trained(f"s{k:05}")
        zips.append(pack(result, f"s{k:05}"))
        if k <= BY_KERAS:
            np.savez(folder / f"{k}.npz", *result.network.get_weights())
    return zips


def hand_in(folder: Path, zips: list[bytes], count: int) -> None:
    """Write `count` submissions into a folder."""
    folder.mkdir()
    for k in range(count):
        path, first = folder / f"s{k:05}.zip", folder / f"s{k % len(zips):05}.zip"
        path.write_bytes(zips[k]) if path == first else os.link(first, path)


def resident(session: int) -> int:
    """Return the resident bytes of all processes below one, what they share counted once."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if _below(int(entry.name), session):
                    lines = (entry / "smaps_rollup").read_text().splitlines()
                    total += next(int(one.split()[1]) for one in lines if one.startswith("Pss:"))
            except (OSError, StopIteration, ValueError):
                continue
    return total * 1024


def _below(process: int, ancestor: int) -> bool:
    """Whether a process is another's child, or its child's."""
    while process > 1:
        if process == ancestor:
            return True
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def graded(folder: Path, lab: Path, watch: bool = True) -> tuple[float, float]:
    """Return the seconds and the peak megabytes of `mnistlab grade` as a whole process."""
    out = folder.parent / "grades"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "mnistlab", "grade", str(folder), "--rubric", str(lab),
               "--out", str(out)]  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0

    def look() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.5)

    watcher = threading.Thread(target=look)
    if watch:
        watcher.start()
    status = process.wait()
    took = time.perf_counter() - began
    if watch:
        watcher.join()
    if status:
        raise RuntimeError("mnistlab grade failed")
    return took, peak / 1e6


def by_keras(folder: Path) -> list[float]:
    """Return the seconds of load_model + evaluate, of each of 50 models."""
    import keras

    data = mnistlab.load_data("mnist")
    model = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(512, "sigmoid"), keras.layers.Dense(10, "softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    for k in range(BY_KERAS + 1):
        with np.load(folder / f"{k}.npz") as weights:
            model.set_weights(list(weights.values()))
        model.save(folder / f"{k}.keras")
    seconds = []
    for k in range(BY_KERAS + 1):
        began = time.perf_counter()
        loaded = keras.models.load_model(folder / f"{k}.keras")
        loaded.evaluate(data.x_test, data.y_test, verbose=0)
        seconds.append(time.perf_counter() - began)
    return seconds[1:]  # the first warms up


def beside_keras(folder: Path, lab: Path) -> None:
    """Time 1,000 submissions beside Keras's loop, and one as a whole process."""
    models = folder / "keras"
    hand_in(folder / "in", class_of(models, DIFFERENT), DIFFERENT)
    (folder / "one").mkdir()
    shutil.copy(folder / "in" / "s00000.zip", folder / "one")
    ones = [graded(folder / "one", lab, watch=False)[0] for _ in range(6)][1:]
    before = by_keras(models)
    took, peak = graded(folder / "in", lab)
    keras = statistics.median(before + by_keras(models))
    each = took / DIFFERENT
    print(f"mnistlab grade, 1,000 submissions   {each:.4f} s each, peak {peak:.0f} MB")
    print(f"load_model + evaluate, 50 of them   {keras:.4f} s each: {keras / each:.1f} ×")
    print(f"mnistlab grade, one submission      {statistics.median(ones):.2f} s, whole process")
    side_by_side.write("grading", {
        "date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine(),
        "seconds": {"mnistlab grade, each of 1,000": round(each, 4),
                    "load_model + evaluate, each of 50": round(keras, 4),
                    "one submission, whole process": round(statistics.median(ones), 3)},
        "times": {"keras to mnistlab": round(keras / each, 1)},
        "peak": {"MB": round(peak)},
    })  # fmt: skip


def growth(folder: Path, lab: Path, counts: list[int]) -> None:
    """Time ever more submissions: the time should grow as they do, the memory hardly."""
    zips = class_of(folder / "models", IN_GROWTH)
    rows = {}
    for count in counts:
        hand_in(folder / "in", zips, count)
        took, peak = graded(folder / "in", lab)
        rows[str(count)] = {"seconds": round(took, 1), "each": round(took / count, 4),
                            "MB": round(peak)}  # fmt: skip
        print(f"{count:6,} submissions  {took:7.1f} s  {took / count:.4f} s each  {peak:5.0f} MB")
        shutil.rmtree(folder / "in")
    side_by_side.write("grading_growth", {
        "date": time.strftime("%Y-%m-%d"), "machine": side_by_side.machine(), "counts": rows,
    })  # fmt: skip


def main() -> None:
    """Print and write the figures."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--growth", action="store_true")
    given.add_argument("--counts", default="1000,3000,10000")
    options = given.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lab = folder / "lab.toml"
        lab.write_text(LAB)
        if options.growth:
            growth(folder, lab, [int(one) for one in options.counts.split(",")])
        else:
            beside_keras(folder, lab)


if __name__ == "__main__":
    main()
