"""Arrays → the draw-a-digit page: one HTML file, with all that it needs inside.

    page/page.html             the page, filled in here
    page/page.css              its style
    page/*.js, in this order   its script, one after the other
    given                      weights, images and names, as JSON inside the page

What comes from outside (names of classes and of runs) stands in the page as escaped text, or in
the JSON, in which "<" is written \\u003c: so no name can end the element that it stands in. A
content security policy allows this style and this script, by their SHA-256, and no network.

Example:
    >>> weights = [np.zeros((4, 2)), np.zeros(2)]
    >>> page = page_of([Run("mine", weights, ["softmax"])], Images("mine", (2, 2), ["a", "b"]))
    >>> page.html.startswith("<!doctype html>"), page.title
    (True, 'Draw a picture: mine')
"""

import base64
import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray

from mnistlab import checks
from mnistlab.classic import backprop
from mnistlab.demo.arraytext import packed
from mnistlab.demo.choosing import chosen
from mnistlab.demo.contents import Images, Run, must_fit
from mnistlab.demo.framing import Framing, framing_of
from mnistlab.demo.showing import Page
from mnistlab.errors import InputError
from mnistlab.notices import notice

# In the order in which the page runs them.
SCRIPTS = (
    "data.js", "network.js", "centring.js", "changing.js", "elements.js", "drawing.js", "bars.js",
    "hidden.js", "reasons.js", "browse.js", "step.js", "remember.js", "collect.js", "main.js",
)  # fmt: skip
MOST_IMAGES = 2000
LARGE = 3_000_000  # bytes: a page above this is said to be so
# What a text of drawings can hold (lab/drawings.py): pixels on a side, and classes, a byte each.
LARGEST_SIDE, MOST_CLASSES = 64, 256
DIGITS = ("mnist", "mnist_5k", "digits")


def page_of(runs: Sequence[Run], images: Images, count: int = 200) -> Page:
    """Return the page of one run, or of two side by side.

    Args:
        runs: the trained networks.
        images: what they are about.
        count: how many test images to bring along, at most 2,000.

    Raises:
        InputError: too many runs, or runs and images that don't fit each other.
    """
    must_fit(runs, images)
    count = checks.whole("images", count)
    if count > MOST_IMAGES:
        raise InputError(f"images must be at most {MOST_IMAGES:,}, but got {count:,}: each "
                                "makes the page larger.")  # fmt: skip
    patterns = images.patterns()
    places = _places(runs, images, patterns, count)
    framing = framing_of(images.data_set, images.shape[: 3 if images.in_colour else 2])
    given = {
        "runs": [as_given(one) for one in runs],
        "data": _data(images, patterns, places, framing),
    }
    title = " and ".join(clean(run.name) for run in runs)
    thing = "digit" if _are_digits(images) else "picture"
    page = _filled(given, _words(runs, images, framing, len(places)), title, thing)
    if (size := len(page.encode())) > LARGE:
        notice(f"the page has {size / 1e6:.1f} MB, since the networks are large: about 2.7 bytes "
               "for each of their weights.")  # fmt: skip
    return Page(page, f"Draw a {thing}: {title}")


def _are_digits(images: Images) -> bool:
    """Whether the classes are the ten digits."""
    return list(images.class_names) == list("0123456789")


def _places(
    runs: Sequence[Run], images: Images, patterns: NDArray[np.float32], count: int
) -> NDArray[np.int64]:
    """Return which test images go into the page."""
    if images.y is None or not count or not len(patterns):
        return np.empty(0, np.int64)
    outputs = [outputs_of(run, patterns) for run in runs]
    return chosen(images.y, outputs, count)


def outputs_of(run: Run, patterns: NDArray[np.float32]) -> NDArray[np.floating]:
    """Return what a run answers, (n, outputs), for patterns (n, inputs)."""
    layers = list(zip(run.weights[::2], run.weights[1::2], strict=True))
    parts = [backprop.forward(patterns[k : k + 1000], layers, run.activations)[1][-1]
             for k in range(0, len(patterns), 1000)]  # fmt: skip
    return np.concatenate(parts)


# ── what the script is given ────────────────────────────────────────────────────────────────────


