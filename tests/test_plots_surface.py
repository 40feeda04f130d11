"""Error surfaces: the plane of a training, its grid of errors, the picture."""

from typing import Any

import numpy as np
import pytest

from mnistlab.classic import units
from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import InputError
from mnistlab.plots.surface import around, error_surface, grid_of, plane_of

A, B = np.array([0.0, 1.0, 2.0]), np.array([0.0, 10.0])
ERRORS = [[4.0, 1.0, 2.0], [6.0, 3.0, 8.0]]  # rows at b = 0 and b = 10


def trained() -> tuple[ClassicNetwork, list[Any], Any, Any]:
    """Return a small network, its weights by epoch, and its patterns and classes."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 3))
    y = (x[:, 0] > 0).astype(int)
    network = ClassicNetwork((3, 4, 2), seed=2, dtype="float64", kernel="numpy")
    network.compile(learning_rate=0.5)
    weights = [network.get_weights()]
    for _ in range(4):
        network.fit(x, y, epochs=1, batch_size=4, verbose=0)
        weights.append(network.get_weights())
    return network, weights, x, y


# ── the plane ───────────────────────────────────────────────────────────────────────────────────


def test_the_plane_ends_at_the_origin_and_begins_at_its_left() -> None:
    _, weights, _, _ = trained()
    plane = plane_of(weights)
    assert plane.path.shape == (5, 2) and (plane.path[-1] == 0).all()
    assert (plane.path[0] <= 0).all()
    assert np.allclose(plane.directions @ plane.directions.T, np.eye(2))
    assert 0.9 < plane.share <= 1


def test_no_plane_through_the_last_weights_holds_more_of_the_path() -> None:
    _, weights, _, _ = trained()
    flat = np.array([np.concatenate([part.ravel() for part in one]) for one in weights])
    moved = flat - flat[-1]
    # by another computation: the two largest eigenvalues of M Mᵀ, over their sum
    sizes = np.linalg.eigvalsh(moved @ moved.T)
    assert plane_of(weights).share == pytest.approx(sizes[-2:].sum() / sizes.sum())


def test_a_path_within_a_plane_is_kept_as_it_is() -> None:
    plane = plane_of([[[0.0, 3.0]], [[0.0, 1.0]], [[4.0, 0.0]]])
    lengths = np.linalg.norm(plane.path, axis=1)
    assert np.allclose(lengths, [5.0, np.sqrt(17), 0.0]) and plane.share == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([[[1.0, 2.0]], [[2.0, 2.0]]], "at least three moments, but got 2"),
        ([[[1.0, 2.0]]] * 3, "same after every epoch"),
        ([[[1.0, 2.0]], [[1.0]], [[1.0]]], r"same number of weights.*\[1, 2\]"),
        ([[[1.0]], [[2.0]], [[3.0]]], "at least 2"),
        ([[], [], []], "no weights"),
        ([[[1.0, float("nan")]]] * 3, "diverged"),
        ([["a"]] * 3, "array of numbers"),
    ],
)
def test_what_makes_no_plane_is_refused(weights: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plane_of(weights)


# ── the grid ────────────────────────────────────────────────────────────────────────────────────


def test_the_grid_holds_the_loss_of_the_network_with_those_weights() -> None:
    network, weights, x, y = trained()
    plane = plane_of(weights)
    a, b = plane.axes(4)
    found = grid_of(weights[-1], plane.directions, a, b, activations=network.activations,
                    x=x, desired=y, loss=network.loss)  # fmt: skip
    assert found.shape == (4, 4) and found.dtype == np.float64
    centre = np.concatenate([part.ravel() for part in weights[-1]])
    for row, column in [(0, 0), (3, 1), (2, 3)]:
        place = centre + a[column] * plane.directions[0] + b[row] * plane.directions[1]
        pieces = np.split(place, np.cumsum([part.size for part in weights[-1]])[:-1])
        network.set_weights([p.reshape(w.shape) for p, w in zip(pieces, weights[-1], strict=True)])
        output = network.predict(x)  # (40, 2)
        assert found[row, column] == pytest.approx(-np.log(output[np.arange(40), y]).mean())


def test_a_subset_is_evenly_chosen_and_parts_add_up() -> None:
    w, b = np.ones((1, 1)), np.zeros(1)
    x = np.arange(1001.0)[:, None] / 1000
    grid: Any = ([w, b], np.eye(2), [0.0, 1.0], [0.0, 1.0])
    more: Any = {"activations": ["linear"], "x": x, "desired": np.zeros((1001, 1)),
                 "loss": "mean_squared_error"}  # fmt: skip
    three = grid_of(*grid, **more, patterns=3)  # x = 0, 0.5, 1
    assert three.tolist() == pytest.approx(np.array([[1.25, 5.0], [7.25, 14.0]]) / 3)
    every = grid_of(*grid, **more, patterns=5000)  # 1,001 in three parts
    assert every[0, 0] == pytest.approx(float(np.mean(x**2)))


def test_the_grid_computes_in_the_weights_dtype_and_takes_float32() -> None:
    w, b = np.ones((784, 1), np.float32), np.zeros(1, np.float32)
    found = grid_of([w, b], np.ones((2, 785)), [0, 1e-3], [0, 1], activations=["sigmoid"],
                    x=np.full((2, 784), 0.01), desired=[0, 1], loss="lecture")  # fmt: skip
    net_input = np.array([[7.84]])
    expected = [units.loss("lecture", "sigmoid", net_input, units.sigmoid(net_input),
                           np.array([[d]]))[0] for d in (0.0, 1.0)]  # fmt: skip
    assert found[0, 0] == pytest.approx(np.mean(expected), rel=1e-4)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weights": [np.ones((2, 1))]}, "weights must be .kernel, bias"),
        ({"weights": [np.ones((2, 1)), np.ones(3)]}, "weights must be .kernel, bias"),
        ({"weights": []}, "weights must be .kernel, bias"),
        ({"activations": ["sigmoid", "sigmoid"]}, "one activation for each pair"),
        ({"activations": ["sigmid"]}, "Did you mean 'sigmoid'"),
        ({"directions": np.ones((2, 4))}, "two rows of 3 finite numbers"),
        ({"directions": np.full((2, 3), np.nan)}, "two rows of 3 finite numbers"),
        ({"a": [1, 0]}, "a must hold at least 2 rising numbers"),
        ({"b": [0]}, "b must hold at least 2 rising numbers"),
        ({"loss": "squared"}, "loss='squared' is not known"),
        ({"x": [[1.0]]}, "the network takes"),
        ({"x": np.empty((0, 2)), "desired": []}, "pattern"),
        ({"desired": [1, 0]}, "y has 2 rows"),
        ({"patterns": 0}, "patterns must be at least 1"),
    ],
)
def test_what_makes_no_grid_is_refused(changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {
        "weights": [np.ones((2, 1)), np.zeros(1)], "directions": np.ones((2, 3)), "a": [0, 1],
        "b": [0, 1], "activations": ["sigmoid"], "x": [[1.0, 2.0]], "desired": [1],
        "loss": "lecture",
    }  # fmt: skip
    assert grid_of(**given).shape == (2, 2)
    with pytest.raises(InputError, match=message):
        grid_of(**{**given, **changed})


# ── the picture ─────────────────────────────────────────────────────────────────────────────────


def test_the_caption_has_the_extremes_and_the_ends_of_the_path() -> None:
    # at (0.5, 5): mean of 4, 1, 6, 3; at (1, 0): 1
    picture = error_surface(ERRORS, A, B, path=[[0.5, 5.0], [1.0, 0.0]])
    assert picture.caption == (
        "Error over 3 × 2 points of the plane: lowest 1 at (1, 0), highest 8; "
        "the path of 2 points goes from 3.5 to 1."
    )
    assert picture.alt.endswith(picture.caption) and "direction 1 and direction 2" in picture.alt
    flat, raised = picture.axes
    drawn = np.array(raised.lines[0].get_data_3d())  # type: ignore[attr-defined]
    assert drawn.tolist() == [[0.5, 1.0], [5.0, 0.0], [3.5, 1.0]]
    assert [line.get_marker() for line in flat.lines] == ["o", "s", "*"]
    assert [text.get_text() for text in picture.legends[0].get_texts()] == [
        "path of the training", "where it begins", "where it ends",
    ]  # fmt: skip


def test_the_heights_on_the_last_row_and_column_are_those_of_the_grid() -> None:
    raised: Any = error_surface(ERRORS, A, B, path=[[2.0, 10.0], [0.0, 10.0], [2.0, 0.0]]).axes[1]
    assert raised.lines[0].get_data_3d()[2].tolist() == [8.0, 6.0, 2.0]


def test_a_function_is_asked_at_each_point_around_the_path() -> None:
    picture = error_surface(lambda a, b: a + 10 * b, path=[[0, 0], [4, 2]])
    assert "over 25 × 25 points" in picture.caption and "from 0 to 24." in picture.caption
    assert picture.axes[0].get_xlim() == (-1.0, 5.0)
    alone = error_surface(lambda a, b: a * a + b * b)
    assert alone.axes[0].get_xlim() == (-1.5, 1.5) and not alone.legends
    assert error_surface(lambda a, b: a, [0, 1], [0, 2]).axes[0].get_ylim() == (0.0, 2.0)


def test_names_title_and_png(tmp_path: Any) -> None:
    picture = error_surface(ERRORS, A, B, axis_names=("w 1\n", "w 2"), title="Mine")
    assert picture.title == "Mine" and picture.axes[0].get_xlabel() == "w 1"
    assert picture.save(tmp_path / "surface.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e30])
def test_flat_tiny_and_huge_errors_are_drawn(scale: float) -> None:
    path = np.stack([np.linspace(0, 2, 1000), np.linspace(0, 10, 1000)], axis=1)
    assert error_surface(scale * np.array(ERRORS), A, B, path)._repr_png_()


def test_room_around_a_path() -> None:
    a, b = around([[0.0, 0.0]], points=2)
    assert a.tolist() == b.tolist() == [-1.0, 1.0]
    a, b = around([[0.0, 1.0], [8.0, 1.0]], points=3)  # a line has an eighth beside it
    assert (a.tolist(), b.tolist()) == ([-2.0, 4.0, 10.0], [0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": None}, "A grid of errors needs its places"),
        ({"error": [[1.0, 2.0]]}, "2 rows, one for each b, and 3 columns"),
        ({"error": [[1, 2, 3], [4, float("nan"), float("inf")]]}, "NaN or infinite at 2 points"),
        ({"error": "abc"}, "error must be an array of numbers"),
        ({"a": [0, 0, 1]}, "a must hold at least 2 rising"),
        ({"a": [0, 1, float("nan")]}, "a must hold at least 2 rising"),
        ({"path": [[0.0, 0.0, 0.0]]}, "path must hold"),
        ({"path": [[float("nan"), 0.0]]}, "path must hold"),
        ({"path": [[3.0, 0.0]]}, "path goes from a = 3 to 3, but the grid from 0 to 2"),
        ({"path": [[0.0, -1.0]]}, "path goes from b = -1"),
        ({"axis_names": "ab"}, "axis_names must be two names"),
    ],
)
def test_what_makes_no_surface_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        error_surface(**{"error": ERRORS, "a": A, "b": B, **given})
