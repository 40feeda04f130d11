"""How a drawing is put into the image: as the images of its data set were made.

    mnist, mnist_5k   into 20×20 of 28×28, the centre of mass in the middle
    fashion_mnist     into 28×28, the middle of its box in the middle
    digits            into 8×8, likewise
    28×28 of your own as MNIST
    others            only made smaller, where it was drawn

Source: LeCun, Cortes and Burges, "The MNIST database"; Xiao, Rasul and Vollgraf, "Fashion-MNIST",
figure 1.

Example:
    >>> framing_of("mnist", (28, 28)).box, framing_of("cifar10", (32, 32, 3))
    (20, None)
"""

from typing import NamedTuple


class Framing(NamedTuple):
    """How drawings are scaled and placed.

    Attributes:
        box: pixels of the longer side of what was drawn.
        centre: what goes into the middle: "mass", its centre of mass, or "box".
        offer: what the page's switch for it says.
        made: how the images of the data set were made, as the page says it.
        shape: that of the images.
    """

    box: int
    centre: str
    offer: str
    made: str
    shape: tuple[int, ...] = (28, 28)


MNIST = Framing(
    20, "mass", "Scale into 20×20 and centre, as MNIST’s images were",
    "MNIST’s digits were scaled into 20×20 pixels, their shape kept, and put with their centre of "
    "mass into the middle of 28×28 (LeCun, Cortes and Burges). Your drawing goes the same way: a "
    "network knows only what it learnt from.",
)  # fmt: skip
OWN = MNIST._replace(
    made="The drawing is scaled into 20×20 pixels, its shape kept, and put with its centre of mass "
    "into the middle of 28×28, as MNIST’s digits were (LeCun, Cortes and Burges). Were these "
    "images made in another way, switch that off."
)
BY_NAME = {
    "mnist": MNIST,
    "mnist_5k": MNIST,
    "fashion_mnist": Framing(
        28, "box", "Scale into 28×28 and centre, as these images were",
        "Fashion-MNIST’s pictures were scaled until the longer side filled 28 pixels, and put into "
        "the middle (Xiao, Rasul and Vollgraf). Your drawing goes the same way. Clothes are "
        "filled areas: draw with a thick pen.",
    ),
    "digits": Framing(
        8, "box", "Scale into 8×8 and centre, as these images were",
        "These digits fill their 8×8 pixels. Your drawing is scaled until its longer side fills 8 "
        "pixels, and put into the middle.", (8, 8),
    ),
}  # fmt: skip


def framing_of(data_set: str, shape: tuple[int, ...]) -> Framing | None:
    """Return how drawings for a data set are framed; None: they are only made smaller.

    Args:
        data_set: its name.
        shape: that of its images, (height, width) or (height, width, 3).
    """
    known = BY_NAME.get(data_set, OWN)
    if known.shape == shape:
        return known
    return OWN if OWN.shape == shape else None
