"""BackpropClassifier: the lecture's network with scikit-learn's face.

    scikit-learn            here
    fit(X, y)               a new network, trained for `epochs` epochs
    partial_fit(X, y)       one epoch more over these patterns
    predict(X)              the label whose output unit has the largest net input
    decision_function(X)    log f(I) at the output: I itself for softmax
    predict_proba(X)        the outputs as shares of their sum
    random_state            the seed of the initial weights and of the order of patterns
    network_                the ClassicNetwork that learnt

So the network works in a Pipeline, in GridSearchCV and cross_val_score, and with scikit-learn's
displays. What it learns is what a ClassicNetwork of the same sizes and seed learns, to the bit.

Predictions are computed in float64 whatever the dtype of the training, so that the answer to a
pattern doesn't depend on which others are asked beside it (but for 1e-15).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from mnistlab import checks, choices, seeding
from mnistlab.classic import backprop, units
from mnistlab.classic.learner import CHUNK
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.sklearn_face import require_fitted, student_words
from mnistlab.errors import InputError
from mnistlab.history import History

Floats = NDArray[np.float64]

# log f(I) at the output, but for an amount that all outputs share; there where f(I) is above 0.
LOG_OUTPUTS: dict[str, Callable[[Floats], Floats]] = {
    "softmax": lambda net_input: net_input,
    "exponential": lambda net_input: net_input,
    "sigmoid": lambda net_input: -np.logaddexp(0, -net_input),
}

# What makes the network; between two calls of partial_fit it stays as it is.
DESIGN = (
    "hidden_units",
    "hidden_activation",
    "output_activation",
    "loss",
    "optimizer",
    "random_state",
    "dtype",
)


class _Batch(NamedTuple):
    """Patterns to learn from."""

    x: NDArray[np.floating]  # (patterns, inputs)
    classes: NDArray[Any]  # (classes,) sorted
    members: NDArray[np.int64]  # (patterns,) the number of each pattern's class


def _has_probabilities(classifier: "BackpropClassifier") -> bool:
    """Return whether the outputs are above 0; else raise AttributeError, as scikit-learn asks."""
    if str(classifier.output_activation).strip().lower() in LOG_OUTPUTS:
        return True
    raise AttributeError(
        f"Outputs with {classifier.output_activation!r} can be 0 or below, so they are no "
        "probabilities. Take output_activation='softmax', or use decision_function."
    )


class BackpropClassifier(ClassifierMixin, BaseEstimator):
    """A network of fully connected layers as a scikit-learn classifier.

    It has an output unit for each class, also where there are two. Scale the inputs, to [0, 1]
    or with a StandardScaler.

    Args:
        hidden_units: units of each hidden layer; one number means one layer, () none.
        hidden_activation: "sigmoid", "relu", "tanh", "exponential" or "linear".
        output_activation: these or "softmax".
        loss: None: categorical cross-entropy for softmax, "lecture" for sigmoid outputs.
        optimizer: the learning rule by name; "sgd" is the lecture's.
        learning_rate: β, above 0; None: 0.5 for SGD, Keras's default for the others.
        schedule: β over the epochs: None (the same), a text such as "exponential:0.9", or a
            function from the epoch, counted from 0, to β.
        epochs: how many times `fit` goes through all patterns, from 1 on.
        batch_size: patterns before each update; 1 is true SGD, "full" full batch. More than there
            are patterns means all of them.
        order: "random" (without replacement, anew each epoch), "stored" or "sorted" (by class).
        random_state: the seed, a whole number, at least 0; None: another each time.
        dtype: "float32" or "float64", of the weights while they learn.
        verbose: 0 nothing, 1 or "auto" progress, 2 one line an epoch.

    Attributes:
        classes_: the labels, sorted, shape (classes,).
        network_: the trained ClassicNetwork.
        history_: the History of all epochs since `fit`, or since the first `partial_fit`.
        loss_curve_: the mean loss in each of them, a list.
        n_iter_: how many epochs that were.
        n_features_in_: how many inputs a pattern has.

    Source: the lecture; scikit-learn's `MLPClassifier` for the face.

    Example:
        >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["same", "other", "other", "same"]
        >>> xor = BackpropClassifier(hidden_units=4, batch_size=1, epochs=1000).fit(X, y)
        >>> xor.predict(X).tolist()
        ['same', 'other', 'other', 'same']
    """

    classes_: NDArray[Any]
    network_: ClassicNetwork
    history_: History
    loss_curve_: list[float]
    n_iter_: int
    n_features_in_: int

    def __init__(
        self,
        hidden_units: int | tuple[int, ...] = (512,),
        *,
        hidden_activation: str = "sigmoid",
        output_activation: str = "softmax",
        loss: str | None = None,
        optimizer: str = "sgd",
        learning_rate: float | None = None,
        schedule: Any = None,
        epochs: int = 50,
        batch_size: int | str = 32,
        order: str = "random",
        random_state: Any = 0,
        dtype: str = "float32",
        verbose: int | str = 0,
    ) -> None:
        self.hidden_units = hidden_units
        self.hidden_activation = hidden_activation
        self.output_activation = output_activation
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.epochs = epochs
        self.batch_size = batch_size
        self.order = order
        self.random_state = random_state
        self.dtype = dtype
        self.verbose = verbose

    # ── learning ────────────────────────────────────────────────────────────────────────────────

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a new network for `epochs` epochs.

        Args:
            X: patterns of shape (patterns, inputs), numbers, by habit in [0, 1].
            y: their labels, shape (patterns,), two classes or more, of any kind.

        Returns:
            The classifier itself.

        Raises:
            InputError: a parameter out of its range, patterns or labels that can't be used.
            DivergedError: the loss became NaN or infinite.
        """
        epochs = checks.whole("epochs", self.epochs, minimum=1)
        with _all_or_nothing(self):
            self._start(self._batch(X, y, None, first=True), epochs)
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Train one epoch more, on patterns that may be others each time.

        Called k times with the same patterns it learns what `fit` learns in k epochs.
        `learning_rate`, `schedule`, `batch_size` and `order` may change between two calls.

        Args:
            X: patterns of shape (patterns, inputs), numbers.
            y: their labels, shape (patterns,).
            classes: all labels that will ever come, shape (classes,); needed at the first call.

        Returns:
            The classifier itself.

        Raises:
            InputError: as for `fit`; no classes at the first call, or labels outside them; or a
                parameter that makes another network than the one that is learning.
            DivergedError: the loss became NaN or infinite.
        """
        first = not hasattr(self, "network_")
        with _all_or_nothing(self):
            if first and classes is None:
                raise InputError(
                    "classes must be passed on the first call to partial_fit: all labels that "
                    "will ever come, such as classes=np.unique(y), for one output unit each."
                )
            batch = self._batch(X, y, classes, first)
            if first:
                self._start(batch, 1)
            else:
                self._require_same_design()
                self._train(batch, self.n_iter_ + 1)
        return self

    def _start(self, batch: _Batch, epochs: int) -> None:
        """Make a new network and train it."""
        sizes = (batch.x.shape[1], *self._hidden_units(), len(batch.classes))
        self.network_ = ClassicNetwork(
            sizes, self.hidden_activation, self.output_activation, self._seed(), self.dtype
        )
        self.network_.compile(self.optimizer, self.loss, learning_rate=self.learning_rate)
        self.classes_, self.history_ = batch.classes, History()
        self._design_ = self._design()
        self._train(batch, epochs)

    def _train(self, batch: _Batch, epochs: int) -> None:
        """Go on until `epochs` epochs have ended, with the β of each from the schedule."""
        network, begun = self.network_, self.history_.epochs
        network.learning_rate = choices.learning_rate(self.learning_rate, network.optimizer_name)
        network.fit(
            batch.x,
            batch.members,
            epochs=epochs,
            initial_epoch=begun,
            batch_size=self.batch_size,
            verbose=self.verbose,
            order=lambda epoch: seeding.pattern_order(
                len(batch.x), epoch, network.seed, self.order, batch.members
            ),
            schedule=self.schedule,
            history=self.history_,
        )
        self.loss_curve_, self.n_iter_ = list(self.history_["loss"]), self.history_.epochs

    # ── answering ───────────────────────────────────────────────────────────────────────────────

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return a score for each class, or for two classes the upper's less the lower's.

        The score is log f(I), but for an amount that all outputs share: for softmax it is the
        net input I. For outputs that can be 0 or below (linear, tanh, ReLU) it is I, too.

        Args:
            X: patterns of shape (patterns, inputs), numbers.

        Returns:
            Shape (patterns, classes), or (patterns,) for two classes, float64.

        Raises:
            NotFittedError: before `fit`.
            InputError: patterns that don't have the inputs which `fit` saw, or hold NaN.
        """
        scores = self._scores(X)  # (patterns, classes)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the label of each pattern: of the output unit with the largest net input I.

        Args:
            X: patterns of shape (patterns, inputs), numbers.

        Returns:
            Labels out of `classes_`, shape (patterns,).

        Raises:
            NotFittedError: before `fit`.
            InputError: patterns that don't have the inputs which `fit` saw, or hold NaN.
        """
        answers = self._scores(X).argmax(axis=1)  # (patterns,)
        return self.classes_[answers]  # (patterns,)

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return each class's share of the outputs: a_j / Σ_k a_k, which is a_j for softmax.

        There for softmax, sigmoid and exponential outputs, which are all above 0.

        Args:
            X: patterns of shape (patterns, inputs), numbers.

        Returns:
            Shape (patterns, classes), float64, each in [0, 1], each pattern's sum 1.

        Raises:
            NotFittedError: before `fit`.
            InputError: patterns that don't have the inputs which `fit` saw, or hold NaN.
        """
        return np.asarray(units.softmax(self._scores(X)))  # (patterns, classes)

    def _scores(self, X: ArrayLike) -> Floats:
        """Return log f(I) at the output, or I where f(I) can be 0 or below: (patterns, classes)."""
        require_fitted(self, "network_")
        network = self.network_
        with student_words():
            x = validate_data(self, X, dtype=network.dtype, order="C", reset=False)
        layers = [(w.astype(np.float64), b.astype(np.float64)) for w, b in network.layers]
        net_input = np.empty((len(x), network.layer_sizes[-1]))  # (patterns, classes)
        for k in range(0, len(x), CHUNK):
            part = x[k : k + CHUNK].astype(np.float64)  # (part, inputs)
            net_input[k : k + CHUNK] = backprop.forward(part, layers, network.activations)[0][-1]
        score = LOG_OUTPUTS.get(network.output_activation)
        return net_input if score is None else score(net_input)

    # ── what was given ──────────────────────────────────────────────────────────────────────────

    def _batch(self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None, first: bool) -> _Batch:
        """Return checked patterns with the numbers of their classes."""
        dtype = checks.choice("dtype", str(self.dtype), ("float32", "float64"))
        with student_words():
            x, labels = validate_data(self, X, y, dtype=dtype, order="C", reset=first)
            check_classification_targets(labels)
        present, members = np.unique(labels, return_inverse=True)  # (present,), (patterns,)
        known = _known_classes(None if first else self.classes_, classes, present)
        return _Batch(x, known, _numbers_of(present, known)[members])

    def _hidden_units(self) -> tuple[int, ...]:
        return checks.units("hidden_units", self.hidden_units)

    def _seed(self) -> int:
        """Return the seed that `random_state` stands for."""
        if isinstance(self.random_state, (int, float, str, np.number)):
            return checks.whole("random_state", self.random_state)
        with student_words():
            return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _design(self) -> dict[str, Any]:
        """Return the parameters that make the network."""
        return {name: getattr(self, name) for name in DESIGN} | {
            "hidden_units": self._hidden_units()
        }

    def _require_same_design(self) -> None:
        """Raise InputError where a parameter would make another network."""
        for name, value in self._design().items():
            if value != self._design_[name]:
                raise InputError(
                    f"{name} was {checks.shown(self._design_[name])} when this network began to "
                    f"learn, and is {checks.shown(value)} now. Call fit(X, y) for a new network, "
                    "or set it back."
                )


