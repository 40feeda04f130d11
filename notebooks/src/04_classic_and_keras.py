# %% [markdown]
# # The same network twice: from scratch, and in Keras
#
# In 50 minutes you hold two programs against each other, weight by weight: the lecture's equations
# in NumPy (the *classic* engine), and Keras. You need the lecture up to “The learning paradigm and
# Keras”.
#
# Each step goes the same way: **predict** what will happen, **run** the cell, **explain** what you
# saw. Your prediction goes into the field in the cell, your explanation into a text cell that you
# add (in Colab: “+ Text”; in Jupyter: Esc, B, M).
#
# At the end you can
#
# - show that both programs compute the same, and tell rounding from a wrong formula;
# - say what Keras's losses average over, and what that does to β;
# - read the five steps (load, build, compile, fit, test) in plain Keras, and run them without this
#   package;
# - say what a framework adds to the equations, and what it hides.

# %% [markdown] edition="instructor"
# **For the instructor.** Time for a student: 15 minutes to “β means one thing”, 10 for that, 10 to
# “What a framework adds”, 15 for the rest. Four exercises, 8 points. Numbers below are given for
# the 5,000-digit sample and, in brackets, for all of MNIST; on another backend than TensorFlow the
# last digits differ. The sample takes about 45 s in all, and 15 s more where the
# program without this package is run; all of MNIST about 2 minutes.

# %% [markdown]
# ## Set up
#
# Keras leaves the arithmetic to a **backend**: TensorFlow here, unless it is told otherwise.

# %%
import mnistlab.keras_engine  # imports Keras, without TensorFlow's messages

import keras  # isort: skip
import numpy as np

import mnistlab
from mnistlab import plots

DATASET = "{{ dataset }}"  # @param ["mnist", "mnist_5k"] {allow-input: true}

print(f"NumPy {np.__version__}; Keras {keras.__version__} on {keras.backend.backend()}")

# %% [markdown]
# ## Load
#
# Both networks get the same digits. The desired outputs are ten numbers for each digit, 1 for the
# right one and 0 for the others (*one-hot*).

# %%
# keras: (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
dataset = mnistlab.load_data(DATASET)
x, y = dataset.x_train, dataset.y_train  # (patterns, 784) in [0, 1], (patterns,)
desired = keras.utils.to_categorical(y, 10)  # (patterns, 10)
print(f"{dataset.n_train:,} digits to train, {dataset.n_test:,} to test")
print(f"The first is a {y[0]}: {desired[0]}")

# %% [markdown] takes_up="model"
# ## Build it twice
#
# The lecture's **model**, {{ sizes }}, once as arrays of this package and once as a
# `keras.Sequential`. Each of the five steps is one call for both; `engine=` decides which.

# %%
# keras: keras.Sequential([keras.Input((784,)), Dense(512, "sigmoid"), Dense(10, "softmax")])
classic = mnistlab.build_model(dataset, engine="classic", hidden_units=512, seed=0)
model = mnistlab.build_model(dataset, engine="keras", hidden_units=512, seed=0)

for one in (classic, model):
    shapes = [weights.shape for weights in one.get_weights()]
    print(f"{type(one).__name__:14} {one.count_params():,} parameters in arrays of {shapes}")

# %% [markdown]
# ### How far apart?
#
# Two networks are equal if each weight of the one is that of the other. The distance between them
# is one number: the **largest absolute difference** of any two weights that belong together.
#
# **Your turn.** `ours` and `theirs` are lists of arrays, as `get_weights()` gives them: the arrays
# at the same place have the same shape.


# %% exercise="engines_apart"
def apart(ours, theirs):
    """Return the largest |difference| of any two weights that belong together."""
    ### BEGIN SOLUTION
    return max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
    ### END SOLUTION


# %% tests="engines_apart_check" points=2
ours = [np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([1.0, 1.0])]
theirs = [np.array([[0.0, 1.5], [2.0, 3.0]]), np.array([1.0, 1.0])]
found = apart(ours, theirs)
assert found is not None, "Yours returns None. Is a return missing?"
assert np.ndim(found) == 0, f"One number is asked for; yours returns shape {np.shape(found)}."
assert found == 0.5, f"1.0 and 1.5 are 0.5 apart, and all others are equal; yours says {found}."
### BEGIN HIDDEN TESTS
theirs = [np.array([[0.0, 1.0], [2.25, 3.0]]), np.array([1.0, 3.0])]
assert apart(ours, theirs) == 2.0, "The largest difference, 2, is that of the biases: look at all."
assert apart(theirs, ours) == 2.0, "The size of a difference counts, not its sign."
assert apart([-a for a in ours], [-a for a in theirs]) == 2.0, "Its size counts, not its sign."
### END HIDDEN TESTS
print("✓ apart is right.")

