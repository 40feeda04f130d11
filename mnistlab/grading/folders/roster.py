"""Who is in the class: the instructor's list, or the gradebook that Canvas exports.

A roster is a CSV file with a row for each student and any of these columns, in any order and
under the names that Canvas, Moodle, Gradescope and nbgrader give them:

    id           what a student is known by in grades.csv, also called Student ID, Matrikelnummer
                 …; without it the first of login, sis_id, email, canvas_id and moodle_id that
                 every student has and no two share
    name         or first_name and last_name
    login, sis_id, email, canvas_id, moodle_id    other ids of the same student
    group        students with the same group hand in together
    section      for Canvas's import

A times file is a CSV file with the columns `id` and `time`: one row for each student, with the
time of the attempt that counts in ISO 8601: 2026-11-23T23:59:00+01:00, 2026-11-23 22:59Z. A time
without a zone is in the zone in which `due` of lab.toml is meant.

Example:
    >>> read_roster("roster.csv").find("4711").name  # doctest: +SKIP
    'Ada Lovelace'
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from mnistlab.checks import shown
from mnistlab.errors import InputError
from mnistlab.grading.folders.classlist import IDS, Roster, name_key, unshared
from mnistlab.grading.folders.csvrows import Rows, read_rows
from mnistlab.grading.folders.found import NOTE
from mnistlab.grading.handed import Student
from mnistlab.lab.students import checked_id, normal_id

__all__ = ["Roster", "read_canvas_gradebook", "read_roster", "read_times"]

_USUAL = {
    "id": "id, student id, student number, student no, student nr, studentid, studentnumber, "
    "matriculation number, matriculation no, matric number, matric no, registration number, "
    "registration no, enrolment number, enrollment number, candidate number, roll number, "
    "roll no, uid, matrikelnummer, matrikelnr, matrikel nr, matrikel, matrnr, matr nr, "
    "matnr, mat nr, studentnummer, matricola",
    "name": "name, student, student name, full name, fullname, display name",
    "first_name": "first name, firstname, given name, vorname",
    "last_name": "last name, lastname, surname, family name, nachname, familienname",
    "email": "email, e mail, email address, e mail address, mail, e mail adresse, mailadresse",
    "login": "login, login id, loginid, sis login id, username, user name, netid, net id, "
    "benutzername, anmeldename, account, kennung",
    "sis_id": "sis id, sis user id, id number, sid, user id, lms user id",
    "canvas_id": "canvas id, canvas user id",
    "moodle_id": "moodle id, identifier, participant, participant id, participant number",
    "group": "group, groups, group name, team, team name, gruppe",
    "section": "section, sections",
    "time": "time, submitted, submitted at, submission time, timestamp",
}
_COLUMNS = {usual: name for name, all_ in _USUAL.items() for usual in all_.split(", ")}
_CANVAS = {
    "student": "name",
    "id": "canvas_id",
    "sis user id": "sis_id",
    "sis login id": "login",
    "section": "section",
}
_SPOILT = re.compile(r"\d(?:[.,]\d+)?E\+\d+")  # what Excel makes of a long number


# ── read ────────────────────────────────────────────────────────────────────────────────────────


def read_roster(path: str | os.PathLike[str]) -> Roster:
    """Return the class that a CSV file lists; a gradebook exported from Canvas serves too.

    Raises:
        InputError: no such file; no column with ids; an id that stands twice (with both lines); a
            row with more cells than columns.

    Example:
        >>> read_roster("roster.csv").students[0].id  # doctest: +SKIP
        'ada'
    """
    rows = read_rows(path, "the roster", lambda cell: _plain(cell) in _COLUMNS)
    names = [_plain(cell) for cell in rows.header]
    if {"student", "id"} <= set(names) and {"sis login id", "section"} & set(names):
        return read_canvas_gradebook(path)
    return _roster(rows, list(rows.rows), [_COLUMNS.get(name, "") for name in names])


def read_canvas_gradebook(path: str | os.PathLike[str]) -> Roster:
    """Return the class that a gradebook exported from Canvas lists, with the export's rows.

    Raises:
        InputError: no such file, or no gradebook of Canvas.
    """
    rows = read_rows(path, "Canvas's gradebook", lambda cell: _plain(cell) in _CANVAS)
    names = [_plain(cell) for cell in rows.header]
    if not {"student", "id"} <= set(names):
        raise InputError(f"{rows.name} isn't a gradebook exported from Canvas: that has the "
                         f"columns Student and ID, and this has {_listed(rows.header)}. In Canvas: "
                         "Grades, Export, Export Entire Gradebook.")  # fmt: skip
    student, number = names.index("student"), names.index("id")
    first = _first_student(rows, student)
    students = [
        row for row in rows.rows[first:] if row[1][number].strip() and not _is_test(row[1][student])
    ]
    export = (rows.header, *(cells for _, cells in rows.rows))
    return _roster(rows, students, [_CANVAS.get(name, "") for name in names], export)


def _first_student(rows: Rows, student: int) -> int:
    """Return where the students begin: after the row of the points possible, else at once."""
    for k, (_, cells) in enumerate(rows.rows[:5]):
        if cells[student].strip().casefold() == "points possible":
            return k + 1
    return 0


def _is_test(name: str) -> bool:
    """Whether this is the student that Canvas makes up for the instructor's own trials."""
    return name_key(name) in ("studenttest", "teststudent")


