"""Reading what was handed in, whatever it is: the content says which, never the name.

    zip whose submission.json is ours     weights, claim, worksheet; each member's digest is right
    zip of a run's folder                 weights and claim
    model.keras, .weights.h5, .npz        weights
    notebook                              what its outputs carry: weights, or a claim only
    result.json, worksheet.json           a claim, a worksheet

Bytes in, values out: no file is opened, nothing that a file names is imported or run. What is
told apart here is read by the readers below this room, each with its limits.

Example:
    >>> unpack("essay.pdf", b"%PDF-1.7")
    Traceback (most recent call last):
    mnistlab.errors.SubmissionError: 'essay.pdf' is a PDF, which can't be graded. Hand in ...
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mnistlab.checks import shown
from mnistlab.errors import SubmissionError
from mnistlab.lab import claims, hdf5, kerasfile, notebook, npz, strictjson
from mnistlab.lab.claims import Claim, WorksheetRecord
from mnistlab.lab.members import members
from mnistlab.lab.packing import RECORD, WEIGHTS, WORKSHEET, as_output, digest, pack
from mnistlab.lab.students import same_id
from mnistlab.lab.weights import Weights, of_arrays

__all__ = ["Submission", "as_output", "pack", "unpack"]

RESULT = "result.json"
HAND_IN = ("Hand in the zip that mnistlab.submit wrote, or the notebook (.ipynb) with its outputs, "
           "or model.keras.")  # fmt: skip
NO_WEIGHTS = ("{what} holds no weights, so its accuracy can't be measured: what it states is a "
              "claim. Run mnistlab.submit(result, …) and hand in the zip that it writes, or the "
              "notebook saved after that.")  # fmt: skip

ONLY_ANSWERS = ("{what} holds a worksheet only, no weights and no result. Run "
                "mnistlab.submit(result, …) and hand in the zip that it writes, or the notebook "
                "saved after that.")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Submission:
    """What could be read of one file.

    Attributes:
        source: "zip", "keras", "h5", "npz", "notebook"; "record": a claim without weights;
            "worksheet": nothing but a worksheet.
        weights: what can be measured; None.
        claim: what it states of itself; None.
        worksheet: what was filled in; None.
        notes: what an instructor should know.
        problems: what couldn't be read, though the rest could; sentences for the student.
    """

    source: str
    weights: Weights | None = None
    claim: Claim | None = None
    worksheet: WorksheetRecord | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def unpack(name: str, data: bytes) -> Submission:
    """Return what a file that was handed in holds.

    Args:
        name: what the student called it; shown in sentences, and nothing else.
        data: its bytes.

    Raises:
        SubmissionError: nothing of it can be read, or it was changed after it was packed.

    Example:
        >>> unpack("submission-digits-ada.zip", pack(result, "ada")).claim.student  # doctest: +SKIP
        'ada'
    """
    return _unpacked(shown(name), data, _of_zip)


def _unpacked(what: str, data: bytes, of_zip: Callable[[str, bytes], Submission]) -> Submission:
    """Return what some bytes hold; `of_zip` says how far a zip is looked into."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return of_zip(what, data)
    if data.startswith(b"\x89HDF\r\n\x1a\n"):
        return Submission("h5", hdf5.from_h5(data))
    if data[:100].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _of_notebook(what, data) if b'"nbformat"' in data else _of_json(what, data)
    raise SubmissionError(f"{what} {_strange(data)} {HAND_IN}")


STRANGE = {
    b"%PDF": "a PDF",
    b"<": "a web page",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x93NUMPY": "a single array",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
}  # fmt: skip


def _strange(data: bytes) -> str:
    """Return what a file is that can't be graded."""
    if not data:
        return "is empty: 0 bytes. Its upload broke off, or it was never written."
    begins = data[:1000].lstrip()
    kind = next((kind for magic, kind in STRANGE.items() if begins.startswith(magic)), None)
    if kind is None:
        return "is no file of a kind that can be graded."
    return f"is {kind}, which can't be graded."


# ── zips ────────────────────────────────────────────────────────────────────────────────────────


def _of_zip(what: str, data: bytes) -> Submission:
    """Return what a zip holds, also one that was packed once more."""
    held = _from_the_top(members(data, what))
    known = _of_known_zip(what, data, held)
    return known or _of_a_member(what, held)


