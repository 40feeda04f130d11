"""A new lab.toml for any classification, with each key explained; `mnistlab rubric` prints it.

Example:
    >>> print(text("fashion_mnist", 256).splitlines()[0])
    # Recognizing clothes: a lab, in one file for students and for grading.
    >>> "784-256-10: 203,530 parameters" in text("fashion_mnist", 256)
    True
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from mnistlab import recipes
from mnistlab.checks import shown
from mnistlab.config import ExperimentConfig
from mnistlab.data.cache import written_aside
from mnistlab.errors import InputError, OutputError, SaveError
from mnistlab.lab import labfile
from mnistlab.lab.assignment import OF_THE_LAB, Lab, Network
from mnistlab.lab.labwords import SHAPES, data_set_problem
from mnistlab.lab.startertext import TEMPLATE

FILE = "lab.toml"
TITLES = {
    "mnist": "Recognizing handwritten digits",
    "mnist_5k": "Recognizing handwritten digits",
    "digits": "Recognizing handwritten digits",
    "iris": "Telling three irises apart",
    "fashion_mnist": "Recognizing clothes",
}
NAMES = {"mnist": "recognizing_digits"}  # so that the lecture's notebook fits it
# From and below which accuracy, measured by `calibration.thresholds` with the default training.
MEASURED = {"mnist": (0.97, 0.905), "mnist_5k": (0.865, 0.7)}
GUESSED = (0.8, 0.5)
# What always stands in [training]; other settings do where they aren't the default.
ALWAYS = {
    "optimizer": "the learning rule: \"sgd\", \"adam\", \"rmsprop\", …",
    "learning_rate": "β",
    "batch_size": 'patterns before each update; 1: true SGD, "full": full batch',
    "epochs": "how often every pattern is presented",
    "order": 'of the patterns: "random", "stored" or "sorted"',
}  # fmt: skip


def text(
    dataset: Any = "mnist",
    hidden_units: int | tuple[int, ...] | None = None,
    hidden_activation: str | None = None,
    output_activation: str | None = None,
    *,
    recipe: str = "lecture",
    name: str | None = None,
    title: str | None = None,
    thresholds: tuple[float, float] | None = None,
    **training: Any,
) -> str:
    """Return a commented lab.toml for a classification; its points add up to 100.

    Args:
        dataset: a name that `mnistlab data` lists, or the path of an .npz file, which has to lie
            beside lab.toml.
        hidden_units: 512, or one number for each hidden layer; None: the recipe's.
        hidden_activation, output_activation: None: the recipe's, and softmax.
        recipe: the settings to start from: "lecture", "book", "plain" or "record".
        name: what worksheets and files are called by; None: the data set's name.
        title: what students read; None: one that fits the data set.
        thresholds: (full_from, none_below), in [0, 1], such as `calibration.thresholds` proposes;
            None: measured ones for the lecture's training on MNIST, else a guess that is said.
        **training: other settings of an experiment: epochs=10, learning_rate=0.1.

    Returns:
        TOML that `labfile.read` reads.

    Raises:
        InputError: a regression, an unknown data set, or a setting that can't be used.

    Example:
        >>> "784-256-10: 203,530 parameters" in text("fashion_mnist", hidden_units=256)
        True
    """
    word, inputs, classes = _data(dataset)
    config = _config(recipe, training, hidden_units, hidden_activation, output_activation)
    network = Network(
        inputs=inputs, classes=classes, hidden_units=config.hidden_units,
        hidden_activation=config.hidden_activation,
        output_activation=config.output_activation or "softmax",
    )  # fmt: skip
    name = NAMES.get(word, _name(word)) if name is None else name
    title = TITLES.get(word, f"Classifying {name}") if title is None else title
    sizes = "-".join(map(str, network.layer_sizes))
    written = TEMPLATE.format(
        headline=" ".join(title.split()), name=_toml(name), title=_toml(title),
        dataset=_toml(word), inputs=inputs, classes=classes,
        network=f"{sizes}: {network.parameters:,} parameters", sizes=sizes,
        parameters=network.parameters, hidden_units=_units(network.hidden_units),
        hidden_activation=_toml(network.hidden_activation),
        output_activation=_toml(network.output_activation),
        training=_training(config), **_accuracies(thresholds, word, config), **_asked(network),
        guess=f"{1 / classes:.2g}", most_epochs=max(4 * config.epochs, 1),
        optimizer=_toml(config.optimizer),
    )  # fmt: skip
    _read(written)  # what was given may be no name, no share, …
    return written


def _read(written: str) -> Lab:
    """Return the Lab that a text describes."""
    try:
        return labfile.parsed(written.encode(), f"the new {FILE}")
    except UnicodeEncodeError:
        raise InputError("A name or title for the lab has characters that are no Unicode. Rename "
                         "the data set's file, or give another title.") from None  # fmt: skip


def as_lab(dataset: Any = "mnist", **given: Any) -> Lab:
    """Return the Lab that `text` of the same arguments describes."""
    return _read(text(dataset, **given))


def write(folder: str | os.PathLike[str], dataset: Any = "mnist", **given: Any) -> Path:
    """Write lab.toml into a folder, and beside it the .npz file of one's own data set.

    Args:
        folder: where to; made where it isn't there yet.
        dataset: as for `text`.
        **given: everything else that `text` takes.

    Returns:
        The path of lab.toml.

    Raises:
        InputError: as `text`.
        OutputError: a lab.toml lies there already, or another file of the data set's name.
        SaveError: the folder can't be written.
    """
    content = text(dataset, **given)
    file = Path(folder) / FILE
    if os.path.lexists(file):
        raise OutputError(f"{file} is there already, and nothing is overwritten. Choose another "
                          "folder, or move that file away.")  # fmt: skip
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _bring_along(dataset, file.parent)
        with written_aside(file) as out:
            out.write(content.encode())
    except OSError as why:
        raise SaveError(f"{file} can't be written: {why}.") from why
    return file


def _bring_along(dataset: Any, folder: Path) -> None:
    """Copy an .npz file beside lab.toml, where it isn't there already."""
    if _word(dataset) in SHAPES:
        return
    source, target = Path(dataset), folder / Path(dataset).name
    if target.exists() and not os.path.samefile(source, target):
        raise OutputError(f"{target} is there already, and nothing is overwritten. Choose another "
                          "folder, or move that file away.")  # fmt: skip
    if not target.exists():
        with open(source, "rb") as content, written_aside(target) as out:
            shutil.copyfileobj(content, out)


