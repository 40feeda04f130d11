"""Names as Canvas's own code makes them are read back as Canvas's own code reads them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.grading.folders.canvas import looks_like, parsed, ways
from mnistlab.grading.giving_back.canvasfeedback import canvas_ids


def canvas_name(sortable, late, user, attachment, own):
    """Return the name that content_zipper.rb gives a file."""
    whose = re.sub(r"_(\d+)_", r"\1", sortable).lower()
    prefix = re.sub(r"[^\w]", "", "_".join([whose, *["LATE"] * late, str(user)]))
    return f"{prefix}_{attachment}_{sanitised(own)}"


def sanitised(own):
    return re.sub(r'[\x00/\\:*?"<>|]+', "_", own)


names = st.one_of(
    st.sampled_from(
        ["Lovelace, Ada", "O'Brien-Łuk, Zoë", "王, 伟", "Team One", "_12_", "", "🎉", "late"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
own_names = st.one_of(
    st.sampled_from(["submission.zip", "my_lab_2_3.ipynb", "text.html", "1_2_3", "a_LATE_1_2_b"]),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
)


@settings(deadline=None, max_examples=60)
@given(names, st.booleans(), st.integers(1, 10**14), st.integers(1, 10**12), own_names)
def test_what_canvas_writes_is_read_as_canvas_reads_it(sortable, late, user, attachment, own):
    name = canvas_name(sortable, late, user, attachment, own)
    whose = name.split(f"_{user}_")[0].removesuffix("_LATE").split("_")
    if any(re.fullmatch("[0-9]+", part) for part in whose):
        return  # Canvas itself misreads these
    found = parsed(name)
    assert (found["user"], found["number"]) == (str(user), str(attachment))
    assert found["file"] == sanitised(own)
    assert bool(found["late"]) == late
    assert canvas_ids(name) == (str(user), str(attachment))


@pytest.mark.parametrize(
    "name, user, late, own",
    [
        ("lovelaceada_4711_99_a.zip", "4711", None, "a.zip"),
        ("lovelaceada_LATE_4711_99_a.zip", "4711", "LATE", "a.zip"),
        ("ada_LATE_4711_link.html", "4711", "LATE", None),
        ("anon_Qx7Yz_99_a.zip", "Qx7Yz", None, "a.zip"),
        ("LATE_anon_Qx7Yz_99_a_1_2.zip", "Qx7Yz", "LATE", "a_1_2.zip"),
        ("anon_LATE_Qx7Yz_99_a_1_2.zip", "Qx7Yz", "LATE", "a_1_2.zip"),
        ("anon_LATE_Qx7Yz_text.html", "Qx7Yz", "LATE", None),
        ("anon_47115_99_a.zip", "47115", None, "a.zip"),
        ("anon_LATE_47115_99_a.zip", "47115", "LATE", "a.zip"),
        ("LATE_anon_47115_99_a.zip", "47115", "LATE", "a.zip"),
        ("_4711_99_a.zip", "4711", None, "a.zip"),
    ],
)
def test_each_kind_of_name(name, user, late, own):
    found = parsed(name)
    assert (found["user"], found["late"], found["file"]) == (user, late, own)


@pytest.mark.parametrize(
    "name",
    ["ada.zip", "lab_1.zip", "ada_4711.zip", "ada_4711_99_", "ada_4711_99", "ada_४७_९९_x", ""],
)
def test_other_names_are_none_of_canvas_s(name):
    assert parsed(name) is None


def test_a_name_with_several_numbers_is_read_in_each_way():
    found = ways("x_4712_5_LATE_4711_99_s_1_2.zip")
    assert [(one.name, one.user, one.number, one.file, one.late) for one in found] == [
        ("x", "4712", "5", "LATE_4711_99_s_1_2.zip", False),
        ("x_4712_5", "4711", "99", "s_1_2.zip", True),
    ]
    assert [one.user for one in ways("ada_1_2_3_text.html")] == ["1", "2", "3"]
    assert len(ways("a" + "_1" * 5_000)) == 50 and ways("ada.zip") == []


def test_most_of_the_names_decide():
    ours = ["a_1_2_x.zip", "b_2_3_y.zip"]
    assert looks_like([*ours, "notes.txt", "grades.csv", "lab.toml", "roster.xlsx"])
    assert not looks_like([*ours, "c.zip", "d.zip", "e.zip"])
    assert not looks_like([]) and not looks_like(["grades.csv"])