def _roster(
    rows: Rows,
    those: list[tuple[int, tuple[str, ...]]],
    columns: list[str],
    header: tuple[tuple[str, ...], ...] = (),
) -> Roster:
    """Return the Roster of rows whose columns are known."""
    records = [(line, _record(rows, line, cells, columns)) for line, cells in those]
    key = _id_column(rows, [one for _, one in records], columns)
    if not records:
        raise InputError(f"{rows.name} lists no student: it has a row of column names only.")
    _must_differ(rows, key, records)
    shared = Counter(_local(one) for _, one in records)
    students = tuple(_student(rows, line, one, key, shared) for line, one in records)
    taken = () if header else _taken(rows, key, columns)
    return Roster(unshared(students), header, (*rows.notes, *taken, *_ambiguous(students)))


def _taken(rows: Rows, key: str, columns: list[str]) -> Iterator[str]:
    """Say which column the ids are of, where none is called id or the like."""
    if key != "id" and key in columns:
        title = shown(rows.header[columns.index(key)].strip())
        yield (f"{NOTE}{rows.name} has no column called id, so the ids are those in {title}. "
               "A column called id decides.")  # fmt: skip


def _record(rows: Rows, line: int, cells: tuple[str, ...], columns: list[str]) -> dict[str, str]:
    """Return a row by column: under our name of it, and under the file's own."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise InputError(f"{rows.at(line)} has {len(cells)} cells, and there are {len(columns)} "
                         "columns. A cell that holds a comma stands in quotes: \"Lovelace, "
                         "Ada\".")  # fmt: skip
    record: dict[str, str] = {}
    for column, title, cell in zip(columns, rows.header, cells, strict=False):
        if column and column not in record:
            record[column] = cell.strip()
            record.setdefault(title, cell)
    record |= _parted(record)
    record["name"] = _full_name(record)
    record["moodle_id"] = re.sub(r"^\D+(?=\d+$)", "", record.get("moodle_id", ""))
    return record


def _parted(record: Mapping[str, str]) -> dict[str, str]:
    """Return first and last name of "van Gogh, Vincent"; {} where they are known, or unclear."""
    last, _, first = map(str.strip, record.get("name", "").partition(","))
    known = record.get("first_name") or record.get("last_name")
    if known or not first or not last or "," in first:
        return {}
    return {"first_name": " ".join(first.split()), "last_name": " ".join(last.split())}


def _full_name(record: Mapping[str, str]) -> str:
    """Return a name as it is spoken: "Ada Lovelace" of "Lovelace, Ada"."""
    both = f"{record.get('first_name', '')} {record.get('last_name', '')}".strip()
    name = record.get("name", "") or both
    last, comma, first = name.partition(",")
    turned = f"{first.strip()} {last.strip()}" if comma and "," not in first else name
    return " ".join(turned.split())


def _id_column(rows: Rows, records: list[dict[str, str]], columns: list[str]) -> str:
    """Return the column whose cells are the ids: "id", else the first that serves as one."""
    if "id" in columns:
        return "id"
    for column in IDS:
        cells = [normal_id(one.get(column, "")) for one in records]
        if all(cells) and len(set(cells)) == len(cells):
            return column
    for column in IDS:  # a column of ids that has a fault: the fault will be named
        if column in columns and any(one.get(column) for one in records):
            return column
    raise InputError(f"{rows.name} has no column of ids; its columns are {_listed(rows.header)}. "
                     "Name one of them id, login, sis_id or email.")  # fmt: skip


def _must_differ(rows: Rows, key: str, records: list[tuple[int, dict[str, str]]]) -> None:
    """Raise InputError where a row has no id, one that Excel spoilt, or another row's."""
    lines: dict[str, int] = {}
    for line, one in records:
        given = one.get(key, "")
        if not given:
            raise InputError(f"{rows.at(line)}: {shown(one['name'])} has no {key}.")
        if _SPOILT.fullmatch(given):
            raise InputError(f"{rows.at(line)}: the {key} {given} is a number that a program "
                             "rounded. Export the list again; don't save it there.")  # fmt: skip
        first = lines.setdefault(normal_id(given), line)
        if first != line:
            raise InputError(f"{rows.name}: the {key} {shown(given)} stands on lines {first} and "
                             f"{line}. Each student needs their own; remove one.")  # fmt: skip


