"""Drawing on the page's canvas, in Chromium: strokes, what becomes of them, and odd hands."""

import numpy as np
import pytest
from scipy import ndimage

from browser import chromium
from demopages import PEN, REDRAW, THREE, draw, opened, page_of, settled, strokes_of, trained
from mnistlab.lab import handwriting


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def shown(browser, tmp_path_factory):
    return opened(browser, page_of(), tmp_path_factory.mktemp("page"))


@pytest.fixture
def page(shown):
    """Return the page with nothing drawn on it."""
    shown.page.click("#tab-drawing")
    shown.page.click("#clear")
    shown.page.evaluate("drawing.width = 2.6 * TIMES")
    settled(shown.page)
    yield shown.page
    assert shown.errors == []


def test_200_test_images_redrawn_as_strokes_keep_their_answers(page):
    data = trained().data
    picks = np.linspace(0, data.n_test - 1, 200).astype(int)
    page.evaluate(f"drawing.width = {PEN}")
    page.locator("#canvas").scroll_into_view_if_needed()
    redrawn = [page.evaluate(REDRAW, strokes_of(data.test_images[k]).tolist())[0] for k in picks]
    given = trained().predict(data.test_images[picks]).argmax(axis=1)
    right = data.y_test[picks]
    assert (np.array(redrawn) == right).mean() >= 0.97 * (given == right).mean()


def test_the_mouse_draws_what_those_events_draw(page):
    strokes = strokes_of(trained().data.test_images[0])
    page.evaluate(f"drawing.width = {PEN}")
    _, told = page.evaluate(REDRAW, strokes.tolist())
    page.click("#clear")
    box = page.locator("#canvas").bounding_box()
    for y, first, last in strokes:
        page.mouse.move(box["x"] + first / 280 * box["width"], box["y"] + y / 280 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + last / 280 * box["width"], box["y"] + y / 280 * box["height"])
        page.mouse.up()
    settled(page)
    drawn = page.evaluate("Array.from(state.now.x)")
    assert np.abs(np.array(told) - drawn).mean() < 0.01


@pytest.mark.parametrize("place", [(0, 0, 200, 90), (100, 60, 61, 220), (30, 30, 17, 13)])
def test_drawings_are_centred_as_pythons_digits_in_your_own_hand_are(page, place):
    top, left, height, width = place
    ink = np.zeros((280, 280))
    rng = np.random.default_rng(height)
    part = ndimage.gaussian_filter(rng.random((height, width)), 9)
    ink[top : top + height, left : left + width] = 0.2 + 0.8 * (part - part.min()) / np.ptp(part)
    got = page.evaluate(
        "ink => Array.from(centred(Float32Array.from(ink), 280, 280, data.framing))",
        ink.ravel().round(5).tolist(),
    )
    small = handwriting._scaled(ink)
    if max(height, width) < 20:  # made larger, which Pillow does by another filter
        assert (np.array(got).reshape(28, 28) > 0).sum() == small.size
        return
    assert np.abs(255 * np.array(got).reshape(28, 28) - handwriting._centred(small)).max() < 6


def test_a_small_drawing_in_a_corner_is_scaled_and_centred(page):
    draw(page, [(0.05 + x / 4, 0.05 + y / 4) for x, y in THREE])
    image = np.array(page.evaluate("Array.from(state.now.x)")).reshape(28, 28)
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert np.allclose(ndimage.center_of_mass(image), 14, atol=0.51)
    page.uncheck("#centre")
    settled(page)
    image = np.array(page.evaluate("Array.from(state.now.x)")).reshape(28, 28)
    assert max(ndimage.center_of_mass(image)) < 8
    page.check("#centre")


def test_a_three_is_a_three(page):
    draw(page, THREE)
    assert page.inner_text(".run .verdict").startswith("It answers 3 with")
    assert "◂ answer" in page.inner_text(".bars tr:nth-child(4)")


def test_undo_takes_the_last_stroke_and_clear_all(page):
    draw(page, [(0.2, 0.2), (0.8, 0.2)])
    first = page.evaluate("Array.from(drawing.ink())")
    draw(page, [(0.8, 0.2), (0.4, 0.9)])
    assert page.evaluate("Array.from(drawing.ink())") != first
    page.click("#undo")
    assert page.evaluate("Array.from(drawing.ink())") == first
    page.click("#undo")
    page.click("#undo")  # nothing is left to undo
    settled(page)
    assert page.inner_text(".run .verdict") == "Draw something."
    draw(page, THREE)
    page.click("#clear")
    settled(page)
    assert page.evaluate("drawing.count") == 0


def test_an_empty_canvas_has_no_answer(page):
    assert page.inner_text(".run .verdict") == "Draw something."
    assert set(page.locator(".bars tbody td:nth-child(3)").all_inner_texts()) == {"–"}


