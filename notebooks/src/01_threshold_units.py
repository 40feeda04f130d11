# %% [markdown]
# # Threshold units
#
# In 35 minutes you build one unit, let it learn, and find out what it can't learn. You need the
# lecture's first part, on the perceptron, and a sheet of paper.
#
# Each step goes the same way: **predict** what will happen, **run** the cell, **explain** what you
# saw. Your prediction goes into the field in the cell, your explanation into a text cell that you
# add (in Colab: “+ Text”; in Jupyter: Esc, B, M).
#
# At the end you can
#
# - compute the net input I and the output y of a unit, with a threshold or with a bias;
# - change weights by the perceptron learning rule and by the delta rule, on paper and in Python;
# - say which problems one unit can't solve, and why layers of such units don't learn them either.

# %% [markdown] edition="instructor"
# **For the instructor.** Nothing here depends on MNIST: the data are four patterns and
# scikit-learn's Iris, so all numbers below hold wherever the notebook runs. The cells take about
# 10 s in all. Time for a student: 5 minutes to “The bias”, 15 to “Iris: setosa and versicolor”, 10 to
# “Layers of linear units”, 5 for the rest. Three exercises, 6 points.

# %% [markdown]
# ## Set up

# %%
import numpy as np

import mnistlab
from mnistlab import plots
from mnistlab.classic.perceptron import net_input, step, with_bias, xor_by_hand
from mnistlab.classic.units import sigmoid

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])  # (4, 2), four patterns of two inputs
AND = np.array([-1, -1, -1, +1])  # (4,), the desired outputs y*
OR = np.array([-1, +1, +1, +1])
XOR = np.array([-1, +1, +1, -1])
SIDES = ("−1", "+1")  # what the two outputs are called in pictures

# %% [markdown] takes_up="perceptron · unit · forward pass"
# ## One unit
#
# A **threshold logic unit** (TLU) is the **perceptron** of 1958. It adds up its inputs, each times
# a weight, and compares the sum with its threshold T:
#
# $$I = \sum_i w_i x_i \qquad\qquad y = +1 \text{ where } I \ge T, \text{ else } -1$$
#
# I is the **net input**. Going from x to I to y is the **forward pass**. T is 0 unless told
# otherwise.
#
# **Predict:** what does this unit answer? Compute I on paper first.

# %%
EXPECTED_Y = ""  # @param ["", "+1", "−1"]

w = np.array([2.0, -1.0])
x = np.array([1.0, 3.0])

I = w[0] * x[0] + w[1] * x[1]
y = +1 if I >= 0 else -1
print(f"You expected: {EXPECTED_Y or 'nothing yet'}")
print(f"I = 2·1 + (−1)·3 = {I:g}, so y = {y:+d}")

# %% [markdown]
# Another slide has 1 and 0 for the two outputs. The net input is the same; only the names of the
# answers change. `net_input` and `step` are these two formulas, for as many patterns as you like.
#
# **Predict:** at I = T exactly, which of the two answers is given?

# %%
EXPECTED_AT_T = ""  # @param ["", "the upper one", "the lower one"]

net_inputs = np.array([-1.0, 0.0, 1.0])
print(f"You expected: {EXPECTED_AT_T or 'nothing yet'}")
print("I                    ", net_inputs)
print("y, +1 / −1, T = 0    ", step(net_inputs))
print("y,  1 / 0,  T = 0    ", step(net_inputs, outputs=(0, 1)))
print("y,  1 / 0,  T = 1    ", step(net_inputs, threshold=1.0, outputs=(0, 1)))

# %% [markdown]
# **Explain:** write the formula of y again, with > in place of ≥. Which numbers above change?

# %% [markdown] edition="instructor"
# **For the instructor.** At I = T the unit answers +1 (or 1): the slide has ≥. With > the answers
# at I = 0 turn, and with T = 1 the one at I = 1. It matters below: weights that start at 0 give I =
# 0, and so the first answer of every unit is +1.

# %% [markdown]
# ## AND and OR by hand
#
# AND is true where both inputs are 1, OR where at least one is. True is +1 and false is −1.
# This lays a unit's answers beside the desired ones, y*:


# %%
def compare(w, desired, T=0.0):
    """Print I, y and y* for the four patterns; w has two weights, or three with a bias."""
    inputs = with_bias(X) if len(w) == 3 else X
    for x, I, y_star in zip(X, net_input(w, inputs), desired, strict=True):
        y = step(I, T)
        sign = "✓" if y == y_star else "✗"
        print(f"x = ({x[0]}, {x[1]})   I = {I:5.2f}   y = {y:+d}   y* = {y_star:+d}   {sign}")


