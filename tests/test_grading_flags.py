"""Flags: what a person should look at, and what is nobody's business."""

import time

import pytest

from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging.flags import Known, of_all, of_one
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import Handed, Student
from mnistlab.lab.students import personal_seed

ADA = Student("ada", "Ada Lovelace", ("4711", "ada@example.edu"))
BOB = Student("bob", "Bob", ("4712", "bob@example.edu"))
CYD = Student("cyd", "Cyd", ("4713",), group="blue")
DEE = Student("dee", "Dee", (), group="blue")
CLASS = Known.of([ADA, BOB, CYD, DEE])
NETWORK = (784, 512, 10)


def one(student=ADA, sender="", **facts):
    """Return the flags of one submission, as (kind, others)."""
    found = of_one(Facts(digest="", **facts), Handed(student, (), sender), CLASS)
    return [(flag.kind, flag.others) for flag in found]


def graded(*students, **facts):
    """Return a grade for each (id, facts) given."""
    return [
        Grade(student=name, sender=more.get("sender", ""),
              facts=Facts(digest="", **{"layer_sizes": NETWORK, **facts,
                                        **{k: v for k, v in more.items() if k != "sender"}}))
        for name, more in students
    ]  # fmt: skip


def kinds(found):
    """Return who has which flags."""
    return {name: [flag.kind for flag in flags] for name, flags in found.items()}


# ── identity ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("named", ["ada", " ADA ", "4711", "Ada@Example.edu", "", "   "])
def test_the_student_under_any_id_is_no_conflict(named):
    assert one(student=ADA, **{"partners": ()}) == []
    found = of_one(Facts(digest="", student=named), Handed(ADA), CLASS)
    assert found == ()


def test_another_student_is_a_conflict():
    (flag,) = of_one(Facts(digest="", student="4712"), Handed(ADA), CLASS)
    assert (flag.kind, flag.others) == ("identity", ("bob",))
    assert flag.text == "The file says it is of '4712', but it was handed in by ada. '4712' is bob."


@pytest.mark.parametrize(
    "named", ["zoe", "../../x", "<script>alert(1)</script>", "=cmd()", "x" * 300]
)
def test_nobody_is_a_conflict_too_and_stays_a_text(named):
    (flag,) = of_one(Facts(digest="", student=named), Handed(ADA), CLASS)
    assert flag.others == ()
    assert flag.text.endswith("handed in by ada; nobody here has this id.")
    assert len(flag.text) < 200


def test_a_group_file_is_of_its_sender():
    facts = Facts(digest="", student="cyd")
    assert of_one(facts, Handed(DEE, (), sender="cyd"), CLASS) == ()
    assert of_one(facts, Handed(DEE), CLASS) == ()  # of one group
    assert len(of_one(facts, Handed(ADA), CLASS)) == 1


def test_a_partner_may_have_handed_in_the_shared_file():
    assert one(ADA, **{"partners": ("ada",)}) == []
    found = of_one(Facts(digest="", student="bob", partners=("ada",)), Handed(ADA), CLASS)
    assert found == ()


def test_a_worksheet_of_another_student_is_a_conflict():
    (flag,) = of_one(Facts(digest="", student="ada", worksheet_student="4712"), Handed(ADA), CLASS)
    assert (flag.kind, flag.others) == ("identity", ("bob",))
    assert flag.text == (
        "The worksheet says it is of '4712', but it was handed in by ada. '4712' is bob."
    )
    assert one(ADA, worksheet_student="zoe") == [("identity", ())]
    both = Facts(digest="", student="bob", worksheet_student="BOB ")
    assert len(of_one(both, Handed(ADA), CLASS)) == 1


@pytest.mark.parametrize(
    ("student", "facts"),
    [
        (ADA, {"worksheet_student": " 4711 "}),
        (ADA, {"worksheet_student": "bob", "partners": ("4712",)}),
        (DEE, {"worksheet_student": "cyd"}),
    ],
)
def test_a_worksheet_of_ones_own_a_partner_or_the_group_is_none(student, facts):
    assert one(student, **facts) == []


