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
from typing import Any

from mnistlab.checkpoint import usable_folder
from mnistlab.checks import shown
from mnistlab.data.cache import written_aside
from mnistlab.errors import InputError, SaveError
from mnistlab.lab import labfile, notebook, packing, runs, sheetfiles, strictjson, submission
from mnistlab.lab.assignment import Lab
from mnistlab.lab.claims import MOST_PARTNERS, worksheet_of
from mnistlab.lab.mending import Handed, sizes, to_mend
from mnistlab.lab.students import checked_id
from mnistlab.lab.worksheet import Worksheet

Sheet = Worksheet | str | os.PathLike[str]


def submit(
    result: Any,
    student_id: str | int,
    worksheet: Sheet | None = None,
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
        worksheet: your Worksheet, or its file; None: there is none.
        partners: the ids of those you worked with, such as ["bob", "eve"].
        out: the folder, or the .zip itself; None: the folder on Drive where Drive is mounted on
            Colab, else the working folder. A file that lies there is replaced.
        lab: the lab that it is for; None: the worksheet's.
        anyway: hand in although something could still be mended.

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
                         "\nTo hand it in as it is: anyway=True (--anyway).")  # fmt: skip
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

    record = tried(_record, worksheet)
    handed = Handed(tried(runs.as_result, result), tried(checked_id, student_id),
                     tried(_partners, partners), record,
                     tried(_lab, lab, worksheet, record))  # fmt: skip
    return handed, wrong


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


def _record(worksheet: Any) -> dict[str, Any] | None:
    """Return the record of a worksheet, or of its file."""
    if worksheet is None:
        return None
    if isinstance(worksheet, Worksheet):
        return worksheet.record()
    if not isinstance(worksheet, str | os.PathLike):
        raise InputError(f"worksheet={shown(worksheet)} is none. Give what mnistlab.Worksheet(…) "
                         "returned, or the path of its file.")  # fmt: skip
    try:
        with open(worksheet, "rb") as file:
            content = file.read(strictjson.MOST_BYTES + 1)
    except (OSError, ValueError) as why:
        raise InputError(f"The worksheet {shown(os.fspath(worksheet))} can't be read: "
                         f"{getattr(why, 'strerror', None) or why}.") from why  # fmt: skip
    return worksheet_of(strictjson.parse(content, "The worksheet")).model_dump(mode="json")


def _lab(lab: Any, worksheet: Any, record: dict[str, Any] | None) -> Lab | None:
    """Return the lab: the one that is named, else the worksheet's; None where nothing says."""
    if lab is not None:
        return lab if isinstance(lab, Lab) else labfile.read(lab)
    if isinstance(worksheet, Worksheet):
        return worksheet.lab
    if record is not None and record["lab"] in labfile.named():
        return labfile.read(record["lab"])
    return None


# ── written and shown ───────────────────────────────────────────────────────────────────────────


def _path(out: Any, handed: Handed) -> Path:
    """Return the path of the zip."""
    name = sheetfiles.file_name("submission", handed.called, handed.parts[1], ".zip")
    folder = sheetfiles.usual_folder(".") if out is None else out
    if str(folder).lower().endswith(".zip") and not os.path.isdir(folder):
        file = Path(folder).expanduser()
        return usable_folder("out", file.parent) / file.name
    return usable_folder("out", folder) / name


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
    result, others = handed.result, ", ".join(handed.partners or ())
    lines = [
        f"Written: {path}",
        f"Student: {handed.student}" + (f", with {others}" if others else ""),
        f"Network: {sizes(result.layer_sizes)}, {result.parameters:,} parameters, "
        f"test {result.figure}",
        _where_to_go(),
        *(f"Handed in all the same: {one}" for one in mend),
    ]
    return "\n".join(lines)


def _where_to_go() -> str:
    """Return what a student does next; Colab's files are gone with its machine."""
    if "google.colab" in sys.modules:
        return "Hand in this notebook: File → Save, then File → Download → Download .ipynb."
    return "Hand in this file, or the notebook that this ran in, saved after this."
