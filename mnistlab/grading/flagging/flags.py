"""What a person should look at before trusting a grade: flags, no verdicts.

    identity   the file, or its worksheet, says it is of somebody else than the LMS does
    lab        it was made for another lab
    claim      it states another accuracy, or other parameters, than were measured
    seed       it states another student's personal seed, or nobody's where others state theirs
    curve      its learning curve can't be, or is another student's to the last digit
    partner    a partner who isn't known, or doesn't name this student in turn; or several who name
               one student, but not each other
    similar    nearly the weights of a student who states another seed (see similarity.py)

Nothing here changes points. Partners, and members of a group, may share everything.

Example:
    >>> known = Known.of([Student("ada"), Student("bob")])
    >>> facts = Facts(digest="", student="bob")
    >>> of_one(facts, Handed(Student("ada")), known)[0].text
    "The file says it is of 'bob', but it was handed in by ada. 'bob' is bob."
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Literal

from mnistlab.checks import shown
from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging import curves
from mnistlab.grading.flagging.classmates import Known, Partners, same_group, seed_of
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Handed, Student
from mnistlab.grading.isolated.similarity import HONEST, alike, come_near
from mnistlab.grading.scale import percent
from mnistlab.lab.students import normal_id

__all__ = ["Known", "of_all", "of_one", "same_seed"]

FAR = 0.01  # of a claim from the measurement: a hundred of 10,000 images
MOST_NAMED = 10  # students whom a flag lists


# ── one submission ──────────────────────────────────────────────────────────────────────────────


def of_one(facts: Facts, handed: Handed, students: Known) -> tuple[Flag, ...]:
    """Return the flags of one submission by itself.

    Args:
        facts: what was measured of the attempt that counts.
        handed: whose it is, by the LMS.
        students: the class, made once: `Known.of(one.student for one in collection.handed)`.
    """
    of_curve = [Flag(kind="curve", text=said) for said in curves.impossible(facts)]
    return (
        *_identity(facts, handed, students),
        *_claim(facts),
        *_seed(facts, handed, students),
        *_unknown_partners(facts, students),
        *of_curve,
    )


def _identity(facts: Facts, handed: Handed, students: Known) -> list[Flag]:
    """Return flags where the file or its worksheet says it is of another student."""
    said = {"file": facts.student, "worksheet": facts.worksheet_student}
    if normal_id(facts.worksheet_student) == normal_id(facts.student):
        del said["worksheet"]
    if any(students.is_called(handed.student, one) for one in facts.partners):
        return []
    may_share = {handed.sender, *(students.id_of(one) for one in facts.partners)}
    return [flag for what, given in said.items() if given.strip()
            and (flag := _of_another(what, given, handed, students, may_share))]  # fmt: skip


def _of_another(
    what: str, given: str, handed: Handed, students: Known, may_share: set[str]
) -> Flag | None:
    """Return a flag where a file's student isn't the one who handed it in, nor may share."""
    if students.is_called(handed.student, given):
        return None
    named = students.by_id.get(normal_id(given))
    text = f"The {what} says it is of {shown(given)}, but it was handed in by {handed.student.id}"
    if named is None:
        return Flag(kind="identity", text=f"{text}; nobody here has this id.")
    if named.id in may_share or same_group(named, handed.student):
        return None
    return Flag(kind="identity", text=f"{text}. {shown(given)} is {named.id}.", others=(named.id,))


def _claim(facts: Facts) -> list[Flag]:
    """Return flags where what the file states is far from what was measured."""
    flags = []
    (correct, count), claimed = facts.comparable, facts.claimed_accuracy
    measured = None if correct is None else correct / max(count, 1)
    if measured is not None and claimed is not None and abs(claimed - measured) > FAR:
        stated = percent(claimed) if 0 <= claimed <= 1 else f"{claimed:g}"
        where = f" on {shown(facts.dataset)}" if facts.dataset else ""
        flags.append(f"It states an accuracy of {stated}{where}; {percent(measured)} were measured "
                     f"({correct:,} of {count:,}).")  # fmt: skip
    counted, stated_count = facts.parameters, facts.claimed_parameters
    if counted is not None and stated_count is not None and counted != stated_count:
        flags.append(f"It states {stated_count:,} parameters; its weights and biases are "
                     f"{counted:,}.")  # fmt: skip
    return [Flag(kind="claim", text=text) for text in flags]


def _seed(facts: Facts, handed: Handed, students: Known) -> list[Flag]:
    """Return a flag where the stated seed is another student's personal one."""
    owners = (
        students.by_seed.get(facts.seed, frozenset()) if facts.seed is not None else frozenset()
    )
    if not owners or handed.student.id in owners:
        return []
    partners = {students.id_of(name) for name in facts.partners} | {handed.sender}
    strangers = sorted(
        one for one in owners - partners
        if not same_group(students.by_id.get(normal_id(one), Student("")), handed.student)
    )  # fmt: skip
    if not strangers:
        return []
    return [_flag("seed", f"It was trained with seed {facts.seed}, the personal seed of "
                  f"{_listed(strangers)}.", strangers)]  # fmt: skip


