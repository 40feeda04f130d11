"""The text of a new lab.toml, with {places} for what differs from lab to lab.

Example:
    >>> TEMPLATE.count("[[item]]") > 7
    True
"""

TEMPLATE = '''\
# {headline}: a lab, in one file for students and for grading.
#
#   students    mnistlab.Worksheet("lab.toml", student_id), mnistlab.submit(…)
#   you         mnistlab grade FOLDER --rubric lab.toml --out GRADES
#
# Change what you like: every key is explained where it stands, and a mistake is reported with its
# line. Lines that begin with # are comments; "# key = …" is a key you may add, with its default
# or an example. Accuracies, tolerances and lateness are shares: 97% is 0.97. A key belongs to the
# [table] or [[table]] above it.

schema_version = 1                  # of this file's format


[lab]                               # what the lab is about
name = {name}
#   small letters, digits and _; worksheets and submissions carry it: don't change it once
#   students have begun
title = {title}
dataset = {dataset}
#   a name that `mnistlab data` lists, or an .npz file that lies beside this one


[network]                           # what is asked for: {network}
inputs = {inputs:<27}# numbers in a pattern
classes = {classes:<26}# output units, one for each class
hidden_units = {hidden_units:<21}# of the hidden layer; [128, 64] for two, [] for none
hidden_activation = {hidden_activation:<16}# or "tanh", "relu"
output_activation = {output_activation:<16}# or "sigmoid"


[training]                          # what students start from: any setting of `mnistlab run`
{training}
# recipe = "lecture"                # named settings that those above change; `mnistlab run --help`
# The seed isn't said here: each student has a personal one.


[grading]
attempts = "latest"                 # which one counts; or "best"
group = true                        # a partner whom a submission names, and who handed in
#                                     nothing, gets its grade; or false
# test_data = "my_test_set.npz"     # test with other data than the lab's own test patterns
# private_data = "private.npz"      # a second test set, for an item with check = "private"
# due = 2026-11-30T18:00:00         # with --times FILE; a date alone means the end of that day
# late_per_day = 0.1                # share of the points that each day begun costs
# late = 0.2                        # share, where only LATE is known, without a time


# ══ Questions ═══════════════════════════════════════════════════════════════════════════════════
# What students fill in. kind is one of
#   "prediction"    what they expect before a run; any value will do: sheet.predict(id, value)
#   "number"        computed anew for each student when you grade: sheet.number(id, value)
#   "answer"        a text that a person reads, with `mnistlab mark`: sheet.answer(id, text)
# Each may also have
#   points = 5          what it earns by itself; 0 where it isn't said. Predictions earn theirs
#                       together, in the item "predictions" below
#   hint = "…"          advice for who got it wrong
#   visible = false     `mnistlab check` doesn't show students how it came out
#   bonus = true        its points count beyond the 100

[[question]]
id = "predict_untrained_accuracy"   # its name: small letters, digits and _, used only once
kind = "prediction"
text = "What will be the accuracy of the network before any training, in %?"

[[question]]
id = "predict_test_accuracy"
kind = "prediction"
text = "What will be the accuracy on the test patterns after training, in %?"

[[question]]
id = "predict_hidden_units"
kind = "prediction"
text = "A quarter as many hidden units: what accuracy will that network reach, in %?"

[[question]]
id = "parameters"
kind = "number"
compute = "parameters"              # what is computed; all of them:
#   "parameters"                            weights and biases
#   "untrained_accuracy", "untrained_loss"  on the test patterns, in the student's own network
#                                           before training (it starts from the personal seed)
#   "net_input", "activation", "error"      I, f(I), E of one unit when a pattern is presented
#   "weight_change", "bias_change"          Δw, Δb of one unit when a pattern is presented
# value = {parameters:<20}      # in place of compute: the same right number for everybody
relative_tolerance = 0              # how far off is still right, as a share of the right number;
#                                     0.01 where it isn't said
points = 3
text = "How many parameters does {sizes} have?"
hint = "Each unit has a weight for each unit that sends to it, and a bias."

[[question]]
id = "untrained_loss"
kind = "number"
compute = "untrained_loss"
tolerance = 0.006                   # how far off is still right: here two decimals are enough;
relative_tolerance = 0              # the larger of both tolerances counts
points = 3
text = "What is the loss of your own untrained network on the test patterns? To two decimals."
hint = "Build it with seed=mnistlab.personal_seed(your id), and evaluate it before training."

[[question]]
id = "{layer}_error"
kind = "number"
compute = "error"                   # E, by the lecture's rule
{layer_line}
unit = {unit:<29}# which unit of that layer, counted from 0
pattern = 0                         # which training pattern is presented, counted from 0
# from_unit = 0                     # for "weight_change": the unit that sends
# learning_rate = 0.5               # for the changes: β
tolerance = 0.00006                 # four decimals are enough
points = 4
text = """
The first training pattern (number 0) is presented to your own untrained network. What is the \\
error {formula} of {layer} unit {unit}, counted from 0? To four decimals."""
hint = "Take the weights as they were before the update; mnistlab's trace shows each step."

[[question]]
id = "how_many_epochs"
kind = "answer"
points = 6
text = "How many epochs are needed? Read it from your learning curves, with figures."

[[question]]
id = "beta"
kind = "answer"
points = 7
text = "What should β be? Say what goes wrong where it is too small and where it is too large."

[[question]]
id = "exit_ticket"
kind = "answer"
points = 7
text = """
In three sentences to somebody who missed the lecture: how does a network that knows nothing come \\
to recognise these patterns?"""


# ══ Items ═══════════════════════════════════════════════════════════════════════════════════════
# What is measured. check is one of "readable", "architecture", "accuracy", "agreement", "config",
# "predictions", "experiments", "private"; each may stand several times, or not at all.
# Each may also have hint, visible and bonus, as questions do.

[[item]]
id = "readable"                     # its name in grades.csv
check = "readable"                  # the file could be read, and has weights in it
points = 5
title = "A trained network was handed in"       # what students read

[[item]]
id = "architecture"
check = "architecture"              # layer sizes, activations and parameters are those asked for
points = 10
title = "The network is {sizes}"
hint = "Hand in the network that the lab asks for; the others are for the worksheet."

[[item]]
id = "accuracy"
check = "accuracy"                  # measured on the test patterns when you grade
points = 25
title = "It recognises the test patterns"
full_from = {full_from:<24}# from this accuracy on all points
none_below = {none_below:<23}# below this none; between them in proportion
#   {said}; guessing reaches about {guess}
# steps = 5                         # between them in so many equal steps instead
hint = "Are the inputs scaled to [0, 1]? Were all epochs run, in random order?"

[[item]]
id = "claim"
check = "agreement"                 # the accuracy that is stated is the one that was measured
points = 5
title = "The accuracy you state is the one that was measured"
tolerance = 0.001                   # how far apart they may be: one of 1,000 test patterns

[[item]]
id = "settings"
check = "config"                    # the stated settings are within bounds
points = 5
title = "It was trained as the lab asks"
within = {{ epochs = [1, {most_epochs}], optimizer = [{optimizer}] }}
#   for each setting of [training]: [lowest, highest], or the words allowed, ["sgd", "adam"]

[[item]]
id = "predictions"
check = "predictions"               # points by the share of prediction questions with a value
points = 10
title = "A prediction before each run"
hint = "A wrong prediction earns as much as a right one; only an empty one earns nothing."

[[item]]
id = "experiments"
check = "experiments"               # other runs that the worksheet recorded: sheet.save(run)
points = 10
title = "Experiments of your own"
at_least = 3                        # so many with different settings earn all points
# vary = ["learning_rate", "batch_size"]        # each with two values at least
hint = "sheet.save(run) keeps a run in your worksheet; two with the same settings count once."

# [[item]]
# id = "beyond"
# check = "accuracy"
# points = 5
# bonus = true                      # beyond the 100
# title = "For who finishes early"
# full_from = {beyond}
# none_below = {full_from}

# [[item]]                          # needs private_data in [grading]
# id = "private"
# check = "private"                 # the accuracy on a test set that students don't have
# points = 10                       # (take 10 points off elsewhere, if 100 is to stay the sum)
# title = "It recognises patterns that nobody has seen"
# full_from = {full_from}
# none_below = {none_below}
# visible = false                   # as it is where this isn't said: a student's page has the
#                                     points, and no reason
'''
