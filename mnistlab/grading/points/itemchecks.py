"""What each [[item]] of lab.toml measures: from facts to a share of its points, and why.

    readable       weights could be read
    architecture   layer sizes and activations are those asked for
    accuracy       between two thresholds (see scale.py)
    private        the same on a second test set
    agreement      the stated accuracy is the measured one
    config         every named setting is within its bounds
    predictions    the share of prediction questions that have a value
    experiments    runs with different configs, up to how many are asked for

Example:
    >>> from mnistlab.grading.facts import Facts
    >>> readable(Facts(digest="", problems=("The file is empty.",))).reason
    'The file is empty.'
"""

import json
from collections.abc import Mapping
from fractions import Fraction

from mnistlab.checks import shown
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import NAMES
from mnistlab.grading import scale
from mnistlab.grading.facts import Facts
from mnistlab.grading.points import advice
from mnistlab.grading.points.finding import (
    ALL,
    HAND_IN,
    NONE,
    Finding,
    is_said,
    not_measured,
    of_n,
)
from mnistlab.lab import assignment as lab_parts
from mnistlab.lab import bounds
from mnistlab.lab.assignment import Lab, Network

IMAGES = ("auto", "mnist", "mnist_5k", "fashion_mnist", "digits", "cifar10", "cifar100")
# The 5,000 digits are a sample of MNIST: what is tried on them is tried in the same lab.
SAMPLES = {"mnist": ("mnist", "mnist_5k"), "auto": ("mnist", "mnist_5k")}
SLACK = Fraction(1, 1_000_000)  # a stated accuracy may be a float32


def checked(item: lab_parts.Item, lab: Lab, facts: Facts) -> Finding:
    """Return what an item finds in the facts of a submission."""
    match item:
        case lab_parts.Readable():
            return readable(facts)
        case lab_parts.Architecture():
            return architecture(lab.network, facts)
        case lab_parts.Private():
            return private(item, lab, facts)
        case lab_parts.Accuracy():
            return accuracy(item, lab, facts)
        case lab_parts.Agreement():
            return agreement(item, lab, facts)
        case lab_parts.Config():
            return config(item, facts)
        case lab_parts.Predictions():
            return predictions(lab, facts)
        case lab_parts.Experiments():
            return experiments(item, lab, facts)


def readable(facts: Facts) -> Finding:
    """Return whether there were weights that could be read."""
    if not facts.layer_sizes:
        return not_measured(facts)
    network = _sizes(facts.layer_sizes)
    return Finding(ALL, f"The file was read: a {network} network with "
                   f"{of_n(facts.parameters or 0, 'parameter')}.", network)  # fmt: skip


def architecture(asked: Network, facts: Facts) -> Finding:
    """Return whether the network is the one that was asked for."""
    if not facts.layer_sizes:
        return not_measured(facts)
    is_there = f"{_sizes(facts.layer_sizes)}, {of_n(facts.parameters or 0, 'parameter')}"
    wanted = f"{_sizes(asked.layer_sizes)}, {of_n(asked.parameters, 'parameter')}"
    if facts.layer_sizes != asked.layer_sizes:
        return Finding(NONE, f"The network is {is_there}; asked for was {wanted}.", is_there,
                       _as_keras(asked))  # fmt: skip
    functions = (*(asked.hidden_activation,) * len(asked.hidden_units), asked.output_activation)
    if not facts.activations:
        return Finding(ALL, f"The network is {is_there}, as asked for. The file doesn't say its "
                       f"activations, so {_listed(functions)} were taken.", is_there)  # fmt: skip
    if facts.activations != functions:
        return Finding(NONE, f"The network is {is_there}, as asked for, but its activations are "
                       f"{_listed(facts.activations)}; asked for were {_listed(functions)}.",
                       f"{is_there}; {_listed(facts.activations)}", _as_keras(asked))  # fmt: skip
    return Finding(ALL, f"The network is {is_there}, with {_listed(functions)}, as asked for.",
                   is_there)  # fmt: skip


