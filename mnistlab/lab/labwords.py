"""What is wrong in a lab.toml, in words: pydantic's findings, and data sets that don't fit.

Example:
    >>> label(("item", 0, "points"), {"item": [{"id": "accuracy"}]})
    "[[item]] 'accuracy', points"
"""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mnistlab.checks import comma_hint, did_you_mean, shown
from mnistlab.data.listing import describe
from mnistlab.lab.assignment import About, Grading, Item, Lab, Misfits, Network, Question
from mnistlab.lab.tomllines import Path

Mistake = tuple[Path, str]


def _by_tag(union: Any, key: str) -> dict[str, type[BaseModel]]:
    """Return the models of a union by the word that tells them apart: {"accuracy": Accuracy}."""
    models: tuple[type[BaseModel], ...] = get_args(get_args(union)[0])
    return {get_args(one.model_fields[key].annotation)[0]: one for one in models}


# Arrays of tables, the key that says which kind each is, and the kinds.
MANY = {
    "question": ("kind", _by_tag(Question, "kind")),
    "item": ("check", _by_tag(Item, "check")),
}
ONCE: dict[str, type[BaseModel]] = {"lab": About, "network": Network, "grading": Grading}
TABLES = (*ONCE, "training")

# What a data set of the package needs of a network, and how many patterns it has to train on:
# known without fetching it.
SHAPES = {
    "mnist": (784, 10, 60_000),
    "mnist_5k": (784, 10, 4_000),
    "iris": (4, 3, 120),
    "digits": (64, 10, 1_438),
    "fashion_mnist": (784, 10, 60_000),
    "cifar10": (3072, 10, 50_000),
    "cifar100": (3072, 100, 50_000),
    "imdb": (2000, 2, 25_000),
    "reuters": (2000, 46, 8_982),
}


def label(path: Path, values: Mapping[str, Any]) -> str:
    """Return how a place in lab.toml is called: "[network] inputs", "[[item]] 'accuracy', points".

    Args:
        path: keys and positions, ("item", 2, "points").
        values: what the file says.
    """
    match path:
        case ():
            return ""
        case (str(section), int(n), *keys):
            return ", ".join([_called(section, n, values), *_joined(keys)])
        case (str(section), *keys) if section in MANY:
            return " ".join([f"[[{section}]]", *_joined(keys)])
        case (str(section), *keys) if keys or section in TABLES:
            return " ".join([f"[{section}]", *_joined(keys)])
    name, value = str(path[0]), values.get(str(path[0]))
    return f"[{name}]" if isinstance(value, dict) else name


def _joined(keys: list[Any]) -> list[str]:
    """Return keys within keys as TOML writes them: within.epochs; positions count from 1."""
    words = "".join(f".{key}" if isinstance(key, str) else f" (no. {key + 1})" for key in keys)
    return [words.lstrip(".")] if words else []


def _called(section: str, n: int, values: Mapping[str, Any]) -> str:
    """Return an element of an array of tables by its id, or by its number."""
    try:
        own = values[section][n]["id"]
    except (LookupError, TypeError):
        own = None
    known = isinstance(own, str) and 0 < len(own) <= 64
    return f"[[{section}]] {own!r}" if known else f"[[{section}]] no. {n + 1}"


# ── pydantic's findings ─────────────────────────────────────────────────────────────────────────


def mistakes(found: ValidationError, values: Mapping[str, Any]) -> list[Mistake]:
    """Return where each mistake stands, and what is wrong with it.

    Args:
        found: what the model found wrong.
        values: what the file says.
    """
    result: dict[Mistake, None] = {}
    for error in found.errors(include_url=False):
        path = _path(error["loc"], values, error["type"])
        cause = error.get("ctx", {}).get("error")
        if isinstance(cause, Misfits):
            result.update({((*path, *place), why): None for place, why in cause.found})
        else:
            result[path, _said(error, path, values)] = None
    return list(result)


def _path(loc: Path, values: Any, kind: str) -> Path:
    """Return the place of an error as the file has it, without pydantic's own names of unions."""
    if len(loc) > 2 and loc[0] in MANY:
        loc = (*loc[:2], *loc[3:])
    for n, key in enumerate(loc):
        try:
            values = values[key]
        except (LookupError, TypeError):
            return loc if kind == "missing" else loc[: n + (kind == "extra_forbidden")]
    return loc