compare([0.0, 0.0], AND)

# %% [markdown]
# **Your turn.** Choose two weights and a threshold for AND, and for OR. Sketch the four patterns on
# paper as the corners of a square: where does the line $w_1 x_1 + w_2 x_2 = T$ have to go?

# %% exercise="threshold_and_or" stub="w_and, T_and = np.array([0.0, 0.0]), 0.0  # your numbers for AND\nw_or, T_or = np.array([0.0, 0.0]), 0.0  # your numbers for OR"
### BEGIN SOLUTION
w_and, T_and = np.array([1.0, 1.0]), 1.5
w_or, T_or = np.array([1.0, 1.0]), 0.5
### END SOLUTION

print("AND")
compare(w_and, AND, T_and)
print("OR")
compare(w_or, OR, T_or)

# %% tests="threshold_and_or_check" points=2
for name, w, T, desired in (("AND", w_and, T_and, AND), ("OR", w_or, T_or, OR)):
    assert np.shape(w) == (2,), f"{name} needs two weights, one for each input, but got {w}."
    wrong = step(net_input(w, X), T) != desired
    assert not wrong.any(), (
        f"{name} is not right yet: {wrong.sum()} of 4 answers are wrong. At x = {X[wrong][0]} "
        f"I is {net_input(w, X[wrong][0]):g} and T is {T:g}, but y* is {desired[wrong][0]:+d}."
    )
print("✓ AND and OR are right.")

# %%
# “After epoch 0” in the picture: nothing is learnt yet, the weights are those that you gave.
plots.decision_lines([w_and], X, AND, SIDES, threshold=T_and, title="AND: the line where I = T")

# %% [markdown]
# **Explain:** keep both weights of your AND. From where to where can you move T until an answer
# turns? How many right units are there?

# %% [markdown] edition="instructor"
# **For the instructor.** With weights (1, 1), AND holds for 1 < T ≤ 2 and OR for 0 < T ≤ 1. There
# are infinitely many right units. Likely wrong: T = 1 for AND, because I ≥ T counts as +1. As
# given, without an answer, the picture says that there is no line, since both weights are 0.

# %% [markdown] takes_up="bias"
# ## The bias
#
# T is a number to choose, like the weights, but the learning rules below change only weights. So
# the lecture makes T a weight: an input that is always 1, the **bias** input $x_0$, with weight
# $w_0$.
#
# $$\sum_{i=1}^{n} w_i x_i \ge T \quad\Longleftrightarrow\quad w_0 \cdot 1 + \sum_{i=1}^{n} w_i x_i \ge 0$$
#
# **Predict:** which $w_0$ does the same as the threshold T = 1.5?

# %%
EXPECTED_W_0 = ""  # @param ["", "1.5", "−1.5", "1", "0"]

print(f"You expected: {EXPECTED_W_0 or 'nothing yet'}")
for w_0 in (1.5, -1.5, 1.0, 0.0):
    same = step(net_input([w_0, 1.0, 1.0], with_bias(X))) == step(net_input([1.0, 1.0], X), 1.5)
    print(f"w_0 = {w_0:4g}: the same answer as T = 1.5 for {same.sum()} of 4 patterns")

# %% [markdown]
# Four patterns are few. Here are 1,000 random units, each with a threshold of its own, and a random
# pattern for each.

# %%
rng = np.random.default_rng(1958)
weights, thresholds = rng.normal(size=(1000, 5)), rng.normal(size=1000)  # (1000, 5), (1000,)
patterns = rng.normal(size=(1000, 5))  # (1000, 5)

with_T = step(net_input(weights, patterns) - thresholds)  # (1000,), I − T ≥ 0 is I ≥ T
w_0_first = np.column_stack([-thresholds, weights])  # (1000, 6)
with_w_0 = step(net_input(w_0_first, with_bias(patterns)))  # (1000,)
print(f"The same answer in {(with_T == with_w_0).sum():,} of 1,000 cases.")

# %% [markdown] takes_up="model · parameters · How many parameters are there?"
# ### Count the parameters
#
# The numbers that learning changes are the **parameters**: the weights *and* the biases. Some
# printings say “the number of weights”. A unit together with its parameters is a **model**.
#
# **Predict:** how many parameters has one unit that looks at an image of 28×28 grey values?

# %%
EXPECTED_PARAMETERS = 0  # @param {type:"integer"}

print(f"You expected: {EXPECTED_PARAMETERS or 'nothing yet'}")
for inputs in (2, 4, 28 * 28):
    print(f"{inputs:3d} inputs: {inputs} weights + 1 bias = {inputs + 1} parameters")

