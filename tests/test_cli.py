"""The command line as a process: what it prints where, and its exit status."""

import dataclasses
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

import mnistlab as package
from mnistlab import cli
from mnistlab.config import ExperimentConfig
from processes import mnistlab, surroundings

SMALL = ("--dataset", "iris", "--hidden-units", "4", "--epochs", "2")


def test_run_trains_saves_and_prints_a_short_table(tmp_path):
    done = mnistlab("run", "--engine", "classic", *SMALL, "--out", "here", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Epoch 2/2" in done.stdout
    for name in ("Data set", "Parameters     35", "Test accuracy", "Time", "Saved in       here"):
        assert name in done.stdout
    assert json.loads((tmp_path / "here" / "result.json").read_text())["parameters"] == 35


def test_run_in_keras_says_nothing_on_stderr(tmp_path):
    pytest.importorskip("keras")
    done = mnistlab("run", "--engine", "keras", *SMALL, "--out", "here", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "here" / "model.keras").exists()


def test_runs_get_a_folder_each(tmp_path):
    for _ in range(2):
        assert mnistlab("run", "--engine", "classic", *SMALL, home=tmp_path).returncode == 0
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert len(names) == 2
    assert all(re.fullmatch(r"\d{8}-\d{6}-classic-iris(-2)?", name) for name in names)


def test_json_is_all_there_is_on_stdout(tmp_path):
    done = mnistlab("run", "--engine", "classic", *SMALL, "--json", home=tmp_path)
    record = json.loads(done.stdout)
    assert record["config"]["epochs"] == 2
    assert record["schema_version"] == 1


def test_every_setting_reaches_the_config(tmp_path):
    done = mnistlab(
        "run", "--engine", "classic", "--dataset", "iris", "--hidden-units", "5,4",
        "--hidden-activation", "tanh", "--output-activation", "sigmoid", "--optimizer", "adam",
        "--learning-rate", "0.01", "--loss", "lecture", "--schedule", "step:3", "--epochs", "1",
        "--batch-size", "full",
        "--order", "stored", "--validation-split", "0.25", "--seed", "9",
        "--input-dropout", "0.1", "--dropout", "0.2", "--weight-decay", "0.001",
        "--ema-momentum", "0.9", "--patience", "3", "--acceptable-error", "0.5",
        "--dtype-policy", "float32", "--json",
        home=tmp_path,
    )  # fmt: skip
    assert json.loads(done.stdout)["config"] == {
        "engine": "classic", "dataset": "iris", "hidden_units": [5, 4],
        "hidden_activation": "tanh", "output_activation": "sigmoid", "optimizer": "adam",
        "learning_rate": 0.01, "loss": "lecture", "schedule": "step:3,rate=0.5", "epochs": 1,
        "batch_size": "full",
        "order": "stored", "validation_split": 0.25, "seed": 9, "input_dropout": 0.1,
        "dropout": 0.2, "weight_decay": 0.001, "ema_momentum": 0.9, "deformation": None,
        "patience": 3, "acceptable_error": 0.5, "dtype_policy": "float32",
    }  # fmt: skip


def test_run_and_compare_offer_every_setting_with_its_default():
    for verb, left_out in ((cli.run, set()), (cli.compare, {"engine"})):
        offered = inspect.signature(verb).parameters
        for one in dataclasses.fields(ExperimentConfig):
            assert (one.name in offered) == (one.name not in left_out), one.name
    said = " ".join(mnistlab("run", "--help", home="/").stdout.split())
    for option, default in [("hidden-units", 512), ("hidden-activation", "sigmoid"),
                            ("optimizer", "sgd"), ("epochs", 5), ("batch-size", 32),
                            ("order", "random"), ("validation-split", 0), ("seed", 0)]:  # fmt: skip
        text = said.split(f"--{option} ")[1]
        assert re.match(rf"[^\[]*\[default: {default}\]", text), option
        value = getattr(ExperimentConfig(), option.replace("-", "_"))
        assert default in (value, *(value if isinstance(value, tuple) else ()))


def test_compare(tmp_path):
    pytest.importorskip("keras")
    done = mnistlab("compare", *SMALL, "--out", "both", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Largest difference between their weights after each epoch" in done.stdout
    kept = json.loads((tmp_path / "both" / "comparison.json").read_text())
    assert len(kept["weight_differences"]) == 2
    assert max(kept["weight_differences"]) < 1e-5
    for name in ("comparison.png", "classic/result.json", "keras/model.keras"):
        assert (tmp_path / "both" / name).exists()


def test_data_lists_and_verifies(tmp_path):
    listed = mnistlab("data", home=tmp_path)
    assert listed.returncode == 0
    for name in ("mnist ", "mnist_5k", "iris", "digits"):
        assert name in listed.stdout
    fetched = json.loads(mnistlab("data", "mnist_5k", "--json", home=tmp_path).stdout)
    assert fetched[0]["digest"].startswith("sha256:da7d0447")


def test_version_and_help(tmp_path):
    assert mnistlab("--version", home=tmp_path).stdout == f"mnistlab {package.__version__}\n"
    assert "run" in mnistlab("--help", home=tmp_path).stdout


BAD = [
    (["run", "--dataset", "mnits"], "Did you mean 'mnist'?"),
    (["run", "--engine", "kears"], "Did you mean 'keras'?"),
    (["run", "--hidden-activation", "sigmod"], "Did you mean 'sigmoid'?"),
    (["run", "--optimizer", "namad"], "Did you mean 'nadam'?"),
    (["run", "--epoch", "3"], "--epochs"),
    (["rnu"], "Did you mean 'run'?"),
    (["run", "--learning-rate", "0,5"], "decimal point, not a comma: 0.5"),
    (["run", "--learning-rate", "fast"], "no number"),
    (["run", "--learning-rate", "nan"], "finite"),
    (["run", "--learning-rate", "inf"], "finite"),
    (["run", "--learning-rate", "0"], "above 0"),
    (["run", "--learning-rate", "-0.5"], "above 0"),
    (["run", "--batch-size", "0"], "at least 1"),
    (["run", "--batch-size", "2.5"], "whole number from 1 on"),
    (["run", "--epochs", "-1"], "at least 0"),
    (["run", "--epochs", "many"], "no whole number"),
    (["run", "--seed", "-1"], "at least 0"),
    (["run", "--hidden-units", "0"], "at least 1"),
    (["run", "--hidden-units", "128,x"], "no whole number"),
    (["run", "--validation-split", "1"], "below 1"),
    (["run", "--order", "rand"], "Did you mean 'random'?"),
    (["run", "--loss", "mse"], "mean_squared_error"),
    (["run", "--dataset", "nowhere.npz"], "does not exist"),
    (["run", "--dataset", "iris", "--path", "x.npz"], "takes no path"),
    (["compare", "--loss", "categorical_crossentropy", "--output-activation", "sigmoid"],
     "doesn't belong"),
    (["data", "mnits"], "Did you mean 'mnist'?"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=lambda a: " ".join(a) if a else "")
def test_bad_input_is_a_line_and_exit_status_2(arguments, said, tmp_path):
    done = mnistlab(*arguments, home=tmp_path, COLUMNS="200")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []  # nothing half-written, not even a folder


def test_a_folder_with_a_run_is_kept(tmp_path):
    arguments = ("run", "--engine", "classic", *SMALL, "--out", "here")
    assert mnistlab(*arguments, home=tmp_path).returncode == 0
    before = (tmp_path / "here" / "result.json").stat().st_mtime_ns
    again = mnistlab(*arguments, home=tmp_path)
    assert again.returncode == 2
    assert "already holds a run" in again.stderr
    assert (tmp_path / "here" / "result.json").stat().st_mtime_ns == before
    assert mnistlab(*arguments, "--overwrite", home=tmp_path).returncode == 0


def test_a_failure_is_exit_status_1(tmp_path):
    # A server that refuses is no mistake of the user's.
    done = mnistlab("data", "mnist", home=tmp_path, MNISTLAB_MIRROR="http://127.0.0.1:9/none",
                    HTTPS_PROXY="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")  # fmt: skip
    assert done.returncode == 1
    assert "mnist_5k" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_diverging_run_is_exit_status_1(tmp_path):
    done = mnistlab(
        "run", "--engine", "classic", *SMALL, "--hidden-activation", "relu",
        "--output-activation", "linear", "--loss", "mean_squared_error", "--epochs", "40",
        "--learning-rate", "1e9", "--out", "here", home=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Training diverged" in done.stderr
    assert not (tmp_path / "here").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("engine", ["classic", "keras"])
def test_ctrl_c_saves_what_was_reached_and_is_exit_status_130(engine, tmp_path):
    if engine == "keras":
        pytest.importorskip("keras")
    running = subprocess.Popen(
        [sys.executable, "-m", "mnistlab", "run", "--engine", engine, "--dataset", "mnist_5k",
         "--epochs", "100000", "--hidden-units", "16", "--out", "here"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env=surroundings(tmp_path),
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline().startswith("Epoch 1/")
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "saved in here" in said
    assert "Traceback" not in said
    record = json.loads((tmp_path / "here" / "result.json").read_text())
    assert record["completed"] is False
    assert 1 <= len(record["history"]["loss"]) < 100000


@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}])
@pytest.mark.parametrize("arguments", ["data", "--version", "run --help"])
def test_a_reader_that_goes_away_is_no_traceback(arguments, unbuffered, tmp_path):
    line = f"{sys.executable} -m mnistlab {arguments} | true"
    done = subprocess.run(line, shell=True, capture_output=True, text=True,
                          env=surroundings(tmp_path, **unbuffered))  # fmt: skip
    assert done.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}])
@pytest.mark.parametrize("arguments", ["data", "--version"])
def test_output_that_cannot_be_written_is_a_line_and_an_exit_status(
    arguments, unbuffered, tmp_path
):
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "mnistlab", arguments], stdout=full,
                              stderr=subprocess.PIPE, text=True,
                              env=surroundings(tmp_path, **unbuffered))  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "mnistlab: error: the output can't be written: No space left on device.\n"


def test_a_terminal_that_knows_ascii_only(tmp_path):
    done = mnistlab("run", "--engine", "classic", *SMALL, home=tmp_path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "? = 0.5" in done.stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_output_loses_no_training(tmp_path):
    line = (f"{sys.executable} -m mnistlab run --engine classic --dataset iris --epochs 2 "
            "--hidden-units 4 --out here >/dev/full")  # fmt: skip
    done = subprocess.run(line, shell=True, capture_output=True, text=True, cwd=tmp_path,
                          env=surroundings(tmp_path))  # fmt: skip
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert (tmp_path / "here" / "result.json").exists()