def accuracy(item: lab_parts.Accuracy, lab: Lab, facts: Facts) -> Finding:
    """Return what the accuracy on the instructor's test data earns."""
    if facts.correct is None or facts.n_test < 1:
        return not_measured(facts)
    test = f"test {_patterns(lab, facts.n_test)}"
    return _between(item, facts.correct, facts.n_test, test, advice.for_accuracy(lab, facts))


def private(item: lab_parts.Private, lab: Lab, facts: Facts) -> Finding:
    """Return what the accuracy on the private test set earns."""
    if facts.private_correct is None or facts.n_private < 1:
        return not_measured(facts)
    test = f"test {_patterns(lab, facts.n_private)} that the course keeps to itself"
    said = ("Choose the settings by validation patterns (validation_split=0.1), not by the test, "
            "and stop before the validation loss rises.")  # fmt: skip
    return _between(item, facts.private_correct, facts.n_private, test, said)


def _between(item: lab_parts.Accuracy, right: int, of: int, test: str, said: str) -> Finding:
    """Return what an accuracy earns between an item's two thresholds."""
    share = scale.share(right, of, item.full_from, item.none_below, item.steps)
    reached = scale.percent(Fraction(right, of))
    reason = (f"Measured {reached} on {of:,} {test} ({right:,} right). Full points from "
              f"{_threshold(item.full_from)}")  # fmt: skip
    if share < 1 and item.none_below < item.full_from:
        how = "rising evenly" if item.steps is None else f"in {of_n(item.steps, 'equal step')}"
        reason += f", none below {_threshold(item.none_below)}, {how} between them"
    return Finding(share, reason + ".", reached, said)


def agreement(item: lab_parts.Agreement, lab: Lab, facts: Facts) -> Finding:
    """Return whether the stated accuracy is the measured one."""
    correct, count = facts.comparable
    if correct is None or count < 1:
        return not_measured(facts)
    measured = Fraction(correct, count)
    reached = scale.percent(measured)
    if facts.claimed_accuracy is None:
        return Finding(NONE, f"The file states no accuracy; measured were {reached}.", reached,
                       HAND_IN)  # fmt: skip
    claimed = scale.exactly(facts.claimed_accuracy)
    stated = scale.percent(claimed) if 0 <= claimed <= 1 else f"{facts.claimed_accuracy:g}"
    apart = abs(claimed - measured)
    if apart <= SLACK:
        stated = reached
    bound = f"At most {100 * item.tolerance:g} percentage points are allowed."
    if apart <= scale.exactly(item.tolerance) + SLACK:
        return Finding(ALL, f"The file states {stated}, and {reached} were measured.", reached)
    test = f"{count:,} test {_patterns(lab, count)}"
    said = f"The file states {stated}, but {reached} were measured on {test}. {bound}"
    return Finding(NONE, said, reached, _why_apart(lab, facts))


def _why_apart(lab: Lab, facts: Facts) -> str:
    """Return what to look for where stated and measured accuracy differ."""
    if facts.claimed_accuracy is not None and 1 < facts.claimed_accuracy <= 100:
        return "Accuracies are shares in [0, 1]: 0.97, not 97."
    if facts.dataset and facts.dataset != lab.lab.dataset:
        return (f"The stated accuracy is of {shown(facts.dataset)}: train and test on "
                f"{lab.lab.dataset}.")  # fmt: skip
    return ("Hand in the weights of the very run whose accuracy you state, and evaluate on the "
            "test patterns, scaled to [0, 1], not on those it was trained on.")  # fmt: skip


def config(item: lab_parts.Config, facts: Facts) -> Finding:
    """Return whether the stated settings are within their bounds."""
    if not facts.config:
        return Finding(NONE, "The file doesn't say how the network was trained.", advice=HAND_IN)
    outside = bounds.outside(item.within, facts.config)
    stated = bounds.stated(item.within, facts.config)
    if outside:
        return Finding(NONE, " ".join(outside), stated, "Train again with these settings.")
    return Finding(ALL, f"All settings are within their bounds: {stated}.", stated)


