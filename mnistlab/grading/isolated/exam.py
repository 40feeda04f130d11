"""What submissions are tested with: test data, a private test set, and each student's numbers.

Example:
    >>> from mnistlab.lab import labfile
    >>> exam = Exam.of(labfile.read("recognizing_digits"))          # doctest: +SKIP
    >>> exam.test.count                                              # doctest: +SKIP
    10000
"""

import hashlib
from collections.abc import Collection, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnistlab.classic import units
from mnistlab.data.files import read_npz
from mnistlab.data.labelchecks import checked_labels, same_count
from mnistlab.data.patternchecks import checked_patterns, scaled
from mnistlab.datasets import NAMES, Unscaled, unscaled
from mnistlab.errors import InputError, MnistlabError
from mnistlab.grading.isolated.forward import Block, in_blocks, outputs, recognised
from mnistlab.lab.assignment import Lab, Network, Number
from mnistlab.lab.students import personal_seed
from mnistlab.seeding import initial_weights

ALL_OF_A_CLASS = ("x_all", "y_all")  # in a file of `mnistlab digits`: no training needs its rest
OF_A_PATTERN = ("net_input", "activation", "error", "weight_change", "bias_change")


@dataclass(frozen=True, eq=False)
class TestSet:
    """Patterns to test with.

    Attributes:
        x: float32 (n, inputs), in [0, 1].
        y: int64 (n,), the class of each.
        digest: SHA-256 over shape and bytes of both.
        blocks: the patterns as the forward pass takes them.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    digest: str
    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, x: NDArray[np.float32], y: NDArray[np.int64]) -> "TestSet":
        """Return the patterns with their digest."""
        sha = hashlib.sha256(f"{x.shape}\n".encode())
        sha.update(np.ascontiguousarray(x, "<f4").data)
        sha.update(np.ascontiguousarray(y, "<i8").data)
        return cls(x, y, f"sha256:{sha.hexdigest()}", in_blocks(x))

    @classmethod
    def of_data(cls, own: Unscaled) -> "TestSet":
        """Return the test patterns of a data set."""
        return cls.of(own.patterns("x_test"), own.found.arrays["y_test"])

    def first(self, count: int) -> "TestSet":
        """Return the first patterns only."""
        return TestSet(self.x[:count], self.y[:count], self.digest, in_blocks(self.x[:count]))

    @property
    def count(self) -> int:
        """How many patterns there are."""
        return len(self.y)


@dataclass(frozen=True, eq=False)
class Exam:
    """All that a submission is measured by.

    Attributes:
        network: the network that is asked for.
        test: the instructor's test data.
        private: the second test set, or None.
        questions: those whose right numbers are computed.
        patterns: training pattern → (x (inputs,), class), for the questions about one.
        reference: the lab's own test patterns, for questions about the untrained network.
        class_names: what each class is called; (): their numbers.
        own: the lab's own test patterns, where the instructor tests with others.
        ids: of the lab's questions.
    """

    network: Network
    test: TestSet
    private: TestSet | None = None
    questions: tuple[Number, ...] = ()
    patterns: dict[int, tuple[NDArray[np.float32], int]] | None = None
    reference: TestSet | None = None
    class_names: tuple[str, ...] = ()
    own: TestSet | None = None
    ids: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lab: Lab, folder: Path = Path()) -> "Exam":
        """Return the exam of a lab.

        Args:
            lab: the assignment.
            folder: where lab.toml lies; the test data that it names lie beside it.

        Raises:
            InputError: test data that can't be read, or don't fit the network.
            DownloadError: a data set that can't be had.
        """
        grading, computed = lab.grading, tuple(q for q in lab.numbers if q.compute)
        named = grading.test_data or lab.lab.dataset
        needs_lab = any(q.compute != "parameters" for q in computed)
        itself = named == lab.lab.dataset
        own: Unscaled | None = None
        with nullcontext() if needs_lab or itself else suppress(MnistlabError):
            own = data_set(lab.lab.dataset, folder)
        reference = None if own is None else TestSet.of_data(own)
        test = reference if itself and reference is not None else test_set(named, folder)
        private = test_set(grading.private_data, folder) if grading.private_data else None
        for name, one in ((named, test), (grading.private_data, private)):
            if one is not None:
                _must_fit(str(name), one, lab.network)
        patterns = {} if own is None else _patterns(own, computed)
        names = () if own is None else own.class_names
        ids = frozenset(one.id for one in lab.question)
        return cls(lab.network, test, private, computed, patterns, reference, names,
                   None if itself else reference, ids)  # fmt: skip

    @classmethod
    def of_nothing(cls) -> "Exam":
        """Return an exam for a process that measures nothing, and needs no test data."""
        test = TestSet.of(np.zeros((1, 1), np.float32), np.zeros(1, np.int64))
        return cls(Network(inputs=1, classes=2), test)

    def expected(self, student_id: str, answered: Collection[str]) -> dict[str, float]:
        """Return the right numbers of the questions answered, for this student's personal seed."""
        seed = personal_seed(student_id)
        return {one.id: self._number(one, seed) for one in self.questions if one.id in answered}

    def _number(self, question: Number, seed: int) -> float:
        sizes = self.network.layer_sizes
        if question.compute == "parameters":
            return float(self.network.parameters)
        weights = initial_weights(sizes, seed)
        if question.compute in OF_A_PATTERN:
            assert self.patterns is not None
            return of_one_step(self.network, weights, question, *self.patterns[question.pattern])
        assert self.reference is not None
        outputs = (self.network.hidden_activation,) * (len(sizes) - 2)
        correct, loss = untrained(weights, (*outputs, self.network.output_activation),
                                  self.reference)  # fmt: skip
        return correct if question.compute == "untrained_accuracy" else loss


