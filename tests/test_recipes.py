"""Named experiments: what they are, where they come from, how they are run and changed."""

import doctest

import pytest

from mnistlab import recipes
from mnistlab.config import ExperimentConfig
from mnistlab.errors import InputError
from mnistlab.experiment import run_experiment
from processes import mnistlab


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(recipes).failed == 0


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_each_recipe_is_a_config_and_says_where_it_comes_from(name):
    config = recipes.recipe(name)
    assert isinstance(config, ExperimentConfig)
    assert config.hidden_units == (512,)
    source = recipes.RECIPES[name].__doc__.partition("Source: ")[2]
    assert len(source) > 20
    assert f"    {name}  " in recipes.__doc__


def test_each_recipe_is_another_experiment_and_the_lectures_is_the_default():
    configs = [recipes.recipe(name) for name in recipes.RECIPES]
    assert all(a != b for k, a in enumerate(configs) for b in configs[:k])
    assert recipes.recipe("lecture") == ExperimentConfig()


def test_a_schedule_over_all_epochs_ends_with_them():
    for name in ("plain", "record"):
        config = recipes.recipe(name)
        assert config.schedule.partition(",")[0] == f"one_cycle:{config.epochs}"


def test_a_recipe_runs_and_settings_change_it():
    result = run_experiment(recipe="book", dataset="mnist_5k", engine="classic", epochs=1,
                            hidden_units=32, verbose=0)  # fmt: skip
    config = result.config
    assert (config.hidden_activation, config.optimizer, config.batch_size) == (
        "relu", "rmsprop", 128)  # fmt: skip
    assert (config.epochs, config.hidden_units) == (1, (32,))
    assert result.test_accuracy > 0.6


def test_keras_runs_a_recipe_too():
    pytest.importorskip("keras")
    result = run_experiment(recipe="plain", dataset="digits", engine="keras", epochs=1,
                            hidden_units=16, verbose=0)  # fmt: skip
    assert [layer.name for layer in result.model.layers] == [
        "dropout_0", "hidden_1", "dropout_1", "output"
    ]  # fmt: skip
    assert float(result.model.optimizer.weight_decay) == result.config.weight_decay > 0
    assert result.history["learning_rate"] == pytest.approx([0.004], rel=1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"recipe": "bok"}, "Did you mean 'book'"),
        ({"recipe": "book", "config": ExperimentConfig()}, "recipe= or a config, not both"),
        ({"recipe": 5}, "recipe"),
    ],
)
def test_what_is_no_recipe(given, said):
    with pytest.raises(InputError, match=said):
        run_experiment(**given)


def test_on_the_command_line(tmp_path):
    options = ("--dataset", "iris", "--engine", "classic", "--epochs", 1, "--hidden-units", 4)
    done = mnistlab("run", "--recipe", "book", *options, home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "classic, rmsprop, β = 0.001, batches of 128, 1 epoch" in done.stdout
    wrong = mnistlab("run", "--recipe", "bok", *options, home=tmp_path)
    assert wrong.returncode == 2
    assert "Did you mean 'book'" in wrong.stderr