def _said(error: Any, path: Path, values: Mapping[str, Any]) -> str:
    """Return what is wrong at one place, and what is allowed there."""
    given, limits = shown(error["input"]), error.get("ctx", {})
    if path[:1] == ("schema_version",):
        return _version(error)
    if path[-3:-2] == ("within",):
        return f"must be a number, a text in quotes, true or false, but is {given}"
    match error["type"]:
        case "missing":
            return _missing(path)
        case "extra_forbidden":
            return _unknown_key(path, values)
        case "union_tag_invalid":
            key, models = MANY[str(path[0])]
            tag, listed = error["input"][key], ", ".join(map(repr, models))
            return (f"{key} = {shown(tag)} is not known. Choose one of: {listed}."
                    f"{did_you_mean(tag, models)}")  # fmt: skip
        case "union_tag_not_found":
            key, models = MANY[str(path[0])]
            return f"{key} is missing: one of {', '.join(map(repr, models))}"
        case "value_error":
            return str(limits["error"])
        case "float_type" | "int_type" | "finite_number" | "int_from_float":
            whole = "whole " if error["type"].startswith("int") else ""
            text = error["input"] if isinstance(error["input"], str) else None
            hint = "" if text is None else "." + comma_hint(str(path[-1]), text)
            return f"must be a {whole}number, but is {given}{hint}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return _out_of_bounds(error["type"], limits, given, path)
        case "string_type":
            return f"must be a text in quotes, but is {given}"
        case "bool_type":
            return f"must be true or false, without quotes, but is {given}"
        case "literal_error":
            return f"must be {limits['expected']}, but is {given}"
        case "string_pattern_mismatch":
            return (f"{given} is no name: small letters a to z, digits and _, beginning with a "
                    "letter, at most 64 characters")  # fmt: skip
        case "string_too_short":
            return "must not be empty"
        case "string_too_long":
            return f"has more than {limits['max_length']:,} characters"
        case "too_long":
            return f"there are more than {limits['max_length']:,}"
        case "too_short":
            return f"must have at least {limits['min_length']} entry"
        case "tuple_type" | "model_type" | "dict_type" | "model_attributes_type":
            return _wrong_form(path, given)
    if path[-1:] == ("due",):
        return f"must be a date, or a date and time: due = 2026-11-30T18:00:00, but is {given}"
    return f"{error['msg']}, but is {given}"


def _version(error: Any) -> str:
    """Return what to do about a file of another version."""
    given = error["input"]
    if error["type"] == "missing":
        return "is missing. Write as the first line: schema_version = 1"
    if isinstance(given, int) and given > 1:
        return (f"is {given}, of a newer mnistlab; this one reads 1. Update it: "
                "pip install --upgrade mnistlab")  # fmt: skip
    return f"must be 1, but is {shown(given)}"


def _missing(path: Path) -> str:
    """Return that a key or table is missing, with what it could look like."""
    examples: dict[Path, str] = {
        ("lab",): 'Add: [lab], with name = "my_lab", title = "My lab", dataset = "mnist"',
        ("network",): "Add: [network], with inputs = 784, classes = 10",
        ("lab", "name"): 'Add for example: name = "my_lab"',
        ("lab", "title"): 'Add for example: title = "Recognizing handwritten digits"',
        ("network", "inputs"): "Add how many numbers a pattern has: inputs = 784",
        ("network", "classes"): "Add how many classes there are: classes = 10",
        ("points",): "Add for example: points = 5",
        ("id",): 'Add a name of its own: id = "my_question"',
        ("text",): 'Add what students read: text = "What do you expect?"',
        ("full_from",): "Add from which accuracy on all points are given: full_from = 0.97",
        ("none_below",): "Add below which accuracy there are none: none_below = 0.90",
        ("within",): "Add for example: within = { epochs = [1, 20] }",
    }  # fmt: skip
    example = examples.get(path) or examples.get(path[-1:], "")
    return f"is missing. {example}" if example else "is missing"


def _unknown_key(path: Path, values: Mapping[str, Any]) -> str:
    """Return that a key isn't known, with the one that was meant, or where it belongs."""
    key = str(path[-1])
    if len(path) == 1:
        tables = [*Lab.model_fields]
        hint = did_you_mean(key, tables) or f" There are: {', '.join(tables)}."
        owner = next((name for name, model in ONCE.items() if key in model.model_fields), None)
        hint = f" It belongs below [{owner}]." if owner else hint
        return f"is not known here.{hint}"
    section = str(path[0])
    if section in ONCE:
        return _not_among(key, [*ONCE[section].model_fields])
    tag, models = MANY[section]
    kind = values[section][path[1]][tag]
    elsewhere = [name for name, model in models.items() if key in model.model_fields]
    if elsewhere:
        return (f"belongs to {tag} = {' or '.join(map(repr, elsewhere))}, and this is "
                f"{tag} = {kind!r}")  # fmt: skip
    return _not_among(key, [*models[kind].model_fields])


