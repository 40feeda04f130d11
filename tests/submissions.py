"""Folders and zips of submissions, built as learning platforms make them."""

import zipfile
from pathlib import Path

ROSTER = """id,name,email,canvas_id,moodle_id,group,section
ada,Ada Lovelace,ada@example.edu,4711,Participant 901,Team One,A
bob,"Babbage, Bob",b.babbage@example.edu,4712,Participant 902,Team One,A
carol,Carol O'Brien,carol@example.edu,4713,Participant 903,,B
"""


def tree(folder: Path, *names: str, content: bytes = b"x") -> Path:
    """Write files with these names below a folder, and return it."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def zipped(path: Path, *names: str, content: bytes = b"x") -> Path:
    """Write a zip with members of these names, and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return path


def roster_file(folder: Path, text: str = ROSTER) -> Path:
    """Write a roster, and return its path."""
    file = folder / "roster.csv"
    file.write_text(text, encoding="utf-8")
    return file


def handed(collection) -> dict[str, list[list[str]]]:
    """Return id → the names of the files of each attempt."""
    return {
        one.student.id: [[file.name for file in attempt.files] for attempt in one.attempts]
        for one in collection.handed
    }
