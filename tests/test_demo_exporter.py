"""The page as a text: what goes into it, how large it is, what can't break out of it."""

import doctest
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from demopages import page_of, small_run, trained
from mnistlab import demo
from mnistlab.demo import arraytext, choosing, contents, exporter, framing, showing, testset
from mnistlab.errors import InputError
from mnistlab.lab import drawings


@pytest.mark.parametrize(
    "module", [arraytext, choosing, contents, framing, showing, testset], ids=lambda m: m.__name__
)
def test_doctests(module):
    assert doctest.testmod(module, extraglobs={"np": np}).failed == 0


def test_doctests_of_the_exporter():
    more = {"np": np, "Run": demo.Run, "Images": demo.Images}
    assert doctest.testmod(exporter, extraglobs=more).failed == 0


def given_in(page):
    """Return what the page's script is given."""
    found = re.search(r'<script type="application/json" id="given">(.*?)</script>', page.html)
    return json.loads(found[1])


def numbers_in(packed):
    """Return an array as the page's script makes it of its text."""
    import base64

    array = np.frombuffer(base64.b64decode(packed["data"]), packed["type"])
    if "scale" not in packed:
        return array
    scale = numbers_in(packed["scale"])
    return (array.reshape(-1, len(scale)) * scale).ravel()


@pytest.mark.parametrize("which", [("trained",), ("untrained", "trained")])
def test_a_page_with_test_images_stays_below_3_mb(which):
    page = page_of(*which)
    assert len(page.html.encode()) < 3_000_000
    assert len(given_in(page)["data"]["labels"]) == 200


def test_two_pages_in_a_notebook_stay_below_8_mb():
    outputs = [json.dumps(page_of()._repr_html_()) for _ in range(2)]
    assert sum(len(one.encode()) for one in outputs) < 8_000_000


def test_weights_are_rounded_by_less_than_counts():
    run = given_in(page_of())["runs"][0]
    for (w, b), layer in zip(trained().network.layers, run["layers"], strict=True):
        assert np.abs(numbers_in(layer["w"]) - w.ravel()).max() < 2e-5 * np.abs(w).max()
        assert np.abs(numbers_in(layer["b"]) - b).max() == 0


def test_a_unit_without_weights_is_packed_too():
    w = np.zeros((200, 100), "f4")
    assert not numbers_in(arraytext.packed(w)).any()