# %% [markdown]
# **Predict:** nothing is trained yet, and the weights are random. How far apart are the two?

# %% exercise="engines_apart_first"
EXPECTED_FIRST = ""  # @param ["", "0", "about 0.01", "about 1"]

print(f"You expected: {EXPECTED_FIRST or 'nothing yet'}")
print(f"Largest difference of {model.count_params():,} weights:",
      f"{apart(classic.get_weights(), model.get_weights()):g}")  # fmt: skip

# %% [markdown]
# **Explain:** how can random numbers be equal? Run the cell that builds them with `seed=1` for one
# of the two, and this one again.
#
# ### One image through both
#
# Now the forward pass of one test digit. Both multiply the same 784 numbers by the same weights.
#
# **Predict:** are the ten outputs equal to the last digit?

# %%
EXPECTED_OUTPUTS = ""  # @param ["", "equal", "the last digits differ", "different"]

# keras: model.predict(x)
a_classic = classic.predict(dataset.x_test[:1])[0]  # (10,)
a_keras = model.predict(dataset.x_test[:1], verbose=0)[0]  # (10,)
print(f"You expected: {EXPECTED_OUTPUTS or 'nothing yet'}")
for digit in range(10):
    off = a_classic[digit] - a_keras[digit]
    print(f"{digit}: {a_classic[digit]:.9f}   {a_keras[digit]:.9f}   difference {off:9.1e}")

# %% [markdown] edition="instructor"
# **For the instructor.** 0 apart: the package draws the weights itself, from the seed, by NumPy
# (Glorot's rule, which is Keras's default, too), and gives the same arrays to both. With another
# seed they are about 0.2 apart. The outputs differ by at most 1 in the 8th or 9th digit: a float32
# has 24 bits, about 7 decimal digits, and a sum of 784 products in another order is rounded
# otherwise. A good explanation says: the same formula, added up in another order.

# %% [markdown] takes_up="learning rule · gradient descent"
# ## One update, weight by weight
#
# Both get the first 32 digits and change their weights once, with β = 0.5: one step of
# **gradient descent** by the lecture's **learning rule** Δw = β E f(I), averaged over the 32.


# %%
def two_networks(dtype="float32"):
    """Return the same untrained network twice: classic, and in Keras, ready for β = 0.5."""
    ours = mnistlab.ClassicNetwork((784, 512, 10), seed=0, dtype=dtype)
    ours.compile(optimizer="sgd", learning_rate=0.5, loss="categorical_crossentropy")
    theirs = mnistlab.build_model(dataset, engine="keras", hidden_units=512, seed=0)
    theirs.compile(keras.optimizers.SGD(0.5), loss="categorical_crossentropy")
    return ours, theirs


def update(ours, theirs, batch):
    """Change the weights of both once, by the same digits: those in the slice `batch`."""
    ours.partial_fit(x[batch], y[batch], batch_size="full")
    theirs.train_on_batch(x[batch], desired[batch])  # one update of Keras's own fit


# %%
ours, theirs = two_networks()
before = ours.get_weights()[2]  # (512, 10), from the hidden units to the outputs
update(ours, theirs, slice(0, 32))

print("weight             before      Δw classic     Δw Keras")
for j in range(5):
    change = [one.get_weights()[2][17, j] - before[17, j] for one in (ours, theirs)]
    print(f"hidden 17 → {j}   {before[17, j]:9.6f}   {change[0]:12.9f} {change[1]:12.9f}")

# %% [markdown]
# Five weights are few. `apart` looks at all of them, after 1, 10 and 100 updates with 32 digits
# each, in float32 (about 7 decimal digits) and in float64 (about 16).
#
# **Predict:** what does the difference do from the first to the hundredth update? And what in
# float64?

# %% exercise="engines_apart_updates"
EXPECTED_GROWS = ""  # @param ["", "stays 0", "grows", "shrinks"]
EXPECTED_FLOAT64 = ""  # @param ["", "the same", "a billion times smaller", "0"]

print(f"You expected: {EXPECTED_GROWS or '?'}, and in float64 {EXPECTED_FLOAT64 or '?'}")
try:
    for dtype in ("float32", "float64"):
        keras.config.set_floatx(dtype)  # what Keras's losses compute in
        keras.config.set_dtype_policy(dtype)  # what its layers compute in
        ours, theirs = two_networks(dtype)
        for k in range(100):
            update(ours, theirs, slice(32 * k, 32 * k + 32))
            if k + 1 in (1, 10, 100):
                distance = apart(ours.get_weights(), theirs.get_weights())
                print(f"{dtype}, after {k + 1:3} updates: {distance:.1e}")
