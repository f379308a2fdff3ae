"""The window, with an appliance in reserve: from the drop of an image to its root folder on screen, in seconds.

python -m tests.benchmarks.window IMAGE prints the median of several openings. The clock stops when the view has been
painted after the listing was complete.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import qasync
from cutaway.aio import AsyncHandle
from cutaway_app import theme
from cutaway_app.program import Program
from cutaway_app.settings import UNKEPT, WindowSettings
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

ROUNDS = 3
#: For the reserve to be started, and to have settled.
RESERVE_S = 3.0


async def measure(app: QApplication, image: str) -> float:
    """Return the median of the openings."""
    return statistics.median([await _open_once(app, image) for _ in range(ROUNDS)])


async def _open_once(app: QApplication, image: str) -> float:
    settings = WindowSettings(QSettings(UNKEPT, QSettings.Format.IniFormat))
    program = Program(lambda _: AsyncHandle(), settings)
    shown = asyncio.get_running_loop().create_future()
    program.models.table.listing_finished.connect(lambda: shown.done() or shown.set_result(None))
    program.start([])
    await asyncio.sleep(RESERVE_S)
    begun = time.perf_counter()
    program.window.paths_dropped.emit([image])
    await asyncio.wait_for(shown, 30)
    program.window.browser.table.viewport().repaint()
    seconds = time.perf_counter() - begun
    await program.close()
    return seconds


def main() -> None:
    """Measure, and print."""
    app = QApplication(["benchmark"])
    app.setQuitOnLastWindowClosed(False)
    theme.apply(app, "light")
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        print(runner.run(measure(app, sys.argv[1])))


if __name__ == "__main__":
    main()
