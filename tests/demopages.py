"""Draw-a-digit pages for the tests: one trained network, its page, and Chromium to open it in."""

import functools
import itertools
import os

import numpy as np
from scipy import ndimage

from browser import Opened
from mnistlab import demo
from mnistlab.experiment import run_experiment

EPOCHS = {"mnist": 5, "mnist_5k": 20}
# the page's forward pass: base64 of images (n, 28, 28) in, (n, 10) out
FORWARD = """text => {
  const pixels = bytesOf(text), found = [];
  for (let k = 0; k < pixels.length; k += 784) {
    const x = Float32Array.from(pixels.subarray(k, k + 784), value => value / 255);
    found.push(Array.from(forward(runs[0].layers, x).output));
  }
  return found;
}"""


@functools.cache
def trained():
    """Return the lecture's network, trained from scratch: on all of MNIST where that is given."""
    name = "mnist" if os.environ.get("MNISTLAB_DATA") else "mnist_5k"
    return run_experiment(engine="classic", dataset=name, epochs=EPOCHS[name], verbose=0)


@functools.cache
def untrained():
    """Return the same network before its training."""
    return run_experiment(engine="classic", dataset=trained().data, epochs=0, verbose=0)


@functools.cache
def page_of(*which):
    """Return the page of the trained network, or of "untrained" and "trained" side by side."""
    known = {"trained": trained, "untrained": untrained}
    first, *others = [known[one]() for one in which or ("trained",)]
    return first.draw(*others, names=which or ("trained",))


def small_run(sizes=(16, 5, 3), hidden="sigmoid", output="softmax", seed=0, **more):
    """Return a small network that nobody trained, as a page takes it."""
    rng = np.random.default_rng(seed)
    shapes = [shape for n, m in itertools.pairwise(sizes) for shape in ((n, m), (m,))]
    weights = [rng.normal(0, 0.5, shape).astype("f4") for shape in shapes]
    return demo.Run("small", weights, [hidden] * (len(sizes) - 2) + [output], **more)


def opened(browser, page, folder, width=1280, **how):
    """Open a page in Chromium, and wait until its script has run."""
    file = page.save(folder / "page.html")
    one = Opened(browser, file, width, **how)
    if how.get("java_script_enabled", True):
        one.page.wait_for_selector("html.ready")
    return one


def settled(page):
    """Wait until a page has shown what was asked of it last, and all that follows from it."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 120)))")


def draw(page, points):
    """Draw a stroke with the mouse through points, (x, y) in [0, 1] of the canvas."""
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point, steps=3)
    page.mouse.up()
    settled(page)


THREE = [(0.3, 0.25), (0.5, 0.18), (0.7, 0.25), (0.72, 0.38), (0.6, 0.48), (0.5, 0.5), (0.65, 0.55),
         (0.74, 0.68), (0.65, 0.82), (0.45, 0.86), (0.3, 0.78)]  # fmt: skip

PEN = 6  # pixels of the canvas, of which MNIST's have 10
# The strokes of one image through the page's own events, and what its network then answers.
REDRAW = """strokes => {
  const canvas = byId("canvas"), box = canvas.getBoundingClientRect();
  const at = (x, y) => ({ clientX: box.left + x * box.width / canvas.width,
                          clientY: box.top + y * box.height / canvas.height });
  const tell = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind,
    { pointerId: 7, isPrimary: true, button: 0, bubbles: true, ...at(x, y) }));
  drawing.clear();
  for (const [y, from, to] of strokes) {
    tell("pointerdown", from, y); tell("pointermove", to, y); tell("pointerup", to, y);
  }
  refresh();
  return [answerOf(state.passes[0].output), Array.from(state.now.x)];
}"""


def strokes_of(image):
    """Return an image as pen strokes on a canvas 10 times as large: (y, from x, to x) of each.

    The pen has one grey, full ink. So the image is made 10 times as large, what is more than half
    ink is drawn, line by line, and the page's own pen makes the edges soft.
    """
    places = (np.arange(280) + 0.5) / 10 - 0.5  # of the canvas's pixels among the image's
    rows, columns = np.meshgrid(places, places, indexing="ij")
    large = ndimage.map_coordinates(image.astype(float), [rows, columns], order=1, mode="nearest")
    strokes = []
    for y in range(PEN // 2, 280, PEN):
        inside = np.concatenate([[0], large[y] > 127.5, [0]]).astype(int)
        for first, last in np.flatnonzero(np.diff(inside)).reshape(-1, 2):
            middle, half = (first + last) / 2, PEN / 2  # the pen's tip is round
            strokes.append((y, min(first + half, middle), max(last - half, middle)))
    return np.array(strokes, float)
