"""On which line a key stands, whatever TOML allows around it."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.errors import InputError
from mnistlab.lab.tomllines import load

EVERYTHING = '''\
# a comment = "no key" [nor.table]
top = 1

[lab]   # [[item]]
name = "a # b = [c]"
"quoted key" = 'x = "y"'
'literal "key"' = 2
text = """
id = 3
[[item]]
""quoted"" to the end"""
escaped = "\\"] = "
literal = \'\'\'
points = 4
'it''s\'\'\'
a.b . "c.d" = 5
list = [
    1, # one
    [2, 3],

    { x = 4, "y" = [ 5,
      6 ] },
]

[[item]]
id = "a"
within = { epochs = [1, 20], deep.er = { z = true } }

[item.sub]
q = 2026-11-30T18:00:00+01:00

[[item]]

  id = "b"
[[item.part]]
k = 0x1F
[[item.part]]
k = -1e3
[ spaced . "out" ]
end = inf'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("lab",), 4),
        (("lab", "name"), 5),
        (("lab", "quoted key"), 6),
        (("lab", 'literal "key"'), 7),
        (("lab", "text"), 8),
        (("lab", "escaped"), 12),
        (("lab", "literal"), 13),
        (("lab", "a", "b", "c.d"), 16),
        (("lab", "list"), 17),
        (("lab", "list", 0), 18),
        (("lab", "list", 1, 1), 19),
        (("lab", "list", 2, "x"), 21),
        (("lab", "list", 2, "y", 1), 22),
        (("item",), 25),
        (("item", 0), 25),
        (("item", 0, "id"), 26),
        (("item", 0, "within", "epochs", 1), 27),
        (("item", 0, "within", "deep", "er", "z"), 27),
        (("item", 0, "sub"), 29),
        (("item", 0, "sub", "q"), 30),
        (("item", 1), 32),
        (("item", 1, "id"), 34),
        (("item", 1, "part", 0, "k"), 36),
        (("item", 1, "part", 1), 37),
        (("spaced", "out"), 39),
        (("spaced", "out", "end"), 40),
    ],
)
def test_each_key_has_its_line(path, line):
    _, lines = load(EVERYTHING)
    assert path in lines
    assert lines.of(path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("item", 0, "points"), 25),  # absent: the line of its table
        (("item", 0, "within", "order"), 27),
        (("item", 7, "id"), 25),
        (("lab", "list", 2, "x", "bool"), 21),
        (("nowhere", "at", "all"), 1),
        ((), 1),
    ],
)
def test_an_absent_key_has_the_line_of_what_encloses_it(path, line):
    assert load(EVERYTHING)[1].of(path) == line


def test_the_values_are_tomllibs():
    assert load(EVERYTHING)[0] == tomllib.loads(EVERYTHING)


def test_windows_line_ends_count_once():
    _, lines = load('[lab]\r\nname = """\r\na"""\r\n\r\ntitle = "b"\r\n')
    assert lines.of(("lab", "title")) == 5


def test_an_empty_text_is_toml():
    assert load("")[0] == {} and load("\n\n# nothing")[0] == {}


def paths(value, path=()):
    """Yield the path of everything in a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in pairs:
        yield (*path, key)
        if isinstance(one, dict | list):
            yield from paths(one, (*path, key))


KEYS = st.sampled_from(["a", "b-c", "d_1", '"e f"', "'g.h'", '"]"', '"#"', "x.y", "x . 'z'"])
SCALARS = st.sampled_from([
    "1", "-2.5e3", "true", "inf", "1979-05-27T07:32:00Z", "07:32:00", "0b1", '""', "''",
    '"a"', '"# ["', '"\\""', "'\\'", '"""\n[x]\n"""',
    "'''\n= 1\n'''", '"""a"b""c"""""', "''''a'''''",
])  # fmt: skip
SPACES = st.sampled_from(["", " ", "\n", " # ], }\n", "\n\n  "])


def lists(values):
    return st.lists(st.tuples(SPACES, values, SPACES), max_size=3).map(
        lambda parts: "[" + ",".join("".join(part) for part in parts) + "]"
    )


def tables(values):
    keys = st.sampled_from(["k", '"l m"', "'n'", "o.p"])
    return st.lists(st.tuples(keys, values), max_size=3, unique_by=lambda pair: pair[0]).map(
        lambda parts: "{" + ", ".join(f"{key} = {value}" for key, value in parts) + "}"
    )


VALUES = st.recursive(SCALARS, lambda values: lists(values) | tables(values), max_leaves=6)
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from(["", "[t]", "[[u]]", "[[u.v]]", "[u.w]", "# [no]"]),
        st.lists(st.tuples(KEYS, VALUES), max_size=4, unique_by=lambda pair: pair[0]),
    ),
    max_size=5,
)


@settings(max_examples=200, deadline=None)
@given(BLOCKS)
def test_whatever_tomllib_reads_has_a_line_on_which_its_key_stands(blocks):
    text = "\n".join(
        part for header, pairs in blocks for part in (header, *(f"{k} = {v}" for k, v in pairs))
    )
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(InputError):
            load(text)
        return
    _, lines = load(text)
    rows = text.split("\n")
    for path in paths(values):
        assert path in lines, path
        row = rows[lines.of(path) - 1]
        assert isinstance(path[-1], int) or path[-1] in row, (path, row)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab=[]{}\"'#,.\n\\ 1", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        values, lines = load(text)
    except InputError:
        return
    assert all(path in lines for path in paths(values))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a = 1\nb = = 2\n", "line 2, column 5: this is no TOML: invalid value. "),
        ("a = 1\nb = = 2\n", "There stands: b = = 2"),
        ("a = 0,97", "numbers take a decimal point: 0.97, not 0,97"),
        ("a = True", "true or false, in small letters"),
        ("a = “x”", "plain ones"),
        ("a = sgd", 'texts stand in quotes: name = "text"'),
        ("a =\nb = 1", "invalid value. There stands: a = — there is no value"),
        ("a: 1", "key = value, not key: value"),
        ("a = 1\na = 2", "line 2"),
        ("[a]\n[a]", "line 2"),
        ('a = "', "line 1"),
        ("a = 1\n[b\n\n", "line 2"),
        ("a = " + "x" * 500, "xxx..."),
        ("a = " + "9" * 5000, "thousands of digits"),
        ("a = " + "[" * 3000 + "]" * 3000, "levels deep"),
        ("a = 2026-02-30", "line 1"),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_said_with_its_line(text, wanted):
    with pytest.raises(InputError) as raised:
        load(text)
    assert wanted in str(raised.value)
    assert len(str(raised.value)) < 600