def test_an_own_id_beats_an_alias_of_another():
    eve = Student("eve", aliases=("bob", "ada"))
    known = Known.of([eve, ADA, BOB])
    assert known.id_of("BOB") == "bob"
    assert known.by_id["eve"] is eve
    assert known.by_seed[personal_seed("bob")] == {"bob"}
    found = of_one(Facts(digest="", student="bob", seed=personal_seed("bob")), Handed(eve), known)
    assert [(flag.kind, flag.others) for flag in found] == [
        ("identity", ("bob",)), ("seed", ("bob",))]  # fmt: skip
    grades = graded(("eve", {"seed": 1}), ("zoe", {"seed": 2, "partners": ("bob",)}))
    assert kinds(of_all(grades, [("eve", "zoe", 0.0)], known)) == {  # zoe's partner is bob
        "eve": ["similar"], "zoe": ["similar"]}  # fmt: skip


# ── another lab ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("made_for", "lab", "flagged"),
    [("x", "y", True), ("X ", "x", False), ("", "y", False), ("x", "", False)],
)
def test_a_file_made_for_another_lab(made_for, lab, flagged):
    grades = [grade.model_copy(update={"lab": lab}) for grade in graded(("ada", {"lab": made_for}))]
    found = of_all(grades, (), CLASS)
    assert kinds(found) == ({"ada": ["lab"]} if flagged else {})
    if flagged:
        assert found["ada"][0].text == "It was made for the lab 'x'; this is 'y'."


# ── claim ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("claimed", "correct", "flagged"),
    [
        (0.97, 9700, False),
        (0.97, 9605, False),  # 0.95 points
        (0.97, 9599, True),
        (0.95, 9700, True),  # lower is odd as well
        (97.0, 9700, True),
        (None, 9700, False),
        (0.97, None, False),
    ],
)
def test_a_claim_far_from_the_measurement(claimed, correct, flagged):
    found = one(claimed_accuracy=claimed, correct=correct, n_test=10_000)
    assert found == ([("claim", ())] if flagged else [])


def test_parameters_are_counted():
    assert one(claimed_parameters=407_050, parameters=407_050) == []
    assert one(claimed_parameters=407_050, parameters=203_530) == [("claim", ())]


# ── seed ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["ada", "4711", "ada@example.edu"])
def test_the_seed_of_any_of_ones_own_ids_is_ones_own(name):
    assert one(ADA, seed=personal_seed(name)) == []


@pytest.mark.parametrize("name", ["bob", "4712", "bob@example.edu"])
def test_another_students_personal_seed(name):
    assert one(ADA, seed=personal_seed(name)) == [("seed", ("bob",))]


def test_a_partners_or_group_members_seed_is_fine():
    assert one(ADA, seed=personal_seed("bob"), partners=("4712",)) == []
    assert one(DEE, seed=personal_seed("cyd")) == []
    assert one(DEE, sender="bob", seed=personal_seed("bob")) == []


@pytest.mark.parametrize("seed", [None, 0, 42, -1, 10**4000])
def test_any_other_seed_is_no_flag(seed):
    assert one(ADA, seed=seed) == []


def test_nobodys_seed_where_others_state_theirs():
    grades = graded(("ada", {"seed": 0}), ("bob", {"seed": personal_seed("4712")}))
    found = of_all(grades, (), CLASS)
    assert kinds(found) == {"ada": ["seed"]}
    assert found["ada"][0].text == (
        "It was trained with seed 0, not with the personal seed of ada (1238640266)."
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"seed": 0}, {"seed": 0}),  # the course doesn't use them
        ({"seed": 0}, {"seed": personal_seed("ada")}),  # nor does anybody state their own
        ({"seed": None}, {"seed": personal_seed("bob")}),
        ({"seed": personal_seed("4711")}, {"seed": personal_seed("bob")}),
        ({"seed": personal_seed("bob"), "partners": ("bob",)}, {"seed": personal_seed("bob"),
                                                             "partners": ("ada",)}),
        ({"seed": 0, "sender": "bob"}, {"seed": personal_seed("bob")}),
    ],
)  # fmt: skip
def test_seeds_that_are_no_flag(first, second):
    found = of_all(graded(("ada", first), ("bob", second)), (), CLASS)
    assert "seed" not in [kind for some in kinds(found).values() for kind in some]


def test_a_group_members_seed_is_no_flag():
    grades = graded(
        ("dee", {"seed": personal_seed("cyd")}), ("cyd", {"seed": personal_seed("cyd")})
    )
    assert of_all(grades, (), CLASS) == {}


