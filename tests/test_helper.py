"""The second thread: how long it is watched for, and what becomes of its failures."""

import numpy as np
import pytest

from mnistlab.classic import helper as helper_room


def test_patience_ends_where_watching_does_not_pay():
    answers = []
    patience = helper_room.Patience(
        lambda flags, place, value, looks: answers.append(looks) or seen
    )
    flags = np.zeros(1, np.int64)
    seen = False
    for _ in range(9):
        patience.watch(flags, 0, 1)
    seen = True
    for _ in range(9):
        patience.watch(flags, 0, 1)
    assert answers[0] == answers[-1] == helper_room.MOST_LOOKS
    assert min(answers) == helper_room.FEWEST_LOOKS


def test_what_fails_in_the_helper_is_raised_where_it_is_awaited():
    helper = helper_room.Helper(lambda flags, place, value, looks: False)
    helper.start(divmod, 1, 0)
    with pytest.raises(ZeroDivisionError):
        helper.wait()
    helper.start(divmod, 1, 1)
    helper.wait()
    helper.close()
