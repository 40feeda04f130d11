"""The process that reads what was handed in: in order, isolated, ended when it takes too much."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnistlab.errors import InputError
from mnistlab.grading.handed import File
from mnistlab.grading.isolated.pool import Pool, Task
from mnistlab.grading.isolated.sandbox import Limits
from mnistlab.lab.students import personal_seed
from tiny_class import hand_in, small_lab, small_run


def task(path, *aliases):
    """Return the task of one file."""
    return Task([File(Path(path), Path(path).name)], aliases)


@pytest.mark.parametrize("single", [False, True])
def test_facts_come_in_the_order_of_the_tasks(tmp_path, single):
    names = ["ada", "bob", "cyd"]
    paths = [hand_in(tmp_path, name) for name in names]
    with Pool(small_lab(), tmp_path, jobs=2, single=single) as pool:
        found = list(pool.facts(task(path, name) for path, name in zip(paths, names, strict=True)))
    assert [one.student for one in found] == names
    assert [one.seed for one in found] == [personal_seed(name) for name in names]
    assert [one.measured_accuracy for one in found] == [
        small_run(name).test_accuracy for name in names
    ]
    assert all(one.digest.startswith("sha256:") and not one.problems for one in found)


def test_nothing_else_is_read_than_what_is_given(tmp_path):
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        essay = tmp_path / "essay.pdf"
        essay.write_bytes(b"%PDF-1.7")
        (found,) = pool.facts([task(essay, "ada")])
        (nothing,) = pool.facts([Task([], ["ada"])])
    assert "is a PDF" in found.problems[0]
    assert "Nothing was handed in" in nothing.problems[0]
    assert found.measured_accuracy is None


def test_the_best_of_several_files_is_graded(tmp_path):
    good = hand_in(tmp_path, "ada", entries={"answers": {"why": "So."}})
    run = tmp_path / "run"
    small_run("bob").save(run)
    bad = tmp_path / "notes.txt"
    bad.write_text("Dear tutor,")
    files = [File(one, one.name) for one in (bad, run / "weights.npz", good, run / "result.json")]
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        (found,) = pool.facts([Task(files, ["ada"])])
    assert (found.file, found.source, found.student) == ("ada.zip", "zip", "ada")
    assert found.answers == {"why": "So."}
    assert found.problems == ()  # of files that weren't needed
    assert any("2 files with a network" in note for note in found.notes)


def test_plain_weights_take_the_claim_that_lies_beside_them(tmp_path):
    small_run("ada").save(tmp_path / "run")
    files = [File(tmp_path / "run" / name, name) for name in ("weights.npz", "result.json")]
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        (found,) = pool.facts([Task(files, ["ada"])])
    assert found.source == "npz"
    assert found.claimed_accuracy == found.measured_accuracy


def test_the_personal_seed_is_that_of_the_student_and_not_of_a_stated_other(tmp_path):
    entries = {"numbers": {"unit_3": 0.5}}
    path = hand_in(tmp_path, "ada", entries=entries)
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        own, alias, other = pool.facts(
            [task(path, "ada"), task(path, "4711", "ADA"), task(path, "bob")]
        )
        (bobs,) = pool.facts([task(hand_in(tmp_path, "bob", entries=entries), "bob")])
    assert own.expected == alias.expected
    assert own.expected != other.expected == bobs.expected


def spec_that(code):
    """Return a program in which each child does something before it measures."""
    return ("from mnistlab.grading.isolated import server\n"
            "honest = server.measured\n"
            "def measured(files, exam, aliases):\n"
            f"    if files[0][0] == 'bad.zip':\n        {code}\n"
            "    return honest(files, exam, aliases)\n"
            "server.measured = measured\n"
            "server.main()")  # fmt: skip


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "PermissionError"),
        ("[].append(bytearray(2**40))", "more memory"),
        ("list(iter(int, 1))", "(more memory|longer)"),
        ("exec('while True: pass')", "longer"),
        ("raise SystemExit", "broke off"),
        ("return open('/etc/passwd').read()", "PermissionError"),
        ("return 'x'", "AttributeError"),
        ("return honest([], exam, []).model_copy(update={'notes': ('x' * 9_000_000,)})",
         "more text"),
        ("return honest([], exam, []).model_copy(update={'notes': ('x' * 3000,)})", "more text"),
    ],
)  # fmt: skip
def test_a_child_that_goes_wrong_costs_itself_alone(tmp_path, monkeypatch, code, said):
    monkeypatch.setattr("mnistlab.grading.isolated.pool.PROGRAM", spec_that(code))
    good, bad = hand_in(tmp_path, "ada"), hand_in(tmp_path, "bob", "bad.zip")
    limits = Limits(memory=300 * 2**20, seconds=2, wall=6.0)
    with Pool(small_lab(), tmp_path, jobs=2, limits=limits) as pool:
        before, wrong, after = pool.facts([task(good, "ada"), task(bad, "bob"), task(good, "ada")])
    assert before == after
    assert before.measured_accuracy == small_run("ada").test_accuracy
    assert wrong.measured_accuracy is None
    assert re.search(said, " ".join((*wrong.problems, *wrong.notes))), wrong.problems
    assert "Error" not in wrong.problems[0]  # that is for the instructor


def test_a_process_that_dies_is_started_again(tmp_path):
    paths = [hand_in(tmp_path, name) for name in ("ada", "bob", "cyd")]
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        found = pool.facts([task(path, path.stem) for path in paths])
        first = next(found)
        pool._process.kill()
        rest = list(found)
    assert [one.student for one in (first, *rest)] == ["ada", "bob", "cyd"]


def test_a_submission_that_kills_the_process_twice_is_given_up(tmp_path, monkeypatch):
    code = ("import mnistlab.grading.isolated.server as s, os, signal\n"
            "start = s.Server._start\n"
            "def _start(self, task):\n"
            "    if task['files'][0]['name'] == 'bad.zip': os.kill(os.getpid(), signal.SIGKILL)\n"
            "    start(self, task)\n"
            "s.Server._start = _start\ns.main()")  # fmt: skip
    monkeypatch.setattr("mnistlab.grading.isolated.pool.PROGRAM", code)
    good, bad = hand_in(tmp_path, "ada"), hand_in(tmp_path, "bob", "bad.zip")
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        wrong, fine = pool.facts([task(bad, "bob"), task(good, "ada")])
    assert "broke off" in wrong.problems[0]
    assert fine.problems == () or "broke off" in fine.problems[0]


def test_networks_are_compared_where_files_are_read(tmp_path):
    one, other = hand_in(tmp_path, "ada"), hand_in(tmp_path, "bob")
    pairs = [Task([File(one, "a")], other=[File(b, "b")]) for b in (one, other)]
    with Pool(small_lab(), tmp_path) as pool:
        same, apart = pool.distances(pairs)
    assert same == 0 < 0.5 < apart


def test_test_data_that_dont_fit_are_an_error_before_anything_is_measured(tmp_path):
    with pytest.raises(InputError, match="isn't there"):
        Pool(small_lab('test_data = "nowhere.npz"'), tmp_path)


def test_nothing_of_the_other_process_stays(tmp_path):
    pool = Pool(small_lab(), tmp_path, jobs=1)
    process = pool._process.pid
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes end otherwise there")
def test_the_other_process_ends_with_a_grader_that_is_killed(tmp_path):
    code = ("import sys, time\nfrom pathlib import Path\nfrom tiny_class import small_lab\n"
            "from mnistlab.grading.isolated.pool import Pool\npool = Pool(small_lab(), Path('.'))\n"
            "print(pool._process.pid, flush=True)\ntime.sleep(600)")  # fmt: skip
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                              cwd=Path(__file__).parent)  # fmt: skip
    process = int(grader.stdout.readline())
    watch = os.pidfd_open(process)
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    import select

    assert select.select([watch], [], [], 30)[0], "it still runs"
    os.close(watch)


def test_modules_in_the_folder_at_hand_are_not_imported(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    monkeypatch.chdir(tmp_path)
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        assert pool.n_test == 359


def test_the_network_itself_can_be_had(tmp_path):
    path = hand_in(tmp_path, "ada")
    with Pool(small_lab(), tmp_path, jobs=1) as pool:
        arrays = pool.weights(task(path).files)
        nothing = pool.weights(task(tmp_path / "absent.zip").files)
    for ours, theirs in zip(small_run("ada").network.get_weights(), arrays, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert nothing is None