finally:
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")

# %% [markdown]
# **Explain:** suppose one of the two programs had a wrong formula. What would the line of float64
# say then? Why is it the stronger evidence?

# %% [markdown] edition="instructor"
# **For the instructor.** 3e-8, 1e-7 and 3e-7 in float32, and 6e-17, 2e-16 and 6e-16 in float64 (all
# of MNIST: 2e-8, 2e-6, 4e-7, and 4e-17, 3e-15, 7e-16: up and down alike, a billion times smaller).
# Rounding shrinks with the digits that are kept; a wrong formula doesn't, and would leave the same
# difference in both. Both settings are needed: with the layers in float32 and the rest in float64
# the two networks are 0.3 apart after 10 updates. The package's tests hold all pairs of outputs and
# losses and all six optimizers against Keras this way.

# %% [markdown] takes_up="loss function · binary cross-entropy · What should β be? · How to determine the error or loss at the output: use our formulation?"
# ## β means one thing
#
# So far softmax was at the output. The lecture begins with ten **sigmoid** outputs and
# E = desired − actual. Keras has no such error; it has a **loss function**, and takes its slope.
# For sigmoid outputs that loss is **binary cross-entropy**:
#
# $$-\,d_j \ln a_j - (1 - d_j) \ln (1 - a_j)$$
#
# Its slope with respect to $I_j$ is exactly $-(d_j - a_j)$, so it should be the lecture's rule.
#
# **Predict:** at the same β, how large is Keras's step beside the lecture's?

# %%
EXPECTED_STEP = ""  # @param ["", "a tenth", "a fifth", "the same", "ten times"]


def lecture_over_keras(outputs, loss):
    """Return how many times Keras's change of the output biases the lecture's Δb = β E is."""
    model = mnistlab.build_model(dataset, engine="keras", output_activation=outputs, seed=0)
    model.compile(keras.optimizers.SGD(0.5), loss=loss)
    a = model.predict(x[:32], verbose=0)  # (32, 10)
    slope = a * (1 - a) if loss == "mean_squared_error" else 1.0
    wanted = 0.5 * ((desired[:32] - a) * slope).mean(axis=0)  # (10,), β times the mean of E
    b = model.get_weights()[3]  # (10,)
    model.train_on_batch(x[:32], desired[:32])
    return (wanted / (model.get_weights()[3] - b)).mean()


print(f"You expected: {EXPECTED_STEP or 'nothing yet'}")
for outputs, loss in (("softmax", "categorical_crossentropy"), ("sigmoid", "binary_crossentropy"),
                      ("exponential", "poisson"), ("sigmoid", "mean_squared_error")):  # fmt: skip
    times = lecture_over_keras(outputs, loss)
    print(f"{outputs:12} {loss:25} the lecture's step is {times:4.1f} × Keras's")

# %% [markdown]
# Keras takes the **mean over the ten outputs**, where the lecture's rule follows the sum. Softmax
# with categorical cross-entropy is the exception: that loss has one term only, −ln of the right
# digit's output. In the last line the lecture's step is that of E f'(I), as squared error has the
# slope; Keras follows 2 E f'(I) / 10, a fifth of it.
#
# So in Keras the lecture's rule is “binary cross-entropy times the number of outputs”. The package
# calls this loss `"lecture"`; in it β means the same in both engines.
#
# ### The lecture's rule in Keras
#
# **Your turn.** Compile an all-sigmoid Keras model so that one step with β is the lecture's.
# `model.compile` takes `optimizer=`, `loss=`, `metrics=["accuracy"]`, and `loss_weights=[…]`, a
# factor for the loss.


# %% exercise="engines_compile_lecture"
def compile_lecture(model, beta):
    """Compile a Keras model of ten sigmoid outputs: a step is Δw = β E f(I), E = d − a."""
    ### BEGIN SOLUTION
    model.compile(
        optimizer=keras.optimizers.SGD(beta),
        loss="binary_crossentropy",
        loss_weights=[10.0],
        metrics=["accuracy"],
    )
    ### END SOLUTION


# %% tests="engines_compile_lecture_check" points=2
step_model = mnistlab.build_model(dataset, "keras", output_activation="sigmoid", seed=0)
compile_lecture(step_model, 0.25)
E = (desired[:32] - step_model.predict(x[:32], verbose=0)).mean(axis=0)  # (10,)
b = step_model.get_weights()[3]
step_model.train_on_batch(x[:32], desired[:32])
times = ((step_model.get_weights()[3] - b) / (0.25 * E)).mean()
assert np.isclose(times, 1, rtol=1e-3), f"Your step is {times:.3g} × the lecture's, β E."
print("✓ compile_lecture is right: its step is the lecture's.")

