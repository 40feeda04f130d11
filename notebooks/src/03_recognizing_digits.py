# %% [markdown]
# # The lab: recognizing handwritten digits
#
# In 75 minutes you load MNIST's handwritten digits, build the lecture's network of {{ sizes }} units,
# train it, test it, find out what each of its hyperparameters does, and hand it in.
#
# Each step goes the same way: **predict** what will happen, **run** the cell, **explain** what you
# saw. A wrong prediction earns as much as a right one; only an empty one earns nothing.
#
# At the end you can
#
# - say what happens to an image on its way through the network, in numbers;
# - write the five steps of the Keras workflow: load, build, compile, fit, test;
# - read learning curves and a confusion matrix;
# - choose β, the batch size, the order and the number of hidden units, and defend the choice.
#
# **Before you start:** in Colab, File → Save a copy in Drive. Otherwise your work is gone when the
# tab is closed.

# %% [markdown] edition="instructor"
# **For the instructor.** The 75 minutes: 8 to set up and load, 12 to build, 15 to compile, 8 to fit, 10 to
# test, 17 to explore, 5 to hand in. Behind time? In “Explore” let each row of the room take one question.
# `INSTRUCTOR.md` has the numbers to expect for every question, likely wrong answers, and what to say.

# %% [markdown]
# ## Set up
#
# Your answers are saved the moment you run their cells, in a file that is called your worksheet.
# On Colab the machine forgets everything after some idle time, so let the worksheet lie on your
# Google Drive: run the next cell and allow it. Elsewhere it lies beside this notebook.

# %%
# @title Keep my work on Google Drive (Colab only) { display-mode: "form" }
import sys

if "google.colab" in sys.modules:
    from google.colab import drive

    drive.mount("/content/drive")
else:
    print("This is not Colab: your worksheet lies in the folder of this notebook.")

# %% [markdown]
# Now say who you are: the id by which your course knows you, between the quotes.

# %% exercise="student_id" stub="STUDENT_ID = \"\"  # @param {type:\"string\"}"
### BEGIN SOLUTION
STUDENT_ID = "instructor"
### END SOLUTION

# %%
import numpy as np
from IPython.display import Markdown, display

import mnistlab
from mnistlab import plots

DATASET = "{{ dataset }}"  # @param ["mnist", "mnist_5k"] {allow-input: true}

sheet = mnistlab.Worksheet("{{ lab_name }}", STUDENT_ID or "try-out")
if not STUDENT_ID:
    print("NO ID YET. Write yours into the cell above, and run it and this one again, before you "
          "answer anything: your answers and your seed belong to your id.")  # fmt: skip
if sheet.lab.lab.dataset != DATASET:
    print(f"For a try only: what you hand in has to be computed with {sheet.lab.lab.dataset}.")
print(f"Your personal seed is {sheet.seed}. Your worksheet lies in {sheet.path}.")

# %% [markdown]
# The line `DATASET = …` chooses the data: `"mnist"` is all 70,000 digits; `"mnist_5k"` is a sample
# of 5,000 of them, for a first try. Other data, other numbers: before you hand in, run all cells with
# the data set of the lab. Your network starts from random weights; your **personal seed** decides
# which, so your numbers differ from your neighbour's.

# %% [markdown] takes_up="labelled data set · training data set · test data set"
# ## 1 Load
#
# *Acquire, prepare and load the data.* MNIST is a **labelled data set**: 28×28 grey images, and for
# each the digit that it shows. The **training data set** is what the network learns from; the **test
# data set** is kept apart, to measure what it does with digits that it has never seen.

# %%
# keras: (images, labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
dataset = mnistlab.load_data(DATASET)
print(f"{dataset.n_train:,} digits to train, {dataset.n_test:,} to test, from {dataset.source}")

# %% [markdown]
# ### One image, as numbers
#
# To the computer an image is a table of numbers. Can you read the digit from them?

