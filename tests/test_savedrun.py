"""Reading a run's folder: what isn't whole, not ours or not believable is an InputError."""

import itertools
import json
import pickle
import re
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mnistlab import savedrun
from mnistlab.errors import InputError
from mnistlab.experiment import run_experiment
from mnistlab.results import DatasetInfo, ExperimentResult


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return what lies in a saved run: result.json as a record, weights.npz as arrays."""
    folder = tmp_path_factory.mktemp("runs") / "a"
    run_experiment(
        dataset="digits", engine="classic", hidden_units=4, epochs=1, out=folder, verbose=0
    )
    with np.load(folder / "weights.npz") as weights:
        return json.loads((folder / "result.json").read_text()), dict(weights)


@pytest.fixture
def record(files):
    return json.loads(json.dumps(files[0]))


@pytest.fixture
def weights(files):
    return {name: array.copy() for name, array in files[1].items()}


@pytest.fixture
def folder(tmp_path, record, weights):
    """Return the folder of a run, for the test to spoil."""
    return write(tmp_path / "run", record, weights)


def write(folder, record=None, weights=None):
    """Write a run's folder: a record, or the text of one."""
    folder.mkdir(exist_ok=True)
    if record is not None:
        text = record if isinstance(record, str) else json.dumps(record)
        (folder / "result.json").write_text(text)
    if weights is not None:
        np.savez(folder / "weights.npz", **weights)
    return folder


def refusal(folder):
    """Return what is said of a folder, which is the same by both ways in."""
    with pytest.raises(InputError) as caught:
        savedrun.read(folder)
    with pytest.raises(InputError, match=re.escape(str(caught.value))):
        ExperimentResult.load(folder)
    return str(caught.value)


def test_a_whole_run_is_read(folder, record, weights):
    saved = savedrun.read(folder)
    assert saved.record == record
    assert saved.layer_sizes == (64, 4, 10)
    assert saved.config.hidden_units == (4,)
    names = ("kernel_0", "bias_0", "kernel_1", "bias_1")
    for name, array in zip(names, saved.weights, strict=True):
        assert array.tobytes() == weights[name].tobytes()
    assert saved.dataset(DatasetInfo).image_shape == (8, 8)
    assert saved.dataset(DatasetInfo).class_names == tuple("0123456789")


def test_a_record_of_the_first_version_is_enough_as_it_is_documented(tmp_path, record, weights):
    # All that DESIGN of version 1 names, and nothing else: readable for ever.
    for name in ("layer_sizes", "completed"):
        del record[name]
    for name in ("class_names", "image_shape", "scale"):
        del record["dataset"][name]
    result = ExperimentResult.load(write(tmp_path, record, weights))
    assert result.completed
    assert result.dataset.image_shape is None
    assert result.predict(np.zeros((2, 64))).shape == (2, 10)


def test_what_later_versions_add_does_no_harm(tmp_path, record, weights):
    record["dataset"]["colour"] = "grey"
    record["weather"] = "fair"
    assert ExperimentResult.load(write(tmp_path, record, weights)).dataset.name == "digits"


def test_several_hidden_layers_are_read(tmp_path):
    made = run_experiment(dataset="iris", engine="classic", hidden_units=(4, 3), epochs=1,
                          out=tmp_path / "a", verbose=0)  # fmt: skip
    assert savedrun.read(made.folder).config.hidden_units == (4, 3)
    made = run_experiment(dataset="iris", engine="classic", hidden_units=(), epochs=1,
                          out=tmp_path / "b", verbose=0)  # fmt: skip
    assert savedrun.read(made.folder).layer_sizes == (4, 3)


# ── result.json ─────────────────────────────────────────────────────────────────────────────────


def test_a_folder_without_a_run(tmp_path):
    assert "holds no run: result.json isn't there" in refusal(tmp_path)
    assert "holds no run: result.json isn't there" in refusal(tmp_path / "nowhere")


def test_a_file_in_the_place_of_a_folder(tmp_path):
    file = tmp_path / "file"
    file.write_text("{}")
    assert "can't be read" in refusal(file)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"schema_version": 1, ',
        b"no JSON",
        b"\xff\xfe\x00",
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"schema_version": 1, "test_loss": NaN}',
        b'{"schema_version": 1, "test_loss": -Infinity}',
        b'{"schema_version": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "brace", "truncated", "text", "binary", "deep list", "deep mapping", "NaN",
         "Infinity", "long number"],
)  # fmt: skip
def test_what_is_no_json_cant_be_read(content, folder):
    (folder / "result.json").write_bytes(content)
    assert "result.json can't be read (" in refusal(folder)


