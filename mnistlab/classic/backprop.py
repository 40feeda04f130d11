"""Classic backpropagation: the slide's equations, in NumPy, to be read beside the slide.

    the slide                              here
    x, or f(I) of the sending units        y_in, shape (batch, sending units)
    w_ij, b_j                              w (sending, receiving), b (receiving,)
    I_j = Σ_i w_ij y_i + b_j               net_input(y_in, w, b)
    f(I)                                   units.activate(f, I)
    E_j = desired_j − actual_j             units.output_error(…)
    E_i = f'(I_i) Σ_j w_ij E_j             hidden_error(f, I, y, w, E)
    Δw_ij = β E_j f(I_i)                   weight_change(beta, y_in, E)
    training algorithm, inner loop         step(…)

f, its slope f'(I) = f(I)(1 − f(I)) and E at the output stand in units.py, for every choice that
the lecture names.

Where the text can mislead:
    - Some printings say f(I) = 1 / (1 + e^I); that is 1 − f(I), and its slope is negative.
    - One pseudocode says f(I) (1 − I) for the slope; f(I) (1 − f(I)) holds.
    - Δw_ij takes the error of the *receiving* unit j and the activation of the *sending* unit i
      (some slides print f(I_j)); for weights from the inputs that activation is x itself.
    - The hidden errors use the weights as they were before the update.
    - "Total error = total error + error": signed errors cancel, so absolute values are added.

With more than one pattern at a time, β multiplies the mean over the batch.

Source: the lecture; Rumelhart, Hinton and Williams 1986.
"""

from collections.abc import Sequence

from mnistlab.classic import units
from mnistlab.classic.units import Array

Layer = tuple[Array, Array]  # (w, b) of one layer


def net_input(y_in: Array, w: Array, b: Array) -> Array:
    """Return I_j = Σ_i w_ij y_i + b_j of every receiving unit.

    Args:
        y_in: activations of the sending units, shape (batch, sending).
        w: weights, shape (sending, receiving).
        b: biases, shape (receiving,).

    Returns:
        I, shape (batch, receiving).

    Example:
        >>> net_input(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5])).tolist()
        [[11.5]]
    """
    return y_in @ w + b  # (batch, sending) @ (sending, receiving) → (batch, receiving)


def forward(
    x: Array, layers: Sequence[Layer], activations: Sequence[str]
) -> tuple[list[Array], list[Array]]:
    """Do the forward pass, saving I and f(I) of every layer for the way back.

    Args:
        x: patterns, shape (batch, inputs).
        layers: (w, b) of each layer, from the inputs on.
        activations: the name of each layer's f.

    Returns:
        I of each layer, and the activations: x first, then f(I) of each layer.
    """
    net_inputs: list[Array] = []
    y = [x]
    for (w, b), f in zip(layers, activations, strict=True):
        net_inputs.append(net_input(y[-1], w, b))  # (batch, receiving)
        y.append(units.activate(f, net_inputs[-1]))  # (batch, receiving)
    return net_inputs, y


def hidden_error(f: str, I: Array, y: Array, w: Array, E: Array) -> Array:  # noqa: E741
    """Return E_i = f'(I_i) Σ_j w_ij E_j of every hidden unit.

    Args:
        f: the hidden units' activation.
        I: their net inputs, shape (batch, hidden).
        y: their activations f(I), shape (batch, hidden).
        w: weights to the next layer, before the update, shape (hidden, receiving).
        E: errors of the next layer, shape (batch, receiving).

    Returns:
        E of the hidden units, shape (batch, hidden).
    """
    return units.slope(f, I, y) * (E @ w.T)  # (batch, receiving) @ (receiving, hidden)


def weight_change(beta: float, y_in: Array, E: Array) -> Layer:
    """Return Δw_ij = β E_j f(I_i) and Δb_j = β E_j, as means over the batch.

    Args:
        beta: the learning rate β, above 0.
        y_in: activations of the sending units, shape (batch, sending).
        E: errors of the receiving units, shape (batch, receiving).

    Returns:
        Δw, shape (sending, receiving), and Δb, shape (receiving,).
    """
    mean_E = beta / len(E) * E
    return y_in.T @ mean_E, mean_E.sum(axis=0)  # (sending, receiving), (receiving,)


def errors(
    layers: Sequence[Layer],
    activations: Sequence[str],
    net_inputs: Sequence[Array],
    y: Sequence[Array],
    desired: Array,
    loss: str,
) -> list[Array]:
    """Do the backward pass: return E of each layer, the first hidden layer's first.

    Args:
        layers, activations: as for `forward`.
        net_inputs, y: what `forward` returned.
        desired: desired outputs, shape (batch, outputs).
        loss: which error the output units have.
    """
    E = [units.output_error(loss, activations[-1], net_inputs[-1], y[-1], desired)]
    for k in range(len(layers) - 1, 0, -1):
        w_next = layers[k][0]  # (hidden, receiving)
        # y begins with x, so the activations of I = net_inputs[k − 1] are y[k]
        E.insert(0, hidden_error(activations[k - 1], net_inputs[k - 1], y[k], w_next, E[0]))
    return E


def downhill(
    x: Array, desired: Array, layers: Sequence[Layer], activations: Sequence[str], loss: str
) -> tuple[list[Array], list[Array], list[Layer]]:
    """Return where each weight should move: the mean over the batch of E_j f(I_i).

    It is minus the gradient of the mean loss, and Δw for β = 1.

    Args:
        x: patterns, shape (batch, inputs); one pattern is true SGD.
        desired: desired outputs, shape (batch, outputs).
        layers, activations: as for `forward`.
        loss: which error the output units have.

    Returns:
        I and f(I) of each layer as `forward` gives them, and (w, b) directions of each layer.
    """
    net_inputs, y = forward(x, layers, activations)
    E = errors(layers, activations, net_inputs, y, desired, loss)
    directions = [weight_change(1.0, y_in, E_j) for y_in, E_j in zip(y[:-1], E, strict=True)]
    return net_inputs, y, directions


def step(
    x: Array,
    desired: Array,
    layers: Sequence[Layer],
    activations: Sequence[str],
    loss: str,
    beta: float,
) -> tuple[Array, Array]:
    """Take one step of the training algorithm: forward, errors, then change every weight in place.

    Args:
        x: patterns, shape (batch, inputs); one pattern is true SGD.
        desired: desired outputs, shape (batch, outputs).
        layers, activations: as for `forward`.
        loss: which error the output units have.
        beta: the learning rate β, above 0.

    Returns:
        I and f(I) at the output as they were before the update, both (batch, outputs).

    Example:
        >>> w, b = np.zeros((1, 1)), np.zeros(1)
        >>> _ = step(np.ones((1, 1)), np.ones((1, 1)), [(w, b)], ["sigmoid"], "lecture", beta=0.5)
        >>> w.tolist(), b.tolist()  # f(0) = 0.5, E = 1 − 0.5, Δw = 0.5 · 0.5 · 1
        ([[0.25]], [0.25])
    """
    net_inputs, y = forward(x, layers, activations)
    E = errors(layers, activations, net_inputs, y, desired, loss)
    for (w, b), y_in, E_j in zip(layers, y[:-1], E, strict=True):
        change_w, change_b = weight_change(beta, y_in, E_j)
        w += change_w  # (sending, receiving)
        b += change_b  # (receiving,)
    return net_inputs[-1], y[-1]