def _student(
    rows: Rows, line: int, one: dict[str, str], key: str, shared: Mapping[str, int]
) -> Student:
    """Return the Student of a record."""
    known_by = checked_id(one[key], f"{rows.at(line)}: {key}")
    numbers = [f"Participant {one['moodle_id']}"] if one["moodle_id"] else []
    local = [_local(one)] if shared[_local(one)] == 1 else []
    aliases = dict.fromkeys([one.get(column, "") for column in IDS] + numbers + local)
    return Student(
        id=known_by,
        name=one["name"],
        aliases=tuple(alias for alias in aliases if alias and alias != known_by),
        group=one.get("group", ""),
        lms={title: cell for title, cell in one.items() if cell.strip()},
    )


def _local(record: Mapping[str, str]) -> str:
    """Return what stands before the @ of an e-mail address; students take it for their id."""
    return record.get("email", "").partition("@")[0].strip().casefold()


def _ambiguous(students: Iterable[Student]) -> Iterator[str]:
    """Say which ids mean several students; as aliases those are left out."""
    owners: dict[str, list[str]] = {}
    for one in students:
        for given in {normal_id(each) for each in (one.id, *one.aliases)}:
            owners.setdefault(given, []).append(one.id)
    for given, ids in sorted(owners.items()):
        if len(ids) > 1:
            yield (f"{shown(given)} is an id of {len(ids)} students ({_listed(ids)}); what is "
                   "called so goes to the one whose own id it is, else to nobody.")  # fmt: skip


def _plain(cell: str) -> str:
    """Return a column's name as names of columns are compared."""
    return " ".join(re.split(r"[\s_.:-]+", normal_id(cell))).strip()


def _listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them: at most 8."""
    names = [shown(one) for one in names]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


# ── times ───────────────────────────────────────────────────────────────────────────────────────


def read_times(path: str | os.PathLike[str]) -> dict[str, datetime]:
    """Return when each student handed in, from a CSV file with the columns id and time.

    Returns:
        By id as the file writes it: a time with its zone, or without one where none is given.

    Raises:
        InputError: no such columns; a time that isn't ISO 8601; an id that stands twice.

    Example:
        >>> read_times("times.csv")["ada"].isoformat()  # doctest: +SKIP
        '2026-11-23T23:59:00+01:00'
    """
    rows = read_rows(path, "the times", lambda cell: _plain(cell) in _COLUMNS)
    columns = [_COLUMNS.get(_plain(cell), "") for cell in rows.header]
    key = next((one for one in ("id", *IDS) if one in columns), None)
    if key is None or "time" not in columns:
        raise InputError(f"{rows.name} has the columns {_listed(rows.header)}. A times file has "
                         "id and time, such as: ada,2026-11-23T23:59:00+01:00")  # fmt: skip
    lines: dict[str, int] = {}
    times: dict[str, datetime] = {}
    for line, cells in rows.rows:
        given, time = cells[columns.index(key)].strip(), cells[columns.index("time")].strip()
        if not time:
            continue  # handed in nothing
        if (first := lines.setdefault(normal_id(given), line)) != line:
            raise InputError(f"{rows.name}: {shown(given)} stands on lines {first} and {line}. "
                             "Give one time: that of the attempt that counts.")  # fmt: skip
        times[given] = _time(rows.at(line), time)
    return times


def _time(where: str, given: str) -> datetime:
    """Return the time that a cell writes in ISO 8601; else raise InputError."""
    try:
        time = datetime.fromisoformat(re.sub(r"\s*(Z|UTC)$", "+00:00", given))
    except ValueError as why:
        raise InputError(f"{where}: {shown(given)} is no time. Write it in ISO 8601, with a zone "
                         "where you know it: 2026-11-23T23:59:00+01:00.") from why  # fmt: skip
    if len(given) <= 10:
        raise InputError(f"{where}: {shown(given)} is a day without a time of day. Write "
                         f"{given}T23:59:00 where that is meant.")  # fmt: skip
    return time
