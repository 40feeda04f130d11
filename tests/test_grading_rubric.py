"""Points: the scale between two thresholds, each item, each kind of question, and marks.

The tables were worked by hand: with full_from 97% and none_below 90%, 93.5% is half the way.
"""

from fractions import Fraction

import pytest

from mnistlab.grading import scale
from mnistlab.grading.facts import Experiment, Facts
from mnistlab.grading.marks import Mark
from mnistlab.grading.points import advice
from mnistlab.grading.points.questionchecks import number, prediction
from mnistlab.grading.points.rubric import outcomes, with_marks
from mnistlab.lab.assignment import Lab, Number, Prediction


def lab(items=(), questions=(), **more):
    """Return a lab with these items and questions."""
    return Lab.model_validate({
        "schema_version": 1,
        "lab": {"name": "digits_lab", "title": "Digits", "dataset": more.pop("dataset", "mnist")},
        "network": {"inputs": 784, "classes": 10, **more.pop("network", {})},
        "grading": {"private_data": "private.npz"},
        "item": [{"id": f"i{k}", "points": 40, **one} for k, one in enumerate(items)],
        "question": [{"id": f"q{k}", "text": f"Question {k}?", "points": 10, **one}
                     for k, one in enumerate(questions)],
        **more,
    })  # fmt: skip


def facts(**more):
    """Return the facts of a good submission, changed."""
    good = {
        "digest": "sha256:0", "source": "zip", "layer_sizes": (784, 512, 10),
        "activations": ("sigmoid", "softmax"), "parameters": 407_050, "correct": 9612,
        "n_test": 10_000, "claimed_accuracy": 0.9612,
    }  # fmt: skip
    return Facts(**{**good, **more})


def one(found, items=(), questions=(), solutions=False, **more):
    """Return the single outcome of a lab with one item or question."""
    (outcome,) = outcomes(lab(items, questions, **more), found, solutions=solutions)
    return outcome


ACCURACY = {"check": "accuracy", "full_from": 0.97, "none_below": 0.9}
STEPPED = {**ACCURACY, "steps": 4}


# ── the scale ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("correct", "linear", "stepped"),
    [
        (10_000, 40, 40),
        (9_701, 40, 40),
        (9_700, 40, 40),  # exactly the threshold
        (9_699, 39.94, 30),  # 699/700 of 40 = 39.942…; three of four steps
        (9_525, 30, 30),  # 525/700 = 3/4: exactly a step
        (9_524, 29.94, 20),  # 524/700 of 40 = 29.942…
        (9_350, 20, 20),  # half the way
        (9_349, 19.94, 10),
        (9_175, 10, 10),
        (9_174, 9.94, 0),
        (9_001, 0.06, 0),  # 1/700 of 40 = 0.057…
        (9_000, 0, 0),  # exactly the lower threshold: 0 of the way
        (8_999, 0, 0),
        (0, 0, 0),
    ],
)
def test_accuracy_earns_what_was_worked_out_by_hand(correct, linear, stepped):
    assert one(facts(correct=correct), [ACCURACY]).points == linear
    assert one(facts(correct=correct), [STEPPED]).points == stepped


def test_a_threshold_that_is_reached_is_reached():
    for hundredths in range(1, 10_001):
        threshold = hundredths / 10_000
        assert scale.share(hundredths, 10_000, threshold, 0.0) == 1
        assert scale.share(hundredths - 1, 10_000, threshold, 0.0) < 1


def test_equal_thresholds_are_all_or_nothing():
    assert scale.share(970, 1000, 0.97, 0.97) == 1
    assert scale.share(969, 1000, 0.97, 0.97) == 0


def test_one_step_is_all_or_nothing():
    assert scale.share(9699, 10_000, 0.97, 0.9, steps=1) == 0
    assert scale.share(9700, 10_000, 0.97, 0.9, steps=1) == 1


def test_more_right_never_earns_less():
    for steps in (None, 1, 3, 7, 100):
        shares = [scale.share(n, 1797, 0.95, 0.3, steps) for n in range(1798)]
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0, 1)


def test_percent_never_shows_a_threshold_that_was_missed():
    assert scale.percent(Fraction(2909, 3000)) == "96.96%"  # 96.9666…
    assert scale.percent(Fraction(29_099, 30_000)) == "96.99%"  # 96.9966…
    assert scale.percent(Fraction(9_999, 10_000)) == "99.99%"
    assert scale.percent(0.29) == "29.00%"  # 0.29 · 100 is 28.999… as a float


