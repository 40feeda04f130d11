"""What each [[question]] with points earns: from facts to a share of its points, and why.

    prediction   it is there
    number       it is within its tolerance of the right one, fixed or recomputed
    answer       blank: none; else a person reads it

Example:
    >>> from mnistlab.grading.facts import Facts
    >>> from mnistlab.lab.assignment import Answer
    >>> answer(Answer(id="why", text="Why?", kind="answer", points=5), Facts(digest="")).share
    Fraction(0, 1)
"""

from fractions import Fraction

from mnistlab.grading import scale
from mnistlab.grading.facts import Facts
from mnistlab.grading.points.finding import ALL, NONE, Finding, is_said, of_n
from mnistlab.lab.assignment import Answer, Number, Prediction, Question


def checked(question: Question, facts: Facts, solutions: bool) -> Finding:
    """Return what a question finds in the facts of a submission.

    Args:
        question: of the lab.
        facts: of the submission.
        solutions: whether the right number may be said.
    """
    match question:
        case Prediction():
            return prediction(question, facts)
        case Number():
            return number(question, facts, solutions)
        case Answer():
            return answer(question, facts)


def prediction(question: Prediction, facts: Facts) -> Finding:
    """Return whether something was predicted."""
    if is_said(facts.predictions.get(question.id, "")):
        return Finding(ALL, "You said what you expected.")
    return Finding(NONE, "No prediction was made.", advice="Say what you expect before you run "
                   f'the cell: sheet.predict("{question.id}", …).')  # fmt: skip


def answer(question: Answer, facts: Facts) -> Finding:
    """Return 0 for a blank answer; any other is read by a person."""
    answered = facts.answers.get(question.id, "")
    words = len(answered.split())
    if is_said(answered):
        return Finding(None, "A person has yet to read it.", of_n(words, "word"))
    return Finding(NONE, "No answer was given.",
                   advice=f'Write it down: sheet.answer("{question.id}", "…").')  # fmt: skip


def number(question: Number, facts: Facts, solutions: bool = False) -> Finding:
    """Return whether a number is within its tolerance of the right one.

    Example:
        >>> asked = Number(id="n", text="How many?", kind="number", points=1, value=35,
        ...                relative_tolerance=0)
        >>> number(asked, Facts(digest="", numbers={"n": 35})).reason
        '35 is right.'
    """
    given = facts.numbers.get(question.id)
    if given is None:
        return Finding(NONE, "No number was given.",
                       advice=f'Give it: sheet.number("{question.id}", …).')  # fmt: skip
    wanted = facts.expected.get(question.id) if question.value is None else question.value
    if wanted is None:
        return Finding(None, "It could not be recomputed, so a person has yet to look at it.",
                       f"{given:g} given")  # fmt: skip
    allowed = _allowed(question, wanted)
    measured = f"{given:.6g} given" + (f", {wanted:.6g} is right" if solutions else "")
    if _near(given, wanted, allowed):
        return Finding(ALL, f"{given:.6g} is right.", measured)
    of_whom = " of your own network" if question.compute not in (None, "parameters") else ""
    reason = f"{given:.6g} isn't the right number{of_whom}{_to_within(question)}."
    return Finding(NONE, reason, measured, _slip(question, given, wanted, allowed))


def _allowed(question: Number, wanted: float) -> Fraction:
    """Return how far from the right number is still right: the larger of both tolerances."""
    relative = scale.exactly(question.relative_tolerance) * abs(scale.exactly(wanted))
    return max(scale.exactly(question.tolerance), relative)


def _to_within(question: Number) -> str:
    """Return the tolerance as the lab states it; in units it would tell the right number."""
    if question.relative_tolerance:
        return f", to within {100 * question.relative_tolerance:g}%"
    return f", to within {question.tolerance:g}" if question.tolerance else ""


def _near(given: float, wanted: float, allowed: Fraction) -> bool:
    """Return whether two numbers are at most so far apart, as decimals: 0.26 is 0.25 + 0.01."""
    return abs(scale.exactly(given) - scale.exactly(wanted)) <= allowed


def _slip(question: Number, given: float, wanted: float, allowed: Fraction) -> str:
    """Return which slip it looks like, or where to look."""
    if wanted and _near(-given, wanted, allowed):
        return "The sign is the other way round: E = desired − actual."
    if _near(given / 100, wanted, allowed):
        return "Give it as a share, not in percent: 0.25, not 25."
    if question.compute in (None, "parameters"):
        return "Count weights and biases of each layer." if question.compute else ""
    return ("Compute it with your personal seed, before any training, and with pattern and unit "
            "counted from 0.")  # fmt: skip
