"""What the builder says when a source can't be built, and the words that sources may use."""

import itertools
from collections.abc import Sequence

from mnistlab.lab.assignment import Network


class BuildError(Exception):
    """A source that can't be built: which file, which cell, and what to change."""


def sizes(layers: tuple[int, ...]) -> str:
    """Return "784-512-10".

    Example:
        >>> sizes((784, 512, 10))
        '784-512-10'
    """
    return "-".join(str(units) for units in layers)


def of_network(network: Network) -> dict[str, str]:
    """Return what sources may say of the network: as text, as Python, as Keras's layers.

    Example:
        >>> said = of_network(Network(inputs=784, classes=10))
        >>> said["hidden_units"], said["hidden_layers"]
        ('512', 'a hidden layer of 512 sigmoid **units**')
        >>> said["count"]
        '784 * 512 + 512 + 512 * 10 + 10'
    """
    layers = network.layer_sizes
    pairs = list(itertools.pairwise(layers))
    return {
        "sizes": sizes(layers),
        "parameters": f"{network.parameters:,}",
        "layer_sizes": repr(layers),
        "hidden_units": _literal(network.hidden_units),
        "hidden_sizes": repr(_smaller(network.hidden_units)),
        "hidden_layers": _hidden(network.hidden_units, network.hidden_activation),
        "count": " + ".join(f"{below} * {above} + {above}" for below, above in pairs),
        "keras_layers": ",\n        ".join(_keras(network)),
        "layers": str(len(layers)),
        "dense_layers": str(len(pairs)),
        "dense_texts": _texts(network),
    }


def _literal(hidden: Sequence[int]) -> str:
    """Return hidden_units= as Python writes it: 512, or (128, 64)."""
    return str(hidden[0]) if len(hidden) == 1 else repr(tuple(hidden))


def _smaller(hidden: Sequence[int]) -> tuple[int, ...]:
    """Return a 64th, a 16th, a quarter and all of one layer's units; else the lecture's sizes.

    Example:
        >>> _smaller((512,)), _smaller((64,))
        ((8, 32, 128, 512), (1, 4, 16, 64))
    """
    most = hidden[0] if len(hidden) == 1 and hidden[0] >= 64 else 512
    return (most // 64, most // 16, most // 4, most)


def _hidden(hidden: Sequence[int], activation: str) -> str:
    """Return the hidden layers in words."""
    if len(hidden) == 1:
        return f"a hidden layer of {hidden[0]} {activation} **units**"
    if not hidden:
        return "no hidden **units**"
    return f"hidden layers of {listed([str(one) for one in hidden])} {activation} **units**"


def _keras(network: Network) -> list[str]:
    """Return the Dense layers as Keras's code."""
    return [f'keras.layers.Dense({units}, activation="{f}")' for units, f in _dense(network)]


def _texts(network: Network) -> str:
    """Return the Dense layers as an exercise asks for them."""
    return listed([f"`Dense({units})` with {f}" for units, f in _dense(network)])


def _dense(network: Network) -> list[tuple[int, str]]:
    """Return units and activation of each layer of weights."""
    hidden = [(units, network.hidden_activation) for units in network.hidden_units]
    return [*hidden, (network.classes, network.output_activation)]


def listed(parts: Sequence[str]) -> str:
    """Return parts as a sentence lists them.

    Example:
        >>> listed(["a", "b", "c"]), listed(["a"])
        ('a, b and c', 'a')
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
