"""BackpropClassifier: a ClassicNetwork, in everything that scikit-learn offers."""

import pickle

import matplotlib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay
from sklearn.model_selection import GridSearchCV, LearningCurveDisplay, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, minmax_scale

from mnistlab.classic.estimator import BackpropClassifier
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.schedules import schedule
from mnistlab.errors import DivergedError, InputError, MnistlabError, NotFittedError
from processes import with_array_api

IRIS = load_iris()
X = minmax_scale(IRIS.data).astype(np.float32)  # (150, 4)
FLOWERS = IRIS.target_names[IRIS.target]  # (150,)
SETOSA = np.where(IRIS.target == 0, "setosa", "other")  # (150,)


def small(**settings):
    """Return a classifier that is trained in no time."""
    return BackpropClassifier(**{"hidden_units": (4,), "epochs": 5, **settings})


def weights(classifier):
    return [w.tobytes() for w in classifier.network_.get_weights()]


# The face


CHECK = """
from sklearn.utils.estimator_checks import check_estimator
from mnistlab.classic.estimator import BackpropClassifier
for classifier in (
    BackpropClassifier(),
    BackpropClassifier((32,), output_activation="sigmoid", dtype="float64"),
    BackpropClassifier(32, optimizer="adam", learning_rate=0.01, schedule="exponential:0.98"),
):
    results = check_estimator(classifier, on_skip=None, on_fail=None)
    for one in results:
        if one["status"] != "passed":
            print(classifier, one["check_name"], one["status"], one["exception"])
    assert len(results) > 50, len(results)
print("checked")
"""


def test_scikit_learns_own_checks_pass_with_none_skipped():
    ran = with_array_api(CHECK)
    assert (ran.returncode, ran.stdout.strip()) == (0, "checked"), ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("labels", "n"),
    [(FLOWERS, 3), (IRIS.target, 3), (SETOSA, 2), (IRIS.target == 0, 2), (IRIS.target * 2.0, 3)],
    ids=["text", "integers", "two texts", "booleans", "floats"],
)
def test_labels_of_any_kind(labels, n):
    classifier = small(epochs=60, batch_size=1, learning_rate=0.1).fit(X, labels)
    assert classifier.classes_.tolist() == sorted(set(labels.tolist()))
    assert classifier.network_.layer_sizes == (4, 4, n)
    assert classifier.score(X, labels) > 0.95
    assert set(classifier.predict(X).tolist()) <= set(labels.tolist())


@pytest.mark.parametrize("outputs", ["softmax", "sigmoid", "exponential"])
@pytest.mark.parametrize("labels", [FLOWERS, SETOSA], ids=["three", "two"])
def test_the_three_answers_agree(outputs, labels):
    classifier = small(output_activation=outputs, learning_rate=0.1).fit(X, labels)
    shares, scores = classifier.predict_proba(X), classifier.decision_function(X)
    actual = classifier.network_.predict(X)
    assert shares.dtype == scores.dtype == np.float64
    np.testing.assert_allclose(shares, actual / actual.sum(1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-14)
    answers = classifier.classes_[shares.argmax(axis=1)]
    assert classifier.predict(X).tolist() == answers.tolist()
    if len(classifier.classes_) == 2:
        assert scores.shape == (150,)
        np.testing.assert_allclose(scores, np.log(shares[:, 1] / shares[:, 0]), rtol=1e-9)
        assert classifier.classes_[(scores > 0).astype(int)].tolist() == answers.tolist()
    else:
        assert scores.shape == (150, 3)
        assert classifier.classes_[scores.argmax(axis=1)].tolist() == answers.tolist()


def test_answers_stay_finite_where_outputs_saturate():
    for outputs in "softmax", "sigmoid":
        classifier = small(output_activation=outputs).fit(X, FLOWERS)
        far = [w * 1000 for w in classifier.network_.get_weights()]
        classifier.network_.set_weights(far)
        shares = classifier.predict_proba(X)
        assert np.isfinite(shares).all()
        np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-14)


@pytest.mark.parametrize("outputs", ["linear", "tanh", "relu"])
def test_outputs_that_are_no_probabilities(outputs):
    classifier = small(output_activation=outputs, learning_rate=0.01).fit(X, FLOWERS)
    assert not hasattr(classifier, "predict_proba")
    assert classifier.decision_function(X).shape == (150, 3)
    with pytest.raises(AttributeError, match="no attribute 'predict_proba'") as raised:
        _ = classifier.predict_proba
    assert "no probabilities" in str(raised.value.__cause__)