# ── accuracy ────────────────────────────────────────────────────────────────────────────────────


def test_the_reason_says_the_numbers():
    found = one(facts(), [ACCURACY])
    assert found.reason == ("Measured 96.12% on 10,000 test images (9,612 right). Full points from "
                            "97%, none below 90%, rising evenly between them.")  # fmt: skip
    assert found.measured == "96.12%"
    assert found.advice


def test_full_points_have_a_reason_and_no_advice():
    found = one(facts(correct=9700), [ACCURACY])
    assert found.reason == ("Measured 97.00% on 10,000 test images (9,700 right). Full points from "
                            "97%.")  # fmt: skip
    assert found.advice == ""


def test_other_data_have_patterns_and_steps_are_named():
    found = one(facts(), [STEPPED], dataset="iris")
    assert "test patterns" in found.reason
    assert "in 4 equal steps" in found.reason


def test_the_instructors_hint_comes_first():
    assert one(facts(), [{**ACCURACY, "hint": "See slide 12."}]).advice == "See slide 12."


def test_a_private_test_set_counts_by_itself():
    item = {"check": "private", "full_from": 0.95, "none_below": 0.85}
    found = one(facts(correct=0, private_correct=180, n_private=200), [item])
    assert (found.points, found.visible) == (20, False)  # 90% is half the way from 85 to 95
    assert "keeps to itself" in found.reason
    assert one(facts(), [item]).points == 0


# ── nothing, records, problems ──────────────────────────────────────────────────────────────────

EVERY_ITEM = [
    {"check": "readable"}, {"check": "architecture"}, ACCURACY,
    {"check": "private", "full_from": 0.9, "none_below": 0.5}, {"check": "agreement"},
    {"check": "config", "within": {"epochs": [1, 20]}}, {"check": "predictions"},
    {"check": "experiments", "at_least": 3},
]  # fmt: skip
EVERY_QUESTION = [
    {"kind": "prediction"}, {"kind": "number", "value": 35}, {"kind": "answer"},
    {"kind": "number", "compute": "error", "unit": 17},
]  # fmt: skip


def test_nothing_handed_in_earns_nothing_everywhere():
    found = outcomes(lab(EVERY_ITEM, EVERY_QUESTION), None)
    assert [one.item for one in found] == [f"i{k}" for k in range(8)] + [f"q{k}" for k in range(4)]
    assert {one.points for one in found} == {0}
    assert {one.reason for one in found} == {"Nothing was handed in."}


def test_an_unreadable_file_earns_nothing_and_says_why():
    broken = Facts(digest="sha256:0", problems=("The file is empty. Submit again.",))
    found = outcomes(lab(EVERY_ITEM, EVERY_QUESTION), broken)
    assert sum(one.points for one in found) == 0
    assert all(one.reason for one in found)
    for k in range(5):
        assert found[k].reason == "The file is empty. Submit again."
        assert found[k].advice


def test_a_record_without_weights_is_a_claim_and_earns_nothing():
    record = Facts(digest="", source="record", claimed_accuracy=0.99)
    for outcome in outcomes(lab(EVERY_ITEM[:5]), record):
        assert outcome.points == 0
        assert "holds no weights" in outcome.reason
        assert "mnistlab.submit" in outcome.advice


def test_facts_that_contradict_themselves_earn_nothing():
    found = facts(correct=None, n_test=0, private_correct=None, n_private=0)
    assert one(found, [ACCURACY]).points == 0
    assert one(facts(correct=5, n_test=0), [ACCURACY]).points == 0


# ── the other items ─────────────────────────────────────────────────────────────────────────────


def test_readable():
    found = one(facts(), [{"check": "readable"}])
    assert found.points == 40
    assert "784-512-10" in found.reason and "407,050 parameters" in found.reason


@pytest.mark.parametrize(
    ("changed", "points", "said"),
    [
        ({}, 40, "as asked for"),
        ({"activations": ()}, 40, "doesn't say its activations"),
        ({"activations": ("relu", "softmax")}, 0, "relu, then softmax; asked for were sigmoid"),
        ({"layer_sizes": (784, 256, 10), "parameters": 203_530}, 0,
         "784-256-10, 203,530 parameters; asked for was 784-512-10, 407,050 parameters"),
        ({"layer_sizes": (784, 512, 512, 10)}, 0, "784-512-512-10"),
    ],
)  # fmt: skip
def test_architecture(changed, points, said):
    found = one(facts(**changed), [{"check": "architecture"}])
    assert found.points == points
    assert said in found.reason
    if not points:
        assert 'Dense(512, activation="sigmoid"), then Dense(10' in found.advice


