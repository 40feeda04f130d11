"""Every error that mnistlab raises on purpose.

    MnistlabError                  something failed, and the message says what to do
    ├── InputError (ValueError)    what was given can't be used
    │   ├── DataError              a data file or an array that doesn't hold what it should
    │   ├── SubmissionError        a file that was handed in and can't be read; says what to mend
    │   └── OutputError            an output folder that can't take the run
    ├── NotFittedError (ValueError)  predict or save before there is anything to predict with
    ├── DownloadError (OSError)    the data set could not be fetched
    ├── SaveError (OSError)        the run could not be written
    ├── DivergedError              the loss became NaN or infinite
    ├── OutOfMemoryError (MemoryError)  the machine's memory is too small for it
    └── MissingDependencyError (ImportError)  a package is missing, with its install line

The command line turns an InputError into exit status 2 and any other MnistlabError into 1.

Example:
    >>> from mnistlab.errors import InputError, MnistlabError
    >>> issubclass(InputError, MnistlabError) and issubclass(InputError, ValueError)
    True
"""

import traceback
from typing import Any


class MnistlabError(Exception):
    """Base of every error raised on purpose by mnistlab."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the message, and the line of the cell that led to it.

        The frames between them are the package's own, and bury the sentence that helps. IPython
        asks an exception for this; outside a notebook the traceback is as always.
        """
        cells = [one for one in traceback.extract_tb(self.__traceback__) if _is_cell(one.filename)]
        where = [f"in line {one.lineno} of the cell: {one.line}" for one in cells[-1:]]
        return [f"{type(self).__name__}: {self}", *where]


def _is_cell(filename: str) -> bool:
    """Whether a frame is of a notebook's cell: of ipykernel's file for it, or IPython's name."""
    return "ipykernel_" in filename or filename.startswith("<ipython-input")


class InputError(MnistlabError, ValueError):
    """What was given can't be used; the message names it, what is allowed, and what to do."""


class DataError(InputError):
    """A data file or array doesn't hold what it should."""


class SubmissionError(InputError):
    """A file that was handed in can't be read; the message is one a student can act on."""


class OutputError(InputError):
    """An output folder can't take the run."""


class NotFittedError(MnistlabError, ValueError):
    """Something that needs a trained or loaded network came before there was one."""


class DownloadError(MnistlabError, OSError):
    """A data set could not be fetched from any mirror."""


class SaveError(MnistlabError, OSError):
    """A run could not be written; nothing half-written is left.

    Attributes:
        result: the ExperimentResult that could not be saved, where a training had ended: save it
            elsewhere with `error.result.save(folder)`.
    """

    result: Any = None


class DivergedError(MnistlabError):
    """Training produced a loss that is NaN or infinite."""

    @classmethod
    def at(cls, learning_rate: float) -> "DivergedError":
        """Return the error with what to change, given the β that the training used."""
        return cls(
            "Training diverged: the loss became NaN or infinite. The usual cause is a step that "
            f"is too large: learning_rate={learning_rate:g}. Try {learning_rate / 10:g}, and "
            "check that the inputs are scaled to [0, 1]."
        )


class OutOfMemoryError(MnistlabError, MemoryError):
    """The memory of the machine, or of its GPU, is too small for a training."""


class MissingDependencyError(MnistlabError, ImportError):
    """A package that this step needs isn't installed."""


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C stopped the training; what was reached has been kept, and the message says where.

    It stays a KeyboardInterrupt, so that it stops whatever loop it was raised in.

    Attributes:
        history: the History of the epochs that had ended.
        result: the ExperimentResult of what was reached, or None.
    """

    def __init__(self, message: str, history: Any = None, result: Any = None) -> None:
        super().__init__(message)
        self.history = history
        self.result = result

    @property
    def folder(self) -> Any:
        """Where the run was saved, or None."""
        return self.result and self.result.folder
