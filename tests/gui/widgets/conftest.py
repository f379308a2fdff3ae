"""Widgets alone: no engine, no window. Stalls are measured where a test is about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import qasync
from cutaway_app import theme
from PySide6.QtWidgets import QApplication

Run = Callable[[Coroutine[Any, Any, None]], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "widgets" in item.path.parts:
            item.add_marker(pytest.mark.may_stall)


@pytest.fixture(autouse=True)
def light_theme(qapp: QApplication) -> None:
    theme.apply(qapp, "light")


@pytest.fixture
def run(qapp: QApplication) -> Run:
    """Run a coroutine in the GUI's loop."""

    def runner(work: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qapp, already_running=False)) as loop:
            loop.run(work)

    return runner
