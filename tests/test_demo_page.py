"""The draw-a-digit page in Chromium: everything that is on it, by mouse and by keyboard."""

import base64
import re
import zlib

import numpy as np
import pytest

from browser import WIDTHS, chromium
from demopages import THREE, draw, opened, page_of, settled, small_run, trained
from mnistlab import demo

HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>", "🦊 \u202egnp",
           "\" onload=alert(3) '", "{{ 7 * 7 }}", "<!-- --><script>", "\u2028\ud800", "a" * 300,
           "&amp;", "שלום"]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def shared(browser, tmp_path_factory):
    """Return the page of two runs, which several tests look at, one after the other."""
    return opened(browser, page_of("untrained", "trained"), tmp_path_factory.mktemp("page"))


@pytest.fixture
def page(shared):
    shared.page.click("#tab-drawing")
    shared.page.click("#clear")
    shared.page.evaluate("byId('put-back').click()")
    shared.page.evaluate("() => { for (let one; (one = document.querySelector('#kept button'));) "
                         "one.click(); byId('keep-label').value = ''; }")  # fmt: skip
    shared.page.evaluate(  # what an earlier test kept
        "while (byId('kept').firstChild) byId('kept').querySelector('button').click()"
    )
    settled(shared.page)
    yield shared.page
    assert shared.silent


# ── everywhere ──────────────────────────────────────────────────────────────────────────────────


def open_everything(one, look=lambda where: None):
    """Show all that can be shown, in both panels; `look` is called with what came to be seen."""
    one.open_details()
    look("body")
    draw(one.page, THREE)
    for part in range(one.page.locator("#step-list button").count()):
        one.page.locator("#step-list button").nth(part).click()
        look("#step")
    one.page.select_option("#keep-label", "3")
    one.page.click("#keep")
    one.page.click("#copy")
    one.page.click("#tab-test")
    one.page.click("#try-all")
    settled(one.page)
    look("body")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_on_any_part_of_it(browser, tmp_path, scheme):
    one = opened(browser, page_of("untrained", "trained"), tmp_path, color_scheme=scheme)
    found = []
    open_everything(one, lambda where: found.extend(one.violations(where)))
    assert found == []
    assert one.silent


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", [("trained",), ("untrained", "trained")])
def test_it_fits_any_screen(browser, tmp_path, width, which):
    one = opened(browser, page_of(*which), tmp_path, width)
    one.open_details()
    draw(one.page, THREE)
    for part in range(one.page.locator("#step-list button").count()):
        one.page.locator("#step-list button").nth(part).click()
        assert one.fits
    one.page.click("#tab-test")
    settled(one.page)
    assert one.fits
    assert one.silent


def test_it_works_without_a_network(browser, tmp_path):
    context = browser.new_context()
    context.set_offline(True)
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(page_of().save(tmp_path / "page.html").as_uri())
    draw(page, THREE)
    assert page.inner_text(".run .verdict").startswith("It answers 3 with")
    page.click("#tab-test")
    settled(page)
    assert "It answers" in page.inner_text(".run .verdict")
    assert said == []
    context.close()


def test_without_javascript_it_says_what_to_do(browser, tmp_path):
    one = opened(browser, page_of(), tmp_path, java_script_enabled=False)
    assert "JavaScript, which is switched off here" in one.page.inner_text("noscript")


def test_names_that_are_meant_to_break_out_stay_names(browser, tmp_path):
    run = small_run((16, 5, 10))
    named = demo.Run(HOSTILE[0], run.weights, run.activations, about=HOSTILE[1])
    images = np.random.default_rng(0).integers(0, 255, (20, 4, 4), np.uint8)
    data = demo.Images("own", (4, 4), HOSTILE, x=images, y=np.arange(20) % 10)
    one = opened(browser, demo.page_of([named], data), tmp_path)
    open_everything(one)
    assert one.silent
    assert one.fits
    assert one.page.locator("script").count() == 2
    assert one.page.inner_text(".run h3") == HOSTILE[0]
    shown = one.page.locator(".bars tbody th").all_inner_texts()
    assert shown[:6] == HOSTILE[:6] and shown[6] == "\u2028?"


