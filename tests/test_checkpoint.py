"""The file with the state of a training: whole or not there, its own training's or an error."""

import errno
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from mnistlab import checkpoint
from mnistlab.checkpoint import LATEST, PREVIOUS, Checkpoint, State
from mnistlab.errors import InputError

WHO = {"config": {"epochs": 5, "hidden_units": [8]}, "data": "sha256:1"}


def state(epoch=1, batch=3):
    arrays = {"w": np.arange(6, dtype=np.float32).reshape(2, 3) + epoch, "n": np.array(7)}
    return State(epoch, batch, arrays, {"total": 0.1 + 0.2}, {"loss": [1 / 3]})


def same(a, b):
    assert (a.epoch, a.batch, dict(a.sums), dict(a.history)) == (
        b.epoch, b.batch, dict(b.sums), dict(b.history))  # fmt: skip
    assert list(a.arrays) == list(b.arrays)
    for name in a.arrays:
        assert a.arrays[name].dtype == b.arrays[name].dtype
        assert a.arrays[name].tobytes() == b.arrays[name].tobytes()


def test_a_new_folder_holds_no_state(tmp_path):
    assert Checkpoint(tmp_path / "a" / "b", WHO).state is None


def test_what_was_kept_is_there_again_to_the_last_bit(tmp_path):
    Checkpoint(tmp_path, WHO).keep(state())
    same(Checkpoint(tmp_path, WHO).state, state())


def test_one_file_for_the_state_and_the_one_before_it(tmp_path):
    kept = Checkpoint(tmp_path, WHO)
    for epoch in (1, 2, 3):
        kept.keep(state(epoch))
    assert sorted(os.listdir(tmp_path)) == [LATEST, PREVIOUS]
    assert checkpoint.read(tmp_path).state.epoch == 3
    (tmp_path / LATEST).unlink()
    assert checkpoint.read(tmp_path).state.epoch == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[:-9] + bytes(9),
        lambda content: b"PK" + content,
        lambda content: content[:300] + bytes([content[300] ^ 1]) + content[301:],
    ],
    ids=["half", "empty", "end", "start", "one bit"],
)
def test_of_a_damaged_state_the_one_before_serves_and_it_is_said(tmp_path, damage, capsys):
    kept = Checkpoint(tmp_path, WHO)
    kept.keep(state(1))
    kept.keep(state(2))
    file = tmp_path / LATEST
    file.write_bytes(damage(file.read_bytes()))
    same(Checkpoint(tmp_path, WHO).state, state(1))
    assert "damaged, and the one before it serves: epoch 2, batch 3" in capsys.readouterr().err


def test_where_none_can_be_read_it_is_an_error_that_says_what_to_do(tmp_path):
    Checkpoint(tmp_path, WHO).keep(state())
    (tmp_path / LATEST).write_bytes(b"x")
    with pytest.raises(InputError, match=r"latest\.checkpoint: it is no checkpoint.*another"):
        Checkpoint(tmp_path, WHO)


def test_another_training_is_an_error_that_names_the_difference(tmp_path):
    Checkpoint(tmp_path, WHO).keep(state())
    other = {"config": {"epochs": 9, "hidden_units": [8]}, "data": "sha256:1"}
    with pytest.raises(InputError, match="epochs was 5 and is 9.*another folder"):
        Checkpoint(tmp_path, other)


def test_a_difference_within_a_long_text_or_a_digest_is_told_in_a_few_words(tmp_path):
    rest = ", 'weight_decay': None, 'clipnorm': None, 'use_ema': False, 'ema_momentum': 0.99}"
    there = {"optimizer": "SGD {'learning_rate': 0.5" + rest, "betas": "cbd017f85d654bf2"}
    here = {"optimizer": "SGD {'learning_rate': 5.0" + rest, "betas": "0bd017f85d654bf2"}
    Checkpoint(tmp_path, there).keep(state())
    with pytest.raises(InputError) as caught:
        Checkpoint(tmp_path, here)
    told = """optimizer was "'learning_rate': 0.5" and is "'learning_rate': 5.0"; betas differs. """
    assert told in str(caught.value)


def test_a_newer_version_is_an_error_that_says_update(tmp_path):
    Checkpoint(tmp_path, WHO).keep(state())
    file = tmp_path / LATEST
    file.write_bytes(file.read_bytes().replace(b"checkpoint 1", b"checkpoint 2", 1))
    with pytest.raises(InputError, match="newer mnistlab"):
        Checkpoint(tmp_path, WHO)


def test_nothing_is_unpickled(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, ("touch " + str(tmp_path / "evil"),)

    bad = State(1, 0, {"w": np.array([Evil()], dtype=object)})
    checkpoint.write(tmp_path, WHO, bad)  # as a hostile file would hold it
    with pytest.raises(InputError, match="No checkpoint"):
        Checkpoint(tmp_path, WHO)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("folder", ["", "  ", "a\0b", 7])
def test_a_folder_that_is_none(folder):
    with pytest.raises(InputError, match="checkpoint="):
        Checkpoint(folder, WHO)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="can't be used as a folder"):
        Checkpoint(tmp_path / "file", WHO)


