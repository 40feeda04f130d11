# %% [markdown]
# # Backpropagation
#
# In 75 minutes you compute one step of backpropagation on paper, write its formulas in Python,
# train two networks with them, and watch the error go downhill. You need the lecture's part on
# classic backpropagation, a pocket calculator, and a sheet of paper.
#
# Each step goes the same way: **predict** what will happen, **run** the cell, **explain** what you
# saw. Your prediction goes into the field in the cell, your explanation into a text cell that you
# add (in Colab: “+ Text”; in Jupyter: Esc, B, M).
#
# At the end you can
#
# - compute I, f(I), E and Δw of any unit, on paper and in Python;
# - say which loss goes down when weights change by this rule, and show it;
# - explain what β, a schedule, the order of the patterns and the batch size do to the descent.

# %% [markdown] edition="instructor"
# **For the instructor.** Nothing here depends on MNIST: the data are scikit-learn's Iris and the
# four patterns of XOR, so all numbers below hold wherever the notebook runs, but for a last digit.
# The cells take about 25 s in all. Time for a student: 5 minutes to “One step by hand”, 15 to
# “Write the formulas”, 20 to “Is it the slope?”, 5 to “The training algorithm”, 10 to “XOR”, 5 to
# “Gradient descent”, 15 for the rest. Nine exercises, 18 points. Where time is short, leave out “Is
# it the slope?”, or stop before “Gradient descent”: what follows uses the package's own formulas,
# so it runs for everyone, whatever has been written above.

# %% [markdown]
# ## Set up

# %%
import numpy as np

import mnistlab
from mnistlab import ClassicNetwork, plots
from mnistlab.classic import units

iris = mnistlab.load_data("iris")
x, labels = iris.x_train, iris.y_train  # (120, 4) measurements in [0, 1], (120,)
desired = np.eye(3)[labels]  # (120, 3), 1 for the flower's species and 0 for the others

print(f"{iris.n_train} flowers to train, {iris.n_test} to test: {', '.join(iris.class_names)}")
print("flower 0 measures", x[0].round(2), "and is", iris.class_names[labels[0]])
print("its desired outputs:", desired[0])

# %% [markdown] takes_up="parameters · bias · How many parameters are there?"
# ## The network 4-4-3
#
# The lecture's example: 4 inputs, one for each measurement; 4 hidden units; 3 outputs, one for each
# species. Every unit, hidden and output, has weights and a **bias**. Some printings say that no
# bias is used for the output layer, but the slide's own count has 7 biases in it.
#
# **Your turn.** How many **parameters** is that, weights and biases? Count before the program does.

# %% exercise="backprop_count" stub="parameters = 0  # your count"
### BEGIN SOLUTION
parameters = 4 * 4 + 4 + 4 * 3 + 3
### END SOLUTION

# %% tests="backprop_count_check" points=1
assert parameters != 0, "No count yet: write your number in place of 0."
### BEGIN HIDDEN TESTS
assert parameters == 35, f"{parameters} isn't right: 16 weights + 4 biases, 12 weights + 3 biases."
### END HIDDEN TESTS
print("Run the next cell and compare.")

# %%
# keras: keras.Sequential([keras.Input((4,)), Dense(4, "sigmoid"), Dense(3, "sigmoid")]).summary()
ClassicNetwork((4, 4, 3), output_activation="sigmoid").summary()

# %%
plots.network_diagram((4, 4, 3), output_activation="sigmoid")

# %% [markdown] edition="instructor"
# **For the instructor.** 16 + 4 + 12 + 3 = 35. The likely wrong answers are 28, without biases, and
# 32, without those of the output units. The slide counts 3 layers; in Keras the inputs are no
# layer, so it is two `Dense`.

# %% [markdown] takes_up="backpropagation · forward pass · model"
# ## One step by hand
#
# **Backpropagation** takes one pattern through the network, the **forward pass**, then takes its
# error back. In this section you do both, for one flower and two of the seven units. This **model**
# has weights with one digit after the point, so that a pocket calculator is enough. Units count
# from 1, as on the slides; Python and the picture above count from 0.

# %%
w1 = np.array([[0.7, 0.1, 0.5, 0.8], [-0.8, -0.5, 0.5, -0.9],
               [0.4, 0.2, -0.9, -0.7], [-0.6, 0.5, 0.8, -0.6]])  # (4 inputs, 4 hidden)  # fmt: skip
w2 = np.array([[0.6, -0.5, -0.5], [0.8, -0.3, 0.9],
               [0.2, 0.0, 0.7], [0.8, 0.4, 0.7]])  # (4 hidden, 3 outputs)  # fmt: skip
b1, b2 = np.array([0.4, -0.2, 0.1, 0.3]), np.array([-0.6, 0.2, 0.1])  # (4,), (3,)
flower, wanted = np.array([0.2, 0.7, 0.1, 0.0]), np.array([1.0, 0.0, 0.0])  # a setosa
beta = 0.5

by_hand = ClassicNetwork((4, 4, 3), output_activation="sigmoid", dtype="float64")
by_hand.set_weights([w1, b1, w2, b2])
by_hand.compile(learning_rate=beta)

# %% [markdown] takes_up="sigmoid"
# ### Forward
#
# Each unit j adds up what the units i below send it, and passes on its activation:
#
# $$I_j = \sum_i w_{ij}\, y_i + b_j \qquad\qquad f(I) = \frac{1}{1 + e^{-I}}$$
#
# f is the **sigmoid**. Some printings say $1/(1 + e^{I})$; the exponent is −I, so that f rises with
# I. For the hidden units, $y_i$ is the input $x_i$ itself.

# %%
_, hidden_f, _ = by_hand.forward(flower[None])  # x, f(I) of the hidden units, of the outputs

print("x =", flower)
print("to hidden unit 1:  weights", w1[:, 0], "  bias", b1[0])
print("hidden units 2, 3, 4 send f(I) =", hidden_f[0, 1:].round(3))
print("to output unit 1:  weights", w2[:, 0], "  bias", b2[0])

