"""From an accuracy to a share of the points, exactly.

    9,700 of 10,000 with full_from = 0.97                    all
    9,350 with none_below = 0.9                              half of them
    9,350 in steps = 4                                       two quarters: half of them
    9,000 and fewer                                          none

All of it is done with fractions of whole numbers, 0.97 being 97/100, so a network that reaches a
threshold has reached it. In n steps the points are those of the last step reached: a k-th of n
from none_below + (full_from − none_below) · k / n on.

Example:
    >>> str(share(9350, 10_000, full_from=0.97, none_below=0.9))
    '1/2'
"""

from fractions import Fraction


def exactly(number: float) -> Fraction:
    """Return a number as the decimal that it is written as: 0.97 is 97/100."""
    return Fraction(repr(float(number)))


def share(
    right: int, of: int, full_from: float, none_below: float, steps: int | None = None
) -> Fraction:
    """Return the share of the points that so many right answers earn, in [0, 1].

    Args:
        right: how many patterns were recognised.
        of: of how many, at least 1.
        full_from, none_below: accuracies in [0, 1], none_below at most full_from.
        steps: in how many equal steps the points rise between them; None: evenly.

    Example:
        >>> str(share(9525, 10_000, full_from=0.97, none_below=0.9, steps=4))
        '3/4'
    """
    reached, full, none = Fraction(right, of), exactly(full_from), exactly(none_below)
    if reached >= full:
        return Fraction(1)
    if reached <= none:
        return Fraction(0)
    way = (reached - none) / (full - none)
    return way if steps is None else Fraction(int(way * steps), steps)


def points(of: Fraction, out_of: float) -> float:
    """Return a share of the points, rounded to hundredths."""
    return round(float(of * exactly(out_of)), 2)


def percent(accuracy: Fraction | float) -> str:
    """Return an accuracy in percent; what is cut off is never rounded up to a threshold.

    Example:
        >>> percent(Fraction(9612, 10_000)), percent(Fraction(2909, 3000)), percent(1)
        ('96.12%', '96.96%', '100.00%')
    """
    exact = accuracy if isinstance(accuracy, Fraction) else exactly(accuracy)
    hundredths = int(exact * 10_000)  # towards 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
