"""A student's worksheet: predictions, numbers, answers, runs, drawings: each saved as it is given.

Nothing that was given is lost: not with a runtime that dies, not when the notebook is run again,
not when it is open twice. Before each entry the file is read again, the entry is added, and the
file takes its place whole; only then does the call return.

Example:
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> sheet = Worksheet("recognizing_digits", "ada", folder)
    >>> sheet.number("parameters", "407 050").given
    '407050'
    >>> Worksheet("recognizing_digits", "ada", folder).record()["numbers"]
    {'parameters': 407050.0}
"""

import contextlib
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mnistlab import checks
from mnistlab.checks import did_you_mean, shown
from mnistlab.errors import InputError, SaveError
from mnistlab.lab import drawings, entries, given, labfile, runs, sheetfiles
from mnistlab.lab.assignment import Answer, Lab, Number, Prediction
from mnistlab.lab.claims import (
    LONGEST_ANSWER,
    MOST_ENTRIES,
    NEWEST_VERSION,
)
from mnistlab.lab.drawings import Drawings
from mnistlab.lab.entries import Drawn, Entry
from mnistlab.lab.students import checked_id, personal_seed
from mnistlab.notices import notice

Question = Prediction | Answer | Number
PARTS = {"prediction": "predictions", "number": "numbers", "answer": "answers"}
CALLS = {
    "prediction": "sheet.predict({id!r}, 0.1)",
    "number": "sheet.number({id!r}, 0.25)",
    "answer": "sheet.answer({id!r}, '''…''')",
}


def empty(lab: Lab, record: Mapping[str, Any]) -> list[str]:
    """Return the ids of the questions that a record leaves empty; what is optional isn't counted.

    Args:
        lab: the Lab, whose order is kept.
        record: a worksheet's record, as worksheet.json holds it.
    """
    return [one.id for one in lab.question if not one.bonus and not is_filled(record, one)]


def counted(lab: Lab, record: Mapping[str, Any]) -> str:
    """Return how much of a worksheet is filled in, what is optional not counted.

    Example:
        >>> counted(labfile.read("recognizing_digits"), {"numbers": {"parameters": 407050.0}})
        '1 of 31 questions'
    """
    of = sum(not one.bonus for one in lab.question)
    return f"{of - len(empty(lab, record))} of {of} question{'s' * (of != 1)}"


def is_filled(record: Mapping[str, Any], question: Question) -> bool:
    """Whether a question has a value with something in it."""
    value = record.get(PARTS[question.kind], {}).get(question.id)
    return value is not None and bool(str(value).strip())


def _must_be_the_right_way_round(lab: Any, student_id: Any) -> None:
    """Raise InputError where the lab was given as the id, and the id as the lab."""
    swapped = isinstance(student_id, Lab) or labfile.names_one(student_id)
    if swapped and isinstance(lab, str) and not labfile.names_one(lab):
        named = "lab" if isinstance(student_id, Lab) else repr(os.fspath(student_id))
        raise InputError("The lab and your id are the other way round. Write "
                         f"mnistlab.Worksheet({named}, {shown(lab)}).")  # fmt: skip