# %% [markdown]
# **Predict:** five epochs with β = 0.5. How much does the factor of ten cost in accuracy?

# %% exercise="engines_factor_runs"
EXPECTED_LOST = ""  # @param ["", "nothing", "less than 1%", "5 to 10%", "more than 50%"]


def sigmoid_outputs(engine):
    """Return the all-sigmoid network."""
    return mnistlab.build_model(dataset, engine, 512, output_activation="sigmoid", seed=0)


networks = {"classic, lecture": sigmoid_outputs("classic"),
            "Keras, binary cross-entropy": sigmoid_outputs("keras"),
            "Keras, compile_lecture": sigmoid_outputs("keras")}  # fmt: skip
scratch, plain, mine = networks.values()
scratch.compile(learning_rate=0.5, loss="lecture")
plain.compile(keras.optimizers.SGD(0.5), loss="binary_crossentropy", metrics=["accuracy"])
compile_lecture(mine, 0.5)

print(f"You expected: {EXPECTED_LOST or 'nothing yet'}")
runs = {}
for name, network in networks.items():
    # keras: network.fit(x, desired, epochs=5, batch_size=32)
    runs[name] = mnistlab.fit_model(network, dataset, epochs=5, verbose=0)
    accuracy = mnistlab.evaluate_model(network, dataset).accuracy
    print(f"{name:28} test accuracy {accuracy:.1%}")
plots.learning_curves(runs, title="All-sigmoid, β = 0.5: one factor of ten")

# %% [markdown]
# Two curves lie on each other: the lecture's, and yours in Keras. The third has a tenth of the loss
# because it is a mean, and a tenth of the step for the same reason.
#
# **Explain:** `SGD(5.0)` without `loss_weights` would do the same. With Adam in place of SGD the
# factor of ten would change almost nothing. Why?

# %% [markdown] edition="instructor"
# **For the instructor.** The factors are 1, 10, 10 and 5. Test accuracy after 5 epochs: 90.5% with
# the lecture's rule in both engines, 83.4% with Keras's mean (all of MNIST: 97.6% and 92.4%).
# `SGD(10 * beta)` is as right as `loss_weights`. Adam divides the slope by its own recent size, so
# a factor before the loss cancels. Likely wrong: a factor of 1/10; `loss="categorical_crossentropy"`,
# for which Keras first divides the ten outputs by their sum.

# %% [markdown] takes_up="epochs"
# ## Five epochs, side by side
#
# `mnistlab.compare` trains the same experiment in both engines: the same weights at the start, the
# same digits in the same order, five **epochs**. After each it measures how far apart they are.
#
# **Predict:** by how many of the test digits do the two accuracies differ?

# %%
EXPECTED_DIGITS = ""  # @param ["", "0 to 3", "about 20", "about 200"]

# keras: history = model.fit(x_train, y_train, epochs=5, batch_size=32)
both = mnistlab.compare(dataset=dataset, epochs=5, verbose=0)
print(f"You expected: {EXPECTED_DIGITS or 'nothing yet'}")
print(both)

# %%
both.picture()

# %% [markdown]
# **Explain:** the weights part further with each epoch, and the accuracies don't. Which difference
# in the weights would you need to see before you would doubt one of the programs?

# %% [markdown] edition="instructor"
# **For the instructor.** 0 digits: 90.60% in both (97.42%). The largest difference grows from 3e-7 to
# 5e-7 (from 7e-5 to 7e-4: 15 times the updates). The first epoch's seconds of Keras include what
# TensorFlow compiles.

# %% [markdown] takes_up="true SGD · mini-batch SGD · A backward pass after every input, after all, or after a small batch?"
# ## Seconds, by batch size
#
# A program that can train nothing but such networks may be faster at it than one that can train
# everything. The cell measures one epoch of 1,000 digits, from **true SGD** (batch size 1) over
# **mini-batch SGD** to 1,024 digits an update. The same `fit` line drives both engines.
#
# **Predict:** how many times as long as the classic engine does Keras take at batch size 1? And at
# 128?

# %%
import time

EXPECTED_AT_1 = ""  # @param ["", "half", "as long", "5 times", "100 times"]
EXPECTED_AT_128 = ""  # @param ["", "half", "as long", "5 times", "100 times"]

