import numpy as np

from mnistlab.data.patternchecks import scaled


def test_scaled_is_exactly_what_keras_users_write() -> None:
    images = np.arange(256, dtype=np.uint8).reshape(4, 8, 8)
    wanted = images.reshape(4, 64).astype("float32") / 255
    assert np.array_equal(scaled(images, 255), wanted)
    assert scaled(images, 255).dtype == np.float32


def test_the_colours_of_a_pixel_stand_side_by_side() -> None:
    images = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)
    assert scaled(images, 1)[1].tolist() == list(range(12, 24))
