"""What to try next, where the accuracy lost points: causes that the stated config shows.

The lecture's questions, as a list of causes: the inputs' scale, the order of the patterns, β, the
epochs. Each cause gives its advice where the figures speak for it; the first ones are said.

Example:
    >>> from mnistlab.grading.facts import Facts
    >>> too_fast(Facts(digest="", config={"optimizer": "sgd", "learning_rate": 20.0}))[:33]
    'β = 20 is too large for sgd: each'
"""

from collections.abc import Callable

from mnistlab import choices
from mnistlab.checks import shown
from mnistlab.config import ExperimentConfig
from mnistlab.grading.facts import Facts
from mnistlab.grading.scale import percent
from mnistlab.lab.assignment import Lab

MOST_SAID = 3
# β above the first is too large for plain SGD, in batches below 8 above the second.
LARGE, LARGE_IN_SMALL_BATCHES, SMALL_BATCH = 2.0, 0.2, 8
SMALL = 0.05  # for SGD; for other optimizers the same multiples of their own default
STILL_FALLING = 0.02  # of the loss, in the last epoch
FAR_FROM_CLAIM = 0.02


def for_accuracy(lab: Lab, facts: Facts) -> str:
    """Return what to try for a higher accuracy, in at most three pieces of advice.

    Args:
        lab: the assignment.
        facts: of a submission whose accuracy was measured.
    """
    causes: tuple[Callable[[Lab, Facts], str], ...] = (
        _other_inputs, _sorted, lambda _, f: too_fast(f), _stopped, _few_epochs,
        lambda _, f: too_slow(f), lambda _, f: _still_falling(f),
    )  # fmt: skip
    said = [advice for cause in causes if (advice := cause(lab, facts))]
    if not said:
        said = [_about_guessing(lab, facts) or "Train for more epochs, or change β, and choose "
                "by the validation accuracy (validation_split=0.1)."]  # fmt: skip
    return " ".join([*said[:MOST_SAID], *_mistakes(facts)])


# ── causes ──────────────────────────────────────────────────────────────────────────────────────


def _other_inputs(lab: Lab, facts: Facts) -> str:
    """Return what to do where the network was trained on other patterns, or on other numbers."""
    if facts.dataset and facts.dataset != lab.lab.dataset:
        return (f"It was trained on {shown(facts.dataset)}, and is measured on "
                f'{lab.lab.dataset}: train with dataset="{lab.lab.dataset}".')  # fmt: skip
    claimed, measured = facts.claimed_accuracy, facts.measured_accuracy
    if claimed is None or measured is None or claimed - measured <= FAR_FROM_CLAIM:
        return ""
    return (f"The file states {percent(min(claimed, 1))}, which the test doesn't bear out. The "
            "test gives the network inputs in [0, 1]: train with inputs in [0, 1] too, pixels "
            "divided by 255 once, not 0..255 and not divided twice.")  # fmt: skip


def _sorted(lab: Lab, facts: Facts) -> str:
    """Return what to do where the patterns came class by class."""
    order = facts.config.get("order")
    if order == "sorted":
        return ("The patterns were presented sorted by class, so the network forgot each class "
                'while it learned the next: train with order="random".')  # fmt: skip
    if order == "stored":
        return ("The patterns were presented as stored, which in some data sets is sorted by "
                'class: train with order="random".')  # fmt: skip
    return ""


def too_fast(facts: Facts) -> str:
    """Return what to do where β was too large, or the loss rose; "" elsewhere."""
    rule, beta = _rule_and_rate(facts)
    loss = facts.history.get("loss", ())
    rose = len(loss) > 1 and loss[-1] > loss[0]
    if beta is None:
        return "The loss rose while training: take a smaller β (learning_rate)." if rose else ""
    usual = choices.DEFAULT_LEARNING_RATES[rule]
    batch = facts.config.get("batch_size")
    small = isinstance(batch, int) and batch < SMALL_BATCH
    if small and rule == "sgd" and beta >= LARGE_IN_SMALL_BATCHES:
        return (f"β = {beta:g} is too large for an update after every {batch} patterns: take "
                "learning_rate=0.1, or batch_size=32.")  # fmt: skip
    if beta >= usual * LARGE / choices.DEFAULT_LEARNING_RATES["sgd"]:
        return (f"β = {beta:g} is too large for {rule}: each step overshoots. Take "
                f"learning_rate={usual:g}.")  # fmt: skip
    if rose:
        return (f"The loss rose while training, from {loss[0]:.3g} to {loss[-1]:.3g}: take a "
                f"smaller β than {beta:g}.")  # fmt: skip
    return ""


def too_slow(facts: Facts) -> str:
    """Return what to do where β was too small; "" elsewhere."""
    rule, beta = _rule_and_rate(facts)
    if beta is None:
        return ""
    usual = choices.DEFAULT_LEARNING_RATES[rule]
    if beta > usual * SMALL / choices.DEFAULT_LEARNING_RATES["sgd"]:
        return ""
    return (f"β = {beta:g} makes small steps for {rule}: take learning_rate={usual:g}, or many "
            "more epochs.")  # fmt: skip


def _rule_and_rate(facts: Facts) -> tuple[str, float | None]:
    """Return optimizer and β as the config states them; β None where either isn't known."""
    rule, beta = facts.config.get("optimizer"), facts.config.get("learning_rate")
    if not isinstance(rule, str) or rule not in choices.OPTIMIZERS:
        return "", None
    if isinstance(beta, bool) or not isinstance(beta, int | float):
        return rule, None
    return rule, float(beta)


def _stopped(lab: Lab, facts: Facts) -> str:
    """Return what to do where training was interrupted."""
    return "" if facts.completed else "Training was stopped early: let it run to its last epoch."


def _few_epochs(lab: Lab, facts: Facts) -> str:
    """Return what to do where fewer epochs were trained than the lab starts from."""
    usual = lab.training.get("epochs", ExperimentConfig().epochs)
    epochs = facts.config.get("epochs")
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs >= usual:
        return ""
    if epochs < 1:
        return f"The network wasn't trained (0 epochs): train it for {usual}."
    return f"It was trained for {epochs} of the {usual} epochs that the lab starts from."


def _still_falling(facts: Facts) -> str:
    """Return what to do where the loss had not come to rest."""
    loss = facts.history.get("loss", ())
    if len(loss) < 2 or loss[-2] - loss[-1] <= STILL_FALLING * abs(loss[-2]):
        return ""
    return (f"The loss was still falling, from {loss[-2]:.3g} to {loss[-1]:.3g} in the last "
            "epoch: train for more epochs.")  # fmt: skip


def _about_guessing(lab: Lab, facts: Facts) -> str:
    """Return the usual causes where the network does no better than guessing."""
    measured = facts.measured_accuracy
    if measured is None or measured > 1.5 / lab.network.classes:
        return ""
    return (f"That is about what guessing among {lab.network.classes} classes gives. Usual "
            "causes: inputs that aren't scaled to [0, 1], β too large, patterns sorted by class, "
            "or weights from before the training.")  # fmt: skip


def _mistakes(facts: Facts) -> list[str]:
    """Return the most frequent mistake, to be looked at."""
    if not facts.confusions:
        return []
    actual, answer, times = facts.confusions[0]
    often = "once" if times == 1 else f"{times:,} times"
    return [f"Its most frequent mistake: class {actual} taken for {answer}, {often}."]