seconds = {"classic": {}, "keras": {}}
for size in (1, 32, 128, 1024):
    for engine in seconds:
        n = 100 if (engine, size) == ("keras", 1) else 2000  # it takes its time
        network = mnistlab.build_model(dataset, engine, hidden_units=512, seed=0)
        took = []
        for _ in range(3):  # the first time each engine compiles what it needs
            started = time.perf_counter()
            network.fit(x[:n], desired[:n], batch_size=size, verbose=0)
            took.append(time.perf_counter() - started)
        seconds[engine][size] = min(took) * 1000 / n

for size in (1, 128):
    times = seconds["keras"][size] / seconds["classic"][size]
    print(f"batch size {size:3}: Keras takes {times:.1f} × as long as classic")
print(f"You expected: {EXPECTED_AT_1 or '?'} and {EXPECTED_AT_128 or '?'}")

# %%
plots.epoch_seconds(seconds, title="Seconds for one epoch of 1,000 digits")

# %% [markdown]
# One measurement of a few digits gives a rough figure, in which each call of `fit` has a share.
# These are medians of five epochs of all 60,000 training digits, on 2 cores, by
# `python benchmarks/training.py`. The package's `fit_model` uses Keras's `fit`, too, but tells it to
# do several updates a call.
#
# | batch size | classic | Keras, by `fit_model` | Keras, by its own `fit` |
# |---|---|---|---|
# | 1 | 0.27 s <!-- training: medians/mnistlab classic, batch 1 --> | 32 s <!-- training: medians/mnistlab Keras, batch 1 --> | 61 s <!-- training: medians/Keras by hand, batch 1 --> |
# | 32 | 0.32 s <!-- training: medians/mnistlab classic, batch 32 --> | 2.0 s <!-- training: medians/mnistlab Keras, batch 32 --> | 2.8 s <!-- training: medians/Keras by hand, batch 32 --> |
# | 128 | 0.25 s <!-- training: medians/mnistlab classic, batch 128 --> | 1.3 s <!-- training: medians/mnistlab Keras, batch 128 --> | 1.2 s <!-- training: medians/Keras by hand, batch 128 --> |
# | 1,024 | 0.26 s <!-- training: medians/mnistlab classic, batch 1024 --> | 1.2 s <!-- training: medians/mnistlab Keras, batch 1024 --> | 0.84 s <!-- training: medians/Keras by hand, batch 1024 --> |
#
# At batch size 1 Keras's own `fit` needs about 1 ms for each update, most of it to hand one pattern
# to its backend and to get the answer back. At 1,024 that is paid 59 times instead of 60,000 times.
# Keras is made for large batches, large networks and GPUs, where the arithmetic takes longer than
# the handing over.
#
# **Explain:** why is a batch size of 32 or 128 the habit, and not 1, although true SGD learns more
# in each epoch?

# %% [markdown] edition="instructor"
# **For the instructor.** The live figures depend on the machine; expect Keras at 100 to 350 times
# at batch size 1 and 2 to 8 times at 128. The classic engine does one thing only: one kind of layer,
# one learning rule, compiled (by Numba) where there is enough to do. On a GPU the table would look
# otherwise at large batches.

# %% [markdown] takes_up="optimizer"
# ## The experiment as plain Keras
#
# `result.as_keras()` writes the same experiment as a program in plain Keras. Find the five steps in
# it: load, build, compile (the **optimizer**, the loss, the metric), fit, test.

# %%
program = both.keras.as_keras()
print(program)

# %% [markdown]
# Run it in a Python of its own, which has never heard of this package. `KERAS_BACKEND` says what
# does the arithmetic; it is read once, when Keras is imported, so it needs a new Python, too.
#
# **Predict:** is the test accuracy exactly that of the run above? Then choose a backend, which
# starts the program: with TensorFlow it takes about 15 seconds, half of them for the import.

# %%
import os
import subprocess
import sys
from pathlib import Path

BACKEND = ""  # @param ["", "tensorflow", "jax", "torch"]
EXPECTED_PLAIN = ""  # @param ["", "exactly", "nearly", "far from it"]

Path("plain.py").write_text(program, encoding="utf-8")
print("mentions mnistlab:", "yes" if "mnistlab" in program else "no")
if BACKEND:
    print(f"You expected: {EXPECTED_PLAIN or 'nothing yet'}")
    ran = subprocess.run([sys.executable, "plain.py"], capture_output=True, text=True,
                         env={**os.environ, "KERAS_BACKEND": BACKEND})  # fmt: skip
    print("above:            test accuracy", f"{both.keras.test_accuracy:.2%}")
    if ran.returncode == 0:
        print(f"plain, {BACKEND}: {ran.stdout.strip().splitlines()[-1]}")
    else:
        print(f"plain.py stopped: {ran.stderr.strip().splitlines()[-1]}")
        print("It fetches MNIST itself, so it needs a network; the backend has to be installed.")
