import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import WIDTHS, Opened, chromium
from hostile_class import HOSTILE, LAB, facts, flags, grade, unread
from mnistlab.grading.grades import Grade, Outcome
from mnistlab.grading.pages.feedback import feedback
from mnistlab.grading.pages.pages import visible
from mnistlab.grading.points import rubric


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as one:
        yield one


def shown(browser: Any, folder: Path, one: Grade, width: int = 1280, **how: Any) -> Opened:
    """Return a student's page, opened."""
    file = folder / "page.html"
    file.write_text(feedback(one, LAB), encoding="utf-8")
    return Opened(browser, file, width, **how)


def text_of(page: str) -> str:
    """Return what a page says, without its tags and style."""
    body = page[page.index("<body") :]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def made(one: Grade, **changed: Any) -> str:
    """Return what the page of a changed grade says."""
    return text_of(feedback(one.model_copy(update=changed), LAB))


# ── what it says ────────────────────────────────────────────────────────────────────────────────


def test_after_the_points_comes_what_to_do_next() -> None:
    said = text_of(feedback(grade(1), LAB))
    order = [f"{grade(1).points:g} of 100 points", "What you can do next",
             "Train for more epochs, and look at the curve.", "Where the points come from",
             "What was measured of your network", "What this was graded by"]  # fmt: skip
    places = [said.index(one) for one in order]
    assert places == sorted(places)


def test_advice_stands_by_the_points_it_can_bring_and_once() -> None:
    given = (
        Outcome(item="a", title="A", points=4, out_of=5, reason="", advice="Little."),
        Outcome(item="b", title="B", points=0, out_of=30, reason="", advice="Much."),
        Outcome(item="c", title="C", points=9, out_of=10, reason="", advice="Much."),
        Outcome(item="d", title="D", points=5, out_of=5, reason="", advice="None lost."),
        Outcome(item="e", title="E", points=0, out_of=9, reason="", advice="Bonus.", bonus=True),
        Outcome(item="f", title="F", points=0, out_of=9, reason="", advice="Hid", visible=False),
        Outcome(item="g", title="G", points=None, out_of=9, reason="", advice="Not read."),
    )
    said = made(grade(1), outcomes=given)
    top = said[said.index("What you can do next") : said.index("Where the points")]
    assert top.strip() == (
        "What you can do next Much. ( up to 30 more: B ) Little. ( up to 1 more: A )"
    )


def test_what_keeps_a_file_from_being_read_comes_first() -> None:
    said = made(grade(1), facts=unread(1), outcomes=rubric.outcomes(LAB, unread(1)))
    after = said[said.index("What you can do next") :]
    assert after.startswith("What you can do next The file is cut short: download it from Colab")


def test_nothing_handed_in() -> None:
    said = text_of(feedback(Grade(student="a", outcomes=rubric.outcomes(LAB, None)), LAB))
    assert "0 of 100 points" in said
    assert "Nothing of yours was handed in." in said
    assert "What was measured of your network" not in said


@pytest.mark.parametrize(
    ("points", "rest"),
    [
        (5.0, "You have all of the points."),
        (None, "Nothing for now: wait until your answers have been read."),
        (2.0, "ask your instructor"),
    ],
)
def test_where_there_is_nothing_to_advise(points: float | None, rest: str) -> None:
    only = Outcome(item="a", title="A", points=points, out_of=5, reason="So.")
    assert rest in made(grade(1), outcomes=(only,))


def test_each_item_has_points_reason_measurement_and_advice() -> None:
    given = Outcome(item="a", title="Accuracy", points=12.5, out_of=30, reason="A reason.",
                    measured="91.37%", advice="Try this.", by="M. T.")  # fmt: skip
    said = made(grade(1), outcomes=(given,))
    assert "Accuracy 12.5 of 30 A reason. Measured: 91.37% To try: Try this." in said
    assert "M. T." not in said


def test_of_a_hidden_item_only_the_points_are_shown() -> None:
    hidden = Outcome(item="why", title="Private", points=3, out_of=9, reason="Secret reason.",
                     measured="88.12%", advice="Secret advice.", visible=False)  # fmt: skip
    said = made(grade(1), outcomes=(hidden,))
    assert "Private 3 of 9" in said
    assert "Secret" not in said and "88.12%" not in said and "your answer" not in said


def test_answers_that_wait_are_said() -> None:
    one = grade(2)
    assert one.to_mark == 2
    assert "2 answers have not been read yet and count 0 so far: your points can rise." in made(one)
    assert "not read yet, of 15" in made(one)


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "Handed in 1 day late:"), (3, "Handed in 3 days late:"), (None, "Handed in late:")],
)
def test_what_lateness_cost(days: int | None, said: str) -> None:
    only = Outcome(item="a", title="A", points=80, out_of=100, reason="")
    text = made(grade(1), outcomes=(only,), late_days=days, penalty=0.125)
    assert f"70 of 100 points {said} 80 points less 12.5%." in text


