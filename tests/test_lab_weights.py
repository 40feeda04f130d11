"""lab/weights.py: arrays are a network, or the message says why they aren't."""

import doctest

import numpy as np
import pytest

from mnistlab.errors import SubmissionError
from mnistlab.lab import weights
from mnistlab.lab.weights import must_be_a_network, of_arrays, ordered_names
from tests.hostile_weights import ARRAYS

FOUR = list(ARRAYS.values())


def test_doctests():
    assert doctest.testmod(weights, optionflags=doctest.ELLIPSIS).failed == 0


def test_sizes_and_parameters_are_counted():
    made = of_arrays(FOUR, ["sigmoid", "softmax"])
    assert made.layer_sizes == (4, 3, 2)
    assert made.parameters == 4 * 3 + 3 + 3 * 2 + 2
    assert made.activations == ("sigmoid", "softmax")
    assert made.precision == "float32"


@pytest.mark.parametrize(("dtype", "given"), [("f2", "f4"), ("f4", "f4"), ("f8", "f8")])
def test_arrays_come_in_c_order_and_in_one_of_two_precisions(dtype, given):
    made = of_arrays([np.asfortranarray(one.astype(dtype)) for one in FOUR])
    assert made.precision == np.dtype(dtype).name
    for one, before in zip(made.arrays, FOUR, strict=True):
        assert one.dtype == given and one.flags.c_contiguous
        np.testing.assert_array_equal(one, before)


def test_the_widest_dtype_is_taken_and_the_lowest_precision_told():
    made = of_arrays([FOUR[0].astype("f8"), FOUR[1].astype("f2"), *FOUR[2:]])
    assert made.precision == "float16" and {one.dtype.name for one in made.arrays} == {"float64"}


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ([], "holds 0 arrays"),
        ([(4, 3)], "holds 1 arrays"),
        ([(4, 3), (2,)], r"kernel of shape \(4, 3\) and a bias of \(2,\)"),
        ([(4,), (4,)], "Only Dense layers"),
        ([(3, 3, 1, 8), (8,)], "Only Dense layers"),
        ([(4, 3), (3, 1)], "Only Dense layers"),
        ([(0, 3), (3,)], "Only Dense layers"),
        ([(-4, 3), (3,)], "Only Dense layers"),
        ([(4, 3), (3,), (5, 2), (2,)], "Layer 2 .* the layer before it has 3 units"),
        ([(1, 1), (1,)] * 21, "21 layers of weights; at most 20"),
        ([(10**4, 10**4), (10**4,)], "100,010,000 weights and biases; at most 50,000,000"),
        ([(10**900, 10**900), (10**900,)] * 9, "at most 50,000,000 parameters"),
    ],
)
def test_shapes_that_are_no_network(shapes, said):
    with pytest.raises(SubmissionError, match=said):
        must_be_a_network(shapes)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("where", "said"), [(0, "kernel of layer 1"), (3, "bias of layer 2")])
def test_numbers_that_are_not_finite(bad, where, said):
    arrays = [one.copy() for one in FOUR]
    arrays[where].flat[0] = bad
    with pytest.raises(SubmissionError, match=f"{said} holds 1 numbers.*smaller learning rate"):
        of_arrays(arrays)


@pytest.mark.parametrize("dtype", ["i4", "c8", "?", "S4", "O", "V4"])
def test_other_dtypes(dtype):
    with pytest.raises(SubmissionError, match="can be graded"):
        of_arrays([FOUR[0], np.zeros(3, dtype), *FOUR[2:]])


@pytest.mark.parametrize(
    ("activations", "said"),
    [(["sigmoid"], "1 activations for 2 layers"), (["os.system", "softmax"], "can't be graded")],
)
def test_activations_must_be_known(activations, said):
    with pytest.raises(SubmissionError, match=said):
        of_arrays(FOUR, activations)


def test_names_come_in_order():
    assert ordered_names(reversed(ARRAYS)) == list(ARRAYS)


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["kernel_0"],
        ["bias_0", "bias_1"],
        ["kernel_1", "bias_1"],
        ["kernel_0", "bias_0", "x" * 10_000, "../../x"],
        [f"{kind}_{k}" for k in range(21) for kind in ("kernel", "bias")],
    ],
)
def test_other_names(names):
    with pytest.raises(SubmissionError) as why:
        ordered_names(names)
    assert len(str(why.value)) < 400
