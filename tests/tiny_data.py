"""For the tests of data: tiny data sets in the formats of the real ones, and a bad server."""

import contextlib
import gzip
import hashlib
import io
import pickle
import socket
import struct
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mnistlab.data import kerassets
from mnistlab.data.cifar import LAYOUTS
from mnistlab.data.fetching import Patience
from mnistlab.data.files import IDX_FILES
from mnistlab.data.pinned import PINNED, PinnedFile, cache_file

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


# ── the formats of Keras's data sets ──────────────────────────────────────────────────────────


class _Python2Pickler(pickle._Pickler):
    """Pickles as Python 2 did, whose texts were bytes."""

    dispatch: ClassVar[dict[type, Any]] = dict(pickle._Pickler.dispatch)

    def save_text(self, text: Any) -> None:
        content = text.encode() if isinstance(text, str) else text
        self.write(b"T" + struct.pack("<i", len(content)) + content)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_text


def python2_pickle(value: Any) -> bytes:
    """Return the pickle that Python 2 and an old NumPy would have made."""
    file = io.BytesIO()
    _Python2Pickler(file, protocol=2).dump(value)
    return file.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def tar_gz(members: dict[str, bytes]) -> bytes:
    """Return an archive of these files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, content in members.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def cifar_archive(name: str, per_batch: int = 4) -> tuple[bytes, dict[str, Any]]:
    """Return an archive in the format of CIFAR's, and what is in it: images, labels, names."""
    layout, rng = LAYOUTS[name], np.random.default_rng(5)
    names = [f"kind_{k}" for k in range(layout.n_classes)]
    members, images, labels = {}, {}, {}
    for path in (*layout.train, layout.test):
        images[path] = rng.integers(0, 256, (per_batch, 32, 32, 3), np.uint8)
        labels[path] = rng.integers(0, layout.n_classes, per_batch).tolist()
        data = images[path].transpose(0, 3, 1, 2).reshape(per_batch, 3072)
        batch = {b"batch_label": b"a batch", b"data": data, layout.labels: labels[path]}
        members[path] = python2_pickle(batch)
    members["a-folder/readme.html"] = b"<html>"
    meta = {b"num_vis": 3072, layout.names: [one.encode() for one in names]}
    members[layout.meta] = python2_pickle(meta)
    known = {
        "x_train": np.concatenate([images[path] for path in layout.train]),
        "y_train": np.concatenate([labels[path] for path in layout.train]),
        "x_test": images[layout.test],
        "y_test": np.array(labels[layout.test]),
        "names": tuple(names),
    }
    return tar_gz(members), known


def lists(n: int, seed: int) -> Any:
    """Return n lists of words' ranks, as an array of objects."""
    rng = np.random.default_rng(seed)
    texts = np.empty(n, object)
    for k in range(n):
        texts[k] = (rng.zipf(1.3, rng.integers(0, 60)) % 30_000).tolist()
    texts[n // 2] = [1996, 1997, 1]  # at the edge of what has an input
    return texts


def npz_of(arrays: dict[str, Any], pickled: Callable[[Any], bytes] | None = None) -> bytes:
    """Return an .npz as bytes; arrays of objects through `pickled`, by default NumPy's way."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            if pickled and array.dtype.hasobject:
                header = {"descr": "|O", "fortran_order": False, "shape": array.shape}
                np.lib.format.write_array_header_1_0(member, header)
                member.write(pickled(array))
            else:
                np.lib.format.write_array(member, array, allow_pickle=True)
            archive.writestr(f"{name}.npy", member.getvalue())
    return file.getvalue()


def imdb_arrays() -> dict[str, Any]:
    """Return 30 + 20 tiny film reviews, as imdb.npz holds them."""
    return {
        "x_train": lists(30, seed=1),
        "y_train": np.arange(30) % 2,
        "x_test": lists(20, seed=2),
        "y_test": np.arange(20) // 10,
    }


def reuters_arrays() -> dict[str, Any]:
    """Return 92 tiny newswires, as reuters.npz holds them."""
    return {"x": lists(92, seed=3), "y": np.arange(92) % 46}


def housing_arrays() -> dict[str, Any]:
    """Return 40 districts, as boston_housing.npz holds them."""
    rng = np.random.default_rng(4)
    return {"x": rng.normal(50, 9, (40, 13)), "y": rng.normal(22, 9, 40).round(1)}


def keras_files(name: str) -> list[bytes]:
    """Return the tiny files of one of Keras's data sets, in the order of PINNED."""
    if name == "fashion_mnist":
        packed = {n: gzip.compress(c, mtime=0) for n, c in idx_files(tiny_arrays(7)).items()}
        return [packed[file.path[len("fashion-mnist/") : -3]] for file in PINNED[name]]
    if name in LAYOUTS:
        return [cifar_archive(name)[0]]
    arrays = {"imdb": imdb_arrays, "reuters": reuters_arrays, "boston_housing": housing_arrays}
    return [npz_of(arrays[name](), python2_pickle)]


KERAS_FILES = {name: keras_files(name) for name in PINNED}


def pinned_as(name: str, contents: list[bytes], url: str) -> tuple[PinnedFile, ...]:
    """Return the table's row of a data set as it would be if these were its real files."""
    return tuple(
        PinnedFile(
            file.path,
            url + file.path,
            f"{kind}:{hashlib.new(kind, content).hexdigest()}",
            len(content),
            file.in_keras,
        )
        for file, content in zip(PINNED[name], contents, strict=True)
        for kind in [file.digest.split(":")[0]]
    )


def have_tiny_keras(monkeypatch: Any, folder: Path) -> None:
    """Make the tiny files the real ones, on a machine that has none of them and no network."""
    for name in ("MNISTLAB_MIRROR", "MNISTLAB_DATA", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    monkeypatch.setenv("MNISTLAB_CACHE", str(folder / "cache"))
    monkeypatch.setattr(kerassets, "PATIENT", Patience(8, rounds=2, pause=0.001))
    monkeypatch.setattr(kerassets, "IMPATIENT", Patience(5))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/"
    for name, contents in KERAS_FILES.items():
        monkeypatch.setitem(PINNED, name, pinned_as(name, contents, nobody))


def pin(monkeypatch: Any, name: str, *contents: bytes) -> None:
    """Make these the real files of a data set, and put them into the cache."""
    monkeypatch.setitem(PINNED, name, pinned_as(name, list(contents), "http://127.0.0.1:9/"))
    put_into_cache(name, *contents)


def put_into_cache(name: str, *contents: bytes) -> list[Path]:
    """Put files of a data set into the cache."""
    paths = [cache_file(file) for file in PINNED[name]]
    for path, content in zip(paths, contents, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return paths


# ── a server ──────────────────────────────────────────────────────────────────────────────────


class Mirror:
    """A server on this machine: answers by path, and the paths that were asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.url = ""

    def serve_keras(self) -> None:
        """Have the tiny files of Keras's data sets."""
        for name, contents in KERAS_FILES.items():
            for file, content in zip(PINNED[name], contents, strict=True):
                self.answers[f"/{file.path}"] = sends(content)

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


def files_in(folder: Path) -> list[str]:
    """Return the paths of all files below a folder."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