# %% [markdown]
# **Your turn.** Compute I and f(I) of hidden unit 1, then of output unit 1, the one for setosa.
# Three digits after the point are enough.

# %% exercise="backprop_forward" stub="I_hidden = 0.0  # of hidden unit 1\nf_hidden = 0.0\nI_output = 0.0  # of output unit 1\nf_output = 0.0"
### BEGIN SOLUTION
I_hidden, f_hidden = 0.02, 0.505  # 0.2·0.7 − 0.7·0.8 + 0.1·0.4 − 0·0.6 + 0.4
I_output, f_output = 0.478, 0.617  # 0.6·0.505 + 0.8·0.375 + 0.2·0.613 + 0.8·0.44 − 0.6
### END SOLUTION

# %% tests="backprop_forward_check" points=2
below, above = by_hand.trace(flower, wanted).layers
for name, yours, right in (("I of hidden unit 1", I_hidden, below.I[0]),
                           ("f(I) of hidden unit 1", f_hidden, below.f[0]),
                           ("I of output unit 1", I_output, above.I[0]),
                           ("f(I) of output unit 1", f_output, above.f[0])):  # fmt: skip
    assert abs(yours - right) < 0.002, f"{name} isn't {yours:g}. Compute it again, bias included."
print("✓ The forward pass is right.")

# %% [markdown] takes_up="learning rule"
# ### Backward
#
# At the output the error is plain. A hidden unit has no desired output, so it answers for the
# errors that it helped to make, each as far as its weight reaches:
#
# $$E_j^{\,output} = \text{desired}_j - \text{actual}_j \qquad\qquad
# E_i^{\,hidden} = f'(I_i) \sum_j w_{ij}\, E_j \qquad\qquad f'(I) = f(I)\,(1 - f(I))$$
#
# Then the **learning rule** changes each weight: the error of the *receiving* unit times the
# activation of the *sending* one, in steps of β.
#
# $$\Delta w_{ij} = \beta\, E_j\, f(I_i) \qquad\qquad \Delta b_j = \beta\, E_j$$

# %%
print("desired =", wanted, "  β =", beta)
print("E of output units 2 and 3 =", above.E[1:].round(3))
print("hidden unit 1 sends to the outputs through the weights", w2[0])

# %% [markdown]
# **Your turn.** Compute E of output unit 1; E of hidden unit 1; Δw of the weight from hidden unit 1
# to output unit 1; and Δw of the weight from input 2 to hidden unit 1. Use the weights as they are
# above: they change only after both errors are known.

# %% exercise="backprop_backward" stub="E_output = 0.0  # of output unit 1\nE_hidden = 0.0  # of hidden unit 1\nchange_to_output = 0.0  # Δw from hidden unit 1 to output unit 1\nchange_to_hidden = 0.0  # Δw from input 2 to hidden unit 1"
### BEGIN SOLUTION
E_output, E_hidden = 0.383, 0.21  # 1 − 0.617;  0.505·0.495·(0.6·0.383 + 0.5·0.503 + 0.5·0.716)
change_to_output = 0.097  # 0.5 · 0.383 · 0.505
change_to_hidden = 0.073  # 0.5 · 0.21 · 0.7
### END SOLUTION

# %% tests="backprop_backward_check" points=2
for name, yours, right in (("E of output unit 1", E_output, above.E[0]),
                           ("E of hidden unit 1", E_hidden, below.E[0]),
                           ("Δw, hidden unit 1 to output 1", change_to_output, above.change_w[0, 0]),
                           ("Δw, input 2 to hidden unit 1", change_to_hidden, below.change_w[1, 0]),
                           ):  # fmt: skip
    assert abs(yours - right) < 0.002, f"{name} isn't {yours:g}. Compute it again, with its sign."
print("✓ The backward pass is right.")

# %% [markdown]
# ### Beside the slide
#
# `trace` is the same step for all seven units. No weight is changed; it says what would be. In its
# names, `hidden 1` is the first layer of hidden units, here the only one.
#
# | on the slide | in the trace |
# |---|---|
# | $I_j$ and $f(I_j)$ | `I`, `f` |
# | $f'(I_i)$ and $\sum_j w_{ij} E_j$, hidden units only | `slope`, `incoming` |
# | $E_j$ | `E` |
# | $\Delta w_{ij}$ and $\Delta b_j$ | `change_w`, `change_b` |
#
# Each row of `w` and `change_w` is a sending unit i, each column a receiving unit j.
#
# **Predict:** which four of the 28 weights don't change at all?

# %%
EXPECTED_UNCHANGED = ""  # @param ["", "those from input 2", "those from input 4", "those from hidden unit 1", "those to output 1"]

# keras: with tf.GradientTape() as tape: ...; tape.gradient(loss, model.trainable_variables)
print(f"You expected: {EXPECTED_UNCHANGED or 'nothing yet'}")
step = by_hand.trace(flower, wanted)
step

# %% [markdown]
# **Explain:** why don't they change? And by how much does the loss of this flower fall if the step
# is taken? The first line of the table says it.

# %% [markdown] edition="instructor"
# **For the instructor.** Forward: I = 0.02, f(I) = 0.505; I = 0.478, f(I) = 0.617. Backward: E =
# 0.383 and 0.210; Δw = 0.097 and 0.073. Answers count as right within 0.002. The weights from input
# 4 don't change, because it sends 0. The loss falls from 2.438 to 1.606. Likely wrong: the bias left
# out; +0.6 for the output's bias; the slope left out (E = 0.839); in the last one f(0.7) for x =
# 0.7 (Δw = 0.070). Whoever finds Δw = 0.118 for the first of the two has taken f(I) of the output
# unit: some printings say $f(I_j)$.

# %% [markdown]
# ## Write the formulas
#
# Five formulas, five functions. The arrays that they get have a row for each pattern, so that they
# hold for one pattern and for several:
#
# | name | what it is | shape |
# |---|---|---|
# | `I`, `f_I` | net input and activation of some units | (patterns, units) |
# | `desired`, `actual` | at the output | (patterns, outputs) |
# | `w` | weights of a layer | (sending, receiving) |
# | `E` | errors of the receiving units | (patterns, receiving) |
# | `y_in` | what the sending units send | (patterns, sending) |
#
# Under each function, `mnistlab.check_rule` tries it on random numbers. If it isn't right, it says
# which well-known mistake it is.