# %%
image, label = dataset.images[0], dataset.y_train[0]
rim = 3 if len(image) == 28 else 0  # pixels of nothing around MNIST's digits
for row in image[rim : len(image) - rim]:
    print(" ".join(f"{v:3d}" if v else "  ·" for v in row[rim : len(row) - rim]))

# %% [markdown]
# Each · is a 0; a rim without ink is left out. Background is 0 and ink is up to 255, as MNIST's own page says; some printings say
# it the other way round.

# %%
print(f"It is labelled {label}.")
plots.samples(dataset.images, dataset.y_train, dataset.class_names, count=10)

# %% [markdown]
# ### Prepare it by hand
#
# Three things happen before the network sees an image: it is laid out as one row of {{ network.inputs }} numbers
# (*reshape*), divided by 255, and its label becomes ten desired outputs (*one-hot*).

# %%
row = image.reshape(-1) / 255  # ({{network.inputs}},), in [0, 1]
desired = np.zeros(dataset.n_classes)  # ({{network.classes}},)
desired[label] = 1

print("desired outputs:", desired)
print("the same as the data set's own row:", np.allclose(row, dataset.x_train[0]))

# %% question="why_scale"
answer = r"""
Unscaled, I = Σ w x adds up to hundreds, so |I| is far above 5 for almost every hidden unit. There
f(I) is 0 or 1 to many digits, and the slope f'(I) = f(I)(1 − f(I)) is 0. The hidden error has f'(I)
as a factor, so E is 0, Δw is 0, and the hidden units hardly learn. Divided by 255, I stays near 0,
where the slope is about 1/4.
"""

# %% [markdown]
# Try it: the same training for one epoch, with inputs from 0 to 255 and from 0 to 1. (The package
# warns of the first, in red.)

# %%
for scale in (255, 1):
    network = mnistlab.build_model(dataset, engine="classic", hidden_units=128, seed=sheet.seed)
    network.compile(learning_rate=0.5)
    f = 1 / (1 + np.exp(-np.abs(dataset.x_train[:1000] * scale @ network.layers[0][0])))
    network.fit(dataset.x_train * scale, dataset.y_train, epochs=1, verbose=0)
    loss, accuracy = network.evaluate(dataset.x_test * scale, dataset.y_test)
    print(f"inputs up to {scale:3d}: accuracy {accuracy:5.1%}, mean slope f'(I) of the hidden units "
          f"before training {(f * (1 - f)).mean():.4f}")  # fmt: skip

# %% [markdown] takes_up="model · unit · How many layers, which activation?"
# ## 2 Build
#
# *Design and build the **model**.* {{ network.inputs }} inputs, one for each pixel;
# {{ hidden_layers }}; {{ network.classes }} output units, one for each class. The slide would count
# {{ layers }} layers. In Keras the inputs are no layer, so it is {{ dense_layers }} `Dense` layers:
# "dense" means that each unit has a weight for every unit of the layer below.

# %% [markdown] takes_up="parameters · bias · How many parameters are there?"
# ### Count first
#
# The **parameters** are what training changes: the weights, and for each unit a **bias**. How many
# are there? Compute it before any program shows it.

# %% question="parameters"
number = {{count}}

# %% [markdown]
# ### Write it in Keras
#
# Write the model: an input of {{ network.inputs }} numbers, then {{ dense_texts }}.
# `keras.Sequential([...])` takes a list of layers. `keras.Input(({{ network.inputs }},))` comes first;
# a layer is `keras.layers.Dense(units, activation="…")`.

# %% exercise="my_model"
import mnistlab.keras_engine  # imports Keras, without TensorFlow's messages

import keras  # isort: skip

### BEGIN SOLUTION
my_model = keras.Sequential(
    [
        keras.Input(({{network.inputs}},)),
        {{keras_layers}},
    ]
)
### END SOLUTION

