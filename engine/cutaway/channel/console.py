"""The console: the appliance's kernel log, line by line, as it comes. Always drained, or qemu could stall on it.

Once the daemon runs, only what is grave comes here; the rest comes over the control channel, see `take_line`.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque

from cutaway.channel.log_budget import LogBudget
from cutaway.events import KernelLog
from cutaway.hypervisor import Report

LINE_MAX = 4096
TAIL_LINES = 60
_STAMP = re.compile(r"^(?:<\d>)?\[\s*(\d+\.\d+)\]\s?(.*)$")
_ERROR = re.compile(
    r"panic|BUG:|Oops|I/O error|EXT4-fs error|corrupt|Call Trace|segfault|Out of memory|critical", re.IGNORECASE
)
_WARNING = re.compile(r"warn|fail|error|unable|invalid|not clean|recovery", re.IGNORECASE)
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


class ConsoleChannel:
    """Reads the console for as long as the appliance lives."""

    def __init__(self, sock: socket.socket, report: Report) -> None:
        self._socket = sock
        self._report = LogBudget(report).tell
        self._partial = b""
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)

    @property
    def tail(self) -> str:
        """The last lines, for error messages."""
        return "\n".join(self._tail)

    async def run(self) -> None:
        """Read until the other side closes."""
        loop = asyncio.get_running_loop()
        while data := await _receive(loop, self._socket):
            *lines, self._partial = (self._partial + data).split(b"\n")
            for line in lines:
                self.take_line(line.decode("utf-8", "replace"))
            self._partial = self._partial[:LINE_MAX]
            await asyncio.sleep(0)  # see `ControlChannel.run`

    def take_line(self, line: str) -> None:
        """Take a line of the log, from wherever it comes."""
        text = _CONTROLS.sub("", line[:LINE_MAX]).rstrip()
        if not text:
            return
        self._tail.append(text)
        self._report(kernel_log(text))


def kernel_log(text: str) -> KernelLog:
    """Return a line of the kernel's log as an event."""
    match = _STAMP.match(text)
    seconds, message = (float(match.group(1)), match.group(2)) if match else (None, text)
    level = "error" if _ERROR.search(message) else "warning" if _WARNING.search(message) else "info"
    return KernelLog(message, seconds, level)


async def _receive(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> bytes:
    try:
        return await loop.sock_recv(sock, 65536)
    except OSError:
        return b""
