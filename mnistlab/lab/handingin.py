"""submit(): what a student hands in, after what can still be mended has been said.

    submission-<lab>-<student>.zip     what is uploaded where the course collects it
    the cell's output                  the same, for courses that collect the notebook

Nothing is written before all is checked, and the file takes its place whole.

Example:
    >>> submit(result, "ada", sheet)  # doctest: +SKIP
    PosixPath('submission-recognizing_digits-ada.zip')
"""

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from mnistlab.checks import shown
from mnistlab.data.cache import written_aside
from mnistlab.errors import InputError, SaveError
from mnistlab.lab import drawings, labfile, notebook, packing, runs, sheetfiles, submission
from mnistlab.lab.assignment import Lab
from mnistlab.lab.claims import MOST_PARTNERS
from mnistlab.lab.mending import Handed, sizes, to_mend
from mnistlab.lab.students import checked_id
from mnistlab.lab.worksheet import PARTS, Worksheet, counted

Sheet = Worksheet | str | os.PathLike[str]


def submit(
    result: Any,
    student_id: str | int,
    worksheet: Sheet | Literal[False] | None = None,
    partners: str | Sequence[str] = (),
    *,
    out: str | os.PathLike[str] | None = None,
    lab: str | os.PathLike[str] | Lab | None = None,
    anyway: bool = False,
) -> Path:
    """Write the file that is handed in, and show the same in a notebook's output.

    Args:
        result: what `run_experiment` returned, or the folder of a saved run.
        student_id: the id that your course knows you by.
        worksheet: your Worksheet, or its file; None: the one of yours in its usual place, for
            the lab that is named, or the only one there; False: none, on purpose.
        partners: the ids of those you worked with, such as ["bob", "eve"].
        out: the folder, or the .zip itself; None: the folder on Drive where Drive is mounted on
            Colab, else the working folder. A file that lies there is replaced.
        lab: the lab that it is for; None: the worksheet's.
        anyway: write it although something could still be mended.

    Returns:
        The path of the zip.

    Raises:
        InputError: what can still be mended, all of it in one list; nothing was written.
        SaveError: the disk is full, say; nothing half-written is left.

    Example:
        >>> submit(result, "ada", sheet, partners=["bob"])  # doctest: +SKIP
        PosixPath('submission-recognizing_digits-ada.zip')
    """
    handed, wrong = _gathered(result, student_id, worksheet, partners, lab)
    mend = list(to_mend(handed))
    if wrong:
        raise InputError(_listed("This can't be handed in yet.", [*wrong, *mend]))
    path = _path(out, handed)
    content = packing.pack(*handed.parts)
    mend += submission.unpack(path.name, content).problems  # whether it can be read again
    if mend and not anyway:
        raise InputError(_listed("This isn't handed in yet; it can still be mended.", mend) +
                         "\nTo write it as it is: anyway=True (--anyway).")  # fmt: skip
    _write(path, content)
    _show(path, handed, mend)
    return path


# ── what is handed in ───────────────────────────────────────────────────────────────────────────


def _gathered(
    result: Any, student_id: Any, worksheet: Any, partners: Any, lab: Any
) -> tuple[Handed, list[str]]:
    """Return what is handed in, and what is wrong with that, without which nothing is written."""
    wrong: list[str] = []

    def tried(make: Callable[..., Any], *given: Any) -> Any:
        try:
            return make(*given)
        except InputError as why:
            wrong.append(str(why))
            return None

    student = tried(checked_id, student_id)
    named = tried(_named, lab)
    is_known = student is not None and (lab is None) == (named is None)
    looked = is_known or worksheet is not None
    found = (looked and tried(_found, worksheet, student, named)) or ()
    record = tried(_record, worksheet, found, student)
    handed = Handed(tried(runs.as_result, result), student, tried(_partners, partners), record,
                    named if lab is not None else tried(_lab_of, worksheet, record),
                    lab_as=os.fspath(lab) if isinstance(lab, str | os.PathLike) else "",
                    found=found, is_said=worksheet is not None)  # fmt: skip
    return handed, wrong


def _named(lab: Any) -> Lab | None:
    """Return the lab that is named; None where none is."""
    return lab if lab is None or isinstance(lab, Lab) else labfile.read(lab)


def _listed(head: str, sentences: Sequence[str]) -> str:
    """Return sentences as a list below a first line; one alone stands by itself."""
    if len(sentences) == 1:
        return f"{head} {sentences[0]}"
    return "\n".join([head, *(f"  {k}. {one}" for k, one in enumerate(sentences, 1))])


def _partners(partners: Any) -> tuple[str, ...]:
    """Return the partners' ids."""
    if partners is None:
        return ()
    if isinstance(partners, str):
        if "," in partners or ";" in partners:
            raise InputError(f"partners={shown(partners)} is one text. Give a list of ids: "
                             'partners=["bob", "eve"].')  # fmt: skip
        partners = [partners] if partners.strip() else []
    if not isinstance(partners, list | tuple | set | frozenset):
        raise InputError(f"partners={shown(partners)} is no list of ids. Give one, such as "
                         'partners=["bob", "eve"].')  # fmt: skip
    if len(partners) > MOST_PARTNERS:
        raise InputError(f"partners names {len(partners)} students; at most {MOST_PARTNERS} can "
                         "hand in together.")  # fmt: skip
    ids = [checked_id(one, "partners") for one in partners]
    return tuple(sorted(ids) if isinstance(partners, set | frozenset) else ids)


