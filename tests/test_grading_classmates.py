"""Who is meant by a name: ids, aliases, personal seeds, and partners."""

from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging.classmates import Known, Partners
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Student
from mnistlab.lab.students import personal_seed


def test_an_own_id_beats_an_alias_of_another_in_any_order():
    eve, bob = Student("eve", aliases=("bob", "e@x")), Student("bob")
    for known in (Known.of([eve, bob]), Known.of([bob, eve])):
        assert known.id_of(" BOB") == "bob"
        assert known.id_of("e@x") == "eve"
        assert known.by_seed[personal_seed("bob")] == {"bob"}
        assert not known.is_called(eve, "bob")
        assert known.is_called(bob, "Bob") and known.is_called(eve, "E@X")


def test_a_name_of_nobody_or_of_two_is_asked_of_the_student_alone():
    two = [Student("a", aliases=("x",)), Student("b", aliases=("X",))]
    known = Known.of(two)
    assert known.is_called(two[0], "x") and known.is_called(two[1], "x")
    assert not known.is_called(two[0], "zoe")


def test_two_students_with_one_id_are_nobody():
    known = Known.of([Student("a"), Student("A "), Student("b", aliases=("a",))])
    assert "a" not in known.by_id
    assert known.id_of(" A") == "a"


def test_ids_that_mean_two_students_mean_nobody():
    known = Known.of(
        [Student("a", aliases=("x",)), Student("b", aliases=("X",)), Student("c" * 999)]
    )
    assert "x" not in known.by_id
    assert known.by_seed[personal_seed("x")] == {"a", "b"}
    assert known.id_of("X") == "x"


def test_who_names_whom_in_a_submission_of_their_own():
    def grade(student, *partners, sender=""):
        facts = Facts(digest="", partners=partners)
        return Grade(student=student, sender=sender, facts=facts)

    handed_in = {"ada": grade("ada", "4712", "ada"), "vic": grade("vic", "4712", sender="ada")}
    partners = Partners(handed_in, Known.of([Student("bob", aliases=("4712",))]))
    assert partners.by_name == {"bob": {"ada"}}
    assert partners.sent("ada")
    assert not partners.sent("vic") and not partners.sent("bob")