def test_an_answer_does_not_depend_on_the_others_asked():
    x = np.random.default_rng(0).random((1030, 4)).astype(np.float32)  # more than one chunk
    classifier = small().fit(X, FLOWERS)
    together = classifier.decision_function(x)
    alone = np.concatenate([classifier.decision_function(one[np.newaxis]) for one in x])
    np.testing.assert_allclose(alone, together, rtol=1e-12, atol=1e-12)


# What is learnt


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", ["sgd", "nadam"])
def test_it_learns_what_a_classic_network_learns(dtype, optimizer):
    network = ClassicNetwork((4, 5, 3), seed=3, dtype=dtype)
    network.compile(optimizer)
    history = network.fit(X, IRIS.target, epochs=4, batch_size=8, verbose=0)
    classifier = BackpropClassifier(
        5, optimizer=optimizer, epochs=4, batch_size=8, random_state=3, dtype=dtype
    ).fit(X, FLOWERS)
    assert weights(classifier) == [w.tobytes() for w in network.get_weights()]
    assert classifier.loss_curve_ == classifier.history_["loss"] == history["loss"]
    assert classifier.n_iter_ == 4


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("beta", [None, "step:2"])
def test_partial_fit_epoch_by_epoch_is_fit(optimizer, beta):
    settings = {"optimizer": optimizer, "schedule": beta, "epochs": 6}
    whole = small(**settings).fit(X, FLOWERS)
    parts = small(**settings).partial_fit(X, FLOWERS, classes=IRIS.target_names)
    assert parts.n_iter_ == 1
    for _ in range(5):
        parts.partial_fit(X, FLOWERS)
    assert weights(parts) == weights(whole)
    assert parts.loss_curve_ == whole.loss_curve_ and parts.n_iter_ == 6
    part = small(**{**settings, "epochs": 4}).fit(X, FLOWERS)  # after fit, it goes on
    assert weights(part.partial_fit(X, FLOWERS).partial_fit(X, FLOWERS)) == weights(whole)


def test_partial_fit_on_other_patterns_each_time():
    classifier = small(learning_rate=0.1, batch_size=1)
    for _ in range(20):
        for flower in IRIS.target_names:  # one class only in each part
            part = flower == FLOWERS
            classifier.partial_fit(X[part], FLOWERS[part], classes=IRIS.target_names)
    assert classifier.n_iter_ == 60
    assert classifier.classes_.tolist() == sorted(IRIS.target_names)


def test_the_schedule_sets_beta_of_each_epoch():
    for beta in "exponential:0.5", schedule("exponential:0.5"), lambda epoch: 0.5**epoch * 0.6:
        classifier = small(schedule=beta, learning_rate=0.6, epochs=3).fit(X, FLOWERS)
        assert classifier.history_["learning_rate"] == pytest.approx([0.6, 0.3, 0.15])
    own = small(schedule="constant:0.1", epochs=2).fit(X, FLOWERS)
    assert own.history_["learning_rate"] == [0.1, 0.1]


def test_beta_may_change_between_two_calls_of_partial_fit():
    classifier = small(learning_rate=0.5).partial_fit(X, FLOWERS, IRIS.target_names)
    classifier.set_params(learning_rate=0.1, batch_size=8, order="sorted").partial_fit(X, FLOWERS)
    assert classifier.history_["learning_rate"] == [0.5, 0.1]


def test_order_and_seed():
    by_order = {o: weights(small(order=o).fit(X, FLOWERS)) for o in ("random", "stored", "sorted")}
    assert by_order["stored"] == by_order["sorted"] != by_order["random"]  # Iris is stored sorted
    assert weights(small().fit(X, FLOWERS)) == by_order["random"]
    assert weights(small(random_state=1).fit(X, FLOWERS)) != by_order["random"]
    one, two = (small(random_state=np.random.RandomState(7)).fit(X, FLOWERS) for _ in range(2))
    assert weights(one) == weights(two)
    one, two = (small(random_state=None).fit(X, FLOWERS) for _ in range(2))
    assert weights(one) != weights(two)


@pytest.mark.parametrize("batch_size", [150, 1000, "full"])
def test_a_batch_larger_than_the_data_set_is_full_batch(batch_size):
    assert weights(small(batch_size=batch_size).fit(X, FLOWERS)) == weights(
        small(batch_size=150).fit(X, FLOWERS)
    )


