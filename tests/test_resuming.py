"""Stopped anywhere, gone on with exactly: the same bits as if nothing had happened."""

import copy
import hashlib
import json

import numpy as np
import pytest

from mnistlab.checkpoint import State
from mnistlab.classic import kernels, resuming
from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import InputError
from mnistlab.history import History

RNG = np.random.default_rng(21)
X = (RNG.uniform(size=(130, 20)) * (RNG.uniform(size=(130, 20)) < 0.4)).astype(np.float32)
Y = RNG.integers(0, 3, 130)
EPOCHS = 4


class Killed(Exception):
    """The process ended here."""


class Keeper:
    """Keeps each State as a file would: bytes of the arrays, JSON of the rest."""

    def __init__(self, die_after=None):
        self.states, self.die_after = [], die_after

    def __call__(self, state):
        rest = {"sums": dict(state.sums), "history": dict(state.history)}
        arrays = {name: array.copy() for name, array in state.arrays.items()}
        self.states.append(State(state.epoch, state.batch, arrays, **json.loads(json.dumps(rest))))
        if len(self.states) == self.die_after:
            raise Killed


def network(compiling=None, **settings):
    made = ClassicNetwork((20, 9, 3), **{"seed": 5, "kernel": "numpy", **settings})
    made.compile(**(compiling or {}))
    return made


