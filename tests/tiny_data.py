"""For the tests of data: a tiny data set in MNIST's formats, and a server that misbehaves."""

import contextlib
import gzip
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from mnistlab.data.files import IDX_FILES

Answer = Callable[[BaseHTTPRequestHandler, threading.Event], None]


def tiny_arrays(seed: int = 0) -> dict[str, Any]:
    """Return 20 + 10 random images of 28×28 and their labels, as MNIST's files hold them."""
    rng = np.random.default_rng(seed)
    return {
        "x_train": rng.integers(0, 256, (20, 28, 28), np.uint8),
        "y_train": np.arange(20, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (10, 28, 28), np.uint8),
        "y_test": np.arange(10, dtype=np.uint8),
    }


def idx_bytes(array: Any) -> bytes:
    """Return an array as an IDX file."""
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def idx_files(arrays: dict[str, Any]) -> dict[str, bytes]:
    """Return the four IDX files of a data set by their names."""
    return {IDX_FILES[name][0]: idx_bytes(array) for name, array in arrays.items()}


def write_idx_folder(folder: Path, arrays: dict[str, Any], gzipped: bool = False) -> Path:
    """Write the four IDX files, and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in idx_files(arrays).items():
        if gzipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder


def write_npz(file: Path, arrays: dict[str, Any]) -> Path:
    """Write an .npz, compressed as Keras's is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(file, **arrays)
    return file


class Mirror:
    """A server on this machine: answers by path, and the paths that were asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.url = ""

    def serve(self, arrays: dict[str, Any]) -> None:
        """Have the four gzipped IDX files of a data set."""
        for name, content in idx_files(arrays).items():
            self.answers[f"/{name}.gz"] = sends(gzip.compress(content))


def sends(content: bytes, declared: int | None = None, **headers: str) -> Answer:
    """Return an answer that sends `content`, and declares that length or another."""

    def answer(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) if declared is None else declared))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def status(code: int) -> Answer:
    """Return an answer that is an error."""
    return lambda handler, stop: handler.send_error(code)


def drips(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Send a byte now and then, for ever: no pause is long enough for a time-out."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not stop.wait(0.02):
        handler.wfile.write(b"\x1f")


def drips_headers(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Send the first line of an answer, byte by byte and without an end."""
    handler.wfile.write(b"HTTP/1.0 200 ")
    while not stop.wait(0.02):
        handler.wfile.write(b"x")


def silent(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Take the request and never answer."""
    stop.wait(30)


def in_turn(*answers: Answer) -> Answer:
    """Return an answer that is each of these in turn, and then always the last."""
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler, stop)

    return answer


@contextlib.contextmanager
def running_mirror() -> Iterator[Mirror]:
    """Give a server on 127.0.0.1; it and all its answers end with the context."""
    mirror, stop = Mirror(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.asked.append(self.path)
            with contextlib.suppress(OSError):
                mirror.answers.get(self.path, status(404))(self, stop)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mirror.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield mirror
    finally:
        stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
        for left in threading.enumerate():
            if left.name == "mnistlab-download":
                left.join(10)