def test_a_truncated_record_cant_be_read_wherever_it_ends(folder):
    text = (folder / "result.json").read_text()
    for end in range(0, len(text) - 1, 97):
        (folder / "result.json").write_text(text[:end])
        assert "can't be read" in refusal(folder)


def test_a_folder_in_the_place_of_the_record(tmp_path):
    (tmp_path / "result.json").mkdir()
    assert "can't be read" in refusal(tmp_path)


@pytest.mark.parametrize("record", ["[]", "5", "null", '"text"', "{}"])
def test_json_that_is_no_record(record, tmp_path):
    assert "is no record of a run" in refusal(write(tmp_path, record))


@pytest.mark.parametrize("version", ["1", None, 1.0, True, 0, -1, [1]])
def test_a_version_is_a_whole_number_from_1_on(version, tmp_path, record):
    record["schema_version"] = version
    assert "has no schema_version" in refusal(write(tmp_path, record))


def test_a_newer_version_says_to_update(tmp_path, record):
    record["schema_version"] = 2
    said = refusal(write(tmp_path, record))
    assert "is of version 2, written by a newer mnistlab" in said
    assert "pip install --upgrade mnistlab" in said


NEEDED = ("config", "dataset", "parameters", "test_loss", "test_accuracy", "test_metrics",
          "history", "confusion_matrix", "seconds", "environment")  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("wrong", ["absent", None, "text", True, [], [[]], -1.5e308])
def test_a_part_that_is_missing_or_of_the_wrong_type_is_named(name, wrong, folder, record):
    if wrong == "absent":
        del record[name]
    else:
        record[name] = wrong
    write(folder, record)
    if wrong is None and name == "confusion_matrix":
        name = "test_accuracy"  # a regression has neither
    if wrong is None and name == "test_accuracy":
        said = "'(confusion_matrix|test_accuracy)' is missing or of the wrong type"
        assert re.search(said, refusal(folder))
    else:
        assert f"is damaged: {name!r} is missing or of the wrong type" in refusal(folder)


@pytest.mark.parametrize(
    ("part", "name", "wrong"),
    [
        ("history", "loss", "abc"),
        ("history", "loss", [None]),
        ("history", "loss", [[1.0]]),
        ("history", "loss", ["0.5"]),
        ("seconds", "fit", "long"),
        ("test_metrics", "mae", None),
        ("environment", "python", 3.11),
    ],
)
def test_a_part_whose_parts_are_of_the_wrong_type_is_named(part, name, wrong, folder, record):
    record[part][name] = wrong
    write(folder, record)
    assert f"is damaged: {part!r} is" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("name", None), ("name", 5), ("digest", []), ("source", {}), ("n_train", "60000"),
        ("n_test", -1), ("n_test", 1.5), ("class_names", "0123456789"), ("class_names", [0, 1]),
        ("image_shape", [8]), ("image_shape", "8x8"), ("image_shape", None), ("scale", 0),
        ("scale", "16"), ("scale", None),
    ],
)  # fmt: skip
def test_what_is_said_of_the_data_set_is_checked(name, wrong, folder, record):
    record["dataset"][name] = wrong
    write(folder, record)
    assert f"is damaged: {name!r} is" in refusal(folder)


@pytest.mark.parametrize(
    "matrix",
    [[], [[1, 2]], [[1], [2]], [[1, 2], [3]], [[1.5]], [[-1]], [[2**63]], [["1"]], [[[1]]]],
)
def test_a_confusion_matrix_is_a_square_of_counts(matrix, folder, record):
    record["confusion_matrix"] = matrix
    write(folder, record)
    assert "'confusion_matrix' is" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("seed", -1, "seed must be at least 0"),
        ("epochs", "5", "epochs must be a number"),
        ("epochs", 1e999, "can't be read|epochs must be a finite number"),
        ("hidden_units", [], "isn't the one in result.json"),
        ("hidden_units", [4, 4], "isn't the one in result.json"),
        ("hidden_units", {}, "is no number of units"),
        ("hidden_activation", ["sigmoid"], "is not known"),
        ("loss", "binary_crossentropy", "doesn't belong"),
        ("colour", "grey", "colour is no setting"),
    ],
)
def test_a_config_that_cant_be_is_named(name, wrong, said, folder, record):
    record["config"][name] = wrong
    text = json.dumps(record).replace("Infinity", "1e999")
    assert re.search(said, refusal(write(folder, text)))


def test_a_config_that_cant_be_names_the_file(folder, record):
    record["config"]["seed"] = -1
    assert "result.json is damaged: seed must be" in refusal(write(folder, record))


# ── weights.npz ─────────────────────────────────────────────────────────────────────────────────