# keras: keras.Sequential([keras.Input((784,)), keras.layers.Dense(1)]).count_params()

# %% [markdown] edition="instructor"
# **For the instructor.** $w_0 = -T$: −1.5. The likely wrong answer is 1.5, which gives −1 to no
# pattern. The count is 785; the likely wrong answer is 784. The same count gives 35 for Iris 4-4-3
# and {{ parameters }} for {{ sizes }}.

# %% [markdown] takes_up="labelled data set · learning rule"
# ## The perceptron learning rule
#
# AND, written as four patterns with the desired output of each, is a **labelled data set**. A
# **learning rule** says how one pattern changes the weights. The perceptron's, **after a wrong
# prediction**:
#
# $$w_{new} = w_{old} + \beta\, y^* x$$
#
# y\* is the desired output, +1 or −1, and β is the size of the step. After a right prediction the
# weights stay as they are. The bias $w_0$ is learnt like the others, with $x_0 = 1$.
#
# ### One wrong pattern
#
# **Predict** on paper: w = (0, 0, 0), β = 1, and the pattern is x = (0, 1) of AND. What is y? What
# is $w_{new}$?

# %%
EXPECTED_W_NEW = ""  # @param {type:"string"}

w_old, x = np.zeros(3), with_bias(X[1])  # (3,) each, x_0 = 1 first
y, y_star = step(net_input(w_old, x)), AND[1]
w_new = w_old + 1.0 * y_star * x
print(f"You expected: {EXPECTED_W_NEW or 'nothing yet'}")
print(f"x = {x}, y = {y:+d}, y* = {y_star:+d}")
print(f"w_new = {w_new}")
print(f"I before: {net_input(w_old, x):g}, I after: {net_input(w_new, x):g}")

# %% [markdown]
# **Explain:** by how much did I fall? Put $w_{new}$ into $I = \sum w_i x_i$ to see why it is
# $\beta\,|x|^2$, and why the sign is always right.

# %% [markdown]
# ### Write the rule
#
# **Your turn.** `w` and `x` are arrays with $w_0$ and $x_0 = 1$ first; `desired` is y\*, `actual`
# is y. Return the new weights, and leave `w` itself as it is.


# %% exercise="threshold_perceptron"
def perceptron_rule(w, x, desired, actual, beta):
    """Return w_new: changed after a wrong prediction, the same after a right one."""
    ### BEGIN SOLUTION
    if actual != desired:
        return w + beta * desired * x
    return w
    ### END SOLUTION


# %% [markdown]
# Does yours give the $w_{new}$ from above? Then `mnistlab.check_rule` tries it on random numbers.
# If it isn't right, it says which well-known mistake it is.

# %% exercise="threshold_perceptron_try"
print("w_new =", perceptron_rule(np.zeros(3), np.array([1.0, 0.0, 1.0]), -1, +1, 1.0))
mnistlab.check_rule("perceptron", perceptron_rule)

# %% tests="threshold_perceptron_check" points=2
for y_star, y in ((-1, +1), (+1, +1)):
    result = perceptron_rule(np.array([0.5, 0.0, 0.0]), np.array([1.0, 0.0, 1.0]), y_star, y, 0.5)
    told = f"For w = (0.5, 0, 0), x = (1, 0, 1), y* = {y_star:+d} and y = {y:+d}"
    assert result is not None, f"{told} yours returns None. Is a return missing?"
    assert np.shape(result) == (3,), f"{told} yours returns shape {np.shape(result)}; w has (3,)."
report = mnistlab.check_rule("perceptron", perceptron_rule)
assert report, report.message
print("✓ perceptron_rule is right.")

# %% [markdown] edition="instructor"
# **For the instructor.** y = +1, since I = 0 ≥ 0, and $w_{new}$ = (−1, 0, −1). I falls by β|x|² =
# 2, from 0 to −2. Likely wrong: no `if`, which `check_rule` calls `every_pattern`; `actual` for
# `desired`; a missing return after a right prediction, which only the check sees. `beta * (desired
# - actual) * x` without an `if` is right, with steps twice as long. What `check_rule` says to the
# rule without `if`:

# %% edition="instructor"
mnistlab.check_rule("perceptron", lambda w, x, desired, actual, beta: w + beta * desired * x)

# %% [markdown]
# ### After a wrong one, or after every one
#
# Some printings say that the weights change after *every* prediction. Take that literally, and
# train on AND: all four patterns, 20 times over.
#
# **Predict:** what does the unit answer then?


# %%
def every_time(w, x, desired, actual, beta):
    """w_new = w_old + β y* x, whether the prediction was wrong or right."""
    return w + beta * desired * x


