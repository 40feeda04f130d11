"""A class in which all but three are hostile: nothing breaks, nothing leaks, nobody else pays.

One batch over the whole corpus runs in a process of its own, watched by strace where that can be
had; then parsers that have been taken over try what they can from inside a child.
"""

import csv
import dataclasses
import functools
import json
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mnistlab
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import File
from mnistlab.grading.isolated import pool as pool_room
from mnistlab.grading.isolated import sandbox
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.isolated.sandbox import Limits
from mnistlab.lab.labfile import parsed
from tests.hostile_corpus import HONEST, NAMES, SECRET, canvas_zip, corpus
from tests.hostile_parts import LAB, MEBI, Hostile, honest, write, write_lab
from tests.tiny_class import small_run

LINUX = sys.platform.startswith("linux")
LIMITS = Limits(memory=400 * MEBI, seconds=10, wall=60.0)
PROGRAM = """
import dataclasses, json, sys
import mnistlab
from mnistlab.grading.isolated.sandbox import Limits
folder, lab, out, limits = sys.argv[1:]
limits = Limits(**json.loads(limits))
print(mnistlab.grade(folder, lab, out, limits=limits))
"""
# Words that a student can act on, and words of the inside that nobody should read in a reason.
MEASURED = ("readable", "accuracy", "claim")
ACTIONS = re.compile(r"\b(hand in|submit|save|train|run|build|write|open|download|make|let|update|"
                     r"record)\b", re.IGNORECASE)  # fmt: skip
INSIDE = re.compile(r"Traceback|\w(Error|Exception|Warning)\b|\b_[A-Z]\w+|<class|"
                    r"\b0x[0-9a-f]{5}|-packages|pydantic|/home/|/root/|/usr/")  # fmt: skip


# ── the batch ───────────────────────────────────────────────────────────────────────────────────


