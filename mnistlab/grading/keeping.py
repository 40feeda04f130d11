"""What GRADES keeps beside the grades, so that a later command knows it: lab.toml, and the flags.

Both are of the last `mnistlab grade`: mark and explain read the lab that the class was graded by,
and show the flags that were raised when all files were at hand.

Example:
    >>> import tempfile
    >>> flags_of(Path(tempfile.mkdtemp()))
    {}
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mnistlab.grading.gradebook import write
from mnistlab.grading.grades import Flag, Grade
from mnistlab.lab import labfile

LAB, FLAGS = "lab.toml", "flags.json"
_FLAGS = TypeAdapter(dict[str, tuple[Flag, ...]])


def keep(folder: Path, rubric: object, grades: Iterable[Grade]) -> None:
    """Write the lab's file and the flags into GRADES.

    Args:
        folder: GRADES.
        rubric: the path or name of the lab; of a Lab no file is kept.
        grades: of the class, with their flags.

    Raises:
        OSError: the folder can't be written.
    """
    raised = {one.student: [flag.model_dump(mode="json") for flag in one.flags]
              for one in grades if one.flags}  # fmt: skip
    text = json.dumps(raised, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write(folder / FLAGS, text.encode("utf-8", "surrogatepass"))
    if isinstance(rubric, str | os.PathLike):
        write(folder / LAB, labfile.bytes_of(rubric))
    else:
        (folder / LAB).unlink(missing_ok=True)


def lab_of(folder: Path) -> Path | None:
    """Return the lab.toml by which a folder's grades were given; None where none is kept."""
    return folder / LAB if (folder / LAB).is_file() else None


def flags_of(folder: Path) -> dict[str, tuple[Flag, ...]]:
    """Return the flags of a folder's grades, by student; {} where none are kept."""
    try:
        return _FLAGS.validate_json((folder / FLAGS).read_bytes())
    except (OSError, ValidationError):
        return {}