def test_the_network_has_the_layers_asked_for():
    assert small(hidden_units=()).fit(X, FLOWERS).network_.layer_sizes == (4, 3)
    deep = small(hidden_units=[8, 6], hidden_activation="tanh").fit(X, FLOWERS)
    assert deep.network_.activations == ["tanh", "tanh", "softmax"]
    assert small().fit(X, FLOWERS).network_.count_params() == 35


# In scikit-learn's tools


def test_in_a_pipeline_a_grid_search_and_a_cross_validation():
    pipeline = make_pipeline(MinMaxScaler(), small(epochs=30, batch_size=1))
    grid = {
        "backpropclassifier__learning_rate": [0.01, 0.3],
        "backpropclassifier__schedule": [None, "exponential:0.97"],
    }
    search = GridSearchCV(pipeline, grid, cv=3).fit(IRIS.data, FLOWERS)
    assert search.best_score_ > 0.93
    assert search.best_params_["backpropclassifier__learning_rate"] == 0.3
    assert cross_val_score(pipeline, IRIS.data, FLOWERS, cv=3).mean() > 0.9
    assert cross_val_score(pipeline, IRIS.data, SETOSA, cv=3, scoring="roc_auc").mean() == 1.0


def test_a_clone_has_the_settings_and_a_pickled_classifier_the_answers():
    for beta in None, "step:2", schedule("step:2"):
        classifier = small(schedule=beta, optimizer="adam").fit(X, FLOWERS)
        copy = clone(classifier)
        assert copy.get_params() == classifier.get_params() and not hasattr(copy, "network_")
        again = pickle.loads(pickle.dumps(classifier))
        assert np.array_equal(again.predict_proba(X), classifier.predict_proba(X))
        again.partial_fit(X, FLOWERS)
        assert weights(again) == weights(classifier.partial_fit(X, FLOWERS))


def test_it_serves_scikit_learns_displays():
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    two, three = small().fit(X, SETOSA), small().fit(X, FLOWERS)
    counts = ConfusionMatrixDisplay.from_estimator(three, X, FLOWERS).confusion_matrix
    assert counts.shape == (3, 3) and counts.sum() == 150
    for method in "decision_function", "predict_proba":
        RocCurveDisplay.from_estimator(two, X, SETOSA, response_method=method)
    sizes = LearningCurveDisplay.from_estimator(
        small(), X, FLOWERS, train_sizes=[0.5, 1.0], cv=3, shuffle=True, random_state=0
    ).train_sizes
    assert sizes.tolist() == [50, 100]
    plt.close("all")


def test_columns_have_names_where_patterns_are_a_table():
    table = pd.DataFrame(X, columns=IRIS.feature_names)
    classifier = small().fit(table, pd.Series(FLOWERS))
    assert classifier.feature_names_in_.tolist() == IRIS.feature_names
    assert classifier.predict(table).tolist() == small().fit(X, FLOWERS).predict(X).tolist()
    with pytest.raises(InputError, match="under the same names"):
        classifier.predict(table[IRIS.feature_names[::-1]])


# Bad input


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"hidden_units": 0}, "hidden_units must be at least 1, but got 0"),
        ({"hidden_units": "4"}, "hidden_units='4' is no number of units"),
        ({"hidden_activation": "sigmiod"}, "Did you mean 'sigmoid'"),
        ({"output_activation": "softmx"}, "Did you mean 'softmax'"),
        ({"loss": "binary_crossentropy"}, "doesn't belong to output_activation='softmax'"),
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"learning_rate": 0}, "learning_rate must be above 0, but got 0"),
        ({"learning_rate": "0,5"}, "decimal point"),
        ({"schedule": "exponentail"}, "Did you mean 'exponential'"),
        ({"schedule": lambda epoch: 0.5 - 0.2 * epoch}, "at epoch 3"),
        ({"epochs": 0}, "epochs must be at least 1, but got 0"),
        ({"epochs": 2.5}, "whole number"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"batch_size": "all"}, "'full' for full batch"),
        ({"order": "rnadom"}, "Did you mean 'random'"),
        ({"random_state": -1}, "random_state must be at least 0"),
        ({"random_state": 0.5}, "random_state must be a whole number"),
        ({"random_state": "seed"}, "random_state must be a number"),
        ({"random_state": [1]}, "cannot be used to seed"),
        ({"dtype": "float16"}, "Choose one of: 'float32', 'float64'"),
        ({"verbose": 3}, "verbose=3 is not known"),
    ],
)
def test_parameters_out_of_range(setting, words):
    classifier = small(**setting)
    with pytest.raises(InputError, match=words):
        classifier.fit(X, FLOWERS)
    assert not hasattr(classifier, "network_") and not hasattr(classifier, "n_features_in_")


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X, ["setosa"] * 150, r"one class only: \['setosa'\]"),
        (X, FLOWERS[:2], "one label in y for each row"),
        (X, None, "a label for each pattern"),
        (X, X[:, 0], "no measurements"),
        (X, np.eye(3)[IRIS.target], "one-hot"),
        (np.where(X > 0.9, np.nan, X), FLOWERS, r"contains NaN\. A number is missing"),
        (np.where(X > 0.9, np.inf, X), FLOWERS, "infinite"),
        ([["1", "2"], ["3", "a"]], [0, 1], "one of them is text"),
        ([[1, 2], [1]], [0, 1], "same number of inputs"),
        (np.zeros((0, 2)), [], "no patterns"),
        ([0, 1, 0, 1], [0, 1, 0, 1], "a row for each pattern"),
    ],
)
def test_patterns_and_labels_that_cannot_be_used(x, y, words):
    for learn in small().fit, lambda x, y: small().partial_fit(x, y, IRIS.target_names):
        if learn.__name__ == "<lambda>" and "one class" in words:
            continue  # a part may hold one class only
        with pytest.raises(InputError, match=words):
            learn(x, y)