def data_set(name: str, folder: Path) -> Unscaled:
    """Return a lab's data set: one of `mnistlab data`, or a file beside lab.toml."""
    return unscaled(name if name in NAMES else folder / name)


def test_set(name: str, folder: Path) -> TestSet:
    """Return the test patterns of a data set, or of an .npz file.

    Args:
        name: one of `mnistlab data`, or a file with the arrays x_test and y_test (or x and y);
            of a class's drawings, where `mnistlab digits` wrote it, all are taken.
        folder: what the file's path is relative to.

    Raises:
        InputError: no such data set or file, or a file that doesn't hold test patterns.
    """
    if name in NAMES:
        kept = unscaled(name)
        if kept.task == "regression":
            raise InputError(f"{name} is a regression, and a lab is graded by accuracy. Name test "
                             "data with classes.")  # fmt: skip
        return TestSet.of_data(kept)
    path = folder / name
    if not path.is_file():
        raise InputError(f"The test data {name!r} are neither a data set that `mnistlab data` "
                         f"lists nor a file: {path} isn't there.")  # fmt: skip
    arrays = _some_of(path)
    x = checked_patterns("x_test", arrays["x"])
    y = checked_labels("y_test", arrays["y"])
    same_count("test", x, y)
    if not len(y):
        raise InputError(f"{path} holds no test patterns: x_test and y_test are empty. Give some "
                         "to test with.")  # fmt: skip
    return TestSet.of(scaled(x, 255) if x.dtype == np.uint8 else x, y)


def _some_of(path: Path) -> dict[str, NDArray[np.generic]]:
    """Return x and y of a file that calls them x_test and y_test, or x and y."""
    why: InputError | None = None
    for names in (ALL_OF_A_CLASS, ("x_test", "y_test"), ("x", "y")):
        try:
            found = read_npz(str(path), str(path), wanted=names)
        except InputError as error:
            if names != ALL_OF_A_CLASS:
                why = why or error  # of the names that are asked for first
        else:
            return {"x": found[names[0]], "y": found[names[1]]}
    raise InputError(f"{path} can't be used as test data. {why}")


def _must_fit(name: str, test: TestSet, network: Network) -> None:
    """Raise InputError where the network that is asked for can't be tested with these patterns."""
    if test.x.shape[1] != network.inputs or test.y.max() >= network.classes:
        raise InputError(f"The test data {name!r} have {test.x.shape[1]} numbers a pattern and "
                         f"classes up to {test.y.max()}, but [network] has inputs = "
                         f"{network.inputs} and classes = {network.classes}. Name the test data "
                         "of this lab, or correct [network].")  # fmt: skip


def _patterns(
    own: Unscaled, questions: Sequence[Number]
) -> dict[int, tuple[NDArray[np.float32], int]]:
    """Return the training patterns that questions are about."""
    wanted = sorted({q.pattern for q in questions if q.compute in OF_A_PATTERN})
    labels = own.found.arrays["y_train"]
    for one in wanted:
        if one >= len(labels):
            raise InputError(f"A question asks for training pattern {one}, but {own.name} has "
                             f"{len(labels):,}, counted from 0.")  # fmt: skip
    pattern = {one: own.patterns("x_train", slice(one, one + 1))[0] for one in wanted}
    return {one: (pattern[one], int(labels[one])) for one in wanted}


def of_one_step(
    network: Network,
    weights: list[NDArray[np.floating]],
    question: Number,
    x: NDArray[np.float32],
    label: int,
) -> float:
    """Return I, f(I), E, Δw or Δb of one unit, when one pattern is presented.

    Args:
        network: whose activations and, at the output, E = desired − actual are used.
        weights: [kernel, bias, …] before the step.
        question: which quantity of which unit.
        x: the pattern, float32 (inputs,).
        label: its class.

    Source: the lecture, classic backpropagation.
    """
    from mnistlab.classic.network import ClassicNetwork  # Numba's module, only where it's asked

    made = ClassicNetwork(network.layer_sizes, network.hidden_activation,
                          network.output_activation)  # fmt: skip
    made.set_weights(weights)
    made.compile("sgd", learning_rate=question.learning_rate)
    step = made.trace(x, label)
    layer = step.layers[0 if question.layer == "hidden" else -1]
    unit = question.unit
    found = {"net_input": layer.I, "activation": layer.f, "error": layer.E,
             "bias_change": layer.change_b}  # fmt: skip
    if question.compute == "weight_change":
        return float(layer.change_w[question.from_unit, unit])
    return float(found[str(question.compute)][unit])


def untrained(
    weights: list[NDArray[np.floating]], activations: tuple[str, ...], test: TestSet
) -> tuple[float, float]:
    """Return accuracy and mean loss over test patterns; the loss that belongs to the outputs."""
    correct, _ = recognised(weights, activations, test.blocks, test.y)
    loss = "categorical_crossentropy" if activations[-1] == "softmax" else "lecture"
    total = 0.0
    for rows, I, f in outputs(weights, activations, test.blocks):  # noqa: E741
        desired = np.eye(f.shape[1], dtype=f.dtype)[test.y[rows]]  # (count, classes)
        total += float(units.loss(loss, activations[-1], I, f, desired).sum())
    return correct / test.count, total / test.count
