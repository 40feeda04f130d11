"""A student's own digits: whatever the paper, the light and the camera, as MNIST's were made."""

import doctest

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

import mnistlab
from mnistlab.errors import InputError
from mnistlab.lab import handwriting
from mnistlab.lab.handwriting import as_mnist, ink_of, own_digits


def test_doctests():
    assert doctest.testmod(handwriting).failed == 0


@pytest.fixture(scope="module")
def trained():
    """Return a network that knows the digits, and the digits to try it with."""
    data = mnistlab.load_data("mnist_5k")
    return mnistlab.run_experiment(engine="classic", dataset=data, epochs=6, verbose=0), data


def photo_of(image, rng, dark_on_light=True):
    """Return an MNIST image as a photo: 12 times as large, off centre, in uneven light, grainy."""
    large = ndimage.zoom(image.astype(float), 12, order=1)
    top, left = rng.integers(0, 120, 2)
    ink = np.zeros((large.shape[0] + 120, large.shape[1] + 160))
    ink[top : top + large.shape[0], left : left + large.shape[1]] = large / 255
    down, across = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]]
    paper = 225 - 40 * across / ink.shape[1] - 30 * down / ink.shape[0]
    photo = paper * (1 - 0.8 * ink) + rng.normal(0, 4, ink.shape)
    return np.clip(photo if dark_on_light else 255 - photo, 0, 255)


@pytest.mark.parametrize("dark_on_light", [True, False])
def test_photos_keep_their_answers(trained, dark_on_light):
    result, data = trained
    rng = np.random.default_rng(0)
    images = data.test_images[:150]
    before = result.predict(images).argmax(axis=1)
    photos = np.stack([as_mnist(photo_of(one, rng, dark_on_light)) for one in images])
    assert (result.predict(photos).argmax(axis=1) == before).mean() >= 0.92


def test_mnists_own_images_stay_what_they_are(trained):
    result, data = trained
    images = data.test_images[:150]
    again = np.stack([as_mnist(one) for one in images])
    same = result.predict(again).argmax(axis=1) == result.predict(images).argmax(axis=1)
    assert same.mean() >= 0.95


def test_the_digit_is_scaled_and_centred_as_by_hand():
    """A bar of 100 × 20 becomes 20 × 4 pixels; its middle is at 14, 14, as MNIST's are."""
    paper = np.full((200, 300), 255.0)
    paper[30:130, 200:220] = 0
    image = as_mnist(paper)
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert (rows[0], rows[-1]) in {(4, 23), (5, 24)} and len(rows) == 20
    assert (columns[0], columns[-1]) in {(12, 15), (13, 16), (12, 16)}
    assert image.max() == 255 and image[:, 14].sum() > 18 * 255


def test_the_centre_of_mass_is_in_the_middle():
    paper = np.full((120, 120), 255.0)
    paper[20:100, 20:30] = 0  # a stroke at the left
    paper[80:100, 20:90] = 0  # and a heavy foot
    image = as_mnist(paper).astype(float)
    down, across = np.mgrid[0:28, 0:28]
    middle = [(image * one).sum() / image.sum() for one in (down, across)]
    assert middle == pytest.approx([14, 14], abs=0.75)


def test_place_and_size_make_no_difference():
    small, large = np.full((100, 100), 255.0), np.full((400, 400), 255.0)
    small[10:50, 60:70] = 0
    large[200:360, 20:60] = 0
    apart = np.abs(as_mnist(small).astype(int) - as_mnist(large))
    assert apart.max() <= 1  # of 255: the two are smoothed at 100 and at 400 pixels, then rounded


def test_specks_are_left_out():
    paper = np.full((200, 200), 255.0)
    paper[40:160, 90:110] = 0
    clean = as_mnist(paper)
    paper[5:8, 190:193] = 0
    assert np.abs(as_mnist(paper).astype(int) - clean).max() <= 1


@pytest.mark.parametrize(
    ("grey", "said"),
    [
        (np.full((50, 50), 255.0), "Nothing is drawn"),
        (np.full((50, 50), 0.0), "Nothing is drawn"),
        (255 - np.random.default_rng(0).random((60, 60)), "too faintly"),
        (np.zeros((5, 5, 3)), "(height, width)"),
        (np.zeros((0, 0)), "(height, width)"),
        (np.full((9, 9), np.nan), "(height, width)"),
        ("digit", "(height, width)"),
    ],
)
def test_what_shows_no_digit_is_refused(grey, said):
    with pytest.raises(InputError) as why:
        as_mnist(grey)
    assert said in str(why.value)