# %% tests="my_model_check" points=3
asked = sheet.lab.network
assert my_model.built, f"Begin the list with keras.Input(({asked.inputs},))."
inputs = my_model.input_shape[1:]
units = [layer.units for layer in my_model.layers]
functions = [layer.activation.__name__ for layer in my_model.layers]
wanted = [asked.hidden_activation] * len(asked.hidden_units) + [asked.output_activation]
assert inputs == (asked.inputs,), f"{asked.inputs} inputs are needed, not {inputs}."
assert units == [*asked.hidden_units, asked.classes], (
    f"The layers should have {[*asked.hidden_units, asked.classes]} units; yours have {units}."
)
assert functions == wanted, f"The activations should be {wanted}; yours are {functions}."
print(f"Right: {my_model.count_params():,} parameters. Is that the number that you computed?")

# %%
plots.network_diagram({{layer_sizes}})

# %% [markdown]
# `mnistlab.build_model` builds the same, and sets the weights that belong to your personal seed. The
# rest of the lab trains this one.

# %%
# keras: keras.Sequential([keras.Input(({{network.inputs}},)), {{keras_built}}])
model = mnistlab.build_model(dataset, {{built}}, seed=sheet.seed)
untrained = model.get_weights()
model.summary(print_fn=print)  # as plain text

# %% [markdown] takes_up="hyperparameters · What are the hyperparameters?"
# ### What did you choose?
#
# Training finds the parameters. What it doesn't find, you have to choose: the **hyperparameters**.

# %% question="hyperparameters"
answer = r"""
Of the network: the number of layers, the units in each (hidden: {{hidden_units}}), the activation
functions. Of the training: the learning rate β, the number of epochs, the batch size, the order of
presentation, the loss, the optimizer, the acceptable error, and how the weights start.
"""

# %% question="layers_and_activation"
answer = r"""
{{ layers }} as the lecture counts, {{ dense_layers }} as Keras does: the inputs compute nothing. If a hidden layer
were linear, I above it would be a sum of sums of what comes from below, which is one sum: two layers
could do no more than one. The bend of the activation makes the difference.
"""

# %% [markdown]
# ### Before any training
#
# The weights are small random numbers. How good is the network now?

# %% question="predict_untrained_accuracy"
prediction = "10"

# %% question="predict_untrained_loss"
prediction = "2.3"

# %%
# keras: model.evaluate(x_test, y_test)
loss, accuracy = mnistlab.evaluate_model(
    mnistlab.build_model(dataset, {{built}}, seed=sheet.seed), dataset
)
print(
    f"Untrained: accuracy {accuracy:.1%}, loss {loss:.4f}. Guessing: 10%, ln 10 = {np.log(10):.4f}"
)
print("The loss is above ln 10, because the ten probabilities aren't equal yet.")

# %% question="untrained_loss"
number = loss

# %% [markdown] edition="instructor"
# **For the instructor.** Expect an accuracy between 5 and 16% and a loss between 2.3 and 2.6,
# different for each student. A student who types ln 10 = 2.30 has not looked; the grader recomputes
# the loss from the personal seed. Likely wrong counts: without biases, or with one for each layer.

# %% [markdown] takes_up="loss function · How to determine the error or loss at the output: use our formulation?"
# ## 3 Compile
#
# *Choose how the model learns:* the loss, the optimizer, the metric. The slides ask: how to determine
# the error at the output, **use our formulation?** That is E = desired − actual. They begin with
# sigmoid units at the output, too. Keras asks for a **loss function** and takes the slope of it; for
# the same all-sigmoid network a common choice is the mean squared error.

# %% question="predict_formulation"
prediction = "The lecture's E = d − a"

# %%
runs = {}
for name, loss in (
    ("lecture's E = d − a", "lecture"),
    ("mean squared error", "mean_squared_error"),
):
    network = mnistlab.build_model(dataset, "classic", {{hidden_units}}, output_activation="sigmoid",
                                   seed=sheet.seed)  # fmt: skip
    mnistlab.compile_model(network, learning_rate=0.5, loss=loss)
    runs[name] = mnistlab.fit_model(network, dataset, epochs=5, verbose=0,
                                    checkpoint=sheet.folder(f"{dataset.name}-sigmoid-{loss}"))  # fmt: skip
    accuracy = mnistlab.evaluate_model(network, dataset).accuracy
    print(f"{name}: {accuracy:.1%} of the test digits after 5 epochs at β = 0.5")