def train(rule, desired, outputs=(-1, 1), epochs=20, beta=1.0):
    """Present the four patterns to a rule, again and again; return the weights, (3,)."""
    w = np.zeros(3)
    for _ in range(epochs):
        for x, y_star in zip(with_bias(X), desired, strict=True):
            y = step(net_input(w, x), outputs=outputs)
            w = rule(w, x, y_star, y, beta)
    return w


EXPECTED_EVERY_TIME = ""  # @param ["", "all four right", "+1 to all four", "−1 to all four"]

print(f"You expected: {EXPECTED_EVERY_TIME or 'nothing yet'}")
compare(train(every_time, AND), AND)

# %% [markdown]
# Now the same training with your own rule:

# %% exercise="threshold_perceptron_trains"
w_learnt = train(perceptron_rule, AND)
print("w =", w_learnt)
compare(w_learnt, AND)

# %% [markdown]
# **Explain:** three of the four patterns ask for −1. What do they do to $w_0$ in each epoch when
# right answers change the weights too?

# %% [markdown] edition="instructor"
# **For the instructor.** Taken literally, each epoch adds the same sum of y\* x: −2 to $w_0$ and 0
# to the others. After 20 epochs w is (−40, 0, 0), and the answer is −1 to all four. By the rule w
# ends at (−3, 2, 1), and all four are right.

# %% [markdown]
# ### Outputs 1 and 0
#
# On the slide with outputs 1 / 0 the desired output y\* is 1 or 0, too. Does the rule still hold as
# it stands? The cell trains on AND by $\beta\, y^* x$ after wrong predictions, and by
# $\beta\,(y^* - y)\,x$.
#
# **Predict:** how many of the four patterns does $\beta\, y^* x$ get right?

# %%
EXPECTED_RIGHT = ""  # @param ["", "0", "1", "2", "3", "4"]


def desired_only(w, x, desired, actual, beta):
    """w_new = w_old + β y* x after a wrong prediction."""
    return w + beta * desired * x if actual != desired else w


def difference(w, x, desired, actual, beta):
    """w_new = w_old + β (y* − y) x"""
    return w + beta * (desired - actual) * x


print(f"You expected: {EXPECTED_RIGHT or 'nothing yet'}")
desired = (AND + 1) // 2  # (4,), 0 or 1
for name, rule in (("β y* x", desired_only), ("β (y* − y) x", difference)):
    w = train(rule, desired, outputs=(0, 1))
    right = step(net_input(w, with_bias(X)), outputs=(0, 1)) == desired
    print(f"{name:13} ends at w = {w}: {right.sum()} of 4 right")

# %% [markdown]
# **Explain:** what is $\beta\, y^* x$ where the unit says 1 and 0 is desired?

# %% [markdown] edition="instructor"
# **For the instructor.** With y\* = 0 the change is 0: a wrong 1 is never corrected. At w = 0 the
# unit answers 1 to all four, so w never leaves 0, and 1 of 4 is right. With (y\* − y) the weights
# are those of the rule with ±1.

# %% [markdown] takes_up="epochs · hyperparameters · How many epochs are needed? · What are the hyperparameters?"
# ## Train on AND and OR
#
# `mnistlab.Perceptron` is this rule as a model. To present every pattern once is one **epoch**; the
# training needs several **epochs**, and stops after one without a mistake. What you choose before
# the training and the rule doesn't change are the **hyperparameters**: here β, the epochs, the
# order.
#
# **Predict:** how many epochs does AND need with β = 1? Does β change that number?

# %%
EXPECTED_EPOCHS = 0  # @param {type:"integer"}
BETA = 1.0  # @param [0.25, 0.5, 1.0, 2.0] {type:"raw"}

unit_and = mnistlab.Perceptron(learning_rate=BETA, epochs=100).fit(X, AND)
print(f"You expected {EXPECTED_EPOCHS or 'no number yet'}; it took {len(unit_and.mistakes_)}.")
print("start      w =", unit_and.weights_by_epoch_[0])
for epoch, mistakes in enumerate(unit_and.mistakes_, start=1):
    print(f"epoch {epoch}    w = {unit_and.weights_by_epoch_[epoch]}    mistakes: {mistakes}")

# %%
plots.decision_lines(unit_and.weights_by_epoch_, X, AND, SIDES, title="AND, epoch by epoch")

# %% [markdown]
# Run both cells again with another β. **Explain:** which numbers change, and which don't? Put 2β
# for β into the rule, with weights that start at 0.
#
# And OR, with the same unit and other labels:

# %%
unit_or = mnistlab.Perceptron(learning_rate=BETA, epochs=100).fit(X, OR)
print("mistakes in each epoch:", unit_or.mistakes_)
plots.decision_lines(unit_or.weights_by_epoch_, X, OR, SIDES, title="OR, epoch by epoch")

# %% [markdown] edition="instructor"
# **For the instructor.** AND takes 6 epochs (2, 3, 3, 2, 1, 0 mistakes) and ends at β (−3, 2, 1);
# OR takes 4 (2, 2, 1, 0) and ends at β (−1, 1, 1). β multiplies all weights and changes no answer,
# because the weights start at 0 and the threshold is 0. Beyond the four values offered, rounding
# can decide at I = 0: β = 0.1 takes 4 epochs.

# %% [markdown]
# ## XOR
#
# XOR is true where exactly one of two inputs is 1. The same unit, the same rule, 50 epochs.
#
# **Predict:** what do the mistakes by epoch do?

# %%
EXPECTED_MISTAKES = ""  # @param ["", "fall to 0", "fall, but not to 0", "don't fall"]

unit_xor = mnistlab.Perceptron(epochs=50).fit(X, XOR)
print(f"You expected: {EXPECTED_MISTAKES or 'nothing yet'}")
print("mistakes in each epoch:", *unit_xor.mistakes_)
print("an epoch without a mistake:", "yes" if unit_xor.converged_ else "no")

# %% [markdown]
# ### Why no line will do
#
# The unit would have to answer four times rightly:
#
# $$w_0 < 0 \qquad w_0 + w_2 \ge 0 \qquad w_0 + w_1 \ge 0 \qquad w_0 + w_1 + w_2 < 0$$
#
# Add the first and the last: $2 w_0 + w_1 + w_2 < 0$. Add the two in the middle:
# $2 w_0 + w_1 + w_2 \ge 0$. Both can't hold.
#
# **Predict:** how many of the four can a unit get right at best?

# %%
EXPECTED_BEST = ""  # @param ["", "0", "1", "2", "3", "4"]

values = np.arange(-5, 5.5, 0.5)  # (21,)
units = np.stack(np.meshgrid(values, values, values), axis=-1).reshape(-1, 1, 3)  # (9261, 1, 3)
right = (step(net_input(units, with_bias(X))) == XOR).sum(axis=1)  # (9261,)
print(f"You expected: {EXPECTED_BEST or 'nothing yet'}")
for k in range(5):
    print(f"{k} of 4 right: {(right == k).sum():5,} of {len(units):,} units")

# %% [markdown] edition="instructor"
# **For the instructor.** The mistakes are 3, 3, and then 4 in each epoch. At best 3 of 4 are right.
# A good answer to “why” names the two sums, or says that +1 and −1 lie on crossing diagonals of the
# square.

# %% [markdown]
# ## Iris: setosa and versicolor
#
# Iris is a labelled data set of flowers: four measurements each, scaled to [0, 1], and the species.
# Take the two measurements of the petals, and two species: setosa and versicolor.
#
# **Predict:** how would you tell them apart by their petals? Is a straight line enough?

# %%
iris = mnistlab.load_data("iris")
petals = iris.x_train[:, 2:]  # (120, 2): petal length, petal width
PETALS = ("petal length, scaled", "petal width, scaled")
EXPECTED_SETOSA = ""  # @param ["", "a line is enough", "no line is enough"]

first_two = iris.y_train <= 1  # setosa is 0, versicolor 1, virginica 2
x_sv, y_sv = petals[first_two], iris.y_train[first_two]  # (80, 2), (80,)
print(f"You expected: {EXPECTED_SETOSA or 'nothing yet'}")
print(f"{len(x_sv)} flowers: {(y_sv == 0).sum()} setosa, {(y_sv == 1).sum()} versicolor")

unit_sv = mnistlab.Perceptron(epochs=50).fit(x_sv, y_sv)
print("mistakes in each epoch:", *unit_sv.mistakes_)
plots.decision_lines(
    unit_sv.weights_by_epoch_, x_sv, y_sv, iris.class_names[:2], PETALS, title="Setosa, versicolor"
)

# %% [markdown]
# ### Versicolor and virginica
#
# The same unit, the same two measurements, the other pair.
#
# **Predict:** what will the mistakes do this time?

# %%
EXPECTED_IRIS = ""  # @param ["", "fall to 0", "fall, but not to 0", "don't fall"]

x_vv, y_vv = petals[iris.y_train >= 1], iris.y_train[iris.y_train >= 1]  # (80, 2), (80,)
unit_vv = mnistlab.Perceptron(epochs=50).fit(x_vv, y_vv)
print(f"You expected: {EXPECTED_IRIS or 'nothing yet'}")
print("mistakes in each epoch:", *unit_vv.mistakes_)
plots.decision_regions(
    unit_vv.predict, x_vv, y_vv, iris.class_names[1:], PETALS, title="Versicolor, virginica"
)