def test_where_it_cant_be_written_training_goes_on_and_one_line_says_so(
    tmp_path, monkeypatch, capsys
):
    kept = Checkpoint(tmp_path, WHO)
    kept.keep(state(1))

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    kept.keep(state(2))
    kept.keep(state(3))
    assert capsys.readouterr().err.count("No space left on device. Training goes on") == 1
    assert os.listdir(tmp_path) == [LATEST]
    assert checkpoint.read(tmp_path).state.epoch == 1
    monkeypatch.undo()
    kept.keep(state(4))
    assert checkpoint.read(tmp_path).state.epoch == 4


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_disk_that_is_really_full(tmp_path):
    code = (
        "import resource, sys\n"
        "import numpy as np\n"
        "from mnistlab.checkpoint import Checkpoint, State\n"
        "kept = Checkpoint(sys.argv[1], {})\n"
        "kept.keep(State(1, 0, {'w': np.zeros(10)}))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "kept.keep(State(2, 0, {'w': np.zeros(100000)}))\n"
        "print(Checkpoint(sys.argv[1], {}).state.epoch)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert done.stdout.strip() == "1", done.stderr
    assert "no checkpoint could be written" in done.stderr


def test_what_a_killed_process_left_behind_goes(tmp_path):
    kept = Checkpoint(tmp_path, WHO)
    kept.keep(state())
    (tmp_path / f".{LATEST}.{2**30}.abcd.tmp").write_bytes(b"half")
    same(Checkpoint(tmp_path, WHO).state, state())
    assert os.listdir(tmp_path) == [LATEST]


def sealed(folder, members, compressed=False):
    """Write a file whose first lines are right, whatever it holds."""
    archive = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(archive, **members)
    content = archive.getvalue()
    digest = hashlib.sha256(content).hexdigest().encode()
    (folder / LATEST).write_bytes(b"mnistlab checkpoint 1\n" + digest + b"\n" + content)


def header(**changed):
    about = {"identity": WHO, "epoch": 1, "batch": 0, "sums": {}, "history": {"loss": [0.5]}}
    return np.frombuffer(json.dumps({**about, **changed}).encode(), np.uint8)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"header": np.frombuffer(b"[" * 100_000, np.uint8)},
        {"header": np.frombuffer(b"[1]", np.uint8)},
        {"header": header(identity=5)},
        {"header": header(epoch="1")},
        {"header": header(epoch=True)},
        {"header": header(epoch=-1)},
        {"header": header(batch=1.5)},
        {"header": header(history=5)},
        {"header": header(history={"loss": 5})},
        {"header": header(history={"loss": [0.5, 0.4]})},
        {"header": header(sums={"loss": "much"})},
        {"header": header(), "w": np.array(["text"])},
    ],
)
def test_a_sealed_file_with_other_content_is_damaged_too(members, tmp_path):
    sealed(tmp_path, members)
    with pytest.raises(InputError, match=r"No checkpoint .* can be read"):
        Checkpoint(tmp_path, WHO)


def test_a_file_that_would_swell_is_refused_unread(tmp_path):
    sealed(tmp_path, {"header": header(), "w": np.zeros(10_000_000)}, compressed=True)
    with pytest.raises(InputError, match="a compressed member"):
        Checkpoint(tmp_path, WHO)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_checkpoint(tmp_path):
    os.mkfifo(tmp_path / LATEST)
    with pytest.raises(InputError, match="it is no file"):
        Checkpoint(tmp_path, WHO)


@pytest.mark.parametrize("version", [b"0", b"001", b"", b"x"])
def test_versions_that_are_none(version, tmp_path):
    Checkpoint(tmp_path, WHO).keep(state())
    file = tmp_path / LATEST
    file.write_bytes(file.read_bytes().replace(b"checkpoint 1", b"checkpoint " + version, 1))
    with pytest.raises(InputError, match="it is no checkpoint"):
        Checkpoint(tmp_path, WHO)


def test_a_folder_is_made_with_the_first_state_and_again_where_it_went(tmp_path):
    kept = Checkpoint(tmp_path / "new", WHO)
    assert not (tmp_path / "new").exists()
    kept.keep(state(1))
    shutil.rmtree(tmp_path / "new")
    kept.keep(state(2))
    assert checkpoint.read(tmp_path / "new").state.epoch == 2
    assert kept.serves


def test_the_file_that_another_process_writes_now_stays(tmp_path):
    aside = tmp_path / f".{LATEST}.{os.getppid()}.abcd.tmp"
    aside.write_bytes(b"half")
    assert checkpoint.read(tmp_path) is None
    assert aside.exists()