def _of_inner_zip(what: str, data: bytes) -> Submission:
    """Return what a zip inside a zip holds; further down nothing is read."""
    known = _of_known_zip(what, data, _from_the_top(members(data, what)))
    if known is None:
        raise SubmissionError(f"{what} is a zip in a zip, and not one that is known. {HAND_IN}")
    return known


def _of_known_zip(what: str, data: bytes, held: Mapping[str, bytes]) -> Submission | None:
    """Return what a zip holds by the names in it, or None."""
    if RECORD in held:
        return _of_ours(what, held)
    if "config.json" in held and "model.weights.h5" in held:
        return Submission("keras", kerasfile.from_keras(data))
    if "kernel_0.npy" in held:
        return Submission("npz", npz.from_npz(data, what))
    if RESULT in held:
        return _of_run(what, held)
    return None


def _from_the_top(held: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return members by their names below the folder that all of them lie in.

    Browsers unpack what they download, and a student packs the folder again.
    """
    folders = [posixpath.dirname(name) for name in held]
    common = posixpath.commonpath(folders) if all(folders) and folders else ""
    skipped = len(common) + 1 if common else 0
    return {name[skipped:]: content for name, content in held.items()}


def _of_a_member(what: str, held: Mapping[str, bytes]) -> Submission:
    """Return what the one file inside a zip holds that can be graded: the first of these kinds."""
    kinds = (".zip", ".ipynb", ".keras", ".h5", ".npz")
    for kind in kinds:
        for name in sorted(held):
            if name.lower().endswith(kind):
                found = _unpacked(f"{shown(name)} in {what}", held[name], _of_inner_zip)
                note = f"{what} is a zip of {len(held)} files, of which {shown(name)} was read."
                return replace(found, notes=(note, *found.notes))
    raise SubmissionError(f"{what} is a zip that holds {shown(sorted(held)[:5])}, and none of it "
                          f"can be graded. {HAND_IN}")  # fmt: skip


def _of_ours(what: str, held: Mapping[str, bytes]) -> Submission:
    """Return what our own zip holds."""
    about = strictjson.parse(held[RECORD], f"{RECORD} in {what}")
    _must_be_unchanged(what, about, held)
    parts = _Parts("zip")
    parts.read("claim", lambda: claims.of_submission(about))
    parts.read("weights", lambda: npz.from_npz(held[WEIGHTS], f"{WEIGHTS} in {what}"))
    if WORKSHEET in held:
        sheet = f"{WORKSHEET} in {what}"
        parts.read("worksheet", lambda: _worksheet(held[WORKSHEET], sheet))
    return parts.together()


def _worksheet(data: bytes, what: str) -> WorksheetRecord:
    """Return the worksheet in a file."""
    return claims.worksheet_of(strictjson.parse(data, what))


def _must_be_unchanged(what: str, about: Any, held: Mapping[str, bytes]) -> None:
    """Raise SubmissionError unless the zip holds what submission.json says, byte for byte."""
    stated = about.get("members") if isinstance(about, dict) else None
    found = {name: digest(content) for name, content in held.items() if name != RECORD}
    if not isinstance(stated, dict) or WEIGHTS not in stated or stated != found:
        stated = stated if isinstance(stated, dict) else {}
        odd = sorted(name for name in {*stated, *found} if stated.get(name) != found.get(name))
        which = f" ({', '.join(map(shown, odd[:3]))})" if odd else ""
        raise SubmissionError(f"{what} was changed after it was packed{which}, so nothing in it "
                              "counts. Run mnistlab.submit again, and hand in the file as it is "
                              "written, without opening it.")  # fmt: skip


def _of_run(what: str, held: Mapping[str, bytes]) -> Submission:
    """Return what a zipped folder of a run holds."""
    parts = _Parts("zip")
    result = f"{RESULT} in {what}"
    parts.read("claim", lambda: claims.of_result(strictjson.parse(held[RESULT], result)))
    if WEIGHTS in held:
        parts.read("weights", lambda: npz.from_npz(held[WEIGHTS], f"{WEIGHTS} in {what}"))
    else:
        parts.problems.append(NO_WEIGHTS.format(what=what))
    return parts.together()


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────


def _of_notebook(what: str, data: bytes) -> Submission:
    """Return what a notebook's outputs carry."""
    found = notebook.outputs(data, what)
    packed, parts = found.get(notebook.SUBMISSION), _Parts("notebook")
    sheet = found.get(notebook.WORKSHEET)
    if isinstance(packed, dict):
        parts.read("claim", lambda: claims.of_submission(packed.get("submission")))
        parts.read("weights", lambda: notebook.decoded(packed.get("weights"), what))
        sheet = _later_sheet(found, packed) or packed.get("worksheet") or sheet
    elif notebook.RESULT in found:
        parts = _Parts("record", problems=[NO_WEIGHTS.format(what=what)])
        parts.read("claim", lambda: claims.of_result(found[notebook.RESULT]))
    elif sheet is not None:
        parts = _Parts("worksheet", problems=[ONLY_ANSWERS.format(what=what)])
    else:
        raise SubmissionError(f"{what} is a notebook without an output of mnistlab.submit. Open "
                              "it, run the cell with mnistlab.submit(result, …), save, download "
                              "it again, and hand in that file.")  # fmt: skip
    if sheet is not None:
        parts.read("worksheet", lambda: claims.worksheet_of(sheet))
    return parts.together()


def _later_sheet(found: Mapping[str, Any], packed: Mapping[str, Any]) -> Any:
    """Return the worksheet of a cell that ran after the submission, if it is of the same student.

    Answers that are given after mnistlab.submit stand in the same notebook, and count.
    """
    order = list(found)  # the latest last
    sheet, about = found.get(notebook.WORKSHEET), packed.get("submission")
    if not isinstance(sheet, dict) or not isinstance(about, dict):
        return None
    if order.index(notebook.WORKSHEET) < order.index(notebook.SUBMISSION):
        return None
    student, other = sheet.get("student_id"), about.get("student_id")
    same = isinstance(student, str) and isinstance(other, str) and same_id(student, other)
    return sheet if same and about.get("lab") in ("", None, sheet.get("lab")) else None


def _of_json(what: str, data: bytes) -> Submission:
    """Return what a JSON file of ours holds: a claim or a worksheet."""
    value = strictjson.parse(data, what)
    if "config" in value:
        parts = _Parts("record", problems=[NO_WEIGHTS.format(what=what)])
        of = claims.of_submission if "student_id" in value else claims.of_result
        parts.read("claim", lambda: of(value))
    elif "student_id" in value:
        parts = _Parts("worksheet", problems=[ONLY_ANSWERS.format(what=what)])
        parts.read("worksheet", lambda: claims.worksheet_of(value))
    else:
        raise SubmissionError(f"{what} is a JSON file, but none that mnistlab wrote. {HAND_IN}")
    return parts.together()


# ── parts ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Parts:
    """What is read part by part, so that one that can't be read costs no other."""

    source: str
    found: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def read(self, part: str, reader: Callable[[], Any]) -> None:
        """Read "weights", "claim" or "worksheet"; what can't be read becomes a problem."""
        try:
            self.found[part] = reader()
        except SubmissionError as why:
            self.problems.append(str(why))

    def together(self) -> Submission:
        """Return what was read; raise SubmissionError where it is nothing."""
        if not self.found:
            raise SubmissionError(" ".join(self.problems))
        self._complete()
        notes = tuple(self._notes())
        return Submission(self.source, **self.found, notes=notes, problems=tuple(self.problems))

    def _complete(self) -> None:
        """Give weights that say no activations those that the claim says."""
        weights, claim = self.found.get("weights"), self.found.get("claim")
        if weights is not None and claim is not None and not weights.activations:
            said, precision = claim.activations, weights.precision
            self.read("weights", lambda: of_arrays(weights.arrays, said, precision))

    def _notes(self) -> Iterator[str]:
        """Yield what an instructor should know."""
        weights, claim = self.found.get("weights"), self.found.get("claim")
        sheet = self.found.get("worksheet")
        if weights is not None and weights.precision == "float16":
            yield "The weights were read in half precision (float16), as a notebook carries them."
        if claim is not None and sheet is not None and claim.student:
            if not same_id(claim.student, sheet.student_id):
                yield (f"The submission is of {shown(claim.student)}, and the worksheet in it of "
                       f"{shown(sheet.student_id)}.")  # fmt: skip
            if claim.lab and claim.lab != sheet.lab:
                yield (f"The submission is for the lab {shown(claim.lab)}, and the worksheet in it "
                       f"for {shown(sheet.lab)}.")  # fmt: skip