# %% [markdown]
# Mistakes that go on for 50 epochs don't prove that no line exists. This does: a versicolor and a
# virginica with the same two measurements.

# %%
twins = [
    (a, b)
    for a in np.flatnonzero(y_vv == 1)
    for b in np.flatnonzero(y_vv == 2)
    if np.array_equal(x_vv[a], x_vv[b])
]
for a, b in twins:
    print(f"flower {a}, versicolor, and flower {b}, virginica, measure {x_vv[a].round(3)}")

# %% [markdown]
# **Explain:** can any unit, or any other model of these two measurements, get all 80 right? And
# what happens to the line, in each epoch, when it comes to these flowers?

# %% [markdown] edition="instructor"
# **For the instructor.** Setosa and versicolor: 9 mistakes, then 0. Versicolor and virginica: from
# 24 down to 6 – 11 an epoch, never 0; after 50 epochs 75 of 80 are right. One versicolor measures
# what two virginicas measure, so no model of these inputs gets all 80 right. An epoch without a
# mistake would leave the weights alone, and the same weights give all three the same answer; so
# every epoch has a mistake, and the line moves.

# %% [markdown]
# ## The delta rule
#
# The perceptron's rule knows wrong and right only. **Adaline** (1960) asks by how much: E is the
# error of the net input, before the step.
#
# $$E = y^* - I \qquad\qquad w_{new} = w_{old} + \frac{\beta\, E\, x}{|x|^2}$$
#
# $|x|^2 = \sum x_i^2$, in which the bias input $x_0 = 1$ counts. Weights change after right
# predictions, too, until I itself is what is desired. The lecture has this in a footnote. Some
# printings show “β_EX/|x|²”: β, E and x are three factors.
#
# **Your turn.** Write it; `w` and `x` are arrays as above.


# %% exercise="threshold_adaline"
def delta_rule(w, x, desired, beta):
    """Return w_new of one pattern, by the delta rule."""
    ### BEGIN SOLUTION
    E = desired - w @ x
    return w + beta * E * x / (x @ x)
    ### END SOLUTION


# %% [markdown]
# By hand, for w = (0, 0, 0), x = (1, 0, 1), y\* = 1 and β = 0.5: what are I, E, $|x|^2$ and
# $w_{new}$?

# %% exercise="threshold_adaline_try"
print("w_new =", delta_rule(np.zeros(3), np.array([1.0, 0.0, 1.0]), 1.0, 0.5))
mnistlab.check_rule("adaline", delta_rule)

# %% tests="threshold_adaline_check" points=2
result = delta_rule(np.array([0.0, 0.0, 0.0]), np.array([1.0, 0.0, 1.0]), 1.0, 0.5)
assert result is not None, "Yours returns None. Is its return missing?"
assert np.shape(result) == (3,), f"Yours returns shape {np.shape(result)}; w has shape (3,)."
assert np.allclose(result, [0.25, 0.0, 0.25]), (
    f"For w = 0, x = (1, 0, 1), y* = 1 and β = 0.5 yours gives {result}. By hand: I = 0, so "
    "E = 1; |x|² = 2; β E / |x|² is 0.25, times x, added to w."
)
report = mnistlab.check_rule("adaline", delta_rule)
assert report, report.message
print("✓ delta_rule is right.")

# %% [markdown] takes_up="What should β be?"
# ### What β does to the error
#
# Present one pattern again and again. E is 4 before the first step.
#
# **Predict:** for which β is E gone after one step? For which does it grow?

# %% exercise="threshold_adaline_betas"
EXPECTED_GONE = ""  # @param ["", "0.5", "1", "1.9", "2.1"]
EXPECTED_GROWS = ""  # @param ["", "0.5", "1", "1.9", "2.1"]

print(f"You expected: gone with {EXPECTED_GONE or '?'}, growing with {EXPECTED_GROWS or '?'}")
x, desired = np.array([1.0, 2.0, 1.0]), 1.0
for beta in (0.5, 1.0, 1.9, 2.1):
    w, errors = np.array([0.5, -2.25, 1.0]), []
    for _ in range(6):
        errors.append(desired - net_input(w, x))
        w = delta_rule(w, x, desired, beta)
    print(f"β = {beta}  E =", "  ".join(f"{E:6.2f}" for E in errors), f"  1 − β = {1 - beta:4.1f}")

# %% [markdown]
# **Explain:** divide each E by the one before it. Then put $w_{new}$ into E: why is it exactly
# $E_{new} = (1 - \beta)\,E$, and why does that leave $0 < \beta < 2$?

