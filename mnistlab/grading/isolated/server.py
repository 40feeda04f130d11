"""The process that reads hostile files: it forks a child for each, and passes on what they say.

    python -c "from mnistlab.grading.isolated.server import main; main()"

It speaks JSON in lines. First it is told the lab (none, where nothing is measured), the folder of
lab.toml, the limits and how many children may run at once; it answers with the digests of the test
data, or with what is wrong.
Then it is given tasks (one submission each) and answers each with its Facts, or with what became
of the child. Each child begins as a copy of a process that has read nothing of anyone, with the
test data in memory, and ends with its submission; so no submission meets another.

Where a system can't fork (Windows), each process does one task and ends; the pool starts another.
"""

import base64
import contextlib
import json
import os
import select
import signal
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnistlab.errors import MnistlabError, SubmissionError
from mnistlab.grading.facts import Facts
from mnistlab.grading.folders import opening, outerzip
from mnistlab.grading.handed import File
from mnistlab.grading.isolated import sandbox, similarity
from mnistlab.grading.isolated.exam import Exam
from mnistlab.grading.isolated.measuring import drawn, graded, measured
from mnistlab.grading.isolated.sandbox import MEBI, Limits
from mnistlab.lab import drawings
from mnistlab.lab.assignment import Lab
from mnistlab.lab.weights import Weights

MOST_OF_A_FILE = 64 * MEBI
OUT_OF_MEMORY = 3  # the exit status of a child that ran out of it
CHUNK = 2**16


def files_of(given: list[dict[str, Any]]) -> list[File]:
    """Return the files of a task."""
    return [File(Path(one["path"]), one["name"], one["member"]) for one in given]


def opened(files: list[File]) -> list[tuple[str, bytes | str]]:
    """Return the bytes of each file, or why it couldn't be opened."""
    found: list[tuple[str, bytes | str]] = []
    for file in files:
        try:
            found.append((file.name, opening.read(file, MOST_OF_A_FILE)))
        except SubmissionError as why:
            found.append((file.name, str(why)))
    return found


def done(task: dict[str, Any], exam: Exam, limits: Limits) -> dict[str, Any]:
    """Return the answer to a task, in a process that keeps to the limits from here on."""
    sandbox.limit(limits)
    files = files_of(task["files"])
    contents = opened(files)
    other = opened(files_of(task.get("other", [])))
    digest = opening.digest(files)
    sandbox.close()
    if task.get("weights"):
        return {"weights": _encoded(graded(contents))}
    if task.get("digits"):
        text, problems = drawn(contents)
        return {"digits": text, "problems": problems}
    if other:
        return {"distance": _apart(contents, other)}
    facts = measured(contents, exam, task["aliases"])
    return {"facts": facts.model_copy(update={"digest": digest}).model_dump(mode="json")}


def _encoded(weights: Weights | None) -> list[dict[str, Any]]:
    """Return the arrays of a network as JSON holds them, float32; [] where there are none."""
    arrays = () if weights is None else weights.arrays
    return [{"shape": list(one.shape),
             "data": base64.b64encode(one.astype("<f4").tobytes()).decode()}
            for one in arrays]  # fmt: skip


def _apart(one: list[tuple[str, bytes | str]], other: list[tuple[str, bytes | str]]) -> float:
    """Return how far apart the networks of two submissions are."""
    first, second = graded(one), graded(other)
    if first is None or second is None:
        return float("inf")
    return similarity.distance(first.arrays, second.arrays)


# ── children ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Child:
    """A process at work on one task."""

    task: int
    process: int
    pipe: int
    until: float
    said: bytearray
    killed: str = ""


def _child(task: dict[str, Any], exam: Exam, limits: Limits, pipe: int) -> None:
    """Do a task in the process that was forked for it, which ends here."""
    status = 1
    try:
        pipe = _alone_with(pipe)
        answer = json.dumps(done(task, exam, limits)).encode()
        while answer:
            answer = answer[os.write(pipe, answer) :]
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    except BaseException as error:  # whatever it is, it ends this child alone
        os.write(pipe, type(error).__name__.encode())
    finally:
        os._exit(status)


def _alone_with(pipe: int) -> int:
    """Close every descriptor but one, so that a child can reach no other's, and return it."""
    os.dup2(pipe, 0)
    os.closerange(1, os.sysconf("SC_OPEN_MAX"))
    return 0


def _get_ready(task: dict[str, Any]) -> None:
    """Do what a child can't do any more, or would have to do each time again."""
    if task.get("other"):
        similarity.get_ready()
    for file in files_of([*task["files"], *task.get("other", [])]):
        if file.member is not None:
            with contextlib.suppress(MnistlabError, OSError):  # the child will say so
                outerzip.directory(file.path)


