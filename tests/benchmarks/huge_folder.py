"""The window in a folder of 100,000 entries, with a real appliance.

python -m tests.benchmarks.huge_folder IMAGE prints the worst of several visits, in seconds: the time from the first
page's arrival to its rows, and the longest for which the GUI thread was stuck.
"""

from __future__ import annotations

import asyncio
import sys
import time

import qasync
from cutaway.aio import AsyncHandle
from cutaway_app import theme
from cutaway_app.models.image_session import Place
from cutaway_app.program import Program
from cutaway_app.settings import UNKEPT, WindowSettings
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from tests.benchmarks.images import HUGE_ENTRIES
from tests.gui.stall import StallMeter

ROUNDS = 7
#: For the reserve to be started, and to have settled.
RESERVE_S = 3.0


async def measure(image: str) -> tuple[float, float]:
    """Return the worst of the visits."""
    visits = [await _visit_once(image) for _ in range(ROUNDS)]
    return max(rows for rows, _ in visits), max(stall for _, stall in visits)


async def _visit_once(image: str) -> tuple[float, float]:
    program = Program(lambda _: AsyncHandle(), WindowSettings(QSettings(UNKEPT, QSettings.Format.IniFormat)))
    table, times = program.models.table, dict[str, float]()
    done = asyncio.Event()
    table.modelReset.connect(lambda: times.setdefault("began", time.perf_counter()))
    table.rowsInserted.connect(lambda: times.setdefault("first", time.perf_counter()))
    table.listing_finished.connect(done.set)
    program.start([])
    await asyncio.sleep(RESERVE_S)
    program.window.paths_dropped.emit([image])
    await asyncio.wait_for(done.wait(), 30)
    await asyncio.sleep(RESERVE_S)
    meter = StallMeter()
    done.clear()
    times.clear()
    place = program.navigator.place
    assert place is not None
    program.navigator.go(Place(place.session, place.tree, b"/huge"))
    await asyncio.wait_for(done.wait(), 60)
    await asyncio.sleep(0.5)
    assert table.rowCount() == HUGE_ENTRIES
    await program.close()
    return times["first"] - times["began"], meter.worst_ms / 1000


def main() -> None:
    """Measure, and print."""
    app = QApplication(["benchmark"])
    app.setQuitOnLastWindowClosed(False)
    theme.apply(app, "light")
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        print(*runner.run(measure(sys.argv[1])))


if __name__ == "__main__":
    main()