else:
    print("Choose a BACKEND in the list above, and run this cell again.")

# %% [markdown]
# **Explain:** which of these may differ between the two runs: the initial weights, the order of the
# digits, the digits themselves, the formulas?

# %% [markdown] edition="instructor"
# **For the instructor.** Nearly: plain Keras draws its own weights and its own order from the seed,
# and of the 5,000-digit sample its own split, so even the test digits are others: 87.5% (of all of
# MNIST they are the same: 97.2 to 97.4%). The formulas are the same. JAX is preinstalled on Colab,
# as is PyTorch. On both, Keras clips softmax's outputs before it takes the logarithm, where on
# TensorFlow it goes back to the net inputs, so the first epoch differs a little.

# %% [markdown]
# ### A saved model
#
# A `.keras` file holds the design, the weights, and how the model was compiled. Nothing in this one
# is of this package, so plain Keras loads it anywhere. (`result.save(folder)` puts the same file,
# `model.keras`, into a run's folder.)

# %%
import json
import zipfile

both.keras.model.save("model.keras")
loaded = keras.models.load_model("model.keras")

with zipfile.ZipFile("model.keras") as file:
    design = json.loads(file.read("config.json"))
    print("inside model.keras:", ", ".join(file.namelist()))
for layer in design["config"]["layers"]:
    print("   ", layer["module"], layer["class_name"], layer["config"].get("activation", ""))
off = np.abs(loaded.predict(dataset.x_test, verbose=0) - both.classic.predict(dataset.x_test)).max()
print(f"loaded in Keras beside the classic network, all test outputs: at most {off:.0e} apart")

# %% [markdown]
# The four arrays travel both ways: `classic.set_weights(loaded.get_weights())` gives them to the
# classic network from above. Load only models from people you trust: a `.keras` file can name code to be run.

# %% [markdown]
# ## What a framework adds
#
# ### Automatic differentiation
#
# In the classic engine somebody has derived f'(I) for each activation, and E for each loss. Keras
# wants f alone: while it computes f(I), its backend notes each operation, and then goes back
# through them with the chain rule. Here is an activation that this package doesn't know, *swish*:
#
# $$f(I) = \frac{I}{1 + e^{-I}}$$
#
# **Your turn.** Write it in Keras. `I` is a *tensor*, as backends call their arrays; `keras.ops.sigmoid`, `keras.ops.exp` and the
# ordinary `+ − * /` work on it.


# %% exercise="engines_swish"
def swish(I):
    """f(I) = I / (1 + e^(−I)), as Keras takes it; no slope is needed."""
    ### BEGIN SOLUTION
    return I * keras.ops.sigmoid(I)
    ### END SOLUTION


# %% tests="engines_swish_check" points=2
net_inputs = np.array([-2.0, 0.0, 3.0], "float32")
found = swish(keras.ops.convert_to_tensor(net_inputs))
assert found is not None, "Yours returns None. Is a return missing?"
try:
    swish(keras.Input((3,)))  # an input without numbers, of which Keras notes what is done to it
except Exception:
    found = None
assert found is not None, "NumPy notes no operations: use keras.ops.exp in place of np.exp."
values = keras.ops.convert_to_numpy(found)
right = net_inputs / (1 + np.exp(-net_inputs))
assert np.allclose(values, right, atol=1e-6), f"f(−2), f(0), f(3) are {right}; yours: {values}."
print("✓ swish is right.")

# %% [markdown] takes_up="backpropagation"
# Now the slope. This asks TensorFlow for it, which does **backpropagation** through whatever `f`
# does (on JAX it would be `jax.grad(f)`):


# %%
def slope_of(f, I):
    """Return f'(I), from the operations that f calls."""
    import tensorflow as tf

    I = tf.constant(I)
    with tf.GradientTape() as tape:
        tape.watch(I)
        activation = f(I)
    return tape.gradient(activation, I).numpy()


net_inputs = np.array([-6.0, -2.0, 0.0, 2.0, 6.0])
print("sigmoid, by TensorFlow:", slope_of(keras.ops.sigmoid, net_inputs).round(6))
s = 1 / (1 + np.exp(-net_inputs))
print("f(I)(1 − f(I)):        ", (s * (1 - s)).round(6))

# %% [markdown]
# **Your turn.** Derive swish's slope on paper (the product rule; the slope of the sigmoid s is
# s (1 − s)) and write it in NumPy. Then compare it with what Keras found without you.