@pytest.mark.parametrize(
    ("claimed", "points"),
    [
        (0.9612, 40),
        (0.9622, 40),  # exactly the tolerance of 0.001
        (0.9602, 40),
        (0.9623, 0),
        (0.9601, 0),
        (0.9612000226974487, 40),  # the float32
        (96.12, 0),
        (-1e300, 0),
        (None, 0),
    ],
)
def test_agreement(claimed, points):
    found = one(facts(claimed_accuracy=claimed), [{"check": "agreement", "tolerance": 0.001}])
    assert found.points == points


def test_a_float32_agrees_with_no_tolerance_at_all():
    item = {"check": "agreement", "tolerance": 0}
    assert one(facts(claimed_accuracy=0.9612000226974487), [item]).points == 40
    assert one(facts(claimed_accuracy=0.9613), [item]).points == 0


def test_percent_and_other_data_are_recognised_as_causes():
    item = {"check": "agreement"}
    assert "0.97, not 97" in one(facts(claimed_accuracy=96.12), [item]).advice
    said = one(facts(claimed_accuracy=0.91, dataset="mnist_5k"), [item]).advice
    assert "mnist_5k" in said


@pytest.mark.parametrize(
    ("within", "config", "points"),
    [
        ({"epochs": [1, 20]}, {"epochs": 20}, 40),
        ({"epochs": [1, 20]}, {"epochs": 1}, 40),
        ({"epochs": [1, 20]}, {"epochs": 21}, 0),
        ({"epochs": [1, 20]}, {"epochs": True}, 0),
        ({"epochs": [1, 20]}, {"epochs": "5"}, 0),
        ({"epochs": [1, 20]}, {"seed": 1}, 0),
        ({"epochs": [1, 20]}, {}, 0),
        ({"learning_rate": [0.1, 0.5]}, {"learning_rate": 0.1}, 40),
        ({"batch_size": [1, 128]}, {"batch_size": "full"}, 0),
        ({"batch_size": [32, "full"]}, {"batch_size": "full"}, 40),
        ({"optimizer": ["sgd", "adam"]}, {"optimizer": "adam"}, 40),
        ({"optimizer": ["sgd"]}, {"optimizer": "adam"}, 0),
        ({"hidden_units": [1, 512]}, {"hidden_units": (512, 64)}, 40),
        ({"hidden_units": [1, 512]}, {"hidden_units": (512, 640)}, 0),
        ({"hidden_units": [1, 512]}, {"hidden_units": ()}, 0),
        ({"epochs": [1, 20], "optimizer": ["sgd"]}, {"epochs": 5, "optimizer": "adam"}, 0),
    ],
)  # fmt: skip
def test_config(within, config, points):
    assert one(facts(config=config), [{"check": "config", "within": within}]).points == points


def test_config_says_what_is_outside():
    item = {"check": "config", "within": {"epochs": [1, 20], "optimizer": ["sgd", "adam"]}}
    found = one(facts(config={"epochs": 50, "optimizer": "sgd"}), [item])
    assert found.reason == "epochs is 50; allowed is 1 to 20."


def test_predictions_earn_their_share():
    questions = [{"kind": "prediction", "points": 0}] * 4
    found = one(facts(predictions={"q0": "10%", "q1": "  ", "q3": "0", "zzz": "x"}),
                [{"check": "predictions"}], questions)  # fmt: skip
    assert found.points == 20  # two of four
    assert found.reason == "2 of 4 predictions made. Missing: q1, q2."


def test_another_seed_or_data_set_is_no_experiment():
    runs = [
        {"dataset": "iris", "epochs": 1},
        {"dataset": "mnist", "epochs": 1, "seed": 1},
        {"dataset": "mnist", "epochs": 1, "seed": 2},
        {"dataset": "mnist_5k", "epochs": 2},
    ]
    found = one(facts(experiments=tuple(Experiment(config=c, test_accuracy=0.9) for c in runs)),
                [{"check": "experiments", "at_least": 3}])  # fmt: skip
    assert found.reason.startswith("2 runs with different settings")
    assert "1 of another data set" in found.reason


