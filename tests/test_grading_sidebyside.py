from hostile_class import LAB, facts, grade
from mnistlab.grading.grades import Grade
from mnistlab.grading.pages.sidebyside import asked


def answered(student: str, **answers: str) -> Grade:
    """Return a grade with some answers in it."""
    return Grade(student=student, facts=facts(1).model_copy(update={"answers": answers}))


def question(grades: list[Grade], name: str):
    """Return what was answered to one question of the lab."""
    return next(one for one in asked(LAB, grades) if one.id == name)


def test_the_same_answers_stand_together_the_most_frequent_first() -> None:
    why = question([
        answered("a", why="It is  so.\n"), answered("b", why="Because."),
        answered("c", why="It is so."), answered("d", why="it is so."),
    ], "why")  # fmt: skip
    assert [(one.text, one.rows) for one in why.answers] == [
        ("It is  so.", (0, 2)), ("Because.", (1,)), ("it is so.", (3,)),
    ]  # fmt: skip
    assert (why.blank, why.missing) == (None, 0)


def test_blank_answers_are_one_group_of_their_own() -> None:
    why = question([answered("a", why=" \n"), answered("b"), Grade(student="c")], "why")
    assert (why.answers, why.missing) == ((), 1)
    assert why.blank is not None
    assert (why.blank.text, why.blank.rows) == ("", (0, 1))


def test_points_of_a_group_from_lowest_to_highest() -> None:
    why = question([grade(k) for k in range(8)], "why")
    most = why.answers[0]
    assert most.rows == (1, 2, 4, 7)  # 3 is "chain rule", 5 nothing, 6 unreadable
    assert most.points == (1, 7)  # 2 and 4 are yet to be read
    assert next(one for one in why.answers if one.rows == (0,)).points is None


def test_a_number_stands_beside_the_right_one() -> None:
    wrong = facts(1).model_copy(update={"numbers": {"unit17": 0.5}, "expected": {"unit17": 0.25}})
    unit = question([Grade(student="a", facts=wrong)], "unit17")
    assert unit.answers[0].text == "0.5, expected 0.25"
