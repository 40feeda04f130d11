"""What submissions are tested with, and the numbers of each student's own network."""

import numpy as np
import pytest

from mnistlab.classic.network import ClassicNetwork
from mnistlab.datasets import load_data
from mnistlab.errors import InputError
from mnistlab.grading.isolated.exam import Exam, untrained
from mnistlab.lab.assignment import Lab
from mnistlab.lab.students import personal_seed
from tiny_class import small_lab

DIGITS = load_data("digits")


def network(student):
    """Return a student's untrained network of the small lab."""
    made = ClassicNetwork((64, 16, 10), seed=personal_seed(student))
    made.compile("sgd", learning_rate=0.5)
    return made


def lab_with(**question):
    """Return the small lab with one number question more."""
    given = small_lab().model_dump()
    asked = {"id": "asked", "kind": "number", "text": "?", **question}
    return Lab.model_validate({**given, "question": [*given["question"], asked]})


def expected(student="ada", **question):
    """Return the right number of one question."""
    return Exam.of(lab_with(**question)).expected(student, ["asked"])["asked"]


def test_the_test_data_are_the_labs_own():
    exam = Exam.of(small_lab())
    assert (exam.test.x == DIGITS.x_test).all()
    assert exam.test.count == DIGITS.n_test
    assert exam.private is None


def test_a_file_of_test_data_beside_the_lab(tmp_path):
    np.savez(tmp_path / "mine.npz", x_test=DIGITS.x_test[:50], y_test=DIGITS.y_test[:50])
    np.savez(tmp_path / "class.npz", x=DIGITS.x_test[:9], y=DIGITS.y_test[:9])
    lab = small_lab('test_data = "mine.npz"\nprivate_data = "class.npz"')
    exam = Exam.of(lab, tmp_path)
    assert (exam.test.count, exam.private.count) == (50, 9)
    assert exam.test.digest != exam.private.digest


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nowhere.npz", "isn't there"),
        ("flowers.npz", "4 numbers a pattern"),
        ("iris", "iris has 4 inputs"),
        ("boston_housing", "regression"),
        ("empty.npz", "x_test, y_test"),
    ],
)
def test_test_data_that_cant_be_used_say_why(given, said, tmp_path):
    np.savez(tmp_path / "empty.npz", z=np.zeros(3))
    np.savez(tmp_path / "flowers.npz", x=np.zeros((2, 4)), y=np.zeros(2, int))
    with pytest.raises(InputError, match=said):
        Exam.of(small_lab(f'test_data = "{given}"'), tmp_path)


def test_the_numbers_of_ones_own_network_are_those_of_its_trace():
    step = network("ada").trace(DIGITS.x_train[7], DIGITS.y_train[7])
    hidden, output = step.layers
    asked = {"pattern": 7, "unit": 3}
    assert expected(compute="error", **asked) == pytest.approx(hidden.E[3])
    assert expected(compute="net_input", **asked) == pytest.approx(hidden.I[3])
    assert expected(compute="activation", **asked) == pytest.approx(hidden.f[3])
    assert expected(compute="bias_change", **asked) == pytest.approx(hidden.change_b[3])
    of_output = {"layer": "output", **asked}
    assert expected(compute="error", **of_output) == pytest.approx(output.E[3])
    change = expected(compute="weight_change", from_unit=5, **of_output)
    assert change == pytest.approx(output.change_w[5, 3])


def test_they_differ_from_student_to_student():
    asked = {"compute": "error", "unit": 3, "pattern": 7}
    assert expected("ada", **asked) != expected("bob", **asked)
    assert expected("ada", **asked) == expected(" ADA ", **asked)


def test_the_untrained_network_is_measured_as_evaluate_does():
    made = network("ada")
    loss, accuracy = made.evaluate(DIGITS.x_test, DIGITS.y_test)
    assert expected(compute="untrained_loss") == pytest.approx(loss, rel=1e-5)
    assert expected(compute="untrained_accuracy") == pytest.approx(accuracy)


def test_sigmoid_outputs_are_measured_by_the_lectures_loss():
    made = ClassicNetwork((64, 16, 10), "sigmoid", "sigmoid", seed=1)
    made.compile("sgd", "lecture", learning_rate=0.5)
    loss, _ = made.evaluate(DIGITS.x_test, DIGITS.y_test)
    exam = Exam.of(small_lab())
    _, ours = untrained(made.get_weights(), ("sigmoid", "sigmoid"), exam.test)
    assert ours == pytest.approx(loss, rel=1e-5)


def test_only_questions_that_were_answered_are_computed():
    exam = Exam.of(small_lab())
    assert exam.expected("ada", []) == {}
    assert exam.expected("ada", ["count", "nothing"]) == {"count": 64 * 16 + 16 + 16 * 10 + 10}


def test_a_pattern_that_isnt_there():
    with pytest.raises(InputError, match="pattern 99999"):
        Exam.of(lab_with(compute="error", pattern=99999))