class Batch:
    """What came of grading the corpus beside three honest students."""

    def __init__(self, root: Path) -> None:
        self.root, self.traces = root, root.parent / "traces"
        self.canary = root / "canary"
        self.canary.write_text(SECRET)
        self.corpus = corpus(self.canary)
        for one in self.corpus:
            write(root / "class" / one.name, one.files)
        for name in HONEST:
            write(root / "class" / name, {f"{name}.zip": honest(name)})
        for name in ("home", "tmp"):
            (root / name).mkdir()
        self.lab = write_lab(root / "lab")
        self.before = snapshot(root)
        self.said = self.run()
        self.after = snapshot(root)

    def run(self) -> "subprocess.CompletedProcess[bytes]":
        """Grade in a process of its own."""
        limits = json.dumps(dataclasses.asdict(LIMITS))
        program = [sys.executable, "-c", PROGRAM, "class", self.lab, "out", limits]
        surroundings = {
            "PATH": os.environ["PATH"], "HOME": str(self.root / "home"), "LANG": "C.UTF-8",
            "TMPDIR": str(self.root / "tmp"), "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(Path(mnistlab.__file__).parent.parent),
        }  # fmt: skip
        return subprocess.run([*self.watched(), *program], cwd=self.root, env=surroundings,
                              capture_output=True, timeout=300)  # fmt: skip

    def watched(self) -> list[str]:
        """Return the command that watches another one's system calls; [] where there is none."""
        self.traces.mkdir()
        seen = ("trace=%file,%network,%process,kill,tgkill,tkill,pidfd_open,memfd_create,prctl,"
                "ptrace,bpf,io_uring_setup,userfaultfd")  # fmt: skip
        watch = ["strace", "-ff", "-s", "300", "-o", str(self.traces / "of"), "-e", seen]
        there = shutil.which("strace") is not None
        works = there and subprocess.run([*watch, "true"], capture_output=True).returncode == 0
        for file in self.traces.iterdir():
            file.unlink()
        return watch if works else []

    @functools.cached_property
    def grades(self) -> dict[str, Grade]:
        lines = (self.root / "out" / "grades.jsonl").read_text().splitlines()
        found = [Grade.model_validate_json(line) for line in lines]
        return {one.student: one for one in found}

    def calls(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each process's number, and its system calls in order."""
        if not any(self.traces.iterdir()):
            pytest.skip("strace isn't installed, or may not watch processes here")
        for file in sorted(self.traces.iterdir()):
            yield file.suffix, file.read_text(errors="replace").splitlines()


def snapshot(root: Path) -> dict[str, tuple[int, int, int]]:
    """Return kind, size and time of change of all that lies below a folder."""
    return {
        str(path.relative_to(root)): (about.st_mode, about.st_size, about.st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.relative_to(root).parts[0] != "out"
        for about in [os.lstat(path)]
        if not stat.S_ISDIR(about.st_mode) or len(path.relative_to(root).parts) > 1
    }  # fmt: skip


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    if not LINUX:
        pytest.skip("links, pipes and limits as Linux has them")
    root = tmp_path_factory.mktemp("surroundings") / "root"
    root.mkdir()
    return Batch(root)


def test_the_corpus_is_as_large_as_it_says(tmp_path):
    built = corpus(tmp_path / "canary")
    assert len(built) >= 90 and len({one.name for one in built}) == len(built)
    assert all(one.wrong and one.files for one in built)
    small = next(one for one in built if one.name == "zip_42kb").files["submission.zip"]
    assert isinstance(small, bytes) and 40_000 < len(small) < 50_000


def test_the_batch_ends_and_everybody_has_a_grade(batch):
    assert batch.said.returncode == 0, batch.said.stderr.decode()
    assert set(batch.grades) == {one.name for one in batch.corpus} | set(HONEST)
    assert b"\x1b]" not in batch.said.stdout + batch.said.stderr
    assert SECRET.encode() not in batch.said.stdout + batch.said.stderr


def test_what_could_not_be_measured_earns_nothing(batch):
    grades = batch.grades
    for one in batch.corpus:
        points = {each.item: each.points for each in grades[one.name].outcomes}
        facts = grades[one.name].facts
        assert facts is not None
        if not one.measured:
            assert facts.correct is None, f"{one.name} was measured: {one.wrong}"
        if facts.correct is None:
            assert points["accuracy"] == points["claim"] == 0, one.name
            assert facts.layer_sizes or points["readable"] == 0, one.name


def test_each_reason_is_one_that_a_student_can_act_on(batch):
    bad = dict(unhelpful(one, batch.grades[one.name]) for one in batch.corpus)
    assert {name: text for name, text in bad.items() if text} == {}


def unhelpful(one: Hostile, grade: Grade) -> tuple[str, str]:
    """Return the student and what is wrong with a reason, or ""."""
    facts = grade.facts
    assert facts is not None
    for text in (*facts.problems, *facts.notes, *(each.reason for each in grade.outcomes)):
        if INSIDE.search(text.replace(one.name, "")) or not text.strip() or not text.isprintable():
            return one.name, text
    if facts.correct is None and not facts.problems:
        return one.name, "no problem is said"
    for each in grade.outcomes:
        lost = facts.correct is None and each.points == 0 and each.item in MEASURED
        if lost and not ACTIONS.search(f"{each.reason} {each.advice}"):
            return one.name, f"nothing to do about {each.reason!r}"
    return one.name, ""


def test_honest_grades_are_the_same_bytes_as_without_the_others(batch, tmp_path):
    for name in HONEST:
        write(tmp_path / "class" / name, {f"{name}.zip": honest(name)})
    mnistlab.grade(tmp_path / "class", batch.lab, tmp_path / "out", verbose=0)
    alone = (tmp_path / "out" / "grades.jsonl").read_bytes().splitlines()
    among = (batch.root / "out" / "grades.jsonl").read_bytes().splitlines()
    assert len(alone) == len(HONEST)
    assert [line for line in among if json.loads(line)["student"] in HONEST] == alone
    for name in HONEST:
        page = (tmp_path / "out" / "feedback" / f"{name}.html").read_bytes()
        assert (batch.root / "out" / "feedback" / f"{name}.html").read_bytes() == page
        assert batch.grades[name].points > 5


def test_nothing_outside_the_grades_was_written(batch):
    assert batch.after == batch.before
    assert batch.canary.read_text() == SECRET
    inside = [path.name for path in (batch.root / "out").rglob("*")]
    assert not any("escaped" in name or "unpickled" in name for name in inside)


def test_no_secret_is_in_what_comes_out(batch):
    for path in (batch.root / "out").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert SECRET.encode() not in data and b"root:x:0:" not in data, path
    page = (batch.root / "out" / "report.html").read_text()
    assert "<script>alert" not in page and "<img src=x" not in page


def test_no_cell_is_a_formula(batch):
    with open(batch.root / "out" / "grades.csv", encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    risky = [cell for cell in cells if re.match(r"[=+@\t\r\n]|-(?![\d.]+$)", cell)]
    assert risky == []


# ── what the system saw ─────────────────────────────────────────────────────────────────────────

SUCCESS = re.compile(r"\) += (0x)?[0-9a-f]+")
OPENED = re.compile(r'open(?:at|at2)?\((?:AT_FDCWD, )?"(?P<path>[^"]*)".*?, (?P<how>O_[A-Z_|]*)')
WRITING = re.compile("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")
HARMLESS = re.compile(r"(exit|exit_group|prctl)\(")


def test_after_a_child_began_to_parse_no_call_reaches_anything(batch):
    children = 0
    for number, calls in batch.calls():
        begun = [k for k, call in enumerate(calls) if "SECCOMP_MODE_FILTER" in call]
        if not begun:
            continue
        children += 1
        assert SUCCESS.search(calls[begun[0]]), "the filter wasn't taken"
        later = [call for call in calls[begun[0] + 1 :] if not call.startswith(("+++", "---"))]
        reached = [call for call in later if SUCCESS.search(call) and not HARMLESS.match(call)]
        assert reached == [], f"process {number}"
    assert children >= len(batch.corpus) + len(HONEST)


def test_before_it_a_child_opens_nothing_but_the_submission(batch):
    for number, calls in batch.calls():
        begun = next((k for k, call in enumerate(calls) if "SECCOMP_MODE_FILTER" in call), 0)
        for call in filter(SUCCESS.search, calls[:begun]):
            opened = OPENED.search(call)
            path = opened["path"] if opened else ""
            own = (
                opened and path.startswith(f"{batch.root}/class/") and "O_NOFOLLOW" in opened["how"]
            )
            of_python = path.startswith((sys.base_prefix, sys.prefix)) and "O_RDONLY" in call
            assert not opened or own or of_python or path == "/proc/self/statm", (number, call)


def test_nobody_opens_a_secret_connects_or_starts_a_program(batch):
    programs: Counter[str] = Counter()
    for _, calls in batch.calls():
        done = [call for call in calls if SUCCESS.search(call)]
        opened = [found for call in done if (found := OPENED.search(call))]
        assert not any(str(batch.canary) in one["path"] for one in opened)
        written = [one["path"] for one in opened if WRITING.search(one["how"])]
        out = rf"({re.escape(str(batch.root))}/)?out/"
        # Python's own, and what joblib tries where the lab's data set comes with scikit-learn.
        allowed = re.compile(rf"{out}|/dev/null$|.*/__pycache__/[\w.-]+$|/dev/shm/sem\.")
        assert all(allowed.match(path) for path in written), written
        assert not any(call.startswith(("connect(", "bind(", "sendto(")) for call in done)
        programs.update(call.split('"')[1] for call in done if call.startswith("execve"))
    assert programs.pop(sys.executable) == 2  # the grader, and the process that reads
    assert set(programs) <= {"/usr/bin/uname", "/bin/uname"}  # Python's platform asks it


# ── names ───────────────────────────────────────────────────────────────────────────────────────


def test_names_in_canvas_s_zip_are_text_and_nothing_else(tmp_path):
    users = canvas_zip(tmp_path / "submissions.zip")
    lab = write_lab(tmp_path / "lab")
    before = snapshot(tmp_path)
    book = mnistlab.grade(tmp_path / "submissions.zip", lab, tmp_path / "out", verbose=0)
    assert snapshot(tmp_path) == before and not Path("/tmp/escaped.zip").exists()
    grades = {one.student: one for one in book.grades}
    assert set(grades) == {*users, "1"}
    measured = {users[user]: grades[user].facts.correct for user in users}
    assert set(measured) == set(NAMES) and len(set(measured.values())) == 1
    assert grades["1"].facts.correct is not None
    names = [path.name for path in (tmp_path / "out").rglob("*")]
    assert not any("escaped" in name or len(name) > 200 for name in names)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<script>alert" not in page and "\u202e" not in page.replace("&#x202e;", "")


# ── a parser that was taken over ────────────────────────────────────────────────────────────────

TAKEN_OVER = """
import ctypes, importlib, io, mmap, os, resource, signal, socket, subprocess, sys
import threading, time
import h5py, numpy as np
from mnistlab.grading.isolated import sandbox, server
from mnistlab.grading.facts import Facts

def measured(contents, exam, aliases):
    if contents[0][0].endswith(".py"):
        exec(contents[0][1].decode(), globals())
        return Facts(digest="", problems=("IT WORKED",))
    return honest(contents, exam, aliases)

honest, server.measured = server.measured, measured
CANARY = {canary!r}
{without}
server.main()
"""
WITHOUT = {
    "nothing": "",
    "Python's events": "sandbox._refuse = lambda event, args: None",
    "the kernel's filter": "sandbox.filter_calls = lambda: False",
}
HARMLESS_CODE = {"nothing": "1 + 1", "arithmetic": "np.ones((50, 50)) @ np.ones((50, 50))",
                 "memory": "bytearray(10**7)"}  # fmt: skip
# What each has to be kept from, with any one layer of protection gone.
FORBIDDEN = {
    "open": "open(CANARY)",
    "open_etc": "os.open('/etc/passwd', os.O_RDONLY)",
    "fileio": "io.FileIO(CANARY)",
    "write": "open(CANARY + '.new', 'w')",
    "numpy": "np.fromfile(CANARY)",
    "memmap": "np.memmap(CANARY)",
    "h5py": "h5py.File(CANARY + '.h5', 'w')",
    "h5_storage": """
with h5py.File(file := io.BytesIO(), 'w') as made:
    made.create_dataset('x', shape=(8,), dtype='u1', external=[(CANARY, 0, 8)])
with h5py.File(file, 'r') as made:
    assert bytes(made['x'][:]) == open(CANARY, 'rb').read(8)
""",
    "socket": "socket.socket()",
    "unix_socket": "socket.socket(socket.AF_UNIX)",
    "pair": "socket.socketpair()",
    "system": "assert os.system('true') == 0",
    "subprocess": "subprocess.run(['true'])",
    "fork": "os.fork() or os._exit(0)",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "exec": "os.execv('/bin/true', ['true'])",
    "unlink": "os.unlink(CANARY)",
    "rename": "os.rename(CANARY, CANARY + '.gone')",
    "mkdir": "os.mkdir(CANARY + '.d')",
    "link": "os.symlink('/etc/passwd', CANARY + '.link')",
    "chmod": "os.chmod(CANARY, 0o777)",
    "truncate": "os.truncate(CANARY, 0)",
    "list": "os.listdir('/')",
    "kill_parent": "os.kill(os.getppid(), 9)",
    "kill_all": "os.kill(-1, 0)",
    "kill_group": "os.killpg(0, 0)",
    "pipe": "os.pipe()",
    "dup": "os.dup(0)",
    "memfd": "os.memfd_create('x')",
    "import": "importlib.import_module('this')",
    "pickle": "__import__('pickle').loads(b'cos\\nsystem\\n(S\"true\"\\ntR.')",
}
# What only the kernel's filter refuses, however it is called.
BY_THE_KERNEL = {
    "stat": "os.stat('/etc/passwd')",
    "thread": "threading.Thread(target=print).start()",
    "chdir": "os.chdir('/')",
    "limits_back": "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))",
    "libc_open": "assert ctypes.CDLL(None).open(CANARY.encode(), 0) >= 0",
    "libc_fork": "assert ctypes.CDLL(None).fork() >= 0",
    "ptrace": "assert ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0",
    "prctl": "assert ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0",
    "x32": "assert ctypes.CDLL(None).syscall(0x40000000 + 39) > 0",
}
# How each has to end; the rest of the class is graded meanwhile.
ENDS = {
    "memory_bomb": ("held = [bytearray(2**20) for _ in range(10**6)]", "memory"),
    "map_bomb": ("held = [mmap.mmap(-1, 2**34) for _ in range(100)]", "broke off|memory"),
    "numpy_bomb": ("np.ones((2**20, 2**20))", "memory"),
    "loop": ("while True: pass", "longer"),
    "deaf_loop": ("signal.signal(24, signal.SIG_IGN)\nwhile True: pass", "broke off|long"),
    "hang": ("time.sleep(10**6)", "longer"),
    "recursion": ("def f(): f()\nf()", "broke off|deep"),
    "crash": ("np.lib.stride_tricks.as_strided(np.ones(1), (2**30,), (2**20,)).sum()", "broke off"),
    "abort": ("os.abort()", "broke off"),
    "leaves": ("os._exit(0)", "hand in"),
    "leaves_with_7": ("os._exit(7)", "broke off"),
    "system_exit": ("raise SystemExit(0)", "broke off"),
    "floods": ("while True: os.write(0, bytes(2**16))", "more text"),
    "deep_answer": ("os.write(0, b'[' * 60_000); os._exit(0)", "hand in"),
    "false_answer": ("os.write(0, b'{\"facts\": {\"digest\": 5}}'); os._exit(0)", "hand in"),
    "other_task": ("os.write(0, b'{\"task\": 0}\\n' * 9); os._exit(0)", "hand in"),
    "not_text": ("os.write(0, b'\\xff\\x00'); os._exit(0)", "hand in"),
    "nan_answer": ("os.write(0, b'{\"distance\": NaN}'); os._exit(0)", "hand in"),
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taken")
    write_lab(folder / "lab")
    return folder


def taken_over(
    place: Path, monkeypatch: Any, codes: dict[str, str], without: str = "nothing"
) -> dict[str, Facts]:
    """Return what became of each code, run by a child where it would parse; honest ones around."""
    canary = place / "canary"
    canary.write_text(SECRET)
    program = TAKEN_OVER.format(canary=str(canary), without=WITHOUT[without])
    monkeypatch.setattr(pool_room, "PROGRAM", program)
    before, files = snapshot(place), []
    names = ["ada.zip", *(f"{name}.py" for name in codes), "bob.zip"]
    (place / "class").mkdir(exist_ok=True)
    for name in names:
        code = codes.get(name[:-3], "").encode()
        (place / "class" / name).write_bytes(code or honest(name[:-4]))
        files.append(File(place / "class" / name, name))
    limits = Limits(memory=300 * MEBI, seconds=1, wall=4.0, reply=2**20)
    with Pool(parsed(LAB.encode(), "lab.toml"), place / "lab", 2, limits) as workers:
        group = workers._process.pid  # type: ignore[union-attr]
        watch = threading.Timer(60, os.killpg, (group, signal.SIGKILL))
        watch.start()
        monkeypatch.setattr(workers, "_start", fallen)
        found = list(workers.facts([Task([file], (file.name.split(".")[0],)) for file in files]))
        watch.cancel()
    shutil.rmtree(place / "class")
    assert snapshot(place) == before and canary.read_text() == SECRET
    became = dict(zip(names, found, strict=True))
    for name in ("ada", "bob"):
        assert became[f"{name}.zip"].claimed_accuracy == small_run(name).test_accuracy
        assert became[f"{name}.zip"].correct is not None
    return {name: became[f"{name}.py"] for name in codes}


def fallen() -> None:
    """Fail: the process that starts the children was ended by one, or waited for one for ever."""
    pytest.fail("the process that reads submissions ended, or hung")


def worked(became: dict[str, Facts]) -> list[str]:
    return [name for name, facts in became.items() if "IT WORKED" in facts.problems]


@pytest.mark.skipif(not LINUX, reason="the layers are Linux's")
@pytest.mark.parametrize("without", WITHOUT)
def test_each_layer_alone_keeps_a_taken_over_parser_in(without, place, monkeypatch):
    if sandbox.possible().calls is False and without != "the kernel's filter":
        pytest.skip("this machine has no filter for system calls")
    codes = {**HARMLESS_CODE, **FORBIDDEN}
    if without == "Python's events":  # which imports and pickles alone don't go through
        codes = {name: code for name, code in codes.items() if name not in ("import", "pickle")}
    if without != "the kernel's filter":
        codes = {**codes, **BY_THE_KERNEL}
    became = taken_over(place, monkeypatch, codes, without)
    assert worked(became) == list(HARMLESS_CODE)


@pytest.mark.skipif(not LINUX, reason="memory is limited on Linux")
def test_bombs_loops_and_crashes_end_within_their_limits(place, monkeypatch):
    became = taken_over(place, monkeypatch, {name: code for name, (code, _) in ENDS.items()})
    assert worked(became) == []
    for name, (_, said) in ENDS.items():
        assert re.search(said, " ".join(became[name].problems)), (name, became[name].problems)


@pytest.mark.skipif(not LINUX, reason="as above")
def test_a_child_that_hangs_up_and_stays_ends_too(place, monkeypatch):
    stays = "os.close(0)\ntime.sleep(10**6)"
    became = taken_over(place, monkeypatch, {"stays": stays, "stays_too": stays})
    assert worked(became) == [] and all(facts.problems for facts in became.values())


# ── what nobody thought of ──────────────────────────────────────────────────────────────────────


def test_a_few_seconds_of_the_fuzzer_find_nothing():
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    fuzzer = Path(__file__).parent.parent / "benchmarks" / "fuzz.py"
    program = [sys.executable, str(fuzzer), "--quick", "--seconds", "4", "--seed", str(seed)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    assert json.loads(done.stdout) == [], f"seed {seed}"
