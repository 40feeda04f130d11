import html
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import WIDTHS, Opened, chromium
from hostile_class import HOSTILE, LAB, collection, facts, grade, students
from mnistlab.grading.grades import Flag, Grade
from mnistlab.grading.handed import Attempt, Collection, Handed, Student
from mnistlab.grading.pages.figures import handed_in, unreadable
from mnistlab.grading.pages.pages import clipped, page_name, visible
from mnistlab.grading.pages.report import FLAGS, report
from mnistlab.grading.points.rubric import outcomes

CLASS = students(300)
LAID = collection(CLASS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of 300 students, written as an instructor gets it."""
    path = tmp_path_factory.mktemp("grades") / "report.html"
    path.write_text(report(CLASS, LAB, LAID), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(browser: Any, file: Path) -> Iterator[Opened]:
    """Give the report, opened once for the tests that leave it as it was."""
    yield Opened(browser, file)


def column(page: Any, k: int) -> list[str]:
    """Return the texts of a column of the students' table, as it stands."""
    return page.evaluate(
        "k => [...document.querySelectorAll('#students-table tbody tr')]"
        ".filter(row => !row.hidden).map(row => row.cells[k].textContent.trim())",
        k,
    )


def heads(page: Any) -> list[str]:
    """Return the students' table's heads."""
    return page.locator("#students-table thead th").all_inner_texts()


# ── hostile texts ───────────────────────────────────────────────────────────────────────────────


def test_nothing_hostile_runs_or_leaves_the_page(opened: Opened) -> None:
    opened.open_details()
    opened.page.mouse.move(100, 100)
    assert opened.silent, (opened.dialogs, opened.said, opened.errors, opened.asked)


def test_nothing_hostile_becomes_markup(opened: Opened) -> None:
    count = opened.page.evaluate("""() => ({
        scripts: document.scripts.length, styles: document.querySelectorAll("style").length,
        others: document.querySelectorAll("img, iframe, object, embed, link, base, form").length,
        refresh: document.querySelectorAll("meta[http-equiv=refresh i]").length,
        handlers: [...document.querySelectorAll("*")].flatMap(
            one => one.getAttributeNames().filter(name => name.startsWith("on"))).length,
        hrefs: [...document.querySelectorAll("[href]")].map(one => one.getAttribute("href"))
            .filter(href => !/^(#[a-z0-9]+|feedback\\/[a-z0-9._-]+\\.html)$/.test(href)).length,
    })""")
    assert count == {"scripts": 1, "styles": 1, "others": 0, "refresh": 0, "handlers": 0,
                     "hrefs": 0}  # fmt: skip


def test_names_are_shown_as_they_are(opened: Opened) -> None:
    expected = [visible(clipped(one.name.strip() or one.student)) for one in CLASS]
    assert column(opened.page, 0) == expected
    assert "<script>alert(1)</script>" in expected


def test_each_name_keeps_its_direction_to_itself(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
    assert "user⟨U+202E⟩gnp.exe" in text
    outside = re.sub(
        r"<bdi.*?</bdi>|<(\w+)[^>]* dir=\"auto\".*?</\1>|<bdi[^>]*>", "", text, flags=re.S
    )
    assert "عبد" not in outside


def test_a_name_of_10_000_characters_doesnt_fill_the_page(opened: Opened) -> None:
    assert clipped("x" * 10_000) in column(opened.page, 0)
    assert opened.page.evaluate(
        "Math.max(...[...document.querySelectorAll('#students-table tr')].map(r => r.offsetHeight))"
    ) < 300  # fmt: skip


def test_what_no_file_can_hold_is_spelled_out() -> None:
    page = report([], LAB, Collection("files", (), unmatched=("\ud800.zip", "\0")))
    assert "⟨U+D800⟩.zip" in page
    page.encode()


# ── what it says ────────────────────────────────────────────────────────────────────────────────


def test_figures_at_a_glance(opened: Opened) -> None:
    tiles = dict(
        reversed(text.split("\n") if "\n" in text else text.split(" ", 1))
        for text in opened.page.locator(".tiles li").all_inner_texts()
    )
    nothing = sum(not handed_in(one) for one in CLASS)
    unread = sum(unreadable(one) for one in CLASS)
    assert tiles["of 300 students measured"] == str(300 - nothing - unread)
    assert tiles["handed in nothing"] == str(nothing)
    assert tiles["not readable"] == str(unread)
    assert tiles["with a flag"] == str(sum(bool(one.flags) for one in CLASS))
    waiting = [one.to_mark for one in CLASS if one.to_mark]
    assert tiles[f"to mark, of {len(waiting)} students"] == str(sum(waiting))
    assert tiles["matched to nobody"] == str(len(HOSTILE))


def test_the_drawing_and_its_table_say_the_same(opened: Opened) -> None:
    opened.open_details()
    page = opened.page
    said = page.locator("#chart-desc").text_content()
    cells = page.locator("section[aria-labelledby=points] tbody tr").all_inner_texts()
    counts = {label: int(count) for label, count in (cell.split("\t") for cell in cells)}
    assert sum(counts.values()) == sum(handed_in(one) for one in CLASS)
    assert said == "Students by percent of the points. " + "; ".join(
        f"{label}: {count}" for label, count in counts.items()
    ) + "."  # fmt: skip
    drawn = page.locator("figure svg rect").evaluate_all(
        "all => all.filter(one => one.getAttribute('height') > 0).length"
    )
    assert drawn == len(counts)


def test_items_stand_by_points_lost(opened: Opened) -> None:
    lost = opened.page.locator("#items-table tbody td:nth-child(2)").all_inner_texts()
    assert len(lost) == len(LAB.item) + len(LAB.question) and all(lost)
    assert [float(one) for one in lost] == sorted(map(float, lost), reverse=True)


def test_flags_are_listed_with_the_others_they_concern(opened: Opened) -> None:
    opened.open_details()
    text = opened.page.locator("section[aria-labelledby=look]").inner_text()
    similar = sum(one.flags[0].kind == "similar" for one in CLASS if one.flags)
    assert f"{FLAGS['similar'][0]}: {similar} students" in text
    assert "Grace Hopper: The weights differ by 0.01%" in text
    assert f"With {CLASS[2].name}." in text
    assert "The file is cut short: download it from Colab again" in text


def test_every_kind_of_flag_has_its_words() -> None:
    kinds = Flag.model_fields["kind"].annotation.__args__
    assert set(FLAGS) == set(kinds)


def test_the_same_answers_stand_together(opened: Opened) -> None:
    opened.open_details()
    cards = opened.page.locator("section[aria-labelledby=answers] > details:nth-of-type(3) .card")
    first = cards.first.inner_text()
    same = [
        one for one in CLASS if one.facts and one.facts.answers.get("why", "").startswith("The e")
    ]
    assert first.startswith("The error of a hidden unit is the sum")
    assert f"{len(same)} students:" in first
    assert cards.first.locator("a").count() == len(same)


def test_links_lead_to_feedback_pages(opened: Opened) -> None:
    hrefs = opened.page.locator("#students-table tbody th a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert hrefs == [f"feedback/{page_name(one.student)}" for one in CLASS]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_small_classes(browser: Any, tmp_path: Path, n: int) -> None:
    small = CLASS[:n]
    (tmp_path / "small.html").write_text(report(small, LAB, collection(small)), encoding="utf-8")
    page = Opened(browser, tmp_path / "small.html")
    assert page.silent and page.violations() == []
    assert page.page.locator("#students-table tbody tr").count() == n


def test_a_lab_without_items_and_questions() -> None:
    bare = LAB.model_copy(update={"item": (), "question": ()})
    page = report([Grade(student="a", facts=facts(1), attempts=1)], bare, Collection("files", ()))
    assert "The lab has no items." in page
    assert "Answers side by side" not in page


# ── sorting and searching ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def fresh(browser: Any, file: Path) -> Iterator[Opened]:
    """Give the report, opened for one test."""
    one = Opened(browser, file)
    yield one
    assert one.silent
    one.page.close()


def test_every_column_sorts_both_ways(fresh: Opened) -> None:
    page = fresh.page
    for k, head in enumerate(heads(page)):
        button = page.locator("#students-table thead th").nth(k).locator("button")
        ways = []
        for way in ("ascending", "descending"):
            button.click()
            assert page.locator("#students-table th[aria-sort]").count() == 1
            assert page.locator("#students-table thead th").nth(k).get_attribute("aria-sort") == way
            ways.append(column(page, k))
        up, down = ([one for one in way if one not in ("", "to mark")] for way in ways)
        assert set(ways[0][len(up) :]) <= {"", "to mark"}, f"{head}: they stay at the end"
        if re.fullmatch(r"[\d.,]+%?", "".join(up[:1])):
            numbers = [float(one.strip("%").replace(",", "")) for one in up]
            assert numbers == sorted(numbers), head
            assert [float(one.strip("%").replace(",", "")) for one in down] == numbers[::-1], head
        assert sorted(up) == sorted(down)
        assert up != down or len(set(up)) == 1, head


def test_sorting_by_name_is_an_alphabet(fresh: Opened) -> None:
    page = fresh.page
    page.get_by_role("button", name="Student", exact=True).click()

    def letters(text: str) -> str:
        return unicodedata.normalize("NFKD", text).casefold()

    plain = [one for one in column(page, 0) if re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", one)]
    assert plain == sorted(plain, key=letters) and len(plain) > 200


def test_the_keyboard_sorts(fresh: Opened) -> None:
    page = fresh.page
    button = page.get_by_role("button", name="Points of 100")
    for key, way in (("Enter", "ascending"), ("Space", "descending")):
        button.focus()
        page.keyboard.press(key)
        assert page.locator("th:has(button:focus)").get_attribute("aria-sort") == way
    points = [float(one) for one in column(page, 2)]
    assert points == sorted((one.points for one in CLASS), reverse=True)


def test_searching_counts_as_one_types(fresh: Opened) -> None:
    page = fresh.page
    search = page.get_by_label("Search names, ids, files and flags")
    search.press_sequentially("LISKOV bar")
    expected = [one.name for one in CLASS if re.search("barbara liskov", one.name, re.I)]
    assert column(page, 0) == expected != []
    status = page.get_by_role("status")
    assert status.inner_text() == f"{len(expected)} of 300 students"
    search.fill("nunez")  # without the signs over the letters
    assert set(column(page, 0)) == {"Zoë Núñez 👩‍💻"}
    search.fill("<script>alert")
    assert set(column(page, 0)) == {"<script>alert(1)</script>"}
    search.fill("s017")
    assert column(page, 1) == ["s017"]
    search.fill("similar weights")
    assert len(column(page, 0)) == sum(
        any(flag.kind == "similar" for flag in one.flags) for one in CLASS
    )
    search.fill("(.*")
    assert status.inner_text() == "0 of 300 students"
    search.fill("")
    assert status.inner_text() == "300 students"


def test_the_filter_shows_who_needs_a_look(fresh: Opened) -> None:
    page = fresh.page
    show = page.get_by_label("Show", exact=True)
    for value, fits in {
        "flagged": lambda one: bool(one.flags),
        "mark": lambda one: one.to_mark > 0,
        "unreadable": unreadable,
        "nothing": lambda one: not handed_in(one),
        "penalty": lambda one: one.penalty > 0,
        "claim": lambda one: any(flag.kind == "claim" for flag in one.flags),
    }.items():
        show.select_option(value)
        assert column(page, 1) == [one.student for one in CLASS if fits(one)] != []
        chosen = show.locator("option:checked").inner_text()
        assert chosen.endswith(f"({len(column(page, 1))})")


def test_a_figure_at_the_top_shows_its_students(fresh: Opened) -> None:
    page = fresh.page
    page.get_by_label("Search names, ids, files and flags").fill("nobody")
    page.locator(".tiles a", has_text="with a flag").focus()
    page.keyboard.press("Enter")
    assert column(page, 1) == [one.student for one in CLASS if one.flags]
    assert page.evaluate("document.querySelector('#students').getBoundingClientRect().top") < 50


def test_a_link_to_a_row_that_is_filtered_away_brings_it_back(fresh: Opened) -> None:
    page = fresh.page
    page.get_by_label("Search names, ids, files and flags").fill("nobody")
    fresh.open_details()
    page.locator("section[aria-labelledby=look] li a").first.click()
    assert len(column(page, 0)) == 300
    assert page.locator("tr:target").is_visible()


# ── for everybody ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("n", [300, 30])
def test_axe_finds_nothing_wrong(browser: Any, tmp_path: Path, n: int) -> None:
    few = students(n)
    (tmp_path / "report.html").write_text(report(few, LAB, collection(few)), encoding="utf-8")
    page = Opened(browser, tmp_path / "report.html")
    if n < 300:  # unfolded too, which takes seconds with 300
        page.open_details()
    for scheme in ("light",) if n == 300 else ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme)
        assert page.violations() == [], scheme
    page.page.close()


def test_light_and_dark_differ(browser: Any, file: Path) -> None:
    papers = set()
    for scheme in ("light", "dark"):
        page = Opened(browser, file, color_scheme=scheme).page
        papers.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert papers == {"rgb(255, 255, 255)", "rgb(23, 25, 28)"}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_needs_scrolling_to_the_side(browser: Any, file: Path, width: int) -> None:
    page = Opened(browser, file, width)
    page.open_details()
    assert page.fits
    region = page.page.get_by_role("region", name="Table of students")
    region.focus()
    assert region.evaluate("one => one === document.activeElement")
    wide = "one => one.scrollWidth > one.clientWidth"
    assert region.evaluate(wide)
    page.page.close()


def test_without_scripts_everything_can_be_read(browser: Any, file: Path) -> None:
    page = Opened(browser, file, java_script_enabled=False)
    assert page.page.locator("#students-table tbody tr").count() == 300
    assert not page.page.get_by_label("Show", exact=True).is_visible()
    assert page.page.locator("th button").count() == 0
    page.page.close()


def test_paper_shows_all_rows_and_no_controls(browser: Any, file: Path) -> None:
    page = Opened(browser, file, 1000).page
    page.emulate_media(media="print")
    assert not page.get_by_label("Show", exact=True).is_visible()
    region = page.locator(".region:has(#students-table)")
    assert region.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1000
    page.close()


# ── one file, always the same ───────────────────────────────────────────────────────────────────


def test_the_same_grades_give_the_same_bytes() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); import hashlib, hostile_class as c\n"
        "from mnistlab.grading.pages.report import report; g = c.students(60)\n"
        "pages = [report(g, c.LAB, c.collection(g), anonymous=one) for one in (False, True)]\n"
        "print(*(hashlib.sha256(page.encode()).hexdigest() for page in pages))"
    )
    root = Path(__file__).parent.parent
    digests = {
        subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True,
                       check=True, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }  # fmt: skip
    assert len(digests) == 1


def test_the_policy_allows_its_own_style_and_script_alone(file: Path) -> None:
    policy = html.unescape(re.search(r'Policy" content="([^"]+)"', file.read_text())[1])
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy and "http" not in policy
    assert "base-uri 'none'; form-action 'none'" in policy


def test_a_script_that_got_in_would_not_run(browser: Any, file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    smuggled = "<script>alert(1)</script><img src=x onerror=alert(2)><p style='color:red'>"
    (tmp_path / "smuggled.html").write_text(text.replace("</h1>", f"</h1>{smuggled}", 1), "utf-8")
    page = Opened(browser, tmp_path / "smuggled.html")
    assert page.dialogs == [] and len(page.said) >= 3  # each is refused, and said so
    assert page.page.locator("th button").count() > 0


# ── without names ───────────────────────────────────────────────────────────────────────────────


def test_no_name_is_left_in_an_anonymous_report(browser: Any, tmp_path: Path) -> None:
    text = report(CLASS, LAB, LAID, anonymous=True)
    for k, one in enumerate(CLASS):
        if one.name.strip() and k % 7 != 3:
            assert one.name not in text
        assert f">{one.student}<" not in text and f"{one.student}@" not in text
    assert 'href="feedback' not in text and "submission-" not in text
    (tmp_path / "anonymous.html").write_text(text, encoding="utf-8")
    page = Opened(browser, tmp_path / "anonymous.html")
    assert page.silent
    assert column(page.page, 0) == [f"Student {k}" for k in range(1, 301)]
    assert sorted(column(page.page, 2)) == sorted(f"{one.points:.2f}".rstrip("0").rstrip(".")
                                                  for one in CLASS)  # fmt: skip


def test_a_grade_made_by_the_rubric_is_shown_whole() -> None:
    one = grade(1).model_copy(update={"outcomes": outcomes(LAB, facts(1))})
    page = report([one], LAB, collection((one,)))
    for item in (*LAB.item, *LAB.question):
        assert f">{item.id}</bdi>" in page


# ── late, unread, and long names of files ───────────────────────────────────────────────────────


def laid_late(*late: str) -> Collection:
    """Return what a small class handed in, some of them late."""
    people = [Handed(Student(one.student), (Attempt((), "x", late=one.student in late),))
              for one in CLASS[:4]]  # fmt: skip
    return Collection("canvas", tuple(people), from_roster=True)


def rows_of(page: str) -> list[str]:
    """Return the rows of the students' table."""
    return re.findall(r"<tr id=.*?</tr>", page, flags=re.S)


@pytest.mark.parametrize("anonymous", [False, True])
def test_who_was_late_is_said_without_a_rule_for_it(anonymous: bool) -> None:
    four = [one.model_copy(update={"penalty": 0.0, "late_days": None}) for one in CLASS[:4]]
    four[3] = four[3].model_copy(update={"late_days": 2})
    page = report(four, LAB, laid_late(four[1].student), anonymous)
    late = [row for row in rows_of(page) if "LATE" in row]
    assert len(late) == 1 and re.search(r'data-is="[^"]*\blate\b', late[0])
    assert [("2 days late" in row) for row in rows_of(page)].count(True) == 1
    points = f'data-value="{four[1].points}"'
    assert points in late[0]
    assert "Handed in late: 2 students" in page
    off = [one.model_copy(update={"penalty": 0.1, "late_days": 1}) for one in four]
    assert report(off, LAB, laid_late(), anonymous).count("1 day late, 10% off") == 4
    assert '<option value="late">handed in late (2)</option>' in page
    assert "Handed in late" not in report(four[:1], LAB, laid_late())


def test_items_that_nobody_has_read_stand_last_and_say_how_many_count(
    browser: Any, tmp_path: Path
) -> None:
    one = CLASS[1].model_copy(update={"penalty": 0.0})
    blank, waits = (
        one.model_copy(update={"outcomes": tuple(
            o.model_copy(update={"points": value, "by": ""}) if o.item == "why" else o
            for o in one.outcomes)})
        for value in (0.0, None)
    )  # fmt: skip
    (tmp_path / "r.html").write_text(report([blank, waits, waits], LAB, Collection("files", ())))
    page = Opened(browser, tmp_path / "r.html").page
    rows = page.locator("#items-table tbody tr").all_inner_texts()
    assert "why" in rows[-1] and "not read yet" in rows[-1] and "100%" not in rows[-1]
    counted = [row.split("\t")[-2] for row in rows]
    assert counted[-1] == "1" and set(counted[:-1]) == {"3"}
    page.locator("#items-table th button").nth(1).click()
    assert "why" in page.locator("#items-table tbody tr").all_inner_texts()[-1]
    page.close()


def test_a_long_name_of_a_file_makes_no_row_higher(browser: Any, tmp_path: Path) -> None:
    name = "lab_1_recognizing_handwritten_digits_final_final_version_2_really.ipynb"
    few = [
        CLASS[k].model_copy(
            update={"facts": facts(k).model_copy(update={"file": name}), "flags": ()}
        )
        for k in (1, 7, 9)
    ]
    (tmp_path / "r.html").write_text(report(few, LAB, Collection("files", ())))
    page = Opened(browser, tmp_path / "r.html").page
    heights = page.evaluate(
        "[...document.querySelectorAll('#students-table tbody tr')].map(row => row.offsetHeight)"
    )
    assert max(heights) < 45
    assert page.locator(f"#students-table bdi[title='{name}']").count() == 3
    page.get_by_label("Search names, ids, files and flags").fill("version_2")
    assert len(column(page, 0)) == 3
    page.close()


def test_what_matched_nobody_is_told_from_what_is_only_said() -> None:
    said = ("'x.zip' matches nobody.", "Ignored: 'a.csv': a table.", "Note: ids are e-mails.")
    page = report(CLASS[:2], LAB, Collection("files", (), unmatched=said))
    assert "Matched to nobody, or in doubt: 1 file or folder" in page
    assert "Left out, and notes: 2" in page and "Note: ids" not in page
