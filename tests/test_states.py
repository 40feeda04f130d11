"""The state of a Keras training as arrays: all of it, back again, and never another model's."""

import dataclasses

import numpy as np
import pytest

from mnistlab import seeding
from mnistlab.errors import InputError
from mnistlab.history import History

keras = pytest.importorskip("keras")

from mnistlab.keras_engine import building, states, training  # noqa: E402

RNG = np.random.default_rng(5)
X, Y = RNG.uniform(size=(60, 6)).astype(np.float32), RNG.integers(0, 3, 60)


def compiled(hidden=5, **settings):
    model = building.build((6, hidden, 3), "sigmoid", "softmax", seed=1, dropout=0.3)
    building.compile_model(model, **{"optimizer": "adam", "ema_momentum": 0.9, **settings})
    return model


def trained(model, **settings):
    """Train and return the states that were kept."""
    kept = []
    training.fit(model, X, Y, **{
        "epochs": 2, "batch_size": 1, "history": History(), "verbose": 0, "keep": kept.append,
        "order": lambda epoch: seeding.pattern_order(60, epoch, 0), **settings,
    })  # fmt: skip
    return kept


@pytest.fixture(scope="module")
def kept():
    """Return the states of a training of 2 epochs of 60 batches, 50 a call."""
    return trained(compiled(), keep_every=20)


def test_states_are_kept_between_calls_and_after_each_epoch(kept):
    assert [(state.epoch, state.batch) for state in kept] == [(0, 50), (1, 0), (1, 50), (2, 0)]
    assert [len(state.history.get("loss", [])) for state in kept] == [0, 1, 1, 2]


def test_a_state_holds_weights_seeds_memory_and_averages(kept):
    model = compiled()
    model.optimizer.build(model.trainable_variables)
    arrays = kept[0].arrays
    names = [name for name in arrays if name.startswith("model_")]
    assert len(names) == 4 + 1  # two kernels, two biases, the seed of one Dropout
    # Steps and β; of each of four weights two moments and an average.
    assert sum(name.startswith("optimizer_") for name in arrays) == 2 + 4 * 3
    assert any(name.startswith("metrics_") for name in arrays)
    assert not any(name.startswith("metrics_") for name in kept[1].arrays)
    assert not np.array_equal(kept[0].arrays["model_0"], kept[1].arrays["model_0"])


@pytest.mark.parametrize("k", range(4))
def test_from_each_state_it_goes_on_to_the_same_end(k, kept):
    model = compiled()
    history = History.of({name: list(c) for name, c in kept[k].history.items()})
    last = trained(model, resume=kept[k], history=history)
    end = last[-1] if last else kept[-1]
    for name, array in kept[-1].arrays.items():
        assert array.tobytes() == end.arrays[name].tobytes(), name
    assert history["loss"] == kept[-1].history["loss"]
    for weights, average in zip(
        model.get_weights(), model.optimizer._model_variables_moving_average, strict=True
    ):
        assert np.array_equal(weights, average.numpy())  # also where no epoch was left


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (lambda: compiled(hidden=6), "model"),
        (lambda: compiled(optimizer="sgd"), "optimizer"),
        (lambda: compiled(ema_momentum=0.0), "optimizer"),
    ],
)
def test_a_state_of_another_model_is_refused(model, kind, kept):
    with pytest.raises(InputError, match=f"of another model: its {kind}"):
        states.put_back(model(), kept[0])


def test_a_state_that_lacks_an_array_is_refused(kept):
    arrays = {name: a for name, a in kept[0].arrays.items() if name != "model_0"}
    with pytest.raises(InputError, match="of another model"):
        states.put_back(compiled(), dataclasses.replace(kept[0], arrays=arrays))


def test_an_epoch_that_is_finished_alone_leaves_the_weights_and_not_their_averages(kept):
    # Keras on JAX takes averages however fit is left; what follows starts from the weights.
    model = compiled()
    starts = []
    watching = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: starts.append(np.array(model.get_weights()[0]))
    )
    trained(model, resume=kept[0], callbacks=[watching],
            history=History.of(dict(kept[0].history)))  # fmt: skip
    assert np.array_equal(starts[1], kept[1].arrays["model_0"])