def test_a_canvas_full_of_scribble_is_answered_with_a_word_of_caution(page):
    page.evaluate("drawing.width = 50")
    rows = np.linspace(0.02, 0.98, 20)
    draw(page, [(x, y) for y in rows for x in (0.02, 0.98)])
    assert "more than in any of the" in page.inner_text("#about-seen")
    assert page.inner_text(".run .verdict").startswith("It answers")


def test_a_stroke_may_leave_the_canvas_and_ends_where_it_is_let_go(page):
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 60, box["y"] + 40, steps=5)
    page.mouse.move(box["x"] + box["width"] + 60, box["y"] + 150, steps=5)
    page.mouse.move(box["x"] + 40, box["y"] + 150, steps=5)
    page.mouse.move(box["x"] - 10, box["y"] + 150, steps=5)
    page.mouse.up()
    drawn = page.evaluate("sum(drawing.ink())")
    page.mouse.move(box["x"] + 100, box["y"] + 220, steps=5)
    assert page.evaluate("[drawing.count, drawing.isDown]") == [1, False]
    assert page.evaluate("sum(drawing.ink())") == drawn > 0


def test_the_right_button_draws_nothing(page):
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + 140, box["y"] + 140)
    page.mouse.up(button="right")
    assert page.evaluate("drawing.count") == 0


def test_two_fingers_make_one_stroke_and_the_page_stays(browser, tmp_path):
    one = opened(browser, page_of(), tmp_path, 390, has_touch=True, is_mobile=True)
    box = one.page.locator("#canvas").bounding_box()
    hand = one.page.context.new_cdp_session(one.page)

    def touch(kind, *points):
        fingers = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": k}
                   for k, (x, y) in enumerate(points)]  # fmt: skip
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", (0.3, 0.8))
    touch("touchMove", (0.3, 0.6))
    touch("touchStart", (0.3, 0.6), (0.7, 0.8))
    for y in (0.5, 0.4, 0.3):
        touch("touchMove", (0.3, y), (0.7, y))
    touch("touchEnd")
    settled(one.page)
    assert one.page.evaluate("drawing.count") == 1
    ink = np.array(one.page.evaluate("Array.from(drawing.ink())")).reshape(280, 280)
    assert ink[:, :140].any() and not ink[:, 140:].any()
    assert one.page.evaluate("[scrollX, scrollY, visualViewport.scale]") == [0, 0, 1]
    assert one.silent


def test_a_digit_can_be_drawn_with_the_keyboard_alone(page):
    page.evaluate("byId('centre').checked = true; document.body.focus()")
    page.focus("#canvas")
    page.keyboard.press("Control+a")  # not ours
    for _ in range(9):
        page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    assert page.inner_text("#pen-said") == "column 14, row 23"
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowLeft")
    settled(page)
    assert page.evaluate("[drawing.count, drawing.isDown]") == [1, False]
    assert page.inner_text(".run .verdict").startswith("It answers 1 with")
    page.keyboard.press("Backspace")
    settled(page)
    assert page.inner_text(".run .verdict") == "Draw something."


def test_two_arrows_together_draw_aslant(page):
    page.focus("#canvas")
    page.keyboard.press(" ")
    page.keyboard.down("ArrowRight")
    page.keyboard.down("ArrowDown")
    page.keyboard.up("ArrowDown")
    page.keyboard.up("ArrowRight")
    page.keyboard.press("Delete")
    assert page.evaluate("[drawing.count, drawing.isDown]") == [0, False]


def test_rotation_and_shift_do_what_they_say(page):
    image = np.random.default_rng(0).random((28, 28)).astype("f4")

    def moved(**how):
        change = {"right": 0, "down": 0, "turn": 0, **how}
        return np.array(page.evaluate(
            "([x, how]) => Array.from(moved(Float32Array.from(x), how))",
            [image.ravel().tolist(), change])).reshape(28, 28)  # fmt: skip

    assert np.allclose(moved(), image)
    assert np.allclose(moved(turn=90), np.rot90(image, -1), atol=1e-5)  # clockwise
    assert np.allclose(moved(turn=180), image[::-1, ::-1], atol=1e-5)
    assert np.allclose(moved(right=3)[:, 3:], image[:, :-3])
    assert np.allclose(moved(down=-2)[:-2], image[2:])
    assert not moved(down=-2)[-2:].any()


def test_noise_is_seeded_and_stays_between_paper_and_ink(page):
    noise = "seed => Array.from(noisy(new Float32Array(784).fill(0.5), 0.1, seed))"
    one, again, other = (np.array(page.evaluate(noise, seed)) for seed in (1, 1, 2))
    assert (one == again).all() and (one != other).any()
    assert 0.08 < one.std() < 0.12 and abs(one.mean() - 0.5) < 0.02
    much = np.array(page.evaluate("Array.from(noisy(new Float32Array(784), 5, 1))"))
    assert much.min() == 0 and much.max() == 1