def digest(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


def left(trained):
    """Everything that a training leaves: weights, memory, numbers, History but for the seconds."""
    history = {name: v for name, v in trained.history.history.items() if name != "seconds"}
    memory = [array for slots in trained.optimizer.memory for array in slots.values()]
    numbers = trained.optimizer.numbers(), trained.epochs_trained, trained.history.stopped
    return digest(*trained.get_weights()), digest(*memory), numbers, history


def in_pieces(make, fit, cuts, **more):
    """Train in processes that are killed after so many States; return what the last one made."""
    state = None
    for die_after in [*cuts, None]:
        learner, keeper = make(), Keeper(die_after)
        try:
            learner.fit(X, Y, **{**fit, **more}, resume=state, keep=keeper)
        except Killed:
            state = keeper.states[-1]
            continue
        return learner
    raise AssertionError("it was never finished")


CASES = {
    "sgd": ({}, {}),
    "batch 1": ({}, {"batch_size": 1}),
    "full batch": ({}, {"batch_size": "full"}),
    "adam": ({"compiling": {"optimizer": "adam"}}, {}),
    "nadam": ({"compiling": {"optimizer": "nadam"}}, {}),
    "adadelta": ({"compiling": {"optimizer": "adadelta"}}, {}),
    "averages": ({"compiling": {"ema_momentum": 0.9, "weight_decay": 0.01}}, {}),
    "nadam with averages": ({"compiling": {"optimizer": "nadam", "ema_momentum": 0.9}}, {}),
    "dropout": ({"dropout": 0.3, "input_dropout": 0.1}, {}),
    "float64": ({"dtype": "float64", "compiling": {"optimizer": "rmsprop"}}, {}),
    "schedule": ({}, {"schedule": "one_cycle:4"}),
    "validation": ({}, {"validation_split": 0.2}),
    "stored order": ({}, {"shuffle": False}),
    "other patterns each epoch": ({}, {"images": lambda epoch: X * (1 + epoch)}),
    "patience": ({"compiling": {"learning_rate": 6.0}}, {"patience": 1, "epochs": 30}),
    "acceptable": ({}, {"acceptable_error": 148.0, "epochs": 60}),
}


@pytest.mark.parametrize("case", CASES)
def test_in_one_go_or_in_pieces(case):
    settings, fit = CASES[case]
    fit = {"epochs": EPOCHS, "batch_size": 16, "verbose": 0, **fit}
    whole = network(**settings)
    whole.fit(X, Y, **fit)
    if case in ("patience", "acceptable"):
        assert whole.history.stopped
        assert 1 < whole.history.epochs < fit["epochs"]
    cuts = np.random.default_rng(len(case))
    for every in (1, 3, None):
        for _ in range(2):
            few = [int(cuts.integers(1, 4)) for _ in range(4)]  # five pieces
            pieces = in_pieces(lambda: network(**settings), fit, few, keep_every=every)
            assert left(pieces) == left(whole), (every, few)


@pytest.mark.parametrize("batch_size", [1, 32, 50])
@pytest.mark.parametrize("outputs", ["softmax", "sigmoid"])
def test_compiled_code_in_one_go_or_in_pieces(monkeypatch, batch_size, outputs):
    if not kernels.available():
        pytest.skip("Numba doesn't serve this Python")
    settings = {"kernel": "numba", "output_activation": outputs}
    fit = {"epochs": EPOCHS, "batch_size": batch_size, "verbose": 0, "validation_split": 0.1}
    x, y = np.tile(X, (5, 1)), np.tile(Y, 5)
    uncut = network(**settings)
    uncut.fit(x, y, **fit)
    monkeypatch.setattr(kernels, "EXECUTION", 150)
    whole = network(**settings)
    whole.fit(x, y, **fit)
    assert digest(*whole.get_weights()) == digest(*uncut.get_weights())
    for few in ([1, 1, 1, 1], [2, 5, 1, 3]):
        state = None
        for die_after in [*few, None]:
            learner, keeper = network(**settings), Keeper(die_after)
            try:
                learner.fit(x, y, **fit, resume=state, keep=keeper, keep_every=1)
            except Killed:
                state = keeper.states[-1]
        assert left(learner) == left(whole)


def test_whoever_keeps_changes_nothing():
    for compiling in ({}, {"optimizer": "nadam", "ema_momentum": 0.5}):
        alone, kept = network(compiling), network(compiling)
        alone.fit(X, Y, EPOCHS, 16, verbose=0)
        kept.fit(X, Y, EPOCHS, 16, verbose=0, keep=Keeper(), keep_every=1)
        assert left(kept) == left(alone)


def test_when_a_state_is_kept():
    keeper = Keeper()
    network().fit(X, Y, 2, 16, verbose=0, keep=keeper, keep_every=4)
    # 130 patterns are 9 batches; the last is the epoch's end, whose State is the next epoch's.
    places = [(state.epoch, state.batch) for state in keeper.states]
    assert places == [(0, 4), (0, 8), (1, 0), (1, 4), (1, 8), (2, 0)]
    assert [len(state.history["loss"]) for state in keeper.states] == [0, 0, 1, 1, 1, 2]
    assert [state.sums["patterns"] for state in keeper.states] == [64, 128, 0, 64, 128, 0]
    ends = Keeper()
    network().fit(X, Y, 2, 16, verbose=0, keep=ends)
    assert [(state.epoch, state.batch) for state in ends.states] == [(1, 0), (2, 0)]


def test_the_count_to_the_next_state_goes_on_from_the_last():
    first = Keeper(1)
    with pytest.raises(Killed):
        network().fit(X, Y, 1, 16, verbose=0, keep=first, keep_every=3)
    second = Keeper()
    network().fit(
        X, Y, 1, 16, verbose=0, keep=second, keep_every=4, resume=first.states[0]
    )  # fmt: skip
    assert [(state.epoch, state.batch) for state in second.states] == [(0, 7), (1, 0)]


def test_names_in_a_state():
    keeper = Keeper()
    made = network({"optimizer": "nadam", "ema_momentum": 0.9})
    made.fit(X, Y, 1, 16, verbose=0, keep=keeper)
    (state,) = keeper.states
    weights = ["kernel_1", "bias_1", "kernel_2", "bias_2"]
    assert list(state.arrays) == [f"{w}{s}" for w in weights for s in ("", ".m", ".v", ".average")]
    assert list(state.sums) == ["optimizer.steps", "optimizer.product", *resuming.RUNNING]
    assert state.sums["optimizer.steps"] == 9
    assert state.arrays["kernel_1"].shape == (20, 9)


def test_the_state_comes_before_on_epoch_end():
    seen = []
    network().fit(
        X, Y, 2, verbose=0,
        keep=lambda state: seen.append(("kept", state.epoch)),
        on_epoch_end=lambda epoch: seen.append(("ended", epoch)),
    )  # fmt: skip
    assert seen == [("kept", 1), ("ended", 0), ("kept", 2), ("ended", 1)]


def test_a_finished_training_that_is_resumed_does_nothing_more():
    compiling = {"ema_momentum": 0.9}
    keeper, whole = Keeper(), network(compiling)
    whole.fit(X, Y, 3, verbose=0, keep=keeper)
    again = network(compiling)
    again.fit(X, Y, 3, verbose=0, resume=keeper.states[-1], on_epoch_end=pytest.fail)
    assert left(again) == left(whole)


def test_a_training_that_was_stopped_stays_stopped(capsys):
    fit = {"epochs": 40, "batch_size": 16, "patience": 1}
    keeper, whole = Keeper(), network({"learning_rate": 6.0})
    whole.fit(X, Y, **fit, keep=keeper)
    assert whole.history.stopped == "patience"
    n = whole.history.epochs
    said = f"Stopped after epoch {n}: no lower loss for 1 epoch."
    assert capsys.readouterr().out.splitlines()[-1] == said
    again = network({"learning_rate": 6.0})
    again.fit(X, Y, **fit, resume=keeper.states[-1], on_epoch_end=pytest.fail)
    assert left(again) == left(whole)
    assert capsys.readouterr().out.splitlines() == [said]


def test_the_given_history_takes_up_what_was_kept():
    keeper, history = Keeper(2), History(settings={"seed": 5})
    with pytest.raises(Killed):
        network().fit(X, Y, 3, verbose=0, keep=keeper)
    learner = network()
    assert learner.fit(X, Y, 3, verbose=0, resume=keeper.states[-1], history=history) is history
    assert history.epochs == 3
    assert history.settings == {"seed": 5}
    assert len(keeper.states[-1].history["loss"]) == 2  # a State is nobody's running History


def test_a_state_knows_its_epoch_whatever_initial_epoch_says():
    keeper, whole = Keeper(1), network()
    whole.fit(X, Y, 4, verbose=0, initial_epoch=1)
    with pytest.raises(Killed):
        network().fit(X, Y, 4, verbose=0, initial_epoch=1, keep=keeper)
    again = network()
    again.fit(X, Y, 4, verbose=0, initial_epoch=1, resume=keeper.states[0])
    assert left(again) == left(whole)


def test_seconds_go_on():
    keeper = Keeper(1)
    with pytest.raises(Killed):
        network().fit(X, Y, 1, 16, verbose=0, keep=keeper, keep_every=5)
    (state,) = keeper.states
    assert state.sums["seconds"] > 0
    later = copy.deepcopy(state)
    later.sums["seconds"] = 1000.0
    learner = network()
    learner.fit(X, Y, 1, 16, verbose=0, resume=later)
    assert 1000 < learner.history["seconds"][0] < 1100


def kept_in_the_middle(**settings):
    keeper = Keeper(1)
    with pytest.raises(Killed):
        network(**settings).fit(X, Y, 1, 16, verbose=0, keep=keeper, keep_every=5)
    return keeper.states[0]


@pytest.mark.parametrize(
    ("here", "fit", "said"),
    [
        ({"compiling": {"optimizer": "adam"}}, {}, "'kernel_1.m' it has no such array"),
        ({"compiling": {"ema_momentum": 0.9}}, {}, "kernel_1.average"),
        ({"dtype": "float64"}, {}, r"'kernel_1' it has float32 \(20, 9\)"),
        ({}, {"batch_size": "full"}, "after batch 5 of epoch 1, but here an epoch has 1"),
    ],
)
def test_a_state_of_another_training_is_refused_and_harms_nothing(here, fit, said):
    state, learner = kept_in_the_middle(), network(**here)
    before = left(learner)
    with pytest.raises(InputError, match=said):
        learner.fit(X, Y, **{"epochs": 3, "batch_size": 16, "verbose": 0, **fit}, resume=state)
    assert left(learner) == before


def test_a_state_with_more_than_this_network_has_is_refused():
    state = kept_in_the_middle(compiling={"optimizer": "adam"})
    with pytest.raises(InputError, match="kernel_1.m"):
        network().fit(X, Y, 1, 16, verbose=0, resume=state)
    nadam = kept_in_the_middle(compiling={"optimizer": "nadam"})
    del nadam.sums["optimizer.product"]
    with pytest.raises(InputError, match="lacks optimizer.product"):
        network({"optimizer": "nadam"}).fit(X, Y, 1, 16, verbose=0, resume=nadam)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"resume": {"epoch": 1}}, "resume must be a checkpoint's State"),
        ({"keep": print, "keep_every": 0}, "keep_every must be at least 1"),
        ({"keep": print, "keep_every": 1.5}, "whole number"),
        ({"patience": 0}, "patience must be at least 1"),
    ],
)
def test_settings_that_cant_be(settings, said):
    with pytest.raises(InputError, match=said):
        network().fit(X, Y, verbose=0, **settings)