def test_a_run_without_a_figure_or_with_unknown_settings_is_none():
    runs = [Experiment(config={"epochs": 1}), Experiment(config={"x": 1}, test_accuracy=0.9),
            Experiment(config={"epochs": 2}, test_accuracy=0.9),
            Experiment(config={"epochs": 2.0}, test_accuracy=0.9)]  # fmt: skip
    found = one(facts(experiments=tuple(runs)), [{"check": "experiments", "at_least": 3}])
    assert found.reason.startswith("1 run with different settings")


def test_what_cant_be_seen_is_no_prediction():
    asked = Prediction(id="p", text="?", kind="prediction", points=1)
    assert prediction(asked, Facts(digest="", predictions={"p": "\u200b "})).share == 0
    assert prediction(asked, Facts(digest="", predictions={"p": "90"})).share == 1


def test_what_has_to_vary_has_to_take_two_values():
    runs = [{"dataset": "mnist", "batch_size": b, "learning_rate": 0.5} for b in (1, 32)]
    item = {"check": "experiments", "at_least": 2, "vary": ["batch_size", "learning_rate"]}
    tried = tuple(Experiment(config=c, test_accuracy=0.9) for c in runs)
    found = one(facts(experiments=tried), [item])
    assert found.points == pytest.approx(found.out_of / 2)
    assert found.reason.endswith("In all of them the same: learning_rate.")
    runs.append({"dataset": "mnist", "batch_size": 32, "learning_rate": 0.1})
    tried = tuple(Experiment(config=c, test_accuracy=0.9) for c in runs)
    found = one(facts(experiments=tried), [item])
    assert found.points == found.out_of


def test_the_right_number_isnt_told_by_its_tolerance():
    asked = Number(id="n", text="?", kind="number", points=1, compute="net_input", layer="hidden",
                   unit=17, pattern=0)  # fmt: skip
    found = number(asked, Facts(digest="", numbers={"n": 1.0}, expected={"n": -0.019806}))
    assert found.reason == "1 isn't the right number of your own network, to within 1%."


def test_experiments_with_equal_settings_count_once():
    runs = [{"epochs": 1, "seed": 0}, {"seed": 0, "epochs": 1}, {"epochs": 2, "seed": 0}]
    found = one(facts(experiments=tuple(Experiment(config=c, test_accuracy=0.9) for c in runs)),
                [{"check": "experiments", "at_least": 3}])  # fmt: skip
    assert found.points == 26.67  # two of three
    many = tuple(Experiment(config={"epochs": k}, test_accuracy=0.9) for k in range(5))
    assert one(facts(experiments=many), [{"check": "experiments", "at_least": 3}]).points == 40


# ── questions ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "points"),
    [(0.25, 10), (0.26, 10), (0.24, 10), (0.261, 0), (-0.25, 0), (25, 0), (1e308, 0), (None, 0)],
)
def test_numbers_and_their_tolerance(given, points):
    question = {"kind": "number", "value": 0.25, "tolerance": 0.01, "relative_tolerance": 0}
    found = one(facts(numbers={} if given is None else {"q0": given}), (), [question])
    assert found.points == points


def test_the_larger_tolerance_counts():
    question = {"kind": "number", "value": -1000, "tolerance": 1, "relative_tolerance": 0.01}
    assert one(facts(numbers={"q0": -990}), (), [question]).points == 10
    assert one(facts(numbers={"q0": -989}), (), [question]).points == 0


def test_usual_slips_are_named():
    question = {"kind": "number", "value": 0.25}
    assert "desired − actual" in one(facts(numbers={"q0": -0.25}), (), [question]).advice
    assert "percent" in one(facts(numbers={"q0": 25}), (), [question]).advice


def test_a_recomputed_number_is_of_this_student():
    question = {"kind": "number", "compute": "error", "unit": 17}
    found = facts(numbers={"q0": 0.031}, expected={"q0": 0.031})
    assert one(found, (), [question]).points == 10
    assert one(facts(numbers={"q0": 0.5}, expected={"q0": 0.031}), (), [question]).points == 0
    unknown = one(facts(numbers={"q0": 0.031}), (), [question])
    assert unknown.points is None  # a person decides


