"""What a network in training consists of between two batches: named arrays and numbers, and back.

    kernel_1, bias_1, kernel_2, …      the weights, from the inputs on
    kernel_1.m, kernel_1.v, …          what the learning rule remembers of them (optimizers.py)
    kernel_1.average, …                their averages, with EMA
    optimizer.steps                    the steps taken
    optimizer.product                  Nadam's product of momentums
    loss, hits, absolute_error, patterns, seconds      sums over the running epoch

Order of patterns, β and masks are functions of seed, epoch and batch, so nothing else is needed.
"""

from collections.abc import Mapping, Sequence

from mnistlab.checkpoint import State
from mnistlab.classic.optimizers import Array, LearningRule
from mnistlab.classic.tally import SUMS
from mnistlab.errors import InputError

RULE = "optimizer."  # before the names of the learning rule's numbers
RUNNING = (*SUMS, "seconds")


def arrays_of(weights: Sequence[Array], optimizer: LearningRule) -> dict[str, Array]:
    """Return weights and the rule's memory by name: the arrays themselves, not copies."""
    found: dict[str, Array] = {}
    for k, (w, memory) in enumerate(zip(weights, optimizer.memory, strict=True)):
        name = f"{'bias' if k % 2 else 'kernel'}_{k // 2 + 1}"
        found[name] = w
        found.update({f"{name}.{slot}": array for slot, array in memory.items()})
    return found


def numbers_of(optimizer: LearningRule) -> dict[str, float]:
    """Return the rule's numbers by name."""
    return {RULE + name: value for name, value in optimizer.numbers().items()}


def must_fit(state: State, weights: Sequence[Array], optimizer: LearningRule) -> None:
    """Raise InputError where a state isn't one of this network and rule.

    Args:
        state: where a training stood.
        weights, optimizer: what it would be put back into.
    """
    wanted, given = _forms(arrays_of(weights, optimizer)), _forms(state.arrays)
    odd = [name for name in {**wanted, **given} if wanted.get(name) != given.get(name)]
    if odd:
        there, here = given.get(odd[0], "no such array"), wanted.get(odd[0], "no such array")
        raise InputError(
            f"The checkpoint is of another training: as {odd[0]!r} it has {there}, but this "
            f"network has {here}. Go on with the same layers, dtype, optimizer and "
            "ema_momentum, or start anew."
        )
    needed = [*numbers_of(optimizer), *(RUNNING if state.batch else ())]
    missing = [name for name in needed if name not in state.sums]
    if missing:
        raise InputError(
            f"The checkpoint lacks {', '.join(missing)}: it is of another optimizer or engine. "
            "Go on with the one that it was kept by, or start anew."
        )


def must_be_within(state: State, n_patterns: int, batch_size: int) -> None:
    """Raise InputError where a state stands outside an epoch of so many patterns."""
    batches = -(-n_patterns // batch_size)
    if not 0 <= state.batch < batches:
        raise InputError(
            f"The checkpoint stands after batch {state.batch} of epoch {state.epoch + 1}, but "
            f"here an epoch has {batches}. Go on with the same patterns and batch_size, or "
            "start anew."
        )


def running_sums(state: State) -> dict[str, float]:
    """Return the sums over the running epoch by name."""
    return {name: state.sums[name] for name in RUNNING}


def put_back(state: State, weights: Sequence[Array], optimizer: LearningRule) -> None:
    """Copy a state that fits into the weights and the rule."""
    for name, array in arrays_of(weights, optimizer).items():
        array[...] = state.arrays[name]
    optimizer.put_back({name: state.sums[RULE + name] for name in optimizer.numbers()})


def _forms(arrays: Mapping[str, Array]) -> dict[str, str]:
    """Return shape and dtype of each array, as a message names them."""
    return {name: f"{array.dtype} {array.shape}" for name, array in arrays.items()}