# %% [markdown]
# ### Activation
#
# $$f(I) = \frac{1}{1 + e^{-I}}$$
#
# `np.exp(I)` is $e^I$ of every number in an array.


# %% exercise="backprop_activation"
def activation(I):
    """Return f(I)."""
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(-I))
    ### END SOLUTION


mnistlab.check_rule("activation", activation)

# %% tests="backprop_activation_check" points=2
report = mnistlab.check_rule("activation", activation)
assert report, report.message
### BEGIN HIDDEN TESTS
assert np.allclose(activation(np.linspace(-4, 4, 9)), units.sigmoid(np.linspace(-4, 4, 9)))
### END HIDDEN TESTS
print("✓ activation is right.")

# %% [markdown]
# ### Slope
#
# $$f'(I) = \frac{df}{dI} = f(I)\,(1 - f(I))$$
#
# The slope of f: how much f(I) rises where I rises a little. The forward pass has saved f(I), so
# this function gets `f_I`. Some printings of the pseudocode say `f(I) * (1 – I)`, and some print
# the slope as df/I. It is f(I) in both places.


# %% exercise="backprop_slope"
def slope(f_I):
    """Return f'(I), given f(I)."""
    ### BEGIN SOLUTION
    return f_I * (1 - f_I)
    ### END SOLUTION


mnistlab.check_rule("slope", slope)

# %% tests="backprop_slope_check" points=2
report = mnistlab.check_rule("slope", slope)
assert report, report.message
### BEGIN HIDDEN TESTS
assert np.allclose(slope(np.array([[0.5, 0.9]])), [[0.25, 0.09]])
### END HIDDEN TESTS
print("✓ slope is right.")

# %% [markdown]
# ### Error at the output
#
# $$E_j = \text{desired}_j - \text{actual}_j$$


# %% exercise="backprop_output_error"
def output_error(desired, actual):
    """Return E of the output units."""
    ### BEGIN SOLUTION
    return desired - actual
    ### END SOLUTION


mnistlab.check_rule("output_error", output_error)

# %% tests="backprop_output_error_check" points=2
report = mnistlab.check_rule("output_error", output_error)
assert report, report.message
### BEGIN HIDDEN TESTS
assert np.allclose(output_error(np.array([[1.0, 0.0]]), np.array([[0.7, 0.2]])), [[0.3, -0.2]])
### END HIDDEN TESTS
print("✓ output_error is right.")

# %% [markdown]
# ### Error of a hidden unit
#
# $$E_i = f'(I_i) \sum_j w_{ij}\, E_j$$
#
# A sum over units is a product of arrays in NumPy: `y_in @ w` sums over the sending units i. Here
# the sum goes over the receiving units j. Lay the shapes side by side: (patterns, receiving) and
# (receiving, sending) give (patterns, sending). `w.T` is w with its rows and columns swapped.


# %% exercise="backprop_hidden_error"
def hidden_error(f_I, w, E):
    """Return E of the hidden units, given their f(I), their weights to the next layer, its E."""
    ### BEGIN SOLUTION
    return slope(f_I) * (E @ w.T)
    ### END SOLUTION


mnistlab.check_rule("hidden_error", hidden_error)

# %% tests="backprop_hidden_error_check" points=2
report = mnistlab.check_rule("hidden_error", hidden_error)
assert report, report.message
### BEGIN HIDDEN TESTS
assert np.allclose(hidden_error(below.f[None], above.w, above.E[None])[0], below.E)
### END HIDDEN TESTS
print("✓ hidden_error is right.")

# %% [markdown]
# ### Change of the weights
#
# $$\Delta w_{ij} = \beta\, E_j\, f(I_i)$$
#
# Some printings say $f(I_j)$. It is the activation of the *sending* unit i, and for weights from
# the inputs it is x itself: `y_in` in both cases. Each pair i, j has a weight of its own, so one
# pattern gives a whole table, (sending, receiving). For several patterns Δw is the mean of their
# tables: a sum over the patterns, divided by their number, `len(E)`.


# %% exercise="backprop_weight_change"
def weight_change(beta, E, y_in):
    """Return Δw, shape (sending, receiving), as the mean over the patterns."""
    ### BEGIN SOLUTION
    return beta * y_in.T @ E / len(E)
    ### END SOLUTION


mnistlab.check_rule("weight_change", weight_change)

# %% tests="backprop_weight_change_check" points=2
report = mnistlab.check_rule("weight_change", weight_change)
assert report, report.message
### BEGIN HIDDEN TESTS
assert np.allclose(weight_change(beta, above.E[None], above.y_in[None]), above.change_w)
### END HIDDEN TESTS
print("✓ weight_change is right.")

# %% [markdown] edition="instructor"
# **For the instructor.** Half a minute each for the first three; the last two take most of the
# time, because of their shapes. `np.outer(y_in, E)` is right on paper for one pattern; `check_rule`
# says that it is written for one and how to write it for several. What it says to the printed
# $f(I_j)$, and to the slope of the pseudocode:

# %% edition="instructor"
mnistlab.check_rule("weight_change", lambda beta, E, f_j: beta * (E * f_j).mean(axis=0))

# %% edition="instructor"
mnistlab.check_rule("slope", lambda f_I, I: f_I * (1 - I))

# %% [markdown]
# ### All five in a network
#
# `mnistlab.Rules` puts formulas of your own into a network in place of the slide's. Here are yours,
# and once more the step that you took by hand.

# %% exercise="backprop_rules"
formulas = {"activation": activation, "slope": slope, "output_error": output_error,
            "hidden_error": hidden_error, "weight_change": weight_change}  # fmt: skip
rules = mnistlab.Rules(**formulas)

