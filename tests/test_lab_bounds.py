"""Which settings are outside of the bounds that a lab sets, and in which words."""

import doctest

import pytest

from mnistlab.lab import bounds


def test_doctests():
    assert doctest.testmod(bounds).failed == 0


CASES = [
    ({"epochs": (1, 20)}, {"epochs": 20}, []),
    ({"epochs": (1, 20)}, {"epochs": 21}, ["epochs is 21; allowed is 1 to 20."]),
    ({"epochs": (1, 20)}, {"epochs": True}, ["epochs is True; allowed is 1 to 20."]),
    ({"epochs": (1, 20)}, {}, ["epochs is not stated; allowed is 1 to 20."]),
    ({"learning_rate": (0.1, 0.5)}, {"learning_rate": 0.1}, []),
    ({"batch_size": (32, "full")}, {"batch_size": "full"}, []),
    ({"optimizer": ("sgd", "adam")}, {"optimizer": "rmsprop"},
     ["optimizer is rmsprop; allowed is sgd or adam."]),
    ({"hidden_units": (1, 512)}, {"hidden_units": (512, 64)}, []),
    ({"hidden_units": (1, 512)}, {"hidden_units": [512, 64]}, []),
    ({"hidden_units": (1, 512)}, {"hidden_units": (512, 640)},
     ["hidden_units is (512, 640); allowed is 1 to 512."]),
    ({"hidden_units": (1, 512)}, {"hidden_units": ()},
     ["hidden_units is (); allowed is 1 to 512."]),
    ({"epochs": (1, 2), "order": ("random",)}, {"epochs": 3, "order": "sorted"},
     ["epochs is 3; allowed is 1 to 2.", "order is sorted; allowed is random."]),
]  # fmt: skip


@pytest.mark.parametrize(("within", "config", "said"), CASES)
def test_what_is_outside_is_said(within, config, said):
    assert bounds.outside(within, config) == said


def test_what_is_stated_is_listed():
    within = {"epochs": (1, 20), "optimizer": ("sgd",), "order": ("random",)}
    said = bounds.stated(within, {"epochs": 5, "optimizer": "sgd", "seed": 1})
    assert said == "epochs 5, optimizer sgd, order not stated"