def predictions(lab: Lab, facts: Facts) -> Finding:
    """Return the share of prediction questions that have a value."""
    asked = [one.id for one in lab.question if isinstance(one, lab_parts.Prediction)]
    missing = [one for one in asked if not is_said(facts.predictions.get(one, ""))]
    there = len(asked) - len(missing)
    reason = f"{there} of {of_n(len(asked), 'prediction')} made."
    if missing:
        reason += f" Missing: {_some(missing)}."
    return Finding(
        Fraction(there, len(asked)), reason, f"{there} of {len(asked)}",
        f'Say what you expect before you run the cell: sheet.predict("{missing[0]}", …).'
        if missing else "",
    )  # fmt: skip


def experiments(item: lab_parts.Experiments, lab: Lab, facts: Facts) -> Finding:
    """Return the share of the runs asked for that the worksheet records; equal ones count once."""
    known = set(ExperimentConfig().as_dict())
    runs = [one.config for one in facts.experiments
            if one.test_accuracy is not None and set(one.config) <= known]  # fmt: skip
    tried = [one for one in runs if _of_the_lab(one, lab)]
    different = len({_settings(one) for one in tried})
    reason = (f"{of_n(different, 'run')} with different settings recorded; "
              f"{item.at_least} asked for.")  # fmt: skip
    if len(tried) < len(runs):
        reason += f" {len(runs) - len(tried)} of another data set don't count."
    share = min(Fraction(different, item.at_least), ALL)
    same = [name for name in item.vary if len({str(one.get(name)) for one in tried}) < 2]
    if same:
        share = min(share, Fraction(len(item.vary) - len(same), len(item.vary)))
        reason += f" In all of them the same: {', '.join(same)}."
    return Finding(share, reason, of_n(different, "run"),
                   "Record each run that you try on the way: sheet.save(run).")  # fmt: skip


def _of_the_lab(config: Mapping[str, object], lab: Lab) -> bool:
    """Whether a recorded run is of the lab's data set; where that is a file, nobody knows."""
    asked = lab.lab.dataset
    return asked not in NAMES or config.get("dataset", asked) in (asked, *SAMPLES.get(asked, ()))


def _settings(config: Mapping[str, object]) -> str:
    """Return what makes a run another one; only another seed doesn't."""
    values = {name: float(value) if isinstance(value, int | float) else value
              for name, value in config.items() if name != "seed"}  # fmt: skip
    return json.dumps(values, sort_keys=True)


# ── words ───────────────────────────────────────────────────────────────────────────────────────


def _some(names: list[str], most: int = 10) -> str:
    """Return names in a row; of many, the first ones and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _sizes(layer_sizes: tuple[int, ...]) -> str:
    """Return 784-512-10."""
    return "-".join(str(one) for one in layer_sizes)


def _listed(names: tuple[str, ...]) -> str:
    """Return words as a list: sigmoid, then softmax."""
    return ", then ".join(names)


def _as_keras(asked: Network) -> str:
    """Return the layers to build, in Keras's words."""
    units = (*asked.hidden_units, asked.classes)
    functions = (*(asked.hidden_activation,) * len(asked.hidden_units), asked.output_activation)
    layers = [f'Dense({n}, activation="{f}")' for n, f in zip(units, functions, strict=True)]
    return f"Build it as {', then '.join(layers)}, on {asked.inputs} inputs."


def _patterns(lab: Lab, count: int) -> str:
    """Return what the data set's patterns are called."""
    word = "image" if lab.lab.dataset in IMAGES else "pattern"
    return word if count == 1 else word + "s"


def _threshold(accuracy: float) -> str:
    """Return a threshold in percent: 97%."""
    return f"{100 * accuracy:g}%"