def test_a_run_without_weights(folder):
    (folder / "weights.npz").unlink()
    assert "without weights there is no network" in refusal(folder)


class Trap:
    """Something that leaves a trace when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (Path.touch, (self.trace,))


def test_pickles_are_never_opened(folder, weights, tmp_path):
    trace = tmp_path / "trace"
    trap = np.array([Trap(trace)], dtype=object)
    np.savez(folder / "weights.npz", **{**weights, "bias_0": trap})
    assert "can't be read" in refusal(folder)
    (folder / "weights.npz").write_bytes(pickle.dumps(Trap(trace)))
    assert "can't be read" in refusal(folder)
    np.save(folder / "weights.npy", trap, allow_pickle=True)
    (folder / "weights.npy").replace(folder / "weights.npz")
    assert "can't be read" in refusal(folder)
    assert not trace.exists()


@pytest.mark.parametrize("content", [b"", b"PK", b"text", b"\x93NUMPY\x01\x00"])
def test_what_is_no_npz_cant_be_read(content, folder):
    (folder / "weights.npz").write_bytes(content)
    assert "weights.npz can't be read" in refusal(folder)


def test_a_single_array_is_no_npz(folder):
    np.save(folder / "one.npy", np.zeros(3))
    (folder / "one.npy").replace(folder / "weights.npz")
    assert "weights.npz can't be read" in refusal(folder)


def test_weights_that_end_early_or_are_spoilt_cant_be_read(folder):
    whole = (folder / "weights.npz").read_bytes()
    for end in range(0, len(whole), 211):
        (folder / "weights.npz").write_bytes(whole[:end])
        assert "can't be read" in refusal(folder)
    middle = len(whole) // 2
    (folder / "weights.npz").write_bytes(whole[:middle] + b"\x00" * 8 + whole[middle + 8 :])
    assert "can't be read" in refusal(folder)  # the check sum


def test_an_array_that_claims_to_be_huge_cant_be_read(folder, weights):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 10000000), }".ljust(117)
    huge = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + header.encode() + b"\n"
    with zipfile.ZipFile(folder / "weights.npz", "w") as file:
        for name in weights:
            file.writestr(f"{name}.npy", huge)
    assert "can't be read" in refusal(folder)


@pytest.mark.parametrize("change", [
    {"kernel_0": None},
    {"bias_1": None},
    {"kernel_2": np.zeros((10, 10), np.float32)},
    {"extra": np.zeros(3)},
    {"kernel_0": None, "kernel_00": np.zeros((64, 4))},
])  # fmt: skip
def test_weights_have_the_names_of_the_layers(change, folder, weights):
    changed = {n: a for n, a in {**weights, **change}.items() if a is not None}
    write(folder, weights=changed)
    assert "can't be read (it holds " in refusal(folder)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("kernel_0", np.zeros(64)),
        ("kernel_0", np.zeros((64, 5))),
        ("kernel_1", np.zeros((5, 10))),
        ("bias_0", np.zeros((4, 1))),
        ("bias_0", np.zeros(())),
        ("bias_0", np.zeros(4, np.int64)),
        ("bias_0", np.zeros(4, np.complex64)),
        ("bias_0", np.array(["0"] * 4)),
        ("bias_0", np.array([0, 0, np.nan, 0])),
        ("kernel_1", np.full((4, 10), np.inf)),
    ],
)
def test_arrays_that_make_no_network(name, array, folder, weights):
    write(folder, weights={**weights, name: array})
    assert "which make no network" in refusal(folder)


def test_no_arrays_make_no_network(folder):
    write(folder, weights={})
    assert "weights.npz holds arrays of shapes [], which make no network" in refusal(folder)


def network(*sizes):
    """Return weights of 0 for a network of these sizes."""
    found = {}
    for k, (n_in, n_out) in enumerate(itertools.pairwise(sizes)):
        found[f"kernel_{k}"], found[f"bias_{k}"] = np.zeros((n_in, n_out)), np.zeros(n_out)
    return found


@pytest.mark.parametrize("sizes", [(64, 5, 10), (64, 4, 4, 10), (64, 10), (49, 4, 10), (64, 4, 9)])
def test_weights_of_another_network_dont_belong_to_the_record(sizes, folder):
    write(folder, weights=network(*sizes))
    assert "isn't the one in result.json" in refusal(folder)


def test_images_have_as_many_pixels_as_the_network_has_inputs(folder, record):
    record["dataset"]["image_shape"] = [8, 9]
    assert "isn't the one in result.json" in refusal(write(folder, record))


def test_reading_a_spoilt_run_warns_of_nothing(folder):
    (folder / "weights.npz").write_bytes((folder / "weights.npz").read_bytes()[:-10])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refusal(folder)
