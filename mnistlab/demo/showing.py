"""Page: a whole HTML page that a notebook shows in a frame of its own, and that can be saved.

Example:
    >>> page = Page("<!doctype html><title>x</title>", "A title")
    >>> page._repr_html_()[:36]
    '<iframe title="A title" sandbox="all'
"""

import html
import os
from dataclasses import dataclass
from pathlib import Path

from mnistlab.checks import shown
from mnistlab.data.cache import written_aside
from mnistlab.errors import InputError, SaveError

HEIGHT = 860  # CSS pixels of the frame; the page scrolls in it
ENDINGS = (".html", ".htm")


@dataclass(frozen=True, repr=False)
class Page:
    """A page in one file.

    Attributes:
        html: all of it.
        title: what its frame is called, for those who don't see it.
        path: where it was saved, or None.
    """

    html: str
    title: str
    path: Path | None = None

    def __repr__(self) -> str:
        size = f"{len(self.html.encode()) / 1e6:.1f} MB"
        where = f"saved as {self.path}" if self.path else "save it with .save('page.html')"
        return f"<{self.title}; {size}, {where}>"

    def _repr_html_(self) -> str:
        """Return the page in a frame: its ids and scripts can't meet those of another page.

        The frame may run scripts and copy text, and reaches nothing of the notebook around it.
        """
        source = self.html.replace("&", "&amp;").replace('"', "&quot;")
        saved = f" It is saved as {html.escape(str(self.path))}." if self.path else ""
        return (
            f'<iframe title="{html.escape(self.title)}" sandbox="allow-scripts" '
            f'allow="clipboard-write" width="100%" height="{HEIGHT}" '
            f'style="border:0;width:100%;height:{HEIGHT}px" srcdoc="{source}"></iframe>'
            f"<p>{html.escape(self.title)}. No page above this line? Run the cell again, or save "
            f"the page with <code>.save('page.html')</code> and open that file.{saved}</p>"
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page as one HTML file, all of it or nothing, and return its path.

        Args:
            path: a file name that ends in .html; replaced where it exists.

        Raises:
            InputError: the name ends in something else.
            SaveError: the file can't be written.
        """
        target = Path(path).expanduser()
        if target.suffix.lower() not in ENDINGS:
            raise InputError(f"The page is saved as HTML, but got {shown(str(path))}. Give a name "
                             "that ends in .html, such as 'page.html'.")  # fmt: skip
        try:
            with written_aside(target) as file:
                file.write(self.html.encode("utf-8"))
        except (OSError, ValueError) as why:
            said = getattr(why, "strerror", None) or why
            raise SaveError(f"The page {shown(str(target))} could not be written: {said}. Choose "
                            "a folder that may be written to and has room.") from why  # fmt: skip
        return target
