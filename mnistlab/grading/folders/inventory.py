"""What lies in a folder or zip of submissions: names, and where the bytes are. Nothing is opened.

Links aren't followed. What can't be a submission (hidden files, what an operating system puts
into folders) is left out and said. A folder or zip that only wraps another is looked through, as
after "Extract all" or a download of the whole folder:

    Downloads/lab 1/submissions.zip     one zip: its content is what was meant
    Downloads/lab 1/section A/ada/…     folders with one folder in it: down to where there are more

Example:
    >>> listed(Path("submissions"), Eye()).name  # doctest: +SKIP
    'submissions'
"""

import contextlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading.folders import outerzip
from mnistlab.grading.folders.entries import (
    Entry,
    Names,
    is_a_table,
    is_of_the_system,
    parts_of,
    plain,
    tops,
)

DEEPEST = 20  # folders within folders
MOST_EACH = 2000  # files below one name at the top, which is one student's
MOST_IN_ALL = 500_000


@dataclass(frozen=True)
class Inventory:
    """What a folder or zip holds.

    Attributes:
        name: of the innermost folder; path: the folder, or the zip.
        entries: sorted by name.
        ignored: what was left out or can't be read, each in a sentence.
    """

    name: str
    path: Path
    entries: tuple[Entry, ...]
    ignored: tuple[str, ...] = ()

    def top(self) -> dict[str, list[Entry]]:
        """Return the entries by their first name."""
        found: dict[str, list[Entry]] = {}
        for one in self.entries:
            found.setdefault(one.parts[0], []).append(one)
        return found


@dataclass(frozen=True)
class Eye:
    """What tells a folder that wraps the submissions from one that is a submission.

    Attributes:
        knows: whether a name is a student's.
        many: whether what lies in the folder or zip of a name is of several students.
    """

    knows: Callable[[str], bool] = lambda name: False
    many: Callable[[str, Names], bool] = lambda name, names: len(names) > 1

    def level(self, levels: list[tuple[str, Names]]) -> int:
        """Return which of nested folders holds the submissions; each has the next in it only."""
        for k, (name, _) in enumerate(levels):
            if name.casefold() == "submitted":  # nbgrader's, however few students are in it
                return k
            if k and self.knows(name):
                return k - 1
        last = len(levels) - 1
        return last if not last or self.many(*levels[last]) else last - 1


def listed(path: Path, eye: Eye) -> Inventory:
    """Return what lies in a folder or zip.

    Raises:
        InputError: there is nothing at `path`, or it is neither; or it holds 500,000 files.
    """
    try:
        if path.is_dir():
            return _of_folder(path, eye)
        if not path.exists():
            raise InputError(f"{shown(str(path))} isn't there. Give the folder or zip that your "
                             "learning platform gave you.")  # fmt: skip
    except OSError as why:
        raise InputError(f"{shown(str(path))} can't be listed: {why.strerror}.") from why
    return _of_zip(path, eye)


def holds_many(path: Path, eye: Eye) -> bool:
    """Whether a zip holds several students' submissions, as far as names tell.

    Raises:
        InputError: it can't be read as a zip.
    """
    levels = _levels(path.stem, list(_members(path, Counter())))
    return not eye.knows(path.stem) and eye.many(*levels[-1])


def alone(path: Path) -> Inventory:
    """Return a single file as an inventory of one."""
    return Inventory(plain(path.parent.name), path.parent, (Entry((plain(path.name),), path),))


# ── a folder ────────────────────────────────────────────────────────────────────────────────────


def _of_folder(path: Path, eye: Eye) -> Inventory:
    """Return what lies in a folder, or in the folder or zip that it wraps."""
    skipped: Counter[str] = Counter()
    path = _wrapped(path, eye, skipped)
    inside = _scanned(path, skipped)
    only = _only(inside)
    if only is not None and outerzip.is_zip(Path(only.path)) and _is_file(only):
        with contextlib.suppress(InputError):  # then it is a student's, and broken
            if holds_many(Path(only.path), eye):
                return _of_zip(Path(only.path), eye)
    each = (_walked(one, (plain(one.name),), skipped) for one in inside)
    entries, said = _bounded(each)
    return Inventory(plain(path.name), path, entries, (*_said(skipped), *said))


def _wrapped(path: Path, eye: Eye, skipped: Counter[str]) -> Path:
    """Return the folder that holds the submissions: this one, or one within it."""
    paths, levels = [path], [(path.absolute().name, _names(_scanned(path, Counter())))]
    while len(paths) < DEEPEST:
        only = _only(_scanned(paths[-1], Counter()))
        if only is None or _is_link(only) or not only.is_dir():
            break
        paths.append(Path(only.path))
        levels.append((only.name, _names(_scanned(paths[-1], Counter()))))
    level = eye.level(levels)
    for passed in paths[:level]:
        _scanned(passed, skipped)
    return paths[level]


def _names(inside: Iterable[os.DirEntry[str]]) -> Names:
    return [(one.name, one.is_dir(follow_symlinks=False)) for one in inside]


