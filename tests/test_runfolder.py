"""Writing a run's folder: all of it or nothing, and never over another run."""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mnistlab import runfolder
from mnistlab.errors import DivergedError, InputError, OutputError, SaveError


def text(content):
    """Return what writes a text file."""
    return lambda path: runfolder.write_text(path, content)


def fails(path):
    """Write a little, and find the disk full."""
    path.write_text("half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def tree(folder):
    """Return the paths of all that lies under a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# ── which folders can take a run ────────────────────────────────────────────────────────────────


def test_a_folder_that_is_not_there_or_empty_can_take_a_run_and_nothing_is_made(tmp_path):
    for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b", str(tmp_path / "c")):
        assert runfolder.must_take_a_run(folder) == Path(folder)
    assert tree(tmp_path) == []


def test_a_tilde_is_the_home(own_home):
    assert runfolder.must_take_a_run("~/runs/a") == own_home / "runs" / "a"


def test_other_files_may_lie_there(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert runfolder.must_take_a_run(tmp_path) == tmp_path


@pytest.mark.parametrize("name", runfolder.FILES)
def test_a_file_that_a_run_would_replace_is_kept_unless_overwriting_is_said(name, tmp_path):
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError, match=r"already holds .*overwrite=True \(--overwrite\)"):
        runfolder.must_take_a_run(tmp_path)
    assert runfolder.must_take_a_run(tmp_path, overwrite=True) == tmp_path
    assert (tmp_path / name).read_text() == "mine"


def test_what_is_in_the_way_is_named(tmp_path):
    (tmp_path / "history.csv").write_text("mine")
    (tmp_path / "weights.npz").write_text("mine")
    with pytest.raises(OutputError, match=r"already holds weights\.npz and history\.csv, and"):
        runfolder.must_take_a_run(tmp_path)
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(OutputError, match="already holds a run, and"):
        runfolder.must_take_a_run(tmp_path)


def test_a_file_is_no_folder(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        runfolder.must_take_a_run(file)
    with pytest.raises(OutputError, match="can't be written: Not a directory"):
        runfolder.must_take_a_run(file / "below")
    with pytest.raises(OutputError, match="is a file"):
        runfolder.must_take_a_run(file, overwrite=True)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_place_where_nobody_can_write_is_refused():
    with pytest.raises(OutputError, match=r"can't be written: .*\(/proc\).*folder of your own"):
        runfolder.must_take_a_run("/proc/runs/a")


def test_a_folder_that_may_not_be_written_to_is_refused(tmp_path, monkeypatch):
    def refuses(dir):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(runfolder.tempfile, "TemporaryFile", refuses)
    with pytest.raises(OutputError, match="can't be written: Permission denied"):
        runfolder.must_take_a_run(tmp_path / "a")


@pytest.mark.parametrize("name", [5, "a\0b", "a" * 300, "~nobody-of-this-name/a"])
def test_a_name_that_no_folder_can_have_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="can't be a folder: "):
        runfolder.must_take_a_run(name)
    assert issubclass(OutputError, InputError)


def test_a_new_folder_tells_time_engine_and_data_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runfolder.time, "strftime", lambda form: "20260102-030405")
    first = runfolder.new_folder("keras", "mnist")
    assert first == Path("runs", "20260102-030405-keras-mnist")
    first.mkdir(parents=True)
    assert runfolder.new_folder("keras", "mnist") == Path("runs", f"{first.name}-2")
    Path("runs", f"{first.name}-2").mkdir()
    assert runfolder.new_folder("keras", "mnist") == Path("runs", f"{first.name}-3")


def test_the_time_is_a_time():
    assert re.fullmatch(r"\d{8}-\d{6}-keras-iris", runfolder.new_folder("keras", "iris").name)


# ── writing ─────────────────────────────────────────────────────────────────────────────────────


def test_all_files_are_written_and_nothing_else_is_left(tmp_path):
    folder = tmp_path / "a" / "b"
    runfolder.write_folder(folder, {"result.json": text("{}"), "history.csv": text("epoch")})
    assert tree(folder) == ["history.csv", "result.json"]
    assert (folder / "history.csv").read_text() == "epoch"


def test_the_record_comes_last(tmp_path, monkeypatch):
    moved = []
    replace = os.replace
    monkeypatch.setattr(
        runfolder.os, "replace", lambda a, b: (moved.append(Path(b).name), replace(a, b))
    )
    runfolder.write_folder(
        tmp_path, {"result.json": text(""), "weights.npz": text(""), "history.csv": text("")}
    )
    assert moved == ["weights.npz", "history.csv", "result.json"]


def test_where_one_file_fails_none_is_left_nor_the_folders_that_were_made(tmp_path):
    with pytest.raises(SaveError) as caught:
        runfolder.write_folder(tmp_path / "a" / "b", {"history.csv": text("epoch"), "x": fails})
    assert tree(tmp_path) == []
    said = str(caught.value)
    assert said.startswith(f"The run could not be saved in {tmp_path / 'a' / 'b'}: No space left")
    assert "Nothing half-written is left" in said
    assert "(--out)" in said


def test_where_one_file_fails_what_was_there_stays(tmp_path):
    runfolder.write_folder(tmp_path, {"result.json": text("old"), "history.csv": text("old")})
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SaveError):
        runfolder.write_folder(tmp_path, {"result.json": text("new"), "history.csv": fails})
    assert tree(tmp_path) == ["history.csv", "notes.txt", "result.json"]
    assert (tmp_path / "result.json").read_text() == "old"
    assert (tmp_path / "history.csv").read_text() == "old"


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_nothing_is_left_by_any_other_error(error, tmp_path):
    def interrupted(path):
        path.write_text("half")
        raise error

    with pytest.raises(error):
        runfolder.write_folder(tmp_path / "a", {"x": interrupted})
    assert tree(tmp_path) == []


def test_a_new_run_leaves_nothing_of_the_one_it_replaces(tmp_path):
    runfolder.write_folder(tmp_path, {"result.json": text("old"), "model.keras": text("old")})
    (tmp_path / "notes.txt").write_text("mine")
    runfolder.write_folder(tmp_path, {"result.json": text("new")})
    assert tree(tmp_path) == ["notes.txt", "result.json"]
    assert (tmp_path / "result.json").read_text() == "new"


def test_a_folder_whose_parent_may_not_be_written_to_takes_a_run(tmp_path, monkeypatch):
    # A mounted disk, say: the files are prepared inside the folder, and not beside it.
    folder = tmp_path / "disk"
    folder.mkdir()
    made = []
    make = runfolder.tempfile.mkdtemp

    def made_in(prefix, dir):
        made.append(dir)
        return make(prefix=prefix, dir=dir)

    monkeypatch.setattr(runfolder.tempfile, "mkdtemp", made_in)
    runfolder.write_folder(folder, {"result.json": text("{}")})
    assert made == [folder]


def test_the_reason_is_the_systems_where_a_picture_tells_of_it(tmp_path):
    def picture(path):
        try:
            fails(path)
        except OSError as why:
            raise SaveError("The picture could not be written.") from why

    with pytest.raises(SaveError, match=r": No space left on device\. Nothing half-written"):
        runfolder.write_folder(tmp_path, {"curves.png": picture})


def test_text_is_utf8_with_the_same_bytes_on_every_system(tmp_path):
    runfolder.write_text(tmp_path / "a", "β\n")
    assert (tmp_path / "a").read_bytes() == b"\xce\xb2\n"


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────


def test_a_record_becomes_json():
    record = {"loss": 0.5, "history": {"loss": [0.5]}, "source": "β"}
    said = runfolder.as_json(record)
    assert json.loads(said) == record
    assert "β" in said
    assert said.endswith("}\n")


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
def test_figures_that_json_cant_hold_are_named(odd):
    record = {"test_loss": odd, "history": {"loss": [0.5, odd], "seconds": [1.0]}, "seconds": {}}
    with pytest.raises(DivergedError, match=r"infinite: test_loss, history\.loss\. .*smaller"):
        runfolder.as_json(record)


# ── a disk that is full ─────────────────────────────────────────────────────────────────────────

FULL_DISK = """
import resource, sys
from mnistlab import run_experiment
from mnistlab.errors import SaveError

engine, folder, units, spare = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
result = run_experiment(dataset="iris", engine=engine, hidden_units=units, epochs=1, verbose=0)
if spare < 0:  # the limit is one byte less than the largest file
    whole = result.save(folder + "-whole").folder
    largest = max(whole.iterdir(), key=lambda file: file.stat().st_size)
    print(largest.name)
    spare = largest.stat().st_size - 1
result.learning_curves()  # matplotlib fills its cache of fonts
resource.setrlimit(resource.RLIMIT_FSIZE, (spare, spare))
try:
    result.save(folder)
except SaveError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file sizes")
@pytest.mark.parametrize(
    ("engine", "units", "room", "first_to_fail"),
    [
        ("classic", 4, 8_000, ""),  # the weights do, the pictures don't
        ("keras", 5_000, -1, "model.keras"),  # everything else does
    ],
)
def test_a_disk_that_fills_while_saving_leaves_nothing(
    engine, units, room, first_to_fail, tmp_path
):
    folder = tmp_path / "a" / "b"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, engine, str(folder), str(units), str(room)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    *before, said = done.stdout.splitlines()
    assert before == ([first_to_fail] if first_to_fail else [])
    assert said.startswith(f"The run could not be saved in {folder}: File too large. Nothing")
    assert not folder.exists()
    assert not list(tmp_path.rglob("*partial*"))
    assert (done.returncode, done.stderr) == (0, "")


def write(text):
    return lambda path: path.write_text(text)


def test_a_save_that_fails_keeps_the_run_that_lay_there(tmp_path):
    runfolder.write_folder(tmp_path, {"history.csv": write("old"), "result.json": write("old")})
    (tmp_path / "weights.npz").mkdir()  # in the way of a file: it can be moved, and is put back
    (tmp_path / "weights.npz" / "kept").touch()

    def fail(path):
        raise OSError(28, "No space left on device")

    with pytest.raises(SaveError, match="No space left"):
        runfolder.write_folder(tmp_path, {"history.csv": write("new"), "result.json": fail})
    assert (tmp_path / "result.json").read_text() == "old"
    assert (tmp_path / "history.csv").read_text() == "old"
    assert (tmp_path / "weights.npz" / "kept").exists()


def test_a_move_that_fails_puts_the_old_files_back(tmp_path, monkeypatch):
    runfolder.write_folder(tmp_path, {"history.csv": write("old"), "result.json": write("old")})
    replace = os.replace

    def fail_on_the_record(source, target):
        if target == tmp_path / "result.json" and "old" not in str(source):
            raise OSError(5, "Input/output error")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_on_the_record)
    with pytest.raises(SaveError):
        runfolder.write_folder(tmp_path, {"history.csv": write("new"), "result.json": write("new")})
    assert (tmp_path / "result.json").read_text() == "old"
    assert (tmp_path / "history.csv").read_text() == "old"


def test_of_two_runs_that_end_in_one_folder_the_first_is_kept(tmp_path):
    runfolder.write_folder(tmp_path, {"result.json": write("first")})
    with pytest.raises(OutputError, match="already holds a run"):
        runfolder.write_folder(tmp_path, {"result.json": write("second")}, overwrite=False)
    assert (tmp_path / "result.json").read_text() == "first"


def test_a_folder_in_which_a_run_is_being_saved(tmp_path):
    lock = tmp_path / runfolder.LOCK
    lock.touch()
    with pytest.raises(OutputError, match="being saved"):
        runfolder.write_folder(tmp_path, {"result.json": write("second")})
    os.utime(lock, (1, 1))  # left by a process that died
    runfolder.write_folder(tmp_path, {"result.json": write("second")})
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("out", ["", "  "])
def test_a_blank_name_is_no_folder(out):
    with pytest.raises(OutputError, match="blank"):
        runfolder.must_take_a_run(out)


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_a_link_that_leads_nowhere_is_no_folder(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="leads nowhere"):
        runfolder.must_take_a_run(tmp_path / "link")