def test_mistakes_in_words() -> None:
    said = text_of(feedback(grade(1), LAB))
    assert "4 was taken for 9: 21 times" in said
    assert "5 was taken for 3: once" in said
    fashion = text_of(
        feedback(grade(1), LAB, class_names=("top", "trouser", "<b>", "dress", "coat"))
    )
    assert "coat was taken for 9: 21 times 7 was taken for &lt;b&gt;: 12 times" in fashion


def test_what_was_measured() -> None:
    measured = facts(1).model_copy(update={"correct": 9137, "claimed_accuracy": 1e300})
    said = made(grade(1), facts=measured)
    assert "Accuracy 9,137 of 10,000 test patterns (91.37%)" in said
    assert "Units 784-512-10" in said and "Parameters 407,050" in said
    assert "1e+300, which is no share" in said


def test_what_it_was_graded_by() -> None:
    one = grade(1).model_copy(update={"attempt": 2, "attempts": 3, "sender": "bob"})
    said = text_of(feedback(one, LAB))
    for text in (one.rubric, one.test_data, one.private_data, facts(1).digest, "mnistlab 0.1.0",
                 "Attempt 2 of 3", "Handed in by bob", "submission-1.zip"):  # fmt: skip
        assert text in said[said.index("What this was graded by") :]


def test_question_and_answer_can_be_read_again() -> None:
    assert "Why does a hidden unit have an error" in text_of(feedback(grade(1), LAB))
    assert facts(1).answers["beta"] in text_of(feedback(grade(1), LAB))


def test_flags_places_and_notes_are_the_instructors() -> None:
    one = grade(1).model_copy(update={
        "flags": flags(1, 300, "Suspicious."), "where": "/home/prof/class.zip",
        "facts": facts(1).model_copy(update={"notes": ("A note.",), "partners": ("bob",)}),
    })  # fmt: skip
    page = feedback(one, LAB)
    assert one.flags
    for text in ("Suspicious", "/home/prof", "A note", "bob"):
        assert text not in page


# ── hostile texts, and everybody ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("k", range(len(HOSTILE)))
def test_hostile_texts_are_shown_and_do_nothing(browser: Any, tmp_path: Path, k: int) -> None:
    text = HOSTILE[k].encode("utf-8", "replace").decode()
    page = shown(browser, tmp_path, grade(3, text=text, name=text))
    page.open_details()
    assert page.silent, (page.dialogs, page.said, page.errors, page.asked)
    assert page.page.locator("script, img, iframe, object, a, form, link").count() == 0
    assert page.page.locator("style").count() == 1
    wanted = " ".join(visible(" ".join(text.split())).split())[:60]
    assert wanted in " ".join(page.page.locator("body").inner_text().split())
    assert page.fits
    page.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("k", [1, 2, 5, 6, 13])
def test_axe_finds_nothing_wrong(browser: Any, tmp_path: Path, k: int, scheme: str) -> None:
    page = shown(browser, tmp_path, grade(k), color_scheme=scheme)
    page.open_details()
    assert page.violations() == []
    page.page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_needs_scrolling_to_the_side(browser: Any, tmp_path: Path, width: int) -> None:
    page = shown(browser, tmp_path, grade(3, text="x" * 10_000, name="x" * 10_000), width)
    page.open_details()
    assert page.fits
    page.page.close()


def test_the_same_grade_gives_the_same_page() -> None:
    assert feedback(grade(1), LAB) == feedback(grade(1), LAB)
    assert "script-src" not in feedback(grade(1), LAB)


def test_a_question_stands_whole_above_its_points() -> None:
    text = "How well does it recognise these patterns? " * 12
    question = LAB.question[2].model_copy(update={"text": text})
    lab = LAB.model_copy(update={"question": (question,)})
    one = grade(1).model_copy(update={"outcomes": rubric.outcomes(lab, facts(1))})
    page = feedback(one, lab)
    heads = re.findall(r"<h3.*?</h3>", page, flags=re.S)
    assert any(text.strip() in head for head in heads)
    assert "…" not in " ".join(heads)


def test_the_question_is_said_again_only_where_its_lines_are_lost_above() -> None:
    said = feedback(grade(1), LAB)
    assert said.count("What happens with β = 5?") == 1  # one line
    assert "Why does a hidden unit have an error,\nalthough" in said
