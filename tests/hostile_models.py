"""Networks and files of networks that nobody should trust: arrays, HDF5, Keras, notebooks.

Each is spoilt in one place only, so that a reader which overlooks that place would give points.
"""

import base64
import io
import marshal
import pickle
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from mnistlab.lab.notebook import RESULT, SUBMISSION, WORKSHEET
from tests.hostile_parts import (
    Hostile,
    Run,
    as_json,
    deep,
    good,
    npy,
    npz,
    one,
    signed,
    with_member,
    zipped,
)
from tests.hostile_weights import mutations
from tests.tiny_class import sheet, small_run

PLACES = ("layers/dense/vars/0", "layers/dense/vars/1",
          "layers/dense_1/vars/0", "layers/dense_1/vars/1")  # fmt: skip


def every(canary: Path) -> Iterator[Hostile]:
    """Yield all of them."""
    for kind in (networks(), arrays(), hdf5(canary), keras_files(canary), notebooks(), records()):
        yield from kind


def networks() -> Iterator[Hostile]:
    """Yield networks that are none, or not the one that was asked for."""
    wide = np.random.default_rng(3).normal(size=(64, 16)).astype("f4")
    deep_ones = {f"{kind}_{k}": np.ones((64, 64) if kind == "kernel" else 64, "f4")
                 for k in range(40) for kind in ("kernel", "bias")}  # fmt: skip
    file = io.BytesIO()
    np.savez(file, **deep_ones)
    yield one("layers_40", "40 layers", signed(weights=file.getvalue()))
    wrong: dict[str, dict[str, Any]] = {
        "transposed": {"kernel_0": good()["kernel_0"].T}, "no_bias": {"bias_1": None},
        "gap": {"kernel_2": np.ones((10, 2), "f4")}, "extra": {"secret": np.ones(3)},
        "nan": {"kernel_0": wide * np.nan}, "inf": {"bias_0": np.full(16, np.inf, "f4")},
        "empty": {"kernel_0": np.ones((64, 0), "f4"), "bias_0": np.ones(0, "f4")},
        "cube": {"kernel_0": np.ones((64, 16, 1), "f4")}, "scalar": {"bias_1": np.float32(1)},
        "whole": {"bias_0": np.zeros(16, "i8")}, "complex": {"bias_0": np.zeros(16, "c8")},
        "big_endian": {"bias_0": np.zeros(16, ">f4")}, "text": {"bias_0": np.array(["a"] * 16)},
        "dates": {"bias_0": np.zeros(16, "M8[s]")}, "true": {"bias_0": np.zeros(16, "?")},
        "longdouble": {"bias_0": np.zeros(16, np.longdouble)},
        "record": {"bias_0": np.zeros(16, [("a", "f4"), ("b", "O")])},
        "pickle": {"bias_0": np.array([Run()] * 16, object)},
        "mnist": {"kernel_0": np.zeros((784, 16), "f4")},
    }  # fmt: skip
    for name, changed in wrong.items():
        yield one(f"array_{name}", f"arrays: {name}", npz(**changed), "weights.npz")
        if name in ("pickle", "nan", "transposed", "mnist"):
            yield one(f"ours_{name}", f"signed arrays: {name}", signed(weights=npz(**changed)))
    f8 = {name: array.astype("f8") for name, array in good().items()}
    odd: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "1e38": ({name: array * 0 + np.float32(1e38) for name, array in good().items()}, {}),
        "1e308": ({name: array * 0 + 1e308 for name, array in f8.items()}, {}),
        "denormal": ({name: array * 0 + 5e-324 for name, array in f8.items()}, {}),
        "minus_1e38": ({"kernel_0": wide * np.float32(-1e37)}, {}),
        "zeros": ({name: array * 0 for name, array in good().items()}, {}),
        "exponential": (
            {"kernel_0": wide * np.float32(1e30)},
            {"activations": ["exponential"] * 2},
        ),
        "unknown": ({}, {"activations": ["__import__('os').system('id')", "softmax"]}),
        "activations_5": ({}, {"activations": ["relu"] * 5}),
    }
    for name, (changed, about) in odd.items():
        data = signed(weights=npz(**changed), **about)
        yield one(f"network_{name}", f"a network of {name}", data, measured=True)


