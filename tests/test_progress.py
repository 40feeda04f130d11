"""What is shown while a network trains."""

import io
import sys
import types

import pytest

from mnistlab.errors import InputError
from mnistlab.progress import Progress, epoch_line

FIGURES = {"loss": 0.41, "accuracy": 0.883, "val_loss": None, "seconds": 1.24}


class Terminal(io.StringIO):
    """A text that says it is a terminal."""

    def isatty(self):
        return True


def on_a_terminal(monkeypatch):
    """Put a terminal in the place of stderr, and return it."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    return screen


def train(verbose):
    """Show two epochs of three updates."""
    with Progress(epochs=2, steps=3, verbose=verbose) as progress:
        for epoch in range(2):
            progress.epoch_begin(epoch)
            for step in range(3):
                progress.advance(step + 1, loss=0.5)
            progress.epoch_end(epoch, FIGURES)


def test_the_line_of_an_epoch():
    line = "Epoch 1/5  loss 0.4100  accuracy 88.3%  1.2 s"
    assert epoch_line(0, 5, FIGURES) == line
    assert epoch_line(4, 5, {"loss": 0.25, "val_loss": 0.5, "val_accuracy": 1.0}) == (
        "Epoch 5/5  loss 0.2500  validation loss 0.5000  validation accuracy 100.0%"
    )


@pytest.mark.parametrize("verbose", ["auto", 1, True, 2])
def test_without_a_terminal_there_is_a_line_an_epoch_and_nothing_on_stderr(verbose, capsys):
    train(verbose)
    out, err = capsys.readouterr()
    assert out.splitlines() == [epoch_line(0, 2, FIGURES), epoch_line(1, 2, FIGURES)]
    assert err == ""


@pytest.mark.parametrize("verbose", [0, False])
def test_0_says_nothing(verbose, capsys, monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    train(verbose)
    assert capsys.readouterr().out == terminal.getvalue() == ""


@pytest.mark.parametrize("verbose", ["auto", 1])
def test_a_terminal_gets_a_bar_that_is_gone_at_the_end(verbose, monkeypatch, capsys):
    terminal = on_a_terminal(monkeypatch)
    train(verbose)
    drawn = terminal.getvalue()
    assert "Epoch 1/2" in drawn
    assert "/3" in drawn
    assert drawn.count("\x1b[?25l") == drawn.count("\x1b[?25h") == 1  # cursor off, and on again
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_2_is_lines_without_a_bar(monkeypatch, capsys):
    terminal = on_a_terminal(monkeypatch)
    train(2)
    assert terminal.getvalue() == ""
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_bar_goes_when_training_fails(monkeypatch):
    terminal = on_a_terminal(monkeypatch)
    with pytest.raises(KeyboardInterrupt), Progress(1, 10) as progress:
        progress.epoch_begin(0)
        raise KeyboardInterrupt
    assert terminal.getvalue().count("\x1b[?25h") == 1


def test_the_bar_moves_ten_times_a_second_at_most(monkeypatch):
    on_a_terminal(monkeypatch)
    now, moved = [0.0], []
    monkeypatch.setattr("mnistlab.progress.time", types.SimpleNamespace(monotonic=lambda: now[0]))
    with Progress(1, 10) as progress:
        monkeypatch.setattr(progress._bar, "update", lambda task, **shown: moved.append(shown))
        for step, now[0] in enumerate((100.0, 100.05, 100.2, 100.25), start=1):
            progress.advance(step, loss=0.5)
    assert moved == [
        {"completed": 1, "loss": "loss 0.5000"},
        {"completed": 3, "loss": "loss 0.5000"},
    ]


def test_without_stderr_there_is_no_bar(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    train("auto")
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("verbose", [3, -1, "yes", None, [], 0.5])
def test_another_verbose_is_refused(verbose):
    with pytest.raises(InputError, match=r"^verbose=.* is not known. Give 0 \(nothing\)"):
        Progress(1, 1, verbose)


def test_a_long_training_prints_fifty_lines_and_then_one_a_second(capsys):
    with Progress(2000, 1, 2) as progress:
        for epoch in range(2000):
            progress.epoch_end(epoch, {"loss": 0.5})
    said = capsys.readouterr().out.splitlines()
    assert 51 <= len(said) <= 60
    assert said[0].startswith("Epoch 1/2000")
    assert said[-1].startswith("Epoch 2000/2000")
