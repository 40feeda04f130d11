import numpy as np

from mnistlab.data.shuffling import KerasShuffle, keras_split


def test_the_order_is_keras_s() -> None:
    rng = np.random.RandomState(113)
    shuffle = KerasShuffle()
    for n in (50, 20):  # training set and test set, from one generator
        wanted = np.arange(n)
        rng.shuffle(wanted)
        assert shuffle.order(n).tolist() == wanted.tolist()


def test_the_split_is_keras_s_and_loses_nothing() -> None:
    assert [len(part) for part in keras_split(11_228)] == [8_982, 2_246]
    assert [len(part) for part in keras_split(506)] == [404, 102]
    train, test = keras_split(92)
    assert sorted([*train, *test]) == list(range(92))
