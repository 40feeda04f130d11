"""The grader's side of the process that reads hostile files: tasks out, Facts in, in order.

This process reads none of a submission's bytes; it keeps the other one at work and alive.

Example:
    >>> with Pool(lab, folder) as pool:                                    # doctest: +SKIP
    ...     facts = list(pool.facts([Task(attempt.files, ("ada",))]))
"""

import base64
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mnistlab
from mnistlab import errors
from mnistlab.errors import MnistlabError
from mnistlab.grading.facts import Facts
from mnistlab.grading.handed import File
from mnistlab.grading.isolated.sandbox import Limits
from mnistlab.lab.assignment import Lab

AHEAD = 8  # tasks for each job that are given out before the first of them is done
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "USERPROFILE",
             "LOCALAPPDATA", "XDG_CACHE_HOME", "MNISTLAB_DATA", "MNISTLAB_CACHE", "KERAS_HOME",
             "LD_LIBRARY_PATH", "VIRTUAL_ENV")  # fmt: skip
FAILED = {
    "time": "Reading what was handed in took longer than one submission may. Let mnistlab.submit "
            "write it again, and hand in that file.",
    "memory": "Reading what was handed in took more memory than one submission may. Let "
              "mnistlab.submit write it again, and hand in that file.",
    "reply": "What was handed in holds more text than one submission may. Let mnistlab.submit "
             "write it again, and hand in that file.",
}  # fmt: skip
CRASHED = ("Reading what was handed in broke off, as damaged files can make it. Let "
           "mnistlab.submit write it again, and hand in that file.")  # fmt: skip


@dataclass(frozen=True)
class Task:
    """A submission to measure, or two whose networks are to be compared.

    Attributes:
        files: of the submission.
        aliases: the ids of its student.
        other: the files of the second submission.
        weights: whether the network itself is asked for.
        digits: whether the drawings in its worksheet are.
    """

    files: Sequence[File]
    aliases: Sequence[str] = ()
    other: Sequence[File] = ()
    weights: bool = False
    digits: bool = False

    def as_message(self, number: int) -> dict[str, Any]:
        """Return what is sent."""
        return {"task": number, "files": _files(self.files), "aliases": list(self.aliases),
                "other": _files(self.other), "weights": self.weights,
                "digits": self.digits}  # fmt: skip


def _files(files: Sequence[File]) -> list[dict[str, Any]]:
    return [{"path": os.path.abspath(one.path), "name": one.name, "member": one.member}
            for one in files]  # fmt: skip


