"""One way of telling the user something that is no error: one line on stderr.

A warning would be the wrong thing: Python shows each only once, with a line of source code.

Example:
    >>> from mnistlab.notices import notice
    >>> notice("the cache can't be written")  # on stderr
"""

import sys


def notice(text: str) -> None:
    """Print `text` as one line on stderr, as "mnistlab: …"; line breaks in it become blanks."""
    if sys.stderr is None:  # a Windows program without a console
        return
    print("mnistlab: " + " ".join(text.split()), file=sys.stderr, flush=True)