# %% exercise="engines_swish_slope"
def swish_slope(I):
    """f'(I) of swish, derived by hand, in NumPy."""
    ### BEGIN SOLUTION
    s = 1 / (1 + np.exp(-I))
    return s + I * s * (1 - s)
    ### END SOLUTION


# %% tests="engines_swish_slope_check" points=2
at = np.array([-3.0, 0.0, 1.0])
found = swish_slope(at)
assert found is not None, "Yours returns None. Is a return missing?"
h = 1e-5  # central differences: (f(I + h) − f(I − h)) / 2h
slope = ((at + h) / (1 + np.exp(-at - h)) - (at - h) / (1 + np.exp(-at + h))) / (2 * h)
assert np.allclose(found, slope, atol=1e-6), (
    f"At I = −3, 0 and 1 the slope is {slope.round(6)}; yours is {np.round(found, 6)}."
)
print("✓ swish_slope is right.")

# %% exercise="engines_swish_both"
print("by TensorFlow:", slope_of(swish, net_inputs).round(6))
print("by hand:      ", swish_slope(net_inputs).round(6))

# %% [markdown]
# Your two functions meet in one update: a classic network with your f' by hand, and a Keras network
# that only knows your f. `mnistlab.Rules` takes formulas of your own.

# %% exercise="engines_swish_update"
rules = mnistlab.Rules(activation=lambda I: I / (1 + np.exp(-I)), slope=swish_slope)
ours = mnistlab.ClassicNetwork((784, 512, 10), rules=rules, seed=0)
ours.compile(learning_rate=0.1)
theirs = keras.Sequential([keras.Input((784,)), keras.layers.Dense(512, activation=swish),
                           keras.layers.Dense(10, activation="softmax")])  # fmt: skip
theirs.set_weights(ours.get_weights())
theirs.compile(keras.optimizers.SGD(0.1), loss="categorical_crossentropy", metrics=["accuracy"])

update(ours, theirs, slice(0, 32))
print(f"after one update {apart(ours.get_weights(), theirs.get_weights()):.0e} apart")
mnistlab.fit_model(theirs, dataset, epochs=3, verbose=0)
print(f"Keras with swish, 3 epochs: {mnistlab.evaluate_model(theirs, dataset).accuracy:.1%}")

# %% [markdown]
# **Explain:** a new *loss* is as easy: a function of (desired, actual) in `keras.ops`, given to
# `compile(loss=…)`. What would you have to work out for the classic engine before it could train
# with it?

# %% [markdown] edition="instructor"
# **For the instructor.** Slopes at −6, −2, 0, 2, 6: −0.012, −0.091, 0.5, 1.091, 1.012. After one
# update the two are about 1e-8 apart, so Keras's slope is the one derived by hand. Three epochs of
# swish at β = 0.1 give 90.7% (96.7%). Keras has the function as
# `activation="silu"`. A loss for the classic engine needs E at the output, −∂loss/∂I, with the
# activation's slope in it. Likely wrong: `np.exp` in `swish`; in the slope, s (1 − s) alone.

# %% [markdown]
# ### Callbacks
#
# A callback is called by `fit` after each epoch (or batch) and may look, save or stop. This one
# looks at the hidden weights. Keras brings others, such as `EarlyStopping`, `ModelCheckpoint`,
# `LearningRateScheduler` and `TensorBoard`.
#
# **Predict:** do the largest hidden weights grow or shrink while it learns?


# %%
class LargestWeight(keras.callbacks.Callback):
    """Say after each epoch how large the largest hidden weight is."""

    def on_epoch_end(self, epoch, logs=None):
        """Print one line; `logs` are the epoch's figures."""
        largest = np.abs(self.model.get_weights()[0]).max()
        print(f"epoch {epoch + 1}: loss {logs['loss']:.3f}, largest |w| {largest:.3f}")


EXPECTED_LARGEST = ""  # @param ["", "grow", "shrink", "stay"]

watched = mnistlab.build_model(dataset, engine="keras", hidden_units=512, seed=0)
print(f"You expected: {EXPECTED_LARGEST or 'nothing yet'}")
print(f"before:  largest |w| {np.abs(watched.get_weights()[0]).max():.3f}")
history = watched.fit(x, desired, epochs=3, batch_size=32, callbacks=[LargestWeight()], verbose=0)