mine = ClassicNetwork((4, 4, 3), output_activation="sigmoid", dtype="float64", rules=rules)
mine.set_weights([w1, b1, w2, b2])
mine.compile(learning_rate=beta)
yours, theirs = mine.trace(flower, wanted).arrays(), step.arrays()
same = all(np.allclose(yours[name], theirs[name]) for name in theirs)
print("every array of the trace is the same with your formulas:", same)

# %% [markdown]
# ### Does a printing matter?
#
# Here are the printings from above, one at a time, in a 4-4-3 network from random weights, for 20
# epochs on Iris. With three species, guessing gets a third right.
#
# **Predict:** which of the four still learns something?

# %%
EXPECTED_LEARNS = ""  # @param ["", "1/(1 + e^I)", "f(I)(1 − I)", "df/I", "f(I_j)", "none of them"]

printings = {
    "as it should be": {},
    "f(I) = 1/(1 + e^I)": {"activation": lambda I: units.sigmoid(-I)},
    "slope f(I)(1 − I)": {"slope": lambda I: units.sigmoid(I) * (1 - I)},
    "df/I, read as f(I)/I": {"slope": lambda I: units.sigmoid(I) / I},
    "Δw = β E_j f(I_j)": {"weight_change": lambda beta, E, y_in, f_j:
                          beta * np.ones_like(y_in).T @ (E * f_j) / len(E)},
}  # fmt: skip
print(f"You expected: {EXPECTED_LEARNS or 'nothing yet'}")
for name, formula in printings.items():
    tried = ClassicNetwork((4, 4, 3), output_activation="sigmoid", rules=mnistlab.Rules(**formula))
    tried.compile(learning_rate=0.5)
    tried.fit(x, labels, epochs=20, batch_size=1, verbose=0)
    print(f"{name:21}  {tried.evaluate(x, labels)[1]:.0%} of the flowers right")

# %% [markdown]
# **Explain:** what is the slope of $1/(1 + e^I)$, and into which direction do the output units move
# then, when E says “up”?

# %% [markdown] edition="instructor"
# **For the instructor.** 97% as it should be; 33% with e^I, 67% with (1 − I), 33% with df/I and
# with $f(I_j)$. $1/(1 + e^I)$ is 1 − f(I) and its slope is −f(1 − f), so that a positive E lowers
# the output: the error grows in each step. (1 − I) has the right sign wherever I < 1, so it learns
# a part; with other batches or seeds it may learn all of it, or blow up.

# %% [markdown] takes_up="loss function · How to determine the error or loss at the output: use our formulation? · Is there a better way to assess error?"
# ## Is it the slope?
#
# Backpropagation claims to know, for each of the 35 parameters, which way is downhill, and how
# steep it is. That can be checked without any formula: change one parameter by a hair, h, up and
# down, and look at what the **loss function** does (**central differences**).
#
# $$\text{slope} \approx \frac{\text{loss}(w + h) - \text{loss}(w - h)}{2h}$$
#
# If E·f(I) is the way down, it must be minus this slope, for all 35. But of which loss?


# %%
def slopes(network, pattern, wanted, h=1e-5):
    """Return the slope of the loss for each parameter, by central differences."""
    weights, found = network.get_weights(), []
    for array in weights:
        for place in np.ndindex(array.shape):
            losses, kept = [], array[place]
            for moved in (kept + h, kept - h):
                array[place] = moved
                network.set_weights(weights)
                losses.append(network.evaluate(pattern[None], wanted[None])[0])
            array[place] = kept
            found.append((losses[0] - losses[1]) / (2 * h))
    network.set_weights(weights)
    return np.array(found)  # (35,)


def downhill(network, pattern, wanted):
    """Return E·f(I) for each parameter, by the network's formulas: Δw, and Δb, without β."""
    layers = network.trace(pattern, wanted).layers
    changes = [array.ravel() for one in layers for array in (one.change_w, one.change_b)]
    return np.concatenate(changes) / network.learning_rate  # (35,)


# %% [markdown]
# Two losses, both **summed over the outputs**, and two formulas for E at the output, yours and one
# with the slope in it, as Rumelhart, Hinton and Williams had it in 1986:
#
# $$\text{cross-entropy} = -\sum_j \big( d_j \ln a_j + (1 - d_j) \ln (1 - a_j) \big)
# \qquad\qquad \text{squared error} = \frac{1}{2} \sum_j (d_j - a_j)^2$$
#
# **Predict:** of which of the two is E = d − a the way downhill?

# %% exercise="backprop_gradient"
EXPECTED_LOSS = ""  # @param ["", "cross-entropy", "squared error", "both", "neither"]

with_slope = formulas | {"output_error": lambda desired, actual: (desired - actual) * slope(actual)}

print(f"You expected: {EXPECTED_LOSS or 'nothing yet'}")
print("largest difference over 35 parameters   cross-entropy   squared error")
for name, chosen in (("E = d − a", formulas), ("E = (d − a) f'(I)", with_slope)):
    found = []
    for loss, times in (("lecture", 1), ("mean_squared_error", 3 / 2)):  # a mean of 3 → ½ a sum
        checked = ClassicNetwork((4, 4, 3), output_activation="sigmoid", dtype="float64",
                                 rules=mnistlab.Rules(**chosen))  # fmt: skip
        checked.compile(loss=loss)
        differs = downhill(checked, x[0], desired[0]) + times * slopes(checked, x[0], desired[0])
        found.append(np.abs(differs).max())
    print(f"{name:37} {found[0]:15.1g} {found[1]:15.1g}")

# %% [markdown]
# So “use our formulation?” has an answer. E = d − a with sigmoid outputs goes down the
# cross-entropy. With the squared error a factor f'(I) belongs to it. They are two algorithms. Where
# a unit is sure and wrong, f'(I) is almost 0: which of the two still learns there?
#
# E = d − a has more than one loss, one for each kind of output unit. Central differences once more,
# this time over the net inputs of three outputs. The losses bear Keras's names; some of Keras's are
# means over the outputs, so a factor makes them sums (for the squared error, half a sum).

