"""check_rule: is a student's own rule right, and if it isn't, which mistake is it?

The function is tried on the cases of rulecases.py and held against the right rule, then against
the catalogue of mistakes.py. If it is none of those, the report says where it first differs and
what kind of difference it is (a sign, a factor, a shape, the batch).

Example:
    >>> check_rule("activation", lambda I: 0.5 + 0.5 * np.tanh(I / 2))
    activation: right. f(I) = 1 / (1 + e^(−I)), the activation.
    >>> report = check_rule("activation", lambda I: 1 / (1 + np.exp(I)))
    >>> report.right, report.mistake
    (False, 'exponent_sign')
    >>> print(report.message.split(". ")[0])
    For I = 2 yours gives 0.119, the slide's gives 0.881: that is 1 − f(I)
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mnistlab import checks
from mnistlab.classic import ruletrial
from mnistlab.classic.mistakes import MISTAKES, OVERFLOW, Mistake
from mnistlab.classic.rulecases import BATCH_FORMS, FORMULAS, RIGHT, Case, Floats, cases
from mnistlab.classic.ruletrial import PARTS, Outcome, Parts, agree, alike, right_parts, try_on
from mnistlab.classic.signatures import SIGNATURES, Bound, Function, RuleError, bind, hint, shapes

NAMES = tuple(SIGNATURES)

_SHOWN = {"f_I": "f(I)", "f_j": "f(I_j)", "beta": "β"}

_NO_LARGE_POWER = (
    "take np.exp, or a form that never raises e to a large power, as np.exp(-np.abs(I)) is."
)
_FOR_LARGE_I = {  # where e^I itself is too large
    "activation": "write 1 / (1 + np.exp(-I)).",
    "softmax": "only differences between units count, so subtract each pattern's largest I first.",
}


@dataclass(frozen=True, repr=False)
class RuleReport:
    """What `check_rule` found; true where the rule is right.

    Attributes:
        rule: the rule's name.
        right: whether the function does what the slide says.
        mistake: the key of the mistake, or None.
        message: what was found, with numbers, in a sentence or two.
        note: more that is worth knowing, or "".
    """

    rule: str
    right: bool
    mistake: str | None
    message: str
    note: str = ""

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        verdict = "right" if self.right else "not right yet"
        return " ".join(filter(None, [f"{self.rule}: {verdict}. {self.message}", self.note]))

    def _repr_html_(self) -> str:
        """Return the same for a notebook, in words and a sign, not by colour alone."""
        sign, verdict = ("✓", "right") if self.right else ("✗", "not right yet")
        note = f"<br>{html.escape(self.note)}" if self.note else ""
        return (
            f"<p><strong>{sign} {html.escape(self.rule)}: {verdict}.</strong> "
            f"{html.escape(self.message)}{note}</p>"
        )


def check_rule(name: str, function: Function) -> RuleReport:
    """Hold a student's function against the right rule and the well-known wrong ones.

    Args:
        name: "activation", "slope", "net_input", "output_error", "hidden_error",
            "weight_change", "softmax", "perceptron", "adaline", "total_error", or "step" for a
            whole step, step(x, desired, w1, b1, w2, b2, beta), of a network with sigmoid units
            that returns the four new arrays or changes them in place. In a whole step two wrong
            signs can cancel: then the step is right.
        function: what to check; it is given copies of random arrays, float64, in layers square
            and not, with one pattern and with several, |I| up to 1000.

    Returns:
        A RuleReport, true where the rule is right.

    Raises:
        InputError: an unknown name, or something that is no function.

    Source: the lecture, "Classic backpropagation", and what its printings can mislead to.

    Example:
        >>> report = check_rule("output_error", lambda desired, actual: actual - desired)
        >>> report.mistake
        'actual_minus_desired'
        >>> bool(check_rule("output_error", lambda d, a: -(a - d)))
        True
    """
    if callable(name):
        raise RuleError(f"The rule's name comes first: check_rule({NAMES[0]!r}, {_called(name)}).")
    rule = checks.choice("name", name, NAMES)
    if not callable(function):
        bind(rule, function)  # its error says what to hand in
    try:
        bound = bind(rule, function)
    except RuleError as error:
        return RuleReport(rule, False, "signature", str(error))
    return _Trial(rule, bound).report()


def _called(function: Any) -> str:
    return getattr(function, "__name__", "mine")


# The verdict


class _Trial:
    """One function, tried on all cases of its rule, and what to say about it."""

    def __init__(self, rule: str, bound: Bound) -> None:
        self.rule, self.bound, self.cases = rule, bound, cases(rule)
        self.small = try_on(bound, self.cases.small)
        self.ordinary = try_on(bound, self.cases.ordinary)
        self.extreme = try_on(bound, self.cases.extreme)
        self.right = right_parts(rule, 0, "ordinary")

    def report(self) -> RuleReport:
        """Return right, a known mistake, or what can be said of an unknown one."""
        for which in range(len(RIGHT[self.rule])):
            if self._agrees_with(which, "ordinary"):
                return self._right_on_ordinary(which)
        for mistake, parts in ruletrial.wrong_parts(self.rule):
            if ruletrial.is_known(self.ordinary, parts, self.right):
                return self._known(mistake)
        for known in (self._for_one(), self._form()):
            if known is not None:
                return known
        return self._unknown()

    def _agrees_with(self, which: int, kind: str) -> bool:
        right = right_parts(self.rule, which, kind)
        return all(agree(m, r, r) for m, r in zip(getattr(self, kind), right, strict=True))

    def _wrong(self, mistake: str | None, message: str, note: str = "") -> RuleReport:
        """Return the report on a mistake, the right formula at its end."""
        text = f"{message} Right: {FORMULAS[self.rule]}."
        return RuleReport(self.rule, False, mistake, text, note)

    # a function that is right where |I| is small

    def _right_on_ordinary(self, which: int) -> RuleReport:
        """Return right, or what keeps it from that: its form, its inputs, large |I|."""
        form = self._odd_form()
        if form:
            return self._wrong(
                "returns_list" if form == "a list" else "wrong_type",
                f"The numbers are right, but yours returns {form} where a NumPy array is "
                "expected: np.array(…) makes one of it.",
            )
        if self._changed():
            return self._wrong(
                "changes_its_inputs",
                f"The numbers are right, but yours changes {self._changed()}, which it was given, "
                "in place; the network still needs what was there. Make a new array: write "
                "E = E * s in place of E *= s.",
            )
        if not self._agrees_with(which, "extreme"):
            return self._wrong_on_extreme(which)
        return RuleReport(self.rule, True, None, FORMULAS[self.rule] + ".", self._notes(which))

    def _changed(self) -> str:
        """Return the arrays that it changed though they aren't its own, as "E and w", or ""."""
        return " and ".join(next((o.changed for o in self.ordinary if o.changed), ()))

    def _odd_form(self) -> str:
        """Return what it returns in place of an array, as "a list", or ""."""
        return next((o.form for o in self.ordinary if o.form not in ("", "None")), "")

    def _notes(self, which: int) -> str:
        """Return what is worth knowing about a right function."""
        notes = [RIGHT[self.rule][which].note]
        if any(o.warned for o in self.extreme):
            notes.append(
                "NumPy warns of an overflow inside yours for |I| near 1000; its values are right "
                "all the same."
            )
        other = {o.dtype for o in self.ordinary} - {"float64"}
        if other:
            notes.append(
                f"Yours returns {other.pop()} where float64 came in, which keeps fewer digits."
            )
        if self.rule == "weight_change" and len(self.ordinary[0].parts) == 1:
            notes.append("Yours returns Δw alone; Δb is then the mean of β E_j over the batch.")
        return " ".join(filter(None, notes))

    def _wrong_on_extreme(self, which: int) -> RuleReport:
        """Return the report on a function that is right, but not for every |I| up to 1000."""
        right = right_parts(self.rule, which, "extreme")
        case, mine, wanted = next(_differing(self.cases.extreme, self.extreme, right))
        begin = "Yours is right where |I| is small. Where it is large, "
        if mine.error is not None:
            begin += f"it raises {type(mine.error).__name__}: {mine.error}."
        else:
            begin += self._first_difference(case, mine, wanted) + "."
        if mine.finite:
            return self._wrong(None, begin)
        if isinstance(mine.error, OverflowError):
            return self._wrong(OVERFLOW, f"{begin} {self._python_overflow(case)}")
        return self._wrong(OVERFLOW, f"{begin} {self._overflow_advice()}")

    def _overflow_advice(self) -> str:
        for mistake in MISTAKES[self.rule]:
            if mistake.key == OVERFLOW:
                return f"That is {mistake.what}. {mistake.advice}"
        return "e^I is too large for a number there: use the f(I) that was saved."

    def _python_overflow(self, case: Case) -> str:
        """Return which power of e was too large for math.exp, and what to take in its place."""
        begin, general = "is too large for a number", _NO_LARGE_POWER
        if "I" not in case:
            return f"A power of e {begin} with math.exp: {general}"
        if self._overflows_at(case, -1000.0):
            return f"e^(−I) {begin} at I = −1000 with math.exp: {general}"
        advice = _FOR_LARGE_I.get(self.rule, general)
        return f"e^I {begin} at I = 1000 with math.exp: {advice}"

    def _overflows_at(self, case: Case, net_input: float) -> bool:
        """Return whether the function raises OverflowError where every I is `net_input`."""
        there = case | {"I": np.full_like(case["I"], net_input)}
        return isinstance(ruletrial.outcome(self.bound, there).error, OverflowError)

    # a known mistake

    def _known(self, mistake: Mistake) -> RuleReport:
        notes = []
        if self._changed():
            notes.append(f"It also changes {self._changed()}, which it was given, in place.")
        if self._odd_form():
            notes.append(f"It also returns {self._odd_form()}, where a NumPy array is expected.")
        shown = self._numbers() or self._shape_text().removesuffix(".")
        begin = f"{shown}: that is" if shown else "That is"
        text = f"{begin} {mistake.what}. {mistake.advice}"
        return self._wrong(mistake.key, text, " ".join(notes))

    def _numbers(self) -> str:
        """Return "For I = 2 yours gives 0.119, the slide's gives 0.881", or ""."""
        right = right_parts(self.rule, 0, "small")
        for case, mine, wanted in _differing(self.cases.small, self.small, right):
            for k in (
                (2, 3, 0, 1) if len(wanted) == 4 else range(len(mine.parts))
            ):  # as it is learnt
                if k >= min(len(mine.parts), len(wanted)):
                    continue
                part, other = mine.parts[k], wanted[k]
                if part.shape == other.shape and not alike(part, other):
                    return f"For {self._given(case)} {self._both(case, part, other, k)}"
        return ""

    def _both(self, case: Case, mine: Floats, right: Floats, k: int) -> str:
        """Return "yours gives 0.119, the slide's gives 0.881"; of a step what it changed."""
        if self.rule == "step":
            name = PARTS["step"][k]
            before = case[name]
            first, second = _told_apart(mine - before, right - before)
            return f"yours changes {name} by {first}, the slide's step by {second}"
        first, second = _told_apart(mine, right)
        return f"yours gives {first}{self._for(k)}, the slide's gives {second}"

    def _given(self, case: Case) -> str:
        """Return a small case as "f(I) = 0.75, w = (1, −2)"; of a step not the weights."""
        names = dict.fromkeys((*SIGNATURES[self.rule].by_place, *self.bound.takes))
        names = dict.fromkeys(("x", "desired", "beta")) if self.rule == "step" else names
        return ", ".join(f"{_SHOWN.get(name, name)} = {numbers(case[name])}" for name in names)

    def _for(self, k: int) -> str:
        """Return " for Δw" and the like where a rule has several parts."""
        return f" for {PARTS[self.rule][k]}" if self.rule in PARTS else ""

    # right, but not for a batch

    def _for_one(self) -> RuleReport | None:
        """Return the report on a function that is right without a batch axis, or None."""
        name, columns = ruletrial.rows_of(self.bound)
        if not name or self.rule not in BATCH_FORMS:
            return None
        form, shape = BATCH_FORMS[self.rule], f"shape (batch, {columns})"
        if ruletrial.is_for_one_pattern(self.bound):
            text = f"one pattern; here {name} has a row for each, {shape}: {form}."
        elif ruletrial.is_for_one_unit(self.bound):
            line = "column" if self.rule == "net_input" else "row"
            text = (
                f"one pattern and one unit; here {name} has a row for each pattern, {shape}, and "
                f"w a {line} for each unit: {form}."
            )
        else:
            return None
        return self._wrong("one_pattern", f"Yours is written for {text}")

    # a form that can't be used

    def _form(self) -> RuleReport | None:
        """Return the report on a function that gives no numbers to compare, or None."""
        first = self.ordinary[0]
        if isinstance(first.error, NotImplementedError):
            return self._wrong(
                "not_written",
                "Nothing is written yet: write your formula in place of the line "
                "raise NotImplementedError().",
            )
        if first.error is not None and all(o.error is not None for o in self.ordinary):
            given = shapes(self.cases.ordinary[0], self.bound.takes)
            what = f"{type(first.error).__name__}: {first.error}"
            text = f"Yours raises {what}. It was given {given}.{hint(first.error)}"
            return self._wrong("raises", text)
        if all(o.form == "None" for o in self.ordinary):
            return self._wrong(
                "returns_nothing",
                "Yours returns None: is its return missing, or does it print the value instead?",
            )
        if first.form and not first.parts:
            text = f"Yours returns {first.form} where a NumPy array is expected."
            return self._wrong("wrong_type", text)
        if all(o.kind in "iub" and o.parts for o in self.ordinary) and not self._shape_text():
            text = f"Yours returns whole numbers ({first.dtype}), so all after the point is lost."
            shown = self._numbers()
            return self._wrong("whole_numbers", f"{text} {shown}." if shown else text)
        return None

    # none that is known

    def _unknown(self) -> RuleReport:
        """Return where the function first differs, and what kind of difference it is."""
        note = ""
        if self._changed():
            note = f"It changes {self._changed()}, which it was given, in place."
        if self._shape_text():
            kind = f" {self._kind()}." if self._kind() else ""
            return self._wrong("wrong_shape", self._shape_text() + kind, note)
        if all(o.parts and not o.finite for o in self.ordinary):
            return self._wrong("nan", "Yours gives NaN or infinite values.", note)
        where = self._numbers() or self._first_on_random()
        text = ". ".join(filter(None, [where, self._kind()]))
        return self._wrong(None, f"{text}.", note)

    def _shape_text(self) -> str:
        """Return the first shape that is wrong, or ""."""
        for case, mine, wanted in _differing(self.cases.ordinary, self.ordinary, self.right):
            for k, (part, right) in enumerate(zip(mine.parts, wanted, strict=False)):
                if part.shape != right.shape:
                    return (
                        f"Given {shapes(case, self.bound.takes)}, yours returns {_shape(part)}"
                        f"{self._for(k)}; expected is {_shape(right)}."
                    )
        return ""

    def _first_on_random(self) -> str:
        """Return where the function first differs on the random cases."""
        case, mine, wanted = next(_differing(self.cases.ordinary, self.ordinary, self.right))
        if mine.error is not None:
            given = shapes(case, self.bound.takes)
            return f"For {given} yours raises {type(mine.error).__name__}: {mine.error}"
        return f"On random numbers {self._first_difference(case, mine, wanted)}"

    def _first_difference(self, case: Case, mine: Outcome, wanted: Parts) -> str:
        """Return the first value that differs, with its net input where it has one."""
        for k, (part, right) in enumerate(zip(mine.parts, wanted, strict=False)):
            if part.shape != right.shape or alike(part, right):
                continue
            place = tuple(np.argwhere(~ruletrial.near(part, right))[0])
            net_input = case.get("I", np.zeros(0))
            at = f"at I = {number(net_input[place])} " if net_input.shape == right.shape else ""
            return (
                f"{at}yours gives {number(part[place])}{self._for(k)}, the slide's gives "
                f"{number(right[place])}"
            )
        return "yours differs"

    def _kind(self) -> str:
        """Return what kind of difference it is: where it is right, a sign, a factor, or ""."""
        if self.rule == "step":
            text = self._right_parts_of_step()
            if text:
                return text
        found = ruletrial.factor(self.ordinary, self.right, self.cases.ordinary)
        if self.rule != "step" and found is not None and found != (1, 0):
            return _factor_text(*found)
        fine = [agree(m, w, w) for m, w in zip(self.ordinary, self.right, strict=True)]
        return self._where_right(fine) if any(fine) else ""

    def _right_parts_of_step(self) -> str:
        pairs = [(m.parts, w) for m, w in zip(self.ordinary, self.right, strict=True) if m.parts]
        fine = [all(alike(m[k], w[k]) for m, w in pairs) for k in range(4)]
        good = [name for name, is_fine in zip(PARTS["step"], fine, strict=True) if is_fine]
        bad = [name for name in PARTS["step"] if name not in good]
        if not good or not bad:
            return ""
        return f"{', '.join(good)} come out right; look at what {', '.join(bad)} come from"

    def _where_right(self, fine: Sequence[bool]) -> str:
        if fine == [ruletrial.n_patterns(case) == 1 for case in self.cases.ordinary]:
            return "It is right for one pattern and wrong for a batch of several"
        if fine == [ruletrial.is_square(case) for case in self.cases.ordinary]:
            return "It is right for square layers only: lay the shapes side by side"
        return f"It is right in {sum(fine)} of {len(fine)} random cases"


