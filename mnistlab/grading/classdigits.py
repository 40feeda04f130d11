"""A class's drawings as one data set: which are taken, and which of them are for testing.

dropped                      because
blank, nearly empty          nothing can be told from them
filled                       scribbled over, or one grey all over
labelled beyond the classes  the lab has no such class
labelled in two ways         the same pixels with two labels: nobody can say which is right
the same as another          a classmate's, or handed in twice: one copy is kept
beyond so many a student     so that no hand counts more than others; of each class in turn

Nothing says whose a drawing is: they are sorted by the digest of their own pixels. What one student
drew is all for training or all for testing, so that a network is tested on hands that it never saw;
students who share a drawing count as one hand.

Example:
    >>> one = Drawings(np.full((3, 2, 2), [[[0, 85], [0, 17]]], np.uint8), np.array([1, 1, 1]))
    >>> made = together([one], most=20, classes=10)
    >>> made.y.tolist(), made.dropped
    ([1], {'the same as another': 2})
"""

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mnistlab.lab.drawings import Drawings

TEST_SHARE = 0.25  # of the drawings, about: students are whole
LEAST_INK = 0.01  # mean of the pixels, full ink 1; MNIST's 70,000 images have at least 0.025
# Of what the ink covers from edge to edge: this share of the image, and this share of it inked.
WIDE, FULL = 0.45, 0.85  # MNIST's have at most 0.78 there; a stroke, such as a 1, isn't wide


@dataclass(frozen=True, eq=False)
class ClassDigits:
    """What a class drew, without who drew it.

    Attributes:
        x: uint8 (n, height, width), 0 … 255, ink light; y: int64 (n,), what each is meant to show.
        for_test: bool (n,), which are for testing.
        students: of how many students; handed_in: of how many that handed in something.
        left_out: submissions whose drawings couldn't be read, or are of another size.
        by_student: whether no student is in both parts.
        dropped: why → how many.
    """

    x: NDArray[np.uint8]
    y: NDArray[np.int64]
    for_test: NDArray[np.bool_]
    students: int = 0
    handed_in: int = 0
    left_out: int = 0
    by_student: bool = True
    dropped: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.y)

    def arrays(self) -> dict[str, NDArray[np.uint8]]:
        """Return all, x_all and y_all, and the parts of a data set: x_train, y_train, …."""
        y = self.y.astype(np.uint8)
        train, test = ~self.for_test, self.for_test
        return {"x_all": self.x, "y_all": y, "x_train": self.x[train], "y_train": y[train],
                "x_test": self.x[test], "y_test": y[test]}  # fmt: skip

    def why_no_training(self) -> str:
        """Return why `run_experiment` can't train on it; "" where it can."""
        seen = np.unique(self.y[~self.for_test])
        if len(seen) < 2:
            return "there are fewer than two classes to train with"
        if gaps := sorted(set(range(int(self.y.max()) + 1)) - set(seen.tolist())):
            return f"no drawing to train with is labelled {', '.join(map(str, gaps))}"
        return "" if self.for_test.any() else "there are too few to keep some apart for testing"

    def __repr__(self) -> str:
        """Return it in one line: students, drawings of each class, what was dropped and why."""
        of_each = ", ".join(f"{one} × {count}" for one, count in
                            zip(*np.unique(self.y, return_counts=True), strict=True))  # fmt: skip
        gone = ", ".join(f"{count} {why}" for why, count in self.dropped.items()) or "none"
        train, test = int((~self.for_test).sum()), int(self.for_test.sum())
        left = f", {self.left_out} couldn't be read or used" * bool(self.left_out)
        return (f"{self.students} of {self.handed_in} students drew{left}; {len(self)} drawings "
                f"taken: {of_each}; dropped: {gone}; {train} to train and {test} to test, parted "
                f"by {'student' if self.by_student else 'drawing'}")  # fmt: skip


@dataclass(frozen=True)
class _One:
    """A drawing: its digest, which sorts it; its class and pixels; whose it is, as a number."""

    digest: bytes
    label: int
    pixels: bytes
    student: int


