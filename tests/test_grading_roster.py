"""The class: read from what programs export, and asked who is who."""

from datetime import UTC, datetime, timedelta

import pytest

from mnistlab.errors import InputError
from mnistlab.grading.folders.roster import read_canvas_gradebook, read_roster, read_times
from submissions import ROSTER, roster_file

CANVAS = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lab 1 (901),Quiz (7)
,,,,,Manual Posting,
    Points Possible,,,,,100.00,10.00
"Lovelace, Ada",4711,S1,ada,Lab A and Lab B,,9
"Babbage, Bob",4712,S2,bob,Lab A,EX,
"Student, Test",4799,,a1b2c3,Lab A,,
"""


def written(tmp_path, text, encoding="utf-8", name="roster.csv"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


def test_a_roster_knows_each_student_by_every_id(tmp_path):
    roster = read_roster(roster_file(tmp_path))
    assert [one.id for one in roster.students] == ["ada", "bob", "carol"]
    assert [one.name for one in roster.students] == ["Ada Lovelace", "Bob Babbage", "Carol O'Brien"]
    for given in ("ada", " ADA ", "Ada@Example.edu", "4711", "Participant 901", "901", "ａｄａ"):
        assert roster.find(given).id == "ada", given
    assert roster.find("b.babbage").id == "bob"
    assert roster.find("dora") is None and roster.find("") is None
    assert roster.students[0].lms["section"] == "A"
    assert [one.id for one in roster.group("team one")] == ["ada", "bob"]
    assert roster.group("") == ()


def test_a_column_keeps_equal_numbers_apart(tmp_path):
    text = "id,canvas_id,sis_id\nada,100,200\nbob,200,100\n"
    roster = read_roster(written(tmp_path, text))
    assert roster.find("100", "canvas_id").id == "ada"
    assert roster.find("100", "sis_id").id == "bob"
    assert roster.find("100") is None
    assert any("'100'" in note and "'ada', 'bob'" in note for note in roster.notes)


def test_an_id_means_its_own_student_before_an_alias_of_another(tmp_path):
    roster = read_roster(written(tmp_path, "id,login\nada,bob\nbob,robert\n"))
    assert roster.find("bob").id == "bob" and roster.find("robert").id == "bob"


def test_an_alias_that_means_another_too_means_nobody(tmp_path):
    text = "id,email,login\nada,ada@x.edu,7\nbob,robert.b@x.edu,\neve,bob@gmail.com,7\n"
    ada, bob, eve = read_roster(written(tmp_path, text)).students
    assert bob.is_called("bob") and not eve.is_called("BOB") and eve.is_called("bob@gmail.com")
    assert not ada.is_called("7") and not eve.is_called("7")
    assert [one.lms["login"] for one in (ada, eve)] == ["7", "7"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_delimiter_and_unicode(tmp_path, encoding, delimiter):
    text = f"id{delimiter}name\nzoé{delimiter}Zoé Müller-Łuk\n"
    roster = read_roster(written(tmp_path, text, encoding))
    assert roster.students[0].name == "Zoé Müller-Łuk" and roster.notes == ()


def test_windows_1252_is_read_and_said(tmp_path):
    roster = read_roster(written(tmp_path, "id,name\nzoe,Zoé\n", "cp1252"))
    assert roster.students[0].name == "Zoé"
    assert "Windows-1252" in roster.notes[0]


@pytest.mark.parametrize(
    "text, known_by",
    [
        ("First name,Surname,ID number,Email address,Groups\nAda,Lovelace,77,ada@x.edu,A\n", "77"),
        (
            "Identifier,Full name,Email address\nParticipant 901,Ada Lovelace,ada@x.edu\n",
            "ada@x.edu",
        ),
        ("First Name,Last Name,SID,Email,Sections\nAda,Lovelace,77,ada@x.edu,1\n", "77"),
        (
            "name,canvas_user_id,user_id,login_id,sections,group_name\nLovelace,4711,S1,al,1,T\n",
            "al",
        ),
        ("id,first_name,last_name,email,lms_user_id\nal,Ada,Lovelace,ada@x.edu,12\n", "al"),
    ],
    ids=["moodle participants", "moodle worksheet", "gradescope", "canvas groups", "nbgrader"],
)
def test_what_platforms_export_serves_as_it_is(tmp_path, text, known_by):
    (student,) = read_roster(written(tmp_path, text)).students
    assert student.id == known_by and "Lovelace" in student.name


def test_the_id_is_of_a_column_that_all_have(tmp_path):
    text = "name,login,sis_id\nAda,al,1\nBob,,2\n"
    assert [one.id for one in read_roster(written(tmp_path, text)).students] == ["1", "2"]


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "empty"),
        ("id,name\n", "lists no student"),
        ("name,notes\nAda,x\n", "no column of ids.*'name', 'notes'"),
        ("id,name\nada,Ada\nbob,Bob\n ADA ,Other\n", "'ADA'.*lines 2 and 4"),
        ('id,name\n"ada","Ada\nLovelace"\nbob,Bob\nada,x\n', "lines 2 and 5"),
        ("id,name\nada,Lovelace, Ada\n", "line 2 has 3 cells"),
        ("id,name\n,Ada\n", "line 2: 'Ada' has no id"),
        ("id,name\n1.23457E+11,Ada\n", "rounded"),
        ('id,name\n"ada,Ada\n', "line 2"),
        (f"id\n{'a' * 101}\n", "line 2: id has 101 characters"),
    ],
)
def test_what_can_not_be_told_apart_safely_is_an_error(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        read_roster(written(tmp_path, text))


@pytest.mark.parametrize("data", [b"PK\x03\x04xlsx", b"\xd0\xcf\x11\xe0xls"])
def test_a_workbook_is_named(tmp_path, data):
    file = tmp_path / "roster.csv"
    file.write_bytes(data)
    with pytest.raises(InputError, match="Excel workbook"):
        read_roster(file)


def test_binary_a_folder_and_nothing_are_said(tmp_path):
    (tmp_path / "binary.csv").write_bytes(b"id\x00\x01")
    for path, said in [("binary.csv", "text file"), (".", "no file"), ("x.csv", "No such file")]:
        with pytest.raises(InputError, match=said):
            read_roster(tmp_path / path)


def test_canvas_gradebook_keeps_its_rows_and_leaves_out_the_test_student(tmp_path):
    roster = read_canvas_gradebook(written(tmp_path, CANVAS))
    assert [(one.id, one.name) for one in roster.students] == [
        ("ada", "Ada Lovelace"), ("bob", "Bob Babbage")]  # fmt: skip
    assert roster.students[0].lms["Student"] == "Lovelace, Ada"
    assert roster.students[0].lms["Section"] == "Lab A and Lab B"
    assert roster.find("4712", "canvas_id").id == roster.find("S2", "sis_id").id == "bob"
    assert roster.header[0][:2] == ("Student", "ID")
    assert roster.header[2] == ("    Points Possible", "", "", "", "", "100.00", "10.00")
    assert roster.header[4][5] == "EX"
    assert read_roster(written(tmp_path, CANVAS)) == roster


def test_canvas_gradebook_is_told_from_another_table(tmp_path):
    with pytest.raises(InputError, match="Export Entire Gradebook"):
        read_canvas_gradebook(roster_file(tmp_path, ROSTER.replace("id,", "nr,", 1)))


def test_names_match_in_any_order_and_without_marks(tmp_path):
    roster = read_roster(roster_file(tmp_path))
    for name in ("Carol O'Brien", "obriencarol", "O'Brien, Carol", "CAROL OBRIEN"):
        assert roster.named(name).id == "carol"
    two = read_roster(written(tmp_path, "id,name\n1,Wei Wang\n2,Wang Wei\n"))
    assert two.named("Wei Wang") is None
    assert [one.id for one in two.meant("wei wang")] == ["1", "2"]


def test_an_id_inside_a_name_counts_as_a_whole_word_only(tmp_path):
    roster = read_roster(roster_file(tmp_path))
    names = [
        "lab1_ada_final",
        "b.babbage@example.edu-2",
        "adams_final",
        "ada-and-carol",
        "x" * 9999,
    ]
    names = [
        "lab1_ada_final",
        "b.babbage@example.edu-2",
        "adams_final",
        "ada-and-carol",
        "x" * 9999,
    ]
    ids = [[one.id for one in roster.inside(name)] for name in names]
    assert [sorted(one) for one in ids] == [["ada"], ["bob"], [], ["ada", "carol"], []]


def test_times_with_and_without_a_zone(tmp_path):
    text = "id,time\nada,2026-11-23T23:59:00+01:00\nbob,2026-11-23 22:59:30 UTC\n"
    text += "carol,2026-11-23T22:59\ndora,\n"
    times = read_times(written(tmp_path, text))
    assert times["ada"].utcoffset() == timedelta(hours=1)
    assert times["bob"] == datetime(2026, 11, 23, 22, 59, 30, tzinfo=UTC)
    assert times["carol"].tzinfo is None and "dora" not in times


@pytest.mark.parametrize(
    "text, said",
    [
        ("id,late\nada,3\n", "A times file has"),
        ("id,time\nada,yesterday\n", "line 2.*ISO 8601"),
        ("id,time\nada,2026-11-23\n", "2026-11-23T23:59:00"),
        ("id,time\nada,2026-11-23T10:00\nAda,2026-11-24T10:00\n", "lines 2 and 3"),
    ],
)
def test_times_that_say_no_time_are_an_error(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        read_times(written(tmp_path, text))


def test_the_column_that_is_taken_for_the_ids_is_said(tmp_path):
    roster = read_roster(written(tmp_path, "Name;E-Mail\nAda;ada@x.edu\n"))
    assert [one.id for one in roster.students] == ["ada@x.edu"]
    assert roster.notes == ("Note: roster.csv has no column called id, so the ids are those in "
                            "'E-Mail'. A column called id decides.",)  # fmt: skip
    assert read_roster(written(tmp_path, "Student ID,Name\n1,Ada\n")).notes == ()


@pytest.mark.parametrize(
    "title",
    ["Matrikelnummer", "Matrikel-Nr.", "MatrNr", "Student ID", "Student No.", "StudentID", "ID",
     "Matriculation number", "Student Number", "Matricola", "Studentnummer", "Registration No",
     "Candidate number", "Roll Number"],
)  # fmt: skip
def test_names_of_a_column_of_ids(tmp_path, title):
    roster = read_roster(written(tmp_path, f"{title};Name;E-Mail\n4711;Ada;ada@x.edu\n"))
    assert roster.students[0].id == "4711" and roster.notes == ()


@pytest.mark.parametrize(
    "title, column",
    [("SID", "sis_id"), ("Username", "login"), ("User name", "login"), ("NetID", "login"),
     ("Benutzername", "login"), ("E-Mail-Adresse", "email"), ("Login ID", "login")],
)  # fmt: skip
def test_names_of_other_columns(tmp_path, title, column):
    roster = read_roster(written(tmp_path, f"id,{title}\nada,x4711\n"))
    assert roster.find("x4711", column).id == "ada"


def test_first_and_last_names_in_german(tmp_path):
    text = "Matrikelnummer;Vorname;Nachname;Gruppe\n1;Ada;Lovelace;A\n"
    (ada,) = read_roster(written(tmp_path, text)).students
    assert (ada.name, ada.group) == ("Ada Lovelace", "A")


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;"])
def test_excel_s_first_line_says_the_separator(tmp_path, first):
    text = f"{first}\r\nid;name,with;x\r\nada;Lovelace;1\r\n"
    roster = read_roster(written(tmp_path, text, "utf-8-sig"))
    assert [one.id for one in roster.students] == ["ada"]
    with pytest.raises(InputError, match="lines 3 and 4"):
        read_roster(written(tmp_path, text + "ada;x;2\r\n"))
    assert read_times(written(tmp_path, "sep=|\nid|time\nada|2026-11-23T10:00\n")) == {
        "ada": datetime(2026, 11, 23, 10)
    }


def test_a_name_is_parted_at_its_comma(tmp_path):
    text = 'id,name\n1,"Young, Cy"\n2,"Cy Young, Cy"\n3,"van Gogh, Vincent"\n4,Bo Li\n'
    students = read_roster(written(tmp_path, text)).students
    assert [(one.lms.get("first_name"), one.lms.get("last_name")) for one in students] == [
        ("Cy", "Young"), ("Cy", "Cy Young"), ("Vincent", "van Gogh"), (None, None)]  # fmt: skip
    assert students[2].name == "Vincent van Gogh"
