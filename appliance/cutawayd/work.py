"""The call that is being carried out: whether it is cancelled, how far it is, what it has sent already.

One call runs at a time, in the only thread. Long work calls `check()` now and then; that is where a cancellation is
noticed and progress is let through: the first after 0.2 s, then at most ten a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cutaway.protocol.messages import LogMessage, Page, ProgressMessage

from cutawayd.guest import Guest
from cutawayd.packing import pack
from cutawayd.pieces import pieces
from cutawayd.ports import ControlPort
from cutawayd.refusal import Refusal
from cutawayd.sysroot import Sysroot

CHECK_S = 0.02
FIRST_PROGRESS_S = 0.2
PROGRESS_S = 0.1
FIRST_PAGE = 128
PAGE_MAX = 2048
PAGE_BYTES = 1 << 20


class Cancelled(Exception):
    """The host does not want this call any more."""


class Work:
    """One call in progress.

    Args:
        port: The way to the host.
        serial: The call's serial number.
        data: Descriptor of the data port.
        guest: What the daemon knows between calls.
    """

    def __init__(self, port: ControlPort, serial: int, data: int, guest: Guest) -> None:
        self._port = port
        self.serial = serial
        self.data = data
        self.guest = guest
        now = time.monotonic()
        self._next_check = now + CHECK_S
        self._next_progress = now + FIRST_PROGRESS_S
        self._sent: tuple[int, int] | None = None

    @property
    def sysroot(self) -> Sysroot:
        """The mounted tree."""
        return self.guest.sysroot

    def check(self) -> None:
        """Raise Cancelled if the host wishes so; cheap enough for inner loops."""
        now = time.monotonic()
        if now >= self._next_check:
            self._next_check = now + CHECK_S
            if self._port.is_cancelled(self.serial):
                raise Cancelled

    def progress(self, position: int, total: int) -> None:
        """Say how far the call is, and check for cancellation; total 0 while it is unknown."""
        self.check()
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_S
            self._send_progress(min(position, total) if total else position, total)

    def finish_progress(self) -> None:
        """If any progress was sent, send the last: all of it."""
        if self._sent is not None and (self._sent[0] != self._sent[1] or not self._sent[1]):
            total = self._sent[1] or max(self._sent[0], 1)
            self._send_progress(total, total)

    def _send_progress(self, position: int, total: int) -> None:
        self._sent = (position, total)
        self._port.send(ProgressMessage(self.serial, position, total))

    def log(self, text: str, level: str = "warning") -> None:
        """Send a message for the log."""
        self._port.send(LogMessage(level, text))

    def tell_kernel_log(self) -> None:
        """Send what the kernel has said: before an error, which it may explain."""
        self._port.send_log()

    def send_pages(self, items: Iterable[Any]) -> None:
        """Send wire items in pages: a small one at once, so that something can be shown, then larger ones.

        If the items end with an error, those before it are sent before it is raised.
        """
        for page in pieces(iter(items), _sizes()):
            self.send_page(page)
            self.check()

    def send_page(self, items: list[Any]) -> None:
        """Send a page; one of very long names in halves, so that a cancellation never waits for a long message."""
        frame = pack_page(self.serial, items)
        if frame is not None:
            self._port.send_frame(frame)
            return
        middle = len(items) // 2
        self.send_page(items[:middle])
        self.send_page(items[middle:])


def pack_page(serial: int, items: list[Any]) -> bytes | None:
    """Return a page as a frame; None if it is longer than PAGE_BYTES and can be divided.

    Raises:
        Refusal: EFBIG, even one item does not fit into a message.
    """
    try:
        frame = pack(Page(serial, items))
    except Refusal:
        if len(items) < 2:
            raise
        return None
    return frame if len(frame) <= PAGE_BYTES or len(items) < 2 else None


def _sizes() -> Iterator[int]:
    """Give the sizes of pages."""
    size = FIRST_PAGE
    while True:
        yield size
        size = min(size * 4, PAGE_MAX)


def counter(work: Work, total: int) -> Callable[[int], None]:
    """Return what adds up pieces and tells the progress."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        work.progress(done, total)

    return advance
