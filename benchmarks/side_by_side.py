"""Two or more ways of doing the same thing, timed in turn: A B A B …, after one round to warm up.

Machines drift; so each figure is a ratio of medians from one run.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def measure(ways: Mapping[str, Callable[[], object]], repeats: int = 5) -> dict[str, list[float]]:
    """Return the seconds of each way, `repeats` of them, interleaved."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(repeats + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if repeat:  # the first round warms up
                seconds[name].append(time.perf_counter() - started)
    return seconds


def report(name: str, seconds: Mapping[str, list[float]], note: str = "") -> None:
    """Print medians and ratios to the last way, and write them to results/<name>.json."""
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    peer = list(medians)[-1]
    width = max(map(len, medians))
    for way, median in medians.items():
        low, high = min(seconds[way]), max(seconds[way])
        ratio = median / medians[peer]
        print(f"{way.ljust(width)}  {median:8.3f} s  ({low:.3f} – {high:.3f})  {ratio:6.3f} ×")
    record = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "note": note,
        "seconds": {way: [round(s, 4) for s in times] for way, times in seconds.items()},
        "medians": {way: round(m, 4) for way, m in medians.items()},
        "ratios": {way: round(m / medians[peer], 4) for way, m in medians.items()},
    }
    write(name, record)


def write(name: str, record: Mapping[str, object]) -> None:
    """Write results/<name>.json."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def machine() -> str:
    """Return the processor and the number of cores."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor()
    return f"{platform.machine()}, {model}, {os.cpu_count()} cores"