def arrays() -> Iterator[Hostile]:
    """Yield .npy headers that lie."""
    bodies = {
        "4_tib": npy("(1048576, 1048576)"), "overflow": npy("(4611686018427387904, 4)"),
        "negative": npy("(-16,)", body=bytes(64)), "true": npy("(True,)", body=bytes(4)),
        "code": npy("__import__('os').system('id')"), "object": npy("(1,)", "'|O'", b"\x80\x04N."),
        "nothing": npy("(16,)"), "more": npy("(16,)", body=bytes(640)), "text": b"no array",
        "version_3": npy("(16,)", body=bytes(64), version=3), "version_9": npy("(16,)", version=9),
        "long": npy("(" + "1," * 20_000 + ")"), "deep": npy("(" * 900 + ")" * 900),
        "nested_dtype": npy("(1,)", "[('a', [('b', '<f4', (2147483647, 2147483647))])]"),
        "huge_dtype": npy("(1,)", "'<f4, ' * 10"), "void": npy("(1,)", "'|V2147483647'"),
    }  # fmt: skip
    for name, body in bodies.items():
        yield one(f"npy_{name}", f"an .npy whose header lies: {name}",
                  with_member("bias_0.npy", body), "weights.npz")  # fmt: skip
    yield one("npz_pickle_member", "a pickle beside the arrays",
              with_member("kernel_2.pkl", pickle.dumps(Run())), "weights.npz")  # fmt: skip


# ── HDF5 ────────────────────────────────────────────────────────────────────────────────────────


