"""Qt objects that are garbage are collected by the main thread in tests, too."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def garbage_in_this_thread() -> Iterator[None]:
    """Let no worker's thread collect a Qt object (an event loop that has ended is one): it would crash.

    In the program `bridge.garbage` sees to that while the window lives; a test outlives its window.
    """
    gc.disable()
    yield
    gc.collect()
    gc.enable()