def test_a_seed_of_any_length_is_shown_shortly():
    grades = graded(("ada", {"seed": 10**4000}), ("bob", {"seed": personal_seed("bob")}))
    found = of_all(grades, [("ada", "bob", 0.0)], CLASS)
    assert all(len(flag.text) < 400 for flags in found.values() for flag in flags)


# ── curve and partners ──────────────────────────────────────────────────────────────────────────


def test_a_curve_that_cannot_be():
    assert one(history={"loss": (0.5,), "accuracy": (1.5,)}) == [("curve", ())]


def test_partners_who_are_nobody():
    assert one(partners=("bob", "zoe")) == [("partner", ())]


def test_partners_who_do_not_name_one_in_turn():
    grades = graded(("ada", {"partners": ("bob", "cyd", "dee")}), ("bob", {}),
                    ("cyd", {"partners": ("ada",)}))  # fmt: skip
    found = of_all(grades, (), CLASS)
    assert kinds(found) == {"ada": ["partner"]}  # dee handed in nothing, cyd names ada
    assert found["ada"][0].others == ("bob",)


def test_a_copy_of_a_partners_grade_names_nobody():
    """Both name vic, who handed in nothing and was given the first's grade."""
    grades = graded(("ada", {"partners": ("vic",)}), ("zoe", {"partners": ("vic",)}),
                    ("vic", {"partners": ("vic",), "sender": "ada"}))  # fmt: skip
    found = of_all(grades)
    assert kinds(found) == {"vic": ["partner"]}  # not zoe, and vic is told of both
    assert found["vic"][0].others == ("ada", "zoe")
    assert found["vic"][0].text == "ada, zoe name vic as a partner, but not each other."


def test_several_who_name_somebody_who_handed_in_nothing():
    grades = [*graded(("ada", {"partners": ("4712",)}), ("cyd", {"partners": ("bob",)})),
              Grade(student="bob")]  # fmt: skip
    assert kinds(of_all(grades, (), CLASS)) == {"bob": ["partner"]}


def test_several_who_name_each_other_are_partners():
    three = {"ada": ("bob", "vic"), "bob": ("ada", "vic")}
    grades = [*graded(*((name, {"partners": named}) for name, named in three.items())),
              Grade(student="vic")]  # fmt: skip
    assert of_all(grades) == {}
    grades = graded(("vic", {"partners": ("ada", "zoe")}), ("ada", {"partners": ("vic",)}),
                    ("zoe", {"partners": ("vic",)}))  # fmt: skip
    assert of_all(grades) == {}  # vic names both in turn


# ── similar ─────────────────────────────────────────────────────────────────────────────────────


def test_nearly_the_same_weights_of_different_seeds():
    found = of_all(graded(("ada", {"seed": 1}), ("bob", {"seed": 2})), [("ada", "bob", 0.01)])
    assert kinds(found) == {"ada": ["similar"], "bob": ["similar"]}
    assert found["bob"][0].others == ("ada",)
    assert "It states seed 2; ada states seed 1." in found["bob"][0].text


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ({"seed": 1}, {"seed": 1}, 0.0),  # honestly equal
        ({"seed": 1}, {"seed": 2}, 0.7),  # far
        ({"seed": 1}, {"seed": 2}, float("inf")),
        ({"seed": 1, "partners": ("bob",)}, {"seed": 2, "partners": ("ada",)}, 0.0),
        ({"seed": 1, "partners": ("4712",)}, {"seed": 2, "partners": ("ADA",)}, 0.0),
        ({"seed": 1}, {"seed": 2, "sender": "ada"}, 0.0),
    ],
)
def test_what_may_be_similar(first, second, apart):
    grades = graded(("ada", first), ("bob", second))
    assert of_all(grades, [("ada", "bob", apart)], CLASS) == {}


def test_a_group_may_be_similar():
    grades = graded(("cyd", {"seed": 1}), ("dee", {"seed": 2}))
    assert of_all(grades, [("cyd", "dee", 0.0)], CLASS) == {}


@pytest.mark.parametrize("seeds", [(None, None), (None, 1), (1, None)])
def test_no_seed_is_no_excuse(seeds):
    grades = graded(("ada", {"seed": seeds[0]}), ("bob", {"seed": seeds[1]}))
    assert kinds(of_all(grades, [("ada", "bob", 0.0)])) == {"ada": ["similar"], "bob": ["similar"]}


