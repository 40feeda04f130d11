# %% [markdown] only="instructor"
# # Grading a class
#
# For the instructor. In 30 minutes you adapt an assignment, grade a small class, read what came
# out, mark the answers, and give the grades back. The class is made up, and each of its students
# shows one thing that happens in real ones.
#
# You need nothing but this notebook: the data are the 5,000 digits that come with the package, and
# it all runs in under a minute. Every step is a command of `mnistlab` or a line of Python; take
# over what you need. Timings, numbers to expect and likely wrong answers of the lab itself are in
# `INSTRUCTOR.md`, beside the sources of the notebooks.
#
# **What the grader does.** It reads the weights that a student handed in, does the forward pass
# itself on test data that you choose, and compares what it measures with what the student states.
# It never runs a student's code and never loads a student's model.

# %% [markdown]
# ## Set up
#
# Everything below goes into one folder, `grading_a_class`, which the next cell makes anew: nothing
# of yours should lie in it.

# %%
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
from IPython.display import HTML, display

import mnistlab

WORK = Path("grading_a_class").resolve()
shutil.rmtree(WORK, ignore_errors=True)
WORK.mkdir()


def terminal(command):
    """Run a command as you would in a terminal, in the folder WORK, and print what it says."""
    print(f"$ {command}")
    program, *arguments = shlex.split(command)
    done = subprocess.run([sys.executable, "-m", program, *arguments], cwd=WORK, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")  # fmt: skip
    print(done.stdout, end="")
    assert done.returncode == 0, f"It ended with status {done.returncode}; the lines above say why."


# %% [markdown]
# What follows a `$` below is what you type in a terminal of your own. `terminal` exists only so that
# these commands run inside a notebook, on Colab too.


# %%
def tabled(rows):
    """Show rows as a table; – stands where there is nothing."""
    shown = pd.DataFrame(rows).to_html(
        index=False, na_rep="–", float_format="{:g}".format, border=0
    )
    return HTML(shown)


# %% [markdown]
# ## 1 Adapt an assignment
#
# An assignment is one file, `lab.toml`. It says the data set, the network, the questions, and what
# earns how many points. The students' worksheet, their `check` and your grading all read it.
#
# ### A file to start from
#
# The command writes one for any data set of the package, or for an `.npz` of yours, with every key
# explained. With `--calibrate` it trains the network from five seeds and proposes the accuracies
# from which on all, and below which no points are given. `mnistlab data` lists the data sets;
# `fashion_mnist` fits the same network.

# %%
shutil.rmtree(WORK / "mylab", ignore_errors=True)  # the command overwrites nothing
terminal("mnistlab lab --dataset mnist_5k --hidden-units 64 --calibrate --out mylab")
STARTER = (WORK / "mylab/lab.toml").read_text(encoding="utf-8")

# %% [markdown]
# ### What is in it
#
# A network, questions of three kinds, and items that are measured.

# %%
from mnistlab.lab import labfile

starter = labfile.read(WORK / "mylab/lab.toml")
print(f"{starter.lab.title}: {starter.network.layer_sizes}, {starter.out_of:g} points")
questions = [(one.id, one.kind, one.points or None) for one in starter.question]
measured = [(one.id, f"measured: {one.check}", one.points) for one in starter.item]
tabled([dict(zip(("id", "kind", "points"), row, strict=True)) for row in questions + measured])

# %% [markdown]
# - A **prediction** earns points for being there, right or wrong, together with the others.
# - A **number** is computed anew for each student: it depends on the student's id, so a neighbour's
#   number is wrong.
# - An **answer** is a text that you read.
#
# ### Change it
#
# Open `lab.toml` in an editor and change what you like. The cell does what the editor would do: a
# new name and title, a due date with a cost of lateness, a question of our own, and points shifted
# to it so that the sum stays 100. One hint goes: without a hint of yours, a student who lost points
# reads what the grader makes of the settings that the file states.

# %%
QUESTION = """
[[question]]
id = "why_64"
kind = "answer"
points = 5
text = "64 hidden units here, 512 in the lecture. What do you lose, and what do you gain?"
"""
ACCURACY = 'points = {}\ntitle = "It recognises the test patterns"'
CHANGES = {
    'name = "mnist_5k"': 'name = "digits_64"',
    'title = "Recognizing handwritten digits"': 'title = "Digits with 64 hidden units"',
    "# due = 2026-11-30T18:00:00 ": "due = 2026-11-30T18:00:00 ",
    "# late_per_day = 0.1 ": "late_per_day = 0.1 ",
    ACCURACY.format(25): ACCURACY.format(20),
    'hint = "Are the inputs scaled to [0, 1]? Were all epochs run, in random order?"\n': "",
    "\n\n# ══ Items ": f"{QUESTION}\n\n# ══ Items ",
}

text = STARTER
for old, new in CHANGES.items():
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in lab.toml."
    text = text.replace(old, new)
(WORK / "mylab/lab.toml").write_text(text, encoding="utf-8")

lab = labfile.read(WORK / "mylab/lab.toml")
print(
    f"{lab.lab.title}: {len(lab.question)} questions, {lab.out_of:g} points, due {lab.grading.due}"
)

# %% [markdown]
# A slip is reported with its line, and what is allowed. Here is one, in a copy:

# %%
wrong = text.replace('check = "architecture"', 'check = "architektur"').replace(
    "points = 20", "points = -20"
)
(WORK / "wrong.toml").write_text(wrong, encoding="utf-8")
try:
    labfile.read(WORK / "wrong.toml")
except mnistlab.MnistlabError as why:
    print(why)

# %% [markdown]
# ### Build the notebooks for it
#
# In a checkout of the project, `make` builds the students' notebook and yours from the same
# sources. In `03_recognizing_digits` each question of `lab.toml` gets its cell, new ones too, and a
# question that you took out loses it. `INSTRUCTOR.md` says what else to change for another network.
#
# ```
# make notebooks LAB=mylab/lab.toml OUT=mylab/notebooks
# make instructor LAB=mylab/lab.toml OUT=mylab/instructor
# ```
#
# Students get `mylab/notebooks`. Don't give out `mylab/instructor`: it has the solutions.

# %% [markdown]
# ## 2 A class hands in
#
# Eight students are in the course. Each has a **personal seed**, made from the id; the network
# starts from the weights that belong to it.
#
# | student | what happened |
# |---|---|
# | ada | did the lab |
# | bob | took ada's network, put its units into another order, and typed in his own seed |
# | carol | changed the accuracy that her file states to 98.5% |
# | dan | did the lab, and was late by a day and three hours |
# | eve | trained with β = 20, and left answers empty |
# | finn | his upload broke off in the middle of the file |
# | grace | handed in nothing |
# | hana | did the lab, and called her file `final version.zip` |
#
# First the class list, and when each of them handed in. Both are tables that your platform exports;
# from Canvas you can give its own gradebook export, as section 8 does.

# %%
ROSTER = """id,name,email,moodle_id
ada,Ada Lovelace,ada@example.edu,901
bob,Bob Babbage,bob@example.edu,902
carol,Carol Shaw,carol@example.edu,903
dan,Dan Bricklin,dan@example.edu,904
eve,Eve Menabrea,eve@example.edu,905
finn,Finn Hopper,finn@example.edu,906
grace,Grace Byron,grace@example.edu,907
hana,Hana Clarke,hana@example.edu,908
"""
IN_TIME, LATE = "2026-11-30T16:20:00", "2026-12-01T21:00:00"
TIMES = "id,time\n" + "".join(
    f"{one},{LATE if one == 'dan' else IN_TIME}\n"
    for one in ("ada", "bob", "carol", "dan", "eve", "finn", "hana")
)
(WORK / "roster.csv").write_text(ROSTER, encoding="utf-8")
(WORK / "times.csv").write_text(TIMES, encoding="utf-8")
print(TIMES)

# %% [markdown]
# Now their work: one small network each, and a worksheet with predictions, numbers and answers.

# %%
from IPython.utils.capture import capture_output

dataset = mnistlab.load_data(lab.lab.dataset)


def train(student, **settings):
    """Return a network of the lab's size, trained from a student's personal seed."""
    return mnistlab.run_experiment(engine="classic", dataset=dataset, hidden_units=64, verbose=0,
                                   seed=mnistlab.personal_seed(student), **settings)  # fmt: skip


def own_numbers(student):
    """Return the numbers that the lab asks for, of a student's own untrained network."""
    network = mnistlab.build_model(dataset, "classic", 64, seed=mnistlab.personal_seed(student))
    network.compile(learning_rate=0.5)
    step = network.trace(dataset.x_train[0], dataset.y_train[0])
    return {"parameters": network.count_params(), "hidden_error": float(step.layers[0].E[17]),
            "untrained_loss": network.evaluate(dataset.x_test, dataset.y_test)[0]}  # fmt: skip


def hand_in(student, result, numbers, answers, runs=()):
    """Fill in a student's worksheet, and write the file that is handed in."""
    sheet = mnistlab.Worksheet(WORK / "mylab/lab.toml", student, WORK / "worksheets")
    for one in lab.question:
        if one.kind == "prediction":
            sheet.predict(one.id, 90)
    for name, value in numbers.items():
        sheet.number(name, value)
    for name, value in answers.items():
        sheet.answer(name, value)
    for run in runs:
        sheet.save(run)
    with capture_output():  # submit says what could still be mended; here it is meant to be so
        return mnistlab.submit(result, student, sheet, out=WORK / "submissions", anyway=True)


# %% [markdown]
# What they wrote:

# %%
ADA = {
    "how_many_epochs": "Five: the loss still falls in the fifth, but the accuracy hardly rises.",
    "beta": "0.5. With 0.01 it is too slow, with 20 each step leaps across the bowl.",
    "exit_ticket": "It guesses, sees its error, and each weight changes a little against it.",
    "why_64": "A percent or so of accuracy; an eighth of the parameters, and it is faster.",
}
DAN = {
    "how_many_epochs": "Many. More is always better.",
    "beta": "Small, so that it is exact.",
    "exit_ticket": "It compares its outputs with the desired ones and sends the error backwards.",
    "why_64": "You gain speed and lose little, 89% in place of 91%.",
}
ANSWERS = {
    "ada": ADA,
    "bob": ADA,
    "carol": DAN | {"how_many_epochs": "5, see the curves.", "exit_ticket": "It learns."},
    "dan": DAN,
    "eve": {"beta": "20 is the fastest."},
    "hana": ADA | {"beta": "Between 0.1 and 1; too small learns little, too large not at all.",
                   "why_64": "512 is slower and a little better."},
}  # fmt: skip

# %%
import dataclasses

import numpy as np

shutil.rmtree(WORK / "submissions", ignore_errors=True)
shutil.rmtree(WORK / "worksheets", ignore_errors=True)
networks = {one: train(one) for one in ("ada", "carol", "dan", "hana")}
networks["eve"] = train("eve", learning_rate=20)

# bob: ada's network with its hidden units in another order, and his own seed typed in
shuffled = np.random.default_rng(0).permutation(64)
w, b, v, c = networks["ada"].model.get_weights()
disguised = mnistlab.build_model(dataset, "classic", 64)
disguised.compile(learning_rate=0.5)
disguised.set_weights([w[:, shuffled], b[shuffled], v[shuffled], c])
stated = dataclasses.replace(networks["ada"].config, seed=mnistlab.personal_seed("bob"))
networks["bob"] = dataclasses.replace(networks["ada"], model=disguised, config=stated)

# carol: another accuracy than the one that she measured
networks["carol"] = dataclasses.replace(networks["carol"], test_accuracy=0.985)

tried = {
    one: [train(one, learning_rate=beta, epochs=2) for beta in (0.01, 0.1, 1)]
    for one in ("ada", "hana")
}
for student, answers in ANSWERS.items():
    numbers = own_numbers("ada" if student == "bob" else student)
    hand_in(student, networks[student], numbers, answers, tried.get(student, ()))

# finn: the first half of a file; hana: a name of her own
name = f"submission-{lab.lab.name}"
whole = (WORK / f"submissions/{name}-dan.zip").read_bytes()
(WORK / f"submissions/{name}-finn.zip").write_bytes(whole[: len(whole) // 2])
(WORK / f"submissions/{name}-hana.zip").replace(WORK / "submissions/final version.zip")
print(*sorted(path.name for path in (WORK / "submissions").iterdir()), sep="\n")

# %% [markdown]
# You get such a folder from your platform: Canvas's or Moodle's zip as it comes, Gradescope's
# export, nbgrader's `submitted` folder, a folder for each student, or plain files. Students hand in
# the zip that `submit` writes, or the saved notebook in which it ran. A `model.keras`, `.weights.h5`
# or `weights.npz` is taken, too.

# %% [markdown]
# ## 3 Who handed in what
#
# Before you grade, let a dry run list who handed in what. It opens no file.

# %%
terminal(
    "mnistlab grade submissions --rubric mylab/lab.toml --roster roster.csv --times times.csv --dry-run"
)

# %% [markdown]
# `final version.zip` is graded for nobody: whose it is can't be told from its name, and what a file
# says of itself isn't believed. Ask, and rename it: `hana.zip` is enough.

# %%
lost = WORK / "submissions/final version.zip"
if lost.exists():
    lost.rename(lost.with_name("hana.zip"))
terminal(
    "mnistlab grade submissions --rubric mylab/lab.toml --roster roster.csv --times times.csv --dry-run"
)

# %% [markdown]
# ## 4 Grade
#
# The same command without `--dry-run`, and with a folder for the grades. Each file is read by a
# process of its own that can open no other file, no network and no program, within limits of memory
# and time. On 2 cores each of 1,000 submissions of 784-512-10 took 0.0323 s <!-- grading: seconds/mnistlab grade, each of 1,000 -->.

# %%
GRADE = "mnistlab grade submissions --rubric mylab/lab.toml --roster roster.csv --times times.csv --out GRADES"
terminal(GRADE)

# %% [markdown]
# In Python it is one call, which returns the gradebook. Run again, it takes up what it has measured
# before: a killed run goes on where it was, and one more submission costs only itself.

# %%
GRADES = WORK / "GRADES"


def grade():
    """Grade the class; return its gradebook."""
    return mnistlab.grade(WORK / "submissions", rubric=WORK / "mylab/lab.toml", out=GRADES, verbose=0,
                          roster=WORK / "roster.csv", times=WORK / "times.csv")  # fmt: skip


book = grade()
print(f"{len(book)} students, {len(book.handed_in)} handed in, mean {book.mean:.1f} points")
print(f"{len(book.flagged)} flagged, {book.to_mark} answers to mark")

# %% [markdown]
# ### The gradebook
#
# `book.table()` has a row for each student, as `grades.csv` does. `points_…` is what an item earned;
# where it is empty, a person has yet to read the answer, and it counts 0 so far.

# %%
COLUMNS = ("id", "points", "to_mark", "late", "days_late", "penalty", "measured_accuracy")
tabled([{name: row[name] for name in COLUMNS} for row in book.table()])

# %% [markdown]
# What each item earned:

# %%
items = [one.item for one in book.grades[0].outcomes]
earned = {row["id"]: [row[f"points_{one}"] for one in items] for row in book.table()}
tabled({"item": items, **earned})

# %% [markdown]
# - **bob's** untrained loss and hidden error are right for ada's network and wrong for his own.
# - **carol** loses the points of `claim`. Her network earns what it recognises, like any other.
# - **dan** loses 20%: two days had begun. `days_late` and `penalty` say it.
# - **eve's** network recognises 24%: 0 points for `accuracy`, and advice on her page.
# - **finn's** file can't be read: 0 points, with a reason. It stops nobody else.
# - Only **ada** and **hana** saved runs of their own, so only they have points for `experiments`.
#
# ### Flags
#
# A flag is something to look at, no verdict. It changes no points.

# %%
for one in book.flagged:
    for flag in one.flags:
        print(f"{one.student:6} {flag.kind:9} {flag.text}")

# %% [markdown]
# bob's file states his own seed, and its weights lie in another order than ada's. Networks of
# different seeds start apart, and training doesn't bring them together, so nearly the same weights
# are one network. Talk to both before you decide. Students who worked together name each other as
# partners, or stand in the roster with the same `group`: they may share everything.
#
# ### The report
#
# `GRADES/report.html` is your page: the class at a glance, who needs a look, how the points are
# distributed, where points were lost, a table that can be filtered, and all answers to a question
# side by side. Open it in a browser; on Colab, download it from the folder on the left. It is one
# file, and it fetches nothing. Here it is in a frame (its links to the students' pages work in the
# file only):

# %%
import html


def framed(path, title, height=640):
    """Show a page of the folder GRADES inside the notebook."""
    content = html.escape(path.read_text(encoding="utf-8"))
    display(HTML(f'<div><iframe title="{title}" srcdoc="{content}" height="{height}" '
                 'style="width: 100%; border: 1px solid #767676"></iframe></div>'))  # fmt: skip


framed(GRADES / "report.html", "The report of the class")

# %% [markdown]
# `--anonymous` writes the same report with numbers in place of names, to show to colleagues or the
# class. `--replay` trains each stated setting again and compares accuracy and weights: it takes as
# long as the students' trainings together.
#
# ### Why these points?
#
# A student asks. `--explain` says where each point comes from, what was measured, and of which file.

# %%
terminal("mnistlab grade --explain carol --rubric mylab/lab.toml --out GRADES")

# %% [markdown]
# ## 5 Read the answers
#
# In a terminal (not in a notebook) you type
#
# ```
# mnistlab mark GRADES --by ann
# ```
#
# It shows one question at a time over all students, without names, and takes a key for each answer.
# This is what you see; the cell lets the command draw its first card, and presses `q`.

# %%
import io

from rich.console import Console

from mnistlab.grading import journal
from mnistlab.grading.marking import marking


class Quits:
    """A keyboard on which somebody presses q."""

    def key(self):
        """Return the next key."""
        return "q"


screen = Console(file=io.StringIO(), width=88, force_terminal=False, force_jupyter=False)
marking.mark(journal.read(GRADES), lab, GRADES, by="ann", source=Quits(), console=screen)
print(screen.file.getvalue())

# %% [markdown]
# The same answers, word for word, are one card: ada, bob and hana have one here. Each mark is on the disk when
# the next card comes: quit whenever you like, and go on later.
#
# What the command writes is a table, `GRADES/marks-ann.csv`, one line for each key. To run this
# notebook to its end without a keyboard, the next cells write such a file. Points are for the
# question and the student; an answer left out stays to be marked.

# %%
from mnistlab.grading.marksfile import Given, MarksFile, answer_digest

MARKS = {
    "how_many_epochs": {"ada": 6, "bob": 6, "carol": 2, "dan": 0, "hana": 6},
    "beta": {"ada": 7, "bob": 7, "carol": 2, "dan": 2, "eve": 0, "hana": 6},
    "exit_ticket": {"ada": 6, "bob": 6, "carol": 1, "dan": 6, "hana": 6},
    "why_64": {"ada": 5, "bob": 5, "carol": 3, "dan": 3, "hana": 4},
}
COMMENTS = {
    ("dan", "how_many_epochs"): "Look at the validation accuracy: when does it stop rising?",
    ("carol", "exit_ticket"): "How does it learn? Say what is compared, and what changes.",
}


def mark(by, marks):
    """Write marks as `mnistlab mark GRADES --by NAME` does."""
    with MarksFile(GRADES, by) as file:
        for question, points in marks.items():
            for student, given in points.items():
                answer = book.of(student).facts.answers[question]
                comment = COMMENTS.get((student, question), "")
                file.give([Given(student, question, given, comment, answer_digest(answer), by)])


mark("ann", MARKS)
print("".join((GRADES / "marks-ann.csv").read_text(encoding="utf-8").splitlines(True)[:6]))

# %% [markdown]
# A second person can read what ann has marked, without seeing her marks: `mnistlab mark GRADES --by
# bea --second`. Where both give the same points, that is the mark. Where they differ, the answer
# counts 0 and is flagged until one of them changes the mark, or you decide.

# %%
mark("bea", {"beta": MARKS["beta"] | {"dan": 3}})
book = grade()
print(f"{book.to_mark} answer to mark")
for one in book.flagged:
    for flag in one.flags:
        if flag.kind == "marks":
            print(f"{one.student:6} {flag.kind:9} {flag.text}")

# %% [markdown]
# ## 6 Decide by hand
#
# What you decide yourself stands in `GRADES/overrides.csv`: id, item, points, reason, by. Any item
# or question can be decided, and the reason goes to the student's page. The file is only read,
# never written, so it survives every rerun.

# %%
OVERRIDES = """id,item,points,reason,by
dan,beta,2.5,"Too small is slow: true. Exact it isn't.",ann
bob,accuracy,0,"The network is ada's, as you told me on Friday.",ann
"""
(GRADES / "overrides.csv").write_text(OVERRIDES, encoding="utf-8")
print(OVERRIDES)

# %% [markdown]
# finn sends his file again. Put it beside the first, with a number as a browser would: it is his
# second attempt, and `attempts = "latest"` in `lab.toml` lets it count.

# %%
hand_in("finn", train("finn"), own_numbers("finn"), {})
again = WORK / f"submissions/{name}-finn.zip"
again.replace(again.with_name(f"{again.stem} (1).zip"))
again.write_bytes(whole[: len(whole) // 2])
print(*sorted(path.name for path in again.parent.glob("*finn*")), sep="\n")

# %% [markdown]
# ## 7 Grade again
#
# The same command. Only what is new is measured; marks and decisions come in.

# %%
before = {one.student: one.points for one in book}
book = grade()
tabled(
    [
        {"id": one.student, "before": before[one.student], "now": one.points,
         "to mark": one.to_mark, "flags": ", ".join(flag.kind for flag in one.flags) or None}
        for one in book
    ]
)  # fmt: skip

# %% [markdown]
# If you change points, texts or thresholds in `lab.toml`, the same command regrades the class
# without measuring anything again.
#
# ## 8 Give grades back
#
# All of it lies in the folder `GRADES`:

# %%
for path in sorted(GRADES.iterdir()):
    size = (
        f"{path.stat().st_size:9,} bytes"
        if path.is_file()
        else f"{len([*path.iterdir()]):9,} files"
    )
    print(f"{path.name:24}{size}")

# %% [markdown]
# | file | for |
# |---|---|
# | `grades.csv` | a spreadsheet; a row for each student, with the digests of what was graded |
# | `report.html` | you |
# | `feedback/` | the students: a page each |
# | `canvas_import.csv`, `canvas_feedback.zip` | Canvas |
# | `moodle_import.csv`, `moodle_feedback.zip` | Moodle |
# | `nbgrader.csv`, `nbgrader_students.csv` | what reads nbgrader's exports |
# | `grades.jsonl`, `flags.json`, `lab.toml` | the next run, `--explain` and `mark` |
# | `marks-….csv`, `overrides.csv` | what people gave |
#
# Texts that come from students can do nothing in a spreadsheet or a browser: cells that would be
# formulas are written as text, and pages are escaped.
#
# ### A student's page
#
# It says the points, what to do next, and where each point comes from. This is eve's:

# %%
framed(GRADES / "feedback/eve.html", "The feedback page of eve")

# %% [markdown]
# ### Canvas
#
# In Canvas: Grades, Export, Export Entire Gradebook. Give that file in place of the roster. Then
# `canvas_import.csv` is written, in the form that Grades, Import takes: your own export's columns,
# with the points of this assignment.

# %%
EXPORT = "Student,ID,SIS User ID,SIS Login ID,Section,Digits with 64 hidden units (77)\n"
EXPORT += "    Points Possible,,,,,100\n"
for number, line in enumerate(ROSTER.splitlines()[1:], 4711):
    student, full_name, *_ = line.split(",")
    first, last = full_name.split()
    EXPORT += f'"{last}, {first}",{number},S{number},{student},A,\n'
(WORK / "canvas_export.csv").write_text(EXPORT, encoding="utf-8")

terminal("mnistlab grade submissions --rubric mylab/lab.toml --canvas-gradebook canvas_export.csv "
         "--times times.csv --out GRADES")  # fmt: skip
print((GRADES / "canvas_import.csv").read_text(encoding="utf-8-sig"))

# %% [markdown]
# Where the submissions come from Canvas, too (its bulk download, as it comes), there is also
# `canvas_feedback.zip`: upload it on the assignment's page with Re-Upload Submissions, and each
# student gets the page.
#
# ### Moodle
#
# Moodle's “Download all submissions” gives a folder for each student. Here it is made from the same
# files; `moodle_import.csv` is for Upload grading worksheet, and `moodle_feedback.zip` for Upload
# multiple feedback files in a zip. Upload the grades first. Marks and decisions are those from
# above: what people gave can be copied from one folder of grades to another.

# %%
shutil.rmtree(WORK / "moodle", ignore_errors=True)
for line in ROSTER.splitlines()[1:]:
    student, full_name, _, participant = line.split(",")
    files = sorted((WORK / "submissions").glob(f"*{student}*.zip"))  # "… (1).zip" comes first
    if files:
        place = WORK / "moodle" / f"{full_name}_{participant}_assignsubmission_file_"
        place.mkdir(parents=True)
        shutil.copy(files[0], place / files[0].name)

(WORK / "GRADES_MOODLE").mkdir(exist_ok=True)
for given in (*GRADES.glob("marks-*.csv"), GRADES / "overrides.csv"):
    shutil.copy(given, WORK / "GRADES_MOODLE")

terminal(
    "mnistlab grade moodle --rubric mylab/lab.toml --roster roster.csv --times times.csv --out GRADES_MOODLE"
)
print((WORK / "GRADES_MOODLE/moodle_import.csv").read_text(encoding="utf-8-sig"))

# %% [markdown]
# ### nbgrader
#
# The students' notebooks carry nbgrader's metadata, so nbgrader itself can grade their exercises;
# `INSTRUCTOR.md` has the commands. `mnistlab grade` takes nbgrader's `submitted` folder as it lies,
# and `nbgrader.csv` has the columns of `nbgrader export`:

# %%
tabled(pd.read_csv(GRADES / "nbgrader.csv").drop(columns=["email", "duedate", "timestamp"]))

# %% [markdown]
# ### Gradescope
#
# Gradescope grades each submission as it comes in. The zip goes to Configure Autograder; students
# see there what the visible part of the rubric gives, as `mnistlab check` shows it to them.

# %%
import zipfile

terminal("mnistlab grade --gradescope --rubric mylab/lab.toml --roster roster.csv --out upload")
with zipfile.ZipFile(WORK / "upload/autograder.zip") as archive:
    inside = archive.namelist()
print(*[one for one in inside if not one.startswith("mnistlab/")], sep="\n")
print(f"mnistlab/ ({sum(one.startswith('mnistlab/') for one in inside)} files)")

# %% [markdown]
# ## Where to read on
#
# - `mnistlab grade --help` lists all options, `mylab/lab.toml` explains all keys.
# - The README's part “For the instructor” says how files are read, and what it doesn't do.
# - `INSTRUCTOR.md` has a plan for the 75 minutes of the lab, the numbers to expect, what can go
#   wrong in class, and how the digits that a class drew become a test set: `mnistlab digits`.
