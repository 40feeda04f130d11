"""Drawings as a text: what was drawn comes back, and what was changed on the way is refused."""

import base64
import doctest
import random
import zlib
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser import chromium
from mnistlab.errors import InputError
from mnistlab.lab import drawings as room
from mnistlab.lab.drawings import LONGEST, MOST, MOST_PASTED, Drawings, none, pasted, read, write

BUTTON = "Copy my digits"


def test_doctests():
    assert doctest.testmod(room).failed == 0


def random_drawings(seed, count=3, height=28, width=28):
    """Return drawings in 16 greys, with runs of all lengths."""
    chance = np.random.default_rng(seed)
    greys = np.repeat(chance.integers(0, 16, 40 * count * height), chance.integers(1, 60, 1)[0])
    images = (17 * np.resize(greys, (count, height, width))).astype(np.uint8)
    images[:, 0, 0] = 17 * (np.arange(count) % 16)  # the first 16 differ
    return images, chance.integers(0, 10, count)


TEXT = write(*random_drawings(1))


def sealed(text):
    """Return any text with its right check number, as whoever means harm can write it."""
    return f"{text}:{zlib.crc32(text.encode()):08x}"


def body(content):
    return base64.urlsafe_b64encode(bytes(content)).decode().rstrip("=")


def same(one, images, labels):
    return (one.images == images).all() and one.labels.tolist() == list(labels)


# ── there and back ──────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 64), st.integers(1, 64))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read(seed, count, height, width):
    images, labels = random_drawings(seed, count, height, width)
    found = read(write(images, labels))
    assert same(found, images, labels)
    assert (found.images.dtype, found.labels.dtype) == (np.uint8, np.int64)
    assert found.shape == (height, width) and len(found) == count


def test_a_drawing_by_hand():
    # class 3; 5 pixels of 0, then 7 of 15, over the rows of a 3 × 4 image
    text = sealed(f"mnistlab-digits:1:3x4:1:{body([3, 0x40, 0x6F])}")
    found = read(text)
    assert found.images.tolist() == [[[0, 0, 0, 0], [0, 255, 255, 255], [255, 255, 255, 255]]]
    assert found.labels.tolist() == [3]
    assert write(found.images, found.labels) == text


def test_a_run_longer_than_sixteen_is_several():
    text = write(np.zeros((1, 28, 28)), [0])
    assert text.split(":")[4] == body([0] + 49 * [0xF0])  # 784 = 49 · 16


def test_runs_that_could_be_longer_are_read_all_the_same():
    text = sealed(f"mnistlab-digits:1:1x4:1:{body([9, 0x0F, 0x0F, 0x1F])}")
    assert read(text).images.tolist() == [[[255] * 4]]


def test_a_hundred_of_the_worst_fit_and_are_not_longer_than_is_read():
    checkers = np.indices((64, 64)).sum(axis=0) % 2 * 17
    images = np.repeat(checkers[None], MOST, axis=0)
    text = write(images, range(MOST))
    assert len(text) <= LONGEST and same(read(text), images, range(MOST))


def test_every_grey_is_rounded_to_the_nearest_of_sixteen():
    images = np.arange(256).reshape(4, 8, 8)
    found = read(write(images, [0, 1, 2, 3])).images
    assert np.abs(found.astype(int) - images).max() <= 8 and (found % 17 == 0).all()


@pytest.mark.parametrize(
    ("images", "labels"),
    [(np.zeros((0, 28, 28)), []), (np.zeros((101, 2, 2)), [0] * 101), (np.zeros((1, 65, 1)), [0]),
     (np.zeros((1, 2, 0)), [0]), (np.zeros((2, 2, 2)), [0]), (np.zeros((2, 2)), [0, 0]),
     (np.full((1, 2, 2), 256), [0]), (np.full((1, 2, 2), -1), [0]), (np.zeros((1, 2, 2)), [256]),
     (np.full((1, 2, 2), np.nan), [0]), (np.zeros((1, 2, 2)), ["a"])],
)  # fmt: skip
def test_what_cant_be_written(images, labels):
    with pytest.raises(InputError):
        write(images, labels)