# %%
I, d, h = np.array([[0.3, -1.2, 0.8]]), np.array([[0.0, 0.0, 1.0]]), 1e-5


def loss_at(I, f, loss):
    """Return the loss of the pattern whose output units have these net inputs."""
    return units.loss(loss, f, I, units.activate(f, I), d)[0]


for f, loss, times in (("sigmoid", "binary_crossentropy", 3),
                       ("softmax", "categorical_crossentropy", 1),
                       ("linear", "mean_squared_error", 3 / 2),
                       ("exponential", "poisson", 3)):  # fmt: skip
    up = [loss_at(I + h * one, f, loss) - loss_at(I - h * one, f, loss) for one in np.eye(3)]
    minus_slope = -times * np.array(up) / (2 * h)  # (3,)
    print(f"{f}, {times:g} · {loss}")
    print("    minus its slope", minus_slope.round(4))
    print("    d − a          ", (d - units.activate(f, I))[0].round(4))

# %% [markdown] edition="instructor"
# **For the instructor.** Rounding, below 1e-9, where formula and loss belong together; 0.6 where
# they don't. Keras takes the mean over the outputs: its binary cross-entropy has a third of this
# slope with 3 outputs, a tenth with 10, so the same β learns that much slower. With softmax and
# categorical cross-entropy there is no such factor. On MNIST, all-sigmoid, the two algorithms reach
# 97.5% and 93.0% after 5 epochs at the same β; that comparison is in the lab, notebook 03.

# %% [markdown] takes_up="hyperparameters · epochs · How many epochs are needed?"
# ## The training algorithm
#
# One step is one pattern. The slide's algorithm repeats it:
#
# ```
# set acceptable error, number of epochs, β
# repeat
#     total error = 0
#     for each pattern in the training set
#         forward pass: I and f(I) of the hidden units, then of the output units; save each f(I)
#         errors at the output: E = desired − actual; add up |E| in total error
#         errors of the hidden units: E = f(I)(1 − f(I)) · weighted sum of the output errors
#         change the weights hidden → output, then input → hidden
# until total error < acceptable error, or the epochs run out
# ```
#
# What you set before it begins are **hyperparameters**. Some printings call one of them the
# *minimum* acceptable error at the top and the *maximum* at the bottom; it is one limit: stop when
# the total error of an epoch falls below it.
#
# ### Total error
#
# Some printings say “total error = total error + error”. An error has a sign.
#
# **Predict:** here are an untrained network of sigmoid units, and one with softmax at the output.
# What is the sum of all errors, of 120 flowers and 3 outputs?

# %%
EXPECTED_SUM = ""  # @param ["", "0 for both", "0 for softmax", "0 for neither"]

print(f"You expected: {EXPECTED_SUM or 'nothing yet'}")
for f in ("sigmoid", "softmax"):
    untrained = ClassicNetwork((4, 4, 3), output_activation=f, dtype="float64")
    E = desired - untrained.predict(x)  # (120, 3)
    print(f"{f}: ΣE = {E.sum().round(1) + 0:6.1f}, Σ|E| = {np.abs(E).sum():5.1f}, "
          f"accuracy {untrained.evaluate(x, labels)[1]:.0%}")  # fmt: skip

# %%
mnistlab.check_rule("total_error", lambda E: E.sum())

# %% [markdown]
# Softmax outputs sum to 1, and so do the desired ones: the errors of each pattern cancel, whatever
# the network says. So add up |E| (or squares), and begin at 0 in each epoch.
#
# ### In Python
#
# Here it is with your five functions, line for line.


# %% exercise="backprop_train"
def train(beta=0.5, epochs=100, acceptable_error=0.0):
    """Train 4-4-3 pattern by pattern; return its weights, and (ΣE, Σ|E|) of each epoch."""
    w1, b1, w2, b2 = ClassicNetwork((4, 4, 3), dtype="float64").get_weights()
    totals = []
    while len(totals) < epochs:
        signed, total_error = 0.0, 0.0
        for pattern, wanted in zip(x[:, None], desired[:, None], strict=True):  # (1, 4), (1, 3)
            f1 = activation(pattern @ w1 + b1)  # forward pass, (1, 4)
            f2 = activation(f1 @ w2 + b2)  # (1, 3)
            E2 = output_error(wanted, f2)  # errors, both before any weight changes
            E1 = hidden_error(f1, w2, E2)
            signed, total_error = signed + E2.sum(), total_error + np.abs(E2).sum()
            w2 += weight_change(beta, E2, f1)  # then the changes
            b2 += beta * E2[0]
            w1 += weight_change(beta, E1, pattern)
            b1 += beta * E1[0]
        totals.append((signed, total_error))
        if total_error < acceptable_error:
            break
    return [w1, b1, w2, b2], totals


# %% [markdown]
# **Predict:** untrained, the total error is 197. What does it do in 100 epochs?

# %% exercise="backprop_train_run"
EXPECTED_TOTAL = ""  # @param ["", "falls to 0", "falls, but not to 0", "rises and falls"]

_, totals = train(epochs=100)
print(f"You expected: {EXPECTED_TOTAL or 'nothing yet'}")
for epoch in (1, 2, 5, 10, 20, 50, 100):
    signed, total = totals[epoch - 1]
    print(f"epoch {epoch:3d}   ΣE = {signed:6.2f}   Σ|E| = {total:6.2f}")

# %% [markdown]
# **Explain:** after which epoch would the training have stopped by ΣE, if 5 is acceptable?
#
# `ClassicNetwork` does the same, with your formulas in it as `rules`, and `acceptable_error` as the
# slide has it.
#
# **Predict:** how many **epochs** does it take until the total error is below 20? Read it off the
# numbers above.

# %% exercise="backprop_network_run"
EXPECTED_EPOCHS = 0  # @param {type:"integer"}