def test_a_grey_picture_of_16_bits_is_read(tmp_path):
    paper = np.full((80, 60), 60_000, np.uint16)
    paper[10:70, 25:35] = 8_000
    Image.fromarray(paper).save(tmp_path / "1.png")
    images, labels = own_digits(tmp_path)
    assert labels.tolist() == [1] and images[0].max() == 255


@pytest.mark.parametrize("name", ["IMG_20261101_000001.png", "IMG_1234.png", "12.png", "a.png"])
def test_a_name_that_names_no_digit_is_no_label(tmp_path, name):
    Image.fromarray(np.full((80, 60), 240, np.uint8)).save(tmp_path / name)
    with pytest.raises(InputError, match="doesn't say which digit"):
        own_digits(tmp_path)


def test_ink_lies_between_0_and_1():
    rng = np.random.default_rng(1)
    photo = photo_of(np.pad(np.full((20, 6), 255), ((4, 4), (11, 11))), rng)
    ink = ink_of(photo)
    assert ink.min() >= 0 and ink.max() == 1


class TestAFolder:
    @pytest.fixture
    def folder(self, tmp_path):
        for name in ("0.png", "7-mine.jpg", "digit 3.PNG"):
            paper = np.full((80, 60), 240, np.uint8)
            paper[10:70, 25:35] = 20
            Image.fromarray(paper).save(tmp_path / name, quality=95)
        (tmp_path / "notes.txt").write_text("mine")
        return tmp_path

    def test_each_file_is_a_digit(self, folder):
        images, labels = own_digits(folder)
        assert images.shape == (3, 28, 28) and images.dtype == np.uint8
        assert labels.tolist() == [0, 7, 3]

    def test_a_transparent_drawing_lies_on_white_paper(self, folder):
        drawing = np.zeros((80, 60, 4), np.uint8)
        drawing[10:70, 25:35, 3] = 255  # black ink, nothing else
        Image.fromarray(drawing).save(folder / "1.png")
        images, _ = own_digits(folder)
        assert np.abs(images[1].astype(int) - images[0]).max() < 60

    def test_a_photo_taken_sideways_is_turned(self, folder):
        paper = np.full((60, 80), 240, np.uint8)
        paper[25:35, 10:70] = 20
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(paper).save(folder / "2.jpg", exif=exif, quality=95)
        images, _ = own_digits(folder)
        rows = np.flatnonzero((images[1] > 128).any(axis=1))
        assert len(rows) > 15  # upright again

    def test_no_folder_says_how_to_make_it(self, tmp_path):
        far = tmp_path / "a_folder_with_a_long_name_in_front" / "my_digits"
        with pytest.raises(InputError, match="no folder .*my_digits here. Make one.*Colab"):
            own_digits(far)

    def test_an_empty_folder_says_what_belongs_there(self, tmp_path):
        with pytest.raises(InputError, match="holds no pictures"):
            own_digits(tmp_path)

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("5.png", b"not a picture", "no picture that can be read"),
            ("5.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "no picture that can be read"),
            ("mine.png", None, "which digit it shows"),
            ("5.heic", b"x", "Save it as JPEG"),
        ],
    )
    def test_what_can_not_be_used_is_named(self, folder, name, content, said):
        if content is None:
            (folder / name).write_bytes((folder / "0.png").read_bytes())
        else:
            (folder / name).write_bytes(content)
        with pytest.raises(InputError, match=said) as why:
            own_digits(folder)
        assert name in str(why.value)

    def test_a_blank_page_is_named_with_what_to_do(self, folder):
        Image.fromarray(np.full((50, 50), 250, np.uint8)).save(folder / "8.png")
        with pytest.raises(InputError, match=r"8\.png: Nothing is drawn .* take it again"):
            own_digits(folder)

    def test_a_picture_that_would_fill_the_memory_is_refused(self, folder):
        for width, said in (
            (11_000, r"9\.png: It has 11000 × 10000"),
            (20_000, "more than the 100,"),
        ):
            Image.new("1", (width, 10_000)).save(folder / "9.png")
            with pytest.raises(InputError, match=said):
                own_digits(folder)