def _unknown_partners(facts: Facts, students: Known) -> list[Flag]:
    """Return a flag where a partner isn't in the class."""
    unknown = [shown(one) for one in facts.partners if normal_id(one) not in students.by_id]
    if not unknown:
        return []
    return [Flag(kind="partner", text=f"It names partners who aren't in the class, or whose name "
                 f"means several: {_listed(unknown)}.")]  # fmt: skip


# ── all of them ─────────────────────────────────────────────────────────────────────────────────


def of_all(
    grades: Sequence[Grade],
    near: Iterable[tuple[str, str, float | None]] = (),
    students: Known | None = None,
) -> dict[str, tuple[Flag, ...]]:
    """Return the flags that come of comparing submissions, by student.

    Args:
        grades: of the class.
        near: pairs of ids and the `similarity.distance` of their weights; None: their
            fingerprints are near, but the weights couldn't be compared.
        students: the class; None: partners are known by their ids alone.

    Example:
        >>> both = [Grade(student=s, facts=Facts(digest="", seed=k, layer_sizes=(784, 512, 10)))
        ...         for k, s in enumerate(["ada", "bob"])]
        >>> of_all(both, [("ada", "bob", 0.0)])["bob"][0].others
        ('ada',)
    """
    students = students or Known.of(Student(one.student) for one in grades)
    handed_in = {one.student: one for one in grades if one.facts is not None}
    partners = Partners(handed_in, students)
    by_own_seed = _stating_their_own(handed_in, students)
    flags: dict[str, list[Flag]] = {one.student: [] for one in grades}
    for name, one in handed_in.items():
        if partners.sent(name):
            flags[name] += _for_another_lab(one)
            flags[name] += _one_sided(one, partners)
            flags[name] += _nobodys_seed(one, students) if by_own_seed - {name} else []
    for name in flags:
        flags[name] += _named_by_several(name, partners)
    for name, others in sorted(_copies(near, handed_in, partners).items()):
        flags[name].append(_similar(handed_in[name], others, handed_in))
    for name, same in sorted(_same_curves(handed_in, partners).items()):
        text = f"Its learning curve is to the last digit that of {_listed(same)}"
        flags[name].append(_flag("curve", f"{text}, who states another seed.", same))
    return {name: tuple(found) for name, found in flags.items() if found}


def _for_another_lab(one: Grade) -> list[Flag]:
    """Return a flag where the file was made for another lab."""
    made_for = one.facts.lab if one.facts is not None else ""
    if not made_for or not one.lab or normal_id(made_for) == normal_id(one.lab):
        return []
    return [Flag(kind="lab", text=f"It was made for the lab {shown(made_for)}; this is "
                 f"{shown(one.lab)}.")]  # fmt: skip


def _stating_their_own(handed_in: Mapping[str, Grade], students: Known) -> set[str]:
    """Return who states the own personal seed: then the course uses them."""
    return {
        name for name, one in handed_in.items()
        if one.facts is not None and one.facts.seed is not None
        and name in students.by_seed.get(one.facts.seed, ())
    }  # fmt: skip


def _nobodys_seed(one: Grade, students: Known) -> list[Flag]:
    """Return a flag where a seed is stated that is nobody's personal one."""
    stated, own = _seed_stated(one), seed_of(one.student)
    if stated is None or own is None or stated in students.by_seed:  # a stranger's: `of_one`
        return []
    return [_flag("seed", f"It was trained with seed {shown(stated)}, not with the personal seed "
                  f"of {one.student} ({own}).", ())]  # fmt: skip


def _one_sided(one: Grade, partners: Partners) -> list[Flag]:
    """Return a flag where a partner handed in too, and doesn't name this student."""
    silent = sorted(
        other for other in partners.named[one.student]
        if partners.sent(other) and other != one.student
        and one.student not in partners.named[other]
        and not partners.same_file(one.student, other)
    )  # fmt: skip
    if not silent:
        return []
    return [_flag("partner", f"It names {_listed(silent)} as partners, whose own submissions don't "
                  f"name {one.student}.", silent)]  # fmt: skip