# keras: model.compile(SGD(1.5), loss="binary_crossentropy"): its mean over 3 outputs, so 3 · 0.5
# keras: model.fit(x, desired, batch_size=1, epochs=100, shuffle=False); the limit is a callback
own = ClassicNetwork((4, 4, 3), output_activation="sigmoid", dtype="float64", rules=rules)
own.compile(learning_rate=0.5)
own.fit(x, desired, epochs=100, batch_size=1, shuffle=False, acceptable_error=20, verbose=0)

weights, totals = train(acceptable_error=20)
same = all(np.allclose(a, b) for a, b in zip(weights, own.get_weights(), strict=True))
print(f"You expected {EXPECTED_EPOCHS or 'no number yet'}; it took {len(totals)} epochs.")
print("the same weights by your loop and by ClassicNetwork:", same)
print(f"test flowers right: {own.evaluate(iris.x_test, iris.y_test)[1]:.0%}")

# %% [markdown]
# **Explain:** how many epochs are needed? Choose an acceptable error, and say why a smaller one
# might never be reached.

# %% [markdown] edition="instructor"
# **For the instructor.** Untrained, ΣE is −109.3 for sigmoid and 0.0 for softmax, with Σ|E| at 197.3
# and 161.2. In the training Σ|E| goes from 150 through 32 after 10 epochs and 21 after 20 to 13
# after 100. ΣE is below 5 after the first epoch: it is even below 0, at −4.63. Σ|E| falls below 20
# in epoch 23. A few versicolor and virginica lie on each other's side, so it may never get to 0.

# %% [markdown]
# ## XOR
#
# One unit can't solve XOR, and step units in layers can't find it. Sigmoid units can learn it. XOR
# is small: four patterns, two inputs, one output.
#
# **Your turn.** How many hidden units, and how many epochs? The network trains with *your*
# formulas. Aim for four right answers, each at least 0.4 away from 0.5.

# %% exercise="backprop_xor" stub="hidden_units = 1  # your numbers\nepochs = 100"
### BEGIN SOLUTION
hidden_units, epochs = 4, 1000
### END SOLUTION

X, XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])  # (4, 2), (4,)
# keras: model.fit(X, XOR, batch_size=1, epochs=epochs)
xor = ClassicNetwork((2, hidden_units, 1), output_activation="sigmoid", seed=1, rules=rules)
xor.compile(learning_rate=0.5)
xor.fit(X, XOR, epochs=epochs, batch_size=1, verbose=0)
for pattern, answer in zip(X, xor.predict(X)[:, 0], strict=True):
    print(f"x = {pattern}   y = {answer:.3f}")

# %% tests="backprop_xor_check" points=3
distance = np.where(XOR == 1, xor.predict(X)[:, 0] - 0.5, 0.5 - xor.predict(X)[:, 0])  # (4,)
assert distance.min() >= 0.4, (
    f"{(distance > 0).sum()} of 4 are right, {(distance >= 0.4).sum()} of them by 0.4 and more. "
    "Try more hidden units, or more epochs."
)
print(f"✓ XOR is solved, with {xor.count_params()} parameters.")

# %% [markdown]
# **Predict:** where is the answer 1? Sketch the plane first.

# %% exercise="backprop_xor_regions"
plots.decision_regions(xor.predict, X, XOR, title=f"XOR, learnt by 2-{hidden_units}-1")

# %% [markdown]
# ### From other weights
#
# Two hidden units are enough on paper. Do they *find* it? Five trainings each, from other random
# weights, for 500 epochs.
#
# **Predict:** how many of the five solve XOR with 2 hidden units?

# %%
EXPECTED_SOLVED = ""  # @param ["", "0", "1", "2", "3", "4", "5"]

print(f"You expected: {EXPECTED_SOLVED or 'nothing yet'}")
for hidden_now in (2, 4):
    print(f"2-{hidden_now}-1")
    for seed in range(5):
        tried = ClassicNetwork((2, hidden_now, 1), output_activation="sigmoid", seed=seed)
        tried.compile(learning_rate=0.5)
        tried.fit(X, XOR, epochs=500, batch_size=1, verbose=0)
        print(f"   seed {seed}: y =", tried.predict(X)[:, 0].round(2))

# %% [markdown]
# **Explain:** one training ends near 0.5 for two patterns. What do the two hidden units have to do
# that they don't do there?
#
# Small random numbers to begin with: on the slides that goes without saying. Does it matter?
#
# **Predict:** what do four hidden units learn from weights that are all 0?

# %%
EXPECTED_FROM_0 = ""  # @param ["", "XOR, a little later", "nothing at all", "all four the same"]

# keras: Dense(4, "sigmoid", kernel_initializer="zeros"); by default it is "glorot_uniform"
print(f"You expected: {EXPECTED_FROM_0 or 'nothing yet'}")
tried = ClassicNetwork((2, 4, 1), output_activation="sigmoid")
tried.set_weights([np.zeros_like(array) for array in tried.get_weights()])
tried.compile(learning_rate=0.5)
tried.fit(X, XOR, epochs=500, batch_size=1, verbose=0)
print("y =", tried.predict(X)[:, 0].round(2))
print("weights into the four hidden units, a column each:")
print(tried.get_weights()[0].round(3))

# %% [markdown] edition="instructor"
# **For the instructor.** 2-2-1 solves it from four of these five seeds, 2-4-1 from all. Of 100 seeds
# 2-2-1 solves it from 70, 2-4-1 from all, within 2,000 epochs. Where it doesn't, the hidden units
# answer two patterns alike that need different answers, and what one of the two changes, the other
# undoes. In the exercise 2 hidden units and 1,000 epochs do from this seed, too. From 0 all four
# units get the same errors and stay the same for ever: four that count as one.

# %% [markdown] takes_up="gradient descent · What should β be?"
# ## Gradient descent
#
# Each step goes downhill on the error, seen as a surface over the weights. The slope of the surface
# is the gradient, so this is **gradient descent**. With two weights and a linear unit the surface
# is a bowl, the lecture's “error bowl”. The patterns here are those of OR, and each step is β times
# the slope of the mean squared error over all four.
#
# ### Small and large β
#
# **Predict:** four paths begin at the same weights, with β = 0.1, 1, 1.3 and 1.4. Which is closest
# to the foot of the bowl after 20 steps? Which leaves it?

