"""Grades without names: each student is a number that says nothing about who it is.

The numbers follow an order that depends on the content of all submissions together, so that
nobody who has only the list of the class can work out who is who.

Example:
    >>> [one.name for one in anonymised([Grade(student="ada"), Grade(student="bob")], ())]
    ['Student 1', 'Student 2']
"""

import hashlib
import re
from collections.abc import Callable, Sequence

from mnistlab.errors import InputError
from mnistlab.grading.facts import Facts
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Handed
from mnistlab.lab.students import personal_seed

Scrub = Callable[[str], str]
SHORTEST = 3  # an id of one or two characters stands in too many words to be replaced in texts


def anonymised(grades: Sequence[Grade], handed: Sequence[Handed]) -> tuple[Grade, ...]:
    """Return grades in which numbers stand for students, in the order of the numbers.

    Ids, names, e-mail addresses, personal seeds and file names are replaced wherever a text
    holds them whole. A student who writes a first name into an answer is not found by that.

    Args:
        grades: of a class.
        handed: what is known of the students, for the other ids that they have.
    """
    number = {one.student: k for k, one in enumerate(shuffled(grades), start=1)}
    words = _words(grades, handed, number)
    return tuple(_nameless(one, number, words) for one in shuffled(grades))


def shuffled(grades: Sequence[Grade]) -> list[Grade]:
    """Return grades in an order that only someone with all of the submissions could repeat."""
    contents = sorted(one.facts.digest if one.facts else "" for one in grades)
    key = hashlib.sha256("\n".join(contents).encode("utf-8", "surrogatepass")).hexdigest()

    def place(grade: Grade) -> str:
        text = f"{key} {grade.student}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(text).hexdigest()

    return sorted(grades, key=place)


def _words(
    grades: Sequence[Grade], handed: Sequence[Handed], number: dict[str, int]
) -> dict[str, str]:
    """Return every word that means a student, in lower case, with what stands for it."""
    words: dict[str, str] = {}
    for one in handed:
        for alias in (one.student.name, *one.student.aliases):
            words[alias.casefold()] = _label(number.get(one.student.id, 0))
    for grade in grades:
        for word in (grade.student, grade.name, _seed(grade.student)):
            words[word.casefold()] = _label(number[grade.student])
    return _long_enough(words)


def _own_words(facts: Facts) -> dict[str, str]:
    """Return the words by which a file names people; they count in its own texts alone."""
    people = {word.casefold(): "a student" for word in (facts.student, *facts.partners)}
    return _long_enough({**people, facts.file.casefold(): "the file"})


def _long_enough(words: dict[str, str]) -> dict[str, str]:
    """Return the words that can be told from parts of other words."""
    return {word: label for word, label in words.items() if len(word.strip()) >= SHORTEST}


def _label(number: int) -> str:
    """Return what a student is called."""
    return f"Student {number}" if number else "a student"


def _seed(student: str) -> str:
    """Return the personal seed as text; it means the student to everybody who has the list."""
    try:
        return str(personal_seed(student))
    except InputError:
        return ""


def _nameless(grade: Grade, number: dict[str, int], words: dict[str, str]) -> Grade:
    """Return a grade with a number instead of a name, in all of its texts."""
    facts = grade.facts
    own = _own_words(facts) if facts else {}
    scrubbed = _scrub(" ".join(_texts(facts)), own | words)
    return grade.model_copy(
        update={
            "student": str(number[grade.student]),
            "name": _label(number[grade.student]),
            "where": "",
            "sender": "",
            "facts": facts and _scrubbed_facts(facts, scrubbed),
            "flags": tuple(_scrubbed_flag(flag, number, words) for flag in grade.flags),
        }
    )


def _texts(facts: Facts | None) -> list[str]:
    """Return the texts of a submission that a report shows."""
    if facts is None:
        return []
    return [*facts.problems, *facts.notes, *facts.predictions.values(), *facts.answers.values()]


def _scrub(text: str, words: dict[str, str]) -> Scrub:
    """Return what replaces those words that a text holds, in it and in its parts."""
    folded = text.casefold()
    there = sorted((word for word in words if word in folded), key=lambda word: (-len(word), word))
    either = "|".join(map(re.escape, there)) or "(?!)"  # which is found nowhere
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    return lambda part: pattern.sub(lambda m: words.get(m[0].casefold(), "a student"), part)


def _scrubbed_facts(facts: Facts, scrubbed: Scrub) -> Facts:
    """Return facts without names."""
    return facts.model_copy(
        update={
            "file": "",
            "student": "",
            "partners": (),
            "seed": None,
            "problems": tuple(map(scrubbed, facts.problems)),
            "notes": tuple(map(scrubbed, facts.notes)),
            "predictions": {k: scrubbed(v) for k, v in facts.predictions.items()},
            "answers": {k: scrubbed(v) for k, v in facts.answers.items()},
        }
    )


def _scrubbed_flag(flag: Flag, number: dict[str, int], words: dict[str, str]) -> Flag:
    """Return a flag without names; the others that it concerns are numbers."""
    there = [one for one in flag.others if one in number]
    # Whom a flag names it names by id, however short that is.
    named = words | {one.casefold(): _label(number[one]) for one in there}
    text = _scrub(flag.text, named)(flag.text)
    return flag.model_copy(update={"text": text, "others": tuple(str(number[k]) for k in there)})