# %% [markdown] edition="instructor"
# **For the instructor.** $E_{new} = y^* - \sum (w_i + \beta E x_i / |x|^2)\, x_i = E - \beta E$.
# With β = 1 E is gone at once, with 2.1 it grows by the factor −1.1. Between 1 and 2 its sign turns
# in each step. Likely wrong in the exercise: |x| for |x|²; `w * x` for `w @ x`; y for I in E. What
# `check_rule` says to |x|:

# %% edition="instructor"
mnistlab.check_rule(
    "adaline", lambda w, x, desired, beta: w + beta * (desired - w @ x) * x / np.sqrt(x @ x)
)

# %% [markdown]
# ### Adaline on Iris
#
# With many patterns, what is right for one can be wrong for the next. Versicolor and virginica
# again, for 50 epochs. Errors have signs that would cancel, so the total error is $\sum E^2$.
#
# **Predict:** which of these β leaves the smallest total error?

# %%
EXPECTED_SMALLEST = ""  # @param ["", "0.01", "0.1", "0.5", "1", "1.9", "2.1"]

print(f"You expected: {EXPECTED_SMALLEST or 'nothing yet'}")
print("   β   Σ E², epoch 1   Σ E², epoch 50   flowers right")
for beta in (0.01, 0.1, 0.5, 1.0, 1.9, 2.1):
    unit = mnistlab.Adaline(learning_rate=beta, epochs=50).fit(x_vv, y_vv)
    first, last = unit.squared_errors_[[0, -1]]
    right = (unit.predict(x_vv) == y_vv).sum()
    print(f"{beta:4g} {first:15.4g} {last:16.4g} {right:10d} of {len(y_vv)}")

# %%
adaline = mnistlab.Adaline(learning_rate=0.1, epochs=50).fit(x_vv, y_vv)
runs = {
    "Adaline, β = 0.1": {
        "loss": adaline.squared_errors_,
        "accuracy": 1 - adaline.mistakes_ / len(y_vv),
    },
    "perceptron": {"accuracy": 1 - unit_vv.mistakes_ / len(y_vv)},
}
plots.learning_curves(runs, title="Versicolor, virginica: Σ E² as the loss, and the accuracy")

# %% [markdown]
# **Explain:** both units have 3 parameters and see the same flowers. Which curve is steadier, and
# what in the two rules makes it so?

# %% [markdown] edition="instructor"
# **For the instructor.** β = 0.1 leaves the smallest Σ E², about 24, with 75 of 80 right; 0.01 is
# still on its way at 43; 1.9 stays near 390; 2.1 ends near 10²⁵⁴, with 40 right. Adaline's steps
# shrink with E; the perceptron's have one size. The smallest Σ E² isn't always the fewest mistakes:
# 0.01 has 76 right.

# %% [markdown]
# ## Layers of linear units
#
# One line isn't enough for XOR. Two layers should draw more than one, if the units between them do
# more than add. Here are two layers *without* the step: y is I.
#
# **Predict:** can a single layer give the same outputs for every input?

# %%
EXPECTED_ONE_LAYER = ""  # @param ["", "yes, always", "for some weights", "no"]

rng = np.random.default_rng(1)
W_1, b_1 = rng.normal(size=(2, 4)), rng.normal(size=4)  # 2 inputs, 4 linear units
W_2, b_2 = rng.normal(size=(4, 3)), rng.normal(size=3)  # 4 linear units, 3 outputs
inputs = rng.normal(size=(1000, 2))

two_layers = (inputs @ W_1 + b_1) @ W_2 + b_2  # (1000, 3)
W, b = W_1 @ W_2, b_1 @ W_2 + b_2  # (2, 3), (3,)
one_layer = inputs @ W + b  # (1000, 3)
print(f"You expected: {EXPECTED_ONE_LAYER or 'nothing yet'}")
print(f"{W_1.size + b_1.size + W_2.size + b_2.size} parameters in two layers, e.g.", two_layers[0])
print(f"{W.size + b.size} parameters in one layer,   e.g.", one_layer[0])
print("equal for all 1,000 inputs:", np.allclose(two_layers, one_layer))

# %% [markdown]
# **Explain:** what would a third linear layer add?

# %% [markdown] edition="instructor"
# **For the instructor.** Yes, always: $(x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2)$. A
# third layer adds nothing; 27 parameters do the work of 9. So “linear units, however many layers,
# learn linear functions only”.

# %% [markdown]
# ## Step units in two layers
#
# With the step between the layers it is different. Set by hand, three units compute XOR: OR and
# AND in the hidden layer, and “OR, but not AND” at the output.

