import re

import pytest
from jinja2 import UndefinedError

from hostile_class import HOSTILE
from mnistlab.grading.pages import pages
from mnistlab.grading.pages.pages import clipped, counted, page_name, percent, points, visible

OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zoë 👩‍💻 عبد", "Zoë 👩‍💻 عبد"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("\x00\x1b[2J\x7f", "␀␛[2J␡"),
        ("5\u202e01", "5⟨U+202E⟩01"),
        ("\ud800", "⟨U+D800⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("\u2028\u2029", "⟨U+2028⟩⟨U+2029⟩"),
        ("\ufffe\U0001ffff", "⟨U+FFFE⟩⟨U+1FFFF⟩"),
        ("no\u00a0break", "no\u00a0break"),
    ],
)
def test_signs_that_cant_be_seen_are_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_nothing_visible_turns_the_direction_or_breaks_utf_8() -> None:
    shown = visible(OVERRIDES + "".join(map(chr, range(0xA0))) + "".join(HOSTILE))
    assert not set(shown) & set(OVERRIDES)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)
    shown.encode()


def test_long_names_are_cut_and_say_so() -> None:
    assert clipped("x" * 10_000) == "x" * 80 + "… (10,000 characters)"
    assert clipped("two\n  lines") == "two lines"
    assert clipped("x" * 80) == "x" * 80


@pytest.mark.parametrize(
    ("value", "shown"), [(82.5, "82.5"), (0, "0"), (-0.001, "0"), (1000, "1,000"), (1.676, "1.68")]
)
def test_points(value: float, shown: str) -> None:
    assert points(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0%"), (1e-9, "under 1%"), (0.5, "50%"), (0.9967, "99%"), (1, "100%")],
)
def test_only_all_is_called_100_percent(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_nouns_agree_with_their_numbers() -> None:
    assert (counted(1, "student"), counted(1200, "student")) == ("1 student", "1,200 students")
    assert counted(2, "answer waits", "answers wait") == "2 answers wait"


@pytest.mark.parametrize(
    "student", [*HOSTILE, "../../x", "..", ".", "", "con", "com1.x", "a/b", "C:\\x", "-rf", "Ä"]
)
def test_a_page_name_is_safe_on_every_system(student: str) -> None:
    name = page_name(student)
    assert re.fullmatch(r"[a-z0-9_][a-z0-9._-]{0,80}\.html", name), name
    assert not re.match(r"(con|nul|com1)\.", name)


def test_each_id_has_its_own_page_and_case_doesnt_count() -> None:
    ids = ["ada", "bob", "a/b", "a-b", "a b", "a\\b", "-a-b", "Ä", "ä ö", *HOSTILE]
    assert len({page_name(one) for one in ids}) == len(ids)
    assert page_name(" ADA ") == page_name("ada") == "ada.html"


def test_no_id_can_take_the_page_of_another() -> None:
    other = page_name("Jane Doe")
    assert page_name(other.removesuffix(".html")) != other


def test_every_text_is_escaped_and_made_visible(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "any.html").write_text("<p title='{{ text }}'>{{ text }}{{ text|clipped }}</p>")
    (tmp_path / "page.css").write_text("p > a { }")
    monkeypatch.setattr(pages, "TEMPLATES", tmp_path)
    pages._environment.cache_clear()
    pages._file.cache_clear()
    try:
        page = pages.rendered("any.html", text="'\"><b>\u202e{{ 7*7 }}&")
        with pytest.raises(UndefinedError):
            pages.rendered("any.html")
    finally:
        pages._environment.cache_clear()
        pages._file.cache_clear()
    once = "&#39;&#34;&gt;&lt;b&gt;⟨U+202E⟩{{ 7*7 }}&amp;"
    assert page == f"<p title='{once}'>{once}{once}</p>\n"


def test_no_template_lets_text_through() -> None:
    files = [one for one in pages.TEMPLATES.iterdir() if one.suffix in (".html", ".css", ".js")]
    assert len(files) >= 6
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup|http-equiv=.?refresh|https?://", text)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|eval\(|Function\(|write\(", text)
        assert not re.search(r"=\{\{", text), f"{file.name}: an attribute without quotes"
        assert not re.search(r"\sstyle=|\son\w+=", text), f"{file.name}: the policy forbids it"
