"""From events of any handle to lines of the log, in bundles: a kernel that says much must not stall the window.

GUI thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from cutaway import events
from cutaway.events import BootPhase, DaemonLog, Event, KernelLog, LaunchDone, Quit, Trace

from cutaway_app.models.log import LogLine, LogModel, log_line
from cutaway_app.names import image_name

#: Gives what is called with every event of the appliance of an image.
MakeListener = Callable[[str], Callable[[Event], None]]

INTERVAL_S = 0.1
#: More than this in one interval are dropped, the oldest first.
MAX_PER_FLUSH = 2_000


class LogFeed:
    """Writes into a log model.

    Args:
        model: The lines.
        with_calls: Whether each call is logged too.
    """

    def __init__(self, model: LogModel, *, with_calls: bool = False) -> None:
        self._model = model
        self._with_calls = with_calls
        self._waiting: deque[LogLine] = deque(maxlen=MAX_PER_FLUSH)
        self._timer: asyncio.TimerHandle | None = None

    def listener(self, path: str) -> Callable[[Event], None]:
        """Return what logs the events of the appliance of an image, those that are for the log."""
        image = image_name(path)

        def hear(event: Event) -> None:
            line = self._line(event)
            if line is not None:
                self.add(replace(line, image=image))

        return hear

    def add(self, line: LogLine) -> None:
        """Log a line soon."""
        self._waiting.append(line)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(INTERVAL_S, self.flush)

    def flush(self) -> None:
        """Write what waits, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines = list(self._waiting)
        self._waiting.clear()
        self._model.append_many(lines)

    def _line(self, event: Event) -> LogLine | None:
        match event:
            case KernelLog(text, _, level):
                return log_line("kernel", text, level)
            case DaemonLog(text, level):
                return log_line("daemon", text, level)
            case events.Warning(text):
                return log_line("engine", text, "warning")
            case Trace(text):
                return log_line("engine", text, "debug") if self._with_calls else None
            case BootPhase(name, _):
                return log_line("engine", name)
        return _line_of_life(event)


def _line_of_life(event: Event) -> LogLine | None:
    match event:
        case LaunchDone(seconds, warm, accelerator):
            start = "from its template" if warm else "by booting"
            return log_line("engine", f"Appliance ready in {seconds:.2f} s, {start}, {accelerator}")
        case Quit(expected, reason):
            return log_line("engine", f"Appliance ended: {reason}", "info" if expected else "error")
    return None


class LogHandler(logging.Handler):
    """Sends records of the program's own logging, of whatever thread, into the feed of a loop."""

    def __init__(self, feed: LogFeed, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.INFO)
        self._feed = feed
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record."""
        if not self._loop.is_closed():
            line = log_line("window", record.getMessage(), record.levelname.lower())
            self._loop.call_soon_threadsafe(self._feed.add, line)