# %%
plots.learning_curves(
    runs, title="All-sigmoid: the lecture's error, and Keras's mean squared error"
)

# %% [markdown]
# Two things differ. The slope of the squared error has one more factor, f'(I), which is at most 1/4
# and almost 0 where a unit is sure and wrong. And Keras divides by the ten outputs: its β is a tenth
# of the lecture's. The two losses have different units, so compare the accuracies.

# %% question="our_formulation"
answer = r"""
E = d − a is the downhill direction, with respect to the net input I, of the cross-entropy: binary
cross-entropy summed over sigmoid outputs, categorical cross-entropy for softmax. It has no factor
f'(I), so a unit that is sure and wrong still learns. Keras averages binary cross-entropy (and the
squared error) over the 10 outputs, so its gradient is a tenth; and mean squared error has f'(I)
besides. With softmax and categorical cross-entropy Keras's step is the lecture's.
"""

# %% [markdown] takes_up="softmax · categorical cross-entropy"
# ### Softmax and cross-entropy
#
# Ten sigmoid outputs need not sum to 1. **Softmax** makes probabilities of the ten net inputs:
# $p_j = e^{I_j} / \sum_k e^{I_k}$. The loss that belongs to it, **categorical cross-entropy**, is
# $-\ln p$ of the right digit. Here is your untrained network at work on the first training digit.

# %%
network = mnistlab.build_model(dataset, "classic", {{built}}, seed=sheet.seed)
step = network.trace(dataset.x_train[0], dataset.y_train[0])
output, hidden, above = step.layers[-1], step.layers[0], step.layers[1]
plots.softmax_at_work(output.I, dataset.class_names)

# %% [markdown]
# And the errors, by the slide's two formulas. They are in `output.E` and `hidden.E`; work one of each
# out yourself from `output.f`, `step.desired`, `hidden.f` and `above.w`.

# %%
print("desired d  ", step.desired)
print("actual a   ", output.f.round(3))
print("sum of a   ", output.f.sum().round(6))
print("hidden unit 17: f(I) =", hidden.f[17].round(4), " its weights to the layer above:")
print(above.w[17].round(4))

# %% question="output_error"
number = step.desired[5] - output.f[5]

# %% question="hidden_error"
number = hidden.f[17] * (1 - hidden.f[17]) * (above.w[17] @ above.E)

# %% [markdown] takes_up="optimizer · SGD"
# ### Compile it
#
# The **optimizer** turns the slope into a change of the weights. **SGD** is the lecture's rule,
# Δw = β E f(I), averaged over a batch.

# %%
# keras: model.compile({{keras_compiled}})
mnistlab.compile_model(model, {{compiled}})

# %% [markdown] takes_up="epochs · How many epochs are needed?"
# ## 4 Fit
#
# *Train.* In one **epoch** every training digit is presented once, {{ presented }}.

# %% question="predict_test_accuracy"
prediction = "97"

# %% question="predict_first_epoch"
prediction = "88"

# %% [markdown]
# Run it and watch. The state of the training is kept beside your worksheet: if the machine dies, run
# the cells again, and it goes on from there.

# %%
# keras: history = model.fit({{keras_fitted}})
history = mnistlab.fit_model(model, dataset, {{fitted}},
                             checkpoint=sheet.folder(f"{dataset.name}-fit"))  # fmt: skip

# %%
plots.learning_curves(history)

# %% question="how_many_epochs"
answer = r"""
The loss falls in each epoch, less each time: the first epoch brings most, the fifth little. The
accuracy on the training digits goes on rising a little. I would stop where the accuracy on digits
that were not trained on (validation) no longer rises; here about 5 epochs are enough, and 3 give
almost the same.
"""