def h5(spoil: Callable[[h5py.File], object] = lambda file: None, without: int = -1) -> bytes:
    """Return the .weights.h5 of the good arrays, spoilt; one place may be left free."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for k, (place, array) in enumerate(zip(PLACES, good().values(), strict=True)):
            if k != without:
                file[place] = np.ascontiguousarray(array, "<f4")
        spoil(file)
    return held.getvalue()


def dataset(which: int, **settings: Any) -> bytes:
    """Return it with one data set made in another way."""
    return h5(lambda file: file.create_dataset(PLACES[which], **settings), without=which)


def hdf5(canary: Path) -> Iterator[Hostile]:
    for name, target in (("canary", canary), ("passwd", Path("/etc/passwd"))):
        external = [(str(target), 0, 64)]
        layout = h5py.VirtualLayout((16,), "<f4")
        layout[:] = h5py.VirtualSource(str(target), "x", (16,))
        link = h5py.ExternalLink(str(target), "/x")
        kinds = {
            "raw": dataset(1, shape=(16,), dtype="<f4", external=external),
            "virtual": h5(lambda file, it=layout: file.create_virtual_dataset(PLACES[1], it),
                          without=1),
            "link": h5(lambda file, link=link: file.__setitem__(PLACES[1], link), without=1),
        }  # fmt: skip
        for kind, data in kinds.items():
            yield one(f"h5_{kind}_{name}", f"numbers of {target}: {kind}", data, "model.weights.h5")
    made: dict[str, bytes] = {
        "4_tib": dataset(0, shape=(2**20, 2**20), dtype="<f4"),
        "declared": dataset(0, shape=(64, 16), dtype="<f4"),
        "chunked_bomb": dataset(0, shape=(2**14, 2**14), dtype="<f4", chunks=(2**10, 2**10),
                                compression="gzip", fillvalue=1),
        "gzip": dataset(0, data=good()["kernel_0"], compression="gzip"),
        "float64": dataset(0, data=good()["kernel_0"].astype("f8")),
        "whole": dataset(1, data=np.zeros(16, "i4")), "texts": dataset(1, data=[b"a"] * 16),
        "vlen": dataset(1, shape=(16,), dtype=h5py.vlen_dtype(np.dtype("f4"))),
        "references": dataset(1, shape=(16,), dtype=h5py.ref_dtype),
        "nan": dataset(1, data=np.full(16, np.nan, "f4")),
        "rank_32": dataset(1, data=np.zeros((1,) * 32, "f4")),
        "nothing": dataset(1, data=h5py.Empty("f4")),
        "soft_link": h5(lambda file: file.__setitem__(PLACES[1], h5py.SoftLink("/" + PLACES[3])),
                        without=1),
        "cycle": h5(lambda file: file["layers/dense/vars"].__setitem__("1", file["layers"]),
                    without=1),
        "cycle_of_links": h5(lambda file: file.__setitem__(PLACES[1], h5py.SoftLink(PLACES[1])),
                             without=1),
        "named_type": h5(lambda file: file.__setitem__(PLACES[1], np.dtype("f4")), without=1),
        "conv2d": h5(lambda file: file.create_group("layers/conv2d")),
        "more_vars": h5(lambda file: file.create_group("layers/dense/vars/2")),
        "old_keras": h5(lambda file: file.move("layers", "model_weights")),
        "many": h5(lambda file: [file.create_group(f"layers/dropout_{k}") for k in range(1, 2000)]),
        "user_block": bytes(512) + h5(), "no_file": b"\x89HDF\r\n\x1a\n" + bytes(2000),
    }  # fmt: skip
    for name, data in made.items():
        yield one(f"h5_{name}", f".weights.h5: {name}", data, "model.weights.h5")
    for part in (1, 5, 10, 15, 19):
        whole = h5()
        yield one(f"h5_cut_{part}", f"{part} twentieths", whole[: len(whole) * part // 20], "m.h5")
    for k, data in enumerate(mutations(h5(), 6, seed=23)):
        yield one(f"h5_damaged_{k}", "an .h5 with changed bytes", data, "m.h5", measured=True)


# ── Keras ───────────────────────────────────────────────────────────────────────────────────────


def layer(kind: str, module: str = "keras.layers", registered: Any = None, **config: Any) -> Any:
    return {"module": module, "class_name": kind, "config": config, "registered_name": registered}


# fmt: off
def keras(*between: Any, config: bytes = b"", members: Mapping[str, bytes] | None = None,
          model: str = "Sequential", weights: bytes | None = None, **more: Any) -> bytes:
    """Return model.keras of the good arrays, with layers between its two, or another config."""
    layers = [layer("InputLayer", batch_shape=[None, 64]),
              layer("Dense", units=16, activation="sigmoid"), *between,
              layer("Dense", units=10, activation="softmax")]  # fmt: skip
    text = as_json({"class_name": model, "config": {"layers": layers}, **more})
    return zipped({"metadata.json": b'{"keras_version": "3.13.2"}', "config.json": config or text,
                   "model.weights.h5": h5() if weights is None else weights, **(members or {})})
# fmt: on


def keras_files(canary: Path) -> Iterator[Hostile]:
    code = base64.b64encode(marshal.dumps(compile("__import__('os').system('id')", "", "eval")))
    function = {"class_name": "__lambda__", "config": {"code": code.decode()}}
    system = {
        "module": "os",
        "class_name": "function",
        "config": "system",
        "registered_name": "system",
    }
    made: dict[str, bytes] = {
        "lambda": keras(layer("Lambda", function=function, arguments={})),
        "os_system": keras(layer("system", module="os")),
        "builtin": keras(layer("function", module="builtins", registered="eval")),
        "any_module": keras(layer("run", module="subprocess", args="id")),
        "registered": keras(layer("Dense", registered="evil>Dense", units=16, activation="relu")),
        "activation_code": keras(layer("Activation", activation=system)),
        "activation_import": keras(layer("Activation", activation="os.system")),
        "torch": keras(layer("TorchModuleWrapper", module="keras.src.utils.torch_utils",
                             **{"lora": "x"})),
        "tfsm": keras(layer("TFSMLayer", filepath=str(canary))),
        "lookup": keras(layer("StringLookup", vocabulary=str(canary))),
        "nested": keras(layer("Sequential", layers=[layer("Lambda", function=function)])),
        "conv2d": keras(layer("Conv2D", filters=3)),
        "rescaling": keras(layer("Rescaling", scale=1)),
        "many": keras(*[layer("Dropout", rate=0.1)] * 10_000),
        "custom_model": keras(model="Evil"), "dict": keras(config=b"{}"),
        "text": keras(config=b'"x"'),
        "layers_text": keras(config=b'{"class_name": "Sequential", "config": {"layers": "Dense"}}'),
        "registered_model": keras(registered_name="evil>Model"),
        "deep": keras(config=deep()), "nan": keras(config=b'{"x": NaN}'),
        "no_weights": keras(weights=b""), "weights_zip": keras(weights=npz()),
        "raw_storage": keras(weights=dataset(1, shape=(16,), dtype="<f4",
                                             external=[(str(canary), 0, 64)])),
        "traversal": keras(members={"../../escaped": b"x"}),
        "absolute": keras(members={"/x": b"x"}),
        "assets": keras(members={"assets/layers/x/vocabulary.txt": b"x"}),
        "three_layers": keras(layer("Dense", units=16, activation="relu")),
        "branch": keras(model="Functional"), "cut": keras()[:3000],
    }  # fmt: skip
    for name, data in made.items():
        yield one(f"keras_{name}", f"model.keras: {name}", data, "model.keras")
    evil = layer("system", module="os")
    yield one("keras_compile", "a compile_config that names os.system", keras(compile_config=evil),
              "model.keras", measured=True)  # fmt: skip


# ── notebooks ───────────────────────────────────────────────────────────────────────────────────


def encoded(**changed: Any) -> dict[str, Any]:
    """Return the good arrays as a notebook's output has them; some changed."""
    held: dict[str, Any] = {
        name: {"shape": list(array.shape), "dtype": "float16",
               "data": base64.b64encode(array.astype("<f2").tobytes()).decode()}
        for name, array in good().items()
    }  # fmt: skip
    return {**held, "activations": ["sigmoid", "softmax"], **changed}