# %% [markdown]
# ### Devices, and all the rest
#
# | what | Keras | from scratch |
# |---|---|---|
# | layers | convolution, recurrence, attention, and your own | fully connected |
# | slopes | found by the backend | derived by hand |
# | devices | CPU, GPU, TPU; the program stays the same | CPU |
# | a saved model | one file, read by Keras anywhere; `export` for phones and servers | four arrays |
# | while it trains | callbacks, TensorBoard | what we wrote |
# | trained models of others | `keras.applications`, KerasHub | – |
# | to read all of it | hundreds of files | a few pages |

# %%
for what in ("keras", "backend", "device"):
    print(f"{what:8} {both.keras.environment[what]}")

# %% [markdown]
# ## What it hides
#
# `trace` shows every I, f(I), E and Δw of one step of the classic network. Keras shows the weights
# before and after, and no E. But E can be read off a bias: Δb = β E.
#
# **Predict:** after one step with one digit, does $(b_{new} - b_{old})/\beta$ give E for the hidden
# units, too?

# %%
EXPECTED_HIDDEN = ""  # @param ["", "yes", "only at the output", "no"]

ours, theirs = two_networks()
step = ours.trace(x[0], y[0])
b_old = theirs.get_weights()[1::2]  # the biases: (512,), (10,)
theirs.train_on_batch(x[:1], desired[:1])
E_hidden, E_output = ((new - old) / 0.5
                      for new, old in zip(theirs.get_weights()[1::2], b_old, strict=True))  # fmt: skip
print(f"You expected: {EXPECTED_HIDDEN or 'nothing yet'}")
for name, traced, read in (("output", step.layers[-1].E, E_output),
                           ("hidden", step.layers[0].E, E_hidden)):  # fmt: skip
    print(f"E {name}, traced:          ", traced[:4].round(5))
    print(f"E {name}, read off Keras:  ", read[:4].round(5))

# %% [markdown]
# What else Keras does without saying so, most of it met above:
#
# - it takes the mean over the outputs in most losses, so β isn't the lecture's;
# - it draws the initial weights and the order of the digits itself, other ones each time unless
#   told a seed;
# - it computes in float32, and keeps outputs away from 0 and 1 before it takes a logarithm;
# - for softmax with cross-entropy on TensorFlow it goes back to the net inputs, so that a digit
#   that is sure and wrong still has a slope.
#
# **Explain:** which of these would you have noticed without a second program beside it?

# %% [markdown] edition="instructor"
# **For the instructor.** Yes: for every layer Δb is β E, since the bias input is 1. The largest
# hidden weight grows from 0.068, the limit of Glorot's rule, to about 0.2 (0.7).

# %% [markdown]
# ## Keras and TensorFlow
#
# Some printings say that Keras is “built on top of TensorFlow”. Keras began in March 2015, on
# Theano; TensorFlow was published in November 2015. From 2020 to 2023 Keras came with TensorFlow
# and ran on it alone. Since Keras 3 it runs on TensorFlow, JAX or PyTorch, whichever `KERAS_BACKEND`
# names before `import keras`.
#
# **Your turn.** Go back to “The experiment as plain Keras”, set `BACKEND` to `jax`, and run that
# cell again. Which lines of the program had to change?

# %% [markdown]
# ## Self-check
#
# You are through if you can answer these without running anything:
#
# - Two programs differ by 1e-7 after 100 updates in float32. What do you measure next?
# - A network with 26 sigmoid outputs, binary cross-entropy in Keras: what is β of SGD for the
#   lecture's β = 0.1?
# - Why is Keras slow at batch size 1, and why does that hardly matter at 128?
# - You invent an activation. What do you write for Keras, and what for the classic engine?
# - What lies in a `.keras` file, and who can read it?
#
# ### For those who finish early
#
# Write a loss of your own, such as the mean of $(d - a)^4$, in two lines of `keras.ops`; train with
# it; and find the β at which it learns best.
#
# ### Exit question
#
# You have to train one million images tomorrow, and to explain today how a network learns. Which of
# the two programs do you take for which, and what do you check before you trust it?

# %%
exit_answer = ""  # @param {type:"string"}
print(exit_answer or "No answer yet: write one or two sentences between the quotes.")

# %% [markdown] edition="instructor"
# **For the instructor.** Self-check: float64, in which rounding shrinks and a wrong formula stays;
# 2.6, or β = 0.1 with `loss_weights=[26.0]`; a fixed price for each update, paid 128 times less
# often; f alone, and f with f'; design, weights and compile settings, any Keras. Finishing early:
# `keras.ops.mean((d - a) ** 4, axis=-1)` with 128 hidden units
# and sigmoid outputs gives 74% at β = 0.5, 87% at 5, 13% at 50. Exit question: Keras for
# the images, the classic engine to explain; check that both agree on a small case.
