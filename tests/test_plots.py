"""The pictures: what they draw, what their words say, and what they leave on disk."""

import base64
import doctest
import errno
import io
import os
import pickle
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mnistlab import plots
from mnistlab.errors import InputError, SaveError
from mnistlab.history import History
from mnistlab.plots import Picture

DIGITS = [str(digit) for digit in range(10)]

CLASSIC = History.of(
    {
        "loss": [0.9, 0.4, 0.2],
        "accuracy": [0.7, 0.9, 0.95],
        "val_loss": [0.5, 0.4, 0.35],
        "val_accuracy": [0.85, 0.88, 0.891],
        "seconds": [1.0, 1.5, 2.0],
    }
)
KERAS = History.of({**CLASSIC.history, "loss": [0.9, 0.41, 0.21], "seconds": [3.0, 3.0, 3.0]})


@pytest.fixture
def answers() -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Six images of 2×3 pixels, their classes 0, 1, 2, and a network's beliefs, worked by hand.

    pattern  right  beliefs            taken for  too sure by
    0        0      0.7 0.2 0.1        0          right
    1        0      0.1 0.6 0.3        1          0.5
    2        1      0.98 0.01 0.01     0          0.97
    3        2      0.1 0.6 0.1        1          0.5  (as sure as pattern 1, and later)
    4        2      0.0 0.0 1.0        2          right
    5        1      0.3 0.3 0.4        2          0.1
    """
    images = np.arange(36, dtype=np.uint8).reshape(6, 2, 3)
    actual = np.array([0, 0, 1, 2, 2, 1])
    beliefs = np.array(
        [
            [0.7, 0.2, 0.1],
            [0.1, 0.6, 0.3],
            [0.98, 0.01, 0.01],
            [0.1, 0.6, 0.1],
            [0.0, 0.0, 1.0],
            [0.3, 0.3, 0.4],
        ]
    )
    return images, actual, beliefs


def every_picture() -> dict[str, Picture]:
    """Return one of each kind."""
    images = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    return {
        "curves": plots.learning_curves({"classic": CLASSIC, "keras": KERAS}),
        "engines": plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, [0, 1e-7, 2e-7]),
        "confusion": plots.confusion_matrix([[5, 1], [2, 7]], ["4", "9"]),
        "worst": plots.worst_mistakes(images, [0, 1, 1], np.eye(2)[[1, 0, 1]], ["4", "9"]),
        "none": plots.worst_mistakes(images, [0, 1, 1], np.eye(2)[[0, 1, 1]], ["4", "9"]),
        "samples": plots.samples(images, [0, 1, 1], ["4", "9"]),
        "grid": plots.image_grid(images, ["a", "b", "c"], title="By hand"),
    }


def lines_of(picture: Picture, panel: int) -> dict[str, list[list[float]]]:
    """Return the y values of the lines of a panel, by what they show."""
    found: dict[str, list[list[float]]] = {}
    for line in picture.axes[panel].lines:
        found.setdefault(str(line.get_label()), []).append(list(np.asarray(line.get_ydata())))
    return found


def texts_of(picture: Picture) -> list[str]:
    return [text.get_text() for axes in picture.axes for text in axes.texts]


def titles_of(picture: Picture) -> list[str]:
    return [axes.get_title() for axes in picture.axes if axes.get_visible()]


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


# ── the picture itself ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", every_picture())
def test_every_picture_has_title_alt_and_caption_and_the_same_bytes_twice(name: str) -> None:
    picture, again = every_picture()[name], every_picture()[name]
    assert picture.get_suptitle() and picture.alt.endswith(".") and picture.caption.endswith(".")
    assert re.search(r"\d", picture.alt) or name == "grid"
    first = picture._repr_png_()
    assert first.startswith(b"\x89PNG\r\n\x1a\n")
    assert first == picture._repr_png_() == again._repr_png_()


@pytest.mark.parametrize("name", ["curves", "engines", "confusion"])
def test_every_axis_has_a_name(name: str) -> None:
    for axes in every_picture()[name].axes:
        if axes.get_label() != "<colorbar>":
            assert axes.get_xlabel()
            assert axes.get_ylabel() or axes.get_title() == "Seconds per epoch"


def test_the_saved_file_is_a_png_that_describes_itself_and_dates_nothing(tmp_path: Path) -> None:
    picture = plots.learning_curves({"β = 0,5 — “é” 猫": CLASSIC})
    path = picture.save(tmp_path / "curves.png")
    assert path == tmp_path / "curves.png"
    with Image.open(path) as image:
        assert image.format == "PNG" and image.size == (1280, 624)
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


def test_ipython_takes_html_png_and_the_words() -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    picture = plots.learning_curves(CLASSIC)
    shown, _ = formatters.DisplayFormatter().format(picture)
    assert set(shown) == {"text/plain", "text/html", "image/png"}
    assert picture.alt in shown["text/plain"]


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


def test_the_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(plots)
    assert result.failed == 0 and result.attempted >= 10


# ── learning curves ──────────────────────────────────────────────────────────────────────────────


def test_the_lines_drawn_are_the_history() -> None:
    picture = plots.learning_curves(CLASSIC)
    history = CLASSIC.history
    assert lines_of(picture, 0) == {"loss": [history["loss"]], "val_loss": [history["val_loss"]]}
    assert lines_of(picture, 1) == {
        "accuracy": [history["accuracy"]],
        "val_accuracy": [history["val_accuracy"]],
    }
    assert list(np.asarray(picture.axes[0].lines[0].get_xdata())) == [1, 2, 3]


def test_the_caption_has_the_first_and_last_figures() -> None:
    assert plots.learning_curves(CLASSIC).caption == (
        "Over 3 epochs: training loss from 0.9 to 0.2, training accuracy from 70.0% to 95.0%, "
        "validation loss from 0.5 to 0.35, validation accuracy from 85.0% to 89.1%."
    )


def test_validation_is_dashed_and_hollow_and_training_is_not() -> None:
    training, validation = plots.learning_curves(CLASSIC).axes[0].lines
    assert training.get_linestyle() == "-" and validation.get_linestyle() == "--"
    assert validation.get_markerfacecolor() == "white" != training.get_markerfacecolor()


def test_several_runs_differ_by_colour_and_by_marker_and_are_named() -> None:
    runs = {f"run {number}": History.of({"loss": [1.0, 0.5]}) for number in range(20)}
    picture = plots.learning_curves(runs)
    looks = {(line.get_color(), line.get_marker()) for line in picture.axes[0].lines}
    assert len(looks) == 20
    named = [text.get_text() for text in picture.legends[0].get_texts()]
    assert named == [*runs, "training"]
    assert "run 19 ends at training loss 0.5" in picture.caption


@pytest.mark.parametrize("name", ["_private", "$x", "$\\bad{$", "猫", "<b>", "a" * 300])
def test_any_name_of_a_run_can_be_drawn(name: str) -> None:
    picture = plots.learning_curves({name: CLASSIC})
    first = picture.legends[0].get_texts()[0].get_text()
    assert first.strip()[:4] == name[:4]
    assert picture._repr_png_() and name in picture.caption


def test_one_epoch_is_a_visible_marker_with_whole_epochs_below() -> None:
    picture = plots.learning_curves({"loss": [0.5], "accuracy": [0.8]})  # type: ignore[dict-item]
    axes = picture.axes[0]
    assert axes.lines[0].get_marker() == "o" and axes.lines[0].get_markersize() > 4
    low, high = axes.get_xlim()
    assert [tick for tick in axes.get_xticks() if low <= tick <= high] == [1]
    assert picture.caption == "After 1 epoch: training loss 0.5, training accuracy 80.0%."


def test_an_empty_history_says_that_no_epoch_has_ended() -> None:
    picture = plots.learning_curves(History())
    assert texts_of(picture) == ["no epoch has ended yet"] * 2
    assert picture.caption == "No epoch has ended yet."
    assert picture._repr_png_()


def test_a_regression_has_no_accuracy_panel() -> None:
    picture = plots.learning_curves(History.of({"loss": [3.0, 2.0]}))
    assert titles_of(picture) == ["Loss"]
    assert "accuracy" not in picture.alt


def test_a_diverged_run_is_drawn_as_far_as_it_went() -> None:
    picture = plots.learning_curves(History.of({"loss": [1.0, 1e30, float("nan"), float("inf")]}))
    assert picture._repr_png_() and "to inf" in picture.caption
    last = plots.learning_curves(History.of({"loss": [1.0, float("nan")]})).caption
    assert "from 1 to NaN (not a number)" in last


def test_validation_every_second_epoch_stands_at_these_epochs() -> None:
    picture = plots.learning_curves(History.of({"loss": [4.0, 3, 2, 1], "val_loss": [3.0, 1]}))
    assert list(np.asarray(picture.axes[0].lines[1].get_xdata())) == [2, 4]


@pytest.mark.parametrize("given", [{}, None, 3, "loss", [0.1, 0.2], {"a": None}, {"loss": ["x"]}])
def test_what_is_no_history_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match=r"[Hh]istor"):
        plots.learning_curves(given)


# ── two engines ──────────────────────────────────────────────────────────────────────────────────


def test_the_comparison_draws_curves_seconds_and_differences() -> None:
    runs = {"classic": CLASSIC, "keras": KERAS}
    picture = plots.engine_comparison(runs, [0.0, 1e-7, 3e-7])
    assert titles_of(picture)[:2] == ["Loss", "Accuracy"]
    assert lines_of(picture, 0)["loss"] == [CLASSIC["loss"], KERAS["loss"]]
    assert lines_of(picture, 1)["val_accuracy"] == [CLASSIC["val_accuracy"]] * 2
    seconds, apart = picture.axes[2], picture.axes[3]
    assert [bar.get_width() for bar in seconds.patches] == [1.5, 3.0]  # type: ignore[attr-defined]
    assert texts_of(picture) == ["1.5 s", "3 s"]
    drawn = np.asarray(apart.lines[0].get_ydata())
    assert np.isnan(drawn[0]) and list(drawn[1:]) == [1e-7, 3e-7]
    assert list(np.asarray(apart.lines[1].get_xdata())) == [1]  # the one that is exactly 0
    assert apart.get_yscale() == "log"
    assert picture.caption == (
        "classic: validation accuracy 89.1%, 1.5 s per epoch; keras: validation accuracy 89.1%, "
        "3 s per epoch. Largest difference between their weights after epoch 3: 3e-07."
    )


@pytest.mark.parametrize(
    ("apart", "note"),
    [
        ([0, 0, 0], "exactly 0 after every epoch"),
        ([], "not measured"),
        ([0, float("nan")], "no finite difference"),
    ],
)
def test_without_a_logarithm_the_panel_says_why(apart: list[float], note: str) -> None:
    picture = plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, apart)
    assert note in texts_of(picture)
    assert picture._repr_png_()


@pytest.mark.parametrize("apart", [[1e-7], [1e-300, 1e-8, 1.0], [1e-7, float("nan"), float("inf")]])
def test_differences_of_any_size_are_drawn(apart: list[float]) -> None:
    picture = plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, apart)
    low, high = picture.axes[3].get_ylim()
    finite = [value for value in apart if np.isfinite(value)]
    assert low < min(finite) and max(finite) < high and picture._repr_png_()


def test_the_comparison_of_regressions_and_of_unmeasured_runs() -> None:
    runs = {"classic": History.of({"loss": [2.0]}), "keras": History.of({"loss": [2.0]})}
    picture = plots.engine_comparison(runs, [0.5])
    assert "Accuracy" not in titles_of(picture)
    assert texts_of(picture) == ["not measured"] * 2
    assert picture._repr_png_()


@pytest.mark.parametrize("apart", [[-1e-7], [1e-7] * 4, [[1e-7]], "abc", [None]])
def test_impossible_differences_are_refused(apart: Any) -> None:
    with pytest.raises(InputError, match="differences"):
        plots.engine_comparison({"classic": CLASSIC, "keras": KERAS}, apart)


@pytest.mark.parametrize("runs", [{}, {"classic": CLASSIC}, CLASSIC])
def test_a_comparison_needs_two(runs: Any) -> None:
    with pytest.raises(InputError, match=r"histories"):
        plots.engine_comparison(runs, [])


# ── confusion matrix ─────────────────────────────────────────────────────────────────────────────


def test_the_cells_hold_the_counts_rows_actual_columns_predicted() -> None:
    counts = np.arange(100).reshape(10, 10)
    axes = plots.confusion_matrix(counts, DIGITS).axes[0]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(c, r): str(counts[r, c]) for r in range(10) for c in range(10)}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "actual class")
    assert [label.get_text() for label in axes.get_yticklabels()] == DIGITS
    assert axes.get_ylim() == (9.5, -0.5)  # the first class on top


def test_the_words_name_accuracy_and_the_most_frequent_confusion() -> None:
    counts = np.diag([90] * 10)
    counts[4, 9], counts[9, 4], counts[8, 3] = 22, 21, 5
    picture = plots.confusion_matrix(counts, DIGITS)
    assert picture.caption == (
        "900 of 948 right (94.9%); most often a 4 was taken for a 9: 22 times."
    )
    assert picture.caption in picture.alt
    assert picture.get_suptitle() == "Confusion matrix: 900 of 948 right (94.9%)"


def test_the_words_of_one_mistake_of_none_and_of_nothing() -> None:
    once = plots.confusion_matrix([[3, 0], [1, 3]], ["8", "Ankle boot"])
    assert once.caption.endswith("most often an Ankle boot was taken for an 8: once.")
    assert plots.confusion_matrix([[3, 0], [0, 3]], ["a", "b"]).caption == (
        "6 of 6 right (100.0%); no mistakes."
    )
    empty = plots.confusion_matrix([[0, 0], [0, 0]], ["a", "b"])
    assert empty.caption == "0 of 0 right; no mistakes." and empty._repr_png_()


def test_mistakes_are_coloured_by_their_share_of_the_row_and_right_answers_are_not() -> None:
    image = plots.confusion_matrix([[950, 50], [3, 7]], ["a", "b"]).axes[0].images[0]
    shares = image.get_array()
    assert isinstance(shares, np.ma.MaskedArray)
    assert shares.mask.tolist() == [[True, False], [False, True]]
    assert shares.compressed().tolist() == [0.05, 0.3]
    assert image.get_clim() == (0.0, 0.3)


def contrast(text: str, background: NDArray[Any]) -> float:
    """Return the WCAG contrast ratio of a text on a background."""

    def luminance(colour: Any) -> float:
        rgb = np.asarray(matplotlib.colors.to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    low, high = sorted([luminance(text), luminance(background[:3])])
    return (high + 0.05) / (low + 0.05)


def test_every_count_can_be_read_on_its_cell() -> None:
    counts = np.arange(400).reshape(20, 20) % 37
    axes = plots.confusion_matrix(counts, [str(number) for number in range(20)]).axes[0]
    shares = axes.images[0].get_array()
    assert shares is not None
    colours = np.asarray(axes.images[0].to_rgba(shares))
    for text in axes.texts:
        column, row = text.get_position()
        assert contrast(str(text.get_color()), colours[int(row), int(column)]) >= 4.5


@pytest.mark.parametrize(("classes", "numbered"), [(2, True), (20, True), (21, False)])
def test_above_twenty_classes_the_numbers_are_left_out(classes: int, numbered: bool) -> None:
    counts = np.eye(classes, dtype=int) + 1
    picture = plots.confusion_matrix(counts, [f"class {number}" for number in range(classes)])
    assert bool(picture.axes[0].texts) == numbered
    assert len(picture.axes[0].get_yticklabels()) == classes


def test_a_hundred_classes_get_as_many_labels_as_can_be_read() -> None:
    names = [f"class {number}" for number in range(100)]
    axes = plots.confusion_matrix(np.eye(100, dtype=int), names).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == names[::3]


@pytest.mark.parametrize("name", ["$x", "猫", "x" * 500, "two\nlines", ""])
def test_any_class_name_can_be_drawn(name: str) -> None:
    assert plots.confusion_matrix([[1, 2], [3, 4]], [name, "b"])._repr_png_()


@pytest.mark.parametrize(
    "matrix",
    [[[1, 2]], [1, 2], [[1]], [], [[1, -1], [0, 1]], [[0.5, 0.5], [1, 0]], [["a", "b"]] * 2,
     [[1, float("nan")], [0, 1]], [[1, 2], [3]], None],
)  # fmt: skip
def test_what_is_no_matrix_of_counts_is_refused(matrix: Any) -> None:
    with pytest.raises(InputError, match="matrix must"):
        plots.confusion_matrix(matrix, ["a", "b"])


def test_names_must_fit_the_matrix() -> None:
    with pytest.raises(InputError, match="each of the 2 classes, but got 3"):
        plots.confusion_matrix([[1, 0], [0, 1]], ["a", "b", "c"])


# ── images ───────────────────────────────────────────────────────────────────────────────────────


def test_the_worst_come_first_and_ties_in_stored_order(answers: Any) -> None:
    _, actual, beliefs = answers
    assert plots.worst_indices(actual, beliefs, 10).tolist() == [2, 1, 3, 5]
    assert plots.worst_indices(actual, beliefs, 2).tolist() == [2, 1]
    assert plots.worst_indices(actual, beliefs, 0).tolist() == []
    assert plots.worst_indices([1, 0], [[0, 1], [1, 0]], 5).dtype == np.int64


def test_worst_indices_against_a_sort_by_hand() -> None:
    random = np.random.default_rng(0)
    beliefs = random.dirichlet(np.ones(10), 500).round(1).astype(np.float32)  # many ties
    actual = random.integers(0, 10, 500)
    mistakes = [n for n in range(500) if beliefs[n].argmax() != actual[n]]
    mistakes.sort(key=lambda n: (float(beliefs[n, actual[n]]) - float(beliefs[n].max()), n))
    assert plots.worst_indices(actual, beliefs, 500).tolist() == mistakes


def test_the_gallery_shows_the_worst_images_in_order_with_their_beliefs(answers: Any) -> None:
    images, actual, beliefs = answers
    picture = plots.worst_mistakes(images, actual, beliefs, ["4", "9", "7"], count=3)
    assert titles_of(picture) == [
        "9 taken for 4\n(98%; 9: 1%)",
        "4 taken for 9\n(60%; 4: 10%)",
        "7 taken for 9\n(60%; 7: 10%)",
    ]
    shown = [np.asarray(axes.images[0].get_array()) for axes in picture.axes]
    assert np.array_equal(shown, images[[2, 1, 3]])
    assert picture.get_suptitle() == "The 3 worst of 4 mistakes among 6 patterns"
    assert picture.alt == (
        "The 3 worst of 4 mistakes among 6 patterns: 9 taken for 4 (98%; 9: 1%), "
        "4 taken for 9 (60%; 4: 10%), 7 taken for 9 (60%; 7: 10%)."
    )
    assert "The worst is pattern 2: 9 taken for 4 (98%; 9: 1%)." in picture.caption


def test_fewer_mistakes_than_asked_for_are_all_shown(answers: Any) -> None:
    images, actual, beliefs = answers
    picture = plots.worst_mistakes(images, actual, beliefs, "497", count=12)
    assert len(titles_of(picture)) == 4


def test_no_mistake_is_said(answers: Any) -> None:
    images, actual, _ = answers
    picture = plots.worst_mistakes(images, actual, np.eye(3)[actual], ["4", "9", "7"])
    assert picture.alt == "No mistakes among 6 patterns."
    assert picture.get_suptitle() == "No mistakes among 6 patterns"


@pytest.mark.parametrize(
    ("belief", "told"),
    [(1.0, "100%"), (0.9996, ">99%"), (0.984, "98%"), (0.001, "<1%"), (0.0, "0%"), (7.25, "7.25")],
)
def test_a_belief_is_never_rounded_to_certainty(belief: float, told: str) -> None:
    picture = plots.worst_mistakes([[[0, 1]]], [0], [[-1.0, belief]], ["4", "9"])
    assert f"4 taken for 9 ({told}; 4: -1.00)" in picture.alt


@pytest.mark.parametrize("scale", [255, 1.0, 16.0])
def test_ink_is_dark_and_background_is_paper(scale: float) -> None:
    ink = np.zeros((1, 2, 2))
    ink[0, 0, 0] = scale
    image = plots.image_grid(ink, ["one"]).axes[0].images[0]
    colours = np.asarray(image.to_rgba(np.asarray(image.get_array())))
    assert colours[0, 0, :3].tolist() == [0, 0, 0]
    assert colours[1, 1, :3].tolist() == [1, 1, 1]


def test_colour_images_keep_their_colours() -> None:
    red = np.zeros((1, 2, 2, 3), np.uint8)
    red[..., 0] = 255
    for images in (red, red / 255):
        drawn = np.asarray(plots.image_grid(images, ["red"]).axes[0].images[0].get_array())
        assert drawn[0, 0].tolist() == [1, 0, 0]
    one_channel = np.zeros((1, 2, 2, 1))
    assert plots.image_grid(one_channel, ["grey"]).axes[0].images[0].get_array() is not None


def test_samples_take_one_of_each_class_in_turn() -> None:
    images = np.arange(6, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
    picture = plots.samples(images, [2, 0, 0, 0, 1, 2], ["a", "b", "c"], count=5)
    assert titles_of(picture) == ["a", "b", "c", "a", "c"]
    shown = [int(np.asarray(axes.images[0].get_array())[0, 0]) for axes in picture.axes]
    assert shown == [1, 4, 0, 2, 5]
    assert picture.alt == "Images: 5 of 6 patterns. Row by row: a, b, c, a, c."


def test_many_samples_are_not_all_listed() -> None:
    picture = plots.samples(np.zeros((50, 2, 2)), [0] * 50, ["a"], count=50)
    assert picture.alt.endswith(", a and 30 more.")
    assert len(titles_of(picture)) == 50


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(1, 1, 1), (10, 2, 5), (12, 2, 6), (7, 2, 6)]
)
def test_images_stand_in_even_rows_and_no_frame_stays_empty(
    count: int, rows: int, columns: int
) -> None:
    picture = plots.image_grid(np.zeros((count, 2, 2)), ["x"] * count)
    grid = picture.axes[0].get_gridspec()
    assert grid is not None and (grid.nrows, grid.ncols) == (rows, columns)
    assert sum(axes.get_visible() for axes in picture.axes) == count


def test_long_names_stay_inside_their_cells() -> None:
    images = np.zeros((12, 4, 4))
    names = ["Ankle boot", "Pullover of wool", "x" * 90]
    beliefs = np.eye(3)[np.arange(12) % 3]
    picture = plots.worst_mistakes(images, (np.arange(12) + 1) % 3, beliefs, names)
    picture._repr_png_()  # lays out
    boxes = [axes.title.get_window_extent() for axes in picture.axes]
    assert all(box.x0 >= 0 and box.x1 <= picture.bbox.width for box in boxes)
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes[:4]))


@pytest.mark.parametrize(
    "images", [np.zeros((6, 784)), np.zeros((6, 2, 2, 4)), np.zeros((6, 0, 2)), [["a"]], None,
               np.full((6, 2, 2), np.nan)],
)  # fmt: skip
def test_what_is_no_image_is_refused(images: Any) -> None:
    beliefs = np.eye(2)[[0] * 6]
    with pytest.raises(InputError, match="images"):
        plots.worst_mistakes(images, [1] * 6, beliefs, ["4", "9"])
    with pytest.raises(InputError, match="images"):
        plots.samples(images, [1] * 6, ["4", "9"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"actual": [0, 1]}, "actual has 2 classes, but probabilities has 6 rows"),
        ({"actual": [[0]] * 6}, "argmax"),
        ({"actual": [0, 1, 2, 3, 0, 0]}, "whole numbers from 0 to 2"),
        ({"actual": [0.5] * 6}, "whole numbers from 0 to 2"),
        ({"probabilities": [0.5] * 6}, "one row for each pattern"),
        ({"probabilities": [[0.5]] * 6}, "at least 2 classes"),
        ({"probabilities": [[float("nan"), 0, 0]] * 6}, "diverged"),
        ({"class_names": ["4", "9"]}, "each of the 3 classes, but got 2"),
        ({"images": np.zeros((5, 2, 2))}, "5 images, but 6 right classes"),
        ({"count": 0}, "at least 1"),
        ({"count": 101}, "at most 100"),
        ({"count": "12"}, "Leave the quotes out"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    answers: Any, change: dict[str, Any], message: str
) -> None:
    images, actual, beliefs = answers
    good = {"images": images, "actual": actual, "probabilities": beliefs, "class_names": "497"}
    with pytest.raises(InputError, match=message):
        plots.worst_mistakes(**{**good, **change})


def test_a_grid_needs_one_title_an_image() -> None:
    with pytest.raises(InputError, match="2 images and 1 titles"):
        plots.image_grid(np.zeros((2, 2, 2)), ["one"])
    with pytest.raises(InputError, match="2 images, but 1 labels"):
        plots.samples(np.zeros((2, 2, 2)), [0], ["a"])


def test_a_picture_opens_as_an_image_of_its_size() -> None:
    for picture in every_picture().values():
        with Image.open(io.BytesIO(picture._repr_png_())) as image:
            assert abs(image.width - picture.get_figwidth() * plots.DPI) < 1