def _found(worksheet: Any, student: str, lab: Lab | None) -> tuple[Path, ...]:
    """Return the worksheet's file: of the one that was given, else what lies in the usual place."""
    if worksheet is False:
        return ()
    if isinstance(worksheet, Worksheet):
        return (worksheet.path,)
    if isinstance(worksheet, str | os.PathLike):
        return (Path(os.path.expanduser(worksheet)),)
    if worksheet is not None:
        raise InputError(f"worksheet={shown(worksheet)} is none. Give what mnistlab.Worksheet(…) "
                         "returned, or the path of its file; False: none, on "
                         "purpose.")  # fmt: skip
    name = lab.lab.name if lab else None
    return tuple(sheetfiles.kept(name, student) or sheetfiles.lying(name, student))


def _record(worksheet: Any, found: Sequence[Path], student: str | None) -> dict[str, Any] | None:
    """Return the record of a worksheet, or of the one file that was given or found."""
    if isinstance(worksheet, Worksheet):
        return worksheet.record()
    if len(found) != 1:
        return None
    try:
        return sheetfiles.of_file(found[0], student).model_dump(mode="json")
    except InputError as why:
        if worksheet is not None:
            raise
        raise InputError(f"{why} To go without it: worksheet=False (--no-worksheet).") from why


def _lab_of(worksheet: Any, record: dict[str, Any] | None) -> Lab | None:
    """Return the lab of a worksheet; None where nothing says it."""
    if isinstance(worksheet, Worksheet):
        return worksheet.lab
    if record is not None and record["lab"] in labfile.named():
        return labfile.read(record["lab"])
    return None


# ── written and shown ───────────────────────────────────────────────────────────────────────────


def _path(out: Any, handed: Handed) -> Path:
    """Return the path of the zip."""
    name = sheetfiles.file_name("submission", handed.called, handed.parts[1], ".zip")
    if out is None:
        return sheetfiles.place("out", sheetfiles.usual_folder(".")) / name
    given = Path(os.path.expanduser(str(out)))
    if not given.suffix or os.path.isdir(given):
        return sheetfiles.place("out", out) / name
    if given.suffix.lower() != ".zip":
        raise InputError(f"out={shown(str(out))} is neither a .zip nor a folder that is there. "
                         "Give a folder, such as out='submissions', or the file with .zip: "
                         f"out={str(given.with_suffix('.zip'))!r}.")  # fmt: skip
    return sheetfiles.place("out", given.parent) / given.name


def _write(path: Path, content: bytes) -> None:
    """Write the zip, all of it or nothing."""
    try:
        with written_aside(path) as file:
            file.write(content)
    except OSError as why:
        raise SaveError(f"{path} could not be written: {why.strerror or why}. Nothing half-written "
                        "is left. Free some space, or choose another folder with out=… (--out)."
                        ) from why  # fmt: skip


def _show(path: Path, handed: Handed, mend: Sequence[str]) -> None:
    """Show what was handed in, and in a notebook let the output carry it."""
    said = _said(path, handed, mend)
    shell = sys.modules.get("IPython")
    if shell is None or shell.get_ipython() is None:
        print(said)
        return
    bundle = {"text/plain": said, notebook.SUBMISSION: packing.as_output(*handed.parts)}
    importlib.import_module("IPython.display").display(bundle, raw=True)


def _said(path: Path, handed: Handed, mend: Sequence[str]) -> str:
    """Return what is said of it in a few lines."""
    result, others = handed.result, ", ".join(handed.others)
    lines = [
        f"Written: {path}",
        f"Student: {handed.student}" + (f", with {others}" if others else ""),
        f"Network: {sizes(result.layer_sizes)}, {result.parameters:,} parameters, "
        f"test {result.figure}",
        f"Worksheet: {_of_the_sheet(handed)}",
        *_of_the_drawings(handed),
        _where_to_go(),
    ]
    if mend:
        lines.append(_listed("Written all the same, though this can still be mended:", mend))
    return "\n".join(lines)


def _of_the_sheet(handed: Handed) -> str:
    """Return where the worksheet lies, and how much of it is filled in."""
    if handed.record is None:
        return "none"
    if handed.lab is not None:
        return f"{handed.found[0]} ({counted(handed.lab, handed.record)})"
    count = sum(len(handed.record[part]) for part in PARTS.values())
    return f"{handed.found[0]} ({count} question{'s' * (count != 1)})"


def _of_the_drawings(handed: Handed) -> list[str]:
    """Return the line that says how many drawings go along; [] where there are none."""
    text = (handed.record or {}).get("digits")
    if not text:
        return []
    try:
        return [f"Drawings: {len(drawings.read(text))}"]
    except InputError as why:
        return [f"Drawings: none that can be read. {why}"]


def _where_to_go() -> str:
    """Return what a student does next; Colab's files are gone with its machine."""
    if "google.colab" in sys.modules:
        return "Hand in this notebook: File → Save, then File → Download → Download .ipynb."
    return "Hand in this file, or the notebook that this ran in, saved after this."
