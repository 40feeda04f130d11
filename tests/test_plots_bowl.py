"""The error bowl: the terrain, the paths of gradient descent, the words."""

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import same_color

from mnistlab.classic import backprop
from mnistlab.errors import InputError
from mnistlab.plots.bowl import error_bowl

# OR: XᵀX/4 = [[.5, .25], [.25, .5]], Xᵀd/4 = (.5, .5), so w = (2/3, 2/3); errors 0, 1/3, 1/3, 1/3
# in absolute value, their squares' mean 1/12. The slope's matrix 2XᵀX/4 has eigenvalues 1/2, 3/2.
CAPTION = (
    "The error is least, 0.0833, at w = (0.667, 0.667). After 20 steps: β = 0.1: 0.109; "
    "β = 1: 0.0833; β = 1.3: 0.303; β = 1.4 left the picture at step 7. "
    "With β above 1.33 the steps grow."
)


def test_the_paths_are_those_of_the_lab_s_own_training_step() -> None:
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1, 1])
    flat = error_bowl(learning_rates=[0.1, 1.3], steps=20).axes[0]
    for beta, line in zip((0.1, 1.3), flat.lines, strict=False):
        w, b = np.array([[-1.0], [0.2]]), np.zeros(1)
        for step in range(21):
            assert np.allclose(line.get_xydata()[step], w[:, 0])  # type: ignore[index]
            backprop.step(x, y[:, None], [(w, b)], ["linear"], "mean_squared_error", beta)
            b[:] = 0.0  # the unit has no bias


def test_the_caption_has_the_least_error_the_ends_and_the_limit() -> None:
    picture = error_bowl()
    assert picture.caption == CAPTION
    assert picture.alt.endswith(CAPTION) and "(-1, 0.2)" in picture.alt
    assert picture.title == "The error bowl of a linear unit"
    assert error_bowl(title="Mine").title == "Mine"


def test_the_terrain_is_drawn_twice_with_its_axes_named() -> None:
    flat, raised = error_bowl().axes
    assert (flat.get_title(), raised.get_title()) == ("Seen from above", "Error as height")
    for axes in (flat, raised):
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("weight w₁", "weight w₂")
    assert raised.get_zlabel() == "error"  # type: ignore[attr-defined]
    assert flat.get_xlim()[0] < -1 < 2 < flat.get_xlim()[1]


def test_the_heights_are_mean_squared_errors() -> None:
    x, y = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]], [1.0, 2.0, -3.0]
    raised: Any = error_bowl(x, y, learning_rates=[0.05], steps=3, start=(0, 0)).axes[1]
    places = np.array(raised.lines[0].get_data_3d()).T  # (4, 3)
    for w_1, w_2, error in places:
        expected = np.mean((np.array(y) - np.array(x) @ [w_1, w_2]) ** 2)
        assert error == pytest.approx(expected)


def test_the_least_error_is_where_least_squares_puts_it() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(1000, 2)), rng.normal(size=1000)
    picture = error_bowl(x, y, learning_rates=[0.5])
    star = picture.axes[0].lines[-1]
    expected = np.linalg.lstsq(x, y, rcond=None)[0]
    assert np.allclose(star.get_xydata(), [expected]) and star.get_marker() == "*"


def test_a_diverging_path_is_cut_at_the_border() -> None:
    flat = error_bowl(learning_rates=[1.4]).axes[0]
    ends = np.asarray(flat.lines[0].get_xydata())
    assert len(ends) == 8  # the start, six steps inside, the border
    limits = [*flat.get_xlim(), *flat.get_ylim()]
    assert min(abs(place - limit) for place in ends[-1] for limit in limits) < 1e-9
    assert flat.lines[0].get_markevery() == list(range(7))  # none where it is cut
    assert "β = 1.4 (leaves)" in [line.get_label() for line in flat.lines]


@pytest.mark.parametrize("beta", [1e-300, 1e308])
def test_any_learning_rate_is_drawn(beta: float) -> None:
    picture = error_bowl(learning_rates=[beta], steps=3)
    assert np.isfinite(np.asarray(picture.axes[0].lines[0].get_xydata())).all()
    assert picture._repr_png_()


def test_a_path_that_converges_never_leaves() -> None:
    # curvatures 1 and 0.0001: a β just below 2 / 1 steps to and fro for long
    picture = error_bowl([[1.0, 0.0], [0.0, 0.01]], [0, 0], [1.999], 1000, start=(1, 1))
    assert "left the picture" not in picture.caption


def test_a_valley_has_its_foot_where_descent_arrives() -> None:
    picture = error_bowl([[1, 1]], [2], learning_rates=[0.5], start=(0, 1))
    # w_1 + w_2 = 2, straight ahead from (0, 1): (0.5, 1.5)
    assert "least, 0, at w = (0.5, 1.5) and all along a valley" in picture.caption
    assert picture._repr_png_()


def test_one_step_and_a_start_at_the_foot() -> None:
    picture = error_bowl([[1, 0], [0, 1]], [2, 3], [1.0], steps=1, start=(2, 3))
    assert "After 1 step: β = 1: 0." in picture.caption and picture._repr_png_()


def test_what_differs_differs_in_grey_too(tmp_path: Any) -> None:
    picture = error_bowl(learning_rates=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    *paths, star = picture.axes[0].lines
    assert len({line.get_marker() for line in paths}) == 7
    assert same_color(str(star.get_color()), "white")
    legend = [text.get_text() for text in picture.legends[0].get_texts()]
    assert legend == [f"β = 0.{k}" for k in range(1, 8)] + ["least error"]
    assert picture.save(tmp_path / "bowl.png").read_bytes()[1:4] == b"PNG"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"x": [[1, 2]]}, "x and y belong together"),
        ({"x": [[1, 2, 3]], "y": [1]}, r"shapes are \(1, 3\) and \(1,\)"),
        ({"x": [[1, 2]], "y": [1, 2]}, r"\(1, 2\) and \(2,\)"),
        ({"x": [[1, float("nan")]], "y": [1]}, "x or y holds NaN"),
        ({"x": [[1, 2]], "y": [float("inf")]}, "x or y holds NaN"),
        ({"x": [[0, 0]], "y": [1]}, "zeros only"),
        ({"learning_rates": []}, "1 to 7 values"),
        ({"learning_rates": [0.1] * 8}, "1 to 7 values"),
        ({"learning_rates": [0]}, "learning_rates must be above 0"),
        ({"learning_rates": "0.1"}, "array of numbers"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"start": (1,)}, "start must be two numbers"),
        ({"start": (1, float("nan"))}, "start must be two numbers"),
    ],
)
def test_what_makes_no_bowl_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        error_bowl(**given)