def notebook(*bundles: Any, **more: Any) -> bytes:
    """Return a notebook whose outputs are these."""
    outputs = [{"output_type": "display_data", "data": each, "metadata": {}} for each in bundles]
    cell = {"cell_type": "code", "source": [], "metadata": {}, "outputs": outputs}
    return as_json({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell], **more})


def carried(**weights: Any) -> dict[str, Any]:
    """Return an output of mnistlab.submit."""
    about = {"schema_version": 1, "student_id": "mallory", "config": {}, "dataset": {}}
    return {SUBMISSION: {"submission": about, "weights": encoded(**weights), "worksheet": None}}


def array(shape: Any, dtype: Any = "float16", data: Any = "AAAA") -> dict[str, Any]:
    return {"shape": shape, "dtype": dtype, "data": data}


def notebooks() -> Iterator[Hostile]:
    good_one, empty = carried(), {"text/plain": "x"}
    widgets = {"metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": []}}}
    record = small_run("mallory").record()
    made: dict[str, bytes] = {
        "no_outputs": notebook(),
        "no_record": notebook({"text/html": "<script>alert(1)</script>"}),
        "version_3": notebook(good_one, nbformat=3),
        "version_text": notebook(good_one, nbformat="4"),
        "cells_dict": notebook(cells={}),
        "cells_odd": notebook(cells=[1, None, [], {"outputs": {}}]),
        "many_cells": notebook(cells=[{}] * 6000), "many_outputs": notebook(*[empty] * 11_000),
        "deep": b'{"nbformat": 4, "cells": ' + deep() + b"}",
        "brackets": b'{"nbformat": 4, "cells": ' + b"[" * 10**6,
        "quotes": b'{"nbformat": 4, "x": "' + b"\\\"" * 10**6,
        "cut": notebook(good_one)[:-500], "utf16": notebook(good_one).decode().encode("utf-16"),
        "latin1": notebook(good_one)[:-1] + b', "x": "\xe9"}',
        "record_deep": notebook({SUBMISSION: deep().decode()}),
        "record_text": notebook({SUBMISSION: "x"}), "record_list": notebook({SUBMISSION: [1]}),
        "record_nan": notebook({SUBMISSION: {"submission": {}, "weights": float("nan")}}),
        "no_base64": notebook(carried(bias_0=array([16], data="!!!!"))),
        "short": notebook(carried(bias_0=array([16]))),
        "huge_shape": notebook(carried(kernel_0=array([2**31, 2**31]))),
        "negative": notebook(carried(bias_0=array([-16]))),
        "object": notebook(carried(bias_0=array([16], "object"))),
        "dtype_list": notebook(carried(bias_0=array([16], [["a", "O"]]))),
        "shape_text": notebook(carried(bias_0=array("16"))),
        "shape_true": notebook(carried(bias_0=array([True]))),
        "extra": notebook(carried(__class__=array([1]))),
        "nan": notebook(carried(bias_0=array([16], data="AH4AfgB+" * 5 + "AH4="))),
        "claim_only": notebook({RESULT: record}),
        "worksheet_only": notebook({WORKSHEET: sheet("m")}),
        "values": b'{"nbformat": 4, "cells": [' + b"0," * 3_000_000 + b"0]}",
        "one_line": b'{"nbformat": 4, "x": "' + b"x" * 10**7 + b'"}',
    }  # fmt: skip
    for name, data in made.items():
        yield one(f"book_{name}", f"a notebook: {name}", data, "lab.ipynb")
    yield one("book_widgets", "widget metadata without a state", notebook(good_one, **widgets),
              "lab.ipynb", measured=True)  # fmt: skip
    yield one("book_activations", "an activation that is code",
              notebook(carried(activations=["os.system('id')"] * 2)), "lab.ipynb")  # fmt: skip


def records() -> Iterator[Hostile]:
    """Yield JSON files that hold no network."""
    record = small_run("mallory").record()
    made = {
        "result": as_json({**record, "test_accuracy": 1.0}), "sheet": as_json(sheet("mallory")),
        "deep": deep(), "other": b'{"a": 1}', "list": b"[1, 2]", "bom": b"\xef\xbb\xbf{}",
        "unclosed": b"{", "nan": b'{"config": NaN}', "config_text": b'{"config": "x"}',
        "keys": b"{" + b",".join(b'"%d":0' % k for k in range(10**5)) + b"}",
    }  # fmt: skip
    for name, data in made.items():
        yield one(f"record_{name}", f"a JSON file: {name}", data, "result.json")
    yield Hostile("several", {"a.keras": b"PK\3\4", "b.zip": b"", "c.ipynb": b"{", "d.h5": b"x"},
                  "four files, none of which can be read")  # fmt: skip
    yield Hostile("many_files", {f"{k}.txt": b"x" for k in range(3000)}, "3,000 files")