def test_the_page_asks_for_nothing_and_allows_nothing_but_itself():
    page = page_of().html
    assert not re.search(r"(?:src|href)=|@import|url\(", page.split("<script>")[0])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert html.unescape(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_same_run_gives_the_same_bytes():
    assert trained().draw(names=["trained"]).html == page_of().html


def test_names_stand_in_the_page_as_text_and_in_the_json_without_brackets():
    bad = "</script><b onclick='x'>&"
    run = small_run((16, 2))
    page = demo.page_of(
        [demo.Run(bad, run.weights, run.activations)], demo.Images(bad, (4, 4), [bad, "\udcff"])
    )
    assert bad not in page.html
    assert given_in(page)["data"]["classes"] == [bad, "?"]
    assert html.escape(bad, quote=False) not in page._repr_html_().split("srcdoc=")[0]
    assert page.html.count("<script") == 2


def test_wrong_images_come_first_and_take_at_most_half():
    labels = np.arange(40) % 4
    outputs = np.eye(4)[labels]
    outputs[[3, 9, 20]] = np.roll(outputs[[3, 9, 20]], 1, axis=1) * [[0.6], [0.9], [0.7]]
    found = choosing.chosen(labels, [outputs], 10)
    assert found[:3].tolist() == [9, 20, 3]
    assert len(set(found.tolist())) == 10
    assert len(choosing.chosen(labels, [outputs], 4)) == 4
    assert choosing.chosen(labels, [outputs], 4)[:2].tolist() == [9, 20]
    everything = choosing.chosen(labels, [outputs], 100)
    assert sorted(everything.tolist()) == list(range(40))


def test_where_all_is_wrong_the_page_shows_that():
    labels = np.zeros(6, int)
    assert len(choosing.chosen(labels, [np.tile([0.1, 0.9], (6, 1))], 4)) == 4


def test_a_page_above_3_mb_says_so(capfd):
    rng = np.random.default_rng(0)
    sizes = (784, 1500, 10)
    weights = [part for n, m in ((784, 1500), (1500, 10))
               for part in (rng.random((n, m)).astype("f4"), np.zeros(m, "f4"))]  # fmt: skip
    page = demo.page_of([demo.Run("wide", weights, ["relu", "softmax"])],
                        demo.Images("mnist", (28, 28), list("0123456789")))  # fmt: skip
    assert sizes == demo.Run("wide", weights, ["relu", "softmax"]).layer_sizes
    assert len(page.html) > 3_000_000
    assert re.fullmatch(r"mnistlab: the page has 3\.\d MB.*\n", capfd.readouterr().err)


def test_what_cant_be_shown_is_refused():
    run, images = small_run((16, 5, 3)), demo.Images("own", (4, 4), ["a", "b", "c"])
    with pytest.raises(InputError, match="one run, or 2 side by side, and got 3"):
        demo.page_of([run, run, run], images)
    with pytest.raises(InputError, match="images of 25 numbers in 3 classes"):
        demo.page_of([run], demo.Images("other", (5, 5), ["a", "b", "c"]))
    with pytest.raises(InputError, match="images must be at most 2,000"):
        demo.page_of([run], images, 3000)
    with pytest.raises(InputError, match="training diverged"):
        demo.Run("nan", [np.full((4, 2), np.nan), np.zeros(2)], ["softmax"])


def test_weights_that_overflow_in_the_page_are_refused():
    with pytest.raises(InputError, match="training diverged"):
        demo.Run("large", [np.full((4, 2), 1e300), np.zeros(2)], ["softmax"])


@pytest.mark.parametrize("shape", [(4, 4, 2), (16,), (2, 2, 2, 2)])
def test_images_are_grey_or_in_three_colours(shape):
    run = small_run((int(np.prod(shape)), 5, 3))
    with pytest.raises(InputError, match=r"of shape \(.*\), and a page shows.*3 colours\.$"):
        demo.page_of([run], demo.Images("own", shape, ["a", "b", "c"]))


def test_one_colour_is_grey():
    run = small_run((16, 5, 3))
    flat, deep = (demo.page_of([run], demo.Images("own", shape, ["a", "b", "c"]))
                  for shape in ((4, 4), (4, 4, 1)))  # fmt: skip
    assert flat.html == deep.html


@pytest.mark.parametrize(
    ("shape", "classes", "collects"),
    [((64, 5), 3, True), ((5, 64), 256, True), ((65, 5), 3, False), ((5, 65), 3, False),
     ((5, 5), 257, False), ((5, 5, 3), 3, False)],
)  # fmt: skip
def test_drawings_are_collected_where_their_text_can_be_read(shape, classes, collects):
    assert exporter.LARGEST_SIDE == drawings.LARGEST_SIDE
    run = small_run((int(np.prod(shape)), classes))
    page = demo.page_of([run], demo.Images("own", shape, [str(k) for k in range(classes)])).html
    hidden = re.search(r'<details id="collect" class="card"( hidden)?>', page)[1]
    button = re.search(r'<div class="buttons"( hidden)?>\s*<label class="whose">It is a', page)[1]
    assert (hidden is None, button is None) == (collects, collects)


def test_the_page_says_digits_as_the_notebook_has_it():
    said = re.findall(r"sheet\.digits\(.*?\)", html.unescape(page_of().html))
    assert said == ['sheet.digits(r"""…""")'] * 2


def test_drawings_are_framed_as_the_data_sets_images_were():
    assert framing.framing_of("mnist_5k", (28, 28)).centre == "mass"
    assert framing.framing_of("custom", (28, 28)).box == 20
    assert framing.framing_of("fashion_mnist", (28, 28)).box == 28
    assert framing.framing_of("cifar10", (32, 32, 3)) is None
    assert framing.framing_of("custom", (9, 9)) is None
    assert framing.framing_of("mnist_5k", (1, 784)) is None  # a record that was edited


def test_the_scripts_can_be_read_in_a_sitting():
    folder = Path(exporter.__file__).parent / "page"
    assert {one.name for one in folder.glob("*.js")} == set(exporter.SCRIPTS)
    for one in folder.glob("*.js"):
        lines = one.read_text(encoding="utf-8").splitlines()
        assert len(lines) < 300 and max(map(len, lines)) <= 100, one.name
        assert lines[0].startswith("// ")  # what it is for
