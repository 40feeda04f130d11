"""Runs a built notebook where it lies, keeps its outputs, and says what took long or failed."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

SLOW = 1.0  # seconds


def run(path: Path, timeout: int = 600) -> int:
    """Run a notebook in its own folder; return 1 where a cell failed.

    Args:
        path: the .ipynb, which gets its outputs.
        timeout: seconds for each cell.
    """
    notebook = nbformat.read(path, as_version=4)
    begun = time.perf_counter()
    seconds = execute(notebook, path.resolve().parent, timeout)
    nbformat.write(notebook, path)
    for n, took in sorted(seconds.items(), key=lambda one: -one[1])[:8]:
        if took > SLOW:
            print(f"{took:6.1f} s  {_called(notebook, n)}")
    failed = failures(notebook)
    for n, said in failed:
        print(f"Failed: {_called(notebook, n)}\n    {said}")
    print(f"{time.perf_counter() - begun:.1f} s in all, {len(failed)} failed: {path}")
    return bool(failed)


def execute(notebook: Any, folder: Path, timeout: int, **kernel: Any) -> dict[int, float]:
    """Run all cells, also after one that fails; return each one's seconds.

    Args:
        notebook: gets its outputs.
        folder: where it runs; timeout: seconds for each cell.
        kernel: what the kernel is started with, such as env.
    """
    started: dict[int, float] = {}
    seconds: dict[int, float] = {}

    def begins(cell: Any, cell_index: int) -> None:
        started[cell_index] = time.perf_counter()

    def ended(cell: Any, cell_index: int, **_: Any) -> None:
        seconds[cell_index] = time.perf_counter() - started[cell_index]

    with sockets() as manager:
        client = NotebookClient(notebook, timeout=timeout, kernel_name="python3", allow_errors=True,
                                resources={"metadata": {"path": str(folder)}},
                                store_widget_state=False, on_cell_execute=begins,
                                on_cell_executed=ended,
                                config=Config({"KernelManager": manager}))  # fmt: skip
        client.execute(**kernel)
    return seconds


@contextlib.contextmanager
def sockets() -> Iterator[dict[str, str]]:
    """Give what a KernelManager needs so that nobody else on the machine can reach its kernel.

    Sockets in a folder of their own, by a short and whole path: a system takes about 100
    characters, and a path that isn't whole means another place to a kernel in another folder.
    """
    if os.name != "posix":
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="kernel-") as place:
        yield {"transport": "ipc", "ip": str(Path(place) / "k")}


def failures(notebook: Any) -> list[tuple[int, str]]:
    """Return which cells failed, counted from 0, and with what."""
    return [(n, f"{out.ename}: {out.evalue}") for n, cell in enumerate(notebook.cells)
            for out in cell.get("outputs", []) if out.output_type == "error"]  # fmt: skip


def _called(notebook: Any, n: int) -> str:
    """Return what a cell is called: its id and first line of its own."""
    lines = notebook.cells[n].source.splitlines()
    own = next((line for line in lines if not line.startswith("assert")), "")
    return f"{notebook.cells[n]['id']}  {own[:70]}"