# ── the answer, the hidden layer, the reasons ───────────────────────────────────────────────────


def test_two_runs_answer_side_by_side(page):
    draw(page, THREE)
    before, after = page.locator(".run .verdict").all_inner_texts()
    assert after.startswith("It answers 3")
    assert "with" in before
    left, right = (page.locator(".run").nth(k).bounding_box() for k in (0, 1))
    assert left["x"] + left["width"] <= right["x"] and left["y"] == right["y"]


def test_bars_show_the_probabilities_as_numbers(page):
    draw(page, THREE)
    outputs = page.evaluate("Array.from(state.passes[0].output)")
    told = page.locator(".run").first.locator(".bars td:nth-child(3)").all_inner_texts()
    assert sum(outputs) == pytest.approx(1)
    assert [round(float(re.sub("[<>%]", "", one)), 1) for one in told] == pytest.approx(
        [round(100 * one, 1) for one in outputs], abs=0.11)  # fmt: skip


def test_a_screen_reader_is_told_the_answer_when_the_drawing_rests(page):
    draw(page, THREE)
    page.locator("#spoken", has_text="trained: It answers 3").wait_for(state="attached")
    assert page.locator("#spoken").get_attribute("role") == "status"


def test_each_hidden_units_weights_are_shown_by_pointing_and_by_keys(page):
    draw(page, THREE)
    cells = page.locator(".run").nth(1).locator(".map")
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 3.5 / 32, box["y"] + box["height"] * 2.5 / 16)
    assert cells.get_attribute("aria-valuenow") == str(2 * 32 + 3)
    cells.focus()
    for key, unit in (("ArrowRight", 68), ("ArrowDown", 100), ("Home", 0), ("ArrowLeft", 0),
                      ("End", 511), ("PageUp", 383)):  # fmt: skip
        page.keyboard.press(key)
        assert cells.get_attribute("aria-valuenow") == str(unit)
    words = page.locator(".run").nth(1).locator(".words").inner_text()
    weights = trained().network.layers[0][0][:, 383]
    told = [float(one.replace("−", "-")) for one in
            re.search(r"lie from (\S+) to (\S+?)\.\s", words).groups()]  # fmt: skip
    assert told == pytest.approx([weights.min(), weights.max()], rel=0.01)
    f = trained().network.forward(page.evaluate("[Array.from(state.now.x)]"))[1][0, 383]
    assert f"{f:.3g}"[:4] in words


def test_what_spoke_for_an_answer_adds_up_to_its_net_input(page):
    draw(page, THREE)
    run = page.locator(".run").nth(1)
    run.locator(".why select").select_option(label="8")
    said = run.locator(".why .hint").inner_text().replace("−", "-")
    total, up, down, bias = map(float, re.findall(r"-?\d+\.?\d*", said.split("=")[1]))
    assert total == pytest.approx(up + down + bias, abs=0.2)
    first = run.locator(".reason").first
    unit = int(re.search(r"unit (\d+)", first.inner_text())[1])
    first.click()
    assert run.locator(".map").get_attribute("aria-valuenow") == str(unit)


def test_on_a_phone_the_answer_is_seen_while_drawing_and_kept_from_there(browser, tmp_path):
    page = opened(browser, page_of("untrained", "trained"), tmp_path, 390).page
    draw(page, THREE)
    said = page.evaluate("runs.map((run, r) => sureness(state.passes[r].output, 'softmax'))")
    answers = page.evaluate("runs.map((run, r) => classes[answerOf(state.passes[r].output)])")
    told = [re.sub(r"\s+", " ", one) for one in page.locator("#live > span").all_inner_texts()]
    assert told == [f"{name}: {answer} · {sure}" for name, answer, sure in
                    zip(("untrained", "trained"), answers, said, strict=True)]  # fmt: skip
    canvas, live, keep = (page.locator(one).bounding_box() for one in ("#canvas", "#live", "#keep"))
    assert 0 <= live["y"] - canvas["y"] - canvas["height"] < 20
    assert keep["y"] + keep["height"] - canvas["y"] < 900  # of the screen, all at once
    assert not page.is_visible("#keys")
    assert page.get_attribute("#canvas", "aria-describedby") == "keys"
    page.select_option("#keep-label", "3")
    page.click("#keep")
    settled(page)
    assert page.inner_text("#live > span >> nth=1") == "trained: no answer yet"
    assert page.inner_text("#show-kept") == "kept: 1"
    page.click("#show-kept")
    assert page.is_visible("#digits-text")


