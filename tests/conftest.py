"""What all tests share: a home of their own, so that no test reads or fills the user's cache."""

import os
from pathlib import Path

import pytest

# Tests that compare with Keras import it in this process; the descriptors stay as they are.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty home, so that caches start empty and stay the test's own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "MNISTLAB_CACHE", "MNISTLAB_MIRROR", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home
