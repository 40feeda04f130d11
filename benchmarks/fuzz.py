"""A fuzzer over everything that is read of a submission: damaged files of every kind, odd names.

    python benchmarks/fuzz.py                              10 minutes
    python benchmarks/fuzz.py --seconds 60 --seed 7
    python benchmarks/fuzz.py --kind keras_values --seed 7 --rounds 1    one round once more

Files are changed byte by byte; in what is JSON, values are also exchanged for others, and inside
our zips the digests are made right again, so that damage reaches the readers behind them. Each file
is measured as the grader does it. A finding is anything but Facts: an exception, a sentence that
isn't one line, a file that takes longer than 5 seconds, a process that dies. The rounds of a kind
run in a process of their own, and are made by their seeds. Writes benchmarks/results/fuzz.json.
"""

import argparse
import copy
import io
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from mnistlab.errors import InputError
from mnistlab.grading.facts import Facts
from mnistlab.grading.folders.collections import collect, describe
from mnistlab.grading.folders.roster import Roster, read_roster
from mnistlab.grading.isolated.exam import Exam, TestSet
from mnistlab.grading.isolated.measuring import measured
from mnistlab.lab.assignment import Network
from mnistlab.lab.notebook import SUBMISSION
from mnistlab.lab.packing import RECORD
from side_by_side import machine, write
from tests import hostile_models as models
from tests import hostile_parts as parts
from tests.hostile_weights import GOLDEN, mutations, zipped
from tests.submissions import roster_file

SLOW = 5.0  # seconds for one file
A_ROUND, A_ROUND_OF_NAMES, QUICK = 150, 40, 10  # cases

Cases = Iterator[bytes]


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def bytes_of(make: Callable[[], bytes], around: Callable[[bytes], bytes] = bytes) -> Any:
    """Return what yields damaged copies of a file, or of a part put back into the rest of it."""
    return lambda seed, count: map(around, mutations(make(), count, seed))


ODD = (None, True, False, 0, -1, 1, 2**31, 2**63, 10**300, 0.5, -0.0, 1e308, 5e-324, "", "x", "ada",
       "x" * 400, "../x", "\x00", "\u202e", "=1+1", "<b>", "nan", [], {}, [[]], [1], ["x"], [None],
       {"a": 1}, {"": {}}, "relu", "exponential", "Dense", "__class__", [0] * 100)  # fmt: skip


def values_of(make: Callable[[], Any], around: Callable[[bytes], bytes] = bytes) -> Any:
    """Return what yields JSON in which values have been exchanged, put back into the rest."""

    def cases(seed: int, count: int) -> Cases:
        draw, text = random.Random(seed), json.dumps(make())
        for _ in range(count):
            value = json.loads(text)
            for _ in range(draw.randint(1, 3)):
                value = exchanged(value, draw)
            yield around(json.dumps(value).encode())

    return cases


