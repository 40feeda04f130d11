"""One training: where compiled code can be left, and what is there when it is."""

import threading

import numpy as np
import pytest

from mnistlab.classic import kernels
from mnistlab.classic.network import ClassicNetwork
from mnistlab.errors import InputError
from mnistlab.progress import Progress

pytestmark = pytest.mark.skipif(not kernels.available(), reason="Numba is not at hand")

RNG = np.random.default_rng(2)
X, Y = RNG.uniform(size=(1000, 30)).astype(np.float32), RNG.integers(0, 4, 1000)


@pytest.fixture
def compiled(monkeypatch):
    """A network in compiled code with an execution every 256 patterns, on two threads."""
    monkeypatch.setattr(kernels, "EXECUTION", 256)
    monkeypatch.setattr(kernels, "WORTH_A_THREAD", 0)
    return ClassicNetwork((30, 20, 4), kernel="numba")


def test_the_bar_advances_after_every_execution(compiled, monkeypatch):
    seen = []
    monkeypatch.setattr(Progress, "advance", lambda self, step, loss: seen.append(step))
    compiled.fit(X, Y, 2, 32, verbose=0)
    assert seen == [8, 16, 24, 32] * 2


def test_an_interruption_between_executions_leaves_whole_weights(compiled, monkeypatch):
    """Those of the last State, or of the epoch's beginning; and no thread stays behind."""
    kept, threads = [], threading.active_count()

    def interrupted(self, step, loss):
        if step == 24 and kept:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "advance", interrupted)
    settings = {"epochs": 3, "batch_size": 32, "verbose": 0}
    with pytest.raises(KeyboardInterrupt) as caught:
        compiled.fit(
            X, Y, **settings, keep=lambda state: kept.append(compiled.get_weights()), keep_every=9
        )
    assert len(kept) == 1  # after 16 of 32 batches
    for now, then in zip(compiled.get_weights(), kept[-1], strict=True):
        assert now.tobytes() == then.tobytes()
    assert threading.active_count() == threads
    assert caught.type is KeyboardInterrupt

    kept.clear()
    with pytest.raises(KeyboardInterrupt):
        compiled.fit(X, Y, **settings, keep=lambda state: kept.append(compiled.get_weights()))
    assert compiled.history.epochs == compiled.epochs_trained == len(kept) == 1
    for now, then in zip(compiled.get_weights(), kept[-1], strict=True):
        assert now.tobytes() == then.tobytes()


@pytest.mark.parametrize("kernel", ["numpy", "numba"])
def test_patterns_that_change_from_epoch_to_epoch(kernel):
    changing, by_hand = (ClassicNetwork((30, 20, 4), kernel=kernel) for _ in range(2))
    changing.fit(X, Y, 3, verbose=0, images=lambda epoch: X / (epoch + 1))
    for epoch in range(3):
        by_hand.fit(X / (epoch + 1), Y, epoch + 1, verbose=0, initial_epoch=epoch)
    for a, b in zip(changing.get_weights(), by_hand.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize(
    ("images", "said"), [(X[:9], "images gave 9 patterns"), (X[:, :3], r"takes \(patterns, 30\)")]
)
def test_patterns_of_an_epoch_that_dont_fit(images, said):
    with pytest.raises(InputError, match=said):
        ClassicNetwork((30, 20, 4)).fit(X, Y, verbose=0, images=lambda epoch: images)
