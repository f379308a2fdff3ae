"""Garbage is collected by the GUI thread's timer, and large folders are left out of it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from cutaway_app.bridge.garbage import LARGE_BLOCKS, GarbageCollector
from pytestqt.qtbot import QtBot

PATIENCE_MS = 20_000


class Thing:
    """Something that can be part of a cycle and be watched."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[GarbageCollector]:
    made = GarbageCollector()
    made.start()
    yield made
    made.stop()


def test_cycles_are_collected_by_the_timer(collector: GarbageCollector, qtbot: QtBot) -> None:
    assert not gc.isenabled()
    watched = weakref.ref(Thing())
    assert watched() is not None
    things = [Thing() for _ in range(gc.get_threshold()[0] + 100)]
    qtbot.waitUntil(lambda: watched() is None, timeout=PATIENCE_MS)
    assert things


def test_a_large_folder_is_not_visited_by_full_collections(collector: GarbageCollector, qtbot: QtBot) -> None:
    collector.settle()
    before = gc.get_freeze_count()
    rows = [(object(), [number]) for number in range(LARGE_BLOCKS)]
    qtbot.waitUntil(lambda: gc.get_freeze_count() >= before + 2 * len(rows), timeout=PATIENCE_MS)
    assert not any(one is rows[0] for one in gc.get_objects()), "a collection would visit it"


@pytest.mark.parametrize("was_on", [True, False])
def test_afterwards_pythons_own_collector_is_as_it_was(qtbot: QtBot, was_on: bool) -> None:
    if was_on:
        gc.enable()
    made = GarbageCollector()
    made.start()
    made.settle()
    made.stop()
    assert gc.isenabled() == was_on
    assert gc.get_freeze_count() == 0
