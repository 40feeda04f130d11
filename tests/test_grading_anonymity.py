import pytest

from hostile_class import collection, facts, grade, students
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Handed, Student
from mnistlab.grading.pages.anonymity import anonymised
from mnistlab.lab.students import personal_seed

WHY = "I am Ada Lovelace (ada.l, ada@example.edu); Bob helped me."


def two() -> tuple[list[Grade], list[Handed]]:
    """Return two students who name themselves and each other wherever they can."""
    ada = facts(1).model_copy(update={
        "file": "lovelaceada_4711_model.keras", "student": "a.king", "partners": ("bob", "the"),
        "answers": {"why": WHY, "beta": "See a.king and lovelaceada_4711_model.keras"},
        "problems": ("lovelaceada_4711_model.keras can't be read.",), "notes": ("by ADA.L",),
        "predictions": {"guess": "ada.l's"}, "seed": personal_seed("ada.l"),
    })  # fmt: skip
    flags = (Flag(kind="seed", text=f"It states {personal_seed('7')}, the seed of 7.",
                  others=("7",)),)  # fmt: skip
    bob = facts(2).model_copy(update={"answers": {"why": "the end, said ada.l", "beta": ""}})
    grades = [
        Grade(student="ada.l", name="Ada Lovelace", facts=ada, where="class.zip:lovelaceada",
              sender="7", flags=flags),
        Grade(student="7", name="Bob", facts=bob),
    ]  # fmt: skip
    handed = [Handed(Student("ada.l", "Ada Lovelace", aliases=("ada@example.edu", "4711"))),
              Handed(Student("7", "Bob"))]  # fmt: skip
    return grades, handed


def test_every_text_is_without_names() -> None:
    shown = anonymised(*two())
    by_flag = next(one for one in shown if one.flags)
    other = next(one for one in shown if not one.flags)
    ada, bob = f"Student {by_flag.student}", f"Student {other.student}"
    assert {ada, bob} == {"Student 1", "Student 2"} == {by_flag.name, other.name}
    measured = by_flag.facts
    assert measured is not None and other.facts is not None
    assert measured.answers == {"why": f"I am {ada} ({ada}, {ada}); {bob} helped me.",
                                "beta": "See a student and the file"}  # fmt: skip
    assert measured.predictions == {"guess": f"{ada}'s"}
    assert (measured.problems, measured.notes) == (("the file can't be read.",), (f"by {ada}",))
    assert (measured.file, measured.student, measured.partners, measured.seed) == ("", "", (), None)
    assert (by_flag.where, by_flag.sender) == ("", "")
    # a word that one student calls a partner stays a word in another's answer
    assert other.facts.answers["why"] == f"the end, said {ada}"
    flag = by_flag.flags[0]
    assert flag.text == f"It states {bob}, the seed of {bob}."
    assert flag.others == (other.student,)


def test_points_and_measurements_stay() -> None:
    grades = students(40)
    before = sorted((one.points, (one.facts and one.facts.correct) or 0) for one in grades)
    after = anonymised(grades, collection(grades).handed)
    assert sorted((one.points, (one.facts and one.facts.correct) or 0) for one in after) == before


def test_the_order_says_nothing_to_someone_without_the_submissions() -> None:
    one = [grade(k) for k in range(40)]
    other = [*one[:-1], one[-1].model_copy(update={"facts": facts(99)})]  # one byte differs
    first, second = (
        [item.facts.digest if item.facts else "" for item in anonymised(grades, ())]
        for grades in (one, other)
    )
    assert first != [item.facts.digest if item.facts else "" for item in one]
    assert first[:-1] != second[:-1]
    assert anonymised(one, ()) == anonymised(one[::-1], ())


@pytest.mark.parametrize("hostile", ["(?:", "a+" * 30, "\\\\\\", "x" * 10_000, "[^]", "   "])
def test_names_that_look_like_patterns_are_names(hostile: str) -> None:
    measured = facts(1).model_copy(update={"answers": {"why": f"by {hostile} !"}})
    (shown,) = anonymised([Grade(student="abc", name=hostile, facts=measured)], ())
    assert shown.facts is not None
    said = "by     !" if not hostile.strip() else "by Student 1 !"
    assert shown.facts.answers["why"] == said
