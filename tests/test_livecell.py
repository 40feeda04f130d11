"""What a training shows in a real notebook: one output, changed in place, clean when saved."""

import nbformat
import pytest

from builder import running
from labbooks import SECONDS
from mnistlab import livecell
from mnistlab.livecell import LiveCell
from processes import surroundings

TRAIN = "r = mnistlab.run_experiment({}, dataset='mnist_5k', epochs=3{})"


def run(tmp_path, *codes):
    """Run cells in a kernel of their own; return the outputs of each."""
    cells = [nbformat.v4.new_code_cell(code) for code in ("import mnistlab", *codes)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    running.execute(notebook, tmp_path, SECONDS, env=surroundings(tmp_path))
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells[1:]]


@pytest.mark.parametrize("engine", ["classic", "keras"])
def test_a_training_leaves_one_output_with_a_line_an_epoch(engine, tmp_path):
    (outputs,) = run(tmp_path, TRAIN.format(f"engine={engine!r}", ""))
    assert [one.output_type for one in outputs] == ["display_data"]
    data = outputs[0].data
    lines = data["text/plain"].splitlines()
    assert [line.split("  ")[0] for line in lines] == [f"Epoch {k}/3" for k in (1, 2, 3)]
    assert set(data) == {"text/plain", "text/html"}
    page = data["text/html"]
    assert page.count("<svg") == 1 and "<script" not in page
    assert "<progress" not in page, "nothing runs any more"


def test_two_trainings_in_a_cell_have_an_output_each(tmp_path):
    one, other = (TRAIN.format("engine='classic'", more) for more in ("", ", seed=1"))
    (outputs,) = run(tmp_path, f"{one}\n{other}")
    assert [one.output_type for one in outputs] == ["display_data"] * 2


def test_0_shows_nothing_and_2_prints_lines(tmp_path):
    silent, lines = run(tmp_path, TRAIN.format("engine='classic'", ", verbose=0"),
                        TRAIN.format("engine='classic'", ", verbose=2"))  # fmt: skip
    assert silent == []
    assert {one.output_type for one in lines} == {"stream"}


def test_what_was_reached_stays_when_training_is_interrupted(tmp_path):
    code = ("class Stop(Exception): pass\n"
            "def stop(epoch, history):\n    if epoch == 1: raise Stop\n"
            "data = mnistlab.load_data('iris')\n"
            "network = mnistlab.ClassicNetwork((4, 4, 3)); network.compile()\n"
            "network.fit(data.x_train, data.y_train, epochs=9, on_epoch_end=stop)")  # fmt: skip
    (outputs,) = run(tmp_path, code)
    shown = next(one for one in outputs if one.output_type == "display_data")
    assert "Epoch 1/9" in shown.data["text/plain"] and "<progress" not in shown.data["text/html"]


def test_a_first_epoch_that_is_broken_off_leaves_no_bar():
    cell = Shown(500, 4000)
    cell.begin(0)
    cell.advance(1448, 1.3279)
    cell.close()
    text, page = cell.states[-1]
    assert text == "Stopped in epoch 1." and "<progress" not in page


def test_a_keras_training_that_diverges_at_once_says_so(tmp_path):
    pytest.importorskip("keras")
    code = ("data = mnistlab.load_data('mnist_5k')\n"
            "model = mnistlab.build_model(data, 'keras', 64, hidden_activation='relu')\n"
            "mnistlab.compile_model(model, learning_rate=1e30)\n"
            "mnistlab.fit_model(model, data, epochs=1, batch_size=8)")  # fmt: skip
    (outputs,) = run(tmp_path, code)
    assert [one.ename for one in outputs if one.output_type == "error"] == ["DivergedError"]
    assert not any("<progress" in one.data.get("text/html", "") for one in outputs
                   if one.output_type == "display_data")  # fmt: skip


class Shown(LiveCell):
    """A LiveCell whose states are kept, not shown."""

    def __init__(self, epochs, steps):
        super().__init__(epochs, steps)
        self.states = []

    def is_due(self):
        return True

    def show(self, text, page):
        self.states.append((text, page))


def test_while_an_epoch_runs_its_place_is_shown_in_words_and_as_a_bar():
    cell = Shown(2, 100)
    cell.begin(0)
    cell.advance(40, 0.75)
    page = cell.states[-1][1]
    assert 'max="100" value="40"' in page and "Epoch 1/2, 40 of 100 updates, loss 0.7500" in page
    assert page.count("<circle") == 1
    cell.end({"loss": 0.5, "accuracy": 0.8})
    cell.say("Epoch 1/2 …")
    assert "<progress" not in cell.states[-1][1]


def test_of_many_lines_the_middle_is_left_out():
    cell = Shown(500, 1)
    for k in range(500):
        cell.say(f"line {k}")
    lines = cell.states[-1][0].splitlines()
    assert lines[:4] == [f"line {k}" for k in range(4)] and lines[-1] == "line 499"
    assert lines[4] == f"… {500 - 4 - 9} lines more …" and len(lines) == 14


def test_texts_are_escaped():
    cell = Shown(1, 1)
    cell.say("<script>alert(1)</script>")
    assert "<script" not in cell.states[-1][1]


def test_nothing_said_leaves_no_output():
    cell = Shown(1, 1)
    cell.close()
    assert cell.states == []


def test_outside_a_notebook_there_is_none():
    assert not livecell.in_notebook()


def test_a_download_leaves_one_line(tmp_path):
    """The bytes come in a thread, as downloads do; the output belongs to the cell all the same."""
    code = ("import threading, time\n"
            "from mnistlab.data.fetching import progress_bar\n"
            "def load():\n"
            "    with progress_bar('toy.npz', 4_000_000) as advance:\n"
            "        for _ in range(4): advance(1_000_000); time.sleep(0.3)\n"
            "thread = threading.Thread(target=load); thread.start(); thread.join()")  # fmt: skip
    outputs, after = run(tmp_path, code, "1 + 1")
    assert [one.data["text/plain"] for one in outputs] == ["Fetched toy.npz: 4.0 MB"]
    assert [one.data["text/plain"] for one in after] == ["2"]