# %%
EXPECTED_CLOSEST = ""  # @param ["", "0.1", "1", "1.3", "1.4"]
EXPECTED_LEAVES = ""  # @param ["", "none", "1.4", "1.3 and 1.4", "all but 0.1"]

print(f"You expected: closest {EXPECTED_CLOSEST or '?'}, leaves {EXPECTED_LEAVES or '?'}")
plots.error_bowl(learning_rates=[0.1, 1, 1.3, 1.4])

# %% [markdown]
# **Explain:** what does the path with β = 1.3 do, and why does the one with 1.4 climb although each
# step begins in the direction downhill?
#
# ### A real error surface
#
# The 4-4-3 network has 35 parameters, so its error is a surface over 35 directions. A picture has
# room for two: those in which the training moved most. The steps are full batch, so each goes straight
# down the error of all 120 flowers.


# %%
def surface(beta, epochs):
    """Train 4-4-3 by full batch; return the picture of the error around the path."""
    network = ClassicNetwork((4, 4, 3), output_activation="sigmoid")
    network.compile(learning_rate=beta)
    path = [network.get_weights()]
    # keras: callbacks.LambdaCallback(on_epoch_end=lambda e, logs: path.append(model.get_weights()))
    network.fit(x, labels, epochs=epochs, batch_size="full", verbose=0,
                on_epoch_end=lambda epoch: path.append(network.get_weights()))  # fmt: skip
    plane = plots.plane_of(path)
    a, b = plane.axes()
    errors = plots.grid_of(path[-1], plane.directions, a, b, activations=network.activations,
                           x=x, desired=labels, loss=network.loss)  # fmt: skip
    title = f"Iris 4-4-3, full batch, β = {beta:g}, {epochs} epochs"
    return plots.error_surface(errors, a, b, plane.path, title=title)


# %%
surface(beta=2, epochs=200)

# %% [markdown]
# **Predict:** what changes in the path with five times the β?

# %%
EXPECTED_PATH = ""  # @param ["", "the same, sooner", "it leaps to and fro", "it stays where it is"]
BETA = 10.0  # @param [0.1, 2.0, 5.0, 10.0] {type:"raw"}

print(f"You expected: {EXPECTED_PATH or 'nothing yet'}")
surface(BETA, epochs=60)

# %% [markdown]
# **Explain:** it is no bowl. Where is this surface flat, where steep, and what does β have to suit?

# %% [markdown]
# ### β on Iris
#
# **Predict:** which β has the smallest loss after 50 epochs, in batches of 16?

# %%
EXPECTED_BETA = ""  # @param ["", "0.01", "0.1", "0.5", "2", "20"]

print(f"You expected: {EXPECTED_BETA or 'nothing yet'}")
runs = {}
for beta in (0.01, 0.1, 0.5, 2, 20):
    tried = ClassicNetwork((4, 4, 3), output_activation="sigmoid")
    tried.compile(learning_rate=beta)
    runs[f"β = {beta:g}"] = tried.fit(x, labels, epochs=50, batch_size=16, verbose=0)
    print(f"β = {beta:<5g} loss after 50 epochs: {tried.history['loss'][-1]:.2f}")
plots.learning_curves(runs, title="Iris 4-4-3: small and large β")

# %% [markdown]
# **Explain:** the slide has 0 < β < 1. Is that a law? Which of the curves says so?

# %% [markdown] edition="instructor"
# **For the instructor.** In the bowl β = 1 comes closest, and only 1.4 leaves: above 1.33, which is
# 2 over the largest curvature, each step ends higher on the other side than it began. 1.3 zigzags
# across and creeps in. On the real surface the path with β = 10 leaps to and fro at the start, where
# the surface is steep, and ends at an error of 0.91, against 0.29 with β = 2. On Iris β = 2 has
# the smallest loss, 0.37 after 50 epochs, though it leaps up and down; 0.5 has 0.73; 0.01 has hardly
# begun, 20 ends at 4.9. So 0 < β < 1 is a habit: what is too large depends on the surface, and with
# Keras's means on the number of outputs.

# %% [markdown]
# ## Schedules
#
# Large steps are good at the start, small ones at the end. A **learning-rate schedule** has both:
# the slide begins with 0.5 or 0.6, then decreases.

# %%
SCHEDULES = ("constant", "step:10", "exponential:0.9", "inverse_time:0.5")
plots.schedule_curves(dict(zip(SCHEDULES, SCHEDULES, strict=True)), epochs=40, learning_rate=0.6)

# %% [markdown]
# “step:10” halves β every 10 epochs; “exponential:0.9” multiplies it by 0.9 after each.
#
# **Predict:** the same training three times, pattern by pattern, from β = 0.6 on. Which loss curve
# is the steadiest at the end? Then run it again from 2.

# %%
EXPECTED_STEADY = ""  # @param ["", "constant", "step:10", "exponential:0.9"]
START = 0.6  # @param [0.6, 2.0] {type:"raw"}

# keras: callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.6 * 0.9**epoch)]
print(f"You expected: {EXPECTED_STEADY or 'nothing yet'}")
runs = {}
for schedule in SCHEDULES[:3]:
    tried = ClassicNetwork((4, 4, 3), output_activation="sigmoid")
    tried.compile(learning_rate=START)
    runs[schedule] = tried.fit(x, labels, epochs=40, batch_size=1, schedule=schedule, verbose=0)
plots.learning_curves(runs, title=f"Iris 4-4-3, pattern by pattern, from β = {START:g} on")

# %% [markdown] edition="instructor"
# **For the instructor.** Exponential is the steadiest: in the last six epochs its loss stays between
# 0.183 and 0.187, the constant one between 0.18 and 0.28. From 2 on the difference is larger: 0.14
# against 0.38 – 0.58. With a β that falls too soon the training stands still too early:
# inverse_time:0.5 ends at 0.26.