def test_the_page_writes_the_same_text():
    script = (resources.files("mnistlab") / "demo/page/collect.js").read_text(encoding="utf-8")
    call = (
        "([script, kept, height, width]) => new Function('kept', 'HEIGHT', 'WIDTH', "
        "script + '; return digitsText(kept)')(kept, height, width)"
    )
    with chromium() as browser:
        page = browser.new_page()
        for seed, size in enumerate([(1, 28, 28), (100, 28, 28), (7, 8, 8), (3, 64, 64)]):
            images, labels = random_drawings(seed, *size)
            kept = [{"label": int(label), "levels": (image // 17).ravel().tolist()}
                    for image, label in zip(images, labels, strict=True)]  # fmt: skip
            text = page.evaluate(call, [script, kept, *size[1:]])
            assert text == write(images, labels) and same(read(text), images, labels)


# ── pasted ──────────────────────────────────────────────────────────────────────────────────────


def wrapped(text, width, end):
    return end.join(text[k : k + width] for k in range(0, len(text), width))


@pytest.mark.parametrize(
    "changed",
    [f"  {TEXT}\n", wrapped(TEXT, 76, "\n"), wrapped(TEXT, 72, "\r\n  "), wrapped(TEXT, 40, " "),
     wrapped(TEXT, 9, "\t"), wrapped(TEXT, 50, "\u00a0"), wrapped(TEXT, 50, "\u200b"),
     wrapped(TEXT, 50, "\u2028"), f"\ufeff{TEXT}", f"'{TEXT}'", f"„{TEXT}“", f"`{TEXT}`\n",
     f'"{TEXT}"', TEXT + TEXT, f"{TEXT}\n\n{TEXT}"],
    ids=["blanks", "mail", "indented", "blanks within", "tabs", "no-break", "zero width",
         "separator", "byte order mark", "quotes", "typographic", "backticks", "double", "twice",
         "twice with lines"],
)  # fmt: skip
def test_what_a_mail_program_or_a_hand_adds_is_left_out(changed):
    assert same(pasted(changed), *random_drawings(1))


def test_several_texts_are_joined_each_drawing_once():
    other = write(*random_drawings(2))
    both = pasted(f"{TEXT}\n{other} {TEXT}")
    assert len(both) == 6
    assert same(both.first(3), *random_drawings(1))


def test_the_same_drawing_has_the_label_that_was_given_last():
    images, labels = random_drawings(1)
    both = pasted(TEXT + write(images[1:2], [99]))
    assert both.labels.tolist() == [labels[0], 99, labels[2]]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (TEXT[:-1], "cut or changed"),
        (TEXT[: len(TEXT) // 2], "cut or changed"),
        (TEXT[:30], "cut or changed"),
        (TEXT[1:], "no text with drawings|beginning"),
        (TEXT[40:], "beginning of this text is missing"),
        (TEXT[:100] + TEXT[101:], "cut or changed"),
        (TEXT[:100] + "x" + TEXT[100:], "cut or changed"),
        (TEXT[:100] + "…" + TEXT[100:], "cut or changed"),
        (TEXT.replace("28x28", "27x28"), "cut or changed"),
        (TEXT.replace(":3:", ":2:"), "cut or changed"),
        (TEXT.lower(), "cut or changed"),
        (TEXT + "!", "cut or changed"),
        (TEXT + TEXT[:-1], "cut or changed"),
        (TEXT[:-20] + TEXT, "cut or changed"),
        ("> " + TEXT, "'>' stands before"),
        ("Here they are: " + TEXT, "'Heretheyare:' stands before"),
        ("<script>alert(1)</script>", "no text with drawings"),
        (TEXT.replace(":3:", ":3:<script>alert(1)</script>"), "cut or changed"),
        ("__import__('os').system('id')", "no text with drawings"),
        ("https://example.edu/page.html", "no text with drawings"),
        ("7", "no text with drawings"),
        (":", "no text with drawings"),
        ("mnistlab-digits", "no text with drawings"),
        ("mnistlab-digits:", "cut or changed"),
        ("Ünïcödé 🙂", "no text with drawings"),
        ("\ud83d", "no text with drawings"),
        ("a" * (MOST_PASTED + 1), "2,200,001 characters"),
        (sealed("mnistlab-digits:1:2x2:1:" + "A" * LONGEST), "at most 550,000"),
    ],
    ids=range(28),
)
def test_what_was_cut_or_edited_is_refused_with_what_to_do(changed, said):
    with pytest.raises(InputError, match=said) as caught:
        pasted(changed)
    assert BUTTON in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_newer_text_says_to_update():
    for text in (sealed(TEXT.rpartition(":")[0].replace("digits:1:", "digits:2:")),
                 "mnistlab-digits:2:28x28:1:{}:something-new"):  # fmt: skip
        with pytest.raises(InputError, match="version 2.*newer mnistlab.*pip install --upgrade"):
            pasted(text)
    with pytest.raises(InputError, match="version 0, which there never was"):
        pasted(sealed(f"mnistlab-digits:0:1x1:1:{body([0, 0])}"))


def test_drawings_of_two_sizes_dont_go_together():
    other = write(*random_drawings(1, 2, 8, 8))
    with pytest.raises(InputError, match="28 × 28 and of 8 × 8"):
        pasted(TEXT + other)


def test_more_than_are_kept():
    many = [write(*random_drawings(seed, 60, 4, 4)) for seed in (1, 2)]
    with pytest.raises(InputError, match="more than 100 drawings"):
        pasted("".join(many))


# ── hostile: with the right check number ────────────────────────────────────────────────────────

HOSTILE = {
    "no drawing": "mnistlab-digits:1:1x1:0:AA",
    "101 drawings": f"mnistlab-digits:1:1x1:101:{body([0, 0] * 101)}",
    "10,000 drawings": f"mnistlab-digits:1:1x1:10000:{body([0, 0] * 10_000)}",
    "a billion": "mnistlab-digits:1:1x1:999999999:AAAA",
    "no height": "mnistlab-digits:1:0x1:1:AAAA",
    "too high": f"mnistlab-digits:1:65x1:1:{body([0] + [0xF0] * 4 + [0])}",
    "huge": f"mnistlab-digits:1:999x999:1:{body([0, 0xF0])}",
    "fewer than stated": f"mnistlab-digits:1:1x1:2:{body([0, 0])}",
    "more than stated": f"mnistlab-digits:1:1x1:1:{body([0, 0, 0, 0])}",
    "one byte over": f"mnistlab-digits:1:1x1:1:{body([0, 0, 0])}",
    "a label alone": f"mnistlab-digits:1:1x1:1:{body([0])}",
    "a run beyond the end": f"mnistlab-digits:1:1x1:1:{body([0, 0x10])}",
    "a pixel missing": f"mnistlab-digits:1:2x2:1:{body([0, 0x20])}",
    "no base64": "mnistlab-digits:1:1x1:1:A",
    "two ways to write it": "mnistlab-digits:1:1x1:1:AAB",
    "hyphens": "mnistlab-digits:1:1x1:1:------",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_with_the_right_check_number_is_refused(text):
    for reading in (read, pasted):
        with pytest.raises(InputError) as caught:
            reading(sealed(text))
        assert "check number" not in str(caught.value)  # it was right


@pytest.mark.parametrize(
    "text",
    ["mnistlab-digits:١:1x1:1:AAA", "mnistlab-digits:1:1x1:1:AAA=", "mnistlab-digits:-1:1x1:1:AAA",
     "mnistlab-digits:1:1X1:1:AAA", "mnistlab-digits:1:1x1x3:1:AAA", "mnistlab-digits:1:1x1:+1:AAA",
     "MNISTLAB-DIGITS:1:1x1:1:AAA", "mnistlab-digits:1:1x1:1:A+/A", " mnistlab-digits:1:1x1:1:AAA",
     f"mnistlab-digits:{'9' * 5000}:1x1:1:AAA"],
)  # fmt: skip
def test_another_form_isnt_read(text):
    with pytest.raises(InputError):
        read(sealed(text))


def test_reading_is_strict_where_pasting_isnt():
    for text in (f" {TEXT}", f"{TEXT}\n", TEXT + TEXT, f"'{TEXT}'"):
        with pytest.raises(InputError):
            read(text)


# ── mutated ─────────────────────────────────────────────────────────────────────────────────────


def accepted(text):
    """Return the drawings of a text, or None where it is refused as it should be."""
    try:
        return pasted(text)
    except InputError as why:
        assert BUTTON in str(why) or "pip install" in str(why)
        return None


@given(st.integers(0, len(TEXT) - 1), st.characters())
@settings(max_examples=500, deadline=None)
def test_no_text_with_another_character_has_other_pixels(place, sign):
    found = accepted(TEXT[:place] + sign + TEXT[place + 1 :])
    assert found is None or same(found, *random_drawings(1))


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.text(max_size=10))
@settings(max_examples=500, deadline=None)
def test_no_text_with_another_piece_has_other_pixels(one, other, piece):
    found = accepted(TEXT[: min(one, other)] + piece + TEXT[max(one, other) :])
    assert found is None or same(found, *random_drawings(1))


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
@settings(max_examples=300, deadline=None)
def test_no_text_with_pieces_moved_or_doubled_has_other_pixels(a, b, c):
    for changed in (TEXT[:a] + TEXT[b:], TEXT[a:] + TEXT[:a], TEXT[:a] + TEXT[b:c] + TEXT[a:]):
        found = accepted(changed)
        assert found is None or same(found, *random_drawings(1))


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_other_text_is_accepted(text):
    assert accepted(text) is None


@given(st.binary(max_size=60), st.integers(0, 70), st.integers(0, 70), st.integers(0, 200))
@settings(max_examples=500, deadline=None)
def test_any_body_with_the_right_check_number_is_read_or_refused(content, height, width, count):
    text = sealed(f"mnistlab-digits:1:{height}x{width}:{count}:{body(content)}")
    try:
        found = read(text)
    except InputError:
        return
    assert found.images.shape == (count, height, width)
    assert same(read(write(found.images, found.labels)), found.images, found.labels)


def test_a_few_thousand_single_bits():
    chance = random.Random(7)
    for _ in range(3000):
        content = bytearray(TEXT.encode())
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(7)
        found = accepted(content.decode("latin-1"))
        assert found is None or same(found, *random_drawings(1))


# ── joined ──────────────────────────────────────────────────────────────────────────────────────


def test_joining_nothing():
    some = Drawings(*random_drawings(1))
    assert len(none().joined(none())) == 0
    assert same(none().joined(some), some.images, some.labels)
    assert same(some.joined(none()), some.images, some.labels)


def test_of_two_sizes_the_later_is_kept():
    later = Drawings(*random_drawings(1, 2, 8, 8))
    assert same(Drawings(*random_drawings(1)).joined(later), later.images, later.labels)