def test_naming_somebody_who_does_not_name_one_is_seen():
    grades = graded(("ada", {"seed": 1}), ("bob", {"seed": 2, "partners": ("ada",)}))
    assert kinds(of_all(grades, [("ada", "bob", 0.0)], CLASS)) == {"bob": ["partner"]}


def test_several_copies_make_one_flag_each():
    names = [f"s{k:02}" for k in range(30)]
    grades = graded(*((name, {"seed": k}) for k, name in enumerate(names)))
    near = [(names[0], name, k / 1000) for k, name in enumerate(names[1:], 1)]
    found = of_all(grades, near)
    assert kinds(found) == {name: ["similar"] for name in names}
    assert found["s00"][0].others == tuple(names[1:11])  # the nearest first
    assert "and 19 more" in found["s00"][0].text


def test_weights_that_could_not_be_compared_are_said():
    grades = graded(("ada", {"seed": 1}), ("bob", {"seed": 2}), ("cyd", {"seed": 3}))
    near = [("ada", "bob", None), ("ada", "cyd", 0.1)]
    found = of_all(grades, near)
    assert kinds(found) == {"ada": ["similar"], "bob": ["similar"], "cyd": ["similar"]}
    assert found["bob"][0].text == (
        "Its weights look like those of ada, but they could not be compared; look at both files."
    )
    assert found["ada"][0].others == ("cyd", "bob")
    assert "nearly those of cyd: distance 0.1" in found["ada"][0].text
    assert of_all(grades, [("ada", "bob", None)], Known.of([ADA, BOB])) != {}
    same = graded(("ada", {"seed": 1}), ("bob", {"seed": 1}))
    assert of_all(same, [("ada", "bob", None)]) == {}
    small = graded(("ada", {"seed": 1}), ("bob", {"seed": 2}), layer_sizes=(4, 4, 3))
    assert of_all(small, [("ada", "bob", None)]) == {}  # they come near by themselves


def test_pairs_of_nobody_are_left_alone():
    grades = [*graded(("ada", {})), Grade(student="bob")]
    near = [("ada", "bob", 0.0), ("ada", "zoe", 0.0), ("ada", "ada", 0.0)]
    assert of_all(grades, near) == {}


def test_small_networks_need_to_coincide():
    grades = graded(("ada", {"seed": 1}), ("bob", {"seed": 2}))
    small = [g.model_copy(update={"facts": g.facts.model_copy(update={"layer_sizes": (4, 4, 3)})})
             for g in grades]  # fmt: skip
    assert of_all(small, [("ada", "bob", 0.1)]) == {}
    assert kinds(of_all(small, [("ada", "bob", 0.0)])) == {"ada": ["similar"], "bob": ["similar"]}


# ── equal curves ────────────────────────────────────────────────────────────────────────────────


def test_another_students_learning_curve():
    curve = {"history": {"loss": (0.2991234567891234, 0.18)}}
    grades = graded(("ada", {"seed": 1}), ("bob", {"seed": 2}), ("cyd", {"seed": 1}), **curve)
    found = of_all(grades)
    assert {name: flags[0].others for name, flags in found.items()} == {
        "ada": ("bob",), "bob": ("ada", "cyd"), "cyd": ("bob",)}  # fmt: skip


@pytest.mark.parametrize("loss", [(), (0.5,), (0.0, 0.0)])
def test_round_curves_may_meet(loss):
    grades = graded(("ada", {"seed": 1}), ("bob", {"seed": 2}), history={"loss": loss})
    assert of_all(grades) == {}


def test_a_class_with_one_curve_lists_ten_of_each_in_no_time():
    curve = {"history": {"loss": (0.2991234567891234, 0.18)}}
    grades = graded(*((f"s{k:04}", {"seed": k % 7}) for k in range(3000)), **curve)
    started = time.perf_counter()
    found = of_all(grades)
    assert time.perf_counter() - started < 10
    assert len(found) == 3000
    assert {len(flags[0].others) for flags in found.values()} == {10}
    same = graded(*((f"s{k:04}", {"seed": 7}) for k in range(3000)), **curve)
    assert of_all(same) == {}


def test_flags_are_the_same_in_any_order():
    grades = graded(("ada", {"seed": 1}), ("bob", {"seed": 2}), ("cyd", {"seed": 3}))
    near = [("ada", "bob", 0.1), ("bob", "cyd", 0.2), ("ada", "cyd", 0.1)]
    assert of_all(grades, near) == of_all(grades[::-1], near[::-1])
    assert of_all([], []) == {}