def _not_among(key: str, known: list[str]) -> str:
    return f"is not known here.{did_you_mean(key, known)} There are: {', '.join(known)}."


def _out_of_bounds(kind: str, limits: Mapping[str, Any], given: str, path: Path) -> str:
    """Return which bound was crossed."""
    word = {"greater_than": "above", "greater_than_equal": "at least",
            "less_than": "below", "less_than_equal": "at most"}[kind]  # fmt: skip
    limit = limits[{"greater_than": "gt", "greater_than_equal": "ge",
                    "less_than": "lt", "less_than_equal": "le"}[kind]]  # fmt: skip
    share = {"full_from", "none_below", "tolerance", "late", "late_per_day"}
    hint = " (a share: 97% is 0.97)" if path[-1] in share and limit == 1 else ""
    return f"must be {word} {limit:,g}{hint}, but is {given}"


def _wrong_form(path: Path, given: str) -> str:
    """Return how a table or list is written that came as something else."""
    match path:
        case (str(section),) if section in MANY:
            return f"each one begins with a line [[{section}]], in two pairs of brackets"
        case (str(section),):
            return f"is written once, as a line [{section}] in one pair of brackets"
        case (str(section), int()):
            return f"each one begins with a line [[{section}]], but here is {given}"
        case (*_, "within"):
            return f"must be bounds in braces: {{ epochs = [1, 20] }}, but is {given}"
        case (*_, "hidden_units"):
            return f"must be a whole number, or one for each layer: [128, 64], but is {given}"
    return f"must be a list in brackets: [1, 20], but is {given}"


# ── data sets ───────────────────────────────────────────────────────────────────────────────────


def data_sets(lab: Lab) -> list[Mistake]:
    """Return what is wrong with the data sets that a lab names; none is loaded or looked for.

    Args:
        lab: a lab whose parts belong together.
    """
    named = {
        ("lab", "dataset"): lab.lab.dataset,
        ("grading", "test_data"): lab.grading.test_data,
        ("grading", "private_data"): lab.grading.private_data,
    }
    given = {path: name for path, name in named.items() if name is not None}
    found: list[Mistake] = [(path, why) for path, name in given.items()
                            if (why := _no_data_set(name, lab.network))]  # fmt: skip
    return found or _no_pattern(lab)


def _no_data_set(name: str, network: Network) -> str:
    """Return why a lab with this network can't take this data set, or ""."""
    if name not in SHAPES:
        return data_set_problem(name)
    inputs, classes, _ = SHAPES[name]
    if (network.inputs, network.classes) == (inputs, classes):
        return ""
    return (f"{name} has {inputs:,} inputs and {classes} classes, and [network] says inputs = "
            f"{network.inputs}, classes = {network.classes}")  # fmt: skip


def data_set_problem(name: str) -> str:
    """Return why no lab can take the data set of this name, or "".

    Args:
        name: a name of `mnistlab data`, or an .npz file.

    Example:
        >>> data_set_problem("boston_housing")
        'boston_housing is a regression: it has no classes, so no accuracy can be graded'
    """
    if name in SHAPES or name.lower().endswith(".npz"):
        return ""
    if name == "boston_housing":
        return "boston_housing is a regression: it has no classes, so no accuracy can be graded"
    if name == "auto":
        return ('"auto" is not the same for everybody: MNIST where it can be had, else mnist_5k. '
                "Write the one that is meant")  # fmt: skip
    listed = ", ".join(row.name for row in describe() if row.name in SHAPES)
    return (f"{shown(name)} is no data set.{did_you_mean(name, SHAPES)} `mnistlab data` lists: "
            f"{listed}; or give an .npz file that lies beside this one: "
            'dataset = "my_digits.npz"')  # fmt: skip


def _no_pattern(lab: Lab) -> list[Mistake]:
    """Return the questions about training patterns that the data set doesn't have."""
    if lab.lab.dataset not in SHAPES:
        return []
    n_train = SHAPES[lab.lab.dataset][2]
    return [(("question", n, "pattern"), f"must be below {n_train:,}, the training patterns of "
             f"{lab.lab.dataset} (counted from 0), but is {one.pattern}")
            for n, one in enumerate(lab.question)
            if one.kind == "number" and one.pattern >= n_train]  # fmt: skip