class Pool:
    """Measures submissions in processes of their own.

    Args:
        lab: what they are measured by; None: nothing is measured, only drawings are read.
        folder: where lab.toml lies, and its test data.
        jobs: how many at once; None: one for each core.
        limits: what one submission may use.
        single: a process for each submission, as where the system can't fork.

    Attributes:
        test_data, private_data: digests.
        n_test: how many patterns are tested with.
        class_names: what each class is called; (): their numbers.
        missing: what this system can't limit, in sentences.

    Raises:
        MnistlabError: the test data can't be had, or don't fit the network.
    """

    def __init__(
        self,
        lab: Lab | None,
        folder: Path,
        jobs: int | None = None,
        limits: Limits | None = None,
        single: bool = not hasattr(os, "fork"),
    ) -> None:
        self.jobs = jobs or cores()
        self.limits = limits or Limits()
        self.single = single
        self._spec = {
            "lab": lab and lab.model_dump(mode="json"), "folder": str(folder.resolve()),
            "limits": dataclasses.asdict(self.limits), "jobs": self.jobs, "single": single,
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ── the other process ───────────────────────────────────────────────────────────────────────

    def _start(self) -> None:
        """Start it, and wait until it is ready."""
        self.close()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-B", "-c", PROGRAM], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=surroundings(), start_new_session=True,
        )  # fmt: skip
        self._send(self._spec)
        ready = self._receive()
        if ready is None or "error" in ready:
            self.close()
            raise _reason(ready)
        self.test_data, self.private_data = str(ready["test"]), str(ready["private"])
        self.class_names = tuple(map(str, ready["class_names"]))
        self.n_test, self.missing = int(ready["n_test"]), tuple(ready["missing"])

    def close(self) -> None:
        """End it, and every child of it."""
        if self._process is None:
            return
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _send(self, message: dict[str, Any]) -> None:
        """Send a line; where nobody reads any more, the next answer will be none."""
        assert self._process is not None and self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def _receive(self) -> dict[str, Any] | None:
        """Return the next answer; None where the process has ended."""
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    # ── tasks ───────────────────────────────────────────────────────────────────────────────────

    def facts(self, tasks: Iterable[Task]) -> Iterator[Facts]:
        """Yield the Facts of each submission, in the order of the tasks."""
        for answer in self._answers(tasks):
            yield facts_of(answer)

    def distances(self, tasks: Iterable[Task]) -> Iterator[float | None]:
        """Yield how far apart the networks of each two submissions are; None: it can't be said."""
        for answer in self._answers(tasks):
            yield answer.get("distance")

    def digits(self, tasks: Iterable[Task]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the drawings of each submission as a text, or "" and why there are none.

        The text is at most `drawings.LONGEST` characters of ASCII, and has yet to be read.
        """
        for answer in self._answers(tasks):
            if "digits" in answer:
                yield str(answer["digits"]), tuple(map(str, answer["problems"]))
            else:
                yield "", facts_of(answer).problems

    def weights(self, files: Sequence[File]) -> list[NDArray[np.float32]] | None:
        """Return the arrays of a submission's network; None: it can't be had, or is too large."""
        (answer,) = self._answers([Task(files, weights=True)])
        try:
            arrays = [np.frombuffer(base64.b64decode(one["data"]), "<f4").reshape(one["shape"])
                      for one in answer["weights"]]  # fmt: skip
        except (KeyError, ValueError):
            return None
        return arrays or None

    def _answers(self, tasks: Iterable[Task]) -> Iterator[dict[str, Any]]:
        """Yield an answer for each task, in their order; a few are always under way."""
        if self.single:
            yield from map(self._alone, tasks)
            return
        given: dict[int, tuple[Task, int]] = {}
        done: dict[int, dict[str, Any]] = {}
        numbers: Iterator[tuple[int, Task | None]] = enumerate(tasks)
        following, more = 0, True
        while given or done or more:
            while more and len(given) + len(done) < AHEAD * self.jobs:
                number, task = next(numbers, (-1, None))
                if task is None:
                    more = False
                    break
                given[number] = (task, 0)
                self._send(task.as_message(number))
            if following in done:
                yield done.pop(following)
                following += 1
            elif given:
                self._take(given, done)

    def _take(self, given: dict[int, tuple[Task, int]], done: dict[int, dict[str, Any]]) -> None:
        """Take the next answer; where the process died, start another with what was under way."""
        answer = self._receive()
        if answer is not None:
            given.pop(answer["task"])
            done[answer["task"]] = answer
            return
        self._start()
        for number, (task, times) in sorted(given.items()):
            if times:  # it was under way when a process died, twice
                del given[number]
                done[number] = {"failed": "its process was ended"}
            else:
                given[number] = (task, 1)
                self._send(task.as_message(number))

    def _alone(self, task: Task) -> dict[str, Any]:
        """Return the answer of a process that is started for this task, and ends with it."""
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None
        watch = threading.Timer(self.limits.wall, process.kill)
        watch.start()
        self._send(task.as_message(0))
        answer = self._receive()
        late = not watch.is_alive()
        watch.cancel()
        self.close()
        return answer or {"failed": "time" if late else "its process was ended"}


PROGRAM = "from mnistlab.grading.isolated.server import main; main()"


def surroundings() -> dict[str, str]:
    """Return the environment of the process: this very package, one thread, no plugins of HDF5."""
    here = str(Path(mnistlab.__file__).resolve().parent.parent)
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**kept, "PYTHONPATH": here, "PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1",
            "HDF5_PLUGIN_PRELOAD": "::"}  # fmt: skip


def _reason(ready: dict[str, Any] | None) -> MnistlabError:
    """Return why the other process didn't begin."""
    if ready is None:
        return MnistlabError("The process that reads submissions ended before it had begun; its "
                             "last words stand above.")  # fmt: skip
    kind: type[MnistlabError] = getattr(errors, ready["kind"])
    return kind(ready["error"])


def facts_of(answer: dict[str, Any]) -> Facts:
    """Return an answer's Facts; where there is none, why not."""
    if "facts" in answer:
        return Facts.model_validate(answer["facts"])
    why = str(answer.get("failed", "no answer"))
    notes = () if why in FAILED else (f"Its process ended: {why}.",)
    return Facts(digest="", problems=(FAILED.get(why, CRASHED),), notes=notes)


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
