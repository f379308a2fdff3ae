"""One running call of the fake daemon: cancel, progress, pages and the data stream, by the rules of the real one.

Runs in the fake daemon's thread. Does not know what any call means.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Never

from cutaway.protocol.declaration import Call, Data
from cutaway.protocol.framing import HOLE_LENGTH, LENGTH, Mark
from cutaway.protocol.messages import CancelMessage, KernelMessage, Page, ProgressMessage
from cutaway.protocol.shapes import encode
from cutaway.testing.behaviour import Behaviour
from cutaway.testing.content import Content, chunks
from cutaway.testing.vfs import Refusal
from cutaway.testing.wire import Gone, GuestEnd

FIRST_PROGRESS_S = 0.2
NEXT_PROGRESS_S = 0.1
FIRST_PAGE = 256
NEXT_PAGE = 2048


class Work:
    """The call that is being carried out."""

    def __init__(self, end: GuestEnd, call: Call[..., Any], serial: int, behaviour: Behaviour) -> None:
        self._end = end
        self._call = call
        self._serial = serial
        self._behaviour = behaviour
        self._begun = time.monotonic()
        self._next_progress = self._begun + FIRST_PROGRESS_S
        self._total: int | None = None
        self._moved = 0
        self._doomed = call.name in behaviour.die_in
        self._deaf = call.name in behaviour.hang_in
        self._open_stream = call.data in {Data.OUT, Data.OUT_MANY}

    def check(self) -> None:
        """Stop here if the host has cancelled this call.

        Raises:
            Refusal: with "CANCELLED".
        """
        self._end.wait(0)
        self._look()

    def _look(self) -> None:
        while self._end.inbox and not self._deaf:
            message = self._end.inbox[0]
            if not isinstance(message, CancelMessage):
                return
            self._end.inbox.popleft()
            if message.serial == self._serial:
                raise Refusal("CANCELLED", f"{self._call.name} was cancelled")

    @property
    def unreadable(self) -> set[bytes]:
        """Paths that the behaviour lets nobody read."""
        return self._behaviour.unreadable

    def pause(self, seconds: float) -> None:
        """Wait, but not if the call is cancelled."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._look()
            self._end.pause(left)
        self._look()

    def begin(self) -> None:
        """Do what the behaviour says before a call begins: wait, hang, refuse."""
        name = self._call.name
        self.pause(self._behaviour.latency_of.get(name, self._behaviour.latency_s))
        if self._deaf:
            self._hang()
        if name in self._behaviour.refuse:
            errno_name, message = self._behaviour.refuse[name]
            raise Refusal(errno_name, message)

    def _hang(self) -> Never:
        while True:
            self._end.pause(60)

    def finish(self) -> None:
        """Do what comes between a call's success and its reply: die if so wished, end the stream, last progress."""
        self._die_if_doomed()
        self._end_stream(Mark.DONE)
        if self._total is not None:
            self._end.send(ProgressMessage(self._serial, self._total, self._total))

    def _die_if_doomed(self) -> None:
        if self._doomed:
            self._end.reason = f"the fake appliance died during {self._call.name}"
            raise Gone

    def progress(self, position: int, total: int) -> None:
        """Tell how far the call is, if it is time to."""
        self.check()
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + NEXT_PROGRESS_S
            self._total = total
            self._end.send(ProgressMessage(self._serial, min(position, total), total))

    def kernel(self, text: str) -> None:
        """Let the kernel say something, which does not go over the console."""
        now = time.monotonic()
        self._end.send(KernelMessage(f"[{now % 100_000:12.6f}] {text}"))

    def pages(self, items: Iterable[Any]) -> None:
        """Send a paged result, the first page small."""
        page: list[Any] = []
        limit = FIRST_PAGE
        for item in items:
            page.append(encode(item))
            if len(page) >= limit:
                self._page(page)
                page, limit = [], NEXT_PAGE
        if page:
            self._page(page)

    def _page(self, items: list[Any]) -> None:
        self.check()
        self._end.send(Page(self._serial, items))
        self._die_if_doomed()

    def stream(self, content: Content, *, offset: int = 0, size: int | None = None, whole: int, done: int = 0) -> None:
        """Send a range of a content on the data channel, without terminator; `whole` and `done` are for progress."""
        for data, hole in chunks(content, offset=offset, size=size, step=self._behaviour.chunk_bytes):
            self.piece(data) if data else self.hole(hole)
            done += len(data) or hole
            self.progress(done, whole)

    def piece(self, data: bytes) -> None:
        """Send a piece of data, as fast as the behaviour allows."""
        self.check()
        self._end.send_data(LENGTH.pack(len(data)) + data)
        self._die_if_doomed()
        self.moved(len(data))

    def moved(self, size_bytes: int) -> None:
        """Count bytes, and wait if they were too fast."""
        self._moved += size_bytes
        if self._behaviour.bytes_per_s:
            self.pause(self._moved / self._behaviour.bytes_per_s - (time.monotonic() - self._begun))

    def hole(self, size_bytes: int) -> None:
        """Say that so many zeros follow."""
        self._end.send_data(LENGTH.pack(Mark.HOLE) + HOLE_LENGTH.pack(size_bytes))

    def end_file(self, mark: Mark = Mark.END) -> None:
        """End a file of the stream: END or FAILED."""
        self._end.send_data(LENGTH.pack(mark))

    def abort(self) -> None:
        """End the stream of a call that failed, unless it has ended already."""
        self._end_stream(Mark.ABORT)

    def _end_stream(self, mark: Mark) -> None:
        if self._open_stream:
            self._end.send_data(LENGTH.pack(mark))
            self._open_stream = False
