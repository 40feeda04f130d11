"""result.draw() and `mnistlab demo`: from a run, also a loaded one, to its page."""

import json
import re

import numpy as np
import pytest

from mnistlab.datasets import load_data
from mnistlab.errors import InputError, SaveError
from mnistlab.experiment import run_experiment
from mnistlab.results import ExperimentResult
from processes import mnistlab
from test_demo_exporter import given_in


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """Return a saved run on scikit-learn's 8×8 digits."""
    folder = tmp_path_factory.mktemp("runs") / "mine"
    return run_experiment(dataset="digits", engine="classic", hidden_units=12, epochs=2,
                          verbose=0, out=folder)  # fmt: skip


@pytest.fixture(scope="module")
def own():
    """Return a data set of one's own: 30 images of 5×4."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (30, 5, 4), np.uint8), np.arange(30) % 3
    return {"x_train": x, "y_train": y, "x_test": x[:9], "y_test": y[:9]}


def test_a_result_draws_its_page(digits):
    given = given_in(digits.draw(images=50))
    assert [run["name"] for run in given["runs"]] == ["mine"]
    assert given["runs"][0]["sizes"] == [64, 12, 10]
    assert given["runs"][0]["beta"] == 0.5
    assert "accuracy" in given["runs"][0]["about"]
    assert given["data"]["shape"] == [8, 8, 1]
    assert given["data"]["scale"] == 16
    assert len(given["data"]["labels"]) == 50


def test_a_loaded_run_finds_its_test_images_again(digits, capfd):
    loaded = ExperimentResult.load(digits.folder)
    assert loaded.data is None
    assert loaded.draw().html == digits.draw().html
    assert capfd.readouterr().err == ""


def test_data_of_another_digest_are_not_taken_for_the_runs_own(digits, tmp_path, capfd):
    record = json.loads((digits.folder / "result.json").read_text())
    record["dataset"]["digest"] = "sha256:0"
    digits.save(tmp_path / "other")
    (tmp_path / "other" / "result.json").write_text(json.dumps(record))
    page = ExperimentResult.load(tmp_path / "other").draw()
    assert "images" not in given_in(page)["data"]
    assert "There are no test images in this page. The digits that is here isn" in page.html
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("name", ["/etc/passwd", "own.npz", "http://a/b.npz", "\x1b[2J`touch x`"])
def test_a_name_that_is_no_data_set_is_neither_opened_nor_run_nor_printed_raw(
    digits, name, tmp_path, capfd, monkeypatch
):
    run_experiment(dataset="digits", engine="classic", hidden_units=4, epochs=0, verbose=0,
                   out=tmp_path / "run")  # fmt: skip
    record = json.loads((tmp_path / "run" / "result.json").read_text())
    record["dataset"]["name"] = name
    (tmp_path / "run" / "result.json").write_text(json.dumps(record))
    opened = []
    monkeypatch.setattr("mnistlab.datasets.unscaled", lambda *given: opened.append(given))
    assert "images" not in given_in(ExperimentResult.load(tmp_path / "run").draw())["data"]
    said = capfd.readouterr().err
    assert opened == [] and "\x1b" not in said and "mnistlab data" not in said
    assert "is no name of the package's, but data of your own" in said


def test_data_of_ones_own_are_named_by_path(own, tmp_path, capfd):
    result = run_experiment(dataset=own, engine="classic", hidden_units=4, epochs=1, verbose=0,
                            out=tmp_path / "run")  # fmt: skip
    assert len(given_in(result.draw())["data"]["labels"]) == 9
    loaded = ExperimentResult.load(tmp_path / "run")
    assert "images" not in given_in(loaded.draw())["data"]
    assert "name its file with path= (--path)" in capfd.readouterr().err
    np.savez(tmp_path / "own.npz", **own)
    assert loaded.draw(path=tmp_path / "own.npz").html == result.draw(names=["run"]).html
    own["x_test"] = own["x_test"][::-1]
    np.savez(tmp_path / "other.npz", **own)
    with pytest.raises(InputError, match="holds other data than the run was trained on"):
        loaded.draw(path=tmp_path / "other.npz")


def test_two_results_side_by_side(digits):
    before = run_experiment(dataset="digits", engine="classic", hidden_units=8, epochs=0,
                            hidden_activation="relu", optimizer="adam", verbose=0)  # fmt: skip
    page = before.draw(digits, names=["before", "after"])
    runs = given_in(page)["runs"]
    assert [run["name"] for run in runs] == ["before", "after"]
    assert [run["activations"] for run in runs] == [["relu", "softmax"], ["sigmoid", "softmax"]]
    assert [run["beta"] for run in runs] == [0.5, 0.5]  # the lecture's rule, not Adam's 0.001
    assert page.title == "Draw a digit: before and after"
    assert [run["name"] for run in given_in(before.draw(before))["runs"]] == [
        "this network (A)", "this network (B)"]  # fmt: skip


def test_a_keras_result_draws_the_same_page(tmp_path):
    pytest.importorskip("keras")
    result = run_experiment(dataset="digits", engine="keras", hidden_units=8, epochs=1, verbose=0,
                            out=tmp_path / "run")  # fmt: skip
    assert result.draw().html == ExperimentResult.load(tmp_path / "run").draw().html


@pytest.mark.parametrize("name", ["iris"])
def test_a_run_that_isnt_about_images_is_refused(name):
    result = run_experiment(dataset=name, engine="classic", hidden_units=4, epochs=1, verbose=0)
    with pytest.raises(InputError, match="iris isn't made of images, so nothing can be drawn"):
        result.draw()


def test_a_regression_of_images_is_refused(own):
    data = {**own, "y_train": own["y_train"] / 2, "y_test": own["y_test"] / 2, "task": "regression"}
    result = run_experiment(dataset=data, engine="classic", hidden_units=4, epochs=1, verbose=0)
    with pytest.raises(InputError, match="custom is a regression, so nothing can be drawn"):
        result.draw()


def test_what_cant_be_drawn_is_said(digits, own, tmp_path):
    with pytest.raises(InputError, match=r"images of 20 numbers.*same kind of images"):
        run_experiment(dataset=own, engine="classic", epochs=0, verbose=0).draw(digits)
    with pytest.raises(InputError, match="draw takes results, but got 'runs/mine'"):
        digits.draw("runs/mine")
    with pytest.raises(InputError, match="names must give each of the 1 networks a name"):
        digits.draw(names="mine")
    with pytest.raises(InputError, match="ends in .html"):
        digits.draw(out=tmp_path / "page.pdf")


def test_the_page_is_saved_whole_or_not_at_all(digits, tmp_path):
    page = digits.draw(out=tmp_path / "new" / "page.html")
    assert page.path.read_text(encoding="utf-8") == page.html
    assert [one.name for one in page.path.parent.iterdir()] == ["page.html"]
    assert "saved as" in repr(page)
    (tmp_path / "file").touch()
    with pytest.raises(SaveError, match="could not be written"):
        page.save(tmp_path / "file" / "page.html")


def test_a_notebook_shows_it_in_a_frame_of_its_own(digits):
    shown = digits.draw()._repr_html_()
    assert shown.startswith('<iframe title="Draw a digit: mine" sandbox="allow-scripts"')
    inside = re.search(r'srcdoc="([^"]*)"', shown)[1]
    assert inside.replace("&quot;", '"').replace("&amp;", "&") == digits.draw().html


def test_own_rules_are_said_not_to_be_the_pages(capfd):
    import mnistlab as package

    data = load_data("digits")
    rules = package.Rules(output_error=lambda desired, actual: desired - actual)
    network = package.ClassicNetwork((64, 4, 10), rules=rules)
    history = network.fit(data.x_train, data.y_train, verbose=0)
    ExperimentResult.from_steps(data, network, history).draw()
    assert "not with rules of your own" in capfd.readouterr().err


# ── the command ─────────────────────────────────────────────────────────────────────────────────


def test_the_command_writes_the_page(digits, tmp_path):
    done = mnistlab("demo", digits.folder, "--out", "page.html", "--images", "20", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Draw a digit: mine\npage.html, 0.1 MB: open it in a browser\n"
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == digits.draw(images=20).html


@pytest.mark.parametrize("name", ["\udcff", "own \ud800"])
def test_a_name_that_no_file_can_hold_is_mended(digits, tmp_path, name):
    digits.save(tmp_path / "run")
    record = json.loads((tmp_path / "run" / "result.json").read_text())
    record["dataset"]["name"] = name
    (tmp_path / "run" / "result.json").write_text(json.dumps(record))
    done = mnistlab("demo", "run", "--out", "page.html", home=tmp_path)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1
    assert "There are no test images in this page." in (tmp_path / "page.html").read_text("utf-8")


def test_the_command_takes_two_runs_and_no_more(digits, tmp_path):
    both = mnistlab("demo", digits.folder, digits.folder, "--out", "two.html", home=tmp_path)
    assert both.returncode == 0
    assert both.stdout.startswith("Draw a digit: mine (A) and mine (B)\n")
    three = mnistlab("demo", *3 * [digits.folder], home=tmp_path)
    assert three.returncode == 2
    assert three.stderr == "mnistlab: error: A page shows one run, or 2 side by side, and got 3.\n"
    assert not (tmp_path / "page.html").exists()


def test_a_folder_without_weights_or_without_a_run_is_refused_in_a_line(digits, tmp_path):
    digits.save(tmp_path / "run")
    (tmp_path / "run" / "weights.npz").unlink()
    for folder, said in (("run", "without weights there is no network"),
                         ("nowhere", "holds no run")):  # fmt: skip
        done = mnistlab("demo", folder, home=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "page.html").exists()
