"""The picture itself: its words, its bytes, and what it leaves on disk."""

import base64
import errno
import io
import os
import pickle
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from mnistlab import plots
from mnistlab.errors import InputError, SaveError
from mnistlab.plots.picture import DPI, house_style
from tiny_pictures import CLASSIC, DRAWERS


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", DRAWERS)
def test_every_picture_has_title_alt_and_caption_and_the_same_bytes_twice(name: str) -> None:
    picture, again = DRAWERS[name](), DRAWERS[name]()
    assert picture.get_suptitle() and picture.alt.endswith(".") and picture.caption.endswith(".")
    assert re.search(r"\d", picture.alt) or name == "grid"
    first = picture._repr_png_()
    assert first.startswith(b"\x89PNG\r\n\x1a\n")
    assert first == picture._repr_png_() == again._repr_png_()


WITHOUT_AXES = {"worst", "none", "samples", "grid", "weights", "activations", "diagram", "softmax"}


@pytest.mark.parametrize("name", sorted(set(DRAWERS) - WITHOUT_AXES))
def test_every_axis_has_a_name(name: str) -> None:
    for axes in DRAWERS[name]().axes:
        if axes.get_label() != "<colorbar>":
            assert axes.get_xlabel()
            assert axes.get_ylabel() or axes.get_title() == "Seconds per epoch"


def test_the_saved_file_is_a_png_that_describes_itself_and_dates_nothing(tmp_path: Path) -> None:
    picture = plots.learning_curves({"β = 0,5 — “é” 猫": CLASSIC})
    path = picture.save(tmp_path / "curves.png")
    assert path == tmp_path / "curves.png"
    with Image.open(path) as image:
        assert image.format == "PNG" and image.size == (1152, 561)
        assert dict(image.text) == {"Description": picture.alt}  # type: ignore[attr-defined]
    assert path.read_bytes() == picture._repr_png_()
    assert os.listdir(tmp_path) == ["curves.png"]