def together(each: Sequence[Drawings], most: int, classes: int) -> ClassDigits:
    """Return what a class drew as one data set; the same whatever the students are called.

    Args:
        each: the drawings of each student who handed in some, all of one size.
        most: how many are taken of one student.
        classes: of the lab.
    """
    each = sorted(each, key=lambda one: _digest(one.labels.tobytes(), one.images.tobytes()))
    gone: Counter[str] = Counter()
    good = list(_good(each, classes, gone))
    kept, hands = _once(good, len(each), gone)
    taken = sorted(_at_most(kept, most, gone), key=lambda one: one.digest)
    shape = each[0].shape if each else (28, 28)
    pixels = bytearray().join(one.pixels for one in taken)
    y = np.array([one.label for one in taken], np.int64)
    for_test, by_student = _parted(y, np.array([hands[one.student] for one in taken], np.int64))
    x = np.frombuffer(pixels, np.uint8).reshape(-1, *shape)
    return ClassDigits(x, y, for_test, students=len(each), handed_in=len(each),
                       by_student=by_student, dropped=dict(gone))  # fmt: skip


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _good(each: Sequence[Drawings], classes: int, gone: Counter[str]) -> Iterable[_One]:
    """Yield the drawings from which something can be told; the others are counted."""
    for student, drawn in enumerate(each):
        for image, label in zip(drawn.images, drawn.labels.tolist(), strict=True):
            if why := _unfit(image) or ("labelled beyond the classes" if label >= classes else ""):
                gone[why] += 1
            else:
                pixels = image.tobytes()
                yield _One(_digest(pixels), label, pixels, student)


def _unfit(image: NDArray[np.uint8]) -> str:
    """Return why nothing can be told from an image, or ""."""
    if not image.any():
        return "blank"
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    inside = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    full = inside.mean() > FULL * 255 or inside.min() == inside.max()
    if inside.size >= WIDE * image.size and full:
        return "filled"
    return "nearly empty" if image.mean() < LEAST_INK * 255 else ""


def _once(good: Sequence[_One], students: int, gone: Counter[str]) -> tuple[list[_One], list[int]]:
    """Return each drawing once, and of each student the hand: the least number they share with."""
    same: dict[bytes, list[_One]] = defaultdict(list)
    for one in good:
        same[one.pixels].append(one)
    hands, kept = list(range(students)), []
    for copies in same.values():
        owners = {hands[one.student] for one in copies}
        if len(owners) > 1:
            hands = [min(owners) if hand in owners else hand for hand in hands]
        if len({one.label for one in copies}) > 1:
            gone["labelled in two ways"] += len(copies)
        else:
            kept.append(copies[0])
            if len(copies) > 1:
                gone["the same as another"] += len(copies) - 1
    return kept, hands


def _at_most(kept: Sequence[_One], most: int, gone: Counter[str]) -> Iterable[_One]:
    """Yield at most so many drawings of each student, of each class in turn."""
    of_student: dict[int, dict[int, list[_One]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted(kept, key=lambda one: one.digest):
        of_student[one.student][one.label].append(one)
    for by_class in of_student.values():
        rounds = itertools.zip_longest(*(by_class[label] for label in sorted(by_class)))
        in_turn = [one for each in rounds for one in each if one is not None]
        yield from in_turn[:most]
        if len(in_turn) > most:
            gone[f"beyond {most} a student"] += len(in_turn) - most


def _parted(y: NDArray[np.int64], hands: NDArray[np.int64]) -> tuple[NDArray[np.bool_], bool]:
    """Return which drawings are for testing, and whether that parts whole hands.

    Args:
        y: (n,), the classes; hands: (n,), whose each is.
    """
    for_test = np.zeros(len(y), bool)
    for hand in np.unique(hands):
        chosen = for_test | (hands == hand)
        if for_test.sum() < TEST_SHARE * len(y) and _leaves_all(y, chosen):
            for_test = chosen
    if for_test.any():
        return for_test, True
    return _some_of_each(y), len(np.unique(hands)) == 0


def _leaves_all(y: NDArray[np.int64], for_test: NDArray[np.bool_]) -> bool:
    """Whether each class can still be trained with."""
    return len(np.unique(y[~for_test])) == len(np.unique(y))


def _some_of_each(y: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a quarter of each class, at least one of two."""
    for_test = np.zeros(len(y), bool)
    for label in np.unique(y):
        where = np.flatnonzero(y == label)
        for_test[where[: max(round(TEST_SHARE * len(where)), int(len(where) > 1))]] = True
    return for_test
