"""A student's page: the points, what to do next, and where each point comes from.

Flags and who read an answer don't stand on it: they are the instructor's. Of a hidden item it
shows the points alone.

Example:
    >>> page = feedback(grade, lab)  # doctest: +SKIP
    >>> "4 was taken for 9: 21 times" in page  # doctest: +SKIP
    True
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Grade, Outcome
from mnistlab.grading.pages.figures import handed_in
from mnistlab.grading.pages.pages import counted, points, rendered
from mnistlab.grading.scale import percent
from mnistlab.lab.assignment import Lab

SOURCES = {
    "zip": "a file that mnistlab.submit wrote",
    "keras": "a Keras model (.keras)",
    "h5": "Keras weights (.h5)",
    "npz": "NumPy arrays (.npz)",
    "notebook": "the saved outputs of a notebook",
    "record": "a result without weights, which can't be measured",
}


def feedback(grade: Grade, lab: Lab, class_names: Sequence[str] = ()) -> str:
    """Return a student's page as HTML, one self-contained file that runs no script.

    Args:
        grade: of the student.
        lab: what was graded.
        class_names: what each class is called, by its number; (): the numbers.
    """
    facts = grade.facts
    return rendered(
        "feedback.html",
        lab=lab,
        grade=grade,
        called=grade.name.strip() or grade.student.strip() or "(no name)",
        late=_late(grade),
        steps=_steps(grade),
        rest=_rest(grade),
        outcomes=grade.outcomes,
        asked=_asked(grade, lab),
        given=_given(grade, lab),
        network=list(_network(facts)) if facts else [],
        confusions=_confusions(facts, class_names) if facts else [],
    )


def _late(grade: Grade) -> str:
    """Return what lateness cost."""
    off = f"{points(grade.earned)} points less {points(100 * grade.penalty)}%"
    if grade.late_days is None:
        return f"Handed in late: {off}."
    return f"Handed in {counted(grade.late_days, 'day')} late: {off}."


# ── what to do next ─────────────────────────────────────────────────────────────────────────────


def _steps(grade: Grade) -> list[tuple[str, str]]:
    """Return what a student can do, each with what it is for: first what keeps a file from being
    read, then advice, most points first.
    """
    if not handed_in(grade):
        return [("Nothing of yours was handed in. If you did hand something in, tell your "
                 "instructor where; if not, ask whether you still can.", "")]  # fmt: skip
    steps = dict.fromkeys(grade.facts.problems if grade.facts else (), "")
    for one in sorted(filter(_has_advice, grade.outcomes), key=_lost, reverse=True):
        steps.setdefault(one.advice, f"up to {points(_lost(one))} more: {one.title}")
    return list(steps.items())


def _has_advice(one: Outcome) -> bool:
    """Whether an item lost points and says what to try, and may say so; a bonus isn't lost."""
    return bool(one.advice) and one.visible and not one.bonus and _lost(one) > 0


def _lost(one: Outcome) -> float:
    """Return the points that an item lost; 0 where a person has yet to read it."""
    return 0.0 if one.points is None else one.out_of - one.points


def _rest(grade: Grade) -> str:
    """Return what is said where there is nothing to advise."""
    if grade.to_mark:
        return "Nothing for now: wait until your answers have been read."
    if any(_lost(one) > 0 for one in grade.outcomes if not one.bonus):
        return "There is no advice for the points that are missing; ask your instructor."
    return "You have all of the points. There is nothing to mend."


# ── what was handed in, and measured ────────────────────────────────────────────────────────────


def _asked(grade: Grade, lab: Lab) -> dict[str, str]:
    """Return the whole text, in one line, of each question that a title may have cut."""
    titles = {one.item: one.title.removesuffix("…") for one in grade.outcomes}
    whole = {one.id: " ".join(one.text.split()) for one in lab.question}
    return {item: text for item, text in whole.items()
            if item in titles and text.startswith(titles[item])}  # fmt: skip


def _given(grade: Grade, lab: Lab) -> dict[str, dict[str, str]]:
    """Return question and answer, by question, where an answer was given and may be shown."""
    facts = grade.facts
    hidden = {one.item for one in grade.outcomes if not one.visible}
    given = {}
    for question in lab.question:
        text = _answer(facts, question.id) if facts else ""
        if text and question.id not in hidden:
            given[question.id] = {"question": question.text.strip(), "answer": text}
    return given


def _answer(facts: Facts, question: str) -> str:
    """Return what was answered to a question, whatever its kind; "" for nothing."""
    if question in facts.numbers:
        return f"{facts.numbers[question]:g}"
    return (facts.answers.get(question) or facts.predictions.get(question) or "").strip()


def _network(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what was measured of a network: term, text."""
    if facts.source in SOURCES:
        yield "Read from", SOURCES[facts.source]
    if facts.layer_sizes:
        yield "Units", "-".join(map(str, facts.layer_sizes))
    if facts.activations:
        yield "Activations", ", ".join(facts.activations)
    if facts.parameters is not None:
        yield "Parameters", f"{facts.parameters:,}"
    if facts.correct is not None and facts.n_test:
        share = percent(Fraction(facts.correct, facts.n_test))
        yield "Accuracy", f"{facts.correct:,} of {facts.n_test:,} test patterns ({share})"
    if facts.claimed_accuracy is not None:
        claim = facts.claimed_accuracy
        stated = percent(claim) if 0 <= claim <= 1 else f"{claim:g}, which is no share"
        yield "Accuracy that the file states", stated


def _confusions(facts: Facts, names: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return the most frequent mistakes: actual, answer, how often."""

    def called(label: int) -> str:
        return names[label] if 0 <= label < len(names) else str(label)

    return [(called(actual), called(answer), n) for actual, answer, n in facts.confusions]