# %% [markdown] edition="instructor"
# **For the instructor.** Expect on all of MNIST 97.2 – 97.5% of the test digits after 5 epochs, and 88.8%
# of the training digits in the first; on the 5,000-digit sample about 91% and 65%.

# %% [markdown]
# ## 5 Test
#
# *Test it on digits that it has never seen.*

# %% question="predict_generalization"
prediction = "on the training digits"

# %%
# keras: model.evaluate(x_test, y_test)
result = mnistlab.ExperimentResult.from_steps(dataset, model, history)
test = mnistlab.evaluate_model(model, dataset)
train = result.predict(dataset.x_train).argmax(axis=1) == dataset.y_train  # (patterns,)
print(f"training digits {train.mean():.2%}, test digits {test.accuracy:.2%}: "
      f"{train.mean() - test.accuracy:.2%} apart")  # fmt: skip

# %% question="training_and_test"
answer = r"""
The training digits are recognised a little better than the test digits. The difference is what the
network has learnt by heart of the training digits and can't use elsewhere (overfitting). It is
small with 60,000 digits, larger with 4,000, and grows with the epochs.
"""

# %% [markdown]
# ### What is taken for what

# %% question="predict_confusion"
prediction = "4 and 9"

# %%
result.confusion_picture()

# %% [markdown]
# ### The worst mistakes

# %%
result.worst_mistakes(count=3)

# %% [markdown] edition="instructor"
# **For the instructor.** The training digits lie 0.7 – 0.9 points above the test digits on all of
# MNIST. The pairs that are most often confused: 4 and 9, 3 and 5, 3 and 8. A good answer about a mistake
# names a stroke; “the network is bad at 9s” names none.

# %% question="worst_mistakes"
answer = r"""
The first is a digit whose strokes are those of another one: it was taken for that with more than
99%. For each I name the digit, what it was taken for, the probability, and the stroke: a loop that
is closed (or isn't), a stroke that is missing, a digit that leans. A person would doubt, too; the
network doesn't, because softmax has only ten answers and no "I don't know".
"""

# %% [markdown]
# ### What the hidden units look for
#
# Each hidden unit has a weight for every pixel. Drawn as an image, they show what the unit looks for.

# %%
plots.hidden_weights(untrained[0], model.get_weights()[0], dataset.image_shape, units=8)

# %%
seen = result.network.trace(dataset.x_test[0], dataset.y_test[0])
plots.activations(dataset.test_images[0], seen.layers[0].f, seen.layers[-1].f, dataset.class_names)

# %% [markdown]
# ## 6 Explore
#
# Now change one thing at a time. Predict first. Every run begins with the lab's own settings,
# `sheet.lab.config`, and your seed. To save time they use `engine="classic"`: the same network, the
# same weights to start from, without Keras, and several times faster. Each run goes into your
# worksheet, and is kept: run a cell again, and it comes back at once.


# %%
def experiment(**settings):
    """Train one network, from your own seed, with the settings that you change; keep the run."""
    name = "-".join(
        [dataset.name, *(f"{key.split('_')[0]}={value}" for key, value in settings.items())]
    )
    run = mnistlab.run_experiment(sheet.lab.config, engine="classic", dataset=dataset, verbose=0,
                                  checkpoint=sheet.folder(name),
                                  **{"seed": sheet.seed, **settings})  # fmt: skip
    sheet.save(run)
    said = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in settings.items()
                     if key != "validation_split") or "nothing changed"  # fmt: skip
    if "validation_split" in settings:  # the test digits are no help in choosing
        print(f"{said:59s} validation accuracy {run.history['val_accuracy'][-1]:6.2%}")
    else:
        print(f"{said:44s} test accuracy {run.test_accuracy:6.2%}")
    return run


# %% [markdown] takes_up="What should β be?"
# ### What should β be?

# %% question="predict_beta"
prediction = "0.1"