def test_predicting_for_other_inputs_says_what_was_expected():
    fitted = small().fit(X, FLOWERS)
    words = "X has 3 features, but BackpropClassifier is expecting 4 features.*same inputs"
    for ask in fitted.predict, fitted.decision_function, fitted.predict_proba:
        with pytest.raises(InputError, match=words):
            ask(X[:, :3])
        with pytest.raises(InputError, match="a row for each pattern"):
            ask(X[0])
        with pytest.raises(InputError, match="NaN"):
            ask([[np.nan, 1.0, 1.0, 1.0]])


def test_predicting_before_fit():
    for name in "predict", "decision_function", "predict_proba":
        with pytest.raises(NotFittedError, match=r"Call fit\(X, y\)") as raised:
            getattr(small(), name)(X)
        assert isinstance(raised.value, SklearnNotFittedError)
        assert isinstance(raised.value, MnistlabError)


def test_partial_fit_needs_to_know_all_classes_from_the_start():
    with pytest.raises(InputError, match="classes must be passed on the first call to partial_fit"):
        small().partial_fit(X, FLOWERS)
    with pytest.raises(InputError, match=r"classes holds one class only: \['setosa'\]"):
        small().partial_fit(X, FLOWERS, classes=["setosa"])
    with pytest.raises(InputError, match=r"the label 'virginica', which is not among the classes"):
        small().partial_fit(X, FLOWERS, classes=["setosa", "versicolor"])
    begun = small().partial_fit(X, FLOWERS, classes=IRIS.target_names)
    with pytest.raises(InputError, match="not the classes of the first call"):
        begun.partial_fit(X, FLOWERS, classes=["setosa", "versicolor"])
    with pytest.raises(InputError, match="the label 0, which is not among"):
        begun.partial_fit(X, IRIS.target)
    with pytest.raises(InputError, match="is expecting 4 features"):
        begun.partial_fit(X[:, :2], FLOWERS)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"hidden_units": 8}, r"hidden_units was \(4,\) .* and is \(8,\) now"),
        ({"optimizer": "adam"}, "optimizer was 'sgd'"),
        ({"dtype": "float64"}, "dtype was 'float32'"),
        ({"random_state": 1}, "random_state was 0"),
    ],
)
def test_partial_fit_goes_on_with_the_network_that_began(setting, words):
    begun = small().partial_fit(X, FLOWERS, classes=IRIS.target_names)
    with pytest.raises(InputError, match=words):
        begun.set_params(**setting).partial_fit(X, FLOWERS)
    begun.set_params(**setting).fit(X, FLOWERS)  # which makes a new one
    assert begun.n_iter_ == 5


def test_a_fit_that_fails_leaves_what_was_learnt():
    classifier = small().fit(X, FLOWERS)
    before, answers = weights(classifier), classifier.predict(X).tolist()
    for wrong in (X[:, :2], ["setosa"] * 150), (X, FLOWERS[:3]), (X[:, :2], None):
        with pytest.raises(InputError):
            classifier.fit(*wrong)
    with pytest.raises(DivergedError):
        classifier.set_params(
            learning_rate=1e30, output_activation="linear", loss="mean_squared_error"
        ).fit(X, FLOWERS)
    assert weights(classifier) == before and classifier.n_iter_ == 5
    assert classifier.predict(X).tolist() == answers