def test_the_right_number_is_said_only_where_it_may_be():
    question = {"kind": "number", "compute": "error", "unit": 17, "hint": ""}
    found = facts(numbers={"q0": 0.5}, expected={"q0": 0.03125})
    hidden = one(found, (), [question])
    assert "0.03125" not in hidden.model_dump_json()
    assert "0.03125 is right" in one(found, (), [question], solutions=True).measured


def test_answers_are_read_by_a_person_unless_blank():
    question = [{"kind": "answer"}]
    read = one(facts(answers={"q0": "Because of the slope."}), (), question)
    assert (read.points, read.measured) == (None, "4 words")
    assert one(facts(answers={"q0": " \n\t "}), (), question).points == 0
    assert one(facts(), (), question).points == 0


def test_a_prediction_with_points_has_to_be_there():
    assert one(facts(predictions={"q0": "False"}), (), [{"kind": "prediction"}]).points == 10
    assert one(facts(), (), [{"kind": "prediction"}]).points == 0


def test_questions_without_points_are_no_outcomes():
    assert outcomes(lab((), [{"kind": "answer", "points": 0}]), facts()) == ()


def test_long_questions_become_short_titles():
    found = one(facts(), (), [{"kind": "answer", "text": "Why\n" + "x" * 500}])
    assert len(found.title) == 120
    assert "\n" not in found.title


def test_points_are_a_pure_function():
    some = lab(EVERY_ITEM, EVERY_QUESTION)
    assert outcomes(some, facts()) == outcomes(some, facts())


# ── marks ───────────────────────────────────────────────────────────────────────────────────────


def test_marks_replace_points_reason_and_name():
    given = outcomes(lab([ACCURACY], [{"kind": "answer"}]), facts(answers={"q0": "Yes."}))
    marks = {"q0": Mark(7.5, "The slope is missing.", "grace"), "other": Mark(1, "", "grace")}
    measured, read = with_marks(given, marks)
    assert measured == given[0]
    assert (read.points, read.reason, read.by) == (7.5, "The slope is missing.", "grace")
    (blank,) = with_marks(given[1:], {"q0": Mark(10, " ", "grace")})
    assert (blank.reason, blank.advice) == ("10 of 10 points.", "")


# ── advice ──────────────────────────────────────────────────────────────────────────────────────


def said(**changed):
    """Return the advice for a submission that was changed."""
    return advice.for_accuracy(lab([ACCURACY]), facts(**changed))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"config": {"optimizer": "sgd", "learning_rate": 20.0}}, "β = 20 is too large for sgd"),
        ({"config": {"optimizer": "adam", "learning_rate": 0.5}}, "learning_rate=0.001"),
        ({"config": {"optimizer": "sgd", "learning_rate": 0.01}}, "β = 0.01 makes small steps"),
        ({"config": {"optimizer": "sgd", "learning_rate": 0.5, "batch_size": 1}},
         "an update after every 1"),
        ({"config": {"order": "sorted"}}, "sorted by class"),
        ({"config": {"order": "stored"}}, 'order="random"'),
        ({"config": {"epochs": 1}}, "1 of the 5 epochs"),
        ({"config": {"epochs": 0}}, "wasn't trained"),
        ({"completed": False}, "stopped early"),
        ({"claimed_accuracy": 0.99}, "divided by 255"),
        ({"dataset": "mnist_5k"}, "trained on 'mnist_5k'"),
        ({"history": {"loss": (0.5, 0.4)}}, "still falling, from 0.5 to 0.4"),
        ({"history": {"loss": (0.4, 0.9)}}, "The loss rose"),
        ({"correct": 980, "claimed_accuracy": None}, "guessing among 10 classes"),
        ({"confusions": ((4, 9, 23), (7, 2, 20))}, "class 4 taken for 9, 23 times"),
        ({}, "more epochs"),
    ],
)  # fmt: skip
def test_advice_names_the_cause(changed, words):
    assert words in said(**changed)


@pytest.mark.parametrize(
    "config",
    [
        {"optimizer": "sgd", "learning_rate": 0.5, "batch_size": 32, "order": "random",
         "epochs": 5},
        {"optimizer": "adam", "learning_rate": 0.001},
        {"optimizer": "nonsense", "learning_rate": "much", "epochs": True, "order": 3,
         "batch_size": None},
        {"optimizer": None, "learning_rate": None},
    ],
)  # fmt: skip
def test_advice_blames_no_usual_setting(config):
    assert said(config=config) == ("Train for more epochs, or change β, and choose by the "
                                   "validation accuracy (validation_split=0.1).")  # fmt: skip
