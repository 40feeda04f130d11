"""CSV that people edit: spreadsheets' habits, and lines that are added to what is there."""

import os

import pytest

from mnistlab.errors import InputError
from mnistlab.grading import tables

NEEDED = ("id", "points")


@pytest.mark.parametrize(
    "data",
    [
        b"id,points\nada,2.5\n",
        b"\xef\xbb\xbfid,points\r\nada,2.5\r\n",
        b"id;points\nada;2.5\n",
        b"id\tpoints\nada\t2.5",
        b"\n\nPoints , ID,,\n,,,\n2.5,ada,,\n,,,\n",
        b'"id","points"\n"ada"," 2.5 "\n',
    ],
)
def test_what_spreadsheets_save_is_read(data):
    ((_, cells),) = tables.parsed("a.csv", data, NEEDED).rows
    assert (cells["id"], cells["points"]) == ("ada", "2.5")


def test_utf_16_and_windows_1252_are_read_from_a_file(tmp_path):
    for encoding in ("utf-16", "utf-8-sig"):
        (tmp_path / "a.csv").write_bytes("\n;\nid;points\nmüller;2,5\n".encode(encoding))
        assert tables.read(tmp_path / "a.csv", NEEDED).rows[0][1]["id"] == "müller"


def test_windows_1252_is_read_and_said(tmp_path, capsys):
    (tmp_path / "a.csv").write_bytes("id;points\nmüller;2,5\n".encode("cp1252"))
    assert tables.read(tmp_path / "a.csv", NEEDED).rows[0][1]["id"] == "müller"
    assert "Windows-1252" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"id,point\nada,2\n", "'points' is missing"),
        (b"id,points,id\nada,2,x\n", "'id' is missing or stands twice"),
        (b"id,points\nada,2,5\n", "line 2: there are more cells"),
        (b"id,points,\nada,2,5\n", "line 2: there are more cells"),
        (b'id,points\nada,"2\n', "line 2: "),
        (b"id,points\n\xff,2\n", "UTF-8"),
    ],
)
def test_what_is_no_table_is_an_error_that_says_where(data, said):
    with pytest.raises(InputError, match=said):
        tables.parsed("a.csv", data, NEEDED)


def test_lines_are_counted_as_an_editor_counts_them():
    table = tables.parsed("a.csv", b'id,points\n\n"a\nb",1\n\nc,2\n', NEEDED)
    assert [line for line, _ in table.rows] == [3, 6]


def test_a_line_keeps_to_the_columns_and_separator_that_are_there():
    table = tables.parsed("a.csv", b"points;x;id\n1;2;3\n", NEEDED)
    assert table.line({"id": "a;b", "points": "2"}) == b'2;;"a;b"\n'


@pytest.mark.parametrize(
    "text", ["=1+1", "-0.5 for the sign", "+1", "@x", "'=1", "''-a", "\u200b=1", "＝1", "a=b", "'x"]
)
def test_no_cell_is_a_formula_and_all_come_back(text):
    table = tables.parsed("a.csv", b"id,points\na,1\n", NEEDED)
    line = table.line({"id": text, "points": "2"})
    assert line.decode().lstrip("\u200b")[0] not in "=+-@＝"
    again = tables.parsed("a.csv", b"id,points\n" + line, NEEDED)
    assert again.rows[0][1]["id"] == text


def test_a_cell_stays_in_one_line_and_utf_8_holds_it():
    table = tables.Table(NEEDED)
    line = table.line({"id": "a\nb\r\udc80\u2028\x00", "points": "1"})
    assert line == b"a\\u000ab\\u000d\\udc80\\u2028\\u0000,1\n"


def test_a_second_header_of_two_who_began_the_file_at_once_is_no_row():
    assert len(tables.parsed("a.csv", b"id,points\nid,points\na,1\n", NEEDED).rows) == 1


@pytest.mark.parametrize(("text", "points"), [("2", 2), ("2.5", 2.5), (" 2,5 ", 2.5), ("0", 0)])
def test_points_as_people_write_them(text, points):
    assert tables.points_of(text, 3) == points


@pytest.mark.parametrize(
    "text", ["", "-1", "nan", "inf", "1e2", "1.2.3", "1.234,5", "50%", "٣", "2½"]
)
def test_what_is_no_number_of_points_is_refused(text):
    with pytest.raises(InputError, match="no number of points"):
        tables.points_of(text, 100)


def test_more_points_than_there_are_is_refused():
    with pytest.raises(InputError, match="3.5 is above 3,"):
        tables.points_of("3,5", 3)


def test_what_cannot_be_added_whole_is_not_added(tmp_path, monkeypatch):
    file = tmp_path / "a.csv"
    file.write_bytes(b"one\n")
    real, calls = os.write, []

    def full(descriptor, data):
        calls.append(1)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:2])

    monkeypatch.setattr(os, "write", full)
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND)
    with pytest.raises(OSError, match="No space"):
        tables.append(descriptor, b"two\n")
    os.close(descriptor)
    assert file.read_bytes() == b"one\n"


def test_many_wrong_lines_are_said_at_once_but_not_all():
    with pytest.raises(InputError) as error:
        tables.refuse("a.csv", [f"line {k}: no" for k in range(2, 30)])
    assert "28 lines" in str(error.value) and "and 18 more" in str(error.value)


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "sep=;;", "SEP=;"])
def test_excel_s_first_line_says_the_separator(first):
    data = f"\ufeff{first}\r\nid;points,x\r\nada;2\r\n".encode()
    table = tables.parsed("a.csv", data, ("id", "points,x"))
    assert table.rows == ((3, {"id": "ada", "points,x": "2"}),)
    assert table.line({"id": "bo", "points,x": "3"}) == b"bo;3\n"
    assert tables.parsed("a.csv", b"sep=|\nid|points\nada|2\n", ("id", "points")).separator == "|"


def test_a_column_that_is_called_sep_is_a_column():
    assert tables.parsed("a.csv", b"sep=x,id\n1,ada\n", ("id",)).rows[0][1]["sep=x"] == "1"