# %%
runs = {f"β = {beta:g}": experiment(learning_rate=beta) for beta in (0.01, 0.1, 1, 20)}
plots.learning_curves({name: run.history for name, run in runs.items()})

# %% [markdown]
# The same in a picture of two weights: small steps arrive late, large ones leap over the bowl.

# %%
plots.error_bowl()

# %% question="beta"
answer = r"""
Between about 0.1 and 1. With 0.01 the steps are too small: after 5 epochs it is still on its way
down (see the figures above). With 20 each step leaps across the bowl: the weights grow, units
saturate, and the accuracy is the lowest, with curves that jump. In between it matters less, and a
schedule has both: begin large, then decrease.
"""

# %% [markdown] takes_up="A backward pass after every input, after all, or after a small batch? · true SGD · mini-batch SGD · full batch SGD"
# ### A backward pass after every digit, after a few, or after all?
#
# After every digit: **true SGD**. After a few: **mini-batch SGD**. After all: **full batch SGD** (of
# which nothing is stochastic any more: it is plain gradient descent).

# %% question="predict_batch_epochs"
prediction = "1"

# %% question="predict_batch_updates"
prediction = "full batch"

# %% [markdown]
# First the same number of epochs:

# %%
for batch_size in (1, 32, "full"):
    experiment(batch_size=batch_size, learning_rate=0.1, epochs=2)

# %% [markdown]
# Then the same number of updates, 50, here with 64 hidden units to save time:

# %%
for size in (1, 32, dataset.n_train):
    network = mnistlab.build_model(dataset, engine="classic", hidden_units=64, seed=sheet.seed)
    network.compile(learning_rate=0.1)
    for update in range(50):
        start = update * size % dataset.n_train
        batch = slice(start, start + size)
        network.partial_fit(dataset.x_train[batch], dataset.y_train[batch], batch_size="full")
    accuracy = network.evaluate(dataset.x_test, dataset.y_test)[1]
    print(f"{size:6,} digits an update, {50 * size:9,} presented: test accuracy {accuracy:.1%}")

# %% [markdown] edition="instructor"
# **For the instructor.** After 2 epochs at β = 0.1, batches of 1, of 32 and full reach about 97, 92 and
# 20% on all of MNIST. After 50 updates batch 1 is at 18 – 20%, the two others at 65 – 70%. Whoever says
# “full batch is best at equal updates” has not looked at batch 32.

# %% question="batch_size"
answer = r"""
At equal epochs true SGD is best and full batch worst: with batch 1 the weights change once for
each digit, with full batch twice in two epochs. At equal updates batch 1 is far behind: a step from
many digits points downhill more exactly than one from a single digit. But 32 digits are almost as
good for that as all of them, and a computer handles 32 almost as fast as one. So: mini-batches.
"""

# %% [markdown] takes_up="In what order do we present the patterns: as stored, or at random?"
# ### In what order?

# %% question="predict_order"
prediction = "97, 97, 10"

# %%
for order in ("stored", "random", "sorted"):
    experiment(order=order, epochs=2)

# %% question="order"
answer = r"""
At random, anew in each epoch. As stored is about as good, because MNIST lies mixed in its file.
Sorted, the network sees all 0s, then all 1s, …: each digit's updates undo what was learnt of those
before it, and in the end it says 9 to nearly everything, which is right for about 10%.
"""

# %% [markdown] takes_up="How many hidden units, and why 512?"
# ### How many hidden units, and why {{hidden_units}}?

# %% question="predict_hidden_units"
prediction = "85, 95, 97, 97"

# %%
rows = ["| hidden units | parameters | test accuracy | seconds |", "|---|---|---|---|"]
for units in {{hidden_sizes}}:
    run = experiment(hidden_units=units)
    seconds = sum(run.history["seconds"])
    rows.append(f"| {units} | {run.parameters:,} | {run.test_accuracy:.2%} | {seconds:.1f} |")
display(Markdown("\n".join(rows)))