# ── test images and sliders ─────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def single(browser, tmp_path_factory):
    return opened(browser, page_of(), tmp_path_factory.mktemp("single")).page


def test_the_wrongly_recognised_images_come_first(single):
    single.click("#tab-test")
    settled(single)
    assert "✗ wrong: it is" in single.inner_text(".run .verdict")
    wrong = single.locator("#images [role=option]").count()
    assert wrong == int(re.search(r"\d+", single.inner_text("#kind option"))[0]) > 0
    single.select_option("#kind", "right")
    single.locator("#images [role=option]").first.click()
    settled(single)
    assert "✓ right" in single.inner_text(".run .verdict")
    single.select_option("#kind", "all")
    assert single.locator("#images [role=option]").count() == 200
    assert "taken for" in single.locator("#images [role=option]").first.get_attribute("aria-label")


def test_test_images_can_be_browsed_by_keys(single):
    single.click("#tab-test")
    single.select_option("#kind", "all")
    single.locator("#images [role=option]").first.click()
    single.keyboard.press("ArrowRight")
    single.keyboard.press("ArrowRight")
    single.keyboard.press("ArrowLeft")
    assert single.evaluate("state.picked") == 1
    single.keyboard.press("ArrowDown")
    assert single.evaluate("state.picked") > 3
    single.keyboard.press("End")
    assert single.evaluate("state.picked") == 199
    chosen = single.locator("#images [aria-selected=true]")
    assert chosen.count() == 1


def test_sliders_spoil_the_image_that_the_network_sees(single):
    single.click("#tab-test")
    single.select_option("#kind", "right")
    single.locator("#images [role=option]").first.click()
    single.evaluate("byId('spoil').open = true")
    settled(single)
    before = np.array(single.evaluate("Array.from(state.now.x)"))
    single.focus("#right")
    for _ in range(5):
        single.keyboard.press("ArrowRight")
    settled(single)
    after = np.array(single.evaluate("Array.from(state.now.x)"))
    assert single.inner_text("#right-said") == "5 px"
    assert np.allclose(after.reshape(28, 28)[:, 5:], before.reshape(28, 28)[:, :-5])
    single.focus("#noise")
    single.keyboard.press("End")
    settled(single)
    single.click("#try-all")
    found = re.search(r"(\d+) of these 200 test images are recognised; without the sliders (\d+)",
                      single.inner_text("#tried"))  # fmt: skip
    assert int(found[1]) < int(found[2])
    picked = re.search(r"Of these 200, (\d+) were picked because", single.inner_text("#tried"))
    assert int(picked[1]) == 200 - int(found[2]) > 0
    single.click("#put-back")
    settled(single)
    assert np.array_equal(single.evaluate("Array.from(state.now.x)"), before)


# ── step by step ────────────────────────────────────────────────────────────────────────────────


def test_a_pattern_can_be_followed_from_its_input_to_the_new_answer(page):
    page.evaluate("byId('step').open = true")
    settled(page)
    assert "Draw something" in page.inner_text("#step-body")
    draw(page, THREE)
    page.select_option("#step-run", label="trained")
    page.select_option("#step-label", label="5")  # that it wasn't
    page.fill("#step-rate", "0,25")
    x = np.array(page.evaluate("Array.from(state.now.x)"), "f4")
    trace = trained().network.trace(x, 5)
    page.locator("#step-list button").first.click()
    page.fill("#step-unit", "0")
    parts = page.locator("#step-list button").all_inner_texts()
    assert len(parts) == 7
    told = {}
    for title in parts:
        told[title] = page.inner_text("#step-body").replace("\n", "").replace("−", "-")
        if title != parts[-1]:
            page.click("#step-next")
    assert page.is_disabled("#step-next")

    def number(value):
        return f"{value:.3g}".rstrip("0").rstrip(".")[:5]

    hidden, output = trace.layers  # units 0 are looked at
    assert number(hidden.I[0]) in told[parts[0]]
    assert number(hidden.f[0]) in told[parts[0]]
    assert number(output.E[5]) in told[parts[2]]
    assert number(hidden.incoming[0]) in told[parts[3]]
    assert "β = 0.25" in told[parts[4]]
    after = trained().network
    weights = [one for layer in trace for one in
               (layer.w + layer.change_w / 2, layer.b + layer.change_b / 2)]  # fmt: skip
    after = type(after)(after.layer_sizes)
    after.set_weights(weights)
    best = int(after.predict(x[None])[0].argmax())
    assert told[parts[6]].startswith(f"The weights after this step answer {best} with ")


