import sys

import pytest

from mnistlab.notices import notice


def test_a_notice_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    notice("first\n  second")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "mnistlab: first second\n")


def test_no_console_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    notice("nobody hears this")
