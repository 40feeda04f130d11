"""A model, its History and a config that don't belong together make no result."""

import re

import pytest

import mnistlab
from mnistlab.errors import InputError
from mnistlab.results import ExperimentResult


def trained_on_iris(engine, learning_rate=None, epochs=1):
    """Return Iris, a model that was trained on it, and the history; Keras may be missing."""
    if engine == "keras":
        pytest.importorskip("keras")
    iris = mnistlab.load_data("iris")
    model = mnistlab.build_model(iris, engine, hidden_units=4, seed=3)
    mnistlab.compile_model(model, learning_rate=learning_rate)
    return iris, model, mnistlab.fit_model(model, iris, epochs=epochs, verbose=0)


def assert_refused(iris, model, history, was, now):
    """Compile a model with another β than it was trained with: no result is made of it."""
    mnistlab.compile_model(model, learning_rate=now)
    said = re.escape(f"learning rate of {was}, and compiled with {now} since")
    with pytest.raises(InputError, match=said):
        ExperimentResult.from_steps(iris, model, history)


@pytest.mark.parametrize("engine", ["classic", "keras"])
def test_a_model_that_was_compiled_anew_does_not_pass_as_trained_so(engine):
    iris, model, history = trained_on_iris(engine, learning_rate=0.3, epochs=2)
    assert ExperimentResult.from_steps(iris, model, history).config.learning_rate == 0.3
    assert_refused(iris, model, history, was=0.3, now=5)
    history = mnistlab.fit_model(model, iris, epochs=2, schedule="step:1", verbose=0)
    assert ExperimentResult.from_steps(iris, model, history).config.learning_rate == 5
    assert_refused(iris, model, history, was=5, now=0.3)


@pytest.mark.parametrize("engine", ["classic", "keras"])
def test_a_schedule_of_one_epoch_is_no_other_learning_rate(engine):
    iris, model, _ = trained_on_iris(engine, learning_rate=0.3)
    history = mnistlab.fit_model(model, iris, epochs=1, schedule="one_cycle:50", verbose=0)
    assert history.history["learning_rate"] != [0.3]
    assert ExperimentResult.from_steps(iris, model, history).config.learning_rate == 0.3


def test_a_callback_that_lowers_the_learning_rate_at_the_end_is_no_other_compile():
    keras = pytest.importorskip("keras")
    iris, model, _ = trained_on_iris("keras", learning_rate=0.3)

    class Lowered(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.1

    history = mnistlab.fit_model(model, iris, epochs=1, callbacks=Lowered(), verbose=0)
    assert ExperimentResult.from_steps(iris, model, history).history.epochs == 1
    mnistlab.compile_model(model, learning_rate=0.3)  # the same cell again
    assert ExperimentResult.from_steps(iris, model, history).history.epochs == 1
    assert_refused(iris, model, history, was=0.3, now=2)


@pytest.mark.parametrize("engine", ["classic", "keras"])
def test_a_model_that_was_built_anew_does_not_pass_with_the_history_of_another(engine):
    iris, model, history = trained_on_iris(engine)
    again = mnistlab.build_model(iris, engine, hidden_units=4, seed=3)
    mnistlab.compile_model(again)
    with pytest.raises(InputError, match="this model isn't trained"):
        ExperimentResult.from_steps(iris, again, history)
    assert ExperimentResult.from_steps(iris, model, history).history.epochs == 1
    assert ExperimentResult.from_steps(iris, again).history.epochs == 0