def _named_by_several(name: str, partners: Partners) -> list[Flag]:
    """Return a flag where several name one student, who don't name each other."""
    own = partners.named.get(name, set()) if partners.sent(name) else set()
    by = sorted(partners.by_name.get(name, set()))
    if set(by) <= own or all(partners.share(*two) for two in combinations(by[: MOST_NAMED + 1], 2)):
        return []
    return [_flag("partner", f"{_listed(by)} name {name} as a partner, but not each other.", by)]


def _copies(
    near: Iterable[tuple[str, str, float | None]],
    handed_in: Mapping[str, Grade],
    partners: Partners,
) -> dict[str, dict[str, float]]:
    """Return whose weights are nearly whose, with the distance; NaN where it isn't known."""
    found: dict[str, dict[str, float]] = {}
    for one, other, apart in near:
        if one == other or one not in handed_in or other not in handed_in:
            continue
        sizes = handed_in[one].facts.layer_sizes  # type: ignore[union-attr]
        if partners.share(one, other) or same_seed(handed_in[one], handed_in[other]):
            continue
        if come_near(sizes) if apart is None else not alike(apart, sizes):
            continue
        known = math.nan if apart is None else apart
        found.setdefault(one, {})[other] = found.setdefault(other, {})[one] = known
    return found


def same_seed(one: Grade, other: Grade) -> bool:
    """Return whether both state a seed, and the same: then equal weights are honest."""
    return _seed_stated(one) is not None and _seed_stated(one) == _seed_stated(other)


def _similar(one: Grade, others: Mapping[str, float], handed_in: Mapping[str, Grade]) -> Flag:
    """Return the flag of one whose weights are nearly those of others."""
    unknown = sorted(name for name in others if math.isnan(others[name]))
    names = sorted(others.keys() - set(unknown), key=lambda name: (others[name], name))
    said = []
    if names:
        sizes = one.facts.layer_sizes if one.facts is not None else ()
        usual = f", and networks of different seeds are at {HONEST:g} or more"
        usual = "" if come_near(sizes) else usual
        said.append(f"Its weights are nearly those of {_listed(names)}: distance "
                    f"{others[names[0]]:.2g}, where 0 is the same{usual}. "
                    f"It states {_stated(one)}; {names[0]} states "
                    f"{_stated(handed_in[names[0]])}.")  # fmt: skip
    if unknown:
        said.append(f"Its weights look like those of {_listed(unknown)}, but they could not be "
                    "compared; look at both files.")  # fmt: skip
    return _flag("similar", " ".join(said), [*names, *unknown])


def _stated(grade: Grade) -> str:
    seed = _seed_stated(grade)
    return "no seed" if seed is None else f"seed {shown(seed)}"


def _same_curves(handed_in: Mapping[str, Grade], partners: Partners) -> dict[str, list[str]]:
    """Return who states the very losses of somebody else with another seed: some of those."""
    by_curve: dict[tuple[float, ...], dict[int | None, list[str]]] = {}
    for name, grade in sorted(handed_in.items()):
        loss = grade.facts.history.get("loss", ()) if grade.facts is not None else ()
        if any(float(f"{one:.6g}") != one for one in loss):  # round ones may meet by chance
            by_curve.setdefault(loss, {}).setdefault(_seed_stated(grade), []).append(name)
    found: dict[str, list[str]] = {}
    for by_seed in by_curve.values():
        for seed, names in by_seed.items():
            for one in names:
                strangers = (other for other in _with_another(seed, by_seed)
                             if other != one and not partners.share(one, other))  # fmt: skip
                if others := list(islice(strangers, MOST_NAMED)):
                    found[one] = sorted(others)
    return found


def _with_another(seed: int | None, by_seed: Mapping[int | None, list[str]]) -> Iterator[str]:
    """Yield those who don't state this seed; no seed isn't the same as no seed."""
    for other, names in by_seed.items():
        if other is None or other != seed:
            yield from names


def _seed_stated(grade: Grade) -> int | None:
    return grade.facts.seed if grade.facts is not None else None


def _flag(kind: Literal["seed", "partner", "similar", "curve"], text: str,
          others: Sequence[str]) -> Flag:  # fmt: skip
    """Return a flag that lists other students, at most ten."""
    return Flag(kind=kind, text=text, others=tuple(others[:MOST_NAMED]))


def _listed(names: Sequence[str]) -> str:
    """Return names with commas, at most ten."""
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