# %% [markdown] edition="instructor"
# **For the instructor.** On all of MNIST 8, 32, 128 and 512 units reach about 91.7, 96.6, 97.4 and
# 97.4%. On the sample the last three lie within a point of each other, which is less than one can tell
# from 1,000 test digits. Likely: “more is better”. Ask what 128 to 512 gains, and what it costs.

# %% question="why_512"
answer = r"""
From 8 to 32 units gains most, from 32 to 128 less, from 128 to 512 almost nothing, while the
parameters grow four times with each step (6,370; 25,450; 101,770; 407,050), and so do the seconds.
512 is no law: it is a power of 2 that is certainly enough. 128 would do.
"""

# %% [markdown] takes_up="Is there a better way to assess error? · Are there other weight update mechanisms? · Adam · ReLU"
# ### Better choices?
#
# **ReLU** in place of the sigmoid, **Adam** in place of SGD. Whoever compares many settings and takes
# the one with the best *test* accuracy has trained on the test digits by hand. So choose on
# **validation** digits: a tenth of the training digits that is kept out of training.

# %% question="predict_better_choice"
prediction = "1"

# %%
tried = {}
for settings in ({}, {"hidden_activation": "relu", "optimizer": "sgd", "learning_rate": 0.1},
                 {"hidden_activation": "relu", "optimizer": "adam", "learning_rate": 0.001}):  # fmt: skip
    run = experiment(validation_split=0.1, **settings)
    name = ", ".join(str(value) for value in settings.values()) or "the lab's own"
    tried[name] = run.history

# %%
plots.learning_curves(tried)

# %% question="better_choice"
answer = r"""
I tried ReLU with SGD (β = 0.1) and ReLU with Adam (β = 0.001), each for 5 epochs, and chose the one
with the highest accuracy on the validation digits. The test digits were read once, after that: they
should say what to expect of new digits, and they can't any more when they were used to choose.
Cross-entropy is the better error for probabilities; Adam has its own step for each weight.
"""

# %% [markdown]
# ### Ten digits in your own hand
#
# MNIST was written by census employees and high-school students in the United States. Does the
# network read your hand, too? The next cell shows a page on which
# you draw, with mouse, pen or finger, and see what the network makes of it.

# %% question="predict_own_digits"
prediction = "7"

# %%
result.draw()

# %% [markdown]
# Draw 0 … 9. Say under each which digit it is, and press “Keep this drawing”. Then press “kept: 10”,
# which leads to “Copy my digits”; paste the text between the quotes below in place of the dots, and
# run the cell. Pixels and labels go into your worksheet, and are handed in with it. With a wrong
# label among them, paste the new text and add `replace=True`.

# %%
sheet.digits(r"""…""")

# %% [markdown]
# Or on paper: write each digit large and by itself, photograph each, and name the files after the
# digits: `0.jpg`, `1.jpg`, …. Put them into a folder `my_digits` (in Colab: the folder sign on the
# left, then upload). Drawn or photographed, each is made as MNIST's were: the ink scaled into 20×20
# pixels, and put with its centre of mass into the middle of 28×28.

# %% edition="instructor"
# Ten digits drawn with a mouse, for this edition; students photograph theirs.
from pathlib import Path

from PIL import Image, ImageDraw

STROKES = ["50 20 30 35 28 65 45 82 62 70 66 40 50 20", "40 30 55 18 55 82",
           "32 32 45 18 62 25 62 42 30 80 68 78", "34 22 62 22 46 44 64 56 60 76 34 78",
           "60 82 60 18 30 60 70 60", "64 20 38 20 35 46 58 46 64 64 52 80 34 76",
           "60 20 40 36 32 62 46 82 62 70 58 54 34 58", "32 22 66 22 46 82",
           "50 48 36 34 48 18 62 30 50 48 34 66 48 82 64 68 50 48",
           "62 40 46 50 36 36 48 20 62 28 62 40 56 82"]  # fmt: skip