def exchanged(value: Any, draw: random.Random) -> Any:
    """Return a value in which one at a random place is another, is gone, or is there twice."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if _is_list(value) else ()
    if not keys or draw.random() < 0.1:
        return copy.deepcopy(draw.choice(ODD))
    key = draw.choice(keys)
    chance = draw.random()
    if chance < 0.6:
        value[key] = exchanged(value[key], draw)
    elif chance < 0.7:
        del value[key]
    elif chance < 0.8 and isinstance(value, dict):
        value[str(draw.choice(ODD))] = copy.deepcopy(value[key])
    else:
        value[key] = copy.deepcopy(draw.choice(ODD))
    return value


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def record() -> dict[str, Any]:
    return json.loads(parts.members_of(parts.honest("mallory"))[RECORD])


def sheet() -> dict[str, Any]:
    return parts.sheet("mallory", answers={"why": "So."}, numbers={"count": 1210.0},
                       predictions={"guess": 0.9}, experiments=[{"config": {"epochs": 2},
                       "test_accuracy": 0.5}])  # fmt: skip


def ours(said: bytes) -> bytes:
    """Return a zip of ours with a submission.json, whose digests are put right if possible."""
    held = parts.members_of(parts.honest("mallory"))
    del held[RECORD]
    try:
        about = json.loads(said)
        about["members"] = {name: parts.digest(content) for name, content in held.items()}
        said = json.dumps(about).encode()
    except (ValueError, TypeError, RecursionError):
        pass
    return zipped({RECORD: said, **held})


def keras_with(name: str) -> Callable[[bytes], bytes]:
    """Return what makes a model.keras of one of its members."""
    return lambda content: zipped({**parts.members_of(models.keras()), name: content})


def member(data: bytes, name: str) -> Any:
    return json.loads(parts.members_of(data)[name])


def golden(name: str) -> bytes:
    return (GOLDEN / "keras-3.15.1" / name).read_bytes()


def in_a_notebook(said: bytes) -> bytes:
    """Return a notebook whose output of mnistlab.submit is this text."""
    return models.notebook({SUBMISSION: said.decode("utf-8", "surrogateescape")})


KINDS: dict[str, Callable[[int, int], Cases]] = {
    "zip": bytes_of(lambda: parts.honest("mallory")),
    "zip_record": bytes_of(lambda: json.dumps(record()).encode(),
                           lambda said: parts.signed(lambda text: said)),
    "zip_values": values_of(record, ours),
    "zip_weights": bytes_of(parts.npz, lambda data: parts.signed(weights=data or b"x")),
    "zip_sheet": bytes_of(lambda: json.dumps(sheet()).encode(),
                          lambda data: parts.signed(worksheet=data)),
    "sheet_values": values_of(sheet, lambda data: parts.signed(worksheet=data)),
    "npz": bytes_of(parts.npz),
    "npz_header": bytes_of(lambda: parts.members_of(parts.npz())["bias_0.npy"][:140],
                           lambda head: parts.with_member("bias_0.npy", head + bytes(52))),
    "h5": bytes_of(models.h5),
    "h5_trained": bytes_of(lambda: golden("trained.weights.h5")),
    "keras": bytes_of(models.keras),
    "keras_config": bytes_of(lambda: parts.members_of(models.keras())["config.json"],
                             keras_with("config.json")),
    "keras_values": values_of(lambda: member(models.keras(), "config.json"),
                              keras_with("config.json")),
    "keras_golden": values_of(lambda: member(golden("functional.keras"), "config.json"),
                              lambda text: zipped({**parts.members_of(golden("functional.keras")),
                                                   "config.json": text})),
    "keras_weights": bytes_of(models.h5, keras_with("model.weights.h5")),
    "notebook": bytes_of(lambda: models.notebook(models.carried())),
    "notebook_values": values_of(lambda: json.loads(models.notebook(models.carried()))),
    "notebook_text": bytes_of(lambda: json.dumps(models.carried()[SUBMISSION]).encode(),
                              in_a_notebook),
    "result": values_of(lambda: parts.small_run("mallory").record()),
    "sheet": values_of(sheet),
}  # fmt: skip


def exam(inputs: int = 64, classes: int = 10) -> Exam:
    """Return what files are measured by: a few patterns."""
    draw = np.random.default_rng(1)
    test = TestSet.of(draw.random((20, inputs), "f4"), draw.integers(0, classes, 20))
    return Exam(Network(inputs=inputs, classes=classes, hidden_units=(16,)), test)


def wrong_with(data: bytes, by: Exam) -> str:
    """Return what is wrong with how a file is measured; "": nothing."""
    since = time.process_time()
    try:
        facts = measured([("x.bin", data)], by, ["mallory"])
        facts = Facts.model_validate(json.loads(json.dumps(facts.model_dump(mode="json"))))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    taken = time.process_time() - since
    if taken > SLOW:
        return f"took {taken:.1f} seconds"
    odd = [text for text in (*facts.problems, *facts.notes) if not text.isprintable()]
    if odd:
        return f"not one line of text: {odd[0]!r:.200}"
    return "" if facts.problems or facts.correct is not None else "neither measured nor a problem"


# ── names ───────────────────────────────────────────────────────────────────────────────────────

PIECES = (
    "ada", "bob", "carol", "4711", "_", "__", "LATE", "_LATE_", "anon", "99", "/", "//", "\\", "..",
    "../", ".", " ", ".zip", ".ipynb", ".html", "text.html", "assignsubmission", "_file_", "lab1",
    "_onlinetext_", "Participant 901", "submission", "_submission_", "submitted", "-", "(1)",
    "\u202e", "\n", "\0", "é", "e\u0301", "אבג", "😀", "x" * 300, "1" * 5000, "=1", "<b>", "C:",
    "__MACOSX", ".DS_Store", "submission_metadata.yml", "timestamp.txt", ",", "'", '"', "~$",
    "Ada Lovelace", "lovelaceada", "nbgrader", "roster.csv", "a_1_1_" * 50,
)  # fmt: skip


def names(seed: int, count: int) -> Iterator[list[str]]:
    """Yield lists of names that members of a zip may have."""
    draw = random.Random(seed)
    for _ in range(count):
        shape = ["".join(draw.choices(PIECES, k=draw.randint(1, 6))) for _ in range(3)]
        yield [
            "".join(draw.choices((*PIECES, *shape), k=draw.randint(1, 6)))[:60_000]
            for _ in range(draw.randint(1, 30))
        ]


def wrong_with_names(given: list[str], folder: Path, known: Roster | None) -> str:
    """Return what is wrong with how a zip of these names is read; "": nothing."""
    path, since = folder / "class.zip", time.process_time()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in dict.fromkeys(given):
            with warnings.catch_warnings(action="ignore"):  # names that are one up to a NUL
                archive.writestr(zipfile.ZipInfo(name), b"x")
    path.write_bytes(packed.getvalue())
    try:
        collection = collect(path, known)
        said = describe(collection)
    except InputError as why:
        said = str(why)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    if sorted(os.listdir(folder)) != ["class.zip", "roster.csv"]:
        return "something was written"
    if not said.replace("\n", "").isprintable():
        return f"not a printable text: {said!r:.300}"
    taken = time.process_time() - since
    return f"took {taken:.1f} seconds" if taken > SLOW else ""


# ── rounds ──────────────────────────────────────────────────────────────────────────────────────


def cases_of(kind: str) -> int:
    """Return how many cases a round of a kind has."""
    return A_ROUND_OF_NAMES if kind == "names" else A_ROUND


def one_round(kind: str, seed: int, count: int) -> list[str]:
    """Return what is wrong with the cases of one kind and seed."""
    if kind == "names":
        with tempfile.TemporaryDirectory() as folder:
            known = read_roster(roster_file(Path(folder)))
            found = [wrong_with_names(given, Path(folder), known if k % 2 else None)
                     for k, given in enumerate(names(seed, count))]  # fmt: skip
    else:
        by = exam(4, 2) if kind in ("keras_golden", "h5_trained") else exam()
        found = [wrong_with(data, by) for data in KINDS[kind](seed, count)]
    return [f"{kind} {seed}.{k}: {wrong}" for k, wrong in enumerate(found) if wrong]


def apart(kind: str, seed: int, rounds: int) -> list[str]:
    """Return what rounds of one kind find in a process of their own, which may die of them."""
    program = [sys.executable, __file__, "--kind", kind, "--seed", str(seed)]
    try:
        done = subprocess.run([*program, "--rounds", str(rounds)], capture_output=True, text=True,
                              timeout=120 + 60 * rounds)  # fmt: skip
    except subprocess.TimeoutExpired:
        return [f"{kind} {seed}: didn't end"]
    if done.returncode:
        return [f"{kind} {seed}: ended with {done.returncode}: {done.stderr[-300:]}"]
    return json.loads(done.stdout)


def fuzz(seconds: float, seed: int, rounds: int) -> dict[str, Any]:
    """Fuzz every kind in turn until the time is over; return counts and findings."""
    cases: Counter[str] = Counter()
    findings: list[str] = []
    end = time.monotonic() + seconds
    for turn in itertools.count():
        for kind in (*KINDS, "names"):
            if time.monotonic() > end:
                return {"cases": sum(cases.values()), "by kind": cases, "findings": findings}
            findings += apart(kind, seed + turn * rounds, rounds)
            cases[kind] += rounds * cases_of(kind)
        print(f"{sum(cases.values()):,} cases, {len(findings)} findings", flush=True)
    raise AssertionError


def quick(seconds: float, seed: int) -> list[str]:
    """Return what a few cases of each kind find, in this process, until the time is over."""
    end, findings = time.monotonic() + seconds, []
    for turn in itertools.count():
        for kind in (*KINDS, "names"):
            findings += one_round(kind, seed + turn, QUICK)
        if time.monotonic() > end:
            return findings
    raise AssertionError


def main() -> None:
    """Fuzz, print and write; or do the rounds of one kind, or a few of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--kind", choices=[*KINDS, "names"], help="do one kind, in this process")
    parser.add_argument("--rounds", type=int, default=20, help="of a kind in each process")
    parser.add_argument("--quick", action="store_true", help="a few of each kind; writes nothing")
    given = parser.parse_args()
    if given.quick:
        print(json.dumps(quick(given.seconds, given.seed)))
    elif given.kind:
        seeds, count = range(given.seed, given.seed + given.rounds), cases_of(given.kind)
        print(json.dumps([one for seed in seeds for one in one_round(given.kind, seed, count)]))
    else:
        long(given.seconds, given.seed, given.rounds)


def long(seconds: float, seed: int, rounds: int) -> None:
    """Fuzz, print and write."""
    print(f"seed {seed}")
    found = fuzz(seconds, seed, rounds)
    here = {"date": time.strftime("%Y-%m-%d"), "machine": machine()}
    write("fuzz", {**here, "seed": seed, "seconds": seconds, **found})
    print("\n".join(found["findings"][:20]) or "nothing found")
    sys.exit(bool(found["findings"]))


if __name__ == "__main__":
    main()
