"""A few of many cases: drawn from one seed for all workers, or all of them for `make soak`."""

import os
import random


def drawn(cases, most):
    """Return `most` of the cases, in their order; with MNISTLAB_ALL=1 every one.

    The seed is printed in the head of a run: MNISTLAB_TEST_SEED=… draws the same cases again.
    """
    cases = list(cases)
    if os.environ.get("MNISTLAB_ALL"):
        return cases
    places = random.Random(os.environ["MNISTLAB_TEST_SEED"]).sample(range(len(cases)), most)
    return [cases[place] for place in sorted(places)]
