"""The lab in a real JupyterLab: opened in Chromium, run from the menu, to its last picture."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from browser import chromium
from builder.running import failures
from labbooks import THE_LAB, built
from processes import surroundings

pytest.importorskip("jupyterlab", reason="jupyterlab isn't installed")

MINUTES = 10
# All cells are drawn, not only those that are in view, so that the page holds every output.
SETTINGS = {"windowingMode": "none"}
ALWAYS_RUN = {"fetchNews": "false", "checkForUpdates": False}


@contextlib.contextmanager
def jupyterlab(folder):
    """Give the address of a JupyterLab that serves a folder; it is gone afterwards."""
    home = folder.parent / "home"
    for plugin, said in (("notebook-extension/tracker", SETTINGS),
                         ("apputils-extension/notification", ALWAYS_RUN)):  # fmt: skip
        place = home / ".jupyter/lab/user-settings/@jupyterlab" / plugin
        place.parent.mkdir(parents=True, exist_ok=True)
        place.with_name(f"{place.name}.jupyterlab-settings").write_text(json.dumps(said))
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0",
         "--IdentityProvider.token=", "--ServerApp.password=", "--allow-root"],
        cwd=folder, env=surroundings(home), stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield _address(server)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        server.stderr.close()


def _address(server):
    """Return the address that a server says it can be reached at."""
    said = []
    for line in server.stderr:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/lab", line):
            return found[0]
    raise AssertionError("".join(said))


def test_the_lab_runs_from_the_menu_to_its_end(tmp_path):
    folder = tmp_path / "lab"
    path = built(THE_LAB, folder)
    with chromium() as browser, jupyterlab(folder) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/tree/{path.name}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.wait_for_selector("text=/ipykernel.*Idle/", timeout=120_000)  # the kernel is there
        page.click("text='Run' >> nth=0")
        page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
        notebook = _saved_when_done(page, path)
        assert failures(notebook) == []
        outputs = page.locator(".jp-OutputArea-output")
        widths = "all => all.map(one => one.naturalWidth)"
        drawn = outputs.locator("figure img").evaluate_all(widths)
        assert len(drawn) >= 10 and min(drawn) > 100
        assert any("submission-" in one for one in outputs.all_inner_texts())
        if shots := os.environ.get("MNISTLAB_SCREENSHOTS"):
            _shoot(page, shots)
    assert list(folder.glob("submission-*.zip"))


def _saved_when_done(page, path):
    """Wait until each code cell has a number, save from the keyboard, and return the notebook."""
    started = time.monotonic()
    waiting = re.compile(r"\[\*\]|\[ \]")
    while time.monotonic() - started < 60 * MINUTES:
        time.sleep(1)
        prompts = page.locator(".jp-CodeCell .jp-InputArea-prompt").all_inner_texts()
        if not any(waiting.search(one) for one in prompts):
            break
    else:
        raise AssertionError(f"not done after {MINUTES} minutes: {prompts}")
    page.keyboard.press("Control+s")
    page.wait_for_function("document.querySelector('.jp-Notebook') !== null")
    time.sleep(3)
    return nbformat.read(path, as_version=4)


def _shoot(page, folder):
    """Save pictures of the notebook, a screen each."""
    os.makedirs(folder, exist_ok=True)
    cells = page.locator(".jp-Notebook .jp-Cell")
    for n in range(0, cells.count(), 6):
        cells.nth(n).scroll_into_view_if_needed()
        page.screenshot(path=f"{folder}/{n:03d}.png")
