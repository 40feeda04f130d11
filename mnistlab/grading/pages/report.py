"""The instructor's page: how a class did, who needs a look, and every answer side by side.

    at a glance → needs a look → distribution → items by points lost → students → answers

One self-contained file. It holds no time of day: the same grades give the same bytes.

Example:
    >>> page = report([], lab, Collection("files", ()))  # doctest: +SKIP
    >>> page.startswith("<!doctype html>")  # doctest: +SKIP
    True
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mnistlab.grading.folders.found import IGNORED, NOTE
from mnistlab.grading.gradebook import was_late
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Collection
from mnistlab.grading.pages import figures, sidebyside
from mnistlab.grading.pages.anonymity import anonymised, shuffled
from mnistlab.grading.pages.pages import counted, page_name, points, rendered
from mnistlab.lab.assignment import Lab

# Kind of flag → what the list of flags calls it, and the word in the table.
FLAGS = {
    "identity": ("Says that it is somebody else's", "identity"),
    "seed": ("Another student's personal seed", "another's seed"),
    "similar": ("Nearly the same weights as another's", "similar weights"),
    "claim": ("Stated accuracy isn't the measured one", "stated accuracy"),
    "curve": ("A learning curve that can't be", "learning curve"),
    "replay": ("Trained again, and something else came out", "replay"),
    "lab": ("Made for another lab", "another lab"),
    "partner": ("Partners", "partners"),
    "marks": ("Two people's marks differ", "marks differ"),
    "late": ("Late", "late"),
}


def report(
    grades: Sequence[Grade],
    lab: Lab,
    collection: Collection,
    anonymous: bool = False,
    feedback_folder: str = "feedback",
) -> str:
    """Return the instructor's page as HTML.

    Args:
        grades: of the class, in the order in which the table lists them.
        lab: what was graded.
        collection: what the submissions lay in.
        anonymous: whether numbers stand for names, ids and file names; no link leads to a
            feedback page then.
        feedback_folder: where the feedback pages lie, seen from the page; each is named by
            `pages.page_name`.
    """
    shown = anonymised(grades, collection.handed) if anonymous else tuple(grades)
    late = _late(shuffled(grades) if anonymous else grades, collection)
    every = figures.items(shown)
    rows = [_row(k, one, every, "" if anonymous else feedback_folder, is_late)
            for k, (one, is_late) in enumerate(zip(shown, late, strict=True), start=1)]  # fmt: skip
    odd = [one for one in collection.unmatched if not one.startswith((IGNORED, NOTE))]
    aside = [one for one in collection.unmatched if one.startswith((IGNORED, NOTE))]
    all_ = figures.summary(shown)
    there = [one.points for one in shown if figures.handed_in(one)]
    return rendered(
        "report.html",
        script="report.js",
        lab=lab,
        anonymous=anonymous,
        all=all_,
        tiles=_tiles(all_, lab.out_of, len(odd)),
        looks=_looks(rows),
        unmatched=odd,
        aside=[one.removeprefix(NOTE) for one in aside],
        chart=_chart(figures.distribution(there, lab.out_of)),
        items=sorted(every, key=lambda one: (one.unread, -round(one.lost, 9))),
        columns=every,
        rows=rows,
        options=_options(rows),
        questions=sidebyside.asked(lab, shown),
        of=lambda places: [rows[k] for k in places],
        graded=_graded_by(shown),
    )


def _late(grades: Sequence[Grade], collection: Collection) -> list[bool]:
    """Return which grades are of something that was handed in late."""
    handed = {one.student.id: one.attempts for one in collection.handed}
    counts = (handed.get(one.student, ())[max(one.attempt - 1, 0) : one.attempt] for one in grades)
    return [was_late(one, next(iter(attempt), None))
            for one, attempt in zip(grades, counts, strict=True)]  # fmt: skip


def _graded_by(grades: Sequence[Grade]) -> list[tuple[str, str, str, str]]:
    """Return each rubric, test data, private data and version that graded any of them."""
    by = ((one.rubric, one.test_data, one.private_data, one.version) for one in grades)
    return list(dict.fromkeys(by))


# ── the table ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """One student in the table.

    Attributes:
        anchor: the row's id in the page; href: the feedback page, or "".
        name: how to call the student; file: what was read.
        kinds: what the filter goes by, words apart; labels: what to look at, in words.
        late: whether it was handed in late, with or without a rule for that.
        accuracy: measured, in [0, 1], or None.
        cells: points of each item; None: to mark; "": no such item.
    """

    anchor: str
    href: str
    grade: Grade
    name: str
    file: str
    kinds: str
    late: bool
    labels: tuple[str, ...]
    accuracy: float | None
    cells: tuple[float | str | None, ...]


def _row(
    k: int, grade: Grade, every: Sequence[figures.ItemFigures], folder: str, late: bool
) -> Row:
    """Return the row of a student."""
    earned = {one.item: one.points for one in grade.outcomes}
    marks = dict(_marks(grade, late))
    return Row(
        anchor=f"s{k}",
        href=f"{folder}/{page_name(grade.student)}" if folder else "",
        grade=grade,
        name=grade.name.strip() or grade.student.strip() or "(no name)",
        file=grade.facts.file if grade.facts else "",
        kinds=" ".join(marks),
        late=late,
        labels=tuple(label for label in marks.values() if label),
        accuracy=grade.facts.measured_accuracy if grade.facts else None,
        cells=tuple(earned.get(one.item, "") for one in every),
    )


def _marks(grade: Grade, late: bool) -> Iterator[tuple[str, str]]:
    """Yield why a student needs a look: word for the filter, words for the table."""
    if not figures.handed_in(grade):
        yield "nothing", "nothing handed in"
    if figures.unreadable(grade):
        yield "unreadable", "not readable"
    if grade.flags:
        yield "flagged", ""
    for flag in grade.flags:
        yield flag.kind, FLAGS[flag.kind][1]
    if grade.to_mark:
        yield "mark", f"{grade.to_mark} to mark"
    if late:
        when = counted(grade.late_days, "day") + " late" if grade.late_days else "LATE"
        yield "late", when + f", {points(100 * grade.penalty)}% off" * bool(grade.penalty)
    if grade.penalty:
        yield "penalty", ""


@dataclass(frozen=True)
class Option:
    """One entry of the filter."""

    value: str
    label: str
    count: int


def _options(rows: Sequence[Row]) -> list[Option]:
    """Return the entries of the filter that leave anybody."""
    every = {"flagged": "with a flag", "mark": "with answers to mark",
             "unreadable": "not readable", "nothing": "nothing handed in",
             "penalty": "points off for lateness",
             **{kind: f"flag: {label}" for kind, (_, label) in FLAGS.items()},
             "late": "handed in late"}  # fmt: skip
    counts = {kind: sum(kind in row.kinds.split() for row in rows) for kind in every}
    return [Option(kind, label, counts[kind]) for kind, label in every.items() if counts[kind]]


# ── at a glance ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Tile:
    """A figure with what it counts, and which students it shows in the table."""

    figure: str
    label: str
    show: str = ""


def _tiles(all_: figures.Summary, out_of: float, unmatched: int) -> list[Tile]:
    """Return the figures at the top of the page; of the further ones those that occur."""
    tiles = [
        Tile(f"{all_.measured:,}", f"of {counted(all_.students, 'student')} measured"),
        Tile(points(all_.median), f"median, of {points(out_of)} points"),
        Tile(f"{all_.flagged:,}", "with a flag", "flagged" if all_.flagged else ""),
    ]
    further = [
        (all_.answers, f"to mark, of {counted(all_.to_mark, 'student')}", "mark"),
        (all_.unreadable, "not readable", "unreadable"),
        (all_.nothing, "handed in nothing", "nothing"),
        (unmatched, "matched to nobody", ""),
    ]
    return tiles + [Tile(f"{n:,}", label, show) for n, label, show in further if n]


@dataclass(frozen=True)
class Entry:
    """A student in a list of those who need a look, and why."""

    row: Row
    texts: tuple[str, ...]
    others: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Look:
    """One reason to look, and at whom."""

    title: str
    entries: list[Entry]


def _looks(rows: Sequence[Row]) -> list[Look]:
    """Return who needs a look, by reason; reasons that concern nobody are left out."""
    by_id = {row.grade.student: row for row in rows}
    looks = [Look(title, _flagged(rows, kind, by_id)) for kind, (title, _) in FLAGS.items()]
    looks += [
        Look("Handed in late", [Entry(row, ()) for row in rows if row.late]),
        Look("Not readable", _those(rows, figures.unreadable, "problems")),
        Look("Handed in nothing", _those(rows, lambda one: not figures.handed_in(one), "")),
        Look("Notes", _those(rows, lambda one: bool(one.facts and one.facts.notes), "notes")),
    ]
    return [look for look in looks if look.entries]


def _flagged(rows: Sequence[Row], kind: str, by_id: dict[str, Row]) -> list[Entry]:
    """Return the students with a flag of one kind."""
    entries = []
    for row in rows:
        flags = [flag for flag in row.grade.flags if flag.kind == kind]
        others = dict.fromkeys(one for flag in flags for one in flag.others if one in by_id)
        if flags:
            entries.append(
                Entry(row, tuple(flag.text for flag in flags), tuple(by_id[one] for one in others))
            )
    return entries


def _those(rows: Sequence[Row], condition: Callable[[Grade], bool], texts: str) -> list[Entry]:
    """Return the students whom a condition holds for, with what their facts say."""
    return [
        Entry(row, getattr(row.grade.facts, texts, ()) if texts else ())
        for row in rows
        if condition(row.grade)
    ]


# ── the distribution ────────────────────────────────────────────────────────────────────────────

WIDTH, HEIGHT, FLOOR, TOP = 440, 170, 148, 16  # of the drawing; its axis; room for numbers
MARGIN = 16  # at both sides, for half of a tick's text


def _chart(bars: Sequence[figures.Bar]) -> dict[str, Any]:
    """Return a histogram as the template draws it: bars, ticks, and what it shows in words."""
    step = (WIDTH - 2 * MARGIN) / len(bars)
    most = max(bar.count for bar in bars) or 1
    drawn = []
    for k, bar in enumerate(bars):
        height = round((FLOOR - TOP) * bar.count / most, 1)
        x = MARGIN + step * k
        place = {"x": round(x + 1, 1), "middle": round(x + step / 2, 1),
                 "y": round(FLOOR - height, 1), "width": round(step - 2, 1),
                 "height": height}  # fmt: skip
        drawn.append({**place, "count": bar.count, "label": bar.label})
    ticks = [{"x": round(MARGIN + step * low / figures.WIDTH, 1), "label": f"{low}%"}
             for low in range(0, 101, 20)]  # fmt: skip
    said = "; ".join(f"{bar.label}: {bar.count}" for bar in bars if bar.count)
    return {"width": WIDTH, "height": HEIGHT, "floor": FLOOR, "bars": drawn, "ticks": ticks,
            "said": f"Students by percent of the points. {said}."}  # fmt: skip
