import pytest

from hostile_class import facts, unread
from mnistlab.grading.grades import Flag, Grade, Outcome
from mnistlab.grading.pages.figures import (
    ItemFigures,
    distribution,
    handed_in,
    items,
    summary,
    unreadable,
)


def grade(student: str, *points: float | None, **fields: object) -> Grade:
    """Return a grade with items of 10 points each."""
    outcomes = tuple(
        Outcome(item=f"item{k}", title=f"Item {k}", points=one, out_of=10, reason="")
        for k, one in enumerate(points)
    )
    return Grade(student=student, outcomes=outcomes, **fields)


CLASS = (
    grade("a", 10, 4, facts=facts(1), attempts=1),
    grade("b", 0, None, facts=facts(2), attempts=1, flags=(Flag(kind="late", text="Late."),)),
    grade("c", 5, 0, facts=unread(3), attempts=1),
    grade("d", 0, 0),
    grade("e", 0, 0, attempts=1),  # a link, without a file
)


def test_who_counts_as_what() -> None:
    assert [handed_in(one) for one in CLASS] == [True, True, True, False, True]
    assert [unreadable(one) for one in CLASS] == [False, False, True, False, True]


def test_a_class_at_a_glance_by_hand() -> None:
    all_ = summary(CLASS)
    assert (all_.students, all_.measured, all_.unreadable, all_.nothing) == (5, 2, 2, 1)
    assert (all_.flagged, all_.to_mark, all_.answers, all_.handed_in) == (1, 1, 1, 4)
    # points of those who handed in: 14, 0, 5, 0
    assert (all_.mean, all_.median) == (4.75, 2.5)
    assert (all_.lower, all_.upper) == (0, 7.25)


def test_a_class_of_none_and_of_one() -> None:
    assert summary([]).mean == 0
    one = summary(CLASS[:1])
    assert (one.mean, one.median, one.lower, one.upper) == (14, 14, 14, 14)


@pytest.mark.parametrize(
    ("points", "low"), [(0, 0), (4.99, 0), (5, 5), (99.99, 95), (100, 95), (100.01, 100), (85, 85)]
)
def test_the_bar_of_a_grade(points: float, low: int) -> None:
    assert [bar.low for bar in distribution([points], 100) if bar.count] == [low]


def test_every_grade_is_in_one_bar() -> None:
    points = [k * 0.3 for k in range(400)]
    bars = distribution(points, 30)
    assert sum(bar.count for bar in bars) == 400
    assert bars[-1].label == "above 100%"
    assert [bar.low for bar in distribution([0.1 * 3], 1) if bar.count] == [
        30
    ]  # 0.30000000000000004


def test_a_lab_without_points_has_a_distribution() -> None:
    assert sum(bar.count for bar in distribution([0, 0], 0)) == 2


def test_items_by_hand_without_those_who_handed_in_nothing() -> None:
    first, second = items(CLASS)
    assert (first.item, first.mean, first.lost) == ("item0", 3.75, 6.25)
    assert (first.full, first.zero, first.to_mark) == (0.25, 0.5, 0)
    # 4, to mark, 0, 0
    assert second.mean == pytest.approx(4 / 3)
    assert (second.to_mark, second.zero) == (1, pytest.approx(2 / 3))


def test_nobody_loses_a_bonus() -> None:
    bonus = Outcome(item="more", title="", points=0, out_of=5, reason="", bonus=True)
    (only,) = items([Grade(student="a", outcomes=(bonus,))])
    assert (only.lost, only.title, only.share) == (0, "more", 0)


def test_an_item_is_unread_until_somebody_has_read_an_answer() -> None:
    def item(*given: tuple[float | None, str]) -> ItemFigures:
        column = [Grade(student="a", attempts=1, outcomes=(
            Outcome(item="why", title="", points=points, out_of=5, reason="", by=by),
        )) for points, by in given]  # fmt: skip
        return items(column)[0]

    assert item((0, ""), (None, ""), (None, "")).unread  # one left it empty
    assert not item((0, ""), (None, ""), (2, "ann")).unread
    assert not item((0, ""), (3, "")).unread
    assert item((0, ""), (None, ""), (None, "")).known == 1