def _only(inside: list[os.DirEntry[str]]) -> os.DirEntry[str] | None:
    """Return the one thing in a folder beside tables, or None."""
    kept = [one for one in inside if one.is_dir() or not is_a_table(one.name)]
    return kept[0] if len(kept) == 1 else None


def _scanned(path: Path, skipped: Counter[str]) -> list[os.DirEntry[str]]:
    """Return what lies in a folder, by name, without what the system puts there."""
    with os.scandir(path) as inside:
        found = sorted(itertools.islice(inside, MOST_IN_ALL + 1), key=lambda one: one.name)
    skipped.update(plain(one.name) for one in found if is_of_the_system(one.name))
    return [one for one in found if not is_of_the_system(one.name)]


def _walked(
    one: os.DirEntry[str], parts: tuple[str, ...], skipped: Counter[str]
) -> Iterator[Entry]:
    """Yield a file, or the files of a folder and its folders."""
    path = Path(one.path)
    try:
        if _is_link(one):
            yield Entry(parts, path, fault="a link")
        elif not one.is_dir(follow_symlinks=False):
            yield Entry(parts, path, fault="" if _is_file(one) else "a pipe or a device")
        elif len(parts) > DEEPEST:
            yield Entry(parts, path, fault=f"a folder more than {DEEPEST} folders deep")
        else:
            inside = _scanned(path, skipped)
            if not inside:
                yield Entry(parts, path, fault="a folder with nothing in it")
            for each in inside:
                yield from _walked(each, (*parts, plain(each.name)), skipped)
    except OSError as why:
        yield Entry(parts, path, fault=f"not readable ({why.strerror})")


def _is_link(one: os.DirEntry[str]) -> bool:
    """Whether it is a symbolic link, or a junction where Python and the system know those."""
    return one.is_symlink() or bool(getattr(one, "is_junction", bool)())


def _is_file(one: os.DirEntry[str]) -> bool:
    return one.is_file(follow_symlinks=False)


# ── a zip ───────────────────────────────────────────────────────────────────────────────────────


def _of_zip(path: Path, eye: Eye) -> Inventory:
    """Return what lies in a zip, or in the folder that it wraps."""
    skipped: Counter[str] = Counter()
    entries = sorted(_members(path, skipped), key=lambda one: one.parts)
    levels = _levels(path.stem, entries)
    level = eye.level(levels)
    inner = [Entry(one.parts[level:], path, one.member, one.fault) for one in entries]
    groups = itertools.groupby(inner, key=lambda one: one.parts[0])
    kept, said = _bounded(iter(list(group)) for _, group in groups)
    said += [f"{shown(one)} has too many files with too long names; those beyond "
             f"{outerzip.MOST_BELOW:,} bytes of names are left out."
             for one in outerzip.cut_off(path) if not is_of_the_system(one)]  # fmt: skip
    return Inventory(plain(levels[level][0]), path, kept, (*_said(skipped), *said))


def _members(path: Path, skipped: Counter[str]) -> Iterator[Entry]:
    """Yield the members of a zip."""
    for name, member in outerzip.directory(path).items():
        parts = parts_of(name)
        odd = next((one for one in parts if is_of_the_system(one)), None)
        if odd is not None:
            skipped[plain(odd)] += 1
        elif parts and not member.folder:
            twice = "a name that stands more than once in the zip" if member.twice else ""
            fault = "a link" if member.link else twice
            yield Entry(tuple(plain(one) for one in parts), path, name, fault)


def _levels(name: str, entries: Iterable[Entry]) -> list[tuple[str, Names]]:
    """Return nested folders of a zip, each with the next in it only, from the zip itself on."""
    parts = [one.parts for one in entries]
    levels = [(name, tops(parts))]
    while len(levels[-1][1]) == 1 and levels[-1][1][0][1] and len(levels) < DEEPEST:
        if any(len(one) == 1 for one in parts):
            break
        parts = [one[1:] for one in parts]
        levels.append((levels[-1][1][0][0], tops(parts)))
    return levels


# ── both ────────────────────────────────────────────────────────────────────────────────────────


def _bounded(each: Iterable[Iterator[Entry]]) -> tuple[tuple[Entry, ...], list[str]]:
    """Return entries, at most 2,000 below one name, and what is to be said of them."""
    entries: list[Entry] = []
    said: list[str] = []
    for walk in each:
        some = list(itertools.islice(walk, MOST_EACH))
        if next(walk, None) is not None:
            said.append(f"{shown(some[0].parts[0])} holds more than {MOST_EACH:,} files; only the "
                        f"first {MOST_EACH:,} by name are looked at.")  # fmt: skip
        entries += some
        if len(entries) > MOST_IN_ALL:
            raise InputError(f"There are more than {MOST_IN_ALL:,} files. Give the folder or zip "
                             "of one assignment.")  # fmt: skip
    said += [f"{shown('/'.join(one.parts))} is {one.fault}." for one in entries if one.fault]
    return tuple(entries), said


def _said(skipped: Counter[str]) -> Iterator[str]:
    """Say what was left out because a system or a program had put it there."""
    if skipped:
        names = ", ".join(map(shown, sorted(skipped)[:3]))
        yield (f"Ignored: {sum(skipped.values()):,} hidden files or files of a system, such as "
               f"{names}.")  # fmt: skip