def test_the_unit_that_is_followed_bears_the_slides_letter_and_has_to_be_there(page):
    page.evaluate("byId('step').open = true")
    draw(page, THREE)
    page.locator("#step-list button").first.click()
    assert page.inner_text("#step-unit-name").startswith("Unit j of the hidden layer")
    for typed in ("99999", "3.7", ""):
        page.fill("#step-unit", typed)
        assert "Units are whole numbers from 0 to" in page.inner_text("#step-body")
    page.fill("#step-unit", "2")
    assert "The sum into unit 2" in page.inner_text("#step-body")
    page.fill("#step-unit", "-1")
    page.locator("#step-list button").nth(3).click()
    assert page.inner_text("#step-unit-name").startswith("Unit i of the hidden layer")
    assert page.input_value("#step-unit") == "2"


def test_a_drawing_that_is_misread_is_followed_with_the_label_it_was_given(page):
    page.evaluate("byId('step').open = true")
    draw(page, THREE)
    page.select_option("#step-run", label="trained")
    assert page.input_value("#step-label") == "3"
    assert "preset to the network’s answer" in page.inner_text("#step-preset")
    page.select_option("#keep-label", "8")  # what was meant
    assert page.input_value("#step-label") == "8"
    assert page.inner_text("#step-preset") == ""
    page.locator("#step-list button").nth(1).click()
    assert page.input_value("#step-unit") == "8"  # the walk starts where the answer should be
    page.select_option("#keep-label", "")
    assert page.input_value("#step-label") == "3"
    page.select_option("#step-label", "5")
    assert page.inner_text("#step-preset") == ""
    page.select_option("#keep-label", "3")
    page.click("#keep")
    draw(page, [(0.5, 0.1), (0.5, 0.9)])
    assert "preset to the network’s answer" in page.inner_text("#step-preset")  # not the 5


def test_softmaxs_division_is_shown_with_its_numbers(page):
    page.evaluate("byId('step').open = true")
    draw(page, THREE)
    page.select_option("#step-run", label="trained")
    page.locator("#step-list button").nth(1).click()
    told = page.inner_text("#step-body .formula >> nth=1")
    unit, nets = (
        int(page.input_value("#step-unit")),
        page.evaluate("Array.from(state.passes[1].I[1])"),
    )
    powers = np.exp(nets)
    numbers = [powers[unit], powers.sum(), powers[unit] / powers.sum()]
    power, total, share = (page.evaluate("number", float(one)).replace("^", "") for one in numbers)
    assert told.endswith(f" = {power} / {total} = {share}")
    assert page.evaluate("shareText(800, Float64Array.of(800, 1))") == ""  # e^800 overflows


def test_units_of_a_step_can_be_chosen_and_β_is_checked(page):
    page.evaluate("byId('step').open = true")
    draw(page, THREE)
    page.locator("#step-list button").first.click()
    page.fill("#step-unit", "37")
    assert "The sum into unit 37" in page.inner_text("#step-body")
    page.fill("#step-unit", "700")  # there is none
    assert page.inner_text("#step-body") == "Units are whole numbers from 0 to 511 here."
    for wrong in ("", "0", "-1", "much", "1e6", "1e400"):
        page.fill("#step-rate", wrong)
        assert page.inner_text("#step-body") == (
            "β is a number above 0 and below 1,000,000, such as 0.5."
        )
    page.fill("#step-rate", "0.5")
    assert "The sum into unit 37" in page.inner_text("#step-body")


