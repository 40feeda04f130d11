"""What a person should look at before trusting a grade: flags, no verdicts.

    identity   the file says it is of somebody else than the LMS does
    claim      it states another accuracy, or other parameters, than were measured
    seed       it states another student's personal seed
    curve      its learning curve can't be, or is another student's to the last digit
    partner    a partner who isn't known, or who doesn't name this student in turn
    similar    nearly the weights of a student who states another seed (see similarity.py)

Nothing here changes points. Partners, and members of a group, may share everything.

Example:
    >>> known = Known.of([Student("ada"), Student("bob")])
    >>> facts = Facts(digest="", student="bob")
    >>> of_one(facts, Handed(Student("ada")), known)[0].text
    "The file says it is of 'bob', but it was handed in by ada. 'bob' is bob."
"""

from collections.abc import Iterable, Mapping, Sequence

from mnistlab.checks import shown
from mnistlab.grading.facts import Facts
from mnistlab.grading.flagging import curves
from mnistlab.grading.flagging.classmates import Known, Partners, same_group
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Handed, Student
from mnistlab.grading.isolated.similarity import alike, come_near
from mnistlab.grading.scale import percent
from mnistlab.lab.students import normal_id

__all__ = ["Known", "of_all", "of_one"]

FAR = 0.01  # of a claim from the measurement: a hundred of 10,000 images
MOST_NAMED = 10


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
    """Return a flag where the file says it is of another student."""
    if not facts.student.strip() or handed.student.is_called(facts.student):
        return []
    named = students.by_id.get(normal_id(facts.student))
    if named is not None and (named.id == handed.sender or same_group(named, handed.student)):
        return []
    if any(handed.student.is_called(one) for one in facts.partners):
        return []
    said = f"The file says it is of {shown(facts.student)}, but it was handed in by "
    said += f"{handed.student.id}."
    if named is None:
        return [Flag(kind="identity", text=f"{said} Nobody in the class is called so.")]
    return [Flag(kind="identity", text=f"{said} {shown(facts.student)} is {named.id}.",
                 others=(named.id,))]  # fmt: skip


def _claim(facts: Facts) -> list[Flag]:
    """Return flags where what the file states is far from what was measured."""
    flags = []
    measured, claimed = facts.measured_accuracy, facts.claimed_accuracy
    if measured is not None and claimed is not None and abs(claimed - measured) > FAR:
        stated = percent(claimed) if 0 <= claimed <= 1 else f"{claimed:g}"
        where = f" on {shown(facts.dataset)}" if facts.dataset else ""
        flags.append(f"It states an accuracy of {stated}{where}; {percent(measured)} were measured "
                     f"({facts.correct:,} of {facts.n_test:,}).")  # fmt: skip
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
    return [Flag(kind="seed", text=f"It was trained with seed {facts.seed}, the personal seed of "
                 f"{_listed(strangers)}.", others=tuple(strangers))]  # fmt: skip


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
    near: Iterable[tuple[str, str, float]] = (),
    students: Known | None = None,
) -> dict[str, tuple[Flag, ...]]:
    """Return the flags that come of comparing submissions, by student.

    Args:
        grades: of the class.
        near: pairs of ids and the `similarity.distance` of their weights.
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
    flags: dict[str, list[Flag]] = {}
    for name, one in handed_in.items():
        found = [*_one_sided(one, handed_in, partners)]
        flags[name] = found
    for name, others in sorted(_copies(near, handed_in, partners).items()):
        flags[name].append(_similar(handed_in[name], others, handed_in))
    for name, same in sorted(_same_curves(handed_in, partners).items()):
        flags[name].append(
            Flag(kind="curve", text="Its learning curve is to the last digit that of "
                 f"{_listed(same)}, who states another seed.", others=tuple(same))
        )  # fmt: skip
    return {name: tuple(found) for name, found in flags.items() if found}


def _one_sided(one: Grade, handed_in: Mapping[str, Grade], partners: Partners) -> list[Flag]:
    """Return a flag where a partner handed in too, and doesn't name this student."""
    silent = sorted(
        other for other in partners.named[one.student]
        if other in handed_in and other != one.student
        and one.student not in partners.named[other]
        and not partners.same_file(one.student, other)
    )  # fmt: skip
    if not silent:
        return []
    return [Flag(kind="partner", text=f"It names {_listed(silent)} as partners, whose own "
                 f"submissions don't name {one.student}.", others=tuple(silent))]  # fmt: skip


def _copies(
    near: Iterable[tuple[str, str, float]], handed_in: Mapping[str, Grade], partners: Partners
) -> dict[str, dict[str, float]]:
    """Return whose weights are nearly whose, with the distance."""
    found: dict[str, dict[str, float]] = {}
    for one, other, apart in near:
        if one == other or one not in handed_in or other not in handed_in:
            continue
        sizes = handed_in[one].facts.layer_sizes  # type: ignore[union-attr]
        if not alike(apart, sizes) or partners.share(one, other):
            continue
        if _same_seed(handed_in[one], handed_in[other]):
            continue
        found.setdefault(one, {})[other] = found.setdefault(other, {})[one] = apart
    return found


def _same_seed(one: Grade, other: Grade) -> bool:
    """Return whether both state a seed, and the same: then equal weights are honest."""
    seeds = [None if grade.facts is None else grade.facts.seed for grade in (one, other)]
    return seeds[0] is not None and seeds[0] == seeds[1]


def _similar(one: Grade, others: Mapping[str, float], handed_in: Mapping[str, Grade]) -> Flag:
    """Return the flag of one whose weights are nearly those of others."""
    names = sorted(others, key=lambda name: (others[name], name))
    closest = handed_in[names[0]]
    sizes = one.facts.layer_sizes if one.facts is not None else ()
    usual = "" if come_near(sizes) else ", and networks of different seeds are at 0.76 or more"
    text = (f"Its weights are nearly those of {_listed(names)}: distance {others[names[0]]:.2g}, "
            f"where 0 is the same{usual}. It states {_stated(one)}; {names[0]} states "
            f"{_stated(closest)}.")  # fmt: skip
    return Flag(kind="similar", text=text, others=tuple(names))


def _stated(grade: Grade) -> str:
    seed = grade.facts.seed if grade.facts is not None else None
    return "no seed" if seed is None else f"seed {seed}"


def _same_curves(handed_in: Mapping[str, Grade], partners: Partners) -> dict[str, list[str]]:
    """Return who states the very losses of somebody else with another seed."""
    by_curve: dict[tuple[float, ...], list[str]] = {}
    for name, grade in handed_in.items():
        loss = grade.facts.history.get("loss", ()) if grade.facts is not None else ()
        if any(float(f"{one:.6g}") != one for one in loss):  # round ones may meet by chance
            by_curve.setdefault(tuple(loss), []).append(name)
    found: dict[str, list[str]] = {}
    for names in by_curve.values():
        for one in names:
            others = [
                other for other in names
                if other != one and not partners.share(one, other)
                and not _same_seed(handed_in[one], handed_in[other])
            ]  # fmt: skip
            if others:
                found[one] = sorted(others)
    return found


def _listed(names: Sequence[str]) -> str:
    """Return names with commas, at most ten."""
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
