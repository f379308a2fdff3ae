"""Qt objects that are garbage are collected by the main thread in tests, too."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def garbage_in_this_thread() -> Iterator[None]:
    """Let no worker's thread collect a Qt object with a timer: the timer would go off and crash the process.

    In the program `bridge.garbage` sees to that while the window lives; a test outlives its window. The automatic
    collector stays off between the tests, where the threads of longer-lived handles go on.

    What was there before the test is left out of the collections during it.
    """
    gc.disable()
    gc.freeze()
    yield
    gc.collect()