@contextmanager
def _all_or_nothing(classifier: BackpropClassifier) -> Iterator[None]:
    """Give a classifier its attributes back where what is done to it fails."""
    before = dict(classifier.__dict__)
    try:
        yield
    except BaseException:
        classifier.__dict__.clear()
        classifier.__dict__.update(before)
        raise


def _known_classes(
    before: NDArray[Any] | None, given: ArrayLike | None, present: NDArray[Any]
) -> NDArray[Any]:
    """Return all classes, sorted: those learnt so far, those given, or else those present."""
    classes = present if given is None else np.unique(given)  # (classes,)
    if before is not None:
        if given is not None and not np.array_equal(classes, before):
            raise InputError(
                f"classes={checks.shown(classes.tolist())} are not the classes of the first call, "
                f"{checks.shown(before.tolist())}. Leave classes out after it."
            )
        return before
    if len(classes) < 2:
        where = "y holds" if given is None else "classes holds"
        raise InputError(
            f"A classifier tells two classes or more apart, but {where} one class only: "
            f"{checks.shown(classes.tolist())}. Give patterns of another class, too."
        )
    return classes


def _numbers_of(present: NDArray[Any], known: NDArray[Any]) -> NDArray[np.int64]:
    """Return the number of each class present among all classes: (present,)."""
    strange = ~np.isin(present, known)  # (present,)
    if strange.any():
        raise InputError(
            f"y holds the label {checks.shown(present[strange].tolist()[0])}, which is not among "
            f"the classes {checks.shown(known.tolist())}. Name all labels in the first "
            "partial_fit(X, y, classes=...)."
        )
    return np.searchsorted(known, present)  # (present,)
