"""Chromium for the tests of pages, and everything that a page does in it."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
WIDTHS = (1280, 768, 390)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """Give Chromium, without a window; skip the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")
    if CHROMIUM is None:
        pytest.skip("chromium isn't installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


class Opened:
    """A page opened from a file.

    Attributes:
        page: Playwright's.
        dialogs, said, errors: what the page showed, wrote to the console, and raised.
        asked: the addresses of all that it asked for but itself.
    """

    def __init__(self, browser: Any, file: Path, width: int = 1280, **how: Any) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, **how)
        self.dialogs: list[str] = []
        self.said: list[str] = []
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page.on("dialog", self._dialog)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self._file = file.as_uri()
        self.page.goto(self._file)
        self.asked.remove(self._file)

    def reload(self) -> None:
        """Load the page anew, in the same tab."""
        self.page.reload()
        self.asked.remove(self._file)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    @property
    def silent(self) -> bool:
        """Whether the page did nothing but show itself."""
        return not (self.dialogs or self.said or self.errors or self.asked)

    @property
    def fits(self) -> bool:
        """Whether the page needs no scrolling to the side."""
        return self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def open_details(self) -> None:
        """Unfold everything that can be."""
        self.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    def violations(self, where: str | None = None) -> list[str]:
        """Return what axe-core finds wrong, on all of the page or in an element of it."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright",
                                  reason="axe-playwright-python isn't installed")  # fmt: skip
        found = axe.Axe().run(self.page, context=where).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]