@pytest.mark.parametrize("name", ["curves.pdf", "curves", "curves.jpg"])
def test_save_refuses_a_name_that_is_no_png(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"ends in \.png"):
        plots.learning_curves(CLASSIC).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_full_disk_leaves_the_old_picture_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "curves.png"
    target.write_bytes(b"old")

    def full(self: Path, content: bytes) -> int:
        with open(self, "wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SaveError, match="No space left on device"):
        plots.learning_curves(CLASSIC).save(target)
    assert os.listdir(tmp_path) == ["curves.png"] and target.read_bytes() == b"old"


@pytest.mark.parametrize("folder", ["missing", "file.txt"])
def test_save_into_no_folder_says_so(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file.txt").write_text("in the way")
    with pytest.raises(SaveError, match="Check that its folder exists"):
        plots.learning_curves(CLASSIC).save(tmp_path / folder / "curves.png")


def test_html_shows_the_png_and_escapes_names() -> None:
    name = '<script>alert("1")</script>'
    picture = plots.confusion_matrix([[5, 3], [0, 7]], [name, "a&b"])
    page = Tags(picture._repr_html_())
    assert [tag for tag, _ in page.tags] == ["figure", "img", "figcaption"]
    image = page.tags[1][1]
    assert image["alt"] == picture.alt and name in picture.alt
    assert page.text == picture.caption and name in picture.caption
    kind, _, content = str(image["src"]).partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content) == picture._repr_png_()


def test_ipython_is_given_html_png_and_the_words_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    display = pytest.importorskip("IPython.display")
    formatters = pytest.importorskip("IPython.core.formatters")
    given: list[Any] = []
    monkeypatch.setattr(display, "display", lambda data, **more: given.append((data, more)))
    picture = plots.learning_curves(CLASSIC)
    formatter = formatters.DisplayFormatter()
    # as matplotlib's inline mode does, on from the start in Colab
    formatter.formatters["image/png"].for_type(Figure, lambda figure: b"drawn by matplotlib")
    assert formatter.format(picture) == ({}, {})  # nothing more to show
    [(data, more)] = given
    assert data["text/plain"] == repr(picture) and picture.alt in data["text/plain"]
    assert data["text/html"] == picture._repr_html_()
    assert base64.b64decode(data["image/png"]) == picture._repr_png_()
    about = {"alt": picture.alt, "width": 800}
    assert more == {"metadata": {"image/png": about}, "raw": True}


@pytest.mark.parametrize("kind", ["html", "latex"])
def test_a_converted_notebook_has_the_picture_and_its_words(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    display = pytest.importorskip("IPython.display")
    nbformat = pytest.importorskip("nbformat")
    exporters = pytest.importorskip("nbconvert.exporters")
    given: list[Any] = []
    monkeypatch.setattr(display, "display", lambda data, **more: given.append((data, more)))
    picture = plots.learning_curves(CLASSIC)
    picture._ipython_display_()
    [(data, more)] = given
    output = nbformat.v4.new_output("display_data", data, metadata=more["metadata"])
    cell = nbformat.v4.new_code_cell("picture", outputs=[output])
    book = nbformat.v4.new_notebook(cells=[cell])
    text, files = exporters.get_exporter(kind)().from_notebook_node(book)
    if kind == "html":
        assert Tags(text).text.count(picture.caption) == 1
        [image] = [attrs for tag, attrs in Tags(text).tags if tag == "img"]
        assert image["alt"] == picture.alt
    else:
        assert "includegraphics" in text
        assert list(files["outputs"].values()) == [picture._repr_png_()]


def test_a_notebook_draws_a_picture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    display = pytest.importorskip("IPython.display")
    monkeypatch.setattr(display, "display", lambda data, **more: None)
    drawn: list[bool] = []
    picture = plots.learning_curves(CLASSIC)
    save = picture.savefig
    monkeypatch.setattr(picture, "savefig", lambda *a, **k: (drawn.append(True), save(*a, **k)))
    picture._ipython_display_()
    assert drawn == [True]


@pytest.mark.parametrize("name", DRAWERS)
def test_every_picture_is_small_of_its_size_and_keeps_its_colours(name: str) -> None:
    picture = DRAWERS[name]()
    drawn = io.BytesIO()
    content = picture._repr_png_()
    with house_style():
        picture.savefig(drawn, format="png")
    with Image.open(drawn) as all_colours, Image.open(io.BytesIO(content)) as few:
        before, after = (np.asarray(one.convert("RGB"), int) for one in (all_colours, few))
    assert len(content) < 100_000
    assert abs(before.shape[1] - picture.get_figwidth() * DPI) < 1 and before.shape == after.shape
    off = np.abs(before - after).max(axis=2)  # (height, width)
    assert np.mean(off > 8) < 0.01 and off.max() <= 32
    assert (after[before.min(axis=2) == 255] == 255).all()  # paper stays white


@pytest.mark.parametrize("name", DRAWERS)
def test_every_picture_shows_in_grey(name: str) -> None:
    with Image.open(io.BytesIO(DRAWERS[name]()._repr_png_())) as image:
        grey = np.asarray(image.convert("L"))
    assert grey.min() < 60 and grey.max() == 255


def test_a_picture_can_be_pickled() -> None:
    picture = plots.learning_curves(CLASSIC)
    copy = pickle.loads(pickle.dumps(picture))
    assert copy.alt == picture.alt and copy._repr_png_() == picture._repr_png_()


def test_the_notebooks_style_changes_nothing_and_is_not_changed() -> None:
    plain = plots.confusion_matrix([[5, 1], [2, 7]], ["4", "9"])._repr_png_()
    style = {"figure.facecolor": "black", "font.size": 30, "savefig.dpi": 10, "image.cmap": "jet"}
    with matplotlib.rc_context(style):  # type: ignore[arg-type]
        before = dict(matplotlib.rcParams)
        assert plots.confusion_matrix([[5, 1], [2, 7]], ["4", "9"])._repr_png_() == plain
        assert dict(matplotlib.rcParams) == before


def test_drawing_needs_no_display_no_pyplot_and_no_pandas() -> None:
    program = (
        "import sys; from mnistlab import plots\n"
        "plots.learning_curves({'loss': [0.5, 0.4]})._repr_html_()\n"
        "heavy = {'matplotlib.pyplot', 'pandas', 'tensorflow', 'keras', 'scipy', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    bare = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "MPLBACKEND")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, env=bare, check=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