class Server:
    """The loop: tasks in, children at work, answers out."""

    def __init__(self, exam: Exam, limits: Limits, jobs: int) -> None:
        self.exam, self.limits, self.jobs = exam, limits, jobs
        self.waiting: deque[dict[str, Any]] = deque()
        self.children: dict[int, Child] = {}  # by pipe
        self.line = bytearray()
        self.closed = False

    def run(self) -> None:
        """Serve until the other side hangs up."""
        try:
            while not self.closed:
                while self.waiting and len(self.children) < self.jobs:
                    self._start(self.waiting.popleft())
                self._wait()
        finally:
            for child in self.children.values():
                os.kill(child.process, signal.SIGKILL)

    def _start(self, task: dict[str, Any]) -> None:
        """Fork a child for a task."""
        _get_ready(task)
        receive, send = os.pipe()
        process = os.fork()
        if not process:
            os.close(receive)
            _child(task, self.exam, self.limits, send)
        os.close(send)
        until = time.monotonic() + self.limits.wall
        self.children[receive] = Child(task["task"], process, receive, until, bytearray())

    def _wait(self) -> None:
        """Wait for a task, an answer, or a child whose time is over."""
        now = time.monotonic()
        soonest = min((child.until for child in self.children.values()), default=now + 3600)
        ready, _, _ = select.select([0, *self.children], [], [], max(0.0, soonest - now))
        for pipe in ready:
            self._take_tasks() if pipe == 0 else self._take_answer(self.children[pipe])
        for child in list(self.children.values()):
            if time.monotonic() > child.until:
                self._kill(child, "time")

    def _take_tasks(self) -> None:
        """Read what the other side sent: tasks, a line each; nothing means that it has gone."""
        given = os.read(0, CHUNK)
        self.closed = not given
        self.line += given
        *lines, rest = self.line.split(b"\n")
        self.line = bytearray(rest)
        self.waiting.extend(json.loads(line) for line in lines)

    def _take_answer(self, child: Child) -> None:
        """Read what a child says; its end is the end of the task."""
        given = os.read(child.pipe, CHUNK)
        child.said += given
        if len(child.said) > self.limits.reply:
            self._kill(child, "reply")
        elif not given:
            self._end(child)

    def _kill(self, child: Child, why: str) -> None:
        """End a child that takes too much."""
        os.kill(child.process, signal.SIGKILL)
        child.killed = why
        self._end(child)

    def _end(self, child: Child) -> None:
        """Pass on a child's answer, or what became of it."""
        del self.children[child.pipe]
        os.close(child.pipe)
        with contextlib.suppress(ProcessLookupError):  # it may have hung up, and stay
            os.kill(child.process, signal.SIGKILL)
        _, status = os.waitpid(child.process, 0)
        answer = {"failed": child.killed} if child.killed else _answer(bytes(child.said), status)
        send({"task": child.task, **answer})


def _answer(said: bytes, status: int) -> dict[str, Any]:
    """Return a child's answer, checked as everything that comes from there; or what failed."""
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGXCPU:
        return {"failed": "time"}
    if code == OUT_OF_MEMORY:
        return {"failed": "memory"}
    if code:
        return {"failed": f"signal {-code}" if code < 0 else _name_in(said)}
    try:
        answer = json.loads(said)
        if "distance" in answer:
            return {"distance": float(answer["distance"])}
        if "digits" in answer:
            return _drawn(answer)
        if "weights" in answer:
            return {"weights": [{"shape": [int(n) for n in one["shape"]], "data": str(one["data"])}
                                for one in answer["weights"]]}  # fmt: skip
        return {"facts": Facts.model_validate(answer["facts"]).model_dump(mode="json")}
    except (ValueError, RecursionError, KeyError, TypeError):
        return {"failed": "reply"}


def _drawn(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what a child says of drawings, where it keeps to the limits; else raise ValueError."""
    text, problems = answer["digits"], answer["problems"]
    if not isinstance(text, str) or not text.isascii() or len(text) > drawings.LONGEST:
        raise ValueError("no text of drawings")
    if not isinstance(problems, list) or len(problems) > 50:
        raise ValueError("no problems")
    return {"digits": text, "problems": [str(one)[:2000] for one in problems]}


def _name_in(said: bytes) -> str:
    """Return the name of the error that ended a child, or that it said something else."""
    name = said[-50:].decode(errors="replace")
    return name if name.isidentifier() else "an error"


# ── the process ─────────────────────────────────────────────────────────────────────────────────


def send(message: dict[str, Any]) -> None:
    """Send a line to the other side."""
    line = json.dumps(message).encode() + b"\n"
    while line:
        line = line[os.write(OUT, line) :]


OUT = 1


def _line() -> bytes:
    """Return the next line from the other side, and take nothing beyond it."""
    with open(0, "rb", buffering=0, closefd=False) as received:
        return received.readline()


def _keep_output_apart() -> None:
    """Let nothing but answers reach the other side: what anything prints goes to standard error."""
    global OUT
    OUT = os.dup(1)
    os.dup2(2, 1)


def _warm_up(exam: Exam) -> None:
    """Measure a network of zeros as each kind of file, so that children need import nothing."""
    from mnistlab.grading.isolated import warmup

    warmup.measure_each_kind(exam)


def main() -> None:
    """Serve the process that started this one, until one of them ends."""
    with contextlib.suppress(BrokenPipeError):  # the other side was killed
        serve()


def serve() -> None:
    """Serve the process that started this one, through standard input and output."""
    _keep_output_apart()
    spec = json.loads(_line())
    limits = Limits(**spec["limits"])
    try:
        exam = Exam.of_nothing()
        if spec["lab"] is not None:
            exam = Exam.of(Lab.model_validate(spec["lab"]), Path(spec["folder"]))
    except MnistlabError as why:
        send({"error": str(why), "kind": type(why).__name__})
        return
    _warm_up(exam)
    send({
        "test": exam.test.digest, "n_test": exam.test.count,
        "private": exam.private.digest if exam.private else "",
        "class_names": exam.class_names, "missing": sandbox.possible().missing(),
    })  # fmt: skip
    if hasattr(os, "fork") and not spec.get("single"):
        Server(exam, limits, spec["jobs"]).run()
    else:
        _serve_one(exam, limits)


def _serve_one(exam: Exam, limits: Limits) -> None:
    """Do one task in this very process; whoever started it watches the clock."""
    line = _line()
    if line:
        task = json.loads(line)
        try:
            _get_ready(task)
            send({"task": task["task"], **done(task, exam, limits)})
        except MemoryError:
            send({"task": task["task"], "failed": "memory"})
