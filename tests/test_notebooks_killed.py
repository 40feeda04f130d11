"""A kernel that dies in the middle of the lab loses no answer and no finished training."""

import json
import os
import signal

import nbformat
import pytest
from jupyter_client.manager import KernelManager

from builder.running import failures, sockets
from labbooks import SECONDS, THE_LAB, built, executed, source_of
from processes import surroundings

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")


@pytest.fixture(scope="module")
def half_run(tmp_path_factory):
    """Return the lab, whose kernel was killed when it began to explore, and what was kept."""
    path = built(THE_LAB, tmp_path_factory.mktemp("killed"))
    notebook = nbformat.read(path, as_version=4)
    stop = next(n for n, cell in enumerate(notebook.cells)
                if 'sheet.predict("predict_beta"' in cell.source)  # fmt: skip
    with sockets() as settings:
        manager = KernelManager(kernel_name="python3", **settings)
        manager.start_kernel(cwd=str(path.parent), env=surroundings(path.parent))
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        for cell in notebook.cells[: stop + 2]:
            if cell.cell_type == "code":
                reply = client.execute_interactive(cell.source, timeout=SECONDS,
                                                   output_hook=lambda _: None)  # fmt: skip
                assert reply["content"]["status"] == "ok", cell.source
        client.execute(notebook.cells[stop + 2].source)
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        manager.provisioner.process.wait(30)
        client.stop_channels()
        manager.cleanup_resources()
    sheet = next((path.parent / "mnistlab-worksheets").glob("*.json"))
    return path, stop, json.loads(sheet.read_text(encoding="utf-8"))


def test_what_was_answered_is_still_there(half_run):
    record = half_run[2]
    assert len(record["answers"]) >= 5 and len(record["numbers"]) == 4
    assert "predict_beta" in record["predictions"]


def test_run_again_the_finished_training_comes_back_at_once(half_run):
    path, _, record = half_run
    notebook = executed(path)
    assert failures(notebook) == []
    fit = next(cell for cell in notebook.cells if '-fit"' in source_of(cell)
               and cell.cell_type == "code")  # fmt: skip
    said = json.dumps(fit.outputs)
    assert "nothing is left to train" in said
    sheet = next((path.parent / "mnistlab-worksheets").glob("*.json"))
    now = json.loads(sheet.read_text(encoding="utf-8"))
    for part in ("answers", "numbers", "predictions"):
        assert record[part].items() <= now[part].items()


def test_an_empty_answer_in_the_next_run_takes_none_away(half_run):
    path, _, _ = half_run
    student = built(THE_LAB, path.parent, "student")  # the same id, nothing filled in
    text = student.read_text(encoding="utf-8").replace('STUDENT_ID = \\"\\"',
                                                       'STUDENT_ID = \\"instructor\\"')  # fmt: skip
    student.write_text(text, encoding="utf-8")
    before = next((path.parent / "mnistlab-worksheets").glob("*.json")).read_text("utf-8")
    executed(student)
    after = next((path.parent / "mnistlab-worksheets").glob("*.json")).read_text("utf-8")
    for part in ("answers", "numbers", "predictions"):
        assert json.loads(before)[part] == json.loads(after)[part]
