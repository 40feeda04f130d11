"""The commands of a class: parse, call, print; check and submit are the students' own.

mnistlab check RUN                                       what a rubric's visible part gives
mnistlab submit RUN --student-id ada                     the one file to hand in
mnistlab lab --dataset fashion_mnist --out mylab         an assignment to adapt
mnistlab rubric > rubric.toml                            the same for MNIST
mnistlab grade FOLDER --rubric rubric.toml --out GRADES  a class's grades
mnistlab mark GRADES --rubric rubric.toml --by NAME      its answers, read by a person
mnistlab digits FOLDER --out class.npz                   what a class drew, as a data set
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mnistlab.commandline import JsonOption, command, option, say, units, whole
from mnistlab.errors import InputError

RubricOption = Annotated[
    str | None,
    option("lab.toml or rubric.toml, or the name of a lab in the package. "
           "[default: recognizing_digits]", metavar="FILE"),
]  # fmt: skip
STANDARD = "recognizing_digits"


def many(names: list[str] | None) -> tuple[str, ...]:
    """Return what an option that may be repeated holds."""
    return tuple(names or ())


# ── students ────────────────────────────────────────────────────────────────────────────────────


@command
def check(
    what: Annotated[str, typer.Argument(help="A run's folder, a submission's zip, or a notebook.",
                                        metavar="RUN|ZIP|NOTEBOOK")],
    rubric: RubricOption = None,
    student_id: Annotated[
        str | None, option("Your id, where the file doesn't name it.", metavar="ID")
    ] = None,
    worksheet: Annotated[
        str | None, option("The worksheet's file, for a run. [default: yours, by --student-id]",
                           metavar="FILE")
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Show the visible part of what a rubric gives, before you hand in."""
    from mnistlab.grading.checking import check as check_submission

    report = check_submission(what, rubric, student_id=student_id, worksheet=worksheet)
    if not report.could_be_read:
        raise InputError(" ".join(report.facts.problems))
    print(json.dumps(report.record(), ensure_ascii=False) if as_json else repr(report))


@command
def submit(
    run: Annotated[str, typer.Argument(help="The folder of a run.", metavar="RUN")],
    student_id: Annotated[str, typer.Option(help="The id that your course knows you by.",
                                            metavar="ID")],
    partner: Annotated[
        list[str] | None,
        typer.Option("--partner", "--partners", metavar="ID",
                     help="The id of a partner; once for each, or with commas."),
    ] = None,
    worksheet: Annotated[
        str | None, option("The worksheet's file. [default: yours in its usual place]",
                           metavar="FILE")
    ] = None,
    no_worksheet: Annotated[
        bool, typer.Option("--no-worksheet", help="Hand in without a worksheet.")
    ] = False,
    lab: Annotated[str | None, option("The lab that it is for: lab.toml, or its name.",
                                      metavar="FILE")] = None,
    out: Annotated[str | None, option("The folder to write to. [default: here]",
                                      metavar="DIR")] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Write it though something can still be "
                                                          "mended.")] = False,
) -> None:  # fmt: skip
    """Write the one file to hand in; what can still be mended is said first."""
    from mnistlab.lab.handingin import submit as hand_in

    if worksheet is not None and no_worksheet:
        raise InputError("Give either --worksheet or --no-worksheet, not both.")
    partners = [one for names in many(partner) for one in names.split(",")]
    path = hand_in(run, student_id, False if no_worksheet else worksheet, partners, out=out,
                   lab=lab, anyway=anyway)  # fmt: skip
    print(path)


# ── instructors: the assignment ─────────────────────────────────────────────────────────────────


@command
def lab(
    dataset: Annotated[str, typer.Option(help="`mnistlab data` lists them.",
                                         metavar="NAME")] = "mnist",
    hidden_units: Annotated[
        Any, option("Units of the hidden layer; 128,64 makes two. [default: 512]", units, "N")
    ] = None,
    hidden_activation: Annotated[str, typer.Option(metavar="NAME")] = "sigmoid",
    epochs: Annotated[Any, option("Of the lab's training. [default: 5]", whole, "N")] = None,
    out: Annotated[str, typer.Option(help="The folder to write lab.toml to.",
                                     metavar="DIR")] = "lab",
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Train from 5 seeds, and propose the thresholds.")
    ] = False,
) -> None:  # fmt: skip
    """Write lab.toml: an assignment with the counts computed, to be adapted."""
    from mnistlab.lab import calibration, starter

    settings: dict[str, Any] = {"dataset": dataset, "hidden_units": hidden_units or (512,),
                "hidden_activation": hidden_activation}  # fmt: skip
    if epochs is not None:
        settings["epochs"] = epochs
    if calibrate:
        full_from, none_below, reached = calibration.thresholds(
            starter.as_lab(**settings), watch=lambda k, share: say(f"seed {k - 1}: {share:.2%}")
        )
        settings["thresholds"] = (full_from, none_below)
        print(f"Reached {min(reached):.2%} to {max(reached):.2%}: full points from {full_from:g}, "
              f"none below {none_below:g}.")  # fmt: skip
    print(starter.write(out, **settings))


