"""canvas_feedback.zip, read back by the rules of Canvas's Re-Upload Submissions."""

import io
import re
import zipfile

import nbformat
import pytest

from gradebooks import gradebook, graded, handed
from mnistlab.grading.giving_back.canvasfeedback import canvas_ids, feedback_zip

PAGE = "<!doctype html><p>87 points, Zoë</p>"


def by_canvas(name, attachments):
    """Return (user, attachment) as infer_comment_context_from_filename does, or None."""
    parts = [one for one in name.split("_") if one != "LATE"]
    if parts[0] == "anon":
        user, attachment = [*parts[1:3], None, None][:2]
    else:
        user, attachment = ([one for one in parts if re.fullmatch(r"\d+", one)] + [None] * 2)[:2]
    if parts[-1].startswith("link") or name.startswith("._"):
        attachment = None
    return (user, attachment) if attachments.get(attachment) == user and user else None


def members(grades, people, pages=None):
    book = gradebook(grades, people)
    data = feedback_zip(book, pages or {one.student: PAGE for one in grades})
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {one: archive.read(one) for one in archive.namelist()}


def inside(data):
    return zipfile.ZipFile(io.BytesIO(data)).read("feedback.html").decode()


@pytest.mark.parametrize(
    ("given", "back"),
    [
        ("lovelaceada_101_55_lab_1-ada.zip", "lovelaceada_101_55_lab_1-ada.zip"),
        ("lovelaceada_LATE_101_55_lab.zip", "lovelaceada_LATE_101_55_lab.zip"),
        ("lovelaceada_101_55_99_100.ZIP", "lovelaceada_101_55_99_100.ZIP"),
        ("anon_101_55_lab.zip", "anon_101_55_lab.zip"),
        ("anon_LATE_101_55_lab.zip", "anon_LATE_101_55_lab.zip"),
        ("a_101_55_link.zip", "a_101_55_link.zip_feedback.zip"),
        ("a_101_55_my_link lab.ipynb", "a_101_55_my_link lab.ipynb_feedback.ipynb"),
        ("a_101_55_lab (1).ipynb", "a_101_55_lab (1).ipynb"),
        ("a_101_55_model.keras", "a_101_55_model.keras_feedback.html"),
        ("a_101_55_noextension", "a_101_55_noextension_feedback.html"),
        ("ünal_101_55_é.h5", "ünal_101_55_é.h5_feedback.html"),
        ("folder/a_101_55_lab.zip", "a_101_55_lab.zip"),
        ("..\\..\\a_101_55_x.npz", "a_101_55_x.npz_feedback.html"),
    ],
)  # fmt: skip
def test_canvas_finds_student_and_file(given, back):
    found = members([graded("ada")], [handed("ada", given)])
    assert list(found) == [back]
    assert by_canvas(back, {"55": "101"}) == ("101", "55")


def test_an_anonymous_students_id_may_hold_letters():
    (name,) = members([graded("a")], [handed("a", "anon_aB3x9_55_lab.zip")])
    assert by_canvas(name, {"55": "aB3x9"}) == canvas_ids(name) == ("aB3x9", "55")


def test_what_answers_a_zip_is_a_zip_and_a_notebook_a_notebook():
    found = members([graded("a"), graded("b"), graded("c")],
                    [handed("a", "a_1_2_x.zip"), handed("b", "b_3_4_x.ipynb"),
                     handed("c", "c_5_6_x.npz")])  # fmt: skip
    assert inside(found["a_1_2_x.zip"]) == PAGE
    notebook = nbformat.reads(found["b_3_4_x.ipynb"], as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].outputs[0].data["text/html"] == PAGE
    assert found["c_5_6_x.npz_feedback.html"].decode() == PAGE


@pytest.mark.parametrize(
    "name",
    ["lovelaceada_101_text.html", "lovelaceada_101_link.html", "lab.zip", "", "anon_a1_text.html",
     "._a_101_55_lab.zip", "a_١٢_٣٤_lab.zip", "anon_", "_", "anon_5_x_7_lab.zip"],
)  # fmt: skip
def test_what_canvas_could_not_match_is_left_out(name):
    assert canvas_ids(name) is None
    assert members([graded("ada")], [handed("ada", name)]) == {}


def test_nobody_gets_another_s_page_by_a_number_in_a_name(capsys):
    people = [handed("eve", "4712_4711_90_s.pdf.zip", lms={"canvas_id": "4711"}),
              handed("mal", "mallory_4712_4713_99_s.zip", lms={"canvas_id": "4713"}),
              handed("zoe", "12_13_14_s.zip"), handed("bob", "bob_4712_9_s.zip")]  # fmt: skip
    found = members([graded(one) for one in ("eve", "mal", "zoe", "bob")], people)
    assert list(found) == ["bob_4712_9_s.zip"]
    said = capsys.readouterr().err
    assert all(shown in said for shown in ("'4712_4711_90_s.pdf.zip'", "'mallory_", "'12_13_"))


def test_the_file_that_was_read_is_answered():
    one = graded("ada", file="b.zip")
    assert list(members([one], [handed("ada", "a_1_2_a.zip", "a_1_3_b.zip")])) == ["a_1_3_b.zip"]


def test_a_groups_file_is_answered_once_with_the_senders_page():
    grades = [graded("b", sender="s"), graded("s"), graded("t", sender="s")]
    people = [handed("b", "g_1_2_x.zip", sender="s"), handed("s", "g_1_2_x.zip", sender="s"),
              handed("t", "g_1_2_x.zip", sender="s")]  # fmt: skip
    found = members(grades, people, {"b": "of b", "s": "of s", "t": "of t"})
    assert [inside(one) for one in found.values()] == ["of s"]


def test_who_has_no_page_or_no_attempt_gets_none():
    people = [handed("a", "a_1_2_x.zip"), handed("b")]
    assert members([graded("a"), graded("b")], people, {"b": PAGE}) == {}


def test_names_that_are_no_unicode_still_carry_the_numbers():
    (name,) = members([graded("a")], [handed("a", "\udcff_1_2_x.npz")])
    assert canvas_ids(name) == ("1", "2")


def test_the_same_pages_make_the_same_bytes():
    book = gradebook([graded("a"), graded("b")], [handed("a", "a_1_2_x"), handed("b", "b_3_4_x")])
    assert feedback_zip(book, {"a": "A", "b": "B"}) == feedback_zip(book, {"b": "B", "a": "A"})
