"""Feedback pages as the zip that Canvas takes on an assignment's page: Re-Upload Submissions.

Of a file's name in it Canvas reads the first two parts that are numbers, or the two after "anon":
the student and the file that was handed in. It shows the feedback under that file's own name. So
what answers a .zip is a zip with the page in it, what answers a .ipynb is a notebook that shows
it, and both keep the name that Canvas gave; for any other file it is the page itself, under that
name with "_feedback.html" after it. What was handed in as a text or a link has no number that
Canvas could find, and gets none; neither does a file in whose name Canvas would read another
student's number than that of whoever handed it in.

Source: canvas-lms, lib/content_zipper.rb, and infer_comment_context_from_filename in
app/models/abstract_assignment.rb.

Example:
    >>> canvas_ids("lovelaceada_LATE_4711_99_lab_2.zip")
    ('4711', '99')
    >>> canvas_ids("lovelaceada_4711_text.html") is None
    True
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mnistlab.checks import shown
from mnistlab.grading.folders.canvas import ways
from mnistlab.grading.giving_back.bundles import bundle
from mnistlab.grading.gradebook import Gradebook
from mnistlab.grading.grades import Grade
from mnistlab.grading.handed import File
from mnistlab.notices import notice


def feedback_zip(gradebook: Gradebook, pages: Mapping[str, str]) -> bytes:
    """Return canvas_feedback.zip, for Re-Upload Submissions on the assignment's page.

    Args:
        gradebook: of a collection that came from Canvas.
        pages: student's id → feedback page, HTML. A group's file gets the page of who sent it.
    """
    members: dict[str, bytes] = {}
    answered: set[str] = set()
    lost: list[str] = []
    for grade in sorted(gradebook, key=lambda one: bool(one.sender)):
        answer = _answered(gradebook, grade)
        page = pages.get(grade.student)
        if answer is None or page is None or answer[0] in answered:
            continue
        if not _is_of(answer[0], answer[1].lms_name, gradebook, grade):
            lost.append(answer[1].lms_name)
            continue
        answered.add(answer[0])
        members.update([_member(answer[1].lms_name, page)])
    if lost:
        notice("canvas_feedback.zip is without the pages for "
               f"{', '.join(map(shown, dict.fromkeys(lost[:5])))}{' …' if lost[5:] else ''}: "
               "by these names Canvas would give them to others. Send them by hand.")  # fmt: skip
    return bundle(dict(sorted(members.items())))


def _is_of(user: str, lms_name: str, gradebook: Gradebook, grade: Grade) -> bool:
    """Whether the number that Canvas reads in a name is that of whoever handed the file in."""
    those = ways(lms_name.replace("\\", "/").rpartition("/")[2])
    known = _number(gradebook, grade)
    return user == known if known else bool(those) and user == those[0].user


def _number(gradebook: Gradebook, grade: Grade) -> str:
    """Return Canvas's number of who handed in; "" where nothing says it."""
    sender = grade.sender or grade.student
    students = (one.student for one in gradebook.collection.handed)
    return next((one.lms.get("canvas_id", "") for one in students if one.id == sender), "")


def _answered(gradebook: Gradebook, grade: Grade) -> tuple[str, File] | None:
    """Return whom Canvas would give the feedback to, and the file it answers: the one read."""
    attempt = gradebook.attempt(grade)
    files = attempt.files if attempt else ()
    read = grade.facts.file if grade.facts else ""
    for file in sorted(files, key=lambda one: one.name != read):
        if ids := canvas_ids(file.lms_name):
            return ids[0], file
    return None


def canvas_ids(name: str) -> tuple[str, str] | None:
    """Return the student and the file that Canvas reads in a name, or None where it reads none."""
    name = name.replace("\\", "/").rpartition("/")[2]
    parts = [one for one in name.split("_") if one != "LATE"]
    numbers = [one for one in parts if re.fullmatch(r"[0-9]+", one)]
    if parts[0] == "anon":
        numbers = parts[1:3] if len(parts) > 2 and re.fullmatch(r"[0-9]+", parts[2]) else []
    if len(numbers) < 2 or name.startswith("._"):
        return None
    return numbers[0], numbers[1]


def _member(lms_name: str, page: str) -> tuple[str, bytes]:
    """Return the name and content of the feedback that answers a file."""
    name = lms_name.replace("\\", "/").rpartition("/")[2].encode("utf-8", "replace").decode()
    html = page.encode("utf-8", "backslashreplace")
    ending = Path(name.lower()).suffix
    if ending not in (".zip", ".ipynb"):
        return f"{name}_feedback.html", html
    content = bundle({"feedback.html": html}) if ending == ".zip" else _notebook(page)
    # Canvas passes over a name whose last part begins with "link".
    unread = name.split("_")[-1].startswith("link")
    return f"{name}_feedback{ending}" if unread else name, content


def _notebook(page: str) -> bytes:
    """Return a notebook that shows a page; it has an output and nothing to run."""
    shows = {"output_type": "display_data", "metadata": {}, "data": {"text/html": page}}
    cell: dict[str, Any] = {
        "cell_type": "code", "id": "feedback", "metadata": {}, "execution_count": None,
        "source": "# Feedback", "outputs": [shows],
    }  # fmt: skip
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    return json.dumps(notebook).encode("ascii")