# ── what goes into the text ─────────────────────────────────────────────────────────────────────


def _word(dataset: Any) -> str:
    """Return the name of a data set as the package writes it; "" for what is no text."""
    return dataset.strip().lower().replace("-", "_") if isinstance(dataset, str) else ""


def _data(dataset: Any) -> tuple[str, int, int]:
    """Return what lab.toml calls the data set, and its inputs and classes."""
    word = _word(dataset)
    if word in SHAPES:
        return (word, *SHAPES[word][:2])
    if not isinstance(dataset, str | os.PathLike):
        raise InputError(f"dataset={shown(dataset)} can't stand in a file. Save your arrays with "
                         "numpy.savez and give the path of that .npz file.")  # fmt: skip
    path = os.fspath(dataset)
    problem = data_set_problem(path if path.endswith(".npz") else _word(path) or path)
    if problem:
        raise InputError(f"dataset: {problem}.")
    from mnistlab.datasets import load_data  # reads the whole file: only for one's own

    own = load_data(Path(path))
    if own.task == "regression":
        raise InputError(f"{path} is a regression: it has no classes, so no accuracy can be "
                         "graded.")  # fmt: skip
    return Path(path).name, own.n_inputs, own.n_classes


def _config(
    recipe: str,
    training: dict[str, Any],
    hidden_units: Any,
    hidden_activation: str | None,
    output_activation: str | None,
) -> ExperimentConfig:
    """Return the experiment that the lab starts from."""
    given = {
        "hidden_units": hidden_units,
        "hidden_activation": hidden_activation,
        "output_activation": output_activation,
    }
    for name in ("engine", "dataset", "seed"):
        if name in training:
            raise InputError(f"{name} is no setting of [training] in a lab; leave it out.")
    chosen = {name: value for name, value in given.items() if value is not None}
    base = recipes.recipe(recipe).as_dict()
    return ExperimentConfig.from_settings({**base, **training, **chosen})


def _name(word: str) -> str:
    """Return a name that a lab can have: small letters, digits, _."""
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in Path(word).stem.lower())
    return (letters if letters[:1].isalpha() else f"lab_{letters}")[:64]


def _toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def _units(units: tuple[int, ...]) -> str:
    return _toml(units[0] if len(units) == 1 else list(units))


def _training(config: ExperimentConfig) -> str:
    """Return the lines of [training]: what is always said, and what the recipe changes."""
    resolved = config.resolved(engine="classic", dataset="mnist", task="classification")
    values = {name: value for name, value in resolved.as_dict().items() if name not in OF_THE_LAB}
    default = ExperimentConfig().as_dict()
    lines = [_line(name, values[name], comment) for name, comment in ALWAYS.items()]
    lines += [_line(name, value, "") for name, value in config.as_dict().items()
              if name in values and name not in ALWAYS and value != default[name]]  # fmt: skip
    return "\n".join(lines)


def _line(name: str, value: Any, comment: str) -> str:
    line = f"{name} = {_toml(value)}"
    return f"{line:<36}# {comment}" if comment else line


def _accuracies(
    thresholds: tuple[float, float] | None, word: str, config: ExperimentConfig
) -> dict[str, str]:
    """Return full_from and none_below, and where they come from."""
    if thresholds is not None:
        full_from, none_below = thresholds
        said = "proposed by --calibrate, from several trainings"
    elif word in MEASURED and config == ExperimentConfig():
        (full_from, none_below), said = MEASURED[word], "measured with the settings above"
    else:
        (full_from, none_below), said = GUESSED, "A GUESS: `mnistlab lab … --calibrate` measures it"
    return {"full_from": f"{full_from:g}", "none_below": f"{none_below:g}", "said": said,
            "beyond": f"{full_from + 0.4 * (1 - full_from):.3g}"}  # fmt: skip


def _asked(network: Network) -> dict[str, Any]:
    """Return which unit's error is asked for: hidden unit 17 where there is one."""
    if not network.hidden_units:
        return {"layer": "output", "unit": 0, "formula": "E = d − a",
                "layer_line": _line("layer", "output", "the only one there is")}  # fmt: skip
    return {"layer": "hidden", "unit": min(17, network.hidden_units[0] - 1),
            "formula": "E_i = f'(I_i) Σ_j w_ij E_j",
            "layer_line": _line("layer", "hidden", 'the first; or "output"')}  # fmt: skip