class Worksheet:
    """The worksheet of one student for one lab.

    Args:
        lab: the name of a lab in the package, the path of a lab.toml, or a Lab.
        student_id: the id that the course knows the student by.
        folder: where its file lies; None: "mnistlab" on Drive where Drive is mounted on Colab,
            else "mnistlab-worksheets" in the working folder.

    Attributes:
        lab: the Lab; student_id: as it was given; path: the worksheet's file.

    Raises:
        InputError: no such lab, no id, or a folder that can't be used.

    Example:
        >>> sheet = Worksheet("recognizing_digits", "ada")  # doctest: +SKIP
        >>> sheet.predict("predict_untrained_accuracy", 0.1)  # doctest: +SKIP
    """

    def __init__(
        self,
        lab: str | os.PathLike[str] | Lab,
        student_id: str | int,
        folder: str | os.PathLike[str] | None = None,
    ) -> None:
        _must_be_the_right_way_round(lab, student_id)
        self.student_id = checked_id(student_id)
        self.lab = lab if isinstance(lab, Lab) else labfile.read(lab)
        usual = sheetfiles.usual_folder(sheetfiles.WORKSHEETS)
        place = sheetfiles.place("folder", usual if folder is None else folder)
        name = sheetfiles.file_name("worksheet", self.lab.lab.name, self.student_id, ".json")
        self.path: Path = place / name
        self._waiting: list[tuple[str, str, Any]] = []  # entries that couldn't be saved yet
        self._known: dict[str, dict[str, Any]] = {
            part: {} for part in (*PARTS.values(), "experiments")
        }
        self._drawn = self._no_drawings()
        self._unread = ""  # drawings in the file that can't be read, kept until there are others
        try:
            self._read_again()
        except OSError as why:
            raise InputError(f"The worksheet {self.path} can't be read: {why.strerror or why}. "
                             "Choose another folder: Worksheet(…, folder=…).") from why  # fmt: skip

    # ── filled in ───────────────────────────────────────────────────────────────────────────────

    def predict(self, question: str, value: Any, *more: Any) -> Entry:
        """Save what you expect, before you run it.

        Args:
            question: the id of a prediction question.
            value: a number, True or False, a text of at most 300 characters, or a list of such.

        Returns:
            What the cell shows. A value that is None, … or blank leaves what was there.

        Raises:
            InputError: no such question, or a value that can't be kept.
            SaveError: the file can't be written.
        """
        asked = self._question(question, "prediction")
        given.must_be_one(question, value, more)
        return self._saved(
            asked, None if given.is_blank(value) else given.predicted(question, value)
        )

    def number(self, question: str, x: Any, *more: Any) -> Entry:
        """Save a number that you computed.

        Args:
            question: the id of a number question.
            x: a finite number, or a text such as "0,25".

        Returns:
            What the cell shows, with the number as it was read.

        Raises:
            InputError: no such question, or no finite number.
            SaveError: the file can't be written.
        """
        asked = self._question(question, "number")
        given.must_be_one(question, x, more)
        count = getattr(asked, "compute", None) == "parameters"
        return self._saved(asked, None if given.is_blank(x) else given.number(question, x, count))

    def answer(self, question: str, text: str | None) -> Entry:
        """Save an answer in your own words.

        Args:
            question: the id of an answer question.
            text: at most 20,000 characters, in any script.

        Returns:
            What the cell shows. A blank text leaves what was there.

        Raises:
            InputError: no such question, no text, or too long a one.
            SaveError: the file can't be written.
        """
        asked = self._question(question, "answer")
        if given.is_blank(text):
            return self._saved(asked, None)
        words = given.whole_characters(checks.text(question, text).strip().replace("\r\n", "\n"))
        if len(words) > LONGEST_ANSWER:
            raise InputError(f"The answer to {question!r} has {len(words):,} characters; at most "
                             f"{LONGEST_ANSWER:,} are kept. Shorten it; what was saved before is "
                             "still there.")  # fmt: skip
        return self._saved(asked, words)

    def save(self, run: Any) -> Entry:
        """Record a run that you made on the way; one with the same config takes its place.

        Args:
            run: what `run_experiment` returned, or the folder of a saved run.

        Raises:
            InputError: no run, or already 500 of them.
            SaveError: the file can't be written.
        """
        result = runs.as_result(run)
        experiment = runs.experiment_of(result)
        others = {runs.key(one) for one in self.record()["experiments"]} - {runs.key(experiment)}
        if len(others) >= MOST_ENTRIES:
            raise InputError(f"The worksheet holds {len(others)} runs, and no more are kept. Those "
                             "that are there count.")  # fmt: skip
        self._change("experiments", runs.key(experiment), experiment)
        rows = dict(result.rows())
        said = f"{rows['Network']}\n{rows['Training']}\nTest {result.figure}"
        note = "" if result.completed else "Its training was interrupted."
        return Entry("", "", "run", said, note, str(self.path), len(self.missing()), self.record())

    def digits(self, text: str | None = None, *, replace: bool = False) -> Drawn:
        """Save drawings of your own, as the page's button "Copy my digits" gives them.

        They are added to those that are there, each once; the same drawing with another label
        takes that label. So the cell can be run again, and digits can be collected twice.

        Args:
            text: what was copied, with or without line breaks; None or blank: nothing new.
            replace: whether to keep only these, and none of those that were there.

        Returns:
            What the cell shows; its `images`, uint8 (n, height, width), and `labels`, int64 (n,),
            are all that is kept, for `result.predict(mine.images)`.

        Raises:
            InputError: a text that was cut or edited, drawings of another data set, or more than
                100 in all; what was there is kept.
            SaveError: the file can't be written.

        Example:
            >>> mine = sheet.digits("mnistlab-digits:1:28x28:10:…")  # doctest: +SKIP
            >>> mine.images.shape  # doctest: +SKIP
            (10, 28, 28)
        """
        if given.is_blank(text):
            return self._shown_drawings("" if len(self._kept_drawings()) else "Nothing is kept.")
        new = drawings.pasted(checks.text("text", text))
        self._must_fit(new)
        kept = self._kept_drawings()
        together = new if replace else self._together(kept, new)
        self._change("digits", "replace" if replace else "add", new)
        added = len(together) - (0 if replace else len(kept))
        return self._shown_drawings("" if replace or not len(kept) else f"{added} of them are new.")

    def _kept_drawings(self) -> Drawings:
        """Return the drawings that are kept, other notebooks' too."""
        self.record()
        return self._drawn

    def _together(self, kept: Drawings, new: Drawings) -> Drawings:
        """Return what is kept with what is new; raise InputError where both can't be."""
        if len(kept) and kept.shape != new.shape:
            raise InputError(f"These drawings are {' × '.join(map(str, new.shape))} pixels, and "
                             f"those kept {' × '.join(map(str, kept.shape))}. To keep only these: "
                             "sheet.digits('…', replace=True).")  # fmt: skip
        together = kept.joined(new)
        if len(together) > drawings.MOST:
            raise InputError(f"With these {len(new)} there would be {len(together)} drawings, and "
                             f"at most {drawings.MOST} are kept. The {len(kept)} that are there "
                             "stay. To keep only these: sheet.digits('…', "
                             "replace=True).")  # fmt: skip
        return together

    def _must_fit(self, new: Drawings) -> None:
        """Raise InputError where drawings are of another data set than the lab's."""
        network = self.lab.network
        height, width = new.shape
        page = "Draw on the page of a network of this lab: result.draw()."
        if height * width != network.inputs:
            raise InputError(f"These drawings have {height} × {width} = {height * width} pixels, "
                             f"but a pattern of this lab has {network.inputs} numbers. "
                             f"{page}")  # fmt: skip
        if new.labels.max() >= network.classes:
            raise InputError(f"A drawing is labelled {new.labels.max()}, but the classes of this "
                             f"lab are 0 to {network.classes - 1}. {page}")  # fmt: skip

    def _no_drawings(self) -> Drawings:
        """Return no drawings, of the size of the lab's images where these are square."""
        side = math.isqrt(self.lab.network.inputs)
        return drawings.none(side, side) if side**2 == self.lab.network.inputs else drawings.none()

    def _shown_drawings(self, note: str) -> Drawn:
        """Return the drawings to show."""
        missing, kept = len(self.missing()), self._drawn
        said = entries.of_each(kept.labels) if len(kept) else ""
        return Drawn("", "", "digits", said, note, str(self.path), missing, self._record(), kept)

    # ── asked ───────────────────────────────────────────────────────────────────────────────────

    @property
    def seed(self) -> int:
        """The student's personal seed."""
        return personal_seed(self.student_id)

    def folder(self, name: str) -> Path:
        """Return a folder of the student's own beside the worksheet, for what a training keeps.

        A cell with `checkpoint=sheet.folder("fit")` can be run twice, or again after a kernel
        died: what was trained to its end comes back at once, and the rest goes on.

        Args:
            name: what it is for, at most 80 characters; the same name gives the same folder.

        Raises:
            InputError: no name, or a place where no folder can be made.
        """
        given = checks.text("name", name).strip()
        if not given or len(given) > sheetfiles.LONGEST_NAME:
            raise InputError(f"name={shown(name)} names no folder. Give 1 to "
                             f"{sheetfiles.LONGEST_NAME} characters, such as "
                             'sheet.folder("fit").')  # fmt: skip
        path = self.path.with_suffix("") / sheetfiles.safe_name(given)
        sheetfiles.place("name", path).mkdir(parents=True, exist_ok=True)
        return path

    def record(self) -> dict[str, Any]:
        """Return the whole worksheet as worksheet.json holds it, other notebooks' entries too."""
        with contextlib.suppress(OSError):  # then what is known here has to do
            self._read_again()
        return self._record()

    def missing(self) -> list[str]:
        """Return the ids of the questions that aren't filled in, in the lab's order.

        What is optional is none of them: nobody has to fill it in.
        """
        return empty(self.lab, self.record())

    def question(self, question: str) -> entries.Asked:
        """Return a question in full: its text, its kind, its points, and what to write.

        Args:
            question: the id of a question of any kind.

        Raises:
            InputError: no such question.
        """
        one = self._asked(question, [one.id for one in self.lab.question], "questions")
        return entries.Asked(one.id, one.text.strip(), one.kind, one.points, one.bonus,
                             CALLS[one.kind].format(id=one.id))  # fmt: skip

    def __repr__(self) -> str:
        return entries.table(*self._shown(self.record()))

    def _repr_html_(self) -> str:
        return entries.html_table(*self._shown(self.record()))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return what a notebook keeps of it: text, table, and the record itself."""
        record = self.record()
        shown = self._shown(record)
        return entries.bundle(entries.table(*shown), entries.html_table(*shown), record)

    def _shown(self, record: Mapping[str, Any]) -> tuple[str, list[tuple[str, str, str]], str]:
        """Return the title, the rows and the last line of its table."""
        rows = [(one.id, one.kind + ", optional" * one.bonus,
                 entries.short(record[PARTS[one.kind]].get(one.id) if is_filled(record, one)
                               else None)) for one in self.lab.question]  # fmt: skip
        title = (f"Worksheet of {self.student_id} for {self.lab.lab.title}: "
                 f"{counted(self.lab, record)} filled in{self._optional(record)}, runs recorded: "
                 f"{len(record['experiments'])}"
                 + (f", drawings: {len(self._drawn)}" if len(self._drawn) else ""))  # fmt: skip
        saved = f"Saved in {self.path}." if self.path.exists() else "Nothing saved yet."
        ids = [one.id for one in self.lab.question[:1]]
        return title, rows, " ".join([saved, *(f"sheet.question({one!r}) shows one in full."
                                               for one in ids)])  # fmt: skip

    def _optional(self, record: Mapping[str, Any]) -> str:
        """Return how many optional questions are filled in, as the title says it."""
        filled = sum(one.bonus and is_filled(record, one) for one in self.lab.question)
        return f", and {filled} optional one{'s' * (filled > 1)}" if filled else ""

    # ── kept ────────────────────────────────────────────────────────────────────────────────────

    def _question(self, name: Any, kind: str) -> Question:
        """Return the question of that id and kind; else raise InputError with what to call."""
        ids = [one.id for one in self.lab.question if one.kind == kind]
        one = self._asked(name, ids, PARTS[kind])
        if one.kind != kind:
            raise InputError(f"The question {one.id!r} takes {entries.ARTICLES[one.kind]}. Write "
                             f"{CALLS[one.kind].format(id=one.id)}.")  # fmt: skip
        return one

    def _asked(self, name: Any, ids: Sequence[str], called: str) -> Question:
        """Return the question of that id; else raise InputError that lists some."""
        said = shown(name)
        if isinstance(name, str):
            name = name.strip().lower().replace("-", "_")
        one = next((one for one in self.lab.question if one.id == name), None)
        if one is None:
            raise InputError(f"{said} is no question of the lab {self.lab.lab.name!r}."
                             f"{did_you_mean(name, [one.id for one in self.lab.question])} Its "
                             f"{called} are: {', '.join(ids) or 'none'}.")  # fmt: skip
        return one

    def _saved(self, asked: Question, value: Any) -> Entry:
        """Save an entry, or find what is there where nothing is given, and return it to show."""
        part, note = PARTS[asked.kind], ""
        if value is not None:
            self._change(part, asked.id, value)
        record = self.record()
        kept = record[part].get(asked.id)
        if value is None:
            note = "Nothing was given." if kept is None else "Nothing new was given: this is kept."
        return Entry(asked.id, asked.text.strip(), asked.kind,
                     "" if kept is None else entries.written(kept), note, str(self.path),
                     len(self.missing()), record)  # fmt: skip

    def _change(self, part: str, key: str, value: Any) -> None:
        """Add an entry to what the file holds now, and write it.

        Raises:
            SaveError: the system wouldn't; the entry goes with the next that can be saved.
        """
        self._waiting.append((part, key, value))
        try:
            with sheetfiles.alone(self.path.parent):
                self._read_again()
                sheetfiles.write(self.path, self._record())
        except OSError as why:
            raise SaveError(f"The worksheet could not be saved in {self.path}: "
                            f"{why.strerror or why}. Nothing is lost: what was saved before is "
                            "still there, and this entry is kept until the next can be saved. "
                            "Free some space, and run the cell again.") from why  # fmt: skip
        self._waiting.clear()

    def _read_again(self) -> None:
        """Take up what the file holds, which another notebook may have changed meanwhile."""
        found = sheetfiles.read(self.path, self.lab.lab.name, self.student_id)
        if found is not None:
            for part in PARTS.values():
                self._known[part].update(getattr(found, part))
            made = [one.model_dump(mode="json") for one in found.experiments]
            self._known["experiments"].update({runs.key(one): one for one in made})
            self._drawn = self._drawings_of(found.digits)
        for part, key, value in self._waiting:
            if part == "digits":
                self._drawn = value if key == "replace" else self._drawn.joined(value)
            else:
                self._known[part][key] = value

    def _drawings_of(self, text: str) -> Drawings:
        """Return the drawings in the file; those that can't be read any more are left out."""
        try:
            return drawings.read(text) if text else self._no_drawings()
        except InputError as why:
            if text != self._unread:
                notice(f"the drawings in {self.path} can't be read, and are left out. ({why})")
            self._unread = text
            return self._no_drawings()

    def _record(self) -> dict[str, Any]:
        """Return what is known here as worksheet.json holds it."""
        return {
            "schema_version": NEWEST_VERSION,
            "lab": self.lab.lab.name,
            "student_id": self.student_id,
            "seed": self.seed,
            **{part: dict(self._known[part]) for part in PARTS.values()},
            "experiments": list(self._known["experiments"].values()),
            "digits": self._digits(),
        }

    def _digits(self) -> str:
        """Return the drawings as a text; more than it holds were added by two at one moment."""
        kept = self._drawn.first(drawings.MOST)
        return drawings.write(kept.images, kept.labels) if len(kept) else self._unread