Path("my_digits").mkdir(exist_ok=True)
for digit, points in enumerate(STROKES):
    paper = Image.new("L", (300, 300), 235)
    line = [3 * int(number) for number in points.split()]
    ImageDraw.Draw(paper).line(line, fill=30, width=26, joint="curve")
    paper.save(f"my_digits/{digit}.png")

# %%
from mnistlab.lab import drawings
from mnistlab.lab.handwriting import own_digits

try:
    sheet.digits(drawings.write(*own_digits("my_digits")))
except mnistlab.MnistlabError as why:
    print(why)

# %%
mine = sheet.digits()  # all that are kept
if len(mine):
    beliefs = result.predict(mine.images)  # (digits, 10)
    titles = [f"{label}: taken for {p.argmax()} ({p.max():.0%})"
              for label, p in zip(mine.labels, beliefs, strict=True)]  # fmt: skip
    print(f"{(beliefs.argmax(axis=1) == mine.labels).sum()} of {len(mine)} recognised")
    display(plots.image_grid(mine.images, titles, title="What the network sees of your digits"))

# %% question="own_digits"
answer = r"""
6 of 10 in a first try. Mine were thinner than MNIST's and leaned; thicker strokes helped most. A
digit that fills the picture or lies at its edge makes no difference, because each is scaled and
centred first.
"""

# %% [markdown]
# ## 7 Hand in
#
# What is still empty? This is your worksheet.

# %%
sheet

# %% [markdown]
# ### Exit ticket

# %% question="exit_ticket"
answer = r"""
It starts with random weights and guesses. For each digit it compares its ten outputs with what they
should have been, and sends the error backwards, so that every weight learns in which direction it
has to change, and changes a little. After 60,000 digits and a few rounds, the weights give the right
answer for digits that it has never seen.
"""

# %% question="still_unclear"
answer = "Nothing."

# %% [markdown]
# ### Check, then submit
#
# `check` measures your network as the grader will and says what the visible part of the rubric gives.

# %%
mnistlab.check(result, worksheet=sheet)

# %% [markdown]
# `submit` packs your network and your worksheet. It says first what can still be mended, and writes
# nothing until that is done (or until you add `anyway=True`). On Colab: then File → Save, and File →
# Download → Download .ipynb. The notebook carries your submission; that is what you hand in.

# %% exercise="submit"
handed_in = mnistlab.submit(result, STUDENT_ID, sheet)

# %% [markdown]
# ### Open it again
#
# Look into what you are handing in, as the grader does: the weights are read, and tested anew.

# %% exercise="reopen"
mnistlab.check(handed_in, rubric=sheet.lab)

# %% [markdown]
# ## For those who finish early
#
# The same network and SGD can do better: with more epochs, and better still with a good choice of β
# besides. Choose on validation digits, then run it once without, and submit that result in place of
# the first. Where the lab has points for it, `check` says so.

# %%
for schedule in ("constant", "exponential:0.9"):
    experiment(validation_split=0.1, schedule=schedule, epochs=8)

# %% [markdown]
# This is your experiment as plain Keras, with nothing of `mnistlab` in it. It runs anywhere.

# %%
print(result.as_keras())

# %% [markdown]
# ## Words
#
# | word | what it means here |
# |---|---|
# | pattern | one image, as {{ network.inputs }} numbers, with its label |
# | net input I | the weighted sum that reaches a unit, plus its bias |
# | activation f(I) | what the unit passes on: 1 / (1 + e^(−I)) for the sigmoid |
# | error E | desired − actual at the output; f'(I) Σ w E at a hidden unit |
# | β, learning rate | how large a step each change of the weights is |
# | epoch | every training pattern presented once |
# | batch | the patterns between two updates of the weights |
# | loss | one number for how wrong the outputs are; training makes it smaller |
# | accuracy | the share of patterns that are recognised |
# | validation | patterns kept out of training, to choose by |
# | parameters, hyperparameters | what training finds; what you choose |