@command
def rubric() -> None:
    """Print a commented rubric to start from: mnistlab rubric > rubric.toml."""
    from mnistlab.lab import starter

    print(starter.text(), end="")


# ── instructors: grading ────────────────────────────────────────────────────────────────────────


@command
def grade(
    folder: Annotated[
        str | None,
        typer.Argument(help="What was handed in: Canvas's zip, a folder, …", show_default=False),
    ] = None,
    rubric: RubricOption = None,
    out: Annotated[str | None, option("The folder for the grades. [default: none is written]",
                                      metavar="DIR")] = None,
    roster: Annotated[str | None, option("Who is who: a CSV with id, name, email, …",
                                         metavar="CSV")] = None,
    canvas_gradebook: Annotated[
        str | None, option("Canvas's gradebook export, in place of a roster.", metavar="CSV")
    ] = None,
    assignment: Annotated[
        str | None, option("Which column of that export is this assignment.")
    ] = None,
    times: Annotated[str | None, option("When each student handed in.", metavar="CSV")] = None,
    test_data: Annotated[
        str | None, option("Test data in place of the rubric's: an .npz, or a name.",
                           metavar="FILE")
    ] = None,
    private_data: Annotated[
        str | None, option("A second test set in place of the rubric's.", metavar="FILE")
    ] = None,
    jobs: Annotated[Any, option("How many at once. [default: one for each core]", whole,
                                "N")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list who handed in what, and what can't be "
                                             "matched.")
    ] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Train each stated config again and compare.")
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Leave names and ids out of report.html.")
    ] = False,
    explain: Annotated[
        str | None, option("Say where each point of this student came from; needs --out.",
                           metavar="ID")
    ] = None,
    gradescope: Annotated[
        bool, typer.Option("--gradescope", help="Write Gradescope's autograder.zip to --out.")
    ] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Grade a folder of submissions: measured in isolation, with reasons."""
    from mnistlab.grading import batch, desk

    if explain is not None:
        print(desk.explained(explain, rubric, _needed(out, "--explain", "the grades lie in")))
    elif gradescope:
        upload = _needed(out, "--gradescope", "to write the zip to")
        print(desk.autograder_zip(rubric or STANDARD, upload, roster))
    elif folder is None:
        raise InputError("Which folder? mnistlab grade FOLDER --rubric rubric.toml --out GRADES")
    elif dry_run:
        print(desk.dry_run(folder, roster, canvas_gradebook, times))
    else:
        book = batch.grade(
            folder, rubric or STANDARD, out, roster=roster, canvas_gradebook=canvas_gradebook,
            times=times, test_data=test_data, private_data=private_data, assignment=assignment,
            anonymous=anonymous, replay=replay, jobs=jobs, verbose=0 if as_json else "auto",
        )  # fmt: skip
        print(json.dumps(book.table(), ensure_ascii=False) if as_json else desk.summary(book))


def _needed(out: str | None, what: str, why: str) -> Path:
    """Return the folder that an option needs."""
    if out is None:
        raise InputError(f"{what} needs the folder {why}: --out DIR.")
    return Path(out)


@command
def mark(
    grades: Annotated[str, typer.Argument(help="The folder that `mnistlab grade` wrote.",
                                          metavar="GRADES")],
    by: Annotated[str, typer.Option(help="Your name: two people's marks are kept apart.",
                                    metavar="NAME")],
    rubric: RubricOption = None,
    question: Annotated[str | None, option("Only this question.", metavar="ID")] = None,
    second: Annotated[
        bool, typer.Option("--second", help="Read what others have marked, without their marks.")
    ] = False,
) -> None:  # fmt: skip
    """Read answers: one question at a time over all students, names hidden, saved at each key."""
    from mnistlab.grading import desk

    desk.mark(Path(grades), rubric, by, question=question, second=second)


@command
def digits(
    folder: Annotated[str, typer.Argument(help="What was handed in, as `mnistlab grade` takes it.",
                                          metavar="FOLDER")],
    out: Annotated[str, typer.Option(help="The .npz to write.", metavar="FILE")],
    rubric: RubricOption = None,
    roster: Annotated[str | None, option("Who is who, where file names don't say it.",
                                         metavar="CSV")] = None,
    most: Annotated[Any, option("How many drawings of one student are taken. [default: 20]",
                                whole, "N")] = None,
    least: Annotated[Any, option("With fewer in all nothing is written. [default: 10]", whole,
                                 "N")] = None,
    jobs: Annotated[Any, option("How many at once. [default: one for each core]", whole,
                                "N")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that lies there already.")
    ] = False,
) -> None:  # fmt: skip
    """Pool what a class drew: pixels and labels without names, to test and to train with."""
    from mnistlab.grading.digits import LEAST, MOST, of_class

    made = of_class(folder, out, rubric or STANDARD, roster=roster, overwrite=overwrite, jobs=jobs,
                    most=MOST if most is None else most,
                    least=LEAST if least is None else least)  # fmt: skip
    print(f"{out}: {made!r}.")


COMMANDS = (lab, rubric, submit, check, grade, mark, digits)
