"""What all tests share: a home of their own, so that no test reads or fills the user's cache."""

import os
import random
from pathlib import Path

import pytest

# Tests that compare with Keras import it in this process; the descriptors stay as they are.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Set here, before workers start, so that all of them draw the same cases.
SEED = os.environ.setdefault("MNISTLAB_TEST_SEED", str(random.randrange(10**6)))


def pytest_report_header() -> str:
    """Say from which seed cases are drawn."""
    return f"cases are drawn from seed {SEED}: MNISTLAB_TEST_SEED={SEED} draws them again"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty home, so that caches start empty and stay the test's own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    # matplotlib lists the fonts once for all, as it does for a user
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path_factory.getbasetemp() / "matplotlib"))
    for name in ("XDG_CACHE_HOME", "MNISTLAB_CACHE", "MNISTLAB_MIRROR", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home