# %%
w_hidden = np.array([[-0.5, 1.0, 1.0], [-1.5, 1.0, 1.0]])  # (2, 3): OR, AND; w_0 first
w_output = np.array([-0.5, 1.0, -1.0])  # (3,)

h = step(with_bias(X) @ w_hidden.T, outputs=(0, 1))  # (4, 2)
y = step(with_bias(h) @ w_output, outputs=(0, 1))  # (4,)
print("x_1 x_2   OR AND   y")
for (x_1, x_2), (h_1, h_2), answer in zip(X, h, y, strict=True):
    print(f" {x_1}   {x_2}     {h_1}   {h_2}    {answer}")

# %% [markdown]
# `xor_by_hand` is the same three units. **Predict:** in the plane, what does the region look like
# in which the answer is 1? Sketch it, then run.

# %%
plots.decision_regions(xor_by_hand, X, (XOR + 1) // 2, title="XOR by three step units, set by hand")

# %% [markdown] takes_up="sigmoid"
# ### Looking for these weights
#
# The rules above need the desired output of a unit, and a hidden unit has none. So how about
# trying: change the nine weights a little, and keep what lowers the error. The total error is
# $\sum |y^* - y|$ over the four patterns.
#
# **Predict:** start at random weights and make 1,000 small changes. How many change the total error
# if the units are step units? How many if they are **sigmoid** units, $f(I) = 1 / (1 + e^{-I})$?


# %%
def total_error(weights, f):
    """Return Σ |y* − y| of a 2-2-1 network: two rows of hidden weights, one of output weights."""
    h = f(with_bias(X) @ weights[:2].T)  # (4, 2)
    y = f(with_bias(h) @ weights[2])  # (4,)
    return np.abs((XOR + 1) // 2 - y).sum()


def unit_step(I):
    """y = 1 where I ≥ 0, else 0"""
    return step(I, outputs=(0, 1))


EXPECTED_STEP = ""  # @param ["", "0", "about 500", "1,000"]
EXPECTED_SIGMOID = ""  # @param ["", "0", "about 500", "1,000"]

rng = np.random.default_rng(3)
start = rng.normal(size=(3, 3))
changes = rng.uniform(-0.001, 0.001, size=(1000, 3, 3))
print(f"You expected: step {EXPECTED_STEP or '?'}, sigmoid {EXPECTED_SIGMOID or '?'}")
for name, f in (("step", unit_step), ("sigmoid", sigmoid)):
    before = total_error(start, f)
    changed = sum(total_error(start + change, f) != before for change in changes)
    print(f"{name:8} total error {before:.3f}; {changed:,} of 1,000 small changes change it")

# %%
plots.activation_functions("sigmoid")

# %% [markdown]
# The step is flat to the left and to the right of T: its slope is 0, and at T it jumps. A small
# change of a weight changes nothing, so nothing says which way is better. The sigmoid is a step
# with a slope, dashed in the picture, and that slope says which way to go: that is backpropagation,
# in the next notebook.

# %% [markdown] edition="instructor"
# **For the instructor.** Step: 0 of 1,000; sigmoid: 1,000. The plane has a stripe between two
# parallel lines, $x_1 + x_2 = 0.5$ and $1.5$. “Linear TLUs learn only linear functions” needs both
# halves: linear units collapse, step units can compute XOR but give a slope no hold.

# %% [markdown]
# ## Self-check
#
# You are through if you can answer these without running anything:
#
# - A unit has w = (−1, 2) and T = 0.5. What does it answer to x = (1, 1)? Which $w_0$ replaces T?
# - How many parameters has a unit with 4 inputs, and which numbers do you choose before the training?
# - When does the perceptron rule change weights, and when the delta rule?
# - Why do the mistakes on XOR never stop, while those on AND do?
# - What do two layers of linear units compute? And two layers of step units?
#
# ### Exit question
#
# A unit answers +1 where −1 is desired. It learns from that one pattern once, and then sees it
# again. Is the answer now certainly right with the perceptron rule? And with the delta rule and β =
# 1? Say why.

# %%
exit_answer = ""  # @param {type:"string"}
print(exit_answer or "No answer yet: write one or two sentences between the quotes.")

# %% [markdown] edition="instructor"
# **For the instructor.** Self-check: I = 1 ≥ 0.5, so +1; $w_0$ = −0.5. 5 parameters; β, epochs and
# the order are hyperparameters. Exit question: not certainly with the perceptron rule, since I
# falls by β|x|², which may be less than I was. With the delta rule and β = 1, E is 0 afterwards: I
# is −1, so the answer is right.