# ── the class's handwriting ─────────────────────────────────────────────────────────────────────


def read_digits(text):
    """Return the labels and images in a text of digits, read by the letter of its form."""
    word, version, size, count, body, crc = text.split(":")
    assert (word, version, size) == ("mnistlab-digits", "1", "28x28")
    assert crc == f"{zlib.crc32(text.rpartition(':')[0].encode()):08x}"
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    labels, images = [], []
    while data:
        labels.append(data[0])
        pixels, at = [], 1
        while len(pixels) < 784:
            pixels += [17 * (data[at] % 16)] * (data[at] // 16 + 1)
            at += 1
        assert len(pixels) == 784
        images.append(pixels)
        data = data[at:]
    assert len(labels) == int(count)
    return labels, np.array(images)


def test_drawings_are_kept_removed_and_copied_as_a_text(page):
    page.evaluate("byId('collect').open = true")
    page.click("#keep")
    assert "Nothing is drawn yet" in page.inner_text("#keep-said")
    draw(page, THREE)
    assert page.inner_text("#keep-said") == ""
    page.click("#keep")
    assert "choose its label" in page.inner_text("#keep-said")
    seen = []
    one, seven = [(0.5, 0.1), (0.5, 0.9)], [(0.2, 0.2), (0.8, 0.2), (0.4, 0.9)]
    for label, points in ((3, THREE), (1, one), (7, seven)):
        page.click("#clear")
        draw(page, points)
        seen.append(page.evaluate("Array.from(state.drawn)"))
        page.select_option("#keep-label", str(label))
        page.click("#keep")
        settled(page)
        assert page.evaluate("drawing.count") == 0
    assert page.inner_text("#keep-said") == "Kept as 7. 3 drawings are kept."
    labels, images = read_digits(page.input_value("#digits-text"))
    assert labels == [3, 1, 7]
    assert np.abs(images / 255 - np.array(seen)).max() < 1 / 30 + 1e-6
    page.get_by_role("button", name="Remove drawing 2, a 1").click()
    assert read_digits(page.input_value("#digits-text"))[0] == [3, 7]
    page.click("#copy")
    assert page.evaluate("document.activeElement.id") == "digits-text"
    chosen = "[byId('digits-text').selectionStart, byId('digits-text').selectionEnd]"
    assert page.evaluate(chosen) == [0, len(page.input_value("#digits-text"))]
    page.locator("#copy-said", has_text=re.compile("[Cc]opied|Ctrl")).wait_for()


def test_what_is_kept_is_still_there_when_the_page_is_loaded_again(browser, tmp_path):
    one = opened(browser, page_of("trained"), tmp_path)
    for label in ("3", "1"):
        draw(one.page, THREE)
        one.page.select_option("#keep-label", label)
        one.page.click("#keep")
    text = one.page.evaluate("byId('digits-text').value")
    one.reload()
    assert one.page.inner_text("#show-kept") == "kept: 2"
    assert one.page.evaluate("byId('digits-text').value") == text
    one.page.evaluate("byId('collect').open = true")
    one.page.get_by_role("button", name="Remove drawing 1, a 3").click()
    one.reload()
    assert one.page.inner_text("#show-kept") == "kept: 1"
    assert one.page.evaluate("localStorage.length") == 0  # the next student's tab begins anew
    assert one.silent


@pytest.mark.parametrize("found", ["[{}]", "7", "nonsense", '[{"label": 99, "levels": []}]'])
def test_what_another_page_left_in_that_place_is_no_drawing(browser, tmp_path, found):
    one = opened(browser, page_of("trained"), tmp_path)
    one.page.evaluate("text => sessionStorage.setItem(PLACE, text)", found)
    one.reload()
    assert one.page.inner_text("#show-kept") == "kept: 0"
    assert one.silent


def test_where_copying_is_forbidden_the_text_is_selected_all_the_same(page):
    page.evaluate("""() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
      document.execCommand = () => false;
      byId('collect').open = true;
    }""")
    draw(page, THREE)
    page.select_option("#keep-label", "3")
    page.click("#keep")
    page.click("#copy")
    page.locator("#copy-said", has_text="Ctrl+C").wait_for()


def test_a_hundred_drawings_are_kept_and_no_more(page):
    page.evaluate("byId('collect').open = true")
    draw(page, [(0.5, 0.1), (0.5, 0.9)])
    page.evaluate("""() => { for (let k = 0; k < 101; k++) {
      drawing.begin({ x: 100, y: 50 }); drawing.lineTo({ x: 100, y: 200 }); drawing.end();
      refresh(); byId('keep-label').value = '1'; byId('keep').click(); } }""")
    assert page.inner_text("#keep-said").startswith("100 drawings are kept, and no more fit.")
    labels, _ = read_digits(page.input_value("#digits-text"))
    assert len(labels) == 100


def test_runs_of_pixels_and_their_check_are_those_of_the_form(page):
    assert page.evaluate("runsOf([0, 0, 0, 15, ...Array(20).fill(7)])") == [0x20, 0x0F, 0xF7, 0x37]
    assert page.evaluate("crc32('123456789')") == "cbf43926"
    assert page.evaluate("base64url([251, 255])") == "-_8"


# ── by keyboard ─────────────────────────────────────────────────────────────────────────────────


def test_everything_can_be_reached_with_the_tab_key(browser, tmp_path):
    one = opened(browser, page_of(), tmp_path)
    one.open_details()
    draw(one.page, THREE)
    reached = set()
    one.page.evaluate("document.activeElement.blur()")
    for _ in range(80):
        one.page.keyboard.press("Tab")
        reached.add(one.page.evaluate("(({ id, className }) => id || className)"
                                      "(document.activeElement)"))  # fmt: skip
    wanted = {"canvas", "undo", "clear", "pen", "centre", "noise", "right", "down", "turn", "seed",
              "put-back", "try-all", "map", "reason", "step-label", "step-rate", "step-unit",
              "step-next", "keep-label", "keep", "tab-drawing"}  # fmt: skip
    assert wanted <= reached
    one.page.focus("#tab-drawing")
    one.page.keyboard.press("ArrowRight")
    assert one.page.evaluate("state.source") == "test"
    assert one.page.evaluate("document.activeElement.id") == "tab-test"


# ── other data sets ─────────────────────────────────────────────────────────────────────────────


def data_set(shape, classes, n=30, scale=255):
    rng = np.random.default_rng(0)
    images = rng.integers(0, scale + 1, (n, *shape), np.uint8)
    return {"x": images, "y": np.arange(n) % classes, "scale": scale}


@pytest.mark.parametrize(
    ("name", "shape", "classes", "scale"),
    [("digits", (8, 8), 10, 16), ("fashion_mnist", (28, 28), 10, 255),
     ("cifar100", (32, 32, 3), 100, 255), ("custom", (28, 28), 26, 255),
     ("custom", (20, 31), 2, 255)],
)  # fmt: skip
@pytest.mark.parametrize("hidden", [(), (12,), (20, 10)], ids=str)
def test_any_images_and_any_layers(browser, tmp_path, name, shape, classes, scale, hidden):
    sizes = (int(np.prod(shape)), *hidden, classes)
    images = demo.Images(name, shape, [f"kind {k}" for k in range(classes)],
                         **data_set(shape, classes, scale=scale))  # fmt: skip
    run = small_run(sizes, "tanh", "linear" if classes == 2 else "sigmoid")
    one = opened(browser, demo.page_of([run], images), tmp_path, 390)
    one.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    draw(one.page, THREE)
    assert "It answers kind" in one.page.inner_text(".verdict >> nth=0")
    for part in range(one.page.locator("#step-list button").count()):
        one.page.locator("#step-list button").nth(part).click()
    one.page.click("#tab-test")
    settled(one.page)
    assert "It answers kind" in one.page.inner_text(".verdict >> nth=0")
    x = np.array(one.page.evaluate("Array.from(testImages[state.picked].x)"))
    assert len(x) == sizes[0] and 0 <= x.min() <= x.max() <= 1
    assert one.fits
    assert one.silent
    if len(hidden) == 1:
        assert one.violations() == []