def _differing(
    known: Sequence[Case], outcomes: Sequence[Outcome], right: Sequence[Parts]
) -> Iterator[tuple[Case, Outcome, Parts]]:
    """Yield the cases on which a function differs from the right one, with both results."""
    for case, mine, wanted in zip(known, outcomes, right, strict=True):
        if not agree(mine, wanted, wanted):
            yield case, mine, wanted


def _factor_text(k: float, power: int) -> str:
    """Return what it says that all values are k · patternsᵖ times the right ones."""
    if power:
        times = "times" if power > 0 else "divided by"
        rest = "" if k == 1 else f", times {number(k)}"
        return f"All values are what they should be, {times} the number of patterns{rest}"
    if k == -1:
        return "The sign is the other way round"
    return f"All values are {number(k)} times what they should be"


# Numbers and shapes in words


def number(value: float, digits: int = 3) -> str:
    """Return a number as a report shows it.

    Example:
        >>> number(0.11920292), number(-1000.0), number(2.0)
        ('0.119', '−1000', '2')
    """
    value = float(value)
    text = f"{value:.0f}" if 1000 <= abs(value) < 1e6 and digits == 3 else f"{value:.{digits}g}"
    return "NaN" if text == "nan" else text.replace("inf", "infinity").replace("-", "−")


def numbers(values: Any, digits: int = 3) -> str:
    """Return a number, or the rows of an array in parentheses; one row or column stands alone.

    Example:
        >>> numbers(np.array([[0.5, -1.0]])), numbers(np.eye(2)), numbers(np.array([[2.0]]))
        ('(0.5, −1)', '((1, 0), (0, 1))', '2')
    """
    array = np.squeeze(np.asarray(values))
    if array.ndim == 0:
        return number(float(array), digits)
    return "(" + ", ".join(numbers(part, digits) for part in array) + ")"


def _told_apart(mine: Floats, right: Floats) -> tuple[str, str]:
    """Return two arrays with as many digits as it takes to see that they differ."""
    texts = numbers(mine), numbers(right)
    return texts if texts[0] != texts[1] else (numbers(mine, 9), numbers(right, 9))


def _shape(array: Floats) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "a single number"
