"""README.md: every command in it runs, and every figure in it comes from a benchmark or a run."""

import json
import os
import re
import subprocess
import sys

import pytest
from PIL import Image

from labbooks import NAMES, frame
from processes import PROJECT, mnistlab, surroundings

README = (PROJECT / "README.md").read_text(encoding="utf-8")
RESULTS = PROJECT / "benchmarks" / "results"


def blocks(kind):
    """Return the fenced blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Let examples run on the 5,000 digits: the same code, in seconds."""
    monkeypatch.delenv("MNISTLAB_DATA", raising=False)


def test_it_opens_with_the_two_commands():
    first = blocks("console")[0]
    assert first.startswith("$ make run\n")
    assert "make test" in README.split("```")[2] + first


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code, tmp_path):
    pytest.importorskip("keras")
    refused = "http://127.0.0.1:9"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=300,
        env=surroundings(tmp_path, HTTPS_PROXY=refused, https_proxy=refused),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


COMMANDS = re.findall(r"^mnistlab (.+?)(?:  +#.*)?$", "\n".join(blocks("bash")), re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command, tmp_path):
    pytest.importorskip("keras")
    refused = "http://127.0.0.1:9"
    if command == "data mnist":
        pytest.skip("fetches MNIST: test_data_downloads.py does it from a server of its own")
    done = mnistlab(*command.split(), home=tmp_path, HTTPS_PROXY=refused, https_proxy=refused)
    assert done.returncode == 0, done.stderr


def test_a_class_is_graded_as_it_says(tmp_path):
    """The commands for the instructor, one after the other in one folder."""
    (block,) = blocks("sh")
    for line in block.splitlines():
        command = line.split("  #")[0].split()[1:]
        done = mnistlab(*command, home=tmp_path, cwd=tmp_path)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    assert (tmp_path / "GRADES" / "report.html").exists()
    assert (tmp_path / "upload" / "autograder.zip").exists()


def test_there_are_commands_to_run():
    assert len(COMMANDS) >= 3
    assert len(blocks("python")) >= 2


def test_the_transcript_is_what_a_run_prints(tmp_path):
    """The same lines, word for word; the figures within what machines differ by."""
    pytest.importorskip("keras")
    printed = blocks("console")[0].split("\n", 1)[1].rstrip()
    data = os.environ.get("README_DATA")  # set below: the fixture has taken MNISTLAB_DATA away
    if not data:
        pytest.skip("MNISTLAB_DATA isn't set: the transcript is of all of MNIST")
    done = mnistlab("run", home=tmp_path, MNISTLAB_DATA=data)
    assert done.returncode == 0, done.stderr
    number = r"\d[\d,.]*"
    ours, theirs = (
        [re.sub(number, "N", line).split("Saved in")[0].split(" (the ")[0]
         for line in text.splitlines() if line.strip()]
        for text in (done.stdout, printed)
    )  # fmt: skip
    assert [line.split("(")[0] for line in ours] == [line.split("(")[0] for line in theirs]
    accuracy = [
        float(re.search(r"Test accuracy\s+([\d.]+)%", t)[1]) for t in (done.stdout, printed)
    ]
    assert accuracy[0] == pytest.approx(accuracy[1], abs=0.3)


os.environ.setdefault("README_DATA", os.environ.get("MNISTLAB_DATA", ""))


SOURCES = sorted((PROJECT / "notebooks" / "src").glob("*.py"))
QUOTING = ["README.md", "notebooks/INSTRUCTOR.md"]
QUOTING += [f"notebooks/src/{one.name}" for one in SOURCES]


@pytest.mark.parametrize("document", QUOTING)
def test_figures_come_from_committed_benchmarks(document):
    text = (PROJECT / document).read_text(encoding="utf-8")
    quoted = re.findall(r"([\d.,]+) ?(×|ms|s|%|MB)\s*<!-- (\w+): ([^>]+?) -->", text)
    assert len(quoted) == len(re.findall(r"<!-- \w+: [^>]*?/[^>]+? -->", text))
    assert quoted or document != "README.md", "README.md quotes no benchmark"
    for figure, unit, name, key in quoted:
        record = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        table, way = key.split("/", 1)
        value = record[table][way] * {"ms": 1000, "%": 100}.get(unit, 1)
        digits = len(figure.partition(".")[2])
        assert f"{value:.{digits}f}" == figure, f"{name}: {key} is {value}"


def test_every_picture_is_there_and_has_alt_text():
    pictures = re.findall(r"!\[(.*?)\]\(([^)]+)\)", README)
    assert pictures
    for alt, path in pictures:
        assert alt.strip(), path
        if not path.startswith("https://"):
            assert (PROJECT / path).exists(), path


def test_the_gallery_has_six_pictures_with_the_words_that_they_bear():
    section = README.split("## Pictures\n")[1].split("\n## ")[0]
    shown = re.findall(r"!\[(.*?)\]\(([^)]+)\)", section)
    assert len(shown) == 6
    for alt, path in shown:
        with Image.open(PROJECT / path) as picture:
            assert picture.text["Description"] == alt, f"{path}: run benchmarks/gallery.py"


def test_each_notebook_has_its_badge_and_its_minutes():
    rows = re.findall(r"^\| \[(\w+)\]\(notebooks/\w+\.ipynb\) (.+?) \|.*\| (\d+) \|$", README, re.M)
    assert [name for name, _, _ in rows] == [name for name in NAMES if "instructor" not in name]
    for name, badge, minutes in rows:
        assert f"/github/{frame.repository()}/blob/main/notebooks/{name}.ipynb)" in badge
        source = (PROJECT / "notebooks" / "src" / f"{name}.py").read_text(encoding="utf-8")
        assert f"In {minutes} minutes" in " ".join(source.split())


@pytest.mark.parametrize("document", ["README.md", "notebooks/INSTRUCTOR.md"])
def test_every_link_to_a_file_leads_somewhere(document):
    text = (PROJECT / document).read_text(encoding="utf-8")
    for path in re.findall(r"(?<!!)\[[^\]]+\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)", text):
        assert (PROJECT / document).parent.joinpath(path).exists(), path