def as_given(run: Run) -> dict[str, Any]:
    """Return a run as the page's script takes it."""
    return {
        "name": clean(run.name),
        "about": clean(run.about),
        "sizes": list(run.layer_sizes),
        "activations": list(run.activations),
        "loss": run.loss,
        "beta": run.learning_rate,
        "layers": [
            {"w": packed(w), "b": packed(b)}
            for w, b in zip(run.weights[::2], run.weights[1::2], strict=True)
        ],
    }


def _data(
    images: Images,
    patterns: NDArray[np.float32],
    places: NDArray[np.int64],
    framing: Framing | None,
) -> dict[str, Any]:
    """Return the data set as the page's script takes it."""
    height, width = images.shape[:2]
    data: dict[str, Any] = {
        "classes": [clean(one) for one in images.class_names],
        "shape": [height, width, images.shape[2] if images.in_colour else 1],
        "scale": images.scale,
        "framing": framing and {"box": framing.box, "centre": framing.centre},
        "ink": None,
        "tested": len(patterns),
    }
    if images.x is not None and images.y is not None and len(patterns):
        ink = patterns.mean(axis=1)  # (n,)
        data |= {
            "ink": [float(ink.min()), float(ink.max())],
            "images": packed(images.x[places]),
            "labels": images.y[places].tolist(),
            "places": places.tolist(),
        }
    return data


def clean(text: str) -> str:
    """Return a text that every file can hold: half a character becomes a question mark.

    Example:
        >>> clean("runs/\\udcff")
        'runs/?'
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def as_script_json(value: Mapping[str, Any]) -> str:
    """Return a value as JSON that nothing in it can lead out of the <script> that it stands in.

    Example:
        >>> as_script_json({"name": "</script>"})
        '{"name": "\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(value, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


# ── the page ────────────────────────────────────────────────────────────────────────────────────


def _words(
    runs: Sequence[Run], images: Images, framing: Framing | None, count: int
) -> dict[str, Any]:
    """Return what the template says about these runs and images."""
    height, width = images.shape[:2]
    colours = " in 3 colours" if images.in_colour else ""
    missing = ""
    if not count:
        missing = f"There are no test images in this page. {images.missing}".strip()
    return {
        "about": f"The image goes into a trained network, as {height}×{width} pixels{colours}, and "
        "every number of its answer can be looked at. Nothing leaves this page.",
        "size": f"{height}×{width} pixels, each 0 (paper) to 1 (ink).",
        "made": framing.made if framing else "",
        "framing": framing.offer if framing else "",
        "note": "What is drawn is grey: each of the three colours gets the same. These are "
        "photographs, which no drawing is much like." if images.in_colour else "",
        "images": count,
        "chosen": f"{count:,} of {0 if images.y is None else len(images.y):,} test images: up to "
        "half of them those that were recognised wrongly, the worst first; ✗ marks them.",
        "missing": missing,
        "several": len(runs) > 1,
        "collects": _collects(images),
        "height": height,
        "width": width,
        "foot": "Made by mnistlab. MNIST is by Yann LeCun, Corinna Cortes and Christopher Burges, "
        "CC BY-SA 3.0." if images.data_set in DIGITS[:2] else "Made by mnistlab.",
    }  # fmt: skip


def _collects(images: Images) -> bool:
    """Whether drawings of these images can be copied as a text that is read again."""
    small = max(images.shape[:2]) <= LARGEST_SIDE
    return small and len(images.class_names) <= MOST_CLASSES and not images.in_colour


def _filled(given: Mapping[str, Any], words: Mapping[str, Any], title: str, thing: str) -> str:
    """Return the page's HTML."""
    style, script = _file("page.css"), "\n".join(map(_file, SCRIPTS))
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    # Style and script are this package's own, and the JSON is escaped: these alone go in as they
    # are.
    text = _template().render(
        words, policy=policy, style=Markup(style), script=Markup(script), title=title, thing=thing,
        given=Markup(as_script_json(given)),
    )  # fmt: skip
    return clean(text if text.endswith("\n") else text + "\n")


@functools.cache
def _template() -> Any:
    """Return the template: it escapes everywhere, and a missing value is an error."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_file("page.html"))


@functools.cache
def _file(name: str) -> str:
    """Return a part of the page."""
    return (resources.files("mnistlab.demo") / "page" / name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    """Return how a content security policy names a style or script."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
