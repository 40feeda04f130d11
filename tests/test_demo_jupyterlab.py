"""Two draw-a-digit pages from two cells, in a real JupyterLab: both are alive, and don't clash."""

import nbformat
import pytest

from browser import chromium
from demopages import THREE
from mnistlab.experiment import run_experiment
from test_notebooks_jupyterlab import _saved_when_done, jupyterlab

pytest.importorskip("jupyterlab", reason="jupyterlab isn't installed")

CELLS = (
    "import mnistlab\nbefore = mnistlab.ExperimentResult.load('before')\nbefore.draw()",
    "before.draw(mnistlab.ExperimentResult.load('after'))",
)


def drawn_on(page, which):
    """Draw a three in a frame with the mouse, and return what its networks answer."""
    page.locator("iframe[srcdoc]").nth(which).evaluate("one => one.scrollIntoView()")
    page.wait_for_timeout(500)  # a frame that was out of sight stood still
    frame = page.frame_locator(f"iframe[srcdoc] >> nth={which}")
    box = frame.locator("#canvas").bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in THREE]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point, steps=3)
    page.mouse.up()
    frame.locator(".run .verdict", has_text="It answers").last.wait_for()
    return frame.locator(".run .verdict").all_inner_texts()


# JupyterLab's own pipe, which jupyterlab() leaves to be closed with its process
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_two_pages_in_a_notebook_are_alive_and_stay_below_8_mb(tmp_path):
    folder = tmp_path / "lab"
    for name, epochs in (("before", 0), ("after", 10)):
        run_experiment(engine="classic", dataset="mnist_5k", epochs=epochs, verbose=0,
                       out=folder / name)  # fmt: skip
    path = folder / "two.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
              "language_info": {"name": "python"}}  # fmt: skip
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    with chromium() as browser, jupyterlab(folder) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 1100})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/tree/{path.name}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.wait_for_selector("#jp-bottom-panel >> text=/\\| Idle/", timeout=60_000)
        page.click("text='Run' >> nth=0")
        page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
        page.wait_for_selector("iframe[srcdoc] >> nth=1", timeout=120_000)
        one, two = (page.frame_locator(f"iframe[srcdoc] >> nth={k}") for k in (0, 1))
        assert len(drawn_on(page, 0)) == 1
        assert two.locator(".run .verdict").first.inner_text() == "Draw something."
        assert drawn_on(page, 1)[1].startswith("It answers 3")
        page.locator("iframe[srcdoc]").first.evaluate("one => one.scrollIntoView()")
        one.locator("#clear").click()
        one.locator(".run .verdict", has_text="Draw something.").wait_for()
        assert two.locator(".run .verdict").last.inner_text().startswith("It answers 3")
        titles = page.locator("iframe[srcdoc]").evaluate_all("all => all.map(one => one.title)")
        assert titles == ["Draw a digit: before", "Draw a digit: before and after"]
        page.locator(".jp-InputArea-editor").first.click()  # keys go to the notebook again
        assert len(_saved_when_done(page, path).cells[1].outputs) == 1
        assert path.stat().st_size < 8_000_000
        assert errors == []