# %% [markdown] takes_up="A backward pass after every input, after all, or after a small batch? · true SGD · mini-batch SGD · full batch SGD · SGD"
# ## When to update
#
# A backward pass after every input is **true SGD**; after a few, **mini-batch SGD**; after all of
# them, **full batch SGD**. SGD stands for stochastic gradient descent: the patterns come at random.
#
# **Predict:** after 40 epochs each, which has the smallest loss? And which at the same number of
# *updates*, 600 each?

# %%
EXPECTED_BY_EPOCHS = ""  # @param ["", "true SGD", "mini-batch", "full batch"]
EXPECTED_BY_UPDATES = ""  # @param ["", "true SGD", "mini-batch", "full batch"]


def trained(batch_size, epochs, seed=0, **more):
    """Return a 4-4-3 network after a training on Iris with β = 0.5."""
    # keras: model.fit(x, desired, epochs=epochs, batch_size=batch_size); full batch is len(x)
    network = ClassicNetwork((4, 4, 3), output_activation="sigmoid", seed=seed)
    network.compile(learning_rate=0.5)
    network.fit(x, labels, epochs=epochs, batch_size=batch_size, verbose=0, **more)
    return network


print(f"You expected: {EXPECTED_BY_EPOCHS or 'nothing yet'}")
BATCHES = {"true SGD, 1": 1, "mini-batch, 10": 10, "mini-batch, 16": 16, "full batch, 120": "full"}
runs = {name: trained(size, epochs=40).history for name, size in BATCHES.items()}
for name, run in runs.items():
    print(f"{name:16} loss after 40 epochs: {run['loss'][-1]:.2f}")
plots.learning_curves(runs, title="Iris 4-4-3, β = 0.5: 40 epochs each")

# %% [markdown]
# And by updates:

# %%
print(f"You expected: {EXPECTED_BY_UPDATES or 'nothing yet'}")
for name, epochs in zip(BATCHES, (5, 50, 75, 600), strict=True):
    loss, accuracy = trained(BATCHES[name], epochs).evaluate(x, labels)
    print(f"{name:16} {epochs:3d} epochs, 600 updates: loss {loss:.3f}, {accuracy:.0%} right")

# %% [markdown]
# A batch is a power of 2 by habit, not by law: 10 learns as well as 16.
#
# And what is stochastic about the full batch?

# %%
orders = [trained("full", epochs=40, shuffle=shuffle).get_weights() for shuffle in (True, False)]
differs = max(np.abs(a - b).max() for a, b in zip(*orders, strict=True))
print(f"full batch, at random and as stored: weights differ by {differs:.0e} at most")

# %% [markdown]
# Nothing: a mean over all patterns is the same in any order. “Full batch SGD” is the name on the
# slide; it is plain gradient descent.

# %% [markdown] edition="instructor"
# **For the instructor.** By epochs: 0.18 for true SGD, 0.63 and 0.83 for batches of 10 and 16, 1.80
# for full batch, which made 40 updates in all. By updates the full batch is ahead, 0.44 against
# 0.56 for true SGD, and mini-batches are close to it, with 50 and 75 epochs in place of 600. Rounding
# leaves a difference of about 1e-7.

# %% [markdown] takes_up="In what order do we present the patterns: as stored, or at random?"
# ## In what order
#
# As stored, or at random without replacement? scikit-learn's Iris lies sorted by species; in this
# data set it is mixed already. “Sorted” puts it back: all setosa, then all versicolor, then all
# virginica.
#
# **Predict:** which order is worst?

# %%
EXPECTED_WORST = ""  # @param ["", "at random", "as stored", "sorted"]

# keras: model.fit(…, shuffle=True), or shuffle=False for the order of x
by_species = np.argsort(labels, kind="stable")  # (120,)
ORDERS = {"at random": {}, "as stored": {"shuffle": False},
          "sorted": {"order": lambda epoch: by_species}}  # fmt: skip
print(f"You expected: {EXPECTED_WORST or 'nothing yet'}")
for name, how in ORDERS.items():
    three = [trained(1, epochs=20, seed=seed, **how) for seed in (0, 1, 2)]
    while_learning = np.mean([one.history["accuracy"][-1] for one in three])
    afterwards = np.mean([one.evaluate(x, labels)[1] for one in three])
    print(f"{name:10} right while learning {while_learning:.0%}, asked afterwards {afterwards:.0%}")

# %% [markdown]
# **Explain:** sorted, the network gets nearly all right while it learns, and fewer when asked
# afterwards. What did it see last?

# %% [markdown] edition="instructor"
# **For the instructor.** Each is a mean of three seeds. Sorted is worst: 73% afterwards,
# against 96% at random and 91% as stored. While
# it learns, nearly each flower comes after one of its own species, so the right answer is the last
# one that was desired. At the end that is virginica, and many versicolor are taken for it.

# %% [markdown]
# ## Self-check
#
# You are through if you can answer these without running anything:
#
# - A sigmoid unit has f(I) = 0.8, one weight of 2 to an output unit, and E there is −0.1. What is
#   its own E? What is Δw of that weight with β = 0.5?
# - Which two factors make Δw, and whose are they?
# - Why is the sum of signed errors no total error?
# - Of which loss is E = d − a the way downhill, with sigmoid outputs?
# - How many updates has an epoch of 120 patterns with batches of 1, 16 and 120?
#
# ### Exit question
#
# A classmate says: “My error rises and falls from epoch to epoch and doesn't get any smaller.” Name
# two things to try, and say what each does to the path on the error surface.

# %%
exit_answer = ""  # @param {type:"string"}
print(exit_answer or "No answer yet: write one or two sentences between the quotes.")

# %% [markdown] edition="instructor"
# **For the instructor.** Self-check: E = 0.8 · 0.2 · 2 · (−0.1) = −0.032; Δw = 0.5 · (−0.1) · 0.8 =
# −0.04. The receiving unit's error and the sending unit's activation. Signs cancel. The
# cross-entropy, summed over the outputs. 120, 8 and 1. Exit question: a smaller β or a schedule that
# decreases it makes the steps shorter; a larger batch makes each step point downhill more exactly.
